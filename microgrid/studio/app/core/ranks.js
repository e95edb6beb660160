// Ranks: the column of each card, such that every edge runs to the right and all edges together are as short as they
// can be. It is the network simplex method of Gansner, Koutsofios, North and Vo, "A technique for drawing directed
// graphs" (1993), which Graphviz uses too.

import {smallestOf} from "./extremes.js";

/**
 * An edge between two nodes, by their positions; its length counts `weight` times.
 * @typedef {{from: number, to: number, weight: number}} RankedEdge
 */

/**
 * The same with the fewest ranks that it may span.
 * @typedef {RankedEdge & {length: number}} Span
 */

/**
 * A tree of edges as it is walked: the nodes in the order they are met, and the edge that leads to each.
 * @typedef {{order: number[], leadsTo: (Span | null)[]}} Walk
 */

/**
 * An edge of the tree that holds a part of the graph back, and that part: it can move to the right where `step` is 1,
 * to the left where it is -1.
 * @typedef {{edge: Span, step: 1 | -1, isMoved: boolean[]}} Slack
 */

/**
 * Returns the rank of each node, the first being 0.
 * @param {number} count how many nodes there are, in topological order
 * @param {readonly RankedEdge[]} edges
 * @returns {number[]}
 */
export function ranksOf(count, edges) {
  const spans = edges.map((edge) => ({...edge, length: 1})),
    ranks = longestPaths(count, spans),
    tree = tightTree(count, spans, ranks),
    pulls = pullsOf(count, spans);
  // Each exchange makes the edges shorter, or keeps their length; the bound is for those that would keep it for ever.
  for (let exchanges = 0; exchanges < 10 * count; exchanges++) {
    const slack = findSlack(walkOf(count, tree), pulls);
    const entering = slack && firstToStop(spans, ranks, slack);
    if (!entering) break;
    const gap = roomOf(entering, ranks);
    for (let node = 0; node < count; node++) if (slack.isMoved[node]) ranks[node] += slack.step * gap;
    tree[tree.indexOf(slack.edge)] = entering;
  }
  const first = smallestOf(ranks);
  return ranks.map((rank) => rank - first);
}

/**
 * How much longer an edge is than it must be.
 * @param {Span} edge
 * @param {number[]} ranks
 */
function roomOf({from, to, length}, ranks) {
  return ranks[to] - ranks[from] - length;
}

/**
 * Each node stands as far to the left as it can.
 * @param {number} count
 * @param {Span[]} edges
 * @returns {number[]}
 */
function longestPaths(count, edges) {
  const ranks = new Array(count).fill(0);
  const inOrder = [...edges].sort((a, b) => a.from - b.from); // operands come before their results
  for (const {from, to, length} of inOrder) ranks[to] = Math.max(ranks[to], ranks[from] + length);
  return ranks;
}

/**
 * Joins all nodes by edges that have their least length, moving nodes where that is needed.
 * @param {number} count
 * @param {Span[]} edges
 * @param {number[]} ranks changed in place
 */
function tightTree(count, edges, ranks) {
  /** @type {Span[]} */
  const tree = [],
    isJoined = new Array(count).fill(false);
  isJoined[0] = true;
  while (tree.length < count - 1) {
    const nearest = nearestTo(isJoined, edges, ranks) ?? looseEdge(isJoined, edges, ranks),
      gap = roomOf(nearest, ranks);
    if (gap) for (let i = 0; i < count; i++) if (isJoined[i]) ranks[i] += isJoined[nearest.from] ? gap : -gap;
    isJoined[nearest.from] = isJoined[nearest.to] = true;
    tree.push(nearest);
  }
  return tree;
}

/**
 * @param {boolean[]} isJoined
 * @param {Span[]} edges
 * @param {number[]} ranks
 */
function nearestTo(isJoined, edges, ranks) {
  let best = null,
    least = Infinity;
  for (const edge of edges) {
    if (isJoined[edge.from] === isJoined[edge.to]) continue;
    const room = roomOf(edge, ranks);
    if (room < least) [best, least] = [edge, room];
    if (least === 0) break;
  }
  return best;
}

/**
 * Parts of a graph that no edge joins are held together by an edge that counts nothing.
 * @param {boolean[]} isJoined
 * @param {Span[]} edges changed in place
 * @param {number[]} ranks
 */
function looseEdge(isJoined, edges, ranks) {
  const from = isJoined.indexOf(true),
    to = isJoined.indexOf(false),
    edge = {from, to, weight: 0, length: ranks[to] - ranks[from]};
  edges.push(edge);
  return edge;
}

/**
 * How strongly the edges of each node pull it to the right.
 * @param {number} count
 * @param {Span[]} edges
 * @returns {number[]}
 */
function pullsOf(count, edges) {
  const pulls = new Array(count).fill(0);
  for (const {from, to, weight} of edges) {
    pulls[from] += weight;
    pulls[to] -= weight;
  }
  return pulls;
}

/**
 * @param {number} count
 * @param {Span[]} tree
 * @returns {Walk}
 */
function walkOf(count, tree) {
  /** @type {Span[][]} */
  const near = Array.from({length: count}, () => []);
  for (const edge of tree) {
    near[edge.from].push(edge);
    near[edge.to].push(edge);
  }
  const order = [0],
    leadsTo = new Array(count).fill(null);
  for (const node of order) {
    for (const edge of near[node]) {
      if (edge === leadsTo[node]) continue;
      const other = edge.from === node ? edge.to : edge.from;
      leadsTo[other] = edge;
      order.push(other);
    }
  }
  return {order, leadsTo};
}

/**
 * Finds an edge of the tree that holds the part behind it back from where its other edges pull it.
 * @param {Walk} walk
 * @param {number[]} pulls
 * @returns {Slack | null}
 */
function findSlack({order, leadsTo}, pulls) {
  const sums = [...pulls]; // of each node and all behind it: the edges among themselves cancel out
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i],
      edge = /** @type {Span} */ (leadsTo[node]);
    const leadsRight = edge.to === node; // then the part behind it can move to the right only
    if (leadsRight ? sums[node] > 0 : sums[node] < 0) {
      return {edge, step: leadsRight ? 1 : -1, isMoved: allBehind(node, {order, leadsTo})};
    }
    sums[leadsRight ? edge.from : edge.to] += sums[node];
  }
  return null;
}

/**
 * @param {number} start
 * @param {Walk} walk
 */
function allBehind(start, {order, leadsTo}) {
  /** @type {boolean[]} */
  const isBehind = new Array(order.length).fill(false);
  isBehind[start] = true;
  for (const node of order) {
    const edge = leadsTo[node];
    if (edge && isBehind[edge.from === node ? edge.to : edge.from]) isBehind[node] = true;
  }
  return isBehind;
}

/**
 * Finds the edge that first stops that part on its way.
 * @param {Span[]} edges
 * @param {number[]} ranks
 * @param {Slack} slack
 */
function firstToStop(edges, ranks, {step, isMoved}) {
  let best = null,
    least = Infinity;
  for (const edge of edges) {
    const isAhead = step > 0 ? isMoved[edge.from] && !isMoved[edge.to] : isMoved[edge.to] && !isMoved[edge.from];
    const room = roomOf(edge, ranks);
    if (isAhead && room < least) [best, least] = [edge, room];
  }
  return best;
}
