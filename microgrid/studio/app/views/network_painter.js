// Paints the numbers of a network at a step on its drawing; only what has changed is written.

import {biasPosition} from "../core/network_layers.js";
import {MAX_LABELLED_EDGES, TEXT_UNITS, linesOfName} from "../core/network_layout.js";
import {gradientsOfValues, lossTermsAt, statusOfNeuron, valuesOfLayer} from "../core/network_parts.js";
import {columnsOf, show, signOf} from "../core/numerals.js";
import {asOnCard, makeSvg, mark, setAttribute, write} from "./dom.js";
import {hasOnlyNumber, labelTexts, placeLabel, showsOneNumber} from "./network_scene.js";
import {shownNumber} from "./shown_number.js";

/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../core/network_layout.js").EdgePlace} EdgePlace */
/** @typedef {import("./network_scene.js").NetworkScene} NetworkScene */
/** @typedef {import("./network_scene.js").DrawnNeuron} DrawnNeuron */
/** @typedef {{layer: number, neuron: number, input?: number, kind: string}} Part */
/** @typedef {any} NetworkShown what `derived.network` holds */

const HEADING_UNITS = 7; // of a column of a heading
const THIN_PX = 0.9;
const MAX_CHARACTERS = 7; // of a number in a node or on an edge; a longer one is squeezed
const NUMBER_PX = 54;

/**
 * What a weight shows at a step: itself, then what is known of its gradient, then what it has become.
 * @typedef {object} WeightsShown
 * @property {(layer: number) => "value" | "gradient" | "new"} stateOf
 * @property {Float64Array} values
 * @property {Float64Array | null} gradients
 */

/**
 * Writes all numbers and marks.
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {Words} words
 * @param {boolean} isFinite whether there is something to be handed back
 */
export function paintNetwork(scene, shown, words, isFinite) {
  const {known, step, picked, hover} = shown,
    weights = weightsShown(shown, isFinite);
  paintHeadings(scene, shown, words);
  for (const [l, nodes] of scene.nodes.entries()) paintLayer(scene, nodes, l, shown, words, weights);
  paintWeights(scene, shown, weights, words);
  paintAsked(scene, shown, weights, words, hover ?? picked ?? (known.blame <= 1 && !known.isChanged ? blamedMost(shown) : null));
  paintLoss(scene, shown, words);
  for (const [l, band] of scene.bands.entries()) mark(band, `band ${isNowAt(step, l) ? `now ${step.phase}` : ""}`);
}

/** The weight that is most to blame, if any is. @param {NetworkShown} shown */
function blamedMost({largest}) {
  return largest.gradient === 0 ? null : {kind: "weight", ...largest};
}

/**
 * Whether a layer is at work in a step; Change is the work of all that have weights.
 * @param {{phase: string, kind: string, layer: number} | null} step
 * @param {number} layer
 */
function isNowAt(step, layer) {
  if (!step) return false;
  if (step.kind === "layer") return step.layer === layer;
  return step.phase === "change" && layer > 0;
}

/**
 * @param {NetworkShown} shown
 * @param {boolean} isFinite
 * @returns {WeightsShown}
 */
function weightsShown({known, parameters, after, shares, gradients}, isFinite) {
  const {isChanged, blame} = known;
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
  const last = network.layers.length;
  for (const [l, heading] of headings.entries()) {
    const {activation, outputs} = network.layers[l - 1] ?? {};
    const room = layout.layers[l].heading.width / HEADING_UNITS,
      what = l === last ? words.say(outputs > 1 ? "network.predictions" : "network.prediction") : activation,
      whole = words.say("network.layer", {layer: l, activation: what}),
      short = words.say("network.layer.short", {layer: l, activation: what}),
      ofLayer = columnsOf(whole) <= room ? whole : columnsOf(short) <= room ? short : `${l}`;
    write(heading, l === 0 ? words.say("network.inputs") : ofLayer);
    mark(heading, `heading ${isNowAt(step, l) ? `now ${step.phase}` : ""}`);
  }
  mark(box.heading, `heading ${step?.kind === "loss" ? `now ${step.phase}` : ""}`);
}

// --- neurons ---------------------------------------------------------------------------------------------------------

/**
 * @param {NetworkScene} scene
 * @param {DrawnNeuron[]} nodes
 * @param {number} l
 * @param {NetworkShown} shown
 * @param {Words} words
 * @param {WeightsShown} weights
 */
function paintLayer({layout}, nodes, l, shown, words, weights) {
  const {network, known, step, picked, names, spec, row} = shown,
    {pass, at} = shown.seen,
    {style} = layout.layers[l],
    isValueKnown = l <= known.layer,
    isGradientKnown = known.blame <= l + 1 && weights.gradients !== null,
    values = valuesOfLayer(pass, l, at),
    gradients = isGradientKnown ? gradientsOfValues(pass, l, at) : null;
  const largest = style === "dot" ? values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12) : 1,
    state = weights.stateOf(l),
    isNow = isNowAt(step, l);
  for (const [i, drawn] of nodes.entries()) {
    const value = isValueKnown ? shownNumber(values[i]) : "",
      grad = gradients ? shownNumber(gradients[i]) : "",
      status = l && isValueKnown && known.layer >= l ? statusOfNeuron(network, pass, l, i, at) : "";
    writeSmall(drawn.value, showsOneNumber(style) && grad ? "" : words.typeset(value));
    writeSmall(drawn.grad, words.typeset(grad));
    if (gradients) mark(drawn.grad, `grad ${signOf(gradients[i])}`);
    if (style === "dot") paintDot(drawn, gradients ?? (isValueKnown ? values : null), i, gradients ? largestSize(gradients) : largest);
    nameNeuron(drawn, {l, i, shown, words, status, style, room: layout.layers[l].nodes[i].name?.width ?? 0});
    if (drawn.bias.length) paintBias(drawn, l, i, shown, words, weights, state, {spec, row});
    const kinds = [
      drawn.group.getAttribute("data-kinds") ?? keepKinds(drawn.group),
      isNow && `now ${step.phase}`,
      status && "has-status",
      known.isChanged && "old",
      isSame(picked, l ? "neuron" : "input", l, i) && "picked",
    ];
    mark(drawn.group, kinds.filter(Boolean).join(" "));
    const facts = [
      value && `${words.word("value")} ${value}`,
      grad && `${words.word("grad")} ${grad}`,
      l > 0 && `${words.word("demonstration.bias")} ${show(weights.values[biasPosition(network.layers[l - 1], i)])}`,
      status && words.say(`${status}.short`),
    ];
    const label = words.say("network.node", {name: names.neuron(l, i), facts: words.listed(/** @type {string[]} */ (facts.filter(Boolean)))});
    setAttribute(drawn.group, "aria-label", label);
    setAttribute(drawn.group, "aria-pressed", `${isSame(picked, l ? "neuron" : "input", l, i)}`);
    write(drawn.title, label);
  }
}

/** @param {Element} group */
function keepKinds(group) {
  const kinds = group.getAttribute("class") ?? "";
  group.setAttribute("data-kinds", kinds);
  return kinds;
}

/** @param {Float64Array} numbers */
function largestSize(numbers) {
  return numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-12);
}

/**
 * A neuron that has no room for a number tells its sign by colour and border, its size by how full the colour is.
 * @param {DrawnNeuron} drawn
 * @param {Float64Array | null} numbers
 * @param {number} i
 * @param {number} largest
 */
function paintDot({group}, numbers, i, largest) {
  const frame = group.querySelector(".frame"),
    number = numbers ? numbers[i] : 0;
  if (!frame) return;
  mark(frame, `frame ${signOf(number)}`);
  setAttribute(frame, "fill-opacity", numbers ? (0.15 + 0.85 * Math.min(Math.abs(number) / largest, 1)).toFixed(2) : "0");
}

/**
 * @param {DrawnNeuron} drawn
 * @param {{l: number, i: number, shown: NetworkShown, words: Words, status: string, style: string, room: number}} part
 */
function nameNeuron({name, status: statusText}, {l, i, shown, words, status, style, room}) {
  const {network, names, spec} = shown,
    isHidden = l > 0 && l < network.layers.length,
    short = status && words.say(`${status}.short`);
  if (!isHidden) {
    const {classes, targetName} = spec.data,
      text = l === 0 ? names.neuron(0, i) : network.layers[l - 1].outputs > 1 ? (classes[i] ?? `${i + 1}`) : targetName,
      columns = room / TEXT_UNITS,
      isBeside = name.getAttribute("text-anchor") === "end";
    writeLines(name, (isBeside ? linesOfName(text, columns + 0.5) : [text]).map((line) => cutToWidth(line, columns)));
    return;
  }
  if (style === "dot") return;
  if (hasOnlyNumber(/** @type {any} */ (style))) return void write(name, `${i + 1}`);
  const isBeside = style === "stadium";
  const isAtEdge = style === "circle" && short !== ""; // a circle has no room above its value for more than the status
  if (style === "circle") for (const [key, place] of Object.entries(isAtEdge ? AT_EDGE : ABOVE)) setAttribute(name, key, place);
  write(name, short && !isBeside && !isAtEdge ? short : `${i + 1}`);
  mark(name, `name ${isAtEdge ? "outside" : short && !isBeside ? "status" : ""}`);
  write(statusText, isBeside || isAtEdge ? short : "");
}

const ABOVE = {x: "0", y: "-13.6", "text-anchor": "middle"}, // where the number of a neuron stands in a circle
  AT_EDGE = {x: "-25", y: "-20", "text-anchor": "end"};

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

/**
 * @param {string} text
 * @param {number} columns
 */
function cutToWidth(text, columns) {
  if (columnsOf(text) <= columns + 0.5) return text;
  let cut = text;
  while (cut && columnsOf(cut) + 1 > columns) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

/**
 * @param {DrawnNeuron} drawn
 * @param {number} l
 * @param {number} i
 * @param {NetworkShown} shown
 * @param {Words} words
 * @param {WeightsShown} weights
 * @param {"value" | "gradient" | "new"} state
 * @param {{spec: any, row: number | null}} own
 */
function paintBias({bias}, l, i, {network, picked, seen: {at}}, words, {values, gradients}, state, {spec, row}) {
  if (l === 0) {
    const number = at < 0 || row === null ? "" : `= ${show(spec.data.rows[row][i])}`;
    write(bias[0], words.typeset(number));
    return;
  }
  const position = biasPosition(network.layers[l - 1], i);
  writeSmall(bias[0], words.typeset(`b ${shownNumber(values[position])}`), 2);
  mark(bias[0], `b ${state === "new" ? "changed" : ""} ${isSame(picked, "bias", l, i) ? "picked" : ""}`);
  const gradient = gradients && state !== "value" ? gradients[position] : null;
  writeSmall(bias[1], gradient === null ? "" : words.typeset(shownNumber(gradient)));
  if (gradient !== null) mark(bias[1], `g ${signOf(gradient)}`);
}

// --- weights ---------------------------------------------------------------------------------------------------------

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {WeightsShown} shownWeights
 * @param {Words} words
 */
function paintWeights({weights, layout}, shown, {stateOf, values, gradients}, words) {
  const {known, step, picked, network} = shown,
    largestValue = largestWeight(network, values),
    largestGradient = gradients ? largestWeight(network, gradients) : 1;
  const largest = known.blame <= 1 && !known.isChanged && gradients ? blamedMost(shown) : null,
    range = widestLine(weights.length) - THIN_PX;
  for (const [e, drawn] of weights.entries()) {
    const edge = layout.edges[e],
      position = positionOfEdge(network, edge),
      state = stateOf(edge.layer),
      value = values[position],
      gradient = gradients?.[position] ?? 0;
    const isGradient = state === "gradient",
      size = isGradient ? Math.abs(gradient) / largestGradient : Math.abs(value) / largestValue,
      isMost = largest !== null && largest.layer === edge.layer && largest.neuron === edge.neuron && largest.input === edge.input;
    setAttribute(drawn.line, "stroke-width", (THIN_PX + range * (size <= 1 ? size : 1)).toFixed(1));
    const kinds = `weight ${signOf(isGradient ? gradient : value)}${isNowAt(step, edge.layer) ? ` now ${step.phase}` : ""}${emphasisOf(picked, edge)}${isMost ? " most" : ""}`;
    mark(drawn.group, kinds);
    if (!drawn.weight || !drawn.grad) continue;
    writeSmall(drawn.weight, words.typeset(shownNumber(value)));
    mark(drawn.weight, `w${state === "new" ? " changed" : ""}${emphasisOf(picked, edge)}`);
    writeSmall(drawn.grad, state === "value" ? "" : words.typeset(shownNumber(gradient)));
    mark(drawn.grad, `g ${signOf(gradient)}${isMost ? " most" : ""}${emphasisOf(picked, edge)}`);
  }
}

/** How wide the largest of so many lines is: among many, wide ones would be a surface. @param {number} count */
function widestLine(count) {
  if (count <= MAX_LABELLED_EDGES) return 6.5;
  return count <= 120 ? 4.5 : 2.8;
}

/**
 * @param {any} network
 * @param {EdgePlace} edge
 */
function positionOfEdge({layers}, {layer, neuron, input}) {
  const {start, inputs} = layers[layer - 1];
  return start + neuron * (inputs + 1) + input;
}

/**
 * The largest weight, or gradient of one, without its sign; biases do not count, for they have no line.
 * @param {any} network
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
 * @param {Part | null} picked
 * @param {EdgePlace} edge
 */
function emphasisOf(picked, edge) {
  if (!picked || picked.kind === "loss" || picked.kind === "bias") return "";
  if (picked.kind === "weight" && isOf(picked, edge)) return " picked";
  return isOf(picked, edge) ? "" : " faint";
}

/**
 * Whether an edge belongs to a part: to a neuron those that lead to it, to an input those that leave it.
 * @param {Part} part
 * @param {EdgePlace} edge
 */
function isOf({kind, layer, neuron, input}, edge) {
  if (kind === "input") return edge.layer === 1 && edge.input === neuron;
  if (kind === "neuron") return edge.layer === layer && edge.neuron === neuron;
  return kind === "weight" && edge.layer === layer && edge.neuron === neuron && edge.input === input;
}

/**
 * Where the edges show no numbers unasked: those of the part that is pointed at or picked.
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {WeightsShown} weights
 * @param {Words} words
 * @param {Part | null} part
 */
function paintAsked({asked, askedTexts, layout}, {network}, {stateOf, values, gradients}, words, part) {
  const edges = part && !layout.hasLabels && ["neuron", "weight"].includes(part.kind) ? layout.edges.filter((edge) => isOf(part, edge)) : [],
    isOne = edges.length === 1;
  let used = 0;
  for (const edge of edges) {
    const area = isOne ? edge.spot : edge.fan;
    if (!area) continue;
    if (used === askedTexts.length) {
      askedTexts.push(labelTexts());
      asked.append(...askedTexts[used]);
    }
    const [weight, grad] = askedTexts[used++],
      position = positionOfEdge(network, edge),
      state = stateOf(edge.layer),
      gradient = gradients?.[position] ?? 0;
    placeLabel([weight, grad], area);
    writeSmall(weight, isOne || state !== "gradient" ? words.typeset(shownNumber(values[position])) : "");
    mark(weight, `w ${state === "new" ? "changed" : ""}`);
    writeSmall(grad, state === "gradient" || (isOne && state === "new") ? words.typeset(shownNumber(gradient)) : "");
    mark(grad, `g ${signOf(gradient)}`);
  }
  for (const texts of askedTexts.slice(used)) for (const text of texts) write(text, "");
}

// --- the loss --------------------------------------------------------------------------------------------------------

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {Words} words
 */
function paintLoss({box, links}, shown, words) {
  const {network, known, step, picked} = shown,
    {pass, at, batch} = shown.seen,
    last = network.layers.length,
    isKnown = known.layer > last,
    isPredicted = known.layer >= last,
    isClass = network.loss === "bce";
  const terms = lossTermsAt(network, pass, at),
    rows = batch.length,
    total = at < 0 ? "network.loss.mean" : isClass ? "loss" : "network.squared.mean",
    name = at >= 0 && isClass ? words.say("network.loss.row", {row: shown.row + 1}) : words.say(at >= 0 && terms.length === 1 ? "network.squared.error" : total);
  const ofRow = terms.reduce((sum, {term}) => sum + term, 0) / terms.length,
    loss = at < 0 ? pass.loss : ofRow;
  write(box.heading, name);
  const number = (/** @type {number} */ it, /** @type {boolean} */ isShown) => (isShown ? words.typeset(shownNumber(it)) : "");
  for (const [i, lines] of box.rows.entries()) {
    const {target, prediction, error, probability, term} = terms[i] ?? {};
    /** @type {[string, string][]} */
    let told;
    if (at < 0)
      told =
        box.rows.length > 1
          ? [[isClass ? "page.network.loss.mean" : "page.network.squared.mean", number(term / rows, isKnown)]]
          : [["page.network.rows", `${rows}`], [isClass ? "page.network.sum" : "page.network.squared.sum", number(term, isKnown)], ["page.network.loss.mean", number(loss, isKnown)]]; // prettier-ignore
    else if (box.rows.length > 1) told = [["label.target", number(target, true)], isClass ? ["page.network.probability", number(probability, isPredicted)] : ["label.error", number(error, isKnown)]];
    else if (isClass) told = [["label.target", number(target, true)], ["page.network.prediction", number(prediction, isPredicted)], ["page.network.probability", number(probability, isKnown)], ["page.loss", number(term, isKnown)]];
    else told = [["label.target", number(target, true)], ["page.network.prediction", number(prediction, isPredicted)], ["label.error", number(error, isKnown)], ["page.network.squared", number(term, isKnown)]];
    for (const [k, line] of lines.entries()) {
      const [key, text] = told[k] ?? ["", ""];
      write(line.word, key ? words.word(key) : "");
      writeSmall(line.number, text);
      mark(line.number, `number ${k === told.length - 1 && !box.total ? "result" : ""}`);
    }
  }
  if (box.total) {
    write(box.total.word, words.say(total));
    writeSmall(box.total.number, number(loss, isKnown));
    mark(box.total.number, "number result");
  }
  const isNow = step?.kind === "loss",
    isPicked = picked?.kind === "loss";
  mark(box.group, `loss ${isNow ? `now ${step.phase}` : ""} ${isPicked ? "picked" : ""}`);
  for (const link of links) mark(link, `link ${isNow ? `now ${step.phase}` : ""}`);
  const label = words.say("network.node", {name, facts: isKnown ? show(loss) : ""});
  setAttribute(box.group, "aria-label", label);
  setAttribute(box.group, "aria-pressed", `${isPicked}`);
}

/**
 * @param {Part | null} part
 * @param {string} kind
 * @param {number} layer
 * @param {number} neuron
 */
function isSame(part, kind, layer, neuron) {
  return part !== null && part.kind === kind && part.layer === layer && part.neuron === neuron;
}

// --- numbers ---------------------------------------------------------------------------------------------------------

/**
 * Writes a number; one that is too long is squeezed into its place.
 * @param {Element} element
 * @param {string} text
 * @param {number} [more] characters besides the number
 */
function writeSmall(element, text, more = 0) {
  const shown = asOnCard(text);
  if (!write(element, shown)) return;
  const isLong = shown.length > MAX_CHARACTERS + more;
  setAttribute(element, "textLength", isLong ? `${NUMBER_PX + 7 * more}` : null);
  setAttribute(element, "lengthAdjust", isLong ? "spacingAndGlyphs" : null);
}
