"""A plain class with local gradients, as one writes it in 40 lines: the yardstick of the eager `backward()`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any


class Plain:
    """A number that keeps its operands and their local gradients; `backward()` recurses, and visits every operand."""

    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data: float, children: tuple[Plain, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other: Plain) -> Plain:
        return Plain(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Plain) -> Plain:
        return Plain(self.data * other.data, (self, other), (other.data, self.data))

    def relu(self) -> Plain:
        return Plain(max(self.data, 0.0), (self,), (1.0 if self.data > 0.0 else 0.0,))

    def backward(self) -> None:
        order: list[Plain] = []
        seen: set[Plain] = set()

        def visit(node: Plain) -> None:
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for child, local in zip(node.children, node.local_grads):  # noqa: B905  # as one writes it
                child.grad += local * node.grad


def plain_neuron(weights: list[Plain], values: list[Plain], bias: Plain) -> Plain:
    """Return w1·x1 + w2·x2 + … + b, added up from the bias, as micrograd's neuron does."""
    end = bias
    for weight, value in zip(weights, values, strict=True):
        end = end + weight * value
    return end


def sums_of_products(kind: Callable[[float], Any]) -> tuple[Any, list[Any]]:
    """Return the end of a 2-16-16-1 network of sums and products for ten rows, and its weights."""
    numbers = random.Random(0)
    layers = [
        [[kind(numbers.uniform(-1, 1)) for _ in range(a)] for _ in range(b)] for a, b in ((2, 16), (16, 16), (16, 1))
    ]
    end = kind(0.0)
    for _ in range(10):
        values = [kind(numbers.random()) for _ in range(2)]
        for layer in layers:
            values = [_dot(weights, values) for weights in layer]
        end = end + values[0]
    return end, [weight for layer in layers for weights in layer for weight in weights]


def products_in_a_row(kind: Callable[[float], Any]) -> tuple[Any, list[Any]]:
    """Return the end of a chain of 400 products and sums, and its leaves."""
    leaves = [kind(0.5 + 0.001 * i) for i in range(100)]
    end = leaves[0]
    for i in range(400):
        end = end * leaves[i % 100] + leaves[(7 * i) % 100]
    return end, leaves


def _dot(weights: list[Any], values: list[Any]) -> Any:
    end = weights[0] * values[0]
    for weight, value in zip(weights[1:], values[1:], strict=True):
        end = end + weight * value
    return end
