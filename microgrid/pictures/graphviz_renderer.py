"""Graphviz: finding one on this machine, and letting it write a format."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import graphviz
from graphviz.backend import dot_command

QUICK = {"nslimit": "1", "nslimit1": "1", "searchsize": "10"}  # attributes that bound the time Graphviz takes to place


class NoRendererError(RuntimeError):
    """There is no Graphviz on this machine that can write the format."""


@contextlib.contextmanager
def renderer(suffix: str, is_wide: bool = False) -> Iterator[None]:
    """Let the graphviz library use a Graphviz that can write a format, inside a `with` block.

    Args:
        suffix: of the format, such as "svg".
        is_wide: whether there are Japanese characters in the picture.

    Raises:
        NoRendererError: there is none, it cannot be run, or it failed.
    """
    program = _program_for(suffix, is_wide)
    before = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = Path(program)
    try:
        yield
    except graphviz.ExecutableNotFound:
        raise NoRendererError(f"{program}, which should write {suffix}, is not there or cannot be run") from None
    except (subprocess.CalledProcessError, OSError) as error:
        if isinstance(error, OSError) and str(error.filename) != program:  # of a file that the picture goes to
            raise
        raise NoRendererError(f"{program} could not write {suffix}: {' '.join(str(error).split())}") from None
    finally:
        dot_command.DOT_BINARY = before


def _program_for(suffix: str, is_wide: bool) -> str:
    # graphviz-pure writes no PDF, and its PNG shows Japanese as empty boxes.
    needs_all = suffix == "pdf" or (suffix == "png" and is_wide)
    if program := _find_program(needs_all):
        return program
    what = f"{suffix} of such characters" if suffix == "png" and needs_all else suffix
    remedy = "Graphviz itself" if needs_all else "the package graphviz-pure, or Graphviz"
    rest = ".dot"
    if needs_all and _find_program():
        rest = ".svg and .dot" if is_wide else ".svg, .png and .dot"
    raise NoRendererError(
        f"nothing on this machine writes {what}: it needs {remedy} (its program dot on the PATH, or named by "
        f"MICROGRID_DOT); {rest} can be written without"
    )


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
