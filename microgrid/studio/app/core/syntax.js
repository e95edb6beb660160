// The grammar of documents: text into tokens, statements and expressions, and an error with its place for the rest; the
// same as Python's microgrid/documents/syntax.py. Nothing is evaluated: what is not on the list is refused.
//
// A statement ends with its line, unless a bracket is open, or with a semicolon. An expression is a list of steps in the
// order in which Python takes them, operands before operators: a*b + 1 is a, b, *, 1, +.

import {NOTATION} from "./notation.js";

export const SIGN_PRECEDENCE = 3; // binds more strongly than * and /, but less than **
/** @type {Record<string, number>} */
export const PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4};
/** @type {Record<string, string>} */
const CLOSING = {"(": ")", "[": "]"};
const PYTHON_OPERATORS = ["//", "%", "@", "<", ">", "<=", ">=", "!=", "&", "~"];
const LINE_END = /\r\n|\r|\n/;
const NOT_DECIMAL = /^(?:0[xobXOB][0-9a-fA-F_]*|0+[1-9][0-9]*(?![0-9.e_]))/;
const DIGITS = "[0-9]+(?:_[0-9]+)*";
/** @type {[string, RegExp][]} kinds of tokens, names apart, in the order in which they are tried */
const TOKEN_KINDS = [
  ["space", new RegExp(String.raw`[${NOTATION.SPACES}]+|\\(?:\r\n|\r|\n)`, "uy")],
  ["comment", /#[^\r\n]*/uy],
  ["end", /\r\n|\r|\n|;/uy],
  [
    "string",
    /[rRuUbBfF]{0,2}(?:"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^\\"\r\n])*"|'(?:\\.|[^\\'\r\n])*')/suy,
  ],
  ["curly", /[“”„‟＂][^“”„‟＂"\\\r\n]*[“”„‟＂]|[‘’＇][^‘’＇"\\\r\n]*[‘’＇]/uy], // quotes as phones and word processors set them
  ["number", new RegExp(String.raw`(?:${DIGITS}\.?(?:${DIGITS})?|\.${DIGITS})(?:[eE][+-]?${DIGITS})?`, "uy")],
  ["assign", /(?:\*\*|\/\/|[-+*/%@&|^])?=(?!=)/uy],
  ["operator", /\*\*|[-+*]|\/(?!\/)/uy],
  ["mark", /[()[\],.]/uy],
];
const OTHER = /\/\/|==|!=|<=|>=|:=|./suy;
const NAME = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
const PROLONGED = new RegExp(NOTATION.PROLONGED, "gu");

/**
 * A word or sign of the text; `text` is as it is meant, a name in the form in which Python compares it (NFKC). It
 * stands from `start` to `end`, and begins on a line, counted from 1.
 *
 * @typedef {{kind: string, text: string, start: number, end: number, line: number}} Token
 */

/**
 * A step of an expression. `kind` is number, text, name, operator or sign; callee, before the operands of a call, and
 * call behind them; list.
 *
 * @typedef {{kind: string, token: Token, count: number, keywords: string[], isMethod: boolean}} ExpressionStep
 */

/** @typedef {ExpressionStep[]} Expression */

/**
 * A statement: its kind is bind, label, output (what `.backward()` is called on), bare, or passed.
 *
 * @typedef {object} Statement
 * @property {string} kind
 * @property {Token} first the token with which it begins
 * @property {number} end where its last token ends
 * @property {Token[]} comments those before it and on its lines
 * @property {Token[][]} targets the names that are bound, of each = in a chain
 * @property {Expression[]} values the expressions, as many as there are names, or one
 * @property {Token | null} operator that of an assignment such as +=
 * @property {Token | null} label the text that becomes the label of the only target
 */

/** The text is no document; `key` names the sentence that says why, and `parts` fills its placeholders. */
export class DocumentError extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number | string[]>} parts
   * @param {{text: string, start: number, end: number}} [place] none where it is the whole text
   */
  constructor(key, parts, place) {
    super(`${key} ${JSON.stringify(parts)}`);
    this.name = "DocumentError";
    this.key = key;
    this.parts = parts;
    /** @type {number | null} line and column count from 1, column and length in characters, as in Python */
    this.line = null;
    /** @type {number | null} */
    this.column = null;
    /** @type {number | null} */
    this.length = null;
    /** @type {{from: number, to: number} | null} the same place as a string of JavaScript counts */
    this.extent = null;
    if (!place) return;
    this.extent = {from: place.start, to: place.end};
    const before = place.text.slice(0, place.start).split(LINE_END);
    this.line = before.length;
    this.column = charactersIn(before[before.length - 1]) + 1;
    this.length = charactersIn(place.text.slice(place.start, place.end));
  }
}

/** As Python counts: a character beyond the first 65,536 is one.  @param {string} text */
const charactersIn = (text) => Array.from(text).length;

/**
 * What is typed in the full width of Japanese, or as × and −, as what is meant; columns stay.
 *
 * @param {string} text
 */
function asTyped(text) {
  const typed = text.replace(PROLONGED, "-");
  return Array.from(typed, (character) => NOTATION.READ_AS[character] ?? character).join("");
}

/**
 * The statements of a text.
 *
 * @param {string} text
 * @returns {Statement[]}
 * @throws {DocumentError}
 */
export function statementsOf(text) {
  const count = charactersIn(text),
    limit = NOTATION.MAX_CHARACTERS;
  if (count > limit) throw new DocumentError("reader.characters", {count, limit});
  return tokensByStatement(text).map(({tokens, comments}) => ({
    ...new Grammar(text, tokens).statement(),
    end: tokens[tokens.length - 1].end,
    comments,
  }));
}

/** @param {string} text  @returns {{tokens: Token[], comments: Token[]}[]} */
function tokensByStatement(text) {
  const typed = asTyped(text);
  /** @type {{tokens: Token[], comments: Token[]}[]} */
  const found = [{tokens: [], comments: []}];
  /** @type {Token[]} */
  const opened = [];
  for (let at = 0, line = 1; at < text.length; ) {
    const token = tokenAt(text, typed, at, line);
    at = token.end;
    if (["end", "space", "string"].includes(token.kind)) line += text.slice(token.start, at).split(LINE_END).length - 1;
    if (token.kind === "comment") found[found.length - 1].comments.push(token);
    if (token.kind === "space" || token.kind === "comment") continue;
    if (token.kind === "end" && opened.length === 0 && found[found.length - 1].tokens.length > 0) {
      found.push({tokens: [], comments: []});
    }
    if (token.kind === "end" && (token.text !== ";" || opened.length === 0)) continue;
    if (isOpening(token)) opened.push(token);
    if (token.kind === "mark" && (token.text === ")" || token.text === "]")) {
      const opening = opened.pop();
      if (!opening || CLOSING[opening.text] !== token.text) {
        throw new DocumentError("reader.unopened", {mark: token.text}, {text, start: token.start, end: token.end});
      }
    }
    found[found.length - 1].tokens.push(token);
  }
  const open = opened.at(-1);
  if (open) throw new DocumentError("reader.unclosed", {mark: open.text}, {text, start: open.start, end: open.end});
  return found.filter(({tokens}) => tokens.length > 0);
}

/**
 * @param {string} text
 * @param {string} typed the text as it is meant
 * @param {number} start
 * @param {number} line
 * @returns {Token}
 */
function tokenAt(text, typed, start, line) {
  const afterName = endOf(NAME, typed, start),
    isPrefix = /["']/.test(typed[afterName] ?? ""); // perhaps, as in r"text"
  const found = afterName > start && !isPrefix ? undefined : TOKEN_KINDS.find((each) => endOf(each[1], typed, start) > start);
  if (afterName > start && found?.[0] !== "string") {
    const name = typed.slice(start, afterName).normalize("NFKC");
    return {kind: NOTATION.RESERVED.includes(name) ? "reserved" : "name", text: name, start, end: afterName, line};
  }
  const [kind, pattern] = found ?? ["other", OTHER],
    end = endOf(pattern, typed, start);
  if (kind === "curly") return {kind: "string", text: `"${text.slice(start + 1, end - 1)}"`, start, end, line};
  return {kind, text: (kind === "string" ? text : typed).slice(start, end), start, end, line};
}

/**
 * Where what a pattern matches at a place ends; the place itself if it does not match there.
 *
 * @param {RegExp} pattern  @param {string} text  @param {number} start
 */
function endOf(pattern, text, start) {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

/**
 * @param {string} kind  @param {Token} token
 * @param {Partial<ExpressionStep>} [others]
 * @returns {ExpressionStep}
 */
const stepOf = (kind, token, others) => ({kind, token, count: 0, keywords: [], isMethod: false, ...others});

/**
 * @param {string} kind  @param {Token} first
 * @param {Partial<Statement>} [others]
 * @returns {Statement}
 */
const statementOf = (kind, first, others) => ({
  ...{kind, first, end: first.end, comments: [], targets: [], values: [], operator: null, label: null},
  ...others,
});

/** @param {Token} token */
const isOpening = ({kind, text}) => kind === "mark" && Object.hasOwn(CLOSING, text);

/** @param {Token | undefined} token  @param {string} text */
const isMark = (token, text) => token?.kind === "mark" && token.text === text;

/** @param {ExpressionStep} step */
const isLeafCall = ({kind, token}) => kind === "call" && Object.hasOwn(NOTATION.LEAF_FUNCTIONS, token.text);

/** The parser of one statement: `at` is the next of its tokens, the last of which is an end. */
class Grammar {
  /** @param {string} whole  @param {Token[]} tokens */
  constructor(whole, tokens) {
    const {end, line} = tokens[tokens.length - 1];
    this.whole = whole;
    this.tokens = [...tokens, {kind: "end", text: "", start: end, end, line}];
    this.at = 0;
    this.depth = 0;
  }

  /**
   * @param {string} key  @param {Token} token
   * @param {Record<string, string | number | string[]>} [parts]
   */
  error(key, {start, end}, parts = {}) {
    return new DocumentError(`reader.${key}`, parts, {text: this.whole, start, end});
  }

  get next() {
    return this.tokens[this.at];
  }

  take() {
    this.at++;
    return this.tokens[this.at - 1];
  }

  /** Tells whether the next token is one of these signs.  @param {string[]} texts */
  follows(...texts) {
    return texts.includes(this.next.text) && this.next.kind !== "string";
  }

  // --- statements ----------------------------------------------------------------------------------------------------

  /** @returns {Statement} */
  statement() {
    const [first] = this.tokens,
      levels = this.levels();
    const assigns = [...this.tokens.keys()].filter((i) => this.tokens[i].kind === "assign" && levels[i] === 0);
    const passed = this.passed(assigns);
    if (passed) return passed;
    if (assigns.length > 0) return this.assignment(assigns);
    return statementOf("bare", first, {values: [this.wholeExpression()]});
  }

  /** In how many brackets each token stands. */
  levels() {
    let level = 0;
    return this.tokens.map((token) => {
      if (isMark(token, ")") || isMark(token, "]")) level--;
      const own = level;
      if (isOpening(token)) level++;
      return own;
    });
  }

  /**
   * The statement, if it is one of those that are passed over, or the output.
   *
   * @param {number[]} assigns
   * @returns {Statement | null}
   */
  passed(assigns) {
    const [first] = this.tokens,
      tokens = this.tokens.slice(0, -1);
    const {PASSED_WORDS, PASSED_ASSIGNMENTS, PASSED_FUNCTIONS, ATTRIBUTES} = NOTATION;
    const isPlainText = tokens.length === 1 && first.kind === "string" && /^[rRuU"']/.test(first.text);
    if (isPlainText || PASSED_WORDS.includes(first.text)) return statementOf("passed", first);
    const isAttribute = (/** @type {number} */ i) =>
      i > 0 && i < tokens.length && tokens[i - 1].text === "." && PASSED_ASSIGNMENTS.includes(tokens[i].text);
    if (assigns.length > 0 && tokens.some((_, i) => i < assigns[0] && isAttribute(i))) return statementOf("passed", first);
    const isNamed = assigns.length === 1 && assigns[0] === 1 && first.kind === "name" && tokens[1].text === "=";
    const value = isNamed ? tokens.slice(2) : tokens,
      targets = isNamed ? [[first]] : [];
    if (assigns.length > 0 && !isNamed) return null;
    if (value.length > 1 && PASSED_FUNCTIONS.includes(value[0].text) && value[1].text === "(") {
      return statementOf("passed", first, {targets});
    }
    const isPath = first.kind === "name" && tokens.length % 2 === 1 && tokens.every(({text}, i) => i % 2 === 0 || text === ".");
    if (isPath && tokens.length > 1 && ATTRIBUTES.includes(tokens[tokens.length - 1].text)) {
      return statementOf("passed", first);
    }
    return this.passedMethod(first, targets, value);
  }

  /**
   * @param {Token} first  @param {Token[][]} targets  @param {Token[]} value
   * @returns {Statement | null}
   */
  passedMethod(first, targets, value) {
    if (value.at(-1)?.text !== ")") return null;
    let i = value.length - 1;
    for (let level = 0; i >= 0; i--) {
      if ([")", "]"].includes(value[i].text)) level++;
      if (["(", "["].includes(value[i].text)) level--;
      if (level === 0) break;
    }
    if (i < 3 || !NOTATION.PASSED_METHODS.includes(value[i - 1].text) || value[i - 2].text !== ".") return null;
    const inner = new Grammar(this.whole, value.slice(0, i - 2)),
      levels = inner.levels();
    if (inner.tokens.some(({kind}, k) => kind === "operator" && levels[k] === 0)) return null;
    if (value[i - 1].text !== "backward") return statementOf("passed", first, {targets});
    return statementOf("output", first, {targets, values: [inner.wholeExpression()]});
  }

  /** @param {number[]} assigns  @returns {Statement} */
  assignment(assigns) {
    const [first, ...others] = this.tokens,
      sign = this.tokens[assigns[0]];
    if (first.kind === "name" && [".", "label", "="].every((text, i) => others[i].text === text)) {
      return this.labelled(first, others[3]);
    }
    const targets = assigns.map((i) => {
      const names = this.names(i);
      this.at = i + 1;
      return names;
    });
    const operator = sign.text === "=" ? null : this.assignmentOperator(sign, assigns.length, targets[0]);
    const stray = assigns.slice(1).find((i) => this.tokens[i].text !== "=");
    if (stray) throw this.error("operator", this.tokens[stray], {came: this.tokens[stray].text});
    const values = this.values();
    for (const names of targets) {
      if (names.length !== values.length) throw this.error("tuple", names[0], {names: names.length, values: values.length});
    }
    return statementOf("bind", first, {targets, values, operator});
  }

  /** @param {Token} first  @param {Token} label  @returns {Statement} */
  labelled(first, label) {
    if (label.kind !== "string") throw this.error("label", label, {name: first.text, came: label.text});
    this.at = this.tokens.indexOf(label) + 1;
    this.expectEnd();
    return statementOf("label", first, {targets: [[first]], label});
  }

  /** @param {Token} sign  @param {number} count  @param {Token[]} names  @returns {Token} */
  assignmentOperator(sign, count, names) {
    const operator = sign.text.slice(0, -1);
    if (count > 1 || names.length > 1 || !Object.hasOwn(PRECEDENCE, operator)) {
      throw this.error("operator", sign, {came: sign.text});
    }
    return {...sign, kind: "operator", text: operator, end: sign.end - 1};
  }

  /**
   * Parse names separated by commas, also in brackets, up to the sign = at `end`.
   *
   * @param {number} end
   */
  names(end) {
    let tokens = this.tokens.slice(this.at, end);
    if (tokens.length === 0) throw this.error("missing.before", this.tokens[end], {token: this.tokens[end].text});
    if (tokens.length > 2 && isOpening(tokens[0]) && tokens[tokens.length - 1].text === CLOSING[tokens[0].text]) {
      tokens = tokens.slice(1, -1);
    }
    if (tokens.length > 3 && tokens[tokens.length - 1].text === ",") tokens = tokens.slice(0, -1);
    const target = () =>
      this.error("target", tokens[0], {came: this.whole.slice(tokens[0].start, tokens[tokens.length - 1].end)});
    for (const [i, token] of tokens.entries()) {
      if (token.kind === "reserved" && i % 2 === 0) throw this.reserved(token);
      if (Object.hasOwn(NOTATION.INSTEAD, token.text)) throw this.unread(token);
      if (i % 2 === 0 ? token.kind !== "name" : token.text !== ",") throw target();
    }
    if (tokens.length % 2 === 0) throw target();
    return tokens.filter((_, i) => i % 2 === 0);
  }

  /** Parse one or several expressions up to the end of the statement, also all of them in parentheses. */
  values() {
    if (this.isTuple()) {
      const closing = this.tokens[this.tokens.length - 2];
      this.tokens.splice(-2, 2, {...closing, kind: "end", text: "", end: closing.start});
      this.at++;
    }
    const values = [this.expression()];
    while (this.follows(",")) {
      this.take();
      if (this.next.kind === "end" && values.length > 1) break;
      values.push(this.expression());
    }
    this.expectEnd();
    return values;
  }

  isTuple() {
    const levels = this.levels().slice(this.at + 1, -2),
      inside = this.tokens.slice(this.at + 1, -2);
    if (!this.follows("(") || levels.length === 0 || levels.some((level) => level <= 0)) return false;
    return inside.some((token, i) => token.text === "," && levels[i] === 1);
  }

  // --- expressions ---------------------------------------------------------------------------------------------------

  wholeExpression() {
    const steps = this.expression();
    this.expectEnd();
    return steps;
  }

  expectEnd() {
    if (this.next.kind !== "end") throw this.misplaced(this.next);
  }

  /** Parse an expression up to a token that cannot belong to it.  @returns {Expression} */
  expression() {
    /** @type {Expression} */
    const steps = [];
    /** @type {{precedence: number, step: ExpressionStep}[]} operators whose right operand is not complete */
    const waiting = [];
    const finish = (/** @type {number} */ precedence) => {
      while (waiting.length > 0 && waiting[waiting.length - 1].precedence >= precedence) {
        const {step} = /** @type {{step: ExpressionStep}} */ (waiting.pop());
        steps.push(step);
        if (step.kind === "sign" || step.token.text === "**") this.depth--;
      }
    };
    for (;;) {
      while (this.follows("+", "-")) {
        this.deepen(this.next);
        waiting.push({precedence: SIGN_PRECEDENCE, step: stepOf("sign", this.take())});
      }
      for (const step of this.operand()) steps.push(step);
      if (this.next.kind !== "operator") break;
      const operator = this.take(),
        precedence = PRECEDENCE[operator.text],
        isPower = operator.text === "**";
      finish(isPower ? precedence + 1 : precedence); // 2**3**2 is 2**(3**2)
      if (isPower) this.deepen(operator);
      waiting.push({precedence, step: stepOf("operator", operator)});
    }
    finish(0);
    return steps;
  }

  /** @param {Token} token */
  deepen(token) {
    this.depth++;
    if (this.depth > NOTATION.MAX_DEPTH) throw this.error("depth", token, {limit: NOTATION.MAX_DEPTH});
  }

  /** Parse a number, name, call, list or parenthesis, and the methods behind it.  @returns {Expression} */
  operand() {
    const steps = this.withoutMethods();
    while (this.follows(".")) {
      this.take();
      const name = this.method();
      steps.push(stepOf("callee", name, {isMethod: true}), ...this.bracketed(stepOf("call", name, {isMethod: true})));
    }
    return steps;
  }

  /** @returns {Expression} */
  withoutMethods() {
    const token = this.next;
    if (token.kind === "number") return [stepOf("number", this.decimal())];
    if (token.kind === "string") return [stepOf("text", this.take())];
    if (token.kind === "name") {
      this.checkModule();
      this.take();
      if (!this.follows("(")) return [stepOf("name", token)];
      return [stepOf("callee", token), ...this.bracketed(stepOf("call", token))];
    }
    if (this.follows("[")) return this.bracketed(stepOf("list", token));
    if (!this.follows("(")) throw this.missing(token);
    this.deepen(this.take());
    const steps = this.expression();
    this.close(")");
    return steps;
  }

  /** Refuse the function of a module, such as math.exp(x); a function of a Value has no operand of its own. */
  checkModule() {
    const [module, dot, name, bracket, operand] = this.tokens.slice(this.at, this.at + 5);
    if (!NOTATION.MODULES.includes(module.text) || !isMark(dot, ".") || name.kind !== "name") return;
    if (bracket.text !== "(" || operand.text === ")") return;
    const came = `${module.text}.${name.text}`;
    throw this.error("instead", {...module, end: name.end}, {came, instead: `${name.text}( )`});
  }

  decimal() {
    const token = this.take(),
      isGlued = ["name", "number"].includes(this.next.kind) && this.next.start === token.end;
    const written = isGlued ? token.text + this.next.text : token.text;
    if (NOT_DECIMAL.test(written)) throw this.error("decimal", token, {came: written});
    return token;
  }

  /** Parse the name of a method, up to its bracket. */
  method() {
    const token = this.next;
    if (token.kind !== "name") throw this.missing(token);
    this.take();
    if (NOTATION.ATTRIBUTES.includes(token.text)) throw this.error("attribute", token, {name: token.text});
    if (this.follows("(")) return token;
    const isFunction = Object.hasOwn(NOTATION.KNOWN_FUNCTIONS, token.text);
    if (isFunction) throw this.error("missing.parentheses", token, {call: `${token.text}()`});
    throw this.error("method", token, {name: token.text});
  }

  /**
   * Parse the operands of a call or list up to the closing bracket.
   *
   * @param {ExpressionStep} step
   * @returns {Expression}
   */
  bracketed(step) {
    const closing = CLOSING[this.next.text];
    this.deepen(this.take());
    /** @type {Expression} */
    const steps = [];
    /** @type {string[]} */
    const keywords = [];
    let count = 0;
    while (!this.follows(closing)) {
      if (this.next.kind === "name" && this.tokens[this.at + 1].text === "=") {
        keywords.push(this.keyword(step));
      } else if (keywords.length > 0) {
        throw this.error("only", this.next, {came: this.next.text});
      }
      const isLabel = keywords.length > 0 ? keywords[keywords.length - 1] === "label" : count === 1;
      if (isLabel && isLeafCall(step)) this.checkLabel(step.token);
      for (const each of this.expression()) steps.push(each);
      count++;
      if (this.follows(closing)) break;
      if (!this.follows(",")) throw this.misplaced(this.next);
      this.take();
    }
    this.close(closing);
    return [...steps, {...step, count, keywords}];
  }

  /** @param {ExpressionStep} step */
  keyword(step) {
    const keyword = this.next,
      name = step.token.text;
    if (!Object.hasOwn(NOTATION.LEAF_FUNCTIONS, name) || step.isMethod) {
      throw this.error("keyword", keyword, {name, keyword: keyword.text});
    }
    if (!["data", "label"].includes(keyword.text)) {
      throw this.error("leaf", keyword, {name, example: NOTATION.LEAF_FUNCTIONS[name]});
    }
    this.take();
    this.take();
    return keyword.text;
  }

  /** Refuse a label that is no text.  @param {Token} leafFunction */
  checkLabel({text}) {
    const {next} = this;
    if (next.kind === "other") throw this.unread(next);
    if (next.kind !== "string") throw this.error("label", next, {name: text, came: next.text});
  }

  /** @param {string} closing */
  close(closing) {
    if (!this.follows(closing)) throw this.misplaced(this.next);
    this.take();
    this.depth--;
  }

  // --- what is wrong -------------------------------------------------------------------------------------------------

  /** The error of a token where an operand should be.  @param {Token} token */
  missing(token) {
    const before = this.tokens[this.at - 1];
    if (["True", "False", "None"].includes(token.text)) return this.error("number_or_name", token, {came: token.text});
    if (token.kind === "reserved") return this.reserved(token);
    if (token.kind === "other") return this.unread(token);
    if (!before || (before.text === "(" && token.kind === "operator")) {
      return this.error("missing.before", token, {token: token.text});
    }
    return this.error("missing.after", token, {token: before.text});
  }

  /**
   * The error of a token behind an operand, where an operator, a bracket or the end should be.
   *
   * @param {Token} token
   */
  misplaced(token) {
    const before = this.tokens[this.at - 1];
    if (token.kind === "reserved") return this.reserved(token);
    if (token.kind === "other") return this.unread(token);
    if (token.kind === "assign") return this.error("assign", token, {came: token.text});
    if (token.text === "(") return this.error("not_called", token);
    if (token.kind !== "name" && token.kind !== "number") return this.error("only", token, {came: token.text});
    if (Object.hasOwn(NOTATION.KNOWN_FUNCTIONS, before.text)) {
      return this.error("missing.parentheses", token, {call: `${before.text}(${token.text})`});
    }
    return this.error("missing.operator", token, {first: before.text, second: token.text});
  }

  /** @param {Token} token */
  reserved(token) {
    const following = this.tokens[this.tokens.indexOf(token) + 1],
      construct = Object.hasOwn(NOTATION.NO_STATEMENTS, token.text) && NOTATION.NO_STATEMENTS[token.text];
    const isName = ["assign", "operator", "end"].includes(following.kind) || [")", ","].includes(following.text);
    if (construct && !isName) return this.error(`no_${construct}`, token, {word: token.text});
    return this.error("reserved", token, {name: token.text});
  }

  /** @param {Token} token */
  unread(token) {
    const {text} = token,
      isLast = this.tokens[this.tokens.indexOf(token) + 1].kind === "end";
    if (text === "。" && isLast) return this.error("stop", token, {came: text});
    if (Object.hasOwn(NOTATION.INSTEAD, text)) return this.error("instead", token, {came: text, instead: NOTATION.INSTEAD[text]});
    if (text === "'" || text === '"') return this.error("unclosed", token, {mark: text});
    if (text === "==") return this.error("equality", token);
    return this.error(PYTHON_OPERATORS.includes(text) ? "operator" : "only", token, {came: text});
  }
}
