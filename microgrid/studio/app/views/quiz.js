// The quiz: it asks for the next gradient, and gives the reason if an answer is wrong.

import {show} from "../core/numerals.js";
import {clueFor, reasonFor, whyWrong} from "../core/quiz.js";
import {byId, createWatch, make} from "./dom.js";

const MAX_CARDS_ON_SHEET = 20;

export function createQuiz(app) {
  const panel = byId("quiz"),
    isNewPanel = createWatch();
  let field = null,
    askedCard = null;

  function showQuiz(state, derived) {
    if (state.tab !== "quiz") return;
    const {quiz} = state,
      {words, graph, numbers} = derived;
    if (!isNewPanel(quiz, words, graph, numbers)) return;
    const typed = field && quiz?.card === askedCard ? field.value : "";
    field = null;
    askedCard = quiz?.card ?? null;
    if (!quiz) panel.replaceChildren(...beforeQuiz(derived));
    else if (quiz.over) panel.replaceChildren(scoreOf(quiz, words), row(beginButton("quiz.again", derived), endButton(words)));
    else if (quiz.settled) fillSettled(quiz, derived);
    else fillQuestion(quiz, derived, typed);
  }

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
    next.focus();
  }

  function fillQuestion(quiz, derived, typed) {
    const {words} = derived;
    field = make("input", {id: "answer", type: "text", inputmode: "decimal", autocomplete: "off"});
    field.value = typed;
    const form = make(
      "form",
      {onsubmit: submit},
      make("label", {for: "answer", class: "question"}, questionOf(quiz, derived)),
      make("span", {class: "row"}, field, make("button", {}, words.say("quiz.check"))),
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
    field.focus();
    field.select();
  }

  function beginButton(key, {words, numbers}) {
    const begin = () => app.dispatch({type: "beginQuiz"});
    return make("button", {class: "begin", onclick: begin, disabled: numbers.missing >= 0}, words.say(key));
  }

  function endButton(words) {
    return make("button", {onclick: () => app.dispatch({type: "endQuiz"})}, words.say("quiz.end"));
  }

  function submit(event) {
    event.preventDefault();
    tell({type: "answer", text: field.value});
  }

  /** Does something that has a verdict, and tells it to screen readers. */
  function tell(action) {
    app.dispatch(action);
    app.announce(verdictInWords(app.state.quiz, app.derived));
  }

  function nextQuestion() {
    app.dispatch({type: "nextQuestion"});
    const {quiz} = app.state;
    if (quiz.over) app.announce(scoreInWords(quiz, app.derived.words));
  }

  return {show: showQuiz};
}

function row(...children) {
  return make("p", {class: "row"}, ...children);
}

function questionOf(quiz, {graph, words}) {
  return words.say("quiz.question", {name: graph.cards[quiz.card].node.name});
}

function progressOf({questions, card}, words) {
  const progress = words.say("quiz.progress", {number: questions.indexOf(card) + 1, count: questions.length});
  return make("p", {class: "hint progress"}, progress);
}

function verdictOf(quiz, derived) {
  const kind = {right: "good", shown: "bad"}[quiz.verdict?.kind] ?? "";
  return make("p", {class: `verdict ${kind}`}, verdictInWords(quiz, derived));
}

function verdictInWords({verdict, card: i}, {graph, numbers, words, sentences}) {
  const card = graph.cards[i];
  switch (verdict?.kind) {
    case "number":
      return words.say("quiz.why.number");
    case "right":
      return words.say("quiz.right", {reason: reasonFor(graph, numbers, words, card)});
    case "wrong":
      return words.say("quiz.wrong", {why: whyWrong(graph, numbers, words, verdict.given, card)});
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

function scoreOf(quiz, words) {
  return make("p", {class: "score"}, scoreInWords(quiz, words));
}

function scoreInWords({right, done}, words) {
  return done ? words.say("quiz.score", {right, count: done}) : "";
}
