"""Some hundred random graphs in every way that needs no browser, and the tests of the oracle itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings

from microgrid import Value
from microgrid.engine import gradients
from microgrid.graph.operations import OPERATIONS
from tests.cross_check import (
    DEEPEST,
    PROMISED,
    SEEDS,
    SIZES,
    again,
    disagreements,
    known,
    main,
    seeded,
    skewed,
)
from tests.graphs import Recipe, plant
from tests.oracle import FACTOR, AtAKinkError, exact


@settings(max_examples=4 * settings().max_examples)
@given(SIZES, SEEDS)  # in this order: Hypothesis makes the first as small as it can
def test_random_graphs_have_exact_derivatives(size: int, seed: int) -> None:
    try:
        graph = known(seed, size)
    except AtAKinkError:
        assume(False)
    assert disagreements(*graph, by_row=seed % 2 == 0) == [], again(seed, size)


# --- the oracle tested -----------------------------------------------------------------------------------------------


def test_exact_derivatives_by_hand() -> None:
    recipe = Recipe((2.0, 3.0), (("**", (0, 1)), ("log", (2,))))  # 3 · log(2)
    truth = exact(recipe, recipe.values())
    assert truth.value == pytest.approx(3 * math.log(2), rel=1e-15)
    assert truth.gradients == pytest.approx((1.5, math.log(2)), rel=1e-15)


@pytest.mark.parametrize("op", OPERATIONS)
def test_slope_that_is_wrong_in_its_tenth_digit_is_noticed(op: str) -> None:
    formula = OPERATIONS[op]
    operands = tuple(range(len(formula.operands) + bool(formula.last)))
    recipe = Recipe((0.5, 0.7, 1.3)[: len(operands)], ((op, operands),))
    values = recipe.values()
    truth = exact(recipe, values)
    slopes = values[-1].local_derivatives
    assert truth.problems(values[-1].data, slopes, PROMISED) == []
    for i, slope in enumerate(slopes):
        plant(values[-1], [*slopes[:i], slope * (1 + 3e-10) or 1e-9, *slopes[i + 1 :]])
        wrong = gradients(values[-1])
        assert len(truth.problems(values[-1].data, [wrong[leaf] for leaf in values[:-1]], PROMISED)) == 1
    assert truth.problems(values[-1].data * (1 + 3e-10), slopes, PROMISED) != []


def test_saturated_tanh_may_lose_the_digits_that_its_formula_loses_and_no_more() -> None:
    recipe = Recipe((15.0,), (("tanh", (0,)),))
    values = recipe.values()
    truth = exact(recipe, values)
    slope = values[-1].local_derivatives[0]
    assert 1e-4 < abs(slope / truth.gradients[0] - 1) < 1e-3  # 1 − tanh² has three right digits left
    assert truth.problems(values[-1].data, [slope], PROMISED) == []
    assert truth.problems(values[-1].data, [slope + 2 * FACTOR * truth.slacks[0]], PROMISED) != []


def test_number_at_a_kink_that_only_rounding_decides_has_no_right_answer() -> None:
    recipe = Recipe((1.0, 1e-17), (("+", (0, 1)), ("-", (2, 0)), ("relu", (3,))))  # 1 + 1e-17 is 1 for a float
    with pytest.raises(AtAKinkError, match="relu in step 4"):
        exact(recipe, recipe.values())


def test_sizes_go_from_one_step_to_the_deepest_and_half_are_small() -> None:
    sizes = [skewed(i) for i in range(1, DEEPEST + 1)]
    assert (sizes[0], sizes[DEEPEST // 2 - 1], sizes[-1]) == (1, 25, DEEPEST)


def test_broken_operation_is_told_and_the_command_that_is_printed_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, size = next((seed, size) for seed, size, (recipe, *_) in seeded(200) if recipe.steps[-1][0] == "sin")
    assert main([str(seed), str(size)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "every way agrees with the exact derivatives"

    right = Value.sin

    def wrong(value: Value) -> Value:
        result = right(value)
        plant(result, [-slope for slope in result.local_derivatives])
        return result

    monkeypatch.setattr(Value, "sin", wrong)
    assert main(again(seed, size).split()[-2:]) == 1
    assert "\nbackward: gradient of leaf" in capsys.readouterr().out
