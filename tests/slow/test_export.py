"""Exported networks in PyTorch, where it is installed: the same numbers, outputs, losses and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from microgrid import Value
from microgrid.export import from_torch, to_torch, torch_source
from microgrid.nn import ACTIVATIONS, MLP, Dense
from tests.torch_check import CASES, PROMISED, largest_difference, random_case

torch: Any = pytest.importorskip("torch")
nn = torch.nn


def bits(model: MLP | Dense) -> list[str]:
    return [parameter.data.hex() for parameter in model.parameters()]


@pytest.mark.parametrize(("activation", "loss"), CASES)
def test_outputs_loss_and_gradients_are_those_of_pytorch(activation: str, loss: str) -> None:
    for seed in range(5):
        assert largest_difference(*random_case(seed, activation, loss), loss) <= PROMISED, f"seed {seed}"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("x", [0.0, -0.0, 1e-300, 19.0, 21.0, 39.0, 40.0, 41.0, 700.0, 1e300, -21.0, -40.0, -700.0])
def test_activation_is_the_same_at_its_bends_and_far_away(activation: str, x: float) -> None:
    layer = Dense(1, 1, activation).set_parameters([1.0, 0.0])
    output = layer([x])
    assert isinstance(output, Value)
    output.backward()
    network: Any = to_torch(layer)
    theirs = network(torch.tensor([[x]], dtype=torch.float64))
    theirs.backward()
    assert theirs.item() == pytest.approx(output.data, rel=PROMISED, abs=0)
    near_1 = 2**-53 if activation in ("sigmoid", "tanh") else 0  # where 1 − s has one digit, or none
    assert network[0].bias.grad.item() == pytest.approx(layer.neurons[0].bias.grad, rel=PROMISED, abs=near_1)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[1], [3], [4, 2], [5, 3, 1]])
def test_every_bit_survives_the_way_there_and_back(activation: str, sizes: list[int]) -> None:
    model = MLP(3, sizes, activation, seed=1)
    model.parameters()[0].data, model.parameters()[1].data, model.parameters()[2].data = -0.0, 5e-324, 1.7e308
    network = to_torch(model)
    program: dict[str, Any] = {"__name__": "model"}
    exec(torch_source(model), program)
    for back in (from_torch(network), from_torch(program["model"])):
        assert bits(back) == bits(model)
        assert repr(back) == (repr(model) if len(sizes) > 1 else f"MLP(3, {sizes}, activation='relu')")
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float64}
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_conversion_draws_no_random_numbers() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1).item()
    torch.manual_seed(0)
    to_torch(MLP(3, [2, 1]))
    assert torch.rand(1).item() == expected


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_numbers_of_fewer_digits_are_taken_as_they_are(dtype: str) -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh(), nn.Linear(3, 1))).to(getattr(torch, dtype))
    model = from_torch(network)
    assert repr(model) == "MLP(2, [3, 1], activation='tanh')"
    assert model.layers[0].neurons[2].weights[1].data == network[0].weight[2, 1].item()
    assert model.layers[1].b == network[1][1].bias.tolist()


def test_activation_that_is_there_twice_counts_twice() -> None:
    relu = nn.ReLU()
    network = nn.Sequential(nn.Linear(2, 3), relu, nn.Linear(3, 3), relu, nn.Linear(3, 1))
    assert repr(from_torch(network)) == "MLP(2, [3, 3, 1], activation='relu')"


def twice(layer: Any) -> Any:
    return nn.Sequential(layer, nn.Tanh(), layer)


def tied(layer: Any) -> Any:
    other = nn.Linear(2, 2)
    other.weight = layer.weight
    return nn.Sequential(layer, nn.Tanh(), other)


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no module": (lambda: MLP(2, [1]), TypeError, r"^expected a torch\.nn\.Module, got MLP\(2, \[1\]"),
    "another module": (
        lambda: nn.Sequential(nn.Conv2d(1, 1, 1)),
        TypeError,
        "^expected a torch.nn.Sequential of Linear, ReLU, LeakyReLU, Softplus, Tanh, Sigmoid, got Conv2d",
    ),
    "a module of many lines": (lambda: nn.TransformerEncoderLayer(4, 2), TypeError, r"got TransformerEncoderLayer\("),
    "no size yet": (lambda: nn.LazyLinear(2), TypeError, "got LazyLinear"),
    "nothing": (nn.Sequential, ValueError, r"a Linear in it, got Sequential\(\)$"),
    "no bias": (lambda: nn.Linear(2, 1, bias=False), ValueError, "^every layer of an MLP has a bias, got Linear"),
    "no numbers": (lambda: nn.Linear(2, 1, device="meta"), ValueError, "is on the device meta, and holds no numbers$"),
    "complex numbers": (lambda: nn.Linear(2, 1, dtype=torch.complex64), TypeError, "expected a number .* got complex"),
    "sizes that do not fit": (
        lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1)),
        ValueError,
        "takes 4 numbers, but the layer before it returns 3$",
    ),
    "a layer twice": (lambda: twice(nn.Linear(2, 2)), ValueError, "^layers share their weights or biases; an"),
    "a weight in two layers": (lambda: tied(nn.Linear(2, 2)), ValueError, "^layers share their weights or biases; an"),
    "an activation first": (
        lambda: nn.Sequential(nn.Tanh(), nn.Linear(2, 1)),
        ValueError,
        r"^expected a Linear before each activation, got Tanh\(\) without one$",
    ),
    "an activation last": (
        lambda: nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()),
        ValueError,
        r"got Sigmoid\(\) behind it; leave it out: binary_cross_entropy takes the numbers before it$",
    ),
    "two activations": (
        lambda: nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 1)),
        ValueError,
        "^an MLP has the same activation in all layers but the last, got relu, tanh$",
    ),
    "another slope": (
        lambda: nn.Sequential(nn.Linear(2, 1), nn.LeakyReLU(0.2), nn.Linear(1, 1)),
        ValueError,
        r"^expected LeakyReLU\(negative_slope=0.01\), which computes what leaky_relu does, got LeakyReLU\(neg",
    ),
    "PyTorch's own threshold": (
        lambda: nn.Sequential(nn.Linear(2, 1), nn.Softplus(), nn.Linear(1, 1)),
        ValueError,
        r"^expected Softplus\(beta=1, threshold=40\), which computes what softplus does, got Softplus\(beta=1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_module_that_is_no_mlp_is_refused_in_one_line(case: str) -> None:
    make, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message) as caught:
        from_torch(make())
    assert "\n" not in str(caught.value)
