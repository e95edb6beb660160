// What a screen reader is told while the page plays: nobody can listen to every step, but each phase is named, and
// where it stops is said in full. Steps that a reader takes herself are announced by what is written about them.

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */

/** @param {import("../app.js").App} app */
export function createAnnouncer(app) {
  let phase = "";

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showAnnouncer(state, derived, previous) {
    const {known, words, place} = derived,
      isNewPhase = (known.current?.phase ?? "") !== phase,
      hasStopped = previous?.playing && !state.playing && state.position === previous.position;
    phase = known.current?.phase ?? "";
    if (hasStopped) app.announce(`${place} · ${derived.sentence}`);
    else if (state.playing && isNewPhase && phase) app.announce(words.word(`phase.${phase}`));
  }

  return {show: showAnnouncer};
}
