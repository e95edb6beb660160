"""Labels that the program gives itself, in the language of the reader; those of a user stay."""

from __future__ import annotations

import re

import pytest

from microgrid.documents.examples import EXAMPLES, Heading, example
from microgrid.language.words import label_in, words
from microgrid.relay.table import tell

MATHEMATICS = re.compile(r"(層\d+\.ニューロン\d+\.)?[a-z]\d*|d[a-z]/d[a-z]")  # w1, b, dy/dx


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_label_of_an_example_is_japanese_or_a_letter_of_mathematics(name: str) -> None:
    shown = example(name)
    relay = shown.record().relabelled(lambda label: shown.heading.label_in(label, "ja"))
    labels = {node.label for node in relay.nodes} - {""}
    assert not [label for label in labels if not MATHEMATICS.fullmatch(label) and re.search("[A-Za-z]{2}", label)]
    assert [node.id for node in relay.nodes] == [node.id for node in shown.record().nodes]


def test_labels_that_are_not_the_programs_own_stay() -> None:
    assert Heading().label_in("apple", "ja") == "apple"
    assert Heading(own_labels=frozenset(["result"])).label_in("result", "ja") == "結果"
    assert Heading(own_labels=None).label_in("target", "ja") == "正解"
    assert Heading(own_labels=None).label_in("apple", "en") == "apple"
    assert Heading(own_labels=None, labels={"ja": {"apple": "林檎"}}).label_in("apple", "ja") == "林檎"


def test_label_of_a_neuron_is_made_of_its_layer_and_its_number() -> None:
    assert label_in("layer2.neuron10.b", "ja") == "層2.ニューロン10.b"
    assert label_in("layer2", "ja") == "層2"
    assert label_in("layer2.neuron1.w1", "en") == "layer2.neuron1.w1"
    assert label_in("layering", "ja") == "layering"


def test_no_space_stands_between_a_japanese_name_and_what_follows() -> None:
    shown = example("apples-and-oranges")
    relay = shown.record().relabelled(lambda label: shown.heading.label_in(label, "ja"))
    first = tell(relay, "ja").lines[0].sentence
    assert first == "りんごの代金はりんごの単価にりんごの個数を掛けた値: 100 × 2 = 200。"
    assert words("ja")["outcome"].format(name="result", before=1, predicted=2, after=3).startswith("result は 1 だった")
