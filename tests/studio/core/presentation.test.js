import assert from "node:assert/strict";
import test from "node:test";

import {leavesOf} from "../../../microgrid/studio/app/core/graph.js";
import {show} from "../../../microgrid/studio/app/core/numerals.js";
import {isPredictable} from "../../../microgrid/studio/app/core/predicting.js";
import {slideAt} from "../../../microgrid/studio/app/core/presentation.js";
import {Sentences} from "../../../microgrid/studio/app/core/sentences.js";
import {knownAt, stepsOf} from "../../../microgrid/studio/app/core/steps.js";
import {computed, graphOf, leaf, line, neuron, numbersOf, twoPaths} from "./records.js";
import {LANGUAGES, wordsIn} from "./words.js";

/** The slide after so many steps or, asked, of the one after them. */
function slide(graph, position, {isAsking = false, opened = null, language = "en"} = {}) {
  const numbers = numbersOf(graph),
    words = wordsIn(language),
    steps = stepsOf(graph, new Set(opened === null ? [] : [opened])),
    known = knownAt(graph, numbers, steps, position, leavesOf(graph));
  const sentences = new Sentences(graph, words);
  return slideAt({graph, numbers, steps, position, known, opened, isAsking, sentences, words});
}

const formula = ({formula: parts}) => parts.map(({text}) => text).join("");
const names = (cards) => cards.map(({name, symbol, value}) => [name, symbol && `= ${symbol}`, value].filter(Boolean).join(" "));
const asked = (graph, position, more = {}) => slide(graph, position, {isAsking: true, ...more});

const sumOf = (numbers) =>
  graphOf([...numbers.map((number, i) => leaf(`a${i}`, number)), computed("total", numbers.map((_, i) => i), "sum")]);

// w · x1 + w · x2 of a neuron whose two inputs are the same number: its edge stands for two uses.
const twice = () =>
  graphOf([
    leaf("x", 3, "input"),
    computed("exp", [0], "h"),
    leaf("layer1.neuron1.w1", 0.25),
    leaf("layer1.neuron1.w2", 0.5),
    leaf("layer1.neuron1.b", 1.5),
    computed("weighted_sum", [2, 1, 3, 1, 4]),
    computed("relu", [5], "layer1.neuron1", "layer1#0"),
    leaf("", 2, "constant"),
    computed("*", [6, 7], "out"),
  ]);

test("before the first step there are the leaves and where they lead", () => {
  const {operands, centre, results, phase} = slide(line(), 0);
  assert.deepEqual([names(operands), centre, names(results), phase], [["w 3", "x 2", "b 1", "target 5"], null, ["loss = ( )²"], ""]);
});

test("Know shows operands, the value, and what uses it", () => {
  const {operands, centre, results, phase} = slide(line(), 2);
  assert.deepEqual([names(operands), names([centre]), names(results), phase], [["w·x 6", "b 1"], ["p = + 7"], ["p − target"], "know"]);
});

test("Know asks for a value with a blank", () => {
  const {question, aside, centre, step, ...rest} = asked(line(), 0);
  assert.deepEqual([question, aside, formula(rest), centre.value, step], ["What is w·x?", "w × x", "3 × 2 = ?", "?", 1]);
  assert.equal(formula(slide(line(), 1)), "3 × 2 = 6");
});

test("Think shows who hands on, who receives, and the three numbers", () => {
  const shown = slide(line(), 11); // the product hands w its share
  assert.deepEqual(shown.formula.filter(({part}) => part).map(({text, part}) => [text, part]), [
    ["4", "page.part.upstream"],
    ["2", "page.part.local"],
    ["8", "page.part.share"],
  ]);
  const [w, x] = shown.operands;
  assert.deepEqual([shown.centre.role, w.role, w.gradient, x.role, x.gradient], ["giver", "receiver", "8", "", ""]);
  assert.deepEqual(w.link, {local: "2", share: "8", sign: "positive", isCurrent: true, uses: 1});
  assert.deepEqual([shown.results[0].name, shown.results[0].link.share], ["p", "4"]);
});

test("Think asks for a share", () => {
  const shown = asked(line(), 10);
  assert.deepEqual([shown.question, formula(shown)], ["What share does w·x hand to w?", "4 × 2 = ?"]);
  assert.deepEqual([shown.operands[0].link.share, shown.operands[0].gradient], ["?", ""]);
});

test("a second share is asked for beside the gradient so far", () => {
  const graph = twoPaths(),
    last = stepsOf(graph, new Set()).findLastIndex(({phase, edge}) => phase === "think" && edge.operand.node.label === "b");
  const [before, after] = [asked(graph, last), slide(graph, last + 1)].map(({operands}) => operands.find(({name}) => name === "b"));
  assert.deepEqual([before.gradient, before.link.share], ["2", "?"]);
  assert.deepEqual([after.gradient, after.link.share], ["5", "3"]);
});

test("Change shows a parameter before and after", () => {
  const {question, operands, centre, ...rest} = asked(line(), 12);
  assert.deepEqual([question, formula(rest)], ["What is w after the update?", "3 − 0.05 × 8 = ?"]);
  assert.deepEqual([operands[0].value, operands[0].gradient, centre.value], ["3", "8", "?"]);
  assert.equal(slide(line(), 13).centre.value, "2.6");
});

test("a folded neuron is computed, hands on, keeps and changes", () => {
  const graph = neuron();
  assert.deepEqual([asked(graph, 0).aside, formula(asked(graph, 0))], ["Σ w·x + b = 0.5 × 1 + (−1) × 2 + 1.5 = 0", "tanh(0) = ?"]);
  assert.deepEqual(names(slide(graph, 1).operands), ["x1 1", "x2 2"]);
  const kept = asked(graph, 6);
  assert.deepEqual([kept.question, formula(kept)], ["What is the gradient of layer1.neuron1.w2?", "2 × 2 = ?"]);
  assert.deepEqual(kept.centre.rows.map(({name, gradient}) => [name, gradient]), [["w2", "?"], ["w1", ""], ["b", ""]]);
  const changed = slide(graph, 8);
  assert.deepEqual(changed.centre.rows.map(({name, value, changed: after}) => [name, value, after]), [
    ["w2", "−1", "−1.4"],
    ["w1", "0.5", "0.3"],
    ["b", "1.5", "1.3"],
  ]);
});

test("an opened neuron shows its products, its sum and its shares one by one", () => {
  const graph = neuron(),
    opened = graph.cardOf.get(6).i,
    steps = stepsOf(graph, new Set([opened]));
  const at = (kind, node) => steps.findIndex((step) => step.kind === kind && step.node === node);
  const product = asked(graph, at("product", 5), {opened});
  assert.deepEqual([formula(product), names(product.operands)], ["0.5 × 1 = ?", ["layer1.neuron1.w1 0.5", "x1 1"]]);
  const sum = slide(graph, at("value", 5) + 1, {opened});
  assert.deepEqual(names(sum.operands), ["layer1.neuron1.w1 × x1 0.5", "layer1.neuron1.w2 × x2 −2", "layer1.neuron1.b 1.5"]);
  const share = asked(graph, at("share", 5), {opened});
  assert.deepEqual([formula(share), share.operands.find(({role}) => role === "receiver").name], ["2 × 1 = ?", "layer1.neuron1.w1"]);
});

test("an edge that stands for several uses says so", () => {
  const graph = twice(),
    shown = asked(graph, stepsOf(graph, new Set()).findIndex(({kind}) => kind === "edge"));
  assert.deepEqual([shown.aside, formula(shown)], ["h is used 2 times here; the local derivatives are added up.", "2 × 0.75 = ?"]);
  assert.equal(shown.operands[0].link.uses, 2);
});

test("of many operands those are shown that matter most, and the others counted", () => {
  const many = sumOf(Array.from({length: 20}, (_, i) => (i * 7) % 20)); // 13 is a19's, 19 a17's
  const {operands, moreOperands} = asked(many, 0);
  assert.deepEqual([names(operands), moreOperands], [["a8 16", "a11 17", "a14 18", "a17 19"], 16]);
  const last = stepsOf(many, new Set()).findIndex(({phase, edge}) => phase === "think" && edge?.operand.node.label === "a0");
  assert.equal(asked(many, last).operands[0].name, "a0", "the one that receives is always there");
});

test("what keeps no product of its own is not asked", () => {
  const graph = neuron(),
    setting = {graph, numbers: numbersOf(graph)};
  const steps = stepsOf(graph, new Set());
  assert.ok(steps.every((step) => isPredictable(setting, step)));
  assert.ok(!isPredictable(setting, undefined));
});

// Leaves with many digits: no number is another's by chance.
const unlike = () => [
  graphOf([
    leaf("w", 3.217),
    leaf("x", 2.713, "input"),
    computed("*", [0, 1], "p"),
    leaf("b", 0.4391, "parameter"),
    computed("+", [2, 3]),
    computed("tanh", [4], "a"),
    leaf("t", -1.377, "input"),
    computed("-", [5, 6], "d"),
    leaf("", 2, "constant"),
    computed("**", [7, 8], "loss"),
  ]),
  graphOf([
    leaf("n.w1", 0.5173),
    leaf("x1", 1.219, "input"),
    leaf("n.w2", -1.371),
    leaf("x2", 2.117, "input"),
    leaf("n.b", 1.533),
    computed("weighted_sum", [0, 1, 2, 3, 4]),
    computed("tanh", [5], "n", "l#0"),
    leaf("y", 3.117, "input"),
    computed("*", [6, 7], "out"),
  ]),
];

test("the number that is asked for stands nowhere on the slide", () => {
  let count = 0;
  for (const graph of unlike()) {
    for (const opened of [null, ...graph.cards.filter(({isNeuron}) => isNeuron).map(({i}) => i)]) {
      const steps = stepsOf(graph, new Set(opened === null ? [] : [opened]));
      for (const language of LANGUAGES) {
        for (let position = 0; position < steps.length; position++) {
          const hidden = asked(graph, position, {opened, language}),
            answers = slide(graph, position + 1, {opened, language}).formula.filter(({isAnswer}) => isAnswer);
          assert.equal(answers.length, 1);
          assert.equal(hidden.formula.filter(({text}) => text === "?").length, 1);
          const [{text}] = answers;
          if (text === "1" || hidden.formula.some((part) => part.text === `(${text})` || part.text === text)) continue; // 1 × it
          const onSlide = JSON.stringify({...hidden, step: 0, current: 0, target: 0, moreOperands: 0});
          assert.ok(!onSlide.includes(text), `${text} of step ${position + 1} in ${onSlide}`);
          count += 1;
        }
      }
    }
  }
  assert.ok(count > 50, `${count}`);
});

test("a status is told with the answer: it would tell that the share is 0", () => {
  const graph = graphOf([leaf("a", -2), computed("relu", [0], "r"), leaf("b", 3), computed("*", [1, 2], "end")]),
    last = stepsOf(graph, new Set()).findIndex(({kind, card}) => kind === "share" && card.node.label === "r");
  assert.deepEqual([asked(graph, last).centre.status, slide(graph, last + 1).centre.status], ["", "page.dead"]);
});

test("numbers are written as the language writes them", () => {
  const graph = graphOf([leaf("a", 1.5e-7), leaf("b", 2e-9), computed("*", [0, 1], "c")]);
  assert.equal(show(1.5e-7), "1.5e−7");
  assert.equal(formula(slide(graph, 1, {language: "ja"})), "1.5 × 10⁻⁷ × 2 × 10⁻⁹ = 3 × 10⁻¹⁶");
});
