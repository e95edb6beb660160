// The edges of a drawing: round the cards, or straight where no edge has numbers.

import {MARGIN_PX, movedLine, reachOfBoxes, reachOfLines, toTenth} from "./drawing.js";
import {smallestOf} from "./extremes.js";
import {countBy} from "./placing.js";
import {coursesOf, placeLabels, pointAt, routeEdges} from "./routing.js";

/**
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./drawing.js").Box} Box
 * @typedef {import("./drawing.js").Line} Line
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./placing.js").Placing} Placing
 * @typedef {import("./layout.js").EdgeToPlace} EdgeToPlace
 * @typedef {import("./layout.js").Choices} Choices
 */

/**
 * Adds the edges to cards in columns.
 * @param {Placing} placing
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 * @returns {Drawing}
 */
export function withLines({stops, width, lanes}, edges, choices) {
  const down = MARGIN_PX - smallestOf(stops.map(({y, height}) => y - height / 2));
  const boxes = stops.map((stop) => ({
    x: toTenth(stop.x - stop.width / 2 + MARGIN_PX),
    y: toTenth(stop.y - stop.height / 2 + down),
    width: stop.width,
    height: stop.height,
  }));
  if (choices.isCrowded) {
    const lines = edges.map(({operand, result}) => straightLine(boxes[operand], boxes[result]));
    return {boxes, lines, width, height: Math.ceil(reachOfBoxes(boxes).bottom + MARGIN_PX)};
  }
  const moved = lanes.map((heights) => new Map([...heights].map(([column, y]) => [column, y + down])));
  const columns = stops.map(({column}) => column),
    lines = routedLines(boxes, columns, edges, moved, choices);
  return framedDrawing(boxes, lines, width, choices.labelSize);
}

/**
 * From side to side, as networks are usually drawn.
 * @param {Box} operand
 * @param {Box} result
 * @returns {Line}
 */
function straightLine(operand, result) {
  const start = pointAt(toTenth(operand.x + operand.width), toTenth(operand.y + operand.height / 2)),
    end = pointAt(toTenth(result.x), toTenth(result.y + result.height / 2));
  const [course] = coursesOf([start, end], true, true);
  return {curve: course.points, tips: [start, end], label: null};
}

/**
 * @param {Box[]} boxes
 * @param {number[]} columns of the cards
 * @param {readonly EdgeToPlace[]} edges
 * @param {Map<number, number>[]} lanes
 * @param {Choices} choices
 * @returns {Line[]}
 */
function routedLines(boxes, columns, edges, lanes, {isFolded, labelSize}) {
  const rectangles = boxes.map(({x, y, width, height}) => ({left: x, top: y, right: x + width, bottom: y + height})),
    leaving = countBy(edges, "operand"),
    arriving = countBy(edges, "result");
  const ends = edges.map(({operand, result}) => ({from: operand, to: result})),
    paths = routeEdges(rectangles, columns, ends, lanes, isFolded);
  const courses = edges.map(({operand, result}, n) => {
    const isFreerAtOperand = leaving[operand] < arriving[result];
    return coursesOf(paths[n], isFreerAtOperand, isFolded);
  });
  const labelled = edges.map((edge) => edge.labelled);
  return placeLabels(courses, labelled, rectangles, labelSize).map(({course, label}, n) => ({
    curve: course.points,
    tips: [paths[n][0], paths[n][paths[n].length - 1]],
    label,
  }));
}

/**
 * Moves all down such that edges and numbers above the cards are on the sheet, and makes it as high as is needed.
 * @param {Box[]} boxes
 * @param {Line[]} lines
 * @param {number} width
 * @param {Point} labelSize
 * @returns {Drawing}
 */
function framedDrawing(boxes, lines, width, labelSize) {
  const reach = reachOfLines(lines, labelSize),
    top = Math.min(MARGIN_PX, reach.top - MARGIN_PX / 2),
    bottom = Math.max(reachOfBoxes(boxes).bottom, reach.bottom + MARGIN_PX / 2);
  const move = pointAt(0, MARGIN_PX - top);
  return {
    boxes: boxes.map((box) => ({...box, y: toTenth(box.y + move[1])})),
    lines: lines.map((line) => movedLine(line, move)),
    width,
    height: Math.ceil(bottom - top + 2 * MARGIN_PX),
  };
}
