"""Networks in the app: the weights, gradients and training of Python, for networks that nobody chose."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from microgrid.datasets import penguin_species
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.documents.networks import Spec
from tests.node import ask_core
from tests.studio.random_networks import is_exact, python_answer, random_spec
from tests.studio.write_networks import NETWORKS, content

BLOCK = 250  # networks that are compared at once


def test_file_of_networks_holds_what_python_computes() -> None:
    written = json.loads(NETWORKS.read_text(encoding="utf-8"))
    assert_close(written, content(), 1e-9)


def assert_close(came: Any, due: Any, tolerance: float) -> None:
    """Compare JSON, in which numbers of another machine's library may differ by rounding."""
    if isinstance(due, dict):
        assert came.keys() == due.keys()
        for key, item in due.items():
            assert_close(came[key], item, tolerance)
    elif isinstance(due, list):
        assert len(came) == len(due)
        for one, other in zip(came, due, strict=True):
            assert_close(one, other, tolerance)
    else:
        assert came == due or (isinstance(due, float) and math.isclose(came, due, rel_tol=tolerance, abs_tol=tolerance))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 5000, BLOCK))
def test_one_cycle_of_random_networks_gives_the_same_numbers(first: int) -> None:
    compare([random_spec(number) for number in range(first, first + BLOCK)], trains=False)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("first", range(5000, 6000, BLOCK))
def test_training_of_random_networks_ends_at_the_same_weights(first: int) -> None:
    compare([random_spec(number) for number in range(first, first + BLOCK)], trains=True)


@pytest.mark.browser
@pytest.mark.parametrize("batch_size", [16, 1000])
def test_page_of_a_trained_network_goes_on_as_python_does(batch_size: int) -> None:
    learners = [ColumnLearner.prepare(penguin_species(), [4]) for _ in range(2)]
    history = learners[0].train(3, 0.02, batch_size)
    learners[1].train(4, 0.02, batch_size)
    spec = Spec.of(learners[0], 0.02, batch_size, 0, history)
    assert spec.momentum == 0.9
    cycles = math.ceil(len(spec.data.rows) / batch_size)  # of one epoch
    (answer,) = ask_core("network", [{"spec": spec.to_json(), "cycles": cycles}])
    due = [parameter.data for parameter in learners[1].model.parameters()]
    assert answer["trained"] == pytest.approx(due, rel=1e-9, abs=1e-9)


def compare(specs: list[dict[str, Any]], trains: bool) -> None:
    due = [python_answer(spec, trains) for spec in specs]
    tasks = [{"spec": spec, "cycles": answer.get("cycles", 0)} for spec, answer in zip(specs, due, strict=True)]
    for spec, came, expected in zip(specs, ask_core("network", tasks), due, strict=True):
        assert came["parameters"] == expected["parameters"], spec
        assert_close(came["loss"], expected["loss"], 1e-12)  # the C library's pow rounds a square in its own way
        assert_close(came["gradients"], expected["gradients"], 0.0 if is_exact(spec) else 1e-12)
        if trains:
            for name in ("trained", "losses"):
                assert_close(came[name], expected[name], 1e-9)
