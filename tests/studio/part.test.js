// The panel of a picked part: in Know, the products of a weight; from Think on, its shares.

import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {createDerive, endsIn} from "../../microgrid/studio/app/derive.js";
import {openedPart} from "../../microgrid/studio/app/views/part.js";
import {tables} from "./core/words.js";

const rows = Array.from({length: 20}, (_, i) => [i / 10]);
const DATA = {name: "", inputNames: ["x"], targetName: "y", classes: [], rows, targets: rows.map(([x]) => x), heldOut: {rows: [], targets: []}, scale: null};
const NETWORK = {inputs: 1, sizes: [1], activation: "tanh", loss: "mse", learningRate: 0.1, momentum: 0, batchSize: null, seed: 1, model: null, data: DATA, history: null};

function opened(phase, row) {
  let state = initialState({kind: "network", name: "", network: NETWORK}, "en");
  const weight = {kind: "weight", layer: 1, neuron: 0, input: 0};
  for (const action of [{type: "pickRow", row}, {type: "pickPart", part: weight}]) state = reduce(state, action);
  state = reduce(state, {type: "goTo", position: endsIn(state)[phase]});
  const {network, words} = createDerive(tables)(state);
  return openedPart(network, network.picked, words, state.learningRate);
}

test("weight × value is the product in Know, and value × gradient at the sum the share in Think", () => {
  assert.deepEqual(opened("know", 0).heads, ["row", "value of x", "× weight", "= product"]);
  assert.deepEqual(opened("think", 0).heads, ["row", "value of x", "× gradient at the sum", "= share"]);
  for (const phase of ["know", "think"]) {
    const [value, factor, result] = opened(phase, 3)
      .lines.find(({kind}) => kind === "picked")
      .cells.map(({text}) => Number(text.replace("−", "-")));
    assert(Math.abs(value * factor - result) < 0.002 * Math.abs(result), `${value} × ${factor} = ${result}`);
  }
});

test("the row that is picked is listed and marked", () => {
  for (const row of [2, 17]) {
    const marked = opened("think", row).lines.filter(({kind}) => kind === "picked");
    assert.deepEqual(marked.map(({name}) => name), [`${row + 1}`]);
  }
});
