// What a value is called: its label, with a number among equals, or what it is made of, such as w·x. The same as in
// Python's graph/naming.py and graph/snapshot.py.

import {columnsOf, isolated, show, SUPERSCRIPTS} from "./numerals.js";
import {ATOM, NEEDED_RANKS, OPERATIONS, RANKS} from "./operations.js";

/**
 * What naming needs to know of a node.
 * @typedef {object} NamedNode
 * @property {string} label
 * @property {number} nth its number among nodes with the same label, from 1; 0 if the label is unique
 * @property {string} kind
 * @property {string} op
 * @property {readonly number[]} operands
 * @property {number} data
 */

const MAX_FORMULA_COLUMNS = 26;
const MAX_FORMULA_OPERANDS = 5; // of a sum; with more, it is too long anyway
const LABEL_OF_FORMULA = /^[\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_.]*$/u; // a label that can be used in a formula as it is
export const SUM_OF_PRODUCTS = "Σ ×"; // the symbol of a weighted sum without a bias
const SHORT_NUMBER = /^−?[\d.]{1,5}$/;

/** @type {Record<string, string>} */
const COMPACT_SIGNS = {"+": " + ", "-": " − ", "*": "·", "/": "/", "**": "^"};
/** @type {Record<string, string>} */
const COMPACT_PREFIXES = {neg: "−", sqrt: "√"};

/**
 * Numbers nodes with the same label from 1; a node with a unique label gets 0. Constants are called by their numbers,
 * and need none.
 * @param {readonly string[]} kinds
 * @param {readonly string[]} labels
 * @returns {number[]}
 */
export function numbersAmongEquals(kinds, labels) {
  const called = labels.map((label, i) => (kinds[i] === "constant" ? "" : label));
  const total = countOf(called.filter(Boolean)),
    soFar = new Map();
  return called.map((label) => {
    if ((total.get(label) ?? 0) < 2) return 0;
    soFar.set(label, (soFar.get(label) ?? 0) + 1);
    return soFar.get(label);
  });
}

/** @param {readonly string[]} texts */
function countOf(texts) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/**
 * Returns the formulas that name the nodes without a label, "" for the others.
 *
 * Such a formula is short, belongs to no other node, is no label, and calls every operand by its own name.
 * @param {readonly NamedNode[]} nodes in topological order
 * @returns {string[]}
 */
export function nameByFormula(nodes) {
  /** @type {Map<number, string>} */
  const formulas = new Map();
  for (const [i, node] of nodes.entries()) {
    if (node.op && !node.label) formulas.set(i, formulaOf(node, nodes, formulas));
  }
  const counts = countOf([...formulas.values(), ...nodes.map(({label}) => label)]);
  return nodes.map(({operands}, i) => {
    const formula = formulas.get(i) ?? "";
    const isClear = (counts.get(formula) ?? 0) < 2 && operands.every((operand) => formulas.get(operand) !== "");
    if (!formula || isClear) return formula;
    formulas.set(i, "");
    return "";
  });
}

/**
 * Returns the same formulas and, for nodes without a label that have none, one in which "…" stands for what is long. Such
 * formulas are numbered where they are alike.
 * @param {readonly NamedNode[]} nodes in topological order
 * @returns {string[]}
 */
export function abbreviatedFormulas(nodes) {
  const formulas = nameByFormula(nodes),
    taken = new Set([...formulas, ...nodes.map(({label}) => label)]);
  for (const [i, node] of nodes.entries()) {
    if (!node.op || node.label || formulas[i]) continue;
    const formula = abbreviatedFormula(node, nodes, formulas);
    let name = formula;
    for (let nth = 2; taken.has(name); nth++) name = `${formula} #${nth}`;
    taken.add(name);
    formulas[i] = name;
  }
  return formulas;
}

/**
 * @param {NamedNode} node
 * @param {readonly NamedNode[]} nodes
 * @param {readonly string[]} formulas
 */
function abbreviatedFormula(node, nodes, formulas) {
  const {op, operands} = node;
  const textOf = (/** @type {number} */ operand, /** @type {number} */ k) => {
    const text = textInFormula(nodes[operand], formulas[operand] ?? "");
    if (!text || text.includes("…") || text.includes(" #")) return "…";
    return needsBrackets(node, k, nodes) ? `(${text})` : text;
  };
  const texts = operands.map(textOf),
    exponent = wholeExponent(node, nodes);
  if (addsOnlyProducts(node, nodes)) texts.pop();
  const write = (/** @type {string[]} */ parts) => {
    if (exponent >= 0) return formulaFrom(node, [parts[0] === "…" ? "(…)" : parts[0], parts[1]], exponent);
    if (op === "total") return `${parts[0]} + … + ${parts.at(-1)}`;
    if (op === "weighted_sum") return `${parts[0]}·${parts[1]} + … + ${parts.slice(parts.length % 2 ? -1 : -2).join("·")}`;
    return formulaFrom(node, parts, exponent);
  };
  const formula = write(texts);
  if (columnsOf(formula) <= MAX_FORMULA_COLUMNS) return formula;
  // The longest part goes first.
  for (const k of [...texts.keys()].sort((a, b) => texts[b].length - texts[a].length)) {
    texts[k] = "…";
    if (columnsOf(write(texts)) <= MAX_FORMULA_COLUMNS) break;
  }
  return write(texts);
}

/**
 * Returns the formula of a node, or "" if it has none that is short.
 * @param {NamedNode} node
 * @param {readonly NamedNode[]} nodes
 * @param {Map<number, string>} formulas
 */
function formulaOf(node, nodes, formulas) {
  const {op, operands} = node;
  if (operands.length > MAX_FORMULA_OPERANDS || !Object.hasOwn(OPERATIONS, op)) return "";
  if (op === "total" && operands.length === 1) return "";
  const names = operands.map((i) => textInFormula(nodes[i], formulas.get(i) ?? ""));
  if (names.includes("")) return "";
  const texts = names.map((name, k) => (needsBrackets(node, k, nodes) ? `(${name})` : name));
  if (addsOnlyProducts(node, nodes)) texts.pop();
  const formula = formulaFrom(node, texts, wholeExponent(node, nodes));
  return columnsOf(formula) <= MAX_FORMULA_COLUMNS ? formula : "";
}

/**
 * @param {NamedNode} node
 * @param {string[]} texts
 * @param {number} exponent
 */
function formulaFrom({op}, texts, exponent) {
  if (exponent >= 0) return texts[0] + SUPERSCRIPTS[exponent];
  if (op === "total") return texts.join(" + ");
  if (op === "weighted_sum") {
    const terms = texts.flatMap((w, k) => (k % 2 ? [] : [k + 1 < texts.length ? `${w}·${texts[k + 1]}` : w]));
    return terms.join(" + ");
  }
  if (op in COMPACT_SIGNS) return texts.join(COMPACT_SIGNS[op]);
  if (op in COMPACT_PREFIXES) return COMPACT_PREFIXES[op] + texts[0];
  const {operands, shown} = OPERATIONS[op];
  return shown.replace(/\{(\w+)\}/g, (_, name) => texts[operands.indexOf(name)]);
}

/**
 * Returns what a node is called in a formula; "" if that would not be clear.
 * @param {NamedNode} node
 * @param {string} formula
 */
function textInFormula({label, nth, kind, data}, formula) {
  if (kind === "constant") {
    const text = show(data);
    return SHORT_NUMBER.test(text) ? text : "";
  }
  if (!label) return formula;
  return LABEL_OF_FORMULA.test(label) && !nth && isolated(label) === label ? label : "";
}

/**
 * Returns the exponent of a power such as x² and x³, a constant whole number from 0 to 9; −1 if it is no such.
 * @param {{op: string, operands: readonly number[]}} node
 * @param {readonly {kind: string, data: number}[]} nodes
 * @returns {number}
 */
export function wholeExponent({op, operands}, nodes) {
  if (op !== "**") return -1;
  const {kind, data} = nodes[operands[1]];
  return kind === "constant" && isDigit(data) ? Math.abs(data) : -1;
}

/**
 * Tells whether this is a weighted sum without a bias, such as q1·k1 + q2·k2: the constant 0 stands in its place.
 * @param {{op: string, operands: readonly number[]}} node
 * @param {readonly {kind: string, data: number}[]} nodes
 */
export function addsOnlyProducts({op, operands}, nodes) {
  if (op !== "weighted_sum") return false;
  const {kind, data} = nodes[operands[operands.length - 1]];
  return kind === "constant" && data === 0;
}

/** @param {number} number */
export function isDigit(number) {
  return Number.isInteger(number) && number >= 0 && number < 10;
}

/**
 * @param {NamedNode} node
 * @param {number} position
 * @param {readonly NamedNode[]} nodes
 */
function needsBrackets(node, position, nodes) {
  return rankOf(nodes[node.operands[position]]) < neededRank(node, position);
}

/**
 * Returns the rank that an operand of a node needs to stand there without brackets.
 * @param {{op: string, operands: readonly number[]}} node
 * @param {number} position
 * @returns {number}
 */
export function neededRank({op, operands}, position) {
  if (op === "weighted_sum" && position === operands.length - 1) return 2;
  const needed = NEEDED_RANKS[op] ?? [0];
  return needed[position % needed.length];
}

/**
 * How tightly the name of a node binds: that of a leaf, or of a function call, is an `ATOM`.
 * @param {NamedNode} node
 */
function rankOf({kind, data, label, op}) {
  if (kind === "constant") return data < 0 ? RANKS.neg : ATOM;
  return label ? ATOM : (RANKS[op] ?? ATOM);
}

/**
 * Returns the name of a node in sentences: its label or, if it has none, its formula, or else its id.
 * @param {string} label
 * @param {number} nth
 * @param {string} formula
 * @param {number} i
 * @returns {string}
 */
export function nameOf(label, nth, formula, i) {
  return isolated(label + (nth ? ` #${nth}` : "")) || formula || `n${i}`;
}
