"""Timing side by side: everybody takes turns, so that a change in the machine's speed meets all alike."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Turn = Callable[[], object]


@dataclass
class Case:
    """What came out of one comparison.

    Attributes:
        name: what was done.
        seconds: for each who took part the median of a turn; `ours` comes first.
        ratios: for each peer how many times our time it took: the median, least and greatest of single turns.
        difference: how far apart the numbers are that they computed, or None where there are none.
        note: what else is to be known.
    """

    name: str
    seconds: dict[str, float]
    ratios: dict[str, tuple[float, float, float]]
    difference: float | None = None
    note: str = ""
    missing: list[str] = field(default_factory=list)


def compare(
    name: str, ours: Turn, peers: Mapping[str, Turn], turns: int, times: int = 1, difference: float | None = None
) -> Case:
    """Let everybody take `turns` turns of `times` runs each, after one that warms up.

    Garbage that waits for the collector is removed between turns: nobody pays for what another has left.
    """
    everybody = {"microgrid": ours, **peers}
    found: dict[str, list[float]] = {who: [] for who in everybody}
    for turn in range(turns + 1):
        for who, run in everybody.items():
            gc.collect()
            seconds = timed(run, times)
            if turn:
                found[who].append(seconds)
    mine = found["microgrid"]
    ratios = {who: spread([their / our for their, our in zip(found[who], mine, strict=True)]) for who in peers}
    return Case(name, {who: statistics.median(seconds) for who, seconds in found.items()}, ratios, difference)


def timed(run: Turn, times: int = 1) -> float:
    """Return the seconds of one run. The collector works as it usually does: what it costs belongs to it."""
    begin = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - begin) / times


def spread(numbers: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the least and the greatest."""
    return statistics.median(numbers), min(numbers), max(numbers)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Fit seconds = c · size**exponent by least squares of the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)
