// The address of the page names the step, so that a link opens there.

import {samePlace} from "../core/steps.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

const DELAY_MS = 250; // an address is not written at every step of a drag

/** @param {App} app */
export function createAddress(app) {
  let waiting = 0;

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showAddress(state, derived, previous) {
    if (state.visit === previous?.visit) return;
    clearTimeout(waiting);
    waiting = setTimeout(remember, DELAY_MS);
  }

  function remember() {
    try {
      history.replaceState(null, "", `#step=${placeToLink(app.state, app.derived)}`);
    } catch {
      /* inside a notebook the page has no address of its own */
    }
  }

  addEventListener("hashchange", () => {
    const step = stepInAddress();
    if (step !== null && step !== app.state.position) app.dispatch({type: "goTo", position: step});
  });
  return {show: showAddress};
}

/**
 * The step as it is counted while no neuron is open.
 * @param {State} state
 * @param {Derived} derived
 */
function placeToLink({position, opened}, {steps, closedSteps}) {
  const step = steps[position - 1];
  return step && opened !== null ? samePlace(step, closedSteps) : position;
}

/** The step that the address names, or null. */
export function stepInAddress() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}
