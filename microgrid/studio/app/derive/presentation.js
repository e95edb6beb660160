// What the presentation shows of a state.

import {isPredictable} from "../core/predicting.js";
import {slideAt} from "../core/presentation.js";

/** @typedef {import("../core/presentation.js").Slide} Slide */

/**
 * The slide; and whether the class is asked now, or can be asked for the number of the next step.
 * @typedef {{slide: Slide, isAsking: boolean, canAsk: boolean}} Presented
 */

/**
 * Returns what is presented; null where nothing is.
 * @param {import("../actions.js").State} state
 * @param {Omit<import("../core/presentation.js").Setting, "isAsking" | "position" | "opened"> & {reach: number}} parts
 * of what else is derived from the state
 * @returns {Presented | null}
 */
export function presentedAt({isPresenting, isPredicting, asked, visit, position, opened}, parts) {
  if (!isPresenting) return null;
  const isOpen = isPredicting && position < parts.reach && isPredictable(parts, parts.steps[position]),
    isAsking = isOpen && asked === visit;
  return {slide: slideAt({...parts, position, opened, isAsking}), isAsking, canAsk: isOpen && !isAsking};
}
