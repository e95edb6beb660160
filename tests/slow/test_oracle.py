"""Thousands of random graphs in every way: the engine, its relay, the compiled graph, PyTorch and the page's app."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import assume, given, settings

from microgrid import Constant, Relay
from microgrid.engine import gradients
from microgrid.graph.operations import OPERATIONS
from tests.cross_check import PROMISED, SEEDS, SIZES, again, by_pytorch, disagreements, known, seeded
from tests.graphs import Recipe, grown
from tests.node import ask_core
from tests.oracle import AtAKinkError

GRAPHS = 3000
AT_ONCE = 500  # how many graphs Node is handed at a time


@settings(max_examples=GRAPHS)
@given(SIZES, SEEDS)  # in this order: Hypothesis makes the first as small as it can
def test_random_graphs_have_exact_derivatives(size: int, seed: int) -> None:
    try:
        graph = known(seed, size)
    except AtAKinkError:
        assume(False)
    assert disagreements(*graph, by_row=seed % 2 == 0) == [], again(seed, size)


def test_random_graphs_have_exact_derivatives_in_pytorch() -> None:
    pytest.importorskip("torch").set_num_threads(1)
    for seed, size, (recipe, _, truth) in seeded(GRAPHS // 3):
        assert truth.problems(*by_pytorch(recipe), PROMISED) == [], again(seed, size)


@pytest.mark.browser
def test_random_graphs_have_exact_derivatives_in_the_app() -> None:
    graphs = seeded(GRAPHS)
    while batch := list(itertools.islice(graphs, AT_ONCE)):
        records = [{"record": json.loads(Relay(values[-1]).to_json())} for *_, (_, values, _) in batch]
        for (seed, size, (recipe, values, truth)), answer in zip(batch, ask_core("numbers", records), strict=True):
            assert answer["missing"] == -1, again(seed, size)
            by_leaf = dict(zip(reversed(gradients(values[-1])), answer["gradients"], strict=True))
            found = [
                0.0 if isinstance(leaf, Constant) else by_leaf.get(leaf, 0.0) for leaf in values[: len(recipe.leaves)]
            ]
            assert truth.problems(answer["values"][-1], found, PROMISED) == [], again(seed, size)


# --- the graphs themselves --------------------------------------------------------------------------------------------


def test_grown_graphs_are_deep_and_wide_and_hold_everything() -> None:
    recipes = [grown(seed, 200) for seed in range(100)]
    assert {op for recipe in recipes for op, _ in recipe.steps} == set(OPERATIONS)
    assert max(depth(recipe) for recipe in recipes) == 200
    assert max(len(operands) for recipe in recipes for _, operands in recipe.steps) == 9  # 4 weights, 4 inputs, 1 bias
    of_constants = {
        tuple(i in recipe.constants for i in operands)
        for recipe in recipes
        for op, operands in recipe.steps
        if op == "**"
    }
    assert of_constants >= {(False, False), (True, False), (False, True)}
    assert grown(7, 50) == grown(7, 50)
    assert grown(7, 50).steps == grown(7, 200).steps[:50]


def depth(recipe: Recipe) -> int:
    levels = [0] * len(recipe.leaves)
    for _, operands in recipe.steps:
        levels.append(1 + max(levels[i] for i in operands))
    return levels[-1]


def test_most_derivatives_are_asked_for_all_ten_digits_and_most_are_not_0() -> None:
    graphs = [graph for *_, graph in seeded(200)]
    asked = [sharp for *_, truth in graphs for sharp in truth.sharpness(PROMISED)]
    free = sum(len(recipe.leaves) - len(recipe.constants) for recipe, *_ in graphs)
    assert sum(asked) > 0.9 * len(asked)
    assert len(asked) > 0.5 * free
    assert len(graphs) > 0.95 * 200
