// The drawing of a graph: its cards and edges as SVG, whose numbers are filled in later. Colours are not written into it:
// they are classes, which a style sheet gives a meaning. The ids are those of the cards (n0, n1, …) and edges (e0, e1, …).

import {HEADING_HEIGHT_PX, headingTexts, ROW_HEIGHT_PX} from "../core/layout.js";
import {isolated} from "../core/numerals.js";

/**
 * @typedef {import("../core/graph.js").Graph} Graph
 * @typedef {import("../core/layout.js").Layout} Layout
 * @typedef {import("../core/layout.js").Line} Line
 * @typedef {import("../core/layout.js").Box} Box
 * @typedef {import("../core/routing.js").Point} Point
 * @typedef {import("../core/words.js").Words} Words
 */

/**
 * A part of the drawing before it is made: an element of SVG with its attributes and what is in it.
 *
 * @typedef {{tag: string, attributes: Record<string, string | number>, children: (Part | string)[]}} Part
 */

/**
 * The elements of a card that are filled in and lit later; those that it does not have are null.
 *
 * @typedef {object} DrawnCard
 * @property {SVGGElement} group
 * @property {string} kinds its classes when nothing is lit
 * @property {Text | null} heading the text node that holds its title
 * @property {SVGTextElement | null} value
 * @property {SVGTextElement | null} word "value"
 * @property {number} width
 * @property {SVGTextElement | null} grad
 * @property {SVGTextElement | null} status
 * @property {SVGTextElement | null} symbol
 * @property {string} plain its symbol when no status takes its place
 */

/**
 * @typedef {object} DrawnEdge
 * @property {SVGGElement} group
 * @property {SVGPathElement} line
 * @property {SVGTextElement | null} local
 * @property {SVGTextElement | null} share
 * @property {string} kinds its classes when nothing is lit
 */

/**
 * Draws a graph, and returns the picture with the elements of each card and edge.
 *
 * @param {Graph} graph
 * @param {Layout} layout
 * @param {Words} words
 * @returns {{svg: SVGSVGElement, cards: Map<object, DrawnCard>, edges: Map<object, DrawnEdge>}}
 */
export function createScene(graph, layout, words) {
  const svg = /** @type {SVGSVGElement} */ (elementOf(sceneParts(graph, layout, words)));
  const groups = [...svg.children];
  const edges = graph.edges.map((edge, i) => /** @type {const} */ ([edge, drawnEdge(groups[i])]));
  const cards = graph.cards.map((card, i) => /** @type {const} */ ([card, drawnCard(groups[edges.length + i], layout.boxes[i])]));
  return {svg, cards: new Map(cards), edges: new Map(edges)};
}

function drawnCard(group, box) {
  const find = (kind) => group.querySelector(`.${kind}`),
    symbol = find("symbol") ?? find("op");
  return {
    group,
    kinds: group.getAttribute("class"),
    heading: find("name")?.firstChild ?? null,
    value: find("value"),
    word: find("value-word"),
    width: box.width,
    grad: find("grad"),
    status: find("status"),
    symbol,
    plain: symbol?.textContent ?? "",
  };
}

function drawnEdge(group) {
  const find = (kind) => group.querySelector(`.${kind}`);
  return {group, line: find("line"), local: find("local"), share: find("share"), kinds: group.getAttribute("class")};
}

function elementOf({tag, attributes, children}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children.map((child) => (typeof child === "string" ? child : elementOf(child))));
  return element;
}

// --- the parts -------------------------------------------------------------------------------------------------------

/**
 * Describes the drawing of a graph: edges first, so that cards lie above them.
 *
 * @param {Graph} graph
 * @param {Layout} layout
 * @param {Words} words
 * @returns {Part}
 */
export function sceneParts(graph, layout, words) {
  const {width, height, compact, tall} = layout,
    kinds = ["graph", compact && "compact", tall && "tall"].filter(Boolean).join(" ");
  const frame = {class: kinds, viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": words.say("graph")};
  const edges = graph.edges.map((edge, i) => edgeParts(edge, layout.lines[i], compact));
  const cards = graph.cards.map((card, i) => cardParts(graph, card, layout.boxes[i], layout, words));
  return svgPart("svg", frame, ...edges, ...cards);
}

/**
 * Writes such a description as text, for a file.
 *
 * @param {Part} described
 * @returns {string}
 */
export function markupOf({tag, attributes, children}) {
  const attributeTexts = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapedText(`${value}`)}"`);
  const inside = children.map((child) => (typeof child === "string" ? escapedText(child) : markupOf(child)));
  const space = tag === "svg" ? ' xmlns="http://www.w3.org/2000/svg"' : "";
  return `<${tag}${space}${attributeTexts.join("")}>${inside.join("")}</${tag}>`;
}

const escapedText = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** @returns {Part} */
function svgPart(tag, attributes, ...children) {
  return {tag, attributes, children: children.filter(Boolean)};
}

// The class of a text says also where it is anchored.
function textPart(kind, [x, y], ...content) {
  return svgPart("text", {class: kind, x, y}, ...content);
}

// --- a card ----------------------------------------------------------------------------------------------------------

function cardParts(graph, card, {x, y, width, height}, layout, words) {
  const {kind} = card.node,
    kinds = ["card", card.output === graph.output ? "output" : kind, card.isNeuron && "neuron"].filter(Boolean).join(" ");
  const frame = svgPart("rect", {width, height, rx: 8});
  const inside = kind === "constant" ? [textPart("value", [width / 2, 17])] : contentOfCard(graph, card, {width, height}, layout, words);
  return svgPart("g", {class: kinds, id: card.id, transform: `translate(${x} ${y})`}, frame, ...inside);
}

function contentOfCard(graph, card, {width, height}, {compact, tall}, words) {
  const heading = headingTexts(graph, card, words),
    right = width - 9;
  const title = heading.short === heading.full ? null : svgPart("title", {}, heading.full);
  if (compact) {
    const [operation, value, gradient] = tall
      ? [[9, 32], [right, 32], [right, 49]]
      : [[right, 15], [width / 2 - 11, 31], [right, 31]];
    return [
      title,
      textPart("name", [9, 15], isolated(heading.short)),
      textPart("op", operation, heading.shortestSymbol),
      textPart("value", value),
      textPart("grad zero", gradient),
    ];
  }
  const first = HEADING_HEIGHT_PX + 15,
    second = first + ROW_HEIGHT_PX,
    hasRoomForStatus = height > HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 10;
  return [
    title,
    textPart("name", [width / 2, 18], ...namedOperation(heading)),
    svgPart("path", {class: "rule", d: `M0 ${HEADING_HEIGHT_PX}h${width}`}),
    textPart("word value-word", [9, first], words.word("value")),
    textPart("word grad-word", [9, second], words.word("grad")),
    textPart("value", [right, first]),
    textPart("grad zero", [right, second]),
    hasRoomForStatus && textPart("status", [width / 2, second + ROW_HEIGHT_PX - 2]),
  ];
}

function namedOperation({short, symbol}) {
  const name = isolated(short);
  if (!symbol) return [name];
  return [name, name && svgPart("tspan", {class: "op"}, " = "), svgPart("tspan", {class: "op symbol"}, symbol)];
}

// --- an edge ---------------------------------------------------------------------------------------------------------

// It leads to the result; what it hands back along it are its tip at the operand, the local derivative and the share.
function edgeParts(edge, line, compact) {
  const {curve, tips, label} = line,
    given = edge.operand.node.kind === "constant" ? " given" : "";
  return svgPart(
    "g",
    {class: `edge${given}`, id: `e${edge.i}`},
    svgPart("path", {class: "line", d: curveOf(line)}),
    !compact && svgPart("path", {class: "fore", d: tipOf(curve.at(-1), tips[1])}), // else there is no space for tips
    ...(label
      ? [
          svgPart("path", {class: "back", d: tipOf(curve[0], tips[0])}),
          textPart("local", [label[0], label[1] - 4]),
          textPart("share zero", [label[0], label[1] + 10]),
        ]
      : []),
  );
}

// The path of an edge, from where its tip at the operand begins to the card of the result.
function curveOf({curve, tips}) {
  const [start, ...rest] = curve;
  return `M${pointText(start)}C${rest.map(pointText).join(" ")}L${pointText(tips[1])}`;
}

const TIP_HALF_WIDTH_PX = 4.5;

// A triangle from the end of a curve to where its arrow ends.
function tipOf(base, tip) {
  const dx = tip[0] - base[0],
    dy = tip[1] - base[1],
    length = Math.hypot(dx, dy) || 1;
  const across = [(-dy / length) * TIP_HALF_WIDTH_PX, (dx / length) * TIP_HALF_WIDTH_PX];
  const corners = [[base[0] + across[0], base[1] + across[1]], tip, [base[0] - across[0], base[1] - across[1]]];
  return `M${corners.map(pointText).join("L")}z`;
}

const pointText = ([x, y]) => `${Number(x.toPrecision(5))} ${Number(y.toPrecision(5))}`;
