"""Readers against arbitrary input; `python -m tests.campaigns.fuzz` looks for longer."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from microgrid import Relay
from microgrid.nn import MLP
from microgrid.pictures.dot import draw_snapshot
from tests.campaigns.fuzz.readers import READERS, check_refusal, examples, mutated

MEGABYTE = 2**20
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("reader", READERS)
def test_examples_are_read_or_refused(reader: str) -> None:
    for written in examples(reader):
        READERS[reader](written)


@given(st.text(alphabet="ab019.+-*/()=, \n\t,^_e−×あ\0\ud800", max_size=60))
@example("1" * 1999)
@example("(" * 1999)
@example("a" * 1999)
@example("-" * 1999 + "1")
@example("relu" * 400)
@unhurried
def test_any_expression_is_read_or_refused(text: str) -> None:
    READERS["expression"](text.encode("utf-8", "surrogatepass"))


@given(
    st.lists(
        st.sampled_from(["x", "y", "1", "-2.5", "1e999", "nan", "NA", ",", ",", "\n", "\n", '"', ";", "\r", "\0", "あ"])
    )
)
@example(["x,y\n", "1,2\n" * 3])
@unhurried
def test_any_table_is_read_or_refused(pieces: list[str]) -> None:
    READERS["csv"]("".join(pieces).encode())


@pytest.mark.parametrize("reader", ["csv", "model", "relay", "placed"])
@given(st.binary(max_size=200))
@unhurried
def test_any_bytes_are_read_or_refused(reader: str, written: bytes) -> None:
    READERS[reader](written)


@pytest.mark.parametrize("reader", ["model", "relay", "placed"])
@given(st.randoms(use_true_random=False), st.integers(1, 3))
@unhurried
def test_json_in_which_something_was_changed_is_read_or_refused(reader: str, rng: random.Random, times: int) -> None:
    document = examples(reader)[0]
    for _ in range(times):
        document = mutated(document, rng.randrange)
    READERS[reader](document)


def refused(reader: str, written: bytes, folder: Path) -> bool:
    """Tell whether a reader of JSON says that this is no document of its own."""
    try:
        if reader == "model":
            (folder / "model.json").write_bytes(written)
            MLP(2, [2, 1], seed=0).load(folder / "model.json")
        else:
            Relay.from_json(written.decode("utf-8", "surrogateescape"))
    except ValueError as error:
        check_refusal(error)
        return True
    return False


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.slow), 7])
@pytest.mark.parametrize("reader", ["model", "relay"])
def test_json_that_was_cut_short_anywhere_is_refused(reader: str, stride: int, tmp_path: Path) -> None:
    whole = examples(reader)[0].rstrip()
    assert not refused(reader, whole, tmp_path)
    for length in range(0, len(whole), stride):
        assert refused(reader, whole[:length], tmp_path), f"the first {length} bytes"


@pytest.mark.parametrize("reader", ["model", "relay"])
@pytest.mark.parametrize("foreign", ["model", "relay", "placed"])
def test_json_of_another_kind_is_refused(reader: str, foreign: str, tmp_path: Path) -> None:
    for written in examples(foreign)[:1] if foreign != reader else [b"{}", b"null", b"[1]", b'{"format": null}', b"1"]:
        assert refused(reader, written, tmp_path)


@pytest.mark.parametrize("reader", ["model", "relay", "placed"])
@pytest.mark.parametrize(
    "written",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 1_000_000,
        b'{"format": "microgrid relay", "version": ' + b"9" * 1_000_000 + b"}",
        b'{"format": "microgrid model", "version": 1, "parameters": {"a": ' + b"9" * 1_000_000 + b"}}",
        b'"' + b"a" * 10_000_000 + b'"',
    ],
    ids=["deep list", "deep object", "digits", "version", "parameter", "10 MB of text"],
)
def test_json_that_is_deep_or_large_is_refused_at_once(reader: str, written: bytes) -> None:
    tracemalloc.start()
    READERS[reader](written)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * MEGABYTE


@pytest.mark.parametrize("length", [1_000_000, pytest.param(10_000_000, marks=pytest.mark.slow)])
def test_labels_of_megabytes_are_read(length: int) -> None:
    written = examples("relay")[0].decode().replace('"label":"w"', f'"label":"{"w" * length}"')
    read = Relay.from_json(written)
    assert max(len(node.label) for node in read.nodes) == length
    assert len(draw_snapshot(read.snapshot).source) < 100_000


@pytest.mark.parametrize(
    "text", ["9**9**9", "9**9**9**9", "2**-9**9", "1e308*1e308*0", "9" * 1999, "1e" + "9" * 1900, "a**a**a**a"]
)
def test_towers_of_powers_end_at_once(text: str) -> None:
    READERS["expression"](text.encode())
