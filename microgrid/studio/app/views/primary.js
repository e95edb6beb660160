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
  function showPrimary(state, {words, nextPhase, isBlocked, predicting}) {
    const phase = words.word(`phase.${nextPhase}`),
      isAsking = predicting.question !== null; // then it answers
    write(button, isAsking ? words.say("present.answer") : phase);
    setAttribute(button, "aria-label", isAsking ? null : words.say("reach.play_phase", {phase}));
    mark(button, nextPhase);
    setAttribute(button, "data-busy", goalIn(state) ? "" : null);
    button.disabled = isBlocked;
  }

  button.addEventListener("click", () => app.dispatch({type: "playPhase"}));
  return {show: showPrimary};
}
