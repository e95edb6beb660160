// Did it learn? The rows and what the network makes of them: over the plane of two inputs, along the line of one, or
// targets beside predictions. A point that is clicked is the row that all the page shows.

import {predict} from "../core/network.js";
import {columnsOf, cutToColumns, show, showApart} from "../core/numerals.js";
import {contourOf, countsBeyond, countsByClass, fieldOf, levelsOf, nearestPoint, placeOn, plotOf, predictionsAlong, sizeOfField, verdictsOf} from "../core/plots.js";
import {byId, createWatch, make, makeSvg, setAttribute, write} from "./dom.js";

/** @typedef {import("../actions.js").State} State */
/** @typedef {import("../derive.js").Derived} Derived */
/** @typedef {import("../core/plots.js").Plot} Plot */
/** @typedef {import("../core/plots.js").Predict} Predict */
/** @typedef {import("../core/plots.js").Summary} Summary */
/** @typedef {import("../core/plots.js").Verdicts} Verdicts */
/** @typedef {import("../core/words.js").Words} Words */

/**
 * Where the plot lies in its box, in pixels, and the size of its text.
 * @typedef {{left: number, top: number, width: number, height: number, em: number, box: [number, number]}} Frame
 */

const MAX_FIELD = 60, // crossings of the field along an axis
  MAX_MOVING_FIELD = 44, // while it trains, and every frame has another
  CURVE_POINTS = 121;
const CLICK_REACH_EM = 1.2;
const COLOUR_COUNT = 6; // of classes, and as many shapes; more classes begin again
const FAINTEST = 0.1, // opacity of the field where it is undecided
  STRONGEST = 0.45;
const COLUMN_EM = 0.62, // of a text beside an axis; two of Japanese are one em
  LINE_EM = 1.1, // from one to the next
  MAX_LEFT_EM = 7; // of the names on the left
const HATCH_EM = 0.7; // from one line of a hatching to the next
const MANY_POINTS = 300,
  FEW_POINTS = 12;
const WRONG_SIZE = 1.5, // beside the point of a row that is right
  MANY_WRONG = 40,
  WRONG_SIZE_OF_MANY = 1.15;
const JITTER = 0.08, // of the axis: rows of one target stand beside each other
  BESIDE_POINTS = 0.11;

/** @param {import("../app.js").App} app */
export function createLearned(app) {
  const section = byId("learned"),
    title = make("h2", {id: "learned-title"}),
    choice = make("button", {id: "learned-pairs", onclick: () => app.dispatch({type: "showPairs", isShown: !app.state.isPairsShown})}),
    figures = make("p", {id: "learned-figures"}, make("b"), make("span")),
    box = make("div", {id: "learned-plot", tabindex: "0", role: "slider", "aria-describedby": "learned-figures"}),
    canvas = /** @type {HTMLCanvasElement} */ (make("canvas", {"aria-hidden": "true"})),
    picture = make("canvas"), // of the field, one point a crossing
    svg = makeSvg("svg", {"aria-hidden": "true"}),
    key = make("ul", {id: "learned-key"}),
    told = make("p", {id: "learned-row"});
  const axes = makeSvg("g"),
    labels = makeSvg("g"),
    ring = makeSvg("g", {class: "ring"});
  svg.append(axes, labels, ring);
  box.append(canvas, svg);
  section.append(make("div", {class: "head"}, title, choice), figures, key, box, told);

  const isNewPlot = createWatch(),
    isNewPicture = createWatch(),
    isNewFrame = createWatch(),
    isNewFigure = createWatch(),
    isNewRow = createWatch(),
    isNewKey = createWatch();
  /** @type {Plot} */
  let plot;
  /** @type {Verdicts} */
  let verdicts;
  /** @type {Frame | null} */
  let frame = null;
  let colours = coloursOf(section),
    looks = 0; // counts the changes of size and colours
  /** @type {Float64Array} */
  let xs = new Float64Array(),
    ys = new Float64Array();

  /**
   * @param {State} state
   * @param {Derived} derived
   */
  function showLearned(state, {network, words}) {
    section.hidden = !network;
    if (!network || !state.net) return;
    const isPairs = state.isPairsShown;
    if (isNewPlot(network.spec.data, network.spec.loss, network.spec.inputs, network.network.sizes.at(-1), isPairs)) plot = plotOf(network.spec, isPairs);
    choice.hidden = network.spec.inputs > 2; // there is no other plot
    if (isNewKey(plot, words, state.isPresenting)) showKey(words);
    if (isNewFrame(plot, words, looks)) frame = measured(words);
    if (!frame) return;
    const {isChanged} = network.known,
      parameters = isChanged ? network.after : state.net.moment.parameters,
      isMoving = Boolean(state.training);
    if (isNewPicture(plot, frame, parameters, isMoving)) {
      const asked = predictOf(network, parameters);
      verdicts = verdictsOf(plot, asked);
      draw(asked, network.network.count, isMoving, words);
    }
    if (isNewFigure(verdicts, isChanged, words)) {
      for (const [k, figure] of figuresOf(plot, verdicts, network.names.target, isChanged, words).entries()) write(figures.children[k], figure);
    }
    if (isNewRow(frame, verdicts, state.net.row, isChanged, isMoving, words)) showRow(state.net.row, isChanged, isMoving, words);
  }

  // --- what changes seldom: size, axes, names ------------------------------------------------------------------------------

  /**
   * Measures the box, and writes the axes around what it leaves for the plot.
   * @param {Words} words
   * @returns {Frame | null} null where it is not seen
   */
  function measured(words) {
    const width = box.clientWidth,
      height = box.clientHeight,
      em = parseFloat(getComputedStyle(box).fontSize);
    if (!width || !height) return null;
    colours = coloursOf(section);
    const names = namesOnAxes(plot, words),
      widest = Math.max(...names.y.map(({text}) => emsOf(text)));
    const left = Math.min(Math.max(2, widest + 0.7), MAX_LEFT_EM) * em,
      top = 1.5 * em,
      placed = {left, top, width: width - left - 0.7 * em, height: height - top - 2.6 * em, em, box: /** @type {[number, number]} */ ([width, height])};
    setAttribute(svg, "viewBox", `0 0 ${width} ${height}`);
    writeAxes(placed, names);
    return placed;
  }

  /**
   * @param {Frame} placed
   * @param {ReturnType<typeof namesOnAxes>} names
   */
  function writeAxes({left, top, width, height, em}, names) {
    const bottom = top + height,
      room = width / em / names.x.length - 0.5,
      every = Math.max(1, Math.ceil((LINE_EM * em * names.y.length) / height)), // of the numbers on the left has room
      line = (/** @type {Record<string, number>} */ ends) => makeSvg("line", {class: "tick", ...ends});
    axes.replaceChildren(
      makeSvg("rect", {class: "frame", x: left, y: top, width, height}),
      ...names.x.flatMap(({text, at}) => {
        const x = left + at * width;
        return [line({x1: x, x2: x, y1: bottom, y2: bottom + 0.3 * em}), makeSvg("text", {x, y: bottom + 1.2 * em, class: "middle"}, cutToColumns(text, room, emsOf))];
      }),
      ...names.y.filter((_, i) => i % every === 0).flatMap(({text, at}) => {
        const y = bottom - at * height;
        return [line({x1: left - 0.3 * em, x2: left, y1: y, y2: y}), makeSvg("text", {x: left - 0.45 * em, y: y + 0.35 * em, class: "end"}, cutToColumns(text, left / em - 0.7, emsOf))];
      }),
      makeSvg("text", {x: left + width, y: bottom + 2.35 * em, class: "end name"}, `${names.nameX} →`),
      makeSvg("text", {x: 0.2 * em, y: top - 0.5 * em, class: "name"}, `↑ ${names.nameY}`),
    );
  }

  /** @param {Words} words */
  function showKey(words) {
    const {question, rows, learned, kind} = plot;
    write(title, words.say("plot"));
    write(choice, words.say("plot.pairs"));
    setAttribute(choice, "aria-pressed", `${app.state.isPairsShown}`);
    setAttribute(box, "aria-label", words.say(`plot.label.${kind}`, {x: plot.x.name, y: plot.y.name}));
    const items = kind === "classes" ? [] : (app.state.isPresenting ? question.namesInShort : question.names).map((name, side) => item(side, name));
    if (kind === "plane" && question.kind !== "number") items.push(item("boundary", words.say("plot.key.boundary")));
    if (kind === "line") items.push(item("line", words.say("network.prediction")));
    if (kind === "pairs") items.push(item("diagonal", words.say("plot.key.diagonal")));
    if (kind !== "classes" && question.kind !== "number") items.push(item("wrong", words.say("plot.key.wrong")));
    if (kind !== "classes" && rows.length > learned) items.push(item("held-out", words.say(app.state.isPresenting ? "curve.held_out" : "plot.key.held_out")));
    key.replaceChildren(...items);
    if (kind === "pairs") key.append(make("li", {}, words.say(question.kind === "sides" ? "plot.key.spread" : "plot.key.outside")));
  }

  // --- what changes with every cycle -----------------------------------------------------------------------------------------

  /**
   * @param {Predict} asked
   * @param {number} weights
   * @param {boolean} isMoving
   * @param {Words} words
   */
  function draw(asked, weights, isMoving, words) {
    const {left, top, width, height, em, box: size} = /** @type {Frame} */ (frame),
      density = devicePixelRatio;
    canvas.width = Math.round(size[0] * density); // which also clears it
    canvas.height = Math.round(size[1] * density);
    const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    brush.scale(density, density);
    brush.save();
    brush.beginPath();
    brush.rect(left, top, width, height);
    brush.clip();
    const marks = [];
    if (plot.kind === "plane") marks.push(...drawField(brush, fieldOf(plot, asked, sizeOfField(weights, isMoving ? MAX_MOVING_FIELD : MAX_FIELD)), isMoving, words));
    if (plot.kind === "line") drawCurve(brush, predictionsAlong(plot, asked, CURVE_POINTS));
    if (plot.kind === "pairs") drawDiagonal(brush);
    brush.restore();
    placePoints();
    if (plot.kind === "line") drawMistakes(brush);
    if (plot.kind === "classes") marks.push(...drawCounts(brush, words));
    else drawPoints(brush, em);
    if (plot.kind === "pairs") marks.push(...numbersBeyond());
    labels.replaceChildren(...marks);
  }

  function placePoints() {
    const {rows, targets, kind, x, y} = plot,
      {left, top, width, height} = /** @type {Frame} */ (frame);
    const isSpread = kind === "pairs" && plot.question.kind === "sides";
    if (xs.length !== rows.length) [xs, ys] = [new Float64Array(rows.length), new Float64Array(rows.length)];
    for (const [i, row] of rows.entries()) {
      const across = kind === "plane" || kind === "line" ? row[0] : targets[i],
        up = kind === "plane" ? row[1] : kind === "line" ? targets[i] : kind === "pairs" ? verdicts.predictions[i] : verdicts.sides[i];
      const aside = isSpread ? JITTER * (((i * 0.618034) % 1) * 2 - 1) : 0;
      xs[i] = left + (placeOn(x, across) + aside) * width;
      ys[i] = top + (1 - within(placeOn(y, up))) * height;
    }
  }

  /**
   * Draws all rows, one after the other, so that of those above each other the last ones are whole.
   * @param {CanvasRenderingContext2D} brush
   * @param {number} em
   */
  function drawPoints(brush, em) {
    const {rows, sides, learned, question} = plot,
      isWrongAt = (/** @type {number} */ i) => question.kind !== "number" && verdicts.sides[i] !== sides[i],
      areMany = rows.reduce((count, _, i) => count + (isWrongAt(i) ? 1 : 0), 0) > MANY_WRONG,
      wrongSize = areMany ? WRONG_SIZE_OF_MANY : WRONG_SIZE,
      radius = em * (rows.length > MANY_POINTS ? 0.22 : rows.length <= FEW_POINTS ? 0.55 : 0.29);
    /** @type {Map<string, number[]>} */
    const layers = new Map(); // of those that look the same
    for (let i = rows.length - 1; i >= 0; i--) {
      const name = `${isWrongAt(i) ? 1 : 0} ${i < learned ? 1 : 0} ${Math.max(0, sides[i])}`; // those that come later lie above
      layers.set(name, [...(layers.get(name) ?? []), i]);
    }
    for (const name of [...layers.keys()].sort()) {
      const [isWrong, isLearned, side] = name.split(" ").map(Number),
        colour = question.kind === "number" ? colours.ink : colours.classes[side % COLOUR_COUNT],
        size = isWrong ? radius * wrongSize : radius,
        shape = new Path2D(),
        cross = new Path2D();
      addShape(shape, side, size);
      addCross(cross, size * 0.5);
      brush.fillStyle = isLearned ? colour : colours.paper;
      for (const i of layers.get(name) ?? []) {
        brush.save();
        brush.translate(xs[i], ys[i]);
        brush.strokeStyle = isWrong ? colours.ink : isLearned ? colours.paper : colour;
        brush.lineWidth = Math.max(1, em * (!isLearned || (isWrong && !areMany) ? 0.14 : 0.08));
        brush.fill(shape);
        brush.stroke(shape);
        if (isWrong) {
          brush.strokeStyle = isLearned ? colours.paper : colour;
          brush.lineWidth = areMany ? Math.max(1, em * 0.09) : Math.max(1.2, em * 0.13);
          brush.stroke(cross);
        }
        brush.restore();
      }
    }
  }

  /** How many predictions lie beyond the frame: of each class, beside the points that stand there for them. */
  function numbersBeyond() {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame);
    return countsBeyond(plot, verdicts).map(({isAbove, count, target}) => {
      const at = placeOn(plot.x, target),
        isLeft = at < 0.5,
        place = {x: left + (at + (isLeft ? BESIDE_POINTS : -BESIDE_POINTS)) * width, y: isAbove ? top + 1.2 * em : top + height - 0.5 * em};
      return makeSvg("text", {class: `level ${isLeft ? "" : "end"}`, ...place}, `${isAbove ? "↑" : "↓"} ${count}`);
    });
  }

  /**
   * Draws the predictions over the plane, hatched by class, and the lines on which the decision changes.
   * @param {CanvasRenderingContext2D} brush
   * @param {import("../core/plots.js").Field} field
   * @param {boolean} isMoving
   * @param {Words} words
   * @returns {Node[]} numbers beside the lines of equal prediction
   */
  function drawField(brush, field, isMoving, words) {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame),
      {size, margins} = field,
      isNumber = plot.question.kind === "number",
      step = [width / (size - 1), height / (size - 1)];
    brush.imageSmoothingQuality = "high";
    brush.drawImage(imageOf(field, isNumber), left - step[0] / 2, top - step[1] / 2, width + step[0], height + step[1]);
    if (!isNumber) hatch(brush, field);
    const levels = isNumber ? levelsOf(plot) : [0],
      numbers = [];
    brush.lineCap = "round";
    for (const values of margins) {
      for (const level of levels) {
        const pieces = contourOf(values, size, level),
          line = new Path2D();
        for (let k = 0; k < pieces.length; k += 4) {
          line.moveTo(left + pieces[k] * step[0], top + pieces[k + 1] * step[1]);
          line.lineTo(left + pieces[k + 2] * step[0], top + pieces[k + 3] * step[1]);
        }
        brush.strokeStyle = colours.paper;
        brush.lineWidth = em * (isNumber ? 0.2 : 0.38);
        brush.stroke(line);
        brush.strokeStyle = colours.ink;
        brush.lineWidth = em * (isNumber ? 0.08 : 0.18);
        brush.stroke(line);
        const k = Math.floor(pieces.length / 8) * 4;
        if (isNumber && !isMoving && pieces.length) {
          numbers.push(makeSvg("text", {class: "middle level", x: left + pieces[k] * step[0], y: top + pieces[k + 1] * step[1] + 0.35 * em}, words.typeset(show(level))));
        }
      }
    }
    return numbers;
  }

  /**
   * A picture of one point a crossing, which the browser makes larger.
   * @param {import("../core/plots.js").Field} field
   * @param {boolean} isNumber
   */
  function imageOf({size, sides, strengths}, isNumber) {
    picture.width = picture.height = size;
    const brush = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d")),
      image = brush.createImageData(size, size);
    for (let i = 0; i < size * size; i++) {
      const side = isNumber ? (strengths[i] > 0 ? 1 : 0) : sides[i],
        [red, green, blue] = colours.channels[side % COLOUR_COUNT],
        opacity = colours.isForced ? 0 : (isNumber ? 0 : FAINTEST) + Math.abs(strengths[i]) * (STRONGEST - FAINTEST);
      image.data[4 * i] = red;
      image.data[4 * i + 1] = green;
      image.data[4 * i + 2] = blue;
      image.data[4 * i + 3] = 255 * opacity;
    }
    brush.putImageData(image, 0, 0);
    return picture;
  }

  /**
   * Hatches the regions of all sides but the first, so that they are told apart without their colours.
   * @param {CanvasRenderingContext2D} brush
   * @param {import("../core/plots.js").Field} field
   */
  function hatch(brush, {size, sides}) {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame),
      gap = HATCH_EM * em,
      pace = Math.max(2, width / size);
    const sideAt = (/** @type {number} */ x, /** @type {number} */ y) => sides[Math.round(((y - top) / height) * (size - 1)) * size + Math.round(((x - left) / width) * (size - 1))];
    for (let side = 1; side < plot.question.names.length; side++) {
      const lines = new Path2D(),
        slant = side % 2 ? -1 : 1; // up to the right, then down to the right
      for (let start = left - height; start < left + width + height; start += gap * (side > 2 ? 2 : 1)) {
        let isDown = false;
        for (let along = 0; along <= height; along += pace) {
          const x = start + along,
            y = slant > 0 ? top + along : top + height - along,
            isIn = x >= left && x <= left + width && sideAt(x, y) === side;
          if (isIn && !isDown) lines.moveTo(x, y);
          if (isIn && isDown) lines.lineTo(x, y);
          isDown = isIn;
        }
      }
      brush.globalAlpha = colours.isForced ? 1 : 0.5;
      brush.strokeStyle = colours.classes[side % COLOUR_COUNT];
      brush.lineWidth = Math.max(1, em * 0.07);
      brush.stroke(lines);
      brush.globalAlpha = 1;
    }
  }

  /**
   * @param {CanvasRenderingContext2D} brush
   * @param {Float64Array} predictions
   */
  function drawCurve(brush, predictions) {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame),
      line = new Path2D();
    for (const [i, prediction] of predictions.entries()) {
      line.lineTo(left + (i / (predictions.length - 1)) * width, top + (1 - placeOn(plot.y, prediction)) * height);
    }
    if (plot.question.kind === "sides") dashed(brush, plot.question.limit, plot.question.limit);
    brush.strokeStyle = colours.know;
    brush.lineWidth = em * 0.22;
    brush.lineJoin = "round";
    brush.stroke(line);
  }

  /**
   * Joins each row with its prediction: the loss is the mean of the squares of these lengths.
   * @param {CanvasRenderingContext2D} brush
   */
  function drawMistakes(brush) {
    const {top, height, em} = /** @type {Frame} */ (frame);
    brush.strokeStyle = colours.quiet;
    brush.lineWidth = Math.max(1, em * 0.08);
    brush.beginPath();
    for (let i = 0; i < plot.learned; i++) {
      brush.moveTo(xs[i], ys[i]);
      brush.lineTo(xs[i], top + (1 - within(placeOn(plot.y, verdicts.predictions[i]))) * height);
    }
    brush.stroke();
  }

  /** @param {CanvasRenderingContext2D} brush */
  function drawDiagonal(brush) {
    const {low, high} = plot.y;
    if (plot.question.kind === "sides") dashed(brush, plot.question.limit, plot.question.limit);
    dashed(brush, low, high);
  }

  /**
   * Draws a dashed line from the left to the right of the plot.
   * @param {CanvasRenderingContext2D} brush
   * @param {number} from
   * @param {number} to
   */
  function dashed(brush, from, to) {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame);
    brush.save();
    brush.strokeStyle = colours.quiet;
    brush.lineWidth = Math.max(1, em * 0.1);
    brush.setLineDash([em * 0.5, em * 0.35]);
    brush.beginPath();
    brush.moveTo(left, top + (1 - placeOn(plot.y, from)) * height);
    brush.lineTo(left + width, top + (1 - placeOn(plot.y, to)) * height);
    brush.stroke();
    brush.restore();
  }

  /**
   * Draws how many rows of each class are taken for which.
   * @param {CanvasRenderingContext2D} brush
   * @param {Words} words
   * @returns {Node[]} the counts
   */
  function drawCounts(brush, words) {
    const {left, top, width, height, em} = /** @type {Frame} */ (frame),
      counts = countsByClass(plot, verdicts),
      n = counts.length,
      [across, up] = [width / n, height / n];
    return counts.flatMap((row, target) => {
      const all = row.reduce((sum, count) => sum + count, 0) || 1;
      return row.map((count, predicted) => {
        const [x, y] = [left + target * across, top + (n - 1 - predicted) * up];
        brush.globalAlpha = colours.isForced ? 0 : (count / all) * STRONGEST;
        brush.fillStyle = target === predicted ? colours.know : colours.classes[1];
        brush.fillRect(x, y, across, up);
        brush.globalAlpha = 1;
        brush.strokeStyle = colours.rule;
        brush.lineWidth = em * 0.07;
        brush.strokeRect(x, y, across, up);
        return makeSvg("text", {class: "middle count", x: x + across / 2, y: y + up / 2 + 0.5 * em}, words.typeset(`${count}`));
      });
    });
  }

  // --- the row -----------------------------------------------------------------------------------------------------------

  /**
   * @param {number | null} row
   * @param {boolean} isChanged
   * @param {boolean} isMoving
   * @param {Words} words
   */
  function showRow(row, isChanged, isMoving, words) {
    setAttribute(box, "aria-valuemin", "0");
    setAttribute(box, "aria-valuemax", `${plot.learned}`);
    setAttribute(box, "aria-valuenow", `${row === null ? 0 : row + 1}`);
    const sentence = row === null || row >= plot.learned ? words.say("network.row.all") : rowInWords(plot, verdicts, row, isChanged, words);
    if (!isMoving) setAttribute(box, "aria-valuetext", sentence); // a screen reader would read every one
    write(told, sentence);
    if (row === null || row >= plot.learned) return ring.replaceChildren();
    const {left, top, width, height, em} = /** @type {Frame} */ (frame),
      [x, y] = [xs[row], ys[row]];
    if (plot.kind === "classes") return markCell(x, y, row);
    const toPrediction = plot.kind === "line" ? placeOn(plot.y, verdicts.predictions[row]) : plot.kind === "pairs" ? placeOn(plot.y, plot.targets[row]) : NaN,
      end = top + (1 - within(toPrediction)) * height;
    const isRight = x < left + width - 3 * em,
      isLow = y < top + 1.2 * em,
      radius = em * (plot.rows.length <= FEW_POINTS ? 1.25 : 0.85);
    ring.replaceChildren(
      ...(Number.isNaN(toPrediction) ? [] : [makeSvg("line", {class: "mistake", x1: x, x2: x, y1: y, y2: end})]),
      makeSvg("circle", {class: "halo", cx: x, cy: y, r: radius}),
      makeSvg("circle", {cx: x, cy: y, r: radius}),
      makeSvg("text", {class: isRight ? "" : "end", x: x + (isRight ? 1 : -1) * (radius + 0.2 * em), y: y + (isLow ? 1 : -0.45) * em}, `${row + 1}`),
    );
  }

  /**
   * Marks the count in which a row is contained.
   * @param {number} x
   * @param {number} y
   * @param {number} row
   */
  function markCell(x, y, row) {
    const {width, height, em} = /** @type {Frame} */ (frame),
      n = plot.question.names.length,
      [across, up] = [width / n, height / n];
    ring.replaceChildren(
      makeSvg("rect", {x: x - across / 2 + 0.15 * em, y: y - up / 2 + 0.15 * em, width: across - 0.3 * em, height: up - 0.3 * em}),
      makeSvg("text", {x: x - across / 2 + 0.5 * em, y: y - up / 2 + 1.4 * em}, `${row + 1}`),
    );
  }

  /** @param {number | null} row */
  function pick(row) {
    if (row !== app.state.net?.row) app.dispatch({type: "pickRow", row});
  }

  box.addEventListener("click", ({clientX, clientY}) => {
    if (!frame || app.derived.asking) return;
    const {left, top} = canvas.getBoundingClientRect(),
      [x, y] = [clientX - left, clientY - top];
    if (plot.kind === "classes") pick(nextInCell(x, y));
    else {
      const row = nearestPoint(xs, ys, x, y, CLICK_REACH_EM * frame.em, plot.learned);
      if (row >= 0) pick(row);
    }
  });

  /**
   * The next row that is counted in the same cell.
   * @param {number} x
   * @param {number} y
   */
  function nextInCell(x, y) {
    const {left, top, width, height} = /** @type {Frame} */ (frame),
      n = plot.question.names.length,
      target = Math.floor(((x - left) / width) * n),
      predicted = n - 1 - Math.floor(((y - top) / height) * n),
      {row} = /** @type {{row: number | null}} */ (app.state.net);
    for (let k = 1; k <= plot.learned; k++) {
      const i = ((row ?? -1) + k) % plot.learned;
      if (plot.sides[i] === target && verdicts.sides[i] === predicted) return i;
    }
    return row;
  }

  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !plot) return;
    const row = app.state.net?.row ?? -1,
      last = plot.learned - 1;
    /** @type {Record<string, number>} */
    const goals = {ArrowLeft: row - 1, ArrowDown: row - 1, ArrowRight: row + 1, ArrowUp: row + 1, Home: 0, End: last, PageUp: row + 10, PageDown: row - 10};
    if (!(event.key in goals)) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows step elsewhere
    pick(Math.min(Math.max(goals[event.key], 0), last));
  });

  const repaint = () => {
    looks++;
    showLearned(app.state, app.derived);
  };
  new ResizeObserver(repaint).observe(box);
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(resolution: 1dppx)", "print"]) {
    matchMedia(query).addEventListener("change", repaint);
  }
  return {show: showLearned};
}

/**
 * What the network says to a row in the data's own units.
 * @param {NonNullable<Derived["network"]>} network
 * @param {Float64Array} parameters
 * @returns {Predict}
 */
function predictOf({network, spec}, parameters) {
  const [means, deviations] = spec.data.scale?.inputs ?? [null, null];
  if (!means || !deviations) return (row) => predict(network, parameters, row);
  const scaled = new Float64Array(means.length);
  return (row) => {
    for (let i = 0; i < scaled.length; i++) scaled[i] = (row[i] - means[i]) / deviations[i];
    return predict(network, parameters, scaled);
  };
}

/**
 * The numbers and names along the axes.
 * @param {Plot} plot
 * @param {Words} words
 */
function namesOnAxes({kind, x, y, question}, words) {
  const isOfTarget = kind === "pairs" || kind === "classes";
  const written = (/** @type {number} */ number) => (kind === "classes" ? question.namesInShort[number] : words.typeset(show(number)));
  const ticksOf = (/** @type {import("../core/plots.js").Axis} */ axis) => axis.ticks.map((number) => ({text: written(number), at: placeOn(axis, number)}));
  return {
    x: ticksOf(x),
    y: ticksOf(y),
    nameX: isOfTarget ? words.say("plot.target", {name: x.name}) : x.name,
    nameY: isOfTarget ? words.say("network.prediction") : y.name,
  };
}

/**
 * How many rows are right or, of numbers, how far predictions are off; of those held out, too.
 * @param {Plot} plot
 * @param {Verdicts} verdicts
 * @param {string} name of what is predicted
 * @param {boolean} isChanged
 * @param {Words} words
 */
function figuresOf({question}, {learned, heldOut}, name, isChanged, words) {
  const figure = (/** @type {string} */ rows, /** @type {Summary | null} */ summary) => {
    if (!summary) return "";
    const kind = question.kind === "number" ? "error" : "right";
    return words.say(`plot.${kind}${rows}`, {right: summary.right, count: summary.count, name, error: show(summary.error, 3)});
  };
  return [isChanged ? words.say("plot.after", {text: figure("", learned)}) : figure("", learned), figure(".held_out", heldOut)];
}

/**
 * What the network says to a row, and what was right.
 * @param {Plot} plot
 * @param {Verdicts} verdicts
 * @param {number} i the row
 * @param {boolean} isChanged whether Change has been made, which the drawing does not show
 * @param {Words} words
 */
function rowInWords({question, targets, sides}, {predictions, sides: predicted}, i, isChanged, words) {
  const {kind, names} = question,
    row = isChanged ? words.say("plot.row.after", {row: i + 1}) : i + 1;
  if (kind === "number" || !question.isNamed) {
    const [said, right] = showApart(predictions[i], targets[i]);
    return words.say("plot.row", {row, right, said});
  }
  const isRight = sides[i] === predicted[i];
  return words.say(isRight ? "plot.row.right" : "plot.row", {row, right: names[sides[i]], said: names[predicted[i]]});
}

/**
 * How wide a text beside an axis is, in em.
 * @param {string} text
 */
function emsOf(text) {
  const wide = columnsOf(text) - [...text].length;
  return ([...text].length - wide) * COLUMN_EM + wide;
}

/** @param {number} place */
function within(place) {
  return place < 0 ? 0 : place > 1 ? 1 : place;
}

// --- colours and shapes ----------------------------------------------------------------------------------------------------

/**
 * The colours of the page as a canvas takes them.
 * @param {Element} place
 */
function coloursOf(place) {
  const probe = make("span", {class: "probe"});
  place.append(probe);
  const colourOf = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const classes = Array.from({length: COLOUR_COUNT}, (_, k) => colourOf(`class-${k}`)),
    channels = classes.map((colour) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number));
  const [ink, paper, quiet, rule, know] = ["ink", "paper", "quiet", "rule", "know"].map((name) => colourOf(`plot-${name}`));
  probe.remove();
  return {classes, channels, ink, paper, quiet, rule, know, isForced: matchMedia("(forced-colors: active)").matches};
}

/**
 * Adds the shape of a class: circle, square, triangle, diamond, triangle upside down, star of four points.
 * @param {Path2D} path
 * @param {number} side
 * @param {number} radius
 */
function addShape(path, side, radius) {
  const shape = SHAPES[side % SHAPES.length];
  if (!shape) return path.arc(0, 0, radius, 0, 2 * Math.PI);
  for (const [x, y] of shape) path.lineTo(x * radius, y * radius);
  path.closePath();
}

/** @type {([number, number][] | null)[]} */
const SHAPES = [
  null,
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
  [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  [[0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
  [[0, -1.3], [0.4, -0.4], [1.3, 0], [0.4, 0.4], [0, 1.3], [-0.4, 0.4], [-1.3, 0], [-0.4, -0.4]],
];

/**
 * @param {Path2D} path
 * @param {number} radius
 */
function addCross(path, radius) {
  path.moveTo(-radius, -radius);
  path.lineTo(radius, radius);
  path.moveTo(-radius, radius);
  path.lineTo(radius, -radius);
}

/**
 * A line of the legend.
 * @param {number | string} side of a class, or what else is explained
 * @param {string} text
 */
function item(side, text) {
  const picture = makeSvg("svg", {viewBox: "-8 -8 16 16", "aria-hidden": "true", class: typeof side === "number" ? `class-${side % COLOUR_COUNT}` : side});
  picture.append(...shapesInKey(side));
  return make("li", {}, picture, text);
}

/**
 * @param {number | string} side
 * @returns {Node[]}
 */
function shapesInKey(side) {
  if (typeof side === "number") {
    const shape = SHAPES[side % SHAPES.length];
    return [shape ? makeSvg("polygon", {points: shape.map(([x, y]) => `${x * 5},${y * 5}`).join(" ")}) : makeSvg("circle", {r: 5})];
  }
  if (side === "held-out") return [makeSvg("circle", {r: 5})];
  if (side === "wrong") return [makeSvg("circle", {r: 6}), makeSvg("path", {d: "M-3-3L3 3M-3 3L3-3"})];
  return [makeSvg("path", {d: "M-8 0H8"})];
}
