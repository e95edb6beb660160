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
import {createCurve} from "./views/curve.js";
import {byId} from "./views/dom.js";
import {createEditor} from "./views/editor.js";
import {createExamples} from "./views/examples.js";
import {createHelp} from "./views/help.js";
import {createKeys} from "./views/keys.js";
import {createLegend} from "./views/legend.js";
import {createLoop} from "./views/loop.js";
import {createNeuron} from "./views/neuron.js";
import {createPrimary} from "./views/primary.js";
import {createPython} from "./views/python.js";
import {createQuiz} from "./views/quiz.js";
import {createRoutes} from "./views/routes.js";
import {createStage} from "./views/stage.js";
import {createTabs} from "./views/tabs.js";
import {createTexts} from "./views/texts.js";
import {createTimeline} from "./views/timeline.js";
import {createTold} from "./views/told.js";
import {createTrain} from "./views/train.js";
import {createTransport} from "./views/transport.js";
import {createWhatIf} from "./views/whatif.js";
import {createWorksheet} from "./views/worksheet.js";

/** Starts the page with the document and the words that it holds. */
function startApp() {
  const tables = contentOfElement("words"),
    derive = createDerive(tables),
    store = createStore(reduce, initialState(contentOfElement("document"), languageAtStart(tables)));
  const app = {
    dispatch: store.dispatch,
    get state() {
      return store.state;
    },
    get derived() {
      return derive(store.state);
    },
    /** Tells screen readers the latest result. */
    announce(text) {
      byId("news").textContent = text;
    },
  };
  const help = createHelp(app),
    stage = createStage(app);
  const views = [
    createTexts(app),
    createEditor(app),
    createExamples(app, contentOfElement("gallery")),
    createPrimary(app),
    createPython(app),
    createTabs(app),
    createTold(app),
    createLegend(app),
    createTimeline(app),
    createTransport(app),
    createWhatIf(app),
    createRoutes(app),
    createTrain(app),
    createQuiz(app),
    createCurve(app),
    createLoop(app, help),
    createNeuron(app), // before the stage, whose room it takes
    stage,
    help,
    createKeys(app, help),
    createAddress(app),
    createWorksheet(app),
  ];
  const showAll = (state, previous) => {
    for (const view of views) view.show(state, derive(state), previous);
  };
  document.body.toggleAttribute("data-live", true);
  store.dispatch({type: "goTo", position: stepInAddress() ?? store.state.position});
  showAll(store.state, null);
  store.subscribe(showAll);
  stage.measure();
  exposeToConsole(app, stage, tables);
}

/** The language that the page was written in or, where none was chosen, the first of the browser's that it speaks. */
function languageAtStart(tables) {
  const {lang, dataset} = document.documentElement;
  const wanted = "chooseLanguage" in dataset ? navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()) : [];
  return wanted.find((language) => language in tables) ?? lang;
}

function contentOfElement(id) {
  return JSON.parse(byId(id).textContent);
}

// For the console, and for tests: the same numbers and sentences that the page shows.
function exposeToConsole(app, stage, tables) {
  window.microgrid = {
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
    go: (position) => app.dispatch({type: "goTo", position}),
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
