// The sizes of cards, which have room for any number: a card keeps its place while its numbers change.

import {largestOf} from "./extremes.js";
import {headingOf} from "./graph.js";
import {columnsOf, singleLine} from "./numerals.js";

/**
 * @typedef {import("./graph.js").Graph} Graph
 * @typedef {import("./graph.js").Card} Card
 * @typedef {import("./words.js").Words} Words
 * @typedef {import("./routing.js").Point} Point
 * @typedef {Record<string, Record<string, string>>} Labels of each language, by what they are in the graph
 */

export const ROW_HEIGHT_PX = 19,
  HEADING_HEIGHT_PX = 26;
const MAX_TITLE_COLUMNS = 30; // longer headings are cut
const GATES = ["relu", "tanh", "sigmoid"]; // activations that may pass back no gradient
const NUMBER_WIDTH_PX = 74; // for a number of ten characters
const CONSTANT_SIZE_PX = /** @type {Point} */ ([62, 26]);
const COMPACT_SIZE_PX = /** @type {Point} */ ([166, 38]);
const TALL_SIZE_PX = /** @type {Point} */ ([118, 56]);

/**
 * Returns what is written in the heading of a card: its title, in full and shortened, and its operation.
 * @param {Graph} graph
 * @param {Card} card
 * @param {Words} words
 * @returns {{full: string, short: string, symbol: string, shortestSymbol: string}} the last for a small card
 */
export function headingTexts(graph, card, words) {
  const {title, symbol} = headingOf(graph, card, words),
    full = singleLine(title);
  return {full, short: shortened(full, MAX_TITLE_COLUMNS), symbol, shortestSymbol: symbol.replace(/ w·x \+ b$/, "")};
}

/**
 * @param {Graph} graph
 * @param {Card} card
 * @param {Words} words
 * @param {Labels} labels
 */
export function measureHeading(graph, card, words, labels) {
  const {short, symbol, shortestSymbol} = headingTexts(graph, card, words),
    {label, nth} = card.node;
  const others = Object.values(labels)
    .filter((table) => Object.hasOwn(table, label))
    .map((table) => shortened(singleLine(nth ? `${table[label]} #${nth}` : table[label]), MAX_TITLE_COLUMNS));
  return {
    titleColumns: largestOf([short, ...others].map(columnsOf)),
    symbolColumns: columnsOf(symbol),
    shortestSymbolColumns: columnsOf(shortestSymbol),
  };
}

/**
 * Shortens a text to so many columns; "…" marks the cut.
 * @param {string} text
 * @param {number} columns
 * @returns {string}
 */
function shortened(text, columns) {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (columnsOf(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/** @typedef {{compact?: boolean, tall?: boolean}} CardStyle */

/**
 * Returns the width and height of a card, with room for any value and gradient.
 * @param {{kind: string, op: string, titleColumns: number, symbolColumns: number, shortestSymbolColumns: number}} card
 * @param {CardStyle} [style]
 * @returns {Point}
 */
export function sizeOf(card, {compact = false, tall = false} = {}) {
  const {kind, op, titleColumns, symbolColumns, shortestSymbolColumns} = card;
  if (kind === "constant") return CONSTANT_SIZE_PX;
  const mayStop = GATES.includes(op); // then there must be room to say so
  if (tall) return [Math.max(TALL_SIZE_PX[0], 6.8 * titleColumns + 18), TALL_SIZE_PX[1]];
  if (compact) {
    const columns = Math.max(mayStop ? 4 : 0, shortestSymbolColumns); // the status takes the place of the operation
    return [Math.max(COMPACT_SIZE_PX[0], 6.8 * titleColumns + 6 * columns + 26), COMPACT_SIZE_PX[1]];
  }
  const between = titleColumns && symbolColumns ? 24 : 0,
    heading = 8 * titleColumns + 6.5 * symbolColumns + between + 20;
  const height = HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 8 + (mayStop ? 16 : 0);
  return [Math.max(heading, NUMBER_WIDTH_PX + 58), height];
}

const MIN_TEXT_PX = 12, // smaller text cannot be read
  CARD_TEXT_PX = 13, // of the page's style sheet
  SMALL_CARD_TEXT_PX = 11.5;

/**
 * Returns the scale at which the text of a drawing can just be read.
 * @param {{compact: boolean}} layout
 */
export function readableScale({compact}) {
  return MIN_TEXT_PX / (compact ? SMALL_CARD_TEXT_PX : CARD_TEXT_PX);
}
