"""Networks built from Values: a neuron, a dense layer, and a multi-layer perceptron (MLP).

>>> model = MLP(2, [3, 1], seed=1)
>>> len(model.parameters())  # 3 · (2 weights + 1 bias) + 1 · (3 weights + 1 bias)
13
>>> prediction = model([0.5, -1.0])
>>> prediction.backward()
"""

from __future__ import annotations

import json
import math
import os
import random
from collections import UserDict, UserList, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType, MemberDescriptorType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from microgrid._util.files import write_atomic
from microgrid._util.matrices import Matrix, transposed
from microgrid._util.missing_names import answer_missing_names
from microgrid._util.text import brief, printable
from microgrid._util.validation import as_list, check_choice, positive_whole, quoted, seeded
from microgrid.engine import Constant, Input, Value, total, weighted_sum
from microgrid.language.numerals import counted

if TYPE_CHECKING:
    from microgrid.engine import Number, Operand

__all__ = ["ACTIVATIONS", "MLP", "Dense", "Module", "Neuron"]

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "linear": lambda value: value,
    "relu": Value.relu,
    "leaky_relu": Value.leaky_relu,
    "softplus": Value.softplus,
    "tanh": Value.tanh,
    "sigmoid": Value.sigmoid,
}
_HE = ("relu", "leaky_relu", "softplus")

_FORMAT = {"format": "microgrid model", "version": 1}
COLUMNS = ("inputs", "target", "classes")  # what a file may say of the table: the names of its columns, and of classes
MAX_WEIGHTS_PER_LAYER = 10_000_000  # they take about 2 GB
M = TypeVar("M", bound="Module")


class LayerName:
    """The name of a layer: pictures draw the neurons that share this object as one card."""

    def __init__(self, text: str) -> None:
        self.text = text


class NeuronName(str):
    """The label of a neuron's output, by which a view recognises the neuron."""

    layer: LayerName

    def __new__(cls, text: str, layer: LayerName) -> NeuronName:
        """Make the name of a neuron of `layer`."""
        name = super().__new__(cls, text)
        name.layer = layer
        return name

    def __getnewargs__(self) -> tuple[str, LayerName]:  # type: ignore[override]  # for pickle and copy
        return str(self), self.layer


class Module:
    """Base class of everything that has parameters.

    Parameters are found in the attributes of the object: leaf Values that are neither `Input` nor `Constant`, other
    Modules and dataclasses, and lists, tuples, dictionaries, deques, sets (in the order of their labels) and NumPy
    arrays of these. A subclass need not register them. A Value in a closure or in an object of another kind is not
    found; `train` and `Cycle` warn if the loss depends on it. One that is an attribute of the class, and so of all its
    objects at once, is refused with a ValueError wherever parameters are listed.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.start = Value(2.0), Value(1.0)
    ...     def __call__(self, row):
    ...         return self.slope * row[0] + self.start
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'start']
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def named_parameters(self) -> list[tuple[str, Value]]:
        """List pairs (name, parameter); the name is its path from the model, such as `layers[0].neurons[1].bias`."""
        found: dict[Value, str] = {}
        seen: dict[int, object] = {}
        waiting: list[Iterator[tuple[str, Any]]] = [iter([("", self)])]
        while waiting:
            for name, part in waiting[-1]:
                holder = _HOLDERS[type(part)]
                if holder is _PARAMETER:
                    found.setdefault(part, name)
                elif holder and id(part) not in seen:
                    seen[id(part)] = part
                    waiting.append(zip(holder.names(name, part), holder.parts(part), strict=True))
                    break
            else:
                waiting.pop()
        return [(name.removeprefix("."), parameter) for parameter, name in found.items() if not parameter.recorded]

    def parameters(self) -> list[Value]:
        """List every weight and bias, each once."""
        found: list[Value] = []
        seen: dict[int, object] = {}  # what was looked into, by its identity: two objects that are equal are still two
        waiting: list[Iterator[Any]] = [iter([self])]
        while waiting:
            for part in waiting[-1]:
                holder = _HOLDERS[type(part)]
                if holder is _PARAMETER:
                    found.append(part)
                elif holder and id(part) not in seen:
                    seen[id(part)] = part
                    parts = holder.parts(part)
                    if not _ONLY_VALUES.issuperset(map(type, parts)):
                        waiting.append(iter(parts))
                        break
                    found += parts  # the same in one step: most stand in such a list
            else:
                waiting.pop()
        return [value for value in dict.fromkeys(found) if not value.recorded]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def set_parameters(self: M, numbers: Iterable[Number]) -> M:
        """Set every parameter, in the order of `parameters()`, and return this module.

        After an error, no parameter has changed.

        Raises:
            ValueError: the count of numbers differs from the count of parameters.
            TypeError: one of `numbers` is not a number.

        >>> neuron = Neuron(2).set_parameters([5, 4, -12])  # w1, w2, b
        >>> neuron([2, 3]).data
        10.0
        """
        parameters = self.parameters()
        checked = [Value(number).data for number in as_list("numbers", numbers)]
        if len(checked) != len(parameters):
            raise ValueError(f"{self!r} has {counted(len(parameters), 'parameter')}, got {len(checked)}")
        for parameter, number in zip(parameters, checked, strict=True):
            parameter.data = number
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the parameters to a readable JSON file, atomically.

        Raises:
            OSError: the file cannot be written.
            ValueError: a parameter is not finite, or two have the same name, as in a set without labels.
        """
        write_model(path, self)

    def load(self: M, path: str | os.PathLike[str]) -> M:
        """Load the parameters that `save` wrote, and return this model.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a saved model, or it was saved from another model. This model is then unchanged.
        """
        saved_from, parameters, _ = read_model(path)
        path = printable(os.fspath(path))
        mine = self._by_name()
        if saved_from not in (None, expected := self._description()):  # such as one of other sizes
            raise ValueError(f"{path} was saved from {brief(saved_from)}; expected one saved from {expected}")
        strays = sorted(set(mine) ^ set(parameters))
        if strays:
            where = "the file" if strays[0] in mine else "this model"
            raise ValueError(f"{path} does not fit {self!r}: {quoted(strays[0])} is missing from {where}")
        for name, parameter in mine.items():
            parameter.data = parameters[name]
        return self

    def _by_name(self) -> dict[str, Value]:
        named: dict[str, Value] = {}
        for name, parameter in self.named_parameters():
            if named.setdefault(name, parameter) is not parameter:
                raise ValueError(
                    f"{self!r} has two parameters called {quoted(name)}; give what a set holds different labels, and "
                    "the keys of a dictionary different texts"
                )
        return named

    def _description(self) -> str:
        """Return the repr, by which a file tells one kind of model from another, if it shows no weights."""
        text = repr(self)
        return Module.__repr__(self) if "Value(data=" in text else text


class Neuron(Module):
    """One neuron: activation(w1·x1 + w2·x2 + … + b).

    Calling it with `n_inputs` numbers or Values returns one Value. A number becomes an `Input` labelled x1, x2, …, so
    that dx exists as well as dW and db.

    The bias starts at 0; the weights are drawn uniformly from ±limit, so that activations keep about the same
    variance from layer to layer: limit = √(6 / n_inputs) for relu, leaky_relu and softplus (He et al. 2015,
    arXiv:1502.01852), and √(6 / (n_inputs + n_outputs)) for tanh, sigmoid and linear (Glorot and Bengio 2010), where a
    neuron on its own counts as a layer of one output.

    Args:
        n_inputs: how many inputs it takes, 1 or more.
        activation: one of `ACTIVATIONS`: relu, leaky_relu, softplus, tanh, sigmoid, linear.
        seed: the same seed gives the same weights, bit for bit; None gives different ones each time.
        spelled_out: record every product and the sum Σ as a node, instead of one weighted-sum node. All numbers are the
            same, bit for bit, except where one input of a neuron depends on another: their shares are then added in
            another order.
        n_outputs, name, layer: set by `Dense`: how many neurons the layer has, this neuron's name, and the layer's
            name.

    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> neuron.weights[0].data, neuron.weights[1].data = -3.0, 1.0
    >>> neuron.bias.data = 6.8813735870195432
    >>> output = neuron([2.0, 0.0])
    >>> f"{output:.4f}"
    '0.7071'
    """

    def __init__(
        self,
        n_inputs: int,
        activation: str = "relu",
        seed: int | random.Random | None = None,
        spelled_out: bool = False,
        *,
        n_outputs: int = 1,
        name: str = "",
        layer: LayerName | None = None,
    ) -> None:
        n_inputs = positive_whole("n_inputs", n_inputs, most=MAX_WEIGHTS_PER_LAYER)
        _check_activation(activation)
        rng = seeded(seed)
        limit = math.sqrt(6 / n_inputs) if activation in _HE else math.sqrt(6 / (n_inputs + n_outputs))
        prefix = f"{name}." if name else ""
        self.weights = [Value(rng.uniform(-limit, limit), label=f"{prefix}w{i + 1}") for i in range(n_inputs)]
        self.bias = Value(0.0, label=f"{prefix}b")
        self.activation = activation
        self.spelled_out = spelled_out
        self.name = NeuronName(name or "neuron", layer or LayerName("neuron"))

    @property
    def n_inputs(self) -> int:
        """How many numbers one call takes."""
        return len(self.weights)

    def __call__(self, inputs: Iterable[Operand]) -> Value:
        """Return the output for one row."""
        return self._fire(_as_inputs(self, inputs, self.n_inputs))

    def _fire(self, inputs: Sequence[Value]) -> Value:
        if self.spelled_out:
            products = [w * x for w, x in zip(self.weights, inputs, strict=True)]
            weighted = total([*products, self.bias])
        else:
            weighted = weighted_sum(self.weights, inputs, self.bias)
        output = ACTIVATIONS[self.activation](weighted)
        output.label = self.name
        return output

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={self.activation!r})"


class _LastCall:
    """The inputs of the last call of a layer: no search for parameters looks into it, and no copy takes them along."""

    def __init__(self, inputs: Sequence[Value] = ()) -> None:
        self.inputs = inputs

    def __reduce__(self) -> tuple[type[_LastCall], tuple[()]]:
        return _LastCall, ()


class Dense(Module):
    """A dense layer: `n_outputs` neurons with the same `n_inputs` inputs.

    Calling it returns a list of `n_outputs` Values, or the Value itself if there is one output. The arguments are
    those of `Neuron`.

    Attributes:
        W, b: its weights, n_inputs × n_outputs, and its n_outputs biases, as numbers.
        dW, db: their gradients, in the same shapes; of all rows since the last `zero_grad()`.
        dx: the gradients of the inputs of the last call: what the layer before receives as its dout.

    >>> layer = Dense(3, 2, activation="tanh", seed=0)
    >>> [f"{output:.4f}" for output in layer([0.1, 0.2, 0.3])]
    ['0.1354', '-0.1099']
    >>> line = Dense(1, 1, activation="linear", seed=0).set_parameters([2.0, 1.0])
    >>> line([10.0]).backward(upstream=3.0)  # dout = 3
    >>> line.dW, line.db, line.dx
    ([[30.0]], [3.0], [6.0])
    """

    _last = _LastCall()

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: str = "relu",
        seed: int | random.Random | None = None,
        spelled_out: bool = False,
        *,
        name: str = "",
    ) -> None:
        n_inputs = positive_whole("n_inputs", n_inputs, most=MAX_WEIGHTS_PER_LAYER)
        n_outputs = positive_whole("n_outputs", n_outputs, most=MAX_WEIGHTS_PER_LAYER // n_inputs)
        rng = seeded(seed)
        prefix = f"{name}." if name else ""
        layer = LayerName(name or "layer")
        self.neurons = [
            Neuron(
                n_inputs, activation, rng, spelled_out, n_outputs=n_outputs, name=f"{prefix}neuron{i + 1}", layer=layer
            )
            for i in range(n_outputs)
        ]

    def __call__(self, inputs: Iterable[Operand]) -> Value | list[Value]:
        """Return the output or outputs for one row."""
        return _single(self._fire(_as_inputs(self, inputs, self.n_inputs)))

    def _fire(self, inputs: Sequence[Value]) -> list[Value]:
        self._last = _LastCall(inputs)
        return [neuron._fire(inputs) for neuron in self.neurons]

    @property
    def n_inputs(self) -> int:
        """How many numbers one call takes."""
        return self.neurons[0].n_inputs

    @property
    def activation(self) -> str:
        """The name of its activation, one of `ACTIVATIONS`."""
        return self.neurons[0].activation

    @property
    def W(self) -> Matrix:  # noqa: N802 (as in mathematics)
        """Its weights: `W[i][j]` leads from input i to output j."""
        return transposed([[weight.data for weight in neuron.weights] for neuron in self.neurons])

    @property
    def b(self) -> list[float]:
        """Its biases."""
        return [neuron.bias.data for neuron in self.neurons]

    @property
    def dW(self) -> Matrix:  # noqa: N802
        """The gradients of its weights."""
        return transposed([[weight.grad for weight in neuron.weights] for neuron in self.neurons])

    @property
    def db(self) -> list[float]:
        """The gradients of its biases."""
        return [neuron.bias.grad for neuron in self.neurons]

    @property
    def dx(self) -> list[float]:
        """The gradients of the inputs of the last call.

        Raises:
            RuntimeError: it was not called yet.
        """
        if not self._last.inputs:
            raise RuntimeError(f"{self!r} has no dx: call it, then backward() on what comes out")
        return [x.grad for x in self._last.inputs]

    def __repr__(self) -> str:
        return f"Dense({self.n_inputs}, {len(self.neurons)}, activation={self.activation!r})"


class MLP(Module):
    """A multi-layer perceptron: dense layers one after the other, the last one linear.

    Calling it with `n_inputs` numbers or Values returns a list of Values, or one Value if there is one output.

    Args:
        n_inputs: how many numbers one row has.
        sizes: the number of neurons of each layer, the last one being the number of outputs.
        activation: the activation of all layers but the last.
        seed, spelled_out: as for `Neuron`.

    >>> MLP(3, [16, 16, 1])
    MLP(3, [16, 16, 1], activation='relu')
    """

    def __init__(
        self,
        n_inputs: int,
        sizes: Sequence[int],
        activation: str = "relu",
        seed: int | random.Random | None = None,
        spelled_out: bool = False,
    ) -> None:
        sizes = as_list("sizes", sizes)
        sizes = [positive_whole(f"sizes[{i}]", size, MAX_WEIGHTS_PER_LAYER) for i, size in enumerate(sizes)]
        if not sizes:
            raise ValueError("an MLP needs at least one layer: give the number of neurons of each, such as [8, 1]")
        _check_activation(activation)  # if the only layer is the last, no other layer checks it
        rng = seeded(seed)
        self.activation = activation
        self.layers: list[Dense] = []
        for i, (n_in, n_out) in enumerate(zip([n_inputs, *sizes[:-1]], sizes, strict=True), start=1):
            kind = "linear" if i == len(sizes) else activation
            self.layers.append(Dense(n_in, n_out, kind, rng, spelled_out, name=f"layer{i}"))

    @property
    def n_inputs(self) -> int:
        """How many numbers one call takes."""
        return self.layers[0].n_inputs

    def __call__(self, inputs: Iterable[Operand]) -> Value | list[Value]:
        """Return the output or outputs for one row."""
        values = _as_inputs(self, inputs, self.n_inputs)
        for layer in self.layers:
            values = layer._fire(values)
        return _single(values)

    def __repr__(self) -> str:
        sizes = [len(layer.neurons) for layer in self.layers]
        return f"MLP({self.n_inputs}, {sizes}, activation={self.activation!r})"


def _as_inputs(module: Module, inputs: Iterable[Operand], expected: int) -> list[Value]:
    """Convert numbers to labelled Inputs, so that they have gradients, and names in pictures."""
    try:
        row = as_list("inputs", inputs)
    except TypeError:
        got = type(inputs).__name__
        raise TypeError(f"{module!r} expects a list of {expected} numbers or Values, got {got}") from None
    values = []
    for i, x in enumerate(row, start=1):
        try:
            values.append(x if isinstance(x, Value) else Input(x, f"x{i}"))
        except TypeError:
            raise TypeError(
                f"{module!r} expects a row of {expected} numbers or Values, got {quoted(x)} in it"
            ) from None
    if len(values) != expected:
        raise ValueError(f"{module!r} expects {expected} inputs, got {len(values)}")
    return values


def _check_activation(activation: str) -> None:
    check_choice("activation", activation, list(ACTIVATIONS))


def _single(outputs: list[Value]) -> Value | list[Value]:
    return outputs[0] if len(outputs) == 1 else outputs


class _Holder(NamedTuple):
    """How objects of one kind hold their parts: the parts, the key of each, and the name that a key gives it."""

    template: str
    keys: Callable[[Any], Iterable[object]]
    parts: Callable[[Any], Collection[Any]]

    def names(self, name: str, item: object) -> Iterator[str]:
        """Name the parts of an item of this name."""
        return (name + self.template.format(key) for key in self.keys(item))


_ONLY_VALUES = frozenset({Value})
_PARAMETER = _Holder("", tuple, tuple)  # holds nothing, but is what is looked for


class _Holders(dict[type, "_Holder | None"]):
    """The holders by type, each found out once: a model has many parts of few types. Most types hold nothing."""

    def __missing__(self, kind: type) -> _Holder | None:
        self[kind] = holder = _holder_of(kind)
        return holder


_HOLDERS = _Holders()


def _holder_of(kind: type) -> _Holder | None:
    attributes: Callable[[Any], dict[str, Any]] = _attributes if slots_of(kind) else vars
    if issubclass(kind, Module) and (shared := _parameters_of_class(kind)):
        attributes = partial(_own_attributes, shared)
    if issubclass(kind, Value):
        return None if issubclass(kind, (Input, Constant)) else _PARAMETER
    if issubclass(kind, (list, tuple, deque, UserList)):
        return _Holder("[{}]", lambda item: range(len(item)), lambda item: item)
    if issubclass(kind, (Module, SimpleNamespace)) or hasattr(kind, "__dataclass_fields__"):
        return _Holder(".{}", attributes, lambda item: attributes(item).values())
    if issubclass(kind, (dict, UserDict, MappingProxyType)):
        return _Holder("[{!r}]", iter, lambda item: item.values())
    if issubclass(kind, (set, frozenset)):  # has no order; that of the labels is the same in every process
        return _Holder("{{{}}}", lambda item: map(_label, _by_label(item)), _by_label)
    if hasattr(kind, "dtype"):  # an array of NumPy, which may hold Values
        return _Holder("[{}]", lambda item: range(len(_objects_in(item))), _objects_in)
    return None


def _attributes(item: Any) -> dict[str, Any]:
    kind: type = type(item)
    slots = {slot: getattr(item, slot) for slot in slots_of(kind) if hasattr(item, slot)}
    return getattr(item, "__dict__", {}) | slots


def _parameters_of_class(kind: type) -> list[str]:
    """List the attributes of a class that are parameters, or lists or modules of them."""
    named = [(name, item) for base in kind.__mro__ for name, item in vars(base).items()]
    return [
        name
        for name, item in named
        for part in (item if isinstance(item, (list, tuple)) else [item])
        if isinstance(part, Module) or (isinstance(part, Value) and not isinstance(part, (Input, Constant)))
    ]


def _own_attributes(shared: Iterable[str], item: Any) -> dict[str, Any]:
    """Return the attributes of an object; refuse one that has some from its class."""
    own = _attributes(item)
    for name in shared:
        if name not in own:
            raise ValueError(
                f"{name} belongs to the class {type(item).__name__}, so all its objects would share it; "
                f"keep it in __init__ as self.{name}"
            )
    return own


def _label(part: object) -> str:
    return str(getattr(part, "label", ""))


def _by_label(parts: Iterable[object]) -> list[object]:
    return sorted(parts, key=_label)


def _objects_in(array: Any) -> list[Any]:
    parts = array.tolist() if getattr(array.dtype, "hasobject", False) else []
    return parts if isinstance(parts, list) else [parts]


@cache
def slots_of(kind: type) -> tuple[str, ...]:
    """List the attributes defined in `__slots__`, which `vars` does not show."""
    return tuple(
        name
        for base in reversed(kind.__mro__)
        for name, member in vars(base).items()
        if isinstance(member, MemberDescriptorType)
    )


def write_model(path: str | os.PathLike[str], model: Module, columns: Mapping[str, object] | None = None) -> None:
    """Save a model, and the names of the columns that it was trained on where they are given; see `Module.save`."""
    write_atomic(path, json.dumps(model_content(model, columns), indent=1, ensure_ascii=False) + "\n")


def model_content(model: Module, columns: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return what the file of a saved model holds; see `write_model`."""
    parameters = {name: parameter.data for name, parameter in model._by_name().items()}
    for name, number in parameters.items():
        if not isinstance(number, (int, float)) or not math.isfinite(number):
            raise ValueError(f"{name} must be a finite number to be saved, got {quoted(number)}")
    return {**_FORMAT, "model": model._description(), **(columns or {}), "parameters": parameters}


class SavedModel(NamedTuple):
    """What a file holds: the description of the model, its parameters, and the columns that it names."""

    description: object
    parameters: dict[str, float]
    columns: dict[str, Any]


def read_model(path: str | os.PathLike[str]) -> SavedModel:
    """Read a file that `save` wrote.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a saved model.
    """
    written, path = Path(path).read_bytes(), printable(os.fspath(path))
    try:
        content = json.loads(written.decode("utf-8"), parse_int=float)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a saved model: {error}") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT["format"]:
        raise ValueError(f'{path} is not a saved model: expected JSON with "format": "{_FORMAT["format"]}"')
    if content.get("version") != _FORMAT["version"]:
        version = quoted(content.get("version"))
        raise ValueError(f"{path} has version {version}; this microgrid reads {_FORMAT['version']}")
    parameters = content.get("parameters")
    if not isinstance(parameters, dict):
        raise ValueError(f'{path} is not a saved model: "parameters" is missing')
    for name, number in parameters.items():
        if not isinstance(number, float) or not math.isfinite(number):
            raise ValueError(f"{path}: {brief(name)} must be a finite number, got {quoted(number)}")
    return SavedModel(content.get("model"), parameters, {name: content[name] for name in COLUMNS if name in content})


answer_missing_names(__name__)
