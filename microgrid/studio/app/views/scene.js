// The drawing of a graph: its cards and edges as SVG, whose numbers are filled in later. Colours are not written into
// it: they are classes, which a style sheet gives a meaning. The ids are those of the cards (n0, n1, …) and of the
// edges (e0, e1, …).

import {numbersInRoom} from "../core/edge_numbers.js";
import {isolated} from "../core/numerals.js";
import {HEADING_HEIGHT_PX, headingTexts, ROW_HEIGHT_PX} from "../core/sizes.js";
import {memoised} from "../derive/memoised.js";
import {makeSvg} from "./dom.js";

/**
 * @typedef {import("../core/graph.js").Graph} Graph
 * @typedef {import("../core/graph.js").Card} Card
 * @typedef {import("../core/graph.js").Edge} Edge
 * @typedef {import("../core/layout.js").Layout} Layout
 * @typedef {import("../core/drawing.js").Line} Line
 * @typedef {import("../core/drawing.js").Box} Box
 * @typedef {import("../core/routing.js").Point} Point
 * @typedef {import("../core/words.js").Words} Words
 */

/**
 * A part of the drawing before it is made: an element of SVG with its attributes and what is in it.
 * @typedef {{tag: string, attributes: Record<string, string | number>, children: (Part | string)[]}} Part
 */

/**
 * The elements of a card that are filled in and lit later; those that it does not have are null.
 * @typedef {object} DrawnCard
 * @property {SVGGElement} group
 * @property {string} kinds its classes when nothing is lit
 * @property {ChildNode | null} heading the text node that holds its title
 * @property {SVGTextElement | null} value
 * @property {SVGTextElement | null} word "value"
 * @property {number} width
 * @property {SVGTextElement | null} grad
 * @property {SVGTextElement | null} status
 * @property {SVGTextElement | null} symbol
 * @property {string} plain its symbol when no status takes its place
 */

/**
 * The same of an edge.
 * @typedef {object} DrawnEdge
 * @property {SVGGElement} group
 * @property {SVGPathElement} line
 * @property {SVGTextElement | null} local
 * @property {SVGTextElement | null} share
 * @property {typeof numbersInRoom} numbersInRoom remembers the last, since most edges carry the same at the next step
 * @property {string} kinds its classes when nothing is lit
 */

/**
 * Draws a graph, and returns the picture with the elements of each card and edge.
 * @param {Graph} graph
 * @param {Layout} layout
 * @param {Words} words
 * @returns {{svg: SVGSVGElement, cards: Map<Card, DrawnCard>, edges: Map<Edge, DrawnEdge>}}
 */
export function createScene(graph, layout, words) {
  const svg = /** @type {SVGSVGElement} */ (elementOf(sceneParts(graph, layout, words)));
  const groups = /** @type {SVGGElement[]} */ ([...svg.children]),
    edges = graph.edges.map((edge, i) => /** @type {const} */ ([edge, drawnEdge(groups[i])])),
    cards = graph.cards.map((card, i) => {
      const drawn = drawnCard(groups[edges.length + i], layout.boxes[i]);
      return /** @type {const} */ ([card, drawn]);
    });
  return {svg, cards: new Map(cards), edges: new Map(edges)};
}

/**
 * @param {SVGGElement} group
 * @param {Box} box
 * @returns {DrawnCard}
 */
function drawnCard(group, {width}) {
  const find = (/** @type {string} */ kind) => textIn(group, kind),
    symbol = find("symbol") ?? find("op");
  return {
    group,
    kinds: group.getAttribute("class") ?? "",
    heading: find("name")?.firstChild ?? null,
    value: find("value"),
    word: find("value-word"),
    width,
    grad: find("grad"),
    status: find("status"),
    symbol,
    plain: symbol?.textContent ?? "",
  };
}

/**
 * @param {SVGGElement} group
 * @returns {DrawnEdge}
 */
function drawnEdge(group) {
  const line = /** @type {SVGPathElement} */ (group.querySelector(".line"));
  const kinds = group.getAttribute("class") ?? "";
  return {group, line, local: textIn(group, "local"), share: textIn(group, "share"), numbersInRoom: memoised(numbersInRoom), kinds};
}

/**
 * @param {SVGGElement} group
 * @param {string} kind
 */
function textIn(group, kind) {
  return /** @type {SVGTextElement | null} */ (group.querySelector(`.${kind}`));
}

/**
 * @param {Part} part
 * @returns {Element}
 */
function elementOf({tag, attributes, children}) {
  return makeSvg(tag, attributes, ...children.map((child) => (typeof child === "string" ? child : elementOf(child))));
}

// --- the parts -------------------------------------------------------------------------------------------------------

/**
 * Describes the drawing of a graph: edges first, so that cards lie above them.
 * @param {Graph} graph
 * @param {Layout} layout
 * @param {Words} words
 * @returns {Part}
 */
export function sceneParts(graph, layout, words) {
  const {width, height, compact, tall} = layout,
    kinds = ["graph", compact && "compact", tall && "tall"].filter(Boolean).join(" ");
  const size = {viewBox: `0 0 ${width} ${height}`, width, height},
    frame = {class: kinds, ...size, role: "group", "aria-label": words.say("graph")};
  const edges = graph.edges.map((edge, i) => edgeParts(edge, layout.lines[i], compact));
  const cards = graph.cards.map((card, i) => cardParts(graph, card, layout.boxes[i], layout, words));
  return svgPart("svg", frame, ...edges, ...cards);
}

/**
 * Writes such a description as text, for a file.
 * @param {Part} described
 * @returns {string}
 */
export function markupOf({tag, attributes, children}) {
  const attributeTexts = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapedText(`${value}`)}"`);
  const inside = children.map((child) => (typeof child === "string" ? escapedText(child) : markupOf(child)));
  const space = tag === "svg" ? ' xmlns="http://www.w3.org/2000/svg"' : "";
  const start = `<${tag}${space}${attributeTexts.join("")}`;
  return inside.length || tag === "text" ? `${start}>${inside.join("")}</${tag}>` : `${start}/>`;
}

/** @param {string} text */
function escapedText(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Part | string | false | null)[]} children those that are none are left out
 * @returns {Part}
 */
function svgPart(tag, attributes, ...children) {
  return {tag, attributes, children: children.filter((child) => child !== false && child !== null)};
}

/**
 * The class of a text says also where it is anchored.
 * @param {string} kind
 * @param {Point} place
 * @param {(Part | string | false | null)[]} content
 */
function textPart(kind, [x, y], ...content) {
  return svgPart("text", {class: kind, x, y}, ...content);
}

// --- a card ----------------------------------------------------------------------------------------------------------

/**
 * @param {Graph} graph
 * @param {Card} card
 * @param {Box} box
 * @param {Layout} layout
 * @param {Words} words
 */
function cardParts(graph, card, {x, y, width, height}, layout, words) {
  const kind = card.output === graph.output ? "output" : card.node.kind;
  const kinds = `card ${kind}${card.opens ? " neuron" : ""}`,
    place = {class: kinds, id: card.id, transform: `translate(${x} ${y})`},
    frame = svgPart("rect", {width, height, rx: 8});
  if (kind === "constant") return svgPart("g", place, frame, textPart("value", [width / 2, 17]));
  const heading = headingTexts(graph, card, words),
    title = heading.short !== heading.full && svgPart("title", {}, heading.full);
  const inside = layout.compact ? compactTexts(heading, width, layout.tall) : roomyTexts(heading, width, height, words);
  return svgPart("g", place, frame, title, ...inside);
}

/** @typedef {ReturnType<typeof headingTexts>} Heading */

/**
 * @param {Heading} heading
 * @param {number} width
 * @param {boolean} tall
 */
function compactTexts({short, shortestSymbol}, width, tall) {
  const right = width - 9;
  return [
    textPart("name", [9, 15], isolated(short)),
    textPart("op", tall ? [9, 32] : [right, 15], shortestSymbol),
    textPart("value", tall ? [right, 32] : [width / 2 - 11, 31]),
    textPart("grad zero", tall ? [right, 49] : [right, 31]),
  ];
}

/**
 * @param {Heading} heading
 * @param {number} width
 * @param {number} height
 * @param {Words} words
 */
function roomyTexts(heading, width, height, words) {
  const right = width - 9,
    first = HEADING_HEIGHT_PX + 15,
    second = first + ROW_HEIGHT_PX,
    hasRoomForStatus = height > HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 10;
  return [
    textPart("name", [width / 2, 18], ...namedOperation(heading)),
    svgPart("path", {class: "rule", d: `M0 ${HEADING_HEIGHT_PX}h${width}`}),
    textPart("word value-word", [9, first], words.word("value")),
    textPart("word grad-word", [9, second], words.word("grad")),
    textPart("value", [right, first]),
    textPart("grad zero", [right, second]),
    hasRoomForStatus && textPart("status", [width / 2, second + ROW_HEIGHT_PX - 2]),
  ];
}

/** @param {Heading} heading */
function namedOperation({short, symbol}) {
  const name = short && isolated(short),
    equals = name && symbol ? svgPart("tspan", {class: "op"}, " = ") : null;
  return [name || null, equals, symbol ? svgPart("tspan", {class: "op symbol"}, symbol) : null];
}

// --- an edge ---------------------------------------------------------------------------------------------------------

/**
 * An edge leads to the result; what it hands back are its tip at the operand, the local derivative and the share.
 * @param {Edge} edge
 * @param {Line} line
 * @param {boolean} compact
 */
function edgeParts(edge, line, compact) {
  const {curve, tips, label} = line,
    given = edge.operand.node.kind === "constant" ? " given" : "";
  const parts = [svgPart("path", {class: "line", d: curveOf(line)})];
  // On a compact drawing there is no space for tips.
  if (!compact) parts.push(svgPart("path", {class: "fore", d: tipOf(curve[curve.length - 1], tips[1])}));
  if (label) {
    const [x, y] = label;
    parts.push(svgPart("path", {class: "back", d: tipOf(curve[0], tips[0])}));
    parts.push(textPart("local", [x, y - 4]), textPart("share zero", [x, y + 10]));
  }
  return svgPart("g", {class: `edge${given}`, id: `e${edge.i}`}, ...parts);
}

/**
 * The path of an edge, from where its tip at the operand begins to the card of the result.
 * @param {Line} line
 */
function curveOf({curve, tips}) {
  const [start, ...rest] = curve;
  return `M${pointText(start)}C${rest.map(pointText).join(" ")}L${pointText(tips[1])}`;
}

const TIP_HALF_WIDTH_PX = 4.5;

/**
 * A triangle from the end of a curve to where its arrow ends.
 * @param {Point} base
 * @param {Point} tip
 */
function tipOf([x, y], tip) {
  const dx = tip[0] - x,
    dy = tip[1] - y,
    part = TIP_HALF_WIDTH_PX / (Math.hypot(dx, dy) || 1);
  /** @type {Point[]} */
  const corners = [[x - dy * part, y + dx * part], tip, [x + dy * part, y - dx * part]];
  return `M${corners.map(pointText).join("L")}z`;
}

/** @param {Point} point */
function pointText([x, y]) {
  return `${Number(x.toPrecision(5))} ${Number(y.toPrecision(5))}`;
}
