// The strip of examples: a click opens one.

import {byId, createWatch, make, setAttribute} from "./dom.js";
import {reducedMotion} from "./motion.js";

const STRIP_END_PX = 16; // what is left at the end is no button

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

/**
 * @param {import("../app.js").App} app
 * @param {import("../actions.js").DocumentOfPage[]} gallery
 */
export function createExamples(app, gallery) {
  const strip = byId("strip"),
    more = byId("more"),
    isNewStrip = createWatch();
  /** @type {HTMLElement[]} */
  let buttons = [];

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showExamples(state, {words}) {
    if (isNewStrip(words)) build(words);
    for (const [i, button] of buttons.entries()) {
      setAttribute(button, "aria-pressed", `${state.document.name === gallery[i].name}`);
    }
  }

  /** @param {import("../core/words.js").Words} words */
  function build({language}) {
    buttons = gallery.map((document) =>
      make("button", {onclick: () => app.dispatch({type: "setDocument", document})}, document.title?.[language] ?? ""),
    );
    strip.replaceChildren(...buttons);
    showMore();
  }

  // What the strip has no room for is announced by an arrow, which scrolls to it.
  function showMore() {
    more.hidden = strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - STRIP_END_PX;
  }

  strip.addEventListener("scroll", showMore, {passive: true});
  more.addEventListener("click", () => strip.scrollBy({left: strip.clientWidth * 0.7, behavior: reducedMotion.matches ? "auto" : "smooth"}));
  new ResizeObserver(showMore).observe(strip);
  return {show: showExamples};
}
