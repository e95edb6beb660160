// By layers: the step as matrices, what it reads and what it computes. A cell that is clicked shows the scalars that it is
// made of, and picks its part in the drawing.

import {firstCell, formulaOfCell, partOfCell, shownOf, sidesOf} from "../core/matrix_cells.js";
import {matricesAt} from "../core/network_steps.js";
import {show, signOf} from "../core/numerals.js";
import {nextMomentIn} from "../derive/network.js";
import {byId, createWatch, make, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/matrix_cells.js").Cell} Cell */
/** @typedef {import("../core/network_steps.js").MatrixEntry} MatrixEntry */
/** @typedef {import("../core/network_steps.js").NetworkStep} NetworkStep */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {NonNullable<Derived["network"]>} NetworkShown */
/** @typedef {import("../derive/network.js").Picked} Picked */
/** @typedef {Cell & {place: HTMLElement, button: HTMLElement}} Drawn a cell on the screen */

const READING_MS = 150; // between two pictures while it trains
const MAX_MATRIX_ROWS = 6,
  MAX_PRESENTED_ROWS = 4, // what is read and what is computed are seen together
  MAX_MATRIX_COLUMNS = 12;

/** @param {import("../app.js").App} app */
export function createLayers(app) {
  const section = byId("layers"),
    toggle = make("button", {id: "layers-open", "aria-controls": "layers-body", onclick: () => app.dispatch({type: "showPanel", panel: app.state.net?.panel === "layers" ? "" : "layers"})}),
    place = make("span", {id: "layers-place"}),
    more = make("button", {id: "layers-more", onclick: showMore}),
    room = make("div", {id: "layers-room"}),
    formula = make("p", {id: "layers-formula"}),
    body = make("div", {id: "layers-body"}, room, formula),
    isNewPart = createWatch(),
    isNewSource = createWatch(),
    isNewStep = createWatch(),
    isNewTable = createWatch(),
    isNewNumbers = createWatch();
  section.append(make("h2", {id: "layers-title"}, toggle, place, more), body);
  /** @type {Drawn[]} */
  let cells = [];
  /** @type {Cell | null} the one that is explained */
  let chosen = null;
  /** @type {MatrixEntry[]} */
  let entries = [];
  /** @type {NetworkStep} */
  let at;
  let readableUntil = 0;
  /** @type {Set<string>} the places of the numbers that the chosen cell is made of */
  let sources = new Set();
  /** @type {object | null} the part that a click here has picked */
  let ownPart = null;

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showLayers(state, {network, words}) {
    const isOpen = state.net?.panel === "layers";
    write(toggle, words.say("layers"));
    setAttribute(toggle, "aria-expanded", `${isOpen}`);
    body.hidden = place.hidden = more.hidden = !isOpen;
    if (!network || !isOpen) return;
    if (state.training && performance.now() < readableUntil) return; // numbers that change faster cannot be read
    readableUntil = performance.now() + READING_MS;
    at = network.step ?? network.steps[0];
    const {parameters: after, velocity} = nextMomentIn(state),
      update = {learningRate: state.learningRate, after, velocity},
      isStart = !network.step; // before the first step nothing is computed yet
    entries = matricesAt(network.spec, network.network, network.pass, at, update).filter(({isResult}) => !isStart || !isResult);
    if (isNewStep(network.network, at.phase, at.kind, at.layer, isStart) || !chosen) chosen = firstCell(entries, network.at);
    const isBuilt = isNewTable(network.network, at.phase, at.kind, at.layer, isStart, network.batch.length, network.at, chosen?.row, state.isPresenting, words);
    if (isBuilt) build(network, words);
    const picked = state.net?.picked ?? null;
    if (isNewPart(picked, cells) && picked && picked !== ownPart) chosen = cellOfPart(picked, network) ?? chosen;
    if (isNewNumbers(network.pass, update.after, cells)) for (const drawn of cells) fill(drawn, words);
    explain(network, update, picked, words);
    if (isBuilt && !room.contains(document.activeElement)) showResults();
    tellMore();
  }

  // --- the tables ----------------------------------------------------------------------------------------------------------

  /**
   * @param {NetworkShown} network
   * @param {Words} words
   */
  function build(network, words) {
    const focused = cells.find(({button}) => button === document.activeElement);
    cells = [];
    write(place, titleOf(words));
    const given = entries.filter(({isResult}) => !isResult),
      results = entries.filter(({isResult}) => isResult);
    const groups = at.kind === "update" ? pairsOf(entries) : [[given, results]];
    room.replaceChildren(
      ...groups.map(([from, to]) =>
        make(
          "div",
          {class: "computation"},
          make("div", {class: "given"}, ...from.map((entry) => tableOf(entry, network, words))),
          ...(to.length ? [make("div", {class: "results"}, make("span", {class: "arrow", "aria-hidden": "true"}, "→"), ...to.map((entry) => tableOf(entry, network, words)))] : []),
        ),
      ),
    );
    if (focused) cellAt(focused)?.button.focus({preventScroll: true});
  }

  /** Begins with what this step reads or, where its results are out of sight then, with the top of those: none is cut. */
  function showResults() {
    const results = /** @type {HTMLElement | null} */ (room.querySelector(".results"));
    room.scrollTo(0, 0);
    showChosen();
    if (!results || at.kind === "update" || app.state.isPresenting) return; // a class reads from the top
    const {top, bottom} = room.getBoundingClientRect();
    if (results.getBoundingClientRect().bottom <= bottom + 1) return;
    results.style.minHeight = `${room.clientHeight}px`; // so that there is enough to scroll
    room.scrollTop = results.getBoundingClientRect().top - top;
  }

  /** Scrolls a matrix that is wider than its room, and an update that is higher, to the cell that is explained. */
  function showChosen() {
    const cell = chosen && cellAt(chosen)?.place,
      matrix = cell?.closest(".matrix");
    if (!cell || !matrix) return;
    matrix.scrollLeft = cell.offsetLeft + cell.offsetWidth - matrix.clientWidth;
    const [area, seen] = [matrix, room].map((element) => element.getBoundingClientRect());
    if (at.kind === "update" && area.bottom > seen.bottom + 1) room.scrollTop = area.top - seen.top;
  }

  /** Names the matrices that have no room here: those below or, where these are seen, those above. */
  function tellMore() {
    const {above, below} = outOfSight(),
      hidden = below.length ? below : above,
      names = hidden.map(({dataset}) => dataset.name ?? "");
    more.hidden = hidden.length === 0;
    write(more, hidden.length ? `${below.length ? "↓" : "↑"} ${app.derived.words.listed(names)}` : "");
  }

  function outOfSight() {
    const {top, bottom} = room.getBoundingClientRect(),
      matrices = /** @type {HTMLElement[]} */ ([...room.querySelectorAll(".matrix")]).map((matrix) => ({matrix, area: matrix.getBoundingClientRect()})),
      those = (/** @type {(area: DOMRect) => boolean} */ isOut) => matrices.filter(({area}) => isOut(area)).map(({matrix}) => matrix);
    return {above: those((area) => area.top < top - 1), below: those((area) => area.bottom > bottom + 1)};
  }

  function showMore() {
    const [next] = outOfSight().below;
    room.scrollTop = next ? room.scrollTop + next.getBoundingClientRect().top - room.getBoundingClientRect().top : 0;
  }

  room.addEventListener("scroll", tellMore, {passive: true});

  /** @param {Words} words */
  function titleOf(words) {
    const phase = words.word(`phase.${at.phase}`);
    return at.kind === "layer" ? words.say("layers.layer", {phase, layer: at.layer}) : words.say(`layers.${at.kind}`, {phase});
  }

  /**
   * @param {MatrixEntry} entry
   * @param {NetworkShown} network
   * @param {Words} words
   */
  function tableOf({name, matrix, line, isResult}, network, words) {
    const {rows, columns} = sidesOf(name, at, network.network),
      rowWanted = rows.kind === "rows" ? network.at : chosen?.name === name ? chosen.row : -1,
      columnsShown = shownOf(matrix[0].length, MAX_MATRIX_COLUMNS, chosen?.name === name ? chosen.column : -1);
    const called = (/** @type {import("../core/matrix_cells.js").Side} */ side, /** @type {number} */ i) => nameOfSide(side, i, network, words);
    const headsOf = columnsShown.map((c) => (c < 0 ? make("th", {"aria-hidden": "true"}, "…") : make("th", {scope: "col"}, called(columns, c))));
    const body = shownOf(matrix.length, app.state.isPresenting ? MAX_PRESENTED_ROWS : MAX_MATRIX_ROWS, rowWanted).map((r) => {
      if (r < 0) return make("tr", {class: "left-out", "aria-hidden": "true"}, make("th"), ...columnsShown.map(() => make("td", {}, "…")));
      const isPicked = rows.kind === "rows" && r === network.at;
      const row = make("tr", isPicked ? {class: "picked-row"} : {}, make("th", {scope: "row"}, called(rows, r)));
      for (const c of columnsShown) {
        if (c < 0) row.append(make("td", {class: "left-out", "aria-hidden": "true"}, "…"));
        else row.append(cellOf({name, row: r, column: c}, network, words));
      }
      return row;
    });
    const caption = make("caption", {}, make("b", {}, name), ` ${matrix.length} × ${matrix[0].length} ${inWords(name, words)}`, ...(line ? [make("code", {}, line)] : []));
    const corner = rows.kind === "rows" ? words.say("network.row") : "",
      table = make("table", {class: isResult ? "result" : ""}, caption, make("thead", {}, make("tr", {}, make("th", {class: "corner"}, corner), ...headsOf)), make("tbody", {}, ...body));
    const own = cells.filter((each) => each.name === name);
    rove(own.find((each) => chosen && isSameCell(each, chosen)) ?? own[0]);
    return make("div", {class: "matrix", "data-name": name}, table);
  }

  /**
   * @param {Cell} cell
   * @param {NetworkShown} network
   * @param {Words} words
   */
  function cellOf(cell, network, words) {
    const button = make("button", {tabindex: "-1", onclick: () => choose(cell), onfocus: () => rove(cell)}),
      td = make("td", {}, button);
    button.dataset.name = nameOfCell(cell, network, words);
    cells.push({...cell, place: td, button});
    return td;
  }

  /**
   * @param {Drawn} drawn
   * @param {Words} words
   */
  function fill({name, row, column, place: cell, button}, words) {
    const matrix = entries.find((entry) => entry.name === name)?.matrix;
    if (!matrix?.[row]) return;
    const number = matrix[row][column],
      largest = largestIn(matrix),
      share = largest && Number.isFinite(number) ? Math.abs(number) / largest : 0,
      text = words.typeset(show(number));
    write(button, text);
    setAttribute(button, "aria-label", `${button.dataset.name}: ${text}`);
    cell.style.setProperty("--share", share.toFixed(2));
    cell.dataset.sign = signOf(number);
  }

  // --- the cell that is explained --------------------------------------------------------------------------------------------

  /**
   * Writes the scalars that the chosen cell is made of, and marks where they stand.
   * @param {NetworkShown} network
   * @param {import("../core/network_steps.js").NetworkUpdate} update
   * @param {Picked | null} picked
   * @param {Words} words
   */
  function explain(network, update, picked, words) {
    const made = chosen && entries.some(({name}) => name === chosen?.name) ? formulaOfCell(chosen, entries, {spec: network.spec, network: network.network, pass: network.pass, at, update}, network.at) : null;
    if (isNewSource(chosen, cells)) sources = new Set(made?.sources.map(placeOfCell));
    for (const cell of cells) {
      const isChosen = chosen !== null && isSameCell(cell, chosen),
        isPicked = picked !== null && isOfPart(cell, picked, network);
      setAttribute(cell.place, "class", isChosen ? "chosen" : sources.has(placeOfCell(cell)) ? "source" : isPicked ? "picked" : "");
      setAttribute(cell.button, "aria-pressed", `${isChosen}`);
    }
    if (!made) return formula.replaceChildren();
    const terms = made.terms.flatMap(({text, isPicked}, i) => [i ? " + " : "", isPicked ? make("mark", {}, words.typeset(text)) : words.typeset(text)]);
    formula.replaceChildren(make("b", {}, nameOfCell(/** @type {Cell} */ (chosen), network, words)), " = ", made.before, ...terms, made.after, ...(made.result ? [made.terms.length ? made.equals : "", make("b", {}, words.typeset(made.result))] : []));
  }

  /**
   * Calls a cell by the heads of its row and column.
   * @param {Cell} cell
   * @param {NetworkShown} network
   * @param {Words} words
   */
  function nameOfCell({name, row, column}, network, words) {
    const {rows, columns} = sidesOf(name, at, network.network),
      heads = [nameInFull(rows, row, network, words), nameInFull(columns, column, network, words)].filter(Boolean);
    return heads.length ? `${name} (${heads.join(rows.kind === "inputs" ? " → " : ", ")})` : name; // a weight leads from one to the other
  }

  /** @param {Cell} cell */
  function choose(cell) {
    chosen = {name: cell.name, row: cell.row, column: cell.column};
    const {network} = app.derived;
    if (!network) return;
    if (sidesOf(cell.name, at, network.network).rows.kind === "rows") app.dispatch({type: "pickRow", row: network.batch[cell.row]});
    ownPart = partOfCell(cell, at, network.network);
    app.dispatch({type: "pickPart", part: ownPart});
    app.announce(formula.textContent ?? "");
  }

  /**
   * @param {Cell} cell
   * @param {Picked} part
   * @param {NetworkShown} network
   */
  function isOfPart(cell, part, network) {
    const {kind, layer, neuron, input} = partOfCell(cell, at, network.network);
    return kind === part.kind && layer === part.layer && neuron === part.neuron && (kind !== "weight" || input === part.input);
  }

  /**
   * The cell that tells most about a part that was picked in the drawing: of a result, and in the row that is picked.
   * @param {Picked} part
   * @param {NetworkShown} network
   */
  function cellOfPart(part, network) {
    const isResult = new Map(entries.map((entry) => [entry.name, entry.isResult])),
      own = cells.filter((cell) => isOfPart(cell, part, network)),
      inRow = own.filter(({name, row}) => sidesOf(name, at, network.network).rows.kind !== "rows" || network.at < 0 || row === network.at);
    return inRow.find(({name}) => isResult.get(name)) ?? inRow[0] ?? null;
  }

  /**
   * Makes a cell the one of its matrix that Tab reaches.
   * @param {Cell} cell
   */
  function rove(cell) {
    for (const each of cells) if (each.name === cell.name) each.button.setAttribute("tabindex", isSameCell(each, cell) ? "0" : "-1");
  }

  /** @param {Cell} cell */
  function cellAt(cell) {
    return cells.find((each) => isSameCell(each, cell));
  }

  room.addEventListener("keydown", (event) => {
    const from = cells.find(({button}) => button === event.target);
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    const own = cells.filter(({name}) => name === from.name),
      inRow = own.filter(({row}) => row === from.row),
      inColumn = own.filter(({column}) => column === from.column),
      [i, k] = [inRow.indexOf(from), inColumn.indexOf(from)];
    /** @type {Record<string, Drawn | undefined>} */
    const goals = {ArrowLeft: inRow[i - 1], ArrowRight: inRow[i + 1], ArrowUp: inColumn[k - 1], ArrowDown: inColumn[k + 1], Home: inRow[0], End: inRow.at(-1)};
    if (!(event.key in goals)) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows step elsewhere
    goals[event.key]?.button.focus();
  });
  return {show: showLayers};
}

/**
 * What a matrix is, where its name does not say it.
 * @param {string} name
 * @param {Words} words
 */
function inWords(name, words) {
  const key = name === "t" ? "label.target" : `page.layers.is.${name.replace(/\d+$/, "")}`;
  return words.has(key) ? words.word(key) : "";
}

/**
 * The matrices of an update, each result beside what it is computed from.
 * @param {MatrixEntry[]} entries
 * @returns {[MatrixEntry[], MatrixEntry[]][]}
 */
function pairsOf(entries) {
  /** @type {[MatrixEntry[], MatrixEntry[]][]} */
  const pairs = [];
  for (const entry of entries) {
    if (!entry.isResult) pairs.push([[entry], []]);
    else pairs[pairs.length - 1][1].push(entry);
  }
  return pairs;
}

/**
 * What a row or column is called.
 * @param {import("../core/matrix_cells.js").Side} side
 * @param {number} i
 * @param {NetworkShown} network
 * @param {Words} words
 */
function nameOfSide({kind, layer}, i, {names, batch, network, spec}, words) {
  if (kind === "none") return "";
  if (kind === "rows") return `${batch[i] + 1}`;
  const of = kind === "inputs" ? layer - 1 : layer;
  if (of === 0) return names.inputs[i];
  if (of === network.sizes.length) return names.classesInShort.length === network.sizes.at(-1) ? names.classesInShort[i] : spec.data.targetName || words.say("network.prediction");
  return `${i + 1}`;
}

/**
 * The same, for who does not see the table: with what it is.
 * @param {import("../core/matrix_cells.js").Side} side
 * @param {number} i
 * @param {NetworkShown} network
 * @param {Words} words
 */
function nameInFull(side, i, network, words) {
  const name = nameOfSide(side, i, network, words);
  if (side.kind === "rows") return words.say("layers.row.name", {row: name});
  return name === `${i + 1}` ? words.say("layers.neuron", {neuron: name}) : name;
}

/** @param {ArrayLike<number>[]} matrix */
function largestIn(matrix) {
  let largest = 0;
  for (const row of matrix) for (let i = 0; i < row.length; i++) if (Number.isFinite(row[i])) largest = Math.max(largest, Math.abs(row[i]));
  return largest;
}

/** @param {Cell} a  @param {Cell} b */
function isSameCell(a, b) {
  return a.name === b.name && a.row === b.row && a.column === b.column;
}

/** @param {Cell} cell */
function placeOfCell({name, row, column}) {
  return `${name} ${row} ${column}`;
}
