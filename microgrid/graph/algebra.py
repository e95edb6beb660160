"""Build Values from the formulas of the table, simplified as one does on paper.

No product with 1, no sum with 0, one number in front of a product, like terms gathered, and nothing computed twice.

>>> x = Value(2.0)
>>> algebra = Algebra([])
>>> algebra.build("3 * a ** 2 * 4 + 0", {"a": x}).operands  # 12 · x²
(Constant(data=12.0, grad=0.0), Value(data=4.0, grad=0.0, op='**'))
>>> algebra.build("a - a", {"a": x})
Constant(data=0.0, grad=0.0)
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from microgrid.engine import Constant, Value, total
from microgrid.graph.operations import evaluate, function_of

MAX_FACTOR = 2.0**500  # what is larger, or smaller than its inverse, stays in its product: their sum might overflow
RELATIVE_TOLERANCE = 1e-9  # by which what is simplified may differ, relative to what it was
ONE = Constant(1.0)  # what is left of a number beside its factor

SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
RECORDERS: dict[str, Callable[..., Value]] = {  # the operations that are not written as a method, like x.exp()
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "neg": operator.neg, "abs": abs, "total": lambda *terms: total(terms),
}  # fmt: skip


class Algebra:
    """Builds Values, simplified; what the graph has computed already is used again.

    Args:
        order: the graph.
        variables: what stays as it is, also where it was computed: one can differentiate by it again.
    """

    def __init__(self, order: Sequence[Value], variables: Iterable[Value] = ()) -> None:
        self.variables = frozenset(variables)
        self.known: dict[object, Value] = {}
        for node in order:
            if node not in self.variables:  # what is equal to a variable by chance does not depend on it
                self.known.setdefault(_key(node.op, node.operands), node)

    def build(self, formula: str, terms: Mapping[str, Value]) -> Value:
        """Build what a formula of the table describes; where() builds one of its branches only.

        Raises:
            ValueError: the formula is not written as the table says.
        """
        return self._build(_parsed(formula), terms)

    def _build(self, formula: ast.expr, terms: Mapping[str, Value]) -> Value:
        match formula:
            case ast.Constant(value=number):
                return Constant(float(str(number)))
            case ast.Name(id=name):
                return terms[name]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self.product(Constant(-1.0), self._build(inner, terms))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                first = self._build(left, terms)
                if isinstance(sign, ast.Mult) and isinstance(first, Constant) and not first.data:
                    return first  # in 0 · a ** −1, the power need not exist
                return self.combine(SIGNS[type(sign)], first, self._build(right, terms))
            case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
                holds = function_of(ast.unparse(condition), tuple(terms))(*(term.data for term in terms.values()))
                return self._build(yes if holds else no, terms)
            case ast.Call(func=ast.Name(id="log1p"), args=[inner]):
                return self.result("log", self.sum_of([ONE, self._build(inner, terms)]))
            case ast.Call(func=ast.Name(id=function), args=[inner]):
                return self.result(function, self._build(inner, terms))
        raise ValueError(f"no derivative can be built of {ast.unparse(formula)}, which is not written as in OPERATIONS")

    def combine(self, sign: str, a: Value, b: Value) -> Value:
        """Combine two terms by + - * / or **."""
        if sign in "+-":
            return self.sum_of([a, b if sign == "+" else self.product(Constant(-1.0), b)])
        if sign == "*":
            return self.product(a, b)
        if isinstance(b, Constant) and (b.data == 1.0 or (b.data == 0.0 and sign == "**")):
            return a if b.data else ONE
        factor, rest = (1.0, a) if sign == "**" or isinstance(a, Constant) else self._split(a)
        return self.times(factor, self.result(sign, rest, b))

    def product(self, a: Value, b: Value) -> Value:
        """Multiply two terms; their factors are gathered in front: 4 times 3·x² is 12·x²."""
        (m, rest_a), (n, rest_b) = self._split(a), self._split(b)
        rest = rest_b if rest_a is ONE else rest_a if rest_b is ONE else self.result("*", rest_a, rest_b)
        product, number = self.times(m * n, rest), a.data * b.data
        if math.isclose(product.data, number, rel_tol=RELATIVE_TOLERANCE) or math.isnan(number):
            return product
        return self.result("*", a, b)  # what is left without the factors is too large or too small for a float

    def sum_of(self, terms: Sequence[Value]) -> Value:
        """Add terms; like ones are gathered: x + x is 2·x."""
        factors: dict[Value, float] = {}
        for factor, rest in map(self._split, terms):
            factors[rest] = factors.get(rest, 0.0) + factor
        gathered = [self.times(factor, rest) for rest, factor in factors.items() if factor]
        if len(gathered) < 2:
            return gathered[0] if gathered else Constant(0.0)
        if len(gathered) > 2:
            return self.result("total", *gathered)
        a, b = sorted(gathered, key=lambda term: self._split(term)[0] < 0.0)  # b − a rather than −a + b
        factor, rest = self._split(b)
        return self.result("-", a, self.times(-factor, rest)) if factor < 0.0 else self.result("+", a, b)

    def times(self, factor: float, rest: Value) -> Value:
        """Multiply what is left beside its factor by a number."""
        if isinstance(rest, Constant) or not factor:
            return Constant(factor * rest.data if factor else 0.0)
        if factor in (1.0, -1.0):
            return rest if factor > 0.0 else self.result("neg", rest)
        return self.result("*", Constant(factor), rest)

    def result(self, op: str, *operands: Value) -> Value:
        """Return the result of an operation, a Constant if its operands are; each is recorded once."""
        if all(isinstance(operand, Constant) for operand in operands):
            return Constant(evaluate(op, [operand.data for operand in operands]))
        key = _key(op, operands)
        if key not in self.known:
            record = RECORDERS[op] if op in RECORDERS else getattr(Value, op)
            self.known[key] = record(*operands)
        return self.known[key]

    def _split(self, term: Value) -> tuple[float, Value]:
        """Split a term into its factor and the rest: 3·x² into 3 and x². A variable or a label stays whole."""
        if isinstance(term, Constant):
            return term.data, ONE
        if term.label or term in self.variables:
            return 1.0, term
        if term.op == "neg":
            return -1.0, term.operands[0]
        if term.op == "*":
            for number, rest in (term.operands, term.operands[::-1]):
                if isinstance(number, Constant) and 1.0 / MAX_FACTOR < abs(number.data) < MAX_FACTOR:
                    return number.data, rest
        return 1.0, term


def _key(op: str, operands: Iterable[Value]) -> object:
    """Return what results that are the same have in common; a + b is b + a."""
    terms = [operand.data if isinstance(operand, Constant) else operand for operand in operands]
    return op, (frozenset if op in ("+", "*") else tuple)(terms)


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body
