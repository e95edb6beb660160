// The actions: each returns the state that follows from another. Nothing else changes a state, and none is changed in
// place. Nothing here knows the screen.

import {NOT_PRESENTING, PRESENTATION} from "./actions/presentation.js";
import {forward} from "./core/cycle.js";
import {readNumber} from "./core/numerals.js";
import {canBeAsked, isNear, questionsOf} from "./core/quiz.js";
import {samePlace} from "./core/steps.js";
import {
  askingIn,
  awaitsThinkIn,
  endsIn,
  graphIn,
  isStuckIn,
  numbersIn,
  reachIn,
  startLeavesOf,
  startRateOf,
  stepsIn,
} from "./derive.js";

/** @typedef {import("./store.js").Action} Action */

/** @typedef {import("./core/steps.js").Phase} Phase */

export const NUDGE = 0.01;
const MIN_ZOOM = 0.4,
  MAX_ZOOM = 4;

/**
 * A document: a recorded graph, what some of its labels are called in each language, and its heading.
 * @typedef {object} DocumentOfPage
 * @property {string} kind "record"
 * @property {import("./core/graph.js").RecordContent} record
 * @property {Record<string, Record<string, string>>} [labels]
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
 * @property {import("./core/cycle.js").Forward | null} missing
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
 * @typedef {PageState & import("./actions/presentation.js").PresentationState} State
 */

/**
 * @typedef {object} PageState
 * @property {DocumentOfPage} document what was opened
 * @property {string} language
 * @property {Map<number, number>} leaves the numbers of the leaves, by node
 * @property {number} learningRate
 * @property {number | null} opened the card of the neuron that is open
 * @property {number} position how many steps have been taken
 * @property {number} wanted where the reader wants to be; `position` stays before a value that is missing
 * @property {{animated: boolean}} visit how this position was reached; another object for every time
 * @property {number} cycle
 * @property {number[]} losses the output after each update; NaN where it is missing
 * @property {boolean} restarted whether the curve began anew because a leaf was changed
 * @property {{cycle: number, rate: number} | null} diverged where training broke off
 * @property {Nudged | null} nudged what +0.01 has changed
 * @property {number | null} selected a card
 * @property {number} route which of its routes is shown; −1 for none
 * @property {{card: number}} entered the card that the Tab key reaches; another object for every time it gets the focus
 * @property {string} tab
 * @property {boolean} playing
 * @property {number} speed
 * @property {number} zoom
 * @property {boolean} whole whether the whole graph is to be seen, however small that makes it
 * @property {Quiz | null} quiz
 */

/**
 * The state in which a document is opened.
 * @param {DocumentOfPage} document
 * @param {string} language
 * @returns {State}
 */
export function initialState(document, language) {
  /** @type {State} */
  const state = {
    document,
    language,
    leaves: startLeavesOf(document),
    learningRate: startRateOf(document),
    opened: null,
    position: 0,
    wanted: 0,
    visit: {animated: false},
    cycle: 1,
    losses: [],
    restarted: false,
    diverged: null,
    nudged: null,
    selected: null,
    route: -1,
    entered: {card: 0},
    tab: "whatif",
    playing: false,
    speed: 1,
    zoom: 1,
    whole: false,
    quiz: null,
    ...NOT_PRESENTING,
  };
  return startCurve(state, false);
}

/**
 * Returns the state after an action.
 * @param {State} state
 * @param {import("./store.js").Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const change = REDUCERS[action.type];
  if (!change) throw new Error(`there is no action ${JSON.stringify(action.type)}`);
  return change(state, action);
}

// --- parts of several actions ----------------------------------------------------------------------------------------

/**
 * Goes to a position, or to the last one before it that can be reached.
 * @param {State} state
 * @param {number} wanted
 * @param {boolean} [animated]
 */
function at(state, wanted, animated = false) {
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
function goingTo(state, position, animated) {
  const paused = {...state, playing: false};
  return askingIn(state) ? paused : at(paused, position, animated);
}

/**
 * A new experiment begins here, and with it a new curve.
 * @param {State} state
 * @param {boolean} restarted
 */
function startCurve(state, restarted) {
  const {missing, values} = numbersIn(state);
  return {...state, restarted, diverged: null, cycle: 1, losses: missing < 0 ? [values[graphIn(state).output]] : []};
}

/**
 * Ends a quiz in which some question has no answer any more.
 * @param {State} state
 */
function withoutIdleQuiz(state) {
  const cards = (state.quiz?.questions ?? []).map((i) => graphIn(state).cards[i]);
  return canBeAsked(numbersIn(state), cards) ? state : {...state, quiz: null};
}

/**
 * Opens a neuron, or closes the one that is open (null); the place in the cycle stays the same.
 * @param {State} state
 * @param {number | null} opened
 */
function withOpened(state, opened) {
  const current = stepsIn(state)[state.position - 1],
    next = {...state, opened};
  return at(next, current ? samePlace(current, stepsIn(next)) : state.wanted);
}

/**
 * Shows the answer to the question of a quiz, and the verdict.
 * @param {Quiz} quiz
 * @param {Verdict} verdict
 */
function settled(quiz, verdict) {
  return {...quiz, verdict, settled: true, done: quiz.done + 1, answered: [...quiz.answered, quiz.card]};
}

/**
 * Makes an action of what follows from a quiz; where none is asked, nothing does.
 * @param {(quiz: Quiz, state: State, action: any) => Quiz} change
 * @returns {(state: State, action: any) => State}
 */
function inQuiz(change) {
  return (state, action) => (state.quiz ? {...state, quiz: change(state.quiz, state, action)} : state);
}

// --- the actions -----------------------------------------------------------------------------------------------------

/** @type {Record<string, (state: State, action: any) => State>} */
const REDUCERS = {
  ...PRESENTATION,

  /** Opens another document; what belongs to the reader, and not to a document, stays. */
  setDocument(state, {document}) {
    const {language, speed} = state;
    return {...initialState(document, language), speed};
  },

  goTo(state, {position, animated = false}) {
    return goingTo(state, position, animated);
  },

  stepBy(state, {count}) {
    return goingTo(state, state.position + count, count > 0);
  },

  goToPhase(state, {phase}) {
    return goingTo(state, endsIn(state)[/** @type {Phase} */ (phase)], false);
  },

  /** Plays on from here or, at the end, from the start. */
  play(state) {
    if (askingIn(state)) return state;
    const start = state.position === reachIn(state) ? 0 : state.position;
    return {...at(state, start + 1, true), playing: true};
  },

  pause(state) {
    return state.playing ? {...state, playing: false} : state;
  },

  /** Takes the next step of playing, or stops where there is none. */
  playOn(state) {
    if (state.position >= reachIn(state)) return {...state, playing: false};
    return at(state, state.position + 1, true);
  },

  setSpeed(state, {speed}) {
    return {...state, speed};
  },

  // Changes a leaf; what depends on it is computed again at once, and the step stays the same.
  setLeaf(state, {leaf, value}) {
    const isNewCurve = state.cycle > 1 || state.restarted,
      leaves = new Map(state.leaves).set(leaf, value);
    const moved = startCurve({...state, playing: false, leaves, nudged: null}, isNewCurve);
    return at(withoutIdleQuiz(moved), state.wanted);
  },

  // Puts a gradient to the test, without keeping the move; before Think, when nothing is predicted yet, only moves.
  tryNudge(state, {leaf}) {
    const numbers = numbersIn(state),
      graph = graphIn(state);
    if (numbers.missing >= 0) return state;
    const moved = forward(graph, new Map(state.leaves).set(leaf, numbers.values[leaf] + NUDGE), true);
    const nudged = {
      leaf,
      isEarly: awaitsThinkIn(state),
      gradient: numbers.gradients[leaf],
      predicted: numbers.gradients[leaf] * NUDGE,
      actual: moved.missing < 0 ? moved.values[graph.output] - numbers.values[graph.output] : NaN,
      missing: moved.missing < 0 ? null : moved,
    };
    return {...state, nudged};
  },

  reset(state) {
    const {document} = state,
      start = {leaves: startLeavesOf(document), learningRate: startRateOf(document)};
    const fresh = startCurve({...state, ...start, playing: false, nudged: null}, false);
    return at(withoutIdleQuiz(fresh), state.wanted);
  },

  setLearningRate(state, {learningRate}) {
    return at(withoutIdleQuiz({...state, learningRate}), state.position);
  },

  /** Runs so many cycles, or fewer where there is no number any more. */
  train(state, {cycles}) {
    const graph = graphIn(state),
      losses = [...state.losses];
    /** @type {State} */
    let next = {...state, playing: false, nudged: null};
    for (let i = 0; i < cycles && !isStuckIn(next); i++) {
      next = {...next, leaves: new Map(numbersIn(next).changed), cycle: next.cycle + 1};
      const {missing, values} = numbersIn(next);
      losses.push(missing < 0 ? values[graph.output] : NaN);
    }
    const diverged = isStuckIn(next) ? (state.diverged ?? {cycle: next.cycle, rate: next.learningRate}) : state.diverged;
    next = withoutIdleQuiz({...next, losses, diverged});
    return at(next, endsIn(next).think);
  },

  // Selects a card, or lets it go; a neuron is opened or closed.
  select(state, {card}) {
    const {isNeuron} = graphIn(state).cards[card],
      isClosing = isNeuron ? state.opened === card : state.selected === card;
    let next = {...state, selected: isClosing ? null : card, route: isNeuron ? -1 : 0};
    if (isNeuron) next = withOpened(next, isClosing ? null : card);
    return isClosing || askingIn(next) ? next : {...next, tab: "routes"};
  },

  /** Lets the selected card go. */
  deselect(state) {
    return {...state, selected: null};
  },

  closeNeuron(state) {
    const {opened} = state;
    if (opened === null) return state;
    const selected = state.selected === opened ? null : state.selected;
    return {...withOpened({...state, selected}, null), entered: {card: opened}};
  },

  /** Moves the focus to a card. */
  enterCard(state, {card}) {
    return graphIn(state).cards[card] ? {...state, entered: {card}} : state;
  },

  chooseRoute(state, {route}) {
    return route === state.route ? state : {...state, route};
  },

  /** Shows a tab; where a quiz waits there, nothing plays on behind it. */
  showTab(state, {tab}) {
    const next = {...state, tab};
    return askingIn(next) ? {...next, playing: false} : next;
  },

  setLanguage(state, {language}) {
    return {...state, language};
  },

  zoomBy(state, {factor}) {
    return {...state, whole: false, zoom: Math.min(Math.max(state.zoom * factor, MIN_ZOOM), MAX_ZOOM)};
  },

  fitWindow(state) {
    return {...state, whole: true, zoom: 1};
  },

  // --- the quiz: it asks for one gradient after the other ---

  beginQuiz(state) {
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
  },

  /** Judges an answer; a second wrong one shows the right one. */
  answer: inQuiz((quiz, state, {text}) => {
    const given = readNumber(text),
      {output} = graphIn(state).cards[quiz.card];
    if (Number.isNaN(given)) return {...quiz, verdict: {kind: "number"}};
    if (isNear(given, numbersIn(state).gradients[output])) {
      const isFirst = quiz.tries === 0 && !quiz.isHinted;
      return settled({...quiz, right: quiz.right + (isFirst ? 1 : 0)}, {kind: "right"});
    }
    const wrong = {...quiz, tries: quiz.tries + 1};
    return quiz.tries > 0 ? settled(wrong, {kind: "shown"}) : {...wrong, verdict: {kind: "wrong", given}};
  }),

  showHint: inQuiz((quiz) => ({...quiz, isHinted: true, verdict: {kind: "hint"}})),

  showAnswer: inQuiz((quiz) => settled(quiz, {kind: "shown"})),

  nextQuestion: inQuiz((quiz) => {
    const card = quiz.questions[quiz.done] ?? -1;
    return {...quiz, card, tries: 0, isHinted: false, verdict: null, settled: false, over: card < 0};
  }),

  endQuiz(state) {
    return at({...state, quiz: null}, state.position);
  },
};
