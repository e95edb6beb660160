// Routes edges between cards in columns, and places the numbers beside them.
//
// An edge runs from the right side of its operand to the left side of its result. The words used:
// - A port is the point of such a side where an edge begins or ends. Each edge has ports of its own.
// - A gap is the free space between two neighbouring cards of a column, or above or below all of them.
// - A lane is the height at which an edge passes a column, in one of its gaps. Edges in one gap run side by side.
// An edge keeps its lane from column to column where it can, and changes its height between two columns in a smooth curve.

/**
 * @typedef {[number, number]} Point
 * @typedef {{left: number, top: number, right: number, bottom: number}} Rectangle
 * @typedef {{from: number, to: number}} Ends the positions of the cards that an edge joins
 */

export const TIP_LENGTH_PX = 8;
export const LANE_DISTANCE_PX = 9; // between two edges that run side by side
export const CLEARANCE_PX = 10; // between an edge and a card that it passes …
const OUTER_CLEARANCE_PX = 28; // … above or below all of its column, where there is space for numbers
const MAX_DEVIATION_PX = 250; // an edge farther than this from the straight line to its result leaves its lane

// --- paths -----------------------------------------------------------------------------------------------------------

/**
 * Returns for each edge its port at the operand, two points for each lane that it takes, and its port at the result.
 *
 * @param {readonly Rectangle[]} rectangles of the cards
 * @param {readonly number[]} columnOf the column of each card
 * @param {readonly Ends[]} edges
 * @param {object} [options]
 * @param {boolean} [options.straight] whether an edge takes no lanes where a straight line meets no other card
 * @param {readonly (Map<number, number> | null)[]} [options.planned] the height that each edge has in each column that
 *   it passes, where that is planned
 * @returns {Point[][]}
 */
export function routeEdges(rectangles, columnOf, edges, {straight = false, planned = []} = {}) {
  const heightOf = (i) => (rectangles[i].top + rectangles[i].bottom) / 2;
  const leaving = edges.map(({to}) => heightOf(to)),
    arriving = edges.map(({from}) => heightOf(from));
  const columns = sidesOfColumns(rectangles, columnOf);
  const free = edges.map(() => false);
  let starts = portsOf(rectangles, edges, "from", leaving),
    ends = portsOf(rectangles, edges, "to", arriving);
  if (straight) {
    edges.forEach((edge, n) => (free[n] = !isBlocked(edge, starts[n], ends[n], rectangles)));
  }
  const lanes = lanesOf(rectangles, columnOf, columns, edges, free, planned);
  if (straight) {
    // Level at its ends, to pass wider cards of its columns.
    for (const [n, {from, to}] of edges.entries()) {
      if (lanes[n].length) continue;
      const right = columns[columnOf[from]].right,
        left = columns[columnOf[to]].left;
      if (right > rectangles[from].right + TIP_LENGTH_PX) lanes[n].push([right, starts[n]]);
      if (left < rectangles[to].left - TIP_LENGTH_PX) lanes[n].push([left, ends[n]]);
    }
  } else {
    for (const [n, lane] of lanes.entries()) {
      if (lane.length) [leaving[n], arriving[n]] = [lane[0][1], lane.at(-1)[1]];
    }
    starts = portsOf(rectangles, edges, "from", leaving);
    ends = portsOf(rectangles, edges, "to", arriving);
  }
  return edges.map(({from, to}, n) => [[rectangles[from].right, starts[n]], ...lanes[n], [rectangles[to].left, ends[n]]]);
}

// The heights of the ports, spread over the side of their card in the order of the other ends of their edges.
function portsOf(rectangles, edges, end, towards) {
  const atCard = rectangles.map(() => []);
  for (const [n, edge] of edges.entries()) atCard[edge[end]].push(n);
  const ports = [];
  for (const [i, members] of atCard.entries()) {
    const {top, bottom} = rectangles[i];
    members.sort((a, b) => towards[a] - towards[b] || a - b);
    members.forEach((n, place) => (ports[n] = top + ((bottom - top) * (place + 1)) / (members.length + 1)));
  }
  return ports;
}

// Tells whether a straight edge would be too short to be seen, or would come too near to another card.
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

function sidesOfColumns(rectangles, columnOf) {
  const columns = [];
  for (const [i, rectangle] of rectangles.entries()) {
    const column = (columns[columnOf[i]] ??= {left: Infinity, right: -Infinity, cards: []});
    column.left = Math.min(column.left, rectangle.left);
    column.right = Math.max(column.right, rectangle.right);
    column.cards.push(rectangle);
  }
  return columns;
}

// The points where each edge enters and leaves its lanes; one lane may span several columns.
function lanesOf(rectangles, columnOf, columns, edges, free, planned) {
  const points = edges.map(() => []);
  let passing = [];
  for (const [k, column] of columns.entries()) {
    if (!column) continue; // one of numbers only
    passing = passing.filter((n) => columnOf[edges[n].to] > k);
    if (passing.length) passColumn(k, column, passing);
    edges.forEach((edge, n) => {
      if (columnOf[edge.from] === k && !free[n]) passing.push(n);
    });
  }
  return points;

  function passColumn(k, {left, right, cards}, passing) {
    const wanted = new Map(),
      kept = new Map();
    for (const n of passing) {
      const height = planned[n]?.get(k);
      const onLine = height ?? heightOnLine(rectangles, edges[n], (left + right) / 2);
      const before = height ?? points[n].at(-1)?.[1] ?? onLine;
      kept.set(n, before);
      wanted.set(n, Math.abs(before - onLine) <= MAX_DEVIATION_PX ? before : onLine);
    }
    for (const [n, height] of heightsInColumn(cards, wanted, kept)) {
      const path = points[n];
      if (path.length && path.at(-1)[1] === height) path[path.length - 1] = [right, height];
      else path.push([left, height], [right, height]);
    }
  }
}

// The height of the straight line from the operand to the result.
function heightOnLine(rectangles, {from, to}, x) {
  const operand = rectangles[from],
    result = rectangles[to];
  const start = (operand.top + operand.bottom) / 2,
    end = (result.top + result.bottom) / 2;
  return start + ((end - start) * (x - operand.right)) / (result.left - operand.right);
}

// Gives each edge that passes a column a height between its cards: the wanted one, or in the gap that is nearest to it
// and has room. Within its gap, it stays as near as it can to the height that it has kept from the column before.
function heightsInColumn(cards, wanted, kept) {
  const gaps = gapsOf(cards);
  let open = gaps;
  const inOrder = [...wanted].sort(([n, a], [m, b]) => a - b || n - m);
  for (const [n, height] of inOrder) {
    let nearest = open[0],
      least = Infinity;
    for (const gap of open) {
      const distance = Math.max(gap.top - height, height - gap.bottom, 0);
      if (distance < least) [nearest, least] = [gap, distance];
    }
    nearest.members.push(n);
    if (nearest.members.length * LANE_DISTANCE_PX > nearest.bottom - nearest.top) open = open.filter((gap) => gap !== nearest);
  }
  const heights = new Map();
  for (const {top, bottom, members} of gaps) {
    const near = members.map((n) => ({n, height: Math.min(Math.max(kept.get(n), top), bottom)}));
    near.sort((a, b) => a.height - b.height);
    spreadOut(near, bottom);
    for (const {n, height} of near) heights.set(n, height);
  }
  return heights;
}

function gapsOf(cards) {
  const byHeight = [...cards].sort((a, b) => a.top - b.top);
  const gaps = [{top: -Infinity, bottom: byHeight[0].top - OUTER_CLEARANCE_PX, members: []}];
  for (let i = 0; i + 1 < byHeight.length; i++) {
    const top = byHeight[i].bottom + CLEARANCE_PX,
      bottom = byHeight[i + 1].top - CLEARANCE_PX;
    if (top <= bottom) gaps.push({top, bottom, members: []});
  }
  gaps.push({top: byHeight.at(-1).bottom + OUTER_CLEARANCE_PX, bottom: Infinity, members: []});
  return gaps;
}

// Moves lanes, which are sorted, apart: downwards, and up again where that went beyond the bottom of the gap.
function spreadOut(lanes, bottom) {
  for (let i = 1; i < lanes.length; i++) {
    lanes[i].height = Math.max(lanes[i].height, lanes[i - 1].height + LANE_DISTANCE_PX);
  }
  let limit = bottom;
  for (let i = lanes.length - 1; i >= 0 && lanes[i].height > limit; i--) {
    lanes[i].height = limit;
    limit -= LANE_DISTANCE_PX;
  }
}

// --- curves ----------------------------------------------------------------------------------------------------------

/**
 * A curve that an edge could take.
 *
 * @typedef {object} Course
 * @property {Point[]} points of a Bézier curve: one, then three for each piece; it leaves room for a tip at either end
 * @property {number[]} pieces the positions of the pieces beside which its numbers could be written, the best first
 */

const LEVEL_PX = 48; // the length that an edge keeps level beside its numbers

/**
 * Returns the curves that follow a path: with a level part for numbers at either end, the better end first.
 *
 * @param {Point[]} path of an edge, from `routeEdges`
 * @param {boolean} levelAtOperand which end is better
 * @param {boolean} [straight] whether a path without lanes is one straight line
 * @returns {Course[]}
 */
export function coursesOf(path, levelAtOperand, straight = false) {
  let [x, y] = path[0],
    [endX, endY] = path.at(-1);
  if (straight && path.length === 2) {
    const part = TIP_LENGTH_PX / Math.hypot(endX - x, endY - y);
    const dx = (endX - x) * part,
      dy = (endY - y) * part;
    const first = /** @type {Point} */ ([x + dx, y + dy]),
      last = /** @type {Point} */ ([endX - dx, endY - dy]);
    return [{points: [first, first, last, last], pieces: [0]}];
  }
  x += TIP_LENGTH_PX;
  endX -= TIP_LENGTH_PX;
  const n = path.length,
    after = n > 2 ? path[1][0] : endX,
    before = n > 2 ? path[n - 2][0] : x;
  const fromOperand = [Math.min(x + LEVEL_PX, (x + 2 * after) / 3), y];
  const toResult = [Math.max(endX - LEVEL_PX, (endX + 2 * before) / 3), endY];
  const inner = path.slice(1, -1);
  const atOperand = {points: levelAt([[x, y], fromOperand, ...inner, [endX, endY]]), pieces: [0, 1]};
  const atResult = {points: levelAt([[x, y], ...inner, toResult, [endX, endY]]), pieces: [n - 1, n - 2]};
  return levelAtOperand ? [atOperand, atResult] : [atResult, atOperand];
}

// A Bézier curve that is level at each of these points.
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
 *
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
 *
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

// Finds near things: by the cells of a sheet that their rectangles touch.
class Neighbourhood {
  constructor() {
    this.cells = new Map();
  }

  add(rectangle, thing) {
    for (const cell of cellsOf(rectangle)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push({rectangle, thing});
    }
  }

  remove(rectangle, thing) {
    for (const cell of cellsOf(rectangle)) {
      const left = this.cells.get(cell).filter((item) => item.rectangle !== rectangle || item.thing !== thing);
      this.cells.set(cell, left);
    }
  }

  // Those that touch a rectangle; the limit is for those who need to know only whether there are so many.
  touching(rectangle, limit = Infinity, except = null) {
    const found = new Set();
    for (const cell of cellsOf(rectangle)) {
      for (const item of this.cells.get(cell) ?? []) {
        if (item.thing === except || !touches(item.rectangle, rectangle)) continue;
        found.add(item.thing);
        if (found.size >= limit) return found;
      }
    }
    return found;
  }
}

const CELL_WIDTH_PX = 160,
  CELL_HEIGHT_PX = 40,
  CELLS_PER_COLUMN = 1 << 20; // more than there are

function cellsOf({left, top, right, bottom}) {
  const cells = [];
  for (let i = Math.floor(left / CELL_WIDTH_PX); i <= Math.floor(right / CELL_WIDTH_PX); i++) {
    for (let k = Math.floor(top / CELL_HEIGHT_PX); k <= Math.floor(bottom / CELL_HEIGHT_PX); k++) {
      cells.push(i * CELLS_PER_COLUMN + k);
    }
  }
  return cells;
}

// Cards and edges, to which the numbers of the edges are added one after the other.
class Sheet {
  constructor(choices, rectangles, size) {
    this.choices = choices;
    this.size = size;
    this.chosen = choices.map(() => 0);
    this.places = [];
    [this.cards, this.labels, this.edges] = [new Neighbourhood(), new Neighbourhood(), new Neighbourhood()];
    for (const rectangle of rectangles) this.cards.add(rectangle, rectangle);
    this.outlines = choices.map((choice) => choice.map(outlineOf));
    this.outlines.forEach((outlines, n) => outlines[0].forEach((part) => this.edges.add(part, n)));
  }

  // Chooses the course of an edge and the place beside it where its numbers cost least.
  label(n) {
    const own = ownParts(this.outlines[n]);
    let best = {cost: Infinity, place: this.choices[n][0].points[0]},
      choice = 0;
    for (const [i, course] of this.choices[n].entries()) {
      let dislike = i * OTHER_END_COST;
      if (dislike >= best.cost) break;
      const crossed = new Set(own[i].flatMap((part) => [...this.labels.touching(part)]));
      dislike += CROSSING_COST * crossed.size;
      const found = this.bestPlace(n, course, own[i], dislike, best.cost);
      if (found) [best, choice] = [found, i];
    }
    if (choice !== this.chosen[n]) {
      for (const part of this.outlines[n][this.chosen[n]]) this.edges.remove(part, n);
      for (const part of this.outlines[n][choice]) this.edges.add(part, n);
      this.chosen[n] = choice;
    }
    this.places[n] = best.place;
    const rectangle = rectangleAround(best.place, this.size);
    this.labels.add(rectangle, rectangle);
  }

  // The best place for the numbers of a course, if it costs less than `bound`; `outline` is what its other choice does
  // not share, and `dislike` is what the course costs already.
  bestPlace(n, course, outline, dislike, bound) {
    const [width, height] = this.size;
    let best = null,
      least = bound;
    for (const {cost, place, isOnEdge} of placesBeside(course, this.size)) {
      let total = cost + dislike;
      if (total >= least) break; // the others cost more
      const outer = rectangleAround(place, this.size),
        inner = rectangleAround(place, [width - 2 * INNER_MARGIN_PX, height]);
      for (const nearby of [this.cards, this.labels]) {
        for (const other of nearby.touching(outer)) total += COVER_COST * sharedArea(outer, other);
      }
      if (!isOnEdge && !slopeOf(course) && outline.some((part) => touches(inner, part))) total += CROSSING_COST;
      for (const part of [outer, inner]) {
        if (total >= least) break;
        const enough = Math.min((least - total) / CROSSING_COST, MAX_CROSSINGS);
        total += CROSSING_COST * this.edges.touching(part, enough, n).size;
      }
      if (total < least) [best, least] = [{cost: total, place}, total];
    }
    return best;
  }
}

// What each of two outlines does not share with the other.
function ownParts(outlines) {
  if (outlines.length < 2) return outlines;
  const keyOf = ({left, top, right, bottom}) => `${left} ${top} ${right} ${bottom}`;
  const keys = outlines.map((outline) => new Set(outline.map(keyOf)));
  return outlines.map((outline, i) => outline.filter((part) => !keys[1 - i].has(keyOf(part))));
}

// How steep a course is where it is one straight line; a curve has level parts.
function slopeOf({points}) {
  const [[x, y], second] = points,
    [endX, endY] = points.at(-1);
  return second[0] === x && second[1] === y ? Math.abs((endY - y) / (endX - x)) : 0;
}

// Whether a course runs upwards from its level part; one straight line has none.
function bendsUp(course) {
  const heights = course.pieces.flatMap((piece) => [course.points[3 * piece][1], course.points[3 * piece + 3][1]]);
  return slopeOf(course) === 0 && Math.min(...heights) < heights[0];
}

// The places for numbers beside a course or on it, the cheapest first.
function placesBeside(course, [width, height]) {
  const distance = height / 2 + LABEL_DISTANCE_PX + (slopeOf(course) * width) / 3;
  const [above, below] = bendsUp(course) ? [INNER_COST, 0] : [0, INNER_COST];
  const places = [];
  for (const [rank, piece] of course.pieces.entries()) {
    const length = course.points[3 * piece + 3][0] - course.points[3 * piece][0];
    const n = Math.min(Math.max(Math.trunc(length / STATION_DISTANCE_PX), 4), MAX_STATIONS);
    for (let i = 1; i < n; i++) {
      const [x, y] = pointOnCurve(course.points, piece, i / n);
      const cost = 30 * Math.abs(i / n - 0.5) + 25 * rank;
      places.push({cost: cost + above, place: [x, y - distance], isOnEdge: false});
      places.push({cost: cost + below, place: [x, y + distance], isOnEdge: false});
      places.push({cost: cost + ON_COST, place: [x, y], isOnEdge: true});
    }
  }
  return places.sort((a, b) => a.cost - b.cost || a.place[0] - b.place[0] || a.place[1] - b.place[1]);
}

// Covers a course with small rectangles: one for a level piece, and one between two points of any other.
function outlineOf({points}) {
  const outline = [];
  for (let piece = 0; 3 * piece + 3 < points.length; piece++) {
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

function rectangleAround([x, y], [width, height]) {
  return {left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2};
}

function touches(one, other) {
  return one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom;
}

function sharedArea(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}
