// A network from top to bottom, a row for each layer: on a phone, which is held near the eye.

import {edgesBetween, labelledEdges} from "./network_labels.js";
import {
  APART,
  BIAS_HEIGHT,
  LINE_UNITS,
  LOSS_BOX_MARGIN,
  LOSS_GAP,
  LOSS_ROW,
  LOSS_ROWS,
  LOSS_WIDTH,
  MAX_HEADING_WIDTH,
  MAX_LABELLED_EDGES,
  MAX_PITCH,
  NAME_HEIGHT,
  PLACE_MARGIN,
  STYLES,
  countEdges,
  countsOf,
} from "./network_places.js";

/** @typedef {import("./network_places.js").LayerPlace} LayerPlace */
/** @typedef {import("./network_places.js").NetworkShape} NetworkShape */
/** @typedef {import("./network_places.js").NodePlace} NodePlace */
/** @typedef {import("./network_places.js").NodeStyle} NodeStyle */

/**
 * How the nodes of a layer stand: on one row or, by turns, on two.
 * @typedef {{style: NodeStyle, rows: number, pitch: number}} RowPlan
 */

/**
 * The rooms of a node for its texts: for a name above it and below it, and for its bias or its own units.
 * @typedef {{above: number, name: number, text: number}} RowTexts
 */

const ROW_GAP = 10,
  HEADING_OF_ROW = 19,
  ROOM_OF_LOSS = 60; // left of its middle, where one output has its loss on its right
const MIN_SECTION_WIDTH = 88; // with less, each output has a line

/**
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {number} opened the layer before which numbers are asked for, or 0
 */
export function layOutInRows(shape, width, opened) {
  const labelled = countEdges(countsOf(shape)) <= MAX_LABELLED_EDGES ? placedInRows(shape, width, opened, true) : null;
  return labelled?.hasLabels ? labelled : placedInRows(shape, width, opened, false);
}

/**
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {number} opened
 * @param {boolean} isLabelled whether the edges get room for their numbers
 */
function placedInRows(shape, width, opened, isLabelled) {
  const counts = countsOf(shape),
    last = counts.length - 1,
    inner = width - 2 * PLACE_MARGIN,
    plans = counts.map((count) => planOfRow(count, inner));
  let y = 0;
  const layers = counts.map((count, l) => {
    const top = y,
      texts = textsOfRow(l, last, plans[l], shape.hasUnits);
    y += HEADING_OF_ROW;
    const nodes = Array.from({length: count}, (_, i) => nodeInRow(i, count, plans[l], texts, y, centreOfRow(l, counts, width)));
    if (l === last && count === 1 && nodes[0].name) nodes[0].name.width = 112;
    y += plans[l].rows * (heightOfRow(plans[l], texts) + ROW_GAP) - ROW_GAP;
    const band = {x: width / 2, y: (top + y) / 2 + 2, width: width - 4, height: y - top + 4};
    if (l < last) y += gapBelow(isLabelled, isLabelled ? count * counts[l + 1] : l + 1 === opened ? count : 0);
    return layerInRow(plans[l], nodes, band, top, l === last ? 116 : MAX_HEADING_WIDTH);
  });
  const loss = counts[last] === 1 ? lossBeside(layers[last], width) : lossInRow(layers[last], width / 2, y + 20, inner),
    labelled = isLabelled ? labelledEdges(layers, loss, true) : null;
  return {
    ...{width, height: Math.max(y, loss.y + loss.height / 2) + PLACE_MARGIN, scale: 1, isVertical: true},
    ...{isZigzag: plans.some(({rows}) => rows > 1), hasLabels: labelled !== null},
    ...{layers, edges: labelled ?? edgesBetween(layers, true), loss},
  };
}

/**
 * @param {number} count
 * @param {number} width
 * @returns {RowPlan}
 */
function planOfRow(count, width) {
  const need = STYLES.circle.width + APART,
    most = Math.floor((width + APART) / need);
  if (count <= most) return {style: "circle", rows: 1, pitch: Math.min(width / count, MAX_PITCH)};
  const perRow = Math.ceil(count / 2);
  if (perRow * need + need / 2 <= width + APART) return {style: "circle", rows: 2, pitch: Math.min((width + APART) / (perRow + 0.5), MAX_PITCH)};
  return {style: "dot", rows: 1, pitch: Math.min(Math.max(width / count, STYLES.dot.width + 2), MAX_PITCH)};
}

/**
 * @param {number} l
 * @param {number} last
 * @param {RowPlan} plan
 * @param {boolean} hasUnits
 * @returns {RowTexts}
 */
function textsOfRow(l, last, {style}, hasUnits) {
  if (style === "dot") return {above: 0, name: 0, text: 0};
  if (l === 0) return {above: NAME_HEIGHT, name: 0, text: hasUnits ? LINE_UNITS + 1 : 0};
  return {above: 0, name: l === last ? NAME_HEIGHT : 0, text: BIAS_HEIGHT};
}

/**
 * @param {RowPlan} plan
 * @param {RowTexts} texts
 */
function heightOfRow({style}, {above, name, text}) {
  return above + STYLES[style].height + name + text;
}

/**
 * @param {number} l
 * @param {number[]} counts
 * @param {number} width
 */
function centreOfRow(l, counts, width) {
  return l === counts.length - 1 && counts[l] === 1 ? PLACE_MARGIN + ROOM_OF_LOSS : width / 2;
}

/**
 * @param {number} i
 * @param {number} count
 * @param {RowPlan} plan
 * @param {RowTexts} texts
 * @param {number} top
 * @param {number} centre
 * @returns {NodePlace}
 */
function nodeInRow(i, count, plan, texts, top, centre) {
  const {style, rows, pitch} = plan,
    {above, name, text} = texts,
    {height} = STYLES[style],
    row = i % rows,
    inRow = Math.ceil((count - row) / rows),
    shift = rows > 1 && count % 2 === 0 ? ((row - 0.5) * pitch) / 2 : 0;
  const x = centre + ((i - row) / rows - (inRow - 1) / 2) * pitch + shift,
    y = top + above + height / 2 + row * (heightOfRow(plan, texts) + ROW_GAP),
    nameY = above ? y - (height + above) / 2 : y + (height + name) / 2;
  return {
    ...{x, y},
    name: above || name ? {x, y: nameY, width: Math.min(pitch, MAX_PITCH) - 4, height: LINE_UNITS} : null,
    bias: text ? {x, y: y + height / 2 + name + text / 2, width: 66, height: text} : null,
  };
}

/**
 * @param {RowPlan} plan
 * @param {NodePlace[]} nodes
 * @param {import("./network_places.js").Area} band
 * @param {number} top
 * @param {number} headingWidth
 * @returns {LayerPlace}
 */
function layerInRow({style}, nodes, band, top, headingWidth) {
  const {width, height} = STYLES[style];
  return {style, width, height, nodes, heading: {x: PLACE_MARGIN + headingWidth / 2, y: top + 9, width: headingWidth, height: 18}, band};
}

/**
 * How much room there is for the edges below a row.
 * @param {boolean} isLabelled
 * @param {number} count of the edges that have their numbers
 */
function gapBelow(isLabelled, count) {
  return isLabelled ? Math.min(30 + 14 * count, 170) : Math.max(64, 48 + 8 * count);
}

/**
 * @param {LayerPlace} last
 * @param {number} width
 */
function lossBeside({nodes: [{x, y}], width: across}, width) {
  const left = x + across / 2 + LOSS_GAP,
    boxWidth = Math.min(width - PLACE_MARGIN - left, LOSS_WIDTH + 40),
    middle = left + boxWidth / 2,
    height = LOSS_ROWS * LOSS_ROW + LOSS_BOX_MARGIN;
  /** @type {[number, number, number, number][]} */
  const links = [[x + across / 2, y, left, y]];
  const sections = [{x: middle, y: y + 14, width: boxWidth - 20, height: LOSS_ROWS * LOSS_ROW}];
  return {x: middle, y: y + 14, width: boxWidth, height, heading: {x: middle, y: y - 44, width: boxWidth, height: 18}, sections, total: null, links};
}

/**
 * @param {LayerPlace} last
 * @param {number} middle
 * @param {number} top
 * @param {number} inner
 */
function lossInRow({nodes, height: down}, middle, top, inner) {
  const perSection = Math.min(inner / nodes.length, MAX_PITCH),
    areSmall = perSection < MIN_SECTION_WIDTH,
    y = top + 10;
  const height = areSmall ? nodes.length * LOSS_ROW + 40 : LOSS_ROWS * LOSS_ROW + 40;
  const sections = nodes.map((node, i) =>
    areSmall
      ? {x: middle, y: y + 8 + (i + 0.5) * LOSS_ROW, width: inner - 20, height: LOSS_ROW}
      : {x: node.x, y: y + 8 + (LOSS_ROWS * LOSS_ROW) / 2, width: perSection - 16, height: LOSS_ROWS * LOSS_ROW},
  );
  return {
    ...{x: middle, y: y + height / 2, width: inner, height, sections, heading: {x: PLACE_MARGIN + MAX_HEADING_WIDTH / 2, y: top - 2, width: MAX_HEADING_WIDTH, height: 18}},
    total: {x: middle, y: y + height - 16, width: inner - 20, height: LOSS_ROW},
    links: nodes.map(({x, y: at, bias}) => /** @type {[number, number, number, number]} */ ([x, bias ? bias.y + bias.height / 2 : at + down / 2, x, y])),
  };
}
