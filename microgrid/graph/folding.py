"""Fold a graph into cards and edges, the parts of every picture.

Unfolded, every node is a card. Folded by neuron, what a neuron computed is one card; folded by layer, what a layer
computed is one, however many rows went through it. The output of a neuron has the name of its layer, and the nodes
inside are found from there.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from microgrid._util.text import display_width, printable, shortened
from microgrid._util.validation import check_choice
from microgrid.graph.node import Node
from microgrid.graph.operations import as_written
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import SUPERSCRIPTS
from microgrid.language.words import words

FOLDS = ("auto", "none", "neuron", "layer")
MAX_CARDS_UNFOLDED = 60
MAX_EDGES_LABELLED = 24  # in a folded picture with more edges, none carries numbers
MAX_EDGES_PER_CARD = 4  # on average; with more, no edge carries numbers
MAX_CARDS_DRAWN, MAX_EDGES_DRAWN = 500, 2000  # beyond either, the cards computed first are merged into one
SUM_OF_PRODUCTS = "Σ ×"  # the symbol of a weighted sum without a bias
MAX_TITLE_COLUMNS = 30  # longer headings are cut on a page


@dataclass(eq=False)
class Card:
    """One or more nodes that a picture shows as one.

    Attributes:
        id: `n` and the position of its last node in topological order; the same on every run, folded or not.
        outputs: the nodes whose numbers it shows: one or, for a layer or several rows, more.
        inside: all nodes it stands for, the outputs among them, in topological order.
        weights, biases: the parameters folded into it, each with its share of the gradient: dW and db. A
            parameter that several cards use is listed in each of them.
        status: what is special about it: "dead", "off", "saturated" (see `activation_status`), "not finite" (the
            first infinity or NaN), or "".
        name: what it is called, such as "x #2" where several have the label x, or by its formula, such as "w·x"; ""
            where it has no name.
        title: its heading: its name or, of several outputs, what they are and how many.
        operation, symbol: its operation, in full, such as "tanh(Σ w·x + b)", and in short, such as "tanh"; "" where
            its name says it.
        other_titles: what may be written in the place of its title later, such as in another language.
        is_layer: whether it stands for a layer, folded by layer.
        n_merged: how many cards it stands for, because there were too many to be drawn (see `drawable`); else 0.
    """

    id: str
    outputs: list[Node] = field(default_factory=list)
    inside: list[Node] = field(default_factory=list)
    weights: dict[Node, float] = field(default_factory=dict)
    biases: dict[Node, float] = field(default_factory=dict)
    status: str = ""
    name: str = ""
    title: str = ""
    operation: str = ""
    symbol: str = ""
    is_layer: bool = False
    n_merged: int = 0
    other_titles: tuple[str, ...] = ()

    @property
    def value(self) -> Node:
        """The last of its outputs, which stands for all of them where they are alike."""
        return self.outputs[-1]

    @property
    def full_title(self) -> str:
        """Its title as it can be shown, on one line."""
        return printable(self.title).strip()

    @property
    def short_title(self) -> str:
        """Its title as it can be shown, cut where it is too long for a heading on a page."""
        return shortened(self.full_title, MAX_TITLE_COLUMNS)

    @property
    def shortest_symbol(self) -> str:
        """Its symbol, shortened for a small card: Σ for Σ w·x + b."""
        return self.symbol.removesuffix(" w·x + b")

    @property
    def title_columns(self) -> int:
        """How many columns its widest short title takes; a Japanese character takes two."""
        return max(display_width(title) for title in (self.short_title, *self.other_titles))

    @property
    def symbol_columns(self) -> int:
        """How many columns its symbol takes."""
        return display_width(self.symbol)

    @property
    def shortest_symbol_columns(self) -> int:
        """How many columns its shortest symbol takes."""
        return display_width(self.shortest_symbol)

    @property
    def kind(self) -> str:
        """What sort of node it shows: "constant", "input", "parameter" or "computed"."""
        return "computed" if self.n_merged else self.value.kind

    @property
    def is_leaf(self) -> bool:
        """Whether nothing in it was computed from another card that is drawn, or only what was merged with it."""
        return self.value.is_leaf or self.n_merged > 0

    @property
    def is_neuron(self) -> bool:
        """Whether it stands for neurons, with their weights folded in or not."""
        return len(self.inside) > 1 or bool(self.weights or self.biases)


@dataclass(frozen=True)
class Use:
    """One use of an operand: by `node`, at `position` among its operands."""

    node: Node
    position: int


@dataclass(eq=False)
class Edge:
    """An edge from the card of an operand to the card of a result.

    Attributes:
        operand, result: the cards it joins.
        local_derivative: ∂result/∂operand, or None where a card stands for several results.
        share: the gradient passed back along it; None before backward has run, or if the operand is a constant.
        uses: the uses of operands that it stands for, each with a share.
    """

    operand: Card
    result: Card
    local_derivative: float | None
    share: float | None
    uses: list[Use] = field(default_factory=list)


class Folding(NamedTuple):
    """Cards in topological order, and the edges between them."""

    cards: list[Card]
    edges: list[Edge]

    @property
    def folds_nodes(self) -> bool:
        """Whether any card stands for the several nodes of a neuron or a layer."""
        return any(len(card.inside) > 1 and not card.n_merged for card in self.cards)

    @property
    def is_crowded(self) -> bool:
        """Whether there are so many edges that they carry no numbers: of a folded picture, or for each card."""
        n = len(self.edges)
        return n > MAX_EDGES_LABELLED and (self.folds_nodes or n > MAX_EDGES_PER_CARD * len(self.cards))


def cards_and_edges(graph: Snapshot, fold: str = "auto", name_all: bool = False, language: str = "en") -> Folding:
    """Fold a graph into cards and edges.

    Args:
        graph: what was recorded.
        fold: "none", "neuron", "layer", or "auto": none up to 60 cards, where a neuron counts as its products and their
            sum; above that by neuron, if that is at most 60 cards, else by layer.
        name_all: whether to name unlabelled cards by id, for use in sentences.
        language: "en" or "ja", of the titles.

    Raises:
        ValueError: an unknown fold or language.
    """
    check_choice("fold", fold, FOLDS)
    text = words(language)
    if fold == "auto":
        fold = _suitable_fold(graph)
    cards = _gather(graph, _group(graph, fold, name_all))
    edges = _join(graph, cards)
    in_order = _in_order(dict.fromkeys(cards.values()), edges)
    if fold == "layer" and (_feeds_itself(graph, cards) or len(in_order) < len(set(cards.values()))):
        return cards_and_edges(graph, "neuron", name_all, language)  # a recurrent network
    for card in in_order:
        _describe(card, graph, name_all, text)
    return Folding(in_order, edges)


def drawable(folding: Folding, language: str = "en") -> Folding:
    """Merge the cards computed first into one, if there are more than 500 cards or 2,000 edges.

    Leaves that several of the other cards use stay. The operands of an early card were computed even earlier, so no
    edge from a later card ends at the merged card.
    """
    cards, edges = folding
    if len(cards) <= MAX_CARDS_DRAWN and len(edges) <= MAX_EDGES_DRAWN:
        return folding
    few, many = (
        1,
        min(len(cards), MAX_CARDS_DRAWN + 1),
    )  # at least `few` and fewer than `many` of the last cards can stay
    drawn = _merged(cards, edges, few, language)
    while many - few > 1:
        tried = _merged(cards, edges, (few + many) // 2, language)
        if len(tried.cards) <= MAX_CARDS_DRAWN and len(tried.edges) <= MAX_EDGES_DRAWN:
            few, drawn = (few + many) // 2, tried
        else:
            many = (few + many) // 2
    return drawn


def _merged(cards: list[Card], edges: list[Edge], n_kept: int, language: str) -> Folding:
    """Merge all but the last `n_kept` cards into one, and the edges between it and the same card."""
    late = set(cards[-n_kept:])
    users = Counter(operand for operand, result in {(edge.operand, edge.result) for edge in edges} if result in late)
    early = [card for card in cards[:-n_kept] if not card.value.is_leaf or users[card] < 2]
    if not early:
        return Folding(cards, edges)
    merged = Card(early[-1].id, n_merged=len(early))
    merged.title = words(language)["card.merged"].format(count=len(early))
    merged.inside = [node for card in early for node in card.inside]
    of = dict.fromkeys(early, merged)
    outputs: dict[Node, None] = {}
    kept: dict[Hashable, Edge] = {}
    for edge in edges:
        operand, result = of.get(edge.operand, edge.operand), of.get(edge.result, edge.result)
        if operand is result:
            continue
        if operand is merged:
            outputs |= dict.fromkeys(edge.operand.outputs)
        if merged not in (operand, result):
            kept[edge] = edge
            continue
        joint = kept.setdefault((operand, result), Edge(operand, result, None, None))
        joint.uses += edge.uses
        if edge.share is not None:
            joint.share = (joint.share or 0.0) + abs(edge.share)
    merged.outputs = list(outputs)
    leaves = [card for card in cards[:-n_kept] if card not in of]
    return Folding([*leaves, merged, *cards[-n_kept:]], list(kept.values()))


def _suitable_fold(graph: Snapshot) -> str:
    size = sum(1 + len(node.operands) // 2 if node.op == "weighted_sum" else 1 for node in graph.nodes)
    if size <= MAX_CARDS_UNFOLDED:
        return "none"
    return "neuron" if len(set(_group(graph, "neuron").values())) <= MAX_CARDS_UNFOLDED else "layer"


def _group(graph: Snapshot, fold: str, name_all: bool = False) -> dict[Node, Hashable]:
    """Map each node to its group, which becomes a card.

    Weights that only neurons use have no group, nor has a 0 that stands in the place of a bias.
    """
    users: dict[str, list[Node]] = {node.id: [] for node in graph.nodes}
    for node in graph.nodes:
        for operand in node.operands:
            users[operand].append(node)
    group_of: dict[Node, Hashable] = {}
    for node in graph.nodes:
        if node.layer and fold != "none":
            group = node if fold == "neuron" else node.layer  # a text
            inside = dict.fromkeys(_inside_of_neuron(graph, node), group)
            # A card shows one number: where another node uses a number from inside, the neuron is no card.
            if all(user in inside for inner in inside if inner is not node for user in users[inner.id]):
                group_of |= inside
    used_otherwise: set[str] = set()
    for node in graph.nodes:
        own = _own_of_neuron(graph, node) if node in group_of else _zero_of_sum(graph, node)
        used_otherwise.update(operand for operand in node.operands if operand not in own)
    numbers: dict[Hashable, int] = {}
    for node in reversed(graph.nodes):
        if node in group_of or (users[node.id] and node.id not in used_otherwise):
            continue
        # By layer, nodes with the same name and the same users are one node for several rows. A number replaces the
        # description, which would otherwise contain the descriptions of all users, recursively.
        called = node.label or (node.id if name_all and not node.is_leaf else "")
        alike = (node.kind, node.op, called, frozenset(group_of[user] for user in users[node.id]))
        group_of[node] = numbers.setdefault(alike, len(numbers)) if fold == "layer" else node
    return group_of


def _own_of_neuron(graph: Snapshot, node: Node) -> set[str]:
    """Return the ids of a node's own weights, bias and constants, such as a slope, where it is part of a neuron."""
    return {name for name in node.own_operands if graph.by_id[name].kind in ("parameter", "constant")}


def _zero_of_sum(graph: Snapshot, node: Node) -> set[str]:
    """Return the id of the 0 that stands in the place of a node's bias, if one does."""
    return {node.bias} if node.id in graph.sums_of_products else set()


def _inside_of_neuron(graph: Snapshot, output: Node) -> list[Node]:
    """List the nodes of a neuron: its activation, its sum and, where they are nodes, its products."""
    inside = [output]
    while not inside[-1].is_sum:
        inside.append(graph.operands[inside[-1].id][0])
    if inside[-1].op == "total":
        inside.extend(graph.operands[inside[-1].id][:-1])
    return inside


def _gather(graph: Snapshot, group_of: dict[Node, Hashable]) -> dict[Node, Card]:
    """Make the cards, and return the card of each node that has one."""
    ids = {group_of[node]: node.id for node in graph.nodes if node in group_of}
    by_group = {group: Card(name, is_layer=isinstance(group, str)) for group, name in ids.items()}
    cards = {node: by_group[group_of[node]] for node in graph.nodes if node in group_of}
    used_inside = {
        operand for node, card in cards.items() for operand in graph.operands[node.id] if cards.get(operand) is card
    }
    for node, card in cards.items():
        card.inside.append(node)
        if node not in used_inside:
            card.outputs.append(node)
        for operand, local in zip(graph.operands[node.id], node.local_derivatives, strict=True):
            if operand not in cards and operand.kind == "parameter":
                shares = card.biases if operand.id == node.bias else card.weights
                shares[operand] = shares.get(operand, 0.0) + node.grad * local
    return cards


def _join(graph: Snapshot, cards: dict[Node, Card]) -> list[Edge]:
    """Make an edge for each operand; where a card is folded, edges between the same two cards are merged."""
    # Weights may hold gradients of an earlier graph; intermediate values have those of this graph only.
    backward_has_run = any(node.grad != 0.0 for node in graph.nodes if not node.is_leaf or node is graph.output)
    within = _derivatives_within(graph, cards)
    edges: dict[Hashable, Edge] = {}
    for node, result in cards.items():
        pairs = zip(graph.operands[node.id], node.local_derivatives, strict=True)
        for position, (operand, local) in enumerate(pairs):
            start = cards.get(operand, result)
            if start is result:
                continue
            folded = len(start.inside) > 1 or len(result.inside) > 1
            several = len(start.outputs) > 1 or len(result.outputs) > 1
            key = (start.id, result.id, None if folded else position)
            edge = edges.setdefault(key, Edge(start, result, None if several else 0.0, None))
            edge.uses.append(Use(node, position))
            if edge.local_derivative is not None:
                edge.local_derivative += within[node] * local
            if backward_has_run and operand.kind != "constant":
                share = node.grad * local
                # One edge for shares of several nodes shows their total size, so they must not cancel.
                edge.share = (edge.share or 0.0) + (abs(share) if several else share)
    return list(edges.values())


def _derivatives_within(graph: Snapshot, cards: dict[Node, Card]) -> dict[Node, float]:
    """Return for each node the derivative of its card's output with respect to it: the chain rule inside a card."""
    outputs = {output for card in dict.fromkeys(cards.values()) for output in card.outputs}
    within = {node: float(node in outputs) for node in cards}
    for node in reversed(cards):
        for operand, local in zip(graph.operands[node.id], node.local_derivatives, strict=True):
            if cards.get(operand) is cards[node]:
                within[operand] += within[node] * local
    return within


def _feeds_itself(graph: Snapshot, cards: dict[Node, Card]) -> bool:
    """Tell whether the output of a neuron is the input of another on the same card."""
    uses = ((operand, card) for node, card in cards.items() for operand in graph.operands[node.id])
    return any(cards.get(operand) is card and operand.layer for operand, card in uses)


def _in_order(cards: Iterable[Card], edges: Iterable[Edge]) -> list[Card]:
    """Sort cards topologically, otherwise by their ids (Kahn's algorithm); those on a cycle are left out."""
    results: dict[Card, list[Card]] = {card: [] for card in cards}
    waiting = dict.fromkeys(results, 0)  # the number of edges from operands that are not sorted yet
    for edge in edges:
        results[edge.operand].append(edge.result)
        waiting[edge.result] += 1
    free = [(int(card.id[1:]), card) for card, count in waiting.items() if count == 0]
    heapq.heapify(free)
    order: list[Card] = []
    while free:
        _, card = heapq.heappop(free)
        order.append(card)
        for result in results[card]:
            waiting[result] -= 1
            if waiting[result] == 0:
                heapq.heappush(free, (int(result.id[1:]), result))
    return order


# --- the contents of a card ------------------------------------------------------------------------------------------


def _describe(card: Card, graph: Snapshot, name_all: bool, text: Mapping[str, str]) -> None:
    """Fill in the name, the heading and the status of a card."""
    value, n = card.value, len(card.outputs)
    if n == 1:
        card.name = value.title or value.formula or (value.id if name_all and card.kind != "constant" else "")
        card.status = graph.status.get(value.id, "")
    else:
        card.name = value.label
    if not graph.not_finite.isdisjoint(node.id for node in (*card.inside, *card.weights, *card.biases)):
        card.status = "not finite"
    if value.layer and len(card.inside) > 1:
        card.symbol = as_written(value.op, 1).symbol
        card.operation = "Σ w·x + b" if value.is_sum else f"{card.symbol}(Σ w·x + b)"
        card.title = card.name if n == 1 else _title_of_layer(card, text)
        return
    card.operation = card.symbol = "" if card.name and card.name == value.formula else _symbol_of(value, graph)
    card.title = card.name or ("" if card.operation else text["leaf"])
    if n > 1 and card.title:
        card.title = text["card.several"].format(title=card.title, count=n)
    elif n > 1:
        card.operation = card.symbol = text["card.several"].format(title=card.operation, count=n)


def _title_of_layer(card: Card, text: Mapping[str, str]) -> str:
    n, neurons = len(card.outputs), len({output.label for output in card.outputs})
    title = text["card.layer" if neurons > 1 else "card.layer.one"].format(layer=card.value.layer_name, neurons=neurons)
    return text["card.rows"].format(title=title, rows=n // neurons) if n > neurons else title


def _symbol_of(node: Node, graph: Snapshot) -> str:
    """Write the operation of a node; a power with a small whole constant as ( )²."""
    if (exponent := graph.whole_exponents.get(node.id)) is not None:
        return "( )" + SUPERSCRIPTS[exponent]
    if node.id in graph.sums_of_products:
        return SUM_OF_PRODUCTS
    return as_written(node.op, len(node.operands)).symbol if node.op else ""
