"""The texts that people read, by language: one table each, `en.json` and `ja.json`, which every view reads."""

from __future__ import annotations

import json
from functools import cache

from microgrid._util.files import asset
from microgrid._util.validation import check_choice

LANGUAGES = ("en", "ja")


def words(language: str) -> dict[str, str]:
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


@cache
def _loaded(language: str) -> dict[str, str]:
    table: dict[str, str] = json.loads(asset(f"language/{language}.json"))
    return table
