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
from functools import cache

from microgrid._util.files import asset
from microgrid.documents.examples import Heading
from microgrid.graph.bounds import NON_NEGATIVE, SIGN_PRESERVING
from microgrid.graph.folding import Folding, cards_and_edges
from microgrid.graph.naming import ATOM, NEEDED_RANKS, RANKS
from microgrid.graph.operations import OPERATIONS
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import counted
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.layout import MAX_ROW_WIDTH_PX, lay_out
from microgrid.pictures.palette import PALETTE
from microgrid.pictures.svg import svg
from microgrid.relay.records import Record
from microgrid.studio.page_data import page_data

SCRIPTS = ("numbers", "sentences", "state", "graph", "stepping", "panels", "neuron", "quiz", "worksheet", "page")
OTHER_TEXTS = (
    "check",
    "command",
    "demonstration",
    "example",
    "figure",
    "layers",
    "lesson",
    "message",
    "notebook",
    "nudge",
    "picture",
    "sheet",
    "train",
    "usage",
)
"""The first part of the keys of texts that no page shows."""

MAX_CARDS, MAX_EDGES = 600, 6000


def page(relay: Record, heading: Heading | None = None, language: str | None = None) -> str:
    """Return the page of a relay as HTML, complete in itself.

    Args:
        relay: what to step through. Where it holds neurons, each is one card, which opens at a click.
        heading: what it is called.
        language: "en" or "ja", in which it starts; by default the browser's, if it is one of them, else English. A
            button and a key switch.

    Raises:
        ValueError: an unknown language, a graph too large to be looked at, or an operation without a formula.
        NoRendererError: there is no Graphviz on this machine to lay it out.
    """
    heading = Heading() if heading is None else heading
    start = "en" if language is None else language
    text, title = words(start), heading.title.get(start, "")
    relay.snapshot.check_computable()
    style, program = _style(), _program(tuple(OPERATIONS))
    folding = _folded(relay.snapshot)
    for card in folding.cards:
        card.other_titles = tuple(heading.label_in(card.title, each) for each in LANGUAGES)
    layout = lay_out(folding, MAX_ROW_WIDTH_PX)
    parts = {
        "language": start,
        "choice": " data-choose-language" if language is None else "",
        "title": html.escape(f"{title} · microgrid" if title else "microgrid"),
        "policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(program)}",
        "style": style,
        "picture": svg(layout, text),
        "data": page_data(relay, layout, heading),
        "program": program,
        "noscript": " ".join(words(each)["page.noscript"] for each in ([language] if language else LANGUAGES)),
    }
    template = re.sub(
        r'(data-text="([\w.]+)">)[^<]*', lambda match: match[1] + text[match[2]], asset("studio/app/page.html")
    )
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _folded(graph: Snapshot) -> Folding:
    """Fold a graph by neuron, and check that it is not too large."""
    folding = cards_and_edges(graph, "neuron", name_all=True)
    n_cards, n_edges = len(folding.cards), len(folding.edges)
    if n_cards > MAX_CARDS or n_edges > MAX_EDGES:
        raise ValueError(
            f"this graph has {counted(n_cards, 'card')} and {counted(n_edges, 'edge')}; a page shows at most "
            f"{MAX_CARDS} and {MAX_EDGES}. Record the relay of fewer rows, or of a smaller network"
        )
    return folding


@cache
def _style() -> str:
    return "\n".join(
        [PALETTE, asset("pictures/graph.css"), asset("studio/app/graph.css"), asset("studio/app/page.css")]
    )


@cache
def _program(ops: tuple[str, ...]) -> str:
    """Return the page's JavaScript: formulas and bounds of the operations, texts of all languages, then the scripts."""
    formulas = ",\n".join(f"  {json.dumps(op)}: {_functions(op)}" for op in ops)
    texts = {language: _texts_of_page(language) for language in LANGUAGES}
    texts_as_json = json.dumps(texts, ensure_ascii=False, indent=1)
    tables = (
        f"const FORMULAS = {{\n{formulas},\n}};\n\n"
        f"const NON_NEGATIVE = {json.dumps(NON_NEGATIVE)};\nconst SIGN_PRESERVING = {json.dumps(SIGN_PRESERVING)};\n"
        f"const ATOM = {ATOM}, RANKS = {json.dumps(RANKS)}, NEEDED_RANKS = {json.dumps(NEEDED_RANKS)};\n\n"
        f"const WORDS = {texts_as_json.replace('<', chr(92) + 'u003c')};\n"
    )
    scripts = (f"// --- {name}.js ---\n\n{asset(f'studio/app/{name}.js')}" for name in SCRIPTS)
    return '"use strict";\n{\n' + "\n".join([tables, *scripts]) + "}\n"


def _texts_of_page(language: str) -> dict[str, str]:
    return {key: text for key, text in words(language).items() if key.partition(".")[0] not in OTHER_TEXTS}


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
    """Return the hash of this text for a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
