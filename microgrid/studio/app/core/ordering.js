// The order of the stops of each column, from top to bottom, in which few edges cross: sweeps that put each stop at the
// median of its neighbours, then exchanges of two that stand side by side (Gansner and others, 1993).

/**
 * A place in a column: of a card, of the numbers of an edge, or where the long edges of one operand pass.
 * @typedef {object} Stop
 * @property {number} column
 * @property {number} card the position of its card, or -1
 * @property {boolean} isNumbers
 * @property {number} place its position in the column, from the top
 * @property {number} middle of the places of its neighbours
 * @property {number} x of its middle
 * @property {number} y of its middle
 * @property {number} width
 * @property {number} height
 * @property {number} firstLane where edges pass: the first and the last lane of their trunk that is still taken
 * @property {number} lastLane
 * @property {Link[]} before from the column before
 * @property {Link[]} after to the next column
 */

/**
 * Joins the stops of two columns that are side by side.
 * @typedef {object} Link
 * @property {Stop} from
 * @property {Stop} to
 * @property {number} edges how many edges it stands for
 * @property {number} pull how much it draws cards towards itself
 * @property {number} rise how much higher its second stop must be for it to be level
 */

/**
 * @typedef {"before" | "after"} Side
 * @typedef {"from" | "to"} LinkEnd
 */

const MAX_SWEEPS = 24, // from each of two starts
  MIN_SWEEPS = 3,
  MAX_VISITS = 60_000, // of stops in all sweeps from one start: in a large graph, there are fewer sweeps
  MAX_IDLE_SWEEPS = 6, // that save no crossing
  MAX_EXCHANGE_ROUNDS = 10;

/** @type {Record<Side, LinkEnd>} */
const FAR_END = {before: "from", after: "to"};

/**
 * Sorts the stops of each column. Of two orders with as many crossings, it keeps the one that it has found first.
 * @param {Stop[][]} columns changed in place
 * @param {() => boolean} isLate whether there is no more time for another sweep
 */
export function orderColumns(columns, isLate) {
  const nStops = columns.reduce((sum, stops) => sum + stops.length, 0),
    maxSweeps = Math.min(Math.max(Math.floor(MAX_VISITS / nStops), MIN_SWEEPS), MAX_SWEEPS);
  let best = columns,
    fewest = Infinity;
  for (const start of /** @type {Side[]} */ (["before", "after"])) {
    if (fewest < Infinity && isLate()) break;
    startFrom(columns, start);
    for (let sweep = 0, idle = 0; sweep < maxSweeps && idle < MAX_IDLE_SWEEPS && fewest > 0; sweep++) {
      const side = (sweep % 2 === 1) === (start === "before") ? "before" : "after";
      if (sweep > 0) sortByNeighbours(columns, side, sweep % 4 < 2);
      exchangeNeighbours(columns, isLate);
      const crossings = countCrossings(columns);
      idle = crossings < fewest ? 0 : idle + 1;
      if (crossings < fewest) [fewest, best] = [crossings, columns.map((stops) => [...stops])];
      if (isLate()) break;
    }
  }
  for (const [column, stops] of best.entries()) columns[column] = [...stops];
  columns.forEach(setPlaces);
  exchangeNeighbours(columns, isLate, true);
}

/** @param {Stop[]} stops */
function setPlaces(stops) {
  for (let place = 0; place < stops.length; place++) stops[place].place = place;
}

/**
 * To begin with, what hangs together stands together: a walk from one end of the graph to the other, in the order in
 * which the learner has written it, so that a small change of the text changes little of the picture.
 * @param {Stop[][]} columns
 * @param {Side} side to walk to
 */
function startFrom(columns, side) {
  const lists = columns.map(() => /** @type {Stop[]} */ ([])),
    seen = new Set(),
    waiting = columns.flat().filter((stop) => stop[side === "before" ? "after" : "before"].length === 0);
  waiting.sort((a, b) => b.card - a.card);
  for (let stop = waiting.pop(); stop; stop = waiting.pop()) {
    if (seen.has(stop)) continue;
    seen.add(stop);
    lists[stop.column].push(stop);
    for (let i = stop[side].length - 1; i >= 0; i--) waiting.push(stop[side][i][FAR_END[side]]);
  }
  for (const [column, stops] of lists.entries()) {
    columns[column] = stops;
    setPlaces(stops);
  }
}

/**
 * @param {Stop[][]} columns
 * @param {Side} side
 * @param {boolean} byMedian or else by the mean
 */
function sortByNeighbours(columns, side, byMedian) {
  const inOrder = side === "before" ? columns : [...columns].reverse();
  for (const stops of inOrder) {
    const moving = stops.filter((stop) => stop[side].length > 0); // the others keep their places
    for (const stop of moving) stop.middle = middleOf(stop[side], FAR_END[side], byMedian);
    moving.sort((a, b) => a.middle - b.middle || a.place - b.place);
    let next = 0;
    for (let i = 0; i < stops.length; i++) if (stops[i][side].length > 0) stops[i] = moving[next++];
    setPlaces(stops);
  }
}

/**
 * @param {Link[]} links
 * @param {LinkEnd} end
 * @param {boolean} byMedian
 */
function middleOf(links, end, byMedian) {
  if (links.length === 1) return links[0][end].place;
  if (!byMedian) return links.reduce((sum, link) => sum + link[end].place, 0) / links.length;
  const places = links.map((link) => link[end].place).sort((a, b) => a - b),
    half = places.length >> 1;
  return places.length % 2 ? places[half] : (places[half - 1] + places[half]) / 2;
}

/**
 * Exchanges two that stand side by side, as long as that saves crossings. Only a column beside one that has changed is
 * looked at again.
 * @param {Stop[][]} columns
 * @param {() => boolean} isLate
 * @param {boolean} byText whether to exchange cards also where that only puts them into the order of the text
 */
function exchangeNeighbours(columns, isLate, byText = false) {
  let isOpen = columns.map(() => true);
  for (let round = 0; round < MAX_EXCHANGE_ROUNDS && isOpen.includes(true); round++) {
    if (round && isLate()) break;
    const hasChanged = columns.map((stops, column) => isOpen[column] && exchangeWithin(stops, byText));
    isOpen = columns.map((_, column) => hasChanged[column] || hasChanged[column - 1] || hasChanged[column + 1]);
  }
}

/**
 * @param {Stop[]} stops
 * @param {boolean} byText
 */
function exchangeWithin(stops, byText) {
  let hasChanged = false;
  for (let i = 0; i + 1 < stops.length; i++) {
    const above = stops[i],
      below = stops[i + 1];
    const saved = savedByExchange(above.before, below.before, "from") + savedByExchange(above.after, below.after, "to");
    const isText = byText && saved === 0 && below.card >= 0 && above.card > below.card;
    if (saved <= 0 && !isText) continue;
    [stops[i], stops[i + 1]] = [below, above];
    [below.place, above.place] = [i, i + 1];
    hasChanged = true;
  }
  return hasChanged;
}

/**
 * How many fewer edges cross at one side of two stops if they change places.
 * @param {Link[]} upper the links of the upper one
 * @param {Link[]} lower
 * @param {LinkEnd} end
 */
function savedByExchange(upper, lower, end) {
  let saved = 0;
  for (const a of upper) {
    const {place} = a[end];
    for (const b of lower) {
      const other = b[end].place;
      if (place > other) saved += a.edges * b.edges;
      else if (place < other) saved -= a.edges * b.edges;
    }
  }
  return saved;
}

/**
 * Counts all crossings, column by column, with a tree of sums (Barth, Jünger and Mutzel, 2002).
 * @param {readonly Stop[][]} columns
 * @returns {number}
 */
function countCrossings(columns) {
  let count = 0;
  for (let column = 0; column + 1 < columns.length; column++) {
    const size = columns[column + 1].length,
      sums = new Int32Array(2 * size); // of the edges that end at each place, and of those at each part of all places
    let all = 0;
    for (const stop of columns[column]) {
      for (const {to, edges} of stop.after) {
        let above = 0; // the edges from higher stops that end no lower than this one
        for (let low = size, high = size + to.place + 1; low < high; low >>= 1, high >>= 1) {
          if (low & 1) above += sums[low++];
          if (high & 1) above += sums[--high];
        }
        count += edges * (all - above);
      }
      for (const {to, edges} of stop.after) {
        all += edges;
        for (let part = size + to.place; part > 0; part >>= 1) sums[part] += edges;
      }
    }
  }
  return count;
}
