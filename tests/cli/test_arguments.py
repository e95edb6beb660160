"""The command line: what is read from it, and the one line of advice where it is wrong."""

from __future__ import annotations

import pytest

from tests.cli.running import Command, refusal


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["draw", "a", "--direction", "up"], "microgrid draw: argument --direction: invalid choice: 'up'"),
        (["draw", "a", "--fold", "all"], "microgrid draw: argument --fold: invalid choice: 'all'"),
        (["check", "a", "--order", "-1"], "microgrid check: argument --order: invalid choice: '-1'; choose from 1, 2 "),
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
            "microgrid: argument COMMAND: invalid choice: 'paint'; choose from draw, step, studio, page, c",
        ),
        (["stpe", "a"], "microgrid: argument COMMAND: invalid choice: 'stpe'; did you mean step? (see"),
        (["help", "stpe"], "microgrid: argument COMMAND: invalid choice: 'stpe'; did you mean step? (see"),
        (["STEP", "a"], "microgrid: argument COMMAND: invalid choice: 'STEP'; did you mean step? (see"),
        (
            ["w*x", "w=3", "x=2"],
            "microgrid: argument COMMAND: invalid choice: 'w*x'; did you mean microgrid step \"w*x\" w=3 x=2? (see",
        ),
        (["-w", "w=3"], "microgrid: argument COMMAND: invalid choice: '-w'; did you mean microgrid step -w w=3? (see"),
        (["step", "a", "a=1", "--lang", "ja"], "microgrid: unknown option --lang; did you mean --language? (see"),
        (["demo"], "microgrid: argument COMMAND: invalid choice: 'demo'; did you mean microgrid, without a command? ("),
        (["xor"], "microgrid: argument COMMAND: invalid choice: 'xor'; did you mean microgrid page --example xor? (se"),
        (
            ["--example", "xor"],
            "microgrid: unknown option --example; it belongs to step, page: microgrid step --example xor (see mic",
        ),
        (
            ["draw", "--example", "xor"],
            "microgrid: unknown option --example; it belongs to step, page: microgrid step --example xor (see mic",
        ),
        (
            ["--learn=w"],
            "microgrid: unknown option --learn; it belongs to draw, step, page: microgrid draw --learn=w (see",
        ),
        (["draw", "b", "--a=2"], "microgrid: unknown option --a (see microgrid draw --help)"),  # --all is one of step
        (["--versoin"], "microgrid: unknown option --versoin; did you mean --version? (see microgrid --help)"),
        (["sheet", "--outptu", "a.html"], "microgrid: unknown option --outptu; did you mean --output"),
        (
            ["train", "data.csv"],
            "microgrid train: the following arguments are required: --target; for example: microgrid train DATA.csv",
        ),
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
        (["-a", "2", "-b", "3"], "expected a name and a number such as a=2, got '-a' (write a=2, without spaces)"),
        (["a:2"], "expected a name and a number such as a=2, got 'a:2' (write a=2, without spaces)"),
        (["a", "2"], "expected a name and a number such as a=2, got 'a' (write a=2, without spaces)"),
        (["--a=2"], "expected a name and a number such as a=2, got '--a=2' (write a=2, without spaces)"),
        (["a=1,500"], "expected a number for a, got '1,500'; write 1500 or 1.5"),
        (["a=1,000,000"], "expected a number for a, got '1,000,000'; write 1000000"),
        (["a=-1,234.5"], "expected a number for a, got '-1,234.5'; write -1234.5"),
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


def test_only_what_is_missing_is_called_missing(command: Command) -> None:
    told = refusal(command("draw"))
    assert told.startswith("microgrid draw: the following arguments are required: EXPRESSION; for example: microgrid ")


@pytest.mark.parametrize("name", ["draw", "step", "page", "check", "train"])
def test_command_without_arguments_is_refused_with_the_example_of_its_help(name: str, command: Command) -> None:
    told = refusal(command(name)).partition("; for example: ")[2].partition(" (see ")[0]
    assert told.startswith(f"microgrid {name} ")
    assert f"example:  {told}\n" in command(name, "--help").out


@pytest.mark.parametrize("language", [[], ["--language=ja"]])
def test_help_with_a_command_is_that_of_the_command(language: list[str], command: Command) -> None:
    assert command(*language, "help", "step") == command("step", "--help", *language)
    assert command(*language, "help") == command("--help", *language)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_number_that_is_not_finite_is_refused(number: str, command: Command) -> None:
    assert f"expected a number for a, got {number!r}" in refusal(command("check", "a", f"a={number}"))
