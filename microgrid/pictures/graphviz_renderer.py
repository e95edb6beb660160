"""Graphviz: finding one on this machine, and letting it write a format."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from microgrid._util.errors import NoRendererError
from microgrid._util.processes import run
from microgrid._util.text import single_line

QUICK = {"nslimit": "1", "nslimit1": "1", "searchsize": "10"}  # attributes that bound the time Graphviz takes to place
PLACES = "json0"  # the format that says where Graphviz has put everything
MAX_SECONDS = 60  # the largest page and the largest picture take 4 s, on a slow machine several times as long


def run_graphviz(
    source: str, suffix: str, is_wide: bool = False, command: Sequence[str] = (), folder: str | None = None
) -> bytes:
    """Let a Graphviz draw a text, and return what it writes.

    Args:
        source: the text.
        suffix: of the format, such as "svg".
        is_wide: whether there are characters in the text that the package graphviz-pure has no letters for.
        command: the arguments of the program; by default, it draws with dot.
        folder: where to run it, for images that the text names.

    Raises:
        NoRendererError: there is none, it cannot be run, it failed, or it took more than `MAX_SECONDS`.
    """
    program = program_for(suffix, is_wide)
    try:
        done = run([program, *(command or ("-Kdot", f"-T{suffix}"))], source.encode("utf-8"), MAX_SECONDS, folder)
    except TimeoutError as error:
        raise NoRendererError(str(error)) from None
    except OSError as error:
        raise NoRendererError(f"{program}, which should draw the graph, cannot be run: {error.strerror}") from None
    if done.returncode:
        said = single_line(done.stderr.decode(errors="replace")) or f"it ended with exit code {done.returncode}"
        task = "lay out the graph" if suffix == PLACES else f"write {suffix}"
        raise NoRendererError(f"{program} could not {task}: {said}")
    return done.stdout


def program_for(suffix: str, is_wide: bool = False) -> str:
    """Return the Graphviz that can write a format; the arguments and errors are those of `run_graphviz`."""
    # graphviz-pure writes no PDF, and its PNG shows Japanese as empty boxes.
    needs_all = suffix == "pdf" or (suffix == "png" and is_wide)
    if program := _find_program(needs_all):
        return program
    remedy = "Graphviz itself" if needs_all else "the package graphviz-pure, or Graphviz"
    remedy += " (its program dot on the PATH, or named by MICROGRID_DOT)"
    if suffix == PLACES:
        raise NoRendererError(f"nothing on this machine lays out a graph: it needs {remedy}")
    what = f"{suffix} of such characters" if suffix == "png" and needs_all else suffix
    rest = ".dot"
    if needs_all and _find_program():
        rest = ".svg and .dot" if is_wide else ".svg, .png and .dot"
    raise NoRendererError(f"nothing on this machine writes {what}: it needs {remedy}; {rest} can be written without")


def can_write_all_letters() -> bool:
    """Tell whether there is another Graphviz than that of graphviz-pure, whose PNG shows Japanese as empty boxes."""
    return _find_program(needs_all=True) is not None


def _find_program(needs_all: bool = False) -> str | None:
    """Return $MICROGRID_DOT, else graphviz-pure unless all of Graphviz is needed, else `dot` on the PATH, else None."""
    chosen = os.environ.get("MICROGRID_DOT")
    if chosen:
        return chosen
    packaged = None if needs_all else _packaged_program()
    return packaged or shutil.which("dot")


def _packaged_program() -> str | None:
    """Find the executable that the package graphviz-pure brings; it is not on the PATH of every environment."""
    name = "graphviz-pure.exe" if sys.platform == "win32" else "graphviz-pure"
    candidates = [Path(sys.executable).with_name(name)]
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        files = importlib.metadata.files("graphviz-pure") or []
        candidates = [Path(str(file.locate())) for file in files if file.name == name] + candidates
    return next((str(path) for path in candidates if path.is_file()), None)
