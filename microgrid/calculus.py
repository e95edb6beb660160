"""Derivatives as Values: built by the chain rule from the table of operations, so they have derivatives of their own.

`backward()` leaves numbers; `differentiate` returns Values, which can be drawn, walked, compiled and differentiated
again. Each slope is built from its formula in `microgrid.graph.operations`; `microgrid.graph.algebra` simplifies it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from microgrid._util.validation import as_list, quoted
from microgrid.engine import Constant, Value, topological_order
from microgrid.graph.algebra import ONE, RELATIVE_TOLERANCE, Algebra
from microgrid.graph.operations import OPERATIONS, check_operands
from microgrid.language.numerals import EXPONENTS, RAISED, SUPERSCRIPTS

A_NAME = r"[\w.\[\]]+"  # a label that needs no parentheses, such as layers[0].w


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

    The result holds the slope of relu and its like as the number that it is here, such as 1. Where it is computed at
    numbers on the other side of the kink, as by `compile_graph`, that is wrong: differentiate there anew.

    Args:
        output: the end of a graph, such as a loss, or a derivative.
        with_respect_to: a Value that is no Constant, usually a leaf; or a list of them.

    Raises:
        TypeError: `output` is not a Value, or what it is differentiated by is none, or a Constant, which never changes.
        ValueError: an operation of your own has no formula, or a leaf was changed after the graph was recorded.
        ArithmeticError: there is no derivative, as of sqrt(x) at 0, or it has no slope there, as 1.5 · x**0.5 has none
            at 0, or a power in it is too large for a float. (A product that is too large is inf, as in any graph.)

    >>> x = Value(2.0, label="x")
    >>> y = x**4 - 2 * x**2
    >>> y.label = "y"
    >>> slope = differentiate(y, x)
    >>> slope  # 4x³ − 4x
    Value(data=24.0, grad=0.0, op='-', label='dy/dx')
    >>> differentiate(slope, x)  # 12x² − 4
    Value(data=44.0, grad=0.0, op='-', label='d²y/dx²')
    """
    values = [with_respect_to] if isinstance(with_respect_to, Value) else _listed(with_respect_to)
    for value in values:
        if not isinstance(value, Value) or isinstance(value, Constant):
            raise TypeError(f"expected a Value to differentiate by, which may change, got {quoted(value)}")
    derivatives = _derivatives(output, values)
    uses, known = Counter(derivatives), {*values, *topological_order(output)}
    for value, derivative in zip(values, derivatives, strict=True):
        if derivative not in known and uses[derivative] == 1:
            derivative.label = derivative_label(output.label, value.label)
    return derivatives[0] if isinstance(with_respect_to, Value) else derivatives


def _listed(values: Iterable[Value]) -> list[Value]:
    try:
        return as_list("with_respect_to", values)
    except TypeError:
        advice = "; give its parameters()" if hasattr(values, "parameters") else ""
        raise TypeError(
            f"expected a Value to differentiate by, or a list of Values, got {quoted(values)}{advice}"
        ) from None


def derivative_label(output: str, value: str) -> str:
    """Return the label of a derivative, "" if one of the two has none.

    >>> derivative_label("y", "x"), derivative_label("dy/dx", "x"), derivative_label("dy/dx", "w")
    ('dy/dx', 'd²y/dx²', 'd(dy/dx)/dw')
    """
    if not output or not value:
        return ""
    output_name, value = (name if re.fullmatch(A_NAME, name) else f"({name})" for name in (output, value))
    repeated = re.fullmatch(rf"d([{SUPERSCRIPTS}]*)(.+)/d{re.escape(value)}\1", output)
    if not repeated:
        return f"d{output_name}/d{value}"
    exponent = str(1 + int(repeated[1].translate(RAISED) or 1)).translate(EXPONENTS)
    return f"d{exponent}{repeated[2]}/d{value}{exponent}"


def _derivatives(output: Value, values: Sequence[Value]) -> list[Value]:
    """Apply the chain rule, as `backward()` does, with Values in place of numbers."""
    order = topological_order(output)
    moving = set(values)  # what depends on one of the values
    for node in order:
        if not moving.isdisjoint(node.operands):
            moving.add(node)

    algebra = Algebra(order, values)
    shares: dict[Value, list[Value]] = {node: [] for node in (*values, *order)}
    shares[output].append(ONE)
    for node in reversed(order):
        upstream = algebra.sum_of(shares[node][::-1])
        if node.is_leaf or node not in moving or (isinstance(upstream, Constant) and not upstream.data):
            continue
        for (operand, formula, terms), recorded in zip(_slopes(node), node.local_derivatives, strict=True):
            if operand in moving:
                slope = algebra.build(formula, terms)
                if not (math.isclose(slope.data, recorded, rel_tol=RELATIVE_TOLERANCE) or math.isnan(slope.data)):
                    raise ValueError("a leaf was changed after this graph was recorded; compute it again")
                shares[operand].append(algebra.product(upstream, slope))
    return [algebra.sum_of(shares[value][::-1]) for value in values]


def _slopes(node: Value) -> Iterator[tuple[Value, str, dict[str, Value]]]:
    """Yield each operand with the formula of ∂node/∂operand and what its names stand for."""
    check_operands(node.op, len(node.operands))
    operation = OPERATIONS[node.op]
    for group in operation.groups(node.operands):
        terms = dict(zip(operation.operands, group, strict=True)) | {"out": node}
        for operand, formula in zip(group, operation.differentiable or operation.local_derivatives, strict=True):
            yield operand, formula, terms
    if operation.last:
        yield node.operands[-1], "1", {}
