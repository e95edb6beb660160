import assert from "node:assert/strict";
import test from "node:test";

import {
  arrivingShares,
  canBeAsked,
  clueFor,
  isNear,
  knownInQuiz,
  questionsOf,
  reasonFor,
  whyWrong,
} from "../../../microgrid/studio/app/core/quiz.js";
import {Sentences} from "../../../microgrid/studio/app/core/sentences.js";
import {computed, graphOf, leaf, line, numbersOf, twoPaths} from "./records.js";
import {wordsIn} from "./words.js";

const words = wordsIn("en");

test("every gradient is asked for but that of the output and of constants, from the output back", () => {
  const graph = line();
  assert.deepEqual(
    questionsOf(graph, numbersOf(graph)).map(({node}) => node.name),
    ["p − target", "target", "p", "b", "w·x", "x", "w"],
  );
});

test("nothing is asked where a value is missing", () => {
  const graph = graphOf([leaf("a", -1), computed("log", [0])]);
  assert.deepEqual(questionsOf(graph, numbersOf(graph)), []);
  assert.ok(!canBeAsked(numbersOf(graph), graph.cards));
});

test("an answer within a hundredth is right", () => {
  assert.deepEqual([isNear(1.009, 1), isNear(1.02, 1), isNear(0, 0), isNear(0.001, 0)], [true, false, true, false]);
});

test("the reason adds up the shares that arrive", () => {
  const graph = twoPaths(),
    numbers = numbersOf(graph);
  assert.deepEqual(
    arrivingShares(graph, numbers, graph.cards[0]).map(({giver, share}) => [giver, share]),
    [["d", 3], ["c", 2]],
  );
  const reason = reasonFor(graph, numbers, words, graph.cards[0]);
  assert.match(reason, /3 × 1 = 3/);
  assert.match(reason, /2 × 1 = 2/);
});

test("a wrong answer is told why it is wrong", () => {
  const graph = twoPaths(),
    numbers = numbersOf(graph),
    [b, , d] = graph.cards,
    why = (answer, card) => whyWrong(graph, numbers, words, answer, card);
  assert.equal(why(-5, b), words.say("quiz.why.sign"));
  assert.equal(why(3, b), words.say("quiz.why.share", {giver: "d", count: 2}));
  assert.equal(why(1, b), words.say("quiz.why.local", {upstream: "3"}));
  assert.equal(why(1, d), words.say("quiz.why.upstream"));
  assert.equal(why(77, b), words.say("quiz.why.other"));
});

test("a clue is the local derivatives on the way back", () => {
  const graph = twoPaths(),
    numbers = numbersOf(graph);
  assert.equal(
    clueFor(graph, numbers, new Sentences(graph, words), graph.cards[0]),
    "∂(b + 1)/∂b = 1; ∂(a + b)/∂b = 1",
  );
});

test("a quiz shows all values, and the gradients that were answered", () => {
  const graph = twoPaths(),
    known = knownInQuiz(graph, numbersOf(graph), [graph.cards[2]]);
  assert.equal(known.values.size, graph.nodes.length);
  assert.deepEqual([...known.gradients], [[5, 1], [2, 3]]);
  assert.deepEqual([...known.shares], [[4, 3]]);
});
