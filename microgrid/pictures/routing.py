"""Route edges between cards in columns, and place the numbers beside them.

Cards are rectangles; an edge runs from the right side of its operand to the left side of its result. The words used:

- A port is the point of such a side where an edge begins or ends. Each edge has ports of its own.
- A gap is the free space between two neighbouring cards of a column, or above or below all of them.
- A lane is the height at which an edge passes a column, in one of its gaps. Edges in one gap run side by side.

An edge keeps its lane from column to column where it can, and changes its height between two columns in a smooth curve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

Point: TypeAlias = "tuple[float, float]"
Rectangle: TypeAlias = "tuple[float, float, float, float]"  # left, top, right, bottom
Edge: TypeAlias = "tuple[int, int]"  # the positions of the rectangles of the operand and of the result
Gap: TypeAlias = "tuple[float, float]"  # top, bottom
T = TypeVar("T")

TIP_LENGTH_PX = 8.0
LANE_DISTANCE_PX = 9.0  # between two edges that run side by side
CLEARANCE_PX = 10.0  # between an edge and a card that it passes …
OUTER_CLEARANCE_PX = 28.0  # … above or below all of its column, where there is space for numbers
MAX_DEVIATION_PX = 250.0  # an edge farther than this from the straight line to its result leaves its lane
LEVEL_PX = 48.0  # the length that an edge keeps level beside its numbers
LABEL_DISTANCE_PX = 2.0  # between numbers and their edge
INNER_MARGIN_PX = 13.0  # unused width at either side of short numbers
SAMPLE_DISTANCE_PX, MAX_SAMPLES = 10.0, 12  # a bend is covered by rectangles between points this far apart
STATION_DISTANCE_PX, MAX_STATIONS = 4.0, 20  # places for numbers are tried at points this far apart
CELL_PX = (160, 40)  # the size of a cell of the grid, in which near things are looked up

# What is undesirable about a place for numbers, besides its distance from the middle of a level part:
COVER_COST = 5.0  # each square pixel of a card or of other numbers that they cover
INNER_COST = 15.0  # they are on the side to which their edge bends, or below one that does not bend
OTHER_END_COST = 80.0  # they are at the end of their edge where there are more edges
ON_COST = 300.0  # they are on their edge
CROSSING_COST, MAX_CROSSINGS = 250.0, 6  # an edge runs through their place; as much again, if through its inner part


# --- paths -----------------------------------------------------------------------------------------------------------


def route(rectangles: Sequence[Rectangle], edges: Sequence[Edge], straight: bool = False) -> list[list[Point]]:
    """Return for each edge its port at the operand, two points for each lane that it takes, and its port at the result.

    Args:
        rectangles: the outlines of the cards, which are in columns, operands to the left of their results.
        edges: the cards that each edge joins.
        straight: whether an edge takes no lanes where a straight line between its ports meets no other card.
    """
    operands, results = ({n: edge[end] for n, edge in enumerate(edges)} for end in (0, 1))
    leaving = {n: _middle(rectangles[result]) for n, result in results.items()}
    arriving = {n: _middle(rectangles[operand]) for n, operand in operands.items()}
    bent = dict(enumerate(edges))
    if straight:
        starts, ends = _ports(rectangles, operands, leaving), _ports(rectangles, results, arriving)
        bent = {n: edge for n, edge in bent.items() if _is_blocked(edge, (starts[n], ends[n]), rectangles)}
    lanes = dict(zip(bent, _lanes(rectangles, [*bent.values()]), strict=True))
    if straight:
        sides = _sides_of_columns(rectangles)
        for n in (n for n, lane in lanes.items() if not lane):  # level at its ends, to pass wider cards of its columns
            operand, result = edges[n]
            (_, right), (left, _) = sides[operand], sides[result]
            lanes[n] = [(right, starts[n])] if right > rectangles[operand][2] + TIP_LENGTH_PX else []
            lanes[n] += [(left, ends[n])] if left < rectangles[result][0] - TIP_LENGTH_PX else []
    else:
        leaving |= {n: lane[0][1] for n, lane in lanes.items() if lane}
        arriving |= {n: lane[-1][1] for n, lane in lanes.items() if lane}
        starts, ends = _ports(rectangles, operands, leaving), _ports(rectangles, results, arriving)
    return [
        [(rectangles[operand][2], starts[n]), *lanes.get(n, []), (rectangles[result][0], ends[n])]
        for n, (operand, result) in enumerate(edges)
    ]


def _ports(
    rectangles: Sequence[Rectangle], card_of: Mapping[int, int], towards: Mapping[int, float]
) -> dict[int, float]:
    """Return the heights of ports, spread over the side of their card in the order of their edges' other ends."""
    at_card: dict[int, list[int]] = {}
    for n, i in card_of.items():
        at_card.setdefault(i, []).append(n)
    ports: dict[int, float] = {}
    for i, members in at_card.items():
        _, top, _, bottom = rectangles[i]
        for place, n in enumerate(sorted(members, key=lambda n: (towards[n], n)), start=1):
            ports[n] = top + (bottom - top) * place / (len(members) + 1)
    return ports


def _is_blocked(edge: Edge, ports: tuple[float, float], rectangles: Sequence[Rectangle]) -> bool:
    """Tell whether a straight edge would be too short to be seen, or would come too near to another card."""
    (x, y), (end_x, end_y) = (rectangles[edge[0]][2], ports[0]), (rectangles[edge[1]][0], ports[1])
    if end_x - x <= 3 * TIP_LENGTH_PX:
        return True
    for i, (left, top, right, bottom) in enumerate(rectangles):
        first, last = max(x, left - TIP_LENGTH_PX), min(end_x, right + TIP_LENGTH_PX)
        if i not in edge and first < last:
            heights = [y + (end_y - y) * (at - x) / (end_x - x) for at in (first, last)]
            if min(heights) < bottom + TIP_LENGTH_PX and max(heights) > top - TIP_LENGTH_PX:
                return True
    return False


def _lanes(rectangles: Sequence[Rectangle], edges: Sequence[Edge]) -> list[list[Point]]:
    """Return the points where each edge enters and leaves its lanes; one lane may span several columns."""
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


def _sides_of_columns(rectangles: Sequence[Rectangle]) -> dict[int, tuple[float, float]]:
    """Return the left and the right side of the column of each card: those of its widest."""
    sides: dict[int, tuple[float, float]] = {}
    for members in _columns(rectangles):
        left, right = min(rectangles[i][0] for i in members), max(rectangles[i][2] for i in members)
        sides |= dict.fromkeys(members, (left, right))
    return sides


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
        straight: the height of each edge on the straight line to its result.
        kept: its height in the column before: preferred, unless it strays too far from the straight line.
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


# --- curves ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """A curve that an edge could take.

    Attributes:
        points: the points of a Bézier curve: one, then three for each piece. It leaves room for a tip at either end.
        pieces: the positions of the pieces beside which its numbers could be written, the best first.
    """

    points: tuple[Point, ...]
    pieces: tuple[int, ...]

    @property
    def slope(self) -> float:
        """How steep it is where it is one straight line; a curve has level parts."""
        (x, y), second, *_, (end_x, end_y) = self.points
        return abs((end_y - y) / (end_x - x)) if second == (x, y) else 0.0

    @property
    def bends_up(self) -> bool:
        """Whether it runs upwards from its level part; one straight line has none."""
        heights = [self.points[3 * piece + end][1] for piece in self.pieces for end in (0, 3)]
        return not self.slope and min(heights) < heights[0]


def courses(path: Sequence[Point], level_at_operand: bool, straight: bool = False) -> list[Course]:
    """Return the curves that follow a path: with a level part for numbers at either end, the better end first.

    Args:
        path: what `route` returned for an edge.
        level_at_operand: which end is better.
        straight: whether a path without lanes is one straight line.
    """
    (x, y), (end_x, end_y) = path[0], path[-1]
    if straight and len(path) == 2:
        part = TIP_LENGTH_PX / math.dist(*path)
        dx, dy = (end_x - x) * part, (end_y - y) * part
        first, last = (x + dx, y + dy), (end_x - dx, end_y - dy)
        return [Course((first, first, last, last), (0,))]
    x, end_x = x + TIP_LENGTH_PX, end_x - TIP_LENGTH_PX
    after, before = (path[1], path[-2]) if len(path) > 2 else ((end_x, end_y), (x, y))
    from_operand = (min(x + LEVEL_PX, (x + 2 * after[0]) / 3), y)
    to_result = (max(end_x - LEVEL_PX, (end_x + 2 * before[0]) / 3), end_y)
    n = len(path)
    at_operand = Course(_level_at([(x, y), from_operand, *path[1:-1], (end_x, end_y)]), (0, 1))
    at_result = Course(_level_at([(x, y), *path[1:-1], to_result, (end_x, end_y)]), (n - 1, n - 2))
    return [at_operand, at_result] if level_at_operand else [at_result, at_operand]


def _level_at(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return a Bézier curve that is level at each of these points."""
    curve = [points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        bend = (next_x - x) / 2
        curve += [(x + bend, y), (next_x - bend, next_y), (next_x, next_y)]
    return tuple(curve)


# --- the numbers of an edge ------------------------------------------------------------------------------------------


def place_labels(
    choices: Sequence[Sequence[Course]], labelled: Sequence[bool], rectangles: Sequence[Rectangle], size: Point
) -> list[tuple[Course, Point | None]]:
    """Choose the course of each edge, and the middle of the place for its numbers: beside it, away from all else.

    Args:
        choices: what `courses` returned for each edge.
        labelled: which edges have numbers; the others take the first of their choices.
        rectangles: of the cards.
        size: width and height of the place for the numbers of one edge.
    """
    sheet = _Sheet(choices, rectangles, size)
    for n in reversed(range(len(choices))):  # near the leaves, where most edges meet, an edge has most freedom
        if labelled[n]:
            sheet.label(n)
    rounded = {n: (round(x, 1), round(y, 1)) for n, (x, y) in sheet.places.items()}
    return [(choice[sheet.chosen[n]], rounded.get(n)) for n, choice in enumerate(choices)]


class _Grid(Generic[T]):
    """An index that finds near things: by the cells of a sheet that their rectangles touch."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], dict[tuple[Rectangle, T], None]] = {}  # keys are found fast, and in order

    def add(self, rectangle: Rectangle, thing: T) -> None:
        for cell in self._cells(rectangle):
            self.cells.setdefault(cell, {})[rectangle, thing] = None

    def remove(self, rectangle: Rectangle, thing: T) -> None:
        for cell in self._cells(rectangle):
            self.cells[cell].pop((rectangle, thing), None)  # an edge may have the same part twice

    def touching(self, rectangle: Rectangle) -> Iterator[T]:
        """Yield the things that touch a rectangle; a thing in several cells comes several times."""
        left, top, right, bottom = rectangle
        for cell in self._cells(rectangle):
            for (x, y, end_x, end_y), thing in self.cells.get(cell, ()):
                if x <= right and end_x >= left and y <= bottom and end_y >= top:
                    yield thing

    @staticmethod
    def _cells(rectangle: Rectangle) -> list[tuple[int, int]]:
        left, top, right, bottom = rectangle
        rows = range(int(top // CELL_PX[1]), int(bottom // CELL_PX[1]) + 1)
        return [(i, k) for i in range(int(left // CELL_PX[0]), int(right // CELL_PX[0]) + 1) for k in rows]


class _Sheet:
    """Cards and edges, to which the numbers of the edges are added one after the other.

    Attributes:
        chosen: for each edge, the position of its course among its choices.
        places: for each edge that has its numbers, the middle of their place.
    """

    def __init__(self, choices: Sequence[Sequence[Course]], rectangles: Sequence[Rectangle], size: Point) -> None:
        self.choices, self.size = choices, size
        self.outlines = [[_outline(course) for course in choice] for choice in choices]
        self.chosen = [0] * len(choices)
        self.places: dict[int, Point] = {}
        self.cards, self.labels, self.edges = _Grid[Rectangle](), _Grid[Rectangle](), _Grid[int]()
        for rectangle in rectangles:
            self.cards.add(rectangle, rectangle)
        for n, outlines in enumerate(self.outlines):
            for part in outlines[0]:
                self.edges.add(part, n)

    def label(self, n: int) -> None:
        """Choose the course of an edge and the place beside it where its numbers cost least."""
        outlines = self.outlines[n]
        shared = set(outlines[0]).intersection(*outlines[1:]) if len(outlines) > 1 else set()
        own = [[part for part in outline if part not in shared] for outline in outlines]
        best, choice, place = math.inf, 0, self.choices[n][0].points[0]
        for i, course in enumerate(self.choices[n]):
            if (dislike := i * OTHER_END_COST) >= best:
                break
            dislike += CROSSING_COST * len({label for part in own[i] for label in self.labels.touching(part)})
            cost, found = self._best_place(n, course, own[i], dislike, best)
            if cost < best:
                best, choice, place = cost, i, found
        if choice != self.chosen[n]:
            for part in own[self.chosen[n]]:
                self.edges.remove(part, n)
            for part in own[choice]:
                self.edges.add(part, n)
            self.chosen[n] = choice
        self.places[n] = place
        new = _around(place, self.size)
        self.labels.add(new, new)

    def _best_place(
        self, n: int, course: Course, outline: Sequence[Rectangle], dislike: float, bound: float
    ) -> tuple[float, Point]:
        """Return what the best place for the numbers of a course costs, and its middle.

        Args:
            n: the edge.
            course: one of its choices.
            outline: the part of the course that its other choice does not share.
            dislike: what the course costs already.
            bound: what a place must cost less than.
        """
        best, best_place = bound, course.points[0]
        for cost, place, is_on_edge in sorted(_places(course, self.size)):
            if (cost := cost + dislike) >= best:
                break
            rectangle = _around(place, self.size)
            taken = {*self.cards.touching(rectangle), *self.labels.touching(rectangle)}
            cost += COVER_COST * sum(_overlap(rectangle, other) for other in taken)
            inner = _around(place, (self.size[0] - 2 * INNER_MARGIN_PX, self.size[1]))
            if not (is_on_edge or course.slope) and any(_touch(inner, part) for part in outline):
                cost += CROSSING_COST
            for part in (rectangle, inner):
                if cost < best:
                    cost += CROSSING_COST * self._edges_met(part, n, min((best - cost) / CROSSING_COST, MAX_CROSSINGS))
            if cost < best:
                best, best_place = cost, place
        return best, best_place

    def _edges_met(self, rectangle: Rectangle, n: int, enough: float) -> int:
        """Count the edges other than `n` that run through a rectangle, until there are enough."""
        met: set[int] = set()
        for other in self.edges.touching(rectangle):
            if other != n:
                met.add(other)
                if len(met) >= enough:
                    break
        return len(met)


def _places(course: Course, size: Point) -> Iterator[tuple[float, Point, bool]]:
    """List the places for numbers beside a course or on it: what each costs, its middle, and whether it is on it."""
    distance = size[1] / 2 + LABEL_DISTANCE_PX + course.slope * size[0] / 3
    above, below = (INNER_COST, 0.0) if course.bends_up else (0.0, INNER_COST)
    for rank, piece in enumerate(course.pieces):
        (start, _), (end, _) = course.points[3 * piece], course.points[3 * piece + 3]
        n = min(max(int((end - start) / STATION_DISTANCE_PX), 4), MAX_STATIONS)
        for i in range(1, n):
            x, y = _point_at(course.points, piece, i / n)
            dislike = 30 * abs(i / n - 0.5) + 25 * rank
            yield dislike + above, (x, y - distance), False
            yield dislike + below, (x, y + distance), False
            yield dislike + ON_COST, (x, y), True


def _point_at(curve: Sequence[Point], piece: int, part: float) -> Point:
    """Return a point of one piece of a Bézier curve."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[3 * piece : 3 * piece + 4]
    rest = 1 - part
    a, b, c, d = rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _outline(course: Course) -> list[Rectangle]:
    """Cover a course with small rectangles: one for a level piece, and one between two points of any other."""
    outline = []
    for piece in range((len(course.points) - 1) // 3):
        start, end = course.points[3 * piece], course.points[3 * piece + 3]
        n = min(1 + int(abs(end[1] - start[1]) / SAMPLE_DISTANCE_PX), MAX_SAMPLES)
        points = [_point_at(course.points, piece, i / n) for i in range(n + 1)]
        outline += [(x, min(y, z), to, max(y, z)) for (x, y), (to, z) in pairwise(points)]
    return outline


def _around(middle: Point, size: Point) -> Rectangle:
    return middle[0] - size[0] / 2, middle[1] - size[1] / 2, middle[0] + size[0] / 2, middle[1] + size[1] / 2


def _touch(one: Rectangle, other: Rectangle) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _overlap(one: Rectangle, other: Rectangle) -> float:
    """Return the area that two rectangles have in common."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0
