"""Random graphs, worked out in several ways that share as little as possible: there is one answer, to the last digit.

The engine, its relay, the compiled graph, the page's JavaScript and PyTorch are held against derivatives with 40 digits
(see `tests.oracle` for how near they must be), and the engine against dual numbers too. A graph is grown from a seed:
what fails is told by its seed and its size, and `python -m tests.test_oracle SEED SIZE` tries that one again.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from microgrid import Constant, Relay, Value, compile_graph, topological_order, total
from microgrid.engine import gradients
from microgrid.graph.node import KINDS
from microgrid.graph.operations import OPERATIONS
from tests.graphs import Recipe, grown, plant, record
from tests.oracle import FACTOR, AtAKinkError, Exact, exact

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROMISED = 1e-10  # of the exact derivative
DUAL = 1e-12  # of what dual numbers find
GRAPHS = 30 * settings().max_examples
DEEPEST = 200
AT_ONCE = 100  # how many graphs the browser is handed at a time

Answer: TypeAlias = "tuple[float, list[float]]"
Graph: TypeAlias = "tuple[Recipe, list[Value], Exact]"


def skewed(i: int) -> int:
    """Make a size of a number from 1 to 200: half of them are 25 or less, and some go to 200."""
    return 1 + i**3 // (DEEPEST**2 + 1)


SEEDS, SIZES = st.integers(0, 2**32 - 1), st.integers(1, DEEPEST).map(skewed)


def known(seed: int, size: int) -> Graph:
    """Grow a graph, and find its exact derivatives.

    Raises:
        AtAKinkError: it has none that a float could know.
    """
    recipe = grown(seed, size)
    values = recipe.values()
    return recipe, values, exact(recipe, values)


def seeded(count: int) -> Iterator[tuple[int, int, Graph]]:
    """Grow graphs of all sizes from the seeds 0, 1, 2 …"""
    for seed in range(count):
        size = skewed(1 + seed % DEEPEST)
        try:
            yield seed, size, known(seed, size)
        except AtAKinkError:
            continue


def again(seed: int, size: int) -> str:
    return f"once more: python -m tests.test_oracle {seed} {size}"


# --- one answer ------------------------------------------------------------------------------------------------------


def by_backward(recipe: Recipe) -> Answer:
    output, leaves = recipe.with_values()
    output.backward()
    return output.data, [0.0 if isinstance(leaf, Constant) else leaf.grad for leaf in leaves]


def by_dual_numbers(recipe: Recipe) -> Answer:
    found = [recipe.with_dual(i) for i in range(len(recipe.leaves))]
    return found[0].x, [0.0 if i in recipe.constants else dual.dx for i, dual in enumerate(found)]


def by_compiled_graph(recipe: Recipe) -> Answer:
    """Go through three equal rows, which may differ in nothing but take the program for many."""
    output, leaves = recipe.with_values()
    value = compile_graph(output, [])([[], [], []])
    return value, [0.0 if isinstance(leaf, Constant) else leaf.grad for leaf in leaves]


def by_compiled_row(recipe: Recipe, truth: Exact) -> Answer:
    """Give every second leaf as a column of a single row; such a leaf gets no gradient, so its exact one is put in."""
    output, leaves = recipe.with_values()
    inputs = [leaf for leaf in leaves[1::2] if not isinstance(leaf, Constant)]
    value = compile_graph(output, inputs)([[leaf.data for leaf in inputs]])
    return value, [x if leaf in inputs else leaf.grad for x, leaf in zip(truth.gradients, leaves, strict=True)]


def by_pytorch(recipe: Recipe) -> Answer:
    torch = importlib.import_module("torch")
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in recipe.leaves]
    values = list(leaves)
    for op, operands in recipe.steps:
        values.append(in_pytorch(torch, op, [values[i] for i in operands], operands[-1] in recipe.constants))
    if values[-1].requires_grad:
        values[-1].backward()
    found = [0.0 if i in recipe.constants or leaf.grad is None else leaf.grad.item() for i, leaf in enumerate(leaves)]
    return values[-1].item(), found


def disagreements(recipe: Recipe, values: list[Value], truth: Exact, *, by_row: bool) -> list[str]:
    """List what the engine, its relay and the compiled graph, of many rows or of one, get wrong."""
    value, found = by_backward(recipe)
    wrong = [f"backward: {problem}" for problem in truth.problems(value, found, PROMISED)]

    relay, in_full = Relay(values[-1]), gradients(values[-1])  # which agree bit for bit
    if [relay.gradients[relay.id_of(node)] for node in in_full] != list(in_full.values()):
        wrong.append("relay: its gradients are not those of the engine")
    if [relay.node(relay.id_of(node)).data for node in in_full] != [node.data for node in in_full]:
        wrong.append("relay: its values are not those of the engine")

    slacks = tuple(2 * slack for slack in truth.slacks)  # either of two computations may be off by one
    engine = Exact(value, tuple(found), 2 * truth.value_slack, slacks)
    wrong += [f"dual numbers: {problem}" for problem in engine.problems(*by_dual_numbers(recipe), DUAL)]

    compiled = by_compiled_row(recipe, truth) if by_row else by_compiled_graph(recipe)
    return wrong + [f"compiled: {problem}" for problem in truth.problems(*compiled, PROMISED)]


@settings(max_examples=GRAPHS)
@given(SIZES, SEEDS)  # in this order: Hypothesis makes the first as small as it can
def test_random_graphs_have_their_exact_derivatives_in_every_way(size: int, seed: int) -> None:
    try:
        graph = known(seed, size)
    except AtAKinkError:
        assume(False)
    assert disagreements(*graph, by_row=seed % 2 == 0) == [], again(seed, size)


def test_random_graphs_have_their_exact_derivatives_in_pytorch_too() -> None:
    pytest.importorskip("torch").set_num_threads(1)
    for seed, size, (recipe, _, truth) in seeded(GRAPHS // 3):
        assert truth.problems(*by_pytorch(recipe), PROMISED) == [], again(seed, size)


def in_pytorch(torch: Any, op: str, operands: Sequence[Any], is_constant: bool) -> Any:
    """Apply an operation, with our convention at ties, where PyTorch hands half to each side."""
    a, b = operands[0], operands[-1]
    match op:
        case "maximum":
            return torch.where(a >= b, a, b)
        case "minimum":
            return torch.where(a <= b, a, b)
        case "leaky_relu":
            return torch.where(a > 0, a, a * b)
        case "softplus":
            return torch.logaddexp(a, torch.zeros_like(a))  # torch's own stops at 20
        case "**":
            return a ** (b.item() if is_constant else b)
        case "total":
            return torch.stack(list(operands)).sum()
        case "weighted_sum":
            return torch.stack([w * x for w, x in zip(operands[:-1:2], operands[1::2], strict=True)]).sum() + b
        case "+" | "-" | "*" | "/":
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if op == "/" else a}[op]
        case _:
            return getattr(torch, op)(a)


# --- the same in the browser -----------------------------------------------------------------------------------------

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


def test_random_graphs_have_their_exact_derivatives_in_the_browser_too(shared: Callable[[Relay], Page]) -> None:
    a, b = Value(0.5, "a"), Value(0.7, "b")
    some = {op: [a, b, a, b, a][: len(f.operands) + bool(f.last)] for op, f in OPERATIONS.items()}
    screen = shared(Relay(total([record(op, *some[op]) for op in OPERATIONS])))  # it knows every operation
    graphs = seeded(GRAPHS)
    while batch := list(itertools.islice(graphs, AT_ONCE)):
        nodes = [as_in_the_page(Relay(values[-1])) for *_, (_, values, _) in batch]
        answers = json.loads(screen.evaluate(COMPUTE, {"operations": PAGE_OPERATIONS, "graphs": json.dumps(nodes)}))
        for (seed, size, (recipe, values, truth)), answer in zip(batch, answers, strict=True):
            assert answer["missing"] == -1, f"grown({seed}, {size})"
            there = dict(zip(reversed(gradients(values[-1])), answer["gradients"], strict=True))
            found = [
                0.0 if isinstance(leaf, Constant) else there.get(leaf, 0.0) for leaf in values[: len(recipe.leaves)]
            ]
            assert truth.problems(answer["values"][-1], found, PROMISED) == [], f"grown({seed}, {size})"


# --- the oracle tested -----------------------------------------------------------------------------------------------


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


def test_exact_derivatives_by_hand() -> None:
    recipe = Recipe((2.0, 3.0), (("**", (0, 1)), ("log", (2,))))  # 3 · log(2)
    truth = exact(recipe, recipe.values())
    assert truth.value == pytest.approx(3 * math.log(2), rel=1e-15)
    assert truth.gradients == pytest.approx((1.5, math.log(2)), rel=1e-15)


@pytest.mark.parametrize("op", OPERATIONS)
def test_slope_that_is_wrong_in_its_tenth_digit_is_noticed(op: str) -> None:
    formula = OPERATIONS[op]
    operands = tuple(range(len(formula.operands) + bool(formula.last)))
    recipe = Recipe((0.5, 0.7, 1.3)[: len(operands)], ((op, operands),))
    values = recipe.values()
    truth = exact(recipe, values)
    slopes = values[-1].local_derivatives
    assert truth.problems(values[-1].data, slopes, PROMISED) == []
    for i, slope in enumerate(slopes):
        plant(values[-1], [*slopes[:i], slope * (1 + 3e-10) or 1e-9, *slopes[i + 1 :]])
        wrong = gradients(values[-1])
        assert len(truth.problems(values[-1].data, [wrong[leaf] for leaf in values[:-1]], PROMISED)) == 1
    assert truth.problems(values[-1].data * (1 + 3e-10), slopes, PROMISED) != []


def test_saturated_tanh_may_lose_the_digits_that_its_formula_loses_and_no_more() -> None:
    recipe = Recipe((15.0,), (("tanh", (0,)),))
    values = recipe.values()
    truth = exact(recipe, values)
    slope = values[-1].local_derivatives[0]
    assert 1e-4 < abs(slope / truth.gradients[0] - 1) < 1e-3  # 1 − tanh² has three right digits left
    assert truth.problems(values[-1].data, [slope], PROMISED) == []
    assert truth.problems(values[-1].data, [slope + 2 * FACTOR * truth.slacks[0]], PROMISED) != []


def test_number_at_a_kink_that_only_rounding_decides_has_no_right_answer() -> None:
    recipe = Recipe((1.0, 1e-17), (("+", (0, 1)), ("-", (2, 0)), ("relu", (3,))))  # 1 + 1e-17 is 1 for a float
    with pytest.raises(AtAKinkError, match="relu in step 4"):
        exact(recipe, recipe.values())


def test_sizes_go_from_one_step_to_the_deepest_and_half_are_small() -> None:
    sizes = [skewed(i) for i in range(1, DEEPEST + 1)]
    assert (sizes[0], sizes[DEEPEST // 2 - 1], sizes[-1]) == (1, 25, DEEPEST)


def test_broken_operation_is_told_and_the_command_that_is_printed_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, size = next((seed, size) for seed, size, (recipe, *_) in seeded(200) if recipe.steps[-1][0] == "sin")
    assert main([str(seed), str(size)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "every way agrees with the exact derivatives"

    right = Value.sin

    def wrong(value: Value) -> Value:
        result = right(value)
        plant(result, [-slope for slope in result.local_derivatives])
        return result

    monkeypatch.setattr(Value, "sin", wrong)
    assert main(again(seed, size).split()[-2:]) == 1
    assert "\nbackward: gradient of leaf" in capsys.readouterr().out


# --- one graph again -------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    """Show what the output of one graph depends on, and what each way makes of it; return 1 if one disagrees."""
    seed, size = map(int, arguments)
    recipe, values, truth = known(seed, size)
    for value in topological_order(values[-1]):
        i = values.index(value)
        operands = ", ".join(str(values.index(operand)) for operand in value.operands)
        how = f" = {value.op} of {operands}" if operands else " (constant)" if i in recipe.constants else ""
        print(f"{i:>3} {value.data!r}{how}")
    print(f"exact: {truth.value!r}, derivatives by the leaves {', '.join(map(repr, truth.gradients))}")
    wrong = disagreements(recipe, values, truth, by_row=seed % 2 == 0)
    if importlib.util.find_spec("torch"):
        wrong += [f"PyTorch: {problem}" for problem in truth.problems(*by_pytorch(recipe), PROMISED)]
    print("\n".join(wrong) or "every way agrees with the exact derivatives")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
