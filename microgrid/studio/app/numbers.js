// The numbers of a relay, computed from its leaves: forward, backward, the steps of one cycle, and the routes of
// responsibility. Nothing here knows the screen. FORMULAS, NON_NEGATIVE and SIGN_PRESERVING come from Python.

const {exp, log, log1p, sqrt, tanh, sin, cos, abs} = Math;
const where = (condition, x, y) => (condition ? x : y);
// In Python 1 to any power is 1, and so is −1 to an infinite one.
const power = (a, b) => (a === 1 || (a === -1 && abs(b) === Infinity) ? 1 : a ** b);

const KINDS = ["constant", "input", "parameter", "computed"];
const SATURATED = 0.01;
const PREDICTION_ROUNDING = 1e-14; // as in Python: what is smaller than this beside the loss is no prediction

function readGraph(data) {
  const number = (x) => (typeof x === "string" ? Number(x) : x); // "NaN", "Infinity"
  const nodes = data.nodes.map(([label, nth, kind, op, operands, value, formula], i) => ({
    label,
    nth,
    kind: KINDS[kind],
    op,
    operands,
    data: number(value),
    formula, // what it is made of, where it has no label and that is short
    shownLabel: label,
    name: nameOf(label, nth, formula, i),
  }));
  const rows = new Map(data.rows.flatMap((row) => row.map((i) => [i, row])));
  const operations = {};
  for (const [op, [symbol, operands, shown, slopes, summed, last]] of Object.entries(data.operations)) {
    operations[op] = {symbol, operands, shown, slopes, summed, last};
  }
  for (const node of nodes) node.operation = operations[node.op];
  const cards = data.cards.map(([output, inside, weights, biases], i) => ({
    i,
    output,
    inside,
    weights,
    biases,
    id: `n${output}`,
    node: nodes[output],
    edges: [],
    parameters: [...weights, ...biases],
    isNeuron: inside.length > 1 || weights.length + biases.length > 0,
  }));
  const cardOf = new Map(cards.flatMap((card) => card.inside.map((node) => [node, card])));
  const edges = data.edges.map(([operand, result, handovers], i) => {
    const edge = {i, operand: cards[operand], result: cards[result], handovers};
    edge.result.edges.push(edge);
    return edge;
  });
  return {nodes, rows, cards, cardOf, edges, parameters: data.parameters, loss: nodes.length - 1};
}

function nameOf(label, nth, formula, i) {
  return isolated(label + (nth ? ` #${nth}` : "")) || formula || `n${i}`;
}

// Calls the nodes by their labels in another language, where the program has given them.
function relabel(graph, labels) {
  for (const [i, node] of graph.nodes.entries()) {
    node.shownLabel = labels[node.label] ?? node.label;
    node.name = nameOf(node.shownLabel, node.nth, node.formula, i);
  }
}

// Isolates right-to-left text: else a number beside it would change sides.
function isolated(text) {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/.test(text) ? `\u2068${text}\u2069` : text;
}

// --- forward and backward --------------------------------------------------------------------------------------------

function valueOf(node, numbers) {
  const {operation} = node,
    {value} = FORMULAS[node.op];
  if (!operation.summed) return value(...numbers);
  const size = operation.operands.length,
    end = numbers.length - (operation.last ? 1 : 0);
  let sum = 0;
  for (let i = 0; i < end; i += size) sum += size === 1 ? value(numbers[i]) : value(numbers[i], numbers[i + 1]);
  return operation.last ? sum + numbers[end] : sum;
}

function localDerivativesOf(node, numbers, out) {
  const {operation} = node,
    {localDerivatives} = FORMULAS[node.op];
  if (!operation.summed) return localDerivatives.map((derivative) => derivative(...numbers, out));
  const size = operation.operands.length,
    end = numbers.length - (operation.last ? 1 : 0);
  const found = [];
  for (let i = 0; i < end; i += size) {
    for (const derivative of localDerivatives)
      found.push(size === 1 ? derivative(numbers[i], out) : derivative(numbers[i], numbers[i + 1], out));
  }
  return operation.last ? [...found, 1] : found;
}

// Tells whether mathematics gives no number here: there Python raises an error, and JavaScript goes on with NaN or ∞.
function isMissing(op, numbers, out) {
  const [a, b] = numbers;
  switch (op) {
    case "/":
      return b === 0;
    case "log":
      return a <= 0;
    case "sqrt":
      return a < 0;
    case "sin":
    case "cos":
      return abs(a) === Infinity;
    case "exp":
      return out === Infinity && a < Infinity;
    case "**":
      return (a < 0 && !Number.isInteger(b)) || (abs(out) === Infinity && numbers.every(Number.isFinite));
    default:
      return false;
  }
}

// Tells whether what is missing is a number that mathematics gives, but that is too large.
function isTooLarge(op, [a, b]) {
  return op === "exp" || (op === "**" && a !== 0 && (a > 0 || Number.isInteger(b)) && abs(a ** b) === Infinity);
}

// The same for the slope: of a power whose base is negative and whose exponent may change; of √ at 0, and of a power such
// as 0^0.5, where it is infinite, or too large. A constant needs no slope.
function isSlopeMissing(op, numbers, constants) {
  if (op === "**" && numbers[0] < 0 && !constants[1]) return true;
  return !constants[0] && isFirstSlopeInfinite(op, numbers);
}

function isFirstSlopeInfinite(op, [a, b]) {
  if (op === "sqrt") return a === 0;
  return op === "**" && b !== 0 && Number.isFinite(a) && Number.isFinite(b) && abs(a ** (b - 1)) === Infinity;
}

// Computes all values and local derivatives. `missing` is the first node that has no value or, unless only values are
// asked for, no slope; else −1.
function forward(graph, leaves, onlyValues = false) {
  const values = [],
    locals = [];
  for (const [i, node] of graph.nodes.entries()) {
    if (!node.op) {
      values.push(leaves.has(i) ? leaves.get(i) : node.data);
      locals.push([]);
      continue;
    }
    const numbers = node.operands.map((operand) => values[operand]);
    const out = valueOf(node, numbers),
      constants = node.operands.map((operand) => graph.nodes[operand].kind === "constant");
    if (isMissing(node.op, numbers, out) || (!onlyValues && isSlopeMissing(node.op, numbers, constants))) {
      return {values, locals, missing: i, numbers};
    }
    values.push(out);
    locals.push(localDerivativesOf(node, numbers, out));
    if (constants[0] && isFirstSlopeInfinite(node.op, numbers)) locals.at(-1)[0] = 0; // as in Python
  }
  return {values, locals, missing: -1};
}

function backward(graph, locals) {
  const gradients = graph.nodes.map(() => 0);
  gradients[graph.loss] = 1;
  for (let i = graph.loss; i >= 0; i--) {
    graph.nodes[i].operands.forEach((operand, position) => {
      gradients[operand] += gradients[i] * locals[i][position];
    });
  }
  return gradients;
}

// Finds the sum inside a neuron: Σ w·x + b.
function sumInside(graph, card) {
  return card.inside.find((i) => ["weighted_sum", "total"].includes(graph.nodes[i].op));
}

// The derivative of a card's output with respect to each value inside it.
function derivativesWithin(graph, card, locals) {
  const within = new Map(card.inside.map((node) => [node, 0]));
  within.set(card.output, 1);
  for (const i of [...card.inside].reverse()) {
    graph.nodes[i].operands.forEach((operand, position) => {
      if (within.has(operand)) within.set(operand, within.get(operand) + within.get(i) * locals[i][position]);
    });
  }
  return within;
}

// One cycle at these leaves: values, gradients, what every edge carries, and what comes after the change.
function cycle(graph, leaves, learningRate) {
  const {values, locals, missing, numbers} = forward(graph, leaves);
  if (missing >= 0) return {values, missing, numbers};
  const gradients = backward(graph, locals);
  const carried = graph.edges.map((edge) => ({local: 0, share: 0}));
  for (const card of graph.cards) {
    const within = derivativesWithin(graph, card, locals);
    for (const edge of card.edges) {
      for (const [node, position] of edge.handovers) {
        carried[edge.i].local += within.get(node) * locals[node][position];
        carried[edge.i].share += gradients[node] * locals[node][position];
      }
    }
  }
  const changed = new Map(leaves);
  for (const i of graph.parameters) changed.set(i, values[i] - learningRate * gradients[i]);
  return {
    values,
    locals,
    missing,
    gradients,
    carried,
    changed,
    learningRate,
    outcome: outcomeOf(graph, values, gradients, changed),
  };
}

function outcomeOf(graph, values, gradients, changed) {
  const before = values[graph.loss];
  const moved = graph.parameters.reduce((sum, i) => sum + gradients[i] * (changed.get(i) - values[i]), before);
  const predicted = abs(moved) < PREDICTION_ROUNDING * abs(before) ? 0 : moved;
  const after = forward(graph, changed, true);
  return {
    before,
    predicted,
    isImpossible: predicted < 0 && outputIsNonNegative(graph, values),
    after: after.missing < 0 ? after.values[graph.loss] : NaN,
    again: after,
  };
}

// Tells whether the output cannot be negative, whatever the parameters are, as Python's graph/bounds.py does.
function outputIsNonNegative(graph, values) {
  const changing = new Set(graph.parameters), // grows by what depends on them
    nonNegative = new Set();
  for (const [i, {operands}] of graph.nodes.entries()) {
    if (operands.some((operand) => changing.has(operand))) changing.add(i);
    if (changing.has(i) ? isNonNegative(graph, i, values, nonNegative) : values[i] >= 0) nonNegative.add(i);
  }
  return nonNegative.has(graph.loss);
}

function isNonNegative(graph, i, values, nonNegative) {
  const {op, operands} = graph.nodes[i],
    [a, b] = operands;
  if (NON_NEGATIVE.includes(op)) return true;
  if (op === "**" && graph.nodes[b].kind === "constant" && values[b] % 2 === 0) return true; // an even power
  if (op === "*" && a === b) return true;
  if (op === "-") return isCrossEntropy(graph, a, b, nonNegative);
  if (op === "maximum") return operands.some((operand) => nonNegative.has(operand));
  return SIGN_PRESERVING.includes(op) && operands.every((operand) => nonNegative.has(operand));
}

// Tells whether a − z is log(… + exp(z) + …) − z, where no other term is negative.
function isCrossEntropy({nodes}, a, z, nonNegative) {
  if (nodes[a].op !== "log") return false;
  const {op, operands} = nodes[nodes[a].operands[0]];
  return (
    (op === "+" || op === "total") &&
    operands.every((term) => nonNegative.has(term)) &&
    operands.some((term) => nodes[term].op === "exp" && nodes[term].operands[0] === z)
  );
}

// Returns the status of an activation. A relu is dead if it is at 0 for every row, and off if it is at 0 for this one; one row
// does not tell whether a neuron of a network is dead.
function remarkOn(graph, {locals}, i) {
  const {op} = graph.nodes[i],
    slope = locals[i][0];
  if (op === "tanh" || op === "sigmoid") return abs(slope) < SATURATED ? "saturated" : "";
  if (op !== "relu" || slope !== 0) return "";
  const rows = graph.rows.get(i);
  return rows && (rows.length === 1 || rows.some((row) => locals[row][0] !== 0)) ? "off" : "dead";
}

// --- the steps of one cycle ------------------------------------------------------------------------------------------

// Lists the steps; a neuron is one step in Know and one in Change, unless it is among the `opened` cards.
function stepsOf(graph, opened) {
  return [...knowSteps(graph, opened), ...thinkSteps(graph, opened), ...changeSteps(graph, opened)];
}

function* knowSteps(graph, opened) {
  for (const card of graph.cards) {
    if (!card.node.op) continue;
    if (opened.has(card.i)) yield* card.inside.flatMap((node) => knowInside(graph, card, node));
    else if (card.isNeuron) yield {phase: "know", kind: "neuron", card};
    else yield {phase: "know", kind: "value", card, node: card.output};
  }
}

function knowInside(graph, card, node) {
  const {op, operands, operation} = graph.nodes[node],
    steps = [];
  const groups = op === "weighted_sum" ? (operands.length - 1) / 2 : 0;
  for (let group = 0; group < groups; group++)
    steps.push({phase: "know", kind: "product", card, node, group, operation});
  return [...steps, {phase: "know", kind: "value", card, node}];
}

function* thinkSteps(graph, opened) {
  yield {phase: "think", kind: "seed", card: graph.cards.at(-1), node: graph.loss};
  for (const card of [...graph.cards].reverse()) {
    if (opened.has(card.i)) {
      yield* sharesInside(graph, card);
      continue;
    }
    for (const edge of card.edges) {
      const [[node, position]] = edge.handovers;
      if (edge.operand.node.kind === "constant") continue;
      if (card.inside.length === 1 && edge.handovers.length === 1)
        yield {phase: "think", kind: "share", card, edge, node, position};
      else yield {phase: "think", kind: "edge", card, edge};
    }
    if (card.parameters.length) yield {phase: "think", kind: "keep", card};
  }
}

// Every single share of an opened neuron: to its weights, to its bias, from its activation to its sum, and to its inputs.
function* sharesInside(graph, card) {
  const edgeOf = new Map(card.edges.flatMap((edge) => edge.handovers.map((handover) => [handover.join(), edge])));
  for (const node of [...card.inside].reverse()) {
    for (const [position, operand] of graph.nodes[node].operands.entries()) {
      if (graph.nodes[operand].kind === "constant") continue;
      yield {phase: "think", kind: "share", card, edge: edgeOf.get([node, position].join()), node, position};
    }
  }
}

function* changeSteps(graph, opened) {
  const told = new Set(),
    changing = new Set(graph.parameters);
  for (const card of graph.cards) {
    const own = (card.node.op ? card.parameters : [card.output]).filter((i) => changing.has(i) && !told.has(i));
    own.forEach((i) => told.add(i));
    if (own.length === 0) continue;
    if (card.isNeuron && !opened.has(card.i)) yield {phase: "change", kind: "changes", card, parameters: own};
    else yield* own.map((node) => ({phase: "change", kind: "change", card, node}));
  }
}

// --- the routes of responsibility ------------------------------------------------------------------------------------

// The largest routes from the loss to a node, best first: what a route can still be worth is known before it is walked.
// A route on which a local derivative is 0 brings nothing: it is counted apart, and not listed.
function largestRoutes(graph, numbers, target, limit) {
  const size = (x) => (Number.isNaN(x) ? Infinity : abs(x));
  const promise = new Map([[target, 1]]),
    count = new Map([[target, 1]]),
    every = new Map([[target, 1]]);
  const sum = (counts, operands) => operands.reduce((found, operand) => found + counts.get(operand), 0);
  for (const [i, node] of graph.nodes.entries()) {
    const leading = node.operands.filter((operand) => every.has(operand));
    if (leading.length) every.set(i, sum(every, leading));
    const locals = numbers.locals[i],
      bringing = [...node.operands.entries()].filter(([k, operand]) => promise.has(operand) && locals[k] !== 0);
    if (bringing.length === 0) continue;
    promise.set(i, Math.max(...bringing.map(([k, operand]) => size(locals[k]) * promise.get(operand))));
    count.set(
      i,
      sum(
        count,
        bringing.map(([, operand]) => operand),
      ),
    );
  }
  const waiting = promise.has(graph.loss)
    ? [{worth: promise.get(graph.loss), product: 1, nodes: [graph.loss], locals: []}]
    : [];
  const routes = [];
  while (waiting.length > 0 && routes.length < limit) {
    let best = waiting.length - 1; // of equal promises the newest goes first
    for (let i = best; i >= 0; i--) if (waiting[i].worth > waiting[best].worth) best = i;
    const [route] = waiting.splice(best, 1),
      last = route.nodes.at(-1);
    if (last === target) {
      routes.push(route);
      continue;
    }
    for (const [position, operand] of [...graph.nodes[last].operands.entries()].reverse()) {
      const local = numbers.locals[last][position];
      if (!promise.has(operand) || local === 0) continue;
      const product = route.product * local,
        worth = size(product) * promise.get(operand);
      waiting.push({worth, product, nodes: [...route.nodes, operand], locals: [...route.locals, local]});
    }
  }
  const total = count.get(graph.loss) ?? 0,
    gradient = numbers.gradients[target];
  const remainder = routes.length < total ? routes.reduce((rest, route) => rest - route.product, gradient) : 0;
  return {routes, count: total, blocked: (every.get(graph.loss) ?? 0) - total, remainder, gradient};
}
