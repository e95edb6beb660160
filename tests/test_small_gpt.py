"""The small GPT of notebooks/: three ways to learn that agree, and a page of its attention."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from microgrid.graph.folding import cards_and_edges
from microgrid.relay.table import table

SCRIPT = Path(__file__).parents[1] / "notebooks" / "small_gpt.py"


@pytest.fixture(scope="module")
def gpt() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_gpt", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def learned(gpt: ModuleType, backend: str = "") -> tuple[list[float], list[list[float]]]:
    """Return the losses of three steps of two names, and then the probabilities of the third letter of a name."""
    model = gpt.GPT(random.Random(0))
    way: Any = gpt.Blocks(model, backend) if backend else gpt.Recorded(model)
    names = [[0, *map(gpt.LETTERS.index, name), 0] for name in ("mia", "leo", "yui", "aoi")]
    losses = [way.learn(names[i : i + 2]) for i in (0, 2, 0)]
    return losses, [way.probabilities(names[0][:3])]


def test_compiled_blocks_learn_as_the_recorded_graph_does(gpt: ModuleType) -> None:
    losses, probabilities = learned(gpt, "python")
    expected, expected_probabilities = learned(gpt)
    assert losses == pytest.approx(expected, rel=1e-13)
    assert losses[2] < losses[0]
    for found, other in zip(probabilities, expected_probabilities, strict=True):
        assert found == pytest.approx(other, rel=1e-12)
        assert sum(found) == pytest.approx(1.0)


def test_machine_code_learns_with_the_same_bits(gpt: ModuleType) -> None:
    pytest.importorskip("llvmlite")
    assert learned(gpt, "native") == learned(gpt, "python")


def test_script_is_short() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert max(map(len, lines)) <= 120


def test_there_are_enough_names_of_each_length_for_a_step(gpt: ModuleType) -> None:
    lengths = [len(name) for name in gpt.NAMES]
    assert len(set(gpt.NAMES)) == len(gpt.NAMES)
    assert min(map(lengths.count, set(lengths))) >= 8


def test_attention_is_a_relay_that_folds_into_neurons_with_a_sentence_a_step(gpt: ModuleType) -> None:
    relay = gpt.attention_of(gpt.GPT(random.Random(0)), "a")
    cards = cards_and_edges(relay.snapshot, "neuron").cards
    assert len(cards) < 80 < len(relay.nodes)
    sentences = table(relay, "en")
    assert "query.neuron1" in sentences
    assert "attention to start" in sentences
    assert len(sentences.splitlines()) > 100


def test_script_learns_makes_up_names_and_writes_the_page(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "attention.html"
    monkeypatch.setattr(sys, "argv", ["small_gpt.py", "--how", "blocks", "--steps", "1", "--page", str(page)])
    gpt.main()
    first, *names = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"step 1: loss \d\.\d{12}", first)
    assert len(names) == 10
    document = re.search(r'<script type="application/json" id="document">(.*?)</script>', page.read_text("utf-8"), re.S)
    assert document is not None
    assert json.loads(document[1])


def test_unwritable_page_is_told_in_a_line(gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["small_gpt.py", "--page", str(tmp_path / "none" / "a.html")])
    with pytest.raises(SystemExit, match=r"^error: .*a\.html"):
        gpt.main()
