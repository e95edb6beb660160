"""The first twenty seconds, and the editor: a learner types a document, and its graph follows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from microgrid import Relay
from microgrid.documents import read_document
from microgrid.documents.examples import CAREFUL_LEARNING_RATE
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.language.words import words
from tests.browser import Opener, Screen, expect
from tests.studio.test_page import assert_shows

ROOT = Path(__file__).parents[2]
MICROGRAD = """\
from micrograd.engine import Value
# inputs x1,x2
x1 = Value(2.0, label='x1')
x2 = Value(0.0, label='x2')
# weights w1,w2
w1 = Value(-3.0, label='w1')
w2 = Value(1.0, label='w2')
# bias of the neuron
b = Value(6.8813735870195432, label='b')
# x1*w1 + x2*w2 + b
x1w1 = x1*w1; x1w1.label = 'x1*w1'
x2w2 = x2*w2; x2w2.label = 'x2*w2'
x1w1x2w2 = x1w1 + x2w2; x1w1x2w2.label = 'x1*w1 + x2*w2'
n = x1w1x2w2 + b; n.label = 'n'
o = n.tanh(); o.label = 'o'
o.backward()
draw_dot(o)
"""


def write(screen: Screen, text: str) -> None:
    """Put a text into the editor, as pasting does."""
    screen("#editor").fill(text)
    screen.relay = Relay(read_document(text), learning_rate=CAREFUL_LEARNING_RATE)


# --- the first screen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "It said 7; 5 was right: the loss is 4. Who is to blame?"),
        ("ja", "予測は 7、正解は 5。損失は 4。だれの責任？"),
    ],
)
def test_first_screen_has_all_values_one_question_and_one_large_button(
    language: str, sentence: str, studio: Opener
) -> None:
    screen = studio(language=language)
    expect(screen("#sentence")).to_have_text(sentence)
    expect(screen("#primary")).to_have_text(words(language)["phase.think"])
    assert screen("#editor").input_value() == text_in("blame", language)
    assert screen.texts("#graph .card:not(.constant) .value") == ["3", "2", "6", "1", "7", "5", "2", "4"]
    assert not any(screen.texts("#graph .grad"))
    assert screen("[role=tabpanel]:visible").count() == 0
    whole = "(e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight"
    assert screen("#graph").evaluate(whole)


def test_language_of_the_browser_is_that_of_the_document(studio: Opener) -> None:
    screen = studio(language=None)
    assert screen("#editor").input_value() == text_in("blame", "en")
    screen.press("l")
    assert screen("#editor").input_value() == text_in("blame", "ja")
    assert "正解" in screen.texts("#graph .name")
    write(screen, "a, b = 3, 4; a*b")
    screen.press("Escape")
    screen("#language").click()
    assert screen("#editor").input_value() == "a, b = 3, 4; a*b"  # what a learner has typed is hers


def test_large_button_goes_round_the_loop(studio: Opener) -> None:
    screen = studio()
    ends = screen.page.evaluate("microgrid.derived.ends")
    screen("#speed").select_option("16×")
    screen("#primary").click()
    screen.wait_for(f"microgrid.state.position === {ends['think']} && !microgrid.state.playing")
    expect(screen.grad("w")).to_have_text("8")
    expect(screen("#sentence")).to_contain_text("= 12")  # the share of the step itself
    expect(screen("#sentence strong")).to_have_text(
        "Of the learned numbers, w is most to blame (gradient 8), then b (4)."
    )
    expect(screen("#primary")).to_have_text("Change")
    screen("#primary").click()
    screen.wait_for(f"microgrid.state.position === {ends['change']} && !microgrid.state.playing")
    expect(screen("#sentence")).to_contain_text("4")
    expect(screen("#primary")).to_have_text("Know")


def test_second_click_on_the_large_button_goes_to_the_end_of_the_phase(studio: Opener) -> None:
    screen = studio()
    end = screen.page.evaluate("microgrid.derived.ends.think")
    screen("#primary").click()
    assert screen.position < end
    screen("#primary").click()
    assert screen.position == end
    assert not screen.page.evaluate("microgrid.state.playing")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a, b = 2, 3; c = a*b", "c is 6. Which number does it depend on most?"),
        ("w, x, t = 3, 2, 6; (t - w*x)**2", "It said 6, and that is right. Nobody is to blame."),
        (
            "w = 3; e1 = (w - 1)**2; e2 = (w - 5)**2; e1 + e2",
            "It said 3, 3; 1, 5 was right: the loss is 8. Who is to blame?",
        ),
        ("w, x = 3, 2; abs(w*x - 5)", "It said 6; 5 was right: the loss is 1. Who is to blame?"),
    ],
)
def test_question_follows_from_the_document(text: str, sentence: str, studio: Opener) -> None:
    expect(studio(text)("#sentence")).to_have_text(sentence)


def test_dead_relu_leaves_nobody_responsible(studio: Opener) -> None:
    screen = studio()
    screen.button("a dead relu").click()
    screen.press("2")
    expect(screen("#sentence")).to_contain_text("All gradients are 0: Change will move nothing.")


# --- typing ----------------------------------------------------------------------------------------------------------


def test_graph_follows_what_is_typed_and_the_caret_stays(studio: Opener) -> None:
    screen = studio()
    screen("#editor").click()
    screen.page.evaluate("document.getElementById('editor').setSelectionRange(8, 8)")
    screen.press("Backspace")
    screen.page.keyboard.type("4")
    expect(screen.value("w")).to_have_text("4")
    expect(screen.value("loss")).to_have_text("16")
    assert screen.page.evaluate("document.getElementById('editor').selectionStart") == 8
    assert screen("#editor").input_value().startswith("w, b = 4, 1")


def test_focus_and_caret_stay_at_every_key(studio: Opener) -> None:
    screen = studio("w = 3; w*2")
    screen("#editor").click()
    screen.press("Control+End")
    screen.page.keyboard.type("345 + w*w*w")
    assert screen("#editor").input_value() == "w = 3; w*2345 + w*w*w"
    assert screen("#editor").evaluate("(field) => field === document.activeElement")


def test_large_text_is_read_when_the_typing_pauses_and_at_the_latest_when_another_thing_is_done(studio: Opener) -> None:
    screen = studio("\n".join(["a = 1", *["a += a*0.5"] * 150]))
    read = screen.page.evaluate(
        """() => {
            const field = document.getElementById("editor"), read = [];
            const type = (text) => {
                field.value += text;
                field.dispatchEvent(new InputEvent("input"));
                read.push(microgrid.state.document.text.slice(-3));
            };
            field.focus();
            type("1");
            type("2");
            field.blur();
            read.push(microgrid.state.document.text.slice(-3));
            type("3");
            return read;
        }"""
    )
    assert read == [".51", ".51", "512", "512"]  # the first at once, as nobody knows how large it is; then waiting
    screen.wait_for("microgrid.state.document.text.endsWith('5123')")
    assert screen("#editor").input_value().endswith("*0.5123")


def test_more_cards_than_can_be_looked_at_are_refused(studio: Opener) -> None:
    screen = studio()
    screen("#editor").fill("a = 1\n" + "a = a*2\n" * 300)
    expect(screen("#mistake")).to_have_text("This makes more than 600 values; at most 600 are read")
    screen("#editor").fill("a = 1\n" + "a = a*2\n" * 299)
    expect(screen("#graph .card")).to_have_count(599)


def test_own_undo_of_the_field_works(studio: Opener) -> None:
    screen = studio("w = 3; w*2")
    screen("#editor").click()
    screen.press("Control+End")
    screen.page.keyboard.type(" + 5")
    assert screen("#editor").input_value() == "w = 3; w*2 + 5"
    for _ in range(9):
        screen.press("Control+z")
    assert screen("#editor").input_value() == "w = 3; w*2"
    assert screen.page.evaluate("microgrid.state.document.text") == "w = 3; w*2"


def test_only_numbers_change_and_the_step_stays(studio: Opener) -> None:
    screen = studio()
    screen.press("2")
    position = screen.position
    write(screen, text_in("blame", "en").replace("3, 1", "4, 1"))
    expect(screen.grad("w")).to_have_text("16")
    assert screen.position == position
    write(screen, "a, b = 2, 3; a*b")
    screen.wait_for("microgrid.state.position === microgrid.derived.ends.know")


def test_spaces_and_comments_keep_what_was_done(studio: Opener) -> None:
    screen = studio("w, x = 3, 2\nw*x")
    screen.page.evaluate("microgrid.dispatch({type: 'setLeaf', leaf: 0, value: 5})")
    screen("#editor").fill("w, x = 3, 2   # two numbers\nw * x\n")
    expect(screen.value("w")).to_have_text("5")
    screen("#editor").fill("w, x = 3.5, 2\nw*x")
    expect(screen.value("w")).to_have_text("3.5")


def test_composition_is_not_interrupted(studio: Opener) -> None:
    screen = studio("w = 3; w*2")
    field = "document.getElementById('editor')"
    screen.page.evaluate(
        f"""() => {{
            const field = {field};
            field.focus();
            field.dispatchEvent(new CompositionEvent("compositionstart"));
            field.value = "w = ３; w*";
            field.dispatchEvent(new InputEvent("input", {{isComposing: true}}));
            microgrid.dispatch({{type: "stepBy", count: -1}});
        }}"""
    )
    assert screen("#editor").input_value() == "w = ３; w*"
    assert screen.page.evaluate("microgrid.state.draft.text") == "w = 3; w*2"
    screen.page.evaluate(
        f"""() => {{
            {field}.value = "w = ３; w*４";
            {field}.dispatchEvent(new CompositionEvent("compositionend"));
        }}"""
    )
    assert screen.page.evaluate("microgrid.derived.numbers.values.at(-1)") == 12


def test_japanese_is_typed_through_an_input_method(studio: Opener) -> None:
    screen = studio("w, x = 3, 2\n", language="ja")
    screen("#editor").click()
    screen.press("Control+End")
    keyboard = screen.page.context.new_cdp_session(screen.page)
    for part in ("s", "せ", "せい", "せいか", "せいかい"):
        keyboard.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
        assert screen("#editor").input_value() == f"w, x = 3, 2\n{part}"
    keyboard.send("Input.insertText", {"text": "正解"})
    screen.page.keyboard.type(" = 5; (w*x - 正解)**2")
    assert screen("#editor").input_value() == "w, x = 3, 2\n正解 = 5; (w*x - 正解)**2"
    expect(screen("#sentence")).to_have_text("予測は 6、正解は 5。損失は 1。だれの責任？")


def readme_example(name: str) -> str:
    found = re.search(
        r"```python\n(from microgrid import Input.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S
    )
    assert found
    return found[1]


@pytest.mark.parametrize("text", [readme_example("README.md"), readme_example("README.ja.md"), MICROGRAD])
def test_pasted_examples_are_read_whole(text: str, studio: Opener) -> None:
    screen = studio()
    write(screen, text)
    expect(screen("#mistake")).to_be_empty()
    screen.press("Escape")
    screen("#last").click()
    assert screen.page.evaluate("microgrid.state.document.text") == text
    numbers = screen.page.evaluate("microgrid.derived.numbers.gradients")
    assert numbers == pytest.approx([screen.relay.gradients[node.id] for node in screen.relay.nodes], rel=1e-12)
    assert not [name for name in screen.texts("#graph .name") if re.match(r"n\d+( =|$)", name) and name not in text]


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_example_opens_as_python_has_it(name: str, language: str, studio: Opener) -> None:
    screen = studio(language=language)
    screen("#strip button").nth(list(GALLERY).index(name)).click()
    expect(screen("#strip [aria-pressed=true]")).to_have_text(words(language)[f"example.{name}.title"])
    assert screen("#editor").input_value() == text_in(name, language)
    rate = GALLERY[name].learning_rate or CAREFUL_LEARNING_RATE
    screen.relay = Relay(read_document(text_in(name, language)), learning_rate=rate)
    screen.press("2")
    if language == "en":
        assert_shows(screen, screen.relay)


def assert_marks_lie_on_the_text(screen: Screen) -> None:
    """The copy behind the field wraps as the field does, and stands at the same place."""
    sizes = "(id) => (({clientWidth, clientHeight, scrollHeight, scrollTop}) => " + (
        "[clientWidth, clientHeight, scrollHeight, scrollTop])(document.getElementById(id))"
    )
    assert screen.page.evaluate(sizes, "marks") == screen.page.evaluate(sizes, "editor")


@pytest.mark.parametrize("width", [360, 1280])
def test_marks_lie_on_the_text_wherever_it_is_scrolled(width: int, studio: Opener) -> None:
    screen = studio(width=width, height=740)
    field = screen("#editor")
    field.click()
    screen.press("Control+a")
    screen.page.keyboard.insert_text(readme_example("README.md") * 3)
    assert_marks_lie_on_the_text(screen)
    for top in (0, 150, 300):
        field.evaluate("(field, top) => (field.scrollTop = top)", top)
        screen.wait_for(f"document.getElementById('marks').scrollTop === {top}")
        assert_marks_lie_on_the_text(screen)


def test_fourteen_lines_stand_in_the_field_unscrolled(studio: Opener) -> None:
    screen = studio("\n".join(["a = 1", *["a = a*2"] * 13]), height=740)
    assert screen("#editor").evaluate("(e) => e.scrollHeight <= e.clientHeight")


def test_lit_line_is_brought_into_view_while_one_steps_and_the_page_stays(studio: Opener) -> None:
    screen = studio("\n".join(["a = 1", *["a = a*2"] * 40]))
    field = screen("#editor")
    is_seen = """() => {
        const lit = document.querySelector("#marks mark").getBoundingClientRect();
        const paper = document.getElementById("paper").getBoundingClientRect();
        return lit.top >= paper.top && lit.bottom <= paper.bottom && scrollY === 0;
    }"""
    screen.press("Home")
    for key in ("ArrowRight", "1", "2"):
        screen.press(key)
        assert screen.page.evaluate(is_seen)
        assert_marks_lie_on_the_text(screen)
    assert screen.page.evaluate("document.activeElement.id") != "editor"
    field.evaluate("(field) => (field.scrollTop = 0)")
    field.click()
    screen.page.keyboard.type(" ")
    screen.page.evaluate("microgrid.dispatch({type: 'play'})")
    assert field.evaluate("(field) => field.scrollTop") == 0


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Line 2: n has no value (known: w); give it one, such as n=2"),
        ("ja", "2 行目: n の値がない (値のある名前: w)。n=2 のように与えよう"),
    ],
)
def test_mistake_is_underlined_with_one_sentence_and_the_last_graph_stays(
    language: str, sentence: str, studio: Opener
) -> None:
    screen = studio("w = 3\nw*2", language=language)
    screen("#editor").fill("w = 3\nw*n")
    expect(screen("#mistake")).to_have_text(sentence)
    expect(screen("#marks .mistake")).to_have_text("n")
    expect(screen("#editor")).to_have_attribute("aria-invalid", "true")
    assert screen.page.evaluate("microgrid.derived.numbers.values.at(-1)") == 6
    screen("#editor").fill("w = 3\nw*4")
    expect(screen("#mistake")).to_be_empty()
    expect(screen("#marks .mistake")).to_have_count(0)
    assert screen.page.evaluate("microgrid.derived.numbers.values.at(-1)") == 12


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The graph still shows the last text that could be read."), ("ja", "グラフは、最後に読めた文のまま。")],
)
def test_graph_of_an_earlier_text_is_paler_and_says_so(language: str, sentence: str, studio: Opener) -> None:
    screen = studio("y = 3", language=language)
    opacity = "getComputedStyle(document.querySelector('#graph > svg')).opacity"
    assert screen.page.evaluate(opacity) == "1"
    screen.page.evaluate(
        """() => {
            window.said = [];
            const watch = new MutationObserver(() => said.push(document.getElementById("stale").textContent));
            watch.observe(document.getElementById("stale"), {childList: true});
        }"""
    )
    for text in ("y = 3x^", "y = 3x^2"):
        screen("#editor").fill(text)
        expect(screen("#mistake")).not_to_be_empty()
        expect(screen("#stale")).to_have_text(sentence)
    assert screen.page.evaluate("said") == [sentence]  # once
    assert float(screen.page.evaluate(opacity)) < 1
    screen.page.emulate_media(forced_colors="active")
    assert screen("#graph").evaluate("(e) => getComputedStyle(e).outlineStyle") == "dashed"
    screen.page.emulate_media(forced_colors="none")
    screen("#editor").fill("y = 4")
    expect(screen("#stale")).to_be_empty()
    assert screen.page.evaluate(opacity) == "1"


def test_what_was_read_is_said_after_a_paste_and_another_document_alone(studio: Opener) -> None:
    screen = studio("w = 3\nw*2 + w")
    screen("#editor").click()
    screen.press("Control+End")
    screen.page.keyboard.type(" + 1")
    expect(screen("#graph .card")).to_have_count(6)
    assert screen.text("#news") == ""
    screen.press("Control+a", "Control+c", "Control+v")
    expect(screen("#news")).to_have_text("Read. Numbers: 3; calculations: 3.")
    screen.button("a product").click()
    expect(screen("#news")).to_have_text("Read. Numbers: 2; calculations: 1.")
    screen("#undo").click()
    expect(screen("#news")).to_have_text("Undone: another document.")


def test_where_something_is_missing_the_sign_before_is_underlined(studio: Opener) -> None:
    screen = studio("w = 3; w*2")
    for text, sign in (("w = 3; w*2 + ", "+"), ("w = 3\nu =\nw*2", "=")):
        screen("#editor").fill(text)
        expect(screen("#marks .mistake")).to_have_text(sign)


def test_undo_takes_back_the_typing_of_a_mistake_and_nothing_before_it(studio: Opener) -> None:
    screen = studio("w = 3\nw*2")
    screen.page.evaluate("[{type: 'setLeaf', leaf: 0, value: 5}, {type: 'settle'}].forEach(microgrid.dispatch)")
    screen("#editor").click()
    screen.press("Control+End")
    screen.page.keyboard.type(" +")
    expect(screen("#marks .mistake")).to_have_count(1)
    screen("#undo").click()
    expect(screen("#editor")).to_have_value("w = 3\nw*2")
    expect(screen("#marks .mistake")).to_have_count(0)
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 5
    screen("#redo").click()
    expect(screen("#editor")).to_have_value("w = 3\nw*2 +")
    expect(screen("#marks .mistake")).to_have_count(1)


def test_mistake_of_numbers_is_said_too(studio: Opener) -> None:
    screen = studio("w = 3; log(w)")
    screen("#editor").fill("w = 0; log(w)")
    expect(screen("#mistake")).to_have_text("Line 1: log(w = 0): only numbers above 0 have a logarithm")
    screen("#editor").fill("")
    expect(screen("#mistake")).to_have_text("Nothing here computes a value; expected something like a*b + c")


def test_mistake_behind_signs_beyond_the_first_plane_is_underlined_where_it_is(studio: Opener) -> None:
    screen = studio("w = 3; w*2")
    screen("#editor").fill('w = Value(3, "𝒘𝒘"); w*zz')
    expect(screen("#marks .mistake")).to_have_text("zz")


# --- code, and the panel ---------------------------------------------------------------------------------------------


def test_line_that_made_the_current_card_is_lit(studio: Opener) -> None:
    screen = studio()
    expect(screen("#marks .made")).to_have_text("loss = (p - target)**2")
    screen.press("Home", "ArrowRight")
    expect(screen("#marks .made")).to_have_text("p = w*x + b")


def test_code_of_a_step_is_shown_on_demand(studio: Opener) -> None:
    screen = studio()
    screen.press("2", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(screen("#code-lines")).to_be_empty()
    screen("#code").click()
    expect(screen("#code-lines")).to_have_text("(w * x).grad += p.grad * 1")
    screen.press("3")
    expect(screen("#code-lines")).to_have_text("b.data -= 0.05 * b.grad")
    screen.press("1")
    expect(screen("#code-lines")).to_have_text("loss = (p - target) ** 2")


def test_same_in_python_runs_as_it_is(studio: Opener) -> None:
    screen = studio()
    screen("#show-python").click()
    program = screen.text("#python pre")
    assert 'Value(3, label="w")' in program
    printed: list[object] = []
    exec(program, {"print": lambda *parts: printed.extend(parts)})
    assert printed == ["loss", 4.0, "w", 8.0, "b", 4.0]
    screen("#python .close").click()


def test_same_in_python_has_the_numbers_of_the_page_and_says_so(studio: Opener) -> None:
    screen = studio()
    screen("#show-python").click()
    expect(screen("#python-moved")).to_have_count(0)
    screen("#python .close").click()
    screen.page.evaluate(
        "[{type: 'setLeaf', leaf: 1, value: -0.5}, {type: 'setLearningRate', learningRate: 0.01},"
        " {type: 'train', cycles: 3}].forEach(microgrid.dispatch)"
    )
    screen("#show-python").click()
    expect(screen("#python-moved")).to_have_text(words("en")["page.editor.python.moved"])
    program: dict[str, Any] = {}
    exec(screen.text("#python pre"), program)
    w, loss = program["w"], program["loss"]
    assert loss.data == screen.page.evaluate("microgrid.numbers.values.at(-1)")
    numbers = "[microgrid.numbers.gradients[0], microgrid.numbers.changed.get(0)]"
    assert [w.grad, w.data] == screen.page.evaluate(numbers)


def test_tab_that_is_open_closes_when_asked_again(studio: Opener) -> None:
    screen = studio()
    screen.tab("whatif")
    expect(screen("#whatif")).to_be_visible()
    screen.tab("whatif")
    expect(screen("#whatif")).to_be_hidden()


def test_unnamed_values_are_called_by_what_they_are(studio: Opener) -> None:
    text = "a, b, c, d = 1, 2, 3, 4\n(a*b*c*d + a*a*b*b + c*c*d*d + exp(a) + exp(b)*exp(c) - 7)**2 + tanh(a*b*c*d*a*b)"
    screen = studio(text)
    names = screen.texts("#graph .name")
    assert not [name for name in names if re.match(r"n\d+( =|$)", name)]
    everything = screen.page.evaluate("microgrid.graph.nodes.filter(({op}) => op).map(({name}) => name)")
    assert len(set(everything)) == len(everything)


def test_product_without_a_name_is_no_loss(studio: Opener) -> None:
    screen = studio("a, b = 2, 3; a*b")
    expect(screen("#loss")).to_have_text("a·b 6")
    screen("#last").click()
    expect(screen("#sentence")).to_contain_text("a·b was 6.")


def test_hostile_text_stays_text(studio: Opener) -> None:
    screen = studio()
    screen("#editor").fill('w = Value(3, "<img src=x onerror=alert(1)>"); w*2 # </pre><script>alert(2)</script>')
    expect(screen("#graph .card")).to_have_count(3)
    screen("#editor").fill("w = 3; w*`${alert(3)}` # <b>")
    expect(screen("#mistake")).to_contain_text("Line 1")
    assert screen("img, #marks script, #marks b").count() == 0


@pytest.mark.parametrize("text", ["w = 3", "3", "w = 3\nw"])
def test_one_number_alone_is_a_graph(text: str, studio: Opener) -> None:
    screen = studio()
    screen("#editor").fill(text)
    expect(screen("#graph .card")).to_have_count(1)
    for key in ("Home", "ArrowRight", "ArrowRight", "End", "2"):
        screen("#place").click()
        screen.press(key)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_words_of_a_share_are_explained_at_the_first_one(language: str, studio: Opener) -> None:
    screen = studio(language=language)
    end = {"en": "the loss", "ja": "損失"}[language]
    screen.press("ArrowRight", "ArrowRight")
    expect(screen("#formula .local")).to_be_visible()
    expect(screen("#note")).to_have_text(words(language)["page.signs.local"].format(end=end))
    screen.press("ArrowRight")
    expect(screen("#note")).to_be_hidden()


def test_strip_shows_on_a_phone_that_there_is_more(studio: Opener) -> None:
    screen = studio(width=360, height=740)
    expect(screen("#more")).to_be_visible()
    before = screen("#strip").evaluate("(e) => e.scrollLeft")
    screen("#more").click()
    screen.wait_for(f"document.getElementById('strip').scrollLeft > {before}")
    place = screen("#more").bounding_box()
    screen("#strip button").last.focus()
    expect(screen("#more")).to_have_text("‹")
    assert screen("#more").bounding_box() == place
    screen("#strip").evaluate("(e) => { e.scrollLeft = e.clientWidth / 2; }")
    screen("#more").click()
    expect(screen("#more")).to_have_text("›")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (960, 500)])
def test_tab_that_opens_below_the_edge_is_brought_into_view(width: int, height: int, studio: Opener) -> None:
    screen = studio(width=width, height=height)
    for tab in ("whatif", "train"):
        screen.tab(tab)
        panel, foot, tabs = (screen(part).bounding_box() for part in (f"#{tab}", "footer", "#tabs"))
        assert panel is not None
        assert foot is not None
        assert tabs is not None
        assert panel["y"] + panel["height"] <= foot["y"] + 1 or tabs["y"] < height / 2


def test_strip_of_examples_does_not_glide_where_motion_is_reduced(studio: Opener) -> None:
    screen = studio(width=640)
    click = "() => { document.getElementById('more').click(); return document.getElementById('strip').scrollLeft; }"
    assert screen.page.evaluate(click) > 0


def test_lit_line_is_in_view_when_a_text_is_opened(studio: Opener) -> None:
    lines = ["w, x = 3, 2", *(f"h{i + 1} = {f'h{i}' if i else 'x'} + w" for i in range(30))]
    screen = studio("\n".join([*lines, "loss = h30**2"]))
    lit, seen = screen("#marks mark").bounding_box(), screen("#editor").bounding_box()
    assert lit is not None
    assert seen is not None
    assert seen["y"] <= lit["y"] <= seen["y"] + seen["height"] - lit["height"]
