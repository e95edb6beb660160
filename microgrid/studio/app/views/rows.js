// The row picker: whose numbers the drawing of a network shows, those of one row or of all rows together.

import {readNumber, show} from "../core/numerals.js";
import {byId, createWatch, make, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../derive/network.js").NetworkShown} NetworkShown */
/** @typedef {import("../app.js").App} App */

const CAPTIONS_OF_NUMBERS = ["of-lines", "of-biases", "on-demand"]; // as the drawing shows numbers on lines, below neurons or nowhere

/** @param {App} app */
export function createRows(app) {
  const place = byId("row-picker"),
    back = make("button", {class: "beside", onclick: () => pickRowBeside(app, -1)}, "‹"),
    on = make("button", {class: "beside", onclick: () => pickRowBeside(app, 1)}, "›"),
    field = make("input", {type: "text", inputmode: "numeric", autocomplete: "off", id: "row-number"}),
    word = make("span"),
    count = make("span", {class: "quiet"}),
    all = make("button", {id: "all-rows", onclick: () => app.dispatch({type: "pickRow", row: app.derived.network?.row === null ? latest : null})}),
    told = make("span"),
    caption = make("p", {id: "row-caption"}, make("span", {}, told, ...CAPTIONS_OF_NUMBERS.map((kind) => make("span", {class: kind}))));
  const isNewPlace = createWatch();
  let missing = "", // what was said of a row that there is not
    latest = 0; // the row picked last, to come back to from all rows
  place.append(back, make("label", {}, word, field), count, on, all, caption);

  field.addEventListener("change", () => {
    const number = readNumber(field.value),
      length = app.derived.network?.spec.data.rows.length ?? 0;
    if (Number.isFinite(number)) app.dispatch({type: "pickRow", row: Math.round(number) - 1});
    writeField();
    if (!(number < 0.5 || number >= length + 0.5)) return;
    missing = app.derived.words.say("network.row.missing", {asked: show(number), count: length, row: field.value});
    writeCaption(missing, []);
    app.announce(missing);
  });
  field.addEventListener("keydown", ({key}) => {
    if (key === "ArrowUp") pickRowBeside(app, 1);
    if (key === "ArrowDown") pickRowBeside(app, -1);
  });

  function writeField() {
    const row = app.derived.network?.row ?? null;
    field.value = row === null ? "" : `${row + 1}`;
  }

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showRows(state, derived) {
    const {network: shown, words} = derived;
    if (!shown) return;
    const {row, batch} = shown,
      {length} = shown.spec.data.rows;
    if (row !== null) latest = row;
    setAttribute(place, "aria-label", words.say("network.rows.picker"));
    setAttribute(back, "aria-label", words.say("network.row.back"));
    setAttribute(on, "aria-label", words.say("network.row.next"));
    setAttribute(back, "title", words.say("network.row.back"));
    setAttribute(on, "title", words.say("network.row.next"));
    write(word, words.say("network.row"));
    write(count, words.say("network.row.of", {count: length}));
    write(all, words.say(batch.length === length ? "network.row.all" : "network.row.batch", {count: batch.length}));
    setAttribute(all, "aria-pressed", `${row === null}`);
    setAttribute(back, "aria-disabled", `${rowBeside(shown, -1) === null}`);
    setAttribute(on, "aria-disabled", `${rowBeside(shown, 1) === null}`);
    if (document.activeElement !== field || row === null || readNumber(field.value) !== row + 1) writeField();
    if (isNewPlace(state.visit, state.cycle, row, words)) missing = "";
    if (missing) writeCaption(missing, []);
    else writeCaption(captionOf(shown, words), captionsOfNumbers(shown, words));
  }

  /**
   * @param {string} text
   * @param {string[]} ofNumbers of which the style sheet shows what suits the drawing
   */
  function writeCaption(text, ofNumbers) {
    write(told, text);
    for (const [i, kind] of CAPTIONS_OF_NUMBERS.entries()) write(/** @type {Element} */ (caption.querySelector(`.${kind}`)), ofNumbers[i] ?? "");
  }

  return {show: showRows};
}

/**
 * What the lines and circles show now.
 * @param {NetworkShown} shown
 * @param {import("../core/words.js").Words} words
 */
function captionOf({known, network, at, batch, alone, seen, row: picked, spec}, words) {
  const rows = rowsOfBatch(batch, spec, words),
    hasBlame = known.blame <= known.layer, // that of the prediction at least
    hasGradients = known.blame <= network.layers.length,
    isThinking = hasGradients && !known.isChanged,
    row = (picked ?? 0) + 1;
  const apart = alone && !hasBlame && words.say("network.row.alone", {row, count: batch.length}),
    ofRow = (known.isChanged || (alone && hasBlame)) && words.say("network.circles.row", {row}),
    circles = !alone && seen.at < 0 ? words.say(hasBlame ? "network.circles.sum" : "network.circles.mean", {rows}) : ofRow;
  const lines = known.isChanged
    ? words.say("network.lines.change")
    : !hasGradients
      ? words.say("network.lines.know")
      : at < 0
        ? words.say("network.lines.think.all", {rows})
        : words.say("network.lines.think", {row});
  return words.joined(apart, circles, lines, isThinking && known.blame > 1 && words.say("network.lines.rest"));
}

/**
 * What the numbers are that stand on the lines, what those are that stand below neurons alone, and where there are more.
 * @param {NetworkShown} shown
 * @param {import("../core/words.js").Words} words
 */
function captionsOfNumbers({known, batch, spec}, words) {
  const rows = rowsOfBatch(batch, spec, words),
    keys = [...(known.isChanged ? ["lines", "biases"] : ["", ""]), "opened"];
  return keys.map((key) => key && words.table.gap + words.say(`network.numbers.${key}`, {rows}));
}

/**
 * @param {NetworkShown["batch"]} batch
 * @param {NetworkShown["spec"]} spec
 * @param {import("../core/words.js").Words} words
 */
function rowsOfBatch({length}, spec, words) {
  return words.word(length === spec.data.rows.length ? "network.told.rows" : "network.told.rows.batch", {count: length});
}

/**
 * Picks the row before or after, where a network is shown.
 * @param {App} app
 * @param {number} way
 */
export function pickRowBeside(app, way) {
  const {network: shown} = app.derived,
    next = shown ? rowBeside(shown, way) : null;
  if (next !== null) app.dispatch({type: "pickRow", row: next});
}

/**
 * The row beside the one picked; from all rows, the first; null where there is none.
 * @param {Pick<NetworkShown, "row" | "spec">} shown
 * @param {number} way
 * @returns {number | null}
 */
function rowBeside({row, spec}, way) {
  const next = row === null ? 0 : row + way;
  return next >= 0 && next < spec.data.rows.length ? next : null;
}
