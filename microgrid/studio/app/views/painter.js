// Paints what is known at a step on the cards and edges of the graph; only what has changed is written.

import {roomsForNumbers} from "../core/edge_numbers.js";
import {showApart, signOf} from "../core/numerals.js";
import {targetOf} from "../core/steps.js";
import {memoised} from "../derive/memoised.js";
import {kindsInWords, statusOfCard} from "./described.js";
import {asOnCard, mark, setAttribute, write, writeNumber} from "./dom.js";
import {shownNumber} from "./shown_number.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {import("../core/graph.js").Edge} Edge */
/** @typedef {import("../core/cycle.js").Numbers} Numbers */
/** @typedef {import("./scene.js").DrawnCard} DrawnCard */
/** @typedef {import("./scene.js").DrawnEdge} DrawnEdge */

const CHARACTER_PX = 7.83; // of a number on a card
const MIN_LINE_PX = 0.8,
  LINE_RANGE_PX = 3;

/**
 * Writes numbers, marks and labels on all cards and edges.
 * @param {{cards: Map<object, DrawnCard>, edges: Map<object, DrawnEdge>}} scene
 * @param {State} state
 * @param {Derived} derived
 */
export function paint(scene, state, derived) {
  for (const card of derived.graph.cards) paintCard(/** @type {DrawnCard} */ (scene.cards.get(card)), card, state, derived);
  for (const edge of derived.graph.edges) paintEdge(/** @type {DrawnEdge} */ (scene.edges.get(edge)), edge, derived);
}

/**
 * @param {DrawnCard} drawn
 * @param {Card} card
 * @param {State} state
 * @param {Derived} derived
 */
function paintCard(drawn, card, state, derived) {
  const {known, numbers, graph, words, asking, sentences, layout} = derived,
    {output, node} = card;
  const value = known.values.get(output),
    gradient = known.gradients.get(output),
    isAsked = asking?.card === card.i,
    changed = known.changed.get(output),
    isChanged = changed !== undefined,
    isOld = known.current?.phase === "change" && Boolean(node.op);
  if (isChanged) write(drawn.value, changeOnCard(drawn, numbers.values[output], changed, derived));
  else writeNumber(drawn.value, value === undefined ? "" : words.typeset(shownNumber(value)));
  write(drawn.word, isChanged ? "" : isOld ? words.say("part.before") : words.word("value"));
  if (drawn.grad) {
    writeNumber(drawn.grad, gradient === undefined ? (isAsked ? "?" : "") : words.typeset(shownNumber(gradient)));
    mark(drawn.grad, `grad ${signOf(gradient ?? 0)}`);
  }
  const status = statusOfCard(card, derived);
  if (node.op) {
    const symbol = node.op === "**" && drawn.plain ? sentences.symbolOf(node, numbers.values) : drawn.plain;
    write(drawn.symbol, layout.compact && status ? words.say(`${status}.short`) : symbol);
  }
  write(drawn.status, status ? words.say(status) : "");
  mark(drawn.group, kindsOfCard(drawn, card, state, derived, {isAsked, isOld, isChanged, status}));
  const facts = [
    node.kind === "constant" ? "" : node.name,
    kindsInWords(graph, words)[card.i],
    value === undefined ? "" : `${isOld ? words.say("part.before") : words.word("value")} ${shownNumber(value)}`,
    isChanged ? `${words.say("part.after")} ${shownNumber(changed)}` : "",
    gradient === undefined ? "" : `${words.word("grad")} ${shownNumber(gradient)}`,
    status && words.say(status),
  ];
  setAttribute(drawn.group, "aria-label", facts.filter(Boolean).join(", "));
  if (card.opens) setAttribute(drawn.group, "aria-expanded", `${state.opened === card.i}`);
  else setAttribute(drawn.group, "aria-pressed", `${state.selected === card.i}`);
}

/**
 * @param {DrawnCard} drawn
 * @param {Card} card
 * @param {State} state
 * @param {Derived} derived
 * @param {{isAsked: boolean, isOld: boolean, isChanged: boolean, status: string}} part
 */
function kindsOfCard(drawn, card, state, {known: {current}, lit}, {isAsked, isOld, isChanged, status}) {
  const kinds = [drawn.kinds];
  if (isAsked) kinds.push("current", "think");
  else if (current?.card === card) kinds.push("current", current.phase);
  if (current?.phase === "think" && targetOf(current) === card) kinds.push("target");
  if (status) kinds.push("has-status");
  if (isOld) kinds.push("old");
  if (isChanged) kinds.push("changed");
  if (state.selected === card.i) kinds.push("selected");
  if (lit && !lit.cards.has(card)) kinds.push("faint");
  return kinds.join(" ");
}

/**
 * The old number of a leaf and its new one, as far as its card has room for both.
 * @param {DrawnCard} drawn
 * @param {number} before
 * @param {number} after
 * @param {Derived} derived
 */
export function changeOnCard(drawn, before, after, {words, layout}) {
  const [old, changed] = showApart(before, after).map((text) => asOnCard(words.typeset(text))),
    text = `${old} → ${changed}`;
  if (layout.compact) return changed;
  return text.length * CHARACTER_PX <= drawn.width - 14 ? text : `→ ${changed}`;
}

/**
 * @param {DrawnEdge} drawn
 * @param {Edge} edge
 * @param {Derived} derived
 */
function paintEdge(drawn, edge, derived) {
  const {known, numbers, graph, words, lit, asking, layout} = derived,
    {current} = known,
    share = known.shares.get(edge.i);
  const kinds = [drawn.kinds];
  if (share !== undefined) kinds.push("handed", signOf(share));
  if (current?.phase === "know" && current.card === edge.result && current.kind !== "product") kinds.push("current know");
  if (current?.phase === "think" && current.edge === edge) kinds.push("current think");
  if (asking?.card === edge.operand.i) kinds.push("current think");
  if (lit) kinds.push(lit.edges.has(edge) ? "routed" : "faint");
  mark(drawn.group, kinds.join(" "));
  const largest = largestShare(graph, numbers),
    width = share !== undefined && largest ? MIN_LINE_PX + LINE_RANGE_PX * Math.min(Math.abs(share) / largest, 1) : 1;
  const widest = MIN_LINE_PX + LINE_RANGE_PX;
  setAttribute(drawn.line, "stroke-width", (Number.isFinite(width) ? width : widest).toFixed(2));
  const carried = share === undefined ? null : {local: numbers.carried[edge.i].local, share};
  writeOnEdge(drawn, edge, carried, layout, styleOf(layout.compact, words));
  mark(drawn.share, `share ${signOf(share ?? 0)}`);
}

const roomsOf = memoised(roomsForNumbers);
const styleOf = memoised((/** @type {boolean} */ isCompact, /** @type {import("../core/words.js").Words} */ words) => ({
  isCompact,
  typeset: (/** @type {string} */ text) => asOnCard(words.typeset(text)),
}));

/**
 * Writes the numbers of an edge where it has room for them; null for none.
 * @param {DrawnEdge} drawn
 * @param {Edge} edge
 * @param {{local: number, share: number} | null} carried
 * @param {import("../core/layout.js").Layout} layout
 * @param {{isCompact: boolean, typeset: (text: string) => string}} style
 */
export function writeOnEdge(drawn, edge, carried, layout, style) {
  const {label} = layout.lines[edge.i],
    room = roomsOf(layout)[edge.i];
  if (!label || !room) return;
  const written = carried ? drawn.numbersInRoom(carried.local, carried.share, label[0], room, style) : {local: "", share: "", x: label[0]};
  for (const key of /** @type {const} */ (["local", "share"])) {
    const text = drawn[key];
    if (text) setAttribute(text, "x", `${written.x}`);
    writeNumber(text, written[key]);
  }
}

// Edges are as wide as their shares are large beside the largest; those to constants are not shown, and do not count.
const largestShare = memoised((/** @type {Graph} */ graph, /** @type {Numbers} */ numbers) => {
  if (numbers.missing >= 0) return 0;
  return graph.edges.reduce((largest, {i, operand}) => {
    const {share} = numbers.carried[i];
    return operand.node.kind === "constant" || !Number.isFinite(share) ? largest : Math.max(largest, Math.abs(share));
  }, 0);
});
