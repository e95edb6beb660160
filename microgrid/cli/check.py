"""`microgrid check`: compare gradients with numerical derivatives."""

from __future__ import annotations

import argparse

from microgrid._util.text import say
from microgrid.cli.arguments import Parser
from microgrid.cli.expressions import add_expression, leaves_of, read_graph
from microgrid.graph.gradcheck import check_gradients

CANNOT_BE_CHECKED = 3  # the exit code where nothing differs, but not everything can be measured


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid check`."""
    command.describe(_run_check, 'check "log(a) / b**2" a=2 b=-3')
    add_expression(command)
    command.epilog = (
        f"{command.epilog}\nexit code:  0 if all gradients agree, 1 if one differs, {CANNOT_BE_CHECKED} if one cannot "
        "be checked there"
    )
    command.add_language("the table")


def _run_check(options: argparse.Namespace) -> int:
    output = read_graph(options)
    if not leaves_of(output):
        raise ValueError(f"expected an expression with a name in it, got {options.expression!r}: nothing to check")
    table = check_gradients(output)
    say(*table.text(options.language).split("\n"))
    if any(row.verdict == "differs" for row in table.rows):
        return 1
    return 0 if table.agrees else CANNOT_BE_CHECKED
