// The neuron, weight or input that is picked in a network, opened: the products that make its sum and the shares that it
// hands back; of all rows, what each adds, so that one sees why the gradient of a weight is a sum.

import {ACTIVATIONS, biasPosition, weightPosition} from "../core/network_layers.js";
import {gradientsOfValues, lossTermsAt, openedNeuron, rowsShown, sharesByRow, valuesOfLayer} from "../core/network_parts.js";
import {moveAsShown} from "../core/network_sentences.js";
import {bracketed, show, showApart, signOf} from "../core/numerals.js";
import {asShown, equalsOfProduct, equalsOfUpdate} from "../core/rounding.js";
import {byId, closeButton, createWatch, make, mark, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../derive/network.js").NetworkShown} NetworkShown */
/** @typedef {import("../derive/network.js").Picked} Picked */

/** @typedef {{text: string, kind?: string}} Cell a kind is a class: "positive", "negative", "zero", "new" */
/** @typedef {{name: string, cells: Cell[], kind?: string, part?: Picked, row?: number, isWhole?: boolean, less?: number[]}} Line `part` or `row` is picked by its name; a whole one is its name, with no cells */
/** @typedef {{title: string, told: string, heads: string[], headRows?: number[], lines: Line[], less?: number[]}} Opened `headRows`: those of the columns after the first; `less`: the columns that a phone leaves out, of a line or of all */

const MAX_COLUMNS = 4; // of numbers on a phone; a table of more scrolls
const MAX_ROWS = 3; // of the data, before they are added up: as many as the formula of a sum writes out

/** @param {App} app */
export function createPart(app) {
  const panel = byId("part"),
    isNewTable = createWatch();
  /** @type {{told: Element, title: Element, table: Element, heads: HTMLElement[], headNames: Element[], names: Element[], lines: HTMLElement[], cells: HTMLElement[][]} | null} */
  let drawn = null;

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showPart(state, derived) {
    const {network: shown} = derived,
      opened = shown?.picked ? openedPart(shown, shown.picked, derived.words, state.learningRate) : null;
    panel.hidden = !opened;
    if (!opened) return void isNewTable(null);
    const {title, told, heads, lines, less = []} = opened,
      filled = columnsAndLinesFilled(opened),
      targets = JSON.stringify([opened.headRows, lines.map(({part, row, kind}) => [part ?? row, isTotal(kind)])]);
    if (isNewTable(derived.words, heads.length, lines.length, targets) || !drawn) fill(opened, derived.words);
    if (!drawn) return;
    write(drawn.title, title);
    const isWide = filled.columns.filter((isFilled, i) => isFilled && !less.includes(i)).length - 1 > MAX_COLUMNS;
    mark(drawn.table, isWide ? "wide" : less.length > 1 ? "crowded" : "");
    panel.setAttribute("aria-label", title);
    write(drawn.told, told);
    for (const [i, head] of heads.entries()) {
      write(drawn.headNames[i], head);
      mark(drawn.heads[i], less.includes(i) ? "less" : "");
      drawn.heads[i].hidden = !filled.columns[i];
    }
    for (const [i, {name, cells, kind, isWhole = false}] of lines.entries()) {
      write(drawn.names[i], name);
      mark(drawn.lines[i], kind ?? "");
      drawn.lines[i].querySelector("th")?.setAttribute("colspan", `${isWhole ? heads.length : 1}`);
      drawn.lines[i].hidden = !filled.lines[i];
      for (const [k, {text, kind: sort}] of cells.entries()) {
        const element = drawn.cells[i][k];
        write(element, text);
        mark(element, ["number", sort, less.includes(k + 1) && "less"].filter(Boolean).join(" "));
        element.hidden = isWhole || !filled.columns[k + 1];
        if (text) element.setAttribute("data-name", heads[k + 1]);
      }
    }
  }

  /**
   * @param {Opened} opened
   * @param {Words} words
   */
  function fill({heads, headRows = [], lines}, words) {
    const title = make("span"),
      told = make("p", {class: "told-of-part"}),
      headNames = heads.map((_, i) => nameOfLine({row: headRows[i - 1]})),
      headCells = headNames.map((name) => make("th", {scope: "col"}, name)),
      names = lines.map((line) => nameOfLine(line)),
      cells = lines.map((line) => line.cells.map(() => make("td"))),
      rows = lines.map((_, i) => make("tr", {}, make("th", {scope: "row"}, names[i]), ...cells[i]));
    const sums = rows.filter((_, i) => isTotal(lines[i].kind)), // they stay in sight
      terms = rows.filter((row) => !sums.includes(row)),
      table = make("table", {}, make("thead", {}, make("tr", {}, ...headCells)), make("tbody", {}, ...terms), make("tfoot", {}, ...sums)),
      close = closeButton(words, () => app.dispatch({type: "pickPart", part: null}));
    panel.replaceChildren(
      make("h2", {}, title, close),
      told,
      make("div", {class: "opened", role: "region", tabindex: 0, "aria-labelledby": "part-title"}, table),
    );
    title.id = "part-title";
    drawn = {title, told, table, heads: headCells, headNames, names, lines: rows, cells};
  }

  /** @param {{part?: Picked, row?: number}} line or column */
  function nameOfLine({part, row}) {
    if (part) return make("button", {class: "way", onclick: () => app.dispatch({type: "pickPart", part})});
    if (row !== undefined) return make("button", {class: "way", onclick: () => app.dispatch({type: "pickRow", row})});
    return make("span");
  }

  return {show: showPart};
}

/** @param {string} [kind] of a line */
function isTotal(kind = "") {
  return kind.startsWith("total");
}

/**
 * @param {Picked["kind"]} kind
 * @param {number} layer
 * @param {number} neuron
 * @param {number} [input]
 * @returns {Picked}
 */
function partOf(kind, layer, neuron, input) {
  return input === undefined ? {kind, layer, neuron} : {kind, layer, neuron, input};
}

/**
 * What stands in the panel, in words.
 * @param {NetworkShown} shown
 * @param {Picked} picked
 * @param {Words} words
 * @param {number} rate
 * @returns {Opened}
 */
export function openedPart(shown, picked, words, rate) {
  switch (picked.kind) {
    case "weight":
    case "bias":
      return openedWeight(shown, picked, words, rate);
    case "input":
      return openedInput(shown, picked, words);
    case "loss":
      return openedLoss(shown, words);
    default:
      return shown.seen.at < 0 ? neuronOfAllRows(shown, picked, words) : neuronOfRow(shown, picked, words);
  }
}

/**
 * Which columns and lines hold a number yet: the others are left out.
 * @param {Opened} opened
 */
export function columnsAndLinesFilled({heads, lines}) {
  return {
    columns: heads.map((_, i) => i === 0 || lines.some(({cells, isWhole}) => !isWhole && cells[i - 1].text)),
    lines: lines.map(({cells, isWhole}) => isWhole || cells.some(({text}) => text)),
  };
}

/** @param {Words} words */
function cellsIn(words) {
  const number = (/** @type {number} */ it, /** @type {boolean} */ isKnown = true) => ({text: isKnown ? words.typeset(show(it)) : ""}),
    signed = (/** @type {number} */ it, /** @type {boolean} */ isKnown = true) => ({...number(it, isKnown), kind: isKnown ? `grad ${signOf(it)}` : ""}),
    changed = (/** @type {number} */ it, /** @type {boolean} */ isKnown) => ({...number(it, isKnown), kind: "new"});
  return {number, signed, changed, none: {text: ""}};
}

/**
 * @param {NetworkShown} shown
 * @param {Picked} picked
 * @param {Words} words
 * @returns {Opened}
 */
function neuronOfRow(shown, picked, words) {
  const {network, known, names, after, gradients, sentences, spec} = shown,
    {pass, at, batch} = shown.seen,
    {layer, neuron} = picked,
    {number, signed, changed, none} = cellsIn(words),
    {terms, bias, sum, output, delta, upstream, slope, activation} = openedNeuron(network, pass, at, layer, neuron);
  const isSummed = known.layer >= layer,
    isBlamed = known.blame <= layer,
    isLinear = activation === "linear",
    isChance = sentences.givesChances(layer),
    heads = ["network.part.from", "inside.weight", "network.part.value", "network.part.product", "part.weight_share", "network.part.back", "part.gradient", "part.after"].map((key) => words.say(key));
  const updated = (/** @type {number} */ position) => [signed(gradients[position], known.isChanged), changed(after[position], known.isChanged)];
  const lines = terms.map(({input, position, weight, x, product, share, back}) => ({
    name: names.neuron(layer - 1, input),
    part: partOf("weight", layer, neuron, input),
    cells: [number(weight), number(x, known.layer >= layer - 1), number(product, isSummed), signed(share, isBlamed), signed(back, isBlamed && !known.isChanged), ...updated(position)],
  }));
  const ofBias = {
    name: words.word("demonstration.bias"),
    part: partOf("bias", layer, neuron),
    cells: [number(bias.value), none, number(bias.value, isSummed), signed(bias.share, isBlamed), none, ...updated(bias.position)],
  };
  // in Know what the products add up to; from Think on, with a gradient that is the total of no column
  const totalLine = (/** @type {string} */ name, /** @type {number} */ value, /** @type {number} */ gradient, /** @type {boolean} */ isBlamedHere) => ({
    name: isBlamedHere ? words.word("page.network.part.and_gradient", {name, value: show(value), gradient: show(gradient)}) : isBlamed ? `${name} = ${words.typeset(show(value))}` : name,
    kind: known.isChanged ? "total less" : "total",
    isWhole: isBlamedHere || isBlamed,
    cells: [none, none, number(value, isSummed), none, none, none, none],
  });
  const told = known.isChanged
    ? words.say(spec.momentum ? "network.part.told.changed.momentum" : "network.part.told.changed")
    : isBlamed
      ? isLinear
        ? words.say("network.part.told.output", {delta: show(delta)})
        : words.say("network.part.told.neuron", {upstream: show(upstream), slope: bracketed(show(slope)), equals: equalsOfProduct(upstream, slope, delta).trim(), delta: show(delta)})
      : isSummed
        ? words.joined(words.say("network.part.told.sum"), isChance && sentences.chanceOf(neuron, sum))
        : "";
  return {
    title: words.say("network.part.of_row", {name: names.neuron(layer, neuron), row: batch[at] + 1}),
    ...{told, heads, less: known.isChanged ? [2, 3] : isBlamed ? [3] : []},
    lines: [
      ...lines,
      ofBias,
      totalLine(words.word("op.+"), sum, delta, isBlamed),
      ...(isLinear ? [] : [totalLine(activationOf(activation, words), output, upstream, known.blame <= layer + 1)]),
      ...(isChance ? [totalLine(activationOf("sigmoid", words), ACTIVATIONS.sigmoid.value(sum), 0, false)] : []),
    ],
  };
}

/**
 * @param {string} activation
 * @param {Words} words
 */
function activationOf(activation, words) {
  return `${activation}(${words.word("op.+")})`;
}

/**
 * @param {NetworkShown} shown
 * @param {Picked} picked
 * @param {Words} words
 * @returns {Opened}
 */
function neuronOfAllRows(shown, picked, words) {
  const {network, pass, known, names, batch, sentences} = shown,
    {layer, neuron} = picked,
    {number, signed, none} = cellsIn(words),
    {inputs, activation} = network.layers[layer - 1],
    {sums, outputs} = pass.layers[layer - 1];
  const isSummed = known.layer >= layer,
    isBlamed = known.blame <= layer,
    isChance = sentences.givesChances(layer),
    byInput = [...Array.from({length: inputs}, (_, input) => input), -1].map((input) => sharesByRow(pass, layer, neuron, input)),
    rows = rowsShown(batch.length, MAX_ROWS, -1);
  const rest = batch.length - rows.length,
    blank = rest > 0 ? [none, none] : [none]; // of the other rows, and of what all add up to
  const values = (/** @type {string} */ name, /** @type {(row: number) => number} */ valueAt, /** @type {boolean} */ isKnown) => ({
    name,
    cells: [...rows.map((r) => number(valueAt(r), isKnown && !isBlamed)), ...blank],
  });
  return {
    title: words.say("network.part.of_all", {name: names.neuron(layer, neuron), count: batch.length}),
    told: words.say(isBlamed ? "network.part.told.all" : "network.part.told.each"),
    heads: [words.say("network.row"), ...rows.map((r) => `${batch[r] + 1}`), ...(rest > 0 ? [words.say("network.part.more", {count: rest})] : []), words.say("network.part.gradient")],
    headRows: rows.map((r) => batch[r]),
    lines: [
      values(words.word("op.+"), (r) => sums[r][neuron], isSummed),
      values(activationOf(isChance ? "sigmoid" : activation, words), (r) => (isChance ? ACTIVATIONS.sigmoid.value(sums[r][neuron]) : outputs[r][neuron]), isSummed && (isChance || activation !== "linear")),
      {name: words.say("part.delta"), cells: [...rows.map((r) => signed(byInput[0][r].delta, isBlamed)), ...blank]},
      ...byInput.map((shares, k) => ({
        name: words.say("network.part.share_of", {name: k < inputs ? names.neuron(layer - 1, k) : words.word("demonstration.bias")}),
        part: k < inputs ? partOf("weight", layer, neuron, k) : partOf("bias", layer, neuron),
        cells: [...rows.map((r) => signed(shares[r].share, isBlamed)), ...(rest > 0 ? [signed(sumOf(shares.slice(rows.length)), isBlamed)] : []), signed(sumOf(shares), isBlamed)],
      })),
    ],
  };
}

/**
 * The line of the rows that are not listed.
 * @param {number} count
 * @param {Words} words
 * @param {Cell[]} cells
 * @returns {Line[]}
 */
function restOf(count, words, cells) {
  return count > 0 ? [{name: words.say("network.part.more", {count}), cells}] : [];
}

/** @param {{share: number}[]} shares */
function sumOf(shares) {
  return shares.reduceRight((sum, {share}) => sum + share, 0); // in the engine's order
}

/**
 * @param {NetworkShown} shown
 * @param {Picked} picked
 * @param {Words} words
 * @param {number} rate
 * @returns {Opened}
 */
function openedWeight({network, known, names, seen: {pass, at, batch}, after, gradients, velocity, spec}, picked, words, rate) {
  const {layer, neuron, kind} = picked,
    input = kind === "bias" ? -1 : (picked.input ?? 0),
    {number, signed, none} = cellsIn(words),
    own = network.layers[layer - 1],
    position = input < 0 ? biasPosition(own, neuron) : weightPosition(own, neuron, input),
    weight = pass.parameters[position];
  const shares = sharesByRow(pass, layer, neuron, input),
    rows = rowsShown(batch.length, MAX_ROWS, at),
    isGiven = known.layer >= layer - 1,
    isSummed = known.layer >= layer,
    isBlamed = known.blame <= layer;
  const heads = [
    words.say("network.row"),
    input < 0 ? words.say("network.part.one") : words.say("network.part.value_of", {name: names.neuron(layer - 1, input)}),
    ...(isBlamed ? ["network.part.by_delta", "network.part.as_share"] : ["network.part.by_weight", "network.part.product"]).map((key) => words.say(key)),
  ];
  const lines = rows.map((r) => {
    const {x, delta, share} = shares[r];
    return {
      name: `${batch[r] + 1}`,
      row: batch[r],
      kind: r === at ? "picked" : "",
      cells: [number(x, isGiven), ...(isBlamed ? [signed(delta), signed(share)] : [number(weight), number(weight * x, isSummed)])],
    };
  });
  const isListed = new Set(rows),
    rest = shares.filter(({row}) => !isListed.has(row));
  const [before, changed] = showApart(weight, after[position]),
    move = asShown(rate) * moveAsShown(gradients[position], spec.momentum, velocity?.[position]),
    told = known.isChanged
      ? words.say(velocity ? "network.part.told.momentum" : "network.part.told.change", {
          ...{before, after: changed, rate: show(rate), gradient: bracketed(show(gradients[position])), equals: equalsOfUpdate(weight, move, after[position]).trim()},
          ...{momentum: show(spec.momentum), velocity: bracketed(show(velocity?.[position] ?? 0))},
        })
      : isBlamed
        ? words.say("network.part.told.weight", {gradient: show(gradients[position]), count: batch.length})
        : words.say(input < 0 ? "network.part.told.value.bias" : "network.part.told.value", {weight: show(weight)});
  return {
    title: names.weight(layer, neuron, input),
    ...{told, heads},
    lines: [
      ...lines,
      ...restOf(rest.length, words, [none, none, signed(sumOf(rest), isBlamed)]),
      {name: words.say("network.part.gradient"), kind: "total", cells: [none, none, signed(gradients[position], isBlamed)]},
    ],
  };
}

/**
 * @param {NetworkShown} shown
 * @param {Picked} picked
 * @param {Words} words
 * @returns {Opened}
 */
function openedInput({network, known, names, seen: {pass, at, batch}, sentences}, picked, words) {
  const {neuron} = picked,
    {number, signed, none} = cellsIn(words),
    [first] = network.layers,
    isBlamed = known.blame <= 1,
    value = valuesOfLayer(pass, 0, at)[neuron];
  const deltas = at < 0 ? pass.douts[0].sums.reduce((/** @type {Float64Array} */ sums, /** @type {Float64Array} */ each) => sums.map((sum, i) => sum + each[i])) : pass.douts[0].sums[at];
  const lines = Array.from({length: first.outputs}, (_, to) => {
    const weight = pass.parameters[weightPosition(first, to, neuron)];
    return {
      name: names.neuron(1, to),
      part: partOf("weight", 1, to, neuron),
      cells: [number(weight), signed(deltas[to], isBlamed), signed(0 + deltas[to] * weight, isBlamed)],
    };
  });
  const gradient = gradientsOfValues(pass, 0, at)[neuron],
    formula = sentences.standardisedInput(neuron, value);
  return {
    title: at < 0 ? words.say("network.part.of_all", {name: names.neuron(0, neuron), count: batch.length}) : words.say("network.part.of_row", {name: names.neuron(0, neuron), row: batch[at] + 1}),
    told: words.joined(
      formula && words.say("network.part.told.scaled", {formula}),
      words.say(at < 0 ? "network.part.told.input.all" : "network.part.told.input", {value: show(value)}),
    ),
    heads: ["network.part.to", "inside.weight", "part.delta", "network.part.back"].map((key) => words.say(key)),
    lines: [...lines, {name: words.say("network.part.gradient"), kind: "total", cells: [none, none, signed(gradient, isBlamed)]}],
  };
}

/**
 * @param {NetworkShown} shown
 * @param {Words} words
 * @returns {Opened}
 */
function openedLoss({network, pass, at, known, batch}, words) {
  const {number, none} = cellsIn(words),
    isKnown = known.layer > network.layers.length,
    isPredicted = known.layer >= network.layers.length,
    isClass = network.loss === "bce",
    outputs = pass.predictions[0].length,
    rows = rowsShown(batch.length, MAX_ROWS, at);
  const termsOf = (/** @type {number} */ r) => lossTermsAt(network, pass, r),
    total = (/** @type {number} */ r) => termsOf(r).reduce((sum, {term}) => sum + term, 0) / outputs,
    last = words.say(isClass ? "loss" : outputs > 1 ? "network.squared.mean" : "network.squared");
  const heads = [words.say("network.row"), ...(outputs === 1 ? [words.word("label.target"), words.say("network.prediction"), isClass ? words.say("network.probability") : words.word("label.error")] : []), last],
    blank = outputs === 1 ? [none, none, none] : [];
  const lines = rows.map((r) => {
    const [{target, prediction, error, probability}] = termsOf(r);
    const own = outputs === 1 ? [number(target), number(prediction, isPredicted), number(isClass ? probability : error, isKnown)] : [];
    return {name: `${batch[r] + 1}`, row: batch[r], kind: r === at ? "picked" : "", cells: [...own, number(total(r), isKnown)]};
  });
  const isListed = new Set(rows),
    rest = Array.from(batch, (/** @type {number} */ _, /** @type {number} */ r) => r).filter((r) => !isListed.has(r));
  return {
    title: words.say("loss"),
    told: words.joined(
      isClass && words.say("network.part.told.loss.bce"),
      isClass && outputs > 1 && words.say("network.part.told.loss.classes"),
      words.say("network.part.told.loss", {count: batch.length}),
    ),
    heads,
    lines: [
      ...lines,
      ...restOf(rest.length, words, [...blank, number(rest.reduce((sum, r) => sum + total(r), 0), isKnown)]),
      {name: words.say("network.part.mean"), kind: "total", cells: [...blank, number(pass.loss, isKnown)]},
    ],
  };
}
