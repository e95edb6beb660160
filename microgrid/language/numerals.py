"""Format numbers for people: significant digits, a true minus sign, and never 0.0000 for a number that is not 0."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata

from microgrid._util.text import counted as counted  # errors of _util use it, which may not import this

MINUS = "−"
MOST_DIGITS = 17  # that tell any two numbers apart
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
EXPONENTS = str.maketrans("0123456789−", SUPERSCRIPTS + "⁻")
SCIENTIFIC = re.compile(rf"(÷ |\^)?(?<![\w.])(\d(?:\.\d+)?)e(−?\d+)(?![A-Za-z0-9_])([{SUPERSCRIPTS}^]?)")
TYPED_SIGNS = str.maketrans(dict.fromkeys("−ー–—‐―ｰ", "-") | dict.fromkeys("×·∗⋅", "*") | dict.fromkeys("÷⁄", "/"))
RAISED = str.maketrans(SUPERSCRIPTS + "⁻", "0123456789-")
POWER_OF_TEN = re.compile(r"\*10(?:\^|\*\*)\(?([-+]?\d+)\)?")
DECIMAL = r"(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
FACTOR = re.compile(rf"[-+]?{DECIMAL}|\([-+]?{DECIMAL}\)", re.IGNORECASE)
GROUPED = re.compile(r",\d{3}(?!\d)")  # the comma of 1,000 may stand between thousands


def show(number: float, digits: int = 4) -> str:
    """Write a number with `digits` significant digits; an integer part of up to seven digits stays whole.

    >>> [show(x) for x in (0.70710678, -1.5, 28.0, 0.00001234, 4201.75, 123456.7, -0.0, 1.2e30)]
    ['0.7071', '−1.5', '28', '1.234e−5', '4202', '123457', '0', '1.2e30']
    """
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    whole = 10**digits - 0.5 <= abs(number) < 1e7
    text = f"{number:.0f}" if whole else f"{number + 0.0:.{digits}g}"  # + 0.0 turns −0 into 0
    mantissa, e, exponent = text.partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", MINUS)


def show_apart(a: float, b: float) -> tuple[str, str]:
    """Write two numbers that differ, with so many digits that they do so as they are written.

    >>> show_apart(1.0, 0.99996796), show_apart(1.0, 0.9), show_apart(2.0, 2.0)
    (('1', '0.99997'), ('1', '0.9'), ('2', '2'))
    """
    for digits in range(4, MOST_DIGITS + 1) if a != b else ():
        texts = show(a, digits), show(b, digits)
        if texts[0] != texts[1]:
            return texts
    return show(a), show(b)


def show_signed(number: float, digits: int = 4) -> str:
    """Write a number as `show` does, with its sign also where it is positive.

    >>> show_signed(0.01), show_signed(-0.01), show_signed(0.0)
    ('+0.01', '−0.01', '0')
    """
    return f"+{show(number, digits)}" if number > 0 else show(number, digits)


def bracketed(number: str) -> str:
    """Put a negative number in brackets, so that it can follow an operator."""
    return f"({number})" if number.startswith("−") else number


def powers_of_ten(text: str) -> str:
    """Write every number such as 7e−19 in a text as 7 × 10⁻¹⁹, in brackets where it is divided by or raised to a power.

    >>> powers_of_ten("1.5e−7 + 2 = 2"), powers_of_ten("1 ÷ 2e30"), powers_of_ten("1 − 3e−9²")
    ('1.5 × 10⁻⁷ + 2 = 2', '1 ÷ (2 × 10³⁰)', '1 − (3 × 10⁻⁹)²')
    """

    def put(match: re.Match[str]) -> str:
        before, mantissa, exponent, after = match.groups("")
        number = f"{mantissa} × 10{exponent.translate(EXPONENTS)}"
        return f"{before}({number}){after}" if before or after else number

    return SCIENTIFIC.sub(put, text) if "e" in text else text


def plain_signs(text: str) -> str | None:
    """Return typed text with plain digits and signs; None where a raised digit or a fraction joins a number.

    >>> plain_signs("ー６．５"), plain_signs("½"), plain_signs("3²"), plain_signs("1½")
    ('-6.5', '1/2', None, None)
    """
    for pair in itertools.pairwise(map(unicodedata.category, text)):
        if "No" in pair and all(category.startswith("N") for category in pair):
            return None
    return unicodedata.normalize("NFKC", text.translate(TYPED_SIGNS)).translate(TYPED_SIGNS).strip()


def read_number(text: str) -> float | None:
    """Read a number as people type it; None for what is no number.

    It may be in the full width of Japanese, have another minus sign, a decimal comma or a power of ten, and be a
    fraction or a product. "1,000" could be either of two numbers, and is none; "0,125" can be one only.

    >>> [read_number(text) for text in ("ー６", "0,125", "1/8", "6 × (−1)", "7 × 10⁻³", "1,000", "")]
    [-6.0, 0.125, 0.125, -6.0, 0.007, None, None]
    """
    raised = re.sub(r"(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+(?!\d)", lambda match: "^" + match[0].translate(RAISED), text)
    typed = re.sub(r"\s*([*/])\s*", r"\1", plain_signs(raised) or "")
    if typed.count(",") > 1 or (GROUPED.search(typed) and not re.search(r"(?<!\d)0*,", typed)):
        return None
    factors = re.split(r"(?<=[\d.)])([*/])", POWER_OF_TEN.sub(r"e\1", typed.replace(",", ".")))
    if not all(FACTOR.fullmatch(factor) for factor in factors[::2]):
        return None
    number = 1.0
    for sign, factor in zip(["*", *factors[1::2]], factors[::2], strict=True):
        by = float(factor.strip("()"))
        if sign == "/" and by == 0.0:
            return None
        number = number * by if sign == "*" else number / by
    return number
