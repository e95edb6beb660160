"""The DOT text of a picture, which Graphviz draws: where it places the cards itself, and where all are placed."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

import graphviz

from microgrid.graph.folding import Edge
from microgrid.language.numerals import MINUS
from microgrid.language.words import words
from microgrid.pictures.captions import (
    CARD_MARGIN_PX,
    Cell,
    Face,
    Note,
    card_told,
    edge_numbers,
    edge_sign,
    edge_told,
    edge_width,
    faces,
    largest_share,
    notes,
)
from microgrid.pictures.graphviz_renderer import QUICK
from microgrid.pictures.layout import Box, Layout, Line
from microgrid.pictures.palette import COLOURS, INK, QUIET, RULE
from microgrid.pictures.routing import Point
from microgrid.pictures.still import NOTE_HEIGHT_PX, Still, width_of

WORD_FONT, NUMBER_FONT = "Helvetica", "Courier"
PORTS = {"LR": ("e", "w"), "TB": ("s", "n"), "RL": ("w", "e"), "BT": ("n", "s")}
DIRECTIONS = tuple(PORTS)

MAX_EDGES_CURVED = 100  # Graphviz takes minutes to route many more round the cards
DPI, MAX_PIXELS = 96, 10_000_000  # of a PNG; a larger picture gets a lower DPI, since drawing it takes seconds
NOTES_FONT = {"fontname": WORD_FONT, "fontsize": "11", "fontcolor": QUIET}


def write_unplaced(picture: graphviz.Digraph, still: Still) -> None:
    """Write cards and edges, which Graphviz can lay out by itself."""
    folding = still.folding
    crowded = folding.is_crowded
    picture.attr(rankdir=still.direction, ordering="in", bgcolor="white", pad="0.15")
    picture.attr(nodesep="0.12" if crowded else "0.25", ranksep="1.6" if crowded else "0.6")
    if len(folding.edges) > MAX_EDGES_CURVED:
        picture.attr(splines="line", **QUICK)
    if crowded:  # straight lines from side to side, as networks are usually drawn
        tail, head = PORTS[still.direction]
        picture.attr(splines="line")
        picture.attr("edge", tailport=tail, headport=head)
    _describe(picture, still)
    if lines := notes(still.graph, folding, words(still.language)):
        picture.attr(label=_notes_label(lines), labelloc="b", labeljust="l", **NOTES_FONT)


def placed(still: Still) -> graphviz.Digraph:
    """Write a picture in which everything has its place, for Graphviz to draw without moving it."""
    layout = still.layout(faces(still.folding, still.language))
    picture = graphviz.Digraph("microgrid")
    pixels = layout.width * layout.height * (DPI / 72) ** 2
    dpi = DPI * min(1.0, math.sqrt(MAX_PIXELS / pixels))
    picture.attr(layout="nop2", bgcolor="white", pad="0.15", dpi=f"{dpi:.1f}")
    _describe(picture, still, layout)
    if lines := notes(still.graph, still.folding, words(still.language), on_screen=False):
        width, height = max(map(width_of, lines)), NOTE_HEIGHT_PX * len(lines)
        place = _pos((width / 2 + CARD_MARGIN_PX, layout.height + height / 2))
        picture.node("notes", _notes_label(lines, width), pos=place, **NOTES_FONT)
    return picture


def _describe(picture: graphviz.Digraph, still: Still, layout: Layout | None = None) -> None:
    """Add cards and edges, placed as in the layout, or by Graphviz if there is none."""
    said, folding = words(still.language), still.folding
    crowded = folding.is_crowded
    picture.attr("node", shape="plain", fontname=WORD_FONT, fontsize="12", fontcolor=INK)
    arrow = "0.4" if crowded else "0.7"
    picture.attr("edge", fontname=NUMBER_FONT, fontsize="11", color=RULE, arrowsize=arrow, penwidth="1")
    boxes = layout.boxes if layout else itertools.repeat(None)
    for (card, face), box in zip(faces(folding, still.language).items(), boxes, strict=False):
        kind = "output" if still.graph.output in card.outputs else card.kind
        fill = COLOURS["not-finite"] if card.status == "not finite" else COLOURS[kind]
        attributes = {"pos": _pos((box.x + box.width / 2, box.y + box.height / 2))} if box else {}
        label = _card_label(face, fill, box)
        picture.node(card.id, label, id=card.id, tooltip=_tooltip(card_told(card, said)), **attributes)
    largest = largest_share(folding.edges)
    lines = layout.lines if layout else itertools.repeat(None)
    for i, (edge, line) in enumerate(zip(folding.edges, lines, strict=False)):
        attributes = _edge_attributes(edge, largest, not crowded, line)
        tooltip = _tooltip(edge_told(edge, said))
        picture.edge(edge.operand.id, edge.result.id, id=f"e{i}", tooltip=tooltip, **attributes)


def _notes_label(lines: list[list[Note]], width: float = 0.0) -> str:
    wide = f' WIDTH="{width:.0f}"' if width else ""
    rows = "".join(f'<TR><TD ALIGN="LEFT"{wide}>{"".join(map(_note, line))}</TD></TR>' for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'


def _note(note: Note) -> str:
    return f'<FONT COLOR="{COLOURS[note.sign]}">{_escape(note.text)}</FONT>' if note.sign else _escape(note.text)


def _card_label(face: Face, fill: str, box: Box | None) -> str:
    """Write a card as a table of the size of its box."""
    n_columns = len(face.columns)
    whole_width = f'<TR><TD COLSPAN="{n_columns}">'
    heading = f"{whole_width}{_heading(face)}</TD></TR><HR/>" if face.has_heading else ""
    widths = face.spread(box.width - 2) if box else [0.0] * n_columns
    body = "".join(f"<TR>{_row(row, widths)}</TR>" for row in face.rows)
    status = f'<FONT COLOR="{QUIET}"><I>{_escape(face.status)}</I></FONT>'
    footer = f"{whole_width}{status}</TD></TR>" if face.status else ""
    style = f'STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="{RULE}" BGCOLOR="{fill}"'
    style += f' WIDTH="{box.width:.0f}" HEIGHT="{box.height:.0f}"' if box else ""
    return f"<<TABLE {style}>{heading}{body}{footer}</TABLE>>"


def _heading(face: Face) -> str:
    name, operation = _escape(face.name), _escape(face.operation)
    parts = [f"<B>{name}</B>"] if name else []
    parts += [f'<FONT COLOR="{QUIET}">{operation}</FONT>'] if operation else []
    if name.isascii():
        return f'{parts[0]}<FONT COLOR="{QUIET}"> = {operation}</FONT>' if len(parts) == 2 else "".join(parts)
    # Graphviz cannot measure such a name: give it as much room as its characters take, two columns for a wide one.
    width = sum(13 if east_asian_width(character) in "WF" else 7 for character in face.name)
    # And let it end where the operation begins, or be centred: there it stands right however wide it was taken to be.
    align = "RIGHT" if name and operation else "CENTER"
    cells = [f'<TD ALIGN="{align}" WIDTH="{width}">{parts[0]}</TD>']
    cells += [f'<TD ALIGN="LEFT">= {part}</TD>' for part in parts[1:]]
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{"".join(cells)}</TR></TABLE>'


def _row(row: Sequence[Cell], widths: Sequence[float]) -> str:
    *others, last = row
    n_spanned = len(widths) - len(others)
    spanned = _cell(last, sum(widths[len(others) :]), f' COLSPAN="{n_spanned}"' if n_spanned > 1 else "")
    return "".join(map(_cell, others, widths)) + spanned


def _cell(cell: Cell, width: float, span: str = "") -> str:
    text = _ascii(_escape(cell.text)) if cell.is_number else _escape(cell.text)
    colour = COLOURS[cell.sign] if cell.sign else INK if cell.kind in ("value", "grad", "parameter-name") else QUIET
    face = f'FACE="{NUMBER_FONT}" ' if cell.is_number else ""
    alignment = "CENTER" if cell.kind == "constant" else "RIGHT" if cell.is_aligned_right else "LEFT"
    wide = f' WIDTH="{width:.0f}"' if width else ""
    return f'<TD ALIGN="{alignment}"{span}{wide}><FONT {face}COLOR="{colour}">{text or " "}</FONT></TD>'


def _edge_attributes(edge: Edge, largest: float, labelled: bool, along: Line | None) -> dict[str, str]:
    sign, given = edge_sign(edge), edge.operand.kind == "constant"
    attributes = {"style": "dashed"} if given or (sign == "negative" and not labelled) else {}
    points_back = edge.share is not None
    if points_back:
        attributes |= {"dir": "back", "penwidth": f"{edge_width(edge, largest):.2f}"}
        attributes |= {"color": COLOURS[sign] if sign else QUIET} if edge.share else {}
    local, share = edge_numbers(edge)
    lines = [_edge_line(local, QUIET)] if local else []
    lines += [_edge_line(share, COLOURS[sign])] if share else []
    if labelled and lines:
        room = "" if along else '<TR><TD HEIGHT="7"></TD></TR>'  # between the numbers and the line
        paper = ' BGCOLOR="white"' if along else ""
        style = f'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"{paper}'
        table = f"<TABLE {style}>{''.join(lines)}{room}</TABLE>"
        attributes["label"] = f"<{table}>"
    if along:
        (to_operand, to_result), curve = along.tips, along.curve
        if points_back:  # at the other end, the line goes on to the card
            places = [f"s,{_pos(to_operand)}", *map(_pos, [*curve, curve[-1], to_result, to_result])]
        else:
            places = [f"e,{_pos(to_result)}", *map(_pos, [to_operand, to_operand, curve[0], *curve])]
        attributes["pos"] = " ".join(places)
        attributes |= {"lp": _pos(along.label)} if along.label else {}
    return attributes


def _pos(point: Point) -> str:
    """Write a point for Graphviz, which counts y upwards."""
    return f"{point[0]:.5g},{-point[1]:.5g}"


def _edge_line(text: str, colour: str) -> str:
    return f'<TR><TD><FONT COLOR="{colour}">{_ascii(text)}</FONT></TD></TR>'


def _tooltip(told: str) -> Any:
    return graphviz.escape(told or " ")


def _ascii(number: str) -> str:
    """Write a number in ASCII: Graphviz measures anything else wrongly, and would not align it."""
    return number.replace(MINUS, "-").replace("∞", "inf")


def _escape(text: str) -> str:
    """Make any text safe inside a card, where Graphviz reads markup, and escapes that begin with a backslash."""
    return html.escape(text).replace("\\", "\\\\")
