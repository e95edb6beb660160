"""The file of accepted and refused texts, `cases.json`, which the readers of Python and of the app are held to."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from microgrid.documents.document import read_document
from microgrid.documents.notation import tables
from microgrid.documents.syntax import ExpressionError
from microgrid.graph.snapshot import Snapshot
from microgrid.language.words import LANGUAGES, words
from tests.documents.as_python import run
from tests.documents.random_documents import accepted
from tests.documents.write_cases import answer

Case = dict[str, Any]
CASES: list[Case] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
ACCEPTED = [case for case in CASES if "accepted" in case]
REFUSED = [case for case in CASES if "refused" in case]
READ_BY_US_ONLY = {
    "curly quotes",
    "single curly quotes, with others inside",
    "an apostrophe and a sign in curly quotes",
    "a mark of a long vowel without a vowel is a minus",
    "a name may be that of a function",
    "a prolonged vowel is no minus",
    "all in full width",
    "blank lines, indentation and comments",
    "maximum and minimum as methods",
    "semicolons without statements",
    "spaces of all kinds",
    "the absolute value",
}


def why(case: Case) -> str:
    return str(case["why"])


@pytest.mark.parametrize("case", ACCEPTED, ids=why)
def test_accepted_text_becomes_its_graph(case: Case) -> None:
    graph, expected = accepted(Snapshot.of(read_document(case["text"])).nodes), case["accepted"]
    for node, other in zip(graph["nodes"], expected["nodes"], strict=True):
        assert math.isclose(node["data"], other["data"], rel_tol=1e-12)
        assert math.copysign(1.0, node["data"]) == math.copysign(1.0, other["data"])
        node["data"] = other["data"]
    assert graph == expected


@pytest.mark.parametrize("case", REFUSED, ids=why)
def test_refused_text_is_refused_with_its_key_and_place(case: Case) -> None:
    assert answer(case["text"]) == {"refused": case["refused"]}


@pytest.mark.parametrize("case", [case for case in REFUSED if "parts" in case["refused"]], ids=why)
def test_message_is_one_line_in_each_language(case: Case) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document(case["text"])
    assert refusal.value.in_language("en") == str(refusal.value)
    for language in LANGUAGES:
        message = refusal.value.in_language(language)
        assert message.isprintable()
        assert not re.search(r"\{[a-z]+\}", message.replace("{a}", ""))


def test_every_message_has_a_case() -> None:
    """Those without a text of their own here: too long a text, and values given beside it."""
    beside = {"reader.place", "reader.place.line", "reader.characters", "reader.value.unused", "reader.value.computed"}
    beside |= {"reader.learned", "reader.learned.none"}
    keys = {key for key in words("en") if key.startswith("reader.")}
    assert {case["refused"]["key"] for case in REFUSED} >= keys - beside


@pytest.mark.parametrize("case", ACCEPTED, ids=why)
def test_graph_is_the_one_that_python_records(case: Case) -> None:
    output = run(case["text"])
    assert (output is None) == (case["why"] in READ_BY_US_ONLY)
    if output is None:
        return
    expected, nodes = Snapshot.of(output).nodes, Snapshot.of(read_document(case["text"])).nodes
    assert [(node.label, node.op, node.operands, node.data) for node in nodes] == [
        (node.label, node.op, node.operands, node.data) for node in expected
    ]


def test_tables_are_plain_data() -> None:
    written = json.loads(json.dumps(tables()))
    assert written["INSTEAD"]["²"] == "**2"
    assert set(written["KNOWN_FUNCTIONS"]) > {"relu", "max"}
