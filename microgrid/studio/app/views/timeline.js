// The timeline: the three phases, as long as each other, and where we are in them.

import {PHASES} from "../core/steps.js";
import {byId, mark, setAttribute} from "./dom.js";
import {waitForFinger} from "./sliding.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/steps.js").Phase} Phase */
/** @typedef {import("../app.js").App} App */

const PHASE_LENGTH = 1000; // of the slider

/** @param {App} app */
export function createTimeline(app) {
  const scrubber = /** @type {HTMLInputElement} */ (byId("scrubber")),
    buttons = /** @type {HTMLElement[]} */ ([...byId("phases").children]);

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function show(state, derived) {
    const phase = derived.known.current?.phase ?? "";
    setAttribute(scrubber, "max", `${derived.phases.length * PHASE_LENGTH}`);
    scrubber.value = `${lengthAt(state.position, derived)}`;
    mark(scrubber, phase);
    setAttribute(scrubber, "aria-valuetext", stepInWords(state, derived));
    setAttribute(scrubber, "aria-label", derived.words.word("step"));
    setAttribute(byId("timeline"), "aria-label", derived.words.say("timeline"));
    for (const button of buttons) {
      setAttribute(button, "aria-label", derived.words.say("reach.to_phase", {phase: derived.words.word(`phase.${button.className}`)}));
      button.hidden = !derived.phases.some((each) => each === button.className);
      button.toggleAttribute("data-current", button.className === phase);
      setAttribute(button, "aria-current", button.className === phase ? "step" : null);
    }
  }

  waitForFinger(scrubber);
  scrubber.addEventListener("input", () => {
    app.dispatch({type: "goTo", position: positionAt(Number(scrubber.value), app.derived)});
  });
  for (const button of buttons)
    button.addEventListener("click", () => app.dispatch({type: "goToPhase", phase: button.className}));
  return {show};
}

/**
 * The value of the slider, as a screen reader says it.
 * @param {State} state
 * @param {Derived} derived
 */
function stepInWords({position}, {steps, known, words}) {
  if (!known.current) return words.say("place.start");
  return words.listed([words.say("place", {step: position, count: steps.length}), words.word(`phase.${known.current.phase}`)]);
}

/**
 * @param {Phase} phase
 * @param {Derived["ends"]} ends
 */
function startOfPhase(phase, ends) {
  return ends[PHASES[PHASES.indexOf(phase) - 1]] ?? 0;
}

/**
 * How far along the slider a position is.
 * @param {number} position
 * @param {Derived} derived
 */
function lengthAt(position, {steps, ends, phases}) {
  if (position === 0) return 0;
  const {phase} = steps[position - 1],
    start = startOfPhase(phase, ends);
  return (phases.indexOf(phase) + (position - start) / (ends[phase] - start)) * PHASE_LENGTH;
}

/**
 * The position that is nearest to a place on the slider.
 * @param {number} length
 * @param {Derived} derived
 */
function positionAt(length, {ends, phases}) {
  const i = Math.min(Math.floor(length / PHASE_LENGTH), phases.length - 1),
    start = startOfPhase(phases[i], ends);
  return start + Math.round((length / PHASE_LENGTH - i) * (ends[phases[i]] - start));
}
