import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {endsIn, numbersIn, stepsIn} from "../../microgrid/studio/app/derive.js";
import {computed, documentOf, leaf, LINE} from "./core/records.js";

const GIVEN_ALONE = documentOf([leaf("x", 2, "input"), computed("relu", [0], "out")]);

const step = (count) => ({type: "stepBy", count}),
  end = {type: "goTo", position: 999},
  rate = (learningRate) => ({type: "setLearningRate", learningRate}),
  rewind = (cycle) => ({type: "rewind", cycle}),
  setLeaf = (leaf, value) => ({type: "setLeaf", leaf, value}),
  undo = {type: "undo"},
  redo = {type: "redo"};

function after(start, ...actions) {
  return actions.reduce((state, action) => reduce(frozen(state), action), "kind" in start ? initialState(start, "en") : start);
}

function frozen(state) {
  for (const part of [state.visit, state.past, state.future, state.training]) Object.freeze(part);
  return Object.freeze(state);
}

/** The state after so many cycles of training. */
function trained(start, cycles) {
  return after(start, {type: "train", cycles}, {type: "trainOn", cycles});
}

const lossesOf = ({cycles}) => cycles.curve().map(({loss}) => loss);

// --- on and back -----------------------------------------------------------------------------------------------------

test("the step after the last is the start of the next cycle, with the changed numbers", () => {
  const last = after(LINE, end),
    next = after(last, step(1));
  assert.deepEqual([next.cycle, next.position, next.leaves.get(0)], [2, 0, numbersIn(last).changed.get(0)]);
  assert.deepEqual(lossesOf(next), [1, numbersIn(next).values.at(-1)]);
});

test("the step before the first of a cycle is the last of the one before, and on again nothing is lost", () => {
  const there = after(trained(LINE, 4), {type: "goTo", position: 0}),
    back = after(there, step(-1));
  assert.deepEqual([back.cycle, back.position], [4, stepsIn(back).length]);
  const again = after(back, step(1));
  assert.deepEqual([again.cycle, [...again.leaves]], [5, [...there.leaves]]);
  assert.equal(after(back, rewind(2), end, step(1)).cycles.last, 5);
});

test("the end of a cycle is not left by going to the end, nor the start of the first by a step back", () => {
  assert.deepEqual([after(LINE, end, end).cycle, after(LINE, step(-1)).cycle], [1, 1]);
});

test("the large button goes on with the next Know", () => {
  const state = after(LINE, end, {type: "playPhase"});
  assert.deepEqual([state.cycle, state.position, state.goal.position], [2, 1, endsIn(state).know]);
});

test("where there is nothing to learn, no cycle follows", () => {
  const state = after(GIVEN_ALONE, end, step(1));
  assert.deepEqual([state.cycle, state.position], [1, stepsIn(state).length]);
  assert.equal(after(GIVEN_ALONE, {type: "train", cycles: 3}).cycle, 1);
});

test("a step into a cycle without a finite loss tells that training has diverged", () => {
  const state = after(LINE, rate(1e200), end, step(1));
  assert.deepEqual(state.diverged, {cycle: 2, rate: 1e200});
  assert.equal(after(state, end, step(1)).cycle, 2);
});

// --- rewinding -------------------------------------------------------------------------------------------------------

test("every cycle comes back to the last bit, kept or computed again", () => {
  let state = initialState(LINE, "en");
  const seen = [null];
  for (let cycle = 1; cycle <= 1300; cycle++) {
    seen.push(state.leaves.get(0));
    state = trained(after(state, rate(cycle % 7 ? 0.001 : 0.002)), 1);
  }
  assert.ok(state.cycles.keptCount <= 500);
  for (let cycle = 1300; cycle >= 1; cycle--) assert.ok(Object.is(after(state, rewind(cycle)).leaves.get(0), seen[cycle]));
});

test("rewinding stays at the step, and training goes on from there", () => {
  const state = trained(LINE, 10),
    back = after(state, {type: "goToPhase", phase: "know"}, rewind(4));
  assert.deepEqual([back.cycle, back.position, back.cycles.last], [4, endsIn(back).know, 11]);
  const on = trained(back, 2);
  assert.deepEqual([on.cycle, on.cycles.last], [6, 6]);
  assert.deepEqual(lossesOf(on), lossesOf(state).slice(0, 6));
});

test("a cycle out of reach is the nearest there is", () => {
  const state = trained(LINE, 3);
  assert.equal(after(state, rewind(4)).past.length, state.past.length); // it is shown already
  assert.deepEqual([after(state, rewind(-5)).cycle, after(state, rewind(99)).cycle, after(state, rewind(2.4)).cycle], [1, 4, 2]);
});

test("another learning rate leads another way, and the cycles after are forgotten", () => {
  const state = after(trained(LINE, 10), rewind(3), rate(0.01), end, step(1));
  assert.deepEqual([state.cycle, state.cycles.last], [4, 4]);
  const undone = after(state, undo);
  assert.deepEqual([undone.cycles.last, undone.cycle, undone.learningRate], [11, 3, 0.01]);
});

// --- training --------------------------------------------------------------------------------------------------------

test("training runs one cycle at once, and the others as they are called for", () => {
  const begun = after(LINE, {type: "train", cycles: 10});
  assert.deepEqual([begun.cycle, begun.training], [2, {left: 9}]);
  const going = after(begun, {type: "trainOn", cycles: 4});
  assert.deepEqual([going.cycle, going.training, going.position], [6, {left: 5}, endsIn(going).think]);
  assert.deepEqual([trained(LINE, 10).cycle, trained(LINE, 10).training], [11, null]);
});

test("training is the same cycle after cycle as stepping", () => {
  const walked = after(LINE, end, step(1), end, step(1), end, step(1)),
    run = trained(LINE, 3);
  assert.deepEqual([lossesOf(walked), [...walked.leaves]], [lossesOf(run), [...run.leaves]]);
});

test("training without end is over where it diverges", () => {
  const begun = after(LINE, rate(1e200), {type: "train", cycles: Infinity});
  assert.deepEqual([after(begun, {type: "trainOn", cycles: 50}).training, after(begun, {type: "train", cycles: 5})], [null, begun]);
});

test("whatever leads elsewhere stops training", () => {
  const begun = after(LINE, {type: "train", cycles: Infinity});
  for (const action of [{type: "pause"}, {type: "play"}, step(1), rewind(1), setLeaf(0, 2), undo, {type: "reset"}, {type: "setDocument", document: LINE}]) {
    assert.equal(after(begun, action).training, null, action.type);
  }
  assert.deepEqual(after(begun, {type: "showTab", tab: "whatif"}, rate(0.2)).training, begun.training);
});

// --- undo and reset --------------------------------------------------------------------------------------------------

test("undo takes back a leaf, a learning rate, training, rewinding, a document and a reset", () => {
  const start = trained(after(LINE, {type: "goToPhase", phase: "change"}), 5);
  const changes = [setLeaf(0, 7), rate(0.5), {type: "train", cycles: 1}, rewind(2), {type: "setDocument", document: GIVEN_ALONE}, {type: "reset"}];
  for (const action of changes) {
    const undone = after(start, action, undo);
    for (const key of ["document", "leaves", "learningRate", "cycles", "cycle", "position"]) {
      assert.equal(undone[key], start[key], `${action.type}: ${key}`);
    }
  }
});

test("redo makes again what was undone, however often one goes back and forth", () => {
  const changed = after(trained(after(LINE, setLeaf(0, 7)), 3), rate(0.5), {type: "setDocument", document: GIVEN_ALONE}),
    keys = ["document", "leaves", "learningRate", "cycles", "cycle", "position"];
  for (const count of [1, 3, 9]) {
    const redone = after(changed, ...Array(count).fill(undo), ...Array(count).fill(redo));
    for (const key of keys) assert.equal(redone[key], changed[key], `${count}: ${key}`);
    assert.deepEqual([redone.past.length, redone.future.length], [changed.past.length, 0]);
    assert.equal(after(redone, undo, undo, undo, undo).leaves.get(0), 3);
  }
});

test("a change after undo leaves nothing to redo; looking around leaves all", () => {
  const undone = after(LINE, setLeaf(0, 7), undo);
  assert.equal(after(undone, step(1), {type: "showTab", tab: "train"}, {type: "setLanguage", language: "ja"}, redo).leaves.get(0), 7);
  const other = after(undone, setLeaf(0, 4));
  assert.equal(after(other, redo), other);
});

test("a drag is one change, and the next drag another", () => {
  const state = after(LINE, setLeaf(0, 4), setLeaf(0, 5), {type: "settle"}, setLeaf(0, 6), setLeaf(0, 7), setLeaf(1, 1));
  const undone = [undo, undo, undo, undo].map((_, i, all) => after(state, ...all.slice(0, i + 1)).leaves);
  assert.deepEqual(undone.map((leaves) => [leaves.get(0), leaves.get(1)]), [[7, 2], [5, 2], [3, 2], [3, 2]]);
});

test("looking around is no change, and stays when a change is taken back", () => {
  const state = after(LINE, step(3), {type: "select", card: 0}, {type: "setLanguage", language: "ja"}, {type: "setSpeed", speed: 4});
  assert.equal(state.past.length, 0);
  const undone = after(LINE, setLeaf(0, 4), {type: "setLanguage", language: "ja"}, {type: "showTab", tab: "train"}, undo);
  assert.deepEqual([undone.language, undone.tab, undone.leaves.get(0)], ["ja", "train", 3]);
});

test("at most fifty changes are kept", () => {
  let state = initialState(LINE, "en");
  for (let i = 0; i < 80; i++) state = after(state, setLeaf(0, i), {type: "settle"});
  assert.equal(state.past.length, 50);
  while (state.past.length) state = after(state, undo);
  assert.equal(state.leaves.get(0), 29);
});

test("a typed text is taken back with the numbers that were moved in it", () => {
  const typed = {kind: "text", text: "w = 3; w*2"};
  const state = after(typed, setLeaf(0, 5), {type: "typeText", text: "w = 3; w*"}, {type: "typeText", text: "w = 3; w*4"}, undo);
  assert.deepEqual([state.draft, state.leaves.get(0)], [{text: "w = 3; w*2", error: null}, 5]);
});

test("a text that cannot be read is taken back, and nothing else with it", () => {
  const typed = {kind: "text", text: "w = 3; w*2"},
    broken = after(typed, setLeaf(0, 5), {type: "settle"}, {type: "typeText", text: "w = 3; w*2 +"}),
    undone = after(broken, undo),
    redone = after(undone, redo);
  assert.deepEqual([undone.draft, undone.leaves.get(0)], [{text: "w = 3; w*2", error: null}, 5]);
  assert.deepEqual([redone.draft, redone.leaves.get(0)], [broken.draft, 5]);
  assert.equal(after(undone, undo).leaves.get(0), 3);
  assert.equal(after(typed, {type: "typeText", text: "w = "}, undo).draft.text, "w = 3; w*2");
});

test("reset brings the numbers of the document and its first cycle, and changes nothing twice", () => {
  const reset = after(trained(after(LINE, rate(0.2), setLeaf(1, 3)), 4), {type: "reset"});
  assert.deepEqual([[...reset.leaves], reset.learningRate, reset.cycle], [[[0, 3], [1, 2], [3, 5], [5, 2]], 0.1, 1]);
  assert.equal(after(reset, {type: "reset"}).past.length, reset.past.length);
});

test("in a quiz nothing is taken back", () => {
  const asked = after(LINE, setLeaf(0, 4), {type: "showTab", tab: "quiz"}, {type: "beginQuiz"});
  assert.equal(after(asked, undo), asked);
  const undone = after(LINE, setLeaf(0, 4), undo, {type: "showTab", tab: "quiz"}, {type: "beginQuiz"});
  assert.equal(after(undone, redo), undone);
  assert.equal(after(asked, rewind(1)), asked);
});
