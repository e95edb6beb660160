// The document of a network: what Python writes into the page, what is shared, and what undo keeps. Here it is checked,
// and its data are brought to the scale that the network sees.

/**
 * @typedef {object} Spec
 * @property {number} inputs how many numbers one row has
 * @property {number[]} sizes neurons of each layer, as in Python's MLP(inputs, sizes, activation, seed)
 * @property {string} activation of all layers but the last, which is linear
 * @property {"mse" | "bce"} loss mean squared error, or binary cross-entropy
 * @property {number} learningRate
 * @property {number} momentum 0 for none
 * @property {number | null} batchSize rows of one update; null: all
 * @property {number} seed of the weights, and of the order of the rows
 * @property {SavedModel | null} model the weights to begin with; null: those of the seed
 * @property {NetworkData} data
 * @property {{losses: number[], heldOut: number[]} | null} history losses of the epochs that it was trained before
 */

/**
 * What Python's `Module.save` writes.
 * @typedef {{format: string, version: number, model: string, parameters: Record<string, number>}} SavedModel
 */

/**
 * @typedef {object} NetworkData
 * @property {string} name "" where it has none
 * @property {string[]} inputNames
 * @property {string} targetName
 * @property {string[]} classes names of the classes; none where the target is a number
 * @property {number[][]} rows to learn from, in the data's own units
 * @property {Target[]} targets
 * @property {{rows: number[][], targets: Target[]}} heldOut rows that it never learns from
 * @property {DataScale | null} scale null where the network sees the data's own units
 */

/**
 * A number, the position of a class, or a list of numbers where the network has several outputs and no classes.
 * @typedef {number | number[]} Target
 */

/**
 * Means and standard deviations of the input columns and of the target.
 * @typedef {{inputs: [number[], number[]], target: [number, number]}} DataScale
 */

/**
 * Rows as the network sees them, and for each the targets of its outputs.
 * @typedef {{rows: Float64Array[], targets: Float64Array[]}} Rows
 */

/**
 * @typedef {Rows & {heldOut: Rows}} StandardisedData
 */

export const ACTIVATION_NAMES = ["linear", "relu", "leaky_relu", "softplus", "tanh", "sigmoid"];
const LOSS_NAMES = ["mse", "bce"];
export const MAX_LEARNED = 10_000; // more are no drawing, and no training that one watches
const MODEL_FORMAT = "microgrid model";

/** A network or a table that is none; `key` names the sentence that says why, and `parts` fills its placeholders. */
export class NetworkError extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number>} [parts]
   */
  constructor(key, parts = {}) {
    super(`${key} ${JSON.stringify(parts)}`);
    this.name = "NetworkError";
    this.key = key;
    this.parts = parts;
  }
}

/**
 * Checks a document.
 * @param {Spec} spec
 * @throws {NetworkError}
 */
export function checkSpec(spec) {
  checkLayers(spec);
  checkSettings(spec);
  checkRows(spec, spec.data.rows, spec.data.targets);
  checkRows(spec, spec.data.heldOut.rows, spec.data.heldOut.targets);
  if (!spec.data.rows.length) throw new NetworkError("network.rows");
}

/** @param {Spec} spec */
function checkLayers({inputs, sizes, activation}) {
  if (!isPositiveWhole(inputs)) throw new NetworkError("network.inputs", {got: shownBriefly(inputs)});
  if (!Array.isArray(sizes) || !sizes.length) throw new NetworkError("network.layers");
  for (const size of sizes) if (!isPositiveWhole(size)) throw new NetworkError("network.size", {got: shownBriefly(size)});
  const count = countParameters(inputs, sizes);
  if (count > MAX_LEARNED) throw new NetworkError("network.large", {count, limit: MAX_LEARNED});
  checkOneOf("network.activation", activation, ACTIVATION_NAMES);
}

/** @param {Spec} spec */
function checkSettings({loss, learningRate, momentum, batchSize, seed}) {
  checkOneOf("network.loss", loss, LOSS_NAMES);
  if (!isNumberFrom0(learningRate)) throw new NetworkError("network.learning_rate", {got: shownBriefly(learningRate)});
  if (!isNumberFrom0(momentum) || momentum >= 1) throw new NetworkError("network.momentum", {got: shownBriefly(momentum)});
  if (batchSize !== null && !isPositiveWhole(batchSize)) throw new NetworkError("network.batch", {got: shownBriefly(batchSize)});
  if (!Number.isSafeInteger(seed) || seed < 0) throw new NetworkError("network.seed", {got: shownBriefly(seed)});
}

/**
 * @param {Spec} spec
 * @param {number[][]} rows
 * @param {Target[]} targets
 */
function checkRows(spec, rows, targets) {
  if (rows.length !== targets.length) {
    throw new NetworkError("network.targets", {rows: rows.length, targets: targets.length});
  }
  for (const [i, row] of rows.entries()) {
    if (row.length !== spec.inputs) {
      throw new NetworkError("network.row", {row: i + 1, count: row.length, expected: spec.inputs});
    }
    for (const number of row) checkFinite(number, i);
    checkTarget(spec, targets[i], i);
  }
}

/**
 * @param {Spec} spec
 * @param {Target} target
 * @param {number} i
 */
function checkTarget({sizes, loss, data: {classes}}, target, i) {
  const outputs = sizes[sizes.length - 1],
    numbers = [target].flat();
  for (const number of numbers) checkFinite(number, i);
  if (classes.length) {
    if (outputs !== classes.length && (outputs !== 1 || classes.length !== 2)) {
      throw new NetworkError("network.outputs.classes", {outputs, count: classes.length});
    }
    const isPosition = numbers.length === 1 && Number.isInteger(target) && classes[numbers[0]] !== undefined;
    if (!isPosition) throw new NetworkError("network.class", {row: i + 1, got: shownBriefly(target), last: classes.length - 1});
  } else if (numbers.length !== outputs) {
    throw new NetworkError("network.outputs", {row: i + 1, count: numbers.length, outputs});
  } else if (loss === "bce" && numbers.some((number) => number < 0 || number > 1)) {
    throw new NetworkError("network.probability", {row: i + 1, got: shownBriefly(target)});
  }
}

/**
 * @param {number} number
 * @param {number} i
 */
function checkFinite(number, i) {
  if (!Number.isFinite(number)) throw new NetworkError("network.number", {row: i + 1, got: shownBriefly(number)});
}

/**
 * @param {string} key
 * @param {string} name
 * @param {string[]} choices
 */
function checkOneOf(key, name, choices) {
  if (!choices.includes(name)) throw new NetworkError(key, {got: shownBriefly(name), choices: choices.join(", ")});
}

/** @param {unknown} number */
const isPositiveWhole = (number) => Number.isSafeInteger(number) && /** @type {number} */ (number) > 0;

/** @param {unknown} number */
const isNumberFrom0 = (number) => Number.isFinite(number) && /** @type {number} */ (number) >= 0;

/** @param {unknown} item  @returns {string} */
const shownBriefly = (item) => `${typeof item === "number" ? item : JSON.stringify(item)}`.slice(0, 40);

/**
 * Counts weights and biases.
 * @param {number} inputs
 * @param {number[]} sizes
 */
export function countParameters(inputs, sizes) {
  return sizes.reduce((count, size, i) => count + size * ((i ? sizes[i - 1] : inputs) + 1), 0);
}

/**
 * Returns the parameters of a saved model, in the order of these names.
 * @param {SavedModel} model
 * @param {string[]} names
 * @returns {Float64Array}
 * @throws {NetworkError}
 */
export function savedParameters(model, names) {
  if (model.format !== MODEL_FORMAT) throw new NetworkError("network.model");
  const parameters = model.parameters,
    missing = names.find((name) => !Number.isFinite(parameters[name]));
  if (missing !== undefined) throw new NetworkError("network.model.missing", {name: missing});
  const count = Object.keys(parameters).length;
  if (count !== names.length) throw new NetworkError("network.model.count", {count, expected: names.length});
  return Float64Array.from(names, (name) => parameters[name]);
}

/**
 * Returns the data as the network sees them: (x − mean) / deviation; of classes, 1 for the output of the right one and 0
 * for the others, or the position where two classes share one output.
 * @param {Spec} spec
 * @returns {StandardisedData}
 */
export function standardised(spec) {
  const {rows, targets, heldOut} = spec.data,
    scaled = (/** @type {number[][]} */ rows, /** @type {Target[]} */ targets) => ({
      rows: rows.map((row) => scaledRow(spec, row)),
      targets: targets.map((target) => targetsOfOutputs(spec, target)),
    });
  return {...scaled(rows, targets), heldOut: scaled(heldOut.rows, heldOut.targets)};
}

/**
 * Returns a row in the data's own units as the network sees it.
 * @param {Spec} spec
 * @param {ArrayLike<number>} row
 */
export function scaledRow({data: {scale}}, row) {
  if (!scale) return Float64Array.from(row);
  const [means, deviations] = scale.inputs;
  return Float64Array.from(row, (x, i) => (x - means[i]) / deviations[i]);
}

/**
 * @param {Spec} spec
 * @param {Target} target
 */
function targetsOfOutputs({sizes, data: {classes, scale}}, target) {
  const outputs = sizes[sizes.length - 1];
  if (classes.length && outputs > 1) return Float64Array.from({length: outputs}, (_, i) => (i === target ? 1 : 0));
  const [mean, deviation] = (!classes.length && scale?.target) || [0, 1];
  return Float64Array.from([target].flat(), (number) => (number - mean) / deviation);
}

/**
 * Returns an output of the network in the target's own units.
 * @param {Spec} spec
 * @param {number} output
 */
export function inOwnUnits({data: {classes, scale}}, output) {
  if (classes.length || !scale) return output;
  const [mean, deviation] = scale.target;
  return output * deviation + mean;
}
