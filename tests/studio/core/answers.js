// Answers questions of Python's tests: reads {task, items} as JSON on a line, and writes a line with an answer for each item.

import {createInterface} from "node:readline";

import {cycle, outputIsNonNegative} from "../../../microgrid/studio/app/core/cycle.js";
import {headingOf, leavesOf, readRecord, relabel} from "../../../microgrid/studio/app/core/graph.js";
import {columnsOf, readNumber, show, singleLine} from "../../../microgrid/studio/app/core/numerals.js";
import {largestRoutes} from "../../../microgrid/studio/app/core/routes.js";
import {Sentences} from "../../../microgrid/studio/app/core/sentences.js";
import {knownAt, stepsOf} from "../../../microgrid/studio/app/core/steps.js";
import {codeAnswer, documentAnswer, documentCycleAnswer, pythonAnswer} from "./document_answers.js";
import {networkAnswer, recordedNetworkAnswer} from "./network_answers.js";
import {LANGUAGES, wordsIn} from "./words.js";

function graphAnswer(record) {
  const graph = readRecord(record),
    words = wordsIn("en");
  return {
    cards: graph.cards.map(({output, inside, weights, biases}) => [output, inside, weights, biases]),
    headings: graph.cards.map((card) => headingOf(graph, card, words)),
    edges: graph.edges.map(({operand, result, uses}) => [operand.i, result.i, uses]),
    names: graph.nodes.map(({name}) => name),
    formulas: graph.nodes.map(({formula}) => formula),
    rows: [...graph.rows],
  };
}

function numbersAnswer({record, moved = -1, to = 0}) {
  const graph = readRecord(record),
    leaves = leavesOf(graph);
  if (moved >= 0) leaves.set(moved, to);
  const {missing, values, gradients, outcome, carried} = cycle(graph, leaves, graph.learningRate),
    isBounded = missing < 0 && outputIsNonNegative(graph, values);
  return {missing, values, gradients, carried, isBounded, after: outcome.after, predicted: outcome.predicted};
}

function sentencesAnswer(record) {
  const graph = readRecord(record),
    leaves = leavesOf(graph),
    numbers = cycle(graph, leaves, graph.learningRate),
    steps = stepsOf(graph, new Set());
  const answer = {};
  for (const language of LANGUAGES) {
    const sentences = new Sentences(graph, wordsIn(language));
    const lines = steps.map((step, i) => {
      const {after} = knownAt(graph, numbers, steps, i + 1, leaves),
        {name, formula, result, sentence} = sentences.inWords(step, numbers, after);
      return [name, formula, result, sentence];
    });
    answer[language] = {lines, outcome: sentences.outcome(numbers.outcome)};
  }
  return answer;
}

function routesAnswer({record, target, limit}) {
  const graph = readRecord(record);
  return largestRoutes(graph, cycle(graph, leavesOf(graph), graph.learningRate), target, limit);
}

function relabelAnswer({record, labels}) {
  const graph = readRecord(record);
  relabel(graph, labels);
  return graph.nodes.map(({name}) => name);
}

function refusalAnswer(record) {
  try {
    readRecord(record);
    return "";
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}

const TASKS = {
  graph: graphAnswer,
  numbers: numbersAnswer,
  sentences: sentencesAnswer,
  routes: routesAnswer,
  relabel: relabelAnswer,
  refusal: refusalAnswer,
  show: ([number, digits]) => show(Number(number), digits),
  columnsOf,
  singleLine,
  readNumber,
  document: documentAnswer,
  documentCycle: documentCycleAnswer,
  python: pythonAnswer,
  code: codeAnswer,
  network: networkAnswer,
  recordedNetwork: recordedNetworkAnswer,
};

const isInJson = (item) => Number.isFinite(item) && !Object.is(item, -0);
const inWords = (item) => ({number: Object.is(item, -0) ? "-0" : `${item}`});
const named = (item) => (typeof item !== "number" || isInJson(item) ? item : inWords(item));

for await (const line of createInterface({input: process.stdin})) {
  const {task, items} = JSON.parse(line);
  const answers = items.map((item) => TASKS[task](item));
  process.stdout.write(`${JSON.stringify(answers, (_, item) => named(item))}\n`);
}
