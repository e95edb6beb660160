// Who was wrong, and who is responsible for it: what a beginner asks at the end of Know and of Think.

/** @typedef {import("./graph.js").Graph} Graph */

/**
 * What was predicted, and what was right, wherever the two are compared.
 * @param {Graph} graph
 * @param {{values: number[]}} numbers
 * @returns {{said: number, right: number}[]}
 */
export function mistakesOf(graph, {values}) {
  return comparisonsIn(graph).map(([prediction, target]) => ({said: values[prediction], right: values[target]}));
}

export const ROUNDING = 1e-12; // of what is compared: what differs by less is the same

/**
 * Whether a prediction misses its target by more than rounding.
 * @param {{said: number, right: number}} mistake
 */
export function isMissed({said, right}) {
  return !(Math.abs(said - right) <= ROUNDING * (Math.abs(said) + Math.abs(right)));
}

/**
 * Finds the predictions that are compared with targets: in a difference that is squared, or whose size is taken, and of
 * which one side is learned and the other is given.
 * @param {Pick<Graph, "nodes" | "parameters">} graph
 * @returns {[prediction: number, target: number][]}
 */
export function comparisonsIn({nodes, parameters}) {
  const measured = new Set(nodes.flatMap((node) => (isMeasure(node, nodes) ? [node.operands[0]] : [])));
  const isLearned = new Set(parameters); // or depends on what is
  for (const [i, {operands}] of nodes.entries()) {
    if (operands.some((operand) => isLearned.has(operand))) isLearned.add(i);
  }
  return nodes.flatMap(({op, operands}, i) => {
    if (op !== "-" || !measured.has(i)) return [];
    const [a, b] = operands;
    if (isLearned.has(a) === isLearned.has(b)) return [];
    return [isLearned.has(a) ? [a, b] : [b, a]];
  });
}

/**
 * Tells whether what is learned reaches the end only through such differences: then the end says how wrong it was.
 * @param {Pick<Graph, "nodes" | "parameters" | "output">} graph
 */
export function isOnlyMistake({nodes, parameters, output}) {
  const compared = new Set(comparisonsIn({nodes, parameters}).map(([a, b]) => `${a},${b}`)),
    isReached = new Set(parameters);
  for (const [i, {op, operands}] of nodes.entries()) {
    const [a, b] = operands,
      isComparison = op === "-" && (compared.has(`${a},${b}`) || compared.has(`${b},${a}`));
    if (!isComparison && operands.some((operand) => isReached.has(operand))) isReached.add(i);
  }
  return !isReached.has(output);
}

/**
 * Tells whether a node makes a size of a difference: its square, or what it is without its sign.
 * @param {{op: string, operands: readonly number[]}} node
 * @param {readonly {kind: string, data: number}[]} nodes
 */
function isMeasure({op, operands}, nodes) {
  const [a, b] = operands;
  if (op === "**") return nodes[b].kind === "constant" && nodes[b].data > 0 && nodes[b].data % 2 === 0;
  return op === "abs" || (op === "*" && a === b);
}

/**
 * Lists the parameters that have a gradient, the largest first.
 * @param {Graph} graph
 * @param {{gradients: number[]}} numbers
 * @returns {number[]}
 */
export function mostResponsible({parameters}, {gradients}) {
  const size = (/** @type {number} */ i) => Math.abs(gradients[i]);
  return parameters.filter((i) => size(i) > 0).sort((a, b) => size(b) - size(a));
}
