// What is said about a network beside each step: what its numbers show, and on which numbers it works.

import assert from "node:assert/strict";
import test from "node:test";

import {networkOf, passOf, rowShares, startParameters} from "../../../microgrid/studio/app/core/network.js";
import {NetworkSentences} from "../../../microgrid/studio/app/core/network_sentences.js";
import {standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {show} from "../../../microgrid/studio/app/core/numerals.js";
import {wordsIn} from "./words.js";

function told({sizes = [1], activation = "tanh", loss = "mse", seed = 3, data = {}, language = "en"}) {
  const spec = {
    ...{inputs: 1, sizes, activation, loss, seed, model: null},
    data: {inputNames: ["hours"], targetName: "score", classes: [], rows: [[1], [3]], targets: [3, 9], heldOut: {rows: [], targets: []}, scale: null, ...data},
  };
  const network = networkOf(spec),
    {rows, targets} = standardised(spec),
    pass = passOf(network, startParameters(spec), rows, targets);
  const moment = {pass, row: 1, at: 0, seen: {pass, at: 0}, isWhole: true, shares: rowShares(network, pass, 0), first: pass.loss, output: pass.loss};
  return {sentences: new NetworkSentences(spec, network, wordsIn(language)), pass, moment};
}

const DEEP = {sizes: [1, 1, 1, 1, 1, 1], activation: "sigmoid"},
  SCALED = {data: {scale: {inputs: [[5], [2]], target: [7, 4]}}},
  CLASSES = {sizes: [3], loss: "bce", data: {classes: ["a", "b", "c"], targets: [1, 2]}};

test("where gradients vanish, the layers are compared in what is shown: one row, or all", () => {
  const {sentences, moment} = told(DEEP),
    times = (numbers) => Number(Math.abs(numbers[10] / numbers[0]).toPrecision(2)); // each layer has a weight and a bias
  const [ofRow, ofAll] = [times(moment.shares), times(moment.pass.gradients)];
  assert.notEqual(ofRow, ofAll);
  assert.match(sentences.answer(moment), new RegExp(`In row 1, the first layer's largest share is, in size, ${ofRow} times smaller`));
  assert.match(sentences.answer({...moment, row: null, at: -1, seen: {...moment.seen, at: -1}}), new RegExp(`Over all 2 rows, the first layer's largest gradient is, in size, ${ofAll} times smaller`));
  const shallow = told({sizes: [2, 1]});
  assert.doesNotMatch(shallow.sentences.answer(shallow.moment), /first layer/);
});

test("a loss that has risen says what to do first", () => {
  const {sentences, moment} = told(DEEP);
  assert.equal(
    sentences.answer({...moment, first: 0.5, output: 2000}),
    "The loss has risen from 0.5 to 2000: the learning rate was too large. First undo (↶) or reset (↺), then choose a smaller one.",
  );
});

test("where all gradients are nearly 0 and a loss is left, learning goes no further", () => {
  const {sentences, moment} = told({}),
    withGradients = (size, loss) => {
      const gradients = moment.pass.gradients.map(() => size);
      return sentences.answer({...moment, pass: {...moment.pass, gradients}, shares: gradients, first: 0.5, output: loss});
    };
  assert.match(withGradients(3.516e-9, 0.1667), /further from 0 than 3.516 × 10⁻⁹: .* Learning goes no further: the loss stays at 0.1667\.$/);
  assert.equal(withGradients(0, 0.1667), "All gradients are 0: Change will move nothing. Learning goes no further: the loss stays at 0.1667.");
  assert.doesNotMatch(withGradients(0, 0), /further/);
  assert.doesNotMatch(withGradients(3.516e-5, 0.1667), /further/);
});

test("where hardly any loss is left, it is said that Run stops", () => {
  const {sentences, moment} = told({}),
    ending = / So little is left of the first loss that Run stops here\.$/;
  assert.match(sentences.answer({...moment, first: 1, output: 1e-9}), ending);
  assert.doesNotMatch(sentences.answer({...moment, first: 1, output: 1e-7}), ending);
});

test("standardised numbers say how they come about", () => {
  const {sentences, pass} = told(SCALED);
  assert.equal(sentences.standardised(pass, 0, true), "The network works on standardised numbers, (number − mean) ÷ deviation: 3 → (3 − 7) ÷ 4 = −1.");
  assert.equal(sentences.standardised(pass, -1, true), "The network works on standardised numbers, (number − mean) ÷ deviation.");
  const own = `${sentences.saidAndRight(pass, 0)[0]} → ${show(pass.predictions[0][0])}`; // in every cycle: no number of the formula is new
  assert.equal(sentences.standardised(pass, 0, false), `The network works on standardised numbers: prediction ${own}, target 3 → −1.`);
  assert.equal(sentences.standardised(pass, -1, false), "");
  assert.equal(sentences.standardisedInput(0, pass.x[0][0]), "1 → (1 − 5) ÷ 2 = −2");
  const plain = told({});
  assert.equal(plain.sentences.standardised(plain.pass, 0, true), "");
});

test("what is not the same does not look the same, and a formula is exact or nearly equal", () => {
  const {sentences, pass, moment} = told({}),
    close = {...pass, predictions: [[3 - 4.4e-5]]},
    formulaOf = (predictions) => sentences.told({phase: "know", kind: "loss"}, {...moment, seen: {pass: {...pass, predictions}, at: 0}}).formula[0];
  assert.deepEqual(sentences.saidAndRight(close, 0), ["2.99996", "3"]);
  assert.deepEqual(sentences.saidAndRight({...pass, predictions: [[3 + 1e-15]]}, 0), ["3", "3"]);
  assert.match(sentences.question({...moment, seen: {pass: close, at: 0}}), /^It said 2.99996; 3 was right. Who is to blame/);
  assert.equal(formulaOf([[2.5]]), "(2.5 − 3)² = 0.25");
  assert.equal(formulaOf([[2.99996]]), "(3 − 3)² ≈ 1.6 × 10⁻⁹");
});

test("the loss of a row of classes has a formula", () => {
  const {sentences, moment} = told(CLASSES);
  const [formula] = sentences.told({phase: "know", kind: "loss"}, moment).formula;
  assert.match(formula, /^\(−log\(1\s−\s[\d.]+\) − log [\d.]+ − log\(1\s−\s[\d.]+\)\) ÷ 3 ≈ [\d.]+$/);
  const [first] = moment.pass.predictions[0];
  assert.ok(formula.startsWith(`(−log(1\u00a0−\u00a0${show(1 / (1 + Math.exp(-first)))})`), formula); // the probability that its box shows
});

test("a batch may raise the loss of all rows", () => {
  const {sentences, moment} = told({});
  const grown = {...moment, output: 1, outputAfter: 2};
  assert.match(sentences.outcome(grown), /First undo \(↶\) or reset \(↺\)/);
  assert.match(sentences.outcome({...grown, isWhole: false}), /that can happen/);
});

test("the largest output is the one that the network predicts, whatever its sign", () => {
  const {sentences, moment} = told(CLASSES),
    below = {...moment.pass, predictions: [[-0.2, -0.4, -0.1]], layers: [{outputs: [[-0.2, -0.4, -0.1]]}]};
  const {sentence} = sentences.told({phase: "know", kind: "layer", layer: 1}, {...moment, seen: {pass: below, at: 0}});
  assert.match(sentence, /The largest is the output c: −0.1\. Probability of c/);
  assert.equal(sentences.saidAndRight({...below, targets: [[0, 1, 0]]}, 0)[0], "c");
});

test("a gradient that is 0 but for rounding is nobody's", () => {
  const {sentences, moment} = told({}),
    tiny = (numbers) => numbers.map((number) => number * 1e-16),
    balanced = {...moment, pass: {...moment.pass, gradients: tiny(moment.pass.gradients)}};
  assert.match(sentences.answer(balanced), /^Row 1: most to blame is .* But over all 2 rows the shares cancel: .* no weight is to blame/);
  const flat = {...balanced, shares: tiny(moment.shares)};
  assert.match(sentences.answer(flat), /^Over all 2 rows, no gradient is further from 0 than .* no weight is to blame/);
  assert.match(sentences.answer({...moment, shares: flat.shares}), /^In row 1, no weight is to blame/);
  const right = {...moment.pass, douts: [{outputs: [[1e-17], [1]]}]};
  assert.match(sentences.told({phase: "think", kind: "loss"}, {...moment, pass: right}).sentence, /the prediction is right/);
});

test("advice to undo or to reset shows what stands on the buttons", () => {
  const advising = ["network.told.risen", "network.told.outcome.grown", "network.told.outcome.lost", "network.told.lost", "page.network.help.train"];
  for (const language of ["en", "ja"]) {
    for (const key of advising) assert.match(wordsIn(language).word(key, {}), /↶.*↺/, key);
    for (const key of ["page.diverged", "example.network.learning-rate.note"]) assert.match(wordsIn(language).word(key, {}), /↺/, key);
  }
});
