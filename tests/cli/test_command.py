"""The command: what it prints and writes, its exit codes, and the one line that wrong input gets."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import microgrid
from microgrid.cli import command as cli
from microgrid.datasets import read_csv
from microgrid.documents.examples import EXAMPLES
from microgrid.documents.expression import KNOWN_FUNCTIONS
from microgrid.engine import Value
from microgrid.language.numerals import show
from microgrid.nn import MLP
from microgrid.optim import SGD
from microgrid.training import History
from tests.graphs import plant

PENGUINS = Path(microgrid.__file__).with_name("datasets") / "penguins.csv"
FOUR_ROWS = "x,y\n1,2\n2,4\n3,6\n4,8\n"


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MICROGRID_DOT", raising=False)

    def run(*arguments: str) -> Outcome:
        try:
            code = cli.main(arguments)
        except SystemExit as end:  # how argparse ends
            code = int(end.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run


PROGRAM = [sys.executable, "-m", "microgrid"]
PLAIN = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG", "MICROGRID"))}
"""The environment, without what changes how Python prints."""


def in_a_process(*arguments: str, folder: Path, **environment: str) -> Outcome:
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, cwd=folder, env=PLAIN | environment, check=False)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return Outcome(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def refusal(outcome: Outcome) -> str:
    """Return the message for wrong input, after making sure that it is all there is on stderr."""
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.endswith("\n")
    return outcome.err[:-1]


def cards_in(picture: Path) -> int:
    return len(ET.parse(picture).getroot().findall(".//*[@class='node']"))


def numbers_in(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.?\d*(?:e−?\d+)?", text)]


# --- the demonstration -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Run it once; return what it printed, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("demonstration")
    code, out, err = in_a_process(folder=folder, PYTHONHASHSEED="1", PYTHONUTF8="1")
    assert (code, err) == (0, "")
    return out, folder


def test_demonstration_walks_the_three_steps_in_order(demonstration: tuple[str, Path]) -> None:
    out, _ = demonstration
    assert re.findall("^(Know|Think|Change)  ", out, re.MULTILINE) == ["Know", "Think", "Change", "Know"]


def test_demonstration_compares_the_error_of_the_network_with_that_of_guessing(
    demonstration: tuple[str, Path],
) -> None:
    out, _ = demonstration
    (network,) = re.findall(r"the network is off by +(\S+) g on average\n", out)
    (guessing,) = re.findall(r"always guessing the mean by +(\S+) g\n", out)
    assert float(network) < float(guessing) / 2


def test_demonstration_draws_the_cycle_that_it_showed(demonstration: tuple[str, Path]) -> None:
    out, folder = demonstration
    assert "\nwrote relay.svg, where the mistake of that one penguin came from,\nand relay.html, " in out
    assert sorted(path.name for path in folder.iterdir()) == ["relay.html", "relay.svg"]
    # three inputs, nine neurons, the target, the mistake, the exponent and the loss
    assert cards_in(folder / "relay.svg") == 3 + 9 + 4
    assert (folder / "relay.html").read_text(encoding="utf-8").count('<g class="card ') == 3 + 9 + 4


def test_page_of_the_demonstration_says_whose_numbers_it_shows(demonstration: tuple[str, Path]) -> None:
    out, folder = demonstration
    text = (folder / "relay.html").read_text(encoding="utf-8")
    assert "<title>a penguin, weighed by an untrained network · microgrid</title>" in text
    assert "学習前のネットワークがペンギンを量る" in text
    predicted, mass = re.findall(r"predicts (\S+) g; it weighs (\S+) g", out)[0]
    assert f"A penguin of {mass} g: flipper " in text
    assert f"say {predicted} g. On the cards 0 is the mean" in text
    assert f"体重 {mass} g のペンギン" in text


def test_change_of_the_demonstration_is_the_learning_rate_times_what_think_found(
    demonstration: tuple[str, Path],
) -> None:
    think, change = demonstration[0].partition("Think  ")[2].split("Change  ")
    gradients = {name: numbers_in(line)[0] for name, line in re.findall(r"^ +(layer\S+) +(∂.*)$", think, re.MULTILINE)}
    moves = {name: numbers_in(line) for name, line in re.findall(r"^ +(layer\S+) +(.*→.*)$", change, re.MULTILINE)}
    assert len(gradients) == 4
    assert moves.keys() == gradients.keys()
    for name, (old, new) in moves.items():
        assert new == pytest.approx(old - 0.1 * gradients[name], abs=2e-3)


def test_demonstration_lowers_the_loss_by_one_cycle_and_by_training(demonstration: tuple[str, Path]) -> None:
    losses = re.findall(r"loss(?: of a penguin)? (\S+) → ([\d.]+)", demonstration[0])
    assert len(losses) == 2
    assert all(float(after) < float(before) for before, after in losses)


def test_demonstration_says_what_each_parameter_weighs(demonstration: tuple[str, Path]) -> None:
    inputs = ["flipper length", "bill length", "bill depth"]
    told = re.findall(r"(layer(\d)\S+)\.w(\d)  ∂loss.*   weighs (.*)\n", demonstration[0])
    assert len(told) == 4
    for _, layer, place, source in told:
        assert source == (inputs[int(place) - 1] if layer == "1" else f"layer{int(layer) - 1}.neuron{place}")


def test_demonstration_fits_eighty_columns(demonstration: tuple[str, Path]) -> None:
    assert [line for line in demonstration[0].splitlines() if len(line) > 80] == []


def test_demonstration_is_the_same_on_every_run(
    demonstration: tuple[str, Path], command: Command, tmp_path: Path
) -> None:
    out, folder = demonstration
    assert command() == (0, out, "")
    assert (tmp_path / "relay.svg").read_bytes() == (folder / "relay.svg").read_bytes()


def test_demonstration_runs_where_only_ascii_can_be_shown(
    demonstration: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = io.BytesIO()
    with io.TextIOWrapper(written, encoding="ascii", newline="\n") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert cli.main([]) == 0
        in_ascii = demonstration[0].translate({ord(character): plain for character, plain in cli.IN_ASCII.items()})
        assert written.getvalue().decode("ascii") == in_ascii


# --- draw and check --------------------------------------------------------------------------------------------------


def test_draw_prints_values_and_gradients_and_writes_graph_svg(command: Command, tmp_path: Path) -> None:
    outcome = command("draw", "(a*b + c)**2", "a=2", "b=-3", "c=10")
    expected = "value 16\na = 2, gradient −24\nb = −3, gradient 16\nc = 10, gradient 8\nwrote graph.svg\n"
    assert outcome == (0, expected, "")
    assert cards_in(tmp_path / "graph.svg") == 7


@pytest.mark.parametrize(
    ("name", "start"),
    [("g.svg", b"<?xml"), ("g.png", b"\x89PNG\r\n\x1a\n"), ("g.dot", b"digraph microgrid {\n")],
)
def test_draw_writes_the_format_that_the_suffix_names(
    name: str, start: bytes, command: Command, tmp_path: Path
) -> None:
    outcome = command("draw", "a*b", "a=2", "b=-3", "-o", name)
    assert outcome.out.endswith(f"wrote {name}\n")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_draw_takes_direction_and_fold(command: Command, tmp_path: Path) -> None:
    assert command("draw", "--direction", "TB", "--fold", "layer", "-o", "g.dot", "a + a", "a=2").code == 0
    assert "rankdir=TB" in (tmp_path / "g.dot").read_text(encoding="utf-8")


def test_draw_speaks_japanese_where_it_is_asked_to(command: Command, tmp_path: Path) -> None:
    assert command("draw", "--language", "ja", "a + a", "a=2").code == 0
    assert "勾配" in (tmp_path / "graph.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-a*b", "6"),
        ("-(a + b)", "1"),
        ("-a**2 + b", "−7"),
        ("-2*a*b", "12"),
        ("-.5*a + b", "−4"),
        ("--a - b", "5"),
        *(pytest.param(text, value) for text, value in [("-a-b", "1"), ("-b", "3")]),
    ],
)
def test_expression_may_begin_with_a_minus_sign(expression: str, value: str, command: Command) -> None:
    values = [text for text in ("a=2", "b=-3") if text[0] in expression]
    assert command("draw", expression, *values).out.startswith(f"value {value}\n")


@pytest.mark.parametrize("arguments", [["a*b", "-o", "g.svg", "a=2", "b=3"], ["a*b", "a=2", "-o", "g.svg", "b=3"]])
def test_options_may_stand_anywhere(arguments: list[str], command: Command) -> None:
    assert command("draw", *arguments).out.startswith("value 6\n")


def test_check_puts_the_chain_rule_beside_what_is_measured(command: Command) -> None:
    code, out, err = command("check", "log(a) / b**2", "a=2", "b=-3")
    assert (code, err) == (0, "")
    heading, a, b = out.splitlines()
    assert heading.split() == ["leaf", "value", "chain", "rule", "measured", "difference"]
    assert a.split()[:2] == ["a", "2"]
    assert b.split()[:2] == ["b", "−3"]
    assert [numbers_in(a)[1], numbers_in(b)[1]] == pytest.approx([1 / 18, 2 * 0.6931472 / 27], rel=1e-7)
    assert a.endswith("  agrees")
    assert b.endswith("  agrees")


def test_check_of_a_wrong_derivative_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_by_little(value: Value) -> Value:
        result = value.exp()
        plant(result, (result.data * 1.0005,))
        return result

    monkeypatch.setitem(KNOWN_FUNCTIONS, "exp", (wrong_by_little, [1]))
    code, out, err = command("check", "exp(a) + b", "a=2", "b=1")
    assert (code, err) == (1, "")
    assert [line.split()[-1] for line in out.splitlines()[1:]] == ["DIFFERS", "agrees"]


def test_names_may_be_japanese(command: Command) -> None:
    assert "重み = 3, gradient 2\n" in command("draw", "重み * 2", "重み=3").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["draw", "a", "--direction", "up"], "microgrid draw: argument --direction: invalid choice: 'up'"),
        (["draw", "a", "--fold", "all"], "microgrid draw: argument --fold: invalid choice: 'all'"),
        (
            ["draw", "a", "--fold", "neurons"],
            "microgrid draw: argument --fold: invalid choice: 'neurons'; did you mean n",
        ),
        (
            ["draw", "a", "a=1", "--fol", "none"],
            "microgrid: unknown option --fol; did you mean --fold? (see microgrid d",
        ),
        (["draw", "a", "a=1", "--zoom=2"], "microgrid: unknown option --zoom (see microgrid draw --help)"),
        (
            ["paint", "a"],
            "microgrid: argument COMMAND: invalid choice: 'paint'; choose from draw, step, page, check, tr",
        ),
        (["stpe", "a"], "microgrid: argument COMMAND: invalid choice: 'stpe'; did you mean step? (see"),
        (["help"], "microgrid: argument COMMAND: invalid choice: 'help'; did you mean microgrid --help? (see"),
        (["demo"], "microgrid: argument COMMAND: invalid choice: 'demo'; did you mean microgrid, without a command? ("),
        (["xor"], "microgrid: argument COMMAND: invalid choice: 'xor'; did you mean microgrid page --example xor? (se"),
        (
            ["--example", "xor"],
            "microgrid: unknown option --example; it belongs to page: microgrid page --example xor (see microgrid --h",
        ),
        (
            ["step", "--example", "xor"],
            "microgrid: unknown option --example; it belongs to page: microgrid page --example xor (see microgrid st",
        ),
        (
            ["--language=ja"],
            "microgrid: unknown option --language; it belongs to draw, step, page, lesson, sheet: microgrid draw --",
        ),
        (["draw", "a", "--a=2"], "microgrid: unknown option --a (see microgrid draw --help)"),  # --all is one of step
        (["--versoin"], "microgrid: unknown option --versoin; did you mean --version? (see microgrid --help)"),
        (["sheet", "--outptu", "a.html"], "microgrid: unknown option --outptu; did you mean --output"),
        (["train", "data.csv"], "microgrid train: the following arguments are required: --target"),
    ],
)
def test_command_line_that_cannot_be_read_is_refused(arguments: list[str], message: str, command: Command) -> None:
    refused = refusal(command(*arguments))
    assert refused.startswith(message)
    assert refused.endswith(" --help)")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["b"], "expected a name and a number such as a=2, got 'b' (give it a number, such as b=2)"),
        (["a=2", "3"], "expected a name and a number such as a=2, got '3' (give each name its number, such as w=3)"),
        (["a", "=", "-3"], "expected a name and a number such as a=2, got 'a' (write a=-3, without spaces)"),
        (["a", "=.5"], "expected a name and a number such as a=2, got 'a' (write a=.5, without spaces)"),
        (
            ["a", "-", "b"],
            "expected a name and a number such as a=2, got 'a' (put the whole expression in double quotes)",
        ),
        (["*b"], "expected a name and a number such as a=2, got '*b' (put the whole expression in double quotes)"),
        (["2=3"], "expected a name and a number such as a=2, got '2=3' (put the whole expression in double quotes)"),
        (["=3"], "expected a name and a number such as a=2, got '=3' (put the whole expression in double quotes)"),
        (["a="], "expected a number for a, got ''"),
        (["a=x"], "expected a number for a, got 'x'"),
        (["a=2", "a=3"], "a has two values; expected one"),
    ],
)
def test_value_that_cannot_be_read_is_refused_with_advice(values: list[str], message: str, command: Command) -> None:
    assert refusal(command("draw", "a", *values)) == f"microgrid: {message}"


@pytest.mark.parametrize("name", ["draw", "step", "page", "check"])
def test_name_of_an_example_is_no_expression(name: str, command: Command) -> None:
    assert refusal(command(name, "two-paths")) == (
        "microgrid: two-paths is an example: microgrid page --example two-paths"
    )


def test_expression_without_a_name_has_nothing_to_check(command: Command) -> None:
    assert refusal(command("check", "2*5")) == (
        "microgrid: expected an expression with a name in it, got '2*5': nothing to check"
    )


@pytest.mark.parametrize("name", ["draw", "check"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a*b", "a=2"], "microgrid: b has no value (known: a); give it one, such as b=2, at column 3 of 'a*b'"),
        (["a", "a=2", "b=3"], "microgrid: b has a value, but is not in the expression 'a'"),
        (["a +", "a=2"], "microgrid: a number or a name is missing after +, at column 4 of 'a +'"),
        ([" "], "microgrid: the expression is empty; expected something like 'a*b + c'"),
        (["log(a)", "a=0"], "microgrid: log(a = 0.0): only numbers above 0 have a logarithm"),
        (["9**9**9**9"], "microgrid: (9.0) ** (387420489.0): too large for a float"),
    ],
)
def test_expression_without_a_value_is_refused(name: str, arguments: list[str], message: str, command: Command) -> None:
    outcome = command(name, *arguments)
    assert refusal(outcome) == message
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("g.jpeg", "microgrid: a picture is written as .svg, .png, .pdf, .dot; 'g.jpeg' is none of these"),
        ("missing/g.svg", "microgrid: missing/g.svg: No such file or directory"),
    ],
)
def test_picture_that_cannot_be_written_is_refused(name: str, message: str, command: Command, tmp_path: Path) -> None:
    outcome = command("draw", "a", "a=2", "-o", name)
    assert refusal(outcome) == message
    assert outcome.out == ""
    assert list(tmp_path.iterdir()) == []


def test_pdf_without_a_system_dot_is_refused(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(command("draw", "a", "a=2", "-o", "g.pdf")) == (
        "microgrid: nothing on this machine writes pdf: it needs Graphviz itself "
        "(its program dot on the PATH, or named by MICROGRID_DOT); .svg, .png and .dot can be written without"
        "; wrote g.dot, the text of the picture, instead"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "g.dot"]


def test_png_of_japanese_names_without_a_system_dot_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(command("draw", "重み", "重み=2", "-o", "g.png")) == (
        "microgrid: nothing on this machine writes png of such characters: it needs Graphviz itself "
        "(its program dot on the PATH, or named by MICROGRID_DOT); .svg and .dot can be written without"
        "; wrote g.dot, the text of the picture, instead"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "g.dot"]


def test_only_what_is_missing_is_called_missing(command: Command) -> None:
    message = "microgrid draw: the following arguments are required: EXPRESSION (see microgrid draw --help)"
    assert refusal(command("draw")) == message


# --- train -----------------------------------------------------------------------------------------------------------


def test_train_learns_a_straight_line_and_saves_it_in_the_units_of_the_file(command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{x},{200 * x + 5000}\n" for x in range(30))
    (tmp_path / "line.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    code, out, err = command("train", "line.csv", "--target", "y", "--hidden", "--epochs", "100", "--save", "line.json")
    assert (code, err) == (0, "")
    assert out.startswith("predict y from x\nloss (of standardised numbers): ")
    line = MLP(1, [1]).load(tmp_path / "line.json")
    (slope, start) = (parameter.data for parameter in line.parameters())
    assert slope == pytest.approx(200.0, rel=1e-3)
    assert start == pytest.approx(5000.0, rel=1e-3)


def test_train_tells_how_good_it_became_and_the_saved_model_predicts_the_same(command: Command, tmp_path: Path) -> None:
    inputs = ["flipper_length_mm", "bill_length_mm"]
    options = ["--target", "body_mass_g", "--inputs", *inputs, "--epochs", "10", "--save", "model.json"]
    code, out, err = command("train", str(PENGUINS), *options)
    assert (code, err) == (0, "")
    assert "predict body_mass_g from flipper_length_mm, bill_length_mm\n" in out
    assert "2 of 344 rows left out, because a value is missing\n" in out
    assert out.endswith(
        "wrote model.json, in the units of the file; from flipper_length_mm, bill_length_mm it predicts body_mass_g:\n"
        "  from microgrid.nn import MLP\n"
        "  MLP(2, [8, 8, 1], activation='relu').load('model.json')([203.0, 50.7]).data  # 4199\n"
    )
    program, _, said = out.splitlines()[-1].partition("  # ")
    assert show(eval(program, {"MLP": MLP})) == said
    (learned,) = re.findall(r"mean error on 68 rows it has not seen: (\S+)\n", out)
    (guessed,) = re.findall(r"always guessing the mean instead: (\S+)\n", out)
    assert float(learned) < float(guessed)
    model = MLP(2, [8, 8, 1]).load(tmp_path / "model.json")
    _, held_out = read_csv(PENGUINS, "body_mass_g", inputs).split(seed=0)
    for row, target in zip(held_out.rows[:3], held_out.targets[:3], strict=True):
        prediction = model(row)
        assert isinstance(prediction, Value)
        assert f"  predicted {show(prediction.data)}, is {show(target)}\n" in out


def test_train_takes_all_other_numbers_by_default_and_names_the_text_it_leaves_out(command: Command) -> None:
    out = command("train", str(PENGUINS), "--target", "body_mass_g", "--epochs", "1").out
    assert out.startswith(
        "predict body_mass_g from bill_length_mm, bill_depth_mm, flipper_length_mm, year\n"
        "left out, because they hold text: species, island, sex\n"
    )


def test_same_seed_trains_the_same_network(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    arguments = ["train", "data.csv", "--target", "y", "--epochs", "3"]
    first = command(*arguments, "--seed", "7")
    assert command(*arguments, "--seed", "7") == first
    assert command(*arguments, "--seed", "8") != first


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", ["y"], "data.csv is empty: expected a first line that names the columns"),
        ("1,2\n3,4\n", ["y"], "data.csv has no header: its first line should name the columns, but holds numbers"),
        ("x,y\n1,2\n", ["y"], "needs at least 2 rows to learn from some and test on others, got 1"),
        ("x,y\n1,2\n2\n", ["y"], "data.csv, row 3: 1 cell, but the header names 2 columns"),
        ("x,y\n1,2\n2,3,4\n", ["y"], "data.csv, row 3: 3 cells, but the header names 2 columns"),
        ("x,y\n1,2\ntwo,3\n", ["y"], "data.csv, row 3, column 'x': expected a number, got 'two'"),
        ("x,y\n1,two\n2,3\n", ["y"], "data.csv, row 2, column 'y': expected a number, got 'two'"),
        ("x,y\n1,1e999\n2,3\n", ["y"], "data.csv, row 2, column 'y': expected a finite number, got '1e999'"),
        ("x,y\n1,NA\n,3\n", ["y"], "data.csv has no complete row of numbers in the columns x, y"),
        ("x;y\n1;2\n", ["y"], "data.csv: its columns are separated by semicolons; expected commas"),
        ("x\ty\n1\t2\n", ["y"], "data.csv: its columns are separated by tabs; expected commas"),
        ("name,y\nA,1\nB,2\n", ["y"], "data.csv has no column of numbers besides 'y'"),
        (FOUR_ROWS, ["z"], "data.csv has no column 'z'; it has x, y"),
        (FOUR_ROWS, ["y", "--inputs", "x", "z"], "data.csv has no column 'z'; it has x, y"),
        (FOUR_ROWS, ["y", "--inputs", "x", "y"], "the column 'y' is named twice among the inputs and the target"),
        (FOUR_ROWS, ["y", "--epochs", "0"], "--epochs must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--epochs", "-5"], "--epochs must be 1 or more, got -5"),
        (FOUR_ROWS, ["y", "--batch-size", "0"], "--batch-size must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--learning-rate", "-1"], "--learning-rate must be 0 or more, and finite, got -1.0"),
        (FOUR_ROWS, ["y", "--learning-rate", "nan"], "--learning-rate must be 0 or more, and finite, got nan"),
        (FOUR_ROWS, ["y", "--learning-rate", "inf"], "--learning-rate must be 0 or more, and finite, got inf"),
        (FOUR_ROWS, ["y", "--hidden", "8", "0"], "must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--hidden", "-8"], "must be 1 or more, got -8"),
        (FOUR_ROWS, ["y", "--hidden", "0"], "hidden must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--hidden", "8,0"], "hidden must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--test", "1"], "--test must be 0 or more, and below 1, got 1.0"),
        (FOUR_ROWS, ["y", "--test", "-0.1"], "--test must be 0 or more, and below 1, got -0.1"),
    ],
)
def test_table_or_option_that_training_cannot_use_is_refused(
    content: str, arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", *arguments)
    assert refusal(outcome).startswith("microgrid: ")
    assert message in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("arguments", "expected", "came"),
    [
        (["--epochs", "1.5"], "a whole number", "1.5"),
        (["--epochs", "many"], "a whole number", "many"),
        (["--batch-size", ""], "a whole number", ""),
        (["--hidden", "x"], "a whole number", "x"),
        (["--hidden", "4,", "4"], "a whole number", ""),
        (["--learning-rate", "fast"], "a number", "fast"),
        (["--test", "half"], "a number", "half"),
        (["--seed", "x"], "a whole number", "x"),
    ],
)
def test_option_that_is_no_number_is_refused(arguments: list[str], expected: str, came: str, command: Command) -> None:
    refused = refusal(command("train", "data.csv", "--target", "y", *arguments))
    assert refused.startswith(f"microgrid train: argument {arguments[0]}: expected {expected}, got '{came}' (see")


@pytest.mark.parametrize(
    ("with_commas", "with_spaces"),
    [
        (["--hidden", "4,3"], ["--hidden", "4", "3"]),
        (["--inputs", "a,b"], ["--inputs", "a", "b"]),
        (["--inputs", "b, c", "a"], ["--inputs", "b", "c", "a"]),
    ],
)
def test_lists_are_written_with_commas_or_with_spaces(
    with_commas: list[str], with_spaces: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("a,b,c,y\n" + "".join(f"{i},{i * i},{i % 3},{i}\n" for i in range(9)))
    arguments = ["train", "data.csv", "--target", "y", "--epochs", "2"]
    outcome = command(*arguments, *with_commas)
    assert outcome.code == 0
    assert outcome == command(*arguments, *with_spaces)
    assert outcome != command(*arguments)


def test_column_may_have_a_comma_in_its_name(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text('a,"a,y",y\n1,2,3\n2,3,4\n')
    out = command("train", "data.csv", "--target", "y", "--inputs", "a,y", "--epochs", "1").out
    assert out.startswith("predict y from a,y\n")


AND = "a,b,out\n0,0,0\n0,1,0\n1,0,0\n1,1,1\n"


def test_small_table_is_learned_from_whole_where_nothing_is_held_out(command: Command, tmp_path: Path) -> None:
    (tmp_path / "and.csv").write_text(AND)
    code, out, err = command("train", "and.csv", "--target", "out", "--test", "0", "--epochs", "400")
    assert (code, err) == (0, "")
    assert "on the 4 rows it learned from: " in out
    assert "\nno row was held out: this does not tell how good it is on rows it has not seen\n" in out
    assert "  always guessing the mean instead: 0.375\n" in out  # (0.25 + 0.25 + 0.25 + 0.75) / 4
    told = re.findall(r"^  predicted (\S+), is (\S+)$", out.partition("all of them, in out:\n")[2], re.MULTILINE)
    assert [target for _, target in told] == ["0", "0", "0", "1"]
    assert [round(numbers_in(predicted)[0]) for predicted, _ in told] == [0, 0, 0, 1]


@pytest.mark.parametrize(("rows", "few"), [(4, True), (9, True), (10, False)])
def test_few_rows_are_said_to_say_little(rows: int, few: bool, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n" + "".join(f"{i},{2 * i}\n" for i in range(rows)))
    out = command("train", "data.csv", "--target", "y").out
    assert ("\nso few rows say little; --test 0 holds none out, and learns from all of them\n" in out) is few


@pytest.mark.parametrize(("rate", "grown"), [("0.02", False), ("0.6", True)])
def test_loss_that_has_grown_is_not_passed_over(rate: str, grown: bool, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n" + "".join(f"{i},{2 * i + i % 2}\n" for i in range(40)))
    options = ["--target", "y", "--hidden", "--epochs", "20", "--batch-size", "1", "--learning-rate", rate]
    code, out, err = command("train", "data.csv", *options)
    assert (code, err) == (0, "")
    first, last = numbers_in(re.findall(r"loss .*: (.*) in", out)[0])
    assert (last > first) is grown
    assert ("epochs\nIt has grown: the learning rate may be too large.\n" in out) is grown


def test_learning_rate_that_is_too_large_is_refused_with_advice(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    refused = refusal(command("train", "data.csv", "--target", "y", "--learning-rate", "1e9"))
    assert re.match(
        r"microgrid: epoch \d+: .*; try a learning rate smaller than 1e\+09, or inputs of a smaller", refused
    )


def test_file_that_is_not_there_or_no_text_is_refused(command: Command, tmp_path: Path) -> None:
    assert refusal(command("train", "no.csv", "--target", "y")) == "microgrid: no.csv: No such file or directory"
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\x00")
    refused = refusal(command("train", "picture.csv", "--target", "y"))
    assert refused == "microgrid: picture.csv is not text in UTF-8; save it as CSV in UTF-8"
    assert refusal(command("train", ".", "--target", "y")).startswith("microgrid: .: ")


def test_missing_folder_of_the_model_is_refused_before_training(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--save", "missing/model.json")
    assert refusal(outcome) == f"microgrid: {tmp_path / 'missing'}: there is no such folder to write to"
    assert outcome.out == ""


@pytest.mark.parametrize("name", ["data.csv", "./data.csv"])
def test_model_that_would_replace_the_table_is_refused_before_training(
    name: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--epochs", "1", "--save", name)
    assert refusal(outcome) == f"microgrid: {name} is the file to learn from; save the model under another name"
    assert outcome.out == ""
    assert (tmp_path / "data.csv").read_text(encoding="utf-8") == FOUR_ROWS


def test_model_that_would_replace_a_folder_is_refused_before_training(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--epochs", "1", "--save", ".")
    assert refusal(outcome)
    assert outcome.out == ""


def test_ctrl_c_ends_training_and_saves_what_was_reached(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, steps = SGD.step, iter(range(5))

    def interrupted_at_the_sixth(self: SGD) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        step(self)

    monkeypatch.setattr(SGD, "step", interrupted_at_the_sixth)
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    options = ["--target", "y", "--batch-size", "1", "--hidden", "2", "--save", "model.json"]
    code, out, err = command("train", "data.csv", *options)  # 3 rows to learn from: 3 steps an epoch
    assert (code, err) == (130, "")
    assert "interrupted after 1 of 40 epochs\n" in out
    MLP(1, [2, 1]).load(tmp_path / "model.json")


def test_ctrl_c_elsewhere_is_quiet(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("microgrid.cli.training.read_csv", interrupted)
    assert command("train", "data.csv", "--target", "y") == (130, "", "")


# --- page ------------------------------------------------------------------------------------------------------------


def cards_on_page(page: Path) -> list[str]:
    return re.findall(r'<g class="card (\w+)', page.read_text(encoding="utf-8"))


def test_page_of_an_expression_is_written(command: Command, tmp_path: Path) -> None:
    said = "learned: w; given: x (--learn NAMES decides otherwise)\nwrote relay.html; open it in a browser\n"
    assert command("page", "(w*x - 5)**2", "w=3", "x=2") == (0, said, "")
    kinds = ["parameter", "input", "computed", "constant", "computed", "constant", "output"]
    assert sorted(cards_on_page(tmp_path / "relay.html")) == sorted(kinds)


def test_page_takes_its_file_its_language_and_its_learning_rate(command: Command, tmp_path: Path) -> None:
    assert command("page", "-w*w", "w=3", "-o", "a.html", "--language", "ja", "--learning-rate=0.25").code == 0
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in text
    assert '"learningRate":0.25' in text


def test_page_of_an_example_carries_its_heading(command: Command, tmp_path: Path) -> None:
    assert command("page", "--example", "two-paths").out == "wrote two-paths.html; open it in a browser\n"
    text = (tmp_path / "two-paths.html").read_text(encoding="utf-8")
    assert "<title>two paths · microgrid</title>" in text
    arguments = ["page", "--example", "two-paths", "--language", "ja", "--learning-rate", "0.5"]
    assert command(*arguments).out == "two-paths.html を書きました。ブラウザーで開いてください\n"
    text = (tmp_path / "two-paths.html").read_text(encoding="utf-8")
    assert "<title>2 本の道 · microgrid</title>" in text
    assert '"learningRate":0.5' in text


def test_page_speaks_japanese(command: Command) -> None:
    assert command("page", "w*x", "w=3", "x=2", "--language", "ja").out == (
        "学習する数: w。与えられた数: x (変えるには --learn 名前)\n"
        "relay.html を書きました。ブラウザーで開いてください\n"
    )
    out = command("page", "2*x", "x=2", "--learn", "", "-o", "a.html", "--language", "ja").out
    assert out.startswith("学習する数: なし。与えられた数: x (")


def test_sheets_of_both_languages_lie_side_by_side(command: Command, tmp_path: Path) -> None:
    assert command("sheet").code == 0
    assert command("sheet", "--language", "ja").out == (
        "cheatsheet.ja.html を書きました。ブラウザーで開き、A4 かレターの用紙 1 枚に印刷してください\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cheatsheet.html", "cheatsheet.ja.html"]


def test_examples_are_listed_in_both_languages(command: Command, tmp_path: Path) -> None:
    code, out, err = command("page", "--examples")
    assert (code, err) == (0, "")
    assert re.findall(r"^(\S+) ", out, re.MULTILINE) == list(EXAMPLES)
    assert re.search(r"^two-paths +two paths$", out, re.MULTILINE)
    assert re.search(r"^two-paths +2 本の道$", command("page", "--examples", "--language", "ja").out, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either an EXPRESSION or --example NAME (see microgrid page --help)"),
        (["a", "a=1", "--example", "xor"], "expected either an EXPRESSION or --example, got both"),
        (["--example", "xro"], "there is no example 'xro'; there are neuron, apples-and-oranges, two-paths, xor,"),
        (["a*2", "a=1", "-o", "page.svg"], "a page is written as .html; 'page.svg' is not"),
        (["a", "a=1"], "expected an expression that computes something, got 'a'"),
        (["a*2", "a=1", "-o", "nowhere/page.html"], "nowhere/page.html: No such file or directory"),
        (["a*2", "a=1", "--learning-rate=-1"], "learning_rate must be 0 or more, and finite, got -1.0"),
        (["a*2", "a=1", "--language", "fr"], "invalid choice: 'fr'"),
    ],
)
def test_wrong_arguments_of_page_are_told_in_one_line(
    arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    assert message in refusal(command("page", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_page_without_graphviz_is_refused_in_one_line(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROGRID_DOT", str(tmp_path / "nothing"))
    assert "nothing on this machine lays out a page" in refusal(command("page", "a*2", "a=1"))


# --- help ------------------------------------------------------------------------------------------------------------


def test_help_lists_the_commands(command: Command) -> None:
    code, out, err = command("--help")
    assert (code, err) == (0, "")
    assert re.findall(r"^    (\w+) +\w", out, re.MULTILINE) == [
        "draw",
        "step",
        "page",
        "check",
        "train",
        "lesson",
        "sheet",
    ]


@pytest.mark.parametrize("name", ["draw", "step", "page", "check", "train", "lesson", "sheet"])
def test_help_of_each_command_has_an_example_that_works(name: str, command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{x},{x % 3},{2 * x + 1}\n" for x in range(10))
    (tmp_path / "DATA.csv").write_text(f"length,width,weight\n{rows}", encoding="utf-8")
    code, out, err = command(name, "--help")
    assert (code, err) == (0, "")
    (example,) = re.findall(r"^example:  microgrid (.*)$", out, re.MULTILINE)
    assert command(*shlex.split(example)).code == 0


def test_version_is_that_of_the_package(command: Command) -> None:
    assert command("--version") == (0, f"microgrid {microgrid.__version__}\n", "")


# --- as a process ----------------------------------------------------------------------------------------------------


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
        code = cli.main(arguments)
    return code, capsys.readouterr().err


PRINTING = [
    [],
    ["--help"],
    ["check", "a", "a=1"],
    ["--version"],
    ["draw", "a*b", "a=1", "b=2", "-o", "graph.dot"],
    ["step", "a*b", "a=1", "b=2"],
    ["step", "--penguins", "--all"],  # more than fits a pipe
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


@pytest.mark.parametrize(
    ("learn", "changed"),
    [
        ([], ["w"]),  # x and target are inputs by their names
        (["--learn", "w,x"], ["w", "x"]),
        (["--learn= x , w"], ["w", "x"]),
        (["--learn", "w", "x"], ["w", "x"]),
        (["--learn=w", "x"], ["w", "x"]),
        (["--learn", ""], []),
    ],
)
def test_step_changes_what_is_to_be_learned(learn: list[str], changed: list[str], command: Command) -> None:
    code, out, _ = command("step", "(w*x - target)**2", "w=3", "x=2", "target=5", *learn, "--all")
    assert code == 0
    assert re.findall(r"Change  (\w+)", out) == changed


def test_all_names_are_learned_where_only_inputs_are_there(command: Command) -> None:
    assert "Change  x " in command("step", "x**2", "x=3", "--all")[1]


def test_name_to_be_learned_that_has_no_value_is_refused(command: Command) -> None:
    told = "microgrid: v is to be learned, but has no value (names with a value: w, x)\n"
    assert command("page", "w*x", "w=3", "x=2", "--learn", "w,v") == (2, "", told)


def test_draw_says_which_leaves_are_given(command: Command) -> None:
    out = command("draw", "w*x", "w=3", "x=2")[1]
    assert "w = 3, gradient 2\nx = 2, gradient 3 (given)\n" in out


def test_step_prints_every_step_where_there_is_no_terminal(command: Command) -> None:
    code, out, err = command("step", "w*x", "w=3", "x=2")
    assert (code, err) == (0, "")
    assert "3/5  Think  result → w  1 × 2 = 2" in out
    assert out.endswith("result was 6. The gradients foretold 5.6 after the update; it is 5.6.\n")


def test_step_speaks_japanese(command: Command) -> None:
    assert (
        "w の責任: 上流から伝わる勾配 1 × 局所的な微分 2 = 2。"
        in command("step", "w*x", "w=3", "x=2", "--language", "ja").out
    )


def test_step_walks_a_penguin_folded_by_neuron(command: Command) -> None:
    code, out, _ = command("step", "--penguins", "--all")
    assert code == 0
    assert "layer3.neuron1 → layer2.neuron1" in out
    before, after = re.findall(r"The loss was (\S+)\. .* it is (\S+)\.", out)[0]
    assert float(after) < float(before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either an EXPRESSION or --penguins"),
        (["w*2", "w=1", "--penguins"], "expected either an EXPRESSION or --penguins"),
        (["w", "w=1"], "expected an expression that computes something, got 'w'"),
        (["w*2", "w=1", "--learning-rate", "-1"], "learning_rate must be 0 or more"),
        (["w*2", "w=1", "--language", "de"], "invalid choice: 'de'"),
    ],
)
def test_step_that_cannot_be_walked_gets_one_line(command: Command, arguments: list[str], message: str) -> None:
    code, out, err = command("step", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_ctrl_c_in_the_demonstration_ends_it_in_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> History:
        return History(interrupted=True)

    monkeypatch.setattr("microgrid.datasets.column.train", interrupted)
    code, out, err = command()
    assert (code, err) == (130, "")
    assert out.endswith("\ninterrupted after 0 epochs of training; wrote relay.svg and relay.html\n")


def test_demonstration_without_graphviz_leaves_the_text_of_the_picture(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROGRID_DOT", str(tmp_path / "nothing"))
    code, out, _ = command()
    assert code == 0
    assert "wrote relay.dot" in out
    assert (tmp_path / "relay.dot").read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_number_that_is_not_finite_is_refused(number: str, command: Command) -> None:
    assert f"expected a number for a, got {number!r}" in refusal(command("check", "a", f"a={number}"))
