"""Layers on lists of numbers: the backward pass written by hand, as array code writes it.

`forward(x)` takes a batch, a list of rows, and returns y. `backward(dout)` receives dout = ∂loss/∂y, the upstream
gradient; it keeps dW and db, the gradients of the layer's own parameters, and returns dx = ∂loss/∂x, which the layer
before it receives as dout. A comment above each computation gives it in NumPy. Sums run in the engine's order, last row
and last output first, so that every gradient equals that of `Value.backward()` bit for bit.

>>> network = Network([Linear(2, 3, seed=0), ReLU(), Linear(3, 1, seed=1)])
>>> loss = network.loss(network.forward([[1.0, 2.0], [3.0, -1.0]]), [[1.0], [0.0]])
>>> dx = network.backward()
>>> network.update(learning_rate=0.01)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from microgrid._util.matrices import Matrix, as_matrix, elementwise, kept, plain_sum, product, square, transposed
from microgrid._util.missing_names import answer_missing_names
from microgrid._util.validation import as_layer, as_layers, as_number, as_numbers, number_in_range
from microgrid.nn import MLP, Dense

__all__ = ["LeakyReLU", "Linear", "MeanSquaredError", "Network", "ReLU", "Sigmoid", "Softplus", "Tanh"]


class Linear:
    """A dense layer without an activation: y = x · W + b.

    The weights start as those of `Dense(n_inputs, n_outputs, "linear", seed)`, the biases at 0.

    Attributes:
        W, b: n_inputs × n_outputs weights, and n_outputs biases. PyTorch's `weight` is W transposed.
        dW, db: their gradients, in the same shapes. Each `backward` replaces them, where the engine would add to them.

    >>> layer = Linear(2, 1)
    >>> layer.W, layer.b = [[2.0], [3.0]], [1.0]
    >>> layer.forward([[10.0, 100.0]])
    [[321.0]]
    >>> dx = layer.backward([[1.0]])
    >>> layer.dW, layer.db, dx
    ([[10.0], [100.0]], [1.0], [[2.0, 3.0]])
    """

    def __init__(self, n_inputs: int, n_outputs: int, seed: int | None = None) -> None:
        dense = Dense(n_inputs, n_outputs, "linear", seed)
        self.n_inputs, self.n_outputs, self.W, self.b = n_inputs, n_outputs, dense.W, dense.b
        self.x: Matrix | None = None
        self.dW: Matrix | None = None
        self.db: list[float] | None = None

    def forward(self, x: Matrix) -> Matrix:
        """Return y, rows × n_outputs, for x, rows × n_inputs."""
        self.W = as_matrix(f"{self}.W", self.W, self.n_outputs, n_rows=self.n_inputs)  # set by hand, perhaps
        self.b = as_numbers(f"{self}.b", self.b, self.n_outputs)
        self.x = as_matrix(f"x of {self}.forward(x)", x, n_columns=self.n_inputs)
        self.dW = self.db = None  # they belonged to the batch before
        # y = x @ W + b
        return elementwise(lambda weighted, bias: weighted + bias, product(self.x, self.W), [self.b] * len(self.x))

    def backward(self, dout: Matrix) -> Matrix:
        """Set dW and db, which are sums over the rows, and return dx, sums over the outputs, in the shape of x."""
        x = kept(self.x, f"{self}.backward(dout) needs the x of its forward pass; call forward(x) first")
        dout = as_matrix(f"dout of {self}.backward(dout)", dout, self.n_outputs, n_rows=len(x))
        # dW = x.T @ dout; db = dout.sum(axis=0)
        self.dW = product(transposed(x[::-1]), dout[::-1])
        self.db = [plain_sum(column) for column in transposed(dout[::-1])]
        # dx = dout @ W.T
        return product([row[::-1] for row in dout], transposed(self.W)[::-1])

    def update(self, learning_rate: float) -> None:
        """Move W and b a little against their gradients."""
        rate = number_in_range("learning_rate", learning_rate)
        dW, db = self.gradients()
        # W -= learning_rate * dW; b -= learning_rate * db
        self.W = elementwise(lambda weight, gradient: weight - rate * gradient, self.W, dW)
        self.b = [bias - rate * gradient for bias, gradient in zip(self.b, db, strict=True)]
        self.x = None  # new weights need a new forward pass

    def gradients(self) -> tuple[Matrix, list[float]]:
        """Return dW and db. Raises RuntimeError unless `backward` has run since the last `forward` and `update`."""
        if self.x is None or self.dW is None or self.db is None:
            raise RuntimeError(f"{self}.update() needs new gradients; call forward(x) and backward(dout) first")
        return self.dW, self.db

    def __repr__(self) -> str:
        return f"Linear({self.n_inputs}, {self.n_outputs})"


class Activation:
    """One function, applied to each number of a batch; a subclass gives its value y and its slope ∂y/∂x."""

    value_and_slope: Callable[[float], tuple[float, float]]
    slopes: Matrix | None = None  # at each number of the last x

    def forward(self, x: Matrix) -> Matrix:
        """Return y, in the shape of x."""
        pairs = elementwise(self.value_and_slope, as_matrix(f"x of {self}.forward(x)", x))
        self.slopes = [[slope for _, slope in row] for row in pairs]
        return [[value for value, _ in row] for row in pairs]

    def backward(self, dout: Matrix) -> Matrix:
        """Return dx, in the shape of dout: each number of dout times the slope in its place."""
        slopes = kept(self.slopes, f"{self}.backward(dout) needs the slopes at its x; call forward(x) first")
        dout = as_matrix(f"dout of {self}.backward(dout)", dout, len(slopes[0]), n_rows=len(slopes))
        # dx = dout * slopes, with 0.0 for -0.0
        return elementwise(lambda number, slope: 0.0 + number * slope, dout, slopes)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ReLU(Activation):
    """x where x is positive, else 0: passes dout back where x was positive, and nothing elsewhere."""

    def value_and_slope(self, x: float) -> tuple[float, float]:
        return (0.0, 0.0) if x <= 0.0 else (x, 1.0)


class LeakyReLU(Activation):
    """x where x is positive, else negative_slope · x."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = as_number("negative_slope", negative_slope)

    def value_and_slope(self, x: float) -> tuple[float, float]:
        return (x, 1.0) if x > 0.0 else (self.negative_slope * x, self.negative_slope)

    def __repr__(self) -> str:
        return f"LeakyReLU({self.negative_slope})"


class Tanh(Activation):
    """The hyperbolic tangent, between −1 and 1."""

    def value_and_slope(self, x: float) -> tuple[float, float]:
        y = math.tanh(x)
        return y, 1.0 - y * y


class Sigmoid(Activation):
    """1 / (1 + exp(−x)), between 0 and 1."""

    def value_and_slope(self, x: float) -> tuple[float, float]:
        small = math.exp(-abs(x))  # never overflows
        y = (1.0 if x >= 0.0 else small) / (1.0 + small)
        return y, y * (1.0 - y)


class Softplus(Activation):
    """log(1 + exp(x)), a ReLU with a smooth bend; its slope is the sigmoid of x."""

    def value_and_slope(self, x: float) -> tuple[float, float]:
        return (0.0 if x <= 0.0 else x) + math.log1p(math.exp(-abs(x))), Sigmoid().value_and_slope(x)[0]


class MeanSquaredError:
    """The mean of (y − t)² over all outputs of all rows, and the dout that starts the backward pass.

    Some books write (t − y)². The square is the same, and so is dout: 2 · (t − y), times the inner derivative −1.

    >>> mse = MeanSquaredError()
    >>> mse.forward([[28.0], [22.0]], [[25.0], [25.0]])  # +3 and −3 cancel, their squares do not
    9.0
    >>> mse.backward()
    [[3.0], [-3.0]]
    """

    errors: Matrix | None = None

    def forward(self, y: Matrix, t: Matrix) -> float:
        """Return the loss of predictions y for targets t of the same shape."""
        y = as_matrix("y", y)
        t = as_matrix("t", t, len(y[0]), n_rows=len(y))
        self.errors = elementwise(lambda prediction, target: prediction - target, y, t)
        # loss = ((y - t) ** 2).mean()
        return plain_sum(square(error) for row in self.errors for error in row) / (len(y) * len(y[0]))

    def backward(self) -> Matrix:
        """Return dout = 2 · (y − t) / n, in the shape of y; n is the number of outputs in all rows."""
        errors = kept(self.errors, "the loss has no errors yet; call forward(y, t), or loss(y, t) of a network, first")
        # dout = 2 * (y - t) / y.size
        n = len(errors) * len(errors[0])
        return elementwise(lambda error: 0.0 + 1.0 / n * (2.0 * error), errors)


_ACTIVATIONS = {"relu": ReLU, "leaky_relu": LeakyReLU, "softplus": Softplus, "tanh": Tanh, "sigmoid": Sigmoid}


class Network:
    """Layers one after the other, and a loss, by default `MeanSquaredError()`.

    A layer of your own needs `forward` and `backward`; one with parameters also needs `gradients` and `update`.
    """

    def __init__(self, layers: Iterable[Linear | Activation], loss: MeanSquaredError | None = None) -> None:
        self.layers = as_layers(layers)
        self.loss_layer = MeanSquaredError() if loss is None else as_layer("loss", loss)

    def forward(self, x: Matrix) -> Matrix:
        """Return the predictions y for x (Know)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, y: Matrix, t: Matrix) -> float:
        """Return the loss of predictions y for targets t."""
        return self.loss_layer.forward(y, t)

    def backward(self) -> Matrix:
        """Hand dout from the loss back through every layer, and return dx of the first (Think). No weight changes."""
        dout = self.loss_layer.backward()
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def update(self, learning_rate: float) -> None:
        """Move all parameters at once (Change)."""
        trained = [layer for layer in self.layers if hasattr(layer, "update")]
        for layer in trained:
            layer.gradients()  # all must be there before any parameter changes
        for layer in trained:
            layer.update(learning_rate)

    @classmethod
    def of(cls, mlp: MLP) -> Network:
        """Return the layers of an `MLP`, with copies of its parameters."""
        network = cls([])
        for dense in mlp.layers:
            linear = Linear(dense.n_inputs, len(dense.neurons))
            linear.W, linear.b = dense.W, dense.b
            network.layers += [linear, *(kind() for name, kind in _ACTIVATIONS.items() if name == dense.activation)]
        return network

    def to_mlp(self) -> MLP:
        """Return an `MLP` with copies of the parameters. Raises ValueError unless these are the layers of one."""
        linears = [layer for layer in self.layers if isinstance(layer, Linear)]
        names = [name for name, kind in _ACTIVATIONS.items() if kind in map(type, self.layers)] or ["linear"]
        mlp = MLP(linears[0].n_inputs, [layer.n_outputs for layer in linears], names[0]) if linears else None
        if mlp is None or repr(Network.of(mlp)) != repr(self):
            raise ValueError(f"expected Linear, activation, …, Linear, as in an MLP, all activations alike, got {self}")
        for dense, linear in zip(mlp.layers, linears, strict=True):
            dense.set_parameters(number for neuron in transposed([*linear.W, linear.b]) for number in neuron)
        return mlp

    def __repr__(self) -> str:
        return f"Network({self.layers})"


answer_missing_names(__name__)
