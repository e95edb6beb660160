// The one large button: it names the phase that comes next, and plays it.

import {goalIn} from "../derive.js";
import {byId, mark, setAttribute, write} from "./dom.js";

/** @param {import("../app.js").App} app */
export function createPrimary(app) {
  const button = /** @type {HTMLButtonElement} */ (byId("primary"));

  /**
   * @param {import("../actions.js").State} state
   * @param {import("../derive.js").Derived} derived
   */
  function showPrimary(state, {words, nextPhase, isBlocked}) {
    write(button, words.word(`phase.${nextPhase}`));
    setAttribute(button, "aria-label", words.say("reach.play_phase", {phase: words.word(`phase.${nextPhase}`)}));
    mark(button, nextPhase);
    setAttribute(button, "data-busy", goalIn(state) ? "" : null);
    button.disabled = isBlocked;
  }

  button.addEventListener("click", () => app.dispatch({type: "playPhase"}));
  return {show: showPrimary};
}
