// Folds a graph into cards and edges, the parts of every picture, as Python's graph/folding.py does by neuron: what a
// neuron computed is one card. Weights that only neurons use, and a 0 in the place of a bias, have none of their own.

import {addsOnlyProducts} from "./naming.js";

/**
 * What folding needs to know of a node.
 * @typedef {object} FoldedNode
 * @property {string} kind
 * @property {number} data
 * @property {string} op
 * @property {readonly number[]} operands
 * @property {string} layer "" for a node that is not the output of a neuron
 */

/**
 * A card: the node whose numbers it shows, all nodes inside it, and the parameters folded into it.
 * @typedef {{output: number, inside: number[], weights: number[], biases: number[]}} FoldedCard
 */

/**
 * An edge between two cards, by their positions, and the uses that it stands for: [node, position of the operand].
 * @typedef {{operand: number, result: number, uses: [number, number][]}} FoldedEdge
 */

/**
 * A card while it is made.
 * @typedef {{output: number, inside: number[], weights: Set<number>, biases: Set<number>}} Draft
 */

/**
 * Returns cards in topological order and the edges between them.
 * @param {readonly FoldedNode[]} nodes in topological order
 * @param {{unfolded?: boolean}} [options]
 * @returns {{cards: FoldedCard[], edges: FoldedEdge[]}}
 */
export function foldNeurons(nodes, {unfolded = false} = {}) {
  const cardOf = gatherCards(nodes, groupByNeuron(nodes, unfolded));
  const drafts = new Set(cardOf.values()),
    edges = joinCards(nodes, cardOf),
    order = cardsInOrder(drafts, edges);
  const place = new Map(order.map((card, i) => [card, i]));
  return {
    cards: order.map(({output, inside, weights, biases}) => ({
      output,
      inside,
      weights: [...weights],
      biases: [...biases],
    })),
    edges: edges.map(({operand, result, uses}) => ({
      operand: place.get(operand) ?? 0,
      result: place.get(result) ?? 0,
      uses,
    })),
  };
}

/**
 * Maps each node to its group, which becomes a card. Weights that only neurons use have no group.
 * @param {readonly FoldedNode[]} nodes
 * @param {boolean} unfolded
 */
function groupByNeuron(nodes, unfolded) {
  const usersOf = usersOfEach(nodes);
  /** @type {Map<number, number>} */
  const groupOf = new Map();
  for (const [output, {layer}] of nodes.entries()) {
    const inside = new Set(layer && !unfolded ? insideOfNeuron(nodes, output) : []);
    // A card shows one number: where another node uses a number from inside, the neuron is no card.
    const isWhole = [...inside].every((i) => i === output || usersOf[i].every((user) => inside.has(user)));
    if (isWhole) for (const i of inside) groupOf.set(i, output);
  }
  const usedOtherwise = new Set();
  for (const [i, node] of nodes.entries()) {
    const zero = addsOnlyProducts(node, nodes) ? node.operands.slice(-1) : [],
      own = groupOf.has(i) ? ownOfNeuron(nodes, node) : zero;
    for (const operand of node.operands) if (!own.includes(operand)) usedOtherwise.add(operand);
  }
  for (const [i, users] of usersOf.entries()) {
    if (!groupOf.has(i) && (!users.length || usedOtherwise.has(i))) groupOf.set(i, i);
  }
  return groupOf;
}

/**
 * Returns for each node those of which it is an operand.
 * @param {readonly FoldedNode[]} nodes
 */
function usersOfEach(nodes) {
  /** @type {number[][]} */
  const usersOf = nodes.map(() => []);
  for (const [i, {operands}] of nodes.entries()) for (const operand of operands) usersOf[operand].push(i);
  return usersOf;
}

/** @param {FoldedNode} node */
function isSum({op}) {
  return op === "weighted_sum" || op === "total";
}

/**
 * Lists the nodes of a neuron: its activation, its sum and, where they are nodes, its products.
 * @param {readonly FoldedNode[]} nodes
 * @param {number} output
 */
function insideOfNeuron(nodes, output) {
  const inside = [output];
  let sum = output;
  while (!isSum(nodes[sum])) inside.push((sum = nodes[sum].operands[0]));
  return nodes[sum].op === "total" ? [...inside, ...nodes[sum].operands.slice(0, -1)] : inside;
}

/**
 * Lists the own weights, bias and constants of a node, such as a slope, where it is part of a neuron.
 * @param {readonly FoldedNode[]} nodes
 * @param {FoldedNode} node
 */
function ownOfNeuron(nodes, {op, operands}) {
  let own = op === "*" ? operands.slice(0, 1) : operands.slice(-1);
  if (op === "weighted_sum") own = operands.filter((_, k) => k % 2 === 0); // the bias is the last
  return own.filter((i) => ["parameter", "constant"].includes(nodes[i].kind));
}

/**
 * Makes the cards, and returns the card of each node that has one.
 * @param {readonly FoldedNode[]} nodes
 * @param {Map<number, number>} groupOf
 */
function gatherCards(nodes, groupOf) {
  /** @type {Map<number, Draft>} */
  const byGroup = new Map(),
    /** @type {Map<number, Draft>} */
    cardOf = new Map();
  for (const i of nodes.keys()) {
    const group = groupOf.get(i);
    if (group === undefined) continue;
    const card = byGroup.get(group) ?? {output: group, inside: [], weights: new Set(), biases: new Set()};
    byGroup.set(group, card);
    cardOf.set(i, card);
    card.inside.push(i);
  }
  for (const [i, card] of cardOf) {
    const {operands} = nodes[i];
    for (const operand of operands) {
      if (cardOf.has(operand) || nodes[operand].kind !== "parameter") continue;
      const isBias = isSum(nodes[i]) && operand === operands[operands.length - 1];
      (isBias ? card.biases : card.weights).add(operand);
    }
  }
  return cardOf;
}

/**
 * Makes an edge for each operand; where a card is folded, edges between the same two cards are merged.
 * @param {readonly FoldedNode[]} nodes
 * @param {Map<number, Draft>} cardOf
 */
function joinCards(nodes, cardOf) {
  /** @type {Map<string, {operand: Draft, result: Draft, uses: [number, number][]}>} */
  const edges = new Map();
  for (const [node, result] of cardOf) {
    for (const [position, operand] of nodes[node].operands.entries()) {
      const start = cardOf.get(operand) ?? result;
      if (start === result) continue;
      const isFolded = start.inside.length > 1 || result.inside.length > 1,
        key = [start.output, result.output, isFolded ? "" : position].join();
      const edge = edges.get(key) ?? {operand: start, result, uses: []};
      edges.set(key, edge);
      edge.uses.push([node, position]);
    }
  }
  return [...edges.values()];
}

/**
 * Sorts cards topologically, otherwise by their outputs.
 * @param {Set<Draft>} drafts
 * @param {{operand: Draft, result: Draft}[]} edges
 */
function cardsInOrder(drafts, edges) {
  /** @type {Map<Draft, Draft[]>} */
  const resultsOf = new Map([...drafts].map((card) => [card, []]));
  const waiting = new Map([...drafts].map((card) => [card, 0])); // edges from operands that are not sorted yet
  for (const {operand, result} of edges) {
    resultsOf.get(operand)?.push(result);
    waiting.set(result, (waiting.get(result) ?? 0) + 1);
  }
  const free = [...drafts].filter((card) => waiting.get(card) === 0),
    order = [];
  free.sort((a, b) => b.output - a.output); // the first one last, where it is taken from
  for (let card = free.pop(); card; card = free.pop()) {
    order.push(card);
    for (const result of resultsOf.get(card) ?? []) {
      const left = (waiting.get(result) ?? 0) - 1;
      waiting.set(result, left);
      if (left) continue;
      const place = free.findIndex(({output}) => output < result.output);
      free.splice(place < 0 ? free.length : place, 0, result);
    }
  }
  return order;
}
