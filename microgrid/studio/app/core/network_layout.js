// Where the parts of a network stand: one column a layer or, on a phone, one row a layer. All texts have their places
// reserved, so that new numbers move nothing, and no two of them overlap.

import {columnsOf} from "./numerals.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Area its middle, and how large it is */
/** @typedef {"circle" | "stadium" | "oval" | "pill" | "slim" | "mini" | "dot"} NodeStyle from the roomiest to the smallest */

/**
 * What the places depend on.
 * @typedef {object} NetworkShape
 * @property {number} inputs
 * @property {number[]} sizes of the layers
 * @property {string[]} inputNames
 * @property {string[]} outputNames
 * @property {boolean} hasUnits whether the inputs have units of their own, besides what the network sees
 */

/**
 * A neuron or an input, and the places of its texts; null where there is no room for one.
 * @typedef {object} NodePlace
 * @property {number} x
 * @property {number} y
 * @property {Area | null} name beside or above it; the name of a hidden neuron stands inside it
 * @property {Area | null} bias its two lines, or the line of an input in its own units
 */

/**
 * @typedef {object} LayerPlace
 * @property {NodeStyle} style
 * @property {number} width of a node
 * @property {number} height
 * @property {NodePlace[]} nodes
 * @property {Area} heading
 * @property {Area} band what is marked while the layer is at work
 */

/**
 * @typedef {object} EdgePlace
 * @property {number} layer of the neuron that it leads to, from 1
 * @property {number} neuron
 * @property {number} input
 * @property {[number, number, number, number]} line
 * @property {Area} spot where its numbers stand when it alone is asked for
 * @property {Area | null} label where they always stand
 * @property {Area | null} fan where its number stands when those of its neuron are asked for
 */

/**
 * @typedef {object} NetworkLayout
 * @property {number} width
 * @property {number} height
 * @property {number} scale pixels a unit
 * @property {boolean} isVertical
 * @property {boolean} isZigzag whether a layer is folded into two rows
 * @property {boolean} hasLabels whether the edges always show their numbers
 * @property {LayerPlace[]} layers from the inputs to the predictions
 * @property {EdgePlace[]} edges in the order of the parameters
 * @property {Area & {heading: Area, sections: Area[], total: Area | null, links: [number, number, number, number][]}} loss
 */

export const MAX_LABELLED_EDGES = 24;
export const TEXT_UNITS = 7.5; // of a column of a name
const WIDE_TEXT_UNITS = 8.4; // of half a name, which may be m and w
const DIGIT_UNITS = 7.3,
  LINE_UNITS = 14;
const NUMBER_WIDTH = 8 * DIGIT_UNITS;
const LABEL = {width: 56, height: 2 * LINE_UNITS - 2},
  FAN_LABEL = {width: NUMBER_WIDTH, height: 16};
/** @type {Record<NodeStyle, {width: number, height: number, rank: number}>} */
const STYLES = {
  circle: {width: 64, height: 64, rank: 1},
  stadium: {width: 104, height: 38, rank: 0.8},
  oval: {width: 66, height: 38, rank: 0.65},
  pill: {width: 166, height: 18, rank: 0.7},
  slim: {width: 104, height: 18, rank: 0.62},
  mini: {width: 66, height: 18, rank: 0.28},
  dot: {width: 12, height: 12, rank: 0.3},
};
/** @type {Partial<Record<NodeStyle, NodeStyle>>[]} what takes the place of a style where the columns are too wide */
const NARROWER = [{pill: "slim"}, {stadium: "oval"}, {slim: "mini"}];
const BIAS_HEIGHT = 2 * LINE_UNITS + 2,
  BIAS_LINE_HEIGHT = LINE_UNITS + 1,
  BIAS_LINE_WIDTH = 134, // of one line for the bias and its gradient
  NAME_HEIGHT = 15,
  HEADING_HEIGHT = 24,
  MARGIN = 8,
  ROW_GAP = 10,
  APART = 6; // at least, between two nodes
const MIN_COLUMN_GAP = 52, // with room for the numbers of a weight
  LEAST_COLUMN_GAP = 24, // where all would be wider than its room
  EASY_GAP = 64,
  MIN_LABELLED_GAP = 88,
  MAX_GAP = 250,
  LOSS_GAP = 26;
const LOSS_WIDTH = 142,
  LOSS_ROW = 19,
  SECTION_HEIGHT = 2 * LOSS_ROW + 4;
const MAX_NAME_WIDTH = 82,
  SHORT_NAME_WIDTH = 78,
  MAX_HEADING_WIDTH = 150,
  MAX_PITCH = 132;
const MAX_SCALE_OF_NETWORK_TENTHS = 21,
  SCALES = Array.from({length: 12}, (_, i) => (MAX_SCALE_OF_NETWORK_TENTHS - i) / 10);
const TOO_SMALL = 0.4; // what a smaller scale than the one wished is worth
const LOSS_FOOT = 32; // below several targets
const LOSS_ROWS = 4; // target, prediction, error, squared

/**
 * Lays out a network as large as fits, but no smaller than its texts can be read.
 * @param {NetworkShape} shape
 * @param {{width: number, height: number, isVertical: boolean, wished?: number}} room in pixels, and the scale from which on
 * texts are as large as wished
 * @returns {NetworkLayout}
 */
export function layOutNetwork(shape, {width, height, isVertical, wished = 1}) {
  if (isVertical) return layOutInRows(shape, width);
  let best = null,
    most = 0;
  for (const isNarrow of [false, true]) {
    if (best && (best.hasLabels || best.edges.length > MAX_LABELLED_EDGES)) break; // narrow neurons make room for labels
    for (const scale of SCALES) {
      const wish = scale < wished ? TOO_SMALL : 1;
      if (best && scale * wish <= most) break; // nothing smaller can be better
      const placed = layOutInColumns(shape, width / scale, height / scale, {least: most / (scale * wish), isNarrow, minGap: scale > 1 ? MIN_COLUMN_GAP : LEAST_COLUMN_GAP}),
        isFitting = placed.layout.width <= width / scale + 0.5 && placed.layout.height <= height / scale + 0.5;
      const worth = scale * wish * placed.rank;
      if (isFitting ? worth > most : scale === 1 && !best) {
        best = {...placed.layout, scale};
        most = worth;
      }
    }
  }
  return /** @type {NetworkLayout} */ (best);
}

// --- from left to right ----------------------------------------------------------------------------------------------

/**
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {number} height
 * @param {{least: number, isNarrow: boolean, minGap: number}} wanted the rank that it has to exceed, whether neurons are narrow,
 * and how far layers are apart at least
 */
function layOutInColumns(shape, width, height, {least, isNarrow, minGap}) {
  const counts = [shape.inputs, ...shape.sizes],
    last = counts.length - 1,
    outputs = counts[last],
    inner = height - HEADING_HEIGHT - MARGIN;
  let nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(...shape.inputNames.map(widthOfName))) + 8;
  const plans = counts.map((count, l) => {
    const isOutput = l === last,
      room = isOutput && count > 1 ? Math.max(inner - LOSS_FOOT, count * SECTION_HEIGHT) : inner;
    return planOfColumn(count, room, {isInput: l === 0, isOutput, hasUnits: shape.hasUnits});
  });
  const fixed = () => nameWidth + plans.reduce((sum, {style}) => sum + STYLES[style].width, 0) + LOSS_GAP + LOSS_WIDTH + 2 * MARGIN;
  let gap = (width - fixed()) / last;
  for (const narrower of NARROWER) {
    if (gap >= EASY_GAP && !isNarrow) break;
    for (const plan of plans) plan.style = narrower[plan.style] ?? plan.style;
    gap = (width - fixed()) / last;
  }
  if (gap < EASY_GAP || isNarrow) {
    nameWidth = Math.min(nameWidth, SHORT_NAME_WIDTH);
    gap = (width - fixed()) / last;
  }
  const nEdges = counts.slice(1).reduce((sum, count, l) => sum + count * counts[l], 0),
    mayLabel = nEdges <= MAX_LABELLED_EDGES && gap >= MIN_LABELLED_GAP;
  gap = Math.min(Math.max(gap, minGap), MAX_GAP);
  for (const [l, plan] of plans.entries()) {
    const isTooWide = l > 0 && plan.below === BIAS_LINE_HEIGHT && STYLES[plan.style].width + gap < BIAS_LINE_WIDTH + APART;
    if (isTooWide) Object.assign(plan, {below: 0, hasTexts: false});
  }
  const lossHeight = outputs > 1 ? 0 : LOSS_ROWS * LOSS_ROW + 18;
  // Several outputs stand as far apart as their targets in the box of the loss need.
  if (outputs > 1) plans[last].pitch = Math.max(plans[last].pitch, plans[last].need, SECTION_HEIGHT);
  const inside = Math.max(...plans.map(({pitch}, l) => pitch * counts[l]), lossHeight, outputs > 1 ? plans[last].pitch * outputs + LOSS_FOOT : 0),
    middle = HEADING_HEIGHT + inside / 2;
  let x = MARGIN + nameWidth;
  const layers = counts.map((count, l) => {
    const {style, pitch, above, below} = plans[l],
      {width: across, height: down} = STYLES[style],
      centre = x + across / 2;
    x += across + gap;
    const nodes = Array.from({length: count}, (_, i) => {
      const lifted = outputs > 1 && l === last ? LOSS_FOOT / 2 : 0,
        y = middle - lifted + (i - (count - 1) / 2) * pitch + (above - below) / 2;
      return nodeAt(centre, y, {isInput: l === 0, isOutput: l === last, down, across, above, below, nameWidth});
    });
    return {
      ...{style, width: across, height: down, nodes},
      heading: {x: centre, y: HEADING_HEIGHT / 2, width: Math.min(l === last ? across + 2 * LOSS_GAP - 6 : MAX_HEADING_WIDTH, across + gap - 8, 2 * centre), height: 18},
      band: {x: centre, y: middle, width: across + 24, height: inside + 4},
    };
  });
  const lossX = x - gap + LOSS_GAP + LOSS_WIDTH / 2,
    edges = edgesBetween(layers, false),
    loss = lossInColumn(layers[last], lossX, middle);
  const layout = {
    ...{width: lossX + LOSS_WIDTH / 2 + MARGIN, height: HEADING_HEIGHT + inside + MARGIN, scale: 1, isVertical: false, isZigzag: false},
    hasLabels: mayLabel && rankOfPlans(plans, true, nEdges) > least && placeEdgeLabels(edges, layers, loss),
    ...{layers, edges, loss},
  };
  return {layout, rank: rankOfPlans(plans, layout.hasLabels, nEdges)};
}

/**
 * How the nodes of a column look, so that all have room.
 * @param {number} count
 * @param {number} height
 * @param {{isInput: boolean, isOutput: boolean, hasUnits: boolean}} kind
 */
function planOfColumn(count, height, {isInput, isOutput, hasUnits}) {
  const above = isOutput ? NAME_HEIGHT : 0,
    text = isInput ? (hasUnits ? LINE_UNITS + 1 : 0) : BIAS_HEIGHT;
  /** @type {[NodeStyle, number][]} */
  const plans = [["circle", text], ["stadium", text], ["stadium", isOutput ? text : Math.min(text, BIAS_LINE_HEIGHT)], ["stadium", 0], ["pill", 0], ["dot", 0]]; // prettier-ignore
  for (const [style, below] of plans) {
    const need = STYLES[style].height + above + below + (style === "pill" || style === "dot" ? 1 : APART);
    if (need * count > height && style !== "dot") continue;
    return {style, above, below, need, hasTexts: below === text, pitch: Math.min(Math.max(height / count, need), Math.max(MAX_PITCH, need))};
  }
  throw new Error("unreachable");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {{isInput: boolean, isOutput: boolean, across: number, down: number, above: number, below: number, nameWidth: number}} size
 * @returns {NodePlace}
 */
function nodeAt(x, y, {isInput, isOutput, across, down, above, below, nameWidth}) {
  const name = isInput
    ? {x: x - across / 2 - 4 - (nameWidth - 8) / 2, y, width: nameWidth - 8, height: LINE_UNITS}
    : isOutput
      ? {x, y: y - down / 2 - above / 2, width: Math.min(Math.max(across, 96), across + 2 * LOSS_GAP - 6), height: LINE_UNITS}
      : null;
  return {x, y, name, bias: below ? {x, y: y + down / 2 + below / 2, width: isInput ? 84 : below < BIAS_HEIGHT ? BIAS_LINE_WIDTH : 66, height: below} : null};
}

/**
 * The box of the loss: beside each of several outputs its target and error, below them the loss.
 * @param {LayerPlace} last
 * @param {number} x
 * @param {number} middle
 */
function lossInColumn({nodes, width}, x, middle) {
  const left = x - LOSS_WIDTH / 2;
  if (nodes.length === 1) {
    const height = LOSS_ROWS * LOSS_ROW + 18,
      {y} = nodes[0];
    const sections = [{x, y, width: LOSS_WIDTH - 20, height: LOSS_ROWS * LOSS_ROW}];
    return {x, y, width: LOSS_WIDTH, height, heading: headingOver(x, y - height / 2), sections, total: null, links: [linkTo(nodes[0], width, left)]};
  }
  const sections = nodes.map(({y}) => ({x, y: Math.round(y), width: LOSS_WIDTH - 20, height: SECTION_HEIGHT - 4})),
    top = sections[0].y - SECTION_HEIGHT / 2 - 4,
    bottom = sections[sections.length - 1].y + SECTION_HEIGHT / 2 + 28;
  return {
    ...{x, y: (top + bottom) / 2 || middle, width: LOSS_WIDTH, height: bottom - top, sections, heading: headingOver(x, top)},
    total: {x, y: bottom - 15, width: LOSS_WIDTH - 20, height: LOSS_ROW},
    links: nodes.map((node) => linkTo(node, width, left)),
  };
}

/**
 * @param {number} x
 * @param {number} top
 * @returns {Area}
 */
function headingOver(x, top) {
  return {x, y: Math.max(top - 12, HEADING_HEIGHT / 2), width: LOSS_WIDTH, height: 18};
}

/**
 * @param {NodePlace} node
 * @param {number} width
 * @param {number} left
 * @returns {[number, number, number, number]}
 */
function linkTo({x, y}, width, left) {
  return [x + width / 2, y, left, y];
}

// --- from top to bottom: on a phone, which is held near the eye ------------------------------------------------------

/**
 * @param {NetworkShape} shape
 * @param {number} width
 */
function layOutInRows(shape, width) {
  const counts = [shape.inputs, ...shape.sizes],
    nEdges = counts.slice(1).reduce((sum, count, l) => sum + count * counts[l], 0);
  const labelled = nEdges <= MAX_LABELLED_EDGES ? placedInRows(shape, width, true) : null;
  return labelled?.hasLabels ? labelled : placedInRows(shape, width, false);
}

/**
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {boolean} isLabelled whether the edges get room for their numbers
 */
function placedInRows(shape, width, isLabelled) {
  const counts = [shape.inputs, ...shape.sizes],
    last = counts.length - 1,
    outputs = counts[last],
    inner = width - 2 * MARGIN,
    plans = counts.map((count) => planOfRow(count, inner));
  const middle = width / 2;
  let y = 0;
  const layers = counts.map((count, l) => {
    const {style, perRow, pitch} = plans[l],
      {width: across, height: down} = STYLES[style],
      isInput = l === 0,
      isOutput = l === last,
      isSmall = style === "dot";
    const above = isInput && !isSmall ? NAME_HEIGHT : 0,
      name = isOutput && !isSmall ? NAME_HEIGHT : 0,
      text = isSmall ? 0 : isInput ? (shape.hasUnits ? LINE_UNITS + 1 : 0) : BIAS_HEIGHT;
    const top = y,
      headingWidth = isOutput ? 116 : MAX_HEADING_WIDTH,
      centre = isOutput && outputs === 1 ? MARGIN + 60 : middle, // one output has its loss on its right
      rows = Math.ceil(count / perRow);
    y += 19;
    const nodes = Array.from({length: count}, (_, i) => {
      const row = i % rows,
        inRow = Math.ceil((count - row) / rows),
        shift = rows > 1 && count % 2 === 0 ? ((row - 0.5) * pitch) / 2 : 0;
      const x = centre + ((i - row) / rows - (inRow - 1) / 2) * pitch + shift,
        at = y + above + down / 2 + row * (above + down + name + text + ROW_GAP);
      const nameAt = above ? at - (down + above) / 2 : at + (down + name) / 2;
      return {
        ...{x, y: at},
        name: above || name ? {x, y: nameAt, width: isOutput && outputs === 1 ? 112 : Math.min(pitch, MAX_PITCH) - 4, height: LINE_UNITS} : null,
        bias: text ? {x, y: at + down / 2 + name + text / 2, width: 66, height: text} : null,
      };
    });
    y += rows * (above + down + name + text) + (rows - 1) * ROW_GAP;
    const band = {x: middle, y: (top + y) / 2 + 2, width: width - 4, height: y - top + 4};
    if (!isOutput) y += gapBelow(isLabelled, count * counts[l + 1]);
    return {style, width: across, height: down, nodes, heading: {x: MARGIN + headingWidth / 2, y: top + 9, width: headingWidth, height: 18}, band};
  });
  const edges = edgesBetween(layers, true),
    loss = outputs === 1 ? lossBeside(layers[last], width) : lossInRow(layers[last], middle, y + 20, inner);
  return {
    ...{width, height: Math.max(y, loss.y + loss.height / 2) + MARGIN, scale: 1, isVertical: true},
    ...{isZigzag: plans.some(({perRow}, l) => perRow < counts[l]), hasLabels: isLabelled && placeEdgeLabels(edges, layers, loss)},
    ...{layers, edges, loss},
  };
}

/**
 * How much room there is for the edges below a row.
 * @param {boolean} isLabelled
 * @param {number} count of the edges
 */
function gapBelow(isLabelled, count) {
  return isLabelled ? Math.min(30 + 12 * count, 130) : 64;
}

/**
 * @param {number} count
 * @param {number} width
 * @returns {{style: NodeStyle, perRow: number, pitch: number}}
 */
function planOfRow(count, width) {
  const need = STYLES.circle.width + APART,
    most = Math.floor((width + APART) / need);
  if (count <= most) return {style: "circle", perRow: count, pitch: Math.min(width / count, MAX_PITCH)};
  const perRow = Math.ceil(count / 2);
  if (perRow * need + need / 2 <= width + APART) return {style: "circle", perRow, pitch: Math.min((width + APART) / (perRow + 0.5), MAX_PITCH)};
  return {style: "dot", perRow: count, pitch: Math.min(Math.max(width / count, STYLES.dot.width + 2), MAX_PITCH)};
}

/**
 * @param {LayerPlace} last
 * @param {number} width
 */
function lossBeside({nodes: [{x, y}], width: across}, width) {
  const left = x + across / 2 + LOSS_GAP,
    boxWidth = Math.min(width - MARGIN - left, LOSS_WIDTH + 40),
    middle = left + boxWidth / 2,
    height = LOSS_ROWS * LOSS_ROW + 18;
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
    areSmall = perSection < 88, // then each output has a line
    y = top + 10;
  const height = areSmall ? nodes.length * LOSS_ROW + 40 : 4 * LOSS_ROW + 40;
  const sections = nodes.map((node, i) =>
    areSmall
      ? {x: middle, y: y + 8 + (i + 0.5) * LOSS_ROW, width: inner - 20, height: LOSS_ROW}
      : {x: node.x, y: y + 8 + 2 * LOSS_ROW, width: perSection - 16, height: 4 * LOSS_ROW},
  );
  return {
    ...{x: middle, y: y + height / 2, width: inner, height, sections, heading: {x: MARGIN + MAX_HEADING_WIDTH / 2, y: top - 2, width: MAX_HEADING_WIDTH, height: 18}},
    total: {x: middle, y: y + height - 16, width: inner - 20, height: LOSS_ROW},
    links: nodes.map((node) => /** @type {[number, number, number, number]} */ ([node.x, node.y + down / 2, node.x, y])),
  };
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

// --- edges and their labels ------------------------------------------------------------------------------------------

/**
 * @param {LayerPlace[]} layers
 * @param {boolean} isVertical
 * @returns {EdgePlace[]}
 */
function edgesBetween(layers, isVertical) {
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
 * Finds a place for the numbers of every edge, on its line; tells whether each has one.
 * @param {EdgePlace[]} edges
 * @param {LayerPlace[]} layers
 * @param {NetworkLayout["loss"]} loss
 */
function placeEdgeLabels(edges, layers, loss) {
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

const MAX_COVERED = 0.33, // the part of the room between two layers that labels can take
  STEPS_ON_LINE = 33,
  ROUNDS = 40;

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

/**
 * Tells whether two areas overlap, or are nearer than `apart`.
 * @param {Area} a
 * @param {Area} b
 * @param {number} [apart]
 */
export function overlaps(a, b, apart = 0) {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + apart && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + apart;
}

// --- what is better --------------------------------------------------------------------------------------------------

/**
 * How well a network is shown, beside how large it is: by the nodes of its layers, and by the numbers beside them.
 * @param {{style: NodeStyle, hasTexts: boolean}[]} plans
 * @param {boolean} hasLabels
 * @param {number} nEdges
 */
function rankOfPlans(plans, hasLabels, nEdges) {
  const worst = Math.min(...plans.map(({style}) => STYLES[style].rank));
  if (nEdges > MAX_LABELLED_EDGES) return worst;
  return worst * (hasLabels ? 1 : 0.5) * (plans.every(({hasTexts}) => hasTexts) ? 1 : 0.85);
}

/** @param {string} name */
function widthOfName(name) {
  const lines = linesOfName(name, MAX_NAME_WIDTH / TEXT_UNITS);
  return Math.max(...lines.map(columnsOf)) * (lines.length > 1 ? WIDE_TEXT_UNITS : TEXT_UNITS);
}

/**
 * The name of an input on one line or, where that is too long, on two, broken after an underscore or a space.
 * @param {string} name
 * @param {number} columns that a line has
 * @returns {string[]}
 */
export function linesOfName(name, columns) {
  if (columnsOf(name) <= columns) return [name];
  const breaks = [...name.matchAll(/[_\s-]/g)].map(({index}) => index + 1).filter((at) => at < name.length);
  if (breaks.length === 0) return [name];
  const widest = (/** @type {number} */ at) => Math.max(columnsOf(name.slice(0, at)), columnsOf(name.slice(at))),
    at = breaks.reduce((best, each) => (widest(each) < widest(best) ? each : best));
  return [name.slice(0, at).trimEnd(), name.slice(at)];
}

/**
 * All texts that are always seen, for those who check that none hides another.
 * @param {NetworkLayout} layout
 * @returns {{what: string, area: Area}[]}
 */
export function textsOf({layers, edges, loss}) {
  const found = [{what: "loss", area: loss}, {what: "loss heading", area: loss.heading}];
  for (const [l, {nodes, heading, width, height}] of layers.entries()) {
    found.push({what: `heading ${l}`, area: heading});
    for (const [i, {x, y, name, bias}] of nodes.entries()) {
      found.push({what: `node ${l}.${i}`, area: {x, y, width, height}});
      if (name) found.push({what: `name ${l}.${i}`, area: name});
      if (bias) found.push({what: `bias ${l}.${i}`, area: bias});
    }
  }
  for (const {layer, neuron, input, label} of edges) if (label) found.push({what: `edge ${layer}.${neuron}.${input}`, area: label});
  return found;
}
