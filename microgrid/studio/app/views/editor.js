// The editor: the text that makes the graph. The field is never written into while somebody types, so that the caret,
// the browser's own undo and the input of Japanese are left alone. Another text gets another field: the browser's undo
// goes back as far as the field does, and from there the page's own undo goes on. Marks are shown by a copy of the text
// behind the field.

import {byId, createWatch, make, setAttribute, write} from "./dom.js";
import {changeOfKey, exchange} from "./loop.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {{from: number, to: number} | null} Extent a part of the text */

const PATIENCE_MS = 700; // before a mistake is pointed out: whoever types has not finished
const PROMPT_MS = 40, // a graph that is shown as fast follows every key; a slower one follows when the typing pauses
  PAUSE_MS = 250;
const ROOM_PX = 4; // above and below the lit line

/** @param {App} app */
export function createEditor(app) {
  const marks = byId("marks"),
    isNewMark = createWatch(),
    isNewMistake = createWatch();
  let field = /** @type {HTMLTextAreaElement} */ (byId("editor")),
    opened = "", // what the field has held from the first
    isComposing = false,
    isPatient = true,
    isPasted = false,
    toldMistake = "", // to screen readers, since a text could be read
    clock = 0,
    waiting = 0, // until what was typed is read; 0 where it has been
    cost = 0; // in milliseconds, of the last text that could be read

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showEditor(state, derived, previous) {
    const isText = state.document.kind === "text";
    if (previous && isOpened(state, previous)) tellWhatWasRead(derived);
    if (!isText) return document.body.removeAttribute("data-stale");
    const {text, error} = state.draft;
    const isNewDraft = state.draft !== previous?.draft,
      isNewText = isNewDraft && field.value !== text;
    if (isNewText) {
      stopWaiting();
      renewField(text); // of another document
    }
    if (isNewDraft && isNewMistake(text, error)) {
      clearTimeout(clock);
      isPatient = Boolean(error);
      if (error) clock = setTimeout(pointOut, PATIENCE_MS);
    }
    showMarks(state, derived);
    write(byId("moved"), derived.moved);
    const isTyping = state.playing && field === document.activeElement;
    const isNewStep = !isNewDraft && state.position !== previous?.position;
    if (isNewText || (isNewStep && !isTyping)) app.onceWritten(reveal);
  }

  /**
   * Puts another field in the place of this one; the focus stays.
   * @param {string} text
   */
  function renewField(text) {
    const next = /** @type {HTMLTextAreaElement} */ (field.cloneNode()),
      hasFocus = field === document.activeElement;
    next.value = opened = text;
    field.replaceWith(next);
    field = next;
    listenToField();
    if (hasFocus) field.focus();
  }

  /**
   * Tells whether another document was opened than the one that is typed here.
   * @param {State} state
   * @param {State} previous
   */
  function isOpened(state, previous) {
    if (state.document === previous.document || state.language !== previous.language) return false;
    return state.document.kind !== "text" || field.value !== state.draft.text;
  }

  /** @param {Derived} derived */
  function tellWhatWasRead({graph, words}) {
    const count = graph.nodes.filter(({op}) => op).length;
    app.announce(words.say("editor.read", {numbers: graph.nodes.length - count, calculations: count}));
  }

  /** Brings the lit line into view within the field; the page stays where it is. */
  function reveal() {
    const lit = marks.querySelector("mark")?.getBoundingClientRect(),
      seen = marks.getBoundingClientRect();
    if (!lit) return;
    if (lit.top < seen.top) field.scrollTop -= seen.top - lit.top + ROOM_PX;
    else if (lit.bottom > seen.bottom) field.scrollTop += Math.min(lit.bottom - seen.bottom, lit.top - seen.top) + ROOM_PX;
    moveMarks();
  }

  function moveMarks() {
    marks.scrollTop = field.scrollTop;
  }

  // Who repairs a line hears of a mistake once, however many keys that takes.
  function pointOut() {
    const {mistake} = app.derived;
    isPatient = false;
    showMarks(app.state, app.derived);
    if (mistake !== toldMistake) app.announce(mistake);
    toldMistake = mistake;
  }

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showMarks({draft: {text, error}}, {extent, mistake, words}) {
    if (isComposing || waiting) return showPlain();
    const isMistaken = error !== null && !isPatient,
      isStale = error !== null && (isMistaken || "stale" in document.body.dataset), // until a text can be read
      place = isMistaken ? placeOf(error, text) : extent;
    write(byId("mistake"), isMistaken ? mistake : "");
    write(byId("stale"), isStale ? words.say("editor.stale") : "");
    document.body.toggleAttribute("data-stale", isStale);
    setAttribute(field, "aria-invalid", isMistaken ? "true" : null);
    setAttribute(field, "aria-describedby", isMistaken ? "mistake" : null);
    if (isNewMark(text, place?.from, place?.to, isMistaken)) fillMarks(text, place, isMistaken);
  }

  // What has not been read yet has no marks; the copy makes the field as high as its text.
  function showPlain() {
    if (isNewMark(field.value)) fillMarks(field.value, null, false);
  }

  /**
   * Fills the copy. A line break at the very end has a line of its own in the field, and gets one here.
   * @param {string} text
   * @param {Extent} place
   * @param {boolean} isMistaken
   */
  function fillMarks(text, place, isMistaken) {
    if (!place) marks.replaceChildren(`${text}\n`);
    else marks.replaceChildren(...markedParts(text, place, isMistaken));
    app.onceWritten(moveMarks);
  }

  function read() {
    stopWaiting();
    if (!isComposing && cost <= PROMPT_MS) return readNow();
    if (!isComposing) waiting = setTimeout(readNow, PAUSE_MS);
    showPlain();
  }

  function readNow() {
    stopWaiting();
    const start = performance.now();
    app.dispatch({type: "typeText", text: field.value});
    if (!app.state.draft.error) cost = performance.now() - start;
    showMarks(app.state, app.derived);
    if (app.state.draft.error) return;
    if (isPasted || toldMistake) tellWhatWasRead(app.derived);
    isPasted = false;
    toldMistake = "";
  }

  function stopWaiting() {
    clearTimeout(waiting);
    waiting = 0;
  }

  function listenToField() {
    field.addEventListener("paste", () => (isPasted = true)); // its input follows
    field.addEventListener("input", read);
    field.addEventListener("scroll", moveMarks);
    field.addEventListener("blur", () => waiting && readNow());
    field.addEventListener("compositionstart", () => (isComposing = true));
    field.addEventListener("compositionend", () => {
      isComposing = false;
      read();
    });
    field.addEventListener("keydown", (event) => {
      const type = changeOfKey(event),
        isOfPage = type === "undo" ? app.derived.canUndo : app.derived.canRedo;
      if (!type || !isOfPage || isComposing || field.value !== opened) return;
      event.preventDefault();
      exchange(app, type);
    });
  }

  listenToField();
  return {show: showEditor};
}

/**
 * A text with a part of it marked.
 * @param {string} text
 * @param {{from: number, to: number}} place
 * @param {boolean} isMistaken
 */
function markedParts(text, {from, to}, isMistaken) {
  const marked = text.slice(from, to),
    mark = make("mark", {class: isMistaken ? "mistake" : "made"}, /\S/.test(marked) ? marked : "\u00a0");
  return [text.slice(0, from), mark, `${text.slice(to)}\n`];
}

/**
 * Where a mistake stands in the text; null where it is the whole text. Where something is missing, it is the sign before.
 * @param {import("../core/syntax.js").DocumentError} error
 * @param {string} text
 * @returns {Extent}
 */
function placeOf({extent}, text) {
  if (!extent || /\S/.test(text.slice(extent.from, extent.to))) return extent;
  const to = text.slice(0, extent.from).trimEnd().length;
  return to ? {from: to - (/[\ud800-\udbff].$/s.test(text.slice(0, to)) ? 2 : 1), to} : extent;
}
