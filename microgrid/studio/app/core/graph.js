// A graph as the app knows it, made of the record that `Relay.to_json()` gives: its nodes, what they are called, and
// the cards and edges that show them.

import {comparisonsIn} from "./blame.js";
import {foldNeurons} from "./folding.js";
import {abbreviatedFormulas, addsOnlyProducts, nameByFormula, nameOf, numbersAmongEquals, SUM_OF_PRODUCTS, wholeExponent} from "./naming.js";
import {singleLine, SUPERSCRIPTS} from "./numerals.js";
import {OPERATIONS} from "./operations.js";

/**
 * One value of the graph.
 * @typedef {object} GraphNode
 * @property {string} label
 * @property {number} nth its number among nodes with the same label, from 1; 0 if the label is unique
 * @property {string} kind "constant", "input", "parameter" or "computed"
 * @property {string} op its operation; "" for a leaf
 * @property {number[]} operands by their positions
 * @property {number} data
 * @property {string} layer where it is the output of a neuron, a name for the layer; else ""
 * @property {string} formula what it is made of, where it has no label and that is short
 * @property {string} shownLabel its label in the language that is shown
 * @property {string} name what it is called in sentences
 * @property {string} remark what its author says of it; "" for most
 * @property {import("./operations.js").Operation | undefined} operation
 */

/**
 * One or more nodes that are shown as one.
 * @typedef {object} Card
 * @property {number} i
 * @property {number} output the node whose numbers it shows
 * @property {number[]} inside all nodes it stands for
 * @property {number[]} weights
 * @property {number[]} biases
 * @property {string} id
 * @property {GraphNode} node its output
 * @property {Edge[]} edges those that end here
 * @property {number[]} parameters its weights, then its biases
 * @property {boolean} isNeuron
 * @property {boolean} opens whether it shows its products when it is chosen
 */

/**
 * An edge from the card of an operand to the card of a result; `uses` are [node, position of the operand].
 * @typedef {{i: number, operand: Card, result: Card, uses: [number, number][]}} Edge
 */

/**
 * @typedef {object} Graph
 * @property {GraphNode[]} nodes in topological order
 * @property {Map<number, number[]>} rows of each relu of a batch, the same relu for all rows
 * @property {Card[]} cards in topological order
 * @property {Map<number, Card>} cardOf the card of each node that has one
 * @property {Edge[]} edges
 * @property {number[]} parameters the leaves that Change moves
 * @property {number} output the last node: what is differentiated
 * @property {number} learningRate
 * @property {boolean} [hasTarget] whether predictions are compared with targets, if that was looked for
 */

/**
 * The content of a record; numbers that JSON does not have are the texts "NaN", "Infinity" and "-Infinity".
 * @typedef {object} RecordContent
 * @property {string} format
 * @property {number} version
 * @property {RecordNode[]} nodes
 * @property {string[]} parameters
 * @property {number | string} learning_rate
 */

/**
 * @typedef {object} RecordNode
 * @property {string} id
 * @property {string} label
 * @property {string} kind
 * @property {string} op
 * @property {string[]} operands
 * @property {number | string} data
 * @property {string} layer
 */

const FORMAT = "microgrid relay";
const KINDS = ["constant", "input", "parameter", "computed"];

/** A record that is none; the message says what came and what was expected. */
export class RecordError extends Error {}

/**
 * Makes the graph of a record.
 * @param {RecordContent} content what `Relay.to_json()` holds; steps and outcome are not read
 * @returns {Graph}
 * @throws {RecordError} it is no such record
 */
export function readRecord(content) {
  const {nodes: items, parameters, learningRate} = checkedRecord(content);
  const numbers = numbersAmongEquals(
    items.map(({kind}) => kind),
    items.map(({label}) => label),
  );
  const numbered = items.map((item, i) => ({...item, nth: numbers[i]})),
    formulas = nameByFormula(numbered);
  const nodes = numbered.map((node, i) => ({
    ...node,
    formula: formulas[i],
    shownLabel: node.label,
    name: nameOf(node.label, node.nth, formulas[i], i),
    remark: "",
    operation: node.op ? OPERATIONS[node.op] : undefined,
  }));
  const folded = foldNeurons(nodes),
    cards = folded.cards.map((card, i) => cardFrom(card, nodes, i));
  const edges = folded.edges.map(({operand, result, uses}, i) => {
    const edge = {i, operand: cards[operand], result: cards[result], uses};
    edge.result.edges.push(edge);
    return edge;
  });
  return {
    nodes,
    rows: rowsOf(nodes),
    cards,
    cardOf: new Map(cards.flatMap((card) => card.inside.map((node) => [node, card]))),
    edges,
    parameters,
    output: nodes.length - 1,
    learningRate,
  };
}

/**
 * @param {import("./folding.js").FoldedCard} card
 * @param {GraphNode[]} nodes
 * @param {number} i
 * @returns {Card}
 */
function cardFrom({output, inside, weights, biases}, nodes, i) {
  const isNeuron = inside.length > 1 || weights.length + biases.length > 0;
  return {
    i,
    output,
    inside,
    weights,
    biases,
    id: `n${output}`,
    node: nodes[output],
    edges: [],
    parameters: [...weights, ...biases],
    isNeuron,
    opens: isNeuron || addsOnlyProducts(nodes[output], nodes),
  };
}

/**
 * Finds the relus that belong together as rows of a batch: those of a neuron, and others with the same label.
 * @param {GraphNode[]} nodes
 */
function rowsOf(nodes) {
  /** @type {Map<string, number[]>} */
  const rows = new Map();
  for (const [i, {op, label, layer}] of nodes.entries()) {
    if (op !== "relu" || !label) continue;
    const key = JSON.stringify([label, layer]);
    const row = rows.get(key) ?? [];
    row.push(i);
    rows.set(key, row);
  }
  const kept = [...rows.values()].filter((row) => row.length > 1 || nodes[row[0]].layer);
  return new Map(kept.flatMap((row) => row.map((i) => [i, row])));
}

/**
 * Calls the nodes by their labels in another language, where the program has given them, with what is said of them.
 * @param {Graph} graph it is changed
 * @param {Record<string, string>} labels the label to show by the label in the record
 * @param {Record<string, string>} [remarks] by the label in the record
 */
export function relabel({nodes}, labels, remarks = {}) {
  for (const node of nodes) {
    node.shownLabel = Object.hasOwn(labels, node.label) ? labels[node.label] : node.label;
    node.remark = Object.hasOwn(remarks, node.label) ? remarks[node.label] : "";
  }
  const formulas = nameByFormula(nodes.map((node) => ({...node, label: node.shownLabel})));
  for (const [i, node] of nodes.entries()) {
    node.formula = formulas[i];
    node.name = nameOf(node.shownLabel, node.nth, node.formula, i);
  }
}

/**
 * Calls every node that has no name by what it is made of, however long that is: parts of it are left out. An output
 * without a name is a loss only where something is compared.
 * @param {Graph} graph it is changed
 */
export function abbreviate(graph) {
  const {nodes} = graph;
  const formulas = abbreviatedFormulas(nodes.map((node) => ({...node, label: node.shownLabel})));
  for (const [i, node] of nodes.entries()) {
    node.formula = formulas[i];
    node.name = nameOf(node.shownLabel, node.nth, node.formula, i);
  }
  graph.hasTarget = comparisonsIn(graph).length > 0;
}

/**
 * Tells whether the output is a loss: whether it is called so, or has no name.
 * @param {Graph} graph
 */
export function isLoss({nodes, output, hasTarget = true}) {
  const {label} = nodes[output];
  return label === "loss" || (label === "" && hasTarget);
}

/**
 * Returns the leaves with the numbers that they have in the record.
 * @param {Graph} graph
 * @returns {Map<number, number>}
 */
export function leavesOf({nodes}) {
  return new Map(nodes.flatMap(({op, data}, i) => (op ? [] : [[i, data]])));
}

/**
 * Returns the heading of a card and its operation: in full, and in short. The operation is "" where the name says it.
 * @param {Graph} graph
 * @param {Card} card
 * @param {import("./words.js").Words} words
 * @returns {{title: string, operation: string, symbol: string}}
 */
export function headingOf({nodes}, {node, output, inside}, words) {
  const {op, kind, shownLabel, nth, formula, layer, operation} = node,
    id = kind === "constant" ? "" : `n${output}`,
    name = (shownLabel && nth ? `${shownLabel} #${nth}` : shownLabel) || formula || id;
  if (layer && inside.length > 1 && operation) {
    const {symbol} = operation,
      isSum = op === "weighted_sum" || op === "total";
    return {title: name, operation: isSum ? "Σ w·x + b" : `${symbol}(Σ w·x + b)`, symbol};
  }
  const exponent = wholeExponent(node, nodes),
    usual = addsOnlyProducts(node, nodes) ? SUM_OF_PRODUCTS : (operation?.symbol ?? ""),
    symbol = exponent >= 0 ? `( )${SUPERSCRIPTS[exponent]}` : usual;
  if (name && name === formula) return {title: name, operation: "", symbol: ""};
  return {title: name || (symbol ? "" : words.word("leaf")), operation: symbol, symbol};
}

// --- what a record must be -------------------------------------------------------------------------------------------

/**
 * @typedef {{label: string, kind: string, op: string, operands: number[], data: number, layer: string}} CheckedNode
 */

/**
 * Returns what a record holds, with positions for ids.
 * @param {any} content
 * @returns {{nodes: CheckedNode[], parameters: number[], learningRate: number}}
 */
function checkedRecord(content) {
  if (content?.format !== FORMAT) throw new RecordError(`not a relay: expected "format": "${FORMAT}"`);
  if (![1, 2].includes(content.version)) throw new RecordError("not a relay: expected version 1 or 2");
  const items = listIn(content, "nodes");
  if (!items.length) throw new RecordError("not a relay: it has no nodes");
  /** @type {CheckedNode[]} */
  const nodes = [];
  for (const item of items) nodes.push(checkedNode(item, nodes));
  const parameters = listIn(content, "parameters").map((id) => positionOf(id, nodes.length));
  const moved = parameters.find((i) => nodes[i].op);
  if (moved !== undefined) throw new RecordError(`not a relay: the parameter n${moved} is no leaf`);
  return {nodes, parameters, learningRate: numberFrom(content.learning_rate, "learning_rate")};
}

/**
 * @param {any} item
 * @param {readonly CheckedNode[]} before the nodes that may be its operands
 * @returns {CheckedNode}
 */
function checkedNode(item, before) {
  const i = before.length,
    {id, label, kind, op, layer} = item ?? {};
  if (id !== `n${i}`) throw new RecordError(`not a relay: expected the node n${i}`);
  if (![label, kind, op, layer].every((text) => typeof text === "string")) {
    throw new RecordError(`not a relay: label, kind, op and layer of n${i} must be texts`);
  }
  if (!KINDS.includes(kind) || (kind === "computed") !== Boolean(op)) {
    throw new RecordError(`not a relay: n${i} of kind "${kind}" has the operation "${op}"`);
  }
  const operands = listIn(item, "operands").map((operand) => positionOf(operand, i));
  if (op ? !accepts(op, operands.length) : operands.length) {
    throw new RecordError(`not a relay: n${i} has ${operands.length} operands, but the operation "${op}"`);
  }
  const data = numberFrom(item.data, "data"),
    node = {label: singleLine(label), kind, op, operands, data, layer: singleLine(layer)};
  if (node.layer && !leadsToSum(node, before)) throw new RecordError(`not a relay: n${i} is no neuron`);
  return node;
}

/**
 * Tells whether this node is a sum, or its first operand leads to one.
 * @param {CheckedNode} node
 * @param {readonly CheckedNode[]} nodes
 */
function leadsToSum(node, nodes) {
  let inner = node;
  while (inner.op && inner.op !== "weighted_sum" && inner.op !== "total") inner = nodes[inner.operands[0]];
  return inner.op !== "";
}

/**
 * Tells whether an operation of this name exists and takes this number of operands.
 * @param {string} op
 * @param {number} count
 */
function accepts(op, count) {
  if (!Object.hasOwn(OPERATIONS, op)) return false;
  const {operands, summed, last} = OPERATIONS[op];
  if (!summed) return count === operands.length;
  const rest = count - (last ? 1 : 0);
  return rest > 0 && rest % operands.length === 0;
}

/**
 * @param {any} owner
 * @param {string} name
 * @returns {any[]}
 */
function listIn(owner, name) {
  if (!Array.isArray(owner[name])) throw new RecordError(`not a relay: ${name} must be a list`);
  return owner[name];
}

/**
 * @param {any} id
 * @param {number} end
 */
function positionOf(id, end) {
  const position = typeof id === "string" && /^n\d{1,9}$/.test(id) ? Number(id.slice(1)) : NaN;
  if (!(position < end)) throw new RecordError("not a relay: an operand or a parameter is no node before");
  return position;
}

/**
 * @param {any} item
 * @param {string} name
 */
function numberFrom(item, name) {
  if (typeof item === "number" || ["NaN", "Infinity", "-Infinity"].includes(item)) return Number(item);
  throw new RecordError(`not a relay: ${name} must be a number`);
}
