// The page: it reads its document, makes the store, and shows every state in every view.

import {initialState, reduce} from "./actions.js";
import {cycle} from "./core/cycle.js";
import {readRecord} from "./core/graph.js";
import {show} from "./core/numerals.js";
import {largestRoutes} from "./core/routes.js";
import {Sentences} from "./core/sentences.js";
import {ShareError, decodeState} from "./core/share.js";
import {stepsOf} from "./core/steps.js";
import {Words} from "./core/words.js";
import {createDerive} from "./derive.js";
import {createStore} from "./store.js";
import {codeInAddress, createAddress, placeInAddress} from "./views/address.js";
import {createAnnouncer} from "./views/announcer.js";
import {createCurve} from "./views/curve.js";
import {byId} from "./views/dom.js";
import {createEditor} from "./views/editor.js";
import {createExamples} from "./views/examples.js";
import {createFoot} from "./views/foot.js";
import {createHelp} from "./views/help.js";
import {createKeys} from "./views/keys.js";
import {createLegend} from "./views/legend.js";
import {createLoop} from "./views/loop.js";
import {createMemory, hadShortcuts} from "./views/memory.js";
import {createNeuron} from "./views/neuron.js";
import {createPresentation} from "./views/presentation.js";
import {createPrimary} from "./views/primary.js";
import {createPython} from "./views/python.js";
import {createQuiz} from "./views/quiz.js";
import {createRoutes} from "./views/routes.js";
import {createShare} from "./views/share.js";
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
 * @property {(code: string, isEntry: boolean) => Promise<void>} open opens a state that somebody shared, or throws a
 * ShareError, and nothing has changed; with an entry of its own in the history of the browser, unless it has one
 * @property {(text: string) => void} announce tells screen readers the latest result
 */

/**
 * A part of the screen; `previous` is null the first time.
 * @typedef {{show: (state: State, derived: Derived, previous: State | null) => void}} View
 */

/** Starts the page with the document and the words that it holds. */
async function startApp() {
  const source = /** @type {HTMLElement} */ (document.documentElement.cloneNode(true)), // before anything is written into it
    tables = contentOfElement("words"),
    {state: ownCode, ...own} = contentOfElement("document"),
    gallery = contentOfElement("gallery"),
    known = {documents: [own, ...gallery], languages: Object.keys(tables)};
  const derive = createDerive(tables),
    store = createStore(reduce, {...initialState(own, languageAtStart(tables)), hasShortcuts: hadShortcuts()});
  let latest = 0; // of the codes that are being opened
  /** @type {App} */
  const app = {
    dispatch: store.dispatch,
    get state() {
      return store.state;
    },
    get derived() {
      return derive(store.state);
    },
    async open(code, isEntry) {
      const turn = ++latest;
      try {
        const shared = await decodeState(code);
        if (turn !== latest) return;
        const action = {type: "openShared", shared, known, isEntry};
        derive(reduce(store.state, action)); // what cannot be shown throws here, before anything has changed
        store.dispatch(action);
      } catch (error) {
        throw asShareError(error);
      }
    },
    announce(text) {
      byId("news").textContent = text;
    },
  };
  const code = codeInAddress() ?? ownCode,
    problem = code && (await app.open(code, false).catch((/** @type {ShareError} */ error) => error));
  document.body.toggleAttribute("data-live", true);
  document.body.dataset.document = store.state.document.kind; // the room that the stage measures depends on it
  const help = createHelp(app),
    share = createShare(app, source),
    address = createAddress(app, {own, choosesLanguage: "chooseLanguage" in document.documentElement.dataset}, share),
    stage = createStage(app);
  /** @type {View[]} */
  const views = [
    createTexts(app),
    createEditor(app),
    createExamples(app, gallery),
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
    createCurve(app),
    createLoop(app),
    createNeuron(app), // before the stage, whose room it takes
    stage,
    help,
    share,
    createKeys(app, help, share),
    createMemory(),
    address,
    createAnnouncer(app),
    createFoot(),
    createTable(app),
    createWorksheet(app),
    createPresentation(app),
  ];
  const showAll = (/** @type {State} */ state, /** @type {State | null} */ previous) => {
    for (const view of views) view.show(state, derive(state), previous);
  };
  const place = placeInAddress();
  if (place) address.openPlace(place);
  else store.dispatch({type: "goTo", position: store.state.position});
  showAll(store.state, null);
  store.subscribe(showAll);
  exposeToConsole(app, stage, tables);
  if (problem) share.tell(problem, code);
}

/**
 * What is wrong with a code, to be told to the reader; what nobody has thought of also stands in the console.
 * @param {unknown} error
 */
function asShareError(error) {
  if (error instanceof ShareError) return error;
  reportError(error);
  return new ShareError("share.failed");
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
