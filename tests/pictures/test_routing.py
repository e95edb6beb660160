"""Where edges run between cards: clear of them, beside each other, and with their numbers beside their own curve."""

from __future__ import annotations

import itertools
import math

import pytest

from microgrid.engine import Value
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show
from microgrid.pictures.layout import LABEL_SIZE_PX, Layout, Line, lay_out
from microgrid.pictures.routing import CLEARANCE_PX, LANE_DISTANCE_PX, Rectangle, courses, place_labels, route
from tests.graphs import grown

FIRST, MIDDLE, LAST = (0.0, 0.0, 100.0, 60.0), (200.0, 0.0, 300.0, 60.0), (400.0, 0.0, 500.0, 60.0)  # in three columns


def chain(n: int) -> Value:
    value, weight = Value(1.0, "v"), Value(1.001, "w")
    for _ in range(n):
        value = value * weight
    return value


def sum_of_one_value(n: int) -> Value:
    a = Value(1.0, "a")
    total = a
    for _ in range(n - 1):
        total = total + a
    return total


def diamond() -> Value:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = a * b
    d = c + a
    f = (d * c + b - a).tanh()
    return f * c + d


def laid_out(output: Value) -> Layout:
    output.backward()
    return lay_out(cards_and_edges(Snapshot.of(output), "none"))


def numbers_of(line: Line) -> Rectangle | None:
    """Return the rectangle of what is written beside an edge, in a typeface of 7.5 pixels a character."""
    if not line.label:
        return None
    texts = [f"×{show(line.edge.local_derivative or 0.0)}", show(line.edge.share or 0.0)]
    half, (x, y) = max(map(len, texts)) * 7.5 / 2, line.label
    return x - half, y - 13.0, x + half, y + 13.0


def points_of(curve: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """List points of a Bézier curve, at most some pixels apart where it bends."""
    points = []
    for i in range(0, len(curve) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[i : i + 4]
        steps = 10 + int(abs(x3 - x0) + abs(y3 - y0)) // 3
        for k in range(steps + 1):
            t, s = k / steps, 1 - k / steps
            a, b, c, d = s**3, 3 * s * s * t, 3 * s * t * t, t**3
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


def test_edge_to_the_next_column_runs_from_side_to_side() -> None:
    assert route([FIRST, MIDDLE], [(0, 1)]) == [[(100.0, 30.0), (200.0, 30.0)]]


def test_edges_that_meet_a_card_spread_over_its_side_in_the_order_of_where_they_come_from() -> None:
    above, below = (0.0, -100.0, 100.0, -40.0), (0.0, 100.0, 100.0, 160.0)
    from_below, from_above = route([above, below, MIDDLE], [(1, 2), (0, 2)])
    assert (from_above[-1], from_below[-1]) == ((200.0, 20.0), (200.0, 40.0))


def test_edge_that_passes_a_column_goes_round_its_card() -> None:
    (path,) = route([FIRST, MIDDLE, LAST], [(0, 2)])
    (_, y), (_, same) = path[1:3]
    assert y == same
    assert y < MIDDLE[1] or y > MIDDLE[3]
    assert [x for x, _ in path] == [100.0, 200.0, 300.0, 400.0]


def test_edges_that_pass_a_column_together_run_side_by_side() -> None:
    paths = route([FIRST, MIDDLE, LAST], [(0, 2)] * 5)
    heights = sorted(path[1][1] for path in paths)
    assert all(b - a >= LANE_DISTANCE_PX for a, b in itertools.pairwise(heights))


def test_edge_keeps_its_lane_past_several_columns() -> None:
    far = (600.0, 0.0, 700.0, 60.0)
    (path,) = route([FIRST, MIDDLE, LAST, far], [(0, 3)])
    assert [x for x, _ in path] == [100.0, 200.0, 500.0, 600.0]


def test_edges_from_cards_at_the_same_height_do_not_share_an_end() -> None:
    beside = (150.0, 0.0, 180.0, 60.0)
    for straight in (False, True):
        one, other = route([FIRST, beside, LAST], [(0, 2), (1, 2)], straight)
        assert {one[-1], other[-1]} == {(400.0, 20.0), (400.0, 40.0)}


def test_straight_edge_takes_no_lane_unless_a_card_is_in_its_way() -> None:
    around, direct = route([FIRST, MIDDLE, LAST], [(0, 2), (1, 2)], straight=True)
    assert len(around) == 4
    assert len(direct) == 2


def test_edge_to_a_narrow_card_is_level_beside_the_wide_ones_of_its_column() -> None:
    wide, narrow, result = (0.0, 0.0, 200.0, 100.0), (80.0, 110.0, 120.0, 150.0), (260.0, 0.0, 300.0, 40.0)
    (path,) = route([wide, narrow, result], [(1, 2)], straight=True)
    assert path == [(120.0, 130.0), (200.0, 130.0), (260.0, 20.0)]


@pytest.mark.parametrize("level_at_operand", [True, False])
def test_courses_of_an_edge_are_level_at_either_end_and_begin_with_the_better(level_at_operand: bool) -> None:
    better, other = courses([(0.0, 0.0), (100.0, 50.0)], level_at_operand)
    at_operand, at_result = (better, other) if level_at_operand else (other, better)
    assert at_operand.points[3] == (56.0, 0.0)
    assert at_result.points[-4] == (44.0, 50.0)
    for course in (better, other):
        assert (course.points[0], course.points[-1]) == ((8.0, 0.0), (92.0, 50.0))
        assert (course.points[1][1], course.points[-2][1]) == (0.0, 50.0)


def test_numbers_stand_beside_their_own_curve_and_clear_of_cards_and_of_each_other() -> None:
    below: Rectangle = (0.0, 100.0, 100.0, 160.0)
    rectangles = [FIRST, below, MIDDLE]
    choices = [courses(path, True) for path in route(rectangles, [(0, 2), (1, 2)])]
    (_, first), (_, second) = place_labels(choices, [True, True], rectangles, LABEL_SIZE_PX)
    assert first is not None
    assert second is not None
    assert 133.0 <= first[0] <= 167.0  # between the columns
    assert abs(first[1] - second[1]) >= LABEL_SIZE_PX[1]
    assert place_labels(choices, [False, True], rectangles, LABEL_SIZE_PX)[0][1] is None


def test_edge_is_level_at_its_other_end_where_its_numbers_have_no_room_at_the_better_one() -> None:
    choice = courses([(0.0, 0.0), (100.0, 100.0), (300.0, 100.0), (400.0, 0.0)], level_at_operand=True)
    ((course, label),) = place_labels([choice], [True], [], LABEL_SIZE_PX)
    assert course is choice[0]
    assert label is not None
    assert label[0] < 100.0
    around_operand: Rectangle = (0.0, -60.0, 150.0, 160.0)
    ((course, label),) = place_labels([choice], [True], [around_operand], LABEL_SIZE_PX)
    assert course is choice[1]
    assert label is not None
    assert label[0] > 300.0


@pytest.mark.parametrize(("end", "side"), [(60.0, -1), (0.0, -1), (-60.0, 1)])
def test_numbers_stand_on_the_side_away_from_where_their_edge_bends(end: float, side: int) -> None:
    ((_, label),) = place_labels([courses([(0.0, 0.0), (88.0, end)], True)], [True], [], LABEL_SIZE_PX)
    assert label is not None
    assert math.copysign(1, label[1]) == side


@pytest.mark.parametrize("output", [chain(6), chain(15), chain(40), sum_of_one_value(10), diamond()])
def test_no_edge_runs_through_the_numbers_of_another(output: Value) -> None:
    layout = laid_out(output)
    places = [(line, numbers_of(line)) for line in layout.lines]
    for other in layout.lines:
        points = points_of(other.curve)
        for line, place in places:
            if place and line is not other:
                left, top, right, bottom = place
                assert not any(left < x < right and top < y < bottom for x, y in points), (line.edge, other.edge)


@pytest.mark.parametrize("seed", range(12))
def test_no_edge_of_a_random_graph_runs_through_a_card(seed: int) -> None:
    layout = laid_out(grown(seed, 14).with_values()[0])
    for line in layout.lines:
        for box in layout.boxes:
            if box.card in (line.edge.operand, line.edge.result):
                continue
            inside = [
                (x, y)
                for x, y in points_of(line.curve)
                if box.x < x < box.x + box.width and box.y < y < box.y + box.height
            ]
            assert inside == []


def test_chain_that_shares_a_weight_stays_level() -> None:
    layout = laid_out(chain(40))
    computed = [box.y for box in layout.boxes if not box.card.value.is_leaf]
    assert max(computed) - min(computed) < 2 * LABEL_SIZE_PX[1]


@pytest.mark.parametrize(("gap", "fit"), [(20.0, 1), (21.0, 1), (30.0, 2), (40.0, 3)])
def test_edges_that_do_not_fit_into_a_gap_pass_outside_the_column(gap: float, fit: int) -> None:
    above, below = (200.0, 0.0, 300.0, 60.0), (200.0, 60.0 + gap, 300.0, 120.0 + gap)
    middle = 60.0 + gap / 2
    ends = [(0.0, middle - 30.0, 100.0, middle + 30.0), (400.0, middle - 30.0, 500.0, middle + 30.0)]
    paths = route([ends[0], above, below, ends[1]], [(0, 3)] * 4)
    heights = [path[1][1] for path in paths]
    within = [y for y in heights if 60.0 < y < 60.0 + gap]
    assert len(within) == fit
    assert all(60.0 + CLEARANCE_PX <= y <= 60.0 + gap - CLEARANCE_PX for y in within)
    assert all(y < 0.0 or y > 120.0 + gap for y in heights if y not in within)
