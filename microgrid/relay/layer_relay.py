"""The relay by layers: one cycle of a `Network`, recorded layer by layer, as matrices.

A dense layer receives dout, keeps dW and db, and hands dx to the layer before it, which receives it as its dout. Then
all parameters change at once.

>>> from microgrid.layers import Linear, Network
>>> layer = Linear(1, 1)
>>> layer.W, layer.b = [[1.0]], [25.0]
>>> relay = LayerRelay(Network([layer]), x=[[3.0], [-3.0]], t=[[25.0], [25.0]], learning_rate=0.01)
>>> for step in relay.steps:
...     print(step.phase, step.layer, {entry.name: entry.matrix for entry in step.results})
know 1: Linear(1, 1) {'y': [[28.0], [22.0]]}
know MeanSquaredError() {'loss': [[9.0]]}
think MeanSquaredError() {'dout': [[3.0], [-3.0]]}
think 1: Linear(1, 1) {'dW': [[18.0]], 'db': [[0.0]], 'dx': [[3.0], [-3.0]]}
change  {'W1': [[0.8200000000000001]], 'b1': [[25.0]]}
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from microgrid._util.matrices import Matrix, as_matrix
from microgrid._util.text import brief
from microgrid._util.validation import check_choice, number_in_range, quoted
from microgrid.language.numerals import show
from microgrid.layers import (
    LeakyReLU,
    Linear,
    MeanSquaredError,
    Network,
    ReLU,
    Sigmoid,
    Softplus,
    Tanh,
)
from microgrid.relay import layer_table
from microgrid.relay.records import PHASES, Outcome, predict

if TYPE_CHECKING:
    from microgrid.pictures.matrices import Matrices

LINES = {  # in NumPy: what a layer computes first, and what second
    Linear: ("y = x @ W + b", "dx = dout @ W.T"),
    ReLU: ("y = np.maximum(x, 0)", "slope = x > 0"),
    LeakyReLU: ("y = np.where(x > 0, x, {0} * x)", "slope = np.where(x > 0, 1, {0})"),
    Tanh: ("y = np.tanh(x)", "slope = 1 - y**2"),
    Sigmoid: ("y = 1 / (1 + np.exp(-x))", "slope = y * (1 - y)"),
    Softplus: ("y = np.log1p(np.exp(x))", "slope = 1 / (1 + np.exp(-x))"),
    MeanSquaredError: ("loss = ((y - t)**2).mean()", "dout = 2 * (y - t) / y.size"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A matrix of a step, such as "dW", and the line of NumPy that computes it; "" where it was given."""

    name: str
    matrix: Matrix
    line: str = ""


@dataclass(frozen=True, slots=True)
class LayerStep:
    """A step of one layer or of the loss; or the update of all parameters, where `layer` is "".

    Attributes:
        phase: "know", "think" or "change".
        layer: the number of the layer, counted from 1, and what it is, such as "1: Linear(2, 3)".
        kind: "linear", "activation", "loss", "update"; or "other", a layer of one's own.
        entries: the matrices that it reads, then those that it computes. A vector is a matrix of one row.
    """

    phase: str
    layer: str
    kind: str
    entries: tuple[Entry, ...]

    @property
    def results(self) -> tuple[Entry, ...]:
        """The matrices that this step computes."""
        return tuple(entry for entry in self.entries if entry.line)

    def matrix(self, name: str) -> Matrix:
        """Return the matrix of this name."""
        return next(entry.matrix for entry in self.entries if entry.name == name)


class LayerRelay:
    """One cycle of a network on one batch, layer by layer. The network itself is not changed.

    Args:
        network: a `Network`.
        x: the batch, rows × inputs.
        t: its targets, rows × outputs.
        learning_rate: η of W ← W − η · dW.

    Attributes:
        steps: a `LayerStep` for the forward pass of each layer and of the loss, for the dout of the loss, for the
            backward pass of each layer, and for the update.
        outcome: the loss before and after the update, and the one that the gradients predict; NaN where a layer of
            one's own has parameters.

    Raises:
        TypeError, ValueError: not a network, or x or t in a shape that it does not take.
    """

    def __init__(self, network: Network, x: Matrix, t: Matrix, learning_rate: float = 0.1) -> None:
        if not isinstance(network, Network):
            raise TypeError(f"a LayerRelay needs a Network, got {quoted(network)}")
        self.learning_rate = number_in_range("learning_rate", learning_rate)
        network, x, t = copy.deepcopy(network), as_matrix("x", x), as_matrix("t", t)
        self.steps = tuple(_steps(network, x, t, self.learning_rate))
        self.outcome = _outcome(network, self.steps, x, t, self.learning_rate)

    def steps_of(self, phase: str) -> tuple[LayerStep, ...]:
        """Return the steps of one phase: "know", "think" or "change"."""
        return tuple(step for step in self.steps if step.phase == check_choice("phase", phase, PHASES))

    def layer_before(self, step: LayerStep) -> str:
        """Return the name of the layer whose output the layer of this step receives; "" for the first."""
        names = ["", *(each.layer for each in self.steps_of("know"))]
        return names[names.index(step.layer) - 1]

    def text(self, language: str = "en") -> str:
        """Return all steps as text of at most 100 columns: their matrices, a sentence for each, and the outcome.

        Raises:
            ValueError: an unknown language.
        """
        return layer_table.text(self, language)

    def matrices(self, language: str = "en") -> Matrices:
        """Return the steps for a notebook, which shows the numbers coloured by sign and size.

        Raises:
            ValueError: an unknown language.
        """
        from microgrid.pictures.matrices import Matrices  # imported here: a relay depends on no view

        return Matrices(self, language)

    def _repr_html_(self) -> str:
        return self.matrices()._repr_html_()

    def __repr__(self) -> str:
        return f"LayerRelay({len(self.steps)} steps, loss {self.outcome.before:.4g} → {self.outcome.after:.4g})"


def _steps(network: Network, x: Matrix, t: Matrix, learning_rate: float) -> Iterator[LayerStep]:
    """Run one cycle on `network`, which it changes, and yield its steps."""
    layers = [(f"{number}: {brief(layer)}", layer) for number, layer in enumerate(network.layers, start=1)]
    batches = [x]  # the x of each layer, and the y of the last
    for name, layer in layers:
        batches.append(as_matrix(f"y of {name}", layer.forward(batches[-1])))
        yield LayerStep("know", name, _kind(layer), (Entry("x", batches[-2]), *_known(layer, batches[-1])))
    y, loss_layer = batches[-1], network.loss_layer
    is_mse = type(loss_layer) is MeanSquaredError
    kind, name = ("loss", "MeanSquaredError()") if is_mse else ("other", brief(loss_layer))
    loss_line, dout_line = LINES[MeanSquaredError] if is_mse else ("loss.forward(y, t)", "loss.backward()")
    compared = (Entry("y", y), Entry("t", t))
    yield LayerStep("know", name, kind, (*compared, Entry("loss", [[network.loss(y, t)]], loss_line)))
    dout = loss_layer.backward()
    yield LayerStep("think", name, kind, (*compared, Entry("dout", dout, dout_line)))
    for (name, layer), x in zip(reversed(layers), reversed(batches[:-1]), strict=True):
        received, dout = dout, as_matrix(f"dx of {name}", layer.backward(dout))
        yield LayerStep("think", name, _kind(layer), (Entry("dout", received), *_thought(layer, x, dout)))
    network.update(learning_rate)
    updated = (
        Entry(
            f"{entry.name}{number}",
            entry.matrix,
            f"{entry.name}{number} -= {show(learning_rate)} * d{entry.name}{number}",
        )
        for number, layer in enumerate(network.layers, start=1)
        for entry in _parameters(layer)
    )
    yield LayerStep("change", "", "update", tuple(updated))


def _known(layer: Any, y: Matrix) -> list[Entry]:
    """Return what the forward pass of a layer reads beside x, and what it computes."""
    if isinstance(layer, Linear):
        return [*_parameters(layer), Entry("y", y, LINES[Linear][0])]
    if type(layer) in LINES:
        y_line, slope_line = (line.format(getattr(layer, "negative_slope", "")) for line in LINES[type(layer)])
        return [Entry("y", y, y_line), Entry("slope", layer.slopes, slope_line)]
    return [Entry("y", y, "y = layer.forward(x)")]


def _thought(layer: Any, x: Matrix, dx: Matrix) -> list[Entry]:
    """Return what the backward pass of a layer reads beside dout, and what it computes."""
    if isinstance(layer, Linear):
        dW, db = layer.gradients()
        given = [Entry("x", x), Entry("W", layer.W)]
        return [
            *given,
            Entry("dW", dW, "dW = x.T @ dout"),
            Entry("db", [db], "db = dout.sum(axis=0)"),
            Entry("dx", dx, LINES[Linear][1]),
        ]
    if type(layer) in LINES:
        return [Entry("slope", layer.slopes), Entry("dx", dx, "dx = dout * slope")]
    return [Entry("dx", dx, "dx = layer.backward(dout)")]


def _parameters(layer: Any) -> list[Entry]:
    return [Entry("W", layer.W), Entry("b", [layer.b])] if isinstance(layer, Linear) else []


def _kind(layer: object) -> str:
    return "linear" if isinstance(layer, Linear) else "activation" if type(layer) in LINES else "other"


def _outcome(network: Network, steps: Sequence[LayerStep], x: Matrix, t: Matrix, learning_rate: float) -> Outcome:
    """Compare the loss after the update with the one that dW and db predict, if they are all the gradients."""
    entries = [entry for step in steps for entry in step.results]
    before = next(entry.matrix[0][0] for entry in entries if entry.name == "loss")
    gradients = [n for entry in entries if entry.name in ("dW", "db") for row in entry.matrix for n in row]
    predicted = predict(before, ((gradient, -learning_rate * gradient, 0.0) for gradient in gradients))
    if any(hasattr(layer, "update") and not isinstance(layer, Linear) for layer in network.layers):
        predicted = math.nan
    try:
        after = network.loss(network.forward(x), t)
    except OverflowError:
        after = math.inf
    except (ArithmeticError, ValueError):  # of a layer or loss of one's own
        after = math.nan
    return Outcome(before, predicted, after, ())
