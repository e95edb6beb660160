"""The exact derivatives of a graph, and how many digits of them anybody can have who computes with floats.

The exact ones come from mpmath with 40 digits, forward through the graph, by the rules of a calculus book. They are
independent of the engine in all three: in the arithmetic, in the direction, and in the formulas (the derivative of tanh
is 1 / cosh² here and 1 − tanh² there).

How many digits a float can have of them differs from graph to graph: the difference of two equal numbers has none, and
1 − tanh² loses them one by one as tanh nears 1. So the graph is computed again with every intermediate number and every
slope moved by chance; what that makes of the answer, scaled down to the last digit of a float, is the `slack`. An
answer is right if it is as near to the exact one as was promised, or within `FACTOR` slacks of it: nobody who rounds
every number once can be expected to be nearer.

`python -m tests.oracle 10000` tells how near the engine comes on so many graphs.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath

from microgrid.engine import Value, gradients
from microgrid.graph import operations
from microgrid.graph.operations import OPERATIONS
from tests.graphs import Recipe, grown

FACTOR = 32.0
MOVES = 5  # how often everything is moved by chance; the largest effect counts
MOVED = 2.0**-36  # by what part, at most
ROUNDED = 2.0**-53  # what rounding to the nearest float does at most
DIGITS = mpmath.MPContext()
DIGITS.dps = 40


class AtAKinkError(ArithmeticError):
    """A number is so near to a kink that rounding decides on which side of it it lies: there is no right answer."""


@dataclass(frozen=True)
class Exact:
    """The value of a graph and its derivative by each leaf, each with its slack."""

    value: float
    gradients: tuple[float, ...]
    value_slack: float
    slacks: tuple[float, ...]

    def problems(self, value: float, gradients: Sequence[float], relative: float) -> list[str]:
        """List what is further from the exact numbers than `relative` and than rounding explains."""
        found = [] if _near(value, self.value, self.value_slack, relative) else [f"value {value!r} != {self.value!r}"]
        for i, (x, exact, slack) in enumerate(zip(gradients, self.gradients, self.slacks, strict=True)):
            if not _near(x, exact, slack, relative):
                found.append(f"gradient of leaf {i}: {x!r} != {exact!r}, slack {slack:.3g}")
        return found

    def sharpness(self, relative: float) -> list[bool]:
        """Tell for each gradient that is not 0 whether all of the promised digits are asked for."""
        pairs = zip(self.gradients, self.slacks, strict=True)
        return [FACTOR * slack <= relative * abs(exact) for exact, slack in pairs if exact]


def _near(x: float, exact: float, slack: float, relative: float) -> bool:
    return abs(x - exact) <= max(relative * abs(exact), FACTOR * slack, 1e-300)  # the last one for what underflows


def exact(recipe: Recipe, values: Sequence[Value]) -> Exact:
    """Compute the exact derivatives of a recipe that was carried out with `values`.

    Raises:
        AtAKinkError: the graph has no exact derivative that a float could know.
    """
    value, gradients = _by_calculus(recipe, values)
    try:
        moved = [_moved(recipe, random.Random(i)) for i in range(MOVES)]
        unmoved = _moved(recipe, None)
    except (ArithmeticError, ValueError) as error:
        raise AtAKinkError(f"it has no value any more when its numbers are moved: {error}") from None
    by = ROUNDED / MOVED
    return Exact(
        value,
        gradients,
        max(abs(found[0] - unmoved[0]) for found in moved) * by,
        tuple(max(abs(found[1][i] - unmoved[1][i]) for found in moved) * by for i in range(len(gradients))),
    )


# --- the exact numbers -----------------------------------------------------------------------------------------------


def _by_calculus(recipe: Recipe, values: Sequence[Value]) -> tuple[float, tuple[float, ...]]:
    n = len(recipe.leaves)
    numbers = [DIGITS.mpf(x) for x in recipe.leaves]
    derivatives = [[DIGITS.mpf(i == j) for j in range(n)] for i in range(n)]
    for position, (op, operands) in enumerate(recipe.steps, start=n):
        there = [numbers[i] for i in operands]
        if _side(op, *there) != _side(op, *(values[i].data for i in operands)):
            raise AtAKinkError(f"{op} in step {position}")
        number, slopes = rule_of(op, there)
        numbers.append(number)
        pairs = [(slope, derivatives[i]) for slope, i in zip(slopes, operands, strict=True) if slope]
        derivatives.append([DIGITS.fsum(slope * by[j] for slope, by in pairs if by[j]) for j in range(n)])
    constants = recipe.constants
    return float(numbers[-1]), tuple(0.0 if i in constants else float(x) for i, x in enumerate(derivatives[-1]))


def _side(op: str, a: Any, b: Any = 0.0, *_: Any) -> Any:
    """Tell on which side of its kinks an operation is, if it has any."""
    if op in ("abs", "relu", "leaky_relu"):
        return _sign(a)
    if op in ("maximum", "minimum"):
        return _sign(a - b)
    return (_sign(a), b == 0) if op == "**" else None  # x**0 and 0**y have conventions


def _sign(x: Any) -> int:
    return int(x > 0) - int(x < 0)


def rule_of(op: str, operands: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Return the value of an operation and its derivative by each operand, as a calculus book has them."""
    m, a = DIGITS, operands[0]
    b = operands[1] if len(operands) > 1 else m.zero
    match op:
        case "+":
            return a + b, [1, 1]
        case "-":
            return a - b, [1, -1]
        case "*":
            return a * b, [b, a]
        case "/":
            return a / b, [1 / b, -a / b**2]
        case "**":
            return a**b, [b * a ** (b - 1) if b and (a or b >= 1) else 0, a**b * m.log(a) if a > 0 else 0]
        case "neg":
            return -a, [-1]
        case "abs":
            return abs(a), [m.sign(a)]
        case "exp":
            return m.exp(a), [m.exp(a)]
        case "log":
            return m.log(a), [1 / a]
        case "sqrt":
            return m.sqrt(a), [1 / (2 * m.sqrt(a)) if a else 0]  # of a constant 0, which takes no share
        case "tanh":
            return m.tanh(a), [1 / m.cosh(a) ** 2]
        case "sigmoid":
            return 1 / (1 + m.exp(-a)), [1 / (2 + 2 * m.cosh(a))]
        case "relu":
            return (a, [1]) if a > 0 else (m.zero, [0])
        case "leaky_relu":
            return (a, [1, 0]) if a > 0 else (a * b, [b, a])
        case "softplus":
            return m.log1p(m.exp(a)), [1 / (1 + m.exp(-a))]
        case "sin":
            return m.sin(a), [m.cos(a)]
        case "cos":
            return m.cos(a), [-m.sin(a)]
        case "maximum":
            return (a, [1, 0]) if a >= b else (b, [0, 1])
        case "minimum":
            return (a, [1, 0]) if a <= b else (b, [0, 1])
        case "total":
            return m.fsum(operands), [1] * len(operands)
        case "weighted_sum":
            w, x = operands[:-1:2], operands[1::2]
            return m.fdot(w, x) + operands[-1], [*(y for pair in zip(x, w, strict=True) for y in pair), 1]
    raise ValueError(f"no rule for {op}")


# --- the slack -------------------------------------------------------------------------------------------------------


def _moved(recipe: Recipe, dice: random.Random | None) -> tuple[float, list[float]]:
    """Compute forward and backward by the table of formulas, with every number moved a little if there are dice."""

    def move(x: float) -> float:
        return x if dice is None else x + x * dice.uniform(-MOVED, MOVED)

    n = len(recipe.leaves)
    numbers = list(recipe.leaves)
    slopes: list[list[float]] = []
    for op, operands in recipe.steps:
        there = [numbers[i] for i in operands]
        if OPERATIONS[op].summed:  # each term is rounded, and each sum on the way
            weights = [1.0] * len(there) if op == "total" else [*there[1::2], 1.0]
            terms = there if op == "total" else [*there[:-1:2], there[-1]]
            out = 0.0
            for term, weight in zip(terms, weights, strict=True):
                out = move(out + move(term * weight))
        else:
            out = move(operations.evaluate(op, there))
        numbers.append(out)
        slopes.append([move(slope) for slope in operations.local_derivatives(op, there, out)])
    gradients = [0.0] * len(numbers)
    gradients[-1] = 1.0
    for i in reversed(range(n, len(numbers))):
        for operand, slope in zip(recipe.steps[i - n][1], slopes[i - n], strict=True):
            gradients[operand] += gradients[i] * slope
    return numbers[-1], [0.0 if i in recipe.constants else x for i, x in enumerate(gradients[:n])]


# --- how near the engine comes ---------------------------------------------------------------------------------------


def _measured(count: int) -> str:
    ratios, promised, at_kinks = [0.0], [], 0
    for seed in range(count):
        recipe = grown(seed, 1 + seed % 200)
        values = recipe.values()
        try:
            truth = exact(recipe, values)
        except AtAKinkError:
            at_kinks += 1
            continue
        found = gradients(values[-1])
        for i, (derivative, slack) in enumerate(zip(truth.gradients, truth.slacks, strict=True)):
            if i in recipe.constants:
                continue
            off = abs(found.get(values[i], 0.0) - derivative)
            if derivative:
                promised.append(off <= 1e-10 * abs(derivative))
            if off > 2 * ROUNDED * abs(derivative):  # less is the rounding of the result itself
                ratios.append(off / slack)
    return (
        f"{count} graphs, {at_kinks} of them with a number at a kink; {len(promised)} derivatives other than 0; "
        f"{sum(promised) / len(promised):.2%} of them within 1e-10; the furthest is off by {max(ratios):.2f} slacks"
    )


if __name__ == "__main__":
    print(_measured(int(sys.argv[1])))
