"""Examples for a class, each a graph with a heading: `microgrid page --examples` lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from microgrid._util.matrices import Matrix
from microgrid._util.validation import quoted
from microgrid.calculus import differentiate
from microgrid.documents.document import read_document
from microgrid.documents.gallery import GALLERY
from microgrid.engine import Input, Value
from microgrid.language.words import in_each_language, label_in
from microgrid.layers import Linear, Network
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.relay.layer_relay import LayerRelay
from microgrid.relay.relay import Relay

if TYPE_CHECKING:
    from microgrid.datasets.column_learner import ColumnLearner

CAREFUL_LEARNING_RATE = 0.05  # of an expression or example: at 0.1 more estimates lie below 0, where no loss can be
ROOMS, MADE, IDEALS = [[3.0], [-3.0]], [[28.0], [22.0]], [[25.0], [25.0]]  # °C above the usual room; made; wanted
XOR_ROWS, XOR_TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]
MEASURES = ("flipper length", "bill length", "bill depth")


@dataclass(frozen=True)
class Heading:
    """What a page says of a graph besides its steps: each text by language, "en" and "ja".

    Attributes:
        title: what it is called.
        note: one or two sentences on what to look at, shown at the start.
        own_labels: those labels of the graph that microgrid itself gave, and not its user: a page shows them in its
            language; None means all labels.
        labels: what labels of the graph are called in a language, by the label.
        remarks: what is said of a value in the step that computes it, by its label.

    >>> heading = Heading({"en": "a score"}, labels={"ja": {"score": "スコア"}})
    >>> heading.label_in("score", "ja"), heading.label_in("score", "en")
    ('スコア', 'score')
    """

    title: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    own_labels: frozenset[str] | None = frozenset()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def label_in(self, label: str, language: str) -> str:
        """Return what a label of the graph is called in a language."""
        is_own = self.own_labels is None or label in self.own_labels
        return self.labels.get(language, {}).get(label) or (label_in(label, language) if is_own else label)


@dataclass(frozen=True)
class Example:
    """A graph to record, the heading of its page, its learning rate and, of some, the network and batch as layers."""

    heading: Heading
    build: Callable[[], Value]
    learning_rate: float
    layers: Callable[[], tuple[Network, Matrix, Matrix]] | None = None

    def record(self, learning_rate: float | None = None) -> Relay:
        """Record its relay, with another learning rate if one is given."""
        return Relay(self.build(), learning_rate=self.learning_rate if learning_rate is None else learning_rate)

    def record_layers(self, learning_rate: float | None = None) -> LayerRelay:
        """Record its relay layer by layer.

        Raises:
            ValueError: it has no layers.
        """
        if self.layers is None:
            layered = ", ".join(name for name, each in EXAMPLES.items() if each.layers)
            raise ValueError(f"this example has no layers; those with layers are {layered}")
        return LayerRelay(*self.layers(), self.learning_rate if learning_rate is None else learning_rate)


def example(name: str) -> Example:
    """Return the example of this name.

    Raises:
        ValueError: there is none of this name.

    >>> example("two-paths").record().gradients["n1"]  # b reaches the end along two paths: 2 + 3
    5.0
    """
    if not isinstance(name, str) or name not in EXAMPLES:
        raise ValueError(f"there is no example {quoted(name)}; there are {', '.join(EXAMPLES)}")
    return EXAMPLES[name]


def _named(value: Value, label: str) -> Value:
    value.label = label
    return value


def _satisfaction() -> Value:
    made = [Value(number, "made") for (number,) in MADE]
    return mean_squared_error(made, [Input(ideal, "ideal") for (ideal,) in IDEALS])


def _satisfaction_layers() -> tuple[Network, Matrix, Matrix]:
    layer = Linear(1, 1)
    layer.W, layer.b = [[1.0]], [25.0]
    return Network([layer]), ROOMS, IDEALS


def _apples_and_oranges() -> Value:
    apple, orange = Input(100.0, "apple"), Input(150.0, "orange")
    apples = _named(apple * Input(2.0, "number of apples"), "apples")
    oranges = _named(orange * Input(3.0, "number of oranges"), "oranges")
    return _named(_named(apples + oranges, "fruit") * Input(1.1, "tax"), "price")


def _xor_model() -> MLP:
    return MLP(2, [4, 1], activation="tanh", seed=1)


def _xor() -> Value:
    model = _xor_model()
    predictions = [model(row) for row in XOR_ROWS]
    return mean_squared_error(predictions, [Input(target, "target") for (target,) in XOR_TARGETS])


def _xor_layers() -> tuple[Network, Matrix, Matrix]:
    return Network.of(_xor_model()), XOR_ROWS, XOR_TARGETS


def _vanishing() -> Value:
    model = MLP(1, [1, 1, 1, 1, 1, 1], activation="sigmoid", seed=0)
    for neuron in (layer.neurons[0] for layer in model.layers):
        neuron.weights[0].data = 1.0
    loss = mean_squared_error(model([Input(1.0, "x")]), Input(0.0, "target"))
    return _named(loss, "loss")


def _newton() -> Value:
    x = Value(2.0, "x")
    return differentiate(_named(x**4 - 2 * x**2, "y"), x)


def labelled_penguin(learner: ColumnLearner, row: Sequence[float], mass: float) -> tuple[list[Input], Input]:
    """Return the standardised inputs and target of one penguin, labelled."""
    inputs = [Input(x, label) for x, label in zip(learner.inputs(row), MEASURES, strict=True)]
    return inputs, Input(learner.target(mass), "body mass")


def _trained_penguin() -> Value:
    """Return the loss of one penguin that the network, after training on the others, has not seen."""
    from microgrid.datasets.penguins import penguin_learner  # what learns from tables is not loaded for an expression

    learner = penguin_learner()
    learner.train()
    row, mass = labelled_penguin(learner, learner.held_out.rows[0], learner.held_out.targets[0])
    loss = mean_squared_error(learner.model(row), mass)
    loss.label = "loss"
    return loss


def _read(name: str) -> tuple[Callable[[], Value], float]:
    """Return how to build a text of the gallery, and its learning rate."""
    document = GALLERY[name]
    rate = CAREFUL_LEARNING_RATE if document.learning_rate is None else document.learning_rate
    return lambda: read_document(document.text), rate


_BUILT: dict[str, tuple[Callable[[], Value], float]] = {
    "satisfaction": (_satisfaction, 0.01),
    "neuron": _read("neuron"),
    "apples-and-oranges": (_apples_and_oranges, CAREFUL_LEARNING_RATE),
    "two-paths": _read("two-paths"),
    "xor": (_xor, CAREFUL_LEARNING_RATE),
    "vanishing-gradients": (_vanishing, CAREFUL_LEARNING_RATE),
    "dead-relu": _read("dead-relu"),
    "learning-rate": _read("learning-rate"),
    "product": _read("product"),
    "blame": _read("blame"),
    "newton": (_newton, 24.0 / 44.0**2),  # with it, x − rate · 44 is x − slope / slope of the slope
    "penguins": (_trained_penguin, 0.005),
}
_LAYERS = {"satisfaction": _satisfaction_layers, "xor": _xor_layers}
EXAMPLES = {
    name: Example(
        Heading(in_each_language(f"example.{name}.title"), in_each_language(f"example.{name}.note"), None),
        build,
        learning_rate,
        _LAYERS.get(name),
    )
    for name, (build, learning_rate) in _BUILT.items()
}
