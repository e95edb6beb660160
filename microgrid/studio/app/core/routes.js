// The routes of responsibility: the ways on which a gradient comes back from the output to a node.

import {largestOf} from "./extremes.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./cycle.js").Numbers} Numbers */

/**
 * A route from the output to a node: its nodes, the local derivatives between them, and their product.
 * @typedef {{nodes: number[], locals: number[], product: number, worth: number}} Route
 */

/**
 * The largest routes, how many there are in all, how many bring nothing, what the unlisted ones bring together, and the
 * gradient, which is what all of them bring.
 * @typedef {{routes: Route[], count: number, blocked: number, remainder: number, gradient: number}} Routes
 */

/**
 * Finds the largest routes from the output to a node, best first: what a route can still be worth is known before it is
 * walked. A route on which a local derivative is 0 brings nothing: it is counted apart, and not listed.
 * @param {Graph} graph
 * @param {Numbers} numbers of a cycle in which no value is missing
 * @param {number} target
 * @param {number} limit
 * @returns {Routes}
 */
export function largestRoutes(graph, numbers, target, limit) {
  const {promise, count, every} = prospects(graph, numbers, target);
  const routes = promise.has(graph.output) ? walkBestFirst(graph, numbers, promise, target, limit) : [];
  const total = count.get(graph.output) ?? 0,
    gradient = numbers.gradients[target];
  const remainder = routes.length < total ? routes.reduce((rest, route) => rest - route.product, gradient) : 0;
  return {routes, count: total, blocked: (every.get(graph.output) ?? 0) - total, remainder, gradient};
}

/**
 * Returns for each node from which routes lead to the target the size of the largest, how many bring something, and how
 * many there are.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {number} target
 */
function prospects(graph, numbers, target) {
  const promise = new Map([[target, 1]]),
    count = new Map([[target, 1]]),
    every = new Map([[target, 1]]);
  for (const [i, {operands}] of graph.nodes.entries()) {
    const leading = operands.filter((operand) => every.has(operand)),
      locals = numbers.locals[i];
    if (leading.length) every.set(i, sumOver(every, leading));
    const bringing = operands.flatMap((operand, k) => (promise.has(operand) && locals[k] !== 0 ? [{operand, k}] : []));
    if (bringing.length === 0) continue;
    promise.set(i, largestOf(bringing.map(({operand, k}) => sizeOfProduct(locals[k]) * (promise.get(operand) ?? 0))));
    count.set(
      i,
      sumOver(
        count,
        bringing.map(({operand}) => operand),
      ),
    );
  }
  return {promise, count, every};
}

/**
 * @param {Map<number, number>} counts
 * @param {number[]} nodes
 */
function sumOver(counts, nodes) {
  return nodes.reduce((sum, node) => sum + (counts.get(node) ?? 0), 0);
}

/** @param {number} product */
function sizeOfProduct(product) {
  return Number.isNaN(product) ? Infinity : Math.abs(product);
}

/**
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Map<number, number>} promise
 * @param {number} target
 * @param {number} limit
 */
function walkBestFirst(graph, numbers, promise, target, limit) {
  /** @type {Route[]} */
  const routes = [];
  /** @type {Route[]} */
  const waiting = [{worth: promise.get(graph.output) ?? 0, product: 1, nodes: [graph.output], locals: []}];
  while (waiting.length > 0 && routes.length < limit) {
    let best = waiting.length - 1; // of equal promises the newest goes first
    for (let i = best; i >= 0; i--) if (waiting[i].worth > waiting[best].worth) best = i;
    const [route] = waiting.splice(best, 1),
      last = route.nodes[route.nodes.length - 1];
    if (last === target) {
      routes.push(route);
      continue;
    }
    for (const [position, operand] of [...graph.nodes[last].operands.entries()].reverse()) {
      const local = numbers.locals[last][position],
        ahead = promise.get(operand);
      if (ahead === undefined || local === 0) continue;
      const product = route.product * local;
      waiting.push({
        worth: sizeOfProduct(product) * ahead,
        product,
        nodes: [...route.nodes, operand],
        locals: [...route.locals, local],
      });
    }
  }
  return routes;
}
