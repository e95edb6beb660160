"""The command `microgrid`."""

from __future__ import annotations

import argparse
import codecs
import contextlib
import io
import itertools
import math
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import microgrid
from microgrid.cards import FOLDS
from microgrid.cheatsheet import cheat_sheet
from microgrid.checks import positive_whole
from microgrid.datasets import read_csv
from microgrid.demonstration import demonstrate
from microgrid.drawing import DIRECTIONS, FORMATS, NoRendererError, save_picture
from microgrid.engine import Constant, Input, Value, topological_order
from microgrid.examples import EXAMPLES, example
from microgrid.expression import FUNCTIONS, read_expression
from microgrid.files import check_writable, write_whole
from microgrid.gradcheck import check_gradients
from microgrid.lessons import copy_lesson, how_to_open, lesson, lessons
from microgrid.numerals import counted, show
from microgrid.page import Heading, page
from microgrid.relay import Relay
from microgrid.tabular import ColumnLearner
from microgrid.terminal import walk
from microgrid.wording import LANGUAGES, words

USER_ERRORS = (ValueError, TypeError, ArithmeticError, OSError, NoRendererError)
"""What wrong input leads to: told in one line, with exit code 2."""


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
    try:
        options = _parser().parse_args(_arrange(arguments))
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
    save_picture(output, options.output, options.direction, options.fold)
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
    walk(relay, options.language, everything=options.all)
    return 0


def _page(options: argparse.Namespace) -> int:
    if options.examples:
        for name, shown in EXAMPLES.items():
            print(f"{name:<20} {shown.heading.japanese if options.language == 'ja' else shown.heading.english}")
        return 0
    if Path(options.output).suffix.lower() != ".html":
        raise ValueError(f"a page is written as .html; {options.output!r} is none")
    check_writable(options.output)
    heading = None
    if options.example is not None:
        if options.expression is not None:
            raise ValueError("expected either an EXPRESSION or --example, got both (see microgrid page --help)")
        shown = example(options.example)
        relay, heading = shown.record(options.learning_rate), shown.heading
    else:
        relay = _relay_of_expression(options, "--example NAME")
        heading = Heading(options.expression, options.expression)
    write_whole(options.output, page(relay, heading, options.language))
    if options.example is None:
        print(_who_learns(relay))
    print(f"wrote {options.output}; open it in a browser")
    return 0


def _who_learns(relay: Relay) -> str:
    """Say which names are learned and which are given, so that nobody wonders what Change changes."""
    learned = [relay.node(parameter).label for parameter in relay.parameters]
    given = [node.label for node in relay.nodes if node.kind == "input"]
    parts = [f"learned: {', '.join(learned) or 'nothing'}", *([f"given: {', '.join(given)}"] if given else [])]
    return f"{'; '.join(parts)} (--learn NAMES decides otherwise)"


def _relay_of_expression(options: argparse.Namespace, instead: str) -> Relay:
    if options.expression is None:
        raise ValueError(f"expected either an EXPRESSION or {instead} (see microgrid {options.command} --help)")
    output = _read(options)
    if output.is_leaf:
        raise ValueError(f"expected an expression that computes something, got {options.expression!r}")
    output.label = output.label or "result"  # it need not be a loss
    return Relay(output, learning_rate=0.1 if options.learning_rate is None else options.learning_rate)


def _check(options: argparse.Namespace) -> int:
    table = check_gradients(_read(options))
    print(table)
    return 0 if table.agrees else 1


def _train(options: argparse.Namespace) -> int:
    inputs = None if options.inputs is None else [*map(_read_anew, options.inputs)]
    data = read_csv(options.data, _read_anew(options.target), inputs)
    for neurons in options.hidden:
        positive_whole("--hidden", neurons)
    if options.save is not None:
        check_writable(options.save)
        if Path(options.save).exists() and Path(options.save).samefile(options.data):
            raise ValueError(f"{options.save} is the file to learn from; save the model under another name")
    print(f"predict {data.target_name} from {', '.join(data.input_names)}")
    if data.text_columns:
        print(f"left out, because they hold text: {', '.join(data.text_columns)}")
    if data.dropped:
        print(f"{data.dropped} of {len(data.rows) + data.dropped} rows left out, because a value is missing")
    learner = ColumnLearner.prepare(data, options.hidden, seed=options.seed)
    history = learner.train(options.epochs, options.learning_rate, options.batch_size, options.seed)
    if history.interrupted:
        print(f"interrupted after {len(history.losses)} of {options.epochs} epochs")
    if history.losses:
        first, last = show(history.losses[0]), show(history.losses[-1])
        print(f"loss (of standardised numbers): {first} → {last} in {counted(len(history.losses), 'epoch')}")
    seen, unseen = counted(len(learner.learning.rows), "row"), counted(len(learner.held_out.rows), "row")
    print(f"mean error on the {seen} it learned from: {show(learner.error(learner.learning))}")
    print(f"mean error on {unseen} it has not seen: {show(learner.error(learner.held_out))}")
    print(f"  always guessing the mean instead: {show(learner.error_of_the_mean(learner.held_out))}")
    print(f"some of them, in {data.target_name}:")
    for row, target in zip(learner.held_out.rows[:3], learner.held_out.targets[:3], strict=True):
        print(f"  predicted {show(learner.predict(row))}, is {show(target)}")
    if options.save:
        model = learner.model_in_own_units()
        model.save(options.save)
        print(f"wrote {options.save}, in the units of the file: microgrid.nn.{model!r}.load({options.save!r})")
    return 130 if history.interrupted else 0


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
    if Path(options.output).suffix.lower() != ".html":
        raise ValueError(f"a cheat sheet is written as .html, to be printed by a browser; {options.output!r} is none")
    check_writable(options.output)
    write_whole(options.output, cheat_sheet(options.language))
    print(f"wrote {options.output}; open it in a browser and print it, on one page of A4 or Letter")
    return 0


def _read(options: argparse.Namespace) -> Value:
    values = dict(options.values)
    if len(values) < len(options.values):
        names = [name for name, _ in options.values]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} has two values; expected one")
    return read_expression(options.expression, values, getattr(options, "learn", None))


def _leaves(output: Value) -> list[Value]:
    return [node for node in topological_order(output) if node.is_leaf and not isinstance(node, Constant)]


# --- reading the command line ----------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are one line."""

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file)  # argparse itself says nothing where nothing can be written

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="microgrid",
        description="Show how a neural network learns, one number at a time. Without a command: a demonstration that "
        "trains a small network on real penguins, shows one cycle of Know, Think, Change, and writes it as a picture, "
        "relay.svg, and as a page, relay.html.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"microgrid {microgrid.__version__}")
    parser.set_defaults(run=_demonstrate)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)

    draw = _add(
        commands,
        "draw",
        _draw,
        "draw an expression as a graph, with its gradients",
        'draw "(a*b + c).tanh()" a=2 b=-3 c=5.5',
    )
    _add_expression(draw)
    _add_learn(draw)
    formats = ", ".join(f".{suffix}" for suffix in FORMATS)
    draw.add_argument("-o", "--output", metavar="FILE", default="graph.svg", help=f"{formats}; by default graph.svg")
    draw.add_argument("--direction", choices=DIRECTIONS, default="LR", help="where the numbers flow; by default LR")
    draw.add_argument("--fold", choices=FOLDS, default="auto", help="what to draw as one card; by default auto")

    step = _add(
        commands,
        "step",
        _step,
        "walk one cycle of an expression step by step, forward and back",
        'step "(w*x - target)**2" w=3 x=2 target=5',
    )
    _add_expression(step, optional=True)
    _add_learn(step)
    step.add_argument("--penguins", action="store_true", help="walk one penguin through the trained network instead")
    step.add_argument("--all", action="store_true", help="print all steps, and do not wait for keys")
    step.add_argument("--language", choices=LANGUAGES, default="en", help="by default en")
    step.add_argument("--learning-rate", metavar="R", type=float, help="by default 0.1; with --penguins 0.01")

    pages = _add(
        commands,
        "page",
        _page,
        "write a page on which to step through one cycle in a browser, without a network",
        'page "(w*x - target)**2" w=3 x=2 target=5',
    )
    _add_expression(pages, optional=True)
    _add_learn(pages)
    pages.add_argument("-o", "--output", metavar="FILE", default="relay.html", help="by default relay.html")
    pages.add_argument("--example", metavar="NAME", help="show this situation instead of an expression")
    pages.add_argument("--examples", action="store_true", help="list the situations")
    pages.add_argument("--language", choices=LANGUAGES, default="en", help="in which it starts; by default en")
    pages.add_argument("--learning-rate", metavar="R", type=float, help="by default 0.1, or that of the example")

    check = _add(commands, "check", _check, "compare gradients with measured ones", 'check "log(a) / b**2" a=2 b=-3')
    _add_expression(check)

    train = _add(
        commands,
        "train",
        _train,
        "learn one column of a CSV file from others",
        "train DATA.csv --target weight --inputs length width --save model.json",
        functions=False,
    )
    train.usage = "microgrid train DATA.csv --target COLUMN [options]"
    train.add_argument("data", metavar="DATA.csv", help="a table in UTF-8 whose first line names the columns")
    train.add_argument("--target", metavar="COLUMN", required=True, help="the column to predict")
    train.add_argument(
        "--inputs", metavar="COLUMN", nargs="+", help="predict it from these; by default all other numbers"
    )
    train.add_argument(
        "--hidden", metavar="N", nargs="*", type=int, default=[8, 8], help="hidden layers; by default 8 8"
    )
    train.add_argument("--epochs", metavar="N", type=int, default=40, help="times through the rows; by default 40")
    train.add_argument("--learning-rate", metavar="R", type=float, default=0.02, help="by default 0.02")
    train.add_argument(
        "--batch-size", metavar="N", type=int, default=16, help="rows that share an update; by default 16"
    )
    train.add_argument("--seed", metavar="N", type=int, default=0, help="the same seed, the same result; by default 0")
    train.add_argument("--save", metavar="FILE.json", help="write the trained network to this file")

    course = _add(
        commands, "lesson", _lesson, "copy a lesson, a notebook to run and change", "lesson 1", functions=False
    )
    course.add_argument("number", metavar="N", nargs="?", type=int, help="which one; without it, all are listed")
    course.add_argument("--language", choices=LANGUAGES, default="en", help="by default en")
    course.add_argument(
        "--outputs", action="store_true", help="keep the outputs; by default they are left out, to be predicted"
    )

    sheet = _add(
        commands,
        "sheet",
        _sheet,
        "write the cheat sheet for the wall: three steps, relay rule, operations",
        "sheet --language ja",
        functions=False,
    )
    sheet.add_argument("-o", "--output", metavar="FILE", default="cheatsheet.html", help="by default cheatsheet.html")
    sheet.add_argument("--language", choices=LANGUAGES, default="en", help="by default en")
    return parser


def _add(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    run: object,
    summary: str,
    example: str,
    functions: bool = True,
) -> _Parser:
    command: _Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:  microgrid {example}" + (f"\nfunctions:  {', '.join(FUNCTIONS)}" if functions else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=run, command=name)
    return command


def _add_expression(command: _Parser, optional: bool = False) -> None:
    example = 'such as "relu(a*b + c)**2" or "(a*b + c).relu() ** 2"'
    command.add_argument("expression", metavar="EXPRESSION", nargs="?" if optional else None, help=example)
    command.add_argument(
        "values", metavar="NAME=NUMBER", nargs="*", type=_assignment, default=[], help="a number for each name"
    )


def _add_learn(command: _Parser) -> None:
    command.add_argument(
        "--learn",
        metavar="NAMES",
        type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
        help="what is learned, with commas between; by default all names but those of inputs and targets, which are "
        "called x, y, t, input, output, target or label, also with a number (and all, if there are no others)",
    )


def _assignment(text: str) -> tuple[str, float]:
    name, equals, number = (part.strip() for part in text.partition("="))
    if not equals or not name.isidentifier():
        hint = "put the whole expression in double quotes"
        raise argparse.ArgumentTypeError(f"expected a name and a number such as a=2, got {text!r} ({hint})")
    try:
        data = float(number)
    except ValueError:
        data = math.nan
    if not math.isfinite(data):
        raise argparse.ArgumentTypeError(f"expected a number for {name}, got {number!r}")
    return name, data


WITH_VALUE = ("--learn", "-o", "--output", "--direction", "--fold", "--language", "--learning-rate", "--example")
WITHOUT_VALUE = ("-h", "--help", "--all", "--penguins", "--examples")


def _arrange(arguments: Sequence[str]) -> list[str]:
    """Put the options of a command before its expression, and "--" between: "-a*b" is not an option then."""
    if not arguments or arguments[0] not in ("draw", "check", "step", "page"):
        return list(arguments)
    options: list[str] = []
    others: list[str] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--":
            others.extend(rest)
        elif argument in WITH_VALUE:
            options += [argument, *itertools.islice(rest, 1)]
        elif argument.partition("=")[0] in (*WITHOUT_VALUE, *WITH_VALUE):
            options.append(argument)
        elif re.fullmatch("--[a-z][a-z-]*(=.*)?", argument):
            raise ValueError(f"unknown option {argument} (see microgrid {arguments[0]} --help)")
        else:
            others.append(argument)
    return [arguments[0], *options, "--", *map(_read_anew, others)]


def _read_anew(argument: str) -> str:
    """Read as UTF-8 what Python could not read because the locale is "C", such as a Japanese name."""
    try:
        return argument.encode("ascii", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return argument


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
