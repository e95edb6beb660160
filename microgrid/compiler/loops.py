"""Write steps for LLVM, and make loops of those that return at regular distances, as in a layer.

A step sets one number of an array of float64 by a formula. An item is a step or a group of items: its shape, which may
return, and the indices of all its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from operator import sub
from typing import NamedTuple

from microgrid.compiler.instructions import Code

MIN_TURNS = 12  # of a loop of steps; fewer are written out
MAX_PERIOD = 24  # items that a loop may repeat

SUMS_AT_ONCE = 8  # sums that are added up side by side, so that none waits for its last addition
TO, UP, SLOPE, ON = "_to", "_up", "_slope", "_on"  # what formulas of steps call numbers that are no operands

Place = tuple[str, int]  # an array and an index, or the literal of a constant and 0


class Step(NamedTuple):
    """A formula, what it calls its numbers, first the one that is set, and the arrays where they stand."""

    formula: str
    names: tuple[str, ...]
    arrays: tuple[str, ...]


class Group(NamedTuple):
    """Items that are carried out n times, while the indices move on by these distances.

    If n is None, they are carried out if a relu is on: the first place is that of the relu.
    """

    n: int | None
    body: tuple[Step | Group, ...]
    arrays: tuple[str, ...]
    distances: tuple[int, ...]


Item = tuple[Step | Group, tuple[int, ...]]


def group(items: Iterable[Item], n: int = 1, distances: Iterable[int] = (), relu: Place | None = None) -> Item:
    """Return items as one."""
    body, indices = zip(*items, strict=True)
    arrays = chain.from_iterable(shape.arrays for shape in body)
    if relu:
        return Group(None, body, (relu[0], *arrays), ()), (relu[1], *chain(*indices))
    return Group(n, body, tuple(arrays), tuple(distances)), tuple(chain(*indices))


def rolled(items: Sequence[Item]) -> Sequence[Item]:
    """Make loops of items that return at regular distances, and loops of those loops."""
    shapes, found, i = [shape for shape, _ in items], list[Item](), 0
    while i < len(items):
        periods = range(1, min(MAX_PERIOD, (len(items) - i) // 3) + 1)
        likely = (period for period in periods if shapes[i] == shapes[i + period] == shapes[i + 2 * period])
        loop, length = next(filter(None, (_loop(items, i, period) for period in likely)), (items[i], 1))
        found.append(loop)
        i += length
    return found if len(found) == len(items) else rolled(found)


def _loop(items: Sequence[Item], first: int, period: int) -> tuple[Item, int] | None:
    """Return the loop that repeats a period of items from the first one on, and how many of them it stands for."""

    def moved(i: int) -> list[int]:
        (shape, indices), (other, others) = items[i], items[i + period]
        return [*map(sub, others, indices)] if shape == other else []

    distances, end = list[list[int]](), first + 2 * period
    for i in range(first, first + period):
        distances.append(moved(i))
        if not distances[-1] or distances[-1] != moved(i + period):
            return None
    while end + period < len(items) and moved(end) == distances[(end - first) % period]:
        end += 1
    n, turn = (end + period - first) // period, items[first : first + period]
    if n < MIN_TURNS and all(isinstance(shape, Step) for shape, _ in turn):
        return None
    return group(turn, n, chain(*distances)), n * period


class StepWriter(Code):
    """The instructions of items, one after the other."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self._variables.append(f"%sums = alloca [{SUMS_AT_ONCE} x double]")
        shape, indices = group(items)
        self._write(shape, [*map(str, indices)])

    def _write(self, shape: Step | Group, indices: Sequence[str]) -> None:
        """Write an item, given its indices: numbers or registers."""
        if isinstance(shape, Step):
            places = dict(zip(shape.names, zip(shape.arrays, indices, strict=True), strict=True))
            number = self.formula(shape.formula, lambda name: self._load(*places[name]))
            self.lines.append(f"store double {number}, ptr {self.at(*places[TO])}")
        elif shape.n == 1:
            self._write_all(shape.body, indices)
        elif shape.n is None:
            on = self(f"fcmp une double {self._load(shape.arrays[0], indices[0])}, 0.0")  # NaN passes through a relu
            with self.when(on):
                self._write_all(shape.body, indices[1:])
        else:
            with self.loop(shape.n) as turn:
                ways = [*zip(indices, shape.distances, strict=True)]
                far = {way: self(f"mul i64 {turn}, {way[1]}") for way in dict.fromkeys(ways)}
                moved = {way: self(f"add i64 {way[0]}, {distance}") for way, distance in far.items()}
                self._write_all(shape.body, [moved[way] for way in ways])

    def _write_all(self, shapes: Sequence[Step | Group], indices: Sequence[str]) -> None:
        rest = iter(indices)
        for shape in shapes:
            self._write(shape, [*islice(rest, len(shape.arrays))])

    def _load(self, array: str, index: str) -> str:
        return array if array.startswith("0x") else self(f"load double, ptr {self.at(array, index)}")
