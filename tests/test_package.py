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


def test_every_public_name_is_loaded_on_use() -> None:
    """Each is imported first of all, as if in a process of its own: none may lean on what another has loaded."""
    program = """
import sys, microgrid
for name in microgrid.__all__:
    for module in [module for module in sys.modules if module.startswith("microgrid")]:
        del sys.modules[module]
    exec(f"from microgrid import {name}; print({name}.__name__.split('.')[-1])")
"""
    assert in_fresh_process(program).split() == microgrid.__all__


def test_draw_stays_the_function_when_its_module_is_loaded() -> None:
    assert (
        in_fresh_process("import microgrid.pictures.dot; from microgrid import draw; print(callable(draw))") == "True"
    )


def test_parts_are_attributes_of_the_package() -> None:
    parts = ["datasets", "figures", "losses", "nn", "optim", "training"]
    program = f"import microgrid; print(*[getattr(microgrid, name).__name__ for name in {parts}])"
    assert in_fresh_process(program).split() == [f"microgrid.{name}" for name in parts]


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
