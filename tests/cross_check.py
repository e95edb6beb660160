"""One graph of random operations, computed in several ways that share as little as possible.

The engine, its relay, the compiled graph, the page's JavaScript and PyTorch are compared with derivatives of 40 digits
(see `tests.oracle` for how near they must be), and the engine with dual numbers too. A graph is grown from a seed, so
that a failure can be named by its seed and size: `python -m tests.cross_check SEED SIZE` tries that one again.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st

from microgrid import Constant, Relay, Value, compile_graph, topological_order
from microgrid.engine import gradients
from tests.graphs import Recipe, grown
from tests.oracle import AtAKinkError, Exact, exact

PROMISED = 1e-10  # of the exact derivative
DUAL = 1e-12  # of what dual numbers find
DEEPEST = 200

Answer: TypeAlias = "tuple[float, list[float]]"
Graph: TypeAlias = "tuple[Recipe, list[Value], Exact]"


def skewed(i: int) -> int:
    """Make a size of a number from 1 to 200: half of them are 25 or less, and some go to 200."""
    return 1 + i**3 // (DEEPEST**2 + 1)


SIZES, SEEDS = st.integers(1, DEEPEST).map(skewed), st.integers(0, 2**32 - 1)  # for Hypothesis


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
    return f"once more: python -m tests.cross_check {seed} {size}"


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
