"""Text as people see it: how wide it is, what of it can be shown, and where it is cut."""

from __future__ import annotations

import re
import unicodedata

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")  # Hebrew, Arabic and their kin


def printable(text: str) -> str:
    """Put a space for whatever cannot be shown, such as a line end, or turns the text around it, such as U+202E.

    >>> printable("a" + chr(10) + "b")
    'a b'
    """
    text = str(text)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def isolated(text: str) -> str:
    """Set a text apart that holds letters written from right to left: else a number beside it would change sides.

    >>> isolated("w"), isolated("משקל") == chr(0x2068) + "משקל" + chr(0x2069)
    ('w', True)
    """
    return f"\u2068{text}\u2069" if RIGHT_TO_LEFT.search(text) else text


def display_width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Japanese characters take two.

    >>> display_width("重み w")
    6
    """
    if text.isascii():
        return len(text)
    shown = text.replace("\u2068", "").replace("\u2069", "")
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in shown)


def padded(text: str, width: int) -> str:
    """Fill a text up with spaces to `width` columns."""
    return text + " " * max(width - display_width(text), 0)


def shortened(text: str, width: int) -> str:
    """Cut a text that takes more than `width` columns, and say so with "…"."""
    taken = kept = 0
    for i, character in enumerate(text, start=1):
        taken += display_width(character)
        if taken > width:  # the rest, which may be long, is not looked at
            return text[:kept] + "…"
        if taken < width:
            kept = i
    return text


def brief(text: object, width: int = 60) -> str:
    """Return a name as a message shows it: spaces for what cannot be shown, and cut if it is longer than `width`."""
    return shortened(printable(str(text)[: width + 1]), width)
