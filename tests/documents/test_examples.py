"""The situations worth showing: each shows what its heading says."""

from __future__ import annotations

import itertools

import pytest

from microgrid.documents.document import read_document
from microgrid.documents.examples import EXAMPLES, example
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.engine import topological_order
from microgrid.graph.operations import local_derivatives
from microgrid.language.words import LANGUAGES
from microgrid.relay.records import Change
from microgrid.relay.relay import Relay
from microgrid.studio.page import page
from tests.graphs import plant, rebuilt


def labelled(relay: Relay) -> dict[str, float]:
    """Return the gradient of each labelled value."""
    return {node.label: relay.gradients[node.id] for node in relay.nodes if node.label}


def value(relay: Relay, label: str) -> float:
    (found,) = [node.data for node in relay.nodes if node.label == label]
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_has_a_page_and_a_heading_in_both_languages(name: str) -> None:
    shown = example(name)
    heading = shown.heading
    assert all(text[language] for text in (heading.title, heading.note) for language in LANGUAGES)
    assert f"<title>{heading.title['en']} · microgrid</title>" in page(shown.record(), heading)


def test_neuron_has_the_numbers_of_the_picture() -> None:
    relay = example("neuron").record()
    assert value(relay, "o") == pytest.approx(0.7071, abs=1e-4)
    assert labelled(relay)["x1"] == pytest.approx(-1.521, abs=1e-3)


def test_apples_and_oranges_cost_715() -> None:
    relay = example("apples-and-oranges").record()
    assert value(relay, "price") == pytest.approx(715.0)
    gradients = labelled(relay)
    assert gradients["apple"] == pytest.approx(2.2)
    assert gradients["number of oranges"] == pytest.approx(165.0)
    assert gradients["tax"] == 650.0
    assert relay.parameters == ()  # prices are given, not learned


def test_two_paths_add_up() -> None:
    gradients = labelled(example("two-paths").record())
    assert (gradients["a"], gradients["b"]) == (2.0, 5.0)


def test_newtons_step_makes_the_slope_0_by_the_estimate() -> None:
    relay = example("newton").record()
    assert labelled(relay) == {"x": 44.0, "dy/dx": 1.0}
    assert relay.outcome.before == 24.0
    assert relay.outcome.predicted == pytest.approx(0.0, abs=1e-12)
    (moved,) = [step.after for step in relay.steps if isinstance(step, Change)]
    assert moved == pytest.approx(2 - 24 / 44)


def test_xor_is_learned_in_two_hundred_cycles() -> None:
    relay = example("xor").record(learning_rate=0.2)
    for _ in range(200):
        relay = changed(relay)
    assert relay.outcome.before < 1e-6


def changed(relay: Relay) -> Relay:
    """Record the next cycle, as the page's Train does."""
    graph = rebuilt(relay)
    for node, number in zip(topological_order(graph), relay.outcome.values, strict=True):
        node.data = number
        if node.op:
            numbers = [operand.data for operand in node.operands]
            plant(node, local_derivatives(node.op, numbers, number))
    return Relay(graph, learning_rate=relay.learning_rate)


def test_gradients_vanish_on_their_way_through_five_sigmoids() -> None:
    gradients = labelled(example("vanishing-gradients").record())
    sizes = [abs(gradients[f"layer{i}.neuron1"]) for i in range(1, 6)]
    assert all(later / earlier > 4 for earlier, later in itertools.pairwise(sizes))


def test_dead_relu_says_so_and_hands_nothing_back() -> None:
    relay = example("dead-relu").record()
    assert "dead" in relay.status.values()
    gradients = labelled(relay)
    assert (gradients["w"], gradients["b"]) == (0.0, 0.0)
    assert gradients["o"] == -2.0


def test_learning_rate_of_its_example_makes_the_loss_larger_and_a_tenth_makes_it_smaller() -> None:
    too_large, better = example("learning-rate").record(), example("learning-rate").record(learning_rate=0.1)
    assert too_large.outcome.after > too_large.outcome.before > better.outcome.after


def test_penguin_is_weighed_by_a_trained_network() -> None:
    relay = example("penguins").record()
    assert abs(value(relay, "layer3.neuron1") - value(relay, "body mass")) < 0.5  # standard deviations
    assert relay.learning_rate == 0.005


def test_unknown_example_names_those_there_are() -> None:
    with pytest.raises(
        ValueError, match="there is no example 'perceptron'; there are satisfaction, neuron, apples-and-oranges"
    ):
        example("perceptron")


@pytest.mark.parametrize("name", GALLERY)
def test_every_text_of_the_gallery_is_the_same_graph_in_both_languages(name: str) -> None:
    english, japanese = (read_document(text_in(name, language)) for language in LANGUAGES)
    assert english.data == japanese.data
    shape = [(type(node), node.op) for node in topological_order(english)]
    assert shape == [(type(node), node.op) for node in topological_order(japanese)]
    assert not set("正解損失").intersection(text_in(name, "en"))


def test_examples_that_are_plain_are_those_of_the_gallery() -> None:
    for name in ("blame", "product", "two-paths", "neuron", "dead-relu", "learning-rate"):
        assert [node.label for node in topological_order(example(name).build())] == [
            node.label for node in topological_order(read_document(GALLERY[name].text))
        ]
