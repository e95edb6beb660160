"""What a learner does with the page, in Chromium, Firefox and WebKit: one list of behaviours.

Each is tried once in each browser, and it is enough that it works at all: the tests beside this folder say in detail
what the page does, in Chromium only. A new behaviour is one more function, which finds things by their ids and by the
words on them.
"""

from __future__ import annotations

import json

import pytest

from microgrid import Input, Relay, Value
from tests.studio.smoke.conftest import Open
from tests.studio.smoke.drivers import Driver


def line() -> Relay:
    """Record (w · x + b − target)² at w = 3, x = 2, b = 1, target = 5: a loss of 4, whose gradients are 8 and 4."""
    w, b, x, target = Value(3, "w"), Value(1, "b"), Input(2, "x"), Input(5, "target")
    loss = (w * x + b - target) ** 2
    loss.label = "loss"
    return Relay(loss)


def card(name: str) -> str:
    """Write the script that finds a card by its name."""
    return (
        "[...document.querySelectorAll('#graph .card')]"
        f".find((card) => card.querySelector('.name')?.textContent.split(' = ')[0] === {json.dumps(name)})"
    )


def wait_for_card(screen: Driver, name: str, *, value: str | None = None, grad: str | None = None) -> None:
    """Wait until a card shows a value (after an update the new one) or a gradient."""
    for part, text in (("value", value), ("grad", grad)):
        if text is not None:
            shown = f"{card(name)}.querySelector('.{part}').textContent.split(' → ').at(-1)"
            screen.wait_for(f"{shown} === {json.dumps(text)}")


def wait_for_step(screen: Driver, step: int) -> None:
    screen.wait_for_text("#place", f"step {step} of ")


def choose(screen: Driver, tab: str) -> None:
    screen.click("[role=tab]", tab)
    screen.wait_for("document.querySelector('[role=tab][aria-selected=true]').textContent === " + json.dumps(tab))


FIELD = "#whatif input[type=text][aria-label^='w:']"
PANEL = "[role=tabpanel]:not([hidden])"

# --- opening and stepping --------------------------------------------------------------------------------------------


def test_page_opens_with_its_leaves(opened: Open) -> None:
    screen = opened(line())
    wait_for_card(screen, "w", value="3", grad="")
    wait_for_card(screen, "loss", value="")


# WebKitGTK's window is never narrower than 450 pixels.
@pytest.mark.parametrize(("width", "height"), [(480, 800), (1920, 1080)])
def test_nothing_is_wider_than_the_window(width: int, height: int, opened: Open) -> None:
    screen = opened(line())
    screen.resize(width, height)
    screen.wait_for("document.documentElement.scrollWidth <= innerWidth")


def test_arrow_keys_go_one_step_on_and_one_back(opened: Open) -> None:
    screen = opened(line())
    screen.press("ArrowRight", "ArrowRight")
    wait_for_step(screen, 2)
    screen.press("ArrowLeft")
    wait_for_step(screen, 1)


def test_buttons_go_one_step_on_and_one_back(opened: Open) -> None:
    screen = opened(line())
    screen.click("#next")
    screen.click("#next")
    wait_for_step(screen, 2)
    screen.click("#back")
    wait_for_step(screen, 1)


def test_three_phases_bring_values_gradients_and_new_weights(opened: Open) -> None:
    screen = opened(line())
    screen.click("#phases button", "Know")
    wait_for_card(screen, "loss", value="4", grad="")
    screen.click("#phases button", "Think")
    wait_for_card(screen, "w", value="3", grad="8")
    screen.click("#phases button", "Change")
    wait_for_card(screen, "w", value="2.2")
    wait_for_card(screen, "b", value="0.6")


def test_playing_ends_at_the_last_step(opened: Open) -> None:
    screen = opened(line())
    screen.press("2", " ")
    wait_for_card(screen, "w", value="2.2")
    wait_for_card(screen, "b", value="0.6")


def test_timeline_is_dragged(opened: Open) -> None:
    screen = opened(line())
    x, y, width = screen.evaluate("""((box) => [box.left, box.top + box.height / 2, box.width].map(Math.round))(
      document.querySelector("#scrubber").getBoundingClientRect())""")
    screen.drag((x + 10, y), (x + width // 2, y), (x + width - 2, y))
    wait_for_card(screen, "w", value="2.2")


def test_step_stands_in_the_address_and_opens_there(opened: Open) -> None:
    screen = opened(line())
    screen.press("2")
    wait_for_card(screen, "w", grad="8")
    screen.wait_for("location.hash")
    screen.open(screen.evaluate("location.href"))
    wait_for_card(screen, "w", grad="8")


# --- trying things out -----------------------------------------------------------------------------------------------


def test_changed_number_changes_the_graph(opened: Open) -> None:
    screen = opened(line())
    screen.press("2")
    choose(screen, "What if")
    screen.type_into(FIELD, "2.5")
    wait_for_card(screen, "w", value="2.5", grad="4")
    wait_for_card(screen, "loss", value="1")
    screen.click(f"{PANEL} button", "Reset")
    wait_for_card(screen, "w", value="3", grad="8")


def test_slider_changes_a_number(opened: Open) -> None:
    screen = opened(line())
    choose(screen, "What if")
    screen.focus_by_tab("input[type=range][aria-label=w]")
    screen.press("ArrowRight")
    screen.wait_for(f"Number({card('w')}.querySelector('.value').textContent) > 3")


def test_routes_of_a_clicked_card_are_listed(opened: Open) -> None:
    screen = opened(line())
    screen.press("2")
    choose(screen, "Paths")
    screen.evaluate(f"{card('w')}.setAttribute('data-smoke', '')")
    screen.click("[data-smoke]")
    screen.wait_for_text(PANEL, "w: gradient 8")
    screen.click(f"{PANEL} .route")
    screen.wait_for(f"{card('w')}.matches(':not(.faint)') && document.querySelector('#graph .routed')")


def test_training_goes_on_to_later_cycles(opened: Open) -> None:
    screen = opened(line())
    choose(screen, "Train")
    screen.click(f"{PANEL} button", "× 10")
    screen.wait_for_text("#place", "cycle 11")
    screen.wait_for("getComputedStyle(document.querySelector('#curve')).visibility === 'visible'")


def test_right_and_wrong_answers_of_the_quiz_are_told(opened: Open) -> None:
    screen = opened(line())
    choose(screen, "Quiz")
    screen.click(f"{PANEL} button", "Begin")
    screen.wait_for_text(PANEL, "What is the gradient of")
    screen.type_into("#answer", "123")
    screen.wait_for("document.querySelector('#quiz .verdict').textContent")
    screen.wait_for("!document.querySelector('#quiz .verdict').textContent.startsWith('Right')")
    screen.type_into("#answer", "4")
    screen.wait_for_text("#quiz .verdict", "Right")


# --- language, help, keyboard ----------------------------------------------------------------------------------------


def test_language_is_switched_and_back(opened: Open) -> None:
    screen = opened(line())
    screen.press("ArrowRight")
    screen.click("#language", "日本語")
    screen.wait_for("document.documentElement.lang === 'ja'")
    screen.wait_for_text("#graph", "値")
    screen.click("#language", "English")
    screen.wait_for("document.documentElement.lang === 'en'")
    screen.wait_for_text("#graph", "value")


def test_help_opens_and_escape_closes_it(opened: Open) -> None:
    screen = opened(line())
    screen.click("#help")
    screen.wait_for("document.querySelector('dialog').open")
    screen.press("Escape")
    screen.wait_for("!document.querySelector('dialog').open")
    screen.press("ArrowRight")
    wait_for_step(screen, 1)


def test_keyboard_alone_is_enough(opened: Open) -> None:
    screen = opened(line())
    screen.focus_by_tab("#next")
    screen.press("Enter")
    wait_for_step(screen, 1)
    screen.press("2")
    wait_for_card(screen, "w", grad="8")
    screen.focus_by_tab(FIELD)
    screen.press("Control+a", *"2.5", "Enter")
    wait_for_card(screen, "w", value="2.5", grad="4")
    screen.press("Escape")
    screen.focus_by_tab("#graph .card")
    screen.press("Enter")
    screen.wait_for("document.activeElement.matches('.card')")


# --- a text of one's own ---------------------------------------------------------------------------------------------

TEXT = "w, b = 3, 1\nx, target = 2, 5\np = w*x + b\nloss = (p - target)**2"


def test_typed_text_becomes_the_graph(opened: Open) -> None:
    screen = opened(TEXT)
    wait_for_card(screen, "loss", value="4")
    screen.click("#editor")
    screen.press("Control+a", *"v = 4; q = v**2")
    wait_for_card(screen, "q", value="16")
    screen.press("+")
    screen.wait_for("document.querySelector('#mistake').textContent")
    wait_for_card(screen, "q", value="16")


def test_large_button_goes_round_the_loop_and_undo_takes_a_change_back(opened: Open) -> None:
    screen = opened(TEXT)
    screen.click("#primary", "Think")
    wait_for_card(screen, "w", grad="8")
    screen.wait_for_text("#sentence", "w is most to blame")
    screen.click("#primary", "Change")
    wait_for_card(screen, "b", value="0.8")
    screen.wait_for_text("#primary", "Know")
    screen.click("#primary", "Know")
    screen.wait_for_text("#place", "cycle 2")
    wait_for_card(screen, "loss", value="1")
    choose(screen, "What if")
    screen.type_into(FIELD, "2.5")
    wait_for_card(screen, "w", value="2.5")
    screen.click("#undo")
    wait_for_card(screen, "w", value="2.6")


def test_loss_curve_leads_back_to_an_earlier_cycle(opened: Open) -> None:
    screen = opened(TEXT)
    choose(screen, "Train")
    screen.click(f"{PANEL} button", "× 10")
    screen.wait_for_text("#place", "cycle 11")
    screen.focus_by_tab("#curve")
    screen.press("Home")
    wait_for_card(screen, "w", value="3")
    screen.press("ArrowRight")
    wait_for_card(screen, "w", value="2.6")


def test_presentation_asks_before_it_tells(opened: Open) -> None:
    screen = opened(TEXT)
    formula = "[...document.querySelectorAll('#present-formula b')].map((part) => part.textContent.trim()).join(' ')"
    screen.press("Home", "p")
    screen.wait_for("!document.querySelector('#presentation').hidden")
    screen.press("ArrowRight")
    screen.wait_for(f"{formula} === '3 × 2 = ?'")
    screen.press("ArrowRight")
    screen.wait_for(f"{formula} === '3 × 2 = 6'")
    screen.press("Escape")
    screen.wait_for("document.querySelector('#presentation').hidden")


def test_shared_code_opens_as_it_was(opened: Open) -> None:
    screen = opened(TEXT)
    choose(screen, "What if")
    screen.type_into(FIELD, "2.5")
    wait_for_card(screen, "w", value="2.5")
    screen.press("Escape")
    screen.click("#language", "日本語")
    screen.wait_for("document.documentElement.lang === 'ja'")
    screen.click("#phases button", "考える")
    wait_for_card(screen, "w", grad="4")
    screen.click("#share")
    screen.wait_for("document.querySelector('#share-code')?.value")
    code = screen.evaluate("document.querySelector('#share-code').value.split('#').at(-1)")
    screen.open(screen.evaluate("location.href.split('#')[0]") + f"#{code}")
    screen.wait_for("document.documentElement.lang === 'ja'")
    wait_for_card(screen, "w", value="2.5", grad="4")


# --- a network on data -----------------------------------------------------------------------------------------------


def open_moons(screen: Driver) -> None:
    screen.click("#subject-network")
    screen.wait_for("document.querySelectorAll('svg.network .hidden').length === 4")
    screen.wait_for("document.querySelector('#learned canvas').width > 0")


def test_network_is_stepped_row_by_row(opened: Open) -> None:
    screen = opened(TEXT)
    open_moons(screen)
    question = screen.evaluate("document.querySelector('#sentence').textContent")
    screen.press(".")
    screen.wait_for(f"document.querySelector('#sentence').textContent !== {json.dumps(question)}")
    screen.click("#phases button", "Think")
    screen.wait_for_text("#sentence", "most to blame")
    screen.press("ArrowRight")
    screen.wait_for_text("#place", "Change")


def test_network_is_trained_and_rewound_and_shared(opened: Open) -> None:
    screen = opened(TEXT)
    open_moons(screen)
    before = screen.evaluate("document.querySelector('#loss').textContent")
    screen.click("#network-train button", "× 10")
    screen.wait_for_text("#place", "cycle 11")
    screen.click("#share")
    screen.wait_for("document.querySelector('#share-code')?.value")
    code = screen.evaluate("document.querySelector('#share-code').value.split('#').at(-1)")
    screen.open(screen.evaluate("location.href.split('#')[0]") + f"#{code}")
    screen.wait_for_text("#place", "cycle 11")
    screen.focus_by_tab("#curve")
    screen.press("Home")
    screen.wait_for(f"document.querySelector('#loss').textContent.startsWith({json.dumps(before[:12])})")
