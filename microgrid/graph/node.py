"""One node of a recorded graph: its kind, its name, its part in a neuron."""

from __future__ import annotations

from dataclasses import dataclass

from microgrid._util.text import isolated
from microgrid.engine import Constant, Input, Value
from microgrid.language.numerals import show

KINDS = ("constant", "input", "parameter", "computed")


def kind_of(value: Value) -> str:
    """Return which of `KINDS` a Value is.

    >>> kind_of(Value(2.0)), kind_of(Value(2.0) * 3)
    ('parameter', 'computed')
    """
    if isinstance(value, Constant):
        return "constant"
    if isinstance(value, Input):
        return "input"
    return "parameter" if value.is_leaf else "computed"


@dataclass(frozen=True, slots=True)
class Node:
    """One Value of a graph, as it was when the graph was read.

    Attributes:
        id: `n0`, `n1`, … by topological position.
        label: its label on one line, as every view can show it, or "".
        kind: one of `KINDS`; "parameter" is any leaf that is neither a constant nor an input.
        op: its operation, "" for a leaf; `operands` are ids, with `local_derivatives` aligned.
        data: its number.
        layer: where it is the output of a neuron, a name for the layer, unique in the graph; else "".
        number: its number among nodes with the same label, from 1; 0 if the label is unique. In a graph of several
            rows that is, for inputs and neurons, the row. It follows from the labels of all nodes.
        grad: its gradient; in a relay the one that Think gives it.
        formula: what it is made of, such as w·x, where it has no label and that is short and clear; else "". It follows
            from all nodes.
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
    formula: str = ""

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def title(self) -> str:
        """Its label, with its number where others have the same; "" where it has none."""
        return f"{self.label} #{self.number}" if self.number else self.label

    @property
    def name(self) -> str:
        """Its title or, if it has none, what it is made of, or else its id.

        Right-to-left text is isolated, so that numbers beside it stay in their place.
        """
        return isolated(self.title) or self.formula or self.id

    @property
    def spoken_name(self) -> str:
        """Its name in sentences: the number of a constant, else the name."""
        return show(self.data) if self.kind == "constant" else self.name

    @property
    def layer_name(self) -> str:
        """The name of its layer as people write it, which another layer may share."""
        return self.layer.rpartition("#")[0]

    @property
    def is_leaf(self) -> bool:
        """Whether it is a leaf: given, not computed."""
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
