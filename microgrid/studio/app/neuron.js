// A neuron that is opened: its products and its sum, as a table.

// Opens a neuron, or closes the one that is open; the place in the cycle stays the same.
function openNeuron(card) {
  const current = state.steps[state.position - 1];
  setSteps(new Set(card ? [card.i] : []));
  if (current) state.wanted = state.position = samePlace(current, state.steps);
  const panel = $("inside");
  panel.hidden = !card;
  if (card) buildInside(card);
  if (!asking()) buildWhatIf();
  fitGraph();
  if (card) follow({card});
}

// Finds the position of a step in another list of steps: of itself or, failing that, of the last of its card's.
function samePlace(step, steps) {
  const alike = (other) => other.phase === step.phase && other.card === step.card;
  const exact = steps.findIndex(
    (other) => alike(other) && ["kind", "edge", "node", "position", "group"].every((key) => other[key] === step[key]),
  );
  const found = exact >= 0 ? exact : steps.findLastIndex(alike);
  return found >= 0
    ? found + 1
    : steps.filter((other) => PHASES.indexOf(other.phase) <= PHASES.indexOf(step.phase)).length;
}

let cells = [];

// Makes a cell of the table; `where` tells `showInside` what is to be written into it.
function cell(kinds, ...where) {
  const element = make("td", {class: kinds});
  cells.push({element, where});
  return element;
}

// Where the table has no room for columns, as on a phone, a cell says itself what it is.
function named(element, name) {
  if (name) element.dataset.name = name;
  return element;
}

function quiet(text) {
  return make("td", {class: "quiet"}, text);
}

// The row of a weight: its number, its input, their product, and what is handed to both.
function termRow(card, weight, input, product, dW, dx) {
  const given =
    input === null
      ? [quiet(""), quiet(""), quiet("")]
      : [quiet(`× ${sentences.nameOf(input, numbers.values)}`), cell("number", "value", input), quiet("=")];
  const last = dx ? cell("number grad", "share", ...dx) : quiet("");
  const after = named(cell("number", "new", weight), say("part.after"));
  return make(
    "tr",
    {},
    make("th", {scope: "row"}, shortName(weight, card)),
    cell("number", "value", weight),
    ...given,
    cell("number", ...product),
    named(cell("number grad", "share", ...dW), input === null ? "db" : "dW"),
    named(last, dx && "dx"),
    after,
  );
}

function termRows(card, total) {
  const {op, operands} = graph.nodes[total];
  if (op === "total") return operands.map((operand, position) => spelledOutRow(card, total, operand, position));
  const rows = [];
  for (let k = 0; k + 1 < operands.length; k += 2) {
    rows.push(termRow(card, operands[k], operands[k + 1], ["product", total, k / 2], [total, k], [total, k + 1]));
  }
  const last = operands.length - 1;
  return [...rows, termRow(card, operands[last], null, ["value", operands[last]], [total, last], null)];
}

function spelledOutRow(card, total, operand, position) {
  const {op, operands} = graph.nodes[operand];
  if (op !== "*" || !card.inside.includes(operand))
    return termRow(card, operand, null, ["value", operand], [total, position], null);
  return termRow(card, operands[0], operands[1], ["value", operand], [operand, 0], [operand, 1]);
}

function buildInside(card) {
  const panel = $("inside"),
    {nodes} = graph;
  cells = [];
  const total = sumInside(graph, card);
  const outputs = card.inside
    .filter((i) => i >= total)
    .map((i) =>
      make(
        "tr",
        {class: "total"},
        make("th", {scope: "row", colspan: "5"}, i === total ? "Σ w·x + b" : nodes[i].operation.symbol),
        cell("number", "value", i),
        named(cell("number grad", "grad", i), word("grad")),
        quiet(""),
        quiet(""),
      ),
    );
  const names = [
    say("inside.weight"),
    word("value"),
    say("inside.input"),
    word("value"),
    "",
    word("op.*"),
    "dW, db",
    "dx",
    say("part.after"),
  ];
  const heading = make("tr", {}, ...names.map((name) => make("th", {scope: "col"}, name)));
  const close = make("button", {class: "close", "aria-label": say("close"), onclick: () => closeNeuron()}, "✕");
  const steps = say("inside.steps", {count: state.steps.length, closed: closedSteps.length});
  panel.replaceChildren(
    make("h2", {}, make("span", {}, `${card.node.name} `, make("small", {class: "hint"}, steps)), close),
    make("table", {}, make("thead", {}, heading), make("tbody", {}, ...termRows(card, total), ...outputs)),
  );
  panel.setAttribute("aria-label", card.node.name);
}

function closeNeuron() {
  const [card] = state.opened;
  openNeuron(null);
  if (state.selected === graph.cards[card]) state.selected = null;
  refreshPanel();
  showAll();
  graph.cards[card].drawn.group.focus();
}

function shortName(i, card) {
  const {name} = graph.nodes[i],
    start = `${card.node.shownLabel}.`;
  return name.startsWith(start) ? name.slice(start.length) : name;
}

// Returns the text of a cell at a step, its sign where it is a gradient, and whether it is this step's.
function contentOf([kind, node, k], view) {
  const {current} = view,
    {nodes} = graph;
  if (kind === "value") {
    const value = view.values.get(node);
    return [
      value === undefined ? "" : shown(show(value)),
      "",
      current?.kind === "value" && current.node === node,
    ];
  }
  if (kind === "new")
    return [
      view.changed.has(node) ? shown(show(view.changed.get(node))) : "",
      "",
      current?.kind === "change" && current.node === node,
    ];
  if (kind === "product") {
    const {operands} = nodes[node],
      known = view.products.has(`${node}.${k}`) || view.values.has(node);
    const product = numbers.values[operands[2 * k]] * numbers.values[operands[2 * k + 1]];
    return [
      known ? shown(show(product)) : "",
      "",
      current?.kind === "product" && current.node === node && current.group === k,
    ];
  }
  if (kind === "grad") {
    const gradient = view.gradients.get(node),
      taker = current?.kind === "share" ? nodes[current.node].operands[current.position] : -1;
    return [gradient === undefined ? "" : shown(show(gradient)), signOf(gradient ?? 0), taker === node];
  }
  if (!view.handed.has(`${node}.${k}`)) return ["", "zero", false];
  const share = numbers.gradients[node] * numbers.locals[node][k];
  return [shown(show(share)), signOf(share), current?.kind === "share" && current.node === node && current.position === k];
}

function showInside(view) {
  if (!state.opened.size) return;
  for (const {element, where} of cells) {
    const [text, sign, isNow] = contentOf(where, view);
    write(element, text);
    const kind = {grad: ` grad ${sign}`, share: ` grad ${sign}`, new: " new"}[where[0]] ?? "";
    mark(element, `number${kind}${isNow ? " now" : ""}`);
    if (isNow) element.scrollIntoView({block: "nearest", inline: "nearest"});
  }
}
