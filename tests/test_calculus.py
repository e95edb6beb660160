"""Derivatives as Values, against mpmath, PyTorch, numerical derivatives and the results of a book."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrid import (
    Constant,
    Input,
    Relay,
    Value,
    check_gradients,
    compile_graph,
    differentiate,
    draw,
    gradients,
    maximum,
    minimum,
    numerical_derivative,
    topological_order,
    total,
)
from microgrid.calculus import derivative_label
from microgrid.graph.operations import OPERATIONS, Operation
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from tests.cross_check import in_pytorch
from tests.graphs import grown, record
from tests.oracle import DIGITS, rule_of


def repeatedly(y: Value, x: Value, times: int) -> list[Value]:
    """Return the first, second, … derivative."""
    derivatives = []
    for _ in range(times):
        y = differentiate(y, x)
        derivatives.append(y)
    return derivatives


def derivatives_of(output: Value, leaves: Sequence[Value]) -> list[Value]:
    """Differentiate a random graph, unless a derivative has no slope there, as 1.5 · x**0.5 has none at 0."""
    try:
        return differentiate(output, leaves)
    except ArithmeticError:
        assume(False)
        raise


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_powers_of_a_polynomial() -> None:
    x = Value(3.0)
    assert [y.data for y in repeatedly(x**3, x, 4)] == [27.0, 18.0, 6.0, 0.0]


def test_list_of_values_gives_a_list() -> None:
    x, w, z = Value(2.0), Value(3.0), Value(5.0)
    by_x, by_w, by_z = differentiate(w * x, (x, w, z))
    assert by_x is w
    assert by_w is x
    assert (type(by_z), by_z.data) == (Constant, 0.0)  # nothing depends on it


def test_derivative_of_a_value_by_itself_is_1() -> None:
    x = Value(2.0)
    assert differentiate(x, x).data == 1.0


def test_derivative_by_an_intermediate_value() -> None:
    x = Value(2.0)
    square = x**2
    assert differentiate(square**3, square).data == 3 * 4.0**2


@pytest.mark.parametrize("function", [lambda x: 3 * x, lambda x: -x])
def test_second_derivative_by_an_intermediate_value(function: Callable[[Value], Value]) -> None:
    u = function(Value(2.0))
    assert [y.data for y in repeatedly(u**2, u, 2)] == [2 * u.data, 2.0]  # 2·u, which must not become 6·x


def test_what_equals_an_intermediate_value_does_not_depend_on_it() -> None:
    x = Value(2.0)
    u = 3 * x
    assert [y.data for y in repeatedly(3 * (x * u), u, 2)] == [6.0, 0.0]  # 3·x is another 3·x than u


def test_gradients_stay_as_they_are() -> None:
    x = Value(2.0)
    y = x**3
    y.backward()
    differentiate(differentiate(y, x), x)
    assert (x.grad, y.grad) == (12.0, 1.0)


def test_derivative_goes_backward_itself() -> None:
    x = Value(2.0)
    differentiate(x**3, x).backward()
    assert x.grad == 12.0


def test_deep_graphs_are_differentiated() -> None:
    x = y = Value(1.0)
    for _ in range(3000):
        y = y.sin()
    x_only = differentiate(y, x)
    assert x_only.data == pytest.approx(gradients(y)[x], rel=1e-12)


# --- simple to read --------------------------------------------------------------------------------------------------


def formula(output: Value) -> str:
    """Write a derivative as text."""
    texts: dict[Value, str] = {}
    for node in topological_order(output):
        operands = [texts[operand] for operand in node.operands]
        shown = OPERATIONS[node.op].shown if node.op else ""
        texts[node] = f"({shown})".format(a=operands[0], b=operands[-1]) if shown else node.label or f"{node.data:g}"
    return texts[output]


@pytest.mark.parametrize(
    ("function", "order", "expected"),
    [
        (lambda x: x**4 - 2 * x**2, 1, "((4 × (x^3)) − (4 × x))"),
        (lambda x: x**4 - 2 * x**2, 2, "((12 × (x^2)) − 4)"),
        (lambda x: x**0.5, 2, "(-0.25 × (x^-1.5))"),
        (lambda x: x * x, 1, "(2 × x)"),
        (lambda x: 3 * x + 1, 1, "3"),
        (lambda x: x - x, 1, "0"),
        (lambda x: -(x**2), 1, "(-2 × x)"),
        (lambda x: 5 - x.exp(), 2, "(−(exp(x)))"),
        (lambda x: x.sin(), 3, "(−(cos(x)))"),
        (lambda x: x.softplus(), 1, "(sigmoid(x))"),
        (lambda x: 1 / x, 1, "(−((1 ÷ x) ÷ x))"),
    ],
)
def test_derivatives_are_written_as_on_paper(function: Callable[[Value], Value], order: int, expected: str) -> None:
    x = Value(2.0, "x")
    assert formula(repeatedly(function(x), x, order)[-1]) == expected


@given(st.integers(0, 10**6), st.integers(1, 40))
def test_no_products_with_1_and_no_sums_with_0(seed: int, size: int) -> None:
    output, leaves = grown(seed, size).with_values()
    before = set(topological_order(output))
    wanted = [leaf for leaf in leaves if not isinstance(leaf, Constant)]
    for derivative in derivatives_of(output, wanted):
        for node in set(topological_order(derivative)) - before:
            numbers = [operand.data for operand in node.operands if isinstance(operand, Constant)]
            assert not (node.op == "*" and {1.0, -1.0, 0.0}.intersection(numbers))
            assert not (node.op in ("+", "-") and 0.0 in numbers)
            assert len(numbers) < len(node.operands) or node.is_leaf


def test_nothing_is_computed_twice() -> None:
    x = Value(0.5)
    fifth = repeatedly(x.tanh(), x, 5)[-1]
    made = [(node.op, node.operands) for node in topological_order(fifth) if len(node.operands) == 2]
    constants_by_number = [
        (op, *(operand.data if isinstance(operand, Constant) else operand for operand in operands))
        for op, operands in made
    ]
    assert len(set(constants_by_number)) == len(made)


def test_products_are_the_same_in_either_order() -> None:
    x, z = Value(2.0), Value(3.0)
    assert differentiate(x**2 * z + x * (z * x), x).op == "*"  # 4·(x·z)


def test_power_of_1_has_a_constant_slope() -> None:
    x = Value(0.0)
    assert isinstance(differentiate(x**1, x), Constant)


@pytest.mark.parametrize(
    ("function", "a", "b"),
    [
        (lambda x, a, b: 1e200 * a * x * (1e200 * b), 1.0, 1e-300),
        (lambda x, a, b: 1e-150 * a * x * b, 1e200, 1e200),
        (lambda x, a, b: 1e140 * a * x * b, 1e-200, 1e-200),
        (lambda x, a, b: (a * x) ** (1e-100 * b), 10**2.5, 1e102),
    ],
)
def test_number_stays_in_its_product_if_the_rest_does_not_fit_a_float(
    function: Callable[[Value, Value, Value], Value], a: float, b: float
) -> None:
    x = Value(1.0)
    y = function(x, Value(a), Value(b))
    assert differentiate(y, x).data == pytest.approx(gradients(y)[x], rel=1e-12, abs=0)


def test_labels_of_derivatives() -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = (w * x) ** 3
    y.label = "y"
    first, by_w = differentiate(y, (x, w))
    assert (first.label, by_w.label) == ("dy/dx", "dy/dw")
    assert [d.label for d in repeatedly(first, x, 2)] == ["d²y/dx²", "d³y/dx³"]
    assert differentiate(first, w).label == "d(dy/dx)/dw"


def test_labels_are_given_to_new_results_of_one_value_only() -> None:
    x, z, unnamed = Value(2.0, "x"), Value(3.0, "z"), Value(1.0)
    y = (x + z + unnamed) ** 2
    assert differentiate(y, x).label == ""  # y has no label
    y.label = "y"
    assert [d.label for d in differentiate(y, (x, z))] == ["", ""]  # one result, of two values
    assert differentiate(y, unnamed).label == ""
    product = x * z
    product.label = "p"
    assert differentiate(product, x) is z
    assert z.label == "z"


@pytest.mark.parametrize(
    ("output", "value", "first", "second"),
    [
        ("mean error", "w", "d(mean error)/dw", "d²(mean error)/dw²"),
        ("a + b", "a/b", "d(a + b)/d(a/b)", "d²(a + b)/d(a/b)²"),
        ("損失", "layers[0].w", "d損失/dlayers[0].w", "d²損失/dlayers[0].w²"),
    ],
)
def test_labels_of_several_words_stand_in_parentheses(output: str, value: str, first: str, second: str) -> None:
    assert derivative_label(output, value) == first
    assert derivative_label(first, value) == second


def test_tenth_derivative_has_a_label() -> None:
    x = Value(1.0, "x")
    y = x.exp() * x
    y.label = "y"
    assert repeatedly(y, x, 10)[-1].label == "d¹⁰y/dx¹⁰"


# --- used like any other graph ---------------------------------------------------------------------------------------


def derivative_of_a_loss() -> tuple[Value, Value, Value]:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    loss = (w * x - 5).tanh() ** 2
    loss.label = "loss"
    return differentiate(loss, w), w, x


def test_derivative_is_drawn() -> None:
    assert "dloss/dw" in draw(derivative_of_a_loss()[0]).source


def test_derivative_is_walked() -> None:
    derivative, w, _ = derivative_of_a_loss()
    relay = Relay(derivative)
    name = next(node.id for node in relay.nodes if node.label == "w")
    assert relay.gradients[name] == pytest.approx(differentiate(derivative, w).data, rel=1e-12)


def test_derivative_is_compiled() -> None:
    derivative, w, x = derivative_of_a_loss()
    compiled = compile_graph(derivative, [x])
    assert compiled([[2.0]]) == pytest.approx(derivative.data, rel=1e-12)
    assert w.grad == pytest.approx(differentiate(derivative, w).data, rel=1e-12)


def test_compiled_derivative_stays_on_its_side_of_a_kink() -> None:
    x = Input(2.0, "x")
    slope = compile_graph(differentiate(x * x.relu(), x), [x])
    assert slope.predict([[2.0], [3.0]]) == [4.0, 6.0]
    assert slope.predict([[-3.0]]) == [-3.0]  # relu is 0 there, but its slope is still 1


def test_derivative_is_checked() -> None:
    assert check_gradients(derivative_of_a_loss()[0]).agrees


# --- conventions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [-1.5, 0.0, 1.5])
@pytest.mark.parametrize(
    "function", [abs, Value.relu, Value.leaky_relu, lambda x: maximum(x, 0.0), lambda x: minimum(x, 0.0)]
)
def test_second_derivative_at_a_kink_is_0(function: Callable[[Value], Value], x: float) -> None:
    value = Value(x)
    y = function(value)
    first, second = repeatedly(y, value, 2)
    assert first.data == gradients(y)[value]
    assert (type(second), second.data) == (Constant, 0.0)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", [Constant, Value])
def test_powers_of_0_are_numbers(exponent: int, kind: type[Value]) -> None:
    x = Value(0.0)
    found = [y.data for y in repeatedly(x ** kind(float(exponent)), x, 4)]
    assert found == [float(math.factorial(exponent)) if order == exponent else 0.0 for order in (1, 2, 3, 4)]


@pytest.mark.parametrize("x", [5e-324, -1e-310, math.inf, math.nan])
def test_power_with_exponent_0_has_the_derivative_0_everywhere(x: float) -> None:
    value = Value(x)
    assert differentiate(value**0, value).data == 0.0


def test_mixed_derivative_of_a_power_with_exponent_0() -> None:
    x, y = Value(2.0), Value(0.0)
    assert differentiate(differentiate(x**y, x), y).data == 0.5  # y · x**(y − 1) by y is 1 / x


def test_slope_of_softplus_has_slopes_at_0() -> None:
    x = Value(0.0)
    assert [y.data for y in repeatedly(x.softplus(), x, 4)] == [0.5, 0.25, 0.0, -0.125]


def test_zero_slope_ends_the_way_back() -> None:
    x = Value(0.0)
    assert differentiate((x**1.5 - 1).relu(), x).data == 0.0  # x**0.5 has no slope at 0; nobody needs it


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3.0, Value(1.0)), "expected a Value, the end of a graph, got float"),
        ((Value(1.0), 3.0), "expected a Value to differentiate by, or a list of Values, got 3.0"),
        ((Value(1.0), "x"), "expected a Value to differentiate by, or a list of Values, got 'x'"),
        ((Value(1.0), {Value(1.0)}), "expected a Value to differentiate by, or a list of Values, got {Value("),
        ((Value(1.0), MLP(2, [1])), "got MLP(2, [1], activation='relu'); give its parameters()"),
        ((Value(1.0), [3.0]), "expected a Value to differentiate by, which may change, got 3.0"),
        ((Value(1.0), Constant(2.0)), "expected a Value to differentiate by, which may change, got Constant"),
    ],
)
def test_what_is_no_value_is_refused(arguments: tuple[Any, Any], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        differentiate(*arguments)


def test_derivative_without_a_slope_is_refused() -> None:
    x = Value(0.0)
    y = x**1.5
    with pytest.raises(ZeroDivisionError, match="the slope of this power is infinite at 0"):
        differentiate(y, x)


def test_leaf_that_was_changed_is_noticed() -> None:
    x, w = Value(2.0), Value(3.0)
    y = (w * x) ** 2
    w.data = 4.0
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded; compute it again"):
        differentiate(y, x)


def test_nan_is_not_taken_for_a_changed_leaf() -> None:
    x, y = Value(math.nan), Value(0.0)
    assert math.isnan(differentiate(x**y, x).data)


def cube(x: Value) -> Value:
    out = Value(x.data**3)
    out.op, out.recorded = "cube", (x, 3.0 * x.data**2)
    return out


@pytest.fixture
def own_operation() -> Iterator[Callable[[str], None]]:
    yield lambda slope: OPERATIONS.update(cube=Operation("( )³", ("a",), "a ** 3", (slope,), "{a}³", ("",)))
    OPERATIONS.pop("cube", None)


def test_own_operation_is_differentiated_by_its_formula(own_operation: Callable[[str], None]) -> None:
    own_operation("3 * a ** 2")
    x = Value(2.0)
    assert [y.data for y in repeatedly(cube(x), x, 3)] == [12.0, 12.0, 6.0]


def test_own_operation_without_a_formula_says_what_to_do() -> None:
    x = Value(2.0)
    with pytest.raises(ValueError, match=r"no formula for the operation 'cube', .* to differentiate it; add it as"):
        differentiate(cube(x), x)


def test_formula_that_is_not_written_as_the_others_is_refused(own_operation: Callable[[str], None]) -> None:
    own_operation("3 * a ** 2 if a else 0")
    x = Value(2.0)
    with pytest.raises(ValueError, match=r"no derivative can be built of 3 \* a \*\* 2 if a else 0"):
        differentiate(cube(x), x)


def test_slope_with_log1p_is_built(own_operation: Callable[[str], None]) -> None:
    own_operation("3 * a ** 2 + 0 * log1p(a) + log1p(a) - log1p(a)")
    x = Value(2.0)
    assert differentiate(cube(x), x).data == 12.0


def test_create_graph_names_differentiate() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"for derivatives as Values, use microgrid\.differentiate$"):
        (x**2).backward(create_graph=True)  # type: ignore[arg-type]


# --- against other methods -------------------------------------------------------------------------------------------

POINT = (0.7, 1.3, -0.4, 0.9, 0.25)


def operands_of(op: str) -> tuple[float, ...]:
    return POINT if OPERATIONS[op].summed else POINT[: len(OPERATIONS[op].operands)]


def tanh_of(op: str, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
    """Record tanh(op(…)): so the third derivatives of a sum, too, are not 0."""
    leaves = [Value(x) for x in numbers]
    return record(op, *leaves).tanh(), leaves


@pytest.mark.parametrize("op", OPERATIONS)
def test_third_derivatives_agree_with_mpmath(op: str) -> None:
    numbers = operands_of(op)
    output, leaves = tanh_of(op, numbers)

    def function(*operands: Any) -> Any:
        return DIGITS.tanh(rule_of(op, operands)[0])

    for chosen in combinations_with_replacement(range(len(leaves)), 3):
        derivative = output
        for i in chosen:
            derivative = differentiate(derivative, leaves[i])
        orders = tuple(chosen.count(i) for i in range(len(leaves)))
        exact = DIGITS.diff(function, tuple(map(DIGITS.mpf, numbers)), orders)
        assert derivative.data == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("op", OPERATIONS)
def test_third_derivatives_agree_with_pytorch(op: str) -> None:
    torch = pytest.importorskip("torch")
    numbers = operands_of(op)
    output, leaves = tanh_of(op, numbers)
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    result = torch.tanh(in_pytorch(torch, op, theirs, False))
    for chosen in combinations_with_replacement(range(len(leaves)), 3):
        derivative, expected = output, result
        for i in chosen:
            derivative = differentiate(derivative, leaves[i])
            if expected.requires_grad:
                expected = torch.autograd.grad(expected, theirs[i], create_graph=True, materialize_grads=True)[0]
            else:  # a constant
                expected = torch.zeros((), dtype=torch.float64)
        assert derivative.data == pytest.approx(expected.item(), rel=1e-12, abs=1e-14)


def paths(output: Value) -> dict[Value, float]:
    """Sum the absolute values of what the paths contribute to each gradient."""
    sizes = dict.fromkeys(reversed(topological_order(output)), 0.0)
    sizes[output] = 1.0
    for node, size in sizes.items():
        for operand, local in zip(node.operands, node.local_derivatives, strict=True):
            sizes[operand] += size * abs(local)
    return sizes


@given(st.integers(0, 10**6), st.integers(1, 120))
def test_first_derivatives_of_random_graphs_are_their_gradients(seed: int, size: int) -> None:
    output, leaves = grown(seed, size).with_values()
    expected, sizes = gradients(output), paths(output)
    wanted = [leaf for leaf in leaves if not isinstance(leaf, Constant)]
    for leaf, derivative in zip(wanted, derivatives_of(output, wanted), strict=True):
        gradient = expected.get(leaf, 0.0)
        # Relative to the gradient; where paths cancel, to what they contribute: like terms are added in another order.
        assert abs(derivative.data - gradient) <= 1e-12 * abs(gradient) + 1e-14 * sizes.get(leaf, 0.0)


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_second_derivatives_of_random_graphs_agree_with_numerical_derivatives(seed: int, size: int) -> None:
    output, leaves = grown(seed, size).with_values()
    for derivative in derivatives_of(output, [leaf for leaf in leaves if not isinstance(leaf, Constant)]):
        assert "differs" not in [row.verdict for row in check_gradients(derivative).rows]


def network(activation: str = "tanh") -> tuple[Callable[[], Value], list[Value]]:
    model = MLP(2, [3, 1], activation=activation, seed=1)
    rows, targets = [[0.5, -1.0], [1.5, 0.25]], [0.5, -0.5]
    return lambda: mean_squared_error([model(row) for row in rows], targets), model.parameters()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "relu"])
def test_hessian_of_a_network_agrees_with_numerical_derivatives(activation: str) -> None:
    loss, parameters = network(activation)
    hessian = [differentiate(slope, parameters) for slope in differentiate(loss(), parameters)]

    def slope_at(row: Value, column: Value, x: float) -> float:
        before, column.data = column.data, x
        slope = gradients(loss())[row]
        column.data = before
        return slope

    for i, row in enumerate(parameters):
        for j, column in enumerate(parameters):
            numerical = numerical_derivative(lambda x: slope_at(row, column, x), column.data)  # noqa: B023
            assert hessian[i][j].data == pytest.approx(numerical, rel=1e-7, abs=1e-8)
            assert hessian[i][j].data == pytest.approx(hessian[j][i].data, rel=1e-12, abs=1e-15)


def test_hessian_of_a_network_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    loss, parameters = network()
    found = [[d.data for d in differentiate(slope, parameters)] for slope in differentiate(loss(), parameters)]

    def loss_of(numbers: Any) -> Any:
        weights = [numbers[3 * i : 3 * i + 2] for i in range(3)], [numbers[3 * i + 2] for i in range(3)]
        predictions = []
        for row in ([0.5, -1.0], [1.5, 0.25]):
            x = torch.tensor(row, dtype=torch.float64)
            hidden = torch.stack([torch.tanh(w @ x + b) for w, b in zip(*weights, strict=True)])
            predictions.append(numbers[9:12] @ hidden + numbers[12])
        return torch.mean((torch.stack(predictions) - torch.tensor([0.5, -0.5], dtype=torch.float64)) ** 2)

    at = torch.tensor([p.data for p in parameters], dtype=torch.float64)
    assert loss_of(at).item() == pytest.approx(loss().data, rel=1e-13)
    expected = torch.autograd.functional.hessian(loss_of, at).tolist()
    for row, exact in zip(found, expected, strict=True):
        assert row == pytest.approx(exact, rel=1e-11, abs=1e-14)


# --- the results of a book: Deep Learning from Scratch 3 (DeZero), steps 29, 33, 35 and 36 ---------------------------


def test_newtons_method_finds_the_minimum() -> None:
    x, visited = Value(2.0), []
    for _ in range(10):
        visited.append(x.data)
        slope = differentiate(x**4 - 2 * x**2, x)
        x.data -= slope.data / differentiate(slope, x).data
    assert visited[:4] == pytest.approx([2.0, 1.4545454545454546, 1.1510467893775467, 1.0253259289766978], rel=1e-14)
    assert x.data == 1.0


def test_second_derivative_of_the_book() -> None:
    x = Value(2.0)
    assert [y.data for y in repeatedly(x**4 - 2 * x**2, x, 2)] == [24.0, 44.0]


@pytest.mark.parametrize("x", [-2.0, -0.5, 0.0, 1.0])
def test_tanh_to_the_fifth_order(x: float) -> None:
    value = Value(x)
    expected = [float(DIGITS.diff(DIGITS.tanh, x, order)) for order in range(1, 6)]
    assert [y.data for y in repeatedly(value.tanh(), value, 5)] == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_double_backpropagation() -> None:
    x = Value(2.0)
    y = x**2
    z = differentiate(y, x) ** 3 + y
    assert differentiate(z, x).data == 100.0


def test_sum_of_many_shares_is_one_node() -> None:
    x = Value(0.5)
    assert differentiate(total([x.sin(), x.exp(), x.tanh()]), x).op == "total"
