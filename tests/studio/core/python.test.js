import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test from "node:test";

import {cycle} from "../../../microgrid/studio/app/core/cycle.js";
import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {leavesOf, readRecord} from "../../../microgrid/studio/app/core/graph.js";
import {asPython} from "../../../microgrid/studio/app/core/python.js";
import {DocumentError} from "../../../microgrid/studio/app/core/syntax.js";

const CASES = JSON.parse(readFileSync(new URL("../../documents/cases.json", import.meta.url), "utf8"));

function read(text) {
  try {
    return readDocument(text).content;
  } catch (error) {
    if (error instanceof DocumentError) return null;
    throw error;
  }
}

const shapeOf = ({nodes}) => nodes.map(({kind, op, operands}) => [kind, op, operands]);

test("the lines have the numbers and the learning rate of the page", () => {
  const lines = asPython("w, b = 3, 1  # learned\nx = 2\nw*x + (b - 4*5)", {leaves: new Map([[0, 2.6], [1, -2], [3, 0.8], [4, -20]]), learningRate: 0.125});
  assert.deepEqual(lines, [
    "from microgrid import Input, Value",
    "",
    'w, b = Value(2.6, label="w"), Value(0.8, label="b")  # learned',
    'x = Input(-2, label="x")',
    "output = w * x + (b - -20)",
    "",
    "output.backward()",
    'print("output", output.data)',
    'print("w", w.grad)',
    'print("b", b.grad)',
    "w.data -= 0.125 * w.grad",
    "b.data -= 0.125 * b.grad",
  ]);
});

test("a number that stands nowhere in the text is written once it is another", () => {
  const leaky = asPython("w = -3\nleaky_relu(w)", {leaves: new Map([[1, 0.5]])});
  assert.ok(leaky.includes("output = w.leaky_relu(0.5)"), leaky.join("\n"));
});

test("lines with moved numbers are read as the same graph with these numbers", () => {
  let count = 0;
  for (const {text} of CASES) {
    const content = read(text);
    if (!content) continue;
    for (const move of [(x) => x + 0.25, (x) => -x, () => 0, (x) => x * 1e-30]) {
      const graph = readRecord(content),
        leaves = new Map([...leavesOf(graph)].map(([i, number]) => [i, move(number)]));
      if (cycle(graph, leaves, graph.learningRate).missing >= 0) continue; // no program could compute it
      const again = read(asPython(text, {leaves}).join("\n"));
      assert.ok(again, asPython(text, {leaves}).join("\n"));
      assert.deepEqual(shapeOf(again), shapeOf(content), text);
      assert.deepEqual([...leavesOf(readRecord(again))], [...leaves], text);
      count++;
    }
  }
  assert.ok(count > 100, `${count}`);
});
