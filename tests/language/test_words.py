"""The texts of both languages: each under one key."""

from __future__ import annotations

from collections import defaultdict

from microgrid.language.words import LANGUAGES, in_each_language, words

SAME_BY_CHANCE = {("op.-", "check.difference")}  # the result of a subtraction, and how far two numbers are apart


def test_every_text_stands_under_one_key() -> None:
    keys = defaultdict(list)
    for key in words("en"):
        keys[tuple(words(language)[key] for language in LANGUAGES)].append(key)
    assert {tuple(same) for same in keys.values() if len(same) > 1} == SAME_BY_CHANCE


def test_parts_stand_in_the_place_of_placeholders_in_each_language() -> None:
    assert in_each_language("end.named", name="{x}") == {"en": "{x}", "ja": "{x} "}
