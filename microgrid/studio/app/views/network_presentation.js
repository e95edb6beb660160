// The presentation of a network: the same screen, laid out for the last row of the classroom by the style sheet.

import {byId, setAttribute} from "./dom.js";
import {askForFullScreen} from "./fullscreen.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

/** @param {import("../app.js").App} app */
export function createNetworkPresentation(app) {
  const button = byId("present");
  let isFull = false;

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showNetworkPresentation({isPresenting}, {words}, previous) {
    setAttribute(button, "aria-label", words.say(isPresenting ? "present.leave" : "present"));
    setAttribute(button, "title", words.say(isPresenting ? "present.leave" : "present"));
    if (isPresenting === Boolean(previous?.isPresenting)) return;
    if (isPresenting) askForFullScreen();
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  document.addEventListener("fullscreenchange", () => {
    const {isPresenting, document: shown} = app.state,
      isLeft = isFull && !document.fullscreenElement; // by Esc, which the browser keeps for itself
    isFull = Boolean(document.fullscreenElement);
    if (isLeft && isPresenting && shown.kind === "network") app.dispatch({type: "present", isPresenting: false});
  });
  return {show: showNetworkPresentation};
}
