"""The networks of the studio: what the page gets of them, and that each shows what its note says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from microgrid._util.json_text import to_json
from microgrid.datasets import ColumnLearner, penguins
from microgrid.documents.networks import (
    DATA_NAMES,
    MAX_NUMBERS,
    Data,
    Spec,
    data_named,
    data_title,
    first_network,
    network_documents,
)
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.training import History
from microgrid.training.history import HELD_OUT, TrainingDivergedError


def spec_of(name: str) -> Spec:
    return network_documents()[name].spec


def n_right(spec: Spec, model: MLP) -> int:
    """Count the rows whose kind is predicted: their class or, of the kinds 0 and 1, the nearer one."""
    data = spec.data.learning
    predictions = (spec.predict(model, row) for row in data.rows)
    kinds = [each if data.classes else float(each > 0.5) for each in predictions]
    return sum(kind == target for kind, target in zip(kinds, data.targets, strict=True))


def test_strip_holds_the_networks_with_a_note_in_both_languages() -> None:
    documents = network_documents()
    assert [*documents] == ["xor", "moons", "penguins", "vanishing-gradients", "dead-relu", "learning-rate"]
    for document in documents.values():
        assert all(document.heading.title[language] and document.heading.note[language] for language in ("en", "ja"))


def test_page_gets_the_whole_network() -> None:
    data: dict[str, object] = {
        "name": "xor",
        "inputNames": ["x1", "x2"],
        "targetName": "y",
        "classes": [],
        "rows": [[0, 0], [0, 1], [1, 0], [1, 1]],
        "targets": [0, 1, 1, 0],
        "heldOut": {"rows": [], "targets": []},
        "scale": None,
    }
    assert spec_of("xor").to_json() == {
        "inputs": 2,
        "sizes": [2, 1],
        "activation": "tanh",
        "loss": "mse",
        "learningRate": 0.2,
        "momentum": 0,
        "batchSize": None,
        "seed": 2,
        "model": None,
        "data": data,
        "history": None,
    }


def test_page_gets_scales_classes_and_held_out_rows() -> None:
    learner = ColumnLearner.prepare(penguins())
    data = Data.of(learner).to_json()
    assert data["scale"] == {
        "inputs": [[*learner.input_scale.means], [*learner.input_scale.deviations]],
        "target": [learner.target_scale.means[0], learner.target_scale.deviations[0]],
    }
    assert (len(data["rows"]), len(data["heldOut"]["rows"])) == (274, 68)
    species = data_named("penguins").to_json()
    assert species["classes"] == ["Adelie", "Chinstrap", "Gentoo"]
    assert species["scale"]["target"] == [0, 1]


def test_page_gets_what_was_trained_before() -> None:
    model = MLP(2, [2, 1], "tanh", seed=7)
    history = History([0.5, 0.25], {HELD_OUT: [0.75, 0.5]})
    spec = replace(spec_of("xor"), model=model, history=history)
    content = spec.to_json()
    assert content["history"] == {"losses": [0.5, 0.25], "heldOut": [0.75, 0.5], "velocities": []}
    assert content["model"]["format"] == "microgrid model"
    assert [*content["model"]["parameters"].values()] == [parameter.data for parameter in model.parameters()]
    assert [p.data for p in spec.build().parameters()] == [p.data for p in model.parameters()]


def test_data_are_called_as_their_example_in_the_strip() -> None:
    titles = {name: data_title(name) for name in ("xor", "moons", "penguins")}
    assert titles == {name: network_documents()[name].heading.title for name in titles}


@pytest.mark.parametrize("name", DATA_NAMES)
def test_data_set_has_a_name_and_opens_with_a_network_that_learns_it(name: str) -> None:
    json.loads(to_json(data_named(name).to_json()))
    assert set(data_title(name)) == {"en", "ja"}
    spec = first_network(name)
    model = spec.build()
    losses = spec.train(model, epochs=200 if name == "circles" else 100).losses
    assert losses[-1] < 0.5 * losses[0]
    if name not in ("line", "satisfaction"):
        assert n_right(spec, model) > 0.9 * len(spec.data.rows)


def test_xor_is_learned_in_100_cycles() -> None:
    spec = spec_of("xor")
    model = spec.build()
    assert n_right(spec, model) < 4
    assert spec.train(model, epochs=100).losses[-1] < 0.01
    assert n_right(spec, model) == 4


def test_moons_are_separated_in_200_cycles() -> None:
    spec = spec_of("moons")
    model = spec.build()
    assert n_right(spec, model) < 100
    losses = spec.train(model, epochs=200).losses
    assert losses[-1] < 0.04 < 0.4 < losses[0]
    assert n_right(spec, model) >= 195


def test_penguins_are_told_apart_by_two_measures() -> None:
    spec = spec_of("penguins")
    model = spec.build()
    spec.train(model, epochs=30)
    assert 255 <= n_right(spec, model) < 274  # some stand on the wrong side
    held_out = replace(spec, data=replace(spec.data, learning=spec.data.held_out))
    assert n_right(held_out, model) >= 65


@pytest.mark.parametrize("rows", [slice(1), slice(None)], ids=["first row", "all rows"])
def test_gradients_vanish_over_the_layers(rows: slice) -> None:
    spec = spec_of("vanishing-gradients")
    model = spec.build()
    mean_squared_error([model(row) for row in spec.data.rows[rows]], spec.data.targets[rows]).backward()
    largest = [max(abs(w.grad) for neuron in layer.neurons for w in neuron.weights) for layer in model.layers]
    assert largest == sorted(largest)
    assert largest[-1] > 1000 * largest[0] > 0


def test_network_with_vanishing_gradients_hardly_learns() -> None:
    spec = spec_of("vanishing-gradients")
    model = spec.build()
    before = [parameter.data for parameter in model.layers[0].parameters()]
    losses = spec.train(model, epochs=100).losses
    assert [round(loss, 2) for loss in (losses[0], losses[10], losses[-1])] == [1.05, 0.25, 0.25]
    assert {round(spec.predict(model, row), 2) for row in spec.data.learning.rows} == {0.5}
    moved = [abs(parameter.data - old) for parameter, old in zip(model.layers[0].parameters(), before, strict=True)]
    assert max(moved) < 0.002


def test_dead_relu_never_learns_and_tanh_does() -> None:
    spec = spec_of("dead-relu")
    model = spec.build()
    dead = model.layers[0].neurons[0]
    before = [parameter.data for parameter in dead.parameters()]
    assert all(dead(row).data == 0 for row in spec.data.rows)
    assert spec.train(model, epochs=100).losses[-1] > 0.16
    assert [parameter.data for parameter in dead.parameters()] == before
    assert n_right(spec, model) == 3
    repaired = replace(spec, activation="tanh")
    model = repaired.build()
    assert repaired.train(model, epochs=100).losses[-1] < 0.02
    assert n_right(repaired, model) == 4


def test_step_is_too_large_and_a_smaller_one_repairs_it() -> None:
    spec = spec_of("learning-rate")
    losses = spec.train(spec.build(), epochs=10).losses
    assert losses == sorted(losses)
    assert losses[-1] > 500 * losses[0]
    smaller = replace(spec, learning_rate=0.3)
    assert smaller.train(smaller.build(), epochs=10).losses[-1] < 0.05


def test_moons_too_break_with_too_large_a_step() -> None:
    spec = replace(spec_of("moons"), learning_rate=1.0)
    with pytest.raises(TrainingDivergedError):
        spec.train(spec.build(), epochs=300)


def test_network_must_fit_its_data() -> None:
    with pytest.raises(ValueError, match=r"2-4-2 has 2 outputs; expected 1, for one number$"):
        Spec(data_named("moons"), (4, 2))
    with pytest.raises(ValueError, match=r"2-4-1 has 1 output; expected 3, one for each of Adelie, Chinstrap, Gentoo"):
        Spec(data_named("penguins"), (4, 1))
    with pytest.raises(ValueError, match="seed must be 9007199254740991 or less, got 9007199254740992"):
        Spec(data_named("moons"), (1,), seed=2**53)
    with pytest.raises(ValueError, match="activation must be one of linear, relu"):
        Spec(data_named("moons"), (1,), activation="tan")


def test_what_is_too_large_for_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="has 40801 weights and biases; a page shows at most 10000"):
        Spec(data_named("moons"), (100, 100, 100, 100, 100, 1))
    learning = data_named("line").learning
    many = replace(learning, rows=[[0.0]] * 50_001, targets=[0.0] * 50_001)
    with pytest.raises(ValueError, match=f"50001 rows of 2 numbers are too many for a page, .* at most {MAX_NUMBERS}"):
        Spec(Data(many, replace(many, rows=[], targets=[])), (1,))
    some = replace(learning, rows=[[0.0]] * 2_000, targets=[0.0] * 2_000)
    with pytest.raises(ValueError, match=r"6001 weights and biases times 2000 rows .* 10000000 products a cycle"):
        Spec(Data(some, replace(some, rows=[], targets=[])), (2_000, 1))
