// The worksheet: printing the page gives a sheet with blanks, and one with the answers.

import {layOutGraph} from "../core/layout.js";
import {bracketed, powersOfTen, show} from "../core/numerals.js";
import {readableScale} from "../core/sizes.js";
import {asOnCard, byId, make, mark, write, writeNumber} from "./dom.js";
import {writeOnEdge} from "./painter.js";
import {shortName} from "./neuron.js";
import {createScene} from "./scene.js";
import {COLUMNS_OF_TABLE, namedFormula} from "./table.js";

/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/cycle.js").Numbers} Numbers */
/** @typedef {import("../core/sentences.js").Sentences} Sentences */
/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../app.js").App} App */

const MAX_WEIGHTS = 60,
  MAX_CHANGES = 8;
const BLANK = "________",
  SHORT_BLANK = "_______"; // beside an edge
/** @type {[number, number]} */
const PAPER_PX = [1030, 440]; // room for the graph on A4, across
const MAX_SCALE_ON_PAPER = 1.5;

/** @param {App} app */
export function createWorksheet(app) {
  addEventListener("beforeprint", () => {
    const {state, derived} = app,
      {words} = derived,
      name = derived.title || "microgrid",
      count = state.cycle - 1; // after training, the numbers are no longer those that the page began with
    const title = count ? words.say(count === 1 ? "sheet.after.one" : "sheet.after", {title: name, count}) : name;
    byId("sheets").replaceChildren(
      sheetOf(words.say("sheet", {title}), false, state, derived),
      sheetOf(words.say("sheet.answers", {title}), true, state, derived),
    );
  });
  return {show() {}};
}

/**
 * @param {string} title
 * @param {boolean} isAnswer
 * @param {State} state
 * @param {Derived} derived
 */
function sheetOf(title, isAnswer, state, derived) {
  const {words} = derived,
    rate = show(state.learningRate),
    pupil = isAnswer ? [] : [make("p", {class: "pupil"}, `${words.say("sheet.name")} ………………………………`)],
    tasks = ["sheet.know", "sheet.think", "sheet.change"].map((key) => make("li", {}, words.say(key, {rate})));
  return make(
    "section",
    {class: "sheet"},
    make("h2", {}, title),
    ...pupil,
    make("div", {class: "given"}, make("ol", {}, ...tasks), ...sourceOf(state)),
    graphOnPaper(isAnswer, state, derived),
    make("p", {class: "changes"}, ...weightsOf(derived)),
    make("p", {class: "changes"}, ...changesOf(isAnswer, derived)),
  );
}

/**
 * The text that has made the graph, if one has.
 * @param {State} state
 */
function sourceOf({document}) {
  return document.kind === "text" ? [make("pre", {}, (document.text ?? "").trim())] : [];
}

/**
 * The graph with blanks, or with the answers: as a picture laid out for the paper or, where that could not be read, as a
 * table.
 * @param {boolean} isAnswer
 * @param {State} state
 * @param {Derived} derived
 */
function graphOnPaper(isAnswer, {document}, derived) {
  const {graph, words} = derived,
    maxRowWidth = PAPER_PX[0] / readableScale({compact: false}),
    layout = layOutGraph(graph, {words, labels: document.labels, screenSize: PAPER_PX, maxRowWidth}),
    scale = Math.min(PAPER_PX[0] / layout.width, PAPER_PX[1] / layout.height, MAX_SCALE_ON_PAPER);
  return scale < readableScale(layout) ? tableOf(isAnswer, !layout.compact, derived) : pictureOf(isAnswer, layout, scale, derived);
}

/**
 * @param {boolean} isAnswer
 * @param {import("../core/layout.js").Layout} layout
 * @param {number} scale
 * @param {Derived} derived
 */
function pictureOf(isAnswer, layout, scale, {graph, words, numbers}) {
  const {svg, cards, edges} = createScene(graph, layout, words),
    isMissing = numbers.missing >= 0,
    style = {isCompact: layout.compact, typeset: (/** @type {string} */ text) => asOnCard(powersOfTen(text))};
  for (const card of graph.cards) {
    const {node, output} = card,
      drawn = cards.get(card),
      isBlank = node.kind === "computed" && !isAnswer;
    writeNumber(drawn?.value, isBlank ? BLANK : powersOfTen(show(numbers.values[output] ?? NaN)));
    writeNumber(drawn?.grad, isAnswer && !isMissing ? powersOfTen(show(numbers.gradients[output])) : BLANK);
  }
  for (const edge of graph.edges) {
    const drawn = edges.get(edge),
      carried = isMissing ? {local: NaN, share: NaN} : numbers.carried[edge.i];
    drawn?.line.setAttribute("stroke-width", "1");
    if (!drawn?.local) continue;
    mark(drawn.group, `${drawn.kinds} handed`);
    if (isAnswer) {
      writeOnEdge(drawn, edge, carried, layout, style);
      continue;
    }
    write(drawn.local, `×${SHORT_BLANK}`);
    write(drawn.share, SHORT_BLANK);
  }
  for (const element of svg.querySelectorAll("[id]")) element.removeAttribute("id"); // they are in the page already
  svg.setAttribute("width", `${Math.floor(layout.width * scale)}`);
  svg.removeAttribute("height");
  return svg;
}

/**
 * @param {boolean} isAnswer
 * @param {boolean} hasShares those of a large network would fill a book
 * @param {Derived} derived
 */
function tableOf(isAnswer, hasShares, derived) {
  const {graph, numbers, words} = derived,
    isMissing = numbers.missing >= 0,
    columns = COLUMNS_OF_TABLE.slice(0, hasShares ? 4 : 3);
  const rows = graph.cards.filter(({node}) => node.kind !== "constant").map((card) => {
    const {node, output, edges} = card,
      isKnown = isAnswer || node.kind !== "computed",
      shares = edges.filter(({operand}) => operand.node.kind !== "constant");
    const cells = [
      isKnown ? powersOfTen(show(numbers.values[output] ?? NaN)) : BLANK,
      isAnswer && !isMissing ? powersOfTen(show(numbers.gradients[output])) : BLANK,
      ...(hasShares ? [shares.map((edge) => shareOnPaper(edge, isAnswer && !isMissing, numbers)).join("\n")] : []),
    ];
    return make("tr", {}, make("th", {}, namedFormula(card, derived)), ...cells.map((text) => make("td", {}, text)));
  });
  const heads = columns.map((key) => make("th", {}, words.word(key)));
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

/**
 * @param {import("../core/graph.js").Edge} edge
 * @param {boolean} isAnswer
 * @param {Numbers} numbers
 */
function shareOnPaper({i, operand, result}, isAnswer, {gradients, carried}) {
  if (!isAnswer) return `${operand.node.name}: ${SHORT_BLANK} × ${SHORT_BLANK} = ${SHORT_BLANK}`;
  const [upstream, local, share] = [gradients[result.output], carried[i].local, carried[i].share].map((number) => show(number));
  return powersOfTen(`${operand.node.name}: ${bracketed(upstream)} × ${bracketed(local)} = ${share}`);
}

/**
 * The weights of neurons are folded into their cards, but are needed to compute by hand.
 * @param {Derived} derived
 */
function weightsOf({graph, numbers}) {
  if (graph.parameters.length > MAX_WEIGHTS) return [];
  const neurons = new Map(graph.cards.filter((card) => card.isNeuron).map((card) => [card.parameters.join(), card]));
  return [...neurons.values()].map((card) => {
    const list = card.parameters.map((i) => `${shortName(graph, i, card)} = ${powersOfTen(show(numbers.values[i]))}`);
    return make("span", {class: "number"}, `${card.node.shownLabel || card.node.name}: ${list.join(", ")}`);
  });
}

/**
 * @param {boolean} isAnswer
 * @param {Derived} derived
 */
function changesOf(isAnswer, {graph, numbers, sentences, words}) {
  if (numbers.missing >= 0) return [];
  const listed = inOrderOfCards(graph).slice(0, MAX_CHANGES),
    left = graph.parameters.length - listed.length;
  const changes = listed.map((i) => make("span", {class: "number"}, changeOnPaper(i, isAnswer, graph, numbers, sentences)));
  if (left > 0) changes.push(make("span", {class: "more"}, words.say("sheet.more", {count: left})));
  return changes;
}

/**
 * The parameters as one meets them from left to right, those of a neuron together.
 * @param {Graph} graph
 */
function inOrderOfCards(graph) {
  const changing = new Set(graph.parameters),
    met = new Set(graph.cards.flatMap(({parameters, output}) => [...parameters, output]));
  return [...met].filter((i) => changing.has(i));
}

/**
 * @param {number} i
 * @param {boolean} isAnswer
 * @param {Graph} graph
 * @param {Numbers} numbers
 * @param {Sentences} sentences
 */
function changeOnPaper(i, isAnswer, graph, numbers, sentences) {
  if (isAnswer) {
    const {name, formula, result} = sentences.change(i, numbers);
    return powersOfTen(`${name}: ${formula} = ${result}`);
  }
  const [before, rate] = [numbers.values[i], numbers.learningRate].map((number) => powersOfTen(show(number)));
  return `${graph.nodes[i].name}: ${before} − ${rate} × ${BLANK} = ${BLANK}`;
}
