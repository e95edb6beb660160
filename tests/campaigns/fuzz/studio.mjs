// Look for text that breaks the studio's readers: `node tests/campaigns/fuzz/studio.mjs [--minutes N] [--seed N]`.
//
// A document and the code of a state may be anything: each is read, or refused with a key that has a text in every
// language; and what was opened can be walked, changed, and sent on. Documents are changed at random places, codes in their letters, their bytes and what they hold. Whatever
// else comes out, or takes more than a second of computing, is printed and ends the search.

import {readFileSync} from "node:fs";
import {parseArgs} from "node:util";
import {deflateRawSync, inflateRawSync} from "node:zlib";

import {initialState, reduce} from "../../../microgrid/studio/app/actions.js";
import {sharedOf} from "../../../microgrid/studio/app/actions/share.js";
import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {readRecord} from "../../../microgrid/studio/app/core/graph.js";
import {asPython} from "../../../microgrid/studio/app/core/python.js";
import {decodeState, encodeState, ShareError} from "../../../microgrid/studio/app/core/share.js";
import {DocumentError} from "../../../microgrid/studio/app/core/syntax.js";
import {createDerive} from "../../../microgrid/studio/app/derive.js";

const {values: options} = parseArgs({options: {minutes: {type: "string", default: "10"}, seed: {type: "string", default: "1"}}});
const jsonAt = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
const TEXTS = jsonAt("tests/documents/cases.json").map(({text}) => text);
const WORDS = ["en", "ja"].map((language) => jsonAt(`microgrid/language/${language}.json`));
const PIECES = [
  ...`()[],.=+-*/#;:\n\\'"xwab01293_ ^²×−ー（）［，　｜%&@<>!~{}`,
  ..."** += == Value( Input(2) label= .relu() total([ for import print( .backward() .data x1 データ ﬁ e5 0x1 007 1_0".split(" "),
  ...['"""', "\r\n", "\t", "\ufeff", "😀", "\ud800", "__proto__", "constructor", "toString", "</script>", "\u0000", "\u2028"],
  ..."sum([1, w])|weighted_sum([w],[x],1)|1e308|1/0|(((((((((|[[[[[[[[|-----------|**2**2**2".split("|"),
];
const LONGEST_MS = 1000;

// Mulberry32: the same numbers for the same seed.
let state = Number(options.seed);
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const one = (items) => items[below(items.length)];

function changedText(text) {
  for (let i = one([1, 1, 1, 2, 3, 5, 20]); i > 0; i--) {
    const start = below(text.length + 1),
      end = random() < 0.5 ? start : start + one([1, 2, 5, 30]);
    const piece = random() < 0.2 ? one(PIECES).repeat(one([1, 3, 300])) : random() < 0.7 ? one(PIECES) : one(TEXTS).slice(0, 80);
    text = text.slice(0, start) + piece + text.slice(end);
  }
  return text;
}

const STRANGE = [null, true, -1, 0.5, 1e400, 1e10, "", "x", "NaN", "-0", [], {}, [[]], {t: 1}, "n0", "n1"];

// A copy of a value with one part of it replaced, removed or doubled.
function changedValue(item) {
  const isInner = typeof item === "object" && item !== null && Object.keys(item).length > 0;
  if (!isInner || random() < 0.1) return random() < 0.2 && typeof item === "string" ? changedText(item) : one(STRANGE);
  const copy = Array.isArray(item) ? [...item] : {...item},
    key = one(Object.keys(copy));
  if (random() < 0.15) delete copy[key];
  else if (random() < 0.1) copy[one(["x", "__proto__", "v", "r", "0", "99999"])] = one(STRANGE);
  else copy[key] = changedValue(copy[key]);
  return copy;
}

function changedCode(code) {
  const bytes = Buffer.from(code.slice(2), "base64url");
  if (random() < 0.2) return changedText(code);
  if (random() < 0.3) {
    for (let i = one([1, 2, 9]); i > 0; i--) bytes[below(bytes.length)] = below(256);
    return code.slice(0, 2) + bytes.toString("base64url");
  }
  const text = JSON.stringify(changedValue(JSON.parse(inflateRawSync(bytes))));
  return `1z${deflateRawSync(random() < 0.1 ? changedText(text) : text).toString("base64url")}`;
}

function checkRefusal(error, expected) {
  if (!(error instanceof expected)) throw error;
  for (const table of WORDS) if (!Object.hasOwn(table, error.key)) throw new Error(`there is no text ${error.key}`);
}

function tryDocument(text) {
  try {
    const {content, lines} = readDocument(text);
    if (readRecord(content).nodes.length !== lines.length) throw new Error("a node has no line");
    if (!asPython(text).some((line) => line.endsWith(".backward()"))) throw new Error("nothing goes backward");
    return 1;
  } catch (error) {
    checkRefusal(error, DocumentError);
    return 0;
  }
}

async function tryCode(code) {
  try {
    const read = await decodeState(code);
    const again = await decodeState(await encodeState(read));
    if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error("a state does not come back as it was");
    await tryState(read);
    return 1;
  } catch (error) {
    checkRefusal(error, ShareError);
    return 0;
  }
}

// Opens a state as the page does, does whatever a reader may do, and sends it on.
const FIRST = initialState({kind: "text", text: "a = 1\nb = a*2"}, "en"),
  KNOWN = {documents: [], languages: ["en", "ja"]},
  derive = createDerive(Object.fromEntries(["en", "ja"].map((language, i) => [language, WORDS[i]])));
const STEPS = [{type: "stepBy", count: 1}, {type: "goTo", position: 0}, {type: "goTo", position: 1e9}, {type: "stepBy", count: 1}, {type: "train", cycles: 1}];
const MOST_ACTIONS = 12;

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
    {type: "setLanguage", language: one(["en", "ja"])},
    {type: "present", isPresenting: random() < 0.7},
    {type: "typeText", text: changedText(now.draft.text)},
    ...(isAsked ? [now.quiz.settled ? {type: "nextQuestion"} : one([{type: "answer", text: one(["1", "x", "0"])}, {type: "showHint"}, {type: "showAnswer"}])] : []),
  ]);
}

function checkSame(one, other, what) {
  if (one !== other) throw new Error(`${what} is another when it is sent on`);
}

const openAgain = async (code) => reduce(FIRST, {type: "openShared", shared: await decodeState(code), known: KNOWN, isEntry: true});

async function tryState(shared) {
  let now = reduce(FIRST, {type: "openShared", shared, known: KNOWN, isEntry: true});
  derive(now);
  const opened = now;
  for (const action of STEPS) {
    now = reduce(now, action);
    derive(now);
  }
  const sent = await encodeState(sharedOf(opened));
  checkSame(sent, await encodeState(sharedOf(await openAgain(sent))), "a state that was opened");
  now = opened;
  for (let i = below(MOST_ACTIONS); i > 0; i--) {
    now = reduce(now, someAction(now));
    derive(now);
  }
  const again = await openAgain(await encodeState(sharedOf(now)));
  derive(again);
  checkSame(JSON.stringify([...now.leaves]), JSON.stringify([...again.leaves]), "a number");
  checkSame(now.cycle, again.cycle, "the cycle");
}

async function shared() {
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

const end = performance.now() + 60_000 * Number(options.minutes);
const counts = {documents: 0, accepted: 0, codes: 0, opened: 0};
let subject = "";
try {
  while (performance.now() < end) {
    const began = process.cpuUsage();
    if (random() < 0.5) {
      subject = changedText(one(TEXTS));
      counts.accepted += tryDocument(subject);
      counts.documents++;
    } else {
      const code = await shared();
      subject = random() < 0.3 ? code : changedCode(code);
      counts.opened += await tryCode(subject);
      counts.codes++;
    }
    const used = (process.cpuUsage(began).user + process.cpuUsage(began).system) / 1000;
    if (used > LONGEST_MS) throw new Error(`took ${Math.round(used)} ms`);
  }
} catch (error) {
  console.error(`FOUND with ${JSON.stringify(subject)}:`, error);
  process.exitCode = 1;
}
console.log(counts);
