// The state of the studio as text for an address (`#…`) or a message: JSON, compressed, in letters that an address may
// hold. What comes back may be anything: it is checked part by part, and no more of it is unpacked than a state needs.

const SHARE_VERSION = 1;
const PACKED_CODE = `${SHARE_VERSION}z`, // deflated
  PLAIN_CODE = `${SHARE_VERSION}j`; // JSON as it is, from a browser that cannot compress
const MAX_ADDRESS_CHARACTERS = 2000; // of a code: mail programs and chats leave a link of such a length whole
export const MAX_TEXT_CHARACTERS = 100_000;
const MAX_CODE_CHARACTERS = 4_000_000,
  MAX_UNPACKED_BYTES = 5_000_000, // the data of a page with their names, and a trained network
  MAX_SHARED_NODES = 10_000,
  MAX_SHARED_NUMBERS = 100_000, // of data, as in Python's documents/networks.py
  MAX_COUNT = 1e9; // of steps and cycles
const SHARED_MODES = ["", "present", "ask", "quiz"];
const NOT_IN_JSON = {NaN, Infinity, "-Infinity": -Infinity, "-0": -0};

/**
 * What can be shared.
 *
 * @typedef {object} SharedState
 * @property {1} v version
 * @property {{t: string} | {r: object} | {n: object}} d document: text, the content of a record, or a network, whose data are
 * named where every page has them
 * @property {Record<number, number>} [l] values of the leaves that were changed, by the index of the node; of a network those
 * of the parameters, where they do not follow from its cycles
 * @property {number} [s] step of the closed graph, 0 at the start
 * @property {number} [c] cycle, from 1
 * @property {number} [n] last cycle that was run; by default the one that is shown
 * @property {number | null} [r] learning rate; null for the document's own
 * @property {string | null} [g] language; null for the browser's
 * @property {string} [m] mode: "", "present", "ask" where the presentation asks for the next number, or "quiz"
 * @property {Record<number, number> | null} [p] values of the parameters at the start of the first cycle
 * @property {number | null} [i] row of a network that is picked, −1 for all rows; null for the one it opens with
 * @property {Record<number, number>} [u] velocities of the parameters in `l`, where they are not 0
 * @property {0 | 1} [w] 1 where a recorded network is shown as its cards
 * @property {string | null} [e] what stands in the editor, if it is another text than that of the document
 */

/** @typedef {Required<Omit<SharedState, "i" | "e" | "u" | "w">> & {u?: Record<number, number>, i?: number | null, e?: string, w?: 0 | 1}} DecodedState */

/** What came is no state of the studio; `key` names the text that says so, `parts` what it is filled with. */
export class ShareError extends Error {
  /** @param {string} key  @param {Record<string, string | number>} [parts] */
  constructor(key, parts = {}) {
    super(`${key} ${JSON.stringify(parts)}`);
    this.name = "ShareError";
    this.key = key;
    this.parts = parts;
  }
}

/**
 * Tell whether a code is short enough for an address.
 *
 * @param {string} text
 */
export function fitsAddress(text) {
  return text.length <= MAX_ADDRESS_CHARACTERS;
}

/**
 * Write a state as text of letters, digits, "-" and "_".
 *
 * @param {SharedState} state
 * @returns {Promise<string>}
 */
export async function encodeState(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(essentialsOf(state), numberForJson));
  if (typeof CompressionStream === "undefined") return PLAIN_CODE + toLetters(bytes);
  return PACKED_CODE + toLetters(await throughStream(bytes, new CompressionStream("deflate-raw"), Infinity));
}

/**
 * Read what `encodeState` wrote: each part is there, of the right type and of a bearable size. Whether nodes and steps
 * of those numbers exist, only who reads the document knows.
 *
 * @param {string} text
 * @returns {Promise<DecodedState>}
 * @throws {ShareError}
 */
export async function decodeState(text) {
  const code = typeof text === "string" ? text.trim().replace(/^#/, "") : "";
  const version = /^(\d{1,3})[a-z]/.exec(code)?.[1];
  if (!version) throw new ShareError("share.not_a_code");
  if (Number(version) > SHARE_VERSION) throw new ShareError("share.newer");
  if (code.length > MAX_CODE_CHARACTERS) throw new ShareError("share.too_large");
  if (!code.startsWith(PACKED_CODE) && !code.startsWith(PLAIN_CODE)) throw new ShareError("share.not_a_code");
  const bytes = fromLetters(code.slice(PACKED_CODE.length));
  return checkedState(parsedJson(code.startsWith(PLAIN_CODE) ? bytes : await unpacked(bytes)));
}

// --- text and bytes --------------------------------------------------------------------------------------------------

/** @param {Uint8Array} bytes */
function toLetters(bytes) {
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} letters */
function fromLetters(letters) {
  if (!/^[\w-]*$/.test(letters) || letters.length % 4 === 1) throw new ShareError("share.damaged");
  const characters = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
async function unpacked(bytes) {
  if (typeof DecompressionStream === "undefined") throw new ShareError("share.old_browser");
  try {
    return await throughStream(bytes, new DecompressionStream("deflate-raw"), MAX_UNPACKED_BYTES);
  } catch (error) {
    throw error instanceof ShareError ? error : new ShareError("share.damaged");
  }
}

/**
 * Send bytes through a stream, and stop when more come out than are allowed: a few letters can stand for gigabytes.
 *
 * @param {Uint8Array} bytes
 * @param {{readable: ReadableStream, writable: WritableStream}} stream
 * @param {number} limit
 */
async function throughStream(bytes, {readable, writable}, limit) {
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => {}); // the reader below meets the same error
  const chunks = [],
    reader = readable.getReader();
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    chunks.push(part.value);
    if (size > limit) {
      await reader.cancel();
      throw new ShareError("share.too_large");
    }
  }
  await written;
  const all = new Uint8Array(size);
  let start = 0;
  for (const chunk of chunks) {
    all.set(chunk, start);
    start += chunk.length;
  }
  return all;
}

/** @param {Uint8Array} bytes  @returns {unknown} */
function parsedJson(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(bytes));
  } catch {
    throw new ShareError("share.damaged");
  }
}

// --- what a state holds ----------------------------------------------------------------------------------------------

/**
 * Leave out what is as usual, and what of a record follows from the rest.
 *
 * @param {SharedState} state
 */
function essentialsOf({d, l = {}, s = 0, c = 1, n = c, r = null, g = null, m = "", p = null, e = null, i = null, u = {}, w = 0}) {
  return {
    v: SHARE_VERSION,
    d: "r" in d ? {r: essentialsOfRecord(/** @type {any} */ (d.r))} : d,
    ...(Object.keys(l).length > 0 && {l}),
    ...(s > 0 && {s}),
    ...(c > 1 && {c}),
    ...(n > c && {n}),
    ...(r !== null && {r}),
    ...(g !== null && {g}),
    ...(m !== "" && {m}),
    ...(p !== null && {p}),
    ...(e !== null && {e}),
    ...(i !== null && {i}),
    ...(Object.keys(u).length > 0 && {u}),
    ...(w !== 0 && {w}),
  };
}

/** @param {Record<string, unknown>} record */
function essentialsOfRecord({format, version, learning_rate, nodes, parameters}) {
  return {format, version, learning_rate, nodes, parameters};
}

/** @param {string} _  @param {unknown} item */
function numberForJson(_, item) {
  if (typeof item !== "number") return item;
  return Object.keys(NOT_IN_JSON).find((text) => Object.is(NOT_IN_JSON[/** @type {"NaN"} */ (text)], item)) ?? item;
}

// --- checking it -----------------------------------------------------------------------------------------------------

/** @param {unknown} item  @returns {DecodedState} */
function checkedState(item) {
  const {v, d, l = {}, s = 0, c = 1, n = c, r = null, g = null, m = "", p = null, e = null, i = null, u = null, w = 0, ...others} = sharedObject(item, "state");
  checkPart(v === SHARE_VERSION, "v");
  checkPart(Object.keys(others).length === 0, "state");
  checkPart(g === null || (typeof g === "string" && /^[a-z]{2}$/.test(g)), "g");
  checkPart(typeof m === "string" && SHARED_MODES.includes(m), "m");
  return {
    v: SHARE_VERSION,
    d: sharedDocument(d),
    l: sharedValues(l, "l"),
    s: sharedCount(s, 0, "s"),
    c: sharedCount(c, 1, "c"),
    n: sharedCount(n, /** @type {number} */ (c), "n"),
    r: r === null ? null : sharedNumber(r, "r"),
    g: /** @type {string | null} */ (g),
    m: /** @type {string} */ (m),
    p: p === null ? null : sharedValues(p, "p"),
    ...(e !== null && {e: sharedText(e, "e", MAX_TEXT_CHARACTERS)}),
    ...(i !== null && {i: sharedCount(i, -1, "i")}),
    ...(u !== null && {u: sharedValues(u, "u")}),
    ...(sharedCount(w, 0, "w") > 0 && {w: 1}),
  };
}

/** @param {unknown} item  @returns {{t: string} | {r: object} | {n: object}} */
function sharedDocument(item) {
  const {t, r, n, ...others} = sharedObject(item, "d");
  checkPart(Object.keys(others).length === 0 && [t, r, n].filter((part) => part !== undefined).length === 1, "d");
  if (r !== undefined) return {r: sharedRecord(r)};
  if (n !== undefined) return {n: sharedNetwork(n)};
  return {t: sharedText(t, "d.t", MAX_TEXT_CHARACTERS)};
}

/** @param {unknown} item  @param {string} part  @returns {Record<number, number>} */
function sharedValues(item, part) {
  const entries = Object.entries(sharedObject(item, part));
  checkPart(entries.length <= MAX_SHARED_NODES, part);
  for (const [name] of entries) checkPart(/^(0|[1-9]\d{0,4})$/.test(name), part);
  return Object.fromEntries(entries.map(([name, value]) => [name, sharedNumber(value, part)]));
}

/** @param {unknown} item */
function sharedRecord(item) {
  const {format, version, learning_rate, nodes, parameters} = sharedObject(item, "d.r");
  checkPart(format === "microgrid relay" && version === 2, "d.r");
  sharedNumber(learning_rate, "d.r");
  const checked = sharedList(nodes, "d.r").map(sharedNode);
  checkPart(checked.length > 0, "d.r");
  for (const parameter of sharedList(parameters, "d.r")) checkPart(isNodeBefore(parameter, checked.length), "d.r");
  return {format, version, learning_rate, nodes: checked, parameters};
}

/** @param {unknown} item  @param {number} i */
function sharedNode(item, i) {
  const {id, label, kind, op, operands, local_derivatives, data, layer} = sharedObject(item, "d.r");
  checkPart(id === `n${i}`, "d.r");
  for (const text of [label, kind, op, layer]) sharedText(text, "d.r", MAX_TEXT_CHARACTERS);
  for (const operand of sharedList(operands, "d.r")) checkPart(isNodeBefore(operand, i), "d.r");
  const locals = local_derivatives === undefined ? [] : sharedList(local_derivatives, "d.r");
  for (const local of [data, ...locals]) sharedNumber(local, "d.r");
  const ofRecord = {id, label, kind, op, operands, data: asInRecord(data), layer};
  return local_derivatives === undefined ? ofRecord : {...ofRecord, local_derivatives: locals.map(asInRecord)};
}

/**
 * A network is made of lists, objects, texts and numbers where `checkSpec` reads them; it checks what they say.
 * @param {unknown} item
 */
function sharedNetwork(item) {
  const {inputs, sizes, activation, loss, learningRate, momentum, batchSize, seed, model, data, history, ...others} = sharedObject(item, "d.n");
  checkPart(Object.keys(others).length === 0, "d.n");
  return {
    inputs: sharedNumber(inputs, "d.n"),
    sizes: sharedNumbers(sizes),
    activation: sharedName(activation),
    loss: sharedName(loss),
    learningRate: sharedNumber(learningRate, "d.n"),
    momentum: sharedNumber(momentum, "d.n"),
    batchSize: batchSize === null ? null : sharedNumber(batchSize, "d.n"),
    seed: sharedNumber(seed, "d.n"),
    model: model === null ? null : sharedModel(model),
    data: typeof data === "string" ? data : sharedData(data),
    history: history === null ? null : sharedHistory(history),
  };
}

/** @param {unknown} item */
function sharedModel(item) {
  const {format, version, model, parameters} = sharedObject(item, "d.n"),
    entries = Object.entries(sharedObject(parameters, "d.n"));
  return {format, version, model, parameters: Object.fromEntries(entries.map(([name, number]) => [name, sharedNumber(number, "d.n")]))};
}

/** @param {unknown} item */
function sharedHistory(item) {
  const {losses, heldOut, velocities = []} = sharedObject(item, "d.n");
  return {losses: sharedNumbers(losses), heldOut: sharedNumbers(heldOut), velocities: sharedNumbers(velocities)};
}

/** @param {unknown} item */
function sharedData(item) {
  const {name, inputNames, targetName, classes, rows, targets, heldOut, scale} = sharedObject(item, "d.n");
  return {
    name: sharedName(name),
    inputNames: sharedList(inputNames, "d.n").map(sharedName),
    targetName: sharedName(targetName),
    classes: sharedList(classes, "d.n").map(sharedName),
    ...sharedRows(rows, targets),
    heldOut: sharedRows(...rowsAndTargets(heldOut)),
    scale: scale === null ? null : sharedScale(scale),
  };
}

/** @param {unknown} item  @returns {[unknown, unknown]} */
function rowsAndTargets(item) {
  const {rows, targets} = sharedObject(item, "d.n");
  return [rows, targets];
}

/** @param {unknown} rows  @param {unknown} targets */
function sharedRows(rows, targets) {
  return {
    rows: sharedList(rows, "d.n", MAX_SHARED_NUMBERS).map(sharedNumbers),
    targets: sharedList(targets, "d.n", MAX_SHARED_NUMBERS).map((target) => (Array.isArray(target) ? sharedNumbers(target) : sharedNumber(target, "d.n"))),
  };
}

/** @param {unknown} item */
function sharedScale(item) {
  const {inputs, target} = sharedObject(item, "d.n"),
    columns = sharedList(inputs, "d.n");
  checkPart(columns.length === 2, "d.n");
  return {inputs: columns.map(sharedNumbers), target: sharedNumbers(target)};
}

/** @param {unknown} item  @returns {number[]} */
function sharedNumbers(item) {
  return sharedList(item, "d.n", MAX_SHARED_NUMBERS).map((number) => sharedNumber(number, "d.n"));
}

/** @param {unknown} item */
function sharedName(item) {
  return sharedText(item, "d.n", MAX_TEXT_CHARACTERS);
}

/** A record has texts for NaN and the infinite ones only.  @param {unknown} item */
function asInRecord(item) {
  return item === "-0" ? -0 : item;
}

/** @param {unknown} name  @param {number} end */
function isNodeBefore(name, end) {
  return typeof name === "string" && /^n(0|[1-9]\d{0,4})$/.test(name) && Number(name.slice(1)) < end;
}

/** @param {unknown} condition  @param {string} part */
function checkPart(condition, part) {
  if (!condition) throw new ShareError("share.wrong", {part});
}

/** @param {unknown} item  @param {string} part  @returns {Record<string, unknown>} */
function sharedObject(item, part) {
  checkPart(typeof item === "object" && item !== null && !Array.isArray(item), part);
  return /** @type {Record<string, unknown>} */ (item);
}

/** @param {unknown} item  @param {string} part  @param {number} [longest]  @returns {unknown[]} */
function sharedList(item, part, longest = MAX_SHARED_NODES) {
  checkPart(Array.isArray(item) && item.length <= longest, part);
  return /** @type {unknown[]} */ (item);
}

/** @param {unknown} item  @param {string} part  @param {number} longest */
function sharedText(item, part, longest) {
  checkPart(typeof item === "string" && item.length <= longest, part);
  return /** @type {string} */ (item);
}

/** @param {unknown} item  @param {string} part  @returns {number} */
function sharedNumber(item, part) {
  if (typeof item === "string" && Object.hasOwn(NOT_IN_JSON, item)) return NOT_IN_JSON[/** @type {"NaN"} */ (item)];
  checkPart(typeof item === "number" && Number.isFinite(item), part);
  return /** @type {number} */ (item);
}

/** @param {unknown} item  @param {number} least  @param {string} part  @returns {number} */
function sharedCount(item, least, part) {
  checkPart(Number.isInteger(item) && Number(item) >= least && Number(item) <= MAX_COUNT, part);
  return /** @type {number} */ (item);
}
