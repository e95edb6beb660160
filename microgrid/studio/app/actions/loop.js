// The loop: after Change, on to the next cycle; back to any cycle before; training, and the document's own numbers again.

import {LITTLE_LEFT} from "../core/network_sentences.js";
import {askingIn, endsIn, isAsOpenedIn, isStuckIn, learnsIn, outputIn, reachIn, stepsIn} from "../derive.js";
import {learningOf} from "./learning.js";
import {at, goingTo, startCurve, withoutIdleQuiz} from "./parts.js";

/** @typedef {import("./parts.js").State} State */

/** @type {Pick<State, "trainingSpeed">} */
export const loopAtStart = {trainingSpeed: 30};

/** @type {Record<string, (state: State, action: any) => State>} */
export const LOOP = {
  /** Steps on or back; from the last step of a cycle to the next cycle, and from its start to the one before. */
  stepBy(state, {count}) {
    const {position, cycle, cycles} = state;
    if (!askingIn(state)) {
      if (count > 0 && position === stepsIn(state).length && canGoOn(state)) return onward(state);
      if (count < 0 && position === 0 && cycle > cycles.first) {
        const before = rewound(state, cycle - 1);
        return at(before, stepsIn(before).length);
      }
    }
    return goingTo(state, position + count, count > 0);
  },

  /** Plays on from here or, at the end, from the start of the next cycle. */
  play(state) {
    if (askingIn(state)) return state;
    const start = state.position === reachIn(state) ? onward(state) : state;
    return {...at(start, start.position + 1, true), playing: true, training: null, goal: null};
  },

  /** Stops playing and training. */
  pause(state) {
    return state.playing || state.training ? {...state, playing: false, training: null} : state;
  },

  /** Goes to a cycle that was run before; the step stays the same. */
  rewind(state, {cycle}) {
    if (askingIn(state)) return state;
    const {first, last} = state.cycles,
      nearest = Math.min(Math.max(Math.round(cycle), first), last);
    if (nearest === state.cycle) return {...state, playing: false, training: null};
    return at(rewound(state, nearest), state.wanted);
  },

  // Trains so many cycles from the one that is shown: one at once, the others as they are called for.
  train(state, {cycles: count}) {
    if (!canGoOn(state)) return state;
    return trained({...cutHere(state), playing: false, nudged: null, training: {left: count}}, 1);
  },

  /** Runs so many cycles of the training that is under way. */
  trainOn(state, {cycles}) {
    return state.training ? trained(state, cycles) : state;
  },

  setTrainingSpeed(state, {cyclesPerSecond}) {
    return {...state, trainingSpeed: cyclesPerSecond};
  },

  /** Takes the document's own numbers again, and its first cycle. */
  reset(state) {
    const paused = {...state, playing: false, training: null, nudged: null},
      learning = learningOf(state.document);
    if (isAsOpenedIn(state)) return at(paused, state.wanted);
    const learningRate = learning.rateAnew(state),
      {leaves, net} = learning.start(state.document);
    const start = {...paused, leaves, learningRate, net: net && {...state.net, moment: net.moment}};
    return at(withoutIdleQuiz(startCurve(/** @type {State} */ (start), false)), state.wanted);
  },
};

/**
 * Returns the start of the next cycle; where nothing changes from cycle to cycle, that of this one.
 * @param {State} state
 * @returns {State}
 */
export function onward(state) {
  const next = canGoOn(state) && state.position === stepsIn(state).length ? nextCycle(state) : state;
  return at({...next, playing: false, training: null}, 0);
}

/**
 * Tells whether another cycle can follow.
 * @param {State} state
 */
function canGoOn(state) {
  return learnsIn(state) && !isStuckIn(state);
}

/**
 * The next cycle: the one that was run then, unless the learning rate has become another since.
 * @param {State} state
 * @returns {State}
 */
function nextCycle(state) {
  const {cycle, cycles, learningRate, document} = state,
    learning = learningOf(document),
    isRun = cycle < cycles.last && cycles.ruleOf(cycle) === learningRate,
    base = isRun ? state : cutHere(state);
  const next = {...base, ...learning.next(state), cycle: cycle + 1, nudged: null};
  return withDivergence(isRun ? next : {...next, cycles: learning.withNext(next)});
}

/**
 * Forgets the cycles after the one that is shown.
 * @param {State} state
 * @returns {State}
 */
function cutHere(state) {
  if (state.cycle === state.cycles.last) return state;
  return {...state, cycles: state.cycles.cut(state.cycle, outputIn(state)), diverged: null};
}

/**
 * Brings the numbers of a cycle back.
 * @param {State} state
 * @param {number} cycle
 * @returns {State}
 */
function rewound(state, cycle) {
  const numbers = learningOf(state.document).back(state, cycle);
  return withoutIdleQuiz({...state, ...numbers, playing: false, training: null, nudged: null, cycle});
}

/**
 * Runs so many cycles, or as many as are left; shows the end of Think, where all gradients are seen.
 * @param {State} state
 * @param {number} wanted
 * @returns {State}
 */
function trained(state, wanted) {
  const left = state.training?.left ?? 0,
    count = Math.min(wanted, left);
  const run = {...state, ...learningOf(state.document).run(state, count), nudged: null},
    next = withDivergence({...run, cycle: run.cycles.last}),
    isOver = left <= count || isStuckIn(next) || (left === Infinity && isLearned(next));
  return at({...next, training: isOver ? null : {left: left - count}}, endsIn(next).think);
}

/**
 * Tells whether so little is left of the loss of a network that running on would show nothing.
 * @param {State} state
 */
function isLearned(state) {
  const loss = outputIn(state);
  return state.document.kind === "network" && loss <= LITTLE_LEFT * state.cycles.firstLoss;
}

/**
 * Notes where training has led to a number that is missing or not finite.
 * @param {State} state
 * @returns {State}
 */
function withDivergence(state) {
  const {cycle, learningRate: rate} = state,
    diverged = isStuckIn(state) ? (state.diverged ?? {cycle, rate}) : state.diverged;
  return withoutIdleQuiz({...state, diverged});
}
