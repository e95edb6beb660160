import assert from "node:assert/strict";
import {test} from "node:test";
import {deflateRawSync} from "node:zlib";

import {decodeState, encodeState, fitsAddress, ShareError} from "../../../microgrid/studio/app/core/share.js";
import {DATA, SPEC} from "./xor.js";

const TEXT = "w, b = Value(3), Value(1)\nx, target = Input(2), Input(5)\np = w*x + b\nloss = (p - target)**2\n";
const STATE = {v: 1, d: {t: TEXT}, l: {0: 2.5, 3: -1}, s: 7, c: 3, n: 9, r: 0.05, g: "ja", m: "present", p: {0: 3, 2: 1}};
const DEFAULTS = {v: 1, d: {t: "a*b"}, l: {}, s: 0, c: 1, n: 1, r: null, g: null, m: "", p: null};
const leaf = (id, data) => ({id, label: id, kind: "parameter", op: "", operands: [], local_derivatives: [], data, layer: ""});
const RECORD = {
  format: "microgrid relay",
  version: 2,
  learning_rate: 0.1,
  nodes: [
    leaf("n0", 2),
    leaf("n1", "Infinity"),
    {...leaf("n2", "Infinity"), kind: "computed", op: "*", operands: ["n0", "n1"], local_derivatives: ["Infinity", 2]},
  ],
  parameters: ["n0", "n1"],
};

const lettersOf = (bytes) => Buffer.from(bytes).toString("base64url");
const packed = (content) => `1z${lettersOf(deflateRawSync(typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content)))}`;
const refused = (text, key, parts = {}) => assert.rejects(decodeState(text), (error) => {
  assert.ok(error instanceof ShareError, `${error}`);
  assert.deepEqual({key: error.key, parts: error.parts}, {key, parts});
  return true;
});

test("a state comes back as it was", async () => {
  assert.deepEqual(await decodeState(await encodeState(STATE)), STATE);
});

test("a record comes back with what a graph is read from", async () => {
  const state = {...DEFAULTS, d: {r: {...RECORD, steps: [{kind: "value"}], outcome: {after: 0}}}};
  assert.deepEqual(await decodeState(await encodeState(state)), {...DEFAULTS, d: {r: RECORD}});
});

test("what is left out is as usual", async () => {
  assert.deepEqual(await decodeState(packed({v: 1, d: {t: "a*b"}})), DEFAULTS);
});

test("the last cycle is the one that is shown, unless it is told", async () => {
  assert.deepEqual(await decodeState(packed({v: 1, d: {t: "a*b"}, c: 3})), {...DEFAULTS, c: 3, n: 3}); // as codes were written before
});

test("numbers that JSON does not have come back bit for bit", async () => {
  const l = {0: NaN, 1: Infinity, 2: -Infinity, 3: -0, 4: 5e-324, 5: 0.1 + 0.2};
  const state = await decodeState(await encodeState({...DEFAULTS, l}));
  assert.deepStrictEqual(state.l, l);
  const r = {...RECORD, nodes: [leaf("n0", -0)], parameters: ["n0"]};
  assert.deepStrictEqual((await decodeState(await encodeState({...DEFAULTS, d: {r}}))).d, {r});
});

test("any text comes back as it was", async () => {
  for (const t of ["", "入力 = 3\n", "\u0000\ud800 lone", "😀".repeat(1000), "</script>", "__proto__"]) {
    assert.equal((await decodeState(await encodeState({...DEFAULTS, d: {t}}))).d.t, t);
  }
});

test("a code holds only what an address may", async () => {
  assert.match(await encodeState(STATE), /^1z[\w-]+$/);
});

test("a usual state fits an address, a long one does not", async () => {
  assert.ok(fitsAddress(await encodeState(STATE)));
  const t = Array.from({length: 500}, (_, i) => `w${i} = ${Math.sin(i)}`).join("\n");
  assert.ok(!fitsAddress(await encodeState({...DEFAULTS, d: {t}})));
});

test("a code may be pasted with its # and spaces around it", async () => {
  assert.deepEqual(await decodeState(` #${await encodeState(STATE)}\n`), STATE);
});

test("a browser that cannot compress writes plain text, which all can read", async (t) => {
  const {CompressionStream: Packer, DecompressionStream: Unpacker} = globalThis;
  t.after(() => Object.assign(globalThis, {CompressionStream: Packer, DecompressionStream: Unpacker}));
  const short = await encodeState(STATE);
  Object.assign(globalThis, {CompressionStream: undefined, DecompressionStream: undefined});
  const code = await encodeState(STATE);
  assert.match(code, /^1j[\w-]+$/);
  assert.deepEqual(await decodeState(code), STATE);
  await refused(short, "share.old_browser");
});

test("what is no code is refused", async () => {
  for (const text of ["", "#", "hello", "n12", "z1abc", "https://example.org/#1zabc", undefined, null, 7, {}]) {
    await refused(text, "share.not_a_code");
  }
});

test("a code of a newer studio is refused as such", () => refused("2zabc", "share.newer"));

test("a damaged code is refused", async () => {
  const code = await encodeState(STATE);
  await refused(code.slice(0, -3), "share.damaged");
  for (const text of ["1z", "1j", "1z====", "1jä", "1zA", packed(Buffer.from('{"v":1,"d":{"t":"\u00ff"}}', "latin1")), packed("{"), packed("")]) {
    await refused(text, "share.damaged");
  }
});

test("a few letters that stand for gigabytes are not unpacked", async () => {
  const bomb = packed(Buffer.alloc(300_000_000).toString("latin1"));
  assert.ok(bomb.length < 1_000_000);
  const before = process.memoryUsage().rss;
  await refused(bomb, "share.too_large");
  assert.ok(process.memoryUsage().rss - before < 100_000_000);
});

test("of a network nothing is read but what a network has", async () => {
  const data = {...DATA, targets: [-0, 1, 1, 0]},
    model = {format: "microgrid model", version: 1, model: "", parameters: {}},
    n = {...SPEC, data, model, history: {losses: [NaN], heldOut: [], velocities: [0.5]}};
  const more = {...n, data: {...data, title: {en: {}}}, model: {...model, more: 1}};
  assert.deepEqual((await decodeState(await encodeState({v: 1, d: {n: more}}))).d.n, n);
});

test("a code that is too long is refused", () => refused(`1j${"A".repeat(4_000_000)}`, "share.too_large"));

test("brackets nested a hundred thousand deep are refused", async () => {
  await refused(packed("[".repeat(100_000)), "share.damaged");
  await refused(packed("[".repeat(100_000) + "]".repeat(100_000)), "share.wrong", {part: "state"});
});

const WRONG = {
  state: [[], null, 3, true, {...DEFAULTS, extra: 1}],
  v: [{d: {t: ""}}, {...DEFAULTS, v: "1"}, {...DEFAULTS, v: 0}],
  d: [{v: 1}, {v: 1, d: []}, {v: 1, d: "a*b"}, {v: 1, d: {}}, {v: 1, d: {t: "a", r: RECORD}}, {v: 1, d: {t: "a", x: 1}}],
  "d.t": [{v: 1, d: {t: 1}}, {v: 1, d: {t: null}}, {v: 1, d: {t: "a".repeat(100_001)}}],
  l: [{...DEFAULTS, l: []}, {...DEFAULTS, l: {x: 1}}, {...DEFAULTS, l: {"01": 1}}, {...DEFAULTS, l: {0: "1"}}, {...DEFAULTS, l: {0: null}}],
  s: [-1, 1.5, "3", null, 1e10].map((s) => ({...DEFAULTS, s})),
  c: [0, -1, 1.5, "3", null].map((c) => ({...DEFAULTS, c})),
  n: [2, 3.5, "4", null, 1e10].map((n) => ({...DEFAULTS, c: 3, n})),
  r: ["0.1", true, []].map((r) => ({...DEFAULTS, r})),
  g: ["english", "", 3, "EN"].map((g) => ({...DEFAULTS, g})),
  m: ["loud", null, 3, "constructor"].map((m) => ({...DEFAULTS, m})),
  p: [[], 3, {0: {}}].map((p) => ({...DEFAULTS, p})),
  "d.r": [
    null,
    [],
    {...RECORD, format: "x"},
    {...RECORD, version: 1},
    {...RECORD, learning_rate: "fast"},
    {...RECORD, nodes: []},
    {...RECORD, nodes: {}},
    {...RECORD, nodes: [null]},
    {...RECORD, nodes: [leaf("n1", 2)]},
    {...RECORD, nodes: [{...leaf("n0", 2), label: 3}]},
    {...RECORD, nodes: [{...leaf("n0", 2), operands: ["n0"]}]},
    {...RECORD, nodes: [{...leaf("n0", 2), operands: "n0"}]},
    {...RECORD, nodes: [{...leaf("n0", 2), local_derivatives: ["x"]}]},
    {...RECORD, nodes: [leaf("n0", "2")]},
    {...RECORD, parameters: ["n3"]},
    {...RECORD, parameters: [0]},
    {...RECORD, nodes: Array(10_001).fill(leaf("n0", 1))},
  ].map((r) => ({v: 1, d: {r}})),
};
for (const [part, contents] of Object.entries(WRONG)) {
  test(`a state with a wrong ${part} is refused`, async () => {
    for (const content of contents) await refused(packed(content), "share.wrong", {part});
  });
}

test("a number too large for a float is refused", () => refused(packed('{"v":1,"d":{"t":""},"r":1e999}'), "share.wrong", {part: "r"}));

test("a name such as __proto__ changes nothing", async () => {
  await refused(packed('{"v":1,"d":{"t":""},"__proto__":{"m":"present"}}'), "share.wrong", {part: "state"});
  await refused(packed('{"v":1,"d":{"t":""},"l":{"__proto__":1}}'), "share.wrong", {part: "l"});
});
