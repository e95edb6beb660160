// The quiz: it asks for the next gradient, and gives the reason if an answer is wrong.

import {show} from "../core/numerals.js";
import {clueFor, reasonFor, whyWrong} from "../core/quiz.js";
import {byId, createWatch, inLines, make} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../actions.js").Quiz} Quiz */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../store.js").Action} Action */

const MAX_CARDS_ON_SHEET = 20;

/** @param {App} app */
export function createQuiz(app) {
  const panel = byId("quiz"),
    isNewPanel = createWatch();
  /** @type {HTMLInputElement | null} */
  let field = null; // where the answer is typed
  let askedCard = -1,
    isUsed = false; // the focus goes on with what a button here has led to

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showQuiz(state, derived) {
    if (state.tab !== "quiz") return;
    const {quiz} = state,
      {words, graph, numbers} = derived;
    if (!isNewPanel(quiz, words, graph, numbers)) return;
    const typed = field && quiz?.card === askedCard ? field.value : "",
      takesFocus = isUsed || panel.contains(document.activeElement);
    field = null;
    askedCard = quiz?.card ?? -1;
    if (!quiz) panel.replaceChildren(...beforeQuiz(derived));
    else if (quiz.over) panel.replaceChildren(scoreOf(quiz, words), row(beginButton("quiz.again", derived), endButton(words)));
    else if (quiz.settled) fillSettled(quiz, derived);
    else fillQuestion(quiz, derived, typed);
    if (!takesFocus) return;
    const control = /** @type {HTMLElement | null} */ (panel.querySelector("#answer, button"));
    control?.focus();
    if (control instanceof HTMLInputElement) control.select();
  }

  /** @param {Derived} derived */
  function beforeQuiz(derived) {
    const {words, graph} = derived,
      size = graph.cards.filter(({node}) => node.kind !== "constant").length,
      hint = size > MAX_CARDS_ON_SHEET ? words.say("sheet.large", {count: size}) : words.say("print.hint");
    return [
      make("p", {class: "hint"}, words.say("quiz.hint")),
      row(beginButton("quiz.begin", derived)),
      make(
        "p",
        {class: "row print-row"},
        make("button", {id: "print", onclick: () => window.print()}, words.say("print")),
        make("span", {class: "hint"}, hint),
      ),
    ];
  }

  /**
   * @param {Quiz} quiz
   * @param {Derived} derived
   */
  function fillSettled(quiz, derived) {
    const {words} = derived,
      next = make("button", {class: "go-on", onclick: nextQuestion}, words.say("quiz.next"));
    panel.replaceChildren(
      progressOf(quiz, words),
      make("p", {class: "question"}, questionOf(quiz, derived)),
      verdictOf(quiz, derived),
      row(next, endButton(words)),
      scoreOf(quiz, words),
    );
  }

  /**
   * @param {Quiz} quiz
   * @param {Derived} derived
   * @param {string} typed
   */
  function fillQuestion(quiz, derived, typed) {
    const {words} = derived;
    const input = make("input", {id: "answer", type: "text", inputmode: "decimal", autocomplete: "off"});
    input.value = typed;
    field = input;
    const form = make(
      "form",
      {onsubmit: submit},
      make("label", {for: "answer", class: "question"}, questionOf(quiz, derived)),
      make("span", {class: "row"}, input, make("button", {}, words.say("quiz.check"))),
    );
    panel.replaceChildren(
      progressOf(quiz, words),
      form,
      verdictOf(quiz, derived),
      row(
        make("button", {onclick: () => tell({type: "showHint"})}, words.say("quiz.clue")),
        make("button", {onclick: () => tell({type: "showAnswer"})}, words.say("quiz.skip")),
        endButton(words),
      ),
      scoreOf(quiz, words),
    );
  }

  /**
   * @param {string} key
   * @param {Derived} derived
   */
  function beginButton(key, {words, numbers}) {
    const begin = () => {
      use({type: "beginQuiz"});
      tellWhere();
      byId("tabs").scrollIntoView({block: "nearest"}); // less is told in a quiz: what is below has moved up
    };
    return make("button", {class: "begin", onclick: begin, disabled: numbers.missing >= 0}, words.say(key));
  }

  /** @param {Words} words */
  function endButton(words) {
    return make("button", {onclick: end}, words.say("quiz.end"));
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    tell({type: "answer", text: field?.value ?? ""});
  }

  /**
   * Does something that has a verdict, and tells it to screen readers.
   * @param {Action} action
   */
  function tell(action) {
    use(action);
    if (app.state.quiz) app.announce(verdictInWords(app.state.quiz, app.derived));
  }

  function nextQuestion() {
    use({type: "nextQuestion"});
    tellWhere();
  }

  // Tells the number of the question, which is read with its field, or the score after the last one.
  function tellWhere() {
    const {quiz} = app.state,
      {words} = app.derived;
    if (quiz) app.announce(quiz.over ? scoreInWords(quiz, words) : progressInWords(quiz, words));
  }

  function end() {
    const {quiz} = app.state,
      {words} = app.derived;
    use({type: "endQuiz"});
    app.announce(words.joined(words.say("quiz.ended"), quiz ? scoreInWords(quiz, words) : ""));
  }

  /** @param {Action} action */
  function use(action) {
    isUsed = true;
    app.dispatch(action);
    isUsed = false;
  }

  return {show: showQuiz};
}

/** @param {...Node} children */
function row(...children) {
  return make("p", {class: "row"}, ...children);
}

/**
 * @param {Quiz} quiz
 * @param {Derived} derived
 */
function questionOf(quiz, {graph, words}) {
  return words.say("quiz.question", {name: graph.cards[quiz.card].node.name});
}

/**
 * @param {Quiz} quiz
 * @param {Words} words
 */
function progressOf(quiz, words) {
  return make("p", {class: "hint progress"}, progressInWords(quiz, words));
}

/**
 * @param {Quiz} quiz
 * @param {Words} words
 */
function progressInWords({questions, card}, words) {
  return words.say("quiz.progress", {number: questions.indexOf(card) + 1, count: questions.length});
}

/**
 * @param {Quiz} quiz
 * @param {Derived} derived
 */
function verdictOf(quiz, derived) {
  const kind = quiz.verdict?.kind,
    sort = kind === "right" ? "good" : kind === "shown" ? "bad" : "";
  return make("p", {class: `verdict ${sort}`}, ...inLines(verdictInWords(quiz, derived)));
}

/**
 * @param {Quiz} quiz
 * @param {Derived} derived
 */
function verdictInWords({verdict, card: i}, {graph, numbers, words, sentences}) {
  const card = graph.cards[i];
  switch (verdict?.kind) {
    case "number":
      return words.say("quiz.why.number");
    case "right":
      return words.say("quiz.right", {reason: reasonFor(graph, numbers, words, card)});
    case "wrong":
      return words.say("quiz.wrong", {why: whyWrong(graph, numbers, words, verdict.given ?? NaN, card)});
    case "shown": {
      const gradient = show(numbers.gradients[card.output]);
      return words.say("quiz.wrong.again", {gradient, reason: reasonFor(graph, numbers, words, card)});
    }
    case "hint":
      return clueFor(graph, numbers, sentences, card);
    default:
      return "";
  }
}

/**
 * @param {Quiz} quiz
 * @param {Words} words
 */
function scoreOf(quiz, words) {
  return make("p", {class: "score"}, scoreInWords(quiz, words));
}

/**
 * @param {Quiz} quiz
 * @param {Words} words
 */
function scoreInWords({right, done}, words) {
  return done ? words.say("quiz.score", {right, count: done}) : "";
}
