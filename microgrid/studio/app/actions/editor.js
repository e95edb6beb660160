// What the editor, the examples and the large button do.

import {STEP_MS} from "../core/reading.js";
import {DocumentError} from "../core/syntax.js";
import {nextPhase} from "../derive/editor.js";
import {nextAskedIn} from "../derive/network.js";
import {askingIn, endsIn, goalIn, startLeavesOf, stepsIn} from "../derive.js";
import {onward} from "./loop.js";
import {learningOf} from "./learning.js";
import {STOPPED, at, goingTo, openDocument, startCurve, startOfDocument} from "./parts.js";

const PHASE_MS = 3000; // that a phase takes at the usual speed

/** @typedef {import("./parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./parts.js").State} State */

/** @type {Record<string, (state: State, action: any) => State>} */
export const EDITOR = {
  // Reads what stands in the editor. If it cannot be read, the last graph stays, and with it all that was done with it;
  // so it does if nothing of the graph has changed. If an edit changes only numbers or names, the step stays.
  typeText(state, {text}) {
    if (text === state.draft.text) return state;
    const {document, error} = readingOf({kind: "text", text, learningRate: state.document.learningRate}, state.language);
    if (!document) return {...state, draft: {text, error}};
    const draft = {text, error: null};
    if (JSON.stringify(document.record) === JSON.stringify(state.document.record)) {
      return {...state, draft, document: {...document, record: state.document.record}};
    }
    const begun = {...state, ...startOfDocument(document), learningRate: state.learningRate};
    if (!isEdit(state.draft.text, text)) return begun; // another text in its place
    const next = withMoved(begun, state);
    return hasSameSteps(document, state.document) ? at({...next, opened: state.opened}, state.wanted) : next;
  },

  // Plays the phase that comes next, up to the step before its first question; where one is playing, goes to its end at once. Where a
  // class is to predict the next step, it is asked, or answered.
  playPhase(state) {
    if (askingIn(state)) return state;
    const goal = goalIn(state);
    if (goal && state.position < goal.position) return at({...state, playing: false}, goal.position);
    const isOver = state.position === stepsIn(state).length,
      start = isOver ? onward(state) : state;
    const asked = nextAskedIn(start);
    if (asked === start.position) return start.asked === start.visit ? goingTo(start, asked + 1, true) : {...start, ...STOPPED, visit: start.visit, asked: start.visit};
    const position = Math.min(asked, endsIn(start)[nextPhase(start.position, endsIn(start))]),
      speed = state.speed * Math.max(1, ((position - start.position) * STEP_MS) / PHASE_MS);
    return {...at(start, start.position + 1, true), playing: true, training: null, goal: {position, speed}};
  },

  /** Shows the line of code of every step, or no longer. */
  showCode(state, {isShown}) {
    return {...state, isCodeShown: isShown};
  },
};

/**
 * Returns the state in another language: a document that there is in several, and that nobody has changed, with it.
 * @param {State} state
 * @param {string} language
 * @returns {State}
 */
export function spoken(state, language) {
  const {document, draft} = state;
  if (!document.texts || draft.text !== document.text) return {...state, language};
  const translated = openDocument({...document, record: null}, language);
  return {...state, language, document: translated, draft: {text: translated.text ?? "", error: null}};
}

/**
 * Moves again what was moved by hand, and is not in the text: the leaves that have the same name and, in both texts, the
 * same number. What training made of them belongs to the text before.
 * @param {State} state of the new text
 * @param {State} before
 * @returns {State}
 */
function withMoved(state, before) {
  const [was, is] = [before, state].map(({document}) => leavesByName(document)),
    {leaves: moved} = {...before, ...learningOf(before.document).back(before, before.cycles.first)},
    leaves = new Map(state.leaves);
  for (const [name, {i, number}] of is) {
    const old = was.get(name),
      now = old && moved.get(old.i);
    if (old && now !== undefined && Object.is(old.number, number) && !Object.is(now, number)) leaves.set(i, now);
  }
  const isMoved = [...leaves].some(([i, number]) => !Object.is(number, state.leaves.get(i)));
  return isMoved ? at(startCurve({...state, leaves}, false), state.wanted) : state;
}

/**
 * The leaves that have a name of their own, with their numbers in the document.
 * @param {DocumentOfPage} document
 */
function leavesByName(document) {
  const start = startLeavesOf(document),
    named = [...start].map(([i, number]) => ({name: document.record.nodes[i].label, i, number})).filter(({name}) => name);
  const alone = named.filter(({name}) => named.filter((other) => other.name === name).length === 1);
  return new Map(alone.map((leaf) => [leaf.name, leaf]));
}

/**
 * Opens a text, or tells why it cannot be read.
 * @param {object} document
 * @param {string} language
 * @returns {{document: DocumentOfPage, error: null} | {document: null, error: DocumentError}}
 */
function readingOf(document, language) {
  try {
    return {document: openDocument(document, language), error: null};
  } catch (error) {
    if (error instanceof DocumentError) return {document: null, error};
    throw error;
  }
}

/**
 * Tells whether a text was changed in one place, and not written anew: half of it at least has stayed.
 * @param {string} before
 * @param {string} after
 */
function isEdit(before, after) {
  const longest = Math.min(before.length, after.length);
  let start = 0,
    end = 0;
  while (start < longest && before[start] === after[start]) start++;
  while (end < longest - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return 2 * (start + end) >= after.length;
}

/**
 * Tells whether two documents differ in numbers and names alone.
 * @param {DocumentOfPage} one
 * @param {DocumentOfPage} other
 */
function hasSameSteps(one, other) {
  const shapeOf = (/** @type {DocumentOfPage} */ {record}) => JSON.stringify(record.nodes.map(({kind, op, operands}) => [kind, op, operands]));
  return shapeOf(one) === shapeOf(other);
}
