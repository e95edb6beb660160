// Describes every step in words, as Python does. The words themselves come from the tables of each language.

const MINUS = "−";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LONGEST_SUM = 4;
const LONGEST_WHOLE = 40;

// --- numbers as people read them -------------------------------------------------------------------------------------

// Writes a number with so many significant digits; whole numbers keep up to seven.
function show(number, digits = 4) {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : `${MINUS}∞`;
  const size = abs(number),
    whole = size >= 10 ** digits - 0.5 && size < 1e7;
  const [figures, exponent] = rounded(size, whole ? Math.floor(Math.log10(size) + 1e-9) + 1 : digits);
  return (number < 0 ? MINUS : "") + placed(figures, exponent, whole ? 8 : digits);
}

// Returns the significant figures of a number and its power of ten, rounded to even where it lies in the middle.
function rounded(size, digits) {
  if (size === 0) return ["0", 0];
  const [exact, exponent] = size.toExponential(30).split("e");
  const figures = exact.replace(".", "");
  const tie = /^50*$/.test(figures.slice(digits)) && Number(figures[digits - 1]) % 2 === 0;
  if (tie) return [figures.slice(0, digits), Number(exponent)];
  const [found, power] = size.toExponential(digits - 1).split("e");
  return [found.replace(".", ""), Number(power)];
}

function placed(figures, exponent, digits) {
  const kept = figures.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= digits) {
    const mantissa = kept.length > 1 ? `${kept[0]}.${kept.slice(1)}` : kept;
    return `${mantissa}e${exponent < 0 ? MINUS : ""}${abs(exponent)}`;
  }
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${kept}`;
  const before = kept.slice(0, exponent + 1).padEnd(exponent + 1, "0"),
    after = kept.slice(exponent + 1);
  return after ? `${before}.${after}` : before;
}

// Returns how many digits a number needs, so that four are left when it is taken from 1: 1 − 1² is not 3.326e−6.
function digitsBeside1(number) {
  const distance = 1 - abs(number);
  return distance > 0 ? 4 + Math.max(0, -1 - rounded(distance, 4)[1]) : 4;
}

function showSigned(number) {
  return number > 0 ? `+${show(number)}` : show(number);
}

function bracketed(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// Writes 7e−19 as 7 × 10⁻¹⁹, in brackets where it is divided by or raised to a power.
function powersOfTen(text) {
  return text.replace(
    /(÷ |\^)?(?<![\w.])(\d(?:\.\d+)?)e(−?\d+)(?!\w)([⁰¹²³⁴⁵⁶⁷⁸⁹^]?)/g,
    (whole, before = "", mantissa, exponent, after) => {
      const raised = [...exponent].map((digit) => (digit === MINUS ? "⁻" : SUPERSCRIPTS[digit])).join("");
      const number = `${mantissa} × 10${raised}`;
      return before || after ? `${before}(${number})${after}` : number;
    },
  );
}

// Writes the numbers of a formula as people do in a language.
const typeset = (text, language) => (language === "ja" ? powersOfTen(text) : text);

// --- formulas with names or numbers in them --------------------------------------------------------------------------

const isJapanese = (character) => /[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]/.test(character);

// How many columns a text takes: a Japanese character takes two.
const columnsOf = (text) => [...text].reduce((columns, character) => columns + (isJapanese(character) ? 2 : 1), 0);

// Fills in the placeholders of a sentence; between two Japanese characters there is no space.
function format(sentence, parts) {
  return sentence.replace(/( ?)\{(\w+)\}( ?)/g, (whole, before, name, after, start) => {
    const part = `${parts[name] ?? `{${name}}`}`;
    if (/ [+−] /.test(part)) return before + part + after; // p − 正解 is set off by the spaces around it
    const isClosed = (left, right) => isJapanese(left ?? "") && isJapanese(right ?? "");
    const left = isClosed(sentence[start - 1], part[0]) ? "" : before,
      right = isClosed(part.at(-1), sentence[start + whole.length]) ? "" : after;
    return left + part + right;
  });
}

// Writes parts that are equal, each once: where all operands are constants, names and numbers are the same.
const equal = (...parts) => [...new Set(parts)].join(" = ");

// Puts texts into a template; a negative number gets brackets beside an operator.
function fill(template, names, texts, out = "", first = true) {
  const values = Object.fromEntries([...names.map((name, i) => [name, texts[i]]), ["out", out]]);
  return template.replace(/\{(\w+)\}/g, (whole, name, start) => {
    const before = template.slice(0, start),
      after = template.slice(start + whole.length);
    const begins = /(\(|, |\|)$/.test(before) || (first && !before);
    return begins && !/^[\^²]/.test(after) ? values[name] : bracketed(values[name]);
  });
}

class Sentences {
  constructor(graph, words, language) {
    this.graph = graph;
    this.words = words[language];
    this.language = language;
  }

  nameOf(i, values) {
    const node = this.graph.nodes[i];
    return node.kind === "constant" ? show(values[i]) : node.name;
  }

  // How tightly the name of a node binds, as in Python's graph/naming.py.
  rankOf(i) {
    const {formula, op} = this.graph.nodes[i];
    return formula ? (RANKS[op] ?? ATOM) : ATOM;
  }

  // What an operand is called in the formula of a node: in brackets where it needs them.
  nameIn(node, position, values) {
    const operand = node.operands[position],
      needed = NEEDED_RANKS[node.op] ?? [0],
      isBias = node.op === "weighted_sum" && position === node.operands.length - 1;
    const isLoose = this.rankOf(operand) < (isBias ? 2 : needed[position % needed.length]);
    return isLoose ? `(${this.nameOf(operand, values)})` : this.nameOf(operand, values);
  }

  asAtom(i, values) {
    return this.rankOf(i) < ATOM ? `(${this.nameOf(i, values)})` : this.nameOf(i, values);
  }

  say(key, parts) {
    return format(this.words[key], parts);
  }

  // Returns the exponent of a power with a small whole constant exponent, else −1.
  wholeExponent(node, values) {
    if (node.op !== "**" || this.graph.nodes[node.operands[1]].kind !== "constant") return -1;
    const exponent = values[node.operands[1]];
    return Number.isInteger(exponent) && exponent >= 0 && exponent < 10 ? exponent : -1;
  }

  expression(node, texts, values) {
    const {operation} = node,
      exponent = this.wholeExponent(node, values);
    if (exponent >= 0) return bracketed(texts[0]) + SUPERSCRIPTS[exponent];
    if (!operation.summed) return fill(operation.shown, operation.operands, texts);
    const size = operation.operands.length,
      end = texts.length - (operation.last ? 1 : 0);
    let terms = [];
    for (let i = 0; i < end; i += size) {
      terms.push(fill(operation.shown, operation.operands, texts.slice(i, i + size), "", i === 0));
    }
    if (operation.last) terms.push(bracketed(texts.at(-1)));
    if (terms.length > LONGEST_SUM) terms = [...terms.slice(0, LONGEST_SUM - 2), "…", terms.at(-1)];
    return terms.join(" + ");
  }

  // What a card computes, for its heading.
  symbolOf(node, values) {
    const exponent = this.wholeExponent(node, values);
    return exponent >= 0 ? `( )${SUPERSCRIPTS[exponent]}` : node.operation.symbol;
  }

  // Writes the local derivative of a node with respect to one operand, with the numbers in it.
  slope(i, position, numbers) {
    const node = this.graph.nodes[i],
      {operation} = node,
      {values} = numbers;
    const names = node.operands.map((operand) => this.nameOf(operand, values));
    const texts = node.operands.map((operand) => show(values[operand]));
    const local = show(numbers.locals[i][position]);
    let whole = this.expression(
      node,
      node.operands.map((_, k) => this.nameIn(node, k, values)),
      values,
    );
    if ([...whole].length > LONGEST_WHOLE) whole = this.asAtom(i, values);
    else if (operation.summed || node.op === "neg" || whole.split(" ").includes(operation.symbol)) whole = `(${whole})`;
    const left = `∂${whole}/∂${this.asAtom(node.operands[position], values)}`;
    let parts;
    if (operation.last && position === node.operands.length - 1) parts = ["1"];
    else {
      const size = operation.operands.length,
        first = position - (position % size);
      const template = this.powerSlope(node, position, values) || operation.slopes[position - first];
      if (!template) {
        // it is defined by cases, which are described in words
        const cases = this.words[`slope.${node.op}.${position}`]; // a user-defined operation has none
        const told = cases ? ` (${fill(cases, operation.operands, names)})` : "";
        return typeset(`${left} = ${local}${told}`, this.language);
      }
      const group = (list) => list.slice(first, first + size);
      const result = show(values[i], template.includes("1 − {out}") ? digitsBeside1(values[i]) : 4);
      parts = [fill(template, operation.operands, group(texts), result)];
      if (/^\{\w+\}$/.test(template)) parts.unshift(fill(template, operation.operands, group(names), node.name));
    }
    return typeset(`${left} = ${equal(...parts, local)}`, this.language);
  }

  powerSlope(node, position, values) {
    const exponent = this.wholeExponent(node, values);
    if (position || exponent < 2) return "";
    return `${exponent} × {a}${exponent > 2 ? SUPERSCRIPTS[exponent - 1] : ""}`;
  }

  // --- one step --------------------------------------------------------------------------------------------------------

  // Returns {name, formula, result, sentence} for a step; `after` is the gradient that the operand has after it.
  inWords(step, numbers, after) {
    const told = this.told(step, numbers, after);
    for (const part of ["formula", "result", "sentence"]) told[part] = typeset(told[part], this.language);
    return told;
  }

  told(step, numbers, after) {
    const {nodes} = this.graph,
      {values} = numbers;
    switch (step.kind) {
      case "value":
        return this.know(nodes[step.node], step.node, values);
      case "product":
        return this.product(step, values);
      case "neuron":
        return this.neuron(step.card, values);
      case "seed":
        return this.seed(nodes[step.node]);
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

  know(node, i, values) {
    const names = node.operands.map((operand) => this.nameOf(operand, values)),
      inFormula = node.operands.map((_, position) => this.nameIn(node, position, values));
    let numbers = node.operands.map((operand) => show(values[operand]));
    if (node.op === "neg") numbers = [`(${numbers[0]})`]; // −(0.7) = −0.7, where −0.7 = −0.7 would say nothing
    const withNumbers = this.expression(node, numbers, values),
      result = show(values[i]),
      key = node.op === "total" && names.length === 1 ? "know.total.one" : `know.${node.op}`;
    const sentence = this.say(key in this.words ? key : "know.other", {
      name: node.name,
      a: names[0],
      b: names[1] ?? "",
      count: names.length,
      computation: equal(withNumbers, result),
      names: names.join(this.words.list),
      operation: node.op,
    });
    return {name: node.name, formula: equal(this.expression(node, inFormula, values), withNumbers), result, sentence};
  }

  product(step, values) {
    const node = this.graph.nodes[step.node];
    const [w, x] = node.operands.slice(2 * step.group, 2 * step.group + 2);
    const [a, b] = [this.nameOf(w, values), this.nameOf(x, values)];
    const numbers = fill("{w} × {x}", ["w", "x"], [show(values[w]), show(values[x])]);
    const result = show(values[w] * values[x]);
    return {
      name: node.name,
      formula: `${a} × ${b} = ${numbers}`,
      result,
      sentence: this.say("know.product", {a, b, numbers, result}),
    };
  }

  neuron(card, values) {
    const {node} = card,
      result = show(values[card.output]);
    const total = sumInside(this.graph, card),
      sum = this.graph.nodes[total];
    const count = (sum.operands.length - 1) / (sum.op === "total" ? 1 : 2);
    const {symbol} = node.operation,
      one = count === 1 ? ".one" : "";
    if (total === card.output) {
      const sentence = this.say(`know.neuron.linear${one}`, {name: node.name, count, result});
      return {name: node.name, formula: "Σ w·x + b", result, sentence};
    }
    const numbers = `${symbol}(${show(values[total])})`;
    const sentence = this.say(`know.neuron${one}`, {name: node.name, count, numbers, result});
    return {name: node.name, formula: `${symbol}(Σ w·x + b) = ${numbers}`, result, sentence};
  }

  seed(node) {
    return {name: node.name, formula: "", result: show(1), sentence: this.say("seed", {name: node.name})};
  }

  // Upstream gradient, local derivative, share, and the gradient of the operand after it.
  numbersOf(step, numbers, after) {
    if (step.kind === "edge") {
      const {local, share} = numbers.carried[step.edge.i];
      return [numbers.gradients[step.card.output], local, share, after];
    }
    const upstream = numbers.gradients[step.node],
      local = numbers.locals[step.node][step.position];
    return [upstream, local, upstream * local, after];
  }

  share(step, numbers, after) {
    const node = this.graph.nodes[step.node],
      operand = this.graph.nodes[node.operands[step.position]];
    const told = this.handedOn({node}, {node: operand}, this.numbersOf(step, numbers, after));
    const sentence = `${this.slope(step.node, step.position, numbers)}\n${told.sentence}`;
    return {...told, sentence: this.withRemark(sentence, step.node, numbers)};
  }

  shareOfCard(step, numbers, after) {
    const {card, edge} = step;
    const told = this.handedOn(card, edge.operand, this.numbersOf(step, numbers, after));
    return {...told, sentence: this.withRemark(told.sentence, card.output, numbers)};
  }

  handedOn(giver, operand, numbers) {
    const [upstream, local, share, after] = numbers.map((number) => show(number));
    const name = operand.node.name;
    return {
      name: `${giver.node.name} → ${name}`,
      formula: `${upstream} × ${bracketed(local)} = ${share}`,
      result: after,
      sentence: this.say("share", {operand: name, upstream, local, share, after}),
    };
  }

  withRemark(sentence, i, numbers) {
    const remark = remarkOn(this.graph, numbers, i),
      {name} = this.graph.nodes[i];
    return remark ? sentence + this.words.gap + format(this.words[`status.${remark}`], {name}) : sentence;
  }

  keep(card, numbers) {
    const shares = sharesKept(this.graph, card, numbers),
      list = (parameters) => parameters.map((i) => show(shares.get(i))).join(", ");
    const kept = [
      ["dW", card.weights],
      ["db", card.biases],
    ].filter(([, parameters]) => parameters.length);
    const formula = kept.map(([name, parameters]) => `${name} = ${list(parameters)}`).join(", ");
    const {name} = card.node;
    return {
      name: this.say("name.keeps", {name}),
      formula,
      result: "",
      sentence: `${this.say("keep", {name})}\n${formula}`,
    };
  }

  change(i, numbers) {
    const [before, gradient, rate, after] = [
      numbers.values[i],
      numbers.gradients[i],
      numbers.learningRate,
      numbers.changed.get(i),
    ].map((number) => show(number));
    const {name} = this.graph.nodes[i],
      moves = numbers.changed.get(i) !== numbers.values[i];
    const sentence = this.say(moves ? "change" : "change.none", {
      name,
      before,
      learning_rate: rate,
      gradient: moves ? bracketed(gradient) : gradient,
      after,
    });
    return {name, formula: `${before} − ${rate} × ${bracketed(gradient)}`, result: after, sentence};
  }

  changes({card, parameters}, numbers) {
    const move = (i) => abs(numbers.changed.get(i) - numbers.values[i]);
    const furthest = parameters.reduce((best, i) => (move(i) > move(best) ? i : best));
    const told = this.change(furthest, numbers),
      name = card.node.shownLabel || card.node.name;
    const parameter = told.name.startsWith(`${name}.`) ? told.name.slice(name.length + 1) : told.name;
    const parts = {name, parameter, formula: told.formula, after: told.result};
    return {
      name: `${name} (${parameters.length})`,
      formula: `${parameter}: ${told.formula} …`,
      result: told.result,
      sentence: this.say(move(furthest) ? "change.neuron" : "change.neuron.none", parts),
    };
  }

  outcome({before, predicted, isImpossible, after, again}) {
    const {label, name: output} = this.graph.nodes[this.graph.loss],
      isLoss = ["", "loss"].includes(label);
    const shown = (text) => typeset(text, this.language);
    const parts = {
      name: isLoss ? this.words["outcome.loss"] : output,
      end: isLoss ? this.words["end.loss"] : output,
      before: show(before),
      predicted: show(predicted),
      after: show(after),
    };
    if (again.missing >= 0) return shown(this.say("outcome.none", {...parts, problem: this.missing(again)}));
    const sentence = shown(this.say(isImpossible ? "outcome.below_zero" : "outcome", parts));
    const rises = after > before && parts.after !== parts.before;
    // Off by more than a tenth of the move that was predicted: a student wants to know why.
    const misses = abs(after - predicted) > abs(predicted - before) / 10 && parts.after !== parts.predicted;
    if (rises) return `${sentence}\n${this.say("outcome.rose", parts)}`;
    return misses && !isImpossible ? `${sentence}\n${this.say("outcome.curve", parts)}` : sentence;
  }

  missing({missing, numbers}) {
    const {op} = this.graph.nodes[missing],
      operation = this.words[`op.${op}`] ?? op;
    const told = numbers.map((number) => show(number)).join(this.words.list);
    return typeset(
      this.say(isTooLarge(op, numbers) ? "missing.large" : "missing", {operation, numbers: told}),
      this.language,
    );
  }
}

// The share of each weight and bias that is folded into a card: dW and db.
function sharesKept(graph, card, {gradients, locals}) {
  const shares = new Map();
  for (const node of card.inside) {
    graph.nodes[node].operands.forEach((operand, position) => {
      if (card.parameters.includes(operand))
        shares.set(operand, (shares.get(operand) ?? 0) + gradients[node] * locals[node][position]);
    });
  }
  return shares;
}
