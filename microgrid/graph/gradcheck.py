"""Check gradients against numerical derivatives."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from microgrid._util.text import display_width, padded, right_aligned, single_line
from microgrid._util.validation import as_list, number_in_range, positive_number, quoted
from microgrid.engine import Value, gradients
from microgrid.graph import operations
from microgrid.graph.node import Node, kind_of
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import powers_of_ten, show
from microgrid.language.words import words

STEP = 6e-6
"""About the cube root of a float's precision: there the error of a central difference is least, about 1e-10."""


def numerical_derivative(function: Callable[[float], float], x: float, step: float = STEP) -> float:
    """Estimate the derivative of `function` at `x` by a central difference, (f(x + h) − f(x − h)) / 2h.

    The step h is `step` times the size of x, where that is above 1.

    Raises:
        TypeError, ValueError: `function` is not a function, a number not a number, or `step` not above 0.

    >>> round(numerical_derivative(lambda x: x**2, 3.0), 6)
    6.0
    """
    if not callable(function):
        raise TypeError(f"expected a function of one number, got {quoted(function)}")
    x, step = number_in_range("x", x, low=-math.inf), positive_number("step", step)
    return _central_difference(function, x, step * max(1.0, abs(x)))


def _central_difference(function: Callable[[float], float], x: float, h: float) -> float:
    above, below = x + h, x - h
    return (function(above) - function(below)) / (above - below) if above > below else math.nan


@dataclass(frozen=True)
class GradientRow:
    """One row of a `GradientTable`: the gradient of a leaf, and its numerical derivative.

    Attributes:
        name, data: the label and the number of the leaf.
        gradient, numerical: its gradient by the chain rule, and by differences of the output.
        verdict: "agrees" or "differs"; "kink" where the slopes to the left and to the right differ, as those of relu do
            at 0, and the gradient is that of the engine's convention; "unmeasured" where no step shows whether they
            agree, because rounding hides the gradient or the output has no value nearby.
        slopes: at a kink the slopes to the left and to the right; `numerical` is their mean.
    """

    name: str
    data: float
    gradient: float
    numerical: float
    verdict: str
    slopes: tuple[float, float] | None = None

    @property
    def difference(self) -> float:
        """The absolute difference of the two."""
        return abs(self.gradient - self.numerical)

    @property
    def agrees(self) -> bool:
        """Whether the gradient is right: it agrees, or follows the convention at a kink."""
        return self.verdict in ("agrees", "kink")

    @property
    def kink(self) -> bool:
        """Whether the output has a kink here."""
        return self.verdict == "kink"

    @property
    def wording(self) -> str:
        """The verdict, or "convention" where the gradient at a kink is outside of both slopes."""
        is_between = self.slopes is None or min(self.slopes) <= self.gradient <= max(self.slopes)
        return self.verdict if is_between else "convention"


@dataclass(frozen=True)
class GradientTable:
    """The result of `check_gradients`; `print` it to see the table."""

    rows: tuple[GradientRow, ...]

    @property
    def agrees(self) -> bool:
        """Whether every gradient agrees with its numerical derivative."""
        return all(row.agrees for row in self.rows)

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str = "en") -> str:
        """Return the table as text, in "en" or "ja".

        Raises:
            ValueError: `language` is neither.
        """
        said = words(language)
        columns = ("leaf", "value", "chain_rule", "check.numerical", "check.difference")
        lines: list[list[str]] = [[said[column] for column in columns]]
        for row in self.rows:
            numbers = show(row.data), show(row.gradient, 8), show(row.numerical, 8), show(row.difference, 2)
            lines.append([row.name, *map(powers_of_ten, numbers)])
        narrowest = (0, 12, 14, 14, 10)
        widths = [
            max(width, *map(display_width, column))
            for width, column in zip(narrowest, zip(*lines, strict=True), strict=True)
        ]
        verdicts = ["", *(f"  {said[f'check.{row.wording}']}" for row in self.rows)]
        return "\n".join(_table_line(cells, widths) + verdict for cells, verdict in zip(lines, verdicts, strict=True))


def _table_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Format one line: the name left-aligned, the numbers right-aligned."""
    (name, *numbers), (name_width, *number_widths) = cells, widths
    return "  ".join([padded(name, name_width), *map(right_aligned, numbers, number_widths)])


def check_gradients(
    output: Value, leaves: Sequence[Value] | None = None, tolerance: float = 1e-6, step: float = STEP
) -> GradientTable:
    """Compare the gradient of every leaf with a central difference; `grad` and `data` stay as they are.

    Where the two disagree at the first step, steps of every size are tried, and the one with the smallest error counts.
    It has two parts: the rounding of all numbers that were computed, and the bend, which is how much the slope changes
    within the step. Where this error is above 0.01 % of the gradient, and where paths cancel above a millionth of what
    they contribute, the verdict is "unmeasured". A gradient below 1e-10 of its change over the size of the number, as
    after a long training, is as good as 0: there such an error is small enough.

    A number next to a kink is measured on its own side. At a kink itself no difference has the slope of the convention:
    there the operation counts as the straight line of its own slope, and all others are measured.

    Args:
        output: the end of the graph.
        leaves: which leaves to check; by default all but constants.
        tolerance: the largest difference allowed, relative to the gradient, besides the error of measurement.
        step: the first step; see `numerical_derivative`.

    Raises:
        TypeError: `output` or a leaf is not a Value, or a setting is not a number.
        ValueError: a leaf is not in the graph, or was changed after it was recorded; `tolerance` is negative, or `step`
            is not above 0.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> table = check_gradients(a * b)
    >>> table.agrees
    True
    >>> print(table)
    leaf         value      chain rule       numerical  difference
    a                2              −3              −3           0  agrees
    b               −3               2               2           0  agrees
    """
    graph = Snapshot.computable(output)
    tolerance, step = number_in_range("tolerance", tolerance), positive_number("step", step)
    claims = _claims(graph, {graph.ids[value]: gradient for value, gradient in gradients(output).items()})
    if leaves is None:
        leaves = [value for value in graph.ids if kind_of(value) in ("parameter", "input")]
    rows = []
    for i, leaf in enumerate(as_list("leaves", leaves), start=1):
        name = graph.id_of(leaf)
        label = single_line(leaf.label or "") or f"leaf {i}"
        rows.append(_check(_OutputOf(graph, name), label, claims[name], tolerance, step))
    return GradientTable(tuple(rows))


# --- measuring a slope -----------------------------------------------------------------------------------------------

ROUNDING = sys.float_info.epsilon
"""The largest relative error of an operation or of a function such as exp: one unit in the last place."""

PRECISION = 1e-4
"""The largest error of a slope, relative to the slope, with which it counts as measured."""

PRECISION_OF_PATHS = 1e-6
"""The same, relative to what the paths contribute, where they cancel."""

NEGLIGIBLE = 1e-10
"""A gradient below this fraction of its change over the size of the number is as good as 0."""

CLEAR = 10.0
"""How many times the error a difference must be to count where the slope itself was not measured."""

JITTER = 8.0 * ROUNDING
"""How far a number may be from the exact one after a few operations, relative to its size."""

STEP_FACTOR = 4.0
"""How much smaller each step is than the one before; a power of two, so that x ± h rounds rarely."""


class _Measured(NamedTuple):
    """A slope, and the most by which rounding and the bend of the curve may make it wrong."""

    slope: float = math.nan
    rounding: float = math.inf
    bend: float = math.inf

    @property
    def error(self) -> float:
        return self.rounding + self.bend


class _Point(NamedTuple):
    """The output of a graph at one number: its value, its slope by the formulas, the rounding error of the value."""

    value: float
    slope: float
    error: float


class _OutputOf:
    """The output of a graph as a function of one of its numbers, on the side of each kink on which it is now."""

    def __init__(self, graph: Snapshot, name: str) -> None:
        self.x = graph.by_id[name].data
        self.name, self.output, self.operands = name, graph.output, graph.operands
        reached = {name}
        for node in graph.nodes:
            if not reached.isdisjoint(node.operands):
                reached.add(node.id)
        self.nodes = [node for node in graph.nodes if node.id in reached and node.id != name]
        self.here = self(self.x)

    def __call__(self, x: float, jitter: float = 0.0) -> _Point:
        """Return the output at x, NaN where it has no value; each result on the way is off by `jitter` of its size."""
        moved = {self.name: _Point(x, 1.0, 0.0)}
        try:
            for node in self.nodes:
                numbers = [
                    moved[operand.id].value if operand.id in moved else operand.data
                    for operand in self.operands[node.id]
                ]
                value, slopes, rounded = self._at(node, numbers)
                reached = [(s, moved[name]) for s, name in zip(slopes, node.operands, strict=True) if name in moved]
                if value == node.data and not any(s for s, _ in reached):
                    continue  # the move ends here, as at a relu that is off
                slope = sum(s * point.slope for s, point in reached if s)
                error = ROUNDING * rounded + math.ulp(0.0) + sum(abs(s) * point.error for s, point in reached if s)
                moved[node.id] = _Point(value * (1.0 + jitter), slope, error)
                jitter = -jitter
        except (ArithmeticError, ValueError):
            return _Point(math.nan, math.nan, math.inf)
        return moved.get(self.output.id, _Point(self.output.data, 0.0, 0.0))

    @property
    def rounding(self) -> float:
        """By how much the slope here may be wrong because the results on the way are rounded."""
        change = abs(self(self.x, JITTER).slope - self.here.slope)
        return math.inf if math.isnan(change) else change

    @property
    def bend(self) -> float:
        """By how much the slope would change if the number changed by its own size; 0 if that is not known."""
        change = abs(self(self.x + STEP * max(1.0, abs(self.x))).slope - self.here.slope) / STEP
        return change if math.isfinite(change) else 0.0

    def _at(self, node: Node, operands: list[float]) -> tuple[float, tuple[float, ...], float]:
        """Return the value of a node, its local derivatives, and the size of the numbers that were rounded."""
        before, operation = self._data(node), operations.OPERATIONS[node.op]
        if operation.side_of_kink(operands) != operation.side_of_kink(before):
            slopes = self._slopes(node, before, node.data)
            moves = sum(s * (b - a) for s, a, b in zip(slopes, before, operands, strict=True))
            return node.data + moves, slopes, abs(node.data) + abs(moves)
        value = operations.evaluate(node.op, operands)
        slopes = self._slopes(node, operands, value)
        if operation.summed:
            return value, slopes, len(slopes) * sum(abs(s * x) for s, x in zip(slopes, operands, strict=True))
        return value, slopes, abs(value)

    @property
    def is_at_kink(self) -> bool:
        """Whether an operation between the number and the output is at its kink."""
        return any(operations.OPERATIONS[node.op].side_of_kink(self._data(node)) == 0 for node in self.nodes)

    def slope_towards(self, direction: float) -> float:
        """Return the slope to the right (1.0) or to the left (-1.0), where an operation is at its kink."""
        moves = {self.name: direction}
        for node in self.nodes:
            data, moved = self._data(node), [moves.get(operand, 0.0) for operand in node.operands]
            operation = operations.OPERATIONS[node.op]
            if operation.side_of_kink(data) == 0:
                # Straight on both sides of the kink, it does to a move what it does to a number.
                numbers = moved if operation.kink == "tie" else [moved[0], *data[1:]]
                moves[node.id] = operations.evaluate(node.op, numbers)
            else:
                slopes = self._slopes(node, data, node.data)
                moves[node.id] = sum(s * move for s, move in zip(slopes, moved, strict=True) if move)
        return direction * moves.get(self.output.id, 0.0)

    def _slopes(self, node: Node, operands: list[float], value: float) -> tuple[float, ...]:
        constants = [operand.kind == "constant" for operand in self.operands[node.id]]
        return operations.local_derivatives(node.op, operands, value, constants)

    def _data(self, node: Node) -> list[float]:
        return [operand.data for operand in self.operands[node.id]]


def _difference(function: _OutputOf, h: float) -> _Measured:
    """Measure the slope by the values at x ± h, or at x itself where one of them does not exist.

    It is one of the slopes between x − h and x + h; how far these are from that at x, the formulas tell at both ends.
    """
    x, here = function.x, function.here
    left, right = x - h, x + h
    below, above = function(left), function(right)
    if math.isnan(above.value):
        right, above = x, here
    elif math.isnan(below.value):
        left, below = x, here
    width = right - left
    if width <= 0.0 or not math.isfinite(slope := (above.value - below.value) / width):
        return _Measured()
    bend = abs((below.slope - here.slope) + (above.slope - here.slope)) / ((left < x) + (x < right))
    return _Measured(slope, (above.error + below.error) / width, math.inf if math.isnan(bend) else bend)


def _best_difference(function: _OutputOf) -> _Measured:
    """Measure the slope by steps of every size, from one as large as the number down to where rounding hides it."""
    h = math.ldexp(1.0, math.frexp(max(1.0, abs(function.x)))[1] - 1)
    now, measured = _Measured(), []
    while h > max(math.ulp(function.x), sys.float_info.min):
        larger, now = now, _difference(function, h)
        measured.append(now)
        is_explained = max(now.bend, abs(now.slope - function.here.slope)) <= now.rounding < math.inf
        if is_explained and (larger.rounding <= now.rounding or h < 2.0**-72):
            break  # rounding explains all that is left, and smaller steps have more of it, or tell nothing new
        h /= STEP_FACTOR
    best, bend = _Measured(), 0.0
    for smaller, larger in pairwise(reversed(measured)):
        # What bends within a small step bends within a larger one, also where a sine is back at the same slope there.
        # The slopes of two steps are compared besides, since a formula of a slope may be what is wrong.
        change = abs(larger.slope - smaller.slope) - larger.rounding - smaller.rounding
        bend = max(bend, smaller.bend, larger.bend, 0.0 if math.isnan(change) else change)
        if larger.rounding + bend < best.error:
            best = larger._replace(bend=bend)
    return best


class _Claim(NamedTuple):
    """A gradient by the chain rule: the sum over all paths from the output.

    `paths` sums their absolute values: where they cancel, a mistake on one of them is large beside the gradient.
    `rounding` is the most by which rounding may make it wrong, and `bend` that of the function.
    """

    gradient: float
    paths: float
    rounding: float
    bend: float = 0.0

    def verdict(self, measured: _Measured, tolerance: float) -> str:
        """Compare it with a slope that was measured."""
        gap, size = abs(measured.slope - self.gradient), abs(self.gradient)
        error = measured.error + self.rounding
        if math.isfinite(gap) and gap <= tolerance * size + error:
            enough = max(tolerance, PRECISION) * size if size else tolerance
            as_good_as_0 = NEGLIGIBLE * self.bend if size <= NEGLIGIBLE * self.bend else 0.0  # as after a long training
            is_seen = measured.error <= max(enough, PRECISION_OF_PATHS * self.paths, as_good_as_0)
            return "agrees" if is_seen else "unmeasured"
        is_seen = measured.error <= PRECISION * abs(measured.slope) or CLEAR * error < gap < math.inf
        return "differs" if is_seen else "unmeasured"


def _claims(graph: Snapshot, gradients_by_id: Mapping[str, float]) -> dict[str, _Claim]:
    """Return what the chain rule says of each node."""
    paths = dict.fromkeys(graph.by_id, 0.0) | {graph.output.id: 1.0}
    underflow = dict.fromkeys(graph.by_id, 0.0)
    for node in reversed(graph.nodes):
        for operand, local in zip(node.operands, node.local_derivatives, strict=True):
            paths[operand] += paths[node.id] * abs(local)
            underflow[operand] += underflow[node.id] * abs(local) + sys.float_info.min
    return {name: _Claim(gradients_by_id[name], paths[name], underflow[name]) for name in graph.by_id}


def _check(function: _OutputOf, name: str, claim: _Claim, tolerance: float, step: float) -> GradientRow:
    measured = _difference(function, step * max(1.0, abs(function.x)))
    if claim.verdict(measured, tolerance) != "agrees":
        measured = _best_difference(function)
        claim = claim._replace(rounding=claim.rounding + function.rounding, bend=function.bend)
    verdict, numerical, slopes = claim.verdict(measured, tolerance), measured.slope, None
    if verdict == "agrees" and function.is_at_kink:
        left, right = function.slope_towards(-1.0), function.slope_towards(1.0)
        if not all(math.isclose(x, claim.gradient, rel_tol=1e-9, abs_tol=measured.error) for x in (left, right)):
            verdict, numerical, slopes = "kink", (left + right) / 2, (left, right)
    return GradientRow(name, function.x, claim.gradient, numerical, verdict, slopes)
