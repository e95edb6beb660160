// The panels beside the graph: leaves to change, routes of responsibility, training.

// --- what if ---------------------------------------------------------------------------------------------------------

function compute() {
  numbers = cycle(graph, state.leaves, state.learningRate);
  if (state.quiz && !canBeAsked(state.quiz.questions)) state.quiz = null;
}

// Changes a leaf; what depends on it is computed again at once, and the step stays the same.
function moveLeaf(i, value) {
  play(false);
  state.leaves.set(i, value);
  state.told = null;
  compute();
  startCurve(state.cycle > 1 || state.restarted);
  go(state.wanted);
  showWhatIf();
  refreshPanel();
}

// A new experiment begins here, and with it a new curve.
function startCurve(restarted) {
  state.restarted = restarted;
  state.diverged = null;
  state.cycle = 1;
  state.losses = numbers.missing < 0 ? [numbers.values[graph.loss]] : [];
}

// Lists the leaves that get a slider: all of a small graph; of a large one those that are selected or opened come first.
function leavesToMove() {
  const leaves = [...startLeaves.keys()],
    order = ["parameter", "input", "constant"];
  const sorted = leaves.sort(
    (a, b) => order.indexOf(graph.nodes[a].kind) - order.indexOf(graph.nodes[b].kind) || a - b,
  );
  if (leaves.length <= MOST_SLIDERS) return sorted;
  const shown = new Set(graph.cards.filter((card) => !card.node.op).map((card) => card.output));
  const open = [...state.opened].flatMap((card) => graph.cards[card].parameters);
  const chosen = state.selected && !state.selected.node.op ? [state.selected.output] : [];
  const rest = sorted.filter((i) => shown.has(i));
  return [...new Set([...chosen, ...open, ...rest])].slice(0, MOST_ROWS);
}

let rows = [];

function buildWhatIf() {
  const leaves = leavesToMove(),
    panel = $("whatif");
  rows = leaves.map((i) => leafRow(i));
  const reset = make("button", {class: "reset", onclick: resetAll}, say("reset"));
  refill(
    panel,
    make("p", {class: "told"}),
    ...rows.map((row) => row.element),
    reset,
  );
  showWhatIf();
}

function leafRow(i) {
  const node = graph.nodes[i];
  const name = leafName(i);
  const slider = make("input", {type: "range", step: "any", "aria-label": name});
  const field = make("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `${name}: ${word("value")}`,
  });
  const refused = make("p", {class: "refused", id: `refused-${i}`});
  const change = (value) => {
    const isNumber = Number.isFinite(value);
    refuse(field, refused, isNumber ? "" : say("quiz.why.number"));
    if (isNumber) moveLeaf(i, value);
  };
  slider.addEventListener("input", () => change(Number(slider.value)));
  field.addEventListener("change", () => change(readNumber(field.value)));
  const button = make(
    "button",
    {"aria-label": `${name} +0.01`, title: say("try"), onclick: () => tryNudge(i)},
    "+0.01",
  );
  const given = node.kind === "constant" ? [] : [button];
  const element = make(
    "div",
    {class: `leaf ${node.kind}${columnsOf(name) > 7 ? " long" : ""}`},
    make("span", {class: "leaf-name", title: name}, name),
    slider,
    field,
    ...given,
    refused,
  );
  return {i, element, slider, field};
}

// Says, beside a field and to screen readers, why the text typed into it is refused.
function refuse(field, place, why) {
  field.setAttribute("aria-invalid", Boolean(why));
  if (why) field.setAttribute("aria-describedby", place.id);
  else field.removeAttribute("aria-describedby");
  write(place, why);
  if (why) announce(why);
}

// Whether the gradients are still to come.
const awaitsThink = () => state.position < phaseEnd("think") && numbers.missing < 0;

// The text above the sliders while there is no result: what they do and, in a large graph, where the others are.
function hintOfWhatIf() {
  const left = startLeaves.size - rows.length;
  const more = left > 0 && !(hasNeurons && state.opened.size);
  return joined(
    say(awaitsThink() ? "whatif.early" : "whatif.hint"),
    more && say(hasNeurons ? "whatif.neurons" : "whatif.more", {count: left}),
  );
}

function showWhatIf() {
  for (const {i, slider, field} of rows) {
    const value = state.leaves.get(i);
    const start = startLeaves.get(i),
      span = Math.max(1, 2 * abs(start), abs(value - start));
    slider.disabled = !(span < 1e300); // no slider reaches further
    if (!slider.disabled) Object.assign(slider, {min: start - span, max: start + span, step: span / 100, value});
    if (document.activeElement !== field) field.value = show(value, 6);
  }
  showTold();
}

function showTold() {
  const told = $("whatif").querySelector(".told");
  write(told, state.told?.() ?? hintOfWhatIf());
  mark(told, state.told ? "told" : "told hint");
}

// Puts a gradient to the test, without keeping the move; before Think, when nothing is predicted yet, only moves.
function tryNudge(i) {
  if (numbers.missing >= 0) return;
  const moved = forward(graph, new Map(state.leaves).set(i, state.leaves.get(i) + NUDGE), true);
  const gradient = numbers.gradients[i],
    actual = moved.missing < 0 ? moved.values[graph.loss] - numbers.values[graph.loss] : NaN;
  const parts = {
    name: graph.nodes[i].name,
    gradient: show(gradient),
    predicted: showSigned(gradient * NUDGE),
    actual: showSigned(actual),
  };
  const told = awaitsThink() ? "try.early" : "try.result";
  state.told = () => (moved.missing < 0 ? say(told, {...parts, end: endName()}) : sentences.missing(moved));
  showWhatIf();
  announce(state.told());
}

function resetAll() {
  play(false);
  state.leaves = new Map(startLeaves);
  state.learningRate = data.learningRate;
  state.told = null;
  compute();
  startCurve(false);
  go(state.wanted);
  buildWhatIf();
  refreshPanel();
}

// --- whose fault -----------------------------------------------------------------------------------------------------

function select(card) {
  const again = state.selected === card;
  state.selected = again ? null : card;
  state.route = card.isNeuron ? -1 : 0; // an open neuron shows its inside, and none of its routes
  if (card.isNeuron) {
    const isClosing = state.opened.has(card.i);
    openNeuron(isClosing ? null : card);
    state.selected = isClosing ? null : card;
  }
  if (state.selected && !asking()) showTab("fault");
  else refreshPanel();
  showAll();
}

function routesTo(card) {
  return largestRoutes(graph, numbers, card.output, MOST_ROUTES);
}

// The cards and edges of the route that is pointed at, or null.
function litRoute() {
  if (!state.lit) return null;
  const edges = new Set(),
    cards = new Set();
  state.lit.nodes.forEach((node, i) => {
    const card = graph.cardOf.get(node),
      before = i ? graph.cardOf.get(state.lit.nodes[i - 1]) : null;
    cards.add(card);
    const edge =
      before && before !== card
        ? before.edges.find(
            (found) => found.operand === card && found.handovers.some(([result]) => result === state.lit.nodes[i - 1]),
          )
        : null;
    if (edge) edges.add(edge);
  });
  return {edges, cards};
}

function buildFault() {
  const panel = $("fault"),
    card = state.selected;
  state.lit = null;
  if (!card || numbers.missing >= 0) {
    refill(panel, make("p", {class: "hint"}, say("fault.hint")));
    return;
  }
  if (card.node.kind === "constant") {
    refill(panel, make("p", {}, say("fault.constant", {name: show(numbers.values[card.output])})));
    return;
  }
  const {name} = card.node;
  if (!hasArrived(card, viewAt(state.position))) {
    const wait = () => go(arrivalOf(card));
    refill(
      panel,
      make("p", {class: "summary"}, say("fault.later", {name})),
      make("p", {class: "row"}, make("button", {class: "arrival", onclick: wait}, say("fault.go"))),
    );
    return;
  }
  const {routes, count, blocked, remainder, gradient} = routesTo(card);
  const told = say(count ? "fault.sum" : "fault.none", {
    name,
    count: show(count || blocked),
    gradient: show(gradient),
  });
  const hints = [
    count > routes.length && say("fault.rest", {count: show(count - routes.length), remainder: show(remainder)}),
    count > 0 && blocked > 0 && say("fault.blocked", {count: show(blocked)}),
  ];
  refill(
    panel,
    make("p", {class: "summary"}, told),
    make("ol", {}, ...routes.map((route, i) => routeItem(route, i))),
    ...hints.filter(Boolean).map((hint) => make("p", {class: "hint"}, hint)),
  );
  light(routes[state.route] ?? null);
}

// The position at which the last share of a card has arrived.
function arrivalOf(card) {
  const takes = ({kind, edge}) => (card.output === graph.loss ? kind === "seed" : edge?.operand === card);
  return state.steps.findLastIndex((step) => step.phase === "think" && takes(step)) + 1;
}

function routeItem(route, i) {
  const nameOn = (node) =>
    graph.cardOf.get(node).output === node ? graph.nodes[node].name : graph.nodes[node].operation.symbol.charAt(0);
  const names = route.nodes.map(nameOn);
  const product = route.locals.length
    ? `${["1", ...route.locals.map((local) => bracketed(show(local)))].join(" × ")} = `
    : "";
  const choose = () => {
    state.route = i;
    light(route);
  };
  const button = make(
    "button",
    {
      class: "route",
      "aria-pressed": String(i === state.route),
      onclick: choose,
      onpointerenter: choose,
      onfocus: choose,
    },
    make("span", {class: "way"}, names.join(" → ")),
    make("span", {class: "product"}, shown(product), make("b", {class: signOf(route.product)}, shown(show(route.product)))),
  );
  return make("li", {}, button);
}

function light(route) {
  state.lit = route;
  $("fault")
    .querySelectorAll(".route")
    .forEach((button, i) => button.setAttribute("aria-pressed", i === state.route));
  showGraph(viewAt(state.position));
}

// --- train -----------------------------------------------------------------------------------------------------------

function train(cycles) {
  play(false);
  for (let i = 0; i < cycles && numbers.missing < 0 && Number.isFinite(numbers.values[graph.loss]); i++) {
    state.leaves = new Map(numbers.changed);
    state.cycle += 1;
    compute();
    state.losses.push(numbers.missing < 0 ? numbers.values[graph.loss] : NaN);
  }
  if (isStuck()) state.diverged ??= {cycle: state.cycle, rate: show(state.learningRate)};
  state.told = null;
  go(phaseEnd("think"));
  showWhatIf();
  refreshPanel();
  announce(resultOfTraining());
}

const isStuck = () => numbers.missing >= 0 || !Number.isFinite(numbers.values[graph.loss]);

function resultOfTraining() {
  const [first, last] = [state.losses[0], state.losses.at(-1)];
  if (state.cycle === 1) return troubleNow() || (state.restarted ? say("curve.new") : "");
  return troubleNow() || joined(curveInWords(first, last), last > first && say("grown"));
}

const curveInWords = (first, last) =>
  say("curve", {name: endLabel(), first: show(first), last: show(last), count: state.cycle - 1});

function buildTrain() {
  const panel = $("train");
  if (graph.parameters.length === 0) {
    refill(panel, make("p", {class: "hint"}, say("train.none")));
    return;
  }
  const rate = make("input", {type: "text", inputmode: "decimal", autocomplete: "off", id: "rate"}),
    refused = make("p", {class: "refused", id: "refused-rate"});
  rate.value = show(state.learningRate, 6);
  // Takes the rate from the field, if it is valid; if not, it stays there, and nothing is trained with the old rate.
  const takeRate = () => {
    const value = readNumber(rate.value),
      valid = Number.isFinite(value) && value >= 0;
    refuse(rate, refused, valid ? "" : say("rate.refused"));
    if (!valid || rate.value === show(state.learningRate, 6)) return valid;
    state.learningRate = value;
    compute();
    go(state.position);
    return true;
  };
  rate.addEventListener("change", takeRate);
  const buttons = [1, 10, 100].map((count) =>
    make("button", {class: "train", disabled: isStuck(), onclick: () => takeRate() && train(count)}, `× ${count}`),
  );
  refill(
    panel,
    make("p", {class: "hint"}, say("train.hint")),
    make("p", {class: "row"}, ...buttons, make("button", {class: "reset", onclick: resetAll}, say("reset"))),
    make("p", {class: "row"}, make("label", {for: "rate"}, say("rate")), rate),
    refused,
    make("p", {class: "result"}, resultOfTraining()),
  );
}

function showCurve() {
  const curve = $("curve"),
    losses = state.losses.filter(Number.isFinite);
  curve.toggleAttribute("hidden", losses.length < 2);
  $("scale").toggleAttribute("hidden", losses.length < 2);
  if (losses.length < 2) return;
  const lowest = Math.min(...losses),
    highest = Math.max(...losses);
  const isWide = lowest > 0 && highest / lowest > 50; // then each tenth part is as far from the next
  const scaled = losses.map((loss) => (isWide ? log(loss) : loss));
  const bottom = isWide ? log(lowest) : Math.min(0, lowest),
    height = (isWide ? log(highest) : highest) - bottom || 1;
  const ends = {name: endLabel(), first: show(losses[0]), last: show(losses.at(-1))};
  write($("scale"), say(isWide ? "curve.log" : "curve.linear", ends));
  const points = scaled.map(
    (loss, i) =>
      `${((i / (losses.length - 1)) * 196 + 2).toFixed(1)},${(37 - ((loss - bottom) / height) * 34).toFixed(1)}`,
  );
  curve.firstElementChild.setAttribute("points", points.join(" "));
  curve.setAttribute("aria-label", curveInWords(losses[0], losses.at(-1)));
}
