// At the foot of the page: the output now and after the update, and the curve of all cycles.

import {show} from "../core/numerals.js";
import {byId, createWatch, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

const WIDTH = 196,
  HEIGHT = 34,
  LEFT = 2,
  BOTTOM = 37; // of the curve in its box
const WIDE_RATIO = 50; // of the largest to the smallest: beyond it, each tenth part is as far from the next

export function createCurve() {
  const curve = byId("curve"),
    scale = byId("scale"),
    isNewCurve = createWatch();

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showCurve(state, derived) {
    write(byId("loss"), outputInWords(state, derived));
    if (isNewCurve(state.losses, derived.words, derived.endLabel)) draw(state, derived);
  }

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function draw(state, {words, endLabel}) {
    const losses = state.losses.filter(Number.isFinite),
      isShown = losses.length > 1;
    curve.toggleAttribute("hidden", !isShown);
    scale.toggleAttribute("hidden", !isShown);
    if (!isShown) return;
    const ends = {name: endLabel, first: show(losses[0]), last: show(losses[losses.length - 1])},
      {isLogarithmic, points} = pointsOf(losses);
    write(scale, words.say(isLogarithmic ? "curve.log" : "curve.linear", ends));
    setAttribute(curve.children[0], "points", points);
    setAttribute(curve, "aria-label", words.say("curve", {...ends, count: state.cycle - 1}));
  }

  return {show: showCurve};
}

/**
 * @param {State} state
 * @param {Derived} derived
 */
function outputInWords(state, {numbers, graph, words, endLabel, ends, known, asking}) {
  if (numbers.missing >= 0 || state.position < ends.know) return "";
  const now = words.typeset(`${endLabel} ${show(numbers.values[graph.output])}`);
  if (known.current?.phase !== "change" || asking) return now;
  const {again, after, predicted, isImpossible} = numbers.outcome,
    next = again.missing < 0 ? words.typeset(show(after)) : "?",
    expected = isImpossible ? words.say("outcome.below_zero") : words.say("outcome", {predicted: show(predicted)});
  return `${now} → ${next}  (${expected})`;
}

/**
 * The points of the curve, and whether its scale is logarithmic.
 * @param {number[]} losses
 */
function pointsOf(losses) {
  const lowest = Math.min(...losses),
    highest = Math.max(...losses),
    isLogarithmic = lowest > 0 && highest / lowest > WIDE_RATIO;
  const scaled = isLogarithmic ? losses.map(Math.log) : losses,
    low = isLogarithmic ? Math.log(lowest) : Math.min(0, lowest),
    range = (isLogarithmic ? Math.log(highest) : highest) - low || 1;
  const points = scaled.map((loss, i) => {
    const x = (i / (losses.length - 1)) * WIDTH + LEFT,
      y = BOTTOM - ((loss - low) / range) * HEIGHT;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return {isLogarithmic, points: points.join(" ")};
}
