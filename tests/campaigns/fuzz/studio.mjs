// Look for what breaks the studio's readers: `node tests/campaigns/fuzz/studio.mjs [--minutes N] [--seed N] [--only KIND]`.
//
// A document, the code of a state and a table may be anything: each is read, or refused with a key that has a text in
// every language; and what was opened can be walked, changed, and sent on. Texts and tables are changed at random places,
// codes in their letters, their bytes and what they hold. Whatever else comes out, takes more than two seconds of
// computing or a gigabyte, is printed and ends the search.

import {parseArgs} from "node:util";

import {decodeState, encodeState, ShareError} from "../../../microgrid/studio/app/core/share.js";
import {changedCode, checkRefusal, one, random, seedWith} from "./changes.mjs";
import {someNetworkCode, someTable, tryNetworkState, tryTable} from "./networks.mjs";
import {someText, someTextCode, tryText, tryTextState} from "./texts.mjs";

const {values: options} = parseArgs({options: {minutes: {type: "string", default: "10"}, seed: {type: "string", default: "1"}, only: {type: "string"}}});
const MOST_KB = 1_000_000;

async function tryCode(code) {
  try {
    const read = await decodeState(code),
      again = await decodeState(await encodeState(read));
    if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error("a state does not come back as it was");
    await ("n" in read.d ? tryNetworkState : tryTextState)(read);
    return true;
  } catch (error) {
    checkRefusal(error, ShareError);
    return false;
  }
}

/** @param {() => Promise<string>} make */
const changedOf = (make) => async () => (random() < 0.3 ? make() : changedCode(await make()));

const KINDS = {
  texts: {make: someText, accepts: tryText},
  codes: {make: changedOf(someTextCode), accepts: tryCode},
  networks: {make: changedOf(someNetworkCode), accepts: tryCode},
  tables: {make: someTable, accepts: tryTable},
};

function checkSurroundings() {
  for (const key in {}) throw new Error(`every object has ${key} now`);
  const {maxRSS} = process.resourceUsage();
  if (maxRSS > MOST_KB) throw new Error(`took ${Math.round(maxRSS / 1000)} MB`);
}

seedWith(Number(options.seed));
const names = options.only ? [options.only] : Object.keys(KINDS),
  counts = Object.fromEntries(names.map((name) => [name, {tried: 0, accepted: 0}])),
  end = performance.now() + 60_000 * Number(options.minutes);
let subject = "";
try {
  while (performance.now() < end) {
    const name = one(names);
    subject = await KINDS[name].make();
    counts[name].tried++;
    if (await KINDS[name].accepts(subject)) counts[name].accepted++;
    checkSurroundings();
  }
} catch (error) {
  console.error(`FOUND with ${JSON.stringify(subject)}:`, error);
  process.exitCode = 1;
}
console.log(counts);
