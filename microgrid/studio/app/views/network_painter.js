// Paints the numbers of a network at a step on its drawing; only what has changed is written.

import {weightPosition} from "../core/network_layers.js";
import {lensOver, placesOfAsked} from "../core/network_labels.js";
import {MAX_LABELLED_EDGES} from "../core/network_places.js";
import {columnsOf, signOf} from "../core/numerals.js";
import {mark, setAttribute, write} from "./dom.js";
import {paintLoss} from "./network_loss.js";
import {isNowAt, nowIn, writeSmall} from "./network_marks.js";
import {paintNeurons} from "./network_neurons.js";
import {drawnLabel, fitPlate, placeLabel} from "./network_scene.js";

/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("../core/network_places.js").EdgePlace} EdgePlace */
/** @typedef {import("./network_marks.js").NetworkShown} NetworkShown */
/** @typedef {import("./network_marks.js").Picked} Picked */
/** @typedef {import("./network_marks.js").WeightsShown} WeightsShown */
/** @typedef {import("./network_scene.js").NetworkScene} NetworkScene */

const HEADING_UNITS = 7; // of a column of a heading
const THIN_PX = 0.9;

/**
 * Writes all numbers and marks.
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {Words} words
 * @param {boolean} isFinite whether there is something to be handed back
 */
export function paintNetwork(scene, shown, words, isFinite) {
  const {known, step} = shown,
    weights = weightsShown(shown, isFinite),
    part = partLookedAt(shown, scene.layout.hasLabels);
  paintHeadings(scene, shown, words);
  paintNeurons(scene, shown, weights, words);
  paintWeights(scene, shown, weights, words, part);
  paintAsked(scene, shown, weights, words, part ?? (known.blame <= 1 && !known.isChanged ? blamedMost(shown) : null));
  paintLens(scene, [shown.asked, shown.picked, shown.hover]);
  paintLoss(scene, shown, words);
  for (const [l, band] of scene.bands.entries()) mark(band, `band ${nowIn(step, isNowAt(step, l))}`);
}

/**
 * The part whose lines stand out and have their numbers: the one that a class is asked about; the one that is opened, for what lies under the pointer may be
 * another once the drawing has made room for its table; else the one pointed at, where the lines show no numbers unasked.
 * @param {NetworkShown} shown
 * @param {boolean} hasLabels
 * @returns {Picked | null}
 */
function partLookedAt({asked, picked, hover}, hasLabels) {
  const hasLines = (/** @type {Picked | null} */ part) => part !== null && part.kind !== "loss" && part.kind !== "bias";
  if (asked) return asked;
  if (hasLines(picked)) return picked;
  return !hasLabels && hasLines(hover) ? hover : null;
}

/**
 * The weight that is most to blame, if any is.
 * @param {NetworkShown} shown
 * @returns {Picked | null}
 */
function blamedMost({largest}) {
  return largest.gradient === 0 ? null : {kind: "weight", ...largest};
}

/**
 * @param {NetworkShown} shown
 * @param {boolean} isFinite
 * @returns {WeightsShown}
 */
function weightsShown({known: {isChanged, blame}, parameters, after, shares, gradients}, isFinite) {
  return {
    stateOf: (layer) => (isChanged ? "new" : blame <= layer && isFinite ? "gradient" : "value"),
    values: isChanged ? after : parameters,
    gradients: isChanged ? gradients : isFinite ? shares : null,
  };
}

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {Words} words
 */
function paintHeadings({headings, box, layout}, {network, step}, words) {
  for (const [l, heading] of headings.entries()) {
    write(heading, l === 0 ? words.say("network.inputs") : headingOfLayer(l, network, (layout.layers[l].heading?.width ?? 0) / HEADING_UNITS, words));
    mark(heading, `heading ${nowIn(step, isNowAt(step, l))}`);
  }
  mark(box.heading, `heading ${nowIn(step, step?.kind === "loss")}`);
}

/**
 * The number of a layer and what it computes, as far as there is room.
 * @param {number} layer
 * @param {Network} network
 * @param {number} columns
 * @param {Words} words
 */
function headingOfLayer(layer, {layers}, columns, words) {
  const {activation, outputs} = layers[layer - 1],
    what = layer < layers.length ? activation : words.say(outputs > 1 ? "network.predictions" : "network.prediction"),
    texts = ["network.layer", "network.layer.short"].map((key) => words.say(key, {layer, activation: what}));
  return texts.find((text) => columnsOf(text) <= columns) ?? `${layer}`;
}

// --- weights ---------------------------------------------------------------------------------------------------------

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {WeightsShown} shownWeights
 * @param {Words} words
 * @param {Picked | null} part that is looked at
 */
function paintWeights({weights, layout}, shown, {stateOf, values, gradients}, words, part) {
  const {known, step, network} = shown,
    largestValue = largestWeight(network, values),
    largestGradient = gradients ? largestWeight(network, gradients) : 1;
  const most = known.blame <= 1 && !known.isChanged && gradients ? blamedMost(shown) : null,
    range = widestLine(weights.length) - THIN_PX;
  for (const [e, drawn] of weights.entries()) {
    const edge = layout.edges[e],
      position = positionOfEdge(network, edge),
      state = stateOf(edge.layer),
      value = values[position],
      gradient = gradients?.[position] ?? 0;
    const isGradient = state === "gradient",
      size = isGradient ? Math.abs(gradient) / largestGradient : Math.abs(value) / largestValue,
      emphasis = `${emphasisOf(part, edge)}${most && isOf(most, edge) ? " most" : ""}`;
    setAttribute(drawn.line, "stroke-width", (THIN_PX + range * (size <= 1 ? size : 1)).toFixed(1));
    mark(drawn.group, `weight ${signOf(isGradient ? gradient : value)} ${nowIn(step, isNowAt(step, edge.layer))}${emphasis}`);
    if (!drawn.label) continue;
    const {weight, grad} = drawn.label;
    writeSmall(weight, value);
    mark(weight, `w${state === "new" ? " changed" : ""}${emphasisOf(part, edge)}`);
    writeSmall(grad, state === "value" ? null : gradient);
    mark(grad, `g ${signOf(gradient)}${emphasis}`);
    fitPlate(drawn.label);
  }
}

/** How wide the largest of so many lines is: among many, wide ones would be a surface. @param {number} count */
function widestLine(count) {
  if (count <= MAX_LABELLED_EDGES) return 6.5;
  return count <= 120 ? 4.5 : 2.8;
}

/**
 * @param {Network} network
 * @param {EdgePlace} edge
 */
function positionOfEdge({layers}, {layer, neuron, input}) {
  return weightPosition(layers[layer - 1], neuron, input);
}

/**
 * The largest weight, or gradient of one, without its sign; biases do not count, for they have no line.
 * @param {Network} network
 * @param {Float64Array} numbers
 */
function largestWeight({layers}, numbers) {
  let largest = 1e-300;
  for (const {start, inputs, outputs} of layers) {
    for (let k = 0; k < outputs * (inputs + 1); k++) {
      const size = Math.abs(numbers[start + k]);
      if (k % (inputs + 1) !== inputs && size > largest && size < Infinity) largest = size;
    }
  }
  return largest;
}

/**
 * @param {Picked | null} part that is looked at
 * @param {EdgePlace} edge
 */
function emphasisOf(part, edge) {
  if (!part) return "";
  if (!isOf(part, edge)) return " faint";
  return part.kind === "weight" ? " picked" : "";
}

/**
 * Whether an edge belongs to a part: to a neuron those that lead to it, to an input those that leave it.
 * @param {Picked} part
 * @param {EdgePlace} edge
 */
function isOf({kind, layer, neuron, input}, edge) {
  if (kind === "input") return edge.layer === 1 && edge.input === neuron;
  if (kind === "neuron") return edge.layer === layer && edge.neuron === neuron;
  return kind === "weight" && edge.layer === layer && edge.neuron === neuron && edge.input === input;
}

/**
 * Where neurons have no room for a number: shows those of the first of these parts that is one of them.
 * @param {NetworkScene} scene
 * @param {(Picked | null)[]} parts
 */
function paintLens({lens: {group, texts}, nodes, layout}, parts) {
  const part = parts.find((each) => each && each.kind !== "loss" && each.kind !== "weight" && layout.layers[each.layer].style === "dot");
  setAttribute(group, "visibility", part ? null : "hidden");
  if (!part) return;
  const {x, y} = lensOver(layout, part),
    {value, grad} = nodes[part.layer][part.neuron];
  setAttribute(group, "transform", `translate(${x} ${y})`);
  for (const [i, own] of [value, grad].entries()) {
    if (texts[i].textContent !== own.textContent) texts[i].replaceChildren(...Array.from(own.childNodes, (node) => node.cloneNode(true)));
    for (const name of ["class", "textLength", "lengthAdjust"]) setAttribute(texts[i], name, own.getAttribute(name));
  }
}

/**
 * Where the edges show no numbers unasked: those of the part that is pointed at or picked.
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {WeightsShown} weights
 * @param {Words} words
 * @param {Picked | null} part
 */
function paintAsked({asked, askedTexts, askedPlaces, layout}, {network}, {stateOf, values, gradients}, words, part) {
  const edges = part && !layout.hasLabels && ["neuron", "weight"].includes(part.kind) ? layout.edges.filter((edge) => isOf(part, edge)) : [],
    name = JSON.stringify(part),
    places = askedPlaces.get(name) ?? placesOfAsked(layout, edges),
    isOne = edges.length === 1;
  askedPlaces.set(name, places);
  let used = 0;
  for (const [e, edge] of edges.entries()) {
    const area = places[e];
    if (!area) continue;
    if (used === askedTexts.length) {
      askedTexts.push(drawnLabel());
      asked.append(...Object.values(askedTexts[used]));
    }
    const label = askedTexts[used++],
      {weight, grad} = label,
      position = positionOfEdge(network, edge),
      state = stateOf(edge.layer),
      gradient = gradients?.[position] ?? 0;
    placeLabel(label, area);
    writeSmall(weight, isOne || state !== "gradient" ? values[position] : null);
    mark(weight, `w ${state === "new" ? "changed" : ""}`);
    writeSmall(grad, state === "gradient" || (isOne && state === "new") ? gradient : null);
    mark(grad, `g ${signOf(gradient)}`);
    fitPlate(label);
  }
  for (const label of askedTexts.slice(used)) {
    for (const text of [label.weight, label.grad]) write(text, "");
    fitPlate(label);
  }
}
