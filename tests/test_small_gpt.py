"""The small GPT of notebooks/: three ways to learn that agree, and a page of its attention."""

from __future__ import annotations

import importlib.util
import math
import random
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from microgrid import Relay
from microgrid.documents import Heading
from microgrid.language.numerals import show
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


@cache
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


@pytest.fixture
def shown(gpt: ModuleType, monkeypatch: pytest.MonkeyPatch) -> tuple[Relay, Heading]:
    """Return the relay and the heading that the script saves of its attention."""
    saved: list[tuple[Relay, Heading]] = []
    monkeypatch.setattr(Relay, "save", lambda relay, _, heading: saved.append((relay, heading)))
    gpt.save_attention(new_model(gpt), "ai", "attention.html")
    return saved[0]


def test_attention_is_recorded_from_queries_keys_and_values(shown: tuple[Relay, Heading]) -> None:
    relay, _ = shown
    numbers = {node.label: node.data for node in relay.nodes}
    assert [node.kind for node in relay.nodes].count("input") == 4 + 3 * 4 + 3
    expected = sum(numbers[f"q{i}"] * numbers[f"k{i} of “i”"] for i in (1, 2, 3, 4)) / 2
    assert numbers["score of “i”"] == pytest.approx(expected)
    assert sum(numbers[f"weight of {name}"] for name in ("start", "“a”", "“i”")) == pytest.approx(1.0)
    assert relay.nodes[-1].label == "mixture"


def test_nothing_on_the_page_of_attention_is_a_parameter(shown: tuple[Relay, Heading]) -> None:
    relay, heading = shown
    assert relay.parameters == ()
    assert heading.title == {"en": "attention: what “i” looks at", "ja": "アテンション: 「i」はどこを見るか"}
    assert "no number here is a parameter" in heading.note["en"]
    assert "head 1 of 4" in heading.note["en"]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ["q·k of “i” adds up 4 products: ", "The score of “i”: ", "The softmax weight of “i”: ", "The mixture: "],
        ),
        (
            "ja",
            ["「i」の q·k は 4 個の積の和: ", "「i」のスコア。", "「i」のソフトマックスの重み。", "バリューの混合。"],
        ),
    ],
)
def test_page_of_attention_is_walked_step_by_step(
    shown: tuple[Relay, Heading], opened: Opener, language: str, sentences: list[str]
) -> None:
    screen = opened(*shown, language=language, width=1280, height=720)
    expect(screen("#title")).to_have_text(shown[1].title[language])
    expect(screen("#note")).to_have_text(shown[1].note[language])
    for step, sentence in zip((7, 8, 13, 14), sentences, strict=True):
        screen.go(step)
        expect(screen("#sentence")).to_contain_text(sentence)
    screen.card("q·k of “i”").click()
    products = screen("#inside tbody tr")
    expect(products).to_have_count(5)
    relay, _ = shown
    q, k = (next(node.data for node in relay.nodes if node.label == label) for label in ("q1", "k1 of “i”"))
    expect(products.first).to_contain_text(show(q * k))
    expect(screen("#inside")).not_to_contain_text("dW")


def test_all_numbers_of_the_mixture_are_in_view(shown: tuple[Relay, Heading], opened: Opener) -> None:
    screen = opened(*shown, width=1280, height=720)
    screen.go(13)  # at the lower end of the graph
    screen.press("ArrowRight")
    for card in ("mixture", "v of start", "weight of “i”"):
        expect(screen.card(card)).to_be_in_viewport(ratio=1)


def test_page_without_parameters_speaks_of_none(shown: tuple[Relay, Heading], opened: Opener) -> None:
    screen = opened(*shown, width=1280, height=720)
    expect(screen("#tabs").get_by_text("Train")).to_be_hidden()
    screen("#tabs").get_by_text("Paths").click()
    expect(screen("#routes")).to_contain_text("Choose a card")
    expect(screen("#routes")).not_to_contain_text("parameter")
    screen.press("ArrowRight")
    expect(screen("#tabs").get_by_text("Quiz")).to_be_focused()
    screen.go(14)
    expect(screen("#sentence")).to_contain_text("There is no loss: Think tells how mixture depends on each number.")


def run(gpt: ModuleType, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["small_gpt.py", *options])
    gpt.main()


@pytest.mark.slow  # the whole script
def test_script_learns_makes_up_names_and_writes_the_page(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "attention.html"
    run(gpt, monkeypatch, "--how", "blocks", "--steps", "1", "--page", str(page))
    counted, first, times, *names = capsys.readouterr().out.splitlines()
    assert counted == "74 names, from 'aiko' to 'zoe'"
    assert re.fullmatch(r"step 1: loss \d\.\d{12}", first)
    assert re.fullmatch(rf"1 steps in \d+\.\d s, the fastest in \d+\.\d ms; last {first[8:]}", times)
    assert names.pop(0) == f"wrote {page}"
    assert len(names) == 10
    assert page.exists()


def test_page_shows_what_was_learned(gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, names = [], tmp_path / "names.txt"
    names.write_text("ai\nyu\n")
    for how, steps in (("recorded", "0"), ("blocks", "1")):
        page = tmp_path / f"{steps}.txt"
        run(gpt, monkeypatch, "--how", how, "--steps", steps, "--page", str(page), "--names", str(names))
        texts.append(page.read_text("utf-8"))
    assert texts[0] != texts[1]


def test_page_shows_the_name_that_is_asked_for(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("ai\nmia\n")
    run(gpt, monkeypatch, "--steps", "0", "--attend", "mia", "--names", "names.txt")
    assert "wrote attention.html" in capsys.readouterr().out
    assert "attention: what “a” looks at" in Path("attention.html").read_text("utf-8")


def test_more_tokens_than_places_are_refused(gpt: ModuleType) -> None:
    model = new_model(gpt)
    with pytest.raises(ValueError, match=r"^expected at most 8 tokens, one for each place; got 9$"):
        model([0] * 9)


def test_interrupt_ends_the_training_and_says_where(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learn: Any = gpt.Recorded.learn
    (tmp_path / "names.txt").write_text("ai\nyu\n")
    losses: list[float] = []

    def interrupted(way: Any, batch: Any) -> float:
        if losses:
            raise KeyboardInterrupt
        losses.append(learn(way, batch))
        return losses[0]

    monkeypatch.setattr(gpt.Recorded, "learn", interrupted)
    run(gpt, monkeypatch, "--names", str(tmp_path / "names.txt"))
    _, _, times, *names = capsys.readouterr().out.splitlines()
    assert times.startswith("1 steps in ")
    assert times.endswith(f"; last loss {losses[0]:.12f}")
    assert len(names) == 10


@pytest.mark.slow  # the whole script
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
    [
        (b"", "line 1: …'"),
        (b"\n \n", "line 1: …''"),
        (b"mia\n\n" + b"a" * 25, f"line 3: …'{'a' * 25}'"),
        ("mia\nさくら".encode("shift_jis"), "line 2: …'\ufffd"),
        (b"mia, leo, yui\n", "line 1: …'mia, leo, yui'"),
        ("さくら、葵".encode(), "line 1: …'さくら、葵'"),
        (b"mia\n# boys\nleo\n", "line 2: …'# boys'"),
        (b"leo\nmia\t7\n", r"line 2: …'mia\t7'"),
        (b"m\0i\0a\0", r"line 1: …'m\x00i\x00a\x00'"),
    ],
    ids=["empty", "blank", "too long", "Shift JIS", "several", "several in Japanese", "comment", "tab", "UTF-16"],
)
def test_bad_names_are_told_in_a_line(
    gpt: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, came: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes(content)
    line, _, got = came.partition("…")
    expected = f"names.txt, {line}expected one name of 1 to 24 letters, UTF-8; got {got}"
    with pytest.raises(SystemExit, match=rf"^error: .*{re.escape(expected)}.*$"):
        run(gpt, monkeypatch, "--names", str(names))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--steps", "-3"], "--steps must be 0 or more, got -3"),
        (["--names", "none.txt"], "No such file or directory: 'none.txt'"),
        (["--attend", "mika7"], "--attend must be at most 7 letters that are in the list, got 'mika7'"),
        (["--attend", "mikamika"], "--attend must be at most 7 letters that are in the list, got 'mikamika'"),
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
