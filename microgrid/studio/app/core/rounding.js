// Whether the numbers of a formula, as they are shown, give the result as it is shown: 5.031 − 5 is not 0.03125.

import {valueOf} from "./cycle.js";
import {MINUS, show} from "./numerals.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {import("./steps.js").Step} Step */

/**
 * Returns a number as far as it is shown.
 * @param {number} number
 */
function asShown(number) {
  return Number.isFinite(number) ? Number(show(number).replaceAll(MINUS, "-")) : number;
}

/**
 * The sign between a formula, computed from the numbers shown, and its result.
 * @param {number} computed
 * @param {number} result
 * @returns {" = " | " ≈ "}
 */
function signBetween(computed, result) {
  return show(computed) === show(result) ? " = " : " ≈ ";
}

/**
 * The sign between a product and its result.
 * @param {number} a
 * @param {number} b
 * @param {number} result
 */
export function equalsOfProduct(a, b, result) {
  return signBetween(asShown(a) * asShown(b), result);
}

/**
 * The sign between the update of a parameter and the number after it.
 * @param {Numbers} numbers
 * @param {number} i
 */
export function equalsOfChange({values, gradients, learningRate, changed}, i) {
  return signBetween(asShown(values[i]) - asShown(learningRate) * asShown(gradients[i]), changed.get(i) ?? NaN);
}

/**
 * The sign between the formula of a node, with the numbers of its operands, and its value.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {number} i
 */
export function equalsOfValue({nodes}, {values}, i) {
  const numbers = nodes[i].operands.map((operand) => asShown(values[operand]));
  return signBetween(valueOf(nodes[i], numbers), values[i]);
}

/**
 * The sign before the result of the formula of a step.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Step} step
 */
export function equalsOfStep(graph, numbers, step) {
  const {values, gradients, locals, carried} = numbers;
  switch (step.kind) {
    case "value":
      return equalsOfValue(graph, numbers, step.node);
    case "product": {
      const [w, x] = graph.nodes[step.node].operands.slice(2 * step.group).map((operand) => values[operand]);
      return equalsOfProduct(w, x, w * x);
    }
    case "neuron":
      return equalsOfValue(graph, numbers, step.card.output);
    case "share": {
      const local = locals[step.node][step.position];
      return equalsOfProduct(gradients[step.node], local, gradients[step.node] * local);
    }
    case "edge":
      return equalsOfProduct(gradients[step.card.output], carried[step.edge.i].local, carried[step.edge.i].share);
    case "change":
      return equalsOfChange(numbers, step.node);
    default:
      return " = ";
  }
}
