"""Corners of the page in which something was wrong once: opened neurons, odd networks, missing values, focus."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from microgrid import Input, Relay, Value, total
from microgrid.language.numerals import show
from microgrid.language.words import LANGUAGES
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, Neuron
from microgrid.relay.sentences import outcome
from microgrid.relay.table import tell
from microgrid.studio.page import page
from tests.browser import Opener, expect
from tests.studio.test_page import train


def network(*sizes: int, rows: int = 1, spelled_out: bool = False) -> Relay:
    model = MLP(sizes[0], list(sizes[1:]), "tanh", seed=1, spelled_out=spelled_out)
    predictions = [model([0.5 * row + 0.25 * i for i in range(sizes[0])]) for row in range(1, rows + 1)]
    return Relay(mean_squared_error(predictions, [0.7] * rows))


def regularised() -> Relay:
    """A network of which every weight is also in a penalty, so that none is folded into its neuron."""
    model = MLP(2, [2, 1], "tanh", seed=1)
    penalty = total([parameter**2 for parameter in model.parameters()])
    return Relay(mean_squared_error(model([0.5, 1.0]), 0.7) + 0.01 * penalty)


def test_weight_of_an_opened_neuron_changes_in_its_table_and_not_on_the_card(opened: Opener) -> None:
    screen = opened(network(2, 2, 1), motion=True)
    screen.card("layer1.neuron1").click()
    screen.press("2")
    value = screen.value("layer1.neuron1").text_content()
    steps = screen.page.evaluate("() => microgrid.derived.steps.map((step) => step.kind)")
    screen.go(steps.index("change"))
    screen.press("ArrowRight")
    screen.wait_for("document.querySelector('#inside .now') !== null")
    expect(screen.value("layer1.neuron1")).to_have_text(value or "")


def test_value_that_is_missing_while_a_neuron_is_open_is_told(opened: Opener) -> None:
    output = Neuron(2, "relu", seed=1)([1.0, 2.0]) / Input(2.0, "d")
    screen = opened(Relay(output))
    screen.press("End")
    screen("#graph .card.neuron").click()
    screen.tab("whatif")
    screen.type_in("d", "0")
    expect(screen("#sentence")).to_have_text(
        "Here quotient has no value at " + f"{show(output.operands[0].data)}, 0. Choose another number."
    )
    screen.type_in("d", "2")
    expect(screen("#sentence")).not_to_contain_text("no value")


@pytest.mark.parametrize(
    "relay", [regularised(), network(2, 2, 1, spelled_out=True)], ids=["regularised", "spelled out"]
)
def test_neuron_opens_and_is_told_whether_its_weights_are_folded_in_or_not(relay: Relay, opened: Opener) -> None:
    screen = opened(relay)
    sentences = []
    for position in range(1, screen.page.evaluate("() => microgrid.derived.ends.know") + 1):
        screen.go(position)
        sentences.append(screen.text("#sentence"))
    assert any(
        s.startswith("layer1.neuron1 applies its activation to the weighted sum of its 2 inputs") for s in sentences
    )
    screen.card("layer1.neuron1").click()
    expect(screen("#inside tbody tr")).to_have_count(5)  # two weights, the bias, the sum and tanh
    screen.press("End")
    gradients = [text for text in screen.texts("#inside td.grad") if text]
    assert len(gradients) == 7  # dW for two weights, db, dx for two inputs, the sum and the output


def test_loss_may_be_a_neuron_that_is_spelled_out(opened: Opener) -> None:
    screen = opened(Relay(Neuron(2, "tanh", seed=1, spelled_out=True)([1.0, 2.0])))
    screen.press("2")
    expect(screen("#graph .card.output .grad")).to_have_text("1")


def test_dw_of_an_opened_neuron_is_that_of_its_own_row(opened: Opener) -> None:
    model = MLP(2, [2, 1], "tanh", seed=1)
    predictions = [model([0.75, 1.0]), model([1.25, 1.5])]
    relay = Relay(2 * mean_squared_error(predictions, [0.7, 0.7]))  # doubled, for else it opens as a network
    screen = opened(relay)
    screen.press("End")
    screen("#graph .card.neuron").first.click()
    found = screen.texts("#inside td.grad")[0]
    assert found != show(relay.gradients[relay.parameters[0]])  # the gradient of w1 is the sum over both rows
    kept = [
        line.sentence
        for line in tell(relay, fold="neuron").lines
        if line.sentence.startswith("The gradients of the parameters of layer1.neuron1")
    ]
    assert len(kept) == 2
    assert f"dW = {found}," in kept[1]  # Think comes to the first row last


def test_open_neuron_gives_no_answer_away_in_a_quiz(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.press("End")
    screen.tab("quiz")
    screen.button("Begin").click()
    screen.card("layer2.neuron1").click()
    assert set(screen.texts("#inside td.grad")) == {""}


def test_widest_edge_is_the_largest_share_that_is_shown(opened: Opener) -> None:
    w, x = Value(3.0, "w"), Input(10.0, "x")
    screen = opened(Relay((w * x - 20) ** 2))
    screen.press("2")
    widths = screen("#graph .edge.handed .line").evaluate_all(
        "(lines) => lines.map((line) => +line.getAttribute('stroke-width'))"
    )
    assert max(widths) == 3.8


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("−1.5e−7", -1.5e-7),
        ("２", 2.0),
        ("-.5", -0.5),
        ("1,5", 1.5),
        ("1,000", None),
        ("0,125", 0.125),
        ("1/8", 0.125),
        ("ー６", -6.0),
        ("7 × 10⁻³", 0.007),
        ("3²", None),
        ("½", 0.5),
        ("0x10", None),
        ("1 2", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_they_are_shown(typed: str, read: float | None, opened: Opener) -> None:
    screen = opened(Relay(Value(3.0, "w") * 2))
    screen.type_in("w", typed)
    found = screen.page.evaluate("() => microgrid.state.leaves.get(0)")
    assert found == (3.0 if read is None else read)


def test_outcome_asks_for_values_only_as_python_does(opened: Opener) -> None:
    relay = Relay(Value(1.0, "a").sqrt(), learning_rate=2.0)
    screen = opened(relay)
    screen.press("End")
    expect(screen("#sentence")).to_contain_text(relay.text().splitlines()[-1])
    assert relay.outcome.after == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("start", "make", "learning_rate"),
    [
        (1e100, lambda a: a**2, 1e100),  # too large
        (2.0, lambda a: a.exp() - 800 * a, 1.0),  # too large
        (0.5, lambda a: a.log(), 1.0),  # no logarithm there
        (4.0, lambda a: a**0.5, 100.0),  # no root there
    ],
)
def test_page_and_python_tell_alike_what_cannot_be_computed_after_the_update(
    start: float, make: Callable[[Value], Value], learning_rate: float, language: str, opened: Opener
) -> None:
    relay = Relay(make(Value(start, "a")), learning_rate=learning_rate)
    screen = opened(relay, language=language)
    told = screen.page.evaluate(
        "(language) => new microgrid.Sentences(microgrid.graph, new microgrid.Words(microgrid.WORDS, language))"
        ".outcome(microgrid.numbers.outcome)",
        language,
    )
    assert told == outcome(relay, language)


def test_slider_reaches_as_far_as_the_number_that_was_typed(opened: Opener) -> None:
    screen = opened(Relay(Value(3.0, "w") * 2))
    screen.type_in("w", "50")
    assert screen.slider("w").input_value() == "50"


def test_change_of_the_learning_rate_is_not_overwritten_by_what_still_moves(opened: Opener) -> None:
    screen = opened(Relay((Value(3.0, "w") * 2 - 5) ** 2), motion=True)
    screen.tab("train")
    screen.go(screen.page.evaluate("() => microgrid.derived.ends.think"))
    screen("#next").click()
    screen("#rate").fill("0.5")
    screen("#rate").press("Enter")
    screen.wait_for("document.getAnimations().length === 0")
    expect(screen.value("w")).to_have_text("3 → 1")


def test_worksheet_of_a_large_network_gives_nothing_away(opened: Opener) -> None:
    model = MLP(3, [8, 8, 1], "relu", seed=1)
    screen = opened(Relay(mean_squared_error(model([0.5, -0.3, 0.8]), 0.7)))
    screen.press("End")
    screen.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    sheet = screen("#sheets .sheet").first
    assert "dead" not in str(sheet.text_content())
    assert not [number for number in sheet.locator("td:nth-child(3)").all_text_contents() if number.strip("_")]
    assert sheet.locator(".has-status, .handed, .current").count() == 0


@pytest.mark.parametrize(("tab", "name"), [("train", "× 1"), ("train", "Reset"), ("whatif", "Reset")])
def test_button_keeps_the_focus_after_it_was_pressed(tab: str, name: str, opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.tab(tab)
    screen(f"#{tab}").get_by_role("button", name=name, exact=True).focus()
    screen.press("Enter")
    assert screen.page.evaluate("() => document.activeElement.textContent") == name


def test_focus_goes_back_to_the_card_when_its_neuron_is_closed(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.card("layer1.neuron2").click()
    screen("#inside .close").click()
    expect(screen("#inside")).to_be_hidden()
    assert screen.page.evaluate("() => document.activeElement.id") == screen.id_of("layer1.neuron2")


def test_escape_closes_the_neuron_also_when_another_card_was_chosen_since(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.card("layer1.neuron2").click()
    screen.card("x1").click()
    screen.press("Escape")
    expect(screen("#inside")).to_be_hidden()


def test_result_of_training_and_verdicts_are_announced_in_a_region_that_stays(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.page.evaluate("() => { window.region = document.getElementById('news'); }")
    screen.tab("train")
    train(screen, "× 10")
    expect(screen("#news")).to_contain_text(screen.text("#train .result"))
    screen.tab("quiz")
    screen.button("Begin").click()
    screen("#answer").fill("999")
    screen.button("Check").click()
    expect(screen("#news")).to_contain_text("Not yet.")
    assert screen.page.evaluate("() => window.region === document.getElementById('news')")


def test_sentences_are_not_announced_while_the_page_plays(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    live = screen("#sentence").locator("xpath=..")
    screen.press(" ")
    expect(live).to_have_attribute("aria-live", "off")
    screen.press(" ")
    expect(live).to_have_attribute("aria-live", "polite")


def test_playing_stops_when_help_is_opened(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.press(" ", "?")
    assert not screen.page.evaluate("() => microgrid.state.playing")


def test_arrows_lead_from_card_to_card(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    assert screen("#graph .card[tabindex='0']").count() == 1
    screen("#graph .card[tabindex='0']").focus()
    screen.press("ArrowDown", "ArrowDown", "ArrowUp")
    cards = screen.page.evaluate("() => microgrid.graph.cards.map((card) => card.id)")
    assert screen.page.evaluate("() => document.activeElement.id") == cards[1]


def test_address_names_the_step_that_a_closed_page_has(opened: Opener) -> None:
    screen = opened(network(2, 2, 1))
    screen.press("End")
    closed = screen.page.evaluate("() => microgrid.derived.steps.length")
    screen.card("layer1.neuron1").click()
    screen.press("End")
    screen.wait_for(f"location.hash === '#step={closed}'")


def test_moving_a_leaf_after_training_begins_a_new_curve(opened: Opener) -> None:
    screen = opened(Relay((Value(3.0, "w") * 2 - 5) ** 2))
    screen.tab("train")
    train(screen, "× 10")
    expect(screen("#curve")).to_be_visible()
    screen.tab("whatif")
    screen.type_in("w", "9")
    expect(screen("#curve")).to_be_hidden()


def test_going_to_the_same_place_writes_nothing(opened: Opener) -> None:
    screen = opened(network(3, 8, 8, 1))
    screen.press("2")
    changes = screen.page.evaluate(
        """() => new Promise((resolve) => {
            const seen = [];
            new MutationObserver((found) => seen.push(...found))
                .observe(document.querySelector("#graph svg"), {subtree: true, attributes: true, childList: true});
            microgrid.go(microgrid.state.position);
            setTimeout(() => resolve(seen.filter((one) => one.target.id !== "baton").length), 50);
        })"""
    )
    assert changes == 0


def test_text_that_cannot_be_shown_does_no_harm(opened: Opener) -> None:
    relay = Relay(Value(2.0, "a\x01b\ud800\u202ec") * 3)
    screen = opened(relay)
    assert screen.texts("#graph .name")[0] == "a b c"
    assert "\u202e" not in page(relay)
