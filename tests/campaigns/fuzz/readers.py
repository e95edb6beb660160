"""The readers that take what others wrote, and what each may do with any bytes at all: read them whole, or refuse.

A refusal is an error that the docstring of the reader names, and its message is one line that a person can read.
Whatever else comes out of a function of `READERS` is a find.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import graphviz

from microgrid import Input, Relay, Value, draw
from microgrid._util.errors import NoRendererError
from microgrid.datasets import DataError, read_csv
from microgrid.documents.document import read_document
from microgrid.documents.notation import KNOWN_FUNCTIONS
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.pictures import layout
from microgrid.pictures.dot import draw_snapshot
from microgrid.pictures.graphviz_renderer import run_graphviz

LONGEST_MESSAGE = 500
NUMBERS = (2.0, -3.0, 0.5, 0.0, 1e300, -1e-300, 5e-324)


def check_refusal(error: Exception) -> None:
    """Check that a message is one line of readable length."""
    message = str(error)
    assert message.isprintable(), f"not one line that can be shown: {message!r}"
    assert 0 < len(message) <= LONGEST_MESSAGE, f"{len(message)} characters: {message[:200]!r}"


def expression(written: bytes) -> None:
    """Read an expression, with a number for each of its names; what was read goes backward, and into every view."""
    text = written.decode("utf-8", "replace")
    names = [name for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", text)) if name not in KNOWN_FUNCTIONS]
    names = names[: len(text) % 8 or None]  # now and then some have no number
    values = {name: NUMBERS[i % len(NUMBERS)] for i, name in enumerate(names)}
    try:
        result = read_document(text, values)
    except (ValueError, ArithmeticError) as error:
        check_refusal(error)
        return
    result.backward()
    assert draw(result).source
    relay = Relay(result)
    assert Relay.from_json(relay.to_json()) == relay
    assert relay.text("en")
    assert relay.text("ja")


def csv(written: bytes) -> None:
    """Read a table, once for a column that is often there and once for its first."""
    first = written.decode("utf-8-sig", "replace").partition("\n")[0].partition(",")[0].strip()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(written)
        for target in ("y", first):
            try:
                data = read_csv(path, target)
            except DataError as error:
                check_refusal(error)
                continue
            assert data.input_names
            assert len(data.rows) == len(data.targets) > 0
            assert all(len(row) == len(data.input_names) for row in data.rows)
            assert all(math.isfinite(number) for row in data.rows for number in row)


def model(written: bytes) -> None:
    """Load a model: all of it, or nothing."""
    network = MLP(2, [2, 1], seed=0)
    before = [parameter.data for parameter in network.parameters()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        path.write_bytes(written)
        try:
            network.load(path)
        except ValueError as error:
            check_refusal(error)
            assert [parameter.data for parameter in network.parameters()] == before
            return
        loaded = [parameter.data for parameter in network.parameters()]
        assert all(type(number) is float and math.isfinite(number) for number in loaded)
        network.save(path)
        assert [parameter.data for parameter in network.load(path).parameters()] == loaded


def relay(written: bytes) -> None:
    """Read the record of a relay; what was read can be told and drawn."""
    try:
        read = Relay.from_json(written.decode("utf-8", "surrogateescape"))
    except ValueError as error:
        check_refusal(error)
        return
    assert Relay.from_json(read.to_json()) == read
    assert read.text("en")
    assert read.text("ja")
    assert draw_snapshot(read.snapshot).source


def placed(written: bytes) -> None:
    """Read where Graphviz, or whatever program MICROGRID_DOT names, has put the cards of a page."""
    with patch.object(graphviz.Digraph, "pipe", lambda *_, **__: written):
        try:
            found = layout.lay_out(cards_and_edges(Snapshot.of(neuron())))
        except NoRendererError as error:
            check_refusal(error)
            return
    numbers = [found.width, found.height]
    numbers += [number for box in found.boxes for number in (box.x, box.y, box.width, box.height)]
    numbers += [number for line in found.lines for point in (*line.curve, *line.tips) for number in point]
    assert all(map(math.isfinite, numbers))


def neuron() -> Value:
    """Build a small graph with shared nodes, a constant and labels in two scripts."""
    w, x, b = Value(3.0, "w"), Input(2.0, "x"), Value(-1.0, "重み")
    return ((w * x + b).tanh() + w) ** 2


READERS: dict[str, Callable[[bytes], None]] = {
    "expression": expression,
    "csv": csv,
    "model": model,
    "relay": relay,
    "placed": placed,
}


@cache
def examples(name: str) -> list[bytes]:
    """Return input that a reader accepts, or that is nearly right: where a search may begin."""
    if name == "expression":
        texts = ["relu(a*b + c)**2", "(a*b + c).tanh()", "-2**-x + 1e9/.5", "max(a, b).log().min(c)", "重み*x - 5"]
        texts += [
            "w, b = Value(3), Input(1, 'b')\nw += total([w, b])\nw.label = \"w\"; w.backward()",
            "w = 3  # learned",
        ]
        return [text.encode() for text in [*texts, "9**9**9", "1" * 400, "(" * 150 + "a" + ")" * 150, "a.exp().exp()"]]
    if name == "csv":
        tables = [
            "x,y\n1,2\n3,4\n",
            "x,z,y\r\n1,a,2\r\n,b,3\r\n4,c,NA\r\n",
            '"x ",y\n"1",2e3\n\n',
            "x;y\n1;2\n",
            'x,y\n1,"\n' + "2\n" * 800,
        ]
        return [table.encode("utf-8-sig" if i % 2 else "utf-8") for i, table in enumerate(tables)] + [b"", b"PK\3\4\0"]
    if name == "model":
        with tempfile.TemporaryDirectory() as folder:
            MLP(2, [2, 1], seed=0).save(Path(folder, "model.json"))
            return [Path(folder, "model.json").read_bytes(), b'{"format": "microgrid model"}', b"[1e999]"]
    if name == "relay":
        return [
            Relay(neuron()).to_json().encode(),
            Relay(mean_squared_error(MLP(2, [2, 1], seed=0)([1, 2]), 3)).to_json().encode(),
            b"[]",
        ]
    folding = cards_and_edges(Snapshot.of(neuron()))
    skeleton = layout._skeleton(folding, layout._sizes(folding, compact=False), layout.LABEL_SIZE_PX, compact=False)
    placed_by_graphviz = run_graphviz(skeleton.source, "json0")
    return [placed_by_graphviz, b'{"bb": "0,0,1,1", "objects": []}', b"{}"]


def mutated(document: bytes, choose: Callable[[int], int]) -> bytes:
    """Change one place of a JSON document to something else; `choose(n)` gives a number below n."""
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        return document
    places: list[tuple[Any, Any]] = []
    waiting = [content]
    while waiting:
        inside = waiting.pop()
        pairs = list(
            inside.items() if isinstance(inside, dict) else enumerate(inside) if isinstance(inside, list) else ()
        )
        places += [(inside, key) for key, _ in pairs]
        waiting += [item for _, item in pairs]
    if not places:
        return document
    inside, key = places[choose(len(places))]
    kind = choose(4)
    if kind == 0:
        del inside[key]
    elif kind == 1:  # put what stands somewhere else there
        other, there = places[choose(len(places))]
        inside[key] = json.loads(json.dumps(other[there]))
    elif kind == 2 and isinstance(inside, dict):
        inside[STRANGE_TEXTS[choose(len(STRANGE_TEXTS))]] = inside.pop(key)
    else:
        inside[key] = STRANGE[choose(len(STRANGE))]
    return json.dumps(content).encode()


STRANGE_TEXTS = ["", "n0", "\n", "NaN", "∞", "\ud800", "a" * 3000, "{0}", "__class__", "\u202e", "0" * 400]
STRANGE: list[Any] = [
    *STRANGE_TEXTS, None, True, False, 0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 10**400, math.nan, math.inf, -math.inf,
    [], {}, [[]], {"n0": 1}, [1.0] * 50, ["n0"] * 3, "computed", "constant", "**", "log", "weighted_sum", "parameter",
]  # fmt: skip
