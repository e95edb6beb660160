// A network as one drawing, whatever the number of rows: how large it is shown, what is in view, and what a click, a key
// or a pointer on it does.

import {layOutNetwork} from "../core/network_layout.js";
import {byId, createWatch, make, setAttribute} from "./dom.js";
import {reducedMotion} from "./motion.js";
import {isPicked} from "./network_marks.js";
import {createPulses} from "./network_motion.js";
import {isByTraining} from "./panel.js";
import {paintNetwork} from "./network_painter.js";
import {createNetworkScene} from "./network_scene.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../derive/network.js").NetworkShown} NetworkShown */
/** @typedef {import("../derive/network.js").Picked} Picked */

const NARROW_WINDOW_PX = 700, // then a network runs from top to bottom
  NARROW_ROOM_PX = 430;
const PHONE_PX = 760; // up to which the page scrolls, as in the style sheets
const ROOT_PX = 16, // of the page where its texts are as large as those of the drawing
  WISHED_OF_WHOLE = 2 / 3, // of its usual scale, where a reader wants to see all of it: larger numbers rather than more
  PRESENTED_SCALE = 1.93; // its texts of 12.5 px have 24 px then, at 1920 × 1080

/** @param {App} app */
export function createNetwork(app) {
  const section = byId("network"),
    stage = byId("network-stage"),
    whole = make("button", {id: "network-whole", onclick: () => app.dispatch({type: "fitWindow"})}, "⤢"),
    isNewShape = createWatch(),
    isNewPlace = createWatch();
  /** @type {import("./network_scene.js").NetworkScene | null} */
  let scene = null,
    room = {width: 0, height: 0, isVertical: false, least: 1, wished: 1, opened: 0},
    entered = 0; // the part that the Tab key reaches, among all in order
  const pulses = createPulses();
  stage.before(whole);

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showNetwork(state, derived, previous) {
    const {network: shown} = derived;
    section.hidden = !shown;
    if (!shown) return;
    const isRunning = Boolean(state.training && previous?.training); // cycle after cycle: nothing has another place
    if (!isRunning) measure();
    const {network, spec} = shown;
    if (isNewShape(network, spec.data, room, derived.words) || !scene) draw(shown, derived.words);
    if (!scene) return;
    paintNetwork(scene, shown, derived.words, !derived.problem);
    if (isNewPlace(scene, state.visit, state.cycle) && !isRunning) comeTo(state, derived, previous);
  }

  /**
   * @param {NetworkShown} shown
   * @param {Words} words
   */
  function draw({network, spec, names}, words) {
    const {inputs, sizes} = network,
      hadFocus = stage.contains(document.activeElement) && document.activeElement !== stage;
    pulses.stop();
    const shape = {inputs, sizes, hasUnits: Boolean(spec.data.scale), inputNames: names.inputs};
    const layout = layOutNetwork(shape, room),
      fitting = Math.min(room.width / layout.width, room.height / layout.height); // however small that makes it
    scene = createNetworkScene(app.state.whole && fitting < layout.scale ? layOutNetwork(shape, {...room, least: fitting}) : layout);
    stage.replaceChildren(scene.svg);
    const {hasLabels, layers} = scene.layout;
    section.dataset.numbers = hasLabels ? "lines" : layers.slice(1).some(({nodes}) => nodes[0].bias) ? "biases" : "";
    setAttribute(scene.svg, "aria-label", words.say("network"));
    setAttribute(stage, "aria-label", words.say("network"));
    whole.hidden = room.isVertical || !(app.state.whole || isLarger());
    setAttribute(whole, "aria-pressed", `${app.state.whole}`);
    for (const name of ["aria-label", "title"]) setAttribute(whole, name, words.say("fit"));
    entered = Math.min(entered, parts().length - 1);
    reachByTab();
    if (hadFocus) focusEntered();
  }

  // --- room ---

  // Tells how much room there is, and where numbers are asked for; a scroll bar that comes and goes, and a few pixels more
  // or less, move nothing.
  function measure() {
    const {clientWidth: width, clientHeight: height} = stage,
      isVertical = innerWidth <= NARROW_WINDOW_PX || width < NARROW_ROOM_PX;
    if (!width) return false;
    const {isPresenting, whole: isWhole} = app.state,
      {kind, layer} = app.derived.network?.picked ?? {kind: "", layer: 0},
      opened = kind === "neuron" || kind === "weight" ? layer : 0,
      usual = isPresenting ? Math.max(1, PRESENTED_SCALE * Math.min(innerWidth / 1920, innerHeight / 1080)) : 1,
      least = isWhole ? 1 : usual,
      wished = (isPresenting ? usual : parseFloat(getComputedStyle(document.documentElement).fontSize) / ROOT_PX) * (isWhole ? WISHED_OF_WHOLE : 1),
      isHighEnough = Math.abs(height - room.height) < 8 && (!scene || height >= scene.layout.height * scene.layout.scale),
      isSame = isVertical === room.isVertical && least === room.least && wished === room.wished && opened === room.opened && Math.abs(width - room.width) < 8 && (isVertical || height === room.height || isHighEnough);
    if (!isSame) room = {width, height, isVertical, least, wished, opened};
    return !isSame;
  }

  /** Whether not all of the drawing is seen. */
  function isLarger() {
    return stage.scrollHeight > stage.clientHeight || stage.scrollWidth > stage.clientWidth;
  }

  new ResizeObserver(() => {
    if (measure()) showNetwork(app.state, app.derived, app.state);
  }).observe(stage);

  // --- parts and keys ---

  /** All that can be picked by the keyboard, in order: the inputs, layer by layer, and the loss. @returns {Element[]} */
  function parts() {
    return scene ? [...scene.nodes.flat().map(({group}) => group), scene.box.group] : [];
  }

  function reachByTab() {
    for (const [i, part] of parts().entries()) part.setAttribute("tabindex", i === entered ? "0" : "-1");
  }

  function focusEntered() {
    /** @type {any} */ (parts()[entered])?.focus({preventScroll: true});
    parts()[entered]?.scrollIntoView({block: "nearest", inline: "nearest"});
  }

  /**
   * @param {EventTarget | null} target
   * @returns {Picked | null}
   */
  function partAt(target) {
    const element = /** @type {Element} */ (target),
      edge = element.closest("[data-edge]"),
      node = element.closest(".neuron");
    if (edge && scene) {
      const {layer, neuron, input} = scene.layout.edges[Number(edge.getAttribute("data-edge"))];
      return {kind: "weight", layer, neuron, input};
    }
    if (element.closest("[data-loss]")) return {kind: "loss", layer: 0, neuron: 0};
    if (!node) return null;
    const layer = Number(node.getAttribute("data-layer")),
      kind = layer === 0 ? "input" : element.closest(".bias") ? "bias" : "neuron";
    return {kind, layer, neuron: Number(node.getAttribute("data-neuron"))};
  }

  /** @param {Picked | null} part */
  function pick(part) {
    const picked = app.derived.network?.picked ?? null,
      isSamePart = part && picked && isPicked(picked, part.kind, part.layer, part.neuron) && part.input === picked.input;
    app.dispatch({type: "pickPart", part: isSamePart ? null : part});
    if (!isSamePart) byId("part").scrollIntoView({block: "nearest"}); // it may have opened below the edge
  }

  /** @param {Picked | null} part */
  function point(part) {
    const {network} = app.derived;
    if (network && JSON.stringify(part) !== JSON.stringify(network.hover)) app.dispatch({type: "hoverPart", part});
  }

  stage.addEventListener("click", (event) => {
    const part = partAt(event.target),
      place = parts().indexOf(/** @type {any} */ (event.target).closest("[role=button]"));
    if (place >= 0) {
      entered = place;
      reachByTab();
    }
    if (part) pick(part);
  });
  stage.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse" && !app.state.training) point(partAt(event.target));
  });
  stage.addEventListener("pointerleave", () => point(null));
  stage.addEventListener("focusin", (event) => {
    const place = parts().indexOf(/** @type {any} */ (event.target));
    if (place >= 0 && /** @type {Element} */ (event.target).matches(":focus-visible")) point(partAt(event.target));
  });
  stage.addEventListener("focusout", () => point(null));
  stage.addEventListener("keydown", (event) => {
    const {key} = event,
      place = parts().indexOf(/** @type {any} */ (event.target));
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Enter" || key === " ") pick(partAt(event.target));
    else if (key === "ArrowDown" || key === "ArrowUp") {
      entered = Math.min(Math.max(place + (key === "ArrowDown" ? 1 : -1), 0), parts().length - 1);
      reachByTab();
      focusEntered();
    } else return;
    event.preventDefault();
  });

  // --- what happens now ---

  /**
   * Brings what happens now into view and, after one step onwards, shows it as a movement.
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function comeTo(state, derived, previous) {
    const {network: shown} = derived;
    pulses.stop();
    if (!scene || !shown) return;
    const {step, picked} = shown;
    const isMoved = previous?.document === state.document && previous.visit !== state.visit;
    if (picked && picked.kind !== "loss" && !isMoved) follow(picked, picked.neuron);
    else if (!step || (!isMoved && step.phase === "know" && !state.isPresenting)) stage.scrollTo(0, 0);
    else if (step.phase !== "change") follow(step);
    if (isMoved && !isByTraining(state, previous)) showStage();
    const mayMove = isMoved && state.visit.animated && !state.training && !reducedMotion.matches;
    if (step && mayMove) pulses.start(scene, step, shown, state);
  }

  /** On a phone the page is longer than the screen: comes back to the drawing, unless the reader looks at what came of it. */
  function showStage() {
    if (innerWidth > PHONE_PX || isInSight(byId("part")) || isInSight(byId("learned-plot"))) return;
    if (!isInSight(stage)) stage.scrollIntoView({block: "nearest"});
  }

  /**
   * Scrolls to the layer of a step, or to one of its neurons, and to the layer before it, where not all of the drawing is
   * seen; where there is no room for both, to the whole of the later one.
   * @param {{kind: string, layer: number}} step
   * @param {number} [neuron]
   */
  function follow({kind, layer}, neuron) {
    if (!scene || !isLarger()) return;
    const {layers, loss, scale, isVertical} = scene.layout,
      to = kind === "loss" ? loss : layers[layer].band,
      areas = [layers[kind === "loss" ? layers.length - 1 : Math.max(layer - 1, 0)].band, to];
    if (neuron !== undefined && !isVertical) for (const [i, area] of areas.entries()) areas[i] = {...area, y: layers[layer].nodes[neuron].y, height: layers[layer].height};
    const place = (/** @type {"x" | "y"} */ axis, /** @type {"width" | "height"} */ size, /** @type {number} */ seen) => {
      const start = Math.min(...areas.map((area) => area[axis] - area[size] / 2)) * scale,
        end = Math.max(...areas.map((area) => area[axis] + area[size] / 2)) * scale;
      if (end - start <= seen) return (start + end - seen) / 2;
      return isVertical || axis === "x" ? end - seen : start;
    };
    stage.scrollTo({
      left: isVertical ? 0 : place("x", "width", stage.clientWidth),
      top: place("y", "height", stage.clientHeight),
      behavior: reducedMotion.matches || app.state.playing || app.state.training ? "auto" : "smooth",
    });
  }

  return {show: showNetwork};
}

/**
 * Whether most of an element can be seen.
 * @param {Element} element
 */
function isInSight(element) {
  const {top, bottom, height} = element.getBoundingClientRect(),
    end = document.querySelector("footer")?.getBoundingClientRect().top ?? innerHeight;
  return Math.min(bottom, end) - Math.max(top, 0) > height / 2;
}
