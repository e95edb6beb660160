import assert from "node:assert/strict";
import {test} from "node:test";

import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {DocumentError} from "../../../microgrid/studio/app/core/syntax.js";

// What Python's reader does, too, is compared with it in test_documents.py.

const labelsOf = (text) => readDocument(text).content.nodes.map(({label, op, data}) => label || op || data);
const refusalOf = (text) => {
  try {
    readDocument(text);
  } catch (error) {
    assert.ok(error instanceof DocumentError, `${error}`);
    return error;
  }
  return assert.fail(`${text} was read`);
};

test("a document becomes the content of a record", () => {
  const {content, lines} = readDocument("w = 3\nw*2");
  assert.deepEqual(content, {
    format: "microgrid relay",
    version: 2,
    learning_rate: 0.05,
    nodes: [
      {id: "n0", label: "w", kind: "parameter", op: "", operands: [], local_derivatives: [], data: 3, layer: ""},
      {id: "n1", label: "", kind: "constant", op: "", operands: [], local_derivatives: [], data: 2, layer: ""},
      {id: "n2", label: "", kind: "computed", op: "*", operands: ["n0", "n1"], local_derivatives: [2, 3], data: 6, layer: ""},
    ],
    parameters: ["n0"],
  });
  assert.deepEqual(lines, [
    {from: 0, to: 5, line: 1},
    {from: 6, to: 9, line: 2},
    {from: 6, to: 9, line: 2},
  ]);
});

test("a number that JSON does not have is a text", () => {
  assert.equal(readDocument("a = 1e308; a*10").content.nodes.at(-1).data, "Infinity");
});

test("the place of an error counts characters, and its extent what JavaScript counts", () => {
  const {key, line, column, length, extent} = refusalOf("# 😀\nlabel = Value(3, '😀') ? 2");
  assert.deepEqual({key, line, column, length, extent}, {
    key: "reader.only", line: 2, column: 23, length: 1, extent: {from: 28, to: 29},
  });
});

test("names of JavaScript's own objects are names", () => {
  assert.deepEqual(labelsOf("__proto__ = 2; constructor = 3; toString = __proto__*constructor"), ["__proto__", "constructor", "toString"]);
  assert.equal(refusalOf("w = 3; w.constructor(2)").key, "reader.function");
  assert.equal(refusalOf("hasOwnProperty(3)").key, "reader.function");
});

test("brackets nested a thousand deep are refused", () => {
  for (const text of ["(".repeat(1000) + ")".repeat(1000), "-".repeat(1000), "2**".repeat(1000), "abs(".repeat(1000)]) {
    assert.match(refusalOf(text).key, /^reader\.(depth|unclosed|missing\.after)$/);
  }
});

test("a long sum is read", () => {
  const {content} = readDocument(`w = 3\n${"w + ".repeat(1500)}w`);
  assert.equal(content.nodes.length, 1501);
  assert.equal(content.nodes.at(-1).data, 4503);
});

test("it is told which line calls backward, the last one where several do", () => {
  const text = "w = 3\nloss = w*2\nloss.backward()\nprint(w.grad)",
    {backward} = readDocument(text);
  assert.equal(text.slice(backward?.from, backward?.to), "loss.backward()");
  assert.equal(backward?.line, 3);
  assert.equal(readDocument("w = 3\nw*2").backward, null);
});
