"""The rows that a compiled graph is given: lists of numbers, or a buffer of float64; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from microgrid._util.text import brief
from microgrid._util.validation import ONLY_FLOATS, as_list
from microgrid.compiler.syntax import power
from microgrid.engine import Constant, Value
from microgrid.graph import operations
from microgrid.language.numerals import counted


def float64(rows: Any, n_columns: int) -> memoryview | None:
    """Return the memory of a buffer of float64, such as a NumPy array or `array("d")`; None for any other rows.

    Raises:
        ValueError: it has neither one row of `n_columns` numbers after the other, nor these rows in one dimension.

    >>> from array import array
    >>> float64(array("d", [1.0, 2.0, 3.0, 4.0]), 2).nbytes, float64([[1.0, 2.0]], 2)
    (32, None)
    """
    try:
        view = memoryview(rows)
    except TypeError:
        return None
    shape = view.shape or ()
    if view.format != "d" or not shape:
        return None
    if shape[1:] == (n_columns,) or (len(shape) == 1 and n_columns and shape[0] % n_columns == 0):
        return view
    raise ValueError(f"rows must have {counted(n_columns, 'number')} each, got a buffer of the shape {shape}")


def as_rows(rows: Any, inputs: Sequence[Value]) -> list[Sequence[float]]:
    """Return rows as lists of floats: with texts or integers a program could concatenate, or never end.

    Raises:
        TypeError: a row is not a list of numbers.
        OverflowError: a number is too large for a float.
    """
    if type(rows) is list:
        for row in rows:
            if type(row) is not list or not ONLY_FLOATS.issuperset(map(type, row)):
                break
        else:
            return rows
    elif (view := float64(rows, len(inputs))) is not None:
        n, numbers = len(inputs), cast(Any, view.tolist())
        return numbers if view.ndim == 2 else [numbers[i : i + n] for i in range(0, len(numbers), n)]
    elif isinstance(rows, memoryview):
        rows = rows.tolist()  # of several dimensions, which cannot be iterated over
    return [_row(i, row, inputs) for i, row in enumerate(as_list("rows", rows), start=1)]


def _row(i: int, row: Sequence[float], inputs: Sequence[Value]) -> list[float]:
    numbers: list[float] = []
    for number in as_list(f"row {i}", row):
        try:
            numbers.append(Value(number).data)
        except (TypeError, OverflowError) as wrong:
            labels = [leaf.label for leaf in inputs] + [""] * len(row)
            name = brief(labels[len(numbers)]) or f"number {len(numbers) + 1}"
            raise type(wrong)(f"row {i}, {name}: {wrong}") from None
    return numbers


def wrong_length(rows: Sequence[Sequence[float]], inputs: Sequence[Value]) -> ValueError | None:
    """Return an error that names the first row without a number for each input; None if all have them."""
    for i, row in enumerate(rows, start=1):
        if len(row) != len(inputs):
            return ValueError(f"row {i} must have {counted(len(inputs), 'number')}, got {len(row)}")
    return None


def problem_with(rows: Sequence[Sequence[float]], inputs: Sequence[Value], order: Sequence[Value]) -> Exception | None:
    """Return an error that names the row and the operation that failed; None if no operation did."""
    if not rows:
        return ValueError("expected at least one row, got none")
    if wrong := wrong_length(rows, inputs):
        return wrong
    for i, row in enumerate(rows, start=1):
        if problem := _problem_in(dict(zip(inputs, row, strict=True)), order):
            return type(problem)(f"row {i}: {problem}")
    return None


def _problem_in(numbers: dict[Value, float], order: Sequence[Value]) -> Exception | None:
    for node in order:
        if not node.op:
            numbers.setdefault(node, node.data)
            continue
        operands = [numbers[operand] for operand in node.operands]
        name = f" (in {brief(node.label)})" if node.label else ""
        missing = "value"
        try:
            if node.op == "**" and not (isinstance(node.operands[1], Constant) and operands[1].is_integer()):
                power(*operands)
            numbers[node] = operations.evaluate(node.op, operands)
            missing = "slope"
            constants = [isinstance(operand, Constant) for operand in node.operands]
            operations.local_derivatives(node.op, operands, numbers[node], constants)
        except (ArithmeticError, ValueError) as problem:
            labels = brief(", ".join(str(operand.label) for operand in node.operands if operand.label))
            of = f" of {labels}" if labels else ""
            operation = operations.name_of(node.op)
            message = (
                str(problem) if "has no value" in str(problem) else f"{operation} has no {missing} at {operands[0]}"
            )
            return type(problem)(f"{message}{of and f', the {operation}{of}'}{name}")
    return None
