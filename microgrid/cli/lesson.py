"""`microgrid lesson`: copy a lesson into the current folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.text import say
from microgrid.cli.arguments import Parser
from microgrid.documents.lessons import copy_lesson, how_to_open, lesson, lessons
from microgrid.language.words import words


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid lesson`."""
    command.describe(_run_lesson, "lesson 1")
    command.add_argument(
        "number",
        metavar="N",
        nargs="?",
        type=lambda text: int(text) if text.isdecimal() else text,
        help="number of the lesson; without it, all lessons are listed",
    )
    command.add_language("the lesson")


def _run_lesson(options: argparse.Namespace) -> int:
    language = "" if options.language == "en" else f" --language {options.language}"
    if options.number is None:
        for listed in lessons(options.language):
            say(listed.title, f"   {listed.summary}")
        command = f"microgrid lesson 1{language}"
        say("", words(options.language)["lesson.list"].format(command=command))
        return 0
    chosen = lesson(options.number, options.language)
    try:
        file = copy_lesson(chosen)
    except FileExistsError as error:
        *_, opening = how_to_open(Path(error.filename)).split("\n")
        raise ValueError(f"{error.filename}: {error.strerror}; {opening}") from None
    say(words(options.language)["lesson.copied"].format(file=file, title=chosen.title))
    say(*how_to_open(file, options.language).split("\n"))
    return 0
