"""What a page holds besides its program, as JSON: the words of all languages, and the document it opens with."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from microgrid._util.json_text import to_json
from microgrid.documents.examples import Heading, example
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.documents.networks import DATA_NAMES, Spec, data_named, data_title, network_documents
from microgrid.language.words import LANGUAGES, words
from microgrid.relay import json_format
from microgrid.relay.records import Record

OTHER_TEXTS = (
    "attention",
    "card",
    "chain_rule",
    "check",
    "column",
    "command",
    "demonstration",
    "example",
    "figure",
    "heading",
    "help",
    "label",
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
READER_TEXTS = (
    "demonstration.bias",
    "label.error",
    "label.target",
    "label.room",
    "label.ideal",
    "label.bill_length_mm",
    "label.bill_depth_mm",
    "label.species",
    "label.Adelie",
    "label.Chinstrap",
    "label.Gentoo",
    "label.Adelie.short",
    "label.Chinstrap.short",
    "label.Gentoo.short",
    "message.division",
    "message.logarithm",
    "message.root",
    "message.root.slope",
    "message.sine",
    "message.cosine",
    "message.too_large",
    "message.power",
    "message.power.slope",
    "message.slope.large",
)
"""The keys of texts elsewhere that the app shows, too: what a bias and the studio's own data are called, and where
mathematics has no number."""
COMPUTED_BY_PAGE = ("steps", "outcome")  # parts of a record that a page does not need


def document_of(relay: Record, heading: Heading) -> str:
    """Return a recorded graph with its heading as JSON, escaped for a script element.

    `record` is that of `Relay.to_json`, without what the page computes or knows without being told. `labels` are the
    labels to show in a language, `remarks` what is said of values, both by the labels of the record.
    """
    record = json.loads(json_format.write(relay))
    record["nodes"] = [_short(node) for node in record["nodes"]]
    labels = {node.label for node in relay.nodes if node.label}
    content = {
        "kind": "record",
        "record": {name: part for name, part in record.items() if name not in COMPUTED_BY_PAGE},
        "labels": {
            language: {
                label: shown for label in sorted(labels) if (shown := heading.label_in(label, language)) != label
            }
            for language in LANGUAGES
        },
        "title": {language: heading.title.get(language, "") for language in LANGUAGES},
        "note": {language: heading.note.get(language, "") for language in LANGUAGES},
        **({"remarks": heading.remarks} if heading.remarks else {}),
    }
    return as_element(content)


def _short(node: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a node what the page computes or knows without being told."""
    usual: dict[str, Any] = {
        "kind": "computed" if node["op"] else "parameter",
        "label": "",
        "op": "",
        "operands": [],
        "layer": "",
    }
    return {name: part for name, part in node.items() if name != "local_derivatives" and part != usual.get(name)}


def text_document(text: str, heading: Heading, learning_rate: float | None = None) -> dict[str, Any]:
    """Return a text with its heading as the app opens it."""
    return {
        "kind": "text",
        "text": text,
        "title": {language: heading.title.get(language, "") for language in LANGUAGES},
        "note": {language: heading.note.get(language, "") for language in LANGUAGES},
        **({} if learning_rate is None else {"learningRate": learning_rate}),
    }


def gallery_document(name: str, learning_rate: float | None = None) -> dict[str, Any]:
    """Return a text of the gallery, by its language, with another learning rate if one is given."""
    texts = {language: text_in(name, language) for language in LANGUAGES}
    rate = GALLERY[name].learning_rate if learning_rate is None else learning_rate
    document = text_document(texts[LANGUAGES[0]], example(name).heading, rate)
    return {"name": name, **document, "texts": texts}


def network_document(spec: Spec, heading: Heading, name: str = "") -> dict[str, Any]:
    """Return a network with its heading as the app opens it; data that every page has are named."""
    is_named = spec.data.name in DATA_NAMES and spec.data == data_named(spec.data.name)
    return {
        "kind": "network",
        "name": name,
        "network": {**spec.to_json(), **({"data": spec.data.name} if is_named else {})},
        "title": {language: heading.title.get(language, "") for language in LANGUAGES},
        "note": {language: heading.note.get(language, "") for language in LANGUAGES},
    }


@cache
def networks_of_page() -> str:
    """Return the networks in the strip as JSON, escaped for a script element."""
    return as_element([network_document(each.spec, each.heading, each.name) for each in network_documents().values()])


@cache
def datasets_of_page() -> str:
    """Return the data sets that a network can be built on, by name, as JSON, escaped for a script element."""
    return as_element({name: {**data_named(name).to_json(), "title": data_title(name)} for name in DATA_NAMES})


def as_element(content: Any) -> str:
    """Return content as JSON, escaped for a script element."""
    return _escaped(to_json(content))


@cache
def words_of_page() -> str:
    """Return the texts that a page shows, each in all languages, as JSON, escaped for a script element."""
    lines = [
        f"{to_json(key)}:{to_json([words(language)[key] for language in LANGUAGES])}"
        for key in words(LANGUAGES[0])
        if key in READER_TEXTS or key.partition(".")[0] not in OTHER_TEXTS
    ]
    texts = ",\n".join(lines)
    return _escaped(f'{{"languages":{to_json(LANGUAGES)},"texts":{{\n{texts}\n}}}}')


def _escaped(text: str) -> str:
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
