"""What a beginner stumbled over on the page, each with the test that would have told."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from microgrid import Input, Relay, Value
from microgrid._util.files import PACKAGE, asset
from microgrid.documents.examples import EXAMPLES, Heading, example
from microgrid.language.numerals import show
from microgrid.language.words import LANGUAGES, words
from microgrid.relay.records import Change
from microgrid.studio.page import page, studio_page
from tests.browser import Opener, Screen, expect
from tests.graph.test_folding import relus_of_two_rows
from tests.studio.test_page import answer, begin_quiz, line_loss, named, network, neuron, say, train, two_paths

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def as_cards(name: str) -> Relay:
    """Record an example; the loss of a network on several rows is doubled, for it would open as a network."""
    if name != "xor":
        return example(name).record()
    return Relay(named(2.0 * example(name).build(), "loss"), learning_rate=example(name).learning_rate)


def doubled_relus() -> Relay:
    return Relay(named(2.0 * relus_of_two_rows(), "loss"))


# --- who learns ------------------------------------------------------------------------------------------------------


def test_start_says_what_is_learned_and_what_is_given(opened: Opener) -> None:
    screen = opened(Relay(line_loss()))
    expect(screen("#note")).to_have_text("Parameters: w. Inputs: x, target.")
    screen.press("l")
    expect(screen("#note")).to_have_text("学習する数: w。与えられた数: x、target。")


def test_start_of_a_network_does_not_list_all_its_weights(opened: Opener) -> None:
    screen = opened(network(2, 3, 1))
    expect(screen("#note")).to_have_text("Parameters: 13 weights and biases of 4 neurons. Inputs: x1, x2, target.")
    screen.press("l")
    expect(screen("#note")).to_contain_text("4 個のニューロンの重みとバイアス 13 個")


def test_start_of_a_network_of_several_rows_lists_each_input_once(opened: Opener) -> None:
    screen = opened(as_cards("xor"))
    learned = "Parameters: 17 weights and biases of 5 neurons."
    expect(screen("#note")).to_have_text(f"{learned} Inputs: x1, x2, target, in 4 rows.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 780, 1280])
def test_note_of_the_first_screen_is_read_without_scrolling(width: int, language: str, opened: Opener) -> None:
    for name in ("penguins", "xor"):
        screen = opened(as_cards(name), example(name).heading, width=width, height=640, language=language)
        assert screen("#note").evaluate("(note) => note.scrollHeight <= note.clientHeight + 1"), name


def test_leaves_of_several_rows_are_told_apart_where_they_are_moved(opened: Opener) -> None:
    screen = opened(as_cards("xor"))
    names = screen(".leaf-name")
    assert {"target #1", "target #4"} <= set(names.all_text_contents())
    cut = "names => names.filter(name => name.scrollWidth > name.clientWidth).map(name => name.textContent)"
    assert names.evaluate_all(cut) == []


# --- training that diverges ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_overflow_while_training_is_told_as_a_learning_rate_that_is_too_large(language: str, opened: Opener) -> None:
    w = Value(1.0, "w")
    screen = opened(Relay(named(w.exp() + (-w).exp(), "loss"), learning_rate=10.0), language=language)
    screen.tab("train")
    train(screen, "× 10")
    cycle = screen.page.evaluate("() => microgrid.state.cycle")
    assert 1 < cycle < 11
    told = screen.text("#sentence").replace("\xa0", " ")
    assert screen.text("#train .result") == ""  # it is told once
    start = (
        f"Training diverged in cycle {cycle}: exponential is too large to be computed at"
        if language == "en"
        else f"{cycle} サイクル目で学習が発散"
    )
    assert told.startswith(start)
    assert ("The learning rate 10 is probably too large" if language == "en" else "学習率 10 が大きすぎ") in told
    screen("#train .reset").click()
    assert "10" not in screen.text("#sentence")


def test_number_chosen_by_hand_that_has_no_value_is_not_blamed_on_training(opened: Opener) -> None:
    screen = opened(Relay(named(Value(2.0, "a").log(), "loss")))
    screen.press("2")
    screen.type_in("a", "-1")
    expect(screen("#sentence")).to_have_text("Here natural logarithm has no value at −1. Choose another number.")


def test_loss_that_has_grown_is_told_with_the_learning_rate(opened: Opener) -> None:
    screen = opened(example("learning-rate").record())
    screen.tab("train")
    train(screen, "× 10")
    expect(screen("#train .result")).to_contain_text(say("grown"))
    screen("#train .reset").click()
    screen("#rate").fill("0.1")
    screen("#rate").press("Enter")
    train(screen, "× 10")
    assert say("grown") not in screen.text("#train .result")


def test_new_curve_after_a_leaf_was_moved_by_hand_is_explained(opened: Opener) -> None:
    screen = opened(Relay(line_loss(), learning_rate=0.01))
    screen.tab("train")
    train(screen, "× 10")
    screen.tab("whatif")
    screen.type_in("w", "9")
    screen.tab("train")
    expect(screen("#train .result")).to_have_text(say("curve.new"))
    screen.button("× 1").click()
    expect(screen("#train .result")).to_contain_text("updates: 1")


def test_curve_says_what_it_shows_and_whether_it_is_logarithmic(opened: Opener) -> None:
    screen = opened(Relay(line_loss(), learning_rate=0.01))
    expect(screen("#scale")).to_be_hidden()
    screen.tab("train")
    screen.button("× 1").click()
    ends = {
        "name": "loss",
        "first": "49",
        "last": show(float(screen.page.evaluate("microgrid.state.cycles.curve()[1].loss"))),
    }
    expect(screen("#scale")).to_have_text(say("curve.linear", **ends))
    train(screen, "× 100")
    ends["last"] = show(float(screen.page.evaluate("microgrid.state.cycles.loss")))
    expect(screen("#scale")).to_have_text(say("curve.log", **ends))
    assert "logarithmic" in screen.text("#scale")
    screen.press("l")
    expect(screen("#scale")).to_contain_text("対数目盛")


def test_nothing_is_trained_with_another_rate_than_the_one_that_was_typed(opened: Opener) -> None:
    screen = opened(Relay(line_loss(), learning_rate=0.01))
    screen.tab("train")
    screen("#rate").fill("abc")
    train(screen, "× 10")
    expect(screen("#refused-rate")).to_have_text(say("rate.refused"))
    expect(screen("#rate")).to_have_value("abc")
    assert screen.page.evaluate("() => microgrid.state.cycle") == 1
    screen("#rate").fill("0.02")
    screen.button("× 1").click()
    expect(screen("#refused-rate")).to_have_text("")
    assert screen.page.evaluate("() => [microgrid.state.cycle, microgrid.state.learningRate]") == [2, 0.02]


# --- Change ----------------------------------------------------------------------------------------------------------


def test_every_line_of_an_opened_neuron_is_true_in_change(opened: Opener) -> None:
    screen = opened(network(3, 4, 1))
    screen.press("2")
    screen.card("layer1.neuron3").click()
    before = [row[:6] for row in cells_inside(screen)]
    screen.press("End")
    rows = cells_inside(screen)
    assert [row[:6] for row in rows] == before
    changes = {screen.relay.node(step.node).name: step for step in screen.relay.steps_of("change")}
    for row, weight in zip(rows, ("w1", "w2", "w3", "b"), strict=False):
        change = changes[f"layer1.neuron3.{weight}"]
        assert isinstance(change, Change)
        assert (row[0], row[1], row[-1]) == (weight, show(change.before), show(change.after))


def cells_inside(screen: Screen) -> list[list[str]]:
    script = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    return list(screen("#inside tbody tr").evaluate_all(script))


def test_values_from_before_the_update_are_called_old_in_change(opened: Opener) -> None:
    screen = opened(two_paths())
    screen.press("End")
    assert {name: screen.text(f"#{screen.id_of(name)} .value-word") for name in "abcde"} == {
        "a": "", "b": "", "c": "old", "d": "old", "e": "old"
    }  # fmt: skip
    assert [screen.value(name).text_content() for name in "abc"] == ["2 → 1.8", "1 → 0.5", "3"]
    assert screen.card("c").get_attribute("aria-label") == "c, sum, intermediate value, old 3, grad 2"
    assert screen.card("a").get_attribute("aria-label") == "a, parameter, value 2, new 1.8, grad 2"
    expect(screen("#legend :not([data-quiet])")).to_have_text(say("legend.change"))
    screen.press("2")
    assert {screen.text(f"#{screen.id_of(name)} .value-word") for name in "abcde"} == {"value"}
    assert screen.value("a").text_content() == "2"


def test_old_and_new_number_stay_on_their_card(opened: Opener) -> None:
    a, b = Value(-0.00012345, "a"), Value(-1.2345, "b")
    screen = opened(Relay(named(a * b + b, "end"), learning_rate=1e-3))
    screen.press("End")
    assert screen.value("a").text_content() == "→ 0.001111"  # both have no room
    assert screen.value("b").text_content() == "−1.234 → −1.235"
    for name in "ab":
        (card,) = boxes(screen, f"#{screen.id_of(name)} rect")
        (text,) = boxes(screen, f"#{screen.id_of(name)} .value")
        assert card["left"] < text["left"]
        assert text["right"] < card["right"]


# --- off, and dead ---------------------------------------------------------------------------------------------------


def test_relu_is_off_for_a_row_and_dead_for_all_as_python_says(opened: Opener) -> None:
    screen = opened(doubled_relus())
    screen.press("2")
    found = screen.page.evaluate(
        """() => microgrid.graph.cards.map(({id}) => [id, document.querySelector(`#${id} .status`)?.textContent])
            .filter(([, told]) => told)"""
    )
    assert dict(found) == {name: say(status) for name, status in screen.relay.status.items()}
    assert sorted(screen.relay.status.values()) == ["dead", "dead", "off"]


def test_relu_becomes_dead_when_a_leaf_takes_its_last_row(opened: Opener) -> None:
    screen = opened(doubled_relus())
    screen.press("2")
    screen.type_in("x1 #1", "-1")
    statuses = [text for text in screen.texts("#graph .status") if text]
    assert statuses == [say("dead")] * 4


# --- an opened neuron ------------------------------------------------------------------------------------------------


def boxes(screen: Screen, selector: str) -> list[dict[str, float]]:
    script = "(found) => found.map((one) => one.getBoundingClientRect().toJSON())"
    return list(screen(selector).evaluate_all(script))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_opened_neuron_covers_nothing_and_needs_no_scrolling_sideways(
    width: int, language: str, opened: Opener
) -> None:
    screen = opened(network(3, 16, 16, 1), width=width, height=740, language=language)
    screen.card("layer2.neuron3").click()
    (inside,) = boxes(screen, "#inside")
    for other in ("#graph", "#told", "#tabs", "#controls"):
        (box,) = boxes(screen, other)
        apart = (
            box["right"] <= inside["left"] + 1
            or box["left"] >= inside["right"] - 1
            or box["bottom"] <= inside["top"] + 1
            or box["top"] >= inside["bottom"] - 1
        )
        assert apart or other == "#controls", other  # a phone's controls stay in place while the rest is scrolled
    for element in ("#inside", "body"):
        assert screen(element).evaluate("(found) => found.scrollWidth <= found.clientWidth")


# --- routes ----------------------------------------------------------------------------------------------------------


def test_routes_are_not_told_before_responsibility_has_arrived(opened: Opener) -> None:
    screen = opened(two_paths())
    screen.card("b").click()
    expect(screen("#routes .summary")).to_have_text(say("routes.later", name="b"))
    expect(screen("#routes .route")).to_have_count(0)
    expect(screen("#graph .faint")).to_have_count(0)
    screen.button(say("routes.go")).click()
    expect(screen("#routes .route")).to_have_count(2)
    expect(screen.grad("b")).to_have_text("5")
    screen.press("ArrowLeft")  # now one of its two shares is missing
    expect(screen("#routes .route")).to_have_count(0)


def test_route_that_brings_nothing_is_counted_apart(opened: Opener) -> None:
    a = Value(3.0, "a")
    screen = opened(Relay(named((a - 5).relu() + 2 * a, "end")))
    screen.press("2")
    screen.card("a").click()
    expect(screen("#routes .summary")).to_have_text("a: gradient 2. Paths that contribute: 1")
    expect(screen("#routes .route")).to_have_count(1)
    expect(screen("#routes .hint")).to_have_text(say("routes.blocked", count=1))


def test_gradient_of_0_is_explained_by_its_routes(opened: Opener) -> None:
    screen = opened(example("dead-relu").record())
    screen.press("2")
    screen.card("w").click()
    expect(screen("#routes .summary")).to_have_text(say("routes.none", name="w", count=1))


# --- quiz ------------------------------------------------------------------------------------------------------------


def test_hint_costs_the_point(opened: Opener) -> None:
    screen = opened(Relay(line_loss()))
    begin_quiz(screen)
    screen.button(say("quiz.clue")).click()
    assert answer(screen, "14").startswith("Right")
    expect(screen("#quiz .score")).to_have_text(say("quiz.score", right=0, count=1))
    screen.button("Next question").click()
    answer(screen, show(float(screen.relay.gradients[screen.id_of(asked(screen))])))
    expect(screen("#quiz .score")).to_have_text(say("quiz.score", right=1, count=2))


def asked(screen: Screen) -> str:
    return str(screen.page.evaluate("() => microgrid.graph.cards[microgrid.state.quiz.card].node.name"))


def test_quiz_waits_while_another_tab_is_looked_at(opened: Opener) -> None:
    screen = opened(Relay(line_loss()))
    begin_quiz(screen)
    answer(screen, "14")
    screen.button("Next question").click()
    name = asked(screen)
    screen.tab("whatif")
    expect(screen("#controls")).to_be_visible()
    screen.press("End")
    screen.tab("quiz")
    expect(screen("#quiz .question")).to_have_text(say("quiz.question", name=name))
    expect(screen("#quiz .score")).to_have_text(say("quiz.score", right=1, count=1))
    expect(screen("#controls")).to_be_hidden()


def test_quiz_ends_where_there_is_nothing_left_to_ask(opened: Opener) -> None:
    screen = opened(Relay(named(Value(2.0, "a").log(), "loss")))
    begin_quiz(screen)
    screen.tab("whatif")
    screen.type_in("a", "-1")
    screen.tab("quiz")
    expect(screen("#quiz .begin")).to_be_disabled()


# --- rows and equal names --------------------------------------------------------------------------------------------


def test_rows_are_told_apart_by_number_on_cards_in_sentences_and_sliders(opened: Opener) -> None:
    screen = opened(doubled_relus())
    names = [name.partition(" = ")[0] for name in screen.texts("#graph .card:not(.constant) .name")]
    assert len(set(names)) == len(names)
    assert {"x1 #1", "x1 #2", "layer1.neuron1 #1", "layer1.neuron1 #2"} <= set(names)
    sliders = screen.texts("#whatif .leaf:not(.constant) .leaf-name")
    assert len(set(sliders)) == len(sliders)
    screen.press("2")
    expect(screen("#legend")).to_contain_text(say("legend.rows"))
    without_number = re.compile(r"\b(x1|target|error|neuron\d)\b(?! #|\.)")
    told = []
    for position in range(1, len(screen.relay.steps) + 1):
        screen.go(position)
        told.append(screen.text("#sentence"))
    assert not any(map(without_number.search, (line for line in told if " changes " not in line)))
    screen.press("End")  # a neuron has the same weights for every row, so its change has no number
    assert "In layer2.neuron1, w1 changes most" in screen.text("#sentence")


def test_end_that_is_no_loss_is_called_by_its_name(opened: Opener) -> None:
    screen = opened(two_paths())
    screen.press("End")
    assert screen.text("#loss").startswith("e 6 → ")
    assert "\ne was 6. The gradients predicted" in screen.text("#sentence")
    screen.tab("train")
    screen.button("× 1").click()
    assert screen.text("#train .result").startswith("e 6 → ")


# --- steps and leaves ------------------------------------------------------------------------------------------------


def test_step_stays_when_a_leaf_is_moved(opened: Opener) -> None:
    screen = opened(neuron())
    for position in (0, 2, 9, 16):
        screen.go(position)
        screen.type_in("w1", str(position))
        assert screen.position == position
    screen.go(2)
    expect(screen.value("n")).to_have_text(show(16 * 2 + 6.8813735870195432))
    expect(screen.value("loss")).to_have_text("")


def test_steps_end_before_a_value_that_is_missing_and_come_back_with_it(opened: Opener) -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    screen = opened(Relay(named(named(a * b, "c").log() + 1, "end")))
    screen.press("2")
    position = screen.position
    screen.type_in("a", "-1")
    screen.field("a").blur()
    assert screen.position == 1
    expect(screen.value("c")).to_have_text("−3")
    screen.press("ArrowRight", "End", "3", " ")
    assert screen.position <= 1
    screen.press("Home")
    screen.press("3")
    assert screen.position == 1
    screen.go(position)
    screen.type_in("a", "2")
    assert screen.position == position


@pytest.mark.parametrize(("tab", "field"), [("whatif", "#whatif .parameter input[type=text]"), ("train", "#rate")])
def test_number_that_is_refused_is_told_in_words(tab: str, field: str, opened: Opener) -> None:
    screen = opened(Relay(line_loss()))
    screen.tab(tab)
    refused = screen(field)
    refused.fill("much")
    refused.press("Enter")
    told = screen(f"[id='{refused.get_attribute('aria-describedby')}']")
    expect(told).to_have_text(say("quiz.why.number") if tab == "whatif" else say("rate.refused"))
    expect(screen("#news")).to_have_text(str(told.text_content()))
    refused.fill("0.5")
    refused.press("Enter")
    expect(told).to_have_text("")
    assert refused.get_attribute("aria-describedby") is None


# --- nothing jumps ---------------------------------------------------------------------------------------------------

FIXED = ["header", "#timeline", "#graph", "#graph svg", "#told", "#place", "#sentence", "#tabs", "#tab-quiz", "#whatif",
         "#below", "#zoom", "#controls", "#next", "footer"]  # fmt: skip
MOVED = """(names) => {
    const room = document.getElementById("graph"); // it may be scrolled, to follow the step
    const cards = [...document.querySelectorAll("#graph .card rect")];
    const elements = [...names.map((name) => document.querySelector(name)), ...cards];
    const places = () => elements.map((element) => {
        const {left, top, width, height} = element.getBoundingClientRect();
        const isInside = room !== element && room.contains(element);
        const [x, y] = isInside ? [left + room.scrollLeft, top + room.scrollTop] : [left, top];
        return cards.includes(element) ? [x, y, width, height] : [x, y];
    });
    const {derived, go} = microgrid, first = places(), found = [], sentence = names.indexOf("#sentence");
    go(1);
    first[sentence] = places()[sentence]; // at the start, the note stands above it
    for (let i = 0; i <= derived.steps.length; i += Math.ceil(derived.steps.length / 150)) {
        go(i);
        places().forEach((place, k) => {
            const far = place.some((x, j) => Math.abs(x - first[k][j]) > 0.6);
            const isThere = i || k !== sentence;
            if (far && isThere) found.push([i, elements[k].id || elements[k].parentElement.id, first[k], place]);
        });
    }
    return found;
}"""


@pytest.mark.parametrize("name", [*EXAMPLES, "network"])
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (1280, "ja"), (360, "en"), (1920, "ja")])
def test_nothing_jumps_over_all_steps(name: str, width: int, language: str, opened: Opener) -> None:
    if name == "network":
        relay, heading = network(3, 16, 16, 1), None
    else:
        relay, heading = as_cards(name), example(name).heading
    screen = opened(relay, heading, width=width, height=900, language=language)
    assert screen.page.evaluate(MOVED, FIXED) == []


def test_tabs_stay_in_place_in_a_quiz_and_when_training_diverges(opened: Opener) -> None:
    screen = opened(example("learning-rate").record())
    places = [boxes(screen, "#tabs")]
    begin_quiz(screen)
    places.append(boxes(screen, "#tabs"))
    screen.tab("train")
    while screen.button("× 100").is_enabled():
        train(screen, "× 100")
    expect(screen("#sentence")).to_contain_text("Training diverged")
    places.append(boxes(screen, "#tabs"))
    assert places == [places[0]] * 3


def test_sentence_and_formula_are_seen_while_one_steps_on_a_phone(opened: Opener) -> None:
    screen = opened(neuron(), width=360, height=640)
    controls = boxes(screen, "#controls")[0]
    for position in range(len(screen.relay.steps) + 1):
        screen.go(position)
        for box in boxes(screen, "#place, #sentence, #formula"):
            assert box["top"] >= 0
            assert box["bottom"] <= controls["top"]
    assert boxes(screen, "#graph")[0]["height"] > 200


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.parametrize("width", [390, 1280])
def test_numbers_are_large_enough_for_a_class_and_the_lit_cards_stay_in_view(
    name: str, width: int, opened: Opener
) -> None:
    screen = opened(as_cards(name), example(name).heading, width=width)
    font = "(text) => parseFloat(getComputedStyle(text).fontSize)"
    size = screen("#graph .value").first.evaluate(font) * screen.page.evaluate("() => microgrid.scale")
    assert size >= 11 - 1e-6
    hidden = screen.page.evaluate("""() => {
        const room = document.getElementById("graph").getBoundingClientRect(), found = [], {derived, go} = microgrid;
        for (let i = 1; i <= derived.steps.length; i++) {
            go(i);
            const lit = document.querySelector("#graph .target rect") ?? document.querySelector("#graph .current rect");
            const {left, right, top, bottom} = lit.getBoundingClientRect();
            if (left < room.left || right > room.right || top < room.top || bottom > room.bottom) found.push(i);
        }
        return found;
    }""")
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [780, 900])
def test_long_title_leaves_room_for_the_three_steps_in_a_narrow_player(
    width: int, language: str, opened: Opener
) -> None:
    screen = opened(
        two_paths(),
        Heading({"en": "a long title " * 6, "ja": "長い題 " * 12}),
        width=width,
        height=640,
        language=language,
    )
    found = [box for selector in ("h1", "#phases button", "header > button") for box in boxes(screen, selector)]
    for left, right in itertools.pairwise(found):
        assert left["right"] <= right["left"]
    for part in ("#phases", "header"):
        assert screen(part).evaluate("(element) => element.scrollWidth <= element.clientWidth")


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"xor", "penguins"}))  # whose text would be below 12 px
def test_all_examples_but_the_largest_are_seen_whole_at_1280_pixels(name: str, opened: Opener) -> None:
    screen = opened(example(name).record(), example(name).heading)
    sizes = screen("#graph").evaluate(
        "(room) => [room.scrollWidth - room.clientWidth, room.scrollHeight - room.clientHeight]"
    )
    assert sizes == [0, 0]


# --- motion that is not wanted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["neuron", "two-paths", "vanishing-gradients", "learning-rate"])
def test_baton_that_rests_covers_no_number(name: str, opened: Opener) -> None:
    screen = opened(example(name).record(), example(name).heading)
    screen.press("1")
    for _ in range(len(screen.relay.steps_of("think"))):
        screen.press("ArrowRight")
        covered = screen.page.evaluate("""() => {
            const baton = document.getElementById("baton"), box = baton.getBoundingClientRect();
            if (!baton.matches(".running")) return [];
            const texts = [...document.querySelectorAll("#graph .card text, #graph .edge text")];
            return texts.filter((text) => {
                const other = text.getBoundingClientRect();
                return text.textContent && other.left < box.right && other.right > box.left
                    && other.top < box.bottom && other.bottom > box.top;
            }).map((text) => text.textContent);
        }""")
        assert covered == []


# --- names, languages, paper -----------------------------------------------------------------------------------------


def test_names_written_from_right_to_left_leave_numbers_in_their_place(opened: Opener) -> None:
    w, x = Value(3.0, "משקל"), Input(2.0, "קלט")
    screen = opened(Relay(named((w * x - 5) ** 2, "loss")))
    screen.press("2")
    assert "Share for \u2068קלט\u2069: upstream" in screen.text("#sentence")
    lines = screen.relay.text().splitlines()
    assert any("→ \u2068משקל\u2069" in line for line in lines)
    places = screen.page.evaluate("""() => {
        const left = (part) => {
            const walker = document.createTreeWalker(document.getElementById("sentence"), NodeFilter.SHOW_TEXT);
            let node = walker.nextNode();
            while (!node.data.includes(part)) node = walker.nextNode();
            const range = document.createRange(), at = node.data.indexOf(part);
            range.setStart(node, at);
            range.setEnd(node, at + part.length);
            return range.getBoundingClientRect().left;
        };
        return [left("Share"), left("קלט"), left("upstream")];
    }""")
    assert places == sorted(places)


@pytest.mark.parametrize("name", [*EXAMPLES, "rows"])
def test_no_stray_spaces_stand_in_japanese(name: str, opened: Opener) -> None:
    is_example = name in EXAMPLES
    relay = as_cards(name) if is_example else doubled_relus()
    screen = opened(relay, example(name).heading if is_example else None, language="ja")
    texts = []
    for position in range(0, screen.page.evaluate("() => microgrid.derived.steps.length") + 1, 3):
        screen.go(position)
        texts += screen.texts("#sentence, #note, #legend, #whatif .told")
    stray = re.compile(r"[。、] | [。、]|[\u3041-\u30fe\u4e00-\u9fff] [\u3041-\u30fe\u4e00-\u9fff]|  ")
    # The spaces around a formula such as p − 正解 set it off.
    assert [text for text in texts if stray.search(text.replace("p − 正解 ", ""))] == []


def test_worksheet_says_how_many_changes_it_leaves_out(opened: Opener) -> None:
    screen = opened(network(2, 3, 1))
    screen.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(screen("#sheets .more")).to_have_text(["… and 5 more parameters."] * 2)
    small = opened(neuron())
    small.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(small("#sheets .more")).to_have_count(0)


def test_page_is_saved_in_the_language_that_is_asked_for(tmp_path: Any) -> None:
    relay = Relay(line_loss())
    for suffix, told in (("html", '<html lang="ja">'), ("txt", "順伝播"), ("svg", "計算グラフ")):
        path = tmp_path / f"relay.{suffix}"
        relay.save(path, language="ja", animated=suffix == "svg")
        assert told in path.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        relay.save(tmp_path / "other.json", language="fr")
    assert not (tmp_path / "other.json").exists()


# --- what is seen without the program, and how well ------------------------------------------------------------------


def test_page_holds_its_style_and_its_program_as_they_were_written() -> None:
    text = page(neuron(), Heading({"en": "neuron"}))
    for name in ("graph.css", "page.css"):
        assert asset(f"studio/app/{name}") in text
    lines = {line.strip() for line in re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL).splitlines()}
    left_out = re.compile(r"/\*\*.*?\*/ ?|^import [^;]*;|^export | -{4,}$", re.DOTALL | re.MULTILINE)
    for path in (PACKAGE / "studio/app").rglob("*.js"):
        code = left_out.sub("", path.read_text(encoding="utf-8"))
        assert {line.strip() for line in code.splitlines()} <= lines, path


CONTRAST = """() => {
    const channel = (x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(channel);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = getComputedStyle(document.body).backgroundColor, found = [];
    for (const text of document.querySelectorAll("#graph text")) {
        if (!text.textContent.trim()) continue;
        const frame = text.closest(".card, #baton")?.querySelector("rect");
        const behind = frame ? getComputedStyle(frame).fill : paper;
        for (const part of [text, ...text.querySelectorAll("tspan")]) {
            const [a, b] = [light(getComputedStyle(part).fill), light(behind)].sort((x, y) => y - x);
            found.push([text.textContent, text.getAttribute("class"), (a + 0.05) / (b + 0.05)]);
        }
    }
    return found;
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["neuron", "two-paths", "dead-relu", "xor"])
def test_every_text_of_the_graph_stands_out_from_what_is_behind_it(name: str, dark: bool, opened: Opener) -> None:
    screen = opened(as_cards(name), example(name).heading, dark=dark)
    screen.press("1", "ArrowRight", "ArrowRight", "ArrowRight")
    during = screen.page.evaluate(CONTRAST)
    screen.press("2")
    found = during + screen.page.evaluate(CONTRAST)
    assert len(found) > 20
    assert [told for told in found if told[2] < 4.5] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "penguins"])
def test_explanation_of_every_step_has_room_without_scrolling(name: str, language: str, opened: Opener) -> None:
    screen = opened(as_cards(name), example(name).heading, language=language)
    cut = screen.page.evaluate("""() => {
        const found = [], {derived, go} = microgrid;
        const parts = ["formula", "note"].map((id) => document.getElementById(id));
        parts.push(document.getElementById("sentence").parentElement);
        for (let i = 0; i <= derived.steps.length; i++) {
            go(i);
            for (const part of parts)
                if (part.scrollHeight > part.clientHeight || part.scrollWidth > part.clientWidth)
                    found.push([i, part.textContent]);
        }
        return found;
    }""")
    assert cut == []


def test_table_of_values_and_gradients_is_seen_where_no_program_runs(browser: Browser, tmp_path: Path) -> None:
    relay, path = neuron(), tmp_path / "page.html"
    path.write_text(page(relay, Heading({"en": "neuron"}), "en"), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    found = context.new_page()
    found.goto(path.as_uri())
    for hidden in ("header", "main", "footer"):
        expect(found.locator(hidden)).to_be_hidden()
    expect(found.locator("noscript p")).to_have_text(words("en")["page.noscript"])
    rows = found.locator("noscript tbody tr").all_text_contents()
    nodes = [node for node in relay.nodes if node.kind != "constant"]
    for row, node in zip(rows, nodes, strict=True):
        assert row.startswith(node.name)
        assert row.endswith(show(node.data) + show(relay.gradients[node.id]))
    context.close()


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["w × x = 3 × 2", "p − target = 7 − 5", "loss = (p − target)² = 2²"]),
        ("ja", ["w × x = 3 × 2", "p − 正解 = 7 − 5", "損失 = (p − 正解)² = 2²"]),
    ],
)
def test_table_where_no_program_runs_speaks_the_language_and_says_a_formula_once(
    language: str, names: list[str]
) -> None:
    table = studio_page(language=language).partition("<noscript>")[2].partition("</noscript>")[0]
    assert set(names) <= set(re.findall(r'<th scope="row">(.*?)</th>', table))
