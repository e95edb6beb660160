"""Texts of `cases.json`, changed at random places: most are no documents any more, in ways that nobody thought of."""

from __future__ import annotations

import json
import random
from pathlib import Path

TEXTS: list[str] = [
    case["text"] for case in json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
]
PIECES = [
    *"()[],.=+-*/#;:\n\\'\"xwab01293_ ^²×−ー（）［，\u3000｜%&@<>!~{}",
    *("**", "+=", "==", "=", "w = 3\n", "Value(", "Input(2)", "label=", ".relu()", "total([", "for ", "in ", "import "),
    *("print(", ".backward()", ".data", ".label = ", "x1", "データ", "ﬁ", "e5", "0x1", "007", "1_0", "lambda ", '"""'),
    *("\r\n", "\t", "\ufeff", "😀", "ª", "None", "max(", "sum([1, w])", "leaky_relu(w)", "weighted_sum([w],[x],1)"),
    *("__proto__", "constructor", "toString", "\x00", "\x1b", "\u2028"),
]


def changed_text(seed: int) -> str:
    """Return one of the texts with some characters inserted, deleted or replaced, or with another text behind it."""
    dice = random.Random(seed)
    text = dice.choice([text for text in TEXTS if len(text) < 2000])
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5))):
        start = dice.randint(0, len(text))
        end = min(len(text), start + dice.choice((1, 1, 2, 5, 12)))
        other = dice.choice(TEXTS)
        at = dice.randint(0, len(other))
        inserted = dice.choice([dice.choice(PIECES), dice.choice(PIECES), "", other[at : at + dice.choice((3, 8, 30))]])
        text = text[:start] + inserted + text[dice.choice((start, end)) :]
        if dice.random() < 0.05:
            text += dice.choice("\n;") + dice.choice(TEXTS)
    return text
