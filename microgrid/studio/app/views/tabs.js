// The tabs of what a reader can try, of which one is shown.

import {byId, setAttribute} from "./dom.js";

export function createTabs(app) {
  const tabs = [...byId("tabs").children],
    nameOfTab = (tab) => tab.getAttribute("aria-controls");

  function showTabs(state, derived) {
    document.body.toggleAttribute("data-quiz", Boolean(derived.asking));
    for (const [i, tab] of tabs.entries()) {
      const isChosen = nameOfTab(tab) === state.tab;
      setAttribute(tab, "aria-selected", `${isChosen}`);
      setAttribute(tab, "tabindex", isChosen || (!state.tab && i === 0) ? "0" : "-1");
      byId(nameOfTab(tab)).hidden = !isChosen;
    }
  }

  const choose = (tab) => app.dispatch({type: "showTab", tab: nameOfTab(tab)});
  for (const tab of tabs) tab.addEventListener("click", () => choose(tab));
  byId("tabs").addEventListener("keydown", (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    event.preventDefault();
    next.focus();
    choose(next);
  });
  return {show: showTabs};
}
