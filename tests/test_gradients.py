"""Gradients against independent methods: the table of formulas, dual numbers and central differences."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrid import Value, check_gradients
from microgrid.engine import gradients
from microgrid.graph.operations import OPERATIONS, accepts, evaluate, local_derivatives
from tests.graphs import BINARY, UNARY, Recipe, recipes, record

ERRORS = (ArithmeticError, ValueError)
NUMBERS = st.floats(-1e3, 1e3) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-300, 700.0, -745.2])


def test_table_knows_every_operation_that_a_value_can_record() -> None:
    a, b = Value(0.5), Value(0.25)
    recorded = {record(op, a).op for op in UNARY} | {record(op, a, b).op for op in BINARY}
    recorded |= {record("total", a, b).op, record("weighted_sum", a, b, a).op}
    assert recorded == set(OPERATIONS)


@pytest.mark.parametrize("op", OPERATIONS)
@given(data=st.data())
def test_table_and_methods_agree_exactly(op: str, data: st.DataObject) -> None:
    formula = OPERATIONS[op]
    size = data.draw(st.integers(1, 4)) * len(formula.operands) if formula.summed else len(formula.operands)
    numbers = [data.draw(NUMBERS) for _ in range(size + bool(formula.last))]
    try:
        node = record(op, *map(Value, numbers))
    except ERRORS:
        assume(False)
    assert evaluate(op, numbers) == node.data
    assert local_derivatives(op, numbers, node.data) == node.local_derivatives


@given(st.floats(-100.0, 100.0), st.integers(0, 9) | st.floats(1.0, 9.0))
def test_table_and_methods_agree_exactly_on_constant_exponents(x: float, exponent: float) -> None:
    assume(x >= 0.0 or exponent % 1.0 == 0.0)
    node = Value(x) ** exponent
    assert local_derivatives("**", (x, float(exponent)), node.data) == node.local_derivatives


@pytest.mark.parametrize("op", [*UNARY, *BINARY])
@given(data=st.data())
def test_where_the_engine_refuses_the_table_has_no_finite_number_either(op: str, data: st.DataObject) -> None:
    numbers = [data.draw(NUMBERS) for _ in OPERATIONS[op].operands]
    assume(not (op == "**" and numbers[0] < 0.0))  # there a constant exponent is fine, and the table knows no constants
    try:
        record(op, *map(Value, numbers))
    except ERRORS:
        with pytest.raises((ArithmeticError, ValueError, TypeError)):  # log of a complex number is a TypeError
            local_derivatives(op, numbers, evaluate(op, numbers))


@pytest.mark.parametrize(
    ("op", "numbers", "error", "message"),
    [
        ("**", (-8.0, 0.5), ValueError, "^power has no value at -8.0, 0.5$"),
        ("/", (1.0, 0.0), ZeroDivisionError, "^quotient has no value at 1.0, 0.0$"),
        ("exp", (1e3,), OverflowError, "^exponential has no value at 1000.0$"),
    ],
)
def test_table_names_where_an_operation_has_no_value(
    op: str, numbers: tuple[float, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        evaluate(op, numbers)


def test_table_knows_how_many_operands_each_operation_takes() -> None:
    found = {op: [n for n in range(8) if accepts(op, n)] for op in ("+", "tanh", "total", "weighted_sum", "unknown")}
    assert found == {"+": [2], "tanh": [1], "total": [1, 2, 3, 4, 5, 6, 7], "weighted_sum": [3, 5, 7], "unknown": []}


@given(recipes())
def test_random_graphs_agree_with_dual_numbers(recipe: Recipe) -> None:
    output, leaves = build_or_skip(recipe)
    found = gradients(output)
    # Where two roundings part ways, they do so by a part of the largest number that went through the graph.
    size = max(1.0, *(abs(node.data) for node in found), *(abs(gradient) for gradient in found.values()))
    assume(size < 1e6)
    for i, leaf in enumerate(leaves):
        try:
            dual = recipe.with_dual(i)
        except ERRORS:
            assume(False)
        assert dual.x == pytest.approx(output.data, rel=1e-9, abs=1e-12 * size)
        assert dual.dx == pytest.approx(found.get(leaf, 0.0), rel=1e-9, abs=1e-12 * size * size)


@given(recipes(longest=6))
def test_random_graphs_agree_with_central_differences(recipe: Recipe) -> None:
    output, _ = build_or_skip(recipe)
    found = gradients(output)
    assume(max(abs(node.data) for node in found) < 1e3)
    assume(max(abs(derivative) for node in found for derivative in (0.0, *node.local_derivatives)) < 1e3)
    assume(not any(map(near_a_kink, found)))  # where cos(relu(x)) is smooth, its differences are still off by the step
    rows = check_gradients(output, tolerance=1e-3).rows
    assert {row.verdict for row in rows if abs(row.gradient) > 1e-6} <= {"agrees"}
    assert "differs" not in {row.verdict for row in rows}


def near_a_kink(node: Value) -> bool:
    """Tell whether a step of the central difference may cross a kink of this operation."""
    if node.op in ("relu", "leaky_relu", "abs"):
        return abs(node.operands[0].data) < 1e-3
    if node.op in ("maximum", "minimum"):
        return abs(node.operands[0].data - node.operands[1].data) < 1e-3
    return False


@given(recipes())
def test_second_backward_doubles_every_gradient_of_random_graphs(recipe: Recipe) -> None:
    output, _ = build_or_skip(recipe)
    once = gradients(output)
    assume(all(map(math.isfinite, once.values())))
    output.backward()
    output.backward()
    assert all(node.grad == 2 * gradient for node, gradient in once.items())


def build_or_skip(recipe: Recipe) -> tuple[Value, list[Value]]:
    """Record the graph, or let Hypothesis look for another where mathematics gives no number."""
    try:
        return recipe.with_values()
    except ERRORS:
        assume(False)
        raise
