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
 * @property {{losses: number[], heldOut: number[], velocities?: number[]} | null} history of the epochs that it was
 * trained before: their losses, and the velocities of the parameters after them; none where they are 0
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
 * @property {string[]} [classesInShort] the same, for a drawing that has little room
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
const MAX_LEARNED = 10_000; // more are no drawing, and no training that one watches
const MAX_PRODUCTS_OF_PASS = 10_000_000; // parameters times rows: with more, one cycle takes a second and 100 MB
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
 * Checks a document, which may come from an address or a file, and so be anything.
 * @param {any} spec
 * @throws {NetworkError} it is no `Spec`
 */
export function checkSpec(spec) {
  checkShape(spec);
  checkLayers(spec);
  checkWork(spec);
  checkSettings(spec);
  if (!spec.data.rows.length) throw new NetworkError("network.rows");
  checkOutputs(spec);
  checkScale(spec);
  checkRows(spec, spec.data.rows, spec.data.targets);
  checkRows(spec, spec.data.heldOut.rows, spec.data.heldOut.targets);
}

/**
 * Checks that the parts are there, and lists where lists are expected.
 * @param {any} spec
 */
function checkShape(spec) {
  const data = spec?.data,
    held = data?.heldOut;
  const expected = {
    data: isObject(data),
    inputNames: isListOf(data?.inputNames, "string"),
    targetName: typeof data?.targetName === "string",
    classes: isListOf(data?.classes, "string"),
    rows: isListOfRows(data?.rows),
    targets: Array.isArray(data?.targets),
    heldOut: isListOfRows(held?.rows) && Array.isArray(held?.targets),
    model: spec?.model === null || isObject(spec?.model?.parameters),
    history: spec?.history === null || (isListOf(spec?.history?.losses, "number") && isListOf(spec?.history?.heldOut, "number") && isListOf(spec.history.velocities ?? [], "number")),
  };
  for (const [name, isThere] of Object.entries(expected)) if (!isThere) throw new NetworkError("network.part", {name});
}

/** @param {Spec} spec */
function checkLayers({inputs, sizes, activation, data}) {
  if (!isPositiveWhole(inputs)) throw new NetworkError("network.inputs", {got: shownBriefly(inputs)});
  if (data.inputNames.length !== inputs) {
    throw new NetworkError("network.names", {count: data.inputNames.length, expected: inputs});
  }
  if (!Array.isArray(sizes) || !sizes.length) throw new NetworkError("network.layers");
  for (const size of sizes) if (!isPositiveWhole(size)) throw new NetworkError("network.size", {got: shownBriefly(size)});
  const count = countParameters(inputs, sizes);
  if (count > MAX_LEARNED) throw new NetworkError("network.large", {count, limit: MAX_LEARNED});
  checkOneOf("network.activation", activation, ACTIVATION_NAMES);
}

/** @param {Spec} spec */
function checkWork({inputs, sizes, data}) {
  const count = countParameters(inputs, sizes),
    rows = data.rows.length + data.heldOut.rows.length;
  if (count * rows > MAX_PRODUCTS_OF_PASS) throw new NetworkError("network.work", {count, rows, limit: MAX_PRODUCTS_OF_PASS});
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
 * Checks that there is an output for each class; two classes may share one.
 * @param {Spec} spec
 */
function checkOutputs({sizes, data: {classes}}) {
  const outputs = sizes[sizes.length - 1];
  if (!classes.length || outputs === classes.length || (outputs === 1 && classes.length === 2)) return;
  throw new NetworkError("network.outputs.classes", {outputs, count: classes.length});
}

/**
 * Checks that there is a mean and a deviation for each column.
 * @param {Spec} spec
 */
function checkScale({inputs, data: {scale}}) {
  if (scale === null) return;
  const [means, deviations] = scale?.inputs ?? [],
    [mean, deviation] = scale?.target ?? [];
  const isNumbers = (/** @type {any} */ list) => Array.isArray(list) && list.length === inputs && list.every(Number.isFinite);
  const isComplete = isNumbers(means) && isNumbers(deviations) && Number.isFinite(mean) && Number.isFinite(deviation);
  if (!isComplete || [...deviations, deviation].some((each) => each <= 0)) {
    throw new NetworkError("network.part", {name: "scale"});
  }
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
    checkFinite(row, i);
    checkTarget(spec, targets[i], i);
  }
}

/**
 * @param {Spec} spec
 * @param {Target} target
 * @param {number} i
 */
function checkTarget({sizes, loss, data: {classes}}, target, i) {
  const numbers = [target].flat(),
    outputs = sizes[sizes.length - 1],
    row = i + 1;
  checkFinite(numbers, i);
  if (classes.length) {
    const isPosition = numbers.length === 1 && Number.isInteger(target) && classes[numbers[0]] !== undefined;
    if (!isPosition) throw new NetworkError("network.class", {row, got: shownBriefly(target), last: classes.length - 1});
  } else if (numbers.length !== outputs) {
    throw new NetworkError("network.outputs", {row, count: numbers.length, outputs});
  } else if (loss === "bce" && numbers.some((number) => number < 0 || number > 1)) {
    throw new NetworkError("network.probability", {row, got: shownBriefly(target)});
  }
}

/**
 * @param {unknown[]} numbers
 * @param {number} i the position of their row
 */
function checkFinite(numbers, i) {
  const wrong = numbers.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) throw new NetworkError("network.number", {row: i + 1, got: shownBriefly(numbers[wrong])});
}

/**
 * @param {string} key
 * @param {string} name
 * @param {string[]} choices
 */
function checkOneOf(key, name, choices) {
  if (!choices.includes(name)) throw new NetworkError(key, {got: shownBriefly(name), choices: choices.join(", ")});
}

/** @param {unknown} item */
const isObject = (item) => typeof item === "object" && item !== null && !Array.isArray(item);

/** @param {unknown} list  @param {string} type */
const isListOf = (list, type) => Array.isArray(list) && list.every((item) => typeof item === type);

/** @param {unknown} list */
const isListOfRows = (list) => Array.isArray(list) && list.every(Array.isArray);

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
 * What the data ask of a network: as many inputs as columns, an output for each class, and the loss.
 * @param {NetworkData} data
 * @param {number[]} sizes
 * @returns {Pick<Spec, "data" | "inputs" | "sizes" | "loss">}
 */
export function onData(data, sizes) {
  const outputs = data.classes.length || 1;
  return {data, inputs: data.inputNames.length, sizes: [...sizes.slice(0, -1), outputs], loss: data.classes.length ? "bce" : "mse"};
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
 * Returns the means and standard deviations of the columns, and of a target that is a number; those of classes change
 * nothing. A column that never changes is only shifted to 0.
 * @param {number[][]} rows
 * @param {number[]} targets
 * @param {string[]} classes
 * @returns {DataScale}
 */
export function scaleOfColumns(rows, targets, classes) {
  const columns = rows[0].map((_, i) => scaleOfColumn(rows.map((row) => row[i])));
  return {
    inputs: [columns.map(([mean]) => mean), columns.map(([, deviation]) => deviation)],
    target: classes.length ? [0, 1] : scaleOfColumn(targets),
  };
}

/**
 * @param {number[]} numbers
 * @returns {[number, number]} mean and standard deviation
 */
function scaleOfColumn(numbers) {
  if (numbers.every((number) => number === numbers[0])) return [numbers[0], 1];
  const meanOf = (/** @type {number[]} */ list) => list.reduce((sum, number) => sum + number / list.length, 0),
    mean = meanOf(numbers);
  return [mean, Math.sqrt(meanOf(numbers.map((number) => (number - mean) ** 2))) || 1];
}

/**
 * Returns a row in the data's own units as the network sees it.
 * @param {Spec} spec
 * @param {ArrayLike<number>} row
 */
function scaledRow({data: {scale}}, row) {
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
  if (classes.length === outputs) return Float64Array.from({length: outputs}, (_, i) => (i === target ? 1 : 0));
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
