// Undo, redo and reset: buttons and keys; and the clock of training, which runs cycles frame by frame.

import {show} from "../core/numerals.js";
import {graphIn} from "../derive.js";
import {byId, isDialogOpen, keepInPlace, isTypedInto, setAttribute} from "./dom.js";

/** @typedef {import("../actions/parts.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

const NAMES = {undo: "loop.undo", redo: "loop.redo", reset: "reset"};
const MAX_FRAME_MS = 24, // that the cycles of a frame and their picture may take; drawn, it stays below the 50 that one feels
  MIN_CYCLES_MS = 8; // … of which the cycles may take as much, however long the picture takes

/** @param {App} app */
export function createLoop(app) {
  const undo = byId("undo"),
    redo = byId("redo"),
    reset = byId("reset"),
    trained = byId("network-train");
  let frame = 0,
    last = 0, // when the last cycles were run
    mostPerFrame = 1,
    computed = 0; // when the latest cycles were, and their picture was begun

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showLoop(state, {words, canUndo, canRedo, canReset}, previous) {
    computed = performance.now();
    for (const [id, key] of Object.entries(NAMES)) {
      setAttribute(byId(id), "aria-label", words.say(key));
      setAttribute(byId(id), "title", words.say(key));
    }
    setAttribute(undo, "aria-disabled", `${!canUndo}`); // and not disabled: the focus stays on it
    setAttribute(redo, "aria-disabled", `${!canRedo}`);
    setAttribute(reset, "aria-disabled", `${!canReset}`);
    document.body.toggleAttribute("data-training", state.training !== null);
    if (previous && state.lastChange === "reset" && state.past !== previous.past) {
      app.announce(words.say("loop.reset.done", {rate: show(state.learningRate)}));
    }
    if (state.training && !previous?.training) start();
    if (!state.training) cancelAnimationFrame(frame);
  }

  function start() {
    mostPerFrame = 1;
    last = performance.now();
    frame = requestAnimationFrame(runFrame);
  }

  // Runs the cycles that are due, but no more than a frame has time for: how many those are is found out on the way.
  function runFrame() {
    const begin = performance.now(),
      speed = app.state.trainingSpeed,
      due = Math.floor(((begin - last) / 1000) * speed) || 0,
      count = Math.min(due, mostPerFrame);
    frame = requestAnimationFrame(runFrame);
    if (count < 1 || !app.state.training) return;
    last = due > mostPerFrame ? begin : last + (count * 1000) / speed; // what there was no time for is not made up for
    keepInPlace(trained, () => app.dispatch({type: "trainOn", cycles: count}));
    const running = computed - begin,
      picture = performance.now() - computed,
      room = Math.max(MAX_FRAME_MS - picture, MIN_CYCLES_MS);
    if (running > room) mostPerFrame = Math.max(1, Math.floor(mostPerFrame / 2));
    else if (running < room / 2 && count === mostPerFrame) mostPerFrame *= 2;
  }

  undo.addEventListener("click", () => exchange(app, "undo"));
  redo.addEventListener("click", () => exchange(app, "redo"));
  reset.addEventListener("click", () => {
    if (app.derived.canReset) app.dispatch({type: "reset"});
  });
  document.addEventListener("keydown", (event) => {
    const type = changeOfKey(event);
    if (!type || isDialogOpen()) return;
    if (isTypedInto(/** @type {Element} */ (event.target))) return; // it has its own undo
    event.preventDefault();
    exchange(app, type);
  });
  return {show: showLoop};
}

/**
 * Undoes or redoes, and tells screen readers what.
 * @param {App} app
 * @param {"undo" | "redo"} type
 */
export function exchange(app, type) {
  const before = app.state,
    change = before[type === "undo" ? "past" : "future"].at(-1)?.lastChange ?? "";
  app.dispatch({type});
  const {words} = app.derived,
    isDone = app.state.past !== before.past;
  app.announce(isDone ? words.say(`loop.${type}.done`, {change: changeInWords(change, before, app.state, words)}) : words.say(`loop.${type}.none`));
}

/**
 * @param {string} change its name
 * @param {State} before
 * @param {State} after
 * @param {import("../core/words.js").Words} words
 */
function changeInWords(change, before, after, words) {
  const [type, leaf] = change.split(" "),
    moved = (/** @type {number | undefined} */ from, /** @type {number | undefined} */ to) => `${show(from ?? NaN)} → ${show(to ?? NaN)}`;
  if (type === "setLeaf") return `${graphIn(after).nodes[Number(leaf)].name} = ${moved(before.leaves.get(Number(leaf)), after.leaves.get(Number(leaf)))}`;
  if (type === "setLearningRate") return `${words.say("rate")} ${moved(before.learningRate, after.learningRate)}`;
  return words.say(`loop.change.${type}`);
}

/**
 * What a key asks for: Ctrl+Z undoes; Ctrl+Y and Ctrl+Shift+Z redo. On a Mac it is ⌘, where ⌘Y is the browser's.
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | null}
 */
export function changeOfKey({key, ctrlKey, metaKey, shiftKey, altKey}) {
  const letter = key.toLowerCase();
  if (altKey || !(ctrlKey || metaKey)) return null;
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && ctrlKey && !shiftKey ? "redo" : null;
}
