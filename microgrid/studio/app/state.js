// What the page knows at a moment, and small helpers that all its parts use.

const PHASES = ["know", "think", "change"];
const NUDGE = 0.01;
const LEAST_TEXT = 11; // pixels
const MOST_SLIDERS = 12,
  MOST_ROWS = 60,
  MOST_ROUTES = 6,
  MOST_NAMED = 6,
  MOST_ON_PAPER = 60,
  MOST_ON_SHEET = 20, // cards
  MOST_CHANGES = 8;
const RUN = 1000; // milliseconds that a baton takes for an edge

const data = JSON.parse(document.getElementById("data").textContent);
const graph = readGraph(data);
const startLeaves = new Map(graph.nodes.flatMap((node, i) => (node.op ? [] : [[i, node.data]])));

// The language that the page was written in or, where none was chosen, the first of the browser's that it speaks.
function languageAtStart() {
  const {lang, dataset} = document.documentElement;
  const wanted = "chooseLanguage" in dataset ? navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()) : [];
  return wanted.find((language) => language in WORDS) ?? lang;
}

const state = {
  language: languageAtStart(),
  leaves: new Map(startLeaves),
  learningRate: data.learningRate,
  opened: new Set(),
  position: 0,
  wanted: 0, // where the reader wants to be; `position` stays before a value that is missing
  steps: [],
  ends: {},
  cycle: 1,
  losses: [],
  restarted: false, // whether the curve began anew because a leaf was changed
  diverged: null, // where training broke off: its cycle and learning rate
  told: null, // a function that says, in the current language, what +0.01 has changed
  selected: null,
  route: 0,
  lit: null,
  tab: "whatif",
  playing: false,
  scale: 0,
  zoom: 1,
  whole: false, // whether the whole graph is to be seen, however small that makes it
  quiz: null,
};
let numbers = cycle(graph, state.leaves, state.learningRate);
const closedSteps = stepsOf(graph, new Set()); // an address names a step of these
let sentences = new Sentences(graph, WORDS, state.language);
state.losses.push(numbers.values[graph.loss]);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const shown = (text) => typeset(text, state.language);
const $ = (id) => document.getElementById(id);
const word = (key, parts = {}) => shown(format(WORDS[state.language][key], parts));
const say = (key, parts) => word(`page.${key}`, parts);

// --- small helpers ---------------------------------------------------------------------------------------------------

// The place of a card in the picture.
const cornerOf = (group) =>
  group
    .getAttribute("transform")
    .match(/[\d.]+/g)
    .map(Number);

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

// A number as a card shows it: where it is wider than the space for numbers, it is squeezed into that.
const NUMBER_PX = 74;
const ofCard = (text) => text.replaceAll(" × 10", "×10");

function writeNumber(element, text) {
  if (!element) return;
  write(element, ofCard(shown(text)));
  squeeze(element);
}

function squeeze(element) {
  if (element.textContent.length <= 10) return element.removeAttribute("textLength");
  element.setAttribute("textLength", NUMBER_PX);
  element.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

function mark(element, kinds) {
  if (kindsOf.get(element) === kinds) return;
  kindsOf.set(element, kinds);
  element.setAttribute("class", kinds);
}

// Fills a panel anew; the focus stays on the same button or field.
function refill(panel, ...children) {
  const controls = () => [...panel.querySelectorAll("button, input")];
  const place = panel.contains(document.activeElement) ? controls().indexOf(document.activeElement) : -1;
  panel.replaceChildren(...children);
  if (place >= 0) controls()[place]?.focus();
}

// Tells screen readers the latest result.
function announce(text) {
  $("news").textContent = text;
}

const signOf = (number) => (number > 0 ? "positive" : number < 0 ? "negative" : "zero");

// Reads what a person types, as Python's read_number does: in full width, with another minus sign or a decimal comma,
// as a fraction or a product. "1,000" could be either of two numbers, and is refused; "0,125" can be one only. NFKC would
// make 32 of 3², and 11/2 of 1½.
function readNumber(text) {
  const signs = (part) => part.replace(/[−ー–—‐―ｰ]/g, "-").replace(/[×·∗⋅]/g, "*").replace(/[÷⁄]/g, "/");
  const raised = text.replace(/(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (digits) => `^${digits.replaceAll("⁻", "-")}`);
  if (/\p{No}\p{N}|\p{N}\p{No}/u.test(raised)) return NaN;
  const typed = signs(signs(raised).normalize("NFKC"))
    .trim()
    .replace(/\s*([*/])\s*/g, "$1");
  const commas = typed.split(",").length - 1;
  if (commas > 1 || (/,\d{3}(?!\d)/.test(typed) && !/(?<!\d)0*,/.test(typed))) return NaN;
  const factors = typed
    .replace(",", ".")
    .replace(/\*10(?:\^|\*\*)\(?([-+]?\d+)\)?/g, "e$1")
    .split(/(?<=[\d.)])([*/])/);
  const isFactor = (factor) =>
    /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\))$/i.test(factor);
  if (!factors.every((factor, i) => i % 2 || isFactor(factor))) return NaN;
  return factors.reduce((number, factor, i) => {
    if (i % 2) return number;
    const by = Number(factor.replace(/[()]/g, ""));
    if (factors[i - 1] !== "/") return number * by;
    return by === 0 ? NaN : number / by;
  }, 1);
}

// What the end of the graph is called, in a sentence and beside its number; it need not be a loss.
const endIsLoss = ["", "loss"].includes(graph.nodes[graph.loss].label);
const endName = () => (endIsLoss ? word("end.loss") : graph.nodes[graph.loss].name);
const endLabel = () => (endIsLoss ? say("loss") : graph.nodes[graph.loss].name);

// What a leaf is called: a constant by the number that it has at the start.
const leafName = (i) => (graph.nodes[i].kind === "constant" ? show(startLeaves.get(i)) : graph.nodes[i].name);

// Joins names as the language does.
const listed = (names) => names.join(WORDS[state.language].list);

// Joins sentences as the language does.
const joined = (...sentences) => sentences.filter(Boolean).join(WORDS[state.language].gap);

// Tells whether a quiz is being asked now; on another tab it waits.
const asking = () => (state.tab === "quiz" ? state.quiz : null);
