// What a card is, in words: for screen readers, and for the graph as a table.

import {statusOf} from "../core/cycle.js";
import {memoised} from "../derive/memoised.js";

/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../derive.js").Derived} Derived */

/** What each card is, by its position: "sum, intermediate value". It does not depend on the numbers. */
export const kindsInWords = memoised((/** @type {Graph} */ graph, /** @type {Words} */ words) => {
  return graph.cards.map((card) => kindInWords(graph, card, words));
});

/**
 * @param {Graph} graph
 * @param {Card} card
 * @param {Words} words
 */
function kindInWords(graph, card, words) {
  const {node, output, isNeuron} = card;
  if (node.kind === "constant") {
    const users = graph.edges.filter(({operand}) => operand === card).map(({result}) => result.node.name);
    return words.say("reach.kind.constant.in", {names: words.listed([...new Set(users)])}); // several may have one value
  }
  if (!node.op) return words.say(`reach.kind.${node.kind}`);
  const key = `op.${node.op}`,
    operation = words.has(key) ? words.word(key) : node.op, // a user may have added it
    role = output === graph.output ? "output" : isNeuron ? "neuron" : "computed";
  return words.listed([operation, words.say(`reach.kind.${role}`)]);
}

/**
 * Whether responsibility stops at a card, in one key of the words ("dead", "saturated" …); "" where it does not, or
 * where that cannot be known yet.
 * @param {Card} card
 * @param {Pick<Derived, "graph" | "numbers" | "known">} derived
 */
export function statusOfCard({node, output}, {graph, numbers, known}) {
  if (!node.op || numbers.missing >= 0 || !known.values.has(output)) return "";
  const isFinite = Number.isFinite(numbers.values[output]) && Number.isFinite(numbers.gradients[output]);
  return isFinite ? statusOf(graph, numbers, output) : "not finite";
}
