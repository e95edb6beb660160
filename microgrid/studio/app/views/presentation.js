// The presentation: one step at a time, for the last row of the classroom. It lays out anew the card of the step, what
// it is made of and what is made of it; beside them a small map of the whole, below them the sentence and the formula.

import {largestOf} from "../core/extremes.js";
import {columnsOf} from "../core/numerals.js";
import {placeInWords} from "../derive.js";
import {asOnCard, byId, createNews, createWatch, inLines, isDialogOpen, make, makeSvg, setAttribute, write} from "./dom.js";
import {askForFullScreen} from "./fullscreen.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../app.js").App} App */
/** @typedef {import("../core/presentation.js").ShownCard} ShownCard */
/** @typedef {import("../core/presentation.js").Slide} Slide */
/** @typedef {import("../core/words.js").Words} Words */

const LONG_NAME = 18, // characters, from which on it is written smaller
  LONG_SENTENCE = 110,
  LONG_FORMULA = 26;
const TIP_PX = 14,
  LARGEST_SIZE = 3; // of the cards, as the style sheet has them

/** @param {App} app */
export function createPresentation(app) {
  const {dispatch} = app,
    section = byId("presentation"),
    button = byId("present"),
    parts = makeParts(),
    tell = createNews(parts.news),
    isNewNews = createWatch(),
    isNewSentence = createWatch(),
    isNewPlace = createWatch(),
    isNewMap = createWatch(),
    isNewSlide = createWatch();
  /** @type {Map<ShownCard, HTMLElement>} */
  let drawn = new Map();
  let wasFullScreen = false,
    /** @type {HTMLElement | null} */
    focusedBefore = null;

  section.append(parts.head, parts.board, parts.said, parts.foot, parts.news);

  /**
   * @param {State} state
   * @param {Derived} derived
   * @param {State | null} previous
   */
  function show(state, derived, previous) {
    const {presented, words} = derived;
    if (state.isPresenting !== Boolean(previous?.isPresenting)) showOrHide(state.isPresenting);
    if (!presented) return;
    if (isNewMap(derived.graph, derived.layout)) parts.map.replaceChildren(...shapesOfMap(derived));
    showTexts(state, derived);
    markMap(derived);
    if (!isNewSlide(presented.slide, words)) return;
    drawn = fillBoard(presented.slide, words, parts);
    fillFormula(presented.slide, words, parts.formula);
    fitSlide();
    for (const card of [presented.slide.operands.find(({role}) => role === "receiver"), presented.slide.centre])
      if (card) drawn.get(card)?.scrollIntoView({block: "nearest"}); // on a small screen
    drawLinks();
  }

  /** @param {boolean} isPresenting */
  function showOrHide(isPresenting) {
    section.hidden = !isPresenting;
    isNewNews(); // whoever comes back hears again where she is
    if (isPresenting) {
      focusedBefore = /** @type {HTMLElement | null} */ (document.activeElement);
      parts.onward.focus();
      askForFullScreen();
    } else {
      if (document.fullscreenElement) document.exitFullscreen();
      focusedBefore?.focus();
      if (document.activeElement !== focusedBefore || focusedBefore === document.body) button.focus(); // it is gone
    }
  }

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showTexts(state, derived) {
    const {words, steps, presented, problem} = derived;
    if (!presented) return;
    const {slide, isAsking} = presented;
    setAttribute(section, "aria-label", words.say("present.title"));
    const place = placeInWords(words, {cycle: state.cycle, step: slide.step, count: steps.length, phase: slide.phase});
    if (isNewPlace(place)) parts.place.replaceChildren(...onTwoLines(place));
    setAttribute(parts.place, "class", slide.phase);
    write(parts.predictName, words.say("present.predict"));
    parts.predict.checked = state.isPredicting;
    setAttribute(parts.board, "aria-label", words.say("graph"));
    setAttribute(parts.operands, "aria-label", words.say("present.operands"));
    setAttribute(parts.results, "aria-label", words.say("present.results"));
    setAttribute(parts.leave, "aria-label", words.say("present.leave"));
    setAttribute(parts.leave, "title", words.say("present.leave"));
    setAttribute(parts.back, "aria-label", words.say("back"));
    setAttribute(parts.first, "aria-label", words.say("first"));
    write(parts.onward, words.say(isAsking ? "present.answer" : "present.on"));
    const text = slide.question || problem || withoutSlope(derived.sentence);
    const closing = text.endsWith(derived.summary) ? derived.summary : ""; // what a phase has led to
    if (isNewSentence(text)) {
      const own = inLines(text.slice(0, text.length - closing.length));
      parts.sentence.replaceChildren(...own, ...(closing ? [make("strong", {}, ...inLines(closing))] : []));
    }
    if (isNewNews(state.visit, place, text)) tell(`${place}: ${text}`);
    parts.sentence.classList.toggle("long", text.length > LONG_SENTENCE);
    write(parts.aside, problem && !isAsking ? "" : slide.aside);
    setAttribute(parts.map, "aria-label", slide.centre ? words.say("present.map", {name: slide.centre.name}) : words.say("graph"));
    tellMore(parts.resultsMore, slide.moreResults);
    parts.neuron.hidden = !slide.opens;
    write(parts.neuron, words.say(state.opened === slide.current ? "present.close" : "present.open"));
  }

  // --- the map ---

  /** @param {Derived} derived */
  function shapesOfMap({layout, graph}) {
    parts.map.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    const lines = layout.lines.map(({curve: [start, ...rest]}) =>
      makeSvg("path", {d: `M${start.join(" ")}C${rest.map((point) => point.join(" ")).join(" ")}`}),
    );
    const boxes = layout.boxes.map(({x, y, width, height}, i) => {
      const {kind, op} = graph.cards[i].node;
      return makeSvg("rect", {x, y, width, height, rx: 8, class: i === graph.cards.length - 1 ? "output" : op ? "computed" : kind});
    });
    return [...lines, ...boxes];
  }

  /** @param {Derived} derived */
  function markMap({presented}) {
    const boxes = parts.map.querySelectorAll("rect");
    boxes.forEach((box, i) => {
      box.toggleAttribute("data-current", i === presented?.slide.current);
      box.toggleAttribute("data-target", i === presented?.slide.target);
    });
    setAttribute(parts.map, "data-phase", presented?.slide.phase ?? "");
  }

  /** Shows the cards as large as there is room for and, where the smallest are too many, fewer operands. */
  function fitSlide() {
    const {operands = [], moreOperands = 0} = app.derived.presented?.slide ?? {},
      byRank = operands.toSorted((a, b) => b.rank - a.rank);
    tellMore(parts.operandsMore, moreOperands);
    for (const card of operands) drawn.get(card)?.toggleAttribute("hidden", false);
    for (let size = LARGEST_SIZE; size >= 0; size--) {
      parts.slide.dataset.size = `${size}`;
      if (isFitting() && !areNumbersWrapped()) return;
    }
    for (let count = 1; count < byRank.length && !isFitting(); count++) {
      drawn.get(byRank[count - 1])?.toggleAttribute("hidden", true);
      tellMore(parts.operandsMore, moreOperands + count);
    }
  }

  function isFitting() {
    const {board} = parts;
    return board.scrollHeight <= board.clientHeight && board.scrollWidth <= board.clientWidth;
  }

  /** Tells whether some number stands below its name, for want of room. */
  function areNumbersWrapped() {
    return [...parts.slide.querySelectorAll(".pair")].some((pair) => {
      const [word, number] = /** @type {HTMLCollectionOf<HTMLElement>} */ (pair.children);
      return word.offsetHeight > 0 && number.offsetTop >= word.offsetTop + word.offsetHeight * 0.8;
    });
  }

  /**
   * @param {HTMLElement} place
   * @param {number} count
   */
  function tellMore(place, count) {
    place.hidden = count === 0;
    write(place, app.derived.words.say("present.more", {count}));
  }

  // --- the lines between the cards: where these are is known once they are laid out ---

  function drawLinks() {
    const {presented, words} = app.derived;
    if (!presented) return;
    const {slide} = presented,
      around = parts.slide.getBoundingClientRect();
    const boxOf = (/** @type {ShownCard | null} */ card) => card && drawn.get(card)?.getBoundingClientRect();
    const pairs = slide.centre
      ? [...slide.operands.map((card) => [card, slide.centre, card]), ...slide.results.map((card) => [slide.centre, card, card])]
      : slide.operands.map((card) => [card, slide.results[0], card]);
    setAttribute(parts.links, "viewBox", `0 0 ${around.width} ${around.height}`);
    const lines = [],
      labels = []; // above all lines
    for (const [from, to, other] of pairs) {
      const [start, end] = [boxOf(from), boxOf(to)];
      if (!start?.width || !end?.width || !other) continue; // an operand for which there is no room
      const ends = endsOfLine(start, end, around);
      lines.push(lineOf(other, ends, slide.phase));
      if (other.link?.share) labels.push(labelOf(other.link, ends, words));
    }
    parts.links.replaceChildren(...lines, ...labels);
  }

  // --- what is clicked and pressed ---

  function goOn() {
    dispatch(app.derived.presented?.canAsk ? {type: "ask"} : {type: "stepBy", count: 1});
  }

  function goBack() {
    if (app.derived.presented?.isAsking) return dispatch({type: "unask"});
    const {visit} = app.state;
    dispatch({type: "stepBy", count: -1});
    if (app.state.visit !== visit && app.derived.presented?.canAsk) dispatch({type: "ask"});
  }

  function leave() {
    dispatch({type: "present", isPresenting: false});
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowRight: goOn,
    ArrowLeft: goBack,
    PageDown: goOn, // the keys of a remote control
    PageUp: goBack,
    " ": goOn,
    Escape: leave,
  };

  document.addEventListener(
    "keydown",
    (event) => {
      const target = /** @type {Element} */ (event.target),
        act = keys[event.key];
      if (!app.derived.presented || !act || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isDialogOpen() || (event.key === " " && target.matches("button, input"))) return;
      event.preventDefault();
      act();
    },
    true, // before the keys of the page
  );
  document.addEventListener("fullscreenchange", () => {
    const isFullScreen = Boolean(document.fullscreenElement);
    if (wasFullScreen && !isFullScreen && app.state.isPresenting) leave(); // by Esc, which the browser keeps for itself
    wasFullScreen = isFullScreen;
  });
  parts.leave.addEventListener("click", leave);
  parts.onward.addEventListener("click", goOn);
  parts.back.addEventListener("click", goBack);
  parts.first.addEventListener("click", () => dispatch({type: "goTo", position: 0}));
  parts.predict.addEventListener("change", () => dispatch({type: "setPredicting", isPredicting: parts.predict.checked}));
  parts.neuron.addEventListener("click", () => dispatch({type: "select", card: app.derived.presented?.slide.current}));
  new ResizeObserver(() => {
    fitSlide();
    drawLinks();
  }).observe(parts.board);
  return {show};
}

// --- the parts of the screen -----------------------------------------------------------------------------------------

function makeParts() {
  const predict = make("input", {id: "predict", type: "checkbox"}),
    predictName = make("span"),
    place = make("h2", {id: "present-place"}),
    leave = make("button", {id: "leave"}, "✕");
  const map = makeSvg("svg", {class: "map", role: "img"}),
    links = makeSvg("svg", {class: "links", "aria-hidden": "true"});
  const operands = make("div", {class: "operands", role: "group"}),
    operandsMore = make("p", {class: "more"}),
    centre = make("div", {class: "centre"}),
    results = make("div", {class: "results", role: "group"}),
    resultsMore = make("p", {class: "more"}),
    neuron = make("button", {id: "present-neuron", hidden: true}),
    slide = make("div", {class: "slide"});
  slide.append(links, operands, map, centre, results);
  const sentence = make("p", {id: "present-sentence"}),
    aside = make("p", {id: "present-aside"}),
    formula = make("p", {id: "present-formula"});
  const first = make("button", {id: "present-first"}, "|◀"),
    back = make("button", {id: "present-back"}, "←"),
    onward = make("button", {id: "present-next"});
  return {
    head: make("div", {class: "head"}, place, make("label", {for: "predict"}, predict, predictName), leave),
    board: make("div", {class: "board", tabindex: "0", role: "group"}, slide),
    said: make("div", {class: "said", tabindex: "0", role: "group", "aria-labelledby": "present-place"}, sentence, aside, formula),
    foot: make("div", {class: "foot"}, first, back, onward),
    news: make("p", {id: "present-news", "aria-live": "polite", "aria-atomic": "true"}),
    ...{predict, predictName, place, leave, map, links, slide, operands, operandsMore, centre, results, resultsMore},
    ...{neuron, sentence, aside, formula, first, back, onward},
  };
}

/**
 * The slope, which is the first line of a sentence, stands beside the formula.
 * @param {string} sentence
 */
function withoutSlope(sentence) {
  const [first, ...others] = sentence.split("\n");
  return others.length && first.startsWith("∂") ? others.join("\n") : sentence;
}

// --- the cards -------------------------------------------------------------------------------------------------------

/**
 * Fills the three columns, and returns which element shows which card.
 * @param {Slide} slide
 * @param {Words} words
 * @param {ReturnType<typeof makeParts>} parts
 */
function fillBoard(slide, words, parts) {
  /** @type {Map<ShownCard, HTMLElement>} */
  const drawn = new Map();
  const elementsOf = (/** @type {ShownCard[]} */ cards) =>
    cards.map((card) => {
      const element = elementOfCard(card, words, card === slide.centre ? slide.phase : "");
      drawn.set(card, element);
      return element;
    });
  parts.operands.replaceChildren(...elementsOf(slide.operands), parts.operandsMore);
  const [centre] = slide.centre ? elementsOf([slide.centre]) : [];
  parts.centre.replaceChildren(...(centre ? [centre] : []), parts.neuron);
  parts.results.replaceChildren(...elementsOf(slide.results), parts.resultsMore);
  parts.slide.toggleAttribute("data-alone", slide.operands.length + slide.results.length === 0);
  return drawn;
}

/**
 * @param {ShownCard} card
 * @param {Words} words
 * @param {string} phase of the card in the middle
 */
function elementOfCard(card, words, phase) {
  const kinds = ["shown-card", card.kind, card.role, phase && `current ${phase}`].filter(Boolean).join(" ");
  const heading = [card.name, card.symbol].filter(Boolean).join(" = "),
    isLong = heading.length > LONG_NAME;
  const rows = [
    card.value && numberRow(words.word(card.word), card.value, ""),
    card.gradient && numberRow(words.word("grad"), card.gradient, card.sign),
    card.status && make("p", {class: "status"}, words.word(card.status)),
    card.rows.length > 0 && tableOfParameters(card, words),
    card.moreRows > 0 && make("p", {class: "more"}, words.say("present.more", {count: card.moreRows})),
  ].filter((row) => row !== false && row !== "");
  const title = heading && make("p", {class: isLong ? "name long" : "name", title: isLong && heading}, heading);
  return make("div", {class: kinds, role: "group"}, ...[title, ...rows].filter(Boolean));
}

/**
 * @param {string} word
 * @param {string} number
 * @param {string} sign
 */
function numberRow(word, number, sign) {
  return make("p", {class: "pair"}, make("span", {}, word), " ", make("b", {class: sign}, asOnCard(number)));
}

/**
 * @param {ShownCard} card
 * @param {Words} words
 */
function tableOfParameters({rows, isOfChange}, words) {
  const heads = isOfChange ? ["page.part.before", "grad", "page.part.after"] : ["value", "grad"],
    head = heads.map((key) => make("th", {scope: "col"}, words.word(key)));
  const lines = rows.map(({name, value, gradient, sign, changed}) => {
    const cells = [make("td", {}, asOnCard(value)), make("td", {class: sign}, asOnCard(gradient)), make("td", {}, asOnCard(changed))];
    return make("tr", {}, make("th", {scope: "row"}, name), ...cells.slice(0, heads.length));
  });
  return make("table", {}, make("tr", {}, make("td"), ...head), ...lines);
}

/**
 * @param {Slide} slide
 * @param {Words} words
 * @param {HTMLElement} place
 */
function fillFormula({formula}, words, place) {
  place.replaceChildren(
    ...formula.map(({text, part, sign, isAnswer}) => {
      const number = make("b", {class: [sign, isAnswer && "answer"].filter(Boolean).join(" ")}, text);
      return make("span", {class: "part"}, number, ...(part ? [" ", make("small", {}, words.word(part))] : []));
    }),
  );
  place.classList.toggle("long", formula.map(({text}) => text).join("").length > LONG_FORMULA);
}

// --- the lines -------------------------------------------------------------------------------------------------------

/** @typedef {[number, number]} Place across and down, in pixels */

/**
 * Where the line between two cards begins and ends: between those beside each other, or below each other.
 * @param {DOMRect} from
 * @param {DOMRect} to
 * @param {DOMRect} around
 * @returns {[Place, Place]}
 */
function endsOfLine(from, to, around) {
  const {left, top} = around;
  if (to.left > from.right) {
    return [
      [from.right - left, from.top + from.height / 2 - top],
      [to.left - left, to.top + to.height / 2 - top],
    ];
  }
  return [
    [from.left + from.width / 2 - left, from.bottom - top],
    [to.left + to.width / 2 - left, to.top - top],
  ];
}

/**
 * A line from an operand to a result; where a share is handed along it, in Think, it points back.
 * @param {ShownCard} card at its outer end
 * @param {[Place, Place]} ends
 * @param {string} phase
 */
function lineOf({link}, ends, phase) {
  const [a, b] = phase === "think" && link?.share ? ends.toReversed() : ends,
    length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1,
    [dx, dy] = [((b[0] - a[0]) / length) * TIP_PX, ((b[1] - a[1]) / length) * TIP_PX],
    base = [b[0] - dx, b[1] - dy];
  const tip = `M${b.join(" ")}L${base[0] - dy / 2} ${base[1] + dx / 2}L${base[0] + dy / 2} ${base[1] - dx / 2}z`;
  return makeSvg(
    "g",
    {class: link?.isCurrent ? "link current" : "link"},
    makeSvg("path", {class: "line", d: `M${a.join(" ")}L${base.join(" ")}`}),
    makeSvg("path", {class: "tip", d: tip}),
  );
}

/**
 * The local derivative, and under it the share; how many uses they stand for, if several.
 * @param {import("../core/presentation.js").Link} link
 * @param {[Place, Place]} ends
 * @param {Words} words
 */
function labelOf({local, share, sign, isCurrent, uses}, [start, end], words) {
  const texts = [
    makeSvg("text", {class: "local", y: "-.15em"}, asOnCard(`× ${local}`)),
    makeSvg("text", {class: `share ${sign}`, y: ".95em"}, asOnCard(share)),
  ];
  if (uses > 1) texts.push(makeSvg("text", {class: "uses", y: "2.1em"}, words.say("present.uses", {count: uses})));
  const columns = largestOf(texts.map(({textContent}) => columnsOf(textContent ?? ""))) + 0.5,
    plate = {class: "plate", x: `${-0.31 * columns}em`, y: "-1.05em", width: `${0.62 * columns}em`, height: `${1.1 * texts.length}em`};
  return makeSvg(
    "g",
    {class: isCurrent ? "label current" : "label", transform: `translate(${(start[0] + end[0]) / 2} ${(start[1] + end[1]) / 2})`},
    makeSvg("rect", plate),
    ...texts,
  );
}

/**
 * The place, with the phase in an element of its own: where there is no room for both, it stands on the second line.
 * @param {string} place
 */
function onTwoLines(place) {
  const [, before, between, phase] = /^(.*)( · )(.*)$/.exec(place) ?? ["", place, "", ""];
  return [before, make("span", {class: "between"}, between), make("span", {class: "phase"}, phase)];
}
