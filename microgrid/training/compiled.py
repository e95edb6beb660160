"""Know and Think on a compiled graph, and the checks that it is the graph of every row.

The graph of the first row is compiled. It is the graph of every row in every call if

- the model and the loss compare no number of a row (`_RowNumber`),
- a call changes nothing that they hold (`state_of`),
- the other rows have the same graph (`_RowGraph`), at first and later on, and
- the loss of a batch is the mean over its rows (`_doubt_of_numbers`).

Where this is in doubt, rows are recorded anew.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

from microgrid.compiler.compile import CompiledGraph, backend_called, compile_graph
from microgrid.engine import Input, Value, gradients, topological_order
from microgrid.training.cycle import Cycle, numbers_in
from microgrid.training.state import UnreadableError, state_of

# The allowed differences between compiled and recorded numbers: relative to the sum of a number's sizes in all rows;
# and relative to the largest gradient, for numbers that are mere rounding errors because shares in a row cancel.
RELATIVE_TOLERANCE = 1e-9
ROUNDING_TOLERANCE = 1e-13

# A check takes as long as 10 to 20 rows of training. The first epoch checks every row, and each later update one row.
# After FREQUENT_CHECKS of these, one row in ROWS_PER_CHECK is checked, and FREQUENT_CHECKS rows before the last epoch.
# Whole batches are compared in the first epoch; later at most that many of their rows, equally rarely, and once in the
# last epoch.
FREQUENT_CHECKS = 32
ROWS_PER_CHECK = 256

COMPARES = "the model or the loss contains an `if`, or compares numbers in another way"
CHANGES = "the model or the loss changes when it is called: it draws random numbers, or counts its calls"
DIFFERS = "the model or the loss contains an `if`, or a number that is not the same in every call"
NO_MEAN = "the loss is not the mean over its rows, or the model or the loss contains an `if`"


class CompiledThinking:
    """Runs Know and Think of a cycle on a compiled graph, as long as it is the graph of every row.

    Attributes:
        doubt: why rows are recorded anew instead; "" if they are not, or if the first row cannot be compiled at all.
    """

    def __init__(self, cycle: Cycle, backend: str = "python") -> None:
        backend_called(backend)  # now: the errors of a model or a loss, below, are another matter
        self.cycle, self.backend = cycle, backend
        self.doubt = ""
        self.step: CompiledGraph | None = None
        self.parameters = frozenset(cycle.parameters)
        self.unchecked, self.is_first_epoch = len(cycle.rows), True
        self.n_checks = self.rows_since_check = self.rows_since_comparison = 0
        self.was_compared = False
        try:
            self._compile()
        except _ComparedError:
            self.doubt = COMPARES
        except UnreadableError as error:
            self.doubt = str(error)
        except Exception:  # any error of a model or a loss: the uncompiled cycle will raise it
            return

    def begin_epoch(self, is_last: bool, after_metrics: bool) -> None:
        """Begin an epoch after the first: many rows are to be checked before the last one, and one after metrics."""
        self.is_first_epoch = False
        if is_last:
            self.unchecked = max(self.unchecked, FREQUENT_CHECKS)
            self.was_compared = False
        if after_metrics:
            self.rows_since_check = ROWS_PER_CHECK

    def know_and_think(self) -> float | None:
        """Set the gradients of the cycle's parameters, and return the loss; None if that is impossible."""
        if self.step is None:
            return None
        cycle = self.cycle
        numbers = [numbers_in([row, target]) for row, target in zip(cycle.rows, cycle.targets, strict=True)]
        is_due = self._is_comparison_due(len(numbers))
        try:
            self.doubt = self._doubt_of_graphs()
            if not self.doubt and is_due and any(self._compiled(numbers)):  # else a sum is no other than a mean
                self.was_compared, self.rows_since_comparison = True, 0
                self.doubt = self._doubt_of_numbers(numbers)
            if self.doubt:
                self.step = None
                return None
            (loss, *_) = self._compiled(numbers)
        except (ArithmeticError, ValueError, TypeError):  # the uncompiled cycle raises the error
            return None
        cycle._has_gradients = True  # those of the compiled graph count as Think's
        return loss

    def _compile(self) -> None:
        """Compile the graph of the first row, if that is possible."""
        cycle = self.cycle
        inputs, prediction, loss = _recorded(cycle, 0)
        order = topological_order(loss)
        nodes = set(order)
        if nodes.isdisjoint(inputs):  # nothing is learned from the rows
            return
        self.graph = _RowGraph(inputs, loss, self.parameters)
        before = state_of(cycle.model, cycle.loss_function)  # not sooner, since the first call may complete a model
        _, _, again = _recorded(cycle, 0)
        if state_of(cycle.model, cycle.loss_function) != before:
            self.doubt = CHANGES
            return
        for graph in (order, topological_order(again)):
            cycle._look_for_unlisted(graph)
        for other in cycle.targets:  # a loss may reject a target, which its graph does not do
            cycle.loss_function([prediction], [other])
        parameters = [parameter for parameter in cycle.parameters if parameter in nodes]
        self.step = compile_graph(loss, inputs, parameters, backend=self.backend)

    def _compiled(self, rows: list[list[Any]]) -> list[float]:
        """Run the compiled graph; return the loss, and the gradients of the parameters."""
        assert self.step is not None
        for parameter in self.cycle.parameters:
            parameter.grad = 0.0
        return [self.step(rows), *(parameter.grad for parameter in self.cycle.parameters)]

    # --- the checks: each returns "", or what is in doubt ------------------------------------------------------------

    def _doubt_of_graphs(self) -> str:
        """Record the rows whose turn it is, and compare their graphs with the one that was compiled."""
        for i in self._due_rows():
            try:
                inputs, _, loss = _recorded(self.cycle, i)
            except _ComparedError:
                return COMPARES
            except OverflowError:  # no graph to compare; the compiled one overflows, too, and training ends
                return ""
            if not self.graph.is_that_of(inputs, loss):
                return DIFFERS
        return ""

    def _due_rows(self) -> Sequence[int]:
        n = len(self.cycle.rows)
        n_due = min(n, self.unchecked)
        self.unchecked -= n_due
        self.rows_since_check += n
        if not n_due and (self.n_checks < FREQUENT_CHECKS or self.rows_since_check >= ROWS_PER_CHECK):
            n_due, self.n_checks, self.rows_since_check = 1, self.n_checks + 1, 0
        return [(self.n_checks + i) % n for i in range(n_due)]  # so that each row of a batch has its turn

    def _is_comparison_due(self, n_rows: int) -> bool:
        """Tell whether a batch is to be computed both ways; in the first epoch the first, and the last one as well."""
        self.rows_since_comparison += n_rows
        if self.is_first_epoch:
            return not self.was_compared or self.unchecked == n_rows  # the last batch may be smaller
        return not self.was_compared or self.rows_since_comparison >= ROWS_PER_CHECK * min(n_rows, FREQUENT_CHECKS)

    def _doubt_of_numbers(self, rows: list[list[Any]]) -> str:
        """Compute a batch both ways, and compare its loss and gradients; after the first epoch not all of its rows."""
        cycle = self.cycle
        rows = rows if self.is_first_epoch else rows[:FREQUENT_CHECKS]
        predictions = [cycle.model(row) for row in cycle.rows[: len(rows)]]
        loss = cycle.loss_function(predictions, cycle.targets[: len(rows)])
        graph = gradients(loss)
        recorded = [loss.data, *(graph.get(parameter, 0.0) for parameter in cycle.parameters)]
        if not all(map(math.isfinite, recorded)):
            raise OverflowError("no comparison is possible")
        compiled = self._compiled(rows)
        # Each row twice, since a single row would be compiled to a program of its own.
        of_rows = [self._compiled([row, row]) for row in rows] if len(rows) > 1 else [compiled]
        sizes = [math.fsum(map(abs, numbers)) / len(rows) for numbers in zip(*of_rows, strict=True)]
        largest = [max(abs(node.data) for node in graph)]
        largest += [max(sizes[1:], default=0.0)] * (len(sizes) - 1)
        agree = all(
            abs(a - b) <= RELATIVE_TOLERANCE * size + ROUNDING_TOLERANCE * most
            for a, b, size, most in zip(compiled, recorded, sizes, largest, strict=True)
        )
        return "" if agree else NO_MEAN


def _recorded(cycle: Cycle, i: int) -> tuple[list[Value], Any, Value]:
    """Record row `i` with an Input for each of its numbers; return the Inputs, the prediction and the loss."""
    inputs: list[Value] = []

    def as_inputs(item: Any) -> Any:
        if isinstance(item, (list, tuple)):
            return [as_inputs(part) for part in item]
        inputs.append(_RowNumber(item))
        return inputs[-1]

    row, target = as_inputs(list(cycle.rows[i])), as_inputs(cycle.targets[i])
    prediction = cycle.model(row)
    loss = cycle.loss_function([prediction], [target])
    for number in inputs:
        number.__class__ = Input  # from here on it may be compared
    return inputs, prediction, loss


class _ComparedError(ValueError):  # as from the repr of other numbers, so that errors can still quote this one
    """Raised for a comparison that a compiled graph would not make again."""


class _RowNumber(Input):
    """A number of a row while it is recorded: results enter the graph, but comparisons and texts of it would not."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise _ComparedError

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __hash__ = _refuse
    __repr__ = __format__ = _refuse  # type: ignore[assignment]


class _RowGraph:
    """The graph of one row, with which those of other rows and of later calls are compared."""

    def __init__(self, inputs: Sequence[Value], output: Value, parameters: Collection[Value]) -> None:
        order = topological_order(output)
        self.inputs, self.learned, self.output = inputs, parameters, output
        self.computed = [node for node in reversed(order) if node.recorded]
        self.parameters = [node for node in order if node in parameters]
        self.others = [node for node in order if not node.recorded and node not in {*parameters, *inputs}]
        self.numbers = [repr(node.data) for node in self.others]  # now, since a Constant may be changed

    def is_that_of(self, inputs: Sequence[Value], output: Value) -> bool:
        """Tell whether another graph has the same operations on the same parameters, inputs and other numbers."""
        twins = dict(zip(self.inputs, inputs, strict=True))
        if twins.setdefault(self.output, output) is not output:
            return False
        for node in self.computed:  # results before their operands
            twin = twins[node]
            if twin.op != node.op or len(twin.recorded) != len(node.recorded):
                return False
            for operand, its in zip(node.recorded[::2], twin.recorded[::2], strict=True):
                if twins.setdefault(operand, its) is not its:
                    return False
        others = [twins[node] for node in self.others]
        return (
            [*map(twins.__getitem__, self.parameters)] == self.parameters
            and [repr(node.data) for node in others] == self.numbers
            and not any(node.recorded or node in self.learned or node in inputs for node in others)
        )
