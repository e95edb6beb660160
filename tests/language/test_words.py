"""The texts of both languages: each under one key."""

from __future__ import annotations

from collections import defaultdict

import pytest

from microgrid.language.numerals import powers_of_ten
from microgrid.language.words import LANGUAGES, JapaneseText, in_each_language, words

SAME_BY_CHANCE = {
    ("op.-", "check.difference"),  # the result of a subtraction, and how far two numbers are apart
}


def test_every_text_stands_under_one_key() -> None:
    keys = defaultdict(list)
    for key in words("en"):
        keys[tuple(words(language)[key] for language in LANGUAGES)].append(key)
    assert {tuple(same) for same in keys.values() if len(same) > 1} == SAME_BY_CHANCE


def test_parts_stand_in_the_place_of_placeholders_in_each_language() -> None:
    assert in_each_language("end.named", name="{x}") == {"en": "{x}", "ja": "{x}"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("w", "次の w は重み"),
        ("重み", "次の重みは重み"),
        ("重み1", "次の重み1 は重み"),
        ("x 座標", "次の x 座標は重み"),
        ("層1 #2", "次の層1 #2 は重み"),
        ("p − 正解", "次の p − 正解 は重み"),
        ("3", "次の 3 は重み"),
        ("", "次の  は重み"),
    ],
)
def test_space_stands_beside_what_is_not_japanese_only(name: str, told: str) -> None:
    assert JapaneseText("次の {name} は重み").format(name=name) == told


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("7.014e−19", "7.014 × 10⁻¹⁹"),
        ("−7e12", "−7 × 10¹²"),
        ("2 × (−3.5e−7) = −7e−7", "2 × (−3.5 × 10⁻⁷) = −7 × 10⁻⁷"),
        ("1 ÷ 2e−5 = 50000", "1 ÷ (2 × 10⁻⁵) = 50000"),
        ("1 − 3e−9² = 1", "1 − (3 × 10⁻⁹)² = 1"),
        ("2^3e−5", "2^(3 × 10⁻⁵)"),
        ("e1, x2e3, 1e, 0.5", "e1, x2e3, 1e, 0.5"),
    ],
)
def test_powers_of_ten_are_written_as_by_hand(text: str, written: str) -> None:
    assert powers_of_ten(text) == written


@pytest.mark.parametrize(("language", "written"), [("en", "loss 7 × 10⁻¹⁹"), ("ja", "損失 7 × 10⁻¹⁹")])
def test_both_languages_write_powers_of_ten_alike(language: str, written: str) -> None:
    assert words(language)["page.loss"] + " " + words(language)["end.named"].format(name="7e−19") == written
