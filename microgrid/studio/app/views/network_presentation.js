// The presentation of a network: the same screen, laid out for the last row of the classroom by the style sheet.

import {byId, createWatch, isDialogOpen, make, setAttribute, write} from "./dom.js";
import {askForFullScreen} from "./fullscreen.js";
import {stepBeside} from "./transport.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

const SIZES = [1, 0.85, 0.66], // of what is said beside its usual one, down to the least that the last row reads
  LEAST_PLOT = 0.32; // of the height of the window

/** @param {import("../app.js").App} app */
export function createNetworkPresentation(app) {
  const button = byId("present"),
    predict = make("input", {id: "network-predict", type: "checkbox"}),
    predictName = make("span"),
    aside = /** @type {HTMLElement} */ (byId("told").parentElement),
    isNewText = createWatch();
  let isFull = false;
  button.before(make("label", {id: "network-predicting", for: "network-predict"}, predict, predictName));
  predict.addEventListener("change", () => app.dispatch({type: "setPredicting", isPredicting: predict.checked}));

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showNetworkPresentation({isPresenting, isPredicting, training, document: shown}, {words, sentence, formulaParts}, previous) {
    write(predictName, words.say("present.predict"));
    predict.checked = isPredicting;
    setAttribute(button, "aria-label", words.say(isPresenting ? "present.leave" : "present"));
    setAttribute(button, "title", words.say(isPresenting ? "present.leave" : "present"));
    if (isPresenting && !training && isNewText(shown, sentence, formulaParts.length, words)) fitText();
    if (isPresenting === Boolean(previous?.isPresenting)) return;
    if (isPresenting) askForFullScreen();
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  /** Writes what is said as large as leaves the plot below it its room. */
  function fitText() {
    for (const size of SIZES) {
      aside.style.setProperty("--said", `${size}`);
      if (byId("learned-plot").clientHeight >= LEAST_PLOT * innerHeight) return;
    }
  }
  new ResizeObserver(() => {
    if (app.state.isPresenting) fitText();
  }).observe(aside);

  // The keys of a remote control.
  document.addEventListener("keydown", (event) => {
    const {isPresenting, document: shown} = app.state,
      way = {PageDown: 1, PageUp: -1}[event.key];
    if (!way || !isPresenting || shown.kind !== "network" || event.defaultPrevented || isDialogOpen()) return;
    event.preventDefault();
    stepBeside(app, way);
  });
  document.addEventListener("fullscreenchange", () => {
    const {isPresenting, document: shown} = app.state,
      isLeft = isFull && !document.fullscreenElement; // by Esc, which the browser keeps for itself
    isFull = Boolean(document.fullscreenElement);
    if (isLeft && isPresenting && shown.kind === "network") closeOrLeave(app);
  });
  return {show: showNetworkPresentation};
}

/**
 * Closes what is opened or, where nothing is, ends the presentation.
 * @param {import("../app.js").App} app
 */
export function closeOrLeave({dispatch, derived}) {
  dispatch(derived.network?.picked ? {type: "deselect"} : {type: "present", isPresenting: false});
}
