// Networks: the codes of their states, and tables that are pasted. What is accepted is walked, trained, opened in every
// part, and sent on; what is shown of it must be made of numbers, or a sentence must say which one is lost.

import {initialState, reduce} from "../../../microgrid/studio/app/actions.js";
import {sharedOf} from "../../../microgrid/studio/app/actions/share.js";
import {firstCell, formulaOfCell} from "../../../microgrid/studio/app/core/matrix_cells.js";
import {predict} from "../../../microgrid/studio/app/core/network.js";
import {layOutNetwork} from "../../../microgrid/studio/app/core/network_layout.js";
import {lossTermsAt, openedNeuron, sharesByRow, statusOfNeuron} from "../../../microgrid/studio/app/core/network_parts.js";
import {ACTIVATION_NAMES, NetworkError, checkSpec, onData, scaledRow} from "../../../microgrid/studio/app/core/network_spec.js";
import {matricesAt} from "../../../microgrid/studio/app/core/network_steps.js";
import {fieldOf, plotOf, predictionsAlong, verdictsOf} from "../../../microgrid/studio/app/core/plots.js";
import {decodeState, encodeState} from "../../../microgrid/studio/app/core/share.js";
import {columnsOfTable, readTable} from "../../../microgrid/studio/app/core/table_text.js";
import {createDerive} from "../../../microgrid/studio/app/derive.js";
import {nextMomentIn} from "../../../microgrid/studio/app/derive/network.js";
import {LANGUAGES, WORDS, below, changedText, checkRefusal, checkSame, many, one, random} from "./changes.mjs";

const XOR = {name: "xor", inputNames: ["x1", "x2"], targetName: "y", classes: [], rows: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [0, 1, 1, 0], heldOut: {rows: [], targets: []}, scale: null};
const FIRST = initialState({kind: "text", text: "a = 1\nb = a*2"}, "en"),
  KNOWN = {documents: [], languages: LANGUAGES, datasets: {xor: XOR}},
  derive = createDerive(WORDS);
const NUMBERS = [0, -0, 1, -1, 0.5, 3, 1e3, 1e-300, 5e-324, 1e154, 1e308, -1e308],
  NAMES = ["x", "y", "", "体重", "<img src=x onerror=alert(1)>", "__proto__", "constructor", "{name}", "$&", "a".repeat(5000), "\u202e‮", "1 000"],
  ROOMS = [{width: 360, height: 500, isVertical: true}, {width: 900, height: 500, isVertical: false}];
const MOST_ACTIONS = 12,
  LONGEST_MS = 2000;

// --- documents and their codes ---------------------------------------------------------------------------------------

const someNumber = () => (random() < 0.7 ? Math.round(random() * 200 - 100) / 10 : one(NUMBERS));

function someData() {
  if (random() < 0.3) return XOR;
  const inputs = one([1, 1, 2, 2, 3, 20]),
    classes = one([[], [], ["no", "yes"], ["a", "b", "c"], many(10, (i) => one(NAMES) + i)]);
  const rows = (count) => many(count, () => many(inputs, someNumber)),
    targets = (count) => many(count, () => (classes.length ? below(classes.length) : someNumber())),
    [learned, heldOut] = [one([1, 2, 7, 30, 200]), one([0, 0, 1, 20])];
  const scale = one([null, {inputs: [many(inputs, someNumber), many(inputs, () => one([1, 2.5, 1e-300, 1e300]))], target: classes.length ? [0, 1] : [someNumber(), one([1, 7, 1e-300])]}]);
  return {name: one(["", ...NAMES]), inputNames: many(inputs, (i) => one(NAMES) + i), targetName: one(NAMES), classes, rows: rows(learned), targets: targets(learned), heldOut: {rows: rows(heldOut), targets: targets(heldOut)}, scale};
}

function someSpec() {
  const hidden = one([[], [], [3], [3], [4, 4], [4, 4], [8, 8], [1, 1, 1, 1, 1, 1, 1, 1], [60, 60], one([[1e6], many(300, () => 1)])]);
  return {
    ...onData(someData(), [...hidden, 1]),
    activation: one(ACTIVATION_NAMES),
    learningRate: one([0, -0, 0.01, 0.1, 0.1, 1, 1e3, 1e308]),
    momentum: one([0, 0, 0.9, 1 - 2 ** -53]),
    batchSize: one([null, null, 1, 2, 16, 1e9]),
    seed: one([0, 1, 2 ** 53 - 1]),
    model: null,
    history: one([null, null, null, {losses: many(5, someNumber), heldOut: many(one([0, 5]), someNumber)}]),
  };
}

/** The code of the state of a network. */
export async function someNetworkCode() {
  const n = someSpec(),
    c = one([1, 1, 1, 2, 9, 9, 400, 1e9]);
  return encodeState({v: 1, d: {n: n.data === XOR && random() < 0.5 ? {...n, data: "xor"} : n}, s: below(9), c, n: c + one([0, 0, 5, 1e6]), r: one([null, null, 0.05, 1e308]), g: one([null, "ja"]), m: one(["", "present", "ask"]), i: one([null, -1, 0, 3, 1e9])});
}

/** Opens the state of a network as the page does, does whatever a reader may do, and sends it on. */
export async function tryNetworkState(shared) {
  const now = inTime("opening", () => reduce(FIRST, {type: "openShared", shared, known: KNOWN, isEntry: true}));
  await tryLearner(now);
}

// --- tables ----------------------------------------------------------------------------------------------------------

/** A table with a few faults, or none. */
export function someTable() {
  const columns = one([1, 2, 2, 2, 3, 3, 5, 20, 300]),
    count = one([0, 1, 2, 5, 30, 30, 30, 2000, 10_000].slice(0, columns > 5 ? 7 : 9)),
    delimiter = one([",", ",", ";", "\t", "|"]),
    faults = one([0, 0, 0.0005, 0.01]),
    last = one([someNumber, someNumber, () => one(["no", "yes"]), () => one(NAMES), () => `${below(30)}th`]);
  const quoted = (text) => (random() < 0.2 || /[,;|\t"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text),
    cell = (i) => (random() < faults ? one(["", "x", "1,5", "−3", "1e999", "NaN", "１２", "1_000", "50%", "1/2", '"']) : `${i === columns - 1 ? last() : someNumber()}`);
  const names = random() < 0.6 ? [many(columns, (i) => quoted(one(NAMES) + one(["", i, i, i, i, i])).replaceAll("\n", " "))] : [];
  const lines = [...names, ...many(count, () => many(columns, (i) => quoted(cell(i))))].map((cells) => cells.join(delimiter)),
    text = lines.join(one(["\n", "\r\n", "\r"]));
  return random() < 0.3 ? changedText(text) : one(["", "", "\ufeff"]) + text;
}

/** Reads a table and builds a network on it, as the page does; returns whether it was accepted. */
export async function tryTable(text) {
  let now = reduce(FIRST, {type: "setDocument", document: {kind: "network", network: {...someSpec(), ...onData(XOR, [2, 1]), batchSize: null}}});
  try {
    const columns = inTime("a table", () => columnsOfTable(text)),
      data = inTime("a table", () => readTable(text, one([null, 0, columns.length - 1]))),
      change = onData(data, one([[1], [8, 1], [60, 60, 1]]));
    checkSpec({...now.document.network, ...change});
    now = reduce(now, {type: "changeNetwork", change});
  } catch (error) {
    checkRefusal(error, NetworkError);
    return false;
  }
  await tryLearner(now);
  return true;
}

// --- what a learner does ---------------------------------------------------------------------------------------------

async function tryLearner(opened) {
  let now = look(opened);
  lookAtDrawing(derive(now).network);
  await trySending(now);
  for (let i = below(MOST_ACTIONS); i > 0; i--) {
    const action = someAction(now);
    now = look(inTime(action.type, () => reduce(now, action)));
  }
  await trySending(now);
}

// An action of a reader that is possible now.
function someAction(now) {
  if (now.document.kind !== "network") return {type: "redo"};
  const {sizes, inputs, data} = now.document.network,
    layer = 1 + below(sizes.length),
    part = {kind: one(["neuron", "weight", "bias"]), layer, neuron: below(sizes[layer - 1]), input: below(layer > 1 ? sizes[layer - 2] : inputs)};
  return one([
    {type: "stepBy", count: one([1, 1, 1, -1])},
    {type: "goTo", position: one([0, 1, 1e9])},
    {type: "goToPhase", phase: one(["know", "think", "change"])},
    ...["play", "playOn", "playPhase", "pause", "undo", "redo", "reset", "deselect", "ask", "unask", "settle"].map((type) => ({type})),
    {type: "train", cycles: one([1, 10, Infinity])},
    {type: "trainOn", cycles: 7},
    {type: "rewind", cycle: one([1, now.cycles.last, below(now.cycles.last + 9)])},
    {type: "setLearningRate", learningRate: one([0, 0.1, 1e308])},
    {type: "pickRow", row: one([null, 0, below(data.rows.length), 1e9])},
    {type: "pickPart", part: one([null, part, {kind: "input", layer: 0, neuron: below(inputs)}, {kind: "loss", layer: 0, neuron: 0}])},
    {type: "hoverPart", part},
    {type: "showPanel", panel: one(["", "layers"])},
    {type: "showPairs", isShown: random() < 0.5},
    {type: "setLanguage", language: one(LANGUAGES)},
    {type: "present", isPresenting: random() < 0.7},
    {type: "setPredicting", isPredicting: random() < 0.5},
    {type: "changeNetwork", change: {activation: one(ACTIVATION_NAMES), seed: below(9), batchSize: one([null, 1, 3])}},
  ]);
}

/** Computes what is shown of a state: the sentences, the drawing, its parts, the matrices and the plot. */
function look(now) {
  if (now.document.kind !== "network") return now;
  const shown = inTime("what is said", () => derive(now));
  for (const key of ["sentence", "title", "place", "outputText", "problem", "note"]) {
    if (typeof shown[key] !== "string" || /undefined|\[object/.test(shown[key].replaceAll(/x\d*/g, ""))) throw new Error(`${key} is ${JSON.stringify(shown[key])}`);
  }
  const {network, problem} = shown;
  if (!network.parameters.every(Number.isFinite)) throw new Error("a parameter is not finite");
  if (!problem && ![network.pass.loss, ...network.gradients, ...network.after].every(Number.isFinite)) throw new Error("a number is lost, and nothing says so");
  inTime("what is shown", () => lookAtParts(now, network));
  inTime("the held-out loss", () => shown.earlier.heldOut());
  return now;
}

function lookAtParts(now, shown) {
  const {network, spec, seen, step, steps, names, known} = shown,
    at = step ?? steps[0],
    {parameters: after, velocity} = nextMomentIn(now),
    update = {learningRate: now.learningRate, after, velocity};
  const entries = matricesAt(spec, network, shown.pass, at, update),
    cell = firstCell(entries, shown.at);
  if (cell) formulaOfCell(cell, entries, {spec, network, pass: shown.pass, at, update}, shown.at);
  for (const [l, size] of network.sizes.entries()) {
    const neuron = below(size);
    statusOfNeuron(network, seen.pass, l + 1, neuron, seen.at);
    openedNeuron(network, seen.pass, Math.max(seen.at, 0), l + 1, neuron);
    sharesByRow(seen.pass, l + 1, neuron, -1);
    names.weight(l + 1, neuron, 0);
  }
  lossTermsAt(network, seen.pass, seen.at);
  const plot = plotOf(spec, now.isPairsShown),
    asked = (row) => predict(network, known.isChanged ? after : shown.parameters, scaledRow(spec, row));
  verdictsOf(plot, asked);
  if (plot.kind === "plane") fieldOf(plot, asked, 20);
  if (plot.kind === "line") predictionsAlong(plot, asked, 20);
}

function lookAtDrawing({network, spec: {data}, names}) {
  const outputNames = data.classes.length > 1 ? data.classes : [data.targetName],
    shape = {inputs: network.inputs, sizes: network.sizes, hasUnits: Boolean(data.scale), inputNames: names.inputs, outputNames: many(network.sizes.at(-1), (i) => outputNames[i] ?? `${i}`)};
  inTime("the drawing", () => layOutNetwork(shape, one(ROOMS)));
}

/** Sends a state on: what comes back is the same document, with the same numbers, at the same place. */
async function trySending(now) {
  if (now.document.kind !== "network") return;
  const code = await encodeState(sharedOf(now, KNOWN.datasets)),
    shared = await decodeState(code),
    again = inTime("opening again", () => reduce(FIRST, {type: "openShared", shared, known: KNOWN, isEntry: true}));
  checkSame(written(now.document.network), written(again.document.network), "the network");
  checkSame(written(Object.assign({}, now.net.moment.parameters)), written(Object.assign({}, again.net.moment.parameters)), "a parameter");
  const sentOn = sharedOf({...again, language: now.language}, KNOWN.datasets);
  for (const part of "scigmr") checkSame(written(shared[part]), written(sentOn[part]), `part ${part}`);
}

/** A value as text: in whatever order its parts stand, and with the sign of every 0. */
function written(value) {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).toSorted().map((key) => `${key}:${written(value[key])}`)}}`;
}

/** Computes something, in less than two seconds of this process. */
function inTime(what, compute) {
  const began = process.cpuUsage(),
    result = compute(),
    used = process.cpuUsage(began).user / 1000;
  if (used > LONGEST_MS) throw new Error(`${what} took ${Math.round(used)} ms`);
  return result;
}
