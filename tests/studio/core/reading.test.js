import assert from "node:assert/strict";
import test from "node:test";

import {STEP_MS, readingTime} from "../../../microgrid/studio/app/core/reading.js";

test("a step stays as long as its text takes to read", () => {
  assert.equal(readingTime("p is 7."), STEP_MS);
  assert.equal(readingTime("word ".repeat(60)), 2 * readingTime("word ".repeat(30)));
  assert.equal(readingTime("重み".repeat(50)), readingTime("word".repeat(50))); // a character of Japanese says as much as two
});
