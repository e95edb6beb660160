"""What a layer of a recorded graph keeps and hands on: dW, db and dx as matrices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from microgrid._util.matrices import Matrix, transposed
from microgrid.graph.folding import Card
from microgrid.graph.node import Node


class LayerGradients(NamedTuple):
    """The gradients of a layer.

    Attributes:
        dW: of its weights, inputs × neurons.
        db: of its biases, 1 × neurons.
        dx: its share of the gradients of its inputs, rows × inputs.
    """

    dW: Matrix
    db: Matrix
    dx: Matrix


def layer_gradients(card: Card) -> LayerGradients:
    """Add up the shares that pass through the neurons of a layer's card, in the order of `backward()`.

    >>> from microgrid.graph.folding import cards_and_edges
    >>> from microgrid.graph.snapshot import Snapshot
    >>> from microgrid.nn import Dense
    >>> layer = Dense(1, 2, activation="linear", name="layer1")
    >>> for neuron, numbers in zip(layer.neurons, ([10.0, 0.0], [20.0, 0.0])):
    ...     _ = neuron.set_parameters(numbers)
    >>> a, b = layer([3.0])
    >>> sum_of_both = a + b
    >>> sum_of_both.backward()
    >>> card = next(c for c in cards_and_edges(Snapshot.of(sum_of_both), "layer").cards if c.is_layer)
    >>> layer_gradients(card)
    LayerGradients(dW=[[3.0, 3.0]], db=[[1.0, 1.0]], dx=[[30.0]])
    """
    sums = [node for node in card.inside if node.is_sum]
    inside = {node.id: node for node in card.inside}
    uses = {node: list(_uses(node, inside)) for node in sums}
    rows = {node: tuple(use.x for use in uses[node]) for node in sums}  # neurons with the same inputs: one row
    n_inputs = len(uses[sums[0]])
    by_neuron = {node.bias: [0.0] * (n_inputs + 1) for node in sums}
    by_row = {row: [0.0] * n_inputs for row in rows.values()}
    for node in reversed(sums):
        for i, use in enumerate(uses[node]):
            by_neuron[node.bias][i] += use.to_weight
            by_row[rows[node]][i] += use.to_x
        by_neuron[node.bias][-1] += node.grad
    *to_weights, to_biases = transposed(list(by_neuron.values()))
    return LayerGradients(to_weights, [to_biases], list(by_row.values()))


class _Use(NamedTuple):
    """One product w·x of a neuron: the id of x, and the shares that go to w and to x."""

    x: str
    to_weight: float
    to_x: float


def _uses(node: Node, inside: Mapping[str, Node]) -> Iterator[_Use]:
    if node.op == "total":  # the products are nodes of their own
        for product in (inside[name] for name in node.operands[:-1]):
            to_weight, to_x = (product.grad * local for local in product.local_derivatives)
            yield _Use(product.operands[1], to_weight, to_x)
    else:
        shares = [node.grad * local for local in node.local_derivatives]
        for i in range(0, len(shares) - 1, 2):
            yield _Use(node.operands[i + 1], shares[i], shares[i + 1])
