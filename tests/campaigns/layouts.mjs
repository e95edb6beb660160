// Lays out the graphs of a file that layouts.py has written, and compares the drawings with those of Graphviz.

import {readFileSync} from "node:fs";
import {argv, cpuUsage, exit} from "node:process";
import {layOut} from "../../microgrid/studio/app/core/layout.js";
import {pointOnCurve} from "../../microgrid/studio/app/core/routing.js";

const MAX_MEDIAN = 1.2,
  MAX_RATIO = 1.5,
  FEW_CROSSINGS = 3; // more than Graphviz's are no matter where there are few
const RUNS = 3; // of which the fastest counts
const SAMPLES = 10; // of each piece of a curve

function compared({name, cards, edges, options, graphviz}) {
  let layout = null,
    milliseconds = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = cpuUsage().user; // other programs on this machine do not count
    layout = layOut(cards, edges, {...options, budgetMs: Infinity});
    milliseconds = Math.min(milliseconds, (cpuUsage().user - start) / 1000);
  }
  return {
    name,
    cards: cards.length,
    milliseconds,
    crossings: [countedCrossings(layout), countedCrossings(graphviz)],
    width: [layout.width, graphviz.width],
    height: [layout.height, graphviz.height],
    length: [lengthOf(layout), lengthOf(graphviz)],
    covered: [coveredLabels(layout, options), coveredLabels(graphviz, options)],
  };
}

// --- measures --------------------------------------------------------------------------------------------------------

function pathOf({curve, tips}) {
  const path = [tips[0], curve[0]];
  for (let piece = 0; 3 * piece + 3 < curve.length; piece++) {
    for (let i = 1; i <= SAMPLES; i++) path.push(pointOnCurve(curve, piece, i / SAMPLES));
  }
  return [...path, tips[1]];
}

function lengthOf({lines}) {
  return lines.map(pathOf).reduce((sum, path) => {
    for (let i = 1; i < path.length; i++) sum += Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]);
    return sum;
  }, 0);
}

// Counts where two curves cross, in cells of the sheet that both touch.
function countedCrossings({lines}) {
  const cells = new Map(),
    size = 60;
  let count = 0;
  lines.forEach((line, n) => {
    const path = pathOf(line);
    for (let i = 1; i < path.length; i++) {
      const part = {n, a: path[i - 1], b: path[i]};
      const met = new Set();
      for (let x = cell(part, 0, Math.min); x <= cell(part, 0, Math.max); x++) {
        for (let y = cell(part, 1, Math.min); y <= cell(part, 1, Math.max); y++) {
          const key = x * 100_000 + y;
          if (!cells.has(key)) cells.set(key, []);
          for (const other of cells.get(key)) if (other.n !== n) met.add(other);
          cells.get(key).push(part);
        }
      }
      for (const other of met) if (cross(part, other)) count++;
    }
  });
  return count;

  function cell({a, b}, axis, choose) {
    return Math.floor(choose(a[axis], b[axis]) / size);
  }
}

function cross(one, other) {
  const side = ([ax, ay], [bx, by], [x, y]) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
  return (
    side(one.a, one.b, other.a) * side(one.a, one.b, other.b) < 0 &&
    side(other.a, other.b, one.a) * side(other.a, other.b, one.b) < 0
  );
}

// Counts the numbers that lie on a card or on other numbers.
function coveredLabels({boxes, lines}, {labelSize = [66, 34]}) {
  const labels = lines.flatMap(({label}) => (label ? [around(label, labelSize)] : []));
  const others = [...boxes.map(({x, y, width, height}) => [x, y, x + width, y + height]), ...labels];
  return labels.filter((label) => others.some((other) => other !== label && overlap(label, other))).length;
}

const around = ([x, y], [width, height]) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
const overlap = (a, b) => a[0] < b[2] - 1 && b[0] < a[2] - 1 && a[1] < b[3] - 1 && b[1] < a[3] - 1;

// --- the report ------------------------------------------------------------------------------------------------------

function ratio([ours, graphviz]) {
  return (ours + 1e-9) / (graphviz + 1e-9);
}

function report({name, cards, milliseconds, length, covered, ...sides}) {
  const beside = (key) => `${key} ${sides[key].join("/")} (${ratio(sides[key]).toFixed(2)})`;
  const facts = ["crossings", "width", "height"].map(beside).join(", "),
    rest = `length ${ratio(length).toFixed(2)}, covered ${covered.join("/")}`;
  console.log(`${name}: ${cards} cards, ${milliseconds.toFixed(0)} ms, ${facts}, ${rest}`);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

// Prints the medians and the worst, and returns how many limits are missed.
function summary(all) {
  let misses = 0;
  for (const measure of ["crossings", "width", "height", "length"]) {
    const isFew = ({crossings: [ours, graphviz]}) => measure === "crossings" && ours <= graphviz + FEW_CROSSINGS;
    const measured = all.filter(({crossings}) => measure !== "crossings" || crossings[1] > 0),
      middle = median(measured.map((result) => ratio(result[measure])));
    const worst = all.filter((result) => !isFew(result)).sort((a, b) => ratio(b[measure]) - ratio(a[measure])),
      beyond = worst.filter((result) => ratio(result[measure]) > MAX_RATIO);
    const named = worst.slice(0, 3).map((result) => `${ratio(result[measure]).toFixed(2)} (${result.name})`);
    const counted = `beyond ${MAX_RATIO}: ${beyond.length}`;
    console.log(`${measure}: median ${middle.toFixed(2)}, ${counted}; worst ${named.join(", ")}`);
    if (measure !== "length" && (middle > MAX_MEDIAN || beyond.length)) misses++;
  }
  const total = (key, i) => all.reduce((sum, result) => sum + result[key][i], 0);
  for (const key of ["crossings", "covered"]) {
    console.log(`${key} of all graphs: ${total(key, 0)}, Graphviz ${total(key, 1)}`);
  }
  for (const [least, most] of [[1, 20], [21, 45], [46, 65], [66, 120], [121, 200], [201, 280], [281, 1000]]) {
    const times = all.filter(({cards}) => cards >= least && cards <= most).map(({milliseconds}) => milliseconds);
    const [middle, longest] = [median(times), Math.max(...times)].map((time) => `${time.toFixed(1)} ms`);
    console.log(`${least} to ${most} cards: ${times.length} graphs, median ${middle}, longest ${longest}`);
  }
  return misses;
}

const cases = JSON.parse(readFileSync(argv[2], "utf-8"));
for (const item of cases.slice(0, 20)) layOut(item.cards, item.edges, item.options); // until the program is compiled
const results = cases.map(compared);
if (argv.includes("--all")) results.forEach(report);
exit(summary(results) ? 1 : 0);
