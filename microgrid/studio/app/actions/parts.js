// Parts of several actions: how a document is opened, and how a state goes to a position. Pure, as all actions are.

import {readRecord} from "../core/graph.js";
import {networkOfRecord} from "../core/network_record.js";
import {checkSpec} from "../core/network_spec.js";
import {canBeAsked, questionsOf} from "../core/quiz.js";
import {readDocument} from "../core/document.js";
import {samePlace} from "../core/steps.js";
import {DocumentError} from "../core/syntax.js";
import {askingIn, endsIn, graphIn, numbersIn, reachIn, startRateOf, stepsIn} from "../derive.js";
import {learningOf} from "./learning.js";

const MAX_CARDS = 600, // a graph of more cannot be looked at, as in Python's studio/page.py
  MAX_EDGES = 6000;

/** The tab that is open where a document of another kind is opened. @type {Record<string, string>} */
export const FIRST_TAB = {text: "", record: "whatif", network: ""};

export const STOPPED = {playing: false, goal: null, training: null, visit: {animated: false}};

/** @type {(keyof State)[]} what was done with a document */
export const OF_DOCUMENT = [
  "document",
  "leaves",
  "net",
  "learningRate",
  "cycles",
  "cycle",
  "restarted",
  "diverged",
  "opened",
  "position",
  "wanted",
  "selected",
  "route",
  "entered",
  "quiz",
  "nudged",
];
/**
 * A document: a recorded graph with what some of its labels are called in each language, or a text; and its heading. A
 * text that is open also has the record that it was read into, and the lines that made its nodes.
 * @typedef {object} DocumentOfPage
 * @property {string} kind "record", "text" or "network"
 * @property {import("../core/network_spec.js").Spec} [network]
 * @property {import("../core/graph.js").RecordContent} record
 * @property {DocumentOfPage} [recorded] of a network, the recorded graph in which it was recognised
 * @property {boolean} [asCards] whether a recorded graph is shown as it is, also where a network is recognised in it
 * @property {string} [text]
 * @property {Record<string, string>} [texts] the text in each language, if there are several
 * @property {import("../core/document.js").SourceLine[]} [lines]
 * @property {import("../core/document.js").SourceLine | null} [backward] where Think begins in the text
 * @property {number} [learningRate] of a text, if it is not the usual one
 * @property {string} [name] in the gallery
 * @property {Record<string, Record<string, string>>} [labels]
 * @property {Record<string, Record<string, string>>} [remarks] what the author says of values as they are computed, by label
 * @property {Record<string, string>} [title]
 * @property {Record<string, string>} [note]
 */

/**
 * What +0.01 has changed: as the gradient predicts it, and as it is. Before Think there is no prediction (`isEarly`);
 * `missing` is the forward pass in which a value is missing.
 * @typedef {object} Nudged
 * @property {number} leaf
 * @property {boolean} isEarly
 * @property {number} gradient
 * @property {number} predicted
 * @property {number} actual
 * @property {import("../core/cycle.js").Forward | null} missing
 */

/**
 * What is said about an answer; "shown" where the right one had to be.
 * @typedef {{kind: "number" | "right" | "wrong" | "shown" | "hint", given?: number}} Verdict
 */

/**
 * A quiz: cards whose gradients are asked for, and how it went so far.
 * @typedef {object} Quiz
 * @property {number[]} questions
 * @property {number[]} answered
 * @property {number} card of the question; −1 after the last
 * @property {number} right how many were right at the first try, without a hint
 * @property {number} tries
 * @property {boolean} isHinted
 * @property {number} done
 * @property {Verdict | null} verdict
 * @property {boolean} settled whether the answer is known
 * @property {boolean} over
 */

/**
 * All that can change on the page. Nodes and cards are named by their positions in the graph.
 * @typedef {object} State
 * @property {DocumentOfPage} document what was opened
 * @property {{text: string, error: DocumentError | null}} draft what stands in the editor
 * @property {string} language
 * @property {Map<number, number>} leaves the numbers of the leaves, by node
 * @property {import("../derive/network.js").Net | null} net what a network has instead
 * @property {Partial<State> | null} elsewhere the document of the other subject, as it was left
 * @property {number} learningRate
 * @property {number | null} opened the card of the neuron that is open
 * @property {number} position how many steps have been taken
 * @property {number} wanted where the reader wants to be; `position` stays before a value that is missing
 * @property {{animated: boolean}} visit how this position was reached; another object for every time
 * @property {number} cycle the one shown
 * @property {import("../core/history.js").Cycles<any, number>} cycles all that were run: each can be reached again
 * @property {{left: number} | null} training how many cycles are still to be run
 * @property {number} trainingSpeed cycles per second; ∞ as fast as possible
 * @property {Partial<State>[]} past what each undo brings back, the last change at the end
 * @property {Partial<State>[]} future what each redo brings back, the next one at the end
 * @property {string | null} lastChange names it; a change of the same name is the same change
 * @property {boolean} restarted whether the curve began anew because a leaf was changed
 * @property {{cycle: number, rate: number} | null} diverged where training broke off
 * @property {Nudged | null} nudged what +0.01 has changed
 * @property {number | null} selected a card
 * @property {number} route which of its routes is shown; −1 for none
 * @property {{card: number}} entered the card that the Tab key reaches; another object for every time it gets the focus
 * @property {string} tab "" where none is open
 * @property {boolean} playing
 * @property {{position: number, speed: number} | null} goal where playing ends before the last step, and how fast it goes there
 * @property {number} speed
 * @property {number} zoom
 * @property {[number, number] | null} room width and height of the window of the graph
 * @property {object} entry of this document in the history of the browser; another object for every document opened
 * @property {boolean} isCodeShown whether the line of code of every step is shown
 * @property {boolean} hasShortcuts whether keys of one character do anything
 * @property {boolean} isPairsShown whether targets stand beside predictions, also where the inputs have a plot
 * @property {boolean} isTableOpen whether the graph is shown as a table, too
 * @property {boolean} whole whether the whole graph is to be seen, however small that makes it
 * @property {Quiz | null} quiz
 * @property {boolean} isPresenting
 * @property {boolean} isPredicting whether a presentation asks for every number before it is shown
 * @property {object | null} asked the visit at which the class is asked for the number of the next step: any other step
 * that is gone to ends the question
 */

/**
 * A document as the page holds it, made ready to be shown: a text is read into a record.
 * @param {any} document
 * @param {string} language that is spoken, for a document that there is in several
 * @returns {DocumentOfPage}
 * @throws {DocumentError} the text cannot be read
 * @throws {import("../core/network_spec.js").NetworkError} there is no such network
 */
export function openDocument(document, language) {
  if (document.kind === "record") return recognised(document);
  if (document.kind === "network") checkSpec(document.network);
  if (document.kind !== "text" || document.record) return document;
  const text = document.texts?.[language] ?? document.text,
    {content, lines, backward} = readDocument(text);
  const edges = content.nodes.reduce((count, {operands}) => count + operands.length, 0);
  if (lines.length > MAX_CARDS) throw new DocumentError("reader.nodes", {limit: MAX_CARDS});
  if (edges > MAX_EDGES) throw new DocumentError("page.editor.edges", {limit: MAX_EDGES});
  const record = {...content, learning_rate: document.learningRate ?? content.learning_rate};
  return {...document, text, record, lines, backward};
}

/**
 * Returns a recorded graph of one network on several rows as that network: it is no copy of it for each row. As cards it
 * is shown where a reader wants that, and they are not too many.
 * @param {DocumentOfPage} document
 * @returns {DocumentOfPage}
 */
export function recognised(document) {
  const network = document.kind === "record" && !document.asCards ? networkOfRecord(document.record) : null;
  if (!network || network.data.rows.length < 2) return document;
  const ofNetwork = {...document, kind: "network", record: /** @type {any} */ (undefined), network};
  return hasTooManyCards(readRecord(document.record)) ? ofNetwork : {...ofNetwork, recorded: document};
}

/**
 * Tells whether a graph has more cards or edges than can be looked at.
 * @param {import("../core/graph.js").Graph} graph
 */
export function hasTooManyCards({cards, edges}) {
  return cards.length > MAX_CARDS || edges.length > MAX_EDGES;
}

/**
 * Returns a recorded network as its cards, or as one network again; null for any other document.
 * @param {DocumentOfPage} document
 * @returns {DocumentOfPage | null}
 */
export function inOtherView({recorded, asCards, ...document}) {
  if (recorded) return {...recorded, asCards: true};
  return asCards ? recognised(document) : null;
}

const EMPTY_NODE = {label: "", op: "", operands: [], layer: ""};

/**
 * Returns a document of the page whose record has all parts of its nodes: the page leaves out what is empty or usual.
 * @param {DocumentOfPage} document
 * @returns {DocumentOfPage}
 */
export function withEmptyParts(document) {
  const {record} = document;
  if (!record) return document;
  const nodes = record.nodes.map((node) => ({...EMPTY_NODE, ...node, kind: node.kind ?? (node.op ? "computed" : "parameter")}));
  return {...document, record: {...record, nodes}};
}

/**
 * Returns a document of the page whose network has its data, which the page may only name.
 * @param {any} document
 * @param {Record<string, object>} datasets that every page has
 * @returns {DocumentOfPage}
 */
export function withData(document, datasets) {
  const {network} = document;
  return typeof network?.data === "string" ? {...document, network: {...network, data: datasets[network.data]}} : document;
}

/**
 * What a document starts with: its numbers, and nothing of what a reader has done with another. Of a text all values
 * stand there already.
 * @param {any} document that is open
 */
export function startOfDocument(document) {
  /** @type {any} */
  const start = {
    document,
    draft: {text: document.text ?? "", error: null},
    ...learningOf(document).start(document),
    learningRate: startRateOf(document),
    opened: null,
    position: 0,
    wanted: 0,
    visit: {animated: false},
    nudged: null,
    selected: null,
    route: -1,
    entered: {card: 0},
    playing: false,
    goal: null,
    training: null,
    quiz: null,
  };
  const position = document.kind === "record" ? 0 : endsIn(start).know;
  return startCurve({...start, position, wanted: position}, false);
}

/**
 * Goes to a position, or to the last one before it that can be reached.
 * @param {State} state
 * @param {number} wanted
 * @param {boolean} [animated]
 */
export function at(state, wanted, animated = false) {
  wanted = Math.min(Math.max(wanted, 0), stepsIn(state).length);
  const position = Math.min(wanted, reachIn(state)),
    route = position === state.position ? state.route : -1; // after a step, the step is shown and no longer a route
  return {...state, wanted, position, route, visit: {animated}};
}

/**
 * Stops playing and, unless a quiz is asked, goes to a position.
 * @param {State} state
 * @param {number} position
 * @param {boolean} animated
 */
export function goingTo(state, position, animated) {
  const paused = {...state, playing: false, training: null};
  return askingIn(state) ? paused : at(paused, position, animated);
}

/**
 * A new experiment begins here, and with it a new curve.
 * @param {State} state
 * @param {boolean} restarted
 */
export function startCurve(state, restarted) {
  const cycles = learningOf(state.document).first(state);
  return {...state, restarted, training: null, diverged: null, cycle: cycles.first, cycles};
}

/**
 * Begins a quiz.
 * @param {State} state
 */
export function withQuiz(state) {
  const questions = questionsOf(graphIn(state), numbersIn(state)).map(({i}) => i);
  const quiz = {
    questions,
    answered: [],
    card: questions[0] ?? -1,
    right: 0,
    tries: 0,
    isHinted: false,
    done: 0,
    verdict: null,
    settled: false,
    over: questions.length === 0,
  };
  return at({...state, playing: false, quiz, selected: null}, state.position);
}

/**
 * Ends a quiz in which some question has no answer any more.
 * @param {State} state
 */
export function withoutIdleQuiz(state) {
  if (!state.quiz) return state;
  const cards = state.quiz.questions.map((i) => graphIn(state).cards[i]);
  return canBeAsked(numbersIn(state), cards) ? state : {...state, quiz: null};
}

/**
 * Opens a neuron, or closes the one that is open (null); the place in the cycle stays the same.
 * @param {State} state
 * @param {number | null} opened
 */
export function withOpened(state, opened) {
  const current = stepsIn(state)[state.position - 1],
    next = {...state, opened};
  return at(next, current ? samePlace(current, stepsIn(next)) : state.wanted);
}
