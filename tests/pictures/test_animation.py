"""The picture that moves by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from microgrid.documents.examples import example
from microgrid.engine import Value, total
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.animation import MAX_STEPS, animation
from microgrid.relay.relay import Relay

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def two_paths() -> Relay:
    return example("two-paths").record()


def times(svg: str) -> dict[str, tuple[float, float]]:
    """Return, by class, from when until when a part is visible, in per cent of the whole."""
    found = {}
    for name, frames in re.findall(r"@keyframes (\w+k\d+)\{(.*?\})\}", svg):
        stops = [(float(at), how) for at, how in re.findall(r"([\d.]+)%\{visibility:(\w+)\}", frames)]
        shown = [at for at, how in stops if how == "visible"]
        hidden = [at for at, how in stops if how == "hidden" and at > min(shown)]
        for user in re.findall(rf"([.#][\w .]+)\{{visibility:\w+;animation:{name} ", svg):
            found[user] = (min(shown), min(hidden, default=100.0))
    return found


def test_animation_is_svg_without_script_and_the_same_every_time() -> None:
    text = animation(two_paths())
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "script" not in text
    assert text == animation(two_paths())


def test_running_total_of_a_value_used_twice_is_shown_one_after_the_other() -> None:
    text = animation(two_paths())
    shown = times(text)
    groups = re.findall(r'<g class="(\w+t\d+)"><text class="grad positive"[^>]*>(\d)</text></g>', text)
    # b gets 3 by way of d, and then 2 by way of c: first 3, then 5 in the same place
    (first,) = [shown[f".{name}"] for name, number in groups if number == "3" and shown[f".{name}"][1] < 100]
    (second,) = [shown[f".{name}"] for name, number in groups if number == "5"]
    assert first[1] == second[0]
    assert second[1] == 100.0


def test_batons_carry_upstream_times_local_derivative() -> None:
    text = animation(two_paths())
    batons = re.findall(r'<g class="\w+r\d+"><rect[^>]*><text[^>]*>([^<]*)</text>', text)
    assert batons == ["1 × 2 = 2", "1 × 3 = 3", "3 × 1 = 3", "2 × 1 = 2", "2 × 1 = 2"]


def test_values_appear_in_the_order_in_which_they_are_computed() -> None:
    text = animation(two_paths())
    shown = times(text)
    values = re.findall(r'<g class="(\w+t\d+)"><text class="value"[^>]*>([\d.−]+)</text></g>', text)
    begins = {number: shown[f".{name}"][0] for name, number in values if shown[f".{name}"][1] == 100.0}
    assert begins["3"] < begins["6"]  # c = a + b comes before e = c × d


def test_caption_tells_each_step() -> None:
    relay = two_paths()
    captions = re.findall(r'<text class="caption"[^>]*>([^<]*)</text>', animation(relay))
    assert len(captions) == len(relay.steps)
    assert captions[0] == "c: a + b = 2 + 1 = 3"
    assert "考える" in animation(relay, "ja")


@pytest.mark.parametrize(("language", "cards"), [("en", {"value", "grad"}), ("ja", {"値", "勾配"})])
def test_cards_speak_the_language_of_the_captions(language: str, cards: set[str]) -> None:
    root = ET.fromstring(animation(two_paths(), language))
    assert {
        text.text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.attrib["class"].startswith("word")
    } == cards


def test_picture_is_as_wide_as_its_captions() -> None:
    """The only caption of one leaf has 64 characters, of at least 6 pixels; a very long one is cut."""
    width, long = (
        float(ET.fromstring(animation(Relay(Value(2.0, label)))).attrib["width"]) for label in ("w", "x" * 300)
    )
    assert width > 64 * 6
    assert long < 1000


def test_screen_reader_is_told_every_step() -> None:
    relay = two_paths()
    root = ET.fromstring(animation(relay))
    title, description = (root.find(f".//{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc"))
    assert root.find(".//*[@role='img']") is not None
    assert title is not None
    assert title.text == words("en")["page.graph"]
    assert description is not None
    assert description.text is not None
    assert len(description.text.split("\n")) == len(relay.steps)
    assert description.text.startswith("c: a + b = 2 + 1 = 3\n")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_card_at_which_responsibility_stops_says_so_when_its_value_is_there(language: str) -> None:
    output = (Value(-3.0, "w") * 2).relu()
    svg = animation(Relay(output), language)
    ((part, said),) = re.findall(r'<g class="(\w+t\d+)"><text class="status"[^>]*>([^<]*)</text></g>', svg)
    assert said == words(language)["page.dead"]
    (value,) = re.findall(r'<g class="(\w+t\d+)"><text class="value"[^>]*>0</text></g>', svg)
    assert times(svg)[f".{part}"] == times(svg)[f".{value}"]
    assert 'class="status"' not in re.sub(r"<style>.*</style>", "", animation(two_paths(), language), flags=re.DOTALL)


def test_hostile_label_stays_text() -> None:
    a = Value(1.0, label="<img src=x onerror=alert(1)>")
    text = animation(Relay(a * 2))
    assert "<img" not in text
    assert "&lt;img" in text
    ET.fromstring(text)


def test_relay_saves_a_moving_picture(tmp_path: Path) -> None:
    two_paths().save(tmp_path / "moving.svg", animated=True)
    assert (tmp_path / "moving.svg").read_text(encoding="utf-8") == animation(two_paths())
    with pytest.raises(ValueError, match=r"only a .svg can be animated; .*relay.html' is none"):
        two_paths().save(tmp_path / "relay.html", animated=True)


def test_graph_of_too_many_steps_is_refused() -> None:
    a = Value(1.0, label="a")
    with pytest.raises(ValueError, match=rf"at most {MAX_STEPS} steps, and this relay has \d+; the page"):
        animation(Relay(total([a] * 80)))
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        animation(two_paths(), "fr")


def test_baton_runs_from_the_result_to_the_operand(browser: Browser, tmp_path: Path) -> None:
    """At the end of its way the first baton, from e to c, is further left than at its beginning."""
    two_paths().save(tmp_path / "moving.svg", animated=True)
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "moving.svg").as_uri())
    at = """(share) => {
        const all = document.getAnimations();
        all.forEach((a) => { a.pause(); a.currentTime = share * a.effect.getTiming().duration; });
        const isSeen = (element) => getComputedStyle(element).visibility === 'visible';
        const baton = [...document.querySelectorAll('.baton')].find(isSeen);
        return baton ? [baton.textContent, baton.getBoundingClientRect().left] : null;
    }"""
    steps, seconds = len(two_paths().steps), len(two_paths().steps) + 3.0 / 1.4
    assert steps == 11
    early, late = (page.evaluate(at, (4 + part) / seconds) for part in (0.2, 0.6))
    assert early[0] == late[0] == "1 × 2 = 2"
    assert late[1] < early[1] - 20
    context.close()


def test_who_wants_less_motion_sees_the_last_state(browser: Browser, tmp_path: Path) -> None:
    two_paths().save(tmp_path / "moving.svg", animated=True)
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((tmp_path / "moving.svg").as_uri())
    assert page.evaluate("document.getAnimations().length") == 0
    visible = page.evaluate(
        "[...document.querySelectorAll('.grad')].filter((g) => getComputedStyle(g).visibility === 'visible')"
        ".map((g) => g.textContent)"
    )
    assert sorted(visible) == ["1", "2", "2", "3", "5"]
    context.close()


def test_moving_picture_pauses_at_a_click_or_a_key_and_runs_on_at_the_next(browser: Browser, tmp_path: Path) -> None:
    two_paths().save(tmp_path / "moving.svg", animated=True)
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "moving.svg").as_uri())
    states = "[...new Set(document.getAnimations().map((animation) => animation.playState))]"
    assert page.evaluate(states) == ["running"]
    for expected in ("paused", "running"):
        page.mouse.click(100, 100)
        assert page.evaluate(states) == [expected]
    for expected in ("paused", "running"):
        page.locator("a:visible").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(states) == [expected]
    context.close()


def test_two_moving_pictures_in_one_page_have_no_name_in_common() -> None:
    english, japanese = (
        set(re.findall(r"@keyframes (\w+)|href=\"(#[\w-]+)\"", animation(two_paths(), language)))
        for language in ("en", "ja")
    )
    assert english
    assert not english & japanese


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_writes_powers_of_ten_as_by_hand_and_squeezes_them(language: str) -> None:
    relay = Relay(Value(-7.014e-19, "a") * Value(3.0, "b"))
    picture = animation(relay, language)
    assert 'textLength="74" lengthAdjust="spacingAndGlyphs">−7.014×10⁻¹⁹<' in picture
    assert "7.014e−19" not in picture
