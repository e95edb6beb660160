"""The texts that people read, by language: one table each, `en.json` and `ja.json`, which every view reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from microgrid._util.files import asset
from microgrid._util.text import is_japanese
from microgrid._util.validation import check_choice
from microgrid.language.numerals import powers_of_ten

LANGUAGES = ("en", "ja")
PLACEHOLDER = re.compile(r"( ?)\{(\w+)(?::([^{}]*))?\}( ?)")

FORMULA = re.compile(" [+−] ")


class Text(str):
    """A text that people read, filled in with names and numbers.

    >>> Text("{name} is {result}").format(name="w", result="7e−19")
    'w is 7 × 10⁻¹⁹'
    """

    __slots__ = ()

    def format(self, *_: object, **parts: object) -> str:
        """Fill in the placeholders; a power of ten is written as by hand."""
        return powers_of_ten(self.fill(parts))

    def fill(self, parts: Mapping[str, object]) -> str:
        """Fill in the placeholders."""
        return super().format(**parts)


class JapaneseText(Text):
    """A text in Japanese, which takes the space from between two Japanese characters when it is filled in.

    >>> JapaneseText("{name} は {result}").format(name="w", result="7e−19")
    'w は 7 × 10⁻¹⁹'
    >>> JapaneseText("{name} は {result}").format(name="重み", result="入力")
    '重みは入力'
    """

    __slots__ = ()

    def fill(self, parts: Mapping[str, object]) -> str:
        """Fill in the placeholders."""

        def put(match: re.Match[str]) -> str:
            before, name, spec, after = match.groups("")
            part = format(parts[name], spec)
            if not FORMULA.search(part):  # p − 正解 is set off by the spaces around it
                before *= not (is_japanese(self[: match.start()][-1:]) and is_japanese(part[:1]))
                after *= not (is_japanese(part[-1:]) and is_japanese(self[match.end() :][:1]))
            return before + part + after

        return PLACEHOLDER.sub(put, self)


def words(language: str) -> dict[str, Text]:
    """Return the texts of a language by their keys.

    Raises:
        ValueError: an unknown language.
    """
    return _loaded(check_choice("language", language, LANGUAGES))


def in_each_language(key: str, **parts: object) -> dict[str, str]:
    """Return one text in every language, with its placeholders filled with `parts`.

    >>> in_each_language("phase.know")
    {'en': 'Know', 'ja': '知る'}
    """
    return {language: words(language)[key].format(**parts) for language in LANGUAGES}


LAYER = re.compile(r"layer(?P<number>\d+)(?:\.neuron(?P<neuron>\d+)(?P<rest>\..+)?)?")


def label_in(label: str, language: str) -> str:
    """Return a label that the program itself gave, in a language; another label as it is.

    >>> label_in("apple", "ja"), label_in("layer1.neuron2.w1", "ja"), label_in("w", "ja")
    ('りんごの単価', '層1.ニューロン2.w1', 'w')
    """
    text = words(language)
    if match := LAYER.fullmatch(label):
        key = "label.neuron" if match["neuron"] else "label.layer"
        return text[key].format(number=match["number"], neuron=match["neuron"]) + (match["rest"] or "")
    return text.get("page.loss" if label == "loss" else f"label.{label}", label)


@cache
def _loaded(language: str) -> dict[str, Text]:
    table: dict[str, str] = json.loads(asset(f"language/{language}.json"))
    kind = JapaneseText if language == "ja" else Text
    return {key: kind(text) for key, text in table.items()}
