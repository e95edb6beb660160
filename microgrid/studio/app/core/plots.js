// What the plots of a network show, as numbers: which plot suits the data, its axes, which rows are right, the field of
// predictions over two inputs, and the lines on which a decision changes.

import {roundNumbersBetween} from "./curve.js";
import {largestOf, smallestOf} from "./extremes.js";
import {show} from "./numerals.js";
import {OPERATIONS} from "./operations.js";

const MAX_TICKS = 5;
const MAX_LEVELS = 5; // lines of equal prediction in a field of numbers
const MAX_PRODUCTS = 600_000, // of weights and inputs, that a frame has time for
  MIN_FIELD = 20; // crossings along an axis
const MARGIN_OF_INPUTS = 0.1, // of a range, beyond its ends, so that no point lies on the frame
  MARGIN_OF_TARGETS = 0.15; // predictions go beyond the targets

/** @typedef {import("./network_spec.js").Spec} Spec */

/**
 * A prediction: the outputs of the network for inputs in the data's own units.
 * @typedef {(row: Float64Array) => Float64Array} Predict
 */

/** @typedef {{name: string, low: number, high: number, ticks: number[]}} Axis */

/**
 * What a network is asked for: a number; one of two sides, above or below a limit of its one output; or one of several
 * classes, whose outputs are compared. A side is the position of its name.
 * @typedef {object} Question
 * @property {"number" | "sides" | "classes"} kind
 * @property {string[]} names of the sides or classes
 * @property {string[]} namesInShort the same, for a plot that has little room
 * @property {boolean} isNamed whether these are names, and no numbers
 * @property {number[]} targets of the sides, or the positions of the classes
 * @property {number} limit of the output, between the two sides
 * @property {number} reach how far from the limit an output is as sure as can be
 * @property {(outputs: Float64Array) => number} valueOf the prediction in the units of the target
 * @property {(outputs: Float64Array) => number} sideOf −1 for a number
 */

/**
 * Rows of the data with the plot that suits them: over "plane" the two inputs, along a "line" the one input and the
 * target, in "pairs" target and prediction, in "classes" the class of each row and the one predicted.
 * @typedef {object} Plot
 * @property {"line" | "plane" | "pairs" | "classes"} kind
 * @property {Question} question
 * @property {Axis} x
 * @property {Axis} y
 * @property {Float64Array[]} rows those that are learned from, then those held out
 * @property {number[]} targets
 * @property {number[]} sides of the targets
 * @property {number} learned how many rows are learned from
 */

/**
 * What the network makes of the rows.
 * @typedef {object} Verdicts
 * @property {Float64Array} predictions in the units of the target
 * @property {Int16Array} sides
 * @property {Summary} learned
 * @property {Summary | null} heldOut
 */

/**
 * @typedef {{count: number, right: number, error: number}} Summary the rows that are right, where there are sides, and
 * the mean distance of prediction and target
 */

// --- the question and the plot -----------------------------------------------------------------------------------------

/**
 * Reads from the data what a network is asked for.
 * @param {Spec} spec
 * @returns {Question}
 */
function askedOf({data, loss, sizes}) {
  const {classes, targets, heldOut, scale} = data,
    different = classes.length ? [...classes.keys()] : [...new Set([...targets, ...heldOut.targets].map(firstOf))].sort((a, b) => a - b);
  if (classes.length && sizes[sizes.length - 1] > 1) {
    return {kind: "classes", names: classes, namesInShort: data.classesInShort ?? classes, isNamed: true, targets: different, limit: 0, reach: 1, valueOf: positionOfLargest, sideOf: positionOfLargest};
  }
  const [mean, deviation] = scale?.target ?? [0, 1],
    asProbability = loss === "bce";
  const valueOf = (/** @type {Float64Array} */ [output]) => (asProbability ? OPERATIONS.sigmoid.value(output) : output * deviation + mean);
  if (different.length !== 2) return {kind: "number", names: [], namesInShort: [], isNamed: false, targets: [], limit: NaN, reach: NaN, valueOf, sideOf: () => -1};
  const [low, high] = different,
    middle = (low + high) / 2,
    names = classes.length ? classes : different.map((target) => show(target));
  return {
    kind: "sides",
    isNamed: classes.length > 0,
    names,
    namesInShort: (classes.length && data.classesInShort) || names,
    targets: different,
    limit: middle,
    reach: (high - low) / 2,
    valueOf,
    sideOf: (outputs) => (valueOf(outputs) > middle ? 1 : 0),
  };
}

/**
 * Chooses the plot of some data.
 * @param {Spec} spec
 * @param {boolean} [asPairs] targets against predictions, whatever the inputs
 * @returns {Plot}
 */
export function plotOf(spec, asPairs = false) {
  const {data} = spec,
    question = askedOf(spec),
    rows = [...data.rows, ...data.heldOut.rows].map((row) => Float64Array.from(row)),
    targets = [...data.targets, ...data.heldOut.targets].map(firstOf);
  const columns = (/** @type {number} */ i) => rows.map((row) => row[i]),
    input = (/** @type {number} */ i) => axisOf(data.inputNames[i], columns(i), MARGIN_OF_INPUTS),
    target = () => axisOf(data.targetName, targets, MARGIN_OF_TARGETS);
  const base = {
    question,
    rows,
    targets,
    sides: targets.map((each) => question.targets.indexOf(each)),
    learned: data.rows.length,
  };
  if (!asPairs && spec.inputs === 2) return {kind: "plane", x: input(0), y: input(1), ...base};
  if (question.kind === "classes") return {kind: "classes", x: classAxis(data), y: classAxis(data), ...base};
  if (!asPairs && spec.inputs === 1) return {kind: "line", x: input(0), y: target(), ...base};
  return {kind: "pairs", x: target(), y: target(), ...base};
}

/** @param {Spec["data"]} data */
function classAxis({targetName, classes}) {
  return {name: targetName, low: -0.5, high: classes.length - 0.5, ticks: [...classes.keys()]};
}

/**
 * An axis for some numbers, with round numbers along it.
 * @param {string} name
 * @param {number[]} numbers
 * @param {number} margin of the range, beyond either end
 * @returns {Axis}
 */
function axisOf(name, numbers, margin) {
  const [first, last] = [smallestOf(numbers), largestOf(numbers)],
    room = last > first ? (last - first) * margin : 1;
  const [low, high] = [first - room, last + room];
  return {name, low, high, ticks: roundNumbersBetween(low, high, MAX_TICKS)};
}

/**
 * How far along an axis a number lies, from 0 to 1 between its ends.
 * @param {Axis} axis
 * @param {number} number
 */
export function placeOn({low, high}, number) {
  return (number - low) / (high - low);
}

// --- what the network makes of the rows ----------------------------------------------------------------------------------

/**
 * @param {Plot} plot
 * @param {Predict} predict
 * @returns {Verdicts}
 */
export function verdictsOf({rows, targets, sides, learned, question}, predict) {
  const predictions = new Float64Array(rows.length),
    predictedSides = new Int16Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const outputs = predict(row);
    predictions[i] = question.valueOf(outputs);
    predictedSides[i] = question.sideOf(outputs);
  }
  const summary = (/** @type {number} */ from, /** @type {number} */ to) => {
    let right = 0,
      error = 0;
    for (let i = from; i < to; i++) {
      if (predictedSides[i] === sides[i]) right++;
      error += Math.abs(predictions[i] - targets[i]);
    }
    return {count: to - from, right, error: error / (to - from)};
  };
  return {
    predictions,
    sides: predictedSides,
    learned: summary(0, learned),
    heldOut: rows.length > learned ? summary(learned, rows.length) : null,
  };
}

/**
 * Predicts along the one input.
 * @param {Plot} plot
 * @param {Predict} predict
 * @param {number} count
 * @returns {Float64Array}
 */
export function predictionsAlong({x, question}, predict, count) {
  const row = new Float64Array(1);
  return Float64Array.from({length: count}, (_, i) => {
    row[0] = x.low + ((x.high - x.low) * i) / (count - 1);
    return question.valueOf(predict(row));
  });
}

/**
 * Counts the rows of each class by the class that is predicted.
 * @param {Plot} plot
 * @param {Verdicts} verdicts
 * @returns {number[][]} by the class of the target, then by that of the prediction
 */
export function countsByClass({sides, question, learned}, verdicts) {
  const counts = question.names.map(() => question.names.map(() => 0));
  for (let i = 0; i < learned; i++) counts[sides[i]][verdicts.sides[i]]++;
  return counts;
}

/**
 * Counts the rows of each class whose predictions lie above or below the plot of pairs.
 * @param {Plot} plot
 * @param {Verdicts} verdicts
 * @returns {{isAbove: boolean, count: number, target: number}[]} with the mean of their targets
 */
export function countsBeyond({sides, targets, y}, {predictions}) {
  /** @type {Map<string, {isAbove: boolean, count: number, target: number}>} */
  const counts = new Map();
  for (const [i, target] of targets.entries()) {
    const isAbove = predictions[i] > y.high;
    if (!isAbove && !(predictions[i] < y.low)) continue;
    const before = counts.get(`${sides[i]} ${isAbove}`) ?? {isAbove, count: 0, target: 0},
      count = before.count + 1;
    counts.set(`${sides[i]} ${isAbove}`, {isAbove, count, target: before.target + (target - before.target) / count});
  }
  return [...counts.values()];
}

// --- the field over two inputs ---------------------------------------------------------------------------------------------

/**
 * The predictions at the crossings of a grid, line by line from the top.
 * @typedef {object} Field
 * @property {number} size crossings along each axis
 * @property {Uint8Array} sides
 * @property {Float64Array} strengths from 0, undecided, to 1; of numbers from −1, the lowest target, to 1, the highest
 * @property {Float64Array[]} margins positive on one side of a line on which the decision changes, negative on the other
 */

/**
 * @param {Plot} plot
 * @param {Predict} predict
 * @param {number} size
 * @returns {Field}
 */
export function fieldOf({x, y, question, targets}, predict, size) {
  const {kind, limit, reach, names} = question,
    count = kind === "classes" ? names.length - 1 : 1; // what is no other class is the last
  const sides = new Uint8Array(size * size),
    strengths = new Float64Array(size * size),
    margins = Array.from({length: count}, () => new Float64Array(size * size)),
    row = new Float64Array(2);
  const [lowest, highest] = kind === "number" ? [smallestOf(targets), largestOf(targets)] : [0, 1];
  for (let line = 0, i = 0; line < size; line++) {
    row[1] = y.high - ((y.high - y.low) * line) / (size - 1);
    for (let column = 0; column < size; column++, i++) {
      row[0] = x.low + ((x.high - x.low) * column) / (size - 1);
      const outputs = predict(row);
      if (kind === "classes") {
        const side = positionOfLargest(outputs);
        sides[i] = side;
        for (let k = 0; k < count; k++) margins[k][i] = leadOf(outputs, k);
        strengths[i] = clipped(leadOf(outputs, side));
      } else if (kind === "sides") {
        const margin = question.valueOf(outputs) - limit;
        margins[0][i] = margin;
        sides[i] = margin > 0 ? 1 : 0;
        strengths[i] = clipped(Math.abs(margin) / reach);
      } else {
        const value = question.valueOf(outputs);
        margins[0][i] = value;
        strengths[i] = Math.max(-1, clipped((2 * (value - lowest)) / (highest - lowest || 1) - 1));
      }
    }
  }
  return {size, sides, strengths, margins};
}

/**
 * The predictions at which a field of numbers has lines.
 * @param {Plot} plot
 */
export function levelsOf({targets}) {
  return roundNumbersBetween(smallestOf(targets), largestOf(targets), MAX_LEVELS);
}

/**
 * Finds the line on which the numbers at the crossings of a grid have this value: marching squares.
 * @param {Float64Array} values line by line
 * @param {number} size
 * @param {number} level
 * @returns {number[]} its pieces, four numbers each: x and y of either end, in units of the grid
 */
export function contourOf(values, size, level) {
  /** @type {number[]} */
  const pieces = [];
  for (let line = 0; line < size - 1; line++) {
    for (let column = 0; column < size - 1; column++) {
      const i = line * size + column,
        [a, b, c, d] = [values[i] - level, values[i + 1] - level, values[i + size + 1] - level, values[i + size] - level]; // clockwise
      const which = (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0) + (c > 0 ? 4 : 0) + (d > 0 ? 8 : 0);
      if (which === 0 || which === 15 || !Number.isFinite(a + b + c + d)) continue;
      const ends = [];
      if (a > 0 !== b > 0) ends.push(column + a / (a - b), line);
      if (b > 0 !== c > 0) ends.push(column + 1, line + b / (b - c));
      if (c > 0 !== d > 0) ends.push(column + d / (d - c), line + 1);
      if (d > 0 !== a > 0) ends.push(column, line + a / (a - d));
      pieces.push(...ends);
    }
  }
  return pieces;
}

/**
 * Returns how many crossings a field may have, so that it is computed within a frame.
 * @param {number} weights of the network
 * @param {number} most
 */
export function sizeOfField(weights, most) {
  return Math.max(MIN_FIELD, Math.min(most, Math.floor(Math.sqrt(MAX_PRODUCTS / weights))));
}

/**
 * Finds the row whose point is nearest to a place, all in pixels.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @param {number} count of the rows that may be found: the first ones
 * @returns {number} −1 where none is within reach
 */
export function nearestPoint(xs, ys, x, y, reach, count) {
  let nearest = -1,
    least = reach * reach;
  for (let i = 0; i < count; i++) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance <= least) [nearest, least] = [i, distance];
  }
  return nearest;
}

// --- numbers -----------------------------------------------------------------------------------------------------------------

/**
 * The target of the first output, where there are several.
 * @param {import("./network_spec.js").Target} target
 */
function firstOf(target) {
  return typeof target === "number" ? target : target[0];
}

/** @param {Float64Array} outputs */
function positionOfLargest(outputs) {
  let largest = 0;
  for (let k = 1; k < outputs.length; k++) if (outputs[k] > outputs[largest]) largest = k;
  return largest;
}

/**
 * How far the output of one class is above the largest of the others.
 * @param {Float64Array} outputs
 * @param {number} k
 */
function leadOf(outputs, k) {
  let largest = -Infinity;
  for (let j = 0; j < outputs.length; j++) if (j !== k && outputs[j] > largest) largest = outputs[j];
  return outputs[k] - largest;
}

/** @param {number} number */
function clipped(number) {
  return number < 1 ? number : 1;
}
