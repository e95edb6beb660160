// Training: cycle after cycle with a learning rate, and what came of it.

import {readNumber, show} from "../core/numerals.js";
import {byId, createWatch, keepInPlace, make, refill, refuse, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/words.js").Words} Words */

const CYCLES = [1, 10, 100];
const CYCLES_PER_SECOND = [1, 5, 30, 100, Infinity];
const RATE_DIGITS = 6;
const CUTTING = ["train", "stepBy", "play", "playPhase"]; // the changes that drop cycles and go on

/**
 * @param {App} app
 * @param {string} [of] the beginning of the ids, where it is not the tab of this name
 */
export function createTrain(app, of = "") {
  const panel = byId(`${of}train`),
    isNewPanel = createWatch(),
    isNewRate = createWatch();
  const rate = make("input", {type: "text", inputmode: "decimal", autocomplete: "off", id: `${of}rate`, onchange: takeRate}),
    refused = make("p", {class: "refused", id: `${of}refused-rate`}),
    result = make("p", {class: "result"}),
    buttons = CYCLES.map((count) => make("button", {class: "train", onclick: () => train(count)}, `× ${count}`)),
    run = make("button", {class: "run", onclick: () => (app.state.training ? app.dispatch({type: "pause"}) : train(Infinity))}),
    speed = make("select", {id: `${of}training-speed`, onchange: takeSpeed});
  let dropped = "", // what was said of cycles that a change has dropped
    droppedBy = app.state.past,
    isStale = true, // whether what was typed is to be dropped, as after a reset
    told = app.state.cycles; // those whose result was announced

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showTrain(state, derived, previous) {
    tellDropped(state, derived, previous);
    if (!of && state.tab !== "train") return;
    const {words, learns} = derived;
    if (isNewPanel(learns, words)) refill(panel, ...(learns ? contentOf(words) : [hintOf("none", words)]));
    const isTyping = state.training && document.activeElement === rate;
    if (!isTyping && (isNewRate(state.document, words, state.learningRate, state.cycles, state.cycle) || isStale)) {
      isStale = false;
      rate.value = show(state.learningRate, RATE_DIGITS);
      refuse(rate, refused, "");
    }
    for (const button of [...buttons, run]) button.disabled = derived.isStuck;
    write(run, words.say(state.training ? "loop.stop" : "loop.run"));
    speed.value = `${state.trainingSpeed}`;
    write(result, dropped || resultOfTraining(state, derived));
    if (state.training || state.cycles === told) return;
    told = state.cycles;
    if (result.textContent) app.announce(`${derived.place} · ${result.textContent}`);
  }

  /**
   * Says once that training from a cycle before has dropped those after it.
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function tellDropped(state, {words}, previous) {
    if (state.past === droppedBy) return;
    droppedBy = state.past;
    const isCut = previous !== null && state.document === previous.document && previous.cycle < previous.cycles.last && CUTTING.includes(state.lastChange ?? "");
    dropped = isCut ? words.say("loop.dropped", {first: previous.cycle + 1, last: previous.cycles.last}) : "";
    if (dropped) app.announce(dropped);
  }

  /** @param {Words} words */
  function contentOf(words) {
    const reset = make("button", {class: "reset", onclick: resetAll}, words.say("reset"));
    speed.setAttribute("aria-label", words.say("reach.training_speed"));
    speed.replaceChildren(...CYCLES_PER_SECOND.map((each) => make("option", {value: `${each}`}, speedInWords(each, words))));
    return [
      hintOf("hint", words),
      make("p", {class: "row", role: "group", "aria-label": words.say("reach.train")}, ...buttons, run),
      make("p", {class: "row"}, make("label", {for: speed.id}, words.say("speed")), speed),
      make("p", {class: "row"}, make("label", {for: rate.id}, words.say("rate")), rate),
      refused,
      result,
      reset,
    ];
  }

  /**
   * @param {string} key
   * @param {Words} words
   */
  function hintOf(key, words) {
    return make("p", {class: "hint"}, words.say(`train.${key}`));
  }

  // Takes the rate from the field, if it is valid; if not, it stays there, and nothing is trained with the old rate.
  function takeRate() {
    const learningRate = readNumber(rate.value),
      isValid = Number.isFinite(learningRate) && learningRate >= 0,
      why = isValid ? "" : app.derived.words.say("rate.refused"),
      isNew = rate.value !== show(app.state.learningRate, RATE_DIGITS);
    refuse(rate, refused, why);
    if (why) app.announce(why);
    else if (isNew) app.dispatch({type: "setLearningRate", learningRate});
    return isValid;
  }

  /** @param {number} cycles */
  function train(cycles) {
    if (!takeRate()) return;
    isStale = true;
    keepInPlace(panel, () => app.dispatch({type: "train", cycles}));
  }

  function takeSpeed() {
    app.dispatch({type: "setTrainingSpeed", cyclesPerSecond: Number(speed.value)});
  }

  function resetAll() {
    isStale = true;
    app.dispatch({type: "reset"});
  }

  return {show: showTrain};
}

/**
 * @param {number} cyclesPerSecond
 * @param {Words} words
 */
function speedInWords(cyclesPerSecond, words) {
  return Number.isFinite(cyclesPerSecond) ? words.say("loop.per_second", {count: cyclesPerSecond}) : words.say("loop.fastest");
}

/**
 * What came of the cycles from the first to the one that is shown; after its Change, of that update, too.
 * @param {State} state
 * @param {Derived} derived
 */
function resultOfTraining({cycle, cycles, restarted, learningRate}, {output, changedLoss, problem, words, endLabel}) {
  if (problem) return ""; // the sentence says it
  if (learningRate === 0) return words.say("rate.zero");
  const first = cycles.firstLoss,
    last = changedLoss ?? output,
    count = cycle - cycles.first + (changedLoss === null ? 0 : 1);
  if (cycles.last === cycles.first) return restarted ? words.say("curve.new") : "";
  const curve = words.say("curve", {name: endLabel, first: show(first), last: show(last), count});
  return words.joined(curve, last > first && words.say("grown"));
}
