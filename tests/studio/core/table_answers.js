// What the reader of tables makes of a text.

import {NetworkError} from "../../../microgrid/studio/app/core/network_spec.js";
import {readTable} from "../../../microgrid/studio/app/core/table_text.js";

/** The text of a case: one that repeats a line is written in short. */
export const textOf = (text) => (typeof text === "string" ? text : text.line.repeat(text.times));

export function tableAnswer(text) {
  try {
    const {inputNames, targetName, classes, rows, targets} = readTable(text);
    return {accepted: {inputNames, targetName, classes, rows, targets}};
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return {refused: {key: error.key, parts: error.parts}};
  }
}
