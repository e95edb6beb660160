// Paints the box of the loss of a network at a step: of the row that is picked, or of all rows.

import {lossTermsAt} from "../core/network_parts.js";
import {isMissed} from "../core/blame.js";
import {columnsOf, digitsApart, show} from "../core/numerals.js";
import {mark, setAttribute, write} from "./dom.js";
import {nowIn, writeSmall} from "./network_marks.js";

/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("./network_marks.js").NetworkShown} NetworkShown */
/** @typedef {import("./network_scene.js").NetworkScene} NetworkScene */
/** @typedef {ReturnType<typeof lossTermsAt>[number]} LossTerm */
/** @typedef {[key: string, number: number, isKnown: boolean, own?: string, digits?: number]} LossLine the key of a word, or the name of a class, the number beside it and, of a target that is standardised, what it is */

const MAX_NAME = 11; // columns that leave room for a number in the narrowest box

/**
 * @param {NetworkScene} scene
 * @param {NetworkShown} shown
 * @param {Words} words
 */
export function paintLoss({box, links}, shown, words) {
  const {network, known, step, picked} = shown,
    {pass, at} = shown.alone ?? shown.seen,
    isNow = step?.kind === "loss",
    isOwn = picked?.kind === "loss";
  const terms = lossTermsAt(network, pass, at),
    loss = at < 0 ? pass.loss : terms.reduce((sum, {term}) => sum + term, 0) / terms.length,
    isKnown = known.layer > network.layers.length,
    name = nameOfLoss(shown, terms.length, words);
  write(box.heading, name);
  for (const [i, lines] of box.rows.entries()) {
    const told = linesOfLoss(terms[i], loss, shown, box.rows.length, shown.names.classesInShort[i]);
    for (const [k, line] of lines.entries()) paintLine(line, told[k], k === told.length - 1 && !box.total, words);
  }
  if (box.total) paintLine(box.total, [keyOfTotal(shown), loss, isKnown], true, words);
  mark(box.group, `loss ${nowIn(step, isNow)} ${isOwn ? "picked" : ""}`);
  for (const link of links) mark(link, `link ${nowIn(step, isNow)}`);
  setAttribute(box.group, "aria-label", words.say("network.node", {name, facts: isKnown ? show(loss) : ""}));
  setAttribute(box.group, "aria-pressed", `${isOwn}`);
}

/**
 * What the loss is called that the whole box shows.
 * @param {NetworkShown} shown
 */
function keyOfTotal({network, alone, seen}) {
  if (!alone && seen.at < 0) return "page.network.loss.mean";
  return network.loss === "bce" ? "page.loss" : "page.network.squared.mean";
}

/**
 * @param {NetworkShown} shown
 * @param {number} outputs
 * @param {Words} words
 */
function nameOfLoss(shown, outputs, words) {
  const {network, row, alone, seen, spec} = shown,
    isOfRow = alone !== null || seen.at >= 0,
    count = seen.batch.length;
  if (!isOfRow && count < spec.data.rows.length) return words.say("network.loss.batch", {count}); // the foot tells that of all rows
  if (isOfRow && network.loss === "bce") return words.say("network.loss.row", {row: Number(row) + 1});
  return isOfRow && outputs === 1 ? words.say("network.squared.error") : words.word(keyOfTotal(shown));
}

/**
 * The lines about one output.
 * @param {LossTerm} output
 * @param {number} loss
 * @param {NetworkShown} shown
 * @param {number} outputs
 * @param {string} [className]
 * @returns {LossLine[]}
 */
function linesOfLoss({target, prediction, error, probability, term}, loss, {network, known, spec, sentences, alone, seen}, outputs, className) {
  const {at, batch, pass} = alone ?? seen,
    isClass = network.loss === "bce",
    isPredicted = known.layer >= network.layers.length,
    isKnown = known.layer > network.layers.length,
    rows = batch.length;
  if (at < 0 && outputs > 1) return [[className ?? "page.network.squared.mean", term / rows, isKnown]];
  if (at < 0) {
    return [
      ["page.network.rows", rows, true],
      [isClass ? "page.network.sum" : "page.network.squared.sum", term, isKnown],
      ["page.network.loss.mean", loss, isKnown],
    ];
  }
  const isStandardised = spec.data.scale && !spec.data.classes.length;
  /** @type {LossLine} */
  const given = ["label.target", target, true, isStandardised ? sentences.saidAndRight(pass, at)[1] : ""];
  if (outputs > 1) return [given, isClass ? ["page.network.probability", probability, isPredicted] : ["label.error", error, isKnown]];
  /** @type {LossLine[]} */
  const own = isClass
    ? [["page.network.probability", probability, isKnown], ["page.loss", term, isKnown]] // prettier-ignore
    : [["label.error", error, isKnown], ["page.network.squared", term, isKnown]]; // prettier-ignore
  return [given, ["page.network.prediction", prediction, isPredicted, "", isMissed({said: prediction, right: target}) ? digitsApart(prediction, target) : 4], ...own];
}

/**
 * @param {{word: Element, number: Element}} line
 * @param {LossLine | undefined} told
 * @param {boolean} isResult
 * @param {Words} words
 */
function paintLine({word, number}, told, isResult, words) {
  const [key, value, isKnown, own, digits] = told ?? ["", 0, false],
    name = words.has(key) ? words.word(key) : key,
    nameWithOwn = own ? `${name} (${words.typeset(own)})` : name;
  write(word, columnsOf(nameWithOwn) <= MAX_NAME ? nameWithOwn : name);
  writeSmall(number, isKnown ? value : null, "", digits);
  mark(number, isResult ? "number result" : "number");
}
