import assert from "node:assert/strict";
import test from "node:test";

import {nextMoment} from "../../../microgrid/studio/app/core/learning.js";
import {firstCell, formulaOfCell, partOfCell, shownOf, sidesOf} from "../../../microgrid/studio/app/core/matrix_cells.js";
import {networkOf, passOf} from "../../../microgrid/studio/app/core/network.js";
import {standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {matricesAt} from "../../../microgrid/studio/app/core/network_steps.js";

const spec = {
  ...{inputs: 2, sizes: [2, 1], activation: "tanh", loss: "mse", learningRate: 0.5, momentum: 0, batchSize: null, seed: 0, model: null, history: null},
  data: {name: "", inputNames: ["x1", "x2"], targetName: "y", classes: [], rows: [[1, 2], [3, 4]], targets: [1, 0], heldOut: {rows: [], targets: []}, scale: null},
};
const network = networkOf(spec),
  data = standardised(spec),
  parameters = Float64Array.of(0, 0, 0, 0, 0, 0, 1, 2, 0.5),
  pass = passOf(network, parameters, data.rows, data.targets),
  moment = nextMoment(spec, network, data, {parameters, velocity: null, order: null, random: null}, 1, spec.learningRate),
  update = {learningRate: 0.5, after: moment.parameters, velocity: null};
const step = (phase, kind, layer = 0) => ({phase, kind, layer});

function told(at, name, row, column, picked = -1) {
  const entries = matricesAt(spec, network, pass, at, update),
    {before, terms, after, result, sources} = formulaOfCell({name, row, column}, entries, {spec, network, pass, at, update}, picked);
  return {line: `${before}${terms.map(({text}) => text).join(" + ")}${after}${result && ` = ${result}`}`, terms, sources};
}

test("a cell of y is the sum of products, in its activation", () => {
  assert.equal(told(step("know", "layer", 2), "y", 0, 0).line, "1 × 0 + 2 × 0 + 0.5 = 0.5");
  assert.equal(told(step("know", "layer", 1), "y", 1, 0).line, "tanh(0 × 3 + 0 × 4 + 0) = 0");
});

test("a cell of dW adds the rows as people count, and marks the one that is picked", () => {
  const {line, terms, sources} = told(step("think", "layer", 1), "dW", 1, 0, 1);
  assert.equal(line, "−0.5 × 1 × 2 + 0.5 × 1 × 4 = 1");
  assert.deepEqual(terms.map(({isPicked}) => isPicked), [false, true]);
  assert.deepEqual([...new Set(sources.map(({name}) => name))].sort(), ["dout", "slope", "x"]);
});

test("db, dx, slope, dout and loss are told in numbers, too", () => {
  assert.equal(told(step("think", "layer", 2), "db", 0, 0).line, "−0.5 + 0.5 = 0");
  assert.equal(told(step("think", "layer", 2), "dx", 0, 1).line, "−0.5 × 2 = −1");
  assert.equal(told(step("know", "layer", 1), "slope", 0, 0).line, "1 − 0² = 1");
  assert.equal(told(step("think", "loss"), "dout", 0, 0).line, "2 × (0.5 − 1) / 2 = −0.5");
  assert.equal(told(step("know", "loss"), "loss", 0, 0).line, "((0.5 − 1)² + (0.5 − 0)²) / 2 = 0.25");
});

test("an update starts from the weight before it", () => {
  assert.equal(told(step("change", "update"), "W1", 1, 0).line, "0 − 0.5 × 1 = −0.5");
});

test("what was given is only its number", () => {
  assert.equal(told(step("know", "layer", 1), "x", 1, 1).line, "4");
});

test("a cell belongs to a part of the network", () => {
  const part = (name, at, row = 1, column = 0) => Object.values(partOfCell({name, row, column}, at, network));
  assert.deepEqual(part("x", step("know", "layer", 1)), ["input", 0, 0, 0]);
  assert.deepEqual(part("x", step("know", "layer", 2)), ["neuron", 1, 0, 0]);
  assert.deepEqual(part("dW", step("think", "layer", 2)), ["weight", 2, 0, 1]);
  assert.deepEqual(part("db1", step("change", "update"), 0), ["bias", 1, 0, 0]);
  assert.deepEqual(part("dout", step("think", "loss")), ["neuron", 2, 0, 0]);
  assert.deepEqual(part("loss", step("know", "loss"), 0), ["loss", 3, 0, 0]);
});

test("rows and columns are named by what they are", () => {
  const {rows, columns} = sidesOf("dW", step("think", "layer", 2), network);
  assert.deepEqual([rows, columns], [{kind: "inputs", layer: 2}, {kind: "neurons", layer: 2}]);
  assert.equal(sidesOf("dx", step("think", "layer", 1), network).rows.kind, "rows");
});

test("of many rows the first, the last and the picked one are shown", () => {
  assert.deepEqual(shownOf(4, 6, -1), [0, 1, 2, 3]);
  assert.deepEqual(shownOf(200, 6, -1), [0, 1, 2, 3, -1, 199]);
  assert.deepEqual(shownOf(200, 6, 3), [0, 1, 2, 3, -1, 199]);
  assert.deepEqual(shownOf(200, 6, 16), [0, 1, -1, 16, -1, 199]);
  assert.deepEqual(shownOf(200, 6, 198), [0, 1, -1, 198, 199]);
  assert.deepEqual(shownOf(200, 6, 199), [0, 1, 2, 3, -1, 199]);
});

test("the first result is explained first, in the row that is picked", () => {
  const entries = matricesAt(spec, network, pass, step("know", "layer", 2), update);
  assert.deepEqual(firstCell(entries, 1), {name: "y", row: 1, column: 0});
  assert.equal(firstCell(entries.filter(({isResult}) => !isResult), 1), null);
});

test("of an update, the weight that moves furthest is explained first", () => {
  const moved = (velocity) => matricesAt(spec, network, pass, {phase: "change", kind: "update", layer: 0}, {learningRate: 0.5, after: parameters, velocity});
  const place = (position) => (position < 6 ? {name: "W1", row: position % 3, column: Math.floor(position / 3)} : {name: "W2", row: position - 6, column: 0});
  const weights = [0, 1, 3, 4, 6, 7],
    furthest = weights.reduce((best, i) => (Math.abs(pass.gradients[i]) > Math.abs(pass.gradients[best]) ? i : best));
  assert.deepEqual(firstCell(moved(null), 1), place(furthest));
  assert.deepEqual(firstCell(moved(Float64Array.of(0, 0, 9, 0, -5, 9, 1, 2, 9)), 1), place(4));
});
