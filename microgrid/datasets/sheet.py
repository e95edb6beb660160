"""Read the cells of a CSV file, however a spreadsheet wrote it."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from microgrid._util.missing_names import nearest
from microgrid._util.text import brief, printable, single_line
from microgrid._util.validation import quoted
from microgrid.datasets.cells import decimal_of, is_missing, number_in
from microgrid.language.numerals import counted

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "|"}
"""The signs that may separate columns, each as a message names it."""
EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .xls begin
OTHER_INPUTS = "name other inputs with --inputs (in Python: inputs=)"
QUOTE_ADVICE = "is a quote missing, or not doubled inside of quotes?"


class DataError(ValueError):
    """Raised for a file that is not a table to learn from; the message says where and why."""


@dataclass(frozen=True)
class Sheet:
    """The cells of a table, each on one line and without blanks around it.

    Attributes:
        path: the name of its file, for messages.
        names: the names of its columns; "" where a column has none.
        rows: the cells below the names, by the number that a spreadsheet gives their row.
        delimiter: what separates its columns.
    """

    path: str
    names: list[str]
    rows: dict[int, list[str]]
    delimiter: str

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """The positions of the columns by their names."""
        positions: dict[str, list[int]] = {}
        for i, name in enumerate(self.names):
            if name:
                positions.setdefault(name, []).append(i)
        return positions

    @cached_property
    def decimals(self) -> list[str]:
        """The decimal separator of each column: its own, or that of the table where it shows none."""
        columns = zip(*self.rows.values(), strict=True)
        shown = [decimal_of(cells, self.delimiter) for cells in columns] or [""] * len(self.names)
        of_table = "," if "," in shown else "."
        return [decimal or of_table for decimal in shown]

    def position(self, name: str) -> int:
        """Return the position of the column with this name.

        Raises:
            DataError: there is none, or there are several.
        """
        positions = self.positions.get(name, [])
        if not positions:
            if meant := nearest(name, self.positions):
                raise DataError(f"{self.path} has no column {quoted(name)}; did you mean {quoted(meant)}?")
            known = brief(", ".join(self.positions), 200)
            if len(self.positions) == 1:
                known = f"one column only, {known}: separate columns by commas, semicolons, tabs or |"
            raise DataError(f"{self.path} has no column {quoted(name)}; it has {known}")
        if len(positions) > 1:
            raise DataError(
                f"{self.path}: the header names the column {quoted(name)} twice; rename one, or {OTHER_INPUTS}"
            )
        return positions[0]


def read_sheet(path: str | os.PathLike[str], target: str) -> Sheet:
    """Read the cells of a CSV file; that one of its columns is called `target` tells its delimiter.

    Raises:
        OSError: the file cannot be read.
        DataError: it is no text, has no header, has a quote that is not closed, or a row longer or shorter than the
            header.
    """
    shown = printable(os.fspath(path))
    text, delimiters = _text_of(path, shown), "".join(DELIMITERS)
    if named := re.match(r'"?sep=([^\w\s"]|\t)"?[,;\t]*(?:\r\n?|\n)', text, re.IGNORECASE):  # a line for Excel
        text, delimiters = text[named.end() :], named[1]
    headers = {delimiter: _header(text, delimiter, shown) for delimiter in delimiters}
    delimiter = max(headers, key=lambda sign: (target in headers[sign], len(headers[sign])))
    names = headers[delimiter]
    table, several = _parse(text, delimiter, shown)
    if not names:
        raise DataError(f"{shown} is empty: expected a first line that names the columns")
    if target not in names and all(number_in(name) is not None for name in names if name):
        raise DataError(f"{shown} has no header: its first line should name the columns, but holds numbers")
    rows: dict[int, list[str]] = {}
    top = next(i for i, cells in enumerate(table, start=1) if any(cells))
    for number, cells in enumerate(table[top:], start=top + 1):
        if len(cells) == len(names) > 1 or any(cells):  # else it is a blank line
            rows[number] = _fitted(cells, names, delimiter, f"{shown}, row {number}")
    if found := _row_holding_rows(rows, several, delimiter):
        raise DataError(f"{shown}, row {found}: a cell holds the rows below; {QUOTE_ADVICE}")
    return Sheet(shown, names, rows, delimiter)


def _text_of(path: str | os.PathLike[str], shown: str) -> str:
    data = Path(path).read_bytes()
    if data.startswith(EXCEL):
        raise DataError(f"{shown} is an Excel workbook; save it as CSV UTF-8")
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{shown} is not text in UTF-8; save it as CSV in UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{shown}, line {line}: a NUL character, so it is not text in UTF-8; save it as CSV in UTF-8")
    return text.replace("\ufeff", "")  # a BOM, at the start or where files were joined


def _header(text: str, delimiter: str, path: str) -> list[str]:
    """Return the names in the first line that is not blank, if this is the delimiter."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return next((names for names in (list(map(single_line, cells)) for cells in lines) if any(names)), [])
    except csv.Error as error:
        raise _not_csv(error, f"{path}, row 1") from None


def _parse(text: str, delimiter: str, path: str) -> tuple[list[list[str]], dict[int, list[str]]]:
    """Split text into rows of cells; return them, and the lines of those rows that have several, by their numbers.

    Raises:
        DataError: a quote is not closed, or text follows it.
    """
    table: list[list[str]] = []
    several: dict[int, list[str]] = {}
    text = re.sub(rf'" +(?={re.escape(delimiter)}|[\r\n]|\Z)', '"', text)  # to csv, blanks after a quote would be text
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    begin = 0
    try:
        for cells in reader:  # one by one, so that an error knows its row
            table.append(list(map(single_line, cells)))
            if reader.line_num > begin + 1:
                several[len(table)] = lines[begin : reader.line_num]
            begin = reader.line_num
    except csv.Error as error:
        raise _not_csv(error, f"{path}, row {len(table) + 1}") from None
    return table, several


def _not_csv(error: csv.Error, where: str) -> DataError:
    return DataError(f"{where}, is not CSV: {single_line(str(error))}; {QUOTE_ADVICE}")


def _row_holding_rows(rows: Mapping[int, list[str]], several: Mapping[int, list[str]], delimiter: str) -> int:
    """Return the number of the first row with a cell of several lines that seem to be rows of their own; else 0.

    A line then has as many cells as there are columns, and a number in each column of numbers: the first line and the
    last one without regard to their quotes, another by itself. Where such a cell is meant, this may be so of its first
    line or of its last one, and rarely of another.
    """
    columns = list(zip(*rows.values(), strict=True)) if several else []
    present = [[cell for cell in cells if not is_missing(cell)] for cells in columns]
    numeric = [i for i, cells in enumerate(present) if cells and 2 * sum(map(_is_number, cells)) >= len(cells)]

    def is_row(cells: Sequence[str]) -> bool:
        return len(cells) == len(columns) and bool(numeric) and all(_is_number(cells[i]) for i in numeric)

    for number, (first, *others, last) in several.items():
        outer = (first, last) if number in rows else (last,)  # the header begins with names
        ends = ([single_line(cell).strip('" ') for cell in line.split(delimiter)] for line in outer)
        if all(map(is_row, ends)) or any(is_row(_cells_of(line, delimiter)) for line in others):
            return number
    return 0


def _cells_of(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line that is a row by itself; nothing where a quote in it is not closed."""
    reader = csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        return [*map(single_line, next(reader, []))]
    except csv.Error:
        return []


def _is_number(cell: str) -> bool:
    return is_missing(cell, among_numbers=True) or number_in(cell.replace(",", ".")) is not None


def _fitted(cells: list[str], names: Sequence[str], delimiter: str, where: str) -> list[str]:
    """Return as many cells as there are columns; columns without a name at the end may be missing, or be too many.

    Raises:
        DataError: other cells are missing, or too many.
    """
    if len(cells) == len(names):
        return cells
    n_named = max(i for i, name in enumerate(names, start=1) if name)
    if len(cells) < n_named or any(cells[len(names) :]):
        n_cells, n_columns = counted(len(cells), "cell"), counted(n_named, "column")
        advice = "complete the row, or delete it"
        if len(cells) > n_named:
            advice = f"{DELIMITERS.get(delimiter, delimiter)} inside of a cell needs quotes around the cell"
        if n_named == 1:
            advice = "the first line should name all columns"
        raise DataError(f"{where}: {n_cells}, but the header names {n_columns}; {advice}")
    return [*cells[: len(names)], *[""] * (len(names) - len(cells))]
