"""Find the paths that contribute most to a gradient, without listing all of them."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from microgrid._util.text import display_width, padded
from microgrid.graph.node import Node
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import bracketed, powers_of_ten, show
from microgrid.language.words import words

MAX_NODES_SHOWN = 12  # nodes of a path in words

_Trail: TypeAlias = "tuple[str, float, _Trail | None]"  # a node, the derivative on its edge, the path before it


@dataclass(frozen=True, slots=True)
class Route:
    """One path from the loss to a value: the node ids along it, the local derivatives, and their product.

    `names` are what the nodes are called.
    """

    nodes: tuple[str, ...]
    local_derivatives: tuple[float, ...]
    product: float
    names: tuple[str, ...]

    @property
    def formula(self) -> str:
        """The product with its factors, such as "1 × 2 × (−3) = −6"; the loss itself has none."""
        product = show(self.product)
        factors = ["1", *(bracketed(show(local)) for local in self.local_derivatives)]
        return f"{' × '.join(_without_middle(factors))} = {product}" if self.local_derivatives else product


@dataclass(frozen=True, slots=True)
class Routes:
    """The paths that contribute most to the gradient of a value, and the sum of the others; `print` shows them.

    Iterating over it gives the listed paths, and `len()` counts them. A path with a local derivative of 0 contributes
    nothing: it is counted separately, and not listed.

    Attributes:
        target: the value.
        routes: the listed paths, the largest product first (by absolute value).
        count: the number of paths that contribute.
        blocked: the number of paths that contribute nothing.
        remainder: what the other paths contribute: the gradient less the products of `routes`.
        gradient: the gradient of the value, the sum over all paths.
    """

    target: Node
    routes: tuple[Route, ...]
    count: int
    blocked: int
    remainder: float
    gradient: float

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def __len__(self) -> int:
        return len(self.routes)

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str = "en") -> str:
        """Return the gradient, the paths with their products, and the rest, in "en" or "ja".

        Raises:
            ValueError: an unknown language.
        """
        said, name = words(language), self.target.spoken_name
        if self.target.kind == "constant":
            return said["page.routes.constant"].format(name=name)
        summary = said["page.routes.sum" if self.count else "page.routes.none"]
        lines = [summary.format(name=name, gradient=show(self.gradient), count=_number_of(self.count or self.blocked))]
        ways = [" → ".join(_without_middle(route.names)) for route in self.routes]
        width = max(map(display_width, ways), default=0)
        formulas = [powers_of_ten(route.formula) for route in self.routes]
        lines += [f"  {padded(way, width)}  {formula}" for way, formula in zip(ways, formulas, strict=True)]
        if rest := self.count - len(self.routes):
            lines.append(said["page.routes.rest"].format(count=_number_of(rest), remainder=show(self.remainder)))
        if self.count and self.blocked:
            lines.append(said["page.routes.blocked"].format(count=_number_of(self.blocked)))
        return "\n".join(lines)


def _without_middle(parts: Sequence[str]) -> Sequence[str]:
    """Shorten a long path by its middle."""
    half = MAX_NODES_SHOWN // 2
    return parts if len(parts) <= MAX_NODES_SHOWN else (*parts[:half], "…", *parts[-half:])


def _number_of(routes: int) -> str:
    """Write a number of paths, which may exceed the largest float."""
    return show(routes) if routes < 1e300 else "∞"


def largest_routes(graph: Snapshot, target: Node, limit: int) -> Routes:
    """Search best-first, with the largest product that a partial path can still reach as the priority.

    The search always extends the path that promises most, so paths come out in the order of their size.
    """
    promise, count, every = _promises(graph.nodes, target.id)
    start = graph.output.id
    ticket = itertools.count(0, -1)  # among equal priorities the newest first: depth before breadth
    waiting: list[tuple[float, int, float, _Trail]] = []
    if start in promise:
        waiting.append((-promise[start], next(ticket), 1.0, (start, 1.0, None)))
    routes: list[Route] = []
    while waiting and len(routes) < limit:
        _, _, product, trail = heapq.heappop(waiting)
        node = graph.by_id[trail[0]]
        if node is target:
            routes.append(_route(trail, product, graph))
            continue
        for operand, local in reversed(list(zip(node.operands, node.local_derivatives, strict=True))):
            if operand in promise and local != 0.0:
                so_far = product * local
                worth = -_size(so_far) * promise[operand]
                heapq.heappush(waiting, (worth, next(ticket), so_far, (operand, local, trail)))
    n = count.get(start, 0)
    remainder = _remainder(target.grad, routes) if len(routes) < n else 0.0
    return Routes(target, tuple(routes), n, every[start] - n, remainder, target.grad)


def _promises(nodes: Sequence[Node], target: str) -> tuple[dict[str, float], dict[str, int], dict[str, int]]:
    """Return for each node its largest product, its number of contributing paths, and that of all paths.

    Only nodes that lead to the target have entries. A path contributes if no local derivative on it is 0.
    """
    promise, count, every = {target: 1.0}, {target: 1}, {target: 1}
    for node in nodes:
        pairs = list(zip(node.operands, node.local_derivatives, strict=True))
        if leading := [operand for operand, _ in pairs if operand in every]:
            every[node.id] = sum(every[operand] for operand in leading)
        if contributing := [(operand, local) for operand, local in pairs if operand in promise and local != 0.0]:
            promise[node.id] = max(_size(local) * promise[operand] for operand, local in contributing)
            count[node.id] = sum(count[operand] for operand, _ in contributing)
    return promise, count, every


def _remainder(gradient: float, routes: Sequence[Route]) -> float:
    for route in routes:
        gradient -= route.product
    return gradient


def _size(number: float) -> float:
    """Return the absolute value; NaN counts as the largest, so that it is not overlooked."""
    return math.inf if math.isnan(number) else abs(number)


def _route(trail: _Trail, product: float, graph: Snapshot) -> Route:
    ids, derivatives = [], []
    step: _Trail | None = trail
    while step is not None:
        name, local, step = step
        ids.append(name)
        derivatives.append(local)
    ids.reverse()
    return Route(
        tuple(ids), tuple(reversed(derivatives[:-1])), product, tuple(graph.by_id[name].spoken_name for name in ids)
    )
