"""What is compared: this project beside its peers, on the same numbers."""

from __future__ import annotations

import importlib.metadata
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from microgrid.engine import Value
from microgrid.training import train
from tests.benchmarks import networks, plain
from tests.benchmarks import small_gpt as gpt_peers
from tests.benchmarks.by_hand import by_hand
from tests.benchmarks.networks import Engine, Numbers
from tests.benchmarks.timing import Case, compare, only_own_garbage, spread, timed

SIZES = [2, 16, 16, 1]
NETWORK = "2-16-16-1, 30 rows"


def all_cases(turns: int, widths: Sequence[int]) -> Iterator[Case]:
    """Yield every comparison, one after the other."""
    yield eager_step(turns // 2)
    yield eager_step(turns // 2, collector=False)
    yield eager_backward(turns // 2)
    yield eager_chains(turns // 3)
    yield backward_alone("a network of + and ×, 10 rows", plain.sums_of_products, turns)
    yield backward_alone("a chain of 400 × and +", plain.products_in_a_row, turns)
    yield compiled_network(30, turns)
    yield compiled_network(1, turns)
    if version_of("llvmlite") != "not installed":
        for hidden, n in ((16, 30), (16, 1), *((hidden, 30) for hidden in widths if hidden > 16)):
            yield machine_code(hidden, n, turns)
    yield hand_written(30, turns)
    yield hand_written(1, turns)
    yield zero_grad(turns)
    yield training(turns // 5)
    yield small_gpt("python", turns // 5)
    if version_of("llvmlite") != "not installed":
        yield small_gpt("native", turns // 5)
    for hidden in widths:
        if case := against_minigrad(hidden, turns):
            yield case


def version_of(package: str) -> str:
    """Return the version of a peer, or that it is missing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def eager_step(turns: int, collector: bool = True) -> Case:
    """Record, forward and backward."""
    return _eager(f"recorded {NETWORK}", networks.step_of, turns, collector)


def eager_backward(turns: int) -> Case:
    """`backward()` of that network without the forward pass; every gradient is 0 before."""
    return _eager(f"backward alone, {NETWORK}", networks.backward_of, turns, collector=False)


def _eager(name: str, turn_of: Callable[[Engine], Callable[[], Numbers]], turns: int, collector: bool) -> Case:
    model, rows = networks.network(SIZES), networks.rows_for(SIZES, 30)
    ours = turn_of(networks.ours(model, rows))
    peers = {who: turn_of(engine) for who, engine in networks.eager_peers(model, rows).items()}
    difference = max(networks.difference(ours(), theirs()) for theirs in peers.values())
    name += "" if collector else ", collector off"
    return compare(name, ours, peers, max(1, turns), difference, collector=collector)


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
    return compare("recorded, 100,000 binary operations alive", ours, peers, max(1, turns), difference, at_least=3)


def backward_alone(name: str, build: Callable[[Callable[[float], Any]], tuple[Any, list[Any]]], turns: int) -> Case:
    """`backward()` without the forward pass, beside a plain class with local gradients, the collector off."""

    def turn_of(kind: Callable[[float], Any], operands: str) -> Callable[[], list[float]]:
        end, leaves = build(kind)
        nodes = networks.nodes_of(end, operands)

        def turn() -> list[float]:
            for node in nodes:
                node.grad = 0.0
            end.backward()
            return [leaf.grad for leaf in leaves]

        return turn

    ours, peer = turn_of(Value, "operands"), turn_of(plain.Plain, "children")
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
    if (theirs := networks.eager_peers(model, rows).get("micrograd")) is not None:
        peers["micrograd"] = networks.step_of(theirs)
        differences.append(networks.difference(mine, networks.step_of(theirs)()))
    for name, found in (("numpy", networks.numpy(model, rows)), ("torch", networks.torch(model, rows))):
        if found:
            turn, once = found
            peers[name] = turn
            differences.append(networks.difference(mine, once()))
    name = f"compiled 2-16-16-1, {n} row{'s' * (n > 1)} a call"
    return compare(name, lambda: step(rows), peers, turns, max(differences, default=None))


def machine_code(hidden: int, n: int, turns: int) -> Case:
    """Compare the native backend with arrays, and with its own program in Python."""
    sizes = [2, hidden, hidden, 1]
    model, rows = networks.network(sizes), networks.rows_for(sizes, n)
    begin = timed(lambda: networks.compiled_graph(model, "native"))
    step, program = networks.compiled_graph(model, "native"), networks.compiled_graph(model)
    model.zero_grad()
    mine = networks.numbers_of(step(rows), model.parameters())
    peers: dict[str, Callable[[], object]] = {"compiled": lambda: program(rows)}
    differences = []
    for name, found in (("numpy", networks.numpy(model, rows)), ("torch", networks.torch(model, rows))):
        if found:
            peers[name], once = found
            differences.append(networks.difference(mine, once()))
    name = f"machine code 2-{hidden}-{hidden}-1, {n} row{'s' * (n > 1)} a call"
    case = compare(name, lambda: step(rows), peers, turns, max(differences, default=None))
    case.note = f"compiled in {begin * 1e3:.0f} ms"
    return case


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


def small_gpt(backend: str, turns: int) -> Case:
    """A step of the small GPT on eight names, Adam included, as blocks; the same weights and names for all."""
    gpt: Any = gpt_peers.script()
    names = gpt_peers.names_of_a_step(gpt)
    ours = gpt.Blocks(gpt_peers.model_of(gpt), backend)
    peers = {"recorded": gpt.Recorded(gpt_peers.model_of(gpt)), "plain class": gpt_peers.plain_way()}
    first = [way.learn(names) for way in (ours, *peers.values())]  # they learn, so only these are comparable
    difference = max(abs(loss - first[0]) for loss in first)
    turn_of = {who: partial(way.learn, names) for who, way in peers.items()}
    name = "small GPT, 8 names a step, " + ("compiled" if backend == "python" else "machine code")
    return compare(name, partial(ours.learn, names), turn_of, max(1, turns), difference, at_least=1)


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
    name, note = f"compiled 3-{hidden}-{hidden}-1, 1 row", f"compiled in {begin * 1e3:.0f} ms"
    if not ratios:
        return Case(name, {"microgrid": timed(one_by_one, 10) / len(rows)}, {}, note="minigrad crashed")
    return Case(name, {"microgrid": statistics.median(seconds)}, {"minigrad": spread(ratios)}, max(differences), note)
