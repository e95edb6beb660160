// The same in Python: the text as a program that runs as it is, with the numbers that stand on the page, in a dialog, to
// copy; and the code of every step.

import {asPython} from "../core/python.js";
import {hasOwnNumbers} from "../derive/loop.js";
import {startLeavesOf, startRateOf} from "../derive.js";
import {byId, closeButton, copyText, headingOfDialog, make, setAttribute, write} from "./dom.js";

/** @param {import("../app.js").App} app */
export function createPython(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("python")),
    toggle = byId("code"),
    lines = byId("code-lines");

  /**
   * @param {import("../actions.js").State} state
   * @param {import("../derive.js").Derived} derived
   */
  function showPython(state, {codeLines, words}) {
    setAttribute(toggle, "aria-pressed", `${state.isCodeShown}`);
    setAttribute(lines, "data-label", state.isCodeShown ? words.say(codeLines.length ? "editor.code.label" : "editor.code.none") : null);
    write(lines, codeLines.join("\n"));
  }

  function open() {
    const {words} = app.derived,
      {document, draft} = app.state,
      program = asPython(document.text ?? "", app.state).join("\n"),
      areMoved = !hasOwnNumbers(app.state, startLeavesOf(document), startRateOf(document)),
      told = make("p", {id: "python-told", role: "status"}),
      text = make("pre", {tabindex: "0", role: "group", "aria-labelledby": "python-title"}, program);
    const copyProgram = async () => write(told, words.say((await copyText(program, text)) ? "copied" : "share.by_hand"));
    const copy = make("button", {onclick: copyProgram}, words.say("copy")),
      close = closeButton(words, () => dialog.close());
    dialog.replaceChildren(
      headingOfDialog("python-title", words.say("editor.python"), copy, close),
      told,
      ...(draft.error ? [make("p", {id: "python-stale"}, words.say("editor.python.stale"))] : []),
      ...(areMoved ? [make("p", {id: "python-moved"}, words.say("editor.python.moved"))] : []),
      text,
    );
    app.dispatch({type: "pause"});
    dialog.showModal();
  }

  toggle.addEventListener("click", () => app.dispatch({type: "showCode", isShown: !app.state.isCodeShown}));
  byId("show-python").addEventListener("click", open);
  return {show: showPython};
}
