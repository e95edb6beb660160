// A neuron that is opened: its products and its sum, as a table.

// Opens a neuron, or closes the one that is open; the place in the cycle stays the same.
function openNeuron(card) {
  const current = state.steps[state.position - 1];
  state.opened = new Set(card ? [card.i] : []);
  state.steps = stepsOf(graph, state.opened);
  if (current) {
    const alike = (step) => step.phase === current.phase && step.card === current.card;
    const exact = state.steps.findIndex((step) => alike(step) && step.kind === current.kind && step.edge === current.edge && step.node === current.node && step.position === current.position && step.group === current.group);
    state.position = (exact >= 0 ? exact : state.steps.findLastIndex(alike)) + 1 || phaseEnd(current.phase);
  }
  const panel = $("inside");
  panel.hidden = !card;
  if (card) buildInside(card);
  if (!state.quiz) buildWhatIf();
}

let cells = [];

function buildInside(card) {
  const panel = $("inside"), {nodes} = graph;
  cells = [];
  const cell = (text, kinds = "", ...where) => {
    const element = make("td", {class: kinds}, text);
    if (where.length) cells.push({element, where});
    return element;
  };
  const heading = (...names) => make("tr", {}, ...names.map((name) => make("th", {scope: "col"}, name)));
  const total = card.inside.find((i) => ["weighted_sum", "total"].includes(nodes[i].op)), sum = nodes[total];
  const body = [];
  const terms = sum.op === "weighted_sum" ? sum.operands.length - 1 : 0;
  for (let k = 0; k < terms; k += 2) {
    const [w, x] = [sum.operands[k], sum.operands[k + 1]];
    body.push(make("tr", {}, make("th", {scope: "row"}, shortName(w, card)), cell("", "number", "value", w), cell(`× ${nodes[x].name}`, "quiet"), cell("", "number", "value", x),
      cell("=", "quiet"), cell("", "number", "product", total, k / 2), cell("", "number grad", "grad", w), cell("", "number grad", "share", total, k + 1)));
  }
  if (sum.op === "total") {
    sum.operands.forEach((operand, position) => {
      const product = nodes[operand];
      const [w, x] = product.op === "*" ? product.operands : [operand, null];
      body.push(make("tr", {}, make("th", {scope: "row"}, shortName(w, card)), cell("", "number", "value", w), cell(x === null ? "" : `× ${nodes[x].name}`, "quiet"), x === null ? cell("") : cell("", "number", "value", x),
        cell(x === null ? "" : "=", "quiet"), cell("", "number", "value", operand), cell("", "number grad", "grad", w), x === null ? cell("") : cell("", "number grad", "share", operand, 1)));
    });
  } else {
    const b = sum.operands.at(-1);
    body.push(make("tr", {}, make("th", {scope: "row"}, shortName(b, card)), cell("", "number", "value", b), cell(""), cell(""), cell(""), cell("", "number", "value", b), cell("", "number grad", "grad", b), cell("")));
  }
  const outputs = [...card.inside].filter((i) => i >= total).map((i) => make("tr", {class: "total"},
    make("th", {scope: "row", colspan: "5"}, i === total ? `Σ w·x + b` : nodes[i].operation.symbol), cell("", "number", "value", i), cell("", "number grad", "grad", i), cell("")));
  const close = make("button", {class: "close", "aria-label": say("close"), onclick: () => select(card)}, "✕");
  panel.replaceChildren(make("h2", {}, card.node.name, close), make("table", {}, make("thead", {}, heading(say("inside.weight"), say("value"), say("inside.input"), say("value"), "", say("inside.product"), "dW, db", "dx")), make("tbody", {}, ...body, ...outputs)));
  panel.setAttribute("aria-label", card.node.name);
  const [x] = card.drawn.group.getAttribute("transform").match(/[\d.]+/g).map(Number);
  panel.classList.toggle("left", x > pictureWidth / 2);
}

function shortName(i, card) {
  const {name} = graph.nodes[i], start = `${card.node.name}.`;
  return name.startsWith(start) ? name.slice(start.length) : name;
}

function showInside(view) {
  if (!state.opened.size) return;
  const [card] = state.opened, {current} = view;
  const handed = new Set(state.steps.slice(0, state.position).filter((step) => step.kind === "share" && step.card.i === card).map((step) => `${step.node}.${step.position}`));
  for (const {element, where: [kind, node, k]} of cells) {
    let text = "", sign = "", now = false;
    if (kind === "value") {
      text = view.values.has(node) ? show(view.values.get(node)) : "";
      now = current && ["value", "change"].includes(current.kind) && current.node === node;
    } else if (kind === "product") {
      const {operands} = graph.nodes[node], known = view.products.has(`${node}.${k}`) || view.values.has(node);
      text = known ? show(numbers.values[operands[2 * k]] * numbers.values[operands[2 * k + 1]]) : "";
      now = current?.kind === "product" && current.node === node && current.group === k;
    } else if (kind === "grad") {
      const gradient = view.gradients.get(node);
      [text, sign] = gradient === undefined ? ["", ""] : [show(gradient), signOf(gradient)];
      now = current?.kind === "share" && graph.nodes[current.node].operands[current.position] === node && current.card.i === card;
    } else if (handed.has(`${node}.${k}`)) {
      const share = numbers.gradients[node] * numbers.locals[node][k];
      [text, sign] = [show(share), signOf(share)];
      now = current?.kind === "share" && current.node === node && current.position === k;
    }
    write(element, text);
    for (const name of ["positive", "negative", "zero"]) element.classList.toggle(name, name === sign);
    element.classList.toggle("now", Boolean(now));
    if (now) element.scrollIntoView({block: "nearest", inline: "nearest"});
  }
}
