"""Step through a relay in the terminal: keys and screen, with curses."""

from __future__ import annotations

import contextlib
import io
import locale
import os
import re
import signal
import sys
import time
from typing import Any

from microgrid._util.text import display_width, shortened
from microgrid.relay.layer_relay import LayerRelay
from microgrid.relay.records import PHASES, Record
from microgrid.terminal.layer_walk import LayerWalk
from microgrid.terminal.walk import Walk

NEEDED = ("cup", "civis")  # what a terminal must be able to do: move the cursor, and hide it
SEQUENCE_MS = 25  # bytes that follow Escape within this time were not typed
KEY_MS = 250  # one wait for a key: curses misses a resize that comes just before it, until it is over
SEQUENCE = re.compile(
    r"\[200~.*\x1b\[201~"  # pasted text
    r"|\[M..."  # a mouse, in its oldest form
    r"|\[(?!200~|M)[0-?]*[ -/]*[@-~]|O[0-?]*[@-~]"  # a key that terminfo does not know, a mouse, the focus …
    r"|[]P^_X].*(\x07|\x1b\\)",  # an answer of the terminal
    re.DOTALL,
)
"""What follows Escape where it begins a sequence, and is not a key."""
CURSOR_KEYS = {
    start + end: key
    for start in "[O"
    for end, key in {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}.items()
}
"""What terminals send for these keys, in one of two modes; terminfo knows of one only."""
INTRODUCERS = ("", *"[O]P^_X")  # nothing yet, or the first character of a sequence


def walk_relay(relay: Record | LayerRelay, language: str = "en", everything: bool = False) -> None:
    """Step through a relay in the terminal; without one that curses can use, or with `everything`, print all steps.

    Keys: Enter or → goes on, ← back, Home and End to the ends, 1, 2, 3 (or f, b, u for forward, backward, update) to
    Know, Think, Change, q leaves. Where a step is too long for the screen, Page Up and Page Down show the rest of it.
    The step where it was left stays in the terminal.
    """
    walking = LayerWalk(relay, language) if isinstance(relay, LayerRelay) else Walk(relay, language)
    if not everything and _is_walked(walking):
        _print(walking, walking.position)
        return
    for position in range(1, len(walking.lines) + 1):
        _print(walking, position)


def _is_walked(walk: Walk) -> bool:
    """Run the walk in full screen until the user leaves; return False if this terminal cannot show it."""
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout)):  # None is one that was closed
        return False
    if os.name != "nt" and not _is_utf8():
        return False
    try:
        import curses
    except ImportError:  # on Windows it comes with the package windows-curses
        return False
    os.environ.setdefault("ESCDELAY", str(SEQUENCE_MS))
    try:
        curses.setupterm()
        if os.name != "nt" and not all(map(curses.tigetstr, NEEDED)):
            return False
        window = curses.initscr()
        try:
            _show(window, walk)
        finally:
            with contextlib.suppress(curses.error):  # the terminal may be gone
                curses.endwin()
    except (curses.error, io.UnsupportedOperation):  # the shell of IDLE calls itself a terminal, but has no file
        return False
    return True


def _is_utf8() -> bool:
    """Tell whether curses writes UTF-8. In other encodings it leaves out what they lack, such as the minus of −0.6."""
    if sys.flags.utf8_mode:  # so Python does, also in the locale C or one that is not installed; let curses follow
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    return locale.nl_langinfo(locale.CODESET).upper() == "UTF-8"


def _print(walk: Walk, position: int) -> None:
    print(*walk.printed(position), sep="\n")


def _show(window: Any, walk: Walk) -> None:
    """Run the walk in a curses window until the user quits."""
    import curses

    curses.noecho()
    # Ctrl-C and Ctrl-Z come as keys: as signals they could come just before the wait for a key, and go unnoticed.
    curses.raw()
    window.keypad(True)
    window.timeout(KEY_MS)
    styles = _styles(curses)
    key = ""
    while walk.press(key):  # a resize arrives as a key, and redraws
        window.erase()
        height, width = window.getmaxyx()
        for y, row in enumerate(walk.screen(width, height)):
            x = 0
            for piece in row:
                text = shortened(piece.text, width - x - 1)  # the last column is left free: a full line would scroll
                if text and x < width - 1:
                    window.addstr(y, x, text, styles[piece.style])
                x += display_width(piece.text)
        window.refresh()
        key = _key(window, curses)
        if key == "\x03":
            raise KeyboardInterrupt
        if key == "\x1a":
            signal.raise_signal(signal.SIGTSTP)


def _key(window: Any, curses: Any) -> str:
    """Wait for a key, and return what `Walk.press` calls it.

    Bytes are read, not characters: curses waits forever for the rest of one that is not valid UTF-8.
    """
    code = _code(window)
    if code in (ord("\x1b"), curses.KEY_MOUSE):  # curses has already read the beginning of a mouse report
        begun = "" if code != curses.KEY_MOUSE else curses.tigetstr("kmous").decode("latin-1")[1:]
        sequence = _sequence(window, begun)
        return CURSOR_KEYS.get(sequence, "") if sequence else "escape"
    keys = {
        -1: "escape",  # there is nothing more to read
        0x04: "escape",  # Ctrl-D says the same
        curses.KEY_RIGHT: "right",
        curses.KEY_LEFT: "left",
        curses.KEY_UP: "up",
        curses.KEY_DOWN: "down",
        curses.KEY_HOME: "home",
        curses.KEY_END: "end",
        curses.KEY_PPAGE: "page up",
        curses.KEY_NPAGE: "page down",
        curses.KEY_ENTER: "\n",
        curses.KEY_BACKSPACE: "backspace",
        0x7F: "backspace",
    }
    return keys.get(code, chr(code))


def _code(window: Any) -> int:
    """Wait for a byte or a key, in short waits; return -1 if one ends early, since there is nothing more to read."""
    while True:
        start = time.monotonic()
        code: int = window.getch()
        if code != -1 or time.monotonic() - start < KEY_MS / 2000:
            return code


def _sequence(window: Any, text: str) -> str:
    """Read the rest of the sequence that follows Escape, with `text` so far; return "" if Escape was typed."""
    window.timeout(SEQUENCE_MS)
    while not SEQUENCE.match(text) and text[:1] in INTRODUCERS and (code := window.getch()) != -1:
        text += chr(code)
    window.timeout(KEY_MS)
    return text if text[:1] in INTRODUCERS[1:] else ""


def _styles(curses: Any) -> dict[str, int]:
    """Return how each style looks: in colour only where the terminal has it and NO_COLOR is not set."""
    curses.curs_set(0)
    with contextlib.suppress(curses.error):
        curses.start_color()
    plain = {"": 0, "quiet": curses.A_DIM, "bold": curses.A_BOLD, "plus": 0, "minus": 0}
    plain |= dict.fromkeys(PHASES, curses.A_BOLD)
    if not curses.has_colors():
        return plain
    curses.use_default_colors()  # otherwise curses paints white on black
    if os.environ.get("NO_COLOR"):
        return plain
    colours = {
        "know": curses.COLOR_CYAN,
        "think": curses.COLOR_MAGENTA,
        "change": curses.COLOR_GREEN,
        "plus": curses.COLOR_YELLOW,
        "minus": curses.COLOR_BLUE,
    }
    for number, (style, colour) in enumerate(colours.items(), start=1):
        curses.init_pair(number, colour, -1)
        plain[style] |= curses.color_pair(number)
    return plain
