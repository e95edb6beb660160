// One cycle of a network, layer by layer, as matrices: what each step reads and what it computes, and the products that
// each number is a sum of. A layer with its activation is one step here.

import {ACTIVATIONS, biasPosition, weightPosition} from "./network_layers.js";

/** @typedef {import("./network_spec.js").Spec} Spec */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Pass} Pass */

/**
 * A step: of one layer, of the loss, or the update of all parameters at once.
 * @typedef {object} NetworkStep
 * @property {"know" | "think" | "change"} phase
 * @property {"layer" | "loss" | "update"} kind
 * @property {number} layer from 1; 0 where it is none
 */

/**
 * A matrix of a step. A vector is a matrix of one row.
 * @typedef {object} MatrixEntry
 * @property {string} name "x", "W", "b", "y", "t", "loss", "dout", "slope", "dW", "db", "dx"; of an update with the number
 *   of the layer, such as "W1"
 * @property {ArrayLike<number>[]} matrix its rows
 * @property {string} line the line of NumPy that computes it; "" where it was given
 * @property {boolean} isResult whether this step computes it
 */

/**
 * How Change moves the parameters: the parameters after it, and, with momentum, the velocities that it moves them by.
 * @typedef {{learningRate: number, after: Float64Array, velocity: Float64Array | null}} NetworkUpdate
 */

/**
 * A factor of a term, by the cell that holds it; a cell is named as in a step's entries.
 * @typedef {{name: string, row: number, column: number, number: number}} CellFactor
 */

/**
 * What a cell is: the sum of these terms, each the product of its factors; and then, where `activation` is not "", the
 * activation of that sum.
 * @typedef {object} CellTerms
 * @property {{factors: CellFactor[], product: number}[]} terms in the order in which they are added
 * @property {number} sum
 * @property {string} activation
 * @property {number} result
 */

/** The lines of an activation, of z: the value, and the slope.  @type {Record<string, [string, string]>} */
const ACTIVATION_LINES = {
  linear: ["z", "np.ones_like(z)"],
  relu: ["np.maximum(z, 0)", "z > 0"],
  leaky_relu: ["np.where(z > 0, z, 0.01 * z)", "np.where(z > 0, 1, 0.01)"],
  softplus: ["np.log1p(np.exp(z))", "1 / (1 + np.exp(-z))"],
  tanh: ["np.tanh(z)", "1 - y**2"],
  sigmoid: ["1 / (1 + np.exp(-z))", "y * (1 - y)"],
};

/** The lines of a loss: its value, and the dout.  @type {Record<string, [string, string]>} */
const LOSS_LINES = {
  mse: ["loss = ((y - t)**2).mean()", "dout = 2 * (y - t) / y.size"],
  bce: [
    "loss = (t * np.log1p(np.exp(-y)) + (1 - t) * np.log1p(np.exp(y))).mean()",
    "dout = (1 / (1 + np.exp(-y)) - t) / y.size",
  ],
};

/**
 * Lists the steps of one cycle: Know through the layers, Think back through them, Change all at once.
 * @param {Network} network
 * @returns {NetworkStep[]}
 */
export function stepsOfNetwork({layers}) {
  const numbers = layers.map((_, l) => l + 1);
  return [
    ...numbers.map((layer) => networkStep("know", "layer", layer)),
    networkStep("know", "loss"),
    networkStep("think", "loss"),
    ...numbers.toReversed().map((layer) => networkStep("think", "layer", layer)),
    networkStep("change", "update"),
  ];
}

/**
 * @param {NetworkStep["phase"]} phase
 * @param {NetworkStep["kind"]} kind
 * @param {number} [layer]
 * @returns {NetworkStep}
 */
function networkStep(phase, kind, layer = 0) {
  return {phase, kind, layer};
}

/**
 * Returns the matrices of a step: those that it reads, then those that it computes.
 * @param {Spec} spec
 * @param {Network} network
 * @param {Pass} pass
 * @param {NetworkStep} at
 * @param {NetworkUpdate} update
 * @returns {MatrixEntry[]}
 */
export function matricesAt(spec, network, pass, at, update) {
  if (at.kind === "update") return matricesOfUpdate(spec, network, pass, update);
  if (at.kind === "loss") return at.phase === "know" ? matricesOfLoss(network, pass) : matricesOfDout(network, pass);
  return at.phase === "know" ? matricesForward(network, pass, at.layer - 1) : matricesBackward(network, pass, at.layer - 1);
}

/**
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} l
 */
function matricesForward(network, pass, l) {
  const {activation} = network.layers[l],
    [value, slope] = ACTIVATION_LINES[activation],
    isLinear = activation === "linear",
    y = resultEntry("y", pass.layers[l].outputs, isLinear ? "y = x @ W + b" : `z = x @ W + b; y = ${value}`);
  const entries = [...givenToLayer(network, pass, l), y];
  return isLinear ? entries : [...entries, resultEntry("slope", slopesOf(network, pass, l), `slope = ${slope}`)];
}

/**
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} l
 */
function matricesBackward(network, pass, l) {
  const isLinear = network.layers[l].activation === "linear",
    delta = isLinear ? "dout" : "(dout * slope)",
    [x, W] = givenToLayer(network, pass, l),
    slope = isLinear ? [] : [givenEntry("slope", slopesOf(network, pass, l))];
  return [
    givenEntry("dout", pass.douts[l].outputs),
    ...slope,
    x,
    W,
    resultEntry("dW", weightsAsMatrix(network, pass.gradients, l), `dW = x.T @ ${delta}`),
    resultEntry("db", biasesAsMatrix(network, pass.gradients, l), `db = ${delta}.sum(axis=0)`),
    resultEntry("dx", l ? pass.douts[l - 1].outputs : pass.inputs, `dx = ${delta} @ W.T`),
  ];
}

/**
 * @param {Network} network
 * @param {Pass} pass
 */
function matricesOfLoss({loss}, pass) {
  const mean = resultEntry("loss", [[pass.loss]], LOSS_LINES[loss][0]);
  return [givenEntry("y", pass.predictions), givenEntry("t", pass.targets), mean];
}

/**
 * @param {Network} network
 * @param {Pass} pass
 */
function matricesOfDout({loss}, pass) {
  const dout = pass.douts[pass.douts.length - 1].outputs;
  return [givenEntry("y", pass.predictions), givenEntry("t", pass.targets), resultEntry("dout", dout, LOSS_LINES[loss][1])];
}

/**
 * @param {Spec} spec
 * @param {Network} network
 * @param {Pass} pass
 * @param {NetworkUpdate} update
 * @returns {MatrixEntry[]}
 */
function matricesOfUpdate({momentum}, network, pass, update) {
  return network.layers.flatMap((_, l) => [
    ...entriesOfUpdate(`W${l + 1}`, momentum, update, (parameters) => weightsAsMatrix(network, parameters, l), pass),
    ...entriesOfUpdate(`b${l + 1}`, momentum, update, (parameters) => biasesAsMatrix(network, parameters, l), pass),
  ]);
}

/**
 * @param {string} name
 * @param {number} momentum
 * @param {NetworkUpdate} update
 * @param {(parameters: Float64Array) => Float64Array[]} matrixOf
 * @param {Pass} pass
 * @returns {MatrixEntry[]}
 */
function entriesOfUpdate(name, momentum, {learningRate, after, velocity}, matrixOf, pass) {
  const gradient = givenEntry(`d${name}`, matrixOf(pass.gradients));
  if (!velocity) return [gradient, resultEntry(name, matrixOf(after), `${name} -= ${learningRate} * d${name}`)];
  return [
    gradient,
    resultEntry(`v${name}`, matrixOf(velocity), `v${name} = ${momentum} * v${name} + d${name}`),
    resultEntry(name, matrixOf(after), `${name} -= ${learningRate} * v${name}`),
  ];
}

/**
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} l
 */
function givenToLayer(network, pass, l) {
  return [
    givenEntry("x", inputsOfLayer(pass, l)),
    givenEntry("W", weightsAsMatrix(network, pass.parameters, l)),
    givenEntry("b", biasesAsMatrix(network, pass.parameters, l)),
  ];
}

/**
 * @param {string} name
 * @param {ArrayLike<number>[]} matrix
 * @returns {MatrixEntry}
 */
function givenEntry(name, matrix) {
  return {name, matrix, line: "", isResult: false};
}

/**
 * @param {string} name
 * @param {ArrayLike<number>[]} matrix
 * @param {string} line
 * @returns {MatrixEntry}
 */
function resultEntry(name, matrix, line) {
  return {name, matrix, line, isResult: true};
}

// --- the parts of a pass as matrices ---------------------------------------------------------------------------------

/**
 * @param {Pass} pass
 * @param {number} l
 * @returns {Float64Array[]} of each row, what the layer receives
 */
function inputsOfLayer(pass, l) {
  return l ? pass.layers[l - 1].outputs : pass.x;
}

/**
 * Returns the slopes of a layer's activation, [row][neuron].
 * @param {Network} network
 * @param {Pass} pass
 * @param {number} l the layer, from 0
 * @returns {Float64Array[]}
 */
function slopesOf({layers}, pass, l) {
  const {slope} = ACTIVATIONS[layers[l].activation],
    {sums, outputs} = pass.layers[l];
  return sums.map((row, r) => row.map((sum, neuron) => slope(sum, outputs[r][neuron])));
}

/**
 * Returns the weights of a layer, [input][neuron]; or their gradients, of which there are as many.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {number} l the layer, from 0
 * @returns {Float64Array[]}
 */
function weightsAsMatrix({layers}, parameters, l) {
  const layer = layers[l];
  return Array.from({length: layer.inputs}, (_, input) =>
    Float64Array.from({length: layer.outputs}, (_, neuron) => parameters[weightPosition(layer, neuron, input)]),
  );
}

/**
 * Returns the biases of a layer as a matrix of one row; or their gradients.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {number} l the layer, from 0
 * @returns {Float64Array[]}
 */
function biasesAsMatrix({layers}, parameters, l) {
  const layer = layers[l];
  return [Float64Array.from({length: layer.outputs}, (_, neuron) => parameters[biasPosition(layer, neuron)])];
}

// --- what a cell is made of ------------------------------------------------------------------------------------------

/**
 * Returns the products that a cell is the sum of; null for a cell that is none: one that was given, a slope, a velocity,
 * or one of the step of the loss.
 * @param {Spec} spec
 * @param {Network} network
 * @param {Pass} pass
 * @param {NetworkStep} at
 * @param {NetworkUpdate} update
 * @param {{name: string, row: number, column: number}} cell of one of the step's entries
 * @returns {CellTerms | null}
 */
export function cellTerms(spec, network, pass, at, update, {name, row, column}) {
  const entries = new Map(matricesAt(spec, network, pass, at, update).map((entry) => [entry.name, entry])),
    entry = entries.get(name);
  if (!entry?.isResult || at.kind === "loss") return null;
  const cellOf = (/** @type {string} */ of, /** @type {number} */ r, /** @type {number} */ c) => ({
    name: of,
    row: r,
    column: c,
    number: entries.get(of)?.matrix[r][c] ?? NaN,
  });
  const products =
    at.kind === "update"
      ? productsOfUpdate(network, pass, update, cellOf, name, row, column)
      : productsOfLayer(network, pass, at, cellOf, name, row, column);
  if (!products) return null;
  const activation = name === "y" ? network.layers[at.layer - 1].activation : "linear";
  return sumOfTerms(products, activation === "linear" ? "" : activation, entry.matrix[row][column]);
}

/** @typedef {(name: string, row: number, column: number) => CellFactor} CellOf */

/**
 * @param {Network} network
 * @param {Pass} pass
 * @param {NetworkStep} at
 * @param {CellOf} cellOf
 * @param {string} name
 * @param {number} row
 * @param {number} column
 * @returns {CellFactor[][] | null}
 */
function productsOfLayer(network, pass, at, cellOf, name, row, column) {
  const {inputs, outputs, activation} = network.layers[at.layer - 1],
    rowsFromLast = countedTo(pass.x.length).toReversed(),
    neuronsFromLast = countedTo(outputs).toReversed();
  const delta = (/** @type {number} */ r, /** @type {number} */ neuron) =>
    activation === "linear" ? [cellOf("dout", r, neuron)] : [cellOf("dout", r, neuron), cellOf("slope", r, neuron)];
  switch (name) {
    case "y":
      return [...countedTo(inputs).map((i) => [cellOf("W", i, column), cellOf("x", row, i)]), [cellOf("b", 0, column)]];
    case "dW":
      return rowsFromLast.map((r) => [...delta(r, column), cellOf("x", r, row)]);
    case "db":
      return rowsFromLast.map((r) => delta(r, column));
    case "dx":
      return neuronsFromLast.map((neuron) => [...delta(row, neuron), cellOf("W", column, neuron)]);
    default:
      return null;
  }
}

/**
 * The number before the update, and minus the learning rate times its gradient or its velocity.
 * @param {Network} network
 * @param {Pass} pass
 * @param {NetworkUpdate} update
 * @param {CellOf} cellOf
 * @param {string} name
 * @param {number} row
 * @param {number} column
 * @returns {CellFactor[][] | null}
 */
function productsOfUpdate(network, pass, {learningRate, velocity}, cellOf, name, row, column) {
  if (name.startsWith("v")) return null;
  const l = Number(name.slice(1)) - 1,
    before = (name.startsWith("W") ? weightsAsMatrix : biasesAsMatrix)(network, pass.parameters, l);
  return [
    [{name, row, column, number: before[row][column]}],
    [{name: "learning rate", row: 0, column: 0, number: -learningRate}, cellOf(`${velocity ? "v" : "d"}${name}`, row, column)],
  ];
}

/**
 * @param {CellFactor[][]} products
 * @param {string} activation
 * @param {number} number
 * @returns {CellTerms}
 */
function sumOfTerms(products, activation, number) {
  const terms = products.map((factors) => ({factors, product: factors.reduce((product, factor) => product * factor.number, 1)}));
  return {terms, sum: terms.reduce((sum, {product}) => sum + product, 0), activation, result: number};
}

/** @param {number} count */
function countedTo(count) {
  return Array.from({length: count}, (_, i) => i);
}
