"""Recorded attention, named: what is a query, a key, a value, a score, a weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from microgrid import Input, Relay, Value, nn, total, weighted_sum
from microgrid.documents import Heading, name_attention
from microgrid.graph.folding import cards_and_edges
from microgrid.relay.table import tell
from tests.browser import Opener, expect

LETTERS = ["", "a", "b"]


def record(scale: float = 1.0, query: Sequence[Value] = (), is_turned: bool = False) -> Value:
    """Record the attention of the last of three letters in a style of its own."""
    query = query or [Input(1.0), Input(-2.0)]
    keys = [[Input(float(i + j)) for j in range(2)] for i in range(3)]
    scores = [weighted_sum(key, query, 0) if is_turned else weighted_sum(query, key, 0) for key in keys]
    largest = max(score.data for score in scores)
    powers = [((score - largest) * scale if scale != 1.0 else score).exp() for score in scores]
    weights, values = [power / total(powers) for power in powers], [Input(float(i)) for i in range(3)]
    return weighted_sum(weights, values, 0) if is_turned else weighted_sum(values, weights, 0)


@pytest.mark.parametrize("is_turned", [False, True])
def test_every_part_is_named(is_turned: bool) -> None:
    mixture = record(0.5, is_turned=is_turned)
    name_attention(mixture, LETTERS)
    names = {node.label for node in Relay(mixture).nodes if node.kind != "constant"}
    parts = ("q·k", "score", "exp", "weight", "k1", "k2", "v")
    expected = {f"{part} of {letter}" for part in parts for letter in ("start", "“a”", "“b”")}
    assert expected | {"q1", "q2", "mixture"} <= names
    assert names - expected == {"q1", "q2", "mixture", "", "sum"}  # "": a score less the largest


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["query", "key", "score", "softmax weight", "value", "mixture"]),
        ("ja", ["クエリ", "キー", "スコア", "ソフトマックスの重み", "バリュー", "混合"]),
    ],
)
def test_page_speaks_of_all_parts_in_each_language(language: str, words: list[str]) -> None:
    heading = name_attention(record(0.5), LETTERS)
    told = " ".join([heading.title[language], heading.note[language], *heading.remarks[language].values()])
    assert not [word for word in words if word not in told]
    assert "{" not in told


def test_labels_have_their_japanese() -> None:
    heading = name_attention(record(0.5), LETTERS)
    assert heading.label_in("score of start", "ja") == "始まりのスコア"
    assert heading.label_in("k1 of “a”", "ja") == "「a」の k1"


def test_letters_that_return_are_numbered() -> None:
    heading = name_attention(mixture := record(0.5), ["", "a", "a"])
    labels = {node.label for node in Relay(mixture).nodes}
    assert {"k1 of “a” (1)", "k1 of “a” (2)", "weight of start"} <= labels
    assert heading.title == {"en": "attention: what “a” (2) looks at", "ja": "アテンション: 「a」(2)はどこを見るか"}


def test_note_says_which_head_it_is() -> None:
    heading = name_attention(record(0.5), LETTERS, head=(1, 4))
    assert heading.note["en"].startswith("This is head 1 of 4. q is the query of “b”: ")
    assert heading.note["ja"].startswith("これは 4 つのヘッドの 1 番目。q は「b」のクエリで、")


def test_score_that_is_not_scaled_is_told_as_its_products() -> None:
    heading = name_attention(mixture := record(), LETTERS)
    labels = {node.label for node in Relay(mixture).nodes}
    assert "q·k of “a”" in labels
    assert "score of “a”" not in labels
    assert "score of “a”" not in heading.remarks["en"]


@pytest.mark.parametrize("add", [total, sum])
def test_products_that_are_nodes_are_recognised(add: Callable[[Iterable[Value]], Value]) -> None:
    query, keys = [Value(1.0), Value(-2.0)], [[Value(0.5), Value(2.0)], [Value(1.0), Value(3.0)]]
    powers = [(0.5 * add([a * b for a, b in zip(key, query, strict=True)])).exp() for key in keys]
    mixture = add([power / add(powers) * Value(3.0) for power in powers])
    heading = name_attention(mixture, ["", "a"])
    labels = {node.label for node in Relay(mixture).nodes}
    assert {"q1", "q2", "k2 of start", "v of “a”", "q·k of “a”", "score of “a”", "weight of start", "mixture"} <= labels
    assert "parameter" not in heading.note["en"]  # there are some


def test_label_of_ones_own_stays() -> None:
    query = nn.Dense(2, 2)([Input(1.0), Input(2.0)])
    assert isinstance(query, list)
    heading = name_attention(mixture := record(query=query), LETTERS)
    assert query[0].label == "neuron1"
    assert heading.label_in("neuron1", "ja") == "neuron1"
    assert any(card.is_neuron for card in cards_and_edges(Relay(mixture).snapshot, "neuron").cards)


def test_named_twice_is_named_once() -> None:
    mixture = record()
    assert name_attention(mixture, LETTERS) == name_attention(mixture, LETTERS)


def test_learned_numbers_are_told_as_parameters_only_where_they_are() -> None:
    mixture = record()
    name_attention(mixture, LETTERS)
    assert not Relay(mixture).parameters
    assert "bias" not in " ".join(line.sentence for line in tell(Relay(mixture)).lines)


@pytest.mark.parametrize(
    "mixture",
    [
        Value(1.0),
        weighted_sum([1.0], [Value(2.0)], 0),
        weighted_sum([1.0], [Value(2.0) / 3], 0),
        weighted_sum([1.0], [Value(2.0).exp() / 3], 0),
    ],
)
def test_what_is_no_attention_is_refused(mixture: Value) -> None:
    with pytest.raises(ValueError, match=r"^expected a mixture, Σ value · weight with each weight = score\.exp\(\) / "):
        name_attention(mixture, ["a"])


def test_too_few_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^expected a name for each key, got 1 names for 3 keys$"):
        name_attention(record(), ["a"])


def test_text_and_page_are_saved_with_the_heading(tmp_path: Path) -> None:
    heading = name_attention(mixture := record(), LETTERS)
    Relay(mixture).save(tmp_path / "a.txt", language="ja", heading=heading)
    Relay(mixture).save(tmp_path / "a.html", heading=heading)
    assert "始まりの exp" in (tmp_path / "a.txt").read_text("utf-8")
    assert "<title>attention: what “b” looks at · microgrid</title>" in (tmp_path / "a.html").read_text("utf-8")


def test_player_has_the_heading() -> None:
    heading = name_attention(mixture := record(), LETTERS)
    player = Relay(mixture).player("ja", heading=heading)
    assert "<title>アテンション: 「b」はどこを見るか · microgrid</title>" in player.page
    assert "始まりの exp" in player.picture or not player.picture


def test_page_of_a_graph_without_parameters_is_called_as_its_output(tmp_path: Path) -> None:
    name_attention(mixture := record(), LETTERS)
    Relay(mixture).save(tmp_path / "a.html")
    assert "<title>mixture · microgrid</title>" in (tmp_path / "a.html").read_text("utf-8")


def test_remarks_are_told_in_the_language_of_the_page(opened: Opener) -> None:
    label = "power"
    power = Input(1.0, "x").exp()
    power.label = label
    heading = Heading(remarks={"en": {label: "It is positive."}, "ja": {label: "正の数になる。"}})
    screen = opened(Relay(power), heading)
    screen.press("ArrowRight")
    expect(screen("#sentence")).to_contain_text("It is positive.")
    screen.press("l")
    expect(screen("#sentence")).to_contain_text("正の数になる。")
    screen.press("ArrowRight")
    expect(screen("#sentence")).not_to_contain_text("正の数")
