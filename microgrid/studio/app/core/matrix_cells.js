// The matrices of a step as they are shown: what rows and columns are called, which of them are shown where there are
// many, which part of the network a cell belongs to, and the numbers that it is made of.

import {ACTIVATIONS} from "./network_layers.js";
import {cellTerms} from "./network_steps.js";
import {bracketed, show, showApart} from "./numerals.js";
import {OPERATIONS} from "./operations.js";
import {asShown, equalsOf, equalsOfUpdate} from "./rounding.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Pass} Pass */
/** @typedef {import("./network_steps.js").MatrixEntry} MatrixEntry */
/** @typedef {import("./network_steps.js").NetworkStep} NetworkStep */
/** @typedef {import("./network_steps.js").NetworkUpdate} NetworkUpdate */
/** @typedef {{name: string, row: number, column: number}} Cell */
/**
 * A step with all that its matrices are computed from.
 * @typedef {object} StepComputed
 * @property {import("./network_spec.js").Spec} spec
 * @property {Network} network
 * @property {Pass} pass
 * @property {NetworkStep} at
 * @property {NetworkUpdate} update
 */

/** @typedef {{kind: "neuron" | "weight" | "bias" | "input" | "loss", layer: number, neuron: number, input: number}} Part */

/**
 * What the rows or the columns of a matrix are: rows of the batch, the inputs of a layer, its neurons, or nothing that
 * has a name. Of the loss, the layer is the last.
 * @typedef {{kind: "rows" | "inputs" | "neurons" | "none", layer: number}} Side
 */

/**
 * A number of a matrix, as the numbers that it is made of: texts to be joined, of which some belong to the row picked.
 * @typedef {object} Formula
 * @property {{text: string, isPicked: boolean}[]} terms
 * @property {string} before what stands before the terms, such as "tanh("
 * @property {string} after what stands behind them, such as ")"
 * @property {" = " | " ≈ "} equals whether the numbers shown give the result shown
 * @property {string} result "" where the number is given
 * @property {Cell[]} sources the cells whose numbers these are
 */

const MAX_PRODUCTS_TOLD = 6; // of a sum, in one line

/**
 * Tells what the rows and the columns of a matrix are.
 * @param {string} name of the matrix
 * @param {NetworkStep} at
 * @param {Network} network
 * @returns {{rows: Side, columns: Side}}
 */
export function sidesOf(name, at, {sizes}) {
  const {kind, layer} = baseOf(name, at, sizes.length);
  /** @type {(kind: Side["kind"]) => Side} */
  const side = (of) => ({kind: of, layer});
  if (kind === "loss") return {rows: side("none"), columns: side("none")};
  if (kind === "weight") return {rows: side("inputs"), columns: side("neurons")};
  if (kind === "bias") return {rows: side("none"), columns: side("neurons")};
  return {rows: side("rows"), columns: side(kind === "input" ? "inputs" : "neurons")};
}

/**
 * Returns the part of the network to which a cell belongs.
 * @param {Cell} cell
 * @param {NetworkStep} at
 * @param {Network} network
 * @returns {Part}
 */
export function partOfCell({name, row, column}, at, {sizes}) {
  const {kind, layer} = baseOf(name, at, sizes.length);
  if (kind === "weight") return {kind, layer, neuron: column, input: row};
  if (kind === "input" && layer === 1) return {kind, layer: 0, neuron: column, input: column};
  if (kind === "input") return {kind: "neuron", layer: layer - 1, neuron: column, input: 0};
  return {kind, layer, neuron: kind === "loss" ? 0 : column, input: 0};
}

/**
 * What a matrix holds a number for, and in which layer.
 * @param {string} name such as "dW", or "vW2" of an update
 * @param {NetworkStep} at
 * @param {number} last the number of the last layer
 * @returns {{kind: Part["kind"], layer: number}}
 */
function baseOf(name, at, last) {
  const [, letters, number] = /** @type {RegExpMatchArray} */ (name.match(/^(.*?)(\d*)$/)),
    layer = Number(number) || at.layer || last;
  if (letters === "loss") return {kind: "loss", layer: last + 1};
  const isOfInput = letters === "x" || letters === "dx",
    kind = letters.endsWith("W") ? "weight" : letters.endsWith("b") ? "bias" : isOfInput ? "input" : "neuron";
  return {kind, layer};
}

/**
 * Chooses which of many rows or columns are shown: the first ones, the last, and the one that matters.
 * @param {number} count
 * @param {number} most at least 4
 * @param {number} wanted −1 where none matters more
 * @returns {number[]} positions; where one is left out, −1 stands for it
 */
export function shownOf(count, most, wanted) {
  if (count <= most) return Array.from({length: count}, (_, i) => i);
  const isInside = wanted >= most - 2 && wanted < count - 1,
    first = Array.from({length: isInside ? most - 4 : most - 2}, (_, i) => i);
  if (!isInside) return [...first, -1, count - 1];
  const before = wanted > first.length ? [-1] : [],
    after = wanted < count - 2 ? [-1] : [];
  return [...first, ...before, wanted, ...after, count - 1];
}

/**
 * The cell of a step that is explained first: of its first result, the number furthest from 0, in the row that is picked,
 * where there is one; of an update, the weight that moves furthest.
 * @param {MatrixEntry[]} entries
 * @param {number} at the position of the row in the batch, or −1
 * @returns {Cell | null}
 */
export function firstCell(entries, at) {
  const moves = ["vW", "dW"].map((by) => entries.filter(({name}) => name.startsWith(by) && name !== by)).find(({length}) => length);
  if (moves) {
    const {name, ...place} = furthestFrom0(moves);
    return {name: name.slice(1), ...place};
  }
  const entry = entries.find(({isResult}) => isResult);
  return entry ? furthestFrom0([entry], ["y", "dout"].includes(entry.name) ? at : -1) : null;
}

/**
 * @param {MatrixEntry[]} entries at least one
 * @param {number} [only] the row to look at; −1 for all
 * @returns {Cell}
 */
function furthestFrom0(entries, only = -1) {
  let best = {name: entries[0].name, row: Math.max(only, 0), column: 0},
    size = -1;
  for (const {name, matrix} of entries) {
    for (const [row, numbers] of matrix.entries()) {
      for (let column = 0; column < numbers.length; column++) {
        const isFurther = Math.abs(numbers[column]) > size && (only < 0 || row === only);
        if (isFurther) [best, size] = [{name, row, column}, Math.abs(numbers[column])];
      }
    }
  }
  return best;
}

/**
 * Returns what a cell is made of; for one that was given, only its number.
 * @param {Cell} cell
 * @param {MatrixEntry[]} entries of the step
 * @param {StepComputed} computed
 * @param {number} picked position of the row in the batch, or −1
 * @returns {Formula}
 */
export function formulaOfCell(cell, entries, computed, picked) {
  const {spec, network, pass, at, update} = computed,
    {name, row, column} = cell,
    entry = /** @type {MatrixEntry} */ (entries.find((each) => each.name === name)),
    number = entry.matrix[row][column],
    sum = cellTerms(spec, network, pass, at, update, cell);
  /** @type {Formula} */
  const base = {terms: [], before: "", after: "", equals: " = ", result: show(number), sources: []};
  if (sum && at.kind === "update") return ofUpdate(base, sum, number);
  if (sum) return ofSum(base, sum, name, picked);
  return entry.isResult ? ofResult(base, computed, cell, picked) : {...base, terms: [plain(show(number))], result: ""};
}

/** @param {string} text  @param {boolean} [isPicked] */
function plain(text, isPicked = false) {
  return {text, isPicked};
}

/**
 * @param {Formula} base
 * @param {import("./network_steps.js").CellTerms} sum
 * @param {string} name
 * @param {number} picked
 * @returns {Formula}
 */
function ofSum(base, {terms, activation, result}, name, picked) {
  const isOverRows = name === "dW" || name === "db",
    inOrder = name === "y" ? terms : terms.toReversed(), // as people count: the engine adds the last row first
    shown = shownOf(inOrder.length, MAX_PRODUCTS_TOLD, isOverRows ? picked : -1);
  const product = (/** @type {number} */ i) =>
    inOrder[i].factors.map(({number}, k) => (k || i ? bracketed(show(number)) : show(number))).join(" × ");
  const computed = terms.reduce((total, {factors}) => total + factors.reduce((part, {number}) => part * asShown(number), 1), 0);
  return {
    ...base,
    equals: equalsOf(ACTIVATIONS[activation || "linear"].value(computed), result),
    terms: shown.map((i) => (i < 0 ? plain("…") : plain(product(i), isOverRows && i === picked))),
    before: activation && `${activation}(`,
    after: activation && ")",
    sources: terms.flatMap(({factors}) => factors),
  };
}

/**
 * @param {Formula} base
 * @param {import("./network_steps.js").CellTerms} sum
 * @param {number} number after it
 * @returns {Formula}
 */
function ofUpdate(base, {terms: [{factors: [before]}, {factors: [rate, by]}]}, number) {
  const [old, result] = showApart(before.number, number),
    equals = equalsOfUpdate(before.number, asShown(-rate.number) * asShown(by.number), number);
  return {...base, terms: [plain(`${old} − ${show(-rate.number)} × ${bracketed(show(by.number))}`)], equals, result, sources: [by]};
}

/**
 * A result that is no sum of products: a slope, a loss, or its dout.
 * @param {Formula} base
 * @param {StepComputed} computed
 * @param {Cell} cell
 * @param {number} picked
 * @returns {Formula}
 */
function ofResult(base, {network, pass, at}, {name, row, column}, picked) {
  const {predictions, targets} = pass,
    count = predictions.length * predictions[0].length,
    isSquared = network.loss === "mse";
  if (name === "slope") {
    const y = pass.layers[at.layer - 1].outputs[row][column],
      {activation} = network.layers[at.layer - 1],
      z = pass.layers[at.layer - 1].sums[row][column],
      {slope} = ACTIVATIONS[activation];
    return {...base, terms: [plain(slopeFormula(activation, y, z))], equals: equalsOf(slope(z, asShown(y)), slope(z, y)), sources: [{name: "y", row, column}]};
  }
  const pairOf = (/** @type {number} */ r, /** @type {number} */ c) => {
    const [y, t] = [predictions[r][c], targets[r][c]];
    return `(${show(y)} − ${bracketed(show(t))})`;
  };
  if (name === "dout") {
    const [y, t] = [predictions[row][column], targets[row][column]],
      formula = isSquared ? `2 × ${pairOf(row, column)} / ${count}` : `(sigmoid(${show(y)}) − ${show(t)}) / ${count}`;
    const mistake = isSquared ? 2 * (asShown(y) - asShown(t)) : OPERATIONS.sigmoid.value(asShown(y)) - asShown(t);
    return {...base, terms: [plain(formula)], equals: equalsOf(mistake / count, pass.douts[pass.douts.length - 1].outputs[row][column]), sources: [{name: "y", row, column}, {name: "t", row, column}]};
  }
  if (!isSquared || name !== "loss") return base;
  const columns = predictions[0].length,
    cells = Array.from({length: count}, (_, i) => [Math.floor(i / columns), i % columns]),
    shown = shownOf(count, MAX_PRODUCTS_TOLD, picked < 0 ? -1 : picked * columns),
    squares = cells.reduce((sum, [r, c]) => sum + (asShown(predictions[r][c]) - asShown(targets[r][c])) ** 2, 0);
  return {
    ...base,
    equals: equalsOf(squares / count, pass.loss),
    terms: shown.map((i) => (i < 0 ? plain("…") : plain(`${pairOf(cells[i][0], cells[i][1])}²`, cells[i][0] === picked))),
    before: count > 1 ? "(" : "",
    after: count > 1 ? `) / ${count}` : "",
    sources: [],
  };
}

/**
 * @param {string} activation
 * @param {number} y
 * @param {number} z
 */
function slopeFormula(activation, y, z) {
  if (activation === "tanh") return `1 − ${bracketed(show(y))}²`;
  if (activation === "sigmoid") return `${show(y)} × (1 − ${show(y)})`;
  return z > 0 ? `${show(z)} > 0` : `${show(z)} ≤ 0`;
}
