import assert from "node:assert/strict";
import {test} from "node:test";

import {networkOf, passOf, startParameters} from "../../../microgrid/studio/app/core/network.js";
import {NetworkError, checkSpec, inOwnUnits, standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {LANGUAGES, wordsIn} from "./words.js";
import {DATA, SPEC} from "./xor.js";

const refusalOf = (task) => {
  try {
    task();
  } catch (error) {
    assert.ok(error instanceof NetworkError, `${error}`);
    for (const language of LANGUAGES) assert.doesNotMatch(wordsIn(language).word(error.key, error.parts), /[{}\n]/);
    return wordsIn("en").word(error.key, error.parts);
  }
  return assert.fail("it was accepted");
};
const refused = (change) => refusalOf(() => checkSpec({...SPEC, ...change}));
const refusedData = (change) => refused({data: {...DATA, ...change}});

test("a network on data is accepted", () => {
  checkSpec(SPEC);
  checkSpec({...SPEC, data: {...DATA, classes: ["no", "yes"]}, loss: "bce"});
  checkSpec({...SPEC, sizes: [2], data: {...DATA, targets: [[1, 2], [1, 2], [1, 2], [1, 2]]}});
});

test("a network of which one cycle would take long is refused", () => {
  const many = {rows: Array(600_000).fill([0, 1]), targets: Array(600_000).fill(0)},
    refusal = "a cycle would take 17 parameters times 600000 rows, more than the 10000000 products of this page: use fewer rows, or a smaller network";
  assert.equal(refusedData(many), refusal);
  assert.match(refusedData({heldOut: many}), /times 600004 rows/);
});

test("a network that is none is refused with what came and what was expected", () => {
  const refusals = [
    [{inputs: 0}, "a row needs 1 or more inputs, got 0"],
    [{inputs: 3}, "expected a name for each input: names 2, inputs 3"],
    [{sizes: []}, "a network needs at least one layer: give the number of neurons of each, such as 4-1"],
    [{sizes: "4-1"}, "a network needs at least one layer: give the number of neurons of each, such as 4-1"],
    [{sizes: [4, 0.5]}, "a layer needs 1 or more neurons, got 0.5"],
    [{sizes: [5000, 1]}, "the network has 20001 parameters; this page takes at most 10000"],
    [{activation: "reLU"}, 'unknown activation "reLU" (known: linear, relu, leaky_relu, softplus, tanh, sigmoid)'],
    [{loss: "mae"}, 'unknown loss "mae" (known: mse, bce)'],
    [{learningRate: -1}, "the learning rate must be a number, 0 or more, got -1"],
    [{learningRate: "1"}, 'the learning rate must be a number, 0 or more, got "1"'],
    [{momentum: 1}, "the momentum must be a number from 0 to below 1, got 1"],
    [{batchSize: 0}, "a batch needs 1 or more rows, got 0"],
    [{seed: 2 ** 53}, "the seed must be a whole number, 0 or more and below 2**53, got 9007199254740992"],
    [{sizes: [4, 2]}, "row 1: expected as many targets as the network has outputs, 2, got 1"],
    [{model: {format: "x"}}, "this is no network: model is missing, or not what was expected"],
    [{data: null}, "this is no network: data is missing, or not what was expected"],
  ];
  for (const [change, message] of refusals) assert.equal(refused(change), message);
  for (const spec of [null, 1, "x", [], {}]) assert.match(refusalOf(() => checkSpec(spec)), /^this is no network: data/);
});

test("data that fit no network are refused with the row", () => {
  const refusals = [
    [{rows: [], targets: []}, "there is no row to learn from"],
    [{rows: [1, 2]}, "this is no network: rows is missing, or not what was expected"],
    [{targets: [0, 1]}, "expected one target for each row: rows 4, targets 2"],
    [{rows: [[0, 0], [0], [1, 0], [1, 1]]}, "row 2: expected as many numbers as the network has inputs, 2, got 1"],
    [{rows: [[0, 0], [0, null], [1, 0], [1, 1]]}, "row 2: expected finite numbers, got null"],
    [{targets: [0, 1, "1", 0]}, 'row 3: expected finite numbers, got "1"'],
    [{classes: ["a", "b", "c"]}, "the last layer needs a neuron for each class: neurons 1, classes 3"],
    [{classes: ["a", "b"], targets: [0, 1, 2, 0]}, "row 3: expected the position of a class, from 0 to 1, got 2"],
    [{heldOut: {rows: [[0]], targets: [1]}}, "row 1: expected as many numbers as the network has inputs, 2, got 1"],
    [{scale: {inputs: [[0, 0], [1]], target: [0, 1]}}, "this is no network: scale is missing, or not what was expected"],
    [{scale: {inputs: [[0, 0], [1, 0]], target: [0, 1]}}, "this is no network: scale is missing, or not what was expected"],
  ];
  for (const [change, message] of refusals) assert.equal(refusedData(change), message);
  assert.equal(
    refused({loss: "bce", data: {...DATA, targets: [0, 1, 1, 2]}}),
    "row 4: binary cross-entropy needs targets from 0 to 1, got 2",
  );
});

test("a saved model gives the weights to begin with, by their names", () => {
  const {names, count} = networkOf(SPEC);
  assert.deepEqual(names.slice(2, 5), ["layers[0].neurons[0].bias", "layers[0].neurons[1].weights[0]", "layers[0].neurons[1].weights[1]"]);
  assert.equal(names.length, count);
  const parameters = Object.fromEntries(names.map((name, i) => [name, i / 8]).toReversed()),
    model = {format: "microgrid model", version: 1, model: "", parameters};
  assert.deepEqual([...startParameters({...SPEC, model})], names.map((_, i) => i / 8));
});

test("a saved model of another network is refused", () => {
  const begin = (parameters, format = "microgrid model") => () => startParameters({...SPEC, model: {format, parameters}});
  const parameters = Object.fromEntries(networkOf(SPEC).names.map((name) => [name, 1]));
  assert.equal(refusalOf(begin({})), "the saved model has no number for layers[0].neurons[0].weights[0]");
  assert.equal(refusalOf(begin({...parameters, more: 1})), "the saved model has 18 parameters, but the network 17");
  assert.equal(refusalOf(begin(parameters, "x")), 'the weights are no saved model: expected "format": "microgrid model"');
});

test("the network sees each column with mean 0 and deviation 1, and its outputs go back to the target's units", () => {
  const scale = {inputs: [[1, 0], [2, 4]], target: [10, 5]},
    spec = {...SPEC, data: {...DATA, scale, heldOut: {rows: [[3, 4]], targets: [20]}}};
  const {rows, targets, heldOut} = standardised(spec);
  assert.deepEqual([...rows[3]], [0, 0.25]);
  assert.deepEqual([...targets[1]], [-1.8]);
  assert.deepEqual([[...heldOut.rows[0]], [...heldOut.targets[0]]], [[1, 1], [2]]);
  assert.equal(inOwnUnits(spec, 2), 20);
});

test("a class is 1 for its own output; two classes may share one output", () => {
  const three = {...SPEC, sizes: [3], data: {...DATA, classes: ["a", "b", "c"], targets: [2, 0, 0, 1]}},
    two = {...SPEC, data: {...DATA, classes: ["a", "b"]}};
  assert.deepEqual([...standardised(three).targets[0]], [0, 0, 1]);
  assert.deepEqual([...standardised(two).targets[1]], [1]);
});

test("a large error gives an infinite loss, and no other number is lost", () => {
  const network = networkOf(SPEC),
    {loss} = passOf(network, startParameters(SPEC), [Float64Array.of(1, 1)], [Float64Array.of(1e200)]);
  assert.equal(loss, Infinity);
});
