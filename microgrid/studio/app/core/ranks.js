// Ranks: the column of each card, such that every edge runs to the right and all edges together are as short as they can
// be. It is the network simplex method of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs"
// (1993), which Graphviz uses too.

/**
 * @typedef {object} RankedEdge
 * @property {number} from
 * @property {number} to
 * @property {number} weight how much its length counts
 * @property {number} [length] the fewest ranks that it spans; 1 if not given
 */

/**
 * Returns the rank of each node, the first being 0.
 *
 * @param {number} count how many nodes there are, in topological order
 * @param {readonly RankedEdge[]} edges
 * @returns {number[]}
 */
export function ranksOf(count, edges) {
  const all = edges.map(({from, to, weight, length = 1}) => ({from, to, weight, length}));
  const ranks = longestPaths(count, all);
  const tree = tightTree(count, all, ranks);
  const pulls = pullsOf(count, all);
  // Each exchange makes the edges shorter, or keeps their length; the bound is for those that keep it for ever.
  for (let exchanges = 0; exchanges < 10 * count; exchanges++) {
    const walk = walkOf(count, tree);
    const leaving = tooLong(walk, pulls);
    if (!leaving) break;
    const entering = shortestBetween(all, ranks, leaving);
    if (!entering) break;
    const gap = slackOf(entering, ranks);
    for (const [node, isBehind] of leaving.isBehind.entries()) if (isBehind) ranks[node] += leaving.step * gap;
    tree.splice(tree.indexOf(leaving.edge), 1, entering);
  }
  const first = Math.min(...ranks);
  return ranks.map((rank) => rank - first);
}

const slackOf = ({from, to, length}, ranks) => ranks[to] - ranks[from] - length;

// Each node stands as far to the left as it can.
function longestPaths(count, edges) {
  const ranks = new Array(count).fill(0);
  const byEnd = [...edges].sort((a, b) => a.from - b.from); // operands come before their results
  for (const {from, to, length} of byEnd) ranks[to] = Math.max(ranks[to], ranks[from] + length);
  return ranks;
}

// Joins all nodes by edges that have their least length, moving them where that is needed.
function tightTree(count, edges, ranks) {
  const tree = [],
    joined = new Array(count).fill(false);
  let n = 1;
  joined[0] = true;
  while (n < count) {
    const nearest = nearestTo(joined, edges, ranks) ?? looseEdge(joined, edges, ranks);
    const {from, to} = nearest,
      gap = slackOf(nearest, ranks);
    if (gap) for (let i = 0; i < count; i++) if (joined[i]) ranks[i] += joined[from] ? gap : -gap;
    joined[from] = joined[to] = true;
    tree.push(nearest);
    n++;
  }
  return tree;
}

function nearestTo(joined, edges, ranks) {
  let best = null,
    least = Infinity;
  for (const edge of edges) {
    if (joined[edge.from] === joined[edge.to]) continue;
    const slack = slackOf(edge, ranks);
    if (slack < least) [best, least] = [edge, slack];
    if (least === 0) break;
  }
  return best;
}

// Parts of a graph that no edge joins are held together by an edge that counts nothing.
function looseEdge(joined, edges, ranks) {
  const [from, to] = [joined.indexOf(true), joined.indexOf(false)];
  const edge = {from, to, weight: 0, length: ranks[to] - ranks[from]};
  edges.push(edge);
  return edge;
}

// How strongly the edges of each node pull it to the right.
function pullsOf(count, edges) {
  const pulls = new Array(count).fill(0);
  for (const {from, to, weight} of edges) {
    pulls[from] += weight;
    pulls[to] -= weight;
  }
  return pulls;
}

// Walks the tree from node 0: the nodes in the order they are met, and the edge that leads to each.
function walkOf(count, tree) {
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

// Finds an edge of the tree that holds the part behind it back from where its other edges pull it.
function tooLong({order, leadsTo}, pulls) {
  const sums = [...pulls]; // of each node and all behind it: the edges among themselves cancel out
  for (const node of [...order].reverse()) {
    const edge = leadsTo[node];
    if (!edge) break;
    const leadsAway = edge.to === node; // then the part behind can move to the right only
    if (leadsAway ? sums[node] > 0 : sums[node] < 0) {
      return {edge, step: leadsAway ? 1 : -1, isBehind: nodesBehind(node, order, leadsTo)};
    }
    sums[leadsAway ? edge.from : edge.to] += sums[node];
  }
  return null;
}

function nodesBehind(start, order, leadsTo) {
  const isBehind = new Array(order.length).fill(false);
  isBehind[start] = true;
  for (const node of order) {
    const edge = leadsTo[node];
    if (edge && isBehind[edge.from === node ? edge.to : edge.from]) isBehind[node] = true;
  }
  return isBehind;
}

// Finds the edge that first stops that part on its way.
function shortestBetween(edges, ranks, {step, isBehind}) {
  let best = null,
    least = Infinity;
  for (const edge of edges) {
    const [start, end] = step > 0 ? [edge.from, edge.to] : [edge.to, edge.from];
    if (!isBehind[start] || isBehind[end]) continue;
    const slack = slackOf(edge, ranks);
    if (slack < least) [best, least] = [edge, slack];
  }
  return best;
}
