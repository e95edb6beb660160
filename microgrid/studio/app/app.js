// The page: it reads its document, makes the store, and shows every state in every view.

import {initialState, reduce} from "./actions.js";
import {cycle} from "./core/cycle.js";
import {readRecord} from "./core/graph.js";
import {show} from "./core/numerals.js";
import {largestRoutes} from "./core/routes.js";
import {Sentences} from "./core/sentences.js";
import {stepsOf} from "./core/steps.js";
import {Words} from "./core/words.js";
import {createDerive} from "./derive.js";
import {createStore} from "./store.js";
import {createAddress, stepInAddress} from "./views/address.js";
import {createAnnouncer} from "./views/announcer.js";
import {createCurve} from "./views/curve.js";
import {byId} from "./views/dom.js";
import {createEditor} from "./views/editor.js";
import {createExamples} from "./views/examples.js";
import {createFoot} from "./views/foot.js";
import {createHelp} from "./views/help.js";
import {createKeys} from "./views/keys.js";
import {createLegend} from "./views/legend.js";
import {createNeuron} from "./views/neuron.js";
import {createPrimary} from "./views/primary.js";
import {createPython} from "./views/python.js";
import {createQuiz} from "./views/quiz.js";
import {createRoutes} from "./views/routes.js";
import {createStage} from "./views/stage.js";
import {createTable} from "./views/table.js";
import {createTabs} from "./views/tabs.js";
import {createTexts} from "./views/texts.js";
import {createTimeline} from "./views/timeline.js";
import {createTold} from "./views/told.js";
import {createTrain} from "./views/train.js";
import {createTransport} from "./views/transport.js";
import {createWhatIf} from "./views/whatif.js";
import {createWorksheet} from "./views/worksheet.js";

/** @typedef {import("./core/words.js").WordTables} WordTables */

/** @typedef {import("./actions.js").State} State */
/** @typedef {import("./derive.js").Derived} Derived */

/**
 * What a view may use: the state and what follows from it, to read; and `dispatch`, by which alone it changes anything.
 * @typedef {object} App
 * @property {(action: import("./store.js").Action) => void} dispatch
 * @property {State} state
 * @property {Derived} derived
 * @property {(text: string) => void} announce tells screen readers the latest result
 */

/**
 * A part of the screen; `previous` is null the first time.
 * @typedef {{show: (state: State, derived: Derived, previous: State | null) => void}} View
 */

/** Starts the page with the document and the words that it holds. */
function startApp() {
  const tables = contentOfElement("words"),
    derive = createDerive(tables),
    store = createStore(reduce, initialState(contentOfElement("document"), languageAtStart(tables)));
  /** @type {App} */
  const app = {
    dispatch: store.dispatch,
    get state() {
      return store.state;
    },
    get derived() {
      return derive(store.state);
    },
    announce(text) {
      byId("news").textContent = text;
    },
  };
  document.body.toggleAttribute("data-live", true);
  document.body.dataset.document = store.state.document.kind;
  const help = createHelp(app),
    stage = createStage(app);
  /** @type {View[]} */
  const views = [
    createTexts(app),
    createEditor(app),
    createExamples(app, contentOfElement("gallery")),
    createPrimary(app),
    createPython(app),
    createTabs(app),
    createTold(),
    createLegend(),
    createTimeline(app),
    createTransport(app),
    createWhatIf(app),
    createRoutes(app),
    createTrain(app),
    createQuiz(app),
    createCurve(),
    createNeuron(app), // before the stage, whose room it takes
    stage,
    help,
    createKeys(app, help),
    createAddress(app),
    createAnnouncer(app),
    createFoot(),
    createTable(app),
    createWorksheet(app),
  ];
  const showAll = (/** @type {State} */ state, /** @type {State | null} */ previous) => {
    for (const view of views) view.show(state, derive(state), previous);
  };
  store.dispatch({type: "goTo", position: stepInAddress() ?? store.state.position});
  showAll(store.state, null);
  store.subscribe(showAll);
  exposeToConsole(app, stage, tables);
}

/**
 * The language that the page was written in or, where none was chosen, the first of the browser's that it speaks.
 * @param {WordTables} tables
 */
function languageAtStart(tables) {
  const {lang, dataset} = document.documentElement;
  const wanted = "chooseLanguage" in dataset ? navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()) : [];
  return wanted.find((language) => language in tables) ?? lang;
}

/** @param {string} id */
function contentOfElement(id) {
  return JSON.parse(byId(id).textContent ?? "");
}

/**
 * For the console, and for tests: the same numbers and sentences that the page shows.
 * @param {App} app
 * @param {{scale: number}} stage
 * @param {WordTables} tables
 */
function exposeToConsole(app, stage, tables) {
  /** @type {any} */ (window).microgrid = {
    get state() {
      return app.state;
    },
    get derived() {
      return app.derived;
    },
    get graph() {
      return app.derived.graph;
    },
    get numbers() {
      return app.derived.numbers;
    },
    get scale() {
      return stage.scale;
    },
    dispatch: app.dispatch,
    go: (/** @type {number} */ position) => app.dispatch({type: "goTo", position}),
    WORDS: tables,
    Words,
    Sentences,
    cycle,
    largestRoutes,
    readRecord,
    show,
    stepsOf,
  };
}

startApp();
