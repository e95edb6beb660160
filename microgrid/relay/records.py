"""What a `Relay` writes down: the nodes of a graph, and the steps of one cycle on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from microgrid._util.text import isolated
from microgrid._util.validation import check_choice, quoted
from microgrid.engine import Constant, Input, Value
from microgrid.nn import LayerName, NeuronName

PHASES = ("know", "think", "change")


@dataclass(frozen=True, slots=True)
class Node:
    """One Value of the graph, as it was when the relay was recorded.

    Attributes:
        id: `n0`, `n1`, … by topological position.
        label: its label, or "".
        kind: "constant", "input", "parameter" (any other leaf) or "computed".
        op: its operation, "" for a leaf; `operands` are ids, with `local_derivatives` aligned.
        data: its number.
        layer: where it is the output of a neuron, a name for the layer, else "".
        number: where others have the same label, the how-manieth of them it is, from 1; else 0. In a graph of several
            rows that is, for inputs and neurons, the row. It follows from the labels of all nodes.
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

    @property
    def name(self) -> str:
        """What to call it: its label, with its number where others are called the same; its id where it has none.

        What is written from right to left is set apart, so that numbers beside it stay in their place.
        """
        return isolated(self.label + (f" #{self.number}" if self.number else "")) or self.id


@dataclass(frozen=True, slots=True)
class Know:
    """A value is computed: `data` from the `numbers` of its operands."""

    phase: ClassVar[str] = "know"
    node: str
    numbers: tuple[float, ...]
    data: float


@dataclass(frozen=True, slots=True)
class Seed:
    """Thinking starts: the gradient of the loss with respect to itself is 1."""

    phase: ClassVar[str] = "think"
    node: str
    gradient: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """`node` hands a share of its responsibility to one of its operands.

    share = upstream × local_derivative; it takes the gradient of the operand from `before` to `after`.
    """

    phase: ClassVar[str] = "think"
    node: str
    operand: str
    position: int
    upstream: float
    local_derivative: float
    share: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter moves against its gradient: after = before − learning_rate · gradient."""

    phase: ClassVar[str] = "change"
    node: str
    before: float
    gradient: float
    learning_rate: float
    after: float


Step: TypeAlias = Know | Seed | Share | Change


@dataclass(frozen=True, slots=True)
class Outcome:
    """A second forward pass, after the change.

    Attributes:
        before: the loss of the first pass.
        foretold: what the gradients foretell, before + Σ gradient · (change of the parameter).
        after: the loss of the second pass; NaN where it cannot be computed.
        values: all numbers of the second pass, by topological position; () where it cannot be computed.
        missing: the id of the first node that has no number then, or "".
        numbers: those that it was to be made from, or ().
    """

    before: float
    predicted: float
    after: float
    values: tuple[float, ...]
    missing: str = ""
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstNonFinite:
    """Where the first number that is not finite was born: at this step (counted from 0), from these operands."""

    step: int
    node: str
    operands: tuple[str, ...]


class Record:
    """The record of one cycle, as views read it; a `Relay` makes it.

    Attributes:
        nodes: a `Node` for each Value, in topological order.
        parameters: the ids of the leaves that change.
        learning_rate: how far they go.
        steps: every step of Know, Think and Change, in order.
        gradients: the gradient of each node by its id.
        outcome: the loss after the change, beside what was foretold.
        trouble: where a number stopped being finite, or None.
        status: of the nodes at which responsibility stops, whether they are "dead", "off" or "saturated", by id.
    """

    nodes: tuple[Node, ...]
    parameters: tuple[str, ...]
    learning_rate: float
    steps: tuple[Step, ...]
    gradients: dict[str, float]
    outcome: Outcome
    first_non_finite: FirstNonFinite | None
    status: dict[str, str]
    _by_id: dict[str, Node]

    def node(self, name: str) -> Node:
        """Return the node with this id, such as "n3".

        Raises:
            ValueError: there is none.
        """
        try:
            return self._by_id[name]
        except (KeyError, TypeError):
            raise ValueError(f"{quoted(name)} is not the id of a node of this relay") from None

    def steps_of(self, phase: str) -> tuple[Step, ...]:
        """Return the steps of one phase: "know", "think" or "change".

        Raises:
            ValueError: there is no such phase.
        """
        check_choice("phase", phase, PHASES)
        return tuple(step for step in self.steps if step.phase == phase)

    def graph(self) -> Value:
        """Build the graph anew from the record, with its gradients, for views that show Values; return the loss.

        What was computed and has no label is called by its id, as it is in the sentences.
        """
        return self.values()[-1]

    def values(self) -> list[Value]:
        """Build the graph anew as `graph` does, and return all its Values, one for each of `nodes`."""
        layers: dict[str, LayerName] = {}
        values: dict[str, Value] = {}
        kinds: dict[str, type[Value]] = {"constant": Constant, "input": Input}
        for node in self.nodes:
            value = kinds.get(node.kind, Value)(node.data, node.label or (node.id if node.op else ""))
            value.grad, value.op = self.gradients[node.id], node.op
            pairs = zip(node.operands, node.local_derivatives, strict=True)
            value.recorded = tuple(item for operand, local in pairs for item in (values[operand], local))
            if node.layer:
                layer = layers.setdefault(node.layer, LayerName(node.layer.rsplit("#", 1)[0]))
                value.label = NeuronName(node.label, layer)
            values[node.id] = value
        return list(values.values())


def checked_record(relay: Record) -> Record:
    """Return `relay` if it is one.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(relay, Record):
        raise TypeError(f"expected a Relay, got {quoted(relay)}")
    return relay
