"""A program that was started never outlives the process that started it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from microgrid._util.processes import run
from tests.processes import is_running, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")

STARTER = """
import signal, sys
from microgrid._util.processes import run
signal.signal(signal.SIGINT, signal.default_int_handler)
run(["/bin/sh", "-c", sys.argv[1]], b"", 600)
"""
HANGING = "cat > /dev/null; sleep 60 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"
"""Two processes, a shell and its own child, which begin when the input has been sent."""


def pids_in(file: Path) -> list[int]:
    wait_until(file.exists)
    pids = [int(pid) for pid in file.read_text(encoding="ascii").split()]
    assert len(pids) == 2
    return pids


def test_output_is_returned_and_more_of_it_than_fits_a_pipe() -> None:
    done = run(["/bin/sh", "-c", "cat; echo said >&2; exit 3"], b"x" * 1_000_000, 60)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"x" * 1_000_000, b"said\n")


def test_program_runs_in_the_folder(tmp_path: Path) -> None:
    assert run(["/bin/pwd"], b"", 60, str(tmp_path)).stdout.decode().strip() == str(tmp_path.resolve())


def test_program_that_takes_too_long_is_killed_with_all_that_it_has_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(TimeoutError, match=r"^/bin/sh was not done after 0\.3 s$"):
        run(["/bin/sh", "-c", HANGING.format(pids=pids)], b"", 0.3)
    started = pids_in(pids) if pids.exists() else []  # a busy machine may not have come so far
    wait_until(lambda: not any(map(is_running, started)))


def test_program_goes_on_while_another_thread_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    done: list[bytes] = []
    script = f"while ! test -e {tmp_path}/failed; do sleep 0.01; done; echo well"
    running = threading.Thread(target=lambda: done.append(run(["/bin/sh", "-c", script], b"", 60).stdout))
    running.start()
    failing = threading.Thread(target=lambda: [][0])
    failing.start()
    failing.join()
    (tmp_path / "failed").touch()
    running.join()
    assert done == [b"well\n"]


@pytest.mark.parametrize(
    "name",
    [
        "SIGINT",
        *(
            pytest.param(name, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux can"))
            for name in ("SIGTERM", "SIGHUP", "SIGKILL")
        ),
    ],
)
@pytest.mark.parametrize("to", [os.kill, getattr(os, "killpg", os.kill)], ids=["alone", "group"])
def test_signal_leaves_no_process(name: str, to: Callable[[int, int], None], tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = [sys.executable, "-c", STARTER, HANGING.format(pids=pids)]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as starter:
        started = pids_in(pids)
        assert all(map(is_running, started))
        to(starter.pid, getattr(signal, name))
    assert starter.returncode == -getattr(signal, name)
    wait_until(lambda: not any(map(is_running, started)))
