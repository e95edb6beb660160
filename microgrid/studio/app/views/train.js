// Training: cycle after cycle with a learning rate, and what came of it.

import {readNumber, show} from "../core/numerals.js";
import {byId, createWatch, make, refill, refuse, write} from "./dom.js";

const CYCLES = [1, 10, 100];
const RATE_DIGITS = 6;

export function createTrain(app) {
  const panel = byId("train"),
    isNewPanel = createWatch(),
    isNewRate = createWatch();
  let parts = null,
    isStale = true; // whether what was typed is to be dropped, as after a reset

  function showTrain(state, derived) {
    if (state.tab !== "train") return;
    if (isNewPanel(derived.graph, derived.words)) build(derived);
    if (!parts) return;
    if (isNewRate(parts, state.learningRate, state.leaves) || isStale) {
      isStale = false;
      parts.rate.value = show(state.learningRate, RATE_DIGITS);
      refuse(parts.rate, parts.refused, "");
    }
    for (const button of parts.buttons) button.disabled = derived.isStuck;
    write(parts.result, resultOfTraining(state, derived));
  }

  function build({graph, words}) {
    if (graph.parameters.length === 0) {
      parts = null;
      refill(panel, make("p", {class: "hint"}, words.say("train.none")));
      return;
    }
    parts = {
      rate: make("input", {type: "text", inputmode: "decimal", autocomplete: "off", id: "rate", onchange: () => takeRate()}),
      refused: make("p", {class: "refused", id: "refused-rate"}),
      result: make("p", {class: "result"}),
      buttons: CYCLES.map((count) => make("button", {class: "train", onclick: () => train(count)}, `× ${count}`)),
    };
    const reset = make("button", {class: "reset", onclick: resetAll}, words.say("reset"));
    refill(
      panel,
      make("p", {class: "hint"}, words.say("train.hint")),
      make("p", {class: "row"}, ...parts.buttons, reset),
      make("p", {class: "row"}, make("label", {for: "rate"}, words.say("rate")), parts.rate),
      parts.refused,
      parts.result,
    );
  }

  // Takes the rate from the field, if it is valid; if not, it stays there, and nothing is trained with the old rate.
  function takeRate() {
    const value = readNumber(parts.rate.value),
      isValid = Number.isFinite(value) && value >= 0,
      why = isValid ? "" : app.derived.words.say("rate.refused");
    refuse(parts.rate, parts.refused, why);
    if (why) app.announce(why);
    else if (parts.rate.value !== show(app.state.learningRate, RATE_DIGITS))
      app.dispatch({type: "setLearningRate", learningRate: value});
    return isValid;
  }

  function train(cycles) {
    if (!takeRate()) return;
    isStale = true;
    app.dispatch({type: "train", cycles});
    app.announce(parts.result.textContent);
  }

  function resetAll() {
    isStale = true;
    app.dispatch({type: "reset"});
  }

  return {show: showTrain};
}

function resultOfTraining(state, {problem, words, endLabel}) {
  const [first, last] = [state.losses[0], state.losses.at(-1)];
  if (state.cycle === 1) return problem || (state.restarted ? words.say("curve.new") : "");
  const curve = words.say("curve", {name: endLabel, first: show(first), last: show(last), count: state.cycle - 1});
  return problem || words.joined(curve, last > first && words.say("grown"));
}
