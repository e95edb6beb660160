// What makes the page reachable: its keys, and the graph as a table.

/** @typedef {import("./parts.js").State} State */

/** At first all keys work, and the table is closed. */
export const REACH_AT_START = {hasShortcuts: true, isTableOpen: false};

/** @type {Record<string, (state: State, action: any) => State>} */
export const REACH = {
  /** Turns the keys of one character on or off: who dictates, or presses keys unawares, does not want them. */
  useShortcuts(state, {isOn}) {
    return {...state, hasShortcuts: isOn};
  },

  /** Opens or closes the graph as a table. */
  openTable(state, {isOpen}) {
    return isOpen === state.isTableOpen ? state : {...state, isTableOpen: isOpen};
  },
};
