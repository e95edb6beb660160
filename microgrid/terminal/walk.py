"""Step through a relay, forward and back: the present step, and the content of its screen.

It is independent of the terminal; `microgrid.terminal.screen` shows it there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from microgrid._util.text import display_width, padded, right_aligned, shortened, wrapped
from microgrid.language.numerals import MINUS
from microgrid.language.words import words
from microgrid.relay.records import PHASES, Record
from microgrid.relay.sentences import first_non_finite, outcome
from microgrid.relay.table import RESULT_COLUMNS, tell

NEXT = ("\n", "\r", " ", "right", "down")
BACK = ("left", "up", "backspace")
JUMPS = dict(zip("123fbu", PHASES * 2, strict=True))  # also forward, backward, update
LEAVE = ("q", "escape")
PAGES = {"page up": -1, "page down": 1}
KEY_GAP = "   "
FREE_COLUMNS = 2  # left empty at the right of a text
MIN_NUMBER_COLUMNS = 11  # the width of a number, with the space before it
HEADING_GAP = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and its style: "know", "think", "change", "bold", "quiet", "plus", "minus" or ""."""

    text: str
    style: str = ""


CUT_ROW = [Piece("  …", "quiet")]  # shown in place of rows for which there is no room
ABOVE, BELOW = (
    [Piece("  … PgUp", "quiet")],
    [Piece("  … PgDn", "quiet")],
)  # marks: there are rows before, or after, this page
MIN_ROWS_TO_MARK = 3


class Walk:
    """A walk through the steps of a relay.

    Args:
        relay: what to walk.
        language: "en" or "ja".
        fold: as for `Relay.text`.

    >>> from microgrid import Relay, Value
    >>> w = Value(3.0, label="w")
    >>> walk = Walk(Relay(w**2))
    >>> walk.press("right"), walk.press("b"), walk.position, len(walk.lines)
    (True, True, 2, 4)
    """

    def __init__(self, relay: Record, language: str = "en", fold: str = "auto") -> None:
        telling = tell(relay, language, fold)
        self.lines, self.subjects = telling.lines, telling.subjects
        self.text = words(language)
        self.ending = " ".join(filter(None, (first_non_finite(relay, language), outcome(relay, language))))
        self.position = 1
        self.page = 0  # where the rows do not fit on the screen, the page that is shown; page 0 begins at the sentence

    def press(self, key: str) -> bool:
        """Handle a key; return False if it ends the walk."""
        if key in LEAVE:
            return False
        if key in PAGES:
            self.page += PAGES[key]
            return True
        self.page = 0
        if key in NEXT:
            self.position = min(self.position + 1, len(self.lines))
        elif key in BACK:
            self.position = max(self.position - 1, 1)
        elif key == "home":
            self.position = 1
        elif key == "end":
            self.position = len(self.lines)
        elif key in JUMPS:
            phases = [wording.phase for wording in self.lines]
            if JUMPS[key] in phases:
                self.position = phases.index(JUMPS[key]) + 1
        return True

    def screen(self, width: int, height: int) -> list[list[Piece]]:
        """Return the rows of a screen of this size, each a list of pieces.

        Where they are too many, "page up" and "page down" lead to those that are not on it.
        """
        wording = self.lines[self.position - 1]
        heading = [Piece(wording.name, "bold"), *([Piece(wording.formula)] if wording.formula else [])]
        told = list(_side_by_side(heading, width, "  "))
        told += [[Piece(row)] for row in wrapped(wording.sentence, width - FREE_COLUMNS)]
        ends = self.position == len(self.lines)
        if ends:
            told += [[], *([Piece(row, "bold")] for row in wrapped(self.ending, width - FREE_COLUMNS))]
        keys = self.text["help.walk.end" if ends else "help.walk"].split(KEY_GAP)
        keys_told = list(_side_by_side([Piece(key, "quiet") for key in keys], width, KEY_GAP))
        top = list(self._top(width))
        room = max(height - len(top) - len(told) - len(keys_told) - 2, 2)
        board = list(self._board(width, room))
        blank: list[list[Piece]] = [[]] * (room - len(board))
        above = [*top, [], *board]
        return self._on_page([*above, [], *told, *blank, *keys_told], len(above), height)

    def printed(self, position: int) -> Iterator[str]:
        """Yield the lines of one step where it is printed, without a screen."""
        n, line = len(self.lines), self.lines[position - 1]
        digits = len(str(n))
        yield f"{position:>{digits}}/{n}  {self.text[f'phase.{line.phase}']}  {line.name}  {line.formula}".rstrip()
        for row in self._told(position):
            yield f"{' ' * (2 * digits + 3)}{row}"
        if position == n:
            yield self.ending

    def _told(self, position: int) -> Iterable[str]:
        return self.lines[position - 1].sentence.splitlines()

    def _on_page(self, rows: list[list[Piece]], start: int, height: int) -> list[list[Piece]]:
        """Return the rows that are on the present page, with a mark for those above and below; `start` is on page 0."""
        last = len(rows) - height
        if last <= 0:
            return rows
        first, step = min(start, last), max(height - 2, 1)  # two rows show marks
        self.page = max(-math.ceil(first / step), min(self.page, math.ceil((last - first) / step)))
        at = max(0, min(first + self.page * step, last))
        shown = rows[at : at + height]
        if height >= MIN_ROWS_TO_MARK:
            shown[:1] = [ABOVE] if at else shown[:1]
            shown[-1:] = [BELOW] if at < last else shown[-1:]
        return shown

    def _top(self, width: int) -> Iterator[list[Piece]]:
        now = self.lines[self.position - 1].phase
        pieces: list[Piece] = []
        for phase in PHASES:
            mark = "●" if phase == now else "○"
            pieces.append(Piece(f"{mark} {self.text[f'phase.{phase}']}", phase if phase == now else "quiet"))
        place = Piece(f"{self.text['step']} {self.position}/{len(self.lines)}", "bold")
        *before, last = _side_by_side(pieces, width, KEY_GAP)
        yield from before
        gap = width - 1 - sum(display_width(piece.text) for piece in [*last, place])
        if gap < 1:
            yield last
            yield [place]
        else:
            yield [*last, Piece(" " * gap), place]

    def _board(self, width: int, room: int) -> Iterator[list[Piece]]:
        """Return the rows of known numbers; if they do not fit, those around the present step."""
        numbers: dict[str, dict[str, str]] = {subject.id: {"know": subject.value} for subject in self.subjects}
        for wording in self.lines[: self.position]:
            if wording.result:
                numbers[wording.subject][wording.phase] = wording.result
        present = self.lines[self.position - 1].subject
        at = next(i for i, subject in enumerate(self.subjects) if subject.id == present)
        room -= 1  # for the headings
        start = min(max(at - room // 2, 0), max(len(self.subjects) - room, 0))
        names = min(max(display_width(subject.name) for subject in self.subjects), 34)
        phases: tuple[str, ...] = PHASES  # without room for all three, only the present one
        if (width - names - 3) // 3 < MIN_NUMBER_COLUMNS:
            phases, names = (self.lines[self.position - 1].phase,), max(min(names, width - 3 - MIN_NUMBER_COLUMNS), 2)
        headings = [self.text[RESULT_COLUMNS[phase]] for phase in phases]
        columns = [max(display_width(heading) + HEADING_GAP, MIN_NUMBER_COLUMNS) for heading in headings]
        missing = max(sum(columns) - (width - names - 3), 0)
        columns[columns.index(max(columns))] = max(max(columns) - missing, MIN_NUMBER_COLUMNS)
        told = (right_aligned(shortened(x, column - 1), column) for x, column in zip(headings, columns, strict=True))
        yield [Piece(f"  {' ' * names}{''.join(told)}", "quiet")]
        cut = {start if start else -1, start + room - 1 if start + room < len(self.subjects) else -1}
        for i, subject in enumerate(self.subjects[start : start + room], start=start):
            here = subject.id == present
            if i in cut and not here:
                yield CUT_ROW
                continue
            row = [
                Piece(f"{'▸' if here else ' '} {padded(shortened(subject.name, names), names)}", "bold" if here else "")
            ]
            for phase, column in zip(phases, columns, strict=True):
                number = numbers[subject.id].get(phase, "")
                sign = "minus" if number.startswith(MINUS) else "plus"
                style = sign if phase == "think" and number not in ("", "0") else ""
                row.append(Piece(right_aligned(number, column), style))
            yield row


def _side_by_side(pieces: Iterable[Piece], width: int, gap: str) -> Iterator[list[Piece]]:
    """Put pieces into one row, with gaps between them, or into several if they are too wide for one."""
    row: list[Piece] = []
    for piece in pieces:
        together = [*row, Piece(gap), piece] if row else [piece]
        if sum(display_width(part.text) for part in together) < width:
            row = together
            continue
        if row:
            yield row
        *rows, last = wrapped(piece.text, width - FREE_COLUMNS)
        yield from ([Piece(text, piece.style)] for text in rows)
        row = [Piece(last, piece.style)]
    yield row
