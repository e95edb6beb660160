"""Declare, parse and check command-line arguments, with advice in every error."""

from __future__ import annotations

import argparse
import functools
import importlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from microgrid._util.missing_names import nearest
from microgrid._util.text import wrapped
from microgrid._util.validation import quoted
from microgrid.cli.messages import language_of, translated
from microgrid.cli.streams import complain
from microgrid.language.numerals import read_number
from microgrid.language.words import LANGUAGES

OPTION = re.compile("--[a-z][a-z-]*")
ASSIGNMENT = re.compile(r"[^\W\d]\w*=")
SPACED_ASSIGNMENT = re.compile(r"-{0,2}([^\W\d]\w*)[ =:]+([-+.]?\d\S*)")  # a = 2, a 2, a:2, -a 2, --a=2
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Writes the help of a command in a language, whose lines it breaks by the rules of that language."""

    def __init__(self, prog: str, language: str = "en") -> None:
        super().__init__(prog)
        self.language = language

    def start_section(self, heading: str | None) -> None:
        """Begin a section, such as the options."""
        super().start_section(heading and self._said(heading))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the line that shows how the command is typed."""
        super().add_usage(usage, actions, groups, self._said("usage: ") if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(wrapped(self._said(text), width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = [self._said(line) for line in text.splitlines()]
        is_code = text.startswith("example: ")  # which is copied, and stays on its line
        return "\n".join(indent + row for line in lines for row in ([line] if is_code else wrapped(line, width)))

    def _said(self, text: str) -> str:
        """Return a text in the language; a description is looked up as it is listed, without capital and full stop."""
        listed = f"{text[:1].lower()}{text[1:]}".removesuffix(".")
        said = translated(listed, self.language, "usage.")
        return text if said == listed else said


class Parser(argparse.ArgumentParser):
    """An argparse parser that records its options and reports errors in one line.

    Args:
        module: the module of a command, whose function `add_arguments` `load` calls.
        settings: as of argparse.
    """

    def __init__(self, module: str = "", **settings: Any) -> None:
        self.module = module
        self.options: list[str] = []
        self.takes_expression = False
        self.example = ""
        self.parsed: Sequence[str] = ()
        super().__init__(allow_abbrev=False, **settings)

    def load(self) -> Parser:
        """Import the module of a command, unless that is done, and let it add its arguments; return the parser."""
        module, self.module = self.module, ""
        if module:
            importlib.import_module(module).add_arguments(self)
        return self

    def describe(self, run: Callable[[argparse.Namespace], int], example: str) -> None:
        """Set an example to copy, and `run`, which takes the parsed arguments and returns the exit code."""
        self.epilog = f"example:  microgrid {example}"
        self.example = example
        self.set_defaults(run=run, copied_example=example)

    def add_argument(self, *names: str, **settings: Any) -> argparse.Action:
        """Add an argument as argparse does; record it if it is an option."""
        action = super().add_argument(*names, **settings)
        self.options += action.option_strings
        return action

    def add_choice(self, option: str, choices: Sequence[str], default: str | None, help: str) -> None:  # noqa: A002 (as argparse)
        """Add an option with fixed choices; errors carry the advice of `invalid_choice`."""

        def checked(text: str) -> str:
            text = text.strip()  # " -1" for -1: see _without_false_options
            if text not in choices:
                raise argparse.ArgumentTypeError(invalid_choice(text, choices))
            return text

        self.add_argument(option, metavar=f"{{{','.join(choices)}}}", type=checked, default=default, help=help)

    def add_language(self, of: str) -> None:
        """Add the option --language; without it, `options.language` is None until the locale has been asked."""
        help_text = f"language of {of}; by default that of the locale, such as LANG=ja_JP.UTF-8"
        self.add_choice("--language", LANGUAGES, None, help_text)

    def add_inputs(self) -> None:
        """Add the option --inputs, the columns of a table that a network predicts from."""
        help_text = "the columns to predict it from; by default all others that hold numbers or a few texts"
        self.add_argument("--inputs", metavar="COLUMN", nargs="+", help=help_text)

    def add_hidden(self, default: list[list[int]] | None, help_text: str) -> None:
        """Add the option --hidden; `options.hidden` holds a list for each word of it."""
        self.add_argument("--hidden", metavar="N", nargs="*", type=whole_numbers, default=default, help=help_text)

    def format_help(self) -> str:
        """Return the help, in the language of the command line."""
        self.formatter_class = functools.partial(HelpFormatter, language=language_of(self.parsed))
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Print the error in one line, and exit with code 2."""
        if message.startswith("the following arguments are required"):
            message = with_example(message, self.example)
        shown = translated(f"{message} (see {self.prog} --help)", language_of(self.parsed))
        complain(f"{self.prog}: {shown}")
        raise SystemExit(2)


def with_example(message: str, example: str) -> str:
    """Put behind a message an example of the command, to copy."""
    return f"{message}; for example: microgrid {example}"


def parse(arguments: Sequence[str], parser: Parser, commands: Mapping[str, Parser]) -> argparse.Namespace:
    """Parse the command line with the parser of its command, or with `parser` if it names none.

    Raises:
        ValueError: an option that the command does not have.
        SystemExit: an argument is wrong, or help was asked for; all is said.
    """
    arguments = _with_command_first([*arguments])
    parser.parsed = arguments
    for each, command in commands.items():
        command.parsed = arguments
        if each in arguments:  # of the others, the help of all commands needs the summary only
            command.load()
    name, *others = arguments or [""]
    if name not in commands:
        _check_option(arguments, parser.options, commands)
        if arguments and name.partition("=")[0] not in parser.options:
            meant_by = _meant_by(arguments)
            if not name.startswith("-") or name in meant_by:
                parser.error(f"argument COMMAND: {invalid_choice(name, commands, meant_by)}")
        return parser.parse_args(arguments)
    command = commands[name]
    for i in range(len(others)):
        _check_option(others[i:], command.options, commands, name)
    if not command.takes_expression:
        return command.parse_args(others)
    return command.parse_intermixed_args(_without_false_options(_with_joined_names(others), command.options))


def _with_command_first(arguments: Sequence[str]) -> Sequence[str]:
    """Put the command before --language, which may begin the command line: it is an option of the demonstration too.

    `help step` is read as `step --help`.
    """
    option, equals, _ = arguments[0].partition("=") if arguments else ("", "", "")
    position = 1 if equals else 2
    if option == "--language" and len(arguments) > position and not arguments[position].startswith("--"):
        arguments = [arguments[position], *arguments[:position], *arguments[position + 1 :]]
    return _with_command_first([*arguments[1:], "--help"]) if arguments[:1] == ["help"] else arguments


def _meant_by(arguments: Sequence[str]) -> dict[str, str]:
    """Return words that people take for a command, each with the command that they mean."""
    from microgrid.documents.examples import EXAMPLES  # imported here: only a wrong command needs it

    examples = {name: f"microgrid page --example {name}" for name in EXAMPLES}
    return {"demo": "microgrid, without a command", **examples, **_with_step_first(arguments)}


def _with_step_first(arguments: Sequence[str]) -> dict[str, str]:
    """Return the command that an expression without one is meant for, by that expression; nothing for other words."""
    first, second = [*arguments, "", ""][:2]
    if not re.search(r"[*+()^]", first) and not ASSIGNMENT.match(second):
        return {}
    shown = [argument if re.fullmatch(r"[\w.,=-]+", argument) else f'"{argument}"' for argument in arguments]
    return {first: f"microgrid step {' '.join(shown)}"}


def _check_option(
    arguments: Sequence[str], options: Sequence[str], commands: Mapping[str, Parser], name: str = ""
) -> None:
    """Reject an unknown option; suggest a similar one, or the command that has it.

    Raises:
        ValueError: it is refused.
    """
    option = arguments[0].partition("=")[0] if arguments else ""
    if option in options or not OPTION.fullmatch(option):
        return
    if name and commands[name].takes_expression and _stands_twice(option[2:], commands[name].parsed):
        return  # --w=3 beside w*x, for which there is advice when the values are read
    near = nearest(option, options)
    hint = f"; did you mean {near}?" if near else ""
    if owners := [owner for owner, command in commands.items() if option in command.load().options]:
        hint = f"; it belongs to {', '.join(owners)}: microgrid {owners[0]} {' '.join(arguments[:2])}"
    raise ValueError(f"unknown option {option}{hint} (see {f'microgrid {name}'.rstrip()} --help)")


def _stands_twice(name: str, arguments: Sequence[str]) -> bool:
    return len(re.findall(rf"\b{name}\b", " ".join(arguments))) > 1


def _with_joined_names(arguments: Sequence[str]) -> list[str]:
    """Rewrite `--learn w b` as `--learn w,b`; argparse would read the expression as another name."""
    joined: list[str] = []
    for argument in arguments:
        *_, option, names = "", "", *joined
        if argument.isidentifier() and (option == "--learn" or names.startswith("--learn=")):
            joined[-1] += f",{argument}"
        else:
            joined.append(argument)
    return joined


def _without_false_options(arguments: Sequence[str], options: Sequence[str]) -> list[str]:
    """Put a space before arguments such as "-a*b", so that argparse does not read them as options."""
    return [
        f" {argument}" if argument.startswith("-") and argument.partition("=")[0] not in options else argument
        for argument in arguments
        if argument != "--"
    ]


def invalid_choice(choice: str, choices: Iterable[str], meant_by: Mapping[str, str] | None = None) -> str:
    """Return the message for an invalid choice: a suggestion, or the list of choices."""
    meant = (meant_by or {}).get(choice) or nearest(choice, choices)
    hint = f"did you mean {meant}?" if meant else f"choose from {', '.join(choices)}"
    return f"invalid choice: {choice!r}; {hint}"


def whole_number(text: str) -> int:
    """Parse a whole number; raise ArgumentTypeError, which argparse reports in one line."""
    try:
        return int(text)
    except ValueError:
        advice = f"; write {text.replace(',', '')}" if THOUSANDS.fullmatch(text) else ""
        raise argparse.ArgumentTypeError(f"expected a whole number, got {quoted(text)}{advice}") from None


def whole_numbers(text: str) -> list[int]:
    """Parse whole numbers separated by commas; one more comma at the end is that of `8, 8`.

    >>> whole_numbers("8,8"), whole_numbers("8,")
    ([8, 8], [8])
    """
    return [*map(whole_number, text.rstrip(",").split(","))]


def number_of(text: str) -> float:
    """Parse a number; raise ArgumentTypeError, which argparse reports in one line."""
    number = _number(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"expected a number, got {quoted(text)}{_without_commas(text)}")
    return number


def values_of(assignments: Sequence[str]) -> dict[str, float]:
    """Parse assignments NAME=NUMBER.

    Raises:
        ValueError: an argument is something else, no finite number, or a name has two.

    >>> values_of(["w=3", "x=-0.5"])
    {'w': 3.0, 'x': -0.5}
    """
    values: dict[str, float] = {}
    for i, text in enumerate(assignments):
        name, equals, number = (part.strip() for part in text.replace("＝", "=").partition("="))
        if not equals or not name.isidentifier():
            hint = _advice(assignments[i:])
            raise ValueError(f"expected a name and a number such as a=2, got {quoted(text)} ({hint})")
        data = _finite(number)
        if data is None:
            raise ValueError(f"expected a number for {name}, got {quoted(number)}{_without_commas(number)}")
        if name in values:
            raise ValueError(f"{name} has two values; expected one")
        values[name] = data
    return values


def _number(text: str) -> float | None:
    number = read_number(text)
    if number is not None:
        return number
    try:
        return float(text)  # Python's other ways to write one, such as 1_000 and inf
    except ValueError:
        return None


def _finite(text: str) -> float | None:
    data = _number(text)
    return data if data is not None and math.isfinite(data) else None


def _advice(arguments: Sequence[str]) -> str:
    """Suggest a correction of the first argument, which should have been NAME=NUMBER."""
    text = arguments[0]
    if assignment := _unspaced(arguments):
        return f"write {assignment}, without spaces"
    others = [argument for argument in arguments if "=" not in argument and _finite(argument) is None]
    if any(set(other) & set("+-*/()") for other in others):
        return "put the whole expression in double quotes"
    if _finite(text) is not None:
        return f"give each name its number, such as w={text}"
    return f"give it a number, such as {text}=2" if text.isidentifier() else "put the whole expression in double quotes"


def _unspaced(arguments: Sequence[str]) -> str:
    """Return a=2 where arguments begin with another way to write it, such as `-a 2`; else nothing."""
    spaced = SPACED_ASSIGNMENT.match(" ".join(arguments))
    return f"{spaced[1]}={spaced[2]}" if spaced else ""


def _without_commas(text: str) -> str:
    """Say how to write a number such as 1,000, which could be either of two; of other text say nothing."""
    if not THOUSANDS.fullmatch(text):
        return ""
    as_decimal = f" or {float(text.replace(',', '.'))}" if text.count(",") + text.count(".") == 1 else ""
    return f"; write {text.replace(',', '')}{as_decimal}"
