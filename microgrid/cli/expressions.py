"""Arguments shared by the commands that take an expression: draw, step, page and check."""

from __future__ import annotations

import argparse

from microgrid.cli.arguments import Parser, values_of, with_example
from microgrid.documents.examples import CAREFUL_LEARNING_RATE, EXAMPLES, Heading
from microgrid.documents.expression import KNOWN_FUNCTIONS, read_expression
from microgrid.engine import Constant, Value, topological_order
from microgrid.language.words import LANGUAGES
from microgrid.relay.relay import Relay


def add_expression(command: Parser, optional: bool = False) -> None:
    """Add the arguments EXPRESSION and NAME=NUMBER to a command."""
    command.takes_expression = True
    command.epilog = f"{command.epilog}\nfunctions:  {', '.join(KNOWN_FUNCTIONS)}"
    command.add_argument(
        "expression",
        metavar="EXPRESSION",
        nargs="?" if optional else None,
        type=str.strip,
        help='in double quotes, such as "relu(a*b + c)**2"; intermediate results can be named before it: '
        '"pred = w*x + b; loss = (pred - target)**2"',
    )
    command.add_argument(
        "values",
        metavar="NAME=NUMBER",
        nargs="*",
        type=str.strip,
        default=[],
        help="the number for each name, such as a=2",
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
    """Parse the expression with its numbers into a graph, and return its output."""
    values = values_of(options.values)
    if options.expression in EXAMPLES and not values:
        raise ValueError(f"{options.expression} is an example: microgrid page --example {options.expression}")
    return read_expression(options.expression, values, getattr(options, "learn", None))


def record_relay(options: argparse.Namespace, instead: str) -> tuple[Relay, Heading]:
    """Record the relay of the expression, and return it with its heading.

    `instead` is the alternative that an error names.
    """
    if options.expression is None:
        message = with_example(f"expected either an EXPRESSION or {instead}", options.copied_example)
        raise ValueError(f"{message} (see microgrid {options.command} --help)")
    output = read_graph(options)
    if output.is_leaf:
        raise ValueError(f"expected an expression that computes something, got {options.expression!r}")
    own_labels = frozenset[str]() if output.label else frozenset(["result"])  # it need not be a loss
    output.label = output.label or "result"
    relay = Relay(
        output, learning_rate=CAREFUL_LEARNING_RATE if options.learning_rate is None else options.learning_rate
    )
    return relay, Heading(dict.fromkeys(LANGUAGES, options.expression), own_labels=own_labels)


def leaves_of(output: Value) -> list[Value]:
    """List the labelled leaves."""
    return [node for node in topological_order(output) if node.is_leaf and not isinstance(node, Constant)]
