// Reads a plain table that was pasted or dropped in: numbers in columns, and a target of numbers or of a few texts, the
// classes. Gaps, text among the inputs and too many rows are refused, and the errors say what to do.

import {NetworkError, scaleOfColumns} from "./network_spec.js";
import {readNumber} from "./numerals.js";

/** @typedef {import("./network_spec.js").NetworkData} NetworkData */

/**
 * A line of a table: its number, from 1, and its cells.
 * @typedef {{number: number, cells: string[]}} TableLine
 */

const MAX_TABLE_ROWS = 2000;
const MAX_TABLE_COLUMNS = 20;
const MAX_TABLE_CLASSES = 10;
const DELIMITERS = ["\t", ";", "|", ","]; // a line that has several is separated by the first of these

/**
 * Reads a table into the data of a network, with a scale by which each column has mean 0 and deviation 1.
 * @param {string} text
 * @param {number | null} [targetColumn] its position; by default the last
 * @returns {NetworkData}
 * @throws {NetworkError} it is no such table
 */
export function readTable(text, targetColumn = null) {
  const {columns, target, lines} = tableIn(text, targetColumn),
    inputs = [...columns.keys()].filter((i) => i !== target);
  const rows = lines.map((line) => inputs.map((i) => readCell(line, i, columns[i]))),
    {classes, targets} = readTargets(lines, target, columns[target]),
    scale = scaleOfColumns(rows, targets, classes);
  checkColumns(scale, [...inputs, target].map((i) => columns[i]));
  return {
    name: "",
    inputNames: inputs.map((i) => columns[i]),
    targetName: columns[target],
    classes,
    rows,
    targets,
    heldOut: {rows: [], targets: []},
    scale,
  };
}

/**
 * Lists the names of the columns of a table, any of which may be the target.
 * @param {string} text
 * @returns {string[]}
 * @throws {NetworkError} it is no table
 */
export function columnsOfTable(text) {
  return tableIn(text, null).columns;
}

/**
 * Lists the columns that have one number in all rows: nothing can be learned from them.
 * @param {NetworkData} data
 */
export function columnsWithoutChange({inputNames, targetName, rows, targets}) {
  const isSame = (/** @type {unknown[]} */ cells) => cells.every((cell) => cell === cells[0]);
  return [...inputNames.filter((_, i) => isSame(rows.map((row) => row[i]))), ...(isSame(targets) ? [targetName] : [])];
}

/**
 * @param {string} text
 * @param {number | null} targetColumn
 * @returns {{columns: string[], target: number, lines: TableLine[]}} with the lines below the names
 */
function tableIn(text, targetColumn) {
  const all = linesOfTable(text),
    first = all[0].cells,
    target = targetColumn ?? first.length - 1;
  const hasNames = first.every((cell, i) => i === target || Number.isNaN(numberOfCell(cell))),
    lines = hasNames ? all.slice(1) : all;
  if (!lines.length) throw new NetworkError("network.table.no_rows");
  if (lines.length > MAX_TABLE_ROWS) {
    throw new NetworkError("network.table.rows", {count: lines.length, limit: MAX_TABLE_ROWS});
  }
  return {columns: namesOfColumns(hasNames ? first : first.map(() => ""), target), target, lines};
}

/**
 * Splits a text into its lines with their cells, and checks that all are as wide; empty lines are passed over.
 * @param {string} text
 * @returns {TableLine[]} at least one
 */
function linesOfTable(text) {
  const written = text
    .replace(/^\ufeff/, "") // which some programs put before a text in UTF-8
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({number: i + 1, line}))
    .filter(({line}) => line.trim());
  if (!written.length) throw new NetworkError("network.table.empty");
  const delimiter = DELIMITERS.find((sign) => written[0].line.includes(sign));
  if (!delimiter) throw new NetworkError("network.table.column");
  const lines = written.map(({number, line}) => ({number, cells: cellsOfLine(line, delimiter, number)}));
  const expected = lines[0].cells.length;
  if (expected > MAX_TABLE_COLUMNS) {
    throw new NetworkError("network.table.columns", {count: expected, limit: MAX_TABLE_COLUMNS});
  }
  const uneven = lines.find(({cells}) => cells.length !== expected);
  if (uneven) throw new NetworkError("network.table.cells", {line: uneven.number, expected, count: uneven.cells.length});
  return lines;
}

/**
 * Splits a line at its delimiters.
 * @param {string} line
 * @param {string} delimiter
 * @param {number} number of the line
 * @returns {string[]}
 */
function cellsOfLine(line, delimiter, number) {
  const cells = [],
    row = delimiter === "|" ? line.replace(/^ *\|(.*)\| *$/, "$1") : line; // bars around a row, too
  for (let at = 0; at <= row.length; ) {
    const {cell, end} = cellAt(row, at, delimiter, number);
    cells.push(cell.trim());
    at = end + 1;
  }
  return cells;
}

/**
 * Returns the cell that begins at a place, and where it ends. Between quotes a delimiter is part of it, and a doubled
 * quote is a quote.
 * @param {string} line
 * @param {number} at
 * @param {string} delimiter
 * @param {number} number of the line
 * @returns {{cell: string, end: number}}
 */
function cellAt(line, at, delimiter, number) {
  const rest = line.slice(at),
    quoted = /^ *"((?:[^"]|"")*)" */.exec(rest);
  if (!quoted && !/^ *"/.test(rest)) {
    const next = line.indexOf(delimiter, at),
      end = next < 0 ? line.length : next;
    return {cell: line.slice(at, end), end};
  }
  const end = at + (quoted?.[0].length ?? 0);
  if (!quoted || (end < line.length && line[end] !== delimiter)) throw new NetworkError("network.table.quote", {line: number});
  return {cell: quoted[1].replaceAll('""', '"'), end};
}

/**
 * Returns the names of the columns; one without a name is x1, x2 …, and the target y.
 * @param {string[]} names
 * @param {number} target
 * @returns {string[]}
 */
function namesOfColumns(names, target) {
  const inputs = [...names.keys()].filter((i) => i !== target);
  const columns = names.map((name, i) => name || (i === target ? "y" : `x${inputs.indexOf(i) + 1}`));
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new NetworkError("network.table.twice", {name: twice});
  return columns;
}

/**
 * Returns targets that are numbers or, where none is a number, the positions of their classes in order of the alphabet.
 * @param {TableLine[]} lines
 * @param {number} column
 * @param {string} name
 * @returns {{classes: string[], targets: number[]}}
 */
function readTargets(lines, column, name) {
  const texts = lines.map(({cells}) => cells[column]);
  const gap = lines.find(({cells}) => !cells[column]);
  if (gap || texts.some((text) => Number.isFinite(numberOfCell(text)))) {
    return {classes: [], targets: lines.map((line) => readCell(line, column, name))};
  }
  const classes = [...new Set(texts)].toSorted();
  if (classes.length < 2 || classes.length > MAX_TABLE_CLASSES) {
    throw new NetworkError("network.table.classes", {name, count: classes.length, limit: MAX_TABLE_CLASSES});
  }
  return {classes, targets: texts.map((text) => classes.indexOf(text))};
}

/**
 * Checks that each column has a mean and a deviation: numbers near the largest there are may have none.
 * @param {import("./network_spec.js").DataScale} scale
 * @param {string[]} names of the inputs, then of the target
 */
function checkColumns({inputs: [means, deviations], target: [mean, deviation]}, names) {
  const pairs = [...means.map((each, i) => [each, deviations[i]]), [mean, deviation]],
    wrong = pairs.findIndex((pair) => !pair.every(Number.isFinite));
  if (wrong >= 0) throw new NetworkError("network.table.scale", {name: names[wrong]});
}

/**
 * Reads the number in a cell.
 * @param {TableLine} line
 * @param {number} column
 * @param {string} name
 */
function readCell({number: line, cells}, column, name) {
  const text = cells[column],
    number = numberOfCell(text);
  if (Number.isFinite(number)) return number;
  if (!text) throw new NetworkError("network.table.missing", {line, name});
  const got = JSON.stringify(Array.from(text).slice(0, 30).join(""));
  throw new NetworkError("network.table.number", {line, name, got});
}

/**
 * Returns a number as people write it, with a decimal point or comma, but no formula: 1/2 may be a day.
 * @param {string} text
 * @returns {number} NaN for what is none
 */
function numberOfCell(text) {
  return /[/*×·∗⋅÷⁄^()]/.test(text.normalize("NFKC")) ? NaN : readNumber(text);
}
