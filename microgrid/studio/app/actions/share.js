// The state as others get it, and how theirs is opened. What comes from outside is checked: a state of a graph that
// cannot be shown is refused, and nothing has changed.

import {RecordError} from "../core/graph.js";
import {NOTATION} from "../core/notation.js";
import {ShareError} from "../core/share.js";
import {samePlace} from "../core/steps.js";
import {DocumentError} from "../core/syntax.js";
import {firstCycle, leavesOfCycle, runCycles} from "../core/training.js";
import {isAsOpened} from "../derive/loop.js";
import {closedStepsIn, graphIn, startLeavesOf, startRateOf, stepsIn} from "../derive.js";
import {MAX_CARDS, MAX_EDGES, at, openDocument, startCurve, startOfDocument} from "./parts.js";

const MAX_RUN_AGAIN = 2_000_000; // nodes times cycles

/** @typedef {import("./parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./parts.js").State} State */
/** @typedef {import("../core/share.js").SharedState} SharedState */

/**
 * What a page has of its own: the documents that it knows, with their titles, its own first; and its languages.
 * @typedef {{documents: DocumentOfPage[], languages: string[]}} Known
 */

/** @type {Pick<State, "entry">} */
export const NOT_SHARED = {entry: {}};

/** @type {Record<string, (state: State, action: any) => State>} */
export const SHARE = {
  /** Opens a state that somebody shared; with an entry of its own in the history of the browser, unless it has one. */
  openShared(state, {shared, known, isEntry}) {
    return {...withShared(state, shared, known), entry: isEntry ? {} : state.entry};
  },
};

/**
 * The step that is shown, as it is counted while no neuron is open.
 * @param {State} state
 */
export function closedPositionIn(state) {
  const {position, opened} = state,
    step = stepsIn(state)[position - 1];
  return step && opened !== null ? samePlace(step, closedStepsIn(state)) : position;
}

/**
 * Returns what is shared of a state.
 * @param {State} state
 * @returns {SharedState}
 */
export function sharedOf(state) {
  const {document, leaves, learningRate, cycle, language} = state;
  return {
    v: 1,
    d: document.kind === "text" ? {t: document.text ?? ""} : {r: document.record},
    l: changed(leaves, startLeavesOf(document)),
    s: closedPositionIn(state),
    c: cycle,
    n: lastToRunAgain(state),
    r: learningRate === usualRateOf(document) ? null : learningRate,
    g: language,
    m: state.isPresenting ? "present" : "",
    p: parametersAtFirst(state),
  };
}

/**
 * The parameters of the first cycle, from which the curve can be drawn again; null where that would take too long.
 * @param {State} state
 */
function parametersAtFirst(state) {
  const graph = graphIn(state),
    {cycles, cycle, leaves} = state;
  if (cycle === 1 || cycles.first > 1 || cycle * graph.nodes.length > MAX_RUN_AGAIN) return null;
  const first = leavesOfCycle(graph, cycles, leaves, 1);
  return Object.fromEntries(graph.parameters.map((i) => [i, first.get(i) ?? NaN]));
}

/**
 * The last of all cycles where they can be run again from the first one on; else the one that is shown.
 * @param {State} state
 */
function lastToRunAgain(state) {
  const {cycles, cycle, learningRate} = state,
    isShort = cycles.last * graphIn(state).nodes.length <= MAX_RUN_AGAIN;
  return isShort && cycles.first === 1 && cycles.isAllBy(learningRate) ? cycles.last : cycle;
}

/**
 * Tells whether a document is shown as its page opens it, whatever the step.
 * @param {State} state
 * @param {DocumentOfPage} own
 */
export function isUntouched(state, own) {
  const {document, language} = state;
  if (document.kind !== own.kind || state.isPresenting) return false;
  const isOwn = own.kind === "text" ? document.text === (own.texts?.[language] ?? own.text) : document.record === own.record;
  return isOwn && isAsOpened(state, startLeavesOf(document), startRateOf(document));
}

/**
 * @param {Map<number, number>} leaves
 * @param {Map<number, number>} start
 * @returns {Record<number, number>}
 */
function changed(leaves, start) {
  return Object.fromEntries([...leaves].filter(([i, value]) => !Object.is(value, start.get(i))));
}

/**
 * The learning rate that a document has wherever it is opened; one of the gallery may have its own.
 * @param {DocumentOfPage} document
 */
function usualRateOf(document) {
  return document.kind === "text" ? NOTATION.LEARNING_RATE : startRateOf(document);
}

/**
 * Returns the state that was shared; what belongs to the reader, and not to a document, stays.
 * @param {State} state
 * @param {Required<SharedState>} shared
 * @param {Known} known
 * @returns {State}
 * @throws {ShareError} it cannot be shown
 */
function withShared(state, shared, known) {
  const language = known.languages.includes(shared.g ?? "") ? (shared.g ?? "") : state.language,
    document = documentFrom(shared.d, language, known.documents);
  const view = {language, zoom: 1, whole: false, isPresenting: shared.m === "present", asked: null},
    opened = {...state, ...startOfDocument(document), ...view};
  checkSize(opened);
  const learningRate = shared.r ?? usualRateOf(document);
  if (!(learningRate >= 0 && Number.isFinite(learningRate))) throw new ShareError("share.wrong", {part: "r"});
  const moved = startCurve({...opened, leaves: leavesFrom(shared.l, opened.leaves, "l"), learningRate}, false);
  return at({...moved, cycle: shared.c, cycles: cyclesFrom(shared, moved)}, shared.s);
}

/**
 * The cycles that were shared: all are run again, if that leads to the same numbers in the one that is shown.
 * @param {Required<SharedState>} shared
 * @param {State} state at that cycle
 */
function cyclesFrom({c, n, p}, state) {
  const graph = graphIn(state),
    {leaves, learningRate} = state,
    last = n * graph.nodes.length <= MAX_RUN_AGAIN ? n : c;
  if ((p || c === 1) && last * graph.nodes.length <= MAX_RUN_AGAIN) {
    const start = leavesFrom(p ?? {}, leaves, "p"),
      {cycles} = runCycles(graph, firstCycle(graph, start, learningRate), start, learningRate, last - 1),
      again = cycles.last >= c && leavesOfCycle(graph, cycles, start, c);
    if (again && [...leaves].every(([i, value]) => Object.is(value, again.get(i)))) return cycles;
  }
  return firstCycle(graph, leaves, learningRate, c);
}

/**
 * Opens a document; one that the page knows, with its title.
 * @param {{t: string} | {r: any}} content
 * @param {string} language
 * @param {DocumentOfPage[]} documents
 */
function documentFrom(content, language, documents) {
  try {
    if ("t" in content) {
      const known = documents.find(({kind, text, texts}) => kind === "text" && (texts?.[language] ?? text) === content.t);
      return openDocument(known ?? {kind: "text", text: content.t}, language);
    }
    const known = documents.find(({kind, record}) => kind === "record" && isSameRecord(record, content.r)),
      document = known ?? {kind: "record", record: content.r};
    startRateOf(document); // reads it
    return document;
  } catch (error) {
    if (error instanceof DocumentError) throw new ShareError("share.wrong", {part: "d.t"});
    if (error instanceof RecordError) throw new ShareError("share.wrong", {part: "d.r"});
    throw error;
  }
}

/** @param {import("../core/graph.js").RecordContent} one  @param {import("../core/graph.js").RecordContent} other */
function isSameRecord(one, other) {
  const [first, second] = [one, other].map(({learning_rate, parameters, nodes}) =>
    JSON.stringify([
      learning_rate,
      parameters,
      nodes.map(({label, kind, op, operands, data, layer}) => [label, kind, op, operands, data, layer]),
    ]),
  );
  return first === second;
}

/** @param {State} state */
function checkSize(state) {
  const {cards, edges} = graphIn(state);
  if (cards.length > MAX_CARDS || edges.length > MAX_EDGES) throw new ShareError("share.too_large");
}

/**
 * @param {Record<number, number>} changed
 * @param {Map<number, number>} leaves
 * @param {string} part of the shared state, for the error
 */
function leavesFrom(changed, leaves, part) {
  const next = new Map(leaves);
  for (const [name, value] of Object.entries(changed)) {
    if (!leaves.has(Number(name))) throw new ShareError("share.wrong", {part});
    next.set(Number(name), value);
  }
  return next;
}
