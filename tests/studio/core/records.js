// Small records, written by hand as Python would record them.

import {cycle} from "../../../microgrid/studio/app/core/cycle.js";
import {leavesOf, readRecord} from "../../../microgrid/studio/app/core/graph.js";

export const leaf = (label, data, kind = "parameter") => ({label, kind, op: "", operands: [], data, layer: ""});

export const computed = (op, operands, label = "", layer = "") => ({
  label,
  kind: "computed",
  op,
  operands: operands.map((i) => `n${i}`),
  data: 0,
  layer,
});

export function recordOf(nodes, learningRate = 0.1) {
  const withIds = nodes.map((node, i) => ({id: `n${i}`, ...node}));
  const parameters = withIds.filter(({kind}) => kind === "parameter").map(({id}) => id);
  return {format: "microgrid relay", version: 2, nodes: withIds, parameters, learning_rate: learningRate};
}

export const documentOf = (...given) => ({kind: "record", record: recordOf(...given)});

// As a page holds it: (w · x − target)²: the loss is (3 · 2 − 5)² = 1, and its gradient for w is 2 · 1 · 2 = 4.
export const LINE = documentOf([
  leaf("w", 3),
  leaf("x", 2, "input"),
  computed("*", [0, 1], "p"),
  leaf("target", 5, "input"),
  computed("-", [2, 3], "d"),
  leaf("", 2, "constant"),
  computed("**", [4, 5], "loss"),
]);

export const graphOf = (nodes, learningRate) => readRecord(recordOf(nodes, learningRate));

export const numbersOf = (graph) => cycle(graph, leavesOf(graph), graph.learningRate);

// (b + 1) · (a + b) at a = 2, b = 1: the end hands b a share of 2, then one of 3.
export const twoPaths = () =>
  graphOf([
    leaf("b", 1),
    leaf("", 1, "constant"),
    computed("+", [0, 1], "d"),
    leaf("a", 2),
    computed("+", [3, 0], "c"),
    computed("*", [2, 4], "e"),
  ]);

// (w · x + b − target)² at w = 3, b = 1, x = 2, target = 5: the loss is 4.
export const line = (learningRate = 0.05) =>
  graphOf(
    [
      leaf("w", 3),
      leaf("x", 2, "input"),
      computed("*", [0, 1]),
      leaf("b", 1),
      computed("+", [2, 3], "p"),
      leaf("target", 5, "input"),
      computed("-", [4, 5]),
      leaf("", 2, "constant"),
      computed("**", [6, 7], "loss"),
    ],
    learningRate,
  );

// tanh(w1 · x1 + w2 · x2 + b) as a neuron of a layer, doubled.
export const neuron = () =>
  graphOf([
    leaf("layer1.neuron1.w1", 0.5),
    leaf("x1", 1, "input"),
    leaf("layer1.neuron1.w2", -1),
    leaf("x2", 2, "input"),
    leaf("layer1.neuron1.b", 1.5),
    computed("weighted_sum", [0, 1, 2, 3, 4]),
    computed("tanh", [5], "layer1.neuron1", "layer1#0"),
    leaf("", 2, "constant"),
    computed("*", [6, 7], "out"),
  ]);
