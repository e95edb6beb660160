// The edges of a network, and where the numbers of each stand: on their lines, and in nobody's way.

import {LINE_UNITS, STYLES, hasOnlyNumber, isCrossed, overlaps} from "./network_places.js";

/** @typedef {import("./network_places.js").Area} Area */
/** @typedef {import("./network_places.js").EdgePlace} EdgePlace */
/** @typedef {import("./network_places.js").LayerPlace} LayerPlace */
/** @typedef {import("./network_places.js").NetworkLayout} NetworkLayout */
/** @typedef {import("./network_places.js").NodePlace} NodePlace */
/** @typedef {{area: Area, cost: number}} Place */

const LABEL = {width: 56, height: 2 * LINE_UNITS - 2},
  ONE_LINE = {width: 58, height: 16}; // a number of 8 characters
const LABELS_APART = [9, 2], // if there is room for it, else at least
  LENS_BORDER = 2,
  COST_BESIDE = 3, // of a place beside a line: less than to be in the way of a number
  CROSSING = 4, // how much a place costs on which lines cross, so that nobody knows whose the label is
  MAX_COVERED = 0.33, // the part of the room between two layers that labels can take
  STEPS_ON_LINE = 33,
  ROUNDS = 80;

/**
 * @param {LayerPlace[]} layers
 * @param {boolean} isVertical
 * @returns {EdgePlace[]}
 */
export function edgesBetween(layers, isVertical) {
  return layers.slice(1).flatMap((layer, l) =>
    layer.nodes.flatMap((to, neuron) =>
      layers[l].nodes.map(({x, y, bias}, input) => {
        const {width, height} = layers[l];
        /** @type {[number, number, number, number]} */
        const line = isVertical
          ? [x, bias ? bias.y + bias.height / 2 : y + height / 2, to.x, to.y - layer.height / 2] // below its texts
          : [x + width / 2, y, to.x - layer.width / 2, to.y];
        return {layer: l + 1, neuron, input, line, label: null};
      }),
    ),
  );
}

/**
 * The edges with a place for the numbers of each, on its line; null where not all have one.
 * @param {LayerPlace[]} layers
 * @param {NetworkLayout["loss"]} loss
 * @param {boolean} isVertical
 */
export function labelledEdges(layers, loss, isVertical) {
  const edges = edgesBetween(layers, isVertical),
    boxes = boxesOf(layers, loss);
  for (const l of layers.keys()) {
    const ofGap = edges.filter(({layer}) => layer === l),
      places = LABELS_APART.reduce((/** @type {Area[] | null} */ found, apart) => found ?? labelsOfGap(ofGap, boxes, apart), null);
    if (!places) return null;
    for (const [e, edge] of ofGap.entries()) edge.label = places[e];
  }
  return edges;
}

/**
 * Places the numbers that are asked for: that of one edge in the middle of its line, those of several, which lead to a
 * neuron, near the starts of theirs or, where that is not free, right beside what they come from; null for what has no room.
 * @param {NetworkLayout} layout
 * @param {EdgePlace[]} edges
 * @returns {(Area | null)[]}
 */
export function placesOfAsked(layout, edges) {
  const {layers, loss, width, isVertical} = layout,
    isOne = edges.length === 1,
    obstacles = boxesOf(layers, loss);
  for (const edge of edges) if (layers[edge.layer].style === "dot") obstacles.push(lensOver(layout, edge));
  const isFree = (/** @type {Area} */ area) => Math.abs(area.x - width / 2) <= (width - area.width) / 2 && !obstacles.some((each) => overlaps(area, each, 1));
  const choices = edges.map(({layer, line}) => {
    if (isOne) return placesOn(line, LABEL, 0.5);
    if (layers[layer - 1].style === "dot") return [];
    const [x, y] = line,
      start = isVertical ? {x, y: y + 10, ...ONE_LINE} : {x: x + 35, y, ...ONE_LINE};
    return [...placesOn(line, ONE_LINE, 0), {area: start, cost: COST_BESIDE}];
  });
  return placesApart(choices.map((places) => places.filter(({area}) => isFree(area))), 1);
}

/**
 * Where the numbers of a dot stand when it is opened or pointed at: over it, but neither beyond an edge nor over the
 * heading of its column.
 * @param {NetworkLayout} layout
 * @param {{layer: number, neuron: number}} part
 * @returns {Area}
 */
export function lensOver({layers, width, height, isVertical}, {layer, neuron}) {
  const {nodes, heading} = layers[layer],
    {x, y} = nodes[neuron],
    top = heading && !isVertical ? heading.y + heading.height / 2 : 0,
    size = STYLES.oval;
  const within = (/** @type {number} */ at, /** @type {number} */ half, /** @type {number} */ start, /** @type {number} */ end) =>
    Math.max(start + half + LENS_BORDER, Math.min(at, end - half - LENS_BORDER));
  return {...size, x: within(x, size.width / 2, 0, width), y: within(y, size.height / 2, top, height)};
}

/**
 * All that a number of an edge may not hide: the loss, headings, nodes and the texts beside them.
 * @param {LayerPlace[]} layers
 * @param {NetworkLayout["loss"]} loss
 * @returns {Area[]}
 */
function boxesOf(layers, loss) {
  return [loss, loss.heading, ...layers.flatMap((layer) => [layer.heading, ...layer.nodes.flatMap((node) => textsAndNode(layer, node))])].filter((area) => area !== null);
}

/**
 * @param {LayerPlace} layer
 * @param {NodePlace} node
 */
function textsAndNode({style, width, height}, {x, y, name, bias}) {
  const number = {x: x - width / 2 - 10, y: style === "oval" ? y - 14 : y, width: 20, height: LINE_UNITS},
    hasNumber = !name && hasOnlyNumber(style);
  return [{x, y, width: width + 6, height: height + 4}, hasNumber ? number : null, name, bias];
}

/**
 * Places the labels of the edges between two layers; null where not all have a place.
 * @param {EdgePlace[]} edges
 * @param {Area[]} obstacles
 * @param {number} apart how far they are from each other
 * @returns {Area[] | null}
 */
function labelsOfGap(edges, obstacles, apart) {
  if (edges.length === 0) return [];
  const lines = edges.map(({line}) => line),
    [width, height] = [0, 1].map((axis) => Math.max(...lines.flatMap((line) => [line[axis], line[axis + 2]])) - Math.min(...lines.flatMap((line) => [line[axis], line[axis + 2]])));
  if (edges.length * LABEL.width * LABEL.height > MAX_COVERED * (width + LABEL.width) * (height + LABEL.height)) return null;
  const choices = edges.map(({line}, e) => placesOn(line, LABEL, 0.5).filter(({area}) => !obstacles.some((each) => overlaps(area, each, 1))).map((place) => ({...place, cost: place.cost + crossings(place.area, lines, e)})));
  const places = choices.every(({length}) => length > 0) ? placesApart(choices, apart) : [];
  return places.length && places.every((area) => area !== null) ? places : null;
}

/**
 * Chooses a place for each label. Each in turn takes the one where it is least in the way of others, until nothing
 * overlaps: what was in the way for long counts for more. One that still is in the way has none.
 * @param {Place[][]} choices
 * @param {number} apart how far they are from each other
 * @returns {(Area | null)[]}
 */
function placesApart(choices, apart) {
  /** @type {(Area | null)[]} */
  const chosen = choices.map((places) => places.reduce((best, place) => (place.cost < best.cost ? place : best), places[0])?.area ?? null),
    count = choices.length,
    weight = new Float64Array(count ** 2).fill(4);
  const isInTheWay = (/** @type {number} */ o, /** @type {number} */ e, /** @type {Area | null} */ area) => o !== e && area !== null && chosen[o] !== null && overlaps(area, chosen[o], apart);
  for (let round = 0; round < ROUNDS; round++) {
    let isFree = true;
    for (const [e, places] of choices.entries()) {
      let least = Infinity;
      for (const place of places) {
        let cost = place.cost;
        for (let o = 0; o < count; o++) if (isInTheWay(o, e, place.area)) cost += weight[e * count + o];
        if (cost < least) [least, chosen[e]] = [cost, place.area];
      }
      for (let o = 0; o < count; o++) {
        if (!isInTheWay(o, e, chosen[e])) continue;
        isFree = false;
        weight[e * count + o] += 1;
        weight[o * count + e] += 1;
      }
    }
    if (isFree) return chosen;
  }
  for (const [e, area] of chosen.entries()) if (chosen.some((_, o) => isInTheWay(o, e, area))) chosen[e] = null;
  return chosen;
}

/**
 * The places of a label on a line; the nearest to a part of it costs least.
 * @param {[number, number, number, number]} line
 * @param {{width: number, height: number}} size
 * @param {number} best
 * @returns {Place[]}
 */
function placesOn([x1, y1, x2, y2], size, best) {
  return Array.from({length: STEPS_ON_LINE}, (_, i) => {
    const part = (i + 0.5) / STEPS_ON_LINE;
    return {area: {x: x1 + (x2 - x1) * part, y: y1 + (y2 - y1) * part, ...size}, cost: 2 * Math.abs(part - best)};
  });
}

/**
 * How many other lines run behind a label; one that runs through its middle counts for several.
 * @param {Area} area
 * @param {[number, number, number, number][]} lines
 * @param {number} own
 */
function crossings(area, lines, own) {
  const middle = {...area, width: area.width / 2, height: area.height / 2};
  return lines.reduce((cost, line, i) => cost + (i === own || !isCrossed(area, line) ? 0 : isCrossed(middle, line) ? CROSSING : 1), 0);
}
