"""What runs for `microgrid lesson` and `sheet`: what a teacher hands out."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid.cli.arguments import AddParser, add_command
from microgrid.cli.lessons import copy_lesson, how_to_open, lesson, lessons
from microgrid.language.words import LANGUAGES, words
from microgrid.pictures.cheatsheet import cheat_sheet


def add_lesson(add_parser: AddParser) -> None:
    """Add `microgrid lesson`: a notebook, copied into the current folder."""
    command = add_command(add_parser, "lesson", _run_lesson, "copy a lesson, a notebook to run and change", "lesson 1")
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


def _run_lesson(options: argparse.Namespace) -> int:
    language = "" if options.language == "en" else f" --language {options.language}"
    if options.number is None:
        for listed in lessons(options.language):
            print(f"{listed.title}\n   {listed.summary}")
        command = f"microgrid lesson 1{language}"
        print("\n" + words(options.language)["lesson.list"].format(command=command))
        return 0
    chosen = lesson(options.number, options.language)
    file = copy_lesson(chosen, outputs=options.outputs)
    print(words(options.language)["lesson.copied"].format(file=file, title=chosen.title))
    print(how_to_open(file, options.language))
    return 0


def add_sheet(add_parser: AddParser) -> None:
    """Add `microgrid sheet`: the cheat sheet for the wall."""
    command = add_command(
        add_parser,
        "sheet",
        _run_sheet,
        "write the cheat sheet for the wall: three steps, relay rule, operations",
        "sheet --language ja",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="by default cheatsheet.html, in Japanese cheatsheet.ja.html"
    )
    command.add_choice("--language", LANGUAGES, "en", "by default en")


def _run_sheet(options: argparse.Namespace) -> int:
    file = options.output
    if file is None:
        file = "cheatsheet.html" if options.language == "en" else f"cheatsheet.{options.language}.html"
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a cheat sheet is written as .html, to be printed by a browser; {file!r} is not")
    write_atomic(file, cheat_sheet(options.language))
    print(words(options.language)["command.sheet"].format(file=file))
    return 0
