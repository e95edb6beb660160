"""Compile a piece of a model that runs again and again, and is joined to other pieces by numbers.

A loss of many tokens or time steps is one large graph, in which the same piece returns. `compile_block` compiles the
piece once. Forward, its outputs are the inputs of the next piece; backward, the inputs' shares of that piece are what
arrives at its outputs.

>>> from microgrid import Input, Value, compile_block
>>> w, x = Value(3.0, label="w"), Input(2.0, label="x")
>>> y = w * x
>>> y.label = "y"
>>> block = compile_block([x], [y])
>>> block.forward([2.0]), block.forward([10.0])  # twice the same piece
([6.0], [30.0])
>>> block.backward([1.0]), block.backward([1.0])  # of the second, then of the first
([3.0], [3.0])
>>> w.grad  # 10 and 2
12.0
>>> print(block.source)
def forward(rows, numbers):
    [w] = numbers
    outputs, kept = [], []
    for [x] in rows:
        # --- Know ---
        y = w * x
        outputs += [y]
        kept.append([x, y])
    return outputs, kept
<BLANKLINE>
def backward(shares, kept, numbers, gradients):
    [w] = numbers
    [d_w] = gradients
    to_inputs = []
    for [upstream_y], [x, y] in zip(shares, kept):
        d_x = 0.0
        # --- Think ---
        d_y = upstream_y
        d_w += d_y * x
        d_x += d_y * w
        to_inputs += [d_x]
    return to_inputs, [d_w]
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from microgrid._util.validation import as_list, quoted
from microgrid.compiler.block_programs import BlockGenerator, BlockGraph
from microgrid.compiler.buffer import ParameterBuffer
from microgrid.compiler.compile import backend_called, check_size, checked_leaves, chosen_parameters
from microgrid.compiler.rows import as_rows, float64, problem_with, wrong_length
from microgrid.engine import Value, topological_order, total
from microgrid.language.numerals import counted

if TYPE_CHECKING:
    from microgrid.compiler.native import NativePasses


class CompiledBlock:
    """A piece of a model, compiled; `compile_block` makes it.

    Each backward pass belongs to the latest forward pass that had none yet, so several forward passes (one a token) are
    followed by their backward passes in reverse order, as the chain rule has them. A forward pass that none is to
    follow, such as that of a prediction, says so: `learn=False`.

    Attributes:
        inputs: the leaves whose numbers each forward pass is given, in this order.
        outputs: the Values whose numbers it returns, in this order.
        buffer: the numbers and gradients of the parameters.
        source: the programs of both passes in Python.
        backend: "python" or "native".
    """

    backend = "python"

    def __init__(
        self, inputs: Sequence[Value], outputs: Sequence[Value], buffer: ParameterBuffer, shared: bool
    ) -> None:
        self.inputs, self.outputs, self.buffer, self._shared = tuple(inputs), tuple(outputs), buffer, shared
        self._order = topological_order(total(outputs))[:-1]
        nodes = set(self._order)
        self._places = [i for i, parameter in enumerate(buffer.parameters) if parameter in nodes]
        self._graph = BlockGraph(self.inputs, self.outputs, [buffer.parameters[i] for i in self._places])
        self._programs: dict[str, Callable[..., Any]] = {}
        self._waiting: list[tuple[int, Callable[[Any], Any]]] = []  # forward passes: how many rows, and how to go back

    @cached_property
    def source(self) -> str:
        """Write the programs of both passes."""
        return "\n\n".join(self._generator.programs[name] for name in ("forward", "backward"))

    @cached_property
    def _generator(self) -> BlockGenerator:
        return BlockGenerator(self._graph)

    def forward(self, numbers: Sequence[float], learn: bool = True) -> list[float]:
        """Run the forward pass, and return the numbers of the outputs.

        Args:
            numbers: those of `inputs`.
            learn: whether a backward pass is to follow; if so, what it needs is kept until then.

        Raises:
            TypeError, ValueError: they are not numbers, or not as many as `inputs`.
            ValueError, ZeroDivisionError, OverflowError: an operation has no value; the message names it.
        """
        row = _row_of("forward", numbers, len(self.inputs))
        outputs: list[float] = self.forward_rows([row], learn)[0]
        return outputs

    def forward_rows(self, rows: Any, learn: bool = True) -> Any:
        """Run the forward pass of several rows in one call; see `forward`.

        Args:
            rows: the numbers of `inputs` for each row, as lists; or all in one buffer of float64, such as an `array`.
            learn: whether a backward pass is to follow, of as many rows.

        Returns:
            The numbers of `outputs` for each row, as lists; or all in one `array` if `rows` were a buffer.
        """
        numbers = _buffer(rows, len(self.inputs))
        given, n = self._taken(rows, numbers, self.inputs)
        self._read()
        outputs, back = self._forward(given, n, learn)
        if learn:
            self._waiting.append((n, back))
        return _split(outputs, n) if numbers is None else array("d", outputs)

    def backward(self, shares: Sequence[float]) -> list[float]:
        """Run the backward pass of the latest forward pass that had none, and add to the gradients of the parameters.

        Args:
            shares: what arrives at each of the `outputs`: ∂loss/∂output.

        Returns:
            For each of the `inputs` its share, ∂loss/∂input.

        Raises:
            TypeError, ValueError: `shares` are not numbers, or not as many as `outputs`; or no forward pass is left.
        """
        row = _row_of("backward", shares, len(self.outputs))
        to_inputs: list[float] = self.backward_rows([row])[0]
        return to_inputs

    def backward_rows(self, shares: Any) -> Any:
        """Run the backward pass of several rows in one call, see `backward`; the gradients of the rows add up.

        Args:
            shares: what arrives at the `outputs` of each row, as lists; or all in one buffer of float64.

        Returns:
            The shares of `inputs` for each row, as lists; or all in one `array` if `shares` were a buffer.
        """
        numbers = _buffer(shares, len(self.outputs))
        given, n = self._taken(shares, numbers, self._graph.upstream)
        if not self._waiting:
            raise ValueError("backward() needs a forward pass before it, which had no backward pass yet")
        n_rows, back = self._waiting[-1]
        if n != n_rows:
            raise ValueError(f"the forward pass had {counted(n_rows, 'row')}, got shares for {n}")
        self._read()
        to_inputs = back(given)
        if not self._shared:
            self.buffer.write()
        self._waiting.pop()
        return _split(to_inputs, n) if numbers is None else array("d", to_inputs)

    def __reduce__(self) -> tuple[Any, ...]:  # for pickle and copy: programs are generated again
        return type(self), (self.inputs, self.outputs, self.buffer, self._shared)

    def __repr__(self) -> str:
        sizes = [counted(len(self.inputs), "input"), counted(len(self.outputs), "output")]
        parameters, native = counted(len(self._places), "parameter"), ", native" * (self.backend == "native")
        return f"<CompiledBlock of {', '.join(sizes)}, {parameters}{native}>"

    def _read(self) -> None:
        if self._shared:
            self.buffer.check()
        else:
            self.buffer.read()

    def _taken(self, rows: Any, numbers: array[float] | None, leaves: Sequence[Value]) -> tuple[Any, int]:
        """Return rows as the backend takes them, and how many there are, if each has a number for each leaf."""
        floats = as_rows(rows if numbers is None else numbers, leaves)
        if problem := wrong_length(floats, leaves):
            raise problem
        return floats, len(floats)

    def _forward(self, rows: Any, n: int, learn: bool) -> tuple[Any, Callable[[Any], Any]]:  # noqa: ARG002
        """Go forward; return the outputs, and the function that goes back from there."""
        numbers = [self.buffer.data[i] for i in self._places] + [other.data for other in self._graph.others]
        try:
            found = self._program("forward" if learn else "predict")(rows, numbers)
        except (ArithmeticError, ValueError) as error:
            leaves = [*self.inputs, *self._graph.parameters, *self._graph.others]
            raise problem_with([[*row, *numbers] for row in rows], leaves, self._order) or error from None
        outputs, kept = found if learn else (found, None)

        def back(shares: Any) -> Any:
            grad = self.buffer.grad
            gradients = [grad[i] for i in self._places]
            to_inputs, gradients = self._program("backward")(shares, kept, numbers, gradients)
            for i, gradient in zip(self._places, gradients, strict=True):
                grad[i] = gradient
            return to_inputs

        return outputs, back

    def _program(self, name: str) -> Callable[..., Any]:
        """Return a program, compiled on first use."""
        if name not in self._programs:
            check_size(self._order, "block", "Machine code takes functions that are finite")
            self._programs[name] = self._generator.compiled(name, self._generator.programs[name])
        return self._programs[name]


class NativeBlock(CompiledBlock):
    """A compiled block that runs machine code, with the bits of the Python programs."""

    backend = "native"

    @cached_property
    def _passes(self) -> NativePasses:
        from microgrid.compiler.native import NativePasses

        graph = self._graph
        leaves: dict[str, Sequence[Value]] = {"numbers": self.buffer.parameters[self._held], "row": self.inputs}
        leaves |= {"upstream": graph.upstream, "others": graph.others}
        return NativePasses(graph.dataflow, leaves, graph.outputs)

    @cached_property
    def _held(self) -> slice:
        """Tell which part of the buffer holds the parameters."""
        return slice(self._places[0], self._places[-1] + 1) if self._places else slice(0, 0)

    def _taken(self, rows: Any, numbers: array[float] | None, leaves: Sequence[Value]) -> tuple[array[float], int]:
        if numbers is not None and leaves:
            return numbers, len(numbers) // len(leaves)
        floats, n = super()._taken(rows, numbers, leaves)
        return array("d", chain.from_iterable(floats)), n

    def _forward(self, numbers: array[float], n: int, learn: bool) -> tuple[Any, Callable[[Any], Any]]:
        passes = self._passes
        outputs, work = _zeros(n * len(self.outputs)), _zeros(passes.work_size * (n if learn else 1))
        data, others = self.buffer.data[self._held], array("d", [other.data for other in self._graph.others])
        given = {"numbers": data, "others": others, "row": numbers, "work": work}
        if passes.run("know" if learn else "predict", n, given | {"results": outputs}):  # the Python program says why
            found, back_in_python = super()._forward(_split(numbers, n), n, learn)
            return found, lambda shares: back_in_python(_split(shares, n))
        given["row"] = numbers[:] if learn else numbers  # which may change before the backward pass

        def back(shares: array[float]) -> array[float]:
            grad, to_inputs = self.buffer.grad, _zeros(n * len(self.inputs))
            given["upstream"] = shares[:] if shares is grad else shares
            passes.run("think", n, given | {"gradients": grad, "shares": to_inputs}, self._held.start)
            return to_inputs

        return outputs, back


def compile_block(
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    parameters: Iterable[Value] | ParameterBuffer | None = None,
    *,
    backend: str = "python",
) -> CompiledBlock:
    """Compile a piece of a model: a recorded graph with one or more outputs, and the shares of its inputs.

    Forward passes without a backward pass, as after an error in the middle of a sequence, stay waiting in the block:
    later sequences are right all the same, as a backward pass takes the latest; to be rid of them, compile it again.

    Args:
        inputs: the leaves whose numbers each forward pass is given. Their shares are what a backward pass returns. For
            an embedding, they stand for the row of a table; see `ParameterBuffer`.
        outputs: the Values that the next piece takes.
        parameters: the leaves whose gradients are wanted; by default all that are neither inputs nor constants. Or a
            `ParameterBuffer` with those of the whole model, which its blocks share. Other leaves are read at each call.
        backend: "python" runs the programs as they read; "native" runs machine code with the same bits, which needs
            `pip install llvmlite`.

    Raises:
        TypeError: an input, output or parameter is not a Value.
        ValueError: an input or a parameter was computed or is a constant, is listed twice or as both; there is no
            output; the graph is too large for a Python program; or there is no such backend.
        ImportError: the native backend has no llvmlite.

    >>> from microgrid import Input
    >>> w, x, state = Value(0.5, "w"), Input(0.0, "x"), Input(0.0, "state")
    >>> cell = compile_block([x, state], [w * x + state])  # of a recurrent network
    >>> outputs = [0.0]
    >>> for number in (1.0, 2.0, 3.0):
    ...     outputs = cell.forward([number, *outputs])
    >>> outputs
    [3.0]
    >>> to_state = 1.0
    >>> for _ in range(3):  # from the last step back to the first
    ...     to_x, to_state = cell.backward([to_state])
    >>> w.grad  # 1 + 2 + 3
    6.0
    """
    kind = NativeBlock if backend_called(backend).backend == "native" else CompiledBlock
    inputs, outputs = checked_leaves("input", inputs), as_list("outputs", outputs)
    for output in outputs:
        if not isinstance(output, Value):
            raise TypeError(f"each output must be a Value, got {quoted(output)}")
    if not outputs:
        raise ValueError("compile_block() needs at least one output, got none")
    order = topological_order(total(outputs))[:-1]
    buffer = None
    if isinstance(parameters, ParameterBuffer):
        buffer, parameters = parameters, parameters.parameters
    chosen = chosen_parameters(order, inputs, parameters)
    if kind is CompiledBlock:
        advice = 'Compile a smaller piece, and run it more often; or compile it with backend="native"'
        check_size(order, "block", advice)
    return kind(inputs, outputs, buffer or ParameterBuffer(chosen), buffer is not None)


def _row_of(method: str, numbers: Iterable[float], count: int) -> list[float]:
    """Return the numbers as a row, if there are as many as there should be: a method that takes no rows names none."""
    row = as_list("numbers", numbers)
    if len(row) != count:
        raise ValueError(f"{method}() needs {counted(count, 'number')}, got {len(row)}")
    return row


def _zeros(n: int) -> array[float]:
    return array("d", bytes(8 * n))


def _buffer(rows: Any, n_columns: int) -> array[float] | None:
    """Return the numbers of rows that are given in a buffer of float64; None for other rows."""
    view = None if isinstance(rows, list) else float64(rows, n_columns)
    return None if view is None else rows if isinstance(rows, array) else array("d", view.tobytes())


def _split(numbers: Iterable[float], n: int) -> list[list[float]]:
    floats = [*numbers]
    width = len(floats) // max(1, n)
    return [floats[i * width : (i + 1) * width] for i in range(n)]
