"""The CSV reader with everything that comes in files, and splitting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid.datasets import DataError, Dataset, read_csv

Csv = Callable[[str | bytes], Path]


@pytest.fixture
def csv(tmp_path: Path) -> Csv:
    """Return a function that writes a table to a file, byte by byte as given."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a,b,y\n1,2,3\n4,5,6\n", id="plain"),
        pytest.param("a,b,y\n1,2,3\n4,5,6", id="no newline at the end"),
        pytest.param("a,b,y\r\n1,2,3\r\n4,5,6\r\n", id="CRLF"),
        pytest.param("a,b,y\r1,2,3\r4,5,6\r", id="CR"),
        pytest.param("\ufeffa,b,y\n1,2,3\n4,5,6\n", id="BOM"),
        pytest.param('"a","b","y"\n"1","2","3"\n"4",5,6\n', id="quoted"),
        pytest.param(" a , b , y \n 1 , 2 , 3 \n 4 ,5,6\n", id="blanks round cells"),
        pytest.param("a,b,y\n\n1,2,3\n\n4,5,6\n\n", id="blank lines"),
        pytest.param("a,b,y\n1.0,+2,3e0\n4,5.,0.6e1\n", id="other ways to write a number"),
    ],
)
def test_table_is_read_however_it_is_written(csv: Csv, content: str) -> None:
    assert read_csv(csv(content), "y") == Dataset([[1.0, 2.0], [4.0, 5.0]], [3.0, 6.0], ("a", "b"), "y")


def test_inputs_come_in_the_order_in_which_they_are_asked_for(csv: Csv) -> None:
    data = read_csv(csv("a,y,b,c\n1,2,3,4\n"), "y", ["c", "a"])
    assert (data.rows, data.input_names) == ([[4.0, 1.0]], ("c", "a"))


@pytest.mark.parametrize("missing", ["", " ", "NA", "na", "N/A", "nan", "NaN", "null"])
def test_rows_with_a_missing_value_are_dropped_and_counted(csv: Csv, missing: str) -> None:
    data = read_csv(csv(f"a,y\n{missing},2\n1,2\n3,{missing}\n5,6\n"), "y")
    assert (data.rows, data.targets, data.dropped) == ([[1.0], [5.0]], [2.0, 6.0], 2)


def test_row_is_kept_where_only_an_unused_column_is_missing(csv: Csv) -> None:
    data = read_csv(csv("a,b,y\n1,NA,2\n"), "y", ["a"])
    assert (data.rows, data.dropped) == ([[1.0]], 0)


def test_text_columns_are_passed_over_and_named(csv: Csv) -> None:
    data = read_csv(csv('a,species,y,island\n1,NA,2,"x, y"\n3,Adelie,4,z\n'), "y")
    assert (data.rows, data.input_names, data.dropped) == ([[1.0], [3.0]], ("a",), 0)
    assert data.text_columns == ("species", "island")


def test_quoted_cell_may_hold_commas_and_newlines(csv: Csv) -> None:
    assert read_csv(csv('note,"a, in mm",y\n"one,\ntwo",1,2\n'), "y").input_names == ("a, in mm",)


def test_row_numbers_count_as_in_a_spreadsheet(csv: Csv) -> None:
    with pytest.raises(DataError, match="row 4, column 'a'"):
        read_csv(csv('note,a,y\n"one\ntwo",1,2\n,3,4\n,x,5\n'), "y")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "is empty: expected a first line that names the columns", id="empty"),
        pytest.param("\n", "is empty", id="blank line"),
        pytest.param("1,2\n3,4\n", "has no header: its first line should name the columns", id="header of numbers"),
        pytest.param("a,a,y\n1,2,3\n", "the header names the column 'a' twice", id="duplicate header"),
        pytest.param("a,,y\n1,2,3\n", "column 2 has no name in the header", id="nameless column"),
        pytest.param("a,b\n1,2\n", "has no column 'y'; it has a, b$", id="missing target"),
        pytest.param("a,y\n1,2,3\n", "row 2: 3 cells, but the header names 2 columns", id="row too long"),
        pytest.param("a,y\n1,2\n1\n", "row 3: 1 cell, but the header names 2 columns", id="row too short"),
        pytest.param("a,y\n1,2\nx,3\n", "row 3, column 'a': expected a number, got 'x'", id="text"),
        pytest.param("a,y\n1,male\n", "row 2, column 'y': expected a number, got 'male'", id="text as target"),
        pytest.param("a,y\n1,2\n1_000,3\n", "row 3, column 'a': expected a number, got '1_000'", id="underscore"),
        pytest.param("a,y\n1,2\n3,inf\n", "row 3, column 'y': expected a finite number, got 'inf'", id="inf"),
        pytest.param("a,y\n-inf,2\n", "row 2, column 'a': expected a finite number, got '-inf'", id="-inf"),
        pytest.param("a,y\n1e999,2\n", "row 2, column 'a': expected a finite number, got '1e999'", id="too large"),
        pytest.param("a,y\nNA,1\n2,NA\n", "has no complete row of numbers in the columns a, y", id="all missing"),
        pytest.param("sex,y\nmale,1\n", "has no column of numbers besides 'y'", id="text only"),
        pytest.param(bytes(range(256)), r"is not text in UTF-8; save it as CSV in UTF-8$", id="binary"),
        pytest.param("a,y\n1,2\n".encode("utf-16"), r"is not text in UTF-8; save it as CSV in UTF-8$", id="UTF-16"),
        pytest.param('a,y\n"' + "1" * 200_000, "row 2, is not CSV: field larger than", id="quote never closed"),
        pytest.param("a;y\n1;2\n", ": its columns are separated by semicolons; expected commas$", id="semicolons"),
        pytest.param("a\ty\n1\t2\n", ": its columns are separated by tabs; expected commas$", id="tabs"),
        pytest.param("a,y\n", "has no complete row: there is nothing below the header", id="header only"),
    ],
)
def test_file_that_is_no_table_of_numbers_says_where_and_why(csv: Csv, content: str | bytes, message: str) -> None:
    path = csv(content)
    with pytest.raises(DataError, match=message) as caught:
        read_csv(path, "y")
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["a", "z"], "has no column 'z'; it has a, b, y"),
        (["a", "y"], "the column 'y' is named twice among the inputs and the target"),
        ([], "has no column of numbers besides 'y'"),
        (["b"], "row 2, column 'b': expected a number, got 'x'"),
    ],
)
def test_inputs_that_cannot_be_had_are_refused(csv: Csv, inputs: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_csv(csv("a,b,y\n1,x,3\n"), "y", inputs)


def test_long_cell_is_shortened_in_the_message(csv: Csv) -> None:
    with pytest.raises(DataError, match=r"got 'x{58}…$"):
        read_csv(csv(f"a,y\n1,{'x' * 1000}\n"), "y")


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_csv(tmp_path / "nowhere.csv", "y")


def counted(n: int) -> Dataset:
    return Dataset([[float(i)] for i in range(n)], [10.0 * i for i in range(n)], ("a",), "y", 3, ("sex",))


@given(n=st.integers(2, 60), share=st.floats(0.0, 0.99), seed=st.integers(0, 100))
def test_split_is_disjoint_and_complete_and_keeps_pairs_together(n: int, share: float, seed: int) -> None:
    learning, held_out = counted(n).split(share, seed)
    assert sorted(learning.rows + held_out.rows) == counted(n).rows
    assert all(
        target == 10 * row[0]
        for part in (learning, held_out)
        for (row, target) in zip(part.rows, part.targets, strict=True)
    )
    assert len(held_out.rows) == min(max(round(n * share), 1), n - 1)


def test_split_holds_a_fifth_out() -> None:
    learning, held_out = counted(10).split()
    assert (len(learning.rows), len(held_out.rows)) == (8, 2)


def test_split_is_reproducible_and_shuffled() -> None:
    assert counted(50).split(seed=1) == counted(50).split(seed=1)
    assert counted(50).split(seed=1) != counted(50).split(seed=2)
    assert counted(50).split()[1].rows not in (counted(50).rows[:10], counted(50).rows[-10:])


def test_split_keeps_what_is_known_of_the_data() -> None:
    for part in counted(10).split():
        assert (part.input_names, part.target_name, part.dropped, part.text_columns) == (("a",), "y", 3, ("sex",))


@pytest.mark.parametrize("n", [0, 1])
def test_split_needs_two_rows(n: int) -> None:
    with pytest.raises(ValueError, match=f"needs at least 2 rows .* got {n}"):
        counted(n).split()


def test_text_in_the_first_row_of_a_numeric_column_is_named(csv: Csv) -> None:
    with pytest.raises(DataError, match=r"row 2, column 'x': expected a number, got 'foo'"):
        read_csv(csv("x,y\nfoo,1\n2,2\n3,3\n"), "y")


def test_quote_that_never_ends_is_told_with_its_row(csv: Csv) -> None:
    with pytest.raises(DataError, match=r"row 3, is not CSV: field larger than field limit \(131072\)"):
        read_csv(csv('x,y\n1,2\n"' + "1,2\n" * 1_000_000), "y")


def test_header_of_very_many_columns_is_read(csv: Csv) -> None:
    names = ",".join(f"x{i}" for i in range(2000))
    numbers = ",".join(map(str, range(2000)))
    assert len(read_csv(csv(f"{names},y\n{numbers},1\n"), "y").input_names) == 2000
