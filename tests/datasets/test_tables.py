"""The CSV reader with everything that comes in files, and splitting."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid.datasets import DataError, Dataset, read_csv

Csv = Callable[[str | bytes], Path]
TABLE = "a,b,y\n1,2,3\n4,5,6\n"


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
        pytest.param("\ufeff\ufeffa,b,y\n1,2,3\n\ufeff4,5,6\n", id="BOMs in the middle, of joined files"),
        pytest.param(codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"), id="UTF-16, little-endian"),
        pytest.param(codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), id="UTF-16, big-endian"),
        pytest.param("\n  \n,,\n" + TABLE, id="blank lines first"),
        pytest.param("a,b,y\n1,2,3\r\r\n4,5,6\r\r\n", id="line ends translated twice"),
        pytest.param('a,b,y\n1,"2",3\n4, "5",6\n', id="a blank before a quote"),
        pytest.param('"a" ,"b" ,"y" \n"1" ,"2" ,"3" \n4,5,"6" ', id="blanks after a quote"),
        pytest.param("a,b,y\n１,２．０,３\n4,+5,6\n", id="full-width digits"),
        pytest.param(",a,b,y\n0,1,2,3\n1,4,5,6\n", id="an index"),
        pytest.param("a,,b,y\n1,x,2,3\n4,z,5,6\n", id="a column without a name"),
        pytest.param("a,b,y,\n1,2,3\n4,5,6\n", id="a comma at the end of the header"),
        pytest.param("a,b,y\n1,2,3,\n4,5,6,\n", id="a comma at the end of the rows"),
        pytest.param("a,b,y,\n1,2,3,\n4,5,6,\n", id="a comma at the end of all lines"),
        pytest.param("sep=;\na;b;y\n1;2;3\n4;5;6\n", id="sep=;"),
        pytest.param('"sep=,"\r\na,b,y\r\n1,2,3\r\n4,5,6\r\n', id="sep=, in quotes"),
        pytest.param('sep=^\na^b^"y" \n1^2^"3" \n4^5^6\n', id="sep=^"),
        pytest.param(TABLE.replace(",", ";"), id="semicolons"),
        pytest.param("a;b;y\n1,0;2;3,0\n4;,5e+1;6\n", id="semicolons and decimal commas"),
        pytest.param(TABLE.replace(",", "\t"), id="tabs"),
        pytest.param("a\tb\ty\n1,0\t2,000\t3\n4\t5,000\t6\n", id="tabs and decimal commas"),
        pytest.param(TABLE.replace(",", "|"), id="bars"),
        pytest.param("a,b,y\n1\u200b,2\xa0,3\n4,5,6\n", id="blanks that are not seen"),
    ],
)
def test_table_is_read_however_it_is_written(csv: Csv, content: str | bytes) -> None:
    assert read_csv(csv(content), "y") == Dataset([[1.0, 2.0], [4.0, 5.0]], [3.0, 6.0], ("a", "b"), "y")


def test_inputs_come_in_the_order_in_which_they_are_asked_for(csv: Csv) -> None:
    data = read_csv(csv("a,y,b,c\n1,2,3,4\n"), "y", ["c", "a"])
    assert (data.rows, data.input_names) == ([[4.0, 1.0]], ("c", "a"))


@pytest.mark.parametrize(
    "missing", ["", " ", "NA", "na", "N/A", "nan", "NaN", "null", "#N/A", "None", "NaT", "?", "<NA>", "#DIV/0!"]
)
def test_rows_with_a_missing_value_are_dropped_and_counted(csv: Csv, missing: str) -> None:
    data = read_csv(csv(f"a,y\n{missing},2\n1,2\n3,{missing}\n5,6\n"), "y")
    assert (data.rows, data.targets, data.dropped) == ([[1.0], [5.0]], [2.0, 6.0], 2)


@pytest.mark.parametrize("mark", ["-", "--", ".", "−", "–", "－", "…", "*", "#BEZUG!", "#SPILL!"])
def test_mark_without_digits_is_missing_among_numbers_only(csv: Csv, mark: str) -> None:
    data = read_csv(csv(f"a,s,y\n1,{mark},2\n{mark},+,3\n-4,{mark},5\n6,+,-7\n"), "y")
    assert (data.targets, data.dropped) == ([2.0, 5.0, -7.0], 1)
    assert data.categories == {"s": tuple(sorted(["+", mark]))}


def test_row_is_kept_where_only_an_unused_column_is_missing(csv: Csv) -> None:
    data = read_csv(csv("a,b,y\n1,NA,2\n"), "y", ["a"])
    assert (data.rows, data.dropped) == ([[1.0]], 0)


def test_text_columns_are_passed_over_and_named(csv: Csv) -> None:
    data = read_csv(csv('a,species,y,island\n1,NA,2,"x, y"\n3,Adelie,4,z\n'), "y")
    assert (data.rows, data.input_names, data.dropped) == ([[1.0], [3.0]], ("a",), 0)
    assert data.text_columns == ("species", "island")


def test_blanks_after_a_quote_are_left_where_text_follows(csv: Csv) -> None:
    table = csv('sep=^\na^n^y\n1^5" pipe^2\n1^6" pipe^3\n1^5" pipe^2\n1^6" pipe^3\n')
    assert read_csv(table, "y").categories == {"n": ('5" pipe', '6" pipe')}


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
        pytest.param("a,a,y\n1,2,3\n", "besides 'y'; 'a': the header names it twice$", id="equal names"),
        pytest.param("a,y,y\n1,2,3\n", "the header names the column 'y' twice; rename one", id="two targets"),
        pytest.param("My table\na,y\n1,2\n", "row 2: 2 cells, but .* 1 column; the first line should name", id="title"),
        pytest.param("a,b\n1,2\n", "has no column 'y'; it has a, b$", id="missing target"),
        pytest.param("a y\n1 2\n", "has one column only, a y: separate columns by commas, semico", id="blanks"),
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
        pytest.param(
            "größe,y\n1,2\n".encode("latin-1"), r"is not text in UTF-8; save it as CSV in UTF-8$", id="Latin-1"
        ),
        pytest.param(
            "a,y\n1,2\n".encode("utf-16-le"), r"line 1: a NUL character, .*; save it as CSV", id="UTF-16, no BOM"
        ),
        pytest.param("a,y\n1,2\n3,4\0\n", "line 3: a NUL character", id="NUL"),
        pytest.param("a,y\n1\r,2\n", "row 2: 1 cell, but the header names 2 columns", id="stray carriage return"),
        pytest.param("a,y\n1,2\n3", "row 3: 1 cell, but the header names 2 columns", id="cut off"),
        pytest.param("a,y\n1,2,3\n", "a comma inside of a cell needs quotes around the cell$", id="unquoted comma"),
        pytest.param(
            'a,y\n1,"2"3\n', r"row 2, is not CSV: ',' expected after '\"'; is a quote missing", id="quote inside"
        ),
        pytest.param(
            'a\ty\n1\t"2"3\n', r"row 2, is not CSV: ' ' expected after '\"'; is a quote missing", id="tab after quote"
        ),
        pytest.param('a,y\n"' + "1" * 200_000, "row 2, is not CSV: field larger than", id="quote never closed"),
        pytest.param("a;b;y\n1,5;2;1.500\n", "got '1.500'; write numbers without thousands", id="1.500 beside 1,5"),
        pytest.param("a;y\n1,5;2\n1.5;2\n", "got '1,5'; write all numbers with a decimal point", id="1.5 below 1,5"),
        pytest.param("a;y\n1;2;3\n", "2 columns; a semicolon inside of a cell needs quotes", id="unquoted semicolon"),
        pytest.param("a\ty\n1\t2\t3\n", "2 columns; a tab inside of a cell needs quotes", id="unquoted tab"),
        pytest.param("sep=^\na^y\n1^2^3\n", r"2 columns; \^ inside of a cell needs quotes", id="unquoted sign"),
        pytest.param("a\ty\n1,500\t2\n", "besides 'y'; 'a': write numbers without thousands", id="1,500 between tabs"),
        pytest.param("a,y\n", "has no complete row: there is nothing below the header", id="header only"),
    ],
)
def test_file_that_is_no_table_of_numbers_says_where_and_why(csv: Csv, content: str | bytes, message: str) -> None:
    path = csv(content)
    with pytest.raises(DataError, match=message) as caught:
        read_csv(path, "y")
    assert str(caught.value).startswith(str(path))


# --- no row vanishes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('a,n,y\n1,"x,2\n3,z,4\n5,z,6\n', 2),
        ('a,y,n\n1,2,z\n3,4,"x\n5,6,z\n', 3),
        ('a,"n,y\n1,x,2\n', 1),
        ('a,y,n\n1,2,z\n3,4,"x', 3),
    ],
)
def test_quote_that_is_not_closed_is_told_with_its_row(csv: Csv, content: str, row: int) -> None:
    with pytest.raises(DataError, match=f"row {row}, is not CSV: unexpected end of data; is a quote missing"):
        read_csv(csv(content), "y", ["a"])


@pytest.mark.parametrize(
    "content",
    [
        'n,a,y\n"x,1,2\nz,3,4\nz",5,6\n',  # the quotes of two rows enclose what is between them
        'a,n,y\n1,"x,2\n3,z",4\n',
        'a,y,n\n1,2,"x\n3,4,z\n5,6,"\n7,8,z\n',
        'a;y;n\n1,5;2;"x\n3,5;4;"\n7;8;z\n',
        'a,n,y\n1,"x, or z,2\n3,z,4\n5,z",6\n',
        'm,n,o,a,y\nm,"n,o,1,\nm,n,o,3,4\nm,n",o,5,6\n',
    ],
)
def test_quotes_of_two_rows_that_enclose_rows_are_refused(csv: Csv, content: str) -> None:
    with pytest.raises(DataError, match="row 2: a cell holds the rows below; is a quote missing"):
        read_csv(csv(content), "y", ["a"])


def test_quote_in_the_header_that_encloses_a_row_is_refused(csv: Csv) -> None:
    with pytest.raises(DataError, match="row 1: a cell holds the rows below; is a quote missing"):
        read_csv(csv('a,y,"n\n1,2,z"\n3,4,z\n'), "y", ["a"])


@pytest.mark.parametrize(
    "content",
    [
        'n,a,y\n"one, or\ntwo",1,2\nz,3,4\n',
        'a,n,y\n1,"one, or\n\ntwo, or three",2\n3,z,4\n',
        'a,y,n\n1,2,"one\ntwo, or three"\n3,4,z\n',
        'n,a,y,m\n"one\ntwo",1,2,"three\nfour"\nz,3,4,z\n',
        'a,y,"n\n(in mm)"\n1,2,z\n3,4,z\n',
    ],
)
def test_cell_may_have_several_lines(csv: Csv, content: str) -> None:
    assert read_csv(csv(content), "y", ["a"]).rows == [[1.0], [3.0]]


@given(
    n=st.integers(1, 5),
    where=st.integers(0, 2),
    quote=st.sampled_from(["", '"']),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    slips=st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(['"', "\n", "\r", ",", "\0", "\ufeff", "\x1a"])), max_size=2
    ),
)
def test_row_is_read_or_counted_or_the_table_is_refused(
    tmp_path_factory: pytest.TempPathFactory, n: int, where: int, quote: str, end: str, slips: list[tuple[int, str]]
) -> None:
    lines = [["a", "y"], *([str(i), str(10 * i)] for i in range(n))]
    for line, text in zip(lines, ["n", *["some text"] * n], strict=True):
        line.insert(where, quote + text + quote)
    content = end.join(",".join(line) for line in lines) + end
    header = len(content.partition(end)[0]) + 1
    for place, slip in slips:
        place = min(header + place, len(content))
        content = content[:place] + slip + content[place:]
    complete = [line for line in re.split("[\r\n]+", content)[1:] if re.fullmatch(r"[^,]+,[^,]+,[^,]+", line)]
    table = tmp_path_factory.getbasetemp() / "slips.csv"
    table.write_bytes(content.encode())
    try:
        data = read_csv(table, "y", ["a"])
    except DataError:
        return
    assert len(data.rows) + data.dropped >= len(complete)
    assert all(target == 10 * row[0] for row, target in zip(data.rows, data.targets, strict=True))


# --- columns ---------------------------------------------------------------------------------------------------------


def test_column_that_is_not_used_may_hold_anything(csv: Csv) -> None:
    data = read_csv(csv("d,n,n,a,y,s\n2024-01-02,x,1,1,2,5%\n,,z,3,4,\n"), "y", ["a"])
    assert (data.rows, data.targets, data.dropped) == ([[1.0], [3.0]], [2.0, 4.0], 0)


def test_column_that_is_passed_over_is_named_with_the_reason(csv: Csv) -> None:
    data = read_csv(csv("name,day,price,e,a,y\nA,2024-01-02,$5,,1,2\nB,,$6,NA,3,4\n"), "y")
    assert (data.input_names, data.dropped, data.text_columns) == (("a",), 0, ("name",))
    assert data.left_out == {
        "day": "write dates as numbers, such as days since the first",
        "price": "write amounts without the currency",
        "e": "it is empty",
    }


def test_columns_of_one_name_are_left_out_and_refused_where_they_are_asked_for(csv: Csv) -> None:
    table = csv("n,n,b,b,a,y\nx,z,1,2,3,4\nx,w,1,2,3,4\n")
    data = read_csv(table, "y")
    assert (data.input_names, data.text_columns) == (("a",), ())
    assert data.left_out == dict.fromkeys("nb", "the header names it twice")
    with pytest.raises(DataError, match="the header names the column 'b' twice; rename one, or name other"):
        read_csv(table, "y", ["b"])


def test_name_of_a_column_is_one_line_that_can_be_shown(csv: Csv) -> None:
    table = csv('"length\nin  mm",\x1b]0;title\x07w,a\u202eb,y\n1,2,3,4\n')
    assert read_csv(table, "y").input_names == ("length in mm", "]0;title w", "a b")
    assert read_csv(table, "y", ["length\nin  mm", "a\u202eb"]).rows == [[1.0, 3.0]]


def test_commas_among_texts_are_not_decimal(csv: Csv) -> None:
    data = read_csv(csv("answers;a;y\n1,2;1.5;2\n2;3.5;4\n1,2,3;;6\n"), "y", ["a"])
    assert (data.rows, data.dropped) == ([[1.5], [3.5]], 1)


def test_slip_among_decimal_commas_is_told_as_one(csv: Csv) -> None:
    rows = "".join(f"{i},5;{i}\n" for i in range(9))
    with pytest.raises(DataError, match="row 11, column 'a': expected a number, got 'x'"):
        read_csv(csv(f"a;y\n{rows}x;9\n"), "y")


def test_delimiter_is_the_one_that_names_the_target(csv: Csv) -> None:
    table = csv("length, in cm;weight, in g\n1,5;2,5\n3,5;4,5\n")
    data = read_csv(table, "weight, in g")
    assert (data.rows, data.targets) == ([[1.5], [3.5]], [2.5, 4.5])


def test_column_decides_on_its_decimal_sign_by_its_own_cells(csv: Csv) -> None:
    data = read_csv(csv("a;b;note;y\n1.5;2,5;3,5;1\n2.5;3,500;4,5;2\n"), "y", ["a", "b"])
    assert data.rows == [[1.5, 2.5], [2.5, 3.5]]


@pytest.mark.parametrize("cells", ["ok bad 3 fine", "ok 3 fine 4 so"])
def test_column_of_more_texts_than_numbers_is_left_out_unless_it_is_asked_for(csv: Csv, cells: str) -> None:
    texts = cells.split()
    table = csv("remark,a,y\n" + "".join(f"{text},{i},{i}\n" for i, text in enumerate(texts)))
    data = read_csv(table, "y")
    assert (data.input_names, data.dropped) == (("a",), 0)
    assert data.left_out == {"remark": f"it holds text in 3 of {len(texts)} cells"}
    with pytest.raises(DataError, match="column 'remark': expected a number, got 'ok'; correct it"):
        read_csv(table, "y", ["remark"])


def test_header_of_numbers_is_one_where_it_names_the_target(csv: Csv) -> None:
    assert read_csv(csv("2019,2020,2021\n1,2,3\n"), "2021").input_names == ("2019", "2020")


@pytest.mark.parametrize("typed", ["Weight in g", "wieght in g", "weight"])
def test_column_that_was_meant_is_named(csv: Csv, typed: str) -> None:
    with pytest.raises(DataError, match=f"has no column '{typed}'; did you mean 'weight in g'\\?$"):
        read_csv(csv("length,weight in g\n1,2\n"), typed)


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        *((cell, "write percentages without the sign") for cell in ["12%", "12.5 %", "-3,5 ％"]),
        *((cell, "write amounts without the currency") for cell in ["$10", "-€1.50", "10 €", "1,000円", "5 EUR"]),
        *(
            (cell, "write numbers without thousands separators, with a decimal point")
            for cell in ["1,234", "1,234,567.8", "1'234.5"]
        ),
        *((cell, "write all numbers with a decimal point") for cell in ["1,5", "0,125"]),
        *(
            (cell, "write dates as numbers, such as days since the first")
            for cell in [
                "2024-03-01", "2024-03-01T12:30:00Z", "2024/3/1 12:30", "1/3/2024", "01.03.24", "1-Mar-24", "Mar-24",
                "1 March 2024", "March 1, 2024", "12:30", "12:30:15 PM", "2024年3月1日", "2024-03", "1. Mai 2024",
            ]
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("others", [["1", "2"], ["{0}", "{0}"], ["x"], ["x", "{0}", "x"]])
def test_what_people_take_for_a_number_is_refused_with_advice(
    csv: Csv, cell: str, advice: str, others: list[str]
) -> None:
    column = [cell, *(other.format(cell) for other in others)]
    table = csv("a,y\n" + "".join(f'"{text}",{i}\n' for i, text in enumerate(column)))
    message = f"row 2, column 'a': expected a number, got {cell!r}; {advice}, or name other inputs with --inputs"
    with pytest.raises(DataError, match=re.escape(message)):
        read_csv(table, "y", ["a"])


# --- categories ------------------------------------------------------------------------------------------------------


def test_input_of_few_texts_becomes_one_hot(csv: Csv) -> None:
    data = read_csv(csv("a,colour,y\n1,red,2\n3,green,4\n5, red ,6\n7,green,8\n9,,10\n"), "y")
    assert data.input_names == ("a", "colour=green", "colour=red")
    assert data.rows == [[1.0, 0.0, 1.0], [3.0, 1.0, 0.0], [5.0, 0.0, 1.0], [7.0, 1.0, 0.0]]
    assert (data.categories, data.dropped, data.text_columns) == ({"colour": ("green", "red")}, 1, ())


def test_target_of_few_texts_becomes_classes(csv: Csv) -> None:
    data = read_csv(csv("a,colour\n1,red\n3,green\n5,red\n7,green\n9,?\n"), "colour")
    assert (data.targets, data.classes, data.dropped) == ([1.0, 0.0, 1.0, 0.0], ("green", "red"), 1)


@pytest.mark.parametrize(
    ("n_texts", "n_rows", "used"), [(2, 4, True), (2, 3, False), (20, 40, True), (21, 42, False), (1, 9, False)]
)
def test_categories_are_2_to_20_texts_that_repeat(csv: Csv, n_texts: int, n_rows: int, used: bool) -> None:
    table = csv("a,s,y\n" + "".join(f"{i},t{i % n_texts},{i}\n" for i in range(n_rows)))
    data = read_csv(table, "y")
    assert (len(data.input_names), data.text_columns) == ((1 + n_texts, ()) if used else (1, ("s",)))
    if not used:
        with pytest.raises(
            DataError, match="row 2, column 's': expected a number, got 't0'; text needs 2 to 20 different"
        ):
            read_csv(table, "y", ["s"])


def test_no_complete_row_is_told_with_the_emptiest_column(csv: Csv) -> None:
    with pytest.raises(DataError, match=r"columns a, b, y: 'b' is missing in 2 of 3; name other inputs with --inputs"):
        read_csv(csv("a,b,y\n1,,2\n,3,4\n5,,6\n"), "y")


# --- inputs that are asked for ---------------------------------------------------------------------------------------


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
    with pytest.raises(
        DataError, match=r"got 'x{58}…; text needs 2 to 20 different values that repeat, and this column has 1$"
    ):
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
