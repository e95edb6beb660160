"""Format numbers for people: significant digits, a true minus sign, and never 0.0000 for a number that is not 0."""

from __future__ import annotations

import math

MINUS = "−"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


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


def counted(number: int, noun: str) -> str:
    """Write a count with its noun, singular or plural.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def show_signed(number: float, digits: int = 4) -> str:
    """Write a number as `show` does, with its sign also where it is positive.

    >>> show_signed(0.01), show_signed(-0.01), show_signed(0.0)
    ('+0.01', '−0.01', '0')
    """
    return f"+{show(number, digits)}" if number > 0 else show(number, digits)


def bracketed(number: str) -> str:
    """Put a negative number in brackets, so that it can follow an operator."""
    return f"({number})" if number.startswith("−") else number
