"""Recorded graphs: snapshots, operations, cards, gradient checks and copies."""

from microgrid.graph.folding import cards_and_edges
from microgrid.graph.gradcheck import check_gradients, numerical_derivative
from microgrid.graph.node import Node
from microgrid.graph.nudge import nudge
from microgrid.graph.operations import OPERATIONS, Operation
from microgrid.graph.snapshot import Snapshot

__all__ = [
    "OPERATIONS",
    "Node",
    "Operation",
    "Snapshot",
    "cards_and_edges",
    "check_gradients",
    "nudge",
    "numerical_derivative",
]
