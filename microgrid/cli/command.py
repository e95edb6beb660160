"""The command `microgrid`."""

from __future__ import annotations

import argparse
import codecs
import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import microgrid
from microgrid._util.files import check_writable, write_atomic
from microgrid._util.validation import number_in_range, positive_whole
from microgrid.cli.arguments import Parser, number_of, parse, values_of, whole_number, whole_numbers
from microgrid.cli.demonstration import demonstrate
from microgrid.cli.lessons import copy_lesson, how_to_open, lesson, lessons
from microgrid.datasets.column import ColumnLearner
from microgrid.datasets.tables import Dataset, read_csv
from microgrid.documents.examples import EXAMPLES, example
from microgrid.documents.expression import FUNCTIONS, read_expression
from microgrid.documents.heading import Heading
from microgrid.engine import Constant, Input, Value, topological_order
from microgrid.graph.folding import FOLDS
from microgrid.graph.gradcheck import check_gradients
from microgrid.language.numerals import counted, show
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.cheatsheet import cheat_sheet
from microgrid.pictures.dot import DIRECTIONS, FORMATS, save_picture
from microgrid.pictures.renderer import NoRendererError
from microgrid.relay.relay import Relay
from microgrid.studio.page import page
from microgrid.terminal.screen import walk_relay

USER_ERRORS = (ValueError, TypeError, ArithmeticError, OSError, NoRendererError)
"""What wrong input leads to: told in one line, with exit code 2."""
FEW = 10  # rows, of which an error says little


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if all is well, 1 if a check found a difference, 2 for wrong input, 130 for Ctrl-C."""
    _never_fail_to_print()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        if sys.stdout is not None:  # as it is where there is no console
            sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _write_to_nowhere()
        return 0
    except KeyboardInterrupt:
        return 130
    except USER_ERRORS as error:
        print(f"microgrid: {_one_line(error)}", file=sys.stderr)
        _write_to_nowhere()
        return 2
    return code


def _run(arguments: Sequence[str]) -> int:
    parser, commands = _parser()
    try:
        options = parse(arguments, parser, commands)
    except SystemExit as end:  # how argparse answers --help and wrong arguments
        return end.code if isinstance(end.code, int) else 2
    code: int = options.run(options)
    return code


# --- what the commands do --------------------------------------------------------------------------------------------


def _demonstrate(_: argparse.Namespace) -> int:
    return 0 if demonstrate() else 130


def _draw(options: argparse.Namespace) -> int:
    output = _read(options)
    output.backward()
    save_picture(output, options.output, options.direction, options.fold, options.language)
    print(f"value {show(output.data)}")
    for leaf in _leaves(output):
        kind = " (given)" if isinstance(leaf, Input) else ""
        print(f"{leaf.label} = {show(leaf.data)}, gradient {show(leaf.grad)}{kind}")
    print(f"wrote {options.output}")
    return 0


def _step(options: argparse.Namespace) -> int:
    if options.penguins and options.expression is not None:
        raise ValueError("expected either an EXPRESSION or --penguins, got both (see microgrid step --help)")
    if options.penguins:
        relay = example("penguins").record(options.learning_rate)
    else:
        relay = _relay_of_expression(options, "--penguins")
    walk_relay(relay, options.language, everything=options.all)
    return 0


def _page(options: argparse.Namespace) -> int:
    if options.examples:
        for name, there in EXAMPLES.items():
            print(f"{name:<20} {there.heading.japanese if options.language == 'ja' else there.heading.english}")
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


def _relay_of_expression(options: argparse.Namespace, instead: str) -> Relay:
    if options.expression is None:
        raise ValueError(f"expected either an EXPRESSION or {instead} (see microgrid {options.command} --help)")
    output = _read(options)
    if output.is_leaf:
        raise ValueError(f"expected an expression that computes something, got {options.expression!r}")
    output.label = output.label or "result"  # it need not be a loss
    return Relay(output, learning_rate=0.1 if options.learning_rate is None else options.learning_rate)


def _check(options: argparse.Namespace) -> int:
    output = _read(options)
    if not _leaves(output):
        raise ValueError(f"expected an expression with a name in it, got {options.expression!r}: nothing to check")
    table = check_gradients(output)
    print(table)
    return 0 if table.agrees else 1


def _train(options: argparse.Namespace) -> int:
    data = read_csv(options.data, options.target, options.inputs)
    learner = _checked_learner(options, data)
    print(f"predict {data.target_name} from {', '.join(data.input_names)}")
    if data.text_columns:
        print(f"left out, because they hold text: {', '.join(data.text_columns)}")
    if data.dropped:
        print(f"{data.dropped} of {len(data.rows) + data.dropped} rows left out, because a value is missing")
    history = learner.train(options.epochs, options.learning_rate, options.batch_size, options.seed)
    if history.interrupted:
        print(f"interrupted after {len(history.losses)} of {options.epochs} epochs")
    if history.losses:
        first, last = history.losses[0], history.losses[-1]
        print(
            f"loss (of standardised numbers): {show(first)} → {show(last)} in {counted(len(history.losses), 'epoch')}"
        )
        if last > first:
            print(words("en")["page.grown"])
    _tell_errors(learner)
    if options.save:
        model, row = learner.model_in_own_units(), learner.learning.rows[0]
        model.save(options.save)
        names = ", ".join(data.input_names)
        print(f"wrote {options.save}, in the units of the file; from {names} it predicts {data.target_name}:")
        print(f"  from microgrid.nn import {type(model).__name__}")
        print(f"  {model!r}.load({options.save!r})({row}).data  # {show(learner.predict(row))}")
    return 130 if history.interrupted else 0


def _checked_learner(options: argparse.Namespace, data: Dataset) -> ColumnLearner:
    """Make the network to be trained; what cannot be used is refused before anything is printed."""
    hidden = [neurons for several in options.hidden for neurons in several]
    for neurons in hidden:
        positive_whole("--hidden", neurons)
    positive_whole("--epochs", options.epochs)
    positive_whole("--batch-size", options.batch_size)
    number_in_range("--learning-rate", options.learning_rate)
    number_in_range("--test", options.test, below=1.0)
    if options.save is not None:
        check_writable(options.save)
        if Path(options.save).exists() and Path(options.save).samefile(options.data):
            raise ValueError(f"{options.save} is the file to learn from; save the model under another name")
    return ColumnLearner.prepare(data, hidden, seed=options.seed, share=options.test)


def _tell_errors(learner: ColumnLearner) -> None:
    """Print how far the network is off, on the rows it learned from and on those it did not."""
    learning, unseen = learner.learning, learner.held_out
    seen = counted(len(learning.rows), "row")
    print(f"mean error on the {seen} it learned from: {show(learner.error(learning))}")
    if unseen.rows:
        print(f"mean error on {counted(len(unseen.rows), 'row')} it has not seen: {show(learner.error(unseen))}")
    else:
        print("no row was held out: this does not tell how good it is on rows it has not seen")
    tested = unseen if unseen.rows else learning
    print(f"  always guessing the mean instead: {show(learner.error_of_the_mean(tested))}")
    if unseen.rows and len(learning.rows) + len(unseen.rows) < FEW:
        print("so few rows say little; --test 0 holds none out, and learns from all of them")
    shown = [*zip(tested.rows, tested.targets, strict=True)][: 3 if unseen.rows else FEW]
    print(f"{'all' if len(shown) == len(tested.rows) else 'some'} of them, in {learner.learning.target_name}:")
    for row, target in shown:
        print(f"  predicted {show(learner.predict(row))}, is {show(target)}")


def _lesson(options: argparse.Namespace) -> int:
    language = "" if options.language == "en" else f" --language {options.language}"
    if options.number is None:
        for there in lessons(options.language):
            print(f"{there.title}\n   {there.summary}")
        command = f"microgrid lesson 1{language}"
        print("\n" + words(options.language)["lesson.list"].format(command=command))
        return 0
    chosen = lesson(options.number, options.language)
    file = copy_lesson(chosen, outputs=options.outputs)
    print(words(options.language)["lesson.copied"].format(file=file, title=chosen.title))
    print(how_to_open(file, options.language))
    return 0


def _sheet(options: argparse.Namespace) -> int:
    file = options.output
    if file is None:
        file = "cheatsheet.html" if options.language == "en" else f"cheatsheet.{options.language}.html"
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a cheat sheet is written as .html, to be printed by a browser; {file!r} is not")
    write_atomic(file, cheat_sheet(options.language))
    print(words(options.language)["command.sheet"].format(file=file))
    return 0


def _read(options: argparse.Namespace) -> Value:
    values = values_of(options.values)
    if options.expression in EXAMPLES and not values:
        raise ValueError(f"{options.expression} is an example: microgrid page --example {options.expression}")
    return read_expression(options.expression, values, getattr(options, "learn", None))


def _leaves(output: Value) -> list[Value]:
    return [node for node in topological_order(output) if node.is_leaf and not isinstance(node, Constant)]


# --- reading the command line ----------------------------------------------------------------------------------------


_Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def _parser() -> tuple[Parser, Mapping[str, Parser]]:
    """Return the parser of the whole command line, and that of each command by its name."""
    parser = Parser(
        prog="microgrid",
        description="Show how a neural network learns, one number at a time. Without a command: a demonstration that "
        "trains a small network on real penguins, shows one cycle of Know, Think, Change, and writes it as a picture, "
        "relay.svg, and as a page, relay.html.",
    )
    parser.add_argument("--version", action="version", version=f"microgrid {microgrid.__version__}")
    parser.set_defaults(run=_demonstrate)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for add in (_add_draw, _add_step, _add_page, _add_check, _add_train, _add_lesson, _add_sheet):
        add(commands)
    return parser, commands.choices


def _add_draw(commands: _Commands) -> None:
    command = _add(
        commands,
        "draw",
        _draw,
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


def _add_step(commands: _Commands) -> None:
    command = _add(
        commands,
        "step",
        _step,
        "walk one cycle of an expression step by step, forward and back",
        'step "(w*x - target)**2" w=3 x=2 target=5',
    )
    _add_expression(command, optional=True)
    _add_learn(command)
    command.add_argument("--penguins", action="store_true", help="walk one penguin through the trained network instead")
    command.add_argument("--all", action="store_true", help="print all steps, and do not wait for keys")
    command.add_choice("--language", LANGUAGES, "en", "by default en")
    command.add_argument("--learning-rate", metavar="R", type=number_of, help="by default 0.1; with --penguins 0.01")


def _add_page(commands: _Commands) -> None:
    command = _add(
        commands,
        "page",
        _page,
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


def _add_check(commands: _Commands) -> None:
    command = _add(commands, "check", _check, "compare gradients with measured ones", 'check "log(a) / b**2" a=2 b=-3')
    _add_expression(command)


def _add_train(commands: _Commands) -> None:
    command = _add(
        commands,
        "train",
        _train,
        "learn one column of a CSV file from others",
        "train DATA.csv --target weight --inputs length width --save model.json",
        functions=False,
    )
    command.usage = "microgrid train DATA.csv --target COLUMN [options]"
    command.add_argument("data", metavar="DATA.csv", help="a table in UTF-8 whose first line names the columns")
    command.add_argument("--target", metavar="COLUMN", required=True, help="the column to predict")
    command.add_argument(
        "--inputs", metavar="COLUMN", nargs="+", help="predict it from these; by default all other numbers"
    )
    command.add_argument(
        "--hidden", metavar="N", nargs="*", type=whole_numbers, default=[[8, 8]], help="hidden layers; by default 8 8"
    )
    command.add_argument(
        "--test",
        metavar="SHARE",
        type=number_of,
        default=0.2,
        help="how much of the rows is held out, to be tested on; by default 0.2; with 0, all are learned from",
    )
    command.add_argument(
        "--epochs", metavar="N", type=whole_number, default=40, help="times through the rows; by default 40"
    )
    command.add_argument("--learning-rate", metavar="R", type=number_of, default=0.02, help="by default 0.02")
    command.add_argument(
        "--batch-size", metavar="N", type=whole_number, default=16, help="rows that share an update; by default 16"
    )
    command.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="the same seed, the same result; by default 0"
    )
    command.add_argument("--save", metavar="FILE.json", help="write the trained network to this file")


def _add_lesson(commands: _Commands) -> None:
    command = _add(
        commands, "lesson", _lesson, "copy a lesson, a notebook to run and change", "lesson 1", functions=False
    )
    command.add_argument(
        "number",
        metavar="N",
        nargs="?",
        type=lambda text: int(text) if text.isdecimal() else text,
        help="which one; without it, all are listed",
    )
    command.add_choice("--language", LANGUAGES, "en", "by default en")
    command.add_argument(
        "--outputs", action="store_true", help="keep the outputs; by default they are left out, to be predicted"
    )


def _add_sheet(commands: _Commands) -> None:
    command = _add(
        commands,
        "sheet",
        _sheet,
        "write the cheat sheet for the wall: three steps, relay rule, operations",
        "sheet --language ja",
        functions=False,
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="by default cheatsheet.html, in Japanese cheatsheet.ja.html"
    )
    command.add_choice("--language", LANGUAGES, "en", "by default en")


def _add(
    commands: _Commands,
    name: str,
    run: object,
    summary: str,
    example: str,
    functions: bool = True,
) -> Parser:
    command: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:  microgrid {example}" + (f"\nfunctions:  {', '.join(FUNCTIONS)}" if functions else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run, command=name)
    return command


def _add_expression(command: Parser, optional: bool = False) -> None:
    command.takes_expression = True
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


# --- speaking to people ----------------------------------------------------------------------------------------------


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split())


def _write_to_nowhere() -> None:
    """Send what is still to be written away, so that Python does not try again, and fail again, as it ends."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            return
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


PLAIN = {"−": "-", "→": "->", "←": "<-", "×": "x", "·": "*", "÷": "/", "∂": "d", "∞": "inf", "…": "...", "²": "^2"}


def _in_plain_characters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in characters), error.end


def _never_fail_to_print() -> None:
    """Where a terminal cannot show "→" or "−", show "->" or "-", and "?" for anything else, rather than stop."""
    codecs.register_error("microgrid", _in_plain_characters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="microgrid")
