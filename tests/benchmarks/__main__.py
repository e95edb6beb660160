"""`python -m tests.benchmarks`: this project beside its peers, in one run, on the same numbers.

Nothing here asserts a time. Peers that are not installed are said to be missing: pip install --group bench
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from microgrid.engine import Value, topological_order
from microgrid.training import train
from tests.benchmarks import growth, networks, plain
from tests.benchmarks.by_hand import by_hand
from tests.benchmarks.networks import Numbers
from tests.benchmarks.timing import METHOD, Case, compare, only_own_garbage, spread, timed

SIZES = [2, 16, 16, 1]
HIDDEN = [4, 8, 16, 32, 64, 128]
PACKAGES = ["micrograd", "numpy", "torch", "minigrad"]


def main() -> int:
    """Measure everything, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file, too")
    parser.add_argument("--quick", action="store_true", help="fewer turns, and smaller sizes")
    options = parser.parse_args()
    if options.json and not Path(options.json).absolute().parent.is_dir():
        parser.error(f"the folder of {options.json} does not exist")  # said now, not after minutes of work
    turns = 3 if options.quick else 15
    versions = {name: version_of(name) for name in PACKAGES}
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    print(machine)
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"\n{METHOD}\n\n{'what is done':<48}{'ours':>10}  times our time")
    cases = []
    for case in all_cases(turns, HIDDEN[::2] if options.quick else HIDDEN):
        cases.append(case)
        print_case(case)
    print()
    lines = []
    for line in growth.lines(options.quick):
        lines.append(line)
        print(line, flush=True)
    if options.json:
        content = {
            "machine": machine,
            "versions": versions,
            "method": METHOD,
            "cases": [asdict(case) for case in cases],
            "growth": lines,
        }
        Path(options.json).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


def all_cases(turns: int, widths: Sequence[int]) -> Iterator[Case]:
    """Yield every comparison, one after the other."""
    yield eager_network(turns // 2)
    yield eager_network(turns // 2, collector=False)
    yield eager_chains(turns // 3)
    yield backward_alone("a network of + and ×, 10 rows", plain.sums_of_products, turns)
    yield backward_alone("a chain of 400 × and +", plain.products_in_a_row, turns)
    yield compiled_network(30, turns)
    yield compiled_network(1, turns)
    yield hand_written(30, turns)
    yield hand_written(1, turns)
    yield zero_grad(turns)
    yield training(turns // 5)
    for hidden in widths:
        if case := against_minigrad(hidden, turns):
            yield case


def version_of(package: str) -> str:
    """Return the version of a peer, or that it is missing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def print_case(case: Case) -> None:
    """Print a line for each peer."""
    seconds = case.seconds["microgrid"]
    ours = f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"
    first = f"{case.name:<48}{ours:>10}"
    ratios = [f"{who} {median:.3g} ({low:.3g} to {high:.3g})" for who, (median, low, high) in case.ratios.items()]
    end = "" if case.difference is None else f"; numbers differ by {case.difference:.0e}"
    for i, ratio in enumerate(ratios or [case.note or "no peer installed"]):
        print(f"{first if i == 0 else ' ' * 58}  {ratio}{end if i == len(ratios) - 1 else ''}", flush=True)


# --- the cases -------------------------------------------------------------------------------------------------------


def eager_network(turns: int, collector: bool = True) -> Case:
    """Record, forward and backward."""
    model, rows = networks.network(SIZES), networks.rows_for(SIZES, 30)
    ours, theirs = networks.eager(model, rows), networks.micrograd(model, rows)
    difference = networks.difference(ours(), theirs()) if theirs else None
    name = f"eager 2-16-16-1, 30 rows{'' if collector else ', collector off'}"
    return compare(name, ours, {"micrograd": theirs} if theirs else {}, max(1, turns), difference, collector=collector)


def eager_chains(turns: int) -> Case:
    """Keep 100,000 nodes alive, as short chains, since micrograd cannot recurse deeper; the collector is on."""

    def chains(kind: Callable[[float], Any]) -> Callable[[], float]:
        def turn() -> float:
            ends = []
            for i in range(10_000):
                value = first = kind(i * 1e-4)
                for _ in range(5):
                    value = value * first + first
                ends.append(value)
            for end in ends:
                end.backward()
            return float(sum(end.data for end in ends))

        return turn

    ours, peers = chains(Value), {}
    difference = None
    if version_of("micrograd") != "not installed":
        from micrograd.engine import Value as Theirs

        peers["micrograd"] = chains(Theirs)
        difference = abs(ours() - peers["micrograd"]())
    return compare("eager, 100,000 binary operations alive", ours, peers, max(1, turns), difference, at_least=3)


def backward_alone(name: str, build: Callable[[Callable[[float], Any]], tuple[Any, list[Any]]], turns: int) -> Case:
    """`backward()` without the forward pass, beside a plain class with local gradients, the collector off."""

    def turn_of(kind: Callable[[float], Any], nodes_of: Callable[[Any], list[Any]]) -> Callable[[], list[float]]:
        end, leaves = build(kind)
        nodes = nodes_of(end)

        def turn() -> list[float]:
            for node in nodes:
                node.grad = 0.0
            end.backward()
            return [leaf.grad for leaf in leaves]

        return turn

    ours, peer = turn_of(Value, topological_order), turn_of(plain.Plain, plain.nodes_of)
    difference = max(abs(mine - theirs) for mine, theirs in zip(ours(), peer(), strict=True))
    return compare(f"backward alone: {name}", ours, {"plain class": peer}, turns, difference, collector=False)


def compiled_network(n: int, turns: int) -> Case:
    """Forward and backward of compiled code; the gradients add up in the parameters, as they do for the others."""
    model, rows = networks.network(SIZES), networks.rows_for(SIZES, n)
    step = networks.compiled_graph(model)
    parameters = model.parameters()
    model.zero_grad()
    mine = networks.numbers_of(step(rows), parameters)
    peers: dict[str, Callable[[], object]] = {}
    differences = []
    if (theirs := networks.micrograd(model, rows)) is not None:
        peers["micrograd"] = theirs
        differences.append(networks.difference(mine, theirs()))
    for name, found in (("numpy", networks.numpy(model, rows)), ("torch", networks.torch(model, rows))):
        if found:
            turn, once = found
            peers[name] = turn
            differences.append(networks.difference(mine, once()))
    name = f"compiled 2-16-16-1, {n} row{'s' * (n > 1)} a call"
    return compare(name, lambda: step(rows), peers, turns, max(differences, default=None))


def hand_written(n: int, turns: int) -> Case:
    """Compare with the best straight-line code that was written by hand for the same network."""
    model, rows = networks.network(SIZES), networks.rows_for(SIZES, n)
    step, program = networks.compiled_graph(model), by_hand(model, single=n == 1)
    arguments = rows[0] if n == 1 else [rows]
    parameters = model.parameters()
    model.zero_grad()
    mine = networks.numbers_of(step(rows), parameters)
    model.zero_grad()
    difference = networks.difference(mine, networks.numbers_of(program(*arguments), parameters))
    name = f"compiled against by hand, {n} row{'s' * (n > 1)}"
    return compare(name, lambda: step(rows), {"by hand": lambda: program(*arguments)}, turns, difference)


def zero_grad(turns: int) -> Case:
    """Finding all parameters of a model, which each update of a loop of one's own does, against computing a batch."""
    model, rows = networks.network(SIZES), networks.rows_for(SIZES, 30)
    step = networks.compiled_graph(model)
    return compare("zero_grad() of 2-16-16-1", model.zero_grad, {"compiled, 30 rows": lambda: step(rows)}, turns)


def training(turns: int) -> Case:
    """Train with all checks of the compiled graph, and without compiling."""
    rows = networks.rows_for(SIZES, 274)

    def train_by(compiled: bool) -> Callable[[], Numbers]:
        def turn() -> Numbers:
            model = networks.network([2, 8, 8, 1])
            x, y = [row[:-1] for row in rows], [row[-1] for row in rows]
            history = train(model, x, y, epochs=40, batch_size=16, learning_rate=0.05, compiled=compiled)
            return history.losses[-1], [parameter.data for parameter in model.parameters()]

        return turn

    ours, recorded = train_by(compiled=True), train_by(compiled=False)
    difference = networks.difference(ours(), recorded())
    name = "train 2-8-8-1, 274 rows, 40 epochs"
    return compare(name, ours, {"not compiled": recorded}, max(1, turns), difference, at_least=1)


def against_minigrad(hidden: int, turns: int) -> Case | None:
    """Rows of 3-h-h-1, one a call, against an engine in C, which runs in a process of its own."""
    if version_of("minigrad") == "not installed":
        return None
    sizes = [3, hidden, hidden, 1]
    model, rows = networks.network(sizes), networks.rows_for(sizes, 10)
    begin = timed(lambda: networks.compiled_graph(model)(rows[:1]))
    step, parameters = networks.compiled_graph(model), model.parameters()
    model.zero_grad()
    mine = networks.numbers_of(step(rows[:1]), parameters)

    def one_by_one() -> None:
        for row in rows:
            step([row])

    ratios, seconds, differences = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.json"
        weights = [parameter.data for parameter in parameters]
        file.write_text(json.dumps({"weights": weights, "rows": rows}), encoding="utf-8")
        peer = [sys.executable, "-m", "tests.benchmarks.minigrad_peer", "-".join(map(str, sizes)), str(file)]
        for _ in range(max(2, turns // 2)):
            done = subprocess.run(peer, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                continue  # it has crashed
            theirs = json.loads(done.stdout)
            with only_own_garbage():
                seconds.append(timed(one_by_one, 10) / len(rows))
            ratios.append(theirs["seconds"] / seconds[-1])
            differences.append(networks.difference(mine, (theirs["loss"], theirs["gradients"])))
    name = f"compiled 3-{hidden}-{hidden}-1, 1 row (compiled in {begin * 1e3:.0f} ms)"
    if not ratios:
        return Case(name, {"microgrid": timed(one_by_one, 10) / len(rows)}, {}, note="minigrad crashed")
    return Case(name, {"microgrid": statistics.median(seconds)}, {"minigrad": spread(ratios)}, max(differences))


if __name__ == "__main__":
    sys.exit(main())
