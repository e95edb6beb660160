"""The package as a whole: what it loads, what depends on what, and what is in it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import microgrid

PACKAGE = Path(microgrid.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__main__"
)


def in_fresh_process(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


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


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_for(module: str) -> None:
    assert importlib.import_module(module).__doc__


@pytest.mark.parametrize("file", ["py.typed", "datasets/penguins.csv", "datasets/README.md"])
def test_files_that_are_not_code_are_in_the_package(file: str) -> None:
    assert (PACKAGE / file).is_file()
