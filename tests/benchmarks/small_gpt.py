"""The small GPT of notebooks/, and the same model and Adam with a plain class of local gradients."""

from __future__ import annotations

import importlib.util
import math
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from microgrid import nn
from tests.benchmarks.plain import Plain, plain_neuron

SCRIPT = Path(__file__).parents[2] / "notebooks" / "small_gpt.py"
NAMES = SCRIPT.with_name("names.txt")
DEEPEST = 100_000  # the plain class recurses


class Number(Plain):
    """The plain class with the operations that a GPT needs."""

    __slots__ = ()

    def __add__(self, other: Plain | float) -> Number:
        other = other if isinstance(other, Plain) else Number(other)
        return Number(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Plain | float) -> Number:
        other = other if isinstance(other, Plain) else Number(other)
        return Number(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: float) -> Number:
        return Number(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1.0),))

    def __sub__(self, other: Number) -> Number:
        return self + other * -1.0

    def __truediv__(self, other: Number | float) -> Number:
        return self * other**-1.0

    def exp(self) -> Number:
        power = math.exp(self.data)
        return Number(power, (self,), (power,))

    def log(self) -> Number:
        return Number(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> Number:
        return Number(max(self.data, 0.0), (self,), (float(self.data > 0.0),))


class Dense:
    """A dense layer of plain numbers, with the weights of another."""

    def __init__(self, layer: Any) -> None:
        self.activation = layer.activation
        self.neurons = [([Number(w.data) for w in n.weights], Number(n.bias.data)) for n in layer.neurons]

    def __call__(self, x: Any) -> list[Any]:
        sums = [plain_neuron(list(weights), x, bias) for weights, bias in self.neurons]
        return [each.relu() for each in sums] if self.activation == "relu" else sums


class Adam:
    """Adam for plain numbers."""

    def __init__(self, parameters: Sequence[Plain], learning_rate: float) -> None:
        self.parameters, self.rate, self.steps = parameters, learning_rate, 0
        self.means, self.squares = ([0.0] * len(parameters) for _ in range(2))

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        self.steps += 1
        rate, correction = self.rate / (1.0 - 0.9**self.steps), math.sqrt(1.0 - 0.999**self.steps)
        for i, parameter in enumerate(self.parameters):
            self.means[i] = 0.9 * self.means[i] + (1.0 - 0.9) * parameter.grad
            self.squares[i] = 0.999 * self.squares[i] + (1.0 - 0.999) * parameter.grad * parameter.grad
            parameter.data -= rate * self.means[i] / (math.sqrt(self.squares[i]) / correction + 1e-8)


def total(numbers: Iterable[Any]) -> Any:
    """Add up plain numbers."""
    first, *others = numbers
    for number in others:
        first = first + number
    return first


def script() -> ModuleType:
    """Load the script as a module of its own."""
    spec = importlib.util.spec_from_file_location("small_gpt", SCRIPT)
    if spec is None or spec.loader is None:
        raise ImportError(f"{SCRIPT} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names_of_a_step(gpt: Any) -> list[list[int]]:
    """Return eight names of five letters, as numbers."""
    alphabet = model_of(gpt).alphabet
    names = random.Random(0).sample([name for name in gpt.names_in(NAMES) if len(name) == 5], 8)
    return [[0, *map(alphabet.index, name), 0] for name in names]


def model_of(gpt: Any) -> Any:
    """Return the script's model, the same each time."""
    return gpt.GPT(gpt.names_in(NAMES), random.Random(0))


def plain_way() -> Any:
    """Return what learns with plain numbers: the script's own code, whose Values are replaced."""
    sys.setrecursionlimit(max(DEEPEST, sys.getrecursionlimit()))
    gpt: Any = script()
    model = model_of(gpt)
    for name in ("letters", "places"):
        setattr(model, name, [[Number(value.data) for value in row] for row in getattr(model, name)])
    for name, part in vars(model).items():
        if isinstance(part, nn.Dense):
            setattr(model, name, Dense(part))
    parameters = [number for row in (*model.letters, *model.places) for number in row]
    for layer in (part for part in vars(model).values() if isinstance(part, Dense)):
        parameters += [number for weights, bias in layer.neurons for number in (*weights, bias)]
    gpt.total, gpt.weighted_sum = total, lambda weights, xs, **_: total(w * x for w, x in zip(weights, xs, strict=True))
    gpt.optim = SimpleNamespace(Adam=lambda _, learning_rate: Adam(parameters, learning_rate))
    return gpt.Recorded(model)
