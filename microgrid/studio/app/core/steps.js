// The steps of one cycle, and what is known after so many of them.

import {sharesKept} from "./cycle.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./graph.js").Card} Card */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {"know" | "think" | "change"} Phase */

/**
 * What a step may have; its kind says which of these it has.
 * @typedef {object} AnyStep
 * @property {Phase} phase
 * @property {Card} card
 * @property {number} [node]
 * @property {number} [group] which product of a weighted sum
 * @property {number} [position] which operand of the node receives a share
 * @property {Edge} [edge]
 * @property {number[]} [parameters]
 */

/**
 * One step: a value, a product of a sum, or a neuron is computed; the output receives its 1; a share is handed to an
 * operand, along an edge, or to what a card keeps inside; one parameter changes, or all of a neuron.
 * @typedef {AnyStep & (
 *   {kind: "value", node: number} |
 *   {kind: "product", node: number, group: number} |
 *   {kind: "neuron"} |
 *   {kind: "seed", node: number} |
 *   {kind: "share", node: number, position: number} |
 *   {kind: "edge", edge: Edge} |
 *   {kind: "keep"} |
 *   {kind: "change", node: number} |
 *   {kind: "changes", parameters: number[]}
 * )} Step
 */

/**
 * What is known after some steps.
 * @typedef {object} Known
 * @property {Map<number, number>} values
 * @property {Map<number, number>} changed what comes after the update; `values` stay what all else was computed from
 * @property {Map<number, number>} gradients as far as they have arrived
 * @property {Set<string>} products "node.group" of each product that is known
 * @property {Set<string>} handed "node.position" of each share that was handed on
 * @property {Map<number, number>} shares by edge
 * @property {Map<number, number>} arrived how many of an edge's shares have
 * @property {number} before the gradient that the latest share was added to
 * @property {number} after the gradient with that share
 * @property {Step | null} current the latest step
 */

/** @type {readonly Phase[]} */
export const PHASES = ["know", "think", "change"];

// --- the list of steps -----------------------------------------------------------------------------------------------

/**
 * Lists the steps; a neuron is one step in Know and one in Change, unless it is opened.
 * @param {Graph} graph
 * @param {ReadonlySet<number>} opened the positions of cards
 * @returns {Step[]}
 */
export function stepsOf(graph, opened) {
  return [...knowSteps(graph, opened), ...thinkSteps(graph, opened), ...changeSteps(graph, opened)];
}

/**
 * @param {Graph} graph
 * @param {ReadonlySet<number>} opened
 * @returns {Generator<Step>}
 */
function* knowSteps(graph, opened) {
  for (const card of graph.cards) {
    if (!card.node.op) continue;
    if (opened.has(card.i)) yield* card.inside.flatMap((node) => knowInside(graph, card, node));
    else if (card.isNeuron) yield {phase: "know", kind: "neuron", card};
    else yield {phase: "know", kind: "value", card, node: card.output};
  }
}

/**
 * @param {Graph} graph
 * @param {Card} card
 * @param {number} node
 */
function knowInside(graph, card, node) {
  const {op, operands} = graph.nodes[node];
  /** @type {Step[]} */
  const steps = [];
  const groups = op === "weighted_sum" ? (operands.length - 1) / 2 : 0;
  for (let group = 0; group < groups; group++) steps.push({phase: "know", kind: "product", card, node, group});
  steps.push({phase: "know", kind: "value", card, node});
  return steps;
}

/**
 * @param {Graph} graph
 * @param {ReadonlySet<number>} opened
 * @returns {Generator<Step>}
 */
function* thinkSteps(graph, opened) {
  yield {phase: "think", kind: "seed", card: graph.cards[graph.cards.length - 1], node: graph.output};
  for (const card of [...graph.cards].reverse()) {
    if (opened.has(card.i)) {
      yield* sharesInside(graph, card);
      continue;
    }
    for (const edge of card.edges) {
      const [[node, position]] = edge.uses;
      if (edge.operand.node.kind === "constant") continue;
      if (card.inside.length === 1 && edge.uses.length === 1)
        yield {phase: "think", kind: "share", card, edge, node, position};
      else yield {phase: "think", kind: "edge", card, edge};
    }
    if (card.parameters.length) yield {phase: "think", kind: "keep", card};
  }
}

/**
 * Every single share of an opened neuron: to its weights and bias, from its activation to its sum, and to its inputs.
 * @param {Graph} graph
 * @param {Card} card
 * @returns {Generator<Step>}
 */
function* sharesInside(graph, card) {
  const edgeOf = new Map(card.edges.flatMap((edge) => edge.uses.map((use) => [use.join(), edge])));
  for (const node of [...card.inside].reverse()) {
    for (const [position, operand] of graph.nodes[node].operands.entries()) {
      if (graph.nodes[operand].kind === "constant") continue;
      yield {phase: "think", kind: "share", card, edge: edgeOf.get([node, position].join()), node, position};
    }
  }
}

/**
 * @param {Graph} graph
 * @param {ReadonlySet<number>} opened
 * @returns {Generator<Step>}
 */
function* changeSteps(graph, opened) {
  const listed = new Set(),
    changing = new Set(graph.parameters);
  for (const card of graph.cards) {
    const own = (card.node.op ? card.parameters : [card.output]).filter((i) => changing.has(i) && !listed.has(i));
    for (const i of own) listed.add(i);
    if (own.length === 0) continue;
    if (card.isNeuron && !opened.has(card.i)) yield {phase: "change", kind: "changes", card, parameters: own};
    else for (const node of own) yield {phase: "change", kind: "change", card, node};
  }
}

/**
 * Returns the position after the last step of each phase; a phase without steps ends where the one before does.
 * @param {readonly {phase: Phase}[]} steps
 * @returns {Record<Phase, number>}
 */
export function phaseEnds(steps) {
  const ends = {know: 0, think: 0, change: 0};
  let end = 0;
  for (const phase of PHASES) {
    end += steps.filter((step) => step.phase === phase).length;
    ends[phase] = end;
  }
  return ends;
}

/**
 * Finds the position of a step in another list of steps: of itself or, failing that, of the last of its card's.
 * @param {Step} step
 * @param {readonly Step[]} steps
 * @returns {number}
 */
export function samePlace(step, steps) {
  /** @type {(other: Step) => boolean} */
  const isAlike = (other) => other.phase === step.phase && other.card === step.card;
  const exact = steps.findIndex((other) => isAlike(other) && isSameStep(step, other));
  const nearest = exact >= 0 ? exact : steps.findLastIndex(isAlike);
  if (nearest >= 0) return nearest + 1;
  return steps.filter((other) => PHASES.indexOf(other.phase) <= PHASES.indexOf(step.phase)).length;
}

/**
 * @param {Step} a
 * @param {Step} b
 */
function isSameStep(a, b) {
  return (
    a.kind === b.kind && a.edge === b.edge && a.node === b.node && a.position === b.position && a.group === b.group
  );
}

/**
 * Returns the card whose gradient a step raises, if it is drawn.
 * @param {Step} step
 * @returns {Card | null}
 */
export function targetOf(step) {
  return step.kind === "seed" ? step.card : (step.edge?.operand ?? null);
}

// --- what is known after a number of steps ---------------------------------------------------------------------------

/**
 * Walks the steps up to a position, and returns what is known after them.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {readonly Step[]} steps
 * @param {number} position
 * @param {ReadonlyMap<number, number>} leaves
 * @returns {Known}
 */
export function knownAt(graph, numbers, steps, position, leaves) {
  const known = knownAtFirst(leaves);
  known.current = steps[position - 1] ?? null;
  for (const step of steps.slice(0, position)) {
    if (numbers.missing >= 0 && step.phase !== "know") break;
    learn(known, graph, numbers, step);
  }
  return known;
}

/**
 * @param {ReadonlyMap<number, number>} leaves
 * @returns {Known}
 */
function knownAtFirst(leaves) {
  return {
    values: new Map(leaves),
    changed: new Map(),
    gradients: new Map(),
    products: new Set(),
    handed: new Set(),
    shares: new Map(),
    arrived: new Map(),
    before: 0,
    after: 0,
    current: null,
  };
}

/**
 * Adds to what is known what one step tells.
 * @param {Known} known
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Step} step
 */
function learn(known, graph, numbers, step) {
  switch (step.kind) {
    case "value":
      return learnValue(known, numbers, step.node);
    case "product":
      known.products.add(`${step.node}.${step.group}`);
      return;
    case "neuron":
      return step.card.inside.forEach((i) => learnValue(known, numbers, i));
    case "seed":
      return receive(known, step.node, 1);
    case "share":
      return learnShare(known, graph, numbers, step);
    case "edge":
      receive(known, step.edge.operand.output, numbers.carried[step.edge.i].share);
      known.shares.set(step.edge.i, numbers.carried[step.edge.i].share);
      known.arrived.set(step.edge.i, step.edge.uses.length);
      return;
    case "keep":
      return sharesKept(graph, step.card, numbers).forEach((share, parameter) => receive(known, parameter, share));
    case "change":
      return learnChange(known, numbers, step.node);
    default:
      return step.parameters.forEach((i) => learnChange(known, numbers, i));
  }
}

/**
 * @param {Known} known
 * @param {Numbers} numbers
 * @param {number} i
 */
function learnValue(known, numbers, i) {
  if (numbers.missing < 0 || i < numbers.missing) known.values.set(i, numbers.values[i]);
}

/**
 * @param {Known} known
 * @param {Numbers} numbers
 * @param {number} i
 */
function learnChange(known, numbers, i) {
  known.changed.set(i, numbers.changed.get(i) ?? NaN);
}

/**
 * @param {Known} known
 * @param {number} i
 * @param {number} share
 */
function receive(known, i, share) {
  known.before = known.gradients.get(i) ?? 0;
  known.after = known.before + share;
  known.gradients.set(i, known.after);
}

/**
 * @param {Known} known
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {{node: number, position: number, edge?: Edge}} step
 */
function learnShare(known, graph, numbers, {node, position, edge}) {
  const share = numbers.gradients[node] * numbers.locals[node][position];
  receive(known, graph.nodes[node].operands[position], share);
  known.handed.add(`${node}.${position}`);
  if (!edge) return;
  known.shares.set(edge.i, (known.shares.get(edge.i) ?? 0) + share);
  known.arrived.set(edge.i, (known.arrived.get(edge.i) ?? 0) + 1);
}

/**
 * Tells whether all shares of a card have arrived.
 * @param {Graph} graph
 * @param {Card} card
 * @param {Known} known
 * @returns {boolean}
 */
export function hasArrived(graph, card, known) {
  if (card.output === graph.output) return known.gradients.has(graph.output);
  return graph.edges.every(({i, operand, uses}) => operand !== card || known.arrived.get(i) === uses.length);
}

/**
 * Returns the position at which the last share of a card has arrived.
 * @param {readonly Step[]} steps
 * @param {Card} card
 * @returns {number}
 */
export function arrivalOf(steps, card) {
  return steps.findLastIndex((step) => step.phase === "think" && targetOf(step) === card) + 1;
}

/**
 * Returns how many steps can be walked: all of them, or those before a value that is missing.
 * @param {Numbers} numbers
 * @param {readonly Step[]} steps
 * @returns {number}
 */
export function reachOf({missing}, steps) {
  if (missing < 0) return steps.length;
  return steps.findIndex(({phase, card}) => phase !== "know" || card.output >= missing);
}
