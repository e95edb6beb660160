// What moves on the way to a step: a baton runs along an edge, a total counts up, a number appears.

import {bracketed, show} from "../core/numerals.js";
import {targetOf} from "../core/steps.js";
import {paceIn} from "../derive.js";
import {makeSvg, write, writeNumber} from "./dom.js";
import {changeOnCard} from "./painter.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../core/graph.js").Card} Card */
/** @typedef {import("../core/graph.js").Edge} Edge */
/** @typedef {import("../core/drawing.js").Box} Box */
/** @typedef {import("../core/steps.js").Step} Step */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("./scene.js").DrawnCard} DrawnCard */
/** @typedef {import("./scene.js").DrawnEdge} DrawnEdge */

const RUN_MS = 1000, // that a baton takes for an edge
  COUNT_MS = 500,
  APPEAR_MS = 350;
const ARRIVAL = 0.75; // the part of the time after which the baton has arrived, and the total counts up
const BATON_HEIGHT_PX = 24,
  BATON_CHARACTER_PX = 7.9,
  BATON_PADDING_PX = 26;
// Where a baton may rest beside its edge, in its own widths and heights; the nearest first.
const PLACES_BESIDE_EDGE = [0, -0.5, 0.5].flatMap((aside) =>
  [0, -1, 1, -1.6, 1.6, -2.4, 2.4, -3.2, 3.2].map((away) => [aside, away]),
);

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Makes what moves on a scene.
 * @param {ReturnType<typeof import("./scene.js").createScene>} scene
 * @param {{width: number, height: number}} size of the picture
 * @param {() => void} repaint writes the numbers of the step when a movement has ended
 */
export function createMotion(scene, size, repaint) {
  let frame = 0;
  const plate = makeSvg("rect", {height: BATON_HEIGHT_PX, y: -BATON_HEIGHT_PX / 2, rx: BATON_HEIGHT_PX / 2}),
    text = makeSvg("text", {y: 4.5, "text-anchor": "middle"}),
    baton = makeSvg("g", {id: "baton"}, plate, text);
  scene.svg.append(baton);

  /** @param {Card} card */
  function drawnOf(card) {
    return /** @type {DrawnCard} */ (scene.cards.get(card));
  }

  /** Stops whatever moves. */
  function stop() {
    cancelAnimationFrame(frame);
    baton.removeAttribute("class");
  }

  /**
   * Shows a step that was just taken as a movement.
   * @param {Step} step
   * @param {State} state
   * @param {Derived} derived
   * @param {number} scale
   */
  function start(step, state, derived, scale) {
    const pace = Math.min(1, 1 / paceIn(state)),
      target = targetOf(step);
    if (step.phase === "think" && step.edge) run(step, step.edge, derived, scale, pace);
    else if (reducedMotion.matches) return;
    else if (step.kind === "change" && !step.card.node.op) countChange(step, derived, pace);
    else if (step.phase === "know") appear(drawnOf(step.card).value, pace);
    else if (target) appear(drawnOf(target).grad, pace);
  }

  /**
   * @param {Element | null | undefined} element
   * @param {number} pace
   */
  function appear(element, pace) {
    element?.animate?.([{opacity: 0}, {opacity: 1}], {duration: APPEAR_MS * pace});
  }

  /**
   * Calls `show` with the part of the time that is over, from 0 to 1, then paints the step as it is.
   * @param {number} duration
   * @param {(time: number) => void} show
   */
  function overTime(duration, show) {
    const begin = performance.now();
    const next = (/** @type {number} */ now) => {
      const time = Math.min((now - begin) / duration, 1);
      show(time);
      if (time < 1) frame = requestAnimationFrame(next);
      else repaint();
    };
    next(begin);
  }

  /**
   * The baton runs from the loss side to the operand, whose total counts up when it arrives.
   * @param {Step} step
   * @param {Edge} edge
   * @param {Derived} derived
   * @param {number} scale
   * @param {number} pace
   */
  function run(step, edge, derived, scale, pace) {
    const {line, share} = /** @type {DrawnEdge} */ (scene.edges.get(edge)),
      {grad} = drawnOf(edge.operand),
      {known, sentences, numbers, words} = derived;
    const [upstream, local, handed] = sentences.numbersOf(step, numbers, known.after).map((number) => show(number));
    text.textContent = `${upstream} × ${bracketed(local)} = ${handed}`;
    baton.setAttribute("class", "running");
    const width = text.textContent.length * BATON_CHARACTER_PX + BATON_PADDING_PX,
      zoom = Math.max(1, 1 / scale); // it is never shown smaller than its text can be read
    plate.setAttribute("width", `${width}`);
    plate.setAttribute("x", `${-width / 2}`);
    if (reducedMotion.matches) return rest(line, width * zoom, BATON_PADDING_PX * zoom, zoom);
    const length = line.getTotalLength(),
      half = (width * zoom) / 2;
    write(share, "");
    overTime(RUN_MS * pace, (time) => {
      const way = Math.min(time / ARRIVAL, 1),
        {x, y} = line.getPointAtLength(length * (1 - way) ** 2);
      place(Math.min(Math.max(x, half), Math.max(size.width - half, half)), y, zoom);
      if (way === 1) baton.removeAttribute("class");
      const arrived = Math.max(0, (time - ARRIVAL) / (1 - ARRIVAL)),
        total = known.before + (known.after - known.before) * arrived;
      if (grad) writeNumber(grad, way < 1 && !known.before ? "" : words.typeset(show(total)));
    });
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} zoom
   */
  function place(x, y, zoom) {
    baton.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${zoom.toFixed(3)})`);
  }

  /**
   * Without motion the baton rests near its edge, where it covers no number and as little of the cards as can be.
   * @param {SVGPathElement} line
   * @param {number} width
   * @param {number} height
   * @param {number} zoom
   */
  function rest(line, width, height, zoom) {
    const length = line.getTotalLength(),
      around = line.getBBox();
    const taken = obstacles({
      x: around.x - width,
      y: around.y - 4 * height,
      width: around.width + 2 * width,
      height: around.height + 8 * height,
    });
    let best = {x: 0, y: 0, cost: Infinity};
    for (const [aside, away] of PLACES_BESIDE_EDGE) {
      for (const way of [0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95]) {
        const at = line.getPointAtLength(length * way),
          x = Math.min(Math.max(at.x + aside * width, width / 2), Math.max(size.width - width / 2, width / 2)),
          y = Math.min(Math.max(at.y + away * height, height / 2), size.height - height / 2),
          box = {x: x - width / 2, y: y - height / 2, width, height};
        const cost = taken.reduce((sum, other) => sum + other.weight * overlap(box, other.box), 0);
        if (cost < best.cost) best = {x, y, cost};
      }
    }
    place(best.x, best.y, zoom);
  }

  /**
   * What may be covered in a part of the picture, and how much it would be missed: numbers, names, and cards.
   * @param {Box} part
   * @returns {{box: Box, weight: number}[]}
   */
  function obstacles(part) {
    const cards = [...scene.cards.values()].map(({group}) => group).filter((group) => overlap(boxOf(group), part));
    const texts = /** @type {SVGTextElement[]} */ ([...scene.svg.querySelectorAll(".edge text")]);
    for (const group of cards) texts.push(...group.querySelectorAll("text"));
    return [
      ...cards.map((group) => ({box: boxOf(group), weight: 1})),
      ...texts.filter((element) => element.textContent).map((element) => ({box: boxOf(element), weight: 50})),
    ];
  }

  /**
   * The new number of a leaf sets out from the old one.
   * @param {{card: Card, node: number}} step
   * @param {Derived} derived
   * @param {number} pace
   */
  function countChange({card, node}, derived, pace) {
    const drawn = drawnOf(card),
      from = derived.numbers.values[node],
      to = derived.numbers.changed.get(node) ?? from;
    overTime(COUNT_MS * pace, (time) =>
      write(drawn.value, changeOnCard(drawn, from, from + (to - from) * time, derived)),
    );
  }

  return {start, stop};
}

/**
 * The box of an element in the units of the picture.
 * @param {SVGGraphicsElement} element
 */
function boxOf(element) {
  const card = element.closest(".card"),
    [dx, dy] = card ? cornerOf(card) : [0, 0],
    frame = element === card ? card.querySelector("rect") : null;
  const {x, y, width, height} = (frame ?? element).getBBox();
  return {x: x + dx, y: y + dy, width, height};
}

/**
 * Where a card stands in the picture.
 * @param {Element} card
 */
function cornerOf(card) {
  return (card.getAttribute("transform")?.match(/[\d.]+/g) ?? []).map(Number);
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
