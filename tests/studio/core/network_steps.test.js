import assert from "node:assert/strict";
import {test} from "node:test";

import {firstMoment, nextMoment} from "../../../microgrid/studio/app/core/learning.js";
import {networkOf, passOf, rowShares, startParameters} from "../../../microgrid/studio/app/core/network.js";
import {ACTIVATIONS} from "../../../microgrid/studio/app/core/network_layers.js";
import {standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {cellTerms, matricesAt, stepsOfNetwork} from "../../../microgrid/studio/app/core/network_steps.js";
import {SPEC} from "./xor.js";

function walked(spec) {
  const network = networkOf(spec),
    data = standardised(spec),
    moment = nextMoment(spec, network, data, firstMoment(spec), 1, spec.learningRate),
    pass = passOf(network, startParameters(spec), data.rows, data.targets);
  const update = {learningRate: spec.learningRate, after: moment.parameters, velocity: moment.velocity};
  return {spec, network, data, pass, update};
}
const entriesAt = ({spec, network, pass, update}, step) => matricesAt(spec, network, pass, step, update);

test("a cycle goes forward through the layers, back through them, and changes all at once", () => {
  const steps = stepsOfNetwork(networkOf(SPEC)).map(({phase, kind, layer}) => `${phase} ${kind} ${layer || ""}`.trim());
  assert.deepEqual(steps, [
    "know layer 1",
    "know layer 2",
    "know loss",
    "think loss",
    "think layer 2",
    "think layer 1",
    "change update",
  ]);
});

test("each step reads matrices, and computes others by a line of NumPy", () => {
  const walk = walked(SPEC);
  const read = stepsOfNetwork(walk.network).map((step) =>
    entriesAt(walk, step).map(({name, matrix, line}) => `${name} ${matrix.length}×${matrix[0].length} ${line}`.trim()),
  );
  assert.deepEqual(read[0], ["x 4×2", "W 2×4", "b 1×4", "y 4×4 z = x @ W + b; y = np.tanh(z)", "slope 4×4 slope = 1 - y**2"]);
  assert.deepEqual(read[1], ["x 4×4", "W 4×1", "b 1×1", "y 4×1 y = x @ W + b"]);
  assert.deepEqual(read[2], ["y 4×1", "t 4×1", "loss 1×1 loss = ((y - t)**2).mean()"]);
  assert.deepEqual(read[3], ["y 4×1", "t 4×1", "dout 4×1 dout = 2 * (y - t) / y.size"]);
  assert.deepEqual(read[4].slice(3), ["dW 4×1 dW = x.T @ dout", "db 1×1 db = dout.sum(axis=0)", "dx 4×4 dx = dout @ W.T"]);
  assert.deepEqual(read[5].slice(0, 4), ["dout 4×4", "slope 4×4", "x 4×2", "W 2×4"]);
  assert.equal(read[5][4], "dW 2×4 dW = x.T @ (dout * slope)");
  assert.deepEqual(read[6].slice(0, 2), ["dW1 2×4", "W1 2×4 W1 -= 0.1 * dW1"]);
});

test("with momentum, Change moves by the velocity", () => {
  const walk = walked({...SPEC, momentum: 0.9}),
    lines = entriesAt(walk, stepsOfNetwork(walk.network).at(-1)).map(({line}) => line);
  assert.deepEqual(lines.slice(0, 3), ["", "vW1 = 0.9 * vW1 + dW1", "W1 -= 0.1 * vW1"]);
});

test("each cell is the sum of its products, through its activation", () => {
  for (const activation of Object.keys(ACTIVATIONS)) {
    const walk = walked({...SPEC, sizes: [3, 2, 1], activation, momentum: activation === "relu" ? 0.9 : 0}),
      {spec, network, pass, update} = walk;
    const cells = stepsOfNetwork(network).flatMap((step) =>
      entriesAt(walk, step).flatMap(({name, matrix}) =>
        [...matrix].flatMap((row, r) => [...row].map((number, c) => ({step, name, row: r, column: c, number}))),
      ),
    );
    const told = cells.filter(({step, name, row, column, number}) => {
      const terms = cellTerms(spec, network, pass, step, update, {name, row, column});
      if (!terms) return false;
      assert.equal(terms.result, number);
      assert.equal(terms.activation ? ACTIVATIONS[terms.activation].value(terms.sum) : terms.sum, number, `${activation} ${name}`);
      return true;
    });
    const names = new Set(told.map(({name}) => name));
    assert.deepEqual([...names], ["y", "dW", "db", "dx", "W1", "b1", "W2", "b2", "W3", "b3"]);
  }
});

test("a neuron that is off hands on 0, and not −0", () => {
  const {pass} = walked({...SPEC, activation: "relu"}),
    zeros = pass.douts[0].sums.flatMap((row) => [...row]).filter((number) => number === 0);
  assert.ok(zeros.length > 0 && zeros.every((number) => Object.is(number, 0)));
});

test("what the rows add is the gradient", () => {
  const {network, pass} = walked({...SPEC, activation: "relu"});
  const sum = pass.gradients.map(() => 0);
  for (const row of [...pass.x.keys()].toReversed()) for (const [i, share] of rowShares(network, pass, row).entries()) sum[i] += share;
  assert.deepEqual(sum, pass.gradients);
});
