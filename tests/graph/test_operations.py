"""The tests of the table tested: every formula is broken in every small way, and held against the engine.

Mutation testing changes what stands in functions (see README.md); the formulas stand in strings, so it is done here.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Iterator

import pytest

from microgrid import Value
from microgrid.graph.operations import FUNCTIONS, OPERATIONS, evaluate
from tests.graphs import record

NUMBERS = (0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 3.0, -2.5, math.nan)
ERRORS = (ArithmeticError, ValueError, TypeError)

OTHER: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
}

BELOW_0_OR_AT_0 = "where(a > 0, 1, exp(-abs(a))) / (1 + exp(-abs(a)))"  # at 0 both branches are 1
UNNOTICED = {  # by operation: what changes no number that the engine can have
    "sigmoid": {BELOW_0_OR_AT_0},
    "softplus": {BELOW_0_OR_AT_0, "where(a < 0, 0, a) + log1p(exp(-abs(a)))"},  # −0 + log 2 is log 2
    # A tie is taken before; and of NaN, the sum is as good as the difference.
    "maximum": {"where(a >= b, a, where(b >= a, b, a + b))", "where(a >= b, a, where(b > a, b, a - b))"},
    "minimum": {"where(a <= b, a, where(b <= a, b, a + b))", "where(a <= b, a, where(b < a, b, a - b))"},
}


class Breaker(ast.NodeTransformer):
    """Breaks the formula in its nth place, and leaves the others as they are."""

    def __init__(self, place: int) -> None:
        self.place, self.seen = place, 0

    def here(self) -> bool:
        self.seen += 1
        return self.seen - 1 == self.place

    def visit(self, node: ast.AST) -> ast.AST:
        node = self.generic_visit(node)
        for other in OTHER.get(type(node), ()):
            if self.here():
                return other()
        if isinstance(node, ast.Constant) and self.here():
            return ast.Constant(node.value + 1)  # type: ignore[operator]
        if isinstance(node, ast.UnaryOp) and self.here():
            return node.operand
        if isinstance(node, ast.Call):
            if len(node.args) == 1 and self.here():
                return node.args[0]  # without the function
            if len(node.args) == 3 and self.here():
                node.args[1:] = reversed(node.args[1:])
        return node


def broken(formula: str) -> Iterator[str]:
    """List a formula with one place after the other broken."""
    for place in itertools.count():
        breaker = Breaker(place)
        text = ast.unparse(breaker.visit(ast.parse(formula, mode="eval")))
        if breaker.seen <= place:
            return
        yield text


def agrees(text: str, op: str, position: int | None) -> bool:
    """Tell whether a formula gives what the engine has, wherever it has something.

    Args:
        text: of the formula.
        op: the operation.
        position: of the operand whose slope it should be; None for the value.
    """
    formula = OPERATIONS[op]
    compute = eval(f"lambda {', '.join(formula.operands)}, out: {text}", dict(FUNCTIONS))
    for numbers in itertools.product(NUMBERS, repeat=len(formula.operands)):
        try:
            node = record(op, *map(Value, numbers), *([Value(0.0)] if formula.last else []))
        except ERRORS:
            continue
        expected = node.data if position is None else node.local_derivatives[position]
        try:
            found = compute(*numbers, node.data)
        except ERRORS:
            return False
        if isinstance(found, complex):
            return False
        if position is None and formula.summed:
            found += 0.0
        if float(found).hex() != expected.hex():
            return False
    return True


def formulas_of(op: str) -> list[tuple[int | None, str]]:
    return [(None, OPERATIONS[op].value), *enumerate(OPERATIONS[op].local_derivatives)]


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_small_mistake_in_a_formula_is_noticed(op: str) -> None:
    assert all(agrees(text, op, position) for position, text in formulas_of(op))
    unnoticed = {
        mistake for position, text in formulas_of(op) for mistake in broken(text) if agrees(mistake, op, position)
    }
    assert unnoticed == UNNOTICED.get(op, set())


def test_formulas_are_broken_in_many_places() -> None:
    assert list(broken("1 - out * out")) == ["2 - out * out", "1 + out * out", "1 - out / out", "1 - (out + out)"]
    assert sum(len(list(broken(text))) for op in OPERATIONS for _, text in formulas_of(op)) > 150


@pytest.mark.parametrize("exponent", [math.inf, -math.inf, math.nan, 0.5])
def test_negative_number_has_a_whole_power_only_as_in_the_engine(exponent: float) -> None:
    with pytest.raises(ValueError, match=r"power has no value at -1\.0"):
        evaluate("**", (-1.0, exponent))
    with pytest.raises(ValueError, match="a negative base"):
        Value(-1.0) ** exponent
