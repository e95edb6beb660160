"""The page: a relay to step through in a browser, in one file that needs no network.

Python writes the recorded graph, the words and the program into it; the page lays the graph out, draws it, and computes
its numbers anew when a leaf is moved. Where no program may run, a table of the numbers is seen instead.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from functools import cache

from microgrid._util.files import asset
from microgrid.documents.document import read_document
from microgrid.documents.examples import CAREFUL_LEARNING_RATE, Heading, example
from microgrid.documents.gallery import GALLERY
from microgrid.documents.networks import Spec
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.node import Node
from microgrid.graph.operations import OPERATIONS
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import counted, powers_of_ten, show
from microgrid.language.words import LANGUAGES, label_in, words
from microgrid.pictures.palette import PALETTE
from microgrid.relay.records import Record
from microgrid.relay.relay import Relay
from microgrid.relay.sentences import in_words
from microgrid.studio.modules import joined
from microgrid.studio.page_data import (
    as_element,
    datasets_of_page,
    document_of,
    gallery_document,
    network_document,
    networks_of_page,
    text_document,
    words_of_page,
)

MAX_CARDS, MAX_EDGES = 600, 6000
MAX_TABLE_ROWS, MAX_TABLE_VALUES = 20, 100  # of a network's data and of a graph, where no program runs
STYLES = (
    "graph.css",
    "page.css",
    *(
        f"views/{name}.css"
        for name in ("editor", "loop", "presentation", "share", "reach", "subjects", "network", "learned", "layers")
    ),
)  # later ones take precedence


def page(relay: Record, heading: Heading | None = None, language: str | None = None) -> str:
    """Return the page of a relay as HTML, complete in itself.

    Args:
        relay: what to step through. Where it holds neurons, each is one card, which opens at a click.
        heading: what it is called; by default, where nothing is learned, as its output.
        language: "en" or "ja", in which it starts; by default the browser's, if it is one of them, else English. A
            button and a key switch.

    Raises:
        ValueError: an unknown language, a graph too large to be looked at, or an operation without a formula.
    """
    if heading is None:  # where nothing is learned, nobody is to blame
        heading = Heading() if relay.parameters else Heading(dict.fromkeys(LANGUAGES, relay.snapshot.output.title))
    relay.snapshot.check_computable()
    _check_size(relay.snapshot)
    return _page(_table(relay, heading, language), heading, language, document_of(relay, heading))


def studio_page(
    text: str | None = None,
    heading: Heading | None = None,
    language: str | None = None,
    learning_rate: float | None = None,
) -> str:
    """Return the studio as HTML, complete in itself: a page in which a learner types a document, and steps through it.

    Args:
        text: the document that it opens with; by default the first of the gallery.
        heading: what that is called.
        language: "en" or "ja", in which it starts; by default the browser's, as in `page`.
        learning_rate: of the update; by default the usual one.

    Raises:
        ExpressionError: the text is no document.
        ValueError, ArithmeticError: mathematics gives no number, or the graph is too large to be looked at.

    >>> studio_page("a*")
    Traceback (most recent call last):
        ...
    microgrid.documents.syntax.ExpressionError: column 3 of 'a*': a number or a name is missing after *
    """
    if text is None:
        name = next(iter(GALLERY))
        heading = example(name).heading
        relay = example(name).record(learning_rate)
        document = gallery_document(name, learning_rate)
    else:
        heading = Heading() if heading is None else heading
        rate = CAREFUL_LEARNING_RATE if learning_rate is None else learning_rate
        relay = Relay(read_document(text), learning_rate=rate)
        document = text_document(text, heading, learning_rate)
    _check_size(relay.snapshot)
    return _page(_table(relay, heading, language), heading, language, as_element(document))


def network_page(spec: Spec, heading: Heading | None = None, language: str | None = None, name: str = "") -> str:
    """Return the studio with a network in it, which learns from its data.

    Args:
        spec: the network, its data, and how it learns.
        heading: what it is called.
        language: as in `page`.
        name: of the strip's networks, if it is one of them.

    Raises:
        ValueError: an unknown language.

    >>> from microgrid.documents.networks import network_documents
    >>> content = network_page(network_documents()["xor"].spec)
    >>> [line for line in content.splitlines() if line.startswith("<tr><td>1</td><td>0</td>")]  # x1, x2, y, predicted
    ['<tr><td>1</td><td>0</td><td>1</td><td>0.2344</td></tr>']
    """
    heading = Heading() if heading is None else heading
    document = as_element(network_document(spec, heading, name))
    return _page(_predictions(spec, language), heading, language, document)


def _page(table: str, heading: Heading, language: str | None, document: str) -> str:
    """Return the app with a document in it, and a table for where no program runs."""
    start = "en" if language is None else language
    text, title = words(start), heading.title.get(start, "")
    style, program = _style(), _program(tuple(OPERATIONS))
    parts = {
        "language": start,
        "choice": " data-choose-language" if language is None else "",
        "title": html.escape(f"{title} · microgrid" if title else text["page.title"]),
        "policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(program)}",
        "style": style,
        "words": words_of_page(),
        "document": document,
        "gallery": as_element([gallery_document(name) for name in GALLERY]),
        "networks": networks_of_page(),
        "datasets": datasets_of_page(),
        "program": program,
        "noscript": " ".join(words(each)["page.noscript"] for each in ([language] if language else LANGUAGES)),
        "table": table,
    }
    template = re.sub(
        r'(data-text="([\w.]+)">)[^<]*', lambda match: match[1] + text[match[2]], asset("studio/app/index.html")
    )
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _check_size(graph: Snapshot) -> None:
    """Refuse a graph of too many cards, folded by neuron."""
    folding = cards_and_edges(graph, "neuron")
    n_cards, n_edges = len(folding.cards), len(folding.edges)
    if n_cards > MAX_CARDS or n_edges > MAX_EDGES:
        raise ValueError(
            f"this graph has {counted(n_cards, 'card')} and {counted(n_edges, 'edge')}; a page shows at most "
            f"{MAX_CARDS} and {MAX_EDGES}. Record the relay of fewer rows, or of a smaller network"
        )


def _table(relay: Record, heading: Heading, language: str | None) -> str:
    """Return the values and gradients as a table, for where no program runs."""
    start = "en" if language is None else language
    text, relay = words(start), relay.relabelled(lambda label: heading.label_in(label, start))
    steps = {step.node: step for step in relay.steps_of("know")}
    nodes = [node for node in relay.nodes if node.kind != "constant"]

    def row(node: Node) -> str:
        formula = in_words(relay, steps[node.id], start).formula if node.op else ""
        parts = ["" if node.name == node.formula else node.name, formula]  # a formula is not said twice
        name = " = ".join(part for part in parts if part)
        numbers = [show(node.data), show(relay.gradients[node.id])]
        return _row(numbers, f'<th scope="row">{html.escape(name)}</th>')

    shown = nodes if len(nodes) <= MAX_TABLE_VALUES else [*nodes[: MAX_TABLE_VALUES - 2], nodes[-1]]
    rows = [row(node) for node in shown]
    if shown is not nodes:
        rows.insert(-1, "<tr><td>…</td></tr>")
    return _as_table([text[key] for key in ("page.table.name", "value", "grad")], rows)


def _predictions(spec: Spec, language: str | None) -> str:
    """Return what a network predicts for the first of its rows as a table, for where no program runs."""
    start = "en" if language is None else language
    model, data = spec.build(), spec.data.learning

    def named(name: str) -> str:
        return label_in(name, start) if spec.data.name else name  # columns of somebody's table stay as they are

    def told(target: float) -> str:
        return named(data.classes[int(target)]) if data.classes else show(target)

    first = [*zip(data.rows, data.targets, strict=True)][:MAX_TABLE_ROWS]
    rows = [_row([*map(show, row), told(target), told(spec.predict(model, row))]) for row, target in first]
    heads = [*map(named, data.input_names), named(data.target_name), words(start)["page.table.predicted"]]
    return _as_table(heads, rows)


def _as_table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in heads)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"


def _row(cells: Sequence[str], head: str = "") -> str:
    return f"<tr>{head}{''.join(f'<td>{html.escape(powers_of_ten(cell))}</td>' for cell in cells)}</tr>"


@cache
def _style() -> str:
    return "\n".join([PALETTE, asset("pictures/graph.css"), *(asset(f"studio/app/{name}") for name in STYLES)])


@cache
def _program(ops: tuple[str, ...]) -> str:  # noqa: ARG001  # operations that a user adds later are written, too
    """Return the page's JavaScript: the modules of the app, with the operations there are now."""
    return joined("app.js")


def _hash(text: str) -> str:
    """Return the hash of this text for a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
