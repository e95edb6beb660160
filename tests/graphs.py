"""Random graphs for Hypothesis: recipes that can be carried out with Values, with dual numbers, or with floats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from microgrid.engine import Constant, Input, Value, maximum, minimum, total, weighted_sum
from microgrid.graph.operations import OPERATIONS
from microgrid.relay.relay import Relay
from tests.dual import Dual, apply

UNARY = [op for op, formula in OPERATIONS.items() if len(formula.operands) == 1 and not formula.summed]
BINARY = [op for op, formula in OPERATIONS.items() if len(formula.operands) == 2 and not formula.summed]
SUMMED = [op for op, formula in OPERATIONS.items() if formula.summed]


def record(op: str, *operands: Value) -> Value:
    """Record an operation of the engine by its name, as a user would write it."""
    a = operands[0]
    match op:
        case "+":
            return a + operands[1]
        case "-":
            return a - operands[1]
        case "*":
            return a * operands[1]
        case "/":
            return a / operands[1]
        case "**":
            return a ** operands[1]
        case "neg":
            return -a
        case "abs":
            return abs(a)
        case "maximum":
            return maximum(a, operands[1])
        case "minimum":
            return minimum(a, operands[1])
        case "leaky_relu":
            return a.leaky_relu(operands[1])
        case "total":
            return total(operands)
        case "weighted_sum":
            return weighted_sum(operands[:-1:2], operands[1::2], operands[-1])
        case _:
            result: Value = getattr(a, op)()
            return result


def plant(value: Value, local_derivatives: Sequence[float]) -> None:
    """Give a Value other local derivatives than were recorded, such as wrong ones."""
    pairs = zip(value.operands, local_derivatives, strict=True)
    value.recorded = tuple(item for pair in pairs for item in pair)


@dataclass(frozen=True)
class Recipe:
    """Numbers for the leaves, and steps of (operation, positions of its operands among what is there already).

    The leaves at the positions `constants` are recorded as constants.
    """

    leaves: tuple[float, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]
    constants: frozenset[int] = frozenset()

    def values(self) -> list[Value]:
        """Record the graph; return the leaves, and the result of each step."""
        values: list[Value] = []
        for i, x in enumerate(self.leaves):
            values.append(Constant(x) if i in self.constants else Value(x, label=f"x{i}"))
        for op, operands in self.steps:
            values.append(record(op, *(values[i] for i in operands)))
        return values

    def with_values(self) -> tuple[Value, list[Value]]:
        """Record the graph; return its output and its leaves."""
        values = self.values()
        return values[-1], values[: len(self.leaves)]

    def with_dual(self, chosen: int) -> Dual:
        """Compute the output and its derivative with respect to the chosen leaf."""
        duals = [Dual(x, float(i == chosen)) for i, x in enumerate(self.leaves)]
        for op, operands in self.steps:
            duals.append(apply(op, *(duals[i] for i in operands)))
        return duals[-1]


@st.composite
def recipes(draw: st.DrawFn, longest: int = 20, operations: Sequence[str] = (*UNARY, *BINARY, *SUMMED)) -> Recipe:
    """Draw a recipe whose last step is the output; operands may be used again and again."""
    numbers = st.floats(-3.0, 3.0).filter(lambda x: abs(x) > 1e-3)
    leaves = draw(st.lists(numbers, min_size=1, max_size=5))
    steps: list[tuple[str, tuple[int, ...]]] = []
    for _ in range(draw(st.integers(1, longest))):
        there = st.integers(0, len(leaves) + len(steps) - 1)
        op = draw(st.sampled_from(operations))
        if op == "total":
            n = draw(st.integers(1, 5))
        elif op == "weighted_sum":
            n = 2 * draw(st.integers(1, 3)) + 1
        else:
            n = len(OPERATIONS[op].operands)
        steps.append((op, tuple(draw(there) for _ in range(n))))
    return Recipe(tuple(leaves), tuple(steps))


LARGEST = 20.0  # numbers and slopes beyond it would leave no digit after two hundred steps
STEEPEST = 1e4  # the same for the derivative by a leaf


def grown(seed: int, size: int) -> Recipe:
    """Grow a graph of `size` steps that has a value everywhere; a smaller size gives the beginning of the same graph.

    The more often a step takes the newest value as an operand, the deeper the graph: some grow by one level a step. Few
    steps take only values on which no leaf has an influence any more, as behind a dead relu.
    """
    dice = random.Random(seed)
    newest = dice.choice([0.5, 0.9, 1.0])
    leaves, constants = [], set()
    for i in range(dice.randint(2, 6)):
        x = dice.choice(
            [dice.uniform(-3.0, 3.0), dice.gauss(0.0, 1.0), float(dice.randint(-3, 3)), dice.uniform(0.01, 0.5)]
        )
        leaves.append(x)
        if i and dice.random() < 0.3:
            constants.add(i)
    values: list[Value] = Recipe(tuple(leaves), (), frozenset(constants)).values()
    influence = [[float(i == j and i not in constants) for j in range(len(leaves))] for i in range(len(leaves))]
    steps: list[tuple[str, tuple[int, ...]]] = []
    while len(steps) < size:
        op = dice.choice(list(OPERATIONS))
        formula = OPERATIONS[op]
        n = len(formula.operands) * (dice.randint(1, 4) if formula.summed else 1) + bool(formula.last)
        operands = [dice.randrange(len(values)) for _ in range(n)]
        if dice.random() < newest:
            operands[dice.randrange(n)] = len(values) - 1
        try:
            value = record(op, *(values[i] for i in operands))
        except (ArithmeticError, ValueError):
            continue
        locals_ = value.local_derivatives
        by_leaf = [
            sum(local * influence[i][j] for local, i in zip(locals_, operands, strict=True)) for j in range(len(leaves))
        ]
        if max(map(abs, (value.data, *locals_))) > LARGEST or max(map(abs, by_leaf)) > STEEPEST:
            continue
        if op == "**" and abs(values[operands[1]].data) > 9.0:
            continue
        if not any(by_leaf) and dice.random() < 0.9:
            continue
        values.append(value)
        influence.append(by_leaf)
        steps.append((op, tuple(operands)))
    return Recipe(tuple(leaves), tuple(steps), frozenset(constants))


def rebuilt(relay: Relay) -> Value:
    """Build the graph of a relay anew as Values with its gradients, and return its end.

    What was computed and has no label is called by its id, as it is in the sentences.
    """
    kinds: dict[str, type[Value]] = {"constant": Constant, "input": Input}
    values: dict[str, Value] = {}
    for node in relay.nodes:
        value = kinds.get(node.kind, Value)(node.data, node.label or (node.id if node.op else ""))
        value.grad, value.op = node.grad, node.op
        pairs = zip(node.operands, node.local_derivatives, strict=True)
        value.recorded = tuple(item for operand, local in pairs for item in (values[operand], local))
        values[node.id] = value
    return values[relay.nodes[-1].id]
