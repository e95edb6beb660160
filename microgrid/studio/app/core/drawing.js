// A drawing: boxes for the cards and lines for the edges on a sheet; how it is measured and moved.

import {largestOf, smallestOf} from "./extremes.js";
import {pointAt} from "./routing.js";

/**
 * @typedef {import("./routing.js").Point} Point
 * @typedef {{x: number, y: number, width: number, height: number}} Box its upper left corner and its size, in pixels
 */

/**
 * An edge on the page. The curve is one of Bézier from the operand to the result, which leaves room for a tip at either
 * end; `tips` are where those end; `label` is the middle of the place for its numbers, or null where it has none.
 * @typedef {{curve: Point[], tips: [Point, Point], label: Point | null}} Line
 */

/**
 * Boxes and lines on a sheet.
 * @typedef {{boxes: Box[], lines: Line[], width: number, height: number}} Drawing
 */

export const MARGIN_PX = 12;

/**
 * How large a drawing is shown on a screen.
 * @param {Drawing} drawing
 * @param {Point} screenSize
 */
export function scaleOf({width, height}, [screenWidth, screenHeight]) {
  return Math.min(screenWidth / width, screenHeight / height);
}

/**
 * The heights between which edges and their numbers are.
 * @param {Line[]} lines
 * @param {Point} labelSize
 */
export function reachOfLines(lines, labelSize) {
  let top = Infinity,
    bottom = -Infinity;
  const reach = (/** @type {number} */ y) => {
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  };
  for (const {curve, label} of lines) {
    for (const [, y] of curve) reach(y);
    if (label) for (const part of [-0.5, 0.5]) reach(label[1] + part * labelSize[1]);
  }
  return {top, bottom};
}

/** @param {Box[]} boxes */
export function reachOfBoxes(boxes) {
  return {top: smallestOf(boxes.map(({y}) => y)), bottom: largestOf(boxes.map(({y, height}) => y + height))};
}

/**
 * @param {Line} line
 * @param {Point} move
 * @returns {Line}
 */
export function movedLine({curve, tips, label}, move) {
  return {
    curve: curve.map((point) => movedPoint(point, move)),
    tips: [movedPoint(tips[0], move), movedPoint(tips[1], move)],
    label: label && movedPoint(label, move),
  };
}

/**
 * @param {Point} point
 * @param {Point} move
 */
export function movedPoint([x, y], [dx, dy]) {
  return pointAt(toTenth(x + dx), toTenth(y + dy));
}

/** @param {number} pixels */
export function toTenth(pixels) {
  return Math.round(10 * pixels) / 10;
}
