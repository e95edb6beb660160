"""The presentation: one step at a time for a class, which predicts each number before it is shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from microgrid import Input, Relay, Value, total
from microgrid.language.numerals import MINUS
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from tests.browser import Opener, Screen, expect

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (1280, 720), (960, 640), (360, 740)]
# What is seen or read out: texts that are shown, and names for screen readers.
SEEN = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll('#presentation *')].flatMap((element) => [
    element.getAttribute('aria-label') ?? '', element.getAttribute('title') ?? '']),
  ...[...document.querySelectorAll('#news, .links text')].map((element) => element.textContent),
].join('\\n')"""
# Of every text that is shown: its size, and the text.
TEXTS = """() => [...document.querySelectorAll('#presentation :is(p, b, span, small, h2, button, th, td, text)')]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
  .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.textContent])"""
# What sticks out of the screen, and which parts need to be scrolled.
OUTSIDE = """() => [...[...document.querySelectorAll('#presentation *')].filter((e) => {
  const {width, left, top, right, bottom} = e.getBoundingClientRect();
  return width && (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1);
}), ...[...document.querySelectorAll('#presentation :is(.board, .said)')].filter(
  (e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)].map((e) => e.outerHTML)"""


def named(value: Value, label: str) -> Value:
    value.label = label
    return value


def line(w: float = 3.0, x: float = 2.0, b: float = 1.0, target: float = 5.0) -> Relay:
    """Record the example of the README, (w·x + b − target)²."""
    p = named(Value(w, "w") * Input(x, "x") + Value(b, "b"), "p")
    return Relay(named((p - Input(target, "target")) ** 2, "loss"), learning_rate=0.05)


def network() -> Relay:
    model = MLP(2, [2, 1], "tanh", seed=1)
    prediction: Any = model([0.5173, -0.3219])
    return Relay(named(mean_squared_error(prediction, Input(0.7131, "target")), "loss"), model.parameters())


def crowd() -> Relay:
    """Record a sum of 20 numbers with long names."""
    numbers = [Value(1.2345e-7 * (i + 1) * (-1) ** i, f"a rather long name, number {i} of twenty") for i in range(20)]
    return Relay(named(total(numbers), "the sum of all the numbers that the class has brought"))


def present(screen: Screen, position: int = 0) -> Screen:
    """Open the presentation at a step, in the window as it is."""
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.go(position)
    screen.press("p")
    return screen


def formula(screen: Screen) -> str:
    return " ".join("".join(screen.texts("#present-formula b")).split())


def test_p_presents_and_escape_returns_to_the_button(opened: Opener) -> None:
    screen = present(opened(line()))
    expect(screen("#presentation")).to_be_visible()
    expect(screen("#present-next")).to_be_focused()
    expect(screen("header")).to_be_hidden()
    screen.press("Escape")
    expect(screen("#presentation")).to_be_hidden()
    expect(screen("#present")).to_be_focused()


def test_the_button_presents_and_the_cross_leaves(opened: Opener) -> None:
    screen = opened(line())
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen("#present").click()
    screen("#leave").click()
    expect(screen("#presentation")).to_be_hidden()
    expect(screen("#present")).to_be_focused()


def test_leaving_full_screen_leaves_the_presentation(opened: Opener) -> None:
    screen = opened(line())
    screen("#present").click()
    screen.wait_for("document.fullscreenElement")
    screen.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    screen.page.evaluate("() => document.exitFullscreen()")
    expect(screen("#presentation")).to_be_hidden()


def test_right_asks_then_answers_and_left_goes_back(opened: Opener) -> None:
    screen = present(opened(line()))
    screen.press("ArrowRight")
    assert formula(screen) == "3 × 2 = ?"
    assert screen.text("#present-next") == "Answer"
    screen.press("ArrowRight")
    assert formula(screen) == "3 × 2 = 6"
    screen.press("PageDown")  # a remote control
    assert formula(screen) == "6 + 1 = ?"
    screen.press("ArrowLeft")
    assert formula(screen) == "3 × 2 = 6"
    screen.press("ArrowLeft")
    assert formula(screen) == "3 × 2 = ?"
    screen.press("ArrowLeft")
    assert (screen.text("#present-place"), screen.position) == ("start", 0)


def test_without_prediction_right_shows_the_number(opened: Opener) -> None:
    screen = present(opened(line()))
    screen("#predict").click()
    screen.press("ArrowRight", "ArrowRight")
    assert (formula(screen), screen.position) == ("6 + 1 = 7", 2)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_start_names_the_button_that_is_there(language: str, opened: Opener) -> None:
    screen = present(opened(line(), language=language))
    assert screen.text("#present-next") in screen.text("#present-sentence")
    assert "▶" not in screen.text("#present-sentence")


def test_slide_with_a_constant_is_as_large_as_the_others(studio: Opener) -> None:
    screen = present(studio(width=1280, height=720), 4)
    assert screen(".slide .shown-card.constant").count() == 1
    assert screen(".slide").get_attribute("data-size") == "3"


def test_who_is_to_blame_is_no_smaller_than_an_ordinary_sentence(studio: Opener) -> None:
    screen = present(studio(width=1280, height=720), 4)
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    ordinary = screen("#present-sentence").evaluate(size)
    screen.go(12)
    assert screen("#present-sentence strong").evaluate(size) >= ordinary


def test_answers_are_the_sentences_of_the_page(opened: Opener) -> None:
    screen = opened(line())
    screen.go(1)
    sentence = screen.text("#sentence")
    present(screen, 1)
    assert screen.text("#present-sentence") == sentence


def test_a_text_is_presented_from_where_its_values_stand(studio: Opener) -> None:
    screen = present(studio(), 4)
    assert screen.text("#present-sentence") == screen.text("#sentence")
    screen.press("ArrowRight")
    assert formula(screen) == "∂loss/∂loss = ?"
    screen.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert formula(screen) == "1 × 4 = 4"


def test_end_tells_how_the_loss_turned_out(opened: Opener) -> None:
    screen = present(opened(line()), 14)
    assert "The loss was 4" in screen.text("#present-sentence")


@pytest.mark.parametrize("opened_neuron", [False, True])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_number_is_nowhere_before_it_is_asked_for(opened: Opener, language: str, opened_neuron: bool) -> None:
    screen = opened(network(), language=language)
    if opened_neuron:
        card = screen.page.evaluate("microgrid.graph.cards.find((card) => card.isNeuron).i")
        screen.page.evaluate("(card) => microgrid.dispatch({type: 'select', card})", card)
    present(screen)
    checked = 0
    for _ in range(int(screen.page.evaluate("microgrid.derived.steps.length"))):
        screen.press("ArrowRight")
        before = screen.page.evaluate(SEEN)
        assert screen.texts("#present-formula .answer") == ["?"]
        parts = [text.strip(f"(){MINUS}") for text in screen.texts("#present-formula b")]
        screen.press("ArrowRight")
        (answer,) = screen.texts("#present-formula .answer")
        if len(answer) > 3 and answer.strip(MINUS) not in parts:  # as in −1 × it
            assert not re.search(rf"(?<![\d.{MINUS}]){re.escape(answer)}(?![\d.])", before), f"{answer} in {before}"
            checked += 1
    assert checked > 12


def test_think_shows_upstream_local_derivative_and_share(opened: Opener) -> None:
    screen = present(opened(line()), 11)
    assert screen.texts("#present-formula small") == ["upstream", "local derivative", "share"]
    assert screen.texts(".shown-card.receiver .name") == ["w"]
    assert screen.texts(".links .current text") == ["× 2", "8"]


def test_change_shows_old_and_new(opened: Opener) -> None:
    screen = present(opened(line()), 13)
    assert screen.texts(".slide .pair") == ["old 3", "grad 8", "new 2.6"]


def test_a_neuron_is_opened_and_closed_where_it_stands(opened: Opener) -> None:
    screen = present(opened(network()), 1)
    screen("#present-neuron").click()
    assert screen.page.evaluate("microgrid.state.opened !== null")
    screen.press("ArrowLeft")
    assert screen.text("#present-neuron") == "Close the card"
    screen("#present-neuron").click()
    assert screen.page.evaluate("microgrid.state.opened") is None


def test_the_map_marks_the_card_of_the_step(opened: Opener) -> None:
    screen = present(opened(line()), 11)
    marks = "(all) => all.map(({attributes}) => ['data-current', 'data-target'].map((name) => name in attributes))"
    marked = screen(".map rect").evaluate_all(marks)
    cards = screen.page.evaluate("microgrid.graph.cards.map(({node}) => node.name)")
    assert [name for name, (here, _) in zip(cards, marked, strict=True) if here] == ["w·x"]
    assert [name for name, (_, there) in zip(cards, marked, strict=True) if there] == ["w"]


def test_place_question_and_answer_are_announced_once(opened: Opener) -> None:
    screen = present(opened(line()))
    expect(screen("#presentation [aria-live]")).to_have_count(1)
    news = screen("#presentation [aria-live=polite]")
    screen.press("ArrowRight")
    expect(news).to_have_text("step 1 of 14 · Know: What is w·x?")
    screen.press("ArrowRight")
    expect(news).to_have_text(f"step 1 of 14 · Know: {screen.text('#present-sentence')}")


def test_escape_returns_to_what_had_the_focus(opened: Opener) -> None:
    screen = opened(line())
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen("#next").focus()
    screen.press("p", "Escape")
    expect(screen("#presentation")).to_be_hidden()
    expect(screen("#next")).to_be_focused()


def test_tab_stays_within_the_presentation(opened: Opener) -> None:
    screen = present(opened(line()))
    for _ in range(12):
        screen.press("Tab")
        where = screen.page.evaluate("document.activeElement.closest('body > *')?.id ?? 'the browser'")
        assert where in ("presentation", "the browser")


def test_a_quiz_is_left(opened: Opener) -> None:
    screen = opened(line())
    screen.tab("quiz")
    screen("#quiz button").first.click()
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen("#present").click()
    screen.press("ArrowRight", "ArrowRight")
    assert formula(screen) == "3 × 2 = 6"


def test_last_row_reads_24_pixels(opened: Opener) -> None:
    for relay in (line(), network(), crowd()):
        screen = present(opened(relay, width=1920, height=1080))
        steps = int(screen.page.evaluate("microgrid.derived.steps.length"))
        for position in range(0, steps + 1, max(steps // 9, 1)):
            screen.go(position)
            assert [pair for pair in screen.page.evaluate(TEXTS) if pair[0] < 24] == []


def test_the_sentence_is_40_pixels_high(opened: Opener) -> None:
    screen = present(opened(line(), width=1920, height=1080), 1)
    assert float(screen("#present-sentence").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")) >= 40


def test_a_phone_reads_14_pixels(opened: Opener) -> None:
    screen = present(opened(network(), width=360, height=740))
    for position in range(int(screen.page.evaluate("microgrid.derived.steps.length")) + 1):
        screen.go(position)
        assert [pair for pair in screen.page.evaluate(TEXTS) if pair[0] < 14] == []


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_sticks_out(opened: Opener, width: int, height: int, language: str) -> None:
    for relay in (line(-1234.5678, 8.765e-5, 1e9, -3e-7), network(), crowd()):
        screen = present(opened(relay, language=language, width=width, height=height))
        steps = int(screen.page.evaluate("microgrid.derived.steps.length"))
        for position in range(0, steps, max(steps // 9, 1)):
            screen.go(position)
            assert screen.page.evaluate(OUTSIDE) == [], f"at {position}"
            screen.press("ArrowRight")
            assert screen.page.evaluate(OUTSIDE) == [], f"asked after {position}"


def test_of_twenty_operands_four_are_shown_and_the_others_counted(opened: Opener) -> None:
    screen = present(opened(crowd()), 1)
    assert screen("#presentation .operands .shown-card").count() == 4
    assert screen.text("#presentation .operands .more") == "and 16 more"


@pytest.mark.parametrize("width", [320, 360])
def test_power_of_ten_stays_on_one_line_of_a_card(width: int, opened: Opener) -> None:
    screen = present(opened(line(w=-3.5531e-7, b=0.0, target=1.5531e-7), language="ja", width=width, height=480), 9)
    lines = "(bs) => bs.map((b) => b.getBoundingClientRect().height / parseFloat(getComputedStyle(b).fontSize))"
    numbers = screen("#presentation .pair b:visible")
    assert any("10⁻⁷" in number for number in numbers.all_text_contents())
    assert max(numbers.evaluate_all(lines)) < 2
