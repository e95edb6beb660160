"""Let Ctrl-C end the command `microgrid` quietly while its modules load, before `main` can answer it.

The package imports this module first. In a program that only uses the package, Ctrl-C stays what it was.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module `signal` defines enums first, and Ctrl-C may come meanwhile
import os
import sys


def exit_quietly(*_: object) -> None:
    """Answer Ctrl-C: end the process at once. Nothing has begun that could be left half done."""
    os._exit(130)


def _is_command() -> bool:
    """Tell whether this process runs the command: `microgrid …` or `python -m microgrid …`."""
    program = sys.argv[0] if getattr(sys, "argv", None) else ""
    if program == "-m":  # Python is still looking for the module
        return any(argument.endswith("microgrid") for argument in sys.orig_argv[1:])
    name = os.path.basename(program)  # noqa: PTH119 (nothing has loaded pathlib yet)
    return name.lower() in ("microgrid", "microgrid.exe", "microgrid-script.py")


if _is_command() and _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, exit_quietly)
