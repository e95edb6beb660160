"""What a beginner sees of what opens, at 1280 × 720 pixels: nothing is out of sight without a sign of it."""

from __future__ import annotations

import pytest

from microgrid.documents.examples import Heading
from microgrid.language.words import words
from tests.browser import Opener, expect

README = """\
from microgrid import Value

w, b = Value(3, "w"), Value(1, "b")
x, target = 2, 5
loss = (w*x + b - target)**2
loss.backward()
print(w.grad)
"""
WIDER = """\
w, b = 3, 1
x, target = 2, 5
p = w*x + b
loss = (p - target)**2
more = loss + b
"""
HIDDEN_PART = """(e) => {
  const {top, bottom} = e.getBoundingClientRect(), panel = document.querySelector("aside").getBoundingClientRect();
  return Math.max(panel.top - top, bottom - panel.bottom, 0);
}"""


def test_panel_comes_to_what_was_opened(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    screen("#editor").fill(README)
    expect(screen("aside")).to_have_attribute("data-more", "bottom")
    screen("#n0").click()
    assert screen("#routes").evaluate(HIDDEN_PART) == 0
    screen("#code").click()
    assert screen("#code-lines").evaluate(HIDDEN_PART) == 0


def test_words_of_the_first_share_are_in_sight(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    screen("#editor").fill(README)
    screen("#next").click()
    screen("#next").click()
    expect(screen("#note")).to_contain_text("∂a/∂b")
    assert screen("#note").evaluate(HIDDEN_PART) == 0


def test_double_click_on_a_card_selects_no_text(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    screen("#n0 .value").dblclick()
    assert screen.page.evaluate("() => `${getSelection()}`") == ""


def test_graph_says_at_which_side_there_is_more(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    expect(screen("#graph[data-more]")).to_have_count(0)
    screen("#editor").fill(WIDER)
    expect(screen("#graph")).to_have_attribute("data-more", "left")
    screen("#fit").click()
    expect(screen("#graph[data-more]")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "It said 7; 5 was right. At the end, more is 5. Who is to blame?"),
        ("ja", "予測は 7、正解は 5。最後の more は 5。だれの責任？"),
    ],
)
def test_end_that_is_no_loss_is_not_called_the_mistake(language: str, sentence: str, studio: Opener) -> None:
    screen = studio(language=language)
    screen("#editor").fill(WIDER)
    expect(screen("#sentence")).to_have_text(sentence)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_code_says_what_it_is_right_below_the_sentence(language: str, studio: Opener) -> None:
    screen = studio(language=language)
    screen("#code").click()
    expect(screen("#code-lines")).to_have_attribute("data-label", words(language)["page.editor.code.label"])
    bottom = screen("#sentence").evaluate("(e) => e.getBoundingClientRect().bottom")
    assert 0 <= screen("#code-lines").evaluate("(e) => e.getBoundingClientRect().top") - bottom < 16
    screen("#first").click()
    expect(screen("#code-lines")).to_have_attribute("data-label", words(language)["page.editor.code.none"])


def test_arrow_of_a_question_of_the_quiz_has_one_head(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    screen("#tab-quiz").click()
    screen("#quiz button").first.click()
    fill = "(e) => getComputedStyle(e).fill"
    assert screen(".edge.current .fore").evaluate_all("(all) => all.map((e) => getComputedStyle(e).fill)") == ["none"]
    assert screen(".edge.current .back").evaluate(fill) != "none"
    assert screen("#quiz").evaluate(HIDDEN_PART) == 0


def test_think_begins_at_the_line_that_calls_backward(studio: Opener) -> None:
    screen = studio()
    screen("#editor").fill(README)
    expect(screen("#marks .made")).to_have_text("loss = (w*x + b - target)**2")
    screen("#next").click()
    expect(screen("#marks .made")).to_have_text("loss.backward()")
    expect(screen("#sentence")).to_have_text("Think starts at the loss: its gradient with respect to itself is 1.")


def test_head_of_a_narrow_phone_is_one_row(studio: Opener) -> None:
    screen = studio(width=320, height=480)
    boxes = [box for box in (button.bounding_box() for button in screen("header > button, #subjects").all()) if box]
    assert len({box["y"] + box["height"] / 2 for box in boxes}) == 1


def test_long_title_has_two_lines_beside_the_phases(studio: Opener) -> None:
    screen = studio("a, b = 2, 3; a*b", Heading({"en": "exclusive or, before training"}), width=960, height=640)
    assert screen("h1").evaluate("(h1) => h1.scrollHeight <= h1.clientHeight && h1.scrollWidth <= h1.clientWidth")


def test_sliders_of_equal_constants_say_what_they_are_part_of(studio: Opener) -> None:
    screen = studio("w = 3; p = 2*w; loss = p**2")
    screen.tab("whatif")
    names = screen("#whatif .leaf.constant input[type=range]").evaluate_all("(es) => es.map((e) => e.ariaLabel)")
    assert names == ["2, constant in p", "2, constant in loss"]


def test_graph_that_is_scrolled_grows_with_the_text_of_a_large_screen(studio: Opener) -> None:
    lines = ["w, x = 0.5, 0.9", *(f"h{i + 1} = tanh(w*{f'h{i}' if i else 'x'})" for i in range(12))]
    sizes = []
    for width, height in ((1280, 720), (1920, 1080)):
        screen = studio("\n".join(lines), width=width, height=height)
        sizes.append(screen("#graph .card rect").first.evaluate("(rect) => rect.getBoundingClientRect().width"))
    assert sizes[1] > 1.25 * sizes[0]
