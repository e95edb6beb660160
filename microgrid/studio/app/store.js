// The store: all that can change on the page is one state, and only actions change it.

/**
 * An action: its name, and what it needs to know.
 * @typedef {{type: string, [part: string]: any}} Action
 */

/**
 * Makes a store. Listeners hear of every change at once; an action sent while they listen waits until they are done.
 * @template State
 * @param {(state: State, action: Action) => State} reduce pure: returns another state, or the same where nothing changes
 * @param {State} initial
 */
export function createStore(reduce, initial) {
  let state = initial,
    isTelling = false;
  /** @type {Set<(state: State, previous: State) => void>} */
  const listeners = new Set();
  /** @type {Action[]} */
  const waiting = [];

  /** @param {Action} action */
  function dispatch(action) {
    waiting.push(action);
    if (isTelling) return;
    isTelling = true;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const previous = state;
        state = reduce(state, next);
        if (state !== previous) for (const listener of listeners) listener(state, previous);
      }
    } finally {
      isTelling = false;
      waiting.length = 0;
    }
  }

  return {
    get state() {
      return state;
    },
    dispatch,
    /** @param {(state: State, previous: State) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
