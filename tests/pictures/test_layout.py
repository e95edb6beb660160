"""Where cards and edges stand on a page: nothing covers anything, and everything is on the sheet."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given

from microgrid import Input, Relay, Value
from microgrid._util.errors import NoRendererError
from microgrid.graph.folding import MAX_TITLE_COLUMNS, cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.pictures import graphviz_renderer as renderer
from microgrid.pictures.layout import (
    COMPACT_SIZE_PX,
    CONSTANT_SIZE_PX,
    LABEL_SIZE_PX,
    MARGIN_PX,
    TALL_SIZE_PX,
    Box,
    Layout,
    lay_out,
)
from microgrid.pictures.routing import Point
from tests.graphs import Recipe, recipes
from tests.test_gradients import build_or_skip

SLACK = 0.2  # positions are rounded to a tenth of a pixel


def laid_out(output: Value) -> Layout:
    return lay_out(cards_and_edges(Relay(output).snapshot, "neuron"))


def product() -> Layout:
    w = Value(3.0, "w")
    p = w * 2.0
    p.label = "p"
    return laid_out(p)


def network(*sizes: int) -> Layout:
    prediction = MLP(sizes[0], list(sizes[1:]), seed=1)([0.5] * sizes[0])
    assert isinstance(prediction, Value)
    return laid_out(mean_squared_error(prediction, 0.7))


def overlap(one: Box, other: Box) -> bool:
    apart_x = one.x + one.width <= other.x + SLACK or other.x + other.width <= one.x + SLACK
    apart_y = one.y + one.height <= other.y + SLACK or other.y + other.height <= one.y + SLACK
    return not (apart_x or apart_y)


def distance_to_border(point: Point, box: Box) -> float:
    dx = max(box.x - point[0], point[0] - box.x - box.width)
    dy = max(box.y - point[1], point[1] - box.y - box.height)
    return abs(max(dx, dy)) if max(dx, dy) <= 0 else math.hypot(max(dx, 0.0), max(dy, 0.0))


def assert_orderly(layout: Layout) -> None:
    for one, other in combinations(layout.boxes, 2):
        assert not overlap(one, other), (one, other)
    for box in layout.boxes:
        assert box.x >= MARGIN_PX - SLACK
        assert box.y >= MARGIN_PX - SLACK
        assert box.x + box.width <= layout.width - MARGIN_PX + 1
        assert box.y + box.height <= layout.height - MARGIN_PX + 1
    by_id = {box.card.id: box for box in layout.boxes}
    for line in layout.lines:
        operand, result = by_id[line.edge.operand.id], by_id[line.edge.result.id]
        assert operand.x + operand.width < result.x, "numbers flow to the right"
        for tip, box in zip(line.tips, (operand, result), strict=True):
            assert distance_to_border(tip, box) < 1.0
        assert len(line.curve) % 3 == 1, "a Bézier curve: a point, then three for each piece"


def test_cards_and_their_edges_stand_in_their_order() -> None:
    layout = product()
    assert [box.card.id for box in layout.boxes] == ["n0", "n1", "n2"]
    assert [(line.edge.operand.id, line.edge.result.id) for line in layout.lines] == [("n0", "n2"), ("n1", "n2")]


def test_constant_is_small_and_its_edge_has_no_room_for_numbers() -> None:
    layout = product()
    constant = layout.boxes[1]
    assert (constant.width, constant.height) == CONSTANT_SIZE_PX
    assert [line.label is None for line in layout.lines] == [False, True]


def test_wide_name_makes_a_wide_card() -> None:
    narrow, wide = (laid_out(Value(2.0, label) * 3.0).boxes[0] for label in ("w", "a rather long name"))
    assert wide.width > narrow.width
    assert wide.height == narrow.height


@pytest.mark.parametrize("label", ["x" * 100, "重" * 50])
def test_very_long_name_is_cut(label: str) -> None:
    (card, *_), _ = cards_and_edges(Snapshot.of(Value(2.0, label) * 3.0), "none")
    assert card.short_title.endswith("…")
    assert card.title_columns <= MAX_TITLE_COLUMNS


def test_card_that_may_say_where_responsibility_stops_has_a_row_for_it() -> None:
    leaf, activation = laid_out(Value(2.0, "a").tanh()).boxes
    assert activation.height > leaf.height


def test_room_for_numbers_is_on_the_sheet_and_on_no_card() -> None:
    a, b = Value(2.0, "a"), Value(1.0, "b")
    layout = laid_out((a + b) * (b * a))
    for line in layout.lines:
        assert line.label
        x, y = line.label
        assert LABEL_SIZE_PX[0] / 2 <= x <= layout.width - LABEL_SIZE_PX[0] / 2
        assert 0 < y < layout.height
        for box in layout.boxes:
            assert not (box.x < x < box.x + box.width and box.y < y < box.y + box.height)


def test_value_used_twice_by_one_operation_has_two_edges_apart() -> None:
    a = Value(2.0, "a")
    one, other = laid_out(a * a).lines
    assert one.curve != other.curve


def test_small_network_has_numbers_on_its_edges_and_a_large_one_small_cards() -> None:
    small, large = network(2, 3, 1), network(3, 16, 16, 1)
    assert not small.compact
    assert large.compact
    assert_orderly(small)
    assert all(line.label is None for line in large.lines)
    kinds = {(box.width, box.height) for box in large.boxes}
    assert kinds == {COMPACT_SIZE_PX, CONSTANT_SIZE_PX}
    for one, other in combinations(large.boxes, 2):
        assert not overlap(one, other)


@given(recipes(longest=12))
def test_any_graph_is_laid_out_in_order(recipe: Recipe) -> None:
    output, _ = build_or_skip(recipe)
    assert_orderly(laid_out(output))


def test_layout_is_the_same_every_time() -> None:
    def places(layout: Layout) -> list[tuple[object, ...]]:
        boxes = [(box.card.id, box.x, box.y) for box in layout.boxes]
        return [*boxes, *((line.curve, line.tips, line.label) for line in layout.lines)]

    assert places(network(2, 3, 1)) == places(network(2, 3, 1))


def test_without_a_graphviz_there_is_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MICROGRID_DOT", raising=False)
    monkeypatch.setattr(renderer, "_packaged_program", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoRendererError, match="nothing on this machine lays out a graph"):
        product()


@pytest.mark.parametrize("sizes", [(2, 4, 1), (1, 1, 1), (3, 2, 1), (2, 3, 3, 1)])
def test_edges_of_a_small_network_run_straight_from_the_right_side_to_the_left_side(sizes: tuple[int, ...]) -> None:
    layout = network(*sizes)
    assert not layout.compact
    boxes = {box.card: box for box in layout.boxes}
    for line in layout.lines:
        operand, result = boxes[line.edge.operand], boxes[line.edge.result]
        (left, y), (right, z) = line.tips
        assert left == operand.x + operand.width
        assert right == result.x
        assert operand.y < y < operand.y + operand.height
        assert result.y < z < result.y + result.height
        for x, height in line.curve:
            assert height == pytest.approx(y + (z - y) * (x - left) / (right - left), abs=SLACK)


@pytest.mark.parametrize("sizes", [(2, 4, 1), (1, 1, 1), (3, 2, 1), (2, 3, 3, 1)])
def test_edges_of_a_small_network_share_no_end_and_their_numbers_no_place(sizes: tuple[int, ...]) -> None:
    layout = network(*sizes)
    ends = [tip for line in layout.lines for tip in line.tips]
    assert len(set(ends)) == len(ends)
    labels = [line.label for line in layout.lines if line.label]
    for one, other in combinations(labels, 2):
        assert abs(one[0] - other[0]) > 40 or abs(one[1] - other[1]) > 20
    for x, y in labels:
        assert not any(b.x < x < b.x + b.width and b.y < y < b.y + b.height for b in layout.boxes)


def test_edge_that_would_run_behind_a_card_goes_around_it() -> None:
    neuron = MLP(1, [1], activation="tanh", seed=0)
    x = Input(0.5, "x")
    prediction = neuron([x])
    assert isinstance(prediction, Value)
    layout = laid_out((prediction.tanh() * prediction + x).tanh() * x)
    boxes = {box.card: box for box in layout.boxes}
    for line in layout.lines:
        (left, y), (right, z) = line.tips
        is_straight = all(
            h == pytest.approx(y + (z - y) * (px - left) / (right - left), abs=SLACK) for px, h in line.curve
        )
        for box in layout.boxes:
            if is_straight and box not in (boxes[line.edge.operand], boxes[line.edge.result]):
                middle = box.x + box.width / 2
                if left < middle < right:
                    height = y + (z - y) * (middle - left) / (right - left)
                    assert not box.y < height < box.y + box.height
    assert_orderly(layout)


def test_numbers_of_a_wide_network_stand_below_each_other_where_there_is_height_to_spare() -> None:
    wide, high = network(3, 4, 4, 1), network(3, 16, 16, 1)
    assert (wide.compact, wide.tall, high.compact, high.tall) == (True, True, True, False)
    assert wide.width < 960
    assert {box.height for box in wide.boxes} == {TALL_SIZE_PX[1], CONSTANT_SIZE_PX[1]}
    for one, other in combinations(wide.boxes, 2):
        assert not overlap(one, other)


def shared_chain(n: int) -> Value:
    value, weight = Value(1.0, "v"), Value(1.001, "w")
    for _ in range(n):
        value = value * weight
    return value


def in_rows(output: Value) -> Layout:
    return lay_out(cards_and_edges(Snapshot.of(output), "none"), 1045.0)


def test_edge_to_the_next_row_runs_below_all_that_is_in_its_row() -> None:
    layout = in_rows(shared_chain(20).tanh().exp())  # the edges of w run far below the cards
    *_, last_of_row, tanh, _ = layout.boxes
    (back,) = (line for line in layout.lines if line.edge.operand is last_of_row.card)
    assert back.edge.result is tanh.card
    assert tanh.x < last_of_row.x
    lane = max(y for _, y in back.curve if y < tanh.y)
    within = [line for line in layout.lines if max(y for _, y in line.curve) < tanh.y]
    assert len(within) == len(layout.lines) - 2
    assert all(y < lane for line in within for _, y in line.curve)


def test_no_card_stands_alone_in_the_last_row() -> None:
    tall, wide = in_rows(shared_chain(8).tanh().exp()), in_rows(shared_chain(8).tanh())
    assert tall.boxes[-1].y > tall.boxes[0].y + 200  # two cards in a second row
    assert wide.boxes[-1].x == max(box.x for box in wide.boxes)  # a single card remains in the first


def test_chain_is_cut_into_rows_of_about_the_same_length() -> None:
    value = Value(0.5, "x")
    for _ in range(11):
        value = value.tanh()
    layout = in_rows(value)
    middles = Counter(round(box.y + box.height / 2) for box in layout.boxes)
    assert [middles[y] for y in sorted(middles)] == [3, 3, 3, 3]


def test_chain_with_a_leaf_at_each_step_is_cut_into_rows_too() -> None:
    value = Value(1.0, "v")
    for i in range(40):
        value = value * Value(1.0, f"w{i}")
    folding = cards_and_edges(Snapshot.of(value))
    layout = lay_out(folding, 1000.0, dict.fromkeys(folding.cards, (90.0, 70.0)))
    assert layout.width <= 1000
    boxes = {box.card: box for box in layout.boxes}
    for line in layout.lines:
        if line.edge.operand.is_leaf:  # it stands in the row where it is used
            assert abs(boxes[line.edge.operand].y - boxes[line.edge.result].y) < 200
