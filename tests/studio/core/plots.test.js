import assert from "node:assert/strict";
import test from "node:test";

import {contourOf, countsBeyond, countsByClass, fieldOf, levelsOf, nearestPoint, placeOn, plotOf, predictionsAlong, sizeOfField, verdictsOf} from "../../../microgrid/studio/app/core/plots.js";

const specOf = (data, parts = {}) => ({
  inputs: data.rows[0].length,
  sizes: [1],
  loss: "mse",
  data: {inputNames: data.rows[0].map((_, i) => `x${i + 1}`), targetName: "y", classes: [], heldOut: {rows: [], targets: []}, scale: null, ...data},
  ...parts,
});
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const xor = specOf({rows: CORNERS, targets: [0, 1, 1, 0]});
const species = specOf({rows: CORNERS, targets: [0, 1, 2, 0], classes: ["a", "b", "c"]}, {sizes: [3], loss: "bce"});

test("a target of two numbers has two sides, with the limit between them", () => {
  const {kind, names, limit, sideOf} = plotOf(xor).question;
  assert.deepEqual([kind, names, limit, sideOf([0.5]), sideOf([0.51])], ["sides", ["0", "1"], 0.5, 0, 1]);
});

test("sides without names are called by their targets, in short too", () => {
  assert.deepEqual(plotOf(specOf({...xor.data, classesInShort: []})).question.namesInShort, ["0", "1"]);
});

test("outputs of cross-entropy are read as probabilities", () => {
  const question = plotOf(specOf({rows: CORNERS, targets: [0, 1, 1, 0]}, {loss: "bce"})).question;
  assert.deepEqual([question.valueOf([0]), question.sideOf([-0.1]), question.sideOf([0.1])], [0.5, 0, 1]);
});

test("predictions beyond the plot of pairs are counted by class and side", () => {
  const plot = plotOf(xor, true), // from -0.15 to 1.15
    answers = [2, 1, -3, 1.2];
  let row = 0;
  const verdicts = verdictsOf(plot, () => [answers[row++]]);
  assert.deepEqual(countsBeyond(plot, verdicts), [{isAbove: true, count: 2, target: 0}, {isAbove: false, count: 1, target: 1}]);
});

test("of several outputs the largest is the class", () => {
  const {kind, sideOf} = plotOf(species).question;
  assert.deepEqual([kind, sideOf([0, 3, 1])], ["classes", 1]);
});

test("predictions are given in the units of the target", () => {
  const data = {rows: [[1], [2], [3]], targets: [10, 20, 40], scale: {inputs: [[2], [1]], target: [20, 10]}};
  assert.equal(plotOf(specOf(data)).question.valueOf([1.5]), 35);
});

test("the inputs choose the plot, and a reader may ask for pairs", () => {
  const kindOf = (rows, targets, ...parts) => plotOf(specOf({rows, targets}), ...parts).kind;
  assert.equal(kindOf(CORNERS, [0, 1, 1, 0]), "plane");
  assert.equal(kindOf([[1], [2], [3]], [1, 2, 3]), "line");
  assert.equal(kindOf([[1, 2, 3], [2, 3, 4], [3, 4, 5]], [1, 2, 3]), "pairs");
  assert.equal(kindOf(CORNERS, [0, 1, 1, 0], true), "pairs");
  assert.equal(plotOf(species, true).kind, "classes");
});

test("an axis has room beyond its numbers and round numbers along it", () => {
  const {x, y} = plotOf(specOf({rows: [[0], [4], [10]], targets: [3, 3, 3]}));
  assert.deepEqual([x.low, x.high, x.ticks, placeOn(x, 5)], [-1, 11, [0, 5, 10], 0.5]);
  assert.ok(y.high > 3);
});

test("rows that are right are counted, those held out apart", () => {
  const spec = specOf({rows: CORNERS, targets: [0, 1, 1, 0], heldOut: {rows: [[2, 0]], targets: [1]}}),
    {learned, heldOut, sides} = verdictsOf(plotOf(spec), ([x1]) => [x1]);
  assert.deepEqual([learned.count, learned.right, [...sides], heldOut], [4, 2, [0, 0, 1, 1, 1], {count: 1, right: 1, error: 1}]);
});

test("of numbers the mean error is given", () => {
  const plot = plotOf(specOf({rows: [[1], [2], [3]], targets: [1, 2, 6]}));
  assert.equal(verdictsOf(plot, ([x]) => [x]).learned.error, 1);
});

test("the line of one input is predicted from one end of its axis to the other", () => {
  const plot = plotOf(specOf({rows: [[1], [2], [3]], targets: [1, 2, 6]}));
  assert.deepEqual([...predictionsAlong(plot, ([x]) => [x], 3)], [plot.x.low, 2, plot.x.high]);
});

test("rows are counted by their class and the one predicted", () => {
  const plot = plotOf(species, true);
  assert.deepEqual(countsByClass(plot, verdictsOf(plot, ([x1]) => [1, 2 * x1, 0])), [[1, 1, 0], [1, 0, 0], [0, 1, 0]]);
});

test("the field has the sides of its corners, the upper line first", () => {
  const {sides, strengths} = fieldOf(plotOf(xor), ([, x2]) => [x2], 2);
  assert.deepEqual([...sides], [1, 1, 0, 0]);
  assert.ok(strengths.every((strength) => strength === 1)); // as sure as a target, and beyond
});

test("a boundary runs where the prediction is at the limit", () => {
  const plot = plotOf(xor),
    pieces = contourOf(fieldOf(plot, ([x1]) => [x1], 11).margins[0], 11, 0);
  assert.equal(pieces.length, 4 * 10);
  for (let k = 0; k < pieces.length; k += 2) assert.ok(Math.abs(pieces[k] - 5) < 1e-9);
});

test("a boundary between classes runs where their outputs are equal", () => {
  const {margins} = fieldOf(plotOf(species), ([x1, x2]) => [x1, x2, -9], 5);
  assert.equal(margins.length, 2);
  assert.deepEqual([margins[0][0] < 0, margins[0][4], margins[0][24] > -1e-9], [true, 0, true]);
});

test("a saddle has two lines, and what is not finite has none", () => {
  assert.equal(contourOf(Float64Array.of(1, -1, -1, 1), 2, 0).length, 8);
  assert.equal(contourOf(Float64Array.of(1, NaN, -1, 1), 2, 0).length, 0);
});

test("a field of numbers has lines at round ones", () => {
  assert.deepEqual(levelsOf(plotOf(specOf({rows: [[0, 0], [1, 1], [2, 0]], targets: [0, 1, 3]}))), [0, 1, 2, 3]);
});

test("a large network is asked at fewer places", () => {
  assert.equal(sizeOfField(97, 60), 60);
  assert.ok(sizeOfField(5000, 60) < 20 + 1);
});

test("the nearest point within reach is found, among those that may be", () => {
  const [xs, ys] = [[0, 10, 11], [0, 0, 0]];
  assert.deepEqual([nearestPoint(xs, ys, 11, 1, 5, 3), nearestPoint(xs, ys, 11, 1, 5, 2), nearestPoint(xs, ys, 50, 50, 5, 3)], [2, 1, -1]);
});
