// What the editor, the sentences at the end of a phase and the large button show.

import {isMissed, isOnlyMistake, mistakesOf, mostResponsible} from "../core/blame.js";
import {isLoss} from "../core/graph.js";
import {show} from "../core/numerals.js";
import {backwardLines, changeLine, knowLine} from "../core/python.js";
import {PHASES} from "../core/steps.js";

const MAX_MISTAKES = 4, // whose numbers are listed
  MAX_RESPONSIBLE = 3,
  MAX_MOVED = 3;
const MAX_PART = 200; // characters of what a sentence about a mistake repeats

/**
 * Returns the phase that the large button plays: the one that is not over, or that of the next cycle.
 * @param {number} position
 * @param {Record<import("../core/steps.js").Phase, number>} ends
 */
export function nextPhase(position, ends) {
  return PHASES.find((phase) => position < ends[phase]) ?? PHASES[0];
}

/** @typedef {import("../actions/parts.js").State} State */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/cycle.js").Numbers} Numbers */
/** @typedef {import("../core/words.js").Words} Words */

/**
 * What else is derived from the state.
 * @typedef {object} DerivedBefore
 * @property {Graph} graph
 * @property {Numbers} numbers
 * @property {Record<import("../core/steps.js").Phase, number>} ends
 * @property {import("../core/steps.js").Known} known
 * @property {Words} words
 * @property {object | null} asking
 * @property {Map<number, number>} startLeaves
 */

/**
 * Returns what is shown of a state beside its graph.
 * @param {State} state
 * @param {DerivedBefore} parts
 */
export function editorOf(state, parts) {
  const {graph, numbers, known, words} = parts,
    {document, draft, learningRate} = state;
  return {
    summary: document.kind === "text" && numbers.missing < 0 ? summaryAt(state, parts) : "",
    extent: extentAt(document, draft, known.current),
    moved: document.kind === "text" ? movedInWords(state, parts) : "",
    mistake: draft.error ? sentenceOf(draft.error, words) : "",
    codeLines: state.isCodeShown && known.current ? codeOfStep(known.current, graph, learningRate) : [],
  };
}

/**
 * Which numbers differ from those of the text; "" where none does.
 * @param {State} state
 * @param {DerivedBefore} parts
 */
function movedInWords({leaves}, {graph, words, startLeaves}) {
  const names = [...leaves].filter(([i, number]) => !Object.is(number, startLeaves.get(i))).map(([i]) => graph.nodes[i].name);
  if (names.length === 0) return "";
  const shown = names.length > MAX_MOVED ? [...names.slice(0, MAX_MOVED), "…"] : names;
  return words.say("editor.moved", {names: words.listed(shown)});
}

/**
 * What a phase has led to, at its end: who was how wrong, and who is responsible.
 * @param {State} state
 * @param {DerivedBefore} parts
 */
function summaryAt({position}, {graph, numbers, ends, words, asking}) {
  if (asking || position === 0) return "";
  if (position === ends.know) return blameQuestion(graph, numbers, words);
  return position === ends.think ? blameAnswer(graph, numbers, words) : "";
}

/**
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Words} words
 */
function blameQuestion(graph, numbers, words) {
  const mistakes = mistakesOf(graph, numbers),
    {name} = graph.nodes[graph.output];
  const value = show(numbers.values[graph.output]),
    said = words.listed(mistakes.map((mistake) => show(mistake.said))),
    right = words.listed([...new Set(mistakes.map((mistake) => show(mistake.right)))]);
  if (mistakes.length === 0) return words.say("editor.value", {name, value});
  if (!mistakes.some(isMissed)) return words.say("editor.right", {said});
  const end = isLoss(graph) || isOnlyMistake(graph) ? "" : ".end"; // which is more than how wrong it was
  if (mistakes.length > MAX_MISTAKES) return words.say(`editor.blame.many${end}`, {count: mistakes.length, name, value});
  return words.say(`editor.blame${end}`, {said, right, name: isLoss(graph) ? words.word("end.loss") : name, value});
}

/**
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Words} words
 */
function blameAnswer(graph, numbers, words) {
  const responsible = mostResponsible(graph, numbers);
  if (responsible.length === 0) return words.say("editor.answer.none");
  const [first, ...others] = responsible.slice(0, MAX_RESPONSIBLE).map((i) => ({name: graph.nodes[i].name, gradient: show(numbers.gradients[i])}));
  const mistakes = mistakesOf(graph, numbers),
    isAllRight = mistakes.length > 0 && !mistakes.some(isMissed) && isOnlyMistake(graph);
  if (isAllRight) return words.say("editor.answer.flat", {gradient: first.gradient});
  const key = mistakes.length ? "editor.answer" : "editor.answer.value",
    names = others.map((other) => words.say("editor.answer.name", other));
  return words.say(key + caseOfAnswer(responsible, graph, numbers), {...first, first: first.name, others: words.listed(names)});
}

/**
 * Whether nobody else is responsible, or some are as much as the first.
 * @param {number[]} responsible
 * @param {Graph} graph
 * @param {Numbers} numbers
 */
function caseOfAnswer([first, second], {parameters}, {gradients}) {
  if (second === undefined) return parameters.length === 1 ? ".one" : ".only";
  return Math.abs(gradients[first]) === Math.abs(gradients[second]) ? ".equal" : "";
}

/**
 * The statement that made the current card, or that begins Think; none while the text is another than that of the graph.
 * @param {State["document"]} document
 * @param {State["draft"]} draft
 * @param {import("../core/steps.js").Step | null} current
 */
function extentAt(document, draft, current) {
  if (document.kind !== "text" || !current || draft.text !== document.text) return null;
  if (current.kind === "seed" && document.backward) return document.backward;
  return document.lines?.[current.node ?? current.card.output] ?? null;
}

/**
 * A mistake in one sentence.
 * @param {import("../core/syntax.js").DocumentError} error
 * @param {Words} words
 */
function sentenceOf({key, parts, line}, words) {
  const texts = Object.entries(parts).map(([name, part]) => [name, abridged(part, words)]);
  const message = words.word(key, Object.fromEntries(texts));
  if (line === null) return message[0].toUpperCase() + message.slice(1);
  return words.say("editor.mistake", {line, message});
}

/**
 * What a sentence repeats, in short.
 * @param {string | number | string[]} part
 * @param {Words} words
 */
function abridged(part, words) {
  if (typeof part === "number") return part;
  const text = Array.isArray(part) ? words.listed(part) : part;
  return text.length > MAX_PART ? `${text.slice(0, MAX_PART)}…` : text;
}

/**
 * The lines of Python that do what a step does.
 * @param {import("../core/steps.js").Step} step
 * @param {Graph} graph
 * @param {number} learningRate
 */
function codeOfStep(step, graph, learningRate) {
  if (step.phase === "think") return backwardLines(graph, step);
  if (step.kind === "change") return [changeLine(graph, step.node, learningRate)];
  if (step.kind === "changes") return step.parameters.map((i) => changeLine(graph, i, learningRate));
  return step.kind === "value" ? [knowLine(graph, step.node)] : [];
}
