"""The page: a relay to step through in a browser, in one file that needs no network.

Python lays the graph out once and writes it as SVG; the page lights it and fills in its numbers. What the page computes
when a leaf is moved comes from the table of operations, which is written into it as JavaScript.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import struct
import zlib
from collections.abc import Mapping

from microgrid._util.files import asset
from microgrid.documents.examples import Heading
from microgrid.graph.folding import Folding, cards_and_edges
from microgrid.graph.operations import OPERATIONS
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import counted
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.layout import lay_out
from microgrid.pictures.palette import PALETTE, squeezed
from microgrid.pictures.svg import svg
from microgrid.relay.records import Record
from microgrid.studio.page_data import page_data

SCRIPTS = ("numbers", "sentences", "state", "graph", "stepping", "panels", "neuron", "quiz", "worksheet", "page")
MAX_CARDS, MAX_EDGES = 600, 6000
OTHER_VIEWS = (
    *("check", "column", "command", "demonstration", "heading", "help"),
    *("lesson", "notebook", "nudge", "picture", "step", "trouble"),
)
MAX_ROW_WIDTH_PX = 1045  # wider rows would need text that is too small on a usual screen


def page(relay: Record, heading: Heading | None = None, language: str = "en") -> str:
    """Return the page of a relay as HTML, complete in itself.

    Args:
        relay: what to step through. Where it holds neurons, each is one card, which opens at a click.
        heading: what it is called.
        language: "en" or "ja", in which it starts; a key switches.

    Raises:
        ValueError: another language, or a graph too large to be looked at.
        NoRendererError: there is no Graphviz on this machine to lay it out.
    """
    heading = Heading() if heading is None else heading
    said, title = words(language), heading.japanese if language == "ja" else heading.english
    graph, style = squeezed(PALETTE + asset("studio/app/graph.css")), squeezed(asset("studio/app/page.css"))
    load, program = _shortened(asset("studio/app/load.js")), _program({node.op for node in relay.nodes if node.op})
    folding = _folded(relay.snapshot)
    layout = lay_out(folding, MAX_ROW_WIDTH_PX)
    parts = {
        "language": language,
        "title": html.escape(f"{title} · microgrid" if title else "microgrid"),
        "policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(graph)} {_hash(style)}; script-src {_hash(load)} {_hash(program)}",
        "graph": graph,
        "style": _packed(style),
        "picture": svg(layout, said),
        "data": page_data(relay, layout, heading),
        "program": _packed(program),
        "load": load,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], asset("studio/app/page.html"))


def _folded(graph: Snapshot) -> Folding:
    """Fold a graph by neuron, if nobody looks into a neuron from outside."""
    folding = cards_and_edges(graph, "neuron", name_all=True)
    if any(len(card.outputs) > 1 for card in folding.cards):
        folding = cards_and_edges(graph, "none", name_all=True)
    n_cards, n_edges = len(folding.cards), len(folding.edges)
    if n_cards > MAX_CARDS or n_edges > MAX_EDGES:
        raise ValueError(
            f"this graph has {counted(n_cards, 'card')} and {counted(n_edges, 'edge')}; a page shows at most "
            f"{MAX_CARDS} and {MAX_EDGES}. Record the relay of fewer rows, or of a smaller network"
        )
    return folding


def _words_for(ops: set[str], language: str) -> Mapping[str, str]:
    """Leave out the sentences of operations that the graph does not have, and those of other views."""

    def needed(key: str) -> bool:
        start, _, rest = key.partition(".")
        op = rest.rpartition(".")[0] if start == "slope" else rest
        if start in ("know", "slope"):
            return op in ops or op.startswith(("neuron", "product"))
        return start not in OTHER_VIEWS

    return {key: text for key, text in words(language).items() if needed(key)}


def _program(ops: set[str]) -> str:
    """Put the program together: the formulas and words of these operations, and the scripts of the page."""
    rows = ",\n".join(f"{json.dumps(op)}: {_functions(op)}" for op in sorted(ops))
    words_of = {language: _words_for(ops, language) for language in LANGUAGES}
    parts = [f"const FORMULAS = {{\n{rows}\n}};\nconst WORDS = {json.dumps(words_of, ensure_ascii=False)};"]
    return (
        '"use strict";\n{\n'
        + _shortened("\n".join([*parts, *(asset(f"studio/app/{name}.js") for name in SCRIPTS)]))
        + "\n}\n"
    )


def _shortened(text: str) -> str:
    r"""Leave out indentation, comments and most line ends: who reads the source reads it where it was written.

    >>> print(_shortened("// Twice.\n  run(a); // first\n  run('a // b');\n  run(c);\n"))
    run(a);run('a // b');
    run(c);
    """
    lines = (line.strip() for line in text.splitlines())
    code = (re.sub(r" // [^'\"`]*$", "", line) for line in lines if not line.startswith("//"))  # not in a string
    ended = (line if line.endswith((";", "{", ",")) and "//" not in line else f"{line}\n" for line in code if line)
    return "".join(ended).rstrip()


def _packed(text: str) -> str:
    """Pack what would be most of the page: four bytes in five characters, which `load.js` unpacks."""
    packer = zlib.compressobj(9, memLevel=9)
    data = packer.compress(text.encode("utf-8")) + packer.flush()
    padding = -len(data) % 4
    numbers = struct.iter_unpack(">I", data + bytes(padding))
    digits = "".join(chr(40 + number // 85**k % 85) for (number,) in numbers for k in (4, 3, 2, 1, 0))
    return digits.replace("<", "}")[: len(digits) - padding]  # a "<" could end the element that it stands in


def _functions(op: str) -> str:
    """Write one row of the table as JavaScript; Python and JavaScript read its formulas alike."""
    operation = OPERATIONS[op]
    names = ", ".join(operation.operands)
    derivatives = ", ".join(f"({names}, out) => {_as_javascript(text)}" for text in operation.local_derivatives)
    return f"{{value: ({names}) => {_as_javascript(operation.value)}, localDerivatives: [{derivatives}]}}"


def _as_javascript(formula: str) -> str:
    """Write `a ** b` as power(a, b): the two languages differ in what 1 ** NaN is."""
    return re.sub(r"a \*\* (\w+(?:\([^()]*\))?)", r"power(a, \1)", formula)


def _hash(text: str) -> str:
    """Return how a Content-Security-Policy names exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
