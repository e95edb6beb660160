// Random choices, the same for the same seed, and what they change: texts, values and the codes of shared states.

import {readFileSync} from "node:fs";
import {deflateRawSync, inflateRawSync} from "node:zlib";

import {Words} from "../../../microgrid/studio/app/core/words.js";

export const jsonAt = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
export const LANGUAGES = ["en", "ja"];
export const WORDS = Object.fromEntries(LANGUAGES.map((language) => [language, jsonAt(`microgrid/language/${language}.json`)]));
const ALL_WORDS = LANGUAGES.map((language) => new Words(WORDS, language));
const PIECES = [
  ...`()[],.=+-*/#;:\n\\'"xwab01293_ ^²×−ー（）［，　｜%&@<>!~{}`,
  ..."** += == Value( Input(2) label= .relu() total([ for import print( .backward() .data x1 データ ﬁ e5 0x1 007 1_0".split(" "),
  ...['"""', "\r\n", "\t", "\ufeff", "😀", "\ud800", "__proto__", "constructor", "toString", "</script>", "\u0000", "\u2028"],
  ..."sum([1, w])|weighted_sum([w],[x],1)|1e308|1/0|(((((((((|[[[[[[[[|-----------|**2**2**2".split("|"),
];

let state = 1;

export function seedWith(number) {
  state = number;
}

// Mulberry32.
export function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
export const below = (n) => Math.floor(random() * n);
export const one = (items) => items[below(items.length)];
export const many = (count, make) => Array.from({length: count}, (_, i) => make(i));

/** A text with some of its letters replaced, by pieces of others among them. */
export function changedText(text, others = [text]) {
  for (let i = one([1, 1, 1, 2, 3, 5, 20]); i > 0; i--) {
    const start = below(text.length + 1),
      end = random() < 0.5 ? start : start + one([1, 2, 5, 30]);
    const piece = random() < 0.2 ? one(PIECES).repeat(one([1, 3, 300])) : random() < 0.7 ? one(PIECES) : one(others).slice(0, 80);
    text = text.slice(0, start) + piece + text.slice(end);
  }
  return text;
}

const STRANGE = [null, true, -1, 0, 0.5, 2, 1e400, 1e6, 1e9, 2 ** 53, 1e308, 5e-324, "", "x", "NaN", "-0", "Infinity", [], {}, [[]], [1, 2], {t: 1}, "n0", "n1"];
const STRANGE_KEYS = ["x", "__proto__", "constructor", "v", "r", "0", "99999"];

/** A copy of a value with one part of it replaced, removed or added. */
export function changedValue(item) {
  const isInner = typeof item === "object" && item !== null && Object.keys(item).length > 0;
  if (!isInner || random() < 0.1) return random() < 0.2 && typeof item === "string" ? changedText(item) : one(STRANGE);
  const copy = Array.isArray(item) ? [...item] : {...item},
    key = one(Object.keys(copy));
  if (random() < 0.15) delete copy[key];
  else if (random() < 0.1) Object.defineProperty(copy, one(STRANGE_KEYS), {value: one(STRANGE), enumerable: true, configurable: true, writable: true});
  else copy[key] = changedValue(copy[key]);
  return copy;
}

/** A code changed in its letters, its bytes, or what it holds. */
export function changedCode(code) {
  const bytes = Buffer.from(code.slice(2), "base64url");
  if (random() < 0.2) return changedText(code);
  if (random() < 0.3) {
    for (let i = one([1, 2, 9]); i > 0; i--) bytes[below(bytes.length)] = below(256);
    return code.slice(0, 2) + bytes.toString("base64url");
  }
  let value = JSON.parse(inflateRawSync(bytes));
  for (let i = one([1, 1, 2]); i > 0; i--) value = changedValue(value);
  const text = JSON.stringify(value);
  return `1z${deflateRawSync(random() < 0.1 ? changedText(text) : text).toString("base64url")}`;
}

/** Checks that an error is a refusal in words, in one line. */
export function checkRefusal(error, expected) {
  if (!(error instanceof expected)) throw error;
  for (const words of ALL_WORDS) {
    if (!words.has(error.key)) throw new Error(`there is no text ${error.key}`);
    const holes = words.table[error.key].match(/\{\w+\}/g) ?? [];
    if (!holes.every((hole) => Object.hasOwn(error.parts, hole.slice(1, -1)))) throw new Error(`${error.key} has a hole: ${error.message}`);
  }
}

/** Checks that something is the same after it was sent on; if not, tells from where on it differs. */
export function checkSame(one, other, what) {
  if (one === other) return;
  let at = 0;
  while (`${one}`[at] === `${other}`[at]) at++;
  const [was, is] = [one, other].map((text) => `${text}`.slice(Math.max(0, at - 20), at + 60));
  throw new Error(`${what} is another when it is sent on: ${was} became ${is}`);
}
