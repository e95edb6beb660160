// Numbers and texts as people read and type them, as Python's language/numerals.py and _util/text.py write them.

export const MINUS = "−";
const MOST_DIGITS = 17; // that tell any two numbers apart
export const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * Writes a number with so many significant digits; whole numbers keep up to seven.
 * @param {number} number
 * @param {number} [digits]
 * @returns {string}
 */
export function show(number, digits = 4) {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(number),
    isWhole = size >= 10 ** digits - 0.5 && size < 1e7;
  const [figures, exponent] = rounded(size, isWhole ? Math.floor(Math.log10(size) + 1e-9) + 1 : digits);
  return (number < 0 ? MINUS : "") + placed(figures, exponent, isWhole ? 8 : digits);
}

/**
 * Returns the significant figures of a number and its power of ten, rounded to even where it lies in the middle.
 * @param {number} size
 * @param {number} digits
 * @returns {[string, number]}
 */
function rounded(size, digits) {
  if (size === 0) return ["0", 0];
  const [exact, exponent] = size.toExponential(30).split("e");
  const figures = exact.replace(".", "");
  const isTie = /^50*$/.test(figures.slice(digits)) && Number(figures[digits - 1]) % 2 === 0;
  if (isTie) return [figures.slice(0, digits), Number(exponent)];
  const [mantissa, power] = size.toExponential(digits - 1).split("e");
  return [mantissa.replace(".", ""), Number(power)];
}

/**
 * Places the point among the figures, or writes a power of ten where that would take many zeros.
 * @param {string} figures
 * @param {number} exponent
 * @param {number} digits
 */
function placed(figures, exponent, digits) {
  const kept = figures.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= digits) {
    const mantissa = kept.length > 1 ? `${kept[0]}.${kept.slice(1)}` : kept;
    return `${mantissa}e${exponent < 0 ? MINUS : ""}${Math.abs(exponent)}`;
  }
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${kept}`;
  const before = kept.slice(0, exponent + 1).padEnd(exponent + 1, "0"),
    after = kept.slice(exponent + 1);
  return after ? `${before}.${after}` : before;
}

/**
 * Returns how many digits a number needs, so that four are left when it is taken from 1: 1 − 1² is not 3.326e−6.
 * @param {number} number
 * @returns {number}
 */
export function digitsBeside1(number) {
  const distance = 1 - Math.abs(number);
  return distance > 0 ? 4 + Math.max(0, -1 - rounded(distance, 4)[1]) : 4;
}

/**
 * Writes two numbers that differ, with so many digits that they do so as they are written: 1 − 0.00003 is not 1.
 * @param {number} a
 * @param {number} b
 * @returns {[string, string]}
 */
export function showApart(a, b) {
  const digits = digitsApart(a, b);
  return [show(a, digits), show(b, digits)];
}

/**
 * Returns how many digits tell two numbers apart; four where they do not differ.
 * @param {number} a
 * @param {number} b
 */
export function digitsApart(a, b) {
  for (let digits = 4; digits <= MOST_DIGITS; digits++) if (show(a, digits) !== show(b, digits)) return digits;
  return 4;
}

/**
 * Writes a number with its sign, also where it is positive.
 * @param {number} number
 * @returns {string}
 */
export function showSigned(number) {
  return number > 0 ? `+${show(number)}` : show(number);
}

/**
 * Puts a negative number in brackets, so that it can follow an operator.
 * @param {string} text
 * @returns {string}
 */
export function bracketed(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/**
 * Writes 7e−19 as 7 × 10⁻¹⁹, in brackets where it is divided by or raised to a power.
 * @param {string} text
 * @returns {string}
 */
export function powersOfTen(text) {
  return text.replace(
    /(÷ |\^)?(?<![\w.])(\d(?:\.\d+)?)e(−?\d+)(?!\w)([⁰¹²³⁴⁵⁶⁷⁸⁹^]?)/g,
    (_, before = "", mantissa, exponent, after) => {
      const raised = [...exponent].map((digit) => (digit === MINUS ? "⁻" : SUPERSCRIPTS[digit])).join("");
      const number = `${mantissa} × 10${raised}`;
      return before || after ? `${before}(${number})${after}` : number;
    },
  );
}

const TERM = "[^\\s=≈。、]+[。、]?", // no space follows a Japanese full stop
  NUMBER = "[−+]?[\\d.∞]+",
  ALONE = `${NUMBER}(?![\\d.]| [−+×÷=≈])`, // a number that no formula begins with
  AFTER = "(?:[。、]| [ぁ-ん一-龠])", // as in 2 本
  TERMS = `${TERM}(?: [−+×÷] ${TERM})+(?: ${NUMBER}(?= =))?`, // as in 4 × 局所微分 3
  SIDE = `[=≈] (?:${TERMS}|${TERM})`;
// What no line breaks, the longest first: a formula with its result and the colon before it, then its parts, a number
// after a colon or a Japanese particle (but から, as in 1 から 2 へ), a number with its counter, a name with its bracket.
const TOGETHER = [
  `(?:: )?(?:${TERMS}|(?<=: )${TERM})(?: ${SIDE})+`,
  `(?:: )?${TERMS}|${SIDE}|: ${NUMBER}[,.;。、)]{0,2}|(?<!か)[ぁ-ん] ${ALONE}${AFTER}?|${ALONE}${AFTER}|[→▶] [ぁ-ん]|${TERM} \\([^()\\n]{1,16}\\)[,.。、]?`,
  `${NUMBER} × 10[⁻⁰¹²³⁴-⁹]+[。、)]{0,2}`, // of a formula that is too long
].map((pattern) => new RegExp(`(${pattern})`));
const MAX_TOGETHER = 24; // columns that no line breaks: a longer formula is wider than a phone

/**
 * Cuts a sentence into parts; those of odd places are kept on one line: a short formula, = with what follows it, and a
 * name with its bracket.
 * @param {string} text
 * @param {RegExp[]} [patterns]
 * @returns {string[]}
 */
export function cutForLines(text, [pattern, ...others] = TOGETHER) {
  if (!pattern) return [text];
  const parts = [""];
  for (const [i, part] of text.split(pattern).entries()) {
    if (i % 2 && columnsOf(part) <= MAX_TOGETHER) {
      parts.push(part, "");
      continue;
    }
    const [first, ...rest] = cutForLines(part, others);
    parts[parts.length - 1] += first;
    parts.push(...rest);
  }
  return parts;
}

/**
 * Names the sign of a number, as the styles of the page do.
 * @param {number} number
 * @returns {"positive" | "negative" | "zero"}
 */
export function signOf(number) {
  if (number > 0) return "positive";
  return number < 0 ? "negative" : "zero";
}

/**
 * Tells whether this is a character of a Japanese word; a punctuation mark is none.
 * @param {string} character
 * @returns {boolean}
 */
export function isJapanese(character) {
  return /[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]/.test(character);
}

// Characters as wide as a Japanese one (East_Asian_Width W and F): Hangul, kana, kanji, full-width forms; and emoji.
const WIDE_BLOCKS = [
  "\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e",
  "\\u3041-\\u3247\\u3250-\\u4dbf\\u4e00-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3",
  "\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6",
  "\\u{16fe0}-\\u{18d08}\\u{1aff0}-\\u{1b2ff}\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}",
];
const WIDE = new RegExp(`(?![\\u{1f1e6}-\\u{1f1ff}])\\p{Emoji_Presentation}|[${WIDE_BLOCKS.join("")}]`, "u");

/**
 * Returns how many columns a text takes; a Japanese character takes two.
 * @param {string} text
 * @returns {number}
 */
export function columnsOf(text) {
  const shown = [...text.replace(/[\u2068\u2069]/g, "")];
  return shown.reduce((columns, character) => columns + (WIDE.test(character) ? 2 : 1), 0);
}

/**
 * Returns a text that takes no more than so many columns, its end cut where it is longer.
 * @param {string} text
 * @param {number} columns
 * @param {(text: string) => number} [widthOf] in another unit than columns
 * @returns {string}
 */
export function cutToColumns(text, columns, widthOf = columnsOf) {
  if (widthOf(text) <= columns + 0.5) return text;
  let cut = text;
  while (cut && widthOf(cut) + 1 > columns) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

/**
 * Isolates right-to-left text: else a number beside it would change sides.
 * @param {string} text
 * @returns {string}
 */
export function isolated(text) {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/.test(text) ? `\u2068${text}\u2069` : text;
}

/**
 * Returns text as a name to show: only what can be printed, without blanks around it, with one blank between words.
 * @param {string} text
 * @returns {string}
 */
export function singleLine(text) {
  return text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
}

/**
 * Reads a number as people type it: in full width, with another minus sign or a decimal comma, as a fraction or a
 * product. "1,000" could be either of two numbers, and is refused; "0,125" can be one only. NFKC would make 32 of 3²,
 * and 11/2 of 1½.
 * @param {string} text
 * @returns {number} NaN for what is no number
 */
export function readNumber(text) {
  const raised = text.replace(/(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (digits) => `^${digits.replaceAll("⁻", "-")}`);
  if (/\p{No}\p{N}|\p{N}\p{No}/u.test(raised)) return NaN;
  const typed = plainSigns(plainSigns(raised).normalize("NFKC"))
    .trim()
    .replace(/\s*([*/])\s*/g, "$1");
  const commas = typed.split(",").length - 1;
  if (commas > 1 || (/,\d{3}(?!\d)/.test(typed) && !/(?<!\d)0*,/.test(typed))) return NaN;
  const factors = typed
    .replace(",", ".")
    .replace(/\*10(?:\^|\*\*)\(?([-+]?\d+)\)?/g, "e$1")
    .split(/(?<=[\d.)])([*/])/);
  if (!factors.every((factor, i) => i % 2 || isFactor(factor))) return NaN;
  return factors.reduce((number, factor, i) => {
    if (i % 2) return number;
    const by = Number(factor.replace(/[()]/g, ""));
    if (factors[i - 1] !== "/") return number * by;
    return by === 0 ? NaN : number / by;
  }, 1);
}

/** @param {string} text */
function plainSigns(text) {
  return text.replace(/[−ー–—‐―ｰ]/g, "-").replace(/[×·∗⋅]/g, "*").replace(/[÷⁄]/g, "/");
}

/** @param {string} text */
function isFactor(text) {
  return /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\))$/i.test(text);
}
