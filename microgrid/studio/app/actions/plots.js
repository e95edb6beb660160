// What the plots of a network show.

/** @typedef {import("./parts.js").State} State */

/** @type {Pick<State, "isPairsShown">} */
export const PLOTS_AT_START = {isPairsShown: false};

/** @type {Record<string, (state: State, action: any) => State>} */
export const PLOTS = {
  /** Shows targets beside predictions, or the inputs again. */
  showPairs(state, {isShown}) {
    return isShown === state.isPairsShown ? state : {...state, isPairsShown: isShown};
  },
};
