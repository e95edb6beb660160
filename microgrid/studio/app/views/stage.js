// The graph in its window: how large it is shown, which part of it is seen, and what a click or a key on it does.

import {targetOf} from "../core/steps.js";
import {byId, createWatch, setAttribute} from "./dom.js";
import {createMotion, reducedMotion} from "./motion.js";
import {paint} from "./painter.js";
import {createScene} from "./scene.js";

const MIN_TEXT_PX = 11; // smaller text cannot be read in class: then one scrolls, and the graph follows the step
const CARD_TEXT_PX = 12.5,
  SMALL_CARD_TEXT_PX = 11.5;
const ROOM_STEP_PX = 16;
const MAX_SCALE = 1.9,
  STAGE_MARGIN_PX = 8;

export function createStage(app) {
  const room = byId("graph"),
    isNewScene = createWatch(),
    isNewSize = createWatch(),
    isNewPlace = createWatch();
  let scene = null,
    motion = null,
    cardOf = new Map(), // by the group that draws it
    scale = 1;

  function show(state, derived, previous) {
    const isNew = isNewScene(derived.graph, derived.layout);
    if (isNew) build(derived);
    paint(scene, state, derived);
    setAttribute(scene.svg, "aria-label", derived.words.say("graph"));
    setAttribute(room, "aria-label", derived.words.say("graph"));
    if (isNewSize(scene, state.zoom, state.whole, state.opened)) fit();
    reachByTab(state, isNew || state.entered !== previous?.entered);
    if (state.entered !== previous?.entered && state.entered.isFocused) focusOn(state.entered.card);
    if (isNewPlace(scene, state.visit, derived.asking?.card, state.opened)) comeTo(state, derived, previous);
  }

  function build({graph, layout, words}) {
    const hadFocus = room.querySelector("svg")?.contains(document.activeElement);
    motion?.stop();
    scene = createScene(graph, layout, words);
    cardOf = new Map([...scene.cards].map(([card, {group}]) => [group, card]));
    for (const [card, {group}] of scene.cards) {
      group.setAttribute("role", "button");
      if (card.isNeuron) group.setAttribute("aria-expanded", "false");
    }
    room.replaceChildren(scene.svg);
    motion = createMotion(scene, layout, () => paint(scene, app.state, app.derived));
    if (hadFocus) {
      reachByTab(app.state, true);
      focusOn(app.state.entered.card);
    }
  }

  // --- cards and keys ---

  // One card takes part in the order of the Tab key; from there, ↑ and ↓ go to the others.
  function reachByTab({entered}, isNew) {
    if (isNew) for (const [card, {group}] of scene.cards) setAttribute(group, "tabindex", card.i === entered.card ? "0" : "-1");
  }

  function focusOn(i) {
    scene.cards.get(app.derived.graph.cards[i])?.group.focus();
  }

  function cardAt(element) {
    return cardOf.get(element.closest(".card")) ?? null;
  }

  room.addEventListener("click", ({target}) => {
    const card = cardAt(target),
      edge = target.closest(".edge");
    if (card) app.dispatch({type: "select", card: card.i});
    else if (edge) {
      const step = app.derived.steps.findIndex((each) => each.edge && scene.edges.get(each.edge).group === edge);
      if (step >= 0 && !app.derived.asking) app.dispatch({type: "goTo", position: step + 1, animated: true});
    }
  });

  room.addEventListener("keydown", (event) => {
    const card = cardAt(event.target),
      direction = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") app.dispatch({type: "select", card: card.i});
    else if (direction) app.dispatch({type: "enterCard", card: card.i + direction});
    else return;
    event.preventDefault();
  });

  // --- how large the graph is shown, and which part of it ---

  function fit() {
    const {zoom, whole} = app.state,
      {width, height, compact} = app.derived.layout;
    const fitting = Math.min((room.clientWidth - STAGE_MARGIN_PX) / width, (room.clientHeight - STAGE_MARGIN_PX) / height, MAX_SCALE),
      least = MIN_TEXT_PX / (compact ? SMALL_CARD_TEXT_PX : CARD_TEXT_PX);
    scale = whole ? fitting : Math.max(fitting, least) * zoom;
    scene.svg.setAttribute("width", `${Math.floor(width * scale)}`);
    scene.svg.setAttribute("height", `${Math.floor(height * scale)}`);
  }

  // Brings what happens now into view and, after one step onwards, shows it as a movement.
  function comeTo(state, derived, previous) {
    const {current} = derived.known,
      {cards} = derived.graph;
    const isNewVisit = state.visit !== previous?.visit,
      isOpening = state.opened !== null && state.opened !== previous?.opened;
    if (isNewVisit) motion.stop();
    if (isOpening) follow(cards[state.opened]);
    else if (derived.asking) follow(cards[derived.asking.card]);
    else if (current) follow(current.card, targetOf(current));
    else if (isNewVisit) room.scrollTo(0, 0);
    const isMoving = isNewVisit && state.visit.animated && current && derived.numbers.missing < 0 && !derived.asking;
    if (isMoving) motion.start(state, derived, scale);
  }

  // Scrolls to the cards of a step; if there is no room for both, to the one whose number changes.
  function follow(card, target = null) {
    if (!card || (room.scrollWidth <= room.clientWidth && room.scrollHeight <= room.clientHeight)) return;
    const outer = room.getBoundingClientRect(),
      placeOf = (each) => scene.cards.get(each).group.querySelector("rect").getBoundingClientRect();
    const wanted = placeOf(target ?? card),
      giver = placeOf(card),
      span = (start, end) => Math.max(wanted[end], giver[end]) - Math.min(wanted[start], giver[start]);
    const haveRoom = span("left", "right") <= room.clientWidth && span("top", "bottom") <= room.clientHeight,
      boxes = haveRoom ? [wanted, giver] : [wanted];
    const left = Math.min(...boxes.map((box) => box.left)),
      right = Math.max(...boxes.map((box) => box.right)),
      top = Math.min(...boxes.map((box) => box.top)),
      bottom = Math.max(...boxes.map((box) => box.bottom));
    if (left >= outer.left && right <= outer.right && top >= outer.top && bottom <= outer.bottom) return;
    room.scrollTo({
      left: room.scrollLeft + (left + right) / 2 - outer.left - room.clientWidth / 2,
      top: room.scrollTop + (top + bottom) / 2 - outer.top - room.clientHeight / 2,
      behavior: reducedMotion.matches || app.state.playing ? "auto" : "smooth",
    });
  }

  byId("smaller").addEventListener("click", () => app.dispatch({type: "zoomBy", factor: 1 / 1.25}));
  byId("larger").addEventListener("click", () => app.dispatch({type: "zoomBy", factor: 1.25}));
  byId("fit").addEventListener("click", () => app.dispatch({type: "fitWindow"}));
  new ResizeObserver(() => {
    measure();
    if (scene) fit();
  }).observe(room);

  // Lays the graph out anew only where the room has become another.
  function measure() {
    const now = [room.clientWidth, room.clientHeight].map((length) => Math.round(length / ROOM_STEP_PX) * ROOM_STEP_PX);
    const isSame = app.state.room?.every((length, i) => length === now[i]);
    if (!isSame && now.every((length) => length > 0)) app.dispatch({type: "setRoom", room: now});
  }

  return {
    show,
    measure,
    get scale() {
      return scale;
    },
  };
}
