"""Step through a relay by layers: the board shows the matrices of the present step."""

from __future__ import annotations

from collections.abc import Iterator

from microgrid._util.text import wrapped
from microgrid.language.words import words
from microgrid.relay.layer_relay import LayerRelay
from microgrid.relay.layer_table import TEXT_COLUMNS, bands, outcome, sentence, title
from microgrid.relay.sentences import Wording
from microgrid.terminal.walk import FREE_COLUMNS, Piece, Walk

MARGIN = "  "


class LayerWalk(Walk):
    """A walk through the steps of a relay by layers.

    Args:
        relay: what to walk.
        language: "en" or "ja".
    """

    def __init__(self, relay: LayerRelay, language: str = "en") -> None:
        self.steps, self.language = relay.steps, language
        self.lines = tuple(
            Wording(
                phase=step.phase,
                subject="",
                name=title(step, language),
                formula=";  ".join(entry.line for entry in step.results),
                result="",
                sentence=sentence(relay, step, language),
            )
            for step in relay.steps
        )
        self.text, self.ending = words(language), outcome(relay, language)
        self.position, self.page = 1, 0

    def _board(self, width: int, room: int) -> Iterator[list[Piece]]:  # noqa: ARG002 (what does not fit is on a page of its own)
        for row in bands(self.steps[self.position - 1].entries, width - len(MARGIN) - FREE_COLUMNS):
            signs = ("" if not part.number else "plus" if part.number > 0.0 else "minus" for part in row)
            yield [Piece(MARGIN), *(Piece(part.text, sign) for part, sign in zip(row, signs, strict=True))]

    def _told(self, position: int) -> Iterator[str]:
        for row in bands(self.steps[position - 1].entries, TEXT_COLUMNS):
            yield "".join(part.text for part in row).rstrip()
        yield from wrapped(self.lines[position - 1].sentence, TEXT_COLUMNS)
