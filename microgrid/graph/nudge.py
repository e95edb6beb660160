"""Compare the change that a gradient predicts with the one that happens."""

from __future__ import annotations

import math
from dataclasses import dataclass

from microgrid._util.text import single_line
from microgrid._util.validation import number_in_range
from microgrid.engine import Value, gradients
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import show, show_signed
from microgrid.language.words import words


@dataclass(frozen=True)
class Nudge:
    """The predicted and the actual change of an output after a small move; `print` it to read it in words.

    `name` and `output_name` are labels, and empty where there is none.
    """

    name: str
    moved_from: float
    moved_to: float
    output_name: str
    before: float
    after: float
    gradient: float

    @property
    def predicted(self) -> float:
        """The change that the gradient predicts: gradient × move."""
        return self.gradient * (self.moved_to - self.moved_from)

    @property
    def actual(self) -> float:
        """The change that happens."""
        return self.after - self.before

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str = "en") -> str:
        """Return the predicted and the actual change in words, in "en" or "ja".

        Raises:
            ValueError: `language` is neither.
        """
        said = words(language)

        def named(label: str, unnamed: str) -> str:
            return said["end.named"].format(name=label) if label else said[unnamed]

        return said["nudge"].format(
            name=named(self.name, "nudge.value"),
            output=said["end.loss"] if self.output_name == "loss" else named(self.output_name, "end.output"),
            move=show_signed(self.moved_to - self.moved_from),
            moved_from=show(self.moved_from),
            moved_to=show(self.moved_to, 6),
            gradient=show(self.gradient),
            predicted=show_signed(self.predicted),
            actual=show_signed(self.actual),
            before=show(self.before),
            after=show(self.after),
        )


def nudge(output: Value, value: Value, amount: float = 0.01) -> Nudge:
    """Compare the change that a gradient predicts with the actual one, for a move of `value` by `amount`.

    Raises:
        TypeError: `output` or `value` is not a Value, or `amount` not a number.
        ValueError: `value` is not in the graph behind `output`, a leaf was changed after the graph was recorded, or an
            operation has no value after the move (where that is a division by 0, ZeroDivisionError).

    >>> w = Value(3.0, label="w")
    >>> print(nudge(w**2, w))
    If w moves by +0.01 (3 → 3.01), its gradient 6 predicts that the output changes by +0.06.
    It changes by +0.0601 (9 → 9.06).
    """
    graph = Snapshot.computable(output)
    name = graph.id_of(value)
    moved = value.data + number_in_range("amount", amount, low=-math.inf)
    number_in_range("a new number", moved, low=-math.inf)
    *_, after = graph.recompute({name: moved})
    return Nudge(
        name=single_line(value.label or ""),
        moved_from=value.data,
        moved_to=moved,
        output_name=single_line(output.label or ""),
        before=output.data,
        after=after,
        gradient=gradients(output)[value],
    )
