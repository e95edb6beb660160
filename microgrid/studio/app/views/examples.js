// The strip of examples: a click opens one.

import {byId, createWatch, make, setAttribute, write} from "./dom.js";
import {reducedMotion} from "./motion.js";

const STRIP_END_PX = 16; // what is left at the end is no button
const MARGIN_OF_STRIP_PX = 3;
const STRIP_PART = 0.7; // of the strip, by which the arrow scrolls

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

/**
 * @param {import("../app.js").App} app
 * @param {{strip: string, more: string, note?: string}} places of the buttons, of the arrow, and of what to look at
 * @param {import("../actions.js").DocumentOfPage[]} gallery
 */
export function createExamples(app, places, gallery) {
  const strip = byId(places.strip),
    more = byId(places.more),
    isNewStrip = createWatch(),
    isNewChoice = createWatch();
  /** @type {HTMLElement[]} */
  let buttons = [];
  let isBackward = false; // whether the arrow leads to the start again

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showExamples(state, {words, note}) {
    if (isNewStrip(words)) build(words);
    for (const [i, button] of buttons.entries()) {
      setAttribute(button, "aria-pressed", `${state.document.name === gallery[i].name}`);
    }
    const chosen = buttons.find((button) => button.getAttribute("aria-pressed") === "true");
    if (isNewChoice(chosen) && chosen) app.onceWritten(() => comeTo(chosen));
    if (places.note) write(byId(places.note), note);
  }

  /** @param {import("../core/words.js").Words} words */
  function build({language}) {
    buttons = gallery.map((document) =>
      make("button", {onclick: () => app.dispatch({type: "setDocument", document})}, document.title?.[language] ?? ""),
    );
    strip.replaceChildren(...buttons);
    showMore();
  }

  // What the strip has no room for is announced by an arrow, which scrolls to it; at the end it turns round.
  function showMore() {
    const room = strip.scrollWidth - strip.clientWidth;
    more.hidden = room <= STRIP_END_PX;
    if (strip.scrollLeft <= STRIP_END_PX) isBackward = false;
    else if (strip.scrollLeft >= room - STRIP_END_PX) isBackward = true;
    write(more, isBackward ? "‹" : "›");
  }

  /**
   * Brings all of the example chosen into the strip: it is written in bold, and so is wider than it was.
   * @param {Element} button
   */
  function comeTo(button) {
    const [room, place] = [strip, button].map((element) => element.getBoundingClientRect());
    if (place.right > room.right) strip.scrollLeft += place.right - room.right + MARGIN_OF_STRIP_PX;
    else if (place.left < room.left) strip.scrollLeft -= room.left - place.left + MARGIN_OF_STRIP_PX;
  }

  function scrollOn() {
    const behavior = reducedMotion.matches ? "instant" : "smooth";
    strip.scrollBy({left: strip.clientWidth * STRIP_PART * (isBackward ? -1 : 1), behavior});
  }

  strip.addEventListener("scroll", showMore, {passive: true});
  more.addEventListener("click", scrollOn);
  new ResizeObserver(showMore).observe(strip);
  return {show: showExamples};
}
