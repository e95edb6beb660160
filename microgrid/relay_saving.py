"""Save a relay in the format of the file's suffix, for `Relay.save`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from microgrid._util.files import write_atomic
from microgrid._util.validation import quoted
from microgrid.documents.examples import Heading
from microgrid.language.words import words
from microgrid.pictures.animation import animation
from microgrid.pictures.dot import draw_snapshot, write_picture
from microgrid.relay import json_format, table
from microgrid.relay.records import Record
from microgrid.studio.page import page

_TEXTS: dict[str, Callable[[Record, str, Heading | None], str]] = {
    ".html": lambda relay, language, heading: page(relay, heading, None if language == "en" else language),
    ".json": lambda relay, *_: json_format.write(relay) + "\n",
    ".txt": lambda relay, language, heading: table.table(_called(relay, language, heading), language) + "\n",
}
"""An .svg is not listed: without Graphviz, its .dot is written instead."""


def save_relay(
    relay: Record, path: str | os.PathLike[str], animated: bool, language: str, heading: Heading | None
) -> None:
    """Write a relay to a file; see `Relay.save`."""
    words(language)
    suffix = Path(path).suffix.lower()
    if animated and suffix != ".svg":
        raise ValueError(f"only a .svg can be animated; {quoted(os.fspath(path), 200)} is none")
    if animated:
        write_atomic(path, animation(_called(relay, language, heading), language))
    elif suffix == ".svg":
        write_picture(draw_snapshot(_called(relay, language, heading).snapshot, language=language), path)
    elif suffix in _TEXTS:
        write_atomic(path, _TEXTS[suffix](relay, language, heading))
    else:
        name = quoted(os.fspath(path), 200)
        raise ValueError(f"a relay is written as {', '.join(_TEXTS)} or .svg; {name} is none of these")


def _called(relay: Record, language: str, heading: Heading | None) -> Record:
    """Return the relay with its labels as they are called in a language."""
    return relay if heading is None else relay.relabelled(lambda label: heading.label_in(label, language))
