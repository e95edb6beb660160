"""The still picture of a graph as SVG, complete in itself: Graphviz places its cards, and all else is drawn here."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from microgrid._util.text import display_width, isolated
from microgrid.graph.folding import Card, Folding
from microgrid.graph.snapshot import Snapshot
from microgrid.language.words import words
from microgrid.pictures.captions import (
    CARD_MARGIN_PX,
    CELL_GAP_PX,
    COLUMN_PX,
    Face,
    Note,
    card_told,
    described,
    edge_told,
    faces,
    label_size,
    notes,
)
from microgrid.pictures.layout import HEADING_HEIGHT_PX, MAX_ROW_WIDTH_PX, ROW_HEIGHT_PX, Box, Layout, lay_out
from microgrid.pictures.svg import STYLE, still_edges, text

NOTE_HEIGHT_PX, NOTE_MARGIN_PX = 18.0, 12.0


@dataclass(frozen=True)
class Still:
    """What a still picture is drawn from: a graph, folded; where its numbers flow, and in which language it speaks."""

    graph: Snapshot
    folding: Folding
    direction: str
    language: str

    def layout(self, face_of: Mapping[Card, Face]) -> Layout:
        """Return the layout, with each card sized to fit its contents.

        Raises:
            NoRendererError: there is no Graphviz on this machine to lay it out.
        """
        sizes = {card: _size(face) for card, face in face_of.items()}
        numbers = label_size(self.folding.edges)
        return lay_out(self.folding, MAX_ROW_WIDTH_PX, sizes, numbers, self.direction)

    def svg(self, cell_width: float = math.inf) -> str:
        """Return the SVG, fitted to `cell_width` if that leaves it legible.

        Raises:
            NoRendererError: there is no Graphviz on this machine to lay it out.
        """
        said, folding = words(self.language), self.folding
        face_of = faces(folding, self.language)
        layout = self.layout(face_of)
        lines = notes(self.graph, folding, said)
        width = max([layout.width, *map(width_of, lines)])
        height = layout.height + NOTE_HEIGHT_PX * len(lines) + (NOTE_MARGIN_PX if lines else 0.0)
        scale = cell_width / width if cell_width < width <= 1.5 * cell_width else 1.0
        title, description = described(folding, said)
        crowded = " crowded" if folding.is_crowded else ""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="graph{crowded}" role="img" '
            f'viewBox="0 0 {width:g} {height:g}" width="{width * scale:.0f}" height="{height * scale:.0f}">',
            f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
            *still_edges(layout, lambda edge: edge_told(edge, said)),
            *(self._card(box, face_of[box.card], said) for box in layout.boxes),
            *(_note_drawn(line, layout.height + 6 + NOTE_HEIGHT_PX * i) for i, line in enumerate(lines)),
        ]
        return "\n".join(parts) + "\n</svg>\n"

    def _card(self, box: Box, face: Face, said: Mapping[str, str]) -> str:
        card = box.card
        kind = "output" if self.graph.output in card.outputs else card.kind
        status = " not-finite" if card.status == "not finite" else ""
        told = card_told(card, said)
        return (
            f'<g class="card {kind}{status}" id="{card.id}" transform="translate({box.x:g} {box.y:g})">'
            + (f"<title>{html.escape(told)}</title>" if told else "")
            + f'<rect width="{box.width:g}" height="{box.height:g}" rx="8"/>{_written(box, face)}</g>'
        )


def _size(face: Face) -> tuple[float, float]:
    heading = HEADING_HEIGHT_PX if face.has_heading else 0.0
    rows = len(face.rows) + bool(face.status)
    return face.width, heading + ROW_HEIGHT_PX * rows + 7.0


def _written(box: Box, face: Face) -> str:
    """Write the contents of a card: its heading, its rows, and what is special about it."""
    if box.card.kind == "constant":
        return text("value", (box.width / 2, 17), face.rows[0][0].text)
    parts, y = [], 17.0
    if face.has_heading:
        equals = '<tspan class="op"> = </tspan>' if face.name and face.operation else ""
        operation = f'{equals}<tspan class="op">{html.escape(face.operation)}</tspan>' if face.operation else ""
        parts.append(text("name", (box.width / 2, 18), html.escape(isolated(face.name)) + operation))
        parts.append(f'<path class="rule" d="M0 {HEADING_HEIGHT_PX:g}h{box.width:g}"/>')
        y += HEADING_HEIGHT_PX
    ends = list(itertools.accumulate(face.spread(box.width - CARD_MARGIN_PX)))
    starts = [CARD_MARGIN_PX, *(end + CELL_GAP_PX for end in ends)]
    for row in face.rows:
        for cell, start, end in zip(row, starts, [*ends[: len(row) - 1], ends[-1]], strict=False):
            if not cell.text:
                continue
            place = end if cell.is_aligned_right else start
            parts.append(text(f"{cell.kind} {cell.sign}".strip(), (place, y), html.escape(isolated(cell.text))))
        y += ROW_HEIGHT_PX
    if face.status:
        parts.append(text("status", (box.width / 2, y), html.escape(face.status)))
    return "".join(parts)


def _note_drawn(line: Sequence[Note], y: float) -> str:
    pieces = (
        f'<tspan class="{note.sign}">{html.escape(note.text)}</tspan>' if note.sign else html.escape(note.text)
        for note in line
    )
    return text("note", (CARD_MARGIN_PX, y), "".join(pieces))


def width_of(line: Sequence[Note]) -> float:
    """Return the width of a line below the graph, in pixels."""
    return sum(display_width(note.text) for note in line) * COLUMN_PX + 2 * CARD_MARGIN_PX
