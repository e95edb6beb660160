"""`microgrid studio`: a page to write and open, or to serve to a room."""

from __future__ import annotations

import io
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import webbrowser
from pathlib import Path

import pytest

from microgrid.cli import studio
from microgrid.documents.gallery import GALLERY
from microgrid.studio import serve
from tests.cli.running import PLAIN, Command, refusal

LINES = "w, x = 3, 2\np = w*x  # a product\n"
PROGRAM_THAT_CTRL_C_ENDS = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell has started this in the background
from microgrid.cli.command import main
sys.exit(main())
"""


def text_in(page: str) -> str:
    """Return the text of the document that a page opens with."""
    (content,) = re.findall(r'<script type="application/json" id="document">(.*?)</script>', page, re.DOTALL)
    return str(json.loads(content)["text"])


def written(folder: Path, name: str = "microgrid.html") -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_without_a_text_the_studio_opens_with_the_first_of_the_gallery(command: Command, tmp_path: Path) -> None:
    assert command("studio") == (0, "wrote microgrid.html; open it in a browser\n", "")
    assert text_in(written(tmp_path)) == next(iter(GALLERY.values())).text


def test_a_text_stands_in_the_studio_as_it_was_typed(command: Command, tmp_path: Path) -> None:
    assert command("studio", LINES, "-o", "lesson.html").out == "wrote lesson.html; open it in a browser\n"
    assert text_in(written(tmp_path, "lesson.html")) == LINES


@pytest.mark.parametrize("argument", ["lesson.py", "-"])
def test_a_text_is_read_from_a_file_or_standard_input(
    argument: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lesson.py").write_text(LINES, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(LINES))
    assert command("studio", argument).code == 0
    assert text_in(written(tmp_path)) == LINES


def test_numbers_of_the_command_line_are_lines_of_the_text(command: Command, tmp_path: Path) -> None:
    assert command("studio", "(w*x - 5)**2", "w=-3", "x=0.5").code == 0
    assert text_in(written(tmp_path)) == "w = -3\nx = 0.5\n(w*x - 5)**2"


def test_the_language_is_that_of_the_browser_unless_one_is_asked_for(command: Command, tmp_path: Path) -> None:
    command("studio")
    assert '<html lang="en" data-choose-language>' in written(tmp_path)
    command("studio", "--language", "ja")
    assert '<html lang="ja">' in written(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["w*"], "'w*'"),
        (["w*x", "w=3"], "x has no value"),
        (["w*x", "w=3", "x=2", "b=1"], "b has a value, but is not in the text"),
        (["w = 3; w*2", "w=4"], "w has a number in the text, which the studio shows; change it there"),
        (["nowhere.py"], "nowhere.py: No such file"),
        (["xor"], "xor is an example: microgrid page --example xor"),
        (["-o", "studio.pdf"], "a page is written as .html; 'studio.pdf' is not"),
        (["-o", "nowhere/studio.html"], "nowhere/studio.html: there is no such folder to write to"),
        (["--serve", "-o", "studio.html"], "expected either --serve or -o FILE, got both"),
        (["--language", "fr"], "invalid choice: 'fr'"),
        (["--port", "80"], "unknown option --port"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    assert message in refusal(command("studio", *arguments))
    assert list(tmp_path.iterdir()) == []


# --- the browser -----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_a_screen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sit at a terminal with a screen; collect the addresses that are opened."""
    opened: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(studio, "_is_terminal", lambda: True)

    def opens(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", opens)
    return opened


def test_the_studio_is_opened_in_the_browser(command: Command, at_a_screen: list[str], tmp_path: Path) -> None:
    assert command("studio").out == "wrote microgrid.html, and opened it in the browser\n"
    assert at_a_screen == [(tmp_path / "microgrid.html").as_uri()]


def test_a_file_that_was_named_is_only_written(command: Command, at_a_screen: list[str]) -> None:
    assert command("studio", "-o", "lesson.html").code == 0
    assert at_a_screen == []


def test_without_a_screen_nothing_is_opened(
    command: Command, at_a_screen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert command("studio").out == "wrote microgrid.html; open it in a browser\n"
    assert at_a_screen == []


def test_a_browser_that_does_not_open_is_no_error(
    command: Command, at_a_screen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(address: str) -> bool:
        raise webbrowser.Error(address)

    monkeypatch.setattr(webbrowser, "open", fail)
    assert command("studio") == (0, "wrote microgrid.html; open it in a browser\n", "")
    assert at_a_screen == []


# --- serving ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there, no other process can press Ctrl-C")
def test_the_studio_is_served_until_ctrl_c(tmp_path: Path) -> None:
    environment = PLAIN | {"PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM_THAT_CTRL_C_ENDS, "studio", LINES, "--serve"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        printed = [process.stdout.readline() for _ in range(6)]
        (port,) = re.findall(r"serving the studio at http://[\d.]+:(\d+):", printed[-1])
        assert serve.in_large_letters(port).splitlines()[0] in printed[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert text_in(answer.read().decode("utf-8")) == LINES
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_blocks_gets_the_address_in_plain_letters_only(
    monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.setattr(studio, "_can_print", lambda _: False)
    monkeypatch.setattr(serve._Server, "serve_forever", lambda _: None)
    assert re.fullmatch(r"serving the studio at http://[\d.]+:\d+: .*\n", command("studio", "--serve").out)


def test_ports_in_use_are_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        monkeypatch.setattr(serve, "FIRST_PORT", other.getsockname()[1])
        monkeypatch.setattr(serve, "N_PORTS", 1)
        assert re.search(r"the ports \d+ to \d+ of this machine are all in use", refusal(command("studio", "--serve")))
