"""Step through a relay in the terminal: keys and screen, with curses."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from microgrid._util.text import display_width, shortened
from microgrid.relay.records import PHASES, Record
from microgrid.terminal.walk import Walk


def walk_relay(relay: Record, language: str = "en", everything: bool = False) -> None:
    """Step through a relay in the terminal; without one, or with `everything`, print all steps.

    Keys: Enter or → goes on, ← back, Home and End to the ends, 1, 2, 3 (or f, b, u for forward, backward, update) to
    Know, Think, Change, q leaves. Where a step is too long for the screen, Page Up and Page Down show the rest of it.
    The step where it was left stays in the terminal.
    """
    walking = Walk(relay, language)
    if not everything and sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        try:
            import curses
        except ImportError:  # on Windows it comes with the package windows-curses
            pass
        else:
            os.environ.setdefault("ESCDELAY", "25")
            curses.wrapper(_show, walking)
            _print(walking, walking.position)
            return
    for position in range(1, len(walking.lines) + 1):
        _print(walking, position)


def _print(walk: Walk, position: int) -> None:
    n, line = len(walk.lines), walk.lines[position - 1]
    print(f"{position:>{len(str(n))}}/{n}  {walk.text[f'phase.{line.phase}']}  {line.name}  {line.formula}".rstrip())
    for row in line.sentence.splitlines():
        print(f"{' ' * (2 * len(str(n)) + 3)}{row}")
    if position == n:
        print(walk.ending)


def _show(window: Any, walk: Walk) -> None:
    """Run the walk in a curses window until the user quits."""
    import curses

    styles = _styles(curses)
    keys = {
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
        "\x7f": "backspace",
        "\x1b": "escape",
    }
    # Ctrl-C and Ctrl-Z come as keys: as signals they could come just before the wait for a key, and go unnoticed.
    curses.raw()
    key: object = ""
    while walk.press(keys.get(key, str(key))):  # a resize arrives as a key, and redraws
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
        key = window.get_wch()
        if key == "\x03":
            raise KeyboardInterrupt
        if key == "\x1a":
            signal.raise_signal(signal.SIGTSTP)


def _styles(curses: Any) -> dict[str, int]:
    """Return how each style looks: in colour only where the terminal has it and NO_COLOR is not set."""
    curses.curs_set(0)
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
