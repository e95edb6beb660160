"""Figures: what is drawn, checked by hand on the data of the lines; and that drawing changes no number."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from matplotlib import colors, pyplot
from matplotlib.axes import Axes

from microgrid import Input, Value, figures
from microgrid.figures import INK, NEGATIVE, POSITIVE, panels, plot_decision_boundary, plot_loss_along, plot_losses
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show
from microgrid.nn import MLP, Neuron
from microgrid.training import History, TrainingDivergedError, train


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def points(line: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]


def legend(axes: Axes) -> list[str]:
    found = axes.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


def written_on(axis: Any) -> list[str]:
    """List what stands at the ticks of an axis that lie in the picture."""
    axis.figure.canvas.draw()
    low, high = sorted(axis.get_view_interval())
    return [tick.label1.get_text() for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


# --- loss curves -----------------------------------------------------------------------------------------------------


def test_history_draws_the_loss_of_every_epoch_from_1_on() -> None:
    axes = History([4.0, 2.0, 1.5]).plot()
    (line,) = axes.lines
    assert points(line) == [(1.0, 4.0), (2.0, 2.0), (3.0, 1.5)]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_yscale()) == ("epoch", "loss", "linear")
    assert legend(axes) == []


def test_what_was_kept_is_drawn_beside_the_loss_under_its_name() -> None:
    neuron = Neuron(1, "linear", seed=0)
    history = train(neuron, [[1.0]], [2.0], epochs=3, metrics={"bias": lambda: neuron.bias.data})
    axes = history.plot("bias")
    assert [y for _, y in points(axes.lines[1])] == history.metrics["bias"]
    assert legend(axes) == ["loss", "bias"]


def test_several_trainings_share_one_picture_in_colours_and_dashes_of_their_own() -> None:
    axes = History([3.0, 2.0]).plot(label="slow")
    assert History([3.0, 0.5]).plot(label="fast", axes=axes) is axes
    assert [points(line)[1] for line in axes.lines] == [(2.0, 2.0), (2.0, 0.5)]
    assert legend(axes) == ["slow", "fast"]
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 2
    assert len({line.get_linestyle() for line in axes.lines}) == 2


def test_logarithmic_scale_makes_equal_factors_equal_distances() -> None:
    axes = History([100.0, 10.0, 1.0]).plot(log=True)
    heights = [axes.transData.transform(point)[1] for point in points(axes.lines[0])]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([90.0, 0.5], ["0.5", "1", "2", "5", "10", "20", "50", "100"]),
        ([1.3, 0.17], ["0.2", "0.3", "0.5", "0.7", "1"]),
        ([0.31, 0.29], ["0.29", "0.295", "0.3", "0.305", "0.31"]),
    ],
)
def test_logarithmic_scale_is_labelled_with_plain_numbers_in_any_range(
    losses: list[float], expected: list[str]
) -> None:
    assert written_on(History(losses).plot(log=True).yaxis) == expected


def test_logarithmic_scale_over_many_powers_of_ten_is_labelled_with_powers_of_ten_only() -> None:
    labels = written_on(History([1.0, 1e-12]).plot(log=True).yaxis)
    assert len(labels) >= 3  # which powers depends on the version of matplotlib
    assert set(labels) <= {show(10.0**power) for power in range(-14, 3)}


def test_single_epoch_is_a_dot_at_1() -> None:
    axes = History([2.0]).plot()
    assert points(axes.lines[0]) == [(1.0, 2.0)]
    assert axes.lines[0].get_marker() == "o"
    assert written_on(axes.xaxis) == ["1"]


def test_losses_before_the_training_blew_up_can_be_drawn() -> None:
    neuron = Neuron(1, "linear", seed=0)
    with pytest.raises(TrainingDivergedError) as caught:
        train(neuron, [[10.0]], [1.0], learning_rate=10.0, epochs=1000)
    history = caught.value.history
    drawn = [y for _, y in points(history.plot(log=True).lines[0])]
    assert [y for y in drawn if not math.isnan(y)] == [loss for loss in history.losses if loss < 1e200]
    assert max(history.losses) > 1e300
    assert written_on(history.plot(log=True).yaxis)[-1].startswith("1e")


def test_history_says_what_was_kept_when_asked_for_something_else() -> None:
    with pytest.raises(ValueError, match="there is no metric 'tset'; there is test"):
        History([1.0], {"test": [1.0]}).plot("tset")
    with pytest.raises(ValueError, match="there is no metric 'test'; there is none "):
        History([1.0]).plot("test")


def test_history_without_a_finished_epoch_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no number of 'loss' to draw: no epoch was finished"):
        History().plot()


def test_logarithmic_scale_refuses_zero() -> None:
    with pytest.raises(ValueError, match="'loss' holds 0; a logarithmic scale needs numbers above 0"):
        History([1.0, 0.0]).plot(log=True)
    assert pyplot.get_fignums() == []


def test_what_was_kept_must_be_numbers_to_be_drawn() -> None:
    with pytest.raises(TypeError, match=r"'weights' must hold one number an epoch to be drawn, got \[1.0, 2.0\]"):
        History([1.0], {"weights": [[1.0, 2.0]]}).plot("weights")


def test_values_that_were_kept_are_drawn_as_their_numbers() -> None:
    axes = History([1.0], {"loss of the test": [Value(0.5)]}).plot("loss of the test")
    assert points(axes.lines[1]) == [(1.0, 0.5)]


def test_without_matplotlib_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=r"^a figure needs matplotlib, which is not installed: pip install matplotlib"
    ):
        History([1.0]).plot()


# --- the loss along one number ---------------------------------------------------------------------------------------


def heater(w: float = 7.0) -> tuple[Value, Value]:
    weight = Value(w, label="w")
    loss = (weight * Input(4.0, label="x") - 25) ** 2
    loss.label = "loss"
    return loss, weight


def test_loss_along_a_weight_is_the_curve_the_tangent_and_the_point_where_it_is() -> None:
    loss, w = heater()
    axes = plot_loss_along(loss, w, low=5.0, high=9.0)
    curve, tangent, here = map(points, axes.lines)
    assert (curve[0], curve[100], curve[-1]) == ((5.0, 25.0), (7.0, 9.0), (9.0, 121.0))
    assert all(y == pytest.approx((4 * x - 25) ** 2) for x, y in curve)
    assert tangent == [(5.0, -39.0), (9.0, 57.0)]  # 9 ± 2 · 24, and ∂loss/∂w = 2 · 3 · 4
    assert here == [(7.0, 9.0)]
    assert (axes.get_xlabel(), axes.get_ylabel(), legend(axes)) == ("w", "loss", ["slope 24"])


@pytest.mark.parametrize(("w", "colour"), [(7.0, POSITIVE), (6.0, NEGATIVE)])
def test_tangent_has_the_colour_of_its_sign(w: float, colour: str) -> None:
    axes = plot_loss_along(*heater(w))
    assert [line.get_color() for line in axes.lines] == [INK, colour, colour]


def test_flat_tangent_is_neither_orange_nor_blue() -> None:
    axes = plot_loss_along(*heater(6.25))
    assert legend(axes) == ["slope 0"]
    assert axes.lines[1].get_color() not in (POSITIVE, NEGATIVE)


def test_negative_slope_is_written_with_a_true_minus_sign() -> None:
    assert legend(plot_loss_along(*heater(6.0))) == ["slope −8"]


@pytest.mark.parametrize(("w", "expected"), [(7.0, (3.5, 10.5)), (0.25, (-0.75, 1.25)), (-4.0, (-6.0, -2.0))])
def test_curve_reaches_to_both_sides_by_half_of_the_number_but_at_least_by_1(
    w: float, expected: tuple[float, float]
) -> None:
    curve = points(plot_loss_along(*heater(w)).lines[0])
    assert (curve[0][0], curve[-1][0]) == expected


def test_curve_reaches_as_far_as_the_numbers_visited() -> None:
    loss, w = heater()
    curve = points(plot_loss_along(loss, w, visited=[7.0, 2.0, 20.0]).lines[0])
    assert (curve[0][0], curve[-1][0]) == (2.0, 20.0)


def test_numbers_visited_stand_on_the_curve_in_their_order_instead_of_the_tangent() -> None:
    loss, w = heater()
    axes = plot_loss_along(loss, w, visited=[7.0, 6.0, 6.5])
    _, way, last = map(points, axes.lines)
    assert way == [(7.0, 9.0), (6.0, 1.0), (6.5, 1.0)]
    assert last == [(6.5, 1.0)]
    assert legend(axes) == []


def test_loss_along_a_value_inside_the_graph() -> None:
    w = Value(3.0, label="w")
    product = w * 2
    product.label = "product"
    axes = plot_loss_along((product - 5) ** 2, product, low=4, high=6)
    curve = points(axes.lines[0])
    assert (curve[0], curve[100], curve[-1]) == ((4.0, 1.0), (5.0, 0.0), (6.0, 1.0))
    assert axes.get_xlabel() == "product"


def test_curve_has_a_gap_where_the_loss_has_no_value() -> None:
    w = Value(1.0, label="w")
    curve = points(plot_loss_along(w.log(), w, low=-1.0, high=1.0).lines[0])
    assert [math.isnan(y) for _, y in curve] == [x <= 0 for x, _ in curve]


def test_steep_tangent_does_not_press_the_curve_flat() -> None:
    w = Value(0.01, label="w")
    axes = plot_loss_along(w.sqrt(), w, low=0.0, high=4.0)
    low, high = axes.get_ylim()
    assert high < 2.5  # where the tangent, of slope 5, reaches 20
    assert low > -0.5


def test_drawing_the_loss_changes_no_number_of_the_graph() -> None:
    loss, w = heater()
    w.grad = 123.0
    plot_loss_along(loss, w)
    assert (w.data, w.grad, loss.data, loss.grad) == (7.0, 123.0, 9.0, 0.0)
    assert not Snapshot.of(loss).is_outdated()


def test_loss_along_needs_a_graph_that_holds_the_number() -> None:
    loss, w = heater()
    with pytest.raises(ValueError, match="is not in the graph of this loss"):
        plot_loss_along(loss, Value(1.0))
    with pytest.raises(TypeError, match="expected a Value, the end of a graph, got float"):
        plot_loss_along(loss.data, w)  # type: ignore[arg-type]
    w.data = 8.0
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded; compute it again"):
        plot_loss_along(loss, w)


@pytest.mark.parametrize(("low", "high"), [(3.0, 3.0), (4.0, 3.0), (math.nan, 3.0), (0.0, math.inf)])
def test_loss_along_needs_a_range(low: float, high: float) -> None:
    loss, w = heater()
    with pytest.raises(ValueError, match="low must be below high, and both finite; got "):
        plot_loss_along(loss, w, low, high)
    assert pyplot.get_fignums() == []


def test_loss_along_a_range_without_any_value_is_an_error() -> None:
    w = Value(1.0, label="w")
    with pytest.raises(ValueError, match="the loss has no value anywhere from −3 to −1"):
        plot_loss_along(w.log(), w, low=-3, high=-1)


# --- the decision boundary -------------------------------------------------------------------------------------------

ROWS = [[0.0, 0.0], [4.0, 1.0], [1.0, 2.0]]


def boundary(axes: Axes) -> list[tuple[float, float]]:
    """List the points of the one line that is drawn between the areas."""
    lines: list[Any] = [drawn for drawn in axes.collections if not len(drawn.get_facecolor())]
    return [(float(x), float(y)) for line in lines for path in line.get_paths() for x, y in path.vertices]


def test_boundary_is_where_the_output_crosses_the_threshold() -> None:
    line = boundary(plot_decision_boundary(lambda row: row[0] - 2 * row[1], ROWS, [0, 1, 0], threshold=0.5))
    assert len(line) > 10
    assert all(x - 2 * y == pytest.approx(0.5) for x, y in line)


def test_rows_of_the_larger_class_are_orange_triangles_the_others_blue_circles() -> None:
    axes = plot_decision_boundary(lambda row: row[0], ROWS, [-1, 1, -1])
    circles, triangles = axes.lines
    assert (points(circles), circles.get_marker(), circles.get_color()) == ([(0.0, 0.0), (1.0, 2.0)], "o", NEGATIVE)
    assert (points(triangles), triangles.get_marker(), triangles.get_color()) == ([(4.0, 1.0)], "^", POSITIVE)
    assert legend(axes) == ["−1", "1"]


def area_at(axes: Axes, x: float, y: float) -> str:
    """Tell whether a point of the picture looks rather orange or rather blue."""
    canvas: Any = axes.figure.canvas
    canvas.draw()
    image = canvas.buffer_rgba()
    column, row = map(int, axes.transData.transform((x, y)))
    red, blue = (image[image.shape[0] - 1 - row, column, colour] for colour in (0, 2))
    return "orange" if red > blue else "blue"


def test_area_above_the_threshold_is_orange_and_below_it_blue() -> None:
    axes = plot_decision_boundary(lambda row: row[0] - 2, ROWS, [0, 1, 0])
    assert [area_at(axes, x, 1.5) for x in (0.5, 1.8, 2.2, 3.5)] == ["blue", "blue", "orange", "orange"]


def test_picture_shows_all_rows_with_a_margin_around_them() -> None:
    axes = plot_decision_boundary(lambda row: row[0], ROWS, [0, 1, 0], names=("length", "depth"))
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.4, 4.4), (-0.2, 2.2))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("length", "depth")


def test_names_are_drawn_on_one_line_without_what_cannot_be_shown() -> None:
    loss, w = heater()
    w.label, loss.label = "w\x1b\n[g]", "\u202eloss"
    axes = plot_loss_along(loss, w, low=5.0, high=9.0)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("w [g]", "loss")
    boundary = plot_decision_boundary(lambda row: row[0], ROWS, [0, 1, 0], names=("a\x9bb", "c\td"))
    assert (boundary.get_xlabel(), boundary.get_ylabel()) == ("a b", "c d")
    assert legend(plot_losses({"a\x07\nb": [1.0]})) == ["a b"]


def test_network_is_drawn_and_left_as_it_is() -> None:
    model = MLP(2, [4, 1], "tanh", seed=1)
    before = [parameter.data for parameter in model.parameters()]
    line = boundary(plot_decision_boundary(model, ROWS, [0, 1, 0]))
    for x, y in line[::10]:
        assert abs(model([x, y]).data) < 0.02  # type: ignore[union-attr]
    assert [parameter.data for parameter in model.parameters()] == before
    assert all(parameter.grad == 0.0 for parameter in model.parameters())


def test_model_that_always_says_the_same_has_no_boundary() -> None:
    assert boundary(plot_decision_boundary(lambda _: 3.0, ROWS, [0, 1, 0])) == []


def test_output_that_is_not_finite_leaves_a_gap_and_the_shades_of_the_others_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "GRID_POINTS", 9)

    def model(row: list[float]) -> float:
        return math.nan if row[0] < 1.0 else math.inf if row[0] > 3.0 else row[1] - 1.0

    def levels(model: Callable[[list[float]], float]) -> list[float]:
        shaded: Any = plot_decision_boundary(model, ROWS, [0, 1, 1]).collections[0]
        return [float(level) for level in shaded.levels]

    assert levels(model) == levels(lambda row: row[1] - 1.0)
    with pytest.raises(ValueError, match="the model returns a finite number nowhere"):
        plot_decision_boundary(lambda _: math.nan, ROWS, [0, 1, 1])


@pytest.mark.parametrize(
    ("rows", "classes", "message"),
    [
        ([], [], "expected rows, and one class for each; got 0 rows and 0 classes"),
        (ROWS, [0, 1], "got 3 rows and 2 classes"),
        ([[1.0, 2.0, 3.0]], [0], "row 1 has 3 numbers; a decision boundary is drawn over exactly 2"),
        (ROWS, [0, 0, 0], "expected two classes, got 1: 0$"),
        (ROWS, [0, 1, 2], "expected two classes, got 3: 0, 1, 2$"),
    ],
)
def test_boundary_needs_two_inputs_and_two_classes(rows: list[list[float]], classes: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_decision_boundary(lambda row: row[0], rows, classes)
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("output", [[1.0, 2.0], "yes", None])
def test_boundary_needs_one_number_from_the_model(output: object) -> None:
    with pytest.raises(TypeError, match="must return one number or Value for a row, got "):
        plot_decision_boundary(lambda _: output, ROWS, [0, 1, 0])


# --- style -----------------------------------------------------------------------------------------------------------


def is_calm(axes: Axes) -> bool:
    sides = [name for name, spine in axes.spines.items() if spine.get_visible()]
    lines = axes.xaxis.get_gridlines() + axes.yaxis.get_gridlines()
    return sides == ["left", "bottom"] and all(line.get_visible() for line in lines)


def test_figures_are_calm_no_frame_above_and_at_the_right() -> None:
    axes = plot_losses({"loss": [1.0, 0.5]})
    assert is_calm(axes)
    assert colors.to_hex(axes.lines[0].get_color()) == INK.lower()


def test_axes_of_somebody_else_become_calm_too() -> None:
    _, axes = pyplot.subplots()
    assert not is_calm(axes)
    assert plot_losses({"loss": [1.0, 0.5]}, axes=axes) is axes
    assert is_calm(axes)


def test_panels_stand_side_by_side_in_one_calm_figure_under_their_titles() -> None:
    left, right = panels("relu", "slope of relu", height=2.5)
    assert [axes.get_title() for axes in (left, right)] == ["relu", "slope of relu"]
    assert left.figure is right.figure
    assert left.get_position().x1 < right.get_position().x0
    assert left.get_position().y0 == right.get_position().y0
    figure: Any = left.figure
    assert figure.get_size_inches()[1] == 2.5
    assert is_calm(left)
    assert is_calm(right)


def test_what_is_drawn_into_a_panel_has_the_colours_of_loss_curves() -> None:
    (axes,) = panels("")
    curves = [axes.plot([1, 2], [1, 2])[0].get_color() for _ in range(2)]
    assert curves == [line.get_color() for line in plot_losses({"train": [1.0], "test": [2.0]}).lines]


def test_heights_can_be_compared_where_panels_share_their_axis() -> None:
    for share_y in (False, True):
        left, right = panels("small", "large", share_y=share_y)
        left.plot([0, 1], [0, 1])
        right.plot([0, 1], [0, 100])
        assert (left.get_ylim() == right.get_ylim()) == share_y


def test_panels_need_titles_and_a_height() -> None:
    with pytest.raises(ValueError, match="expected a title for each panel, got none"):
        panels()
    with pytest.raises(TypeError, match="expected a title for each panel, got 2"):
        panels(2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="height must be above 0, and finite, got 0"):
        panels("relu", height=0)
    assert pyplot.get_fignums() == []


def test_panels_need_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"^a figure needs matplotlib, .*: pip install matplotlib"):
        panels("relu")


@pytest.mark.parametrize("kept", [[0.0] * 100_000, True, "1", None])
def test_what_is_no_number_is_shown_in_one_short_line(kept: Any) -> None:
    with pytest.raises(TypeError, match=r"^'kept' must hold one number an epoch to be drawn, got ") as caught:
        History([1.0], {"kept": [kept]}).plot("kept")
    assert len(str(caught.value)) < 200


def test_words_are_japanese_where_a_typeface_has_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    w = Value(3.0, "重み")
    for typefaces, expected in (
        (["IPAexGothic"], ("エポック", "損失", "傾き 6")),
        ([], ("epoch", "loss", "slope 6")),
    ):
        monkeypatch.setattr(figures, "_japanese_typefaces", lambda found=typefaces: found)
        curve, along = History([2.0, 1.0]).plot(language="ja"), plot_loss_along(w**2, w, language="ja")
        assert (curve.get_xlabel(), along.get_ylabel(), *legend(along)) == expected
        assert along.xaxis.label.get_fontfamily()[1:] == typefaces
    assert History([2.0, 1.0]).plot().get_xlabel() == "epoch"
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'de'"):
        plot_losses({"loss": [1.0]}, language="de")
