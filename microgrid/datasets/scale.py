"""Standardisation: every column gets mean 0 and standard deviation 1."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from microgrid._util.validation import ONLY_FLOATS, as_list, number_in_range
from microgrid.language.numerals import counted

ROUNDING_UNITS = 16  # a sum of a hundred numbers is off by 11; a real change of 1e-14 of a number is 45

MAX_EXACT_WHOLE = 2.0**53  # the whole numbers below it are floats without rounding


@dataclass(frozen=True)
class Scale:
    """Standardises every column to mean 0 and standard deviation 1, and converts back.

    The standard deviation is that of the population (divided by n, as scikit-learn does). A column that never changes,
    or by no more than 16 rounding units of its largest number, is only shifted to 0: its numbers differ by rounding, as
    0.1 + 0.2 and 0.3 do. Whole numbers below 2**53 are exact, and may differ by 1.

    >>> scale = Scale.of([[1.0, 7.0], [3.0, 7.0]])
    >>> scale.standardise([3.0, 7.0]), scale.restore([1.0, 0.0])
    ([1.0, 0.0], [3.0, 7.0])
    """

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]]) -> Scale:
        """Compute the mean and the standard deviation of every column of `rows`.

        Raises:
            TypeError: a row is not a list of numbers.
            ValueError: there is no row, rows differ in length, or a number is not finite or so large that its column
                has no mean.
        """
        table = [_finite(f"row {i}", row) for i, row in enumerate(as_list("rows", rows), start=1)]
        for i, row in enumerate(table, start=1):
            if len(row) != len(table[0]):
                raise ValueError(f"row {i} has {counted(len(row), 'number')}, and row 1 has {len(table[0])}")
        columns = list(zip(*table, strict=True))
        if not columns:
            raise ValueError("a scale needs at least one row of at least one number, got none")
        too_large = ValueError("a column holds numbers too large for its mean or deviation to be computed")
        try:
            scale = cls(tuple(map(_mean, columns)), tuple(map(_deviation, columns)))
        except OverflowError:
            raise too_large from None
        if not all(map(math.isfinite, (*scale.means, *scale.deviations))):
            raise too_large
        return scale

    def standardise(self, row: Sequence[float]) -> list[float]:
        """Return (x − mean) / deviation for every column.

        Raises:
            TypeError: the row is not a list of numbers.
            ValueError: it has more or fewer numbers than there are columns, or one that is not finite.
        """
        return [(x - mean) / deviation for x, mean, deviation in self._columns(row)]

    def restore(self, row: Sequence[float]) -> list[float]:
        """Return x · deviation + mean for every column: the data's own units. Raises what `standardise` raises."""
        return [x * deviation + mean for x, mean, deviation in self._columns(row)]

    def _columns(self, row: Sequence[float]) -> Iterator[tuple[float, float, float]]:
        numbers = _finite("a row", row)
        if len(numbers) != len(self.means):
            raise ValueError(f"expected a row of {counted(len(self.means), 'number')}, got {len(numbers)}")
        return zip(numbers, self.means, self.deviations, strict=True)


def _finite(name: str, row: Sequence[float]) -> Sequence[float]:
    if type(row) is list and ONLY_FLOATS.issuperset(map(type, row)) and all(map(math.isfinite, row)):
        return row  # as almost always, and a million rows are many
    return [number_in_range(f"{name}, number {j}", x, low=-math.inf) for j, x in enumerate(as_list(name, row), start=1)]


def _mean(column: Sequence[float]) -> float:
    """Return the mean; of equal numbers exactly that number, without rounding error."""
    return column[0] if min(column) == max(column) else math.fsum(column) / len(column)


def _deviation(column: Sequence[float]) -> float:
    """Return the standard deviation; 1, or more for huge numbers, if the column does not change except by rounding."""
    largest = max(map(abs, column))
    is_exact = largest < MAX_EXACT_WHOLE and all(map(float.is_integer, column))  # such as times in microseconds
    rounding = 0.0 if is_exact else ROUNDING_UNITS * sys.float_info.epsilon * largest
    if max(column) - min(column) <= rounding:
        return max(1.0, 1e6 * rounding)  # so that what rounding leaves is never more than a millionth
    mean = _mean(column)
    # hypot does not overflow on the way; the deviation of denormal numbers may round to 0
    return math.hypot(*(x - mean for x in column)) / math.sqrt(len(column)) or 1.0
