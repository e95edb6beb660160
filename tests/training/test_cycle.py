"""The three steps and their order, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from microgrid import Input, Value
from microgrid.optim import SGD, Adam, Optimizer
from microgrid.training import Cycle, train
from tests.training.networks import ROWS, TARGETS, bits, gradients, line, network_and_rows, numbers


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
        ("think", r"think\(\) needs a loss to backpropagate: .*; call know\(\)"),
        ("change", r"change\(\) needs gradients: .*; call know\(\)"),
        ("know change", r"change\(\) needs gradients: .*; call think\(\)"),
        ("know think think", r"think\(\) was called already: .*; call change\(\)"),
        ("know think know change", r"change\(\) needs gradients: .*; call think\(\)"),
        ("know think change change", r"change\(\) needs gradients: .*; call know\(\)"),
        ("know think change think", r"think\(\) needs a loss to backpropagate: .*; call know\(\)"),
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


def test_weight_that_nobody_lists_is_named_at_the_second_cycle() -> None:
    neuron, hidden, frozen = line(), Value(1.0, "hidden"), Input(2.0, "frozen")

    class Partly:
        def __call__(self, row: list[float]) -> Value:
            return neuron(row) * hidden + frozen * Value(3.0, "made anew in each call")

        def parameters(self) -> list[Value]:
            return neuron.parameters()

    cycle = Cycle(Partly(), ROWS, TARGETS, learning_rate=0.01)
    cycle.know()
    cycle.think()
    cycle.change()
    cycle.know()
    with pytest.warns(RuntimeWarning, match=r"^the loss depends on hidden, which parameters\(\) does not list") as told:
        cycle.think()
    assert told[0].filename == __file__
    for _ in range(3):  # which would raise the warning again
        cycle.change()
        cycle.know()
        cycle.think()
    assert hidden.data == 1.0


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
    ("rows", "targets", "message"),
    [([], [], "at least one row to learn from, got none"), (ROWS, TARGETS[:2], "got 3 rows and 2 targets")],
)
@pytest.mark.parametrize("learn", [Cycle, train])
def test_rows_and_targets_that_do_not_fit_are_refused(
    learn: Callable[..., Any], rows: Any, targets: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        learn(line(), rows, targets)


def test_learning_rate_beside_an_optimizer_is_refused() -> None:
    model = line()
    with pytest.raises(ValueError, match="expected an optimizer or a learning rate, got both"):
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
