"""`microgrid check`: compare gradients with numerical derivatives."""

from __future__ import annotations

import argparse

from microgrid._util.text import say
from microgrid.cli.arguments import AddParser, add_command
from microgrid.cli.expressions import add_expression, leaves_of, read_graph
from microgrid.graph.gradcheck import check_gradients


def add_check(add_parser: AddParser) -> None:
    """Add `microgrid check`: compare gradients with numerical derivatives."""
    command = add_command(
        add_parser,
        "check",
        _run_check,
        "compare gradients with numerical derivatives",
        'check "log(a) / b**2" a=2 b=-3',
    )
    add_expression(command)
    command.add_language("the table")


def _run_check(options: argparse.Namespace) -> int:
    output = read_graph(options)
    if not leaves_of(output):
        raise ValueError(f"expected an expression with a name in it, got {options.expression!r}: nothing to check")
    table = check_gradients(output)
    say(*table.text(options.language).split("\n"))
    return 0 if table.agrees else 1
