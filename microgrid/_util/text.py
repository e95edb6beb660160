"""Measure, clean and shorten text for display."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TextIO

# Patterns are compiled on first use: sets of this size take 4 ms, of the 30 that `import microgrid` takes.
RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"  # Hebrew, Arabic and related scripts
JAPANESE = "[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]"  # kana, kanji and 々, 〆, 〇, ー


def printable(text: str) -> str:
    """Replace with a space each character that cannot be shown, or that reorders text, such as U+202E.

    >>> printable("a" + chr(10) + "b")
    'a b'
    """
    text = str(text)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def counted(number: int, noun: str) -> str:
    """Write a count with its noun, singular or plural.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(*lines: str, file: TextIO | None = None) -> None:
    """Print lines, each on one line whatever it holds: the gate for text from outside on its way to a terminal.

    >>> say("wrote a" + chr(27) + "]0;title" + chr(7) + ".svg", "done")
    wrote a ]0;title .svg
    done
    """
    print(*map(printable, lines), sep="\n", file=file)


def single_line(text: str) -> str:
    """Return text as a name to show: printable, without blanks around it, and with one blank between words.

    >>> single_line(" length" + chr(10) + "in  mm ")
    'length in mm'
    """
    return " ".join(printable(text).split())


def isolated(text: str) -> str:
    """Isolate right-to-left text, so that a number beside it stays on its side.

    >>> isolated("w"), isolated("משקל") == chr(0x2068) + "משקל" + chr(0x2069)
    ('w', True)
    """
    return f"\u2068{text}\u2069" if re.search(RIGHT_TO_LEFT, text) else text


def is_japanese(character: str) -> bool:
    """Tell whether this is a character of a Japanese word; a punctuation mark is none.

    >>> is_japanese("重"), is_japanese("。"), is_japanese("w"), is_japanese("")
    (True, False, False, False)
    """
    return bool(re.match(JAPANESE, character))


def display_width(text: str) -> int:
    """Return the width of a text, in columns of a terminal; Japanese characters take two.

    >>> display_width("重み w")
    6
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


@cache
def _columns(character: str) -> int:
    if character in "\u2068\u2069":  # around what reads from right to left
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Pad a text with spaces to `width` columns."""
    return text + " " * max(width - display_width(text), 0)


def right_aligned(text: str, width: int) -> str:
    """Put spaces before a text, up to `width` columns."""
    return " " * max(width - display_width(text), 0) + text


NOT_FIRST = (
    "、。，．,.・:;：；?!？！）」』】〕］｝〉》)]}…‥〜%％°"
    + "ー々゛゜ヽヾゝゞぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
)
NOT_LAST = "（「『【〔［｛〈《([{"
KATAKANA = "[\u30a1-\u30fa\u30fc]"
TIGHT_SPACE = (
    f"(?<=[0-9⁰¹²³⁴-⁹]) (?={JAPANESE}|[%℃°]|(?:[ck]?m|mm|k?g)\\b)"  # 2 個, 181 mm
    "|(?<=[0-9]) (?=× 10[⁻⁰¹²³⁴-⁹])|(?<=[0-9] ×) (?=10[⁻⁰¹²³⁴-⁹])"  # 7 × 10⁻¹⁹
)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break text into rows of at most `width` columns: at spaces and, where it is Japanese, by its rules (禁則).

    No row begins with what belongs to the row before it, such as ー, ょ, 。 or 」, or ends with an opening bracket.
    A word in katakana, a number with its counter or unit, and 7 × 10⁻¹⁹ are broken only where a row is too narrow.

    >>> list(wrapped("2 個のニューロン。", 10))
    ['2 個の', 'ニューロ', 'ン。']
    >>> list(wrapped("2 個のニューロン。", 16))
    ['2 個の', 'ニューロン。']
    """
    width = max(width, 1)  # with less, no piece would be short enough
    for paragraph in text.splitlines() or [""]:
        row = ""
        for piece in _unbreakable(paragraph):
            if row and display_width((row + piece).rstrip()) > width:
                yield row.rstrip()
                row, piece = "", piece.lstrip()
            row += piece
            while display_width(row.rstrip()) > width:
                end = max(len(shortened(row, width)) - 1, 1)
                while end > 1 and row[end] in NOT_FIRST:
                    end -= 1
                yield row[:end].rstrip()
                row = row[end:].lstrip()
        yield row.rstrip()


def _unbreakable(text: str) -> Iterator[str]:
    """Split text where a row may end."""
    start, tight = 0, {match.end() for match in re.finditer(TIGHT_SPACE, text)}
    for i in range(1, len(text)):
        before, after = text[i - 1], text[i]
        if before == " ":
            may_break = i not in tight
        elif after == " " or after in NOT_FIRST or before in NOT_LAST:
            may_break = False
        else:
            may_break = "W" in map(unicodedata.east_asian_width, (before, after)) and not (
                re.match(KATAKANA, before) and re.match(KATAKANA, after)
            )
        if may_break:
            yield text[start:i]
            start = i
    yield text[start:]


def shortened(text: str, width: int) -> str:
    """Shorten a text to `width` columns; "…" marks the cut."""
    taken = kept = 0
    for i, character in enumerate(text, start=1):
        taken += display_width(character)
        if taken > width:  # the rest, which may be long, is not looked at
            return text[:kept] + "…"
        if taken < width:
            kept = i
    return text


def brief(text: object, width: int = 60) -> str:
    """Return a name for a message: on one line, and shortened to `width` columns."""
    return shortened(single_line(str(text)[: width + 1]), width)
