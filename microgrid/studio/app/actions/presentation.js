// What can change about the presentation, and its actions.

/** @typedef {import("../actions.js").State} State */

/**
 * @typedef {object} PresentationState
 * @property {boolean} isPresenting
 * @property {boolean} isPredicting whether every number is asked for before it is shown
 * @property {object | null} asked the visit at which the class is asked for the number of the next step: any other step
 * that is gone to ends the question
 */

/** @type {PresentationState} */
export const NOT_PRESENTING = {isPresenting: false, isPredicting: true, asked: null};

/** @type {Record<string, (state: State, action: any) => State>} */
export const PRESENTATION = {
  /** Begins to present, or ends it. What would keep the steps from being walked, a quiz or playing, is left. */
  present(state, {isPresenting}) {
    const isQuizLeft = isPresenting && state.tab === "quiz";
    return {...state, isPresenting, asked: null, playing: false, tab: isQuizLeft ? "whatif" : state.tab};
  },

  setPredicting(state, {isPredicting}) {
    return {...state, isPredicting, asked: null};
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
