import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

import {checkSpec} from "../../../microgrid/studio/app/core/network_spec.js";
import {columnsOfTable, readTable} from "../../../microgrid/studio/app/core/table_text.js";
import {tableAnswer, textOf} from "./table_answers.js";
import {LANGUAGES, wordsIn} from "./words.js";
import {SPEC} from "./xor.js";

// Accepted and refused texts; `node tests/studio/write_tables.js` writes the answers anew.
const cases = JSON.parse(readFileSync(new URL("../tables.json", import.meta.url), "utf8"));

for (const {text, why, accepted, refused} of cases) {
  test(`${refused ? "refused" : "accepted"}: ${why}`, () => {
    assert.deepEqual(tableAnswer(textOf(text)), refused ? {refused} : {accepted});
    if (!refused) return;
    for (const language of LANGUAGES) assert.doesNotMatch(wordsIn(language).word(refused.key, refused.parts), /[{}\n]/);
  });
}

test("what is wrong with a table can be put right in the page", () => {
  const said = cases.filter(({refused}) => refused).map(({refused}) => wordsIn("en").word(refused.key, refused.parts));
  assert.deepEqual(said.filter((text) => text.includes("microgrid")), []);
  assert(said.includes("line 2, column y: the cell is empty. Fill it in, or delete the line"));
});

test("another column may be the target", () => {
  const text = "Adelie,1,2\nGentoo,3,4";
  assert.deepEqual(columnsOfTable(text), ["x1", "x2", "y"]);
  const {inputNames, targetName, classes, rows} = readTable(text, 0);
  assert.deepEqual({inputNames, targetName, classes, rows}, {
    inputNames: ["x1", "x2"],
    targetName: "y",
    classes: ["Adelie", "Gentoo"],
    rows: [
      [1, 2],
      [3, 4],
    ],
  });
});

test("a table gets a scale; a column that never changes is only shifted", () => {
  const {scale} = readTable("a,b,y\n1,0.1,10\n3,0.1,30");
  assert.deepEqual(scale, {inputs: [[2, 0.1], [1, 1]], target: [20, 10]});
  assert.deepEqual(readTable("a,y\n1,no\n3,yes").scale.target, [0, 1]);
});

test("what was read is data for a network", () => {
  checkSpec({...SPEC, inputs: 1, sizes: [1], data: readTable("x,y\n1,2\n2,3")});
  checkSpec({...SPEC, inputs: 1, sizes: [2], data: readTable("1,a\n2,b"), loss: "bce"});
});
