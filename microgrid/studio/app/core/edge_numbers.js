// The numbers of an edge, as far as there is room between the cards: a long one is moved or, where that does not help,
// rounded further. The card at its end shows all of its digits.

import {show} from "./numerals.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {{left: number, right: number}} Room */

export const ABOVE_LABEL_PX = 16, // from the middle of a label to its edges
  BELOW_LABEL_PX = 14;
const CHARACTER_PX_OF_NUMBERS = 7.83,
  SMALL_CHARACTER_PX = 6.93, // on a drawing with small cards
  DISTANCE_PX = 2, // from a card
  MIN_ACROSS_PX = 20; // between two labels that stand beside each other
const MAX_DIGITS = 4;

/**
 * Returns, for each edge, from where to where its numbers may reach without touching a card or another label; null
 * where an edge has none.
 * @param {Layout} layout
 * @returns {(Room | null)[]}
 */
export function roomsForNumbers({boxes, lines, width}) {
  return lines.map(({label}, n) => {
    if (!label) return null;
    const [x, y] = label,
      room = {left: DISTANCE_PX, right: width - DISTANCE_PX};
    for (const box of boxes) {
      if (box.y >= y + BELOW_LABEL_PX || box.y + box.height <= y - ABOVE_LABEL_PX) continue;
      if (box.x + box.width / 2 < x) room.left = Math.max(room.left, box.x + box.width + DISTANCE_PX);
      else room.right = Math.min(room.right, box.x - DISTANCE_PX);
    }
    for (const [k, {label: other}] of lines.entries()) {
      if (!other || k === n || Math.abs(other[1] - y) >= ABOVE_LABEL_PX + BELOW_LABEL_PX) continue;
      if (Math.abs(other[0] - x) < MIN_ACROSS_PX) continue;
      const middle = (other[0] + x) / 2;
      if (other[0] < x) room.left = Math.max(room.left, middle + DISTANCE_PX);
      else room.right = Math.min(room.right, middle - DISTANCE_PX);
    }
    return room;
  });
}

/**
 * Writes both numbers of an edge with as many digits as there is room for, and says where their middle comes to stand.
 * @param {number} local
 * @param {number} share
 * @param {number} x where their middle would best be
 * @param {Room} room
 * @param {{isCompact: boolean, typeset: (text: string) => string}} style
 * @returns {{local: string, share: string, x: number}}
 */
export function numbersInRoom(local, share, x, {left, right}, {isCompact, typeset}) {
  const characterWidth = isCompact ? SMALL_CHARACTER_PX : CHARACTER_PX_OF_NUMBERS,
    widthOf = (/** @type {string} */ text) => text.length * characterWidth;
  const fitting = (/** @type {string} */ before, /** @type {number} */ number) => {
    let shortest = typeset(before + show(number, MAX_DIGITS));
    for (let digits = MAX_DIGITS - 1; digits > 0 && widthOf(shortest) > right - left; digits--) {
      const text = typeset(before + show(number, digits));
      if (text.length < shortest.length) shortest = text;
    }
    return shortest;
  };
  const written = {local: fitting("×", local), share: fitting("", share)},
    half = Math.max(widthOf(written.local), widthOf(written.share)) / 2;
  const place = Math.max(left + half, Math.min(x, right - half));
  return {...written, x: Math.round(10 * place) / 10};
}
