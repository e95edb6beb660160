// The cycles that a learner has run: their losses for the curve, and the parameters with which each began, so that
// every cycle can be reached again. However long training goes on, what is kept stays small.

export const MAX_KEPT_CYCLES = 500; // whose parameters are kept; those of the others are computed again
export const MAX_LOSSES = 4000; // more than a curve has pixels

/**
 * @template T
 * @typedef {{cycle: number, item: T}} Kept
 */

/**
 * Items of some cycles in order, evenly spread: all of them at first; once there are more than `limit`, those of every
 * second cycle, then of every fourth …  It never changes: `with` and `upTo` return another one.
 *
 * @template T
 */
class Samples {
  /**
   * @param {number} limit the largest number of items
   * @param {Kept<T>[]} kept
   * @param {number} spacing cycles from one item to the next
   */
  constructor(limit, kept, spacing = 1) {
    this.limit = limit;
    this.kept = kept;
    this.spacing = spacing;
  }

  /** @param {number} cycle  @param {T} item  @returns {Samples<T>} */
  with(cycle, item) {
    const sinceFirst = cycle - this.kept[0].cycle;
    if (sinceFirst % this.spacing) return this;
    const kept = [...this.kept, {cycle, item}];
    return kept.length > this.limit ? new Samples(this.limit, kept, this.spacing).thinned() : new Samples(this.limit, kept, this.spacing);
  }

  /** @returns {Samples<T>} */
  thinned() {
    const spacing = this.spacing * 2,
      first = this.kept[0].cycle;
    return new Samples(
      this.limit,
      this.kept.filter(({cycle}) => (cycle - first) % spacing === 0),
      spacing,
    );
  }

  /**
   * Those up to a cycle. What follows is kept as densely as if no later cycle had ever been run.
   *
   * @param {number} cycle  @returns {Samples<T>}
   */
  upTo(cycle) {
    const first = this.kept[0].cycle;
    let spacing = 1;
    while ((cycle - first) / spacing >= this.limit) spacing *= 2;
    return new Samples(this.limit, this.kept.filter((sample) => sample.cycle <= cycle), Math.min(spacing, this.spacing));
  }

  /** The last one at a cycle or before it.  @param {number} cycle  @returns {Kept<T>} */
  nearest(cycle) {
    let [low, high] = [0, this.kept.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.kept[middle].cycle <= cycle) low = middle;
      else high = middle - 1;
    }
    return this.kept[low];
  }
}

/**
 * The cycles run so far. It never changes: `with` and `cut` return another one, so that undo needs no copy.
 *
 * A cycle is known by the parameters with which it began, and by its loss. `rule` is whatever else a cycle is computed
 * from (the learning rate, the inputs): the caller's step function receives the one that was in force then.
 *
 * @template P parameters, which the caller must not change afterwards
 * @template R rule
 */
export class Cycles {
  /** @type {Samples<P>} */ #parameters;
  /** @type {Samples<number>} */ #losses;
  /** @type {Kept<R>[]} from which cycle on each rule holds */ #rules;

  /**
   * Begin with one cycle.
   *
   * @param {P} parameters with which it begins
   * @param {number} loss
   * @param {R} [rule]
   * @param {number} first its number: that of a state opened from an address may be higher than 1
   */
  constructor(parameters, loss, rule, first = 1) {
    this.first = first;
    this.last = first;
    this.loss = loss; // of the last one
    this.#parameters = new Samples(MAX_KEPT_CYCLES, [{cycle: first, item: parameters}]);
    this.#losses = new Samples(MAX_LOSSES, [{cycle: first, item: loss}]);
    this.#rules = [{cycle: first, item: /** @type {R} */ (rule)}];
  }

  /**
   * These cycles and one more.
   *
   * @param {P} parameters with which it begins: what the step function makes of those of the cycle before
   * @param {number} loss
   * @param {R} [rule] by which the cycle before was changed into this one; by default, as the one before that
   * @param {number} [count] of cycles, by the same rule, of which this is the last; at most `untilKept`
   * @returns {Cycles<P, R>}
   */
  with(parameters, loss, rule = this.#rules.at(-1)?.item, count = 1) {
    const cycle = this.last + count;
    const isSameRule = rule === this.#rules.at(-1)?.item;
    const rules = isSameRule ? this.#rules : [...this.#rules, {cycle: this.last, item: /** @type {R} */ (rule)}];
    return this.#changed(cycle, loss, this.#parameters.with(cycle, parameters), this.#losses.with(cycle, loss), rules);
  }

  /**
   * The cycles up to one of them, from which the learner goes on another way.
   *
   * @param {number} cycle
   * @param {number} loss of that cycle: it may not have been kept
   * @returns {Cycles<P, R>}
   */
  cut(cycle, loss) {
    this.#check(cycle);
    const rules = this.#rules.filter((rule) => rule.cycle < cycle || rule.cycle === this.first);
    return this.#changed(cycle, loss, this.#parameters.upTo(cycle), this.#losses.upTo(cycle), rules);
  }

  /**
   * The parameters with which a cycle began: kept, or computed from the nearest that were.
   *
   * @param {number} cycle
   * @param {(parameters: P, rule: R, cycle: number) => P} step computes from those of a cycle those of the next, and leaves its
   * operand as it is
   * @returns {P}
   */
  parametersOf(cycle, step) {
    this.#check(cycle);
    const nearest = this.#parameters.nearest(cycle);
    let parameters = nearest.item;
    for (let at = nearest.cycle; at < cycle; at++) parameters = step(parameters, this.ruleOf(at), at);
    return parameters;
  }

  /**
   * The points of the loss curve, the first and the last cycle among them; at most `MAX_LOSSES` and one.
   *
   * @returns {{cycle: number, loss: number}[]}
   */
  curve() {
    const points = this.#losses.kept.map(({cycle, item}) => ({cycle, loss: item}));
    return points[points.length - 1].cycle === this.last ? points : [...points, {cycle: this.last, loss: this.loss}];
  }

  /** How many cycles there are up to the next one whose loss or parameters are kept. */
  get untilKept() {
    const {spacing} = this.#losses; // that of the parameters is a multiple of it
    return spacing - ((this.last - this.first) % spacing);
  }

  /** The parameters that are kept, by their cycles; those of the last cycle may not be among them. */
  kept() {
    return this.#parameters.kept;
  }

  /** The loss of the first cycle. */
  get firstLoss() {
    return this.#losses.kept[0].item;
  }

  /** How many cycles' parameters are kept. */
  get keptCount() {
    return this.#parameters.kept.length;
  }

  /**
   * The rule by which a cycle was changed into the next one.
   *
   * @param {number} cycle
   * @returns {R}
   */
  ruleOf(cycle) {
    const [first, ...others] = this.#rules;
    return others.reduce((rule, later) => (later.cycle <= cycle ? later : rule), first).item;
  }

  /**
   * Whether every cycle was changed into the next one by the same rule.
   *
   * @param {R} rule
   */
  isAllBy(rule) {
    return this.#rules.every(({cycle, item}, i, all) => item === rule || (all[i + 1]?.cycle ?? this.last) === cycle); // never used
  }

  /** @param {number} cycle */
  #check(cycle) {
    if (!Number.isInteger(cycle) || cycle < this.first || cycle > this.last) {
      throw new RangeError(`expected a cycle from ${this.first} to ${this.last}, got ${cycle}`);
    }
  }

  /**
   * @param {number} last  @param {number} loss
   * @param {Samples<P>} parameters  @param {Samples<number>} losses  @param {Kept<R>[]} rules
   * @returns {Cycles<P, R>}
   */
  #changed(last, loss, parameters, losses, rules) {
    const cycles = new Cycles(parameters.kept[0].item, losses.kept[0].item, rules[0].item, this.first);
    cycles.last = last;
    cycles.loss = loss;
    cycles.#parameters = parameters;
    cycles.#losses = losses;
    cycles.#rules = rules;
    return cycles;
  }
}
