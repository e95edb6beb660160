"""The page when another document takes the place of the one it was opened with."""

from __future__ import annotations

import json
import re

import pytest

from microgrid import Relay
from microgrid.documents.examples import Heading
from microgrid.language.numerals import show
from microgrid.studio.page_data import document_of
from tests.browser import Opener, Screen, expect
from tests.studio.test_page import assert_shows, begin_quiz, network, neuron, say, train, two_paths


def set_document(screen: Screen, relay: Relay, heading: Heading | None = None) -> None:
    document = json.loads(document_of(relay, heading or Heading()))
    document["record"] = json.loads(relay.to_json())  # as the app has it, with the empty parts that a page leaves out
    screen.page.evaluate("(document) => microgrid.dispatch({type: 'setDocument', document})", document)
    screen.relay = relay


def test_another_document_starts_anew_and_shows_its_own_graph(opened: Opener) -> None:
    screen = opened(neuron(), Heading({"en": "neuron"}))
    screen.press("2")
    set_document(screen, two_paths(), Heading({"en": "two paths"}, {"en": "b has two."}))
    expect(screen("#place")).to_have_text("start")
    expect(screen("#title")).to_have_text("two paths")
    expect(screen("#note")).to_have_text("b has two.")
    assert screen("#whatif .leaf-name").all_text_contents() == ["b", "a", "1"]
    assert not any(screen.texts("#graph .grad"))
    screen.press("2")
    assert_shows(screen, screen.relay)


@pytest.mark.parametrize("state", ["open", "quiz", "routes", "trained", "playing"])
def test_nothing_of_the_document_before_is_left(state: str, opened: Opener) -> None:
    screen = opened(network(2, 3, 1))
    screen.press("2")
    if state == "quiz":
        begin_quiz(screen)
    elif state == "trained":
        screen.tab("train")
        train(screen, "× 10")
    elif state == "playing":
        screen.press("Home", " ")
    else:
        screen("#graph .card.neuron" if state == "open" else "#graph .card.input").first.click()
    set_document(screen, two_paths())
    expect(screen("#inside")).to_be_hidden()
    expect(screen("#curve")).to_be_hidden()
    expect(screen("#controls")).to_be_visible()
    expect(screen("body")).not_to_have_attribute("data-playing", "")
    for tab in ("routes", "train", "quiz", "whatif"):
        screen.tab(tab)
        assert "neuron" not in screen.text(f"#{tab}")
    screen("#last").click()
    expect(screen("#place")).to_have_text("step 11 of 11 · Change")


def test_another_document_leaves_the_focus_where_it_is(opened: Opener) -> None:
    screen = opened(neuron())
    screen("#graph .card").first.focus()
    screen.press("ArrowDown")
    screen("#tab-train").focus()
    set_document(screen, two_paths())
    expect(screen("#tab-train")).to_be_focused()


def test_document_that_is_none_leaves_the_last_one(opened: Opener) -> None:
    screen = opened(two_paths())
    screen.press("2")
    refused = screen.page.evaluate(
        """() => {
            try { microgrid.dispatch({type: "setDocument", document: {kind: "record", record: {nodes: []}}}); }
            catch (error) { return error.message; }
        }"""
    )
    assert re.match("not a relay", str(refused))
    assert_shows(screen, screen.relay)
    screen.press("Home")
    expect(screen("#sentence")).to_have_text(say("start"))
    expect(screen.value("a")).to_have_text(show(2.0))
