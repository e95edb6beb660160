"""The status of activations: a relu may be dead or off, a tanh or sigmoid saturated."""

from __future__ import annotations

from collections.abc import Sequence

from microgrid.graph.node import Node

GATES = ("relu", "tanh", "sigmoid")  # activations that may pass back no gradient
SATURATED_SLOPE = 0.01  # with a smaller slope, almost no gradient passes back


def activation_status(node: Node, rows: Sequence[Node]) -> str:
    """Return the status of an activation: "dead", "off" or "saturated", or "" if it passes gradients back.

    A relu is dead if it is at 0 for every row of the graph, and off if it is at 0 for this one. One row does not tell
    whether a neuron of a network is dead, so it is off then. A tanh or sigmoid is saturated where its slope is small.

    Args:
        node: the activation.
        rows: the same activation for all rows, itself among them.
    """
    slope = node.local_derivatives[0]
    if node.op != "relu":
        return "saturated" if abs(slope) < SATURATED_SLOPE else ""
    if slope != 0.0:
        return ""
    is_on_elsewhere = any(row.local_derivatives[0] for row in rows)
    return "off" if is_on_elsewhere or (len(rows) == 1 and node.layer) else "dead"
