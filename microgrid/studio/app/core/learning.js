// Learning: cycle after cycle, each one update from one batch, as Python's `train` with SGD (momentum or none) makes
// them. An epoch uses every row once; where it has several batches, the rows are shuffled before each epoch.

import {backwardPass, buffersFor, fillBatch, forwardPass, startParameters} from "./network.js";
import {Random} from "./random.js";

/** @typedef {import("./network_spec.js").Spec} Spec */
/** @typedef {import("./network_spec.js").StandardisedData} StandardisedData */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Buffers} Buffers */

/**
 * Where learning is at the start of a cycle. It is never changed: a next one shares what stays the same.
 * @typedef {object} Moment
 * @property {Float64Array} parameters
 * @property {Float64Array | null} velocity of each parameter; null without momentum
 * @property {Int32Array | null} order of the rows in this epoch; null where a batch holds all rows
 * @property {Uint32Array | null} random the state of the generator that shuffled them, afterwards
 */

/**
 * Returns where learning begins, or goes on after the epochs of its history: with their velocities, and the rows in the
 * order that follows from the seed.
 * @param {Spec} spec
 * @param {number} [epochs] that were run since
 * @returns {Moment}
 */
export function firstMoment(spec, epochs = 0) {
  const parameters = startParameters(spec),
    {losses, velocities = []} = spec.history ?? {losses: []},
    velocity = spec.momentum ? Float64Array.from(parameters, (_, i) => velocities[i] ?? 0) : null,
    rows = spec.data.rows.length;
  if (cyclesPerEpoch(spec) === 1) return {parameters, velocity, order: null, random: null};
  const order = Int32Array.from({length: rows}, (_, i) => i),
    random = new Random(spec.seed);
  for (let shuffles = 0; shuffles <= losses.length + epochs; shuffles++) random.shuffle(order);
  return {parameters, velocity, order, random: random.getState()};
}

/**
 * Counts the batches, and so the updates, of an epoch.
 * @param {Spec} spec
 */
export function cyclesPerEpoch({batchSize, data}) {
  return Math.ceil(data.rows.length / (batchSize ?? data.rows.length));
}

/**
 * Returns the number of the epoch to which a cycle belongs; both count from 1.
 * @param {Spec} spec
 * @param {number} cycle
 */
export function epochOf(spec, cycle) {
  return Math.ceil(cycle / cyclesPerEpoch(spec));
}

/**
 * Returns the positions of the rows of a cycle's batch.
 * @param {Spec} spec
 * @param {Moment} moment at the start of that cycle
 * @param {number} cycle from 1
 * @returns {Int32Array}
 */
export function batchOf(spec, {order}, cycle) {
  const rows = spec.data.rows.length;
  if (!order) return Int32Array.from({length: rows}, (_, i) => i);
  const size = spec.batchSize ?? rows,
    start = ((cycle - 1) % cyclesPerEpoch(spec)) * size;
  return order.subarray(start, start + size);
}

/**
 * Returns where learning is after a cycle; the same moment where no update can follow, for a number would not be finite.
 * @param {Spec} spec
 * @param {Network} network
 * @param {StandardisedData} data
 * @param {Moment} moment at the start of the cycle
 * @param {number} cycle from 1
 * @param {number} learningRate
 * @returns {Moment}
 */
export function nextMoment(spec, network, data, moment, cycle, learningRate) {
  const run = new LearningRun(spec, network, data, moment, cycle);
  return run.step(learningRate) ? run.moment() : moment;
}

/**
 * Returns the loss of rows that need not be a batch: of all rows, or of those held out; NaN for none.
 * @param {Network} network
 * @param {Float64Array} parameters
 * @param {import("./network_spec.js").Rows} data
 * @returns {number}
 */
export function lossOf(network, parameters, data) {
  if (!data.rows.length) return NaN;
  return forwardPass(network, parameters, buffersWith(network, data));
}

/** @type {WeakMap<import("./network_spec.js").Rows, {network: Network, buffers: Buffers}>} */
const measured = new WeakMap(); // the arrays of rows whose loss is computed again and again

/**
 * @param {Network} network
 * @param {import("./network_spec.js").Rows} data
 */
function buffersWith(network, data) {
  const known = measured.get(data);
  if (known?.network === network) return known.buffers;
  const buffers = buffersFor(network, data.rows.length);
  fillBatch(buffers, data.rows, data.targets, data.rows.keys());
  measured.set(data, {network, buffers});
  return buffers;
}

/** Learning that goes on in place: its arrays are made once, however many cycles are run. */
export class LearningRun {
  /**
   * @param {Spec} spec
   * @param {Network} network
   * @param {StandardisedData} data
   * @param {Moment} moment
   * @param {number} cycle the one to run next
   */
  constructor(spec, network, data, moment, cycle) {
    this.spec = spec;
    this.network = network;
    this.data = data;
    this.cycle = cycle;
    this.loss = NaN; // of the last batch
    this.parameters = moment.parameters.slice();
    this.after = moment.parameters.slice(); // where the next update is made
    this.velocity = moment.velocity?.slice() ?? null;
    this.velocityAfter = moment.velocity?.slice() ?? null;
    this.order = moment.order;
    this.random = moment.random;
    /** @type {Map<number, Buffers>} by the number of rows: the last batch of an epoch may be smaller */
    this.buffers = new Map();
  }

  /** Returns where learning is now. */
  moment() {
    const {parameters, velocity, order, random} = this;
    return {parameters: parameters.slice(), velocity: velocity?.slice() ?? null, order, random};
  }

  /**
   * Runs one cycle: Know, Think, Change.
   * @param {number} learningRate
   * @returns {boolean} false if a number is not finite: then nothing has changed
   */
  step(learningRate) {
    const buffers = this.#batch();
    this.loss = forwardPass(this.network, this.parameters, buffers);
    if (!Number.isFinite(this.loss)) return false;
    backwardPass(this.network, this.parameters, buffers);
    if (!this.#update(buffers.gradients, learningRate)) return false;
    if (this.order && this.cycle % cyclesPerEpoch(this.spec) === 0) this.#beginEpoch(this.order);
    this.cycle++;
    return true;
  }

  /** Returns the arrays of this cycle's batch, with its rows in them. */
  #batch() {
    const batch = this.order ? batchOf(this.spec, this, this.cycle) : null,
      size = batch?.length ?? this.data.rows.length,
      known = this.buffers.get(size),
      buffers = known ?? buffersFor(this.network, size);
    this.buffers.set(size, buffers);
    if (batch || !known) fillBatch(buffers, this.data.rows, this.data.targets, batch ?? this.data.rows.keys());
    return buffers;
  }

  /**
   * Moves all parameters at once, against their gradients or, with momentum, along their velocities.
   * @param {Float64Array} gradients
   * @param {number} learningRate
   * @returns {boolean} false if one would not be finite: then none has moved
   */
  #update(gradients, learningRate) {
    const {velocity, velocityAfter, after, parameters} = this;
    let isFinite = true;
    for (let i = 0; i < gradients.length; i++) {
      let move = gradients[i];
      if (velocity && velocityAfter) velocityAfter[i] = move = this.spec.momentum * velocity[i] + gradients[i];
      after[i] = parameters[i] - learningRate * move;
      isFinite &&= Number.isFinite(after[i]);
    }
    if (!isFinite) return false;
    [this.parameters, this.after] = [after, parameters];
    [this.velocity, this.velocityAfter] = [velocityAfter, velocity];
    return true;
  }

  /**
   * Shuffles the rows of the epoch before for the next one.
   * @param {Int32Array} order
   */
  #beginEpoch(order) {
    const random = Random.fromState(/** @type {Uint32Array} */ (this.random));
    this.order = order.slice();
    random.shuffle(this.order);
    this.random = random.getState();
  }
}
