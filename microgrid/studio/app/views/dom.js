// Small helpers that every view uses to write into the document.

import {cutForLines} from "../core/numerals.js";

/**
 * Returns an element that the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Tells whether a dialog is open: keys belong to it then. */
export function isDialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}

/**
 * Tells whether keys of one character, and those that move a caret, belong to an element.
 * @param {Element} element
 */
export function isTypedInto(element) {
  return element.matches?.("input:not([type=range], [type=checkbox]), select, textarea");
}

/**
 * Makes an element. Text is set as text, so that a label can never become markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] true sets an empty attribute, false none; one that begins with "on" is a listener
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * Makes an element of SVG.
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 */
export function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.append(...children);
  return element;
}

/**
 * Makes the heading of a dialog, which stands on a line with its buttons, but is read without them.
 * @param {string} id
 * @param {string} text
 * @param {...Node} buttons
 */
export function headingOfDialog(id, text, ...buttons) {
  return make("h2", {role: "presentation"}, make("span", {id, role: "heading", "aria-level": "2"}, text), ...buttons);
}

/**
 * Makes the button in the corner of what it closes.
 * @param {import("../core/words.js").Words} words
 * @param {() => void} close
 */
export function closeButton(words, close) {
  return make("button", {class: "close", "aria-label": words.say("close"), onclick: close}, "✕");
}

const textWritten = new WeakMap(),
  attributesWritten = new WeakMap(); // what was written last: asking the document would be slower

/**
 * Writes a text, unless it stands there already; tells whether it did.
 * @param {Element | null | undefined} element
 * @param {string} text
 */
export function write(element, text) {
  if (!element || textWritten.get(element) === text) return false;
  textWritten.set(element, text);
  element.textContent = text;
  return true;
}

/**
 * Makes the nodes of a sentence in which no line breaks between a number and its sign, or a name and its bracket.
 * @param {string} text
 */
export function inLines(text) {
  return cutForLines(text).flatMap((part, i) => (i % 2 ? make("span", {class: "together"}, ...withExponents(part)) : withExponents(part)));
}

/**
 * Makes the nodes of a text whose exponents of ten are elements, so that a presentation can have them larger.
 * @param {string} text
 */
export function withExponents(text) {
  return text.split(/(?<=10)([⁻⁰¹²³⁴-⁹]+)/).map((part, i) => (i % 2 ? make("span", {class: "exponent"}, part) : part));
}

/**
 * Sets an attribute, unless it has this value already; null removes it.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
export function setAttribute(element, name, value) {
  let written = attributesWritten.get(element);
  if (!written) attributesWritten.set(element, (written = {}));
  if (written[name] === value) return;
  written[name] = value;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/**
 * Sets the classes of an element.
 * @param {Element | null | undefined} element
 * @param {string} kinds
 */
export function mark(element, kinds) {
  if (element) setAttribute(element, "class", kinds);
}

/**
 * Fills a panel anew; the focus stays on the same button or field.
 * @param {Element} panel
 * @param {...(Node | string)} children
 */
export function refill(panel, ...children) {
  const controls = () => /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("button, input")]);
  const place = controls().findIndex((control) => control === document.activeElement);
  panel.replaceChildren(...children);
  if (place >= 0) controls()[place]?.focus();
}

/** Returns a function that tells, call by call, whether any of its arguments is another than at the call before. */
export function createWatch() {
  /** @type {any[]} */
  let last = [createWatch]; // which nobody gives
  return (/** @type {any[]} */ ...parts) => {
    const isNew = parts.some((part, i) => part !== last[i]);
    last = parts;
    return isNew;
  };
}

/**
 * Says, beside a field and to screen readers, why the text typed into it is refused; "" takes that back.
 * @param {Element} field
 * @param {Element} place
 * @param {string} why
 */
export function refuse(field, place, why) {
  field.setAttribute("aria-invalid", `${Boolean(why)}`);
  if (why) field.setAttribute("aria-describedby", place.id);
  else field.removeAttribute("aria-describedby");
  write(place, why);
}

/**
 * Does what may change what stands above an element, and scrolls so that it stays under the finger: on a phone, where the
 * page scrolls.
 * @param {Element} element
 * @param {() => void} change
 */
export function keepInPlace(element, change) {
  const {top} = element.getBoundingClientRect();
  change();
  const moved = element.getBoundingClientRect().top - top;
  if (moved) scrollBy(0, moved);
}

const NEWS_MS = 15_000, // that news stays, for who looks for it
  AGAIN_MS = 100; // so that a text that stands there already is heard as news

/**
 * Returns a function that tells screen readers a text by a live region, also if it is the text that was told last.
 * @param {Element} region
 */
export function createNews(region) {
  let clock = 0;
  return function tell(/** @type {string} */ text) {
    const isAgain = text !== "" && region.textContent === text;
    clearTimeout(clock);
    region.textContent = isAgain ? "" : text;
    clock = setTimeout(() => (isAgain ? tell(text) : (region.textContent = "")), isAgain ? AGAIN_MS : NEWS_MS);
  };
}

/**
 * Copies a text, and tells whether it could. Where a page like this has no clipboard, the element that holds the text is
 * selected and copied.
 * @param {string} text
 * @param {Element} element
 */
export async function copyText(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (element instanceof HTMLTextAreaElement) element.select();
    else getSelection()?.selectAllChildren(element);
    return document.execCommand("copy");
  }
}

// --- numbers on cards and edges --------------------------------------------------------------------------------------

const NUMBER_ROOM_PX = 78; // for ten characters; a longer number is squeezed into it

/** @param {string} text */
export function asOnCard(text) {
  return text.replaceAll(" × 10", "×10");
}

/**
 * Writes a number where a card or an edge has room for ten characters.
 * @param {Element | null | undefined} element
 * @param {string} text
 */
export function writeNumber(element, text) {
  if (element && write(element, asOnCard(text))) squeeze(element);
}

/** @param {Element} element */
function squeeze(element) {
  if ((element.textContent ?? "").length <= 10) return element.removeAttribute("textLength");
  element.setAttribute("textLength", `${NUMBER_ROOM_PX}`);
  element.setAttribute("lengthAdjust", "spacingAndGlyphs");
}
