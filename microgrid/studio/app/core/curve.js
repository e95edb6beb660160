// The loss curve: where its points lie, and the numbers along its axes.

import {largestOf, smallestOf} from "./extremes.js";
import {isCrossed} from "./network_places.js";

const WIDE_RATIO = 50; // of the largest to the smallest: beyond it, each tenth part is as far from the next
const MAX_CYCLE_TICKS = 5,
  MAX_LOSS_TICKS = 3;
const MIN_GAP = 0.42; // of the axis of losses, between two numbers: its height is hardly that of three
/** @type {Corner[]} the best first */
const CORNERS = [{isTop: true, isLeft: false}, {isTop: false, isLeft: false}, {isTop: false, isLeft: true}, {isTop: true, isLeft: true}]; // prettier-ignore
const MIN_POWER = -323; // of ten, of the smallest number that there is

/**
 * A number beside an axis, and how far along the axis it stands, from 0 to 1.
 * @typedef {{number: number, at: number}} Tick
 */

/** @typedef {{cycle: number, loss: number}} Sample */
/** @typedef {{isTop: boolean, isLeft: boolean}} Corner */

/**
 * @typedef {object} Curve
 * @property {boolean} isLogarithmic
 * @property {[number, number][]} points from (0, 0), lower left, to (1, 1)
 * @property {[number, number][]} heldOut the losses of the rows held out
 * @property {number} start how far along its axis the first cycle is; before it are the epochs trained elsewhere
 * @property {Tick[]} cycleTicks
 * @property {Tick[]} lossTicks
 * @property {(cycle: number) => number} placeOf how far along its axis a cycle is
 * @property {(place: number) => number} cycleAt the inverse of it
 * @property {(loss: number) => number} heightOf how high a loss is; one that is not finite is at the top
 */

/**
 * Places the losses of some cycles; those that are not finite are left out.
 * @param {Sample[]} samples in order, the first and the last cycle among them
 * @param {{before?: Sample[], heldOut?: Sample[]}} [others] the losses before the first cycle, and those of rows held out
 * @returns {Curve | null} null where there are not two losses to join
 */
export function lossCurve(samples, {before = [], heldOut = []} = {}) {
  const isFinite = (/** @type {Sample} */ {loss}) => Number.isFinite(loss),
    shown = [...before, ...samples].filter(isFinite),
    beside = heldOut.filter(isFinite);
  if (shown.length < 2) return null;
  const all = [...shown, ...beside].map(({loss}) => loss),
    [lowest, highest] = [smallestOf(all), largestOf(all)],
    isLogarithmic = lowest > 0 && highest / lowest > WIDE_RATIO,
    low = isLogarithmic ? lowest : Math.min(0, lowest);
  const scaled = isLogarithmic ? Math.log : Number,
    range = scaled(highest) - scaled(low) || 1,
    first = (before[0] ?? samples[0]).cycle,
    last = samples[samples.length - 1].cycle;
  const placeOf = (/** @type {number} */ cycle) => (cycle - first) / (last - first),
    heightOf = (/** @type {number} */ loss) => (Number.isFinite(loss) ? (scaled(loss) - scaled(low)) / range : 1);
  const placed = (/** @type {Sample} */ {cycle, loss}) => /** @type {[number, number]} */ ([placeOf(cycle), heightOf(loss)]);
  return {
    isLogarithmic,
    points: shown.map(placed),
    heldOut: beside.map(placed),
    start: placeOf(samples[0].cycle),
    cycleTicks: cyclesToName(first, last).map((number) => ({number, at: placeOf(number)})),
    lossTicks: lossesToName(low, highest, isLogarithmic, heightOf),
    placeOf,
    cycleAt: (place) => first + place * (last - first),
    heightOf,
  };
}

/**
 * Round numbers that keep apart from each other or, where these are too near, the ends of the range.
 * @param {number} low
 * @param {number} high
 * @param {boolean} isLogarithmic
 * @param {(loss: number) => number} heightOf
 * @returns {Tick[]}
 */
function lossesToName(low, high, isLogarithmic, heightOf) {
  const between = isLogarithmic ? powersOfTenBetween : roundNumbersBetween,
    ticksOf = (/** @type {number[]} */ numbers) => numbers.map((number) => ({number, at: heightOf(number)}));
  for (let most = MAX_LOSS_TICKS; most >= 2; most--) {
    const ticks = ticksOf(between(low, high, most));
    if (ticks.every(({at}, i) => i === 0 || at - ticks[i - 1].at >= MIN_GAP)) return ticks;
  }
  return ticksOf([low, high]);
}

/**
 * The first and the last cycle, and round numbers between them that are not too near to either.
 * @param {number} first
 * @param {number} last
 */
function cyclesToName(first, last) {
  const between = roundNumbersBetween(first, last, MAX_CYCLE_TICKS - 2).filter(Number.isInteger),
    room = (last - first) / MAX_CYCLE_TICKS;
  return [first, ...between.filter((cycle) => cycle - first >= room && last - cycle >= room), last];
}

/**
 * The numbers that have room along an axis: the first, the last and, if none touches another, those between.
 * @param {Tick[]} ticks
 * @param {number} columns how many digits have room beside each other
 */
export function ticksInRoom(ticks, columns) {
  const last = ticks.length - 1;
  const extentOf = (/** @type {Tick} */ {number, at}, /** @type {number} */ i) => {
    const length = `${number}`.length,
      start = at * columns - (i === 0 ? 0 : i === last ? length : length / 2);
    return {start, end: start + length};
  };
  const extents = ticks.map(extentOf),
    isFree = extents.every(({start}, i) => i === 0 || start > extents[i - 1].end + 1);
  return isFree ? ticks : ticks.filter((_, i) => i === 0 || i === last);
}

/**
 * The corner of the plot in which a text hides least of the curves.
 * @param {Pick<Curve, "points" | "heldOut">} curve
 * @param {number} width of the text, as a part of the plot's
 * @param {number} height
 * @returns {Corner}
 */
export function freeCorner({points, heldOut}, width, height) {
  const lines = [points, heldOut].flatMap((line) => line.slice(1).map(([x, y], i) => /** @type {[number, number, number, number]} */ ([...line[i], x, y])));
  const hidden = CORNERS.map(({isTop, isLeft}) => {
    const area = {x: isLeft ? width / 2 : 1 - width / 2, y: isTop ? 1 - height / 2 : height / 2, width, height};
    return lines.filter((line) => isCrossed(area, line)).length;
  });
  return CORNERS[hidden.indexOf(Math.min(...hidden))];
}

/**
 * Lists the multiples of 1, 2 or 5 times a power of ten that lie in a range: as many as there may be.
 * @param {number} low
 * @param {number} high larger than `low`
 * @param {number} most
 * @returns {number[]}
 */
export function roundNumbersBetween(low, high, most) {
  if (!(high > low) || !Number.isFinite(high - low)) return [low];
  for (let power = Math.max(Math.floor(Math.log10((high - low) / most)) - 1, MIN_POWER); ; power++) {
    for (const digit of [1, 2, 5]) {
      const step = Number(`${digit}e${power}`),
        start = Math.ceil(low / step),
        count = Math.floor(high / step) - start + 1;
      // 3 × 0.1 is not 0.3: the digits are put together as they are written
      if (count <= most) return Array.from({length: count}, (_, i) => Number(`${(start + i) * digit}e${power}`));
    }
  }
}

/**
 * Lists powers of ten in a range, evenly spaced; or, where there is at most one, the ends of the range.
 * @param {number} low more than 0
 * @param {number} high
 * @param {number} most
 * @returns {number[]}
 */
function powersOfTenBetween(low, high, most) {
  const start = Math.ceil(Math.log10(low)),
    end = Math.floor(Math.log10(high)),
    step = Math.max(1, Math.ceil((end - start + 1) / most));
  const powers = [];
  for (let power = start; power <= end; power += step) powers.push(Number(`1e${power}`));
  return powers.length > 1 ? powers : [low, high];
}
