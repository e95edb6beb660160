// The routes by which responsibility has reached the selected card, the largest first.

import {bracketed, show, signOf} from "../core/numerals.js";
import {arrivalOf} from "../core/steps.js";
import {byId, createWatch, make, refill, setAttribute} from "./dom.js";

export function createRoutes(app) {
  const panel = byId("routes"),
    isNew = createWatch();

  function showRoutes(state, derived) {
    if (state.tab !== "routes") return;
    const {routes, words} = derived;
    if (isNew(routes.kind, routes.card, routes.routes, words)) refill(panel, ...contentOf(routes, derived));
    for (const [i, button] of panel.querySelectorAll(".route").entries())
      setAttribute(button, "aria-pressed", `${i === state.route}`);
  }

  function contentOf(routes, {words, numbers, graph}) {
    const {kind, card} = routes;
    if (kind === "none") return [make("p", {class: "hint"}, words.say("routes.hint"))];
    if (kind === "constant")
      return [make("p", {}, words.say("routes.constant", {name: show(numbers.values[card.output])}))];
    const {name} = card.node;
    if (kind === "later") {
      const go = () => app.dispatch({type: "goTo", position: arrivalOf(app.derived.steps, card)});
      return [
        make("p", {class: "summary"}, words.say("routes.later", {name})),
        make("p", {class: "row"}, make("button", {class: "arrival", onclick: go}, words.say("routes.go"))),
      ];
    }
    const {count, blocked, remainder, gradient} = routes,
      parts = {name, count: show(count || blocked), gradient: show(gradient)},
      smaller = {count: show(count - routes.routes.length), remainder: show(remainder)};
    const hints = [
      count > routes.routes.length && words.say("routes.rest", smaller),
      count > 0 && blocked > 0 && words.say("routes.blocked", {count: show(blocked)}),
    ];
    return [
      make("p", {class: "summary"}, words.say(count ? "routes.sum" : "routes.none", parts)),
      make("ol", {}, ...routes.routes.map((route, i) => routeItem(route, i, graph, words))),
      ...hints.filter(Boolean).map((hint) => make("p", {class: "hint"}, hint)),
    ];
  }

  function routeItem(route, i, {nodes, cardOf}, words) {
    const names = route.nodes.map((node) =>
      cardOf.get(node).output === node ? nodes[node].name : nodes[node].operation.symbol.charAt(0),
    );
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
