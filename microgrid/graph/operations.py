"""The table of operations: the symbol, formula and local derivatives of each.

Explanations, compiled code and the page's JavaScript all read this table, so they cannot disagree. The methods of
`Value` are written out by hand for people to read; a test proves that both give the same numbers, bit for bit.

A formula is written in what Python and JavaScript share: `+ - * / **`, comparisons, parentheses, and the functions of
`FUNCTIONS`. `out` stands for the value of the operation itself. `where(c, x, y)` evaluates both branches, so neither
may fail: that is why sigmoid and softplus are written with `exp(-abs(a))`, which cannot overflow.

>>> OPERATIONS["*"].value, OPERATIONS["*"].local_derivatives
('a * b', ('b', 'a'))
>>> evaluate("*", (2.0, -3.0))
-6.0
>>> local_derivatives("*", (2.0, -3.0), out=-6.0)
(-3.0, 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from microgrid._util.text import printable
from microgrid._util.validation import quoted
from microgrid.language.numerals import counted
from microgrid.language.words import words

T = TypeVar("T")


@dataclass(frozen=True)
class Operation:
    """One operation: its symbol, its formula, and its local derivatives.

    A user-defined operation is drawn and described without one; with an entry in `OPERATIONS`, it is computed, too.

    Attributes:
        symbol: how it is written in a picture.
        operands: the names that the formulas give to the operands.
        value: the formula of the result.
        local_derivatives: for each operand, the formula of ∂result/∂operand.
        shown, slopes: `value` and `local_derivatives` as people write them, with the operands in braces. A slope that
            is defined by cases is empty here; the table of each language describes it in words.
        summed: if true, there may be any number of operands: `operands` names one group of them, `value` is one term,
            and the result is the sum of the terms, added from 0 in order.
        last: of a summed operation, the name of one more operand that is added at the end; "" if there is none.
        kink: where its slopes change at once: "zero" if at 0 of the first operand, "tie" if where the two operands are
            equal; "" if nowhere.
        differentiable: `local_derivatives` in a form that `differentiate` can differentiate again, which may call any
            function of the engine; empty if they have that form already.
    """

    symbol: str
    operands: tuple[str, ...]
    value: str
    local_derivatives: tuple[str, ...]
    shown: str
    slopes: tuple[str, ...]
    summed: bool = False
    last: str = ""
    kink: str = ""
    differentiable: tuple[str, ...] = ()

    def side_of_kink(self, operands: Sequence[float]) -> int | None:
        """Tell on which side of its kink it is: -1, 1, or 0 at the kink itself; None if it has none."""
        if not self.kink:
            return None
        a, b = operands[0], operands[1] if self.kink == "tie" else 0.0
        return (a > b) - (a < b)

    def groups(self, operands: Sequence[T]) -> list[Sequence[T]]:
        """Split the operands of a sum into those of each term; the operand `last` belongs to none."""
        size = len(self.operands)
        return [operands[start : start + size] for start in range(0, len(operands) - bool(self.last), size)]


class _Table(dict[str, Operation]):
    """The operations by name; the error about a missing one says what to do."""

    def __missing__(self, op: str) -> Operation:
        raise ValueError(
            f"microgrid has no formula for the operation {quoted(op)}, and needs one to compute it at other numbers or "
            f"to differentiate it; add it as microgrid.graph.OPERATIONS[{quoted(op)}], a microgrid.graph.Operation "
            "like that of 'tanh'"
        )


_SIGMOID = "where(a >= 0, 1, exp(-abs(a))) / (1 + exp(-abs(a)))"

# Symbol, operands, value and local derivatives; then the formulas as people write them.
OPERATIONS: dict[str, Operation] = _Table({
    "+": Operation("+", ("a", "b"), "a + b", ("1", "1"), "{a} + {b}", ("1", "1")),
    "-": Operation("−", ("a", "b"), "a - b", ("1", "-1"), "{a} − {b}", ("1", "−1")),
    "*": Operation("×", ("a", "b"), "a * b", ("b", "a"), "{a} × {b}", ("{b}", "{a}")),
    "/": Operation("÷", ("a", "b"), "a / b", ("1 / b", "-out / b"),
        "{a} ÷ {b}", ("1 ÷ {b}", "−{out} ÷ {b}")),
    # where(): x**0 must not try 0 ** -1, nor the exponent's derivative the logarithm of 0 or less. That is 0 there
    # by convention: a negative base has a constant exponent only, which takes no responsibility.
    "**": Operation("( )ʸ", ("a", "b"), "a ** b", ("b * a ** where(b == 0, 0, b - 1)", "out * log(where(a > 0, a, 1))"),
        "{a}^{b}", ("{b} × {a}^({b} − 1)", "{out} × log({a})"),
        # Where b is 0, the slope b * a**(b - 1) is 0, but its own slope by b is 1 / a.
        differentiable=("where(a == b == 0, 0, b * a ** (b - 1))", "out * log(where(a > 0, a, 1))")),
    "neg": Operation("−( )", ("a",), "-a", ("-1",), "−{a}", ("−1",)),
    "abs": Operation("|( )|", ("a",), "abs(a)", ("where(a > 0, 1, where(a < 0, -1, 0))",),
        "|{a}|", ("",), kink="zero"),
    "exp": Operation("exp", ("a",), "exp(a)", ("out",), "exp({a})", ("{out}",)),
    "log": Operation("log", ("a",), "log(a)", ("1 / a",), "log({a})", ("1 ÷ {a}",)),
    "sqrt": Operation("√( )", ("a",), "sqrt(a)", ("0.5 / out",), "√{a}", ("0.5 ÷ {out}",)),
    "tanh": Operation("tanh", ("a",), "tanh(a)", ("1 - out * out",),
        "tanh({a})", ("1 − {out}²",)),
    "sigmoid": Operation("sigmoid", ("a",), _SIGMOID, ("out * (1 - out)",),
        "sigmoid({a})", ("{out} × (1 − {out})",)),
    "relu": Operation("relu", ("a",), "where(a <= 0, 0, a)", ("where(a > 0, 1, 0)",),
        "relu({a})", ("",), kink="zero"),
    "leaky_relu": Operation("leaky relu", ("a", "b"), "where(a > 0, a, b * a)",
        ("where(a > 0, 1, b)", "where(a > 0, 0, a)"),
        "leaky_relu({a}, {b})", ("", ""), kink="zero"),
    "softplus": Operation("softplus", ("a",), "where(a <= 0, 0, a) + log1p(exp(-abs(a)))", (_SIGMOID,),
        "softplus({a})", ("sigmoid({a})",), differentiable=("sigmoid(a)",)),  # abs(a) would have no slope at 0
    "sin": Operation("sin", ("a",), "sin(a)", ("cos(a)",), "sin({a})", ("cos({a})",)),
    "cos": Operation("cos", ("a",), "cos(a)", ("-sin(a)",), "cos({a})", ("−sin({a})",)),
    "maximum": Operation("max", ("a", "b"), "where(a >= b, a, where(b > a, b, a + b))",
        ("where(a >= b, 1, 0)", "where(a >= b, 0, 1)"),
        "max({a}, {b})", ("", ""), kink="tie"),
    "minimum": Operation("min", ("a", "b"), "where(a <= b, a, where(b < a, b, a + b))",
        ("where(a <= b, 1, 0)", "where(a <= b, 0, 1)"),
        "min({a}, {b})", ("", ""), kink="tie"),
    "total": Operation("Σ", ("a",), "a", ("1",), "{a}", ("1",), summed=True),
    "weighted_sum": Operation("Σ w·x + b", ("w", "x"), "w * x", ("x", "w"),
        "{w} × {x}", ("{x}", "{w}"), summed=True, last="b"),
})  # fmt: skip

FUNCTIONS: dict[str, Callable[..., float]] = {
    name: getattr(math, name) for name in ("exp", "log", "log1p", "sqrt", "tanh", "sin", "cos")
} | {"abs": abs, "where": lambda condition, x, y: x if condition else y}


def as_written(op: str, n_operands: int) -> Operation:
    """Return how an operation is written; one that is not in the table is written as a function of its name.

    >>> as_written("+", 2).shown, as_written("cube", 1).shown
    ('{a} + {b}', 'cube({a})')
    """
    if op in OPERATIONS:
        return OPERATIONS[op]
    name = printable(op).translate(str.maketrans("{}", "()"))
    operands = tuple(f"a{i}" if i else "a" for i in range(n_operands))
    shown = f"{name}({', '.join(f'{{{operand}}}' for operand in operands)})"
    return Operation(name, operands, "", ("",) * n_operands, shown, ("",) * n_operands)


def name_of(op: str, language: str = "en") -> str:
    """Return what an operation is called.

    >>> name_of("*"), name_of("*", "ja")
    ('product', '積')
    """
    return words(language).get(f"op.{op}", printable(op))


def evaluate(op: str, operands: Sequence[float]) -> float:
    """Compute the value of operation `op` from the numbers of its operands.

    Raises:
        ArithmeticError, ValueError: the operation has no value there (division by 0, log of 0 or less, overflow …).
    """
    operation = OPERATIONS[op]
    compute = function_of(operation.value, operation.operands)
    if not operation.summed:
        numbers = ", ".join(map(str, operands))
        try:
            result = compute(*operands)
        except (ArithmeticError, ValueError) as error:
            raise type(error)(f"{name_of(op)} has no value at {numbers}") from None
        # A negative number has no power that is not whole: a fraction of it is complex, and Python's (-1) ** inf is 1.
        if isinstance(result, complex) or (op == "**" and operands[0] < 0.0 and operands[1] % 1.0 != 0.0):
            raise ValueError(f"{name_of(op)} has no value at {numbers}")
        return float(result)
    result = 0.0
    for group in operation.groups(operands):
        result += compute(*group)
    return result + operands[-1] if operation.last else result


def accepts(op: str, n_operands: int) -> bool:
    """Tell whether an operation of this name exists and takes this number of operands."""
    operation = OPERATIONS.get(op)
    if operation is None:
        return False
    size = len(operation.operands)
    if not operation.summed:
        return n_operands == size
    rest = n_operands - bool(operation.last)
    return rest > 0 and rest % size == 0


def check_formula(op: str) -> None:
    """Check that there is a formula to compute this operation at other numbers.

    Raises:
        ValueError: there is none; it says what to do.
    """
    OPERATIONS[op]


def check_operands(op: str, n_operands: int) -> None:
    """Check that an operation that has the name of one in the table takes as many operands.

    Raises:
        ValueError: it does not, so it is another one.
    """
    if op in OPERATIONS and not accepts(op, n_operands):
        raise ValueError(
            f"the operation {quoted(op)} of microgrid does not take {counted(n_operands, 'operand')}; "
            "give an operation of your own another name"
        )


def local_derivatives(
    op: str, operands: Sequence[float], out: float, constants: Sequence[bool] = ()
) -> tuple[float, ...]:
    """Compute ∂result/∂operand for each operand of operation `op`, whose value is `out`.

    Args:
        op: the operation.
        operands: their numbers.
        out: the result.
        constants: which operands are constants; their slopes need not exist, and are 0 where they do not.

    Raises:
        ArithmeticError, ValueError: a slope does not exist (√ at 0 …).
    """
    operation = OPERATIONS[op]
    names = (*operation.operands, "out")
    compute = [function_of(text, names) for text in operation.local_derivatives]
    derivatives = []
    for group in operation.groups(operands):
        for derivative in compute:
            try:
                derivatives.append(float(derivative(*group, out)))
            except ArithmeticError:
                if not any(constants[len(derivatives) : len(derivatives) + 1]):
                    raise
                derivatives.append(0.0)
    return (*derivatives, 1.0) if operation.last else tuple(derivatives)


@cache
def function_of(formula: str, names: tuple[str, ...]) -> Callable[..., float]:
    """Compile a formula of the table to a Python function of these names; never call this with other text."""
    function: Callable[..., float] = eval(f"lambda {', '.join(names)}: {formula}", dict(FUNCTIONS))
    return function
