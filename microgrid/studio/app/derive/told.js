// What is said about a step of a graph: the sentence, the formula with its numbers and, at the start, a note.

import {furthestOf} from "../core/cycle.js";
import {largestOf} from "../core/extremes.js";
import {bracketed, show, showApart, signOf} from "../core/numerals.js";
import {equalsOfChange, equalsOfStep} from "../core/rounding.js";

/** @typedef {import("../actions/parts.js").State} State */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/steps.js").Step} Step */

/**
 * A part of a formula: a text, or a number with the key of what it is and the class of its sign.
 * @typedef {string | {text: string, name: string, kind: string}} FormulaPart
 */

/**
 * What else is derived from the state.
 * @typedef {object} ToldBefore
 * @property {Graph} graph
 * @property {import("../core/cycle.js").Numbers} numbers
 * @property {Step[]} steps
 * @property {Record<import("../core/steps.js").Phase, number>} ends
 * @property {import("../core/steps.js").Known} known
 * @property {import("../core/sentences.js").Sentences} sentences
 * @property {Words} words
 * @property {{sentence: string, formula: string, result: string} | null} told
 * @property {string} summary
 * @property {string} note of the document
 * @property {string} endLabel
 * @property {string} endName
 * @property {object | null} asking
 * @property {boolean} isChanged whether all of Change has been made
 */

const MAX_NAMES = 6,
  NAMES_OF_MANY = 3;

/**
 * Returns what is said where nothing is asked and nothing is wrong.
 * @param {State} state
 * @param {ToldBefore} parts
 */
export function saidOf(state, parts) {
  const {told, known} = parts;
  return {
    sentence: sentenceAt(state, parts),
    ending: endingOf(state, parts),
    formulaParts: known.current && told ? partsOfFormula(known.current, told, parts) : [],
    noteShown: noteFor(state, parts),
    outputText: outputInWords(state, parts),
  };
}

/**
 * What to look at: of a text, where all values stand, with the words of the first share at that share, and of a record,
 * at the start.
 * @param {State} state
 * @param {ToldBefore} parts
 */
function noteFor({document, position, cycle}, parts) {
  if (document.kind === "text") {
    if (cycle > 1) return "";
    if (parts.known.current === parts.steps.find(({kind}) => kind === "share")) return parts.words.say("signs.local", {end: parts.endName});
    return position === parts.ends.know ? parts.note : "";
  }
  return position ? "" : parts.note || whoLearns(parts);
}

/**
 * What is said of a step, with what its phase has led to: at the end of Know that says the value of the step, too.
 * @param {State} state
 * @param {ToldBefore} parts
 * @returns {string}
 */
function sentenceAt(state, parts) {
  const {told, summary, ends, words, known, endName} = parts;
  if (!told || (summary && state.position === ends.know)) return summary || words.say(state.isPresenting ? "present.start" : "start", {next: words.say("present.on")});
  if (state.document.kind === "text" && known.current?.kind === "seed") return words.say("seed", {name: endName});
  return [told.sentence + endingOf(state, parts), summary].filter(Boolean).join("\n");
}

/**
 * After the last step of Change: how the output turned out. Where nothing learns, after that of Know: what Think means.
 * @param {State} state
 * @param {ToldBefore} parts
 */
function endingOf({position}, {steps, known, numbers, sentences, graph, ends, words, endName}) {
  if (!graph.parameters.length && position === ends.know && numbers.missing < 0) return `\n${words.say("known", {name: endName})}`;
  const isLast = position === steps.length && known.current?.phase === "change";
  return isLast && numbers.missing < 0 ? `\n${sentences.outcome(numbers.outcome)}` : "";
}

/**
 * The mathematics of a step; the parts of a share, and of a change, say what they are.
 * @param {Step} step
 * @param {{formula: string, result: string}} told
 * @param {ToldBefore} parts
 * @returns {FormulaPart[]}
 */
function partsOfFormula(step, {formula, result}, {graph, numbers, sentences, words}) {
  const equals = equalsOfStep(graph, numbers, step),
    part = (/** @type {string} */ text, /** @type {string} */ name, kind = "") => ({text, name, kind});
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
      const {node} = step,
        [before, after] = showApart(numbers.values[node], numbers.changed.get(node) ?? NaN).map((text) => words.typeset(text));
      return [
        part(before, "before"),
        " − ",
        part(written(numbers.learningRate), "rate"),
        " × ",
        part(bracketed(written(numbers.gradients[node])), "gradient"),
        equals,
        part(after, "after"),
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
 * The output now and, once all that is learned has changed, after the update.
 * @param {State} state
 * @param {ToldBefore} parts
 */
function outputInWords(state, {numbers, graph, words, endLabel, ends, isChanged}) {
  if (numbers.missing >= 0 || state.position < ends.know) return "";
  const now = words.typeset(`${endLabel} ${show(numbers.values[graph.output])}`);
  if (!isChanged) return now;
  const {again, after, predicted, isImpossible} = numbers.outcome,
    next = again.missing < 0 ? words.typeset(show(after)) : "?",
    expected = isImpossible ? words.say("outcome.below_zero") : words.say("outcome", {predicted: show(predicted)});
  return `${now} → ${next}  (${expected})`;
}

/**
 * Says which leaves Change moves, and which are given.
 * @param {Pick<ToldBefore, "graph" | "words">} parts
 */
function whoLearns({graph, words}) {
  const {nodes, cards, parameters} = graph;
  const neurons = new Map(cards.filter((card) => card.parameters.length).map((card) => [card.parameters.join(), card.parameters])),
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
