import assert from "node:assert/strict";
import test from "node:test";

import {createStore} from "../../microgrid/studio/app/store.js";

const add = (state, {count}) => (count ? {...state, sum: state.sum + count} : state);

test("listeners hear of a change at once, with the state before it", () => {
  const store = createStore(add, {sum: 1}),
    heard = [];
  store.subscribe((state, previous) => heard.push([previous.sum, state.sum]));
  store.dispatch({type: "add", count: 2});
  assert.deepEqual(heard, [[1, 3]]);
  assert.equal(store.state.sum, 3);
});

test("an action that changes nothing is not heard", () => {
  const store = createStore(add, {sum: 1});
  store.subscribe(() => assert.fail());
  store.dispatch({type: "add", count: 0});
});

test("an action sent while listeners hear of another waits until all have", () => {
  const store = createStore(add, {sum: 0}),
    heard = [];
  store.subscribe(({sum}) => {
    if (sum === 1) store.dispatch({type: "add", count: 10});
    heard.push(["first", sum]);
  });
  store.subscribe(({sum}) => heard.push(["second", sum]));
  store.dispatch({type: "add", count: 1});
  assert.deepEqual(heard, [["first", 1], ["second", 1], ["first", 11], ["second", 11]]);
});

test("a store goes on after an action that was refused", () => {
  const refuse = (state, {count}) => {
    if (count < 0) throw new Error("negative");
    return add(state, {count});
  };
  const store = createStore(refuse, {sum: 1});
  assert.throws(() => store.dispatch({type: "add", count: -1}), /negative/);
  store.dispatch({type: "add", count: 1});
  assert.equal(store.state.sum, 2);
});
