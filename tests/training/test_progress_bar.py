"""The progress bar of a training: where it appears, and where not."""

from __future__ import annotations

import functools
import os
import struct
import subprocess
import sys
import types

import pytest
import tqdm

from microgrid.training import train
from tests.training.networks import ROWS, TARGETS, line

TRAINING = """
from microgrid.nn import Neuron
from microgrid.training import train
train(Neuron(1), [[1.0]], [1.0], epochs=3{})
"""


def on_a_terminal(code: str) -> str:
    """Run Python with its standard error on a pseudo-terminal, and return what appears there."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))  # not on Windows
    try:
        ours, theirs = pty.openpty()
    except OSError:
        pytest.skip("this system gives no pseudo-terminals")
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))  # tqdm hides from a window of 0 by 0
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how Linux says that the other end was closed
            pass
        assert process.stdout is not None
        assert process.stdout.read() == b""
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def test_progress_bar_appears_on_a_terminal() -> None:
    shown = on_a_terminal(TRAINING.format(""))
    assert "training" in shown
    assert "/3" in shown


def test_progress_bar_may_be_switched_off_on_a_terminal() -> None:
    assert on_a_terminal(TRAINING.format(", progress=False")) == ""


def test_progress_bar_is_silent_where_there_is_no_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", TRAINING.format("")], check=True, capture_output=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_progress_bar_shows_the_loss(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("tqdm.tqdm", functools.partial(tqdm.tqdm, mininterval=0))  # do not wait before redrawing
    train(line(2.0, 1.0), [[3.0]], [5.0], epochs=2, learning_rate=0.0625, progress=True)
    shown = capsys.readouterr().err
    assert "loss=4" in shown
    assert "loss=0.25" in shown
    assert shown.rsplit("\r", 2)[1:] == [" " * len(shown.rsplit("\r", 2)[1]), ""]  # and is wiped out at the end


def test_progress_bar_appears_in_a_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    train(line(), ROWS, TARGETS, epochs=1)
    assert "training" in capsys.readouterr().err


def test_training_needs_no_console(monkeypatch: pytest.MonkeyPatch) -> None:  # as under pythonw
    monkeypatch.setattr(sys, "stderr", None)
    assert train(line(), ROWS, TARGETS, epochs=1).losses == [0.0]
