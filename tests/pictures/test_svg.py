"""The SVG of a page: every number of the graph stands in it, and no label can become markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from microgrid import Input, Relay, Value
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show
from microgrid.language.words import words
from microgrid.nn import MLP
from microgrid.pictures.layout import lay_out
from microgrid.pictures.palette import sign_of
from microgrid.pictures.svg import svg


def text_of(output: Value, language: str = "en") -> str:
    return svg(lay_out(cards_and_edges(Relay(output).snapshot, "neuron")), words(language))


def read(output: Value) -> ET.Element:
    return ET.fromstring(text_of(output))


def group(scene: ET.Element, name: str) -> ET.Element:
    (found,) = (element for element in scene if element.attrib.get("id") == name)
    return found


def texts(element: ET.Element) -> dict[str, str]:
    """Return each text of a group by its first class."""
    return {text.attrib["class"].split(" ")[0]: "".join(text.itertext()) for text in element.iterfind("{*}text")}


def product() -> Value:
    """w · x at w = 3, x = −2: the gradient of w is −2, that of x is 3."""
    output = Value(3.0, "w") * Input(-2.0, "x")
    output.label = "p"
    return output


def test_card_shows_name_value_and_gradient() -> None:
    assert texts(group(read(product()), "n0")) == {"name": "w", "value": "3", "grad": "−2", "word": "grad"}


def test_card_of_a_computed_value_shows_its_operation() -> None:
    assert texts(group(read(product()), "n2"))["name"] == "p = ×"


def test_edge_shows_local_derivative_and_share() -> None:
    scene = read(product())
    assert texts(group(scene, "e0")) == {"local": "×−2", "share": "−2"}
    assert texts(group(scene, "e1")) == {"local": "×3", "share": "3"}


@pytest.mark.parametrize(("name", "kind"), [("n0", "parameter"), ("n1", "input"), ("n2", "constant"), ("n3", "output")])
def test_kind_of_a_card_is_its_class(name: str, kind: str) -> None:
    scene = read((Value(3.0, "w") * Input(2.0, "x")) + 1.0)
    names = {"n0": "n0", "n1": "n1", "n2": "n3", "n3": "n4"}  # n2 is the product
    assert group(scene, names[name]).attrib["class"] == f"card {kind}"


def test_constant_shows_its_number_only_and_its_edge_is_given() -> None:
    scene = read(Value(3.0, "w") * 2.0)
    assert texts(group(scene, "n1")) == {"value": "2"}
    assert group(scene, "e1").attrib["class"] == "edge given"
    assert texts(group(scene, "e1")) == {}


@pytest.mark.parametrize(("number", "sign"), [(2.0, "positive"), (-0.1, "negative"), (0.0, "zero"), (-0.0, "zero")])
def test_sign_is_a_class(number: float, sign: str) -> None:
    assert sign_of(number) == sign


def test_sign_of_gradient_and_share_are_on_card_and_edge() -> None:
    scene = read(product())
    assert [text.attrib["class"] for text in group(scene, "n0").iterfind("{*}text")][-1] == "grad negative"
    assert [text.attrib["class"] for text in group(scene, "e1").iterfind("{*}text")][-1] == "share positive"


def test_neurons_are_marked_and_hold_what_they_computed() -> None:
    prediction = MLP(2, [2, 1], seed=1)([0.5, -0.5])
    assert isinstance(prediction, Value)
    relay = Relay(prediction)
    scene = read(prediction)
    neurons = [element for element in scene if " neuron" in element.attrib.get("class", "")]
    assert len(neurons) == 3
    assert texts(neurons[-1])["value"] == show(prediction.data)
    assert texts(neurons[-1])["name"].startswith("layer2.neuron1")
    assert texts(neurons[0])["grad"] == show(relay.gradients[neurons[0].attrib["id"]])


def test_every_card_and_edge_is_there_once() -> None:
    output = product()
    relay = Relay(output + output)
    found = [element.attrib["id"] for element in read(output + output)]
    assert sorted(found) == sorted([*(node.id for node in relay.nodes), "e0", "e1", "e2", "e3"])


@pytest.mark.parametrize(
    "label", ["<b>&amp;</b>", '"><script>alert(1)</script>', "]]>", "'onload='x", "{{data}}", "a & b < c", "重み"]
)
def test_label_is_text_whatever_stands_in_it(label: str) -> None:
    outputs = [Value(3.0, each).tanh() for each in ("w", label)]
    for output in outputs:
        output.label = "o"
    plain, hostile = map(read, outputs)
    assert texts(group(hostile, "n0"))["name"] == label
    assert [element.tag for element in plain.iter()] == [element.tag for element in hostile.iter()]
    assert 'aria-label="&lt;&quot;&gt;"' in svg(
        lay_out(cards_and_edges(Snapshot.of(product()))), {**words("en"), "page.graph": '<">'}
    )


def test_name_that_is_cut_has_its_full_text_in_a_title() -> None:
    label = "a very long name <that> goes on & on"
    card = group(read(Value(3.0, label).tanh()), "n0")
    assert texts(card)["name"].endswith("…")
    assert card.findtext("{*}title") == label


def test_size_of_the_sheet_is_told_twice() -> None:
    scene = read(product())
    assert scene.attrib["viewBox"] == f"0 0 {scene.attrib['width']} {scene.attrib['height']}"


def test_dead_neuron_says_so() -> None:
    status = texts(group(read(Value(-1.0, "a").relu()), "n1"))["status"]
    assert status.startswith("dead")
    assert texts(group(read(Value(1.0, "a").relu()), "n1"))["status"] == ""
