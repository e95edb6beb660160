"""The relay: every step of a cycle, equal to what the engine and the optimizer do, bit for bit."""

from __future__ import annotations

import base64
import functools
import json
import math
import operator
import pickle
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microgrid import Constant, Input, Relay, Value, topological_order, total
from microgrid.graph import operations
from microgrid.graph.operations import OPERATIONS
from microgrid.language.words import words
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, Dense, Neuron
from microgrid.optim import SGD
from microgrid.pictures import graphviz_renderer
from microgrid.pictures.dot import draw_snapshot, render
from microgrid.relay.records import Change, FirstNonFinite, Know, Seed, Share
from tests.graphs import Recipe, plant, recipes, record
from tests.test_gradients import build_or_skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def neuron() -> tuple[Value, dict[str, Value]]:
    """Record the neuron of the pictures: tanh(−3 · 2 + 6.88) against a target of 0.2."""
    w, x, b = Value(-3.0, "w"), Input(2.0, "x"), Value(6.8813735870195432, "b")
    n = w * x + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return mean_squared_error(o, 0.2), {"w": w, "x": x, "b": b, "n": n, "o": o}


def network_loss() -> tuple[MLP, Value]:
    model = MLP(3, [4, 4, 1], seed=3)
    prediction = model([0.5, -1.0, 2.0])
    assert isinstance(prediction, Value)
    return model, mean_squared_error(prediction, 0.3)


# --- the record equals what engine and optimizer do ------------------------------------------------------------------


@given(recipes(), st.floats(0.0, 1.0))
def test_totals_equal_backward_and_changes_equal_a_step_of_sgd_bit_for_bit(recipe: Recipe, rate: float) -> None:
    output, leaves = build_or_skip(recipe)
    parameters = [leaf for leaf in leaves if leaf in topological_order(output)]
    relay = Relay(output, learning_rate=rate)
    output.backward()
    for node, gradient in zip(topological_order(output), relay.gradients.values(), strict=True):
        assert node.grad == gradient or (math.isnan(node.grad) and math.isnan(gradient))
    assume(all(math.isfinite(leaf.grad) for leaf in parameters))
    SGD(parameters, rate).step()
    assert {step.node: step.after for step in relay.steps_of("change") if isinstance(step, Change)} == {
        relay.id_of(leaf): leaf.data for leaf in parameters
    }


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_is_recorded_as_it_is_computed(op: str) -> None:
    leaves = [Value(0.5, "p"), Value(1.5, "q"), Value(2.5, "r")]
    n = 3 if OPERATIONS[op].summed else len(OPERATIONS[op].operands)
    output = record(op, *leaves[:n])
    relay = Relay(output)
    know = relay.steps[0]
    assert know == Know(f"n{n}", tuple(leaf.data for leaf in leaves[:n]), output.data)
    shares = [step for step in relay.steps if isinstance(step, Share)]
    assert [step.share for step in shares] == list(output.local_derivatives)


@given(recipes())
def test_node_hands_its_shares_on_only_when_all_of_its_own_have_arrived(recipe: Recipe) -> None:
    output, _ = build_or_skip(recipe)
    relay = Relay(output)
    handed_on: set[str] = set()
    for step in relay.steps:
        if isinstance(step, Share):
            assert step.operand not in handed_on
            assert step.upstream == relay.gradients[step.node] or math.isnan(step.upstream)
            handed_on.add(step.node)


def test_steps_of_a_product_by_hand() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    assert Relay(a * b, learning_rate=0.5).steps == (
        Know("n2", (2.0, -3.0), -6.0),
        Seed("n2", 1.0),
        Share("n2", "n0", 0, 1.0, -3.0, -3.0, 0.0, -3.0),
        Share("n2", "n1", 1, 1.0, 2.0, 2.0, 0.0, 2.0),
        Change("n0", 2.0, -3.0, 0.5, 3.5),
        Change("n1", -3.0, 2.0, 0.5, -4.0),
    )


def test_recording_touches_neither_data_nor_gradients() -> None:
    loss, _ = neuron()
    for i, node in enumerate(topological_order(loss)):
        node.grad = float(i)
    before = [(node.data, node.grad, node.label) for node in topological_order(loss)]
    relay = Relay(loss)
    relay.text()
    assert [(node.data, node.grad, node.label) for node in topological_order(loss)] == before


def test_steps_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Relay(Value(1.0) * 2).steps[0].data = 3.0  # type: ignore[misc, union-attr]


# --- why the order must be topological -------------------------------------------------------------------------------


def handed_on_at_once(node: Value, arriving: float, gradients: dict[Value, float], total: bool) -> None:
    """Hand responsibility on without waiting: each share as it comes or, with `total`, all that has come so far."""
    gradients[node] = gradients.get(node, 0.0) + arriving
    for operand, local in zip(node.operands, node.local_derivatives, strict=True):
        handed_on_at_once(operand, (gradients[node] if total else arriving) * local, gradients, total)


def test_first_lesson_needs_the_topological_order() -> None:
    a = Value(3.0, "a")
    b = a + a
    c = b + b
    assert Relay(c).gradients == {"n0": 4.0, "n1": 2.0, "n2": 1.0}
    wrong: dict[Value, float] = {}
    handed_on_at_once(c, 1.0, wrong, total=True)
    assert wrong[a] == 6.0  # b handed on its first share, and then its total: 1 + 1 + 2 + 2
    shares = [step for step in Relay(c).steps if isinstance(step, Share)]
    assert [(step.node, step.operand, step.share) for step in shares] == [
        ("n2", "n1", 1.0),
        ("n2", "n1", 1.0),
        ("n1", "n0", 2.0),
        ("n1", "n0", 2.0),
    ]


# --- what Change does ------------------------------------------------------------------------------------------------


def test_parameters_default_to_leaves_that_are_neither_inputs_nor_constants() -> None:
    loss, values = neuron()
    relay = Relay(loss)
    assert relay.parameters == (relay.id_of(values["w"]), relay.id_of(values["b"]))


def test_learning_rate_is_a_tenth_unless_another_is_given() -> None:
    assert Relay(Value(3.0, "w") * 2).steps[-1] == Change("n0", 3.0, 2.0, 0.1, 2.8)


def test_only_the_given_parameters_change_and_strangers_are_passed_over() -> None:
    loss, values = neuron()
    relay = Relay(loss, [values["b"], Value(1.0, "stranger")])
    assert [step.node for step in relay.steps_of("change")] == [relay.id_of(values["b"])]


def test_second_forward_pass_gives_the_loss_after_the_change() -> None:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    relay = Relay((w * x - 5) ** 2, learning_rate=0.05)
    assert relay.outcome.before == 1.0
    assert relay.outcome.predicted == pytest.approx(1.0 - 0.05 * 16.0)
    w.data -= 0.05 * 4.0
    assert relay.outcome.after == ((w * x - 5) ** 2).data


def test_what_rounding_alone_leaves_of_the_loss_is_0_however_small_the_loss() -> None:
    w, b, x = Value(3.0, "w"), Value(1.0, "b"), Input(2.0, "x")
    for _ in range(120):
        relay = Relay((w * x + b - 5) ** 2, learning_rate=0.05)  # the loss is η · (the sum of the squared gradients)
        assert relay.outcome.predicted == 0.0
        for value in (w, b):
            value.data -= 0.05 * relay.gradients[relay.id_of(value)]
    assert Relay((w * x + b - 6) ** 2, learning_rate=0.0499).outcome.predicted > 0.0


def test_second_pass_that_leaves_the_domain_says_so() -> None:
    a = Value(0.1, "a")
    outcome = Relay(a.log(), learning_rate=1.0).outcome
    assert math.isnan(outcome.after)
    assert outcome.missing == "n1"
    assert outcome.numbers == pytest.approx((-9.9,))
    told = Relay(a.log(), learning_rate=1.0).text()
    assert "it cannot be computed: natural logarithm has no value at −9.9." in told
    japanese = Relay(a.log(), learning_rate=1.0).text("ja")
    assert "更新後は計算できない: −9.9 の自然対数は (実数では) 存在しない。" in japanese


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Relay(3.0), TypeError, "a Relay needs a Value as its loss, got float"),  # type: ignore[arg-type]
        (lambda: Relay(Value(1.0) * 2, learning_rate=-1.0), ValueError, "learning_rate must be 0 or more"),
    ],
)
def test_what_is_no_graph_or_no_learning_rate_is_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(("given", "told"), [(Constant(2.0), r"constant 2\.0"), (Input(2.0, "x"), "input x")])
def test_parameter_that_is_given_and_not_learned_is_refused(given: Value, told: str) -> None:
    with pytest.raises(ValueError, match=f"^expected a parameter, got the {told}$"):
        Relay(Value(3.0, "w") * given, parameters=[given])


def test_parameter_that_was_computed_is_refused() -> None:
    loss, values = neuron()
    with pytest.raises(ValueError, match="a parameter must be a leaf, got n, which was computed"):
        Relay(loss, [values["n"]])


def test_leaf_changed_after_recording_is_noticed() -> None:
    loss, values = neuron()
    values["w"].data = 7.0
    with pytest.raises(ValueError, match=r"a leaf was changed after this graph was recorded: w·x is -6.0, .* 14.0"):
        Relay(loss)


# --- paths -----------------------------------------------------------------------------------------------------------


def test_two_paths_come_largest_first_and_add_up_to_the_gradient() -> None:
    a, b = Value(2.0, "a"), Value(1.0, "b")
    found = Relay((a + b) * (b + 1)).paths(b)
    assert [route.product for route in found.routes] == [3.0, 2.0]
    assert (found.count, found.remainder, found.gradient) == (2, 0.0, 5.0)
    assert found.routes[1].local_derivatives == (2.0, 1.0)


def test_routes_can_be_walked_and_counted() -> None:
    a = Value(3.0, "a")
    found = Relay(total([a] * 12)).paths(a, limit=5)
    assert list(found) == list(found.routes)
    assert len(found) == 5


def test_routes_in_words_have_names_products_and_what_the_others_bring() -> None:
    a, b = Value(2.0, "a"), Value(1.0, "b")
    loss = (a + b) * (b - 1.5) + (b - 5).relu()
    loss.label = "loss"
    relay = Relay(loss)
    assert str(relay.paths(b)) == (
        "b: gradient 2.5. Paths that contribute: 2\n"
        "  loss → (a + b)·(b − 1.5) → b − 1.5 → b  1 × 1 × 3 × 1 = 3\n"
        "  loss → (a + b)·(b − 1.5) → a + b → b    1 × 1 × (−0.5) × 1 = −0.5\n"
        "Paths with a local derivative of 0, which contribute nothing: 1."
    )
    assert relay.paths(b, limit=1).text("ja") == (
        "b: 勾配 2.5。届いた道は 2 本\n"
        "  loss → (a + b)·(b − 1.5) → b − 1.5 → b  1 × 1 × 3 × 1 = 3\n"
        "ほかの小さな道 1 本、合わせて −0.5\n"
        "ほかの 1 本の道からは何も届かない。途中に局所微分が 0 のところがある。"
    )
    assert str(relay.paths(loss)) == "loss: gradient 1. Paths that contribute: 1\n  loss  1"


def test_routes_that_bring_nothing_and_those_to_a_constant_are_told_as_what_they_are() -> None:
    a = Value(3.0, "a")
    relay = Relay((a - 5).relu())
    assert str(relay.paths(a)) == ("a: gradient 0. Each of its paths (1) contains a local derivative of 0.")
    assert str(relay.paths("n1")) == "5 is a constant: no gradient is passed back to it."
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        relay.paths(a).text("fr")


def test_middle_of_a_long_route_and_a_number_of_routes_beyond_any_float_can_be_shown() -> None:
    first = value = Value(1.0, "a")
    for i in range(1100):
        value = value + value
        value.label = f"v{i + 1}"
    summary, route, rest = str(Relay(value).paths(first, limit=1)).splitlines()
    assert summary == "a: gradient ∞. Paths that contribute: ∞"
    way, product = route.strip().split("  ")
    assert way == "v1100 → v1099 → v1098 → v1097 → v1096 → v1095 → … → v5 → v4 → v3 → v2 → v1 → a"
    assert product == "1 × 1 × 1 × 1 × 1 × 1 × … × 1 × 1 × 1 × 1 × 1 × 1 = 1"
    assert rest == "∞ smaller paths, together ∞"


def test_route_of_twelve_nodes_is_told_whole() -> None:
    a = value = Value(1.0, "a")
    for _ in range(11):
        value = value * 1
    assert "…" not in Relay(value).paths(a).text()


def test_value_used_twice_has_two_routes() -> None:
    a = Value(3.0)
    assert [route.nodes for route in Relay(a + a).paths(a).routes] == [("n1", "n0"), ("n1", "n0")]


def test_ten_routes_are_listed_unless_another_number_is_asked_for() -> None:
    a = Value(3.0)
    found = Relay(total([a] * 12)).paths(a)
    assert (len(found.routes), found.count, found.remainder) == (10, 12, 2.0)


def test_route_on_which_a_local_derivative_is_0_brings_nothing_and_is_not_listed() -> None:
    a = Value(3.0, "a")
    found = Relay((a - 5).relu() + 2 * a).paths(a)
    assert [route.product for route in found.routes] == [2.0]
    assert (found.count, found.blocked, found.remainder) == (1, 1, 0.0)


def test_gradient_that_every_route_keeps_away_has_no_routes() -> None:
    a = Value(3.0, "a")
    found = Relay((a - 5).relu()).paths(a)
    assert (found.routes, found.count, found.blocked, found.gradient) == ((), 0, 1, 0.0)


def test_remainder_of_routes_that_cancel_is_what_is_missing() -> None:
    a = Value(3.0)
    found = Relay(2 * a - 2 * a).paths(a, limit=1)
    assert (found.gradient, found.routes[0].product + found.remainder) == (0.0, 0.0)
    assert abs(found.remainder) == 2.0


def test_two_to_the_fifty_routes_are_counted_without_being_listed() -> None:
    first = value = Value(1.0)
    for _ in range(50):
        value = value + value
    found = Relay(value).paths(first, limit=3)
    assert [route.product for route in found.routes] == [1.0, 1.0, 1.0]
    assert (found.count, found.remainder) == (2**50, 2.0**50 - 3)


@given(recipes(longest=8), st.integers(0, 4))
def test_routes_are_all_there_are_sorted_and_sum_to_the_gradient(recipe: Recipe, position: int) -> None:
    output, leaves = build_or_skip(recipe)
    leaf = leaves[position % len(leaves)]
    assume(leaf in topological_order(output))
    relay = Relay(output)
    every = all_products(output, leaf)
    assume(len(every) < 2000 and all(map(math.isfinite, every)))
    found = relay.paths(leaf, limit=len(every) + 1)
    bringing = [product for product in every if product != 0.0]
    assert sorted(route.product for route in found.routes) == sorted(bringing)
    sizes = [abs(route.product) for route in found.routes]
    assert all(a >= b or math.isclose(a, b, rel_tol=1e-12) for a, b in pairwise(sizes))
    assert (found.count, found.count + found.blocked) == (len(bringing), len(every))
    assert math.fsum(every) == pytest.approx(found.gradient, rel=1e-9, abs=1e-9 * max(sizes, default=1.0))


def all_products(node: Value, target: Value, so_far: float = 1.0) -> list[float]:
    """List the products of all routes, by walking every one of them."""
    if node is target:
        return [so_far]
    edges = zip(node.operands, node.local_derivatives, strict=True)
    return [product for operand, local in edges for product in all_products(operand, target, so_far * local)]


def test_routes_of_a_stranger_are_refused() -> None:
    relay = Relay(Value(1.0) * 2)
    with pytest.raises(ValueError, match="is not in this graph"):
        relay.paths(Value(1.0))
    with pytest.raises(ValueError, match="'n9' is not the id of a node"):
        relay.paths("n9")


# --- where numbers break ---------------------------------------------------------------------------------------------


def test_first_infinity_is_found_with_its_operands() -> None:
    a, b = Value(1e200, "a"), Value(1e200, "b")
    product = a * b
    product.label = "product"
    relay = Relay(product - product)
    assert relay.first_non_finite is not None
    assert (relay.first_non_finite.step, relay.first_non_finite.node, relay.first_non_finite.operands) == (
        0,
        "n2",
        ("n0", "n1"),
    )
    told = (
        "Step 1: product = ∞ is the first value that is not finite. It was computed from a = 1 × 10²⁰⁰, b = 1 × 10²⁰⁰."
    )
    assert told in relay.text()


def test_first_share_that_is_not_finite_is_found() -> None:
    a = Value(1e-200, "a")
    relay = Relay((a * 1e200) * 1e200 * 1e-300)
    assert relay.first_non_finite is None
    relay = Relay(((a * 1e-100) * 1e250) * 1e250)
    assert relay.first_non_finite is not None
    assert isinstance(relay.steps[relay.first_non_finite.step], Share)
    told = "Step 6: the share 1 × 10²⁵⁰ × 1 × 10²⁵⁰ = ∞, from n4 to n2, is the first number that is not finite."
    assert told in relay.text()


def test_gradient_that_stops_being_finite_although_every_share_is_finite_is_told_as_a_sum() -> None:
    a = Value(1e-300, "a")
    relay = Relay(a * 1.5e308 - a * -1.5e308)
    assert all(math.isfinite(step.share) for step in relay.steps if isinstance(step, Share))
    assert relay.first_non_finite == FirstNonFinite(7, "n0", ("n2",))
    assert relay.text().splitlines()[-2] == (
        "Step 8: the accumulated gradient of a, 1.5 × 10³⁰⁸ + 1.5 × 10³⁰⁸ = ∞, is the first number that is not "
        "finite. Its last share, 1.5 × 10³⁰⁸, came from n2."
    )
    assert relay.text("ja").splitlines()[-2] == (
        "ステップ 8: a の勾配 1.5 × 10³⁰⁸ + 1.5 × 10³⁰⁸ = ∞ が、はじめて有限でなくなった。"
        "最後の責任 1.5 × 10³⁰⁸ は n2 から届いた。"
    )


def test_infinite_leaf_is_not_said_to_have_come_after_what_was_made_from_it() -> None:
    relay = Relay(Value(math.inf, "a") * 2)
    assert "a·2 = ∞ is the first value that is not finite. It was computed from a = ∞, n1 = 2." in relay.text()


def test_infinite_gradients_of_both_signs_are_recorded_all_the_same() -> None:
    a, b = Value(1.0, "a"), Value(1.0, "b")
    relay = Relay((a - b) * 1e200 * 1e200)
    assert (relay.gradients["n0"], relay.gradients["n1"]) == (math.inf, -math.inf)
    assert [route.product for route in relay.paths(a).routes] == [math.inf]
    assert Relay.from_json(relay.to_json()) == relay


def test_parameter_that_is_given_twice_changes_once() -> None:
    a = Value(1.0, "a")
    assert len(Relay(a * 2, [a, a]).steps_of("change")) == 1


def test_relay_of_finite_numbers_has_no_trouble() -> None:
    assert Relay(neuron()[0]).first_non_finite is None


# --- as JSON ---------------------------------------------------------------------------------------------------------


@given(recipes())
def test_what_is_read_back_is_equal(recipe: Recipe) -> None:
    relay = Relay(build_or_skip(recipe)[0], learning_rate=0.3)
    assert Relay.from_json(relay.to_json()) == relay


def test_read_back_network_folds_and_draws_as_before() -> None:
    model, loss = network_loss()
    relay = Relay(loss, model.parameters())
    again = Relay.from_json(relay.to_json())
    assert again.text() == relay.text()
    assert again.snapshot.output.grad == 1.0


def test_infinities_survive_as_names() -> None:
    relay = Relay(Value(1e200) * 1e200)
    assert '"data":"Infinity"' in relay.to_json()
    assert Relay.from_json(relay.to_json()) == relay


def in_version_1(relay: Relay) -> str:
    """Write a relay as microgrid 0.1 did."""
    content = json.loads(relay.to_json()) | {"version": 1}
    content["outcome"]["foretold"] = content["outcome"].pop("predicted")
    return json.dumps(content)


def test_version_1_is_read() -> None:
    relay = Relay(neuron()[0])
    assert Relay.from_json(in_version_1(relay)) == relay


def test_version_1_whose_numbers_do_not_follow_is_refused() -> None:
    content = json.loads(in_version_1(Relay(neuron()[0])))
    content["outcome"]["after"] += 1.0
    with pytest.raises(ValueError, match="not a relay: its steps do not follow from its nodes"):
        Relay.from_json(json.dumps(content))


def places_of_numbers(content: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(content, (dict, list)):
        for key, item in content.items() if isinstance(content, dict) else enumerate(content):
            yield from places_of_numbers(item, (*place, key))
    elif isinstance(content, float):
        yield place


@pytest.mark.parametrize(
    ("factor", "more"),
    [
        (1.0 + 1e-9, 1e-300),
        pytest.param(math.nan, 0.0, marks=pytest.mark.slow),
        pytest.param(-1.0, -0.0, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("write", [Relay.to_json, pytest.param(in_version_1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("op", OPERATIONS)
def test_record_in_which_any_number_was_changed_is_refused(
    op: str, write: Callable[[Relay], str], factor: float, more: float
) -> None:
    operation = OPERATIONS[op]
    leaves = [Value(0.3 + 0.4 * i) for i in range(len(operation.operands) + bool(operation.last))]
    text = write(Relay(record(op, *leaves) * 2))
    for place in places_of_numbers(json.loads(text)):
        *path, last = place
        content = json.loads(text)
        inner: Any = functools.reduce(operator.getitem, path, content)
        before, inner[last] = inner[last], inner[last] * factor + more
        if repr(before) == repr(inner[last]):
            continue  # 0.0 stays 0.0
        with pytest.raises(ValueError, match="not a relay"):
            Relay.from_json(json.dumps(content))


@pytest.mark.parametrize("write", [Relay.to_json, in_version_1])
@pytest.mark.parametrize("op", OPERATIONS)
def test_record_whose_local_derivatives_do_not_follow_from_its_values_is_refused(
    op: str, write: Callable[[Relay], str]
) -> None:
    operation = OPERATIONS[op]
    leaves = [Value(0.3 + 0.4 * i) for i in range(len(operation.operands) + bool(operation.last))]
    for position in range(len(leaves)):
        result = record(op, *leaves)
        slopes = list(result.local_derivatives)
        slopes[position] = slopes[position] * 1.0005 or 1e-9
        plant(result, slopes)  # all steps of the record follow from it
        with pytest.raises(
            ValueError, match=f"the local derivative of n{len(leaves)} for n{position} is .*, and should"
        ):
            Relay.from_json(write(Relay(result * 2)))


@pytest.mark.parametrize("write", [Relay.to_json, in_version_1])
@pytest.mark.parametrize(
    "loss",
    [
        Value(1e200) * 1e200 * Value(0.0),
        -Value(0.0) * Value(-0.0),
        Value(math.nan).relu() + Value(math.inf),
        (0.0 ** Value(0.3) + 1) * Value(2.0),
        Value(0.5).log(),  # after the update there is none
    ],
)
def test_record_of_numbers_at_the_edges_is_read(loss: Value, write: Callable[[Relay], str]) -> None:
    relay = Relay(loss, learning_rate=1.0)
    assert Relay.from_json(write(relay)).to_json() == relay.to_json()


@pytest.mark.parametrize("write", [Relay.to_json, in_version_1])
def test_record_of_a_machine_that_rounds_otherwise_is_read(
    write: Callable[[Relay], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Relay(loss_of_functions())

    def rounded_up(function: Callable[[float], float]) -> Callable[[float], float]:
        return lambda x: math.nextafter(function(x), math.inf)

    with monkeypatch.context() as there:
        for name in ("exp", "log", "tanh", "sin"):
            there.setattr(math, name, rounded_up(getattr(math, name)))
            there.setitem(operations.FUNCTIONS, name, getattr(math, name))
        operations.function_of.cache_clear()
        relay = Relay(loss_of_functions())
        text = write(relay)
    operations.function_of.cache_clear()
    assert relay != here
    assert Relay.from_json(text) == relay


def loss_of_functions() -> Value:
    """Return a loss with functions of the C library, in which rounding errors cancel and so grow."""
    a, b = Value(0.7, "a"), Value(-0.3, "b")
    hidden = (a * b).tanh() + (a - b).sin().exp()
    return (hidden - 2.0) ** 2 + (hidden.log() - hidden.tanh()) * 1e-3


def edited(**changes: Any) -> str:
    content = json.loads(Relay(Value(2.0, "a") * 3).to_json())
    return json.dumps(content | changes)


def with_node(**changes: Any) -> str:
    content = json.loads(Relay(Value(2.0, "a") * 3).to_json())
    content["nodes"][2] |= changes
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a relay: Expecting value"),
        ("[" * 100_000, "not a relay"),
        ("[]", r'not a relay: expected JSON with "format": "microgrid relay", got \[\]$'),
        ('{"format": "other"}', "not a relay: expected JSON .*, got 'other'$"),
        (edited(version=3), "this relay has version 3; this microgrid reads 1 and 2"),
        (edited(nodes=[]), "not a relay: it has no nodes"),
        (edited(nodes=3), "not a relay: nodes must be a list, got 3$"),
        (with_node(operands=3), "not a relay: operands must be a list, got 3$"),
        (with_node(data=10**400), "not a relay: n2 is inf, but the product is 6.0"),
        (edited(version=True), "this relay has version True; this microgrid reads 1 and 2"),
        (edited(surprise=1), "not a relay: .*: 'surprise' was not expected in it$"),
        (edited().replace('"share": 3.0', '"share": 3.5'), r"steps\[2\].share is 3.5, and should be 3.0$"),
        (edited().replace('"predicted": ', '"predicted": 7'), "outcome.predicted is 7.*, and should be "),
        (edited(parameters=["n7"]), "not a relay: the parameter 'n7' is not a node"),
        (edited(parameters=["n2"]), "not a relay: a parameter must be a leaf"),
        (edited(learning_rate="fast"), "not a relay: learning_rate must be a number"),
        (edited(steps=[]), "not a relay: its steps do not follow from its nodes"),
        (with_node(data=7.0), "not a relay: n2 is 7.0, but the product is 6.0"),
        (
            with_node(local_derivatives=[4.0, 2.0]),
            "not a relay: the local derivative of n2 for n0 is 4.0, and should be 3",
        ),
        (with_node(op="os.system"), "not a relay: microgrid has no formula for the operation 'os.system'"),
        (with_node(operands=["n2", "n1"]), "not a relay: n2 has an operand that does not come before it"),
        (with_node(local_derivatives=[1.0]), "not a relay: n2 has 2 operands, 1 derivatives"),
        (with_node(kind="input"), "not a relay: n2 of kind 'input' has the operation"),
        (with_node(surprise=1), "not a relay: a node has no 'surprise'"),
    ],
)
def test_text_that_is_no_relay_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        Relay.from_json(text)
    assert "\n" not in str(caught.value)


def with_a_stray() -> str:
    """Put a leaf between a and −a that nobody reads."""
    content = json.loads(Relay(-Value(2.0, "a")).to_json().replace('"n1"', '"n2"'))
    content["nodes"].insert(1, {**content["nodes"][0], "id": "n1", "kind": "input"})
    content["outcome"]["values"].insert(1, 2.0)
    return json.dumps(content)


def with_operands_in_the_other_order() -> str:
    text = Relay(Input(2.0) - Input(2.0)).to_json()
    for old, new in (('"operands":["n0","n1"]', '"operands":["n1","n0"]'), ('"operand":"n0"', '"operand":"n9"')):
        text = text.replace(old, new)
    return text.replace('"operand":"n1"', '"operand":"n0"').replace('"operand":"n9"', '"operand":"n1"')


@pytest.mark.parametrize("text", [with_a_stray(), with_operands_in_the_other_order()])
def test_record_whose_nodes_a_graph_would_list_in_another_order_is_refused(text: str) -> None:
    """Views call the cards of its graph by their places in that order."""
    with pytest.raises(ValueError, match=r"^not a relay: its nodes are not listed in the order of their graph$"):
        Relay.from_json(text)


def test_missing_part_is_named() -> None:
    content = json.loads(Relay(Value(2.0) * 3).to_json())
    del content["nodes"][0]["data"]
    with pytest.raises(ValueError, match="not a relay: 'data' is missing"):
        Relay.from_json(json.dumps(content))


# --- saving and showing ----------------------------------------------------------------------------------------------


def test_relay_is_saved_as_its_suffix_says(tmp_path: Path) -> None:
    relay = Relay(neuron()[0])
    for suffix in ("json", "txt", "svg", "html"):
        relay.save(tmp_path / f"relay.{suffix}")
    assert Relay.from_json((tmp_path / "relay.json").read_text(encoding="utf-8")) == relay
    assert (tmp_path / "relay.txt").read_text(encoding="utf-8") == relay.text() + "\n"
    assert "<svg" in (tmp_path / "relay.svg").read_text(encoding="utf-8")
    assert (tmp_path / "relay.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"a relay is written as .html, .json, .txt or .svg; .*relay.doc' is none of these"
    ):
        Relay(neuron()[0]).save(tmp_path / "relay.doc")


def test_notebook_shows_a_picture_and_the_table() -> None:
    relay = Relay(neuron()[0])
    bundle = relay._repr_mimebundle_()
    assert bundle["text/plain"] == relay.text()
    assert "<img" in bundle["text/html"]
    assert "<pre>Know" in bundle["text/html"]


@pytest.mark.parametrize(("language", "caption"), [("en", "the same as a picture"), ("ja", "同じものを図で")])
def test_player_is_the_live_page_with_a_picture_below_it_in_one_language(language: str, caption: str) -> None:
    shown = Relay(neuron()[0]).player(language, height=500)._repr_html_()
    frame, _, below = shown.partition("</iframe>")
    assert 'height="500"' in frame
    assert f"&lt;html lang=&quot;{language}&quot;&gt;" in frame
    assert f"<summary>{caption}</summary>" in below
    assert f'alt="{words(language)["page.graph"]}" src="data:image/svg+xml;base64,' in below
    picture = base64.b64decode(below.partition("base64,")[2].partition('"')[0]).decode("utf-8")
    assert f">{words(language)['grad']}</text>" in picture


@pytest.mark.parametrize(("scripts_run", "is_open"), [(True, False), (False, True)])
def test_picture_of_a_player_is_folded_only_where_the_page_is_live(
    browser: Browser, scripts_run: bool, is_open: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts_run)
    page = context.new_page()
    page.set_content(Relay(neuron()[0]).player()._repr_html_())
    assert page.locator("img").is_visible() == is_open
    context.close()


def test_player_without_a_renderer_is_the_page_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MICROGRID_DOT", raising=False)
    monkeypatch.setattr(graphviz_renderer, "_packaged_program", lambda: None)
    monkeypatch.setenv("PATH", "")
    shown = Relay(neuron()[0]).player()._repr_html_()
    assert shown.startswith("<iframe ")
    assert "<img" not in shown


def test_player_has_the_picture_that_is_drawn_elsewhere_and_a_height_of_its_own() -> None:
    relay = Relay(neuron()[0])
    shown = relay.player()._repr_html_()
    assert 'height="640"' in shown
    assert base64.b64encode(render(draw_snapshot(relay.snapshot), "svg")).decode("ascii") in shown


def test_label_that_looks_like_markup_is_shown_as_text_in_a_notebook() -> None:
    bundle = Relay(Value(2.0, "<script>alert(1)</script>") * 3)._repr_mimebundle_()
    assert "<script>" not in bundle["text/html"]


def test_nodes_have_the_numbers_and_the_gradients() -> None:
    loss, _ = neuron()
    relay = Relay(loss)
    loss.backward()
    assert [(node.data, node.grad) for node in relay.nodes] == [
        (node.data, node.grad) for node in topological_order(loss)
    ]


def test_long_chain_is_recorded_without_recursion_one_step_for_each_thing_that_happens() -> None:
    def steps(n: int) -> int:
        x = value = Value(1.0)
        for _ in range(n):
            value = value + x
        return len(Relay(value).steps)

    assert steps(5_000) == 3 * 5_000 + 2  # Know, two shares for each addition; seed and change


# --- every part of a record ------------------------------------------------------------------------------------------


def test_no_share_is_recorded_to_a_constant() -> None:
    relay = Relay(Value(3.0, "w") * 2)
    assert [relay.node(step.operand).kind for step in relay.steps_of("think") if isinstance(step, Share)] == [
        "parameter"
    ]


def test_second_pass_has_the_number_of_every_value() -> None:
    w = Value(3.0, "w")
    assert Relay((w * 2 - 5) ** 2, learning_rate=0.5).outcome.values == (1.0, 2.0, 2.0, 5.0, -3.0, 2.0, 9.0)


def test_second_pass_without_a_value_has_a_predicted_loss_and_no_numbers() -> None:
    outcome = Relay(Value(0.5, "a").log(), learning_rate=1.0).outcome
    assert outcome.predicted == math.log(0.5) - 2.0 * 2.0
    assert outcome.values == ()


def test_layers_of_a_network_are_told_apart_and_their_neurons_kept_together() -> None:
    relay = Relay(network_loss()[1])
    assert sorted({node.layer for node in relay.nodes}) == ["", "layer1#0", "layer2#1", "layer3#2"]
    assert [sum(node.layer == f"layer{i + 1}#{i}" for node in relay.nodes) for i in range(3)] == [4, 4, 1]


def test_leaf_and_what_was_computed_are_numbered_in_the_picture_as_in_the_text_where_they_are_called_the_same() -> None:
    double = Value(2.0, "x") * 2
    double.label = "x"
    relay = Relay(double.tanh())
    svg = render(draw_snapshot(relay.snapshot), "svg").decode("utf-8")
    for node in relay.nodes[0], relay.nodes[2]:
        assert node.name in ("x #1", "x #2")
        assert f">{node.name}<" in svg


@pytest.mark.parametrize(
    ("build", "change", "message"),
    [
        (lambda a: a.log(), -1.0, r"^a leaf was changed after .* \(natural logarithm has no value at -1.0\); compute"),
        (lambda a: a - 1e308 * 10, math.inf, r"^a leaf was changed after .* n2 is -inf, and would now be nan; compute"),
    ],
)
def test_leaf_changed_to_what_has_no_number_is_noticed_too(build: Any, change: float, message: str) -> None:
    a = Value(2.0, "a")
    output = build(a)
    a.data = change
    with pytest.raises(ValueError, match=message):
        Relay(output)


def test_share_that_is_not_finite_is_told_with_the_value_that_handed_it_on() -> None:
    a = Value(1e-200, "a")
    first_non_finite = Relay(((a * 1e-100) * 1e250) * 1e250).first_non_finite
    assert first_non_finite is not None
    assert (first_non_finite.node, first_non_finite.operands) == ("n2", ("n4",))


def test_limit_of_routes_must_be_a_whole_number() -> None:
    a = Value(1.0)
    with pytest.raises(ValueError, match=r"^limit must be 1 or more, got 0$"):
        Relay(a * 2).paths(a, limit=0)


def test_equal_routes_come_in_the_order_of_the_operands() -> None:
    a = Value(3.0, "a")
    left, right = -a, -a
    assert [route.nodes for route in Relay(left + right).paths(a).routes] == [("n3", "n1", "n0"), ("n3", "n2", "n0")]


def test_routes_that_are_all_listed_leave_nothing_even_where_rounding_would() -> None:
    a = Value(1.0, "a")
    found = Relay(a * 0.1 + a * 0.2 + a * 0.3).paths(a)
    assert found.gradient - 0.3 - 0.2 - 0.1 == -(2.0**-55)
    assert found.remainder == 0.0


def test_largest_route_is_found_where_its_first_step_is_the_smaller_one() -> None:
    a = Value(1.0, "a")
    found = Relay((a * 100) * 0.5 + a * 3).paths(a, limit=1)
    assert [route.product for route in found.routes] == [50.0]


def test_route_that_is_not_a_number_is_not_overlooked() -> None:
    a, broken = Value(2.0, "a"), Value(math.nan, "broken")
    assert math.isnan(Relay(a * broken + a * 5).paths(a, limit=1).routes[0].product)


def test_relay_read_from_json_knows_no_value_and_no_wrong_rate() -> None:
    a = Value(1.0, "a")
    read, copied = Relay.from_json(Relay(a * 2).to_json()), pickle.loads(pickle.dumps(Relay(a * 2)))
    for relay in (read, copied):
        for ask in (relay.id_of, relay.paths):
            with pytest.raises(ValueError, match=r"has no Values; expected the id of a node, such as 'n0'$"):
                ask(a)
    assert [route.product for route in read.paths("n0")] == [2.0]
    with pytest.raises(ValueError, match=r"^not a relay: learning_rate must be 0 or more, and finite, got -1"):
        Relay.from_json(edited(learning_rate=-1.0))


def test_relay_equals_a_relay_with_the_same_record_and_nothing_else() -> None:
    a = Value(1.0, "a")
    relay = Relay(a * 2)
    assert relay == Relay(a * 2)
    assert hash(relay) == hash(Relay(a * 2))
    assert relay != Relay(a * 2, learning_rate=0.2)
    assert relay != relay.to_json()
    assert len({hash(Relay(a * 2)), hash(Relay(a * 2 * 2)), hash(Relay(a * 2, learning_rate=0.2))}) == 3


def test_notebook_without_a_renderer_shows_the_table_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microgrid.pictures.graphviz_renderer._find_program", lambda _=False: None)
    assert Relay(neuron()[0])._repr_mimebundle_()["text/html"].startswith("<pre>Know")


def test_player_needs_a_height_in_pixels() -> None:
    with pytest.raises(ValueError, match=r"^height must be 1 or more, got 0$"):
        Relay(neuron()[0]).player(height=0)


def test_only_a_picture_can_be_animated(tmp_path: Path) -> None:
    relay = Relay(neuron()[0])
    with pytest.raises(ValueError, match=r"^only a .svg can be animated; .*relay.json' is none$"):
        relay.save(tmp_path / "relay.json", animated=True)
    relay.save(tmp_path / "still.svg")
    relay.save(tmp_path / "moving.svg", animated=True)
    assert "@keyframes" in (tmp_path / "moving.svg").read_text(encoding="utf-8")
    assert "@keyframes" not in (tmp_path / "still.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda relay: relay.steps_of("guess"), ValueError, r"^phase must be "),
        (lambda relay: relay.id_of(3.0), TypeError, r"^expected a Value of this graph, got 3\.0$"),
        (lambda relay: relay.id_of(Value(7.0)), ValueError, r"^Value\(data=7\.0, grad=0\.0\) is not in this graph$"),
    ],
)
def test_what_a_relay_does_not_have_is_named(ask: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ask(Relay(neuron()[0]))


def test_steps_that_do_not_follow_from_the_nodes_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^not a relay: its steps do not follow from its nodes: steps has 0 items, and should have 4$"
    ):
        Relay.from_json(edited(steps=[]))


def test_page_and_moving_picture_are_saved_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    relay = Relay(neuron()[0])
    texts = {}
    for language in ("en", "ja"):
        for name, animated in (("page.html", False), ("moving.svg", True)):
            relay.save(tmp_path / name, animated=animated, language=language)
            texts[language, name] = (tmp_path / name).read_text(encoding="utf-8")
    assert '<html lang="ja">' in texts["ja", "page.html"]
    assert texts["en", "moving.svg"] != texts["ja", "moving.svg"]


def test_values_of_the_same_name_are_numbered_and_constants_are_not() -> None:
    a, b, two = Value(1.0, "x"), Value(2.0, "x"), Constant(2.0, "x")
    y, five = Value(4.0, "y"), Constant(5.0, "y")
    relay = Relay(total([a, b, two, y, five, Constant(6.0)]))
    assert [(node.label, node.number) for node in relay.nodes] == [
        ("x", 1),
        ("x", 2),
        ("x", 0),
        ("y", 0),
        ("y", 0),
        ("", 0),
        ("", 0),
    ]


def test_values_without_a_label_are_called_by_what_they_are_made_of_or_by_their_ids() -> None:
    a = Value(1.0, "a")
    exponential, tangent = a.exp(), a.tanh()
    product = exponential * tangent
    assert [node.name for node in Relay(product).nodes] == ["a", "exp(a)", "tanh(a)", "exp(a)·tanh(a)"]
    assert Relay(product + a.sin()).nodes[-1].name == "exp(a)·tanh(a) + sin(a)"
    assert Relay(product * product.sin()).nodes[-1].name == "n5"  # too long


def test_status_calls_a_relu_dead_and_the_neuron_of_a_single_row_off() -> None:
    assert Relay(Value(-1.0, "a").relu() * 2).status == {"n1": "dead"}
    neuron = Neuron(1, "relu").set_parameters([-1.0, 0.0])
    assert Relay(neuron([2.0]) * 2).status == {"n4": "off"}


def test_layer_keeps_its_name_whatever_it_is_called() -> None:
    layer = Dense(1, 1, seed=0, name="part #2 of #3")
    assert Relay(layer([1.0])).snapshot.output.layer_name == "part #2 of #3"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({1.0}, r"^parameters must be a list, got \{1\.0\}$"), ([1.0], r"^a parameter must be a Value, got 1\.0$")],
)
def test_parameters_that_are_none_are_named(parameters: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Relay(Value(1.0) * 2, parameters)
