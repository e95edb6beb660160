// The state as others get it, and how theirs is opened. What comes from outside is checked: a state of a graph that
// cannot be shown is refused, and nothing has changed.

import {RecordError} from "../core/graph.js";
import {MAX_KEPT_CYCLES, MAX_LOSSES} from "../core/history.js";
import {epochOf, firstMoment} from "../core/learning.js";
import {NOTATION} from "../core/notation.js";
import {startParameters} from "../core/network.js";
import {NetworkError, checkSpec, countParameters} from "../core/network_spec.js";
import {MAX_TEXT_CHARACTERS, ShareError} from "../core/share.js";
import {samePlace} from "../core/steps.js";
import {DocumentError} from "../core/syntax.js";
import {firstCycle, leavesOfCycle, runCycles} from "../core/training.js";
import {firstCycleOf, specOf} from "../derive/network.js";
import {askingIn, closedStepsIn, graphIn, isAsOpenedIn, startLeavesOf, startRateOf, stepsIn} from "../derive.js";
import {EDITOR, spoken} from "./editor.js";
import {learningOf} from "./learning.js";
import {opening} from "./network.js";
import {at, hasTooManyCards, inOtherView, openDocument, recognised, startCurve, withQuiz} from "./parts.js";

const MAX_RUN_AGAIN = 2_000_000, // nodes times cycles
  MAX_PRODUCTS_RUN_AGAIN = 4e7, // of a network: weights times rows times cycles
  MAX_ROWS_SHUFFLED = 5e7, // rows times epochs: a second
  PRODUCTS_OF_A_CYCLE = 100; // take as long as what every cycle needs beside its products

/** @typedef {import("./parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./parts.js").State} State */
/** @typedef {import("../core/share.js").SharedState} SharedState */
/** @typedef {import("../core/share.js").DecodedState} DecodedState */

/**
 * Data that every page has, with what they are called.
 * @typedef {import("../core/network_spec.js").NetworkData & {title?: Record<string, string>}} NamedData
 */

/**
 * What a page has of its own: the documents that it knows, with their titles, its own first; its languages, and its data.
 * @typedef {{documents: DocumentOfPage[], languages: string[], datasets: Record<string, NamedData>}} Known
 */

/** @type {Pick<State, "entry">} */
export const NOT_SHARED = {entry: {}};

/** @type {Record<string, (state: State, action: any) => State>} */
export const SHARE = {
  /**
   * Opens a state that somebody shared; with an entry of its own in the history of the browser, unless it has one. A page
   * that begins with it speaks the language of who has sent it; one that is open already, that of its reader.
   */
  openShared(state, {shared, known, isEntry, isFirst = false}) {
    const opened = {...withShared(state, shared, known), entry: isEntry ? {} : state.entry};
    return isFirst ? opened : spoken(opened, state.language);
  },
};

/**
 * The step that is shown, as it is counted while no neuron is open. Where the class is asked for the next number, the step
 * before that one, lest it be told.
 * @param {State} state
 */
export function closedPositionIn(state) {
  const {position, opened} = state,
    steps = stepsIn(state),
    placeOf = (/** @type {any} */ step) => samePlace(step, closedStepsIn(state));
  if (opened === null || position === 0) return position;
  return modeOf(state) === "ask" && position < steps.length ? placeOf(steps[position]) - 1 : placeOf(steps[position - 1]);
}

/**
 * What the page asks or shows instead of the step alone.
 * @param {State} state
 */
function modeOf(state) {
  const {isPresenting, isPredicting, asked, visit} = state;
  if (isPresenting) return isPredicting && asked === visit ? "ask" : "present";
  return askingIn(state) ? "quiz" : "";
}

/**
 * Returns what is shared of a state.
 * @param {State} state
 * @param {Record<string, NamedData>} datasets that every page has
 * @returns {SharedState}
 */
export function sharedOf(state, datasets) {
  const {document, learningRate, cycle, language} = state,
    ofKind = document.kind === "network" ? networkSharedOf(state, datasets) : graphSharedOf(state);
  return {
    v: 1,
    s: closedPositionIn(state),
    c: cycle,
    r: learningRate === usualRateOf(document) ? null : learningRate,
    g: language,
    m: modeOf(state),
    ...ofKind,
  };
}

/**
 * @param {State} state
 * @returns {Pick<SharedState, "d" | "l" | "n" | "p" | "e" | "w">}
 */
function graphSharedOf(state) {
  const {document, leaves, draft} = state;
  return {
    ...(isDraft(state) && draft.text.length <= MAX_TEXT_CHARACTERS && {e: draft.text}),
    d: document.kind === "text" ? {t: document.text ?? ""} : {r: document.record},
    w: document.asCards ? 1 : 0,
    l: changed(leaves, startLeavesOf(document)),
    n: lastToRunAgain(state),
    p: parametersAtFirst(state),
  };
}

/**
 * Tells whether the text in the editor is another than that of the graph: one that cannot be read.
 * @param {State} state
 */
function isDraft({document, draft}) {
  return draft.text !== (document.text ?? "");
}

/**
 * A network follows from its seed and its cycles, unless these are many, or had several learning rates.
 * @param {State} state
 * @param {Record<string, NamedData>} datasets
 * @returns {Pick<SharedState, "d" | "l" | "u" | "n" | "i">}
 */
function networkSharedOf({document, net, cycle, cycles, learningRate}, datasets) {
  const spec = specOf(document),
    row = net?.row ?? -1,
    data = isSameData(spec.data, datasets[spec.data.name]) ? spec.data.name : spec.data,
    isRunAgain = cycles.first === firstCycleOf(document) && cycles.isAllBy(learningRate) && canRunAgain(document, cycle);
  return {
    d: {n: {...spec, data}},
    l: isRunAgain ? {} : Object.fromEntries(Array.from(net?.moment.parameters ?? [], (number, i) => [i, number])),
    u: isRunAgain ? {} : Object.fromEntries(Array.from(net?.moment.velocity ?? [], (number, i) => [i, number]).filter(([, number]) => number)),
    n: isRunAgain && canRunAgain(document, cycles.last) ? cycles.last : cycle,
    i: row,
  };
}

/**
 * Tells whether the cycles of a network up to this one are run in a moment.
 * @param {DocumentOfPage} document
 * @param {number} cycle
 */
function canRunAgain(document, cycle) {
  const {inputs, sizes, batchSize, data} = specOf(document),
    {rows, heldOut} = data,
    count = cycle - firstCycleOf(document),
    ofCurve = Math.min(count, MAX_LOSSES) * rows.length + Math.min(count, MAX_KEPT_CYCLES) * heldOut.rows.length,
    passed = count * Math.min(batchSize ?? Infinity, rows.length) + ofCurve / 3; // rows; those of the curve go only forward
  return passed * countParameters(inputs, sizes) + count * PRODUCTS_OF_A_CYCLE <= MAX_PRODUCTS_RUN_AGAIN;
}

/**
 * @param {NamedData} data
 * @param {NamedData | undefined} named
 */
function isSameData(data, named) {
  const contentOf = (/** @type {NamedData} */ {rows, targets, heldOut, scale, inputNames, targetName, classes}) =>
    JSON.stringify([rows, targets, heldOut, scale, inputNames, targetName, classes]);
  return named !== undefined && (data === named || contentOf(data) === contentOf(named));
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
  if (document.kind !== own.kind || modeOf(state) || isDraft(state)) return false;
  const isOwn =
    own.kind === "text"
      ? document.text === (own.texts?.[language] ?? own.text)
      : document.record === own.record && document.network === own.network;
  return isOwn && isAsOpenedIn(state) && state.learningRate === startRateOf(document) && hasFirstRow(state);
}

/**
 * Tells whether the row of a network is the one that it opens with.
 * @param {State} state
 */
function hasFirstRow({document, net}) {
  return net?.row === learningOf(document).start(document).net?.row;
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
 * @param {DecodedState} shared
 * @param {Known} known
 * @returns {State}
 * @throws {ShareError} it cannot be shown
 */
function withShared(state, shared, known) {
  const language = known.languages.includes(shared.g ?? "") ? (shared.g ?? "") : state.language,
    document = documentFrom(shared, language, known);
  const isAsking = shared.m === "ask",
    view = {language, isPresenting: isAsking || shared.m === "present", isPredicting: isAsking || state.isPredicting, asked: null},
    opened = {...opening(state, document), ...view};
  const learningRate = shared.r ?? usualRateOf(document);
  if (!(learningRate >= 0 && Number.isFinite(learningRate))) throw new ShareError("share.wrong", {part: "r"});
  if (document.kind === "network") return withSharedNetwork({...opened, learningRate}, shared);
  if (hasTooManyCards(graphIn(opened))) throw new ShareError("share.too_large");
  const moved = startCurve({...opened, leaves: leavesFrom(shared.l, opened.leaves, "l"), learningRate}, false);
  const shown = at({...moved, cycle: shared.c, cycles: cyclesFrom(shared, moved)}, shared.s),
    {e: typed} = shared;
  return asking(typed === undefined || document.kind !== "text" ? shown : EDITOR.typeText(shown, {text: typed}), shared.m);
}

/**
 * Asks what was asked: the number of the next step, or a quiz from its beginning.
 * @param {State} state
 * @param {string} mode
 * @returns {State}
 */
function asking(state, mode) {
  if (mode === "ask") return {...state, asked: state.visit};
  return mode === "quiz" ? withQuiz({...state, tab: "quiz"}) : state;
}

/**
 * Runs the cycles of a network that were shared, or begins with the parameters that were.
 * @param {State} opened
 * @param {DecodedState} shared
 * @returns {State}
 */
function withSharedNetwork(opened, {l, u = {}, c, n, s, m, i = null}) {
  const {document} = opened,
    learning = learningOf(document),
    first = firstCycleOf(document),
    net = /** @type {import("../derive/network.js").Net} */ (opened.net),
    given = Object.keys(l).length;
  const {length} = net.moment.parameters,
    row = i === -1 ? null : Math.min(i ?? net.row ?? 0, specOf(document).data.rows.length - 1);
  if (Object.keys(u).some((place) => !(Number(place) < (net.moment.velocity?.length ?? 0)))) throw new ShareError("share.wrong", {part: "u"});
  if (c < first || (given ? given !== length || Object.keys(l).some((place) => Number(place) >= length) : !canRunAgain(document, c))) {
    throw new ShareError("share.wrong", {part: given ? "l" : "c"});
  }
  const start = {...opened, net: {...net, row, moment: given ? momentFrom(specOf(document), {l, u, c}, first) : net.moment}};
  const begun = {...start, cycle: given ? c : first, cycles: learning.first(start, given ? c : first)},
    last = !given && canRunAgain(document, n) ? n : c,
    run = {...begun, ...learning.run(begun, last - begun.cycle)},
    cycle = Math.min(c, run.cycles.last),
    back = learning.back(run, cycle);
  const shown = at({...run, ...back, net: {...net, ...back.net, row}, cycle}, s); // the row may be outside of the batch
  return m === "ask" ? asking(shown, m) : shown; // a network has no quiz
}

/**
 * Where learning is at a cycle with the numbers that were shared; an older code has no velocities.
 * @param {import("../core/network_spec.js").Spec} spec
 * @param {{l: Record<number, number>, u: Record<number, number>, c: number}} shared
 * @param {number} first the cycle that the document opens with
 */
function momentFrom(spec, {l, u, c}, first) {
  const epochs = Math.min(epochOf(spec, c) - epochOf(spec, first), Math.floor(MAX_ROWS_SHUFFLED / spec.data.rows.length)),
    moment = firstMoment(spec, epochs);
  return {...moment, parameters: moment.parameters.map((_, i) => l[i]), velocity: moment.velocity?.map((_, i) => u[i] ?? 0) ?? null};
}

/**
 * The cycles that were shared: all are run again, if that leads to the same numbers in the one that is shown.
 * @param {DecodedState} shared
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
 * @param {DecodedState} shared
 * @param {string} language
 * @param {Known} known
 * @returns {DocumentOfPage}
 */
function documentFrom({d: content, w: isAsCards}, language, {documents, datasets}) {
  try {
    if ("n" in content) return networkFrom(content.n, documents, datasets);
    if ("t" in content) {
      const known = documents.find(({kind, text, texts}) => kind === "text" && (texts?.[language] ?? text) === content.t);
      return openDocument(known ?? {kind: "text", text: content.t}, language);
    }
    const came = /** @type {import("../core/graph.js").RecordContent} */ (content.r),
      isOwn = (/** @type {DocumentOfPage} */ {kind, recorded, record}) => (recorded || kind === "record") && isSameRecord(recorded?.record ?? record, came),
      found = documents.find(isOwn) ?? recognised({kind: "record", record: came}),
      document = Boolean(isAsCards) === Boolean(found.asCards) ? found : (inOtherView(found) ?? found);
    startRateOf(document); // reads it
    return document;
  } catch (error) {
    if (error instanceof DocumentError) throw new ShareError("share.wrong", {part: "d.t"});
    if (error instanceof RecordError) throw new ShareError("share.wrong", {part: "d.r"});
    if (error instanceof NetworkError) throw new ShareError("share.wrong", {part: "d.n"});
    throw error;
  }
}

/**
 * @param {any} content
 * @param {DocumentOfPage[]} documents
 * @param {Record<string, NamedData>} datasets
 * @returns {DocumentOfPage}
 */
function networkFrom(content, documents, datasets) {
  const isNamed = typeof content.data === "string";
  if (isNamed && !Object.hasOwn(datasets, content.data)) throw new ShareError("share.wrong", {part: "d.n"});
  const network = {...content, data: isNamed ? datasets[content.data] : content.data},
    settingsOf = (/** @type {any} */ spec) => JSON.stringify(Object.entries({...spec, data: null}).toSorted());
  checkSpec(network);
  startParameters(network); // a model that was saved may be that of another network
  const known = documents.find(
    (document) => document.kind === "network" && settingsOf(document.network) === settingsOf(network) && isSameData(specOf(document).data, network.data),
  );
  return known ?? {kind: "network", record: /** @type {any} */ (undefined), network};
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
