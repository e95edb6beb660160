"""What the READMEs say is true: their code prints what it says it prints, and both languages show the same."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def without_words(code: str) -> str:
    """Take away the comments, and what asks for Japanese."""
    return re.sub(r" *#.*| --language ja|\"ja\"", "", code)


@pytest.mark.parametrize("code", [*blocks(ENGLISH, "python"), *blocks(JAPANESE, "python")])
def test_code_prints_what_its_comments_say(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert (
        printed.getvalue().splitlines()
        == [english or japanese for english, japanese in re.findall(r"# (?:prints (.*)|(.*) と表示される)", code)]
        != []
    )


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE])
def test_calls_in_the_text_work_after_the_first_example(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    calls = re.findall(r"`((?:print\(|draw\(|relay\.|step = |step\()[^`]*\))`", text)
    assert len(calls) == 8
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join(["from microgrid import *", blocks(text, "python")[0], *calls]), {})
    assert {path.name for path in tmp_path.iterdir()} == {"relay.svg", "relay.html"}


def test_both_languages_show_the_same_code_and_commands() -> None:
    for language in ("python", "sh"):
        english, japanese = ([without_words(code) for code in blocks(text, language)] for text in (ENGLISH, JAPANESE))
        assert english == japanese != []


def test_picture_is_what_the_first_example_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(blocks(ENGLISH, "python")[0], "README.md", "exec"), {})
    assert texts((ROOT / ".readme" / "relay.svg").read_bytes()) == texts(Path("relay.svg").read_bytes())


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE])
def test_links_to_files_lead_somewhere(text: str) -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
