"""The routes by which responsibility reaches a value: many, but the largest can be found without listing the others."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from microgrid.records import Node

_Trail: TypeAlias = "tuple[str, float, _Trail | None]"  # a node, the derivative that led to it, the way before


@dataclass(frozen=True, slots=True)
class Route:
    """One way from the loss to a value: the ids along it, the local derivatives between them, and their product."""

    nodes: tuple[str, ...]
    local_derivatives: tuple[float, ...]
    product: float


@dataclass(frozen=True, slots=True)
class Routes:
    """The largest routes to a value, and what the others add up to.

    A route on which a local derivative is 0 brings nothing: it is counted apart, and not listed.

    Attributes:
        routes: the largest first, by the size of their product.
        count: how many routes bring something.
        blocked: how many bring nothing.
        remainder: the gradient less the products of `routes`.
        gradient: the whole.
    """

    routes: tuple[Route, ...]
    count: int
    blocked: int
    remainder: float
    gradient: float


def largest_routes(
    nodes: Sequence[Node], by_id: Mapping[str, Node], target: str, limit: int, gradient: float
) -> Routes:
    """Search best-first: what a route can still be worth is known before it is walked.

    The search always extends the route that promises most, so routes come out in the order of their size.
    """
    promise, count, every = _promises(nodes, target)
    start = nodes[-1].id
    ticket = itertools.count(0, -1)  # of equal promises the newest goes first: depth before breadth
    waiting: list[tuple[float, int, float, _Trail]] = []
    if start in promise:
        waiting.append((-promise[start], next(ticket), 1.0, (start, 1.0, None)))
    routes: list[Route] = []
    while waiting and len(routes) < limit:
        _, _, product, trail = heapq.heappop(waiting)
        node = by_id[trail[0]]
        if node.id == target:
            routes.append(_route(trail, product))
            continue
        for operand, local in reversed(list(zip(node.operands, node.local_derivatives, strict=True))):
            if operand in promise and local != 0.0:
                so_far = product * local
                worth = -_size(so_far) * promise[operand]
                heapq.heappush(waiting, (worth, next(ticket), so_far, (operand, local, trail)))
    n = count.get(start, 0)
    remainder = _remainder(gradient, routes) if len(routes) < n else 0.0
    return Routes(tuple(routes), n, every[start] - n, remainder, gradient)


def _promises(nodes: Sequence[Node], target: str) -> tuple[dict[str, float], dict[str, int], dict[str, int]]:
    """Return, for each node that leads to the target, its best product, and how many routes bring something, and exist.

    Those that bring nothing count among the latter only.
    """
    promise, count, every = {target: 1.0}, {target: 1}, {target: 1}
    for node in nodes:
        pairs = list(zip(node.operands, node.local_derivatives, strict=True))
        if leading := [operand for operand, _ in pairs if operand in every]:
            every[node.id] = sum(every[operand] for operand in leading)
        if bringing := [(operand, local) for operand, local in pairs if operand in promise and local != 0.0]:
            promise[node.id] = max(_size(local) * promise[operand] for operand, local in bringing)
            count[node.id] = sum(count[operand] for operand, _ in bringing)
    return promise, count, every


def _remainder(gradient: float, routes: Sequence[Route]) -> float:
    for route in routes:
        gradient -= route.product
    return gradient


def _size(number: float) -> float:
    """Return the size of a number; what is not a number counts as the largest, so that it is not overlooked."""
    return math.inf if math.isnan(number) else abs(number)


def _route(trail: _Trail, product: float) -> Route:
    ids, derivatives = [], []
    step: _Trail | None = trail
    while step is not None:
        name, local, step = step
        ids.append(name)
        derivatives.append(local)
    return Route(tuple(reversed(ids)), tuple(reversed(derivatives[:-1])), product)
