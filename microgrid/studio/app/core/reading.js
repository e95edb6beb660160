// How long a step stays while the page plays: as long as its text takes to read.

import {columnsOf} from "./numerals.js";

export const STEP_MS = 1500; // between two steps of little text, at the usual speed
const COLUMN_MS = 40; // 25 columns a second: a reader who knows the words

/**
 * Returns how long a text stays at the usual speed.
 * @param {string} text
 */
export function readingTime(text) {
  return Math.max(STEP_MS, COLUMN_MS * columnsOf(text));
}
