"""Read tables of numbers from CSV."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from microgrid._util.text import brief, printable
from microgrid._util.validation import as_list, number_in_range, quoted, seeded
from microgrid.language.numerals import counted

MISSING = frozenset({"", "na", "n/a", "nan", "null"})


class DataError(ValueError):
    """Raised for a file that is not a table of numbers; the message says where and why."""


@dataclass(frozen=True)
class Dataset:
    """Rows of inputs, with the target to predict for each.

    Attributes:
        rows: n rows of numbers, one for each name in `input_names`, in the data's own units.
        targets: n numbers.
        input_names, target_name: the names of their columns.
        dropped: how many rows of the table were left out because a value was missing (after `split`, too).
        text_columns: columns that were passed over because they hold text.
    """

    rows: list[list[float]]
    targets: list[float]
    input_names: tuple[str, ...]
    target_name: str
    dropped: int = 0
    text_columns: tuple[str, ...] = ()

    def split(self, share: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Shuffle, and return (training rows, held-out rows); `share` of all rows are held out, at least one.

        Raises:
            ValueError: there are fewer than two rows, or `share` is not from 0 to below 1.
        """
        share = number_in_range("share", share, below=1.0)
        n = len(self.rows)
        if n < 2:
            raise ValueError(f"needs at least 2 rows to learn from some and test on others, got {n}")
        order = list(range(n))
        seeded(seed).shuffle(order)
        held_out = min(max(round(n * share), 1), n - 1)
        return self._pick(order[held_out:]), self._pick(order[:held_out])

    def _pick(self, indices: Sequence[int]) -> Dataset:
        return replace(self, rows=[self.rows[i] for i in indices], targets=[self.targets[i] for i in indices])


def read_csv(path: str | os.PathLike[str], target: str, inputs: Sequence[str] | None = None) -> Dataset:
    """Read the columns `inputs` and `target` of a CSV file whose first line names its columns.

    Args:
        path: a UTF-8 file, with or without a BOM, with any line endings.
        target: the column to predict.
        inputs: the columns to predict it from; one item may name several, as in "length,width"; by default all others
            that hold numbers. A column without a single number counts as text and is passed over
            (see `Dataset.text_columns`).

    Rows in which one of these columns is empty, or holds NA, n/a, nan or null, are dropped and counted.

    Raises:
        OSError: the file cannot be read.
        TypeError: a name is not text.
        DataError: it is empty, has no header, a column that is asked for does not exist, a row is longer or shorter
            than the header, a cell of a numeric column holds text, or no row is left.
    """
    if inputs is not None:
        inputs = [inputs] if isinstance(inputs, str) else as_list("inputs", inputs)
    for name in (target, *(inputs or ())):
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a column, got {quoted(name)}")
    shown = printable(os.fspath(path))
    header, rows = _read_table(path, shown)
    position = {name: i for i, name in enumerate(header)}
    text_columns: tuple[str, ...] = ()
    if inputs is None:
        is_text = {name: all(_number(row[i]) is None for row in rows.values()) for name, i in position.items()}
        text_columns = tuple(name for name in header if is_text[name] and name != target)
        inputs = [name for name in header if not is_text[name] and name != target]
    inputs = [name.strip() for text in inputs for name in ([text] if text in position else text.split(","))]
    names = (*inputs, target)
    _check_names(names, header, shown)
    complete = _complete_rows(rows, {name: position[name] for name in names}, shown)
    if not rows:
        raise DataError(f"{shown} has no complete row: there is nothing below the header")
    if not inputs:
        raise DataError(f"{shown} has no column of numbers besides {quoted(target)}")
    if not complete:
        raise DataError(f"{shown} has no complete row of numbers in the columns {brief(', '.join(names), 200)}")
    return Dataset(
        rows=[numbers[:-1] for numbers in complete],
        targets=[numbers[-1] for numbers in complete],
        input_names=tuple(inputs),
        target_name=target,
        dropped=len(rows) - len(complete),
        text_columns=text_columns,
    )


def _read_table(path: str | os.PathLike[str], shown: str) -> tuple[list[str], dict[int, list[str]]]:
    """Return the header, and the rows below it by their numbers; the header is row 1, as in a spreadsheet."""
    table: list[list[str]] = []
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file):  # one by one, so that an error knows its row
                table.append(cells)
    except UnicodeDecodeError:
        raise DataError(f"{shown} is not text in UTF-8; save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise DataError(f"{shown}, row {len(table) + 1}, is not CSV: {error}") from None
    header = [name.strip() for name in table[0]] if table else []
    _check_header(header, shown)
    rows: dict[int, list[str]] = {}
    for number, cells in enumerate(table[1:], start=2):
        if len(cells) == len(header) > 1 or any(cell.strip() for cell in cells):  # else it is a blank line
            rows[number] = cells
            if len(cells) != len(header):
                n_cells, n_columns = counted(len(cells), "cell"), counted(len(header), "column")
                raise DataError(f"{shown}, row {number}: {n_cells}, but the header names {n_columns}")
    return header, rows


def _check_header(header: list[str], path: str) -> None:
    if not any(header):
        raise DataError(f"{path} is empty: expected a first line that names the columns")
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            raise DataError(f"{path}: its columns are separated by {name}; expected commas")
    if all(_number(name) is not None for name in header):
        raise DataError(f"{path} has no header: its first line should name the columns, but holds numbers")
    if "" in header:
        raise DataError(f"{path}: column {header.index('') + 1} has no name in the header")
    if repeated := _repeated(header):
        raise DataError(f"{path}: the header names the column {quoted(repeated)} twice")


def _check_names(names: Sequence[str], header: Sequence[str], path: str) -> None:
    """Check the names of the inputs, and of the target, which is the last."""
    known = set(header)
    for name in names:
        if name not in known:
            raise DataError(f"{path} has no column {quoted(name)}; it has {brief(', '.join(header), 200)}")
    if repeated := _repeated(names):
        raise DataError(f"the column {quoted(repeated)} is named twice among the inputs and the target")


def _repeated(names: Sequence[str]) -> str | None:
    """Return the first name that occurs more than once, or None."""
    return next((name for name, times in Counter(names).items() if times > 1), None)


def _complete_rows(rows: Mapping[int, list[str]], columns: Mapping[str, int], path: str) -> list[list[float]]:
    """Return the numbers in these columns, by name and position, of every row in which none is missing."""
    complete: list[list[float]] = []
    for i, row in rows.items():
        cells = [row[column].strip() for column in columns.values()]
        if any(cell.lower() in MISSING for cell in cells):
            continue
        numbers: list[float] = []
        for name, cell in zip(columns, cells, strict=True):
            number = _number(cell)
            if number is None or not math.isfinite(number):
                expected = "a number" if number is None else "a finite number"
                raise DataError(f"{path}, row {i}, column {quoted(name)}: expected {expected}, got {quoted(cell)}")
            numbers.append(number)
        complete.append(numbers)
    return complete


def _number(cell: str) -> float | None:
    """Parse a number as a spreadsheet writes it; Python's 1_000 is not one."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None
