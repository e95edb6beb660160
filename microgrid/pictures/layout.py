"""Lay out cards and edges.

Unless sizes are given, that of a card does not depend on its numbers, which may change. Graphviz places the cards in
columns. Edges with numbers are led round the cards by `routing`; those of a large network, which carry none, are
straight lines.
"""

from __future__ import annotations

import json
import math
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

import graphviz

from microgrid._util.errors import NoRendererError
from microgrid.graph.folding import Card, Edge, Folding
from microgrid.graph.status import GATES
from microgrid.pictures.graphviz_renderer import PLACES, QUICK, run_graphviz
from microgrid.pictures.routing import TIP_LENGTH_PX, Point, courses, place_labels, route

ROW_HEIGHT_PX, HEADING_HEIGHT_PX = 19.0, 26.0
NUMBER_WIDTH_PX = 74.0  # for a number of ten characters
LABEL_SIZE_PX = (66.0, 34.0)  # reserved beside an edge for ×local and share
MANY_OPERANDS = 5  # the edges of more reach a card in curves so steep that they meet each other's numbers
LABEL_GAP_PX = 22.0  # added to the width of an edge's numbers to give the space between two columns
CONSTANT_SIZE_PX = (62.0, 26.0)
COMPACT_SIZE_PX = (166.0, 38.0)
TALL_SIZE_PX = (118.0, 56.0)  # the same with the gradient below the value, where there is height to spare
MANY_EDGES = 80  # from this many edges on, small cards are placed farther apart
MARGIN_PX = 12.0
MAX_ROW_WIDTH_PX = 1045.0  # wider rows would need text that is too small on a usual screen
SCREEN_SIZE_PX, MAX_ROWS = (920.0, 600.0), 6  # room for a graph on a screen of 1280 × 800 pixels
TURN_PX, LANE_PX = 30.0, 64.0  # room beside the end of a row, and below it, for the edge to the next row


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
        label: the middle of the place for its numbers, or None where it has none.
    """

    edge: Edge
    curve: tuple[Point, ...]
    tips: tuple[Point, Point]
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Boxes and lines on a sheet; all sizes in pixels.

    The cards of a large network are small: `compact`, and `tall` where their numbers are written one below the other.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    compact: bool
    tall: bool = False
    label_size: Point = LABEL_SIZE_PX


def lay_out(
    folding: Folding,
    max_row_width: float = math.inf,
    sizes: Mapping[Card, Point] | None = None,
    label_size: Point = LABEL_SIZE_PX,
    direction: str = "LR",
) -> Layout:
    """Place cards and edges, in rows where it takes more than `max_row_width` pixels from left to right.

    Rows begin only where a single edge joins one part to the next. With `sizes`, there are as many as are needed;
    without, as many as show the graph largest on a usual screen.

    Args:
        folding: the cards and the edges.
        max_row_width: in pixels.
        sizes: width and height of each card, in pixels; without them there is room for any value and gradient, and the
            cards of a crowded picture are small.
        label_size: width and height of the numbers of an edge, in pixels.
        direction: "LR" (left to right), "TB" (top to bottom), "RL" or "BT".

    Raises:
        NoRendererError: there is no Graphviz on this machine, or its output cannot be read.
    """
    crowded = folding.is_crowded
    if direction != "LR":  # turned round, it runs from left to right
        turned = {card: _turned_size(size, direction) for card, size in (sizes or _sizes(folding, False)).items()}
        return _turned(_placed(folding, turned, _turned_size(label_size, direction)), direction)
    if sizes is not None:
        layout = _placed(folding, sizes, label_size)
    else:
        layout = _placed(folding, _sizes(folding, crowded), label_size, compact=crowded)
        if crowded and SCREEN_SIZE_PX[0] / layout.width < SCREEN_SIZE_PX[1] / layout.height:  # there is height to spare
            tall = _placed(folding, _sizes(folding, crowded, tall=True), label_size, compact=True)
            layout = max(layout, replace(tall, tall=True), key=_scale)
    if crowded or layout.width <= max_row_width:
        return layout
    cuts = _cuts(layout)
    if not cuts:
        return layout
    if sizes is None:
        return max((_in_rows(layout, cuts, count) for count in range(1, MAX_ROWS + 1)), key=_scale)
    fewest = math.ceil(layout.width / max_row_width)
    for count in range(fewest, 2 * fewest + 1):
        in_rows = _in_rows(layout, cuts, count)
        if in_rows.width <= max_row_width:
            break
    return in_rows


def _turned_size(size: Point, direction: str) -> Point:
    return size if direction == "RL" else (size[1], size[0])


def _turned(layout: Layout, direction: str) -> Layout:
    """Let a layout from left to right run in another direction."""

    def place(point: Point) -> Point:
        x = point[0] if direction == "TB" else round(layout.width - point[0], 1)
        return (x, point[1]) if direction == "RL" else (point[1], x)

    boxes = []
    for box in layout.boxes:
        x, y = place((box.x + box.width / 2, box.y + box.height / 2))
        width, height = _turned_size((box.width, box.height), direction)
        boxes.append(Box(box.card, round(x - width / 2, 1), round(y - height / 2, 1), width, height))
    lines = []
    for line in layout.lines:
        curve, (start, end) = tuple(map(place, line.curve)), map(place, line.tips)
        lines.append(Line(line.edge, curve, (start, end), line.label and place(line.label)))
    width, height = _turned_size((layout.width, layout.height), direction)
    return replace(layout, boxes=tuple(boxes), lines=tuple(lines), width=width, height=height)


def _sizes(folding: Folding, compact: bool, tall: bool = False) -> dict[Card, Point]:
    return {card: _size(card, compact, tall) for card in folding.cards}


def _placed(folding: Folding, sizes: Mapping[Card, Point], label_size: Point, compact: bool = False) -> Layout:
    """Let Graphviz place the cards; then add the edges."""
    written = run_graphviz(_skeleton(folding, sizes, label_size, compact).source, PLACES)
    try:
        layout = _read(json.loads(written), sizes, label_size, compact)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise NoRendererError(
            "cannot read the layout written by Graphviz (or by the program that MICROGRID_DOT names)"
        ) from None
    if folding.is_crowded:
        return _joined(layout, folding.edges)
    return _routed(layout, folding.edges, folding.folds_nodes)


def _read(placed: Any, sizes: Mapping[Card, Point], label_size: Point, compact: bool) -> Layout:
    """Read where Graphviz has put the cards."""
    _, _, width, height = map(float, placed["bb"].split(","))
    boxes = []
    for (card, (w, h)), item in zip(sizes.items(), placed["objects"], strict=True):
        x, y = map(float, item["pos"].split(","))
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"there is no place {item['pos']}")
        left, top = x + MARGIN_PX - w / 2, height - y + MARGIN_PX - h / 2  # Graphviz counts y upwards
        boxes.append(Box(card, round(left, 1), round(top, 1), w, h))
    size = math.ceil(width + 2 * MARGIN_PX), math.ceil(height + 2 * MARGIN_PX)
    return Layout(tuple(boxes), (), *size, compact, label_size=label_size)


def _joined(layout: Layout, edges: Sequence[Edge]) -> Layout:
    """Add the edges of a crowded picture: straight lines from side to side, as networks are usually drawn."""
    boxes = {box.card: box for box in layout.boxes}
    lines = []
    for edge in edges:
        operand, result = boxes[edge.operand], boxes[edge.result]
        start = round(operand.x + operand.width, 1), round(operand.y + operand.height / 2, 1)
        end = round(result.x, 1), round(result.y + result.height / 2, 1)
        (course,) = courses([start, end], level_at_operand=True, straight=True)
        lines.append(Line(edge, course.points, (start, end), None))
    return replace(layout, lines=tuple(lines))


def _routed(layout: Layout, edges: Sequence[Edge], straight: bool) -> Layout:
    """Add the edges to a layout of cards in columns; those of a network are straight where no card is in their way."""
    rectangles = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in layout.boxes]
    position = {box.card: i for i, box in enumerate(layout.boxes)}
    ends = [(position[edge.operand], position[edge.result]) for edge in edges]
    leaving, arriving = Counter(operand for operand, _ in ends), Counter(result for _, result in ends)
    paths = route(rectangles, ends, straight)
    choices = [
        courses(path, leaving[operand] < arriving[result], straight)
        for path, (operand, result) in zip(paths, ends, strict=True)
    ]
    labelled = [edge.operand.kind != "constant" for edge in edges]
    placed = place_labels(choices, labelled, rectangles, layout.label_size)
    lines = [
        Line(edge, course.points, (path[0], path[-1]), label)
        for edge, path, (course, label) in zip(edges, paths, placed, strict=True)
    ]
    heights = _heights_of_lines(lines, layout.label_size)
    top = min([MARGIN_PX, *(y - MARGIN_PX / 2 for y in heights)])
    bottom = max([layout.height - MARGIN_PX, *(y + MARGIN_PX / 2 for y in heights)])
    move = (0.0, MARGIN_PX - top)
    boxes = tuple(replace(box, y=round(box.y + move[1], 1)) for box in layout.boxes)
    moved = tuple(_line_moved(line, move) for line in lines)
    return replace(layout, boxes=boxes, lines=moved, height=math.ceil(bottom - top + 2 * MARGIN_PX))


def _heights_of_lines(lines: Iterable[Line], label_size: Point) -> list[float]:
    """List the heights that edges and their numbers reach."""
    heights: list[float] = []
    for line in lines:
        heights += [y for _, y in line.curve]
        if line.label:
            heights += [line.label[1] - label_size[1] / 2, line.label[1] + label_size[1] / 2]
    return heights


def _line_moved(line: Line, move: Point) -> Line:
    curve, tips = ([_moved(point, move) for point in points] for points in (line.curve, line.tips))
    return Line(line.edge, tuple(curve), (tips[0], tips[1]), _moved(line.label, move) if line.label else None)


def _scale(layout: Layout) -> float:
    """Return how large a layout is shown on a usual screen."""
    return min(SCREEN_SIZE_PX[0] / layout.width, SCREEN_SIZE_PX[1] / layout.height)


def _in_rows(layout: Layout, cuts: Sequence[_Cut], count: int) -> Layout:
    """Cut a layout into `count` rows or fewer, and stack them.

    The edge from one row to the next runs back to the left below all that is in its row.
    """
    wanted = [layout.width * i / count for i in range(1, count)] if cuts else []
    nearest = (min(cuts, key=lambda cut: abs(cut.x - end)) for end in wanted)
    chosen = list({cut.x: cut for cut in nearest}.values())
    row_of = {box.card: bisect([cut.x for cut in chosen], box.x) for box in layout.boxes}
    for row, cut in enumerate(chosen, start=1):
        row_of |= dict.fromkeys(cut.leaves, row)
    rows = range(len(chosen) + 1)
    cards: list[list[Box]] = [[] for _ in rows]
    for box in layout.boxes:
        cards[row_of[box.card]].append(box)
    inner: list[list[Line]] = [[] for _ in rows]
    for line in layout.lines:
        if row_of[line.edge.operand] == row_of[line.edge.result]:
            inner[row_of[line.edge.operand]].append(line)
    moves, lanes, top = [], [], MARGIN_PX
    for row in rows:
        heights = _heights_of_lines(inner[row], layout.label_size)
        heights += [y for box in cards[row] for y in (box.y, box.y + box.height)]
        left = MARGIN_PX + (TURN_PX if row else 0.0)
        moves.append((left - min(box.x for box in cards[row]), top - min(heights)))
        bottom = top + max(heights) - min(heights)
        lanes.append(bottom + LANE_PX - MARGIN_PX)
        top = bottom + LANE_PX
    boxes = {}
    for box in layout.boxes:
        x, y = _moved((box.x, box.y), moves[row_of[box.card]])
        boxes[box.card] = replace(box, x=x, y=y)
    lines = []
    for line in layout.lines:
        row = row_of[line.edge.operand]
        if row == row_of[line.edge.result]:
            lines.append(_line_moved(line, moves[row]))
        else:
            lines.append(_back_to_the_left(line, boxes[line.edge.operand], boxes[line.edge.result], lanes[row]))
    size = (
        math.ceil(max(box.x + box.width for box in boxes.values()) + MARGIN_PX + TURN_PX),
        math.ceil(bottom + MARGIN_PX),
    )
    return replace(layout, boxes=tuple(boxes.values()), lines=tuple(lines), width=size[0], height=size[1])


class _Cut(NamedTuple):
    """Where a layout can be cut, and the leaves to the left that belong to what is to the right."""

    x: float
    leaves: list[Card]


def _cuts(layout: Layout) -> list[_Cut]:
    """List where a vertical line meets no card, crosses one edge only, and leaves no card alone on one of its sides.

    A leaf that is used to the right of the line only goes there, and its edges do not cross it.
    """
    boxes = sorted(layout.boxes, key=lambda box: box.x)
    rank = {box.card: i for i, box in enumerate(boxes)}
    start = {card: len(boxes) if card.is_leaf else i for card, i in rank.items()}
    for line in layout.lines:
        if line.edge.operand.is_leaf:
            start[line.edge.operand] = min(start[line.edge.operand], rank[line.edge.result])
    crossing = [0] * (len(boxes) + 1)  # how many more edges cross a line to the left of a card than of the one before
    for line in layout.lines:
        crossing[start[line.edge.operand] + 1] += 1
        crossing[rank[line.edge.result] + 1] -= 1
    rights = list(accumulate((box.x + box.width for box in boxes), max))
    cuts = []
    for i, n_edges in enumerate(accumulate(crossing[1:]), start=1):
        if n_edges == 1 and 1 < i < len(boxes) - 1 and rights[i - 1] < boxes[i].x - 1:
            leaves = [box.card for box in boxes[:i] if start[box.card] >= i]
            if i - len(leaves) > 1:
                cuts.append(_Cut(boxes[i].x - 1, leaves))
    return cuts


def _back_to_the_left(line: Line, operand: Box, result: Box, lane: float) -> Line:
    """Draw an edge from the end of a row to the start of the next."""
    start = (operand.x + operand.width, operand.y + operand.height / 2)
    end = (result.x, result.y + result.height / 2)
    right, left = start[0] + TURN_PX, end[0] - TURN_PX
    corners = [(right, start[1]), (right, lane), (left, lane), (left, end[1])]
    curve = [(start[0] + TIP_LENGTH_PX, start[1])]
    for i, corner in enumerate(corners):
        following = corners[i + 1] if i + 1 < len(corners) else (end[0] - TIP_LENGTH_PX, end[1])
        before, after = _towards(corner, curve[-1]), _towards(corner, following)
        curve += [curve[-1], before, before, corner, corner, after]  # a straight line, and a bend
    curve += [curve[-1], (end[0] - TIP_LENGTH_PX, end[1]), (end[0] - TIP_LENGTH_PX, end[1])]
    label = ((left + right) / 2, lane - LABEL_SIZE_PX[1] / 2 - 2) if line.label else None
    return Line(line.edge, tuple(curve), (start, end), label)


def _towards(corner: Point, point: Point) -> Point:
    """Return where a bend at a corner begins, seen from a point: at most 14 pixels away."""
    dx, dy = point[0] - corner[0], point[1] - corner[1]
    part = min(14.0, math.hypot(dx, dy) / 2) / (math.hypot(dx, dy) or 1.0)
    return corner[0] + dx * part, corner[1] + dy * part


def _moved(point: Point, move: Point) -> Point:
    return round(point[0] + move[0], 1), round(point[1] + move[1], 1)


def _skeleton(folding: Folding, sizes: Mapping[Card, Point], label_size: Point, compact: bool) -> graphviz.Digraph:
    """Describe the cards by their sizes only: their contents may change."""
    cards, edges = folding
    crowded = folding.is_crowded
    picture = graphviz.Digraph("page")
    picture.attr(rankdir="LR", ordering="in", splines="none", **QUICK)
    picture.attr("node", shape="box", fixedsize="true", label="")
    if compact:  # ranks far enough apart that the lines between small cards can be told apart
        picture.attr(nodesep="0.08", ranksep="0.5" if len(edges) < MANY_EDGES else "0.75")
    elif crowded:
        picture.attr(nodesep="0.12", ranksep="1.6")
    else:
        picture.attr(nodesep="0.2", ranksep=f"{(label_size[0] + LABEL_GAP_PX) / 72:.3f}")
    for card in cards:
        width, height = sizes[card]
        picture.node(card.id, width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    width, height = label_size
    fan_room = (
        f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width + 14:g}" HEIGHT="{height:g}"><TR><TD></TD></TR></TABLE>>'
    )
    folds_nodes = folding.folds_nodes
    leaving, arriving = Counter(edge.operand for edge in edges), Counter(edge.result for edge in edges)
    detours = set() if crowded else _detours(cards, edges)
    for i, edge in enumerate(edges):
        if i in detours:
            continue
        n_arriving = arriving[edge.result]
        is_fan = n_arriving > MANY_OPERANDS or (leaving[edge.operand] > 1 and n_arriving > (1 if folds_nodes else 2))
        room = {"label": fan_room} if is_fan and not crowded else {}
        weight = "1" if edge.operand.is_leaf else "6"  # edges between computed cards are kept level
        picture.edge(edge.operand.id, edge.result.id, id=f"e{i}", weight=weight, **room)
    return picture


def _detours(cards: Sequence[Card], edges: Sequence[Edge]) -> set[int]:
    """List the edges that Graphviz can ignore: from a leaf to a result that also depends on it through another operand.

    They would take room in every column that they cross, and draw a chain that shares a weight as one diagonal.
    """
    operands: dict[Card, list[Card]] = {card: [] for card in cards}
    for edge in edges:
        operands[edge.result].append(edge.operand)
    behind: dict[Card, int] = {}  # what a card is made from, a bit for each card
    for i, card in enumerate(cards):
        behind[card] = 1 << i
        for operand in operands[card]:
            behind[card] |= behind[operand]
    bit = {card: 1 << i for i, card in enumerate(cards)}
    return {
        i
        for i, edge in enumerate(edges)
        if edge.operand.is_leaf
        and any(behind[other] & bit[edge.operand] for other in operands[edge.result] if other is not edge.operand)
    }


def _size(card: Card, compact: bool, tall: bool = False) -> Point:
    if card.kind == "constant":
        return CONSTANT_SIZE_PX
    title_columns, symbol_columns = card.title_columns, card.symbol_columns
    may_stop = card.value.op in GATES  # then there must be room to say so
    if tall:  # the operation is written beside the value
        return max(TALL_SIZE_PX[0], 6.8 * title_columns + 18), TALL_SIZE_PX[1]
    if compact:
        status_columns = 4 if may_stop else 0  # a status may be written instead of the operation
        columns = max(status_columns, card.shortest_symbol_columns)
        return max(COMPACT_SIZE_PX[0], 6.8 * title_columns + 6 * columns + 26), COMPACT_SIZE_PX[1]
    heading = 8 * title_columns + 6.5 * symbol_columns + 24 * bool(title_columns and symbol_columns) + 20
    status = 16.0 * may_stop
    return max(heading, NUMBER_WIDTH_PX + 58.0), HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 8 + status
