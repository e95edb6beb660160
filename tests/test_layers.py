"""Layers on lists of numbers: the same digits as the engine and NumPy, the article's example, shapes and errors."""

from __future__ import annotations

import copy
import pickle
import random
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from microgrid import Input, Value
from microgrid.layers import LeakyReLU, Linear, MeanSquaredError, Network, ReLU, Sigmoid, Softplus, Tanh
from microgrid.losses import mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP, Dense
from microgrid.optim import SGD

Matrix = list[list[float]]
ALL_LAYERS = [Linear(1, 1, seed=0), ReLU(), LeakyReLU(), Softplus(), Tanh(), Sigmoid()]


def as_hex(matrix: Matrix | None) -> list[list[str]]:
    """Tell floats apart to the last bit, and -0.0 from 0.0."""
    assert matrix is not None
    return [[number.hex() for number in row] for row in matrix]


def random_matrix(rng: random.Random, n_rows: int, n_columns: int) -> Matrix:
    return [[rng.gauss(0.0, 1.0) for _ in range(n_columns)] for _ in range(n_rows)]


def relay_of_engine(mlp: MLP, x: Matrix, t: Matrix) -> tuple[float, Matrix, list[tuple[Matrix, list[float]]]]:
    """Return the loss, dx, and (dW, db) of each layer, all from `Value.backward()`."""
    inputs = [[Input(number) for number in row] for row in x]
    outputs = [mlp(row) for row in inputs]
    loss = mean_squared_error([y if isinstance(y, list) else [y] for y in outputs], t)
    mlp.zero_grad()
    loss.backward()
    dx = [[number.grad for number in row] for row in inputs]
    gradients = []
    for layer in mlp.layers:
        by_neuron = [[weight.grad for weight in neuron.weights] for neuron in layer.neurons]
        gradients.append(([list(row) for row in zip(*by_neuron, strict=True)], [n.bias.grad for n in layer.neurons]))
    return loss.data, dx, gradients


def random_problem(seed: int) -> tuple[MLP, Matrix, Matrix]:
    rng = random.Random(seed)
    sizes = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
    mlp = MLP(rng.randint(1, 4), sizes, rng.choice(list(ACTIVATIONS)), seed=seed)
    for parameter in mlp.parameters():
        parameter.data += rng.gauss(0.0, 0.5)
    n_rows = rng.choice([1, 1, 2, 3, 5, 8])
    return mlp, random_matrix(rng, n_rows, mlp.n_inputs), random_matrix(rng, n_rows, sizes[-1])


# --- the same digits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [0, 1, 2, *(pytest.param(i, marks=pytest.mark.slow) for i in range(3, 10))])
def test_loss_and_gradients_equal_the_engines_bit_for_bit(block: int) -> None:
    for seed in range(100 * block, 100 * block + 100):
        mlp, x, t = random_problem(seed)
        network = Network.of(mlp)
        loss = network.loss(network.forward(x), t)
        dx = network.backward()
        engine_loss, engine_dx, engine_gradients = relay_of_engine(mlp, x, t)
        assert loss.hex() == engine_loss.hex()
        assert as_hex(dx) == as_hex(engine_dx)
        linears = [layer for layer in network.layers if isinstance(layer, Linear)]
        for linear, (to_weights, to_biases) in zip(linears, engine_gradients, strict=True):
            assert as_hex(linear.dW) == as_hex(to_weights)
            assert as_hex([linear.db or []]) == as_hex([to_biases])


def test_update_moves_every_parameter_as_sgd_does() -> None:
    mlp, x, t = random_problem(7)
    network = Network.of(mlp)
    for _ in range(5):
        network.loss(network.forward(x), t)
        network.backward()
        network.update(0.05)
        relay_of_engine(mlp, x, t)
        SGD(mlp.parameters(), 0.05).step()
    updated = network.to_mlp()
    assert [p.data.hex() for p in updated.parameters()] == [p.data.hex() for p in mlp.parameters()]


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "linear"])
def test_gradients_equal_the_numpy_lines(activation: str) -> None:
    network = Network.of(MLP(3, [4, 2], activation, seed=1))
    first, gate, last = network.layers
    rng = random.Random(2)
    rows, targets = random_matrix(rng, 5, 3), random_matrix(rng, 5, 2)
    network.loss(network.forward(rows), targets)
    rows_dx = network.backward()

    x, t = np.array(rows), np.array(targets)
    n = x @ first.W + first.b
    slopes = np.array([[ACTIVATIONS[activation](Value(number)).local_derivatives[0] for number in row] for row in n])
    h = np.array([[ACTIVATIONS[activation](Value(number)).data for number in row] for row in n])
    y = h @ last.W + last.b
    dout = 2 * (y - t) / y.size
    np.testing.assert_allclose(last.dW, h.T @ dout, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(last.db, dout.sum(axis=0), rtol=1e-12, atol=1e-12)
    dout = dout @ np.array(last.W).T * slopes
    np.testing.assert_allclose(first.dW, x.T @ dout, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(first.db, dout.sum(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(rows_dx, dout @ np.array(first.W).T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gate.slopes, slopes)


def test_satisfaction_meter_by_hand() -> None:
    layer, mse = Linear(1, 1), MeanSquaredError()
    layer.W, layer.b = [[1.0]], [2.0]
    y = layer.forward([[26.0], [20.0]])
    assert y == [[28.0], [22.0]]  # +3 and −3 from 25: they cancel, their squares do not
    assert mse.forward(y, [[25.0], [25.0]]) == 9.0
    dout = mse.backward()
    assert dout == [[3.0], [-3.0]]
    assert layer.backward(dout) == [[3.0], [-3.0]]
    assert layer.dW == [[18.0]]  # 26 · 3 − 20 · 3
    assert layer.db == [0.0]
    layer.update(0.125)
    assert (layer.W, layer.b) == ([[-1.25]], [2.0])  # 1 − 0.125 · 18


def test_a_gate_that_is_closed_hands_on_zero_without_a_sign() -> None:
    relu = ReLU()
    relu.forward([[-1.0, 2.0]])
    assert str(relu.backward([[-5.0, -5.0]])) == "[[0.0, -5.0]]"


def test_gradients_replace_those_of_the_call_before() -> None:
    layer = Linear(1, 1)
    layer.forward([[2.0]])
    layer.backward([[1.0]])
    layer.backward([[10.0]])
    assert layer.dW == [[20.0]]


def test_same_seed_same_weights_as_dense() -> None:
    dense = Dense(3, 2, "linear", seed=5)
    layer = Linear(3, 2, seed=5)
    assert layer.W[2] == [neuron.weights[2].data for neuron in dense.neurons]
    assert layer.b == [0.0, 0.0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_mlp_and_its_layers_can_be_turned_into_one_another(activation: str) -> None:
    mlp = MLP(2, [3, 3, 1], activation, seed=0)
    back = Network.of(mlp).to_mlp()
    assert repr(back) == repr(mlp)
    assert [p.data for p in back.parameters()] == [p.data for p in mlp.parameters()]


def test_a_copy_of_an_mlp_leaves_it_alone() -> None:
    mlp = MLP(1, [1], seed=0)
    before = [parameter.data for parameter in mlp.parameters()]
    network = Network.of(mlp)
    network.loss(network.forward([[1.0]]), [[5.0]])
    network.backward()
    network.update(0.1)
    assert [parameter.data for parameter in mlp.parameters()] == before


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_shows_what_its_layer_on_lists_keeps_and_hands_on(activation: str) -> None:
    mlp = MLP(2, [3, 1], activation, seed=3)
    network = Network.of(mlp)
    network.loss(network.forward([[0.5, -2.0]]), [[1.0]])
    dx = network.backward()
    mean_squared_error(mlp([0.5, -2.0]), 1.0).backward()
    for dense, linear in zip(mlp.layers, [network.layers[0], network.layers[-1]], strict=True):
        assert (dense.W, dense.b) == (linear.W, linear.b)
        assert (dense.dW, dense.db) == (linear.dW, linear.db)
    assert [mlp.layers[0].dx] == dx


def test_dense_that_was_not_called_has_no_dx() -> None:
    with pytest.raises(RuntimeError, match=r"^Dense\(2, 1, activation='relu'\) has no dx: call it, then backward"):
        _ = Dense(2, 1).dx


@dataclass
class DenseOfData(Dense):
    """A layer that cannot be hashed, as `==` of a dataclass compares its fields."""

    n_inputs_given: int = 1

    def __post_init__(self) -> None:
        super().__init__(self.n_inputs_given, 1, "linear")
        self.set_parameters([3.0, 0.0])


def test_a_copy_of_a_dense_of_any_kind_has_no_dx_until_it_is_called() -> None:
    dense = DenseOfData()
    dense([2.0]).backward()  # type: ignore[union-attr]
    assert dense.dx == [3.0]
    assert len(dense.parameters()) == 2
    for copied in (copy.deepcopy(dense), pickle.loads(pickle.dumps(dense))):
        with pytest.raises(RuntimeError, match="has no dx"):
            _ = copied.dx


# --- what is refused -------------------------------------------------------------------------------------------------


SHAPES = [
    ([[1.0, 2.0, 3.0]], "x of Linear(2, 1).forward(x) must have 2 columns, got the shape 1 × 3"),
    (
        [[1.0, 2.0], [3.0]],
        "x of Linear(2, 1).forward(x) must have rows of equal length, got rows of 1 and of 2 numbers",
    ),
    ([1, 2], "x of Linear(2, 1).forward(x) must be a list of rows, such as [[0.0, 0.0], [0.0, 0.0]], got [1, 2]"),
    ([], "x of Linear(2, 1).forward(x) must have at least one number, got []"),
    ([[]], "x of Linear(2, 1).forward(x) must have at least one number, got [[]]"),
    (3.0, "x of Linear(2, 1).forward(x) must be a list, got 3.0"),
    (["ab"], "x of Linear(2, 1).forward(x) must be a list of rows, such as [[0.0, 0.0], [0.0, 0.0]], got ['ab']"),
    ([{1.0}], "x of Linear(2, 1).forward(x) must be a list of rows, such as [[0.0, 0.0], [0.0, 0.0]], got [{1.0}]"),
    ([[1.0, "2"]], "each number of x of Linear(2, 1).forward(x) must be a number, got '2'"),
    ([[1.0, True]], "each number of x of Linear(2, 1).forward(x) must be a number, got True"),
]


@pytest.mark.parametrize(("x", "message"), SHAPES)
def test_forward_names_the_shape_that_came(x: Matrix, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}$"):
        Linear(2, 1).forward(x)


@pytest.mark.parametrize("layer", [Linear(2, 2, seed=0), ReLU(), Tanh()])
def test_backward_needs_a_dout_in_the_shape_of_the_output(layer: Linear | ReLU | Tanh) -> None:
    layer.forward([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match=r"must have the shape 2 × 2, got the shape 1 × 2$"):
        layer.backward([[1.0, 2.0]])


def test_targets_need_the_shape_of_the_predictions() -> None:
    with pytest.raises(ValueError, match=r"^t must have the shape 2 × 1, got the shape 1 × 2$"):
        MeanSquaredError().forward([[1.0], [2.0]], [[1.0, 2.0]])


SET_BY_HAND = [
    ("W", [[1.0], [-1.0]], "Linear(1, 2).W must have the shape 1 × 2, got the shape 2 × 1"),
    ("W", [1.0, -1.0], "Linear(1, 2).W must be a list of rows, such as [[0.0, 0.0]], got [1.0, -1.0]"),
    ("b", 25.0, "Linear(1, 2).b must be a list, got 25.0"),
    ("b", [25.0], "Linear(1, 2).b must have 2 numbers, got 1"),
    ("b", [[25.0, 25.0]], "each number of Linear(1, 2).b must be a number, got [25.0, 25.0]"),
]


@pytest.mark.parametrize(("name", "numbers", "message"), SET_BY_HAND)
def test_parameters_set_by_hand_need_their_shape(name: str, numbers: object, message: str) -> None:
    layer = Linear(1, 2)
    setattr(layer, name, numbers)
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}$"):
        layer.forward([[1.0]])


NO_LAYERS = [
    (ReLU, "each layer must be an object, got the class ReLU; write ReLU(…)"),
    ("relu", "each layer must have forward and backward, got 'relu'"),
]


@pytest.mark.parametrize(("item", "message"), NO_LAYERS)
def test_network_refuses_what_is_no_layer(item: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        Network([Linear(1, 1), item])
    with pytest.raises(TypeError, match=f"^{re.escape(message.replace('each layer', 'loss'))}$"):
        Network([Linear(1, 1)], loss=item)


@pytest.mark.parametrize("layer", ALL_LAYERS)
def test_backward_before_forward_says_what_to_call(layer: Linear | ReLU) -> None:
    with pytest.raises(RuntimeError, match=r"call forward\(x\) first$"):
        layer.backward([[1.0]])


def test_loss_before_forward_says_what_to_call() -> None:
    with pytest.raises(RuntimeError, match=r"call forward\(y, t\), or loss\(y, t\) of a network, first$"):
        MeanSquaredError().backward()


def one_step(network: Network) -> None:
    network.loss(network.forward([[1.0]]), [[5.0]])
    network.backward()


def test_update_needs_gradients_of_the_last_forward_pass() -> None:
    network = Network([Linear(1, 1, seed=0), ReLU(), Linear(1, 1, seed=1)])
    with pytest.raises(RuntimeError, match=r"^Linear\(1, 1\)\.update\(\) needs new gradients; call forward\(x\) and"):
        network.update(0.1)
    one_step(network)
    network.update(0.1)
    for _ in range(2):  # neither a second time, nor after a new forward pass alone
        with pytest.raises(RuntimeError, match="needs new gradients"):
            network.update(0.1)
        network.forward([[1.0]])


def test_backward_after_an_update_needs_a_new_forward_pass() -> None:
    network = Network([Linear(1, 1, seed=0)])
    one_step(network)
    network.update(0.1)
    with pytest.raises(RuntimeError, match=r"call forward\(x\) first$"):
        network.backward()


def test_a_refused_update_changes_no_layer() -> None:
    first, last = Linear(1, 1, seed=0), Linear(1, 1, seed=1)
    network = Network([first, last])
    one_step(network)
    last.forward([[1.0]])  # its gradients are gone
    before = repr(first.W)
    with pytest.raises(RuntimeError, match="needs new gradients"):
        network.update(0.1)
    assert repr(first.W) == before
    with pytest.raises(ValueError, match="learning_rate must be 0 or more"):
        first.update(-1.0)
    assert repr(first.W) == before


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [ReLU()],
        [Linear(1, 1, seed=0), ReLU()],
        [Linear(1, 1, seed=0), ReLU(), Linear(1, 1, seed=0), Tanh(), Linear(1, 1, seed=0)],
        [Linear(1, 1, seed=0), LeakyReLU(0.3), Linear(1, 1, seed=0)],
        [Linear(1, 2, seed=0), Linear(3, 1, seed=0)],
    ],
)
def test_only_the_layers_of_an_mlp_become_one(layers: list[Linear | ReLU]) -> None:
    with pytest.raises(
        ValueError, match=r"^expected Linear, activation, …, Linear, as in an MLP, all activations alike"
    ):
        Network(layers).to_mlp()


def test_too_large_an_error_is_named() -> None:
    with pytest.raises(OverflowError, match=r"^\(1e\+200\) \*\* 2: too large for a float$"):
        MeanSquaredError().forward([[1e200]], [[0.0]])


def test_a_layer_takes_part_once() -> None:
    layer = Linear(1, 1, seed=0)
    with pytest.raises(ValueError, match=r"^each layer must be an object of its own, got Linear\(1, 1\) twice$"):
        Network([layer, ReLU(), layer])
