// What scrolls: a fade at every edge behind which there is more; and the panel comes to what has opened in it.

import {byId, setAttribute} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

const SLACK_PX = 8; // less than that is a margin
const isBesideGraph = matchMedia("(min-width: 761px)"); // on a phone, the whole page scrolls

export function createPanel() {
  const panel = /** @type {HTMLElement} */ (document.querySelector("aside")),
    told = byId("told"),
    [foot] = document.getElementsByTagName("footer");
  let frame = 0;

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showPanel(state, derived, previous) {
    fadeSoon();
    if (previous && isAnotherView(state, previous)) return void scrollToTop();
    const opened = previous && isBesideGraph.matches ? whatOpened(state, previous) : "";
    const shown = opened && byId(opened);
    if (shown) shown.scrollIntoView({block: "nearest"});
    else if (previous && (state.position !== previous.position || state.cycle !== previous.cycle) && isBesideGraph.matches) comeToStep(state, derived, previous);
  }

  /**
   * What is told of another step begins in sight, and its note comes there; what trains moves nothing.
   * @param {State} state
   * @param {Derived} derived
   * @param {State} previous
   */
  function comeToStep(state, derived, previous) {
    if (isByTraining(state, previous)) return;
    told.scrollTo(0, 0);
    if (derived.network) panel.scrollTo(0, 0); // in a graph the reader may be at work below
    comeToNote(derived);
  }

  function scrollToTop() {
    for (const place of [panel, told, byId("stage"), document.scrollingElement]) place?.scrollTo(0, 0);
  }

  /** @param {Derived} derived */
  function comeToNote({noteShown}) {
    if (noteShown) byId("note").scrollIntoView({block: "nearest"});
  }

  // Where something ends is asked of the browser only once it has laid all out.
  function fadeSoon() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      for (const element of document.querySelectorAll("#graph, aside, #part .opened, #layers-room")) setAttribute(element, "data-more", sidesWithMore(element).join(" ") || null);
      told.toggleAttribute("data-below", !isBesideGraph.matches && told.getBoundingClientRect().bottom > foot.getBoundingClientRect().top + SLACK_PX);
    });
  }

  const size = new ResizeObserver(fadeSoon);
  document.addEventListener("scroll", fadeSoon, {passive: true, capture: true});
  for (const element of [byId("graph"), panel, ...panel.children, byId("part")]) size.observe(element);
  return {show: showPanel};
}

/**
 * Whether another example, subject or mode is shown, whose headline is at the top; what the reader changes in a text or
 * a network leaves the panel where it is.
 * @param {State} state
 * @param {State} previous
 */
function isAnotherView({document: {kind, name}, isPresenting}, {document: before, isPresenting: wasPresenting}) {
  return Boolean(name && name !== before.name) || kind !== before.kind || isPresenting !== wasPresenting;
}

/**
 * Whether training has led here, by a button that is to stay where it is: the reader looks at what becomes of the plot.
 * @param {State} state
 * @param {State | null} previous
 */
export function isByTraining({lastChange, cycles}, previous) {
  return lastChange === "train" && cycles !== previous?.cycles;
}

/**
 * The id of what the reader has opened in the panel; "" where it is nothing.
 * @param {State} state
 * @param {State} previous
 */
function whatOpened(state, previous) {
  const isOfCard = state.tab === "routes" && state.selected !== null && state.selected !== previous.selected,
    isQuiz = state.quiz !== null && previous.quiz === null;
  if (state.tab && (isOfCard || isQuiz || state.tab !== previous.tab)) return "tried";
  return state.isCodeShown && !previous.isCodeShown ? "code-lines" : "";
}

/**
 * At which sides of an element there is more to scroll to.
 * @param {Element} element
 */
function sidesWithMore({scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight}) {
  const hidden = {
    left: scrollLeft,
    right: scrollWidth - clientWidth - scrollLeft,
    top: scrollTop,
    bottom: scrollHeight - clientHeight - scrollTop,
  };
  return Object.entries(hidden).flatMap(([side, pixels]) => (pixels > SLACK_PX ? [side] : []));
}
