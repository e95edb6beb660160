"""By ear and by the keyboard alone: what is told, once, and where the focus goes on."""

from __future__ import annotations

import pytest

from tests.browser import Opener, Screen, expect
from tests.studio.test_reach import FACTOR, focused

OTHER = "a, b = 2, 3; a*b"


def listen(screen: Screen, region: str = "#news") -> None:
    """Write down from now on what a live region tells."""
    screen(region).evaluate(
        """(region) => {
            window.heard = [];
            const write = () => region.textContent && heard.push(region.textContent);
            new MutationObserver(write).observe(region, {childList: true});
        }"""
    )


def heard(screen: Screen) -> list[str]:
    return list(screen.page.evaluate("heard"))


def begin_quiz(screen: Screen) -> None:
    screen.tab("quiz")
    screen.button("Begin").press("Enter")


# --- the editor ------------------------------------------------------------------------------------------------------


def test_mistake_is_told_once_while_its_line_is_repaired_and_then_that_it_is_read(studio: Opener) -> None:
    screen = studio("w = 3\nw*2")
    listen(screen)
    screen("#editor").fill("w = 3\nx*2 ")
    expect(screen("#mistake")).not_to_be_empty()
    for text in ("w = 3\nx*2", "w = 3\nx*2 + 1"):
        screen("#editor").fill(text)
        expect(screen("#mistake")).to_be_empty()
        expect(screen("#mistake")).not_to_be_empty()
    assert len(heard(screen)) == 1
    screen("#editor").fill("w = 3\nw*2 + 1")
    expect(screen("#news")).to_contain_text("Read.")


# --- undo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Undone: w = 1.5 → 3.", "There is nothing to undo.", "Redone: w = 3 → 1.5."]),
        ("ja", ["取り消した: w = 1.5 → 3。", "取り消せるものがない。", "やり直した: w = 3 → 1.5。"]),
    ],
)
def test_undo_and_redo_tell_what(language: str, texts: list[str], studio: Opener) -> None:
    screen = studio("w = 3\nw*2", language=language)
    screen.page.evaluate("microgrid.dispatch({type: 'setLeaf', leaf: 0, value: 1.5})")
    told = []
    for key in ("Control+z", "Control+z", "Control+y"):
        screen.press(key)
        told.append(screen.text("#news"))
    assert told == texts


def test_undo_of_a_text_of_training_and_of_a_reset_is_told(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen("#editor").fill(OTHER)
    screen.tab("train")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 1})")
    screen("#reset").click()
    expect(screen("#news")).to_have_text("The document's own numbers again, with the learning rate 0.05.")
    told = []
    for _ in range(3):
        screen("#undo").click()
        told.append(screen.text("#news"))
    assert told == ["Undone: reset.", "Undone: training.", "Undone: text."]


def test_same_news_twice_is_heard_twice_and_leaves(studio: Opener) -> None:
    screen = studio()
    screen.page.clock.install()
    listen(screen)
    for _ in range(2):
        screen.press("Control+z")
        screen.page.clock.run_for(1000)
    assert heard(screen) == ["There is nothing to undo."] * 2
    screen.page.clock.run_for(60_000)
    expect(screen("#news")).to_be_empty()


# --- the quiz --------------------------------------------------------------------------------------------------------


def test_quiz_keeps_the_focus_and_tells_question_and_score(studio: Opener) -> None:
    screen = studio(FACTOR)
    begin_quiz(screen)
    assert focused(screen) == "answer"
    expect(screen("#news")).to_have_text("Question 1 of 3")
    screen.button("Show the answer").press("Enter")
    assert screen.page.evaluate("document.activeElement.className") == "go-on"
    screen.button("Next question").press("Enter")
    assert focused(screen) == "answer"
    expect(screen("#news")).to_have_text("Question 2 of 3")
    screen.button("End the quiz").press("Enter")
    assert screen.page.evaluate("document.activeElement.className") == "begin"
    expect(screen("#news")).to_have_text("The quiz has ended. 0 of 1 right at the first try, without a hint.")


def test_focus_is_on_once_more_after_the_last_question(studio: Opener) -> None:
    screen = studio("w = 3\nw*2")
    begin_quiz(screen)
    while screen("#answer").count():
        screen.button("Show the answer").press("Enter")
        screen.button("Next question").press("Enter")
    assert screen.page.evaluate("document.activeElement.textContent") == "Once more"


def test_language_can_be_changed_in_the_quiz_without_losing_the_focus(studio: Opener) -> None:
    screen = studio(FACTOR)
    begin_quiz(screen)
    screen("#language").press("Enter")
    assert focused(screen) == "language"


def test_same_wrong_answer_sent_twice_counts_once(studio: Opener) -> None:
    screen = studio(FACTOR)
    begin_quiz(screen)
    screen("#answer").fill("77")
    listen(screen)
    screen.press("Enter", "Enter")
    expect(screen("#news")).to_contain_text("Not yet.")
    screen.wait_for("heard.length === 2")
    assert screen.page.evaluate("microgrid.state.quiz.tries") == 1
    screen("#answer").fill("78")
    screen.press("Enter")
    expect(screen("#news")).to_contain_text("It is")


# --- the graph and training ------------------------------------------------------------------------------------------


def test_chosen_card_is_pressed_and_its_paths_are_told(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.press("2")
    screen.card("a").focus()
    screen.press("Enter")
    expect(screen.card("a")).to_have_attribute("aria-pressed", "true")
    expect(screen.card("c")).to_have_attribute("aria-pressed", "false")
    expect(screen("#news")).to_have_text("a: gradient 36. Paths that contribute: 1")


def test_place_after_training_is_told(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.tab("train")
    screen("#train .train").first.click()
    expect(screen("#news")).to_have_text(f"{screen.text('#place')} · {screen.text('#train .result')}")


# --- the presentation ------------------------------------------------------------------------------------------------


def test_place_is_told_again_when_presenting_again(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.press("2", "p")
    told = screen.text("#present-news")
    screen.press("p")
    listen(screen, "#present-news")
    screen.press("p")
    screen.wait_for("heard.length === 1")
    assert heard(screen) == [told]


def test_question_is_answered_where_it_is_not_to_be_asked_any_more(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.press("p", "ArrowRight")
    before = screen.position
    screen("#predict").press(" ")
    assert screen.position == before + 1
    assert screen.page.evaluate("microgrid.state.isPredicting") is False
    screen.press("p")
    assert screen.page.evaluate("microgrid.state.isPresenting") is False


# --- names -----------------------------------------------------------------------------------------------------------


def test_what_does_something_else_is_called_something_else(studio: Opener) -> None:
    screen = studio("w = 3\nloss = (w*2 - 2)**2")
    expect(screen("#phases .think")).to_have_accessible_name("to the end of Think")
    expect(screen("#primary")).to_have_accessible_name("play Think")
    screen.tab("train")
    assert screen("#speed").get_attribute("aria-label") != screen("#training-speed").get_attribute("aria-label")
    labels = screen("#graph .card.constant").evaluate_all("(cards) => cards.map((card) => card.ariaLabel)")
    assert len(set(labels)) == len(labels)
    assert screen("#graph .edge:not([aria-hidden])").count() == 0


def test_heading_of_a_dialog_is_read_without_its_buttons(studio: Opener) -> None:
    screen = studio()
    screen("#show-python").click()
    expect(screen.page.get_by_role("heading", name="The same in Python", exact=True)).to_be_visible()


def test_python_tells_that_it_is_copied_and_that_the_text_has_a_mistake(studio: Opener) -> None:
    screen = studio("w = 3\nw*2")
    screen("#editor").fill("w = 3\nw*")
    screen("#show-python").click()
    expect(screen("#python-stale")).to_contain_text("the last text that could be read")
    screen("#python button").first.click()
    expect(screen("#python-told[role=status]")).to_have_text("Copied")


def test_title_of_an_own_text_is_not_that_of_the_example(studio: Opener) -> None:
    screen = studio()
    example = screen.page.title()
    screen("#editor").fill("a, b = 2, 3\nown = a*b")
    screen.wait_for("document.title.includes('own')")
    assert screen.page.title() != example


def test_home_and_end_on_the_tabs_choose_a_tab(studio: Opener) -> None:
    screen = studio()
    before = screen.position
    screen.tab("routes")
    chosen = []
    for key in ("End", "Home", "ArrowLeft", "ArrowRight"):
        screen.press(key)
        chosen.append(focused(screen))
    assert chosen == ["tab-quiz", "tab-whatif", "tab-quiz", "tab-whatif"]
    assert screen.position == before
