// The arithmetic of a network, layer by layer, on flat arrays: a batch of rows × columns lies row by row. Sums run in
// the order of Python's engine, last row and last output first on the way back, so that the numbers are the same to the
// last bit where no exp or tanh occurs.

import {OPERATIONS} from "./operations.js";

export const NEGATIVE_SLOPE = 0.01; // of leaky_relu, as in Python
const {sigmoid, relu, leaky_relu: leakyRelu, softplus, tanh: tanhOperation} = OPERATIONS;

/**
 * A dense layer. `start` is the position of its first parameter: neuron after neuron, the weights, then the bias.
 * @typedef {object} NetworkLayer
 * @property {number} inputs
 * @property {number} outputs
 * @property {string} activation
 * @property {number} start
 */

/**
 * The value of an activation at x, and its slope there; y is the value.
 * @typedef {{value: (x: number) => number, slope: (x: number, y: number) => number}} Activation
 */

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  linear: {value: (x) => x, slope: () => 1},
  relu: {value: relu.value, slope: relu.localDerivatives[0]},
  leaky_relu: {
    value: (x) => leakyRelu.value(x, NEGATIVE_SLOPE),
    slope: (x) => leakyRelu.localDerivatives[0](x, NEGATIVE_SLOPE),
  },
  softplus: {value: softplus.value, slope: softplus.localDerivatives[0]},
  tanh: {value: tanhOperation.value, slope: tanhOperation.localDerivatives[0]},
  sigmoid: {value: sigmoid.value, slope: sigmoid.localDerivatives[0]},
};

/**
 * Returns the position of a weight among the parameters.
 * @param {NetworkLayer} layer
 * @param {number} neuron from 0
 * @param {number} input from 0
 */
export function weightPosition({start, inputs}, neuron, input) {
  return start + neuron * (inputs + 1) + input;
}

/**
 * Returns the position of a bias among the parameters.
 * @param {NetworkLayer} layer
 * @param {number} neuron from 0
 */
export function biasPosition({start, inputs}, neuron) {
  return start + neuron * (inputs + 1) + inputs;
}

/**
 * Computes sums = x · W + b, and outputs = activation(sums).
 * @param {NetworkLayer} layer
 * @param {Float64Array} parameters of the whole network
 * @param {Float64Array} x
 * @param {Float64Array} sums filled in
 * @param {Float64Array} outputs filled in
 */
export function forwardLayer(layer, parameters, x, sums, outputs) {
  const {inputs, outputs: width} = layer,
    {value} = ACTIVATIONS[layer.activation];
  for (let cell = 0, from = 0; cell < sums.length; from += inputs) {
    for (let neuron = 0; neuron < width; neuron++, cell++) {
      const weights = weightPosition(layer, neuron, 0);
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += parameters[weights + i] * x[from + i];
      sums[cell] = sum + parameters[weights + inputs];
      outputs[cell] = value(sums[cell]);
    }
  }
}

/**
 * Computes ∂loss/∂sum of each neuron: the upstream gradient times the slope of the activation.
 * @param {NetworkLayer} layer
 * @param {Float64Array} dOutputs ∂loss/∂output
 * @param {Float64Array} sums
 * @param {Float64Array} outputs
 * @param {Float64Array} dSums filled in
 */
export function backwardActivation({activation}, dOutputs, sums, outputs, dSums) {
  const {slope} = ACTIVATIONS[activation];
  for (let cell = 0; cell < dSums.length; cell++) dSums[cell] = 0 + dOutputs[cell] * slope(sums[cell], outputs[cell]); // no −0
}

/**
 * Computes dW = xᵀ · dSums and db = Σ dSums: a sum over the rows, from the last to the first.
 * @param {NetworkLayer} layer
 * @param {Float64Array} x
 * @param {Float64Array} dSums
 * @param {Float64Array} gradients of the whole network; those of this layer are filled in
 */
export function gradientsOfLayer(layer, x, dSums, gradients) {
  const {inputs, outputs: width, start} = layer,
    rows = dSums.length / width;
  gradients.fill(0, start, start + width * (inputs + 1));
  for (let row = rows - 1; row >= 0; row--) {
    for (let neuron = 0; neuron < width; neuron++) {
      const delta = dSums[row * width + neuron],
        weights = weightPosition(layer, neuron, 0);
      for (let i = 0; i < inputs; i++) gradients[weights + i] += delta * x[row * inputs + i];
      gradients[weights + inputs] += delta;
    }
  }
}

/**
 * Computes dx = dSums · Wᵀ: a sum over the outputs, from the last to the first.
 * @param {NetworkLayer} layer
 * @param {Float64Array} parameters
 * @param {Float64Array} dSums
 * @param {Float64Array} dx filled in
 */
export function backwardInputs(layer, parameters, dSums, dx) {
  const {inputs, outputs: width} = layer,
    rows = dSums.length / width;
  dx.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let neuron = width - 1; neuron >= 0; neuron--) {
      const delta = dSums[row * width + neuron],
        weights = weightPosition(layer, neuron, 0);
      for (let i = 0; i < inputs; i++) dx[row * inputs + i] += delta * parameters[weights + i];
    }
  }
}

/**
 * A loss: the mean over all outputs of a term, and the slope of that term; y is the output, t its target.
 * @typedef {{term: (y: number, t: number) => number, slope: (y: number, t: number, share: number) => number}} Loss
 */

/**
 * Mean squared error, and binary cross-entropy of logits: −log(sigmoid(y)) is softplus(−y). `share` is 1 / n.
 * @type {Record<string, Loss>}
 */
export const LOSSES = {
  mse: {
    term: (y, t) => (y - t) * (y - t),
    slope: (y, t, share) => share * (2 * (y - t)),
  },
  bce: {
    term: (y, t) => t * softplus.value(-y) + (1 - t) * softplus.value(y),
    slope: (y, t, share) => share * (1 - t) * sigmoid.value(y) - share * t * sigmoid.value(-y),
  },
};

/**
 * Returns the loss of a batch.
 * @param {string} name
 * @param {Float64Array} outputs
 * @param {Float64Array} targets
 */
export function lossOfOutputs(name, outputs, targets) {
  const {term} = LOSSES[name];
  let sum = 0;
  for (let cell = 0; cell < outputs.length; cell++) sum += term(outputs[cell], targets[cell]);
  return sum / outputs.length;
}

/**
 * Computes the dout that starts the backward pass: ∂loss/∂output of each output of each row.
 * @param {string} name
 * @param {Float64Array} outputs
 * @param {Float64Array} targets
 * @param {Float64Array} dOutputs filled in
 */
export function backwardLoss(name, outputs, targets, dOutputs) {
  const {slope} = LOSSES[name],
    share = 1 / outputs.length;
  for (let cell = 0; cell < outputs.length; cell++) dOutputs[cell] = slope(outputs[cell], targets[cell], share);
}
