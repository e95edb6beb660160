"""Small data sets made to learn from: a line, logic, and points on a plane whose two kinds a network tells apart.

Each is a `Dataset`, the same for the same seed, and rounded to 3 decimals. Where there are two kinds of rows, the
target is 1 for the one and 0 for the other, and the kinds take turns.

>>> data = moons()
>>> len(data.rows), data.input_names, data.rows[:2], data.targets[:2]
(200, ('x1', 'x2'), [[-0.878, 0.365], [0.211, -0.234]], [0.0, 1.0])
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from microgrid._util.validation import number_in_range, positive_whole, seeded
from microgrid.datasets.tables import Dataset

DECIMALS = 3
LOGIC_ROWS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
TEMPERATURES_ABOVE_USUAL = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
IDEAL_TEMPERATURE = 25.0


def line(n_rows: int = 40, noise: float = 0.2, seed: int = 0) -> Dataset:
    """Make points near the line y = 2x + 1, with x evenly from −2 to 2.

    Args:
        n_rows: how many, 2 or more.
        noise: standard deviation of what is added to y.
        seed: the same seed gives the same points.

    Raises:
        ValueError: fewer than 2 rows, or a noise that is negative or not finite.

    >>> data = line(5, noise=0)
    >>> data.rows, data.targets
    ([[-2.0], [-1.0], [0.0], [1.0], [2.0]], [-3.0, -1.0, 1.0, 3.0, 5.0])
    """
    n_rows, noise, rng = _checked(n_rows, noise, seed)
    xs = [4 * i / (n_rows - 1) - 2 for i in range(n_rows)]
    return _dataset([[x] for x in xs], [2 * x + 1 + rng.gauss(0, noise) for x in xs], ("x",))


def satisfaction() -> Dataset:
    """Return the satisfaction meter: rooms from 3 °C below to 3 °C above the usual, all of which should have 25 °C.

    >>> data = satisfaction()
    >>> data.rows[-1], data.targets[-1]
    ([3.0], 25.0)
    """
    rows = [[degrees] for degrees in TEMPERATURES_ABOVE_USUAL]
    return _dataset(rows, [IDEAL_TEMPERATURE] * len(rows), ("room",), "ideal")


def logical_and() -> Dataset:
    """Return the four rows of AND: 1 if both inputs are 1.

    >>> logical_and().targets
    [0.0, 0.0, 0.0, 1.0]
    """
    return _logic(lambda a, b: a and b)


def logical_or() -> Dataset:
    """Return the four rows of OR: 1 if at least one input is 1.

    >>> logical_or().targets
    [0.0, 1.0, 1.0, 1.0]
    """
    return _logic(lambda a, b: a or b)


def xor() -> Dataset:
    """Return the four rows of XOR: 1 if exactly one input is 1, which no single neuron can learn.

    >>> xor().rows, xor().targets
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0])
    """
    return _logic(lambda a, b: a != b)


def moons(n_rows: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Make two half circles that reach into each other, as scikit-learn's `make_moons`.

    The arguments are those of `line`; the noise is added to both inputs.
    """
    return _two_kinds(_moon, n_rows, noise, seed)


def circles(n_rows: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Make a circle of radius 1, and inside of it another of radius 0.4, whose target is 1.

    The arguments are those of `moons`.

    >>> circles(4, noise=0).targets
    [0.0, 1.0, 0.0, 1.0]
    """
    return _two_kinds(_circle, n_rows, noise, seed)


def spiral(n_rows: int = 200, noise: float = 0.02, seed: int = 0) -> Dataset:
    """Make two spirals of one and a quarter turns that wind round each other: hard for a small network.

    The arguments are those of `moons`.

    >>> spiral(2, noise=0, seed=1).targets
    [0.0, 1.0]
    """
    return _two_kinds(_spiral_arm, n_rows, noise, seed)


SHAPES: dict[str, Callable[[], Dataset]] = {
    "line": line,
    "satisfaction": satisfaction,
    "and": logical_and,
    "or": logical_or,
    "xor": xor,
    "moons": moons,
    "circles": circles,
    "spiral": spiral,
}
"""By the names that commands and the studio give them."""


def _moon(kind: int, share: float) -> tuple[float, float]:
    angle = math.pi * share
    upper = (math.cos(angle), math.sin(angle))
    return (1 - upper[0], 0.5 - upper[1]) if kind else upper


def _circle(kind: int, share: float) -> tuple[float, float]:
    radius = 0.4 if kind else 1.0
    return radius * math.cos(2 * math.pi * share), radius * math.sin(2 * math.pi * share)


def _spiral_arm(kind: int, share: float) -> tuple[float, float]:
    radius, angle = 0.1 + 0.9 * share, 2.5 * math.pi * share + math.pi * kind
    return radius * math.cos(angle), radius * math.sin(angle)


def _two_kinds(place: Callable[[int, float], tuple[float, float]], n_rows: int, noise: float, seed: int) -> Dataset:
    """Put points of two kinds, by turns, at random places along their curves; a share is from 0 to 1."""
    n_rows, noise, rng = _checked(n_rows, noise, seed)
    kinds = [i % 2 for i in range(n_rows)]
    rows = [[x + rng.gauss(0, noise) for x in place(kind, rng.random())] for kind in kinds]
    return _dataset(rows, [float(kind) for kind in kinds], ("x1", "x2"))


def _logic(rule: Callable[[float, float], float]) -> Dataset:
    return _dataset(LOGIC_ROWS, [float(rule(a, b)) for a, b in LOGIC_ROWS], ("x1", "x2"))


def _dataset(
    rows: Sequence[Sequence[float]], targets: Sequence[float], input_names: tuple[str, ...], target_name: str = "y"
) -> Dataset:
    """Return rounded rows and targets, never −0."""
    return Dataset(
        [[round(x, DECIMALS) + 0.0 for x in row] for row in rows],
        [round(target, DECIMALS) + 0.0 for target in targets],
        input_names,
        target_name,
    )


def _checked(n_rows: int, noise: float, seed: int) -> tuple[int, float, random.Random]:
    if positive_whole("n_rows", n_rows) < 2:
        raise ValueError("n_rows must be 2 or more, got 1")
    return n_rows, number_in_range("noise", noise), seeded(seed)
