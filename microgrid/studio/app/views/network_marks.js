// What the painters of a network share: which part is at work or picked, and numbers that fit into their places.

import {show} from "../core/numerals.js";
import {makeSvg, setAttribute, write} from "./dom.js";
import {compactNumber} from "./shown_number.js";

/** @typedef {import("../derive/network.js").NetworkShown} NetworkShown */
/** @typedef {import("../derive/network.js").Picked} Picked */

/**
 * What a weight shows at a step: itself, then what is known of its gradient, then what it has become.
 * @typedef {object} WeightsShown
 * @property {(layer: number) => "value" | "gradient" | "new"} stateOf
 * @property {Float64Array} values
 * @property {Float64Array | null} gradients
 */

const MAX_CHARACTERS = 7; // of a number in a node or on an edge; a longer one is squeezed
const NUMBER_PX = 53, // so that a minus sign does not touch a ring
  SQUEEZED_CHARACTER_PX = 7;

/**
 * Whether a layer is at work in a step; Change is the work of all that have weights.
 * @param {NetworkShown["step"]} step
 * @param {number} layer
 */
export function isNowAt(step, layer) {
  if (!step) return false;
  if (step.kind === "layer") return step.layer === layer;
  return step.phase === "change" && layer > 0;
}

/**
 * The classes of what is at work in a step.
 * @param {NetworkShown["step"]} step
 * @param {boolean} isNow
 */
export function nowIn(step, isNow) {
  return step && isNow ? `now ${step.phase}` : "";
}

/**
 * @param {Picked | null} part
 * @param {Picked["kind"]} kind
 * @param {number} layer
 * @param {number} neuron
 */
export function isPicked(part, kind, layer, neuron) {
  return part !== null && part.kind === kind && part.layer === layer && part.neuron === neuron;
}

/**
 * Writes a number, its exponent in digits that are hardly smaller; one that is too long is squeezed into its place.
 * @param {Element} element
 * @param {number | null} number null for none
 * @param {string} [before] characters before it
 * @param {number} [digits] as many as tell it from another number
 */
export function writeSmall(element, number, before = "", digits = 4) {
  const [figures, power] = number === null ? [""] : `${before}${digits > 4 ? show(number, digits) : compactNumber(number)}`.split("e"),
    start = power ? `${figures}×10` : figures,
    shown = `${start}${power ?? ""}`;
  if (!write(element, shown)) return;
  if (power) element.replaceChildren(start, makeSvg("tspan", {class: "power", dy: "-.3em"}, power));
  const isLong = shown.length > MAX_CHARACTERS + before.length;
  setAttribute(element, "textLength", isLong ? `${NUMBER_PX + SQUEEZED_CHARACTER_PX * before.length}` : null);
  setAttribute(element, "lengthAdjust", isLong ? "spacingAndGlyphs" : null);
}
