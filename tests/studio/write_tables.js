// Writes `tables.json` anew with what the reader of tables answers: `node tests/studio/write_tables.js`; then read the
// diff. To add a case, append its {"text": …, "why": …} to the file; a long text may be {"line": …, "times": …}.

import {readFileSync, writeFileSync} from "node:fs";

import {tableAnswer, textOf} from "./core/table_answers.js";

const FILE = new URL("tables.json", import.meta.url);

const cases = JSON.parse(readFileSync(FILE, "utf8")).map(({text, why}) => ({text, why, ...tableAnswer(textOf(text))}));
writeFileSync(FILE, `[\n${cases.map((item) => ` ${JSON.stringify(item)}`).join(",\n")}\n]\n`);
