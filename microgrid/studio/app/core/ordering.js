// The order of the stops of each column, from top to bottom, in which few edges cross: sweeps that put each stop at the
// median of its neighbours, then exchanges of two that stand beside each other (Gansner and others, 1993).

/**
 * A place in a column: of a card, of the numbers of an edge, or where long edges pass.
 *
 * @typedef {object} Stop
 * @property {number} column
 * @property {number} place its position in the column, from the top
 * @property {number} middle of the places of its neighbours in another column
 * @property {number} card the position of its card, or -1
 * @property {number} width
 * @property {number} height
 * @property {number} x of its middle
 * @property {number} y of its middle
 * @property {boolean} isNumbers whether it is the place for the numbers of an edge
 * @property {Link[]} before from the column before
 * @property {Link[]} after to the next column
 */

/**
 * Joins the stops of two columns that are side by side.
 *
 * @typedef {object} Link
 * @property {Stop} from
 * @property {Stop} to
 * @property {number} edges how many edges it stands for
 * @property {number} shift how much higher it begins than it ends where both stops have the same height
 * @property {number} pull how much it draws cards towards itself
 */

const MAX_SWEEPS = 24, // from each of two starts
  MIN_SWEEPS = 3,
  MAX_VISITS = 60_000, // of stops in all sweeps from one start: in a large graph, there are fewer sweeps
  MAX_IDLE_SWEEPS = 6, // that save no crossing
  MAX_EXCHANGE_ROUNDS = 10;

/**
 * Sorts the stops of each column.
 *
 * @param {Stop[][]} columns changed in place
 * @param {() => boolean} isLate whether there is no more time for another sweep
 */
export function orderColumns(columns, isLate) {
  let best = null,
    fewest = Infinity;
  const nStops = columns.reduce((sum, stops) => sum + stops.length, 0),
    maxSweeps = Math.min(Math.max(Math.floor(MAX_VISITS / nStops), MIN_SWEEPS), MAX_SWEEPS);
  for (const side of /** @type {const} */ (["before", "after"])) {
    if (best && isLate()) break;
    startFrom(columns, side);
    for (let sweep = 0, idle = 0; sweep < maxSweeps && idle < MAX_IDLE_SWEEPS && fewest > 0; sweep++) {
      if (sweep > 0) sortByNeighbours(columns, (sweep % 2 === 1) === (side === "before") ? "before" : "after", sweep % 4 < 2);
      exchangeNeighbours(columns, isLate);
      const crossings = countCrossings(columns);
      idle = crossings < fewest ? 0 : idle + 1;
      if (crossings < fewest) [fewest, best] = [crossings, columns.map((stops) => [...stops])];
      if (isLate()) break;
    }
  }
  best?.forEach((stops, column) => {
    columns[column] = stops;
    setPlaces(stops);
  });
}

const FAR_END = /** @type {const} */ ({before: "from", after: "to"});

function setPlaces(stops) {
  for (let place = 0; place < stops.length; place++) stops[place].place = place;
}

// To begin with, what hangs together stands together: a walk from one end of the graph to the other, in the order in
// which the learner has written it, so that a small change of the text changes little of the picture.
function startFrom(columns, side) {
  const lists = columns.map(() => []),
    seen = new Set(),
    otherSide = side === "before" ? "after" : "before",
    waiting = columns.flat().filter((stop) => stop[otherSide].length === 0);
  waiting.sort((a, b) => b.card - a.card);
  while (waiting.length) {
    const stop = waiting.pop();
    if (seen.has(stop)) continue;
    seen.add(stop);
    lists[stop.column].push(stop);
    for (let i = stop[side].length - 1; i >= 0; i--) waiting.push(stop[side][i][FAR_END[side]]);
  }
  for (const [column, stops] of lists.entries()) {
    columns[column].splice(0, stops.length, ...stops);
    setPlaces(stops);
  }
}

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

// The median of the places of the neighbours, or their mean.
function middleOf(links, end, byMedian) {
  if (links.length === 1) return links[0][end].place;
  if (!byMedian) return links.reduce((sum, link) => sum + link[end].place, 0) / links.length;
  const places = links.map((link) => link[end].place).sort((a, b) => a - b),
    half = places.length >> 1;
  return places.length % 2 ? places[half] : (places[half - 1] + places[half]) / 2;
}

// Exchanges two that stand beside each other, as long as that saves crossings. Only a column beside one that has changed
// is looked at again.
function exchangeNeighbours(columns, isLate) {
  let open = columns.map(() => true);
  for (let round = 0; round < MAX_EXCHANGE_ROUNDS && open.includes(true) && !(round && isLate()); round++) {
    const changed = columns.map((stops, column) => open[column] && exchangeWithin(stops));
    open = changed.map((_, column) => Boolean(changed[column] || changed[column - 1] || changed[column + 1]));
  }
}

function exchangeWithin(stops) {
  let hasChanged = false;
  for (let i = 0; i + 1 < stops.length; i++) {
    const [above, below] = [stops[i], stops[i + 1]];
    if (savedByExchange(above.before, below.before, "from") + savedByExchange(above.after, below.after, "to") <= 0) continue;
    [stops[i], stops[i + 1]] = [below, above];
    [below.place, above.place] = [i, i + 1];
    hasChanged = true;
  }
  return hasChanged;
}

// How many fewer edges cross at one side, where `upper` are the links of the upper one of two stops, if they change places.
function savedByExchange(upper, lower, end) {
  let saved = 0;
  for (const a of upper) {
    const place = a[end].place;
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
 *
 * @param {readonly Stop[][]} columns
 * @returns {number}
 */
export function countCrossings(columns) {
  let count = 0;
  for (let column = 0; column + 1 < columns.length; column++) {
    const size = columns[column + 1].length,
      sums = new Int32Array(2 * size); // of the edges that end there: of each place, and of each pair of parts
    let all = 0;
    for (const stop of columns[column]) {
      for (const {to, edges} of stop.after) {
        let above = 0;
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
