// The heights of the stops of each column, where their order is known: as near to their neighbours as the distances
// between them allow, and most of all such that long edges are level.

/**
 * @typedef {import("./ordering.js").Stop} Stop
 * @typedef {import("./ordering.js").Link} Link
 * @typedef {import("./ordering.js").Side} Side
 * @typedef {(above: Stop, below: Stop) => number} Gap how far apart two must be, from edge to edge
 */

const MAX_ROUNDS = 14,
  MIN_ROUNDS = 8,
  MAX_VISITS_OF_ROUNDS = 80_000, // of stops: in a large graph, there are fewer rounds
  LAST_ROUNDS = 4, // which look at both sides at once
  PASSING_ROUNDS = 4; // which move only what passes
const PASSING_FACTOR = 8, // what passes is kept level before what begins or ends
  DETOUR_PULL = 0.02, // what makes a detour is led round the cards, and does not move them …
  BRANCH_PULL = 0.001, // … nor is it moved by those that it leads to
  FIXED_PULL = 1e6,
  STAYING_PULL = 0.0001; // of what has no neighbour

/**
 * Sets `y` of all stops: first for the cards, then for what passes between them.
 * @param {Stop[][]} columns from top to bottom
 * @param {Gap} gapBetween
 * @param {() => boolean} isLate whether there is no more time for another round
 */
export function setHeights(columns, gapBetween, isLate) {
  const nStops = columns.reduce((sum, stops) => sum + stops.length, 0),
    rounds = Math.min(Math.max(Math.floor(MAX_VISITS_OF_ROUNDS / nStops), MIN_ROUNDS), MAX_ROUNDS);
  for (const stops of columns) stackCentred(stops, gapBetween);
  for (let round = 0; round < rounds + PASSING_ROUNDS && !(round > 1 && isLate()); round++) {
    const forwards = round % 2 === 0,
      inOrder = forwards ? columns : [...columns].reverse();
    /** @type {Side[]} */
    const sides = round >= rounds - LAST_ROUNDS ? ["before", "after"] : [forwards ? "before" : "after"];
    const wishOf = round < rounds ? wishOfStop : wishOfPassing;
    for (const stops of inOrder) settleColumn(stops, (stop) => wishOf(stop, sides), gapBetween);
  }
}

/**
 * @param {Stop[]} stops
 * @param {Gap} gapBetween
 */
function stackCentred(stops, gapBetween) {
  let bottom = 0;
  for (const [i, stop] of stops.entries()) {
    if (i) bottom += gapBetween(stops[i - 1], stop);
    stop.y = bottom + stop.height / 2;
    bottom += stop.height;
  }
  for (const stop of stops) stop.y -= bottom / 2;
}

/**
 * Stops that stand as close as they may, and are moved as one; `sum` / `weight` is where its first stop wants to be.
 * @typedef {{sum: number, weight: number, first: number}} Block
 */

/**
 * Moves each stop to where it wants to be. Those that would come too near to each other form a block, which goes to
 * the mean of what its members want (the method "pool adjacent violators").
 * @param {Stop[]} stops
 * @param {(stop: Stop) => {sum: number, weight: number}} wishOf
 * @param {Gap} gapBetween
 */
function settleColumn(stops, wishOf, gapBetween) {
  /** @type {Block[]} */
  const blocks = [],
    /** @type {number[]} */
    offsets = []; // from the first stop of the column, where all stand as close as they may
  for (const [i, stop] of stops.entries()) {
    const above = stops[i - 1];
    offsets.push(i ? offsets[i - 1] + (above.height + stop.height) / 2 + gapBetween(above, stop) : 0);
    const {sum, weight} = wishOf(stop),
      block = {sum: sum - weight * offsets[i], weight, first: i};
    while (blocks.length && startOf(blocks[blocks.length - 1]) > startOf(block)) {
      const last = /** @type {Block} */ (blocks.pop());
      block.sum += last.sum;
      block.weight += last.weight;
      block.first = last.first;
    }
    blocks.push(block);
  }
  for (const [k, block] of blocks.entries()) {
    const end = blocks[k + 1]?.first ?? stops.length;
    for (let i = block.first; i < end; i++) stops[i].y = startOf(block) + offsets[i];
  }
}

/** @param {Block} block */
function startOf({sum, weight}) {
  return sum / weight;
}

/**
 * Where a stop wants to be: the weighted sum of the heights of its neighbours, and the sum of the weights.
 * @param {Stop} stop
 * @param {Side[]} sides where to look for neighbours
 */
function wishOfStop(stop, sides) {
  let sum = 0,
    weight = 0;
  for (const side of sides) {
    for (const link of stop[side]) {
      const pull = pullOf(link, stop),
        level = side === "before" ? link.from.y + link.rise : link.to.y - link.rise;
      sum += pull * level;
      weight += pull;
    }
  }
  return weight ? {sum, weight} : {sum: STAYING_PULL * stop.y, weight: STAYING_PULL};
}

/**
 * The same where the cards stay.
 * @param {Stop} stop
 * @param {Side[]} sides
 */
function wishOfPassing(stop, sides) {
  return stop.card < 0 ? wishOfStop(stop, sides) : {sum: FIXED_PULL * stop.y, weight: FIXED_PULL};
}

/**
 * @param {Link} link
 * @param {Stop} stop
 */
function pullOf({from, to, pull}, stop) {
  if (stop.card >= 0) return pull;
  return from.card < 0 && to.card < 0 ? PASSING_FACTOR * Math.max(pull, DETOUR_PULL) : Math.max(pull, BRANCH_PULL);
}
