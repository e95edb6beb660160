"""Matrices as lists of rows of floats, which the layers compute with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from microgrid._util.text import counted
from microgrid._util.validation import as_list, as_number, quoted

Matrix: TypeAlias = list[list[float]]
T = TypeVar("T")


def as_matrix(name: str, rows: Iterable[Any], n_columns: int | None = None, n_rows: int | None = None) -> Matrix:
    """Return rows of numbers as a matrix, if it has the expected shape; None leaves a number open.

    Raises:
        TypeError: they are not rows of numbers.
        ValueError: they have another shape, or there are none.

    >>> as_matrix("x", [[1, 2, 3]], n_columns=2)
    Traceback (most recent call last):
    ValueError: x must have 2 columns, got the shape 1 × 3
    """
    rows = as_list(name, rows)
    try:
        listed = [as_list(name, row) for row in rows]
    except TypeError:
        example = quoted([[0.0] * (n_columns or 1)] * (n_rows or 2))
        raise TypeError(f"{name} must be a list of rows, such as {example}, got {quoted(rows)}") from None
    matrix = [[as_number(f"each number of {name}", number) for number in row] for row in listed]
    widths = sorted({len(row) for row in matrix})
    if not widths or widths == [0]:
        raise ValueError(f"{name} must have at least one number, got {quoted(rows)}")
    if len(widths) > 1:
        raise ValueError(f"{name} must have rows of equal length, got rows of {widths[0]} and of {widths[-1]} numbers")
    if n_columns is not None and (n_rows or len(matrix), n_columns) != (len(matrix), widths[0]):
        expected = counted(n_columns, "column") if n_rows is None else f"the shape {n_rows} × {n_columns}"
        raise ValueError(f"{name} must have {expected}, got the shape {len(matrix)} × {widths[0]}")
    return matrix


def kept(matrix: Matrix | None, advice: str) -> Matrix:
    """Return what an earlier call kept.

    Raises:
        RuntimeError: nothing was kept; its message is the advice on what to call first.
    """
    if matrix is None:
        raise RuntimeError(advice)
    return matrix


def elementwise(function: Callable[..., T], *matrices: Sequence[Sequence[Any]]) -> list[list[T]]:
    """Apply a function to the numbers in the same place of matrices of the same shape.

    >>> elementwise(max, [[1.0, 5.0]], [[2.0, 4.0]])
    [[2.0, 5.0]]
    """
    return [list(map(function, *rows)) for rows in zip(*matrices, strict=True)]


def transposed(matrix: Sequence[Sequence[float]]) -> Matrix:
    """Return the matrix with its columns as rows."""
    return [list(column) for column in zip(*matrix, strict=True)]


def product(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> Matrix:
    """Return the matrix product a · b.

    >>> product([[1.0, 2.0]], [[3.0], [4.0]])
    [[11.0]]
    """
    columns = transposed(b)
    return [[plain_sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def plain_sum(numbers: Iterable[float]) -> float:
    """Add numbers from first to last; sum() rounds differently from Python 3.12 on."""
    result = 0.0
    for number in numbers:
        result += number
    return result


def square(number: float) -> float:
    """Return the square.

    Raises:
        OverflowError: it is too large for a float.
    """
    try:
        return number**2
    except OverflowError:
        raise OverflowError(f"({number}) ** 2: too large for a float") from None


def cut_matrix(matrix: Matrix, most_rows: int, most_columns: int) -> list[list[float | None]]:
    """Return a matrix or, where it is large, its first rows and columns and the last; None is for those left out.

    >>> cut_matrix([[1.0, 2.0, 3.0, 4.0]], 2, 3)
    [[1.0, None, 4.0]]
    """
    rows = [cut(row, None, most_columns) for row in matrix]
    return cut(rows, [None] * len(rows[0]), most_rows)


def cut(items: Sequence[Any], mark: Any, most: int) -> list[Any]:
    """Return the items or, where they are too many, the first ones and the last, with a mark between them."""
    return [*items] if len(items) <= most else [*items[: most - 2], mark, items[-1]]
