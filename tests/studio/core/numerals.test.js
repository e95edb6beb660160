import assert from "node:assert/strict";
import test from "node:test";

import {
  bracketed,
  columnsOf,
  cutForLines,
  isJapanese,
  isolated,
  powersOfTen,
  readNumber,
  show,
  showSigned,
  signOf,
  singleLine,
} from "../../../microgrid/studio/app/core/numerals.js";

test("a number is shown with four significant digits, and a whole one as it is", () => {
  const numbers = [0.70710678, -1.5, 28, 0.00001234, 4201.75, 123456.7, -0, 1.2e30, NaN, Infinity, -Infinity];
  const texts = ["0.7071", "−1.5", "28", "1.234e−5", "4202", "123457", "0", "1.2e30", "NaN", "∞", "−∞"];
  assert.deepEqual(numbers.map((number) => show(number)), texts);
});

test("a number in the middle between two others is rounded to the even one", () => {
  const numbers = [2.0625, 2.1875, 0.15625, 12345.5];
  assert.deepEqual(numbers.map((number) => show(number)), ["2.062", "2.188", "0.1562", "12346"]);
});

test("a change is shown with its sign", () => {
  assert.deepEqual([0.01, -0.01, 0].map(showSigned), ["+0.01", "−0.01", "0"]);
});

test("a negative number gets brackets beside an operator", () => {
  assert.deepEqual(["−2", "2"].map(bracketed), ["(−2)", "2"]);
});

test("powers of ten are written as by hand", () => {
  assert.equal(powersOfTen("1.5e−7 + 2 = 2"), "1.5 × 10⁻⁷ + 2 = 2");
  assert.equal(powersOfTen("1 ÷ 2e30"), "1 ÷ (2 × 10³⁰)");
  assert.equal(powersOfTen("1 − 3e−9²"), "1 − (3 × 10⁻⁹)²");
  assert.equal(powersOfTen("−2e9"), "−2 × 10⁹");
});

test("a sign has a name", () => {
  assert.deepEqual([2, -2, 0, -0, NaN].map(signOf), ["positive", "negative", "zero", "zero", "zero"]);
});

test("kana and kanji are Japanese, punctuation is not", () => {
  assert.deepEqual([..."重みー。w"].map(isJapanese), [true, true, true, false, false]);
});

test("a Japanese character takes two columns", () => {
  assert.deepEqual(["重み w", "w1", "ｗ", "한", "😀"].map(columnsOf), [6, 2, 2, 2, 2]);
});

test("right-to-left text is isolated", () => {
  assert.deepEqual([isolated("w"), isolated("משקל")], ["w", "\u2068משקל\u2069"]);
});

test("a name is cleaned to one line of what can be printed", () => {
  assert.equal(singleLine(" length\nin \u202e mm\u0000"), "length in mm");
});

test("a number is read as people type it", () => {
  const texts = ["ー６", "0,125", "1/8", "6 × (−1)", "7 × 10⁻³", " 1e3 "];
  assert.deepEqual(texts.map(readNumber), [-6, 0.125, 0.125, -6, 0.007, 1000]);
});

test("what is no number, or could be two, is none", () => {
  for (const text of ["", "abc", "1,000", "1.2.3", "--1", "1½", "3²", "1/0", "NaN", "∞"]) {
    assert.ok(Number.isNaN(readNumber(text)), text);
  }
});

test("no line breaks a number and its sign, or a name and its bracket", () => {
  const kept = (text) => cutForLines(text).filter((_, i) => i % 2);
  assert.deepEqual(kept("b changes: 1 − 0.05 × 4 = 0.8."), [": 1 − 0.05 × 4 = 0.8."]);
  assert.deepEqual(kept("答えは 7 (6 + 1 = 7; 8)。w の勾配: −4。"), ["は 7", "(6 + 1 = 7;", ": −4。"]);
  assert.deepEqual(kept("責任が大きい順に w (勾配 8)、b (4)。"), ["w (勾配 8)、", "b (4)。"]);
  assert.deepEqual(kept("勾配 4 × 局所微分 3 = 12。ここまでの勾配: 12。"), ["4 × 局所微分 3 = 12。", ": 12。"]);
  assert.deepEqual(kept("正解は 5。損失は 7.014 × 10⁻¹⁹。"), ["は 5。", "7.014 × 10⁻¹⁹。"]);
  assert.deepEqual(kept("責任は 2 本の道で、次は 17 個。→ で進む。"), ["は 2 本", "は 17 個", "→ で"]);
  assert.deepEqual(kept("−3.553 × 10⁻⁷ × 局所微分 0.9 = −3.197 × 10⁻⁷。"), ["−3.553 × 10⁻⁷", "= −3.197 × 10⁻⁷。"]);
  assert.deepEqual(kept("重みは 0.2432\u00a0から −0.4146\u00a0へ。"), ["は 0.2432"]); // a line may break between the two
  const long = "a + b + c + d + e + f + g + h + i + j = 3";
  assert.deepEqual([kept(long), cutForLines(long).join("")], [["= 3"], long]);
});
