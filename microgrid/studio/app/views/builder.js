// The builder: data, layers, activation, batch and seed of a network that is begun anew; and a table of one's own.

import {readNumber} from "../core/numerals.js";
import {ACTIVATION_NAMES, NetworkError, checkSpec, onData} from "../core/network_spec.js";
import {columnsOfTable, columnsWithoutChange, readTable} from "../core/table_text.js";
import {byId, createWatch, make, refill, refuse, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/network_spec.js").Spec} Spec */
/** @typedef {import("../core/network_spec.js").NetworkData} NetworkData */
/** @typedef {import("../core/words.js").Words} Words */

const MAX_FILE_BYTES = 2_000_000;

/** @param {import("../app.js").App} app */
export function createBuilder(app) {
  const builder = /** @type {HTMLDetailsElement} */ (byId("builder")),
    room = byId("builder-room"),
    isNewPanel = createWatch(),
    isNewSpec = createWatch();
  const data = make("select", {id: "build-data"}),
    layers = make("input", {type: "text", id: "build-layers", inputmode: "numeric", autocomplete: "off", spellcheck: "false", "aria-describedby": "build-hint"}),
    activation = make("select", {id: "build-activation"}),
    batch = make("input", {type: "text", id: "build-batch", inputmode: "numeric", autocomplete: "off"}),
    seed = make("input", {type: "text", id: "build-seed", inputmode: "numeric", autocomplete: "off"}),
    paste = make("textarea", {id: "build-paste", rows: "3", spellcheck: "false", autocomplete: "off"}),
    target = make("select", {id: "build-target"}),
    targetRow = make("p", {class: "row"}),
    take = make("button", {id: "build-take", onclick: takeTable}),
    refused = make("p", {class: "refused", id: "build-refused", role: "status"}),
    told = make("p", {class: "hint", id: "build-told", role: "status"});
  activation.replaceChildren(...ACTIVATION_NAMES.map((name) => make("option", {}, name)));

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showBuilder(state, {words}) {
    const spec = /** @type {Spec} */ (state.document.network);
    if (isNewPanel(words)) build(words);
    if (!isNewSpec(spec, words)) return;
    fillData(spec, words);
    layers.value = spec.sizes.join("-");
    activation.value = spec.activation;
    batch.value = spec.batchSize === null ? "" : `${spec.batchSize}`;
    setAttribute(batch, "placeholder", words.say("builder.batch.all"));
    seed.value = `${spec.seed}`;
    for (const field of [layers, batch, seed, paste]) refuse(field, refused, "");
  }

  /** @param {Words} words */
  function build(words) {
    const say = (/** @type {string} */ key) => words.say(`builder.${key}`);
    const form = make(
      "form",
      {},
      labelled(say("data"), data),
      labelled(say("layers"), layers),
      make("p", {class: "hint", id: "build-hint"}, say("layers.hint")),
      labelled(say("activation"), activation),
      labelled(say("batch"), batch),
      labelled(say("seed"), seed),
      make("p", {class: "hint"}, say("begin.hint")),
      make("button", {id: "build-begin"}, say("begin")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      begin();
    });
    take.textContent = say("take");
    targetRow.replaceChildren(make("label", {for: "build-target"}, say("target")), target);
    targetRow.hidden = paste.value === "";
    refill(room, form, make("label", {for: "build-paste"}, say("paste")), paste, targetRow, take, refused, told);
  }

  /**
   * @param {Spec} spec
   * @param {Words} words
   */
  function fillData({data: own}, words) {
    const options = Object.entries(app.datasets).map(([name, {title}]) => make("option", {value: name}, title?.[words.language] ?? name));
    const isKnown = Object.hasOwn(app.datasets, own.name);
    if (!isKnown) options.unshift(make("option", {value: ""}, own.name || words.say("builder.data.own")));
    data.replaceChildren(...options);
    data.value = isKnown ? own.name : "";
  }

  // --- beginning anew ---

  function begin() {
    const {words} = app.derived,
      before = /** @type {Spec} */ (app.state.document.network),
      chosen = data.value ? app.datasets[data.value] : before.data,
      sizes = layersIn(layers.value),
      batchSize = batch.value.trim() === "" ? null : readNumber(batch.value),
      seedNumber = readNumber(seed.value);
    for (const field of [layers, batch, seed]) refuse(field, refused, "");
    write(told, "");
    if (!sizes) return refuseField(layers, words.say("builder.layers.refused", {text: layers.value}));
    if (batchSize !== null && !(Number.isSafeInteger(batchSize) && batchSize > 0)) {
      return refuseField(batch, words.say("builder.batch.refused", {text: batch.value}));
    }
    if (!(Number.isSafeInteger(seedNumber) && seedNumber >= 0)) return refuseField(seed, words.say("builder.seed.refused", {text: seed.value}));
    const written = layers.value,
      change = {...before, ...onData(chosen, sizes), activation: activation.value, batchSize, seed: seedNumber};
    if (!open(change, layers)) return;
    const outputs = change.sizes[change.sizes.length - 1];
    if (outputs !== sizes[sizes.length - 1]) tell(words.say("builder.outputs", {outputs, text: written, layers: change.sizes.join("-")}), layers);
  }

  /**
   * Tells what came of it, below a field or a button.
   * @param {string} text
   * @param {HTMLElement} place
   */
  function tell(text, place) {
    lineOfField(place).after(told);
    write(told, text);
    told.scrollIntoView({block: "nearest"});
  }

  /**
   * @param {HTMLElement} field
   * @param {string} why
   */
  function refuseField(field, why) {
    lineOfField(field).after(refused);
    refuse(field, refused, why);
    field.focus();
    refused.scrollIntoView({block: "nearest"});
  }

  /**
   * @param {Spec} change
   * @param {HTMLElement} field that is to blame where there is no such network
   */
  function open(change, field) {
    try {
      checkSpec({...change, model: null, history: null});
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      refuseField(field, app.derived.words.word(error.key, error.parts));
      return false;
    }
    app.dispatch({type: "changeNetwork", change});
    return true;
  }

  // --- a table of one's own ---

  // Any column can be the one to predict; at first it is the last.
  function listColumns() {
    targetRow.hidden = true;
    if (paste.value.trim() === "") return;
    try {
      const columns = columnsOfTable(paste.value);
      target.replaceChildren(...columns.map((name, i) => make("option", {value: `${i}`}, name)));
      target.value = `${columns.length - 1}`;
      targetRow.hidden = false;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error; // it is told when the table is taken
    }
  }

  function takeTable() {
    refuse(paste, refused, "");
    write(told, "");
    const {words} = app.derived,
      before = /** @type {Spec} */ (app.state.document.network);
    const sizes = layersIn(layers.value);
    refuse(layers, refused, "");
    if (!sizes) return refuseField(layers, words.say("builder.layers.refused", {text: layers.value}));
    try {
      const own = readTable(paste.value, targetRow.hidden ? null : Number(target.value));
      if (!open({...before, ...onData(own, sizes)}, paste)) return;
      const read = words.say("builder.read", {rows: own.rows.length, inputs: words.listed(own.inputNames), target: own.targetName}),
        same = columnsWithoutChange(own);
      tell(words.joined(read, own.rows.length === 1 ? words.say("builder.one_row") : same.length > 0 && words.say("builder.same", {names: words.listed(same)})), take);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      refuseField(paste, words.word(error.key, error.parts));
    }
  }

  /** @param {File | undefined} file */
  async function takeFile(file) {
    if (!file) return;
    builder.open = true;
    if (file.size > MAX_FILE_BYTES) return refuseField(paste, app.derived.words.say("builder.large"));
    const text = await file.text().catch(() => null); // a folder, or what is gone by now
    if (app.state.document.kind !== "network") return; // the reader has left meanwhile
    if (text === null) return refuseField(paste, app.derived.words.say("builder.unreadable", {name: file.name}));
    paste.value = text;
    listColumns();
    takeTable();
  }

  // What opens below the edge is brought into view, once it has its height.
  builder.querySelector("summary")?.addEventListener("click", () => requestAnimationFrame(() => builder.open && builder.scrollIntoView({block: "nearest"})));
  paste.addEventListener("input", listColumns);
  document.addEventListener("dragover", (event) => {
    if (app.state.document.kind === "network" && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (app.state.document.kind !== "network" || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    takeFile(event.dataTransfer.files[0]);
  });
  return {show: showBuilder};
}

/**
 * @param {string} text
 * @param {HTMLElement} field
 */
function labelled(text, field) {
  return make("p", {class: "row"}, make("label", {for: field.id}, text), field);
}

/**
 * What stands in one line of the form with a field.
 * @param {HTMLElement} field
 */
function lineOfField(field) {
  return /** @type {HTMLElement} */ (field.closest(".row") ?? field);
}

/**
 * The neurons of each layer in a text such as 4-1; null where it is none.
 * @param {string} text
 * @returns {number[] | null}
 */
function layersIn(text) {
  const sizes = text.normalize("NFKC").trim().split(/[\s,;–−ー-]+/).map(Number);
  return sizes.length > 0 && sizes.every((size) => Number.isSafeInteger(size) && size > 0) ? sizes : null;
}
