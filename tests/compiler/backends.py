"""Random graphs on which the native backend must give what the Python backend gives, bit for bit."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from microgrid.compiler import loops, passes
from microgrid.compiler.compile import compile_graph
from microgrid.engine import Constant, Input, Value, maximum, total, weighted_sum
from microgrid.graph.operations import OPERATIONS
from microgrid.losses import binary_cross_entropy, hinge, mean_absolute_error, mean_squared_error
from microgrid.nn import MLP
from tests.graphs import record

EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    0.5,
    1e-308,
    -5e-324,
    1e308,
    -1e308,
    710.0,
    -745.5,
    37.0,
    float("inf"),
    float("-inf"),
]
LOSSES = [mean_squared_error, mean_absolute_error, hinge, binary_cross_entropy]


def number(dice: random.Random) -> float:
    """Draw a number: often an ordinary one, sometimes an edge case."""
    if dice.random() < 0.7:
        return dice.uniform(-2.0, 2.0)
    return dice.choice([*EDGES, float("nan"), float(dice.randint(-9, 9)), 10.0 ** dice.randint(-300, 300)])


def any_graph(dice: random.Random) -> tuple[Value, list[Value], list[Value]]:
    """Record a graph of all operations at numbers where it has a value; return its output, inputs and parameters."""
    inputs: list[Value] = [Input(dice.uniform(0.5, 1.5), f"x{i}") for i in range(dice.randint(0, 4))]
    parameters = [Value(dice.uniform(0.5, 1.5), f"w{i}") for i in range(dice.randint(0, 8))]
    others: list[Value] = [Constant(dice.choice([0.0, -0.0, 1.0, 2.0, 3.0, -2.0, 0.5])) for _ in range(3)]
    values = [*inputs, *parameters, *others, Value(0.7, "not listed")]
    operations = dice.choice([list(OPERATIONS), ["relu", "weighted_sum", "total", "*"], ["relu", "weighted_sum"]])
    for _ in range(dice.randint(1, 40)):
        op = dice.choice(operations)
        formula = OPERATIONS[op]
        n = len(formula.operands) * (dice.randint(1, 6) if formula.summed else 1) + bool(formula.last)
        operands = [dice.choice(values[-dice.choice([3, 10, 100]) :]) for _ in range(n)]
        try:
            values.append(record(op, *operands))
        except (ArithmeticError, ValueError):
            continue
    return values[-1], inputs, parameters


def any_layers(dice: random.Random) -> tuple[Value, list[Value], list[Value]]:
    """Record layers of sums: dense ones, with skips, with shared or fixed weights; the loops of machine code."""
    xs: list[Value] = [Input(dice.uniform(-1, 1), f"x{i}") for i in range(dice.randint(1, 12))]
    keys: list[Value] = [Input(dice.uniform(-1, 1), f"k{i}") for i in range(dice.choice([0, 40]))]
    inputs, parameters = [*xs, *keys], list[Value]()
    for _ in range(dice.randint(1, 3)):
        n = dice.choice([1, 2, 7, 8, 9, 16, 17])
        weights: list[list[Value]] = [[Value(dice.uniform(-1, 1)) for _ in xs] for _ in range(n)]
        biases: list[Value] = [Value(dice.uniform(-1, 1)) for _ in range(n)]
        match dice.random():
            case p if p < 0.1 and len(keys) >= n * len(xs):
                weights = [keys[i * len(xs) : (i + 1) * len(xs)] for i in range(n)]
            case p if p < 0.2:
                weights[-1][-1] = weights[0][0]
            case p if p < 0.3:
                weights[0][0] = xs[0]
            case p if p < 0.4 and len(parameters) >= n * len(xs):  # those of another layer
                weights = [parameters[i * len(xs) : (i + 1) * len(xs)] for i in range(n)]
            case p if p < 0.5:
                biases = [dice.choice([Constant(0.0), xs[0], biases[0]])] * n
        parameters += [leaf for row, b in zip(weights, biases, strict=True) for leaf in (*row, b)]
        sums = [weighted_sum(row, xs, b) for row, b in zip(weights, biases, strict=True)]
        if dice.random() < 0.2:
            sums = [total([w * x for w, x in zip(row, xs, strict=True)]) for row in weights]
        skipped = xs
        kind = dice.choice(["relu", "relu", "relu", "tanh", "exp", "", "mixed"])
        kind = "tanh" if kind == "exp" and max(s.data for s in sums) > 700 else kind  # exp() would be too large
        xs = [record(dice.choice(["relu", "tanh"]) if kind == "mixed" else kind, s) if kind else s for s in sums]
        if dice.random() < 0.2:
            xs = [a + b for a, b in zip(xs, skipped * n, strict=False)]
        if dice.random() < 0.1:
            xs = [x * w for x, w in zip(xs, [row[0] for row in [*weights[1:], weights[0]]], strict=True)]
        if dice.random() < 0.2:
            dice.shuffle(xs)
        if dice.random() < 0.1:
            xs = [xs[0], *xs]
    parameters = [leaf for leaf in dict.fromkeys(parameters) if type(leaf) is Value and leaf.is_leaf]
    if dice.random() < 0.3:
        dice.shuffle(inputs)
    if dice.random() < 0.2:
        parameters = dice.sample(parameters, len(parameters) // 2)
    output = total([x * dice.choice([x, Constant(0.5), maximum(x, 0.1)]) for x in xs])
    return output, inputs, parameters


def any_network(dice: random.Random) -> tuple[Value, list[Value], list[Value]]:
    """Record a network with a loss."""
    sizes = [dice.randint(1, 12) for _ in range(dice.randint(2, 4))]
    activation = dice.choice(["relu", "relu", "leaky_relu", "softplus", "tanh", "sigmoid", "linear"])
    model = MLP(sizes[0], sizes[1:], activation, seed=dice.randrange(100), spelled_out=dice.random() < 0.3)
    inputs: list[Value] = [Input(dice.uniform(-1, 1)) for _ in range(sizes[0])]
    targets: list[Value] = [Input(1.0) for _ in range(sizes[-1])]
    outputs = model(inputs)
    loss = dice.choice(LOSSES)(outputs if isinstance(outputs, list) else [outputs], targets)
    return loss, [*inputs, *targets], model.parameters()


GRAPHS: list[Callable[[random.Random], tuple[Value, list[Value], list[Value]]]] = [any_graph, any_layers, any_network]


def outcome(call: Callable[[], Any], parameters: Sequence[Value]) -> str:
    """Return every bit of what a call gives: its result or its error, and the gradients."""
    try:
        result = repr(call())
    except Exception as error:
        result = repr(error)
    return f"{result} {[parameter.grad for parameter in parameters]}"


def difference(seed: int) -> str:
    """Compare the backends on a random graph and random rows; return what differs, or ""."""
    dice = random.Random(seed)
    output, inputs, parameters = dice.choice(GRAPHS)(dice)
    python = compile_graph(output, inputs, parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops, "MIN_TURNS", dice.choice([3, 12]))
        patch.setattr(passes, "MAX_ITEMS", dice.choice([2, 100]))
        native = compile_graph(output, inputs, parameters, backend="native")
    fallbacks: list[str] = []
    in_python = native._run

    def noted(name: str, rows: Any) -> Any:
        fallbacks.append("")
        return in_python(name, rows)

    native._run = noted  # type: ignore[method-assign]
    for _ in range(4):
        is_ordinary = dice.random() < 0.5
        for parameter in parameters:
            parameter.data = dice.uniform(-2.0, 2.0) if is_ordinary or dice.random() < 0.9 else number(dice)
        rows = [
            [dice.uniform(-2.0, 2.0) if is_ordinary else number(dice) for _ in inputs]
            for _ in range(dice.choice([1, 1, 2, 3, 7]))
        ]
        flat = array("d", [x for row in rows for x in row])
        begin = dice.choice([0.0, -0.0, 0.3])
        forms: list[Any] = [rows, flat] if inputs else [rows]
        for some in forms:
            for name in ("__call__", "predict"):
                outcomes = []
                for step in (python, native):
                    for parameter in parameters:
                        parameter.grad = begin
                    fallbacks.clear()
                    call: Callable[[Any], Any] = getattr(step, name)
                    outcomes.append(outcome(lambda call=call, some=some: call(some), parameters))  # type: ignore[misc]
                is_error = "Error(" in outcomes[0]
                if outcomes[0] != outcomes[1]:
                    return f"seed {seed}, {name} of {rows}:\n{outcomes[0]}\n{outcomes[1]}"
                if fallbacks and not is_error and is_ordinary:
                    return f"seed {seed}, {name} of {rows}: machine code stops where nothing fails"
    return ""
