"""Forward-mode dual numbers: a second, independent way to the same derivatives.

A dual number carries its value and the derivative of that value with respect to one chosen input. It goes through a
computation forwards, with no graph and no sweep, so it shares no idea with the engine it checks except calculus.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Dual:
    """A value and its derivative with respect to the chosen input."""

    x: float
    dx: float = 0.0


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else 0.0


def apply(op: str, *operands: Dual) -> Dual:
    """Apply an operation of the engine, by its name, to dual numbers, with the derivatives of a calculus book."""
    a = operands[0]
    b = operands[1] if len(operands) > 1 else Dual(0.0)
    match op:
        case "+":
            return Dual(a.x + b.x, a.dx + b.dx)
        case "-":
            return Dual(a.x - b.x, a.dx - b.dx)
        case "*":
            return Dual(a.x * b.x, a.dx * b.x + a.x * b.dx)
        case "/":
            return Dual(a.x / b.x, (a.dx * b.x - a.x * b.dx) / b.x**2)
        case "**":
            to_base = b.x * a.x ** (b.x - 1) if b.x else 0.0  # x**0 is 1 everywhere
            to_exponent = a.x**b.x * math.log(a.x) if a.x > 0 else 0.0  # 0**y is 0 for all y above 0
            return Dual(a.x**b.x, to_base * a.dx + to_exponent * b.dx)
        case "neg":
            return Dual(-a.x, -a.dx)
        case "abs":
            return Dual(abs(a.x), math.copysign(1.0, a.x) * a.dx if a.x else 0.0)
        case "exp":
            return Dual(math.exp(a.x), math.exp(a.x) * a.dx)
        case "log":
            return Dual(math.log(a.x), a.dx / a.x)
        case "sqrt":
            return Dual(math.sqrt(a.x), a.dx / (2 * math.sqrt(a.x)))
        case "tanh":
            return Dual(math.tanh(a.x), a.dx / math.cosh(a.x) ** 2)
        case "sigmoid":
            return Dual(_sigmoid(a.x), _sigmoid(a.x) * _sigmoid(-a.x) * a.dx)
        case "relu":
            return a if a.x > 0 else Dual(0.0)
        case "leaky_relu":
            return a if a.x > 0 else apply("*", a, b)
        case "softplus":
            return Dual(math.log1p(math.exp(a.x)), _sigmoid(a.x) * a.dx)
        case "sin":
            return Dual(math.sin(a.x), math.cos(a.x) * a.dx)
        case "cos":
            return Dual(math.cos(a.x), -math.sin(a.x) * a.dx)
        case "maximum":
            return a if a.x >= b.x else b
        case "minimum":
            return a if a.x <= b.x else b
        case "total":
            return Dual(math.fsum(o.x for o in operands), math.fsum(o.dx for o in operands))
        case "weighted_sum":
            pairs = list(zip(operands[:-1:2], operands[1::2], strict=True))
            products = [apply("*", w, x) for w, x in pairs]
            return apply("total", *products, operands[-1])
    raise ValueError(f"no dual number rule for {op}")
