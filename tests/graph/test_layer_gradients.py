"""dW, db and dx of a layer's card: the same digits as the backward pass of the layers on lists."""

from __future__ import annotations

import random

import pytest

from microgrid.graph.folding import cards_and_edges
from microgrid.graph.layer_gradients import layer_gradients
from microgrid.graph.snapshot import Snapshot
from microgrid.layers import Linear, Network
from microgrid.losses import mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP


@pytest.mark.parametrize("spelled_out", [False, True])
@pytest.mark.parametrize("n_rows", [1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_a_layer_are_those_of_a_network(activation: str, n_rows: int, spelled_out: bool) -> None:
    rng = random.Random(n_rows)
    mlp = MLP(2, [3, 2], activation, seed=4, spelled_out=spelled_out)
    x, t = ([[rng.gauss(0.0, 1.0) for _ in range(2)] for _ in range(n_rows)] for _ in range(2))
    loss = mean_squared_error([mlp(row) for row in x], t)
    loss.backward()
    network = Network.of(mlp)
    network.loss(network.forward(x), t)
    dx_of_network = network.backward()
    linears = [layer for layer in network.layers if isinstance(layer, Linear)]
    cards = [card for card in cards_and_edges(Snapshot.of(loss), "layer").cards if card.is_layer]
    for card, linear in zip(cards, linears, strict=True):
        gradients = layer_gradients(card)
        assert gradients.dW == linear.dW
        assert gradients.db == [linear.db]
    assert layer_gradients(cards[0]).dx == dx_of_network
