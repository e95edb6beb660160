"""Plot loss curves, the loss along one weight, and decision boundaries with matplotlib.

Only this module needs matplotlib, which is loaded when the first figure is drawn.
Every function draws into the Axes it is given, or into a new figure, and returns the Axes, for more to be added.
`panels` gives empty Axes in the same style, for whatever else there is to draw.
A notebook shows the figure by itself; elsewhere call `matplotlib.pyplot.show()`.

The graph is only read: no `data` and no `grad` changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from microgrid._util.missing_names import answer_missing_names
from microgrid._util.text import is_japanese, single_line
from microgrid._util.validation import as_list, number_in_range, positive_number, quoted
from microgrid.compiler.compile import compile_graph
from microgrid.engine import Constant, Value, gradients
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show
from microgrid.language.words import words
from microgrid.pictures.palette import COLOURS, INK, NEGATIVE, POSITIVE, QUIET, RULE, sign_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["INK", "NEGATIVE", "POSITIVE", "QUIET", "panels", "plot_decision_boundary", "plot_loss_along", "plot_losses"]

CURVE_POINTS = 201
GRID_POINTS = 81  # points per side of the area around a decision boundary
CURVES = (INK, COLOURS["think"], COLOURS["know"], COLOURS["change"], QUIET)  # for curves told apart by their names
ROUND_NUMBERS = ((0.5, ()), (1.3, (1.0, 2.0, 3.0, 5.0, 7.0)), (3.0, (1.0, 2.0, 5.0)))
"""If a logarithmic scale covers fewer powers of ten than this, the numbers on it, apart from their multiples of ten."""
JAPANESE_TYPEFACES = (
    *("Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic"),
    *("Hiragino Sans", "Hiragino Maru Gothic Pro", "Yu Gothic", "Meiryo", "MS Gothic", "Noto Serif CJK JP"),
)
MAX_DRAWN = 1e200  # beyond it, where a training blows up, matplotlib overflows
ONE_OUTPUT = "the model must return one number or Value for a row"
DASHES = ("-", "--", "-.", ":")  # … and without colours too
PANEL_WIDTH_INCHES, PANELS_WIDTH_INCHES = 6.4, 8.0  # one panel, and several; both fit into a notebook's cell
PANEL_HEIGHT_INCHES = 3.6


def panels(*titles: str, height: float = PANEL_HEIGHT_INCHES, share_y: bool = False) -> list[Axes]:
    """Return empty Axes side by side in a new figure, one for each title, in the plain style of the other figures.

    Unless a colour is given, the first curve in each is dark and the second purple, as in `History.plot`.

    Args:
        titles: the title above each; "" for none.
        height: of the figure, in inches. The width is 6.4 inches for one title and 8 for several.
        share_y: whether all have the same vertical axis, so that heights can be compared.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no title, or `height` is not above 0.
        TypeError: a title is not text, or `height` not a number.

    >>> left, right = panels("relu", "slope of relu")
    >>> curve = left.plot([-1, 0, 1], [0, 0, 1])
    >>> left.get_title(), right.get_title()
    ('relu', 'slope of relu')
    """
    if not titles:
        raise ValueError("expected a title for each panel, got none")
    for title in titles:
        if not isinstance(title, str):
            raise TypeError(f"expected a title for each panel, got {quoted(title)}")
    size = (PANEL_WIDTH_INCHES if len(titles) == 1 else PANELS_WIDTH_INCHES, positive_number("height", height))
    figure = _pyplot().figure(figsize=size, dpi=110, layout="constrained")
    row: list[Axes] = list(figure.subplots(1, len(titles), sharey=share_y, squeeze=False)[0])
    for axes, title in zip(row, titles, strict=True):
        _calm(axes)
        axes.set_prop_cycle(color=CURVES)
        axes.set_title(title, color=INK, fontsize="medium")
    return row


def plot_losses(
    curves: Mapping[str, Sequence[float | Value]], log: bool = False, axes: Axes | None = None, language: str = "en"
) -> Axes:
    """Plot metrics over the epochs, one curve for each name.

    `History.plot` is the usual way to it. A number that is not finite, or above 1e200, leaves a gap.

    Args:
        curves: for each name one number an epoch.
        log: whether the vertical axis is logarithmic, so that small losses can be told apart.
        axes: where to draw; by default a new figure. Curves that are there already stay.
        language: "en" or "ja", of the words on it; English also where no Japanese typeface is installed.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no number to draw; or, with `log`, one is 0 or less; or an unknown language.
        TypeError: a metric is not a number.
    """
    if not isinstance(curves, Mapping):
        raise TypeError(f"curves must map names to lists of numbers, got {quoted(curves)}")
    if not curves:
        raise ValueError("expected at least one curve, got none")
    checked = {name: _numbers_of(quoted(name), items, log) for name, items in curves.items()}
    said = _words(language)
    axes = _axes_or_new(axes)
    for name, numbers in checked.items():
        position = len(axes.lines)
        axes.plot(
            range(1, len(numbers) + 1),
            [number if abs(number) < MAX_DRAWN else math.nan for number in numbers],
            label=said["page.loss"] if name == "loss" else single_line(name),
            color=CURVES[position % len(CURVES)],
            linestyle=DASHES[position % len(DASHES)],
            marker="o" if len(numbers) == 1 else "",
        )
    axes.set(xlabel=said["figure.epoch"], ylabel=said["page.loss"], yscale="log" if log else "linear")
    _label_scales(axes, log)
    if len(axes.lines) > 1 or list(curves) != ["loss"]:
        axes.legend(frameon=False)
    return _with_japanese_letters(axes)


def _label_scales(axes: Axes, log: bool) -> None:
    """Label whole epochs only, and label a logarithmic scale with numbers such as 0.2, not 2 × 10⁻¹."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    if log:
        low, high = axes.get_ylim()
        decades = math.log10(high) - math.log10(low)
        round_numbers = next((subs for widest, subs in ROUND_NUMBERS if decades < widest), (1.0,))
        axes.yaxis.set_major_locator(
            LogLocator(subs=round_numbers) if round_numbers else MaxNLocator(6, steps=[1, 2, 5, 10])
        )
        axes.yaxis.set_major_formatter(lambda number, _: show(number))
        axes.yaxis.set_minor_formatter(NullFormatter())


def _numbers_of(name: str, items: Sequence[Any], log: bool) -> list[float]:
    """Return the valid numbers of one curve."""
    numbers = [_number(item, f"{name} must hold one number an epoch to be drawn") for item in as_list(name, items)]
    if not numbers:
        raise ValueError(f"there is no number of {name} to draw: no epoch was finished")
    if log and min(numbers) <= 0:
        raise ValueError(f"{name} holds {show(min(numbers))}; a logarithmic scale needs numbers above 0")
    return numbers


def _number(item: Any, expected: str) -> float:
    """Return an item, or the number in a Value, as a float."""
    try:
        return item.data if isinstance(item, Value) else Value(item).data  # the engine decides what a number is
    except (TypeError, OverflowError):
        raise TypeError(f"{expected}, got {quoted(item)}") from None


def plot_loss_along(
    loss: Value,
    value: Value,
    low: float | None = None,
    high: float | None = None,
    *,
    visited: Sequence[float] = (),
    axes: Axes | None = None,
    language: str = "en",
) -> Axes:
    """Draw the loss as a function of one number in its graph, while all others stay as they are.

    A dot marks where the number is now, and the line through it is the tangent: its slope is the gradient, orange where
    it is positive (to the right the loss goes up), blue where it is negative. With `visited`, the path of the number
    along the curve takes the place of the tangent, such as that of a weight in gradient descent.

    Args:
        loss: the end of a graph.
        value: a Value in this graph, leaf or not.
        low: where the curve begins; by default half of the number's size, and at least 1, below it, or at the smallest
            of `visited`, if that is less.
        high: where the curve ends; by default as far above it, or at the largest of `visited`, if that is more.
        visited: the numbers that it had, one after the other.
        axes: where to draw; by default a new figure.
        language: "en" or "ja", of the words on it; English also where no Japanese typeface is installed.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: `value` is not in the graph, a leaf was changed after the graph was recorded, `low` is not below
            `high`, the loss has no value anywhere between, the graph is too large to be compiled, or an unknown
            language.
        TypeError: `loss` is no Value.

    >>> w = Value(3.0, label="w")
    >>> axes = plot_loss_along((w * 2 - 5) ** 2, w, low=0, high=5)
    >>> axes.get_xlabel(), axes.get_legend_handles_labels()[1]
    ('w', ['slope 4'])
    """
    graph, said = Snapshot.of(loss), _words(language)
    graph.check_current()
    slopes = gradients(loss)
    if not isinstance(value, Value) or value not in slopes:
        raise ValueError(f"{quoted(value)} is not in the graph of this loss")
    visited = [_drawable(f"visited, number {i}", x) for i, x in enumerate(as_list("visited", visited), start=1)]
    low, high = _range_around([value.data, *visited], low, high)

    loss_at = _as_function(loss, value, graph)
    numbers = [low + (high - low) * i / (CURVE_POINTS - 1) for i in range(CURVE_POINTS)]
    losses = [loss_at(number) for number in numbers]
    if not any(map(math.isfinite, losses)):
        raise ValueError(f"the loss has no value anywhere from {show(low)} to {show(high)}")
    axes = _axes_or_new(axes)
    axes.plot(numbers, losses, color=INK)
    named = "" if loss.label == "loss" else single_line(loss.label or "")
    axes.set(xlabel=single_line(value.label or "") or said["value"], ylabel=named or said["page.loss"])
    if visited:
        axes.plot(visited, [loss_at(number) for number in visited], "o-", color=CURVES[1], linewidth=1, markersize=5)
        axes.plot(visited[-1:], [loss_at(visited[-1])], "o", color=CURVES[1], markersize=9)
    else:
        _add_tangent(axes, (value.data, loss.data), slopes[value], (low, high), said)
    return _with_japanese_letters(axes)


def _as_function(loss: Value, value: Value, graph: Snapshot) -> Callable[[float], float]:
    """Return the loss as a function of one number in its graph; NaN, a gap in the curve, where it has no value."""
    step = compile_graph(loss, [value], []) if value.is_leaf and not isinstance(value, Constant) else None

    def loss_at(number: float) -> float:
        try:
            *_, result = step.predict([[number]]) if step else graph.recompute({graph.ids[value]: number})
        except (ArithmeticError, ValueError):
            return math.nan
        return result if abs(result) < MAX_DRAWN else math.nan

    return loss_at


def _drawable(name: str, number: float) -> float:
    return number_in_range(name, number, low=-MAX_DRAWN, below=MAX_DRAWN)


def _range_around(numbers: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    reach = max(1.0, 0.5 * abs(numbers[0]))
    low = min(numbers[0] - reach, *numbers) if low is None else _number(low, "low must be a number")
    high = max(numbers[0] + reach, *numbers) if high is None else _number(high, "high must be a number")
    if not -MAX_DRAWN < low < high < MAX_DRAWN:
        raise ValueError(f"low must be below high, and both finite; got {show(low)} and {show(high)}")
    return low, high


def _add_tangent(
    axes: Axes, point: tuple[float, float], slope: float, ends: tuple[float, float], said: Mapping[str, str]
) -> None:
    x, y = point
    limits = axes.get_ylim()  # those of the curve; a steep tangent would press it flat
    colour = COLOURS[sign_of(slope)]
    label = said["figure.slope"].format(slope=show(slope))
    axes.plot(ends, [y + slope * (end - x) for end in ends], color=colour, linewidth=1.5, label=label)
    axes.plot([x], [y], "o", color=colour, markersize=8)
    axes.set_ylim(limits)
    axes.legend(frameon=False)


def plot_decision_boundary(
    model: Callable[[list[float]], Any],
    rows: Sequence[Sequence[float]],
    classes: Sequence[float],
    *,
    threshold: float = 0.0,
    names: tuple[str, str] = ("x1", "x2"),
    axes: Axes | None = None,
) -> Axes:
    """Plot which of two classes a model predicts for every pair of inputs, with the rows and their classes.

    The area is orange where the output of the model is above `threshold`, and blue elsewhere; the farther from the
    threshold, the stronger the colour. The line between is the decision boundary. Triangles are rows of the class
    above it, circles rows of the other; a marker in the wrong colour is misclassified.

    Args:
        model: a function of [x1, x2] that returns one number or Value. If it was trained on standardised rows, pass
            `lambda row: model(scale.standardise(row))` to draw in the data's own units.
        rows: rows of two numbers.
        classes: the class of each row, one of two numbers such as 1 and 0, or 1 and −1.
        threshold: 0 for a model trained with `binary_cross_entropy` or `hinge`; 0.5 for one trained to say 0 or 1.
        names: the names of the two inputs.
        axes: where to draw; by default a new figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: no rows, one without exactly two numbers, or not two classes, one for each row.
        TypeError: the model does not return one number.

    >>> axes = plot_decision_boundary(lambda row: row[0] - row[1], [[0, 1], [2, 0], [3, 3]], [0, 1, 0])
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('x1', 'x2')
    """
    if not callable(model):
        raise TypeError(f"model must be called with a row, got {quoted(model)}")
    rows, classes, upper = _two_classes(rows, classes)
    threshold = _drawable("threshold", threshold)
    name_across, name_up = map(single_line, _two_names(names))
    across, up = (_grid([row[i] for row in rows]) for i in (0, 1))
    outputs = [[_number(model([x, y]), ONE_OUTPUT) for x in across] for y in up]
    heights = [[max(min(output - threshold, MAX_DRAWN), -MAX_DRAWN) for output in line] for line in outputs]
    sizes = [abs(height) for line in heights for height in line if abs(height) < MAX_DRAWN]
    if not sizes:
        raise ValueError("the model returns a finite number nowhere")
    reach = max(sizes) if max(sizes) > 1 / MAX_DRAWN else 1.0
    axes = _axes_or_new(axes)
    axes.contourf(across, up, heights, levels=_levels(reach), colors=_shades(), extend="both")
    if min(map(min, heights)) < 0 < max(map(max, heights)):
        axes.contour(across, up, heights, levels=[0.0], colors=[INK], linewidths=1.5)
    for is_upper, marker, colour in ((False, "o", NEGATIVE), (True, "^", POSITIVE)):
        chosen = [row for row, member in zip(rows, upper, strict=True) if member == is_upper]
        label = show(max(classes) if is_upper else min(classes))
        xs, ys = [row[0] for row in chosen], [row[1] for row in chosen]
        axes.plot(xs, ys, marker, color=colour, markeredgecolor="white", markersize=7, linestyle="", label=label)
    axes.set(xlabel=name_across, ylabel=name_up, xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    axes.grid(visible=False)
    axes.legend(frameon=True, framealpha=0.9, edgecolor=RULE)
    return _with_japanese_letters(axes)


def _two_classes(
    rows: Sequence[Sequence[float]], classes: Sequence[float]
) -> tuple[list[list[float]], list[float], list[bool]]:
    """Return rows and classes, checked, and for each row whether it belongs to the larger of the two classes."""
    pairs = [as_list(f"row {i}", row) for i, row in enumerate(as_list("rows", rows), start=1)]
    members = [_drawable(f"class {i}", member) for i, member in enumerate(as_list("classes", classes), start=1)]
    if len(pairs) == 0 or len(pairs) != len(members):
        raise ValueError(f"expected rows, and one class for each; got {len(pairs)} rows and {len(members)} classes")
    for i, pair in enumerate(pairs, start=1):
        if len(pair) != 2:
            raise ValueError(f"row {i} has {len(pair)} numbers; a decision boundary is drawn over exactly 2")
    different = sorted(set(members))
    if len(different) != 2:
        raise ValueError(f"expected two classes, got {len(different)}: {', '.join(map(show, different[:5]))}")
    points = [[_drawable(f"row {i}", number) for number in pair] for i, pair in enumerate(pairs, start=1)]
    return points, members, [member == different[1] for member in members]


def _two_names(names: Sequence[str]) -> tuple[str, str]:
    pair = as_list("names", names)
    if len(pair) != 2 or not all(isinstance(name, str) for name in pair):
        raise TypeError(f"names must be two texts, got {quoted(names)}")
    return pair[0], pair[1]


def _grid(numbers: Sequence[float]) -> list[float]:
    """Spread points evenly from a little below the smallest number to a little above the largest."""
    margin = 0.1 * (max(numbers) - min(numbers)) or 1.0
    low, high = min(numbers) - margin, max(numbers) + margin
    return [low + (high - low) * i / (GRID_POINTS - 1) for i in range(GRID_POINTS)]


def _levels(reach: float) -> list[float]:
    return [reach * share for share in (-1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0)]


def _shades() -> list[str]:
    return ["#B9D9E8", "#B9D9E8", "#D3E7F1", "#EAF4F9", "#FBEFE8", "#F5DCCD", "#EBC2A9", "#EBC2A9"]


def _axes_or_new(axes: Axes | None) -> Axes:
    """Return the given Axes, or new ones, in the plain style of the project's pictures."""
    if axes is None:
        return panels("")[0]
    if not isinstance(axes, _pyplot().Axes):
        raise TypeError(f"axes must be Axes of matplotlib, got {quoted(axes)}")
    return _calm(axes)


def _words(language: str) -> Mapping[str, str]:
    """Return the words of a language, or the English ones where no typeface has its letters."""
    said = words(language)
    return said if language == "en" or _japanese_typefaces() else words("en")


def _with_japanese_letters(axes: Axes) -> Axes:
    """Add a typeface that has them to the texts that need them; matplotlib's own has none."""
    legend = axes.get_legend()
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *(legend.get_texts() if legend else [])]
    for text in texts:
        if any(map(is_japanese, text.get_text())):
            text.set_fontfamily([*text.get_fontfamily(), *_japanese_typefaces()[:1]])
    return axes


@cache
def _japanese_typefaces() -> list[str]:
    """List the typefaces with Japanese letters on this machine."""
    _pyplot()  # or say that it needs matplotlib
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [name for name in JAPANESE_TYPEFACES if name in installed]


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        hint = 'pip install matplotlib (it comes with the extra "notebooks" too)'
        raise ImportError(f"a figure needs matplotlib, which is not installed: {hint}", name="matplotlib") from None
    return pyplot


def _calm(axes: Axes) -> Axes:
    """Style the Axes: no frame at the top and right, thin grey lines, dark text."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(which="both", colors=QUIET)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.grid(visible=True, color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    return axes


answer_missing_names(__name__)
