// Numbers as texts, for drawings that show hundreds of them at every step.

import {show} from "../core/numerals.js";

const MAX_NUMBERS_KEPT = 20000;
/** @type {Map<number, string>} */
const shownBefore = new Map(); // most numbers are the same at the next step

/**
 * A number where there is little room: beside a power of ten, which says most of it, stand two digits.
 * @param {number} number
 */
export function compactNumber(number) {
  const text = shownNumber(number);
  return text.includes("e") ? show(number, 2) : text;
}

/** @param {number} number */
export function shownNumber(number) {
  let text = shownBefore.get(number);
  if (text !== undefined) return text;
  if (shownBefore.size >= MAX_NUMBERS_KEPT) shownBefore.clear();
  text = show(number);
  shownBefore.set(number, text);
  return text;
}
