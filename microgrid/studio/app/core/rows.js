// Rows: a drawing that is too wide is cut where one edge alone joins two parts.

import {MARGIN_PX, movedLine, movedPoint, reachOfBoxes, reachOfLines, scaleOf} from "./drawing.js";
import {largestOf, smallestOf} from "./extremes.js";
import {pointAt, TIP_LENGTH_PX} from "./routing.js";

/**
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./drawing.js").Box} Box
 * @typedef {import("./drawing.js").Line} Line
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./layout.js").CardToPlace} CardToPlace
 * @typedef {import("./layout.js").EdgeToPlace} EdgeToPlace
 * @typedef {import("./layout.js").Choices} Choices
 */

const TURN_PX = 30, // room beside the end of a row …
  LANE_PX = 64; // … and below it, for the edge to the next row
const BEND_PX = 14;

/**
 * Where a drawing can be cut, and the leaves to the left that belong to what is to the right.
 * @typedef {{x: number, leaves: number[]}} Cut
 */

/**
 * How far a row is moved, and the heights of its lower end and of the edge to the next row.
 * @typedef {{move: Point, bottom: number, lane: number}} Row
 */

/**
 * Cuts a drawing into as many rows as show it largest, if they fit the width; else rows would only part what belongs
 * together.
 * @param {Drawing} drawing
 * @param {readonly CardToPlace[]} cards
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 */
export function largestRows(drawing, cards, edges, {labelSize, screenSize, maxRowWidth}) {
  const cuts = cutsOf(drawing, cards, edges),
    counts = cuts.length ? [2, 3, 4, 5, 6] : [];
  const fitting = counts
    .map((count) => inRows(drawing, edges, chosenCuts(drawing, cuts, count), labelSize))
    .filter(({width}) => width <= maxRowWidth);
  return fitting.reduce(
    (largest, rows) => (largest === drawing || scaleOf(rows, screenSize) > scaleOf(largest, screenSize) ? rows : largest),
    drawing,
  );
}

/**
 * Lists where a vertical line meets no card, crosses one edge only, and leaves no card alone on one of its sides. A
 * leaf that is used to the right of the line only goes there, and its edges do not cross it.
 * @param {Drawing} drawing
 * @param {readonly CardToPlace[]} cards
 * @param {readonly EdgeToPlace[]} edges
 */
function cutsOf({boxes}, cards, edges) {
  const order = [...boxes.keys()].sort((a, b) => boxes[a].x - boxes[b].x || a - b),
    rank = cards.map(() => 0);
  for (const [i, card] of order.entries()) rank[card] = i;
  const start = cards.map(({isLeaf}, card) => (isLeaf ? cards.length : rank[card]));
  for (const {operand, result} of edges) {
    if (cards[operand].isLeaf) start[operand] = Math.min(start[operand], rank[result]);
  }
  /** @type {Cut[]} */
  const cuts = [];
  let right = boxes[order[0]].x + boxes[order[0]].width;
  for (let i = 2; i < order.length - 1; i++) {
    const before = boxes[order[i - 1]],
      x = boxes[order[i]].x - 1;
    right = Math.max(right, before.x + before.width);
    const crossing = edges.filter(({operand, result}) => start[operand] < i && rank[result] >= i);
    const leaves = order.slice(0, i).filter((card) => start[card] >= i);
    if (crossing.length === 1 && right < x && i - leaves.length > 1) cuts.push({x, leaves});
  }
  return cuts;
}

/**
 * Returns the cuts nearest to where rows of the same length would end: for so many rows, or fewer.
 * @param {Drawing} drawing
 * @param {Cut[]} cuts
 * @param {number} count
 */
function chosenCuts({width}, cuts, count) {
  const chosen = new Set();
  for (let i = 1; i < count; i++) {
    const distance = (/** @type {Cut} */ {x}) => Math.abs(x - (width * i) / count);
    chosen.add(cuts.reduce((best, cut) => (distance(cut) < distance(best) ? cut : best)));
  }
  return /** @type {Cut[]} */ ([...chosen]);
}

/**
 * Cuts a drawing into rows, and stacks them.
 * @param {Drawing} drawing
 * @param {readonly EdgeToPlace[]} edges
 * @param {Cut[]} cuts
 * @param {Point} labelSize
 * @returns {Drawing}
 */
function inRows({boxes, lines}, edges, cuts, labelSize) {
  const rowOf = boxes.map(({x}) => cuts.filter((cut) => cut.x <= x).length);
  for (const [row, {leaves}] of cuts.entries()) for (const leaf of leaves) rowOf[leaf] = row + 1;
  const rowOfLine = edges.map(({operand, result}) => (rowOf[operand] === rowOf[result] ? rowOf[operand] : -1));
  /** @type {Row[]} */
  const rows = [];
  for (let row = 0; row <= cuts.length; row++) {
    const ofRow = {
      boxes: boxes.filter((_, card) => rowOf[card] === row),
      lines: lines.filter((_, n) => rowOfLine[n] === row),
    };
    rows.push(rowBelow(rows.length ? rows[rows.length - 1] : null, ofRow, labelSize));
  }
  const stacked = boxes.map((box, card) => {
    const [x, y] = movedPoint([box.x, box.y], rows[rowOf[card]].move);
    return {...box, x, y};
  });
  return {
    boxes: stacked,
    lines: lines.map((line, n) => {
      const {operand, result} = edges[n],
        {move, lane} = rows[rowOf[operand]];
      if (rowOfLine[n] >= 0) return movedLine(line, move);
      return backToTheLeft(line, stacked[operand], stacked[result], lane, labelSize);
    }),
    width: Math.ceil(largestOf(stacked.map((box) => box.x + box.width)) + MARGIN_PX + TURN_PX),
    height: Math.ceil(rows[rows.length - 1].bottom + MARGIN_PX),
  };
}

/**
 * Returns the place of a row below another one, or at the top.
 * @param {Row | null} above
 * @param {{boxes: Box[], lines: Line[]}} ofRow before they are moved
 * @param {Point} labelSize
 * @returns {Row}
 */
function rowBelow(above, {boxes, lines}, labelSize) {
  const ofBoxes = reachOfBoxes(boxes),
    ofLines = reachOfLines(lines, labelSize);
  const left = MARGIN_PX + (above ? TURN_PX : 0),
    top = Math.min(ofLines.top, ofBoxes.top),
    start = above ? above.bottom : MARGIN_PX - LANE_PX,
    move = pointAt(left - smallestOf(boxes.map(({x}) => x)), start + LANE_PX - top);
  const bottom = Math.max(ofLines.bottom, ofBoxes.bottom) + move[1];
  return {move, bottom, lane: bottom + LANE_PX - MARGIN_PX};
}

/**
 * Draws an edge from the end of a row to the start of the next, below all that is in its row.
 * @param {Line} line
 * @param {Box} operand
 * @param {Box} result
 * @param {number} lane
 * @param {Point} labelSize
 * @returns {Line}
 */
function backToTheLeft({label}, operand, result, lane, labelSize) {
  const start = pointAt(operand.x + operand.width, operand.y + operand.height / 2),
    end = pointAt(result.x, result.y + result.height / 2),
    first = pointAt(start[0] + TIP_LENGTH_PX, start[1]),
    last = pointAt(end[0] - TIP_LENGTH_PX, end[1]);
  const right = start[0] + TURN_PX,
    left = end[0] - TURN_PX;
  const corners = [pointAt(right, start[1]), pointAt(right, lane), pointAt(left, lane), pointAt(left, end[1])],
    curve = [first];
  let here = first;
  for (const [i, corner] of corners.entries()) {
    const before = bendStart(corner, here),
      after = bendStart(corner, corners[i + 1] ?? last);
    curve.push(here, before, before, corner, corner, after); // a straight line, and a bend
    here = after;
  }
  curve.push(here, last, last);
  return {curve, tips: [start, end], label: label && pointAt((left + right) / 2, lane - labelSize[1] / 2 - 2)};
}

/**
 * Where a bend at a corner begins, seen from a point.
 * @param {Point} corner
 * @param {Point} point
 */
function bendStart([x, y], [toX, toY]) {
  const distance = Math.hypot(toX - x, toY - y),
    part = Math.min(BEND_PX, distance / 2) / (distance || 1);
  return pointAt(x + (toX - x) * part, y + (toY - y) * part);
}
