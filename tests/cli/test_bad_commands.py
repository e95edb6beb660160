"""Bad files, full disks and closed doors: a command says in one line what is wrong, and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from microgrid._util.files import write_atomic
from microgrid.cli import main
from microgrid.nn import MLP

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a matter of POSIX systems")


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must be refused, and return the one line that it says."""
    before = contents()
    assert main(arguments) == 2
    assert contents() == before
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("microgrid")
    return line


def contents() -> dict[Path, bytes]:
    """Read the files of the current folder."""
    return {path: path.read_bytes() for path in Path().iterdir()}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- tables ----------------------------------------------------------------------------------------------------------

TABLES = {
    "0 bytes": (b"", "data.csv is empty: expected a first line that names the columns"),
    "a byte order mark": (b"\xef\xbb\xbf", "data.csv is empty: expected a first line that names the columns"),
    "a header": (b"x,y\n", "data.csv has no complete row: there is nothing below the header"),
    "one column": (b"y\n1\n2\n", "data.csv has no column of numbers besides 'y'"),
    "one row": (b"x,y\n1,2\n", "needs at least 2 rows to learn from some and test on others, got 1"),
    "no target": (b"x,z\n1,2\n", "data.csv has no column 'y'; it has x, z"),
    "many columns": (
        ",".join(f"x{i}" for i in range(9999)).encode() + b"\n",
        f"data.csv has no column 'y'; it has {', '.join(f'x{i}' for i in range(42))},…",
    ),
    "a control character in a name": (b"x\x04,z\n1,2\n", "data.csv has no column 'y'; it has x, z"),
    "UTF-16": ("x,y\n1,2\n".encode("utf-16-le"), "data.csv, line 1: a NUL character, so it is not text in UTF-8; save"),
    "a workbook": (b"PK\x03\x04\xff\xfe\n", "data.csv is an Excel workbook; save it as CSV UTF-8"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\n", "data.csv is an Excel workbook; save it as CSV UTF-8"),
    "a NUL": (b"x,y\n1,2\x00\n3,4\n", "data.csv, line 2: a NUL character, so it is not text in UTF-8; save it"),
    "an infinity": (b"x,y\n1,-inf\n3,4\n", "data.csv, row 2, column 'y': expected a finite number, got '-inf'"),
    "a number too large": (
        b"x,y\n1,1e999\n3,4\n",
        "data.csv, row 2, column 'y': expected a finite number, got '1e999'",
    ),
    "nothing but gaps": (b"x,y\n1,nan\nNA,3\n", "data.csv has no complete row of numbers in the columns x, y"),
    "a quote that never ends": (
        b'x,y\n"' + b"1" * 200_000,
        "data.csv, row 2, is not CSV: field larger than field limit",
    ),
    "no mean": (
        b"x,y\n1.7e308,1\n1.6e308,2\n1.5e308,3\n1.4e308,4\n",
        "a column holds numbers too large for its mean or deviation to be computed",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_table_that_cannot_be_learned_from_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    content, message = TABLES[name]
    Path("data.csv").write_bytes(content)
    assert refused(["train", "data.csv", "--target", "y", "--save", "model.json"], capsys).startswith(
        f"microgrid: {message}"
    )


@pytest.mark.parametrize(
    "rows",
    ["1,2\n" * 5, "1e308,1\n-1e308,2\n1e308,3\n0,4\n", "5e-324,1\n0,2\n1e-323,3\n0,4\n", "1,5e-324\n2,0\n3,1e-323\n"],
)
def test_constant_huge_and_denormal_columns_are_learned_from(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.csv").write_text(f"x,y\n{rows}")
    assert main(["train", "data.csv", "--target", "y", "--epochs", "2"]) == 0
    printed = capsys.readouterr()
    assert "NaN" not in printed.out
    assert "∞" not in printed.out
    assert printed.err == ""


@posix_only
def test_table_may_come_through_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    os.write(write, b"name,x,y\na,1,2\nb,2,4\nc,3,6\n")
    os.close(write)
    try:
        assert main(["train", f"/dev/fd/{read}", "--target", "y", "--epochs", "1"]) == 0
    finally:
        os.close(read)
    assert "left out, because they hold text: name" in capsys.readouterr().out


# --- where nothing can be written ------------------------------------------------------------------------------------

WRITING = {
    "graph.svg": ["draw", "w*x", "w=1", "x=2", "-o", "graph.svg"],
    "graph.dot": ["draw", "w*x", "w=1", "x=2", "-o", "graph.dot"],
    "relay.html": ["page", "w*x", "w=1", "x=2"],
    "model.json": ["train", "data.csv", "--target", "y", "--epochs", "1", "--save", "model.json"],
    "cheatsheet.html": ["sheet"],
    "01_know.ipynb": ["lesson", "1"],
    "relay.svg": [],
}
KEPT_AS_IT_IS = "01_know.ipynb"  # a lesson is never written over


@contextlib.contextmanager
def nearly_full_disk() -> Iterator[None]:
    """Let no file become larger than 500 bytes, as on a disk with so little left."""
    resource = pytest.importorskip("resource")  # not on Windows
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("name", "old"), [(name, old) for name in WRITING for old in (None, "old") if not old or name != KEPT_AS_IT_IS]
)
def test_full_disk_is_told_in_one_line_and_what_was_there_stays(
    name: str, old: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # that of a module loaded now would be cut off, too
    Path("data.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    if old and name == "model.json":
        MLP(1, [1]).save(name)
    elif old:
        Path(name).write_text(old)
    with nearly_full_disk():
        assert refused(WRITING[name], capsys) == f"microgrid: {name}: File too large"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_output_that_cannot_be_written_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["check", "w*x", "w=1", "x=2"]) == 2
    assert capsys.readouterr().err == "microgrid: No space left on device\n"


@posix_only
def test_path_that_leads_through_a_file_is_named_as_it_was_given() -> None:
    Path("file").write_text("")
    with pytest.raises(FileNotFoundError) as caught:
        write_atomic("file/graph.svg", "new")
    assert caught.value.filename == "file/graph.svg"


# --- options ---------------------------------------------------------------------------------------------------------

OPTIONS: dict[str, list[str]] = {
    "--epochs": ["0", "-3", "1.5", "x", ""],
    "--learning-rate": ["nan", "inf", "-1", "x"],
    "--hidden": ["0", "-1", "9999999999", "1.5"],
    "--batch-size": ["0", "-1", "x"],
    "--seed": ["x", "1.5", "nan", "-1"],
    "--inputs": ["nope", "y", ""],
    "--save": ["", ".", "data.csv", "no such folder/model.json"],
}


@pytest.mark.parametrize(
    ("option", "value"), [(option, value) for option, values in OPTIONS.items() for value in values]
)
def test_option_of_train_out_of_its_range_is_refused(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    refused(["train", "data.csv", "--target", "y", option, value], capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lesson", "8"], "there is no lesson 8; there are 1 to "),
        (["lesson", "0"], "there is no lesson 0; there are 1 to "),
        (["lesson", "one"], "there is no lesson 'one'; there are 1 to "),
        (["lesson", "1", "--language", "fr"], "invalid choice: 'fr'"),
        (["lesson", "2"], "microgrid: 02_think.ipynb: is there already, and is left as it is; open it: "),
        (["sheet", "-o", "sheet.pdf"], "a cheat sheet is written as .html, to be printed by a browser; 'sheet.pdf' is"),
        (["sheet", "-o", "nowhere/sheet.html"], "nowhere/sheet.html: there is no such folder to write to"),
        (["sheet", "--language", "fr"], "invalid choice: 'fr'"),
        (["sheet", "sheet.html"], "microgrid sheet: unrecognized arguments: sheet.html (see microgrid sheet --help)"),
    ],
)
def test_lesson_or_sheet_that_cannot_be_written_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("02_think.ipynb").write_text("mine")
    assert message in refused(arguments, capsys)


OPTIONS_OF_OTHERS = [
    *([command, "a*b", "a=1", "b=2", option, bad]
      for command in ("step", "page")
      for option, bads in {
          "--learning-rate": ["nan", "inf", "-inf", "x", ""],
          "--language": ["fr", "", "EN"],
          "--learn": ["c", "a,c", "a*b"],
      }.items()
      for bad in bads),
    *(["draw", "a*b", "a=1", "b=2", option, bad]
      for option, bads in {
          "-o": ["", ".", "graph", "graph.txt", "no such folder/graph.svg"],
          "--direction": ["", "left", "lr"],
          "--fold": ["", "all"],
      }.items()
      for bad in bads),
    *(["check", "a*b", *values] for values in (
        ["a=1"], ["a=1", "b=nan"], ["a=1", "b=inf"], ["a=1", "b="], ["a=1", "b"], ["a=1", "b=2", "a=3"], ["a=1", "1=b"],
        ["a=1", "b=2", "c=3"], ["a=1", "b=1e999"],
    )),
    *(["page", "a*b", "a=1", "b=2", "-o", bad] for bad in ("", ".", "relay.svg", "no such folder/relay.html")),
    *(["page", *rest] for rest in ([], ["--example", "nope"], ["--example", ""], ["--example", "xor", "a"])),
    *(["step", *rest] for rest in ([], ["--penguins", "a"])),
    *(["export", *rest] for rest in ([], [""], ["."], ["no such file.json"], ["a.json", "b.json"])),
    *(["lesson", *rest] for rest in (["-1"], ["1.5"], [""], ["1", "2"])), ["sheet", "-o", ""],
    ["nope"], ["--nope"], [""], ["draw"], ["check"], ["train"], ["train", "no such file.csv", "--target", "y"],
    ["train", ".", "--target", "y"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", OPTIONS_OF_OTHERS, ids=" ".join)
def test_wrong_argument_of_any_command_is_refused_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(refused(arguments, capsys)) < 400


EXPRESSIONS = [
    "", " ", "a*", "(" * 99, "(" * 1500, "9**9**9", "9.0**9**9", "1e400", "1" * 400, "1" * 5000, "a+'x'", "0x", "1_",
    "__import__('os')", "a.b", "a if a else a", "[a]", "lambda: a", "a := 1", "log(a-a)", "a/0", "exp(1000)", "b",
    "a" * 1999, "x" * 900 + "(a)", "a." + "x" * 900, "1 + " * 400 + "1", "\0", "\ud800", "a\u202eb", "f(a)(a)", "a[0]",
    "*a", "a?a", "a\\", '"""', "a@a", "a//a", "a%a", "not a", "a<a",
]  # fmt: skip


@pytest.mark.parametrize("command", ["draw", "step", "page", "check"])
def test_expression_that_cannot_be_read_is_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for expression in EXPRESSIONS:
        assert len(refused([command, expression, "a=2"], capsys)) < 400
