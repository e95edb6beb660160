// The same in Python: a document as lines that run as they are, and the line of code of each step.

import {bindingsOf, DocumentReader, inTopologicalOrder, isPlain, leafFunctionOf} from "./document.js";
import {NOTATION} from "./notation.js";
import {OPERATIONS} from "./operations.js";
import {PRECEDENCE, SIGN_PRECEDENCE} from "./syntax.js";

const ATOM_PRECEDENCE = 5; // a name, a number, a call
const MAX_UNNAMED_CHARACTERS = 40; // of a value without a name, which is written as what it is made of
const IMPORTED = ["Constant", "Input", "Value", "maximum", "minimum", "total", "weighted_sum"];
const BUILT_IN = ["abs", "max", "min", "print", "sum"];
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

/**
 * Code, with how tightly its outermost operator binds; of a list, what it is made of.
 *
 * @typedef {{text: string, rank: number, items?: Item[]}} Code
 * @typedef {{code: Code, isPlain: boolean}} Item
 * @typedef {import("./syntax.js").Expression} Expression
 * @typedef {import("./syntax.js").ExpressionStep} ExpressionStep
 * @typedef {import("./syntax.js").Statement} Statement
 * @typedef {import("./document.js").DocumentNode} DocumentNode
 * @typedef {import("./graph.js").Graph} Graph
 * @typedef {import("./steps.js").Step} Step
 */

// --- a document ------------------------------------------------------------------------------------------------------

/**
 * The lines of a Python program that records the graph of a document, goes backward, prints the gradients and changes
 * the parameters. What the reader adds is spelled out: plain numbers are wrapped, and names are labels. What it passes
 * over is left out.
 *
 * @param {string} text
 * @param {{leaves?: Map<number, number>, learningRate?: number}} [numbers] of the leaves, by the index of the node, where
 * they are others than in the text; and of the update
 * @returns {string[]}
 * @throws {import("./syntax.js").DocumentError}
 */
export function asPython(text, {leaves = new Map(), learningRate = NOTATION.LEARNING_RATE} = {}) {
  return new PythonWriter(text, leaves, learningRate).lines();
}

class PythonWriter {
  /** @param {string} text  @param {Map<number, number>} leaves  @param {number} learningRate */
  constructor(text, leaves, learningRate) {
    this.reader = new DocumentReader(text);
    this.output = this.reader.read();
    this.learningRate = learningRate;
    this.moved = movedNumbers(inTopologicalOrder(this.output), leaves);
    this.names = namesInPython(this.reader.defined);
    /** @type {Set<string>} */
    this.imports = new Set();
  }

  lines() {
    const body = this.reader.statements
      .flatMap((statement) => this.withComments(statement, this.statementLines(statement)))
      .filter((line, i, lines) => line !== lines[i - 1] || !line.includes(".label = ")); // which the document gives, too
    const ending = this.ending();
    const imports = [...this.imports].sort().join(", ");
    return [...(imports ? [`from microgrid import ${imports}`, ""] : []), ...body, "", ...ending];
  }

  /** @param {string} name */
  nameOf(name) {
    return this.names.get(name) ?? name;
  }

  /** The names that hold the output and each leaf that has a gradient to print, as far as they have one. */
  holders() {
    const holders = new Map();
    for (const [name, node] of this.reader.scope) if (!holders.has(node)) holders.set(node, this.nameOf(name));
    return holders;
  }

  ending() {
    const holders = this.holders(),
      output = holders.get(this.output) ?? this.nameOf("output");
    const leaves = [...holders].filter(([node]) => node.kind === "parameter" && isBehind(node, this.output));
    const print = (/** @type {string} */ name, /** @type {string} */ what) => `print(${quoted(name)}, ${name}.${what})`;
    const gradients = leaves.map(([, name]) => print(name, "grad")),
      changes = leaves.map(([, name]) => `${name}.data -= ${numberCode(this.learningRate)} * ${name}.grad`);
    return [`${output}.backward()`, print(output, "data"), ...gradients, ...changes];
  }

  /**
   * The lines of a statement, with its comments: those before it on lines of their own, others behind it.
   *
   * @param {Statement} statement  @param {string[]} lines
   */
  withComments({first, comments}, [line, ...others]) {
    const textOf = (/** @type {{text: string}} */ comment) => `# ${comment.text.slice(1).replace(/\p{Cc}/gu, "").trim()}`;
    const before = comments.filter(({start}) => start < first.start).map(textOf),
      behind = comments.filter(({start}) => start > first.start).map(textOf);
    if (line === undefined) return before;
    return [...before, [line, ...behind].join("  "), ...others];
  }

  /** @param {Statement} statement  @returns {string[]} */
  statementLines(statement) {
    const {kind, first, targets, values, label} = statement;
    if (kind === "passed") return [];
    if (kind === "label") return this.labelLines(first.text, this.reader.string(/** @type {any} */ (label)));
    const nodes = this.reader.results.get(statement) ?? [];
    const lines = kind === "bind" ? this.bindingLines(statement, nodes) : [];
    // The output needs a name, which no later line gives to another value.
    const i = nodes.indexOf(this.output);
    if (i < 0 || this.holders().has(this.output) || !this.isLastResult(statement)) return lines;
    const held = kind === "bind" ? this.nameOf(targets[0][i].text) : this.nodeCode(values[0]).text;
    return [...lines, `${this.nameOf("output")} = ${held}`];
  }

  /** @param {Statement} statement */
  isLastResult(statement) {
    return [...this.reader.results].findLast(([, nodes]) => nodes.includes(this.output))?.[0] === statement;
  }

  /** @param {string} name  @param {string} label */
  labelLines(name, label) {
    const isPassed = this.reader.scope.get(name)?.kind === "passed";
    return isPassed ? [] : [`${this.nameOf(name)}.label = ${quoted(label)}`];
  }

  /** @param {Statement} statement  @param {DocumentNode[]} nodes */
  bindingLines(statement, nodes) {
    const {targets, values, operator} = statement;
    const labels = nodes.flatMap((node, i) => {
      const isNamedHere = this.reader.namedBy.get(node) === statement && node.op;
      return isNamedHere ? this.labelLines(targets[0][i].text, targets[0][i].text) : [];
    });
    const left = targets.map((names) => names.map((name) => this.nameOf(name.text)).join(", "));
    if (operator) return [`${left[0]} ${operator.text}= ${this.code(values[0]).text}`, ...labels];
    const right = bindingsOf(statement).map(({name, value}, i) => this.boundCode(value, nodes[i], name.text));
    return [`${left.join(" = ")} = ${right.join(", ")}`, ...labels];
  }

  /**
   * An expression that is given a name: leaves get it as their label at once.
   *
   * @param {Expression} value  @param {DocumentNode} node  @param {string} name
   */
  boundCode(value, node, name) {
    const leafFunction = leafFunctionOf(value),
      plain = isPlain(value);
    if (!leafFunction && !plain) return this.code(value).text;
    const made = plain ? value : argumentOf(value);
    const functionName = leafFunction ?? (node.kind === "parameter" ? "Value" : "Input");
    const label = this.reader.namedBy.has(node) ? name : this.labelAtStart(value);
    return `${this.imported(functionName)}(${this.code(made).text}, label=${quoted(label)})`;
  }

  /** The label that stands in the call of a leaf.  @param {Expression} value */
  labelAtStart(value) {
    const text = value.find(({kind}) => kind === "text");
    return text ? this.reader.string(text.token) : "";
  }

  /** @param {string} name */
  imported(name) {
    this.imports.add(name);
    return name;
  }

  // --- expressions ---------------------------------------------------------------------------------------------------

  /** An expression as a Value, which a plain number is not.  @param {Expression} expression  @returns {Code} */
  nodeCode(expression) {
    const code = this.code(expression);
    return isPlain(expression) ? atom(`${this.imported("Constant")}(${code.text})`) : code;
  }

  /** @param {Expression} expression  @returns {Code} */
  code(expression) {
    /** @type {Item[]} */
    const stack = [];
    for (const step of expression) {
      if (step.kind === "callee") continue;
      const count = step.kind === "operator" ? 2 : step.kind === "sign" ? 1 : step.count + (step.isMethod ? 1 : 0);
      const taken = stack.splice(stack.length - count);
      const own = step.kind !== "name" && (step.kind !== "call" || NOTATION.NUMBER_FUNCTIONS.includes(step.token.text));
      const isPlain = own && taken.every((each) => each.isPlain),
        moved = isPlain ? this.movedCode(step) : null;
      stack.push({code: moved ?? this.stepCode(step, taken), isPlain});
    }
    return stack[0].code;
  }

  /** The number that a leaf has instead of the one that a step gives; null where it is the same.  @param {ExpressionStep} step */
  movedCode(step) {
    const number = this.reader.numbers.get(step),
      moved = number && this.moved.get(number);
    if (moved === undefined) return null;
    if (moved === 0) return signedNumber(moved, "0.0"); // to 0 Python adds nothing
    return signedNumber(moved, numberCode(Math.abs(moved)));
  }

  /**
   * @param {ExpressionStep} step
   * @param {Item[]} taken
   * @returns {Code}
   */
  stepCode(step, taken) {
    const {kind, token, keywords, isMethod} = step,
      codes = taken.map(({code}) => code),
      texts = codes.map(({text}) => text);
    if (kind === "number") return atom(token.text);
    if (kind === "text") return atom(quoted(this.reader.string(token)));
    if (kind === "name") return atom(this.nameOf(token.text));
    if (kind === "sign") return signed(token.text, codes[0]);
    if (kind === "operator") return infix(token.text, codes[0], codes[1]);
    if (kind === "list") return {...atom(`[${texts.join(", ")}]`), items: taken};
    const name = token.text;
    if (!isMethod && Object.hasOwn(NOTATION.LEAF_FUNCTIONS, name)) {
      const first = texts.length - keywords.length;
      const withKeywords = texts.map((text, i) => (i < first ? text : `${keywords[i - first]}=${text}`));
      return atom(`${this.imported(name)}(${withKeywords.join(", ")})`);
    }
    const moved = this.movedCode(step);
    if (name === "sum" && moved) return atom(`sum([${[moved, ...afterNumbers(codes[0].items ?? [])].map(({text}) => text).join(", ")}])`);
    const isBuiltIn = BUILT_IN.includes(name) && (name === "sum" || name === "abs" || taken.every((each) => each.isPlain));
    if (isBuiltIn) return atom(`${name}(${texts.join(", ")})`);
    const op = NOTATION.ALIASES[name] ?? name;
    if (IMPORTED.includes(op)) return atom(`${this.imported(op)}(${texts.join(", ")})`);
    const [self, ...others] = taken[0].isPlain ? [atom(`${this.imported("Constant")}(${texts[0]})`), ...codes.slice(1)] : codes;
    return methodCall(op, self, moved ? [...others, moved] : others); // the slope that leaky_relu has where none is written
  }
}

/**
 * The leaves that hold another number than their text, by the number in the text.
 *
 * @param {DocumentNode[]} nodes  @param {Map<number, number>} leaves
 */
function movedNumbers(nodes, leaves) {
  /** @type {Map<import("./document.js").PlainNumber, number>} */
  const moved = new Map();
  for (const [i, {number, data}] of nodes.entries()) {
    const now = leaves.get(i) ?? data;
    if (number && !Object.is(now, data)) moved.set(number, now);
  }
  return moved;
}

/** The items of a sum after the numbers at its start, which are added up first.  @param {Item[]} items */
function afterNumbers(items) {
  const start = items.findIndex(({isPlain}) => !isPlain);
  return items.slice(start).map(({code}) => code);
}

/** What a leaf is made with: the steps of its number.  @param {Expression} call */
const argumentOf = (call) => call.slice(1, -1).filter(({kind}) => kind !== "text");

/** Names of a document that mean something else in the program get a "_".  @param {Set<string>} defined */
function namesInPython(defined) {
  const taken = new Set([...defined, ...IMPORTED, ...BUILT_IN]);
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const name of [...defined, "output"]) {
    let free = name;
    if (name === "output" || IMPORTED.includes(name) || BUILT_IN.includes(name)) while (taken.has(free)) free += "_";
    if (name !== "output" || !defined.has(name)) names.set(name, free);
    taken.add(free);
  }
  return names;
}

/** Tells whether an output depends on a node.  @param {DocumentNode} node  @param {DocumentNode} output */
function isBehind(node, output) {
  const seen = new Set([output]);
  for (const each of seen) for (const operand of each.operands) seen.add(operand);
  return seen.has(node);
}

// --- pieces of code --------------------------------------------------------------------------------------------------

/** @param {string} text  @returns {Code} */
const atom = (text) => ({text, rank: ATOM_PRECEDENCE});

/** @param {Code} code  @param {number} least */
const bracketedBelow = ({text, rank}, least) => (rank < least ? `(${text})` : text);

/** @param {string} op  @param {Code} a  @param {Code} b  @returns {Code} */
function infix(op, a, b) {
  const rank = PRECEDENCE[op];
  const [left, right] = op === "**" ? [ATOM_PRECEDENCE, SIGN_PRECEDENCE] : [rank, rank + 1];
  return {text: `${bracketedBelow(a, left)} ${op} ${bracketedBelow(b, right)}`, rank};
}

/** @param {string} sign  @param {Code} code  @returns {Code} */
const signed = (sign, code) => ({text: sign + bracketedBelow(code, SIGN_PRECEDENCE), rank: SIGN_PRECEDENCE});

/** @param {string} op  @param {Code} self  @param {Code[]} others  @returns {Code} */
function methodCall(op, self, others) {
  return atom(`${bracketedBelow(self, ATOM_PRECEDENCE)}.${op}(${others.map(({text}) => text).join(", ")})`);
}

/** A text as Python writes it.  @param {string} text */
function quoted(text) {
  const escaped = JSON.stringify(text).replace(/[^\P{C}]|[\u2028\u2029]/gu, (character) =>
    Array.from({length: character.length}, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
  return escaped;
}

/** A number from its size, which is in code already.  @param {number} number  @param {string} size */
const signedNumber = (number, size) => (number < 0 || Object.is(number, -0) ? signed("-", atom(size)) : atom(size));

/** A number as Python writes it.  @param {number} number */
function numberCode(number) {
  if (Number.isFinite(number)) return `${Object.is(number, -0) ? "-0.0" : number}`;
  return `float("${Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf"}")`;
}

// --- the line of a step ----------------------------------------------------------------------------------------------

/**
 * The line that computes the value of a node, such as `p = w * x + b`; without a name, only what it computes.
 *
 * @param {Graph} graph
 * @param {number} i
 * @returns {string}
 */
export function knowLine(graph, i) {
  const {label} = graph.nodes[i],
    {text} = operationCode(graph, i, 0);
  return IDENTIFIER.test(label) ? `${label} = ${text}` : text;
}

/**
 * The lines that hand on the shares of a step of Think, such as `w.grad += p.grad * x.data`; none for a neuron that is
 * not opened, whose shares are made of many.
 *
 * @param {Graph} graph
 * @param {Step} step
 * @returns {string[]}
 */
export function backwardLines(graph, step) {
  if (step.kind === "seed") return [`${valueCode(graph, step.node)}.grad = 1.0`];
  if (step.kind === "share") return [shareLine(graph, step.node, step.position)];
  if (step.kind !== "edge" || step.card.inside.length > 1) return [];
  return step.edge.uses.map(([node, position]) => shareLine(graph, node, position));
}

/**
 * The line that moves a parameter, such as `w.data -= 0.05 * w.grad`.
 *
 * @param {Graph} graph
 * @param {number} i
 * @param {number} learningRate
 */
export function changeLine(graph, i, learningRate) {
  const name = valueCode(graph, i);
  return `${name}.data -= ${numberCode(learningRate)} * ${name}.grad`;
}

/** @param {Graph} graph  @param {number} i  @param {number} position */
function shareLine(graph, i, position) {
  const operand = valueCode(graph, graph.nodes[i].operands[position]);
  return `${operand}.grad += ${valueCode(graph, i)}.grad * ${slopeCode(graph, i, position)}`;
}

/** A local derivative, in brackets where it is not a product.  @param {Graph} graph  @param {number} i  @param {number} position */
function slopeCode(graph, i, position) {
  const {op, operands} = graph.nodes[i],
    {operands: names, summed, last} = OPERATIONS[op];
  const size = names.length,
    isLast = Boolean(last) && position === operands.length - 1;
  if (isLast) return "1";
  const start = summed ? position - (position % size) : 0;
  /** @type {Record<string, string>} */
  const numbers = {out: dataCode(graph, i)};
  for (const [k, name] of names.entries()) numbers[name] = dataCode(graph, operands[start + k]);
  const exponent = op === "**" ? graph.nodes[operands[1]] : null;
  let formula = NOTATION.SLOPES[op][position - start];
  if (exponent?.kind === "constant" && exponent.data !== 0) formula = withConstantExponent(formula, exponent.data);
  const code = withConditions(formula).replace(/\b[a-z]\w*\b(?!\()/g, (name) => numbers[name] ?? name);
  const withModule = code.replace(/\b(exp|log|sin|cos)\(/g, "math.$1(");
  const outermost = withModule.replace(/\([^()]*(\([^()]*\)[^()]*)*\)/g, "( )"), // without what stands in brackets
    isProduct = /^-?\d+$/.test(withModule) || !/[-+/]| if /.test(outermost);
  return isProduct ? withModule : `(${withModule})`;
}

/**
 * The slope of a power by its base, b·a^(b − 1), where b is a number other than 0: its special case is none, and b − 1
 * can be worked out.
 *
 * @param {string} formula  @param {number} exponent
 */
function withConstantExponent(formula, exponent) {
  const [, , otherwise] = argumentsOf(formula) ?? [];
  return (otherwise ?? formula).replace("(b - 1)", bracketedNumber(exponent - 1));
}

/** @param {number} number */
const bracketedNumber = (number) => (number < 0 || Object.is(number, -0) ? `(${numberCode(number)})` : numberCode(number));

/** Writes where(c, x, y) as Python's (x if c else y).  @param {string} formula  @returns {string} */
function withConditions(formula) {
  const start = formula.search(/\bwhere\(/);
  if (start < 0) return formula;
  const end = closingOf(formula, start + "where".length),
    [condition, x, y] = argumentsOf(formula.slice(start, end + 1)) ?? [];
  const isWhole = start === 0 && end === formula.length - 1;
  const chosen = `${withConditions(x)} if ${condition} else ${withConditions(y)}`;
  return `${formula.slice(0, start)}${isWhole ? chosen : `(${chosen})`}${withConditions(formula.slice(end + 1))}`;
}

/** The operands of a formula that is one call.  @param {string} formula */
function argumentsOf(formula) {
  const opening = formula.indexOf("(");
  if (!formula.startsWith("where(") || closingOf(formula, opening) !== formula.length - 1) return null;
  /** @type {string[]} */
  const operands = [""];
  let level = 0;
  for (const character of formula.slice(opening + 1, -1)) {
    if (character === "(") level++;
    if (character === ")") level--;
    if (character === "," && level === 0) operands.push("");
    else operands[operands.length - 1] += character;
  }
  return operands.map((operand) => operand.trim());
}

/** @param {string} formula  @param {number} opening  where a bracket opens */
function closingOf(formula, opening) {
  let level = 0;
  for (let i = opening; i < formula.length; i++) {
    if (formula[i] === "(") level++;
    if (formula[i] === ")") level--;
    if (level === 0) return i;
  }
  return -1;
}

/** The number that a node holds.  @param {Graph} graph  @param {number} i */
function dataCode(graph, i) {
  const {kind, data} = graph.nodes[i];
  return kind === "constant" ? bracketedNumber(data) : `${valueCode(graph, i)}.data`;
}

/** A node, in brackets where it has no name.  @param {Graph} graph  @param {number} i */
const valueCode = (graph, i) => bracketedBelow(codeOf(graph, i, 0), ATOM_PRECEDENCE);

/**
 * A node by its name or, where it has none that code can use, by what it is made of; what is long is left out.
 *
 * @param {Graph} graph  @param {number} i  @param {number} depth
 * @returns {Code}
 */
function codeOf(graph, i, depth) {
  const {label, kind, op, data} = graph.nodes[i];
  if (IDENTIFIER.test(label)) return atom(label);
  if (kind === "constant") return data < 0 ? signed("-", atom(numberCode(-data))) : atom(numberCode(data));
  if (!op) return atom(quoted(label || graph.nodes[i].name));
  return operationCode(graph, i, depth);
}

/** @param {Graph} graph  @param {number} i  @param {number} depth  @returns {Code} */
function operationCode(graph, i, depth) {
  const {op, operands} = graph.nodes[i];
  const codes = operands.map((operand) => (depth > 3 ? atom("…") : codeOf(graph, operand, depth + 1))),
    code = callCode(op, codes);
  return depth > 0 && code.text.length > MAX_UNNAMED_CHARACTERS ? atom("…") : code;
}

/** An operation as it is written in a program.  @param {string} op  @param {Code[]} codes  @returns {Code} */
function callCode(op, codes) {
  const texts = codes.map(({text}) => text);
  if (Object.hasOwn(PRECEDENCE, op)) return infix(op, codes[0], codes[1]);
  if (op === "neg") return signed("-", codes[0]);
  if (op === "weighted_sum") {
    const weights = texts.slice(0, -1).filter((_, k) => k % 2 === 0),
      inputs = texts.slice(0, -1).filter((_, k) => k % 2 === 1);
    return atom(`weighted_sum([${weights.join(", ")}], [${inputs.join(", ")}], ${texts[texts.length - 1]})`);
  }
  if (op === "total") return atom(`total([${texts.join(", ")}])`);
  if (op === "abs" || IMPORTED.includes(op)) return atom(`${op}(${texts.join(", ")})`);
  return methodCall(op, codes[0], codes.slice(1));
}
