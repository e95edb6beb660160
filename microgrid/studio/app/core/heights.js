// The heights of the stops of each column, where their order is known: as near to their neighbours as the distances
// between them allow, and most of all such that long edges are level.

/** @typedef {import("./ordering.js").Stop} Stop */

const ROUNDS = 16,
  LAST_ROUNDS = 4; // which look at both sides at once

/**
 * Sets `y` of all stops.
 *
 * @param {Stop[][]} columns from top to bottom
 * @param {(above: Stop, below: Stop) => number} gapBetween how far apart two must be, from side to side
 * @param {() => boolean} isLate whether there is no more time for another round
 */
export function setHeights(columns, gapBetween, isLate) {
  for (const stops of columns) stackCentred(stops, gapBetween);
  for (let round = 0; round < ROUNDS && !(round > 1 && isLate()); round++) {
    const forwards = round % 2 === 0,
      inOrder = forwards ? columns : [...columns].reverse();
    const sides = round >= ROUNDS - LAST_ROUNDS ? ["before", "after"] : [forwards ? "before" : "after"];
    for (const stops of inOrder) settleColumn(stops, sides, gapBetween);
  }
}

function stackCentred(stops, gapBetween) {
  let bottom = 0;
  for (const [i, stop] of stops.entries()) {
    if (i) bottom += gapBetween(stops[i - 1], stop);
    stop.y = bottom + stop.height / 2;
    bottom += stop.height;
  }
  for (const stop of stops) stop.y -= bottom / 2;
}

// Moves each stop to the mean of its neighbours. Those that would come too near to each other form a block, which goes to
// the mean of what its members want (the method "pool adjacent violators").
function settleColumn(stops, sides, gapBetween) {
  const blocks = [];
  let offset = 0; // from the first stop, where all stand as close as they may
  for (const [i, stop] of stops.entries()) {
    if (i) offset += (stops[i - 1].height + stop.height) / 2 + gapBetween(stops[i - 1], stop);
    const {sum, weight} = wishOf(stop, sides);
    let block = {sum: sum - weight * offset, weight, members: [{stop, offset}]};
    while (blocks.length && topOfBlock(blocks.at(-1)) > topOfBlock(block)) block = joinedBlocks(blocks.pop(), block);
    blocks.push(block);
  }
  for (const block of blocks) for (const member of block.members) member.stop.y = topOfBlock(block) + member.offset;
}

const topOfBlock = ({sum, weight}) => sum / weight;

function joinedBlocks(above, below) {
  return {sum: above.sum + below.sum, weight: above.weight + below.weight, members: [...above.members, ...below.members]};
}

// Where a stop wants to be: the weighted sum of the heights of its neighbours, and the sum of the weights.
function wishOf(stop, sides) {
  let sum = 0,
    weight = 0;
  for (const side of sides) {
    for (const other of stop[side]) {
      const pull = pullBetween(stop, other);
      sum += pull * other.y;
      weight += pull;
    }
  }
  return weight ? {sum, weight} : {sum: 0.01 * stop.y, weight: 0.01};
}

// What passes is kept level before what begins or ends.
function pullBetween(one, other) {
  const isCard = (one.card >= 0) + (other.card >= 0);
  return [8, 2, 1][isCard];
}
