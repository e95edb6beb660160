"""The same network for everybody: relu in the hidden layers, one linear output, mean squared error."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrid.compiler.compile import CompiledGraph, compile_graph
from microgrid.engine import Input, Value
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from tests.benchmarks.plain import Plain, plain_neuron

Numbers = tuple[float, list[float]]  # a loss, and the gradients in the order of our parameters


def network(sizes: Sequence[int]) -> MLP:
    """Make our network; the others get its weights."""
    return MLP(sizes[0], list(sizes[1:]), seed=0)


def rows_for(sizes: Sequence[int], n: int) -> list[list[float]]:
    """Make rows of features, each with a target at its end."""
    rng = random.Random(0)
    return [[rng.uniform(-1, 1) for _ in range(sizes[0] + 1)] for _ in range(n)]


def numbers_of(loss: float, parameters: Sequence[Any]) -> Numbers:
    """Gather what a turn has left."""
    return loss, [parameter.grad for parameter in parameters]


def difference(mine: Numbers, theirs: Numbers) -> float:
    """Return how far apart losses and gradients are at most."""
    pairs = zip([mine[0], *mine[1]], [theirs[0], *theirs[1]], strict=True)
    return max(abs(a - b) for a, b in pairs)


class Engine(NamedTuple):
    """An engine that records a graph for every pass: how it records the loss of all rows, and what it learns."""

    record: Callable[[], Any]
    zero_grad: Callable[[], object]
    parameters: Sequence[Any]  # in our order
    operands: str  # the attribute of a node that holds them


def step_of(engine: Engine) -> Callable[[], Numbers]:
    """Return a turn of a whole step: every row is recorded anew."""

    def turn() -> Numbers:
        engine.zero_grad()
        loss = engine.record()
        loss.backward()
        return numbers_of(loss.data, engine.parameters)

    return turn


def backward_of(engine: Engine) -> Callable[[], Numbers]:
    """Return a turn of `backward()` on a graph that is there already; peers need its gradients to be 0."""
    loss = engine.record()
    nodes = nodes_of(loss, engine.operands)

    def turn() -> Numbers:
        for node in nodes:
            node.grad = 0.0
        loss.backward()
        return numbers_of(loss.data, engine.parameters)

    return turn


def nodes_of(end: Any, operands: str) -> list[Any]:
    """List all that a number was computed from, and itself; `operands` is the attribute that holds its operands."""
    found = {end: None}
    waiting = [end]
    for node in waiting:  # grows during the loop
        new = dict.fromkeys(operand for operand in getattr(node, operands) if operand not in found)
        found |= new
        waiting += new
    return waiting


def ours(model: MLP, rows: list[list[float]]) -> Engine:
    """Record our network."""

    def record() -> Value:
        return mean_squared_error([model(row[:-1]) for row in rows], [row[-1] for row in rows])

    return Engine(record, model.zero_grad, model.parameters(), "operands")


def eager_peers(model: MLP, rows: list[list[float]]) -> dict[str, Engine]:
    """Return the others that record a graph, those that are installed."""
    peers = {"micrograd": _micrograd(model, rows), "plain class": _plain_class(model, rows)}
    return {name: engine for name, engine in peers.items() if engine}


def _plain_class(model: MLP, rows: list[list[float]]) -> Engine:
    """Write the same with a plain class."""
    layers = [
        [([Plain(weight.data) for weight in neuron.weights], Plain(neuron.bias.data)) for neuron in layer.neurons]
        for layer in model.layers
    ]
    parameters = [one for layer in layers for weights, bias in layer for one in (*weights, bias)]

    def record() -> Plain:
        loss = Plain(0.0)
        for row in rows:
            values = [Plain(x) for x in row[:-1]]
            for layer in layers[:-1]:
                values = [plain_neuron(weights, values, bias).relu() for weights, bias in layer]
            [(weights, bias)] = layers[-1]
            error = plain_neuron(weights, values, bias) + Plain(-row[-1])
            loss = loss + error * error
        return loss * Plain(1 / len(rows))

    def zero_grad() -> None:
        for parameter in parameters:
            parameter.grad = 0.0

    return Engine(record, zero_grad, parameters, "children")


def compiled_graph(model: MLP, backend: str = "python") -> CompiledGraph:
    """Compile the graph of one row."""
    inputs, target = [Input(0.5) for _ in model.layers[0].neurons[0].weights], Input(0.5)
    loss = mean_squared_error(model(inputs), target)
    return compile_graph(loss, [*inputs, target], model.parameters(), backend=backend)


def _micrograd(model: MLP, rows: list[list[float]]) -> Engine | None:
    """Let micrograd do the same; None where it is not installed."""
    try:
        import micrograd.engine
        import micrograd.nn
    except ImportError:
        return None
    sizes = [len(layer.neurons) for layer in model.layers]
    theirs = micrograd.nn.MLP(len(model.layers[0].neurons[0].weights), sizes)
    parameters = theirs.parameters()
    for parameter, value in zip(parameters, model.parameters(), strict=True):
        parameter.data = value.data

    def record() -> Any:
        predictions = [theirs([micrograd.engine.Value(x) for x in row[:-1]]) for row in rows]
        return sum((p - row[-1]) ** 2 for p, row in zip(predictions, rows, strict=True)) * (1 / len(rows))

    return Engine(record, theirs.zero_grad, parameters, "_prev")


def _arrays(model: MLP, array: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """Return the weights and biases of each layer as arrays, one row a neuron."""
    return [
        (
            array([[weight.data for weight in neuron.weights] for neuron in layer.neurons]),
            array([neuron.bias.data for neuron in layer.neurons]),
        )
        for layer in model.layers
    ]


def _in_our_order(gradients: Sequence[tuple[Any, Any]]) -> list[float]:
    return [
        number
        for weights, biases in gradients
        for row, bias in zip(weights.tolist(), biases.tolist(), strict=True)
        for number in (*row, bias)
    ]


def numpy(model: MLP, rows: list[list[float]]) -> tuple[Callable[[], float], Callable[[], Numbers]] | None:
    """Write the same by hand with arrays; None without NumPy. Returns a turn, and what it has left."""
    try:
        import numpy as np
    except ImportError:
        return None
    (w1, b1), (w2, b2), (w3, b3) = _arrays(model, np.array)
    sums = [(np.zeros_like(w), np.zeros_like(b)) for w, b in ((w1, b1), (w2, b2), (w3, b3))]
    (dw1, db1), (dw2, db2), (dw3, db3) = sums
    data = np.array(rows)
    features, targets, n = data[:, :-1], data[:, -1:], len(rows)
    x, target = features[0], targets[0, 0]
    w1t, w2t, w3t = w1.T, w2.T, w3.T

    def one() -> float:
        s1 = w1 @ x + b1
        h1 = np.maximum(s1, 0.0)
        s2 = w2 @ h1 + b2
        h2 = np.maximum(s2, 0.0)
        error = (w3 @ h2 + b3)[0] - target
        d3 = 2.0 * error
        d2 = w3[0] * d3 * (s2 > 0)
        d1 = (w2t @ d2) * (s1 > 0)
        np.add(dw3, d3 * h2, out=dw3)
        np.add(db3, d3, out=db3)
        np.add(dw2, d2[:, None] * h1, out=dw2)
        np.add(db2, d2, out=db2)
        np.add(dw1, d1[:, None] * x, out=dw1)
        np.add(db1, d1, out=db1)
        return float(error * error)

    def batch() -> float:
        s1 = features @ w1t + b1
        h1 = np.maximum(s1, 0.0)
        s2 = h1 @ w2t + b2
        h2 = np.maximum(s2, 0.0)
        errors = h2 @ w3t + b3 - targets
        d3 = errors * (2.0 / n)
        d2 = (d3 @ w3) * (s2 > 0)
        d1 = (d2 @ w2) * (s1 > 0)
        for (dw, db), d, h in zip(sums, (d1, d2, d3), (features, h1, h2), strict=True):
            dw += d.T @ h
            db += d.sum(axis=0)
        return float((errors * errors).mean())

    turn = one if n == 1 else batch

    def once() -> Numbers:
        for dw, db in sums:
            dw[:], db[:] = 0.0, 0.0
        return turn(), _in_our_order(sums)

    return turn, once


def torch(model: MLP, rows: list[list[float]]) -> tuple[Callable[[], float], Callable[[], Numbers]] | None:
    """Let PyTorch do the same in double precision, on one thread; None where it is not installed."""
    try:
        import torch as pytorch
    except ImportError:
        return None
    pytorch.set_num_threads(1)
    tensors = _arrays(model, lambda numbers: pytorch.tensor(numbers, dtype=pytorch.float64, requires_grad=True))
    data = pytorch.tensor(rows, dtype=pytorch.float64)
    features, targets = data[:, :-1], data[:, -1:]
    (w1, b1), (w2, b2), (w3, b3) = tensors
    linear, relu, mse = pytorch.nn.functional.linear, pytorch.relu, pytorch.nn.functional.mse_loss

    def turn() -> float:
        loss = mse(linear(relu(linear(relu(linear(features, w1, b1)), w2, b2)), w3, b3), targets)
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        return float(loss.item())

    def once() -> Numbers:
        for tensor in (tensor for layer in tensors for tensor in layer):
            tensor.grad = None
        loss = turn()
        return loss, _in_our_order([(w.grad, b.grad) for w, b in tensors])

    return turn, once
