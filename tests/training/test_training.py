"""Learning: the three steps and their order, and the loop that repeats them."""

from __future__ import annotations

import functools
import gc
import math
import os
import random
import signal
import struct
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tqdm

from microgrid import Input, Value, total
from microgrid.losses import binary_cross_entropy, cross_entropy, hinge, mean_absolute_error, mean_squared_error
from microgrid.nn import MLP, Module, Neuron
from microgrid.optim import SGD, Adam, Optimizer
from microgrid.training import Cycle, History, TrainingDivergedError, train
from microgrid.training.collector import paused_collector
from tests.graphs import plant

ROWS = [[0.0], [1.0], [2.0]]
TARGETS = [1.0, 3.0, 5.0]


def line(slope: float = 2.0, start: float = 1.0) -> Neuron:
    neuron = Neuron(1, "linear")
    neuron.weights[0].data, neuron.bias.data = slope, start
    return neuron


def numbers(module: Module) -> list[float]:
    return [parameter.data for parameter in module.parameters()]


def bits(module: Module) -> list[str]:
    return [number.hex() for number in numbers(module)]


def gradients(module: Module) -> list[float]:
    return [parameter.grad for parameter in module.parameters()]


def network_and_rows() -> tuple[MLP, list[list[float]], list[float]]:
    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(10)]
    return MLP(2, [4, 1], "tanh", seed=0), rows, [x * y for x, y in rows]


# --- one cycle -------------------------------------------------------------------------------------------------------


def test_know_think_change_by_hand() -> None:
    neuron = line(slope=2.0, start=1.0)
    cycle = Cycle(neuron, [[3.0]], [5.0], learning_rate=0.0625)
    assert cycle.know().data == 4.0  # (2 · 3 + 1 − 5)²
    cycle.think()
    assert gradients(neuron) == [12.0, 4.0]  # 2 · 2 · 3 and 2 · 2
    cycle.change()
    assert numbers(neuron) == [1.25, 0.75]
    assert cycle.know().data == 0.25  # (1.25 · 3 + 0.75 − 5)²


def test_learning_rate_is_a_tenth_where_nothing_is_said() -> None:
    optimizer = Cycle(line(), ROWS, TARGETS).optimizer
    assert (type(optimizer), optimizer.learning_rate) == (SGD, 0.1)


def test_think_leaves_every_weight_unchanged_bit_for_bit() -> None:
    model, rows, targets = network_and_rows()
    cycle = Cycle(model, rows, targets)
    before = bits(model)
    cycle.know()
    cycle.think()
    assert all(gradients(model))
    assert bits(model) == before


def test_change_is_weight_minus_learning_rate_times_gradient_exactly() -> None:
    model, rows, targets = network_and_rows()
    cycle = Cycle(model, rows, targets, learning_rate=0.3)
    cycle.know()
    cycle.think()
    expected = [w - 0.3 * gradient for w, gradient in zip(numbers(model), gradients(model), strict=True)]
    cycle.change()
    assert numbers(model) == expected


def test_think_forgets_the_gradients_of_the_cycle_before() -> None:
    neuron = line()
    neuron.weights[0].grad = 7.0
    cycle = Cycle(neuron, [[3.0]], [5.0], optimizer=SGD(neuron.parameters(), learning_rate=0.0))
    for _ in range(2):
        cycle.know()
        cycle.think()
        assert gradients(neuron) == [12.0, 4.0]
        cycle.change()


def test_think_forgets_the_gradients_of_frozen_parameters_too() -> None:
    neuron = line()
    cycle = Cycle(neuron, [[3.0]], [5.0], optimizer=SGD([neuron.bias], learning_rate=0.0))
    for _ in range(2):
        cycle.know()
        cycle.think()
        cycle.change()
    assert gradients(neuron) == [12.0, 4.0]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("think", r"think\(\) needs a loss to hand back: .*; call know\(\)"),
        ("change", r"change\(\) needs gradients: .*; call know\(\)"),
        ("know change", r"change\(\) needs gradients: .*; call think\(\)"),
        ("know think think", r"think\(\) was called already: .*; call change\(\)"),
        ("know think know change", r"change\(\) needs gradients: .*; call think\(\)"),
        ("know think change change", r"change\(\) needs gradients: .*; call know\(\)"),
        ("know think change think", r"think\(\) needs a loss to hand back: .*; call know\(\)"),
    ],
)
def test_step_out_of_turn_says_which_one_is_due(steps: str, message: str) -> None:
    neuron = line(start=0.0)
    cycle = Cycle(neuron, ROWS, TARGETS)
    *allowed, refused = steps.split()
    for step in allowed:
        getattr(cycle, step)()
    before = numbers(neuron), gradients(neuron)
    with pytest.raises(RuntimeError, match=message):
        getattr(cycle, refused)()
    assert (numbers(neuron), gradients(neuron)) == before


def test_know_may_be_repeated() -> None:
    cycle = Cycle(line(start=0.0), ROWS, TARGETS)
    assert [cycle.know().data for _ in range(3)] == [1.0, 1.0, 1.0]


class Broken(Optimizer):
    """Changes the first weight and gives up, the first time."""

    breaks = True

    def __init__(self, parameters: list[Value], error: BaseException) -> None:
        super().__init__(parameters, learning_rate=0.1)
        self.error = error

    def step(self) -> None:
        for parameter in self.parameters:
            parameter.data += 1.0
            if self.breaks:
                self.breaks = False
                raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ArithmeticError()])
def test_change_that_is_interrupted_changes_no_weight_and_may_be_repeated(error: BaseException) -> None:
    neuron = line(2.0, 1.0)
    cycle = Cycle(neuron, ROWS, TARGETS, optimizer=Broken(neuron.parameters(), error))
    cycle.know()
    cycle.think()
    with pytest.raises(type(error)):
        cycle.change()
    assert numbers(neuron) == [2.0, 1.0]
    cycle.change()
    assert numbers(neuron) == [3.0, 2.0]


@pytest.mark.parametrize("make", [lambda parameters: SGD(parameters, 0.1, momentum=0.5), Adam])
def test_change_that_is_interrupted_leaves_no_trace_in_the_optimizer(
    make: Callable[[list[Value]], Optimizer],
) -> None:
    changed = []
    for interrupted in (False, True):
        neuron = line(2.0, 0.0)
        cycle = Cycle(neuron, ROWS, TARGETS, optimizer=make(neuron.parameters()))
        cycle.know()
        cycle.think()
        if interrupted:
            # What no optimizer can compute with stands for whatever stops one midway.
            grad, neuron.bias.grad = neuron.bias.grad, None  # type: ignore[assignment]
            with pytest.raises(TypeError):
                cycle.change()
            neuron.bias.grad = grad
        cycle.change()
        changed.append(numbers(neuron))
    assert changed[0] == changed[1]


@pytest.mark.parametrize(
    ("rows", "targets", "message"), [([], [], "no rows to learn from"), (ROWS, TARGETS[:2], "3 rows but 2 targets")]
)
@pytest.mark.parametrize("learn", [Cycle, train])
def test_rows_and_targets_that_do_not_fit_are_refused(
    learn: Callable[..., Any], rows: Any, targets: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        learn(line(), rows, targets)


# --- training --------------------------------------------------------------------------------------------------------


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


# --- divergence ------------------------------------------------------------------------------------------------------


def test_divergence_names_the_epoch_and_advises_a_smaller_learning_rate() -> None:
    neuron = line(0.0, 0.0)
    with pytest.raises(TrainingDivergedError, match="try a learning rate smaller than 10, or inputs") as caught:
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
            r"epoch 1, row 1: exp\(1000.0\): too large for a float; try inputs of a smaller size$",
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


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


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


# --- the progress bar ------------------------------------------------------------------------------------------------

TRAINING = """
from microgrid.nn import Neuron
from microgrid.training import train
from tests.graphs import plant
train(Neuron(1), [[1.0]], [1.0], epochs=3{})
"""


def on_a_terminal(code: str) -> str:
    """Run Python with its standard error on a pseudo-terminal, and return what appears there."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))  # not on Windows
    try:
        ours, theirs = pty.openpty()
    except OSError:
        pytest.skip("this system gives no pseudo-terminals")
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))  # tqdm hides from a window of 0 by 0
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how Linux says that the other end was closed
            pass
        assert process.stdout is not None
        assert process.stdout.read() == b""
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def test_progress_bar_appears_on_a_terminal() -> None:
    shown = on_a_terminal(TRAINING.format(""))
    assert "training" in shown
    assert "/3" in shown


def test_progress_bar_may_be_switched_off_on_a_terminal() -> None:
    assert on_a_terminal(TRAINING.format(", progress=False")) == ""


def test_progress_bar_is_silent_where_there_is_no_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", TRAINING.format("")], check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_progress_bar_shows_the_loss(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("tqdm.tqdm", functools.partial(tqdm.tqdm, mininterval=0))  # do not wait before redrawing
    train(line(2.0, 1.0), [[3.0]], [5.0], epochs=2, learning_rate=0.0625, progress=True)
    shown = capsys.readouterr().err
    assert "loss=4" in shown
    assert "loss=0.25" in shown
    assert shown.rsplit("\r", 2)[1:] == [" " * len(shown.rsplit("\r", 2)[1]), ""]  # and is wiped out at the end


def test_progress_bar_appears_in_a_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    train(line(), ROWS, TARGETS, epochs=1)
    assert "training" in capsys.readouterr().err


def test_training_needs_no_console(monkeypatch: pytest.MonkeyPatch) -> None:  # as under pythonw
    monkeypatch.setattr(sys, "stderr", None)
    assert train(line(), ROWS, TARGETS, epochs=1).losses == [0.0]


def test_learning_rate_beside_an_optimizer_is_refused() -> None:
    model = line()
    with pytest.raises(ValueError, match="the optimizer has a learning rate of its own; give one or the other"):
        train(model, ROWS, TARGETS, optimizer=SGD(model.parameters(), 0.1), learning_rate=0.2)


def test_gradient_of_an_input_belongs_to_one_cycle_only() -> None:
    x = Input(1.0, "x")
    cycle = Cycle(line(), [[x]], [5.0], learning_rate=0.0)
    cycle.know()
    cycle.think()
    first = x.grad
    cycle.change()
    cycle.know()
    cycle.think()
    assert x.grad == first != 0.0


# --- compiled graphs -------------------------------------------------------------------------------------------------


def both_ways(**options: Any) -> tuple[list[float], list[float], list[float], list[float]]:
    """Train the same network compiled and recorded anew; return losses and weights of both."""
    found: list[list[float]] = []
    for compiled in (True, False):
        model, rows, targets = network_and_rows()
        history = train(model, rows, targets, compiled=compiled, epochs=20, learning_rate=0.1, **options)
        found += [history.losses, [parameter.data for parameter in model.parameters()]]
    return found[0], found[1], found[2], found[3]


@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("loss", [mean_squared_error, mean_absolute_error])
def test_compiled_training_gives_the_same_weights(batch_size: int | None, loss: Any) -> None:
    losses, weights, expected_losses, expected_weights = both_ways(batch_size=batch_size, loss=loss)
    assert losses == pytest.approx(expected_losses, rel=1e-12)
    assert weights == pytest.approx(expected_weights, rel=1e-12, abs=1e-12)


def test_compiled_training_does_not_record_its_rows() -> None:
    neuron, calls = line(), 0

    class Counting:
        def parameters(self) -> list[Value]:
            return neuron.parameters()

        def __call__(self, row: Any) -> Any:
            nonlocal calls
            calls += 1
            return neuron(row)

    train(Counting(), ROWS, TARGETS, epochs=50)
    assert calls == 1 + len(ROWS)  # one to compile, and the first batch to compare


def summed(predictions: Any, targets: Any) -> Value:
    """A loss that is the sum over the rows of a batch, not their mean."""
    return total([(p - t) ** 2 for p, t in zip(predictions, targets, strict=True)])


def test_loss_that_is_no_mean_is_found_out_and_told_once() -> None:
    compiled, recorded = line(0.0, 0.0), line(0.0, 0.0)
    with pytest.warns(RuntimeWarning, match="is the loss not the mean over its rows") as told:
        train(compiled, ROWS, TARGETS, summed, epochs=5, learning_rate=0.01)
    assert len(told) == 1
    assert told[0].filename == __file__
    train(recorded, ROWS, TARGETS, summed, epochs=5, learning_rate=0.01, compiled=False)
    assert bits(compiled) == bits(recorded)


def test_model_that_decides_by_an_if_is_found_out() -> None:
    neuron = line()

    class Deciding:
        def parameters(self) -> list[Value]:
            return neuron.parameters()

        def __call__(self, row: Any) -> Any:
            prediction = neuron(row)
            assert isinstance(prediction, Value)
            return prediction if row[0] > 1.5 else prediction * 0.5

    with pytest.warns(RuntimeWarning, match="does the model decide by an if"):
        train(Deciding(), [[1.0], [2.0]], [3.0, 5.0], epochs=2)


def test_model_that_decides_by_an_if_is_found_out_however_small_its_numbers() -> None:
    class Bent(Module):
        def __init__(self) -> None:
            self.w = Value(1e-7, "w")

        def __call__(self, row: list[Value]) -> Value:
            return self.w * row[0] if row[0] > 0 else self.w * 2.0

    with pytest.warns(RuntimeWarning, match="does the model decide by an if"):
        train(Bent(), [[1.0], [-1.0]], [1e-6, 1e-6], epochs=1)


def test_target_that_is_a_class_is_recorded_anew_without_a_warning() -> None:
    model = MLP(1, [3], activation="linear", seed=0)
    history = train(model, [[0.0], [1.0], [2.0]], [0, 1, 2], cross_entropy, epochs=50, learning_rate=0.5)
    assert history.losses[-1] < history.losses[0]


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
