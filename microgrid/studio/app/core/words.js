// The words that a reader sees, from the tables of each language that Python keeps in microgrid/language/.

import {isJapanese, powersOfTen} from "./numerals.js";

/**
 * The texts by language and key.
 * @typedef {Record<string, Record<string, string>>} WordTables
 */

/**
 * Sorts the texts of a page, each of which stands there in all languages, by language.
 * @param {{languages: string[], texts: Record<string, string[]>}} content
 * @returns {WordTables}
 */
export function tablesOf({languages, texts}) {
  return Object.fromEntries(languages.map((language, i) => [language, Object.fromEntries(Object.entries(texts).map(([key, all]) => [key, all[i]]))]));
}

/**
 * What a placeholder is filled with.
 * @typedef {Record<string, string | number>} Parts
 */

/**
 * Fills in the placeholders of a sentence; between two Japanese characters there is no space.
 * @param {string} sentence
 * @param {Parts} parts
 * @returns {string}
 */
export function format(sentence, parts) {
  return sentence.replace(/( ?)\{(\w+)\}( ?)/g, (whole, before, name, after, start) => {
    const part = `${parts[name] ?? `{${name}}`}`;
    if (/ [+−] /.test(part)) return before + part + after; // p − 正解 is set off by the spaces around it
    const left = isJapanese(sentence[start - 1] ?? "") && isJapanese(part[0] ?? "") ? "" : before,
      right = isJapanese(part.at(-1) ?? "") && isJapanese(sentence[start + whole.length] ?? "") ? "" : after;
    return left + part + right;
  });
}

/**
 * Keeps a number on the line of its counter or of what it counts: 第 1 層, 全 4 行, ニューロン 1 から.
 * @param {string} text
 */
function withCounters(text) {
  return text.replace(/(第|全|行|ニューロン) (?=\d)/g, "$1\u00a0").replace(/(\d) (?=[\u3041-\u30ff\u3400-\u9fff])/g, "$1\u00a0");
}

/** The words of one language. */
export class Words {
  /**
   * @param {WordTables} tables
   * @param {string} language
   */
  constructor(tables, language) {
    this.language = language;
    this.table = tables[language];
  }

  /**
   * Tells whether there is a text with this key.
   * @param {string} key
   */
  has(key) {
    return Object.hasOwn(this.table, key);
  }

  /**
   * Returns a text with its placeholders filled in, its powers of ten written as by hand.
   * @param {string} key
   * @param {Parts} [parts]
   * @returns {string}
   */
  word(key, parts = {}) {
    const text = this.typeset(format(this.table[key], parts));
    return this.language === "ja" && /^(page|network)\./.test(key) ? withCounters(text) : text; // of a record: as Python says it
  }

  /**
   * Returns a text of the page.
   * @param {string} key its key without "page."
   * @param {Parts} [parts]
   */
  say(key, parts = {}) {
    return this.word(`page.${key}`, parts);
  }

  /**
   * Writes the powers of ten in a text as people do by hand.
   * @param {string} text
   */
  typeset(text) {
    return powersOfTen(text);
  }

  /**
   * Joins names as the language does.
   * @param {readonly string[]} names
   */
  listed(names) {
    return names.join(this.table.list);
  }

  /**
   * Joins sentences as the language does; those that are empty, false or missing are left out.
   * @param {(string | false | null | undefined)[]} sentences
   */
  joined(...sentences) {
    return sentences.filter(Boolean).join(this.table.gap);
  }
}
