// Lays out cards and edges: cards in columns, from the leaves at the left to the result at the right (the method of
// Sugiyama: ranks, then the order within each, then heights), and the edges round them.
//
// The size of a card does not depend on its numbers, which may change.

import {scaleOf} from "./drawing.js";
import {withLines} from "./lines.js";
import {placeCards} from "./placing.js";
import {largestRows} from "./rows.js";
import {measureHeading, sizeOf} from "./sizes.js";

/**
 * @typedef {import("./graph.js").Graph} Graph
 * @typedef {import("./words.js").Words} Words
 * @typedef {import("./routing.js").Point} Point
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./sizes.js").CardStyle} CardStyle
 * @typedef {import("./sizes.js").Labels} Labels
 * @typedef {{width: number, height: number, isLeaf: boolean, kind: string}} CardToPlace
 * @typedef {{operand: number, result: number, labelled: boolean}} EdgeToPlace the cards by their positions
 */

/**
 * The cards of a large network are small: `compact`, and `tall` where their numbers are written one below the other.
 * @typedef {Drawing & {compact: boolean, tall: boolean}} Layout
 */

/**
 * @typedef {object} LayoutOptions
 * @property {"LR" | "TB"} [direction] left to right, or top to bottom
 * @property {number} [maxRowWidth] where a graph is wider, it is cut into rows if one edge alone joins two parts
 * @property {Point} [screenSize] the room for the graph: there are as many rows as show it largest
 * @property {Point} [labelSize] width and height of the numbers of an edge
 * @property {number} [budgetMs] after so many milliseconds no sweep begins that would make the drawing better
 * @property {boolean} [isCrowded] whether no edge carries numbers: all are straight lines
 * @property {boolean} [isCompact] whether the cards are small
 * @property {boolean} [isFolded] whether cards stand for neurons: edges are straight where no card is in their way
 */

/** @typedef {Required<LayoutOptions>} Choices */

const SCREEN_SIZE_PX = /** @type {Point} */ ([920, 600]); // room for a graph on a screen of 1280 × 800 pixels

// --- a whole graph ---------------------------------------------------------------------------------------------------

const MAX_ROW_WIDTH_PX = 1045; // wider rows would need text that is too small on a usual screen
const MAX_EDGES_LABELLED = 24, // of a network; with more, none carries numbers
  MAX_EDGES_PER_CARD = 4; // on average; with more, no edge carries numbers

/**
 * Lays out a graph as it is shown largest on a usual screen: in rows, or with small cards if it is a large network.
 * @param {Graph} graph
 * @param {LayoutOptions & {words: Words, labels?: Labels}} options there is room for the labels of all languages
 * @returns {Layout}
 */
export function layOutGraph(graph, {words, labels = {}, ...options}) {
  const {screenSize = SCREEN_SIZE_PX} = options,
    isFolded = graph.cards.some(({inside}) => inside.length > 1),
    isCrowded = tooManyLabels(graph, isFolded);
  const headings = graph.cards.map((card) => measureHeading(graph, card, words, labels));
  const edges = graph.edges.map(({operand, result}) => ({
    operand: operand.i,
    result: result.i,
    labelled: operand.node.kind !== "constant",
  }));
  const layOutAs = (/** @type {CardStyle} */ style) => {
    const cards = graph.cards.map(({node: {kind, op}}, i) => {
      const [width, height] = sizeOf({...headings[i], kind, op}, style);
      return {width, height, isLeaf: !op, kind};
    });
    const choices = {maxRowWidth: MAX_ROW_WIDTH_PX, ...options, isFolded, isCrowded, isCompact: isCrowded};
    return {...layOut(cards, edges, choices), tall: Boolean(style.tall)};
  };
  const layout = layOutAs({compact: isCrowded});
  const hasHeightToSpare = screenSize[0] / layout.width < screenSize[1] / layout.height;
  if (!isCrowded || !hasHeightToSpare) return layout;
  const tall = layOutAs({compact: true, tall: true});
  return scaleOf(tall, screenSize) > scaleOf(layout, screenSize) ? tall : layout;
}

/**
 * @param {Graph} graph
 * @param {boolean} isFolded
 */
function tooManyLabels({cards, edges}, isFolded) {
  return edges.length > MAX_EDGES_LABELLED && (isFolded || edges.length > MAX_EDGES_PER_CARD * cards.length);
}

// --- cards and edges -------------------------------------------------------------------------------------------------

/** @type {Choices} */
const DEFAULTS = {
  direction: "LR",
  maxRowWidth: Infinity,
  screenSize: SCREEN_SIZE_PX,
  labelSize: [66, 34], // reserved beside an edge for ×local and share
  budgetMs: 150,
  isCrowded: false,
  isCompact: false,
  isFolded: false,
};

/**
 * Places cards and edges. The same input has the same output, unless the budget ends first.
 * @param {readonly CardToPlace[]} cards in topological order
 * @param {readonly EdgeToPlace[]} edges
 * @param {LayoutOptions} [options]
 * @returns {Layout}
 */
export function layOut(cards, edges, options = {}) {
  const choices = {...DEFAULTS, ...options};
  if (choices.direction === "TB") {
    const turned = cards.map((card) => ({...card, width: card.height, height: card.width})),
      labelSize = flippedPoint(choices.labelSize);
    return turnedOver(layOut(turned, edges, {...choices, direction: "LR", maxRowWidth: Infinity, labelSize}));
  }
  const drawing = withLines(placeCards(cards, edges, choices), edges, choices);
  const isOneRow = choices.isCrowded || drawing.width <= choices.maxRowWidth,
    shown = isOneRow ? drawing : largestRows(drawing, cards, edges, choices);
  return {...shown, compact: choices.isCompact, tall: false};
}

/**
 * Lets a layout from left to right run from top to bottom.
 * @param {Layout} layout
 * @returns {Layout}
 */
function turnedOver({boxes, lines, width, height, ...style}) {
  return {
    ...style,
    boxes: boxes.map((box) => ({x: box.y, y: box.x, width: box.height, height: box.width})),
    lines: lines.map(({curve, tips, label}) => ({
      curve: curve.map(flippedPoint),
      tips: [flippedPoint(tips[0]), flippedPoint(tips[1])],
      label: label && flippedPoint(label),
    })),
    width: height,
    height: width,
  };
}

/**
 * @param {Point} point
 * @returns {Point}
 */
function flippedPoint([x, y]) {
  return [y, x];
}
