// The places of the cards, in columns, and of the long edges that pass between them: ranks, then the order within each
// column, then heights.

import {largestOf} from "./extremes.js";
import {MARGIN_PX} from "./drawing.js";
import {setHeights} from "./heights.js";
import {orderColumns} from "./ordering.js";
import {ranksOf} from "./ranks.js";

/**
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./ordering.js").Stop} Stop
 * @typedef {import("./layout.js").CardToPlace} CardToPlace
 * @typedef {import("./layout.js").EdgeToPlace} EdgeToPlace
 * @typedef {import("./layout.js").Choices} Choices
 */

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
export function placeCards(cards, edges, choices) {
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
export function countBy(edges, end) {
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
