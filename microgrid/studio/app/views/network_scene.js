// The drawing of a network, made once for a layout; the painter writes the numbers into it.

import {STYLES} from "../core/network_places.js";
import {makeSvg, setAttribute} from "./dom.js";

/** @typedef {import("../core/network_places.js").NetworkLayout} NetworkLayout */
/** @typedef {import("../core/network_places.js").LayerPlace} LayerPlace */
/** @typedef {import("../core/network_places.js").NodePlace} NodePlace */
/** @typedef {import("../core/network_places.js").Area} Area */

/**
 * @typedef {object} DrawnNeuron
 * @property {Element} group
 * @property {string} kinds the classes of the group that never change
 * @property {Element} frame
 * @property {Element} name
 * @property {Element} value
 * @property {Element} grad
 * @property {Element} status
 * @property {Element[]} bias its number and its gradient, or an input in its own units
 * @property {Element} title
 */

/** @typedef {{plate: Element, weight: Element, grad: Element}} DrawnLabel */
/** @typedef {{group: Element, line: Element, label: DrawnLabel | null}} DrawnWeight */
/** @typedef {ReturnType<typeof createNetworkScene>} NetworkScene */

const DENSE_FROM_EDGES = 120;
const BASELINE = 4.4, // of a line of text, below its middle
  LINE_PX = 14,
  MIN_TWO_LINES_PX = 24;
const PLATE_DIGIT_PX = 7.55,
  MAX_NUMBER_PX = 54, // a longer one is squeezed
  PLATE_MARGIN_PX = 2;

/** @param {NetworkLayout} layout */
export function createNetworkScene(layout) {
  const {width, height, scale, layers, edges, loss} = layout;
  const svg = makeSvg("svg", {
    ...{class: `network${edges.length > DENSE_FROM_EDGES ? " dense" : ""}`, role: "group", viewBox: `0 0 ${width} ${height}`},
    ...{width: Math.floor(width * scale), height: Math.floor(height * scale)},
  });
  const bands = layers.map(({band}) => rectAt(band, "band")),
    links = loss.links.map(([x1, y1, x2, y2]) => makeSvg("line", {class: "link", x1, y1, x2, y2})),
    weights = edges.map(drawnWeight),
    nodes = layers.map((layer, l) => layer.nodes.map((node, i) => drawnNeuron(layer, node, l, i, l === layers.length - 1))),
    headings = layers.map(({heading}) => textAt(heading, layout.isVertical ? "start" : "middle", "heading")),
    box = drawnLoss(layout);
  const lines = makeSvg("g", {class: "weights"}, ...weights.map(({group}) => group)),
    drawn = weights.flatMap(({label}) => (label ? [label] : [])),
    labels = makeSvg("g", {class: "labels"}, ...drawn.map(({plate}) => plate), ...drawn.flatMap(({weight, grad}) => [weight, grad])),
    moving = makeSvg("g", {class: "moving", "aria-hidden": "true"}),
    asked = makeSvg("g", {class: "labels asked"}),
    lens = drawnLens();
  svg.append(...bands, ...links, lines, moving, ...headings, labels, ...nodes.flat().map(({group}) => group), box.group, lens.group, asked);
  return {svg, layout, bands, links, weights, nodes, headings, box, moving, lens, asked, askedTexts: /** @type {DrawnLabel[]} */ ([]), askedPlaces: /** @type {Map<string, (Area | null)[]>} */ (new Map())};
}

/**
 * @param {Area} area
 * @param {string} kinds
 * @param {number} [corner]
 */
function rectAt({x, y, width, height}, kinds, corner = 8) {
  return makeSvg("rect", {class: kinds, x: x - width / 2, y: y - height / 2, width, height, rx: corner});
}

/**
 * @param {Area | null} area null for a text that is not seen
 * @param {"start" | "middle" | "end"} anchor
 * @param {string} kinds
 */
function textAt(area, anchor, kinds) {
  if (!area) return makeSvg("text", {class: kinds, visibility: "hidden"});
  const {x, y, width} = area,
    shift = anchor === "middle" ? 0 : anchor === "start" ? -width / 2 : width / 2;
  return makeSvg("text", {class: kinds, x: round1(x + shift), y: round1(y + BASELINE), "text-anchor": anchor});
}

/** @param {number} length */
function round1(length) {
  return Math.round(length * 10) / 10;
}

/**
 * @param {import("../core/network_places.js").EdgePlace} edge
 * @param {number} e
 * @returns {DrawnWeight}
 */
function drawnWeight({line: [x1, y1, x2, y2], label}, e) {
  const ends = {x1: round1(x1), y1: round1(y1), x2: round1(x2), y2: round1(y2)},
    line = makeSvg("line", {class: "line", ...ends});
  const group = makeSvg("g", {class: "weight", "data-edge": e}, makeSvg("line", {class: "touch", ...ends}), line);
  if (!label) return {group, line, label: null};
  const drawn = drawnLabel();
  for (const text of [drawn.weight, drawn.grad]) text.setAttribute("data-edge", `${e}`);
  placeLabel(drawn, label);
  return {group, line, label: drawn};
}

/** @returns {DrawnLabel} */
export function drawnLabel() {
  const [weight, grad] = ["w", "g"].map((kind) => makeSvg("text", {class: kind, "text-anchor": "middle"}));
  return {plate: makeSvg("rect", {class: "plate", rx: 3}), weight, grad};
}

/**
 * @param {DrawnLabel} label
 * @param {Area} area
 */
export function placeLabel({weight, grad}, {x, y, height}) {
  const isOneLine = height < MIN_TWO_LINES_PX;
  for (const [text, line] of /** @type {[Element, number][]} */ ([[weight, isOneLine ? 0 : -LINE_PX / 2], [grad, isOneLine ? 0 : LINE_PX / 2]])) {
    text.setAttribute("x", `${round1(x)}`);
    text.setAttribute("y", `${round1(y + line + BASELINE)}`);
  }
}

/**
 * Makes the plate of a label as large as the numbers that it has now, so that no line is seen between their digits.
 * @param {DrawnLabel} label
 */
export function fitPlate({plate, weight, grad}) {
  const texts = [weight, grad].filter(({textContent}) => textContent),
    length = Math.max(0, ...texts.map(({textContent}) => textContent?.length ?? 0)),
    width = length && Math.min(length * PLATE_DIGIT_PX, MAX_NUMBER_PX) + 2 * PLATE_MARGIN_PX,
    top = Number(texts[0]?.getAttribute("y") ?? 0) - BASELINE - LINE_PX / 2;
  const place = {x: round1(Number(weight.getAttribute("x")) - width / 2), y: round1(top), width: round1(width), height: LINE_PX * texts.length};
  for (const [name, length] of Object.entries(place)) setAttribute(plate, name, `${length}`);
}

/**
 * @param {LayerPlace} layer
 * @param {NodePlace} node
 * @param {number} l
 * @param {number} i
 * @param {boolean} isOutput
 * @returns {DrawnNeuron}
 */
function drawnNeuron({style, width, height}, {x, y, name, bias}, l, i, isOutput) {
  const frame = style === "circle" ? makeSvg("circle", {class: "frame", r: width / 2}) : makeSvg("rect", {class: "frame", x: -width / 2, y: -height / 2, width, height, rx: height / 2});
  const kind = l === 0 ? "input" : isOutput ? "output" : "hidden",
    [valueAt, gradAt, nameAt, statusAt] = placesInside(style, width);
  const text = (/** @type {string} */ name, /** @type {Spot | null} */ spot) => makeSvg("text", spot ? {class: name, x: spot[0], y: spot[1] + BASELINE, "text-anchor": spot[2]} : {class: name, visibility: "hidden"});
  const value = text("value", valueAt),
    grad = text("grad", gradAt),
    status = text("status", statusAt),
    title = makeSvg("title");
  const nameText = name ? textAt({...name, x: name.x - x, y: name.y - y}, kind === "input" && Math.abs(name.y - y) < 1 ? "end" : "middle", "name") : text("name", kind === "hidden" ? nameAt : null);
  const biasTexts = bias ? textsOfBias({...bias, x: bias.x - x, y: bias.y - y}, l === 0) : [],
    classes = `neuron ${kind} ${style}`,
    group = makeSvg("g", {class: classes, role: "button", tabindex: -1, transform: `translate(${round1(x)} ${round1(y)})`, "data-layer": l, "data-neuron": i});
  group.append(title);
  if (biasTexts.length) group.append(makeSvg("g", {class: l ? "bias" : "units"}, ...biasTexts)); // its halo is behind the frame
  group.append(frame, nameText, status, value, grad);
  return {group, kinds: classes, frame, name: nameText, value, grad, status, bias: biasTexts, title};
}

/** The numbers of a dot that is picked or pointed at, which has none otherwise. */
function drawnLens() {
  const place = {x: 0, y: 0, ...STYLES.oval},
    texts = ["value", "grad"].map((kind, i) => textAt({...place, y: (i - 0.5) * LINE_PX}, "middle", kind));
  return {group: makeSvg("g", {class: "lens"}, rectAt(place, "frame", place.height / 2), ...texts), texts};
}

/** @typedef {[x: number, y: number, anchor: string]} Spot */

/**
 * Where value, gradient, name and status stand in a node, from its middle; null where there is no room.
 * @param {LayerPlace["style"]} style
 * @param {number} width
 * @returns {(Spot | null)[]}
 */
function placesInside(style, width) {
  const right = width / 2 - 7, // a status and a number of 8 characters stand on one line
    left = -width / 2 + 7;
  switch (style) {
    case "circle":
      return [[0, -2, "middle"], [0, 13, "middle"], [0, -18, "middle"], [0, -18, "middle"]]; // prettier-ignore
    case "stadium":
      return [[right, -7, "end"], [right, 8, "end"], [left, -7, "start"], [left, 8, "start"]]; // prettier-ignore
    case "pill":
      return [[right - 62, 0, "end"], [right, 0, "end"], [left, 0, "start"], [left, 0, "start"]]; // prettier-ignore
    case "slim":
      return [[right, 0, "end"], [right, 0, "end"], [left, 0, "start"], [left, 0, "start"]]; // prettier-ignore
    case "oval":
      return [[0, -7, "middle"], [0, 8, "middle"], [-width / 2 - 1, -14, "end"], null];
    case "mini":
      return [[0, 0, "middle"], [0, 0, "middle"], [-width / 2 - 3, 0, "end"], null];
    default:
      return [null, null, null, null];
  }
}

/**
 * @param {Area} area
 * @param {boolean} isInput
 */
function textsOfBias({x, y, width, height}, isInput) {
  const line = (/** @type {number} */ at, /** @type {string} */ kind, /** @type {number} */ to) => textAt({x: to, y: at, width: 0, height: 0}, "middle", kind);
  if (isInput) return [line(y, "own", x)];
  if (height < MIN_TWO_LINES_PX) return [line(y, "b", x - width / 4), line(y, "g", x + width / 4)];
  return [line(y - LINE_PX / 2, "b", x), line(y + LINE_PX / 2, "g", x)];
}

/** Whether a node has one place for its value and its gradient. @param {LayerPlace["style"]} style */
export function showsOneNumber(style) {
  return style === "slim" || style === "mini";
}

/**
 * The box of the loss: for each output lines of a word and a number, and the loss itself.
 * @param {NetworkLayout} layout
 */
function drawnLoss({loss, isVertical}) {
  const group = makeSvg("g", {class: "loss", role: "button", tabindex: -1, "data-loss": ""}),
    heading = textAt(loss.heading, isVertical && loss.total ? "start" : "middle", "heading"),
    title = makeSvg("title");
  group.append(title, rectAt(loss, "frame", 10), heading);
  const rows = loss.sections.map((section) => {
    const isStacked = section.width < 112 && section.height >= 60,
      count = Math.max(1, Math.round(section.height / 19)) / (isStacked ? 2 : 1);
    return Array.from({length: count}, (_, i) => wordAndNumber(section, i, count, isStacked));
  });
  const total = loss.total ? wordAndNumber(loss.total, 0, 1, false) : null;
  if (loss.total) group.append(makeSvg("line", {class: "rule", x1: loss.x - loss.width / 2, x2: loss.x + loss.width / 2, y1: loss.total.y - 13, y2: loss.total.y - 13}));
  for (const {word, number} of [...rows.flat(), ...(total ? [total] : [])]) group.append(word, number);
  return {group, heading, title, rows, total};
}

/**
 * @param {Area} section
 * @param {number} i
 * @param {number} count
 * @param {boolean} isStacked
 */
function wordAndNumber({x, y, width, height}, i, count, isStacked) {
  const each = height / count,
    middle = y - height / 2 + (i + 0.5) * each,
    apart = isStacked ? each / 4 : 0;
  return {
    word: textAt({x, y: middle - apart, width, height: each}, isStacked ? "middle" : "start", "word"),
    number: textAt({x, y: middle + apart, width, height: each}, isStacked ? "middle" : "end", "number"),
  };
}
