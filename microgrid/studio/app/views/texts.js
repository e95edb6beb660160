// The texts that stand on the page whatever is shown: its title, and the names of its buttons.

import {byId, createWatch} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

const TRANSPORT_BUTTONS = ["first", "back", "play", "next", "last"],
  NAMED_BUTTONS = [...TRANSPORT_BUTTONS, "smaller", "fit", "larger", "present", "language", "share", "help"];

/** @param {App} app */
export function createTexts(app) {
  const isNewText = createWatch(),
    language = byId("language");

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTexts(state, {words, title, endName}) {
    const titleOfOwn = state.document.kind === "text" ? words.say("title.own", {name: endName}) : "";
    if (!isNewText(words, title, titleOfOwn)) return;
    if (document.documentElement.lang !== state.language) app.announce(""); // the latest result is in the other language
    document.documentElement.lang = state.language;
    for (const element of document.querySelectorAll("[data-text]"))
      element.textContent = words.word(element.getAttribute("data-text") ?? "");
    for (const id of NAMED_BUTTONS) {
      byId(id).setAttribute("aria-label", words.say(id));
      byId(id).title = words.say(id);
    }
    const other = otherLanguage(state.language);
    language.textContent = other === "ja" ? "日本語" : "English";
    language.lang = other;
    byId("title").textContent = title;
    const named = title || titleOfOwn;
    document.title = named ? `${named} · microgrid` : words.say("title");
  }

  byId("skip").addEventListener("click", () => byId("next").focus()); // no link: the address holds the state
  language.addEventListener("click", () =>
    app.dispatch({type: "setLanguage", language: otherLanguage(app.state.language)}),
  );
  return {show: showTexts};
}

/** @param {string} language */
export function otherLanguage(language) {
  return language === "ja" ? "en" : "ja";
}
