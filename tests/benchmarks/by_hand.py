"""The best straight-line code that one can write by hand for a network of relus: the yardstick of the compiler.

Forward from each neuron or to it, backward from each or to it, the condition kept or computed again, weights read first
or where they are used: of these sixteen ways, the one that costs least on CPython 3.11 is this.

- Forward, a neuron that is on adds its output to every sum above it, and one that is off adds nothing.
- Backward, a neuron that is on collects from those above it that are on; the weight between two gets its share there.
- Whether a neuron is on is kept as a bool, which costs less to test than a float.
- For one row, weights are read where they are needed; for many rows, all of them once, before the first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import MLP

Names = list[list[tuple[list[str], str]]]  # for each neuron of each layer, its weights and its bias


def by_hand(model: MLP, single: bool) -> Callable[..., float]:
    """Write forward and backward out for one row (called with its numbers) or for many (called with a list of rows).

    The model has two inputs or more, relu in its hidden layers, and one output; the loss is the squared error.
    The weights are read from the Values at each call, and the gradients are added to them, as the compiled graph does.
    """
    names = [
        [([f"w{i}_{j}_{k}" for k in range(len(neuron.weights))], f"b{i}_{j}") for j, neuron in enumerate(layer.neurons)]
        for i, layer in enumerate(model.layers)
    ]
    flat = [name for layer in names for weights, bias in layer for name in (*weights, bias)]
    row = ", ".join([*(f"x{k}" for k in range(len(names[0][0][0]))), "target"])
    read, give = ("v_{0}.data", "v_{0}.grad += {1}") if single else ("{0}", "g_{0} += {1}")
    body = [*_forward(names, read), f"m = s{len(names) - 1}_0 - target", *_backward(names, read, give)]
    if single:
        lines = [f"def program({row}):", *_moved(body), "    return m * m"]
    else:
        lines = ["def program(rows):", *(f"    {name} = v_{name}.data" for name in flat)]
        lines += [*(f"    g_{name} = 0.0" for name in flat), "    total = 0.0", f"    for {row} in rows:"]
        lines += [*_moved(_moved([*body, "total += m * m"])), "    n = len(rows)"]
        lines += [*(f"    v_{name}.grad += g_{name} / n" for name in flat), "    return total / n"]
    values: dict[str, Any] = {f"v_{name}": value for name, value in zip(flat, model.parameters(), strict=True)}
    exec("\n".join(lines), values)
    program: Callable[..., float] = values["program"]
    return program


def _forward(names: Names, read: str) -> list[str]:
    lines = []
    for j, (weights, bias) in enumerate(names[0]):
        terms = [f"{read.format(weight)} * x{k}" for k, weight in enumerate(weights)]
        lines.append(f"s0_{j} = {' + '.join([*terms, read.format(bias)])}")
    for i in range(1, len(names)):
        lines.append(" = ".join([*(f"s{i}_{j}" for j in range(len(names[i]))), "0.0"]))
        for k in range(len(names[i - 1])):
            lines += [f"on{i - 1}_{k} = s{i - 1}_{k} > 0.0", f"if on{i - 1}_{k}:"]
            lines += [
                f"    s{i}_{j} += {read.format(weights[k])} * s{i - 1}_{k}" for j, (weights, _) in enumerate(names[i])
            ]
        lines += [f"s{i}_{j} += {read.format(bias)}" for j, (_, bias) in enumerate(names[i])]
    return lines


def _backward(names: Names, read: str, give: str) -> list[str]:
    last = len(names) - 1
    lines = [f"d{last}_0 = 2.0 * m", give.format(names[last][0][1], f"d{last}_0")]
    for i in range(last - 1, -1, -1):
        for k in range(len(names[i])):
            block = [] if i + 1 == last else [f"d{i}_{k} = 0.0"]
            for j in reversed(range(len(names[i + 1]))):
                weight, upstream = names[i + 1][j][0][k], f"d{i + 1}_{j}"
                to_weight = give.format(weight, f"{upstream} * s{i}_{k}")
                if i + 1 == last:
                    block += [to_weight, f"d{i}_{k} = {upstream} * {read.format(weight)}"]
                else:
                    share = f"d{i}_{k} += {upstream} * {read.format(weight)}"
                    block += [f"if on{i + 1}_{j}:", *_moved([to_weight, share])]
            weights, bias = names[i][k]
            if i == 0:
                block += [give.format(weight, f"d0_{k} * x{q}") for q, weight in enumerate(weights)]
            lines += [f"if on{i}_{k}:", *_moved([*block, give.format(bias, f"d{i}_{k}")])]
    return lines


def _moved(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
