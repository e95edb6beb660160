// Lays out cards and edges: cards in columns, from the leaves at the left to the result at the right (the method of
// Sugiyama: ranks, then the order within each, then heights), and the edges round them.
//
// The size of a card does not depend on its numbers, which may change.

import {headingOf} from "./graph.js";
import {setHeights} from "./heights.js";
import {columnsOf, singleLine} from "./numerals.js";
import {orderColumns} from "./ordering.js";
import {ranksOf} from "./ranks.js";
import {coursesOf, placeLabels, routeEdges, TIP_LENGTH_PX} from "./routing.js";

/**
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./ordering.js").Stop} Stop
 * @typedef {{width: number, height: number, isLeaf: boolean, kind: string}} CardToPlace
 * @typedef {{operand: number, result: number, labelled: boolean}} EdgeToPlace the cards by their positions
 * @typedef {{x: number, y: number, width: number, height: number}} Box its upper left corner and its size, in pixels
 */

/**
 * An edge on the page. The curve is one of Bézier from the operand to the result, which leaves room for a tip at either
 * end; `tips` are where those end; `label` is the middle of the place for its numbers, or null where it has none.
 *
 * @typedef {{curve: Point[], tips: [Point, Point], label: Point | null}} Line
 */

/**
 * Boxes and lines on a sheet. The cards of a large network are small: `compact`, and `tall` where their numbers are
 * written one below the other.
 *
 * @typedef {object} Layout
 * @property {Box[]} boxes
 * @property {Line[]} lines
 * @property {number} width
 * @property {number} height
 * @property {boolean} compact
 * @property {boolean} tall
 */

/**
 * @typedef {object} LayoutOptions
 * @property {"LR" | "TB"} [direction] left to right, or top to bottom
 * @property {number} [maxRowWidth] where a graph is wider, it is cut into rows if one edge alone joins two parts
 * @property {Point} [screenSize] the room for the graph: there are as many rows as show it largest
 * @property {Point} [labelSize] width and height of the numbers of an edge
 * @property {number} [budgetMs] after this many milliseconds, no further sweep for fewer crossings or levelness begins
 * @property {boolean} [isCrowded] whether no edge carries numbers: all are straight lines
 * @property {boolean} [isCompact] whether the cards are small
 * @property {boolean} [isFolded] whether cards stand for neurons: edges are straight where no card is in their way
 */

export const ROW_HEIGHT_PX = 19,
  HEADING_HEIGHT_PX = 26;
const MARGIN_PX = 12;
const SCREEN_SIZE_PX = /** @type {Point} */ ([920, 600]); // room for a graph on a screen of 1280 × 800 pixels
const BUDGET_MS = 150;

// --- a whole graph ---------------------------------------------------------------------------------------------------

const MAX_ROW_WIDTH_PX = 1045; // wider rows would need text that is too small on a usual screen
const MAX_EDGES_LABELLED = 24, // of a network; with more, none carries numbers
  MAX_EDGES_PER_CARD = 4; // on average; with more, no edge carries numbers

/**
 * Lays out a graph as it is shown largest on a usual screen: in rows, or with small cards if it is a large network.
 *
 * @param {import("./graph.js").Graph} graph
 * @param {LayoutOptions & {words: import("./words.js").Words, labels?: Record<string, Record<string, string>>}} options
 *   `labels` are those of each language, for which there is room too
 * @returns {Layout}
 */
export function layOutGraph(graph, {words, labels = {}, ...options}) {
  const {screenSize = SCREEN_SIZE_PX, maxRowWidth = MAX_ROW_WIDTH_PX} = options,
    isFolded = graph.cards.some(({inside}) => inside.length > 1),
    isCrowded = tooManyLabels(graph, isFolded);
  const headings = graph.cards.map((card) => measureHeading(graph, card, words, labels));
  const edges = graph.edges.map(({operand, result}) => ({
    operand: operand.i,
    result: result.i,
    labelled: operand.node.kind !== "constant",
  }));
  const layOutAs = (style) => {
    const cards = graph.cards.map((card, i) => {
      const [width, height] = sizeOf({...headings[i], kind: card.node.kind, op: card.node.op}, style);
      return {width, height, isLeaf: !card.node.op, kind: card.node.kind};
    });
    const all = {...options, isFolded, isCrowded, isCompact: isCrowded, maxRowWidth};
    return {...layOut(cards, edges, all), compact: isCrowded, tall: Boolean(style.tall)};
  };
  const layout = layOutAs({compact: isCrowded});
  const hasHeightToSpare = screenSize[0] / layout.width < screenSize[1] / layout.height;
  if (!isCrowded || !hasHeightToSpare) return layout;
  const tall = layOutAs({compact: true, tall: true});
  return scaleOf(tall, screenSize) > scaleOf(layout, screenSize) ? tall : layout;
}

function tooManyLabels({cards, edges}, isFolded) {
  return edges.length > MAX_EDGES_LABELLED && (isFolded || edges.length > MAX_EDGES_PER_CARD * cards.length);
}

// How large a layout is shown on a screen.
function scaleOf({width, height}, [screenWidth, screenHeight]) {
  return Math.min(screenWidth / width, screenHeight / height);
}

// --- the sizes of cards ----------------------------------------------------------------------------------------------

const MAX_TITLE_COLUMNS = 30; // longer headings are cut
const GATES = ["relu", "tanh", "sigmoid"]; // activations that may pass back no gradient
const NUMBER_WIDTH_PX = 74; // for a number of ten characters
const CONSTANT_SIZE_PX = /** @type {Point} */ ([62, 26]);
const COMPACT_SIZE_PX = /** @type {Point} */ ([166, 38]);
const TALL_SIZE_PX = /** @type {Point} */ ([118, 56]);

/**
 * Returns what is written in the heading of a card: its title, whole and as long as there is room for, and its operation.
 *
 * @param {import("./graph.js").Graph} graph
 * @param {import("./graph.js").Card} card
 * @param {import("./words.js").Words} words
 * @returns {{full: string, short: string, symbol: string, shortestSymbol: string}} the last for a small card
 */
export function headingTexts(graph, card, words) {
  const {title, symbol} = headingOf(graph, card, words),
    full = singleLine(title);
  return {full, short: shortened(full, MAX_TITLE_COLUMNS), symbol, shortestSymbol: symbol.replace(/ w·x \+ b$/, "")};
}

function measureHeading(graph, card, words, labels) {
  const {full, short, symbol, shortestSymbol} = headingTexts(graph, card, words);
  const others = Object.values(labels).map((table) => (Object.hasOwn(table, card.node.label) ? table[card.node.label] : full));
  return {
    titleColumns: Math.max(...[short, ...others].map(columnsOf)),
    symbolColumns: columnsOf(symbol),
    shortestSymbolColumns: columnsOf(shortestSymbol),
  };
}

/**
 * Shortens a text to so many columns; "…" marks the cut.
 *
 * @param {string} text
 * @param {number} columns
 * @returns {string}
 */
export function shortened(text, columns) {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (columnsOf(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Returns the width and height of a card, with room for any value and gradient.
 *
 * @param {{kind: string, op: string, titleColumns: number, symbolColumns: number, shortestSymbolColumns: number}} card
 * @param {{compact?: boolean, tall?: boolean}} [style]
 * @returns {Point}
 */
export function sizeOf({kind, op, titleColumns, symbolColumns, shortestSymbolColumns}, {compact = false, tall = false} = {}) {
  if (kind === "constant") return CONSTANT_SIZE_PX;
  const mayStop = GATES.includes(op); // then there must be room to say so
  if (tall) return [Math.max(TALL_SIZE_PX[0], 6.8 * titleColumns + 18), TALL_SIZE_PX[1]];
  if (compact) {
    const columns = Math.max(mayStop ? 4 : 0, shortestSymbolColumns); // the status takes the place of the operation
    return [Math.max(COMPACT_SIZE_PX[0], 6.8 * titleColumns + 6 * columns + 26), COMPACT_SIZE_PX[1]];
  }
  const between = titleColumns && symbolColumns ? 24 : 0,
    heading = 8 * titleColumns + 6.5 * symbolColumns + between + 20;
  const height = HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 8 + (mayStop ? 16 : 0);
  return [Math.max(heading, NUMBER_WIDTH_PX + 58), height];
}

// --- cards and edges -------------------------------------------------------------------------------------------------

const LABEL_SIZE_PX = /** @type {Point} */ ([66, 34]); // reserved beside an edge for ×local and share

/**
 * Places cards and edges.
 *
 * @param {readonly CardToPlace[]} cards in topological order
 * @param {readonly EdgeToPlace[]} edges
 * @param {LayoutOptions} [options]
 * @returns {Layout}
 */
export function layOut(cards, edges, options = {}) {
  const {direction = "LR", labelSize = LABEL_SIZE_PX, maxRowWidth = Infinity, screenSize = SCREEN_SIZE_PX} = options;
  if (direction === "TB") {
    const turned = cards.map((card) => ({...card, width: card.height, height: card.width}));
    return turnedOver(layOut(turned, edges, {...options, direction: "LR", maxRowWidth: Infinity, labelSize: flippedPoint(labelSize)}));
  }
  const layout = withLines(placeCards(cards, edges, options), edges, options);
  const inOneRow = {...layout, compact: Boolean(options.isCompact), tall: false};
  if (options.isCrowded || layout.width <= maxRowWidth) return inOneRow;
  return largestRows(inOneRow, cards, edges, labelSize, screenSize);
}

const flippedPoint = ([x, y]) => /** @type {Point} */ ([y, x]);

function turnedOver({boxes, lines, width, height, ...rest}) {
  return {
    ...rest,
    boxes: boxes.map((box) => ({x: box.y, y: box.x, width: box.height, height: box.width})),
    lines: lines.map(({curve, tips, label}) => ({
      curve: curve.map(flippedPoint),
      tips: tips.map(flippedPoint),
      label: label && flippedPoint(label),
    })),
    width: height,
    height: width,
  };
}

// --- the places of the cards -----------------------------------------------------------------------------------------

const MANY_OPERANDS = 5; // the edges of more reach a card in curves so steep that they meet each other's numbers
const LABEL_GAP_PX = 22; // added to the width of an edge's numbers to give the space between two columns
const FAN_GAP_PX = 14; // the same, where edges are so close that there is a column of numbers
const CARD_GAP_PX = 14.4, // between two cards of a column
  SMALL_CARD_GAP_PX = 5.8,
  CROWDED_CARD_GAP_PX = 8.6,
  LANE_DISTANCE_PX = 9, // between two edges that run side by side
  PASSING_GAP_PX = 12, // between a card and an edge that passes it
  NUMBERS_GAP_PX = 5;
const MANY_EDGES = 80; // from this many edges on, small cards are placed farther apart
const COMPUTED_WEIGHT = 6; // edges between computed cards are kept short and level, rather than those of leaves

// Places the cards, and plans how high each edge passes the columns between its cards.
function placeCards(cards, edges, options) {
  const {budgetMs = BUDGET_MS} = options;
  const start = performance.now(),
    isLate = (part) => () => performance.now() - start > part * budgetMs;
  const detours = options.isCrowded ? new Set() : detoursOf(cards, edges);
  const placed = edges.filter((_, i) => !detours.has(i));
  const fans = fansOf(placed, options);
  const ranks = ranksOf(
    cards.length,
    placed.map(({operand, result}) => ({from: operand, to: result, weight: cards[operand].isLeaf ? 1 : COMPUTED_WEIGHT})),
  );
  const columnOf = columnsOfRanks(ranks, fans);
  const stops = cards.map(({width, height}, card) => newStop(columnOf[ranks[card]], {card, width, height}));
  const pulls = edges.map(({operand}, i) => (detours.has(i) ? 0 : cards[operand].isLeaf ? 1 : COMPUTED_WEIGHT));
  const chains = chainsOf(edges, stops, pulls, fans, options.labelSize ?? LABEL_SIZE_PX);
  const columns = Array.from({length: columnOf.at(-1) + 1}, () => []);
  for (const stop of new Set([...stops, ...chains.flat()])) columns[stop.column].push(stop);
  orderColumns(columns, isLate(0.7));
  const slots = slotsInTrunks(edges, stops, chains);
  setHeights(columns, gapsFor(options), isLate(1));
  const width = setAcross(columns, columnGap(edges, options));
  return {
    stops,
    width: Math.ceil(width + 2 * MARGIN_PX),
    lanes: chains.map((chain, i) => new Map(chain.map((stop) => [stop.column, laneIn(stop, slots[i])]))),
  };
}

// Lists the edges that can be ignored when the cards are placed: from a leaf to a result that also depends on it through
// another operand. They would take room in every column that they pass, and draw a chain that shares a weight as one
// diagonal.
function detoursOf(cards, edges) {
  const operands = cards.map(() => []),
    behind = []; // what each card is made from, a bit for each card
  for (const {operand, result} of edges) operands[result].push(operand);
  for (const [i, own] of operands.entries()) behind.push(own.reduce((all, operand) => all | behind[operand], 1n << BigInt(i)));
  const isDetour = ({operand, result}) =>
    cards[operand].isLeaf &&
    operands[result].some((other) => other !== operand && (behind[other] >> BigInt(operand)) & 1n);
  return new Set(edges.flatMap((edge, i) => (isDetour(edge) ? [i] : [])));
}

// The edges whose numbers need a place of their own when the cards are placed, since many edges are close to each other.
function fansOf(edges, {isCrowded, isFolded}) {
  if (isCrowded) return new Set();
  const leaving = countBy(edges, "operand"),
    arriving = countBy(edges, "result");
  const isFan = ({operand, result}) =>
    arriving[result] > MANY_OPERANDS || (leaving[operand] > 1 && arriving[result] > (isFolded ? 1 : 2));
  return new Set(edges.filter(isFan));
}

function countBy(edges, end) {
  const counts = {};
  for (const edge of edges) counts[edge[end]] = (counts[edge[end]] ?? 0) + 1;
  return counts;
}

// The columns of the ranks. Before that of a result whose edges need places for their numbers, there is one for these.
function columnsOfRanks(ranks, fans) {
  const hasNumbersBefore = new Set([...fans].map(({result}) => ranks[result])),
    columns = [0];
  for (let rank = 1; rank <= Math.max(...ranks); rank++) columns.push(columns[rank - 1] + (hasNumbersBefore.has(rank) ? 2 : 1));
  return columns;
}

function newStop(column, {card = -1, width = 0, height = 0, isNumbers = false}) {
  return {column, card, width, height, isNumbers, place: 0, middle: 0, x: 0, y: 0, before: [], after: [], slots: {first: 0, last: 0}};
}

// Joins each two cards by a stop in each column between them. All edges of an operand share theirs, as a trunk from which
// one after the other branches off; where the numbers of edges need a place, the last stop is that of the two cards alone.
function chainsOf(edges, stops, pulls, fans, labelSize) {
  const trunks = stops.map(() => new Map()), // of each card, a stop by its column or, of numbers, by the result
    join = newJoiner();
  return edges.map((edge, i) => {
    const end = stops[edge.result],
      trunk = trunks[edge.operand],
      chain = [];
    for (let column = stops[edge.operand].column + 1; column < end.column; column++) {
      const isNumbers = fans.has(edge) && column === end.column - 1,
        key = isNumbers ? end : column;
      if (!trunk.has(key)) {
        const size = isNumbers ? {width: labelSize[0] + FAN_GAP_PX, height: labelSize[1]} : {};
        trunk.set(key, newStop(column, {...size, isNumbers}));
      }
      chain.push(trunk.get(key));
    }
    const path = [stops[edge.operand], ...chain, end];
    for (let k = 1; k < path.length; k++) join(path[k - 1], path[k], pulls[i]);
    return chain;
  });
}

// Returns a function that links two stops, or adds an edge to their link.
function newJoiner() {
  const links = new Map();
  return (from, to, pull) => {
    if (!links.has(from)) links.set(from, new Map());
    const own = links.get(from);
    if (!own.has(to)) {
      const link = {from, to, edges: 0, shift: 0, pull: 0};
      own.set(to, link);
      from.after.push(link);
      to.before.push(link);
    }
    own.get(to).edges++;
    own.get(to).pull += pull;
  };
}

// Gives each edge of a trunk a slot, such that none crosses another: those that branch off upwards are above the others,
// and the first of them at the top; those that branch off downwards are below. Then each stop is as high as its lanes.
function slotsInTrunks(edges, stops, chains) {
  const ofOperand = stops.map(() => []),
    slots = edges.map(() => 0);
  for (const [i, {operand}] of edges.entries()) ofOperand[operand].push(i);
  for (const members of ofOperand) {
    const long = members.filter((i) => chains[i].some((stop) => !stop.isNumbers));
    const branches = long.map((i) => branchOf(chains[i], stops[edges[i].result], i));
    branches.sort((a, b) => a.way - b.way || a.way * (b.column - a.column) || a.place - b.place || a.i - b.i);
    branches.forEach(({i}, slot) => (slots[i] = slot));
    setSlotsOfStops(long, chains, slots);
  }
  return slots;
}

// Where an edge leaves its trunk, and whether upwards (-1) or downwards (1).
function branchOf(chain, end, i) {
  const own = chain.filter((stop) => !stop.isNumbers),
    last = own.at(-1),
    target = chain[own.length] ?? end;
  const onward = last.after.find(({to}) => to.card < 0 && !to.isNumbers);
  return {i, column: last.column, place: target.place, way: onward && target.place < onward.to.place ? -1 : 1};
}

function setSlotsOfStops(members, chains, slots) {
  const slotsOf = new Map();
  for (const i of members) {
    for (const stop of chains[i]) {
      if (stop.isNumbers) continue;
      if (!slotsOf.has(stop)) slotsOf.set(stop, []);
      slotsOf.get(stop).push(slots[i]);
    }
  }
  for (const [stop, taken] of slotsOf) {
    stop.slots = {first: Math.min(...taken), last: Math.max(...taken)};
    stop.height = LANE_DISTANCE_PX * (stop.slots.last - stop.slots.first);
  }
  for (const stop of slotsOf.keys()) {
    for (const link of stop.after) if (slotsOf.has(link.to)) link.shift = LANE_DISTANCE_PX * (middleSlot(stop) - middleSlot(link.to));
  }
}

const middleSlot = ({slots: {first, last}}) => (first + last) / 2;
const laneIn = (stop, slot) => (stop.isNumbers ? stop.y : stop.y + LANE_DISTANCE_PX * (slot - middleSlot(stop)));

// Returns how far apart two stops of a column must be.
function gapsFor({isCrowded, isCompact}) {
  const between = isCompact ? SMALL_CARD_GAP_PX : isCrowded ? CROWDED_CARD_GAP_PX : CARD_GAP_PX;
  return (above, below) => {
    if (above.card >= 0 && below.card >= 0) return between;
    if (above.card >= 0 || below.card >= 0) return Math.min(between, PASSING_GAP_PX);
    return above.isNumbers || below.isNumbers ? NUMBERS_GAP_PX : LANE_DISTANCE_PX;
  };
}

function columnGap(edges, {isCrowded, isCompact, labelSize = LABEL_SIZE_PX}) {
  if (isCompact) return edges.length < MANY_EDGES ? 36 : 54;
  return isCrowded ? 115.2 : labelSize[0] + LABEL_GAP_PX;
}

// Sets `x` of all stops, their middle, and returns the width of all columns.
function setAcross(columns, gap) {
  const hasNumbers = columns.map((stops) => stops.some(({isNumbers}) => isNumbers));
  let right = 0;
  for (const [column, stops] of columns.entries()) {
    if (column) right += hasNumbers[column] || hasNumbers[column - 1] ? gap / 2 : gap;
    const width = Math.max(...stops.map((stop) => stop.width));
    for (const stop of stops) stop.x = right + width / 2;
    right += width;
  }
  return right;
}

// --- the edges -------------------------------------------------------------------------------------------------------

// Adds the edges to cards in columns.
function withLines({stops, width, lanes}, edges, options) {
  const top = Math.min(...stops.map(({y, height}) => y - height / 2));
  const boxes = stops.map((stop) => ({
    x: toTenth(stop.x - stop.width / 2 + MARGIN_PX),
    y: toTenth(stop.y - stop.height / 2 - top + MARGIN_PX),
    width: stop.width,
    height: stop.height,
  }));
  if (options.isCrowded) {
    const height = Math.ceil(Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN_PX);
    return {boxes, lines: edges.map((edge) => straightLine(boxes[edge.operand], boxes[edge.result])), width, height};
  }
  const moved = lanes.map((heights) => new Map([...heights].map(([column, y]) => [column, y - top + MARGIN_PX])));
  const lines = routedLines(boxes, stops, edges, moved, options);
  return framedLayout({boxes, lines, width}, options.labelSize ?? LABEL_SIZE_PX);
}

const toTenth = (pixels) => Math.round(10 * pixels) / 10;

// From side to side, as networks are usually drawn.
function straightLine(operand, result) {
  const start = /** @type {Point} */ ([toTenth(operand.x + operand.width), toTenth(operand.y + operand.height / 2)]),
    end = /** @type {Point} */ ([toTenth(result.x), toTenth(result.y + result.height / 2)]);
  const [course] = coursesOf([start, end], true, true);
  return {curve: course.points, tips: [start, end], label: null};
}

function routedLines(boxes, stops, edges, lanes, {isFolded = false, labelSize = LABEL_SIZE_PX}) {
  const rectangles = boxes.map(({x, y, width, height}) => ({left: x, top: y, right: x + width, bottom: y + height}));
  const leaving = countBy(edges, "operand"),
    arriving = countBy(edges, "result");
  const ends = edges.map(({operand, result}) => ({from: operand, to: result}));
  const columnOf = stops.map(({column}) => column);
  const paths = routeEdges(rectangles, columnOf, ends, lanes, isFolded);
  const choices = edges.map(({operand, result}, n) => coursesOf(paths[n], leaving[operand] < arriving[result], isFolded));
  const labelled = edges.map((edge) => edge.labelled);
  return placeLabels(choices, labelled, rectangles, labelSize).map(({course, label}, n) => ({
    curve: course.points,
    tips: [paths[n][0], paths[n].at(-1)],
    label,
  }));
}

// Moves all down such that edges and numbers above the cards are on the sheet, and makes it as high as is needed.
function framedLayout({boxes, lines, width}, labelSize) {
  const ofLines = heightsOfLines(lines, labelSize),
    ofBoxes = heightsOfBoxes(boxes);
  const top = Math.min(MARGIN_PX, ofLines.top - MARGIN_PX / 2),
    bottom = Math.max(ofBoxes.bottom, ofLines.bottom + MARGIN_PX / 2);
  const move = /** @type {Point} */ ([0, MARGIN_PX - top]);
  return {
    boxes: boxes.map((box) => ({...box, y: toTenth(box.y + move[1])})),
    lines: lines.map((line) => movedLine(line, move)),
    width,
    height: Math.ceil(bottom - top + 2 * MARGIN_PX),
  };
}

// The heights that edges and their numbers reach.
function heightsOfLines(lines, labelSize) {
  let top = Infinity,
    bottom = -Infinity;
  const reach = (y) => {
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  };
  for (const {curve, label} of lines) {
    for (const [, y] of curve) reach(y);
    if (label) [-0.5, 0.5].forEach((part) => reach(label[1] + part * labelSize[1]));
  }
  return {top, bottom};
}

function heightsOfBoxes(boxes) {
  return {top: Math.min(...boxes.map(({y}) => y)), bottom: Math.max(...boxes.map(({y, height}) => y + height))};
}

function movedLine({curve, tips, label}, move) {
  return {
    curve: curve.map((point) => movedPoint(point, move)),
    tips: tips.map((point) => movedPoint(point, move)),
    label: label && movedPoint(label, move),
  };
}

const movedPoint = ([x, y], [dx, dy]) => /** @type {Point} */ ([toTenth(x + dx), toTenth(y + dy)]);

// --- rows ------------------------------------------------------------------------------------------------------------

const MAX_ROWS = 6;
const TURN_PX = 30, // room beside the end of a row …
  LANE_PX = 64; // … and below it, for the edge to the next row
const BEND_PX = 14;

// Cuts a layout into as many rows as show it largest.
function largestRows(layout, cards, edges, labelSize, screenSize) {
  const cuts = cutsOf(layout, cards, edges);
  let best = layout;
  for (let count = 2; cuts.length && count <= MAX_ROWS; count++) {
    const rows = inRows(layout, edges, cuts, count, labelSize);
    if (scaleOf(rows, screenSize) > scaleOf(best, screenSize)) best = rows;
  }
  return best;
}

// Lists where a vertical line meets no card, crosses one edge only, and leaves no card alone on one of its sides; and the
// leaves to the left of it that are used to the right only, which would go there, so that their edges do not cross it.
function cutsOf({boxes}, cards, edges) {
  const order = [...boxes.keys()].sort((a, b) => boxes[a].x - boxes[b].x || a - b),
    rank = [];
  order.forEach((card, i) => (rank[card] = i));
  const start = cards.map(({isLeaf}, card) => (isLeaf ? cards.length : rank[card]));
  for (const {operand, result} of edges) if (cards[operand].isLeaf) start[operand] = Math.min(start[operand], rank[result]);
  const cuts = [];
  let right = -Infinity;
  for (let i = 1; i < order.length - 1; i++) {
    const before = boxes[order[i - 1]];
    right = Math.max(right, before.x + before.width);
    const crossing = edges.filter(({operand, result}) => start[operand] < i && rank[result] >= i).length;
    const x = boxes[order[i]].x - 1;
    if (i < 2 || crossing !== 1 || right >= x) continue;
    const leaves = order.slice(0, i).filter((card) => start[card] >= i);
    if (i - leaves.length > 1) cuts.push({x, leaves});
  }
  return cuts;
}

// Cuts a layout into so many rows or fewer, and stacks them.
function inRows(layout, edges, cuts, count, labelSize) {
  const {boxes, lines} = layout,
    rowOf = rowsOfCards(layout, cuts, count),
    nRows = Math.max(...rowOf) + 1;
  const isInner = edges.map(({operand, result}) => rowOf[operand] === rowOf[result]);
  const moves = [],
    lanes = [];
  let top = MARGIN_PX,
    bottom = 0;
  for (let row = 0; row < nRows; row++) {
    const cards = boxes.filter((_, card) => rowOf[card] === row),
      inner = lines.filter((_, n) => isInner[n] && rowOf[edges[n].operand] === row);
    const ofLines = heightsOfLines(inner, labelSize),
      ofBoxes = heightsOfBoxes(cards),
      highest = Math.min(ofLines.top, ofBoxes.top);
    const left = MARGIN_PX + (row ? TURN_PX : 0);
    moves.push([left - Math.min(...cards.map(({x}) => x)), top - highest]);
    bottom = top + Math.max(ofLines.bottom, ofBoxes.bottom) - highest;
    lanes.push(bottom + LANE_PX - MARGIN_PX);
    top = bottom + LANE_PX;
  }
  const stacked = boxes.map((box, card) => {
    const [x, y] = movedPoint([box.x, box.y], moves[rowOf[card]]);
    return {...box, x, y};
  });
  const joined = lines.map((line, n) => {
    const {operand, result} = edges[n],
      row = rowOf[operand];
    if (isInner[n]) return movedLine(line, moves[row]);
    return backToTheLeft(line, stacked[operand], stacked[result], lanes[row], labelSize);
  });
  const width = Math.ceil(Math.max(...stacked.map((box) => box.x + box.width)) + MARGIN_PX + TURN_PX);
  return {...layout, boxes: stacked, lines: joined, width, height: Math.ceil(bottom + MARGIN_PX)};
}

function rowsOfCards({boxes, width}, cuts, count) {
  const chosen = new Map();
  for (let i = 1; i < count; i++) {
    const end = (width * i) / count;
    const nearest = cuts.reduce((best, cut) => (Math.abs(cut.x - end) < Math.abs(best.x - end) ? cut : best));
    chosen.set(nearest.x, nearest);
  }
  const ends = [...chosen.values()],
    rowOf = boxes.map(({x}) => ends.filter((cut) => cut.x <= x).length);
  for (const [row, {leaves}] of ends.entries()) for (const leaf of leaves) rowOf[leaf] = row + 1;
  return rowOf;
}

// Draws an edge from the end of a row to the start of the next, below all that is in its row.
function backToTheLeft({label}, operand, result, lane, labelSize) {
  const start = /** @type {Point} */ ([operand.x + operand.width, operand.y + operand.height / 2]),
    end = /** @type {Point} */ ([result.x, result.y + result.height / 2]);
  const right = start[0] + TURN_PX,
    left = end[0] - TURN_PX,
    last = /** @type {Point} */ ([end[0] - TIP_LENGTH_PX, end[1]]);
  const corners = /** @type {Point[]} */ ([[right, start[1]], [right, lane], [left, lane], [left, end[1]]]);
  const curve = /** @type {Point[]} */ ([[start[0] + TIP_LENGTH_PX, start[1]]]);
  for (const [i, corner] of corners.entries()) {
    const here = curve.at(-1),
      before = bendStart(corner, here),
      after = bendStart(corner, corners[i + 1] ?? last);
    curve.push(here, before, before, corner, corner, after); // a straight line, and a bend
  }
  curve.push(curve.at(-1), last, last);
  return {curve, tips: [start, end], label: label && [(left + right) / 2, lane - labelSize[1] / 2 - 2]};
}

// Where a bend at a corner begins, seen from a point.
function bendStart([x, y], [toX, toY]) {
  const distance = Math.hypot(toX - x, toY - y),
    part = Math.min(BEND_PX, distance / 2) / (distance || 1);
  return /** @type {Point} */ ([x + (toX - x) * part, y + (toY - y) * part]);
}
