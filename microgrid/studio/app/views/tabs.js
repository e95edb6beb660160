// The tabs of what a reader can try, of which one is shown.

import {byId, setAttribute} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

/** @param {App} app */
export function createTabs(app) {
  const tabs = /** @type {HTMLElement[]} */ ([...byId("tabs").children]),
    nameOfTab = (/** @type {HTMLElement} */ tab) => tab.getAttribute("aria-controls") ?? "";

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTabs(state, derived) {
    document.body.toggleAttribute("data-quiz", Boolean(derived.asking));
    for (const [i, tab] of tabs.entries()) {
      const isChosen = nameOfTab(tab) === state.tab;
      setAttribute(tab, "aria-selected", `${isChosen}`);
      setAttribute(tab, "tabindex", isChosen || (!state.tab && i === 0) ? "0" : "-1");
      byId(nameOfTab(tab)).hidden = !isChosen;
      tab.hidden = nameOfTab(tab) === "train" && !derived.learns && !isChosen;
    }
  }

  /** @param {HTMLElement} tab */
  function choose(tab) {
    app.dispatch({type: "showTab", tab: nameOfTab(tab)});
    if (app.state.tab) byId("tried").scrollIntoView({block: "nearest"}); // it may have opened below the edge
  }

  for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
  byId("tabs").addEventListener("keydown", (event) => {
    const shown = tabs.filter((tab) => !tab.hidden),
      here = shown.indexOf(/** @type {HTMLElement} */ (event.target)),
      next = {ArrowRight: shown[(here + 1) % shown.length], ArrowLeft: shown.at(here - 1), Home: shown[0], End: shown.at(-1)}[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    next.focus();
    choose(next);
  });
  return {show: showTabs};
}
