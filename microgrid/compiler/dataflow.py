"""The dataflow of a recorded graph: common subexpressions, live values, and the shares of the backward pass.

Three things save work that a plain walk over the nodes would do:

- Common subexpressions are computed once.
- Values that depend on no parameter get no gradient.
- While a relu is off, its output 0 is multiplied by no weight, and no gradients are computed for what it depends on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from microgrid.engine import Constant, Value
from microgrid.graph.operations import OPERATIONS, check_operands


@dataclass(frozen=True, eq=False)
class Term:
    """One term of a node; a node that is not a sum has a single one.

    Attributes:
        node: the node whose formula this is: the one it belongs to, or a product that is part of a Σ.
        value: the formula of the term; `local_derivatives`: for each operand the formula of ∂term/∂operand.
        names: what the formulas call the operands.
        operands: the Values that it is computed from.
        switch: the relu without which it is 0, or None.
    """

    node: Value
    value: str
    local_derivatives: tuple[str, ...]
    names: tuple[str, ...]
    operands: tuple[Value, ...]
    switch: Value | None


@dataclass(frozen=True, eq=False)
class Contribution:
    """One share of the gradient: from a user to an operand of one of its terms.

    Attributes:
        user, operand: the node that passes it on, and the node that receives it.
        term, position: the term of the user that contains the operand, and its position there.
        switch: the relu that must be on for the share to count, or None.
    """

    user: Value
    term: Term
    position: int
    operand: Value
    switch: Value | None

    @property
    def local_derivative(self) -> str:
        """The formula of the local derivative, by which the upstream gradient is multiplied."""
        return self.term.local_derivatives[self.position]


class Dataflow:
    """The data dependencies of a graph, forward and backward.

    Attributes:
        same: for each Value the first with the same operation and operands.
        order: the Values to compute, operands before what is made from them.
        output: the end of the graph.
        n_users: for each Value how often it is an operand.
        live: the Values that depend on a parameter, and so need a gradient.
        terms: the terms of each computed Value.
        contributions_from, contributions_to: the shares that a live Value passes on, and receives, in the order of
            `backward()`.
        guard: for each Value the relu that must be on for it to have a gradient, or None.
        collected: the Values whose gradient one expression can sum, since all shares are known by then.
        pushed: for each relu the pairs (sum, term) to which its output is added as soon as it is known.
        begun: for each sum with such early terms, how many terms are added before its own turn.
    """

    def __init__(self, order: Sequence[Value], parameters: Sequence[Value]) -> None:
        self.same = _without_repetition(order)
        nodes = [node for node in order if self.same[node] is node]
        self.output = self.same[order[-1]]
        self.n_users = dict.fromkeys(nodes, 0)
        for node in nodes:
            for operand in node.operands:
                self.n_users[self.same[operand]] += 1
        self.terms = {node: tuple(self._terms(node)) for node in nodes if node.op or not node.is_leaf}
        parts = {term.node for node, terms in self.terms.items() for term in terms if term.node is not node}
        self.order = [node for node in nodes if node not in parts]
        self.live = self._live(parameters)
        self.contributions_from, self.contributions_to = self._contributions()
        self.guard = self._guards()
        self.collected = {
            node
            for node, contributions in self.contributions_to.items()
            if all(item.switch is None and self.guard[item.user] is self.guard[node] for item in contributions)
        }
        self.pushed, self.begun = self._pushed()

    def is_always_read(self, relu: Value) -> bool:
        """Tell whether the output of a relu is read even while it is off."""
        return relu is self.output or len(self.pushed[relu]) < self.n_users[relu]

    def is_passed_on(self, contribution: Contribution) -> bool:
        """Tell whether an operand's gradient is that of its only user, so that it needs no variable."""
        operand, user = contribution.operand, contribution.user
        is_whole = user.op == "relu" or contribution.local_derivative == "1"
        guards = (None, self.guard[operand])
        return is_whole and len(self.contributions_to[operand]) == 1 and self.guard[user] in guards

    def is_first_for_sure(self, contribution: Contribution) -> bool:
        """Tell whether this share is computed whenever any share of the same operand is."""
        alike = contribution.switch is None or all(
            other.switch is contribution.operand for other in self.contributions_to[contribution.operand]
        )
        return self.guard[contribution.user] is None and alike

    def _terms(self, node: Value) -> Iterator[Term]:
        operands = [self.same[operand] for operand in node.operands]
        check_operands(node.op, len(operands))
        operation = OPERATIONS[node.op]
        if node.op == "total":
            for operand in operands:
                if operand.op == "*" and not operand.label and self.n_users[operand] == 1:
                    yield from self._terms(operand)
                else:
                    yield _term(node, operation.value, operation.local_derivatives, operation.operands, (operand,))
            return
        if node.op == "**":
            yield _power_term(node, operands)
            return
        for group in operation.groups(operands):
            yield _term(node, operation.value, operation.local_derivatives, operation.operands, tuple(group))
        if operation.last:
            yield _term(node, operation.last, ("1",), (operation.last,), (operands[-1],))

    def _live(self, parameters: Sequence[Value]) -> set[Value]:
        live = set(parameters)
        for node in self.order:
            if any(operand in live for term in self.terms.get(node, ()) for operand in term.operands):
                live.add(node)
        return live

    def _contributions(self) -> tuple[dict[Value, list[Contribution]], dict[Value, list[Contribution]]]:
        contributions_from: dict[Value, list[Contribution]] = {node: [] for node in self.order}
        contributions_to: dict[Value, list[Contribution]] = {node: [] for node in self.order}
        for user in reversed(self.order):
            if user not in self.live or not user.op:
                continue
            # The products that are part of a Σ come after it in the engine's order, backwards: the last one first.
            for term in reversed(self.terms[user]) if user.op == "total" else self.terms[user]:
                for position, operand in enumerate(term.operands):
                    if operand in self.live:
                        switch = term.switch or (operand if operand.op == "relu" else None)
                        contribution = Contribution(user, term, position, operand, switch)
                        contributions_from[user].append(contribution)
                        contributions_to[operand].append(contribution)
        return contributions_from, contributions_to

    def _guards(self) -> dict[Value, Value | None]:
        guard: dict[Value, Value | None] = {}
        for node in reversed(self.order):
            users = {guard[contribution.user] for contribution in self.contributions_to[node]}
            guard[node] = node if node.op == "relu" else users.pop() if len(users) == 1 else None
        return guard

    def _pushed(self) -> tuple[dict[Value, list[tuple[Value, Term]]], dict[Value, int]]:
        """Find the sums to which relus may add their outputs early without changing the order of the terms."""
        pushed: dict[Value, list[tuple[Value, Term]]] = {node: [] for node in self.order if node.op == "relu"}
        begun: dict[Value, int] = {}
        turn = {node: i for i, node in enumerate(self.order)}
        for node in self.order:
            if not node.op or not OPERATIONS[node.op].summed:
                continue
            terms = self.terms[node]
            first = 0  # earlier terms depend on leaves only, which are known from the start
            while first < len(terms) and all(operand.is_leaf for operand in terms[first].operands):
                first += 1
            end, relu = first, None
            while end < len(terms) and (switch := terms[end].switch):
                others_are_there = all(x.is_leaf or turn[x] <= turn[switch] for x in terms[end].operands)
                if not others_are_there or (relu is not None and turn[switch] < turn[relu]):
                    break
                pushed[switch].append((node, terms[end]))
                end, relu = end + 1, switch
            if end > first:
                begun[node] = end
        return pushed, begun


def _without_repetition(order: Sequence[Value]) -> dict[Value, Value]:
    """Map each node to the first node with the same operation and operands (common subexpressions)."""
    same: dict[Value, Value] = {}
    first: dict[Any, Value] = {}
    for node in order:
        if node.op:
            key: Any = (node.op, *(id(same[operand]) for operand in node.operands))
        else:
            key = repr(node.data) if isinstance(node, Constant) else id(node)  # 0.0 is not -0.0
        same[node] = first.setdefault(key, node)
    return same


def _power_term(node: Value, operands: Sequence[Value]) -> Term:
    """Write a power so that it fails where it does in the engine: where its base is negative, or it is too large."""
    operation, (base, exponent) = OPERATIONS["**"], operands
    value, local_derivatives = "power(a, b)", operation.local_derivatives
    if isinstance(exponent, Constant) and math.isfinite(exponent.data):
        y = exponent.data
        local_derivatives = ("2 * a" if y == 2.0 else f"b * a ** ({y - 1.0 if y else 0.0})", local_derivatives[1])
        if y.is_integer():
            # -2.0 ** 4.0 is -(2.0 ** 4.0), and so a literal goes into pow().
            value = "pow(a, b)" if isinstance(base, Constant) else "a ** b"
    return _term(node, value, local_derivatives, operation.operands, (base, exponent))


def _term(
    node: Value, value: str, local_derivatives: tuple[str, ...], names: tuple[str, ...], operands: tuple[Value, ...]
) -> Term:
    vanishes = value in (names[0], " * ".join(names))  # operations that are 0 if one operand is 0
    relus = [operand for operand in operands if operand.op == "relu"]
    return Term(node, value, local_derivatives, names, operands, relus[0] if vanishes and relus else None)
