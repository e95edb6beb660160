"""A recorded graph, read once: what every view of it reads.

`Snapshot.of(output)` writes down a `Node` for each Value behind `output`. What a node *is* — its kind, its number among
those that are called the same, whether responsibility stops there, which operand is a bias — is worked out here, once,
and nowhere else. Cards, pictures, pages and the relay read it; none of them reads a Value again.

>>> a = Value(-2.0, label="a")
>>> graph = Snapshot.of(a.relu() + 1)
>>> for node in graph.nodes:
...     print(node.id, node.kind, node.op or "leaf", node.operands, node.data)
n0 parameter leaf () -2.0
n1 computed relu ('n0',) 0.0
n2 constant leaf () 1.0
n3 computed + ('n1', 'n2') 1.0
>>> graph.status  # the relu is at 0, so that no responsibility goes through it
{'n1': 'dead'}
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from microgrid._util.text import isolated, printable
from microgrid.engine import Constant, Input, Value, topological_order
from microgrid.graph import operations
from microgrid.language.numerals import show
from microgrid.nn import LayerName, NeuronName

KINDS = ("constant", "input", "parameter", "computed")
GATES = ("relu", "tanh", "sigmoid")  # the activations at which responsibility may stop
SATURATED_SLOPE = 0.01  # a smaller one passes on next to nothing


@dataclass(frozen=True, slots=True)
class Node:
    """One Value of a graph, as it was when the graph was read.

    Attributes:
        id: `n0`, `n1`, … by topological position.
        label: its label, or "".
        kind: one of `KINDS`; "parameter" is any leaf that is neither a constant nor an input.
        op: its operation, "" for a leaf; `operands` are ids, with `local_derivatives` aligned.
        data: its number.
        layer: where it is the output of a neuron, a name for the layer, unique in the graph; else "".
        number: where others have the same label, the how-manieth of them it is, from 1; else 0. In a graph of several
            rows that is, for inputs and neurons, the row. It follows from the labels of all nodes.
        grad: its gradient; in a relay the one that Think gives it.
    """

    id: str
    label: str
    kind: str
    op: str
    operands: tuple[str, ...]
    local_derivatives: tuple[float, ...]
    data: float
    layer: str = ""
    number: int = 0
    grad: float = 0.0

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def title(self) -> str:
        """Its label, with its number where others have the same; "" where it has none."""
        return f"{self.label} #{self.number}" if self.number else self.label

    @property
    def name(self) -> str:
        """Its title or, where it has none, its id.

        What is written from right to left is set apart, so that numbers beside it stay in their place.
        """
        return isolated(self.title) or self.id

    @property
    def spoken_name(self) -> str:
        """What sentences call it: a constant by its number, anything else by its name."""
        return show(self.data) if self.kind == "constant" else self.name

    @property
    def printable_label(self) -> str:
        """Its label with spaces for what cannot be shown, or would turn the text around it."""
        return printable(self.label)

    @property
    def layer_name(self) -> str:
        """The name of its layer as people write it, which another layer may share."""
        return self.layer.rpartition("#")[0]

    @property
    def is_leaf(self) -> bool:
        """Whether it was given rather than computed."""
        return not self.op

    @property
    def is_sum(self) -> bool:
        """Whether it can be the sum of a neuron: Σ w·x + b in one node, or the Σ of products spelled out."""
        return self.op in ("weighted_sum", "total")

    @property
    def bias(self) -> str:
        """The id of the operand that is the bias where this is the sum of a neuron; "" for other nodes."""
        return self.operands[-1] if self.is_sum else ""

    @property
    def own_operands(self) -> tuple[str, ...]:
        """The ids of the operands that a neuron may hold as its own where this is a part of one.

        These are the weights and the bias of its sum, the weight of a product, or the slope of a leaky relu.
        """
        if self.op == "weighted_sum":
            return (*self.operands[:-1:2], self.operands[-1])
        return (self.operands[0] if self.op == "*" else self.operands[-1],)


class Snapshot:
    """A recorded graph as it was when it was read.

    Attributes:
        nodes: a `Node` for each Value, in topological order.
        by_id: the nodes by their ids.
        operands: the operands of each node, in order, by the id of the node.
        ids: the id of each Value it was read from; empty where it was read from a file.
        names_every_node: whether a view calls what has no label by its id, because sentences speak of it.
    """

    def __init__(
        self, nodes: Sequence[Node], ids: Mapping[Value, str] | None = None, names_every_node: bool = False
    ) -> None:
        self.nodes = tuple(nodes)
        self.ids = {} if ids is None else ids
        self.names_every_node = names_every_node
        self.by_id = {node.id: node for node in self.nodes}
        self.operands = {node.id: [self.by_id[name] for name in node.operands] for node in self.nodes}

    @classmethod
    def of(cls, output: Value) -> Snapshot:
        """Read the graph behind `output`.

        Raises:
            TypeError: `output` is not a Value.
        """
        order = topological_order(output)
        ids = {value: f"n{i}" for i, value in enumerate(order)}
        layers: dict[LayerName, str] = {}
        nodes = [
            Node(
                id=ids[value],
                label="" if value.label is None else str(value.label),  # anything may have been assigned to it
                kind=_kind_of(value),
                op=value.op,
                operands=tuple(ids[operand] for operand in value.operands),
                local_derivatives=value.local_derivatives,
                data=value.data,
                layer=_layer_of(value, layers),
                grad=value.grad,
            )
            for value in order
        ]
        return cls(numbered(nodes), ids)

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "ids": {}}  # what comes out of a pickle knows no Value of the graph

    @property
    def output(self) -> Node:
        """The end of the graph."""
        return self.nodes[-1]

    @cached_property
    def status(self) -> dict[str, str]:
        """Where responsibility stops, by id: "dead", "off" or "saturated" (see `activation_status`)."""
        rows = self.rows
        found = {
            node.id: activation_status(node, rows.get((node.op, node.label, node.layer), [node]))
            for node in self.nodes
            if node.op in GATES
        }
        return {name: status for name, status in found.items() if status}

    @cached_property
    def rows(self) -> dict[tuple[str, str, str], list[Node]]:
        """The activations that are the same thing for other rows: those of one operation, label and layer."""
        rows: dict[tuple[str, str, str], list[Node]] = {}
        for node in self.nodes:
            if node.op in GATES and node.label:
                rows.setdefault((node.op, node.label, node.layer), []).append(node)
        return rows

    @cached_property
    def not_finite(self) -> set[str]:
        """The ids of the nodes whose number, or gradient, is the first to be infinite or NaN on its way."""
        born: set[str] = set()
        for node in self.nodes:
            if not math.isfinite(node.data) and all(math.isfinite(x.data) for x in self.operands[node.id]):
                born.add(node.id)
            if math.isfinite(node.grad):
                pairs = zip(node.operands, node.local_derivatives, strict=True)
                born |= {operand for operand, local in pairs if not math.isfinite(node.grad * local)}
        return born

    @cached_property
    def outdated(self) -> tuple[Node, float] | None:
        """The first node that does not follow from the leaves as they are, and what it would be now; None if all do.

        A leaf was changed, then, after the graph was recorded.

        Raises:
            ArithmeticError, ValueError, TypeError: an operation has no value at the numbers as they are.
        """
        for node, number in zip(self.nodes, list(self.recompute()), strict=True):
            if number != node.data and not (math.isnan(number) and math.isnan(node.data)):
                return node, number
        return None

    @property
    def is_outdated(self) -> bool:
        """Whether a leaf was changed after the graph was recorded, so that its numbers no longer fit together."""
        try:
            return self.outdated is not None
        except (ArithmeticError, ValueError, TypeError):
            return True

    def recompute(self, replaced: Mapping[str, float] | None = None) -> Iterator[float]:
        """Yield the number of each node, computed again from the leaves.

        Args:
            replaced: numbers that take the place of those of the nodes with these ids, which may be inner ones.

        Raises:
            ArithmeticError, ValueError: an operation has no value at the new numbers.

        >>> a, b = Value(2.0), Value(3.0)
        >>> list(Snapshot.of(a * b).recompute({"n0": 10.0}))
        [10.0, 3.0, 30.0]
        """
        numbers = {node.id: node.data for node in self.nodes if node.is_leaf} | dict(replaced or {})
        for node in self.nodes:
            if node.id not in numbers:
                numbers[node.id] = operations.evaluate(node.op, [numbers[operand] for operand in node.operands])
            yield numbers[node.id]


def numbered(nodes: Sequence[Node]) -> list[Node]:
    """Number those that have the same label, from 1, so that they can be told apart.

    Constants are called by their numbers, and need none.
    """
    labels = ["" if node.kind == "constant" else node.label for node in nodes]
    total, so_far = Counter(filter(None, labels)), Counter[str]()
    result = []
    for node, label in zip(nodes, labels, strict=True):
        so_far[label] += 1
        number = so_far[label] if total[label] > 1 else 0
        result.append(replace(node, number=number) if number != node.number else node)
    return result


def activation_status(node: Node, rows: Sequence[Node]) -> str:
    """Say whether responsibility stops at an activation: "dead", "off" or "saturated", or "" where it goes through.

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


def _kind_of(value: Value) -> str:
    if isinstance(value, Constant):
        return "constant"
    if isinstance(value, Input):
        return "input"
    return "parameter" if value.is_leaf else "computed"


def _layer_of(value: Value, layers: dict[LayerName, str]) -> str:
    if not isinstance(value.label, NeuronName):
        return ""
    return layers.setdefault(value.label.layer, f"{value.label.layer.text}#{len(layers)}")
