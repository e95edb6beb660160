// What reset would bring back.

/**
 * Tells whether all numbers are those of the document, and no cycle was run.
 * @param {import("../actions/parts.js").State} state
 * @param {Map<number, number>} startLeaves those of the document
 * @param {number} startRate
 */
export function isAsOpened({leaves, learningRate, cycles, restarted}, startLeaves, startRate) {
  if (cycles.first !== 1 || cycles.last !== 1 || restarted || learningRate !== startRate) return false;
  return leaves === startLeaves || [...leaves].every(([i, number]) => Object.is(number, startLeaves.get(i)));
}
