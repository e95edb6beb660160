// The worksheet: printing the page gives a sheet with blanks, and one with the answers.

// Builds two sheets for the printer: the graph with blanks, and with the answers.
function buildSheets() {
  const name = data.title[state.language] || "microgrid",
    count = state.cycle - 1; // after training, the numbers are no longer those that the page began with
  const title = count ? say(count === 1 ? "sheet.after.one" : "sheet.after", {title: name, count}) : name;
  $("sheets").replaceChildren(sheet(say("sheet", {title}), false), sheet(say("sheet.answers", {title}), true));
}

function sheet(title, isAnswer) {
  const copy = picture.cloneNode(true);
  copy.querySelector("#baton")?.remove();
  copy.removeAttribute("width");
  copy.removeAttribute("height");
  const missing = numbers.missing >= 0;
  const blank = "________",
    narrow = "_______"; // beside an edge
  const putIn = (group) => (kind, text) => {
    const element = group.querySelector(kind);
    if (!element) return;
    element.textContent = ofCard(powersOfTen(text));
    squeeze(element);
  };
  for (const card of graph.cards) {
    const group = copy.querySelector(`[id="${card.id}"]`),
      put = putIn(group);
    const {kind} = card.node;
    put(".value", kind === "computed" && !isAnswer ? blank : show(numbers.values[card.output] ?? NaN));
    put(".grad", isAnswer && !missing ? show(numbers.gradients[card.output]) : blank);
    put(".status", "");
    put(".value-word", word("value"));
    group.setAttribute("class", card.drawn.kinds);
    if (isCompact) put(".op", card.drawn.plain); // on the page, a status may have replaced it
  }
  for (const edge of graph.edges) {
    const group = copy.querySelector(`[id="e${edge.i}"]`),
      {local, share} = missing ? {local: NaN, share: NaN} : numbers.carried[edge.i];
    group.setAttribute("class", edge.drawn.kinds);
    group.querySelector(".line").setAttribute("stroke-width", "1");
    if (!group.querySelector(".local")) continue;
    group.classList.add("handed");
    const put = putIn(group);
    put(".local", isAnswer ? `×${show(local)}` : `×${narrow}`);
    put(".share", isAnswer ? show(share) : narrow);
  }
  copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  copy.querySelectorAll("[tabindex]").forEach((element) => element.removeAttribute("tabindex"));
  const changes = missing
    ? []
    : inOrderOfCards()
        .slice(0, MOST_CHANGES)
        .map((i) => make("span", {class: "number"}, changeOnPaper(i, isAnswer, blank)));
  const left = missing ? 0 : graph.parameters.length - changes.length;
  if (left > 0) changes.push(make("span", {class: "more"}, say("sheet.more", {count: left})));
  const weights = graph.parameters.length <= MOST_ON_PAPER ? weightsOnPaper() : [];
  const rate = show(state.learningRate);
  const name = isAnswer ? [] : [make("p", {class: "pupil"}, `${say("sheet.name")} ………………………………`)];
  const tasks = ["sheet.know", "sheet.think", "sheet.change"].map((key) => make("li", {}, say(key, {rate})));
  return make(
    "section",
    {class: "sheet"},
    make("h2", {}, title),
    ...name,
    make("ol", {}, ...tasks),
    copy,
    make("p", {class: "changes"}, ...weights),
    make("p", {class: "changes"}, ...changes),
  );
}

// The parameters as one meets them from left to right, those of a neuron together.
function inOrderOfCards() {
  const changing = new Set(graph.parameters);
  return [...new Set(graph.cards.flatMap(({parameters, output}) => [...parameters, output]))].filter((i) => changing.has(i));
}

// The weights of neurons are folded into their cards, but are needed to compute by hand.
function weightsOnPaper() {
  const told = new Map(graph.cards.filter((card) => card.isNeuron).map((card) => [card.parameters.join(), card]));
  return [...told.values()].map((card) => {
    const list = card.parameters.map((i) => `${shortName(i, card)} = ${powersOfTen(show(numbers.values[i]))}`);
    return make("span", {class: "number"}, `${card.node.shownLabel || card.node.name}: ${list.join(", ")}`);
  });
}

function changeOnPaper(i, isAnswer, blank) {
  if (isAnswer) {
    const {name, formula, result} = sentences.change(i, numbers);
    return powersOfTen(`${name}: ${formula} = ${result}`);
  }
  const [before, rate] = [numbers.values[i], state.learningRate].map((number) => powersOfTen(show(number)));
  return `${graph.nodes[i].name}: ${before} − ${rate} × ${blank} = ${blank}`;
}

function printSheets() {
  buildSheets();
  window.print();
}
