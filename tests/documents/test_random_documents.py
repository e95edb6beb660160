"""Random documents: the reader records what Python records."""

from __future__ import annotations

import pytest

from microgrid.documents.document import read_document
from microgrid.graph.snapshot import Snapshot
from tests.documents.as_python import run
from tests.documents.random_documents import RandomDocument, record


def check(seed: int) -> None:
    text = RandomDocument(seed).text
    output = run(text)
    assert output is not None, text
    expected, nodes = Snapshot.of(output).nodes, Snapshot.of(read_document(text)).nodes
    assert [(node.label, node.op, node.operands, node.data) for node in nodes] == [
        (node.label, node.op, node.operands, node.data) for node in expected
    ], text


def test_documents_become_the_graphs_that_python_records() -> None:
    for seed in range(100):
        check(seed)


@pytest.mark.slow
def test_many_documents_become_the_graphs_that_python_records() -> None:
    for seed in range(100, 5000):
        check(seed)


def test_random_documents_are_recorded_with_one_cycle() -> None:
    content = record("w = 3; x = 2; w*x")
    assert content["gradients"] == [2.0, 3.0, 1.0]
    assert (content["parameters"], content["updated"], content["basic"]) == ([0], [2.9], True)
