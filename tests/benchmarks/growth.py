"""How cost grows with size, how much memory a node takes, and how long it takes to start."""

from __future__ import annotations

import gc
import operator
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from microgrid import Relay, draw
from microgrid.engine import Value, topological_order
from microgrid.losses import mean_squared_error
from microgrid.studio.page import page
from microgrid.training.collector import paused_collector
from tests.benchmarks.cases import NETWORK, SIZES, version_of
from tests.benchmarks.networks import compiled_graph, eager_peers, network, ours, rows_for
from tests.benchmarks.plain import Plain
from tests.benchmarks.timing import clock, exponent, only_own_garbage, timed

NODES = 100_000

Case = tuple[Callable[[], object], Value]  # what to time, and the end of the graph that says how large it is


@dataclass
class Measure:
    """Something measured at several sizes, or of several engines.

    Attributes:
        name: what was done.
        unit: "ms" or "bytes".
        numbers: what it took, by size or by engine.
        exponent: it grows as the number of edges to this power; None where that is not asked.
    """

    name: str
    unit: str
    numbers: dict[str, float]
    exponent: float | None = None

    def __str__(self) -> str:
        """Return a line to print."""
        grows = "" if self.exponent is None else f"; grows as edges to the power {self.exponent:.2f}"
        return f"{self.name}, {self.unit}: {numbers_of(self.numbers)}{grows}"


def numbers_of(numbers: dict[str, float]) -> str:
    """Write what was measured, by size or by engine.

    >>> numbers_of({"8": 34.8, "64": 1303.1})
    '8: 34.8, 64: 1,303'
    """
    return ", ".join(f"{name}: {number:,.{0 if number >= 100 else 1}f}" for name, number in numbers.items())


def memory(make: Callable[[], Any], times: int = NODES) -> float:
    """Return the bytes that what is made takes, the mean of many; what it shares with the others is left out."""
    kept: list[Any] = [None] * times
    make()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(times):
        kept[i] = make()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / times


def memory_measures() -> Iterator[Measure]:
    """Tell what a node takes, here and in other engines, and what the graph of a network takes."""
    kinds: dict[str, Callable[[float], Any]] = {"microgrid": Value, "plain class": Plain}
    if version_of("micrograd") != "not installed":
        from micrograd.engine import Value as Theirs

        kinds["micrograd"] = Theirs
    for name, operation in (("a + b", operator.add), ("a * b", operator.mul)):
        bytes_of = {who: memory(partial(operation, kind(1.5), kind(2.5))) for who, kind in kinds.items()}
        yield Measure(f"memory of a node {name}", "bytes", bytes_of)
    model, rows = network(SIZES), rows_for(SIZES, 30)
    engines = {"microgrid": ours(model, rows), **eager_peers(model, rows)}
    bytes_of = {who: memory(engine.record, times=5) for who, engine in engines.items()}
    yield Measure(f"memory of the graph of {NETWORK}", "bytes", bytes_of)


def growing(
    name: str, sizes: Sequence[int], prepare: Callable[[int], Case], turns: int, clock: Callable[[], float] = clock
) -> Measure:
    """Time something at several sizes, and tell how it grows with the number of edges of its graph."""
    seconds, edges = [], []
    for size in sizes:
        run, output = prepare(size)
        edges.append(sum(len(node.operands) for node in topological_order(output)))
        with only_own_garbage():
            seconds.append(statistics.median(timed(run, clock=clock) for _ in range(turns)))
    numbers = {str(size): second * 1e3 for size, second in zip(sizes, seconds, strict=True)}
    return Measure(name, "ms", numbers, exponent(edges, seconds))


def chain(n: int) -> Value:
    """Add n times."""
    value, one = Value(0.0), Value(1.0)
    for _ in range(n):
        value = value + one
    return value


def loss_of(hidden: int, rows: int = 1) -> Value:
    """Record a network 3-h-h-1 on some rows, and go backward."""
    model = network([3, hidden, hidden, 1])
    data = rows_for([3], rows)
    loss = mean_squared_error([model(row[:-1]) for row in data], [row[-1] for row in data])
    loss.backward()
    return loss


def products(n: int) -> Value:
    """Multiply a number n times by a weight."""
    value, weight = Value(1.0, label="v"), Value(0.99, label="w")
    for _ in range(n):
        value = value * weight
    value.backward()
    return value


def measures(quick: bool) -> Iterator[Measure]:
    """Measure everything that grows."""
    turns = 1 if quick else 3
    depths = [1_000, 10_000, 100_000] if quick else [1_000, 10_000, 100_000, 1_000_000]
    # Below 32 neurons a layer is drawn another way, so that smaller networks say nothing of how the cost grows.
    wide, narrow, rows, factors = [32, 64, 128], [8, 16, 32, 64], [30, 100, 300], [50, 100, 200]

    def forward(n: int) -> Case:
        return lambda: chain(n), chain(n)

    def backward(n: int) -> Case:
        output = chain(n)
        return output.backward, output

    def both(n: int) -> Case:
        def run() -> None:
            with paused_collector():
                chain(n).backward()

        return run, chain(n)

    def of_chain(what: Callable[[Value], object]) -> Callable[[int], Case]:
        return lambda n: _applied(what, chain(n))

    def of_products(n: int) -> Case:
        return _applied(_picture, products(n))

    def by_width(what: Callable[[Value], object]) -> Callable[[int], Case]:
        return lambda hidden: _applied(what, loss_of(hidden))

    def by_rows(what: Callable[[Value], object]) -> Callable[[int], Case]:
        return lambda n: _applied(what, loss_of(16, n))

    def written(loss: Value) -> str:
        return page(Relay(loss))

    on_the_wall = time.perf_counter  # Graphviz is a process of its own
    yield from memory_measures()
    yield growing("chain of additions, forward", depths, forward, turns)
    yield growing("chain of additions, backward", depths, backward, turns)
    yield growing("both, with the collector paused", depths, both, turns)
    yield growing("picture of a chain of products as SVG", factors, of_products, turns, on_the_wall)
    yield growing("folded picture of 3-h-h-1 as SVG, by h", wide, by_width(_picture), turns, on_the_wall)
    yield growing("picture of 3-16-16-1 as SVG, by rows", rows, by_rows(_picture), turns, on_the_wall)
    yield growing("record a relay, chain", depths[:3], of_chain(Relay), turns)
    yield growing("record a relay, 3-h-h-1, by h", wide, by_width(Relay), turns)
    yield growing("write a page, 3-h-h-1, by h", narrow, by_width(written), turns, on_the_wall)
    yield growing("compile and run 3-h-h-1, by h", narrow if quick else [*narrow, 128], compiling, turns)
    yield starts(3 if quick else 9)


def _applied(what: Callable[[Value], object], output: Value) -> Case:
    return lambda: what(output), output


def _picture(loss: Value) -> bytes:
    picture: bytes = draw(loss).pipe("svg")
    return picture


def compiling(hidden: int) -> Case:
    """Compile 3-h-h-1 and run a first row."""
    model = network([3, hidden, hidden, 1])
    return lambda: compiled_graph(model)([[0.1, 0.2, 0.3, 0.4]]), loss_of(hidden)


def starts(turns: int) -> Measure:
    """Time whole processes, side by side with one that does nothing."""
    programs = {
        "python -c pass": ["-I", "-c", "pass"],
        "import microgrid": ["-I", "-c", "import microgrid"],
        "microgrid --help": ["-m", "microgrid", "--help"],
        "microgrid (the demonstration)": ["-m", "microgrid"],
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(turns):
            for name, arguments in programs.items():
                begin = time.perf_counter()
                environment = {"PYTHONPATH": str(Path(__file__).parents[2])} if arguments[0] == "-m" else None
                subprocess.run(
                    [sys.executable, *arguments], cwd=folder, capture_output=True, check=True, env=environment
                )
                times[name].append(time.perf_counter() - begin)
    return Measure("a process", "ms", {name: min(seconds) * 1e3 for name, seconds in times.items()})
