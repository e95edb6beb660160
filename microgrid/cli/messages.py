"""Put the errors that the program raises in English into the language of the reader.

The library raises its errors in English, whatever language a view speaks. Here, where they reach a reader, each is
looked up among the messages of `microgrid.language`, as are its parts. One that is not there stays English.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache

from microgrid.language.numerals import SCIENTIFIC, powers_of_ten
from microgrid.language.words import LANGUAGES, PLACEHOLDER, Text, words

LISTS = ("names", "columns", "commands", "choices", "classes", "formats")
"""The placeholders of lists."""
QUOTED = "'.*?'|\".*?\""  # what may hold the signs of the message around it


def preferred_language(environment: Mapping[str, str] | None = None) -> str:
    """Return the language that the locale asks for, in the order of gettext; English where it is not known.

    >>> preferred_language({"LANG": "ja_JP.UTF-8"}), preferred_language({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"})
    ('ja', 'en')
    >>> preferred_language({"LANGUAGE": "fr:ja:en", "LANG": "fr_FR.UTF-8"})
    'ja'
    """
    named = os.environ if environment is None else environment
    locale = next(filter(None, (named.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if re.split("[.@]", locale)[0] in ("C", "POSIX"):  # then gettext translates nothing
        return "en"
    wanted = [*filter(None, named.get("LANGUAGE", "").split(":"))] or [locale]
    languages = (re.split("[_.@-]", each)[0].lower() for each in wanted)
    return next((language for language in languages if language in LANGUAGES), "en")


def language_of(arguments: Sequence[str]) -> str:
    """Return the language of a command line, which may be wrong: what --language says, or that of the locale."""
    for i, argument in enumerate(arguments):
        option, _, value = argument.partition("=")
        value = value or next(iter(arguments[i + 1 :]), "")
        if option == "--language" and value in LANGUAGES:
            return value
    return preferred_language()


def translated(message: str, language: str, keys: str = "message.") -> str:
    """Return a message in a language, or as it is where there is no translation.

    `keys` is the beginning of the keys among which it is looked up.

    >>> translated("expected a number, got '1,5'; write 15 or 1.5", "ja")
    "数が要るのに、'1,5' だった。15 か 1.5 と書いてください"
    """
    if language == "en":
        return message
    for pattern, text in _messages(language, keys):
        if match := pattern.fullmatch(message):
            parts = {name: _part(name, part, language, keys) for name, part in match.groupdict().items()}
            return text.fill(parts)
    return message


def _part(name: str, part: str, language: str, keys: str) -> str:
    """Return a part of a message in a language: a message itself, a list of names, or a number."""
    if name in LISTS:
        return words(language)["list"].join(part.split(", "))
    return powers_of_ten(part) if SCIENTIFIC.fullmatch(part) else translated(part, language, keys)


@cache
def _messages(language: str, keys: str) -> list[tuple[re.Pattern[str], Text]]:
    """Return a pattern for each English message, and its translation."""
    texts = words(language)
    messages = {key: text for key, text in words("en").items() if key.startswith(keys)}
    return [(_pattern(text), texts[key]) for key, text in messages.items()]


def _pattern(template: str) -> re.Pattern[str]:
    parts, end = [], 0
    for match in PLACEHOLDER.finditer(template):
        before, name, _, after = match.groups("")
        kind = QUOTED if name == "quoted" else r"\d+" if name in ("column", "count", "row") else ".+?"
        parts += [re.escape(template[end : match.start()] + before), f"(?P<{name}>{kind})", re.escape(after)]
        end = match.end()
    return re.compile("".join([*parts, re.escape(template[end:])]), re.DOTALL)
