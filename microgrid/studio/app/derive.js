// What follows from the state: the graph, its numbers, the steps, and what is known at the step shown. Each is computed
// anew only when a part of the state that it depends on has changed, so that a step costs little.

import {cycle} from "./core/cycle.js";
import {abbreviate, isLoss, leavesOf, readRecord, relabel} from "./core/graph.js";
import {layOutGraph} from "./core/layout.js";
import {columnsOf, show} from "./core/numerals.js";
import {knownInQuiz} from "./core/quiz.js";
import {largestRoutes} from "./core/routes.js";
import {Sentences} from "./core/sentences.js";
import {readableScale} from "./core/sizes.js";
import {PHASES, hasArrived, knownAt, phaseEnds, reachOf, stepsOf} from "./core/steps.js";
import {Words} from "./core/words.js";
import {editorOf, nextPhase} from "./derive/editor.js";
import {isAsOpened} from "./derive/loop.js";
import {memoised} from "./derive/memoised.js";
import {NETWORK_KIND, networkShownAt} from "./derive/network.js";
import {presentedAt} from "./derive/presentation.js";
import {saidOf} from "./derive/told.js";

/** @typedef {import("./actions/parts.js").DocumentOfPage} DocumentOfPage */
/** @typedef {import("./actions/parts.js").State} State */
/** @typedef {import("./core/cycle.js").Numbers} Numbers */
/** @typedef {import("./core/graph.js").Card} Card */
/** @typedef {import("./core/graph.js").Graph} Graph */
/** @typedef {import("./core/graph.js").RecordContent} RecordContent */
/** @typedef {import("./core/layout.js").Layout} Layout */
/** @typedef {import("./core/routes.js").Route} Route */
/** @typedef {import("./core/steps.js").Step} Step */
/** @typedef {import("./derive/network.js").NetworkShown} NetworkShown */
/** @typedef {Record<string, string>} Texts by the label of a value */

const MAX_ROUTES = 6;
/** @type {Record<string, string>} */
const NO_TEXTS = {};
/** @type {{question: ReturnType<import("./core/network_sentences.js").NetworkSentences["asked"]> | null, canAsk: boolean}} of a network that is presented */
const NOT_PREDICTING = {question: null, canAsk: false};
/** @type {import("./derive/network.js").Earlier} */
const NO_EARLIER = {losses: [], heldOut: () => []};
/** @type {[number, number]} */
const LABEL_SIZE_PX = [56, 34]; // of the numbers of an edge; long ones use the room for the tips, too

/**
 * What the tab of routes shows: of which card and, where its gradient has arrived, the routes.
 * @typedef {object} RoutesShown
 * @property {"none" | "constant" | "later" | "routes"} kind "later" where the gradient has not arrived
 * @property {Card | null} card
 * @property {ReturnType<typeof largestRoutes>} [largest]
 */

/**
 * All that follows from a state.
 * @typedef {ReturnType<ReturnType<typeof createDerive>>} Derived
 */

// --- what each kind of document answers in its own way ---------------------------------------------------------------

/**
 * @typedef {object} Kind
 * @property {(state: State) => any[]} steps
 * @property {(state: State) => any[]} closedSteps
 * @property {(state: State) => number} reach
 * @property {(state: State) => number} output
 * @property {(state: State) => boolean} isStuck
 * @property {(state: State) => boolean} learns
 * @property {(document: DocumentOfPage) => number} rate
 * @property {(state: State) => boolean} isAsOpened whether there is nothing that reset would bring back
 */

/** @type {Kind} */
const GRAPH_KIND = {
  steps: (state) => stepsWith(graphIn(state), state.opened),
  closedSteps: (state) => stepsClosed(graphIn(state)),
  reach: (state) => reachOf(numbersIn(state), stepsIn(state)),
  output(state) {
    const {missing, values} = numbersIn(state);
    return missing < 0 ? values[graphIn(state).output] : NaN;
  },
  isStuck: (state) => !Number.isFinite(outputIn(state)),
  learns: (state) => graphIn(state).parameters.length > 0,
  rate: ({record}) => plainGraphOf(record).learningRate,
  isAsOpened: (state) => isAsOpened(state, startLeavesOf(state.document), startRateOf(state.document)),
};

/** @param {DocumentOfPage} document */
function kindOf({kind}) {
  return kind === "network" ? NETWORK_KIND : GRAPH_KIND;
}

// --- what needs no words ---------------------------------------------------------------------------------------------

const graphOf = memoised(
  (/** @type {RecordContent} */ record, /** @type {Texts} */ labels, /** @type {Texts} */ remarks, /** @type {boolean} */ isText) => {
    const graph = readRecord(record);
    relabel(graph, labels, remarks);
    if (isText) abbreviate(graph); // an id is no name for a learner
    return graph;
  },
);
const plainGraphOf = memoised((/** @type {RecordContent} */ record) => readRecord(record)); // as Python has called its nodes
const leavesAtStart = memoised((/** @type {RecordContent} */ record) => leavesOf(plainGraphOf(record)));
const cycleOf = memoised(cycle);
const stepsWith = memoised((/** @type {Graph} */ graph, /** @type {number | null} */ opened) => stepsOf(graph, new Set(opened === null ? [] : [opened])));
const stepsClosed = memoised((/** @type {Graph} */ graph) => stepsOf(graph, new Set()));
const endsOf = memoised(phaseEnds);
const knownAfter = memoised(knownAt);
const knownFrom = memoised(
  (/** @type {Graph} */ graph, /** @type {Numbers} */ numbers, /** @type {number[]} */ answered) =>
    knownInQuiz(graph, numbers, answered.map((i) => graph.cards[i])),
);
const routesTo = memoised(
  (/** @type {Graph} */ graph, /** @type {Numbers} */ numbers, /** @type {number} */ output) =>
    largestRoutes(graph, numbers, output, MAX_ROUTES),
);

/**
 * The graph, its nodes called as in the language of the page.
 * @param {State} state
 */
export function graphIn({document, language}) {
  const {record, labels, remarks, kind} = document;
  return graphOf(record, labels?.[language] ?? NO_TEXTS, remarks?.[language] ?? NO_TEXTS, kind === "text");
}

/**
 * The numbers of the leaves as the document has them.
 * @param {DocumentOfPage} document
 */
export function startLeavesOf(document) {
  return leavesAtStart(document.record);
}

/**
 * The learning rate that the document has.
 * @param {DocumentOfPage} document
 */
export function startRateOf(document) {
  return kindOf(document).rate(document);
}

/**
 * Where playing ends before the last step, and how fast it goes there; null where it does not.
 * @param {State} state
 */
export function goalIn({playing, goal}) {
  return playing ? goal : null;
}

/**
 * How fast steps follow each other.
 * @param {State} state
 */
export function paceIn(state) {
  return goalIn(state)?.speed ?? state.speed;
}

/**
 * One cycle at the numbers that the leaves have now.
 * @param {State} state
 */
export function numbersIn(state) {
  return cycleOf(graphIn(state), state.leaves, state.learningRate);
}

/**
 * The steps; those of an opened neuron are finer.
 * @param {State} state
 * @returns {Step[]}
 */
export function stepsIn(state) {
  return kindOf(state.document).steps(state);
}

/**
 * The steps while no neuron is open: an address names one of these.
 * @param {State} state
 * @returns {Step[]}
 */
export function closedStepsIn(state) {
  return kindOf(state.document).closedSteps(state);
}

/**
 * How many steps there are up to the end of each phase.
 * @param {State} state
 */
export function endsIn(state) {
  return endsOf(stepsIn(state));
}

/**
 * How many steps can be walked: all of them, or those before a value that is missing.
 * @param {State} state
 */
export function reachIn(state) {
  return kindOf(state.document).reach(state);
}

/**
 * The quiz that is being asked now; on another tab it waits.
 * @param {State} state
 */
export function askingIn({tab, quiz}) {
  return tab === "quiz" ? quiz : null;
}

/**
 * The output, which is the loss where there is one, at the start of the cycle; NaN where a value is missing.
 * @param {State} state
 * @returns {number}
 */
export function outputIn(state) {
  return kindOf(state.document).output(state);
}

/**
 * Whether there is nothing to learn from: a number is missing, or not finite.
 * @param {State} state
 */
export function isStuckIn(state) {
  return kindOf(state.document).isStuck(state);
}

/**
 * Whether anything learns.
 * @param {State} state
 * @returns {boolean}
 */
export function learnsIn(state) {
  return kindOf(state.document).learns(state);
}

/**
 * Whether there is nothing that reset would bring back.
 * @param {State} state
 */
export function isAsOpenedIn(state) {
  return kindOf(state.document).isAsOpened(state);
}

/**
 * Whether the gradients are still to come.
 * @param {State} state
 */
export function awaitsThinkIn(state) {
  return state.position < endsIn(state).think && numbersIn(state).missing < 0;
}

/**
 * What is known at the step shown or, in a quiz, to answer its question.
 * @param {State} state
 */
export function knownIn(state) {
  const graph = graphIn(state),
    numbers = numbersIn(state);
  const quiz = askingIn(state);
  if (quiz) return knownFrom(graph, numbers, quiz.answered);
  return knownAfter(graph, numbers, stepsIn(state), state.position, state.leaves);
}

/**
 * What the tab of routes shows of the card that is selected.
 * @param {State} state
 * @returns {RoutesShown}
 */
function routesIn(state) {
  const graph = graphIn(state),
    numbers = numbersIn(state),
    card = state.selected === null ? null : graph.cards[state.selected];
  if (state.tab !== "routes" || !card || numbers.missing >= 0) return {kind: "none", card: null};
  if (card.node.kind === "constant") return {kind: "constant", card};
  if (!hasArrived(graph, card, knownIn(state))) return {kind: "later", card};
  return {kind: "routes", card, largest: routesTo(graph, numbers, card.output)};
}

/** The cards and edges of a route, or null. */
const alongRoute = memoised((/** @type {Graph} */ graph, /** @type {Route | undefined} */ route) => {
  if (!route) return null;
  const edges = new Set(),
    cards = new Set(route.nodes.map((node) => graph.cardOf.get(node)));
  for (const [k, node] of route.nodes.slice(1).entries()) {
    const result = route.nodes[k],
      card = graph.cardOf.get(node),
      from = graph.cardOf.get(result);
    const edge = from?.edges.find(({operand, uses}) => operand === card && uses.some(([use]) => use === result));
    if (edge && from !== card) edges.add(edge);
  }
  return {edges, cards};
});

/**
 * What the places of the cards depend on.
 * @param {Graph} graph
 */
function sizesIn({cards, edges}) {
  const kinds = cards.map(({node}) => [node.kind, node.op, node.kind === "constant" ? 0 : columnsOf(node.name), node.layer]);
  return [kinds, cards.map(({inside}) => inside.length), edges.map(({operand, result}) => [operand.i, result.i])];
}

/**
 * Lays out a graph for a window: cut into rows where one row would need smaller text than can be read.
 * @param {Graph} graph
 * @param {import("./core/layout.js").LayoutOptions & {words: Words, labels?: DocumentOfPage["labels"]}} options
 * @param {[number, number] | null} room
 */
function layOutFor(graph, options, room) {
  if (!room) return layOutGraph(graph, options);
  const maxRowWidth = room[0] / readableScale({compact: false});
  return layOutGraph(graph, {...options, screenSize: room, labelSize: LABEL_SIZE_PX, maxRowWidth});
}

// --- how large the graph is, and what is said of it ------------------------------------------------------------------

const toldOf = memoised(
  (/** @type {Sentences} */ sentences, /** @type {Step} */ step, /** @type {Numbers} */ numbers, /** @type {number} */ after) =>
    sentences.inWords(step, numbers, after),
);

/**
 * What the output of the graph is called, in a sentence and beside its number; it need not be a loss.
 * @param {Graph} graph
 * @param {Words} words
 */
function namesOfEnd(graph, words) {
  const {name} = graph.nodes[graph.output];
  if (!isLoss(graph)) return {endName: name, endLabel: name};
  return {endName: words.word("end.loss"), endLabel: words.say("loss")};
}

/** The keys of what the legend says of this graph. */
const legendOf = memoised((/** @type {Graph} */ graph, /** @type {Layout} */ layout) => {
  const keys = ["legend"];
  if (layout.compact) keys.push(layout.tall ? "legend.tall" : "legend.compact");
  if (graph.nodes.some(({nth}) => nth)) keys.push("legend.rows");
  if (graph.cards.some(({opens}) => opens)) keys.push("legend.neurons");
  return keys;
});

/**
 * What is wrong with the numbers, in words; "" where nothing is.
 * @param {State} state
 * @param {Sentences} sentences
 * @param {Words} words
 */
function problemIn(state, sentences, words) {
  const {output, nodes} = graphIn(state),
    numbers = numbersIn(state);
  if (!isStuckIn(state)) return "";
  const isMissing = numbers.missing >= 0,
    problem = isMissing
      ? sentences.missing(numbers)
      : words.say("non_finite", {name: nodes[output].name, result: show(numbers.values[output])});
  if (state.diverged) return words.say("diverged", {problem, cycle: state.diverged.cycle, rate: show(state.diverged.rate)});
  if (isMissing) return words.say("missing.whatif", {problem});
  return state.position ? words.say("non_finite.whatif", {problem}) : "";
}

/**
 * Where we are: the cycle, the step and its phase.
 * @param {Words} words
 * @param {{cycle: number, step: number, count: number, phase: string}} place a step of so many, 0 before the first
 */
export function placeInWords(words, {cycle: number, step, count, phase}) {
  const key = number > 1 ? "cycle" : step ? "place" : "place.start",
    place = words.say(key, {cycle: number, step, count});
  return phase ? `${place} · ${words.word(`phase.${phase}`)}` : place;
}

const USUAL_HEIGHT_PX = 600; // of the window of a record: it grows and shrinks while a neuron is opened and closed
const widthOf = memoised((/** @type {State["room"]} */ room) => /** @type {State["room"]} */ (room && [room[0], USUAL_HEIGHT_PX]));

/**
 * Returns a function that gives all that follows from a state.
 * @param {Record<string, Record<string, string>>} tables the words by language
 */
export function createDerive(tables) {
  const wordsOf = memoised((/** @type {string} */ language) => new Words(tables, language)),
    wordsAtFirst = new Words(tables, Object.keys(tables)[0]);
  const sentencesOf = memoised((/** @type {Graph} */ graph, /** @type {Words} */ words) => new Sentences(graph, words));
  // The cards have room for their names in all languages, so that a switch moves nothing.
  /** @type {{placed: string, layout: Layout} | null} */
  let latest = null; // numbers change more often than what has to be placed
  const layoutOf = memoised(
    (/** @type {Graph} */ graph, /** @type {DocumentOfPage["labels"]} */ labels, /** @type {State["room"]} */ room) => {
      const placed = JSON.stringify([sizesIn(graph), labels, room]);
      if (latest?.placed === placed) return latest.layout;
      latest = {placed, layout: layOutFor(graph, {words: wordsAtFirst, labels}, room)};
      return latest.layout;
    },
  );
  /**
   * What is shown of a state of a graph.
   * @param {State} state
   * @param {Words} words
   */
  function graphShownAt(state, words) {
    const graph = graphIn(state),
      numbers = numbersIn(state),
      steps = stepsIn(state),
      ends = endsIn(state),
      sentences = sentencesOf(graph, words),
      {document} = state,
      isText = document.kind === "text",
      layout = layoutOf(isText ? graph : plainGraphOf(document.record), document.labels, isText ? state.room : widthOf(state.room)),
      known = knownIn(state),
      routes = routesIn(state),
      asking = askingIn(state),
      {current} = known,
      isChanged = !asking && numbers.missing < 0 && current?.phase === "change" && state.position === ends.change,
      reach = reachIn(state),
      edited = editorOf(state, {graph, numbers, ends, known, words, asking, startLeaves: startLeavesOf(document)}),
      named = namesOfEnd(graph, words),
      told = current && numbers.missing < 0 ? toldOf(sentences, current, numbers, known.after) : null,
      note = document.note?.[state.language] ?? "";
    return {
      graph,
      numbers,
      sentences,
      layout,
      known,
      routes,
      lit: alongRoute(graph, routes.largest?.routes[state.route]),
      startLeaves: startLeavesOf(document),
      awaitsThink: awaitsThinkIn(state),
      isBlocked: numbers.missing >= 0 && state.position >= reach,
      problem: problemIn(state, sentences, words),
      changedLoss: isChanged && numbers.outcome.again.missing < 0 ? numbers.outcome.after : null,
      told,
      note,
      legend: legendOf(graph, layout),
      title: document.title?.[state.language] ?? "",
      earlier: NO_EARLIER,
      network: /** @type {NetworkShown | null} */ (null),
      ...named,
      ...edited,
      ...saidOf(state, {graph, numbers, steps, ends, known, sentences, words, told, note, asking, isChanged, summary: edited.summary, ...named}),
      predicting: NOT_PREDICTING,
      presented: presentedAt(state, {graph, numbers, steps, known, reach, sentences, words}),
    };
  }

  /** @typedef {ReturnType<typeof graphShownAt>} Shown what the views of every kind of document read, and more */
  return memoised((/** @type {State} */ state) => {
    const words = wordsOf(state.language),
      steps = stepsIn(state),
      asking = askingIn(state),
      isNetwork = state.document.kind === "network",
      shown = isNetwork ? /** @type {Shown} */ (/** @type {unknown} */ (networkShownAt(state, words))) : graphShownAt(state, words),
      placeOfStep = {cycle: state.cycle, step: state.position, count: steps.length, phase: shown.known.current?.phase ?? ""};
    return {
      ...shown,
      words,
      steps,
      asking,
      ends: endsIn(state),
      phases: PHASES.filter((phase) => steps.some((step) => step.phase === phase)),
      closedSteps: closedStepsIn(state),
      reach: reachIn(state),
      output: outputIn(state),
      isStuck: isStuckIn(state),
      learns: learnsIn(state),
      nextPhase: nextPhase(state.position, endsIn(state)),
      place: asking ? words.say("quiz") : placeInWords(words, placeOfStep),
      placeInCycle: placeInWords(words, {...placeOfStep, cycle: 1}),
      canUndo: state.past.length > 0 && !asking,
      canRedo: state.future.length > 0 && !asking,
      canReset: !isAsOpenedIn(state) && !asking,
    };
  });
}
