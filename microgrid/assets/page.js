// The screen of the page: it lights the graph that Python has drawn, fills in its numbers, and answers keys and clicks.

const PHASES = ["know", "think", "change"];
const NUDGE = 0.01;
const MOST_SLIDERS = 12, MOST_ROUTES = 6, MOST_ON_PAPER = 60;
const RUN = 1000; // milliseconds that a baton takes for an edge

const data = JSON.parse(document.getElementById("data").textContent);
const graph = readGraph(data);
const startLeaves = new Map(graph.nodes.flatMap((node, i) => (node.op ? [] : [[i, node.data]])));

const state = {
  language: document.documentElement.lang,
  leaves: new Map(startLeaves), learningRate: data.learningRate,
  opened: new Set(), position: 0, steps: stepsOf(graph, new Set()),
  cycle: 1, losses: [], selected: null, route: 0, lit: null, tab: "whatif", playing: 0, scale: 0, zoom: 1, quiz: null,
};
let numbers = cycle(graph, state.leaves, state.learningRate);
let sentences = new Sentences(graph, WORDS, state.language);
state.losses.push(numbers.values[graph.loss]);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const $ = (id) => document.getElementById(id);
const say = (key, parts = {}) => format(WORDS[state.language][`page.${key}`], parts);

// --- small helpers ---------------------------------------------------------------------------------------------------

// Makes an element; text is set as text, so that a label can never become markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const written = new WeakMap();

function write(element, text) {
  if (!element || written.get(element) === text) return;
  written.set(element, text);
  element.textContent = text;
}

function mark(element, kinds) {
  if (written.get(element) === kinds) return;
  written.set(element, kinds);
  element.setAttribute("class", kinds);
}

const signOf = (number) => (number > 0 ? "positive" : number < 0 ? "negative" : "zero");

// Reads what a person types: "−" and "," are as good as "-" and ".".
function readNumber(text) {
  const cleaned = text.trim().normalize("NFKC").replace("−", "-").replace(",", ".");
  return cleaned === "" ? NaN : Number(cleaned);
}

const endName = () => graph.nodes[graph.loss].name;

// --- the elements of the graph ---------------------------------------------------------------------------------------

const picture = document.querySelector("#graph svg");
const [, , pictureWidth, pictureHeight] = picture.getAttribute("viewBox").split(" ").map(Number);
const hasNeurons = graph.cards.some((card) => card.isNeuron);
const isCompact = picture.classList.contains("compact");

for (const card of graph.cards) {
  const group = $(card.id), find = (kind) => group.querySelector(`.${kind}`);
  card.drawn = {group, kinds: group.getAttribute("class"), value: find("value"), grad: find("grad"), remark: find("remark"), symbol: find("symbol") ?? find("op"), plain: ""};
  card.drawn.plain = card.drawn.symbol?.textContent ?? "";
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "button");
}

for (const edge of graph.edges) {
  const group = $(`e${edge.i}`), find = (kind) => group.querySelector(`.${kind}`);
  edge.drawn = {group, line: find("line"), local: find("local"), share: find("share"), kinds: group.getAttribute("class")};
}

const baton = document.createElementNS("http://www.w3.org/2000/svg", "g");
baton.id = "baton";
baton.innerHTML = '<rect height="24" y="-12" rx="12"/><text y="4.5" text-anchor="middle"></text>';
picture.append(baton);

// --- what is known at a step -----------------------------------------------------------------------------------------

// Walks the steps up to a position, and returns what they have brought to light.
function viewAt(position) {
  const view = {
    values: new Map(startLeaves.size ? [...state.leaves] : []), gradients: new Map(), products: new Set(),
    shares: new Map(), computed: new Set(), after: 0, before: 0, current: state.steps[position - 1],
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
      case "value": learn(step.node); break;
      case "product": view.products.add(`${step.node}.${step.group}`); break;
      case "neuron": step.card.inside.forEach(learn); break;
      case "seed": receive(step.node, 1); break;
      case "share": {
        const operand = graph.nodes[step.node].operands[step.position];
        const share = numbers.gradients[step.node] * numbers.locals[step.node][step.position];
        receive(operand, share);
        if (step.edge) view.shares.set(step.edge.i, (view.shares.get(step.edge.i) ?? 0) + share);
        break;
      }
      case "edge":
        receive(step.edge.operand.output, numbers.carried[step.edge.i].share);
        view.shares.set(step.edge.i, numbers.carried[step.edge.i].share);
        break;
      case "keep":
        for (const [parameter, share] of sharesKept(graph, step.card, numbers)) receive(parameter, share);
        break;
      case "change": view.values.set(step.node, numbers.changed.get(step.node)); break;
      case "changes": step.parameters.forEach((i) => view.values.set(i, numbers.changed.get(i))); break;
    }
  }
  return view;
}

// What a quiz shows: all values, and the gradients that were asked for already.
function viewOfQuiz() {
  const view = {values: new Map(numbers.values.entries()), gradients: new Map([[graph.loss, 1]]), products: new Set(), shares: new Map(), current: null};
  for (const card of state.quiz.answered) {
    view.gradients.set(card.output, numbers.gradients[card.output]);
    for (const edge of graph.edges) if (edge.operand === card) view.shares.set(edge.i, numbers.carried[edge.i].share);
  }
  return view;
}

const phaseEnd = (phase) => state.steps.filter((step) => PHASES.indexOf(step.phase) <= PHASES.indexOf(phase)).length;

// --- showing it ------------------------------------------------------------------------------------------------------

function showAll() {
  const view = state.quiz ? viewOfQuiz() : viewAt(state.position);
  showGraph(view);
  showPlace(view);
  showLoss();
  showInside(view);
  return view;
}

function showGraph(view) {
  const {current} = view, route = litRoute();
  const largest = numbers.missing < 0 ? Math.max(...numbers.carried.map(({share}) => (Number.isFinite(share) ? abs(share) : 0))) : 0;
  const asked = state.quiz?.card;
  for (const card of graph.cards) {
    const {drawn, output} = card, value = view.values.get(output), gradient = view.gradients.get(output);
    write(drawn.value, value === undefined ? "" : show(value));
    if (drawn.grad) {
      write(drawn.grad, gradient === undefined ? (asked === card ? "?" : "") : show(gradient));
      mark(drawn.grad, `grad ${signOf(gradient ?? 0)}`);
    }
    const remark = numbers.missing < 0 && value !== undefined && card.node.op ? remarkOn(graph, numbers, card) : "";
    if (drawn.symbol && card.node.op === "**") write(drawn.symbol, sentences.symbolOf(card.node, numbers.values));
    if (isCompact && card.node.op) write(drawn.symbol, remark ? say(`${remark}.short`) : drawn.plain);
    write(drawn.remark, remark ? say(remark) : "");
    const kinds = [drawn.kinds];
    if (current?.card === card || asked === card) kinds.push("current", asked ? "think" : current.phase);
    if (current?.phase === "think" && targetOf(current) === card) kinds.push("target");
    if (remark) kinds.push("remarked");
    if (state.selected === card) kinds.push("selected");
    if (route && !route.cards.has(card)) kinds.push("faint");
    mark(drawn.group, kinds.join(" "));
    const facts = [card.node.name, value === undefined ? "" : `${say("value")} ${show(value)}`, gradient === undefined ? "" : `${say("grad")} ${show(gradient)}`];
    describe(drawn.group, facts.filter(Boolean).join(", "));
  }
  for (const edge of graph.edges) showEdge(edge, view, largest, route);
}

function describe(group, text) {
  if (group.getAttribute("aria-label") !== text) group.setAttribute("aria-label", text);
}

function showEdge(edge, view, largest, route) {
  const {drawn} = edge, {current} = view, share = view.shares.get(edge.i);
  const kinds = [drawn.kinds];
  if (share !== undefined) kinds.push("handed", signOf(share));
  if (current?.phase === "know" && current.card === edge.result && current.kind !== "product") kinds.push("current know");
  if (current?.phase === "think" && current.edge === edge) kinds.push("current think");
  if (state.quiz && state.quiz.card === edge.operand) kinds.push("current think");
  if (route) kinds.push(route.edges.has(edge) ? "routed" : "faint");
  mark(drawn.group, kinds.join(" "));
  const width = share === undefined || !largest ? 1 : 0.8 + 3 * Math.min(abs(share) / largest, 1);
  const text = (Number.isFinite(width) ? width : 3.8).toFixed(2);
  if (written.get(drawn.line) !== text) {
    written.set(drawn.line, text);
    drawn.line.setAttribute("stroke-width", text);
  }
  write(drawn.local, share === undefined ? "" : `×${show(numbers.carried[edge.i].local)}`);
  write(drawn.share, share === undefined ? "" : show(share));
  mark(drawn.share ?? drawn.line, drawn.share ? `share ${signOf(share ?? 0)}` : "line");
}

// The card whose gradient a step raises, if it is drawn.
function targetOf(step) {
  if (step.kind === "edge") return step.edge.operand;
  if (step.kind === "seed") return step.card;
  return step.edge?.operand ?? null;
}

function showPlace(view) {
  const {current} = view, count = state.steps.length;
  const problem = troubleNow();
  const place = $("place");
  mark(place, current?.phase ?? "");
  const phase = current ? ` · ${WORDS[state.language][`phase.${current.phase}`]}` : "";
  const where = say(state.cycle > 1 ? "cycle" : state.position ? "place" : "place.start", {cycle: state.cycle, step: state.position, count});
  write(place, state.quiz ? say("quiz") : where + phase);
  const told = current && numbers.missing < 0 ? sentences.line(current, numbers, view.after) : current && isKnown(current) ? sentences.line(current, numbers, 0) : null;
  const last = state.position === count && current?.phase === "change" && numbers.missing < 0 ? `\n${sentences.outcome(numbers.outcome)}` : "";
  write($("sentence"), state.quiz ? "" : problem || (told ? told.sentence + last : say("start")));
  $("formula").replaceChildren(...(state.quiz || problem || !told ? [] : formulaOf(current, view, told)));
  write($("note"), state.position === 0 && !state.quiz ? data.note[state.language] : "");
  const scrubber = $("scrubber");
  scrubber.value = toScrubber(state.position);
  mark(scrubber, current?.phase ?? "");
  scrubber.setAttribute("aria-valuetext", $("place").textContent);
  for (const button of $("phases").children) button.toggleAttribute("data-current", button.className === current?.phase);
  const legend = $("legend"), handed = view.gradients.size > 0;
  write(legend, [say("legend", {end: endName()}), ...(isCompact ? [say("legend.compact")] : []), ...(hasNeurons ? [say("legend.neurons")] : [])].join(" "));
  legend.toggleAttribute("data-quiet", !handed);
}

// The mathematics of a step; the parts of a share, and of a change, say what they are.
function formulaOf(step, view, {formula, result}) {
  const part = (number, name) => make("span", {class: `part ${name}`}, number, make("small", {}, say(`part.${name}`)));
  if (step.phase === "know") return [`${formula} = ${result}`];
  if (step.kind === "keep") return []; // its sentence says it all
  if (step.kind === "share" || step.kind === "edge") {
    const [upstream, local, share] = sentences.numbersOf(step, numbers, 0).map((number) => bracketed(show(number)));
    return [part(upstream, "upstream"), " × ", part(local, "local"), " = ", part(share, "share")];
  }
  if (step.kind === "change") {
    const {values, gradients, learningRate, changed} = numbers, {node} = step;
    const [before, rate, gradient, after] = [values[node], learningRate, gradients[node], changed.get(node)].map((number) => show(number));
    return [part(before, "before"), " − ", part(rate, "rate"), " × ", part(bracketed(gradient), "gradient"), " = ", part(after, "after")];
  }
  return [step.phase === "change" ? `${formula.replace(/ …$/, "")} = ${result}` : formula];
}

// A value that is missing may still leave the steps before it.
const isKnown = (step) => step.phase === "know" && step.kind !== "product" && step.card.output < numbers.missing;

function troubleNow() {
  if (numbers.missing >= 0) return say("missing.whatif", {problem: sentences.missing(numbers)});
  const loss = numbers.values[graph.loss];
  return Number.isFinite(loss) || state.position === 0 ? "" : say("notfinite", {name: endName(), result: show(loss)});
}

function showLoss() {
  const {values, outcome} = numbers, known = numbers.missing < 0 && state.position >= phaseEnd("know");
  const current = state.steps[state.position - 1];
  let text = known ? `${say("loss")} ${show(values[graph.loss])}` : "";
  if (known && current?.phase === "change" && !state.quiz) {
    text += ` → ${outcome.again.missing < 0 ? show(outcome.after) : "?"}  (${say("outcome", {foretold: show(outcome.foretold)})})`;
  }
  write($("loss"), text);
}

// --- stepping --------------------------------------------------------------------------------------------------------

let moving = 0;

// Goes to a position; one step onwards is shown as a movement.
function go(position, animated = false) {
  cancelAnimationFrame(moving);
  baton.removeAttribute("class");
  state.position = Math.min(Math.max(position, 0), state.steps.length);
  const view = showAll();
  if (view.current) follow(view.current);
  if (animated && view.current && numbers.missing < 0 && !state.quiz) animate(view);
  rememberPlace();
}

function animate(view) {
  const step = view.current, target = targetOf(step);
  if (step.phase === "think" && step.edge) run(step, view);
  else if (step.kind === "change" && !calm.matches) {
    count(step.card.drawn.value, numbers.values[step.node], numbers.changed.get(step.node), step.card.node.op ? null : step.card);
  } else if (step.phase === "know" && !calm.matches) appear(step.card.drawn.value);
  else if (target && !calm.matches) appear(target.drawn.grad);
}

const pace = () => Math.min(1, 1 / Number.parseFloat($("speed").value));

function appear(element) {
  if (element?.animate) element.animate([{opacity: 0}, {opacity: 1}], {duration: 350 * pace()});
}

// A baton runs along the edge from the loss side to the operand, and the operand's total counts up when it arrives.
function run(step, view) {
  const {edge} = step, {line, share, local} = edge.drawn, length = line.getTotalLength();
  const told = sentences.numbersOf(step, numbers, view.after).map((number) => show(number));
  const text = baton.lastChild, frame = baton.firstChild;
  text.textContent = `${told[0]} × ${bracketed(told[1])} = ${told[2]}`;
  baton.setAttribute("class", "running");
  const width = text.textContent.length * 7.3 + 24;
  frame.setAttribute("width", width);
  frame.setAttribute("x", -width / 2);
  const place = (way) => {
    const {x, y} = line.getPointAtLength(length * (1 - way)), size = Math.max(1, 0.95 / state.scale);
    const half = (width * size) / 2, within = Math.min(Math.max(x, half), Math.max(pictureWidth - half, half));
    baton.setAttribute("transform", `translate(${within.toFixed(1)} ${y.toFixed(1)}) scale(${size.toFixed(3)})`);
  };
  if (calm.matches) return place(0.5);
  const {grad} = edge.operand.drawn, duration = RUN * pace(), begin = performance.now();
  const first = view.shares.get(edge.i), before = view.before;
  write(share, "");
  const frameOf = (now) => {
    const time = Math.min((now - begin) / duration, 1), way = Math.min(time / 0.75, 1);
    place(1 - (1 - way) ** 2);
    if (way === 1) baton.removeAttribute("class"); // it has arrived, and the total counts up
    if (grad) write(grad, way < 1 && !before ? "" : show(before + (view.after - before) * Math.max(0, (time - 0.75) / 0.25)));
    if (time < 1) moving = requestAnimationFrame(frameOf);
    else {
      write(share, show(first));
      if (grad) write(grad, show(view.after));
    }
  };
  frameOf(begin);
}

function count(element, from, to) {
  const begin = performance.now(), duration = 500 * pace();
  const frameOf = (now) => {
    const time = Math.min((now - begin) / duration, 1);
    write(element, show(time < 1 ? from + (to - from) * time : to));
    if (time < 1) moving = requestAnimationFrame(frameOf);
  };
  frameOf(begin);
}

let timer = 0;

function play(playing) {
  clearInterval(timer);
  if (playing && state.position === state.steps.length) go(0);
  state.playing = playing;
  document.body.toggleAttribute("data-playing", playing);
  $("play").setAttribute("aria-pressed", playing);
  if (!playing) return;
  const interval = 1500 / Number.parseFloat($("speed").value);
  timer = setInterval(() => (state.position < state.steps.length ? go(state.position + 1, true) : play(false)), interval);
  go(state.position + 1, true);
}

let remembering = 0;

function rememberPlace() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    try {
      history.replaceState(null, "", `#step=${state.position}`);
    } catch { /* inside a notebook the page has no address of its own */ }
  }, 250);
}

function placeInAddress() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

const phasesThere = PHASES.filter((phase) => state.steps.some((step) => step.phase === phase));

function toScrubber(position) {
  if (position === 0) return 0;
  const phase = state.steps[position - 1].phase, start = phaseEnd(phase) - state.steps.filter((step) => step.phase === phase).length;
  return (phasesThere.indexOf(phase) + (position - start) / (phaseEnd(phase) - start)) * 1000;
}

function fromScrubber(value) {
  const i = Math.min(Math.floor(value / 1000), phasesThere.length - 1), start = i ? phaseEnd(phasesThere[i - 1]) : 0;
  return start + Math.round((value / 1000 - i) * (phaseEnd(phasesThere[i]) - start));
}

// --- how large the graph is shown ------------------------------------------------------------------------------------

function fitGraph() {
  const room = $("graph");
  const fit = Math.min((room.clientWidth - 8) / pictureWidth, (room.clientHeight - 8) / pictureHeight, 1.9);
  state.scale = Math.max(fit, 0.6) * state.zoom;
  if (state.whole) state.scale = fit;
  picture.setAttribute("width", Math.floor(pictureWidth * state.scale));
  picture.setAttribute("height", Math.floor(pictureHeight * state.scale));
}

function follow(step) {
  const room = $("graph");
  if (room.scrollWidth <= room.clientWidth && room.scrollHeight <= room.clientHeight) return;
  const boxes = [step.card, targetOf(step)].filter(Boolean).map((card) => card.drawn.group.getBoundingClientRect());
  const outer = room.getBoundingClientRect();
  const left = Math.min(...boxes.map((box) => box.left)), right = Math.max(...boxes.map((box) => box.right));
  const top = Math.min(...boxes.map((box) => box.top)), bottom = Math.max(...boxes.map((box) => box.bottom));
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

// --- what if ---------------------------------------------------------------------------------------------------------

function compute() {
  numbers = cycle(graph, state.leaves, state.learningRate);
}

// Moves a leaf; what hangs on it follows at once.
function moveLeaf(i, value) {
  state.leaves.set(i, value);
  state.told = "";
  compute();
  if (state.cycle === 1) state.losses = numbers.missing < 0 ? [numbers.values[graph.loss]] : [];
  go(Math.max(state.position, phaseEnd("think")));
  showWhatIf();
  refreshPanel();
}

function leavesToMove() {
  const leaves = [...startLeaves.keys()], order = ["parameter", "input", "constant"];
  const sorted = leaves.sort((a, b) => order.indexOf(graph.nodes[a].kind) - order.indexOf(graph.nodes[b].kind) || a - b);
  if (leaves.length <= MOST_SLIDERS) return sorted;
  const shown = new Set(graph.cards.filter((card) => !card.node.op).map((card) => card.output));
  const open = [...state.opened].flatMap((card) => graph.cards[card].parameters);
  return [...open, ...sorted.filter((i) => shown.has(i) && !open.includes(i))].slice(0, 60);
}

let rows = [];

function buildWhatIf() {
  const leaves = leavesToMove(), panel = $("whatif");
  const hint = leaves.length < startLeaves.size && !state.opened.size ? ` ${say("whatif.neurons")}` : "";
  rows = leaves.map((i) => leafRow(i));
  const reset = make("button", {class: "reset", onclick: resetAll}, say("reset"));
  panel.replaceChildren(make("p", {class: "hint"}, say("whatif.hint") + hint), ...rows.map((row) => row.element), make("p", {class: "told", "aria-live": "polite"}), reset);
  showWhatIf();
}

function leafRow(i) {
  const node = graph.nodes[i], start = startLeaves.get(i), span = Math.max(1, 2 * abs(start));
  const name = node.label || (node.kind === "constant" ? show(start) : node.name);
  const slider = make("input", {type: "range", min: start - span, max: start + span, step: span / 100, "aria-label": name});
  const field = make("input", {type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `${name}: ${say("value")}`});
  const change = (value) => {
    field.toggleAttribute("aria-invalid", !Number.isFinite(value));
    if (Number.isFinite(value)) moveLeaf(i, value);
  };
  slider.addEventListener("input", () => change(Number(slider.value)));
  field.addEventListener("change", () => change(readNumber(field.value)));
  const button = make("button", {"aria-label": `${name} +0.01`, title: say("try"), onclick: () => tryNudge(i)}, "+0.01");
  const given = node.kind === "constant" ? [] : [button];
  const element = make("div", {class: `leaf ${node.kind}${name.length > 7 ? " long" : ""}`}, make("span", {class: "leaf-name", title: name}, name), slider, field, ...given);
  return {i, element, slider, field};
}

function showWhatIf() {
  for (const {i, slider, field} of rows) {
    const value = state.leaves.get(i);
    slider.value = value;
    if (document.activeElement !== field) field.value = show(value, 6);
  }
  write($("whatif").querySelector(".told"), state.told ?? "");
}

// Puts a gradient to the test, without keeping the move.
function tryNudge(i) {
  if (numbers.missing >= 0) return;
  const moved = forward(graph, new Map(state.leaves).set(i, state.leaves.get(i) + NUDGE));
  const gradient = numbers.gradients[i], actual = moved.missing < 0 ? moved.values[graph.loss] - numbers.values[graph.loss] : NaN;
  const parts = {name: graph.nodes[i].name, gradient: show(gradient), foretold: showSigned(gradient * NUDGE), actual: showSigned(actual), end: endName()};
  state.told = moved.missing < 0 ? say("try.told", parts) : sentences.missing(moved);
  showWhatIf();
}

function resetAll() {
  state.leaves = new Map(startLeaves);
  state.learningRate = data.learningRate;
  state.cycle = 1;
  state.told = "";
  compute();
  state.losses = [numbers.values[graph.loss]];
  go(state.position);
  buildWhatIf();
  refreshPanel();
}

// --- whose fault -----------------------------------------------------------------------------------------------------

function select(card) {
  const again = state.selected === card;
  state.selected = again ? null : card;
  state.route = 0;
  if (card.isNeuron) {
    const closed = again || state.opened.has(card.i);
    openNeuron(closed ? null : card);
    if (closed) state.selected = null;
  }
  if (state.selected && !state.quiz) showTab("fault");
  else refreshPanel();
  showAll();
}

function routesTo(card) {
  return largestRoutes(graph, numbers, card.output, MOST_ROUTES);
}

// The cards and edges of the route that is pointed at, or null.
function litRoute() {
  if (!state.lit) return null;
  const edges = new Set(), cards = new Set();
  state.lit.nodes.forEach((node, i) => {
    const card = graph.cardOf.get(node), before = i ? graph.cardOf.get(state.lit.nodes[i - 1]) : null;
    cards.add(card);
    const edge = before && before !== card ? before.edges.find((found) => found.operand === card && found.handovers.some(([result]) => result === state.lit.nodes[i - 1])) : null;
    if (edge) edges.add(edge);
  });
  return {edges, cards};
}

function buildFault() {
  const panel = $("fault"), card = state.selected;
  state.lit = null;
  if (!card || numbers.missing >= 0) {
    panel.replaceChildren(make("p", {class: "hint"}, say("fault.hint")));
    return;
  }
  if (card.node.kind === "constant") {
    panel.replaceChildren(make("p", {}, say("fault.constant", {name: show(numbers.values[card.output])})));
    return;
  }
  const {routes, count, remainder, gradient} = routesTo(card);
  const summary = say("fault.sum", {name: card.node.name, count: `${count}`, gradient: show(gradient)});
  const list = make("ol", {}, ...routes.map((route, i) => routeItem(route, i)));
  const rest = count > routes.length ? [make("p", {class: "hint"}, say("fault.rest", {count: `${count - routes.length}`, remainder: show(remainder)}))] : [];
  panel.replaceChildren(make("p", {class: "summary"}, summary), list, ...rest);
  light(routes[state.route] ?? null);
}

function routeItem(route, i) {
  const nameOn = (node) => graph.cardOf.get(node).output === node ? graph.nodes[node].name : graph.nodes[node].operation.symbol.charAt(0);
  const names = route.nodes.map(nameOn);
  const product = route.locals.length ? `${["1", ...route.locals.map((local) => bracketed(show(local)))].join(" × ")} = ` : "";
  const choose = () => {
    state.route = i;
    light(route);
  };
  const button = make("button", {class: "route", "aria-pressed": String(i === state.route), onclick: choose, onpointerenter: choose, onfocus: choose},
    make("span", {class: "way"}, names.join(" → ")), make("span", {class: "product"}, product, make("b", {class: signOf(route.product)}, show(route.product))));
  return make("li", {}, button);
}

function light(route) {
  state.lit = route;
  $("fault").querySelectorAll(".route").forEach((button, i) => button.setAttribute("aria-pressed", i === state.route));
  showGraph(state.quiz ? viewOfQuiz() : viewAt(state.position));
}

// --- inside a neuron -------------------------------------------------------------------------------------------------

// Opens a neuron, or closes the one that is open; the place in the cycle stays the same.
function openNeuron(card) {
  const current = state.steps[state.position - 1];
  state.opened = new Set(card ? [card.i] : []);
  state.steps = stepsOf(graph, state.opened);
  if (current) {
    const alike = (step) => step.phase === current.phase && step.card === current.card;
    const exact = state.steps.findIndex((step) => alike(step) && step.kind === current.kind && step.edge === current.edge && step.node === current.node && step.position === current.position && step.group === current.group);
    state.position = (exact >= 0 ? exact : state.steps.findLastIndex(alike)) + 1 || phaseEnd(current.phase);
  }
  const panel = $("inside");
  panel.hidden = !card;
  if (card) buildInside(card);
  if (!state.quiz) buildWhatIf();
}

let cells = [];

function buildInside(card) {
  const panel = $("inside"), {nodes} = graph;
  cells = [];
  const cell = (text, kinds = "", ...where) => {
    const element = make("td", {class: kinds}, text);
    if (where.length) cells.push({element, where});
    return element;
  };
  const heading = (...names) => make("tr", {}, ...names.map((name) => make("th", {scope: "col"}, name)));
  const total = card.inside.find((i) => ["weighted_sum", "total"].includes(nodes[i].op)), sum = nodes[total];
  const body = [];
  const terms = sum.op === "weighted_sum" ? sum.operands.length - 1 : 0;
  for (let k = 0; k < terms; k += 2) {
    const [w, x] = [sum.operands[k], sum.operands[k + 1]];
    body.push(make("tr", {}, make("th", {scope: "row"}, shortName(w, card)), cell("", "number", "value", w), cell(`× ${nodes[x].name}`, "quiet"), cell("", "number", "value", x),
      cell("=", "quiet"), cell("", "number", "product", total, k / 2), cell("", "number grad", "grad", w), cell("", "number grad", "share", total, k + 1)));
  }
  if (sum.op === "total") {
    sum.operands.forEach((operand, position) => {
      const product = nodes[operand];
      const [w, x] = product.op === "*" ? product.operands : [operand, null];
      body.push(make("tr", {}, make("th", {scope: "row"}, shortName(w, card)), cell("", "number", "value", w), cell(x === null ? "" : `× ${nodes[x].name}`, "quiet"), x === null ? cell("") : cell("", "number", "value", x),
        cell(x === null ? "" : "=", "quiet"), cell("", "number", "value", operand), cell("", "number grad", "grad", w), x === null ? cell("") : cell("", "number grad", "share", operand, 1)));
    });
  } else {
    const b = sum.operands.at(-1);
    body.push(make("tr", {}, make("th", {scope: "row"}, shortName(b, card)), cell("", "number", "value", b), cell(""), cell(""), cell(""), cell("", "number", "value", b), cell("", "number grad", "grad", b), cell("")));
  }
  const outputs = [...card.inside].filter((i) => i >= total).map((i) => make("tr", {class: "total"},
    make("th", {scope: "row", colspan: "5"}, i === total ? `Σ w·x + b` : nodes[i].operation.symbol), cell("", "number", "value", i), cell("", "number grad", "grad", i), cell("")));
  const close = make("button", {class: "close", "aria-label": say("close"), onclick: () => select(card)}, "✕");
  panel.replaceChildren(make("h2", {}, card.node.name, close), make("table", {}, make("thead", {}, heading(say("inside.weight"), say("value"), say("inside.input"), say("value"), "", say("inside.product"), "dW, db", "dx")), make("tbody", {}, ...body, ...outputs)));
  panel.setAttribute("aria-label", card.node.name);
  const [x] = card.drawn.group.getAttribute("transform").match(/[\d.]+/g).map(Number);
  panel.classList.toggle("left", x > pictureWidth / 2);
}

function shortName(i, card) {
  const {name} = graph.nodes[i], start = `${card.node.name}.`;
  return name.startsWith(start) ? name.slice(start.length) : name;
}

function showInside(view) {
  if (!state.opened.size) return;
  const [card] = state.opened, {current} = view;
  const handed = new Set(state.steps.slice(0, state.position).filter((step) => step.kind === "share" && step.card.i === card).map((step) => `${step.node}.${step.position}`));
  for (const {element, where: [kind, node, k]} of cells) {
    let text = "", sign = "", now = false;
    if (kind === "value") {
      text = view.values.has(node) ? show(view.values.get(node)) : "";
      now = current && ["value", "change"].includes(current.kind) && current.node === node;
    } else if (kind === "product") {
      const {operands} = graph.nodes[node], known = view.products.has(`${node}.${k}`) || view.values.has(node);
      text = known ? show(numbers.values[operands[2 * k]] * numbers.values[operands[2 * k + 1]]) : "";
      now = current?.kind === "product" && current.node === node && current.group === k;
    } else if (kind === "grad") {
      const gradient = view.gradients.get(node);
      [text, sign] = gradient === undefined ? ["", ""] : [show(gradient), signOf(gradient)];
      now = current?.kind === "share" && graph.nodes[current.node].operands[current.position] === node && current.card.i === card;
    } else if (handed.has(`${node}.${k}`)) {
      const share = numbers.gradients[node] * numbers.locals[node][k];
      [text, sign] = [show(share), signOf(share)];
      now = current?.kind === "share" && current.node === node && current.position === k;
    }
    write(element, text);
    for (const name of ["positive", "negative", "zero"]) element.classList.toggle(name, name === sign);
    element.classList.toggle("now", Boolean(now));
    if (now) element.scrollIntoView({block: "nearest", inline: "nearest"});
  }
}

// --- train -----------------------------------------------------------------------------------------------------------

function train(cycles) {
  for (let i = 0; i < cycles && numbers.missing < 0 && Number.isFinite(numbers.values[graph.loss]); i++) {
    state.leaves = new Map(numbers.changed);
    state.cycle += 1;
    compute();
    state.losses.push(numbers.missing < 0 ? numbers.values[graph.loss] : NaN);
  }
  state.told = "";
  go(phaseEnd("think"));
  showWhatIf();
  refreshPanel();
}

function buildTrain() {
  const panel = $("train");
  if (graph.parameters.length === 0) {
    panel.replaceChildren(make("p", {class: "hint"}, say("train.none")));
    return;
  }
  const rate = make("input", {type: "text", inputmode: "decimal", autocomplete: "off", id: "rate"});
  rate.value = show(state.learningRate, 6);
  rate.addEventListener("change", () => {
    const value = readNumber(rate.value);
    const valid = Number.isFinite(value) && value >= 0;
    rate.toggleAttribute("aria-invalid", !valid);
    if (!valid) return;
    state.learningRate = value;
    compute();
    showAll();
  });
  const stuck = numbers.missing >= 0 || !Number.isFinite(numbers.values[graph.loss]);
  const buttons = [1, 10, 100].map((count) => make("button", {class: "train", disabled: stuck, onclick: () => train(count)}, `× ${count}`));
  const first = state.losses[0], last = state.losses.at(-1);
  const told = state.cycle > 1 ? say("curve", {first: show(first), last: show(last), count: `${state.cycle - 1}`}) : "";
  panel.replaceChildren(make("p", {class: "hint"}, say("train.hint")), make("p", {class: "row"}, ...buttons, make("button", {class: "reset", onclick: resetAll}, say("reset"))),
    make("p", {class: "row"}, make("label", {for: "rate"}, say("rate")), rate), make("p", {"aria-live": "polite"}, troubleNow() || told));
}

function showCurve() {
  const curve = $("curve"), losses = state.losses.filter(Number.isFinite);
  curve.toggleAttribute("hidden", losses.length < 2);
  if (losses.length < 2) return;
  const lowest = Math.min(...losses), highest = Math.max(...losses);
  const isWide = lowest > 0 && highest / lowest > 50; // then each tenth part is as far from the next
  const scaled = losses.map((loss) => (isWide ? log(loss) : loss));
  const bottom = isWide ? log(lowest) : Math.min(0, lowest), height = (isWide ? log(highest) : highest) - bottom || 1;
  const points = scaled.map((loss, i) => `${((i / (losses.length - 1)) * 196 + 2).toFixed(1)},${(37 - ((loss - bottom) / height) * 34).toFixed(1)}`);
  curve.firstElementChild.setAttribute("points", points.join(" "));
  curve.setAttribute("aria-label", say("curve", {first: show(losses[0]), last: show(losses.at(-1)), count: `${losses.length - 1}`}));
}

// --- quiz ------------------------------------------------------------------------------------------------------------

function beginQuiz() {
  play(false);
  const questions = [...graph.cards].reverse().slice(1).filter((card) => card.node.kind !== "constant" && Number.isFinite(numbers.gradients[card.output]));
  state.quiz = {questions, answered: [], card: questions[0], right: 0, tries: 0, done: 0, verdict: "", over: questions.length === 0};
  document.body.toggleAttribute("data-quiz", true);
  state.lit = null;
  state.selected = null;
  go(state.position);
  buildQuiz();
}

function endQuiz() {
  state.quiz = null;
  document.body.removeAttribute("data-quiz");
  go(state.position);
  buildQuiz();
}

// What arrives at a card: one share for each edge that leads back to it.
function arriving(card) {
  return graph.edges.filter((edge) => edge.operand === card).map((edge) => ({
    giver: edge.result.node.name, upstream: numbers.gradients[edge.result.output], ...numbers.carried[edge.i],
  }));
}

function reasonFor(card) {
  const shares = arriving(card), gradient = show(numbers.gradients[card.output]);
  const terms = shares.slice(0, 4).map(({giver, upstream, local, share}) => `${giver}: ${show(upstream)} × ${bracketed(show(local))} = ${show(share)}`);
  const more = shares.length > 4 ? "; …" : "";
  return terms.join("; ") + more + (shares.length > 1 ? `; Σ = ${gradient}` : "");
}

const isNear = (answer, truth) => abs(answer - truth) <= Math.max(0.01 * abs(truth), 1e-12);

function whyWrong(answer, card) {
  const truth = numbers.gradients[card.output], shares = arriving(card);
  const found = (part) => shares.find((share) => isNear(answer, share[part]));
  if (Number.isNaN(answer)) return say("quiz.why.number");
  if (isNear(-answer, truth)) return say("quiz.why.sign");
  if (shares.length > 1 && found("share")) return say("quiz.why.share", {giver: found("share").giver, count: shares.length});
  if (found("local")) return say("quiz.why.local", {upstream: show(found("local").upstream)});
  if (found("upstream")) return say("quiz.why.upstream");
  return say("quiz.why.other");
}

function answer(text) {
  const {quiz} = state, value = readNumber(text), {card} = quiz;
  if (Number.isNaN(value)) quiz.verdict = say("quiz.wrong", {why: whyWrong(value, card)});
  else if (isNear(value, numbers.gradients[card.output])) {
    if (quiz.tries === 0) quiz.right += 1;
    settle(say("quiz.right", {reason: reasonFor(card)}), "good");
  } else if (quiz.tries++ > 0) reveal();
  else quiz.verdict = say("quiz.wrong", {why: whyWrong(value, card)});
  buildQuiz(text);
}

function reveal() {
  const {card} = state.quiz;
  settle(say("quiz.wrong.again", {gradient: show(numbers.gradients[card.output]), reason: reasonFor(card)}), "bad");
}

function settle(verdict, kind) {
  const {quiz} = state;
  Object.assign(quiz, {verdict, kind, settled: true, done: quiz.done + 1});
  quiz.answered.push(quiz.card);
  showAll();
}

function nextQuestion() {
  const {quiz} = state, card = quiz.questions[quiz.done];
  Object.assign(quiz, {card, tries: 0, verdict: "", kind: "", settled: false, over: !card});
  showAll();
  buildQuiz();
}

function buildQuiz(typed = "") {
  const panel = $("quiz"), {quiz} = state;
  const print = [make("p", {class: "row print-row"}, make("button", {id: "print", onclick: printSheets}, say("print")), make("span", {class: "hint"}, say("print.hint")))];
  const begin = (text) => make("button", {class: "begin", onclick: beginQuiz, disabled: numbers.missing >= 0}, text);
  const end = make("button", {onclick: endQuiz}, say("quiz.end"));
  if (!quiz) {
    panel.replaceChildren(make("p", {class: "hint"}, say("quiz.hint")), make("p", {class: "row"}, begin(say("quiz.begin"))), ...print);
    return;
  }
  const score = make("p", {class: "score", role: "status"}, say("quiz.score", {right: `${quiz.right}`, count: `${quiz.done}`}));
  if (quiz.over) {
    panel.replaceChildren(score, make("p", {class: "row"}, begin(say("quiz.again")), end));
    return;
  }
  const verdict = make("p", {class: `verdict ${quiz.kind ?? ""}`, role: "status"}, quiz.verdict);
  const question = make("label", {for: "answer", class: "question"}, say("quiz.question", {name: quiz.card.node.name}));
  if (quiz.settled) {
    const next = make("button", {class: "go-on", onclick: nextQuestion}, say("quiz.next"));
    panel.replaceChildren(make("p", {class: "question"}, say("quiz.question", {name: quiz.card.node.name})), verdict, make("p", {class: "row"}, next, end), score);
    next.focus();
    return;
  }
  const field = make("input", {id: "answer", type: "text", inputmode: "decimal", autocomplete: "off"});
  field.value = typed;
  const form = make("form", {onsubmit: (event) => { event.preventDefault(); answer(field.value); }}, question,
    make("span", {class: "row"}, field, make("button", {}, say("quiz.check"))));
  const clue = () => {
    quiz.verdict = clueFor(quiz.card);
    buildQuiz(field.value);
  };
  const skip = () => {
    reveal();
    buildQuiz();
  };
  panel.replaceChildren(form, verdict, make("p", {class: "row"}, make("button", {onclick: clue}, say("quiz.clue")), make("button", {onclick: skip}, say("quiz.skip")), end), score);
  field.focus();
  field.select();
}

function clueFor(card) {
  const edges = graph.edges.filter((edge) => edge.operand === card);
  const slopes = edges.slice(0, 4).map((edge) => {
    const [[node, position]] = edge.handovers;
    if (edge.handovers.length === 1 && edge.result.inside.length === 1) return sentences.slope(node, position, numbers);
    return `d ${edge.result.node.name}/d ${card.node.name} = ${show(numbers.carried[edge.i].local)}`;
  });
  return slopes.join("; ");
}

// --- worksheet -------------------------------------------------------------------------------------------------------

// Builds two sheets for the printer: the graph with blanks, and with the answers.
function buildSheets() {
  const title = data.title[state.language] || "microgrid";
  $("sheets").replaceChildren(sheet(say("sheet", {title}), false), sheet(say("sheet.answers", {title}), true));
}

function sheet(title, isAnswer) {
  const copy = picture.cloneNode(true);
  copy.querySelector("#baton")?.remove();
  copy.removeAttribute("width");
  copy.removeAttribute("height");
  const missing = numbers.missing >= 0;
  const blank = "_____";
  for (const card of graph.cards) {
    const group = copy.querySelector(`[id="${card.id}"]`), put = (kind, text) => {
      const element = group.querySelector(kind);
      if (element) element.textContent = text;
    };
    const {kind} = card.node;
    put(".value", kind === "computed" && !isAnswer ? blank : show(numbers.values[card.output] ?? NaN));
    put(".grad", isAnswer && !missing ? show(numbers.gradients[card.output]) : blank);
    put(".remark", "");
  }
  for (const edge of graph.edges) {
    const group = copy.querySelector(`[id="e${edge.i}"]`), {local, share} = missing ? {local: NaN, share: NaN} : numbers.carried[edge.i];
    if (!group.querySelector(".local")) continue;
    group.setAttribute("class", `${edge.drawn.kinds} handed`);
    group.querySelector(".line").setAttribute("stroke-width", "1");
    group.querySelector(".local").textContent = isAnswer ? `×${show(local)}` : `×${blank}`;
    group.querySelector(".share").textContent = isAnswer ? show(share) : blank;
  }
  copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  copy.querySelectorAll("[tabindex]").forEach((element) => element.removeAttribute("tabindex"));
  copy.querySelectorAll(".current, .faint, .selected").forEach((element) => element.classList.remove("current", "faint", "selected"));
  const changes = missing ? [] : graph.parameters.slice(0, 8).map((i) => make("span", {class: "number"}, changeOnPaper(i, isAnswer, blank)));
  const weights = graph.parameters.length <= MOST_ON_PAPER ? weightsOnPaper() : [];
  const rate = show(state.learningRate);
  const name = isAnswer ? [] : [make("p", {class: "pupil"}, `${say("sheet.name")} ………………………………`)];
  const tasks = ["sheet.know", "sheet.think", "sheet.change"].map((key) => make("li", {}, say(key, {rate})));
  return make("section", {class: "sheet"}, make("h2", {}, title), ...name, make("ol", {}, ...tasks), copy, make("p", {class: "changes"}, ...weights), make("p", {class: "changes"}, ...changes));
}

// The weights of neurons are folded into their cards: who computes by hand needs them.
function weightsOnPaper() {
  const told = new Map(graph.cards.filter((card) => card.isNeuron).map((card) => [card.parameters.join(), card]));
  return [...told.values()].map((card) => {
    const list = card.parameters.map((i) => `${shortName(i, card)} = ${show(numbers.values[i])}`);
    return make("span", {class: "number"}, `${card.node.name}: ${list.join(", ")}`);
  });
}

function changeOnPaper(i, isAnswer, blank) {
  if (isAnswer) {
    const {name, formula, result} = sentences.change(i, numbers);
    return `${name}: ${formula} = ${result}`;
  }
  return `${graph.nodes[i].name}: ${show(numbers.values[i])} − ${show(state.learningRate)} × ${blank} = ${blank}`;
}

function printSheets() {
  buildSheets();
  window.print();
}

// --- panels, language, keys ------------------------------------------------------------------------------------------

const builders = {whatif: buildWhatIf, fault: buildFault, train: buildTrain, quiz: buildQuiz};

function showTab(name) {
  if (state.tab === "quiz" && name !== "quiz" && state.quiz) endQuiz();
  state.tab = name;
  for (const key of Object.keys(builders)) {
    const tab = $(`tab-${key}`), chosen = key === name;
    tab.setAttribute("aria-selected", chosen);
    tab.setAttribute("tabindex", chosen ? "0" : "-1");
    $(key).hidden = !chosen;
  }
  if (name !== "fault") state.lit = null;
  builders[name]();
  if (name !== "fault") showAll();
  showCurve();
}

function refreshPanel() {
  if (state.tab !== "whatif") builders[state.tab]();
  showCurve();
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  sentences = new Sentences(graph, WORDS, language);
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = WORDS[language][element.dataset.text];
  document.querySelectorAll(".value-word").forEach((element) => write(element, say("value")));
  document.querySelectorAll(".grad-word").forEach((element) => write(element, say("grad")));
  const names = {first: "first", back: "back", play: "play", next: "next", last: "last", smaller: "smaller", fit: "fit", larger: "larger", language: "language", help: "help"};
  for (const [id, key] of Object.entries(names)) {
    $(id).setAttribute("aria-label", say(key));
    $(id).title = say(key);
  }
  $("language").textContent = language === "ja" ? "English" : "日本語";
  $("language").lang = language === "ja" ? "en" : "ja";
  $("graph").setAttribute("aria-label", say("graph"));
  picture.setAttribute("aria-label", say("graph"));
  $("scrubber").setAttribute("aria-label", say("timeline"));
  $("timeline").setAttribute("aria-label", say("timeline"));
  $("title").textContent = data.title[language];
  buildKeys();
  if (state.opened.size) buildInside(graph.cards[[...state.opened][0]]);
  builders[state.tab]();
  showAll();
  showCurve();
}

function buildKeys() {
  const keys = [["← →", "keys.step"], ["Space", "keys.play"], ["Home End", "keys.ends"], ["1 2 3", "keys.phases"], ["L", "keys.language"], ["Enter", "keys.card"], ["?", "keys.help"]];
  const list = make("dl", {}, ...keys.flatMap(([key, text]) => [make("dt", {}, key), make("dd", {}, say(text))]));
  const close = make("button", {class: "close", "aria-label": say("close"), onclick: () => $("keys").close()}, "✕");
  const signs = ["signs.cards", "legend", "signs.relay"].map((key) => make("p", {}, say(key, {end: endName()})));
  $("keys").replaceChildren(make("h2", {id: "keys-title"}, say("keys"), close), list, make("h2", {}, say("signs")), ...signs);
}

function onKey(event) {
  const {key, target} = event;
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = target.matches?.("input:not([type=range]), select, textarea"), sliding = target.matches?.("#whatif input[type=range]");
  if (typing || (sliding && key !== "Escape")) return;
  const pressing = target.matches?.("button, [role=button]") && (key === " " || key === "Enter");
  if (pressing) {
    if (target.matches("g")) {
      event.preventDefault();
      select(cardAt(target));
    }
    return;
  }
  if (target.matches?.("[role=tab]") && (key === "ArrowLeft" || key === "ArrowRight")) {
    const tabs = [...$("tabs").children], next = tabs[(tabs.indexOf(target) + (key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
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
  if (!state.quiz) then();
}

const actions = {
  ArrowLeft: () => stop(() => go(state.position - 1)),
  ArrowRight: () => stop(() => go(state.position + 1, true)),
  Home: () => stop(() => go(0)),
  End: () => stop(() => go(state.steps.length)),
  " ": () => !state.quiz && play(!state.playing),
  1: () => stop(() => go(phaseEnd("know"))),
  2: () => stop(() => go(phaseEnd("think"))),
  3: () => stop(() => go(phaseEnd("change"))),
  l: () => speak(state.language === "ja" ? "en" : "ja"),
  "?": () => $("keys").showModal(),
  Escape: () => state.selected && select(state.selected),
};

function cardAt(element) {
  const group = element.closest(".card");
  return group ? graph.cards.find((card) => card.drawn.group === group) : null;
}

function onClickInGraph(event) {
  const card = cardAt(event.target), line = event.target.closest(".edge");
  if (card) select(card);
  else if (line && !state.quiz) {
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
listen();
showTab("whatif");
speak(state.language);
fitGraph();
go(placeInAddress() ?? 0);

// For the console, and for tests: the same numbers and sentences that the page shows.
window.microgrid = {graph, state, go, show, cycle, readGraph, stepsOf, largestRoutes, Sentences, WORDS, get numbers() { return numbers; }};
