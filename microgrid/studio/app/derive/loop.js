// What reset would bring back.

/**
 * Tells whether all numbers are those of the document.
 * @param {import("../actions/parts.js").State} state
 * @param {Map<number, number>} startLeaves those of the document
 * @param {number} startRate
 */
export function hasOwnNumbers({leaves, learningRate}, startLeaves, startRate) {
  if (learningRate !== startRate) return false;
  return leaves === startLeaves || [...leaves].every(([i, number]) => Object.is(number, startLeaves.get(i)));
}

/**
 * Tells whether all numbers are those of the document, and no cycle was run.
 * @param {import("../actions/parts.js").State} state
 * @param {Map<number, number>} startLeaves
 * @param {number} startRate
 */
export function isAsOpened(state, startLeaves, startRate) {
  const {cycles, restarted} = state;
  return cycles.first === 1 && cycles.last === 1 && !restarted && hasOwnNumbers(state, startLeaves, startRate);
}
