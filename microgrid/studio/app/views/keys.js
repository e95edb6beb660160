// The keys that work everywhere on the page.

import {byId, isDialogOpen, isTypedInto} from "./dom.js";
import {closeOrLeave} from "./network_presentation.js";
import {pickRowBeside} from "./rows.js";
import {otherLanguage} from "./texts.js";
import {stepBeside} from "./transport.js";

/** @typedef {import("../app.js").App} App */

/**
 * Listens to the keyboard.
 * @param {App} app
 * @param {{open: () => void}} help
 * @param {{open: () => void}} share
 */
export function createKeys(app, help, share) {
  const {dispatch} = app;
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => stepBeside(app, -1),
    ArrowRight: () => stepBeside(app, 1),
    Home: () => dispatch({type: "goTo", position: 0}),
    End: () => dispatch({type: "goTo", position: app.derived.steps.length}),
    " ": () => dispatch({type: app.state.playing || app.state.training ? "pause" : "play"}),
    1: () => dispatch({type: "goToPhase", phase: "know"}),
    2: () => dispatch({type: "goToPhase", phase: "think"}),
    3: () => dispatch({type: "goToPhase", phase: "change"}),
    ",": () => pickRowBeside(app, -1),
    ".": () => pickRowBeside(app, 1),
    l: () => dispatch({type: "setLanguage", language: otherLanguage(app.state.language)}),
    s: () => share.open(),
    p: () => dispatch({type: "present", isPresenting: !app.state.isPresenting}),
    "?": () => help.open(),
    Escape() {
      if (app.state.isPresenting) closeOrLeave(app);
      else dispatch({type: app.state.opened === null ? "deselect" : "closeNeuron"});
    },
  };

  document.addEventListener("keydown", (event) => {
    const {key} = event,
      target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return;
    if (key.length === 1 && !app.state.hasShortcuts) return;
    const isTyping = isTypedInto(target),
      isSliding = target.matches("#whatif input[type=range]") && key !== "Escape",
      isPressing = target.matches("button, [role=button], [type=checkbox]") && (key === " " || key === "Enter");
    const act = actions[key.length === 1 ? key.toLowerCase() : key];
    if (isTyping || isSliding || isPressing || !act) return;
    event.preventDefault();
    act();
  });
  byId("present").addEventListener("click", () => dispatch({type: "present", isPresenting: !app.state.isPresenting}));
  return {show() {}};
}
