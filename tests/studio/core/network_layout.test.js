// The places in the drawing of a network: all numbers can be read, at every size of the window.

import assert from "node:assert/strict";
import test from "node:test";

import {lensOver, placesOfAsked} from "../../../microgrid/studio/app/core/network_labels.js";
import {layOutNetwork} from "../../../microgrid/studio/app/core/network_layout.js";
import {MAX_LABELLED_EDGES, linesOfName, overlaps} from "../../../microgrid/studio/app/core/network_places.js";

const ROOMS = [
  {width: 900, height: 430, isVertical: false},
  {width: 1380, height: 700, isVertical: false},
  {width: 1900, height: 800, isVertical: false},
  {width: 660, height: 340, isVertical: false},
  {width: 900, height: 240, isVertical: false},
  {width: 600, height: 330, isVertical: false},
  {width: 360, height: 400, isVertical: true},
  {width: 320, height: 300, isVertical: true},
  {width: 690, height: 500, isVertical: true},
];
const NETWORKS = ["2-2-1", "2-4-1", "3-6-1", "2-8-8-1", "2-4-4-3", "8-8-1", "2-16-16-1", "1-1", "4-3", "2-3-2-1", "6-12-4", "1-20-10"];

function shapeOf(name, {hasUnits = false} = {}) {
  const [inputs, ...sizes] = name.split("-").map(Number);
  return {
    ...{inputs, sizes, hasUnits},
    inputNames: Array.from({length: inputs}, (_, i) => (i % 2 ? "flipper length mm" : `x${i}`)),
  };
}

/** All texts of a layout that are always seen. */
function textsOf({layers, edges, loss}) {
  const found = [{what: "loss", area: loss}];
  if (loss.heading) found.push({what: "loss heading", area: loss.heading});
  for (const [l, {nodes, heading, width, height}] of layers.entries()) {
    if (heading) found.push({what: `heading ${l}`, area: heading});
    for (const [i, {x, y, name, bias}] of nodes.entries()) {
      found.push({what: `node ${l}.${i}`, area: {x, y, width, height}});
      if (name) found.push({what: `name ${l}.${i}`, area: name});
      if (bias) found.push({what: `bias ${l}.${i}`, area: bias});
    }
  }
  for (const {layer, neuron, input, label} of edges) if (label) found.push({what: `edge ${layer}.${neuron}.${input}`, area: label});
  return found;
}

for (const name of NETWORKS) {
  for (const room of ROOMS) {
    const size = `${name} in ${room.width} × ${room.height}`;
    for (const hasUnits of [false, true]) {
      const layout = layOutNetwork(shapeOf(name, {hasUnits}), room),
        texts = textsOf(layout);
      test(`no two texts of ${size} overlap${hasUnits ? ", with units" : ""}`, () => {
        for (const [i, one] of texts.entries()) {
          for (const other of texts.slice(i + 1)) assert(!overlaps(one.area, other.area, -0.5), `${one.what} and ${other.what}`);
        }
      });
      test(`all of ${size} lies in the picture${hasUnits ? ", with units" : ""}`, () => {
        for (const {what, area} of texts) {
          assert(area.x - area.width / 2 >= -0.5 && area.x + area.width / 2 <= layout.width + 0.5, what);
          assert(area.y - area.height / 2 >= -0.5 && area.y + area.height / 2 <= layout.height + 0.5, what);
        }
      });
      test(`the numbers that are asked for in ${size} hide nothing${hasUnits ? ", with units" : ""}`, () => {
        const {edges} = layout;
        const asked = [...edges.map((edge) => [edge]), ...layout.layers.flatMap(({nodes}, l) => nodes.map((_, i) => edges.filter(({layer, neuron}) => layer === l && neuron === i)))]; // prettier-ignore
        for (const each of asked) {
          const areas = placesOfAsked(layout, each).filter((area) => area !== null);
          for (const [i, one] of areas.entries()) {
            for (const {what, area} of texts) assert(what.startsWith("edge") || !overlaps(one, area), what);
            for (const other of areas.slice(i + 1)) assert(!overlaps(one, other));
          }
        }
      });
    }
  }
}

for (const name of ["2-2-1", "2-4-1", "3-6-1"]) {
  test(`the edges of ${name} show their numbers`, () => {
    for (const room of ROOMS.slice(0, 3)) {
      const {edges, hasLabels} = layOutNetwork(shapeOf(name), room);
      assert(hasLabels, `${room.width} × ${room.height}`);
      assert(edges.every(({label}) => label !== null));
    }
  });
}

test("above so many edges none shows its numbers unasked", () => {
  const {edges, hasLabels} = layOutNetwork(shapeOf("2-8-8-1"), ROOMS[1]);
  assert(edges.length > MAX_LABELLED_EDGES);
  assert(!hasLabels && edges.every(({label}) => label === null));
});

test("on a wide screen a network fits into its room", () => {
  for (const name of ["2-2-1", "2-4-1", "3-6-1", "2-8-8-1", "2-4-4-3", "8-8-1", "2-16-16-1"]) {
    for (const room of ROOMS.slice(0, 4)) {
      const {width, height, scale} = layOutNetwork(shapeOf(name), room);
      assert(width * scale <= room.width + 1 && height * scale <= room.height + 1, `${name}: ${width * scale} × ${height * scale} in ${room.width} × ${room.height}`);
    }
  }
});

test("on a phone no network is wider than the screen", () => {
  for (const name of NETWORKS) for (const room of ROOMS.filter(({isVertical}) => isVertical)) assert(layOutNetwork(shapeOf(name), room).width <= room.width);
});

test("the edges stand in the order of the parameters", () => {
  const {edges} = layOutNetwork(shapeOf("2-2-1"), ROOMS[0]);
  assert.deepEqual(edges.map(({layer, neuron, input}) => [layer, neuron, input]), [[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1], [2, 0, 0], [2, 0, 1]]); // prettier-ignore
});

test("a small network in a large room has large texts", () => {
  assert(layOutNetwork(shapeOf("2-2-1"), {width: 1900, height: 800, isVertical: false}).scale >= 1.85);
});

test("a network of seven layers fits into a small window", () => {
  const shape = {inputs: 2, sizes: [2, 2, 2, 2, 2, 1], inputNames: ["x1", "x2"], hasUnits: false},
    {width, scale} = layOutNetwork(shape, {width: 844, height: 400, isVertical: false});
  assert(width * scale <= 844, `${width * scale} px`);
});

test("a presented network of many edges is seen as a whole where narrow neurons make that possible", () => {
  const {width, height, scale, layers} = layOutNetwork(shapeOf("2-8-8-1"), {width: 845, height: 367, isVertical: false, least: 1.287});
  assert(width * scale <= 845.5 && height * scale <= 367.5);
  assert(layers.every(({style}) => style !== "dot"));
});

test("the box of the loss is below its heading, however low the drawing is", () => {
  for (let height = 110; height < 240; height += 2) {
    const {loss} = layOutNetwork(shapeOf("2-4-1"), {width: 845, height, isVertical: false});
    assert(loss.y - loss.height / 2 >= (loss.heading ? loss.heading.y + loss.heading.height / 2 - 0.5 : 0), `${height} px`);
  }
});

test("dots are as small as their column needs", () => {
  const {height, layers} = layOutNetwork(shapeOf("2-20-1"), {width: 600, height: 140, isVertical: false});
  assert(height <= 140.5);
  assert(layers[1].nodes[1].y - layers[1].nodes[0].y > layers[1].height);
});

test("the numbers of an opened dot stand below the heading of its column", () => {
  const layout = layOutNetwork(shapeOf("3-16-16-1"), {width: 880, height: 300, isVertical: false}),
    {style, heading} = layout.layers[2];
  assert.equal(style, "dot");
  assert(!overlaps(lensOver(layout, {layer: 2, neuron: 0}), heading, 0));
});

test("what has a least scale keeps it, scrolls sideways and shows its numbers", () => {
  const {scale, width, height, hasLabels} = layOutNetwork(shapeOf("2-2-2-2-2-2-1"), {...ROOMS[2], width: 1267, height: 598, least: 1.93});
  assert.equal(scale, 1.93);
  assert(width * scale > 1267 && height * scale <= 598 && hasLabels);
});

test("a drawing that is too low has no headings", () => {
  const headings = (height) => layOutNetwork(shapeOf("2-4-1"), {width: 608, height, isVertical: false}).layers.filter(({heading}) => heading);
  assert.equal(headings(108).length, 0);
  assert.equal(headings(195).length, 3);
});

test("a long name of an input stands on two lines", () => {
  assert.deepEqual(linesOfName("bill_length_mm", 10), ["bill_", "length_mm"]);
  assert.deepEqual(linesOfName("くちばしの長さ", 10), ["くちばしの", "長さ"]);
  assert.deepEqual(linesOfName("x1", 10), ["x1"]);
});

test("no number stands on the crossing of two lines, and pairs of numbers are apart", () => {
  const {edges} = layOutNetwork(shapeOf("2-2-1"), {width: 1268, height: 570, isVertical: false, least: 1.93, wished: 1.93}),
    first = edges.filter(({layer}) => layer === 1);
  for (const [i, {label, line}] of first.entries()) {
    for (const [k, other] of first.entries()) {
      if (k === i) continue;
      const [x1, y1, x2, y2] = other.line,
        y = y1 + ((y2 - y1) * (label.x - x1)) / (x2 - x1);
      assert(Math.abs(y - label.y) > label.height / 4, `${line} and ${other.line}`);
      assert(!overlaps(label, other.label, 8), "touch");
    }
  }
});

test("the numbers that are asked for stand on their lines", () => {
  const layout = layOutNetwork(shapeOf("2-6-3"), {width: 1268, height: 570, isVertical: false, least: 1.93, wished: 1.93}),
    asked = layout.edges.filter(({layer, neuron}) => layer === 1 && neuron === 0);
  for (const [e, place] of placesOfAsked(layout, asked).entries()) {
    const [x1, y1, x2, y2] = asked[e].line;
    assert(Math.abs(y1 + ((y2 - y1) * (place.x - x1)) / (x2 - x1) - place.y) < 0.1);
  }
});

for (const name of [...NETWORKS, "2-4-3", "2-2-2-2-2-2-1"]) {
  test(`a neuron of ${name} that is opened has the numbers of all its lines`, () => {
    for (const room of ROOMS) {
      for (const layer of name.split("-").keys()) {
        if (layer === 0) continue;
        const layout = layOutNetwork(shapeOf(name), {...room, opened: layer}),
          texts = textsOf(layout).filter(({what}) => !what.startsWith("edge"));
        if (layout.hasLabels || layout.layers[layer - 1].style === "dot") continue; // dots are nearer than lines of text
        for (const neuron of layout.layers[layer].nodes.keys()) {
          const places = placesOfAsked(layout, layout.edges.filter((edge) => edge.layer === layer && edge.neuron === neuron)),
            where = `layer ${layer}, neuron ${neuron + 1} in ${room.width} × ${room.height}`;
          for (const [i, place] of places.entries()) {
            assert(place, where);
            for (const {what, area} of texts) assert(!overlaps(place, area), `${where}: ${what}`);
            for (const other of places.slice(i + 1)) assert(!overlaps(place, other), where);
          }
        }
      }
    }
  });
}
