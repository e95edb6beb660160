"""Compile a recorded graph to straight-line Python: backpropagation as one would write it by hand.

`compile_graph` reads a graph once and writes it out as a function that goes forward and backward for many rows. No
Value is made while it runs, so it is far faster than recording every row again.

>>> w, x, target = Value(3.0, label="w"), Value(2.0, label="x"), Value(5.0, label="target")
>>> error = w * x - target
>>> error.label = "error"
>>> loss = error**2
>>> loss.label = "loss"
>>> step = compile_graph(loss, inputs=[x, target])
>>> step([[2.0, 5.0], [1.0, 1.0]])  # the mean of 1 and 4
2.5
>>> w.grad  # the mean of 4 and 4
4.0
>>> print(step.source)
def learn(rows):
    # the current values
    w = w_value.data
    # gradients start at 0
    d_w = 0.0
    losses = 0.0
    for x, target in rows:
        # --- Know ---
        n2 = w * x
        error = n2 - target
        loss = error ** 2.0
        losses += loss
        # --- Think ---
        d_error = 2.0 * error
        d_w += d_error * x
    # the mean over all rows
    n_rows = len(rows)
    w_value.grad += d_w / n_rows
    return losses / n_rows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from microgrid._util.text import brief
from microgrid._util.validation import as_list, check_choice
from microgrid.compiler.codegen import CodeGenerator
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.rows import as_rows, problem_with
from microgrid.engine import Constant, Value, topological_order
from microgrid.graph.node import kind_of

MAX_OPERANDS = 150_000  # take 4 to 6 s and up to 1.1 GB to compile


class CompiledGraph:
    """A graph compiled to a function of rows; `compile_graph` makes it.

    Attributes:
        inputs: the leaves whose numbers each row gives, in this order.
        parameters: the leaves whose gradients are wanted.
        source: the program for many rows, as it runs.
        backend: "python" or "native".
    """

    backend = "python"

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        self.inputs, self.parameters = tuple(inputs), tuple(parameters)
        self._order = topological_order(output)
        self._dataflow = Dataflow(self._order, self.parameters)
        self._others = other_leaves(self._dataflow, {*inputs, *parameters})
        self._programs: dict[str, Callable[..., Any]] = {}

    @cached_property
    def source(self) -> str:
        """Write the program for many rows, as it runs."""
        return self._generator.learn()

    @cached_property
    def _generator(self) -> CodeGenerator:
        return CodeGenerator(self._dataflow, self.inputs, self.parameters, self._others)

    def __call__(self, rows: Iterable[Sequence[float]]) -> float:
        """Run forward and backward passes for all rows, add the mean gradient to the parameters, and return the mean.

        It is what `backward()` on the mean over the rows gives, to about 1e-12. If a row fails, no gradient is changed.

        Args:
            rows: for each row the numbers of `inputs`.

        Raises:
            ValueError: no rows, or a row of another length.
            TypeError: a row is not a list of numbers.
            ValueError, ZeroDivisionError, OverflowError: an operation has no value; the message names it and the row.
        """
        floats = as_rows(rows, self.inputs)
        result: float = self._run("learn_one", floats[0]) if len(floats) == 1 else self._run("learn", floats)
        return result

    def predict(self, rows: Iterable[Sequence[float]]) -> list[float]:
        """Return the output for every row, of which there may be none; raises what a call raises.

        A slope that does not exist, such as that of √ at 0, is none of its business.
        """
        results: list[float] = self._run("predict", as_rows(rows, self.inputs))
        return results

    def __reduce__(self) -> tuple[Any, ...]:  # for pickle and copy: functions made by exec() are generated again
        return type(self), (self._order[-1], self.inputs, self.parameters)

    def __repr__(self) -> str:
        inputs, parameters = len(self.inputs), len(self.parameters)
        return f"<CompiledGraph of {len(self._order)} values: {inputs} inputs, {parameters} parameters>"

    def _run(self, name: str, rows: Sequence[Any]) -> Any:
        """Run a program, compiling it on first use; for "learn_one", `rows` is the row itself."""
        try:
            if name not in self._programs:
                check_size(self._order, "graph", "Machine code takes floats only, and functions that are finite")
                source = self.source if name == "learn" else getattr(self._generator, name)()
                self._programs[name] = self._generator.compiled(name, source)
            return self._programs[name](*rows) if name == "learn_one" else self._programs[name](rows)
        except (ArithmeticError, ValueError, TypeError) as error:
            floats = [rows] if name == "learn_one" else rows
            raise problem_with(floats, self.inputs, self._order) or error from None


def compile_graph(
    output: Value, inputs: Sequence[Value], parameters: Iterable[Value] | None = None, *, backend: str = "python"
) -> CompiledGraph:
    """Compile a recorded graph to one function of rows.

    The graph holds the branches that were taken when it was recorded. The operations of the engine (relu, maximum,
    abs …) decide anew for every row. A Python `if` does not, nor does a derivative of such an operation that
    `differentiate` has built: each of their branches needs a graph of its own.

    Convention: a relu that is off is skipped, and so are the products of its output and the gradients behind it. There,
    0 · ∞ counts as 0, where the engine gives NaN. A NaN before a relu is passed on, and a gradient back through it. A
    slope that no parameter needs is not computed, and need not exist: that of √ at 0, if the 0 is an input.

    Args:
        output: the end of the graph, such as the loss of one row.
        inputs: the leaves whose numbers every row gives: features and targets.
        parameters: the leaves whose gradients are wanted; by default all that are neither inputs nor constants. Their
            numbers, and those of any other leaf, are read at each call.
        backend: "python" runs the program as it reads. "native" runs the same program as machine code: the same bits,
            several times as fast for one row and about 30 times for many. It needs `pip install llvmlite`. While `data`
            or `grad` of a leaf is no plain float, such as an int or a number of NumPy, the Python program runs.

    Raises:
        TypeError: `output`, an input or a parameter is not a Value.
        ValueError: an input or a parameter was computed or is a constant, is listed twice or as both, or the graph is
            too large for a Python program.
        ImportError: the native backend has no llvmlite.
    """
    kind = backend_called(backend)
    if not isinstance(output, Value):
        raise TypeError(f"compile_graph() needs a Value, the end of a graph, got {type(output).__name__}")
    order = topological_order(output)
    inputs = checked_leaves("input", inputs)
    nodes = set(order)
    chosen = [parameter for parameter in chosen_parameters(order, inputs, parameters) if parameter in nodes]
    if kind is CompiledGraph:
        check_size(
            order,
            "graph",
            "If it holds several rows, compile the graph of one, and call it with batches of rows; if it is one row, "
            'compile it with backend="native", or record it at each step, and call backward()',
        )
    return kind(output, inputs, chosen)


def backend_called(name: str) -> type[CompiledGraph]:
    """Return the class of compiled graphs that run on this backend.

    Raises:
        ValueError: there is none of this name.
        ImportError: it needs llvmlite.
    """
    if check_choice("backend", name, ("python", "native")) == "python":
        return CompiledGraph
    from microgrid.compiler import native  # imported here, since nothing else needs llvmlite

    native.llvm()
    return native.NativeGraph


def chosen_parameters(
    order: Iterable[Value], inputs: Sequence[Value], parameters: Iterable[Value] | None
) -> list[Value]:
    """Return the leaves whose gradients are wanted: those given, or all of a graph but its inputs and constants."""
    given = set(inputs)
    if parameters is None:
        return [node for node in order if kind_of(node) == "parameter" and node not in given]
    chosen = checked_leaves("parameter", parameters)
    if overlap := [leaf for leaf in chosen if leaf in given]:
        raise ValueError(f"{brief(overlap[0].label or 'a leaf')} is both an input and a parameter")
    return chosen


def other_leaves(dataflow: Dataflow, listed: set[Value]) -> list[Value]:
    """Return the leaves that are neither listed nor constants: their numbers are read at each call."""
    leaves = (node for node in dataflow.order if node.is_leaf and not isinstance(node, Constant))
    return [leaf for leaf in leaves if leaf not in listed]


def check_size(order: Iterable[Value], what: str, advice: str) -> None:
    """Raise ValueError, which says what to do instead, if a Python program would take too long to compile."""
    if (size := n_operands(order)) > MAX_OPERANDS:
        limit = f"a Python program of more than {MAX_OPERANDS} takes too long to compile"
        raise ValueError(f"this {what} has {size} operands; {limit}. {advice}")


def n_operands(order: Iterable[Value]) -> int:
    """Return how large a graph is."""
    return sum(len(node.recorded) for node in order) // 2


def checked_leaves(what: str, values: Iterable[Value]) -> list[Value]:
    """Return Values as a list, each of which is a leaf that may change, and there once."""
    leaves = as_list(f"{what}s", values)
    one = f"an {what}" if what == "input" else f"a {what}"
    for value in leaves:
        if not isinstance(value, Value):
            raise TypeError(f"each {what} must be a Value, got {type(value).__name__}")
        if not value.is_leaf:
            raise ValueError(f"{one} must be a leaf, got {brief(value.label or repr(value.op))}, which was computed")
        if isinstance(value, Constant):
            raise ValueError(f"{one} cannot be a constant, which is a literal in the program: {value.data}")
    if len(set(leaves)) < len(leaves):
        raise ValueError(f"{one} must be listed once, got it twice")
    return leaves
