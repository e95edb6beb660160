"""`microgrid sheet`: write the cheat sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid._util.text import say
from microgrid.cli.arguments import Parser
from microgrid.language.words import words
from microgrid.pictures.cheatsheet import cheat_sheet


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid sheet`."""
    command.describe(_run_sheet, "sheet --language ja")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="by default cheatsheet.html, or cheatsheet.ja.html in Japanese"
    )
    command.add_language("the sheet")


def _run_sheet(options: argparse.Namespace) -> int:
    file = options.output
    if file is None:
        file = "cheatsheet.html" if options.language == "en" else f"cheatsheet.{options.language}.html"
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a cheat sheet is written as .html, to be printed by a browser; {file!r} is not")
    write_atomic(file, cheat_sheet(options.language))
    say(words(options.language)["command.sheet"].format(file=file))
    return 0
