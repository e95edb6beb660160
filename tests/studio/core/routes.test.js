import assert from "node:assert/strict";
import test from "node:test";

import {largestRoutes} from "../../../microgrid/studio/app/core/routes.js";
import {computed, graphOf, leaf, numbersOf, twoPaths} from "./records.js";

const routesTo = (graph, target, limit = 6) => largestRoutes(graph, numbersOf(graph), target, limit);

test("routes are listed by size, and their products add up to the gradient", () => {
  const {routes, count, blocked, remainder, gradient} = routesTo(twoPaths(), 0);
  assert.deepEqual(
    routes.map(({nodes, locals, product}) => [nodes, locals, product]),
    [
      [[5, 2, 0], [3, 1], 3],
      [[5, 4, 0], [2, 1], 2],
    ],
  );
  assert.deepEqual([count, blocked, remainder, gradient], [2, 0, 0, 5]);
});

test("what is not listed remains", () => {
  const {routes, remainder} = routesTo(twoPaths(), 0, 1);
  assert.deepEqual([routes.length, remainder], [1, 2]);
});

test("a route on which a local derivative is 0 is counted apart", () => {
  const graph = graphOf([leaf("a", -1), computed("relu", [0]), computed("+", [1, 0])]),
    {routes, count, blocked} = routesTo(graph, 0);
  assert.deepEqual([routes.length, count, blocked], [1, 1, 1]);
});

test("the route to the output is the output itself", () => {
  assert.deepEqual(routesTo(twoPaths(), 5).routes[0].nodes, [5]);
});
