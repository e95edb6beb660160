"""`microgrid step`: step through one cycle in the terminal."""

from __future__ import annotations

import argparse

from microgrid.cli.arguments import Parser, number_of
from microgrid.cli.expressions import add_expression, add_learn, record_relay
from microgrid.documents.examples import example
from microgrid.terminal.screen import walk_relay


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid step`."""
    command.describe(_run_step, 'step "(w*x - target)**2" w=3 x=2 target=5')
    add_expression(command, optional=True)
    add_learn(command)
    command.add_argument("--example", metavar="NAME", help="instead of an expression, show this example")
    command.add_argument(
        "--penguins", action="store_const", dest="example", const="penguins", help="short for --example penguins"
    )
    command.add_argument(
        "--layers", action="store_true", help="step layer by layer: dout in; dW, db, dx out (for satisfaction and xor)"
    )
    command.add_argument("--all", action="store_true", help="print all steps at once, without waiting for keys")
    command.add_language("the sentences")
    command.add_argument(
        "--learning-rate", metavar="R", type=number_of, help="of the update; by default 0.05, or that of the example"
    )


def _run_step(options: argparse.Namespace) -> int:
    if options.example is not None and options.expression is not None:
        raise ValueError("expected either an EXPRESSION or --example, got both (see microgrid step --help)")
    if options.layers:
        if options.example is None:
            raise ValueError("--layers needs an example with layers: --example satisfaction or --example xor")
        walk_relay(example(options.example).record_layers(options.learning_rate), options.language, options.all)
        return 0
    if options.example is not None:
        shown = example(options.example)
        relay, heading = shown.record(options.learning_rate), shown.heading
    else:
        relay, heading = record_relay(options, "--example NAME")
    relabelled = relay.relabelled(lambda label: heading.label_in(label, options.language))
    walk_relay(relabelled, options.language, options.all)
    return 0
