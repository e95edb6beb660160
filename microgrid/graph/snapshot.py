"""A snapshot of a recorded graph, which every view reads.

`Snapshot.of(output)` makes a `Node` for each Value behind `output`. Facts about a node (its kind, its number among
nodes with the same label, its status, which operand is a bias) are worked out once, in this package. Cards, pictures,
pages and the relay read the snapshot, never a Value.

>>> a = Value(-2.0, label="a")
>>> graph = Snapshot.of(a.relu() + 1)
>>> for node in graph.nodes:
...     print(node.id, node.kind, node.op or "leaf", node.operands, node.data)
n0 parameter leaf () -2.0
n1 computed relu ('n0',) 0.0
n2 constant leaf () 1.0
n3 computed + ('n1', 'n2') 1.0
>>> graph.status  # the relu is at 0, so no gradient passes back
{'n1': 'dead'}
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from microgrid._util.text import printable, single_line
from microgrid._util.validation import quoted
from microgrid.engine import Value, topological_order
from microgrid.graph import operations
from microgrid.graph.naming import adds_only_products, name_by_formula, whole_exponent
from microgrid.graph.node import Node, kind_of
from microgrid.graph.status import GATES, activation_status
from microgrid.nn import LayerName, NeuronName

UNNAMED = "f"  # a user-defined operation without a name


class Snapshot:
    """A recorded graph at the time it was read.

    Attributes:
        nodes: a `Node` for each Value, in topological order.
        by_id: the nodes by their ids.
        operands: the operands of each node, in order, by the id of the node.
        ids: the id of each Value it was read from, in topological order; empty where it was read from a file.
    """

    def __init__(self, nodes: Iterable[Node], ids: Mapping[Value, str] | None = None) -> None:
        self.nodes = tuple(nodes)
        self.ids: Mapping[Value, str] = {} if ids is None else ids
        self.by_id = {node.id: node for node in self.nodes}
        self.operands = {node.id: tuple(self.by_id[name] for name in node.operands) for node in self.nodes}

    @classmethod
    def computable(cls, output: Value) -> Snapshot:
        """Read the graph behind `output` to compute it at other numbers.

        Raises:
            TypeError, ValueError: as `of`, `check_current` and `check_computable` say.
        """
        graph = cls.of(output)
        graph.check_current()
        graph.check_computable()
        return graph

    @classmethod
    def of(cls, output: Value) -> Snapshot:
        """Read the graph behind `output`.

        Raises:
            TypeError: `output` is not a Value.
            ValueError: an operation has the name of one in the table, and another number of operands.
        """
        order = topological_order(output)
        for value in order:
            if value.recorded:
                operations.check_operands(str(value.op), len(value.operands))
        ids = {value: f"n{i}" for i, value in enumerate(order)}
        kinds = [kind_of(value) for value in order]
        labels = ["" if value.label is None else single_line(value.label) for value in order]
        numbers = numbers_among_equals(kinds, labels)
        layers: dict[LayerName, str] = {}
        nodes = [
            Node(
                id=ids[value],
                label=label,
                kind=kind,
                op=printable(value.op or UNNAMED) if value.recorded else "",
                operands=tuple(ids[operand] for operand in value.operands),
                local_derivatives=value.local_derivatives,
                data=value.data,
                layer=_layer_of(value, layers),
                number=number,
                grad=value.grad,
            )
            for value, kind, label, number in zip(order, kinds, labels, numbers, strict=True)
        ]
        return cls(name_by_formula(nodes), ids)

    def with_gradients(self, gradients: Mapping[str, float]) -> Snapshot:
        """Return the same graph with these gradients by node id."""
        nodes = (
            Node(  # replace() takes twice as long
                id=node.id,
                label=node.label,
                kind=node.kind,
                op=node.op,
                operands=node.operands,
                local_derivatives=node.local_derivatives,
                data=node.data,
                layer=node.layer,
                number=node.number,
                grad=gradients[node.id],
                formula=node.formula,
            )
            for node in self.nodes
        )
        return Snapshot(nodes, self.ids)

    def relabelled(self, label_of: Callable[[str], str]) -> Snapshot:
        """Return the same graph with other labels, such as those of another language."""
        nodes = (
            replace(node, label=label_of(node.label), layer=_relabelled_layer(node.layer, label_of), formula="")
            for node in self.nodes
        )
        return Snapshot(name_by_formula([*nodes]), self.ids)

    def __reduce__(self) -> tuple[type[Snapshot], tuple[tuple[Node, ...]]]:
        return Snapshot, (self.nodes,)  # an unpickled snapshot has no Values

    def id_of(self, value: Value) -> str:
        """Return the id of a Value of this graph.

        Raises:
            TypeError: it is not a Value.
            ValueError: it is not in this graph.
        """
        if not isinstance(value, Value):
            raise TypeError(f"expected a Value of this graph, got {quoted(value)}")
        if value not in self.ids:
            raise ValueError(f"{quoted(value)} is not in this graph")
        return self.ids[value]

    @property
    def output(self) -> Node:
        """The output: the last node in topological order."""
        return self.nodes[-1]

    @cached_property
    def status(self) -> dict[str, str]:
        """The status by id of the activations that pass back no gradient: "dead", "off" or "saturated"."""
        rows = self.rows
        statuses = {
            node.id: activation_status(node, rows.get((node.op, node.label, node.layer), [node]))
            for node in self.nodes
            if node.op in GATES
        }
        return {name: status for name, status in statuses.items() if status}

    @cached_property
    def whole_exponents(self) -> dict[str, int]:
        """The exponents of powers such as x² and x³, constant whole numbers from 0 to 9, by the ids of the powers."""
        exponents = {node.id: whole_exponent(node, self.operands[node.id]) for node in self.nodes if node.op}
        return {name: exponent for name, exponent in exponents.items() if exponent is not None}

    @cached_property
    def sums_of_products(self) -> set[str]:
        """The ids of the weighted sums without a bias."""
        return {node.id for node in self.nodes if node.op and adds_only_products(node, self.operands[node.id])}

    @cached_property
    def rows(self) -> dict[tuple[str, str, str], list[Node]]:
        """The activations that belong together as rows of a batch: same operation, label and layer."""
        rows: dict[tuple[str, str, str], list[Node]] = {}
        for node in self.nodes:
            if node.op in GATES and node.label:
                rows.setdefault((node.op, node.label, node.layer), []).append(node)
        return rows

    @cached_property
    def not_finite(self) -> set[str]:
        """The ids of the nodes at which a value or a gradient first becomes infinite or NaN."""
        first_seen: set[str] = set()
        for node in self.nodes:
            if not math.isfinite(node.data) and all(math.isfinite(x.data) for x in self.operands[node.id]):
                first_seen.add(node.id)
            if math.isfinite(node.grad):
                pairs = zip(node.operands, node.local_derivatives, strict=True)
                first_seen |= {operand for operand, local in pairs if not math.isfinite(node.grad * local)}
        return first_seen

    def find_outdated(self) -> tuple[Node, float] | None:
        """Return the first node whose value no longer follows from the leaves, and its new value; None if all do.

        A leaf was changed, then, after the graph was recorded.

        Raises:
            ArithmeticError, ValueError, TypeError: an operation has no value at the numbers as they are.
        """
        numbers = list(self.recompute())  # all first: an error says more than a difference
        for node, number in zip(self.nodes, numbers, strict=True):
            if not _is_same(number, node.data):
                return node, number
        return None

    def is_outdated(self) -> bool:
        """Tell whether a leaf was changed after the graph was recorded, so that its values are outdated."""
        try:
            return self.find_outdated() is not None
        except (ArithmeticError, ValueError, TypeError):
            return True

    def check_current(self) -> None:
        """Check that no leaf was changed after the graph was recorded.

        Raises:
            ValueError: one was.
        """
        if self.is_outdated():
            raise ValueError("a leaf was changed after this graph was recorded; compute it again")

    def check_computable(self) -> None:
        """Check that every operation can be computed at other numbers.

        Raises:
            ValueError: one is not in the table of operations.
        """
        for node in self.nodes:
            if node.op:
                operations.check_formula(node.op)

    def recompute(self, replaced: Mapping[str, float] | None = None) -> Iterator[float]:
        """Yield the value of each node, recomputed from the leaves.

        An operation that is not in the table, of which there is no formula, keeps its number while its operands do.

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
                operands = [numbers[operand] for operand in node.operands]
                keeps = node.op not in operations.OPERATIONS and all(
                    _is_same(number, operand.data)
                    for number, operand in zip(operands, self.operands[node.id], strict=True)
                )
                numbers[node.id] = node.data if keeps else operations.evaluate(node.op, operands)
            yield numbers[node.id]


def numbers_among_equals(kinds: Sequence[str], labels: Sequence[str]) -> list[int]:
    """Number nodes with the same label from 1; a node with a unique label gets 0.

    Constants are called by their numbers, and need none.
    """
    labels = ["" if kind == "constant" else label for kind, label in zip(kinds, labels, strict=True)]
    total, so_far = Counter(filter(None, labels)), Counter[str]()
    numbers = []
    for label in labels:
        so_far[label] += 1
        numbers.append(so_far[label] if total[label] > 1 else 0)
    return numbers


def _is_same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def _relabelled_layer(layer: str, label_of: Callable[[str], str]) -> str:
    name, separator, number = layer.rpartition("#")
    return f"{label_of(name)}{separator}{number}"


def _layer_of(value: Value, layers: dict[LayerName, str]) -> str:
    if not isinstance(value.label, NeuronName):
        return ""
    return layers.setdefault(value.label.layer, f"{single_line(value.label.layer.text)}#{len(layers)}")
