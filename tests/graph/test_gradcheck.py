"""The tester tested: `check_gradients` must object to what is wrong, and only to that."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from microgrid import Input, Value, check_gradients, maximum, nudge
from microgrid._util.text import display_width
from microgrid.graph.gradcheck import numerical_derivative
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.optim import SGD
from tests.graphs import plant


def test_right_gradients_agree() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    table = check_gradients((a * b + 10).tanh() / b**2)
    assert [row.name for row in table.rows] == ["a", "b"]
    assert table.agrees


@pytest.mark.parametrize("factor", [1.0005, 0.9995, -1.0, 0.0])
def test_local_derivative_that_is_wrong_by_a_twentieth_of_a_percent_is_found(factor: float) -> None:
    a = Value(2.0, label="a")
    square = a**2
    plant(square, (square.local_derivatives[0] * factor, square.local_derivatives[1]))
    table = check_gradients(3 * square)
    assert not table.agrees
    assert "DIFFERS" in str(table)


def test_difference_within_the_tolerance_is_accepted() -> None:
    a = Value(2.0)
    square = a**2
    plant(square, (square.local_derivatives[0] * 1.0005, 0.0))
    assert check_gradients(square, tolerance=1e-3).agrees


def test_kink_is_told_apart_from_a_mistake() -> None:
    a = Value(0.0, label="a")
    (row,) = check_gradients(a.relu()).rows
    assert (row.agrees, row.kink) == (True, True)


@pytest.mark.parametrize("slope", [1.5, 0.5, 0.0005])
def test_wrong_convention_at_a_kink_is_found(slope: float) -> None:
    a = Value(0.0)
    bent = a.relu()
    plant(bent, (slope,))
    assert not check_gradients(bent).agrees


@pytest.mark.parametrize(
    ("compute", "x", "verdict"),
    [
        (lambda x: x.relu() ** 2, 0.0, "agrees"),
        (lambda x: x * abs(x), 0.0, "agrees"),
        (lambda x: x.relu() * (-x).relu(), 0.0, "agrees"),
        (lambda x: (500 * x).sin(), 1.0, "agrees"),
        (lambda x: (1e8 * x).sin(), 0.3, "agrees"),
        (lambda x: 1e-200 * x.sin(), 1.0, "agrees"),
        (lambda x: (300 * x).exp(), 2.3, "agrees"),
        (lambda x: 1 / (1 + (700 * x).exp()), 0.8, "agrees"),  # its gradient is too small for a float
        (lambda x: (1 - x * x).sqrt(), 0.9999999, "agrees"),
        (lambda x: x**1.5, 0.0, "agrees"),  # has no value below 0
        (lambda x: (x - 1).relu() * x, 1.0000000000001, "agrees"),  # next to the kink
        (lambda x: abs(x - 1) * (x - 1), 0.9999999999999998, "agrees"),
        (lambda x: 0.0005 * x.relu(), 0.0, "kink"),
        (lambda x: 1e-30 * x.relu(), 0.0, "kink"),
        (lambda x: abs(x), 0.0, "kink"),  # the central difference is 0, as is the convention
        (lambda x: maximum(x, 2 * x), 0.0, "kink"),
        (lambda x: (x * 3).leaky_relu().leaky_relu(), 0.0, "kink"),
        (lambda x: x**3, 0.0, "agrees"),
        (lambda x: (1e15 * x).sin(), 1.0, "unmeasured"),
        (lambda x: x.sin(), 1e200, "unmeasured"),  # the next float is 10^183 turns away
        (lambda x: x.tanh(), 15.0, "unmeasured"),
        (lambda x: (500 * x).cos(), math.pi, "agrees"),  # 8e-11, because 500π was rounded
        (lambda x: (1e65 * x).sin(), 0.0, "agrees"),  # only a tiny step shows the slope
        (lambda x: (1e106 * x).sin(), 0.6, "unmeasured"),
        (lambda x: (1e5 * x).sin(), math.pi, "agrees"),  # large steps are whole turns
        (lambda x: x**x, 0.0, "unmeasured"),  # ever steeper towards 0, where the convention is 0
        (lambda x: x**x, 1e-100, "unmeasured"),
        (lambda x: (x.cos() * 0.25).sin() * 1e12 + 1e12, 0.0, "agrees"),
        (lambda x: ((x - 1).relu() - 1e6) ** 2, 0.5, "agrees"),  # off: no error of the square counts
    ],
)
def test_right_gradient_is_not_called_wrong(compute: Callable[[Value], Value], x: float, verdict: str) -> None:
    leaf = Value(x)
    (row,) = check_gradients(compute(leaf)).rows
    assert row.verdict == verdict
    if abs(row.gradient) > 1e-9 and verdict == "agrees":
        doubted = compute(leaf) * 1.0
        plant(doubted, (1.0005, doubted.data))
        assert check_gradients(doubted, [leaf]).rows[0].verdict == "differs"


def test_table_makes_room_for_powers_of_ten() -> None:
    x, y = Value(1.0, label="x"), Value(8.0, label="y")
    table = check_gradients((-40 * x).exp() + y.tanh() * 1e-12)
    assert "−1.6993417 × 10⁻¹⁶" in table.text()
    heading, *rows = table.text("ja").splitlines()
    assert "−1.6993417 × 10⁻¹⁶" in rows[0]
    assert {display_width(row.removesuffix("  一致")) for row in rows} == {display_width(heading)}


def test_convention_outside_of_both_slopes_is_told_apart_from_one_between_them() -> None:
    x = Value(0.0, label="x")
    (row,) = check_gradients(x.relu() - (-x).relu()).rows
    assert (row.gradient, row.slopes, row.verdict) == (0.0, (1.0, 1.0), "kink")  # this is x, but relu'(0) is 0
    assert str(check_gradients(x.relu() - (-x).relu())).endswith("a kink: by convention")
    assert str(check_gradients(x.relu())).endswith("a kink: between both slopes")


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh"])
@pytest.mark.parametrize("n_updates", [0, 20])
def test_gradients_of_a_network_on_xor_are_right_and_a_planted_mistake_is_not(activation: str, n_updates: int) -> None:
    network = MLP(2, [3, 3, 1], activation=activation, seed=2)
    rows = [[Input(float(a)), Input(float(b))] for a in (0, 1) for b in (0, 1)]

    def loss() -> Value:
        return mean_squared_error([network(row) for row in rows], [1.0, 0.0, 0.0, 1.0])

    for _ in range(n_updates):
        network.zero_grad()
        loss().backward()
        SGD(network.parameters(), 0.1).step()
    output = loss()
    assert check_gradients(output).agrees
    plant(output, [slope * 1.0005 for slope in output.local_derivatives])
    assert {row.verdict for row in check_gradients(output).rows if row.gradient} == {"differs"}


def test_border_of_the_domain_is_not_taken_for_agreement() -> None:
    a = Value(5e-324, label="a")  # the smallest float: nothing fits between it and 0
    table = check_gradients(a * 3 + Value(0.0).softplus())
    (row, _) = table.rows
    assert row.agrees
    table = check_gradients((a * 1e300).log())
    assert table.rows[0].verdict == "unmeasured"
    assert "cannot be checked here" in str(table)


@pytest.mark.parametrize(
    ("compute", "x"), [(Value.sin, 1e10), (lambda a: 1 / a, 1e-9), (Value.log, 1e-12), (Value.exp, 700.0)]
)
def test_right_gradient_agrees_however_large_or_small_the_number(compute: Callable[[Value], Value], x: float) -> None:
    (row,) = check_gradients(compute(Value(x))).rows
    assert (row.agrees, row.kink) == (True, False)


@pytest.mark.parametrize(
    ("beside", "planted", "verdict"),
    [
        (1e17, 1.0, "unmeasured"),  # a + 1e17 is 1e17, whatever the chain rule says
        (1e17, 0.0, "unmeasured"),
        (1e12, 1.0005, "unmeasured"),
        (1e12, 0.0, "differs"),  # a step as large as a itself shows it
        (1.8e7, 1.0005, "differs"),
        (1e2, 1.0, "agrees"),
    ],
)
def test_gradient_that_rounding_hides_is_called_unmeasured(beside: float, planted: float, verdict: str) -> None:
    a = Value(2.0, label="a")
    output = a + beside
    plant(output, (planted, 1.0))
    table = check_gradients(output)
    assert table.rows[0].verdict == verdict
    assert table.agrees is (verdict == "agrees")


def test_gradient_beside_large_numbers_is_measured_where_it_is_large_itself() -> None:
    a = Value(2.0, label="a")
    assert check_gradients(a * 1e6 + 1e7).agrees
    wrong = a * 1e6
    plant(wrong, (1.001e6, 2.0))
    assert not check_gradients(wrong + 1e7).agrees


def test_number_that_was_missing_when_the_graph_was_recorded_is_noticed() -> None:
    a = Value(math.nan)
    b = a * 2
    a.data = 1.0
    with pytest.raises(ValueError, match="changed after this graph was recorded"):
        check_gradients(b)


def test_graph_is_not_touched() -> None:
    a = Value(2.0)
    output = a * a
    a.grad = 7.0
    check_gradients(output)
    nudge(output, a)
    assert (a.data, a.grad, output.data, output.grad) == (2.0, 7.0, 4.0, 0.0)


def test_constants_are_not_checked_and_inputs_are() -> None:
    x = Input(2.0, "x")
    assert [row.name for row in check_gradients(x**2 * 3).rows] == ["x"]


def test_leaf_of_another_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="is not in this graph"):
        check_gradients(Value(1.0) * 2, [Value(5.0)])
    with pytest.raises(ValueError, match="is not in this graph"):
        nudge(Value(1.0) * 2, Value(5.0))


def test_graph_whose_leaf_was_changed_since_is_refused() -> None:
    a = Value(2.0)
    output = a * a
    a.data = 3.0
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded; compute it again"):
        check_gradients(output)
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded"):
        nudge(output, a)


def test_numerical_derivative_of_a_cube() -> None:
    assert numerical_derivative(lambda x: x**3, 2.0) == pytest.approx(12.0, abs=1e-8)


def test_recomputing_with_nothing_replaced_gives_the_output_bit_for_bit() -> None:
    a, b = Value(0.3), Value(0.7)
    output = maximum(a.sin() * b, a - b).softplus() / 3
    assert list(Snapshot.of(output).recompute())[-1] == output.data


def test_recomputing_may_replace_an_inner_value() -> None:
    a = Value(3.0)
    inner = a + 1
    graph = Snapshot.of(inner * a)
    assert list(graph.recompute({graph.ids[inner]: 10.0}))[-1] == 30.0


def test_nudge_tells_what_was_predicted_and_what_happened() -> None:
    product = Value(28.0, label="product")
    loss = (product - 25) ** 2
    loss.label = "loss"
    moved = nudge(loss, product, 0.01)
    assert moved.gradient == 6.0
    assert moved.predicted == pytest.approx(0.06)
    assert moved.actual == pytest.approx(0.0601)
    assert str(moved) == (
        "If product moves by +0.01 (28 → 28.01), its gradient 6 predicts that the loss changes by +0.06.\n"
        "It changes by +0.0601 (9 → 9.06)."
    )


def test_nudge_and_table_speak_japanese_too() -> None:
    w = Value(3.0, label="w")
    loss = w**2
    loss.label = "loss"
    told = nudge(loss, w).text("ja").splitlines()
    assert told[0] == "w が +0.01 動くと (3 → 3.01)、勾配 6 から見積もると、損失は +0.06 変わる。"
    assert told[1] == "実際には +0.0601 変わる (9 → 9.06)。"
    heading, row = check_gradients(loss).text("ja").splitlines()
    assert heading.split() == ["葉ノード", "値", "連鎖律", "数値微分", "差"]
    assert row.split()[:3] == ["w", "3", "6"]
    assert display_width(heading) == display_width(row.removesuffix("  一致"))


def test_nudge_speaks_of_what_has_no_label() -> None:
    x = Value(3.0)
    assert str(nudge(x**2, x)).startswith("If this value moves by +0.01 (3 → 3.01), its gradient 6 predicts that the ")
    assert nudge(x**2, x).text("ja").startswith("この値が +0.01 動くと")


def test_nudge_and_table_know_two_languages_only() -> None:
    x = Value(3.0)
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        nudge(x**2, x).text("fr")
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        check_gradients(x**2).text("fr")


def test_nudge_beyond_the_domain_is_an_error() -> None:
    a = Value(0.005, label="a")
    with pytest.raises(ValueError, match=r"natural logarithm has no value at -0.005"):
        nudge(a.log(), a, -0.01)


def test_bend_is_not_taken_for_a_kink() -> None:
    a = Value(0.0)
    bowl = 1e6 * a**2
    plant(bowl.operands[1], (3e-6, 0.0))  # the slope at the bottom of the bowl is 0
    (row,) = check_gradients(bowl).rows
    assert (row.agrees, row.kink) == (False, False)


@pytest.mark.parametrize("size", [1e-4, 1e-6])
def test_small_gradient_that_is_wrong_is_found(size: float) -> None:
    a = Value(2.0)
    scaled = a * size
    plant(scaled, (size * 1.005, 2.0))
    assert not check_gradients(scaled).agrees
