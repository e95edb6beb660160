// The worksheet: printing the page gives a sheet with blanks, and one with the answers.

import {powersOfTen, show} from "../core/numerals.js";
import {byId, make, mark, writeNumber} from "./dom.js";
import {shortName} from "./neuron.js";
import {createScene} from "./scene.js";

const MAX_WEIGHTS = 60,
  MAX_CHANGES = 8;
const BLANK = "________",
  SHORT_BLANK = "_______"; // beside an edge

export function createWorksheet(app) {
  addEventListener("beforeprint", () => {
    const {state, derived} = app,
      {words} = derived,
      name = derived.title || "microgrid",
      count = state.cycle - 1; // after training, the numbers are no longer those that the page began with
    const title = count ? words.say(count === 1 ? "sheet.after.one" : "sheet.after", {title: name, count}) : name;
    byId("sheets").replaceChildren(
      sheetOf(words.say("sheet", {title}), false, derived),
      sheetOf(words.say("sheet.answers", {title}), true, derived),
    );
  });
  return {show() {}};
}

function sheetOf(title, isAnswer, derived) {
  const {words, graph, numbers} = derived,
    rate = show(numbers.learningRate ?? graph.learningRate),
    pupil = isAnswer ? [] : [make("p", {class: "pupil"}, `${words.say("sheet.name")} ………………………………`)],
    tasks = ["sheet.know", "sheet.think", "sheet.change"].map((key) => make("li", {}, words.say(key, {rate})));
  return make(
    "section",
    {class: "sheet"},
    make("h2", {}, title),
    ...pupil,
    make("ol", {}, ...tasks),
    pictureOf(isAnswer, derived),
    make("p", {class: "changes"}, ...weightsOf(derived)),
    make("p", {class: "changes"}, ...changesOf(isAnswer, derived)),
  );
}

/** The graph with blanks, or with the answers. */
function pictureOf(isAnswer, {graph, layout, words, numbers}) {
  const {svg, cards, edges} = createScene(graph, layout, words),
    isMissing = numbers.missing >= 0;
  for (const [{node, output}, {value, grad}] of cards) {
    const isBlank = node.kind === "computed" && !isAnswer;
    writeNumber(value, isBlank ? BLANK : powersOfTen(show(numbers.values[output] ?? NaN)));
    writeNumber(grad, isAnswer && !isMissing ? powersOfTen(show(numbers.gradients[output])) : BLANK);
  }
  for (const [{i}, {group, line, local, share, kinds}] of edges) {
    line.setAttribute("stroke-width", "1");
    if (!local) continue;
    const carried = isMissing ? {local: NaN, share: NaN} : numbers.carried[i];
    mark(group, `${kinds} handed`);
    writeNumber(local, powersOfTen(isAnswer ? `×${show(carried.local)}` : `×${SHORT_BLANK}`));
    writeNumber(share, powersOfTen(isAnswer ? show(carried.share) : SHORT_BLANK));
  }
  for (const element of svg.querySelectorAll("[id]")) element.removeAttribute("id"); // they are in the page already
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  return svg;
}

/** The weights of neurons are folded into their cards, but are needed to compute by hand. */
function weightsOf({graph, numbers}) {
  if (graph.parameters.length > MAX_WEIGHTS) return [];
  const neurons = new Map(graph.cards.filter((card) => card.isNeuron).map((card) => [card.parameters.join(), card]));
  return [...neurons.values()].map((card) => {
    const list = card.parameters.map((i) => `${shortName(graph, i, card)} = ${powersOfTen(show(numbers.values[i]))}`);
    return make("span", {class: "number"}, `${card.node.shownLabel || card.node.name}: ${list.join(", ")}`);
  });
}

function changesOf(isAnswer, {graph, numbers, sentences, words}) {
  if (numbers.missing >= 0) return [];
  const listed = inOrderOfCards(graph).slice(0, MAX_CHANGES),
    left = graph.parameters.length - listed.length;
  const changes = listed.map((i) => make("span", {class: "number"}, changeOnPaper(i, isAnswer, graph, numbers, sentences)));
  if (left > 0) changes.push(make("span", {class: "more"}, words.say("sheet.more", {count: left})));
  return changes;
}

/** The parameters as one meets them from left to right, those of a neuron together. */
function inOrderOfCards(graph) {
  const changing = new Set(graph.parameters),
    met = new Set(graph.cards.flatMap(({parameters, output}) => [...parameters, output]));
  return [...met].filter((i) => changing.has(i));
}

function changeOnPaper(i, isAnswer, graph, numbers, sentences) {
  if (isAnswer) {
    const {name, formula, result} = sentences.change(i, numbers);
    return powersOfTen(`${name}: ${formula} = ${result}`);
  }
  const [before, rate] = [numbers.values[i], numbers.learningRate].map((number) => powersOfTen(show(number)));
  return `${graph.nodes[i].name}: ${before} − ${rate} × ${BLANK} = ${BLANK}`;
}
