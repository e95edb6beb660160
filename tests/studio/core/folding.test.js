import assert from "node:assert/strict";
import test from "node:test";

import {foldNeurons} from "../../../microgrid/studio/app/core/folding.js";

const leaf = (kind) => ({kind, op: "", operands: [], layer: ""});
const computed = (op, operands, layer = "") => ({kind: "computed", op, operands, layer});

// tanh(w · x + b), then its double.
const NEURON = [
  leaf("parameter"),
  leaf("input"),
  leaf("parameter"),
  computed("weighted_sum", [0, 1, 2]),
  computed("tanh", [3], "layer1#0"),
  leaf("constant"),
  computed("*", [4, 5]),
];

test("without neurons every node is a card, and every operand an edge", () => {
  const {cards, edges} = foldNeurons([leaf("parameter"), computed("*", [0, 0])]);
  assert.deepEqual(
    cards.map(({output}) => output),
    [0, 1],
  );
  assert.deepEqual(edges, [
    {operand: 0, result: 1, uses: [[1, 0]]},
    {operand: 0, result: 1, uses: [[1, 1]]},
  ]);
});

test("a neuron is one card with its weights and its bias", () => {
  const {cards, edges} = foldNeurons(NEURON);
  assert.deepEqual(cards, [
    {output: 1, inside: [1], weights: [], biases: []},
    {output: 4, inside: [3, 4], weights: [0], biases: [2]},
    {output: 5, inside: [5], weights: [], biases: []},
    {output: 6, inside: [6], weights: [], biases: []},
  ]);
  assert.deepEqual(edges, [
    {operand: 0, result: 1, uses: [[3, 1]]},
    {operand: 1, result: 3, uses: [[6, 0]]},
    {operand: 2, result: 3, uses: [[6, 1]]},
  ]);
});

test("a 0 in the place of a bias has no card", () => {
  const nodes = [leaf("input"), leaf("input"), {...leaf("constant"), data: 0}, computed("weighted_sum", [0, 1, 2])];
  assert.deepEqual(foldNeurons(nodes).cards.map(({output}) => output), [0, 1, 3]);
  assert.equal(foldNeurons([...nodes, computed("+", [3, 2])]).cards.length, 5);
});

test("a neuron can be unfolded", () => {
  assert.equal(foldNeurons(NEURON, {unfolded: true}).cards.length, NEURON.length);
});

test("a neuron is unfolded where another node uses its sum", () => {
  const torn = [...NEURON, computed("+", [6, 3])];
  assert.equal(foldNeurons(torn).cards.length, torn.length);
});

test("a weight that is used outside its neuron has a card, too", () => {
  const {cards} = foldNeurons([...NEURON, computed("+", [6, 0])]);
  assert.deepEqual(cards[0], {output: 0, inside: [0], weights: [], biases: []});
});

test("a leaf among the products of a neuron is inside of it", () => {
  const nodes = [leaf("input"), leaf("parameter"), computed("total", [0, 1], "l#0")];
  assert.deepEqual(foldNeurons(nodes).cards, [{output: 2, inside: [0, 2], weights: [], biases: [1]}]);
});

test("uses of one input by a neuron are one edge", () => {
  const nodes = [
    leaf("parameter"),
    leaf("input"),
    leaf("parameter"),
    computed("weighted_sum", [0, 1, 0, 1, 2]),
    computed("tanh", [3], "l#0"),
  ];
  const uses = [
    [3, 1],
    [3, 3],
  ];
  assert.deepEqual(foldNeurons(nodes).edges, [{operand: 0, result: 1, uses}]);
});
