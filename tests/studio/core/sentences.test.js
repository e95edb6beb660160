import assert from "node:assert/strict";
import test from "node:test";

import {relabel} from "../../../microgrid/studio/app/core/graph.js";
import {equal, Sentences} from "../../../microgrid/studio/app/core/sentences.js";
import {stepsOf} from "../../../microgrid/studio/app/core/steps.js";
import {computed, graphOf, leaf, line, neuron, numbersOf} from "./records.js";
import {wordsIn} from "./words.js";

const told = (graph, i, language = "en", after = 0) => {
  const sentences = new Sentences(graph, wordsIn(language));
  return sentences.inWords(stepsOf(graph, new Set()).at(i), numbersOf(graph), after);
};

test("a value is told with its formula, its numbers and its result", () => {
  assert.deepEqual(told(line(), 0), {
    name: "w·x",
    formula: "w × x = 3 × 2",
    result: "6",
    sentence: "w·x multiplies w by x: 3 × 2 = 6.",
  });
});

test("a share is told as upstream times local derivative", () => {
  const {name, formula, result} = told(line(), 5, "en", 4);
  assert.deepEqual([name, formula, result], ["loss → p − target", "1 × 4 = 4", "4"]);
});

test("a slope is told with names and numbers", () => {
  const graph = line(),
    sentences = new Sentences(graph, wordsIn("en"));
  assert.equal(sentences.slope(2, 0, numbersOf(graph)), "∂(w × x)/∂w = x = 2");
  assert.equal(sentences.slope(8, 0, numbersOf(graph)), "∂(p − target)²/∂(p − target) = 2 × 2 = 4");
});

test("a neuron is told as one, in each language", () => {
  assert.equal(told(neuron(), 0).formula, "tanh(Σ w·x + b) = tanh(0)");
  assert.match(told(neuron(), 0, "ja").sentence, /[\u3041-\u30ff]/);
});

test("a weighted sum without a bias is told as a sum of products", () => {
  const leaves = [leaf("q1", 2), leaf("k1", 3), leaf("q2", 4), leaf("k2", 5), leaf("", 0, "constant")];
  for (const layer of ["", "scores#0"]) {
    const graph = graphOf([...leaves, computed("weighted_sum", [0, 1, 2, 3, 4], "score", layer)]);
    assert.equal(told(graph, 0).sentence, "score adds up 2 products: 2 × 3 + 4 × 5 = 26.");
    assert.equal(told(graph, 0).formula, "q1 × k1 + q2 × k2 = 2 × 3 + 4 × 5");
  }
});

test("of many products the formula shows three, and the sentence four", () => {
  const leaves = [...[..."abcdefgh"].map((label) => leaf(label, 1)), leaf("", 0, "constant")],
    {formula, sentence} = told(graphOf([...leaves, computed("weighted_sum", [0, 1, 2, 3, 4, 5, 6, 7, 8], "s")]), 0);
  assert.equal(formula, "a × b + … + g × h = 1 × 1 + … + 1 × 1");
  assert.equal(sentence, "s adds up 4 products: 1 × 1 + 1 × 1 + 1 × 1 + 1 × 1 = 4.");
});

test("a remark follows what is said of a value as it is computed, and of no share", () => {
  const graph = graphOf([leaf("a", 2), computed("exp", [0], "power")]);
  relabel(graph, {}, {power: "It is positive."});
  assert.match(told(graph, 0).sentence, /^power is e to the power a: .*\nIt is positive\.$/);
  assert.doesNotMatch(told(graph, -2).sentence, /positive/);
});

test("a sum of many terms is shortened", () => {
  const leaves = [..."abcdef"].map((label) => leaf(label, 1));
  const graph = graphOf([...leaves, computed("total", [0, 1, 2, 3, 4, 5])]);
  assert.equal(told(graph, 0).formula, "a + b + … + f = 1 + 1 + … + 1");
});

test("parts that are equal are written once", () => {
  assert.equal(equal("2 × 3", "2 × 3", "6"), "2 × 3 = 6");
});

test("a value that is missing is told with its numbers", () => {
  const graph = graphOf([leaf("a", -1), computed("log", [0])]);
  assert.match(new Sentences(graph, wordsIn("en")).missing(numbersOf(graph)), /−1/);
});
