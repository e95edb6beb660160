"""The options of `microgrid studio` that open it with a network on data."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from microgrid._util.files import SEPARATORS
from microgrid._util.text import brief
from microgrid._util.validation import number_in_range, positive_whole, quoted, seeded
from microgrid.cli.arguments import Parser, whole_number
from microgrid.cli.train import print_what_is_used
from microgrid.datasets.column_learner import TABLE_BATCH_SIZE, TABLE_LEARNING_RATE, ColumnLearner
from microgrid.datasets.sheet import read_sheet
from microgrid.datasets.tables import read_csv
from microgrid.documents.examples import Heading
from microgrid.documents.networks import DATA_NAMES, NetworkDocument, Spec, data_title, first_network, network_documents
from microgrid.language.numerals import counted
from microgrid.nn import ACTIVATIONS
from microgrid.studio.page import network_page

NETWORK_OPTIONS = ("--network", "--hidden", "--activation", "--batch-size", "--seed", "--target", "--inputs")
"""The options that say something about a network only; --data must stand beside them."""
SHAPE = re.compile(r"0*[1-9]\d*(?:[-,]0*[1-9]\d*)+")


def add_network_options(command: Parser) -> None:
    """Add the options of a network and its data to a command."""
    command.add_argument(
        "--data",
        metavar="DATA",
        help=f"open a network on these data: {', '.join(DATA_NAMES)}; or a table such as DATA.csv, with --target",
    )
    command.add_argument("--target", metavar="COLUMN", help="the column of the table to predict")
    command.add_inputs()
    command.add_argument(
        "--network",
        metavar="N-N-N",
        type=shape,
        help="inputs, then the neurons of each layer, such as 2-4-1; by default what suits the data",
    )
    command.add_hidden(None, "instead of --network: number of neurons in each hidden layer, such as 8 8")
    command.add_choice(
        "--activation", [*ACTIVATIONS], None, "activation of the hidden layers; by default tanh, and relu on a table"
    )
    command.add_argument(
        "--batch-size", metavar="N", type=whole_number, help="rows per update; by default all, and 16 of a table"
    )
    command.add_argument("--seed", metavar="N", type=whole_number, help="of the first weights and the order of rows")


def shape(text: str) -> list[int]:
    """Parse the inputs and layers of a network.

    >>> shape("2-4-1")
    [2, 4, 1]
    """
    if not SHAPE.fullmatch(text.strip()):
        raise argparse.ArgumentTypeError(f"expected inputs and layers such as 2-4-1, got {quoted(text.strip())}")
    return [*map(int, re.split("[-,]", text))]


def network_page_asked_for(options: argparse.Namespace) -> str | None:
    """Return the page of the network that the options describe; None if they name none.

    Raises:
        OSError, ValueError: an option is wrong, or the data cannot be read or learned from.
    """
    given = {name: getattr(options, name[2:].replace("-", "_")) for name in ("--data", *NETWORK_OPTIONS)}
    asked = [name for name, value in given.items() if value is not None]
    if not asked:
        return None
    if options.expression is not None:
        raise ValueError(f"expected either an EXPRESSION or {asked[0]}, got both (see microgrid studio --help)")
    if options.data is None:
        raise ValueError(f"{asked[0]} needs --data: {', '.join(DATA_NAMES)}, or a table such as DATA.csv with --target")
    if options.network is not None and options.hidden is not None:
        raise ValueError("expected either --network or --hidden, got both (see microgrid studio --help)")
    _check_numbers(options)
    document = _on_a_table(options) if _is_table(options.data) else _on_a_shape(options)
    return network_page(document.spec, document.heading, options.language_told, document.name)


def _is_table(data: str) -> bool:
    """Tell whether a table is meant, and not one of the studio's own data sets."""
    is_path = bool(Path(data).suffix) or any(sign in data for sign in SEPARATORS) or Path(data).is_file()
    return data not in DATA_NAMES and is_path


def _on_a_shape(options: argparse.Namespace) -> NetworkDocument:
    first = first_network(options.data)
    for option in ("target", "inputs"):
        if getattr(options, option) is not None:
            raise ValueError(f"--{option} belongs to a table; {options.data} has its own columns")
    spec = replace(first, **_changes(options, first))
    document = network_documents().get(options.data)
    if document and document.spec == spec:
        return document
    return NetworkDocument("", spec, Heading(data_title(options.data)))


def _on_a_table(options: argparse.Namespace) -> NetworkDocument:
    if options.target is None:
        columns = brief(", ".join(filter(None, read_sheet(options.data, "").names)), 200)
        raise ValueError(f"{options.data}: which column is to be predicted? Add --target with one of {columns}")
    data = read_csv(options.data, options.target, options.inputs)
    seed = 0 if options.seed is None else options.seed
    first = Spec.of(ColumnLearner.prepare(data, seed=seed), TABLE_LEARNING_RATE, TABLE_BATCH_SIZE, seed)
    spec = replace(first, **_changes(options, first))
    print_what_is_used(data, options.language)
    return NetworkDocument("", spec, spec.data.heading(options.data))


def _changes(options: argparse.Namespace, first: Spec) -> dict[str, Any]:
    """Return what the options change in a network."""
    changes = {
        "sizes": _sizes(options, first),
        "activation": options.activation,
        "learning_rate": options.learning_rate,
        "batch_size": options.batch_size,
        "seed": options.seed,
    }
    return {name: value for name, value in changes.items() if value is not None}


def _sizes(options: argparse.Namespace, first: Spec) -> tuple[int, ...] | None:
    """Return the layers that --network or --hidden asks for; None if neither does."""
    if options.hidden is not None:
        return (*(neurons for layers in options.hidden for neurons in layers), first.data.n_outputs)
    if options.network is None:
        return None
    n_inputs, *sizes = options.network
    names = first.data.learning.input_names
    if n_inputs != len(names):
        asked = "-".join(map(str, options.network))
        right = "-".join(map(str, (len(names), *sizes)))
        raise ValueError(
            f"{asked} takes {counted(n_inputs, 'input')}, and the data have {len(names)} ({brief(', '.join(names))}): "
            f"write {right}"
        )
    return tuple(sizes)


def _check_numbers(options: argparse.Namespace) -> None:
    """Check the numbers of a network; a message names the option."""
    for size in (size for layer in options.hidden or [] for size in layer):
        positive_whole("--hidden", size)
    if options.batch_size is not None:
        positive_whole("--batch-size", options.batch_size)
    if options.learning_rate is not None:
        number_in_range("--learning-rate", options.learning_rate)
    seeded(options.seed)
