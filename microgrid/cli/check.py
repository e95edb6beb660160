"""`microgrid check`: compare gradients with numerical derivatives."""

from __future__ import annotations

import argparse

from microgrid._util.text import say
from microgrid.calculus import derivative_label, differentiate
from microgrid.cli.arguments import Parser
from microgrid.cli.expressions import add_expression, leaves_of, read_graph, shown_document
from microgrid.engine import Value
from microgrid.graph.gradcheck import GradientTable, check_gradients
from microgrid.language.numerals import powers_of_ten, show
from microgrid.language.words import label_in, words

CANNOT_BE_CHECKED = 3  # the exit code where nothing differs, but not everything can be measured


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid check`."""
    command.describe(_run_check, 'check "log(a) / b**2" a=2 b=-3')
    add_expression(command)
    command.epilog = (
        f"{command.epilog}\nexit code:  0 if all gradients agree, 1 if one differs, {CANNOT_BE_CHECKED} if one cannot "
        "be checked there"
    )
    command.add_choice(
        "--order",
        ("1", "2"),
        "1",
        "2 compares second derivatives with numerical derivatives of the first ones; by default 1, the gradients",
    )
    command.add_language("the table")


def _run_check(options: argparse.Namespace) -> int:
    output = read_graph(options)
    if not leaves_of(output):
        raise ValueError(f"expected an expression with a name in it, got {shown_document(options)!r}: nothing to check")
    check = _check_second_derivatives if options.order == "2" else _check_gradients
    tables = check(output, options.language)
    if any(row.verdict == "differs" for table in tables for row in table.rows):
        return 1
    return 0 if all(table.agrees for table in tables) else CANNOT_BE_CHECKED


def _check_gradients(output: Value, language: str) -> list[GradientTable]:
    table = check_gradients(output)
    say(*table.text(language).split("\n"))
    return [table]


def _check_second_derivatives(output: Value, language: str) -> list[GradientTable]:
    """Check the derivatives of each first derivative, with a heading for each."""
    leaves = leaves_of(output)
    tables: list[GradientTable] = []
    for leaf, derivative in zip(leaves, differentiate(output, leaves), strict=True):
        table = check_gradients(derivative)
        name = derivative_label(output.label or label_in("result", language), leaf.label)
        kind = "derivative" if table.rows else "constant"
        heading = words(language)[f"check.{kind}"].format(name=name, number=powers_of_ten(show(derivative.data, 8)))
        say(*([""] if tables else []), heading, *(table.text(language).split("\n") if table.rows else []))
        tables.append(table)
    return tables
