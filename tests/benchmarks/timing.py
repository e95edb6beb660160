"""Timing side by side: everybody takes turns, so that a change in the machine's speed meets all alike."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from microgrid.training.collector import paused_collector

Turn = Callable[[], object]

# Processor time, so that other programs on the machine count little; where it ticks too coarsely, time on the clock.
fine = time.get_clock_info("process_time").resolution < 1e-5
clock = time.process_time if fine else time.perf_counter

METHOD = f"""\
A ratio is how many times our {"processor " if fine else ""}time a peer takes: the median over rounds (least to
greatest). In a round all take their turns. Before a turn the garbage of the turn before is collected, and what is left
is frozen, so that Python's garbage collector looks only at what the turn itself makes. A turn repeats its work until it
is long enough, most often ten times at least, so that the collector comes within the turn: each pays for its own
garbage. The collector is on, as it is in any program, unless the line says that it is off."""


@dataclass
class Case:
    """What came out of one comparison.

    Attributes:
        name: what was done.
        seconds: for each who took part the median time of one run; `microgrid` comes first.
        ratios: for each peer how many times our time it took: the median, least and greatest of single turns.
        difference: how far apart the numbers are that they computed, or None where there are none.
        note: what else is to be known.
    """

    name: str
    seconds: dict[str, float]
    ratios: dict[str, tuple[float, float, float]]
    difference: float | None = None
    note: str = ""


def compare(
    name: str,
    ours: Turn,
    peers: Mapping[str, Turn],
    turns: int,
    difference: float | None = None,
    *,
    seconds: float = 0.02,
    at_least: int = 10,
    collector: bool = True,
) -> Case:
    """Let everybody take `turns` turns of at least so many seconds and runs, after a run that warms up."""
    everybody = {"microgrid": ours, **peers}
    times: dict[str, int] = {}
    for who, run in everybody.items():
        run()
        times[who] = max(at_least, math.ceil(seconds / max(timed(run), 1e-9)))
    found: dict[str, list[float]] = {who: [] for who in everybody}
    for _ in range(turns):
        for who, run in everybody.items():
            with only_own_garbage(collector):
                found[who].append(timed(run, times[who]))
    mine = found["microgrid"]
    ratios = {who: spread([their / our for their, our in zip(found[who], mine, strict=True)]) for who in peers}
    return Case(name, {who: statistics.median(seconds) for who, seconds in found.items()}, ratios, difference)


@contextmanager
def only_own_garbage(collector: bool = True) -> Iterator[None]:
    """Hide from the collector what is there already; turn it off altogether where that is asked for."""
    gc.collect()
    gc.freeze()
    try:
        if collector:
            yield
        else:
            with paused_collector():
                yield
    finally:
        gc.unfreeze()


def timed(run: Turn, times: int = 1, clock: Callable[[], float] = clock) -> float:
    """Return the seconds of one run."""
    begin = clock()
    for _ in range(times):
        run()
    return (clock() - begin) / times


def spread(numbers: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the least and the greatest."""
    return statistics.median(numbers), min(numbers), max(numbers)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Fit seconds = c · size**exponent by least squares of the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)
