"""A relay by layers in words: a sentence for each step, its matrices side by side, and the whole as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microgrid._util.matrices import Matrix, cut, cut_matrix
from microgrid._util.text import display_width, right_aligned, wrapped
from microgrid.language.numerals import bracketed, show, show_signed
from microgrid.language.words import typeset, words
from microgrid.relay.records import PHASES
from microgrid.relay.sentences import compare

if TYPE_CHECKING:
    from microgrid.relay.layer_relay import Entry, LayerRelay, LayerStep

TEXT_COLUMNS = 100
MAX_ROWS_SHOWN, MAX_COLUMNS_SHOWN = 8, 6  # of a matrix; "…" stands for the others
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
    text, kind = words(language), f"layers.{step.phase}.{step.kind}"
    names = {"layer": step.layer, "names": text["list"].join(entry.name for entry in step.results)}
    if kind == "layers.know.linear":
        names["computation"] = _largest_output(step)
    elif kind == "layers.know.loss":
        names["loss"] = show(step.matrix("loss")[0][0])
    elif kind == "layers.think.loss":
        names["count"] = str(sum(map(len, step.matrix("y"))))
    elif kind == "layers.think.linear":
        place, gradient = _largest(step.matrix("dW"))
        kind += "" if gradient else ".none"
        names |= {"weight": f"W{_index(place)}", "gradient": show(gradient), "effect": show_signed(NUDGE * gradient)}
        names["verdict"] = text["layers.large" if gradient > 0.0 else "layers.small"]
        before = relay.layer_before(step)
        names["next"] = text["layers.next" if before else "layers.next.none"].format(before=before)
    elif kind == "layers.think.activation":
        slopes = [slope for row in step.matrix("slope") for slope in row]
        names |= {"closed": str(slopes.count(0.0)), "count": str(len(slopes))}
        kind += ".closed" if 0.0 in slopes else ""
    elif kind == "layers.change.update":
        kind += "" if step.entries else ".none"
        names["computation"] = _largest_change(relay)
    return typeset(text[kind].format(**names), language)


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
    """Return the row and column of the number furthest from 0, and that number."""
    places = ((i, j) for i, row in enumerate(matrix) for j in range(len(row)))
    i, j = max(places, key=lambda place: abs(matrix[place[0]][place[1]]))
    return (i, j), matrix[i][j]


def _index(place: tuple[int, int]) -> str:
    return f"[{place[0]}][{place[1]}]"


def _largest_change(relay: LayerRelay) -> str:
    """Write the update of the weight that moves furthest; "" where there is none."""
    steps = [step for step in relay.steps_of("think") if step.kind == "linear"]
    if not steps:
        return ""
    step = max(steps, key=lambda step: abs(_largest(step.matrix("dW"))[1]))
    (i, j), gradient = _largest(step.matrix("dW"))
    name, before = f"W{step.layer.partition(':')[0]}", step.matrix("W")[i][j]
    moved = f"{show(before)} − {show(relay.learning_rate)} × {bracketed(show(gradient))}"
    return f"{name}{_index((i, j))}: {moved} = {show(relay.steps[-1].matrix(name)[i][j])}"


# --- matrices as text ------------------------------------------------------------------------------------------------


def bands(entries: Sequence[Entry], language: str, width: int) -> Iterator[list[Fragment]]:
    """Yield rows with the matrices side by side, as many as fit, each under its name and shape."""
    band: list[list[list[Fragment]]] = []
    for entry in entries:
        grid = _grid(entry, language)
        if band and sum(_columns(each[0]) + len(GRID_GAP) for each in [*band, grid]) > width:
            yield from _joined(band)
            band = []
        band.append(grid)
    yield from _joined(band)


def _joined(band: Sequence[Sequence[list[Fragment]]]) -> Iterator[list[Fragment]]:
    for i in range(max(map(len, band), default=0)):
        row: list[Fragment] = []
        for grid in band:
            blank = [Fragment(" " * _columns(grid[0]))]
            row += [*(grid[i] if i < len(grid) else blank), Fragment(GRID_GAP)]
        yield row


def _grid(entry: Entry, language: str) -> list[list[Fragment]]:
    """Write a matrix as rows of equal width; the first has its name and shape."""
    rows = [
        [Fragment("…" if number is None else typeset(show(number), language), number) for number in row]
        for row in cut_matrix(entry.matrix, MAX_ROWS_SHOWN, MAX_COLUMNS_SHOWN)
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
    """Compare the loss after the update with the one that the gradients predicted."""
    text = words(language)
    return typeset(compare(relay.outcome, text["outcome.loss"], text["end.loss"], True, text), language)


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
                grids = bands(step.entries, language, TEXT_COLUMNS - len(INDENT))
                lines += [(INDENT + "".join(fragment.text for fragment in row)).rstrip() for row in grids]
                lines += [INDENT + row for row in wrapped(sentence(relay, step, language), TEXT_COLUMNS - len(INDENT))]
        lines.append("")
    return "\n".join([*lines, *wrapped(outcome(relay, language), TEXT_COLUMNS)])
