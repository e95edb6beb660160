// The page: it reads its document, makes the store, and shows every state in every view.

import {initialState, reduce} from "./actions.js";
import {subjectOf} from "./actions/network.js";
import {recognised, withData, withEmptyParts} from "./actions/parts.js";
import {cycle} from "./core/cycle.js";
import {readRecord} from "./core/graph.js";
import {show} from "./core/numerals.js";
import {largestRoutes} from "./core/routes.js";
import {Sentences} from "./core/sentences.js";
import {ShareError, decodeState} from "./core/share.js";
import {stepsOf} from "./core/steps.js";
import {Words, tablesOf} from "./core/words.js";
import {createDerive} from "./derive.js";
import {createStore} from "./store.js";
import {codeInAddress, createAddress, placeInAddress} from "./views/address.js";
import {createAnnouncer} from "./views/announcer.js";
import {createBuilder} from "./views/builder.js";
import {createCurve} from "./views/curve.js";
import {byId, createNews} from "./views/dom.js";
import {createEditor} from "./views/editor.js";
import {createExamples} from "./views/examples.js";
import {createFoot} from "./views/foot.js";
import {createHelp} from "./views/help.js";
import {createKeys} from "./views/keys.js";
import {createLayers} from "./views/layers.js";
import {createLearned} from "./views/learned.js";
import {createLegend} from "./views/legend.js";
import {createLoop} from "./views/loop.js";
import {createMemory, hadShortcuts} from "./views/memory.js";
import {createNetwork} from "./views/network.js";
import {createNetworkPresentation} from "./views/network_presentation.js";
import {createNeuron} from "./views/neuron.js";
import {createPanel} from "./views/panel.js";
import {createPart} from "./views/part.js";
import {createPresentation} from "./views/presentation.js";
import {createPrimary} from "./views/primary.js";
import {createPython} from "./views/python.js";
import {createQuiz} from "./views/quiz.js";
import {createRoutes} from "./views/routes.js";
import {createRows} from "./views/rows.js";
import {createShare} from "./views/share.js";
import {createStage} from "./views/stage.js";
import {createSubjects} from "./views/subjects.js";
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

const FIRST_NETWORK = "moons";

/**
 * What a view may use: the state and what follows from it, to read; and `dispatch`, by which alone it changes anything.
 * @typedef {object} App
 * @property {(action: import("./store.js").Action) => void} dispatch
 * @property {State} state
 * @property {Derived} derived
 * @property {(code: string, isEntry: boolean) => Promise<void>} open opens a state that somebody shared, or throws a
 * ShareError, and nothing has changed; with an entry of its own in the history of the browser, unless it has one
 * @property {Record<string, import("./actions/share.js").NamedData>} datasets that a network can be built on
 * @property {(text: string) => void} announce tells screen readers the latest result
 * @property {(look: () => void) => void} onceWritten does what has to ask where something stands: while views are shown,
 * after all of them have written, so that the browser lays out the page once
 */

/**
 * A part of the screen; `previous` is null the first time.
 * @typedef {{show: (state: State, derived: Derived, previous: State | null) => void}} View
 */

/** Starts the page with the document and the words that it holds. */
async function startApp() {
  const source = /** @type {HTMLElement} */ (document.documentElement.cloneNode(true)), // before anything is written into it
    tables = tablesOf(contentOfElement("words")),
    {state: ownCode, ...written} = contentOfElement("document"),
    gallery = contentOfElement("gallery"),
    datasets = contentOfElement("datasets"),
    own = withData(recognised(withEmptyParts(written)), datasets),
    networks = contentOfElement("networks").map((/** @type {any} */ document) => withData(document, datasets)),
    known = {documents: [own, ...gallery, ...networks], languages: Object.keys(tables), datasets};
  const derive = createDerive(tables),
    store = createStore(reduce, {...initialState(own, languageAtStart(tables)), hasShortcuts: hadShortcuts()});
  let latest = 0, // of the codes that are being opened
    isFirst = true, // whether the page begins with it
    /** @type {(() => void)[] | null} */
    looks = null; // what waits while views are shown
  /** @type {App} */
  const app = {
    datasets,
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
        const action = {type: "openShared", shared, known, isEntry, isFirst};
        derive(reduce(store.state, action)); // what cannot be shown throws here, before anything has changed
        store.dispatch(action);
      } catch (error) {
        throw asShareError(error);
      }
    },
    announce: createNews(byId("news")),
    onceWritten(look) {
      if (looks) looks.push(look);
      else look();
    },
  };
  const code = codeInAddress() ?? ownCode,
    problem = code && (await app.open(code, false).catch((/** @type {ShareError} */ error) => error));
  isFirst = false;
  document.body.toggleAttribute("data-live", true);
  const help = createHelp(app),
    share = createShare(app, source),
    address = createAddress(app, {own, choosesLanguage: "chooseLanguage" in document.documentElement.dataset}, share);
  /** @type {{stage: {scale: number} | null}} */
  const graph = {stage: null};
  /** @type {View[]} those that every document has: before and after those of its subject */
  const before = [
    createLoop(app), // the first: it measures how long the others take
    createSubjects(app, {number: gallery[0], network: networks.find((/** @type {{name: string}} */ {name}) => name === FIRST_NETWORK)}),
    createTexts(app),
    createPrimary(app),
    createTabs(app),
    createTold(),
    createTimeline(app),
    createTransport(app),
    createCurve(app),
  ];
  const after = [help, share, createKeys(app, help, share), createMemory(), address, createAnnouncer(app), createFoot(), createPanel()];
  /** @type {Record<string, () => View[]>} those of a subject are made when it is shown for the first time */
  const makers = {
    number() {
      const neuron = createNeuron(app); // before the stage, whose room it takes
      const stage = createStage(app);
      graph.stage = stage;
      return [
        createEditor(app),
        createExamples(app, {strip: "strip", more: "more"}, gallery),
        createPython(app),
        createLegend(),
        createWhatIf(app),
        createRoutes(app),
        createTrain(app),
        createQuiz(app),
        neuron,
        stage,
        createTable(app),
        createWorksheet(app),
        createPresentation(app),
      ];
    },
    network: () => [
      createExamples(app, {strip: "network-strip", more: "network-more", note: "network-note"}, networks),
      createTrain(app, "network-"),
      createBuilder(app),
      createNetworkPresentation(app),
      createLayers(app),
      createLearned(app),
      createRows(app),
      createPart(app), // before the drawing, whose room it takes
      createNetwork(app),
    ],
  };
  /** @type {Record<string, {views: View[], last: State | null}>} */
  const subjects = {};
  const subjectShown = (/** @type {State} */ {document: shown}) => {
    const name = subjectOf(shown);
    return (subjects[name] ??= {views: makers[name](), last: null});
  };
  const showAll = (/** @type {State} */ state, /** @type {State | null} */ previous) => {
    const waiting = (looks = /** @type {(() => void)[]} */ ([]));
    for (const view of before) view.show(state, derive(state), previous);
    const subject = subjectShown(state);
    for (const view of subject.views) view.show(state, derive(state), subject.last); // to which the other one may have come between
    subject.last = state;
    for (const view of after) view.show(state, derive(state), previous);
    looks = null;
    for (const look of waiting) look();
  };
  const place = placeInAddress();
  if (place) address.openPlace(place);
  else if (!code || problem) store.dispatch({type: "goTo", position: store.state.position});
  document.body.dataset.document = store.state.document.kind; // the room that the stage measures depends on it
  subjectShown(store.state); // which tells how much room there is
  showAll(store.state, null);
  store.subscribe(showAll);
  exposeToConsole(app, graph, tables);
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
 * @param {{stage: {scale: number} | null}} graph
 * @param {WordTables} tables
 */
function exposeToConsole(app, graph, tables) {
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
      return graph.stage?.scale;
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
