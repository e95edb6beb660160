import assert from "node:assert/strict";
import test from "node:test";

import {showApart} from "../../../microgrid/studio/app/core/numerals.js";
import {equalsOfStep} from "../../../microgrid/studio/app/core/rounding.js";
import {stepsOf} from "../../../microgrid/studio/app/core/steps.js";
import {computed, graphOf, leaf, line, numbersOf} from "./records.js";

const signs = (graph) => stepsOf(graph, new Set()).map((step) => equalsOfStep(graph, numbersOf(graph), step));

test("where the numbers shown give the result shown, it is equal", () => {
  assert.deepEqual(new Set(signs(line())), new Set([" = "]));
  assert.equal(signs(graphOf([leaf("a", 0.1), leaf("b", 0.2), computed("+", [0, 1])]))[0], " = ");
});

test("a number that has hardly moved is not said to be the same", () => {
  assert.equal(signs(graphOf([leaf("a", 1), leaf("b", 0.00003), computed("+", [0, 1])]))[0], " ≈ "); // 1 + 0.00003 is not 1
  assert.deepEqual(showApart(1, 1 - 0.05 * 0.000641), ["1", "0.99997"]);
  assert.deepEqual([showApart(1, 0.9), showApart(2, 2)], [["1", "0.9"], ["2", "2"]]);
});

test("a number that is shown as a whole one is not said to be it", () => {
  assert.equal(signs(graphOf([leaf("a", 0.99997), leaf("b", 1), computed("*", [0, 1])]))[0], " ≈ "); // shown as 1 × 1, and 1
  assert.equal(signs(graphOf([leaf("a", 0.1 + 0.7), leaf("b", 10), computed("*", [0, 1])]))[0], " = "); // but for rounding, 8
});

test("where they do not, it is nearly equal", () => {
  assert.equal(signs(graphOf([leaf("a", 5.03125), leaf("b", 5), computed("-", [0, 1])]))[0], " ≈ "); // 5.031 − 5 = 0.03125
  const product = signs(graphOf([leaf("a", 1 / 3), leaf("b", 3), computed("*", [0, 1])]));
  assert.equal(product[0], " ≈ "); // 0.3333 × 3 = 1
});
