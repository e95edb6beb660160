import assert from "node:assert/strict";
import {test} from "node:test";

import {
  batchOf,
  cyclesPerEpoch,
  epochOf,
  firstMoment,
  lossOf,
  nextMoment,
} from "../../../microgrid/studio/app/core/learning.js";
import {networkOf, passOf} from "../../../microgrid/studio/app/core/network.js";
import {standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {runCycles as run} from "./learned.js";
import {SPEC} from "./xor.js";

// That it trains as Python does is compared in networks.test.js.

const BATCHES = {...SPEC, batchSize: 3, momentum: 0.9};

test("an epoch uses every row once, in another order each time", () => {
  assert.equal(cyclesPerEpoch(BATCHES), 2);
  assert.deepEqual([1, 2, 3, 4].map((cycle) => epochOf(BATCHES, cycle)), [1, 1, 2, 2]);
  const orders = [1, 3, 5].map((cycle) => {
    const {moment} = run(BATCHES, cycle - 1),
      batches = [batchOf(BATCHES, moment, cycle), batchOf(BATCHES, moment, cycle + 1)];
    assert.deepEqual(batches.map(({length}) => length), [3, 1]);
    return batches.flatMap((batch) => [...batch]);
  });
  for (const order of orders) assert.deepEqual(order.toSorted(), [0, 1, 2, 3]);
  assert.equal(new Set(orders.map(String)).size, 3);
});

test("a batch of all rows is in their order", () => {
  for (const batchSize of [null, 4, 5]) assert.deepEqual([...batchOf({...SPEC, batchSize}, firstMoment(SPEC), 7)], [0, 1, 2, 3]);
});

test("cycles one by one end where a run does, and one goes on from any moment", () => {
  const network = networkOf(BATCHES),
    data = standardised(BATCHES);
  let moment = firstMoment(BATCHES);
  for (let cycle = 1; cycle <= 7; cycle++) moment = nextMoment(BATCHES, network, data, moment, cycle, BATCHES.learningRate);
  assert.deepEqual(moment, run(BATCHES, 7).moment);
  assert.deepEqual(run(BATCHES, 4, run(BATCHES, 3).moment, 4).moment, moment);
});

test("a moment is never changed", () => {
  const first = firstMoment(BATCHES),
    copy = structuredClone(first);
  run(BATCHES, 5, first);
  assert.deepEqual(first, copy);
});

test("the loss of a cycle is that of its batch, before the update", () => {
  const {losses} = run(SPEC, 2),
    first = firstMoment(SPEC),
    data = standardised(SPEC);
  assert.equal(losses[0], lossOf(networkOf(SPEC), first.parameters, data));
  assert.equal(losses[1], lossOf(networkOf(SPEC), run(SPEC, 1).moment.parameters, data));
});

test("without rows there is no loss", () => {
  assert.equal(lossOf(networkOf(SPEC), firstMoment(SPEC).parameters, standardised(SPEC).heldOut), NaN);
});

test("learning stops before a loss that is not finite, with the weights before it", () => {
  const wild = {...SPEC, activation: "relu", learningRate: 1e30},
    {moment, done, losses} = run(wild, 100);
  assert.ok(done < 20 && losses.length === done, `${done}`);
  assert.ok(moment.parameters.every(Number.isFinite) && losses.every(Number.isFinite));
  const data = standardised(wild);
  assert.ok(!Number.isFinite(passOf(networkOf(wild), moment.parameters, data.rows, data.targets).loss));
  assert.equal(run(wild, 5, moment, done + 1).done, 0);
});

test("learning stops before an update that is not finite", () => {
  const wild = {...SPEC, learningRate: 1e308, data: {...SPEC.data, targets: [0, 100, 100, 0]}},
    {moment, done} = run(wild, 5);
  assert.equal(done, 0);
  assert.deepEqual(moment, firstMoment(wild));
  assert.equal(nextMoment(wild, networkOf(wild), standardised(wild), moment, 1, 1e308), moment);
});
