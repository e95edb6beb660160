"""The training loop: Know, Think and Change, repeated over the rows of a data set."""

from __future__ import annotations

import io
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from microgrid._util.text import brief, single_line
from microgrid._util.validation import positive_whole, quoted, seeded
from microgrid.engine import Value
from microgrid.losses import mean_squared_error
from microgrid.optim import Optimizer
from microgrid.training.collector import paused_collector
from microgrid.training.compiled import CompiledThinking
from microgrid.training.cycle import Cycle, Model, numbers_in
from microgrid.training.history import History, TrainingDivergedError

if TYPE_CHECKING:
    from microgrid.engine import Operand
    from microgrid.training.cycle import Loss


def train(
    model: Model,
    rows: Iterable[Sequence[Operand]],
    targets: Iterable[Any],
    loss: Loss = mean_squared_error,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    *,
    learning_rate: float | None = None,
    seed: int = 0,
    metrics: Mapping[str, Callable[[], Any]] | None = None,
    progress: bool | None = None,
    compiled: bool = True,
    backend: str = "python",
) -> History:
    """Train a model: repeat Know, Think, Change. Each epoch uses every row once.

    The graph of the first row is compiled (see `microgrid.compile_graph`): this is many times faster, and the numbers
    are the same to about 1e-12. Other rows may have another graph if the model or the loss contains a Python `if`, if
    it changes between calls (noise, dropout, a counter, a penalty that fades), or if the loss of a batch is not the
    mean over its rows. In that case `train` warns, and records every row. To find out, it records the first row twice
    and every row once in the first epoch, computes the first batch both ways, and later records one row in a few
    hundred. It may miss an `if` whose condition holds for only a few rows, and only after the first epoch; use
    `compiled=False` for such models. If a row cannot be compiled at all, training goes on without compiling, too.
    (`cross_entropy` cannot be compiled: the class decides which nodes its graph has.)

    Args:
        model: as for `Cycle`.
        rows: the rows, each a list of numbers.
        targets: for each row, what the model should predict.
        loss: as for `Cycle`.
        optimizer: as for `Cycle`.
        epochs: how often to go through all rows.
        batch_size: the number of rows for one update; by default all. If an epoch has several batches, the rows are
            shuffled before each epoch.
        learning_rate: of gradient descent, where no optimizer is given; by default 0.1.
        seed: of the shuffling. The same seed gives the same weights, bit for bit.
        metrics: functions to call after each epoch, by name; `History.metrics` holds what they return.
        progress: whether to show a bar with the loss; by default on a terminal and in a notebook only.
        compiled: whether to compile.
        backend: "python" or "native", how the compiled graph runs: see `microgrid.compile_graph`. The numbers are the
            same, bit for bit.

    Returns:
        a `History`. After Ctrl-C it holds the finished epochs, and the weights are those of the last finished update.

    Raises:
        TrainingDivergedError: the loss, a gradient or a weight is not finite, or an operation has no finite result; the
            weights are those before it happened.
        ValueError: no rows, or not as many targets as rows, or a size that is not positive.
        TypeError: as for `Cycle`, or `metrics` is not a mapping of names to functions.
        ImportError: backend="native" has no llvmlite.

    >>> from microgrid.nn import Neuron
    >>> neuron = Neuron(1, activation="linear", seed=0)
    >>> history = train(neuron, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], epochs=200)
    >>> f"slope {neuron.weights[0]:.3f}, start {neuron.bias:.3f}, loss {history.losses[-1]:.4f}"
    'slope 2.000, start 1.000, loss 0.0000'
    """
    metrics = _checked_metrics(metrics)
    epochs = positive_whole("epochs", epochs)
    history = History(metrics={name: [] for name in metrics})
    cycle = Cycle(model, rows, targets, loss, optimizer, learning_rate)
    rows, targets = cycle.rows, cycle.targets
    batch_size = len(rows) if batch_size is None else positive_whole("batch_size", batch_size)
    order = list(range(len(rows)))
    rng = seeded(seed)
    try:
        thinking = CompiledThinking(cycle, backend) if compiled else None
        with _progress_bar(epochs, progress) as bar:
            for epoch in range(1, epochs + 1):
                if thinking and epoch > 1:
                    thinking.begin_epoch(is_last=epoch == epochs, after_metrics=bool(metrics))
                if batch_size < len(rows):
                    rng.shuffle(order)
                losses = 0.0
                for start in range(0, len(rows), batch_size):
                    batch = order[start : start + batch_size]
                    cycle.rows, cycle.targets = [rows[i] for i in batch], [targets[i] for i in batch]
                    try:
                        with paused_collector():
                            losses += _learn(cycle, thinking) * len(batch)
                    except (ArithmeticError, ValueError, TypeError) as error:
                        has_changed = epoch > 1 or start > 0
                        raise _explained(error, cycle, epoch, batch, has_changed, history) from error
                    if thinking and thinking.doubt:
                        warnings.warn(_recorded_because(thinking.doubt, epoch), RuntimeWarning, stacklevel=2)
                        thinking = None
                    cycle._warn_of_unlisted(stacklevel=3)
                measured = {name: function() for name, function in metrics.items()}
                history.losses.append(losses / len(rows))
                for name, item in measured.items():
                    history.metrics[name].append(item)
                bar.set_postfix(loss=f"{history.losses[-1]:.4g}", refresh=False)
                bar.update()
    except KeyboardInterrupt:
        history.interrupted = True
        finished = min(map(len, (history.losses, *history.metrics.values())))
        for record in (history.losses, *history.metrics.values()):  # the interrupt may have come between two of them
            del record[finished:]
    return history


def _learn(cycle: Cycle, thinking: CompiledThinking | None) -> float:
    """Run one cycle and return its loss; raise before the update if a number is not finite."""
    compiled_loss = thinking.know_and_think() if thinking else None
    loss = cycle.know().data if compiled_loss is None else compiled_loss
    if not math.isfinite(loss):
        raise OverflowError(f"the loss is {loss}")
    if compiled_loss is None:
        cycle._think()
    for parameter in cycle.optimizer.parameters:
        if not math.isfinite(parameter.grad):
            raise OverflowError(f"the gradient of {brief(parameter.label or 'a parameter')} is {parameter.grad}")
    cycle.change()
    return loss


def _recorded_because(doubt: str, epoch: int) -> str:
    """Return the warning that training goes on without compiling, and why."""
    how = (
        "as with compiled=False" if epoch == 1 else f"from epoch {epoch} on; with compiled=False it does from the start"
    )
    return f"{doubt}; training goes on without compiling, {how}"


def _explained(
    error: Exception, cycle: Cycle, epoch: int, batch: Sequence[int], has_changed: bool, history: History
) -> Exception:
    """Return the error with its epoch and row and, for a number that is not finite, with advice.

    `batch` holds the indices of the cycle's rows; `has_changed` tells whether the weights were ever updated.
    """
    row, message = _row_of(error, cycle, batch), single_line(str(error))
    if isinstance(error, ArithmeticError):
        advice = f"; try a learning rate smaller than {cycle.optimizer.learning_rate:g}, or smaller inputs"
        if culprit := _given_not_finite(cycle, batch):
            advice = f"; {culprit}, and only finite numbers can be learned from"
        elif row and not has_changed:  # then the learning rate is not the cause
            advice = "; try smaller inputs" if isinstance(error, OverflowError) else ""
            return TrainingDivergedError(f"epoch {epoch}{row}: {message}{advice}", history)
        return TrainingDivergedError(f"epoch {epoch}: {message}{advice}", history)
    if type(error) in (ValueError, TypeError):  # other types may take more arguments than a message
        return type(error)(f"epoch {epoch}{row}: {message}")
    return error


def _given_not_finite(cycle: Cycle, batch: Sequence[int]) -> str:
    """Name the first number among the rows and targets that is infinite or NaN."""
    for i, row, target in zip(batch, cycle.rows, cycle.targets, strict=True):
        for j, number in enumerate(numbers_in([row, target]), start=1):
            data = number.data if isinstance(number, Value) else number
            if isinstance(data, float) and not math.isfinite(data):
                place = f"column {j}" if j <= len(numbers_in(row)) else "its target"
                return f"row {i + 1}, {place} is {data}"
    return ""


def _row_of(error: Exception, cycle: Cycle, batch: Sequence[int]) -> str:
    """Name the row at which the model or the loss fails with this error, if there is one."""
    for i, row, target in zip(batch, cycle.rows, cycle.targets, strict=True):
        try:
            cycle.loss_function([cycle.model(row)], [target])
        except Exception as again:
            return f", row {i + 1}" if type(again) is type(error) else ""
    return ""


def _progress_bar(epochs: int, wanted: bool | None) -> Any:
    from tqdm import tqdm  # imported here, since only training needs it

    console = sys.stderr or io.StringIO()  # programs without a console have no stderr
    if wanted is None:
        wanted = console.isatty() or "ipykernel" in sys.modules
    return tqdm(total=epochs, desc="training", unit="epoch", leave=False, file=console, disable=not wanted)


def _checked_metrics(metrics: Mapping[str, Callable[[], Any]] | None) -> Mapping[str, Callable[[], Any]]:
    if metrics is None:
        return {}
    if not isinstance(metrics, Mapping) or not all(map(callable, metrics.values())):
        raise TypeError(f"metrics must map names to functions, got {quoted(metrics)}")
    return metrics
