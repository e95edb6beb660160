// Undo and redo: what each change has replaced is kept, and can be taken back; and what was taken back can be redone
// until something else is changed. Looking around (steps, cards, tabs) is no change.

import {askingIn} from "../derive.js";
import {spoken} from "./editor.js";
import {FIRST_TAB, OF_DOCUMENT, STOPPED} from "./parts.js";

const MAX_UNDOS = 50;

/** @typedef {import("./parts.js").State} State */
/** @typedef {import("../store.js").Action} Action */

/** @type {Pick<State, "past" | "future" | "lastChange">} */
export const undoAtStart = {past: [], future: [], lastChange: null};

/** @type {(keyof State)[]} all that undo and redo bring back; what belongs to the reader (language, zoom) stays */
const KEPT = [...OF_DOCUMENT, "draft", "elsewhere"];

// What changes something; those that go on for a while are one change until something else happens.
const CHANGES = ["setDocument", "openSubject", "showOtherView", "openShared", "changeNetwork", "train", "reset"],
  LASTING_CHANGES = ["typeText", "setLeaf", "setLearningRate", "rewind"],
  CHANGES_IF_CUT = ["stepBy", "play", "playPhase"]; // cycles are lost where one runs on with another learning rate

/** @type {Record<string, (state: State, action: any) => State>} */
export const UNDO = {
  /** Takes the last change back. */
  undo(state) {
    return exchanged(state, "past", "future");
  },

  /** Makes the change again that was taken back last. */
  redo(state) {
    return exchanged(state, "future", "past");
  },

  /** Ends a change that lasts, such as the drag of a slider: what follows is another. */
  settle(state) {
    return state;
  },
};

/**
 * Brings back the last that one list keeps; what that replaces is kept in the other.
 * @param {State} state
 * @param {"past" | "future"} from
 * @param {"past" | "future"} to
 */
function exchanged(state, from, to) {
  const kept = state[from].at(-1);
  if (!kept || askingIn(state)) return state;
  const tab = kept.document?.kind === state.document.kind ? state.tab : FIRST_TAB[kept.document?.kind ?? ""],
    lists = {[from]: state[from].slice(0, -1), [to]: [...state[to], keptOf(state, kept.lastChange ?? "")]};
  return spoken({...state, ...kept, ...STOPPED, tab, ...lists, lastChange: null}, state.language);
}

/**
 * What a change replaces, with the name of the change.
 * @param {State} state
 * @param {string} lastChange
 * @returns {Partial<State>}
 */
function keptOf(state, lastChange) {
  return {...Object.fromEntries(KEPT.map((key) => [key, state[key]])), lastChange};
}

/**
 * Remembers what an action has replaced.
 * @param {State} state
 * @param {Action} action
 * @param {State} next after the action
 * @returns {State}
 */
export function remembering(state, action, next) {
  if (["undo", "redo", "trainOn"].includes(action.type)) return next;
  const change = nameOfChange(action, state, next);
  if (change === null) return next.lastChange === null ? next : {...next, lastChange: null};
  if (!isChanged(state, next)) return next;
  if (change === state.lastChange && LASTING_CHANGES.includes(action.type)) return withoutIdleChange(next);
  return {...next, past: [...state.past, keptOf(state, change)].slice(-MAX_UNDOS), future: [], lastChange: change};
}

/**
 * Forgets a change that has led back to where it began, as text that is typed and deleted.
 * @param {State} state
 */
function withoutIdleChange(state) {
  const before = /** @type {State | undefined} */ (state.past.at(-1));
  return !before || isChanged(before, state) ? state : {...state, past: state.past.slice(0, -1), lastChange: null};
}

/**
 * The name of what an action changes, or null.
 * @param {Action} action
 * @param {State} state
 * @param {State} next
 */
function nameOfChange({type, leaf}, state, next) {
  if (CHANGES_IF_CUT.includes(type)) return next.cycles !== state.cycles && state.cycle < state.cycles.last ? "nextCycle" : null;
  if (!CHANGES.includes(type) && !LASTING_CHANGES.includes(type)) return null;
  return leaf === undefined ? type : `${type} ${leaf}`;
}

/**
 * @param {State} state
 * @param {State} next
 */
function isChanged(state, next) {
  const isOther = /** @type {const} */ (["record", "network", "text"]).some((key) => state.document[key] !== next.document[key]);
  if (isOther) return true;
  if (state.draft.text !== next.draft.text) return true; // also one that cannot be read
  return /** @type {const} */ (["leaves", "learningRate", "cycles", "cycle"]).some((key) => state[key] !== next[key]);
}
