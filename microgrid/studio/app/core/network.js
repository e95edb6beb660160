// A network: dense layers one after the other, as Python's MLP, with one pass through it forward and backward.

import {
  backwardActivation,
  backwardInputs,
  backwardLoss,
  biasPosition,
  forwardLayer,
  gradientsOfLayer,
  lossOfOutputs,
  weightPosition,
} from "./network_layers.js";
import {countParameters, savedParameters} from "./network_spec.js";
import {Random} from "./random.js";

/** @typedef {import("./network_spec.js").Spec} Spec */
/** @typedef {import("./network_layers.js").NetworkLayer} NetworkLayer */

/**
 * What a network is, without its parameters.
 * @typedef {object} Network
 * @property {number} inputs
 * @property {number[]} sizes
 * @property {NetworkLayer[]} layers the first is layer 1 of sentences
 * @property {string} loss "mse" or "bce"
 * @property {number} count of the parameters
 * @property {string[]} names of the parameters, as Python's `named_parameters()` gives them
 */

/**
 * All numbers of one cycle on a batch; of each layer and row, a number for each neuron.
 * @typedef {object} Pass
 * @property {Float64Array} parameters with which it was computed
 * @property {Float64Array[]} x the rows
 * @property {Float64Array[]} targets of each row
 * @property {{sums: Float64Array[], outputs: Float64Array[]}[]} layers
 * @property {Float64Array[]} predictions the outputs of the last layer
 * @property {number} loss the mean over all outputs of all rows
 * @property {{outputs: Float64Array[], sums: Float64Array[]}[]} douts of each layer ∂loss/∂output and ∂loss/∂sum, where
 *   loss is that of the batch, so that each holds the 1/n of the mean
 * @property {Float64Array[]} inputs ∂loss/∂x
 * @property {Float64Array} gradients of the parameters: sums over the rows
 */

/**
 * The arrays that a pass fills in, which can be used again and again. Those of a batch are flat: row after row.
 * @typedef {object} Buffers
 * @property {number} rows
 * @property {Float64Array} x
 * @property {Float64Array} targets
 * @property {LayerBuffers[]} layers
 * @property {Float64Array} dx
 * @property {Float64Array} gradients
 */

/**
 * @typedef {{sums: Float64Array, outputs: Float64Array, dOutputs: Float64Array, dSums: Float64Array}} LayerBuffers
 */

const HE_ACTIVATIONS = ["relu", "leaky_relu", "softplus"];

/**
 * Returns the network of a document that `checkSpec` has passed.
 * @param {Spec} spec
 * @returns {Network}
 */
export function networkOf({inputs, sizes, activation, loss}) {
  const layers = sizes.map((outputs, i) => ({
    inputs: i ? sizes[i - 1] : inputs,
    outputs,
    activation: i === sizes.length - 1 ? "linear" : activation,
    start: countParameters(inputs, sizes.slice(0, i)),
  }));
  return {inputs, sizes, layers, loss, count: countParameters(inputs, sizes), names: layers.flatMap(namesOfParameters)};
}

/**
 * @param {NetworkLayer} layer
 * @param {number} l
 */
function namesOfParameters({inputs, outputs}, l) {
  return Array.from({length: outputs}, (_, j) => {
    const neuron = `layers[${l}].neurons[${j}]`;
    return [...Array.from({length: inputs}, (_, i) => `${neuron}.weights[${i}]`), `${neuron}.bias`];
  }).flat();
}

/**
 * Returns the parameters to begin with, in the order of Python's `parameters()`: layer by layer, neuron by neuron, the
 * weights, then the bias. Without a saved model they are those of MLP(…, seed=seed), bit for bit.
 * @param {Spec} spec
 * @returns {Float64Array}
 * @throws {import("./network_spec.js").NetworkError} the saved model is that of another network
 */
export function startParameters(spec) {
  const network = networkOf(spec);
  if (spec.model) return savedParameters(spec.model, network.names);
  const parameters = new Float64Array(network.count),
    random = new Random(spec.seed);
  for (const layer of network.layers) {
    const limit = largestStartWeight(layer);
    for (let neuron = 0; neuron < layer.outputs; neuron++) {
      for (let i = 0; i < layer.inputs; i++) parameters[weightPosition(layer, neuron, i)] = random.uniform(-limit, limit);
    }
  }
  return parameters; // biases begin at 0
}

/**
 * The bound of the weights to begin with, by He et al. (2015) or by Glorot and Bengio (2010).
 * @param {NetworkLayer} layer
 */
function largestStartWeight({inputs, outputs, activation}) {
  return Math.sqrt(6 / (HE_ACTIVATIONS.includes(activation) ? inputs : inputs + outputs));
}

/**
 * Runs one cycle on a batch, without a change of the parameters.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {Float64Array[]} rows at least one
 * @param {Float64Array[]} targets
 * @returns {Pass}
 */
export function passOf(network, parameters, rows, targets) {
  const buffers = buffersFor(network, rows.length);
  fillBatch(buffers, rows, targets, rows.keys());
  const loss = forwardPass(network, parameters, buffers);
  backwardPass(network, parameters, buffers);
  const inRows = (/** @type {Float64Array} */ flat) => rowsOfFlat(flat, rows.length),
    layers = buffers.layers.map(({sums, outputs}) => ({sums: inRows(sums), outputs: inRows(outputs)}));
  return {
    parameters,
    x: inRows(buffers.x),
    targets: inRows(buffers.targets),
    layers,
    predictions: layers[layers.length - 1].outputs,
    loss,
    douts: buffers.layers.map(({dOutputs, dSums}) => ({outputs: inRows(dOutputs), sums: inRows(dSums)})),
    inputs: inRows(buffers.dx),
    gradients: buffers.gradients,
  };
}

/**
 * Returns what one row of the batch adds to the gradients of the parameters.
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} row its position in the batch
 * @returns {Float64Array}
 */
export function rowShares(network, pass, row) {
  const shares = new Float64Array(network.count);
  for (const [l, layer] of network.layers.entries()) {
    const x = l ? pass.layers[l - 1].outputs[row] : pass.x[row],
      dSums = pass.douts[l].sums[row];
    for (let neuron = 0; neuron < layer.outputs; neuron++) {
      for (let i = 0; i < layer.inputs; i++) shares[weightPosition(layer, neuron, i)] = dSums[neuron] * x[i];
      shares[biasPosition(layer, neuron)] = dSums[neuron];
    }
  }
  return shares;
}

/**
 * Returns the outputs for one row, as the network sees it.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {Float64Array} row
 * @returns {Float64Array}
 */
export function predict({layers}, parameters, row) {
  let x = row;
  for (const layer of layers) {
    const outputs = new Float64Array(layer.outputs);
    forwardLayer(layer, parameters, x, new Float64Array(layer.outputs), outputs);
    x = outputs;
  }
  return x;
}

// --- the arrays of a batch -------------------------------------------------------------------------------------------

/**
 * Makes the arrays for a batch of so many rows.
 * @param {Network} network
 * @param {number} rows
 * @returns {Buffers}
 */
export function buffersFor({inputs, sizes, count}, rows) {
  const matrix = (/** @type {number} */ columns) => new Float64Array(rows * columns);
  return {
    rows,
    x: matrix(inputs),
    targets: matrix(sizes[sizes.length - 1]),
    layers: sizes.map((size) => ({sums: matrix(size), outputs: matrix(size), dOutputs: matrix(size), dSums: matrix(size)})),
    dx: matrix(inputs),
    gradients: new Float64Array(count),
  };
}

/**
 * Puts the rows of a batch, and their targets, into its arrays.
 * @param {Buffers} buffers
 * @param {Float64Array[]} rows
 * @param {Float64Array[]} targets
 * @param {Iterable<number>} batch positions of the rows
 */
export function fillBatch(buffers, rows, targets, batch) {
  let place = 0;
  for (const row of batch) {
    buffers.x.set(rows[row], place * rows[row].length);
    buffers.targets.set(targets[row], place * targets[row].length);
    place++;
  }
}

/**
 * Computes all values of a batch (Know), and returns its loss.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {Buffers} buffers
 */
export function forwardPass({layers, loss}, parameters, buffers) {
  let x = buffers.x;
  for (const [l, {sums, outputs}] of buffers.layers.entries()) {
    forwardLayer(layers[l], parameters, x, sums, outputs);
    x = outputs;
  }
  return lossOfOutputs(loss, x, buffers.targets);
}

/**
 * Computes all gradients of a batch (Think), after its values.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {Buffers} buffers
 */
export function backwardPass({layers, loss}, parameters, buffers) {
  const last = buffers.layers[layers.length - 1];
  backwardLoss(loss, last.outputs, buffers.targets, last.dOutputs);
  for (let l = layers.length - 1; l >= 0; l--) {
    const {sums, outputs, dOutputs, dSums} = buffers.layers[l],
      before = buffers.layers[l - 1];
    backwardActivation(layers[l], dOutputs, sums, outputs, dSums);
    gradientsOfLayer(layers[l], before?.outputs ?? buffers.x, dSums, buffers.gradients);
    backwardInputs(layers[l], parameters, dSums, before?.dOutputs ?? buffers.dx);
  }
}

/**
 * Returns the rows of a flat array, which share its memory.
 * @param {Float64Array} flat
 * @param {number} rows
 * @returns {Float64Array[]}
 */
function rowsOfFlat(flat, rows) {
  const width = flat.length / rows;
  return Array.from({length: rows}, (_, row) => flat.subarray(row * width, (row + 1) * width));
}
