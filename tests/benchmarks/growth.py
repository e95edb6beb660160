"""How cost grows with size, how much memory a node takes, and how long it takes to start."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from microgrid import Relay, draw
from microgrid.collector import paused_collector
from microgrid.engine import Value
from microgrid.losses import mean_squared_error
from microgrid.page import page
from tests.benchmarks.networks import compiled_graph, network, rows_for
from tests.benchmarks.timing import exponent, timed

NODES = 100_000


def memory(make: Callable[[], Any]) -> float:
    """Return the bytes that each of many equal nodes takes, operands and shared things left out."""
    kept: list[Any] = [None] * NODES
    make()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(NODES):
        kept[i] = make()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / NODES


def memory_lines() -> list[str]:
    """Tell what a node takes, here and in micrograd."""
    a, b = Value(1.5), Value(2.5)
    ours = {"a + b": memory(lambda: a + b), "a * b": memory(lambda: a * b), "a / b": memory(lambda: a / b)}
    lines = [f"memory of a node {name}: {size:.0f} bytes" for name, size in ours.items()]
    try:
        from micrograd.engine import Value as Theirs
    except ImportError:
        return lines
    x, y = Theirs(1.5), Theirs(2.5)
    return [*lines, f"memory of a node a * b in micrograd: {memory(lambda: x * y):.0f} bytes"]


def growing(name: str, sizes: Sequence[int], prepare: Callable[[int], Callable[[], object]], turns: int) -> str:
    """Time something at several sizes, and tell how it grows."""
    seconds = []
    for size in sizes:
        run = prepare(size)
        seconds.append(statistics.median(timed(run) for _ in range(turns)))
    shown = ", ".join(f"{size}: {second * 1e3:.3g} ms" for size, second in zip(sizes, seconds, strict=True))
    return f"{name}: {shown}; grows as size to the power {exponent(sizes, seconds):.2f}"


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


def lines(quick: bool) -> list[str]:
    """Measure everything that grows."""
    turns = 1 if quick else 3
    depths = [1_000, 10_000, 100_000, 300_000 if quick else 1_000_000]
    widths, many = [8, 16, 32, 64], [10, 30, 100, 300]

    def forward(n: int) -> Callable[[], object]:
        return lambda: chain(n)

    def backward(n: int) -> Callable[[], object]:
        return chain(n).backward

    def paused(n: int) -> Callable[[], object]:
        def run() -> None:
            with paused_collector():
                chain(n).backward()

        return run

    def drawn(loss: Value) -> Callable[[], object]:
        return lambda: draw(loss).pipe("svg")

    found = memory_lines()
    found.append(growing("chain of additions, forward", depths, forward, turns))
    found.append(growing("chain of additions, backward", depths, backward, turns))
    found.append(growing("both, with the collector paused", depths, paused, turns))
    found.append(growing("draw 3-h-h-1 as SVG, by h", [*widths, 128], lambda h: drawn(loss_of(h)), turns))
    found.append(growing("draw 3-16-16-1 as SVG, by rows", many, lambda n: drawn(loss_of(16, n)), turns))
    found.append(growing("record a relay, chain", depths[:3], lambda n: lambda: Relay(chain(n)), 1))
    found.append(growing("record a relay, 3-h-h-1", widths, lambda h: partial(Relay, loss_of(h)), turns))
    found.append(growing("write a page, 3-h-h-1", widths[:3], lambda h: partial(page, Relay(loss_of(h))), turns))
    found.append(growing("compile 3-h-h-1", widths, lambda h: lambda: _compile(h), turns))
    return [*found, *start_lines(3 if quick else 9)]


def _compile(hidden: int) -> float:
    return compiled_graph(network([3, hidden, hidden, 1]))([[0.1, 0.2, 0.3, 0.4]])


def start_lines(turns: int) -> list[str]:
    """Time whole processes, side by side with one that does nothing."""
    programs = {
        "python -c pass": ["-I", "-c", "pass"],
        "import microgrid": ["-I", "-c", "import microgrid"],
        "microgrid --version": ["-m", "microgrid", "--version"],
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
    return [f"process: {name}: {statistics.median(seconds) * 1e3:.0f} ms" for name, seconds in times.items()]
