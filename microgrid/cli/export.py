"""`microgrid export`: write a saved network as a program that needs PyTorch only."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from microgrid._util.files import write_atomic
from microgrid._util.text import brief, printable, say
from microgrid.cli.arguments import Parser
from microgrid.export import torch_source
from microgrid.language.words import words
from microgrid.nn import ACTIVATIONS, MLP, Dense, read_model

COUNT = "[1-9][0-9]*"
ACTIVATION = f"activation='({'|'.join(ACTIVATIONS)})'"
AN_MLP = re.compile(rf"MLP\(({COUNT}), \[({COUNT}(?:, {COUNT})*)\], {ACTIVATION}\)")
A_DENSE = re.compile(rf"Dense\(({COUNT}), ({COUNT}), {ACTIVATION}\)")
NUMBERS = re.compile(r"-?[0-9][0-9.e+-]*")
LAYOUT = re.compile(r"[\s,]+")


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid export`."""
    command.describe(_run_export, "export model.json -o model.py")
    command.add_argument(
        "model", metavar="MODEL", help="a network that microgrid train --save, or save() in Python, has written"
    )
    command.add_argument("-o", "--output", metavar="FILE", default="model.py", help="a .py file; by default model.py")
    command.add_language("the report")


def _run_export(options: argparse.Namespace) -> int:
    file = options.output
    if Path(file).suffix.lower() != ".py":
        raise ValueError(f"a program is written as .py; {file!r} is not")
    if Path(file).stem in ("torch", "numpy", *sys.stdlib_module_names):
        raise ValueError(f"{file!r} would be imported in the place of {Path(file).stem}; give another name with -o")
    model, columns = _saved_network(options.model)
    program = torch_source(model, **columns)
    _check_replaceable(file, program)
    write_atomic(file, program)
    say(words(options.language)["command.export"].format(file=file))
    return 0


def _saved_network(path: str) -> tuple[MLP | Dense, dict[str, Any]]:
    """Build the network that a file describes, load its parameters, and return it with the columns that it names.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a saved model, or it was saved from a model of another kind.
    """
    description, _, columns = read_model(path)
    if mlp := AN_MLP.fullmatch(str(description)):
        return MLP(int(mlp[1]), [int(size) for size in mlp[2].split(", ")], mlp[3]).load(path), columns
    if dense := A_DENSE.fullmatch(str(description)):
        return Dense(int(dense[1]), int(dense[2]), dense[3]).load(path), columns
    raise ValueError(f"{printable(path)} was saved from {brief(description)}; only an MLP or a Dense can be exported")


def _check_replaceable(path: str, program: str) -> None:
    """Check that nothing but such a program with other numbers would be replaced: who adds to it keeps what was added.

    Raises:
        ValueError: there is another file.
    """
    file = Path(path)
    if file.is_file() and file.stat().st_size:
        present = file.read_text(encoding="utf-8", errors="replace")
        if _without_numbers(present) != _without_numbers(program):
            raise ValueError(f"{printable(path)}: is there already, and is left as it is; give another name with -o")


def _without_numbers(program: str) -> str:
    """Return a program without its numbers, and without what depends on how many of them a line holds."""
    return LAYOUT.sub("", NUMBERS.sub("", program))
