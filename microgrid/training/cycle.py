"""The training cycle: forward (Know), backward (Think), update (Change).

Know (知る)     forward: predict, then measure the error with a loss.
Think (考える)  backward: hand responsibility for the loss back to every weight. No weight changes by a single bit.
Change (変わる) update: every weight moves a little against its gradient.

`Cycle` walks the steps one at a time.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from microgrid._util.text import brief
from microgrid._util.validation import as_list, quoted
from microgrid.engine import Value, gradients
from microgrid.graph.node import kind_of
from microgrid.losses import mean_squared_error
from microgrid.optim import SGD, Optimizer

if TYPE_CHECKING:
    from typing import TypeAlias

    from microgrid.engine import Operand

    Loss: TypeAlias = Callable[[Any, Any], Value]


DEFAULT_LEARNING_RATE = 0.1


class Model(Protocol):
    """A model that `train` accepts: a callable that predicts from one row, with `parameters()`, such as a `Module`."""

    def __call__(self, row: Any, /) -> Any:
        """Predict one row."""

    def parameters(self) -> list[Value]:
        """List every Value that may change."""


class Cycle:
    """One training cycle on some rows, run step by step, any number of times.

    Args:
        model: a `Module`, or anything that is called with a row and lists its `parameters()`.
        rows: a list of rows, each a list of numbers.
        targets: the target of each row: what the model should predict.
        loss: a function of (predictions, targets).
        optimizer: updates the parameters; by default gradient descent with `learning_rate`.
        learning_rate: for this gradient descent; by default 0.1.

    Raises:
        TypeError: `model` is not a model, `loss` not a function, `optimizer` not an optimizer, or rows or targets not a
            list.
        ValueError: no rows, not as many targets as rows, or both an optimizer and a learning rate.

    >>> from microgrid.nn import Neuron
    >>> neuron = Neuron(1, activation="linear", seed=0)
    >>> cycle = Cycle(neuron, rows=[[1.0], [2.0]], targets=[3.0, 5.0], learning_rate=0.1)
    >>> before = cycle.know().data
    >>> cycle.think()
    >>> cycle.change()
    >>> cycle.know().data < before
    True
    """

    def __init__(
        self,
        model: Model,
        rows: Iterable[Sequence[Operand]],
        targets: Iterable[Any],
        loss: Loss = mean_squared_error,
        optimizer: Optimizer | None = None,
        learning_rate: float | None = None,
    ) -> None:
        if not callable(model) or not callable(getattr(model, "parameters", None)):
            raise TypeError(f"expected a model such as MLP(2, [4, 1]), got {quoted(model)}")
        if not callable(loss):
            raise TypeError(f"expected a loss function such as mean_squared_error, got {quoted(loss)}")
        if optimizer is not None and not isinstance(optimizer, Optimizer):
            raise TypeError(f"expected an optimizer such as SGD(model.parameters(), 0.1), got {quoted(optimizer)}")
        self.model = model
        self.rows: Sequence[Any] = [_plain(row) for row in as_list("rows", rows)]
        self.targets: Sequence[Any] = [_plain(target) for target in as_list("targets", targets)]
        _check_rows(self.rows, self.targets)
        self.loss_function = loss
        if optimizer is not None and learning_rate is not None:
            raise ValueError("expected an optimizer or a learning rate, got both; an optimizer has its own")
        if optimizer is None:
            optimizer = SGD(model.parameters(), DEFAULT_LEARNING_RATE if learning_rate is None else learning_rate)
        self.optimizer = optimizer
        # An optimizer may hold only some of the parameters; the gradients of the others must not accumulate either.
        self.parameters = list(dict.fromkeys([*self.optimizer.parameters, *model.parameters()]))
        self.loss: Value | None = None
        self._has_gradients = False  # whether the gradients belong to the current weights
        self._unlisted: set[Value] = set()
        self._n_graphs = 0  # how many were searched for leaves that are not listed

    def know(self) -> Value:
        """Run the forward pass: predict every row, and return the loss. May be called at any time."""
        self._has_gradients = False
        predictions = [self.model(row) for row in self.rows]
        self.loss = None
        loss = self.loss_function(predictions, self.targets)
        if not isinstance(loss, Value):
            raise TypeError(f"the loss function must return a Value, to be backpropagated, got {quoted(loss)}")
        self.loss = loss
        return self.loss

    def think(self) -> None:
        """Backpropagate: set the `grad` of every parameter to ∂loss/∂parameter. No weight changes.

        Raises:
            RuntimeError: `know` was not called since the last update, or `think` was called already.
        """
        self._think()
        self._warn_of_unlisted(stacklevel=3)

    def _think(self) -> None:
        if self.loss is None:
            raise RuntimeError(
                "think() needs a loss to backpropagate: the order is know(), think(), change(); call know()"
            )
        if self._has_gradients:
            raise RuntimeError("think() was called already: the order is know(), think(), change(); call change()")
        for parameter in self.parameters:
            parameter.grad = 0.0
        graph = gradients(self.loss)
        # Like backward(), but replacing: inputs may hold gradients from an earlier cycle.
        for node, gradient in graph.items():
            node.grad = gradient
        self._has_gradients = True
        self._look_for_unlisted(graph)

    def _look_for_unlisted(self, graph: Iterable[Value]) -> None:
        """Find leaves that a relay would change and this cycle does not, since `parameters()` does not list them.

        They are those that the first two graphs share; a leaf of one graph only was made on the way.
        """
        if self._n_graphs == 2:
            return
        listed = {*self.parameters, *numbers_in([list(self.rows), list(self.targets)])}
        unlisted = {node for node in graph if kind_of(node) == "parameter"} - listed
        self._unlisted = unlisted if self._n_graphs == 0 else unlisted & self._unlisted
        self._n_graphs += 1

    def _warn_of_unlisted(self, stacklevel: int) -> None:
        if self._n_graphs < 2 or not self._unlisted:
            return
        names = brief(", ".join(sorted(str(leaf.label) or "a Value without a label" for leaf in self._unlisted)))
        self._unlisted = set()
        warnings.warn(
            f"the loss depends on {names}, which parameters() does not list and training does not change; keep what is "
            "to be learned in an attribute or a list of the model, and make anything else a Constant",
            RuntimeWarning,
            stacklevel=stacklevel,
        )

    def change(self) -> None:
        """Update: let the optimizer move all parameters against their gradients or, if it fails, none.

        Raises:
            RuntimeError: `think` was not called since the last `know`.
            OverflowError: a weight would be infinite, or not a number.
        """
        if not self._has_gradients:
            missing = "think()" if self.loss is not None else "know()"
            raise RuntimeError(f"change() needs gradients: the order is know(), think(), change(); call {missing}")
        weights = [parameter.data for parameter in self.optimizer.parameters]
        state = dict(vars(self.optimizer))  # a step makes new lists and leaves the old ones unchanged
        loss = self.loss
        try:
            self._update()
        except BaseException:  # Ctrl-C among them
            for parameter, data in zip(self.optimizer.parameters, weights, strict=True):
                parameter.data = data
            vars(self.optimizer).update(state)
            self.loss, self._has_gradients = loss, True
            raise

    def _update(self) -> None:
        self.optimizer.step()
        for parameter in self.optimizer.parameters:
            if not math.isfinite(parameter.data):
                raise OverflowError(f"the update makes {brief(parameter.label or 'a parameter')} {parameter.data}")
        self.loss, self._has_gradients = None, False


def numbers_in(item: Any) -> list[Any]:
    """Flatten a row and its target to a list of numbers."""
    if not isinstance(item, (list, tuple)):
        return [item]
    numbers = []
    for part in item:
        if isinstance(part, (list, tuple)):
            numbers += numbers_in(part)
        else:  # a call for each number would take three times as long
            numbers.append(part)
    return numbers


def _plain(item: Any) -> Any:
    """Return iterators as lists, and NumPy arrays as lists of Python numbers."""
    if isinstance(item, Iterator):
        return list(item)
    return item.tolist() if callable(getattr(item, "tolist", None)) else item


def _check_rows(rows: Sequence[Any], targets: Sequence[Any]) -> None:
    if len(rows) == 0:
        raise ValueError("expected at least one row to learn from, got none")
    if len(rows) != len(targets):
        raise ValueError(f"expected one target for each row, got {len(rows)} rows and {len(targets)} targets")
