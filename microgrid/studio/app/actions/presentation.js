// What can change about the presentation, and its actions.

import {FIRST_TAB, goingTo} from "./parts.js";

/** @typedef {import("./parts.js").State} State */

/** @type {Pick<State, "isPresenting" | "isPredicting" | "asked">} */
export const NOT_PRESENTING = {isPresenting: false, isPredicting: true, asked: null};

/** @type {Record<string, (state: State, action: any) => State>} */
export const PRESENTATION = {
  /** Begins to present, or ends it. What would keep the steps from being walked, a quiz or playing, is left. */
  present(state, {isPresenting}) {
    const isQuizLeft = isPresenting && state.tab === "quiz",
      tab = isQuizLeft ? FIRST_TAB[state.document.kind] : state.tab;
    return {...state, isPresenting, asked: null, playing: false, tab};
  },

  /** Asks before every number from now on, or no longer; what is being asked is answered then. */
  setPredicting(state, {isPredicting}) {
    const isAnswered = state.isPresenting && !isPredicting && state.asked === state.visit;
    return {...(isAnswered ? goingTo(state, state.position + 1, true) : state), isPredicting, asked: null};
  },

  /** Asks for the number of the next step. */
  ask(state) {
    return {...state, asked: state.visit};
  },

  /** Takes the question back. */
  unask(state) {
    return {...state, asked: null};
  },
};
