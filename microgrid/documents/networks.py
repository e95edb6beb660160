"""Documents of the studio that are networks: what a network is, the data it learns from, and how it learns.

>>> spec = network_documents()["moons"].spec
>>> spec.sizes, spec.activation, len(spec.data.rows), len(spec.build().parameters())
((4, 1), 'tanh', 200, 17)
>>> history = spec.train(spec.build(), epochs=200)
>>> f"{history.losses[0]:.2f} → {history.losses[-1]:.2f}"
'2.08 → 0.03'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from microgrid._util.missing_names import nearest
from microgrid._util.validation import check_choice, number_in_range, positive_whole, quoted, seeded
from microgrid.datasets.column_learner import MOMENTUM, ColumnLearner, network_targets
from microgrid.datasets.penguins import penguin_species
from microgrid.datasets.scale import Scale
from microgrid.datasets.shapes import SHAPES
from microgrid.datasets.tables import Dataset
from microgrid.documents.examples import Heading
from microgrid.engine import Value
from microgrid.language.numerals import counted
from microgrid.language.words import LANGUAGES, in_each_language, words
from microgrid.losses import binary_cross_entropy, mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP, model_content
from microgrid.optim import SGD
from microgrid.training.history import HELD_OUT, History
from microgrid.training.loop import train

LOSSES: dict[str, Callable[[Any, Any], Value]] = {"mse": mean_squared_error, "bce": binary_cross_entropy}
MAX_NUMBERS = 100_000  # of the data in a page: with more it grows beyond 2 MB
MAX_PARAMETERS = 10_000  # of a network in a page: more are no drawing, and no training that one watches
MAX_PRODUCTS = 10_000_000  # parameters times rows: with more, one cycle in the page takes a second and 100 MB
MAX_SEED = 2**53 - 1  # the largest whole number that JavaScript counts exactly


@dataclass(frozen=True)
class Data:
    """Data that a network of the studio learns from, in the data's own units.

    Attributes:
        name: one of `DATA_NAMES`; "" for a table of somebody's own.
        learning, held_out: the rows it learns from, and the rows it never sees, of which there may be none.
        input_scale, target_scale: standardise what the network sees; both are None where it sees the numbers as they
            are. That of classes changes nothing.
    """

    learning: Dataset
    held_out: Dataset
    name: str = ""
    input_scale: Scale | None = None
    target_scale: Scale | None = None

    @classmethod
    def of(cls, learner: ColumnLearner, name: str = "") -> Data:
        """Return the data of a learner, with its split and its scales."""
        return cls(learner.learning, learner.held_out, name, learner.input_scale, learner.target_scale)

    @property
    def n_inputs(self) -> int:
        """How many inputs a network needs for it."""
        return len(self.learning.input_names)

    @property
    def n_outputs(self) -> int:
        """How many outputs a network needs for it: one, or one for each class."""
        return len(self.learning.classes) or 1

    @property
    def rows(self) -> list[list[float]]:
        """The rows to learn from, as the network sees them."""
        return [self.standardised(row) for row in self.learning.rows]

    @property
    def targets(self) -> list[Any]:
        """Their targets: numbers, or of classes lists with 1 for the output of the right class and 0 for the others."""
        return network_targets(self.learning, self.target_scale)

    def standardised(self, row: Sequence[float]) -> list[float]:
        """Return a row as the network sees it."""
        return self.input_scale.standardise(row) if self.input_scale else [*row]

    def heading(self, path: str) -> Heading:
        """Return the heading of data that come from a file: its name, and the column that is predicted."""
        return Heading(dict.fromkeys(LANGUAGES, f"{Path(path).name}: {self.learning.target_name}"))

    def to_json(self) -> dict[str, Any]:
        """Return it as the page reads it."""
        scale = None
        if self.input_scale and self.target_scale:
            target = [self.target_scale.means[0], self.target_scale.deviations[0]]
            scale = {"inputs": [[*self.input_scale.means], [*self.input_scale.deviations]], "target": target}
        return {
            "name": self.name,
            "inputNames": [*self.learning.input_names],
            "targetName": self.learning.target_name,
            "classes": [*self.learning.classes],
            "rows": self.learning.rows,
            "targets": self.learning.targets,
            "heldOut": {"rows": self.held_out.rows, "targets": self.held_out.targets},
            "scale": scale,
        }


@dataclass(frozen=True)
class Spec:
    """A network as the studio opens it: `MLP(inputs, sizes, activation, seed=seed)`, its data, and how it learns.

    Attributes:
        data: what it learns from; it gives the number of inputs.
        sizes: neurons of each layer, the last one being the number of outputs.
        activation: of all layers but the last, which is linear; one of `ACTIVATIONS`.
        loss: "mse", the mean squared error, or "bce", binary cross-entropy.
        learning_rate, momentum: of `SGD`.
        batch_size: rows of one update; None for all.
        seed: of the weights, and of the order of the rows.
        model: a network that has learned already; None for one that begins.
        history: of the epochs that `model` has learned, with the loss of the held-out rows as the metric `HELD_OUT`.
        velocities: of the parameters after these epochs, from which momentum goes on; () where they are 0.

    Raises:
        ValueError: a number is out of its range; the last size does not fit the data; the network or its data is too
            large for a page.
        TypeError: a number is none.
    """

    data: Data
    sizes: tuple[int, ...]
    activation: str = "tanh"
    loss: str = "mse"
    learning_rate: float = 0.1
    momentum: float = 0.0
    batch_size: int | None = None
    seed: int = 0
    model: MLP | None = None
    history: History | None = None
    velocities: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for size in self.sizes:
            positive_whole("the size of a layer", size)
        check_choice("activation", self.activation, [*ACTIVATIONS])
        check_choice("loss", self.loss, [*LOSSES])
        number_in_range("learning_rate", self.learning_rate)
        number_in_range("momentum", self.momentum, below=1.0)
        if self.batch_size is not None:
            positive_whole("batch_size", self.batch_size)
        seeded(self.seed)
        if self.seed > MAX_SEED:
            raise ValueError(f"seed must be {MAX_SEED} or less, got {self.seed}")
        if self.sizes[-1:] != (self.data.n_outputs,):
            classes = self.data.learning.classes
            outputs = f"one for each of {', '.join(classes)}" if classes else "for one number"
            raise ValueError(
                f"{shape_text(self)} has {counted(self.sizes[-1], 'output')}; expected {self.data.n_outputs}, {outputs}"
            )
        self._check_size()

    def _check_size(self) -> None:
        widths = [self.data.n_inputs, *self.sizes]
        n_parameters = sum((before + 1) * after for before, after in pairwise(widths))
        if n_parameters > MAX_PARAMETERS:
            raise ValueError(
                f"this network has {n_parameters} weights and biases; a page shows at most {MAX_PARAMETERS}"
            )
        n_rows = len(self.data.learning.rows) + len(self.data.held_out.rows)
        n_numbers = n_rows * (self.data.n_inputs + 1)
        if n_numbers > MAX_NUMBERS:
            raise ValueError(
                f"{counted(n_rows, 'row')} of {counted(self.data.n_inputs + 1, 'number')} are too many for a page, "
                f"which holds at most {MAX_NUMBERS} numbers; use fewer rows, or fewer columns"
            )
        if n_parameters * n_rows > MAX_PRODUCTS:
            raise ValueError(
                f"{n_parameters} weights and biases times {counted(n_rows, 'row')} are too many for a page, "
                f"which computes at most {MAX_PRODUCTS} products a cycle; use fewer rows, or a smaller network"
            )

    @classmethod
    def of(
        cls,
        learner: ColumnLearner,
        learning_rate: float,
        batch_size: int,
        seed: int,
        history: History | None = None,
    ) -> Spec:
        """Return the network of a learner as it begins with this seed, or, with a history, as it is now."""
        return cls(
            Data.of(learner),
            tuple(len(layer.neurons) for layer in learner.model.layers),
            learner.model.activation,
            "bce" if learner.learning.classes else "mse",
            learning_rate,
            MOMENTUM,
            batch_size,
            seed,
            None if history is None else learner.model,
            history,
            () if history is None else learner.velocities,
        )

    def build(self) -> MLP:
        """Return a new network with the weights that this one begins with."""
        model = MLP(self.data.n_inputs, self.sizes, self.activation, seed=self.seed)
        if self.model is not None:
            model.set_parameters(parameter.data for parameter in self.model.parameters())
        return model

    def predict(self, model: MLP, row: Sequence[float]) -> float:
        """Predict from one row in the data's own units; of classes, their position is the prediction."""
        output = model(self.data.standardised(row))
        if not isinstance(output, Value):
            scores = [score.data for score in output]
            return float(scores.index(max(scores)))
        if self.loss == "bce":
            return output.sigmoid().data
        scale = self.data.target_scale
        return scale.restore([output.data])[0] if scale else output.data

    def train(self, model: MLP, epochs: int) -> History:
        """Train a model as the studio does.

        Raises:
            TrainingDivergedError: as of `train`.
        """
        return train(
            model,
            self.data.rows,
            self.data.targets,
            LOSSES[self.loss],
            SGD(model.parameters(), self.learning_rate, momentum=self.momentum),
            epochs,
            self.batch_size,
            seed=self.seed,
            progress=False,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as the page reads it."""
        history = self.history
        return {
            "inputs": self.data.n_inputs,
            "sizes": [*self.sizes],
            "activation": self.activation,
            "loss": self.loss,
            "learningRate": self.learning_rate,
            "momentum": self.momentum,
            "batchSize": self.batch_size,
            "seed": self.seed,
            "model": None if self.model is None else model_content(self.model),
            "data": self.data.to_json(),
            "history": history
            and {
                "losses": history.losses,
                "heldOut": history.metrics.get(HELD_OUT, []),
                "velocities": [*self.velocities],
            },
        }


def shape_text(spec: Spec) -> str:
    """Return the inputs and layers of a network, such as 2-4-1."""
    return "-".join(map(str, (spec.data.n_inputs, *spec.sizes)))


@dataclass(frozen=True)
class NetworkDocument:
    """A network with its heading, and its name in the strip of the studio; "" where it is not there."""

    name: str
    spec: Spec
    heading: Heading


def _shape(name: str) -> Data:
    """Return a data set of `SHAPES`, whose numbers a network sees as they are."""
    learning = SHAPES[name]()
    return Data(learning, replace(learning, rows=[], targets=[]), name)


def _penguins() -> Data:
    """Return the species of penguins by two measures, with a fifth of them held out."""
    return Data.of(ColumnLearner.prepare(penguin_species()), "penguins")


DATA_NAMES = (*SHAPES, "penguins")


@cache
def data_named(name: str) -> Data:
    """Return a data set of the studio by its name.

    Raises:
        ValueError: there is none of this name.

    >>> data_named("mons")
    Traceback (most recent call last):
    ValueError: there is no data set 'mons'; did you mean moons?
    """
    if name in SHAPES:
        return _shape(name)
    if name == "penguins":
        return _penguins()
    meant = nearest(name, DATA_NAMES)
    hint = f"did you mean {meant}?" if meant else f"there are {', '.join(DATA_NAMES)}"
    raise ValueError(f"there is no data set {quoted(name)}; {hint}")


def data_title(name: str) -> dict[str, str]:
    """Return what data or a network of the studio are called in each language: as their example, where there is one."""
    keys = (f"example.network.{name}.title", f"example.{name}.title", f"example.data.{name}")
    return in_each_language(next(key for key in keys if key in words(LANGUAGES[0])))


@cache
def network_documents() -> Mapping[str, NetworkDocument]:
    """Return the networks in the strip of the studio, by their names and in their order.

    Each shows what its note says: that depends on the seed and the learning rate.
    """
    documents = (
        _network("xor", "xor", (2, 1), 0.2, seed=2),
        _network("moons", "moons", (4, 1), 0.3, seed=67),
        _network("penguins", "penguins", (4, 3), 0.3, loss="bce", batch_size=16),
        _network("vanishing-gradients", "moons", (2, 2, 2, 2, 2, 1), 0.2, activation="sigmoid", seed=3),
        _network("dead-relu", "xor", (2, 1), 0.4, activation="relu", seed=28),
        _network("learning-rate", "line", (1,), 0.9),
    )
    return {document.name: document for document in documents}


_FIRST: Mapping[str, Mapping[str, Any]] = {
    "line": {"sizes": (1,), "learning_rate": 0.1},
    "satisfaction": {"sizes": (1,), "learning_rate": 0.1},
    "and": {"sizes": (1,), "learning_rate": 0.2},
    "or": {"sizes": (1,), "learning_rate": 0.2},
    "circles": {"sizes": (4, 1), "learning_rate": 0.3, "seed": 2},
    "spiral": {"sizes": (8, 8, 1), "activation": "relu", "learning_rate": 0.1, "batch_size": 10},
}
"""What learns the data sets on which the strip has no network of the same name."""


def first_network(name: str) -> Spec:
    """Return the network that a data set of the studio opens with.

    Raises:
        ValueError: there is no data set of this name.

    >>> first_network("circles").sizes
    (4, 1)
    """
    data = data_named(name)
    if name in network_documents():
        return network_documents()[name].spec
    return Spec(data, **_FIRST[name])


def _network(name: str, data: str, sizes: tuple[int, ...], learning_rate: float, **settings: Any) -> NetworkDocument:
    heading = Heading(data_title(name), in_each_language(f"example.network.{name}.note"))
    return NetworkDocument(name, Spec(data_named(data), sizes, learning_rate=learning_rate, **settings), heading)
