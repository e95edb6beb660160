// Many cycles of a network, for tests.

import {LearningRun, firstMoment} from "../../../microgrid/studio/app/core/learning.js";
import {networkOf} from "../../../microgrid/studio/app/core/network.js";
import {standardised} from "../../../microgrid/studio/app/core/network_spec.js";

/** Runs cycles, as many as have finite numbers: where learning is then, how many were run, and the loss of each. */
export function runCycles(spec, count, moment = firstMoment(spec), cycle = 1) {
  const run = new LearningRun(spec, networkOf(spec), standardised(spec), moment, cycle),
    losses = [];
  while (losses.length < count && run.step(spec.learningRate)) losses.push(run.loss);
  return {moment: run.moment(), done: losses.length, losses};
}
