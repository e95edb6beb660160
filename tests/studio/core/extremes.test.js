// The smallest and the largest number of a list.

import assert from "node:assert/strict";
import test from "node:test";

import {largestOf, smallestOf} from "../../../microgrid/studio/app/core/extremes.js";

test("a list may be longer than the stack", () => {
  const numbers = Array.from({length: 1_000_000}, (_, i) => i - 7);
  assert.deepEqual([smallestOf(numbers), largestOf(numbers)], [-7, 999_992]);
});

test("an empty list has the extremes of Math.min and Math.max", () => {
  assert.deepEqual([smallestOf([]), largestOf([])], [Infinity, -Infinity]);
});

test("a number that is none makes the extreme none", () => {
  assert.ok(Number.isNaN(smallestOf([1, NaN])) && Number.isNaN(largestOf([NaN, 1])));
});
