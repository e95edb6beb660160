"""How the tests of the command run it, and what they ask of what it printed and wrote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import microgrid
from microgrid.language.numerals import read_number

PENGUINS = Path(microgrid.__file__).with_name("datasets") / "penguins.csv"


FOUR_ROWS = "x,y\n1,2\n2,4\n3,6\n4,8\n"


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


PROGRAM = [sys.executable, "-m", "microgrid"]


PLAIN = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG", "MICROGRID"))}
"""The environment, without what changes how Python prints."""


def in_a_process(*arguments: str, folder: Path, **environment: str) -> Outcome:
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, cwd=folder, env=PLAIN | environment, check=False)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return Outcome(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def refusal(outcome: Outcome) -> str:
    """Return the message for wrong input, after making sure that it is all there is on stderr."""
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.endswith("\n")
    return outcome.err[:-1]


def cards_in(picture: Path) -> int:
    return sum(group.attrib["class"].startswith("card ") for group in ET.parse(picture).getroot().iterfind("{*}g"))


def numbers_in(text: str) -> list[float]:
    """Read the numbers in a text; a power of ten is a part of its number."""
    found = re.findall(r"−?\d+\.?\d*(?: × 10[⁻⁰¹²³⁴-⁹]+)?", text)
    return [number for number in map(read_number, found) if number is not None]
