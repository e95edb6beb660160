// A network from left to right: a column for each layer, and the box of the loss on the right.

import {labelledEdges} from "./network_labels.js";
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
  MAX_NAME_WIDTH,
  MAX_PITCH,
  NAME_HEIGHT,
  PLACE_MARGIN,
  STYLES,
  countEdges,
  countsOf,
  widthOfName,
} from "./network_places.js";

/** @typedef {import("./network_places.js").Area} Area */
/** @typedef {import("./network_places.js").LayerPlace} LayerPlace */
/** @typedef {import("./network_places.js").NetworkShape} NetworkShape */
/** @typedef {import("./network_places.js").NodePlace} NodePlace */
/** @typedef {import("./network_places.js").NodeStyle} NodeStyle */

/**
 * How the nodes of a column look: the room above and below each for its texts, how much one needs, and how far it is to
 * the next.
 * @typedef {{style: NodeStyle, above: number, below: number, need: number, hasTexts: boolean, pitch: number}} ColumnPlan
 */

/** @typedef {{isInput: boolean, isOutput: boolean}} ColumnKind */

/**
 * Whether neurons are as roomy as fits, or narrow so that their edges have more room, or the drawing scrolls sideways so
 * that both have theirs.
 * @typedef {"roomy" | "narrow" | "scrolling"} ColumnFit
 */

/** @type {Partial<Record<NodeStyle, NodeStyle>>[]} what takes the place of a style where the columns are too wide */
const NARROWER = [{pill: "slim"}, {stadium: "oval"}, {slim: "mini"}];
const HEADING_OF_COLUMN = 24,
  BIAS_LINE_HEIGHT = LINE_UNITS + 1,
  MIN_DOT_PITCH = 5,
  BIAS_LINE_WIDTH = 134; // of one line for the bias and its gradient
const EASY_GAP = 64,
  MIN_LABELLED_GAP = 88,
  OPENED_GAP = 100, // the numbers before a neuron, and the texts of its own
  SCROLLING_GAP = 120,
  MAX_GAP = 250;
const SHORT_NAME_WIDTH = 78,
  NAME_MARGIN = 8;
const SECTION_HEIGHT = 2 * LOSS_ROW + 4,
  LOSS_FOOT = 32; // below several targets

/**
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {number} height
 * @param {{least: number, fit: ColumnFit, minGap: number, isSmallest: boolean, opened: number}} wanted the rank that it has to
 * exceed, how far layers are apart at least, whether headings are left out where there is no room, and the layer before
 * which numbers are asked for, or 0
 */
export function layOutInColumns(shape, width, height, {least, fit, minGap, isSmallest, opened}) {
  const counts = countsOf(shape),
    last = counts.length - 1,
    nEdges = countEdges(counts),
    isTight = isSmallest && height < HEADING_OF_COLUMN + heightOfLoss(counts[last], SECTION_HEIGHT) + PLACE_MARGIN,
    [top, foot] = isTight ? [PLACE_MARGIN / 2, PLACE_MARGIN / 2] : [HEADING_OF_COLUMN, PLACE_MARGIN],
    {plans, nameWidth, roomOfGaps} = plannedColumns(shape, width, height - top - foot, fit, isSmallest ? MIN_DOT_PITCH : STYLES.dot.height + 1),
    gaps = gapsBetween(last, roomOfGaps, fit === "scrolling" ? SCROLLING_GAP : minGap, opened),
    gap = Math.min(...gaps),
    inside = heightInside(counts, plans, gap),
    middle = top + inside / 2;
  let x = PLACE_MARGIN + nameWidth;
  const layers = counts.map((_, l) => {
    const across = sizeOfNode(plans[l]).width,
      layer = columnAt(counts, plans[l], l, {x: x + across / 2, top, middle, inside, gap, nameWidth});
    x += across + (gaps[l] ?? LOSS_GAP);
    return layer;
  });
  const lossX = x + LOSS_WIDTH / 2,
    loss = lossInColumn(layers[last], lossX, top, middle),
    mayLabel = nEdges <= MAX_LABELLED_EDGES && gap >= MIN_LABELLED_GAP && rankOfPlans(plans, true, nEdges) > least,
    edges = mayLabel ? labelledEdges(layers, loss, false) : null;
  const layout = {width: lossX + LOSS_WIDTH / 2 + PLACE_MARGIN, height: top + inside + foot, isVertical: false, isZigzag: false, layers, loss};
  return {layout, edges, rank: rankOfPlans(plans, edges !== null, nEdges)};
}

/**
 * How far the columns are apart: evenly, but where numbers are asked for at least as far as they need.
 * @param {number} count
 * @param {number} room of all together
 * @param {number} least
 * @param {number} opened the layer before which they are, or 0
 */
function gapsBetween(count, room, least, opened) {
  const within = (/** @type {number} */ gap) => Math.min(Math.max(gap, least), MAX_GAP),
    even = within(room / count),
    others = opened && even < OPENED_GAP ? within((room - OPENED_GAP) / (count - 1)) : even;
  return Array.from({length: count}, (_, i) => (i === opened - 1 ? Math.max(even, OPENED_GAP) : others));
}

/**
 * How the columns look, so that all have room; and what is left between them.
 * @param {NetworkShape} shape
 * @param {number} width
 * @param {number} height below the headings
 * @param {ColumnFit} fit
 * @param {number} dotPitch from a dot to the next, at least
 */
function plannedColumns(shape, width, height, fit, dotPitch) {
  const counts = countsOf(shape),
    last = counts.length - 1;
  let nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(...shape.inputNames.map(widthOfName))) + NAME_MARGIN;
  const plans = counts.map((count, l) => {
    const isOutput = l === last,
      room = isOutput && count > 1 ? Math.max(height - LOSS_FOOT, count * SECTION_HEIGHT) : height;
    return planOfColumn(count, room, {isInput: l === 0, isOutput}, shape.hasUnits, dotPitch);
  });
  const roomLeft = () => width - nameWidth - plans.reduce((sum, {style}) => sum + STYLES[style].width, 0) - LOSS_GAP - LOSS_WIDTH - 2 * PLACE_MARGIN;
  const isEasy = () => roomLeft() >= EASY_GAP * last;
  for (const narrower of NARROWER) {
    if (fit === "scrolling" || (isEasy() && fit === "roomy")) break;
    for (const plan of plans) plan.style = narrower[plan.style] ?? plan.style;
  }
  if (!isEasy() || fit === "narrow") nameWidth = Math.min(nameWidth, SHORT_NAME_WIDTH);
  return {plans, nameWidth, roomOfGaps: roomLeft()};
}

/**
 * How the nodes of a column look, so that all have room.
 * @param {number} count
 * @param {number} height
 * @param {ColumnKind} kind
 * @param {boolean} hasUnits
 * @param {number} dotPitch
 * @returns {ColumnPlan}
 */
function planOfColumn(count, height, {isInput, isOutput}, hasUnits, dotPitch) {
  const above = isOutput ? NAME_HEIGHT : 0,
    text = isInput ? (hasUnits ? LINE_UNITS + 1 : 0) : BIAS_HEIGHT;
  /** @type {[NodeStyle, number][]} */
  const plans = [["circle", text], ["stadium", text], ["stadium", isOutput ? text : Math.min(text, BIAS_LINE_HEIGHT)], ["stadium", 0], ["pill", 0], ["dot", 0]]; // prettier-ignore
  for (const [style, below] of plans) {
    const need = style === "dot" ? dotPitch : STYLES[style].height + above + below + (style === "pill" ? 1 : APART);
    if (need * count > height && style !== "dot") continue;
    return {style, above, below, need, hasTexts: below === text, pitch: Math.min(Math.max(height / count, need), Math.max(MAX_PITCH, need))};
  }
  throw new Error("unreachable");
}

/**
 * How large a node is: a dot, no larger than its place.
 * @param {ColumnPlan} plan
 */
function sizeOfNode({style, pitch}) {
  const size = STYLES[style];
  return style === "dot" && pitch <= size.height ? {width: pitch - 1, height: pitch - 1} : size;
}

/**
 * @param {number} outputs
 * @param {number} pitch from one to the next
 */
function heightOfLoss(outputs, pitch) {
  return outputs > 1 ? pitch * outputs + LOSS_FOOT : LOSS_ROWS * LOSS_ROW + LOSS_BOX_MARGIN;
}

/**
 * How high the columns are. Takes the line of a bias from those that have no room beside each other for it, and lets
 * several outputs stand as far apart as their targets in the box of the loss need.
 * @param {number[]} counts
 * @param {ColumnPlan[]} plans they are changed
 * @param {number} gap
 */
function heightInside(counts, plans, gap) {
  const last = counts.length - 1;
  for (const [l, plan] of plans.entries()) {
    const isTooWide = l > 0 && plan.below === BIAS_LINE_HEIGHT && STYLES[plan.style].width + gap < BIAS_LINE_WIDTH + APART;
    if (isTooWide) Object.assign(plan, {below: 0, hasTexts: false});
  }
  if (counts[last] > 1) plans[last].pitch = Math.max(plans[last].pitch, plans[last].need, SECTION_HEIGHT);
  return Math.max(...plans.map(({pitch}, l) => pitch * counts[l]), heightOfLoss(counts[last], plans[last].pitch));
}

/**
 * @param {number[]} counts
 * @param {ColumnPlan} plan
 * @param {number} l
 * @param {{x: number, top: number, middle: number, inside: number, gap: number, nameWidth: number}} at
 * @returns {LayerPlace}
 */
function columnAt(counts, plan, l, {x, top, middle, inside, gap, nameWidth}) {
  const {style, pitch, above, below} = plan,
    {width, height} = sizeOfNode(plan),
    kind = {isInput: l === 0, isOutput: l === counts.length - 1},
    lifted = kind.isOutput && counts[l] > 1 ? LOSS_FOOT / 2 : 0,
    headingWidth = kind.isOutput ? width + 2 * LOSS_GAP - 6 : MAX_HEADING_WIDTH;
  const nodes = Array.from({length: counts[l]}, (_, i) => {
    const y = middle - lifted + (i - (counts[l] - 1) / 2) * pitch + (above - below) / 2;
    return nodeAt(x, y, plan, kind, nameWidth);
  });
  return {
    ...{style, width, height, nodes},
    heading: top < HEADING_OF_COLUMN ? null : {x, y: top / 2, width: Math.min(headingWidth, width + gap - 8, 2 * x), height: 18},
    band: {x, y: middle, width: width + 24, height: inside + 4},
  };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {ColumnPlan} plan
 * @param {ColumnKind} kind
 * @param {number} nameWidth
 * @returns {NodePlace}
 */
function nodeAt(x, y, {style, above, below}, {isInput, isOutput}, nameWidth) {
  const {width, height} = STYLES[style],
    biasWidth = isInput ? 84 : below < BIAS_HEIGHT ? BIAS_LINE_WIDTH : 66,
    ownWidth = nameWidth - NAME_MARGIN;
  const name = isInput
    ? {x: x - width / 2 - 4 - ownWidth / 2, y, width: ownWidth, height: LINE_UNITS}
    : {x, y: y - height / 2 - above / 2, width: Math.min(Math.max(width, 96), width + 2 * LOSS_GAP - 6), height: LINE_UNITS};
  return {x, y, name: isInput || isOutput ? name : null, bias: below ? {x, y: y + height / 2 + below / 2, width: biasWidth, height: below} : null};
}

// --- the loss --------------------------------------------------------------------------------------------------------

/**
 * The box of the loss: beside each of several outputs its target and error, below them the loss.
 * @param {LayerPlace} last
 * @param {number} x
 * @param {number} top of the columns; too little for headings where there are none
 * @param {number} middle
 */
function lossInColumn({nodes, width}, x, top, middle) {
  const left = x - LOSS_WIDTH / 2,
    inner = LOSS_WIDTH - 14; // the longest word, and a number of 8 characters
  /** @type {[number, number, number, number][]} */
  const links = nodes.map((node) => [node.x + width / 2, node.y, left, node.y]);
  if (nodes.length === 1) {
    const height = LOSS_ROWS * LOSS_ROW + LOSS_BOX_MARGIN,
      y = Math.max(nodes[0].y, top + height / 2); // below its heading
    const sections = [{x, y, width: inner, height: LOSS_ROWS * LOSS_ROW}];
    return {x, y, width: LOSS_WIDTH, height, heading: headingOver(x, y - height / 2, top), sections, total: null, links};
  }
  const sections = nodes.map(({y}) => ({x, y: Math.round(y), width: inner, height: SECTION_HEIGHT - 4})),
    start = sections[0].y - SECTION_HEIGHT / 2 - 4,
    bottom = sections[sections.length - 1].y + SECTION_HEIGHT / 2 + 28;
  return {
    ...{x, y: (start + bottom) / 2 || middle, width: LOSS_WIDTH, height: bottom - start, sections, heading: headingOver(x, start, top)},
    ...{total: {x, y: bottom - 15, width: inner, height: LOSS_ROW}, links},
  };
}

/**
 * @param {number} x
 * @param {number} y of what it stands above
 * @param {number} top
 * @returns {Area | null}
 */
function headingOver(x, y, top) {
  return top < HEADING_OF_COLUMN ? null : {x, y: Math.max(y - 12, top / 2), width: LOSS_WIDTH, height: 18};
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
