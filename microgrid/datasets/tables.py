"""Tables to learn from: rows of inputs, each with its target, read from CSV."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from microgrid._util.text import brief, single_line
from microgrid._util.validation import as_list, number_in_range, quoted, seeded
from microgrid.datasets.cells import MAX_CATEGORIES, advice_for, categories_among, is_missing, number_in
from microgrid.datasets.sheet import OTHER_INPUTS, DataError, Sheet, read_sheet
from microgrid.language.numerals import counted


@dataclass(frozen=True)
class Dataset:
    """Rows of inputs, with the target to predict for each.

    Attributes:
        rows: n rows of numbers, one for each name in `input_names`, in the data's own units.
        targets: n numbers; of classes, their positions in `classes`.
        input_names, target_name: the names of their columns; "colour=red" is 1 where colour is red, else 0 (one-hot).
        dropped: how many rows of the table were left out because a value was missing (after `split`, too).
        missing: in how many rows of the table each column that is used has no value, where there is such a row.
        text_columns: columns that were passed over because they hold text.
        left_out: other columns that were passed over, each with the reason or with advice.
        categories: the texts of each column that became one-hot inputs, sorted.
        classes: the texts of the target, sorted; empty where the target is a number.
    """

    rows: list[list[float]]
    targets: list[float]
    input_names: tuple[str, ...]
    target_name: str
    dropped: int = 0
    text_columns: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)

    @property
    def emptiest(self) -> str:
        """Name the column that has no value most often; "" if none is missing."""
        if not self.missing:
            return ""
        name, count = max(self.missing.items(), key=lambda item: item[1])
        return f"{quoted(name)} is missing in {counted(count, 'row')}; {OTHER_INPUTS}"

    def split(self, share: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Shuffle, and return (training rows, held-out rows); `share` of all rows are held out, at least one.

        Raises:
            ValueError: there are fewer than two rows, or `share` is not from 0 to below 1.
        """
        share = number_in_range("share", share, below=1.0)
        n = len(self.rows)
        if n < 2:
            advice = f"; {self.emptiest}" if self.missing else ""
            raise ValueError(f"needs at least 2 rows to learn from some and test on others, got {n}{advice}")
        order = list(range(n))
        seeded(seed).shuffle(order)
        held_out = min(max(round(n * share), 1), n - 1)
        return self._pick(order[held_out:]), self._pick(order[:held_out])

    def _pick(self, indices: Sequence[int]) -> Dataset:
        return replace(self, rows=[self.rows[i] for i in indices], targets=[self.targets[i] for i in indices])


def read_csv(path: str | os.PathLike[str], target: str, inputs: Sequence[str] | None = None) -> Dataset:
    """Read the columns `inputs` and `target` of a CSV file whose first line names its columns.

    A column without a single number holds text. From 2 to 20 different texts, each in two rows or more on average, are
    categories: of an input they become one-hot numbers, of the target classes. A column of more texts than numbers is
    used only where it is asked for. Rows in which a column that is used is empty, or holds a mark such as NA, None, ?
    or #N/A, among numbers also - or ., are dropped and counted. Columns that are not used may hold anything.

    Args:
        path: a file in UTF-8 or, with a BOM, UTF-16, with any line endings; its columns are separated by commas,
            semicolons, tabs or "|". Unless by commas, the numbers of a column may have decimal commas.
        target: the column to predict.
        inputs: the columns to predict it from; one item may name several, as in "length,width"; by default all others
            that have a name and hold numbers or categories. The rest is passed over (see `Dataset.text_columns` and
            `Dataset.left_out`).

    Raises:
        OSError: the file cannot be read.
        TypeError: a name is not text.
        DataError: it is empty, has no header, a column that is asked for does not exist or exists twice, a row is
            longer or shorter than the header, a quote is not closed, a cell of a numeric column holds text, or no row
            is left.
    """
    if inputs is not None:
        inputs = [inputs] if isinstance(inputs, str) else as_list("inputs", inputs)
    for name in (target, *(inputs or ())):
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a column, got {quoted(name)}")
    target = single_line(target)
    sheet = read_sheet(path, target)
    columns, texts = _inputs(sheet, target, inputs)
    target_column = _Column(sheet, sheet.position(target))
    used = [*columns, target_column]
    names = [column.name for column in used]
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise DataError(f"the column {quoted(repeated[0])} is named twice among the inputs and the target")
    if not sheet.rows:
        raise DataError(f"{sheet.path} has no complete row: there is nothing below the header")
    if not columns:
        advice = next((f"; {quoted(text.name)}: {text.remark}" for text in texts if text.remark), "")
        raise DataError(f"{sheet.path} has no column of numbers besides {quoted(target)}{advice}")
    complete = [i for i, row in sheet.rows.items() if not any(column.lacks(row[column.position]) for column in used)]
    if not complete:
        lacking = max(used, key=lambda column: column.n_missing)
        raise DataError(
            f"{sheet.path} has no complete row of numbers in the columns {brief(', '.join(names), 200)}: "
            f"{quoted(lacking.name)} is missing in {lacking.n_missing} of {len(sheet.rows)}; {OTHER_INPUTS}"
        )
    return Dataset(
        rows=[[number for column in columns for number in column.inputs(i)] for i in complete],
        targets=[target_column.target(i) for i in complete],
        input_names=tuple(name for column in columns for name in column.input_names),
        target_name=target,
        dropped=len(sheet.rows) - len(complete),
        text_columns=tuple(column.name for column in texts if not column.remark),
        left_out={column.name: column.remark for column in texts if column.remark},
        categories={column.name: column.categories for column in columns if column.categories},
        classes=target_column.categories,
        missing={column.name: column.n_missing for column in used if column.n_missing},
    )


def _inputs(sheet: Sheet, target: str, asked: Sequence[str] | None) -> tuple[list[_Column], list[_Column]]:
    """Return the columns that are asked for, or all that can be used, and those passed over."""
    if asked is not None:
        lists = ([text] if text in sheet.positions else text.split(",") for text in map(single_line, asked))
        return [_Column(sheet, sheet.position(name.strip())) for names in lists for name in names if name.strip()], []
    others = [_Column(sheet, i) for i, name in enumerate(sheet.names) if name and name != target]
    usable = [column for column in others if not (column.is_text or column.remark)]
    return usable, [column for column in others if column.is_text or column.remark]


class _Column:
    """One column of a sheet; what it holds is decided by all of its cells."""

    def __init__(self, sheet: Sheet, position: int) -> None:
        cells = [row[position] for row in sheet.rows.values()]
        self.sheet, self.position, self.name = sheet, position, sheet.names[position]
        self.decimal = sheet.decimals[position]
        self.n_numbers = sum(number_in(cell, self.decimal) is not None and not is_missing(cell) for cell in cells)
        self.holds_numbers = self.n_numbers > 0
        self.n_missing = sum(map(self.lacks, cells))
        self.categories = () if self.holds_numbers else categories_among(cells)
        self.is_text = not self.holds_numbers and not self.categories
        self.n_different = len({cell for cell in cells if not is_missing(cell)})
        self.remark = self._why_left_out(cells)

    def _why_left_out(self, cells: Sequence[str]) -> str:
        """Say why it is left out unless it is asked for; "" where it can be used, or holds text."""
        if len(self.sheet.positions.get(self.name, ())) > 1:
            return "the header names it twice"
        if self.n_missing == len(cells):
            return "it is empty"
        n_present = len(cells) - self.n_missing
        if self.categories or 2 * self.n_numbers >= n_present:
            return ""
        n_texts = n_present - self.n_numbers
        mixed = f"it holds text in {n_texts} of {n_present} cells" if self.holds_numbers else ""
        return next(filter(None, map(advice_for, cells)), mixed)

    def lacks(self, cell: str) -> bool:
        """Tell whether a cell of this column has no value."""
        return is_missing(cell, among_numbers=self.holds_numbers)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs that the column becomes."""
        return [f"{self.name}={text}" for text in self.categories] or [self.name]

    def inputs(self, row: int) -> list[float]:
        """Return the number in this row, or the one-hot numbers of its category."""
        if not self.categories:
            return [self._number(row, f", or {OTHER_INPUTS}")]
        text = self.sheet.rows[row][self.position]
        return [float(text == category) for category in self.categories]

    def target(self, row: int) -> float:
        """Return the number in this row, or the position of its class."""
        if self.categories:
            return float(self.categories.index(self.sheet.rows[row][self.position]))
        return self._number(row)

    def _number(self, row: int, way_out: str = "") -> float:
        cell = self.sheet.rows[row][self.position]
        number = number_in(cell, self.decimal)
        if number is not None and math.isfinite(number):
            return number
        needs = "correct it"
        if self.is_text:
            needs = (
                f"text needs 2 to {MAX_CATEGORIES} different values that repeat, and this column has {self.n_different}"
            )
        raise DataError(
            f"{self.sheet.path}, row {row}, column {quoted(self.name)}: expected a "
            f"{'' if number is None else 'finite '}number, got {quoted(cell)}; {advice_for(cell) or needs}{way_out}"
        )
