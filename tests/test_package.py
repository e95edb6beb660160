"""The package as a whole: what it loads, what depends on what, and what is in it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import microgrid

PACKAGE = Path(microgrid.__file__).parent
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__"))


def in_fresh_process(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def imported_by(module: str) -> set[str]:
    """List the modules of the package that a module names in an import, also in one for type checkers only."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module.removeprefix("microgrid.")} if node.module.startswith("microgrid.") else set()
            names |= {alias.name for alias in node.names} if node.module == "microgrid" else set()
    return names & set(MODULES)


def test_importing_the_package_loads_no_view() -> None:
    loaded = in_fresh_process("import sys, microgrid; print(*sys.modules)").split()
    assert "microgrid.nn" in loaded
    assert {"graphviz", "tqdm", "microgrid.pictures.dot", "microgrid.graph.folding", "dataclasses"}.isdisjoint(loaded)


@pytest.mark.parametrize("name", microgrid.__all__)
def test_every_public_name_is_there_in_a_fresh_process(name: str) -> None:
    assert in_fresh_process(f"from microgrid import {name}; print({name}.__name__)").split(".")[-1] == name


def test_draw_is_the_function_even_after_its_module_was_loaded() -> None:
    assert (
        in_fresh_process("import microgrid.pictures.dot; from microgrid import draw; print(callable(draw))") == "True"
    )


@pytest.mark.parametrize("name", ["datasets", "figures", "losses", "nn", "optim", "training"])
def test_every_part_is_an_attribute_of_the_package(name: str) -> None:
    assert in_fresh_process(f"import microgrid; print(microgrid.{name}.__name__)") == f"microgrid.{name}"


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'drwa'"):
        microgrid.drwa  # noqa: B018 (reading it is the point)


def test_dir_lists_what_is_loaded_on_use() -> None:
    assert set(microgrid.__all__) <= set(dir(microgrid))


def test_engine_knows_nobody() -> None:
    assert imported_by("engine") == set()


@pytest.mark.parametrize("module", ["nn", "losses", "optim"])
def test_networks_know_the_engine_and_no_view(module: str) -> None:
    assert imported_by(module) <= {"engine", "checks", "files", "numerals", "texts"}


def test_imports_make_no_circle() -> None:
    known = {module: imported_by(module) for module in MODULES}
    while ready := [module for module, needs in known.items() if not needs & set(known)]:
        for module in ready:
            del known[module]
    assert known == {}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_for(module: str) -> None:
    assert importlib.import_module(f"microgrid.{module}").__doc__


@pytest.mark.parametrize("file", ["py.typed", "datasets/penguins.csv", "datasets/README.md"])
def test_files_that_are_not_code_are_in_the_package(file: str) -> None:
    assert (PACKAGE / file).is_file()
