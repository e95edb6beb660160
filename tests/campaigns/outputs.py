"""Write down everything that a tree of microgrid gives to its users, so that two trees can be compared.

`tests.campaigns.compare` runs this file as a program, once on each tree. It therefore imports nothing of `tests`, and
uses public names only: both trees have them.

    PYTHONPATH=TREE python outputs.py write FILE.json         write all outputs to a file
    PYTHONPATH=TREE python outputs.py read FILE.json          read the relays of that file, say which are not the same
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import importlib
import inspect
import io
import itertools
import json
import math
import os
import pickle
import random
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import microgrid
from microgrid import (
    Constant,
    Input,
    Relay,
    Value,
    check_gradients,
    compile_graph,
    draw,
    figures,
    gradients,
    losses,
    maximum,
    minimum,
    nn,
    nudge,
    numerical_derivative,
    optim,
    save_picture,
    show,
    show_signed,
    topological_order,
    total,
    weighted_sum,
)
from microgrid.cli import main
from microgrid.datasets import ColumnLearner, Scale, penguin_species, penguins, read_csv
from microgrid.documents import read_document
from microgrid.documents.examples import EXAMPLES
from microgrid.terminal.walk import Walk
from microgrid.training import Cycle, History, TrainingDivergedError, train

FOLDS = ("auto", "none", "neuron", "layer")
DIRECTIONS = ("LR", "TB", "RL", "BT")
LANGUAGES = ("en", "ja")
N_RANDOM_GRAPHS = 300
N_COMPILED_GRAPHS = 200
LARGE = 600  # nodes, above which a graph is not looked at in every way

Outputs: TypeAlias = dict[str, dict[str, str]]
"""What came out: for each section, texts by what they are of."""


def as_text(item: Any) -> str:
    """Write numbers, lists and tables as text that tells any two floats apart."""
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, indent=1, default=repr)


def outcome_of(function: Callable[[], Any]) -> Any:
    """Call a function; return its result or, where it refuses, its error in words."""
    try:
        return function()
    except Exception as error:  # whichever it is: it is compared
        return f"{type(error).__name__}: {error}"


# --- graphs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Graph:
    """A graph to look at from all sides; the kind is "example", "random", "special" or "network"."""

    name: str
    kind: str
    loss: Value
    learning_rate: float = 0.1


def all_graphs() -> Iterator[Graph]:
    """Build every graph anew."""
    for name, example in EXAMPLES.items():
        yield Graph(f"example {name}", "example", example.build(), example.learning_rate)
    for name, loss in special_graphs().items():
        yield Graph(name, "special", loss)
    for name, loss in networks().items():
        yield Graph(name, "network", loss, 0.05)
    for seed in range(N_RANDOM_GRAPHS):
        yield Graph(f"random {seed}", "random", random_graph(seed), 0.02)


LABELS = (
    "",
    "",
    "",
    "w",
    "w",
    "x",
    "loss",
    "重み",
    "<b> & 'c' | {d}",
    "a\nb",
    "層1.ニューロン2",
    "a label that is long " * 4,
    "שלום",
)
UNARY = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "softplus", "sin", "cos")
BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "maximum": maximum,
    "minimum": minimum,
    "leaky_relu": lambda a, b: a.leaky_relu(abs(b.data)),
    "number on the right": lambda a, _: a * 2 - 0.5,
    "number on the left": lambda a, _: 1 / (3 + a),
}


def random_graph(seed: int, longest: int = 60) -> Value:
    """Grow a graph of up to `longest` operations, with labels of all kinds."""
    dice = random.Random(seed)
    values: list[Value] = []
    for i in range(dice.randint(1, 6)):
        kind = dice.choice((Value, Value, Input, Constant)) if i else Value
        number = dice.choice((dice.uniform(-3, 3), dice.gauss(0, 1), float(dice.randint(-2, 2))))
        values.append(Constant(number) if kind is Constant else kind(number, dice.choice(LABELS)))
    n_operations = dice.randint(1, longest)
    while n_operations:
        a, b = dice.choice(values[-4:]), dice.choice(values)
        with contextlib.suppress(ArithmeticError, ValueError):
            result = random_operation(dice, a, b, values)
            if abs(result.data) < 1e6:
                result.label = dice.choice(LABELS)
                values.append(result)
                n_operations -= 1
    return values[-1]


def random_operation(dice: random.Random, a: Value, b: Value, values: Sequence[Value]) -> Value:
    """Record one operation on a and b, or on several values."""
    op = dice.choice((*UNARY, *BINARY, "neg", "abs", "total", "weighted_sum"))
    if op in BINARY:
        return BINARY[op](a, b)
    if op in UNARY:
        result: Value = getattr(a, op)()
        return result
    if op == "total":
        return total([a, *(dice.choice(values) for _ in range(dice.randint(0, 4)))])
    if op == "weighted_sum":
        n_terms = dice.randint(1, 4)
        return weighted_sum(
            [dice.choice(values) for _ in range(n_terms)], [a, *(dice.choice(values) for _ in range(n_terms - 1))], b
        )
    return -a if op == "neg" else abs(a)


def special_graphs() -> dict[str, Value]:
    """Build graphs at which a view has something to say, or may stumble."""
    w, x = Value(3.0, "w"), Input(2.0, "x")
    shared = w + w
    huge, infinite = Value(1e200, "huge"), Value(math.inf, "infinite")
    dead, chain = nn.Neuron(2, "relu", seed=1), Value(1.0, "start")
    dead.bias.data = -9.0
    for i in range(200):
        chain = chain + Input(float(i), f"step {i}")
    many: Any = [dead([Input(float(i), "a"), Input(-float(i), "b")]) for i in range(3)]
    layer = nn.Dense(2, 3, "tanh", seed=2)
    hidden: Any = layer([Input(0.5, "x1"), Input(-0.5, "x2")])
    looked_into = nn.Neuron(2, "relu", seed=3)
    inside = looked_into([Value(1.0, "p"), Value(2.0, "q")])
    kinks = (
        Value(0.0, "zero").relu() + abs(Value(0.0, "zero")) + Value(0.0, "zero") ** 0 + maximum(x, Input(2.0, "tie"))
    )
    built: dict[str, Callable[[], Value]] = {
        "one leaf": lambda: Value(2.0, "alone"),
        "one constant": lambda: Constant(2.0) + 1,
        "constants only": lambda: (Constant(2.0) * 3 - 1) ** 2,
        "inputs only": lambda: Input(2.0, "a") * Input(3.0, "b"),
        "the README's": lambda: (w * x + Value(1.0, "b") - Input(5.0, "target")) ** 2,
        "shared twice": lambda: shared * shared,
        "far overshooting": lambda: (Value(30.0, "w") * 20 - 5) ** 2,
        "no value after the change": lambda: Value(0.05, "w").log() + Value(1.0, "v"),
        "gradients overflow": lambda: huge * 1e100 * Value(1e-200, "tiny") * 1e100,
        "an infinite leaf": lambda: infinite * 2 + w,
        "not a number": lambda: infinite - infinite,
        "a dead neuron, three rows": lambda: total(many),
        "a dense layer": lambda: total(hidden),
        "a dense layer, one output twice": lambda: total(hidden) * hidden[0],
        "a neuron looked into": lambda: inside * (inside.operands[0] + 1),
        "saturated": lambda: Value(20.0, "a").tanh() * Value(-40.0, "b").sigmoid(),
        "kinks": lambda: kinks,
        "200 additions": lambda: chain,
        "cross entropy": lambda: losses.cross_entropy([Value(1.0, "a"), Value(-1.0, "b"), Value(0.2, "c")], 1),
        "binary cross entropy": lambda: losses.binary_cross_entropy([Value(1.0, "a")], [1.0]),
        "hinge": lambda: losses.hinge([Value(0.3, "a"), Value(-2.0, "b")], [1.0, -1.0]),
        "mean absolute error": lambda: losses.mean_absolute_error([[Value(0.3, "a")], [w]], [[1.0], [2.0]]),
    }
    graphs = {}
    for name, build in built.items():
        with contextlib.suppress(ArithmeticError, ValueError):
            graphs[name] = build()
    outdated = (Value(3.0, "w") * 2 + 1) ** 2
    next(node for node in topological_order(outdated) if node.label == "w").data = 4.0
    swept = (Value(3.0, "w") * Value(4.0, "v") - 2) ** 2
    swept.backward()
    swept.backward()
    return graphs | {"a leaf was changed": outdated, "backward twice": swept}


def network_loss(n_inputs: int, sizes: Sequence[int], activation: str, n_rows: int, seed: int) -> Value:
    """Build the loss of a network on some rows."""
    model = nn.MLP(n_inputs, sizes, activation, seed=seed)
    dice = random.Random(seed)
    rows = [[Input(dice.gauss(0, 1), f"x{i}") for i in range(n_inputs)] for _ in range(n_rows)]
    targets = [Input(dice.gauss(0, 1), "target") for _ in rows]
    loss = losses.mean_squared_error([model(row) for row in rows], targets)
    loss.label = "loss"
    return loss


def networks() -> dict[str, Value]:
    """Build the losses of networks, from a neuron to those that views fold by layer."""
    shapes = [
        (1, [1], "linear", 1), (2, [3, 1], "relu", 1), (2, [4, 1], "tanh", 4), (3, [4, 4, 1], "relu", 1),
        (3, [4, 4, 1], "relu", 3), (2, [2, 2, 1], "sigmoid", 2), (2, [8, 8, 1], "relu", 1), (2, [16, 16, 1], "tanh", 2),
        (3, [32, 32, 1], "relu", 1), (3, [32, 32, 1], "relu", 3), (1, [1, 1, 1, 1], "relu", 5),
    ]  # fmt: skip
    return {
        f"network {n_inputs}-{'-'.join(map(str, sizes))}, {activation}, rows: {n_rows}": network_loss(
            n_inputs, sizes, activation, n_rows, seed=i
        )
        for i, (n_inputs, sizes, activation, n_rows) in enumerate(shapes)
    }


# --- what is written of each graph -----------------------------------------------------------------------------------


def write_relays(graph: Graph, outputs: Outputs) -> None:
    """Record the relay: its JSON, what it says besides, tables, routes and the walk in the terminal."""
    try:
        relay = Relay(graph.loss, learning_rate=graph.learning_rate)
    except (ValueError, TypeError) as error:
        outputs["relay: attributes"][graph.name] = f"{type(error).__name__}: {error}"
        return
    outputs["relay: JSON"][graph.name] = relay.to_json()
    first = relay.first_non_finite
    attributes = {
        "gradients": relay.gradients,
        "predicted": relay.outcome.predicted,
        "first non-finite": first and [first.step, first.node, first.operands],
        "status": relay.status,
        "names": [node.name for node in relay.nodes],
        "numbers": [node.number for node in relay.nodes],
        "parameters": relay.parameters,
        "repr": repr(relay),
        "steps": {phase: len(relay.steps_of(phase)) for phase in ("know", "think", "change")},
        "hash": hash(pickle.loads(pickle.dumps(relay))) == hash(relay),
    }
    for attribute, content in attributes.items():
        outputs["relay: attributes"][f"{graph.name}, {attribute}"] = as_text(content)
    is_large = len(relay.nodes) > LARGE
    for fold, language in itertools.product(("auto",) if is_large else ("auto", "none", "neuron"), LANGUAGES):
        outputs["relay: tables"][f"{graph.name}, {fold}, {language}"] = relay.text(language, fold)
    leaves = [node for node in topological_order(graph.loss) if node.is_leaf]
    for target in leaves[: 4 if is_large else 8]:
        routes = relay.paths(target, limit=5)
        outputs["relay: routes"][f"{graph.name}, {relay.id_of(target)}"] = as_text(
            [str(routes), routes.text("ja"), routes.count, routes.blocked, routes.remainder, routes.gradient, [*routes]]
        )
    if not is_large and (graph.kind != "random" or graph.name.endswith("00")):
        write_walk(graph, relay, outputs["terminal: screens"])


def write_walk(graph: Graph, relay: Relay, section: dict[str, str]) -> None:
    """Walk the relay in terminals of three sizes: forward to its end, back, and by jumps."""
    keys = [*["right"] * 12, "left", "1", "2", "left", "3", "end", "home", "b", "down", "up", "end", "\n"]
    for (width, height), language in itertools.product(((100, 40), (60, 16), (30, 8)), LANGUAGES):
        walk, screens = Walk(relay, language), []
        for key in ["", *keys]:
            is_open = walk.press(key)
            rows = [[(piece.text, piece.style) for piece in row] for row in walk.screen(width, height)]
            screens.append([key, is_open, rows])
        section[f"{graph.name}, {width} × {height}, {language}"] = as_text(screens)


def write_checks(graph: Graph, outputs: Outputs) -> None:
    """Check the gradients, and nudge every leaf."""
    nodes = topological_order(graph.loss)
    if len(nodes) > LARGE:
        return
    section = outputs["gradients: check, nudge"]
    table = outcome_of(lambda: check_gradients(graph.loss))
    if isinstance(table, str):
        section[f"check {graph.name}"] = table
    else:
        rows = [
            (row.name, row.data, row.gradient, row.numerical, row.agrees, row.kink, row.verdict, row.difference)
            for row in table.rows
        ]
        section[f"check {graph.name}"] = as_text([str(table), table.text("ja"), table.agrees, rows])
    for i, node in enumerate(nodes[:12]):
        for amount in (0.01, -0.5):
            moved = outcome_of(functools.partial(nudge, graph.loss, node, amount))
            if not isinstance(moved, str):
                moved = [str(moved), moved.text("ja"), moved.predicted, moved.actual]
            section[f"nudge {graph.name}, n{i}, {amount}"] = as_text(moved)


def write_derivatives(graph: Graph, outputs: Outputs) -> None:
    """Differentiate by every leaf, and draw what came out."""
    nodes = topological_order(graph.loss)
    if len(nodes) > LARGE or not hasattr(microgrid, "differentiate"):  # which an older tree lacks
        return
    for i, node in enumerate(nodes):
        if node.is_leaf:
            derivative = outcome_of(functools.partial(microgrid.differentiate, graph.loss, node))
            drawn = derivative if isinstance(derivative, str) else draw(derivative).source
            outputs["derivatives"][f"{graph.name}, n{i}"] = drawn


def write_pictures(graph: Graph, outputs: Outputs) -> None:
    """Draw the graph in every way: before and after its gradients are known."""
    loss = graph.loss
    n_nodes = len(topological_order(loss))
    ways = itertools.product(FOLDS, DIRECTIONS) if graph.kind == "example" else [(fold, "LR") for fold in FOLDS]
    for (fold, direction), language in itertools.product(ways, LANGUAGES):
        if n_nodes <= 10 * LARGE or fold != "none":  # the others take a minute, and tens of megabytes
            source = draw(loss, direction, fold, language).source
            outputs["pictures: DOT"][f"{graph.name}, {fold}, {direction}, {language}"] = source
    if graph.kind == "random" and not graph.name.endswith("0"):
        return
    with tempfile.TemporaryDirectory() as folder:
        for fold, language in itertools.product(("auto",) if n_nodes > 150 else FOLDS, LANGUAGES):
            path = Path(folder, "graph.svg")
            save_picture(loss, path, "TB" if fold == "layer" else "LR", fold, language)
            outputs["pictures: SVG"][f"{graph.name}, {fold}, {language}"] = path.read_text(encoding="utf-8")
        bundle = loss._repr_mimebundle_()  # type: ignore[attr-defined]  # microgrid/__init__.py attaches it
        for kind, content in bundle.items():
            outputs["pictures: in a notebook"][f"{graph.name}, {kind}"] = content
        with contextlib.suppress(ValueError):  # "a leaf was changed" has no relay
            write_saved(graph, Relay(loss, learning_rate=graph.learning_rate), Path(folder), outputs)


def write_saved(graph: Graph, relay: Relay, folder: Path, outputs: Outputs) -> None:
    """Save the relay in every form; from JSON, where it knows no graph, it must look the same."""
    for kind, content in relay._repr_mimebundle_().items():
        outputs["pictures: in a notebook"][f"relay of {graph.name}, {kind}"] = content
    for origin, record in (("", relay), ("from JSON, ", Relay.from_json(relay.to_json()))):
        for suffix, language in (("json", "en"), ("svg", "en"), ("svg", "ja"), ("txt", "ja")):
            path = folder / f"relay.{suffix}"
            record.save(path, language=language)
            outputs[f"saved relays: {suffix}"][f"{graph.name}, {origin}{language}"] = path.read_text(encoding="utf-8")
        for language in LANGUAGES:
            path = folder / f"moving-{language}.svg"
            moving = outcome_of(functools.partial(record.save, path, animated=True, language=language))
            outputs["pictures: moving"][f"{graph.name}, {origin}{language}"] = moving or path.read_text(
                encoding="utf-8"
            )
            path = folder / f"page-{language}.html"
            written = outcome_of(functools.partial(record.save, path, language=language))
            outputs["pages"][f"{graph.name}, {origin}{language}"] = written or path.read_text(encoding="utf-8")
    if graph.kind == "example":
        outputs["pages"][f"player of {graph.name}"] = relay.player("ja", 500)._repr_html_()


def write_copies(graph: Graph, section: dict[str, str]) -> None:
    """Copy and pickle the graph; each copy must be the same graph, and leave the first alone."""
    if len(topological_order(graph.loss)) > LARGE:
        return
    copies = {
        "copy": copy.copy(graph.loss),
        "deep copy": copy.deepcopy(graph.loss),
        "pickle": pickle.loads(pickle.dumps(graph.loss)),
        "deep copy in a list": copy.deepcopy([graph.loss, *graph.loss.operands])[0],
    }
    for name, value in copies.items():
        nodes = topological_order(value)
        positions = {node: i for i, node in enumerate(nodes)}
        content = [
            (type(node).__name__, node.label, node.op, node.data, node.grad, node.local_derivatives,
             [positions[operand] for operand in node.operands])
            for node in nodes
        ]  # fmt: skip
        section[f"{graph.name}, {name}"] = as_text([content, value.is_leaf, repr(value)])


# --- what is computed ------------------------------------------------------------------------------------------------


def write_compiled(outputs: Outputs) -> None:
    """Compile graphs, and run the programs on several rows."""
    section = outputs["compiled: sources, results"]
    graphs = [(f"random {seed}", random_graph(seed)) for seed in range(N_COMPILED_GRAPHS)]
    for name, loss in [*graphs, *special_graphs().items(), *networks().items()]:
        inputs = [node for node in topological_order(loss) if isinstance(node, Input)]
        step = outcome_of(functools.partial(compile_graph, loss, inputs))
        if isinstance(step, str):
            section[name] = step
            continue
        recorded = [leaf.data for leaf in inputs]
        rows = [recorded, [x + 0.25 for x in recorded], [-x for x in recorded]]
        leaves = [node for node in topological_order(loss) if node.is_leaf]
        results: list[Any] = []
        for batch in (rows[:1], rows[:2], rows):
            results.append(outcome_of(functools.partial(step, batch)))
            results.append([leaf.grad for leaf in leaves])
            results.append(outcome_of(functools.partial(step.predict, batch)))
        section[name] = "\n".join([step.source, repr(step), as_text(results)])


OPTIMIZERS: Mapping[str, Callable[[list[Value]], Any]] = {
    "SGD": lambda parameters: optim.SGD(parameters, 0.05),
    "SGD with momentum": lambda parameters: optim.SGD(parameters, 0.02, momentum=0.9),
    "Adam": lambda parameters: optim.Adam(parameters, 0.01),
}


def write_training(outputs: Outputs) -> None:
    """Train networks, recorded and compiled; keep weights and history."""
    section = outputs["training: weights, history"]
    data = penguins()
    scale = Scale.of(data.rows)
    rows = [scale.standardise(row) for row in data.rows[:40]]
    targets = [(target - 4000) / 800 for target in data.targets[:40]]
    metrics = "metrics" if "metrics" in inspect.signature(train).parameters else "keep"
    for activation, (name, optimizer), batch_size, compiled in itertools.product(
        ("relu", "tanh"), OPTIMIZERS.items(), (None, 16, 1), (True, False)
    ):
        model = nn.MLP(3, [4, 4, 1], activation, seed=5)
        measured: dict[str, Any] = {
            metrics: {"first weight": functools.partial(getattr, model.parameters()[0], "data")}
        }
        history = train(
            model, rows, targets, optimizer=optimizer(model.parameters()), epochs=4, batch_size=batch_size, seed=2,
            compiled=compiled, progress=False, **measured,
        )  # fmt: skip
        weights = [(label, parameter.data, parameter.grad) for label, parameter in model.named_parameters()]
        section[f"{activation}, {name}, batch {batch_size}, {'compiled' if compiled else 'recorded'}"] = as_text(
            [weights, history.losses, history.metrics, history.interrupted]
        )
    for name, (loss, low) in {
        "mean absolute error": (losses.mean_absolute_error, 0.0),
        "hinge": (losses.hinge, -1.0),
        "binary cross entropy": (losses.binary_cross_entropy, 0.0),
    }.items():
        model = nn.MLP(3, [4, 1], "tanh", seed=5)
        signs = [1.0 if target > 0 else low for target in targets]
        history = train(model, rows, signs, loss, epochs=5, batch_size=8, learning_rate=0.05, progress=False)
        section[name] = as_text([[parameter.data for parameter in model.parameters()], history.losses, repr(history)])
    species = penguin_species()
    classifier = nn.MLP(len(species.rows[0]), [4, 3], "tanh", seed=1)
    scale = Scale.of(species.rows)
    history = train(
        classifier, [scale.standardise(row) for row in species.rows[::9]], species.targets[::9], losses.cross_entropy,
        epochs=2, batch_size=8, learning_rate=0.05, progress=False,
    )  # fmt: skip
    section["cross entropy"] = as_text([[parameter.data for parameter in classifier.parameters()], history.losses])
    write_cycle(section)
    write_learner(section)


def write_cycle(section: dict[str, str]) -> None:
    """Walk Know, Think, Change; also in a wrong order, and where training diverges."""
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    rows, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    cycle = Cycle(model, rows, targets, learning_rate=0.1)
    seen: list[Any] = []
    for _ in range(5):
        seen.append(cycle.know().data)
        cycle.think()
        seen.append([parameter.grad for parameter in model.parameters()])
        cycle.change()
    section["cycle"] = as_text([seen, [parameter.data for parameter in model.parameters()]])
    section["cycle, think first"] = outcome_of(Cycle(model, rows, targets).think)
    section["cycle, change first"] = outcome_of(Cycle(model, rows, targets).change)
    try:
        train(nn.MLP(1, [1], "linear", seed=0), [[1e3], [2e3]], [1.0, 2.0], learning_rate=10.0, progress=False)
    except TrainingDivergedError as error:
        section["diverged"] = as_text([str(error), error.history.losses])


def write_learner(section: dict[str, str]) -> None:
    """Learn one column of the penguins from the others."""
    learner = ColumnLearner.prepare(penguins(), hidden=(4, 4), seed=3)
    history = learner.train(epochs=3)
    own = learner.model_in_own_units()
    section["penguins"] = as_text(
        [
            history.losses, repr(history), [parameter.data for parameter in learner.model.parameters()],
            [parameter.data for parameter in own.parameters()], learner.error(learner.held_out),
            learner.baseline_error(learner.held_out), [learner.predict(row) for row in learner.held_out.rows],
        ]
    )  # fmt: skip


def write_numbers(outputs: Outputs) -> None:
    """Show numbers as people read them; split and scale data; read tables and expressions."""
    section = outputs["numbers, data, expressions"]
    dice = random.Random(0)
    numbers = [0.0, -0.0, 1.0, -1.5, 0.1 + 0.2, 1e-19, -7.014e-19, 123456.789, 1e21, math.inf, -math.inf, math.nan]
    numbers += [dice.gauss(0, 1) * 10.0 ** dice.randint(-12, 12) for _ in range(300)]
    section["show"] = as_text([(x, show(x), show(x, 8), show_signed(x)) for x in numbers])
    section["numerical derivative"] = as_text(
        [numerical_derivative(math.sin, x) for x in numbers[:9] if math.isfinite(x)]
    )
    for seed in range(50):
        section[f"gradients {seed}"] = as_text([*gradients(random_graph(seed)).values()])
    for name, data in (("penguins", penguins()), ("species", penguin_species())):
        learning, testing = data.split(0.3, seed=4)
        section[name] = as_text([vars(data), vars(learning), vars(testing), vars(Scale.of(data.rows))])
    for text in EXPRESSIONS:
        names = {name: 0.5 + i for i, name in enumerate(("a", "b", "x", "w", "target", "重み"))}
        values = {name: number for name, number in names.items() if name in text}
        value = outcome_of(functools.partial(read_document, text, values))
        content = value if isinstance(value, str) else Relay(value).to_json() if value.op else repr(value)
        section[f"expression {text}"] = content


EXPRESSIONS = (
    "a", "2", "a+b", "-a*b", "-a**2", "2**-a", "(a*b + x).tanh()", "relu(a*b + x)**2", "(w*x - target)**2",
    "log(a) / b**2", "max(a, b)", "maximum(a, min(b, 1))", "leaky_relu(a, 0.1)", "a.leaky_relu(0.1)", "sum(a, b)",
    "exp(sin(a)) + cos(b) - sqrt(a)", "abs(-a)", "重み*x", "a +", "a***b", "(a", "a)", "import os", "a.b", "a[0]",
    "a b", "lambda: a", "a if b else x", "1e400", "a/0", "log(-a)", "a == b", "__import__('os')", "'text'",
    "", " ", "f(a)", "1+1", "a" * 300, "(" * 200 + "a" + ")" * 200, "-" * 50 + "a", "a**b**x", "a//b", "a % b",
    "True", "1j", "0.1.2",
)  # fmt: skip


# --- what the command prints and writes ------------------------------------------------------------------------------

COMMANDS = (
    "",
    *"""\
--version
--help
draw --help
step --help
page --help
check --help
train --help
export --help
lesson --help
sheet --help
draw "(a*b + c).tanh()" a=2 b=-3 c=5.5
draw "(a*b + c).tanh()" a=2 b=-3 c=5.5 -o g.dot --direction TB --fold none --language ja
draw "w*x" w=1 x=2 -o g.png
draw -o g.svg "-a*b" a=1 b=2
draw -a*b a=1 b=2 --learn a
step "(w*x - target)**2" w=3 x=2 target=5
step --all "(w*x - target)**2" w=3 x=2 target=5 --language ja --learning-rate 0.05
step --all "relu(w*x + b)**2" w=-3 x=2 b=1 --learn w,b
step --penguins --all
step --penguins --all --language ja --learning-rate 0.5
page "(w*x - target)**2" w=3 x=2 target=5
page "(重み*x - 5)**2" 重み=3 x=2 --language ja -o p.html
page --examples
page --examples --language ja
page --example neuron
page --example apples-and-oranges
page --example two-paths
page --example xor
page --example vanishing-gradients
page --example dead-relu
page --example penguins --language ja
page --example learning-rate --learning-rate 0.7
check "log(a) / b**2" a=2 b=-3
check "abs(a) + relu(b)" a=0 b=0
check "x**3*y" x=2 y=-1 --order 2
check "3*relu(x)" x=2 --order 2 --language ja
train data.csv --target weight
train data.csv --target weight --inputs length --hidden 4 --epochs 3 --test 0 --save m.json
train data.csv --target weight --hidden 3,2 --epochs 3 --batch-size 4 --seed 7 --learning-rate 0.1 --test 0.5
train data.csv --target weight --hidden --epochs 2
train few.csv --target y --epochs 2
train few.csv --target y --epochs 2 --test 0
train gaps.csv --target y --epochs 2
export model.json
export model.json -o m.py --language ja
lesson
lesson --language ja
lesson 1
lesson 7 --language ja
sheet
sheet --language ja -o s.html
""".splitlines(),
)  # without a command: the demonstration

WRONG_COMMANDS = """\
drwa
--langauge en
draw
draw a
draw a b
draw "a+" a=1
draw "a" a=
draw "a" =1
draw "a" a=x
draw a a=1 a=2
draw a a=1 b=2
draw a*b a=1
draw a a=1 -o g.txt
draw a a=1 -o missing/g.svg
draw a a=1 -o .
draw a a=1 --direction XY
draw a a=1 --fold all
draw a a=1 --language de
draw a a=1 -o
draw log(a) a=-1
draw a/b a=1 b=0
draw exp(a) a=1000
draw a a=nan
draw a a=inf
draw a a=1e999
draw xor
draw a a=1 --learn b
draw a a=1 --unknown
draw a a=1 --dirction TB
step
step a a=1
step --penguins a
step a*b a=1 b=2 --learning-rate x
step a*b a=1 b=2 --learning-rate -1
step a*b a=1 b=2 --lang ja
page
page --example
page --example drwa
page --example xor a
page a*b a=1 b=2 -o p.svg
page a*b a=1 b=2 -o missing/p.html
page 1 + 1
page a
check
check 1+1
check a
check xor
check a a=1 --order 3
check sqrt(a) a=0 --order 2
train
train data.csv
train missing.csv --target y
train data.csv --target nothing
train . --target y
train data.csv --target name
train data.csv --target weight --inputs nothing
train data.csv --target weight --epochs 0
train data.csv --target weight --epochs 1.5
train data.csv --target weight --hidden 0
train data.csv --target weight --hidden a
train data.csv --target weight --test 1
train data.csv --target weight --test -1
train data.csv --target weight --batch-size 0
train data.csv --target weight --learning-rate x
train data.csv --target weight --save data.csv
train data.csv --target weight --save missing/m.json
train data.csv --target weight --seed x
train empty.csv --target y
train header.csv --target y
train onecolumn.csv --target y
train twice.csv --target y
train text.csv --target y
train utf16.csv --target y
train wrong.csv --target y
train infinite.csv --target y
train ragged.csv --target y
train quote.csv --target y
train nul.csv --target y
train large.csv --target y
train data.csv --target weight --learning-rate 1e9 --epochs 3
export
export missing.json
export data.csv
export neuron.json
export model.json -o m.txt
export model.json -o missing/m.py
export missing.json --language ja
lesson 0
lesson 8
lesson x
lesson 1 2
lesson 1 --language de
sheet -o s.txt
sheet -o missing/s.html
sheet extra
step "(w*x" w=1 x=2
draw "a,b" a=1 b=2
draw "重" 重=あ
page "a*b" a=1 b=2 --learning-rate nan
check "a" a=1 --language ja
""".splitlines()

TABLES: Mapping[str, bytes] = {
    "data.csv": (
        "name,length,width,weight\n" + "".join(f"n{i},{i},{i * i % 7},{2 * i + i * i % 5}\n" for i in range(30))
    ).encode(),
    "few.csv": b"x,y\n1,2\n2,4\n3,6.5\n",
    "gaps.csv": "x,名,y\n1,あ,2\n,い,4\n3,う,NA\n4,え,9\n5,お,8\n6,か,nan\n".encode(),
    "empty.csv": b"",
    "header.csv": b"x,y\n",
    "onecolumn.csv": b"y\n1\n2\n",
    "twice.csv": b"y,y\n1,2\n3,4\n",
    "text.csv": b"x,y\n1,a\n2,b\n3,c\n",
    "utf16.csv": "x,y\n1,2\n".encode("utf-16"),
    "wrong.csv": b"x,y\n1,2\n3,4\n5,oops\n6,7\n",
    "infinite.csv": b"x,y\n1,-inf\n3,4\n",
    "ragged.csv": b"x,y\n1,2\n3\n4,5,6\n",
    "quote.csv": b'x,y\n"1,2\n3,4\n',
    "nul.csv": b"x,y\n1,2\x00\n3,4\n",
    "large.csv": b"x,y\n1.7e308,1\n1.6e308,2\n1.5e308,3\n1.4e308,4\n",
    "model.json": (
        b'{"format": "microgrid model", "version": 1, "model": "MLP(1, [1], activation=\'relu\')", "inputs": ["x"], '
        b'"target": "weight", "parameters": {"layers[0].neurons[0].weights[0]": 0.1, "layers[0].neurons[0].bias": -2}}'
    ),
    "neuron.json": (
        b'{"format": "microgrid model", "version": 1, "model": "Neuron(1, activation=\'relu\')", '
        b'"parameters": {"weights[0]": 0.1, "bias": -2}}'
    ),
}


def write_commands(outputs: Outputs) -> None:
    """Run commands, good and bad ones, each in a fresh folder: what they print, and the files that they leave."""
    start = Path.cwd()
    for section, commands in (("command: right", COMMANDS), ("command: wrong", WRONG_COMMANDS)):
        for command in commands:
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                try:
                    run_command(command, outputs, section)
                finally:
                    os.chdir(start)


def run_command(command: str, outputs: Outputs, section: str) -> None:
    """Run one command in the current folder."""
    for name, content in TABLES.items():
        Path(name).write_bytes(content)
    printed, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        code: Any = outcome_of(lambda: main(shlex.split(command)))
    answer = f"exit code {code}\n{printed.getvalue()}--- on stderr\n{told.getvalue()}"
    outputs[section][command] = answer.replace(str(Path.cwd()), "FOLDER")
    for path in sorted(Path().iterdir()):
        content = path.read_bytes()
        if content == TABLES.get(path.name):
            continue
        name = f"{command}: {path.name}"
        if path.suffix == ".html" and not command.startswith("sheet"):
            outputs["pages"][name] = content.decode()
        elif path.suffix == ".png":
            outputs["command: files"][name] = hashlib.sha256(content).hexdigest()
        else:
            outputs["command: files"][name] = content.decode()


def write_figures(outputs: Outputs) -> None:
    """Draw the figures of the lessons; keep the numbers, texts and colours that they are made of."""
    section = outputs["figures"]
    w = Value(3.0, "w")
    loss = (w * Input(2.0, "x") - 5) ** 2
    rows = [[0.0, 1.0], [2.0, 0.0], [3.0, 3.0], [-1.0, 0.5]]
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    drawn: Mapping[str, Callable[[], Any]] = {
        "losses": lambda: figures.plot_losses({"train": [4.0, 2.0, 1.0], "test": [5.0, 3.0, 2.5]}),
        "losses, log": lambda: figures.plot_losses({"train": [4.0, 0.002, 1e-9]}, log=True),
        "loss along": lambda: figures.plot_loss_along(loss, w),
        "loss along, visited": lambda: figures.plot_loss_along(loss, w, visited=[3.0, 2.0, 2.6]),
        "decision boundary": lambda: figures.plot_decision_boundary(model, rows, [0, 1, 0, 1], threshold=0.5),
        "panels": lambda: figures.panels("relu", "slope of relu", share_y=True)[1],
        "history": lambda: History([4.0, 2.0, 1.0]).plot(),
        "history, log": lambda: History([4.0, 2.0, 1.0]).plot(label="SGD", log=True),
        "history, no such name": lambda: History([4.0]).plot("test"),
        "a leaf that is elsewhere": lambda: figures.plot_loss_along(loss, Value(1.0, "v")),
    }
    for name, draw_figure in drawn.items():
        axes = outcome_of(draw_figure)
        if isinstance(axes, str):
            section[name] = axes
            continue
        legend = axes.get_legend()
        section[name] = as_text(
            [
                axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), axes.get_xlim(), axes.get_ylim(),
                [(line.get_label(), line.get_color(), line.get_linestyle()) for line in axes.lines],
                [line.get_xydata().tolist() for line in axes.lines],
                [text.get_text() for text in axes.texts], [type(item).__name__ for item in axes.collections],
                [item.get_offsets().tolist() for item in axes.collections if "Path" in type(item).__name__],
                legend and [text.get_text() for text in legend.get_texts()],
            ]
        )  # fmt: skip


# --- the interface, and what it refuses ------------------------------------------------------------------------------

PUBLIC = {
    "microgrid": (*microgrid.__all__, "datasets", "figures", "training"),
    "microgrid.nn": ("Module", "Neuron", "Dense", "MLP"),
    "microgrid.losses": (
        *("mean_squared_error", "mean_absolute_error", "binary_cross_entropy", "cross_entropy", "hinge"),
    ),
    "microgrid.optim": ("Optimizer", "SGD", "Adam"),
    "microgrid.training": ("Cycle", "History", "TrainingDivergedError", "paused_collector", "train"),
    "microgrid.datasets": ("DataError", "Dataset", "Scale", "penguin_species", "penguins", "read_csv"),
    "microgrid.figures": ("panels", "plot_losses", "plot_loss_along", "plot_decision_boundary"),
    "microgrid.layers": ("Linear", "ReLU", "Tanh", "Sigmoid", "MeanSquaredError", "Network"),
    "microgrid.export": ("from_torch", "to_torch", "torch_source"),
    "microgrid.cli": ("main",),
}
"""What users import, and from where; an older tree may lack the last modules."""


def write_interface(outputs: Outputs) -> None:
    """List every public name with its signature, and the attributes of classes and of what they make."""
    section = outputs["interface"]
    for module_name, public_names in PUBLIC.items():
        module = outcome_of(functools.partial(importlib.import_module, module_name))
        if isinstance(module, str):
            section[module_name] = module
            continue
        for name in public_names:
            item = getattr(module, name)
            section[f"{module_name}.{name}"] = signature_of(item)
            for attribute in public_attributes(item) if inspect.isclass(item) else ():
                section[f"{module_name}.{name}.{attribute}"] = signature_of(getattr(item, attribute))
    relay = Relay(Value(2.0, "w") * 3)
    for item in (relay, relay.outcome, relay.nodes[0], relay.steps[0], relay.steps[-1], relay.paths("n0"), History()):
        for attribute in public_attributes(item):
            content = outcome_of(functools.partial(getattr, item, attribute))
            section[f"a {type(item).__name__}.{attribute}"] = signature_of(content)


def public_attributes(item: object) -> list[str]:
    """List the attributes of a class or an object that are for its users."""
    return [attribute for attribute in dir(item) if not attribute.startswith("_")]


def signature_of(item: object) -> str:
    """Return the arguments of a function; of what is no function, its type."""
    try:
        return re.sub(" at 0x[0-9a-f]+", "", str(inspect.signature(item))) if callable(item) else type(item).__name__
    except ValueError:
        return type(item).__name__


def write_refusals(outputs: Outputs) -> None:
    """Give public functions what they cannot use, and keep what they say."""
    section = outputs["errors of the interface"]
    w = Value(3.0, "w")
    loss = (w * Input(2.0, "x") - 5) ** 2
    relay = Relay(loss)
    model = nn.MLP(2, [2, 1], seed=0)
    bad: tuple[Any, ...] = (
        None,
        "text",
        -1,
        0,
        1.5,
        math.nan,
        True,
        [],
        [1],
        {},
        object,
        10**400,
        "x" * 500,
        b"bytes",
        w,
        loss,
        relay,
    )
    functions: Mapping[str, Callable[[Any], Any]] = {
        "Value": Value,
        "Value label": lambda item: Value(1.0, item),
        "add": lambda item: w + item,
        "divide": lambda item: w / item,
        "power": lambda item: item**w,
        "total": total,
        "weighted_sum": lambda item: weighted_sum([w], item, 0.0),
        "Relay": Relay,
        "Relay parameters": lambda item: Relay(loss, item),
        "Relay learning rate": lambda item: Relay(loss, learning_rate=item),
        "relay.text": relay.text,
        "relay.text fold": lambda item: relay.text("en", item),
        "relay.paths": relay.paths,
        "relay.paths limit": lambda item: relay.paths("n0", item),
        "relay.node": relay.node,
        "relay.steps_of": relay.steps_of,
        "relay.player": relay.player,
        "relay.player height": lambda item: relay.player("en", item),
        "Relay.from_json": Relay.from_json,
        "draw": draw,
        "draw direction": lambda item: draw(loss, item),
        "draw fold": lambda item: draw(loss, "LR", item),
        "draw language": lambda item: draw(loss, "LR", "auto", item),
        "check_gradients": check_gradients,
        "check_gradients leaves": lambda item: check_gradients(loss, item),
        "check_gradients tolerance": lambda item: check_gradients(loss, tolerance=item),
        "nudge": lambda item: nudge(loss, item),
        "nudge amount": lambda item: nudge(loss, w, item),
        "compile_graph": lambda item: compile_graph(item, []),
        "compile_graph inputs": lambda item: compile_graph(loss, item),
        "compiled rows": lambda item: compile_graph(loss, [])(item),
        "MLP": lambda item: nn.MLP(item, [1]),
        "MLP sizes": lambda item: nn.MLP(1, item),
        "MLP activation": lambda item: nn.MLP(1, [1], item),
        "MLP seed": lambda item: nn.MLP(1, [1], seed=item),
        "model": model,
        "set_parameters": model.set_parameters,
        "mean_squared_error": lambda item: losses.mean_squared_error(item, [1.0]),
        "cross_entropy": lambda item: losses.cross_entropy([w, w], item),
        "SGD": lambda item: optim.SGD(item, 0.1),
        "SGD learning rate": lambda item: optim.SGD([w], item),
        "Adam beta1": lambda item: optim.Adam([w], 0.1, item),
        "train": lambda item: train(item, [[1.0, 2.0]], [1.0]),
        "train rows": lambda item: train(model, item, [1.0]),
        "train targets": lambda item: train(model, [[1.0, 2.0]], item),
        "train loss": lambda item: train(model, [[1.0, 2.0]], [1.0], item),
        "train epochs": lambda item: train(model, [[1.0, 2.0]], [1.0], epochs=item) if item != 10**400 else None,
        "train batch": lambda item: train(model, [[1.0, 2.0]], [1.0], epochs=1, batch_size=item),
        "Cycle optimizer": lambda item: Cycle(model, [[1.0, 2.0]], [1.0], optimizer=item),
        "Scale.of": Scale.of,
        "Dataset.split": lambda item: penguins().split(item),
        "read_csv": lambda item: read_csv(item, "y"),
    }
    for name, function in functions.items():
        for i, item in enumerate(bad):
            answer = outcome_of(functools.partial(function, item))
            section[f"{name}({str(item)[:40]}) [{i}]"] = (
                answer if isinstance(answer, str) and "Error" in answer else f"accepted: {type(answer).__name__}"
            )
    with tempfile.TemporaryDirectory() as folder:
        for name in ("graph.xyz", "graph", "missing/graph.svg", "relay.pdf"):
            path = str(Path(folder, name))
            for function_name, save in (
                ("save_picture", functools.partial(save_picture, loss)),
                ("relay.save", relay.save),
                ("model.save", model.save),
                ("model.load", model.load),
            ):
                answer = str(outcome_of(functools.partial(save, path))).replace(folder, "FOLDER")
                section[f"{function_name}({name})"] = answer


# --- all of it -------------------------------------------------------------------------------------------------------


class _Sections(dict[str, dict[str, str]]):
    def __missing__(self, name: str) -> dict[str, str]:
        return self.setdefault(name, {})


def write_all() -> Outputs:
    """Make every output of this tree."""
    outputs: Outputs = _Sections()
    for graph in all_graphs():
        write_relays(graph, outputs)
        write_checks(graph, outputs)
        write_derivatives(graph, outputs)
        write_pictures(graph, outputs)
        graph.loss.zero_grad()
        graph.loss.backward()
        outputs["pictures: DOT"][f"{graph.name}, with gradients"] = draw(graph.loss).source
        write_copies(graph, outputs["copies and pickles"])
    write_compiled(outputs)
    write_training(outputs)
    write_numbers(outputs)
    write_commands(outputs)
    write_figures(outputs)
    write_interface(outputs)
    write_refusals(outputs)
    return outputs


def differing_relays(relays: Mapping[str, str]) -> list[str]:
    """Read relays that another tree wrote, and name those that this tree writes otherwise, with the reason."""
    differing = []
    for graph in all_graphs():
        if graph.name not in relays:
            continue
        recorded = Relay(graph.loss, learning_rate=graph.learning_rate)
        was_read = outcome_of(functools.partial(Relay.from_json, relays[graph.name]))
        if was_read != recorded:
            differing.append(f"{graph.name}: {was_read}")
    return differing


if __name__ == "__main__":
    task, file = sys.argv[1:]
    if task == "write":
        Path(file).write_text(json.dumps(write_all(), ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    else:
        relays = json.loads(Path(file).read_text(encoding="utf-8"))["relay: JSON"]
        print(json.dumps([len(relays), differing_relays(relays)], ensure_ascii=False))
