"""Networks: what a neuron computes, how it starts, what counts as a parameter, and how a model is kept in a file."""

from __future__ import annotations

import copy
import json
import math
import os
import pickle
import random
import re
import subprocess
import sys
from collections import OrderedDict, UserDict, UserList, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid import Constant, Input, Relay, Value
from microgrid.losses import mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP, Dense, Module, Neuron
from microgrid.optim import SGD
from microgrid.training import Cycle, train


def single(output: Value | list[Value]) -> Value:
    assert isinstance(output, Value)
    return output


def small_neuron(activation: str = "linear", bias: float = 0.5) -> Neuron:
    neuron = Neuron(2, activation)
    set_data(neuron, [2.0, -3.0, bias])
    return neuron


def set_data(module: Module, numbers: Iterable[float]) -> None:
    for parameter, number in zip(module.parameters(), numbers, strict=True):
        parameter.data = number


def bits(module: Module) -> list[str]:
    return [parameter.data.hex() for parameter in module.parameters()]


# --- what a neuron, a layer and a network compute --------------------------------------------------------------------


FIRING = [
    ("linear", 0.5, 0.75),  # 2 · 0.5 − 3 · 0.25 + 0.5
    ("linear", -1.25, -1.0),
    ("relu", 0.5, 0.75),
    ("relu", -1.25, 0.0),
    ("leaky_relu", 0.5, 0.75),
    ("leaky_relu", -1.25, -0.01),
    ("tanh", 0.5, math.tanh(0.75)),
    ("sigmoid", -0.25, 0.5),
    ("softplus", -0.25, math.log(2.0)),
]


@pytest.mark.parametrize(("activation", "bias", "expected"), FIRING)
def test_neuron_is_the_activation_of_the_weighted_sum(activation: str, bias: float, expected: float) -> None:
    assert small_neuron(activation, bias)([0.5, 0.25]).data == expected


def test_every_activation_is_tried_above() -> None:
    assert {activation for activation, _, _ in FIRING} == set(ACTIVATIONS)


def test_linear_neuron_is_one_node_whose_shares_are_dw_db_and_dx() -> None:
    neuron, x1, x2 = small_neuron(), Value(0.5), Value(0.25)
    (w1, w2), b = neuron.weights, neuron.bias
    output = neuron([x1, x2])
    assert (output.op, output.operands) == ("weighted_sum", (w1, x1, w2, x2, b))
    output.backward()
    assert (w1.grad, w2.grad) == (0.5, 0.25)  # dW = x
    assert b.grad == 1.0
    assert (x1.grad, x2.grad) == (2.0, -3.0)  # dx = w


def test_activation_multiplies_every_share_by_its_slope() -> None:
    neuron = small_neuron("sigmoid", bias=-0.25)  # sigmoid'(0) = 1/4
    neuron([0.5, 0.25]).backward()
    assert [parameter.grad for parameter in neuron.parameters()] == [0.125, 0.0625, 0.25]


def test_numbers_become_labelled_inputs_with_a_gradient() -> None:
    output = small_neuron()([0.5, 1])
    inputs = output.operands[1:-1:2]
    output.backward()
    assert [(type(x), x.label, x.data, x.grad) for x in inputs] == [(Input, "x1", 0.5, 2.0), (Input, "x2", 1.0, -3.0)]


def test_value_given_as_an_input_stays_the_same_object() -> None:
    x = Value(0.25, label="my own")
    output = small_neuron()([0.5, x])
    assert output.operands[3] is x
    assert x.label == "my own"


def test_inputs_may_come_from_a_generator() -> None:
    assert small_neuron()(x / 4 for x in (2, 1)).data == 0.75


def test_neurons_of_a_layer_look_at_the_same_inputs() -> None:
    layer = Dense(2, 3, "linear")
    set_data(layer, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    outputs = layer([10.0, 20.0])
    assert isinstance(outputs, list)
    assert [output.data for output in outputs] == [10.0, 20.0, 31.0]
    assert len({output.operands[1] for output in outputs}) == 1


@pytest.mark.parametrize("make", [lambda n: Dense(2, n), lambda n: MLP(2, [3, n])])
def test_one_output_is_a_value_and_several_are_a_list(make: Any) -> None:
    assert isinstance(make(1)([1.0, 2.0]), Value)
    several = make(2)([1.0, 2.0])
    assert isinstance(several, list)
    assert [type(output) for output in several] == [Value, Value]


def test_network_by_hand() -> None:
    model = MLP(1, [2, 1], "relu")
    set_data(model, [1.0, 0.0, -1.0, 0.0, 3.0, 5.0, 0.5])  # 3 · relu(x) + 5 · relu(−x) + 0.5
    assert single(model([2.0])).data == 6.5
    assert single(model([-2.0])).data == 10.5


def test_last_layer_is_linear_and_all_others_are_not() -> None:
    model = MLP(1, [2, 2, 1], "tanh")
    kinds = [[neuron.activation for neuron in layer.neurons] for layer in model.layers]
    assert kinds == [["tanh", "tanh"], ["tanh", "tanh"], ["linear"]]


def test_labels_say_layer_and_neuron() -> None:
    model = MLP(2, [3, 1])
    assert model.layers[0].neurons[2].weights[1].label == "layer1.neuron3.w2"
    assert model.layers[1].neurons[0].bias.label == "layer2.neuron1.b"
    assert single(model([1.0, 2.0])).label == "layer2.neuron1"


def test_labels_say_nothing_of_a_layer_where_there_is_none() -> None:
    neuron, layer = Neuron(2), Dense(2, 1)
    assert [parameter.label for parameter in neuron.parameters()] == ["w1", "w2", "b"]
    assert neuron([1.0, 2.0]).label == "neuron"
    assert [parameter.label for parameter in layer.parameters()] == ["neuron1.w1", "neuron1.w2", "neuron1.b"]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        (Neuron(2, "tanh"), "Neuron(2, activation='tanh')"),
        (Dense(2, 1), "Dense(2, 1, activation='relu')"),
        (MLP(2, [3, 1]), "MLP(2, [3, 1], activation='relu')"),
    ],
)
@pytest.mark.parametrize("row", [[1.0], [1.0, 2.0, 3.0]])
def test_wrong_number_of_inputs_names_both_numbers(module: Any, text: str, row: list[float]) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)} expects 2 inputs, got {len(row)}$"):
        module(row)


@pytest.mark.parametrize("row", [3.0, Value(3.0), "12"])
def test_what_is_not_a_list_of_numbers_is_refused(row: Any) -> None:
    with pytest.raises(TypeError, match=r"expects a list of 2 numbers or Values, got (float|Value|str)$"):
        MLP(2, [1])(row)


@pytest.mark.parametrize(
    ("module", "n_inputs", "activation"),
    [(Neuron(3, "tanh"), 3, "tanh"), (Dense(3, 2), 3, "relu"), (MLP(3, [2, 1], "sigmoid"), 3, "sigmoid")],
)
def test_size_and_activation_can_be_read(module: Any, n_inputs: int, activation: str) -> None:
    assert (module.n_inputs, module.activation) == (n_inputs, activation)


def test_several_rows_at_once_are_refused() -> None:
    with pytest.raises(TypeError, match=r"expects a row of 2 numbers or Values, got \[0, 1\] in it$"):
        MLP(2, [1])([[0, 1], [1, 0]])  # type: ignore[list-item]


def test_text_among_the_inputs_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"^MLP\(2, \[1\], activation='relu'\) expects a row of 2 numbers or Values, got '2' in it$"
    ):
        MLP(2, [1])([1.0, "2"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Neuron(2, "swish"),
        lambda: Dense(2, 1, "swish"),
        lambda: MLP(2, [3, 1], "swish"),
        lambda: MLP(2, [1], "swish"),  # whose only layer is linear
    ],
)
def test_unknown_activation_lists_the_known_ones(make: Any) -> None:
    with pytest.raises(
        ValueError, match=r"activation must be one of linear, relu, leaky_relu, softplus, .*, got 'swish'"
    ):
        make()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Neuron(0), ValueError, "n_inputs must be 1 or more, got 0"),
        (lambda: Dense(2, -1), ValueError, "n_outputs must be 1 or more, got -1"),
        (lambda: MLP(2, [3, 0, 1]), ValueError, r"sizes\[1\] must be 1 or more, got 0"),
        (lambda: MLP(0, [3]), ValueError, "n_inputs must be 1 or more, got 0"),
        (lambda: MLP(2, []), ValueError, "at least one layer"),
        (lambda: Neuron(2.0), TypeError, "n_inputs must be a whole number, got 2.0"),  # type: ignore[arg-type]
        (lambda: Dense(2, True), TypeError, "n_outputs must be a whole number, got True"),
        (lambda: MLP(2, "31"), TypeError, "sizes must be a list, got '31'"),  # type: ignore[arg-type]
    ],
)
def test_bad_size_is_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


# --- how a network starts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activation", "limit"),
    [
        ("relu", 0.5),  # He: √(6 / 24)
        ("leaky_relu", 0.5),
        ("softplus", 0.5),
        ("tanh", 0.25),  # Glorot: √(6 / (24 + 72))
        ("sigmoid", 0.25),
        ("linear", 0.25),
    ],
)
def test_weights_are_spread_evenly_up_to_the_limit(activation: str, limit: float) -> None:
    layer = Dense(24, 72, activation, seed=0)
    weights = [weight.data for neuron in layer.neurons for weight in neuron.weights]
    assert -limit <= min(weights) < -0.99 * limit
    assert 0.99 * limit < max(weights) <= limit
    for quarter in (-0.5, 0.0, 0.5):
        below = sum(weight < quarter * limit for weight in weights) / len(weights)
        assert below == pytest.approx((1 + quarter) / 2, abs=0.04)


def test_neuron_on_its_own_counts_as_a_layer_of_one_output() -> None:
    weights = [weight.data for seed in range(200) for weight in Neuron(5, "tanh", seed=seed).weights]
    assert 0.99 < max(weights) <= 1.0  # √(6 / (5 + 1))


def test_biases_start_at_zero() -> None:
    model = MLP(2, [3, 1], seed=0)
    assert [neuron.bias.data for layer in model.layers for neuron in layer.neurons] == [0.0] * 4


def test_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    assert bits(MLP(3, [4, 1], seed=7)) == bits(MLP(3, [4, 1], seed=7))


def test_other_seed_or_none_gives_other_weights() -> None:
    first, *others = (bits(MLP(3, [4, 1], seed=seed)) for seed in (7, 8, None, None))
    assert first not in others
    assert others[1] != others[2]


def test_weights_do_not_depend_on_the_state_of_the_random_module() -> None:
    random.seed(1)
    state = random.getstate()
    weights = bits(MLP(3, [4, 1], seed=7))
    assert random.getstate() == state
    random.seed(2)
    assert bits(MLP(3, [4, 1], seed=7)) == weights


def test_no_two_neurons_start_out_alike() -> None:
    model = MLP(2, [2, 2, 2], seed=0)
    assert len({neuron.weights[0].data for layer in model.layers for neuron in layer.neurons}) == 6


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_weights_and_gradients_are_the_same_in_a_fresh_process(hash_seed: str) -> None:
    code = (
        "from microgrid.nn import MLP\n"
        "model = MLP(3, [4, 1], 'tanh', seed=7)\n"
        "model([0.1, 0.2, 0.3]).backward()\n"
        "print([(p.data.hex(), p.grad.hex()) for p in model.parameters()])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    ).stdout
    model = MLP(3, [4, 1], "tanh", seed=7)
    single(model([0.1, 0.2, 0.3])).backward()
    assert printed.strip() == str([(p.data.hex(), p.grad.hex()) for p in model.parameters()])


@given(
    n_inputs=st.integers(1, 4),
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    activation=st.sampled_from(list(ACTIVATIONS)),
    seed=st.integers(0, 2**32),
)
def test_spelled_out_network_gives_the_same_loss_and_gradients_bit_for_bit(
    n_inputs: int, sizes: list[int], activation: str, seed: int
) -> None:
    def learn(spelled_out: bool) -> list[str]:
        rng = random.Random(seed)
        model = MLP(n_inputs, sizes, activation, rng, spelled_out)
        for parameter in model.parameters():
            parameter.data += rng.uniform(-0.5, 0.5)  # biases other than 0 take part in the rounding
        rows = [[Input(rng.uniform(-2, 2)) for _ in range(n_inputs)] for _ in range(2)]
        targets = [
            rng.uniform(-1, 1) if sizes[-1] == 1 else [rng.uniform(-1, 1) for _ in range(sizes[-1])] for _ in rows
        ]
        loss = mean_squared_error([model(row) for row in rows], targets)
        loss.backward()
        return [loss.data.hex(), *(leaf.grad.hex() for leaf in (*model.parameters(), *rows[0], *rows[1]))]

    assert learn(spelled_out=True) == learn(spelled_out=False)


@pytest.mark.parametrize("make", [Neuron, lambda n, kind: Dense(n, 1, kind), lambda n, kind: MLP(n, [1], kind)])
def test_neuron_is_not_spelled_out_unless_asked_for(make: Any) -> None:
    assert make(2, "linear")([1.0, 2.0]).op == "weighted_sum"


def test_spelled_out_neuron_records_every_product_and_one_sum() -> None:
    output = Neuron(2, "linear", spelled_out=True)([1.0, 2.0])
    assert output.op == "total"
    assert [operand.op for operand in output.operands] == ["*", "*", ""]


# --- parameters ------------------------------------------------------------------------------------------------------


class Twofold(Module):
    """A model of one's own, with everything that does and does not count as a parameter."""

    def __init__(self) -> None:
        self.shared = Value(1.0)
        self.parts = [Neuron(1), (Value(2.0), self.shared)]
        self.tied = self.parts[0]
        self.given = Input(3.0)
        self.fixed = [Constant(4.0)]
        self.computed = self.shared * 2
        self.results = [self.shared * 3]
        self.title = "no parameter at all"


def test_parameters_of_a_model_of_ones_own_are_found_each_once() -> None:
    names = [name for name, _ in Twofold().named_parameters()]
    assert names == ["shared", "parts[0].weights[0]", "parts[0].bias", "parts[1][0]"]


@pytest.mark.parametrize("model", [Neuron(2), Dense(2, 3), MLP(2, [3, 2, 1]), Twofold()])
def test_names_of_parameters_are_the_expressions_that_lead_to_them(model: Module) -> None:
    named = model.named_parameters()
    assert named
    assert all(eval(f"model.{name}", {"model": model}) is parameter for name, parameter in named)
    assert [parameter for _, parameter in named] == model.parameters()


def two_weights() -> tuple[Value, Value]:
    return Value(1.0, "w1"), Value(2.0, "w2")


class Weights(NamedTuple):
    first: Value
    second: Value


@dataclass
class Pair:
    """Not a Module, but it says what it holds."""

    first: Value
    second: Value


class Holder(Module):
    """A model that keeps its weights in any container."""

    def __init__(self, held: Any) -> None:
        self.held = held


class Slotted(Module):
    __slots__ = ("__first", "never_set", "second")

    def __init__(self) -> None:
        self.__first, self.second = two_weights()


def object_array(shape: tuple[int, ...]) -> Any:
    array = pytest.importorskip("numpy").empty(shape, dtype=object)
    array.flat[:] = two_weights()
    return array


CONTAINERS: dict[str, Callable[[], Module]] = {
    "list": lambda: Holder([*two_weights()]),
    "tuple of lists": lambda: Holder(tuple([weight] for weight in two_weights())),
    "named tuple": lambda: Holder(Weights(*two_weights())),
    "dictionary": lambda: Holder(dict(zip(("{slope}", 7), two_weights(), strict=True))),
    "ordered dictionary": lambda: Holder(OrderedDict(zip("ab", two_weights(), strict=True))),
    "mapping of collections": lambda: Holder(UserDict(zip("ab", two_weights(), strict=True))),
    "read-only mapping": lambda: Holder(MappingProxyType(dict(zip("ab", two_weights(), strict=True)))),
    "deque": lambda: Holder(deque(two_weights())),
    "list of collections": lambda: Holder(UserList(two_weights())),
    "dataclass": lambda: Holder(Pair(*two_weights())),
    "namespace": lambda: Holder(SimpleNamespace(**dict(zip("ab", two_weights(), strict=True)))),
    "slots": Slotted,
    "array": lambda: Holder(object_array((2,))),
    "table": lambda: Holder(object_array((1, 2))),
}


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_parameters_are_found_in_every_usual_container(make: Callable[[], Module]) -> None:
    model = make()
    named = model.named_parameters()
    assert [(parameter.label, parameter.data) for _, parameter in named] == [("w1", 1.0), ("w2", 2.0)]
    assert [parameter for _, parameter in named] == model.parameters()
    assert [eval(f"model.{name}", {"model": model}) for name, _ in named] == model.parameters()


@pytest.mark.parametrize("kind", [set, frozenset])
def test_parameters_in_a_set_have_the_order_of_their_labels(kind: Any) -> None:
    weights = [Value(float(i), f"w{i}") for i in range(9)]
    model = Holder(kind(reversed(weights)))
    assert model.parameters() == weights
    assert dict(model.named_parameters())["held{w8}"] is weights[8]


@pytest.mark.parametrize("kind", [set, frozenset])
def test_names_of_what_a_set_holds_do_not_depend_on_its_order(kind: Any) -> None:
    named = Holder(kind(two_weights())).named_parameters()
    assert [name for name, _ in named] == ["held{w1}", "held{w2}"]


class Same:
    def __repr__(self) -> str:
        return "same"


@pytest.mark.parametrize("held", [{Value(1.0), Value(2.0)}, {Same(): Value(1.0), Same(): Value(2.0)}])
def test_parameters_of_the_same_name_are_not_saved_as_one(held: Any, tmp_path: Path) -> None:
    model = Holder(held)
    assert len(model.parameters()) == 2
    with pytest.raises(ValueError, match=r"has two parameters called 'held.*'; give what a set holds different labels"):
        model.save(tmp_path / "model.json")
    assert not [*tmp_path.iterdir()]


@dataclass
class Line(Module):
    slope: Value
    start: Value


def test_dataclass_whose_repr_shows_its_weights_is_loaded_again(tmp_path: Path) -> None:
    Line(Value(5.0), Value(6.0)).save(tmp_path / "line.json")
    model = Line(*two_weights()).load(tmp_path / "line.json")
    assert (model.slope.data, model.start.data) == (5.0, 6.0)


def test_model_of_any_depth_has_parameters() -> None:
    model, weight = Holder(None), Value(1.0)
    inner = model
    for _ in range(5000):
        inner.held = [Holder(None)]
        inner = inner.held[0]
    inner.held = weight
    assert model.parameters() == [weight]
    assert model.named_parameters() == [("held[0]." * 5000 + "held", weight)]


def test_container_that_holds_itself_is_looked_into_once() -> None:
    weights: list[Any] = [*two_weights()]
    weights.append(weights)
    assert Holder(weights).parameters() == weights[:2]


def test_modules_that_are_equal_are_still_two() -> None:
    @dataclass
    class Scaled(Module):
        kind: str
        weight: Value = field(default_factory=lambda: Value(1.0), compare=False)

    model = Holder([Scaled("same"), Scaled("same")])
    assert model.held[0] == model.held[1]
    assert model.parameters() == [model.held[0].weight, model.held[1].weight]
    assert model.held[0].parameters() == [model.held[0].weight]  # although a dataclass has no hash


def shared_by_the_class(item: Any) -> Any:
    class Line(Module):
        w = item

        def __call__(self, row: Any) -> Any:
            return self.w * row[0]

    return Line()


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.parameters(),
        lambda model: model.named_parameters(),
        lambda model: SGD(model.parameters(), 0.1),
        lambda model: train(model, [[1.0]], [2.0]),
        lambda model: Cycle(model, [[1.0]], [2.0]),
        lambda model: Relay(model([1.0]), model.parameters()),
        lambda model: model.save("never.json"),
    ],
)
def test_parameter_of_the_class_is_refused_wherever_parameters_are_listed(use: Callable[[Any], object]) -> None:
    with pytest.raises(ValueError, match=r"^w belongs to the class Line, .*; keep it in __init__ as self\.w$"):
        use(shared_by_the_class(Value(2.0)))


@pytest.mark.parametrize("item", [[Value(2.0)], Neuron(1)])
def test_list_or_module_of_the_class_is_refused(item: Any) -> None:
    with pytest.raises(ValueError, match=r"^w belongs to the class Line"):
        shared_by_the_class(item).parameters()


def test_what_stands_in_the_class_may_be_a_constant_or_a_default() -> None:
    assert shared_by_the_class(Constant(2.0)).parameters() == []
    model = shared_by_the_class(Value(2.0))
    model.w = Value(3.0)
    assert model.parameters() == [model.w]


def test_parameter_that_is_added_or_replaced_later_is_found() -> None:
    model = MLP(2, [3, 1])
    before = model.parameters()
    neuron = model.layers[0].neurons[1]
    neuron.weights[0], neuron.extra = Value(5.0), Value(6.0)  # type: ignore[attr-defined]
    after = model.parameters()
    assert [after.index(value) for value in (neuron.weights[0], neuron.extra)] == [3, 6]  # type: ignore[attr-defined]
    assert len(after) == len(before) + 1


def test_number_of_parameters() -> None:
    assert len(MLP(3, [16, 16, 1]).parameters()) == 3 * 16 + 16 + 16 * 16 + 16 + 16 + 1


def test_parameters_can_be_set_in_their_order() -> None:
    layer = Dense(2, 2, activation="relu")
    assert layer.set_parameters([5, 4, -12, 3, 6, -10]) is layer
    first, second = layer.neurons
    assert [value.data for value in (*first.weights, first.bias)] == [5.0, 4.0, -12.0]
    assert [value.data for value in (*second.weights, second.bias)] == [3.0, 6.0, -10.0]
    assert all(type(parameter.data) is float for parameter in layer.parameters())


@pytest.mark.parametrize(
    ("numbers", "error", "message"),
    [
        ([5, 4], ValueError, r"^Neuron\(2, activation='relu'\) has 3 parameters, got 2$"),
        ([5, 4, -12, 1], ValueError, r"has 3 parameters, got 4$"),
        ([5, 4, "-12"], TypeError, "'-12'"),
    ],
)
def test_numbers_that_do_not_fit_the_parameters_are_refused_and_change_nothing(
    numbers: Any, error: type[Exception], message: str
) -> None:
    neuron = Neuron(2, activation="relu", seed=0)
    before = [parameter.data for parameter in neuron.parameters()]
    with pytest.raises(error, match=message):
        neuron.set_parameters(numbers)
    assert [parameter.data for parameter in neuron.parameters()] == before


def test_zero_grad_clears_every_parameter_and_no_weight() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    before = bits(model)
    single(model([1.0, 2.0])).backward()
    assert all(parameter.grad for parameter in model.parameters())
    model.zero_grad()
    assert not any(parameter.grad for parameter in model.parameters())
    assert bits(model) == before


# --- files and copies ------------------------------------------------------------------------------------------------


def test_saved_model_is_readable_json(tmp_path: Path) -> None:
    small_neuron().save(tmp_path / "model.json")
    assert (tmp_path / "model.json").read_bytes().decode() == (
        "{\n"
        ' "format": "microgrid model",\n'
        ' "version": 1,\n'
        ' "model": "Neuron(2, activation=\'linear\')",\n'
        ' "parameters": {\n'
        '  "weights[0]": 2.0,\n'
        '  "weights[1]": -3.0,\n'
        '  "bias": 0.5\n'
        " }\n"
        "}\n"
    )


def test_names_in_any_language_stay_readable_in_the_file(tmp_path: Path) -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.重み = Value(1.0)

    Line().save(tmp_path / "model.json")
    assert '"重み": 1.0' in (tmp_path / "model.json").read_text(encoding="utf-8")


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_saved_parameters_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    path = tmp_path_factory.getbasetemp() / "round_trip.json"
    saved = Neuron(2)
    set_data(saved, numbers)
    saved.save(path)
    loaded = Neuron(2)
    assert loaded.load(path) is loaded
    assert bits(loaded) == bits(saved)


def test_loaded_network_predicts_the_same(tmp_path: Path) -> None:
    model = MLP(2, [3, 2], "tanh", seed=1)
    model.save(str(tmp_path / "model.json"))
    other = MLP(2, [3, 2], "tanh", seed=2).load(str(tmp_path / "model.json"))
    assert [value.data for value in other([1.0, 2.0])] == [value.data for value in model([1.0, 2.0])]  # type: ignore[union-attr]


def saved_with(**changes: Any) -> bytes:
    content = {
        "format": "microgrid model",
        "version": 1,
        "parameters": {"weights[0]": 7.0, "weights[1]": 7.0, "bias": 7.0},
    }
    return json.dumps({**content, **changes}).encode()


def saved_with_bias(bias: Any) -> bytes:
    return saved_with(parameters={"weights[0]": 7.0, "weights[1]": 7.0, "bias": bias})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is not a saved model: Expecting value", id="empty"),
        pytest.param(saved_with()[:-9], "is not a saved model: Unterminated string", id="broken off"),
        pytest.param(b"\x89PNG\r\n\xff", "is not a saved model: 'utf-8' codec", id="binary"),
        pytest.param(b"[1, 2]", 'expected JSON with "format": "microgrid model"', id="a list"),
        pytest.param(b'{"a": 1}', 'expected JSON with "format": "microgrid model"', id="foreign"),
        pytest.param(saved_with(version=2), r"has version 2.*; this microgrid reads 1", id="later version"),
        pytest.param(saved_with(parameters=None), '"parameters" is missing', id="no parameters"),
        pytest.param(
            saved_with(parameters={"weights[0]": 7.0, "weights[1]": 7.0}),
            r"does not fit Neuron\(2, activation='linear'\): 'bias' is missing from the file",
            id="parameter missing",
        ),
        pytest.param(
            saved_with(parameters={"weights[0]": 7.0, "weights[1]": 7.0, "weights[2]": 7.0, "bias": 7.0}),
            r"does not fit Neuron\(2, activation='linear'\): 'weights\[2\]' is missing from this model",
            id="parameter too many",
        ),
        pytest.param(saved_with_bias(math.nan), "bias must be a finite number, got nan", id="nan"),
        pytest.param(saved_with_bias(-math.inf), "bias must be a finite number, got -inf", id="infinity"),
        pytest.param(saved_with_bias("7"), "bias must be a finite number, got '7'", id="text"),
        pytest.param(saved_with_bias(True), "bias must be a finite number, got True", id="bool"),
        pytest.param(saved_with_bias(None), "bias must be a finite number, got None", id="null"),
        pytest.param(saved_with_bias(10**400), "bias must be a finite number, got inf", id="too large for a float"),
        pytest.param(saved_with_bias([1.0] * 1000), r"bias must be a finite number, got .{60}$", id="long"),
        pytest.param(b"[" * 100_000, "is not a saved model", id="nested too deep"),
    ],
)
def test_file_that_does_not_fit_is_refused_in_one_line_and_changes_nothing(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    neuron = small_neuron()
    before = bits(neuron)
    with pytest.raises(ValueError, match=message) as caught:
        neuron.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert bits(neuron) == before


@pytest.mark.parametrize(
    ("saved", "model"),
    [
        (Neuron(2, "relu"), Neuron(2, "tanh")),
        (MLP(2, [3, 1], "tanh"), MLP(2, [3, 1], "sigmoid")),
        (Dense(2, 3, "linear"), Dense(2, 3, "relu")),
        (MLP(2, [8, 8, 1]), MLP(12, [8, 8, 1])),
    ],
)
def test_file_saved_from_another_model_is_refused_and_changes_nothing(
    saved: Module, model: Module, tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    set_data(saved, [7.0] * len(saved.parameters()))
    saved.save(path)
    before = bits(model)
    with pytest.raises(ValueError, match="was saved from") as caught:
        model.load(path)
    assert str(caught.value) == f"{path} was saved from {saved!r}; expected one saved from {model!r}"
    assert bits(model) == before


def test_file_that_does_not_say_what_it_was_saved_from_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(saved_with())
    neuron = small_neuron("tanh").load(path)
    assert [parameter.data for parameter in neuron.parameters()] == [7.0, 7.0, 7.0]


def test_loading_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        Neuron(1).load(tmp_path / "nowhere.json")


def test_whole_numbers_written_by_hand_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(saved_with_bias(3))
    bias = small_neuron().load(path).bias.data
    assert (type(bias), bias) == (float, 3.0)


def test_equal_models_of_ones_own_are_saved_as_equal_files(tmp_path: Path) -> None:
    models = [Twofold(), Twofold()]
    for i, model in enumerate(models):
        set_data(model, [1.0, 2.0, 3.0, 4.0])
        model.save(tmp_path / f"{i}.json")
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copy_of_a_model_is_equal_and_independent(duplicate: Any) -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    copied = duplicate(model)
    prediction = single(model([1.0, 2.0])).data
    assert single(copied([1.0, 2.0])).data == prediction
    assert [p.label for p in copied.parameters()] == [p.label for p in model.parameters()]
    for parameter in copied.parameters():
        parameter.data += 1.0
    assert single(model([1.0, 2.0])).data == prediction


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copy_of_a_model_keeps_its_layers_apart_and_together(duplicate: Any) -> None:
    copied = duplicate(MLP(2, [3, 2]))
    layers = [{neuron.name.layer for neuron in layer.neurons} for layer in copied.layers]
    assert [len(layer) for layer in layers] == [1, 1]
    assert layers[0] != layers[1]
    assert layers[0].pop().text == "layer1"
