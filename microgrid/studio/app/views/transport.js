// The keys of a player: to the start, back, play, on, to the end; and the clock that plays.

import {STEP_MS, readingTime} from "../core/reading.js";
import {goalIn, paceIn, reachIn} from "../derive.js";
import {byId, createWatch, setAttribute} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

/** @param {App} app */
export function createTransport(app) {
  const play = byId("play"),
    speed = /** @type {HTMLSelectElement} */ (byId("speed")),
    isNewStep = createWatch();
  let clock = 0;

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function show(state, derived) {
    setAttribute(speed, "aria-label", derived.words.say("reach.speed"));
    setAttribute(play, "aria-pressed", `${state.playing}`);
    document.body.toggleAttribute("data-playing", state.playing);
    if (!isNewStep(state.playing, state.visit, paceIn(state))) return;
    clearTimeout(clock);
    if (state.playing) clock = setTimeout(() => app.dispatch({type: "playOn"}), waitAt(state, derived) / paceIn(state));
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
 * How long the step shown stays at the usual speed: in a phase that is played as a whole, at a glance.
 * @param {State} state
 * @param {Derived} derived
 */
function waitAt(state, {sentence, formulaParts}) {
  const formula = formulaParts.map((part) => (typeof part === "string" ? part : part.text)).join("");
  return goalIn(state) || state.position >= reachIn(state) ? STEP_MS : readingTime(`${sentence}${formula}`);
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
