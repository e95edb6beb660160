// A small network for tests: XOR, 2-4-1.

export const DATA = {
  name: "xor",
  inputNames: ["x1", "x2"],
  targetName: "y",
  classes: [],
  rows: [[0, 0], [0, 1], [1, 0], [1, 1]],
  targets: [0, 1, 1, 0],
  heldOut: {rows: [], targets: []},
  scale: null,
};

export const SPEC = {
  inputs: 2,
  sizes: [4, 1],
  activation: "tanh",
  loss: "mse",
  learningRate: 0.1,
  momentum: 0,
  batchSize: null,
  seed: 1,
  model: null,
  data: DATA,
  history: null,
};
