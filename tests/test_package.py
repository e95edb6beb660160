"""The package as a whole: what it loads, what depends on what, and what is in it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import microgrid
from microgrid._util.missing_names import NAMES_HERE
from microgrid.studio.page import studio_page

PACKAGE = Path(microgrid.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__main__"
)


PUBLIC_MODULES = (
    "microgrid",
    *(f"microgrid.{name}" for name in ("datasets", "export", "figures", "losses", "nn", "optim", "training")),
)
WINGS = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"_util", "cli", "language"}
VIEWS = ("cli", "documents", "export", "figures", "pictures", "saving", "studio", "terminal")


def in_fresh_process(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_loads_no_view() -> None:
    loaded = in_fresh_process("import sys, microgrid; print(*sys.modules)").split()
    assert "microgrid.nn" in loaded
    assert {"graphviz", "tqdm", "dataclasses", "difflib", "argparse"}.isdisjoint(loaded)
    assert [name for name in loaded if name.startswith(tuple(f"microgrid.{view}" for view in VIEWS))] == []


def test_compiling_to_python_loads_nothing_of_machine_code() -> None:
    loaded = in_fresh_process(
        "import sys; from microgrid import Value, compile_graph;"
        "compile_graph(Value(1.0), [])([[]]); print(*sys.modules)"
    ).split()
    assert "microgrid.compiler.compile" in loaded
    assert {"llvmlite", "ctypes", "microgrid.compiler.native"}.isdisjoint(loaded)


def wings_loaded_by(*arguments: str) -> set[str]:
    program = f"import sys; from microgrid.cli import main; main({[*arguments]}); print(*sys.modules)"
    loaded = in_fresh_process(program).split("\n")[-1].split()
    return {name.split(".")[1] for name in loaded if name.startswith("microgrid.")} & WINGS


@pytest.mark.parametrize("arguments", [["--help"], ["help", "--language", "ja"], ["--version"]])
def test_help_of_all_commands_loads_no_wing(arguments: list[str]) -> None:
    assert wings_loaded_by(*arguments) == set()


def test_command_that_only_prints_loads_no_view() -> None:
    assert wings_loaded_by("check", "a*b", "a=2", "b=3").isdisjoint({"pictures", "studio", "terminal"})


def test_every_public_name_can_be_imported_first() -> None:
    in_fresh_process(
        "import importlib, sys\n"
        f"for name in {[*microgrid.__all__, *PUBLIC_MODULES[1:]]}:\n"
        "    for module in [module for module in sys.modules if module.partition('.')[0] == 'microgrid']:\n"
        "        del sys.modules[module]\n"
        "    if '.' in name:\n"
        "        importlib.import_module(name)\n"
        "    else:\n"
        "        getattr(importlib.import_module('microgrid'), name)\n"
    )


@pytest.mark.parametrize("module", MODULES)
def test_every_name_that_a_module_lists_is_there(module: str) -> None:
    loaded = importlib.import_module(module)
    assert [name for name in getattr(loaded, "__all__", ()) if not hasattr(loaded, name)] == []


def test_draw_stays_the_function_when_its_module_is_loaded() -> None:
    assert (
        in_fresh_process("import microgrid.pictures.dot; from microgrid import draw; print(callable(draw))") == "True"
    )


def test_every_part_is_an_attribute_of_the_package() -> None:
    parts = ", ".join(f"{module}.__name__" for module in PUBLIC_MODULES)
    assert in_fresh_process(f"import microgrid; print({parts})").split() == [*PUBLIC_MODULES]


@pytest.mark.parametrize(
    ("module", "name", "answer"),
    [
        ("", "draw_dot", "it is called draw here"),
        ("", "Layer", "it is called nn.Dense here"),
        ("", "Tensor", "it is called Value here"),
        ("", "Adam", "it is in microgrid.optim"),
        ("", "mean_squared_error", "it is in microgrid.losses"),
        ("", "drwa", "did you mean draw?"),
        ("", "value", "did you mean Value?"),
        ("", "trainig", "did you mean training?"),
        (".nn", "Layer", "it is called Dense here"),
        (".nn", "Linear", "it is called Dense here"),
        (".nn", "MSELoss", "it is called microgrid.losses.mean_squared_error here"),
        (".nn", "neuron", "did you mean Neuron?"),
        (".nn", "Conv2d", "it has ACTIVATIONS, Dense, MLP, Module, Neuron"),
        (".losses", "MSELoss", "it is called mean_squared_error here"),
        (".losses", "BCELoss", "it is called binary_cross_entropy here, which takes logits"),
        (".losses", "cros_entropy", "did you mean cross_entropy?"),
        (".optim", "Adm", "did you mean Adam?"),
        (".optim", "RMSprop", "it has Adam, Optimizer, SGD"),
        (".training", "trian", "did you mean train?"),
        (".datasets", "pengiuns", "did you mean penguins?"),
        (".export", "torch_sourc", "did you mean torch_source?"),
        (".figures", "plot_loses", "did you mean plot_losses?"),
    ],
)
def test_missing_name_says_what_was_meant(module: str, name: str, answer: str) -> None:
    place = f"microgrid{module}"
    with pytest.raises(AttributeError) as error:
        getattr(importlib.import_module(place), name)
    assert str(error.value) == f"{place} has no {name}; {answer}"
    with pytest.raises(ImportError) as import_error:
        exec(f"from {place} import {name}")
    assert str(import_error.value) == f"{place} has no {name}; {answer}"


@pytest.mark.parametrize("name", ["losses", "optim"])
def test_what_a_module_defines_is_public(name: str) -> None:
    module = importlib.import_module(f"microgrid.{name}")
    defined = [key for key, item in vars(module).items() if getattr(item, "__module__", "") == module.__name__]
    assert sorted(module.__all__) == sorted(key for key in defined if not key.startswith("_"))


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_every_public_module_answers_a_misspelling(module: str) -> None:
    name = importlib.import_module(module).__all__[0]
    with pytest.raises(ImportError, match=f"; did you mean {name}\\?$"):
        exec(f"from {module} import {name}x")


@pytest.mark.parametrize("name", ["quaternion", "_draw", "__wrapped__"])
def test_name_like_none_of_ours_gets_pythons_own_answer(name: str) -> None:
    with pytest.raises(AttributeError, match=f"^module 'microgrid' has no attribute '{name}'$"):
        getattr(microgrid, name)
    with pytest.raises(ImportError, match=f"^cannot import name '{name}' from 'microgrid'"):
        exec(f"from microgrid import {name}")


def test_missing_name_can_be_asked_for() -> None:
    assert not hasattr(microgrid, "draw_dot")
    assert getattr(microgrid, "drwa", None) is None


def test_inner_package_named_almost_like_a_public_name_is_imported() -> None:
    assert in_fresh_process("from microgrid import relay; print(relay.__name__)") == "microgrid.relay"


@pytest.mark.parametrize("answer", sorted(set(NAMES_HERE.values())))
def test_name_that_an_answer_gives_is_there(answer: str) -> None:
    module, _, name = answer.partition(",")[0].rpartition(".")
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", sorted(NAMES_HERE))
def test_answer_is_given_to_no_name_of_ours(name: str) -> None:
    assert not hasattr(microgrid, name)


def test_dir_lists_what_is_loaded_on_use() -> None:
    assert set(microgrid.__all__) <= set(dir(microgrid))


def public_constants(path: Path) -> Iterator[tuple[str, str]]:
    """List the constants that a module assigns, such as LANGUAGES, each with the expression that it is assigned."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper():
                    yield node.id, ast.unparse(statement.value)


def test_no_two_modules_give_one_name_to_different_constants() -> None:
    meanings: dict[str, dict[str, Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for name, value in public_constants(path):
            if not name.startswith("_"):
                meanings.setdefault(name, {})[value] = path.relative_to(PACKAGE)
    assert {name: [*by.values()] for name, by in meanings.items() if len(by) > 1} == {}


@pytest.mark.parametrize("file", ["py.typed", "datasets/penguins.csv", "datasets/README.md"])
def test_files_that_are_not_code_are_in_the_package(file: str) -> None:
    assert (PACKAGE / file).is_file()


def test_studio_is_the_same_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from microgrid.cli import main; main(['studio'])"
    subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "microgrid.html").read_text(encoding="utf-8") == studio_page()
