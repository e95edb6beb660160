"""Data sets that are made: the same for a seed, of the shape that they promise."""

from __future__ import annotations

import math

import pytest

from microgrid.datasets import circles, line, moons, satisfaction, spiral, xor
from microgrid.datasets.shapes import SHAPES


@pytest.mark.parametrize("make", SHAPES.values())
def test_numbers_have_three_decimals(make: object) -> None:
    data = make()  # type: ignore[operator]
    numbers = [x for row in data.rows for x in row] + data.targets
    assert all(round(x, 3) == x and str(x) != "-0.0" for x in numbers)
    assert {len(row) for row in data.rows} == {len(data.input_names)}
    assert len(data.rows) == len(data.targets)


@pytest.mark.parametrize("make", [line, moons, circles, spiral])
def test_same_seed_gives_the_same_points(make: object) -> None:
    assert make(seed=3) == make(seed=3) != make(seed=4)  # type: ignore[operator]


def test_moons_are_half_circles() -> None:
    data = moons(100, noise=0)
    for (x, y), kind in zip(data.rows, data.targets, strict=True):
        assert math.hypot(x - kind, y - kind / 2) == pytest.approx(1, abs=2e-3)
        assert (y <= 0.5) if kind else (y >= 0)


def test_radius_tells_the_circles_apart() -> None:
    data = circles(100, noise=0)
    radii = {
        kind: {round(math.hypot(*row), 2) for row, k in zip(data.rows, data.targets, strict=True) if k == kind}
        for kind in (0, 1)
    }
    assert radii == {0: {1.0}, 1: {0.4}}


def test_arms_of_the_spiral_lie_opposite() -> None:
    data = spiral(100, noise=0)
    for (x, y), kind in zip(data.rows, data.targets, strict=True):
        radius = math.hypot(x, y)
        turned = math.atan2(y, x) - 2.5 * math.pi * (radius - 0.1) / 0.9 - math.pi * kind
        assert math.cos(turned) == pytest.approx(1, abs=1e-2)


def test_kinds_take_turns_and_noise_moves_the_points() -> None:
    assert moons(4).targets == [0, 1, 0, 1]
    assert moons(4, noise=0).rows != moons(4).rows
    assert xor().targets == [0, 1, 1, 0]
    assert set(satisfaction().targets) == {25}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_rows": 1}, "n_rows must be 2 or more, got 1"),
        ({"n_rows": 0}, "n_rows must be 1 or more"),
        ({"noise": -1}, "noise must be 0 or more"),
        ({"noise": math.inf}, "noise must be 0 or more, and finite"),
        ({"seed": -1}, "seed must be 0 or more"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        moons(**arguments)  # type: ignore[arg-type]
