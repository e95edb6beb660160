// A table as text.

import {NetworkError} from "./network_spec.js";

/**
 * @param {string} text
 * @returns {import("./network_spec.js").NetworkData}
 */
export function readTable(text) {
  throw new NetworkError("network.rows", {text});
}
