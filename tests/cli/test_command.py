"""The command as a whole: help, exit codes, pipes that close, and terminals that cannot show everything."""

from __future__ import annotations

import errno
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import microgrid
from microgrid.cli import command as cli
from microgrid.cli import main
from microgrid.nn import MLP
from microgrid.pictures.graphviz_renderer import program_for
from tests.cli.running import PENGUINS, PLAIN, PROGRAM, Command, in_a_process, refusal
from tests.processes import is_running, wait_until


def test_help_lists_the_commands(command: Command) -> None:
    code, out, err = command("--help")
    assert (code, err) == (0, "")
    assert re.findall(r"^    (\w+) +\w", out, re.MULTILINE) == [
        "draw",
        "step",
        "studio",
        "page",
        "check",
        "train",
        "export",
        "lesson",
        "sheet",
    ]


@pytest.mark.parametrize("name", ["draw", "step", "studio", "page", "check", "train", "export", "lesson", "sheet"])
def test_help_of_each_command_has_an_example_that_works(name: str, command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{x},{x % 3},{2 * x + 1}\n" for x in range(10))
    (tmp_path / "DATA.csv").write_text(f"length,width,weight\n{rows}", encoding="utf-8")
    MLP(2, [1]).save(tmp_path / "model.json")
    code, out, err = command(name, "--help")
    assert (code, err) == (0, "")
    (example,) = re.findall(r"^example:  microgrid (.*)$", out, re.MULTILINE)
    assert command(*shlex.split(example)).code == 0


def test_version_is_that_of_the_package(command: Command) -> None:
    assert command("--version") == (0, f"microgrid {microgrid.__version__}\n", "")


def test_exit_code_and_message_reach_the_shell(tmp_path: Path) -> None:
    assert in_a_process("check", "a*a", "a=3", folder=tmp_path).code == 0
    outcome = in_a_process("check", "log(a)", "a=0", folder=tmp_path)
    assert refusal(outcome) == "microgrid: log(a = 0.0): only numbers above 0 have a logarithm"


def with_closed_pipe(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Return exit code and stderr of the command, where nobody reads what it prints."""
    monkeypatch.chdir(folder)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        code = main(arguments)
    return code, capsys.readouterr().err


PRINTING = [
    [],
    ["--help"],
    ["check", "a", "a=1"],
    ["--version"],
    ["draw", "a*b", "a=1", "b=2", "-o", "graph.dot"],
    ["step", "a*b", "a=1", "b=2"],
    ["step", "--penguins", "--all"],  # more than fits a pipe
    ["studio", "a*b", "a=1", "b=2"],
    ["page", "a*b", "a=1", "b=2"],
    ["page", "--examples"],
    ["train", str(PENGUINS), "--target", "year", "--epochs", "1"],
    ["lesson"],
    ["lesson", "1"],
    ["sheet"],
]


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_reader_that_has_seen_enough_is_no_error(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_closed_pipe(arguments, tmp_path, monkeypatch, capsys) == (0, "")


def test_process_whose_reader_has_seen_enough_ends_quietly(tmp_path: Path) -> None:
    program = [*PROGRAM, "check", "a", "a=1"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=PLAIN) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="there, a process always has its streams")
@pytest.mark.parametrize(
    ("closed", "arguments", "code", "out", "err"),
    [
        ((0,), ["step", "a*b", "a=1", "b=2"], 0, "1/6  Know", ""),
        ((0, 1), ["step", "a*b", "a=1", "b=2"], 0, "", ""),
        ((1,), ["--help"], 0, "", ""),
        ((2,), ["nonsense"], 2, "", ""),
        ((2,), ["check", "log(a)", "a=0"], 2, "", ""),
        ((0, 1), ["check", "log(a)", "a=0"], 2, "", "microgrid: log(a = 0.0): "),
        ((0, 1, 2), ["check", "a", "a=1"], 0, "", ""),
    ],
)
def test_closed_streams_are_no_error_and_stand_for_no_other(
    closed: tuple[int, ...], arguments: list[str], code: int, out: str, err: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        env=PLAIN,
        preexec_fn=lambda: [*map(os.close, closed)],
        check=False,
    )
    assert done.returncode == code
    assert (done.stdout[: len(out)].decode(), done.stderr[: len(err)].decode()) == (out, err)
    assert (bool(done.stdout), bool(done.stderr)) == (bool(out), bool(err))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", [["nonsense"], ["check", "log(a)", "a=0"]])
def test_error_that_nobody_can_read_leaves_its_exit_code(arguments: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([*PROGRAM, *arguments], stderr=full, cwd=tmp_path, env=PLAIN, check=False)
    assert done.returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_error_is_one_line_where_the_output_has_no_room_either(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*PROGRAM, "nonsense"], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=PLAIN, check=False
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


class ClosedOnWindows(io.StringIO):
    """A pipe without a reader as Windows has it: no BrokenPipeError, but an invalid argument."""

    def write(self, _: str) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


def test_reader_that_has_seen_enough_is_no_error_on_windows_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", ClosedOnWindows())
        code = main(["check", "a", "a=1"])
    assert (code, capsys.readouterr().err) == (0, "")


INTERRUPT = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell has started this in the background
class AtModule:
    def find_spec(name, *_):
        if name == {!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, AtModule)
"""
SCRIPT = "import sys; from microgrid.cli import main; sys.exit(main())"


@pytest.mark.parametrize(
    ("program", "module"),
    [
        (["-m", "microgrid", "--version"], "microgrid.engine"),
        (["-m", "microgrid", "help", "train"], "microgrid.cli.train"),
        (["microgrid", "--version"], "microgrid.engine"),
        (["microgrid", "--version"], "argparse"),
    ],
)
def test_ctrl_c_while_modules_load_ends_the_command_quietly(program: list[str], module: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPT.format(module), encoding="utf-8")
    (tmp_path / "microgrid").write_text(SCRIPT, encoding="utf-8")  # as pip writes it
    environment = PLAIN | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, *program], capture_output=True, cwd=tmp_path, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_ctrl_c_in_a_program_of_ones_own_stays_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(f"{INTERRUPT.format('microgrid.engine')}import microgrid", encoding="utf-8")
    done = subprocess.run([sys.executable, "own.py"], capture_output=True, cwd=tmp_path, env=PLAIN, check=False)
    assert done.stderr.splitlines()[-1] == b"KeyboardInterrupt"


PROGRAM_AFTER = "import signal; signal.signal({}, {}); from microgrid.cli import main; raise SystemExit(main())"
GRAPHVIZ = f"""#!/bin/sh
case "$*" in *json0*) exec "{program_for("json0")}" "$@" ;; esac
cat > /dev/null # until all is sent, which is when we are ready to end it
echo $$ > pid.new; mv pid.new pid
while ! test -e go; do sleep 0.01; done
echo drawn
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("name", "before", "code"),
    [("SIGTERM", "SIG_DFL", 143), ("SIGHUP", "SIG_DFL", 129), ("SIGHUP", "SIG_IGN", 0)],  # the last as under nohup
)
def test_signal_ends_the_command_and_its_graphviz(name: str, before: str, code: int, tmp_path: Path) -> None:
    graphviz, pid = tmp_path / "graphviz", tmp_path / "pid"
    graphviz.write_text(GRAPHVIZ, encoding="utf-8")
    graphviz.chmod(0o755)
    program = [sys.executable, "-c", PROGRAM_AFTER.format(f"signal.{name}", f"signal.{before}")]
    with subprocess.Popen(
        [*program, "draw", "a*b", "a=1", "b=2", "-o", "graph.png"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=PLAIN | {"MICROGRID_DOT": str(graphviz)},
    ) as process:
        wait_until(pid.exists)
        process.send_signal(getattr(signal, name))
        if code == 0:
            (tmp_path / "go").touch()
        _, err = process.communicate()
    assert (process.returncode, err) == (code, b"")
    wait_until(lambda: not is_running(int(pid.read_text(encoding="ascii"))))
    assert (tmp_path / "graph.png").exists() == (code == 0)


def test_wrong_input_is_told_in_one_line_also_where_nobody_reads_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", str(PENGUINS), "--target", "year", "--learning-rate", "1e9"]
    code, err = with_closed_pipe(arguments, tmp_path, monkeypatch, capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("microgrid: epoch 1: ")


@pytest.mark.parametrize(
    ("environment", "minus"),
    [
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "-"),
        ({"PYTHONIOENCODING": "cp932"}, "－"),  # Windows in Japan has a wide one
    ],
)
def test_terminal_that_cannot_show_every_character_is_no_error(
    environment: dict[str, str], minus: str, tmp_path: Path
) -> None:
    code, out, err = in_a_process("check", "a*b", "a=2", "b=-3", folder=tmp_path, **environment)
    assert (code, err) == (0, "")
    assert out.splitlines()[2].split()[:2] == ["b", f"{minus}3"]


@pytest.mark.parametrize(
    ("character", "shown"),
    [*cli.IN_ASCII.items(), ("重み", "??")],
)
def test_character_that_cannot_be_shown_is_written_in_plain_ones(
    character: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    with io.TextIOWrapper(written, encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        cli._never_fail_to_print()
        stream.write(f"a {character} b")
        stream.flush()
        assert written.getvalue().decode("ascii") == f"a {shown} b"
