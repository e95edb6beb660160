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


def test_first_example_has_at_most_twelve_lines() -> None:
    assert len([line for line in blocks(ENGLISH, "python")[0].splitlines() if line]) <= 12


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


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE])
def test_every_module_is_named_with_its_size(text: str) -> None:
    sizes = {
        name: int(size)
        for name, size in re.findall(r"^\| \[`\w+\.py`\]\(microgrid/(\w+\.py)\) \| (\d+) \|", text, re.MULTILINE)
    }
    lines = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "microgrid").glob("*.py")
        if not path.name.startswith("__")
    }
    assert sorted(sizes) == sorted(lines)
    assert {name: lines[name] for name, size in sizes.items() if abs(size - lines[name]) > 10 + size / 10} == {}


def test_scripts_have_the_size_that_is_said() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "microgrid").rglob("*.js"))
    said = [int(number.replace(",", "")) for number in re.findall(r"\(([\d,]+) (?:lines|行)\)", ENGLISH + JAPANESE)]
    assert len(said) == 2
    assert all(abs(number - lines) < lines / 10 for number in said)


def test_japanese_is_written_with_the_right_characters() -> None:
    assert "伝搬" not in JAPANESE
    assert "連鎖率" not in JAPANESE
