// What is said about a step: where we are, the sentence, the formula with its numbers and, at the start, a note.

import {largestOf} from "../core/extremes.js";
import {bracketed, show, signOf} from "../core/numerals.js";
import {furthestOf} from "../core/cycle.js";
import {equalsOfChange, equalsOfStep} from "../core/rounding.js";
import {byId, createWatch, inLines, make, mark, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/steps.js").Step} Step */

const MAX_FORMULA_CHARACTERS = 24; // of a longer one the parts are written smaller, on one line
const MAX_NAMES = 6,
  NAMES_OF_MANY = 3;

export function createTold() {
  const place = byId("place"),
    sentence = byId("sentence"),
    region = /** @type {HTMLElement} */ (sentence.parentElement),
    formula = byId("formula"),
    isNewSentence = createWatch(),
    isNewFormula = createWatch();

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTold(state, derived) {
    const {words, known, told, problem, asking} = derived,
      {current} = known,
      isSilent = Boolean(asking || problem || !told);
    for (const told of [place, region]) setAttribute(told, "aria-live", state.playing || state.training ? "off" : "polite"); // nobody can listen as fast
    mark(place, current?.phase ?? "");
    write(place, derived.place);
    const ending = endingOf(state, derived),
      text = asking ? words.say("quiz.hint") : problem || sentenceAt(state, derived),
      closing = isSilent || text === derived.summary ? "" : derived.summary;
    if (isNewSentence(text, isSilent)) fillSentence(text, !isSilent, closing);
    mark(sentence, asking || problem ? "" : text === derived.summary ? "summary" : ending ? "ending" : "");
    if (isNewFormula(isSilent, told, words)) fillFormula(isSilent || !current || !told ? [] : partsOfFormula(current, told, derived));
    write(byId("note"), problem || asking ? "" : noteFor(state, derived));
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

  /** @param {(Node | string)[]} parts */
  function fillFormula(parts) {
    formula.replaceChildren(...parts);
    const figures = [...formula.querySelectorAll("b")].map(({textContent}) => textContent.padEnd(6)); // room for names
    formula.classList.toggle("long", figures.join(" × ").length > MAX_FORMULA_CHARACTERS);
  }

  return {show: showTold};
}

/**
 * What to look at: of a text, where all values stand, with the words of the first share at that share, and of a record,
 * at the start.
 * @param {State} state
 * @param {Derived} derived
 */
function noteFor({document, position, cycle}, derived) {
  if (document.kind === "text") {
    if (cycle > 1) return "";
    if (derived.known.current === derived.steps.find(({kind}) => kind === "share")) return derived.words.say("signs.local", {end: derived.endName});
    return position === derived.ends.know ? derived.note : "";
  }
  return position ? "" : derived.note || whoLearns(derived);
}

/**
 * What is said of a step, with what its phase has led to: at the end of Know that says the value of the step, too.
 * @param {State} state
 * @param {Derived} derived
 * @returns {string}
 */
export function sentenceAt(state, derived) {
  const {told, summary, ends, words} = derived;
  if (!told || (summary && state.position === ends.know)) return summary || words.say("start");
  return [told.sentence + endingOf(state, derived), summary].filter(Boolean).join("\n");
}

/**
 * After the last step of Change: how the output turned out.
 * @param {State} state
 * @param {Derived} derived
 */
export function endingOf({position}, {steps, known, numbers, sentences}) {
  const isLast = position === steps.length && known.current?.phase === "change";
  return isLast && numbers.missing < 0 ? `\n${sentences.outcome(numbers.outcome)}` : "";
}

/**
 * The mathematics of a step; the parts of a share, and of a change, say what they are.
 * @param {Step} step
 * @param {{formula: string, result: string}} told
 * @param {Derived} derived
 */
function partsOfFormula(step, {formula, result}, {graph, numbers, sentences, words}) {
  const equals = equalsOfStep(graph, numbers, step),
    part = (/** @type {string} */ text, /** @type {string} */ name, kind = "") =>
    make("span", {class: `part ${name}`}, make("b", {class: kind}, text), make("small", {}, words.say(`part.${name}`)));
  const written = (/** @type {number} */ number) => words.typeset(show(number)),
    inBrackets = (/** @type {number} */ number) => words.typeset(bracketed(show(number)));
  switch (step.kind) {
    case "keep":
      return []; // its sentence says it all
    case "seed": {
      const name = sentences.asAtom(step.node, numbers.values);
      return [`∂${name}/∂${name} = 1`];
    }
    case "share":
    case "edge": {
      const [upstream, local, share] = sentences.numbersOf(step, numbers, 0);
      return [
        part(inBrackets(upstream), "upstream", signOf(upstream)),
        " × ",
        part(inBrackets(local), "local"),
        equals,
        part(inBrackets(share), "share", signOf(share)),
      ];
    }
    case "change": {
      const {node} = step;
      return [
        part(written(numbers.values[node]), "before"),
        " − ",
        part(written(numbers.learningRate), "rate"),
        " × ",
        part(bracketed(written(numbers.gradients[node])), "gradient"),
        equals,
        part(written(numbers.changed.get(node) ?? NaN), "after"),
      ];
    }
    case "changes":
      return [formula.replace(/ …$/, "") + equalsOfChange(numbers, furthestOf(numbers, step.parameters)) + result];
    default: {
      const sides = [...new Set(formula.split(" = "))]; // where all operands are constants, names and numbers are the same
      return [[...new Set([sides.join(" = "), result])].join(equals)];
    }
  }
}

/**
 * Says which leaves Change moves, and which are given.
 * @param {Derived} derived
 */
function whoLearns({graph, words}) {
  const {nodes, cards, parameters} = graph;
  const neurons = new Map(cards.filter(({isNeuron}) => isNeuron).map((card) => [card.parameters.join(), card.parameters])),
    inside = new Set([...neurons.values()].flat()),
    [within, apart] = [true, false].map((isInside) => parameters.filter((i) => inside.has(i) === isInside));
  const key = neurons.size === 1 ? "learned.neuron" : "learned.network",
    network = within.length ? words.say(key, {count: within.length, neurons: neurons.size}) : "",
    own = namesInShort(apart.map((i) => nodes[i].name), words),
    learned = words.listed([network, own].filter(Boolean)),
    given = inputsInShort(graph, words);
  return words.joined(learned && words.say("learned", {names: learned}), given && words.say("given", {names: given}));
}

/**
 * Names the inputs; those of several rows once.
 * @param {Graph} graph
 * @param {Words} words
 */
function inputsInShort({nodes}, words) {
  const inputs = nodes.filter(({kind}) => kind === "input"),
    rows = largestOf(inputs.map(({nth}) => nth)),
    labels = [...new Set(inputs.map(({shownLabel}) => shownLabel))];
  const areRows = inputs.length > MAX_NAMES && rows > 1 && inputs.length === labels.length * rows;
  if (areRows) return words.say("given.rows", {names: namesInShort(labels, words), count: rows});
  return namesInShort(inputs.map(({name}) => name), words);
}

/**
 * @param {string[]} names
 * @param {Words} words
 */
function namesInShort(names, words) {
  if (names.length <= MAX_NAMES) return words.listed(names);
  const first = words.listed(names.slice(0, NAMES_OF_MANY));
  return words.say("names", {names: first, count: names.length - NAMES_OF_MANY});
}
