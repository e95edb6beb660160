"""What a training saw, in one line."""

from __future__ import annotations

import pickle

import pytest

from microgrid.training import History, TrainingDivergedError


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        (History(), "<History of 0 epochs>"),
        (History([0.25]), "<History of 1 epoch: loss 0.25>"),
        (History([0.5] * 2000 + [7.03e-31]), "<History of 2001 epochs: loss 0.5 → 7.03e−31>"),
        (History([2.0, 1.0], {"a": [1, 2], "b": [3, 4]}), "<History of 2 epochs: loss 2 → 1; metrics: a, b>"),
        (History([2.0, 1.0], interrupted=True), "<History of 2 epochs: loss 2 → 1; interrupted>"),
    ],
)
def test_history_is_shown_in_one_short_line(history: History, shown: str) -> None:
    assert repr(history) == shown


def test_error_of_a_training_that_diverged_comes_back_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(TrainingDivergedError("epoch 2: the loss is inf", History([1.0]))))
    assert (str(error), error.history) == ("epoch 2: the loss is inf", History([1.0]))
