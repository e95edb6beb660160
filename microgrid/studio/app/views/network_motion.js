// What moves on the way to a step of a network: numbers run along the edges, in Know to the layer, in Think back from it.

import {weightPosition} from "../core/network_layers.js";
import {paceIn} from "../derive.js";
import {makeSvg} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive/network.js").NetworkShown} NetworkShown */
/** @typedef {import("./network_scene.js").NetworkScene} NetworkScene */

const PULSE_MS = 650,
  MAX_PULSES = 64, // more are no more than a cloud
  SMALL_PX = 2.2,
  RANGE_PX = 4.5;

export function createPulses() {
  /** @type {Element[]} */
  let running = [];

  function stop() {
    for (const pulse of running) pulse.remove();
    running = [];
  }

  /**
   * @param {NetworkScene} scene
   * @param {NonNullable<NetworkShown["step"]>} step
   * @param {NetworkShown} shown
   * @param {State} state
   */
  function start({moving, layout}, step, shown, state) {
    if (step.phase === "change") return;
    const lines = step.kind === "loss" ? layout.loss.links.map((line) => ({line, size: 0.6})) : linesOfLayer(layout, step, shown),
      duration = PULSE_MS * Math.min(1, 1 / paceIn(state));
    for (const {line, size} of lines) {
      const [x1, y1, x2, y2] = step.phase === "know" ? line : [line[2], line[3], line[0], line[1]],
        pulse = makeSvg("circle", {class: `pulse ${step.phase}`, r: (SMALL_PX + RANGE_PX * size).toFixed(1)});
      moving.append(pulse);
      running.push(pulse);
      const from = `translate(${x1}px, ${y1}px)`,
        to = `translate(${x2}px, ${y2}px)`;
      const animation = pulse.animate?.([{transform: from, opacity: 1}, {transform: to, opacity: 1, offset: 0.9}, {transform: to, opacity: 0}], {duration, easing: "ease-in-out"});
      if (animation) animation.onfinish = () => pulse.remove();
      else pulse.remove();
    }
  }

  return {start, stop};
}

/**
 * The edges of a layer along which most is carried, each with how much, beside the largest.
 * @param {import("../core/network_places.js").NetworkLayout} layout
 * @param {{phase: string, layer: number}} step
 * @param {NetworkShown} shown
 */
function linesOfLayer({edges}, {phase, layer}, {network, parameters, shares}) {
  const numbers = phase === "know" ? parameters : shares;
  const found = edges
    .filter((edge) => edge.layer === layer)
    .map(({line, neuron, input}) => ({line, size: Math.abs(numbers[weightPosition(network.layers[layer - 1], neuron, input)])}))
    .sort((a, b) => b.size - a.size);
  const largest = found[0].size || 1;
  return found.slice(0, MAX_PULSES).map(({line, size}) => ({line, size: size / largest || 0}));
}
