// A neuron, or a sum of products, that is opened: its products and its sum, as a table.

import {sumInside} from "../core/cycle.js";
import {addsOnlyProducts, SUM_OF_PRODUCTS} from "../core/naming.js";
import {show, signOf} from "../core/numerals.js";
import {byId, closeButton, createWatch, make, mark, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/graph.js").Graph} Graph */

/**
 * What a cell holds: the value of a node, the number that it has after Change, its gradient, a product of a weighted sum
 * (by its place in it), or the share that a node hands to the operand at a position.
 * @typedef {object} Content
 * @property {"value" | "new" | "grad" | "product" | "share"} kind
 * @property {number} node
 * @property {number} [group]
 * @property {number} [position]
 */


/** @param {App} app */
export function createNeuron(app) {
  const panel = byId("inside"),
    isNewTable = createWatch();
  /** @type {{element: HTMLElement, what: Content}[]} */
  let cells = []; // each with what is to be written into it

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showNeuron(state, derived) {
    const card = derived.graph.cards[state.opened ?? -1];
    panel.hidden = !card;
    if (isNewTable(card, derived.steps, derived.words)) fill(card, derived);
    for (const {element, what} of cells) {
      const {text, sign, isNow} = contentOf(what, derived);
      write(element, text);
      const kinds = ["number", sign !== undefined && `grad ${sign}`, what.kind === "new" && "new", isNow && "now"];
      mark(element, kinds.filter(Boolean).join(" "));
      if (isNow) element.scrollIntoView({block: "nearest", inline: "nearest"});
    }
  }

  /**
   * @param {Card} card
   * @param {Derived} derived
   */
  function fill(card, derived) {
    cells = [];
    if (!card) return panel.replaceChildren();
    const {words, steps, closedSteps} = derived,
      ofNeuron = [words.say("inside.weight"), words.say("reach.kind.input"), "dW, db", "dx", words.say("part.after")],
      ofProducts = ["", "", words.say("part.share"), words.say("part.share"), ""],
      [w, x, dW, dx, after] = card.isNeuron ? ofNeuron : ofProducts,
      names = [w, words.word("value"), x, words.word("value"), "", words.word("op.*"), dW, dx, after];
    const close = closeButton(words, () => app.dispatch({type: "closeNeuron"})),
      count = words.say("inside.steps", {count: steps.length, closed: closedSteps.length}),
      heading = make("tr", {}, ...names.map((name) => make("th", {scope: "col"}, name)));
    panel.replaceChildren(
      make("h2", {}, make("span", {}, `${card.node.name} `, make("small", {class: "hint"}, count)), close),
      make("table", {}, make("thead", {}, heading), make("tbody", {}, ...rowsOfNeuron(card, derived))),
    );
    panel.setAttribute("aria-label", card.node.name);
  }

  /**
   * The rows of its terms, then of its sum and its activation.
   * @param {Card} card
   * @param {Derived} derived
   */
  function rowsOfNeuron(card, derived) {
    const {graph, words} = derived,
      total = sumInside(graph, card),
      {op, operands} = graph.nodes[total];
    const terms = op === "total" ? operands.map((_, k) => spelledOut(total, k)) : weighted(total);
    const outputs = card.inside.filter((i) => i >= total);
    return [...terms, ...outputs.map((i) => outputRow(i, i === total))];

    /** @param {number} sum */
    function weighted(sum) {
      const last = operands.length - 1,
        found = [];
      for (let k = 0; k < last; k += 2) {
        /** @type {Content} */
        const product = {kind: "product", node: sum, group: k / 2};
        found.push(termRow(operands[k], operands[k + 1], product, [sum, k], [sum, k + 1]));
      }
      if (addsOnlyProducts(graph.nodes[sum], graph.nodes)) return found;
      return [...found, termRow(operands[last], null, {kind: "value", node: operands[last]}, [sum, last], null)];
    }

    /**
     * @param {number} sum
     * @param {number} position
     */
    function spelledOut(sum, position) {
      const operand = operands[position],
        {op: own, operands: factors} = graph.nodes[operand];
      /** @type {Content} */
      const value = {kind: "value", node: operand};
      if (own !== "*" || !card.inside.includes(operand)) return termRow(operand, null, value, [sum, position], null);
      return termRow(factors[0], factors[1], value, [operand, 0], [operand, 1]);
    }

    /**
     * The row of a weight: its number, its input, their product, and what is handed to both.
     * @param {number} weight
     * @param {number | null} input
     * @param {Content} product
     * @param {[number, number]} dW
     * @param {[number, number] | null} dx
     */
    function termRow(weight, input, product, dW, dx) {
      const given =
        input === null
          ? [quietCell(""), quietCell(""), quietCell("")]
          : [quietCell(`× ${nameOfInput(input)}`), cell("number", {kind: "value", node: input}), quietCell("=")];
      const share = (/** @type {[number, number]} */ [node, position]) => cell("number grad", {kind: "share", node, position});
      return make(
        "tr",
        {},
        make("th", {scope: "row"}, shortName(graph, weight, card)),
        cell("number", {kind: "value", node: weight}),
        ...given,
        cell("number", product),
        named(share(dW), card.isNeuron ? (input === null ? "db" : "dW") : words.say("part.share")),
        dx ? named(share(dx), card.isNeuron ? "dx" : words.say("part.share")) : quietCell(""),
        named(cell("number", {kind: "new", node: weight}), words.say("part.after")),
      );
    }

    /**
     * @param {number} i
     * @param {boolean} isTotal
     */
    function outputRow(i, isTotal) {
      const isProducts = addsOnlyProducts(graph.nodes[i], graph.nodes),
        sum = isProducts ? SUM_OF_PRODUCTS : "Σ w·x + b",
        name = isTotal ? sum : (graph.nodes[i].operation?.symbol ?? "");
      return make(
        "tr",
        {class: "total"},
        make("th", {scope: "row", colspan: "5"}, name),
        cell("number", {kind: "value", node: i}),
        named(cell("number grad", {kind: "grad", node: i}), words.word("grad")),
        quietCell(""),
        quietCell(""),
      );
    }

    /** @param {number} i */
    function nameOfInput(i) {
      return derived.sentences.nameOf(i, derived.numbers.values);
    }
  }

  /**
   * @param {string} kinds
   * @param {Content} what
   */
  function cell(kinds, what) {
    const element = make("td", {class: kinds});
    cells.push({element, what});
    return element;
  }

  return {show: showNeuron};
}

/** @param {string} text */
function quietCell(text) {
  return make("td", {class: "quiet"}, text);
}

/**
 * Where the table has no room for columns, as on a phone, a cell says itself what it is.
 * @param {HTMLElement} element
 * @param {string} name
 */
function named(element, name) {
  element.dataset.name = name;
  return element;
}

/**
 * What a parameter is called beside its neuron: w1 instead of layer1.neuron1.w1.
 * @param {Graph} graph
 * @param {number} i
 * @param {Card} card
 */
export function shortName({nodes}, i, card) {
  const {name} = nodes[i],
    start = `${card.node.shownLabel}.`;
  return name.startsWith(start) ? name.slice(start.length) : name;
}

/**
 * The text of a cell at a step, its sign where it is a gradient, and whether it is this step's.
 * @param {Content} content
 * @param {Derived} derived
 * @returns {{text: string, sign?: string, isNow: boolean}}
 */
function contentOf({kind, node, group = 0, position = 0}, {known, numbers, graph, words}) {
  const {current} = known,
    written = (/** @type {number | undefined} */ number) => (number === undefined ? "" : words.typeset(show(number)));
  const isStepHere = (/** @type {string} */ kindOfStep) => current?.kind === kindOfStep && current.node === node;
  switch (kind) {
    case "value":
      return {text: written(known.values.get(node)), isNow: isStepHere("value")};
    case "new":
      return {text: written(known.changed.get(node)), isNow: isStepHere("change")};
    case "product": {
      const isKnown = known.products.has(`${node}.${group}`) || known.values.has(node),
        [w, x] = graph.nodes[node].operands.slice(2 * group, 2 * group + 2);
      const text = isKnown ? written(numbers.values[w] * numbers.values[x]) : "";
      return {text, isNow: isStepHere("product") && current?.group === group};
    }
    case "grad": {
      const gradient = known.gradients.get(node),
        taker = current?.kind === "share" ? graph.nodes[current.node].operands[current.position] : -1;
      return {text: written(gradient), sign: signOf(gradient ?? 0), isNow: taker === node};
    }
    default: {
      if (!known.handed.has(`${node}.${position}`)) return {text: "", sign: "zero", isNow: false};
      const share = numbers.gradients[node] * numbers.locals[node][position];
      return {text: written(share), sign: signOf(share), isNow: isStepHere("share") && current?.position === position};
    }
  }
}
