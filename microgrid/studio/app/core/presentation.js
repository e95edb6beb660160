// What the presentation shows at a step: the current card with what it is made of and what is made of it, one formula,
// and, where the class is to predict it, a question in place of the number. A slide holds texts and no graph: what is
// not in it cannot be on the screen.

import {furthestOf, statusOf} from "./cycle.js";
import {headingOf} from "./graph.js";
import {show, showApart, signOf} from "./numerals.js";
import {
  asideOfStep,
  ASKED,
  formulaOfStep,
  inBrackets,
  keptFirst,
  productOf,
  questionOfStep,
} from "./predicting.js";
import {targetOf} from "./steps.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./graph.js").Card} Card */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {import("./steps.js").Step} Step */
/** @typedef {import("./steps.js").Known} Known */

/**
 * What goes along between a card and the one in the middle; "" for what is not known. `uses` is how often the one is an
 * operand of the other.
 * @typedef {{local: string, share: string, sign: string, isCurrent: boolean, uses: number}} Link
 */

/** @typedef {{name: string, value: string, gradient: string, sign: string, changed: string}} ParameterRow */

/**
 * A card of a slide. Its numbers are texts, "" where they are not known.
 * @typedef {object} ShownCard
 * @property {string} name
 * @property {string} symbol of its operation
 * @property {string} kind "constant", "input", "parameter", "computed" or "output"
 * @property {string} word the key of what its value is called
 * @property {string} value
 * @property {string} gradient
 * @property {string} sign of the gradient
 * @property {string} status the key of it, where it is an activation that passes (almost) nothing back
 * @property {"" | "giver" | "receiver"} role in Think
 * @property {Link | null} link
 * @property {number} rank among the cards beside it: 0 for the one that matters most
 * @property {ParameterRow[]} rows the parameters inside it, where the step is about them
 * @property {boolean} isOfChange whether these change
 * @property {number} moreRows how many more there are
 */

/**
 * @typedef {object} Slide
 * @property {import("./steps.js").Phase | ""} phase "" before the first step
 * @property {number} step which one it is about, from 1; 0 before the first
 * @property {string} question "" where nothing is asked
 * @property {string} aside what explains the formula
 * @property {import("./predicting.js").FormulaPart[]} formula
 * @property {ShownCard | null} centre
 * @property {number} current which card of the graph it is about; −1 for none
 * @property {boolean} opens whether that card can be opened, or is open
 * @property {number} target the card of the graph that receives a share; −1 for none
 * @property {ShownCard[]} operands
 * @property {number} moreOperands how many more there are
 * @property {ShownCard[]} results
 * @property {number} moreResults
 */

/**
 * What a slide is made of. `position` counts the steps that have been taken, and `known` is what is known after them;
 * where the class is asked, the slide is about the next step, of which nothing is known.
 * @typedef {object} Setting
 * @property {Graph} graph
 * @property {Numbers} numbers
 * @property {readonly Step[]} steps
 * @property {number} position
 * @property {Known} known
 * @property {number | null} opened the card of the neuron that is open
 * @property {boolean} isAsking
 * @property {import("./sentences.js").Sentences} sentences
 * @property {import("./words.js").Words} words
 */

/** @typedef {{centre: ShownCard, operands: ShownCard[], moreOperands?: number, results: ShownCard[], moreResults?: number}} Cards */

const MAX_OPERANDS = 4,
  MAX_RESULTS = 2,
  MAX_LEAVES = 4,
  MAX_PARAMETERS = 4;

/** @type {ShownCard} */
const EMPTY_CARD = {
  name: "",
  symbol: "",
  kind: "computed",
  word: "value",
  value: "",
  gradient: "",
  sign: "zero",
  status: "",
  role: "",
  link: null,
  rank: 0,
  rows: [],
  isOfChange: false,
  moreRows: 0,
};

/**
 * Makes the slide of a step.
 * @param {Setting} setting
 * @returns {Slide}
 */
export function slideAt(setting) {
  const {steps, position, isAsking} = setting,
    step = steps[isAsking ? position : position - 1];
  if (!step) return slideOfStart(setting);
  return {
    moreOperands: 0,
    moreResults: 0,
    ...cardsOf(setting, step),
    phase: step.phase,
    step: isAsking ? position + 1 : position,
    question: isAsking ? questionOfStep(setting, step) : "",
    aside: asideOfStep(setting, step),
    formula: formulaOfStep(setting, step),
    current: step.card.i,
    opens: step.card.opens,
    target: step.phase === "think" ? (targetOf(step)?.i ?? -1) : -1,
  };
}

/**
 * Before the first step: the leaves, and where they lead.
 * @param {Setting} setting
 * @returns {Slide}
 */
function slideOfStart(setting) {
  const {graph} = setting,
    leaves = graph.cards.filter(({node}) => !node.op && node.kind !== "constant");
  return {
    phase: "",
    step: 0,
    question: "",
    aside: "",
    formula: [],
    centre: null,
    current: -1,
    opens: false,
    target: -1,
    operands: leaves.slice(0, MAX_LEAVES).map(({output}) => shownNode(setting, output)),
    moreOperands: Math.max(leaves.length - MAX_LEAVES, 0),
    results: [shownNode(setting, graph.output)],
    moreResults: 0,
  };
}

// --- the cards of a step ---------------------------------------------------------------------------------------------

/**
 * In the middle what is computed or hands on, on the left its operands, on the right what it is an operand of.
 * @param {Setting} setting
 * @param {Step} step
 * @returns {Cards}
 */
function cardsOf(setting, step) {
  switch (step.kind) {
    case "product":
      return cardsOfProduct(setting, step);
    case "change":
      return cardsOfChange(setting, step.node);
    case "changes": {
      const first = furthestOf(setting.numbers, step.parameters);
      return alone(setting, step, parameterRows(setting, step.parameters, first));
    }
    case "keep":
      return alone(setting, step, parameterRows(setting, step.card.parameters, keptFirst(setting, step.card)?.parameter));
    case "neuron":
    case "edge":
      return cardsOfNode(setting, step, step.card.output);
    default:
      return cardsOfNode(setting, step, step.node);
  }
}

/**
 * @param {Setting} setting
 * @param {Step} step
 * @param {number} node
 * @returns {Cards}
 */
function cardsOfNode(setting, step, node) {
  const {isAsking, opened} = setting,
    isInside = opened === step.card.i;
  const asked = isAsking && step.phase === "know" ? {value: ASKED} : {},
    seed = isAsking && step.kind === "seed" ? {gradient: ASKED} : {},
    role = step.phase === "think" && step.kind !== "seed" ? "giver" : "";
  const operands = isInside ? operandsInside(setting, step, node) : operandsOfCard(setting, step),
    results = isInside && node !== step.card.output ? resultsInside(setting, step.card, node) : resultsOf(setting, step.card);
  return {
    centre: shownNode(setting, node, {role, status: statusShown(setting, node), ...asked, ...seed}),
    ...largest("Operands", operands, MAX_OPERANDS),
    ...largest("Results", results, MAX_RESULTS),
  };
}

/**
 * A neuron with the parameters inside it.
 * @param {Setting} setting
 * @param {Step} step
 * @param {Pick<ShownCard, "rows" | "isOfChange" | "moreRows">} rows
 * @returns {Cards}
 */
function alone(setting, step, rows) {
  const numbers = step.kind === "keep" ? {} : {value: "", gradient: ""};
  return {centre: shownNode(setting, step.card.output, {...rows, ...numbers}), operands: [], results: []};
}

/**
 * The parameters of a neuron: first the one that the class is asked about.
 * @param {Setting} setting
 * @param {readonly number[]} parameters
 * @param {number | undefined} first
 */
function parameterRows(setting, parameters, first) {
  const {graph, known, isAsking, steps, position} = setting,
    isOfChange = (isAsking ? steps[position] : known.current)?.phase === "change";
  const sorted = parameters.toSorted((a, b) => Number(b === first) - Number(a === first));
  const rows = sorted.slice(0, MAX_PARAMETERS).map((i) => {
    const asked = isAsking && i === first ? ASKED : "";
    return {
      name: graph.nodes[i].shownLabel.split(".").at(-1) ?? "",
      value: written(setting, known.values.get(i)),
      gradient: written(setting, known.gradients.get(i)) || asked,
      sign: signOf(known.gradients.get(i) ?? 0),
      changed: isOfChange ? written(setting, known.changed.get(i)) || asked : "",
    };
  });
  return {rows, isOfChange, moreRows: sorted.length - rows.length};
}

/**
 * A product of a weighted sum, which has no node of its own.
 * @param {Setting} setting
 * @param {Step & {node: number, group: number}} step
 * @returns {Cards}
 */
function cardsOfProduct(setting, {node, group}) {
  const {graph} = setting,
    factors = graph.nodes[node].operands.slice(2 * group, 2 * group + 2);
  return {
    centre: shownProduct(setting, node, group, setting.isAsking ? {value: ASKED} : {}),
    operands: factors.map((i) => shownNode(setting, i, {link: emptyLink()})),
    results: [shownNode(setting, node, {link: emptyLink()})],
  };
}

/**
 * @param {Setting} setting
 * @param {number} node
 * @param {number} group
 * @param {Partial<ShownCard>} more
 * @returns {ShownCard}
 */
function shownProduct(setting, node, group, more) {
  const {numbers, known} = setting,
    {name, value} = productOf(setting, node, group);
  const isKnown = known.products.has(`${node}.${group}`) || known.values.has(node);
  return {...EMPTY_CARD, name, symbol: "", value: isKnown ? written(setting, value) : "", ...more, sign: signOf(numbers.values[node])};
}

/**
 * A parameter before Change, and after it.
 * @param {Setting} setting
 * @param {number} i
 * @returns {Cards}
 */
function cardsOfChange(setting, i) {
  const {known, isAsking, words} = setting,
    value = isAsking ? ASKED : words.typeset(showApart(known.values.get(i) ?? NaN, known.changed.get(i) ?? NaN)[1]);
  return {
    operands: [shownNode(setting, i, {word: "page.part.before", link: emptyLink()})],
    centre: shownNode(setting, i, {word: "page.part.after", value, gradient: ""}),
    results: [],
  };
}

// --- what stands beside a card ---------------------------------------------------------------------------------------

/** @typedef {{shown: ShownCard, size: number}} Candidate a card that may be shown, and how much it matters */

/**
 * Keeps those that matter most, in their order, and counts the others.
 * @template {"Operands" | "Results"} Side
 * @param {Side} side
 * @param {Candidate[]} candidates
 * @param {number} limit
 * @returns {any}
 */
function largest(side, candidates, limit) {
  const bySize = candidates.toSorted((a, b) => b.size - a.size),
    ranked = candidates.map((candidate) => ({...candidate.shown, rank: bySize.indexOf(candidate)})),
    shown = ranked.filter(({rank}) => rank < limit);
  return {[side.toLowerCase()]: shown, [`more${side}`]: candidates.length - shown.length};
}

/**
 * The operands of a card, one for each edge.
 * @param {Setting} setting
 * @param {Step} step
 * @returns {Candidate[]}
 */
function operandsOfCard(setting, step) {
  const {numbers} = setting;
  return step.card.edges.map((edge) => {
    const isTarget = step.phase === "think" && step.edge === edge,
      link = linkOf(setting, edge, isTarget);
    const shown = shownNode(setting, edge.operand.output, {link, role: isTarget ? "receiver" : ""});
    const part = numbers.missing < 0 ? numbers.carried[edge.i].local * numbers.values[edge.operand.output] : 0;
    return {shown, size: isTarget ? Infinity : sizeOfPart(part)};
  });
}

/**
 * The operands of a node inside an open neuron; where it is a weighted sum in Know, its products and its bias.
 * @param {Setting} setting
 * @param {Step} step
 * @param {number} node
 * @returns {Candidate[]}
 */
function operandsInside(setting, step, node) {
  const {graph, numbers} = setting,
    {op, operands} = graph.nodes[node];
  if (step.phase === "know" && op === "weighted_sum") {
    const groups = Array.from({length: (operands.length - 1) / 2}, (_, group) => ({
      shown: shownProduct(setting, node, group, {link: emptyLink()}),
      size: sizeOfPart(productOf(setting, node, group).value),
    }));
    const bias = operands[operands.length - 1];
    return [...groups, {shown: shownNode(setting, bias, {link: emptyLink()}), size: sizeOfPart(numbers.values[bias])}];
  }
  return operands.map((operand, position) => {
    const isTarget = step.kind === "share" && step.position === position,
      link = linkInside(setting, node, position, isTarget);
    const shown = shownNode(setting, operand, {link, role: isTarget ? "receiver" : ""});
    const part = numbers.missing < 0 ? numbers.locals[node][position] * numbers.values[operand] : 0;
    return {shown, size: isTarget ? Infinity : sizeOfPart(part)};
  });
}

/** @param {number} part */
function sizeOfPart(part) {
  return Number.isNaN(part) ? 0 : Math.abs(part);
}

/**
 * What a card is an operand of: first what has handed on the most.
 * @param {Setting} setting
 * @param {Card} card
 * @returns {Candidate[]}
 */
function resultsOf(setting, card) {
  const {graph, known} = setting;
  return graph.edges
    .filter(({operand}) => operand === card)
    .map((edge) => ({
      shown: shownNode(setting, edge.result.output, {link: linkOf(setting, edge, false)}),
      size: sizeOfPart(known.shares.get(edge.i) ?? 0),
    }));
}

/**
 * @param {Setting} setting
 * @param {Card} card
 * @param {number} node
 * @returns {Candidate[]}
 */
function resultsInside(setting, card, node) {
  const {nodes} = setting.graph;
  return card.inside
    .filter((i) => nodes[i].operands.includes(node))
    .map((i) => ({shown: shownNode(setting, i, {link: linkInside(setting, i, nodes[i].operands.indexOf(node), false)}), size: 0}));
}

/** @returns {Link} */
function emptyLink() {
  return {local: "", share: "", sign: "zero", isCurrent: false, uses: 1};
}

/**
 * @param {Setting} setting
 * @param {Edge} edge
 * @param {boolean} isCurrent whether the step goes along it
 * @returns {Link}
 */
function linkOf(setting, {i, uses}, isCurrent) {
  const {known, numbers, isAsking} = setting,
    share = known.shares.get(i);
  const local = isCurrent || share !== undefined ? numbers.carried[i].local : undefined;
  return linkWith(setting, local, isCurrent && isAsking ? ASKED : share, isCurrent, uses.length);
}

/**
 * @param {Setting} setting
 * @param {number} node
 * @param {number} position
 * @param {boolean} isCurrent
 * @returns {Link}
 */
function linkInside(setting, node, position, isCurrent) {
  const {known, numbers, isAsking} = setting,
    isHanded = known.handed.has(`${node}.${position}`);
  const local = isCurrent || isHanded ? numbers.locals[node][position] : undefined,
    share = isHanded ? numbers.gradients[node] * numbers.locals[node][position] : undefined;
  return linkWith(setting, local, isCurrent && isAsking ? ASKED : share, isCurrent, 1);
}

/**
 * @param {Setting} setting
 * @param {number | undefined} local
 * @param {number | string | undefined} share
 * @param {boolean} isCurrent
 * @param {number} uses
 * @returns {Link}
 */
function linkWith(setting, local, share, isCurrent, uses) {
  const isNumber = typeof share === "number";
  return {
    local: local === undefined ? "" : inBrackets(setting.words, local),
    share: isNumber ? written(setting, share) : (share ?? ""),
    sign: signOf(isNumber ? share : 0),
    isCurrent,
    uses,
  };
}

// --- one card --------------------------------------------------------------------------------------------------------

/**
 * The card of one node.
 * @param {Setting} setting
 * @param {number} i
 * @param {Partial<ShownCard>} [more]
 * @returns {ShownCard}
 */
function shownNode(setting, i, more = {}) {
  const {graph, known, sentences, numbers} = setting,
    {kind} = graph.nodes[i],
    isConstant = kind === "constant",
    gradient = known.gradients.get(i);
  return {
    ...EMPTY_CARD,
    name: isConstant ? "" : sentences.nameOf(i, numbers.values),
    symbol: symbolOf(setting, i),
    kind: i === graph.output ? "output" : kind,
    value: written(setting, known.values.get(i)),
    gradient: isConstant ? "" : written(setting, gradient),
    sign: signOf(gradient ?? 0),
    ...more,
  };
}

/**
 * What a node computes; "" where its name says it.
 * @param {Setting} setting
 * @param {number} i
 */
function symbolOf({graph, numbers, sentences, opened, words}, i) {
  const {op, formula, name} = graph.nodes[i],
    card = graph.cardOf.get(i);
  if (!op || formula === name) return "";
  return card?.isNeuron && card.i !== opened ? headingOf(graph, card, words).operation : sentences.symbolOf(graph.nodes[i], numbers.values);
}

/**
 * Whether a card is dead or saturated; while the class is asked for a number, that would tell it.
 * @param {Setting} setting
 * @param {number} i
 */
function statusShown({graph, numbers, known, isAsking}, i) {
  if (isAsking || !graph.nodes[i].op || !known.values.has(i)) return "";
  const status = statusOf(graph, numbers, i);
  return status && `page.${status}`;
}

/**
 * Writes a number as the language does; "" where it is not known.
 * @param {Setting} setting
 * @param {number | undefined} number
 */
function written({words}, number) {
  return number === undefined ? "" : words.typeset(show(number));
}
