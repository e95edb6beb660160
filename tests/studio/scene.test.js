// The drawing of a graph as text: the classes, ids and places that styles, scripts and tests rely on.

import assert from "node:assert/strict";
import test from "node:test";

import {layOutGraph} from "../../microgrid/studio/app/core/layout.js";
import {markupOf, sceneParts} from "../../microgrid/studio/app/views/scene.js";
import {computed, graphOf, leaf, line, neuron} from "./core/records.js";
import {wordsIn} from "./core/words.js";

const drawingOf = (graph, language = "en") => {
  const words = wordsIn(language);
  return markupOf(sceneParts(graph, layOutGraph(graph, {words}), words));
};

test("each card and edge has its id", () => {
  const drawing = drawingOf(line());
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 8]) assert.match(drawing, new RegExp(`<g class="card \\w+" id="n${i}"`));
  for (const i of [0, 1, 2, 3, 4, 5, 6, 7]) assert.match(drawing, new RegExp(`<g class="edge( given)?" id="e${i}"`));
});

test("the class of a card is its kind, and the last one is the output", () => {
  const drawing = drawingOf(line());
  assert.match(drawing, /class="card parameter" id="n0"/);
  assert.match(drawing, /class="card input" id="n1"/);
  assert.match(drawing, /class="card computed" id="n2"/);
  assert.match(drawing, /class="card constant" id="n7"/);
  assert.match(drawing, /class="card output" id="n8"/);
});

test("a card has room for its value and its gradient", () => {
  const [card] = drawingOf(line()).match(/<g class="card parameter" id="n0".*?<\/g>/) ?? [""];
  assert.match(card, /<rect width="132" height="72" rx="8"\/><text class="name" x="66" y="18">w<\/text>/);
  assert.match(card, /<text class="word value-word" x="9" y="41">value<\/text>/);
  assert.match(card, /<text class="value" x="123" y="41"><\/text><text class="grad zero" x="123" y="60"><\/text>/);
});

test("an operation stands beside a label, and not beside a formula", () => {
  const drawing = drawingOf(line());
  assert.match(drawing, />p<tspan class="op"> = <\/tspan><tspan class="op symbol">\+<\/tspan><\/text>/);
  assert.match(drawing, />w·x<\/text>/);
});

test("a constant shows its number only, and no number is on its edge", () => {
  const drawing = drawingOf(line());
  const [card] = drawing.match(/<g class="card constant".*?<\/g>/) ?? [""];
  assert.match(card, /><rect width="62" height="26" rx="8"\/><text class="value" x="31" y="17"><\/text><\/g>/);
  const [edge] = drawing.match(/<g class="edge given".*?<\/g>/) ?? [""];
  assert(!edge.includes("text"));
});

test("a neuron says that it is one", () => {
  assert.match(drawingOf(neuron()), /class="card computed neuron"|class="card output neuron"/);
});

test("words are those of the language", () => {
  assert.match(drawingOf(line(), "ja"), /<text class="word value-word" x="9" y="41">値<\/text>/);
});

test("a label cannot become an element", () => {
  const drawing = drawingOf(graphOf([leaf("<img src=x>", 1), computed("tanh", [0], `"&'`)]));
  assert(!drawing.includes("<img"));
  assert(drawing.includes("&#60;img src=x&#62;"));
});

test("a long label is cut, and the whole one is its tooltip", () => {
  const label = "a".repeat(40),
    drawing = drawingOf(graphOf([leaf(label, 1), computed("tanh", [0], "y")]));
  assert(drawing.includes(`<title>${label}</title>`));
  assert(drawing.includes(`>${"a".repeat(29)}…</text>`));
});
