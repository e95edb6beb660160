"""The tables of the language of documents: plain data, which the app's reader takes from here as JSON.

>>> learned_by_convention(["w", "x", "b", "target"])
['w', 'b']
>>> as_typed("ｗ×（データー３）"), as_typed("ー6 － ２")
('ｗ*(データー3)', '-6 - 2')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_CHARACTERS = 20_000
MAX_DEPTH = 200  # brackets, signs and powers that are open at once
MAX_NODES = 2_000

# --- names -----------------------------------------------------------------------------------------------------------

GIVEN_NAMES = (
    *("x", "t", "input", "output", "target", "label"),
    *("入力", "出力", "正解", "目標", "教師", "教師データ", "教師信号", "ラベル"),
)
"""Names that are given by convention, and not learned: in any case, also numbered, such as x1 and X_2."""
GIVEN_UNLESS = {"y": "t"}
"""Names that are given where there is none of the other name, beside which they are predictions."""

# --- what is called --------------------------------------------------------------------------------------------------

KNOWN_FUNCTIONS: dict[str, list[int]] = {
    "exp": [1],
    "log": [1],
    "sqrt": [1],
    "tanh": [1],
    "sigmoid": [1],
    "relu": [1],
    "leaky_relu": [1, 2],
    "softplus": [1],
    "sin": [1],
    "cos": [1],
    "abs": [1],
    "maximum": [2],
    "minimum": [2],
    "max": [2],
    "min": [2],
}
"""Functions of values, with their numbers of operands: `relu(x)` and `x.relu()` are the same."""
ALIASES = {"max": "maximum", "min": "minimum"}
LIST_FUNCTIONS = {"total": "total([a, b])", "weighted_sum": "weighted_sum([w1, w2], [x1, x2], b)", "sum": "sum([a, b])"}
"""Functions of lists, each with how it is called."""
LEAF_FUNCTIONS = {"Value": 'Value(3, "w")', "Input": 'Input(2, "x")', "Constant": 'Constant(1, "c")'}
"""What makes a leaf, each with how it is called; a second argument, or `label=`, is its label."""
NUMBER_FUNCTIONS = ["abs", "max", "min", "sum"]
"""Functions that give a plain number where they are given plain numbers only."""
SYNONYMS = {"ln": "log", "log10": "log(x)/log(10)", "log2": "log(x)/log(2)", "tan": "sin(x)/cos(x)"}
"""Functions that are not read, and what to write instead."""
KNOWN_NUMBERS = {"pi": "3.14159", "π": "3.14159", "e": "2.71828"}
"""Numbers of mathematics, which a document defines itself."""
MODULES = ["math", "np", "numpy", "torch"]
"""Modules whose functions of the same name are meant: exp(x) by math.exp(x)."""

# --- what is passed over ---------------------------------------------------------------------------------------------

PASSED_WORDS = ["import", "from"]
"""Words that begin a statement that is passed over."""
PASSED_FUNCTIONS = [
    *("print", "display", "draw", "draw_dot", "save_picture", "Relay", "compile_graph", "check_gradients"),
    *("topological_order", "gradients", "numerical_derivative", "nudge", "SGD", "Adam"),
]
"""Functions whose call, alone or given a name, is passed over."""
PASSED_METHODS = ["backward", "zero_grad", "save", "text", "to_json", "paths", "render", "view", "step"]
"""Methods whose call, alone or given a name, is passed over; the value before `.backward()` is the output."""
ATTRIBUTES = ["data", "grad", "op", "operands", "local_derivatives", "is_leaf", "label"]
"""What a value has besides functions: alone on a line, or assigned to, it is passed over; only `.label = ` is read."""
PASSED_ASSIGNMENTS = ["data", "grad"]

# --- words of Python -------------------------------------------------------------------------------------------------

RESERVED = [
    *("and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except"),
    *("finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass"),
    *("raise", "return", "try", "while", "with", "yield", "None", "True", "False"),
]
NO_STATEMENTS = {
    **dict.fromkeys(["for", "while", "break", "continue"], "loops"),
    **dict.fromkeys(["if", "elif", "else", "and", "or", "not", "is", "in"], "conditions"),
    **dict.fromkeys(["def", "return", "lambda", "class", "yield"], "functions"),
}
"""Reserved words, each with what a document has none of: the last part of the key of the message."""

# --- notation --------------------------------------------------------------------------------------------------------

SPACES = " \t\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"  # within [ ] of a regular expression
READ_AS: dict[str, str] = (
    dict.fromkeys("×·＊∗⋅", "*")
    | dict.fromkeys("÷／", "/")
    | dict.fromkeys("−－–", "-")
    | dict(zip("＋（）［］０１２３４５６７８９．，、＝；＃＾｜％", "+()[]0123456789.,,=;#^|%", strict=True))
)
"""What is typed where the keyboard has no such character, or writes Japanese."""
PROLONGED = "(?<![\\u3041-\\u30ff\\u3400-\\u9fff])ー"
"""The mark of a long vowel where there is no vowel before it: a minus."""
INSTEAD: dict[str, str] = {
    "^": "**",
    "|": "abs( )",
    "√": "sqrt( )",
    "∑": "total([ ])",
    **{power: f"**{i}" for i, power in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{index: str(i) for i, index in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **dict.fromkeys("【】〔〕｛｝{}", "( )"),
    **dict.fromkeys("「」『』“”„‟‘’＂＇", '"'),
    "。": ".",
}
"""Notation that is not read, and what to write instead."""


def tables() -> dict[str, object]:
    """Return all tables by their names, as plain data that can be written as JSON.

    >>> tables()["GIVEN_UNLESS"]
    {'y': 't'}
    """
    return {name: table for name, table in globals().items() if name.isupper() and not name.startswith("_")}


_TRANSLATION = str.maketrans(READ_AS)


def as_typed(text: str) -> str:
    """Read what is typed in the full width of Japanese, or as × and −, as what is meant; columns stay."""
    return re.sub(PROLONGED, "-", text).translate(_TRANSLATION)


def given_by_convention(names: Iterable[str]) -> set[str]:
    """Return those of the names of leaves that are given by convention."""
    stems = {name: _stem(name) for name in names}
    present = set(stems.values())
    return {
        name
        for name, stem in stems.items()
        if stem in GIVEN_NAMES or (stem in GIVEN_UNLESS and GIVEN_UNLESS[stem] not in present)
    }


def _stem(name: str) -> str:
    """Return a name without its number, and without regard to case: x of X_2."""
    return re.sub(r"_?[0-9]*$", "", unicodedata.normalize("NFKC", name).lower())


def learned_by_convention(names: Iterable[str]) -> list[str]:
    """List the names that are parameters by default: all but those that conventionally name inputs.

    These are `GIVEN_NAMES`, also numbered, such as x1; and y where there is no t, beside which it is a prediction. If
    there are no other names, all are parameters.

    >>> learned_by_convention(["w", "入力", "y"]), learned_by_convention(["y", "t"]), learned_by_convention(["x"])
    (['w'], ['y'], ['x'])
    """
    names = list(names)
    given = given_by_convention(names)
    return [name for name in names if name not in given] or names
