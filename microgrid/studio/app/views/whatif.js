// What if: leaves to change, by a slider, by typing, or by +0.01 to see what its gradient predicts.

import {columnsOf, readNumber, show, showSigned} from "../core/numerals.js";
import {kindsInWords} from "./described.js";
import {byId, createWatch, make, mark, refill, refuse, setAttribute, write} from "./dom.js";
import {waitForFinger} from "./sliding.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/words.js").Words} Words */

/**
 * The row of a leaf.
 * @typedef {{leaf: number, element: HTMLElement, slider: HTMLInputElement, field: HTMLInputElement, refused: HTMLElement, isMoved: boolean}} Row
 */

const MAX_SLIDERS = 12, // of a graph whose leaves are all listed
  MAX_LISTED = 60;
const KINDS_IN_ORDER = ["parameter", "input", "constant"];
const LEAF_DIGITS = 6;
const MAX_SLIDER = 1e300; // no slider reaches further
const MAX_NAME_COLUMNS = 7; // of a name beside its slider

/** @param {App} app */
export function createWhatIf(app) {
  const panel = byId("whatif"),
    isNewList = createWatch(),
    isNewNumbers = createWatch();
  const result = make("p", {class: "told"});
  /** @type {Row[]} */
  let rows = [];
  let isStale = true; // whether what was typed is to be dropped, as after a reset

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showWhatIf(state, derived, previous) {
    if (state.tab !== "whatif") return;
    const leaves = leavesToMove(state, derived),
      isReset = state.leaves === derived.startLeaves && previous?.leaves !== state.leaves;
    if (isNewList(derived.graph, derived.words, leaves.join()) || isReset || isStale) build(leaves, derived);
    if (isNewNumbers(rows, state.leaves)) {
      for (const row of rows) showRow(row, state.leaves.get(row.leaf) ?? NaN, derived.startLeaves.get(row.leaf) ?? NaN);
    }
    write(result, textOfWhatIf(state, derived, rows.length));
    mark(result, state.nudged ? "told" : "told hint");
  }

  /**
   * @param {number[]} leaves
   * @param {Derived} derived
   */
  function build(leaves, derived) {
    isStale = false;
    rows = leaves.map((leaf) => rowOf(leaf, derived));
    const reset = make("button", {class: "reset", onclick: resetAll}, derived.words.say("reset"));
    refill(panel, result, ...rows.map(({element}) => element), reset);
  }

  function resetAll() {
    isStale = true;
    app.dispatch({type: "reset"});
  }

  /**
   * @param {number} leaf
   * @param {Derived} derived
   * @returns {Row}
   */
  function rowOf(leaf, {graph, words, startLeaves}) {
    const {kind, name: label} = graph.nodes[leaf],
      name = kind === "constant" ? show(startLeaves.get(leaf) ?? NaN) : label, // a constant is called by its number
      card = kind === "constant" && graph.cards.find(({output}) => output === leaf),
      fullName = card ? words.listed([name, kindsInWords(graph, words)[card.i]]) : name; // several may have one number
    const parts = partsOfRow(leaf, fullName, words),
      {slider, field, refused} = parts;
    const button = make(
      "button",
      {"aria-label": `${name}: ${words.say("try.button")}`, title: words.say("try"), onclick: () => nudge(leaf)},
      words.say("try.button"),
    );
    const element = make(
      "div",
      {class: `leaf ${kind}${columnsOf(name) > MAX_NAME_COLUMNS ? " long" : ""}`},
      make("span", {class: "leaf-name", title: fullName}, name),
      slider,
      field,
      ...(kind === "constant" ? [] : [button]),
      refused,
    );
    const row = {leaf, element, ...parts, isMoved: false};
    listenTo(row, words);
    return row;
  }

  /**
   * @param {Row} row
   * @param {Words} words
   */
  function listenTo(row, words) {
    const {leaf, slider, field, refused} = row;
    const change = (/** @type {number} */ value) => {
      const why = Number.isFinite(value) ? "" : words.say("quiz.why.number");
      refuse(field, refused, why);
      if (why) app.announce(why);
      else app.dispatch({type: "setLeaf", leaf, value});
    };
    waitForFinger(slider);
    slider.addEventListener("input", () => {
      row.isMoved = true;
      change(Number(slider.value));
      row.isMoved = false;
    });
    slider.addEventListener("change", () => app.dispatch({type: "settle"}));
    field.addEventListener("change", () => change(readNumber(field.value)));
    field.addEventListener("input", () => {
      if (Number.isFinite(readNumber(field.value))) refuse(field, refused, "");
    });
  }

  /** @param {number} leaf */
  function nudge(leaf) {
    app.dispatch({type: "tryNudge", leaf});
    if (app.state.nudged) app.announce(result.textContent ?? "");
  }

  return {show: showWhatIf};
}

/**
 * Makes what changes a leaf, and the place where it is said why a number is refused.
 * @param {number} leaf
 * @param {string} name
 * @param {Words} words
 */
function partsOfRow(leaf, name, words) {
  const slider = make("input", {type: "range", step: "any", "aria-label": name}),
    refused = make("p", {class: "refused", id: `refused-${leaf}`});
  const field = make("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `${name}: ${words.word("value")}`,
  });
  return {slider, field, refused};
}

/**
 * @param {Row} row
 * @param {number} value
 * @param {number} start
 */
function showRow({slider, field, refused, isMoved}, value, start) {
  const span = Math.max(1, 2 * Math.abs(start), Math.abs(value - start)),
    isHeld = isMoved || document.activeElement === slider, // its range stays then, or it would move by itself
    isWithin = Number(slider.min) <= value && value <= Number(slider.max);
  slider.disabled = !(span < MAX_SLIDER);
  if (!slider.disabled && !(isHeld && isWithin)) Object.assign(slider, {min: start - span, max: start + span, step: span / 100});
  if (!slider.disabled) slider.value = `${value}`;
  setAttribute(slider, "aria-valuetext", show(value, LEAF_DIGITS));
  if (document.activeElement === field) return;
  field.value = show(value, LEAF_DIGITS);
  if (refused.textContent) refuse(field, refused, ""); // as when the change before is undone
}

/**
 * Lists the leaves that get a slider: all of a small graph; of a large one those selected or opened come first.
 * @param {State} state
 * @param {Derived} derived
 */
function leavesToMove(state, {graph, startLeaves}) {
  const placeOf = (/** @type {number} */ leaf) => KINDS_IN_ORDER.indexOf(graph.nodes[leaf].kind),
    leaves = [...startLeaves.keys()].sort((a, b) => placeOf(a) - placeOf(b) || a - b);
  if (leaves.length <= MAX_SLIDERS) return leaves;
  const onCards = new Set(graph.cards.filter(({node}) => !node.op).map(({output}) => output)),
    selected = graph.cards[state.selected ?? -1],
    chosen = selected && !selected.node.op ? [selected.output] : [],
    opened = graph.cards[state.opened ?? -1]?.parameters ?? [];
  return [...new Set([...chosen, ...opened, ...leaves.filter((leaf) => onCards.has(leaf))])].slice(0, MAX_LISTED);
}

/**
 * The text above the sliders: what +0.01 has changed or, before, what they do and where the other leaves are.
 * @param {State} state
 * @param {Derived} derived
 * @param {number} listed
 */
function textOfWhatIf(state, {graph, words, sentences, endName, awaitsThink, startLeaves}, listed) {
  const {nudged} = state;
  if (nudged?.missing) return sentences.missing(nudged.missing);
  if (nudged) {
    return words.say(nudged.isEarly ? "try.early" : "try.result", {
      name: graph.nodes[nudged.leaf].name,
      gradient: show(nudged.gradient),
      predicted: showSigned(nudged.predicted),
      actual: showSigned(nudged.actual),
      end: endName,
    });
  }
  const left = startLeaves.size - listed,
    hasNeurons = graph.cards.some(({isNeuron}) => isNeuron),
    hint = words.say(awaitsThink ? "whatif.early" : "whatif.hint");
  if (left <= 0 || (hasNeurons && state.opened !== null)) return hint;
  return words.joined(hint, words.say(hasNeurons ? "whatif.neurons" : "whatif.more", {count: left}));
}
