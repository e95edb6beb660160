import assert from "node:assert/strict";
import test from "node:test";

import {Words, format, tablesOf} from "../../../microgrid/studio/app/core/words.js";
import {wordsIn} from "./words.js";

const tables = {
  en: {"page.sum": "the sum is {sum}", list: ", ", gap: " "},
  ja: {"page.sum": "和は {sum} です", list: "、", gap: ""},
};

test("texts that stand together are sorted by language", () => {
  const content = {languages: ["en", "ja"], texts: {value: ["value", "値"], grad: ["grad", "勾配"]}};
  assert.deepEqual(tablesOf(content), {en: {value: "value", grad: "grad"}, ja: {value: "値", grad: "勾配"}});
});

test("placeholders are filled in, and one without a part stays", () => {
  assert.equal(format("{a} and {b}", {a: 1}), "1 and {b}");
});

test("a part is put in as it is", () => {
  assert.equal(format("{a}{b}", {a: "$&{b}", b: "<b>"}), "$&{b}<b>");
});

test("between two Japanese characters there is no space, beside a formula there is", () => {
  assert.equal(format("{name} は {result}", {name: "重み", result: "入力"}), "重みは入力");
  assert.equal(format("{name} は {result}", {name: "w", result: "2"}), "w は 2");
  assert.equal(format("{name} は", {name: "p − 正解"}), "p − 正解 は");
});

test("words are those of a language, with its powers of ten", () => {
  assert.equal(new Words(tables, "en").say("sum", {sum: "7e−19"}), "the sum is 7 × 10⁻¹⁹");
  assert.equal(new Words(tables, "ja").word("page.sum", {sum: "7e−19"}), "和は 7 × 10⁻¹⁹ です");
});

test("names and sentences are joined as the language does", () => {
  assert.equal(new Words(tables, "en").listed(["a", "b"]), "a, b");
  assert.equal(new Words(tables, "ja").joined("あ。", "", null, "い。"), "あ。い。");
});

test("a text that every object has is no word", () => {
  const words = new Words(tables, "en");
  assert.deepEqual([words.has("page.sum"), words.has("toString")], [true, false]);
});

test("in Japanese, a number stays on the line of its counter", () => {
  const words = wordsIn("ja");
  assert.equal(words.word("network.told.rows", {count: 4}), "全\u00a04\u00a0行");
  assert.equal(words.word("network.told.name.neuron", {layer: 1, neuron: 2}), "第\u00a01\u00a0層のニューロン\u00a02");
});
