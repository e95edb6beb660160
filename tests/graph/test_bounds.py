"""Losses that cannot be negative are known by their operations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid import Input, Value, maximum, minimum, total, weighted_sum
from microgrid.graph.bounds import output_is_non_negative
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import binary_cross_entropy, cross_entropy, hinge, mean_absolute_error, mean_squared_error
from tests.graphs import Recipe, recipes
from tests.test_gradients import build_or_skip

Build = Callable[[Value], Value]


def is_non_negative(output: Value) -> bool:
    graph = Snapshot.of(output)
    return output_is_non_negative(graph, [node.id for node in graph.nodes if node.kind == "parameter"])


@pytest.mark.parametrize(
    "build",
    [
        lambda w: (w - 5) ** 2,
        lambda w: w**-2,
        lambda w: w * w,
        lambda w: abs(w),
        lambda w: w.exp(),
        lambda w: w.relu(),
        lambda w: w.sigmoid(),
        lambda w: w.softplus(),
        lambda w: (w**2).sqrt(),
        lambda w: total([w**2, abs(w)]) / 2,
        lambda w: 3 * w**2 + w.exp(),
        lambda w: weighted_sum([w.exp()], [Input(2.0)], abs(w)),
        lambda w: maximum(w, 0.0),
        lambda w: minimum(w**2, 4.0),
        lambda w: (w**2).tanh(),
        lambda w: mean_squared_error([w, -w], [1, 2]),
        lambda w: mean_absolute_error([w, -w], [1, 2]),
        lambda w: binary_cross_entropy([w, -w], [1, 0.5]),
        lambda w: hinge([w, -w], [1, -1]),
        lambda w: cross_entropy([w, -w], 1),
        lambda w: cross_entropy([[w, -w, w / 2], [2 * w, w, w]], [0, 2]),
        lambda w: (w.exp() + 1).log() - w,
    ],
)
def test_operations_show_that_a_number_cannot_be_negative(build: Build) -> None:
    assert is_non_negative(build(Value(3.0)))


@pytest.mark.parametrize(
    "build",
    [
        lambda w: w,
        lambda w: w**3,
        lambda w: w ** Input(2.0),
        lambda w: -(w**2),
        lambda w: w**2 - 1,
        lambda w: w**2 * -1,
        lambda w: w**2 / Input(-1.0),
        lambda w: total([w**2, w]),
        lambda w: minimum(w, 4.0),
        lambda w: maximum(w, -1.0),
        lambda w: (w**2 + 2).log(),
        lambda w: (w.exp() + 1).log() - 2 * w,
        lambda w: (w.exp() - 1).log() - w,
        lambda w: total([w.exp(), w]).log() - w,
        lambda w: (w.exp() * 2).log() - w,
        lambda w: w.tanh(),
        lambda w: w.sin(),
    ],
)
def test_other_numbers_may_be_negative(build: Build) -> None:
    assert not is_non_negative(build(Value(3.0)))


def test_what_depends_on_no_parameter_keeps_its_sign() -> None:
    w = Value(3.0, "w")
    assert not output_is_non_negative(Snapshot.of(w + 1), ["n0"])
    assert output_is_non_negative(Snapshot.of(w + 1), [])
    assert not output_is_non_negative(Snapshot.of(w - 4), [])


@given(recipe=recipes(), moves=st.lists(st.floats(-9.0, 9.0), min_size=8, max_size=8))
def test_non_negative_output_stays_so_whatever_the_parameters_are(recipe: Recipe, moves: list[float]) -> None:
    output, _ = build_or_skip(recipe)
    graph = Snapshot.of(output)
    if not is_non_negative(output):
        return
    parameters = [node.id for node in graph.nodes if node.kind == "parameter"]
    try:
        *_, number = graph.recompute(dict(zip(parameters, moves, strict=False)))
    except (ArithmeticError, ValueError):
        return
    assert not number < 0.0
