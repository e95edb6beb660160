"""Compiled graphs: the same numbers as the engine, for every row; and a program that can be read."""

from __future__ import annotations

import ast
import contextlib
import itertools
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import assume, given

from microgrid.compiler import syntax as spelling
from microgrid.compiler.compile import MAX_OPERANDS, CompiledGraph, compile_graph
from microgrid.compiler.syntax import MAX_TERMS_PER_LINE
from microgrid.engine import Constant, Input, Value, maximum, topological_order, total, weighted_sum
from microgrid.losses import binary_cross_entropy, hinge, mean_absolute_error, mean_squared_error
from microgrid.nn import MLP, LayerName, Neuron, NeuronName
from microgrid.training import train
from tests.graphs import BINARY, UNARY, Recipe, recipes, record


def line() -> tuple[Value, Value, Value, CompiledGraph]:
    """Return w, b, the loss of one row and its program."""
    w, b = Value(3.0, "w"), Value(1.0, "b")
    x, target = Input(2.0, "x"), Input(5.0, "target")
    loss = (w * x + b - target) ** 2
    return w, b, loss, compile_graph(loss, [x, target])


def test_one_row_by_hand() -> None:
    w, b, _, step = line()
    assert step([[2.0, 5.0]]) == 4.0  # (3·2 + 1 − 5)²
    assert (w.grad, b.grad) == (8.0, 4.0)


def test_several_rows_give_the_means() -> None:
    w, b, _, step = line()
    assert step([[2.0, 5.0], [0.0, 2.0]]) == 2.5  # of 4 and 1
    assert (w.grad, b.grad) == (4.0, 1.0)  # of 8 and 0, of 4 and −2


def test_gradients_add_up_over_calls() -> None:
    w, _, _, step = line()
    step([[2.0, 5.0]])
    step([[2.0, 5.0]])
    assert w.grad == 16.0


def test_weights_are_read_at_each_call() -> None:
    w, _, _, step = line()
    step([[2.0, 5.0]])
    w.data, w.grad = 2.0, 0.0
    assert step([[2.0, 5.0]]) == 0.0
    assert w.grad == 0.0


def test_predict_goes_forward_only() -> None:
    w, _, _, step = line()
    assert step.predict([[2.0, 5.0], [0.0, 2.0]]) == [4.0, 1.0]
    assert step.predict([]) == []
    assert w.grad == 0.0


def test_rows_may_come_from_anywhere_and_hold_whole_numbers() -> None:
    _, _, _, step = line()
    assert step((x, 5) for x in (2, 2)) == 4.0


def test_recorded_graph_is_left_as_it_was() -> None:
    _, _, loss, step = line()
    before = [(node.data, node.op, node.local_derivatives) for node in topological_order(loss)]
    step([[1.0, 1.0]])
    assert [(node.data, node.op, node.local_derivatives) for node in topological_order(loss)] == before


# --- every operation, both sides of every branch ---------------------------------------------------------------------


@pytest.mark.parametrize("op", ["relu", "abs", "leaky_relu", "maximum", "minimum", "softplus", "sigmoid", "tanh"])
@pytest.mark.parametrize("recorded", [2.0, -2.0])
def test_operations_decide_anew_for_every_row(op: str, recorded: float) -> None:
    def build(x: Value, w: Value) -> Value:
        return record(op, w * x, *([Value(0.1)] if op in ("leaky_relu", "maximum", "minimum") else []))

    w, x = Value(1.5, "w"), Input(recorded, "x")
    step = compile_graph(build(x, w), [x])
    for number in (3.0, -3.0, 0.0, -0.0):
        w.grad = 0.0
        value = step([[number]])
        found, w.grad = w.grad, 0.0
        expected = build(Input(number), w)
        expected.backward()
        assert (value, found) == (expected.data, w.grad)


def eager(recipe: Recipe, rows: list[list[float]], n_inputs: int) -> tuple[float, list[float]]:
    losses, leaves = [], [Value(x) for x in recipe.leaves[n_inputs:]]
    for row in rows:
        values = [*map(Value, row), *leaves]
        for op, operands in recipe.steps:
            values.append(record(op, *(values[i] for i in operands)))
        losses.append(values[-1])
    mean = total(losses) / len(losses)
    mean.backward()
    return mean.data, [leaf.grad for leaf in leaves]


@given(recipes(longest=25))
def test_compiled_graph_equals_the_engine_on_random_graphs(recipe: Recipe) -> None:
    n_inputs = len(recipe.leaves) // 2
    rng = random.Random(len(recipe.steps))
    rows = [[rng.uniform(-3, 3) for _ in range(n_inputs)] for _ in range(3)]
    try:
        output, leaves = recipe.with_values()
        value, gradients = eager(recipe, rows, n_inputs)
    except (ArithmeticError, ValueError):
        assume(False)
        return
    assume(all(map(math.isfinite, [value, *gradients])) and abs(value) < 1e100)
    for some in (rows, rows[:1]):
        value, gradients = eager(recipe, some, n_inputs)
        step = compile_graph(output, leaves[:n_inputs], leaves[n_inputs:])
        for leaf in leaves:
            leaf.grad = 0.0
        assert step(some) == pytest.approx(value, rel=1e-12, abs=1e-12)
        scale = max(map(abs, gradients), default=0.0)
        assert [leaf.grad for leaf in leaves[n_inputs:]] == pytest.approx(
            gradients, rel=1e-12, abs=1e-12 * max(1.0, scale)
        )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "softplus", "tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("spelled_out", [False, True])
def test_network_learns_the_same_from_thirty_rows(activation: str, spelled_out: bool) -> None:
    model = MLP(2, [6, 5, 1], activation, seed=2, spelled_out=spelled_out)
    rng = random.Random(0)
    rows = [[rng.uniform(-2, 2) for _ in range(3)] for _ in range(30)]
    inputs, target = [Input(0.5), Input(-0.5)], Input(0.1)
    step = compile_graph(mean_squared_error(model(inputs), target), [*inputs, target])
    loss = step(rows)
    found = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    expected = mean_squared_error([model(row[:2]) for row in rows], [row[2] for row in rows])
    expected.backward()
    assert loss == pytest.approx(expected.data, rel=1e-12)
    assert found == pytest.approx([parameter.grad for parameter in model.parameters()], rel=1e-12, abs=1e-14)


# --- what the program leaves out, and what it says -------------------------------------------------------------------


def test_program_can_be_read() -> None:
    model = MLP(2, [2, 1], "relu", seed=0)
    x1, x2, target = Input(0.1, "x1"), Input(0.2, "x2"), Input(0.3, "target")
    lines = compile_graph(mean_squared_error(model([x1, x2]), target), [x1, x2, target]).source.splitlines()
    assert lines[0] == "def learn(rows):"
    know, think = (next(i for i, text in enumerate(lines) if step in text) for step in ("Know", "Think"))
    assert know < think
    for neuron in ("layer1.neuron1", "layer1.neuron2", "layer2.neuron1"):
        assert [i > think for i, text in enumerate(lines) if text.strip() == f"# {neuron}"] == [False, True]
    assert "        layer1_neuron1_sum = layer1_neuron1_w1 * x1 + layer1_neuron1_w2 * x2 + layer1_neuron1_b" in lines
    assert "            d_layer1_neuron1_w1 += d_layer1_neuron1 * x1" in lines


def test_source_is_what_runs() -> None:
    w, _, _, step = line()
    names = {"w_value": w, "b_value": Value(1.0)}
    exec(step.source, names)
    assert names["learn"]([[2.0, 5.0]]) == 4.0  # type: ignore[operator]
    assert w.grad == 8.0


def test_what_depends_on_no_parameter_has_no_backward_code() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    features = (x**2).exp()
    features.label = "features"
    source = compile_graph(w * features, [x]).source
    assert "d_features" not in source
    assert "d_x" not in source


def test_inputs_that_are_not_listed_keep_their_numbers_and_are_not_learned() -> None:
    w, x, target = Value(3.0, "w"), Input(2.0, "x"), Input(5.0, "target")
    step = compile_graph((w * x - target) ** 2, [x])
    assert step.parameters == (w,)
    target.data = 6.0
    assert step([[2.0]]) == 0.0


def test_gradients_are_given_to_the_chosen_parameters_only() -> None:
    w, b, x = Value(2.0, "w"), Value(1.0, "b"), Input(3.0, "x")
    step = compile_graph(w * x + b, [x], parameters=[b])
    assert step([[3.0]]) == 7.0
    assert (w.grad, b.grad, x.grad) == (0.0, 1.0, 0.0)
    w.data = 4.0
    assert step([[3.0]]) == 13.0  # also read anew


def test_relu_that_is_off_takes_no_responsibility() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    lines = compile_graph((w * x).relu() * 3, [x]).source.splitlines()
    think = lines[lines.index("        # --- Think ---") + 1 : lines.index("    # the mean over all rows")]
    assert [line.strip() for line in think] == ["if n3_on:", "d_n3 = 3.0", "d_w += d_n3 * x"]


def two_relus() -> tuple[list[Value], CompiledGraph]:
    """Return the weights of relu(w1·x) · v1 + relu(w2·x) · v2 + b, and its program."""
    weights = [
        Value(number, label) for number, label in ((1.0, "w1"), (-1.0, "w2"), (3.0, "v1"), (5.0, "v2"), (7.0, "b"))
    ]
    w1, w2, v1, v2, b = weights
    x = Input(2.0, "x")
    output = weighted_sum([v1, v2], [(w1 * x).relu(), (w2 * x).relu()], b)
    return weights, compile_graph(output, [x])


@pytest.mark.parametrize(
    ("x", "value", "gradients"),
    [
        (2.0, 13.0, [6.0, 0.0, 2.0, 0.0, 1.0]),  # relu(2) · 3 + 7
        (-2.0, 17.0, [0.0, -10.0, 0.0, 2.0, 1.0]),  # relu(2) · 5 + 7
        (0.0, 7.0, [0.0, 0.0, 0.0, 0.0, 1.0]),
        (-0.0, 7.0, [0.0, 0.0, 0.0, 0.0, 1.0]),
    ],
)
def test_relus_switch_anew_for_every_row(x: float, value: float, gradients: list[float]) -> None:
    weights, step = two_relus()
    assert step([[x]]) == value
    assert [weight.grad for weight in weights] == gradients
    assert step([[1.0], [x], [-1.0]][1:2] * 2) == value  # many rows run another program
    assert [weight.grad for weight in weights] == [2 * gradient for gradient in gradients]
    step([[5.0], [-5.0]])  # what is left of a row must not reach the next
    for weight in weights:
        weight.grad = 0.0
    step([[5.0], [-5.0], [x]])
    with_x = [weight.grad for weight in weights]
    for weight in weights:
        weight.grad = 0.0
    step([[5.0], [-5.0]])
    assert [3 * a - 2 * weight.grad for a, weight in zip(with_x, weights, strict=True)] == pytest.approx(gradients)


def test_weight_of_a_relu_that_is_off_is_not_read() -> None:
    """The convention that is documented: 0 · ∞ counts as 0 there."""
    weights, step = two_relus()
    weights[3].data = math.inf
    assert step([[2.0]]) == 13.0
    assert step([[2.0], [2.0]]) == 13.0
    assert [weight.grad for weight in weights] == [12.0, 0.0, 4.0, 0.0, 2.0]
    assert step([[-2.0]]) == math.inf


def test_relu_that_is_off_is_skipped_in_each_of_its_places_in_a_sum() -> None:
    w1, w2, w, x = Value(math.inf, "w1"), Value(math.inf, "w2"), Value(1.0, "w"), Input(-2.0, "x")
    h = (w * x).relu()
    assert compile_graph(weighted_sum([w1, w2], [h, h], w), [x])([[-2.0]]) == 1.0


def test_not_a_number_goes_through_a_relu() -> None:
    _, step = two_relus()
    assert math.isnan(step([[math.nan]]))
    assert math.isnan(step([[math.nan], [1.0]]))
    assert math.isnan(step.predict([[math.nan]])[0])


def test_relu_may_be_read_elsewhere_too() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    h = (w * x).relu()
    output = total([h * w, h * h, h, h.exp() * (h - 1), w])
    step = compile_graph(output, [x])
    for number in (0.25, -0.25):
        w.grad = 0.0
        value = step([[number]])
        found, w.grad = w.grad, 0.0
        g = (w * number).relu()
        expected = total([g * w, g * g, g, g.exp() * (g - 1), w])
        expected.backward()
        assert value == expected.data
        assert found == pytest.approx(w.grad, rel=1e-15)


RELUS_ON_RELUS: list[Callable[[Value, Value, Value], Value]] = [
    lambda g, h, w: total([h * w, g * h]) * w,
    lambda g, h, w: total([g * w, g * h, h * h]) + g,
    lambda g, h, w: (g - w).relu() * h,
    lambda g, h, w: (total([g, h]) - w).relu() * w,
    lambda g, h, w: weighted_sum([g, w], [h, g], h).relu() * g,
    lambda g, h, w: (g.tanh() * h - w).relu() * w + g.tanh(),
    lambda g, h, w: (-h).exp() * (g - h) * w,
    lambda g, h, w: ((g * h) * w - h).relu() + (g * h) * w,
    lambda g, h, w: weighted_sum([w, w, w], [h, g, w], w),
    lambda g, h, w: weighted_sum([w.tanh()], [h], g),
    lambda g, h, w: (lambda product: total([product, w]) * product)(g * h),
]


@pytest.mark.parametrize("build", RELUS_ON_RELUS)
def test_relus_between_relus_give_what_the_engine_gives(build: Callable[[Value, Value, Value], Value]) -> None:
    """Whatever is on or off, and whatever was on in the row before."""
    parameters = [Value(1.5, "v"), Value(-0.75, "u"), Value(0.5, "w")]

    def record(x: Value, y: Value) -> Value:
        v, u, w = parameters
        return build((v * x).relu(), (u * y).relu(), w)

    x, y = Input(1.0, "x"), Input(-1.0, "y")
    step = compile_graph(record(x, y), [x, y], parameters)
    rows = [[a, b] for a in (1.0, -1.0, 0.25) for b in (-1.0, 1.0, -0.25)]
    for some in [*([row] for row in rows), *([one, other] for one in rows for other in rows)]:
        for parameter in parameters:
            parameter.grad = 0.0
        value = step(some)
        found = [parameter.grad for parameter in parameters]
        for parameter in parameters:
            parameter.grad = 0.0
        expected = total([record(Input(a), Input(b)) for a, b in some]) / len(some)
        expected.backward()
        assert value == pytest.approx(expected.data, rel=1e-15, abs=1e-15)
        assert found == pytest.approx([parameter.grad for parameter in parameters], rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("spelled_out", [False, True])
@pytest.mark.parametrize("sizes", [[8, 8, 1], [1, 1, 1], [5, 3, 4]])
@pytest.mark.parametrize("loss", [mean_squared_error, mean_absolute_error, hinge, binary_cross_entropy])
def test_network_of_relus_learns_from_a_row_exactly_what_the_engine_learns(
    loss: Callable[[Any, Any], Value], sizes: list[int], spelled_out: bool
) -> None:
    model = MLP(2, sizes, seed=3, spelled_out=spelled_out)
    inputs, targets = [Input(0.5), Input(-0.5)], [Input(1.0) for _ in range(sizes[-1])]

    def loss_of(values: list[Any], targets: list[Any]) -> Value:
        outputs = model(values)
        return loss(outputs if isinstance(outputs, list) else [outputs], targets)

    step = compile_graph(loss_of(inputs, targets), [*inputs, *targets], model.parameters())
    rng = random.Random(0)
    for _ in range(5):
        row = [rng.uniform(-2, 2) for _ in inputs]
        model.zero_grad()
        value = step([[*row, *(1.0 for _ in targets)]])
        found = [parameter.grad for parameter in model.parameters()]
        model.zero_grad()
        expected = loss_of(row, [1.0 for _ in targets])
        expected.backward()
        assert value == expected.data
        assert found == [parameter.grad for parameter in model.parameters()]


def test_relu_adds_to_its_sums_also_after_terms_made_of_leaves() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    h = (w * x).relu()
    h.label = "h"
    s = weighted_sum([w, x], [x, h], w)
    s.label = "s"
    lines = [line.strip() for line in compile_graph(s * s, [x]).source.splitlines()]
    assert lines[lines.index("s = w * x") :][:6] == [
        "s = w * x",
        "n2 = w * x",
        "h_on = not n2 <= 0.0",
        "if h_on:",
        "h = n2",
        "s += x * h",
    ]


def test_each_of_two_sums_begins_with_its_terms_made_of_leaves() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    h = (w * x).relu()
    step = compile_graph(weighted_sum([w, x], [x, h], w) * weighted_sum([x, w], [x, h], x), [x])
    assert step([[3.0]]) == (6.0 + 18.0 + 2.0) * (9.0 + 12.0 + 3.0)
    assert step([[-3.0]]) == (-6.0 + 2.0) * (9.0 - 3.0)


def test_relu_that_is_off_costs_no_slope_of_what_is_made_from_it() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    before = w * x
    h = before.relu()
    h.label = "h"
    source = compile_graph((h.exp() + before) * 3.0, [x]).source
    lines = [line.strip() for line in source.splitlines()]
    assert lines[lines.index("if h_on:") :][:2] == ["if h_on:", "d_h = d_n5 * n4"]
    assert " else " not in source.partition("--- Think ---")[2]


def test_sums_keep_the_order_of_the_engine() -> None:
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1: the last bits tell the order."""
    x, y, z = (Input(number, label) for number, label in ((0.1, "x"), (0.2, "y"), (0.3, "z")))
    w, row = Value(1.0, "w"), [[0.1, 0.2, 0.3]]
    a, b, c = ((w * leaf).relu() for leaf in (x, y, z))
    for output in (
        total([x * w, y * w, z * w]),
        total([z * w, y * w, x * w]),
        total([a, b, c]) * total([c * w, b, a]),
        weighted_sum([w, w], [a, b], c) - weighted_sum([w, w], [c, b], a),
    ):
        step = compile_graph(output, [x, y, z])
        w.grad = 0.0
        value = step(row)
        found, w.grad = w.grad, 0.0
        output.backward()
        assert (value, found) == (output.data, w.grad)


def test_names_made_from_names_clash_with_no_label() -> None:
    a, b, c, x = Value(2.0, "h_on"), Value(3.0, "d_h"), Value(4.0, "h_value"), Input(1.0, "x")
    h = (x * a).relu()
    h.label = "h"
    step = compile_graph(h * b * c, [x])
    assert step([[1.0], [1.0]]) == 24.0
    assert (a.grad, b.grad, c.grad) == (12.0, 8.0, 6.0)


def test_predicting_needs_no_slopes() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    step = compile_graph((w * x).sqrt() + x.sqrt(), [x])
    assert step.source.count("slope1_") == 2  # set in Know and read in Think, for the root that depends on w
    assert step.predict([[0.0], [2.0]]) == [0.0, 2.0 + math.sqrt(2.0)]


def test_repeated_subexpression_is_computed_once() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    output = (w * x).exp() + (w * x).exp()
    step = compile_graph(output, [x])
    assert step.source.count("exp(") == 1
    step([[1.0]])
    assert w.grad == pytest.approx(2 * math.exp(2.0))
    assert compile_graph((x + 3.0).exp() * (x + 3.0).exp(), [x]).source.count("exp(") == 1  # a number written twice


def test_operand_used_twice_gets_both_shares() -> None:
    a = Value(3.0, "a")
    b = a + a
    step = compile_graph(b * b, [])
    assert step([[]]) == 36.0
    assert a.grad == 24.0


def test_slope_that_goes_by_cases_is_added_as_a_whole() -> None:
    """1.0 + 1.0 if h > 0.0 else -1.0 would be −1 for a negative h, where |h| + h has the slope 0."""
    w, x = Value(2.0, "w"), Input(1.0, "x")
    h = w * x
    step = compile_graph(abs(h) + h, [x])
    assert step([[-1.0]]) == 0.0
    assert w.grad == 0.0
    step([[1.0]])
    assert w.grad == 2.0


def test_product_that_stands_alone_has_no_brackets() -> None:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    error = w * x - 5
    error.label = "error"
    assert "d_error = 2.0 * error" in compile_graph(error**2, [x]).source


def test_products_stand_in_the_line_of_their_sum_unless_they_have_a_name() -> None:
    w, v, x = Value(2.0, "w"), Value(3.0, "v"), Input(4.0, "x")
    part = v * x
    part.label = "part"
    output = total([w * x, part, v])
    output.label = "out"
    lines = [line.strip() for line in compile_graph(output, [x]).source.splitlines()]
    assert lines[lines.index("# --- Know ---") + 1 :][:2] == ["part = v * x", "out = w * x + part + v"]


def test_spelled_out_neuron_is_written_as_any_other() -> None:
    def source(spelled_out: bool) -> str:
        a, b = Input(1.0, "a"), Input(2.0, "b")
        neuron = Neuron(2, "tanh", seed=1, spelled_out=spelled_out, name="hidden")
        return compile_graph(neuron([a, b]), [a, b]).source

    know, _, think = source(spelled_out=True).partition("# --- Think ---")
    assert "hidden_sum = hidden_w1 * a + hidden_w2 * b + hidden_b" in know
    assert (know.count("# hidden"), think.count("# hidden")) == (1, 1)
    assert know == source(spelled_out=False).partition("# --- Think ---")[0]


def test_constants_are_literals() -> None:
    w = Value(2.0, "w")
    assert "w * -3.0" in compile_graph(w * -3, []).source


def test_sum_of_thousands_of_terms_is_split() -> None:
    weights, inputs = [Value(0.001 * i) for i in range(5000)], [Input(1.0) for _ in range(5000)]
    step = compile_graph(weighted_sum(weights, inputs, Value(1.0)), inputs)
    assert max(text.count(" + ") for text in step.source.splitlines()) == MAX_TERMS_PER_LINE
    assert step([[1.0] * 5000]) == pytest.approx(1.0 + sum(0.001 * i for i in range(5000)))
    a = Value(1.0, "a")
    assert compile_graph(total([a] * 9000), [])([[]]) == 9000.0
    assert a.grad == 9000.0


def test_long_sum_is_added_in_the_order_of_a_plain_loop() -> None:
    rng = random.Random(0)
    weights = [Value(rng.uniform(-1, 1)) for _ in range(3 * MAX_TERMS_PER_LINE)]
    x = Input(rng.uniform(-1, 1))
    output = weighted_sum(weights, [x] * len(weights), 0.1) * x
    assert compile_graph(output, [x])([[x.data]]) == output.data


@pytest.mark.parametrize(
    "label",
    [
        "lambda",
        "rows",
        "x",
        "d_x",
        "x_value",
        "1st",
        "重み",
        "w.1",
        "",
        "__class__",
        "ｘ",
        "slope1_x",
        "é",
        "a b",
        "'",
        "__debug__",
        "None",
        "w\0",
        "w\ud800",
        NeuronName("a leaf", LayerName("that is no neuron")),
    ],
)
def test_any_label_gives_a_program(label: str) -> None:
    a, b, x = Value(2.0, label), Value(3.0, label), Input(1.0, "x")
    step = compile_graph(a * b * x, [x])
    ast.parse(step.source)
    assert step([[5.0]]) == step([[5.0], [5.0]]) == 30.0
    assert (a.grad, b.grad) == (30.0, 20.0)


@pytest.mark.parametrize("between", ["\n", "\0", "\ud800"])
def test_name_of_several_lines_or_of_odd_characters_stays_a_comment(between: str) -> None:
    neuron = Neuron(1, seed=0, name=f"a neuron{between}raise SystemExit")
    x = Input(1.0, "x")
    step = compile_graph(neuron([x]), [x])
    assert "        # a neuron raise SystemExit" in step.source.splitlines()
    assert step([[2.0]]) == neuron([2.0]).data


@pytest.mark.parametrize("exponent", [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5])
def test_powers_are_those_of_the_engine(exponent: float) -> None:
    a, x = Value(1.5, "a"), Input(1.0, "x")
    step = compile_graph((a * x) ** exponent, [x])
    for number in [2.0, 0.5, -3.0][: 3 if exponent == int(exponent) else 2]:
        a.grad = 0.0
        value = step([[number]])
        found, a.grad = a.grad, 0.0
        expected = (a * number) ** exponent
        expected.backward()
        assert (value, found) == (expected.data, a.grad)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_powers_at_zero_are_those_of_the_engine(exponent: int) -> None:
    a, x = Value(1.5, "a"), Input(1.0, "x")
    step = compile_graph((a * x) ** exponent * x + a, [x])
    assert step([[0.0]]) == 1.5
    assert a.grad == 1.0
    assert compile_graph(a**exponent, [])([[]]) == 1.5**exponent
    b = Value(0.0, "b")
    assert compile_graph(b**exponent, [])([[]]) == 0.0**exponent
    assert b.grad == (1.0 if exponent == 1 else 0.0)


def test_power_of_0_has_the_slope_0_also_at_infinity() -> None:
    a, x = Value(1.5, "a"), Input(1.0, "x")
    assert compile_graph((a + x) ** 0, [x])([[math.inf]]) == 1.0
    assert a.grad == 0.0


def graphs_of_constants(operands: Sequence[Callable[[], Value]]) -> Iterator[Callable[[], Value]]:
    """Yield every operation on every choice of operands for which it has a value."""
    for op in (*UNARY, *BINARY):
        for chosen in itertools.product(operands, repeat=1 if op in UNARY else 2):
            with contextlib.suppress(ArithmeticError, ValueError):
                record(op, *(make() for make in chosen))
                yield lambda op=op, chosen=chosen: record(op, *(make() for make in chosen))  # type: ignore[misc]


def test_what_is_computed_from_constants_is_what_the_engine_computes() -> None:
    constants = [lambda x=x: Constant(x) for x in (-2.0, -0.5, 0.5, 4.0)]
    computed = list(graphs_of_constants(constants))
    deeper = list(graphs_of_constants([*random.Random(0).sample(computed, 8), *constants[:2]]))
    for make in [*computed, *deeper]:
        w = Value(1.5, "w")
        output = make() * w
        assert (compile_graph(output, [])([[]]), w.grad) == (output.data, output.operands[0].data)
    assert len(computed) > 100
    assert len(deeper) > 500


@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2, 3, 4])
def test_power_of_a_negative_constant_is_that_of_the_engine(exponent: int) -> None:
    """In Python -2.0 ** 4 is −16: the power comes before the minus sign."""
    a = Value(1.5, "a")
    output = Constant(-2.0) ** exponent * a
    assert compile_graph(output, [])([[]]) == output.data == 1.5 * (-2.0) ** exponent
    assert a.grad == (-2.0) ** exponent


def test_constants_that_are_not_finite_are_written_so_that_python_reads_them() -> None:
    a, x = Value(1.5, "a"), Input(1.0, "x")
    step = compile_graph((a * x) ** math.inf + a * math.inf, [x])
    assert step.predict([[0.5], [1.0]]) == [math.inf, math.inf]
    assert compile_graph(maximum(a * x, -math.inf), [x])([[2.0]]) == 3.0


def test_zeros_of_both_signs_stay_apart() -> None:
    x = Input(1.0, "x")
    step = compile_graph((x + 0.0) * (x + -0.0), [x])
    assert "x + 0.0" in step.source
    assert "x + -0.0" in step.source


def test_output_may_be_a_parameter_or_need_none() -> None:
    w, x = Value(2.0, "w"), Input(3.0, "x")
    assert compile_graph(w, [])([[], []]) == 2.0
    assert w.grad == 1.0
    assert compile_graph(x * x, [x])([[4.0]]) == 16.0


def test_input_that_the_output_does_not_depend_on_is_a_column_all_the_same() -> None:
    w, x, unused = Value(2.0, "w"), Input(3.0, "x"), Input(0.0, "unused")
    assert compile_graph(w * x, [unused, x])([[9.0, 4.0]]) == 8.0


# --- what goes wrong is told, and nothing is changed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "row", "error", "message"),
    [
        (lambda w, x: (w * x).log(), [-1.0], ValueError, r"row 2: natural logarithm has no value at -2.0"),
        (lambda w, x: w / x, [0.0], ZeroDivisionError, r"row 2: quotient has no value at 2.0, 0.0"),
        (lambda w, x: (w * x).exp(), [1e3], OverflowError, r"row 2: exponential has no value at 2000.0"),
        (lambda w, x: (w * x).sqrt(), [-1.0], ValueError, r"row 2: square root has no value at -2.0"),
        (lambda w, x: (w * x).sqrt(), [0.0], ZeroDivisionError, r"row 2: square root has no slope at 0.0"),
        (lambda w, x: (w * x) ** 0.5, [-1.0], ValueError, r"row 2: power has no value at -2.0, 0.5"),
        (lambda w, x: x**w, [-1.0], ValueError, r"row 2: "),
    ],
)
def test_row_without_a_value_is_named_and_no_gradient_changes(build, row, error, message) -> None:  # type: ignore[no-untyped-def]
    w, x = Value(2.0, "w"), Input(1.0, "x")
    step = compile_graph(build(w, x), [x])
    with pytest.raises(error, match=message):
        step([[1.0], row])
    with pytest.raises(error, match=message.replace("2: ", "1: ", 1)):
        step([row])
    assert w.grad == 0.0


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], ValueError, "expected at least one row, got none"),
        ([[1.0]], ValueError, "row 1 must have 2 numbers, got 1"),
        ([[1.0, 2.0], [1.0, 2.0, 3.0]], ValueError, "row 2 must have 2 numbers, got 3"),
        ([[1.0, "2"]], TypeError, "row 1, target: expected a number"),
        ([[None, 2.0], [1.0, 2.0]], TypeError, "row 1, x: expected a number"),
    ],
)
def test_wrong_rows_are_told(rows: list[list[float]], error: type[Exception], message: str) -> None:
    w, _, _, step = line()
    with pytest.raises(error, match=message):
        step(rows)
    assert w.grad == 0.0


def test_wrong_arguments_are_told() -> None:
    w, x = Value(2.0, "w"), Input(1.0, "x")
    product = w * x
    with pytest.raises(TypeError, match="needs a Value, the end of a graph, got float"):
        compile_graph(2.0, [])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="each input must be a Value, got str"):
        compile_graph(product, ["x"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="an input must be a leaf"):
        compile_graph(product + 1, [product])
    with pytest.raises(ValueError, match="a parameter must be a leaf"):
        compile_graph(product + 1, [x], [product])
    with pytest.raises(ValueError, match=r"an input cannot be a constant, which is a literal in the program: 3\.0"):
        compile_graph(product * 3.0, [x, (product * 3.0).operands[1]])
    with pytest.raises(ValueError, match="an input must be listed once, got it twice"):
        compile_graph(product, [x, x])
    with pytest.raises(ValueError, match="x is both an input and a parameter"):
        compile_graph(product, [x], [x])


def test_gradient_that_was_set_to_none_is_an_error_that_says_so() -> None:
    w, _, _, step = line()
    w.grad = None  # type: ignore[assignment]
    for rows in ([[2.0, 5.0]], [[2.0, 5.0], [0.0, 2.0]]):
        with pytest.raises(TypeError, match="NoneType"):
            step(rows)


def test_too_large_a_graph_says_so_at_once() -> None:
    a = Value(1.0)
    with pytest.raises(ValueError, match=rf"has {MAX_OPERANDS + 1} operands; .* more than {MAX_OPERANDS} .* batches"):
        compile_graph(total([a] * (MAX_OPERANDS + 1)), [])


def test_comparison_of_python_is_fixed_when_the_graph_is_recorded() -> None:
    """The limit that the documentation names: use maximum() or relu() instead of an if."""
    w = Value(2.0, "w")
    x = Input(1.0, "x")
    by_if = w * x if x > 0 else w * 0
    by_operation = w * maximum(x, 0.0)
    assert compile_graph(by_if, [x])([[-1.0]]) == -2.0
    assert compile_graph(by_operation, [x])([[-1.0]]) == 0.0


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("where(a > 0, 1, b)", "1.0 if {a} > 0.0 else {b}"),
        ("exp(-abs(a))", "exp(-abs({a}))"),
        ("out * log(where(a > 0, a, 1))", "{out} * log({a} if {a} > 0.0 else 1.0)"),
    ],
)
def test_formula_is_spelled_in_pythons_own_words(formula: str, written: str) -> None:
    spelling._template.cache_clear()  # who wrote it before does not count
    assert spelling._template(formula, "") == written
    spelling._template.cache_clear()


def test_power_of_0_is_no_power_of_a_negative_number() -> None:
    assert (spelling.power(0.0, 0.5), spelling.power(0.0, 0.0)) == (0.0, 1.0)


def test_prediction_that_cannot_be_made_names_its_row() -> None:
    _, _, _, step = line()
    with pytest.raises(ValueError, match=r"^row 2 must have 2 numbers, got 1$"):
        step.predict([[1.0, 2.0], [1.0]])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1.0, "2"], r"^row 1, target: expected a number"),
        ([1.0, 2.0, "3"], r"^row 1, number 3: expected a number"),
    ],
)
def test_number_that_is_none_is_named_or_counted(row: list[Any], message: str) -> None:
    _, _, _, step = line()
    with pytest.raises(TypeError, match=message):
        step([row])


def test_operation_that_fails_is_named_by_its_label_and_those_of_its_operands() -> None:
    x = Input(1.0, "x")
    root = (x - 2).log() if x > 2 else (x * 1).log()
    root.label = "root"
    with pytest.raises(ValueError, match=r"^row 1: natural logarithm has no value at -1\.0 \(in root\)$"):
        compile_graph(root, [x])([[-1.0]])
    with pytest.raises(
        ValueError, match=r"^row 1: natural logarithm has no value at -1\.0, the natural logarithm of x$"
    ):
        compile_graph(x.log(), [x])([[-1.0]])
    with pytest.raises(ValueError, match=r"^expected at least one row, got none$"):
        compile_graph(x.log(), [x])([])


# --- whole programs, read once by eye --------------------------------------------------------------------------------

SLOPES_THAT_MAY_FAIL = """\
def learn(rows):
    # the current values
    w = w_value.data
    v = v_value.data
    # gradients start at 0
    d_w = d_v = 0.0
    losses = 0.0
    for x, in rows:
        # --- Know ---
        n2 = w / x
        slope1_n2 = 1.0 / x
        n3 = sqrt(n2)
        slope1_n3 = 0.5 / n3
        n5 = n3 * v
        n7 = n5 * 3.0
        n8 = w * v
        n9 = log(n8)
        slope1_n9 = 1.0 / n8
        n10 = n7 + n9
        losses += n10
        # --- Think ---
        d_n8 = slope1_n9
        d_w += d_n8 * v
        d_v += d_n8 * w
        d_n5 = 3.0
        d_v += d_n5 * n3
        d_n3 = d_n5 * v
        d_n2 = d_n3 * slope1_n3
        d_w += d_n2 * slope1_n2
    # the mean over all rows
    n_rows = len(rows)
    w_value.grad += d_w / n_rows
    v_value.grad += d_v / n_rows
    return losses / n_rows"""
NEURONS_FOR_MANY_ROWS = """\
def learn(rows):
    # the current values
    out_w1 = out_w1_value.data
    hidden_w1 = hidden_w1_value.data
    hidden_w2 = hidden_w2_value.data
    hidden_b = hidden_b_value.data
    out_b = out_b_value.data
    # gradients start at 0
    d_out_w1 = d_hidden_w1 = d_hidden_w2 = d_hidden_b = d_out_b = 0.0
    losses = 0.0
    for a, b in rows:
        # --- Know ---
        # a relu is off where its input is 0 or less; those that are on add to these sums
        out_sum = 0.0
        # hidden
        hidden_sum = hidden_w1 * a + hidden_w2 * b + hidden_b
        hidden_on = not hidden_sum <= 0.0
        if hidden_on:
            hidden = hidden_sum
            out_sum += out_w1 * hidden
        # out
        out_sum += out_b
        out_on = not out_sum <= 0.0
        out = out_sum if out_on else 0.0
        losses += out
        # --- Think ---
        # gradients that accumulate shares
        d_hidden = 0.0
        # out
        if out_on:
            if hidden_on:
                d_out_w1 += hidden
                d_hidden += out_w1
            d_out_b += 1.0
        # hidden
        if hidden_on:
            d_hidden_w1 += d_hidden * a
            d_hidden_w2 += d_hidden * b
            d_hidden_b += d_hidden
    # the mean over all rows
    n_rows = len(rows)
    out_w1_value.grad += d_out_w1 / n_rows
    hidden_w1_value.grad += d_hidden_w1 / n_rows
    hidden_w2_value.grad += d_hidden_w2 / n_rows
    hidden_b_value.grad += d_hidden_b / n_rows
    out_b_value.grad += d_out_b / n_rows
    return losses / n_rows"""
NEURONS_FOR_ONE_ROW = """\
def learn_one(a, b):
    # --- Know ---
    # a relu is off where its input is 0 or less; those that are on add to these sums
    out_sum = 0.0
    # hidden
    hidden_sum = hidden_w1_value.data * a + hidden_w2_value.data * b + hidden_b_value.data
    hidden_on = not hidden_sum <= 0.0
    if hidden_on:
        hidden = hidden_sum
        out_sum += out_w1_value.data * hidden
    # out
    out_sum += out_b_value.data
    out_on = not out_sum <= 0.0
    out = out_sum if out_on else 0.0
    # --- Think ---
    # gradients that accumulate shares
    d_hidden = 0.0
    # out
    if out_on:
        if hidden_on:
            out_w1_value.grad += hidden
            d_hidden += out_w1_value.data
        out_b_value.grad += 1.0
    # hidden
    if hidden_on:
        hidden_w1_value.grad += d_hidden * a
        hidden_w2_value.grad += d_hidden * b
        hidden_b_value.grad += d_hidden
    return out"""
POWERS = """\
def learn(rows):
    # the current values
    w = w_value.data
    # gradients start at 0
    d_w = 0.0
    losses = 0.0
    for x, in rows:
        # --- Know ---
        n2 = w ** 2.0
        n3 = -n2
        n5 = n3 * 2.0
        n7 = power(x, w)
        slope2_n7 = n7 * log(x if x > 0.0 else 1.0)
        n9 = w ** 3.0
        slope1_n9 = 3.0 * w ** 2.0
        n10 = n7 * n9
        n11 = n5 - n10
        losses += n11
        # --- Think ---
        d_n10 = -1.0
        d_n9 = d_n10 * n7
        d_w += d_n9 * slope1_n9
        d_n7 = d_n10 * n9
        d_w += d_n7 * slope2_n7
        d_n3 = 2.0
        d_n2 = -d_n3
        d_w += d_n2 * (2.0 * w)
    # the mean over all rows
    n_rows = len(rows)
    w_value.grad += d_w / n_rows
    return losses / n_rows"""
PREDICTION = """\
def predict(rows):
    # the current values
    w = w_value.data
    v = v_value.data
    outputs = []
    for x, in rows:
        # --- Know ---
        n2 = w / x
        n3 = sqrt(n2)
        n5 = n3 * v
        n7 = n5 * 3.0
        n8 = w * v
        n9 = log(n8)
        n10 = n7 + n9
        outputs.append(n10)
    return outputs"""
NOTHING_TO_LEARN = """\
def learn(rows):
    # gradients start at 0
    losses = 0.0
    for x, in rows:
        # --- Know ---
        n2 = x * 2.0
        losses += n2
        # --- Think ---
    # the mean over all rows
    n_rows = len(rows)
    return losses / n_rows"""


def test_slopes_that_may_fail_are_computed_before_anything_changes() -> None:
    w, v, x = Value(2.0, "w"), Value(3.0, "v"), Input(4.0, "x")
    step = compile_graph((w / x).sqrt() * v * 3 + (w * v).log(), [x])
    assert step.source == SLOPES_THAT_MAY_FAIL
    assert step._generator.predict() == PREDICTION


def test_program_of_neurons_switches_them_off_and_calls_them_by_their_names() -> None:
    hidden, out = Neuron(2, "relu", seed=1, name="hidden"), Neuron(1, "relu", seed=2, name="out")
    a, b = Input(1.0, "a"), Input(2.0, "b")
    step = compile_graph(out([hidden([a, b])]), [a, b])
    assert step.source == NEURONS_FOR_MANY_ROWS
    assert step._generator.learn_one() == NEURONS_FOR_ONE_ROW


def test_program_of_powers() -> None:
    w, x = Value(2.0, "w"), Input(4.0, "x")
    assert compile_graph(-(w**2) * 2 - (x**w) * w**3, [x]).source == POWERS


EDGES = (0.0, 1.0, -1.0, 2.0, 0.5, -0.3, 5e-324, 1e-200, -1e200, 1e154, 1.4e154, 710.0, 1.7e308, math.inf, -math.inf)


def outcome_of(compute: Callable[[], tuple[float, ...]]) -> tuple[float, ...] | type[Exception]:
    try:
        return compute()
    except (ArithmeticError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("op", [*UNARY, *BINARY, "** a constant", "a constant **"])
def test_compiled_graph_has_the_numbers_of_the_engine_at_the_edges_of_floats_and_fails_where_it_fails(op: str) -> None:
    kinds = {"** a constant": (Value, Constant), "a constant **": (Constant, Value)}.get(op, (Value, Value))
    name = "**" if "constant" in op else op
    for numbers in itertools.product(EDGES, repeat=2 if name in BINARY else 1):

        def recorded(numbers: tuple[float, ...] = numbers) -> tuple[float, ...]:
            leaves = [kind(x) for kind, x in zip(kinds, numbers, strict=False)]
            output = record(name, *leaves)
            output.backward()
            return output.data, *(leaf.grad for leaf in leaves if type(leaf) is Value)

        def compiled(numbers: tuple[float, ...] = numbers) -> tuple[float, ...]:
            leaves = [kind(x if kind is Constant else 1.0) for kind, x in zip(kinds, numbers, strict=False)]
            step = compile_graph(record(name, *leaves), [])
            for leaf, x in zip(leaves, numbers, strict=True):
                leaf.data = x
            return step([[]]), *(leaf.grad for leaf in leaves if type(leaf) is Value)

        expected, found = outcome_of(recorded), outcome_of(compiled)
        assert repr(found) == repr(expected), numbers


def test_square_that_is_too_large_raises_as_in_the_engine_and_changes_nothing() -> None:
    w, x = Value(2.0, "w"), Input(1.0, "x")
    step = compile_graph(1 / (1 + (w * x) ** 2), [x])  # 1/∞ would hide it
    with pytest.raises(OverflowError, match=r"row 2: power has no value at 2e\+200, 2.0"):
        step([[1.0], [1e200]])
    assert w.grad == 0.0


def test_program_without_parameters_reads_and_changes_nothing() -> None:
    x = Input(4.0, "x")
    assert compile_graph(x * 2, [x]).source == NOTHING_TO_LEARN


def test_share_of_a_slope_that_may_fail_is_multiplied_by_what_arrives() -> None:
    w, x = Value(4.0, "w"), Input(1.0, "x")
    step = compile_graph((w * x).sqrt() * 3, [x])
    step([[1.0], [1.0]])
    assert w.grad == 0.75  # 3 · 0.5 / √4
    step([[1.0]])
    assert w.grad == 1.5


def test_names_are_pythons_and_no_two_are_alike() -> None:
    labels = [
        "a b",
        "",
        "d_x",
        "slope1",
        "x_value",
        "x_on",
        "x",
        "x",
        "x_n7",
        "for",
        "重み",
        "1st",
        "len",
        "_",
        "x_n15",
        "x",
    ]
    assert list(spelling.identifiers(labels)) == [
        "a_b",
        "n1",
        "n_d_x",
        "n_slope1",
        "x_value_n4",
        "x_on_n5",
        "x",
        "x_n7",
        "x_n7_n8",
        "for_n9",
        "重み",
        "n_1st",
        "len_n12",
        "_",
        "x_n15",
        "x_n15_",
    ]


def test_pieces_of_programs_are_written_in_short_lines() -> None:
    assert spelling.zeros([f"d{i}" for i in range(9)]) == ["d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = 0.0", "d8 = 0.0"]
    assert (spelling.sum_of("s", []), spelling.sum_of("s", [], begun=True)) == (["s = 0.0"], [])


def test_compiled_graph_says_how_large_it_is() -> None:
    w, x = Value(2.0, "w"), Input(4.0, "x")
    assert repr(compile_graph(w * x, [x])) == "<CompiledGraph of 3 values: 1 inputs, 1 parameters>"


def test_graph_of_just_the_largest_size_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microgrid.compiler.compile.MAX_OPERANDS", 2)
    w, x = Value(2.0, "w"), Input(4.0, "x")
    assert compile_graph(w * x, [x])([[3.0]]) == 6.0
    with pytest.raises(
        ValueError,
        match=r"several rows, compile the graph of one, .*; if it is one row, compile it .*native.* backward\(\)$",
    ):
        compile_graph(w * x + 1, [x])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda w, x: compile_graph(w * x, {x}), TypeError, r"^inputs must be a list, got "),  # type: ignore[arg-type]
        (
            lambda w, x: compile_graph(w * x, [w * x]),
            ValueError,
            r"^an input must be a leaf, got '\*', which was computed$",
        ),
        (
            lambda w, x: compile_graph(w * x, [named(w * x)]),
            ValueError,
            r"^an input must be a leaf, got p, which was computed$",
        ),
        (lambda _, x: compile_graph(x + 1, [x], [x]), ValueError, r"^a leaf is both an input and a parameter$"),
        (lambda w, x: compile_graph(w * x, [x])({1.0}), TypeError, r"^rows must be a list, got "),  # type: ignore[arg-type]
    ],
)
def test_wrong_argument_is_told_by_its_name(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make(Value(2.0, "w"), Input(4.0))


def named(value: Value) -> Value:
    value.label = "p"
    return value


def test_unknown_backend_is_told() -> None:
    with pytest.raises(ValueError, match=r"^backend must be one of python, native, got 'c'$"):
        compile_graph(Value(1.0), [], backend="c")


def test_native_backend_without_llvmlite_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from microgrid.compiler import native

    monkeypatch.setitem(sys.modules, "llvmlite", None)  # as where it is not installed
    monkeypatch.setattr(native, "llvm", native.llvm.__wrapped__)
    message = r'^backend="native" needs llvmlite: pip install llvmlite$'
    with pytest.raises(ImportError, match=message):
        compile_graph(Value(1.0), [], backend="native")
    with pytest.raises(ImportError, match=message):
        train(Neuron(1, seed=0), [[1.0]], [2.0], backend="native")
