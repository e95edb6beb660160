// The quiz: it asks for the next gradient, and gives the reason if an answer is wrong.

function beginQuiz() {
  play(false);
  const questions = [...graph.cards]
    .reverse()
    .slice(1)
    .filter((card) => card.node.kind !== "constant" && canBeAsked([card]));
  state.quiz = {
    questions,
    answered: [],
    card: questions[0],
    right: 0,
    tries: 0,
    hinted: false,
    done: 0,
    verdict: null,
    over: questions.length === 0,
  };
  document.body.toggleAttribute("data-quiz", true);
  state.lit = null;
  state.selected = null;
  go(state.position);
  buildQuiz("");
  if (questions.length) follow({card: questions[0]});
}

const canBeAsked = (cards) =>
  numbers.missing < 0 && cards.every((card) => Number.isFinite(numbers.gradients[card.output]));

function endQuiz() {
  state.quiz = null;
  document.body.removeAttribute("data-quiz");
  go(state.position);
  buildQuiz();
}

// The shares that arrive at a card, one for each edge back to it.
function arriving(card) {
  return graph.edges
    .filter((edge) => edge.operand === card)
    .map((edge) => ({
      giver: edge.result.node.name,
      upstream: numbers.gradients[edge.result.output],
      ...numbers.carried[edge.i],
    }));
}

function reasonFor(card) {
  const shares = arriving(card),
    gradient = show(numbers.gradients[card.output]);
  const terms = shares.slice(0, 4).map(({giver, upstream, local, share}) => {
    const product = `${show(upstream)} × ${bracketed(show(local))}`;
    return say("quiz.reason", {giver, product: shares.length > 1 ? `${product} = ${show(share)}` : product});
  });
  const told = [...terms, ...(shares.length > 4 ? ["…"] : [])].join(say("quiz.reason.next"));
  return shares.length > 1 ? say("quiz.reason.sum", {shares: told, gradient}) : told;
}

const isNear = (answer, truth) => abs(answer - truth) <= Math.max(0.01 * abs(truth), 1e-12);

function whyWrong(answer, card) {
  const truth = numbers.gradients[card.output],
    shares = arriving(card);
  const found = (part) => shares.find((share) => isNear(answer, share[part]));
  if (isNear(-answer, truth)) return say("quiz.why.sign");
  if (shares.length > 1 && found("share"))
    return say("quiz.why.share", {giver: found("share").giver, count: shares.length});
  if (found("local")) return say("quiz.why.local", {upstream: show(found("local").upstream)});
  if (found("upstream")) return say("quiz.why.upstream");
  return say("quiz.why.other");
}

function answer(text) {
  const {quiz} = state,
    value = readNumber(text),
    {card} = quiz;
  const wrong = () => say("quiz.wrong", {why: whyWrong(value, card)});
  if (Number.isNaN(value)) quiz.verdict = () => say("quiz.why.number");
  else if (isNear(value, numbers.gradients[card.output])) {
    if (quiz.tries === 0 && !quiz.hinted) quiz.right += 1;
    settle(() => say("quiz.right", {reason: reasonFor(card)}), "good");
  } else if (quiz.tries++ > 0) reveal();
  else quiz.verdict = wrong;
  buildQuiz(text);
  announce(quiz.verdict());
}

function reveal() {
  const {card} = state.quiz;
  settle(
    () => say("quiz.wrong.again", {gradient: show(numbers.gradients[card.output]), reason: reasonFor(card)}),
    "bad",
  );
}

function settle(verdict, kind) {
  const {quiz} = state;
  Object.assign(quiz, {verdict, kind, settled: true, done: quiz.done + 1});
  quiz.answered.push(quiz.card);
  showAll();
}

function nextQuestion() {
  const {quiz} = state,
    card = quiz.questions[quiz.done];
  Object.assign(quiz, {card, tries: 0, hinted: false, verdict: null, kind: "", settled: false, over: !card});
  showAll();
  buildQuiz("");
  if (card) follow({card});
  else announce(scoreOf(quiz));
}

function buildQuiz(typed = $("answer")?.value ?? "") {
  const panel = $("quiz"),
    {quiz} = state;
  const size = graph.cards.filter(({node}) => node.kind !== "constant").length;
  const print = [
    make(
      "p",
      {class: "row print-row"},
      make("button", {id: "print", onclick: printSheets}, say("print")),
      make("span", {class: "hint"}, size > MOST_ON_SHEET ? say("sheet.large", {count: size}) : say("print.hint")),
    ),
  ];
  const begin = (text) => make("button", {class: "begin", onclick: beginQuiz, disabled: numbers.missing >= 0}, text);
  const end = make("button", {onclick: endQuiz}, say("quiz.end"));
  if (!quiz) {
    panel.replaceChildren(
      make("p", {class: "hint"}, say("quiz.hint")),
      make("p", {class: "row"}, begin(say("quiz.begin"))),
      ...print,
    );
    return;
  }
  const score = make("p", {class: "score"}, scoreOf(quiz));
  if (quiz.over) {
    panel.replaceChildren(score, make("p", {class: "row"}, begin(say("quiz.again")), end));
    return;
  }
  const progress = make(
    "p",
    {class: "hint progress"},
    say("quiz.progress", {number: quiz.questions.indexOf(quiz.card) + 1, count: quiz.questions.length}),
  );
  const verdict = make("p", {class: `verdict ${quiz.kind ?? ""}`}, quiz.verdict?.() ?? "");
  const question = make("label", {for: "answer", class: "question"}, say("quiz.question", {name: quiz.card.node.name}));
  if (quiz.settled) {
    const next = make("button", {class: "go-on", onclick: nextQuestion}, say("quiz.next"));
    panel.replaceChildren(
      progress,
      make("p", {class: "question"}, say("quiz.question", {name: quiz.card.node.name})),
      verdict,
      make("p", {class: "row"}, next, end),
      score,
    );
    next.focus();
    return;
  }
  const field = make("input", {id: "answer", type: "text", inputmode: "decimal", autocomplete: "off"});
  field.value = typed;
  const form = make(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        answer(field.value);
      },
    },
    question,
    make("span", {class: "row"}, field, make("button", {}, say("quiz.check"))),
  );
  const clue = () => {
    quiz.hinted = true;
    quiz.verdict = () => clueFor(quiz.card);
    buildQuiz(field.value);
    announce(quiz.verdict());
  };
  const skip = () => {
    reveal();
    buildQuiz();
    announce(quiz.verdict());
  };
  panel.replaceChildren(
    progress,
    form,
    verdict,
    make(
      "p",
      {class: "row"},
      make("button", {onclick: clue}, say("quiz.clue")),
      make("button", {onclick: skip}, say("quiz.skip")),
      end,
    ),
    score,
  );
  field.focus();
  field.select();
}

const scoreOf = ({right, done}) => (done ? say("quiz.score", {right, count: done}) : "");

function clueFor(card) {
  const edges = graph.edges.filter((edge) => edge.operand === card);
  const slopes = edges.slice(0, 4).map((edge) => {
    const [[node, position]] = edge.handovers;
    if (edge.handovers.length === 1 && edge.result.inside.length === 1) return sentences.slope(node, position, numbers);
    return `∂${edge.result.node.name}/∂${card.node.name} = ${show(numbers.carried[edge.i].local)}`;
  });
  return slopes.join("; ");
}
