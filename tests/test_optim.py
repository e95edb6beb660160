"""Optimizers: one step by hand, and the same sequences as PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import pytest

from microgrid import Constant, Input, Value
from microgrid.nn import Neuron
from microgrid.optim import SGD, Adam, Optimizer

# Made by PyTorch 2.13.0 on a CPU, in float64:
#
#   torch.set_default_dtype(torch.float64)
#   w, b = torch.tensor(1.0, requires_grad=True), torch.tensor(-0.5, requires_grad=True)
#   optimizer = torch.optim.SGD([w, b], lr=0.05)  # and the others, with the settings below by PyTorch's names
#   for _ in range(4):
#       optimizer.zero_grad()
#       ((2 * w + b - 3) ** 2 + w**2 * b**2).backward()
#       optimizer.step()
#       print((w.item(), b.item()))
PYTORCH: list[tuple[type[Optimizer], dict[str, Any], list[tuple[float, float]]]] = [
    (
        SGD,
        {"learning_rate": 0.05},
        [
            (1.275, -0.3),
            (1.413525, -0.17623125),
            (1.478971201307454, -0.10610118853509493),
            (1.5069380122508647, -0.06807720477847203),
        ],
    ),
    (
        SGD,
        {"learning_rate": 0.05, "momentum": 0.9},
        [
            (1.275, -0.3),
            (1.661025, 0.003768749999999993),
            (1.9432813907670343, 0.24353895034842074),
            (1.9597659570064465, 0.25435330706175874),
        ],
    ),
    (
        SGD,
        {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
        [
            (1.5225, -0.12),
            (1.76958444, 0.10910054250000005),
            (1.7300892004502668, 0.09542365659032272),
            (1.5990057009291745, 0.012373617935829249),
        ],
    ),
    (
        SGD,
        {"learning_rate": 0.05, "weight_decay": 0.1},
        [
            (1.27, -0.2975),
            (1.40390970625, -0.172278725),
            (1.465615221954328, -0.10101591010493063),
            (1.4907486939333385, -0.06183378381360002),
        ],
    ),
    (
        SGD,
        {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        [
            (1.5130000000000001, -0.11525),
            (1.747423161758125, 0.11695445317750001),
            (1.6973300261837239, 0.1084371085637281),
            (1.5612912939550048, 0.032526028364822955),
        ],
    ),
    (
        Adam,
        {},
        [
            (1.0009999999981818, -0.4990000000025),
            (1.0019999497306336, -0.498000039434394),
            (1.0029998156845739, -0.49700014461591613),
            (1.0039995644398925, -0.4960003418195165),
        ],
    ),
    (
        Adam,
        {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.01},
        [
            (1.0998185117967332, -0.4002493765586035),
            (1.1981673492020295, -0.30161216900952376),
            (1.2934870794106037, -0.20542370357370637),
            (1.3835238676413455, -0.11382142660071426),
        ],
    ),
    (
        Adam,
        {"learning_rate": 0.1, "weight_decay": 0.1},
        [
            (1.0999999998148149, -0.40000000024691357),
            (1.1988453041673575, -0.30081561437801885),
            (1.2952364490746393, -0.20348031540990336),
            (1.3872385111848022, -0.1096914669952114),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "settings", "expected"), PYTORCH)
def test_sequence_is_that_of_pytorch(
    kind: type[Optimizer], settings: dict[str, Any], expected: list[tuple[float, float]]
) -> None:
    w, b = Value(1.0), Value(-0.5)
    optimizer = kind([w, b], **settings)
    for after_step in expected:
        optimizer.zero_grad()
        ((2 * w + b - 3) ** 2 + w**2 * b**2).backward()
        optimizer.step()
        assert (w.data, b.data) == pytest.approx(after_step, rel=1e-12, abs=0.0)


def with_gradient(data: float, grad: float) -> Value:
    value = Value(data)
    value.grad = grad
    return value


def test_plain_step_is_learning_rate_times_gradient_downhill() -> None:
    w, b = with_gradient(3.0, 4.0), with_gradient(1.0, -2.0)
    SGD([w, b], learning_rate=0.25).step()
    assert (w.data, b.data) == (2.0, 1.5)


def test_momentum_keeps_part_of_the_last_velocity() -> None:
    w = with_gradient(8.0, 4.0)
    optimizer = SGD([w], learning_rate=0.5, momentum=0.5)
    optimizer.step()
    assert w.data == 6.0  # velocity 4
    optimizer.step()
    assert w.data == 3.0  # velocity 0.5 · 4 + 4


def test_weight_decay_pulls_towards_zero_without_a_gradient() -> None:
    w = Value(8.0)
    SGD([w], learning_rate=0.5, weight_decay=0.25).step()
    assert w.data == 7.0


@pytest.mark.parametrize("gradient", [1e-3, 1.0, -1e6])
def test_first_step_of_adam_is_as_long_as_the_learning_rate_whatever_the_gradient(gradient: float) -> None:
    w = with_gradient(0.0, gradient)
    Adam([w], learning_rate=0.1).step()
    assert w.data == pytest.approx(math.copysign(0.1, -gradient), rel=1e-4)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_step_changes_data_and_never_a_gradient(kind: Any) -> None:
    w, b = with_gradient(3.0, 4.0), Value(5.0)
    kind([w, b], learning_rate=0.5).step()
    assert w.grad == 4.0
    assert w.data < 3.0
    assert (b.data, b.grad) == (5.0, 0.0)  # nobody found it responsible


def test_learning_rate_may_be_changed_between_steps() -> None:
    w = with_gradient(3.0, 4.0)
    optimizer = SGD([w], learning_rate=0.25)
    optimizer.learning_rate = 0.5
    optimizer.step()
    assert w.data == 1.0


def test_zero_grad_clears_the_parameters_of_the_optimizer_only() -> None:
    mine, other = with_gradient(1.0, 4.0), with_gradient(1.0, 4.0)
    SGD([mine], learning_rate=0.1).zero_grad()
    assert (mine.grad, other.grad) == (0.0, 4.0)


def test_parameters_may_come_from_a_generator() -> None:
    w = with_gradient(3.0, 4.0)
    optimizer = SGD((value for value in [w]), learning_rate=0.25)
    optimizer.step()
    optimizer.step()
    assert w.data == 1.0


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_parameter_that_is_listed_later_is_not_passed_over_without_a_word(kind: Any) -> None:
    optimizer = kind([with_gradient(3.0, 4.0)], learning_rate=0.25)
    optimizer.parameters.append(with_gradient(3.0, 4.0))
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter"):
        optimizer.step()


W = Value(1.0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: SGD(W, 0.1),  # type: ignore[arg-type]
            TypeError,
            r"^an optimizer needs a list such as model.parameters\(\), got Value\(data=1.0, grad=0.0\)$",
        ),
        (lambda: SGD([], 0.1), ValueError, "^an optimizer needs at least one parameter, got none$"),
        (lambda: Adam([1.0], 0.1), TypeError, "needs Values as parameters, got float"),  # type: ignore[list-item]
        (lambda: SGD([Neuron(1)], 0.1), TypeError, "needs Values as parameters, got Neuron"),  # type: ignore[list-item]
        (lambda: SGD([W * 2], 0.1), ValueError, r"changes leaves only, got Value\(data=2.0.*\), which was computed"),
        (
            lambda: SGD([W, Value(2.0), W], 0.1),
            ValueError,
            "^an optimizer needs each parameter once, got one of them twice$",
        ),
        (lambda: SGD([W], -0.1), ValueError, "learning_rate must be 0 or more, and finite, got -0.1"),
        (lambda: SGD([W], math.nan), ValueError, "learning_rate must be 0 or more, and finite, got nan"),
        (lambda: Adam([W], math.inf), ValueError, "learning_rate must be 0 or more, and finite, got inf"),
        (lambda: SGD([W], "0.1"), TypeError, "learning_rate must be a number, got '0.1'"),  # type: ignore[arg-type]
        (lambda: SGD([W], 0.1, momentum=1.0), ValueError, "momentum must be 0 or more, and below 1, got 1.0"),
        (lambda: SGD([W], 0.1, nesterov=True), ValueError, "^nesterov needs a momentum above 0, got 0$"),
        (lambda: SGD([W], 0.1, weight_decay=-1), ValueError, "weight_decay must be 0 or more, and finite, got -1"),
        (lambda: Adam([W], weight_decay=-1), ValueError, "weight_decay must be 0 or more, and finite, got -1"),
        (lambda: Adam([W], beta1=1), ValueError, "beta1 must be 0 or more, and below 1, got 1"),
        (lambda: Adam([W], beta2=-0.5), ValueError, "beta2 must be 0 or more, and below 1, got -0.5"),
        (lambda: Adam([W], epsilon=None), TypeError, "epsilon must be a number, got None"),  # type: ignore[arg-type]
    ],
)
def test_bad_argument_is_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_optimizer_of_ones_own_only_says_how_it_steps() -> None:
    class BySign(Optimizer):
        def step(self) -> None:
            for parameter in self.parameters:
                parameter.data -= math.copysign(self.learning_rate, parameter.grad)

    w = with_gradient(3.0, 4.0)
    optimizer = BySign([w], learning_rate=0.25)
    optimizer.step()
    assert (w.data, optimizer.weight_decay) == (2.75, 0.0)


@pytest.mark.parametrize("given", [Input(1.0), Constant(1.0)])
def test_what_is_given_is_not_changed(given: Value) -> None:
    name = type(given).__name__
    with pytest.raises(ValueError, match=rf"^an optimizer changes parameters only, got {name}\(data=1.0.*\)$"):
        SGD([given], 0.1)
