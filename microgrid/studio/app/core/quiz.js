// The quiz: it asks for gradients, and gives the reason if an answer is wrong.

import {bracketed, show} from "./numerals.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./graph.js").Card} Card */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {import("./words.js").Words} Words */

const MOST_SHARES = 4; // that a reason lists

/**
 * Returns the cards whose gradients are asked for, from the output back.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @returns {Card[]}
 */
export function questionsOf(graph, numbers) {
  const behind = graph.cards.slice(0, -1).reverse();
  return behind.filter((card) => card.node.kind !== "constant" && canBeAsked(numbers, [card]));
}

/**
 * Tells whether there is a finite gradient for each of these cards.
 * @param {Numbers} numbers
 * @param {readonly Card[]} cards
 * @returns {boolean}
 */
export function canBeAsked({missing, gradients}, cards) {
  return missing < 0 && cards.every(({output}) => Number.isFinite(gradients[output]));
}

/**
 * Tells whether an answer is as good as the truth: within a hundredth.
 * @param {number} answer
 * @param {number} truth
 * @returns {boolean}
 */
export function isNear(answer, truth) {
  return Math.abs(answer - truth) <= Math.max(0.01 * Math.abs(truth), 1e-12);
}

/**
 * Returns the shares that arrive at a card, one for each edge back to it.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Card} card
 * @returns {{giver: string, upstream: number, local: number, share: number}[]}
 */
export function arrivingShares(graph, numbers, card) {
  return graph.edges
    .filter((edge) => edge.operand === card)
    .map((edge) => ({
      giver: edge.result.node.name,
      upstream: numbers.gradients[edge.result.output],
      ...numbers.carried[edge.i],
    }));
}

/**
 * Says why the gradient of a card is what it is: the shares that it adds up.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Words} words
 * @param {Card} card
 * @returns {string}
 */
export function reasonFor(graph, numbers, words, card) {
  const shares = arrivingShares(graph, numbers, card),
    isSum = shares.length > 1;
  const terms = shares.slice(0, MOST_SHARES).map(({giver, upstream, local, share}) => {
    const product = `${show(upstream)} × ${bracketed(show(local))}`;
    return words.say("quiz.reason", {giver, product: isSum ? `${product} = ${show(share)}` : product});
  });
  const reason = [...terms, ...(shares.length > MOST_SHARES ? ["…"] : [])].join(words.say("quiz.reason.next"));
  const gradient = show(numbers.gradients[card.output]);
  return isSum ? words.say("quiz.reason.sum", {shares: reason, gradient}) : reason;
}

/**
 * Says what a wrong answer is instead: the other sign, one share of several, a part of the product.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Words} words
 * @param {number} answer
 * @param {Card} card
 * @returns {string}
 */
export function whyWrong(graph, numbers, words, answer, card) {
  const shares = arrivingShares(graph, numbers, card);
  if (isNear(-answer, numbers.gradients[card.output])) return words.say("quiz.why.sign");
  const asShare = shares.find(({share}) => isNear(answer, share));
  if (shares.length > 1 && asShare)
    return words.say("quiz.why.share", {giver: asShare.giver, count: shares.length});
  const asLocal = shares.find(({local}) => isNear(answer, local));
  if (asLocal) return words.say("quiz.why.local", {upstream: show(asLocal.upstream)});
  if (shares.some(({upstream}) => isNear(answer, upstream))) return words.say("quiz.why.upstream");
  return words.say("quiz.why.other");
}

/**
 * Gives a clue: the local derivatives on the edges back to a card.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {import("./sentences.js").Sentences} sentences
 * @param {Card} card
 * @returns {string}
 */
export function clueFor(graph, numbers, sentences, card) {
  const edges = graph.edges.filter((edge) => edge.operand === card);
  const slopes = edges.slice(0, MOST_SHARES).map(({i, result, uses}) => {
    const [[node, position]] = uses;
    if (uses.length === 1 && result.inside.length === 1) return sentences.slope(node, position, numbers);
    return `∂${result.node.name}/∂${card.node.name} = ${show(numbers.carried[i].local)}`;
  });
  return slopes.join("; ");
}

/**
 * Returns what a quiz shows: all values, and the gradients that were asked for already.
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {readonly Card[]} answered
 * @returns {import("./steps.js").Known}
 */
export function knownInQuiz(graph, numbers, answered) {
  /** @type {Map<number, number>} */
  const shares = new Map(),
    gradients = new Map([[graph.output, 1]]);
  for (const {output} of answered) gradients.set(output, numbers.gradients[output]);
  for (const {i, operand} of graph.edges) if (answered.includes(operand)) shares.set(i, numbers.carried[i].share);
  return {
    values: new Map(numbers.values.entries()),
    changed: new Map(),
    gradients,
    products: new Set(),
    handed: new Set(),
    shares,
    arrived: new Map(),
    before: 0,
    after: 0,
    current: null,
  };
}
