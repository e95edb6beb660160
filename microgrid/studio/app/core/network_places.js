// What the layout of a network is made of: how large nodes and texts are, and where each may stand. All texts have their
// places reserved, so that new numbers move nothing, and no two of them overlap.

import {columnsOf} from "./numerals.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Area its middle, and how large it is */
/** @typedef {"circle" | "stadium" | "oval" | "pill" | "slim" | "mini" | "dot"} NodeStyle from the roomiest to the smallest */

/**
 * What the places depend on.
 * @typedef {object} NetworkShape
 * @property {number} inputs
 * @property {number[]} sizes of the layers
 * @property {string[]} inputNames
 * @property {boolean} hasUnits whether the inputs have units of their own, besides what the network sees
 */

/**
 * A neuron or an input, and the places of its texts; null where there is no room for one.
 * @typedef {object} NodePlace
 * @property {number} x
 * @property {number} y
 * @property {Area | null} name beside or above it; the name of a hidden neuron stands inside it
 * @property {Area | null} bias its two lines, or the line of an input in its own units
 */

/**
 * @typedef {object} LayerPlace
 * @property {NodeStyle} style
 * @property {number} width of a node
 * @property {number} height
 * @property {NodePlace[]} nodes
 * @property {Area | null} heading null where the drawing is too low for one
 * @property {Area} band what is marked while the layer is at work
 */

/**
 * @typedef {object} EdgePlace
 * @property {number} layer of the neuron that it leads to, from 1
 * @property {number} neuron
 * @property {number} input
 * @property {[number, number, number, number]} line
 * @property {Area | null} label where they always stand
 */

/**
 * @typedef {object} NetworkLayout
 * @property {number} width
 * @property {number} height
 * @property {number} scale pixels a unit
 * @property {boolean} isVertical
 * @property {boolean} isZigzag whether a layer is folded into two rows
 * @property {boolean} hasLabels whether the edges always show their numbers
 * @property {LayerPlace[]} layers from the inputs to the predictions
 * @property {EdgePlace[]} edges in the order of the parameters
 * @property {Area & {heading: Area | null, sections: Area[], total: Area | null, links: [number, number, number, number][]}} loss
 */

export const MAX_LABELLED_EDGES = 24;
export const TEXT_UNITS = 7.5; // of a column of a name
const WIDE_CHARACTER_COLUMNS = 1.74,
  WIDE_TEXT_UNITS = 8.4; // of half a name, which may be m and w
export const LINE_UNITS = 14;
/** @type {Record<NodeStyle, {width: number, height: number, rank: number}>} */
export const STYLES = {
  circle: {width: 64, height: 64, rank: 1},
  stadium: {width: 104, height: 38, rank: 0.8},
  oval: {width: 66, height: 38, rank: 0.65},
  pill: {width: 166, height: 18, rank: 0.7},
  slim: {width: 104, height: 18, rank: 0.62},
  mini: {width: 66, height: 18, rank: 0.28},
  dot: {width: 12, height: 12, rank: 0.3},
};
export const BIAS_HEIGHT = 2 * LINE_UNITS + 2,
  NAME_HEIGHT = 15,
  PLACE_MARGIN = 8,
  APART = 6; // at least, between two nodes
export const MAX_NAME_WIDTH = 82,
  MAX_HEADING_WIDTH = 150,
  MAX_PITCH = 132;
export const LOSS_WIDTH = 142,
  LOSS_GAP = 26,
  LOSS_ROW = 19,
  LOSS_ROWS = 4, // target, prediction, error, squared
  LOSS_BOX_MARGIN = 18; // above and below its rows

/**
 * How many neurons the inputs and each layer have.
 * @param {NetworkShape} shape
 */
export function countsOf({inputs, sizes}) {
  return [inputs, ...sizes];
}

/**
 * @param {number[]} counts
 */
export function countEdges(counts) {
  return counts.slice(1).reduce((sum, count, l) => sum + count * counts[l], 0);
}

/**
 * Tells whether two areas overlap, or are nearer than `apart`.
 * @param {Area} a
 * @param {Area} b
 * @param {number} [apart]
 */
export function overlaps(a, b, apart = 0) {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + apart && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + apart;
}

/**
 * Tells whether a line runs through an area.
 * @param {Area} area
 * @param {[number, number, number, number]} line
 */
export function isCrossed({x, y, width, height}, [x1, y1, x2, y2]) {
  let from = 0,
    to = 1;
  for (const [start, way, low, high] of [[x1, x2 - x1, x - width / 2, x + width / 2], [y1, y2 - y1, y - height / 2, y + height / 2]]) {
    if (way === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const ends = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(...ends));
    to = Math.min(to, Math.max(...ends));
  }
  return from < to;
}

/** Whether a hidden node has its number beside it, and no room for more. @param {NodeStyle} style */
export function hasOnlyNumber(style) {
  return style === "oval" || style === "mini";
}

/**
 * How many columns of Latin letters a name takes; a Japanese character is less than twice as wide as one of these.
 * @param {string} name
 */
export function columnsOfName(name) {
  const characters = [...name].length;
  return characters + (columnsOf(name) - characters) * (WIDE_CHARACTER_COLUMNS - 1);
}

/** @param {string} name */
export function widthOfName(name) {
  const lines = linesOfName(name, MAX_NAME_WIDTH / TEXT_UNITS);
  return Math.max(...lines.map(columnsOfName)) * (lines.length > 1 ? WIDE_TEXT_UNITS : TEXT_UNITS);
}

/**
 * The name of an input on one line or, where that is too long, on two, broken after an underscore, a space or の.
 * @param {string} name
 * @param {number} columns that a line has
 * @returns {string[]}
 */
export function linesOfName(name, columns) {
  if (columnsOfName(name) <= columns) return [name];
  const breaks = [...name.matchAll(/[_\s\-の]/g)].map(({index}) => index + 1).filter((at) => at < name.length);
  if (breaks.length === 0) return [name];
  const widest = (/** @type {number} */ at) => Math.max(columnsOfName(name.slice(0, at)), columnsOfName(name.slice(at))),
    at = breaks.reduce((best, each) => (widest(each) < widest(best) ? each : best));
  return [name.slice(0, at).trimEnd(), name.slice(at)];
}
