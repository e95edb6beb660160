import assert from "node:assert/strict";
import {test} from "node:test";

import {Cycles, MAX_KEPT_CYCLES, MAX_LOSSES} from "../../../microgrid/studio/app/core/history.js";

const halved = (parameters, rate = 0.5) => parameters.map((w) => w - rate * w);
const lossOf = ([w]) => w * w;

function run(count, cycles = new Cycles([8], 64), parameters = [8]) {
  for (let i = 0; i < count; i++) {
    parameters = halved(parameters);
    cycles = cycles.with(parameters, lossOf(parameters));
  }
  return cycles;
}

// Parameters that say which cycle they belong to.
function counted(count) {
  let cycles = new Cycles([1], -1);
  for (let cycle = 2; cycle <= count; cycle++) cycles = cycles.with([cycle], -cycle);
  return cycles;
}

const next = ([cycle]) => [cycle + 1];

test("each of a few cycles is kept as it was", () => {
  const cycles = run(4);
  const refuse = () => assert.fail("nothing needs to be computed");
  assert.deepEqual([1, 2, 3, 4, 5].map((cycle) => cycles.parametersOf(cycle, refuse)), [[8], [4], [2], [1], [0.5]]);
});

test("the curve has a loss for each of a few cycles", () => {
  assert.deepEqual(run(2).curve(), [
    {cycle: 1, loss: 64},
    {cycle: 2, loss: 16},
    {cycle: 3, loss: 4},
  ]);
});

test("every one of 100,000 cycles is reached from the nearest kept", () => {
  const cycles = counted(100_000);
  for (const cycle of [1, 2, 255, 256, 257, 50_000, 77_777, 99_999, 100_000]) {
    let steps = 0;
    const found = cycles.parametersOf(cycle, (parameters) => (steps++, next(parameters)));
    assert.deepEqual(found, [cycle]);
    assert.ok(steps < 400, `${steps} steps`);
  }
});

test("what is kept of 100,000 cycles is limited and evenly spread", () => {
  const cycles = counted(100_000),
    curve = cycles.curve();
  assert.ok(cycles.keptCount <= MAX_KEPT_CYCLES && cycles.keptCount > MAX_KEPT_CYCLES / 3);
  assert.ok(curve.length <= MAX_LOSSES + 1 && curve.length > MAX_LOSSES / 3);
  const gaps = new Set(curve.slice(1, -1).map(({cycle}, i) => cycle - curve[i].cycle));
  assert.equal(gaps.size, 1);
});

test("the curve ends with the last cycle", () => {
  for (const count of [1, 4000, 4001, 4002, 12_345]) {
    const curve = counted(count).curve();
    assert.deepEqual(curve.at(0), {cycle: 1, loss: -1});
    assert.deepEqual(curve.at(-1), {cycle: count, loss: -count});
  }
});

test("a cut forgets the cycles behind it", () => {
  const cut = run(9).cut(3, 4);
  assert.equal(cut.last, 3);
  assert.equal(cut.loss, 4);
  assert.equal(cut.curve().length, 3);
  assert.throws(() => cut.parametersOf(4, halved), {name: "RangeError", message: /1 to 3, got 4/});
});

test("a cut leaves the cycles that it was made from", () => {
  const cycles = run(9);
  cycles.cut(3, 4);
  assert.equal(cycles.last, 10);
  assert.deepEqual(cycles.parametersOf(4, halved), [1]);
});

test("cycles after a cut are those run since", () => {
  let cycles = counted(5000).cut(1001, -1001);
  for (let i = 0; i < 10; i++) cycles = cycles.with([-i], 0.5);
  assert.equal(cycles.last, 1011);
  assert.deepEqual(cycles.parametersOf(1001, next), [1001]);
  assert.deepEqual(cycles.curve().at(-1), {cycle: 1011, loss: 0.5});
});

test("the curve is dense again after a cut to an early cycle", () => {
  let cycles = counted(100_000).cut(10, -10);
  for (let cycle = 11; cycle <= 60; cycle++) cycles = cycles.with([cycle], -cycle);
  assert.ok(cycles.curve().length >= 50);
});

test("cycles are computed again by the rule of their time", () => {
  let cycles = new Cycles([1], 0, "add"),
    parameters = [1];
  const step = ([w], rule) => [rule === "add" ? w + 1 : w * 1.001];
  const all = [parameters];
  for (let cycle = 2; cycle <= 3000; cycle++) {
    const rule = cycle <= 1003 ? "add" : "multiply";
    parameters = step(parameters, rule);
    all.push(parameters);
    cycles = cycles.with(parameters, 0, rule);
  }
  for (let cycle = 990; cycle <= 1020; cycle++) assert.deepEqual(cycles.parametersOf(cycle, step), all[cycle - 1]);
});

test("a cut goes back to the rule of that time", () => {
  const step = ([w], rule) => [rule === "add" ? w + 1 : -w];
  const run = (from, to, rule, cycles) => {
    for (let cycle = from; cycle <= to; cycle++) cycles = cycles.with(step([cycle - 1], rule), 0, rule);
    return cycles;
  };
  const other = run(1001, 1200, "negate", run(2, 1000, "add", new Cycles([1], 0, "add")));
  let cycles = other.cut(900, 0);
  for (let cycle = 901; cycle <= 1200; cycle++) cycles = cycles.with([cycle], 0);
  for (let cycle = 1000; cycle <= 1200; cycle++) assert.deepEqual(cycles.parametersOf(cycle, step), [cycle]);
});

test("a history can begin at a later cycle", () => {
  const cycles = new Cycles([1], 1, undefined, 120).with([2], 0.5);
  assert.equal(cycles.last, 121);
  assert.deepEqual(cycles.curve().map(({cycle}) => cycle), [120, 121]);
  assert.throws(() => cycles.parametersOf(1, next), {message: /120 to 121, got 1/});
});

test("a cycle that there is not is refused", () => {
  for (const cycle of [0, 6, 1.5, NaN, "2"]) assert.throws(() => run(4).parametersOf(cycle, halved), RangeError);
});

test("cycles know whether one rule has led through all of them", () => {
  const begun = new Cycles([0], 1, "unused");
  assert.ok(begun.with([1], 1, "a").with([2], 1, "a").isAllBy("a"));
  assert.ok(!begun.with([1], 1, "a").with([2], 1, "b").isAllBy("b"));
  assert.ok(begun.isAllBy("b"));
});
