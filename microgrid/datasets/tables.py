"""Tables of numbers to learn from: a CSV reader, real data, and the scaling that a network needs.

>>> data = penguins()
>>> len(data.rows), data.dropped, data.input_names
(342, 2, ('flipper_length_mm', 'bill_length_mm', 'bill_depth_mm'))
"""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from microgrid._util.text import brief, printable
from microgrid._util.validation import ONLY_FLOATS, as_list, number_in_range, quoted, seeded
from microgrid.language.numerals import counted

MISSING = frozenset({"", "na", "n/a", "nan", "null"})
SPECIES = ("Adelie", "Chinstrap", "Gentoo")
_PENGUINS = Path(__file__).with_name("penguins.csv")


class DataError(ValueError):
    """A file that cannot be read as a table of numbers; the message says where and why."""


@dataclass(frozen=True)
class Dataset:
    """Rows of inputs, and for each row the target that should be predicted from it.

    Attributes:
        rows: n rows of numbers, one for each name in `input_names`, in the data's own units.
        targets: n numbers.
        input_names, target_name: the columns they came from.
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
        """Shuffle, and return (rows to learn from, rows held out); `share` of all rows are held out, at least one.

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


@dataclass(frozen=True)
class Scale:
    """Bring every column to mean 0 and standard deviation 1, and back into its own units.

    The standard deviation is that of the population (divided by n, as scikit-learn does); a column that never changes
    is only shifted to 0.

    >>> scale = Scale.of([[1.0, 7.0], [3.0, 7.0]])
    >>> scale.standardise([3.0, 7.0]), scale.restore([1.0, 0.0])
    ([1.0, 0.0], [3.0, 7.0])
    """

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]]) -> Scale:
        """Measure the columns of `rows`, one row or more.

        Raises:
            TypeError: a row is not a list of numbers.
            ValueError: there is no row, rows differ in length, or a number is not finite or so large that its column
                has no mean.
        """
        table = [_finite(f"row {i}", row) for i, row in enumerate(as_list("rows", rows), start=1)]
        for i, row in enumerate(table, start=1):
            if len(row) != len(table[0]):
                raise ValueError(f"row {i} has {counted(len(row), 'number')}, and row 1 has {len(table[0])}")
        columns = list(zip(*table, strict=True))
        if not columns:
            raise ValueError("a scale is measured on at least one row of at least one number, got none")
        too_large = ValueError("a column holds numbers too large to be measured")
        try:
            scale = cls(tuple(map(_mean, columns)), tuple(_deviation(column) or 1.0 for column in columns))
        except OverflowError:
            raise too_large from None
        if not all(map(math.isfinite, (*scale.means, *scale.deviations))):
            raise too_large
        return scale

    def standardise(self, row: Sequence[float]) -> list[float]:
        """Return (x − mean) / deviation for every column.

        Raises:
            TypeError: the row is not a list of numbers.
            ValueError: it has more or fewer numbers than there are columns, or one that is not finite.
        """
        return [(x - mean) / deviation for x, mean, deviation in self._columns(row)]

    def restore(self, row: Sequence[float]) -> list[float]:
        """Return x · deviation + mean for every column: the data's own units. Raises what `standardise` raises."""
        return [x * deviation + mean for x, mean, deviation in self._columns(row)]

    def _columns(self, row: Sequence[float]) -> Iterator[tuple[float, float, float]]:
        numbers = _finite("a row", row)
        if len(numbers) != len(self.means):
            raise ValueError(f"expected a row of {counted(len(self.means), 'number')}, got {len(numbers)}")
        return zip(numbers, self.means, self.deviations, strict=True)


def _finite(name: str, row: Sequence[float]) -> Sequence[float]:
    if type(row) is list and ONLY_FLOATS.issuperset(map(type, row)) and all(map(math.isfinite, row)):
        return row  # as almost always, and a million rows are many
    return [number_in_range(f"{name}, number {j}", x, low=-math.inf) for j, x in enumerate(as_list(name, row), start=1)]


def _mean(column: Sequence[float]) -> float:
    """Return the mean; that of equal numbers is that number, whatever rounding says."""
    return column[0] if min(column) == max(column) else math.fsum(column) / len(column)


def _deviation(column: Sequence[float]) -> float:
    mean = _mean(column)
    return math.hypot(*(x - mean for x in column)) / math.sqrt(len(column))  # hypot does not overflow on the way


def penguins() -> Dataset:
    """Load 342 penguins: flipper length, bill length and bill depth in mm, and body mass in g as the target.

    Source: Horst, Hill and Gorman (2020), palmerpenguins, after Gorman, Williams and Fraser (2014), PLoS ONE 9(3):
    e90081. Public domain (CC0).
    """
    return read_csv(_PENGUINS, "body_mass_g", ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"])


def penguin_species() -> Dataset:
    """Load the same 342 penguins: bill length and bill depth in mm, and the species as the target.

    A species is its position in `SPECIES`: 0 Adelie, 1 Chinstrap, 2 Gentoo.

    >>> data = penguin_species()
    >>> data.rows[0], SPECIES[int(data.targets[0])]
    ([39.1, 18.7], 'Adelie')
    """
    names = ("bill_length_mm", "bill_depth_mm")
    with _PENGUINS.open(encoding="utf-8", newline="") as file:
        birds = list(csv.DictReader(file))
    measured = [bird for bird in birds if all(bird[name].lower() not in MISSING for name in names)]
    return Dataset(
        rows=[[float(bird[name]) for name in names] for bird in measured],
        targets=[float(SPECIES.index(bird["species"])) for bird in measured],
        input_names=names,
        target_name="species",
        dropped=len(birds) - len(measured),
    )


def read_csv(path: str | os.PathLike[str], target: str, inputs: Sequence[str] | None = None) -> Dataset:
    """Read the columns `inputs` and `target` of a CSV file whose first line names its columns.

    Args:
        path: a UTF-8 file, with or without BOM, with any line ends.
        target: the column to predict.
        inputs: the columns to predict it from, each by itself or, as "length,width", several with commas between; by
            default all others that hold numbers. A column without a single number counts as text and is passed over
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
            for cells in csv.reader(file):
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
    """Return the first name that stands there more than once, or None."""
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
    """Read a number as a spreadsheet would write it; Python's own 1_000 is text to everybody else."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None
