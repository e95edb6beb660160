"""The records of a `Relay`: the steps of one cycle on a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from microgrid._util.validation import check_choice, quoted
from microgrid.graph.node import Node
from microgrid.graph.snapshot import Snapshot

PHASES = ("know", "think", "change")
PREDICTION_ROUNDING = 1e-14  # what is smaller than this beside the numbers it was computed from is no prediction


@dataclass(frozen=True, slots=True)
class Know:
    """A value is computed: `data` from the `numbers` of its operands."""

    phase: ClassVar[str] = "know"
    node: str
    numbers: tuple[float, ...]
    data: float


@dataclass(frozen=True, slots=True)
class Seed:
    """The backward pass starts: the gradient of the loss with respect to itself is 1."""

    phase: ClassVar[str] = "think"
    node: str
    gradient: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """`node` passes a share of its gradient, its responsibility, to one of its operands.

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
    """The result of a second forward pass, after the update.

    Attributes:
        before: the loss of the first pass.
        predicted: what the gradients predict, before + Σ gradient · (change of the parameter).
        after: the loss of the second pass; NaN where it cannot be computed.
        values: all numbers of the second pass, by topological position; () where it cannot be computed.
        missing: the id of the first node without a result, or "".
        numbers: the operands of that node, or ().
    """

    before: float
    predicted: float
    after: float
    values: tuple[float, ...]
    missing: str = ""
    numbers: tuple[float, ...] = ()


def predict(loss: float, moves: Iterable[tuple[float, float, float]]) -> float:
    """Return the loss that the gradients predict, loss + Σ gradient · move.

    Each parameter gives its gradient, its move and, where that is a difference of two numbers, the size of these, else
    0: the smaller the move beside them, the more of it is rounding. What rounding alone leaves of the loss is 0.

    >>> predict(4.0, [(8.0, 2.6 - 3.0, 3.0), (4.0, 0.8 - 1.0, 1.0)])
    0.0
    """
    predicted, size = loss, abs(loss)
    for (
        gradient,
        move,
        number,
    ) in moves:  # not fsum(), which fails at infinities, nor sum(): it rounds by version of Python
        predicted += gradient * move
        size += abs(gradient) * number
    return 0.0 if abs(predicted) < PREDICTION_ROUNDING * size else predicted


@dataclass(frozen=True, slots=True)
class FirstNonFinite:
    """The first number that is not finite: its step (counted from 0), node and operands."""

    step: int
    node: str
    operands: tuple[str, ...]


class Record:
    """The record of one cycle that views read; a `Relay` creates it.

    Attributes:
        snapshot: the graph, each node with its gradient.
        parameters: the ids of the leaves that are updated.
        learning_rate: η of their update.
        steps: every step of Know, Think and Change, in order.
        gradients: the gradient of each node by its id.
        outcome: the loss after the update, and the predicted one.
        first_non_finite: where a number stopped being finite, or None.
    """

    snapshot: Snapshot
    parameters: tuple[str, ...]
    learning_rate: float
    steps: tuple[Step, ...]
    gradients: dict[str, float]
    outcome: Outcome
    first_non_finite: FirstNonFinite | None

    def relabelled(self, label_of: Callable[[str], str]) -> Record:
        """Return the same record with other labels, such as those of another language."""
        record = object.__new__(type(self))
        record.__dict__.update(self.__dict__, snapshot=self.snapshot.relabelled(label_of))
        return record

    @property
    def nodes(self) -> tuple[Node, ...]:
        """A `Node` for each Value, in topological order."""
        return self.snapshot.nodes

    @property
    def status(self) -> dict[str, str]:
        """The status by id of the activations that pass back no gradient: "dead", "off" or "saturated"."""
        return self.snapshot.status

    def node(self, name: str) -> Node:
        """Return the node with this id, such as "n3".

        Raises:
            ValueError: there is none.
        """
        try:
            return self.snapshot.by_id[name]
        except (KeyError, TypeError):
            raise ValueError(f"{quoted(name)} is not the id of a node of this relay") from None

    def steps_of(self, phase: str) -> tuple[Step, ...]:
        """Return the steps of one phase: "know", "think" or "change".

        Raises:
            ValueError: there is no such phase.
        """
        check_choice("phase", phase, PHASES)
        return tuple(step for step in self.steps if step.phase == phase)
