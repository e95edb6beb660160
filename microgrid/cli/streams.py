"""The standard streams of the command: they may be closed, full, or read by nobody."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TextIO

from microgrid._util.text import say


def open_missing_streams() -> None:
    """Put the null device where a standard stream was closed (`<&-`), so that it can be read, asked and written to.

    Without a stream, `print` would write errors to the output, argparse help to the errors, and the next file that is
    opened would become the stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (until the end)


def is_unread(error: BaseException) -> bool:
    """Tell whether the reader of the output, such as `head`, has seen enough.

    Windows calls that an invalid argument, and of a write, unlike of a file, no name is given.
    """
    is_invalid = isinstance(error, OSError) and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or is_invalid


def complain(message: str) -> None:
    """Print an error; where nobody can read it, the exit code alone tells."""
    with contextlib.suppress(OSError):
        say(message, file=sys.stderr)
    flush_or_discard(sys.stderr)


def flush_or_discard(stream: TextIO) -> None:
    """Flush a stream; if that fails, discard what it holds, since Python would try again at exit."""
    try:
        stream.flush()
    except OSError:
        with contextlib.suppress(OSError):  # a stream that is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
