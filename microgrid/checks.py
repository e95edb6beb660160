"""Checks of arguments: each returns what is right, and says in one line what came and what was expected."""

from __future__ import annotations

import math


def positive_whole(name: str, number: int) -> int:
    """Return `number` if it is a whole number of 1 or more.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is 0 or negative.
    """
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {number!r}")
    if number < 1:
        raise ValueError(f"{name} must be 1 or more, got {number}")
    return int(number)


def number_in_range(name: str, number: float, low: float = 0.0, below: float = math.inf) -> float:
    """Return `number` as a float if low <= number < below.

    Raises:
        TypeError: it is not a number.
        ValueError: it lies outside.
    """
    if isinstance(number, (bool, str)) or not hasattr(number, "__float__"):
        raise TypeError(f"{name} must be a number, got {number!r}")
    if not low <= number < below:
        bound = "finite" if math.isinf(below) else f"below {below:g}"
        raise ValueError(f"{name} must be {low:g} or more, and {bound}, got {number}")
    return float(number)
