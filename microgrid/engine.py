"""The engine: scalar reverse-mode automatic differentiation.

A `Value` is one number. Computing with Values records a graph: each result keeps its operands and, for each of them,
the local derivative ∂result/∂operand. `backward()` walks that graph from the result to the leaves and propagates
gradients back by the chain rule. That is all; networks, pictures and the relay are built on these nodes.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> result = a * b + a**2
>>> result.data
-2.0
>>> result.backward()
>>> a.grad, b.grad  # ∂result/∂a = b + 2a, ∂result/∂b = a
(1.0, 2.0)
"""

from __future__ import annotations

import math

TYPE_CHECKING = False  # type checkers take it for True; when the engine runs it needs nothing but math
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn, SupportsFloat, TypeAlias

    Number: TypeAlias = SupportsFloat  # int, float, Fraction, a NumPy scalar …
    Operand: TypeAlias = "Value | Number"


class Value:
    """One number of a graph, with the operation and the operands that it was computed from.

    Attributes:
        data: the number, a float. An optimizer assigns to it; that does not change what is already recorded.
        grad: ∂output/∂self, accumulated by every `backward()` since `zero_grad()`.
        op: the operation that made it, `""` for a leaf. The names are those of `microgrid.graph.operations`.
        operands: the Values it was made from, in order; `a + a` has two.
        local_derivatives: ∂self/∂operand for each operand, fixed when the operation was recorded.
        label: a name for people and pictures; it has no effect on any number.

    Raises:
        TypeError: `data` is not one real number (text, None, bool, complex, a list or an array, another Value).
        OverflowError: `data` is too large for a float.

    Comparisons (`< <= > >=`) look at the data; `==` and `hash` look at identity, so that Values can live in sets. To
    compare numbers, write `value.data == 3.0`.

    >>> Value(3, label="apples")
    Value(data=3.0, grad=0.0, label='apples')
    >>> Value(3.0) == 3.0, Value(3.0).data == 3.0
    (False, True)
    """

    __slots__ = ("data", "grad", "label", "op", "recorded")

    data: float
    grad: float
    op: str
    recorded: tuple[Any, ...]  # each operand, followed by ∂self/∂operand: one tuple, so that a node takes little memory
    label: str

    def __init__(self, data: Number, label: str = "") -> None:
        self.data = data if type(data) is float else _checked_number(data)
        self.grad = 0.0
        self.op = ""
        self.recorded = ()
        self.label = label

    @property
    def is_leaf(self) -> bool:
        """Tell whether this number was given rather than computed."""
        return not self.recorded

    @property
    def operands(self) -> tuple[Value, ...]:
        """List the Values it was made from, in order."""
        return self.recorded[::2]

    @property
    def local_derivatives(self) -> tuple[float, ...]:
        """List ∂self/∂operand for each operand."""
        return self.recorded[1::2]

    # --- arithmetic: compute the number, and record how it depends on each operand -----------------------------------

    def __add__(self, other: Operand) -> Value:
        other = other if isinstance(other, Value) else Constant(other)
        return _record(self.data + other.data, "+", (self, 1.0, other, 1.0))

    def __sub__(self, other: Operand) -> Value:
        other = other if isinstance(other, Value) else Constant(other)
        return _record(self.data - other.data, "-", (self, 1.0, other, -1.0))

    def __mul__(self, other: Operand) -> Value:
        other = other if isinstance(other, Value) else Constant(other)
        return _record(self.data * other.data, "*", (self, other.data, other, self.data))

    def __truediv__(self, other: Operand) -> Value:
        other = other if isinstance(other, Value) else Constant(other)
        if other.data == 0.0:
            raise ZeroDivisionError(f"({_named(self)}) / ({_named(other)}): division by zero")
        quotient = self.data / other.data
        return _record(quotient, "/", (self, 1.0 / other.data, other, -quotient / other.data))

    def __pow__(self, exponent: Operand) -> Value:
        """Raise to a power; the gradient flows to the base and, unless it is a plain number, to the exponent.

        Conventions: x**0 has derivative 0, also at 0; with respect to y, x**y has derivative 0 where x is 0 or less.

        Raises:
            ValueError: a negative base with a fractional exponent, or with one that is a Value, which needs log(base).
            ZeroDivisionError: 0 to a negative power; or a Value of 0 to one below 1, whose slope is infinite.
            OverflowError: the result, or the slope for a base that is a Value, is too large for a float.

        >>> x = Value(-3.0)
        >>> (x**2).backward()
        >>> x.grad
        -6.0
        """
        exponent = exponent if isinstance(exponent, Value) else Constant(exponent)
        x, y = self.data, exponent.data
        # x**2 of a negative x is fine: a constant exponent needs no gradient, so log(x) is not needed.
        if x < 0.0 and not (isinstance(exponent, Constant) and y % 1.0 == 0.0):
            why = "a negative base needs an exponent that is whole, and a plain number rather than a Value"
            raise ValueError(f"({_named(self)}) ** ({_named(exponent)}): {why}")
        try:
            power = x**y
        except ArithmeticError as error:
            why = "division by zero" if x == 0.0 else "too large for a float"
            raise type(error)(f"({_named(self)}) ** ({_named(exponent)}): {why}") from None
        try:
            to_base = y * x ** (y - 1.0 if y else 0.0)
        except ArithmeticError as error:
            if not isinstance(self, Constant):
                why = "the slope of this power is infinite at 0" if x == 0.0 else "its slope is too large for a float"
                raise type(error)(f"({_named(self)}) ** ({_named(exponent)}): {why}") from None
            to_base = 0.0  # a constant takes no share: nobody asks for its slope
        to_exponent = power * math.log(x if x > 0.0 else 1.0)
        return _record(power, "**", (self, to_base, exponent, to_exponent))

    def __radd__(self, other: Number) -> Value:
        if type(other) is int and other == 0:  # where sum() starts from: leave no "0 + first" in the graph
            return self
        return Constant(other) + self

    def __rsub__(self, other: Number) -> Value:
        return Constant(other) - self

    def __rmul__(self, other: Number) -> Value:
        return Constant(other) * self

    def __rtruediv__(self, other: Number) -> Value:
        return Constant(other) / self

    def __rpow__(self, base: Number) -> Value:
        return Constant(base) ** self

    def __neg__(self) -> Value:
        return _record(-self.data, "neg", (self, -1.0))

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        """Take the absolute value. Convention: its derivative at 0 is 0."""
        x = self.data
        return _record(abs(x), "abs", (self, 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0))

    # --- functions ---------------------------------------------------------------------------------------------------

    def exp(self) -> Value:
        """Return e to the power of this number. Raises OverflowError above about 709.78."""
        try:
            result = math.exp(self.data)
        except OverflowError:
            raise OverflowError(f"exp({_named(self)}): too large for a float") from None
        return _record(result, "exp", (self, result))

    def log(self) -> Value:
        """Return the natural logarithm. Raises ValueError for 0 or less."""
        if self.data <= 0.0:
            raise ValueError(f"log({_named(self)}): only numbers above 0 have a logarithm")
        return _record(math.log(self.data), "log", (self, 1.0 / self.data))

    def sqrt(self) -> Value:
        """Return the square root. Raises ValueError below 0, and ZeroDivisionError for a 0 whose slope is asked for."""
        if self.data < 0.0:
            raise ValueError(f"sqrt({_named(self)}): a negative number has no real square root")
        if self.data == 0.0 and not isinstance(self, Constant):
            raise ZeroDivisionError(f"sqrt({_named(self)}): the slope of the square root is infinite at 0")
        root = math.sqrt(self.data)
        return _record(root, "sqrt", (self, 0.5 / root if root else 0.0))

    def tanh(self) -> Value:
        """Return t, the hyperbolic tangent. Its derivative, 1 - t**2, loses digits as it nears 0 at about ±19."""
        t = math.tanh(self.data)
        return _record(t, "tanh", (self, 1.0 - t * t))

    def sigmoid(self) -> Value:
        """Return s = 1 / (1 + exp(-x)). Its derivative, s * (1 - s), loses digits as it nears 0 above about 37."""
        s = _sigmoid(self.data)
        return _record(s, "sigmoid", (self, s * (1.0 - s)))

    def relu(self) -> Value:
        """Return x where x is positive, else 0. Convention: the derivative at 0 is 0."""
        x = self.data
        return _record(0.0 if x <= 0.0 else x, "relu", (self, 1.0 if x > 0.0 else 0.0))

    def leaky_relu(self, slope: Operand = 0.01) -> Value:
        """Return x where x is positive, else slope · x. Convention: the derivative at 0 is the slope.

        The slope is an operand like any other: a plain number is a constant, a Value is learned.
        """
        slope = slope if isinstance(slope, Value) else Constant(slope)
        if self.data > 0.0:
            return _record(self.data, "leaky_relu", (self, 1.0, slope, 0.0))
        return _record(slope.data * self.data, "leaky_relu", (self, slope.data, slope, self.data))

    def softplus(self) -> Value:
        """Return log(1 + exp(x)), a relu with a smooth bend; safe for any number."""
        x = self.data
        bend = math.log1p(math.exp(-abs(x)))
        return _record((0.0 if x <= 0.0 else x) + bend, "softplus", (self, _sigmoid(x)))

    def sin(self) -> Value:
        """Return the sine of an angle in radians. Raises ValueError for an infinite angle."""
        if math.isinf(self.data):
            raise ValueError(f"sin({_named(self)}): an infinite angle has no sine")
        return _record(math.sin(self.data), "sin", (self, math.cos(self.data)))

    def cos(self) -> Value:
        """Return the cosine of an angle in radians. Raises ValueError for an infinite angle."""
        if math.isinf(self.data):
            raise ValueError(f"cos({_named(self)}): an infinite angle has no cosine")
        return _record(math.cos(self.data), "cos", (self, -math.sin(self.data)))

    # --- the chain rule ----------------------------------------------------------------------------------------------

    def backward(self, *unnamed: NoReturn, upstream: Number = 1.0, **unknown: NoReturn) -> None:
        """Backpropagate: add ∂output/∂node to the `grad` of this node and of all that it depends on (Think).

        It starts from `upstream`, ∂output/∂self: 1 for the output itself, or what a layer receives as its dout.
        Gradients accumulate over calls, so two calls double them exactly. No `data` changes, and after an error no
        `grad` either. `gradients` says the same rule more plainly; this is faster.

        Raises:
            TypeError: `upstream`, or what was assigned to a leaf's `data` or to a `grad`, is not a number.

        >>> a = Value(2.0)
        >>> b = a + a
        >>> (b + b).backward()
        >>> a.grad
        4.0
        """
        start = _checked_upstream(upstream, unnamed, unknown)
        _checked_number(self.data)  # a bad value assigned to a leaf's `data` propagates to the output
        order = topological_order(self)
        earlier = [node.grad for node in order]  # from earlier calls: set aside, and added again at the end
        try:
            for node in order:
                node.grad = 0.0
            self.grad = start
            for node in reversed(order):  # when its turn comes, all that was computed from it has passed its share back
                upstream, recorded = node.grad, node.recorded
                if len(recorded) == 4:  # two operands, as of most operations: a short cut, for speed
                    a, to_a, b, to_b = recorded
                    a.grad += upstream * to_a
                    b.grad += upstream * to_b
                elif recorded:
                    pairs = iter(recorded)
                    for operand, local in zip(pairs, pairs):
                        operand.grad += upstream * local
            for node, gradient in zip(order, earlier):
                if gradient:
                    node.grad += gradient
        except BaseException:  # a gradient that is no number, or Ctrl-C
            for node, gradient in zip(order, earlier):
                node.grad = gradient
            raise

    def zero_grad(self) -> None:
        """Set `grad` to 0 in this Value and in every Value that it depends on."""
        for node in topological_order(self):
            node.grad = 0.0

    # --- how a Value meets the rest of Python ------------------------------------------------------------------------

    def __lt__(self, other: Operand) -> bool:
        return self.data < _data_of(other)

    def __le__(self, other: Operand) -> bool:
        return self.data <= _data_of(other)

    def __gt__(self, other: Operand) -> bool:
        return self.data > _data_of(other)

    def __ge__(self, other: Operand) -> bool:
        return self.data >= _data_of(other)

    def __float__(self) -> NoReturn:
        raise TypeError(
            "a Value is not a plain number: use v.exp() and the like to stay in the graph, v.data to leave it"
        )

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __repr__(self) -> str:
        op = f", op={self.op!r}" if self.op else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}(data={self.data}, grad={self.grad}{op}{label})"


class Constant(Value):
    """A plain number in an operation, such as the 2 in `x**2`: a leaf that receives no gradient."""

    __slots__ = ()


class Input(Value):
    """A leaf that is given and not learned: a feature or a target. It has a gradient, but no update changes it.

    >>> Input(28.0, label="product") - Input(25.0, label="ideal")
    Value(data=3.0, grad=0.0, op='-')
    """

    __slots__ = ()


# --- operations on several Values ------------------------------------------------------------------------------------


def maximum(a: Operand, b: Operand) -> Value:
    """Return the larger of two numbers. Convention: a tie passes the gradient to the first."""
    a, b = _as_values((a, b))
    x, y = a.data, b.data
    # x + y is for NaN, which is neither larger nor smaller and must not get lost.
    larger = x if x >= y else y if y > x else x + y
    return _record(larger, "maximum", (a, 1.0, b, 0.0) if x >= y else (a, 0.0, b, 1.0))


def minimum(a: Operand, b: Operand) -> Value:
    """Return the smaller of two numbers. Convention: a tie passes the gradient to the first."""
    a, b = _as_values((a, b))
    x, y = a.data, b.data
    smaller = x if x <= y else y if y < x else x + y
    return _record(smaller, "minimum", (a, 1.0, b, 0.0) if x <= y else (a, 0.0, b, 1.0))


def total(values: Iterable[Operand]) -> Value:
    """Sum one or more Values as a single Σ node, in the order of a plain loop.

    >>> total([Value(1.0), Value(2.0), Value(4.0)])
    Value(data=7.0, grad=0.0, op='total')
    """
    operands = _as_values(values)
    if not operands:
        raise ValueError("total() needs at least one value, got none")
    result = 0.0
    for value in operands:  # not sum(): from Python 3.12 on it rounds differently
        result += value.data
    return _record(result, "total", tuple(item for value in operands for item in (value, 1.0)))


def weighted_sum(weights: Iterable[Operand], inputs: Iterable[Operand], bias: Operand) -> Value:
    """Compute w1·x1 + w2·x2 + … + b as a single node: a neuron's pre-activation.

    Its operands are w1, x1, w2, x2, …, b; the shares passed to them are the dW, dx and db of a neuron.

    Raises:
        ValueError: there are not as many inputs as weights, or none at all.

    >>> weighted_sum([Value(2.0), Value(3.0)], [Value(10.0), Value(100.0)], Value(1.0)).local_derivatives
    (10.0, 2.0, 100.0, 3.0, 1.0)
    """
    weights, inputs = _listed(weights), _listed(inputs)
    if len(weights) != len(inputs) or not weights:
        raise ValueError(
            f"weighted_sum() needs one input for each weight: {len(weights)} weights, {len(inputs)} inputs"
        )
    result = 0.0
    recorded: list[Value | float] = []
    for w, x in zip(weights, inputs):
        w = w if isinstance(w, Value) else Constant(w)
        x = x if isinstance(x, Value) else Constant(x)
        result += w.data * x.data
        recorded += (w, x.data, x, w.data)
    bias = bias if isinstance(bias, Value) else Constant(bias)
    return _record(result + bias.data, "weighted_sum", (*recorded, bias, 1.0))


# --- walking the graph -----------------------------------------------------------------------------------------------


def topological_order(output: Value) -> list[Value]:
    """List `output` and every Value that it depends on, each once, operands before results.

    The order is a depth-first one, first operand first, so it is the same on every run. Graphs of any depth work.

    >>> a, b = Value(1.0, label="a"), Value(2.0, label="b")
    >>> [node.label or node.op for node in topological_order((a + b) * b)]
    ['a', 'b', '+', '*']
    """
    if not isinstance(output, Value):
        raise TypeError(f"expected a Value, the end of a graph, got {type(output).__name__}")
    order: list[Value] = []
    seen: set[Value] = set()
    # A stack; a None above a node means that its operands have already been pushed.
    waiting: list[Any] = [output]
    while waiting:
        node = waiting.pop()
        if node is None:
            order.append(waiting.pop())
        elif node not in seen:
            seen.add(node)
            recorded = node.recorded
            if len(recorded) == 4:  # two operands, as of most operations: a short cut, for speed
                waiting += (node, None, recorded[2], recorded[0])
            elif recorded:
                waiting += (node, None)
                waiting += recorded[-2::-2]  # its operands, the first at the end
            else:
                order.append(node)
    return order


def gradients(output: Value) -> dict[Value, float]:
    """Return ∂output/∂node for all that `output` depends on, in reverse topological order; change nothing.

    A node waits until every node computed from it has passed its share back; only then is its gradient complete, and
    only then is it passed on. A share is one term of an operand's gradient: upstream gradient × local derivative.
    """
    upstream = dict.fromkeys(reversed(topological_order(output)), 0.0)
    upstream[output] = 1.0
    for node, arriving in upstream.items():
        pairs = iter(node.recorded)
        for operand, local in zip(pairs, pairs):  # two at a time: each operand, and the local derivative behind it
            upstream[operand] += arriving * local
    return upstream


# --- helpers ---------------------------------------------------------------------------------------------------------


def _record(data: float, op: str, recorded: tuple[Any, ...]) -> Value:
    """Record the node of an operation. Its numbers are valid already, so `__init__` is bypassed."""
    node = Value.__new__(Value)
    node.data = data
    node.grad = 0.0
    node.op = op
    node.recorded = recorded
    node.label = ""
    return node


def _checked_number(data: Number) -> float:
    kind = type(data).__name__
    # By name, since NumPy's bool and complex are not Python's. Anything with a length (text, an array) is not a single
    # number.
    if kind.startswith(("bool", "complex")) or hasattr(data, "__len__") or not hasattr(type(data), "__float__"):
        advice = "; compute with its numbers one by one" if hasattr(data, "shape") and hasattr(data, "__len__") else ""
        raise TypeError(f"expected a number (int or float), got {kind}: {_shown(data)}{advice}")
    try:
        number = float(data)
    except ValueError:  # a signalling NaN of Decimal
        raise TypeError(f"expected a number (int or float), got {kind}: {_shown(data)}") from None
    except OverflowError:
        number = math.inf
    if math.isinf(number) and data != number:
        raise OverflowError(f"expected a number that fits a float, got {kind} of about 10**308 or more")
    return number


def _checked_upstream(upstream: Number, *others: object) -> float:
    if any(others):
        raise TypeError("backward() takes upstream=… only; for derivatives as Values, use microgrid.differentiate")
    return _checked_number(upstream)


def _shown(data: object) -> str:
    shown = _on_one_line(repr(data))  # an array takes several
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _data_of(operand: Operand) -> float:
    return operand.data if isinstance(operand, Value) else _checked_number(operand)


def _as_values(numbers: Iterable[Operand]) -> list[Value]:
    return [number if isinstance(number, Value) else Constant(number) for number in _listed(numbers)]


def _listed(numbers: Iterable[Operand]) -> list[Operand]:
    if not hasattr(numbers, "__iter__") or isinstance(numbers, (set, frozenset)):  # a set has no order
        raise TypeError(f"expected a list of numbers or Values, got {type(numbers).__name__}")
    return list(numbers)


def _named(value: Value) -> str:
    label = _on_one_line(str(value.label or ""))[:40]
    return f"{label} = {value.data}" if label else f"{value.data}"


def _on_one_line(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _sigmoid(x: float) -> float:
    small = math.exp(-abs(x))  # never overflows
    return (1.0 if x >= 0.0 else small) / (1.0 + small)
