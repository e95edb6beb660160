"""The small GPT of notebooks/: three ways to learn that agree, and a page of its attention."""

from __future__ import annotations

import importlib.util
import json
import math
import random
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from microgrid.graph.folding import cards_and_edges
from tests.browser import Opener, expect

SCRIPT = Path(__file__).parents[1] / "notebooks" / "small_gpt.py"
NAMES = SCRIPT.with_name("names.txt")


@pytest.fixture(scope="module")
def gpt() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_gpt", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def new_model(gpt: ModuleType) -> Any:
    return gpt.GPT(gpt.names_in(NAMES), random.Random(0))


def learned(gpt: ModuleType, backend: str = "") -> tuple[list[float], list[list[float]]]:
    """Return the losses of three steps of two names, and then the logarithms for each letter of a name."""
    model = new_model(gpt)
    way: Any = gpt.Blocks(model, backend) if backend else gpt.Recorded(model)
    names = [[0, *map(model.alphabet.index, name), 0] for name in ("mia", "leo", "yui", "aoi")]
    losses = [way.learn(names[i : i + 2]) for i in (0, 2, 0)]
    if backend:
        way.buffer.write()
    return losses, [[log.data for log in logs] for logs in model(names[0][:-1])]


def test_compiled_blocks_learn_as_the_recorded_graph_does(gpt: ModuleType) -> None:
    losses, logarithms = learned(gpt, "python")
    expected, expected_logarithms = learned(gpt)
    assert losses == pytest.approx(expected, rel=1e-13)
    assert losses[2] < losses[0]
    for found, other in zip(logarithms, expected_logarithms, strict=True):
        assert found == pytest.approx(other, rel=1e-12)
        assert sum(map(math.exp, found)) == pytest.approx(1.0)


def test_machine_code_learns_with_the_same_bits(gpt: ModuleType) -> None:
    pytest.importorskip("llvmlite")
    assert learned(gpt, "native") == learned(gpt, "python")


def test_script_is_short() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert max(map(len, lines)) <= 120


def test_there_are_enough_names_of_each_length_for_a_step(gpt: ModuleType) -> None:
    names = gpt.names_in(NAMES)
    lengths = [len(name) for name in names]
    assert len(set(names)) == len(names)
    assert min(map(lengths.count, set(lengths))) >= 8


def test_attention_folds_into_queries_scores_weights_and_mixture(gpt: ModuleType) -> None:
    relay = gpt.attention_of(new_model(gpt), "a")
    cards = {card.title: card for card in cards_and_edges(relay.snapshot, "neuron").cards}
    computed = ["score start", "score a", "exp start", "exp a", "sum", "weight start", "weight a"]
    queries, mixtures = [[f"{name}{i}" for i in (1, 2, 3, 4)] for name in ("q", "mixture ")]
    assert {*computed, *mixtures, *(f"{query} a" for query in queries)} <= cards.keys()
    assert len(cards) < 20
    assert [key.label for key in cards["score start"].weights] == [f"k{i} start" for i in (1, 2, 3, 4)]
    assert [value.label for value in cards["mixture 2"].weights] == ["v2 start", "v2 a"]
    assert cards["weight start"].value.data + cards["weight a"].value.data == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "weight a divides exp a by sum"), ("ja", "weight a は exp a を sum で割った値")],
)
def test_page_of_attention_is_walked_step_by_step(
    gpt: ModuleType, opened: Opener, language: str, sentence: str
) -> None:
    screen = opened(gpt.attention_of(new_model(gpt), "a"), language=language, width=1280, height=720)
    expect(screen("#graph .card")).to_have_count(18)
    expect(screen.value("q1 a")).not_to_have_text("")
    expect(screen.value("score a")).to_have_text("")
    screen.go(7)
    expect(screen("#sentence")).to_contain_text(sentence)
    expect(screen.value("score a")).not_to_have_text("")
    screen.card("score a").click()
    expect(screen("#inside")).to_contain_text("k1 a")


def run(gpt: ModuleType, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["small_gpt.py", *options])
    gpt.main()


def test_script_learns_makes_up_names_and_writes_the_page(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "attention.html"
    run(gpt, monkeypatch, "--how", "blocks", "--steps", "1", "--page", str(page))
    first, *names = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"step 1: loss \d\.\d{12}", first)
    assert len(names) == 10
    document = re.search(r'<script type="application/json" id="document">(.*?)</script>', page.read_text("utf-8"), re.S)
    assert document is not None
    assert json.loads(document[1])


def test_page_shows_what_was_learned(gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, names = [], tmp_path / "names.txt"
    names.write_text("ai\nyu\n")
    for steps in ("0", "1"):
        page = tmp_path / f"{steps}.txt"
        run(gpt, monkeypatch, "--how", "blocks", "--steps", steps, "--page", str(page), "--names", str(names))
        texts.append(page.read_text("utf-8"))
    assert texts[0] != texts[1]


def test_interrupt_ends_the_training(
    gpt: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(gpt.Recorded, "learn", interrupted)
    run(gpt, monkeypatch)
    assert len(capsys.readouterr().out.splitlines()) == 10


def test_names_of_any_letters_are_learned(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes("\ufeff さくら\r\n\r\n葵\r\n".encode())
    assert gpt.names_in(names) == ["さくら", "葵"]
    run(gpt, monkeypatch, "--how", "blocks", "--steps", "30", "--names", str(names))
    assert "さくら (in the list)" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("content", "came"),
    [(b"", "''"), (b"\n \n", "''"), (b"a" * 25, f"'{'a' * 25}'"), ("さくら".encode("shift_jis"), "'\ufffd")],
    ids=["empty", "blank", "too long", "Shift JIS"],
)
def test_bad_names_are_told_in_a_line(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, came: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes(content)
    expected = r"names\.txt: expected names of 1 to 24 letters, one a line, UTF-8; got "
    with pytest.raises(SystemExit, match=f"^error: .*{expected}{came}.*$"):
        run(gpt, monkeypatch, "--names", str(names))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--steps", "-3"], "--steps must be 0 or more, got -3"),
        (["--names", "none.txt"], "No such file or directory: 'none.txt'"),
        (["--page", "none/a.html"], "there is no such folder to write to: 'none/a.html'"),
        (["--page", "a.pdf"], "a relay is written as .html, .json, .txt or .svg; 'a.pdf' is none of these"),
    ],
)
def test_bad_options_are_told_in_a_line(
    gpt: ModuleType, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(gpt, monkeypatch, *options)
    assert str(stopped.value) == f"error: {message}"
