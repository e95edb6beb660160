// The edges of a network, and where the numbers of each stand: on their lines, and in nobody's way.

import {LINE_UNITS, overlaps} from "./network_places.js";

/** @typedef {import("./network_places.js").Area} Area */
/** @typedef {import("./network_places.js").EdgePlace} EdgePlace */
/** @typedef {import("./network_places.js").LayerPlace} LayerPlace */
/** @typedef {import("./network_places.js").NetworkLayout} NetworkLayout */
/** @typedef {import("./network_places.js").NodePlace} NodePlace */
/** @typedef {import("./network_places.js").NodeStyle} NodeStyle */

const DIGIT_UNITS = 7.3;
const LABEL = {width: 56, height: 2 * LINE_UNITS - 2},
  FAN_LABEL = {width: 8 * DIGIT_UNITS, height: 16};
const MAX_COVERED = 0.33, // the part of the room between two layers that labels can take
  STEPS_ON_LINE = 33,
  ROUNDS = 40;

/**
 * @param {LayerPlace[]} layers
 * @param {boolean} isVertical
 * @returns {EdgePlace[]}
 */
export function edgesBetween(layers, isVertical) {
  return layers.slice(1).flatMap((layer, l) =>
    layer.nodes.flatMap((to, neuron) =>
      layers[l].nodes.map((from, input) => {
        /** @type {[number, number, number, number]} */
        const line = isVertical
          ? [from.x, from.y + layers[l].height / 2, to.x, to.y - layer.height / 2]
          : [from.x + layers[l].width / 2, from.y, to.x - layer.width / 2, to.y];
        const [x1, y1, x2, y2] = line;
        return {
          ...{layer: l + 1, neuron, input, line},
          spot: {x: (x1 + x2) / 2, y: (y1 + y2) / 2, ...LABEL},
          label: null,
          fan: isVertical || layers[l].style === "dot" ? null : fanAt(line, layers[l].style),
        };
      }),
    ),
  );
}

/**
 * Where the number of a line stands when those of its neuron are asked for: at its start or, between two circles that are
 * too near, where they curve away from each other.
 * @param {[number, number, number, number]} line
 * @param {NodeStyle} style of the node where it starts
 * @returns {Area}
 */
function fanAt([x1, y1, x2], style) {
  const isTight = style === "circle" && x2 - x1 < FAN_LABEL.width + 12;
  return isTight ? {x: (x1 + x2) / 2, y: y1 - 33, ...FAN_LABEL} : {x: x1 + 6 + FAN_LABEL.width / 2, y: y1, ...FAN_LABEL};
}

/**
 * Finds a place for the numbers of every edge, on its line; tells whether each has one.
 * @param {EdgePlace[]} edges
 * @param {LayerPlace[]} layers
 * @param {NetworkLayout["loss"]} loss
 */
export function placeEdgeLabels(edges, layers, loss) {
  const obstacles = [loss, loss.heading, ...layers.flatMap((layer) => [layer.heading, ...layer.nodes.flatMap((node) => textsAndNode(layer, node))])],
    found = layers.slice(1).map((_, l) => labelsOfGap(edges.filter((edge) => edge.layer === l + 1), obstacles));
  if (found.includes(null)) return false;
  for (const places of found) for (const [edge, place] of /** @type {Map<EdgePlace, Area>} */ (places)) edge.label = place;
  return true;
}

/**
 * @param {LayerPlace} layer
 * @param {NodePlace} node
 */
function textsAndNode({style, width, height}, {x, y, name, bias}) {
  const beside = style === "oval" ? 28 : 6; // there stands its number
  return [{x, y, width: width + beside, height: height + 4}, ...[name, bias].filter((area) => area !== null)];
}

/**
 * Places the labels of the edges between two layers. Each in turn takes the place on its line where it is least in the
 * way of others, until nothing overlaps: what was in the way for long counts for more.
 * @param {EdgePlace[]} edges
 * @param {Area[]} obstacles
 * @returns {Map<EdgePlace, Area> | null}
 */
function labelsOfGap(edges, obstacles) {
  const lines = edges.map(({line}) => line),
    [width, height] = [0, 1].map((axis) => Math.max(...lines.flatMap((line) => [line[axis], line[axis + 2]])) - Math.min(...lines.flatMap((line) => [line[axis], line[axis + 2]])));
  if (edges.length * LABEL.width * LABEL.height > MAX_COVERED * (width + LABEL.width) * (height + LABEL.height)) return null;
  const choices = edges.map(({line}, e) => placesOn(line).filter(({area}) => !obstacles.some((each) => overlaps(area, each, 1))).map((place) => ({...place, cost: place.cost + crossings(place.area, lines, e)})));
  if (choices.some((places) => places.length === 0)) return null;
  const chosen = choices.map((places) => places.reduce((best, place) => (place.cost < best.cost ? place : best)));
  const weight = new Float64Array(edges.length ** 2).fill(4);
  for (let round = 0; round < ROUNDS; round++) {
    let isFree = true;
    for (const [e, places] of choices.entries()) {
      let least = Infinity;
      for (const place of places) {
        let cost = place.cost;
        for (const [o, other] of chosen.entries()) if (o !== e && overlaps(place.area, other.area, 1)) cost += weight[e * edges.length + o];
        if (cost < least) [least, chosen[e]] = [cost, place];
      }
      for (const [o, other] of chosen.entries()) {
        if (o === e || !overlaps(chosen[e].area, other.area, 1)) continue;
        isFree = false;
        weight[e * edges.length + o] += 1;
        weight[o * edges.length + e] += 1;
      }
    }
    if (isFree) return new Map(edges.map((edge, e) => [edge, chosen[e].area]));
  }
  return null;
}

/**
 * The places of a label on a line; the middle costs least.
 * @param {[number, number, number, number]} line
 */
function placesOn([x1, y1, x2, y2]) {
  return Array.from({length: STEPS_ON_LINE}, (_, i) => {
    const part = (i + 0.5) / STEPS_ON_LINE;
    return {area: {x: x1 + (x2 - x1) * part, y: y1 + (y2 - y1) * part, ...LABEL}, cost: 2 * Math.abs(part - 0.5)};
  });
}

/**
 * How many other lines run behind a label.
 * @param {Area} area
 * @param {[number, number, number, number][]} lines
 * @param {number} own
 */
function crossings(area, lines, own) {
  return lines.reduce((count, line, i) => count + (i !== own && isCrossed(area, line) ? 1 : 0), 0);
}

/**
 * Tells whether a line runs through an area.
 * @param {Area} area
 * @param {[number, number, number, number]} line
 */
function isCrossed({x, y, width, height}, [x1, y1, x2, y2]) {
  let from = 0,
    to = 1;
  for (const [start, way, low, high] of [[x1, x2 - x1, x - width / 2, x + width / 2], [y1, y2 - y1, y - height / 2, y + height / 2]]) {
    if (way === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const ends = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(...ends));
    to = Math.min(to, Math.max(...ends));
  }
  return from < to;
}
