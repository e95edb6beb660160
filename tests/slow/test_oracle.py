"""Thousands of random graphs in every way: the engine, its relay, the compiled graph, PyTorch and the page."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings

from microgrid import Constant, Relay, Value, total
from microgrid.engine import gradients
from microgrid.graph.operations import OPERATIONS
from microgrid.graph.snapshot import KINDS
from tests.cross_check import PROMISED, SEEDS, SIZES, again, by_pytorch, disagreements, known, seeded
from tests.graphs import record
from tests.oracle import AtAKinkError

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAPHS = 3000
AT_ONCE = 100  # how many graphs the browser is handed at a time


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


COMPUTE = """({operations, graphs}) => JSON.stringify(JSON.parse(graphs).map((nodes) => {
  const data = {nodes, operations, rows: [], parameters: [], cards: [], edges: []};
  const {readGraph, cycle} = window.microgrid, graph = readGraph(data);
  const leaves = new Map(graph.nodes.flatMap((node, i) => (node.op ? [] : [[i, node.data]])));
  const {missing, values, gradients} = cycle(graph, leaves, 0.1);
  return {missing, values, gradients};
}))"""
PAGE_OPERATIONS = {op: [f.symbol, f.operands, f.shown, f.slopes, f.summed, f.last, {}] for op, f in OPERATIONS.items()}


def as_in_the_page(relay: Relay) -> list[list[Any]]:
    """Write the nodes of a graph as the page holds them."""
    return [[n.label, 0, KINDS.index(n.kind), n.op, [int(x[1:]) for x in n.operands], n.data] for n in relay.nodes]


def test_random_graphs_have_exact_derivatives_in_the_browser(shared: Callable[[Relay], Page]) -> None:
    a, b = Value(0.5, "a"), Value(0.7, "b")
    some = {op: [a, b, a, b, a][: len(f.operands) + bool(f.last)] for op, f in OPERATIONS.items()}
    screen = shared(Relay(total([record(op, *some[op]) for op in OPERATIONS])))  # it knows every operation
    graphs = seeded(GRAPHS)
    while batch := list(itertools.islice(graphs, AT_ONCE)):
        nodes = [as_in_the_page(Relay(values[-1])) for *_, (_, values, _) in batch]
        answers = json.loads(screen.evaluate(COMPUTE, {"operations": PAGE_OPERATIONS, "graphs": json.dumps(nodes)}))
        for (seed, size, (recipe, values, truth)), answer in zip(batch, answers, strict=True):
            assert answer["missing"] == -1, again(seed, size)
            there = dict(zip(reversed(gradients(values[-1])), answer["gradients"], strict=True))
            found = [
                0.0 if isinstance(leaf, Constant) else there.get(leaf, 0.0) for leaf in values[: len(recipe.leaves)]
            ]
            assert truth.problems(answer["values"][-1], found, PROMISED) == [], again(seed, size)
