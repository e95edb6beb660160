// What undo, redo and reset show.

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

/**
 * Returns what can be taken back, and made again.
 * @param {import("../actions/parts.js").State} state
 * @param {{startLeaves: Map<number, number>, startRate: number, asking: import("../actions/parts.js").Quiz | null}} parts of what else is derived from it
 */
export function loopOf(state, {startLeaves, startRate, asking}) {
  return {
    canUndo: state.past.length > 0 && !asking,
    canRedo: state.future.length > 0 && !asking,
    canReset: !isAsOpened(state, startLeaves, startRate) && !asking,
  };
}
