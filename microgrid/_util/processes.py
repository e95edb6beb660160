"""Run a program that does not outlive this process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

if sys.platform == "linux":
    import fcntl


def run(
    command: Sequence[str], sent: bytes, max_seconds: float, folder: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, with `sent` as its input; return its exit code and what it wrote.

    It is killed, with all that it has started, if it takes more than `max_seconds` or if this process is interrupted
    meanwhile, and on Linux also if this process is killed. On Windows, only the program itself is.

    Raises:
        TimeoutError: it took too long.
        OSError: it could not be started.
    """
    hidden = None
    if sys.platform == "win32":  # show no window
        hidden = subprocess.STARTUPINFO(dwFlags=subprocess.STARTF_USESHOWWINDOW)
    with (
        _lifeline() as lifeline,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            startupinfo=hidden,
            start_new_session=True,  # a group of its own, which can be killed as one
            pass_fds=lifeline,
        ) as process,
    ):
        try:
            for end in lifeline:
                _kill_when_closed(end, process.pid)
            output, errors = process.communicate(sent, max_seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise TimeoutError(f"{command[0]} was not done after {max_seconds:g} s") from None
        except BaseException:
            _kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


@contextlib.contextmanager
def _lifeline() -> Iterator[list[int]]:
    """Open a pipe that closes when this process ends, in whatever way, and yield its end for reading; on Linux only."""
    ends = os.pipe() if sys.platform == "linux" else ()
    try:
        yield list(ends[:1])
    finally:
        for end in ends:
            os.close(end)


def _kill_when_closed(pipe: int, group: int) -> None:
    """Have Linux send SIGKILL to a group of processes when nothing is left that could write to this pipe.

    The usual way, a function that the child calls before the program starts, is unsafe with threads.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a system that only behaves like Linux may not have it
            fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(pipe, fcntl.F_SETOWN, -group)
            fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_ASYNC)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(OSError):  # it has ended
            os.killpg(process.pid, signal.SIGKILL)
