"""What a still picture says, as text: on its cards, beside its edges, below the graph, and to a screen reader.

Graphviz's text (`dot`) and the SVG (`still`) are both written from here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from microgrid._util.matrices import cut_matrix
from microgrid._util.text import display_width, printable
from microgrid.graph.folding import MAX_CARDS_DRAWN, Card, Edge, Folding
from microgrid.graph.layer_gradients import layer_gradients
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import MINUS, powers_of_ten, show
from microgrid.language.words import words
from microgrid.pictures.palette import sign_of

MAX_PARAMETERS_LISTED = 5  # on the card of a folded neuron; with more, it gives their range
MAX_CARDS_DETAILED = 20  # in a crowded picture with more, no card lists what is folded into it
MAX_CARDS_DESCRIBED = 60  # in the description for a screen reader
MAX_NAME_LENGTH = 40  # characters
# pixels per character of words, names and numbers, in the widest typeface that may be used
COLUMN_PX, BOLD_PX, NUMBER_PX = 7.7, 8.9, 7.6
MIN_LABEL_PX, LABEL_HEIGHT_PX = 40.0, 34.0  # least width, and height, of the two numbers beside an edge
MAX_ROWS_ON_CARD, MAX_COLUMNS_ON_CARD = 4, 4  # of a matrix
CELL_GAP_PX, CARD_MARGIN_PX = 14.0, 9.0  # between two columns of a card, and beside them


class Cell(NamedTuple):
    """A word or a number on a card.

    Attributes:
        text: what is written.
        kind: "word", "heading" of a column, "parameter-name", "constant", "value" or "grad".
        sign: of a gradient, "positive", "negative" or "zero"; "" where it has none.
    """

    text: str
    kind: str
    sign: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is written in the typeface of numbers."""
        return self.kind in ("constant", "value", "grad")

    @property
    def is_aligned_right(self) -> bool:
        """Whether it ends where its column ends."""
        return self.kind in ("heading", "value", "grad")

    @property
    def width(self) -> float:
        """Its width, in pixels."""
        return display_width(self.text) * (NUMBER_PX if self.is_number else COLUMN_PX)


@dataclass(frozen=True)
class Face:
    """The contents of a card: its name and operation, rows of cells, and what is special about its value.

    The last cell of a row takes the place of the columns that the row lacks.
    """

    name: str
    operation: str
    rows: tuple[tuple[Cell, ...], ...]
    status: str = ""

    @property
    def has_heading(self) -> bool:
        """Whether it has a name or an operation above its rows."""
        return bool(self.name or self.operation)

    @property
    def columns(self) -> list[float]:
        """The width of each column, in pixels."""
        widths = [0.0] * max(map(len, self.rows))
        for row in sorted(self.rows, key=len, reverse=True):  # those with all columns first
            *others, last = row
            for i, cell in enumerate(others):
                widths[i] = max(widths[i], cell.width if cell.text else 0.0)
            spanned = widths[len(others) :]
            room = sum(spanned) + CELL_GAP_PX * (len(spanned) - 1)
            widths[len(others)] += max(last.width - room, 0.0) if last.text else 0.0
        return widths

    def spread(self, width: float) -> list[float]:
        """Return the width of each column, with the gap before it, on a card of that width."""
        others = [column + CELL_GAP_PX for column in self.columns[1:]]
        return [width - sum(others), *others]

    @property
    def width(self) -> float:
        """Its width, in pixels."""
        heading = display_width(self.name) * BOLD_PX + display_width(self.operation) * COLUMN_PX
        heading += 3 * COLUMN_PX if self.name and self.operation else 0.0
        columns = self.columns
        body = sum(columns) + CELL_GAP_PX * (len(columns) - 1)
        return math.ceil(max(heading, body, display_width(self.status) * COLUMN_PX) + 2 * CARD_MARGIN_PX)


class Note(NamedTuple):
    """A piece of a line below the graph, with the sign of the gradients that it is about."""

    text: str
    sign: str = ""


def faces(folding: Folding, language: str) -> dict[Card, Face]:
    """Return the face of each card, with words and numbers as they are written in a language."""
    is_brief, said = folding.is_crowded and len(folding.cards) > MAX_CARDS_DETAILED, words(language)
    written = {card: _brief_face(card, said) if is_brief else _face(card, said) for card in folding.cards}
    return {card: _typeset(face) for card, face in written.items()}


def _typeset(face: Face) -> Face:
    rows = [
        tuple(cell._replace(text=powers_of_ten(cell.text)) if cell.is_number else cell for cell in row)
        for row in face.rows
    ]
    return replace(face, rows=tuple(rows))


def _face(card: Card, said: Mapping[str, str]) -> Face:
    values, gradients = [node.data for node in card.outputs], [node.grad for node in card.outputs]
    value, gradient = Cell(_range(values, said), "value"), _gradient(gradients, said)
    name, operation = visible(card.title), visible(card.operation)
    if card.kind == "constant":
        return Face("", "", ((Cell(value.text, "constant"),),))
    status = card.status and said[f"picture.{card.status}"]
    parameters = [*card.weights.items(), *card.biases.items()]
    if parameters and len(parameters) <= MAX_PARAMETERS_LISTED and len(card.outputs) == 1:
        rows = [
            (Cell("", "word"), Cell(said["value"], "heading"), Cell(said["grad"], "heading")),
            (Cell(said["picture.neuron"], "word"), value, gradient),
        ]
        for parameter, share in parameters:
            label = visible(parameter.label.rpartition(".")[2]) or "w"
            rows.append((Cell(label, "parameter-name"), Cell(show(parameter.data), "value"), _gradient([share], said)))
        return Face(name, operation, tuple(rows), status)
    body = [(Cell(said["value"], "word"), value), (Cell(said["grad"], "word"), gradient)]
    if card.is_layer:
        return Face(name, operation, (*body, *_layer_rows(card)), status)
    body += [(Cell("dW", "word"), _gradient(list(card.weights.values()), said))] if card.weights else []
    body += [(Cell("db", "word"), _gradient(list(card.biases.values()), said))] if card.biases else []
    return Face(name, operation, tuple(body), status)


def _layer_rows(card: Card) -> Iterator[tuple[Cell, ...]]:
    """Write dW, db and dx of a layer, row by row; their last columns stand one below the other."""
    matrices = {
        name: cut_matrix(matrix, MAX_ROWS_ON_CARD, MAX_COLUMNS_ON_CARD)
        for name, matrix in layer_gradients(card)._asdict().items()
    }
    n_columns = max(len(rows[0]) for rows in matrices.values())
    for name, rows in matrices.items():
        for i, row in enumerate(rows):
            blank = [Cell("", "grad")] * (n_columns - len(row))
            numbers = (Cell("…", "grad") if x is None else Cell(show(x), "grad", sign_of(x)) for x in row)
            yield Cell("" if i else name, "word"), *blank, *numbers


def _brief_face(card: Card, said: Mapping[str, str]) -> Face:
    """Return value and gradient in one row, with any status beside the operation."""
    if card.kind == "constant":
        return _face(card, said)
    status = card.status and said.get(f"page.{card.status}.short", said[f"page.{card.status}"])
    operation = ", ".join(filter(None, (visible(card.symbol), status)))
    gradient = _gradient([node.grad for node in card.outputs], said)
    value = Cell(_range([node.data for node in card.outputs], said), "value")
    row = (Cell(said["value"], "word"), value, Cell(said["grad"], "word"), gradient)
    return Face(visible(card.title), operation, (row,))


def _gradient(gradients: Sequence[float], said: Mapping[str, str]) -> Cell:
    """Return a gradient, which has a sign, or the range of several, which has none."""
    alike = min(gradients) == max(gradients)
    return Cell(_range(gradients, said), "grad", sign_of(gradients[0]) if alike else "")


def _range(numbers: Sequence[float], said: Mapping[str, str]) -> str:
    low, high = min(numbers), max(numbers)
    if any(map(math.isnan, numbers)):  # which min and max may pass over
        low = high = math.nan
    return show(low) if low == high or math.isnan(low) else f"{show(low)}{said['picture.to']}{show(high)}"


def visible(text: str) -> str:
    """Replace unprintable characters, such as line ends, with spaces, and cut text that is too long."""
    shown = printable(text)
    return shown if len(shown) <= MAX_NAME_LENGTH else shown[: MAX_NAME_LENGTH - 1] + "…"


# --- edges -----------------------------------------------------------------------------------------------------------


def largest_share(edges: Iterable[Edge]) -> float:
    """Return the size of the largest finite share; the widths of all edges are relative to it."""
    shares = (abs(edge.share) for edge in edges if edge.share is not None and math.isfinite(edge.share))
    return max(shares, default=0.0)


def edge_width(edge: Edge, largest: float) -> float:
    """Return the width of an edge, which grows with its share relative to the `largest`."""
    if edge.share is None:
        return 1.0
    size = abs(edge.share) / largest if largest > 0 else 0.0
    return 0.6 + 3.4 * (size if math.isfinite(edge.share) else 1.0)


def edge_sign(edge: Edge) -> str:
    """Return the sign of the share of an edge; "" where there is none, or where it stands for several."""
    return "" if edge.share is None or edge.local_derivative is None else sign_of(edge.share)


def edge_numbers(edge: Edge) -> tuple[str, str]:
    """Return the local derivative, as a factor, and the share; each may be ""."""
    if edge.local_derivative is None:
        return "", ""
    local = f"×{show(edge.local_derivative)}" if edge.operand.kind != "constant" else ""
    return powers_of_ten(local), "" if edge.share is None else powers_of_ten(show(edge.share))


def label_size(edges: Iterable[Edge]) -> tuple[float, float]:
    """Return width and height of the largest numbers beside an edge, in pixels."""
    longest = max((len(number) for edge in edges for number in edge_numbers(edge)), default=0)
    return max(longest * NUMBER_PX, MIN_LABEL_PX) + 6.0, LABEL_HEIGHT_PX


# --- in words --------------------------------------------------------------------------------------------------------


def notes(graph: Snapshot, folding: Folding, said: Mapping[str, str], on_screen: bool = True) -> list[list[Note]]:
    """Explain, line by line, what the arrows and colours mean; `on_screen` they can also be pointed at."""
    end_card, edges, lines = folding.cards[-1], folding.edges, list[list[Note]]()
    name = visible(end_card.name) if end_card.value.label else ""
    if any(edge.share is not None and math.isfinite(edge.share) for edge in edges):
        named = said["end.named"].format(name=name) if name else said["end.output"]
        end = said["end.loss"] if name == "loss" else named
        crowded = folding.is_crowded
        lines.append([Note(said["picture.rule"] + (said["picture.point"] if crowded and on_screen else ""))])
        if any(edge_sign(edge) for edge in edges):
            up, down = said["picture.up"].format(end=end), said["picture.down"].format(end=end)
            down += said["picture.dashed"] if crowded else ""
            lines.append([Note(up, "positive"), Note(" ·"), Note(down, "negative")])
        lines.append([Note(said["picture.width"])])
        if any(edge.share is not None and edge.local_derivative is None for edge in edges):
            lines.append([Note(said["picture.several"])])
        lines.append([Note(said["picture.cards"])])
    if n_merged := max(card.n_merged for card in folding.cards):
        lines.append([Note(said["picture.merged"].format(count=n_merged, limit=MAX_CARDS_DRAWN))])
    if graph.is_outdated():
        lines.append([Note(said["picture.outdated"])])
    return lines


def exact(number: float) -> str:
    """Write a number with all its digits."""
    return repr(number).replace("-", MINUS)


def described(folding: Folding, said: Mapping[str, str]) -> tuple[str, str]:
    """Return title and description of a picture, for a screen reader."""
    cards, edges = folding
    name = visible(cards[-1].name) or said["nudge.value"]
    title = said["picture.title"].format(name=name, cards=len(cards), edges=len(edges))
    told = [card_told(card, said, show) for card in cards if len(card.outputs) == 1 and card.kind != "constant"]
    return title, "; ".join(told[-MAX_CARDS_DESCRIBED:])


def card_told(card: Card, said: Mapping[str, str], written: Callable[[float], str] = exact) -> str:
    """Say a card's value and gradient in one line, with all digits; "" where it stands for several values."""
    if len(card.outputs) > 1 or card.kind == "constant":
        return ""
    name = visible(card.name) or said["nudge.value"]
    value, gradient = written(card.value.data), written(card.value.grad)
    return said["picture.card"].format(name=name, value=value, gradient=gradient)


def edge_told(edge: Edge, said: Mapping[str, str]) -> str:
    """Say in one line how the share of an edge was computed, with all digits; "" where it stands for several."""
    if edge.share is None or edge.local_derivative is None:
        return ""
    upstream, local = exact(edge.result.value.grad), exact(edge.local_derivative)
    return said["picture.share"].format(share=exact(edge.share), upstream=upstream, local=local)
