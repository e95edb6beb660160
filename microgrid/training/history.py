"""The record of a training: its losses and metrics, and the error of one that diverged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from microgrid._util.text import brief
from microgrid._util.validation import quoted
from microgrid.language.numerals import counted, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes


HELD_OUT = "held out"
"""The name among `History.metrics` of the loss of the rows that are held out, where it was measured."""


class TrainingDivergedError(ArithmeticError):
    """Raised when the loss or a gradient is not finite. `history` holds the finished epochs."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history

    def __reduce__(self) -> tuple[Any, ...]:  # for pickle, such as from another process
        return type(self), (str(self), self.history)


@dataclass(repr=False)
class History:
    """The record of a training, by epoch.

    Attributes:
        losses: for each finished epoch the mean loss of its rows, each computed before the update that it led to.
        metrics: for each name that was asked for, what its function returned after each epoch.
        interrupted: whether Ctrl-C ended the training early.

    >>> History([4.0, 2.0, 0.000012], metrics={"test": [5.0, 3.0, 2.0]})
    <History of 3 epochs: loss 4 → 1.2e−5; metrics: test>
    """

    losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[Any]] = field(default_factory=dict)
    interrupted: bool = False

    def __repr__(self) -> str:
        ends = " → ".join(show(loss) for loss in (*self.losses[:1], *self.losses[1:][-1:]))
        metrics = f"; metrics: {brief(', '.join(self.metrics))}" if self.metrics else ""
        stopped = "; interrupted" if self.interrupted else ""
        return f"<History of {counted(len(self.losses), 'epoch')}{ends and f': loss {ends}'}{metrics}{stopped}>"

    def plot(
        self, *names: str, label: str = "loss", log: bool = False, axes: Axes | None = None, language: str = "en"
    ) -> Axes:
        """Draw the loss of every epoch with matplotlib, and beside it the metrics called `names`.

        Args:
            names: of `metrics`, such as the loss of rows that were held out; each must hold one number an epoch.
            label: the name of the curve of losses, if several trainings share one picture.
            log: whether the vertical axis is logarithmic, so that small losses can be told apart.
            axes: where to draw; by default a new figure.
            language: "en" or "ja", of the words on it.

        Returns:
            the Axes, for more to be added.

        Raises:
            ImportError: matplotlib is not installed.
            ValueError: there is no metric of a name, no epoch was finished, or `log` and a number of 0 or less.
            TypeError: a metric is not a number.

        >>> axes = History([4.0, 2.0, 1.0]).plot()
        >>> axes.get_xlabel(), [float(y) for y in axes.lines[0].get_ydata()]
        ('epoch', [4.0, 2.0, 1.0])
        """
        from microgrid.figures import plot_losses  # imported here, since training alone needs no view

        for name in names:
            if not isinstance(name, str) or name not in self.metrics:
                known = f"there is {brief(', '.join(self.metrics))}" if self.metrics else "there is none"
                raise ValueError(f"there is no metric {quoted(name)}; {known} (see `metrics` of train)")
        curves = {label: self.losses, **{name: self.metrics[name] for name in names}}
        return plot_losses(curves, log, axes, language)
