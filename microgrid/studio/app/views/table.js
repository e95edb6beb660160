// The graph as a table, the text alternative of its drawing: what each card is, its numbers, and what it hands on. Who
// never opens it does not pay for it.

import {bracketed, show} from "../core/numerals.js";
import {equalsOfProduct} from "../core/rounding.js";
import {equal} from "../core/sentences.js";
import {kindsInWords, statusOfCard} from "./described.js";
import {byId, createWatch, make, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {{row: HTMLElement, kind: Element, value: Element, gradient: Element, shares: Element}} Row */

export const COLUMNS_OF_TABLE = ["page.table.name", "value", "page.part.gradient", "page.reach.shares"];

/** @param {import("../app.js").App} app */
export function createTable(app) {
  const details = /** @type {HTMLDetailsElement} */ (byId("table")),
    room = byId("table-room"),
    caption = make("caption"),
    isNewTable = createWatch();
  /** @type {{card: Card, drawn: Row}[]} */
  let rows = [];

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTable(state, derived) {
    details.open = state.isTableOpen;
    if (!state.isTableOpen) return;
    if (isNewTable(derived.graph, derived.words)) build(derived);
    write(caption, derived.place);
    for (const {card, drawn} of rows) fill(drawn, card, derived);
  }

  /** @param {Derived} derived */
  function build({graph, words}) {
    const heads = COLUMNS_OF_TABLE.map((key) => make("th", {scope: "col"}, words.word(key)));
    rows = graph.cards.filter(({node}) => node.kind !== "constant").map((card) => ({card, drawn: rowOf()}));
    setAttribute(room, "aria-label", words.say("reach.table"));
    room.replaceChildren(
      make("table", {}, caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows.map(({drawn}) => drawn.row))),
    );
  }

  // Not by the event "toggle": it comes later than the click, and a step between the two would close the table again.
  details.querySelector("summary")?.addEventListener("click", (event) => {
    event.preventDefault();
    app.dispatch({type: "openTable", isOpen: !app.state.isTableOpen});
  });
  return {show: showTable};
}

/** @returns {Row} */
function rowOf() {
  const [value, gradient] = [make("td", {class: "number"}), make("td", {class: "number"})],
    shares = make("td", {class: "number shares"}),
    kind = make("small"),
    row = make("tr", {}, make("th", {scope: "row"}, make("span"), kind), value, gradient, shares);
  return {row, kind, value, gradient, shares};
}

/**
 * @param {Row} drawn
 * @param {Card} card
 * @param {Derived} derived
 */
function fill({row, kind, value, gradient, shares}, card, derived) {
  const {graph, known, words} = derived,
    {output} = card,
    status = statusOfCard(card, derived);
  const written = (/** @type {number | undefined} */ number) => (number === undefined ? "" : words.typeset(show(number)));
  write(row.querySelector("span"), namedFormula(card, derived));
  write(kind, words.listed([kindsInWords(graph, words)[card.i], status && words.say(status)].filter(Boolean)));
  const changed = written(known.changed.get(output));
  write(value, changed ? `${written(known.values.get(output))} → ${changed}` : written(known.values.get(output)));
  write(gradient, written(known.gradients.get(output)));
  write(shares, sharesOf(card, derived).join("\n"));
  setAttribute(row, "aria-current", known.current?.card === card ? "step" : null);
}

/**
 * The name of a card and what it computes; one without a name is called by what it computes.
 * @param {Card} card
 * @param {Derived} derived
 */
export function namedFormula({node, isNeuron, inside}, {numbers, sentences}) {
  if (!node.op || (isNeuron && inside.length > 1)) return node.name;
  const names = node.operands.map((_, position) => sentences.nameIn(node, position, numbers.values)),
    formula = sentences.expression(node, names, numbers.values);
  return node.label ? equal(node.name, formula) : formula;
}

/**
 * What a card has handed on: to each operand, upstream gradient × local derivative = share.
 * @param {Card} card
 * @param {Derived} derived
 */
function sharesOf({output, edges}, {known, numbers, words}) {
  return edges
    .filter(({i}) => known.shares.has(i))
    .map(({i, operand}) => {
      const upstream = numbers.gradients[output],
        {local, share} = numbers.carried[i];
      const text = words.typeset(`${bracketed(show(upstream))} × ${bracketed(show(local))}${equalsOfProduct(upstream, local, share)}${show(share)}`);
      return words.say("reach.share", {name: operand.node.name, share: text});
    });
}
