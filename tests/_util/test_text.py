"""Text for display: the gate for what came from outside, and where a row may end."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrid._util.text import display_width, printable, say, single_line, wrapped
from microgrid.language.words import LANGUAGES, words

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


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("3 個のニューロン。", 9, ["3 個の", "ニューロ", "ン。"]),
        ("3 個のニューロン。", 8, ["3 個の", "ニュー", "ロン。"]),  # no row begins with ー, ュ or 。
        ("ひれは 181 mm で", 12, ["ひれは", "181 mm で"]),
        ("湿度は 5 % 上がる", 9, ["湿度は", "5 % 上が", "る"]),
        ("損失は 7.014 × 10⁻¹⁹ だった", 16, ["損失は", "7.014 × 10⁻¹⁹", "だった"]),
        ("全部で 3 個のりんご", 9, ["全部で", "3 個のり", "んご"]),
        ("次の「変わる」で", 6, ["次の", "「変わ", "る」で"]),
        ("とても長い、文。", 10, ["とても長", "い、文。"]),
        ("w·x は値の和", 8, ["w·x は値", "の和"]),
        ("the loss is 0.04", 8, ["the loss", "is 0.04"]),
        ("one\n\ntwo", 8, ["one", "", "two"]),
        ("unbreakable", 4, ["unb", "rea", "kab", "le"]),
        ("a 重 b", 1, ["a", "重", "b"]),
        ("no room", -1, [*"noroom"]),
    ],
)
def test_text_is_broken_where_a_reader_breaks_it(text: str, width: int, rows: list[str]) -> None:
    assert list(wrapped(text, width)) == rows


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=4)  # of widths, each for every text
@given(width=st.integers(8, 80))
def test_no_row_is_too_wide_or_begins_with_what_belongs_to_the_one_before(language: str, width: int) -> None:
    for text in words(language).values():
        rows = list(wrapped(text, width))
        assert max(map(display_width, rows)) <= width
        assert not any(row.startswith((*"ーゃゅょっャュョッ、。」",)) for row in rows[1:])
        assert "".join("".join(rows).split()) == "".join(text.split())
