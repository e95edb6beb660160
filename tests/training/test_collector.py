"""The pause of Python's garbage collector."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from microgrid import Value
from microgrid.losses import mean_squared_error
from microgrid.training import train
from microgrid.training.collector import paused_collector
from tests.training.networks import ROWS, TARGETS, line


def test_collector_is_left_as_it_was_and_paused_while_rows_are_recorded() -> None:
    seen: list[bool] = []

    def loss(predictions: Any, targets: Any) -> Value:
        seen.append(gc.isenabled())
        return mean_squared_error(predictions, targets)

    train(line(), ROWS, TARGETS, loss, epochs=2, compiled=False)
    assert (seen, gc.isenabled()) == ([False, False], True)
    gc.disable()
    try:
        train(line(), ROWS, TARGETS, epochs=2)
        assert not gc.isenabled()
    finally:
        gc.enable()
    with pytest.raises(ZeroDivisionError), paused_collector():
        _ = 1 / 0
    assert gc.isenabled()


def test_pauses_that_overlap_leave_the_collector_as_it_was() -> None:
    for turn_on in (gc.enable, gc.disable):
        turn_on()
        was_enabled = gc.isenabled()
        try:
            first, second = paused_collector(), paused_collector()  # as in two threads
            first.__enter__()
            second.__enter__()
            first.__exit__(None, None, None)
            second.__exit__(None, None, None)
            assert gc.isenabled() == was_enabled
            with paused_collector():
                with paused_collector():
                    pass
                assert not gc.isenabled()
            assert gc.isenabled() == was_enabled
        finally:
            gc.enable()


def test_backward_gives_the_collector_nothing_to_do() -> None:
    value, one = Value(0.0), Value(1.0)
    for _ in range(20_000):
        value = value + one
    begun: list[str] = []
    gc.collect()
    gc.callbacks.append(lambda phase, _: begun.append(phase))
    try:
        value.backward()
        assert begun == []
    finally:
        gc.callbacks.pop()
