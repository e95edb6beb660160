"""The walk in the terminal: its keys and screens by themselves, then driven through a real pseudo-terminal."""

from __future__ import annotations

import io
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from microgrid import Relay, Value
from microgrid._util.text import display_width
from microgrid.language.words import LANGUAGES, words
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.terminal import walk_relay
from microgrid.terminal.walk import Walk

COMMAND = [sys.executable, "-m", "microgrid", "step", "(w*x - target)**2", "w=3", "x=2", "target=5"]


def walk(language: str = "en") -> Walk:
    w, x = Value(3.0, "w"), Value(2.0, "x")
    return Walk(Relay((w * x - 5) ** 2), language)


def screen_of(walk: Walk, width: int = 90, height: int = 26) -> str:
    return "\n".join("".join(piece.text for piece in row) for row in walk.screen(width, height))


def pages(walk: Walk, key: str, width: int, height: int) -> Iterator[str]:
    """Yield the page of this step and those that the key leads to, until one has no other behind it."""
    page, before = screen_of(walk, width, height), ""
    while page != before:
        yield page
        walk.press(key)
        page, before = screen_of(walk, width, height), page


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        ([], 1),
        (["\n"], 2),
        (["right", "right", "left"], 2),
        (["left"], 1),
        (["b"], 4),
        (["u"], 9),
        (["u", "f"], 1),
        (["2"], 4),
        (["3"], 9),
        (["3", "1"], 1),
        (["end", "right"], 10),
        (["end", "home"], 1),
        (["x", "?", ""], 1),
    ],
)
def test_keys_go_forward_back_and_to_the_phases(keys: list[str], position: int) -> None:
    walking = walk()
    assert all(walking.press(key) for key in keys)
    assert walking.position == position


@pytest.mark.parametrize("key", ["q", "escape"])
def test_leaving_ends_the_walk(key: str) -> None:
    assert not walk().press(key)


# --- screens ---------------------------------------------------------------------------------------------------------


def test_numbers_appear_as_the_walk_goes_on_and_vanish_as_it_goes_back() -> None:
    walking = walk()
    assert re.search(r"▸ w·x +6 *\n", screen_of(walking))
    assert "1/10" in screen_of(walking)
    before = screen_of(walking)
    walking.press("right")
    assert screen_of(walking) != before
    walking.press("left")
    assert screen_of(walking) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_of_the_numbers_are_whole_where_there_is_room(language: str) -> None:
    text = words(language)
    heading = screen_of(walk(language), 80).splitlines()[2]
    assert re.split("  +", heading)[-3:] == [text["value"], text["column.think"], text["column.change"]]


def test_last_screen_tells_how_the_loss_turned_out() -> None:
    walking = walk()
    walking.press("end")
    assert "The loss was 1; after the update it is 1.85." in screen_of(walking)


def test_last_screen_says_that_it_is_the_last() -> None:
    walking = walk()
    walking.press("end")
    assert screen_of(walking).splitlines()[-1].startswith("the end: q leaves   ← back   ")
    walking.press("left")
    assert screen_of(walking).splitlines()[-1] == "Enter or → next   ← back   1 Know   2 Think   3 Change   q leave"


@pytest.mark.parametrize(
    ("steps", "marks"),
    [
        (0, ["  x", "▸ a1", "  a2", "  a3", "  a4", "  a5", "  …"]),
        (9, ["  …", "  a8", "  a9", "▸ a10", "  a11", "  a12", "  …"]),
        (19, ["  …", "  a15", "  a16", "  a17", "  a18", "  a19", "▸ a20"]),
    ],
)
def test_rows_that_there_is_no_room_for_are_marked(steps: int, marks: list[str]) -> None:
    value = x = Value(1.0, "x")
    for i in range(1, 21):
        value = value + x
        value.label = f"a{i}"
    walking = Walk(Relay(value))
    for _ in range(steps):
        walking.press("right")
    rows = [row[:2] + row[2:].partition("  ")[0] for row in screen_of(walking, 80, 14).splitlines()]
    assert rows[3 : 3 + len(marks) + 1] == [*marks, ""]


def test_screen_that_is_too_low_begins_where_the_step_is_told_and_turns_pages() -> None:
    walking = walk()
    walking.press("end")
    first = [
        "  … PgUp",
        "x  2 − 0.1 × 6",
        "x moves against its",
        "gradient: 2 − 0.1 × 6 = 1.4.",
        "",
        "The loss was 1; after the",
        "update it is 1.85. The",
        "  … PgDn",
    ]
    assert screen_of(walking, 30, 8).splitlines() == first
    walking.press("page down")
    assert screen_of(walking, 30, 8).splitlines()[:2] == ["  … PgUp", "gradients predicted −4.2,"]
    walking.press("page up")
    assert screen_of(walking, 30, 8).splitlines() == first
    for _ in range(9):
        walking.press("page up")
    assert screen_of(walking, 30, 8).splitlines()[::7] == ["○ Know   ○ Think   ● Change", "  … PgDn"]
    for _ in range(9):
        walking.press("page down")
    assert screen_of(walking, 30, 8).splitlines()[-1] == "1 Know   2 Think   3 Change"
    walking.press("left")
    walking.press("right")
    assert screen_of(walking, 30, 8).splitlines() == first


def test_screen_that_is_high_enough_has_one_page() -> None:
    walking = walk()
    before = screen_of(walking)
    for key in ("page down", "page up", "page up"):
        walking.press(key)
        assert screen_of(walking) == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(30, 8), (40, 10), (90, 26)])
def test_pages_of_a_step_show_all_that_is_told_of_it(language: str, width: int, height: int) -> None:
    model = MLP(2, [2, 1], "tanh", seed=1)
    walking = Walk(Relay(mean_squared_error([model([0.5, -1.0])], [1.0])), language)
    for position, line in enumerate(walking.lines, start=1):
        for _ in pages(walking, "page up", width, height):
            pass
        rows: list[str] = []
        for page in pages(walking, "page down", width, height):
            new = page.splitlines()
            assert len(new) <= height
            assert all(display_width(row) < width for row in new)
            rows += [row for row in new if "…" not in row and row not in rows[-height:]]
        shown = "".join("".join(rows).split())
        ending = walking.ending if position == len(walking.lines) else ""
        keys = walking.text["help.walk.end" if ending else "help.walk"]
        for word in f"{line.sentence} {line.name} {line.formula} {line.result} {ending} {keys}".split():
            assert word in shown
        assert f"{position}/{len(walking.lines)}" in shown
        walking.press("right")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(90, 26), (60, 12), (30, 8), (10, 3), (2, 1)])
def test_screen_has_as_many_rows_as_the_terminal(language: str, width: int, height: int) -> None:
    walking = walk(language)
    for _ in walking.lines:
        assert len(walking.screen(width, height)) <= height
        walking.press("right")


def test_row_of_the_present_step_is_on_screen_however_many_there_are() -> None:
    value = x = Value(1.0, "x")
    for _ in range(100):
        value = value + x
    walking = Walk(Relay(value))
    for _ in range(50):
        walking.press("right")
    assert "▸ n51 " in screen_of(walking)


def test_sentence_is_wrapped_to_the_width() -> None:
    walking = walk("ja")
    walking.press("b")
    walking.press("right")
    sentence = [row for row in walking.screen(40, 30) if row and row[0].style == ""]
    assert all(display_width(piece.text) < 40 for row in sentence for piece in row[:1])


# --- a real pseudo-terminal ------------------------------------------------------------------------------------------


def has_pseudo_terminals() -> bool:
    try:
        import pty

        for end in pty.openpty():
            os.close(end)
    except (ImportError, OSError):
        return False
    return True


needs_pty = pytest.mark.skipif(not has_pseudo_terminals(), reason="this system gives no pseudo-terminals")


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, *command: str, **environment: str) -> None:
        import fcntl
        import pty
        import termios

        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 26, 90, 0, 0))
        self.sane = termios.tcgetattr(theirs)
        self.theirs = theirs
        plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "LINES", "COLUMNS")}
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=plain | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def read_until(self, wanted: str) -> str:
        """Read what appears on the terminal until `wanted` is in it; fail after 20 seconds."""
        seen = b""
        end = time.monotonic() + 20
        while wanted.encode() not in seen:
            assert time.monotonic() < end, f"{wanted!r} did not appear in {seen.decode(errors='replace')!r}"
            if select.select([self.ours], [], [], 0.1)[0]:
                seen += os.read(self.ours, 65536)
        return seen.decode(errors="replace")

    def press(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def resize(self, rows: int, columns: int) -> None:
        import fcntl
        import termios

        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def is_sane(self) -> bool:
        """Tell whether the terminal has its first settings again."""
        import termios

        return termios.tcgetattr(self.theirs) == self.sane


@contextmanager
def terminal(*command: str, **environment: str) -> Iterator[Terminal]:
    opened = Terminal(*command, **environment)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.communicate()
        os.close(opened.ours)
        os.close(opened.theirs)


@needs_pty
def test_terminal_is_walked_forward_back_and_in_jumps_and_left() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.press(b"\n")
        screen.read_until("subtracts target from w·x")
        screen.press(b"\x1bOC")  # →
        screen.read_until("power 2")
        screen.press(b"\x1bOD")  # ←
        screen.read_until("subtracts target from w·x")
        screen.press(b"u")
        screen.read_until("w moves against its gradient")
        screen.press(b"b")
        screen.read_until("The relay starts at")
        screen.press(b"f")
        screen.read_until("w·x multiplies w by x")
        screen.press(b"q")
        assert screen.process.wait(20) == 0
        assert screen.is_sane()


@needs_pty
def test_step_where_the_walk_was_left_stays_in_the_terminal() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.press(b"3q")
        left = screen.read_until("over a step this large, the two differ.\r\n")  # below the screen
        assert "10/10  Change  w  3 − 0.05 × 4\r\n       w moves against its gradient: 3 − 0.05 × 4 = 2.8.\r\n" in left
        assert screen.process.wait(20) == 0


@needs_pty
def test_terminal_is_drawn_anew_when_its_size_changes() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.resize(14, 60)
        screen.press(b"\n")
        screen.read_until("subtracts target from w·x")
        screen.resize(3, 8)
        screen.press(b"\n\n")
        screen.resize(26, 90)
        screen.press(b"u")
        screen.read_until("w moves against its gradient")
        screen.press(b"q")
        assert screen.process.wait(20) == 0


@needs_pty
def test_rest_of_a_step_comes_with_page_down() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.resize(6, 24)
        screen.press(b"u")
        screen.read_until("PgDn")
        screen.press(b"\x1b[6~")
        screen.read_until("gradients predicted")
        screen.press(b"q")
        assert screen.process.wait(20) == 0


@needs_pty
def test_ctrl_c_leaves_the_terminal_sane() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        assert not screen.is_sane()
        screen.press(b"\x03")
        assert screen.process.wait(20) == 130
        assert screen.is_sane()
        assert screen.process.stderr is not None
        assert screen.process.stderr.read() == b""


@needs_pty
def test_signal_to_end_leaves_the_terminal_sane() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.process.terminate()
        screen.read_until("\x1b[?1049l")  # as the ordinary screen comes back
        assert screen.process.wait(20) == 128 + signal.SIGTERM
        assert screen.is_sane()


@needs_pty
def test_terminal_that_is_gone_ends_the_walk_quietly() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        os.close(screen.ours)
        screen.ours = os.dup(screen.theirs)
        assert screen.process.wait(20) == 128 + signal.SIGHUP
        assert screen.process.stderr is not None
        assert screen.process.stderr.read() == b""


@needs_pty
@pytest.mark.parametrize("name", ["", "no-such-terminal", "dumb", "vt100"])
def test_terminal_that_has_no_screen_for_curses_gets_all_steps(name: str) -> None:
    with terminal(TERM=name) as screen:
        seen = screen.read_until("over a step this large, the two differ.\r\n")
        assert re.findall(r"^ ?(\d+)/10 ", seen, re.MULTILINE) == [str(i) for i in range(1, 11)]
        assert "\x1b" not in seen
        assert screen.process.wait(20) == 0


@needs_pty
@pytest.mark.parametrize("name", ["C", "xx_XX.UTF-8"])
def test_locale_that_is_not_utf_8_hides_no_minus(name: str) -> None:
    with terminal(LC_ALL=name) as screen:
        screen.press(b"\n")
        screen.read_until("6 − 5 = 1.")
        screen.press(b"q")
        assert screen.process.wait(20) == 0


@needs_pty
def test_locale_of_another_encoding_gets_all_steps() -> None:
    with terminal(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") as screen:
        seen = screen.read_until("over a step this large, the two differ.\r\n")
        assert "w*x - target subtracts target from w*x: 6 - 5 = 1." in seen
        assert "\x1b" not in seen
        assert screen.process.wait(20) == 0


NO_KEYS = [
    b"\xe9",  # é in Latin-1: the beginning of a character in UTF-8
    b"\xff\x80\xc3",
    "重".encode(),
    b"\x00\x01\x1c",
    b"\x1b[1;5C",  # Control and →
    b"\x1b[<0;3;3M\x1b[<0;3;3m",  # a mouse
    b"\x1b[M 33",
    b"\x1b[200~quit\n3 33\x1b[201~",  # pasted text
    b"\x1b[I\x1b[O",  # the focus comes and goes
    b"\x1b]11;rgb:3333/3333/3333\x1b\\",  # the terminal tells a colour
    b"\x1b[?3;3c",
]


@needs_pty
def test_what_is_no_key_changes_nothing() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        for no_key in NO_KEYS:
            screen.press(no_key)
        screen.press(b"\nq")
        assert " 2/10  Know  w·x − target " in screen.read_until(
            "w·x − target subtracts target from w·x: 6 − 5 = 1.\r\n"
        )
        assert screen.process.wait(20) == 0


@needs_pty
@pytest.mark.parametrize(
    ("keys", "position"), [(b"\x1b[C", 2), (b"\x1bOB\x1b[B\x1b[A", 2), (b"\x1b[F", 10), (b"\x1b[F\x1b[H", 1)]
)
def test_cursor_keys_are_known_in_both_modes_of_a_terminal(keys: bytes, position: int) -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.press(keys + b"q")
        screen.read_until(f"{position:2}/10  ")
        assert screen.process.wait(20) == 0


@needs_pty
@pytest.mark.parametrize("keys", [b"\x1b", b"\x1b\x1b", b"\x04"])
def test_escape_and_the_end_of_the_input_leave(keys: bytes) -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        screen.press(keys)
        assert screen.process.wait(20) == 0


@needs_pty
def test_window_of_any_size_is_walked() -> None:
    with terminal() as screen:
        screen.read_until("w·x multiplies w by x")
        for rows, columns in [(1, 1), (1, 200), (200, 1), (2, 2), (0, 0)]:
            screen.resize(rows, columns)
            screen.press(b"\n" * 9)
            screen.press(b"1")
        screen.resize(26, 90)
        screen.press(b"3")
        screen.read_until("w moves against its gradient")
        screen.press(b"q")
        assert screen.process.wait(20) == 0


RESIZED_BEFORE_THE_FIRST_WAIT = """
import fcntl, runpy, struct, sys, termios
from microgrid.terminal import screen
def resized(window, wait=screen._code):
    if screen._code is resized:
        screen._code = wait
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 26, 60, 0, 0))
    return wait(window)
screen._code = resized
sys.argv = sys.argv[2:]
runpy.run_module("microgrid", run_name="__main__")
"""


@needs_pty
def test_resize_just_before_the_wait_for_a_key_is_noticed() -> None:
    with terminal(sys.executable, "-c", RESIZED_BEFORE_THE_FIRST_WAIT, *COMMAND[1:]) as screen:
        screen.read_until("\x1b[1;51H")  # where "step 1/10" begins on 60 columns
        screen.press(b"q")
        assert screen.process.wait(20) == 0


@needs_pty
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_used_unless_it_is_not_wanted(environment: dict[str, str], coloured: bool) -> None:
    with terminal(**environment) as screen:
        seen = screen.read_until("q leave")
        assert bool(re.search(r"\x1b\[[\d;]*3[1-7]m", seen)) is coloured
        screen.press(b"q")
        screen.process.wait(20)


class Shell(io.StringIO):
    """What stands for a terminal in IDLE."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stdin", [None, io.StringIO(), Shell()])
def test_streams_that_are_no_terminal_get_all_steps(stdin: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        stdout = Shell()
        patched.setattr(sys, "stdin", stdin)
        patched.setattr(sys, "stdout", stdout)
        walk_relay(Relay(Value(3.0, "w") * 2))
    assert [line[:4] for line in stdout.getvalue().splitlines() if re.match(r"\d/4 ", line)] == [
        "1/4 ",
        "2/4 ",
        "3/4 ",
        "4/4 ",
    ]


def test_without_a_terminal_all_steps_are_printed(tmp_path: Path) -> None:
    done = subprocess.run(COMMAND, capture_output=True, cwd=tmp_path, check=True, env=os.environ | {"PYTHONUTF8": "1"})
    out = done.stdout.decode()
    assert [line.split()[0] for line in out.splitlines() if re.match(r" ?\d+/10 ", line)] == [
        f"{i}/10" for i in range(1, 11)
    ]
    assert "\x1b" not in out
