"""The gate for text that came from outside."""

from __future__ import annotations

import sys

import pytest

from microgrid._util.text import printable, say, single_line

CONTROLS = [*map(chr, range(32)), *map(chr, range(127, 161))]
OTHERS = "\u200b\u200e\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ud800\udc9b"


@pytest.mark.parametrize("character", [*CONTROLS, *OTHERS], ids=ascii)
def test_controls_line_ends_and_marks_that_reorder_text_become_blanks(character: str) -> None:
    assert printable(f"a{character}b") == "a b"
    assert single_line(f" {character}a {character} b{character}") == "a b"


def test_what_can_be_shown_stays() -> None:
    assert printable("重み w₁ = −0.5 שלום 🙂  x") == "重み w₁ = −0.5 שלום 🙂  x"


def test_each_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\nb\x1b[2J", "c\u2028d")
    say("e\r", file=sys.stderr)
    assert capsys.readouterr() == ("a b [2J\nc d\n", "e \n")
