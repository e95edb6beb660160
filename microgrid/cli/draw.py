"""`microgrid draw`: draw the graph of an expression."""

from __future__ import annotations

import argparse

from microgrid._util.text import say
from microgrid.cli.arguments import Parser
from microgrid.cli.expressions import add_expression, add_learn, leaves_of, read_graph
from microgrid.engine import Input
from microgrid.graph.folding import FOLDS
from microgrid.language.numerals import show
from microgrid.language.words import words
from microgrid.pictures.dot import FORMATS, save_picture
from microgrid.pictures.dot_text import DIRECTIONS


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid draw`."""
    command.describe(_run_draw, 'draw "(a*b + c).tanh()" a=2 b=-3 c=5.5')
    add_expression(command)
    add_learn(command)
    formats = ", ".join(f".{suffix}" for suffix in FORMATS)
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="graph.svg",
        help=f"the file, in one of the formats {formats}; by default graph.svg",
    )
    command.add_choice(
        "--direction",
        DIRECTIONS,
        "LR",
        "from the inputs to the output: left to right (LR), top to bottom (TB), "
        "right to left (RL) or bottom to top (BT); by default LR",
    )
    command.add_choice(
        "--fold",
        FOLDS,
        "auto",
        "draw each neuron, or each layer, as one card; auto does so in large graphs only; by default auto",
    )
    command.add_language("what is printed and drawn")


def _run_draw(options: argparse.Namespace) -> int:
    output = read_graph(options)
    output.backward()
    save_picture(output, options.output, options.direction, options.fold, options.language)
    text = words(options.language)
    say(text["command.value"].format(value=show(output.data)))
    for leaf in leaves_of(output):
        line = text["command.leaf.given" if isinstance(leaf, Input) else "command.leaf"]
        say(line.format(name=leaf.label, value=show(leaf.data), gradient=show(leaf.grad)))
    say(text["command.wrote"].format(file=options.output))
    return 0
