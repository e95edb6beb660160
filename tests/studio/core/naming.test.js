import assert from "node:assert/strict";
import test from "node:test";

import {nameByFormula, nameOf, numbersAmongEquals, wholeExponent} from "../../../microgrid/studio/app/core/naming.js";

const leaf = (label, data = 1, kind = "parameter") => ({label, nth: 0, kind, op: "", operands: [], data});
const computed = (op, operands, label = "") => ({label, nth: 0, kind: "computed", op, operands, data: 0});
const lastName = (...nodes) => nameByFormula(nodes).at(-1);

test("nodes with the same label are numbered, constants and unique labels are not", () => {
  const kinds = ["input", "input", "constant", "computed", "computed"];
  assert.deepEqual(numbersAmongEquals(kinds, ["x", "x", "x", "y", ""]), [1, 2, 0, 0, 0]);
});

test("a value without a label is called by what it is made of", () => {
  const [w, x] = [leaf("w"), leaf("x")];
  assert.equal(lastName(w, x, computed("*", [0, 1])), "w·x");
  assert.equal(lastName(w, leaf("", -2, "constant"), computed("-", [0, 1])), "w − (−2)");
  assert.equal(lastName(w, leaf("", 2, "constant"), computed("**", [0, 1])), "w²");
  assert.equal(lastName(w, x, leaf("b"), computed("weighted_sum", [0, 1, 2])), "w·x + b");
  assert.equal(lastName(w, x, leaf("", 0, "constant"), computed("weighted_sum", [0, 1, 0, 1, 2])), "w·x + w·x");
  assert.equal(lastName(w, x, computed("leaky_relu", [0, 1])), "leaky_relu(w, x)");
});

test("operands get brackets where they bind less tightly", () => {
  const nodes = [leaf("a"), leaf("b"), computed("+", [0, 1]), computed("*", [2, 0])];
  assert.deepEqual(nameByFormula(nodes), ["", "", "a + b", "(a + b)·a"]);
});

test("a formula that is long, or belongs to two, or is a label, names nothing", () => {
  const long = leaf("a_rather_long_label_of_it");
  assert.equal(lastName(long, leaf("b"), computed("*", [0, 1])), "");
  const twice = [leaf("a"), computed("exp", [0]), computed("exp", [0]), computed("+", [1, 2])];
  assert.deepEqual(nameByFormula(twice), ["", "", "", ""]);
  assert.equal(lastName(leaf("a"), leaf("exp(a)"), computed("exp", [0])), "");
});

test("only a short whole constant exponent is written small", () => {
  const nodes = [leaf("a"), leaf("", 3, "constant"), leaf("", 10, "constant"), leaf("c", 2)];
  assert.deepEqual(
    [1, 2, 3].map((exponent) => wholeExponent({op: "**", operands: [0, exponent]}, nodes)),
    [3, -1, -1],
  );
});

test("a name is the label with its number, else the formula, else the id", () => {
  assert.deepEqual([nameOf("x", 2, "", 7), nameOf("", 0, "w·x", 7), nameOf("", 0, "", 7)], ["x #2", "w·x", "n7"]);
});
