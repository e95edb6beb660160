"""No text from outside leaves the library as a command to the terminal that shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import microgrid.nn
import microgrid.pictures
from microgrid import Relay, Value, check_gradients, compile_graph, draw, save_picture
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.training import train

ESCAPES = "\x1b]0;title\x07\x9b2J\u202e\u2066\u200b\u2028\x85\ud800\r\n"


def graph() -> Value:
    x = Value(2.0, label=f"{ESCAPES}x")
    loss = (x * Value(3.0, label=f"w{ESCAPES}")).tanh() - 1
    loss.op, loss.label = ESCAPES, f"{ESCAPES}loss"
    return loss


def refuse(*_: object) -> Value:
    raise ValueError(ESCAPES)


def overflow(*_: object) -> Value:
    raise OverflowError(ESCAPES)


def learn(loss: Callable[..., Value]) -> object:
    return train(MLP(1, [1], seed=0), [[1.0]], [1.0], loss, epochs=1, metrics={ESCAPES: lambda: 1.0})


SHOWN: dict[str, Callable[[], object]] = {
    "a value": lambda: repr(graph()),
    "a relay": lambda: Relay(graph()).text(),
    "a relay in Japanese": lambda: Relay(graph()).text("ja"),
    "paths": lambda: Relay(graph()).paths(graph()),
    "a record": lambda: Relay(graph()).to_json(),
    "a check": lambda: check_gradients(graph()),
    "a picture": lambda: draw(graph()).source.replace("\t", ""),
    "a program": lambda: compile_graph(graph().operands[0], []).source,
    "a history": lambda: learn(mean_squared_error),
    "an error of one's own loss": lambda: learn(refuse),
    "an overflow of one's own loss": lambda: learn(overflow),
    "a name that is not there": lambda: getattr(microgrid.nn, ESCAPES),
    "a number that mathematics does not give": lambda: Value(-1.0, label=ESCAPES).log(),
    "a picture of no kind": lambda: save_picture(graph(), ESCAPES),
    "a file with another picture": lambda: draw(graph()).render(outfile="a\x1b.svg", raise_if_result_exists=True),
}


@pytest.mark.parametrize("case", SHOWN)
def test_text_from_outside_is_shown_without_escapes(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\x1b.svg").touch()
    try:
        text = str(SHOWN[case]())
    except (ValueError, ArithmeticError, AttributeError, FileExistsError) as error:
        text = str(error)
    assert text
    assert all(line.isprintable() for line in text.split("\n")), repr(text)


def test_program_that_cannot_draw_is_named_without_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROGRID_DOT", "/no\x1b]0;title\x07")
    with pytest.raises(microgrid.pictures.NoRendererError) as caught:
        save_picture(graph(), tmp_path / "a\x9b.svg")
    assert str(caught.value).startswith("/no ]0;title , which should draw the graph, cannot be run: ")
    assert str(caught.value).isprintable()
