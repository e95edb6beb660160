// What a class is asked to predict at a step: the question, and the formula with a blank where its answer will stand.

import {furthestOf, sharesKept, sumInside} from "./cycle.js";
import {bracketed, show, showApart, signOf} from "./numerals.js";
import {equalsOfChange, equalsOfProduct, equalsOfStep, equalsOfValue} from "./rounding.js";

/** @typedef {import("./graph.js").Card} Card */
/** @typedef {import("./steps.js").Step} Step */
/** @typedef {import("./presentation.js").Setting} Setting */

/**
 * A part of a formula: the key of what a number is called, or "", and the sign that colours it, or "".
 * @typedef {{text: string, part: string, sign: string, isAnswer: boolean}} FormulaPart
 */

/** What stands where a number is asked for. */
export const ASKED = "?";

const MAX_ASIDE = 60; // characters of a formula of names: a longer one explains nothing

/**
 * Tells whether the class can be asked for the number of a step: whether one formula gives it.
 * @param {Pick<Setting, "graph" | "numbers">} setting
 * @param {Step | undefined} step
 * @returns {boolean}
 */
export function isPredictable(setting, step) {
  return step !== undefined && (step.kind !== "keep" || keptFirst(setting, step.card) !== null);
}

/**
 * Asks for the number of a step.
 * @param {Setting} setting
 * @param {Step} step
 * @returns {string}
 */
export function questionOfStep(setting, step) {
  const {graph, numbers, sentences, words} = setting,
    nameOf = (/** @type {number} */ i) => sentences.nameOf(i, numbers.values);
  switch (step.kind) {
    case "value":
      return words.say("present.know", {name: nameOf(step.node)});
    case "product":
      return words.say("present.know", {name: productOf(setting, step.node, step.group).name});
    case "neuron":
      return words.say("present.know", {name: nameOf(step.card.output)});
    case "seed":
      return words.say("present.seed", {name: nameOf(step.node)});
    case "share":
    case "edge": {
      const [giver, operand] = giverAndReceiver(setting, step);
      return words.say("present.think", {giver: nameOf(giver), operand: nameOf(operand)});
    }
    case "keep":
      return words.say("quiz.question", {name: graph.nodes[keptFirst(setting, step.card)?.parameter ?? 0].name});
    case "change":
      return words.say("present.change", {name: nameOf(step.node)});
    default:
      return words.say("present.change", {name: nameOf(furthestOf(numbers, step.parameters))});
  }
}

/**
 * What explains the formula of a step, or "": what is computed, or how its local derivative comes about.
 * @param {Setting} setting
 * @param {Step} step
 * @returns {string}
 */
export function asideOfStep(setting, step) {
  const {graph, numbers, sentences, words} = setting;
  switch (step.kind) {
    case "value":
    case "product": {
      const [names, withNumbers] = formulaInWords(setting, step);
      return withNumbers && names.length <= MAX_ASIDE ? names : "";
    }
    case "neuron": {
      const sum = sumInside(graph, step.card);
      return sum === step.card.output ? "Σ w·x + b" : words.typeset(`Σ w·x + b = ${sumWithNumbers(setting, sum)}${equalsOfValue(graph, numbers, sum)}${show(numbers.values[sum])}`);
    }
    case "share":
      return sentences.slope(step.node, step.position, numbers);
    case "edge":
      return step.edge.uses.length > 1 ? words.say("present.several", {count: step.edge.uses.length, name: step.edge.operand.node.name}) : "";
    default:
      return "";
  }
}

/**
 * The formula of a step with numbers; where the class is asked, with a blank.
 * @param {Setting} setting
 * @param {Step} step
 * @returns {FormulaPart[]}
 */
export function formulaOfStep(setting, step) {
  const {graph, numbers, sentences, isAsking, words} = setting;
  /** @type {(text: string) => FormulaPart} */
  const plain = (text) => ({text: words.typeset(text), part: "", sign: "", isAnswer: false});
  /** @type {(number: number, part: string, sign?: string) => FormulaPart} */
  const named = (number, part, sign = "") => ({...plain(inBrackets(words, number)), part: part && `page.part.${part}`, sign});
  /** @type {(number: number, part?: string, sign?: string, equals?: string, text?: string) => FormulaPart[]} */
  const answer = (number, part = "", sign = "", equals = equalsOfStep(graph, numbers, step), text = show(number)) => [
    plain(equals),
    {text: isAsking ? ASKED : words.typeset(text), part: part && `page.part.${part}`, sign: isAsking ? "" : sign, isAnswer: true},
  ];
  switch (step.kind) {
    case "value":
      return [plain(formulaInWords(setting, step).at(-1) ?? ""), ...answer(numbers.values[step.node])];
    case "product":
      return [plain(formulaInWords(setting, step).at(-1) ?? ""), ...answer(productOf(setting, step.node, step.group).value)];
    case "neuron": {
      const sum = sumInside(graph, step.card);
      const formula = sum === step.card.output ? sumWithNumbers(setting, sum) : (formulaInWords(setting, step).at(-1) ?? "");
      return [plain(formula), ...answer(numbers.values[step.card.output])];
    }
    case "seed": {
      const name = sentences.asAtom(step.node, numbers.values);
      return [plain(`∂${name}/∂${name}`), ...answer(1)];
    }
    case "share":
    case "edge": {
      const [upstream, local, share] = sentences.numbersOf(step, numbers, 0);
      return [named(upstream, "upstream", signOf(upstream)), plain(" × "), named(local, "local"), ...answer(share, "share", signOf(share))];
    }
    case "keep": {
      const first = keptFirst(setting, step.card);
      if (!first) return [];
      const upstream = numbers.gradients[first.node],
        local = numbers.locals[first.node][first.position];
      return [named(upstream, "upstream", signOf(upstream)), plain(" × "), named(local, "local"), ...answer(upstream * local, "gradient", signOf(upstream * local), equalsOfProduct(upstream, local, upstream * local))];
    }
    default: {
      const i = step.kind === "change" ? step.node : furthestOf(numbers, step.parameters),
        changed = numbers.changed.get(i) ?? NaN,
        [before, after] = showApart(numbers.values[i], changed);
      return [
        {...named(numbers.values[i], "before"), text: words.typeset(before)},
        plain(" − "),
        named(numbers.learningRate, "rate"),
        plain(" × "),
        named(numbers.gradients[i], "gradient", signOf(numbers.gradients[i])),
        ...answer(changed, "after", "", equalsOfChange(numbers, i), after),
      ];
    }
  }
}

/**
 * Writes a number that may follow an operator.
 * @param {import("./words.js").Words} words
 * @param {number} number
 */
export function inBrackets(words, number) {
  return words.typeset(bracketed(show(number)));
}

/**
 * The formula of a value with names and with numbers; one of them where they are the same.
 * @param {Setting} setting
 * @param {Step} step
 */
function formulaInWords({sentences, numbers}, step) {
  return sentences.inWords(step, numbers, 0).formula.split(" = ");
}

/**
 * @param {Setting} setting
 * @param {number} sum
 */
function sumWithNumbers({graph, numbers, sentences}, sum) {
  const node = graph.nodes[sum];
  return sentences.expression(node, node.operands.map((i) => show(numbers.values[i])), numbers.values);
}

/**
 * The node that hands on, and the one that receives.
 * @param {Setting} setting
 * @param {Step} step
 */
function giverAndReceiver({graph}, step) {
  if (step.kind === "edge") return [step.card.output, step.edge.operand.output];
  const node = step.node ?? 0;
  return [node, graph.nodes[node].operands[step.position ?? 0]];
}

/**
 * A product of a weighted sum.
 * @param {Pick<Setting, "graph" | "numbers" | "sentences">} setting
 * @param {number} node
 * @param {number} group
 */
export function productOf({graph, numbers, sentences}, node, group) {
  const [w, x] = graph.nodes[node].operands.slice(2 * group, 2 * group + 2);
  return {
    name: `${sentences.nameOf(w, numbers.values)} × ${sentences.nameOf(x, numbers.values)}`,
    value: numbers.values[w] * numbers.values[x],
  };
}

/**
 * The parameter inside a neuron whose gradient is the largest, of those that are used once: one product gives it.
 * @param {Pick<Setting, "graph" | "numbers">} setting
 * @param {Card} card
 * @returns {{parameter: number, node: number, position: number} | null}
 */
export function keptFirst({graph, numbers}, card) {
  const shares = sharesKept(graph, card, numbers),
    uses = card.inside.flatMap((node) => graph.nodes[node].operands.map((parameter, position) => ({parameter, node, position}))),
    usedOnce = card.parameters.flatMap((parameter) => {
      const own = uses.filter((use) => use.parameter === parameter);
      return own.length === 1 ? own : [];
    });
  const size = (/** @type {{parameter: number}} */ use) => Math.abs(shares.get(use.parameter) ?? 0);
  return usedOnce.reduce((/** @type {(typeof usedOnce)[0] | null} */ best, use) => (best && size(best) >= size(use) ? best : use), null);
}
