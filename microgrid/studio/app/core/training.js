// Training: cycle after cycle, of which only the parameters and the output are kept.

import {backward, changedBy, forward} from "./cycle.js";
import {Cycles} from "./history.js";

/** @typedef {import("./graph.js").Graph} Graph */

/**
 * The cycles of a graph: of each, the parameters with which it began; the rule is the learning rate.
 * @typedef {import("./history.js").Cycles<Float64Array, number>} CyclesRun
 */

/**
 * Begins with one cycle.
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 * @param {number} learningRate
 * @param {number} [first] its number
 * @returns {CyclesRun}
 */
export function firstCycle(graph, leaves, learningRate, first = 1) {
  return new Cycles(parametersIn(graph, leaves), outputOf(graph, forward(graph, leaves)), learningRate, first);
}

/**
 * Adds a cycle that begins with these leaves.
 * @param {Graph} graph
 * @param {CyclesRun} cycles
 * @param {Map<number, number>} leaves
 * @param {number} learningRate with which the cycle before was changed into it
 * @returns {CyclesRun}
 */
export function withCycle(graph, cycles, leaves, learningRate) {
  return cycles.with(parametersIn(graph, leaves), outputOf(graph, forward(graph, leaves)), learningRate);
}

/**
 * Runs cycles until there are as many, or the output is no finite number any more.
 * @param {Graph} graph
 * @param {CyclesRun} cycles the last of which begins with these leaves
 * @param {Map<number, number>} leaves
 * @param {number} learningRate
 * @param {number} count
 * @returns {{cycles: CyclesRun, leaves: Map<number, number>}} with the leaves of the last cycle
 */
export function runCycles(graph, cycles, leaves, learningRate, count) {
  let pass = forward(graph, leaves),
    left = count;
  const canGoOn = () => Number.isFinite(outputOf(graph, pass));
  while (left > 0 && canGoOn()) {
    const wanted = Math.min(left, cycles.untilKept); // what is not kept need not be copied
    let done = 0;
    for (; done < wanted && canGoOn(); done++) {
      leaves = changedBy(graph, leaves, backward(graph, pass.locals), learningRate);
      pass = forward(graph, leaves);
    }
    cycles = cycles.with(parametersIn(graph, leaves), outputOf(graph, pass), learningRate, done);
    left -= done;
  }
  return {cycles, leaves};
}

/**
 * Returns the leaves with which a cycle began.
 * @param {Graph} graph
 * @param {CyclesRun} cycles
 * @param {Map<number, number>} leaves of any of these cycles: only the parameters differ
 * @param {number} cycle
 * @returns {Map<number, number>}
 */
export function leavesOfCycle(graph, cycles, leaves, cycle) {
  const parameters = cycles.parametersOf(cycle, (before, learningRate) => {
    const start = withParameters(graph, leaves, before),
      {locals} = forward(graph, start);
    return parametersIn(graph, changedBy(graph, start, backward(graph, locals), learningRate));
  });
  return withParameters(graph, leaves, parameters);
}

/**
 * Returns the output, or NaN where a value is missing.
 * @param {Graph} graph
 * @param {{missing: number, values: number[]}} pass
 */
function outputOf(graph, {missing, values}) {
  return missing < 0 ? values[graph.output] : NaN;
}

/**
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 */
function parametersIn(graph, leaves) {
  return Float64Array.from(graph.parameters, (i) => leaves.get(i) ?? graph.nodes[i].data);
}

/**
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 * @param {Float64Array} parameters
 */
function withParameters(graph, leaves, parameters) {
  const moved = new Map(leaves);
  for (const [k, i] of graph.parameters.entries()) moved.set(i, parameters[k]);
  return moved;
}
