"""The command `microgrid`: dispatch to its subcommands, and report errors in one line."""

from __future__ import annotations

import argparse
import codecs
import io
import signal
import sys
from collections.abc import Mapping, Sequence

import microgrid
from microgrid._util.early_interrupt import exit_quietly
from microgrid._util.errors import NoRendererError
from microgrid.cli.arguments import Parser, parse
from microgrid.cli.messages import language_of, preferred_language, translated
from microgrid.cli.streams import complain, flush_or_discard, is_unread, open_missing_streams
from microgrid.language.numerals import SUPERSCRIPTS

COMMANDS = {
    "draw": "draw an expression as a graph, with its gradients",
    "step": "step through one cycle of an expression: forward, backward, update",
    "studio": "write and open the studio, a page to step through an expression or a network, change it and share it",
    "page": "write a web page that steps through one cycle; it works offline",
    "check": "compare gradients with numerical derivatives",
    "train": "train a network to predict one column of a CSV file from the others",
    "export": "write a saved network as a program that needs PyTorch only",
    "lesson": "copy a lesson, a Jupyter notebook, into this folder",
    "sheet": "write a cheat sheet to print: three steps, chain rule, operations",
}
"""What each command does; its module, `microgrid.cli.NAME`, is loaded when it is named. Help lists them from here."""
USER_ERRORS = (ValueError, TypeError, ArithmeticError, OSError, NoRendererError)
"""Errors of wrong input: reported in one line, with exit code 2."""
IN_ASCII = {
    "−": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "·": "*",
    "÷": "/",
    "∂": "d",
    "∞": "inf",
    "…": "...",
    "√": "sqrt ",
} | {digit: f"^{i}" for i, digit in enumerate(SUPERSCRIPTS)}
"""What is printed instead of a character that a terminal cannot show."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code.

    It is 0 if all is well, 1 if a check found a difference, 2 for wrong input, 3 if a gradient cannot be checked there,
    and 130 for Ctrl-C.

    Without `arguments` it is the program: it takes those of the command line, and tidies up when a signal ends it.
    """
    open_missing_streams()
    _never_fail_to_print()
    if arguments is None:
        _tidy_up_on_signals()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if signal.getsignal(signal.SIGINT) is exit_quietly:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = _run(arguments)
        sys.stdout.flush()  # let a failing write raise here, not at exit
    except KeyboardInterrupt:
        return 130
    except USER_ERRORS as error:
        code = 0 if is_unread(error) else 2
        if code:
            complain(f"microgrid: {_in_language(error, language_of(arguments))}")
        flush_or_discard(sys.stdout)
    return code


def _run(arguments: Sequence[str]) -> int:
    parser, commands = _parsers()
    try:
        options = parse(arguments, parser, commands)
    except SystemExit as end:  # how argparse answers --help and wrong arguments
        return end.code if isinstance(end.code, int) else 2
    options.language_told = options.language  # None where it was left to the locale
    options.language = options.language or preferred_language()
    code: int = options.run(options)
    return code


def _parsers() -> tuple[Parser, Mapping[str, Parser]]:
    """Return the parser of the whole command line, and by name those of the commands, not yet loaded."""
    parser = Parser(
        prog="microgrid",
        description="Show how a neural network learns, one number at a time. Without a command, microgrid runs a "
        "demonstration: it trains a small network on real penguins, prints one cycle of Know (forward), Think "
        "(backward), Change (update), and writes it as a picture (relay.svg) and as a web page (relay.html).",
    )
    parser.add_argument("--version", action="version", version=f"microgrid {microgrid.__version__}")
    parser.set_defaults(run=_run_demonstration)
    parser.add_language("what is printed and written")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        command = commands.add_parser(name, help=summary, description=description, module=f"microgrid.cli.{name}")
        command.set_defaults(command=name)
    return parser, commands.choices


def _run_demonstration(options: argparse.Namespace) -> int:
    from microgrid.cli.demonstration import demonstrate  # imported here, as the commands are

    return 0 if demonstrate(options.language) else 130


def _in_language(error: BaseException, language: str) -> str:
    if in_language := getattr(error, "in_language", None):  # as that of a document has
        return " ".join(in_language(language).split())
    return translated(_one_line(error), language)


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split())


def _tidy_up_on_signals() -> None:
    """Let SIGTERM and SIGHUP raise SystemExit, so that no Graphviz, unfinished file or raw terminal stays behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:  # under nohup it is ignored
            signal.signal(number, _end)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _never_fail_to_print() -> None:
    """Print "->" or "-" where a terminal cannot show "→" or "−", and "?" for other characters."""
    codecs.register_error("microgrid", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="microgrid")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    characters = error.object[error.start : error.end]
    return "".join(IN_ASCII.get(character, "?") for character in characters), error.end
