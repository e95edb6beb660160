"""Learning a column of a table: own units outside, standardised numbers inside, and nothing seen that should not be."""

from __future__ import annotations

import pytest

from microgrid import Value
from microgrid.datasets import Dataset, Scale, penguins
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.penguins import penguin_learner
from microgrid.nn import MLP


@pytest.fixture(scope="module")
def trained() -> ColumnLearner:
    learner = penguin_learner()
    learner.train(epochs=5)
    return learner


def predicted_by(model: MLP, row: list[float]) -> float:
    prediction = model(row)
    assert isinstance(prediction, Value)
    return prediction.data


def by_hand() -> ColumnLearner:
    """Return a learner whose standardised prediction is twice its standardised input, and 1 more."""
    model = MLP(1, [1])
    model.layers[0].neurons[0].weights[0].data = 2.0
    model.layers[0].neurons[0].bias.data = 1.0
    data = Dataset([[0.0]], [0.0], ("a",), "y")
    return ColumnLearner(model, Scale((10.0,), (5.0,)), Scale((300.0,), (100.0,)), data, data)


def test_prediction_is_in_own_units_by_hand() -> None:
    # (20 − 10) / 5 = 2, then 2 · 2 + 1 = 5, then 5 · 100 + 300
    assert by_hand().predict([20.0]) == 800.0


def test_inputs_and_target_are_standardised() -> None:
    assert by_hand().inputs([20.0]) == [2.0]
    assert by_hand().target(500.0) == 2.0


def test_model_in_own_units_by_hand() -> None:
    model = by_hand().model_in_own_units()
    # 100 · (2 · (x − 10) / 5 + 1) + 300 = 40 · x
    assert [parameter.data for parameter in model.parameters()] == [40.0, 0.0]


def test_errors_by_hand() -> None:
    learner = by_hand()
    data = Dataset([[20.0], [10.0]], [790.0, 450.0], ("a",), "y")  # predicted as 800 and 400
    assert learner.error(data) == 30.0  # (10 + 50) / 2
    assert learner.baseline_error(data) == 320.0  # (490 + 150) / 2


@pytest.mark.parametrize(("hidden", "activation"), [((4, 4), "relu"), ((3,), "tanh"), ((), "relu")])
def test_model_in_own_units_agrees_with_predict(hidden: tuple[int, ...], activation: str) -> None:
    data = penguins()
    learner = ColumnLearner.prepare(data, hidden, activation, seed=1)
    for i, parameter in enumerate(learner.model.parameters()):
        parameter.data += 0.01 * i  # biases other than 0 take part
    model = learner.model_in_own_units()
    for row in data.rows:
        assert predicted_by(model, row) == pytest.approx(learner.predict(row), rel=1e-9)


def test_model_in_own_units_leaves_the_learner_as_it_was(trained: ColumnLearner) -> None:
    before = [parameter.data for parameter in trained.model.parameters()]
    model = trained.model_in_own_units()
    assert [parameter.data for parameter in trained.model.parameters()] == before
    assert not set(model.parameters()) & set(trained.model.parameters())


def test_scales_are_measured_on_the_learning_rows_only() -> None:
    data = penguins()
    learner = ColumnLearner.prepare(data)
    assert learner.input_scale == Scale.of(learner.learning.rows)
    assert learner.target_scale == Scale.of([[target] for target in learner.learning.targets])
    assert learner.input_scale != Scale.of(data.rows)


def test_held_out_rows_have_no_influence() -> None:
    data = Dataset([[float(i)] for i in range(10)], [float(i) for i in range(10)], ("a",), "y")
    held_out = data.split()[1].targets
    disturbed = Dataset(data.rows, [1000.0 if y in held_out else y for y in data.targets], ("a",), "y")
    learners = [ColumnLearner.prepare(each, hidden=(2,)) for each in (data, disturbed)]
    for learner in learners:
        learner.train(epochs=2)
    assert learners[0].held_out != learners[1].held_out
    assert learners[0].predict([5.0]) == learners[1].predict([5.0])


def test_nothing_is_held_out_where_the_share_is_0() -> None:
    data = Dataset([[float(i)] for i in range(4)], [float(i) for i in range(4)], ("a",), "y")
    learner = ColumnLearner.prepare(data, hidden=(2,), share=0)
    assert (learner.learning.rows, learner.held_out.rows) == (data.rows, [])
    assert learner.input_scale.means == (1.5,)


def test_same_seed_learns_the_same_bit_for_bit(trained: ColumnLearner) -> None:
    again = penguin_learner()
    again.train(epochs=5)
    assert [p.data.hex() for p in again.model.parameters()] == [p.data.hex() for p in trained.model.parameters()]


def test_penguin_demonstration_beats_guessing_the_mean_by_a_factor_of_two() -> None:
    learner = penguin_learner()
    assert repr(learner.model) == "MLP(3, [4, 4, 1], activation='relu')"
    history = learner.train()
    assert history.losses[-1] < history.losses[0] / 3
    assert learner.error(learner.held_out) < learner.baseline_error(learner.held_out) / 2


def test_classes_are_learned_with_an_output_for_each() -> None:
    rows = [[float(i), float(i % 3)] for i in range(30)]
    data = Dataset(rows, [row[1] for row in rows], ("a", "b"), "c", classes=("x", "y", "z"))
    learner = ColumnLearner.prepare(data, hidden=(), share=0)
    learner.train(epochs=200)
    assert [learner.predict(row) for row in rows[:3]] == [0.0, 1.0, 2.0]  # positions in `classes`
    assert learner.error(data) == 0.0
    assert learner.baseline == 0.0  # all classes are as frequent, and the first one came first
    assert learner.baseline_error(data) == 20 / 30
    scores = [score.data for score in learner.model_in_own_units()(rows[4])]  # type: ignore[union-attr]
    assert scores.index(max(scores)) == 1
