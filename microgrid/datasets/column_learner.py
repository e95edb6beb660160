"""Predict one column of a table from others: split, standardise, train, and predict in the data's own units.

A column of numbers is predicted by one output. A column of classes is predicted by one output for each class, trained
by binary cross-entropy, and the class of the largest is the prediction.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from microgrid._util.validation import as_list, quoted
from microgrid.datasets.scale import Scale
from microgrid.datasets.tables import Dataset
from microgrid.engine import Value
from microgrid.losses import binary_cross_entropy, mean_squared_error
from microgrid.nn import MLP, write_model
from microgrid.optim import SGD
from microgrid.training.history import History
from microgrid.training.loop import train

TABLE_LEARNING_RATE, TABLE_BATCH_SIZE = 0.02, 16  # of the training, where nobody says others
MOMENTUM = 0.9


@dataclass
class ColumnLearner:
    """A network that predicts one column of a table.

    Attributes:
        model: works on standardised numbers.
        input_scale, target_scale: computed from the training rows only; of classes, `target_scale` changes nothing.
        learning, held_out: the rows it learns from, and the rows it never sees.
        velocities: of the parameters when training ended, for momentum to go on from; () before.
    """

    model: MLP
    input_scale: Scale
    target_scale: Scale
    learning: Dataset
    held_out: Dataset
    velocities: tuple[float, ...] = ()

    @classmethod
    def prepare(
        cls,
        data: Dataset,
        hidden: Sequence[int] = (4, 4),
        activation: str = "relu",
        seed: int = 0,
        share: float = 0.2,
    ) -> ColumnLearner:
        """Split and scale the data, and build an untrained network with these hidden layers.

        `share` of the rows are held out, at least one; with 0 none are.
        """
        data = _checked(data)
        learning, held_out = (data, replace(data, rows=[], targets=[])) if share == 0 else data.split(share, seed)
        input_scale = Scale.of(learning.rows)
        target_scale = Scale((0.0,), (1.0,)) if data.classes else Scale.of([[target] for target in learning.targets])
        n_outputs = len(data.classes) or 1
        model = MLP(len(data.input_names), [*as_list("hidden", hidden), n_outputs], activation, seed=seed)
        return cls(model, input_scale, target_scale, learning, held_out)

    def inputs(self, row: Sequence[float]) -> list[float]:
        """Standardise one row of inputs."""
        return self.input_scale.standardise(row)

    def target(self, target: float) -> float:
        """Standardise one target."""
        return self.target_scale.standardise([target])[0]

    def train(
        self,
        epochs: int = 40,
        learning_rate: float = TABLE_LEARNING_RATE,
        batch_size: int = TABLE_BATCH_SIZE,
        seed: int = 0,
        metrics: Mapping[str, Callable[[], Any]] | None = None,
    ) -> History:
        """Train on the training rows, by gradient descent with momentum; `metrics` as of `microgrid.training.train`."""
        optimizer = SGD(self.model.parameters(), learning_rate, momentum=MOMENTUM)
        history = train(
            self.model,
            [self.inputs(row) for row in self.learning.rows],
            network_targets(self.learning, self.target_scale),
            self._loss_function,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            metrics=metrics,
        )
        self.velocities = optimizer.velocities
        return history

    def loss(self, data: Dataset) -> float:
        """Return the loss on `data`, by which it trains: of standardised numbers, or the binary cross-entropy."""
        predictions = [self.model(self.inputs(row)) for row in _checked(data).rows]
        return self._loss_function(predictions, network_targets(data, self.target_scale)).data

    @property
    def _loss_function(self) -> Callable[[Any, Any], Value]:
        return binary_cross_entropy if self.learning.classes else mean_squared_error

    def predict(self, row: Sequence[float]) -> float:
        """Predict from one row of inputs, in the data's own units.

        Returns:
            A number in the target's own units; of classes, the position of the class in `learning.classes`, as a float
            such as those in `Dataset.targets`.
        """
        prediction = self.model(self.inputs(row))
        if isinstance(prediction, Value):
            return self.target_scale.restore([prediction.data])[0]
        scores = [score.data for score in prediction]
        return float(scores.index(max(scores)))

    @property
    def baseline(self) -> float:
        """The best answer that needs no inputs: the mean of the training rows, or their most frequent class."""
        if self.learning.classes:
            ((most_frequent, _),) = Counter(self.learning.targets).most_common(1)
            return most_frequent
        return self.target_scale.means[0]

    def error(self, data: Dataset) -> float:
        """Return the mean absolute error on `data`, in the target's units; of classes, the share of wrong answers."""
        return self._mean_error([self.predict(row) for row in _checked(data).rows], data.targets)

    def baseline_error(self, data: Dataset) -> float:
        """Return the error on `data` of always predicting `baseline`."""
        return self._mean_error([self.baseline] * len(_checked(data).rows), data.targets)

    def _mean_error(self, predictions: Sequence[float], targets: Sequence[float]) -> float:
        errors = [abs(prediction - target) for prediction, target in zip(predictions, targets, strict=True)]
        return math.fsum(map(bool, errors) if self.learning.classes else errors) / len(errors)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the network in the data's own units, with the names of its columns and classes; see `Module.save`."""
        columns = {"inputs": self.learning.input_names, "target": self.learning.target_name}
        classes = {"classes": self.learning.classes} if self.learning.classes else {}
        write_model(path, self.model_in_own_units(), {**columns, **classes})

    def model_in_own_units(self) -> MLP:
        """Return a network in the data's own units, with both scalings folded into its weights.

        Standardising is linear, so the first layer can do it (w/σ, and b − Σ w·μ/σ), and the last one can undo it.
        """
        model = MLP(
            len(self.input_scale.means), [len(layer.neurons) for layer in self.model.layers], self.model.activation
        )
        for mine, theirs in zip(model.parameters(), self.model.parameters(), strict=True):
            mine.data = theirs.data
        for neuron in model.layers[0].neurons:
            for weight, mean, deviation in zip(
                neuron.weights, self.input_scale.means, self.input_scale.deviations, strict=True
            ):
                weight.data /= deviation
                neuron.bias.data -= weight.data * mean
        (mean,), (deviation,) = self.target_scale.means, self.target_scale.deviations
        for output in model.layers[-1].neurons:
            for weight in output.weights:
                weight.data *= deviation
            output.bias.data = output.bias.data * deviation + mean
        return model


def network_targets(data: Dataset, scale: Scale | None) -> list[Any]:
    """Return the targets that a network is to give: of a class, 1 for its output and 0 for the others."""
    if data.classes:
        return [[float(i == target) for i in range(len(data.classes))] for target in data.targets]
    return [scale.standardise([target])[0] for target in data.targets] if scale else [*data.targets]


def _checked(data: Dataset) -> Dataset:
    if not isinstance(data, Dataset):
        raise TypeError(f"expected a Dataset such as penguins(), got {quoted(data)}")
    if not data.rows:
        raise ValueError("this Dataset has no rows")
    return data
