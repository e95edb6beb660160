"""A recorded graph that is one network on rows opens as that network, and any other graph does not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import pytest

from microgrid import Constant, Input, Relay, Value, total
from microgrid._util.validation import as_list
from microgrid.documents.examples import EXAMPLES, example
from microgrid.losses import binary_cross_entropy, hinge, mean_absolute_error, mean_squared_error
from microgrid.nn import ACTIVATIONS, MLP, Dense, Neuron
from microgrid.training import Cycle
from tests.node import ask_core

pytestmark = pytest.mark.browser

ROWS, TARGETS = [[0.0, 1.0], [1.0, -0.5], [0.5, 2.0]], [1.0, 0.0, -1.0]


def network(**changes: Any) -> MLP:
    return MLP(2, changes.pop("sizes", [3, 1]), changes.pop("activation", "tanh"), seed=1, **changes)


def predicted(row: Any, model: MLP | None = None) -> Value:
    output = (model or network())(row)
    assert isinstance(output, Value)
    return output


def answers_to(relays: list[Relay]) -> list[Any]:
    """Return what the app makes of each record: a document and its numbers, or None."""
    return ask_core("recordedNetwork", [json.loads(relay.to_json()) for relay in relays])


def assert_is_network(answer: Any, relay: Relay, model: MLP, rows: list[list[float]], targets: list[Any]) -> None:
    assert answer is not None
    assert answer["spec"]["learningRate"] == relay.learning_rate
    assert answer["spec"]["data"]["rows"] == rows
    assert answer["spec"]["data"]["targets"] == targets
    assert answer["parameters"] == [parameter.data for parameter in model.parameters()]
    assert answer["loss"] == pytest.approx(relay.nodes[-1].data, rel=1e-12)
    by_label = {node.label: relay.gradients[node.id] for node in relay.nodes if node.kind == "parameter"}
    assert answer["gradients"] == pytest.approx([by_label[each.label] for each in model.parameters()], rel=1e-12)
    of_inputs = sorted(relay.gradients[node.id] for node in relay.nodes if node.label.startswith("x"))
    assert sorted(x for row in answer["inputs"] for x in row) == pytest.approx(of_inputs, rel=1e-12)


def test_network_on_rows_opens_as_one_network() -> None:
    model = network()
    relay = Relay(Cycle(model, ROWS, TARGETS).know(), learning_rate=0.03)
    (answer,) = answers_to([relay])
    assert_is_network(answer, relay, model, ROWS, TARGETS)
    spec = answer["spec"]
    assert (spec["inputs"], spec["sizes"], spec["activation"], spec["loss"]) == (2, [3, 1], "tanh", "mse")
    assert (spec["data"]["inputNames"], spec["data"]["targetName"]) == (["x1", "x2"], "target")
    assert spec["model"]["model"] == repr(model)


def test_random_networks_keep_their_numbers() -> None:
    cycles = [random_cycle(seed) for seed in range(200)]
    relays = [Relay(cycle.know()) for cycle in cycles]
    for answer, relay, cycle in zip(answers_to(relays), relays, cycles, strict=True):
        assert_is_network(answer, relay, cycle.model, [*cycle.rows], [*cycle.targets])  # type: ignore[arg-type]


def random_cycle(seed: int) -> Cycle:
    """Draw a network of any activation and size, and rows with targets for it."""
    dice = random.Random(seed)
    n_inputs, n_rows, sizes = dice.randint(1, 3), dice.randint(1, 5), [dice.randint(1, 4) for _ in range(seed % 4 + 1)]
    model = MLP(n_inputs, sizes, list(ACTIVATIONS)[seed % len(ACTIVATIONS)], seed=seed)
    rows = [[round(dice.gauss(0, 1), 3) for _ in range(n_inputs)] for _ in range(n_rows)]
    targets = [[round(dice.gauss(0, 1), 3) for _ in range(sizes[-1])] for _ in range(n_rows)]
    return Cycle(model, rows, targets if sizes[-1] > 1 else [target for (target,) in targets])


def test_examples_that_are_networks_open_as_networks() -> None:
    answers = answers_to([example(name).record() for name in EXAMPLES])
    opened = {name: answer["spec"]["sizes"] for name, answer in zip(EXAMPLES, answers, strict=True) if answer}
    assert opened == {"xor": [4, 1], "vanishing-gradients": [1, 1, 1, 1, 1, 1], "penguins": [4, 4, 1]}


# --- graphs that are no network on rows ------------------------------------------------------------------------------


def loss_of(model: Any, loss: Callable[..., Value] = mean_squared_error, rows: Any = ROWS) -> Value:
    return loss([model(row) for row in rows], [abs(target) for target in TARGETS])


def shared_weight() -> Value:
    model = network()
    model.layers[0].neurons[0].weights[0] = model.layers[0].neurons[1].weights[0]
    return loss_of(model)


def penalty() -> Value:
    model = network()
    return loss_of(model) + 0.1 * model.parameters()[0] ** 2


def sum_of_squares() -> Value:
    model = network()
    return total([(predicted(row, model) - Input(1.0)) ** 2 for row in ROWS])


def mean_by_another_number() -> Value:
    model = network()
    return total([(predicted(row, model) - Input(1.0)) ** 2 for row in ROWS]) / 2


def another_power() -> Value:
    return (predicted(ROWS[0]) - Input(1.0)) ** 4


def target_before_prediction() -> Value:
    return (Input(1.0) - predicted(ROWS[0])) ** 2


def errors_doubled() -> Value:
    model = network()
    return total([(predicted(row, model) - Input(1.0)) * 2 for row in ROWS]) / len(ROWS)


def errors_added() -> Value:
    model = network()
    return total([(predicted(row, model) + Input(1.0)) ** 2 for row in ROWS]) / len(ROWS)


def two_squares_added() -> Value:
    model = network()
    first, second = ((predicted(row, model) - Input(1.0)) ** 2 for row in ROWS[:2])
    return (first + second) / 2


def multiplied_mean() -> Value:
    model = network()
    return total([(predicted(row, model) - Input(1.0)) ** 2 for row in ROWS]) * len(ROWS)


def mean_of_one() -> Value:
    return total([(predicted(ROWS[0]) - Input(1.0)) ** 2]) / 1


def two_networks_in_turn() -> Value:
    first, second = network(sizes=[2, 2]), network()
    return loss_of(lambda row: second(as_list("outputs", cast("list[Value]", first(row)))))


def a_network_for_each_row() -> Value:
    models = [network() for _ in ROWS]
    return mean_squared_error([model(row) for model, row in zip(models, ROWS, strict=True)], TARGETS)


def weights_in_another_order() -> Value:
    model, other = network(), network()
    for layer, other_layer in zip(model.layers, other.layers, strict=True):
        for neuron, other_neuron in zip(layer.neurons, other_layer.neurons, strict=True):
            other_neuron.weights, other_neuron.bias = neuron.weights[::-1], neuron.bias
    return mean_squared_error([model(ROWS[0]), other(ROWS[1])], TARGETS[:2])


def inputs_in_another_order() -> Value:
    model = network(sizes=[2, 1])
    first, second = Input(1.0, "x1"), Input(2.0, "x2")
    (one, other), (last,) = model.layers[0].neurons, model.layers[1].neurons
    return mean_squared_error(last([one([first, second]), other([second, first])]), 1.0)


def an_output_left_out() -> Value:
    model = network(sizes=[3, 2])
    outputs = [output for row in ROWS[:2] for output in cast("list[Value]", model(row))]
    return mean_squared_error(outputs[:3], TARGETS)


def a_row_used_twice() -> Value:
    row = [Input(1.0, "x1"), Input(2.0, "x2")]
    return loss_of(network(), rows=[row, row, row])


def one_target_for_all() -> Value:
    target = Input(1.0, "target")
    return mean_squared_error([network_for_rows(row) for row in ROWS], [target] * len(ROWS))


network_for_rows = network()


def learned_inputs() -> Value:
    return loss_of(network(), rows=[[Value(1.0, "x1"), Value(x, "x2")] for x in range(3)])


def constant_inputs() -> Value:
    return loss_of(network(), rows=[[Constant(1.0), Constant(x)] for x in range(3)])


def one_constant_input() -> Value:
    return loss_of(network(), rows=[[Input(1.0), Constant(x)] for x in range(3)])


def input_that_is_computed() -> Value:
    return loss_of(network(), rows=[[Input(1.0) * 2, Input(x)] for x in range(3)])


def rows_with_other_names() -> Value:
    return loss_of(network(), rows=[[Input(1.0, f"a{x}"), Input(x, "b")] for x in range(3)])


def learned_target() -> Value:
    return mean_squared_error(network()(ROWS[0]), Value(1.0))


def constant_target() -> Value:
    return mean_squared_error(predicted(ROWS[0]), Constant(1.0))


def targets_with_other_names() -> Value:
    model = network()
    return mean_squared_error([model(row) for row in ROWS], [Input(1.0, f"target {i}") for i in range(3)])


def another_function() -> Value:
    layer, last = Dense(2, 2, "linear", seed=0, name="layer1"), Dense(2, 1, "linear", seed=0, name="layer2")
    hidden = [output.sin() for output in cast("list[Value]", layer(ROWS[0]))]
    for value, neuron in zip(hidden, layer.neurons, strict=True):
        value.label = neuron.name
    return mean_squared_error(last(hidden), 1.0)


def slope_of_its_own() -> Value:
    layer, last = Dense(2, 2, "linear", seed=0, name="layer1"), Dense(2, 1, "linear", seed=0, name="layer2")
    hidden = [output.leaky_relu(0.2) for output in cast("list[Value]", layer(ROWS[0]))]
    for value, neuron in zip(hidden, layer.neurons, strict=True):
        value.label = neuron.name
    return mean_squared_error(last(hidden), 1.0)


def two_activations() -> Value:
    layers = [
        Dense(2, 2, "tanh", name="layer1"),
        Dense(2, 2, "relu", name="layer2"),
        Dense(2, 1, "linear", name="layer3"),
    ]
    outputs: Any = ROWS[0]
    for layer in layers:
        outputs = layer(outputs)
    return mean_squared_error(outputs, 1.0)


def active_output() -> Value:
    return mean_squared_error(Dense(2, 1, "tanh", name="layer1")(ROWS[0]), 1.0)


def neuron_without_a_layer() -> Value:
    return mean_squared_error(Neuron(2, "linear", seed=0)(ROWS[0]), 1.0)


def renamed_neuron() -> Value:
    model = network()
    prediction = predicted(ROWS[0], model)
    prediction.label = "temperature"
    return mean_squared_error(prediction, 1.0)


def number_inside_used_again() -> Value:
    prediction = predicted(ROWS[0])
    return (prediction - Input(1.0)) ** 2 + prediction.operands[1] * 0.0


def with_mean_absolute_error() -> Value:
    return loss_of(network(), mean_absolute_error)


def with_binary_cross_entropy() -> Value:
    return loss_of(network(), binary_cross_entropy)


def with_hinge() -> Value:
    return hinge([network_for_rows(row) for row in ROWS], [1.0, -1.0, 1.0])


def spelled_out() -> Value:
    return loss_of(network(spelled_out=True))


OTHER_GRAPHS = [
    *(with_mean_absolute_error, with_binary_cross_entropy, with_hinge, spelled_out),
    *(shared_weight, penalty, sum_of_squares, mean_by_another_number, another_power, target_before_prediction),
    *(errors_doubled, errors_added, two_squares_added, multiplied_mean, mean_of_one),
    *(two_networks_in_turn, a_network_for_each_row, a_row_used_twice, one_target_for_all),
    *(weights_in_another_order, inputs_in_another_order, an_output_left_out),
    *(learned_inputs, constant_inputs, one_constant_input, input_that_is_computed, rows_with_other_names),
    *(learned_target, constant_target, targets_with_other_names),
    *(another_function, slope_of_its_own, two_activations, active_output),
    *(neuron_without_a_layer, renamed_neuron, number_inside_used_again),
]


@cache
def answers_to_other_graphs() -> dict[Callable[[], Value], Any]:
    return dict(zip(OTHER_GRAPHS, answers_to([Relay(build()) for build in OTHER_GRAPHS]), strict=True))


@pytest.mark.parametrize("build", OTHER_GRAPHS)
def test_any_other_graph_stays_a_graph(build: Callable[[], Value]) -> None:
    assert answers_to_other_graphs()[build] is None


def test_network_of_which_only_a_part_is_learned_stays_a_graph() -> None:
    model = network()
    assert answers_to([Relay(loss_of(model), parameters=model.parameters()[:-1])]) == [None]


def test_record_with_other_numbers_stays_a_graph() -> None:
    relay = Relay(loss_of(network()))
    wrong = [json.loads(relay.to_json()) for _ in range(2)]
    wrong[0]["nodes"][0]["data"] = "NaN"
    prediction = next(node for node in wrong[1]["nodes"] if node["label"] == "layer2.neuron1")
    prediction["data"] += 0.001  # it is not what its leaves give
    assert ask_core("recordedNetwork", wrong) == [None, None]


def test_network_without_any_error_opens_as_a_network() -> None:
    model = network()
    relay = Relay(mean_squared_error([model(row) for row in ROWS], [predicted(row, model).data for row in ROWS]))
    assert relay.nodes[-1].data == 0.0
    assert answers_to([relay])[0] is not None
