"""Where edges run between cards that stand in columns, and where their numbers stand.

Cards are rectangles; an edge leads from the right side of its operand to the left side of its result. The words used:

- A port is the point of such a side where an edge begins or ends. Each edge has ports of its own.
- A gap is the free space between two neighbouring cards of a column, or above or below all of them.
- A lane is the height at which an edge passes a column, in one of its gaps. Edges in one gap run side by side.

An edge keeps its lane from column to column where it can, and changes its height between two columns in a smooth curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

Point: TypeAlias = "tuple[float, float]"
Rectangle: TypeAlias = "tuple[float, float, float, float]"  # left, top, right, bottom
Edge: TypeAlias = "tuple[int, int]"  # the positions of the rectangles of the operand and of the result
T = TypeVar("T")
Gap: TypeAlias = "tuple[float, float]"  # top, bottom

LANE_DISTANCE_PX = 9.0  # between two edges that run side by side
CLEARANCE_PX = 10.0  # between an edge and a card that it passes …
OUTER_CLEARANCE_PX = 28.0  # … above or below all of its column, where there is space for numbers
MAX_DEVIATION_PX = 250.0  # of an edge that keeps its lane, from the straight way to its result
LEVEL_PX = 44.0  # of an edge beside its numbers
SAMPLE_DISTANCE_PX, MAX_SAMPLES = 10.0, 12  # of points at which a bend is compared with a rectangle for numbers
SQUARE_PX = 60


def route(rectangles: Sequence[Rectangle], edges: Sequence[Edge]) -> list[list[Point]]:
    """Return for each edge its port at the operand, two points for each lane that it takes, and its port at the result.

    Args:
        rectangles: of the cards, which stand in columns, operands to the left of their results.
        edges: which cards they join.
    """
    operands, results = ({n: edge[end] for n, edge in enumerate(edges)} for end in (0, 1))
    leaving = {n: _middle(rectangles[result]) for n, result in results.items()}
    arriving = {n: _middle(rectangles[operand]) for n, operand in operands.items()}
    lanes = _lanes(rectangles, edges)
    leaving |= {n: lane[0][1] for n, lane in enumerate(lanes) if lane}
    arriving |= {n: lane[-1][1] for n, lane in enumerate(lanes) if lane}
    starts, ends = _ports(rectangles, operands, leaving), _ports(rectangles, results, arriving)
    return [
        [(rectangles[operand][2], starts[n]), *lanes[n], (rectangles[result][0], ends[n])]
        for n, (operand, result) in enumerate(edges)
    ]


def _ports(
    rectangles: Sequence[Rectangle], card_of: Mapping[int, int], towards: Mapping[int, float]
) -> dict[int, float]:
    """Return the heights of ports: those of a card are spread over its side, in the order of where its edges lead."""
    at_card: dict[int, list[int]] = {}
    for n, i in card_of.items():
        at_card.setdefault(i, []).append(n)
    ports: dict[int, float] = {}
    for i, members in at_card.items():
        _, top, _, bottom = rectangles[i]
        for place, n in enumerate(sorted(members, key=lambda n: (towards[n], n)), start=1):
            ports[n] = top + (bottom - top) * place / (len(members) + 1)
    return ports


def _lanes(rectangles: Sequence[Rectangle], edges: Sequence[Edge]) -> list[list[Point]]:
    """Return the points where each edge enters and leaves its lanes; a lane that it keeps is one lane."""
    columns = _columns(rectangles)
    column_of = {i: k for k, members in enumerate(columns) for i in members}
    entering: list[list[int]] = [[] for _ in columns]
    for n, (operand, result) in enumerate(edges):
        if column_of[operand] + 1 < column_of[result]:
            entering[column_of[operand] + 1].append(n)
    points: list[list[Point]] = [[] for _ in edges]
    passing: list[int] = []
    for k, members in enumerate(columns):
        passing = [n for n in passing if column_of[edges[n][1]] > k] + entering[k]
        if not passing:
            continue
        left, right = min(rectangles[i][0] for i in members), max(rectangles[i][2] for i in members)
        straight = {n: _height_on_line(rectangles, edges[n], (left + right) / 2) for n in passing}
        kept = {n: points[n][-1][1] if points[n] else straight[n] for n in passing}
        for n, height in _heights_in_column([rectangles[i] for i in members], straight, kept).items():
            path = points[n]
            if path and path[-1][1] == height:
                path[-1] = right, height
            else:
                path += [(left, height), (right, height)]
    return points


def _columns(rectangles: Sequence[Rectangle]) -> list[list[int]]:
    """List the cards of each column, from left to right; the cards of a column have the same middle."""
    columns: list[list[int]] = []
    for i in sorted(range(len(rectangles)), key=lambda i: rectangles[i][0] + rectangles[i][2]):
        middle = (rectangles[i][0] + rectangles[i][2]) / 2
        if columns and abs((rectangles[columns[-1][-1]][0] + rectangles[columns[-1][-1]][2]) / 2 - middle) < 2.0:
            columns[-1].append(i)
        else:
            columns.append([i])
    return columns


def _height_on_line(rectangles: Sequence[Rectangle], edge: Edge, x: float) -> float:
    """Return the height of the straight line from the operand to the result."""
    operand, result = rectangles[edge[0]], rectangles[edge[1]]
    part = (x - operand[2]) / (result[0] - operand[2])
    return _middle(operand) + (_middle(result) - _middle(operand)) * part


def _heights_in_column(
    cards: Sequence[Rectangle], straight: Mapping[int, float], kept: Mapping[int, float]
) -> dict[int, float]:
    """Give each edge that passes a column a height between its cards.

    Args:
        cards: the rectangles of the column.
        straight: the height of each edge on the straight way to its result.
        kept: its height in the column before. It decides, as long as it does not lead far from the straight way.
    """
    by_height = sorted(cards, key=lambda card: card[1])
    first, last = by_height[0][1] - OUTER_CLEARANCE_PX, by_height[-1][3] + OUTER_CLEARANCE_PX
    within = [(above[3] + CLEARANCE_PX, below[1] - CLEARANCE_PX) for above, below in pairwise(by_height)]
    gaps = [(-math.inf, first), *((top, bottom) for top, bottom in within if top <= bottom), (last, math.inf)]
    in_gap: dict[Gap, list[int]] = {gap: [] for gap in gaps}
    free = gaps
    wanted = {n: kept[n] if abs(kept[n] - height) <= MAX_DEVIATION_PX else height for n, height in straight.items()}
    for n in sorted(wanted, key=lambda n: (wanted[n], n)):
        height = wanted[n]
        gap = min(free, key=lambda gap: max(gap[0] - height, height - gap[1], 0.0))
        in_gap[gap].append(n)
        if len(in_gap[gap]) * LANE_DISTANCE_PX > gap[1] - gap[0]:
            free = [other for other in free if other != gap]
    heights: dict[int, float] = {}
    for (top, bottom), members in in_gap.items():
        nearest = {n: min(max(kept[n], top), bottom) for n in members}
        members.sort(key=lambda n: nearest[n])
        heights |= dict(zip(members, _spread([nearest[n] for n in members], bottom), strict=True))
    return heights


def _spread(heights: list[float], bottom: float) -> list[float]:
    """Move heights, which are sorted, apart: downwards, and up again where that went beyond the bottom of the gap."""
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + LANE_DISTANCE_PX)
    limit = bottom
    for i in reversed(range(len(heights))):
        if heights[i] <= limit:
            break
        heights[i] = limit
        limit -= LANE_DISTANCE_PX
    return heights


def _middle(rectangle: Rectangle) -> float:
    return (rectangle[1] + rectangle[3]) / 2


def curve_through(path: Sequence[Point], is_level_at_operand: bool) -> list[Point]:
    """Return the points of a Bézier curve along a path; it is level at each of its points.

    Args:
        path: what `route` returned for an edge.
        is_level_at_operand: whether the part that is level, beside which its numbers stand, is at its operand; else it
            is at its result.
    """
    (x, y), (end_x, end_y) = path[0], path[-1]
    if is_level_at_operand:
        points = [(x, y), (min(x + LEVEL_PX, (x + path[1][0]) / 2), y), *path[1:]]
    else:
        points = [*path[:-1], (max(end_x - LEVEL_PX, (end_x + path[-2][0]) / 2), end_y), (end_x, end_y)]
    curve = [points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        bend = (next_x - x) / 2
        curve += [(x + bend, y), (next_x - bend, next_y), (next_x, next_y)]
    return curve


# --- the numbers of an edge ------------------------------------------------------------------------------------------


def place_labels(
    curves: Sequence[Sequence[Point]],
    level_at_operand: Sequence[bool],
    labelled: Sequence[bool],
    rectangles: Sequence[Rectangle],
    size: Point,
) -> list[Point | None]:
    """Return for each edge the middle of the rectangle for its numbers: beside its own curve, away from all else.

    Args:
        curves: what `curve_through` returned.
        level_at_operand: which end of each is level.
        labelled: which edges have numbers.
        rectangles: of the cards.
        size: width and height of the rectangle for the numbers of one edge.
    """
    passing = _Grid[int]()
    for n, curve in enumerate(curves):
        for point in _sampled(curve):
            passing.add(point, point, n)
    taken = _Grid[Rectangle]()
    for rectangle in rectangles:
        taken.add(rectangle[:2], rectangle[2:], rectangle)
    places: list[Point | None] = []
    for n, curve in enumerate(curves):
        if not labelled[n]:
            places.append(None)
            continue
        best, place = math.inf, curve[0]
        for (x, y), dislike in _stations(curve, level_at_operand[n]):
            for rise, more in ((-size[1] / 2 - 2, 0.0), (size[1] / 2 + 2, 15.0), (0.0, 300.0)):
                rectangle = _around((x, y + rise), size)
                cost = dislike + more + sum(overlap(rectangle, other) for other in taken.near(rectangle))
                if cost < best:
                    cost += 250 * len(passing.within(rectangle))
                if cost < best:
                    best, place = cost, (x, y + rise)
        rectangle = _around(place, size)
        taken.add(rectangle[:2], rectangle[2:], rectangle)
        places.append((round(place[0], 1), round(place[1], 1)))
    return places


class _Grid(Generic[T]):
    """Finds what is near: things by the squares of the sheet that they touch."""

    def __init__(self) -> None:
        self.squares: dict[tuple[int, int], list[tuple[Point, T]]] = {}

    def add(self, start: Point, end: Point, thing: T) -> None:
        for square in self._squares(*start, *end):
            self.squares.setdefault(square, []).append((start, thing))

    def near(self, rectangle: Rectangle) -> list[T]:
        return [thing for square in self._squares(*rectangle) for _, thing in self.squares.get(square, ())]

    def within(self, rectangle: Rectangle) -> set[T]:
        left, top, right, bottom = rectangle
        return {
            thing
            for square in self._squares(*rectangle)
            for (x, y), thing in self.squares.get(square, ())
            if left <= x <= right and top <= y <= bottom
        }

    @staticmethod
    def _squares(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
        columns = range(int(left // SQUARE_PX), int(right // SQUARE_PX) + 1)
        return [(i, k) for i in columns for k in range(int(top // SQUARE_PX), int(bottom // SQUARE_PX) + 1)]


def _stations(curve: Sequence[Point], is_level_at_operand: bool) -> list[tuple[Point, float]]:
    """List points of a curve beside which its numbers could stand, and how much worse each is than the level part."""
    stretches = range((len(curve) - 1) // 3)
    nearest = [*stretches][:2] if is_level_at_operand else [*reversed(stretches)][:2]
    return [
        (_point_at(curve, stretch, i / 10), 30 * abs(i / 10 - 0.5) + 25 * distance)
        for distance, stretch in enumerate(nearest)
        for i in range(1, 10)
    ]


def _point_at(curve: Sequence[Point], stretch: int, part: float) -> Point:
    """Return a point of one stretch of a Bézier curve."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[3 * stretch : 3 * stretch + 4]
    rest = 1 - part
    a, b, c, d = rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _sampled(curve: Sequence[Point]) -> list[Point]:
    """List points of a curve, so near to each other that no rectangle for numbers is missed."""
    points = []
    for stretch in range((len(curve) - 1) // 3):
        change = abs(curve[3 * stretch][1] - curve[3 * stretch + 3][1])
        n = min(2 + int(change / SAMPLE_DISTANCE_PX), MAX_SAMPLES)
        points += [_point_at(curve, stretch, i / n) for i in range(n)]
    return points


def _around(middle: Point, size: Point) -> Rectangle:
    return middle[0] - size[0] / 2, middle[1] - size[1] / 2, middle[0] + size[0] / 2, middle[1] + size[1] / 2


def overlap(rectangle: Rectangle, other: Rectangle) -> float:
    """Return the area that two rectangles have in common."""
    width = min(rectangle[2], other[2]) - max(rectangle[0], other[0])
    height = min(rectangle[3], other[3]) - max(rectangle[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0
