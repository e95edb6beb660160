"""Scaling: mean 0, deviation 1, and back."""

from __future__ import annotations

import math
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid.datasets import Scale, penguins


def test_scale_by_hand() -> None:
    scale = Scale.of([[1.0, 10.0], [3.0, 50.0]])
    assert (scale.means, scale.deviations) == ((2.0, 30.0), (1.0, 20.0))  # divided by n, not by n − 1
    assert scale.standardise([4.0, 20.0]) == [2.0, -0.5]
    assert scale.restore([2.0, -0.5]) == [4.0, 20.0]


@pytest.mark.parametrize("n", [1, 2, 7])
def test_constant_column_is_shifted_and_not_stretched(n: int) -> None:
    scale = Scale.of([[7.0]] * n)
    assert (scale.standardise([9.0]), scale.restore([2.0])) == ([2.0], [9.0])


def test_scale_of_numbers_whose_squares_overflow() -> None:
    assert Scale.of([[1e300], [3e300]]) == Scale((2e300,), (1e300,))


def test_constant_column_is_told_from_one_that_hardly_changes() -> None:
    assert Scale.of([[0.1]] * 3).standardise([0.1]) == [0.0]  # although 0.1 + 0.1 + 0.1 is not 3 · 0.1


@pytest.mark.parametrize("unit", [1.0, -1.0, 2.0**-900, 2.0**60, 2.0**900])
@pytest.mark.parametrize(
    "column",
    [
        [0.1 + 0.2, 0.3, 0.3],
        [reduce(add, [0.1] * 10), 1.0],
        [reduce(add, [0.1] * 100), 10.0, 10.0],
        [4.35 * 100, 435.0],
        [1e16, 1e16 + 1.0, 1e16 + 2.0],  # which are 1e16, 1e16 and the next float
    ],
)
def test_column_that_changes_by_rounding_alone_counts_as_constant(column: list[float], unit: float) -> None:
    column = [x * unit for x in column]
    scale = Scale.of([[x] for x in column])
    assert min(column) < max(column)
    assert max(abs(scale.standardise([x])[0]) for x in column) <= 1e-6
    if abs(column[0]) < 1e8:
        assert scale.deviations == (1.0,)


@pytest.mark.parametrize("unit", [1.0, -1.0, 2.0**-900, 2.0**60, 2.0**900])
@pytest.mark.parametrize(
    "column",
    [
        [2023.0, 2024.0, 2025.0],
        [1.0 - 1e-12, 1.0, 1.0 + 1e-12],
        [1.0, 1.0 + 5e-15, 1.0 + 1e-14],
        [-1e-12, 0.0, 1e-12],
        [1.7e18, 1.7e18 + 1e6, 1.7e18 + 2e6],  # times in nanoseconds
    ],
)
def test_column_that_changes_by_little_is_stretched(column: list[float], unit: float) -> None:
    scale = Scale.of([[x * unit] for x in column])
    numbers = [scale.standardise([x * unit])[0] * math.copysign(1.0, unit) for x in column]
    assert numbers == pytest.approx([-math.sqrt(1.5), 0.0, math.sqrt(1.5)], rel=0.05, abs=0.05)


@pytest.mark.parametrize("start", [1e15, -1e15, 1.7e15])
def test_whole_numbers_are_not_rounded_and_are_stretched(start: float) -> None:
    scale = Scale.of([[start], [start + 1], [start + 2]])
    numbers = [scale.standardise([start + i])[0] for i in range(3)]
    assert numbers == pytest.approx([-math.sqrt(1.5), 0.0, math.sqrt(1.5)])


def test_standardised_columns_have_mean_0_and_deviation_1() -> None:
    rows = penguins().rows
    scale = Scale.of(rows)
    for column in zip(*(scale.standardise(row) for row in rows), strict=True):
        assert math.fsum(column) / len(column) == pytest.approx(0.0, abs=1e-12)
        assert math.fsum(x * x for x in column) / len(column) == pytest.approx(1.0)


@given(rows=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e-3, 1e-3)), min_size=2))
def test_restore_undoes_standardise(rows: list[tuple[float, float]]) -> None:
    scale = Scale.of(rows)
    for row in rows:
        for x, back, mean in zip(row, scale.restore(scale.standardise(row)), scale.means, strict=True):
            assert back == pytest.approx(x, rel=1e-9, abs=1e-12 * max(abs(mean), 1e-300))


def test_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="row 2 has 1 number, and row 1 has 2"):
        Scale.of([[1.0, 2.0], [3.0]])
    scale = Scale.of([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="expected a row of 2 numbers, got "):
        scale.standardise([1.0])
    with pytest.raises(ValueError, match="expected a row of 2 numbers, got "):
        scale.restore([1.0, 2.0, 3.0])
