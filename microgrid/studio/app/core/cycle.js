// One cycle computed from the leaves: values and local derivatives forward, gradients backward, and what comes after
// the change. Sums are added in the same order as in Python.

import {NON_NEGATIVE, OPERATIONS, SIGN_PRESERVING} from "./operations.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./graph.js").GraphNode} GraphNode */
/** @typedef {import("./graph.js").Card} Card */

/**
 * What the forward pass gives; `missing` is the first node that has no value or no slope, and `operands` are the
 * numbers at which it has none. It is −1 where there is no such node.
 * @typedef {{values: number[], locals: number[][], missing: number, operands: number[]}} Forward
 */

/**
 * What Change does to the output: before, as the gradient predicts it, and after; `isImpossible` where the prediction
 * is negative and the output cannot be. `again` is the forward pass after the change.
 * @typedef {object} Outcome
 * @property {number} before
 * @property {number} predicted
 * @property {boolean} isImpossible
 * @property {number} after
 * @property {Forward} again
 */

/**
 * All numbers of a cycle. Where a value is missing, there are only those before it.
 * @typedef {object} Numbers
 * @property {number[]} values
 * @property {number[][]} locals
 * @property {number} missing
 * @property {number[]} operands the numbers at which a value is missing
 * @property {number[]} gradients
 * @property {{local: number, share: number}[]} carried by each edge
 * @property {Map<number, number>} changed the leaves after the change
 * @property {number} learningRate
 * @property {Outcome} outcome
 */

const SATURATED_SLOPE = 0.01; // with a smaller slope, almost no gradient passes back
const PREDICTION_ROUNDING = 1e-14; // as in Python: what is smaller than this beside the numbers it was computed from is no prediction

/**
 * Computes a node.
 * @param {GraphNode} node
 * @param {number[]} numbers those of its operands
 * @returns {number}
 */
export function valueOf(node, numbers) {
  const {operands, summed, last, value} = OPERATIONS[node.op];
  if (!summed) return value(...numbers);
  const size = operands.length,
    end = numbers.length - (last ? 1 : 0);
  let sum = 0;
  for (let i = 0; i < end; i += size) sum += size === 1 ? value(numbers[i]) : value(numbers[i], numbers[i + 1]);
  return last ? sum + numbers[end] : sum;
}

/**
 * @param {GraphNode} node
 * @param {number[]} numbers
 * @param {number} out
 */
function localDerivativesOf(node, numbers, out) {
  const {operands, summed, last, localDerivatives} = OPERATIONS[node.op];
  if (!summed) return localDerivatives.map((derivative) => derivative(...numbers, out));
  const size = operands.length,
    end = numbers.length - (last ? 1 : 0);
  const locals = [];
  for (let i = 0; i < end; i += size) {
    for (const derivative of localDerivatives)
      locals.push(size === 1 ? derivative(numbers[i], out) : derivative(numbers[i], numbers[i + 1], out));
  }
  return last ? [...locals, 1] : locals;
}

/**
 * Tells whether mathematics gives no number here: there Python raises an error, and JavaScript goes on with NaN or ∞.
 * @param {string} op
 * @param {number[]} numbers
 * @param {number} out
 */
function isMissing(op, numbers, out) {
  const [a, b] = numbers;
  switch (op) {
    case "/":
      return b === 0;
    case "log":
      return a <= 0;
    case "sqrt":
      return a < 0;
    case "sin":
    case "cos":
      return Math.abs(a) === Infinity;
    case "exp":
      return out === Infinity && a < Infinity;
    case "**":
      return (a < 0 && !Number.isInteger(b)) || (Math.abs(out) === Infinity && numbers.every(Number.isFinite));
    default:
      return false;
  }
}

/**
 * Tells whether what is missing is a number that mathematics gives, but that is too large.
 * @param {string} op
 * @param {number[]} operands
 * @returns {boolean}
 */
export function isTooLarge(op, [a, b]) {
  return op === "exp" || (op === "**" && a !== 0 && (a > 0 || Number.isInteger(b)) && Math.abs(a ** b) === Infinity);
}

/**
 * The same for the slope: of a power whose base is negative and whose exponent may change; of √ at 0, and of a power
 * such as 0^0.5, where it is infinite, or too large. A constant needs no slope.
 * @param {string} op
 * @param {number[]} numbers
 * @param {boolean[]} constants
 */
function isSlopeMissing(op, numbers, constants) {
  if (op === "**" && numbers[0] < 0 && !constants[1]) return true;
  return !constants[0] && isFirstSlopeInfinite(op, numbers);
}

/**
 * @param {string} op
 * @param {number[]} operands
 */
function isFirstSlopeInfinite(op, [a, b]) {
  if (op === "sqrt") return a === 0;
  return op === "**" && b !== 0 && Number.isFinite(a) && Number.isFinite(b) && Math.abs(a ** (b - 1)) === Infinity;
}

/**
 * Computes all values and local derivatives.
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 * @param {boolean} [onlyValues] whether a node without a slope is no obstacle
 * @returns {Forward}
 */
export function forward(graph, leaves, onlyValues = false) {
  /** @type {number[]} */
  const values = [],
    /** @type {number[][]} */
    locals = [];
  for (const [i, node] of graph.nodes.entries()) {
    if (!node.op) {
      values.push(leaves.get(i) ?? node.data);
      locals.push([]);
      continue;
    }
    const operands = node.operands.map((operand) => values[operand]);
    const out = valueOf(node, operands),
      constants = node.operands.map((operand) => graph.nodes[operand].kind === "constant");
    if (isMissing(node.op, operands, out) || (!onlyValues && isSlopeMissing(node.op, operands, constants))) {
      return {values, locals, missing: i, operands};
    }
    values.push(out);
    const slopes = localDerivativesOf(node, operands, out);
    if (constants[0] && isFirstSlopeInfinite(node.op, operands)) slopes[0] = 0; // as in Python
    locals.push(slopes);
  }
  return {values, locals, missing: -1, operands: []};
}

/**
 * Computes the gradient of every node: from the output back, each adds its shares to its operands.
 * @param {Graph} graph
 * @param {number[][]} locals
 * @returns {number[]}
 */
export function backward(graph, locals) {
  const gradients = graph.nodes.map(() => 0);
  gradients[graph.output] = 1;
  for (let i = graph.output; i >= 0; i--) {
    graph.nodes[i].operands.forEach((operand, position) => {
      gradients[operand] += gradients[i] * locals[i][position];
    });
  }
  return gradients;
}

/**
 * Finds the sum inside a neuron: Σ w·x + b.
 * @param {Graph} graph
 * @param {Card} card
 * @returns {number} −1 if there is none
 */
export function sumInside(graph, card) {
  return card.inside.find((i) => ["weighted_sum", "total"].includes(graph.nodes[i].op)) ?? -1;
}

/**
 * Computes the derivative of a card's output with respect to each value inside it: the chain rule inside a card.
 * @param {Graph} graph
 * @param {Card} card
 * @param {number[][]} locals
 * @returns {Map<number, number>}
 */
export function derivativesWithin(graph, card, locals) {
  const within = new Map(card.inside.map((node) => [node, 0]));
  within.set(card.output, 1);
  for (const i of [...card.inside].reverse()) {
    const outer = within.get(i) ?? 0;
    graph.nodes[i].operands.forEach((operand, position) => {
      const soFar = within.get(operand);
      if (soFar !== undefined) within.set(operand, soFar + outer * locals[i][position]);
    });
  }
  return within;
}

/**
 * Computes one cycle at these leaves: values, gradients, what every edge carries, and what comes after the change.
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 * @param {number} learningRate
 * @returns {Numbers}
 */
export function cycle(graph, leaves, learningRate) {
  const {values, locals, missing, operands} = forward(graph, leaves);
  if (missing >= 0) return withoutGradients({values, locals, missing, operands}, leaves, learningRate);
  const gradients = backward(graph, locals),
    changed = changedBy(graph, leaves, gradients, learningRate);
  return {
    values,
    locals,
    missing,
    operands,
    gradients,
    carried: carriedBy(graph, gradients, locals),
    changed,
    learningRate,
    outcome: outcomeOf(graph, values, gradients, changed),
  };
}

/**
 * Updates the parameters by gradient descent.
 * @param {Graph} graph
 * @param {Map<number, number>} leaves
 * @param {number[]} gradients
 * @param {number} learningRate
 * @returns {Map<number, number>} the leaves after the update
 */
export function changedBy(graph, leaves, gradients, learningRate) {
  const changed = new Map(leaves);
  for (const i of graph.parameters) changed.set(i, (leaves.get(i) ?? graph.nodes[i].data) - learningRate * gradients[i]);
  return changed;
}

/**
 * @param {Forward} pass
 * @param {Map<number, number>} leaves
 * @param {number} learningRate
 * @returns {Numbers}
 */
function withoutGradients(pass, leaves, learningRate) {
  const outcome = {before: NaN, predicted: NaN, isImpossible: false, after: NaN, again: pass};
  return {...pass, gradients: [], carried: [], changed: new Map(leaves), learningRate, outcome};
}

/**
 * @param {Graph} graph
 * @param {number[]} gradients
 * @param {number[][]} locals
 */
function carriedBy(graph, gradients, locals) {
  const carried = graph.edges.map(() => ({local: 0, share: 0}));
  for (const card of graph.cards) {
    const within = derivativesWithin(graph, card, locals);
    for (const edge of card.edges) {
      for (const [node, position] of edge.uses) {
        carried[edge.i].local += (within.get(node) ?? 0) * locals[node][position];
        carried[edge.i].share += gradients[node] * locals[node][position];
      }
    }
  }
  return carried;
}

/**
 * Computes what a change does to the output, beside what the gradients predict.
 * @param {Graph} graph
 * @param {number[]} values
 * @param {number[]} gradients
 * @param {Map<number, number>} changed the leaves after it
 * @returns {Outcome}
 */
function outcomeOf(graph, values, gradients, changed) {
  const before = values[graph.output];
  const moved = graph.parameters.reduce((sum, i) => sum + gradients[i] * ((changed.get(i) ?? NaN) - values[i]), before),
    size = graph.parameters.reduce((sum, i) => sum + Math.abs(gradients[i]) * Math.abs(values[i]), Math.abs(before));
  const predicted = Math.abs(moved) < PREDICTION_ROUNDING * size ? 0 : moved;
  const again = forward(graph, changed, true);
  return {
    before,
    predicted,
    isImpossible: predicted < 0 && outputIsNonNegative(graph, values),
    after: again.missing < 0 ? again.values[graph.output] : NaN,
    again,
  };
}

/**
 * Tells whether the output cannot be negative, whatever the parameters are, as Python's graph/bounds.py does.
 * @param {Graph} graph
 * @param {number[]} values
 * @returns {boolean}
 */
export function outputIsNonNegative(graph, values) {
  const changing = new Set(graph.parameters); // grows by what depends on them
  /** @type {Set<number>} */
  const nonNegative = new Set();
  for (const [i, {operands}] of graph.nodes.entries()) {
    if (operands.some((operand) => changing.has(operand))) changing.add(i);
    if (changing.has(i) ? isNonNegative(graph, i, values, nonNegative) : values[i] >= 0) nonNegative.add(i);
  }
  return nonNegative.has(graph.output);
}

/**
 * @param {Graph} graph
 * @param {number} i
 * @param {number[]} values
 * @param {Set<number>} nonNegative
 */
function isNonNegative(graph, i, values, nonNegative) {
  const {op, operands} = graph.nodes[i],
    [a, b] = operands;
  if (NON_NEGATIVE.includes(op)) return true;
  if (op === "**" && graph.nodes[b].kind === "constant" && values[b] % 2 === 0) return true; // an even power
  if (op === "*" && a === b) return true;
  if (op === "-") return isCrossEntropy(graph, a, b, nonNegative);
  if (op === "maximum") return operands.some((operand) => nonNegative.has(operand));
  return SIGN_PRESERVING.includes(op) && operands.every((operand) => nonNegative.has(operand));
}

/**
 * Tells whether a − z is log(… + exp(z) + …) − z, where no other term is negative.
 * @param {Graph} graph
 * @param {number} a
 * @param {number} z
 * @param {Set<number>} nonNegative
 */
function isCrossEntropy({nodes}, a, z, nonNegative) {
  if (nodes[a].op !== "log") return false;
  const {op, operands} = nodes[nodes[a].operands[0]];
  return (
    (op === "+" || op === "total") &&
    operands.every((term) => nonNegative.has(term)) &&
    operands.some((term) => nodes[term].op === "exp" && nodes[term].operands[0] === z)
  );
}

/**
 * Returns the status of an activation: "saturated", "dead", "off" or "". A relu is dead if it is at 0 for every row,
 * and off if it is at 0 for this one; one row does not tell whether a neuron of a network is dead.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {number} i
 * @returns {"" | "saturated" | "dead" | "off"}
 */
export function statusOf(graph, {locals}, i) {
  const {op} = graph.nodes[i],
    slope = locals[i][0];
  if (op === "tanh" || op === "sigmoid") return Math.abs(slope) < SATURATED_SLOPE ? "saturated" : "";
  if (op !== "relu" || slope !== 0) return "";
  const rows = graph.rows.get(i);
  return rows && (rows.length === 1 || rows.some((row) => locals[row][0] !== 0)) ? "off" : "dead";
}

/**
 * Returns the share of each weight and bias that is folded into a card: dW and db.
 * @param {Graph} graph
 * @param {Card} card
 * @param {Numbers} numbers
 * @returns {Map<number, number>}
 */
export function sharesKept(graph, card, {gradients, locals}) {
  const own = new Set(card.parameters);
  /** @type {Map<number, number>} */
  const shares = new Map();
  for (const node of card.inside) {
    graph.nodes[node].operands.forEach((operand, position) => {
      if (own.has(operand)) shares.set(operand, (shares.get(operand) ?? 0) + gradients[node] * locals[node][position]);
    });
  }
  return shares;
}

/**
 * Returns the one of some parameters that Change moves furthest.
 * @param {Pick<Numbers, "values" | "changed">} numbers
 * @param {readonly number[]} parameters at least one
 * @returns {number}
 */
export function furthestOf({values, changed}, parameters) {
  /** @type {(i: number) => number} */
  const move = (i) => Math.abs((changed.get(i) ?? NaN) - values[i]);
  return parameters.reduce((best, i) => (move(i) > move(best) ? i : best));
}
