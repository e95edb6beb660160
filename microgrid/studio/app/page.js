// The screen of the page: panels, language, keys and clicks; and its start.

const builders = {whatif: buildWhatIf, fault: buildFault, train: buildTrain, quiz: buildQuiz};

function showTab(name) {
  state.tab = name;
  document.body.toggleAttribute("data-quiz", Boolean(asking()));
  for (const key of Object.keys(builders)) {
    const tab = $(`tab-${key}`),
      chosen = key === name;
    tab.setAttribute("aria-selected", chosen);
    tab.setAttribute("tabindex", chosen ? "0" : "-1");
    $(key).hidden = !chosen;
  }
  if (name !== "fault") state.lit = null;
  builders[name]();
  if (name !== "fault") showAll();
  if (name === "whatif") showWhatIf();
  showCurve();
}

function refreshPanel() {
  if (state.tab !== "whatif") builders[state.tab]();
  showCurve();
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  relabel(graph, data.labels[language]);
  for (const {node, drawn} of graph.cards) {
    if (drawn.heading && Object.values(data.labels).some((labels) => node.label in labels)) drawn.heading.nodeValue = node.name;
  }
  sentences = new Sentences(graph, WORDS, language);
  for (const element of document.querySelectorAll("[data-text]"))
    element.textContent = WORDS[language][element.dataset.text];
  document.querySelectorAll(".value-word").forEach((element) => write(element, word("value")));
  document.querySelectorAll(".grad-word").forEach((element) => write(element, word("grad")));
  for (const id of ["first", "back", "play", "next", "last", "smaller", "fit", "larger", "language", "help"]) {
    $(id).setAttribute("aria-label", say(id));
    $(id).title = say(id);
  }
  $("language").textContent = language === "ja" ? "English" : "日本語";
  $("language").lang = language === "ja" ? "en" : "ja";
  $("graph").setAttribute("aria-label", say("graph"));
  picture.setAttribute("aria-label", say("graph"));
  $("scrubber").setAttribute("aria-label", say("timeline"));
  $("timeline").setAttribute("aria-label", say("timeline"));
  $("title").textContent = data.title[language];
  document.title = data.title[language] ? `${data.title[language]} · microgrid` : "microgrid";
  buildKeys();
  if (state.opened.size) buildInside(graph.cards[[...state.opened][0]]);
  builders[state.tab]();
  showAll();
  showCurve();
}

function buildKeys() {
  const keys = [
    ["← →", "keys.step"],
    ["Space", "keys.play"],
    ["Home End", "keys.ends"],
    ["1 2 3", "keys.phases"],
    ["L", "keys.language"],
    ["Tab ↑ ↓", "keys.cards"],
    ["Enter", "keys.card"],
    ["?", "keys.help"],
  ];
  const list = make("dl", {}, ...keys.flatMap(([key, text]) => [make("dt", {}, key), make("dd", {}, say(text))]));
  const close = make("button", {class: "close", "aria-label": say("close"), onclick: () => $("keys").close()}, "✕");
  const signs = ["signs.cards", ...legendKeys, "signs.relay"].map((key) => make("p", {}, say(key, {end: endName()})));
  $("keys").replaceChildren(
    make("h2", {id: "keys-title"}, say("keys"), close),
    list,
    make("h2", {}, say("signs")),
    ...signs,
  );
}

function onKey(event) {
  const {key, target} = event;
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = target.matches?.("input:not([type=range]), select, textarea"),
    sliding = target.matches?.("#whatif input[type=range]");
  if (typing || (sliding && key !== "Escape")) return;
  const pressing = target.matches?.("button, [role=button]") && (key === " " || key === "Enter");
  if (pressing) {
    if (target.matches(".card")) {
      event.preventDefault();
      select(cardAt(target));
    }
    return;
  }
  if (target.matches?.(".card") && (key === "ArrowDown" || key === "ArrowUp")) {
    const next = graph.cards[graph.cards.indexOf(cardAt(target)) + (key === "ArrowDown" ? 1 : -1)];
    if (next) enter(next);
    event.preventDefault();
    return;
  }
  if (target.matches?.("[role=tab]") && (key === "ArrowLeft" || key === "ArrowRight")) {
    const tabs = [...$("tabs").children],
      next = tabs[(tabs.indexOf(target) + (key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    next.focus();
    showTab(next.getAttribute("aria-controls"));
    event.preventDefault();
    return;
  }
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  if (!action) return;
  event.preventDefault();
  action();
}

function stop(then) {
  play(false);
  if (!asking()) then();
}

const actions = {
  ArrowLeft: () => stop(() => go(state.position - 1)),
  ArrowRight: () => stop(() => go(state.position + 1, true)),
  Home: () => stop(() => go(0)),
  End: () => stop(() => go(state.steps.length)),
  " ": () => !asking() && play(!state.playing),
  1: () => stop(() => go(phaseEnd("know"))),
  2: () => stop(() => go(phaseEnd("think"))),
  3: () => stop(() => go(phaseEnd("change"))),
  l: () => speak(state.language === "ja" ? "en" : "ja"),
  "?": () => {
    play(false);
    $("keys").showModal();
  },
  Escape: () => {
    if (state.opened.size) closeNeuron();
    else if (state.selected) select(state.selected);
  },
};

// One card takes part in the order of the Tab key; from there, ↑ and ↓ go to the others.
function enter(card) {
  for (const {drawn} of graph.cards) drawn.group.setAttribute("tabindex", drawn === card.drawn ? "0" : "-1");
  card.drawn.group.focus();
}

function cardAt(element) {
  const group = element.closest(".card");
  return group ? graph.cards.find((card) => card.drawn.group === group) : null;
}

function onClickInGraph(event) {
  const card = cardAt(event.target),
    line = event.target.closest(".edge");
  if (card) select(card);
  else if (line && !asking()) {
    const step = state.steps.findIndex(({edge}) => edge?.drawn.group === line);
    if (step >= 0) stop(() => go(step + 1, true));
  }
}

function listen() {
  document.addEventListener("keydown", onKey);
  picture.addEventListener("click", onClickInGraph);
  $("first").addEventListener("click", actions.Home);
  $("back").addEventListener("click", actions.ArrowLeft);
  $("play").addEventListener("click", actions[" "]);
  $("next").addEventListener("click", actions.ArrowRight);
  $("last").addEventListener("click", actions.End);
  $("speed").addEventListener("change", () => state.playing && play(true));
  $("language").addEventListener("click", actions.l);
  $("help").addEventListener("click", actions["?"]);
  $("smaller").addEventListener("click", () => zoomBy(1 / 1.25));
  $("larger").addEventListener("click", () => zoomBy(1.25));
  $("fit").addEventListener("click", () => {
    Object.assign(state, {zoom: 1, whole: true});
    fitGraph();
  });
  $("scrubber").addEventListener("input", () => stop(() => go(fromScrubber(Number($("scrubber").value)))));
  for (const button of $("phases").children) {
    button.hidden = !phasesThere.includes(button.className);
    button.addEventListener("click", () => stop(() => go(phaseEnd(button.className))));
  }
  for (const tab of $("tabs").children) tab.addEventListener("click", () => showTab(tab.getAttribute("aria-controls")));
  addEventListener("hashchange", () => {
    const place = placeInAddress();
    if (place !== null && place !== state.position) stop(() => go(place));
  });
  addEventListener("beforeprint", buildSheets);
  new ResizeObserver(fitGraph).observe($("graph"));
}

$("scrubber").max = phasesThere.length * 1000;
graph.cards.forEach(({drawn}, i) => drawn.group.setAttribute("tabindex", i ? "-1" : "0"));
document.body.toggleAttribute("data-live", true);
listen();
showTab("whatif");
speak(state.language);
fitGraph();
go(placeInAddress() ?? 0);

// For the console, and for tests: the same numbers and sentences that the page shows.
window.microgrid = {
  graph,
  state,
  go,
  show,
  cycle,
  readGraph,
  stepsOf,
  largestRoutes,
  Sentences,
  WORDS,
  get numbers() {
    return numbers;
  },
};
