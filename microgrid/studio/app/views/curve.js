// At the foot of the page: the output now and after the update, and the curve of all cycles. Its handle is at the cycle
// that is shown; it is dragged, or moved by keys, to any other.

import {freeCorner, lossCurve, ticksInRoom} from "../core/curve.js";
import {readNumber, show} from "../core/numerals.js";
import {asOnCard, byId, createWatch, make, makeSvg, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions/parts.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/curve.js").Curve} Curve */
/** @typedef {import("../core/curve.js").Tick} Tick */

const BOX_WIDTH = 200, // the units of the box in which the curve is drawn
  BOX_HEIGHT = 40;
const WIDTH = 196, // of the curve in its box
  HEIGHT = 34,
  LEFT = 2,
  BOTTOM = 37;
const DIGIT_PX = 7.3; // of a number beside an axis
const NAMES_MARGIN_PX = 12, // beside the names in the plot
  LINE_PX_OF_CURVE = 4;
const PAGE_PART = 0.1; // of all cycles, that the keys Page Up and Page Down move

/** @param {App} app */
export function createCurve(app) {
  const element = byId("curve"),
    loss = byId("loss"),
    losses = byId("losses"),
    plot = byId("plot"),
    scale = byId("scale"),
    number = /** @type {HTMLInputElement} */ (byId("cycle-number")),
    heldOutLine = makeSvg("path", {class: "held-out"}),
    before = make("span", {id: "before"}),
    key = make("span", {id: "curve-key", hidden: true}),
    name = make("span", {id: "curve-name"}), // where there is no room for the scale
    nameInShort = make("span", {id: "curve-scale"}),
    names = make("span", {id: "curve-names", "aria-hidden": "true"}, name, nameInShort, key),
    isNewCurve = createWatch(),
    isNewCycle = createWatch(),
    isNewPlace = createWatch();
  /** @type {Curve | null} */
  let curve = null;
  let isDragged = false,
    cycleBefore = 0, // the drag
    missing = ""; // what was said of a cycle that there is not
  plot.querySelector("svg")?.prepend(heldOutLine); // the losses that it learns from lie above
  plot.append(before, names);

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showCurve(state, derived) {
    const {words, endLabel, asking, network} = derived;
    if (isNewPlace(state.visit, state.cycle, words)) missing = "";
    write(loss, missing || asOnCard(derived.outputText));
    setAttribute(loss, "data-step", network && derived.placeInCycle);
    setAttribute(loss, "data-of", network && derived.outputText && !missing ? words.word("network.told.rows", {count: network.spec.data.rows.length}) : null);
    losses.hidden = !derived.learns; // nothing learns
    if (isNewCurve(state.cycles, words, endLabel)) draw(state.cycles, derived);
    setAttribute(element, "tabindex", asking ? "-1" : "0");
    setAttribute(element, "aria-disabled", asking ? "true" : null);
    number.disabled = Boolean(asking);
    setAttribute(number, "aria-label", words.say("loop.cycle"));
    if (document.activeElement !== number || isNewCycle(state.cycle, state.cycles)) writeNumber();
    if (curve) showHandle(curve, state, derived);
  }

  function writeNumber() {
    number.value = `${app.state.cycle}`;
  }

  /**
   * @param {State["cycles"]} cycles
   * @param {Derived} derived
   */
  function draw(cycles, {words, endLabel, earlier, network}) {
    const heldOut = earlier.heldOut(),
      perEpoch = network?.cyclesPerEpoch ?? 1,
      samplesBefore = (/** @type {number[]} */ losses) => losses.map((loss, i) => ({cycle: cycles.first - (losses.length - i) * perEpoch, loss})),
      heldOutBefore = samplesBefore(network?.spec.history?.heldOut ?? []);
    curve = lossCurve(cycles.curve(), {before: samplesBefore(earlier.losses), heldOut: [...heldOutBefore, ...heldOut]});
    losses.toggleAttribute("data-empty", curve === null); // its room stays, so that no button moves when it appears
    if (!curve) return;
    const ends = {name: endLabel, first: show(cycles.firstLoss), last: show(cycles.loss)};
    write(scale, words.say(curve.isLogarithmic ? "curve.log" : "curve.linear", ends));
    scale.title = scale.textContent ?? ""; // of a long name the end may be cut
    setAttribute(/** @type {Element} */ (plot.querySelector("polyline")), "points", asPoints(curve.points));
    setAttribute(heldOutLine, "d", curve.heldOut.length ? `M${asPoints(curve.heldOut)}` : "");
    write(name, curve.isLogarithmic ? scale.title.split(":")[0] : endLabel);
    write(nameInShort, curve.isLogarithmic ? words.say("curve.log.short") : "");
    key.hidden = curve.heldOut.length === 0;
    write(key, words.say("curve.held_out"));
    before.hidden = curve.start === 0;
    before.style.width = `${percentOf(LEFT + curve.start * WIDTH, BOX_WIDTH)}%`;
    const last = heldOut.at(-1)?.loss,
      beside = last === undefined ? "" : words.say("curve.held_out.last", {loss: show(last)});
    setAttribute(element, "aria-label", words.joined(words.say("curve", {...ends, count: cycles.last - cycles.first}), beside));
    setAttribute(element, "aria-valuemin", `${cycles.first}`);
    setAttribute(element, "aria-valuemax", `${cycles.last}`);
    element.title = words.say("loop.drag");
    labelCycles();
    label(byId("loss-ticks"), curve.lossTicks, "bottom", (number) => asOnCard(words.typeset(show(number, 2)).replace(/^1 × (?=10)/, "")));
    placeNames(curve);
    for (const axis of ["cycle-ticks", "loss-ticks"]) hideCovered([...byId(axis).children]);
  }

  /**
   * Lets the names stand, where they stand in the plot, in nobody's way.
   * @param {Curve} shown
   */
  function placeNames(shown) {
    const {isTop, isLeft} = freeCorner(shown, (names.offsetWidth + NAMES_MARGIN_PX) / (plot.clientWidth || 1), (names.offsetHeight + LINE_PX_OF_CURVE) / (plot.clientHeight || 1)),
      insets = isTop ? ["0", "auto"] : ["auto", "0"];
    names.style.setProperty("--corner", isLeft ? `${insets[0]} auto ${insets[1]} .5em` : `${insets[0]} .8em ${insets[1]} auto`);
  }

  function labelCycles() {
    const ticks = ticksInRoom(curve?.cycleTicks ?? [], plot.clientWidth / DIGIT_PX);
    label(byId("cycle-ticks"), ticks, "left", (number) => `${number}`);
  }

  /**
   * @param {Curve} shown
   * @param {State} state
   * @param {Derived} derived
   */
  function showHandle({placeOf, heightOf}, {cycle}, {output: loss, words, endLabel}) {
    const x = `${percentOf(LEFT + placeOf(cycle) * WIDTH, BOX_WIDTH)}%`;
    byId("handle").style.left = byId("ahead").style.left = x;
    byId("handle").style.setProperty("--height", `${percentOf(BOX_HEIGHT - BOTTOM + heightOf(loss) * HEIGHT, BOX_HEIGHT)}%`);
    setAttribute(element, "aria-valuenow", `${cycle}`);
    const parts = {cycle, name: endLabel, loss: Number.isFinite(loss) ? show(loss) : "?"};
    setAttribute(element, "aria-valuetext", words.say("loop.at", parts));
  }

  /** @param {number} cycle */
  function rewindTo(cycle) {
    const {first, last} = app.state.cycles,
      nearest = Math.min(Math.max(Math.round(cycle), first), last);
    if (nearest !== app.state.cycle) app.dispatch({type: "rewind", cycle: nearest});
  }

  /** @param {PointerEvent} event */
  function rewindToPointer({clientX}) {
    const {left, width} = plot.getBoundingClientRect(),
      x = ((clientX - left) / width) * BOX_WIDTH;
    if (curve) rewindTo(curve.cycleAt((x - LEFT) / WIDTH));
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !curve) return;
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    isDragged = true;
    cycleBefore = app.state.cycle;
    element.setPointerCapture(event.pointerId);
    if (app.state.training) app.dispatch({type: "pause"});
    rewindToPointer(event);
  });
  // A slider takes the arrow keys while it has the focus. Who points at this one does not want that: → takes a step.
  element.addEventListener("mousedown", (event) => event.preventDefault());
  element.addEventListener("pointermove", (event) => {
    if (isDragged) rewindToPointer(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => {
      if (isDragged && end === "pointercancel") rewindTo(cycleBefore); // the finger scrolls the page
      if (isDragged) app.dispatch({type: "settle"});
      isDragged = false;
    });
  }
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const {cycle, cycles} = app.state,
      page = Math.max(1, Math.round((cycles.last - cycles.first) * PAGE_PART));
    /** @type {Record<string, number>} */
    const goals = {
      ArrowLeft: cycle - 1,
      ArrowDown: cycle - 1,
      ArrowRight: cycle + 1,
      ArrowUp: cycle + 1,
      PageDown: cycle - page,
      PageUp: cycle + page,
      Home: cycles.first,
      End: cycles.last,
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    rewindTo(goals[event.key]);
  });
  new ResizeObserver(() => {
    labelCycles();
    if (curve) placeNames(curve);
  }).observe(plot);
  element.addEventListener("blur", () => app.dispatch({type: "settle"}));
  // Of many cycles one point of the curve stands for several: by its number each is reached.
  number.addEventListener("change", () => {
    const cycle = readNumber(number.value);
    const {first, last} = app.state.cycles,
      isMissing = !(Math.round(cycle) >= first && Math.round(cycle) <= last),
      text = number.value;
    if (Number.isFinite(cycle)) rewindTo(cycle);
    writeNumber();
    if (!isMissing) return;
    missing = app.derived.words.say("loop.cycle.missing", {first, last, text});
    app.announce(missing);
    showCurve(app.state, app.derived);
  });
  number.addEventListener("keydown", ({key}) => {
    if (key === "ArrowUp") rewindTo(app.state.cycle + 1);
    if (key === "ArrowDown") rewindTo(app.state.cycle - 1);
  });
  number.addEventListener("blur", () => app.dispatch({type: "settle"}));
  return {show: showCurve};
}

/** @param {[number, number][]} points */
function asPoints(points) {
  return points.map(([x, y]) => `${(x * WIDTH + LEFT).toFixed(1)},${(BOTTOM - y * HEIGHT).toFixed(1)}`).join(" ");
}

/**
 * Hides the labels that would lie on another; the first and the last stay as long as there is room for both.
 * @param {Element[]} labels along an axis
 */
function hideCovered(labels) {
  const boxes = labels.map((label) => label.getBoundingClientRect()),
    last = labels.length - 1;
  const isOver = (/** @type {number} */ a, /** @type {number} */ b) =>
    boxes[a].left < boxes[b].right && boxes[b].left < boxes[a].right && boxes[a].top + 1 < boxes[b].bottom && boxes[b].top + 1 < boxes[a].bottom;
  /** @type {number[]} */
  const seen = [];
  for (const i of new Set([0, last, ...labels.keys()])) {
    if (seen.some((each) => isOver(i, each))) /** @type {HTMLElement} */ (labels[i]).style.visibility = "hidden";
    else seen.push(i);
  }
}

/**
 * @param {number} length
 * @param {number} whole
 */
function percentOf(length, whole) {
  return Number(((length / whole) * 100).toFixed(2));
}

/**
 * Writes the numbers along an axis.
 * @param {HTMLElement} axis
 * @param {Tick[]} ticks
 * @param {"left" | "bottom"} side from which they are placed
 * @param {(number: number) => string} written
 */
function label(axis, ticks, side, written) {
  const labels = ticks.map(({number, at}) => {
    const tick = make("span", {}, written(number));
    const place = side === "left" ? percentOf(LEFT + at * WIDTH, BOX_WIDTH) : percentOf(BOX_HEIGHT - BOTTOM + at * HEIGHT, BOX_HEIGHT);
    tick.style.setProperty(side, `${place}%`);
    return tick;
  });
  axis.replaceChildren(...labels);
}
