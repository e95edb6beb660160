import assert from "node:assert/strict";
import test from "node:test";

import {initialState, reduce} from "../../microgrid/studio/app/actions.js";
import {createDerive, endsIn, outputIn, stepsIn} from "../../microgrid/studio/app/derive.js";
import {isUntouched, sharedOf} from "../../microgrid/studio/app/actions/share.js";
import {ShareError, decodeState, encodeState} from "../../microgrid/studio/app/core/share.js";
import {tables} from "./core/words.js";
import {DATA as XOR} from "./core/xor.js";
import {LINE} from "./core/records.js";

const NETWORK = {inputs: 2, sizes: [3, 1], activation: "tanh", loss: "mse", learningRate: 0.3, momentum: 0, batchSize: null, seed: 1, model: null, data: XOR, history: null};
const documentWith = (change = {}) => ({kind: "network", name: "xor", network: {...NETWORK, ...change}});

const step = (count) => ({type: "stepBy", count}),
  end = {type: "goTo", position: 999},
  undo = {type: "undo"};

function after(start, ...actions) {
  return actions.reduce((state, action) => reduce(Object.freeze(state), action), "kind" in start ? initialState(start, "en") : start);
}

/** The state after so many cycles of training. */
function trained(start, cycles) {
  return after(start, {type: "train", cycles}, {type: "trainOn", cycles});
}

const shown = (state, language = state.language) => createDerive(tables)({...state, language});

const parametersOf = ({net}) => [...net.moment.parameters];

test("a network opens at the end of Know, with the first row picked that is predicted wrong", () => {
  const state = initialState(documentWith(), "en"),
    {network, phases, nextPhase, summary} = shown(state);
  assert.deepEqual([state.position, state.net.row, nextPhase], [endsIn(state).know, 1, "think"]);
  assert.deepEqual([network.known.layer, network.known.blame, phases], [3, 4, ["know", "think", "change"]]);
  assert.match(summary, /^It said .*; 1 was right. Who is to blame/);
});

test("another network begins with the plot that suits it", () => {
  const chosen = after(documentWith(), {type: "showPairs", isShown: true});
  assert.deepEqual([chosen.isPairsShown, after(chosen, {type: "setDocument", document: documentWith({seed: 2})}).isPairsShown], [true, false]);
});

for (const language of ["en", "ja"]) {
  test(`every step has a sentence and no hole in ${language}`, () => {
    for (const document of [documentWith(), documentWith({momentum: 0.9}), documentWith({batchSize: 2}), documentWith({loss: "bce"})]) {
      for (const row of [0, 3, null]) {
        let state = after(document, {type: "pickRow", row}, {type: "goTo", position: 0});
        for (let i = 0; i < stepsIn(state).length; i++) {
          state = after(state, step(1));
          const {sentence, formulaParts, place} = shown(state, language);
          assert.ok(sentence.length > 5, `${state.position}`);
          assert.doesNotMatch(`${sentence} ${JSON.stringify(formulaParts)} ${place}`, /undefined|NaN|[{}]\w|\w}(?!")/);
        }
      }
    }
  });
}

test("every cycle comes back to the last bit, kept or computed again", () => {
  for (const change of [{}, {momentum: 0.5}, {batchSize: 3}]) {
    let state = initialState(documentWith({...change, learningRate: 0.01}), "en");
    const seen = [null];
    for (let cycle = 1; cycle <= 40; cycle++) {
      seen.push(parametersOf(state));
      state = after(state, end, step(1));
    }
    const far = trained(state, 1200);
    for (const cycle of [40, 3, 17, 1]) assert.deepEqual(parametersOf(after(far, {type: "rewind", cycle})), seen[cycle], `${cycle}`);
    assert.ok(far.cycles.keptCount <= 500);
  }
});

test("training is the same cycle after cycle as stepping", () => {
  for (const change of [{}, {batchSize: 3}]) {
    const walked = after(documentWith(change), end, step(1), end, step(1), end, step(1)),
      run = trained(documentWith(change), 3);
    assert.deepEqual([walked.cycle, parametersOf(walked), walked.cycles.curve()], [run.cycle, parametersOf(run), run.cycles.curve()]);
  }
});

test("too large a step is told with advice, and undo repairs it", () => {
  const before = initialState(documentWith({activation: "relu"}), "en"),
    state = trained(after(before, {type: "setLearningRate", learningRate: 1000}), 200);
  assert.match(shown(state).problem, /learning rate 1000 was too large/);
  assert.equal(state.training, null);
  const repaired = after(state, undo);
  assert.deepEqual([shown(repaired).problem, parametersOf(repaired)], ["", parametersOf(before)]);
  assert.equal(shown(after(state, {type: "reset"})).problem, "");
});

test("the learning rate that is blamed is the one that lost the numbers, whatever is chosen then", () => {
  const rate = (learningRate) => ({type: "setLearningRate", learningRate}),
    good = trained(documentWith({activation: "relu"}), 5),
    lost = trained(after(good, rate(1000)), 200);
  assert.match(shown(after(lost, rate(0.1))).problem, /learning rate 1000 was too large/);
  const grown = trained(after(good, rate(1000)), 4); // not lost yet
  assert.equal(shown(grown).problem, "");
  assert.match(shown(trained(after(grown, rate(2)), 300)).problem, /learning rate 1000 was too large/);
});

test("the other subject waits as it was left", () => {
  const text = after({kind: "text", text: "w = 3; w*2"}, {type: "setLeaf", leaf: 0, value: 5}),
    network = after(text, {type: "openSubject", document: documentWith()}),
    back = after(trained(network, 5), {type: "openSubject", document: LINE});
  assert.deepEqual([network.document.kind, network.tab], ["network", ""]);
  assert.deepEqual([back.document, back.leaves.get(0), back.draft, back.tab], [text.document, 5, text.draft, ""]);
  const again = after(back, {type: "openSubject", document: documentWith()});
  assert.deepEqual([again.cycle, again.cycles.last], [6, 6]);
  assert.equal(after(network, undo).document, text.document);
});

test("another network begins anew, and undo brings the one before", () => {
  const state = trained(documentWith(), 5),
    other = after(state, {type: "changeNetwork", change: {sizes: [2, 2, 1], seed: 4}});
  assert.deepEqual([other.cycle, other.net.moment.parameters.length, other.cycles.last], [1, 15, 1]);
  assert.equal(after(other, undo).cycles, state.cycles);
});

test("another network and a reset keep the learning rate that was set", () => {
  const state = trained(after(documentWith(), {type: "setLearningRate", learningRate: 0.05}), 5),
    other = after(state, {type: "changeNetwork", change: {sizes: [2, 1], learningRate: 0.3}}),
    reset = after(state, {type: "reset"});
  assert.deepEqual([other.learningRate, other.document.network.learningRate], [0.05, 0.05]);
  assert.deepEqual([reset.learningRate, reset.cycles.last, shown(reset).canReset], [0.05, 1, false]);
});

test("the row that was picked stays, whatever the batch of a cycle", () => {
  let state = initialState(documentWith({batchSize: 2}), "en");
  const {row} = state.net,
    isInBatch = () => shown(state).network.batch.includes(row);
  assert.ok(isInBatch());
  const seen = new Set();
  for (const action of [step(1), step(1), {type: "train", cycles: 1}, {type: "train", cycles: 1}, {type: "rewind", cycle: 2}]) {
    state = action.type === "stepBy" ? after(state, end, action) : after(state, action);
    assert.equal(state.net.row, row);
    seen.add(isInBatch());
  }
  assert.ok(seen.has(false));
});

test("the loss goes on being that of all rows where a batch is a part of them", () => {
  const state = trained(documentWith({batchSize: 2}), 4);
  assert.equal(state.cycles.loss, outputIn(state));
  assert.equal(state.cycles.curve().at(-1).loss, outputIn(state));
});

test("training is told by its learning rate and stops where a number is lost", () => {
  const state = after(documentWith({activation: "relu"}), {type: "setLearningRate", learningRate: 1e300}, end, step(1));
  assert.equal(after(state, {type: "train", cycles: 5}), state);
  assert.equal(shown(state).isStuck, true);
});

test("numbers that a first update would lose are told by what they come from", () => {
  const problemOf = (change) => shown(initialState(documentWith(change), "en")).problem;
  assert.match(problemOf({learningRate: 1e308, data: {...XOR, targets: [100, 0, 0, 0]}}), /learning rate 1 × 10³⁰⁸ was too large/);
  assert.match(problemOf({data: {...XOR, targets: [1e300, 0, 0, 0]}}), /too large at once/);
});

test("a velocity that grows beyond all numbers is told", () => {
  const data = {...XOR, inputNames: ["x"], rows: [[5e153]], targets: [0]},
    state = trained(documentWith({inputs: 1, sizes: [1], data, momentum: 0.99, learningRate: 1e-320}), 9);
  assert.ok(shown(state).network.gradients.every(Number.isFinite));
  assert.match(shown(state).problem, /too large/);
  assert.equal(state.training, null);
});

test("training stops where a velocity is no finite number, and says so", () => {
  const data = {...XOR, inputNames: ["x"], rows: [[5e157]], targets: [1e150]},
    model = {format: "microgrid model", version: 1, model: "", parameters: {"layers[0].neurons[0].weights[0]": 0, "layers[0].neurons[0].bias": 0}};
  const state = trained(documentWith({inputs: 1, sizes: [1], data, model, momentum: 0.9, learningRate: 0}), Infinity);
  assert.deepEqual([state.cycles.last, state.training], [2, null]);
  assert.match(shown(state).problem, /too large/);
});

test("what reset brings back are the document's own numbers, whatever the cycle that was opened", async () => {
  const state = trained(after(trained(documentWith(), 5), {type: "setLearningRate", learningRate: 0.01}), 5),
    other = await received(state);
  assert.deepEqual([other.cycles.first, other.cycles.last, shown(other).canReset], [11, 11, true]);
  const reset = after(other, {type: "reset"});
  assert.deepEqual([reset.cycle, parametersOf(reset), shown(reset).canReset], [1, parametersOf(initialState(documentWith(), "en")), false]);
});

test("a row or a learning rate that was chosen is kept in the address, too", () => {
  const own = initialState(documentWith(), "en");
  assert.ok(isUntouched(after(own, step(1)), own.document));
  for (const change of [{type: "pickRow", row: 3}, {type: "pickRow", row: null}, {type: "setLearningRate", learningRate: 0.7}]) {
    assert.ok(!isUntouched(after(own, change), own.document));
  }
});

test("a class is asked for a value, a share and a new weight before it is shown", () => {
  for (const [row, momentum] of [[1, 0], [null, 0], [1, 0.9]]) {
    let state = after(documentWith({momentum}), {type: "pickRow", row}, {type: "goTo", position: 0}, {type: "present", isPresenting: true});
    const asked = [];
    for (const {phase, kind} of stepsIn(state)) {
      const {predicting} = shown(state);
      assert.equal(predicting.canAsk, kind !== "loss");
      if (predicting.canAsk) {
        const {sentence, formulaParts, told, network} = shown(after(state, {type: "ask"}));
        const formula = formulaParts.map((part) => part.text ?? part).join("");
        assert.match(formula, /[=≈] \?$/);
        assert.ok(told && sentence.endsWith("? Predict it, then press → for the answer."));
        const {kind: part, layer, neuron, input} = network.asked; // which the drawing marks
        assert.ok(sentence.includes(part === "neuron" ? network.names.neuron(layer, neuron) : network.names.weight(layer, neuron, input)));
        asked.push(phase);
        const answer = shown(after(state, step(1))).formulaParts.map((part) => part.text ?? part).join("");
        assert.ok(answer.startsWith(formula.slice(0, -1)), `${formula} ${answer}`);
      }
      state = after(state, step(1));
    }
    assert.deepEqual(asked, ["know", "know", "think", "think", "change"]);
  }
  const quiet = after(documentWith(), {type: "goTo", position: 0}, {type: "present", isPresenting: true}, {type: "setPredicting", isPredicting: false});
  assert.equal(shown(quiet).predicting.canAsk, false);
});

test("with momentum, the update is a formula of its numbers, from the first cycle on", () => {
  for (const cycles of [0, 2]) {
    const state = after(trained(documentWith({momentum: 0.9}), cycles), end),
      {formulaParts} = shown(state);
    const {before, rate, momentum, velocity, gradient, after: changed} = Object.fromEntries(
      formulaParts.filter((part) => part.name).map(({name, text}) => [name, Number(text.replace("−", "-").replace(/[()]/g, ""))]),
    );
    assert.deepEqual([rate, momentum, velocity !== 0], [0.3, 0.9, cycles > 0]);
    assert.ok(Math.abs(before - rate * (momentum * velocity + gradient) - changed) < 1e-3, JSON.stringify(formulaParts));
  }
});

test("a class is asked only for what no step has shown", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    for (const row of [0, 1, 2, 3, null]) {
      let state = after(documentWith({seed}), {type: "pickRow", row}, {type: "goToPhase", phase: "know"}, {type: "present", isPresenting: true}, step(1));
      const questions = [];
      for (; shown(state).predicting.canAsk; state = after(state, step(1))) questions.push(shown(after(state, {type: "ask"})).sentence);
      assert.deepEqual([questions.length, new Set(questions).size], [3, 3]);
      assert.match(questions[0], /to the output/);
      assert.doesNotMatch(questions[1], /to the output/);
    }
  }
});

test("what a class is asked to add up has all its numbers", () => {
  const start = after(documentWith({sizes: [5, 1]}), {type: "pickRow", row: 1}, {type: "present", isPresenting: true}, {type: "goTo", position: 1}, {type: "ask"}),
    [formula] = shown(start).formulaParts,
    numbers = formula.replaceAll("−", "-").match(/-?\d[\d.]*/g).map(Number),
    [w1, x1, w2, x2, count, others, bias = 0] = numbers,
    answer = shown(after(start, step(1))).formulaParts[0].replaceAll("−", "-").match(/[=≈] (\S+)$/)[1];
  assert.match(formula, /the other 3: .* [=≈] \?$/);
  assert.equal(count, 3);
  assert.ok(Math.abs(w1 * x1 + w2 * x2 + others + bias - Number(answer)) < 1e-3, formula);
});

test("the gradient at a sum, and by what the mistake is divided, are told by the numbers that the page shows", () => {
  const start = after(documentWith(), {type: "pickRow", row: 1}, {type: "present", isPresenting: true}),
    think = shown(after(start, {type: "goToPhase", phase: "think"})),
    [upstream, slope, delta] = think.sentence.replaceAll("−", "-").match(/Gradient at the sum: (\S+) × (\S+) \(slope of tanh\) [=≈] (\S+)\.\s/).slice(1).map(Number);
  assert.ok(Math.abs(upstream * slope - delta) < 1e-4, think.sentence);
  const [first] = think.formulaParts;
  assert.equal(Number(first.text.replace("−", "-").replace(/[()]/g, "")), delta);
  const classes = {...XOR, classes: ["a", "b", "c"], targets: [0, 1, 2, 1]},
    blamed = after(documentWith({sizes: [3, 3], loss: "bce", data: classes}), {type: "goToPhase", phase: "know"}, step(1));
  assert.match(shown(blamed).sentence, /divided by 12 \(4 rows × 3 outputs\)/);
});

test("a row that is not in the batch shows its own values in every phase, and no gradients", () => {
  const start = documentWith({batchSize: 2}),
    {batch} = shown(initialState(start, "en")).network,
    row = [0, 1, 2, 3].find((each) => !batch.includes(each));
  for (const phase of ["know", "think", "change"]) {
    const {network} = shown(after(start, {type: "goToPhase", phase}, {type: "pickRow", row}));
    assert.deepEqual([network.alone.at, [...network.alone.pass.x[0]]], [0, [...network.data.rows[row]]]);
    assert.deepEqual(network.alone, shown(after(start, {type: "pickRow", row}, {type: "goToPhase", phase})).network.alone);
    assert.equal(shown(after(start, {type: "goToPhase", phase}, {type: "pickRow", row: batch[0]})).network.alone, null);
  }
});

test("the loss that Change has told stays until the next", () => {
  const start = after(documentWith(), {type: "goTo", position: 0});
  assert.equal(shown(start).outputText, "");
  const next = after(start, {type: "goToPhase", phase: "change"}, step(1));
  assert.deepEqual([next.cycle, next.position], [2, 0]);
  assert.match(shown(next).outputText, /^mean loss 0\.\d+$/);
});

test("Run ends where nothing is left of the loss", () => {
  let state = after(documentWith({data: {...XOR, targets: [0, 0, 0, 0]}, activation: "linear"}), {type: "setLearningRate", learningRate: 0.1}, {type: "train", cycles: Infinity});
  for (let k = 0; state.training && k < 100; k++) state = after(state, {type: "trainOn", cycles: 100});
  assert.equal(state.training, null);
  assert.ok(shown(state).network.losses.last > 0);
});

test("the large button stops before the first question, and asks when it is pressed again", () => {
  const play = {type: "playPhase"},
    isAsking = (state) => shown(state).predicting.question !== null;
  const start = after(documentWith(), {type: "present", isPresenting: true}, {type: "goTo", position: 0}),
    asked = after(start, play),
    answered = after(asked, play);
  assert.deepEqual([asked.position, asked.playing, isAsking(asked)], [0, false, true]);
  assert.deepEqual([answered.position, answered.playing, isAsking(answered)], [1, false, false]);
  const blame = after(start, {type: "goToPhase", phase: "know"}, play),
    stopped = after(blame, {type: "playOn"});
  assert.deepEqual([blame.position, blame.playing, isAsking(blame)], [4, true, false]); // the loss has no question
  assert.deepEqual([stopped.position, stopped.playing, isAsking(stopped)], [4, false, false]); // its explanation stays
  assert.ok(isAsking(after(stopped, play)));
  assert.ok(isAsking(after(start, {type: "goToPhase", phase: "change"}, play)), "the next cycle");
  const quiet = after(start, {type: "setPredicting", isPredicting: false}, play, {type: "playOn"});
  assert.deepEqual([quiet.position, quiet.playing], [2, true]);
});

// --- sharing ---------------------------------------------------------------------------------------------------------

const KNOWN = {documents: [documentWith()], languages: ["en", "ja"], datasets: {xor: {...XOR, title: {en: "exclusive or"}}}};

/** The state that another page opens with the code of this one. */
async function received(state) {
  const shared = await decodeState(await encodeState(sharedOf(state, KNOWN.datasets)));
  return after(LINE, {type: "openShared", shared, known: KNOWN, isEntry: true});
}

test("a network comes back with its cycle, its row and its numbers", async () => {
  for (const change of [{}, {batchSize: 3}, {momentum: 0.5}, {data: {...XOR, name: "", targets: [1, 0, 0, 1]}}]) {
    const state = after(trained(documentWith(change), 12), {type: "pickRow", row: 2}, {type: "goToPhase", phase: "change"}),
      other = await received(state);
    assert.deepEqual([other.cycle, other.position, other.net.row, parametersOf(other)], [13, state.position, 2, parametersOf(state)]);
    assert.deepEqual(other.cycles.curve(), state.cycles.curve());
  }
});

test("numbers that do not follow from the seed come back, too", async () => {
  const state = trained(after(trained(documentWith(), 5), {type: "setLearningRate", learningRate: 0.01}, {type: "pickRow", row: null}), 5),
    other = await received(state);
  assert.deepEqual([other.cycle, other.learningRate, other.net.row, parametersOf(other)], [11, 0.01, null, parametersOf(state)]);
});

test("what is shared by its numbers learns on alike: with its velocities and the order of its rows", async () => {
  const data = dataOf(7),
    state = trained(after(trained(documentWith({momentum: 0.9, batchSize: 3, data}), 8), {type: "setLearningRate", learningRate: 0.01}), 5),
    other = await received(state);
  assert.ok(Object.keys(sharedOf(state, {}).l).length > 0);
  assert.deepEqual([other.cycle, other.net.moment], [14, state.net.moment]);
  assert.deepEqual(parametersOf(trained(other, 9)), parametersOf(trained(state, 9)));
});

test("a code of before velocities were shared opens, and one with those of no parameter does not", async () => {
  const state = trained(after(trained(documentWith({momentum: 0.9}), 5), {type: "setLearningRate", learningRate: 0.01}), 5),
    {u, ...older} = sharedOf(state, {});
  const openedFrom = async (shared) => after(LINE, {type: "openShared", shared: await decodeState(await encodeState(shared)), known: KNOWN, isEntry: true});
  const opened = await openedFrom(older);
  assert.deepEqual([parametersOf(opened), [...opened.net.moment.velocity].every((number) => number === 0)], [parametersOf(state), true]);
  await assert.rejects(() => openedFrom({...older, u: {...u, 99: 1}}), ShareError);
});

test("a network that has not learned yet is sent without its numbers, whatever the learning rate", () => {
  const state = after(documentWith(), {type: "setLearningRate", learningRate: 0.01});
  assert.deepEqual([sharedOf(state, KNOWN.datasets).l, sharedOf(trained(state, 1), KNOWN.datasets).l], [{}, {}]);
});

test("what was asked is asked again where a network is opened", async () => {
  const asked = await received(after(documentWith(), {type: "present", isPresenting: true}, {type: "goTo", position: 0}, {type: "ask"}));
  assert.deepEqual([asked.isPresenting, asked.position, asked.asked === asked.visit], [true, 0, true]);
});

const rowsOf = (count) => Array.from({length: count}, (_, i) => [i, 1]),
  dataOf = (count, heldOut = 0) => ({
    ...{...XOR, name: "", rows: rowsOf(count), targets: rowsOf(count).map(() => 1)},
    heldOut: {rows: rowsOf(heldOut), targets: rowsOf(heldOut).map(() => 1)},
  });

test("all rows that a page may hold come back, with every zero of theirs", async () => {
  const data = dataOf(33_000);
  data.rows[7] = [-0, 1];
  const {rows} = (await received(initialState(documentWith({sizes: [1], data}), "en"))).document.network.data;
  assert.deepEqual(rows, data.rows);
});

test("of cycles that take long to run again, the numbers are sent", () => {
  const lOf = (change) => Object.keys(sharedOf({...trained(documentWith({sizes: [1], ...change}), 1), cycle: 4001}, {}).l).length;
  assert.equal(lOf({data: dataOf(20)}), 0);
  assert.equal(lOf({data: dataOf(20_000)}), 3);
  assert.equal(lOf({data: dataOf(20_000), batchSize: 1}), 3); // the curve is that of all rows
  assert.equal(lOf({data: dataOf(20, 80_000)}), 3);
});

test("the data that every page has are shared by their name", () => {
  assert.equal(sharedOf(initialState(documentWith(), "en"), KNOWN.datasets).d.n.data, "xor");
  assert.equal(typeof sharedOf(initialState(documentWith(), "en"), {}).d.n.data, "object");
});

test("a code of what is no network is refused, and nothing has changed", async () => {
  const {d} = sharedOf(initialState(documentWith(), "en"), {});
  const wrong = [
    {sizes: []},
    {sizes: "41"},
    {sizes: [1e6, 1]},
    {activation: "cosh"},
    {seed: -1},
    {data: "nowhere"},
    {data: "constructor"},
    {data: {...XOR, rows: [[0, "x"]]}},
    {data: {...XOR, heldOut: null}},
    {data: dataOf(20_000), sizes: [300, 1]},
    {data: {...XOR, scale: {inputs: [[0, 0]], target: [0, 1]}}},
    {data: {...XOR, scale: {inputs: [[], []], target: []}}},
    {model: {format: "microgrid model", version: 1, model: "", parameters: {}}},
    {more: 1},
  ];
  for (const change of wrong) {
    const code = async () => {
      const shared = await decodeState(await encodeState({v: 1, d: {n: {...d.n, ...change}}}));
      createDerive(tables)(after(LINE, {type: "openShared", shared, known: KNOWN, isEntry: true}));
    };
    await assert.rejects(code, ShareError, JSON.stringify(change));
  }
  for (const part of [{c: 1e9}, {l: {0: 1}}, {i: -2}]) {
    const code = async () => after(LINE, {type: "openShared", shared: await decodeState(await encodeState({v: 1, d, ...part})), known: KNOWN, isEntry: true});
    await assert.rejects(code, ShareError, JSON.stringify(part));
  }
});

test("a row that is not in the batch shows its own numbers in Know, and in Think that it adds nothing", () => {
  const start = after(documentWith({batchSize: 2}), {type: "goTo", position: 0}),
    row = [0, 1, 2, 3].find((each) => !shown(start).network.batch.includes(each)),
    know = after(start, {type: "pickRow", row}, {type: "goTo", position: endsIn(start).know});
  const {network, summary} = shown(know);
  assert.deepEqual([network.at, network.seen.at, [...network.seen.batch]], [-1, 0, [row]]);
  assert.deepEqual([...network.seen.pass.x[0]], XOR.rows[row]);
  assert.match(summary, /^It said /);
  const think = after(know, {type: "goTo", position: endsIn(know).think});
  assert.match(shown(think).summary, new RegExp(`^Row ${row + 1} is not in this batch .the 2 rows of this update., so it adds nothing now`));
  assert.deepEqual(shown(think).network.seen.pass, shown(think).network.pass);
});

test("a network that is built is called by its layers and what its data are called, a table by its columns", () => {
  const titled = (data) => after(documentWith(), {type: "changeNetwork", change: {data}}),
    named = titled({...XOR, title: {en: "exclusive or", ja: "排他的論理和"}}),
    table = titled({...XOR, name: "", inputNames: ["width", "height"], targetName: "kind"});
  assert.equal(shown(named).title, "2-3-1 · exclusive or");
  assert.equal(shown(named, "ja").title, "2-3-1 · 排他的論理和");
  assert.equal(shown(table).title, "2-3-1 · your table: width, height → kind");
});

test("the studio's own data have names in each language, a table keeps those of its columns", () => {
  const named = (name) => {
    const document = documentWith({data: {...XOR, name, inputNames: ["bill_length_mm", "x2"], targetName: "species"}}),
      state = initialState(document, "en");
    assert.deepEqual(shown(state, "en").network.names.inputs, ["bill_length_mm", "x2"]);
    const {names, spec} = shown(state, "ja").network;
    return [...names.inputs, spec.data.targetName];
  };
  assert.deepEqual(named("penguins"), ["くちばしの長さ", "x2", "種"]);
  assert.deepEqual(named(""), ["bill_length_mm", "x2", "species"]);
});

test("the gradient over a few rows is written with all its shares, over many with the sum of the others", () => {
  const formulaAt = (rows) => {
    const data = {...XOR, rows: rows.map((r) => XOR.rows[r % 4]), targets: rows.map((r) => XOR.targets[r % 4])};
    const state = after(documentWith({data}), {type: "pickRow", row: null});
    return shown(after(state, {type: "goTo", position: endsIn(state).think})).formulaParts.join("");
  };
  assert.match(formulaAt([0, 1, 2, 3]), /^[^+]+ \+ [^+]+ \+ [^+]+ \+ [^+…]+ = /);
  assert.match(formulaAt([0, 1, 2, 3, 0, 1, 2]), / \+ \(the other 4: [^+…]+\) = /);
});
