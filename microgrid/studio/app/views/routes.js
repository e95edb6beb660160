// The routes by which responsibility has reached the selected card, the largest first.

import {bracketed, show, signOf} from "../core/numerals.js";
import {arrivalOf} from "../core/steps.js";
import {byId, createWatch, make, refill, setAttribute} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../derive.js").RoutesShown} RoutesShown */
/** @typedef {import("../core/words.js").Words} Words */
/** @typedef {import("../core/graph.js").Graph} Graph */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/routes.js").Route} Route */

/** @param {App} app */
export function createRoutes(app) {
  const panel = byId("routes"),
    isNew = createWatch();

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function showRoutes(state, derived, previous) {
    if (state.tab !== "routes") return;
    const {routes, words} = derived;
    if (isNew(routes.kind, routes.card, routes.largest, words)) refill(panel, ...contentOf(routes, derived));
    for (const [i, button] of panel.querySelectorAll(".route").entries())
      setAttribute(button, "aria-pressed", `${i === state.route}`);
    if (previous && state.selected !== previous.selected && routes.card) app.announce(panel.querySelector("p")?.textContent ?? "");
  }

  /**
   * @param {RoutesShown} routes
   * @param {Derived} derived
   */
  function contentOf({kind, card, largest}, {words, numbers, graph}) {
    if (!card) return [make("p", {class: "hint"}, words.say(graph.parameters.length ? "routes.hint" : "routes.hint.given"))];
    const {name} = card.node;
    if (kind === "constant") {
      return [make("p", {}, words.say("routes.constant", {name: show(numbers.values[card.output])}))];
    }
    if (!largest) {
      const go = () => app.dispatch({type: "goTo", position: arrivalOf(app.derived.steps, card)});
      return [
        make("p", {class: "summary"}, words.say("routes.later", {name})),
        make("p", {class: "row"}, make("button", {class: "arrival", onclick: go}, words.say("routes.go"))),
      ];
    }
    const {routes, count, blocked, remainder, gradient} = largest,
      parts = {name, count: show(count || blocked), gradient: show(gradient)},
      hints = [];
    if (count > routes.length) {
      hints.push(words.say("routes.rest", {count: show(count - routes.length), remainder: show(remainder)}));
    }
    if (count > 0 && blocked > 0) hints.push(words.say("routes.blocked", {count: show(blocked)}));
    return [
      make("p", {class: "summary"}, words.say(count ? "routes.sum" : "routes.none", parts)),
      make("ol", {}, ...routes.map((route, i) => routeItem(route, i, graph, words))),
      ...hints.map((hint) => make("p", {class: "hint"}, hint)),
    ];
  }

  /**
   * @param {Route} route
   * @param {number} i
   * @param {Graph} graph
   * @param {Words} words
   */
  function routeItem(route, i, {nodes, cardOf}, words) {
    const names = route.nodes.map((node) => {
      const isOnCard = cardOf.get(node)?.output === node; // a node inside a neuron is called by its operation
      return isOnCard ? nodes[node].name : nodes[node].operation?.symbol.charAt(0);
    });
    const factors = route.locals.map((local) => bracketed(show(local))),
      product = factors.length ? `${["1", ...factors].join(" × ")} = ` : "";
    const choose = () => app.dispatch({type: "chooseRoute", route: i});
    const button = make(
      "button",
      {class: "route", onclick: choose, onpointerenter: choose, onfocus: choose},
      make("span", {class: "way"}, names.join(" → ")),
      make(
        "span",
        {class: "product"},
        words.typeset(product),
        make("b", {class: signOf(route.product)}, words.typeset(show(route.product))),
      ),
    );
    return make("li", {}, button);
  }

  return {show: showRoutes};
}
