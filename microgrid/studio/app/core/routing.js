// Routes edges between cards in columns, and places the numbers beside them.
//
// An edge runs from the right side of its operand to the left side of its result. The words used:
// - A port is the point of such a side where an edge begins or ends. Each edge has ports of its own.
// - A lane is the height at which an edge passes the cards of a column. Between two columns it changes its height in a
//   smooth curve.

/**
 * @typedef {[number, number]} Point
 * @typedef {{left: number, top: number, right: number, bottom: number}} Rectangle
 * @typedef {{from: number, to: number}} Ends the positions of the cards that an edge joins
 */

/**
 * @param {number} x
 * @param {number} y
 * @returns {Point}
 */
export function pointAt(x, y) {
  return [x, y];
}

export const TIP_LENGTH_PX = 8;

const SAME_HEIGHT_PX = 1; // two lanes with less between them are one

// --- paths -----------------------------------------------------------------------------------------------------------

/**
 * Returns for each edge its port at the operand, two points for each lane that it takes, and its port at the result.
 * @param {readonly Rectangle[]} rectangles of the cards
 * @param {readonly number[]} columnOf the column of each card
 * @param {readonly Ends[]} edges
 * @param {readonly Map<number, number>[]} lanes the height of each edge in each column that it passes
 * @param {boolean} [straight] whether an edge takes no lanes where a straight line meets no other card
 * @returns {Point[][]}
 */
export function routeEdges(rectangles, columnOf, edges, lanes, straight = false) {
  const heightOf = (/** @type {number} */ i) => (rectangles[i].top + rectangles[i].bottom) / 2;
  const sides = sidesOfColumns(rectangles, columnOf);
  const inner = lanes.map((heights) => pointsOfLanes(heights, sides));
  if (straight) {
    const starts = portsOf(rectangles, edges, "from", (n) => heightOf(edges[n].to)),
      ends = portsOf(rectangles, edges, "to", (n) => heightOf(edges[n].from));
    const isFree = edges.map((edge, n) => !isBlocked(edge, starts[n], ends[n], rectangles));
    return edges.map(({from, to}, n) => {
      const start = /** @type {Point} */ ([rectangles[from].right, starts[n]]),
        end = /** @type {Point} */ ([rectangles[to].left, ends[n]]);
      const freely = () => levelEnds(start, sides[columnOf[from]].right, end, sides[columnOf[to]].left);
      return [start, ...(isFree[n] ? freely() : inner[n]), end];
    });
  }
  const starts = portsOf(rectangles, edges, "from", (n) => inner[n][0]?.[1] ?? heightOf(edges[n].to)),
    ends = portsOf(rectangles, edges, "to", (n) => inner[n][inner[n].length - 1]?.[1] ?? heightOf(edges[n].from));
  return edges.map(({from, to}, n) => [
    [rectangles[from].right, starts[n]],
    ...inner[n],
    [rectangles[to].left, ends[n]],
  ]);
}

/**
 * The heights of the ports, spread over the side of their card in the order of the other ends of their edges.
 * @param {readonly Rectangle[]} rectangles
 * @param {readonly Ends[]} edges
 * @param {"from" | "to"} end
 * @param {(n: number) => number} towards the height of the other end of an edge
 */
function portsOf(rectangles, edges, end, towards) {
  const atCard = rectangles.map(() => /** @type {number[]} */ ([])),
    ports = edges.map(() => 0);
  for (const [n, edge] of edges.entries()) atCard[edge[end]].push(n);
  for (const [i, members] of atCard.entries()) {
    const {top, bottom} = rectangles[i];
    members.sort((a, b) => towards(a) - towards(b) || a - b);
    members.forEach((n, place) => (ports[n] = top + ((bottom - top) * (place + 1)) / (members.length + 1)));
  }
  return ports;
}

/**
 * Tells whether a straight edge would be too short to be seen, or would come too near to another card.
 * @param {Ends} edge
 * @param {number} start the height of its port at the operand
 * @param {number} end
 * @param {readonly Rectangle[]} rectangles
 */
function isBlocked({from, to}, start, end, rectangles) {
  const x = rectangles[from].right,
    endX = rectangles[to].left;
  if (endX - x <= 3 * TIP_LENGTH_PX) return true;
  return rectangles.some(({left, top, right, bottom}, i) => {
    const first = Math.max(x, left - TIP_LENGTH_PX),
      last = Math.min(endX, right + TIP_LENGTH_PX);
    if (i === from || i === to || first >= last) return false;
    const heights = [first, last].map((at) => start + ((end - start) * (at - x)) / (endX - x));
    return Math.min(...heights) < bottom + TIP_LENGTH_PX && Math.max(...heights) > top - TIP_LENGTH_PX;
  });
}

/**
 * @param {readonly Rectangle[]} rectangles
 * @param {readonly number[]} columnOf
 * @returns {{left: number, right: number}[]} with a hole where there is no card
 */
function sidesOfColumns(rectangles, columnOf) {
  /** @type {{left: number, right: number}[]} */
  const columns = [];
  for (const [i, rectangle] of rectangles.entries()) {
    const column = (columns[columnOf[i]] ??= {left: Infinity, right: -Infinity});
    column.left = Math.min(column.left, rectangle.left);
    column.right = Math.max(column.right, rectangle.right);
  }
  return columns;
}

/**
 * A straight edge is level at its ends, to pass wider cards of its columns.
 * @param {Point} start
 * @param {number} right the side of the column of its operand
 * @param {Point} end
 * @param {number} left the side of the column of its result
 */
function levelEnds([x, y], right, [endX, endY], left) {
  /** @type {Point[]} */
  const points = [];
  if (right > x + TIP_LENGTH_PX) points.push([right, y]);
  if (left < endX - TIP_LENGTH_PX) points.push([left, endY]);
  return points;
}

/**
 * Where an edge enters and leaves its lanes; one lane may span several columns.
 * @param {Map<number, number>} heights
 * @param {{left: number, right: number}[]} sides of the columns
 */
function pointsOfLanes(heights, sides) {
  /** @type {Point[]} */
  const points = [];
  for (const [column, height] of heights) {
    if (!sides[column]) continue; // one of numbers only
    const {left, right} = sides[column],
      last = points[points.length - 1];
    if (last && Math.abs(last[1] - height) < SAME_HEIGHT_PX) points[points.length - 1] = [right, last[1]];
    else points.push([left, height], [right, height]);
  }
  return points;
}

// --- curves ----------------------------------------------------------------------------------------------------------

/**
 * A curve that an edge could take.
 * @typedef {object} Course
 * @property {Point[]} points of a Bézier curve: one, then three for each piece; it leaves room for a tip at either end
 * @property {number[]} pieces the positions of the pieces beside which its numbers could be written, the best first
 * @property {number[]} own the positions of those pieces that the other course of the edge does not share
 */

const LEVEL_PX = 48; // the length that an edge keeps level beside its numbers

/**
 * Returns the curves that follow a path: with a level part for numbers at either end, the better end first.
 * @param {Point[]} path of an edge, from `routeEdges`
 * @param {boolean} levelAtOperand which end is better
 * @param {boolean} [straight] whether a path without lanes is one straight line
 * @returns {Course[]}
 */
export function coursesOf(path, levelAtOperand, straight = false) {
  const n = path.length,
    [startX, y] = path[0],
    [lastX, endY] = path[n - 1];
  if (straight && n === 2) {
    const part = TIP_LENGTH_PX / Math.hypot(lastX - startX, endY - y);
    const first = pointAt(startX + (lastX - startX) * part, y + (endY - y) * part),
      last = pointAt(lastX - (lastX - startX) * part, endY - (endY - y) * part);
    return [{points: [first, first, last, last], pieces: [0], own: [0]}];
  }
  const x = startX + TIP_LENGTH_PX,
    endX = lastX - TIP_LENGTH_PX,
    after = n > 2 ? path[1][0] : endX,
    before = n > 2 ? path[n - 2][0] : x;
  const fromOperand = pointAt(Math.min(x + LEVEL_PX, (x + 2 * after) / 3), y),
    toResult = pointAt(Math.max(endX - LEVEL_PX, (endX + 2 * before) / 3), endY),
    inner = path.slice(1, -1);
  const atOperand = {
    points: levelAt([[x, y], fromOperand, ...inner, [endX, endY]]),
    pieces: [0, 1],
    own: n > 2 ? [0, 1, n - 1] : [0, 1],
  };
  const atResult = {
    points: levelAt([[x, y], ...inner, toResult, [endX, endY]]),
    pieces: [n - 1, n - 2],
    own: n > 2 ? [0, n - 2, n - 1] : [0, 1],
  };
  return levelAtOperand ? [atOperand, atResult] : [atResult, atOperand];
}

/**
 * A Bézier curve that is level at each of these points.
 * @param {Point[]} points
 */
function levelAt(points) {
  const curve = [points[0]];
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i - 1],
      [nextX, nextY] = points[i],
      bend = (nextX - x) / 2;
    curve.push([x + bend, y], [nextX - bend, nextY], [nextX, nextY]);
  }
  return curve;
}

/**
 * Returns a point of one piece of a Bézier curve.
 * @param {readonly Point[]} curve
 * @param {number} piece
 * @param {number} part from 0, its start, to 1, its end
 * @returns {Point}
 */
export function pointOnCurve(curve, piece, part) {
  const [p, q, r, s] = curve.slice(3 * piece, 3 * piece + 4),
    rest = 1 - part;
  const [a, b, c, d] = [rest ** 3, 3 * rest * rest * part, 3 * rest * part * part, part ** 3];
  return [a * p[0] + b * q[0] + c * r[0] + d * s[0], a * p[1] + b * q[1] + c * r[1] + d * s[1]];
}

// --- the numbers of an edge ------------------------------------------------------------------------------------------

const LABEL_DISTANCE_PX = 2; // between numbers and their edge
const INNER_MARGIN_PX = 13; // unused width at either side of short numbers
const SAMPLE_DISTANCE_PX = 10, // a bend is covered by rectangles between points this far apart
  MAX_SAMPLES = 12;
const STATION_DISTANCE_PX = 4, // places for numbers are tried at points this far apart
  MAX_STATIONS = 20;

// What is undesirable about a place for numbers, besides its distance from the middle of a level part:
const COVER_COST = 5; // each square pixel of a card or of other numbers that they cover
const INNER_COST = 15; // they are on the side to which their edge bends, or below one that does not bend
const OTHER_END_COST = 80; // they are at the end of their edge where there are more edges
const ON_COST = 300; // they are on their edge
const CROSSING_COST = 250; // an edge runs through their place; as much again, if through its inner part
const MAX_CROSSINGS = 6;

/**
 * Chooses the course of each edge, and the middle of the place for its numbers: beside it, away from all else.
 * @param {readonly Course[][]} choices what `coursesOf` returned for each edge
 * @param {readonly boolean[]} labelled which edges have numbers; the others take the first of their choices
 * @param {readonly Rectangle[]} rectangles of the cards
 * @param {Point} size width and height of the place for the numbers of one edge
 * @returns {{course: Course, label: Point | null}[]}
 */
export function placeLabels(choices, labelled, rectangles, size) {
  const sheet = new Sheet(choices, rectangles, size);
  // Near the leaves, where most edges meet, an edge has most freedom.
  for (let n = choices.length - 1; n >= 0; n--) if (labelled[n]) sheet.label(n);
  return choices.map((choice, n) => ({course: choice[sheet.chosen[n]], label: sheet.places[n] ?? null}));
}

/**
 * A card, the numbers of an edge, or an edge, which many rectangles cover.
 * @typedef {object} Thing
 * @property {Rectangle} rectangle that of the first
 * @property {number} turn of the search that has found it last
 */

/**
 * @param {Rectangle} rectangle
 * @returns {Thing}
 */
function newThing(rectangle) {
  return {rectangle, turn: 0};
}

/**
 * Finds near things: by the cells of a sheet that their rectangles touch. It is asked thousands of times before the
 * first drawing is seen, by code that no compiler has made fast yet: hence no sets, and loops that count.
 */
class Neighbourhood {
  constructor() {
    /** @type {Map<number, {rectangle: Rectangle, thing: Thing}[]>} */
    this.cells = new Map();
    this.turn = 0;
  }

  /**
   * @param {Rectangle} rectangle
   * @param {Thing} thing
   */
  add(rectangle, thing) {
    const part = {rectangle, thing};
    for (const cell of cellsOf(rectangle)) {
      const parts = this.cells.get(cell);
      if (parts) parts.push(part);
      else this.cells.set(cell, [part]);
    }
  }

  /** @param {Rectangle} rectangle that was added, itself */
  remove(rectangle) {
    for (const cell of cellsOf(rectangle)) {
      const parts = this.cells.get(cell) ?? [];
      this.cells.set(cell, parts.filter((part) => part.rectangle !== rectangle));
    }
  }

  /**
   * Lists the things that touch a rectangle, each once.
   * @param {Rectangle} rectangle
   * @param {Thing | null} [except]
   * @param {number[]} [cells] where to look: those of the rectangle, or of one around it
   */
  touching(rectangle, except = null, cells = cellsOf(rectangle)) {
    const found = [],
      turn = ++this.turn;
    for (let i = 0; i < cells.length; i++) {
      const parts = this.cells.get(cells[i]);
      for (let k = 0; parts && k < parts.length; k++) {
        const {thing, rectangle: other} = parts[k];
        if (thing.turn === turn || thing === except || !touches(other, rectangle)) continue;
        thing.turn = turn;
        found.push(thing);
      }
    }
    return found;
  }
}

const CELL_WIDTH_PX = 160,
  CELL_HEIGHT_PX = 40,
  CELLS_PER_COLUMN = 1 << 20; // more than there are

/**
 * @param {Rectangle} rectangle
 */
function cellsOf({left, top, right, bottom}) {
  const cells = [],
    first = Math.floor(top / CELL_HEIGHT_PX),
    last = Math.floor(bottom / CELL_HEIGHT_PX),
    lastColumn = Math.floor(right / CELL_WIDTH_PX);
  for (let column = Math.floor(left / CELL_WIDTH_PX); column <= lastColumn; column++) {
    for (let k = first; k <= last; k++) cells.push(column * CELLS_PER_COLUMN + k);
  }
  return cells;
}

/** Cards and edges, to which the numbers of the edges are added one after the other. */
class Sheet {
  /**
   * @param {readonly Course[][]} choices
   * @param {readonly Rectangle[]} rectangles
   * @param {Point} size
   */
  constructor(choices, rectangles, size) {
    this.choices = choices;
    this.size = size;
    this.chosen = choices.map(() => 0);
    /** @type {Point[]} */
    this.places = [];
    this.cards = new Neighbourhood();
    this.labels = new Neighbourhood();
    this.edges = new Neighbourhood();
    for (const rectangle of rectangles) this.cards.add(rectangle, newThing(rectangle));
    this.outlines = choices.map((choice) => choice.map((course) => outlineOf(course, course.own)));
    this.lines = this.outlines.map(([[rectangle]]) => newThing(rectangle));
    for (const [n, [course]] of choices.entries()) {
      const pieces = Array.from({length: (course.points.length - 1) / 3}, (_, piece) => piece),
        shared = pieces.filter((piece) => !course.own.includes(piece));
      for (const part of [...this.outlines[n][0], ...outlineOf(course, shared)]) this.edges.add(part, this.lines[n]);
    }
  }

  /**
   * Chooses the course of an edge and the place beside it where its numbers cost least.
   * @param {number} n
   */
  label(n) {
    const own = this.outlines[n];
    let best = {cost: Infinity, place: this.choices[n][0].points[0]},
      choice = 0;
    for (const [i, course] of this.choices[n].entries()) {
      let dislike = i * OTHER_END_COST;
      if (dislike >= best.cost) break;
      const crossed = new Set(own[i].flatMap((part) => this.labels.touching(part)));
      dislike += CROSSING_COST * crossed.size;
      const found = this.bestPlace(n, course, own[i], dislike, best.cost);
      if (found) [best, choice] = [found, i];
    }
    if (choice !== this.chosen[n]) {
      for (const part of own[this.chosen[n]]) this.edges.remove(part);
      for (const part of own[choice]) this.edges.add(part, this.lines[n]);
      this.chosen[n] = choice;
    }
    this.places[n] = best.place;
    const rectangle = rectangleAround(best.place, this.size);
    this.labels.add(rectangle, newThing(rectangle));
  }

  /**
   * Returns the best place for the numbers of a course, or null if none costs less than `bound`.
   * @param {number} n
   * @param {Course} course
   * @param {Rectangle[]} outline of what its other choice does not share
   * @param {number} dislike what the course costs already
   * @param {number} bound
   */
  bestPlace(n, course, outline, dislike, bound) {
    let best = null,
      least = bound;
    for (const isOnEdge of [false, true]) {
      if (dislike + (isOnEdge ? ON_COST : 0) >= least) break; // those on the edge cost more than all beside it
      for (const {cost, place} of placesAlong(course, this.size, isOnEdge)) {
        if (cost + dislike >= least) break; // the others cost more
        const total = this.costAt(place, n, isOnEdge || slopeOf(course) > 0 ? [] : outline, cost + dislike, least);
        if (total < least) [best, least] = [{cost: total, place}, total];
      }
    }
    return best;
  }

  /**
   * Adds what the numbers of an edge would cover at a place. What costs `bound` or more is not looked into further.
   * @param {Point} place
   * @param {number} n the edge
   * @param {Rectangle[]} outline of it, where the numbers must not be on it
   * @param {number} cost of the place itself
   * @param {number} bound
   */
  costAt(place, n, outline, cost, bound) {
    const [width, height] = this.size,
      outer = rectangleAround(place, this.size),
      cells = cellsOf(outer);
    for (const {rectangle} of this.cards.touching(outer, null, cells)) cost += COVER_COST * sharedArea(outer, rectangle);
    for (const {rectangle} of this.labels.touching(outer, null, cells)) cost += COVER_COST * sharedArea(outer, rectangle);
    if (cost >= bound) return cost;
    const inner = rectangleAround(place, [width - 2 * INNER_MARGIN_PX, height]);
    if (outline.some((part) => touches(inner, part))) cost += CROSSING_COST;
    if (cost >= bound) return cost;
    cost += CROSSING_COST * Math.min(this.edges.touching(outer, this.lines[n], cells).length, MAX_CROSSINGS);
    if (cost >= bound) return cost;
    return cost + CROSSING_COST * Math.min(this.edges.touching(inner, this.lines[n], cells).length, MAX_CROSSINGS);
  }
}

/**
 * How steep a course is where it is one straight line; a curve has level parts.
 * @param {Course} course
 */
function slopeOf({points}) {
  const [[x, y], second] = points,
    [endX, endY] = points[points.length - 1];
  return second[0] === x && second[1] === y ? Math.abs((endY - y) / (endX - x)) : 0;
}

/**
 * Whether a course runs upwards from its level part; one straight line has none.
 * @param {Course} course
 */
function bendsUp(course) {
  const heights = course.pieces.flatMap((piece) => [course.points[3 * piece][1], course.points[3 * piece + 3][1]]);
  return slopeOf(course) === 0 && Math.min(...heights) < heights[0];
}

/**
 * The places for numbers beside a course, or on it, the cheapest first.
 * @param {Course} course
 * @param {Point} size
 * @param {boolean} isOnEdge
 */
function placesAlong(course, [width, height], isOnEdge) {
  const distance = height / 2 + LABEL_DISTANCE_PX + (slopeOf(course) * width) / 3;
  const [above, below] = bendsUp(course) ? [INNER_COST, 0] : [0, INNER_COST];
  /** @type {{cost: number, place: Point}[]} */
  const places = [];
  for (const [rank, piece] of course.pieces.entries()) {
    const length = course.points[3 * piece + 3][0] - course.points[3 * piece][0];
    const n = Math.min(Math.max(Math.trunc(length / STATION_DISTANCE_PX), 4), MAX_STATIONS);
    for (let i = 1; i < n; i++) {
      const [x, y] = pointOnCurve(course.points, piece, i / n);
      const cost = 30 * Math.abs(i / n - 0.5) + 25 * rank;
      if (isOnEdge) places.push({cost: cost + ON_COST, place: pointAt(x, y)});
      else places.push({cost: cost + above, place: pointAt(x, y - distance)}, {cost: cost + below, place: pointAt(x, y + distance)});
    }
  }
  return places.sort((a, b) => a.cost - b.cost || a.place[0] - b.place[0] || a.place[1] - b.place[1]);
}

/**
 * Covers pieces of a course with small rectangles: one for a level piece, and one between two points of any other.
 * @param {Course} course
 * @param {number[]} pieces
 */
function outlineOf({points}, pieces) {
  const outline = [];
  for (const piece of pieces) {
    const rise = Math.abs(points[3 * piece + 3][1] - points[3 * piece][1]);
    const n = Math.min(1 + Math.trunc(rise / SAMPLE_DISTANCE_PX), MAX_SAMPLES);
    let [x, y] = points[3 * piece];
    for (let i = 1; i <= n; i++) {
      const [nextX, nextY] = pointOnCurve(points, piece, i / n);
      outline.push({left: x, top: Math.min(y, nextY), right: nextX, bottom: Math.max(y, nextY)});
      [x, y] = [nextX, nextY];
    }
  }
  return outline;
}

/**
 * @param {Point} middle
 * @param {Point} size
 * @returns {Rectangle}
 */
function rectangleAround([x, y], [width, height]) {
  return {left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2};
}

/**
 * @param {Rectangle} one
 * @param {Rectangle} other
 */
function touches(one, other) {
  return one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom;
}

/**
 * @param {Rectangle} one
 * @param {Rectangle} other
 */
function sharedArea(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}
