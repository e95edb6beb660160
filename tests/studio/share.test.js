import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {isUntouched, sharedOf} from "../../microgrid/studio/app/actions/share.js";
import {decodeState, encodeState, ShareError} from "../../microgrid/studio/app/core/share.js";
import {graphIn, stepsIn} from "../../microgrid/studio/app/derive.js";
import {computed, leaf, recordOf} from "./core/records.js";

const TEXT = "w, x, target = 3, 2, 5\np = w*x\nloss = (p - target)**2";
const text = (content, others = {}) => ({kind: "text", text: content, ...others});
const RECORD = {kind: "record", record: recordOf([leaf("w", 3), leaf("x", 2, "input"), computed("*", [0, 1], "p")])};

const after = (state, ...actions) => actions.reduce(reduce, state);
const CHANGES = [
  {type: "setLeaf", leaf: 1, value: 0.5},
  {type: "setLearningRate", learningRate: 0.125},
  {type: "train", cycles: 1},
  {type: "stepBy", count: 1},
  {type: "present", isPresenting: true},
];

/** Opens what somebody shared, in a page that shows another document. */
function opened(shared, documents = [], start = initialState(text("a = 1\nb = a*2"), "en")) {
  return reduce(start, {type: "openShared", shared, known: {documents, languages: ["en", "ja"]}, isEntry: true, isFirst: true});
}

const sent = async (state) => decodeState(await encodeState(sharedOf(state, {})));

function wholeOf({isPresenting, document, leaves, learningRate, position, cycle, cycles, language}) {
  return {record: document.record.nodes, leaves, learningRate, position, cycle, curve: cycles.curve(), language, isPresenting};
}

for (const [name, document] of Object.entries({text: text(TEXT), record: RECORD})) {
  test(`a ${name} opens as it was sent`, async () => {
    const state = after(initialState(document, "ja"), ...CHANGES);
    assert.equal(state.cycle, 2);
    assert.deepEqual(wholeOf(opened(await sent(state))), wholeOf(state));
  });
}

test("one rewinds to the first cycle of what was sent", async () => {
  const state = after(initialState(text(TEXT), "en"), ...CHANGES),
    received = opened(await sent(state));
  assert.deepEqual(reduce(received, {type: "rewind", cycle: 1}).leaves, reduce(state, {type: "rewind", cycle: 1}).leaves);
});

test("the cycles after the one that is shown are sent, too", async () => {
  const trained = after(initialState(text(TEXT), "en"), ...CHANGES, {type: "train", cycles: Infinity}, {type: "trainOn", cycles: 900});
  for (const cycle of [1, 7, 900]) {
    const state = after(trained, {type: "rewind", cycle});
    assert.deepEqual(wholeOf(opened(await sent(state))), wholeOf(state));
  }
});

test("cycles that were run with another learning rate than that of now are not sent", async () => {
  const state = after(initialState(text(TEXT), "en"), {type: "train", cycles: 1}, {type: "rewind", cycle: 1}, {type: "setLearningRate", learningRate: 0.01});
  assert.deepEqual([state.cycles.last, opened(await sent(state)).cycles.last], [2, 1]);
});

test("where the cycles before cannot be run again, the one that was sent is the first", async () => {
  const otherRate = {type: "setLearningRate", learningRate: 0.01},
    state = after(initialState(text(TEXT), "en"), ...CHANGES, otherRate),
    received = opened(await sent(state));
  assert.deepEqual([received.cycle, received.cycles.first, received.leaves], [2, 2, state.leaves]);
});

test("a document that the page knows keeps its title", async () => {
  const own = text(TEXT, {title: {en: "a lesson", ja: "レッスン"}}),
    shared = await sent(initialState(text(TEXT), "ja"));
  assert.equal(opened(shared, [own]).document.title.ja, "レッスン");
  assert.equal(opened(shared).document.title, undefined);
  const record = {...RECORD, title: {en: "recorded"}};
  assert.equal(opened(await sent(initialState(RECORD, "en")), [record]).document.title.en, "recorded");
});

test("a document of the gallery keeps its learning rate", async () => {
  const own = text(TEXT, {learningRate: 0.25}),
    shared = await sent(initialState(own, "en"));
  assert.equal(opened(shared).learningRate, 0.25);
  assert.equal(opened(shared, [own]).learningRate, 0.25);
});

test("an unknown language is that of the reader", async () => {
  assert.equal(opened({...(await sent(initialState(text(TEXT), "en"))), g: "fr"}).language, "en");
});

test("a step that is not there is the last one", async () => {
  const state = opened({...(await sent(initialState(text(TEXT), "en"))), s: 1e9});
  assert.equal(state.position, stepsIn(state).length);
});

test("what was opened can be undone, and has an entry of its own in the history", async () => {
  const start = initialState(text("a = 1\nb = a*2"), "en"),
    shared = await sent(initialState(text(TEXT), "en")),
    next = opened(shared, [], start);
  assert.equal(reduce(next, {type: "undo"}).document.text, start.document.text);
  assert.notEqual(next.entry, start.entry);
});

test("what cannot be shown is refused", async () => {
  const shared = await sent(initialState(text(TEXT), "en")),
    many = Array.from({length: 700}, (_, i) => leaf(`a${i}`, 1)),
    large = recordOf([...many, computed("total", many.map((_, i) => i))]);
  for (const [wrong, key, part] of [
    [{d: {t: "w = ("}}, "share.wrong", "d.t"],
    [{d: {r: recordOf([leaf("w", 3), computed("nothing", [0])])}}, "share.wrong", "d.r"],
    [{d: {r: large}}, "share.too_large", undefined],
    [{l: {99: 1}}, "share.wrong", "l"],
    [{l: {2: 1}}, "share.wrong", "l"],
    [{p: {99: 1}, c: 2}, "share.wrong", "p"],
    [{r: -1}, "share.wrong", "r"],
    [{r: NaN}, "share.wrong", "r"],
  ]) {
    assert.throws(() => opened({...shared, ...wrong}), (error) => {
      assert.ok(error instanceof ShareError, `${error}`);
      assert.deepEqual([error.key, error.parts.part], [key, part]);
      return true;
    });
  }
});

test("a page knows its own document by what it shows, whatever the step", () => {
  const own = text(TEXT, {texts: {en: TEXT, ja: TEXT.replaceAll("target", "正解")}}),
    state = initialState(own, "en");
  assert.ok(isUntouched(after(state, {type: "goTo", position: 3}), own));
  assert.ok(isUntouched(after(state, {type: "setLanguage", language: "ja"}), own));
  for (const change of CHANGES.filter(({type}) => type !== "stepBy")) assert.ok(!isUntouched(after(state, change), own), change.type);
  assert.ok(!isUntouched(initialState(text("a = 1\nb = a*2"), "en"), RECORD));
});

// --- what was asked --------------------------------------------------------------------------------------------------

const OPEN_QUIZ = [{type: "showTab", tab: "quiz"}, {type: "beginQuiz"}];

test("an open quiz is sent, and begins anew: nothing is told that was asked", async () => {
  const state = after(initialState(text(TEXT), "en"), {type: "goToPhase", phase: "think"}, ...OPEN_QUIZ, {type: "showAnswer"}, {type: "nextQuestion"}),
    received = opened(await sent(state));
  assert.deepEqual([received.tab, received.position], ["quiz", state.position]);
  assert.deepEqual([received.quiz.questions, received.quiz.answered, received.quiz.card], [state.quiz.questions, [], state.quiz.questions[0]]);
  assert.ok(!isUntouched(after(initialState(text(TEXT), "en"), ...OPEN_QUIZ), text(TEXT)));
});

test("a quiz that waits behind another tab is not sent", async () => {
  const state = after(initialState(text(TEXT), "en"), ...OPEN_QUIZ, {type: "showTab", tab: "train"});
  assert.equal(opened(await sent(state)).quiz, null);
});

test("the question of a presentation is sent, and not its answer", async () => {
  const asked = [{type: "present", isPresenting: true}, {type: "goTo", position: 2}, {type: "ask"}],
    received = opened(await sent(after(initialState(text(TEXT), "en"), ...asked)));
  assert.deepEqual([received.isPresenting, received.position, received.asked === received.visit], [true, 2, true]);
  const answered = opened(await sent(after(initialState(text(TEXT), "en"), ...asked, {type: "stepBy", count: 1})));
  assert.deepEqual([answered.isPresenting, answered.asked], [true, null]);
});

test("the question within an open neuron is sent as that of the whole neuron", async () => {
  const inputs = [leaf("w1", 0.5), leaf("x1", 1, "input"), leaf("w2", -1), leaf("x2", 2, "input"), leaf("b", 1.5)],
    nodes = [...inputs, computed("weighted_sum", [0, 1, 2, 3, 4]), computed("tanh", [5], "h", "layer1#0"), leaf("", 2, "constant"), computed("*", [6, 7], "out")];
  const start = initialState({kind: "record", record: recordOf(nodes)}, "en"),
    neuron = graphIn(start).cards.findIndex(({isNeuron}) => isNeuron);
  const within = after(start, {type: "select", card: neuron}, {type: "present", isPresenting: true}, {type: "goTo", position: 1}, {type: "ask"});
  assert.deepEqual([stepsIn(within)[1].card.i, opened(await sent(within)).position], [neuron, 0]);
});

// --- what was typed --------------------------------------------------------------------------------------------------

test("a text that cannot be read is sent with the graph of the last one, and its mistake", async () => {
  const state = after(initialState(text(TEXT), "en"), ...CHANGES, {type: "typeText", text: `${TEXT} +`}),
    received = opened(await sent(state));
  assert.deepEqual(received.draft, state.draft);
  assert.deepEqual(wholeOf(received), wholeOf(state));
  assert.ok(!isUntouched(after(initialState(text(TEXT), "en"), {type: "typeText", text: "w ="}), text(TEXT)));
  assert.equal(opened({...(await sent(state)), e: "a = 1; a*2"}).document.text, "a = 1; a*2");
});

// --- the language ----------------------------------------------------------------------------------------------------

test("what is opened in an open page is shown in the language of its reader, and undone in it", async () => {
  const texts = {en: "rate = 3\nrate*2", ja: "速さ = 3\n速さ*2"},
    known = {documents: [text(texts.en, {texts})], languages: ["en", "ja"]},
    shared = await sent(initialState(known.documents[0], "en")),
    reader = initialState(text(TEXT), "ja"),
    open = after(reader, {type: "openShared", shared, known, isEntry: true}),
    undone = after(open, {type: "undo"});
  assert.deepEqual([open.language, open.document.text], ["ja", texts.ja]);
  assert.deepEqual([undone.language, undone.document.text], ["ja", TEXT]);
});
