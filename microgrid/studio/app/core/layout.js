// Lays out cards and edges: cards in columns, from the leaves at the left to the result at the right (the method of
// Sugiyama: ranks, then the order within each, then heights), and the edges round them.
//
// The size of a card does not depend on its numbers, which may change.

import {largestOf, smallestOf} from "./extremes.js";
import {headingOf} from "./graph.js";
import {setHeights} from "./heights.js";
import {columnsOf, singleLine} from "./numerals.js";
import {orderColumns} from "./ordering.js";
import {ranksOf} from "./ranks.js";
import {coursesOf, placeLabels, pointAt, routeEdges, TIP_LENGTH_PX} from "./routing.js";

/**
 * @typedef {import("./graph.js").Graph} Graph
 * @typedef {import("./graph.js").Card} Card
 * @typedef {import("./words.js").Words} Words
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./ordering.js").Stop} Stop
 * @typedef {{width: number, height: number, isLeaf: boolean, kind: string}} CardToPlace
 * @typedef {{operand: number, result: number, labelled: boolean}} EdgeToPlace the cards by their positions
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

/**
 * The cards of a large network are small: `compact`, and `tall` where their numbers are written one below the other.
 * @typedef {Drawing & {compact: boolean, tall: boolean}} Layout
 */

/**
 * @typedef {object} LayoutOptions
 * @property {"LR" | "TB"} [direction] left to right, or top to bottom
 * @property {number} [maxRowWidth] where a graph is wider, it is cut into rows if one edge alone joins two parts
 * @property {Point} [screenSize] the room for the graph: there are as many rows as show it largest
 * @property {Point} [labelSize] width and height of the numbers of an edge
 * @property {number} [budgetMs] after so many milliseconds no sweep begins that would make the drawing better
 * @property {boolean} [isCrowded] whether no edge carries numbers: all are straight lines
 * @property {boolean} [isCompact] whether the cards are small
 * @property {boolean} [isFolded] whether cards stand for neurons: edges are straight where no card is in their way
 */

/**
 * @typedef {Required<LayoutOptions>} Choices
 * @typedef {Record<string, Record<string, string>>} Labels of each language, by what they are in the graph
 */

export const ROW_HEIGHT_PX = 19,
  HEADING_HEIGHT_PX = 26;
const MARGIN_PX = 12;
const SCREEN_SIZE_PX = /** @type {Point} */ ([920, 600]); // room for a graph on a screen of 1280 × 800 pixels

// --- a whole graph ---------------------------------------------------------------------------------------------------

const MAX_ROW_WIDTH_PX = 1045; // wider rows would need text that is too small on a usual screen
const MAX_EDGES_LABELLED = 24, // of a network; with more, none carries numbers
  MAX_EDGES_PER_CARD = 4; // on average; with more, no edge carries numbers

/**
 * Lays out a graph as it is shown largest on a usual screen: in rows, or with small cards if it is a large network.
 * @param {Graph} graph
 * @param {LayoutOptions & {words: Words, labels?: Labels}} options there is room for the labels of all languages
 * @returns {Layout}
 */
export function layOutGraph(graph, {words, labels = {}, ...options}) {
  const {screenSize = SCREEN_SIZE_PX} = options,
    isFolded = graph.cards.some(({inside}) => inside.length > 1),
    isCrowded = tooManyLabels(graph, isFolded);
  const headings = graph.cards.map((card) => measureHeading(graph, card, words, labels));
  const edges = graph.edges.map(({operand, result}) => ({
    operand: operand.i,
    result: result.i,
    labelled: operand.node.kind !== "constant",
  }));
  const layOutAs = (/** @type {CardStyle} */ style) => {
    const cards = graph.cards.map(({node: {kind, op}}, i) => {
      const [width, height] = sizeOf({...headings[i], kind, op}, style);
      return {width, height, isLeaf: !op, kind};
    });
    const choices = {maxRowWidth: MAX_ROW_WIDTH_PX, ...options, isFolded, isCrowded, isCompact: isCrowded};
    return {...layOut(cards, edges, choices), tall: Boolean(style.tall)};
  };
  const layout = layOutAs({compact: isCrowded});
  const hasHeightToSpare = screenSize[0] / layout.width < screenSize[1] / layout.height;
  if (!isCrowded || !hasHeightToSpare) return layout;
  const tall = layOutAs({compact: true, tall: true});
  return scaleOf(tall, screenSize) > scaleOf(layout, screenSize) ? tall : layout;
}

const MIN_TEXT_PX = 12, // smaller text cannot be read
  CARD_TEXT_PX = 13, // of the page's style sheet
  SMALL_CARD_TEXT_PX = 11.5;

/**
 * Returns the scale at which the text of a drawing can just be read.
 * @param {{compact: boolean}} layout
 */
export function readableScale({compact}) {
  return MIN_TEXT_PX / (compact ? SMALL_CARD_TEXT_PX : CARD_TEXT_PX);
}

/**
 * @param {Graph} graph
 * @param {boolean} isFolded
 */
function tooManyLabels({cards, edges}, isFolded) {
  return edges.length > MAX_EDGES_LABELLED && (isFolded || edges.length > MAX_EDGES_PER_CARD * cards.length);
}

/**
 * How large a drawing is shown on a screen.
 * @param {Drawing} drawing
 * @param {Point} screenSize
 */
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
 * Returns what is written in the heading of a card: its title, in full and shortened, and its operation.
 * @param {Graph} graph
 * @param {Card} card
 * @param {Words} words
 * @returns {{full: string, short: string, symbol: string, shortestSymbol: string}} the last for a small card
 */
export function headingTexts(graph, card, words) {
  const {title, symbol} = headingOf(graph, card, words),
    full = singleLine(title);
  return {full, short: shortened(full, MAX_TITLE_COLUMNS), symbol, shortestSymbol: symbol.replace(/ w·x \+ b$/, "")};
}

/**
 * @param {Graph} graph
 * @param {Card} card
 * @param {Words} words
 * @param {Labels} labels
 */
function measureHeading(graph, card, words, labels) {
  const {short, symbol, shortestSymbol} = headingTexts(graph, card, words),
    {label, nth} = card.node;
  const others = Object.values(labels)
    .filter((table) => Object.hasOwn(table, label))
    .map((table) => shortened(singleLine(nth ? `${table[label]} #${nth}` : table[label]), MAX_TITLE_COLUMNS));
  return {
    titleColumns: largestOf([short, ...others].map(columnsOf)),
    symbolColumns: columnsOf(symbol),
    shortestSymbolColumns: columnsOf(shortestSymbol),
  };
}

/**
 * Shortens a text to so many columns; "…" marks the cut.
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

/** @typedef {{compact?: boolean, tall?: boolean}} CardStyle */

/**
 * Returns the width and height of a card, with room for any value and gradient.
 * @param {{kind: string, op: string, titleColumns: number, symbolColumns: number, shortestSymbolColumns: number}} card
 * @param {CardStyle} [style]
 * @returns {Point}
 */
function sizeOf(card, {compact = false, tall = false} = {}) {
  const {kind, op, titleColumns, symbolColumns, shortestSymbolColumns} = card;
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

/** @type {Choices} */
const DEFAULTS = {
  direction: "LR",
  maxRowWidth: Infinity,
  screenSize: SCREEN_SIZE_PX,
  labelSize: [66, 34], // reserved beside an edge for ×local and share
  budgetMs: 150,
  isCrowded: false,
  isCompact: false,
  isFolded: false,
};

/**
 * Places cards and edges. The same input has the same output, unless the budget ends first.
 * @param {readonly CardToPlace[]} cards in topological order
 * @param {readonly EdgeToPlace[]} edges
 * @param {LayoutOptions} [options]
 * @returns {Layout}
 */
export function layOut(cards, edges, options = {}) {
  const choices = {...DEFAULTS, ...options};
  if (choices.direction === "TB") {
    const turned = cards.map((card) => ({...card, width: card.height, height: card.width})),
      labelSize = flippedPoint(choices.labelSize);
    return turnedOver(layOut(turned, edges, {...choices, direction: "LR", maxRowWidth: Infinity, labelSize}));
  }
  const drawing = withLines(placeCards(cards, edges, choices), edges, choices);
  const isOneRow = choices.isCrowded || drawing.width <= choices.maxRowWidth,
    shown = isOneRow ? drawing : largestRows(drawing, cards, edges, choices);
  return {...shown, compact: choices.isCompact, tall: false};
}

/**
 * @param {Point} point
 * @returns {Point}
 */
function flippedPoint([x, y]) {
  return [y, x];
}

/**
 * Lets a layout from left to right run from top to bottom.
 * @param {Layout} layout
 * @returns {Layout}
 */
function turnedOver({boxes, lines, width, height, ...style}) {
  return {
    ...style,
    boxes: boxes.map((box) => ({x: box.y, y: box.x, width: box.height, height: box.width})),
    lines: lines.map(({curve, tips, label}) => ({
      curve: curve.map(flippedPoint),
      tips: [flippedPoint(tips[0]), flippedPoint(tips[1])],
      label: label && flippedPoint(label),
    })),
    width: height,
    height: width,
  };
}

// --- the places of the cards -----------------------------------------------------------------------------------------

const MANY_OPERANDS = 5; // the edges of more reach a card in curves so steep that they meet each other's numbers
const COMPUTED_WEIGHT = 6; // edges between computed cards are kept short and level, rather than those of leaves
const CARD_GAP_PX = 14.4, // between two cards of a column
  CROWDED_CARD_GAP_PX = 8.6,
  SMALL_CARD_GAP_PX = 5.8,
  PASSING_GAP_PX = 12, // between a card and an edge that passes it
  LANE_DISTANCE_PX = 9, // between two edges that run side by side
  NUMBERS_GAP_PX = 5;
const LABEL_GAP_PX = 22, // added to the width of an edge's numbers to give the space between two columns
  FAN_GAP_PX = 14, // the same in a column of numbers
  CROWDED_COLUMN_GAP_PX = 115,
  COMPACT_COLUMN_GAP_PX = 36,
  WIDER_COMPACT_COLUMN_GAP_PX = 54,
  MANY_EDGES = 80; // from this many on, small cards are placed farther apart

/**
 * Cards in columns, and the height of each edge in each column that it passes.
 * @typedef {{stops: Stop[], lanes: Map<number, number>[], width: number}} Placing
 */

/**
 * @param {readonly CardToPlace[]} cards
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 * @returns {Placing}
 */
function placeCards(cards, edges, choices) {
  const start = performance.now(),
    isLate = (/** @type {number} */ part) => performance.now() - start > part * choices.budgetMs;
  const detours = choices.isCrowded ? new Set() : detoursOf(cards, edges),
    placed = edges.filter((edge) => !detours.has(edge)),
    fans = fansOf(placed, choices);
  const weightOf = (/** @type {EdgeToPlace} */ {operand}) => (cards[operand].isLeaf ? 1 : COMPUTED_WEIGHT);
  const ranks = ranksOf(
    cards.length,
    placed.map((edge) => ({from: edge.operand, to: edge.result, weight: weightOf(edge)})),
  );
  const columnOf = columnsOfRanks(ranks, fans),
    stops = cards.map(({width, height}, card) => newStop(columnOf[ranks[card]], {card, width, height}));
  const pulls = edges.map((edge) => (detours.has(edge) ? 0 : weightOf(edge))),
    chains = chainsOf(edges, stops, pulls, fans, choices.labelSize);
  /** @type {Stop[][]} */
  const columns = Array.from({length: columnOf[columnOf.length - 1] + 1}, () => []);
  for (const stop of new Set([...stops, ...chains.flat()])) columns[stop.column].push(stop);
  orderColumns(columns, () => isLate(0.7));
  const lanes = lanesInTrunks(edges, stops, chains);
  setHeights(columns, gapsFor(choices), () => isLate(1));
  const width = setAcross(columns, columnGap(edges.length, choices));
  return {
    stops,
    width: Math.ceil(width + 2 * MARGIN_PX),
    lanes: chains.map((chain, i) => new Map(chain.map((stop) => [stop.column, heightOfLane(stop, lanes[i])]))),
  };
}

/**
 * Lists the edges that do not place the cards: from a leaf to a result that also depends on it through another operand.
 * They would draw a chain that shares a weight as one diagonal.
 * @param {readonly CardToPlace[]} cards
 * @param {readonly EdgeToPlace[]} edges
 */
function detoursOf(cards, edges) {
  const operands = cards.map(() => /** @type {number[]} */ ([]));
  for (const {operand, result} of edges) operands[result].push(operand);
  /** @type {bigint[]} */
  const behind = []; // what each card is made from, a bit for each card
  for (const [i, own] of operands.entries()) {
    behind.push(own.reduce((all, operand) => all | behind[operand], 1n << BigInt(i)));
  }
  const isBehind = (/** @type {number} */ one, /** @type {number} */ other) => (behind[other] >> BigInt(one)) & 1n;
  return new Set(
    edges.filter(
      ({operand, result}) =>
        cards[operand].isLeaf && operands[result].some((other) => other !== operand && isBehind(operand, other)),
    ),
  );
}

/**
 * Lists the edges whose numbers need a place when the cards are placed, since many edges are close to each other.
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 */
function fansOf(edges, {isCrowded, isFolded}) {
  const leaving = countBy(edges, "operand"),
    arriving = countBy(edges, "result");
  const isFan = (/** @type {EdgeToPlace} */ {operand, result}) =>
    arriving[result] > MANY_OPERANDS || (leaving[operand] > 1 && arriving[result] > (isFolded ? 1 : 2));
  return new Set(isCrowded ? [] : edges.filter(isFan));
}

/**
 * @param {readonly EdgeToPlace[]} edges
 * @param {"operand" | "result"} end
 */
function countBy(edges, end) {
  /** @type {number[]} */
  const counts = [];
  for (const edge of edges) counts[edge[end]] = (counts[edge[end]] ?? 0) + 1;
  return counts;
}

/**
 * Returns the columns of the ranks. Before that of a result whose edges need places for their numbers is one for these.
 * @param {number[]} ranks
 * @param {Set<EdgeToPlace>} fans
 */
function columnsOfRanks(ranks, fans) {
  const hasNumbersBefore = new Set([...fans].map(({result}) => ranks[result])),
    columns = [0];
  const last = largestOf(ranks);
  for (let rank = 1; rank <= last; rank++) columns.push(columns[rank - 1] + (hasNumbersBefore.has(rank) ? 2 : 1));
  return columns;
}

/**
 * @param {number} column
 * @param {{card?: number, width?: number, height?: number, isNumbers?: boolean}} facts
 * @returns {Stop}
 */
function newStop(column, {card = -1, width = 0, height = 0, isNumbers = false}) {
  const unknown = {place: 0, middle: 0, x: 0, y: 0, firstLane: -1, lastLane: -1};
  return {column, card, isNumbers, width, height, ...unknown, before: [], after: []};
}

/**
 * Joins each two cards by a stop in each column between them. All edges of an operand share theirs, as a trunk from
 * which one after the other branches off; where the numbers need a place, the last stop is that of the two cards alone.
 * @param {readonly EdgeToPlace[]} edges
 * @param {Stop[]} stops of the cards
 * @param {number[]} pulls how much each edge draws its cards towards each other
 * @param {Set<EdgeToPlace>} fans
 * @param {Point} labelSize
 */
function chainsOf(edges, stops, pulls, fans, [labelWidth, labelHeight]) {
  const numbers = {width: labelWidth + FAN_GAP_PX, height: labelHeight, isNumbers: true},
    trunks = stops.map(() => /** @type {Map<number, Stop>} */ (new Map())), // of each operand, by the column
    places = stops.map(() => /** @type {Map<number, Stop>} */ (new Map())); // for numbers: by the result
  const link = newLinker();
  return edges.map((edge, i) => {
    const start = stops[edge.operand],
      end = stops[edge.result],
      chain = [];
    for (let column = start.column + 1; column < end.column; column++) {
      const isNumbers = fans.has(edge) && column === end.column - 1,
        made = isNumbers ? places[edge.operand] : trunks[edge.operand],
        key = isNumbers ? edge.result : column;
      const stop = made.get(key) ?? newStop(column, isNumbers ? numbers : {});
      made.set(key, stop);
      chain.push(stop);
    }
    const path = [start, ...chain, end];
    for (let k = 1; k < path.length; k++) link(path[k - 1], path[k], pulls[i]);
    return chain;
  });
}

/** Returns a function that links two stops, or adds an edge to their link. */
function newLinker() {
  /** @type {Map<Stop, Map<Stop, import("./ordering.js").Link>>} */
  const links = new Map();
  return (/** @type {Stop} */ from, /** @type {Stop} */ to, /** @type {number} */ pull) => {
    const own = links.get(from) ?? new Map(),
      link = own.get(to) ?? {from, to, edges: 0, pull: 0, rise: 0};
    if (!link.edges) {
      links.set(from, own.set(to, link));
      from.after.push(link);
      to.before.push(link);
    }
    link.edges++;
    link.pull += pull;
  };
}

/**
 * Gives each edge of a trunk a lane, such that none crosses another: those that branch off upwards are above the
 * others, and the first of them at the top; those that branch off downwards are below. Then each stop is as high as its
 * lanes.
 * @param {readonly EdgeToPlace[]} edges
 * @param {Stop[]} stops of the cards
 * @param {Stop[][]} chains
 */
function lanesInTrunks(edges, stops, chains) {
  const trunks = chains.map((chain) => chain.filter(({isNumbers}) => !isNumbers)),
    ofOperand = stops.map(() => /** @type {number[]} */ ([])),
    lanes = edges.map(() => 0);
  for (const [i, {operand}] of edges.entries()) if (trunks[i].length) ofOperand[operand].push(i);
  for (const members of ofOperand) {
    const branches = members.map((i) => branchOf(i, trunks[i], chains[i][trunks[i].length] ?? stops[edges[i].result]));
    branches.sort((a, b) => a.way - b.way || a.way * (b.column - a.column) || a.place - b.place || a.i - b.i);
    for (const [lane, {i}] of branches.entries()) {
      lanes[i] = lane;
      for (const stop of trunks[i]) {
        if (stop.firstLane < 0) stop.firstLane = lane;
        stop.lastLane = lane;
      }
    }
  }
  for (const stop of new Set(trunks.flat())) {
    stop.height = LANE_DISTANCE_PX * (stop.lastLane - stop.firstLane);
    for (const link of stop.after) {
      if (isPassing(link.to)) link.rise = LANE_DISTANCE_PX * (middleLane(link.to) - middleLane(stop));
    }
  }
  return lanes;
}

/**
 * Where an edge leaves its trunk for a `target`, and whether upwards (-1) or downwards (1).
 * @param {number} i
 * @param {Stop[]} trunk
 * @param {Stop} target
 */
function branchOf(i, trunk, target) {
  const last = trunk[trunk.length - 1],
    onward = last.after.find(({to}) => isPassing(to))?.to;
  return {i, column: last.column, place: target.place, way: onward && target.place < onward.place ? -1 : 1};
}

/** @param {Stop} stop */
function isPassing({card, isNumbers}) {
  return card < 0 && !isNumbers;
}

/** @param {Stop} stop */
function middleLane({firstLane, lastLane}) {
  return (firstLane + lastLane) / 2;
}

/**
 * @param {Stop} stop
 * @param {number} lane
 */
function heightOfLane(stop, lane) {
  return stop.isNumbers ? stop.y : stop.y + LANE_DISTANCE_PX * (lane - middleLane(stop));
}

/**
 * Returns how far apart two stops of a column must be.
 * @param {Choices} choices
 * @returns {import("./heights.js").Gap}
 */
function gapsFor({isCrowded, isCompact}) {
  const large = isCrowded ? CROWDED_CARD_GAP_PX : CARD_GAP_PX,
    between = isCompact ? SMALL_CARD_GAP_PX : large;
  return (above, below) => {
    if (above.card >= 0 && below.card >= 0) return between;
    if (above.card >= 0 || below.card >= 0) return Math.min(between, PASSING_GAP_PX);
    return above.isNumbers || below.isNumbers ? NUMBERS_GAP_PX : LANE_DISTANCE_PX;
  };
}

/**
 * Returns how far apart two columns are.
 * @param {number} nEdges
 * @param {Choices} choices
 */
function columnGap(nEdges, {isCrowded, isCompact, labelSize}) {
  if (isCompact) return nEdges < MANY_EDGES ? COMPACT_COLUMN_GAP_PX : WIDER_COMPACT_COLUMN_GAP_PX;
  return isCrowded ? CROWDED_COLUMN_GAP_PX : labelSize[0] + LABEL_GAP_PX;
}

/**
 * Sets `x` of all stops, their middle, and returns the width of all columns.
 * @param {Stop[][]} columns
 * @param {number} gap
 */
function setAcross(columns, gap) {
  const hasNumbers = columns.map((stops) => stops.some(({isNumbers}) => isNumbers));
  let right = 0;
  for (const [column, stops] of columns.entries()) {
    if (column) right += hasNumbers[column] || hasNumbers[column - 1] ? gap / 2 : gap;
    const width = largestOf(stops.map((stop) => stop.width));
    for (const stop of stops) stop.x = right + width / 2;
    right += width;
  }
  return right;
}

// --- the edges -------------------------------------------------------------------------------------------------------

/**
 * Adds the edges to cards in columns.
 * @param {Placing} placing
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 * @returns {Drawing}
 */
function withLines({stops, width, lanes}, edges, choices) {
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

/** @param {number} pixels */
function toTenth(pixels) {
  return Math.round(10 * pixels) / 10;
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

/**
 * The heights between which edges and their numbers are.
 * @param {Line[]} lines
 * @param {Point} labelSize
 */
function reachOfLines(lines, labelSize) {
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
function reachOfBoxes(boxes) {
  return {top: smallestOf(boxes.map(({y}) => y)), bottom: largestOf(boxes.map(({y, height}) => y + height))};
}

/**
 * @param {Line} line
 * @param {Point} move
 * @returns {Line}
 */
function movedLine({curve, tips, label}, move) {
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
function movedPoint([x, y], [dx, dy]) {
  return pointAt(toTenth(x + dx), toTenth(y + dy));
}

// --- rows ------------------------------------------------------------------------------------------------------------

const TURN_PX = 30, // room beside the end of a row …
  LANE_PX = 64; // … and below it, for the edge to the next row
const BEND_PX = 14;

/**
 * Where a drawing can be cut, and the leaves to the left that belong to what is to the right.
 * @typedef {{x: number, leaves: number[]}} Cut
 */

/**
 * Cuts a drawing into as many rows as show it largest, if they fit the width; else rows would only part what belongs
 * together.
 * @param {Drawing} drawing
 * @param {readonly CardToPlace[]} cards
 * @param {readonly EdgeToPlace[]} edges
 * @param {Choices} choices
 */
function largestRows(drawing, cards, edges, {labelSize, screenSize, maxRowWidth}) {
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
  /** @type {{move: Point, lane: number}[]} */
  const rows = [];
  let bottom = MARGIN_PX - LANE_PX;
  for (let row = 0; row <= cuts.length; row++) {
    const cards = boxes.filter((_, card) => rowOf[card] === row),
      ofBoxes = reachOfBoxes(cards),
      ofLines = reachOfLines(lines.filter((_, n) => rowOfLine[n] === row), labelSize);
    const left = MARGIN_PX + (row ? TURN_PX : 0),
      top = Math.min(ofLines.top, ofBoxes.top),
      move = pointAt(left - smallestOf(cards.map(({x}) => x)), bottom + LANE_PX - top);
    bottom = Math.max(ofLines.bottom, ofBoxes.bottom) + move[1];
    rows.push({move, lane: bottom + LANE_PX - MARGIN_PX});
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
    height: Math.ceil(bottom + MARGIN_PX),
  };
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
