"""The numbers and gradients of a model's parameters, side by side, where its compiled blocks share them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from operator import attrgetter

from microgrid._util.validation import as_numbers, quoted
from microgrid.compiler.compile import checked_leaves
from microgrid.engine import Value
from microgrid.language.numerals import counted


class ParameterBuffer:
    """The numbers and gradients of many parameters, side by side, where the blocks of a model share them.

    A block that is compiled for a list of parameters reads all their numbers before each call, and adds to all their
    gradients after it. Blocks that are compiled for a buffer work on it alone: call `read()` after numbers or gradients
    of the Values were changed elsewhere, and `write()` before they are looked at. Until then, `w.grad` of a Value stays
    as it was, such as 0 after a backward pass; the gradient is in `grad`.

    Attributes:
        parameters: the leaves, in the order of both arrays.
        data, grad: their numbers and gradients, an `array` of floats each.

    Raises:
        TypeError, ValueError: a parameter is not a leaf, is a constant, or is listed twice.

    >>> table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    >>> buffer = ParameterBuffer([value for row in table for value in row])
    >>> places = [buffer.place(table[i]) for i in (1, 1, 0)]  # embeddings: rows of a table, chosen at run time
    >>> buffer.take(places).tolist()
    [3.0, 4.0, 3.0, 4.0, 1.0, 2.0]
    >>> buffer.add(places, [0.5, 0.25, 0.0, 0.0, 1.0, 1.0])
    >>> buffer.write()
    >>> [value.grad for value in table[1]]
    [0.5, 0.25]
    """

    def __init__(self, parameters: Iterable[Value]) -> None:
        self.parameters = tuple(checked_leaves("parameter", parameters))
        self._index = {parameter: i for i, parameter in enumerate(self.parameters)}
        self.read()

    def read(self) -> None:
        """Take over the numbers and gradients of the Values."""
        self.data = array("d", map(attrgetter("data"), self.parameters))
        self.grad = array("d", map(attrgetter("grad"), self.parameters))

    def check(self) -> None:
        """Raise ValueError if one of the arrays was replaced by something else: machine code relies on its length."""
        for name, numbers in (("data", self.data), ("grad", self.grad)):
            if not isinstance(numbers, array) or numbers.typecode != "d" or len(numbers) != len(self.parameters):
                n = counted(len(self.parameters), "float")
                raise ValueError(f"{name} of a ParameterBuffer must be an array of {n}, got {quoted(numbers)}")

    def write(self) -> None:
        """Hand the numbers and gradients to the Values."""
        for parameter, data, grad in zip(self.parameters, self.data, self.grad, strict=True):
            parameter.data, parameter.grad = data, grad

    def place(self, parameters: Iterable[Value]) -> slice:
        """Return where parameters that follow each other stand, such as a row of a table.

        Raises:
            TypeError: they are not a list of Values.
            ValueError: there are none; or they are not here, or not one after the other.
        """
        chosen = tuple(checked_leaves("parameter", parameters))
        start = self._index.get(chosen[0], 0) if chosen else 0
        place = slice(start, start + len(chosen))
        if not chosen or self.parameters[place] != chosen:
            raise ValueError(f"place() needs parameters that follow each other in the buffer, got {quoted(parameters)}")
        return place

    def take(self, places: Iterable[slice]) -> array[float]:
        """Return the numbers at these places, one after the other."""
        taken = array("d")
        for place in places:
            taken += self.data[place]
        return taken

    def add(self, places: Iterable[slice], shares: Sequence[float]) -> None:
        """Add shares, one after the other, to the gradients at these places.

        Raises:
            TypeError, ValueError: they are not numbers, or not as many as there is place for.
        """
        indices = [i for place in places for i in range(place.start, place.stop)]
        if not isinstance(shares, array) or len(shares) != len(indices):
            shares = as_numbers("shares", shares, len(indices))
        grad = self.grad
        for i, share in zip(indices, shares, strict=True):
            grad[i] += share

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        self.grad = array("d", bytes(8 * len(self.grad)))

    def __repr__(self) -> str:
        return f"<ParameterBuffer of {counted(len(self.parameters), 'parameter')}>"
