"""A graph as it was read: what each node is, worked out by hand."""

from __future__ import annotations

import math
import pickle

import pytest

from microgrid.engine import Constant, Input, Value, total, weighted_sum
from microgrid.graph.node import KINDS
from microgrid.graph.snapshot import Snapshot
from microgrid.nn import MLP, Dense, Neuron


def test_nodes_are_those_of_the_graph_in_topological_order() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    graph = Snapshot.of(a * b + a)
    assert [(node.id, node.label, node.op, node.operands, node.data) for node in graph.nodes] == [
        ("n0", "a", "", (), 2.0),
        ("n1", "b", "", (), -3.0),
        ("n2", "", "*", ("n0", "n1"), -6.0),
        ("n3", "", "+", ("n2", "n0"), -4.0),
    ]
    assert graph.output.id == "n3"
    assert graph.ids[b] == "n1"
    assert [node.id for node in graph.operands["n3"]] == ["n2", "n0"]


def test_gradients_are_those_of_the_values_as_read() -> None:
    a = Value(3.0, "a")
    square = a * a
    square.backward()
    graph = Snapshot.of(square)
    a.grad = 0.0
    assert [node.grad for node in graph.nodes] == [6.0, 1.0]


def test_kind_says_where_a_number_comes_from() -> None:
    graph = Snapshot.of(Constant(1.0) * Input(2.0) + Value(3.0))
    assert {node.kind for node in graph.nodes} == set(KINDS)
    assert [node.kind for node in graph.nodes] == ["constant", "input", "computed", "parameter", "computed"]


def test_nodes_with_the_same_label_are_numbered_and_constants_are_not() -> None:
    graph = Snapshot.of(total([Value(1.0, "x"), Value(2.0, "w"), Input(3.0, "x"), Constant(4.0, "x")]))
    assert [node.title for node in graph.nodes] == ["x #1", "w", "x #2", "x", ""]


def test_name_is_the_title_or_the_formula_and_a_sentence_calls_a_constant_by_its_number() -> None:
    graph = Snapshot.of(Value(0.5, "w") * 2)
    assert [node.name for node in graph.nodes] == ["w", "n1", "w·2"]
    assert [node.spoken_name for node in graph.nodes] == ["w", "2", "w·2"]


def test_label_that_is_no_text_is_read_as_text() -> None:
    a = Value(1.0)
    a.label = None  # type: ignore[assignment]
    assert Snapshot.of(a).output.label == ""


def test_layers_of_the_same_name_are_told_apart() -> None:
    first, second = Dense(1, 1, seed=0, name="layer"), Dense(1, 1, seed=1, name="layer")
    graph = Snapshot.of(second([first([1.0])]))  # type: ignore[list-item, arg-type]
    layers = [node.layer for node in graph.nodes if node.layer]
    assert layers == ["layer#0", "layer#1"]
    assert {node.layer_name for node in graph.nodes if node.layer} == {"layer"}


def test_bias_is_the_last_operand_of_a_sum_only() -> None:
    w, x, b = Value(2.0, "w"), Input(3.0, "x"), Value(1.0, "b")
    fused, spelled_out = Snapshot.of(weighted_sum([w], [x], b)), Snapshot.of(total([w * x, b]))
    assert fused.by_id[fused.output.bias].label == spelled_out.by_id[spelled_out.output.bias].label == "b"
    assert [node.bias for node in fused.nodes[:-1]] == ["", "", ""]
    assert Snapshot.of(w - x).output.bias == ""


def test_weights_and_bias_are_what_a_neuron_owns() -> None:
    graph = Snapshot.of(Neuron(2, "linear", seed=0)([3.0, 4.0]))
    assert [graph.by_id[name].label for name in graph.output.own_operands] == ["w1", "w2", "b"]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (Value(-1.0).relu(), {"n1": "dead"}),
        (Value(0.0).relu(), {"n1": "dead"}),
        (Value(1.0).relu(), {}),
        (Value(4.0).tanh(), {"n1": "saturated"}),
        (Value(1.0).tanh(), {}),
        (Value(-9.0).sigmoid(), {"n1": "saturated"}),
        (Value(-9.0).leaky_relu(), {}),
    ],
)
def test_status_says_where_responsibility_stops(value: Value, status: dict[str, str]) -> None:
    assert Snapshot.of(value).status == status


def test_relu_of_a_neuron_is_off_for_one_row_and_dead_where_it_is_at_0_for_all() -> None:
    neuron = Neuron(1, "relu").set_parameters([1.0, 0.0])
    assert list(Snapshot.of(neuron([-1.0])).status.values()) == ["off"]
    assert list(Snapshot.of(neuron([-1.0]) + neuron([1.0])).status.values()) == ["off"]
    assert list(Snapshot.of(neuron([-1.0]) + neuron([-2.0])).status.values()) == ["dead", "dead"]


def test_first_infinite_number_and_first_infinite_gradient_are_named() -> None:
    a = Value(1e200, "a")
    product = a * a  # infinite
    graph = Snapshot.of(product + 1)
    assert graph.not_finite == {"n1"}
    b = Value(1e-200, "b")
    steep = (b * 1e200) * 1e200
    steep.grad = 1e300
    assert Snapshot.of(steep).not_finite == {"n2"}


def test_graph_whose_leaf_was_changed_says_which_node_no_longer_follows() -> None:
    a = Value(2.0, "a")
    output = (a + 1) * 3
    assert Snapshot.of(output).find_outdated() is None
    a.data = 5.0
    graph = Snapshot.of(output)
    assert graph.is_outdated()
    outdated = graph.find_outdated()
    assert outdated is not None
    node, number = outdated
    assert (node.op, node.data, number) == ("+", 3.0, 6.0)


def test_not_a_number_follows_from_not_a_number() -> None:
    assert not Snapshot.of(Value(math.nan) * 2).is_outdated()


def test_leaf_without_a_value_for_the_operation_is_outdated() -> None:
    a = Value(2.0, "a")
    logarithm = a.log()
    a.data = -1.0
    assert Snapshot.of(logarithm).is_outdated()


def test_recomputing_may_replace_any_number() -> None:
    a = Value(3.0, "a")
    graph = Snapshot.of((a + 1) * a)
    assert list(graph.recompute()) == [3.0, 1.0, 4.0, 12.0]
    assert list(graph.recompute({"n0": 5.0})) == [5.0, 1.0, 6.0, 30.0]
    assert list(graph.recompute({"n2": 10.0})) == [3.0, 1.0, 10.0, 30.0]


def test_pickle_of_a_snapshot_knows_its_nodes_and_no_value() -> None:
    graph = Snapshot.of(MLP(1, [2, 1], seed=0)([1.0]))  # type: ignore[arg-type]
    again = pickle.loads(pickle.dumps(graph))
    assert (again.nodes, again.ids) == (graph.nodes, {})


def test_no_graph_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^expected a Value, the end of a graph, got float$"):
        Snapshot.of(3.0)  # type: ignore[arg-type]
