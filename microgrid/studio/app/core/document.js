// Reads a document: a snippet of microgrid's own Python, into the graph that running it would record. The same as
// Python's microgrid/documents/document.py. Nothing is ever evaluated: the text is parsed, and every part of it must be
// on the list of what is read.

import {forward} from "./cycle.js";
import {NOTATION} from "./notation.js";
import {show, singleLine} from "./numerals.js";
import {DocumentError, statementsOf} from "./syntax.js";

const LARGEST_WHOLE = 2 ** 53; // larger whole numbers are floats
const EMPTY_EXAMPLE = "a*b + c";
/** @type {Record<string, NodeKind>} */
const KIND_OF_LEAF = {Value: "parameter", Input: "input", Constant: "constant"};
/** @type {Record<string, string>} */
const ESCAPES = {n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"', "\n": ""};
const ESCAPE = /\\(?:([ntr\\'"\n])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/g;

/**
 * @typedef {import("./syntax.js").Token} Token
 * @typedef {import("./syntax.js").ExpressionStep} ExpressionStep
 * @typedef {import("./syntax.js").Expression} Expression
 * @typedef {import("./syntax.js").Statement} Statement
 * @typedef {"constant" | "input" | "parameter" | "computed"} NodeKind
 */

/**
 * A value of the graph.
 *
 * @typedef {object} DocumentNode
 * @property {NodeKind} kind
 * @property {string} label
 * @property {string} op
 * @property {DocumentNode[]} operands
 * @property {number} data
 * @property {number[]} locals its local derivatives, one for each operand
 * @property {SourceLine} source
 * @property {PlainNumber} [number] of a leaf: what was evaluated to its data
 */

/**
 * The part of the text that made a node: its statement from one character to the one behind it, and the line, from 1
 * on, of its operator or name.
 *
 * @typedef {{from: number, to: number, line: number}} SourceLine
 */

/**
 * What a step of an expression gives. A number that no operation with a node has taken yet is no node; whole ones are
 * told from others, since 0 + a, with which `sum` begins, is a.
 *
 * @typedef {{kind: "number", data: number, isWhole: boolean}} PlainNumber
 * @typedef {DocumentNode | PlainNumber} Operand
 * @typedef {Operand | {kind: "text", text: string} | {kind: "list", items: Operand[]}} Result
 * @typedef {{result: Result, step: ExpressionStep}} Taken with the step that its errors point at
 */

/** What a name holds whose statement is passed over.  @type {{kind: "passed"}} */
const PASSED = {kind: "passed"};

/**
 * Read a text into the content of a record, as Python's `Relay.to_json` writes it, and tell which line made each node,
 * and which one calls `.backward()`: null where none does.
 *
 * @param {string} text
 * @returns {{content: import("./graph.js").RecordContent, lines: SourceLine[], backward: SourceLine | null}}
 * @throws {DocumentError}
 */
export function readDocument(text) {
  const reader = new DocumentReader(text),
    nodes = inTopologicalOrder(reader.read());
  const ids = new Map(nodes.map((node, i) => [node, `n${i}`])),
    idOf = (/** @type {DocumentNode} */ node) => /** @type {string} */ (ids.get(node));
  const content = {
    format: "microgrid relay",
    version: 2,
    learning_rate: NOTATION.LEARNING_RATE,
    nodes: nodes.map((node) => ({
      id: idOf(node),
      label: singleLine(node.label),
      kind: node.kind,
      op: node.op,
      operands: node.operands.map(idOf),
      local_derivatives: node.locals.map(asJsonNumber),
      data: asJsonNumber(node.data),
      layer: "",
    })),
    parameters: nodes.filter(({kind}) => kind === "parameter").map(idOf),
  };
  return {content, lines: nodes.map(({source}) => source), backward: reader.backward};
}

/** @param {number} number */
const asJsonNumber = (number) => (Number.isFinite(number) ? number : `${number}`);

/** Takes the statements one by one; `scope` is what the names hold so far. */
export class DocumentReader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.statements = statementsOf(text);
    this.backward = /** @type {SourceLine | null} */ (null);
    const binding = this.statements.filter(({kind}) => kind !== "label");
    this.defined = new Set(binding.flatMap(({targets}) => targets.flat().map((name) => name.text)));
    this.parameters = this.findParameters();
    /** @type {Map<string, DocumentNode | typeof PASSED>} */
    this.scope = new Map();
    this.extent = {from: 0, to: 0}; // of the statement that is being read
    /** @type {Map<Statement, DocumentNode[]>} the values of each statement that computes or names some */
    this.results = new Map();
    /** @type {Map<DocumentNode, Statement>} the statement whose name became the label of a node */
    this.namedBy = new Map();
    /** @type {Map<ExpressionStep, PlainNumber>} what the steps give that give numbers; of a call that gives a node, the number that it makes of its own */
    this.numbers = new Map();
  }

  /**
   * @param {string} key  @param {Token} token
   * @param {Record<string, string | number | string[]>} [parts]
   */
  error(key, {start, end}, parts = {}) {
    return new DocumentError(`reader.${key}`, parts, {text: this.text, start, end});
  }

  /**
   * The names of the parameters: by convention, some of those with plain numbers. Where convention leaves none, and the
   * text makes none, all of them are.
   */
  findParameters() {
    const bindings = this.statements.flatMap(bindingsOf);
    const namesOf = (/** @type {(value: Expression) => unknown} */ isMeant) =>
      bindings.filter(({value}) => isMeant(value)).map(({name}) => name.text);
    const plain = namesOf(isPlain),
      leaves = [...plain, ...namesOf(leafFunctionOf)];
    const given = givenByConvention(leaves),
      learned = plain.filter((name) => !given.has(name));
    const steps = this.statements.flatMap(({values}) => values.flat()),
      isMade = steps.some(({kind, token}) => kind === "call" && token.text === "Value");
    return new Set(learned.length > 0 || isMade ? learned : plain);
  }

  // --- statements ----------------------------------------------------------------------------------------------------

  /** The output: of the last `.backward()`, else of the last statement that computes something, else the last leaf. */
  read() {
    const last = this.statements.findLast(({kind}) => kind !== "passed");
    let output = null,
      told = null;
    for (const statement of this.statements) {
      this.extent = {from: statement.first.start, to: statement.end};
      if (statement.kind === "output") {
        const operand = this.evaluated(statement.values[0]);
        told = {node: this.asNode(operand, statement.first), statement};
        this.results.set(statement, [told.node]);
        this.backward = this.sourceOf(statement.first);
      }
      if (statement.kind === "passed" || statement.kind === "output") {
        for (const name of statement.targets.flat()) this.scope.set(name.text, PASSED);
      } else if (statement.kind === "label") {
        this.label(statement);
      } else {
        this.results.set(statement, this.take(statement, statement === last));
        for (const node of this.results.get(statement) ?? []) {
          if (!output || node.op || !output.node.op) output = {node, statement};
        }
      }
    }
    const {node, statement} = told ?? output ?? {};
    if (!node || !statement) throw new DocumentError("reader.empty", {example: EMPTY_EXAMPLE});
    const limit = NOTATION.MAX_NODES;
    if (inTopologicalOrder(node).length > limit) throw this.error("nodes", statement.first, {limit});
    return node;
  }

  /**
   * Evaluate a statement, bind its names, and return its values.
   *
   * @param {Statement} statement  @param {boolean} isLast
   * @returns {DocumentNode[]}
   */
  take(statement, isLast) {
    const {kind, first, targets, values, operator} = statement;
    const before = operator ? this.lookUp(targets[0][0]) : null;
    let operands = values.map((value) => this.evaluated(value));
    if (kind === "bare") {
      const isName = values[0].length === 1 && values[0][0].kind === "name";
      if (!isLast && !isName) throw this.error("discarded", first);
      return operands.map((operand) => this.asNode(operand, first));
    }
    if (operator && before) operands = [this.combined(operator, before, operands[0])];
    return operands.map((operand, i) => {
      const names = targets.map((each) => each[i]);
      const node = this.nameable(names, operand, operator ? null : leafFunctionOf(values[i]));
      if (!node.label) this.namedBy.set(node, statement);
      node.label ||= names[0].text;
      for (const name of names) this.scope.set(name.text, node);
      return node;
    });
  }

  /**
   * What was computed, as what a name can hold: a plain number becomes a leaf.
   *
   * @param {Token[]} names  @param {Operand} operand
   * @param {string | null} leafFunction
   * @returns {DocumentNode}
   */
  nameable(names, operand, leafFunction) {
    if (operand.kind === "number") {
      const kind = names.some(({text}) => this.parameters.has(text)) ? "parameter" : "input";
      return this.newLeaf(kind, operand, "", names[0]);
    }
    if (leafFunction) operand.source = this.sourceOf(names[0]);
    return operand;
  }

  /** @param {Statement} statement */
  label({first, label}) {
    const text = this.string(/** @type {Token} */ (label));
    if (this.scope.get(first.text) !== PASSED) this.lookUp(first).label = text;
  }

  // --- expressions ---------------------------------------------------------------------------------------------------

  /** @param {Expression} expression  @returns {Operand} */
  evaluated(expression) {
    /** @type {Taken[]} */
    const stack = [];
    for (const step of expression) {
      if (step.kind === "callee") {
        this.checkCallee(step);
        continue;
      }
      const taken = stack.splice(stack.length - operandCountOf(step));
      const result = this.resultOf(step, taken);
      if (result.kind === "number") this.numbers.set(step, result);
      stack.push({result, step: step.kind === "operator" ? taken[0].step : step});
    }
    return this.operand(stack[0]);
  }

  /**
   * What one step makes of the operands that it takes.
   *
   * @param {ExpressionStep} step  @param {Taken[]} taken
   * @returns {Result}
   */
  resultOf(step, taken) {
    const {kind, token} = step;
    if (kind === "number") return this.number(token);
    if (kind === "text") return {kind: "text", text: this.string(token)};
    if (kind === "name") return this.lookUp(token);
    if (kind === "call") return this.called(step, taken);
    const operands = taken.map((each) => this.operand(each));
    if (kind === "list") return {kind: "list", items: operands};
    if (kind === "operator") return this.combined(token, operands[0], operands[1]);
    return token.text === "-" ? this.negative(token, operands[0]) : operands[0];
  }

  /** A number or node; anything else is refused.  @param {Taken} taken  @returns {Operand} */
  operand({result, step}) {
    if (result.kind === "text") throw this.error("text", step.token, {came: step.token.text});
    if (result.kind === "list") throw this.error("list", step.token);
    return result;
  }

  /** @param {Token} token  @param {Operand} operand  @returns {Operand} */
  negative(token, operand) {
    if (operand.kind !== "number") return this.newNode("neg", [operand], token);
    const data = -operand.data;
    return {kind: "number", data: operand.isWhole ? data + 0 : data, isWhole: operand.isWhole}; // there is no whole −0
  }

  /**
   * The result of an operator, a plain number if both operands are.
   *
   * @param {Token} token  @param {Operand} a  @param {Operand} b
   * @returns {Operand}
   */
  combined(token, a, b) {
    return this.combinedBy(token.text, token, a, b);
  }

  /**
   * @param {string} op  @param {Token} token  @param {Operand} a  @param {Operand} b
   * @returns {Operand}
   */
  combinedBy(op, token, a, b) {
    if (a.kind === "number" && b.kind === "number") return this.plainResult(op, token, a, b);
    if (op === "+" && a.kind === "number" && a.isWhole && a.data === 0) return b;
    return this.newNode(op, [this.asNode(a, token), this.asNode(b, token)], token);
  }

  /**
   * @param {string} op  @param {Token} token  @param {PlainNumber} a  @param {PlainNumber} b
   * @returns {PlainNumber}
   */
  plainResult(op, token, a, b) {
    const {data} = this.newNode(op, [this.asNode(a, token), this.asNode(b, token)], token);
    const areWhole = a.isWhole && b.isWhole && op !== "/" && (op !== "**" || b.data >= 0);
    const isWhole = areWhole && Number.isInteger(data) && Math.abs(data) <= LARGEST_WHOLE;
    return {kind: "number", data: isWhole ? data + 0 : data, isWhole};
  }

  /** @param {Token} token  @returns {PlainNumber} */
  number(token) {
    const data = Number(token.text.replaceAll("_", ""));
    if (!Number.isFinite(data)) throw this.error("large", token);
    return {kind: "number", data, isWhole: /^[0-9_]+$/.test(token.text) && data <= LARGEST_WHOLE};
  }

  /** The characters of a text in quotes.  @param {Token} token */
  string(token) {
    const {text} = token,
      prefix = text.slice(0, text.indexOf(text[text.length - 1])).toLowerCase();
    if (/[fb]/.test(prefix)) throw this.error("text", token, {came: text});
    const size = /^("""|''')/.test(text.slice(prefix.length)) ? 3 : 1,
      inside = text.slice(prefix.length + size, text.length - size);
    if (prefix.includes("r")) return inside;
    return inside.replace(ESCAPE, (_, character, byte, code) =>
      character ? ESCAPES[character] : String.fromCharCode(parseInt(byte ?? code, 16)),
    );
  }

  /** What a name holds.  @param {Token} token  @returns {DocumentNode} */
  lookUp(token) {
    const value = this.scope.get(token.text);
    if (!value) throw this.undefinedName(token);
    if (value.kind === "passed") throw this.error("passed", token, {name: token.text});
    return /** @type {DocumentNode} */ (value);
  }

  /** The error of a name that holds nothing, with what is probably meant.  @param {Token} token */
  undefinedName(token) {
    const name = token.text,
      known = [...this.scope].filter(([, value]) => value !== PASSED).map(([other]) => other);
    if (this.defined.has(name)) return this.error("undefined.later", token, {name});
    const factor = known.find((a) => name.startsWith(a) && known.includes(name.slice(a.length)));
    if (factor) return this.error("undefined.product", token, {name, product: `${factor}*${name.slice(factor.length)}`});
    const {KNOWN_FUNCTIONS, LIST_FUNCTIONS, LEAF_FUNCTIONS} = NOTATION;
    const isFunction = [KNOWN_FUNCTIONS, LIST_FUNCTIONS, LEAF_FUNCTIONS].some((table) => Object.hasOwn(table, name));
    if (isFunction) return this.error("undefined.call", token, {name});
    if (Object.hasOwn(NOTATION.KNOWN_NUMBERS, name)) {
      const example = `${name}=${NOTATION.KNOWN_NUMBERS[name]}`;
      return this.error(name === "e" ? "undefined.e" : "undefined.number", token, {name, example});
    }
    const meant = nearestName(name, known),
      parts = {name, example: `${name}=2`};
    if (meant) return this.error("undefined.meant", token, {...parts, meant, known});
    return known.length > 0 ? this.error("undefined", token, {...parts, known}) : this.error("undefined.none", token, parts);
  }

  // --- calls ---------------------------------------------------------------------------------------------------------

  /** Refuse to call what is not a function.  @param {ExpressionStep} step */
  checkCallee({token, isMethod}) {
    const name = token.text,
      {KNOWN_FUNCTIONS, LIST_FUNCTIONS, LEAF_FUNCTIONS, SYNONYMS} = NOTATION;
    const known = Object.keys(isMethod ? KNOWN_FUNCTIONS : {...KNOWN_FUNCTIONS, ...LIST_FUNCTIONS, ...LEAF_FUNCTIONS});
    if (known.includes(name)) return;
    if (this.scope.has(name) && !isMethod) throw this.error("number_called", token, {name});
    const meant = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name] : nearestName(name, known);
    throw meant ? this.error("function.meant", token, {name, meant}) : this.error("function", token, {name, known});
  }

  /** @param {ExpressionStep} step  @param {Taken[]} taken  @returns {Operand} */
  called(step, taken) {
    const {token, isMethod} = step,
      name = token.text;
    if (!isMethod && Object.hasOwn(NOTATION.LEAF_FUNCTIONS, name)) return this.leaf(step, taken);
    if (!isMethod && Object.hasOwn(NOTATION.LIST_FUNCTIONS, name)) {
      return this.ofLists(step, taken.map(({result}) => result));
    }
    const operands = taken.map((each) => this.operand(each)),
      sizes = NOTATION.KNOWN_FUNCTIONS[name];
    if (!sizes.includes(operands.length)) {
      const key = sizes.length > 1 ? "operands.either" : sizes[0] === 1 ? "operands.one" : "operands";
      throw this.error(key, token, {name, expected: sizes[0], most: sizes[sizes.length - 1], count: operands.length});
    }
    if (NOTATION.NUMBER_FUNCTIONS.includes(name) && operands.every(({kind}) => kind === "number")) {
      return plainFunction(name, /** @type {PlainNumber[]} */ (operands));
    }
    const op = NOTATION.ALIASES[name] ?? name;
    if (op === "leaky_relu" && operands.length === 1) {
      /** @type {PlainNumber} */
      const slope = {kind: "number", data: NOTATION.LEAKY_RELU_SLOPE, isWhole: false};
      operands.push(slope);
      this.numbers.set(step, slope);
    }
    return this.newNode(op, operands.map((operand) => this.asNode(operand, token)), token);
  }

  /** A Value, an Input or a Constant.  @param {ExpressionStep} step  @param {Taken[]} taken */
  leaf({token, count, keywords}, taken) {
    const name = token.text,
      places = [...["data", "label"].slice(0, Math.max(count - keywords.length, 0)), ...keywords];
    const example = NOTATION.LEAF_FUNCTIONS[name],
      given = new Map(places.map((place, i) => [place, taken[i]]));
    if (given.size !== count || !given.has("data")) throw this.error("leaf", token, {name, example});
    for (const [i, place] of places.entries()) {
      const {result, step} = taken[i];
      if (place === "data" && result.kind !== "number") throw this.error("leaf", step.token, {name, example});
      if (place === "label" && result.kind !== "text") throw this.error("label", step.token, {name, came: step.token.text});
    }
    const data = /** @type {PlainNumber} */ (given.get("data")?.result),
      label = /** @type {{text: string} | undefined} */ (given.get("label")?.result);
    return this.newLeaf(KIND_OF_LEAF[name], data, label?.text ?? "", token);
  }

  /** A sum of a list, or of the products of two.  @param {ExpressionStep} step  @param {Result[]} operands  @returns {Operand} */
  ofLists(step, operands) {
    const {token} = step,
      name = token.text,
      isNeuron = name === "weighted_sum";
    const [first, second, bias] = operands;
    const areLists = operands.length === (isNeuron ? 3 : 1) && first.kind === "list" && first.items.length > 0;
    const isBias = !isNeuron || (second?.kind === "list" && bias?.kind !== "list" && bias?.kind !== "text");
    if (!areLists || !isBias) throw this.error("lists", token, {name, example: NOTATION.LIST_FUNCTIONS[name]});
    const {items} = first;
    if (name === "sum") {
      /** @type {Operand} */
      const zero = {kind: "number", data: 0, isWhole: true};
      return items.reduce((sum, item) => {
        if (sum.kind === "number") this.numbers.set(step, sum);
        return this.combinedBy("+", token, sum, item);
      }, zero);
    }
    const asNodes = (/** @type {Operand[]} */ each) => each.map((operand) => this.asNode(operand, token));
    if (name === "total") return this.newNode("total", asNodes(items), token);
    const inputs = /** @type {{items: Operand[]}} */ (second).items;
    if (items.length !== inputs.length) {
      throw this.error("lengths", token, {weights: items.length, inputs: inputs.length});
    }
    const pairs = items.flatMap((weight, i) => [weight, inputs[i]]);
    return this.newNode("weighted_sum", asNodes([...pairs, /** @type {Operand} */ (bias)]), token);
  }

  // --- nodes ---------------------------------------------------------------------------------------------------------

  /**
   * @param {NodeKind} kind  @param {PlainNumber} number  @param {string} label  @param {Token} token
   * @returns {DocumentNode}
   */
  newLeaf(kind, number, label, token) {
    return {kind, label, op: "", operands: [], data: number.data, locals: [], source: this.sourceOf(token), number};
  }

  /**
   * @param {string} op  @param {DocumentNode[]} operands  @param {Token} token
   * @returns {DocumentNode}
   */
  newNode(op, operands, token) {
    const leaves = operands.map(({kind, data}) => ({kind, data, op: "", operands: []}));
    const nodes = [...leaves, {kind: "computed", data: NaN, op, operands: [...leaves.keys()]}];
    const {values, locals, missing} = forward(/** @type {any} */ ({nodes}), new Map());
    if (missing >= 0) {
      const {key, call} = whyThereIsNoNumber(op, operands);
      throw new DocumentError(key, {call}, {text: this.text, start: token.start, end: token.end});
    }
    const source = this.sourceOf(token);
    return {kind: "computed", label: "", op, operands, data: values[leaves.length], locals: locals[leaves.length], source};
  }

  /** @param {Operand} operand  @param {Token} token  @returns {DocumentNode} */
  asNode(operand, token) {
    return operand.kind === "number" ? this.newLeaf("constant", operand, "", token) : operand;
  }

  /** @param {Token} token  @returns {SourceLine} */
  sourceOf({line}) {
    return {...this.extent, line};
  }
}

/**
 * The expressions that a statement binds, each with its first name.
 *
 * @param {Statement} statement
 * @returns {{name: Token, value: Expression}[]}
 */
export function bindingsOf({kind, operator, targets, values}) {
  return kind === "bind" && !operator ? values.map((value, i) => ({name: targets[0][i], value})) : [];
}

/** How many results a step takes.  @param {ExpressionStep} step */
function operandCountOf({kind, count, isMethod}) {
  if (kind === "operator") return 2;
  return kind === "sign" ? 1 : count + (isMethod ? 1 : 0);
}

/** Tells whether an expression gives a plain number.  @param {Expression} expression */
export function isPlain(expression) {
  return expression.every(
    ({kind, token}) =>
      ["number", "operator", "sign", "list"].includes(kind) ||
      (kind !== "name" && NOTATION.NUMBER_FUNCTIONS.includes(token.text)),
  );
}

/**
 * The name of the function, if an expression is one call of Value, Input or Constant.
 *
 * @param {Expression} expression
 */
export function leafFunctionOf(expression) {
  const first = expression[0],
    isCall = expression.length > 1 && first.kind === "callee" && expression[expression.length - 1].token === first.token;
  return isCall && Object.hasOwn(KIND_OF_LEAF, first.token.text) ? first.token.text : null;
}

/** Those of the names of leaves that are given by convention.  @param {string[]} names */
function givenByConvention(names) {
  const stems = new Map(names.map((name) => [name, stemOf(name)])),
    present = new Set(stems.values());
  const {GIVEN_NAMES, GIVEN_UNLESS} = NOTATION;
  const isGiven = (/** @type {string} */ stem) =>
    GIVEN_NAMES.includes(stem) || (Object.hasOwn(GIVEN_UNLESS, stem) && !present.has(GIVEN_UNLESS[stem]));
  return new Set([...stems].filter(([, stem]) => isGiven(stem)).map(([name]) => name));
}

/** A name without its number, and without regard to case: x of X_2.  @param {string} name */
const stemOf = (name) => name.normalize("NFKC").toLowerCase().replace(/_?[0-9]*$/, "");

/**
 * abs, max or min of plain numbers, as Python has them: of equal ones, the first.
 *
 * @param {string} name  @param {PlainNumber[]} operands
 * @returns {PlainNumber}
 */
function plainFunction(name, [a, b]) {
  if (name === "abs") return {...a, data: Math.abs(a.data)};
  const isSecond = name === "max" ? b.data > a.data : b.data < a.data;
  return isSecond ? b : a;
}

/**
 * The first of the names that differs least, by at most a third of its letters; null if none does. Long names are not
 * compared.
 *
 * @param {string} name  @param {string[]} names
 * @returns {string | null}
 */
function nearestName(name, names) {
  const isShort = (/** @type {string} */ each) => Array.from(each).length <= NOTATION.MAX_COMPARED;
  if (!isShort(name)) return null;
  let nearest = null,
    least = Math.floor(Array.from(name).length / 3) + 1;
  for (const other of names.filter(isShort)) {
    const distance = editDistance(Array.from(name.toLowerCase()), Array.from(other.toLowerCase()));
    if (distance < least) [nearest, least] = [other, distance];
  }
  return nearest;
}

/** Counts the letters to insert, delete or replace.  @param {string[]} a  @param {string[]} b */
function editDistance(a, b) {
  const row = [...Array(b.length + 1).keys()];
  for (const [i, letter] of a.entries()) {
    let diagonal = row[0];
    row[0] = i + 1;
    for (const [j, other] of b.entries()) {
      const replaced = diagonal + (letter === other ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = Math.min(row[j] + 1, row[j + 1] + 1, replaced);
    }
  }
  return row[b.length];
}

/**
 * All nodes that one depends on, and itself at the end: depth first, first operand first, as Python lists them.
 *
 * @param {DocumentNode} output
 * @returns {DocumentNode[]}
 */
export function inTopologicalOrder(output) {
  /** @type {DocumentNode[]} */
  const order = [];
  const opened = new Set(),
    waiting = [{node: output, isOpened: false}];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const {node, isOpened} = next;
    if (isOpened) order.push(node);
    if (isOpened || opened.has(node)) continue;
    opened.add(node);
    waiting.push({node, isOpened: true});
    for (const operand of [...node.operands].reverse()) waiting.push({node: operand, isOpened: false});
  }
  return order;
}

/**
 * The key of the sentence that says why mathematics gives no number, or no slope, and the call that it is about.
 *
 * @param {string} op  @param {DocumentNode[]} operands
 */
function whyThereIsNoNumber(op, operands) {
  const [a, b] = operands,
    shown = operands.map(({label, data}) => (label ? `${singleLine(label).slice(0, 40)} = ${show(data)}` : show(data)));
  const call = b ? `(${shown[0]}) ${op} (${shown[1]})` : `${op}(${shown[0]})`;
  const isPowerOfNegative = op === "**" && a.data < 0 && !(b.kind === "constant" && Number.isInteger(b.data));
  /** @type {Record<string, string>} */
  const keys = {
    "/": "message.division",
    log: "message.logarithm",
    sqrt: a.data < 0 ? "message.root" : "message.root.slope",
    sin: "message.sine",
    cos: "message.cosine",
    exp: "message.too_large",
    "**": isPowerOfNegative ? "message.power" : whyThereIsNoPower(a.data, b?.data),
  };
  return {key: keys[op], call};
}

/** @param {number} a  @param {number} b */
function whyThereIsNoPower(a, b) {
  if (Number.isFinite(a ** b)) return a === 0 ? "message.power.slope" : "message.slope.large";
  return a === 0 ? "message.division" : "message.too_large";
}
