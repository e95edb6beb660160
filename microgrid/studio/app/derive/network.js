// What follows from the state of a network: the numbers of its cycle, what is known of them at the step shown, and what
// is said of it. Passes are computed when a view asks for them, once a cycle.

import {batchOf, cyclesPerEpoch, epochOf, lossOf, nextMoment} from "../core/learning.js";
import {networkOf, passOf, rowShares} from "../core/network.js";
import {NetworkSentences, RISEN, mostToBlame} from "../core/network_sentences.js";
import {standardised} from "../core/network_spec.js";
import {stepsOfNetwork} from "../core/network_steps.js";
import {show} from "../core/numerals.js";
import {phaseEnds} from "../core/steps.js";
import {memoised} from "./memoised.js";

/** @typedef {import("../actions/parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("../actions/parts.js").State} State */
/** @typedef {import("../core/learning.js").Moment} Moment */
/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("../core/network.js").Pass} Pass */
/** @typedef {import("../core/network_spec.js").Spec} Spec */
/** @typedef {import("../core/network_steps.js").NetworkStep} NetworkStep */
/** @typedef {import("../core/network_spec.js").StandardisedData} StandardisedData */
/** @typedef {import("../core/words.js").Words} Words */

/**
 * What is picked in the drawing: `layer` from 1, 0 for the inputs; `neuron` and `input` from 0.
 * @typedef {{kind: "neuron" | "weight" | "bias" | "input" | "loss", layer: number, neuron: number, input?: number}} Picked
 */

/**
 * What a reader looks at in a network, and where its learning is.
 * @typedef {object} Net
 * @property {Moment} moment at the start of the cycle shown
 * @property {number | null} row the one picked, from 0; null for all rows
 * @property {Picked | null} picked
 * @property {"" | "layers"} panel that is open below the drawing
 * @property {Picked | null} hover
 */

/**
 * What the curve shows beside the cycles that were run: losses of the epochs before, and those of the rows held out.
 * @typedef {{losses: number[], heldOut: () => {cycle: number, loss: number}[]}} Earlier
 */

/** @typedef {ReturnType<typeof networkPartAt>} NetworkShown */

const MAX_COLUMNS_NAMED = 3; // of a table, in its title

// --- the numbers -----------------------------------------------------------------------------------------------------

const networkOfSpec = memoised(networkOf);
const dataOfSpec = memoised(standardised);
const stepsOfSpec = memoised((/** @type {Spec} */ spec) => stepsOfNetwork(networkOfSpec(spec)));
const endsOfSteps = memoised(phaseEnds);
const batchAt = memoised(batchOf);
const passAt = memoised(
  (/** @type {Network} */ network, /** @type {StandardisedData} */ data, /** @type {Moment} */ moment, /** @type {Int32Array} */ batch) => {
    const rows = Array.from(batch, (row) => data.rows[row]),
      targets = Array.from(batch, (row) => data.targets[row]);
    return passOf(network, moment.parameters, rows, targets);
  },
);
const aloneAt = memoised((/** @type {Network} */ network, /** @type {StandardisedData} */ data, /** @type {Moment} */ moment, /** @type {number} */ row) =>
  passOf(network, moment.parameters, [data.rows[row]], [data.targets[row]]),
);
const nextAt = memoised(nextMoment);
const sharesAt = memoised(rowShares);
const specInWords = memoised((/** @type {Spec} */ spec, /** @type {Words} */ words) => ({...spec, data: dataInWords(spec.data, words)}));
const sentencesAt = memoised((/** @type {Spec} */ spec, /** @type {Network} */ network, /** @type {Words} */ words) => new NetworkSentences(spec, network, words));

/**
 * Returns data with their names in a language, where they are the studio's own: those of somebody's table stay.
 * @param {Spec["data"]} data
 * @param {Words} words
 */
function dataInWords(data, words) {
  const named = (/** @type {string} */ name, more = "") => (words.has(`label.${name}${more}`) ? words.word(`label.${name}${more}`) : name),
    namedAll = (/** @type {string[]} */ names, more = "") => names.map((name) => named(name, more));
  if (!data.name) return data;
  return {...data, inputNames: namedAll(data.inputNames), targetName: named(data.targetName), classes: namedAll(data.classes), classesInShort: namedAll(data.classes, ".short")};
}

/** @type {WeakMap<Float64Array, Map<object, number>>} */
const lossesKnown = new WeakMap();

/**
 * The loss of rows with some parameters, computed once.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {import("../core/network_spec.js").Rows} rows
 */
function lossWith(network, parameters, rows) {
  let known = lossesKnown.get(parameters);
  if (!known) lossesKnown.set(parameters, (known = new Map()));
  let loss = known.get(rows);
  if (loss === undefined) known.set(rows, (loss = lossOf(network, parameters, rows)));
  return loss;
}

/** @param {DocumentOfPage} document */
export function specOf(document) {
  return /** @type {Spec} */ (document.network);
}

/**
 * The number of the cycle that a document opens with: it may have been trained before.
 * @param {DocumentOfPage} document
 */
export function firstCycleOf(document) {
  const spec = specOf(document);
  return (spec.history?.losses.length ?? 0) * cyclesPerEpoch(spec) + 1;
}

/**
 * The network of a document, and its data as the network sees them.
 * @param {DocumentOfPage} document
 */
export function learnerOf(document) {
  const spec = specOf(document);
  return {spec, network: networkOfSpec(spec), data: dataOfSpec(spec)};
}

/**
 * The pass of the batch of the cycle shown.
 * @param {State} state
 */
function passIn(state) {
  const {spec, network, data} = learnerOf(state.document);
  return passAt(network, data, momentIn(state), batchAt(spec, momentIn(state), state.cycle));
}

/** @param {State} state */
function momentIn({net}) {
  return /** @type {Net} */ (net).moment;
}

/**
 * Where learning is after the cycle shown.
 * @param {State} state
 */
export function nextMomentIn(state) {
  const {spec, network, data} = learnerOf(state.document);
  return nextAt(spec, network, data, momentIn(state), state.cycle, state.learningRate);
}

/**
 * Whether no update can follow, for a number would not be finite.
 * @param {State} state
 */
function isLostIn(state) {
  return nextMomentIn(state) === momentIn(state);
}

/**
 * The loss of all rows, at the start of the cycle.
 * @param {State} state
 */
function lossIn(state) {
  const {network, data} = learnerOf(state.document),
    {moment} = /** @type {Net} */ (state.net);
  return moment.order ? lossWith(network, moment.parameters, data) : passIn(state).loss;
}

/** @type {import("../derive.js").Kind} */
export const NETWORK_KIND = {
  steps: ({document}) => stepsOfSpec(specOf(document)),
  closedSteps: ({document}) => stepsOfSpec(specOf(document)),
  reach(state) {
    const steps = stepsOfSpec(specOf(state.document));
    return Number.isFinite(passIn(state).loss) ? steps.length : endsOfSteps(steps).know;
  },
  output: lossIn,
  isStuck: isLostIn,
  learns: () => true,
  rate: (document) => specOf(document).learningRate,
  isAsOpened({document, cycles}) {
    const first = firstCycleOf(document);
    return cycles.first === first && cycles.last === first; // the learning rate is the reader's: reset leaves it
  },
};

// --- what is shown ---------------------------------------------------------------------------------------------------

/**
 * How far the cycle has come: up to which layer outputs are known, and from which on gradients; L + 1 is the loss.
 * @param {NetworkStep[]} steps
 * @param {number} position
 * @param {number} layers
 */
function knownAfterSteps(steps, position, layers) {
  const known = {layer: 0, blame: layers + 2, isChanged: false, current: steps[position - 1] ?? null};
  for (const {phase, kind, layer} of steps.slice(0, position)) {
    const place = kind === "loss" ? layers + 1 : layer;
    if (phase === "know") known.layer = place;
    else if (phase === "think") known.blame = place;
    else known.isChanged = true;
  }
  return known;
}
const knownOfNetwork = memoised(knownAfterSteps);

/**
 * The network, as the views of its drawing, layers and plots read it; see there for what each needs. Numbers of the pass
 * are computed when they are asked for.
 * @param {State} state
 * @param {Words} words
 */
function networkPartAt(state, words) {
  const {spec, network, data} = learnerOf(state.document),
    {row, picked, hover, panel, moment} = /** @type {Net} */ (state.net),
    {cycle, position, cycles} = state,
    batch = batchAt(spec, moment, cycle),
    at = row === null ? -1 : batch.indexOf(row),
    steps = stepsOfSpec(spec),
    step = steps[position - 1] ?? null,
    isAbsent = row !== null && at < 0,
    isAlone = isAbsent && (step === null || step.phase === "know"),
    alone = isAbsent ? {batch: Int32Array.of(row), at: 0, pass: aloneAt(network, data, moment, row)} : null,
    specNamed = specInWords(spec, words),
    sentences = sentencesAt(specNamed, network, words);
  return {
    spec: specNamed,
    network,
    data,
    batch,
    row,
    at,
    picked,
    hover,
    /** The part that a class is asked about. */
    asked: /** @type {Picked | null} */ (null),
    panel,
    steps,
    step,
    known: knownOfNetwork(steps, position, network.layers.length),
    names: sentences.names,
    sentences,
    parameters: moment.parameters,
    velocity: moment.velocity,
    epoch: epochOf(spec, cycle),
    cyclesPerEpoch: cyclesPerEpoch(spec),
    get pass() {
      return passIn(state);
    },
    /** The row picked by itself, where it is not in the batch: its values are shown all the same, but it has no gradients. */
    alone,
    /** What is told of: the batch or, in Know, that row. */
    seen: (isAlone && alone) || {
      batch,
      at,
      get pass() {
        return passIn(state);
      },
    },
    get gradients() {
      return passIn(state).gradients;
    },
    /** What the row picked adds to the gradients; those of all rows where none is, or where it is not in the batch. */
    get shares() {
      return at < 0 ? passIn(state).gradients : sharesAt(network, passIn(state), at);
    },
    get after() {
      return nextMomentIn(state).parameters;
    },
    get largest() {
      return mostToBlame(network, this.shares);
    },
    get losses() {
      const {heldOut} = data;
      return {
        first: cycles.firstLoss,
        last: lossIn(state),
        get after() {
          return lossWith(network, nextMomentIn(state).parameters, data);
        },
        get heldOut() {
          return heldOut.rows.length ? lossWith(network, moment.parameters, heldOut) : null;
        },
      };
    },
  };
}

/**
 * What is shown of a state of a network: what the views of every document read, and `network`.
 * @param {State} state
 * @param {Words} words
 */
export function networkShownAt(state, words) {
  const network = networkPartAt(state, words),
    {known, steps, step, spec, data} = network,
    ends = endsOfSteps(steps),
    {position, document, language, cycle, cycles} = state,
    problem = problemOfNetwork(state, words),
    predicting = predictingIn(state, network),
    {question} = predicting,
    endLabel = words.say("loss"),
    note = document.note?.[language] || noteOf(spec, words);
  network.asked = question?.part ?? null;
  const told = question ? {sentence: "", summary: question.question, ending: "", formula: question.formula} : step && !problem ? saidOfNetwork(state, network) : {sentence: problem ? "" : words.say("start"), summary: "", ending: "", formula: []};
  return {
    network,
    known,
    predicting,
    told: step || question ? {sentence: told.sentence, formula: "", result: ""} : null,
    sentence: [told.sentence + told.ending, told.summary].filter(Boolean).join("\n"),
    summary: told.summary,
    ending: told.ending,
    formulaParts: told.formula,
    noteShown: position === ends.know && cycle === 1 ? note : "",
    note,
    outputText: outputTextOf(state, network, words),
    changedLoss: known.isChanged ? network.losses.after : null,
    problem,
    isBlocked: !Number.isFinite(cycles.loss) && position >= NETWORK_KIND.reach(state),
    title: document.title?.[language] || titleOf(spec, words),
    endName: words.word("end.loss"),
    endLabel,
    legend: ["legend.network"],
    earlier: {
      losses: spec.history?.losses ?? [],
      heldOut: () => heldOutCurve(network, cycles, data),
    },
    mistake: "",
    presented: null,
    awaitsThink: position < ends.think,
  };
}

/**
 * After how many steps a class that predicts is asked for the next one, from the step shown on: not for a loss. Infinity
 * where nothing more is asked.
 * @param {State} state
 * @returns {number}
 */
export function nextAskedIn(state) {
  const {document, isPresenting, isPredicting, position} = state;
  if (!isPresenting || !isPredicting || document.kind !== "network" || isLostIn(state)) return Infinity;
  const next = stepsOfSpec(specOf(document)).findIndex(({kind}, i) => i >= position && kind !== "loss");
  return next >= 0 && next < NETWORK_KIND.reach(state) ? next : Infinity;
}

/**
 * Whether a class is asked for the number of the next step, or can be; and the question.
 * @param {State} state
 * @param {NetworkShown} shown
 */
function predictingIn(state, shown) {
  const {asked, visit, position, playing, training} = state,
    {steps, sentences} = shown,
    isOpen = !playing && !training && position === nextAskedIn(state),
    isAsking = isOpen && asked === visit;
  return {question: isAsking ? sentences.asked(steps[position], momentOfSentences(state, shown)) : null, canAsk: isOpen && !isAsking};
}

/**
 * @param {State} state
 * @param {NetworkShown} shown
 */
function momentOfSentences({learningRate}, shown) {
  const {row, at, seen, batch, pass, spec} = shown;
  return {
    pass,
    row: row === null ? null : row + 1,
    at,
    seen,
    isWhole: batch.length === spec.data.rows.length,
    get shares() {
      return shown.shares;
    },
    get after() {
      return shown.after;
    },
    learningRate,
    momentum: spec.momentum,
    velocity: shown.velocity,
    first: shown.losses.first,
    get output() {
      return shown.losses.last;
    },
    get outputAfter() {
      return shown.losses.after;
    },
  };
}

/**
 * @param {State} state
 * @param {NetworkShown} shown
 */
function saidOfNetwork(state, shown) {
  const {sentences, step, steps, seen} = shown,
    {position, cycle} = state,
    ends = endsOfSteps(steps),
    moment = momentOfSentences(state, shown);
  const {sentence, formula} = sentences.told(step, moment),
    ending = position === steps.length ? `\n${sentences.outcome(moment)}` : "";
  if (position === ends.know) {
    const scale = sentences.standardised(seen.pass, seen.at, cycle === 1);
    return {sentence: scale, formula, ending, summary: sentences.question(moment)};
  }
  const summary = position === ends.think ? sentences.answer(moment) : "",
    isAnswered = state.isPresenting && state.isPredicting; // the class has been asked for the number of this step
  if (summary) {
    const answer = sentences.formulaOfAnswer(moment),
      isSame = JSON.stringify(answer) === JSON.stringify(formula); // the weight that the step tells of
    if (!isAnswered || isSame) return {sentence: state.isPresenting ? sentences.noteOfAnswer(moment) : "", formula: answer, ending, summary};
    const absence = sentences.absence(moment); // said once
    return {sentence, formula, ending, summary: summary.slice(summary.startsWith(absence) ? absence.length : 0).trim()};
  }
  return {sentence, formula, ending, summary};
}

/**
 * What is wrong with the numbers, in words; "" where nothing is.
 * @param {State} state
 * @param {Words} words
 */
function problemOfNetwork(state, words) {
  if (!isLostIn(state)) return "";
  const {loss, gradients} = passIn(state),
    isByRate = state.cycle > 1 || (Number.isFinite(loss) && gradients.every(Number.isFinite));
  return words.word(isByRate ? "network.told.lost" : "network.told.lost.start", {cycle: state.cycle, rate: show(rateThatLost(state)), loss: show(loss)});
}

/**
 * The learning rate that led away: that of the last cycle whose loss was not far above the first, whatever has been
 * chosen since.
 * @param {State} state in which a number is not finite
 */
function rateThatLost({cycles, cycle, learningRate}) {
  const good = cycles.curve().findLast((point) => point.cycle <= cycle && point.loss <= RISEN * cycles.firstLoss)?.cycle ?? cycle;
  return good === cycle ? learningRate : cycles.ruleOf(good);
}

/**
 * @param {State} state
 * @param {NetworkShown} network
 * @param {Words} words
 */
function outputTextOf({position, cycle, cycles}, {steps, losses, known, batch, spec}, words) {
  if (position < endsOfSteps(steps).know && cycle === cycles.first) return ""; // later, the Change before has told it
  const isOfMore = batch.length < spec.data.rows.length, // than the box, which is of the batch
    now = `${words.say(isOfMore ? "network.loss.all" : "network.loss.mean")} ${show(losses.last)}`;
  return words.typeset(known.isChanged ? `${now} → ${show(losses.after)}` : now);
}

/**
 * What to know of a network without words of its own: that the outputs of its classes are no shares of 1.
 * @param {Spec} spec
 * @param {Words} words
 */
function noteOf({loss, sizes}, words) {
  return loss === "bce" && sizes[sizes.length - 1] > 1 ? words.say("network.note.classes") : "";
}

/**
 * The layers of a network that somebody built, and what its data are called or, of a table, its columns.
 * @param {Spec} spec
 * @param {Words} words
 */
function titleOf({inputs, sizes, data}, words) {
  const {title, name, inputNames, targetName} = /** @type {import("../actions/share.js").NamedData} */ (data),
    shown = inputNames.length > MAX_COLUMNS_NAMED ? [...inputNames.slice(0, MAX_COLUMNS_NAMED - 1), "…"] : inputNames,
    table = words.word("network.table.title", {inputs: words.listed(shown), target: targetName});
  return `${[inputs, ...sizes].join("-")} · ${title?.[words.language] ?? (name || table)}`;
}

/**
 * The losses of the rows held out, at the cycles whose parameters are kept.
 * @param {NetworkShown} network
 * @param {State["cycles"]} cycles
 * @param {StandardisedData} data
 */
function heldOutCurve({network}, cycles, {heldOut}) {
  if (heldOut.rows.length === 0) return [];
  return cycles.kept().map(({cycle, item}) => ({cycle, loss: lossWith(network, /** @type {Moment} */ (/** @type {unknown} */ (item)).parameters, heldOut)}));
}
