"""Derivatives as Values: built by the chain rule from the table of operations, so they have derivatives of their own.

`backward()` leaves numbers; `differentiate` returns Values, which can be drawn, walked, compiled and differentiated
again. Each slope is built from its formula in `microgrid.graph.operations`, and simplified as one does on paper: no
product with 1, no sum with 0, one number in front of a product, like terms gathered, nothing computed twice.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import overload

from microgrid._util.validation import as_list, quoted
from microgrid.engine import Constant, Value, topological_order, total
from microgrid.graph.operations import OPERATIONS, check_operands, evaluate, function_of
from microgrid.language.numerals import SUPERSCRIPTS

SLOPE_TOLERANCE = 1e-9  # the most by which a slope may differ from the recorded one, relative to it
MAX_FACTOR = 2.0**500  # what is larger, or smaller than its inverse, stays in its product: two of them might overflow
ONE = Constant(1.0)  # what is left of a number beside its factor

SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
RECORDERS: dict[str, Callable[..., Value]] = {  # the operations that are not written as a method, like x.exp()
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "neg": operator.neg, "abs": abs, "total": lambda *terms: total(terms),
}  # fmt: skip


@overload
def differentiate(output: Value, with_respect_to: Value) -> Value: ...
@overload
def differentiate(output: Value, with_respect_to: Iterable[Value]) -> list[Value]: ...
def differentiate(output: Value, with_respect_to: Value | Iterable[Value]) -> Value | list[Value]:
    """Return the derivative of `output` with respect to a value as a Value; for a list of values, a list.

    The result is a graph on the same leaves: draw it, walk it with `Relay`, compile it, or differentiate it again, to
    any order. It is a `Constant` where it does not change: 0 where `output` does not depend on the value. Where output
    and value have labels, a new result is labelled dy/dx or d²y/dx², unless several values share it. No `grad` changes.

    Conventions: at a kink, the first derivative is that of `backward()`. The second derivative of relu, leaky_relu,
    abs, maximum and minimum is 0 everywhere, also at the kink. x**0 has derivative 0, also at 0.

    Args:
        output: the end of a graph, such as a loss, or a derivative.
        with_respect_to: a Value that is no Constant, usually a leaf; or a list of them.

    Raises:
        TypeError: `output` is not a Value, or what it is differentiated by is none, or a Constant, which never changes.
        ValueError: an operation of your own has no formula, or a leaf was changed after the graph was recorded.
        ArithmeticError: a derivative is too large for a float, or has no slope there, as 1.5 · x**0.5 has none at 0.

    >>> x = Value(2.0, label="x")
    >>> y = x**4 - 2 * x**2
    >>> y.label = "y"
    >>> slope = differentiate(y, x)
    >>> slope  # 4x³ − 4x
    Value(data=24.0, grad=0.0, op='-', label='dy/dx')
    >>> differentiate(slope, x)  # 12x² − 4
    Value(data=44.0, grad=0.0, op='-', label='d²y/dx²')
    """
    values = [with_respect_to] if isinstance(with_respect_to, Value) else as_list("with_respect_to", with_respect_to)
    for value in values:
        if not isinstance(value, Value) or isinstance(value, Constant):
            raise TypeError(f"expected a Value to differentiate by, which may change, got {quoted(value)}")
    derivatives = _derivatives(output, values)
    uses, known = Counter(derivatives), {*values, *topological_order(output)}
    for value, derivative in zip(values, derivatives, strict=True):
        if derivative not in known and uses[derivative] == 1:
            derivative.label = derivative_label(output.label, value.label)
    return derivatives[0] if isinstance(with_respect_to, Value) else derivatives


def derivative_label(output: str, value: str) -> str:
    """Return the label of a derivative, "" if one of the two has none.

    >>> derivative_label("y", "x"), derivative_label("dy/dx", "x"), derivative_label("dy/dx", "w")
    ('dy/dx', 'd²y/dx²', 'd(dy/dx)/dw')
    """
    if not output or not value:
        return ""
    repeated = re.fullmatch(rf"d([{SUPERSCRIPTS}]*)(.+)/d{re.escape(value)}\1", output)
    if not repeated:
        return f"d({output})/d{value}" if "/" in output else f"d{output}/d{value}"
    times = 1 + int(repeated[1].translate(str.maketrans(SUPERSCRIPTS, "0123456789")) or 1)
    exponent = "".join(SUPERSCRIPTS[int(digit)] for digit in str(times))
    return f"d{exponent}{repeated[2]}/d{value}{exponent}"


def _derivatives(output: Value, values: Sequence[Value]) -> list[Value]:
    """Apply the chain rule, as `backward()` does, with Values in place of numbers."""
    order = topological_order(output)
    moving = set(values)  # what depends on one of the values
    for node in order:
        if not moving.isdisjoint(node.operands):
            moving.add(node)

    algebra = _Algebra(order)
    shares: dict[Value, list[Value]] = {node: [] for node in (*values, *order)}
    shares[output].append(ONE)
    for node in reversed(order):
        upstream = algebra.sum_of(shares[node][::-1])
        if node.is_leaf or node not in moving or (isinstance(upstream, Constant) and not upstream.data):
            continue
        for (operand, formula, terms), recorded in zip(_slopes(node), node.local_derivatives, strict=True):
            if operand in moving:
                slope = algebra.build(formula, terms)
                if not (math.isclose(slope.data, recorded, rel_tol=SLOPE_TOLERANCE) or math.isnan(recorded)):
                    raise ValueError("a leaf was changed after this graph was recorded; compute it again")
                shares[operand].append(algebra.product(upstream, slope))
    return [algebra.sum_of(shares[value][::-1]) for value in values]


def _slopes(node: Value) -> Iterator[tuple[Value, ast.expr, dict[str, Value]]]:
    """Yield each operand with the formula of ∂node/∂operand and what its names stand for."""
    check_operands(node.op, len(node.operands))
    operation = OPERATIONS[node.op]
    for group in operation.groups(node.operands):
        terms = dict(zip(operation.operands, group, strict=True)) | {"out": node}
        for operand, formula in zip(group, operation.differentiable or operation.local_derivatives, strict=True):
            yield operand, _parsed(formula), terms
    if operation.last:
        yield node.operands[-1], _parsed("1"), {}


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


class _Algebra:
    """Builds terms, simplified; what the graph has computed already is used again."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.known: dict[object, Value] = {}
        for node in order:
            self.known.setdefault(_key(node.op, node.operands), node)

    def build(self, formula: ast.expr, terms: Mapping[str, Value]) -> Value:
        """Build what a formula of the table describes; where() builds one of its branches only."""
        match formula:
            case ast.Constant(value=number):
                return Constant(float(str(number)))
            case ast.Name(id=name):
                return terms[name]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self.product(Constant(-1.0), self.build(inner, terms))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                return self.combine(SIGNS[type(sign)], self.build(left, terms), self.build(right, terms))
            case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
                holds = function_of(ast.unparse(condition), tuple(terms))(*(term.data for term in terms.values()))
                return self.build(yes if holds else no, terms)
            case ast.Call(func=ast.Name(id="log1p"), args=[inner]):
                return self.result("log", self.sum_of([ONE, self.build(inner, terms)]))
            case ast.Call(func=ast.Name(id=function), args=[inner]):
                return self.result(function, self.build(inner, terms))
        raise ValueError(f"no derivative can be built of {ast.unparse(formula)}, which is not written as in OPERATIONS")

    def combine(self, sign: str, a: Value, b: Value) -> Value:
        """Combine two terms by + - * / or **."""
        if sign in "+-":
            return self.sum_of([a, b if sign == "+" else self.product(Constant(-1.0), b)])
        if sign == "*":
            return self.product(a, b)
        if isinstance(b, Constant) and b.data in (0.0, 1.0):
            return a if b.data else ONE
        factor, rest = (1.0, a) if sign == "**" or isinstance(a, Constant) else _split(a)
        return self.times(factor, self.result(sign, rest, b))

    def product(self, a: Value, b: Value) -> Value:
        """Multiply two terms; their factors are gathered in front: 4 times 3·x² is 12·x²."""
        (m, rest_a), (n, rest_b) = _split(a), _split(b)
        rest = rest_b if rest_a is ONE else rest_a if rest_b is ONE else self.result("*", rest_a, rest_b)
        return self.times(m * n, rest)

    def sum_of(self, terms: Sequence[Value]) -> Value:
        """Add terms; like ones are gathered: x + x is 2·x."""
        factors: dict[Value, float] = {}
        for factor, rest in map(_split, terms):
            factors[rest] = factors.get(rest, 0.0) + factor
        gathered = [self.times(factor, rest) for rest, factor in factors.items() if factor]
        if len(gathered) < 2:
            return gathered[0] if gathered else Constant(0.0)
        if len(gathered) > 2:
            return self.result("total", *gathered)
        a, b = sorted(gathered, key=lambda term: _split(term)[0] < 0.0)  # b − a rather than −a + b
        factor, rest = _split(b)
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


def _key(op: str, operands: Iterable[Value]) -> object:
    """Return what results that are the same have in common; a + b is b + a."""
    terms = [operand.data if isinstance(operand, Constant) else operand for operand in operands]
    return op, (frozenset if op in ("+", "*") else tuple)(terms)


def _split(term: Value) -> tuple[float, Value]:
    """Split a term into its factor and the rest: 3·x² into 3 and x². What has a label stays whole."""
    if isinstance(term, Constant):
        return term.data, ONE
    if term.op == "neg" and not term.label:
        return -1.0, term.operands[0]
    if term.op == "*" and not term.label:
        for number, rest in (term.operands, term.operands[::-1]):
            if isinstance(number, Constant) and 1.0 / MAX_FACTOR < abs(number.data) < MAX_FACTOR:
                return number.data, rest
    return 1.0, term
