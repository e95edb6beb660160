// Recognises a recorded graph that is one network on one or several rows, as Relay(Cycle(MLP(2, [4, 1]), rows,
// targets).know()) records it, so that it opens as a network and not as a copy of it for each row. Nothing is guessed:
// a graph with any other part stays a graph.

import {readRecord} from "./graph.js";
import {networkOf, passOf, startParameters} from "./network.js";
import {NEGATIVE_SLOPE} from "./network_layers.js";
import {NetworkError, checkSpec, standardised} from "./network_spec.js";

/** @typedef {import("./graph.js").GraphNode} GraphNode */
/** @typedef {import("./network_spec.js").Spec} Spec */

/**
 * A neuron of the graph; the others are positions of nodes.
 * @typedef {{node: GraphNode, activation: string, weights: number[], inputs: number[], bias: number}} RecordedNeuron
 */

/**
 * What the graph holds of one row: its inputs and the neurons of each layer.
 * @typedef {{x: number[], layers: RecordedNeuron[][]}} RecordedRow
 */

/** The graph has a part that a network on rows has not. */
class AnotherGraph extends Error {}

const PREDICTION_TOLERANCE = 1e-9; // relative, or absolute below 1; rounding is far below it

/**
 * Returns the document of the network that a record holds: an MLP under mean squared error, with the record's
 * parameters, rows and targets in their order. Null for any other graph.
 * @param {import("./graph.js").RecordContent} record
 * @returns {Spec | null}
 * @throws {import("./graph.js").RecordError} it is no record
 */
export function networkOfRecord(record) {
  const graph = readRecord(record);
  try {
    return specOfGraph(graph);
  } catch (error) {
    if (error instanceof AnotherGraph || error instanceof NetworkError) return null;
    throw error;
  }
}

/** @param {boolean} isSo  @returns {asserts isSo} */
function demand(isSo) {
  if (!isSo) throw new AnotherGraph();
}

/**
 * @param {import("./graph.js").Graph} graph
 * @returns {Spec}
 * @throws {AnotherGraph | NetworkError} it is no network, or one that no document may hold
 */
function specOfGraph({nodes, parameters, output, learningRate}) {
  const pairs = squaresOfMean(nodes, output).map((square) => comparedIn(nodes, square)),
    outputs = countOutputs(nodes, pairs[0].prediction, pairs),
    rows = inGroups(pairs, outputs).map((group) => recordedRow(nodes, group.map(({prediction}) => prediction))),
    targets = pairs.map(({target}) => target);
  checkNeurons(rows);
  checkSameParameters(rows, parameters);
  checkGivenOnce(rows, nodes, targets);
  const spec = specOfRecordedRows(nodes, rows, inGroups(targets, outputs), learningRate);
  checkSpec(spec);
  checkPredictions(
    spec,
    pairs.map(({prediction}) => nodes[prediction].data),
  );
  return spec;
}

/**
 * Lists the squares of which the output is the mean; a single one stands for itself.
 * @param {GraphNode[]} nodes
 * @param {number} output
 * @returns {number[]}
 */
function squaresOfMean(nodes, output) {
  if (nodes[output].op === "**") return [output];
  demand(nodes[output].op === "/");
  const [sum, count] = nodes[output].operands,
    squares = nodes[sum].operands;
  demand(nodes[sum].op === "total" && isConstantOf(nodes[count], squares.length) && squares.length > 1);
  return squares;
}

/**
 * Returns the prediction and the target of (prediction − target)².
 * @param {GraphNode[]} nodes
 * @param {number} square
 */
function comparedIn(nodes, square) {
  demand(nodes[square].op === "**");
  const [error, exponent] = nodes[square].operands;
  demand(nodes[error].op === "-" && isConstantOf(nodes[exponent], 2));
  const [prediction, target] = nodes[error].operands;
  demand(nodes[target].kind === "input");
  return {prediction, target};
}

/**
 * Counts the outputs of the first row: those that are computed from the same numbers.
 * @param {GraphNode[]} nodes
 * @param {number} first
 * @param {{prediction: number}[]} pairs
 */
function countOutputs(nodes, first, pairs) {
  const inputsOf = (/** @type {number} */ i) => `${recordedNeuron(nodes, i).inputs}`,
    end = pairs.findIndex(({prediction}) => inputsOf(prediction) !== inputsOf(first));
  const outputs = end < 0 ? pairs.length : end;
  demand(pairs.length % outputs === 0);
  return outputs;
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} size
 * @returns {T[][]}
 */
function inGroups(items, size) {
  return Array.from({length: items.length / size}, (_, i) => items.slice(i * size, (i + 1) * size));
}

/**
 * Returns what leads to the outputs of a row, from layer to layer back to its inputs.
 * @param {GraphNode[]} nodes
 * @param {number[]} outputs
 * @returns {RecordedRow}
 */
function recordedRow(nodes, outputs) {
  const layers = [];
  let before = outputs;
  do {
    const neurons = before.map((i) => recordedNeuron(nodes, i));
    layers.unshift(neurons);
    before = neurons[0].inputs;
    demand(neurons.every(({inputs}) => `${inputs}` === `${before}`));
  } while (nodes[before[0]].kind !== "input");
  demand(before.every((i) => nodes[i].kind === "input"));
  return {x: before, layers};
}

/**
 * Returns the neuron whose output a node is: a weighted sum in one node, with an activation or without.
 * @param {GraphNode[]} nodes
 * @param {number} i
 * @returns {RecordedNeuron}
 */
function recordedNeuron(nodes, i) {
  const node = nodes[i],
    isLinear = node.op === "weighted_sum",
    [inside, slope] = node.operands,
    sum = isLinear ? node : nodes[inside];
  demand(sum?.op === "weighted_sum");
  if (node.op === "leaky_relu") demand(isConstantOf(nodes[slope], NEGATIVE_SLOPE));
  const terms = sum.operands.slice(0, -1);
  return {
    node,
    activation: isLinear ? "linear" : node.op,
    weights: terms.filter((_, k) => k % 2 === 0),
    inputs: terms.filter((_, k) => k % 2 === 1),
    bias: sum.operands[sum.operands.length - 1],
  };
}

/**
 * Checks that the neurons are those of an MLP: named so, in order, of one activation, and linear in the last layer.
 * @param {RecordedRow[]} rows
 */
function checkNeurons(rows) {
  const hidden = rows[0].layers[0][0].activation;
  for (const {layers} of rows) {
    for (const [l, neurons] of layers.entries()) {
      const expected = l === layers.length - 1 ? "linear" : hidden;
      for (const [j, {node, activation}] of neurons.entries()) {
        demand(node.label === `layer${l + 1}.neuron${j + 1}` && activation === expected);
      }
    }
  }
}

/**
 * Lists the parameters of a row in the order of an MLP's: of each neuron the weights, then the bias.
 * @param {RecordedRow} row
 */
function parametersOfRow({layers}) {
  return layers.flat().flatMap(({weights, bias}) => [...weights, bias]);
}

/**
 * Checks that all rows have the same parameters in the same places, and that Change moves these and no other.
 * @param {RecordedRow[]} rows
 * @param {number[]} moved
 */
function checkSameParameters(rows, moved) {
  const own = parametersOfRow(rows[0]);
  demand(rows.every((row) => `${parametersOfRow(row)}` === `${own}`));
  demand(`${own.toSorted()}` === `${moved.toSorted()}`);
}

/**
 * Checks that each row has inputs and targets of its own, which are called the same in all rows.
 * @param {RecordedRow[]} rows
 * @param {GraphNode[]} nodes
 * @param {number[]} targets
 */
function checkGivenOnce(rows, nodes, targets) {
  const given = [...rows.flatMap(({x}) => x), ...targets];
  demand(new Set(given).size === given.length);
  demand(rows.every(({x}) => x.every((i, k) => nodes[i].label === nodes[rows[0].x[k]].label)));
  demand(targets.every((i) => nodes[i].label === nodes[targets[0]].label));
}

/**
 * @param {GraphNode[]} nodes
 * @param {RecordedRow[]} rows
 * @param {number[][]} targets of each row
 * @param {number} learningRate
 * @returns {Spec}
 */
function specOfRecordedRows(nodes, rows, targets, learningRate) {
  const [{x, layers}] = rows,
    sizes = layers.map(({length}) => length),
    activation = layers[0][0].activation,
    numbersOf = (/** @type {number[]} */ positions) => positions.map((i) => nodes[i].data);
  const spec = {
    inputs: x.length,
    sizes,
    activation,
    loss: /** @type {const} */ ("mse"),
    learningRate,
    momentum: 0,
    batchSize: null,
    seed: 0,
    model: null,
    data: {
      name: "",
      inputNames: x.map((i, k) => nodes[i].label || `x${k + 1}`),
      targetName: nodes[targets[0][0]].label || "target",
      classes: [],
      rows: rows.map((row) => numbersOf(row.x)),
      targets: targets.map((group) => (group.length === 1 ? nodes[group[0]].data : numbersOf(group))),
      heldOut: {rows: [], targets: []},
      scale: null,
    },
    history: null,
  };
  const values = numbersOf(parametersOfRow(rows[0])),
    parameters = Object.fromEntries(networkOf(spec).names.map((name, i) => [name, values[i]]));
  const description = `MLP(${x.length}, [${sizes.join(", ")}], activation='${activation}')`;
  return {...spec, model: {format: "microgrid model", version: 1, model: description, parameters}};
}

/**
 * Checks that the network predicts what the record says.
 * @param {Spec} spec
 * @param {number[]} recorded of each output of each row
 */
function checkPredictions(spec, recorded) {
  const {rows, targets} = standardised(spec),
    {predictions} = passOf(networkOf(spec), startParameters(spec), rows, targets);
  const computed = predictions.flatMap((row) => [...row]);
  const isSame = (/** @type {number} */ a, /** @type {number} */ b) =>
    Math.abs(a - b) <= PREDICTION_TOLERANCE * Math.max(1, Math.abs(b));
  demand(computed.every((prediction, i) => isSame(prediction, recorded[i])));
}

/**
 * @param {GraphNode | undefined} node
 * @param {number} number
 */
function isConstantOf(node, number) {
  return node?.kind === "constant" && node.data === number;
}
