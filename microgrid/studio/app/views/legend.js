// What colours and widths mean, below the graph.

import {byId, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

export function createLegend() {
  const [usual, ofChange] = byId("legend").children;

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showLegend(state, {words, legend, endName, known}) {
    const isChange = known.current?.phase === "change";
    write(usual, words.joined(...legend.map((key) => words.say(key, {end: endName}))));
    write(ofChange, words.say("legend.change"));
    usual.toggleAttribute("data-quiet", known.gradients.size === 0 || isChange);
    ofChange.toggleAttribute("data-quiet", !isChange);
  }

  return {show: showLegend};
}
