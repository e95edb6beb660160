"""Arguments shared by the commands that take an expression or a document: draw, step, page and check."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from microgrid._util.text import brief
from microgrid.cli.arguments import Parser, values_of, with_example
from microgrid.documents.document import read_document
from microgrid.documents.examples import CAREFUL_LEARNING_RATE, EXAMPLES, Heading
from microgrid.documents.notation import KNOWN_FUNCTIONS, LIST_FUNCTIONS
from microgrid.engine import Constant, Value, topological_order
from microgrid.language.words import LANGUAGES
from microgrid.relay.relay import Relay

FILE = re.compile(r"[^\n;=(*\"']+\.(?:py|txt)", re.IGNORECASE)  # what is the name of a file, rather than a document
VALUES_HELP = "the number for each name, such as a=2; it takes the place of one in the lines"


def add_expression(command: Parser, optional: bool = False, numbers: str = VALUES_HELP) -> None:
    """Add the arguments EXPRESSION and NAME=NUMBER to a command; `numbers` is the help of the latter."""
    command.takes_expression = True
    command.epilog = f"{command.epilog}\nfunctions:  {', '.join([*KNOWN_FUNCTIONS, *LIST_FUNCTIONS])}"
    command.add_argument(
        "expression",
        metavar="EXPRESSION",
        nargs="?" if optional else None,
        type=lambda text: text.strip(" "),
        help='in double quotes, such as "relu(a*b + c)**2"; or lines of Python, also separated by semicolons, such as '
        '"w = 3; p = w*2; (p - 5)**2"; or a file that holds them, such as lesson.py; - reads standard input',
    )
    command.add_argument(
        "values",
        metavar="NAME=NUMBER",
        nargs="*",
        type=str.strip,
        default=[],
        help=numbers,
    )


def add_learn(command: Parser) -> None:
    """Add the option --learn, the names of the parameters, to a command."""
    command.add_argument(
        "--learn",
        metavar="NAMES",
        type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
        help="the parameters, separated by commas; all other names are inputs. By default the inputs are x, t (y where "
        "there is no t), input, output, target, label, 入力, 出力, 正解, 目標, 教師 and ラベル, with or without a "
        "number, such as x1; if no other name is left, all are parameters",
    )


def read_graph(options: argparse.Namespace) -> Value:
    """Read the expression or document with its numbers into a graph, and return its output."""
    values = values_of(options.values)
    return read_document(document_text(options.expression, bool(values)), values, getattr(options, "learn", None))


def document_text(argument: str, has_values: bool = False) -> str:
    """Return the text that is meant: the argument, what its file holds, or what comes from standard input.

    Raises:
        OSError: there is no such file.
        ValueError: it is not text in UTF-8, or the name of an example.
    """
    if argument in EXAMPLES and not has_values:
        raise ValueError(f"{argument} is an example: microgrid page --example {argument}")
    is_file = FILE.fullmatch(argument)
    if not is_file and argument != "-":
        return argument
    try:
        return Path(argument).read_text(encoding="utf-8-sig") if is_file else sys.stdin.read()
    except UnicodeDecodeError:
        raise ValueError(f"{argument} is not text in UTF-8") from None


def record_relay(options: argparse.Namespace, instead: str) -> tuple[Relay, Heading]:
    """Record the relay of the expression or document, and return it with its heading.

    `instead` is the alternative that an error names.
    """
    if options.expression is None:
        message = with_example(f"expected either an EXPRESSION or {instead}", options.copied_example)
        raise ValueError(f"{message} (see microgrid {options.command} --help)")
    output = read_graph(options)
    if output.is_leaf:
        raise ValueError(f"expected an expression that computes something, got {shown_document(options)!r}")
    own_labels = frozenset[str]() if output.label else frozenset(["result"])  # it need not be a loss
    output.label = output.label or "result"
    relay = Relay(
        output, learning_rate=CAREFUL_LEARNING_RATE if options.learning_rate is None else options.learning_rate
    )
    title = output.label if "\n" in options.expression or options.expression == "-" else options.expression
    return relay, Heading(dict.fromkeys(LANGUAGES, title), own_labels=own_labels)


def shown_document(options: argparse.Namespace) -> str:
    """Return the expression, document or file as a message names it."""
    return brief(options.expression)


def leaves_of(output: Value) -> list[Value]:
    """List the labelled leaves."""
    return [node for node in topological_order(output) if node.is_leaf and not isinstance(node, Constant)]
