import assert from "node:assert/strict";
import test from "node:test";

import {headingOf, leavesOf, readRecord, RecordError, relabel} from "../../../microgrid/studio/app/core/graph.js";
import {computed, graphOf, leaf, line, neuron, recordOf} from "./records.js";
import {wordsIn} from "./words.js";

test("a record becomes nodes, cards and edges", () => {
  const graph = line();
  assert.deepEqual(
    graph.nodes.map(({name}) => name),
    ["w", "x", "w·x", "b", "p", "target", "p − target", "n7", "loss"],
  );
  assert.deepEqual([graph.output, graph.learningRate, graph.parameters], [8, 0.05, [0, 3]]);
  assert.deepEqual(
    graph.edges.map(({operand, result}) => `${operand.id} ${result.id}`),
    ["n0 n2", "n1 n2", "n2 n4", "n3 n4", "n4 n6", "n5 n6", "n6 n8", "n7 n8"],
  );
  assert.equal(graph.cards[2].edges[0], graph.edges[0]);
  assert.equal(graph.cardOf.get(8), graph.cards[8]);
});

test("numbers that JSON does not have are read from their names", () => {
  assert.equal(graphOf([leaf("a", "-Infinity")]).nodes[0].data, -Infinity);
});

test("a neuron is one card, and its weights are its parameters", () => {
  const card = neuron().cards.find(({isNeuron}) => isNeuron);
  assert.deepEqual([card.output, card.inside, card.weights, card.biases], [6, [5, 6], [0, 2], [4]]);
  assert.deepEqual(card.parameters, [0, 2, 4]);
});

test("a neuron and a sum of products open, and no other card", () => {
  const leaves = [leaf("q", 2, "input"), leaf("k", 3, "input"), leaf("", 0, "constant")];
  const graph = graphOf([...leaves, computed("weighted_sum", [0, 1, 2], "score"), computed("exp", [3])]);
  assert.deepEqual(graph.cards.map(({opens, isNeuron}) => [opens, isNeuron]), [
    [false, false],
    [false, false],
    [true, false],
    [false, false],
  ]);
  assert.deepEqual([...new Set(neuron().cards.filter(({opens}) => opens).map(({isNeuron}) => isNeuron))], [true]);
});

test("labels are shown in another language, and formulas with them", () => {
  const graph = line();
  relabel(graph, {target: "正解", loss: "損失"});
  assert.deepEqual([5, 6, 8].map((i) => graph.nodes[i].name), ["正解", "p − 正解", "損失"]);
  relabel(graph, {});
  assert.equal(graph.nodes[6].name, "p − target");
});

test("leaves start with the numbers of the record", () => {
  assert.deepEqual([...leavesOf(line())], [[0, 3], [1, 2], [3, 1], [5, 5], [7, 2]]);
});

test("the heading of a card is its name and what it computes", () => {
  const headings = (graph, ids) =>
    ids.map((id) => Object.values(headingOf(graph, graph.cards.find((card) => card.id === id), wordsIn("en"))));
  assert.deepEqual(headings(line(), ["n0", "n2", "n4", "n7", "n8"]), [
    ["w", "", ""],
    ["w·x", "", ""],
    ["p", "+", "+"],
    ["leaf", "", ""],
    ["loss", "( )²", "( )²"],
  ]);
  assert.deepEqual(headings(neuron(), ["n6"]), [["layer1.neuron1", "tanh(Σ w·x + b)", "tanh"]]);
});

test("what is no record is refused", () => {
  assert.throws(() => readRecord({...recordOf([leaf("a", 1)]), version: 9}), RecordError);
});
