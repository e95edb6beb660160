"""Check gradients against numerical derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from microgrid._util.text import display_width, padded, single_line
from microgrid._util.validation import as_list, number_in_range, positive_number, quoted
from microgrid.engine import Constant, Value, gradients
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show, show_signed
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


def _read_checked(output: Value) -> Snapshot:
    graph = Snapshot.of(output)
    graph.check_current()
    return graph


def _id_of(value: Value, graph: Snapshot) -> str:
    if not isinstance(value, Value):
        raise TypeError(f"expected a Value of this graph, got {quoted(value)}")
    if value not in graph.ids:
        raise ValueError(f"{quoted(value)} is not in the graph of this output")
    return graph.ids[value]


@dataclass(frozen=True)
class GradientRow:
    """One row of a `GradientTable`: the gradient of a leaf, and its numerical derivative.

    `kink`: the slopes to the left and right of the number differ, as those of relu do at 0; the gradient must lie
    between them. `below_rounding`: the graph computes numbers so large that their rounding errors hide this gradient,
    so that it cannot be checked.
    """

    name: str
    data: float
    gradient: float
    numerical: float
    agrees: bool
    kink: bool = False
    below_rounding: bool = False

    @property
    def difference(self) -> float:
        """The absolute difference of the two."""
        return abs(self.gradient - self.numerical)

    @property
    def verdict(self) -> str:
        """Whether they agree: "agrees", "kink" (between both slopes), "differs" or "unmeasured"."""
        if self.agrees:
            return "kink" if self.kink else "agrees"
        return "unmeasured" if math.isnan(self.numerical) or self.below_rounding else "differs"


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
            ValueError: another language.
        """
        said = words(language)
        columns = ("leaf", "value", "chain_rule", "check.numerical", "check.difference")
        heading = [said[column] for column in columns]
        name_width = max([display_width(heading[0]), *(display_width(row.name) for row in self.rows)])
        lines = [_table_line(*heading, width=name_width)]
        for row in self.rows:
            numbers = show(row.data), show(row.gradient, 8), show(row.numerical, 8), show(row.difference, 2)
            lines.append(f"{_table_line(row.name, *numbers, width=name_width)}  {said[f'check.{row.verdict}']}")
        return "\n".join(lines)


def _table_line(name: str, *cells: str, width: int) -> str:
    """Format one line: the name left-aligned, the cells right-aligned in columns wide enough for their numbers."""
    aligned = (" " * (w - display_width(cell)) + cell for w, cell in zip((12, 14, 14, 10), cells, strict=True))
    return "  ".join([padded(name, width), *aligned])


def check_gradients(
    output: Value, leaves: Sequence[Value] | None = None, tolerance: float = 1e-6, step: float = STEP
) -> GradientTable:
    """Compare the gradient of every leaf with a central difference; `grad` and `data` stay as they are.

    Args:
        output: the end of the graph.
        leaves: which leaves to check; by default all but constants.
        tolerance: the largest difference allowed, relative to the gradient. A rounding error of 10⁻⁹ times the largest
            computed number is allowed as well. Where this error is above `tolerance`, and above a thousandth of the
            gradient, the verdict is "unmeasured": no agreement can be shown.
        step: see `numerical_derivative`.

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
    graph = _read_checked(output)
    tolerance, step = number_in_range("tolerance", tolerance), positive_number("step", step)
    by_chain_rule = gradients(output)
    if leaves is None:
        leaves = [value for value in graph.ids if value.is_leaf and not isinstance(value, Constant)]
    rounding = 1e-9 * max([1.0, *(abs(node.data) for node in graph.nodes if not node.is_leaf)])
    rows = []
    for i, leaf in enumerate(as_list("leaves", leaves), start=1):
        function = _function_of(graph, _id_of(leaf, graph))
        name = single_line(leaf.label or "") or f"leaf {i}"
        rows.append(_check(function, leaf.data, name, by_chain_rule[leaf], tolerance, step, rounding))
    return GradientTable(tuple(rows))


def _function_of(graph: Snapshot, name: str) -> Callable[[float], float]:
    """Return the output of a graph as a function of one of its numbers; NaN where it has no value."""

    def function(x: float) -> float:
        try:
            *_, output = graph.recompute({name: x})
        except (ArithmeticError, ValueError):
            return math.nan  # next to the edge of the domain, no difference exists
        return output

    return function


def _check(
    function: Callable[[float], float],
    x: float,
    name: str,
    gradient: float,
    tolerance: float,
    step: float,
    rounding: float,
) -> GradientRow:
    def is_close(numerical: float) -> bool:
        return abs(numerical - gradient) <= tolerance * abs(gradient) + rounding

    # No step is right for every function: 1/x at 1e-9 needs a small one, sin(x) at 1e10 one that ignores the size of x.
    estimates = [_central_difference(function, x, h) for h in (step * max(1.0, abs(x)), step, step * abs(x)) if h]
    for numerical in estimates:
        if is_close(numerical):
            below_rounding = rounding > max(tolerance, 1e-3 * max(abs(gradient), abs(numerical)))
            return GradientRow(name, x, gradient, numerical, agrees=not below_rounding, below_rounding=below_rounding)
    numerical = estimates[0]
    h = step * max(1.0, abs(x))
    left, right = _slopes(function, x, h)
    nearer_left, nearer_right = _slopes(function, x, h / 10)
    # Where a smooth curve bends, the two slopes meet as h shrinks; at a kink, such as that of relu, they never do.
    kink = abs(right - left) > 1e-3 and abs(nearer_right - nearer_left) > 0.5 * abs(right - left)
    slack = 1e-3 * abs(right - left)  # the curve may also bend on its way to the kink
    between = min(left, right) - slack <= gradient <= max(left, right) + slack
    return GradientRow(name, x, gradient, numerical, agrees=kink and between, kink=kink)


def _slopes(function: Callable[[float], float], x: float, h: float) -> tuple[float, float]:
    """Return the slopes of a function to the left and to the right of x."""
    if x - h == x:  # the step is lost in the rounding of x
        return math.nan, math.nan
    return (function(x) - function(x - h)) / h, (function(x + h) - function(x)) / h


@dataclass(frozen=True)
class Nudge:
    """The predicted and the actual change of an output after a small move; `print` it to read it in words.

    `name` and `output_name` are labels, and empty where there is none.
    """

    name: str
    moved_from: float
    moved_to: float
    output_name: str
    before: float
    after: float
    gradient: float

    @property
    def predicted(self) -> float:
        """The change that the gradient predicts: gradient × move."""
        return self.gradient * (self.moved_to - self.moved_from)

    @property
    def actual(self) -> float:
        """The change that happens."""
        return self.after - self.before

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str = "en") -> str:
        """Return the predicted and the actual change in words, in "en" or "ja".

        Raises:
            ValueError: another language.
        """
        said = words(language)

        def named(label: str, unnamed: str) -> str:
            return said["end.named"].format(name=label) if label else said[unnamed]

        return said["nudge"].format(
            name=named(self.name, "nudge.value"),
            output=said["end.loss"] if self.output_name == "loss" else named(self.output_name, "end.output"),
            move=show_signed(self.moved_to - self.moved_from),
            moved_from=show(self.moved_from),
            moved_to=show(self.moved_to, 6),
            gradient=show(self.gradient),
            predicted=show_signed(self.predicted),
            actual=show_signed(self.actual),
            before=show(self.before),
            after=show(self.after),
        )


def nudge(output: Value, value: Value, amount: float = 0.01) -> Nudge:
    """Compare the change that a gradient predicts with the actual one, for a move of `value` by `amount`.

    Raises:
        TypeError: `output` or `value` is not a Value, or `amount` not a number.
        ValueError: `value` is not in the graph behind `output`, a leaf was changed after the graph was recorded, or an
            operation has no value after the move (where that is a division by 0, ZeroDivisionError).

    >>> w = Value(3.0, label="w")
    >>> print(nudge(w**2, w))
    If w moves by +0.01 (3 → 3.01), its gradient 6 predicts that the output changes by +0.06.
    It changes by +0.0601 (9 → 9.06).
    """
    graph = _read_checked(output)
    name = _id_of(value, graph)
    moved = value.data + number_in_range("amount", amount, low=-math.inf)
    number_in_range("a new number", moved, low=-math.inf)
    *_, after = graph.recompute({name: moved})
    return Nudge(
        name=single_line(value.label or ""),
        moved_from=value.data,
        moved_to=moved,
        output_name=single_line(output.label or ""),
        before=output.data,
        after=after,
        gradient=gradients(output)[value],
    )
