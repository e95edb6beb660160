"""Training on a compiled graph: the same numbers, and what is not the same for every row and every call is recorded."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeAlias

import pytest

from microgrid import Constant, Input, Value, total
from microgrid.losses import cross_entropy, mean_absolute_error, mean_squared_error
from microgrid.nn import MLP, Module, Neuron
from microgrid.optim import SGD
from microgrid.training import train
from tests.training.networks import ROWS, TARGETS, bits, line, network_and_rows


def both_ways(**options: Any) -> tuple[list[float], list[float], list[float], list[float]]:
    """Train the same network compiled and recorded anew; return losses and weights of both."""
    found: list[list[float]] = []
    for compiled in (True, False):
        model, rows, targets = network_and_rows()
        history = train(model, rows, targets, compiled=compiled, epochs=20, learning_rate=0.1, **options)
        found += [history.losses, [parameter.data for parameter in model.parameters()]]
    return found[0], found[1], found[2], found[3]


@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("loss", [mean_squared_error, mean_absolute_error])
def test_compiled_training_gives_the_same_weights(batch_size: int | None, loss: Any) -> None:
    losses, weights, expected_losses, expected_weights = both_ways(batch_size=batch_size, loss=loss)
    assert losses == pytest.approx(expected_losses, rel=1e-12)
    assert weights == pytest.approx(expected_weights, rel=1e-12, abs=1e-12)


class Wrapped(Module):
    """A line, and what it predicted."""

    def __init__(self) -> None:
        self.line = line()
        self.predictions: list[Value] = []

    def __call__(self, row: Any) -> Value:
        self.predictions.append(self.line(row))
        return self.predictions[-1]


def test_few_rows_are_recorded() -> None:
    model = Wrapped()
    train(model, ROWS, TARGETS, epochs=1000)
    assert len(model.predictions) < 100  # of 3000; that a model remembers what it has predicted changes nothing


class Game:
    """Has a method called as one of NumPy's, with another argument."""

    def get_state(self, name: str) -> str:
        return name


class Secretive:
    tobytes = None


def test_object_with_methods_called_as_those_of_numpy_is_no_reason_to_record() -> None:
    model = Wrapped()
    model.game = Game()  # type: ignore[attr-defined]
    train(model, ROWS, TARGETS, epochs=1000)
    assert len(model.predictions) < 100


def test_object_whose_state_cannot_be_read_is_named() -> None:
    model = Wrapped()
    model.kept = Secretive()  # type: ignore[attr-defined]
    with pytest.warns(RuntimeWarning, match="^the model or the loss holds an object of type Secretive, whose"):
        train(model, ROWS, TARGETS, epochs=3)


def test_target_that_is_a_class_is_recorded_anew_without_a_warning() -> None:
    model = MLP(1, [3], activation="linear", seed=0)
    history = train(model, [[0.0], [1.0], [2.0]], [0, 1, 2], cross_entropy, epochs=50, learning_rate=0.5)
    assert history.losses[-1] < history.losses[0]


def test_column_that_the_model_ignores_is_no_reason_to_record() -> None:
    class FirstColumn(Wrapped):
        def __call__(self, row: Any) -> Value:
            return super().__call__(row[:1])

    model = FirstColumn()
    train(model, [[x, 7.0] for (x,) in ROWS], TARGETS, epochs=1000)
    assert len(model.predictions) < 100  # of 3000


def test_loss_that_returns_a_target_is_refused_as_without_compiling() -> None:
    with pytest.raises(TypeError, match="the loss function must return a Value"):
        train(line(), ROWS, TARGETS, lambda _, targets: targets[0])


# --- the loss of a batch ---------------------------------------------------------------------------------------------


def summed(predictions: Any, targets: Any) -> Value:
    """A loss that is the sum over the rows of a batch, not their mean."""
    return total([(p - t) ** 2 for p, t in zip(predictions, targets, strict=True)])


def mean_of_4(predictions: Any, targets: Any) -> Value:
    """A loss that is the mean of four rows, and of one."""
    return summed(predictions, targets) / (1 if len(targets) == 1 else 4)


@pytest.mark.parametrize(
    ("loss", "batch_size"),
    [(summed, None), (mean_of_4, 4)],  # of 10 rows, so that the last batch has 2
)
def test_loss_that_is_no_mean_is_found_out_and_told_once(loss: Any, batch_size: int | None) -> None:
    (compiled, rows, targets), (recorded, *_) = network_and_rows(), network_and_rows()
    options: Any = {"batch_size": batch_size, "epochs": 5, "learning_rate": 0.01}
    with pytest.warns(RuntimeWarning, match="the loss is not the mean over its rows") as told:
        train(compiled, rows, targets, loss, **options)
    assert len(told) == 1
    assert told[0].filename == __file__
    train(recorded, rows, targets, loss, compiled=False, **options)
    assert [p.data for p in compiled.parameters()] == pytest.approx([p.data for p in recorded.parameters()], rel=1e-12)


def test_batch_without_an_error_tells_no_sum_from_a_mean() -> None:
    """Its loss and its gradients are 0 both ways; the next batches are compared instead."""
    rows, targets = [[float(x)] for x in range(6)], [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]
    batches: list[list[float]] = []

    def loss(predictions: Any, targets: Any) -> Value:
        batches.append(targets)
        return summed(predictions, targets)

    train(line(), rows, targets, loss, batch_size=2, epochs=1, compiled=False)
    first, second, third = batches
    targets[targets.index(second[0])] += 1.0  # the line misses one row of the second batch alone
    assert first[0] != second[0] != third[0]
    models = line(), line()
    options: Any = {"batch_size": 2, "epochs": 3, "learning_rate": 0.01}
    train(models[0], rows, targets, summed, compiled=False, **options)
    with pytest.warns(RuntimeWarning, match="the loss is not the mean.* as with compiled=False$"):
        train(models[1], rows, targets, summed, **options)
    assert bits(models[0]) == bits(models[1])


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_numbers_of_any_size_are_compared_on_the_scale_of_the_gradients(size: float) -> None:
    def almost(predictions: Any, targets: Any) -> Value:
        return mean_squared_error(predictions, targets) * (1.0 if len(targets) < 2 else 1.0 + 1e-7)

    with pytest.warns(RuntimeWarning, match="the loss is not the mean"):
        train(line(0.0, 0.0), ROWS, [size * target for target in TARGETS], almost, epochs=3, learning_rate=0.01)


def test_difference_that_shows_only_when_the_predictions_have_grown_is_found() -> None:
    def pulled(predictions: Any, targets: Any) -> Value:
        return mean_squared_error(predictions, targets) + (total(predictions) / len(predictions)) ** 2 * 1e-3

    targets = [1e12 * target for target in TARGETS]
    with pytest.warns(RuntimeWarning, match="the loss is not the mean.* from epoch 20 on"):
        train(line(0.0, 0.0), ROWS, targets, pulled, epochs=20, learning_rate=0.1)


def test_rows_whose_gradients_cancel_are_no_reason_to_doubt() -> None:
    model, rows, _ = network_and_rows()
    model.layers[-1].neurons[0].bias.data += 1e6
    predictions = [prediction.data for row in rows if isinstance(prediction := model(row), Value)]
    assert len(predictions) == 10
    train(model, rows, [y + 1e-6 * (-1) ** i for i, y in enumerate(predictions)], epochs=40, learning_rate=1e-3)


# --- numbers of a row that decide ------------------------------------------------------------------------------------


Predict: TypeAlias = "Callable[[Model, Any], Any]"


class Model(Module):
    """Two weights and a function of (model, row), which decides which of them counts, and for how much."""

    def __init__(self, predict: Predict) -> None:
        self.w1, self.w2 = Value(0.0, "w1"), Value(0.0, "w2")
        self.calls, self.strength, self.constant = 0, 1.0, Constant(1.0)
        self.rng = random.Random(0)
        self.predict = predict

    def __call__(self, row: Any) -> Any:
        return self.predict(self, row)


def told_and_trained(predict: Predict, message: str, **options: Any) -> Model:
    """Train, expect one warning of one line, and return the model."""
    model = Model(predict)
    rows = options.pop("rows", [[1.0], [-1.0], [2.0], [-2.0]])
    targets = options.pop("targets", [5.0, 3.0, 10.0, 6.0])
    with pytest.warns(RuntimeWarning, match=message) as told:
        train(model, rows, targets, **{"epochs": 100, "learning_rate": 0.05, **options})
    assert len(told) == 1
    assert "\n" not in str(told[0].message)
    assert told[0].filename == __file__
    return model


COMPARISONS: dict[str, Predict] = {
    "sign": lambda m, row: (m.w1 if row[0] > 0 else m.w2) * row[0],
    "sign, the other way round": lambda m, row: (m.w1 if row[0] >= m.constant else m.w2) * row[0],
    "equality": lambda m, row: (m.w1 if row[0] == 1.0 or row[0] == 2.0 else m.w2) * row[0],
    "inequality": lambda m, row: (m.w1 if row[0] != -1.0 and row[0] != -2.0 else m.w2) * row[0],
    "membership": lambda m, row: (m.w1 if row[0] in (1.0, 2.0) else m.w2) * row[0],
    "membership in a set": lambda m, row: (m.w1 if row[0] in {1.0, 2.0} else m.w2) * row[0],
    "table": lambda m, row: {1.0: m.w1, 2.0: m.w1}.get(row[0], m.w2) * row[0],
    "text": lambda m, row: (m.w1 if str(row[0]) in ("1.0", "2.0") else m.w2) * row[0],
    "formatted text": lambda m, row: (m.w2 if "-" in f"{row[0]:.1f}" else m.w1) * row[0],
    "maximum": lambda m, row: m.w1 * max(row[0], 0.0) + m.w2 * min(row[0], 0.0),
}
DECISIONS: dict[str, Predict] = {
    "sign of a result": lambda m, row: (m.w1 if row[0] * 2.0 > 0 else m.w2) * row[0],
    "sign of data": lambda m, row: (m.w1 if (m.constant * row[0]).data > 0 else m.w2) * row[0],
    "other operation": lambda m, row: m.w1 * row[0] if row[0] * 2.0 > 0 else m.w2 * row[0] * 1.0,
    "other number": lambda m, row: m.w1 * row[0] * (1.0 if row[0] * 2.0 > 0 else -0.6),
}


@pytest.mark.parametrize("predict", COMPARISONS.values(), ids=COMPARISONS)
def test_model_that_compares_the_numbers_of_a_row_is_recorded(predict: Predict) -> None:
    model = told_and_trained(predict, "contains an `if`, or compares numbers in another way; .* compiled=False$")
    assert (model.w1.data, model.w2.data) == pytest.approx((5.0, -3.0), abs=1e-3)


@pytest.mark.parametrize("predict", DECISIONS.values(), ids=DECISIONS)
def test_model_that_decides_by_a_result_is_recorded(predict: Predict) -> None:
    model = told_and_trained(predict, "contains an `if`, or a number that is not the same .* compiled=False$")
    assert (model.w1.data, model.w2.data) in (pytest.approx((5.0, -3.0), abs=1e-3), pytest.approx((5.0, 0.0), abs=1e-3))


@pytest.mark.parametrize(
    "predict",
    [
        lambda m, row, yes: m.w1 * (row[0] if yes else row[1]),
        lambda m, row, yes: m.w1 * (row[0] if yes else Constant(2.0)),
        lambda m, row, yes: m.w1 * (m.constant if yes else row[1]),
        lambda m, _, yes: m.w1 * (m.constant if yes else m.w2),
        lambda m, _, yes: m.w1 * (m.constant if yes else m.constant * 1.0),
        lambda m, _, yes: m.w1 * (m.constant if yes else Constant(1.0 + 1e-15)),
        lambda m, row, yes: m.w1 + row[0] if yes else m.w1 - row[0],
        lambda m, row, yes: total([m.w1, row[0]] if yes else [m.w1, row[0], Constant(0.0)]),
    ],
)
def test_graphs_are_compared_in_everything(predict: Any) -> None:
    """In all of these the two graphs have nearly the same numbers."""

    def decide(model: Model, row: Any) -> Any:
        yes = (row[2] * model.constant).data > 0.0
        return predict(model, row, yes) + 0.0 * total(row)

    model = Model(decide)
    model.w2.data = 1.0
    with pytest.warns(RuntimeWarning, match="contains an `if`, or a number"):
        train(model, [[2.0, 1.0, 1.0], [2.0, 1.0, -1.0]], [1.0, 1.0], epochs=3)


def test_truth_of_a_number_is_a_decision() -> None:
    def predict(model: Model, row: Any) -> Any:
        return (model.w1 if row[0] else model.w2) * 2.0 + 0.0 * row[0]

    model = told_and_trained(predict, "contains an `if`", rows=[[1.0], [0.0]], targets=[4.0, -6.0], epochs=100)
    assert (model.w1.data, model.w2.data) == pytest.approx((2.0, -3.0), abs=1e-3)


def test_decision_shows_however_large_the_targets_are() -> None:
    model = told_and_trained(
        DECISIONS["sign of a result"],
        "contains an `if`",
        rows=[[1.0], [-1.0]],
        targets=[250_000.0, -400_000.0],
        epochs=400,
    )
    assert (model.w1.data, model.w2.data) == pytest.approx((250_000.0, 400_000.0), rel=1e-6)


@pytest.mark.parametrize("batch_size", [None, 1, 16])
def test_decision_that_a_single_row_takes_otherwise_is_found_in_the_first_epoch(batch_size: int | None) -> None:
    rows = [[float(x)] for x in range(1, 100)]

    def predict(model: Model, row: Any) -> Any:
        return (model.w1 if row[0] * 1.0 < 77.0 or row[0] * 1.0 > 77.0 else model.w2) * 1.0 + 0.0 * row[0]

    told_and_trained(
        predict,
        "`if`.* as with compiled=False$",  # which does not speak of a later epoch
        rows=rows,
        targets=[1.0] * 99,
        batch_size=batch_size,
        epochs=3,
    )


@pytest.mark.parametrize("metrics", [{}, {"nothing": int}])
@pytest.mark.parametrize("row", range(3))
def test_decision_that_turns_out_otherwise_in_a_later_epoch_is_found(row: int, metrics: Any) -> None:
    def predict(model: Model, row: Any) -> Any:
        prediction = model.w1 * row[0] + model.w2 * row[1]
        return prediction if prediction.data < 4.0 else prediction * 0.5 + 2.0

    rows = [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
    rows[row] = [0.0, 1.0]
    targets = [6.0 if x == [0.0, 1.0] else 1.0 for x in rows]
    model = told_and_trained(
        predict,
        r"`if`.*from epoch \d+ on; with compiled=False it does from the start$",
        rows=rows,
        targets=targets,
        epochs=900,
        metrics=metrics,
    )
    assert (model.w1.data, model.w2.data) == pytest.approx((1.0, 8.0), rel=1e-2)  # 8 · 0.5 + 2 = 6


def test_decision_that_turns_out_otherwise_shortly_before_the_end_is_found() -> None:
    def predict(model: Model, row: Any) -> Any:
        return model.w1 * row[0] if model.w1.data < 89.5 else model.w2 * row[0]

    def growing(predictions: Any, targets: Any) -> Value:  # w1 grows by 1 in each of 100 epochs
        return total(predictions) * (-1.0 / len(predictions)) + 0.0 * total(targets)

    told_and_trained(predict, "`if`.*from epoch 100 on;", rows=[[1.0]], targets=[0.0], loss=growing, learning_rate=1.0)


# --- what changes between calls --------------------------------------------------------------------------------------


def counted(model: Model, row: Any) -> Any:
    model.calls += 1
    return model.w1 * row[0] * 0.99**model.calls


def late(model: Model, row: Any) -> Any:
    model.calls += 1
    return model.w1 * row[0] if model.calls < 100_000 else model.w2 * row[0]


def with_default(model: Model, row: Any, calls: list[int] = [0]) -> Any:  # noqa: B006
    calls[0] += 1
    return model.w1 * row[0] if calls[0] < 100_000 else model.w2 * row[0]


def with_attribute(model: Model, row: Any) -> Any:
    with_attribute.calls = getattr(with_attribute, "calls", 0) + 1  # type: ignore[attr-defined]
    return model.w1 * row[0]


def with_global(model: Model, row: Any) -> Any:
    global n_calls
    n_calls += 1
    return model.w1 * row[0]


def with_function_inside(model: Model, row: Any) -> Any:
    def count() -> None:
        global n_calls
        n_calls += 1

    count()
    return model.w1 * row[0]


n_calls = 0


def with_closure() -> Predict:
    calls = 0

    def predict(model: Model, row: Any) -> Any:
        nonlocal calls
        calls += 1
        return model.w1 * row[0]

    return predict


def with_iterator(numbers: Iterator[float]) -> Predict:
    return lambda model, row: model.w1 * row[0] if next(numbers) < 1e6 else model.w2 * row[0]


def with_generator(rng: Any) -> Predict:
    return lambda model, row: model.w1 * row[0] * (0.0 if rng.random() < 1e-9 else 1.0)


def with_numpy(model: Model, row: Any) -> Any:
    draw = pytest.importorskip("numpy").random.random()
    return model.w1 * row[0] * (0.0 if draw < 1e-9 else 1.0)


def with_method(draw: Callable[[], float]) -> Predict:
    return lambda model, row: model.w1 * row[0] * (0.0 if draw() < 1e-9 else 1.0)


class CountingList(list[float]):
    calls = 0

    def append(self, _: float) -> None:
        self.calls += 1


def counted_in(numbers: Any) -> float:
    numbers.append(0)
    return 1.0


def with_date(model: Model, row: Any, today: list[date] = [date(2000, 1, 1)]) -> Any:  # noqa: B006
    today[0] += timedelta(days=1)
    return model.w1 * row[0] * (0.5 if today[0].year > 2100 else 1.0)


def with_clipping(model: Model, row: Any) -> Any:
    model.w1.data += 0.001
    return model.w1 * row[0]


CHANGES: dict[str, Callable[[], Predict]] = {
    "noise": lambda: lambda m, row: m.w1 * row[0] + random.gauss(0, 0.1),
    "own noise": lambda: lambda m, row: m.w1 * row[0] + m.rng.gauss(0, 0.1),
    "dropout": lambda: lambda m, row: m.w1 * row[0] * float(m.rng.random() < 0.5),
    "rare dropout": lambda: lambda m, row: m.w1 * row[0] * (0.0 if random.random() < 1e-9 else 1.0),
    "rare dropout by the system": lambda: with_generator(random.SystemRandom()),
    "rare dropout by NumPy": lambda: with_generator(pytest.importorskip("numpy").random.default_rng(0)),
    "rare dropout by a generator of NumPy's older kind": lambda: with_generator(
        pytest.importorskip("numpy").random.RandomState(0)
    ),
    "rare dropout by NumPy's own": lambda: with_numpy,
    "random choice": lambda: lambda m, row: random.choice([m.w1, m.w2]) * row[0],
    "clock": lambda: lambda m, row: m.w1 * row[0] + time.perf_counter_ns() % 2**20,
    "counter": lambda: counted,
    "counter that shows late": lambda: late,
    "counter in a default": lambda: with_default,
    "counter in an attribute": lambda: with_attribute,
    "counter in a global variable": lambda: with_global,
    "counter in a function inside": lambda: with_function_inside,
    "counter in a closure": with_closure,
    "counter of itertools": lambda: with_iterator(itertools.count()),
    "schedule": lambda: with_iterator(iter([1.0] * 10_000)),
    "schedule by a generator": lambda: with_iterator(float(i) for i in range(10_000)),
    "schedule that repeats": lambda: with_iterator(itertools.cycle([1.0] * 10)),
    "schedule made of two": lambda: with_iterator(itertools.chain([1.0] * 10, itertools.repeat(0.5))),
    "schedule that is computed": lambda: with_iterator(map(float, range(10_000))),
    "rare dropout by a method": lambda: with_method(random.Random(0).random),
    "rare dropout by a bytearray": lambda: with_method(partial(counted_in, bytearray())),
    "date": lambda: with_date,
    "attribute of a list": lambda: with_method(partial(counted_in, CountingList())),
    "weight": lambda: with_clipping,
}


@pytest.mark.parametrize("make", CHANGES.values(), ids=CHANGES)
def test_model_that_changes_when_it_is_called_is_recorded_from_the_start(make: Any) -> None:
    told_and_trained(make(), "the model or the loss (changes|contains).* as with compiled=False$", epochs=3)


@pytest.mark.parametrize("make", [CHANGES["own noise"], CHANGES["counter that shows late"]])
def test_loss_that_changes_when_it_is_called_is_recorded_from_the_start(make: Any) -> None:
    inner, model = Model(make()), line()

    def loss(predictions: Any, targets: Any) -> Value:
        number: float = inner([1.0]).data
        return mean_squared_error(predictions, targets) + number

    with pytest.warns(RuntimeWarning, match="the model or the loss changes"):
        train(model, ROWS, TARGETS, loss, epochs=3)


@pytest.mark.parametrize("begin", [1, 50])
@pytest.mark.parametrize("kept", ["strength", "constant"])
def test_penalty_that_is_annealed_after_an_epoch_is_found_before_the_next(kept: str, begin: int) -> None:
    def anneal(model: Model) -> None:
        model.calls += 1
        if model.calls >= begin:
            model.strength *= 0.9
            model.constant.data *= 0.9

    def trained(compiled: bool) -> Model:
        model = Model(lambda m, row: (m.w1 * m.strength if kept == "strength" else m.w1 * m.constant) * row[0])
        metrics = {"annealed": lambda: anneal(model)}
        train(model, [[1.0]], [3.0], epochs=60, metrics=metrics, compiled=compiled, learning_rate=0.1)
        return model

    with pytest.warns(
        RuntimeWarning, match="a number that is not the same in every call.*epoch 2 on;".replace("2", str(begin + 1))
    ):
        annealed = trained(compiled=True)
    assert bits(annealed) == bits(trained(compiled=False))


def test_number_that_is_made_anew_with_the_same_value_is_no_change() -> None:
    model = Model(lambda m, row: m.w1 * row[0] + Value(2.0) * m.w2 * Input(3.0) + 1)
    train(model, ROWS, TARGETS, epochs=3, learning_rate=0.01)


def test_model_that_completes_itself_in_its_first_call_does_not_count_as_changing() -> None:
    def predict(model: Model, row: Any) -> Any:
        model.calls = model.calls or len(row)
        return model.w1 * row[0] * model.calls

    train(Model(predict), ROWS, TARGETS, epochs=3)


def test_optimizer_and_network_are_not_taken_for_something_that_changes() -> None:
    model = MLP(2, [3, 1], seed=0)
    model.optimizer = SGD(model.parameters(), 0.1, momentum=0.9)  # type: ignore[attr-defined]
    train(model, [[0.0, 1.0], [1.0, 0.0]], [1.0, 2.0], optimizer=model.optimizer, epochs=3)  # type: ignore[attr-defined]


# --- what is not listed ----------------------------------------------------------------------------------------------


class Hidden(Module):
    """Keeps a weight where `parameters()` does not look."""

    def __init__(self) -> None:
        self.neuron = Neuron(1, "linear", seed=0)
        hidden = Value(1.0, "hidden")
        self.scaled: Callable[[Value], Value] = lambda value: value * hidden

    def __call__(self, row: Any) -> Value:
        return self.scaled(self.neuron(row))


@pytest.mark.parametrize("compiled", [True, False])
def test_value_that_is_not_listed_is_named_once(compiled: bool) -> None:
    with pytest.warns(RuntimeWarning, match=r"^the loss depends on hidden, which parameters\(\) does not list") as told:
        train(Hidden(), ROWS, TARGETS, epochs=5, compiled=compiled, learning_rate=0.01)
    assert len(told) == 1
    assert told[0].filename == __file__


@pytest.mark.parametrize("compiled", [True, False])
def test_values_that_are_given_or_made_on_the_way_are_nothing_to_list(compiled: bool) -> None:
    model = Model(lambda m, row: m.w1 * row[0] + Value(2.0) * m.w2)
    train(model, [[Value(1.0)]], [Value(3.0)], epochs=3, compiled=compiled)
