"""The best straight-line code that one can write by hand for a network of relus: the yardstick of the compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import MLP


def by_hand(model: MLP, single: bool) -> Callable[..., float]:
    """Write forward and backward out for one row (called with its numbers) or for many (called with a list of rows).

    The weights are read from the Values at each call, and the gradients are added to them, as the compiled graph does.
    """
    names = [
        [([f"w{i}_{j}_{k}" for k in range(len(neuron.weights))], f"b{i}_{j}") for j, neuron in enumerate(layer.neurons)]
        for i, layer in enumerate(model.layers)
    ]
    flat = [name for layer in names for weights, bias in layer for name in (*weights, bias)]
    n_inputs, last = len(names[0][0][0]), len(names) - 1
    row = ", ".join([*(f"x0_{k}" for k in range(n_inputs)), "target"])
    give = "v_{0}.grad += {1}" if single else "g_{0} += {1}"
    body: list[str] = []
    for i, layer in enumerate(names):
        for j, (weights, bias) in enumerate(layer):
            terms = " + ".join([*(f"{w} * x{i}_{k}" for k, w in enumerate(weights)), bias])
            if i == last:
                body.append(f"m = {terms} - target")
            else:
                body += [f"s{i}_{j} = {terms}", f"x{i + 1}_{j} = s{i}_{j} if s{i}_{j} > 0.0 else 0.0"]
    body.append(f"d{last}_0 = 2.0 * m")
    for i in range(last, -1, -1):
        for j, (weights, bias) in enumerate(names[i]):
            lines = []
            if i < last:
                shares = [f"d{i + 1}_{k} * {above[j]}" for k, (above, _) in enumerate(names[i + 1])]
                lines.append(f"d{i}_{j} = {' + '.join(shares)}")
            lines += [give.format(w, f"d{i}_{j} * x{i}_{k}") for k, w in enumerate(weights)]
            lines.append(give.format(bias, f"d{i}_{j}"))
            if i < last:
                lines = [f"if s{i}_{j} > 0.0:", *(f"    {line}" for line in lines)]
                lines += ["else:", f"    d{i}_{j} = 0.0"] if i > 0 else []
            body += lines
    read = [f"{name} = v_{name}.data" for name in flat]
    if single:
        whole = [f"def program({row}):", *(f"    {line}" for line in [*read, *body]), "    return m * m"]
    else:
        zeros = [f"g_{name} = 0.0" for name in flat]
        whole = ["def program(rows):", *(f"    {line}" for line in [*read, *zeros, "total = 0.0"])]
        whole += [f"    for {row} in rows:", *(f"        {line}" for line in [*body, "total += m * m"])]
        whole += ["    n = len(rows)", *(f"    v_{name}.grad += g_{name} / n" for name in flat), "    return total / n"]
    values: dict[str, Any] = {f"v_{name}": value for name, value in zip(flat, model.parameters(), strict=True)}
    exec("\n".join(whole), values)
    program: Callable[..., float] = values["program"]
    return program
