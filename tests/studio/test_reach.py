"""Everyone: by the keyboard alone, by ear, in small windows, in the dark, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microgrid.documents.examples import Heading
from microgrid.language.words import words
from microgrid.studio.page import studio_page
from tests.browser import Opener, Screen, expect
from tests.studio.accessibility import check_accessible
from tests.studio.screens import findings
from tests.studio.test_page import network
from tests.studio.test_page_beginners import boxes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
    screen("#shortcuts").check()  # nothing is left in the browser of the tests


def test_shortcuts_that_are_turned_off_stay_off_at_the_next_visit(studio: Opener) -> None:
    screen = studio()
    screen("#help").click()
    screen("#shortcuts").uncheck()
    screen.open()
    before = screen.position
    screen.press("2")
    assert screen.position == before
    screen("#help").click()
    expect(screen("#shortcuts")).not_to_be_checked()
    screen("#shortcuts").check()
    screen.open()
    screen.press("2")
    assert screen.position > before
    assert screen.page.evaluate("localStorage.length") == 0


# --- by ear ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["a, parameter, value 2, grad 36", "m, product, intermediate value, value 6, grad 12"]),
        ("ja", ["a, 学習する数, 値 2, 勾配 36", "m, 積、途中の値, 値 6, 勾配 12"]),
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
    expect(screen("#scrubber")).to_have_attribute("aria-valuetext", "step 3 of 8, Think")
    assert screen("#scrubber").get_attribute("aria-label") != screen("#timeline").get_attribute("aria-label")
    expect(screen("#phases [aria-current]")).to_have_text("Think")
    screen.page.evaluate("microgrid.dispatch({type: 'play'})")
    expect(screen("#place")).to_have_attribute("aria-live", "off")


def test_where_a_phase_stops_is_announced(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen("#speed").select_option("16×")
    screen("#primary").click()
    expect(screen("#news")).to_have_text("Think")
    expect(screen("#news")).to_contain_text("step 6 of 8 · Think · ")
    expect(screen("#news")).to_contain_text("Of the learned numbers, a matters most (gradient 36), then c (24).")


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
    expect(screen("#table [aria-current=step] span")).to_have_text("m = a × c")


def test_step_taken_at_once_does_not_close_the_table(studio: Opener) -> None:
    screen = studio(FACTOR)
    screen.page.evaluate("() => { document.querySelector('#table summary').click(); microgrid.go(1); }")
    assert screen.texts("#table [aria-current=step] span") == ["m = a × c"]


# --- axe at AA: every state, both languages, by day and by night -----------------------------------------------------


def opening(selector: str) -> Callable[[Screen], None]:
    return lambda screen: screen(selector).click()


def table_at_think(screen: Screen) -> None:
    screen("#table summary").click()
    screen.press("2")


STATES: dict[str, Callable[[Screen], None]] = {
    "first screen": lambda _: None,
    "think": lambda screen: screen.press("ArrowRight", "ArrowRight"),
    "end": lambda screen: screen.press("End"),
    **{tab: opening(f"#tab-{tab}") for tab in ("whatif", "routes", "train", "quiz")},
    "help": opening("#help"),
    "python": opening("#show-python"),
    "share": opening("#share"),
    "presentation": opening("#present"),
    "trained": lambda screen: screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 3})"),
    "table": table_at_think,
    "mistake": lambda screen: screen("#editor").fill("w = "),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, studio: Opener) -> None:
    screen = studio("a, c = Value(2), Value(3)\nloss = (a*c - 5)**2")
    STATES[state](screen)
    if state == "mistake":
        expect(screen("#mistake")).not_to_be_empty()
    check_accessible(screen)


# --- small windows, and paper ----------------------------------------------------------------------------------------


def chain(length: int) -> str:
    """Return a text of so many steps that use the same weight: it cannot be cut into rows."""
    steps = [f"h{i + 1} = tanh(w*{f'h{i}' if i else 'x'}) + w" for i in range(length)]
    return "\n".join(["x, w = 0.5, 0.9", *steps, "target = Input(2)", f"loss = (h{length} - target)**2"])


@pytest.mark.parametrize("size", [(320, 256), (320, 480), (360, 740), (960, 640), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("keys", [(), ("1", "ArrowRight", "ArrowRight"), ("3",)])
def test_nothing_is_too_small_cut_off_or_out_of_view(
    size: tuple[int, int], keys: tuple[str, ...], studio: Opener
) -> None:
    screen = studio(chain(3), width=size[0], height=size[1])
    screen.press(*keys)
    assert findings(screen.page) == {}


@pytest.mark.parametrize("size", [(320, 256), (320, 480), (960, 640)])
def test_record_fits_its_window_at_the_step_that_shares(size: tuple[int, int], opened: Opener) -> None:
    screen = opened(network(2, 2, 1), Heading({"en": "exclusive or, before training"}), width=size[0], height=size[1])
    screen.press("1", "ArrowRight", "ArrowRight")
    assert findings(screen.page) == {}


def test_end_is_in_view_at_the_start(studio: Opener) -> None:
    screen = studio(width=320, height=480)
    expect(screen(".card.output .name")).to_be_in_viewport()
    expect(screen("#primary")).to_be_in_viewport()


def test_foot_of_a_low_screen_is_whole_under_the_keyboard(studio: Opener) -> None:
    screen = studio(width=320, height=480)
    expect(screen("#first")).not_to_be_in_viewport()
    screen("#next").focus()
    screen.press("Tab")
    assert focused(screen) == "last"
    expect(screen("#last")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [(360, 740), (320, 480)])
@pytest.mark.parametrize("tab", ["whatif", "routes", "train", "quiz"])
def test_opened_tab_stands_right_below_the_graph_of_a_phone(tab: str, size: tuple[int, int], studio: Opener) -> None:
    screen = studio(width=size[0], height=size[1])
    screen.press("2")
    screen.tab(tab)
    if tab == "quiz":
        screen("#quiz .begin").click()
    graph, tabs = boxes(screen, "#graph")[0], boxes(screen, "#tabs")[0]
    assert graph["top"] >= 0
    assert graph["bottom"] <= tabs["top"] <= graph["bottom"] + 8
    expect(screen(".card.current rect, .card.target rect").first).to_be_in_viewport()


@pytest.mark.parametrize("kind", ["text", "record"])
def test_foot_of_a_phone_is_low_and_its_curve_grows_above_the_buttons(
    kind: str, studio: Opener, opened: Opener
) -> None:
    size = {"width": 360, "height": 740}
    screen = studio(**size) if kind == "text" else opened(network(2, 2, 1), **size)
    screen.press("End", "ArrowRight")
    low, place = boxes(screen, "footer")[0], boxes(screen, "#next")
    assert low["bottom"] - low["top"] < 145  # with the name of the box of the cycle
    expect(screen("#cycle-ticks")).to_be_hidden()
    screen.tab("train")
    expect(screen("#cycle-ticks")).to_be_visible()
    assert boxes(screen, "footer")[0]["top"] < low["top"]
    assert boxes(screen, "#next") == place


def test_first_buttons_of_a_record_are_in_view_on_a_low_screen(opened: Opener) -> None:
    screen = opened(network(2, 2, 1), width=320, height=480)
    expect(screen("#next")).to_be_in_viewport(ratio=1)


@contextmanager
def on_a_phone(browser: Browser, path: Path) -> Iterator[Page]:
    """Open the studio on a phone."""
    path.write_text(studio_page(language="en"), encoding="utf-8")
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        tab = context.new_page()
        tab.goto(path.as_uri())
        tab.wait_for_function("() => window.microgrid")
        yield tab


def swipe(tab: Page, selector: str, across: float, down: float) -> None:
    """Draw a finger over the page from a place in the left part of an element."""
    box = tab.locator(selector).first.bounding_box()
    assert box is not None
    x, y = box["x"] + min(40, box["width"] / 4), box["y"] + box["height"] / 2
    finger = tab.context.new_cdp_session(tab)
    way = [("touchStart", x, y), *(("touchMove", x + across * i / 8, y + down * i / 8) for i in range(1, 9))]
    for kind, *place in way:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_swipe_that_starts_on_the_text_moves_the_page(browser: Browser, tmp_path: Path) -> None:
    with on_a_phone(browser, tmp_path / "page.html") as tab:
        tab.tap("#editor")
        before = tab.evaluate("scrollY")
        swipe(tab, "#editor", 0, -80)
        tab.wait_for_function("(before) => scrollY > before", arg=before)


def test_only_a_sideways_swipe_moves_a_slider(browser: Browser, tmp_path: Path) -> None:
    slider = "#whatif input[type=range]"
    with on_a_phone(browser, tmp_path / "page.html") as tab:
        tab.tap("#tab-whatif")
        start, before = tab.locator(slider).first.input_value(), tab.evaluate("scrollY")
        swipe(tab, slider, 0, -150)
        tab.wait_for_function("(before) => scrollY > before", arg=before)
        assert tab.locator(slider).first.input_value() == start
        assert not tab.evaluate("microgrid.state.restarted")
        tab.locator(slider).first.evaluate("(e) => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        swipe(tab, slider, 60, 0)
        assert float(tab.locator(slider).first.input_value()) > float(start)


def test_help_on_a_touch_screen_tells_what_a_finger_does(browser: Browser, tmp_path: Path) -> None:
    with on_a_phone(browser, tmp_path / "page.html") as tab:
        tab.tap("#help")
        assert "Tap a card" in tab.locator("#keys dt").all_text_contents()


def test_code_to_send_and_button_that_opens_one_are_in_view_on_a_low_screen(studio: Opener) -> None:
    screen = studio(width=320, height=480)
    screen("#share").click()
    expect(screen("#share-dialog form button")).to_be_in_viewport(ratio=1)
    expect(screen.page.get_by_label("Send this page (Code)")).to_be_in_viewport(ratio=1)


def printed(screen: Screen) -> Screen:
    screen.page.evaluate("() => void window.dispatchEvent(new Event('beforeprint'))")
    screen.page.emulate_media(media="print")
    return screen


def test_worksheet_has_the_text_of_its_graph(studio: Opener) -> None:
    screen = printed(studio(FACTOR, width=1032, height=673))
    assert screen.texts("#sheets pre") == [FACTOR, FACTOR]
    assert screen("#sheets svg").count() == 2
    assert findings(screen.page) == {}
    screen.page.emulate_media(media="screen")


def test_graph_that_is_too_large_for_paper_is_a_table_on_it(studio: Opener) -> None:
    screen = printed(studio(chain(6), width=1032, height=673))
    assert screen("#sheets svg").count() == 0
    cells = "(rows) => [...rows.at(-1).cells].map((cell) => cell.textContent)"
    sheet = [screen(f"#sheets .sheet:nth-child({i}) tbody tr").evaluate_all(cells) for i in (1, 2)]
    assert sheet[0][1:3] == ["________", "________"]
    assert sheet[0][3] == "h6 − target: _______ × _______ = _______"
    assert sheet[1] == ["loss = (h6 − target)²", "0.02952", "1", "h6 − target: 1 × (−0.3436) = −0.3436"]
    assert findings(screen.page) == {}
    screen.page.emulate_media(media="screen")


@pytest.mark.parametrize("tab", ["whatif", "routes", "train", "quiz"])
def test_chosen_tab_is_marked_where_colours_are_those_of_the_reader(tab: str, studio: Opener) -> None:
    screen = studio()
    screen.tab(tab)
    screen.page.emulate_media(forced_colors="active")
    colours = screen("#tabs button").evaluate_all(
        "(tabs) => tabs.map((tab) => getComputedStyle(tab).borderBottomColor)"
    )
    chosen = colours.pop(["whatif", "routes", "train", "quiz"].index(tab))
    screen.page.emulate_media(forced_colors="none")
    assert chosen not in colours


def test_axe_finds_nothing_in_an_opened_neuron(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.press("2")
    screen(".card.neuron").first.dispatch_event("click")
    expect(screen("#inside")).to_be_visible()
    check_accessible(screen)


@pytest.mark.parametrize(
    ("opener", "name"), [("#help", "page.title"), ("#share", "page.share"), ("#show-python", "page.editor.python")]
)
def test_dialogs_are_named_by_their_heading_alone(opener: str, name: str, studio: Opener) -> None:
    screen = studio()
    screen(opener).click()
    expect(screen("dialog[open]")).to_have_accessible_name(words("en")[name])
