// Whether the numbers of a formula, as they are shown, give the result as it is shown: 5.031 − 5 is not 0.03125.

import {ROUNDING} from "./blame.js";
import {valueOf} from "./cycle.js";
import {MINUS, digitsApart, show} from "./numerals.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {import("./steps.js").Step} Step */

/**
 * Returns a number as far as it is shown.
 * @param {number} number
 * @param {number} [digits]
 */
export function asShown(number, digits = 4) {
  return Number.isFinite(number) ? Number(show(number, digits).replaceAll(MINUS, "-")) : number;
}

/**
 * The sign between a formula, computed from the numbers shown, and its result. Where that looks like the number that it
 * began with, only what is equal is called so: 1 + 0.00003 is not 1.
 * @param {number} computed
 * @param {number} result
 * @param {number[]} [terms] that it began with
 * @returns {" = " | " ≈ "}
 */
export function equalsOf(computed, result, terms = []) {
  const [text, shown] = [show(computed), show(result)],
    isSame = terms.some((term) => show(term) === shown) ? computed === asShown(result) : text === shown;
  return isSame && ![result, ...terms].some(looksWhole) ? " = " : " ≈ ";
}

/**
 * Whether a number is shown as a whole one that it is not, by more than rounding: 0.99997 as 1.
 * @param {number} number
 */
function looksWhole(number) {
  const shown = asShown(number);
  return Number.isInteger(shown) && Math.abs(shown - number) > ROUNDING * Math.abs(number);
}

/**
 * The sign between a product and its result.
 * @param {number} a
 * @param {number} b
 * @param {number} result
 */
export function equalsOfProduct(a, b, result) {
  return equalsOf(asShown(a) * asShown(b), result, [a, b].filter(looksWhole));
}

/**
 * The sign between the update of a parameter and the number after it.
 * @param {Numbers} numbers
 * @param {number} i
 */
export function equalsOfChange({values, gradients, learningRate, changed}, i) {
  return equalsOfUpdate(values[i], asShown(learningRate) * asShown(gradients[i]), changed.get(i) ?? NaN);
}

/**
 * The sign between a number less its move, and the number after it.
 * @param {number} before
 * @param {number} move as the numbers shown give it
 * @param {number} after
 */
export function equalsOfUpdate(before, move, after) {
  const digits = digitsApart(before, after);
  return show(asShown(before, digits) - move, digits) === show(after, digits) ? " = " : " ≈ ";
}

/**
 * The sign between the formula of a node, with the numbers of its operands, and its value.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {number} i
 */
export function equalsOfValue({nodes}, {values}, i) {
  const numbers = nodes[i].operands.map((operand) => asShown(values[operand]));
  return equalsOf(valueOf(nodes[i], numbers), values[i], numbers);
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
