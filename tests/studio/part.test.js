// The panel of a picked part: in Know, the products of a weight; from Think on, its shares.

import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {createDerive, endsIn} from "../../microgrid/studio/app/derive.js";
import {columnsAndLinesFilled, openedPart} from "../../microgrid/studio/app/views/part.js";
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

// --- a neuron and one row ---

function neuron(phase, {row = 3, layer = 1, ...changes} = {}) {
  const network = {...NETWORK, sizes: [2, 1], ...changes};
  let state = initialState({kind: "network", name: "", network}, "en");
  for (const action of [{type: "pickRow", row}, {type: "pickPart", part: {kind: "neuron", layer, neuron: 0}}]) state = reduce(state, action);
  const at = endsIn(state);
  state = reduce(state, {type: "goTo", position: phase === "output" ? network.sizes.length : at[phase]});
  const {network: shown, words, sentence} = createDerive(tables)(state);
  return {...openedPart(shown, shown.picked, words, state.learningRate), sentence};
}

const numberOf = ({text}) => Number(text.replace("−", "-"));

function headsShown(opened) {
  const {columns} = columnsAndLinesFilled(opened);
  return opened.heads.filter((_, i) => columns[i]);
}

test("a line that shows a gradient is called one, and has its value beside it", () => {
  const namesIn = (phase) => neuron(phase).lines.filter(({kind}) => kind?.startsWith("total")).map(({name}) => name);
  assert.deepEqual(namesIn("know"), ["sum", "tanh(sum)"]);
  const [sum, output] = neuron("know").lines.slice(-2).map(({cells}) => cells[2].text);
  assert(Math.abs(Math.tanh(numberOf({text: sum})) - numberOf({text: output})) < 1e-3);
  for (const phase of ["think", "change"]) {
    const [ofSum, ofOutput] = namesIn(phase);
    assert.match(ofSum, new RegExp(`^sum = ${sum}, its gradient −?[\\d.]+$`));
    assert.match(ofOutput, new RegExp(`^tanh\\(sum\\) = ${output}, its gradient −?[\\d.]+$`));
  }
});

test("columns that hold nothing in a phase are left out", () => {
  assert.deepEqual(headsShown(neuron("know")), ["from", "weight", "× value", "= product"]);
  assert.deepEqual(headsShown(neuron("think")), ["from", "weight", "× value", "= product", "share", "passed back"]);
  assert.deepEqual(headsShown(neuron("change")), ["from", "weight", "× value", "= product", "share", "gradient", "new"]);
});

test("no number of Think stands below a column whose total it is not", () => {
  for (const loss of ["mse", "bce"]) {
    const {lines} = neuron("think", {loss, layer: loss === "bce" ? 2 : 1, data: {...DATA, targets: rows.map(() => 1)}});
    for (const {kind, isWhole} of lines) assert.equal(Boolean(isWhole), kind?.startsWith("total") ?? false);
  }
});

test("a new weight stands beside the gradient that it comes from, of all rows", () => {
  const {heads, lines} = neuron("change");
  assert.deepEqual(heads.slice(-2), ["gradient", "new"]);
  for (const {cells, part} of lines.filter(({part}) => part)) {
    const [before, gradient, after] = [cells[0], ...cells.slice(-2)].map(numberOf);
    assert(Math.abs(before - NETWORK.learningRate * gradient - after) < 2e-3, JSON.stringify(part));
  }
  assert(neuron("change", {momentum: 0.9}).told.includes("momentum × velocity so far + gradient"));
});

test("a weight in Know has no line without a number", () => {
  const know = opened("know", 0),
    shown = know.lines.filter((_, i) => columnsAndLinesFilled(know).lines[i]);
  assert.deepEqual(shown.map(({name}) => name), ["1", "2", "3"]);
  assert(columnsAndLinesFilled(opened("think", 0)).lines.every(Boolean));
});

test("the output of a class is a sum and its sigmoid, a probability", () => {
  const data = {...DATA, classes: ["no", "yes"], targets: rows.map(([x]) => Number(x > 1))},
    {lines, told, sentence} = neuron("output", {layer: 2, loss: "bce", data}),
    [sum, chance] = lines.slice(-2).map(({cells}) => cells[2].text);
  assert.equal(lines.at(-1).name, "sigmoid(sum)");
  assert(Math.abs(1 / (1 + Math.exp(-numberOf({text: sum}))) - Number(chance)) < 1e-3);
  for (const text of [told, sentence]) assert(text.includes(`Probability of yes = sigmoid(${sum}) = ${chance}.`), text);
  assert.equal(neuron("output", {layer: 2}).lines.at(-1).name, "sum");
});
