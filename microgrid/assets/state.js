// What the page knows at a moment, and small helpers that all its parts use.

const PHASES = ["know", "think", "change"];
const NUDGE = 0.01;
const MOST_SLIDERS = 12,
  MOST_ROWS = 60,
  MOST_ROUTES = 6,
  MOST_ON_PAPER = 60;
const RUN = 1000; // milliseconds that a baton takes for an edge

const data = JSON.parse(document.getElementById("data").textContent);
const graph = readGraph(data);
const startLeaves = new Map(graph.nodes.flatMap((node, i) => (node.op ? [] : [[i, node.data]])));

const state = {
  language: document.documentElement.lang,
  leaves: new Map(startLeaves),
  learningRate: data.learningRate,
  opened: new Set(),
  position: 0,
  steps: [],
  ends: {},
  cycle: 1,
  losses: [],
  selected: null,
  route: 0,
  lit: null,
  tab: "whatif",
  playing: 0,
  scale: 0,
  zoom: 1,
  quiz: null,
};
let numbers = cycle(graph, state.leaves, state.learningRate);
const closedSteps = stepsOf(graph, new Set()); // an address names a step of these
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

const texts = new WeakMap(),
  kindsOf = new WeakMap(); // what was written last: asking the document would be slower

function write(element, text) {
  if (!element || texts.get(element) === text) return;
  texts.set(element, text);
  element.textContent = text;
}

function mark(element, kinds) {
  if (kindsOf.get(element) === kinds) return;
  kindsOf.set(element, kinds);
  element.setAttribute("class", kinds);
}

// Fills a panel anew; who was at one of its buttons or fields stays there.
function refill(panel, ...children) {
  const controls = () => [...panel.querySelectorAll("button, input")];
  const place = panel.contains(document.activeElement) ? controls().indexOf(document.activeElement) : -1;
  panel.replaceChildren(...children);
  if (place >= 0) controls()[place]?.focus();
}

// Tells those who listen to the page what has just come out.
function announce(text) {
  $("news").textContent = text;
}

const signOf = (number) => (number > 0 ? "positive" : number < 0 ? "negative" : "zero");

// Reads what a person types: "−" is as good as "-", and "1,5" as "1.5"; "1,000" could be either, and is refused.
function readNumber(text) {
  const cleaned = text.trim().normalize("NFKC").replaceAll("−", "-");
  if (/,\d{3}$/.test(cleaned)) return NaN;
  const number = cleaned.replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(number) ? Number(number) : NaN;
}

// What the end of the graph is called in a sentence.
function endName() {
  const {name} = graph.nodes[graph.loss];
  return name === "loss" ? say("end") : name;
}
