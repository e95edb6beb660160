"""Measure, clean and shorten text for display."""

from __future__ import annotations

import re
import unicodedata
from typing import TextIO

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")  # Hebrew, Arabic and related scripts


def printable(text: str) -> str:
    """Replace with a space each character that cannot be shown, or that reorders text, such as U+202E.

    >>> printable("a" + chr(10) + "b")
    'a b'
    """
    text = str(text)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


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
    return f"\u2068{text}\u2069" if RIGHT_TO_LEFT.search(text) else text


def display_width(text: str) -> int:
    """Return the width of a text, in columns of a terminal; Japanese characters take two.

    >>> display_width("重み w")
    6
    """
    if text.isascii():
        return len(text)
    shown = text.replace("\u2068", "").replace("\u2069", "")
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in shown)


def padded(text: str, width: int) -> str:
    """Pad a text with spaces to `width` columns."""
    return text + " " * max(width - display_width(text), 0)


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
