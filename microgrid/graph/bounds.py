"""Find numbers that cannot be negative by their operations: a square, an absolute value, a sum of these.

The page does the same in its `core/cycle.js`, with the operations that are listed here.
"""

from __future__ import annotations

from collections.abc import Iterable

from microgrid.graph.node import Node
from microgrid.graph.snapshot import Snapshot

NON_NEGATIVE = ("abs", "exp", "relu", "sigmoid", "softplus", "sqrt")  # whatever the operand is
SIGN_PRESERVING = ("+", "*", "/", "**", "total", "weighted_sum", "minimum", "tanh", "leaky_relu")
"""Operations whose result is not negative where no operand is."""


def output_is_non_negative(graph: Snapshot, parameters: Iterable[str]) -> bool:
    """Tell whether the output cannot be negative, whatever the numbers of the parameters with these ids.

    The operations decide, so True is certain, and False only means that they do not show it.

    >>> from microgrid import Value
    >>> w = Value(3.0)
    >>> [output_is_non_negative(Snapshot.of(loss), ["n0"]) for loss in ((w - 5) ** 2, abs(w) + 1, w * 2)]
    [True, True, False]
    """
    changing = set(parameters)  # grows by what depends on them
    non_negative: set[str] = set()
    for node in graph.nodes:
        if not changing.isdisjoint(node.operands):
            changing.add(node.id)
        is_fixed = node.id not in changing
        if node.data >= 0.0 if is_fixed else _is_non_negative(node, graph, non_negative):
            non_negative.add(node.id)
    return graph.output.id in non_negative


def _is_non_negative(node: Node, graph: Snapshot, non_negative: set[str]) -> bool:
    if node.op in NON_NEGATIVE:
        return True
    if node.op == "**" and graph.operands[node.id][1].kind == "constant" and graph.operands[node.id][1].data % 2 == 0:
        return True  # an even power
    if node.op == "*" and node.operands[0] == node.operands[1]:
        return True
    if node.op == "-":
        return _is_cross_entropy(node, graph, non_negative)
    if node.op == "maximum":
        return not non_negative.isdisjoint(node.operands)
    return node.op in SIGN_PRESERVING and non_negative.issuperset(node.operands)


def _is_cross_entropy(node: Node, graph: Snapshot, non_negative: set[str]) -> bool:
    """Tell whether this is log(… + exp(z) + …) − z, where no other term is negative."""
    logarithm, z = graph.operands[node.id]
    if logarithm.op != "log":
        return False
    (inside,) = graph.operands[logarithm.id]
    return (
        inside.op in ("+", "total")
        and non_negative.issuperset(inside.operands)
        and any(term.op == "exp" and term.operands == (z.id,) for term in graph.operands[inside.id])
    )
