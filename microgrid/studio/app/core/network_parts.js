// The numbers that the drawing of a network shows: of the row that is picked or, where none is, of all rows of the batch;
// and a neuron or a weight opened into the products and shares that its numbers are made of.

import {ACTIVATIONS, LOSSES, biasPosition, weightPosition} from "./network_layers.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Pass} Pass */

const SATURATED_BELOW = 0.01; // the slope: with a smaller one, almost no gradient passes back

/**
 * The values of a layer, 0 for the inputs: of one row or, where `at` is −1, the means of all rows.
 * @param {Pass} pass
 * @param {number} layer
 * @param {number} at
 * @returns {Float64Array}
 */
export function valuesOfLayer(pass, layer, at) {
  const rows = layer ? pass.layers[layer - 1].outputs : pass.x;
  return at < 0 ? sumOverRows(rows).map((sum) => sum / rows.length) : rows[at];
}

/**
 * The gradients of a layer's values: of one row or, where `at` is −1, added up over all rows.
 * @param {Pass} pass
 * @param {number} layer
 * @param {number} at
 * @returns {Float64Array}
 */
export function gradientsOfValues(pass, layer, at) {
  const rows = layer ? pass.douts[layer - 1].outputs : pass.inputs;
  return at < 0 ? sumOverRows(rows) : rows[at];
}

/** @param {Float64Array[]} rows */
function sumOverRows(rows) {
  const sums = new Float64Array(rows[0].length);
  for (let r = rows.length - 1; r >= 0; r--) for (let i = 0; i < sums.length; i++) sums[i] += rows[r][i]; // the engine's order
  return sums;
}

/**
 * Whether responsibility stops at a neuron: "saturated", "off" for the row that is looked at, "dead" for all rows, or "".
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} layer from 1
 * @param {number} neuron
 * @param {number} at
 * @returns {"" | "dead" | "off" | "saturated"}
 */
export function statusOfNeuron({layers}, pass, layer, neuron, at) {
  const {activation} = layers[layer - 1],
    {sums, outputs} = pass.layers[layer - 1],
    slopeIn = (/** @type {number} */ row) => ACTIVATIONS[activation].slope(sums[row][neuron], outputs[row][neuron]);
  if (activation === "relu") {
    if (at >= 0 && slopeIn(at) !== 0) return "";
    if (sums.every((_, row) => slopeIn(row) === 0)) return sums.length > 1 || at < 0 ? "dead" : "off";
    return at < 0 ? "" : "off";
  }
  if (activation !== "tanh" && activation !== "sigmoid") return "";
  const isFlat = (/** @type {number} */ row) => Math.abs(slopeIn(row)) < SATURATED_BELOW;
  return (at < 0 ? sums.every((_, row) => isFlat(row)) : isFlat(at)) ? "saturated" : "";
}

/**
 * What the box of the loss holds, for each output: its target and prediction, their difference or, of a class, its
 * probability, and what it adds to the loss before the mean is taken.
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} at −1 for all rows: then only `term`, the sum of all rows
 */
export function lossTermsAt({loss}, pass, at) {
  const {term} = LOSSES[loss],
    outputs = pass.predictions[0].length;
  return Array.from({length: outputs}, (_, i) => {
    const termIn = (/** @type {number} */ row) => term(pass.predictions[row][i], pass.targets[row][i]);
    if (at < 0) return {target: NaN, prediction: NaN, error: NaN, probability: NaN, term: pass.predictions.reduce((sum, _, row) => sum + termIn(row), 0)};
    const prediction = pass.predictions[at][i],
      target = pass.targets[at][i];
    return {target, prediction, error: prediction - target, probability: ACTIVATIONS.sigmoid.value(prediction), term: termIn(at)};
  });
}

/**
 * A neuron, opened: its products, its sum, and what is handed back through it, in one row of the batch.
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} at
 * @param {number} layer from 1
 * @param {number} neuron
 */
export function openedNeuron({layers}, pass, at, layer, neuron) {
  const l = layer - 1,
    x = valuesOfLayer(pass, l, at),
    {sums, outputs} = pass.layers[l],
    sum = sums[at][neuron],
    output = outputs[at][neuron],
    delta = pass.douts[l].sums[at][neuron],
    bias = biasPosition(layers[l], neuron);
  const terms = Array.from(x, (number, input) => {
    const position = weightPosition(layers[l], neuron, input),
      weight = pass.parameters[position];
    return {input, position, weight, x: number, product: weight * number, share: 0 + delta * number, back: 0 + delta * weight};
  });
  return {
    ...{terms, sum, output, delta},
    bias: {position: bias, value: pass.parameters[bias], share: delta},
    activation: layers[l].activation,
    upstream: pass.douts[l].outputs[at][neuron],
    slope: ACTIVATIONS[layers[l].activation].slope(sum, output),
  };
}

/**
 * What each row of the batch adds to the gradient of a weight, or of a bias (`input` is −1): its x times the gradient of
 * the sum. The gradient of the weight is the sum of these.
 * @param {Pass} pass
 * @param {number} layer from 1
 * @param {number} neuron
 * @param {number} input
 */
export function sharesByRow(pass, layer, neuron, input) {
  const inputs = layer > 1 ? pass.layers[layer - 2].outputs : pass.x;
  return pass.douts[layer - 1].sums.map((deltas, row) => {
    const x = input < 0 ? 1 : inputs[row][input],
      delta = deltas[neuron];
    return {row, x, delta, share: 0 + delta * x};
  });
}

/**
 * Which rows of a table are shown: the first ones and, where it is another, the one that is picked; all, where only one
 * would be left out.
 * @param {number} count
 * @param {number} most
 * @param {number} at the one that is picked, or −1
 */
export function rowsShown(count, most, at) {
  const first = Array.from({length: count <= most + 1 ? count : most}, (_, row) => row);
  return at < first.length ? first : [...first.slice(0, -1), at];
}
