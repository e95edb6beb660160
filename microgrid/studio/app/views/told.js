// What is said about a step: where we are, the sentence, the formula with its numbers and, at the start, a note.

import {columnsOf} from "../core/numerals.js";
import {byId, createWatch, inLines, make, mark, setAttribute, withExponents, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../derive/told.js").FormulaPart} FormulaPart */

const LONG_SUMMARY = 80; // columns, from which on it is written smaller
const MAX_FORMULA_CHARACTERS = 24; // of a longer one the parts are written smaller, on one line

export function createTold() {
  const place = byId("place"),
    sentence = byId("sentence"),
    region = /** @type {HTMLElement} */ (sentence.parentElement),
    formula = byId("formula"),
    isNewSentence = createWatch(),
    isNewFormula = createWatch(),
    isNewNote = createWatch();

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTold(state, derived) {
    const {words, known, told, problem, asking} = derived,
      {current} = known,
      isSilent = Boolean(asking || problem || !told);
    for (const told of [place, region]) setAttribute(told, "aria-live", state.playing || state.training ? "off" : "polite"); // nobody can listen as fast
    setAttribute(region, "aria-label", words.say("reach.sentence"));
    setAttribute(formula, "aria-label", words.say("reach.formula"));
    mark(place, current?.phase ?? "");
    write(place, derived.place);
    const text = asking ? words.say("quiz.hint") : problem || derived.sentence,
      closing = isSilent || text === derived.summary ? "" : derived.summary;
    if (isNewSentence(text, isSilent)) fillSentence(text, !isSilent, closing);
    mark(sentence, asking || problem ? "" : text === derived.summary ? kindOfSummary(text) : derived.ending ? "ending" : "");
    if (isNewFormula(isSilent, told, words)) fillFormula(isSilent ? [] : derived.formulaParts, words);
    const note = problem || asking ? "" : derived.noteShown;
    if (isNewNote(note)) byId("note").replaceChildren(...inLines(note));
  }

  /**
   * The local derivative, on the first line, is mathematics and not a sentence.
   * @param {string} text
   * @param {boolean} isOfStep
   * @param {string} closing what a phase has led to, at its end; "" for nothing
   */
  function fillSentence(text, isOfStep, closing) {
    const [first, ...others] = text.slice(0, text.length - closing.length).split("\n"),
      isSlope = isOfStep && others.length > 0 && first.startsWith("∂");
    const own = isSlope ? [make("span", {class: "slope"}, first), ...inLines(`\n${others.join("\n")}`)] : inLines([first, ...others].join("\n"));
    sentence.replaceChildren(...own, ...(closing ? [make("strong", {}, ...inLines(closing))] : []));
  }

  /**
   * @param {FormulaPart[]} parts
   * @param {Words} words
   */
  function fillFormula(parts, words) {
    formula.replaceChildren(...termsOf(parts).map((term) => make("span", {class: "term"}, ...term.flatMap((part) => (typeof part === "string" ? withExponents(part) : namedPart(part, words))))));
    const figures = [...formula.querySelectorAll("b")].map(({textContent}) => textContent.padEnd(6)); // room for names
    formula.classList.toggle("long", figures.join(" × ").length > MAX_FORMULA_CHARACTERS);
  }

  return {show: showTold};
}

/** @param {string} text */
function kindOfSummary(text) {
  return columnsOf(text) > LONG_SUMMARY ? "summary long" : "summary";
}

/**
 * The parts of a formula, each operator with the number that follows it: so it begins a line.
 * @param {FormulaPart[]} parts
 */
function termsOf(parts) {
  const starts = parts.flatMap((part, i) => (typeof part === "string" || typeof parts[i - 1] !== "string" ? [i] : []));
  return starts.map((start, k) => parts.slice(start, starts[k + 1]));
}

/**
 * A number with what it is, below it.
 * @param {{text: string, name: string, kind: string}} part
 * @param {Words} words
 */
function namedPart({text, name, kind}, words) {
  return make("span", {class: `part ${name}`}, make("b", {class: kind}, ...withExponents(text)), make("small", {}, words.say(`part.${name}`)));
}
