import assert from "node:assert/strict";
import test from "node:test";

import {freeCorner, lossCurve, roundNumbersBetween, ticksInRoom} from "../../../microgrid/studio/app/core/curve.js";

const samples = (...losses) => losses.map((loss, i) => ({cycle: i + 1, loss}));

test("losses are placed by cycle and size, from 0 on", () => {
  const {isLogarithmic, points} = lossCurve(samples(4, 2, 1));
  assert.deepEqual([isLogarithmic, points], [false, [[0, 1], [0.5, 0.5], [1, 0.25]]]);
});

test("losses that differ widely are placed by their logarithms", () => {
  const {isLogarithmic, points, lossTicks} = lossCurve(samples(100, 10, 1));
  assert.deepEqual([isLogarithmic, points.map(([, y]) => y)], [true, [1, 0.5, 0]]);
  assert.deepEqual(lossTicks.map(({number}) => number), [1, 10, 100]);
});

test("what is not finite is left out, and there its handle is at the top", () => {
  const curve = lossCurve(samples(4, 2, NaN));
  assert.deepEqual([curve.points.length, curve.placeOf(3), curve.heightOf(NaN)], [2, 1, 1]);
  assert.equal(lossCurve(samples(4, Infinity)), null);
});

test("losses that are all the same lie on a line", () => {
  for (const loss of [0, 5, -5]) {
    const curve = lossCurve(samples(loss, loss));
    assert.ok(curve.points.flat().every((part) => part >= 0 && part <= 1), `${loss}`);
    assert.ok(curve.lossTicks.length > 0);
  }
});

test("numbers along the axis of losses keep apart", () => {
  for (const [high, low] of [[4, 2], [5.9, 1], [999, 1.1], [3.9, -1.9], [9.9, 0], [1e6, 1e-9], [1e300, 1], [0.31, 0.3]]) {
    const places = lossCurve(samples(high, low)).lossTicks.map(({at}) => at);
    assert.ok(places.length >= 2, `${high} ${low}`);
    assert.ok(places.every((at, i) => i === 0 || at - places[i - 1] > 0.4), `${high} ${low}: ${places}`);
  }
});

test("an axis names its ends and few round cycles between", () => {
  const cyclesOf = (last) => lossCurve([{cycle: 1, loss: 2}, {cycle: last, loss: 1}]).cycleTicks.map(({number}) => number);
  assert.deepEqual(cyclesOf(2), [1, 2]);
  assert.deepEqual(cyclesOf(11), [1, 5, 11]);
  assert.deepEqual(cyclesOf(101), [1, 50, 101]);
  assert.ok(cyclesOf(123_457).length <= 5);
});

test("round numbers are few, in the range, and written as they are", () => {
  assert.deepEqual(roundNumbersBetween(0, 0.31, 4), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(roundNumbersBetween(-3, 4, 3), [0]);
  for (const [low, high] of [[0, 1e300], [0, 5e-324], [-1e-9, 2e-9], [1e15, 1e15 + 3], [0, 49]]) {
    const numbers = roundNumbersBetween(low, high, 3);
    assert.ok(numbers.length >= 1 && numbers.length <= 3, `${low} ${high}: ${numbers}`);
    assert.ok(numbers.every((number) => number >= low && number <= high), `${low} ${high}: ${numbers}`);
  }
});

test("powers of ten are few, or the ends stand for them", () => {
  const namedFor = (...losses) => lossCurve(losses.map((loss, i) => ({cycle: i + 1, loss}))).lossTicks.map(({number}) => number);
  assert.deepEqual(namedFor(7000, 3), [10, 1000]);
  assert.equal(namedFor(1, 1e-30).length, 2);
  assert.deepEqual(namedFor(99, 1.5), [1.5, 99]);
});

test("losses of rows held out share the axes of the others", () => {
  const {points, heldOut} = lossCurve(samples(4, 2), {heldOut: samples(8, 4)});
  assert.deepEqual([points, heldOut], [[[0, 0.5], [1, 0.25]], [[0, 1], [1, 0.5]]]);
});

test("epochs trained before lie before the first cycle", () => {
  const before = [{cycle: -1, loss: 8}],
    {points, start, placeOf, cycleAt} = lossCurve(samples(4, 2), {before});
  assert.deepEqual([points.length, start, cycleAt(placeOf(2))], [3, placeOf(1), 2]);
  assert.ok(start > 0);
});

test("numbers between the ends of an axis are left out where they would touch", () => {
  const ticks = [1, 50, 111].map((number) => ({number, at: number / 111})),
    seen = (columns) => ticksInRoom(ticks, columns).map(({number}) => number);
  assert.deepEqual([seen(20), seen(7)], [[1, 50, 111], [1, 111]]);
});

test("a text stands in the corner that the curve leaves free", () => {
  const inShort = (points, heldOut = []) => {
    const {isTop, isLeft} = freeCorner({points, heldOut}, 0.6, 0.4);
    return `${isTop ? "top" : "bottom"} ${isLeft ? "left" : "right"}`;
  };
  assert.equal(inShort([[0, 1], [0.1, 0.2], [1, 0]]), "top right");
  assert.equal(inShort([[0, 0.8], [0.9, 0.8], [1, 0.7]]), "bottom right");
  assert.equal(inShort([[0, 1], [0.6, 0.8], [1, 0]]), "bottom left"); // of a logarithmic scale
  assert.equal(inShort([[0, 0], [1, 0.2]], [[0.5, 0.2], [1, 1]]), "top left");
});
