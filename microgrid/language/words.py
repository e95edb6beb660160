"""The words of each language: one table, read by every view, from `en.json` and `ja.json`."""

from __future__ import annotations

import json
from functools import cache

from microgrid._util.files import asset
from microgrid._util.validation import check_choice

LANGUAGES = ("en", "ja")


def words(language: str) -> dict[str, str]:
    """Return the table of words of a language.

    Raises:
        ValueError: there is none for it.
    """
    return _loaded(check_choice("language", language, LANGUAGES))


@cache
def _loaded(language: str) -> dict[str, str]:
    table: dict[str, str] = json.loads(asset(f"language/{language}.json"))
    return table
