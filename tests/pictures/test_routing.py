"""Where edges run between cards: clear of them, beside each other, and with their numbers beside their own curve."""

from __future__ import annotations

import itertools

import pytest

from microgrid.engine import Value
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.pictures.layout import LABEL_SIZE_PX, Layout, lay_out
from microgrid.pictures.routing import CLEARANCE_PX, LANE_DISTANCE_PX, Rectangle, curve_through, place_labels, route
from tests.graphs import grown

FIRST, MIDDLE, LAST = (0.0, 0.0, 100.0, 60.0), (200.0, 0.0, 300.0, 60.0), (400.0, 0.0, 500.0, 60.0)  # in three columns


def chain(n: int) -> Value:
    value, weight = Value(1.0, "v"), Value(1.001, "w")
    for _ in range(n):
        value = value * weight
    return value


def laid_out(output: Value) -> Layout:
    return lay_out(cards_and_edges(Snapshot.of(output), "none"))


def points_of(curve: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """List points of a Bézier curve."""
    points = []
    for i in range(0, len(curve) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[i : i + 4]
        for k in range(11):
            t, s = k / 10, 1 - k / 10
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


def test_curve_begins_and_ends_level() -> None:
    curve = curve_through([(0.0, 0.0), (100.0, 50.0)], is_level_at_operand=True)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (100.0, 50.0)
    assert curve[1][1] == 0.0
    assert curve[-2][1] == 50.0


def test_numbers_stand_beside_their_own_curve_and_clear_of_cards_and_of_each_other() -> None:
    below: Rectangle = (0.0, 100.0, 100.0, 160.0)
    rectangles = [FIRST, below, MIDDLE]
    paths = route(rectangles, [(0, 2), (1, 2)])
    curves = [curve_through(path, True) for path in paths]
    first, second = place_labels(curves, [True, True], [True, True], rectangles, (66.0, 34.0))
    assert first is not None
    assert second is not None
    assert 133.0 <= first[0] <= 167.0  # between the columns
    assert abs(first[1] - second[1]) >= 34.0
    assert place_labels(curves, [True, True], [False, True], rectangles, (66.0, 34.0))[0] is None


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
