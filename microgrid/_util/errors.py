"""The errors that microgrid defines itself."""

from __future__ import annotations

from microgrid._util.text import printable


class NoRendererError(RuntimeError):
    """There is no Graphviz on this machine that can write the format."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))  # it names programs and files
