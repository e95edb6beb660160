// Going from step to step, and what moves on the way.

const BATON = 1; // it is never shown smaller than at this scale
let moving = 0;

// Goes to a position; one step onwards is shown as a movement.
function go(position, animated = false) {
  cancelAnimationFrame(moving);
  baton.removeAttribute("class");
  state.wanted = Math.min(Math.max(position, 0), state.steps.length);
  const place = Math.min(state.wanted, reach());
  if (place !== state.position) state.route = -1; // after a step, the step is shown and no longer a route
  state.position = place;
  if (state.tab === "fault") buildFault();
  if (state.tab === "whatif") showTold();
  const view = showAll();
  if (view.current) follow(view.current);
  else $("graph").scrollTo(0, 0);
  if (animated && view.current && numbers.missing < 0 && !asking()) animate(view);
  rememberPlace();
}

// How many steps can be walked: all of them, or those before a value that is missing.
const reach = () => (numbers.missing < 0 ? state.steps.length : state.steps.findIndex((step) => !isKnown(step)));

function animate(view) {
  const step = view.current,
    target = targetOf(step);
  if (step.phase === "think" && step.edge) run(step, view);
  else if (step.kind === "change" && !step.card.node.op && !calm.matches) {
    count(step.card, numbers.values[step.node], numbers.changed.get(step.node));
  } else if (step.phase === "know" && !calm.matches) appear(step.card.drawn.value);
  else if (target && !calm.matches) appear(target.drawn.grad);
}

const pace = () => Math.min(1, 1 / Number.parseFloat($("speed").value));

function appear(element) {
  if (element?.animate) element.animate([{opacity: 0}, {opacity: 1}], {duration: 350 * pace()});
}

// A baton runs along the edge from the loss side to the operand, and the operand's total counts up when it arrives.
function run(step, view) {
  const {edge} = step,
    {line, share} = edge.drawn,
    length = line.getTotalLength();
  const told = sentences.numbersOf(step, numbers, view.after).map((number) => show(number));
  const text = baton.lastChild,
    frame = baton.firstChild;
  text.textContent = `${told[0]} × ${bracketed(told[1])} = ${told[2]}`;
  baton.setAttribute("class", "running");
  const width = text.textContent.length * 7.9 + 26;
  frame.setAttribute("width", width);
  frame.setAttribute("x", -width / 2);
  const place = (way) => {
    const {x, y} = line.getPointAtLength(length * (1 - way)),
      size = Math.max(1, BATON / state.scale);
    const half = (width * size) / 2,
      within = Math.min(Math.max(x, half), Math.max(pictureWidth - half, half));
    baton.setAttribute("transform", `translate(${within.toFixed(1)} ${y.toFixed(1)}) scale(${size.toFixed(3)})`);
  };
  if (calm.matches) return rest(edge, width);
  const {grad} = edge.operand.drawn,
    duration = RUN * pace(),
    begin = performance.now();
  const {before} = view;
  write(share, "");
  const frameOf = (now) => {
    const time = Math.min((now - begin) / duration, 1),
      way = Math.min(time / 0.75, 1);
    place(1 - (1 - way) ** 2);
    if (way === 1) baton.removeAttribute("class"); // it has arrived, and the total counts up
    if (grad)
      writeNumber(grad, way < 1 && !before ? "" : show(before + (view.after - before) * Math.max(0, (time - 0.75) / 0.25)));
    if (time < 1) moving = requestAnimationFrame(frameOf);
    else showAll();
  };
  frameOf(begin);
}

// Without motion the baton rests near its edge, where it covers no number and as little of the cards as can be.
function rest(edge, width) {
  const size = Math.max(1, BATON / state.scale),
    [w, h] = [width * size, 26 * size],
    {line} = edge.drawn,
    length = line.getTotalLength();
  const around = (at, x, y) => ({x: at.x - x, y: at.y - y, width: 2 * x, height: 2 * y});
  const {x, y, width: wide, height: high} = line.getBBox();
  const taken = obstacles({x: x - w, y: y - 4 * h, width: wide + 2 * w, height: high + 8 * h});
  let best = null;
  for (const shift of [0, -1, 1, -1.6, 1.6, -2.4, 2.4, -3.2, 3.2]) {
    for (const way of [0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95]) {
      const at = line.getPointAtLength(length * way);
      at.x = Math.min(Math.max(at.x, w / 2), Math.max(pictureWidth - w / 2, w / 2));
      at.y = Math.min(Math.max(at.y + shift * h, h / 2), pictureHeight - h / 2);
      const box = around(at, w / 2, h / 2),
        cost = taken.reduce((sum, [other, weight]) => sum + weight * overlap(box, other), 0);
      if (!best || cost < best.cost) best = {at, cost};
    }
  }
  baton.setAttribute("transform", `translate(${best.at.x.toFixed(1)} ${best.at.y.toFixed(1)}) scale(${size.toFixed(3)})`);
}

// What may be covered in a part of the picture, and how much it would be missed: numbers, names, and cards.
function obstacles(part) {
  const cards = graph.cards.map(({drawn: {group}}) => group).filter((group) => overlap(boxOf(group), part));
  const texts = [...picture.querySelectorAll(".edge text"), ...cards.flatMap((group) => [...group.querySelectorAll("text")])];
  return [
    ...cards.map((group) => [boxOf(group), 1]),
    ...texts.filter((text) => text.textContent).map((text) => [boxOf(text), 50]),
  ];
}

// The box of an element in the units of the picture.
function boxOf(element) {
  const {x, y, width, height} = (element.matches(".card") ? element.querySelector("rect") : element).getBBox(),
    card = element.closest(".card"),
    [dx, dy] = card ? cornerOf(card) : [0, 0];
  return {x: x + dx, y: y + dy, width, height};
}

function overlap(a, b) {
  const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

// The new number of a leaf sets out from the old one.
function count(card, from, to) {
  const begin = performance.now(),
    duration = 500 * pace();
  const frameOf = (now) => {
    const time = Math.min((now - begin) / duration, 1);
    write(card.drawn.value, changeOn(card, from, from + (to - from) * time));
    if (time < 1) moving = requestAnimationFrame(frameOf);
    else showAll();
  };
  frameOf(begin);
}

let timer = 0;

function play(playing) {
  clearInterval(timer);
  if (playing && state.position === reach()) go(0);
  state.playing = playing;
  document.body.toggleAttribute("data-playing", playing);
  $("play").setAttribute("aria-pressed", playing);
  $("sentence").parentElement.setAttribute("aria-live", playing ? "off" : "polite"); // nobody can listen as fast
  if (!playing) return;
  const interval = 1500 / Number.parseFloat($("speed").value);
  timer = setInterval(
    () => (state.position < reach() ? go(state.position + 1, true) : play(false)),
    interval,
  );
  go(state.position + 1, true);
}

let remembering = 0;

function rememberPlace() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    try {
      history.replaceState(null, "", `#step=${placeToLink()}`);
    } catch {
      /* inside a notebook the page has no address of its own */
    }
  }, 250);
}

// The step as it is counted while no neuron is open.
function placeToLink() {
  const step = state.steps[state.position - 1];
  return step && state.opened.size ? samePlace(step, closedSteps) : state.position;
}

function placeInAddress() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

const phasesThere = PHASES.filter((phase) => closedSteps.some((step) => step.phase === phase));
const phaseStart = (phase) => (phase === "know" ? 0 : phaseEnd(PHASES[PHASES.indexOf(phase) - 1]));

function toScrubber(position) {
  if (position === 0) return 0;
  const {phase} = state.steps[position - 1],
    start = phaseStart(phase);
  return (phasesThere.indexOf(phase) + (position - start) / (phaseEnd(phase) - start)) * 1000;
}

function fromScrubber(value) {
  const i = Math.min(Math.floor(value / 1000), phasesThere.length - 1),
    start = phaseStart(phasesThere[i]);
  return start + Math.round((value / 1000 - i) * (phaseEnd(phasesThere[i]) - start));
}
