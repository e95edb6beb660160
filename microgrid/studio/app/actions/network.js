// The two subjects, one number and a network, each with a document that waits while the other is shown; and what a
// reader does with a network: builds it anew, picks a row or a part.

import {specOf} from "../derive/network.js";
import {FIRST_TAB, OF_DOCUMENT, STOPPED, at, inOtherView, openDocument, startOfDocument} from "./parts.js";
import {PLOTS_AT_START} from "./plots.js";

/** @typedef {import("./parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./parts.js").State} State */

/** @type {Record<string, (state: State, action: any) => State>} */
export const NETWORK = {
  /** Opens another document; what belongs to the reader, and not to a document, stays. */
  setDocument(state, {document}) {
    return {...opening(state, openDocument(document, state.language)), entry: {}};
  },

  /** Goes to the other subject: its document as it was left or, the first time, this one. */
  openSubject(state, {document}) {
    if (subjectOf(document) === subjectOf(state.document)) return state;
    return state.elsewhere ? exchangedSubjects(state, state.elsewhere) : NETWORK.setDocument(state, {document});
  },

  /** Shows a recorded network as its cards, or as one network again; as it was left, if it was shown so before. */
  showOtherView(state) {
    const {document, elsewhere} = state,
      other = inOtherView(document);
    if (!other) return state;
    const isWaiting = elsewhere?.document && recordIn(elsewhere.document) === recordIn(document);
    return isWaiting ? exchangedSubjects(state, elsewhere) : NETWORK.setDocument(state, {document: other});
  },

  // Builds another network: begins anew with its own numbers, and with the learning rate that is seen.
  changeNetwork(state, {change}) {
    const {kind, network: before} = state.document,
      {learningRate} = state,
      network = {...before, model: null, history: null, ...change, learningRate},
      document = openDocument({kind, network}, state.language);
    const opened = {...state, ...startOfDocument(document)},
      row = state.net?.row === null ? null : (opened.net?.row ?? null);
    return at(withNet(opened, {row, panel: state.net?.panel ?? ""}), opened.position);
  },

  /** Picks a row to look at; null for all rows. */
  pickRow(state, {row}) {
    const {length} = specOf(state.document).data.rows;
    return withNet(state, {row: row === null ? null : Math.min(Math.max(Math.round(row), 0), length - 1)});
  },

  /** Picks a neuron, a weight or an input, or lets it go (null). */
  pickPart(state, {part}) {
    return withNet(state, {picked: part});
  },

  /** Points at a part, or no longer (null). */
  hoverPart(state, {part}) {
    return withNet(state, {hover: part});
  },

  /** Opens a panel below the drawing, or closes it (""). */
  showPanel(state, {panel}) {
    return withNet(state, {panel});
  },
};

/**
 * The document that waited, as it was left; that of the state waits now.
 * @param {State} state
 * @param {Partial<State>} elsewhere
 * @returns {State}
 */
function exchangedSubjects(state, elsewhere) {
  return {...state, ...elsewhere, ...STOPPED, elsewhere: leftOf(state), entry: {}};
}

/** @param {DocumentOfPage} document */
function recordIn({recorded, record}) {
  return recorded?.record ?? record;
}

/**
 * @param {State} state
 * @param {Partial<import("../derive/network.js").Net>} change
 * @returns {State}
 */
function withNet(state, change) {
  return state.net ? {...state, net: {...state.net, ...change}} : state;
}

/**
 * The subject of a document: one number, or a network.
 * @param {{kind: string}} document
 */
export function subjectOf({kind}) {
  return kind === "network" ? "network" : "number";
}

/**
 * The document with what was done with it.
 * @param {State} state
 * @returns {Partial<State>}
 */
function leftOf(state) {
  return Object.fromEntries([...OF_DOCUMENT, "draft", "tab"].map((key) => [key, state[/** @type {keyof State} */ (key)]]));
}

/**
 * Returns the state in which a document is shown; one of the other subject waits as it was left.
 * @param {State} state
 * @param {DocumentOfPage} document that is open
 * @returns {State}
 */
export function opening(state, document) {
  const isOther = subjectOf(document) !== subjectOf(state.document),
    tab = document.kind === state.document.kind ? state.tab : FIRST_TAB[document.kind];
  return {...state, ...startOfDocument(document), ...PLOTS_AT_START, tab, elsewhere: isOther ? leftOf(state) : state.elsewhere, zoom: 1, whole: false};
}
