"""Losses: their values and gradients by hand, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid import Input, Value, check_gradients
from microgrid.datasets import penguin_species
from microgrid.losses import binary_cross_entropy, cross_entropy, hinge, mean_absolute_error, mean_squared_error

PAIRED = [mean_squared_error, mean_absolute_error, binary_cross_entropy, hinge]
LOGITS = st.floats(-30.0, 30.0)


def values(*numbers: float) -> list[Value]:
    return [Value(number) for number in numbers]


def gradients_of(loss: Value, leaves: list[Value]) -> list[float]:
    loss.backward()
    return [leaf.grad for leaf in leaves]


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "predictions", "targets", "expected", "gradients"),
    [
        # (0.5² + 0.5² + 0² + 1²) / 4, and 2 · (prediction − target) / 4
        (mean_squared_error, [2.5, 0.0, 2.0, 8.0], [3, -0.5, 2, 7], 0.375, [-0.25, 0.25, 0.0, 0.5]),
        (mean_squared_error, [28.0], [25], 9.0, [6.0]),
        # (0.5 + 0.5 + 0 + 1) / 4, and the sign of the error / 4
        (mean_absolute_error, [2.5, 0.0, 2.0, 8.0], [3, -0.5, 2, 7], 0.5, [-0.25, 0.25, 0.0, 0.25]),
        (binary_cross_entropy, [0.0, 0.0], [1, 0], math.log(2.0), [-0.25, 0.25]),  # (sigmoid(0) − target) / 2
        (binary_cross_entropy, [0.0], [0.25], math.log(2.0), [0.25]),
        # max(0, 1 − 0.5), max(0, 1 − 2), max(0, 1 + 2), max(0, 1 − 1): −target / 4 where above 0
        (hinge, [0.5, -2.0, -2.0, 1.0], [1, -1, 1, 1], 0.875, [-0.25, 0.0, -0.25, 0.0]),
    ],
)
def test_loss_and_its_gradients_by_hand(
    loss: Callable[[Any, Any], Value],
    predictions: list[float],
    targets: list[float],
    expected: float,
    gradients: list[float],
) -> None:
    leaves = values(*predictions)
    output = loss(leaves, targets)
    assert output.data == expected
    assert gradients_of(output, leaves) == gradients


@pytest.mark.parametrize("loss", PAIRED)
def test_prediction_alone_is_a_list_of_one(loss: Callable[[Any, Any], Value]) -> None:
    assert loss(Value(0.25), 1).data == loss(values(0.25), [1]).data


@pytest.mark.parametrize("loss", PAIRED)
def test_mean_goes_over_rows_and_outputs(loss: Callable[[Any, Any], Value]) -> None:
    rows = loss([values(0.5, -2.0), values(3.0, 0.25)], [[1, 1], [1, 1]])
    assert rows.data == loss(values(0.5, -2.0, 3.0, 0.25), [1, 1, 1, 1]).data


@pytest.mark.parametrize("loss", [*PAIRED, cross_entropy])
def test_loss_is_labelled(loss: Callable[[Any, Any], Value]) -> None:
    assert loss([values(0.5, 0.25)], [0] if loss is cross_entropy else [[1, 1]]).label == "loss"


@pytest.mark.parametrize("loss", PAIRED)
def test_target_may_be_a_value_and_then_has_a_gradient(loss: Callable[[Any, Any], Value]) -> None:
    target = Value(1.0)
    output = loss(Value(0.5), target)
    assert output.data == loss(Value(0.5), 1).data
    output.backward()
    assert target.grad != 0.0


def test_error_pulls_prediction_and_target_in_opposite_directions() -> None:
    prediction, target = Value(28.0), Value(25.0)
    assert gradients_of(mean_squared_error(prediction, target), [prediction, target]) == [6.0, -6.0]


def test_number_as_target_becomes_a_labelled_input() -> None:
    error = mean_squared_error(Value(28.0), 25).operands[0]
    assert error.label == "error"
    assert (type(error.operands[1]), error.operands[1].label) == (Input, "target")


# --- cross-entropy ---------------------------------------------------------------------------------------------------


@given(logits=st.lists(LOGITS, min_size=1, max_size=5), target=st.integers(0, 4))
def test_cross_entropy_is_minus_the_log_of_the_softmax(logits: list[float], target: int) -> None:
    target %= len(logits)
    leaves = values(*logits)
    loss = cross_entropy(leaves, target)
    exponentials = [math.exp(logit) for logit in logits]
    probabilities = [exponential / math.fsum(exponentials) for exponential in exponentials]
    assert loss.data == pytest.approx(-math.log(probabilities[target]), rel=1e-12, abs=1e-12)
    softmax_minus_one_hot = [p - (i == target) for i, p in enumerate(probabilities)]
    assert gradients_of(loss, leaves) == pytest.approx(softmax_minus_one_hot, rel=1e-9, abs=1e-12)


@given(logit=LOGITS, target=st.floats(0.0, 1.0))
def test_binary_cross_entropy_is_the_textbook_formula(logit: float, target: float) -> None:
    # 1 − p as sigmoid(−logit): written 1.0 − p, the textbook itself would lose digits
    p, not_p = 1 / (1 + math.exp(-logit)), 1 / (1 + math.exp(logit))
    prediction = Value(logit)
    loss = binary_cross_entropy(prediction, target)
    assert loss.data == pytest.approx(-target * math.log(p) - (1 - target) * math.log(not_p), rel=1e-9, abs=1e-12)
    assert gradients_of(loss, [prediction]) == pytest.approx([p - target], rel=1e-9, abs=1e-12)


def test_cross_entropy_of_rows_is_their_mean() -> None:
    loss = cross_entropy([values(0.0, 0.0), values(1000.0, 0.0)], [1, 1])
    assert loss.data == (math.log(2.0) + 1000.0) / 2


@pytest.mark.parametrize(
    ("logit", "target", "expected", "gradient"),
    [(1000.0, 1, 0.0, 0.0), (1000.0, 0, 1000.0, 1.0), (-1000.0, 0, 0.0, 0.0), (-1000.0, 1, 1000.0, -1.0)],
)
def test_binary_cross_entropy_of_a_large_logit(logit: float, target: int, expected: float, gradient: float) -> None:
    prediction = Value(logit)
    loss = binary_cross_entropy(prediction, target)
    assert loss.data == expected
    assert gradients_of(loss, [prediction]) == [gradient]


@pytest.mark.parametrize(
    ("logits", "target", "expected", "gradients"),
    [
        ([1000.0, -1000.0], 0, 0.0, [0.0, 0.0]),
        ([1000.0, -1000.0], 1, 2000.0, [1.0, -1.0]),
        ([-1000.0, -1000.0], 1, math.log(2.0), [0.5, -0.5]),
        ([1000.0, 1000.0], 0, math.log(2.0), [-0.5, 0.5]),
    ],
)
def test_cross_entropy_of_large_logits(
    logits: list[float], target: int, expected: float, gradients: list[float]
) -> None:
    leaves = values(*logits)
    loss = cross_entropy(leaves, target)
    assert loss.data == pytest.approx(expected, abs=1e-12)  # log 2 is added to 1000 and taken off again
    assert gradients_of(loss, leaves) == gradients


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (mean_squared_error, [1, -1, 0.5]),
        (mean_absolute_error, [1, -1, 0.5]),
        (binary_cross_entropy, [1, 0, 0.5]),
        (hinge, [1, -1, 1]),
        (cross_entropy, 1),
    ],
)
def test_gradients_agree_with_numerical_derivatives(loss: Callable[[Any, Any], Value], targets: Any) -> None:
    assert check_gradients(loss(values(0.3, -0.7, 2.0), targets)).agrees


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", PAIRED)
@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (values(1.0), [1, 1], "got 1 predictions and 2 targets$"),
        (values(1.0, 1.0), [1], "got 2 predictions and 1 targets$"),
        ([values(1.0, 1.0)], [[1]], "got 2 predictions and 1 targets$"),
        ([values(1.0, 1.0)], [1], "shape of the predictions, a list of 2, got one number$"),
        (values(1.0), [[1, 1]], "shape of the predictions, one number, got a list of 2$"),
        (Value(1.0), [1], "shape of the predictions, one number, got a list of 1$"),
        ([], [], "^a loss needs at least one prediction, got none$"),
        ([[]], [[]], "^a loss needs at least one prediction, got none$"),
    ],
)
def test_shapes_that_differ_are_named(
    loss: Callable[[Any, Any], Value], predictions: Any, targets: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        loss(predictions, targets)


def test_predictions_that_are_plain_numbers_are_refused() -> None:
    with pytest.raises(TypeError, match=r"predictions must be Values, got float: 2\.5"):
        mean_squared_error([2.5], [3.0])


@pytest.mark.parametrize(("target", "came"), [("3", "str: '3'"), (None, "NoneType: None")])
def test_targets_that_are_no_numbers_are_refused(target: Any, came: str) -> None:
    with pytest.raises(TypeError, match=f"^targets must be numbers, got {came}$"):
        mean_squared_error(values(2.5), [target])


@pytest.mark.parametrize("target", [-0.1, 1.5, math.nan])
def test_binary_cross_entropy_needs_targets_from_0_to_1(target: float) -> None:
    with pytest.raises(ValueError, match=f"needs targets from 0 to 1, got {target}"):
        binary_cross_entropy(Value(0.0), target)


def test_hinge_needs_targets_of_minus_one_or_one() -> None:
    with pytest.raises(ValueError, match=r"needs targets of -1 or 1, got 0\.0"):
        hinge(Value(0.0), 0)


def test_class_may_come_from_a_table_as_a_float() -> None:
    assert cross_entropy(values(0.0, 1.0), 1.0).data == cross_entropy(values(0.0, 1.0), 1).data
    assert cross_entropy(values(0.0, 1.0, 2.0), penguin_species().targets[0]).data > 0


@pytest.mark.parametrize("target", [-1, 2, 0.5, math.nan, True, "1"])
def test_cross_entropy_needs_the_number_of_a_class(target: Any) -> None:
    with pytest.raises(ValueError, match=f"needs a class from 0 to 1, got {target!r}"):
        cross_entropy([values(0.0, 0.0)], [target])


@pytest.mark.parametrize(
    ("logits", "targets", "message"),
    [
        ([values(0.0, 0.0)], [0, 1], "1 rows, 2 targets"),
        ([], [], "0 rows, 0 targets"),
        (
            values(0.0, 0.0),
            [0, 1],
            r"^cross_entropy\(\) needs a row of logits for each target, got a single number as a row$",
        ),
        ([[]], [0], r"^cross_entropy\(\) needs at least one logit in each row, got none$"),
    ],
)
def test_cross_entropy_names_what_does_not_fit(logits: Any, targets: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cross_entropy(logits, targets)


@pytest.mark.parametrize("logit", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("target", [0, 1])
def test_cross_entropy_needs_finite_logits(logit: float, target: int) -> None:
    with pytest.raises(OverflowError, match=f"needs finite logits, got {logit}"):
        cross_entropy(values(0.0, logit), target)


def test_cross_entropy_keeps_its_digits_far_from_0() -> None:
    assert cross_entropy(values(1000.0, 980.0), 0).data == pytest.approx(math.log1p(math.exp(-20.0)), rel=1e-7)


def test_binary_cross_entropy_keeps_its_digits_where_it_is_small() -> None:
    assert binary_cross_entropy(Value(36.0), 1).data == pytest.approx(math.exp(-36.0), rel=1e-12)


@pytest.mark.parametrize(
    ("logits", "targets", "message"),
    [
        (3.0, [0], r"^logits must be a list, got 3\.0$"),
        ([[Value(1.0)]], {0}, r"^targets must be a list, got \{0\}$"),
        ([{1}], [0], r"^a row of logits must be a list, got \{1\}$"),
        ([[3.0]], [0], r"^logits must be Values, got float: 3\.0$"),
    ],
)
def test_cross_entropy_names_what_is_of_the_wrong_kind(logits: Any, targets: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        cross_entropy(logits, targets)


@pytest.mark.parametrize("loss", PAIRED)
def test_predictions_without_an_order_are_refused(loss: Callable[[Any, Any], Value]) -> None:
    with pytest.raises(TypeError, match=r"^predictions must be a list, got "):
        loss({Value(1.0)}, [1.0])
    with pytest.raises(TypeError, match=r"^targets must be a list, got "):
        loss([Value(1.0)], {1.0})
