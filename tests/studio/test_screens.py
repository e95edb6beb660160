"""The finder of what is too small or cut off: that it notices both, and leaves alone what can be scrolled to."""

from __future__ import annotations

import pytest

from tests.browser import Opener, expect
from tests.studio.screens import findings
from tests.studio.test_page import neuron

ADD = """(css) => {
  const box = document.createElement("div"), button = document.createElement("button");
  button.textContent = "a planted button";
  box.append(button);
  box.id = "planted";
  document.body.append(box);
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  document.adoptedStyleSheets = [style];
}"""
OVER_ALL = "#planted {position: fixed; z-index: 9; left: 0; top: 0; width: 300px; height: 90px; font-size: 12px} "
BUTTON = "#planted button {font-size: 12px; position: absolute; white-space: nowrap; %s}"


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("button {left: 9px; top: 9px; font-size: 11px !important}", {"text of 11.0 px"}),
        ("{overflow: hidden} #planted button {left: 280px}", {"text cut off by #planted"}),
        ("{overflow: auto} #planted button {left: 280px}", set()),
        ("{overflow: auto} #planted button {left: -60px}", {"text cut off by #planted"}),
        ("{left: -400px}", {"cannot be scrolled to", "text cut off by body"}),
        ("{} header {z-index: 10; position: fixed; inset: 0}", {"covered by header"}),
        ("button {left: 9px; top: 9px}", set()),
    ],
)
def test_what_is_too_small_cut_off_covered_or_out_of_reach_is_found(css: str, found: set[str], opened: Opener) -> None:
    screen = opened(neuron())
    screen.page.evaluate(ADD, OVER_ALL + BUTTON % "" + f"#planted {css}")
    told = [problem.split(": ") for problem in findings(screen.page)]
    assert {problem for problem, element in told if "#planted" in element} == found


def test_card_of_the_step_that_is_not_in_view_is_found(opened: Opener) -> None:
    screen = opened(neuron(), width=320, height=480)
    screen.press("1")
    screen.page.evaluate("document.querySelector('#graph').scrollTo(0, 0)")
    assert "not whole in view: card of this step" in findings(screen.page)


def test_finding_leaves_everything_where_it_was(opened: Opener) -> None:
    screen = opened(neuron(), width=320, height=480)
    places = "[...document.querySelectorAll('*')].map((e) => [e.scrollLeft, e.scrollTop])"
    before = screen.page.evaluate(places)
    findings(screen.page)
    assert screen.page.evaluate(places) == before


@pytest.mark.parametrize(("width", "height"), [(320, 480), (360, 740), (320, 256)])
def test_nothing_is_cut_off_in_a_small_presentation(width: int, height: int, studio: Opener) -> None:
    screen = studio(width=width, height=height)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("2", "p")
    expect(screen("#presentation")).to_be_visible()
    assert not [problem for problem in findings(screen.page) if problem.startswith("text")]
