// The keys of a player: to the start, back, play, on, to the end; and the clock that plays.

import {STEP_MS} from "../actions/editor.js";
import {paceIn} from "../derive.js";
import {byId, setAttribute} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

/** @param {App} app */
export function createTransport(app) {
  const play = byId("play"),
    speed = /** @type {HTMLSelectElement} */ (byId("speed"));
  let clock = 0;

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function show(state, derived, previous) {
    setAttribute(speed, "aria-label", derived.words.say("reach.speed"));
    setAttribute(play, "aria-pressed", `${state.playing}`);
    document.body.toggleAttribute("data-playing", state.playing);
    if (state.playing === Boolean(previous?.playing) && paceIn(state) === (previous && paceIn(previous))) return;
    clearInterval(clock);
    if (state.playing) clock = setInterval(() => app.dispatch({type: "playOn"}), STEP_MS / paceIn(state));
  }

  byId("first").addEventListener("click", () => app.dispatch({type: "goTo", position: 0}));
  byId("back").addEventListener("click", () => stepBeside(app, -1));
  byId("next").addEventListener("click", () => stepBeside(app, 1));
  byId("last").addEventListener("click", () => app.dispatch({type: "goTo", position: app.derived.steps.length}));
  play.addEventListener("click", () => app.dispatch({type: app.state.playing ? "pause" : "play"}));
  speed.addEventListener("change", () => app.dispatch({type: "setSpeed", speed: Number.parseFloat(speed.value)}));
  return {show};
}

/**
 * Takes a step on or back; where a class predicts, its question comes before the answer.
 * @param {App} app
 * @param {number} way
 */
export function stepBeside(app, way) {
  const {question, canAsk} = app.derived.predicting;
  if (way > 0 && canAsk) app.dispatch({type: "ask"});
  else if (way < 0 && question) app.dispatch({type: "unask"});
  else app.dispatch({type: "stepBy", count: way});
}
