// The help: what the page is, its legend and its keys, in a dialog.

import {byId, closeButton, createWatch, headingOfDialog, make} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

const NETWORK_HELP = ["rows", "parts", "train", "build"];
const KEYS = [
  ["← →", "keys.step"],
  ["Space", "keys.play"],
  ["Home End", "keys.ends"],
  ["1 2 3", "keys.phases"],
  ["Ctrl Z", "loop.keys.undo"],
  ["Ctrl Y", "loop.keys.redo"],
  ["P", "keys.present"],
  ["← → PgUp PgDn", "loop.keys.curve"],
  ["L", "keys.language"],
  ["S", "keys.share"],
  ["Tab ↑ ↓", "keys.cards"],
  ["Enter", "keys.card"],
  [", .", "network.keys.row"],
  ["?", "keys.help"],
];

// What a finger does, by a button, or by what is touched: then that is a key of the words, too.
const TOUCHES = [
  ["← →", "keys.step"],
  ["▶", "keys.play"],
  ["touch.card", "touch.card.does"],
  ["touch.arrow", "touch.arrow.does"],
  ["touch.graph", "touch.graph.does"],
  ["touch.curve", "touch.curve.does"],
];

/** @param {App} app */
export function createHelp(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("keys")),
    isNewHelp = createWatch();

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showHelp(state, derived) {
    if (isNewHelp(derived.words, derived.legend, derived.endName)) fill(derived);
  }

  /** @param {Derived} derived */
  function fill({words, legend, endName, network}) {
    const close = closeButton(words, () => dialog.close()),
      listed = (/** @type {string[][]} */ rows) => make("dl", {}, ...rows.flatMap(([key, text]) => [make("dt", {}, key), make("dd", {}, words.say(text))])),
      touches = TOUCHES.map(([key, text]) => [key.startsWith("touch.") ? words.say(key) : key, text]),
      byTouch = matchMedia("(any-pointer: coarse)").matches ? [make("h2", {}, words.say("touch")), listed(touches)] : [],
      signs = network ? legend : ["signs.cards", ...legend, "signs.relay", "signs.local", "signs.change"];
    const shortcuts = make("input", {type: "checkbox", id: "shortcuts", checked: app.state.hasShortcuts});
    shortcuts.addEventListener("change", () => app.dispatch({type: "useShortcuts", isOn: shortcuts.checked}));
    dialog.replaceChildren(
      headingOfDialog("keys-title", words.say("title"), close),
      make("p", {}, words.say("about")),
      ...(network ? NETWORK_HELP.map((part) => make("p", {}, words.say(`network.help.${part}`))) : []),
      make("h2", {}, words.say("signs")),
      ...signs.map((key) => make("p", {}, words.say(key, {end: endName}))),
      ...byTouch,
      make("h2", {}, words.say("keys")), // last: a touch screen has none
      make("label", {class: "row"}, shortcuts, words.say("reach.shortcuts")),
      listed(KEYS),
    );
  }

  function open() {
    app.dispatch({type: "pause"});
    dialog.showModal();
  }

  byId("help").addEventListener("click", open);
  return {
    show: showHelp,
    open,
  };
}
