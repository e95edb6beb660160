"""Validate arguments: each function returns the valid value, or raises an error that says what was expected."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Iterable, Sequence
from typing import Any

from microgrid._util.text import counted, shortened, single_line
from microgrid.engine import Value

ONLY_FLOATS = frozenset({float})
"""`ONLY_FLOATS.issuperset(map(type, row))` is the fastest way to check a row."""
MAX_QUOTE_COLUMNS = 60  # columns of a value in a message


def quoted(item: object, longest: int = MAX_QUOTE_COLUMNS) -> str:
    """Return the repr of a value for a message: shortened, and always on one line.

    >>> print(quoted([0.0] * 100))
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0…
    """
    try:
        text = repr(item)
    except ValueError:  # an integer with more digits than Python prints
        text = f"{type(item).__name__} of very many digits"
    return shortened(single_line(text), longest)


def positive_whole(name: str, number: int, most: float = math.inf) -> int:
    """Return `number` if it is a whole number from 1 to `most`.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is 0 or negative, or larger.
    """
    count = as_int(number)
    if count is None:
        raise TypeError(f"{name} must be a whole number, got {quoted(number)}")
    if count < 1:
        raise ValueError(f"{name} must be 1 or more, got {quoted(number)}")
    if count > most:
        raise ValueError(f"{name} must be {most} or less, got {quoted(number)}")
    return count


def as_int(number: object) -> int | None:
    """Return `number` as an int if it is a whole number, Python's or NumPy's, and not a bool; else None."""
    if type(number).__name__.startswith("bool"):  # by name, since NumPy's is not Python's
        return None
    try:
        return operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        return None


def number_in_range(name: str, number: float, low: float = 0.0, below: float = math.inf) -> float:
    """Return `number` as a float if low <= number < below.

    Raises:
        TypeError: it is not a number.
        ValueError: it is outside this range.
    """
    checked = as_number(name, number)
    if not low <= checked < below:
        bound = "finite" if math.isinf(below) else f"below {below:g}"
        least = "a number" if math.isinf(low) else f"{low:g} or more"
        raise ValueError(f"{name} must be {least}, and {bound}, got {quoted(number)}")
    return checked


def positive_number(name: str, number: float) -> float:
    """Return `number` as a float if it is above 0, and finite.

    Raises:
        TypeError: it is not a number.
        ValueError: it is not.
    """
    checked = as_number(name, number)
    if not 0.0 < checked < math.inf:
        raise ValueError(f"{name} must be above 0, and finite, got {quoted(number)}")
    return checked


def as_number(name: str, number: float) -> float:
    """Return `number` as a float; one that is too large for it becomes infinite.

    Raises:
        TypeError: it is not a number.
    """
    try:
        return Value(number).data  # the engine decides what a number is
    except TypeError:
        raise TypeError(f"{name} must be a number, got {quoted(number)}") from None
    except OverflowError:
        return math.inf


def check_choice(name: str, item: str, allowed: Sequence[str]) -> str:
    """Return `item` if it is one of the allowed texts.

    Raises:
        ValueError: it is another, or no text.
    """
    if not isinstance(item, str) or item not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {quoted(item)}")
    return item


def as_list(name: str, items: Iterable[Any]) -> list[Any]:
    """Return the items as a list, in their order.

    Raises:
        TypeError: they are not several, or have no order: text, a single Value, a set, a dictionary …
    """
    if not isinstance(items, (str, bytes, bytearray, Value, set, frozenset, dict)):
        try:
            return list(items)
        except TypeError:  # also an array of NumPy without a dimension, which calls itself iterable
            pass
    raise TypeError(f"{name} must be a list, got {quoted(items)}")


def as_numbers(name: str, numbers: Iterable[Any], n_numbers: int) -> list[float]:
    """Return numbers as a list of floats, if there are as many of them as expected.

    Raises:
        TypeError: they are not a list of numbers.
        ValueError: there are more, or fewer.

    >>> as_numbers("b", [1, 2, 3], n_numbers=1)
    Traceback (most recent call last):
    ValueError: b must have 1 number, got 3
    """
    floats = [as_number(f"each number of {name}", number) for number in as_list(name, numbers)]
    if len(floats) != n_numbers:
        raise ValueError(f"{name} must have {counted(n_numbers, 'number')}, got {len(floats)}")
    return floats


def as_layers(layers: Iterable[Any]) -> list[Any]:
    """Return the layers of a network as a list.

    Raises:
        TypeError: they are not a list, or one is no layer.
        ValueError: one is there twice; it would keep the x of its last use only.
    """
    checked = [as_layer("each layer", layer) for layer in as_list("layers", layers)]
    for i, layer in enumerate(checked):
        if any(layer is other for other in checked[:i]):
            raise ValueError(f"each layer must be an object of its own, got {quoted(layer)} twice")
    return checked


def as_layer(name: str, layer: Any) -> Any:
    """Return a layer or a loss: any object that goes forward and backward.

    Raises:
        TypeError: it does not, or it is a class such as ReLU where ReLU() was meant.
    """
    if isinstance(layer, type):
        raise TypeError(f"{name} must be an object, got the class {layer.__name__}; write {layer.__name__}(…)")
    if not (hasattr(layer, "forward") and hasattr(layer, "backward")):
        raise TypeError(f"{name} must have forward and backward, got {quoted(layer)}")
    return layer


def seeded(seed: int | random.Random | None) -> random.Random:
    """Return a random number generator with this seed; None gives a different sequence each time.

    Raises:
        TypeError: `seed` is neither a whole number, nor None, nor a generator.
        ValueError: it is negative; Python would take it without its sign, and two seeds would give the same numbers.
    """
    if isinstance(seed, random.Random):
        return seed
    number = as_int(seed)
    if number is None and seed is not None:
        raise TypeError(f"seed must be a whole number or None, got {quoted(seed)}")
    if number is not None and number < 0:
        raise ValueError(f"seed must be 0 or more, got {quoted(seed)}")
    return random.Random(number)
