"""Everyone: by the keyboard alone, by ear, in small windows, in the dark, and on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Opener, Screen, expect
from tests.studio.accessibility import check_accessible

FACTOR = "a, c = Value(2), Value(3)\nm = a*c\nloss = m**2"


def focused(screen: Screen) -> str:
    return str(screen.page.evaluate("document.activeElement.id"))


def rows(screen: Screen) -> list[list[str]]:
    script = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
    return [[" ".join(cell.split()) for cell in row] for row in screen("#table tbody tr").evaluate_all(script)]


# --- the keyboard alone ----------------------------------------------------------------------------------------------


def test_first_tab_leads_to_a_link_that_skips_to_the_steps(studio: Opener) -> None:
    screen = studio()
    screen.press("Tab")
    expect(screen("#skip")).to_be_in_viewport()
    screen.press("Enter")
    assert focused(screen) == "next"
    assert "#controls" not in screen.page.url
    before = screen.position
    screen.press("Enter")
    assert screen.position == before + 1


def test_shortcuts_of_one_character_can_be_turned_off(studio: Opener) -> None:
    screen = studio()
    screen("#help").click()
    screen("#shortcuts").uncheck()
    screen.press("Escape")
    screen.page.evaluate("document.activeElement.blur()")
    before = screen.position
    screen.press("1", "l", "?", " ")
    assert screen.position == before
    assert not screen("dialog[open]").count()
    assert screen.page.evaluate("document.documentElement.lang") == "en"
    screen.press("ArrowRight")  # no character
    assert screen.position == before + 1
    screen("#help").click()
    screen("#language").evaluate("(button) => button.click()")
    assert not screen("#shortcuts").is_checked()


# --- by ear ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["a, parameter, value 2, grad 36", "m, product, intermediate value, value 6, grad 12"]),
        ("ja", ["a, パラメータ, 値 2, 勾配 36", "m, 積、途中の値, 値 6, 勾配 12"]),
    ],
)
def test_card_is_called_by_name_operation_kind_and_numbers(language: str, labels: list[str], studio: Opener) -> None:
    screen = studio(FACTOR, language=language)
    screen.press("2")
    for name, label in zip(("a", "m"), labels, strict=True):
        expect(screen.card(name)).to_have_attribute("aria-label", label)


def test_card_says_that_responsibility_stops_there(studio: Opener) -> None:
    screen = studio("w = Value(-2)\nx = Input(3)\nh = relu(w*x)\nloss = (h - 1)**2")
    expect(screen.card("h")).to_have_attribute("aria-label", "h, relu, intermediate value, value 0, dead: gradient 0")


def test_step_and_phase_are_announced_but_not_while_playing(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.press("ArrowRight")
    expect(screen("#place[aria-live=polite]")).to_have_text("step 3 of 8 · Think")
    screen.page.evaluate("microgrid.dispatch({type: 'play'})")
    expect(screen("#place")).to_have_attribute("aria-live", "off")


def test_where_a_phase_stops_is_announced(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen("#speed").select_option("16×")
    screen("#primary").click()
    expect(screen("#news")).to_have_text("Think")
    expect(screen("#news")).to_have_text("step 6 of 8 · Think · It depends most on a (gradient 36), c (gradient 24).")


# --- the graph as a table --------------------------------------------------------------------------------------------


def test_table_has_what_each_card_knows_and_hands_on(studio: Opener) -> None:
    screen = studio(FACTOR)
    assert screen("#table table").count() == 0  # who never opens it does not pay for it
    screen("#table summary").click()
    expect(screen("#table caption")).to_have_text("step 2 of 8 · Know")
    assert rows(screen) == [
        ["a parameter", "2", "", ""],
        ["c parameter", "3", "", ""],
        ["m = a × c product, intermediate value", "6", "", ""],
        ["loss = m² power, output", "36", "", ""],
    ]
    screen.page.evaluate("microgrid.dispatch({type: 'goToPhase', phase: 'think'})")
    assert rows(screen)[2:] == [
        ["m = a × c product, intermediate value", "6", "12", "a: 12 × 3 = 36 c: 12 × 2 = 24"],
        ["loss = m² power, output", "36", "1", "m: 1 × 12 = 12"],
    ]
    screen.page.evaluate("microgrid.dispatch({type: 'goToPhase', phase: 'change'})")
    assert rows(screen)[0][1] == "2 → 0.2"
    screen("#language").click()
    assert rows(screen)[2][0] == "m = a × c 積、途中の値"


def test_table_marks_the_card_of_the_step(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen("#table summary").click()
    screen.page.evaluate("microgrid.go(1)")
    assert screen.texts("#table [aria-current=step] span") == ["m = a × c"]


# --- axe at AA: every state, both languages, by day and by night -----------------------------------------------------


def opening(selector: str) -> Callable[[Screen], None]:
    return lambda screen: screen(selector).click()


STATES: dict[str, Callable[[Screen], None]] = {
    "first screen": lambda _: None,
    "think": lambda screen: screen.press("ArrowRight", "ArrowRight"),
    "end": lambda screen: screen.press("End"),
    **{tab: opening(f"#tab-{tab}") for tab in ("whatif", "routes", "train", "quiz")},
    "help": opening("#help"),
    "python": opening("#show-python"),
    "table": lambda screen: (opening("#table summary")(screen), screen.press("2"))[0],
    "mistake": lambda screen: screen("#editor").fill("w = "),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, studio: Opener) -> None:
    screen = studio()
    STATES[state](screen)
    if state == "mistake":
        expect(screen("#mistake")).not_to_be_empty()
    check_accessible(screen)
