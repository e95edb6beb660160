"""What runs for `microgrid draw`, `step`, `page` and `check`: the commands that take an expression."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid.cli.arguments import AddParser, Parser, add_command, number_of, values_of
from microgrid.documents.examples import EXAMPLES, example
from microgrid.documents.expression import KNOWN_FUNCTIONS, read_expression
from microgrid.documents.heading import Heading
from microgrid.engine import Constant, Input, Value, topological_order
from microgrid.graph.folding import FOLDS
from microgrid.graph.gradcheck import check_gradients
from microgrid.language.numerals import show
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.dot import DIRECTIONS, FORMATS, save_picture
from microgrid.relay.relay import Relay
from microgrid.studio.page import page
from microgrid.terminal.screen import walk_relay


def add_draw(add_parser: AddParser) -> None:
    """Add `microgrid draw`: an expression as a picture."""
    command = add_command(
        add_parser,
        "draw",
        _run_draw,
        "draw an expression as a graph, with its gradients",
        'draw "(a*b + c).tanh()" a=2 b=-3 c=5.5',
    )
    _add_expression(command)
    _add_learn(command)
    formats = ", ".join(f".{suffix}" for suffix in FORMATS)
    command.add_argument("-o", "--output", metavar="FILE", default="graph.svg", help=f"{formats}; by default graph.svg")
    command.add_choice("--direction", DIRECTIONS, "LR", "where the numbers flow; by default LR")
    command.add_choice("--fold", FOLDS, "auto", "what to draw as one card; by default auto")
    command.add_choice("--language", LANGUAGES, "en", "of the words in an .svg; by default en")


def _run_draw(options: argparse.Namespace) -> int:
    output = _read(options)
    output.backward()
    save_picture(output, options.output, options.direction, options.fold, options.language)
    print(f"value {show(output.data)}")
    for leaf in _leaves(output):
        kind = " (given)" if isinstance(leaf, Input) else ""
        print(f"{leaf.label} = {show(leaf.data)}, gradient {show(leaf.grad)}{kind}")
    print(f"wrote {options.output}")
    return 0


def add_step(add_parser: AddParser) -> None:
    """Add `microgrid step`: a cycle walked in the terminal."""
    command = add_command(
        add_parser,
        "step",
        _run_step,
        "walk one cycle of an expression step by step, forward and back",
        'step "(w*x - target)**2" w=3 x=2 target=5',
    )
    _add_expression(command, optional=True)
    _add_learn(command)
    command.add_argument("--penguins", action="store_true", help="walk one penguin through the trained network instead")
    command.add_argument("--all", action="store_true", help="print all steps, and do not wait for keys")
    command.add_choice("--language", LANGUAGES, "en", "by default en")
    command.add_argument("--learning-rate", metavar="R", type=number_of, help="by default 0.1; with --penguins 0.01")


def _run_step(options: argparse.Namespace) -> int:
    if options.penguins and options.expression is not None:
        raise ValueError("expected either an EXPRESSION or --penguins, got both (see microgrid step --help)")
    if options.penguins:
        relay = example("penguins").record(options.learning_rate)
    else:
        relay = _relay_of_expression(options, "--penguins")
    walk_relay(relay, options.language, everything=options.all)
    return 0


def add_page(add_parser: AddParser) -> None:
    """Add `microgrid page`: a cycle to step through in a browser."""
    command = add_command(
        add_parser,
        "page",
        _run_page,
        "write a page on which to step through one cycle in a browser, without a network",
        'page "(w*x - target)**2" w=3 x=2 target=5',
    )
    _add_expression(command, optional=True)
    _add_learn(command)
    command.add_argument("-o", "--output", metavar="FILE", help="by default relay.html, and NAME.html for an example")
    command.add_argument("--example", metavar="NAME", help="show this situation instead of an expression")
    command.add_argument("--examples", action="store_true", help="list the situations")
    command.add_choice("--language", LANGUAGES, "en", "in which it starts; by default en")
    command.add_argument("--learning-rate", metavar="R", type=number_of, help="by default 0.1, or that of the example")


def _run_page(options: argparse.Namespace) -> int:
    if options.examples:
        for name, situation in EXAMPLES.items():
            heading = situation.heading
            print(f"{name:<20} {heading.japanese if options.language == 'ja' else heading.english}")
        return 0
    shown = None if options.example is None else example(options.example)
    file = options.output
    if file is None:
        file = "relay.html" if shown is None else f"{options.example}.html"
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a page is written as .html; {file!r} is not")
    if shown is None:
        relay = _relay_of_expression(options, "--example NAME")
        heading = Heading(options.expression, options.expression)
    elif options.expression is None:
        relay, heading = shown.record(options.learning_rate), shown.heading
    else:
        raise ValueError("expected either an EXPRESSION or --example, got both (see microgrid page --help)")
    write_atomic(file, page(relay, heading, options.language))
    if shown is None:
        print(_who_learns(relay, options.language))
    print(words(options.language)["command.page"].format(file=file))
    return 0


def _who_learns(relay: Relay, language: str) -> str:
    """Say which names are learned and which are given, so that nobody wonders what Change changes."""
    text = words(language)
    learned = ", ".join(relay.node(parameter).label for parameter in relay.parameters) or text["command.nothing"]
    given = ", ".join(node.label for node in relay.nodes if node.kind == "input")
    return text["command.learned.given" if given else "command.learned"].format(learned=learned, given=given)


def add_check(add_parser: AddParser) -> None:
    """Add `microgrid check`: gradients beside measured ones."""
    command = add_command(
        add_parser, "check", _run_check, "compare gradients with measured ones", 'check "log(a) / b**2" a=2 b=-3'
    )
    _add_expression(command)


def _run_check(options: argparse.Namespace) -> int:
    output = _read(options)
    if not _leaves(output):
        raise ValueError(f"expected an expression with a name in it, got {options.expression!r}: nothing to check")
    table = check_gradients(output)
    print(table)
    return 0 if table.agrees else 1


def _add_expression(command: Parser, optional: bool = False) -> None:
    command.takes_expression = True
    command.epilog = f"{command.epilog}\nfunctions:  {', '.join(KNOWN_FUNCTIONS)}"
    command.add_argument(
        "expression",
        metavar="EXPRESSION",
        nargs="?" if optional else None,
        type=str.strip,
        help='such as "relu(a*b + c)**2" or "(a*b + c).relu() ** 2"',
    )
    command.add_argument(
        "values", metavar="NAME=NUMBER", nargs="*", type=str.strip, default=[], help="a number for each name"
    )


def _add_learn(command: Parser) -> None:
    command.add_argument(
        "--learn",
        metavar="NAMES",
        type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
        help="what is learned, with commas between; by default all names but those of inputs and targets, which are "
        "called x, y, t, input, output, target or label, also with a number (and all, if there are no others)",
    )


def _read(options: argparse.Namespace) -> Value:
    values = values_of(options.values)
    if options.expression in EXAMPLES and not values:
        raise ValueError(f"{options.expression} is an example: microgrid page --example {options.expression}")
    return read_expression(options.expression, values, getattr(options, "learn", None))


def _relay_of_expression(options: argparse.Namespace, instead: str) -> Relay:
    if options.expression is None:
        raise ValueError(f"expected either an EXPRESSION or {instead} (see microgrid {options.command} --help)")
    output = _read(options)
    if output.is_leaf:
        raise ValueError(f"expected an expression that computes something, got {options.expression!r}")
    output.label = output.label or "result"  # it need not be a loss
    return Relay(output, learning_rate=0.1 if options.learning_rate is None else options.learning_rate)


def _leaves(output: Value) -> list[Value]:
    return [node for node in topological_order(output) if node.is_leaf and not isinstance(node, Constant)]
