// What the page knows at a moment, and small helpers that all its parts use.

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

// What the end of the graph is called in a sentence.
function endName() {
  const {name} = graph.nodes[graph.loss];
  return name === "loss" ? say("end") : name;
}
