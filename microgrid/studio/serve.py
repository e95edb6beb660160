"""Serve one page to the browsers of a room: the phones of a class open it at this machine's address."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FIRST_PORT, N_PORTS = 8000, 20
UNREACHABLE = "192.0.2.1"  # reserved for documentation: asking for the way there sends nothing
GLYPHS = dict(
    zip(
        "0123456789.:",
        zip(
            *(
                row.split("|")
                for row in (
                    "█▀█|▀█ |▀▀█|▀▀█|█ █|█▀▀|█▀▀|▀▀█|█▀█|█▀█| | ",
                    "█ █| █ |█▀▀| ▀█|▀▀█|▀▀█|█▀█|  █|█▀█|▀▀█| |▀",
                    "▀▀▀|▀▀▀|▀▀▀|▀▀▀|  ▀|▀▀▀|▀▀▀|  ▀|▀▀▀|▀▀▀|▀|▀",
                )
            ),
            strict=True,
        ),
        strict=True,
    )
)


@contextlib.contextmanager
def serving(page: str, host: str = "") -> Iterator[ThreadingHTTPServer]:
    """Listen for browsers that ask for a page; `serve_forever()` of the server answers them.

    Every path but "/" is answered with 404: nothing else of this machine can be read.

    Args:
        page: its HTML.
        host: the address of this machine to listen at; by default all of them.

    Raises:
        OSError: each of the 20 ports from 8000 on is in use.
    """
    handler = type("Handler", (_Handler,), {"content": page.encode("utf-8")})
    server = _listening(host, handler)
    try:
        yield server
    finally:
        server.server_close()


def _listening(host: str, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    for port in range(FIRST_PORT, FIRST_PORT + N_PORTS):
        with contextlib.suppress(OSError):
            return _Server((host, port), handler)
    raise OSError(f"the ports {FIRST_PORT} to {FIRST_PORT + N_PORTS - 1} of this machine are all in use")


class _Server(ThreadingHTTPServer):
    # A port whose last connections have just ended is free again; Windows would share one that is in use.
    allow_reuse_address = sys.platform != "win32"
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a phone that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    content = b""
    timeout = 10  # seconds that a silent browser may hold a thread

    def do_GET(self) -> None:
        """Answer with the page, and to any other path with 404."""
        self._answer(self.content)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the page itself."""
        self._answer(b"")

    def _answer(self, content: bytes) -> None:
        if self.path.partition("?")[0] != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.content)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing: the terminal shows the address."""


def address_of_this_machine() -> str:
    """Return the address at which other machines of the same network reach this one; 127.0.0.1 without a network."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((UNREACHABLE, 9))
        address: str = probe.getsockname()[0]
        return address
    return "127.0.0.1"


def in_large_letters(address: str) -> str:
    """Write the digits, points and colon of an address three lines high, for a class to read from a screen.

    >>> print(in_large_letters("10.1:8"))
    ▀█  █▀█   ▀█    █▀█
     █  █ █    █  ▀ █▀█
    ▀▀▀ ▀▀▀ ▀ ▀▀▀ ▀ ▀▀▀
    """
    rows = zip(*(GLYPHS[character] for character in address), strict=True)
    return "\n".join(" ".join(row).rstrip() for row in rows)
