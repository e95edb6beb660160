"""The lessons: notebooks in the package, to copy, run and change.

An installed package holds them next to its modules, a checkout in the folder `notebooks` at the top.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from microgrid._util.files import write_atomic
from microgrid._util.validation import as_int, quoted
from microgrid.language.words import words

NEEDED_PACKAGES = ("jupyterlab", "matplotlib")  # to open a lesson, and to draw its figures
LESSON_LINK = re.compile(r"\[([^\]]+)\]\((0(\d)_\w+\.ipynb)\)")  # to another lesson: its text, its file, its number
FOLDERS = (Path(__file__).parents[1] / "notebooks", Path(__file__).parents[2] / "notebooks")


@dataclass(frozen=True)
class Lesson:
    """One lesson in one language.

    Attributes:
        number: its place in the course, from 1 on.
        title: its heading.
        summary: what it is about, in one line.
        path: where its notebook is.
    """

    number: int
    title: str
    summary: str
    path: Path


def lessons(language: str = "en") -> list[Lesson]:
    """List the lessons of a language in their order.

    Raises:
        ValueError: an unknown language.
        FileNotFoundError: the notebooks are not in this installation.

    >>> [lesson.number for lesson in lessons()]
    [1, 2, 3, 4, 5, 6, 7]
    """
    words(language)
    paths = [path for folder in FOLDERS for path in sorted((folder / language).glob("[0-9]*.ipynb"))]
    if not paths:
        raise FileNotFoundError(errno.ENOENT, "the lessons are missing from this installation", str(FOLDERS[0]))
    return [_lesson(path) for path in paths]


def lesson(number: int, language: str = "en") -> Lesson:
    """Return one lesson.

    Raises:
        ValueError: there is no lesson of this number, or the language is unknown.
    """
    course = {lesson.number: lesson for lesson in lessons(language)}
    chosen = as_int(number)
    if chosen is None or chosen not in course:
        raise ValueError(f"there is no lesson {quoted(number)}; there are {min(course)} to {max(course)}")
    return course[chosen]


def copy_lesson(lesson: Lesson, folder: str | os.PathLike[str] = ".") -> Path:
    """Write a copy of a lesson into a folder, under its own name, and return where.

    The copy has no outputs, because the lesson asks to predict them. A link to another lesson that is not in that
    folder would lead nowhere: the command that copies it is named instead.

    Args:
        lesson: which one.
        folder: where to.

    Raises:
        FileExistsError: there is a file of this name; it stays as it is.
        OSError: the file cannot be written.
    """
    target = Path(folder) / lesson.path.name
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "is there already, and is left as it is", str(target))
    notebook = _read(lesson.path)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            prose = _with_commands("".join(cell["source"]), lesson.path.parent.name, target.parent)
            cell["source"] = prose.splitlines(keepends=True)
        else:
            cell |= {"outputs": [], "execution_count": None}
    write_atomic(target, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
    return target


def _with_commands(prose: str, language: str, folder: Path) -> str:
    """Replace links to lessons that are not in the folder by the command that copies them."""
    option = "" if language == "en" else f" --language {language}"

    def linked_or_named(link: re.Match[str]) -> str:
        text, file, number = link.groups()
        return link[0] if (folder / file).exists() else f"{text} (`microgrid lesson {number}{option}`)"

    return LESSON_LINK.sub(linked_or_named, prose)


def how_to_open(notebook: Path, language: str = "en") -> str:
    """Return the command that opens a notebook in this environment, preceded by what to install, if anything."""
    text = words(language)
    active = shutil.which("python")
    is_active = active is not None and Path(active).parent == Path(sys.executable).parent
    python = "python" if is_active else _quoted(_seen_from_here(sys.executable))
    jupyter = "jupyter lab" if is_active else f"{python} -m jupyter lab"
    lines = [text["lesson.open"].format(command=f"{jupyter} {_quoted(os.fspath(notebook))}")]
    missing = [name for name in NEEDED_PACKAGES if find_spec(name) is None]
    if missing:
        command = f"{python} -m pip install {' '.join(missing)}"
        lines.insert(0, text["lesson.install"].format(command=command))
    return "\n".join(lines)


def _seen_from_here(path: str) -> str:
    """Return the shortest path to a file that can be typed."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on Windows, where it lies on another drive
        return path
    return path if relative.startswith(os.pardir) else relative


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _lesson(path: Path) -> Lesson:
    """Read the heading of the first cell, and the paragraph below it."""
    first = "".join(_read(path)["cells"][0]["source"])
    heading, summary, *_ = first.strip().split("\n\n")
    summary = re.sub(r"[*_`]", "", summary).replace("\n", "" if path.parent.name == "ja" else " ")
    return Lesson(int(path.name[:2]), heading.lstrip("# "), summary, path)
