// The address of the page holds its state, so that a link opens it as it was, and the browser's Back opens the document
// before. While the page's own document stands there as it was opened, the address names the step alone, and a page
// that is written anew shows what is new.

import {closedPositionIn, isUntouched, sharedOf} from "../actions/share.js";
import {encodeState, fitsAddress} from "../core/share.js";

const ADDRESS_PAUSE_MS = 500; // between one writing and the next

/** @typedef {import("../core/share.js").ShareError} ShareError */
/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */

/**
 * Keeps the address and the state together.
 * @param {App} app
 * @param {{own: import("../actions.js").DocumentOfPage, choosesLanguage: boolean}} page its document; whether its
 * language is that of the browser
 * @param {{tell: (error: ShareError, code: string) => void}} share tells about a code that cannot be opened
 */
export function createAddress(app, page, share) {
  let clock = 0,
    turn = 0, // what was begun before another address was opened is not written any more
    written = location.hash,
    /** @type {Promise<unknown>} */
    writing = Promise.resolve();

  /**
   * @param {State} state
   * @param {Derived} _
   * @param {State | null} previous
   */
  function showAddress(state, _, previous) {
    if (previous && state.entry !== previous.entry) {
      stopWaiting();
      write(previous, "replaceState");
      write(state, "pushState");
    } else if (!clock) clock = setTimeout(writeLatest, ADDRESS_PAUSE_MS);
  }

  function writeLatest() {
    stopWaiting();
    write(app.state, "replaceState");
  }

  function stopWaiting() {
    clearTimeout(clock);
    clock = 0;
  }

  /**
   * Writes after what is being written, whether or not that succeeds.
   * @param {State} state
   * @param {"replaceState" | "pushState"} how
   */
  function write(state, how) {
    const begun = turn;
    writing = Promise.allSettled([writing]).then(() => writeNow(state, how, begun));
  }

  /**
   * @param {State} state
   * @param {"replaceState" | "pushState"} how
   * @param {number} begun
   */
  async function writeNow(state, how, begun) {
    const code = await encodeState(sharedOf(state, app.datasets)),
      address = `#${shortest(state, code)}`;
    if (begun !== turn || (how === "replaceState" && address === written)) return;
    written = address;
    try {
      history[how]({code}, "", address);
    } catch {
      /* inside a notebook the page has no address of its own */
    }
  }

  /**
   * What the address says: the step, or the whole state. One that is too long stays in the history of the browser.
   * @param {State} state
   * @param {string} code
   */
  function shortest(state, code) {
    const isShort = isUntouched(state, page.own);
    if (!isShort && fitsAddress(code)) return code;
    const language = page.choosesLanguage ? `&language=${state.language}` : "";
    return isShort || state.document === page.own ? `step=${closedPositionIn(state)}${language}` : "";
  }

  addEventListener("popstate", async ({state}) => {
    stopWaiting();
    turn++;
    written = location.hash;
    const place = placeInAddress(),
      code = codeInAddress() ?? state?.code;
    try {
      if (code) await app.open(code, false);
      else if (place) openPlace(place);
    } catch (error) {
      share.tell(/** @type {ShareError} */ (error), code);
    }
  });

  /** @param {{step: number, language?: string}} place */
  function openPlace({step, language}) {
    if (language && language !== app.state.language) app.dispatch({type: "setLanguage", language});
    if (step !== app.state.position) app.dispatch({type: "goTo", position: step});
  }

  return {show: showAddress, openPlace};
}

/**
 * The step and the language that the address names, or null.
 * @returns {{step: number, language?: string} | null}
 */
export function placeInAddress() {
  const match = /^#step=(\d+)(?:&language=(en|ja))?$/.exec(location.hash);
  return match && {step: Number(match[1]), language: match[2]};
}

/** The code of a state in the address, or null. */
export function codeInAddress() {
  return /^#(\d+[a-z].*)$/s.exec(location.hash)?.[1] ?? null;
}
