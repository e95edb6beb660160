"""What a picture of a graph consists of: cards and the edges between them, before anybody draws them.

Unfolded, every Value is a card. Folded by neuron, what a neuron computed is one card; folded by layer, what a layer
computed is one, however many rows went through it. Folding reads the graph only: a neuron labels its output with a
`NeuronName`, and its inside is recognised from there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from microgrid._util.validation import check_choice
from microgrid.engine import Constant, Input, Value, topological_order
from microgrid.graph.operations import OPERATIONS
from microgrid.language.numerals import SUPERSCRIPTS
from microgrid.nn import NeuronName

LARGEST_UNFOLDED = 60
FOLDS = ("auto", "none", "neuron", "layer")
SATURATED = 0.01  # a slope below this passes on next to nothing
MAY_STOP = ("relu", "tanh", "sigmoid")  # where responsibility may stop
LARGEST_LABELLED = 24  # edges of a folded picture that carry their numbers

Key = TypeVar("Key")
Activation: TypeAlias = tuple[Key, str, float, str, Hashable]


@dataclass(eq=False)
class Card:
    """One or more Values shown as one.

    Attributes:
        id: `n` and the position of its last Value in topological order; the same on every run, folded or not.
        outputs: the Values whose numbers it shows: one or, for a layer or several rows, more.
        inside: all Values it stands for, the outputs among them, in topological order.
        weights, biases: the parameters folded into it, each with the share of responsibility it got here: dW and db. A
            parameter that several cards use is listed in each of them.
        remark: what is special about it: "dead", "off", "saturated" (see `remarks`), "not finite" (here an infinity or
            NaN was born), or "".
        name: what to call it where its label alone would not do, such as "x #2" where several have the label x; ""
            stands for the label.
    """

    id: str
    outputs: list[Value] = field(default_factory=list)
    inside: list[Value] = field(default_factory=list)
    weights: dict[Value, float] = field(default_factory=dict)
    biases: dict[Value, float] = field(default_factory=dict)
    status: str = ""
    name: str = ""

    @property
    def value(self) -> Value:
        """The last of its outputs, which stands for all of them where they are alike."""
        return self.outputs[-1]


@dataclass(eq=False)
class Edge:
    """From an operand's card to the card of what was made from it.

    Attributes:
        operand, result: the cards it joins.
        local_derivative: ∂result/∂operand, or None where a card stands for several results.
        share: the responsibility handed along it, or None before backward has run, or to a constant.
        handovers: what it stands for: each Value with the position of the operand that it hands a share to.
    """

    operand: Card
    result: Card
    local_derivative: float | None
    share: float | None
    contributions: list[tuple[Value, int]] = field(default_factory=list)


def kind_of(value: Value) -> str:
    """Tell what sort of Value this is: "constant", "input", "parameter" (any other leaf) or "computed"."""
    if isinstance(value, Constant):
        return "constant"
    if isinstance(value, Input):
        return "input"
    return "parameter" if value.is_leaf else "computed"


def label_of(value: Value) -> str:
    """Return the label of a Value as text: anything may have been assigned to it, and None is no name."""
    return "" if value.label is None else str(value.label)


def numbers_among_equals(labels: Iterable[str]) -> list[int]:
    """Number those that are called the same, from 1, so that they can be told apart; any other gets a 0.

    >>> numbers_among_equals(["x", "w", "x", "", ""])
    [1, 0, 2, 0, 0]
    """
    labels = list(labels)
    total, so_far = Counter(filter(None, labels)), Counter[str]()
    numbers = []
    for label in labels:
        so_far[label] += 1
        numbers.append(so_far[label] if total[label] > 1 else 0)
    return numbers


def remarks(activations: Iterable[Activation[Key]]) -> dict[Key, str]:
    """Say where responsibility stops: at a relu that is "off" or "dead", and at a tanh or sigmoid that is "saturated".

    A relu is dead if it is at 0 for every row of the graph, and off if it is at 0 for this one. Rows are told by name:
    what has the same label, and is a neuron of the same layer, is the same thing for another row. One row does not tell
    whether a neuron of a network is dead, so it is off then.

    Args:
        activations: what is computed, each with its operation, its local derivative, its label, and its layer (None
            where it is not the output of a neuron). Other operations than relu, tanh and sigmoid are passed over.
    """
    activations = [found for found in activations if found[1] in MAY_STOP]
    rows: dict[Hashable, list[float]] = {}
    for _, op, slope, label, layer in activations:
        rows.setdefault((op, label, layer), []).append(slope)
    found = {}
    for key, op, slope, label, layer in activations:
        if op != "relu":
            found[key] = "saturated" if abs(slope) < SATURATED else ""
        elif slope == 0.0:
            of_rows = rows[op, label, layer] if label else [slope]
            is_off = any(of_rows) or (len(of_rows) == 1 and layer is not None)
            found[key] = "off" if is_off else "dead"
    return {key: status for key, status in found.items() if status}


def _remarks_on(order: Iterable[Value]) -> dict[Value, str]:
    return remarks(
        (node, node.op, node.local_derivatives[0], label_of(node), getattr(node.label, "layer", None))
        for node in order
        if node.op in MAY_STOP
    )


def is_crowded(cards: Sequence[Card], edges: Sequence[Edge]) -> bool:
    """Tell whether a folded picture has so many edges that they carry no numbers."""
    return len(edges) > LARGEST_LABELLED and any(len(card.inside) > 1 for card in cards)


def cards_and_edges(output: Value, fold: str = "auto") -> tuple[list[Card], list[Edge]]:
    """Lay the graph behind `output` out as cards, in topological order, and the edges between them.

    Args:
        output: the end of the graph.
        fold: "none", "neuron", "layer", or "auto": none up to 60 cards, where a neuron counts as its products and their
            sum; above that by neuron, if that is at most 60 cards, else by layer.

    Raises:
        ValueError: `fold` is none of these.
    """
    check_choice("fold", fold, FOLDS)
    order = topological_order(output)
    if fold == "auto":
        if _spelled_out_size(order) <= LARGEST_UNFOLDED:
            fold = "none"
        else:
            fold = "neuron" if len(set(_group(order, "neuron").values())) <= LARGEST_UNFOLDED else "layer"
    return _build(order, fold)


def _born_not_finite(order: list[Value]) -> set[Value]:
    """List the Values whose number, or gradient, is the first to be infinite or NaN on its way."""
    broken = (node for node in order if not _finite(node.data))
    born = {node for node in broken if _finite(*(operand.data for operand in node.operands))}
    for node in order:
        if _finite(node.grad):
            pairs = zip(node.operands, node.local_derivatives, strict=True)
            born |= {operand for operand, local in pairs if not _finite(node.grad * local)}
    return born


def _finite(*numbers: float) -> bool:
    return all(map(math.isfinite, numbers))


def _spelled_out_size(order: list[Value]) -> int:
    return sum(1 + len(node.operands) // 2 if node.op == "weighted_sum" else 1 for node in order)


def _build(order: list[Value], fold: str) -> tuple[list[Card], list[Edge]]:
    group_of = _group(order, fold)
    cards = _gather(order, group_of)
    born, stopping = _born_not_finite(order), _remarks_on(order)
    labels = ["" if isinstance(node, Constant) else label_of(node) for node in order]
    number_of = dict(zip(order, numbers_among_equals(labels), strict=True))
    for card in dict.fromkeys(cards.values()):
        if len(card.outputs) == 1 and (number := number_of[card.value]):
            card.name = f"{label_of(card.value)} #{number}"
        if not born.isdisjoint(card.inside):
            card.status = "not finite"
        elif len(card.outputs) == 1:
            card.status = stopping.get(card.value, "")
    edges = _join(order, cards)
    if fold == "layer" and (_feeds_itself(cards) or _has_circle(edges)):  # as in a recurrent network
        return _build(order, "neuron")
    return sorted(dict.fromkeys(cards.values()), key=lambda card: int(card.id[1:])), edges


def _group(order: list[Value], fold: str) -> dict[Value, Hashable]:
    """Name the group of each Value; a card is a group. Weights that only neurons use have none: they are folded in."""
    if fold == "none":
        return {node: node for node in order}
    group_of: dict[Value, Hashable] = {}
    for node in order:
        if isinstance(node.label, NeuronName):
            group = node if fold == "neuron" else node.label.layer
            group_of.update((inner, group) for inner in _inside_of_neuron(node))
    users: dict[Value, list[Value]] = {node: [] for node in order}
    used_otherwise: set[Value] = set()
    for node in order:
        learned = set(_learned_by(node)) if node in group_of else set()
        for operand in node.operands:
            users[operand].append(node)
            if operand not in learned:
                used_otherwise.add(operand)
    numbers: dict[Hashable, int] = {}
    for node in reversed(order):
        if node in group_of or (users[node] and node not in used_otherwise):
            continue
        # By layer, what is called the same and is used by the same is the same thing for another row. The number stands
        # for the description, which would otherwise hold those of all its users, and theirs, and so on.
        alike = (kind_of(node), node.op, label_of(node), frozenset(group_of[user] for user in users[node]))
        group_of[node] = numbers.setdefault(alike, len(numbers)) if fold == "layer" else node
    return group_of


def _learned_by(node: Value) -> list[Value]:
    """List the operands that a node in a neuron holds as its own: weights, bias, and constants such as a slope."""
    if node.op == "weighted_sum":
        own = [*node.operands[:-1:2], node.operands[-1]]
    elif node.op == "total":
        own = [node.operands[-1]]
    else:
        own = [node.operands[0 if node.op == "*" else -1]]
    return [operand for operand in own if kind_of(operand) in ("parameter", "constant")]


def _inside_of_neuron(output: Value) -> list[Value]:
    """List what a neuron computed: its activation, its sum and, where they are spelled out, its products."""
    inside = [output]
    while inside[-1].op not in ("weighted_sum", "total"):
        inside.append(inside[-1].operands[0])
    if inside[-1].op == "total":
        inside.extend(inside[-1].operands[:-1])
    return inside


def _gather(order: list[Value], group_of: dict[Value, Hashable]) -> dict[Value, Card]:
    """Make the cards, and return the card of each Value that has one."""
    ids = {group_of[node]: f"n{i}" for i, node in enumerate(order) if node in group_of}
    by_group = {group: Card(name) for group, name in ids.items()}
    cards = {node: by_group[group_of[node]] for node in order if node in group_of}
    used_inside = {operand for node in cards for operand in node.operands if cards.get(operand) is cards[node]}
    for node, card in cards.items():
        card.inside.append(node)
        if node not in used_inside:
            card.outputs.append(node)
        for operand, local in zip(node.operands, node.local_derivatives, strict=True):
            if operand not in cards and kind_of(operand) == "parameter":
                is_bias = node.op in ("weighted_sum", "total") and operand is node.operands[-1]
                shares = card.biases if is_bias else card.weights
                shares[operand] = shares.get(operand, 0.0) + node.grad * local
    return cards


def _join(order: list[Value], cards: dict[Value, Card]) -> list[Edge]:
    """Make one edge for each operand; several between the same two cards are one where either of them is folded."""
    # Weights may still hold the gradients of an earlier graph; what was computed here can only have its own.
    backward_has_run = any(node.grad != 0.0 for node in order if not node.is_leaf or node is order[-1])
    within = _derivatives_within(cards)
    edges: dict[Hashable, Edge] = {}
    for node, result in cards.items():
        for position, (operand, local) in enumerate(zip(node.operands, node.local_derivatives, strict=True)):
            start = cards.get(operand, result)
            if start is result:
                continue
            folded = len(start.inside) > 1 or len(result.inside) > 1
            several = len(start.outputs) > 1 or len(result.outputs) > 1
            key = (start.id, result.id, None if folded else position)
            edge = edges.setdefault(key, Edge(start, result, None if several else 0.0, None))
            edge.contributions.append((node, position))
            if edge.local_derivative is not None:
                edge.local_derivative += within[node] * local
            if backward_has_run and kind_of(operand) != "constant":
                share = node.grad * local
                # One line for the shares of several Values shows how much flows there: they must not cancel.
                edge.share = (edge.share or 0.0) + (abs(share) if several else share)
    return list(edges.values())


def _derivatives_within(cards: dict[Value, Card]) -> dict[Value, float]:
    """Return for each Value the derivative of its card's output with respect to it: the chain rule inside a card."""
    outputs = {output for card in dict.fromkeys(cards.values()) for output in card.outputs}
    within = {node: float(node in outputs) for node in cards}
    for node in reversed(cards):
        for operand, local in zip(node.operands, node.local_derivatives, strict=True):
            if cards.get(operand) is cards[node]:
                within[operand] += within[node] * local
    return within


def _feeds_itself(cards: dict[Value, Card]) -> bool:
    """Tell whether the output of a neuron is the input of another on the same card."""
    used = ((operand, card) for node, card in cards.items() for operand in node.operands)
    return any(cards.get(operand) is card and isinstance(operand.label, NeuronName) for operand, card in used)


def _has_circle(edges: list[Edge]) -> bool:
    """Tell whether following the edges can lead back to where one started (Kahn's algorithm)."""
    waiting: dict[str, int] = {}
    results: dict[str, list[str]] = {}
    for edge in edges:
        waiting.setdefault(edge.operand.id, 0)
        waiting[edge.result.id] = waiting.get(edge.result.id, 0) + 1
        results.setdefault(edge.operand.id, []).append(edge.result.id)
    free = [card for card, count in waiting.items() if count == 0]
    for card in free:  # grows while it is walked
        for result in results.get(card, []):
            waiting[result] -= 1
            if waiting[result] == 0:
                free.append(result)
    return len(free) < len(waiting)


def title_of(card: Card, short: bool = False) -> tuple[str, str]:
    """Return what stands in the heading of a card: its name, and its operation or the `short` sign of it."""
    value, n = card.value, len(card.outputs)
    if isinstance(value.label, NeuronName) and len(card.inside) > 1:
        is_sum = value.op in ("weighted_sum", "total")
        formula = "Σ w·x + b" if is_sum else f"{OPERATIONS[value.op].symbol}(Σ w·x + b)"
        formula = OPERATIONS[value.op].symbol if short else formula
        if n == 1:
            return card.name or label_of(value), formula
        neurons = len({output.label for output in card.outputs})
        rows = f" × {n // neurons} rows" if n > neurons else ""
        return f"{value.label.layer.text}: {neurons} neuron{'s' if neurons > 1 else ''}{rows}", formula
    times = f" ({n} of them)" if n > 1 else ""
    operation = _operation(value)
    name = card.name or label_of(value) or ("" if operation else "leaf")
    return (name + times, operation) if name else ("", operation + times)


def _operation(value: Value) -> str:
    """Write the operation of a Value; a power with a small whole constant as ( )²."""
    if value.op == "**" and isinstance(value.operands[1], Constant) and value.operands[1].data in range(10):
        return "( )" + SUPERSCRIPTS[int(value.operands[1].data)]
    return OPERATIONS[value.op].symbol if value.op else ""
