"""`microgrid page`: write a page to step through one cycle in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid._util.text import say
from microgrid.cli.arguments import Parser, number_of
from microgrid.cli.expressions import add_expression, add_learn, record_relay
from microgrid.documents.examples import EXAMPLES, example
from microgrid.language.words import LANGUAGES, words
from microgrid.relay.relay import Relay
from microgrid.studio.page import page


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid page`."""
    command.describe(_run_page, 'page "(w*x - target)**2" w=3 x=2 target=5')
    add_expression(command, optional=True)
    add_learn(command)
    command.add_argument(
        "-o", "--output", metavar="FILE", help="an .html file; by default relay.html, or NAME.html for an example"
    )
    command.add_argument("--example", metavar="NAME", help="instead of an expression, show this example")
    command.add_argument("--examples", action="store_true", help="list the examples")
    command.add_choice(
        "--language", LANGUAGES, None, "language in which the page starts; by default that of the browser"
    )
    command.add_argument(
        "--learning-rate", metavar="R", type=number_of, help="of the update; by default 0.05, or that of the example"
    )


def _run_page(options: argparse.Namespace) -> int:
    if options.examples:
        for name, situation in EXAMPLES.items():
            say(f"{name:<20} {situation.heading.title[options.language]}")
        return 0
    shown = None if options.example is None else example(options.example)
    file = options.output
    if file is None:
        file = "relay.html" if shown is None else f"{options.example}.html"
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a page is written as .html; {file!r} is not")
    if shown is None:
        relay, heading = record_relay(options, "--example NAME")
    elif options.expression is None:
        relay, heading = shown.record(options.learning_rate), shown.heading
    else:
        raise ValueError("expected either an EXPRESSION or --example, got both (see microgrid page --help)")
    write_atomic(file, page(relay, heading, options.language_told))
    if shown is None:
        say(_who_learns(relay, options.language))
    say(words(options.language)["command.page"].format(file=file))
    return 0


def _who_learns(relay: Relay, language: str) -> str:
    """Return a line that names the parameters, which Change updates, and the inputs."""
    text = words(language)
    separator = text["list"]
    learned = separator.join(relay.node(parameter).label for parameter in relay.parameters) or text["command.nothing"]
    given = separator.join(node.label for node in relay.nodes if node.kind == "input")
    return text["command.learned.given" if given else "command.learned"].format(learned=learned, given=given)
