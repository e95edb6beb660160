"""What a value without a label is called: by what it is made of, where that is short and clear."""

from __future__ import annotations

import pytest

from microgrid import Input, Relay, Value, maximum, total, weighted_sum
from microgrid.graph.snapshot import Snapshot
from tests.graphs import plant

A, B, C = Value(2.0, "a"), Value(3.0, "b"), Value(5.0, "c")


def name_of(output: Value) -> str:
    return Snapshot.of(output).output.name


@pytest.mark.parametrize(
    ("output", "name"),
    [
        (A + B - C, "a + b − c"),
        (A - (B + C), "a − (b + c)"),
        ((A + B) * C, "(a + b)·c"),
        (A * (B * C), "a·(b·c)"),
        (A * B / C, "a·b/c"),
        (A / (B * C), "a/(b·c)"),
        (A**2, "a²"),
        ((A * B) ** 2, "(a·b)²"),
        ((A**2) ** 2, "(a²)²"),
        (A**B, "a^b"),
        (-A * B, "(−a)·b"),
        (A * -2.5, "a·(−2.5)"),
        (-(A * B), "−(a·b)"),
        (-(A + B), "−(a + b)"),
        ((A + B).sqrt(), "√(a + b)"),
        ((A + B).tanh() * C, "tanh(a + b)·c"),
        (abs(A - B), "|a − b|"),
        (maximum(A, B), "max(a, b)"),
        (weighted_sum([A, B], [C, C], C), "a·c + b·c + c"),
        (weighted_sum([A, B], [C, C], 0), "a·c + b·c"),
        (weighted_sum([A, B], [C, C], 1), "a·c + b·c + 1"),
        (total([A, B]), "a + b"),
        (total([A]), "n1"),  # that would be a once more
    ],
)
def test_name_is_the_formula_with_the_brackets_that_it_needs(output: Value, name: str) -> None:
    assert name_of(output) == name


@pytest.mark.parametrize(
    ("output", "name"),
    [
        (Value(2.0) * B, "n2"),  # of a value without a name
        (Value(2.0, "number of apples") * B, "n2"),  # a label that is no word
        (A * B * 1e-9, "n4"),  # a number that is long
        (Value(1.0, "learning_rate") * Value(2.0, "number_of_rows"), "n2"),  # 28 characters
        ((A + B + C) * (A + B + C + 1), "n9"),  # a + b + c is there twice
        (Value(1.0, "x") * Value(2.0, "x"), "n2"),  # two nodes that only their numbers tell apart
        (A.exp() * Value(1.0, "exp(a)"), "n3"),  # a label that looks the same
    ],
)
def test_name_is_the_id_where_the_formula_would_not_be_short_and_clear(output: Value, name: str) -> None:
    assert name_of(output) == name


def test_equal_formulas_name_nothing_and_neither_does_what_is_made_of_them() -> None:
    graph = Snapshot.of((A * B + C) / (A * B))
    assert [node.name for node in graph.nodes if node.op] == ["n2", "n4", "n5", "n6"]


def test_operation_that_is_not_in_the_table_has_no_formula() -> None:
    cube = A * B
    plant(cube, cube.local_derivatives)
    cube.op = "cube"
    assert name_of(cube) == "n2"


def test_names_are_unique_and_ids_and_json_are_as_before() -> None:
    w, x, target = Value(3.0, "w"), Input(2.0, "x"), Input(5.0, "正解")
    relay = Relay((w * x - target) ** 2)
    assert [node.name for node in relay.nodes] == ["w", "x", "w·x", "正解", "w·x − 正解", "n5", "(w·x − 正解)²"]
    assert [node.id for node in relay.nodes] == [f"n{i}" for i in range(7)]
    assert "w·x" not in relay.to_json()
    assert [node.name for node in Relay.from_json(relay.to_json()).nodes] == [node.name for node in relay.nodes]
