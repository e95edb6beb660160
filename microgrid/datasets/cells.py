"""What one cell of a table holds: a number, a category, nothing, or what people take for a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from microgrid.language.numerals import plain_signs

MISSING = frozenset(
    {"", "na", "n/a", "n.a.", "nan", "-nan", "null", "(null)", "\\n", "none", "nat", "?", "<na>"}
    | {"#n/a", "#n/a n/a", "#na"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "#div/0!", "#name?", "#null!", "#num!", "#ref!", "#value!"}
)
"""What marks a missing value, in lower case: the marks of pandas, of databases and of errors in a spreadsheet."""
MISSING_NUMBER = re.compile(r"[-−–—―－ーｰ.．·・…*＊/_]+|#.*")
"""What marks a missing number, too: dashes and dots alone, and errors of a spreadsheet in any language."""
MAX_CATEGORIES = 20

_SIGN = "[-+−]?"
_CURRENCY = "[$€£¥￥₩₹円元]|eur|usd|gbp|jpy|chf"
_MONTH = "(?:jan|feb|m[aä]r|apr|may|mai|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*"
_DATES = (
    r"\d{4}[-/年]\d{1,2}(?:[-/月]\d{1,2}日?|月)?(?:[t ].*)?",  # 2024-03-01T12:00, 2024年3月
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?: .*)?",  # 1.3.24
    r"\d{1,2}:\d\d(?::\d\d.*)?(?: ?[ap]m)?",  # 12:00 pm
    rf"(?:\d{{1,2}}[-./ ]*)?{_MONTH}[-.,/ ]*\d[-\d:, ]*",  # 1 March 2024, Mar-24, March 1, 2024
)
_DECIMAL_COMMA = re.compile(rf"{_SIGN}\d*,\d+(?:e{_SIGN}\d+)?", re.IGNORECASE)
_DECIMAL_POINT = re.compile(rf"{_SIGN}\d*\.\d+(?:e{_SIGN}\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(?:[.,'’ ]\d{{3}})+(?:[.,]\d+)?")
_ADVICE = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (rf"{_SIGN}\d[\d., ]*[%％‰]", "write percentages without the sign"),
        (rf"{_SIGN}(?:{_CURRENCY}) ?{_SIGN}\d[\d.,' ]*", "write amounts without the currency"),
        (rf"{_SIGN}\d[\d.,' ]*(?:{_CURRENCY})", "write amounts without the currency"),
        ("|".join(_DATES), "write dates as numbers, such as days since the first"),
        (_THOUSANDS.pattern, "write numbers without thousands separators, with a decimal point"),
        (rf"{_SIGN}\d*[.,]\d+", "write all numbers with a decimal point"),
    )
)


def is_missing(cell: str, among_numbers: bool = False) -> bool:
    """Tell whether a cell is empty or marks a missing value; "-" does so among numbers, and may else be a category.

    >>> is_missing("NA"), is_missing("-"), is_missing("-", among_numbers=True)
    (True, False, True)
    """
    return cell.lower() in MISSING or (among_numbers and bool(MISSING_NUMBER.fullmatch(cell)))


def number_in(cell: str, decimal: str = ".") -> float | None:
    """Return the number in a cell, or None; Python's 1_000 is none.

    Where commas are decimal, a point may separate thousands: such a cell is no number.

    >>> number_in("1.5"), number_in("1,5"), number_in("1,5", ","), number_in("1.500", ",")
    (1.5, None, 1.5, None)
    """
    plain = cell if cell.isascii() else plain_signs(cell) or ""
    if "_" in plain or (decimal == "," and "." in plain):
        return None
    try:
        return float(plain.replace(decimal, "."))
    except ValueError:
        return None


def decimal_of(cells: Sequence[str], delimiter: str) -> str:
    """Return the decimal separator that the cells of a column show, or "" if they show none.

    1.500 shows none, for its point may separate thousands; so does 1,500, except between semicolons. Where commas are
    decimal, nine in ten cells are numbers, so that a slip is told as one; among texts, "1,2" may be two answers.

    >>> decimal_of(["1,5", "2"], ";"), decimal_of(["1.5", "2"], ";"), decimal_of(["1.500", "2"], ";")
    (',', '.', '')
    """
    if delimiter == ",":
        return "."
    if any(_DECIMAL_COMMA.fullmatch(cell) and (delimiter == ";" or not _THOUSANDS.fullmatch(cell)) for cell in cells):
        present = [cell for cell in cells if not is_missing(cell, among_numbers=True)]
        if 10 * sum(number_in(cell, ",") is not None for cell in present) >= 9 * len(present):
            return ","
    return "." if any(_DECIMAL_POINT.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for cell in cells) else ""


def categories_among(cells: Iterable[str]) -> tuple[str, ...]:
    """Return the different texts in the cells, sorted, if these are categories; else nothing.

    There are 2 to `MAX_CATEGORIES` of them, each in two cells or more on average, and none is a date or the like.

    >>> categories_among(["red", "green", "NA", "red", "red"])
    ('green', 'red')
    """
    present = [cell for cell in cells if not is_missing(cell)]
    texts = sorted(set(present))
    if 2 <= len(texts) <= min(MAX_CATEGORIES, len(present) // 2) and not any(map(advice_for, texts)):
        return tuple(texts)
    return ()


def advice_for(cell: str) -> str:
    """Advise how to write a number or a date that is not written as it must be here; "" for other text.

    >>> advice_for("12 %"), advice_for("red")
    ('write percentages without the sign', '')
    """
    return next((advice for pattern, advice in _ADVICE if pattern.fullmatch(cell)), "")
