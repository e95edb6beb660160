import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

import {Random} from "../../../microgrid/studio/app/core/random.js";
import {networkAnswer} from "./network_answers.js";

// What Python computes, written by `python -m tests.studio.write_networks`.
const cases = JSON.parse(readFileSync(new URL("../networks.json", import.meta.url), "utf8"));

const isExact = ({loss, activation}) => loss === "mse" && ["linear", "relu", "leaky_relu"].includes(activation);

function assertClose(came, due, tolerance, message) {
  assert.equal(came.length, due.length, message);
  for (const [i, number] of came.entries()) {
    assert.ok(Math.abs(number - due[i]) <= tolerance * Math.max(1, Math.abs(due[i])), `${message}: ${number} for ${due[i]}`);
  }
}

test("random numbers are those of Python", () => {
  for (const {seed, shuffled, random, uniform} of cases.random) {
    const dice = new Random(BigInt(seed)),
      items = Int32Array.from({length: 300}, (_, i) => i);
    dice.shuffle(items);
    assert.deepEqual([...items], shuffled, seed);
    assert.deepEqual(Array.from({length: 400}, () => dice.random()).slice(-3), random, seed);
    assert.equal(dice.uniform(-0.3, 7), uniform, seed);
  }
});

test("a generator goes on from its state", () => {
  const dice = new Random(7);
  dice.shuffle([...Array(1000).keys()]);
  const copy = Random.fromState(dice.getState());
  assert.deepEqual([copy.random(), copy.random()], [dice.random(), dice.random()]);
});

test("weights to begin with are those of Python, bit for bit", () => {
  for (const {spec, parameters} of cases.networks) assert.deepEqual(networkAnswer({spec}).parameters, parameters);
});

test("loss and gradients of one cycle are those of Python", () => {
  for (const [i, {spec, loss, gradients}] of cases.networks.entries()) {
    const answer = networkAnswer({spec});
    assertClose([answer.loss], [loss], 1e-12, `loss ${i}`); // the C library's pow rounds a square in its own way
    assertClose(answer.gradients, gradients, isExact(spec) ? 0 : 1e-12, `gradient ${i}`);
  }
});

test("a hundred training steps by batches, with momentum and without, end where Python's train does", () => {
  for (const [i, {spec, cycles, trained, losses}] of cases.networks.entries()) {
    const answer = networkAnswer({spec, cycles});
    assertClose(answer.trained, trained, 1e-9, `parameter ${i}`);
    assertClose(answer.losses, losses, 1e-9, `loss ${i}`);
  }
});
