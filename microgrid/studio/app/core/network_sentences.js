// What is said about a network: its neurons and weights by name, and for each step one sentence and a formula with its
// numbers; of the row that is picked or, where none is, of all rows.

import {isMissed} from "./blame.js";
import {placeOfLargest} from "./extremes.js";
import {ACTIVATIONS, LOSSES, biasPosition, weightPosition} from "./network_layers.js";
import {inOwnUnits} from "./network_spec.js";
import {bracketed, digitsBeside1, show, showApart, signOf} from "./numerals.js";
import {OPERATIONS} from "./operations.js";
import {ASKED} from "./predicting.js";
import {asShown, equalsOf, equalsOfProduct, equalsOfUpdate} from "./rounding.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Pass} Pass */
/** @typedef {import("./network_spec.js").Spec} Spec */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("../derive/told.js").FormulaPart} FormulaPart */

/**
 * A weight or a bias, where it is: `input` is −1 for the bias.
 * @typedef {{layer: number, neuron: number, input: number, position: number, gradient: number}} Blamed
 */

/**
 * What is told of, at one cycle: `row` is the number of the row picked, from 1, and `at` its position in the batch; −1
 * where it is not in it, or none is picked.
 * @typedef {object} NetworkMoment
 * @property {Pass} pass
 * @property {number | null} row
 * @property {number} at
 * @property {{pass: Pass, at: number}} seen what Know tells of: the batch or, where the row is not in it, the row alone
 * @property {boolean} isWhole whether the batch holds all rows
 * @property {Float64Array} shares what the row adds to the gradients
 * @property {Float64Array} after the parameters after Change
 * @property {number} learningRate
 * @property {number} momentum
 * @property {Float64Array | null} velocity so far, before Change; null without momentum
 * @property {number} first the loss of all rows before the first cycle
 * @property {number} output the loss of all rows
 * @property {number} outputAfter the loss of all rows after Change
 */

const MAX_WRITTEN_TERMS = 3; // of a sum that are written out
const MAX_SHARES = 6, // of a sum that is written with all its terms
  MAX_SHOWN_SHARES = 3; // of a longer one
const FAR_APART = 100; // times that the gradients of the first and the last layer differ, from which on it is said
const NEGLIGIBLE = 1e-12, // times the first loss: a gradient that is smaller comes of rounding
  STUCK = 1e-6; // times the loss that is left: no smaller gradient lowers it noticeably
export const LITTLE_LEFT = 1e-8; // of the first loss: it is learned
export const RISEN = 2; // times the first loss: less may come of a batch

/**
 * Returns the weight or bias of the largest gradient.
 * @param {Network} network
 * @param {Float64Array} gradients
 * @returns {Blamed}
 */
export function mostToBlame({layers}, gradients) {
  /** @type {Blamed} */
  let most = {layer: 1, neuron: 0, input: 0, position: 0, gradient: gradients[0]};
  for (const [l, layer] of layers.entries()) {
    for (let neuron = 0; neuron < layer.outputs; neuron++) {
      for (let input = 0; input < layer.inputs; input++) {
        const position = weightPosition(layer, neuron, input); // a bias is asked about only where one looks for it
        if (Math.abs(gradients[position]) > Math.abs(most.gradient)) {
          most = {layer: l + 1, neuron, input, position, gradient: gradients[position]};
        }
      }
    }
  }
  return most;
}

/** What the parts of a network are called. */
class NetworkNames {
  /**
   * @param {Spec} spec
   * @param {Network} network
   * @param {Words} words
   */
  constructor({data}, network, words) {
    this.inputs = data.inputNames;
    this.target = data.targetName;
    this.classes = data.classes;
    this.classesInShort = data.classesInShort ?? data.classes;
    this.network = network;
    this.words = words;
  }

  /** @param {number} layer from 1; 0 for the inputs  @param {number} i from 0 */
  neuron(layer, i) {
    const {layers} = this.network;
    if (layer === 0) return this.inputs[i];
    if (layer < layers.length) return this.words.word("network.told.name.neuron", {layer, neuron: i + 1});
    return layers[layer - 1].outputs === 1 ? this.words.word("end.output") : this.words.word("network.told.name.output.of", {name: this.classes[i] ?? i + 1});
  }

  /** @param {number} layer from 1  @param {number} i neuron  @param {number} k what comes in; −1 for the bias */
  weight(layer, i, k) {
    const to = this.neuron(layer, i);
    return k < 0 ? this.words.word("network.told.name.bias", {name: to}) : this.words.word("network.told.name.weight", {from: this.neuron(layer - 1, k), to});
  }
}

/** The sentences about a network in one language. */
export class NetworkSentences {
  /**
   * @param {Spec} spec
   * @param {Network} network
   * @param {Words} words
   */
  constructor(spec, network, words) {
    this.spec = spec;
    this.network = network;
    this.words = words;
    this.names = new NetworkNames(spec, network, words);
  }

  /**
   * What is said of a step.
   * @param {{phase: string, kind: string, layer?: number}} step
   * @param {NetworkMoment} moment
   * @returns {{sentence: string, formula: FormulaPart[]}}
   */
  told(step, moment) {
    const {phase, kind, layer = 0} = step;
    if (phase === "change") return this.#change(moment);
    if (kind === "loss") return phase === "know" ? this.#loss(moment) : this.#blameOfOutput(moment);
    return phase === "know" ? this.#layer(layer, moment) : this.#blameOfLayer(layer, moment);
  }

  /**
   * At the end of Know: what was said, and what was right.
   * @param {NetworkMoment} moment
   */
  question(moment) {
    const {pass, at} = moment.seen,
      loss = show(pass.loss);
    if (at < 0) return this.#say(`question.all.${this.network.loss}`, moment, {loss});
    const [said, right] = this.saidAndRight(pass, at);
    if (this.spec.data.classes.length) {
      const chance = show(this.#chance(pass, at));
      return this.#say(said === right ? "question.class.right" : "question.class", moment, {said, right, chance});
    }
    return this.#say(said === right ? "question.right" : "question", moment, {said, right});
  }

  /**
   * How the largest share of the row comes about or, of all rows, the largest gradient.
   * @param {NetworkMoment} moment
   */
  formulaOfAnswer({pass, at, shares}) {
    const most = mostToBlame(this.network, at < 0 ? pass.gradients : shares);
    if (most.gradient === 0) return [];
    return at < 0 ? this.#sumOfShares(most, pass) : this.#share(most, pass, at);
  }

  /**
   * What belongs to that formula.
   * @param {NetworkMoment} moment
   */
  noteOfAnswer({pass, at, shares}) {
    return at < 0 ? "" : this.#slopeAt(mostToBlame(this.network, shares), pass, at);
  }

  /**
   * At the end of Think: which weight is most to blame; or, instead, that learning has failed; and that it is over.
   * @param {NetworkMoment} moment
   */
  answer(moment) {
    const {first, output} = moment,
      isOver = first > 0 && output <= LITTLE_LEFT * first;
    return this.words.joined(this.#blame(moment), isOver && this.words.word("network.told.answer.learned"));
  }

  /** @param {NetworkMoment} moment */
  #blame(moment) {
    const {pass, at, shares, first, output} = moment;
    if (output > RISEN * first) return this.words.word("network.told.risen", {first: show(first), loss: show(output)});
    const all = mostToBlame(this.network, pass.gradients),
      own = mostToBlame(this.network, shares),
      ofAll = {weight: this.#nameOf(all), gradient: show(all.gradient)},
      ofRow = {own: this.#nameOf(own), share: show(own.gradient)},
      isOfRow = at >= 0 && !isNegligible(own, moment);
    if (isNegligible(all, moment)) {
      const key = all.gradient === 0 ? "answer.none" : isOfRow ? "answer.balanced" : "answer.flat",
        isLeft = output > LITTLE_LEFT * first;
      return this.words.joined(this.#say(key, moment, {...ofAll, ...ofRow}), isLeft && this.words.word("network.told.answer.stuck", {loss: show(output)}));
    }
    const {key, times} = this.#layersFarApart(isOfRow ? shares : pass.gradients);
    if (key) return this.#say(`answer.${key}${isOfRow ? "" : ".all"}`, moment, {times, weight: this.#nameOf(isOfRow ? own : all)});
    if (at < 0) return this.#say("answer.all", moment, ofAll);
    if (!isOfRow) return this.#say("answer.row.none", moment, ofAll);
    return this.#say(own.position === all.position ? "answer.same" : "answer", moment, {...ofAll, ...ofRow});
  }

  /**
   * Whether the first layer gets far smaller, or larger, gradients than the last, and how many times; the key is ""
   * where it does not.
   * @param {Float64Array} gradients of all rows, or the shares of one
   */
  #layersFarApart(gradients) {
    const [first, last] = [1, this.network.layers.length].map((layer) => Math.abs(this.#mostIn(layer, gradients).gradient)),
      times = Math.max(last / first, first / last);
    const isFar = Number.isFinite(times) && times >= FAR_APART;
    return {key: isFar ? (first < last ? "vanishing" : "exploding") : "", times: show(Number(times.toPrecision(2)))};
  }

  /**
   * What the network sees of the data where that are not their own numbers, with the target of a row; "" where it is.
   * @param {Pass} pass
   * @param {number} at
   * @param {boolean} isFirst whether it says how they come about: once, in the first cycle
   */
  standardised(pass, at, isFirst) {
    const {targets, predictions} = pass,
      {scale, classes} = this.spec.data;
    if (!scale || ((classes.length || at < 0) && !isFirst)) return "";
    if (classes.length || at < 0) return this.words.word("network.told.standardised");
    if (!isFirst) {
      const [prediction, target] = showApart(predictions[at][0], targets[at][0]),
        [said, right] = this.saidAndRight(pass, at);
      return this.words.word("network.told.standardised.row", {said, prediction, right, target});
    }
    const [mean, deviation] = scale.target;
    return this.words.word("network.told.standardised.target", {formula: this.#standardising(inOwnUnits(this.spec, targets[at][0]), mean, deviation, targets[at][0])});
  }

  /**
   * How a number that comes in is standardised; "" where it is not.
   * @param {number} input
   * @param {number} value as the network sees it
   */
  standardisedInput(input, value) {
    const {scale} = this.spec.data;
    if (!scale) return "";
    const [means, deviations] = scale.inputs;
    return this.#standardising(value * deviations[input] + means[input], means[input], deviations[input], value);
  }

  /**
   * @param {number} own
   * @param {number} mean
   * @param {number} deviation
   * @param {number} value
   */
  #standardising(own, mean, deviation, value) {
    const equals = equalsOf((asShown(own) - asShown(mean)) / asShown(deviation), value);
    return `${show(own)} → (${show(own)} − ${bracketed(show(mean))}) ÷ ${show(deviation)}${equals}${show(value)}`;
  }

  /**
   * What the network predicts for a row, as people say it, and what was right: classes or, in their own units, numbers,
   * which look the same only where they are.
   * @param {Pass} pass
   * @param {number} at
   * @returns {[said: string, right: string]}
   */
  saidAndRight({predictions, targets}, at) {
    const {classes} = this.spec.data,
      [outputs, row] = [predictions[at], targets[at]];
    if (classes.length && outputs.length > 1) return [classes[placeOfLargest(outputs, (number) => number)], classes[row.indexOf(1)]];
    if (classes.length) return [classes[outputs[0] > 0 ? 1 : 0], classes[row[0]]];
    const pairs = Array.from(outputs, (output, i) => {
      const [said, right] = [this.#asPrediction(output), inOwnUnits(this.spec, row[i])];
      return isMissed({said, right}) ? showApart(said, right) : [show(right), show(right)];
    });
    return [this.words.listed(pairs.map(([said]) => said)), this.words.listed(pairs.map(([, right]) => right))];
  }

  /**
   * Whether the sums of a layer stand for probabilities: those of the last, with binary cross-entropy.
   * @param {number} layer from 1
   */
  givesChances(layer) {
    return this.network.loss === "bce" && layer === this.network.layers.length;
  }

  /**
   * How the sum of an output becomes a probability.
   * @param {number} i the output, from 0
   * @param {number} logit
   */
  chanceOf(i, logit) {
    const {classes} = this.spec.data,
      name = this.network.layers.at(-1)?.outputs === 1 ? classes[1] : classes[i],
      chance = chanceOfLogit(logit),
      parts = {name, sum: show(logit), chance: show(chance), equals: equalsOf(chanceOfLogit(asShown(logit)), chance).trim()};
    return this.words.word(name ? "network.told.chance.of" : "network.told.chance", parts);
  }

  // --- what a class is asked before it is shown ---

  /**
   * Asks for the number that a step will tell of: the value of a neuron, a share or a weight after Change; and says
   * which part that is.
   * @param {{phase: string, kind: string, layer?: number}} step
   * @param {NetworkMoment} moment
   * @returns {{question: string, formula: FormulaPart[], part: import("../derive/network.js").Picked}}
   */
  asked(step, moment) {
    const {phase, layer = 0} = step,
      {pass, at, shares} = moment,
      {formula} = this.told(step, moment),
      blamed = phase === "change" ? this.#mostMoved(moment) : this.#mostIn(layer, at < 0 ? pass.gradients : shares);
    const key = phase === "think" && at < 0 ? "ask.think.all" : `ask.${phase}`,
      i = phase === "know" ? this.#neuronTold(layer, moment) : 0,
      [name, weight] = phase === "know" ? [this.names.neuron(layer, i), ""] : ["", this.#nameOf(blamed)];
    return {
      question: this.words.joined(this.#say(key, moment, {name, weight}), this.words.word("network.told.ask.reveal")),
      formula: [...formula.slice(0, -1), blank(formula[formula.length - 1])],
      part: phase === "know" ? {kind: "neuron", layer, neuron: i} : {kind: "weight", layer: blamed.layer, neuron: blamed.neuron, input: blamed.input},
    };
  }

  // --- Know ---

  /**
   * @param {number} layer
   * @param {NetworkMoment} moment
   */
  #layer(layer, moment) {
    const {pass, at} = moment.seen,
      {activation, outputs: width} = this.network.layers[layer - 1],
      row = Math.max(at, 0),
      {outputs} = pass.layers[layer - 1],
      i = this.#neuronTold(layer, moment),
      isLast = layer === this.network.layers.length;
    const key = isLast ? "know.output" : activation === "linear" ? "know.linear" : "know",
      parts = {layer, activation, neuron: i + 1, name: this.names.neuron(layer, i), value: show(outputs[row][i])};
    const sentence = this.#say(at < 0 ? `${key}.all` : width > 1 || !isLast ? key : `${key}.one`, moment, parts);
    return {
      sentence: this.words.joined(sentence, at >= 0 && this.givesChances(layer) && this.chanceOf(i, outputs[row][i])),
      formula: [this.#sumOf(layer, i, row, pass)],
    };
  }

  /**
   * The neuron that stands for its layer: the output that the network predicts by; before, the one furthest from 0.
   * @param {number} layer
   * @param {NetworkMoment} moment
   */
  #neuronTold(layer, {seen: {pass, at}}) {
    const isLast = layer === this.network.layers.length;
    return placeOfLargest(pass.layers[layer - 1].outputs[Math.max(at, 0)], isLast ? (output) => output : Math.abs);
  }

  /**
   * How a neuron comes to its value.
   * @param {number} l
   * @param {number} i
   * @param {number} row
   * @param {Pass} pass
   */
  #sumOf(l, i, row, pass) {
    const layer = this.network.layers[l - 1],
      {parameters} = pass,
      x = l > 1 ? pass.layers[l - 2].outputs[row] : pass.x[row];
    const terms = Array.from(x, (number, k) => `${bracketed(show(parameters[weightPosition(layer, i, k)]))} × ${bracketed(show(number))}`),
      bias = parameters[biasPosition(layer, i)];
    const count = terms.length > MAX_WRITTEN_TERMS ? MAX_WRITTEN_TERMS - 1 : terms.length,
      others = Array.from(x.subarray(count), (number, k) => parameters[weightPosition(layer, i, count + k)] * number),
      sum = `${[...terms.slice(0, count), ...this.#others(others)].join(" + ")}${bias ? ` ${bias < 0 ? "−" : "+"} ${show(Math.abs(bias))}` : " + 0"}`,
      value = pass.layers[l - 1].outputs[row][i];
    const products = Array.from(x.subarray(0, count), (number, k) => asShown(parameters[weightPosition(layer, i, k)]) * asShown(number)),
      computed = addedUp(products) + asShown(addedUp(others)) + asShown(bias),
      equals = equalsOf(ACTIVATIONS[layer.activation].value(computed), value);
    return this.words.typeset(`${layer.activation === "linear" ? sum : `${layer.activation}(${sum})`}${equals}${show(value)}`);
  }

  /** @param {NetworkMoment} moment */
  #loss(moment) {
    const {pass, at} = moment.seen,
      loss = show(moment.pass.loss);
    const sentence = this.#say("loss", moment, {loss});
    return {sentence, formula: at < 0 ? [] : [this.words.typeset(this.#mistake(pass, at))]};
  }

  /**
   * What one row adds to the loss, before the mean is taken.
   * @param {Pass} pass
   * @param {number} at
   */
  #mistake({predictions, targets}, at) {
    const {loss} = this.network,
      outputs = predictions[at];
    const terms = Array.from(outputs, (y, i) => {
      const t = targets[at][i],
        p = chanceOfLogit(y);
      return loss === "mse" ? `(${show(y)} − ${bracketed(show(t))})²` : `−log${t ? ` ${show(p)}` : `(1\u00a0−\u00a0${show(p, digitsBeside1(p))})`}`; // the probability that is seen
    });
    const sum = outputs.reduce((total, y, i) => total + LOSSES[loss].term(y, targets[at][i]), 0),
      computed = addedUp(Array.from(outputs, (y, i) => termAsShown(loss, y, targets[at][i])));
    if (terms.length === 1) return `${terms[0]}${equalsOf(computed, sum)}${show(sum)}`;
    const shown = terms.length > MAX_WRITTEN_TERMS ? [...terms.slice(0, MAX_WRITTEN_TERMS - 1), "…"] : terms,
      added = shown.join(" + ").replaceAll("+ −", "− ");
    return `(${added}) ÷ ${terms.length}${equalsOf(computed / terms.length, sum / terms.length)}${show(sum / terms.length)}`;
  }

  // --- Think ---

  /** @param {NetworkMoment} moment */
  #blameOfOutput(moment) {
    const {pass, at} = moment,
      dOutputs = pass.douts[pass.douts.length - 1].outputs;
    if (at < 0) {
      const tooLow = dOutputs.reduce((count, [gradient]) => count + (gradient < 0 ? 1 : 0), 0),
        tooHigh = dOutputs.reduce((count, [gradient]) => count + (gradient > 0 ? 1 : 0), 0);
      return {sentence: this.#say("blame.all", moment, {tooLow, tooHigh}), formula: []};
    }
    const i = placeOfLargest(dOutputs[at], Math.abs),
      gradient = dOutputs[at][i],
      key = isNegligible({gradient}, moment) ? "blame.right" : gradient < 0 ? "blame.low" : "blame.high",
      name = this.names.neuron(this.network.layers.length, i);
    const [rows, outputs] = [dOutputs.length, dOutputs[at].length],
      divisor = outputs > 1 ? this.words.word("network.told.divisor", {product: rows * outputs, count: rows, outputs}) : rows;
    return {sentence: this.#say(key, moment, {name, gradient: show(gradient), divisor}), formula: [this.words.typeset(this.#slopeOfLoss(pass, at, i, gradient))]};
  }

  /**
   * @param {Pass} pass
   * @param {number} at
   * @param {number} i
   * @param {number} gradient
   */
  #slopeOfLoss({predictions, targets}, at, i, gradient) {
    const count = predictions.length * predictions[at].length,
      [y, t] = [predictions[at][i], targets[at][i]];
    const [mistake, computed] =
      this.network.loss === "mse"
        ? [`2 × (${show(y)} − ${bracketed(show(t))})`, 2 * (asShown(y) - asShown(t))] // prettier-ignore
        : [`(${show(chanceOfLogit(y))} − ${show(t)})`, asShown(chanceOfLogit(y)) - asShown(t)];
    return `${mistake} ÷ ${count}${equalsOf(computed / count, gradient)}${show(gradient)}`;
  }

  /**
   * @param {number} layer
   * @param {NetworkMoment} moment
   */
  #blameOfLayer(layer, moment) {
    const {pass, at, shares} = moment,
      own = this.#mostIn(layer, at < 0 ? pass.gradients : shares);
    return {sentence: this.words.joined(this.#say(at < 0 ? "think.all" : "think", moment, {layer, weight: this.#nameOf(own)}), this.#slopeAt(own, pass, at)), formula: at < 0 ? this.#sumOfShares(own, pass) : this.#share(own, pass, at)};
  }

  /**
   * How the gradient at the sum of a neuron, which no neuron shows, comes from the one that it shows; "" where both are one.
   * @param {Blamed} blamed
   * @param {Pass} pass
   * @param {number} at
   */
  #slopeAt({layer, neuron, gradient}, pass, at) {
    const {activation} = this.network.layers[layer - 1];
    if (at < 0 || activation === "linear" || gradient === 0) return "";
    const [upstream, delta] = [pass.douts[layer - 1].outputs[at][neuron], pass.douts[layer - 1].sums[at][neuron]];
    const equals = equalsOfProduct(upstream, delta / upstream, delta).trim();
    return this.words.word("network.told.slope", {activation, upstream: show(upstream), slope: show(delta / upstream), equals, delta: show(delta)});
  }

  /**
   * @param {Blamed} blamed
   * @param {Pass} pass
   * @param {number} at
   * @returns {FormulaPart[]}
   */
  #share({layer, neuron, input, gradient}, pass, at) {
    const upstream = pass.douts[layer - 1].sums[at][neuron],
      x = incomingOf(pass, layer, at)[input];
    return [
      this.#part(bracketed(show(upstream)), "delta", signOf(upstream)),
      " × ",
      this.#part(bracketed(show(x)), "incoming"),
      equalsOfProduct(upstream, x, gradient),
      this.#part(bracketed(show(gradient)), "weight_share", signOf(gradient)),
    ];
  }

  /**
   * A gradient over all rows is a sum.
   * @param {Blamed} blamed
   * @param {Pass} pass
   * @returns {FormulaPart[]}
   */
  #sumOfShares({layer, neuron, input, gradient}, pass) {
    const shares = pass.x.map((_, row) => pass.douts[layer - 1].sums[row][neuron] * incomingOf(pass, layer, row)[input]),
      count = shares.length <= MAX_SHARES ? shares.length : MAX_SHOWN_SHARES,
      shown = shares.slice(0, count).map((share) => bracketed(show(share))),
      others = shares.slice(count),
      equals = equalsOf(addedUp(shares.slice(0, count).map((share) => asShown(share))) + asShown(addedUp(others)), gradient);
    return [this.words.typeset(`${[...shown, ...this.#others(others)].join(" + ")}${equals}${show(gradient)}`)];
  }

  /**
   * What stands for the terms of a long sum that are not written out, so that all numbers are there; none where all are.
   * @param {number[]} numbers
   */
  #others(numbers) {
    return numbers.length ? [this.words.word("network.told.others", {count: numbers.length, sum: show(addedUp(numbers))})] : [];
  }

  // --- Change ---

  /** @param {NetworkMoment} moment */
  #change(moment) {
    const {pass, after, learningRate, momentum, velocity} = moment,
      most = this.#mostMoved(moment),
      {position} = most,
      [gradient, before] = [pass.gradients[position], pass.parameters[position]],
      [old, changed] = showApart(before, after[position]),
      parts = {weight: this.#nameOf(most), before: old, after: changed},
      ofGradient = this.#part(bracketed(show(gradient)), "gradient", signOf(gradient));
    const equals = equalsOfUpdate(before, asShown(learningRate) * moveAsShown(gradient, momentum, velocity?.[position]), after[position]);
    const by = velocity ? [" × (", this.#part(show(momentum), "momentum"), " × ", this.#part(bracketed(show(velocity[position])), "velocity"), " + ", ofGradient, `)${equals}`] : [" × ", ofGradient, equals];
    return {
      sentence: this.#say(velocity ? "change.momentum" : "change", moment, parts),
      formula: [this.#part(old, "before"), " − ", this.#part(show(learningRate), "rate"), ...by, this.#part(changed, "after")],
    };
  }

  /**
   * The weight that Change moves furthest.
   * @param {NetworkMoment} moment
   */
  #mostMoved({pass, after, velocity}) {
    return mostToBlame(this.network, velocity ? movedBy(pass.parameters, after) : pass.gradients);
  }

  /**
   * How the loss has turned out after Change.
   * @param {NetworkMoment} moment
   */
  outcome({output, outputAfter, isWhole}) {
    const by = outputAfter - output,
      key = !Number.isFinite(outputAfter) ? "outcome.lost" : by > 0 ? (isWhole ? "outcome.grown" : "outcome.grown.batch") : by < 0 ? "outcome.fallen" : "outcome.same";
    return this.words.word(`network.told.${key}`, {before: show(output), after: show(outputAfter), by: show(Math.abs(by))});
  }

  // --- parts ---

  /**
   * @param {string} key
   * @param {NetworkMoment} moment
   * @param {Record<string, string | number>} [parts]
   */
  #say(key, moment, parts = {}) {
    const {row, pass, isWhole} = moment,
      rows = this.words.word(isWhole ? "network.told.rows" : "network.told.rows.batch", {count: pass.x.length});
    return this.words.joined(key.startsWith("change") ? "" : this.absence(moment), this.words.word(`network.told.${key}`, {row: row ?? "", rows, count: pass.x.length, ...parts}));
  }

  /**
   * That the row picked is not in the batch, with which sentences of it begin; "" where it is.
   * @param {NetworkMoment} moment
   */
  absence({row, pass, at, seen}) {
    return row !== null && at < 0 && seen.at < 0 ? this.words.word("network.told.row.out", {row, count: pass.x.length}) : "";
  }

  /** @param {Blamed} blamed */
  #nameOf({layer, neuron, input}) {
    return this.names.weight(layer, neuron, input);
  }

  /**
   * @param {number} layer
   * @param {Float64Array} gradients
   */
  #mostIn(layer, gradients) {
    const own = this.network.layers[layer - 1],
      most = mostToBlame({...this.network, layers: [own]}, gradients.map((gradient, i) => (i < own.start || i >= own.start + own.outputs * (own.inputs + 1) ? 0 : gradient)));
    const {position} = most.gradient === 0 ? {position: weightPosition(own, 0, 0)} : most;
    return {...most, layer, position, gradient: gradients[position]};
  }

  /** @param {number} output */
  #asPrediction(output) {
    return this.network.loss === "bce" ? chanceOfLogit(output) : inOwnUnits(this.spec, output);
  }

  /**
   * How likely the network thinks the class that it says.
   * @param {Pass} pass
   * @param {number} at
   */
  #chance({predictions}, at) {
    const outputs = predictions[at];
    if (this.network.loss !== "bce") return outputs[placeOfLargest(outputs, (number) => number)];
    const p = chanceOfLogit(outputs[placeOfLargest(outputs, (number) => number)]);
    return outputs.length === 1 && p < 0.5 ? 1 - p : p;
  }

  /**
   * @param {string} text
   * @param {string} name
   * @param {string} [kind]
   */
  #part(text, name, kind = "") {
    return {text: this.words.typeset(text), name, kind};
  }
}

/**
 * The end of a formula, with a blank for its answer.
 * @param {FormulaPart} part
 * @returns {FormulaPart}
 */
function blank(part) {
  if (typeof part !== "string") return {...part, text: ASKED, kind: ""};
  return part.replace(/([=≈]) [^=≈]*$/, `$1 ${ASKED}`);
}

/**
 * Whether nobody is to blame: a gradient is 0 but for rounding, or far too small for the loss that is left.
 * @param {{gradient: number}} blamed
 * @param {NetworkMoment} moment
 */
function isNegligible({gradient}, {first, output}) {
  return Math.abs(gradient) <= Math.max(NEGLIGIBLE * first, STUCK * output);
}

/** @param {number[]} numbers */
function addedUp(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/**
 * What an output adds to the loss, of the numbers shown.
 * @param {string} loss
 * @param {number} y
 * @param {number} t
 */
function termAsShown(loss, y, t) {
  if (loss === "mse") return (asShown(y) - asShown(t)) ** 2;
  const p = chanceOfLogit(y);
  return -Math.log(t ? asShown(p) : 1 - asShown(p, digitsBeside1(p)));
}

/**
 * By what an update moves a weight for a learning rate of 1, of the numbers shown.
 * @param {number} gradient
 * @param {number} momentum
 * @param {number | undefined} velocity
 */
export function moveAsShown(gradient, momentum, velocity) {
  return asShown(gradient) + (velocity === undefined ? 0 : asShown(momentum) * asShown(velocity));
}

/** @param {number} logit */
function chanceOfLogit(logit) {
  return OPERATIONS.sigmoid.value(logit);
}

/**
 * What comes into a layer for a row.
 * @param {Pass} pass
 * @param {number} layer from 1
 * @param {number} row
 */
function incomingOf(pass, layer, row) {
  return layer > 1 ? pass.layers[layer - 2].outputs[row] : pass.x[row];
}

/**
 * @param {Float64Array} before
 * @param {Float64Array} after
 */
function movedBy(before, after) {
  return before.map((number, i) => number - after[i]);
}
