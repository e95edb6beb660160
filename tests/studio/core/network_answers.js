// What the core of the app computes for a network that Python's tests have drawn.

import {epochOf} from "../../../microgrid/studio/app/core/learning.js";
import {networkOf, passOf, startParameters} from "../../../microgrid/studio/app/core/network.js";
import {networkOfRecord} from "../../../microgrid/studio/app/core/network_record.js";
import {checkSpec, standardised} from "../../../microgrid/studio/app/core/network_spec.js";
import {runCycles} from "./learned.js";

/** Answers for a document, and for as many cycles of training. */
export function networkAnswer({spec, cycles = 0}) {
  checkSpec(spec);
  const network = networkOf(spec),
    data = standardised(spec),
    parameters = startParameters(spec),
    {loss, gradients} = passOf(network, parameters, data.rows, data.targets);
  const {moment, losses} = runCycles(spec, cycles);
  return {
    parameters: [...parameters],
    loss,
    gradients: [...gradients],
    trained: [...moment.parameters],
    losses: cycles ? lossesOfEpochs(spec, losses) : [],
  };
}

/** The document of a record, and one cycle of it; null where the record is no network. */
export function recordedNetworkAnswer(record) {
  const spec = networkOfRecord(record);
  if (!spec) return null;
  const network = networkOf(spec),
    {rows, targets} = standardised(spec),
    {parameters, loss, gradients, inputs} = passOf(network, startParameters(spec), rows, targets);
  return {
    spec,
    parameters: [...parameters],
    loss,
    gradients: [...gradients],
    inputs: inputs.map((row) => [...row]),
  };
}

/** The mean loss of the rows of each epoch, as Python's `train` adds it up from its batches. */
function lossesOfEpochs(spec, losses) {
  const rows = spec.data.rows.length,
    size = spec.batchSize ?? rows,
    sums = Array(epochOf(spec, losses.length)).fill(0);
  for (const [i, loss] of losses.entries()) {
    const epoch = epochOf(spec, i + 1) - 1,
      isLast = epochOf(spec, i + 2) > epoch + 1;
    sums[epoch] += loss * (isLast ? rows - size * (Math.ceil(rows / size) - 1) : size);
  }
  return sums.map((sum) => sum / rows);
}
