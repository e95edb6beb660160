// Where the parts of a network stand: one column a layer or, on a phone, one row a layer; as large as there is room for.

import {layOutInColumns} from "./network_columns.js";
import {edgesBetween} from "./network_labels.js";
import {MAX_LABELLED_EDGES, countEdges, countsOf} from "./network_places.js";
import {layOutInRows} from "./network_rows.js";

/** @typedef {import("./network_places.js").NetworkShape} NetworkShape */
/** @typedef {import("./network_places.js").NetworkLayout} NetworkLayout */

const MIN_COLUMN_GAP = 52, // with room for the numbers of a weight
  LEAST_COLUMN_GAP = 24; // where all would be wider than its room
const MAX_SCALE_OF_NETWORK_TENTHS = 21,
  SCALES = Array.from({length: 12}, (_, i) => (MAX_SCALE_OF_NETWORK_TENTHS - i) / 10);
const COLUMN_FITS = /** @type {const} */ (["roomy", "narrow"]);
const TOO_SMALL = 0.4; // what a smaller scale than the one wished is worth

/**
 * Lays out a network as large as fits, but no smaller than its texts can be read: then it is larger than its room.
 * @param {NetworkShape} shape
 * @param {{width: number, height: number, isVertical: boolean, least?: number, wished?: number, opened?: number}} room in
 * pixels, with the scale that it has at least, the one from which on texts are as large as wished, and the layer of the
 * neuron that is opened, or 0
 * @returns {NetworkLayout}
 */
export function layOutNetwork(shape, {width, height, isVertical, least = 1, wished = least, opened = 0}) {
  if (isVertical) return layOutInRows(shape, width, opened);
  const mayHaveLabels = countEdges(countsOf(shape)) <= MAX_LABELLED_EDGES,
    scales = [...SCALES.filter((scale) => scale > least), least];
  let best = null,
    most = 0;
  for (const fit of COLUMN_FITS) {
    if (best && (best.edges || !mayHaveLabels)) break; // narrow neurons make room for labels
    for (const scale of scales) {
      const wish = scale < wished - 0.05 ? TOO_SMALL : 1;
      if (best && scale * wish <= most) break; // nothing smaller can be better
      const placed = placedAt(scale, fit, most / (scale * wish)),
        worth = scale * wish * placed.rank,
        isFitting = placed.layout.width <= width / scale + 0.5 && placed.layout.height <= height / scale + 0.5;
      if (isFitting && worth > most) [best, most] = [placed, worth];
    }
  }
  const isNarrowEnough = (/** @type {{layout: {width: number}}} */ {layout}) => layout.width <= width / least + 0.5;
  best ??= COLUMN_FITS.map((fit) => placedAt(least, fit, 0)).find(isNarrowEnough) ?? placedAt(least, least > 1 ? "scrolling" : "roomy", 0); // and so has room for its numbers
  const {layout, edges, scale} = best;
  return {...layout, scale, hasLabels: edges !== null, edges: edges ?? edgesBetween(layout.layers, false)};

  /**
   * @param {number} scale
   * @param {import("./network_columns.js").ColumnFit} fit
   * @param {number} rank that it has to exceed
   */
  function placedAt(scale, fit, rank) {
    const minGap = scale > least || (scale > 1 && mayHaveLabels) ? MIN_COLUMN_GAP : LEAST_COLUMN_GAP;
    return {scale, ...layOutInColumns(shape, width / scale, height / scale, {least: rank, fit, minGap, isSmallest: scale === least, opened})};
  }
}
