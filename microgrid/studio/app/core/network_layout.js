// Where the parts of a network stand: one column a layer or, on a phone, one row a layer; as large as there is room for.

import {layOutInColumns} from "./network_columns.js";
import {MAX_LABELLED_EDGES} from "./network_places.js";
import {layOutInRows} from "./network_rows.js";

/** @typedef {import("./network_places.js").NetworkShape} NetworkShape */
/** @typedef {import("./network_places.js").NetworkLayout} NetworkLayout */

const MIN_COLUMN_GAP = 52, // with room for the numbers of a weight
  LEAST_COLUMN_GAP = 24; // where all would be wider than its room
const MAX_SCALE_OF_NETWORK_TENTHS = 21,
  SCALES = Array.from({length: 12}, (_, i) => (MAX_SCALE_OF_NETWORK_TENTHS - i) / 10);
const TOO_SMALL = 0.4; // what a smaller scale than the one wished is worth

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
