"""The engine, checked by hand: numbers a person can work out on paper, and the errors they would expect."""

from __future__ import annotations

import gc
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from microgrid import (
    Constant,
    Input,
    Relay,
    Value,
    check_gradients,
    compile_graph,
    maximum,
    minimum,
    topological_order,
    total,
    weighted_sum,
)
from microgrid.engine import gradients

EXAMPLES = {
    example["name"]: example
    for example in json.loads(Path(__file__).with_name("worked_examples.json").read_text(encoding="utf-8"))["examples"]
}


def gradients_of(output: Value, *leaves: Value) -> tuple[float, ...]:
    output.backward()
    return tuple(leaf.grad for leaf in leaves)


# --- one operation at a time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compute", "value", "da", "db"),
    [
        (lambda a, b: a + b, 8.0, 1.0, 1.0),
        (lambda a, b: a - b, 4.0, 1.0, -1.0),
        (lambda a, b: a * b, 12.0, 2.0, 6.0),
        (lambda a, b: a / b, 3.0, 0.5, -1.5),
        (lambda a, b: a**b, 36.0, 12.0, 36.0 * math.log(6.0)),
        (lambda a, b: -a + b, -4.0, -1.0, 1.0),
        (lambda a, b: +a - +b, 4.0, 1.0, -1.0),
        (lambda a, b: abs(b - a), 4.0, 1.0, -1.0),
        (maximum, 6.0, 1.0, 0.0),
        (minimum, 2.0, 0.0, 1.0),
        (lambda a, b: a.leaky_relu(b), 6.0, 1.0, 0.0),
        (lambda a, b: (-a).leaky_relu(b), -12.0, -2.0, -6.0),
    ],
)
def test_operation_of_two_values(compute: Callable[[Value, Value], Value], value: float, da: float, db: float) -> None:
    a, b = Value(6.0), Value(2.0)
    output = compute(a, b)
    assert output.data == value
    assert gradients_of(output, a, b) == (da, db)


@pytest.mark.parametrize(
    ("function", "x", "value", "slope"),
    [
        (Value.exp, 0.0, 1.0, 1.0),
        (Value.log, 2.0, math.log(2.0), 0.5),
        (Value.sqrt, 16.0, 4.0, 0.125),
        (Value.tanh, 0.0, 0.0, 1.0),
        (Value.sigmoid, 0.0, 0.5, 0.25),
        (Value.relu, 3.0, 3.0, 1.0),
        (Value.relu, -3.0, 0.0, 0.0),
        (Value.leaky_relu, 3.0, 3.0, 1.0),
        (Value.leaky_relu, -3.0, -0.03, 0.01),
        (Value.softplus, 0.0, math.log(2.0), 0.5),
        (Value.sin, 0.0, 0.0, 1.0),
        (Value.cos, 0.0, 1.0, 0.0),
        (abs, -3.0, 3.0, -1.0),
    ],
)
def test_function_of_one_value(function: Callable[[Value], Value], x: float, value: float, slope: float) -> None:
    a = Value(x)
    output = function(a)
    assert output.data == value
    assert gradients_of(output, a) == (slope,)


@pytest.mark.parametrize(
    ("compute", "value", "slope"),
    [
        (lambda a: 10 + a, 14.0, 1.0),
        (lambda a: a + 10, 14.0, 1.0),
        (lambda a: 10 - a, 6.0, -1.0),
        (lambda a: a - 10, -6.0, 1.0),
        (lambda a: 10 * a, 40.0, 10.0),
        (lambda a: a * 10, 40.0, 10.0),
        (lambda a: 10 / a, 2.5, -0.625),
        (lambda a: a / 10, 0.4, 0.1),
        (lambda a: 2**a, 16.0, 16.0 * math.log(2.0)),
        (lambda a: a**2, 16.0, 8.0),
        (lambda a: maximum(a, 3), 4.0, 1.0),
        (lambda a: minimum(3, a), 3.0, 0.0),
    ],
)
def test_plain_number_on_either_side(compute: Callable[[Value], Value], value: float, slope: float) -> None:
    a = Value(4.0)
    output = compute(a)
    assert output.data == value
    assert gradients_of(output, a) == (slope,)
    assert [type(operand) for operand in output.operands].count(Constant) == 1


def test_minus_and_divide_are_operations_of_their_own() -> None:
    a, b = Value(6.0), Value(2.0)
    assert ((a - b).op, (a - b).operands) == ("-", (a, b))
    assert ((a / b).op, (a / b).operands) == ("/", (a, b))


def test_unary_plus_records_nothing() -> None:
    a = Value(1.0)
    assert +a is a


def test_total_is_one_node_whatever_the_number_of_operands() -> None:
    values = [Value(float(i)) for i in range(1000)]
    output = total(values)
    assert (output.data, output.op, output.operands) == (499500.0, "total", tuple(values))
    assert gradients_of(output, values[0], values[-1]) == (1.0, 1.0)


def test_total_adds_in_the_order_of_a_plain_loop() -> None:
    numbers = [0.1] * 10 + [1e16, 1.0, -1e16]
    in_order = 0.0
    for number in numbers:
        in_order += number
    assert total(map(Value, numbers)).data == in_order != math.fsum(numbers)


def test_weighted_sum_hands_out_dw_dx_and_db() -> None:
    w1, w2, x1, x2, b = (Value(v) for v in (2.0, -3.0, 5.0, 7.0, 1.0))
    output = weighted_sum([w1, w2], [x1, x2], b)
    assert output.data == -10.0
    assert output.operands == (w1, x1, w2, x2, b)
    assert gradients_of(output * 2, w1, x1, w2, x2, b) == (10.0, 4.0, 14.0, -6.0, 2.0)


@pytest.mark.parametrize("numbers", [5, Value(5.0), {1.0}, frozenset([1.0]), None])
@pytest.mark.parametrize(
    "compute", [total, lambda it: weighted_sum(it, [1.0], 0.0), lambda it: weighted_sum([1.0], it, 0.0)]
)
def test_weighted_sum_and_total_need_numbers_in_an_order(compute: Callable[[Any], Value], numbers: Any) -> None:
    with pytest.raises(TypeError, match=f"^expected a list of numbers or Values, got {type(numbers).__name__}$"):
        compute(numbers)


def test_weighted_sum_takes_plain_numbers() -> None:
    w = Value(2.0)
    assert gradients_of(weighted_sum([w], [3], 4), w) == (3.0,)


def test_builtin_sum_leaves_no_plus_zero() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert [node.op or node.data for node in topological_order(sum([a, b, c]))] == [1.0, 2.0, "+", 3.0, "+"]  # type: ignore[arg-type]


# --- conventions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [Value.relu, abs])
def test_slope_at_the_kink_is_zero(function: Callable[[Value], Value]) -> None:
    a = Value(0.0)
    assert gradients_of(function(a), a) == (0.0,)


@pytest.mark.parametrize("x", [0.0, 3.0, -3.0])
def test_power_of_zero_has_derivative_zero(x: float) -> None:
    a = Value(x)
    output = a**0
    assert output.data == 1.0
    assert gradients_of(output, a) == (0.0,)


def test_zero_to_a_learned_power_has_derivative_zero() -> None:
    a, b = Value(0.0), Value(2.0)
    assert gradients_of(a**b, a, b) == (0.0, 0.0)


@pytest.mark.parametrize("choose", [maximum, minimum])
def test_tie_passes_the_responsibility_to_the_first(choose: Callable[[Value, Value], Value]) -> None:
    a, b = Value(1.0), Value(1.0)
    assert gradients_of(choose(a, b), a, b) == (1.0, 0.0)


@pytest.mark.parametrize("operands", [(math.nan, 1.0), (1.0, math.nan)])
@pytest.mark.parametrize("choose", [maximum, minimum])
def test_nan_is_not_lost_in_a_choice(choose: Callable[[float, float], Value], operands: tuple[float, float]) -> None:
    assert math.isnan(choose(*operands).data)


@pytest.mark.parametrize("function", [Value.relu, Value.leaky_relu, Value.softplus, Value.tanh, Value.sigmoid, abs])
def test_nan_is_not_lost_in_an_activation(function: Callable[[Value], Value]) -> None:
    assert math.isnan(function(Value(math.nan)).data)


@pytest.mark.parametrize("x", [1000.0, -1000.0])
@pytest.mark.parametrize("function", [Value.tanh, Value.sigmoid, Value.softplus])
def test_activations_are_safe_far_out(function: Callable[[Value], Value], x: float) -> None:
    a = Value(x)
    (slope,) = gradients_of(function(a), a)
    assert slope in (0.0, 1.0)


# --- the chain rule --------------------------------------------------------------------------------------------------


def test_value_used_twice_receives_both_shares() -> None:
    a = Value(3.0)
    output = a + a
    assert output.operands == (a, a)
    assert gradients_of(output, a) == (2.0,)


def test_value_waits_until_all_its_shares_have_arrived() -> None:
    s = Value(4.0)
    p = s + 3 * s
    assert gradients_of(p * s, s) == (32.0,)  # 4s², so 8s; without waiting it would be 20


def test_backward_twice_doubles_every_gradient_exactly() -> None:
    a, b = Value(0.1), Value(0.7)
    c = a * b
    output = (c + a).tanh()
    output.backward()
    once = [node.grad for node in (a, b, c, output)]
    output.backward()
    assert [node.grad for node in (a, b, c, output)] == [2 * grad for grad in once]


def test_backward_that_fails_changes_no_gradient() -> None:
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    product = a * b
    output = product + c
    output.backward()
    a.grad = "none"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        output.backward()
    assert [node.grad for node in (output, product, a, b, c)] == [1.0, 1.0, "none", 2.0, 1.0]


def test_gradient_of_none_counts_as_zero() -> None:
    a = Value(2.0)
    output = a * a
    a.grad = None  # type: ignore[assignment]  # as another library's zero_grad leaves it
    output.backward()
    assert a.grad == 4.0


def test_backward_changes_no_data() -> None:
    a, b = Value(0.1), Value(0.7)
    output = (a * b + a).tanh()
    before = [node.data for node in topological_order(output)]
    output.backward()
    assert [node.data for node in topological_order(output)] == before


def test_gradients_reads_the_graph_and_leaves_it_as_it_was() -> None:
    a = Value(3.0)
    output = a * a
    assert gradients(output) == {output: 1.0, a: 6.0}
    assert (a.grad, output.grad) == (0.0, 0.0)


def test_zero_grad_clears_the_whole_graph() -> None:
    a = Value(3.0)
    inner = a * a
    output = inner + 1
    output.backward()
    output.zero_grad()
    assert {node.grad for node in topological_order(output)} == {0.0}


def test_later_change_of_data_does_not_change_what_was_recorded() -> None:
    a, b = Value(3.0), Value(5.0)
    output = a * b
    a.data, b.data = 100.0, 200.0
    assert output.data == 15.0
    assert gradients_of(output, a, b) == (5.0, 3.0)


def test_topological_order_puts_operands_first_and_each_value_once() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a + b
    d = c * a
    assert topological_order(d) == [a, b, c, d]


def test_topological_order_of_a_leaf_is_the_leaf() -> None:
    a = Value(1.0)
    assert topological_order(a) == [a]


@pytest.mark.parametrize("length", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_long_chain_is_computed_and_freed_without_recursion(length: int) -> None:
    x = Value(1.0)
    output = x
    for _ in range(length):
        output = output + x
    assert output.data == length + 1
    output.backward()
    assert x.grad == length + 1
    del output  # a crash here would end the interpreter


def test_graph_leaves_nothing_for_the_cyclic_collector() -> None:
    gc.collect()
    gc.freeze()  # what is there already need not be searched again
    gc.disable()
    try:
        a = Value(0.5)
        output = weighted_sum([a, a.exp()], [a.sin(), 2.0], total([a, a])) ** 2
        output.backward()
        del a, output
        assert gc.collect() == 0
    finally:
        gc.enable()
        gc.unfreeze()


def test_backward_starts_from_the_upstream_gradient() -> None:
    a, b = Value(2.0), Value(-3.0)
    product = a * b
    product.backward(upstream=10.0)
    assert (product.grad, a.grad, b.grad) == (10.0, -30.0, 20.0)
    product.backward(upstream=1)  # gradients accumulate
    assert (product.grad, a.grad, b.grad) == (11.0, -33.0, 22.0)


def test_graph_can_be_cut_and_handed_on_from_layer_to_layer() -> None:
    def of(w: Value, x: Value) -> Value:
        return (w * x).tanh()

    w1, w2 = Value(0.3), Value(-0.7)
    whole = of(w2, of(w1, Value(2.0))) ** 2
    whole.backward()
    expected = (w1.grad, w2.grad)
    w1.grad = w2.grad = 0.0
    hidden = of(w1, Value(2.0))
    received = Value(hidden.data)  # the second layer does not know where its input comes from
    (of(w2, received) ** 2).backward()
    hidden.backward(upstream=received.grad)
    assert (w1.grad, w2.grad) == expected


@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        ((5,), {}, "backward() takes upstream=… only; for derivatives as Values, use microgrid.differentiate"),
        ((), {"upstream": "5"}, "expected a number (int or float), got str: '5'"),
        ((), {"upstream": None}, "expected a number (int or float), got NoneType: None"),
        ((), {"upstream": [1.0]}, "expected a number (int or float), got list: [1.0]"),
    ],
)
def test_wrong_upstream_is_refused_and_changes_nothing(
    arguments: tuple[Any, ...], named: dict[str, Any], message: str
) -> None:
    a = Value(2.0)
    output = a * 3
    output.backward()
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        output.backward(*arguments, **named)
    assert (a.grad, output.grad) == (3.0, 1.0)


# --- the worked examples of the field --------------------------------------------------------------------------------


def inputs_of(name: str) -> dict[str, Value]:
    return {label: Value(number, label) for label, number in EXAMPLES[name]["inputs"].items()}


def check(name: str, output: Value, leaves: dict[str, Value], inner: dict[str, Value] | None = None) -> None:
    example = EXAMPLES[name]
    output.backward()
    assert output.data == pytest.approx(example["value"], rel=1e-12)
    assert {k: leaves[k].grad for k in example["gradients"]} == pytest.approx(
        example["gradients"], rel=1e-12, abs=1e-15
    )
    for label, node in (inner or {}).items():
        expected = example["inner"][label]
        assert (node.data, node.grad) == pytest.approx((expected["data"], expected["grad"]), rel=1e-12)


def test_worked_example_satisfaction_meter() -> None:
    v = inputs_of("satisfaction meter")
    check("satisfaction meter", (v["product"] - v["ideal"]) ** 2, v)


def test_worked_example_apples_and_oranges() -> None:
    v = inputs_of("apples and oranges with tax")
    price = (v["apple"] * v["apple_num"] + v["orange"] * v["orange_num"]) * v["tax"]
    check("apples and oranges with tax", price, v)


def test_worked_example_two_paths() -> None:
    v = inputs_of("two paths")
    c, d = v["a"] + v["b"], v["b"] + 1
    check("two paths", c * d, v, {"c": c, "d": d})


def test_worked_example_sigmoid_gate_by_gate() -> None:
    v = inputs_of("sigmoid neuron, gate by gate")
    dot = v["w0"] * v["x0"] + v["w1"] * v["x1"] + v["w2"]
    check("sigmoid neuron, gate by gate", 1 / (1 + (-dot).exp()), v, {"dot": dot})


def test_worked_example_goldstein_price() -> None:
    v = inputs_of("Goldstein-Price at (1, 1)")
    x, y = v["x"], v["y"]
    left = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    right = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    check("Goldstein-Price at (1, 1)", left * right, v)


def test_worked_example_diamond() -> None:
    v = inputs_of("the diamond")
    s = v["x"] * v["x"]
    check("the diamond", (s + 3 * s) * s, v)


def test_worked_example_mean_squared_error() -> None:
    name = "MSE of four predictions"
    v = inputs_of(name)
    errors = [v[f"p{i}"] - target for i, target in enumerate((3, -0.5, 2, 7))]
    check(name, total([error**2 for error in errors]) / 4, v)


def test_worked_example_six_weights() -> None:
    v = inputs_of("six weights, all 1")
    x = [-2, -1]
    h1 = weighted_sum([v["w1"], v["w2"]], x, v["b1"]).sigmoid()
    h2 = weighted_sum([v["w3"], v["w4"]], x, v["b2"]).sigmoid()
    y = weighted_sum([v["w5"], v["w6"]], [h1, h2], v["b3"]).sigmoid()
    check("six weights, all 1", (1 - y) ** 2, v, {"h1": h1, "y": y})


def test_worked_example_step_by_step_network() -> None:
    name = "the step-by-step 2-2-2 network"
    v = inputs_of(name)

    def network() -> tuple[Value, dict[str, Value]]:
        x = [0.05, 0.10]
        h1 = weighted_sum([v["w1"], v["w2"]], x, v["b1"]).sigmoid()
        h2 = weighted_sum([v["w3"], v["w4"]], x, v["b1"]).sigmoid()
        o1 = weighted_sum([v["w5"], v["w6"]], [h1, h2], v["b2"]).sigmoid()
        o2 = weighted_sum([v["w7"], v["w8"]], [h1, h2], v["b2"]).sigmoid()
        e1, e2 = (0.01 - o1) ** 2 / 2, (0.99 - o2) ** 2 / 2
        return e1 + e2, {"h1": h1, "h2": h2, "o1": o1, "o2": o2, "E1": e1, "E2": e2}

    loss, inner = network()
    check(name, loss, v, inner)
    for weight in [v[f"w{i}"] for i in range(1, 9)]:
        weight.data -= 0.5 * weight.grad
    assert network()[0].data == pytest.approx(0.29102777369359933, rel=1e-12)


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["3", None, True, 1 + 2j, [1.0], b"3", {}, object()])
def test_data_that_is_not_one_number_is_refused(data: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a number \(int or float\), got "):
        Value(data)


@pytest.mark.parametrize("other", ["3", None, True, 1 + 2j, [1.0]])
@pytest.mark.parametrize(
    "compute",
    [lambda a, b: a + b, lambda a, b: b - a, lambda a, b: b**a, lambda a, b: a < b, lambda a, b: total([a, b])],
)
def test_operand_that_is_not_a_number_is_refused(compute: Callable[[Value, Any], Any], other: Any) -> None:
    with pytest.raises(TypeError, match="expected a number"):
        compute(Value(1.0), other)


class OneElement:
    """Like an array of one element, which could be taken for a number."""

    def __len__(self) -> int:
        return 1

    def __float__(self) -> float:
        return 1.0


class bool_:  # noqa: N801 (the name NumPy gives it)
    """Like NumPy's bool, which is not Python's."""

    def __float__(self) -> float:
        return 1.0


@pytest.mark.parametrize("data", [OneElement(), bool_()])
def test_what_only_looks_like_a_number_is_refused(data: Any) -> None:
    with pytest.raises(TypeError, match="expected a number"):
        Value(data)


def test_only_the_whole_number_0_starts_a_sum_without_a_node() -> None:
    a = Value(1.0)
    assert 0 + a is a
    assert (0.0 + a).op == "+"


def test_value_of_a_value_is_refused() -> None:
    with pytest.raises(TypeError, match="a Value is not a plain number"):
        Value(Value(1.0))


def test_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(OverflowError, match="expected a number that fits a float"):
        Value(10**400)


@pytest.mark.parametrize("number", [3, 3.0, Fraction(3), Decimal(3)])
def test_numbers_of_other_kinds_become_floats(number: Any) -> None:
    assert type(Value(number).data) is float
    assert (Value(2.0) * number).data == 6.0
    assert (number - Value(2.0)).data == 1.0


@pytest.mark.parametrize("convert", [float, int, round, lambda v: round(v, 2), math.exp, math.floor, math.trunc])
def test_leaving_the_graph_unawares_is_refused(convert: Callable[[Any], object]) -> None:
    told = r"^a Value is not a plain number: use v.exp\(\) and the like to stay in the graph, v.data to leave it$"
    with pytest.raises(
        TypeError,
        match=told,
    ):
        convert(Value(1.0))


@pytest.mark.parametrize(
    ("base", "exponent", "power", "slope"),
    [
        (0.0, 0.3, 0.0, 0.0),  # 0^y is 0 for every y above 0
        (1e-200, -1.0, 1e200, 1e200 * math.log(1e-200)),  # y · x^(y - 1) would be -1e400
    ],
)
def test_base_that_is_a_plain_number_needs_no_slope(base: float, exponent: float, power: float, slope: float) -> None:
    y = Value(exponent)
    result = base**y
    result.backward()
    assert (result.data, y.grad) == pytest.approx((power, slope))
    with pytest.raises(ArithmeticError, match="slope"):
        Value(base) ** y


def test_root_of_a_plain_0_needs_no_slope() -> None:
    x = Value(2.0)
    result = x * Constant(0.0).sqrt() + x
    result.backward()
    assert (result.data, x.grad) == (2.0, 1.0)
    assert check_gradients(result).agrees
    assert compile_graph(result, [x])([[3.0]]) == 3.0
    assert Relay.from_json(Relay(result).to_json()) == Relay(result)


@pytest.mark.parametrize(
    ("compute", "error", "message"),
    [
        (lambda x: x.log(), ValueError, r"log\(x = -2.0\): only numbers above 0"),
        (lambda x: (x + 2).log(), ValueError, r"log\(0.0\): only numbers above 0"),
        (lambda x: x.sqrt(), ValueError, r"sqrt\(x = -2.0\): a negative number"),
        (lambda x: (x + 2).sqrt(), ZeroDivisionError, r"sqrt\(0.0\): the slope .* is infinite"),
        (lambda x: x / 0, ZeroDivisionError, r"\(x = -2.0\) / \(0.0\): division by zero"),
        (lambda x: 1 / (x + 2), ZeroDivisionError, r"\(1.0\) / \(0.0\): division by zero"),
        (lambda x: x**0.5, ValueError, r"\(x = -2.0\) \*\* \(0.5\): a negative base needs an exponent that is whole"),
        (
            lambda x: x ** Value(2.0, "y"),
            ValueError,
            r"\(x = -2.0\) \*\* \(y = 2.0\): .* a plain number rather than a Value",
        ),
        (lambda x: (x + 2) ** -1, ZeroDivisionError, r"\(0.0\) \*\* \(-1.0\): division by zero"),
        (lambda x: (x + 2) ** 0.5, ZeroDivisionError, r"\(0.0\) \*\* \(0.5\): the slope of this power is infinite"),
        (lambda x: (-500 * x).exp(), OverflowError, r"exp\(1000.0\): too large for a float"),
        (lambda x: x**1025, OverflowError, r"\(x = -2.0\) \*\* \(1025.0\): too large for a float"),
        (lambda x: (x * math.inf).sin(), ValueError, r"sin\(-inf\): an infinite angle"),
        (lambda x: (x * math.inf).cos(), ValueError, r"cos\(-inf\): an infinite angle"),
        (lambda _: total([]), ValueError, r"total\(\) needs at least one value"),
        (lambda x: weighted_sum([x], [1, 2], 0), ValueError, r"1 weights, 2 inputs"),
        (lambda _: weighted_sum([], [], 0), ValueError, r"0 weights, 0 inputs"),
    ],
)
def test_what_mathematics_does_not_give_is_an_error_that_names_it(
    compute: Callable[[Value], Value], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compute(Value(-2.0, label="x"))


# --- how a Value meets the rest of Python ----------------------------------------------------------------------------


def test_comparisons_look_at_the_data() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a < b
    assert not a < 1.0
    assert not a > 1.0
    assert a <= 1.0
    assert 2 > a  # noqa: SIM300 (a number on the left is the point)
    assert b >= Value(2.0)
    assert sorted([b, a]) == [a, b]


def test_equality_and_hash_are_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert len({a, b, a}) == 2


def test_format_shows_the_data() -> None:
    assert f"{Value(0.70710678):.3f}" == "0.707"
    assert f"{Value(1.5, label='w')}" == "Value(data=1.5, grad=0.0, label='w')"


def test_repr_tells_how_the_value_was_made() -> None:
    assert repr(Value(2.0) * 3) == "Value(data=6.0, grad=0.0, op='*')"
    assert repr(Constant(3)) == "Constant(data=3.0, grad=0.0)"


def test_leaf_has_no_operation_and_no_operands() -> None:
    a = Value(1.0)
    assert (a.is_leaf, a.op, a.operands, a.local_derivatives) == (True, "", (), ())
    assert not (a + a).is_leaf


def test_input_takes_part_like_any_value_and_has_a_gradient() -> None:
    x = Input(3.0, "x")
    assert gradients_of(x * x, x) == (6.0,)


def test_value_has_no_room_for_a_misspelt_attribute() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).gard = 2.0  # type: ignore[attr-defined]


def test_engine_imports_math_only() -> None:
    engine = Path(__file__).parents[1] / "microgrid" / "engine.py"
    code = (
        f"import sys; exec(open({str(engine)!r}, encoding='utf-8').read()); print(*sorted(set(sys.modules) - before))"
    )
    program = f"import sys; before = set(sys.modules); {code}"
    loaded = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) <= {"math", "__future__"}


@pytest.mark.parametrize(
    ("text", "shown"), [("x" * 38, f"'{'x' * 38}'"), ("x" * 39, f"'{'x' * 38}…"), ("x" * 500, f"'{'x' * 38}…")]
)
def test_long_data_that_is_refused_is_shown_in_forty_characters(text: str, shown: str) -> None:
    with pytest.raises(TypeError, match=rf"^expected a number \(int or float\), got str: {re.escape(shown)}$"):
        Value(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("compute", "error", "message"),
    [
        (lambda: total([]), ValueError, r"^total\(\) needs at least one value, got none$"),
        (lambda: total(3.0), TypeError, r"^expected a list of numbers or Values, got float$"),  # type: ignore[arg-type]
        (lambda: topological_order(3.0), TypeError, r"^expected a Value, the end of a graph, got float$"),  # type: ignore[arg-type]
        (
            lambda: Value(Decimal("sNaN")),
            TypeError,
            r"^expected a number \(int or float\), got Decimal: Decimal\('sNaN'\)$",
        ),
        (lambda: Value(-1.0, " two\n words ").log(), ValueError, r"^log\(two words = -1\.0\): only "),
        (lambda: Value(-1.0, "x" * 50).log(), ValueError, rf"^log\({'x' * 40} = -1\.0\): only "),
    ],
)
def test_error_of_the_engine_says_in_one_line_what_came(
    compute: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compute()


def test_weighted_sum_makes_constants_of_plain_weights() -> None:
    x = Value(3.0)
    output = weighted_sum([2], [x], 0)
    assert output.data == 6.0
    assert gradients_of(output, x) == (2.0,)
