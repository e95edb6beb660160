import assert from "node:assert/strict";
import test from "node:test";

import {
  backward,
  cycle,
  derivativesWithin,
  forward,
  isTooLarge,
  sharesKept,
  statusOf,
  sumInside,
} from "../../../microgrid/studio/app/core/cycle.js";
import {leavesOf} from "../../../microgrid/studio/app/core/graph.js";
import {computed, graphOf, leaf, line, neuron, numbersOf, twoPaths} from "./records.js";

test("values go forward and gradients back, by hand", () => {
  const {values, gradients} = numbersOf(line());
  assert.deepEqual(values, [3, 2, 6, 1, 7, 5, 2, 2, 4]);
  assert.deepEqual(gradients.slice(0, 7), [8, 12, 4, 4, 4, -4, 4]);
});

test("the gradient of a value on two paths adds up", () => {
  const graph = twoPaths(),
    {values, locals} = forward(graph, leavesOf(graph));
  assert.deepEqual(values, [1, 1, 2, 2, 3, 6]);
  assert.deepEqual(backward(graph, locals), [5, 3, 3, 2, 2, 1]);
});

test("each edge carries its local derivative and its share", () => {
  const {carried} = numbersOf(twoPaths());
  assert.deepEqual(
    carried.map(({local, share}) => [local, share]),
    [[1, 3], [1, 3], [1, 2], [1, 2], [3, 3], [2, 2]],
  );
});

test("a change moves the parameters, and only them", () => {
  const graph = line(),
    leaves = leavesOf(graph),
    {changed, outcome} = cycle(graph, leaves, 0.05);
  assert.deepEqual([...changed], [[0, 2.6], [1, 2], [3, 0.8], [5, 5], [7, 2]]);
  assert.equal(outcome.before, 4);
  assert.ok(Math.abs(outcome.predicted) < 1e-12);
  assert.ok(Math.abs(outcome.after - 1) < 1e-12);
  assert.deepEqual([...leaves], [...leavesOf(graph)]);
});

test("a loss that cannot be negative is not predicted to be so", () => {
  assert.deepEqual([0.05, 0.1].map((rate) => numbersOf(line(rate)).outcome.isImpossible), [false, true]);
});

test("what rounding alone leaves of the loss is 0, however small the loss", () => {
  const graph = line(0.05);
  let leaves = leavesOf(graph);
  for (let count = 0; count < 120; count++) {
    const {changed, outcome} = cycle(graph, leaves, 0.05);
    assert.deepEqual([outcome.predicted, outcome.isImpossible], [0, false], `cycle ${count + 1}: the loss is ${outcome.before}`);
    leaves = changed;
  }
  assert.ok(numbersOf(line(0.0499)).outcome.predicted > 0);
});

test("where there is no value, only the values before it are known", () => {
  const graph = graphOf([leaf("a", 0), computed("log", [0]), computed("neg", [1])]),
    {missing, operands, values, gradients} = numbersOf(graph);
  assert.deepEqual([missing, operands, values, gradients], [1, [0], [0], []]);
});

test("a slope that is missing stops a cycle, but no second forward pass", () => {
  const graph = graphOf([leaf("a", 0), computed("sqrt", [0])]);
  assert.equal(forward(graph, leavesOf(graph)).missing, 1);
  assert.equal(forward(graph, leavesOf(graph), true).missing, -1);
});

test("a number that is too large is told from one that does not exist", () => {
  assert.deepEqual(
    [isTooLarge("exp", [1000]), isTooLarge("**", [10, 400]), isTooLarge("**", [-2, 0.5]), isTooLarge("log", [0])],
    [true, true, false, false],
  );
});

test("an activation that passes nothing back has a status", () => {
  const statusAt = (op, x) => {
    const graph = graphOf([leaf("a", x), computed(op, [0])]);
    return statusOf(graph, numbersOf(graph), 1);
  };
  assert.deepEqual([statusAt("relu", -1), statusAt("relu", 1)], ["dead", ""]);
  assert.deepEqual([statusAt("tanh", 3), statusAt("tanh", 1), statusAt("sigmoid", -9)], ["saturated", "", "saturated"]);
});

test("a relu that is at 0 for one row of two is off", () => {
  const first = [leaf("a", -1), computed("relu", [0], "h")],
    second = [leaf("b", 1), computed("relu", [2], "h")],
    graph = graphOf([...first, ...second, computed("+", [1, 3])]),
    numbers = numbersOf(graph);
  assert.deepEqual([statusOf(graph, numbers, 1), statusOf(graph, numbers, 3)], ["off", ""]);
});

test("one row does not tell whether a neuron of a network is dead", () => {
  const weights = [leaf("w", 1), leaf("x", -1, "input"), leaf("b", 0)],
    graph = graphOf([...weights, computed("weighted_sum", [0, 1, 2]), computed("relu", [3], "h", "layer1#0")]);
  assert.equal(statusOf(graph, numbersOf(graph), 4), "off");
});

test("inside a neuron are its sum, the slope of its activation, and the shares that it keeps", () => {
  const graph = neuron(),
    numbers = numbersOf(graph),
    card = graph.cardOf.get(6);
  assert.equal(sumInside(graph, card), 5); // 0.5 · 1 − 1 · 2 + 1.5 = 0, where tanh has the slope 1
  assert.deepEqual([...derivativesWithin(graph, card, numbers.locals)], [[5, 1], [6, 1]]);
  assert.deepEqual([...sharesKept(graph, card, numbers)], [[0, 2], [2, 4], [4, 2]]);
});
