// Describes every step in words, as Python does. The words themselves come from the tables of each language.

import {furthestOf, isTooLarge, sharesKept, statusOf, sumInside} from "./cycle.js";
import {isLoss} from "./graph.js";
import {addsOnlyProducts, isDigit, neededRank, SUM_OF_PRODUCTS} from "./naming.js";
import {bracketed, columnsOf, digitsBeside1, show, showApart, SUPERSCRIPTS} from "./numerals.js";
import {ATOM, RANKS} from "./operations.js";

/** @typedef {import("./graph.js").Graph} Graph */
/** @typedef {import("./graph.js").GraphNode} GraphNode */
/** @typedef {import("./graph.js").Card} Card */
/** @typedef {import("./cycle.js").Numbers} Numbers */
/** @typedef {import("./steps.js").Step} Step */

/**
 * A step in words: what it is about, the mathematics, its result, and the sentence.
 * @typedef {{name: string, formula: string, result: string, sentence: string}} InWords
 */

const MAX_TERMS = 4; // of a sum that is written out
const MAX_PRODUCTS_WRITTEN = 3; // in its formula, where it is one of products: they take twice the room
const MAX_WHOLE = 40; // columns of the numerator of a slope

/**
 * Writes parts that are equal, each once: where all operands are constants, names and numbers are the same.
 * @param {...string} parts
 * @returns {string}
 */
export function equal(...parts) {
  return [...new Set(parts)].join(" = ");
}

/**
 * Puts texts into a template; a negative number gets brackets beside an operator.
 * @param {string} template
 * @param {readonly string[]} names
 * @param {readonly string[]} texts
 * @param {string} [out]
 * @param {boolean} [isFirst] whether nothing stands before the template
 * @returns {string}
 */
function filledIn(template, names, texts, out = "", isFirst = true) {
  const values = Object.fromEntries([...names.map((name, i) => [name, texts[i]]), ["out", out]]);
  return template.replace(/\{(\w+)\}/g, (whole, name, start) => {
    const before = template.slice(0, start),
      after = template.slice(start + whole.length);
    const begins = /(\(|, |\|)$/.test(before) || (isFirst && !before);
    return begins && !/^[\^²]/.test(after) ? values[name] : bracketed(values[name]);
  });
}

/** What is said about the steps of a graph, in one language. */
export class Sentences {
  /**
   * @param {Graph} graph
   * @param {import("./words.js").Words} words
   */
  constructor(graph, words) {
    this.graph = graph;
    this.words = words;
  }

  // --- names and formulas --------------------------------------------------------------------------------------------

  /**
   * Returns what a node is called: the number of a constant, else its name.
   * @param {number} i
   * @param {number[]} values
   */
  nameOf(i, values) {
    const node = this.graph.nodes[i];
    return node.kind === "constant" ? show(values[i]) : node.name;
  }

  /**
   * How tightly the name of a node binds, as in Python's graph/naming.py.
   * @param {number} i
   */
  rankOf(i) {
    const {formula, op} = this.graph.nodes[i];
    return formula ? (RANKS[op] ?? ATOM) : ATOM;
  }

  /**
   * Returns what an operand is called in the formula of a node: in brackets where it needs them.
   * @param {GraphNode} node
   * @param {number} position
   * @param {number[]} values
   */
  nameIn(node, position, values) {
    const operand = node.operands[position],
      name = this.nameOf(operand, values);
    return this.rankOf(operand) < neededRank(node, position) ? `(${name})` : name;
  }

  /**
   * Returns what a node is called beside an operator such as ∂: in brackets if it is a formula of several parts, or has a
   * name of several words.
   * @param {number} i
   * @param {number[]} values
   */
  asAtom(i, values) {
    const name = this.nameOf(i, values);
    return this.rankOf(i) < ATOM || /[ の]/u.test(name) ? `(${name})` : name;
  }

  /**
   * Returns the exponent of a power with a small whole constant exponent, else −1.
   * @param {GraphNode} node
   * @param {number[]} values
   */
  wholeExponent(node, values) {
    if (node.op !== "**" || this.graph.nodes[node.operands[1]].kind !== "constant") return -1;
    const exponent = values[node.operands[1]];
    return isDigit(exponent) ? exponent : -1;
  }

  /**
   * Writes the formula of a node with these texts for its operands.
   * @param {GraphNode} node
   * @param {string[]} texts
   * @param {number[]} values
   * @param {number} [maxTerms]
   */
  expression(node, texts, values, maxTerms = MAX_TERMS) {
    const {shown, operands, summed, last} = operationOf(node),
      exponent = this.wholeExponent(node, values);
    if (exponent >= 0) return bracketed(texts[0]) + SUPERSCRIPTS[exponent];
    if (!summed) return filledIn(shown, operands, texts);
    const size = operands.length,
      end = texts.length - (last ? 1 : 0);
    const terms = [];
    for (let i = 0; i < end; i += size) {
      terms.push(filledIn(shown, operands, texts.slice(i, i + size), "", i === 0));
    }
    if (last && !addsOnlyProducts(node, this.graph.nodes)) terms.push(bracketed(texts[end]));
    if (terms.length > maxTerms) terms.splice(maxTerms - 2, terms.length - maxTerms + 1, "…");
    return terms.join(" + ");
  }

  /**
   * Returns what a node computes, for the heading of its card.
   * @param {GraphNode} node
   * @param {number[]} values
   */
  symbolOf(node, values) {
    const exponent = this.wholeExponent(node, values);
    if (addsOnlyProducts(node, this.graph.nodes)) return SUM_OF_PRODUCTS;
    return exponent >= 0 ? `( )${SUPERSCRIPTS[exponent]}` : operationOf(node).symbol;
  }

  // --- slopes --------------------------------------------------------------------------------------------------------

  /**
   * Writes the local derivative of a node with respect to one operand, with the numbers in it.
   * @param {number} i
   * @param {number} position
   * @param {Numbers} numbers
   * @returns {string}
   */
  slope(i, position, numbers) {
    const node = this.graph.nodes[i],
      {values} = numbers,
      local = show(numbers.locals[i][position]);
    const left = `∂${this.numerator(i, values)}/∂${this.asAtom(node.operands[position], values)}`,
      parts = this.slopeParts(i, position, values);
    const right = parts ? equal(...parts, local) : local + this.casesOf(node, position, values);
    return this.words.typeset(`${left} = ${right}`);
  }

  /**
   * Writes a node by its formula where that is short, else by its name.
   * @param {number} i
   * @param {number[]} values
   */
  numerator(i, values) {
    const node = this.graph.nodes[i],
      {summed, symbol} = operationOf(node),
      names = node.operands.map((_, k) => this.nameIn(node, k, values)),
      whole = this.expression(node, names, values);
    if (columnsOf(whole) > MAX_WHOLE) return this.asAtom(i, values);
    return summed || node.op === "neg" || whole.split(" ").includes(symbol) ? `(${whole})` : whole;
  }

  /**
   * Writes a slope with names, where it is one of the operands, and with numbers; null where it is defined by cases.
   * @param {number} i
   * @param {number} position
   * @param {number[]} values
   */
  slopeParts(i, position, values) {
    const node = this.graph.nodes[i],
      {operands, slopes, last} = operationOf(node),
      size = operands.length,
      first = position - (position % size);
    if (last && position === node.operands.length - 1) return ["1"];
    const template = this.powerSlope(node, position, values) || slopes[position - first];
    if (!template) return null;
    const group = node.operands.slice(first, first + size),
      texts = group.map((operand) => show(values[operand])),
      result = show(values[i], template.includes("1 − {out}") ? digitsBeside1(values[i]) : 4);
    const parts = [filledIn(template, operands, texts, result)];
    if (/^\{\w+\}$/.test(template)) {
      const names = group.map((operand) => this.nameOf(operand, values));
      parts.unshift(filledIn(template, operands, names, node.name));
    }
    return parts;
  }

  /**
   * Says in words which case of a slope this is; an operation that a user added has no such words.
   * @param {GraphNode} node
   * @param {number} position
   * @param {number[]} values
   */
  casesOf(node, position, values) {
    const key = `slope.${node.op}.${position}`,
      names = node.operands.map((operand) => this.nameOf(operand, values));
    return this.words.has(key) ? ` (${filledIn(this.words.table[key], operationOf(node).operands, names)})` : "";
  }

  /**
   * @param {GraphNode} node
   * @param {number} position
   * @param {number[]} values
   */
  powerSlope(node, position, values) {
    const exponent = this.wholeExponent(node, values);
    if (position || exponent < 2) return "";
    return `${exponent} × {a}${exponent > 2 ? SUPERSCRIPTS[exponent - 1] : ""}`;
  }

  // --- one step ------------------------------------------------------------------------------------------------------

  /**
   * Describes a step.
   * @param {Step} step
   * @param {Numbers} numbers
   * @param {number} after the gradient that the operand has after it
   * @returns {InWords}
   */
  inWords(step, numbers, after) {
    const {name, formula, result, sentence} = this.described(step, numbers, after),
      isComputed = step.phase === "know" && step.kind !== "product",
      remark = isComputed ? this.graph.nodes[step.node ?? step.card.output].remark : "";
    return {
      name,
      formula: this.words.typeset(formula),
      result: this.words.typeset(result),
      sentence: [this.words.typeset(sentence), remark].filter(Boolean).join("\n"),
    };
  }

  /**
   * @param {Step} step
   * @param {Numbers} numbers
   * @param {number} after
   * @returns {InWords}
   */
  described(step, numbers, after) {
    const {values} = numbers;
    switch (step.kind) {
      case "value":
        return this.know(step.node, values);
      case "product":
        return this.product(step, values);
      case "neuron":
        return this.neuron(step.card, values);
      case "seed":
        return this.seed(this.graph.nodes[step.node]);
      case "share":
        return this.share(step, numbers, after);
      case "edge":
        return this.shareOfCard(step, numbers, after);
      case "keep":
        return this.keep(step.card, numbers);
      case "change":
        return this.change(step.node, numbers);
      default:
        return this.changes(step, numbers);
    }
  }

  /**
   * @param {number} i
   * @param {number[]} values
   */
  know(i, values) {
    const node = this.graph.nodes[i],
      names = node.operands.map((operand) => this.nameOf(operand, values)),
      inFormula = node.operands.map((_, position) => this.nameIn(node, position, values));
    let numbers = node.operands.map((operand) => show(values[operand]));
    if (node.op === "neg") numbers = [`(${numbers[0]})`]; // −(0.7) = −0.7, where −0.7 = −0.7 would say nothing
    const computation = equal(this.expression(node, numbers, values), show(values[i])),
      result = show(values[i]),
      isProducts = addsOnlyProducts(node, this.graph.nodes),
      usual = node.op === "total" && names.length === 1 ? "know.total.one" : `know.${node.op}`,
      key = isProducts ? "know.products" : usual;
    const sentence = this.words.word(this.words.has(key) ? key : "know.other", {
      name: node.name,
      a: names[0],
      b: names[1] ?? "",
      count: isProducts ? (names.length - 1) / 2 : names.length,
      computation,
      names: this.words.listed(names),
      operation: node.op,
    });
    const [left, right] = [inFormula, numbers].map((texts) => this.expression(node, texts, values, isProducts ? MAX_PRODUCTS_WRITTEN : MAX_TERMS));
    return {name: node.name, formula: equal(left, right), result, sentence};
  }

  /**
   * @param {{node: number, group: number}} step
   * @param {number[]} values
   */
  product({node, group}, values) {
    const {name, operands} = this.graph.nodes[node];
    const [w, x] = operands.slice(2 * group, 2 * group + 2);
    const [a, b] = [this.nameOf(w, values), this.nameOf(x, values)];
    const numbers = filledIn("{w} × {x}", ["w", "x"], [show(values[w]), show(values[x])]);
    const result = show(values[w] * values[x]);
    const sentence = this.words.word("know.product", {a, b, numbers, result});
    return {name, formula: `${a} × ${b} = ${numbers}`, result, sentence};
  }

  /**
   * @param {Card} card
   * @param {number[]} values
   */
  neuron(card, values) {
    const {name} = card.node,
      {symbol} = operationOf(card.node),
      result = show(values[card.output]);
    const total = sumInside(this.graph, card),
      sum = this.graph.nodes[total];
    const count = (sum.operands.length - 1) / (sum.op === "total" ? 1 : 2),
      one = count === 1 ? ".one" : "";
    if (addsOnlyProducts(card.node, this.graph.nodes)) return this.know(card.output, values);
    if (total === card.output) {
      const sentence = this.words.word(`know.neuron.linear${one}`, {name, count, result});
      return {name, formula: "Σ w·x + b", result, sentence};
    }
    const numbers = `${symbol}(${show(values[total])})`;
    const sentence = this.words.word(`know.neuron${one}`, {name, count, numbers, result});
    return {name, formula: `${symbol}(Σ w·x + b) = ${numbers}`, result, sentence};
  }

  /** @param {GraphNode} node */
  seed({name}) {
    return {name, formula: "", result: show(1), sentence: this.words.word("seed", {name})};
  }

  /**
   * Returns the upstream gradient, local derivative and share of a step, and the gradient of the operand after it.
   * @param {Step} step
   * @param {Numbers} numbers
   * @param {number} after
   * @returns {[number, number, number, number]}
   */
  numbersOf(step, numbers, after) {
    if (step.kind === "edge") {
      const {local, share} = numbers.carried[step.edge.i];
      return [numbers.gradients[step.card.output], local, share, after];
    }
    const node = step.node ?? 0,
      upstream = numbers.gradients[node],
      local = numbers.locals[node][step.position ?? 0];
    return [upstream, local, upstream * local, after];
  }

  /**
   * @param {Step & {node: number, position: number}} step
   * @param {Numbers} numbers
   * @param {number} after
   */
  share(step, numbers, after) {
    const node = this.graph.nodes[step.node],
      operand = this.graph.nodes[node.operands[step.position]];
    const told = this.handedOn(node.name, operand.name, this.numbersOf(step, numbers, after));
    const sentence = `${this.slope(step.node, step.position, numbers)}\n${told.sentence}`;
    return {...told, sentence: this.withStatus(sentence, step.node, numbers)};
  }

  /**
   * @param {Step & {edge: import("./graph.js").Edge}} step
   * @param {Numbers} numbers
   * @param {number} after
   */
  shareOfCard(step, numbers, after) {
    const {card, edge} = step;
    const told = this.handedOn(card.node.name, edge.operand.node.name, this.numbersOf(step, numbers, after));
    return {...told, sentence: this.withStatus(told.sentence, card.output, numbers)};
  }

  /**
   * @param {string} giver
   * @param {string} operand
   * @param {number[]} numbers
   */
  handedOn(giver, operand, numbers) {
    const [upstream, local, share, after] = numbers.map((number) => show(number));
    return {
      name: `${giver} → ${operand}`,
      formula: `${upstream} × ${bracketed(local)} = ${share}`,
      result: after,
      sentence: this.words.word("share", {operand, upstream, local, share, after}),
    };
  }

  /**
   * @param {string} sentence
   * @param {number} i
   * @param {Numbers} numbers
   */
  withStatus(sentence, i, numbers) {
    const status = statusOf(this.graph, numbers, i),
      {name} = this.graph.nodes[i];
    return status ? this.words.joined(sentence, this.words.word(`status.${status}`, {name})) : sentence;
  }

  /**
   * @param {Card} card
   * @param {Numbers} numbers
   */
  keep(card, numbers) {
    const shares = sharesKept(this.graph, card, numbers),
      {name} = card.node;
    const kept = [
      {name: "dW", parameters: card.weights},
      {name: "db", parameters: card.biases},
    ].filter(({parameters}) => parameters.length);
    const formula = kept
      .map((part) => `${part.name} = ${part.parameters.map((i) => show(shares.get(i) ?? NaN)).join(", ")}`)
      .join(", ");
    return {
      name: this.words.word("name.keeps", {name}),
      formula,
      result: "",
      sentence: `${this.words.word("keep", {name})}\n${formula}`,
    };
  }

  /**
   * @param {number} i
   * @param {Numbers} numbers
   */
  change(i, numbers) {
    const changed = numbers.changed.get(i) ?? NaN,
      [before, after] = showApart(numbers.values[i], changed),
      [gradient, rate] = [show(numbers.gradients[i]), show(numbers.learningRate)];
    const {name} = this.graph.nodes[i],
      moves = changed !== numbers.values[i];
    const sentence = this.words.word(moves ? "change" : "change.none", {
      name,
      before,
      learning_rate: rate,
      gradient: moves ? bracketed(gradient) : gradient,
      after,
    });
    return {name, formula: `${before} − ${rate} × ${bracketed(gradient)}`, result: after, sentence};
  }

  /**
   * @param {{card: Card, parameters: number[]}} step
   * @param {Numbers} numbers
   */
  changes({card, parameters}, numbers) {
    const furthest = furthestOf(numbers, parameters),
      told = this.change(furthest, numbers),
      name = card.node.shownLabel || card.node.name;
    const parameter = told.name.startsWith(`${name}.`) ? told.name.slice(name.length + 1) : told.name;
    const parts = {name, parameter, formula: told.formula, after: told.result},
      moves = numbers.changed.get(furthest) !== numbers.values[furthest];
    return {
      name: `${name} (${parameters.length})`,
      formula: `${parameter}: ${told.formula} …`,
      result: told.result,
      sentence: this.words.word(moves ? "change.neuron" : "change.neuron.none", parts),
    };
  }

  // --- the end, and what went wrong ----------------------------------------------------------------------------------

  /**
   * Says what Change has done to the output, beside what was predicted.
   * @param {import("./cycle.js").Outcome} outcome
   * @returns {string}
   */
  outcome({before, predicted, isImpossible, after, again}) {
    const {name: output} = this.graph.nodes[this.graph.output],
      isOfLoss = isLoss(this.graph);
    const parts = {
      name: isOfLoss ? this.words.word("outcome.loss") : output,
      end: isOfLoss ? this.words.word("end.loss") : output,
      before: show(before),
      predicted: show(predicted),
      after: show(after),
    };
    if (again.missing >= 0) return this.words.word("outcome.none", {...parts, problem: this.missing(again)});
    const sentence = this.words.word(isImpossible ? "outcome.below_zero" : "outcome", parts);
    const rises = after > before && parts.after !== parts.before;
    // Off by more than a tenth of the move that was predicted: a student wants to know why.
    const misses =
      Math.abs(after - predicted) > Math.abs(predicted - before) / 10 && parts.after !== parts.predicted;
    if (rises) return `${sentence}\n${this.words.word("outcome.rose", parts)}`;
    return misses && !isImpossible ? `${sentence}\n${this.words.word("outcome.curve", parts)}` : sentence;
  }

  /**
   * Says which operation has no value, and at which numbers.
   * @param {import("./cycle.js").Forward | Numbers} pass in which a value is missing
   * @returns {string}
   */
  missing({missing, operands}) {
    const {op} = this.graph.nodes[missing],
      key = `op.${op}`,
      operation = this.words.has(key) ? this.words.word(key) : op;
    const numbers = this.words.listed(operands.map((number) => show(number)));
    return this.words.word(isTooLarge(op, operands) ? "missing.large" : "missing", {operation, numbers});
  }
}

/**
 * @param {GraphNode} node
 * @returns {import("./operations.js").Operation}
 */
function operationOf({name, operation}) {
  if (!operation) throw new TypeError(`${name} is a leaf, expected a value that was computed`);
  return operation;
}
