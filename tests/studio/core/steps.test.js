import assert from "node:assert/strict";
import test from "node:test";

import {leavesOf} from "../../../microgrid/studio/app/core/graph.js";
import {
  arrivalOf,
  hasArrived,
  knownAt,
  phaseEnds,
  reachOf,
  samePlace,
  stepsOf,
  targetOf,
} from "../../../microgrid/studio/app/core/steps.js";
import {computed, graphOf, leaf, line, neuron, numbersOf, twoPaths} from "./records.js";

const CLOSED = new Set();
const kindsOf = (steps) => steps.map(({kind}) => kind);
const after = (graph, steps, position) => knownAt(graph, numbersOf(graph), steps, position, leavesOf(graph));

test("each value is computed, each share handed on but to constants, each parameter changed", () => {
  const steps = stepsOf(line(), CLOSED);
  assert.deepEqual(kindsOf(steps), [
    ...Array(4).fill("value"),
    "seed",
    ...Array(7).fill("share"),
    "change",
    "change",
  ]);
  assert.deepEqual(phaseEnds(steps), {know: 4, think: 12, change: 14});
});

test("a neuron is one step in each phase, and many when it is opened", () => {
  const graph = neuron();
  assert.deepEqual(kindsOf(stepsOf(graph, CLOSED)), [
    ...["neuron", "value"],
    ...["seed", "share", "edge", "edge", "keep"],
    "changes",
  ]);
  assert.deepEqual(kindsOf(stepsOf(graph, new Set([graph.cardOf.get(6).i]))), [
    ...["product", "product", "value", "value", "value"],
    ...["seed", "share", "share", "share", "share", "share", "share", "share"],
    ...["change", "change", "change"],
  ]);
});

test("at the start only the leaves are known", () => {
  const graph = twoPaths(),
    known = after(graph, stepsOf(graph, CLOSED), 0);
  assert.deepEqual([...known.values.keys()], [0, 1, 3]);
  assert.deepEqual([known.gradients.size, known.current], [0, null]);
});

test("gradients grow share by share", () => {
  const graph = twoPaths(),
    steps = stepsOf(graph, CLOSED),
    b = graph.cards[0],
    [first, last] = steps.flatMap((step, i) => (step.kind === "share" && targetOf(step) === b ? [i + 1] : []));
  assert.deepEqual([after(graph, steps, first).after, hasArrived(graph, b, after(graph, steps, first))], [2, false]);
  assert.deepEqual([after(graph, steps, last).before, after(graph, steps, last).after], [2, 5]);
  assert.ok(hasArrived(graph, b, after(graph, steps, last)));
  assert.equal(arrivalOf(steps, b), last);
});

test("an edge that stands for two uses has arrived with the second", () => {
  const weights = [leaf("w1", 1), leaf("x", 2, "input"), leaf("w2", 3), leaf("b", 0)],
    graph = graphOf([...weights, computed("weighted_sum", [0, 1, 2, 1, 3]), computed("tanh", [4], "h", "layer1#0")]),
    x = graph.cards[0],
    steps = stepsOf(graph, new Set([1])),
    last = steps.findLastIndex((step) => targetOf(step) === x) + 1;
  assert.ok(!hasArrived(graph, x, after(graph, steps, last - 1)));
  assert.ok(hasArrived(graph, x, after(graph, steps, last)));
});

test("after the last step all gradients and all changes are known", () => {
  for (const graph of [twoPaths(), line(), neuron()]) {
    const steps = stepsOf(graph, CLOSED),
      numbers = numbersOf(graph),
      known = after(graph, steps, steps.length);
    for (const [i, gradient] of known.gradients) assert.equal(gradient, numbers.gradients[i]);
    assert.deepEqual([...known.changed.keys()].sort(), [...graph.parameters].sort());
    assert.deepEqual(known.shares.size, graph.edges.filter(({operand}) => operand.node.kind !== "constant").length);
  }
});

test("the place in the cycle stays when a neuron is opened and closed", () => {
  const graph = neuron(),
    closed = stepsOf(graph, CLOSED),
    opened = stepsOf(graph, new Set([graph.cardOf.get(6).i]));
  assert.equal(samePlace(closed[0], opened), 4); // the neuron is known when its activation is
  assert.equal(samePlace(opened[0], closed), 1);
  for (const [i, step] of closed.entries()) assert.equal(samePlace(step, closed), i + 1);
});

test("a place whose card has no step in the other list is the end of its phase", () => {
  const steps = stepsOf(line(), CLOSED);
  assert.equal(samePlace({phase: "think", kind: "keep", card: neuron().cards[0]}, steps), 12);
});

test("a value that is missing leaves the steps before it", () => {
  const graph = graphOf([leaf("a", -1), computed("neg", [0]), computed("neg", [1]), computed("log", [2])]),
    numbers = numbersOf(graph),
    steps = stepsOf(graph, CLOSED);
  assert.equal(reachOf(numbers, steps), 2);
  const {values} = knownAt(graph, numbers, steps, steps.length, leavesOf(graph));
  assert.deepEqual([...values], [[0, -1], [1, 1], [2, -1]]);
});
