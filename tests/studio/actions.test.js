import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {endsIn, graphIn, knownIn, numbersIn, reachIn, stepsIn} from "../../microgrid/studio/app/derive.js";
import {computed, documentOf, leaf, LINE} from "./core/records.js";

// tanh(w · x + b) as a neuron of a layer, doubled.
const NEURON = documentOf([
  leaf("layer1.neuron1.w1", 0.5),
  leaf("x1", 1, "input"),
  leaf("layer1.neuron1.b", 1.5),
  computed("weighted_sum", [0, 1, 2]),
  computed("tanh", [3], "layer1.neuron1", "layer1#0"),
  leaf("", 2, "constant"),
  computed("*", [4, 5], "out"),
]);

const LOGARITHM = documentOf([leaf("a", 2), computed("log", [0], "l"), computed("*", [0, 1], "end")]);

/** The state after some actions, of which each is frozen before the next: none may be changed in place. */
function after(document, ...actions) {
  return actions.reduce((state, action) => reduce(frozen(state), action), initialState(document, "en"));
}

function frozen(state) {
  for (const part of [state.visit, state.cycles, state.quiz, state.nudged, state.entered]) Object.freeze(part);
  return Object.freeze(state);
}

const lossesOf = ({cycles}) => cycles.curve().map(({loss}) => loss);

const cardOf = (state, label) => graphIn(state).cards.find(({node}) => node.label === label).i;

test("a document begins at its leaves, and with the loss that it has", () => {
  const state = initialState(LINE, "ja");
  assert.deepEqual([...state.leaves], [[0, 3], [1, 2], [3, 5], [5, 2]]);
  assert.deepEqual([state.position, state.language, state.learningRate], [0, "ja", 0.1]);
  assert.deepEqual(lossesOf(state), [1]);
});

test("an action that there is not is refused", () => {
  assert.throws(() => after(LINE, {type: "fly"}), /there is no action "fly"/);
});

test("steps end at the first and at the last", () => {
  assert.equal(after(LINE, {type: "stepBy", count: -1}).position, 0);
  const end = after(LINE, {type: "goTo", position: 999});
  assert.equal(end.position, stepsIn(end).length);
});

test("only a step onwards is shown as a movement", () => {
  assert.equal(after(LINE, {type: "stepBy", count: 1}).visit.animated, true);
  assert.equal(after(LINE, {type: "stepBy", count: 1}, {type: "stepBy", count: -1}).visit.animated, false);
});

test("a phase is gone to where it ends", () => {
  const state = after(LINE, {type: "goToPhase", phase: "think"});
  assert.equal(state.position, endsIn(state).think);
  assert.equal(knownIn(state).gradients.get(0), 4);
});

test("playing steps on, stops at the end, and goes on from there with the next cycle", () => {
  let state = after(LINE, {type: "play"});
  assert.deepEqual([state.playing, state.position], [true, 1]);
  while (state.playing) state = reduce(state, {type: "playOn"});
  assert.equal(state.position, stepsIn(state).length);
  state = reduce(state, {type: "play"});
  assert.deepEqual([state.position, state.cycle], [1, 2]);
});

test("a leaf is moved at the step where one is, and a new curve begins", () => {
  const state = after(LINE, {type: "goToPhase", phase: "think"}, {type: "setLeaf", leaf: 0, value: 4});
  assert.equal(state.position, endsIn(state).think);
  assert.deepEqual(lossesOf(state), [9]);
  assert.equal(numbersIn(state).gradients[0], 12);
  assert.equal(initialState(LINE, "en").leaves.get(0), 3);
});

test("a value that is missing leaves the steps before it, until it is there again", () => {
  const think = after(LOGARITHM, {type: "goToPhase", phase: "think"}),
    missing = reduce(think, {type: "setLeaf", leaf: 0, value: -1});
  assert.deepEqual([missing.position, reachIn(missing), lossesOf(missing)], [0, 0, [NaN]]);
  assert.equal(reduce(missing, {type: "setLeaf", leaf: 0, value: 2}).position, think.position);
});

test("+0.01 is tried and not kept", () => {
  const state = after(LINE, {type: "goToPhase", phase: "think"}, {type: "tryNudge", leaf: 0});
  assert.equal(state.leaves.get(0), 3);
  assert.equal(state.nudged.predicted, 0.04);
  assert.ok(Math.abs(state.nudged.actual - 0.0404) < 1e-12);
  assert.equal(state.nudged.isEarly, false);
  assert.equal(after(LINE, {type: "tryNudge", leaf: 0}).nudged.isEarly, true);
});

test("training runs cycle after cycle, and reset takes all of them back", () => {
  const state = after(LINE, {type: "train", cycles: 2}, {type: "trainOn", cycles: 5});
  assert.equal(state.cycle, 3);
  assert.equal(lossesOf(state).length, 3);
  assert.ok(Math.abs(state.leaves.get(0) - (3 - 0.4 - 0.1 * 4 * 0.2)) < 1e-12);
  const reset = reduce(state, {type: "reset"});
  assert.deepEqual([reset.cycle, lossesOf(reset), reset.leaves.get(0)], [1, [1], 3]);
});

test("training that diverges stops, and says with which learning rate", () => {
  const state = after(LINE, {type: "setLearningRate", learningRate: 1e200}, {type: "train", cycles: 100}, {type: "trainOn", cycles: 100});
  assert.equal(state.diverged.rate, 1e200);
  assert.ok(state.cycle < 10);
});

test("a neuron is opened and closed at the same place of the cycle", () => {
  const know = after(NEURON, {type: "goToPhase", phase: "know"}),
    card = cardOf(know, "layer1.neuron1");
  const open = reduce(know, {type: "select", card});
  assert.equal(open.opened, card);
  assert.ok(stepsIn(open).length > stepsIn(know).length);
  assert.equal(open.position, endsIn(open).know);
  const closed = reduce(open, {type: "closeNeuron"});
  assert.deepEqual([closed.opened, closed.selected, closed.position], [null, null, know.position]);
  assert.equal(closed.entered.card, card);
});

test("a card that is selected shows its routes, and is let go by a second click", () => {
  const state = after(LINE, {type: "goToPhase", phase: "think"}, {type: "select", card: 0});
  assert.deepEqual([state.selected, state.tab, state.route], [0, "routes", 0]);
  assert.equal(reduce(state, {type: "select", card: 0}).selected, null);
  assert.equal(reduce(state, {type: "stepBy", count: -1}).route, -1);
});

test("a quiz asks from the loss back, and counts what is right at the first try", () => {
  const begun = after(LINE, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"});
  assert.equal(begun.quiz.card, cardOf(begun, "d"));
  const right = reduce(begun, {type: "answer", text: "2"});
  assert.deepEqual([right.quiz.right, right.quiz.done, right.quiz.verdict], [1, 1, {kind: "right"}]);
  const second = reduce(right, {type: "nextQuestion"}),
    wrong = reduce(second, {type: "answer", text: "7"});
  assert.deepEqual(wrong.quiz.verdict, {kind: "wrong", given: 7});
  const shown = reduce(wrong, {type: "answer", text: "8"});
  assert.deepEqual([shown.quiz.right, shown.quiz.done, shown.quiz.verdict], [1, 2, {kind: "shown"}]);
});

test("a hint costs the point, and what is no number costs nothing", () => {
  const begun = after(LINE, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"}),
    typed = reduce(begun, {type: "answer", text: "abc"});
  assert.deepEqual([typed.quiz.tries, typed.quiz.verdict], [0, {kind: "number"}]);
  const hinted = reduce(typed, {type: "showHint"});
  assert.equal(reduce(hinted, {type: "answer", text: "2"}).quiz.right, 0);
});

test("nobody steps behind the back of a quiz, which waits on another tab", () => {
  const begun = after(LINE, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"});
  assert.equal(reduce(begun, {type: "stepBy", count: 1}).position, 0);
  assert.equal(reduce(begun, {type: "play"}), begun);
  const away = reduce(begun, {type: "showTab", tab: "whatif"});
  assert.equal(reduce(away, {type: "stepBy", count: 1}).position, 1);
});

test("nothing plays on behind a quiz that was left for another tab", () => {
  const begun = after(LINE, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"}, {type: "showTab", tab: "whatif"});
  const playing = reduce(begun, {type: "play"});
  assert.equal(playing.playing, true);
  assert.equal(reduce(playing, {type: "showTab", tab: "quiz"}).playing, false);
});

test("a quiz ends where there is nothing left to ask", () => {
  const begun = after(LOGARITHM, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"});
  assert.equal(reduce(begun, {type: "setLeaf", leaf: 0, value: -1}).quiz, null);
});

test("another document starts anew; language and speed stay", () => {
  const state = after(
    NEURON,
    {type: "setLanguage", language: "ja"},
    {type: "setSpeed", speed: 4},
    {type: "goToPhase", phase: "know"},
    {type: "select", card: 1},
    {type: "setDocument", document: LINE},
  );
  assert.deepEqual([state.language, state.speed, state.position, state.opened], ["ja", 4, 0, null]);
  assert.equal(graphIn(state).nodes.length, 7);
});

// --- the presentation ---

const presenting = {type: "present", isPresenting: true};

test("presenting stops playing and leaves a quiz", () => {
  const state = after(LINE, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"}, presenting);
  assert.deepEqual([state.isPresenting, state.playing, state.tab], [true, false, "whatif"]);
  assert.equal(after(LINE, {type: "play"}, presenting).playing, false);
});

test("a question ends with the next step, and by being taken back", () => {
  const isAsked = (state) => state.asked === state.visit;
  assert.ok(isAsked(after(LINE, presenting, {type: "ask"})));
  assert.ok(!isAsked(after(LINE, presenting, {type: "ask"}, {type: "stepBy", count: 1})));
  assert.ok(!isAsked(after(LINE, presenting, {type: "ask"}, {type: "unask"})));
  assert.ok(!isAsked(after(LINE, presenting, {type: "ask"}, {type: "setPredicting", isPredicting: false})));
});

test("zooming goes in order from the whole graph, which is shown again at its own size", () => {
  const zoomTo = (zoom) => ({type: "zoomTo", zoom, least: 0.3}),
    seen = ({whole, zoom}) => [whole, zoom];
  assert.deepEqual(seen(after(LINE, {type: "fitWindow"}, zoomTo(0.375))), [false, 0.375]);
  assert.deepEqual(seen(after(LINE, zoomTo(0.375), zoomTo(0.29))), [true, 1]);
  assert.deepEqual(seen(after(LINE, {type: "fitWindow"}, {type: "fitWindow"})), [false, 1]);
});
