import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {mistakesOf, mostResponsible} from "../../microgrid/studio/app/core/blame.js";
import {isLoss} from "../../microgrid/studio/app/core/graph.js";
import {createDerive, endsIn, goalIn, graphIn, numbersIn, paceIn, stepsIn} from "../../microgrid/studio/app/derive.js";
import {nextPhase} from "../../microgrid/studio/app/derive/editor.js";
import {tables} from "./core/words.js";

const BLAME = "w, b = 3, 1\nx, target = 2, 5\np = w*x + b\nloss = (p - target)**2";
const opened = (text, rest = {}) => initialState({kind: "text", text, ...rest}, "en");
const after = (state, ...actions) => actions.reduce((each, action) => reduce(Object.freeze(each), action), state);
const typed = (text) => ({type: "typeText", text});
const mistakesIn = (state) => mistakesOf(graphIn(state), numbersIn(state));

test("a text opens at the end of Know, with no tab open", () => {
  const state = opened(BLAME);
  assert.equal(state.position, endsIn(state).know);
  assert.equal(state.tab, "");
  assert.equal(state.cycles.loss, 4);
});

test("a text has the learning rate that it is given, else the usual one", () => {
  assert.equal(opened(BLAME, {learningRate: 0.3}).learningRate, 0.3);
  assert.equal(opened(BLAME).learningRate, 0.05);
});

test("what cannot be read leaves all as it was, but for the draft", () => {
  const state = opened(BLAME),
    broken = after(state, typed("w = "));
  const {draft, past, lastChange} = state; // which it is taken back with
  assert.deepEqual({...broken, draft, past, lastChange}, state);
  assert.equal(broken.draft.error.line, 1);
});

test("a text of more arrows than are drawn is refused, as a shared one is", () => {
  const state = after(opened(BLAME), typed(`a = 1\ntotal([${"a, ".repeat(6001)}])`));
  assert.deepEqual([state.draft.error.key, state.draft.error.parts], ["page.editor.edges", {limit: 6000}]);
  assert.equal(state.document.text, BLAME);
});

test("what is typed keeps language, speed, tab and learning rate, and a number that was moved", () => {
  const before = after(
    opened(BLAME),
    {type: "setLanguage", language: "ja"},
    {type: "setSpeed", speed: 4},
    {type: "showTab", tab: "train"},
    {type: "setLearningRate", learningRate: 0.2},
    {type: "setLeaf", leaf: 0, value: 9},
  );
  const state = after(before, typed(BLAME.replace("2, 5", "2, 6")));
  assert.deepEqual([state.language, state.speed, state.tab, state.learningRate], ["ja", 4, "train", 0.2]);
  assert.equal(state.leaves.get(0), 9);
  assert.equal(after(before, typed(BLAME.replace("w, b = 3", "w, b = 4"))).leaves.get(0), 4); // its own number was typed
});

test("a number that was moved stays where a line is added, and what training made of it does not", () => {
  const moved = after(opened(BLAME), {type: "setLeaf", leaf: 0, value: 5}),
    longer = [typed(`c = 1\n${BLAME}`), typed(`c = 1\n${BLAME} + c`)],
    valueOf = (state, name) => state.leaves.get(graphIn(state).nodes.findIndex(({label}) => label === name));
  const added = after(moved, ...longer);
  assert.deepEqual([valueOf(added, "w"), valueOf(added, "b"), added.cycles.loss], [5, 1, 37]);
  const trained = after(moved, {type: "train", cycles: 3}, {type: "trainOn", cycles: 3}, ...longer);
  assert.deepEqual([valueOf(trained, "w"), trained.cycle], [5, 1]);
});

test("beside the text stands which numbers differ from it", () => {
  const derive = createDerive(tables),
    moved = after(opened(BLAME), {type: "setLeaf", leaf: 0, value: 5});
  assert.equal(derive(opened(BLAME)).moved, "");
  assert.equal(derive(moved).moved, "Not as in the text: w");
  assert.equal(derive(after(moved, {type: "setLanguage", language: "ja"})).moved, "文と違う数: w");
});

test("a space keeps everything, and other numbers or names the step", () => {
  const before = after(opened(BLAME), {type: "goTo", position: 7}, {type: "setLeaf", leaf: 0, value: 9});
  const spaced = after(before, typed(`${BLAME} `));
  assert.equal(spaced.leaves, before.leaves);
  assert.equal(graphIn(spaced), graphIn(before));
  assert.equal(after(before, typed(BLAME.replaceAll("p", "q"))).position, 7);
  const longer = after(before, typed(`${BLAME} + w**2`));
  assert.equal(longer.position, endsIn(longer).know);
});

test("the phase that comes next is played, the longer the faster, and a second time is over at once", () => {
  const playing = after(opened(BLAME), {type: "playPhase"}),
    {know, think} = endsIn(playing);
  assert.deepEqual([playing.position, goalIn(playing).position], [know + 1, think]);
  assert.equal(paceIn(playing), (think - know) / 2); // in steps of 1.5 s: so it takes 3 s
  const over = after(playing, {type: "playPhase"});
  assert.deepEqual([over.position, over.playing, paceIn(over)], [think, false, 1]);
  let walked = playing;
  while (walked.playing) walked = after(walked, {type: "playOn"});
  assert.equal(walked.position, think);
});

test("while the last step of a phase still moves, the next phase can be played", () => {
  let walked = after(opened(BLAME), {type: "playPhase"});
  while (walked.position < goalIn(walked).position) walked = after(walked, {type: "playOn"});
  const next = after(walked, {type: "playPhase"});
  assert.deepEqual([next.position, next.playing], [endsIn(next).think + 1, true]);
});

test("playing on from within a phase has no goal", () => {
  const playing = after(opened(BLAME), {type: "playPhase"}, {type: "pause"}, {type: "play"});
  assert.equal(goalIn(playing), null);
});

test("after the last step comes Know again", () => {
  const end = after(opened(BLAME), {type: "goTo", position: 99});
  assert.equal(nextPhase(end.position, endsIn(end)), "know");
  assert.equal(end.position, stepsIn(end).length);
});

test("a tab of a text closes when it is asked for again", () => {
  const open = after(opened(BLAME), {type: "showTab", tab: "quiz"});
  assert.equal(open.tab, "quiz");
  assert.equal(after(open, {type: "showTab", tab: "quiz"}).tab, "");
});

test("a document in several languages follows the language, unless somebody has changed it", () => {
  const state = opened("", {texts: {en: "loss = 3", ja: "損失 = 3"}}),
    japanese = after(state, {type: "setLanguage", language: "ja"});
  assert.equal(japanese.draft.text, "損失 = 3");
  assert.equal(graphIn(japanese).nodes[0].name, "損失");
  const own = after(state, typed("loss = 4"), {type: "setLanguage", language: "ja"});
  assert.equal(own.document.text, "loss = 4");
});

test("a mistake is a difference that is measured, of what is learned and what is given", () => {
  assert.deepEqual(mistakesIn(opened(BLAME)), [{said: 7, right: 5}]);
  assert.deepEqual(mistakesIn(opened("w, t = 3, 5; (t - w)**2")), [{said: 3, right: 5}]);
  assert.deepEqual(mistakesIn(opened("w, t = 3, 5; e = w - t; e*e")), [{said: 3, right: 5}]);
  assert.deepEqual(mistakesIn(opened("w, t = 3, 5; abs(w - t)")), [{said: 3, right: 5}]);
  for (const text of ["w, t = 3, 5; w - t", "a, b = 3, 5; (a - b)**2", "w, t = 3, 5; (w - t)**3", "a, b = 3, 5; a*b"]) {
    assert.deepEqual(mistakesIn(opened(text)), [], text);
  }
});

test("an output without a name is a loss only where something is compared", () => {
  assert.equal(isLoss(graphIn(opened("a, b = 2, 3; a*b"))), false);
  assert.equal(isLoss(graphIn(opened("w, t = 2, 3; (w - t)**2"))), true);
  assert.equal(isLoss(graphIn(opened("loss = 3"))), true);
});

test("the largest gradient of a parameter comes first, and 0 not at all", () => {
  const state = opened("a, b, c, x = 1, 2, 3, 10; a*x - b*x*x + 0*c"),
    graph = graphIn(state);
  assert.deepEqual(mostResponsible(graph, numbersIn(state)).map((i) => graph.nodes[i].label), ["b", "a"]);
});

test("the end of Think names who is most to blame of what is learned", () => {
  const derive = createDerive(tables),
    answer = (text, language = "en") => {
      const state = after(opened(text), {type: "setLanguage", language}, {type: "playPhase"}, {type: "playPhase"});
      return derive(state).summary;
    };
  assert.equal(answer(BLAME), "Of the learned numbers, w is most to blame (gradient 8), then b (4).");
  assert.equal(answer(BLAME, "ja"), "学習する数のうち、責任が大きい順に w (勾配 8)、b (4)。");
  assert.equal(answer("w, t = 3, 5; (w - t)**2"), "The learned number w is to blame (gradient −4).");
  assert.equal(answer("w, b, t = 3, 1, 5; (w + 0*b - t)**2"), "Of the learned numbers, only w is to blame (gradient −4).");
  assert.equal(answer("w, b, t = 3, 1, 5; (w + b - t)**2"), "Of the learned numbers, these are most to blame: w (gradient −2), b (−2).");
  assert.equal(answer("w, t = 5, 5; (w - t)**2"), "All gradients are 0: Change will move nothing.");
  const almost = "w, t = 0.3, 3; (w/0.1 - t)**2"; // 0.3 ÷ 0.1 is not quite 3
  assert.match(answer(almost), /^No gradient is further from 0 than −\d.* to blame/);
  assert.equal(derive(after(opened(almost), {type: "playPhase"})).summary, derive(after(opened("w, t = 3, 3; (w - t)**2"), {type: "playPhase"})).summary);
});

test("no value of a text is called by its id, and no two alike", () => {
  const text = "a, b = 1, 2\n(a*a*a*a*a*a*a*a*a*a*a*a + b*b*b*b*b*b*b*b*b*b*b*b)**2 * total([a, b, a, b, a, b, a])";
  const names = graphIn(opened(text)).nodes.filter(({op}) => op).map(({name}) => name);
  assert.deepEqual(names.filter((name) => /^n\d+$/.test(name)), []);
  assert.equal(new Set(names).size, names.length);
});

test("the output after Change is told when all numbers have moved, and no earlier", () => {
  const derive = createDerive(tables),
    last = after(opened(BLAME), {type: "goToPhase", phase: "change"}),
    before = after(last, {type: "stepBy", count: -1});
  assert.equal(derive(before).known.current.phase, "change");
  assert.deepEqual([derive(before).outputText, derive(last).outputText], ["loss 4", "loss 4 → 1  (predicted 0)"]);
});

test("every cycle says its step in the same words", () => {
  const derive = createDerive(tables),
    first = after(opened(BLAME), {type: "goTo", position: 4}),
    second = after(opened(BLAME), {type: "goToPhase", phase: "change"}, {type: "stepBy", count: 1}, {type: "goTo", position: 4});
  assert.deepEqual([derive(first).place, derive(second).place], ["step 4 of 14 · Know", "cycle 2 · step 4 of 14 · Know"]);
});

test("an edit keeps the step; a text in place of another opens at the end of Know", () => {
  const state = after(opened(BLAME), {type: "goTo", position: 6}),
    other = "v, c = 0.5, 4\nx1, t = 7, 9\nq = v*x1 + c\nmiss = (q - t)**2";
  assert.equal(after(state, typed(BLAME.replace("w, b = 3", "w, b = 31"))).position, 6);
  const pasted = after(state, typed(other));
  assert.equal(stepsIn(pasted).length, stepsIn(state).length);
  assert.equal(pasted.position, endsIn(pasted).know);
});
