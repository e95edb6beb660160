"""What stands behind `microgrid` on the command line: put in order, read, and refused with advice where it is wrong."""

from __future__ import annotations

import argparse
import difflib
import math
import re
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from microgrid._util.validation import quoted
from microgrid.documents.examples import EXAMPLES

OPTION = "--[a-z][a-z-]*(=.*)?"
NO_COMMANDS = {
    "help": "microgrid --help",
    "demo": "microgrid, without a command",
    **{name: f"microgrid page --example {name}" for name in EXAMPLES},
}
"""What people take for a command, and what they mean."""


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are one line."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [*map(str, action.choices)]
        meant = NO_COMMANDS.get(value) or next(iter(difflib.get_close_matches(value, choices, n=1, cutoff=0.7)), None)
        hint = f"did you mean {meant}?" if meant else f"choose from {', '.join(choices)}"
        raise argparse.ArgumentError(action, f"invalid choice: {value!r}; {hint}")

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file)  # argparse itself says nothing where nothing can be written

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and end with exit code 2."""
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def whole_number(text: str) -> int:
    """Read a whole number; raise what argparse tells in one line."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {quoted(text)}") from None


def whole_numbers(text: str) -> list[int]:
    """Read whole numbers with commas between.

    >>> whole_numbers("8,8"), whole_numbers("8")
    ([8, 8], [8])
    """
    return [*map(whole_number, text.split(","))]


def number_of(text: str) -> float:
    """Read a number; raise what argparse tells in one line."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {quoted(text)}") from None


def values_of(assignments: Sequence[str]) -> dict[str, float]:
    """Read NAME=NUMBER, as often as there is one.

    Raises:
        ValueError: an argument is something else, no finite number, or a name has two.

    >>> values_of(["w=3", "x=-0.5"])
    {'w': 3.0, 'x': -0.5}
    """
    values: dict[str, float] = {}
    for i, text in enumerate(assignments):
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier():
            hint = _advice(assignments[i:])
            raise ValueError(f"expected a name and a number such as a=2, got {quoted(text)} ({hint})")
        data = _finite(number)
        if data is None:
            raise ValueError(f"expected a number for {name}, got {quoted(number)}")
        if name in values:
            raise ValueError(f"{name} has two values; expected one")
        values[name] = data
    return values


def _finite(text: str) -> float | None:
    try:
        data = float(text)
    except ValueError:
        return None
    return data if math.isfinite(data) else None


def _advice(arguments: Sequence[str]) -> str:
    """Say what to write instead of the first argument, which should have been NAME=NUMBER."""
    text = arguments[0]
    if spaced := re.match(r"([^\W\d]\w*) ?= ?([-+.]?\d\S*)", " ".join(arguments)):
        return f"write {spaced[1]}={spaced[2]}, without spaces"
    others = [argument for argument in arguments if "=" not in argument and _finite(argument) is None]
    if any(set(other) & set("+-*/()") for other in others):
        return "put the whole expression in double quotes"
    if _finite(text) is not None:
        return f"give each name its number, such as w={text}"
    return f"give it a number, such as {text}=2" if text.isidentifier() else "put the whole expression in double quotes"


def arrange(arguments: Sequence[str], commands: Mapping[str, Parser]) -> list[str]:
    """Put the options of a command before its expression, and "--" between: "-a*b" is not an option then.

    Args:
        arguments: what stands behind `microgrid`.
        commands: the parser of each command, by its name.

    Raises:
        ValueError: an option that the command does not have.
    """
    name = arguments[0] if arguments else ""
    if name not in commands:
        if re.fullmatch(OPTION, name) and name not in ("--help", "--version"):
            raise ValueError(_unknown(arguments, commands))
        return list(arguments)
    takes_value = _options_of(commands[name])
    options: list[str] = []
    others: list[str] = []
    rest = deque(arguments[1:])
    while rest:
        option, equals, _ = rest[0].partition("=")
        if rest[0] == "--":
            others.extend([*rest][1:])
            break
        if option in takes_value:
            options.append(rest.popleft())
            if takes_value[option] and not equals and rest:
                options.append(rest.popleft())
            while option == "--learn" and rest and rest[0].isidentifier():  # --learn w b is --learn w,b
                options[-1] += f",{rest.popleft()}"
        elif re.fullmatch(OPTION, rest[0]):
            raise ValueError(_unknown([*rest], commands, name))
        else:
            others.append(rest.popleft())
    if name not in ("draw", "check", "step", "page"):
        return list(arguments)
    return [name, *options, "--", *map(read_anew, others)]


def _options_of(command: Parser) -> dict[str, bool]:
    """List the options of a command, and whether each takes a value."""
    return {option: action.nargs != 0 for action in command._actions for option in action.option_strings}


def _unknown(arguments: Sequence[str], commands: Mapping[str, Parser], name: str = "") -> str:
    """Say that the command of this name has no such option as the first argument, and which one has."""
    option = arguments[0].partition("=")[0]
    owners = [name for name, command in commands.items() if option in _options_of(command)]
    if owners:
        hint = f"; it belongs to {', '.join(owners)}: microgrid {owners[0]} {' '.join(arguments[:2])}"
    else:
        near = difflib.get_close_matches(
            option, _options_of(commands[name]) if name else ["--help", "--version"], 1, 0.7
        )
        hint = f"; did you mean {near[0]}?" if near else ""
    return f"unknown option {option}{hint} (see {' '.join(filter(None, ('microgrid', name)))} --help)"


def read_anew(argument: str) -> str:
    """Read as UTF-8 what Python could not read because the locale is "C", such as a Japanese name."""
    try:
        return argument.encode("ascii", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return argument
