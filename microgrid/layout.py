"""Where cards stand and edges run on a page: Graphviz places boxes of fixed size, with room for any number."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from microgrid.cards import Card, Edge, kind_of, title_of
from microgrid.drawing import LARGEST_LABELLED, NoRendererError, Picture, render
from microgrid.texts import columns_of, printable, shortened

Point: TypeAlias = "tuple[float, float]"

ROW, HEADING, NUMBER = 19.0, 26.0, 74.0  # heights of a row and a heading; width of a number of ten characters
LABEL = (66.0, 34.0)  # room for ×local and share beside an edge
CONSTANT = (62.0, 26.0)
COMPACT = (166.0, 38.0)
LONGEST_NAME = 30
MARGIN = 12.0
MAY_STOP = ("relu", "tanh", "sigmoid")  # may be dead or saturated, which their card has room to say


@dataclass(frozen=True)
class Box:
    """A card on the page: its upper left corner and its size, in pixels."""

    card: Card
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """An edge on the page.

    Attributes:
        curve: the points of a Bézier curve from the operand to the result, which leaves room for a tip at either end.
        tips: where those tips end, at the operand and at the result.
        label: the middle of the room for its numbers, or None where there is none.
    """

    edge: Edge
    curve: tuple[Point, ...]
    tips: tuple[Point, Point]
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Boxes and lines on a sheet of a size in pixels; `compact` where the cards of a large network are small."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    compact: bool


def lay_out(cards: Sequence[Card], edges: Sequence[Edge]) -> Layout:
    """Place cards and edges from left to right.

    Raises:
        NoRendererError: there is no Graphviz on this machine.
    """
    compact = len(edges) > LARGEST_LABELLED and any(len(card.inside) > 1 for card in cards)
    try:
        placed = json.loads(render(_skeleton(cards, edges, compact), "json0"))
    except NoRendererError:
        raise NoRendererError(
            "nothing on this machine lays out a page: it needs the package graphviz-pure, or Graphviz (its program dot "
            "on the PATH, or named by MICROGRID_DOT)"
        ) from None
    _, _, width, height = map(float, placed["bb"].split(","))

    def turned(text: str) -> Point:  # Graphviz counts y upwards
        x, y = map(float, text.split(","))
        return round(x + MARGIN, 1), round(height - y + MARGIN, 1)

    boxes = []
    for card, item in zip(cards, placed["objects"], strict=True):
        x, y = turned(item["pos"])
        w, h = _size(card, compact)
        boxes.append(Box(card, round(x - w / 2, 1), round(y - h / 2, 1), w, h))
    found = {item["id"]: item for item in placed.get("edges", ())}
    lines = []
    for i, edge in enumerate(edges):
        item = found[f"e{i}"]
        # "e,x,y" is the tip at the result, "s,x,y" the one at the operand, and the others are the curve.
        tips = {point[0]: turned(point[2:]) for point in item["pos"].split() if point[0] in "es"}
        curve = tuple(turned(point) for point in item["pos"].split() if point[0] not in "es")
        label = turned(item["lp"]) if "lp" in item else None
        lines.append(Line(edge, curve, (tips["s"], tips["e"]), label))
    return Layout(tuple(boxes), tuple(lines), math.ceil(width + 2 * MARGIN), math.ceil(height + 2 * MARGIN), compact)


def visible_name(card: Card) -> str:
    """Return what stands in the heading of a card: its name, cut where it is too long."""
    return shortened(printable(title_of(card)[0]), LONGEST_NAME)


def _skeleton(cards: Sequence[Card], edges: Sequence[Edge], compact: bool) -> Picture:
    """Describe boxes and labels by their sizes only: what stands in them may change."""
    picture = Picture("page")
    picture.attr(
        rankdir="LR", ordering="in", nodesep="0.08" if compact else "0.2", ranksep="0.75" if compact else "0.2"
    )
    picture.attr("node", shape="box", fixedsize="true", label="")
    picture.attr("edge", dir="both", arrowsize="0.5" if compact else "0.7")
    if compact:  # straight lines from side to side, as networks are usually drawn
        picture.attr(splines="line")
        picture.attr("edge", tailport="e", headport="w")
    for card in cards:
        width, height = _size(card, compact)
        picture.node(card.id, width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    width, height = LABEL
    room = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:g}" HEIGHT="{height:g}"><TR><TD></TD></TR></TABLE>>'
    for i, edge in enumerate(edges):
        labelled = not compact and kind_of(edge.operand.value) != "constant"
        attributes = {"label": room} if labelled else {}
        picture.edge(edge.operand.id, edge.result.id, id=f"e{i}", **attributes)
    return picture


def _size(card: Card, compact: bool) -> Point:
    if kind_of(card.value) == "constant":
        return CONSTANT
    if compact:
        return COMPACT
    name, operation = visible_name(card), title_of(card, short=True)[1]
    heading = 8 * columns_of(name) + 6.5 * columns_of(operation) + 24 * bool(name and operation) + 20
    remark = 16.0 * (card.value.op in MAY_STOP)
    return max(heading, NUMBER + 58.0), HEADING + 2 * ROW + 8 + remark
