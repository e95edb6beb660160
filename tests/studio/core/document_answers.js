// Answers of the reader of documents, and of what is written from them as Python; see answers.js.

import {cycle} from "../../../microgrid/studio/app/core/cycle.js";
import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {leavesOf, readRecord} from "../../../microgrid/studio/app/core/graph.js";
import {asPython, backwardLines, changeLine, knowLine} from "../../../microgrid/studio/app/core/python.js";
import {stepsOf} from "../../../microgrid/studio/app/core/steps.js";
import {DocumentError} from "../../../microgrid/studio/app/core/syntax.js";

export function documentAnswer(text) {
  try {
    return {accepted: readDocument(text)};
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const {key, parts, line, column, length} = error;
    return {refused: {key, parts, line, column, length}};
  }
}

export function documentCycleAnswer(text) {
  const graph = readRecord(readDocument(text).content);
  const {values, gradients, changed} = cycle(graph, leavesOf(graph), graph.learningRate);
  return {values, gradients, updated: graph.parameters.map((i) => changed.get(i))};
}

export const pythonAnswer = (text) => asPython(text).join("\n");

export function codeAnswer(text) {
  const graph = readRecord(readDocument(text).content);
  return stepsOf(graph, new Set()).flatMap((step) => {
    if (step.phase === "know") return [knowLine(graph, step.node)];
    return step.phase === "think" ? backwardLines(graph, step) : [changeLine(graph, step.node, graph.learningRate)];
  });
}
