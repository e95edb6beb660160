// A neuron or a weight of a network, opened: its products make its sum, and the shares of the rows make its gradient.

import assert from "node:assert/strict";
import test from "node:test";

import {networkOf, passOf, startParameters} from "../../../microgrid/studio/app/core/network.js";
import {biasPosition, weightPosition} from "../../../microgrid/studio/app/core/network_layers.js";
import {gradientsOfValues, lossTermsAt, openedNeuron, rowsShown, sharesByRow, statusOfNeuron, valuesOfLayer} from "../../../microgrid/studio/app/core/network_parts.js";

const ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]].map((row) => Float64Array.from(row)); // prettier-ignore
const TARGETS = [0, 1, 1, 0].map((target) => Float64Array.of(target));

function learner({activation = "tanh", loss = "mse", sizes = [3, 1], change = () => {}} = {}) {
  const spec = {inputs: 2, sizes, activation, loss, seed: 1, model: null},
    network = networkOf(spec),
    parameters = startParameters(spec);
  change(parameters, network);
  return {network, parameters, pass: passOf(network, parameters, ROWS, TARGETS)};
}

const isNear = (a, b) => assert(Math.abs(a - b) <= 1e-15 + 1e-12 * Math.abs(b), `${a} is not ${b}`);

test("the products of a neuron and its bias make its sum", () => {
  const {network, pass} = learner();
  const {terms, bias, sum, output} = openedNeuron(network, pass, 3, 1, 2);
  isNear(terms.reduce((total, {product}) => total + product, bias.value), sum);
  assert.equal(output, Math.tanh(sum));
});

test("what reaches the sum of a neuron is its gradient times its slope", () => {
  const {network, pass} = learner();
  const {upstream, slope, delta} = openedNeuron(network, pass, 1, 1, 0);
  isNear(upstream * slope, delta);
});

test("the shares of all rows add up to the gradient of a weight and of a bias", () => {
  const {network, pass} = learner();
  const total = (shares) => shares.reduceRight((sum, {share}) => sum + share, 0);
  assert.equal(total(sharesByRow(pass, 1, 1, 0)), pass.gradients[weightPosition(network.layers[0], 1, 0)]);
  assert.equal(total(sharesByRow(pass, 2, 0, 2)), pass.gradients[weightPosition(network.layers[1], 0, 2)]);
  assert.equal(total(sharesByRow(pass, 1, 1, -1)), pass.gradients[biasPosition(network.layers[0], 1)]);
});

test("of all rows, a value is the mean and a gradient the sum", () => {
  const {pass} = learner();
  assert.deepEqual([...valuesOfLayer(pass, 0, -1)], [0.5, 0.5]);
  isNear(gradientsOfValues(pass, 2, -1)[0], pass.douts[1].outputs.reduce((sum, [gradient]) => sum + gradient, 0));
});

test("the loss is the mean of what the rows add", () => {
  for (const loss of ["mse", "bce"]) {
    const {network, pass} = learner({loss});
    isNear(lossTermsAt(network, pass, -1)[0].term / ROWS.length, pass.loss);
    const [{prediction, target, error}] = lossTermsAt(network, pass, 1);
    assert.equal(error, prediction - target);
  }
});

test("a relu that is 0 on every row is dead, on this row only off", () => {
  const kill = (parameters, {layers}) => (parameters[biasPosition(layers[0], 0)] = -100);
  const {network, pass} = learner({activation: "relu", change: kill});
  assert.equal(statusOfNeuron(network, pass, 1, 0, 1), "dead");
  assert.equal(statusOfNeuron(network, pass, 1, 0, -1), "dead");
  const some = learner({
    activation: "relu",
    change(parameters, {layers}) {
      for (const input of [0, 1]) parameters[weightPosition(layers[0], 0, input)] = 1;
    },
  });
  assert.equal(statusOfNeuron(some.network, some.pass, 1, 0, 0), "off");
  assert.equal(statusOfNeuron(some.network, some.pass, 1, 0, 3), "");
});

test("a tanh far from 0 is saturated", () => {
  const push = (parameters, {layers}) => (parameters[biasPosition(layers[0], 1)] = 9);
  const {network, pass} = learner({change: push});
  assert.equal(statusOfNeuron(network, pass, 1, 1, 0), "saturated");
  assert.equal(statusOfNeuron(network, pass, 1, 0, 0), "");
});

test("of many rows the first are listed, and the one that is picked", () => {
  assert.deepEqual(rowsShown(3, 6, -1), [0, 1, 2]);
  assert.deepEqual(rowsShown(200, 3, 1), [0, 1, 2]);
  assert.deepEqual(rowsShown(200, 3, 99), [0, 1, 99]);
});
