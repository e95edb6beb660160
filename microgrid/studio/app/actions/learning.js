// How each kind of document learns: where it begins, its next cycle, many of them, and any of those before.

import {outputIn, startLeavesOf, graphIn, numbersIn, startRateOf} from "../derive.js";
import {firstCycle, leavesOfCycle, runCycles, withCycle} from "../core/training.js";
import {Cycles} from "../core/history.js";
import {LearningRun, batchOf, firstMoment, lossOf, nextMoment} from "../core/learning.js";
import {predict} from "../core/network.js";
import {firstCycleOf, learnerOf, nextMomentIn, specOf} from "../derive/network.js";

/** @typedef {import("./parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./parts.js").State} State */

/**
 * @typedef {object} Learning
 * @property {(document: DocumentOfPage) => Pick<State, "leaves" | "net">} start the numbers of the document
 * @property {(state: State, first?: number) => State["cycles"]} first the curve that begins with the numbers of a state
 * @property {(state: State) => Partial<State>} next the numbers after one more cycle
 * @property {(state: State) => State["cycles"]} withNext the cycles with that one, whose numbers the state has now
 * @property {(state: State, count: number) => Partial<State>} run the cycles and numbers after so many more, or as many as have
 * finite numbers
 * @property {(state: State, cycle: number) => Partial<State>} back the numbers of a cycle before
 * @property {(state: State) => number} rateAnew the learning rate with which it begins anew
 */

/** @type {Map<number, number>} */
const NO_LEAVES = new Map();

/** @type {Learning} */
const GRAPH_LEARNING = {
  start: (document) => ({leaves: startLeavesOf(document), net: null}),
  first: (state, first) => firstCycle(graphIn(state), state.leaves, state.learningRate, first),
  next: (state) => ({leaves: numbersIn(state).changed}),
  withNext: ({cycles, ...state}) => withCycle(graphIn({cycles, ...state}), cycles, state.leaves, state.learningRate),
  run: (state, count) => runCycles(graphIn(state), state.cycles, state.leaves, state.learningRate, count),
  back: (state, cycle) => ({leaves: leavesOfCycle(graphIn(state), state.cycles, state.leaves, cycle)}),
  rateAnew: ({document}) => startRateOf(document),
};

/** @type {Learning} */
const NETWORK_LEARNING = {
  start(document) {
    const moment = firstMoment(specOf(document));
    return {leaves: NO_LEAVES, net: {moment, row: firstMistake(document, moment), picked: null, panel: "", hover: null}};
  },
  first: (state, first = firstCycleOf(state.document)) => new Cycles(momentOf(state), outputIn({...state, cycle: first}), state.learningRate, first),
  next: (state) => ({net: withMoment(state, nextMomentIn(state))}),
  withNext: (state) => state.cycles.with(momentOf(state), outputIn({...state, cycle: state.cycles.last + 1}), state.learningRate),
  run(state, count) {
    const {spec, network, data} = learnerOf(state.document),
      {learningRate} = state,
      run = new LearningRun(spec, network, data, momentOf(state), state.cycle);
    let {cycles} = state,
      isLost = false;
    for (let left = count; left > 0 && !isLost; ) {
      const wanted = Math.min(left, cycles.untilKept);
      let done = 0;
      while (done < wanted && run.step(learningRate)) done++;
      if (done > 0) cycles = cycles.with(run.moment(), lossOf(network, run.parameters, data), learningRate, done);
      isLost = done < wanted;
      left -= done;
    }
    return {cycles, net: withMoment(state, run.moment())};
  },
  back(state, cycle) {
    const {spec, network, data} = learnerOf(state.document);
    const moment = state.cycles.parametersOf(cycle, (before, rate, number) => nextMoment(spec, network, data, before, number, rate));
    return {net: withMoment(state, moment)};
  },
  rateAnew: ({learningRate}) => learningRate, // the one that is seen: with another the same weights learn otherwise
};

/**
 * How a document learns.
 * @param {DocumentOfPage} document
 */
export function learningOf({kind}) {
  return kind === "network" ? NETWORK_LEARNING : GRAPH_LEARNING;
}

/**
 * The first row of the first batch whose prediction is wrong: nobody is to blame for another.
 * @param {DocumentOfPage} document
 * @param {import("../core/learning.js").Moment} moment
 */
function firstMistake(document, moment) {
  const {spec, network, data} = learnerOf(document),
    batch = batchOf(spec, moment, firstCycleOf(document)).toSorted();
  return batch.find((row) => predict(network, moment.parameters, data.rows[row]).some((output, i) => output !== data.targets[row][i])) ?? batch[0];
}

/** @param {State} state */
function momentOf({net}) {
  return /** @type {import("../derive/network.js").Net} */ (net).moment;
}

/**
 * @param {State} state
 * @param {import("../core/learning.js").Moment} moment
 * @returns {State["net"]}
 */
function withMoment({net}, moment) {
  return {.../** @type {import("../derive/network.js").Net} */ (net), moment};
}
