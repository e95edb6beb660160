"""Loss functions: one number that measures the error of predictions. For most, 0 is perfect.

Every loss but `cross_entropy` takes predictions and targets of the same shape: one Value and one number, a list of
each, or a list of rows. A target may be a number, which becomes an `Input` labelled "target", or a Value. The loss is
the **mean** over all outputs. `cross_entropy` takes a row of logits and the number of the right class, or a list of
each, and is the mean over the rows. Conventions differ: some books take the sum, or half of it. The gradients then
differ by a factor, and a learning rate that is right for one definition is too large or too small for another.

Every loss raises ValueError if predictions and targets do not match, or if there is nothing to compare, and TypeError
if a prediction is not a Value. All but `cross_entropy` raise TypeError if a target is not a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from microgrid._util.missing_names import answer_missing_names
from microgrid._util.validation import as_int, as_list, quoted
from microgrid.engine import Input, Value, total

__all__ = ["binary_cross_entropy", "cross_entropy", "hinge", "mean_absolute_error", "mean_squared_error"]

Nested: TypeAlias = Any
"""One prediction or target, a list of them, or a list of rows of them."""


def mean_squared_error(predictions: Nested, targets: Nested) -> Value:
    """Return the mean of (prediction − target)² over all outputs (MSE).

    The square keeps +3 and −3 from cancelling, and makes an error twice as large count four times as much.
    For the predictions 2.5, 0, 2, 8 and the targets 3, −0.5, 2, 7 it is 0.375 here, in PyTorch and in scikit-learn; as
    a sum it would be 1.5, as half a sum 0.75, as half a mean 0.1875.

    >>> mean_squared_error([Value(2.5), Value(0.0), Value(2.0), Value(8.0)], [3, -0.5, 2, 7]).data
    0.375
    """
    return _mean([_error(prediction, target) ** 2 for prediction, target in _pairs(predictions, targets)])


def mean_absolute_error(predictions: Nested, targets: Nested) -> Value:
    """Return the mean of |prediction − target| over all outputs (MAE). At an error of 0 its derivative is 0.

    >>> mean_absolute_error([Value(2.5), Value(0.0)], [3, -0.5]).data
    0.5
    """
    return _mean([abs(_error(prediction, target)) for prediction, target in _pairs(predictions, targets)])


def binary_cross_entropy(logits: Nested, targets: Nested) -> Value:
    """Return the mean of −t·log(p) − (1 − t)·log(1 − p), with p = sigmoid(logit) and targets t from 0 to 1.

    It is computed from the logits: with z the logit, −log(p) is softplus(−z) and −log(1 − p) is softplus(z), which
    never overflow.

    Raises:
        ValueError: a target is below 0 or above 1.

    >>> f"{binary_cross_entropy([Value(0.0)], [1]):.6f}"  # p = 1/2, so the loss is log 2
    '0.693147'
    """
    pairs = _pairs(logits, targets)
    for _, target in pairs:
        if not 0.0 <= target.data <= 1.0:
            raise ValueError(f"binary_cross_entropy() needs targets from 0 to 1, got {target.data}")
    return _mean([target * (-logit).softplus() + (1 - target) * logit.softplus() for logit, target in pairs])


def cross_entropy(logits: Sequence[Any], targets: float | Sequence[float]) -> Value:
    """Return the mean of −log(probability of the right class), with probabilities = softmax(logits).

    Args:
        logits: for one row, one Value for each class; or a list of such rows.
        targets: the number of the right class, counted from 0, such as 2 or 2.0; or a list of them, one for each row.

    Raises:
        ValueError: not as many targets as rows, or a target that is not the number of a class.
        OverflowError: a logit is infinite, or not a number.

    >>> f"{cross_entropy([Value(0.0), Value(0.0), Value(0.0), Value(0.0)], 2):.6f}"  # four equal classes: log 4
    '1.386294'
    """
    one = _is_one(targets)
    rows = [logits] if one else as_list("logits", logits)
    classes = [targets] if one else as_list("targets", targets)  # type: ignore[arg-type]
    if len(rows) != len(classes) or not rows:
        raise ValueError(f"cross_entropy() needs one target for each row: {len(rows)} rows, {len(classes)} targets")
    return _mean([_negative_log_probability(row, target) for row, target in zip(rows, classes, strict=True)])


def hinge(scores: Nested, targets: Nested) -> Value:
    """Return the mean of max(0, 1 − t·score), for targets t of −1 or +1.

    Raises:
        ValueError: a target is neither −1 nor +1.

    >>> hinge([Value(0.5), Value(-2.0)], [1, -1]).data
    0.25
    """
    pairs = _pairs(scores, targets)
    for _, target in pairs:
        if target.data not in (-1.0, 1.0):
            raise ValueError(f"hinge() needs targets of -1 or 1, got {target.data}")
    return _mean([(1 - target * score).relu() for score, target in pairs])


def _mean(losses: list[Value]) -> Value:
    mean = losses[0] if len(losses) == 1 else total(losses) / len(losses)
    mean.label = "loss"
    return mean


def _error(prediction: Value, target: Value) -> Value:
    error = prediction - target
    error.label = "error"
    return error


def _negative_log_probability(logits: Sequence[Value], target: float) -> Value:
    """Return log(Σ exp(z)) − z_target; the largest logit is subtracted first, so that no exp overflows."""
    if _is_one(logits):
        raise ValueError("cross_entropy() needs a row of logits for each target, got a single number as a row")
    logits = as_list("a row of logits", logits)
    if not logits:
        raise ValueError("cross_entropy() needs at least one logit in each row, got none")
    right = int(target) if isinstance(target, float) and target.is_integer() else as_int(target)
    if right is None or not 0 <= right < len(logits):
        raise ValueError(f"cross_entropy() needs a class from 0 to {len(logits) - 1}, got {quoted(target)}")
    for logit in logits:
        if not isinstance(logit, Value):
            raise TypeError(f"logits must be Values, got {type(logit).__name__}: {quoted(logit)}")
        if not math.isfinite(logit.data):
            raise OverflowError(f"cross_entropy() needs finite logits, got {logit.data}")
    largest = max(logit.data for logit in logits)
    shifted: list[Value] = [logit - largest for logit in logits]
    return total([logit.exp() for logit in shifted]).log() - shifted[right]


def _pairs(predictions: Nested, targets: Nested) -> list[tuple[Value, Value]]:
    """Pair every prediction with its target, at any nesting, after a check that both have the same shape."""
    if _is_one(predictions) != _is_one(targets):
        raise ValueError(f"targets need the shape of the predictions, {_shape(predictions)}, got {_shape(targets)}")
    if _is_one(predictions):
        if not isinstance(predictions, Value):
            raise TypeError(f"predictions must be Values, got {type(predictions).__name__}: {quoted(predictions)}")
        try:
            return [(predictions, targets if isinstance(targets, Value) else Input(targets, "target"))]
        except TypeError:
            raise TypeError(f"targets must be numbers, got {type(targets).__name__}: {quoted(targets)}") from None
    predictions, targets = as_list("predictions", predictions), as_list("targets", targets)
    if len(predictions) != len(targets):
        raise ValueError(
            f"expected one target for each prediction, got {len(predictions)} predictions and {len(targets)} targets"
        )
    if not predictions:
        raise ValueError("a loss needs at least one prediction, got none")
    return [
        pair for prediction, target in zip(predictions, targets, strict=True) for pair in _pairs(prediction, target)
    ]


def _is_one(item: Nested) -> bool:
    return not isinstance(item, Iterable) or isinstance(item, (str, bytes))


def _shape(item: Nested) -> str:
    return "one number" if _is_one(item) else f"a list of {len(as_list('a row', item))}"


answer_missing_names(__name__)
