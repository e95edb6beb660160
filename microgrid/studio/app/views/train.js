// Training: cycle after cycle with a learning rate, and what came of it.

import {readNumber, show} from "../core/numerals.js";
import {byId, createWatch, make, refill, refuse, write} from "./dom.js";

const CYCLES = [1, 10, 100];
const CYCLES_PER_SECOND = [1, 5, 30, 100, Infinity];
const RATE_DIGITS = 6;

export function createTrain(app) {
  const panel = byId("train"),
    isNewPanel = createWatch(),
    isNewRate = createWatch();
  let announced = null, // the cycles whose result was told
    parts = null,
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
    for (const button of [...parts.buttons, parts.run]) button.disabled = derived.isStuck;
    write(parts.run, derived.words.say(state.training ? "loop.stop" : "loop.run"));
    parts.speed.value = `${state.trainingSpeed}`;
    write(parts.result, resultOfTraining(state, derived));
    if (!state.training && state.cycles !== announced) app.announce(parts.result.textContent);
    if (!state.training) announced = state.cycles;
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
      run: make("button", {class: "run", onclick: () => (app.state.training ? stop() : train(Infinity))}),
      speed: make("select", {id: "training-speed", onchange: () => setTrainingSpeed()}, ...speedsIn(words)),
    };
    const reset = make("button", {class: "reset", onclick: resetAll}, words.say("reset"));
    refill(
      panel,
      make("p", {class: "hint"}, words.say("train.hint")),
      make("p", {class: "row"}, ...parts.buttons, parts.run),
      make("p", {class: "row"}, make("label", {for: "training-speed"}, words.say("loop.speed")), parts.speed),
      make("p", {class: "row"}, make("label", {for: "rate"}, words.say("rate")), parts.rate),
      parts.refused,
      parts.result,
      reset,
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
  }

  function stop() {
    app.dispatch({type: "pause"});
  }

  function setTrainingSpeed() {
    app.dispatch({type: "setTrainingSpeed", cyclesPerSecond: Number(parts.speed.value)});
  }

  function resetAll() {
    isStale = true;
    app.dispatch({type: "reset"});
  }

  return {show: showTrain};
}

function speedsIn(words) {
  return CYCLES_PER_SECOND.map((speed) =>
    make("option", {value: `${speed}`}, Number.isFinite(speed) ? words.say("loop.per_second", {count: speed}) : words.say("loop.fastest")),
  );
}

/** From the first cycle to the one that is shown. */
function resultOfTraining(state, {graph, numbers, problem, words, endLabel}) {
  const {cycle, cycles, restarted} = state,
    first = cycles.firstLoss,
    last = numbers.values[graph.output];
  if (cycles.last === cycles.first) return problem || (restarted ? words.say("curve.new") : "");
  const curve = words.say("curve", {name: endLabel, first: show(first), last: show(last), count: cycle - 1});
  return problem || words.joined(curve, last > first && words.say("grown"));
}
