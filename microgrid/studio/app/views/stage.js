// The graph in its window: how large it is shown, which part of it is seen, and what a click or a key on it does.

import {readableScale} from "../core/sizes.js";
import {targetOf} from "../core/steps.js";
import {byId, createWatch, setAttribute} from "./dom.js";
import {createMotion, reducedMotion} from "./motion.js";
import {paint} from "./painter.js";
import {createScene} from "./scene.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {import("../app.js").App} App */

const ROOM_STEP_PX = 16;
const ZOOM_STEP = 1.25;
const USUAL_LETTER_PX = 16;
const MAX_SCALE = 1.9,
  STAGE_MARGIN_PX = 8,
  FRAME_PX = 4; // around a card that is marked

/** @param {App} app */
export function createStage(app) {
  const room = byId("graph"),
    isNewScene = createWatch(),
    isNewSize = createWatch(),
    isNewPlace = createWatch();
  measure();
  let {scene, motion, cardOf, layout} = draw(app.derived),
    scale = 1,
    scaleWhole = 1, // at which all of it is seen
    scaleReadable = 1;
  isNewScene(app.derived.graph, app.derived.layout);

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showStage(state, derived, previous) {
    const isNew = isNewScene(derived.graph, derived.layout),
      isResized = isNewSize(state.zoom, state.whole, state.opened),
      isEntered = previous?.document === state.document && state.entered !== previous.entered,
      hadFocus = isNew && scene.svg.contains(document.activeElement);
    if (isNew) {
      motion.stop();
      ({scene, motion, cardOf, layout} = draw(derived));
    }
    paint(scene, state, derived);
    setAttribute(room, "aria-label", derived.words.say("graph"));
    if (!scene.svg.isConnected) putIntoRoom();
    else if (isResized) {
      fit();
      followStep(derived);
    }
    if (isNew || isEntered || !previous) reachByTab(state.entered.card);
    if (isEntered || hadFocus) drawnAt(state.entered.card)?.group.focus();
    if (isNewPlace(scene, state.visit, derived.asking?.card, state.opened)) app.onceWritten(() => comeTo(state, derived, previous));
  }

  // Tells how much room there is; a few pixels more or less move nothing.
  function measure() {
    const [width, height] = [room.clientWidth, room.clientHeight].map((length) => Math.round(length / ROOM_STEP_PX) * ROOM_STEP_PX),
      known = app.state.room;
    if (width && height && (width !== known?.[0] || height !== known[1])) app.dispatch({type: "setRoom", room: [width, height]});
  }

  /** @param {Derived} derived */
  function draw({graph, layout: places, words}) {
    const drawn = createScene(graph, places, words);
    for (const {group} of drawn.cards.values()) group.setAttribute("role", "button");
    for (const {group} of drawn.edges.values()) group.setAttribute("aria-hidden", "true"); // loose numbers; the table has them
    return {
      scene: drawn,
      layout: places,
      motion: createMotion(drawn, places, () => paint(scene, app.state, app.derived)),
      cardOf: new Map(graph.cards.map((card) => [drawn.cards.get(card)?.group, card])),
    };
  }

  // The room is measured while it is empty: else the browser would lay out all texts twice.
  function putIntoRoom() {
    const {scrollLeft, scrollTop} = room;
    room.replaceChildren();
    fit();
    room.append(scene.svg);
    if (scrollLeft || scrollTop) room.scrollTo(scrollLeft, scrollTop);
  }

  // --- cards and keys ---

  /** @param {number} i */
  function drawnAt(i) {
    return scene.cards.get(app.derived.graph.cards[i]);
  }

  /**
   * Lets the Tab key reach one card; from there, ↑ and ↓ go to the others.
   * @param {number} entered
   */
  function reachByTab(entered) {
    for (const {i} of app.derived.graph.cards) drawnAt(i)?.group.setAttribute("tabindex", i === entered ? "0" : "-1");
  }

  room.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target),
      card = cardOf.get(/** @type {any} */ (target.closest(".card"))),
      edge = target.closest(".edge"),
      {steps, asking} = app.derived;
    if (card) app.dispatch({type: "select", card: card.i});
    if (card || !edge || asking) return;
    const step = steps.findIndex((each) => each.edge && scene.edges.get(each.edge)?.group === edge);
    if (step >= 0) app.dispatch({type: "goTo", position: step + 1, animated: true});
  });

  room.addEventListener("keydown", (event) => {
    const {key} = event,
      card = cardOf.get(/** @type {any} */ (event.target));
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Enter" || key === " ") app.dispatch({type: "select", card: card.i});
    else if (key === "ArrowDown" || key === "ArrowUp")
      app.dispatch({type: "enterCard", card: card.i + (key === "ArrowDown" ? 1 : -1)});
    else return;
    event.preventDefault();
  });

  // --- how large the graph is shown, and which part of it ---

  function fit() {
    const {zoom, whole} = app.state,
      {width, height} = layout;
    const [across, down] = [room.clientWidth - STAGE_MARGIN_PX, room.clientHeight - STAGE_MARGIN_PX];
    const letterSize = parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_LETTER_PX; // larger on a large screen
    scaleWhole = Math.min(across / width, down / height, MAX_SCALE * letterSize);
    scaleReadable = Math.max(scaleWhole, readableScale(layout) * letterSize); // smaller text: then one scrolls, and the graph follows the step
    scale = whole ? scaleWhole : scaleReadable * zoom;
    scene.svg.setAttribute("width", `${Math.floor(width * scale)}`);
    scene.svg.setAttribute("height", `${Math.floor(height * scale)}`);
  }

  /**
   * Zooms by one step; one that would pass the size at which the graph can be read stops there.
   * @param {number} factor
   */
  function zoomBy(factor) {
    const now = scale / scaleReadable,
      next = now * factor,
      isPassed = Math.abs(Math.log(now)) > 0.01 && (now - 1) * (next - 1) < 0;
    app.dispatch({type: "zoomTo", zoom: isPassed ? 1 : next, least: scaleWhole / scaleReadable});
  }

  /**
   * Brings what happens now into view and, after one step onwards, shows it as a movement.
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function comeTo(state, derived, previous) {
    const {current} = derived.known;
    const isNewVisit = state.visit !== previous?.visit,
      isOpening = state.opened !== null && state.opened !== previous?.opened;
    if (isNewVisit) motion.stop();
    if (isOpening) follow(derived.graph.cards[state.opened ?? -1], []);
    else if (derived.asking || current) followStep(derived);
    else if (isNewVisit) room.scrollTo(0, 0);
    const mayMove = isNewVisit && state.visit.animated && derived.numbers.missing < 0 && !derived.asking;
    if (current && mayMove) motion.start(current, state, derived, scale);
  }

  /**
   * Scrolls to where the page is: to the card that a quiz asks for, with those that hand on to it, or to those of the
   * step: a value with what it is computed from, a gradient with the card that hands it on.
   * @param {Derived} derived
   */
  function followStep({asking, known: {current}, graph}) {
    if (asking) {
      const givers = graph.edges.filter(({operand}) => operand.i === asking.card).map(({result}) => result);
      follow(graph.cards[asking.card], givers.slice(0, 1));
    } else if (current) {
      const operands = current.phase === "know" ? current.card.edges.map(({operand}) => operand) : [];
      follow(targetOf(current) ?? current.card, [current.card, ...operands]);
    }
  }

  /**
   * Scrolls to the cards of a step; if there is no room for all, to the one whose number changes, and to as much of the
   * others as there is room for.
   * @param {Card | undefined} card none: a quiz without a question
   * @param {readonly Card[]} others
   */
  function follow(card, others) {
    if (!card || (room.scrollWidth <= room.clientWidth && room.scrollHeight <= room.clientHeight)) return;
    const wanted = boxOfCard(card),
      boxes = others.map(boxOfCard),
      {x, y} = room.getBoundingClientRect();
    const left = shiftFor([wanted.left - x, wanted.right - x], boxes.map((box) => [box.left - x, box.right - x]), room.clientWidth),
      top = shiftFor([wanted.top - y, wanted.bottom - y], boxes.map((box) => [box.top - y, box.bottom - y]), room.clientHeight);
    if (left || top) room.scrollBy({left, top, behavior: reducedMotion.matches || app.state.playing ? "auto" : "smooth"});
  }

  /** @param {Card} card */
  function boxOfCard(card) {
    const drawn = /** @type {import("./scene.js").DrawnCard} */ (scene.cards.get(card));
    return drawn.group.children[0].getBoundingClientRect(); // its frame
  }

  byId("smaller").addEventListener("click", () => zoomBy(1 / ZOOM_STEP));
  byId("larger").addEventListener("click", () => zoomBy(ZOOM_STEP));
  byId("fit").addEventListener("click", () => app.dispatch({type: "fitWindow"}));
  new ResizeObserver(() => {
    measure();
    fit();
  }).observe(room);

  return {
    show: showStage,
    get scale() {
      return scale;
    },
  };
}

/**
 * How far to scroll along one axis, so that what is wanted is seen whole and, if there is room, the others, too: not at
 * all where they are, else so far that they stand in the middle. Without room for all, as many as possible are seen from
 * the first on, since a card begins with its name.
 * @param {[number, number]} wanted from where to where, in the window
 * @param {[number, number][]} others
 * @param {number} room the size of the window
 */
function shiftFor([start, end], others, room) {
  const first = Math.min(start, ...others.map(([other]) => other)),
    last = Math.max(end, ...others.map(([, other]) => other));
  if (first >= FRAME_PX && last <= room - FRAME_PX) return 0;
  if (last - first <= room) return (first + last - room) / 2;
  return Math.min(start - FRAME_PX, Math.max(first - FRAME_PX, end + FRAME_PX - room));
}
