// Sharing: the state as a link or a code to copy, or as a file; and a field to open what somebody else has sent.

import {sharedOf} from "../actions/share.js";
import {encodeState, fitsAddress} from "../core/share.js";
import {byId, closeButton, copyText, headingOfDialog, make, refuse, write} from "./dom.js";

/** @typedef {import("../core/share.js").ShareError} ShareError */
/** @typedef {import("../app.js").App} App */

/**
 * Makes the dialog.
 * @param {App} app
 * @param {HTMLElement} source the page as it was before its program ran
 */
export function createShare(app, source) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("share-dialog")),
    hasLink = location.protocol.startsWith("http") && window === window.parent;

  async function open() {
    app.dispatch({type: "pause"});
    const {words} = app.derived,
      say = (/** @type {string} */ key) => words.say(`share.${key}`),
      code = await encodeState(sharedOf(app.state, app.datasets)),
      isLink = hasLink && fitsAddress(code);
    const text = make("textarea", {id: "share-code", readonly: true, rows: "3", spellcheck: "false", "aria-describedby": "share-what"}),
      paste = make("textarea", {id: "share-paste", rows: "2", spellcheck: "false", autocomplete: "off"}),
      told = make("p", {id: "share-told", role: "status"}),
      refused = make("p", {id: "share-refused", role: "status"});
    text.value = isLink ? `${location.href.split("#")[0]}#${code}` : code;
    const copy = make("button", {id: "share-copy", onclick: () => copyCode(text, told)}, words.say("copy")),
      save = make("button", {id: "share-save", onclick: () => saveFile(code, told)}, say("save")),
      close = closeButton(words, () => dialog.close());
    const form = make("form", {}, make("label", {for: "share-paste"}, say("paste")), paste, make("button", {}, say("open")), refused);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      openPasted(paste, refused);
    });
    dialog.replaceChildren(
      headingOfDialog("share-title", words.say("share"), close),
      make("label", {for: "share-code"}, `${say("mine")} (${isLink ? say("link") : words.say("editor.code")})`),
      make("p", {id: "share-what"}, say(isLink ? "link.what" : hasLink ? "code.long" : "code.what")),
      text,
      make("div", {class: "row"}, copy, save),
      told,
      form,
    );
    if (!dialog.open) dialog.showModal();
    copy.focus();
  }

  /**
   * @param {HTMLTextAreaElement} text
   * @param {Element} told
   */
  async function copyCode(text, told) {
    const isCopied = await copyText(text.value, text);
    write(told, app.derived.words.say(isCopied ? "copied" : "share.by_hand"));
    if (!isCopied) text.select();
  }

  /**
   * @param {string} code
   * @param {Element} told
   */
  function saveFile(code, told) {
    const address = URL.createObjectURL(new Blob([pageWith(source, app.state.document, code)], {type: "text/html"})),
      file = fileNameOf(app.state.document),
      link = make("a", {href: address, download: file});
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // a browser may ask first where to put it
    write(told, app.derived.words.say("share.saved", {file}));
  }

  /**
   * @param {HTMLTextAreaElement} field
   * @param {Element} place
   */
  async function openPasted(field, place) {
    try {
      await app.open(codeIn(field.value), true);
      dialog.close();
    } catch (error) {
      const {key, parts} = /** @type {ShareError} */ (error);
      refuse(field, place, app.derived.words.word(key, parts));
      field.focus();
    }
  }

  /**
   * Tells about a code that cannot be opened; it stays in the field.
   * @param {ShareError} error
   * @param {string} code
   */
  async function tell(error, code) {
    await open();
    const field = /** @type {HTMLTextAreaElement} */ (byId("share-paste"));
    field.value = code;
    refuse(field, byId("share-refused"), app.derived.words.word(error.key, error.parts));
    field.focus();
  }

  byId("share").addEventListener("click", open);
  return {show() {}, open, tell};
}

/**
 * Another name than that of the program, which it would replace in the same folder.
 * @param {import("../actions.js").DocumentOfPage} document
 */
function fileNameOf({name}) {
  return `microgrid-${name?.replace(/[^\w-]/g, "") || "shared"}.html`;
}

/**
 * The code in what was pasted: a link, or a code, which a letter may have broken into lines.
 * @param {string} text
 */
function codeIn(text) {
  return text.replace(/[\s\u200b\u00ad<>]/g, "").replace(/^.*#/, "");
}

/**
 * Returns the page as a file that opens with a state: the source of this one, with another document in it.
 * @param {HTMLElement} source
 * @param {import("../actions.js").DocumentOfPage} document
 * @param {string} code
 */
function pageWith(source, document, code) {
  const page = /** @type {HTMLElement} */ (source.cloneNode(true)),
    isText = document.kind === "text",
    content = {...document, ...(isText && {record: undefined, lines: undefined}), state: code}; // they follow from the text
  /** @type {Element} */ (page.querySelector("#document")).textContent = asScript(JSON.stringify(content, null, 1));
  const table = page.querySelector("noscript");
  if (table) table.textContent = table.textContent?.replace(/<table>.*<\/table>/s, "") ?? ""; // of another document
  return `<!DOCTYPE html>\n${page.outerHTML}\n`;
}

/**
 * JSON as it may stand in a script element.
 * @param {string} json
 */
function asScript(json) {
  return json.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
