"""Compare a network, its loss and its gradients with those of the same network in PyTorch."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Sequence
from typing import Any

from microgrid import Value, losses
from microgrid.export import to_torch, torch_source
from microgrid.nn import ACTIVATIONS, MLP

LOSSES = ("mean_squared_error", "mean_absolute_error", "binary_cross_entropy", "cross_entropy", "hinge")
CASES = [(activation, loss) for activation in ACTIVATIONS for loss in LOSSES]
PROMISED = 1e-13


def random_case(seed: int, activation: str, loss: str) -> tuple[MLP, list[list[float]], list[Any]]:
    """Make a network of random size and weights, and rows and targets for this loss."""
    rng = random.Random(seed)
    n_inputs, n_outputs = rng.randint(1, 6), rng.randint(1, 4)
    hidden = [rng.randint(1, 12) for _ in range(rng.randint(0, 3))]
    model = MLP(n_inputs, [*hidden, n_outputs], activation, seed=rng)
    spread = rng.choice([0.1, 1.0, 2.0])
    for parameter in model.parameters():
        parameter.data = parameter.data * spread or rng.gauss(0.0, spread)
    rows = [[rng.gauss(0.0, rng.choice([0.01, 1.0, 3.0])) for _ in range(n_inputs)] for _ in range(rng.randint(1, 8))]
    if loss == "cross_entropy":
        return model, rows, [rng.randrange(n_outputs) for _ in rows]

    def target() -> float:
        if loss == "binary_cross_entropy":
            return rng.choice([0.0, 1.0, rng.random()])
        return rng.choice([-1.0, 1.0]) if loss == "hinge" else rng.gauss(0.0, 3.0)

    return model, rows, [[target() for _ in range(n_outputs)] for _ in rows]


def largest_difference(model: MLP, rows: list[list[float]], targets: list[Any], loss: str) -> float:
    """Return the largest relative difference of outputs, loss and gradients, in both ways to PyTorch.

    A sum is compared with the largest number that it adds: if they cancel, nothing but rounding is left of it. These
    are the products of the weights (of an output), the logits (of a cross entropy), the gradients of single rows.
    """
    function = getattr(losses, loss)
    outputs = [_as_row(model(row)) for row in rows]
    ours = [output.data for row in outputs for output in row]
    terms = [w.data * x.data for row in outputs for output in row for w, x in _products(output)]
    pairs = [*zip(outputs, targets, strict=True)]
    if loss == "binary_cross_entropy":  # its gradient in PyTorch is the difference of what these two have
        pairs += [(row, [1.0 - number for number in target]) for row, target in pairs]
    added = [number / len(ours) for number in ours] if "entropy" in loss else []  # logits, from which it subtracts
    of_rows = [gradient for pair in pairs for gradient in _gradients(model, function, *pair)]
    gradients = _gradients(model, function, outputs, targets)
    total = function(outputs, targets).data

    torch = importlib.import_module("torch")
    program: dict[str, Any] = {"__name__": "model"}
    exec(torch_source(model), program)
    worst = 0.0
    for network in (to_torch(model), program["model"]):
        predicted = network(torch.tensor(rows, dtype=torch.float64))
        dtype = torch.long if loss == "cross_entropy" else torch.float64
        their_loss = _in_torch(torch, loss)(predicted, torch.tensor(targets, dtype=dtype))
        their_loss.backward()
        worst = max(
            worst,
            relative(ours, predicted.flatten().tolist(), beside=terms),
            relative([total], [their_loss.item()], beside=added),
            relative(gradients, _torch_gradients(network), beside=[gradient / len(rows) for gradient in of_rows]),
        )
    return worst


def relative(ours: Sequence[float], theirs: Sequence[float], beside: Sequence[float] = ()) -> float:
    """Return the largest difference, in parts of the largest number, or of the largest of the numbers `beside`."""
    largest = max(map(abs, (*ours, *theirs, *beside)))
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / largest if largest else 0.0


def _as_row(outputs: Value | list[Value]) -> list[Value]:
    return outputs if isinstance(outputs, list) else [outputs]


def _products(output: Value) -> list[tuple[Value, Value]]:
    return [*zip(output.operands[:-1:2], output.operands[1::2], strict=True)]


def _gradients(model: MLP, loss: Callable[..., Value], outputs: list[Any], targets: Any) -> list[float]:
    model.zero_grad()
    loss(outputs, targets).backward()
    return [parameter.grad for parameter in model.parameters()]


def _torch_gradients(network: Any) -> list[float]:
    """List the gradients of a network in PyTorch in the order of `parameters()` here."""
    linears = [part for part in network if hasattr(part, "weight")]
    neurons = [
        (*weights, bias)
        for linear in linears
        for weights, bias in zip(linear.weight.grad.tolist(), linear.bias.grad.tolist(), strict=True)
    ]
    return [gradient for neuron in neurons for gradient in neuron]


def _in_torch(torch: Any, loss: str) -> Callable[[Any, Any], Any]:
    functional = torch.nn.functional
    by_name: dict[str, Callable[[Any, Any], Any]] = {
        "mean_squared_error": functional.mse_loss,
        "mean_absolute_error": functional.l1_loss,
        "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
        "cross_entropy": functional.cross_entropy,
        "hinge": lambda scores, targets: torch.relu(1 - targets * scores).mean(),
    }
    return by_name[loss]
