// The numbers of the edges: whole and with their signs, beside the cards and never under them.

import assert from "node:assert/strict";
import test from "node:test";

import {ABOVE_LABEL_PX, BELOW_LABEL_PX, numbersInRoom, roomsForNumbers} from "../../../microgrid/studio/app/core/edge_numbers.js";
import {readDocument} from "../../../microgrid/studio/app/core/document.js";
import {readRecord} from "../../../microgrid/studio/app/core/graph.js";
import {layOutGraph} from "../../../microgrid/studio/app/core/layout.js";
import {asOnCard} from "../../../microgrid/studio/app/views/dom.js";
import {neuron, twoPaths} from "./records.js";
import {wordsIn} from "./words.js";

const graphOfText = (text) => readRecord(readDocument(text).content);
const GRAPHS = [
  graphOfText("w, b = 3, 1  # learned\nx, target = 2, 5  # given\np = w*x + b\nloss = (p - target)**2"),
  graphOfText("w, b = 3, 1\nx, target = 2, 5\nloss = (w*x + b - target)**2\nmore = loss + b"),
  graphOfText("a, b, c = 1, 2, 3\nd = a*b + b*c + a*c\ne = tanh(d) * a + exp(b) - d/c\nloss = (e*d - a)**2"),
  twoPaths(),
  neuron(),
];
const NUMBERS = [-0.003906, -1.569e57, 4.925e113, -4.925e113, -3.815e-6, -1234567, 0.0001234, -Infinity];
const CHARACTER_PX = 7.83;
const MAX_ROW_WIDTH_PX = 991; // of the window at 1280 × 720 pixels

test("no number of an edge is covered by a card or cut by the sheet, and none loses its sign", () => {
  for (const graph of GRAPHS) {
    const layout = layOutGraph(graph, {words: wordsIn("en"), labelSize: [56, 34], screenSize: [912, 440], maxRowWidth: MAX_ROW_WIDTH_PX});
    for (const [n, room] of roomsForNumbers(layout).entries()) {
      if (!room) continue;
      for (const [i, share] of NUMBERS.entries()) {
        for (const language of ["en", "ja"]) {
          const typeset = (text) => asOnCard(wordsIn(language).typeset(text)),
            local = NUMBERS[(i + 3) % NUMBERS.length],
            [x, y] = layout.lines[n].label ?? [0, 0];
          const written = numbersInRoom(local, share, x, room, {isCompact: layout.compact, typeset});
          assert.equal(written.share.startsWith("−"), share < 0);
          assert.equal(written.local.startsWith("×−"), local < 0);
          const half = (CHARACTER_PX * Math.max(written.share.length, written.local.length)) / 2,
            [left, right] = [written.x - half, written.x + half];
          assert(left >= 0 && right <= layout.width, `${written.local} ${written.share}`);
          for (const box of layout.boxes) {
            const isBeside = box.x + box.width <= left || box.x >= right,
              isAbove = box.y >= y + BELOW_LABEL_PX || box.y + box.height <= y - ABOVE_LABEL_PX;
            assert(isBeside || isAbove, `${written.local} ${written.share} is on a card`);
          }
        }
      }
    }
  }
});

test("a number for which there is room keeps its digits and its place", () => {
  const style = {isCompact: false, typeset: (text) => text};
  assert.deepEqual(numbersInRoom(2.401, -0.003906, 50, {left: 0, right: 100}, style), {
    local: "×2.401",
    share: "−0.003906",
    x: 50,
  });
  assert.equal(numbersInRoom(1, -0.003906, 50, {left: 20, right: 84}, style).share, "−0.00391");
});
