"""Optimizers: gradient descent and Adam (Change, the only step that writes weights).

Each takes the list of parameters and, at `step()`, moves every one of them against its gradient. They make the
same updates as PyTorch's optimizers of the same names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from microgrid._util.missing_names import answer_missing_names
from microgrid._util.validation import as_list, number_in_range, positive_number, quoted
from microgrid.engine import Constant, Input, Value

__all__ = ["SGD", "Adam", "Optimizer"]


class Optimizer:
    """Base class of optimizers: parameters and a learning rate, which may be assigned between steps.

    Raises:
        TypeError, ValueError: no parameters, something that is not a leaf Value, or a setting out of its range.
    """

    def __init__(self, parameters: Iterable[Value], learning_rate: float, weight_decay: float = 0.0) -> None:
        try:
            self.parameters: list[Value] = as_list("parameters", parameters)
        except TypeError:
            raise TypeError(f"an optimizer needs a list such as model.parameters(), got {quoted(parameters)}") from None
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got none")
        for parameter in self.parameters:
            if not isinstance(parameter, Value):
                raise TypeError(f"an optimizer needs Values as parameters, got {type(parameter).__name__}")
            if isinstance(parameter, (Input, Constant)):
                raise ValueError(f"an optimizer changes parameters only, got {quoted(parameter)}")
            if not parameter.is_leaf:
                raise ValueError(f"an optimizer changes leaves only, got {quoted(parameter)}, which was computed")
        if len(set(self.parameters)) < len(self.parameters):
            raise ValueError("an optimizer needs each parameter once, got one of them twice")
        self.learning_rate = learning_rate
        self.weight_decay = number_in_range("weight_decay", weight_decay)

    @property
    def learning_rate(self) -> float:
        """The learning rate η, 0 or more: the factor of the gradient in an update."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float) -> None:
        self._learning_rate = number_in_range("learning_rate", learning_rate)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Update every parameter once from its gradient."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: W ← W − η · ∂L/∂W, with η the learning rate.

    Args:
        parameters: the Values to change.
        learning_rate: η, which sets the size of the step.
        momentum: the fraction of the previous velocity that is kept, from 0 to less than 1.
        nesterov: look ahead along the velocity; needs momentum.
        weight_decay: adds weight_decay · parameter to the gradient, which pulls every parameter towards 0.

    Source: the update rules of torch.optim.SGD (dampening 0).

    >>> w = Value(28.0)
    >>> (w - 25) ** 2
    Value(data=9.0, grad=0.0, op='**')
    >>> ((w - 25) ** 2).backward()
    >>> SGD([w], learning_rate=0.1).step()
    >>> w.data
    27.4
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = number_in_range("momentum", momentum, below=1.0)
        self.nesterov = bool(nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0, got 0")
        self._velocities = [0.0] * len(self.parameters)

    @property
    def velocities(self) -> tuple[float, ...]:
        """The velocity of each parameter, which momentum carries on to the next step."""
        return tuple(self._velocities)

    def step(self) -> None:
        """Update every parameter once: W ← W − η · ∂L/∂W (with momentum and weight decay if set)."""
        rate = self.learning_rate
        velocities = []
        for parameter, velocity in zip(self.parameters, self._velocities, strict=True):
            gradient = parameter.grad
            if self.weight_decay:
                gradient += self.weight_decay * parameter.data
            if self.momentum:
                velocity = self.momentum * velocity + gradient
                gradient = gradient + self.momentum * velocity if self.nesterov else velocity
            velocities.append(velocity)
            parameter.data -= rate * gradient
        self._velocities = velocities  # last, so that an interrupted step leaves it unchanged


class Adam(Optimizer):
    """Adam: a step whose size adapts to each parameter (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1).

    Args:
        parameters: the Values to change.
        learning_rate: η, about the length of a step while gradients stay about the same size.
        beta1, beta2: the decay of the running means of the gradient and of its square, from 0 to less than 1.
        epsilon: a small positive number that keeps the denominator above 0.
        weight_decay: adds weight_decay · parameter to the gradient (as torch.optim.Adam does; not AdamW).

    >>> w = Value(28.0)
    >>> ((w - 25) ** 2).backward()
    >>> Adam([w], learning_rate=0.1).step()  # the first step is η long, unless the gradient is near epsilon
    >>> f"{w:.6f}"
    '27.900000'
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.beta1 = number_in_range("beta1", beta1, below=1.0)
        self.beta2 = number_in_range("beta2", beta2, below=1.0)
        self.epsilon = positive_number("epsilon", epsilon)
        self._steps = 0
        self._means = [0.0] * len(self.parameters)
        self._squares = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Update every parameter once."""
        steps = self._steps + 1
        # Both means start from 0 and are too small at first; these factors make up for it.
        mean_correction = 1.0 - self.beta1**steps
        square_correction = math.sqrt(1.0 - self.beta2**steps)
        rate = self.learning_rate / mean_correction
        means, squares = [], []
        for parameter, mean, square in zip(self.parameters, self._means, self._squares, strict=True):
            gradient = parameter.grad
            if self.weight_decay:
                gradient += self.weight_decay * parameter.data
            means.append(self.beta1 * mean + (1.0 - self.beta1) * gradient)
            squares.append(self.beta2 * square + (1.0 - self.beta2) * gradient * gradient)
            size = math.sqrt(squares[-1]) / square_correction + self.epsilon
            parameter.data -= rate * means[-1] / size
        # Last, so that an interrupted step leaves them unchanged.
        self._steps, self._means, self._squares = steps, means, squares


answer_missing_names(__name__)
