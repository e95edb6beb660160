"""The lessons as people get them: listed, copied, told how to open, and in the wheel."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from microgrid._util.text import display_width
from microgrid.cli import command as cli
from microgrid.documents import lessons as module
from microgrid.documents.lessons import Lesson, copy_lesson, how_to_open, lesson, lessons
from microgrid.language.words import LANGUAGES

ROOT = Path(__file__).parents[2]
MAX_WHEEL_BYTES = 1_000_000


def notebook(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def first_line(lesson: Lesson) -> str:
    return "".join(notebook(lesson.path)["cells"][0]["source"]).splitlines()[0]


# --- listing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_lessons_are_listed_in_their_order_with_title_and_summary(language: str) -> None:
    course = lessons(language)
    assert [lesson.number for lesson in course] == [
        *range(1, 1 + len(list((ROOT / "notebooks" / "en").glob("*.ipynb"))))
    ]
    for each in course:
        assert first_line(each) == f"# {each.title}"
        assert each.title.startswith(f"{each.number}")
        assert 15 <= display_width(each.summary) <= 120
        assert not set("#*_`") & set(each.summary)


def test_unknown_lesson_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"there is no lesson 8; there are 1 to \d$"):
        lesson(8)


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        lessons("fr")


def test_installation_without_lessons_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLDERS", (tmp_path,))
    with pytest.raises(FileNotFoundError, match="the lessons are missing from this installation"):
        lessons()


# --- copying ---------------------------------------------------------------------------------------------------------


def test_copy_is_the_lesson_without_what_its_cells_show(tmp_path: Path) -> None:
    file = copy_lesson(lesson(1), tmp_path)
    assert file == tmp_path / "01_know.ipynb"
    copy, original = notebook(file), notebook(lesson(1).path)
    code = [cell for cell in copy["cells"] if cell["cell_type"] == "code"]
    assert {(len(cell["outputs"]), cell["execution_count"]) for cell in code} == {(0, None)}
    for cell, before in zip(copy["cells"], original["cells"], strict=True):
        assert (cell["cell_type"], cell["id"]) == (before["cell_type"], before["id"])
        if ".ipynb" not in "".join(before["source"]):  # links to other lessons
            assert cell["source"] == before["source"]


def prose_of(file: Path) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook(file)["cells"] if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lesson_that_is_copied_alone_has_no_link_that_leads_nowhere(tmp_path: Path, language: str) -> None:
    for each in lessons(language):
        folder = tmp_path / str(each.number)
        folder.mkdir()
        assert re.findall(r"\]\((?!https?://)[^)]*\)", prose_of(copy_lesson(each, folder))) == []


def test_lesson_that_is_copied_alone_names_the_commands_that_copy_the_others(tmp_path: Path) -> None:
    prose = prose_of(copy_lesson(lesson(2), tmp_path))
    assert "**You need** lesson 1 (`microgrid lesson 1`): " in prose
    assert "**Next:** 3. Change: a small step downhill (`microgrid lesson 3`)" in prose


def test_commands_in_a_japanese_lesson_copy_japanese_lessons(tmp_path: Path) -> None:
    prose = prose_of(copy_lesson(lesson(2, "ja"), tmp_path))
    assert prose.endswith("**次へ:** 3. 変わる: 坂を下る小さな一歩 (`microgrid lesson 3 --language ja`)")


def test_link_to_a_lesson_in_the_same_folder_stays_a_link(tmp_path: Path) -> None:
    copy_lesson(lesson(1), tmp_path)
    prose = prose_of(copy_lesson(lesson(2), tmp_path))
    assert "[lesson 1](01_know.ipynb)" in prose
    assert "(`microgrid lesson 3`)" in prose


def test_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "01_know.ipynb"
    mine.write_text("my own notes", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is there already, and is left as it is"):
        copy_lesson(lesson(1), tmp_path)
    assert mine.read_text(encoding="utf-8") == "my own notes"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_link_that_leads_nowhere_is_left_alone_too(tmp_path: Path) -> None:
    (tmp_path / "01_know.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    with pytest.raises(FileExistsError):
        copy_lesson(lesson(1), tmp_path)
    assert not (tmp_path / "elsewhere.ipynb").exists()


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no such folder to write to: .*nowhere"):
        copy_lesson(lesson(1), tmp_path / "nowhere")


# --- opening ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that Python runs from an environment `.venv` in the current folder, which has all that is needed."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(module, "NEEDED_PACKAGES", ("json", "math"))
    monkeypatch.setenv("PATH", "")
    return python


@pytest.mark.skipif(os.name == "nt", reason="the names of programs differ there")
def test_active_environment_opens_a_lesson_by_the_usual_command(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(environment.parent))
    assert how_to_open(Path("01_know.ipynb")) == "open it:  jupyter lab 01_know.ipynb"


@pytest.mark.usefixtures("environment")
def test_environment_that_is_not_active_is_named() -> None:
    python = Path(".venv", "bin", "python")
    assert how_to_open(Path("01_know.ipynb")) == f"open it:  {python} -m jupyter lab 01_know.ipynb"


@pytest.mark.usefixtures("environment")
def test_path_with_a_space_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path.parent / "my venv" / "python")
    monkeypatch.setattr(sys, "executable", path)
    assert how_to_open(Path("01_know.ipynb")) == f'open it:  "{path}" -m jupyter lab 01_know.ipynb'


@pytest.mark.usefixtures("environment")
def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEEDED_PACKAGES", ("math", "no_such_package", "nor_this_one"))
    python = Path(".venv", "bin", "python")
    assert how_to_open(Path("01_know.ipynb"), "ja").splitlines() == [
        f"必要なものを入れるには:  {python} -m pip install no_such_package nor_this_one",
        f"開くには:  {python} -m jupyter lab 01_know.ipynb",
    ]


# --- the command -----------------------------------------------------------------------------------------------------


def test_command_lists_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lesson", "--language", "ja"]) == 0
    *as_list, blank, how = capsys.readouterr().out.splitlines()
    assert as_list == [line for each in lessons("ja") for line in (each.title, f"   {each.summary}")]
    assert (blank, how) == ("", "このフォルダーに写すには:  microgrid lesson 1 --language ja")


def test_command_copies_a_lesson_and_says_how_to_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lesson", "3"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["03_change.ipynb"]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"wrote 03_change.ipynb: {lesson(3).title}"
    assert printed[-1].startswith("open it:  ")
    assert printed[-1].endswith("jupyter lab 03_change.ipynb")


# --- in the wheel ----------------------------------------------------------------------------------------------------


def test_wheel_holds_the_lessons_of_both_languages_and_no_other_notebook(wheel: Path) -> None:
    names = [path.name for path in sorted((ROOT / "notebooks" / "en").glob("*.ipynb"))]
    expected = [f"microgrid/notebooks/{language}/{name}" for language in LANGUAGES for name in names]
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(name for name in archive.namelist() if name.endswith(".ipynb")) == expected


def test_lessons_in_the_wheel_are_those_of_the_checkout_without_outputs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for path in (ROOT / "notebooks").glob("*/*.ipynb"):
            original = notebook(path)
            for cell in original["cells"]:
                if cell["cell_type"] == "code":
                    cell |= {"outputs": [], "execution_count": None}
            assert json.loads(archive.read(f"microgrid/notebooks/{path.parent.name}/{path.name}")) == original


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_building_leaves_nothing_in_the_temporary_folder(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hatchling.builders.wheel import WheelBuilder

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=[version])
    assert Path(path).exists()
    assert list(temporary.iterdir()) == []


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_lessons_are_found_in_an_installed_package_that_has_no_checkout_around_it(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    package = tmp_path / "microgrid"
    monkeypatch.setattr(module, "FOLDERS", (package / "notebooks", tmp_path / "notebooks"))
    assert [each.path.parent for each in lessons("ja")] == [package / "notebooks" / "ja"] * len(lessons("en"))
    assert (package / "language" / "ja.json").is_file()
