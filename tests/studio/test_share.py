"""Sharing: a state opens in another browser as it was, from an address, a code or a file; broken ones break nothing."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from microgrid import Relay, Value
from microgrid.documents.gallery import text_in
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.studio.page import studio_page
from microgrid.studio.serve import serving
from tests.browser import Opener, Screen, expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEXT = "w, x, target = 3, 2, 5\np = w*x  # <b>a product</b> 予測\nloss = (p - target)**2"
STATE = (
    "[state.document.record, [...state.leaves], state.position, state.cycle, state.cycles.curve(),"
    " state.learningRate, state.language, state.isPresenting]"
)


def state_of(screen: Screen) -> Any:
    """Return what is shared of a state."""
    return screen.page.evaluate(f"() => {{ const {{state}} = microgrid; return JSON.stringify({STATE}); }}")


def change(screen: Screen) -> None:
    """Move a leaf, take a step of training, choose a learning rate, go to a step, and switch the language."""
    screen.page.evaluate(
        """() => {
      const {dispatch} = microgrid;
      dispatch({type: "setLeaf", leaf: 1, value: 2.5});
      dispatch({type: "setLearningRate", learningRate: 0.125});
      dispatch({type: "train", cycles: 1});
      dispatch({type: "goTo", position: 4});
      dispatch({type: "setLanguage", language: "ja"});
      dispatch({type: "present", isPresenting: true});
    }"""
    )


def code_of(screen: Screen) -> str:
    screen.press("s")
    code = screen("#share-code").input_value()
    screen("#share-dialog .close").click()
    return code


def paste(screen: Screen, text: str) -> None:
    screen.press("s")
    screen("#share-paste").fill(text)
    screen("#share-dialog form button").click()


def packed(content: object) -> str:
    """Write a code as the app does."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode("utf-8")
    packer = zlib.compressobj(wbits=-15)
    return "1z" + base64.urlsafe_b64encode(packer.compress(text) + packer.flush()).decode("ascii").rstrip("=")


def small() -> Relay:
    w, x = Value(3, label="w"), Value(2, label="x")
    loss = (w * x - 5) ** 2
    loss.label = "loss"
    return Relay(loss, learning_rate=0.05)


def large() -> Relay:
    model = MLP(3, [8, 1], "tanh", seed=1)
    return Relay(mean_squared_error([model([0.5, -0.3, 0.8])], [1.0]), model.parameters())


# --- the address -----------------------------------------------------------------------------------------------------


def test_address_opens_the_state_in_another_browser(studio: Opener) -> None:
    screen = studio(TEXT)
    change(screen)
    screen.wait_for("location.hash.startsWith('#1z')")
    other = studio(fragment=screen.page.evaluate("location.hash"))
    assert state_of(other) == state_of(screen)
    expect(other("#presentation")).to_be_visible()
    expect(other("#editor")).to_have_value(TEXT)
    expect(other("html")).to_have_attribute("lang", "ja")


def test_a_question_opens_as_a_question_and_a_quiz_as_a_quiz(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate(
        "[{type: 'present', isPresenting: true}, {type: 'goTo', position: 1}, {type: 'ask'}]"
        ".forEach(microgrid.dispatch)"
    )
    screen.wait_for("location.hash.startsWith('#1z')")
    question = screen("#presentation").inner_text()
    other = studio(fragment=screen.page.evaluate("location.hash"))
    assert other("#presentation").inner_text() == question
    quiz = studio(TEXT)
    quiz("#tab-quiz").click()
    quiz("#quiz .begin").click()
    third = studio()
    quiz("#share").click()
    paste(third, quiz("#share-code").input_value())
    expect(third("#answer")).to_be_visible()
    assert third("#loss").inner_text() == quiz("#loss").inner_text()


def test_address_of_an_untouched_page_names_the_step_and_the_language(studio: Opener) -> None:
    screen = studio(language=None)
    screen.press("2")
    screen.wait_for(f"location.hash === '#step={screen.position}&language=en'")
    other = studio(language=None, fragment="#step=5&language=ja")
    assert other.position == 5
    expect(other("#editor")).to_have_value(text_in("blame", "ja"))


def test_back_opens_the_document_before_with_all_that_was_done(studio: Opener) -> None:
    screen = studio(TEXT)
    change(screen)
    screen.press("p")
    before = state_of(screen)
    screen("#strip button").nth(2).click()
    screen.wait_for("history.state && microgrid.state.document.name === 'two-paths'")
    screen.page.wait_for_function("(length) => history.length > length", arg=1)
    screen.wait_for("history.length > 1 && location.hash.startsWith('#1z')")
    screen.page.wait_for_timeout(300)
    screen.page.go_back()
    screen.wait_for("microgrid.state.document.name === undefined")
    assert state_of(screen) == before
    screen.page.go_forward()
    screen.wait_for("microgrid.state.document.name === 'two-paths'")


def test_typing_makes_no_entry_in_the_history(studio: Opener) -> None:
    screen = studio(TEXT)
    entries = screen.page.evaluate("history.length")
    screen("#editor").fill("a = 2\nb = a*3")
    screen.wait_for("location.hash.startsWith('#1z')")
    assert screen.page.evaluate("history.length") == entries


def test_address_is_written_twice_a_second_at_most(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate(
        "() => { window.writes = 0; const write = history.replaceState.bind(history);"
        " history.replaceState = (...parts) => { window.writes++; write(...parts); }; }"
    )
    screen.page.evaluate("() => { for (let i = 0; i < 50; i++) microgrid.go(i % 7); microgrid.go(2); }")
    screen.wait_for("location.hash === '#step=2'")
    assert screen.page.evaluate("window.writes") == 1


def test_address_is_written_again_after_a_state_that_could_not_be(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate(
        "() => { const encode = TextEncoder.prototype.encode;"
        " TextEncoder.prototype.encode = () => { TextEncoder.prototype.encode = encode; throw new Error('planted'); };"
        " microgrid.go(1); }"
    )
    screen.page.wait_for_event("pageerror")
    screen.go(2)
    screen.wait_for("location.hash === '#step=2'")
    assert screen.errors == ["planted"]
    screen.errors.clear()


def test_what_is_too_long_for_an_address_is_not_cut(opened: Opener) -> None:
    screen = opened(large())
    change(screen)
    screen.wait_for("location.hash === '#step=4'")
    assert len(code_of(screen)) > 2000


# --- the dialog ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make_relay", [small, large])
def test_a_code_opens_where_it_is_pasted(make_relay: Callable[[], Relay], opened: Opener, studio: Opener) -> None:
    screen = opened(make_relay())
    change(screen)
    code, state = code_of(screen), state_of(screen)
    other = studio()
    paste(other, f"  Look: https://example.org/microgrid.html#{code[:60]}\n{code[60:]}\n")
    expect(other("#share-dialog")).not_to_be_visible()
    sent, received = json.loads(state), json.loads(state_of(other))
    assert sent.pop(6) == "ja"
    assert received.pop(6) == "en"  # the language of the reader stays
    assert received[1:] == sent[1:]
    other.page.wait_for_function("history.length > 1")


def test_a_code_that_is_cut_off_is_told_in_the_dialog(studio: Opener) -> None:
    screen = studio(TEXT)
    code, before = code_of(screen), state_of(screen)
    paste(screen, code[:-9])
    expect(screen("#share-refused")).to_have_text("this code is damaged or cut off; copy the whole of it")
    expect(screen("#share-paste")).to_have_value(code[:-9])
    assert state_of(screen) == before


def test_a_broken_address_opens_the_page_and_says_what_is_wrong(studio: Opener) -> None:
    screen = studio(TEXT, fragment="#1zabc")
    expect(screen("#share-refused")).to_have_text("this code is damaged or cut off; copy the whole of it")
    expect(screen("#share-paste")).to_have_value("1zabc")
    screen("#share-dialog .close").click()
    expect(screen("#editor")).to_have_value(TEXT)
    screen.press("2")
    assert screen.position > 0


def test_a_page_opens_whatever_goes_wrong_with_the_code(studio: Opener) -> None:
    code = packed(with_text("a = 1\nb = a*2"))
    script = "window.atob = () => { throw new Error('planted'); };"
    screen = studio(TEXT, fragment=f"#{code}", prepare=lambda page: page.add_init_script(script))
    expect(screen("#share-refused")).to_have_text("this code cannot be opened")
    expect(screen("#share-paste")).to_have_value(code)
    screen("#share-dialog .close").click()
    expect(screen("#editor")).to_have_value(TEXT)
    assert screen.errors == ["planted"]  # in the console
    screen.errors.clear()


LEAF = {"id": "n0", "label": "w", "kind": "parameter", "op": "", "operands": [], "data": 2, "layer": ""}
RECORD = {"format": "microgrid relay", "version": 2, "learning_rate": 0.1, "nodes": [LEAF], "parameters": ["n0"]}
MANY = [f"a{i}" for i in range(700)]


def with_text(text: str = TEXT, **parts: object) -> dict[str, object]:
    return {"v": 1, "d": {"t": text}, **parts}


def with_record(*nodes: dict[str, object], parameters: tuple[str, ...] = ("n0",)) -> dict[str, object]:
    return {"v": 1, "d": {"r": {**RECORD, "nodes": nodes, "parameters": parameters}}}


def computed(label: str, op: str, *operands: str) -> dict[str, object]:
    return {**LEAF, "id": "n1", "label": label, "kind": "computed", "op": op, "operands": operands}


HOSTILE = {
    "no document": {"v": 1},
    "a text that cannot be read": with_text("w = ("),
    "a text that is a program": with_text("__import__('os')"),
    "an empty text": with_text(""),
    "a leaf that is none": with_text(l={"99": 1}),
    "a result as a leaf": with_text(l={"2": 1}),
    "a learning rate below 0": with_text(r=-1),
    "an infinite learning rate": with_text(r="Infinity"),
    "a step that is no number": with_text(s="4"),
    "another mode": with_text(m="<script>"),
    "an unknown operation": with_record(LEAF, computed("p", "constructor", "n0")),
    "a node without operands": with_record(LEAF, computed("p", "*")),
    "a parameter that is computed": with_record(LEAF, computed("p", "*", "n0", "n0"), parameters=("n1",)),
    "no nodes": with_record(parameters=()),
    "too many nodes": with_text("\n".join([*(f"{name} = 1" for name in MANY), f"total([{', '.join(MANY)}])"])),
    "other parts": with_text(__proto__={"g": "ja"}, x=1),
    "what is no object": [1, 2, 3],
    "what is no JSON": b"{",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_code_changes_nothing(content: object, studio: Opener) -> None:
    screen = studio(TEXT)
    before = state_of(screen)
    paste(screen, packed(content))
    expect(screen("#share-refused")).not_to_be_empty()
    assert state_of(screen) == before


def test_labels_of_a_code_are_text_and_never_markup(studio: Opener) -> None:
    leaf = {**LEAF, "label": "<img src=x onerror=alert(1)>"}
    product = computed("</script><script>alert(1)</script>", "*", "n0", "n0")
    screen = studio()
    paste(screen, packed(with_record(leaf, product)))
    expect(screen("#share-dialog")).not_to_be_visible()
    screen.press("End")
    assert screen("#graph img, #told img").count() == 0


def test_numbers_that_are_none_can_be_opened(studio: Opener) -> None:
    screen = studio()
    paste(screen, packed(with_text(l={"0": "NaN", "1": "Infinity"}, c=1000000000, s=1000000000)))
    expect(screen("#share-dialog")).not_to_be_visible()
    for key in ("End", "Home", "ArrowRight", "l"):
        screen.press(key)
    assert code_of(screen)


def test_what_is_copied_is_said(studio: Opener) -> None:
    screen = studio(TEXT, prepare=lambda page: page.context.grant_permissions(["clipboard-read", "clipboard-write"]))
    screen("#share").click()
    screen("#share-copy").click()
    expect(screen("#share-told")).to_have_text("Copied")
    assert screen.page.evaluate("navigator.clipboard.readText()") == screen("#share-code").input_value()


def test_where_nothing_can_be_copied_the_reader_is_told_to_do_it_by_hand(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate(
        "() => { document.execCommand = () => false;"
        " Object.defineProperty(navigator, 'clipboard', {value: undefined}); }"
    )
    screen("#share").click()
    screen("#share-copy").click()
    expect(screen("#share-told")).to_contain_text("press Ctrl+C")
    selected = screen("#share-code").evaluate("(field) => field.selectionEnd - field.selectionStart")
    assert selected == len(screen("#share-code").input_value())


def test_keys_do_nothing_behind_the_dialog(studio: Opener) -> None:
    screen = studio(TEXT)
    before = screen.position
    screen.press("s")
    expect(screen("#share-dialog")).to_be_visible()
    screen("#share-save").focus()
    screen.press("2", "l")
    assert screen.position == before
    screen.press("Escape")
    expect(screen("#share-dialog")).not_to_be_visible()


# --- a file ----------------------------------------------------------------------------------------------------------


def saved(screen: Screen, folder: Path) -> str:
    screen.press("s")
    with screen.page.expect_download() as download:
        screen("#share-save").click()
    name = screen.page.evaluate("microgrid.state.document.name") or "shared"
    assert download.value.suggested_filename == f"microgrid-{name}.html"
    download.value.save_as(folder / "saved.html")
    return (folder / "saved.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("make_relay", [None, large])
def test_a_saved_file_opens_with_the_state(
    make_relay: Callable[[], Relay] | None, opened: Opener, studio: Opener, screens: Any, tmp_path: Path
) -> None:
    screen = opened(make_relay()) if make_relay else studio(TEXT)
    change(screen)
    state = state_of(screen)
    content = saved(screen, tmp_path)
    other = screens(content, screen.relay)
    assert state_of(other) == state
    assert saved(other, tmp_path) == content  # a file saved by the saved file is the same


def test_a_saved_file_does_not_replace_the_program(studio: Opener, tmp_path: Path) -> None:
    screen = studio()
    saved(screen, tmp_path)
    expect(screen("#share-told")).to_contain_text("microgrid-blame.html")


def test_a_saved_file_holds_the_program_as_it_was(studio: Opener, tmp_path: Path) -> None:
    content = saved(studio(TEXT), tmp_path)
    scripts = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    assert scripts == re.findall(r"<script>(.*?)</script>", studio_page(TEXT), re.DOTALL)
    assert "<thead>" in studio_page(TEXT)
    assert "<thead>" not in content  # the table of another document


# --- where the page has no address of its own ------------------------------------------------------------------------


def test_in_a_frame_without_an_origin_nothing_is_thrown(browser: Browser, tmp_path: Path) -> None:
    frame = f'<iframe sandbox="allow-scripts" srcdoc="{html.escape(studio_page(TEXT))}" width=900 height=700></iframe>'
    (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html>{frame}", encoding="utf-8")
    opened = browser.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto((tmp_path / "notebook.html").as_uri())
    inside = opened.frame_locator("iframe")
    inside.locator("#strip button").nth(2).click()
    inside.locator("#share").click()
    code = inside.locator("#share-code").input_value()
    assert code.startswith("1z")
    inside.locator("#share-copy").click()
    expect(inside.locator("#share-told")).not_to_be_empty()
    inside.locator("#share-save").click()
    inside.locator("#share-dialog .close").click()
    inside.locator("#help").click()
    inside.locator("#shortcuts").uncheck()  # would be kept
    opened.wait_for_timeout(700)  # the address would be written meanwhile
    opened.close()
    assert errors == []


def test_a_page_from_a_server_gives_a_link(browser: Browser) -> None:
    with serving(studio_page(TEXT), "127.0.0.1") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        opened = browser.new_page()
        address = f"http://127.0.0.1:{server.server_port}/"
        opened.goto(address)
        opened.locator("#share").click()
        link = opened.locator("#share-code").input_value()
        other = browser.new_page()
        other.goto(link)
        expect(other.locator("#editor")).to_have_value(TEXT)
        for each in (opened, other):
            each.close()
        server.shutdown()
        thread.join()
    assert link.startswith(f"{address}#1z")
