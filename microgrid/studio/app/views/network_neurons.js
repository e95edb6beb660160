// Paints the neurons and inputs of a network at a step: their values, gradients, biases and names.

import {largestOf} from "../core/extremes.js";
import {biasPosition} from "../core/network_layers.js";
import {LINE_UNITS, TEXT_UNITS, columnsOfName, hasOnlyNumber, linesOfName} from "../core/network_places.js";
import {gradientsOfValues, statusOfNeuron, valuesOfLayer} from "../core/network_parts.js";
import {cutToColumns, show, signOf} from "../core/numerals.js";
import {makeSvg, mark, setAttribute, write} from "./dom.js";
import {isNowAt, isPicked, nowIn, writeSmall} from "./network_marks.js";
import {showsOneNumber} from "./network_scene.js";
import {shownNumber} from "./shown_number.js";

/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("./network_marks.js").NetworkShown} NetworkShown */
/** @typedef {import("./network_marks.js").WeightsShown} WeightsShown */
/** @typedef {import("./network_scene.js").NetworkScene} NetworkScene */
/** @typedef {import("./network_scene.js").DrawnNeuron} DrawnNeuron */
/** @typedef {import("../core/network_places.js").LayerPlace} LayerPlace */

/**
 * A neuron or an input with what is known of it; its layer is 0 for an input.
 * @typedef {object} NeuronShown
 * @property {DrawnNeuron} drawn
 * @property {LayerPlace} place of its layer
 * @property {number} l
 * @property {number} i
 * @property {number | null} value
 * @property {number | null} gradient
 * @property {string} status
 */

const LEAST_SIZE = 1e-12; // beside which a number is no more than 0
const FAINTEST_DOT = 0.15;
const ABOVE = {x: "0", y: "-13.6", "text-anchor": "middle"}, // where the number of a neuron stands in a circle
  AT_EDGE = {x: "-25", y: "-20", "text-anchor": "end"};

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {WeightsShown} weights
 * @param {Words} words
 */
export function paintNeurons({layout, nodes}, shown, weights, words) {
  const {known, network} = shown,
    {pass, at} = shown.alone ?? shown.seen;
  for (const [l, layer] of nodes.entries()) {
    const place = layout.layers[l],
      values = l <= known.layer ? valuesOfLayer(pass, l, at) : null,
      gradients = known.blame <= l + 1 && weights.gradients && !shown.alone ? gradientsOfValues(pass, l, at) : null;
    for (const [i, drawn] of layer.entries()) {
      const status = l && values ? statusOfNeuron(network, pass, l, i, at) : "";
      paintNeuron({drawn, place, l, i, value: values?.[i] ?? null, gradient: gradients?.[i] ?? null, status}, shown, weights, words);
    }
    if (place.style === "dot") paintDots(layer, gradients ?? values);
  }
}

/**
 * @param {NeuronShown} neuron
 * @param {NetworkShown} shown
 * @param {WeightsShown} weights
 * @param {Words} words
 */
function paintNeuron(neuron, shown, weights, words) {
  const {drawn, place, l, i, value, gradient, status} = neuron,
    {known, step, picked, asked} = shown,
    isOwn = isPicked(picked, l ? "neuron" : "input", l, i),
    isMarked = asked ? isPicked(asked, "neuron", l, i) : isOwn;
  const valueText = value === null ? "" : shownNumber(value),
    gradientText = gradient === null ? "" : shownNumber(gradient);
  writeSmall(drawn.value, value);
  writeSmall(drawn.grad, showsOneNumber(place.style) ? null : gradient); // nobody would take it for other than the value
  if (gradient !== null) mark(drawn.grad, `grad ${signOf(gradient)}`);
  if (l > 0 && l < shown.network.layers.length) nameHidden(neuron, words);
  else nameEnd(neuron, shown);
  if (drawn.bias.length && l) paintBias(neuron, shown, weights);
  else if (drawn.bias.length) write(drawn.bias[0], words.typeset(ownNumber(i, shown)));
  mark(drawn.group, [drawn.kinds, nowIn(step, isNowAt(step, l)), status && "has-status", known.isChanged && "old", isMarked && "picked"].filter(Boolean).join(" "));
  const bias = l ? weights.values[biasPosition(shown.network.layers[l - 1], i)] : 0,
    facts = [
      valueText && `${words.word("value")} ${valueText}`,
      gradientText && `${words.word("grad")} ${gradientText}`,
      l && `${words.word("demonstration.bias")} ${show(bias)}`,
      status && words.say(`${status}.short`),
    ];
  const label = words.say("network.node", {name: shown.names.neuron(l, i), facts: words.listed(/** @type {string[]} */ (facts.filter(Boolean)))});
  setAttribute(drawn.group, "aria-label", label);
  setAttribute(drawn.group, "aria-pressed", `${isOwn}`);
  write(drawn.title, label);
}

/**
 * Neurons that have no room for a number tell its sign by colour and border, its size by how full the colour is.
 * @param {DrawnNeuron[]} layer
 * @param {Float64Array | null} numbers
 */
function paintDots(layer, numbers) {
  const largest = Math.max(largestOf(numbers?.map(Math.abs) ?? []), LEAST_SIZE);
  for (const [i, {frame}] of layer.entries()) {
    const number = numbers?.[i] ?? 0;
    mark(frame, `frame ${signOf(number)}`);
    setAttribute(frame, "fill-opacity", numbers ? (FAINTEST_DOT + (1 - FAINTEST_DOT) * Math.min(Math.abs(number) / largest, 1)).toFixed(2) : "0");
  }
}

/**
 * An input in its own units.
 * @param {number} i
 * @param {NetworkShown} shown
 */
function ownNumber(i, {row, alone, seen, spec}) {
  return (!alone && seen.at < 0) || row === null ? "" : `(${show(spec.data.rows[row][i])})`; // in brackets, as the target is
}

/**
 * @param {NeuronShown} neuron
 * @param {NetworkShown} shown
 * @param {WeightsShown} weights
 */
function paintBias({drawn: {bias}, l, i}, {network, picked}, {stateOf, values, gradients}) {
  const position = biasPosition(network.layers[l - 1], i),
    state = stateOf(l),
    gradient = gradients && state !== "value" ? gradients[position] : null;
  writeSmall(bias[0], values[position], "b ");
  mark(bias[0], `b ${state === "new" ? "changed" : ""} ${isPicked(picked, "bias", l, i) ? "picked" : ""}`);
  writeSmall(bias[1], gradient);
  if (gradient !== null) mark(bias[1], `g ${signOf(gradient)}`);
}

// --- names -----------------------------------------------------------------------------------------------------------

/**
 * The name of an input or an output.
 * @param {NeuronShown} neuron
 * @param {NetworkShown} shown
 */
function nameEnd({drawn: {name}, place, l, i}, {network, names, spec}) {
  const {targetName} = spec.data,
    columns = (place.nodes[i].name?.width ?? 0) / TEXT_UNITS,
    [first, next] = place.nodes,
    mayBreak = name.getAttribute("text-anchor") === "end" && !(next?.y - first.y < 2 * LINE_UNITS); // beside it, with room for two lines
  const text = l === 0 ? names.neuron(0, i) : network.layers[l - 1].outputs > 1 ? (names.classesInShort[i] ?? `${i + 1}`) : targetName,
    lines = mayBreak ? linesOfName(text, columns + 0.5) : [text];
  writeLines(name, lines.map((line) => cutToColumns(line, columns, columnsOfName)));
}

/**
 * The number of a neuron and, where responsibility stops at it, its status in its place or beside it.
 * @param {NeuronShown} neuron
 * @param {Words} words
 */
function nameHidden({drawn: {name, status: statusText}, place: {style}, i, status}, words) {
  if (style === "dot") return;
  if (hasOnlyNumber(style)) return void write(name, `${i + 1}`);
  const short = status && words.say(`${status}.short`),
    isBeside = style === "stadium",
    isAtEdge = style === "circle" && short !== ""; // a circle has no room above its value for more than the status
  if (style === "circle") for (const [key, place] of Object.entries(isAtEdge ? AT_EDGE : ABOVE)) setAttribute(name, key, place);
  write(name, short && !isBeside && !isAtEdge ? short : `${i + 1}`);
  mark(name, `name ${isAtEdge ? "outside" : short && !isBeside ? "status" : ""}`);
  write(statusText, isBeside || isAtEdge ? short : "");
}

/**
 * @param {Element} element
 * @param {string[]} lines one or two, about the middle of the text
 */
function writeLines(element, lines) {
  if (lines.length === 1) return void write(element, lines[0]);
  if (element.textContent === lines.join("")) return;
  const x = element.getAttribute("x") ?? "0";
  element.replaceChildren(...lines.map((line, i) => makeSvg("tspan", {x, dy: i ? "1.1em" : "-0.5em"}, line)));
}
