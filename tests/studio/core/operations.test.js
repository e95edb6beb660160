import assert from "node:assert/strict";
import test from "node:test";

import {NEEDED_RANKS, OPERATIONS, RANKS} from "../../../microgrid/studio/app/core/operations.js";

test("a product has the other factor as its slope", () => {
  const {value, localDerivatives} = OPERATIONS["*"];
  assert.equal(value(2, -3), -6);
  assert.deepEqual(
    localDerivatives.map((slope) => slope(2, -3, -6)),
    [-3, 2],
  );
});

test("1 to any power is 1, as in Python", () => {
  const {value} = OPERATIONS["**"];
  assert.deepEqual([value(1, NaN), value(1, Infinity), value(-1, Infinity), value(2, 3)], [1, 1, 1, 8]);
});

test("a relu has no slope at 0", () => {
  const {value, localDerivatives} = OPERATIONS.relu;
  assert.deepEqual([-1, 0, 2].map(value), [0, 0, 2]);
  assert.deepEqual(
    [-1, 0, 2].map((a) => localDerivatives[0](a, value(a))),
    [0, 0, 1],
  );
});

test("whatever binds operands is an operation", () => {
  for (const op of [...Object.keys(RANKS), ...Object.keys(NEEDED_RANKS)]) assert.ok(op in OPERATIONS, op);
});
