// The layout: what every drawing must keep, on graphs as people type them, shared leaves and long edges among them.

import assert from "node:assert/strict";
import test from "node:test";

import {layOut} from "../../../microgrid/studio/app/core/layout.js";
import {pointOnCurve} from "../../../microgrid/studio/app/core/routing.js";

const LABEL_SIZE = [66, 34];
const SAMPLES = 12; // of each piece of a curve
const UNLIMITED = {budgetMs: Infinity}; // so that a busy machine changes nothing

const card = (isLeaf) => ({width: 132, height: 72, isLeaf, kind: isLeaf ? "parameter" : "computed"});
const edge = (operand, result) => ({operand, result, labelled: true});

// A random graph of so many operations: each uses the newest result that is left, or any leaf. The dice are those of
// Lehmer (1951), so that the graph is the same everywhere.
function randomGraph(seed, size, nLeaves = 4) {
  let state = 48271 * (seed + 1);
  const dice = (sides) => {
    state = (state * 48271) % 2147483647;
    return state % sides;
  };
  const cards = Array.from({length: nLeaves}, () => card(true)),
    edges = [],
    left = [...cards.keys()];
  for (let i = 0; i < size; i++) {
    const result = cards.push(card(false)) - 1,
      operand = left.length > nLeaves && dice(3) ? left.pop() : left.splice(dice(left.length), 1)[0];
    edges.push(edge(operand, result), edge(dice(nLeaves), result));
    left.push(result);
  }
  const end = cards.push(card(false)) - 1;
  for (const operand of left) edges.push(edge(operand, end));
  return {cards, edges};
}

// x ← tanh(w·x), again and again
function chainWithSharedWeight(length) {
  const cards = [card(true), card(true)],
    edges = [];
  for (let i = 0; i < length; i++) {
    const result = cards.push(card(false)) - 1;
    edges.push(edge(0, result), edge(result - 1, result));
  }
  return {cards, edges};
}

// w·x + b − target
function lineWithError() {
  const cards = [true, true, false, true, false, true, false].map(card);
  return {cards, edges: [edge(0, 2), edge(1, 2), edge(2, 4), edge(3, 4), edge(4, 6), edge(5, 6)]};
}

const GRAPHS = [
  ...[5, 12, 20, 40].flatMap((size) => [0, 1, 2].map((seed) => randomGraph(seed, size))),
  chainWithSharedWeight(30),
  lineWithError(),
];

const rectangleOf = ({x, y, width, height}) => ({left: x, top: y, right: x + width, bottom: y + height});
const around = ([x, y], [width, height]) => rectangleOf({x: x - width / 2, y: y - height / 2, width, height});
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function pointsOf({curve, tips}) {
  const points = [tips[0]];
  for (let piece = 0; 3 * piece + 3 < curve.length; piece++) {
    for (let i = 0; i <= SAMPLES; i++) points.push(pointOnCurve(curve, piece, i / SAMPLES));
  }
  return [...points, tips[1]];
}

const eachDirection = (check) => {
  for (const {cards, edges} of GRAPHS) {
    for (const direction of ["LR", "TB"]) check(layOut(cards, edges, {...UNLIMITED, direction}));
  }
};

test("no card overlaps another", () => {
  eachDirection(({boxes}) => {
    const rectangles = boxes.map(rectangleOf);
    for (const [i, one] of rectangles.entries()) assert(!rectangles.slice(0, i).some((other) => overlap(one, other)));
  });
});

test("all cards, edges and numbers are on the sheet", () => {
  eachDirection(({boxes, lines, width, height}) => {
    const labels = lines.flatMap(({label}) => (label ? [around(label, LABEL_SIZE)] : [])),
      points = lines.flatMap(pointsOf).map(([x, y]) => ({left: x, top: y, right: x, bottom: y}));
    for (const {left, top, right, bottom} of [...boxes.map(rectangleOf), ...labels, ...points]) {
      assert(left >= 0 && top >= 0 && right <= width && bottom <= height);
    }
  });
});

test("every edge runs from left to right", () => {
  for (const {cards, edges} of GRAPHS) {
    for (const line of layOut(cards, edges, UNLIMITED).lines) {
      const points = pointsOf(line);
      for (let i = 1; i < points.length; i++) assert(points[i][0] >= points[i - 1][0]);
    }
  }
});

test("every edge runs from top to bottom where that is the direction", () => {
  const {cards, edges} = GRAPHS[3];
  for (const line of layOut(cards, edges, {...UNLIMITED, direction: "TB"}).lines) {
    const points = pointsOf(line);
    for (let i = 1; i < points.length; i++) assert(points[i][1] >= points[i - 1][1]);
  }
});

test("no edge runs through a card", () => {
  eachDirection(({boxes, lines}) => {
    const points = lines.flatMap(pointsOf).map(([x, y]) => ({left: x - 1, top: y - 1, right: x + 1, bottom: y + 1}));
    const inner = boxes.map(({x, y, width, height}) => around([x + width / 2, y + height / 2], [width - 4, height - 4]));
    for (const point of points) assert(!inner.some((box) => overlap(box, point)));
  });
});

test("an edge begins at its operand and ends at its result", () => {
  for (const {cards, edges} of GRAPHS) {
    const {boxes, lines} = layOut(cards, edges, UNLIMITED);
    for (const [n, {tips}] of lines.entries()) {
      const operand = rectangleOf(boxes[edges[n].operand]),
        result = rectangleOf(boxes[edges[n].result]);
      assert(Math.abs(tips[0][0] - operand.right) < 0.2 && tips[0][1] > operand.top && tips[0][1] < operand.bottom);
      assert(Math.abs(tips[1][0] - result.left) < 0.2 && tips[1][1] > result.top && tips[1][1] < result.bottom);
    }
  }
});

test("numbers overlap neither cards nor other numbers in a small graph", () => {
  const shown = LABEL_SIZE.map((pixels) => pixels - 4); // there is some space around them
  for (const {cards, edges} of [lineWithError(), chainWithSharedWeight(6)]) {
    const {boxes, lines} = layOut(cards, edges, UNLIMITED),
      labels = lines.map(({label}) => around(label, shown));
    for (const [n, label] of labels.entries()) {
      assert(![...boxes.map(rectangleOf), ...labels.slice(0, n)].some((other) => overlap(other, label)));
    }
  }
});

test("constants' edges have no place for numbers", () => {
  const cards = [card(true), {width: 62, height: 26, isLeaf: true, kind: "constant"}, card(false)];
  const {lines} = layOut(cards, [edge(0, 2), {operand: 1, result: 2, labelled: false}], UNLIMITED);
  assert(lines[0].label);
  assert.equal(lines[1].label, null);
});

test("the same graph has the same layout", () => {
  for (const {cards, edges} of GRAPHS) {
    assert.deepEqual(layOut(cards, edges, UNLIMITED), layOut(cards, edges, UNLIMITED));
  }
});

test("without time, there is a layout of the same graph all the same", () => {
  for (const {cards, edges} of GRAPHS) {
    const hasty = layOut(cards, edges, {budgetMs: 0}),
      patient = layOut(cards, edges, UNLIMITED);
    assert.equal(hasty.width, patient.width); // the columns are the same
    assert.equal(hasty.lines.length, edges.length);
  }
});

test("a chain that shares a weight is level", () => {
  const {cards, edges} = chainWithSharedWeight(30),
    heights = layOut(cards, edges, UNLIMITED).boxes.slice(2).map(({y}) => y);
  assert(Math.max(...heights) - Math.min(...heights) < 72);
});

test("a new last operation does not change the order of the others", () => {
  for (const {cards, edges} of GRAPHS.slice(0, 6)) {
    const before = layOut(cards, edges, UNLIMITED).boxes,
      end = cards.length,
      moreCards = [...cards, card(true), card(false)],
      moreEdges = [...edges, edge(end - 1, end + 1), edge(end, end + 1)];
    const after = layOut(moreCards, moreEdges, UNLIMITED).boxes;
    for (const [i, one] of before.entries()) {
      for (const [k, other] of before.entries()) {
        if (one.x === other.x && one.y < other.y) assert(after[i].y < after[k].y);
      }
    }
  }
});

test("a long chain is cut into rows where one edge joins two parts", () => {
  const cards = [card(true)],
    edges = [];
  for (let i = 1; i < 12; i++) edges.push(edge(i - 1, cards.push(card(false)) - 1));
  const {boxes, width} = layOut(cards, edges, {...UNLIMITED, maxRowWidth: 1045});
  assert(width <= 1045);
  assert(new Set(boxes.map(({y}) => y)).size > 1);
});

test("a graph that no single edge holds together stays in one row", () => {
  const {cards, edges} = chainWithSharedWeight(12);
  const whole = layOut(cards, edges, UNLIMITED);
  assert.deepEqual(layOut(cards, edges, {...UNLIMITED, maxRowWidth: 1045}).boxes.length, whole.boxes.length);
});

test("one card alone is laid out", () => {
  assert.deepEqual(layOut([card(true)], []).boxes, [{x: 12, y: 12, width: 132, height: 72}]);
});
