"""A relay by layers in words: a sentence for each step, its matrices side by side, and the whole as text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microgrid._util.matrices import Matrix, cut, cut_matrix
from microgrid._util.text import display_width, right_aligned, wrapped
from microgrid.language.numerals import bracketed, powers_of_ten, show, show_apart, show_signed
from microgrid.language.words import words
from microgrid.relay.records import PHASES
from microgrid.relay.sentences import compare

if TYPE_CHECKING:
    from microgrid.relay.layer_relay import Entry, LayerRelay, LayerStep

TEXT_COLUMNS = 100
MAX_ROWS_SHOWN, MAX_COLUMNS_SHOWN = 8, 6  # of a matrix; "…" stands for the others
MIN_COLUMNS_SHOWN = 2  # of a matrix where the screen is narrow: "…" and the last
MAX_TERMS_OF_OUTPUT = 5  # of the sum that a number of y is
GRID_GAP, INDENT = "    ", "      "
NUDGE = 0.01  # by which a sentence moves a weight


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a row, and the number that it shows, if it shows one."""

    text: str
    number: float | None = None


def sentence(relay: LayerRelay, step: LayerStep, language: str) -> str:
    """Say in words what a step does."""
    text = words(language)
    variant, facts = _facts(relay, step, text)
    template = text[f"layers.{step.phase}.{step.kind}{variant}"]
    return powers_of_ten(template.format(layer=step.layer, **facts))


def _facts(relay: LayerRelay, step: LayerStep, text: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return which variant of its sentence a step needs, and what is filled in there."""
    match step.phase, step.kind:
        case "know", "linear":
            return "", {"computation": _largest_output(step)}
        case "know", "loss":
            return "", {"loss": show(step.matrix("loss")[0][0])}
        case "think", "loss":
            return "", {"count": str(sum(map(len, step.matrix("y"))))}
        case "think", "linear":
            return _facts_of_weights(relay, step, text)
        case "think", "activation":
            slopes = [slope for row in step.matrix("slope") for slope in row]
            return ".closed" if 0.0 in slopes else "", {"closed": str(slopes.count(0.0)), "count": str(len(slopes))}
        case "change", _:
            return "" if step.entries else ".none", {"computation": _largest_change(relay)}
    return "", {"names": text["list"].join(entry.name for entry in step.results)}


def _facts_of_weights(relay: LayerRelay, step: LayerStep, text: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    place, gradient = _largest(step.matrix("dW"))
    before = relay.layer_before(step)
    variant = ".none" if gradient == 0.0 else "" if math.isfinite(gradient) else ".not_finite"
    return variant, {
        "weight": f"W{_index(place)}",
        "gradient": show(gradient),
        "verdict": text["layers.large" if gradient > 0.0 else "layers.small"],
        "effect": show_signed(NUDGE * gradient),
        "next": text["layers.next" if before else "layers.next.none"].format(before=before),
    }


def _largest_output(step: LayerStep) -> str:
    """Write how the number of y furthest from 0 comes about, such as y[0][0] = 3 × 1 + 25 = 28."""
    place, y = _largest(step.matrix("y"))
    row, column = place
    weights = [of_input[column] for of_input in step.matrix("W")]
    numbers = zip(step.matrix("x")[row], weights, strict=True)
    terms = [f"{bracketed(show(x))} × {bracketed(show(weight))}" for x, weight in numbers]
    terms = cut([*terms, bracketed(show(step.matrix("b")[0][column]))], "…", MAX_TERMS_OF_OUTPUT)
    return f"y{_index(place)} = {' + '.join(terms)} = {show(y)}"


def _largest(matrix: Matrix) -> tuple[tuple[int, int], float]:
    """Return the row and column of the number furthest from 0, and that number; of NaN, if there is one."""
    places = [((i, j), number) for i, row in enumerate(matrix) for j, number in enumerate(row)]
    return max(places, key=lambda place: _size(place[1]))


def _size(number: float) -> tuple[bool, float]:
    """Return what compares numbers by their distance from 0; NaN is the largest."""
    return math.isnan(number), abs(number)


def _index(place: tuple[int, int]) -> str:
    return f"[{place[0]}][{place[1]}]"


def _largest_change(relay: LayerRelay) -> str:
    """Write the update of the weight that moves furthest; "" where there is none."""
    steps = [step for step in relay.steps_of("think") if step.kind == "linear"]
    if not steps:
        return ""
    step = max(steps, key=lambda step: _size(_largest(step.matrix("dW"))[1]))
    (i, j), gradient = _largest(step.matrix("dW"))
    name, before = f"W{step.layer.partition(':')[0]}", step.matrix("W")[i][j]
    old, new = show_apart(before, relay.steps[-1].matrix(name)[i][j])
    return f"{name}{_index((i, j))}: {old} − {show(relay.learning_rate)} × {bracketed(show(gradient))} = {new}"


# --- matrices as text ------------------------------------------------------------------------------------------------


def bands(entries: Sequence[Entry], width: int) -> Iterator[list[Fragment]]:
    """Yield rows with the matrices side by side, as many as fit, each under its name and shape, cut to the width."""
    band: list[list[list[Fragment]]] = []
    for entry in entries:
        grids = (_grid(entry, most) for most in range(MAX_COLUMNS_SHOWN, MIN_COLUMNS_SHOWN - 1, -1))
        grid = next((grid for grid in grids if _columns(grid[0]) <= width), _grid(entry, MIN_COLUMNS_SHOWN))
        if band and sum(_columns(each[0]) + len(GRID_GAP) for each in [*band, grid]) > width + len(GRID_GAP):
            yield from _joined(band)
            band = []
        band.append(grid)
    yield from _joined(band)


def _joined(band: Sequence[Sequence[list[Fragment]]]) -> Iterator[list[Fragment]]:
    for i in range(max(map(len, band), default=0)):
        row: list[Fragment] = []
        for grid in band:
            blank = [Fragment(" " * _columns(grid[0]))]
            row += [*([Fragment(GRID_GAP)] if row else []), *(grid[i] if i < len(grid) else blank)]
        yield row


def _grid(entry: Entry, most_columns: int) -> list[list[Fragment]]:
    """Write a matrix as rows of equal width; the first has its name and shape."""
    rows = [
        [Fragment("…" if number is None else powers_of_ten(show(number)), number) for number in row]
        for row in cut_matrix(entry.matrix, MAX_ROWS_SHOWN, most_columns)
    ]
    widths = [max(display_width(part.text) for part in column) + 1 for column in zip(*rows, strict=True)]
    lines = [[Fragment(f"{entry.name}  {len(entry.matrix)} × {len(entry.matrix[0])}")]]
    for row in rows:
        pairs = zip(row, widths, strict=True)
        numbers = (Fragment(right_aligned(part.text, width), part.number) for part, width in pairs)
        lines.append([Fragment("["), *numbers, Fragment(" ]")])
    columns = max(map(_columns, lines))
    return [[*line, Fragment(" " * (columns - _columns(line)))] for line in lines]


def _columns(line: Iterable[Fragment]) -> int:
    return sum(display_width(fragment.text) for fragment in line)


# --- the whole -------------------------------------------------------------------------------------------------------


def outcome(relay: LayerRelay, language: str) -> str:
    """Compare the loss after the update with the one that the gradients predicted, if they did."""
    text, result = words(language), relay.outcome
    if math.isnan(result.predicted):
        return powers_of_ten(text["layers.outcome"].format(before=show(result.before), after=show(result.after)))
    is_square = relay.steps_of("know")[-1].kind == "loss"
    return powers_of_ten(compare(result, text["outcome.loss"], text["end.loss"], is_square, text))


def title(step: LayerStep, language: str) -> str:
    """Return the heading of a step: its layer, or that all layers take part."""
    return step.layer or words(language)["layers.all"]


def text(relay: LayerRelay, language: str) -> str:
    """Return all steps as text of at most `TEXT_COLUMNS` columns."""
    said, lines = words(language), []
    for phase in PHASES:
        lines.append(f"{said[f'phase.{phase}']}  {said[f'heading.layers.{phase}']}")
        for number, step in enumerate(relay.steps, start=1):
            if step.phase == phase:
                lines.append(f"{number:>4}  {title(step, language)}")
                lines += [INDENT + entry.line for entry in step.results]
                grids = bands(step.entries, TEXT_COLUMNS - len(INDENT))
                lines += [(INDENT + "".join(fragment.text for fragment in row)).rstrip() for row in grids]
                lines += [INDENT + row for row in wrapped(sentence(relay, step, language), TEXT_COLUMNS - len(INDENT))]
        lines.append("")
    return "\n".join([*lines, *wrapped(outcome(relay, language), TEXT_COLUMNS)])
