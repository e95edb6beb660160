// Prints how fast a network 2-8-8-1 learns from 200 rows: `node --expose-gc tests/studio/network_speed.js`.

import {LearningRun, cyclesPerEpoch, firstMoment} from "../../microgrid/studio/app/core/learning.js";
import {networkOf, passOf} from "../../microgrid/studio/app/core/network.js";
import {standardised} from "../../microgrid/studio/app/core/network_spec.js";
import {SPEC} from "./core/xor.js";

const ROWS = Array.from({length: 200}, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const TARGETS = ROWS.map(([x1, x2]) => Number(x1 * x2 > 0));
const EPOCHS = 3000;

function runEpochs(run, count) {
  for (let left = count * cyclesPerEpoch(run.spec); left > 0; left--) run.step(run.spec.learningRate);
}

for (const activation of ["tanh", "relu"]) {
  for (const [batchSize, momentum] of [[null, 0], [null, 0.9], [16, 0], [16, 0.9]]) {
    const data = {...SPEC.data, rows: ROWS, targets: TARGETS},
      spec = {...SPEC, sizes: [8, 8, 1], learningRate: 0.01, activation, batchSize, momentum, data};
    const run = new LearningRun(spec, networkOf(spec), standardised(spec), firstMoment(spec), 1);
    runEpochs(run, 200); // which warms up the compiler
    const start = performance.now();
    runEpochs(run, EPOCHS);
    const seconds = (performance.now() - start) / 1000;
    console.log(`${activation}, batch ${batchSize ?? "all"}, momentum ${momentum}: ${Math.round(EPOCHS / seconds)} epochs/s`);
  }
}

const spec = {...SPEC, sizes: [8, 8, 1], data: {...SPEC.data, rows: ROWS, targets: TARGETS}},
  network = networkOf(spec),
  {rows, targets} = standardised(spec);
const start = performance.now();
for (let i = 0; i < 300; i++) passOf(network, firstMoment(spec).parameters, rows, targets);
console.log(`a pass of 200 rows with all its numbers: ${((performance.now() - start) / 300).toFixed(2)} ms`);

globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const long = new LearningRun({...spec, batchSize: 16}, network, {rows, targets}, firstMoment({...spec, batchSize: 16}), 1);
for (let cycle = 0; cycle < 100_000; cycle++) long.step(spec.learningRate);
globalThis.gc?.();
const kilobytes = Math.round((process.memoryUsage().heapUsed - before) / 1000);
console.log(`100,000 cycles grow the heap by ${kilobytes} kB (${long.parameters.length} parameters)`);
