"""Random networks as documents of the app, and what Python computes for them."""

from __future__ import annotations

import math
import random
from typing import Any

from microgrid.losses import binary_cross_entropy, mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP
from microgrid.optim import SGD
from microgrid.training import Cycle, train

Spec = dict[str, Any]
LOSSES = {"mse": mean_squared_error, "bce": binary_cross_entropy}
SEEDS = [0, 1, 7, 123_456, 2**32 - 1, 2**32, 2**53 - 1]
STEPS = 100


def random_spec(number: int) -> Spec:
    """Draw a network of any size and activation, its data and settings; the same number gives the same."""
    dice = random.Random(number)
    n_inputs, n_rows = dice.randint(1, 4), dice.randint(1, 12)
    sizes = [dice.randint(1, 5) for _ in range(dice.randint(1, 4))]
    loss = dice.choice(["mse", "mse", "bce"])
    classes = [f"class {i}" for i in range(sizes[-1])] if sizes[-1] > 1 and dice.random() < 0.5 else []
    return {
        "inputs": n_inputs,
        "sizes": sizes,
        "activation": list(ACTIVATIONS)[number % len(ACTIVATIONS)],
        "loss": loss,
        "learningRate": dice.choice([0.01, 0.02, 0.05]),
        "momentum": dice.choice([0, 0, 0.5, 0.9]),
        "batchSize": dice.choice([None, dice.randint(1, n_rows), n_rows, n_rows + 1]),
        "seed": dice.choice(SEEDS),
        "model": None,
        "data": {
            "name": "",
            "inputNames": [f"x{i + 1}" for i in range(n_inputs)],
            "targetName": "y",
            "classes": classes,
            "rows": [[round(dice.gauss(0, 1), 3) for _ in range(n_inputs)] for _ in range(n_rows)],
            "targets": [_target(dice, loss, classes, sizes[-1]) for _ in range(n_rows)],
            "heldOut": {"rows": [], "targets": []},
            "scale": None,
        },
        "history": None,
    }


def _target(dice: random.Random, loss: str, classes: list[str], n_outputs: int) -> Any:
    if classes:
        return dice.randrange(len(classes))
    numbers = [dice.choice([0, 1]) if loss == "bce" else round(dice.gauss(0, 1), 3) for _ in range(n_outputs)]
    return numbers[0] if n_outputs == 1 else numbers


def is_exact(spec: Spec) -> bool:
    """Tell whether its gradients take only + − × ÷, so that they are the same to the last bit everywhere."""
    return spec["loss"] == "mse" and spec["activation"] in ("linear", "relu", "leaky_relu")


def python_answer(spec: Spec, trains: bool) -> dict[str, Any]:
    """Return the weights of a network, the loss and the gradients of one cycle on all rows, and what `train` makes."""
    model = MLP(spec["inputs"], spec["sizes"], spec["activation"], seed=spec["seed"])
    parameters, rows, targets = model.parameters(), spec["data"]["rows"], _targets_of_outputs(spec)
    answer: dict[str, Any] = {"parameters": [parameter.data for parameter in parameters]}
    cycle = Cycle(model, rows, targets, LOSSES[spec["loss"]])
    answer["loss"] = cycle.know().data
    cycle.think()
    answer["gradients"] = [parameter.grad for parameter in parameters]
    if trains:
        answer["cycles"], answer["losses"] = _trained(spec, model, rows, targets)
        answer["trained"] = [parameter.data for parameter in parameters]
    return answer


def _targets_of_outputs(spec: Spec) -> list[Any]:
    """Return targets as a loss takes them: of classes 1 for the output of the right one, and 0 for the others."""
    data = spec["data"]
    if not data["classes"]:
        targets: list[Any] = data["targets"]
        return targets
    return [[float(i == target) for i in range(len(data["classes"]))] for target in data["targets"]]


def _trained(spec: Spec, model: MLP, rows: list[Any], targets: list[Any]) -> tuple[int, list[float]]:
    """Train a model for about 100 updates; return how many they were, and the loss of each epoch."""
    n_batches = math.ceil(len(rows) / (spec["batchSize"] or len(rows)))
    epochs = math.ceil(STEPS / n_batches)
    history = train(
        model,
        rows,
        targets,
        LOSSES[spec["loss"]],
        SGD(model.parameters(), spec["learningRate"], momentum=spec["momentum"]),
        epochs,
        spec["batchSize"],
        seed=spec["seed"],
        progress=False,
    )
    return epochs * n_batches, history.losses
