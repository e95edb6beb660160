// The graph: what is known at a step, shown on the cards and edges that Python has drawn.

// --- the elements of the graph ---------------------------------------------------------------------------------------

const picture = document.querySelector("#graph svg");
const [, , pictureWidth, pictureHeight] = picture.getAttribute("viewBox").split(" ").map(Number);
const hasNeurons = graph.cards.some((card) => card.isNeuron);
const hasRows = graph.nodes.some(({nth}) => nth);
const isCompact = picture.classList.contains("compact");
const legendKeys = [
  "legend",
  isCompact && (picture.classList.contains("tall") ? "legend.tall" : "legend.compact"),
  hasRows && "legend.rows",
  hasNeurons && "legend.neurons",
].filter(Boolean);

for (const card of graph.cards) {
  const group = $(card.id),
    find = (kind) => group.querySelector(`.${kind}`);
  card.drawn = {
    group,
    kinds: group.getAttribute("class"),
    heading: find("name")?.firstChild,
    value: find("value"),
    word: find("value-word"),
    width: Number(group.querySelector("rect").getAttribute("width")),
    grad: find("grad"),
    remark: find("status"),
    symbol: find("symbol") ?? find("op"),
    plain: "",
  };
  card.drawn.plain = card.drawn.symbol?.textContent ?? "";
  group.setAttribute("role", "button");
  if (card.isNeuron) group.setAttribute("aria-expanded", "false");
}

for (const edge of graph.edges) {
  const group = $(`e${edge.i}`),
    find = (kind) => group.querySelector(`.${kind}`);
  edge.drawn = {
    group,
    line: find("line"),
    local: find("local"),
    share: find("share"),
    kinds: group.getAttribute("class"),
  };
}

setSteps(new Set());

const baton = document.createElementNS("http://www.w3.org/2000/svg", "g");
baton.id = "baton";
baton.innerHTML = '<rect height="24" y="-12" rx="12"/><text y="4.5" text-anchor="middle"></text>';
picture.append(baton);

// --- what is known at a step -----------------------------------------------------------------------------------------

// Walks the steps up to a position, and returns what is known after them.
function viewAt(position) {
  const view = {
    values: new Map(state.leaves),
    changed: new Map(), // what comes after the update, beside the values from which all else was computed
    gradients: new Map(),
    products: new Set(),
    handed: new Set(),
    shares: new Map(),
    arrived: new Map(), // how many of an edge's shares
    after: 0,
    before: 0,
    current: state.steps[position - 1],
  };
  const values = numbers.missing < 0 ? graph.loss + 1 : numbers.missing;
  const learn = (i) => i < values && view.values.set(i, numbers.values[i]);
  const receive = (i, share) => {
    view.before = view.gradients.get(i) ?? 0;
    view.after = view.before + share;
    view.gradients.set(i, view.after);
  };
  for (const step of state.steps.slice(0, position)) {
    if (numbers.missing >= 0 && step.phase !== "know") break;
    switch (step.kind) {
      case "value":
        learn(step.node);
        break;
      case "product":
        view.products.add(`${step.node}.${step.group}`);
        break;
      case "neuron":
        step.card.inside.forEach(learn);
        break;
      case "seed":
        receive(step.node, 1);
        break;
      case "share": {
        const operand = graph.nodes[step.node].operands[step.position];
        const share = numbers.gradients[step.node] * numbers.locals[step.node][step.position];
        receive(operand, share);
        view.handed.add(`${step.node}.${step.position}`);
        if (!step.edge) break;
        view.shares.set(step.edge.i, (view.shares.get(step.edge.i) ?? 0) + share);
        view.arrived.set(step.edge.i, (view.arrived.get(step.edge.i) ?? 0) + 1);
        break;
      }
      case "edge":
        receive(step.edge.operand.output, numbers.carried[step.edge.i].share);
        view.shares.set(step.edge.i, numbers.carried[step.edge.i].share);
        view.arrived.set(step.edge.i, step.edge.handovers.length);
        break;
      case "keep":
        for (const [parameter, share] of sharesKept(graph, step.card, numbers)) receive(parameter, share);
        break;
      case "change":
        view.changed.set(step.node, numbers.changed.get(step.node));
        break;
      case "changes":
        step.parameters.forEach((i) => view.changed.set(i, numbers.changed.get(i)));
        break;
    }
  }
  return view;
}

// Tells whether all shares of a card have arrived.
function hasArrived(card, view) {
  if (card.output === graph.loss) return view.gradients.has(graph.loss);
  return graph.edges.every(({i, operand, handovers}) => operand !== card || view.arrived.get(i) === handovers.length);
}

// What a quiz shows: all values, and the gradients that were asked for already.
function viewOfQuiz() {
  const view = {
    values: new Map(numbers.values.entries()),
    changed: new Map(),
    gradients: new Map([[graph.loss, 1]]),
    products: new Set(),
    handed: new Set(),
    shares: new Map(),
    current: null,
  };
  for (const card of state.quiz.answered) {
    view.gradients.set(card.output, numbers.gradients[card.output]);
    for (const edge of graph.edges) if (edge.operand === card) view.shares.set(edge.i, numbers.carried[edge.i].share);
  }
  return view;
}

// Lists the steps anew, with these cards opened, and where each phase ends.
function setSteps(opened) {
  state.opened = opened;
  state.steps = stepsOf(graph, opened);
  let end = 0;
  for (const phase of PHASES) {
    end += state.steps.filter((step) => step.phase === phase).length;
    state.ends[phase] = end;
  }
}

const phaseEnd = (phase) => state.ends[phase];

// --- showing it ------------------------------------------------------------------------------------------------------

function showAll() {
  const view = asking() ? viewOfQuiz() : viewAt(state.position);
  showGraph(view);
  showPlace(view);
  showLoss();
  showInside(view);
  return view;
}

// How large a share is for the width of its edge; those to constants are not shown.
function sizeOf(edge) {
  const {share} = numbers.carried[edge.i];
  return edge.operand.node.kind !== "constant" && Number.isFinite(share) ? abs(share) : 0;
}

function showGraph(view) {
  const {current} = view,
    route = litRoute();
  const largest = numbers.missing < 0 ? Math.max(...graph.edges.map((edge) => sizeOf(edge))) : 0;
  const asked = asking()?.card,
    isUpdate = current?.phase === "change";
  for (const card of graph.cards) {
    const {drawn, output} = card,
      value = view.values.get(output),
      gradient = view.gradients.get(output);
    const isOld = isUpdate && Boolean(card.node.op),
      isChanged = view.changed.has(output);
    if (isChanged) write(drawn.value, changeOn(card, value, view.changed.get(output)));
    else writeNumber(drawn.value, value === undefined ? "" : show(value));
    write(drawn.word, isChanged ? "" : isOld ? say("part.before") : word("value"));
    if (drawn.grad) {
      writeNumber(drawn.grad, gradient === undefined ? (asked === card ? "?" : "") : show(gradient));
      mark(drawn.grad, `grad ${signOf(gradient ?? 0)}`);
    }
    const remark = numbers.missing < 0 && value !== undefined && card.node.op ? remarkAt(output) : "";
    if (card.node.op) {
      const symbol = card.node.op === "**" ? sentences.symbolOf(card.node, numbers.values) : drawn.plain;
      write(drawn.symbol, isCompact && remark ? say(`${remark}.short`) : symbol);
    }
    write(drawn.remark, remark ? say(remark) : "");
    const kinds = [drawn.kinds];
    if (current?.card === card || asked === card) kinds.push("current", asked ? "think" : current.phase);
    if (current?.phase === "think" && targetOf(current) === card) kinds.push("target");
    if (remark) kinds.push("has-status");
    if (isOld) kinds.push("old");
    if (isChanged) kinds.push("changed");
    if (state.selected === card) kinds.push("selected");
    if (route && !route.cards.has(card)) kinds.push("faint");
    mark(drawn.group, kinds.join(" "));
    const name = card.node.kind === "constant" ? "" : card.node.name;
    const facts = [
      name,
      value === undefined ? "" : `${isOld ? say("part.before") : word("value")} ${show(value)}`,
      isChanged ? `${say("part.after")} ${show(view.changed.get(output))}` : "",
      gradient === undefined ? "" : `${word("grad")} ${show(gradient)}`,
    ];
    tell(drawn.group, "aria-label", facts.filter(Boolean).join(", "));
    if (card.isNeuron) tell(drawn.group, "aria-expanded", `${state.opened.has(card.i)}`);
  }
  for (const edge of graph.edges) showEdge(edge, view, largest, route);
}

// The old number of a leaf and its new one, as far as its card has room for both.
function changeOn({drawn}, before, after) {
  const [old, changed] = [before, after].map((number) => ofCard(shown(show(number)))),
    text = `${old} → ${changed}`;
  if (isCompact) return changed;
  return text.length * 7.53 <= drawn.width - 16 ? text : `→ ${changed}`;
}

function remarkAt(i) {
  const isFinite = Number.isFinite(numbers.values[i]) && Number.isFinite(numbers.gradients[i]);
  return isFinite ? remarkOn(graph, numbers, i) : "not finite";
}

// Sets the text of a card for screen readers, unless it has that text already.
function tell(group, attribute, text) {
  if (group.getAttribute(attribute) !== text) group.setAttribute(attribute, text);
}

function showEdge(edge, view, largest, route) {
  const {drawn} = edge,
    {current} = view,
    share = view.shares.get(edge.i);
  const kinds = [drawn.kinds];
  if (share !== undefined) kinds.push("handed", signOf(share));
  if (current?.phase === "know" && current.card === edge.result && current.kind !== "product")
    kinds.push("current know");
  if (current?.phase === "think" && current.edge === edge) kinds.push("current think");
  if (asking()?.card === edge.operand) kinds.push("current think");
  if (route) kinds.push(route.edges.has(edge) ? "routed" : "faint");
  mark(drawn.group, kinds.join(" "));
  const width = share === undefined || !largest ? 1 : 0.8 + 3 * Math.min(abs(share) / largest, 1);
  const text = (Number.isFinite(width) ? width : 3.8).toFixed(2);
  if (drawn.width !== text) drawn.line.setAttribute("stroke-width", text);
  drawn.width = text;
  writeNumber(drawn.local, share === undefined ? "" : `×${show(numbers.carried[edge.i].local)}`);
  writeNumber(drawn.share, share === undefined ? "" : show(share));
  if (drawn.share) mark(drawn.share, `share ${signOf(share ?? 0)}`);
}

// The card whose gradient a step raises, if it is drawn.
function targetOf(step) {
  if (step.kind === "edge") return step.edge.operand;
  if (step.kind === "seed") return step.card;
  return step.edge?.operand ?? null;
}

function showPlace(view) {
  const {current} = view,
    count = state.steps.length;
  const problem = troubleNow();
  const place = $("place");
  mark(place, current?.phase ?? "");
  const phase = current ? ` · ${WORDS[state.language][`phase.${current.phase}`]}` : "";
  const where = say(state.cycle > 1 ? "cycle" : state.position ? "place" : "place.start", {
    cycle: state.cycle,
    step: state.position,
    count,
  });
  write(place, asking() ? say("quiz") : where + phase);
  const told = current && numbers.missing < 0 ? sentences.inWords(current, numbers, view.after) : null;
  const last =
    state.position === count && current?.phase === "change" && numbers.missing < 0
      ? `\n${sentences.outcome(numbers.outcome)}`
      : "";
  writeSentence(asking() ? say("quiz.hint") : problem || (told ? told.sentence + last : say("start")), told);
  mark($("sentence"), last && !asking() && !problem ? "ending" : "");
  const formula = $("formula");
  formula.replaceChildren(...(asking() || problem || !told ? [] : formulaOf(current, view, told)));
  const figures = [...formula.querySelectorAll("b")].map(({textContent}) => textContent.padEnd(6)); // room for their names
  formula.classList.toggle("long", figures.join(" × ").length > 24); // then it is written smaller, on one line
  write($("note"), state.position || problem || asking() ? "" : data.note[state.language] || whoLearns());
  const scrubber = $("scrubber");
  scrubber.value = toScrubber(state.position);
  mark(scrubber, current?.phase ?? "");
  scrubber.setAttribute("aria-valuetext", $("place").textContent);
  for (const button of $("phases").children)
    button.toggleAttribute("data-current", button.className === current?.phase);
  const legend = $("legend"),
    handed = view.gradients.size > 0;
  const [usual, ofChange] = legend.children;
  write(usual, joined(...legendKeys.map((key) => say(key, {end: endName()}))));
  write(ofChange, say("legend.change"));
  usual.toggleAttribute("data-quiet", !handed || current?.phase === "change");
  ofChange.toggleAttribute("data-quiet", current?.phase !== "change");
}

// The local derivative, on the first line, is mathematics and not a sentence.
function writeSentence(text, told) {
  if (texts.get($("sentence")) === text) return;
  texts.set($("sentence"), text);
  const [first, ...others] = text.split("\n"),
    isSlope = told && others.length > 0 && first.startsWith("∂");
  $("sentence").replaceChildren(...(isSlope ? [make("span", {class: "slope"}, first), `\n${others.join("\n")}`] : [text]));
}

// Says which leaves Change moves, and which are given.
function whoLearns() {
  const list = (names) =>
    names.length > MOST_NAMED ? say("names", {names: listed(names.slice(0, 3)), count: names.length - 3}) : listed(names);
  const neurons = new Map(graph.cards.filter(({isNeuron}) => isNeuron).map(({parameters}) => [parameters.join(), parameters])),
    inside = new Set([...neurons.values()].flat()),
    [within, apart] = [true, false].map((isInside) => graph.parameters.filter((i) => inside.has(i) === isInside));
  const network = say(neurons.size === 1 ? "learned.neuron" : "learned.network", {count: within.length, neurons: neurons.size}),
    learned = listed([within.length > 0 && network, list(apart.map((i) => graph.nodes[i].name))].filter(Boolean));
  const inputs = graph.nodes.filter(({kind}) => kind === "input"),
    rows = Math.max(...inputs.map(({nth}) => nth)),
    labels = [...new Set(inputs.map(({shownLabel}) => shownLabel))],
    areRows = inputs.length > MOST_NAMED && rows > 1 && inputs.length === labels.length * rows;
  const given = areRows ? say("given.rows", {names: list(labels), count: rows}) : list(inputs.map(({name}) => name));
  return joined(learned && say("learned", {names: learned}), given && say("given", {names: given}));
}

// The mathematics of a step; the parts of a share, and of a change, say what they are.
function formulaOf(step, view, {formula, result}) {
  const part = (number, name, kind = "") =>
    make("span", {class: `part ${name}`}, make("b", {class: kind}, shown(number)), make("small", {}, say(`part.${name}`)));
  if (step.phase === "know") return [equal(...formula.split(" = "), result)];
  if (step.kind === "keep") return []; // its sentence says it all
  if (step.kind === "seed") {
    const name = sentences.asAtom(step.node, numbers.values);
    return [`∂${name}/∂${name} = 1`];
  }
  if (step.kind === "share" || step.kind === "edge") {
    const parts = sentences.numbersOf(step, numbers, 0),
      [upstream, local, share] = parts.map((number) => shown(bracketed(show(number))));
    return [
      part(upstream, "upstream", signOf(parts[0])),
      " × ",
      part(local, "local"),
      " = ",
      part(share, "share", signOf(parts[2])),
    ];
  }
  if (step.kind === "change") {
    const {values, gradients, learningRate, changed} = numbers,
      {node} = step;
    const [before, rate, gradient, after] = [values[node], learningRate, gradients[node], changed.get(node)].map(
      (number) => shown(show(number)),
    );
    return [
      part(before, "before"),
      " − ",
      part(rate, "rate"),
      " × ",
      part(bracketed(gradient), "gradient"),
      " = ",
      part(after, "after"),
    ];
  }
  return [step.phase === "change" ? `${formula.replace(/ …$/, "")} = ${result}` : formula];
}

// A value that is missing leaves the steps before it.
const isKnown = (step) => step.phase === "know" && step.card.output < numbers.missing;

function troubleNow() {
  const {missing, values} = numbers,
    isInfinite = missing < 0 && !Number.isFinite(values[graph.loss]);
  if (missing < 0 && !isInfinite) return "";
  const problem = isInfinite
    ? say("non_finite", {name: graph.nodes[graph.loss].name, result: show(values[graph.loss])})
    : sentences.missing(numbers);
  if (state.diverged) return say("diverged", {problem, ...state.diverged});
  if (isInfinite) return state.position ? say("non_finite.whatif", {problem}) : "";
  return say("missing.whatif", {problem});
}

function showLoss() {
  const {values, outcome} = numbers,
    known = numbers.missing < 0 && state.position >= phaseEnd("know");
  const current = state.steps[state.position - 1];
  let text = known ? shown(`${endLabel()} ${show(values[graph.loss])}`) : "";
  if (known && current?.phase === "change" && !asking()) {
    text += ` → ${outcome.again.missing < 0 ? shown(show(outcome.after)) : "?"}  (${say(outcome.isImpossible ? "outcome.below_zero" : "outcome", {predicted: show(outcome.predicted)})})`;
  }
  write($("loss"), text);
}

// --- how large the graph is shown ------------------------------------------------------------------------------------

// Below this its text would be too small to be read in class: then one scrolls, and the graph follows the step.
const LEAST_SCALE = LEAST_TEXT / (isCompact ? 11.5 : 12.5);

function fitGraph() {
  const room = $("graph");
  const fit = Math.min((room.clientWidth - 8) / pictureWidth, (room.clientHeight - 8) / pictureHeight, 1.9);
  state.scale = Math.max(fit, LEAST_SCALE) * state.zoom;
  if (state.whole) state.scale = fit;
  picture.setAttribute("width", Math.floor(pictureWidth * state.scale));
  picture.setAttribute("height", Math.floor(pictureHeight * state.scale));
}

// Scrolls to the cards of a step; if there is no room for both, to the one whose number changes.
function follow(step) {
  const room = $("graph");
  if (room.scrollWidth <= room.clientWidth && room.scrollHeight <= room.clientHeight) return;
  const outer = room.getBoundingClientRect();
  const placeOf = (card) => card.drawn.group.querySelector("rect").getBoundingClientRect();
  const target = placeOf(targetOf(step) ?? step.card),
    giver = placeOf(step.card);
  const span = (start, end) => Math.max(target[end], giver[end]) - Math.min(target[start], giver[start]);
  const haveRoom = span("left", "right") <= room.clientWidth && span("top", "bottom") <= room.clientHeight;
  const boxes = haveRoom ? [target, giver] : [target];
  const left = Math.min(...boxes.map((box) => box.left)),
    right = Math.max(...boxes.map((box) => box.right));
  const top = Math.min(...boxes.map((box) => box.top)),
    bottom = Math.max(...boxes.map((box) => box.bottom));
  const inside = left >= outer.left && right <= outer.right && top >= outer.top && bottom <= outer.bottom;
  if (inside) return;
  const x = room.scrollLeft + (left + right) / 2 - outer.left - room.clientWidth / 2;
  const y = room.scrollTop + (top + bottom) / 2 - outer.top - room.clientHeight / 2;
  room.scrollTo({left: x, top: y, behavior: calm.matches || state.playing ? "auto" : "smooth"});
}

function zoomBy(factor) {
  state.whole = false;
  state.zoom = Math.min(Math.max(state.zoom * factor, 0.4), 4);
  fitGraph();
}
