"""Small networks, what they learn, and what of them is compared."""

from __future__ import annotations

import random

from microgrid.nn import MLP, Module, Neuron

ROWS = [[0.0], [1.0], [2.0]]
TARGETS = [1.0, 3.0, 5.0]


def line(slope: float = 2.0, start: float = 1.0) -> Neuron:
    neuron = Neuron(1, "linear")
    neuron.weights[0].data, neuron.bias.data = slope, start
    return neuron


def numbers(module: Module) -> list[float]:
    return [parameter.data for parameter in module.parameters()]


def bits(module: Module) -> list[str]:
    return [number.hex() for number in numbers(module)]


def gradients(module: Module) -> list[float]:
    return [parameter.grad for parameter in module.parameters()]


def network_and_rows() -> tuple[MLP, list[list[float]], list[float]]:
    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(10)]
    return MLP(2, [4, 1], "tanh", seed=0), rows, [x * y for x, y in rows]
