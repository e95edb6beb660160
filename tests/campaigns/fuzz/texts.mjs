// Documents that are texts, and the codes of their states.

import {initialState, reduce} from "../../../microgrid/studio/app/actions.js";
import {sharedOf} from "../../../microgrid/studio/app/actions/share.js";
import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {readRecord} from "../../../microgrid/studio/app/core/graph.js";
import {asPython} from "../../../microgrid/studio/app/core/python.js";
import {decodeState, encodeState} from "../../../microgrid/studio/app/core/share.js";
import {DocumentError} from "../../../microgrid/studio/app/core/syntax.js";
import {createDerive} from "../../../microgrid/studio/app/derive.js";
import {LANGUAGES, WORDS, below, changedText, checkRefusal, checkSame, jsonAt, one, random} from "./changes.mjs";

const TEXTS = jsonAt("tests/documents/cases.json").map(({text}) => text);
const FIRST = initialState({kind: "text", text: "a = 1\nb = a*2"}, "en"),
  KNOWN = {documents: [], languages: LANGUAGES, datasets: {}},
  derive = createDerive(WORDS);
const STEPS = [{type: "stepBy", count: 1}, {type: "goTo", position: 0}, {type: "goTo", position: 1e9}, {type: "stepBy", count: 1}, {type: "train", cycles: 1}];
const MOST_ACTIONS = 12;

export const someText = () => changedText(one(TEXTS), TEXTS);

/** Reads a text; returns whether it was accepted. */
export function tryText(text) {
  try {
    const {content, lines} = readDocument(text);
    if (readRecord(content).nodes.length !== lines.length) throw new Error("a node has no line");
    if (!asPython(text).some((line) => line.endsWith(".backward()"))) throw new Error("nothing goes backward");
    return true;
  } catch (error) {
    checkRefusal(error, DocumentError);
    return false;
  }
}

// An action of a reader that is possible now.
function someAction(now) {
  const {graph} = derive(now),
    leaf = one([...now.leaves.keys()]),
    isAsked = now.quiz && !now.quiz.over;
  return one([
    ...STEPS,
    {type: "stepBy", count: -1},
    {type: "goToPhase", phase: one(["know", "think", "change"])},
    ...["play", "playOn", "playPhase", "pause", "undo", "redo", "reset", "deselect", "closeNeuron", "beginQuiz", "endQuiz", "ask", "unask"].map((type) => ({type})),
    {type: "train", cycles: one([1, 10, Infinity])},
    {type: "trainOn", cycles: 7},
    {type: "rewind", cycle: below(20)},
    {type: "setLeaf", leaf, value: one([0, -0, 1, -3, 0.5, 1e308])},
    {type: "tryNudge", leaf},
    {type: "setLearningRate", learningRate: one([0, 0.1, 1e308])},
    {type: "select", card: below(graph.cards.length)},
    {type: "showTab", tab: one(["", "whatif", "routes", "train", "quiz"])},
    {type: "setLanguage", language: one(LANGUAGES)},
    {type: "present", isPresenting: random() < 0.7},
    {type: "typeText", text: changedText(now.draft.text)},
    ...(isAsked ? [now.quiz.settled ? {type: "nextQuestion"} : one([{type: "answer", text: one(["1", "x", "0"])}, {type: "showHint"}, {type: "showAnswer"}])] : []),
  ]);
}

const openAgain = async (code) => reduce(FIRST, {type: "openShared", shared: await decodeState(code), known: KNOWN, isEntry: true});

/** Opens a state as the page does, does whatever a reader may do, and sends it on. */
export async function tryTextState(shared) {
  let now = reduce(FIRST, {type: "openShared", shared, known: KNOWN, isEntry: true});
  derive(now);
  const opened = now;
  for (const action of STEPS) {
    now = reduce(now, action);
    derive(now);
  }
  const sent = await encodeState(sharedOf(opened, KNOWN.datasets));
  checkSame(sent, await encodeState(sharedOf(await openAgain(sent), KNOWN.datasets)), "a state that was opened");
  now = opened;
  for (let i = below(MOST_ACTIONS); i > 0; i--) {
    now = reduce(now, someAction(now));
    derive(now);
  }
  const again = await openAgain(await encodeState(sharedOf(now, KNOWN.datasets)));
  derive(again);
  checkSame(JSON.stringify([...now.leaves]), JSON.stringify([...again.leaves]), "a number");
  checkSame(now.cycle, again.cycle, "the cycle");
}

/** The code of the state of a text, or of a record. */
export async function someTextCode() {
  const text = one(TEXTS);
  const l = Object.fromEntries(Array.from({length: below(5)}, (_, i) => [i * below(9), one([1, -0, NaN, Infinity, random()])]));
  let d = {t: text};
  if (random() < 0.4) {
    try {
      d = {r: readDocument(text).content};
    } catch {
      // it stays a text
    }
  }
  return encodeState({v: 1, d, l, s: below(30), c: 1 + below(9), n: 9 + below(9), p: one([null, {}, {0: 0.5}]), r: one([null, 0.05]), g: one([null, "en", "ja"]), m: one(["", "present"])});
}
