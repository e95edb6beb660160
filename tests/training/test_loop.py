"""Training: the cycle repeated, divergence, Ctrl-C, and the compiled graph."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from microgrid import Value
from microgrid.losses import binary_cross_entropy, cross_entropy, hinge, mean_squared_error
from microgrid.nn import MLP, Module
from microgrid.optim import SGD, Adam
from microgrid.training import Cycle, History, TrainingDivergedError, train
from tests.graphs import plant
from tests.training.networks import ROWS, TARGETS, bits, line, network_and_rows, numbers


def test_training_finds_the_line() -> None:
    neuron = line(0.0, 0.0)
    history = train(neuron, ROWS, TARGETS, epochs=200)
    assert len(history.losses) == 200
    assert history.losses[0] == 35 / 3  # (1² + 3² + 5²) / 3
    assert history.losses[-1] < 1e-6
    assert numbers(neuron) == pytest.approx([2.0, 1.0], abs=1e-2)


def test_training_is_know_think_change_over_and_over() -> None:
    model, rows, targets = network_and_rows()
    by_hand, _, _ = network_and_rows()
    history = train(model, rows, targets, epochs=3, learning_rate=0.2, compiled=False)
    cycle = Cycle(by_hand, rows, targets, learning_rate=0.2)
    for loss in history.losses:
        assert cycle.know().data == pytest.approx(loss, rel=1e-14)
        cycle.think()
        cycle.change()
    assert bits(model) == bits(by_hand)


@pytest.mark.parametrize("batch_size", [None, 3])
def test_same_seed_gives_the_same_weights_and_losses_bit_for_bit(batch_size: int | None) -> None:
    def run() -> tuple[list[float], list[str]]:
        model, rows, targets = network_and_rows()
        history = train(
            model, rows, targets, optimizer=Adam(model.parameters()), epochs=5, batch_size=batch_size, seed=4
        )
        return history.losses, bits(model)

    assert run() == run()


def seen_batches(batch_size: int | None, seed: int = 0, epochs: int = 4) -> list[list[float]]:
    """Return the targets of every batch, in the order in which the loss met them."""
    batches: list[list[float]] = []

    def loss(predictions: Any, targets: list[float]) -> Value:
        batches.append(targets)
        return mean_squared_error(predictions, targets)

    train(
        line(),
        [[0.0]] * 5,
        [0.0, 1.0, 2.0, 3.0, 4.0],
        loss,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        compiled=False,
    )
    return batches


def epochs_of(batches: list[list[float]]) -> list[tuple[float, ...]]:
    rows = [row for batch in batches for row in batch]
    return [tuple(rows[start : start + 5]) for start in range(0, len(rows), 5)]


def test_every_row_is_used_once_an_epoch() -> None:
    batches = seen_batches(batch_size=2)
    assert [len(batch) for batch in batches] == [2, 2, 1] * 4
    assert [sorted(epoch) for epoch in epochs_of(batches)] == [[0.0, 1.0, 2.0, 3.0, 4.0]] * 4


def test_rows_are_shuffled_anew_for_every_epoch_of_several_batches() -> None:
    assert len(set(epochs_of(seen_batches(batch_size=2)))) == 4


def test_other_seed_shuffles_in_another_order() -> None:
    assert seen_batches(batch_size=2, seed=1) != seen_batches(batch_size=2, seed=2)


@pytest.mark.parametrize("batch_size", [None, 5, 100])
def test_single_batch_holds_all_rows_in_their_order(batch_size: int | None) -> None:
    assert seen_batches(batch_size) == [[0.0, 1.0, 2.0, 3.0, 4.0]] * 4


def test_loss_of_an_epoch_is_the_mean_over_rows_whatever_the_batches() -> None:
    model, rows, targets = network_and_rows()
    still = SGD(model.parameters(), learning_rate=0.0)
    whole, in_batches = (train(model, rows, targets, optimizer=still, epochs=1, batch_size=n) for n in (None, 4))
    assert in_batches.losses == pytest.approx(whole.losses, rel=1e-12)


def test_training_goes_on_for_a_hundred_epochs_where_nothing_is_said() -> None:
    assert len(train(line(), ROWS, TARGETS).losses) == 100


def test_rows_and_targets_may_come_from_generators() -> None:
    history = train(line(), (row for row in ROWS), (target for target in TARGETS), epochs=2)
    assert history.losses == [0.0, 0.0]


def test_what_is_kept_is_asked_for_after_every_update() -> None:
    neuron = line(2.0, 1.0)
    history = train(
        neuron,
        [[3.0]],
        [5.0],
        epochs=2,
        learning_rate=0.0625,
        metrics={"slope": lambda: neuron.weights[0].data, "start": lambda: neuron.bias.data},
    )
    assert history.losses == [4.0, 0.25]
    assert history.metrics == {"slope": [1.25, 1.4375], "start": [0.75, 0.8125]}


def test_anything_that_predicts_and_lists_its_parameters_can_be_trained() -> None:
    class Constantly:
        def __init__(self) -> None:
            self.answer = Value(0.0)

        def __call__(self, row: list[float]) -> Value:
            return self.answer + 0 * sum(row)

        def parameters(self) -> list[Value]:
            return [self.answer]

    model = Constantly()
    train(model, ROWS, TARGETS, epochs=100)
    assert model.answer.data == pytest.approx(3.0)  # the mean of the targets


def test_several_outputs_and_another_loss() -> None:
    model = MLP(1, [3], seed=0)
    history = train(model, ROWS, [0, 1, 2], cross_entropy, epochs=300, learning_rate=0.5)
    assert history.losses[-1] < history.losses[0] / 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be 1 or more, got 0"),
        ({"epochs": 1.5}, TypeError, r"epochs must be a whole number, got 1\.5"),
        ({"batch_size": 0}, ValueError, "batch_size must be 1 or more, got 0"),
        ({"batch_size": "2"}, TypeError, "batch_size must be a whole number, got '2'"),
        ({"learning_rate": -1}, ValueError, "learning_rate must be 0 or more"),
    ],
)
def test_bad_argument_of_train_is_refused(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        train(line(), ROWS, TARGETS, **arguments)


def test_divergence_names_the_epoch_and_advises_a_smaller_learning_rate() -> None:
    neuron = line(0.0, 0.0)
    with pytest.raises(TrainingDivergedError, match="try a learning rate smaller than 10, or smaller inputs") as caught:
        train(neuron, ROWS, TARGETS, epochs=1000, learning_rate=10)
    losses = caught.value.history.losses
    assert str(caught.value).startswith(f"epoch {len(losses) + 1}: ")
    assert losses
    assert all(math.isfinite(number) for number in (*losses, *numbers(neuron)))


def not_finite_slope(predictions: list[Value], targets: list[float]) -> Value:
    """A loss that is finite and whose gradient is not, as may happen near the largest float."""
    loss = mean_squared_error(predictions, targets)
    plant(loss, tuple(math.inf for _ in loss.operands))
    return loss


def test_parameter_without_a_label_is_called_a_parameter() -> None:
    neuron = line(2.0, 0.0)
    neuron.weights[0].label = ""
    with pytest.raises(TrainingDivergedError, match=r"the gradient of a parameter is -?(inf|nan)"):
        train(neuron, ROWS, TARGETS, not_finite_slope)
    with pytest.raises(TrainingDivergedError, match="the update makes a parameter inf"):
        train(neuron, ROWS, TARGETS, learning_rate=1e308)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (
            lambda *_: Value(1e3).exp(),
            r"epoch 1, row 1: exp\(1000.0\): too large for a float; try smaller inputs$",
        ),
        (lambda *_: Value(math.nan), "epoch 1: the loss is nan; try"),
        (not_finite_slope, "epoch 1: the gradient of w1 is -?(inf|nan); try"),
    ],
)
def test_what_is_not_finite_never_reaches_the_weights(loss: Any, message: str) -> None:
    neuron = line(2.0, 0.0)
    with pytest.raises(TrainingDivergedError, match=message) as caught:
        train(neuron, ROWS, TARGETS, loss)
    assert numbers(neuron) == [2.0, 0.0]
    assert caught.value.history == History()


@pytest.mark.parametrize("compiled", [True, False])
def test_division_by_zero_in_the_first_epoch_names_the_row_and_blames_no_learning_rate(compiled: bool) -> None:
    class Share(Module):
        def __init__(self) -> None:
            self.w = Value(1.0, "w")

        def __call__(self, row: list[Value]) -> Value:
            return self.w / row[0]

    with pytest.raises(TrainingDivergedError, match=r"^epoch 1, row 2: .*division by zero$"):
        train(Share(), [[1.0], [0.0]], [1.0, 1.0], compiled=compiled)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", [binary_cross_entropy, hinge])
def test_target_that_the_loss_refuses_is_named_wherever_it_stands(loss: Any, seed: int, compiled: bool) -> None:
    rows, targets = [[0.0], [1.0], [2.0], [3.0]], [1.0, 1.0, 1.0, 5.0]
    with pytest.raises(ValueError, match=r"^epoch 1, row 4: \w+\(\) needs targets .*, got 5\.0$"):
        train(line(), rows, targets, loss, batch_size=1, seed=seed, compiled=compiled)


def test_divergence_under_cross_entropy_is_told_as_such() -> None:
    model = MLP(1, [4, 2], seed=0)
    with pytest.raises(TrainingDivergedError, match="try a learning rate smaller"):
        train(model, [[1e100], [2e100]], [0, 1], cross_entropy, learning_rate=1e10)


def test_update_that_overflows_is_taken_back() -> None:
    neuron = line(2.0, 0.0)
    with pytest.raises(TrainingDivergedError, match="epoch 1: the update makes w1 inf; try"):
        train(neuron, ROWS, TARGETS, epochs=1, learning_rate=1e308)
    assert numbers(neuron) == [2.0, 0.0]


@pytest.fixture
def _ctrl_c_interrupts() -> Iterator[None]:
    """Python leaves SIGINT ignored where it was started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def raise_keyboard_interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("_ctrl_c_interrupts")
@pytest.mark.parametrize("interrupt", [raise_keyboard_interrupt, lambda: signal.raise_signal(signal.SIGINT)])
def test_ctrl_c_keeps_what_was_reached(interrupt: Callable[[], None]) -> None:
    calls = 0

    def loss(predictions: Any, targets: Any) -> Value:
        nonlocal calls
        calls += 1
        if calls == 4:
            interrupt()
        return mean_squared_error(predictions, targets)

    stopped, finished = line(0.0, 0.0), line(0.0, 0.0)
    history = train(stopped, ROWS, TARGETS, loss, epochs=100, compiled=False)
    expected = train(finished, ROWS, TARGETS, epochs=3, compiled=False)
    assert (history.interrupted, expected.interrupted) == (True, False)
    assert history.losses == expected.losses
    assert bits(stopped) == bits(finished)


def test_ctrl_c_within_an_epoch_keeps_the_updates_of_its_finished_batches() -> None:
    calls = 0

    def loss(predictions: Any, targets: Any) -> Value:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return mean_squared_error(predictions, targets)

    neuron = line(2.0, 1.0)
    history = train(
        neuron, [[3.0]] * 2, [5.0] * 2, loss, epochs=100, batch_size=1, learning_rate=0.0625, compiled=False
    )
    assert (history.interrupted, history.losses) == (True, [])
    assert numbers(neuron) == [1.25, 0.75]
