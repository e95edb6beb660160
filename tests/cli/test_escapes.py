"""No text from a file, its name or an argument reaches the terminal as a command to it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from microgrid.nn import MLP
from tests.cli.running import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file name there holds a control character")

ESCAPES = "\x1b]0;title\x07\x9b2J\u202e\u2028\x85\r"
TABLE = f'"{ESCAPES}a",text,class,y\n' + "".join(
    f'{i},"x{ESCAPES}{i % 2}","{i % 2}{ESCAPES}z",{i}\n' for i in range(12)
)
CASES = {
    "a command": [ESCAPES],
    "an option": ["draw", f"--{ESCAPES}"],
    "too many arguments": ["sheet", ESCAPES],
    "a choice": ["draw", "a", "a=1", "--fold", ESCAPES],
    "a number": ["train", "table.csv", "--target", "y", "--epochs", ESCAPES],
    "numbers": ["train", "table.csv", "--target", "y", "--hidden", ESCAPES],
    "an expression": ["check", ESCAPES],
    "an expression in part": ["step", f"a*{ESCAPES}", "a=1"],
    "a value": ["draw", "a", f"a={ESCAPES}"],
    "a name": ["draw", "a", f"a{ESCAPES}=1"],
    "what is learned": ["page", "a*b", "a=1", "b=2", "--learn", ESCAPES],
    "an example": ["page", "--example", ESCAPES],
    "a lesson": ["lesson", ESCAPES],
    "a picture": ["draw", "a*b", "a=1", "b=2", "-o", f"{ESCAPES}.dot"],
    "a picture of another kind": ["draw", "a*b", "a=1", "b=2", "-o", ESCAPES],
    "a picture nowhere": ["draw", "a*b", "a=1", "b=2", "-o", f"{ESCAPES}/a.dot"],
    "a page": ["page", "a*b", "a=1", "b=2", "-o", f"{ESCAPES}.html"],
    "a page of another kind": ["page", "a*b", "a=1", "b=2", "-o", ESCAPES],
    "a sheet": ["sheet", "-o", f"{ESCAPES}.html"],
    "a sheet of another kind": ["sheet", "-o", ESCAPES],
    "no table": ["train", ESCAPES, "--target", "y"],
    "no column": ["train", "table.csv", "--target", ESCAPES],
    "no input": ["train", "table.csv", "--target", "y", "--inputs", ESCAPES],
    "a table": ["train", "table.csv", "--target", "y"],
    "classes of a table": ["train", "table.csv", "--target", "class"],
    "a table by name": ["train", f"{ESCAPES}.csv", "--target", "class", "--inputs", "text", f"{ESCAPES}a"],
    "a model": ["train", "table.csv", "--target", "y", "--save", f"{ESCAPES}.json"],
    "a model of classes": ["train", "table.csv", "--target", "class", "--save", f"{ESCAPES}.json"],
    "a model nowhere": ["train", "table.csv", "--target", "y", "--save", f"{ESCAPES}/a.json"],
    "no model": ["export", ESCAPES],
    "a model of another kind": ["export", f"{ESCAPES}.json"],
    "a program of another kind": ["export", "model.json", "-o", ESCAPES],
    "a program": ["export", "model.json", "-o", f"{ESCAPES}.py"],
    "another program": ["export", "model.json", "-o", f"{ESCAPES}mine.py"],
    "another file": ["train", "table.csv", "--target", "y", "--save", f"{ESCAPES}.csv"],
}


@pytest.mark.parametrize("case", CASES)
def test_escapes_do_not_reach_the_terminal(case: str, command: Command, tmp_path: Path) -> None:
    for name in ("table.csv", f"{ESCAPES}.csv"):
        (tmp_path / name).write_text(TABLE, encoding="utf-8", newline="")
    MLP(1, [1]).save(tmp_path / "model.json")
    saved = (tmp_path / "model.json").read_text(encoding="utf-8")
    (tmp_path / f"{ESCAPES}.json").write_text(saved.replace("MLP", json.dumps(ESCAPES)[1:-1]), encoding="utf-8")
    (tmp_path / f"{ESCAPES}mine.py").write_text("mine", encoding="utf-8")
    code, out, err = command(*CASES[case])
    assert (code, bool(err)) in ((0, False), (2, True))
    for line in (out + err).split("\n"):
        assert line.isprintable(), repr(line)


def test_escapes_in_the_folder_of_a_lesson_do_not_reach_the_terminal(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ESCAPES).mkdir()
    monkeypatch.chdir(tmp_path / ESCAPES)
    out = command("lesson", "1").out
    assert out.startswith("wrote ")
    assert all(line.isprintable() for line in out.split("\n"))
