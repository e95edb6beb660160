"""`microgrid studio`: write the studio and open it in the browser, or serve it to the browsers of a room."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid._util.text import say
from microgrid.cli.arguments import Parser, number_of, values_of
from microgrid.cli.expressions import add_expression, document_text
from microgrid.cli.networks import add_network_options, network_page_asked_for
from microgrid.documents.document import read_document
from microgrid.engine import topological_order
from microgrid.language.words import LANGUAGES, words
from microgrid.studio.page import studio_page
from microgrid.studio.serve import address_of_this_machine, in_large_letters, serving

STUDIO_FILE = "microgrid.html"


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid studio`."""
    command.describe(_run_studio, 'studio "(w*x - target)**2" w=3 x=2 target=5')
    command.usage = "microgrid studio [EXPRESSION] [NAME=NUMBER ...] [options]"
    add_expression(command, optional=True, numbers="the number for each name that has none in the lines, such as a=2")
    add_network_options(command)
    command.add_argument("--learning-rate", metavar="R", type=number_of, help="of the update")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="an .html file, which is not opened; by default microgrid.html, opened"
    )
    command.add_argument(
        "--serve",
        action="store_true",
        help="write no file: let the browsers of this network, such as those of phones, open the studio until Ctrl-C",
    )
    command.add_choice(
        "--language", LANGUAGES, None, "language in which the page starts; by default that of the browser"
    )


def _run_studio(options: argparse.Namespace) -> int:
    file = STUDIO_FILE if options.output is None else options.output
    if options.serve and options.output is not None:
        raise ValueError("expected either --serve or -o FILE, got both (see microgrid studio --help)")
    if Path(file).suffix.lower() != ".html":
        raise ValueError(f"a page is written as .html; {file!r} is not")
    page = network_page_asked_for(options) or _page_of_text(options)
    if options.serve:
        _serve(page, options.language)
        return 0
    write_atomic(file, page)
    is_opened = options.output is None and _can_open(os.environ) and _open(Path(file))
    say(words(options.language)["command.studio" if is_opened else "command.page"].format(file=file))
    return 0


def _page_of_text(options: argparse.Namespace) -> str:
    text = None if options.expression is None else _text_with_values(options)
    return studio_page(text, language=options.language_told, learning_rate=options.learning_rate)


def _text_with_values(options: argparse.Namespace) -> str:
    """Return the text, with the numbers of the command line as lines before it.

    Raises:
        ValueError: the text gives a name another number than the command line.
    """
    values = values_of(options.values)
    text = document_text(options.expression, bool(values))
    if not values:
        return text
    read_document(text, values)  # refuses a name that it does not have
    lines = [f"{name} = {number!r}" if number % 1 else f"{name} = {number:.0f}" for name, number in values.items()]
    text = "\n".join([*lines, text])
    for leaf in topological_order(read_document(text)):
        if leaf.is_leaf and leaf.data != values.get(leaf.label, leaf.data):
            raise ValueError(f"{leaf.label} has a number in the text, which the studio shows; change it there")
    return text


def _serve(page: str, language: str) -> None:
    """Serve the page until Ctrl-C, and show the address at which other machines find it."""
    with serving(page) as server:
        address = f"{address_of_this_machine()}:{server.server_port}"
        if _can_print("█▀▄"):
            say("", *in_large_letters(address).splitlines(), "")
        say(words(language)["command.studio.served"].format(address=f"http://{address}"))
        sys.stdout.flush()  # also where it is a pipe
        server.serve_forever()


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _can_open(environment: Mapping[str, str]) -> bool:
    """Tell whether somebody sits here who can see a browser; one in the terminal would take its place."""
    has_screen = sys.platform in ("win32", "darwin") or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return has_screen and _is_terminal()


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _open(file: Path) -> bool:
    """Open a file in the browser; return whether one was found."""
    with contextlib.suppress(webbrowser.Error, OSError):
        return webbrowser.open(file.absolute().as_uri())
    return False
