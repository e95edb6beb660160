// The actions: each returns the state that follows from another. Nothing else changes a state, and none is changed in
// place. Nothing here knows the screen.

import {EDITOR, spoken} from "./actions/editor.js";
import {LOOP, loopAtStart} from "./actions/loop.js";
import {NETWORK} from "./actions/network.js";
import {FIRST_TAB, at, goingTo, openDocument, startCurve, startOfDocument, withOpened, withQuiz, withoutIdleQuiz} from "./actions/parts.js";
import {PLOTS, PLOTS_AT_START} from "./actions/plots.js";
import {REACH, REACH_AT_START} from "./actions/reach.js";
import {NOT_SHARED, SHARE} from "./actions/share.js";
import {UNDO, remembering, undoAtStart} from "./actions/undo.js";
import {NOT_PRESENTING, PRESENTATION} from "./actions/presentation.js";
import {forward} from "./core/cycle.js";
import {readNumber} from "./core/numerals.js";
import {isNear} from "./core/quiz.js";
import {askingIn, awaitsThinkIn, endsIn, goalIn, graphIn, numbersIn, reachIn} from "./derive.js";

const NUDGE = 0.01; // how far +0.01 moves a leaf
const MIN_ZOOM = 0.4,
  MAX_ZOOM = 4;

/** @typedef {import("./core/steps.js").Phase} Phase */
/** @typedef {import("./actions/parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./actions/parts.js").Quiz} Quiz */
/** @typedef {import("./actions/parts.js").State} State */
/** @typedef {import("./actions/parts.js").Verdict} Verdict */

/**
 * The state in which a document is opened.
 * @param {any} document as the page holds it
 * @param {string} language
 * @returns {State}
 */
export function initialState(document, language) {
  const opened = openDocument(document, language);
  return {
    ...startOfDocument(opened),
    language,
    tab: FIRST_TAB[opened.kind],
    elsewhere: null,
    speed: 1,
    zoom: 1,
    whole: false,
    room: null,
    isCodeShown: false,
    ...PLOTS_AT_START,
    ...REACH_AT_START,
    ...NOT_SHARED,
    ...loopAtStart,
    ...undoAtStart,
    ...NOT_PRESENTING,
  };
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
  return remembering(state, action, change(state, action));
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
  ...EDITOR,
  ...PLOTS,
  ...REACH,
  ...SHARE,
  ...LOOP,
  ...UNDO,
  ...PRESENTATION,
  ...NETWORK,

  goTo(state, {position, animated = false}) {
    return goingTo(state, position, animated);
  },

  goToPhase(state, {phase}) {
    return goingTo(state, endsIn(state)[/** @type {Phase} */ (phase)], false);
  },

  /** Takes the next step of playing, or stops where there is none; what it stops at waits for the reader. */
  playOn(state) {
    if (state.position >= Math.min(reachIn(state), goalIn(state)?.position ?? Infinity)) return {...state, playing: false};
    return at(state, state.position + 1, true);
  },

  setSpeed(state, {speed}) {
    return {...state, speed};
  },

  // Changes a leaf; what depends on it is computed again at once, and the step stays the same.
  setLeaf(state, {leaf, value}) {
    const isNewCurve = state.cycles.last > state.cycles.first || state.restarted,
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

  setLearningRate(state, {learningRate}) {
    return at(withoutIdleQuiz({...state, learningRate}), state.position);
  },

  // Selects a card, or lets it go; a neuron, or a sum of products, is opened or closed.
  select(state, {card}) {
    const {opens} = graphIn(state).cards[card],
      isClosing = opens ? state.opened === card : state.selected === card;
    let next = {...state, selected: isClosing ? null : card, route: opens ? -1 : 0};
    if (opens) next = withOpened(next, isClosing ? null : card);
    return isClosing || askingIn(next) ? next : {...next, tab: "routes"};
  },

  /** Lets the selected card go. */
  deselect(state) {
    return {...state, selected: null, net: state.net && {...state.net, picked: null}};
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

  // Shows a tab; where a quiz waits there, nothing plays on behind it. Of a text, the tab that is open is closed by asking
  // for it again.
  showTab(state, {tab}) {
    const isClosing = state.document.kind === "text" && tab === state.tab,
      next = {...state, tab: isClosing ? "" : tab};
    return askingIn(next) ? {...next, playing: false} : next;
  },

  setLanguage(state, {language}) {
    return spoken(state, language);
  },

  // Shows the graph larger or smaller than where it can be read; `least` is the zoom at which it is seen whole.
  zoomTo(state, {zoom, least}) {
    const isWhole = least < 1 && zoom <= least;
    return {...state, whole: isWhole, zoom: isWhole ? 1 : Math.min(Math.max(zoom, Math.min(MIN_ZOOM, least)), MAX_ZOOM)};
  },

  /** Tells how much room there is for the graph, which is laid out to fill it. */
  setRoom(state, {room}) {
    return {...state, room};
  },

  /** Shows the whole graph or, where it is shown, as much of it as can be read. */
  fitWindow(state) {
    return {...state, whole: !state.whole, zoom: 1};
  },

  // --- the quiz: it asks for one gradient after the other ---

  beginQuiz(state) {
    return withQuiz(state);
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
    if (quiz.verdict?.kind === "wrong" && quiz.verdict.given === given) return {...quiz}; // sent again by mistake
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
