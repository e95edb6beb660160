// The two subjects, one number and a network: a button for each in the head and, once a cycle of one number is over, one
// that leads on to the network; and for a recorded network one that shows it as cards, or as one network again.

import {subjectOf} from "../actions/network.js";
import {countParameters} from "../core/network_spec.js";
import {byId, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

const SUBJECTS = /** @type {const} */ (["number", "network"]);

/**
 * @param {import("../app.js").App} app
 * @param {{number: DocumentOfPage, network: DocumentOfPage}} first the document that each begins with
 */
export function createSubjects(app, first) {
  const now = byId("now"),
    otherView = byId("other-view");

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showSubjects(state, {words, steps}) {
    const {document: shown, position, cycle, isPresenting} = state,
      {inputs = 0, sizes = []} = first.network.network ?? {};
    document.body.dataset.document = shown.kind; // what has room on the page depends on it
    document.body.toggleAttribute("data-presenting", isPresenting);
    setAttribute(byId("subjects"), "aria-label", words.say("subjects"));
    for (const subject of SUBJECTS) setAttribute(byId(`subject-${subject}`), "aria-pressed", `${subject === subjectOf(shown)}`);
    now.hidden = shown.kind !== "text" || (cycle === 1 && position < steps.length);
    write(now, words.say("subject.now", {count: countParameters(inputs, sizes)}));
    otherView.hidden = !shown.recorded && !shown.asCards;
    write(otherView, words.say(shown.recorded ? "subject.cards" : "subject.one"));
  }

  for (const subject of SUBJECTS) {
    byId(`subject-${subject}`).addEventListener("click", () => app.dispatch({type: "openSubject", document: first[subject]}));
  }
  otherView.addEventListener("click", () => app.dispatch({type: "showOtherView"}));
  now.addEventListener("click", () => app.dispatch({type: "openSubject", document: first.network}));
  return {show: showSubjects};
}
