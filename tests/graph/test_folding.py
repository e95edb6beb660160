"""Cards and edges: what is folded into what, and the numbers that edges carry, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from microgrid.engine import Constant, Input, Value, topological_order, total, weighted_sum
from microgrid.graph.folding import (
    FOLDS,
    MAX_CARDS_DRAWN,
    MAX_EDGES_DRAWN,
    Card,
    Edge,
    Folding,
    cards_and_edges,
    drawable,
)
from microgrid.graph.node import Node
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, Dense, Neuron

FUSED_AND_SPELLED_OUT = pytest.mark.parametrize("spelled_out", [False, True])


def cards_of(output: Value, fold: str = "auto") -> tuple[list[Card], list[Edge]]:
    return cards_and_edges(Snapshot.of(output), fold)


def ids(cards: list[Card]) -> list[str]:
    return [card.id for card in cards]


def names(cards: list[Card]) -> list[str]:
    return [" = ".join(filter(None, (card.title, card.operation))) for card in cards]


def numbers(edges: list[Edge]) -> list[tuple[str, str, float | None, float | None]]:
    return [(edge.operand.id, edge.result.id, edge.local_derivative, edge.share) for edge in edges]


def shares(own: dict[Node, float]) -> dict[str, float]:
    return {parameter.label: share for parameter, share in own.items()}


def is_of(value: Value, node: Node) -> bool:
    """Tell whether a node is that of a Value, in graphs in which no two are alike."""
    return (node.label, node.op, node.data) == (value.label, value.op, value.data)


def card_of(value: Value, cards: list[Card]) -> Card:
    (card,) = [card for card in cards if any(is_of(value, node) for node in card.inside)]
    return card


def neuron_at_zero(spelled_out: bool = False) -> Neuron:
    """A neuron that gives sigmoid(0) for the inputs 3 and 4: the value 1/2 and the slope 1/4, both exact."""
    neuron = Neuron(2, activation="sigmoid", spelled_out=spelled_out)
    neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = 2.0, -1.0, -2.0
    return neuron


def one_output(model: MLP | Dense, row: list[float]) -> Value:
    output = model(row)
    assert isinstance(output, Value)
    return output


# --- unfolded: every Value is a card ---------------------------------------------------------------------------------


def test_every_value_is_a_card_named_by_its_topological_position() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    output = a * b + a
    cards, edges = cards_of(output, "none")
    assert ids(cards) == ["n0", "n1", "n2", "n3"]
    assert all(map(is_of, topological_order(output), [card.value for card in cards]))
    assert [edge[:2] for edge in numbers(edges)] == [("n0", "n2"), ("n1", "n2"), ("n2", "n3"), ("n0", "n3")]


def test_value_used_twice_by_one_operation_has_two_edges() -> None:
    a = Value(3.0, "a")
    output = a * a
    output.backward()
    assert numbers(cards_of(output, "none")[1]) == [("n0", "n1", 3.0, 3.0), ("n0", "n1", 3.0, 3.0)]


def test_share_is_gradient_of_the_result_times_local_derivative() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    output = (a * b).exp() * b  # upstream of a * b: exp(-6) · -3
    output.backward()
    _, edges = cards_of(output, "none")
    assert [edge.local_derivative for edge in edges] == [
        local for node in topological_order(output) for local in node.local_derivatives
    ]
    assert edges[0].share == (a * b).exp().data * -3.0 * -3.0  # to a


def test_shares_of_a_value_add_up_to_its_gradient() -> None:
    a = Value(3.0, "a")
    output = a * a + a
    output.backward()
    _, edges = cards_of(output, "none")
    assert sum(edge.share or 0.0 for edge in edges if is_of(a, edge.operand.value)) == a.grad == 7.0


def test_two_backward_passes_double_every_share() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    output = a * b
    output.backward()
    output.backward()
    assert numbers(cards_of(output)[1]) == [("n0", "n2", -3.0, -6.0), ("n1", "n2", 2.0, 4.0)]


@pytest.mark.parametrize("fold", FOLDS)
def test_before_backward_no_edge_carries_a_share(fold: str) -> None:
    _, edges = cards_of(mean_squared_error(MLP(2, [3, 1], seed=0)([1.0, 2.0]), 1.0), fold)
    assert edges
    assert all(edge.share is None for edge in edges)


def test_constant_never_carries_a_share() -> None:
    a = Value(3.0, "a")
    output = 5.0 * a**2
    output.backward()
    _, edges = cards_of(output)
    assert [edge.share for edge in edges if edge.operand.kind == "constant"] == [None, None]
    assert [edge.share for edge in edges if is_of(a, edge.operand.value)] == [30.0]


def test_gradients_of_an_earlier_graph_are_no_shares_of_a_new_one() -> None:
    w = Value(3.0, "w")
    (w * 2.0).backward()
    _, edges = cards_of(w * 4.0)  # backward has not run here
    assert [edge.share for edge in edges] == [None, None]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Value(1.0), "parameter"),
        (Input(1.0), "input"),
        (Constant(1.0), "constant"),
        (Value(1.0) + 1.0, "computed"),
    ],
)
def test_kind_of_a_value(value: Value, kind: str) -> None:
    assert Snapshot.of(value).output.kind == kind


@pytest.mark.parametrize("fold", FOLDS)
def test_single_value_is_one_card_without_edges(fold: str) -> None:
    cards, edges = cards_of(Value(1.0, "a"), fold)
    assert (ids(cards), edges) == (["n0"], [])


def test_graph_of_any_depth_has_its_cards() -> None:
    output = Value(1.0)
    for _ in range(2000):
        output = output + output
    for fold in FOLDS:
        assert len(cards_of(output, fold)[0]) == 2001


def test_unknown_fold_is_an_error_that_names_the_folds() -> None:
    with pytest.raises(ValueError, match=r"fold must be one of auto, none, neuron, layer, got 'neurons'"):
        cards_of(Value(1.0), "neurons")


# --- folded by neuron ------------------------------------------------------------------------------------------------


@FUSED_AND_SPELLED_OUT
def test_neuron_is_one_card_with_one_edge_for_each_input(spelled_out: bool) -> None:
    output = neuron_at_zero(spelled_out)([3.0, 4.0])
    cards, edges = cards_of(output, "neuron")
    assert sorted(names(cards)) == ["neuron = sigmoid(Σ w·x + b)", "x1", "x2"]
    assert [is_of(output, node) for node in card_of(output, cards).outputs] == [True]
    assert sorted((edge.operand.value.label, edge.result.value.label) for edge in edges) == [
        ("x1", "neuron"),
        ("x2", "neuron"),
    ]


@FUSED_AND_SPELLED_OUT
def test_edge_of_a_folded_neuron_multiplies_the_local_derivatives_inside(spelled_out: bool) -> None:
    x1, x2 = Input(3.0, "x1"), Input(4.0, "x2")
    output = 8.0 * neuron_at_zero(spelled_out)([x1, x2])
    output.backward()
    cards, edges = cards_of(output, "neuron")
    by_input = {edge.operand.name: edge for edge in edges}
    # sigmoid' · w = 1/4 · 2 and 1/4 · (−1); the neuron's output has the gradient 8
    assert (by_input["x1"].local_derivative, by_input["x1"].share) == (0.5, 4.0)
    assert (by_input["x2"].local_derivative, by_input["x2"].share) == (-0.25, -2.0)
    assert by_input["x1"].result is by_input["x2"].result is card_of(output.operands[1], cards)


@FUSED_AND_SPELLED_OUT
def test_folded_neuron_lists_the_shares_of_its_weights_and_bias(spelled_out: bool) -> None:
    output = 8.0 * neuron_at_zero(spelled_out)([3.0, 4.0])
    output.backward()
    card = card_of(output.operands[1], cards_of(output, "neuron")[0])
    assert shares(card.weights) == {"w1": 6.0, "w2": 8.0}  # 8 · 1/4 · x
    assert shares(card.biases) == {"b": 2.0}


def test_folding_keeps_the_ids_of_what_is_not_folded() -> None:
    output = neuron_at_zero()([3.0, 4.0]) * Value(2.0, "gain")
    unfolded = {card.value: card.id for card in cards_of(output, "none")[0]}
    folded = {card.value: card.id for card in cards_of(output, "neuron")[0]}
    assert len(folded) == 5
    assert folded.items() <= unfolded.items()


@FUSED_AND_SPELLED_OUT
@pytest.mark.parametrize("activation", ["linear", "relu", "softplus", "tanh", "sigmoid"])
def test_network_folds_to_its_inputs_and_neurons(activation: str, spelled_out: bool) -> None:
    model = MLP(2, [3, 1], activation, seed=0, spelled_out=spelled_out)
    output = one_output(model, [1.0, 2.0])
    cards, edges = cards_of(output, "neuron")
    assert sorted(card.value.label for card in cards) == [
        "layer1.neuron1",
        "layer1.neuron2",
        "layer1.neuron3",
        "layer2.neuron1",
        "x1",
        "x2",
    ]
    assert len(edges) == 2 * 3 + 3 * 1


def test_responsibility_folded_into_a_network_is_all_there() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    loss = mean_squared_error(model([1.0, 2.0]), 3.0)
    loss.backward()
    cards, edges = cards_of(loss, "neuron")
    own = [shares(card.weights) | shares(card.biases) for card in cards]
    assert {name: share for one in own for name, share in one.items()} == {
        parameter.label: parameter.grad for parameter in model.parameters()
    }
    for card in cards:
        arriving = [edge.share or 0.0 for edge in edges if edge.operand is card]
        if card.kind == "input":
            assert sum(arriving) == pytest.approx(card.value.grad, rel=1e-14)


def test_folded_neuron_used_twice_by_one_operation_has_one_edge() -> None:
    output = neuron_at_zero()([3.0, 4.0])
    square = output * output
    square.backward()
    (edge,) = [edge for edge in cards_of(square, "neuron")[1] if is_of(output, edge.operand.value)]
    assert (edge.local_derivative, edge.share) == (1.0, 1.0)  # 2 · 1/2


@FUSED_AND_SPELLED_OUT
def test_weight_that_is_used_outside_of_its_neuron_keeps_a_card(spelled_out: bool) -> None:
    neuron = neuron_at_zero(spelled_out)
    weight, bias = neuron.weights[0], neuron.bias
    loss = neuron([3.0, 4.0]) + total([weight**2, bias**2])  # weight decay
    loss.backward()
    cards, edges = cards_of(loss, "neuron")
    card = card_of(loss.operands[0], cards)
    assert shares(card.weights) == {"w2": 1.0}
    assert shares(card.biases) == {}
    of_weight = [edge for edge in edges if edge.operand is card_of(weight, cards)]
    assert {edge.result.value.op: (edge.local_derivative, edge.share) for edge in of_weight} == {
        "sigmoid": (0.75, 0.75),  # 1/4 · x1
        "**": (4.0, 4.0),
    }
    assert sum(edge.share or 0.0 for edge in edges if edge.operand is card_of(bias, cards)) == 0.25 - 4.0


def test_neuron_called_twice_lists_its_weights_with_the_share_of_each_call() -> None:
    neuron = neuron_at_zero()
    first, second = neuron([3.0, 4.0]), neuron([1.0, 0.0])  # sigmoid(0), both
    output = 4.0 * first + 8.0 * second
    output.backward()
    cards, _ = cards_of(output, "neuron")
    first_card, second_card = (card for card in cards if card.is_neuron)
    assert shares(first_card.weights) == {"w1": 3.0, "w2": 4.0}
    assert shares(second_card.weights) == {"w1": 2.0, "w2": 0.0}
    assert neuron.weights[0].grad == 3.0 + 2.0


@pytest.mark.parametrize("fold", ["neuron", "layer"])
@FUSED_AND_SPELLED_OUT
def test_value_given_as_input_keeps_its_card_and_its_edge(spelled_out: bool, fold: str) -> None:
    x1, x2 = Value(3.0, "x1"), Value(4.0, "x2")
    output = neuron_at_zero(spelled_out)([x1, x2])
    output.backward()
    cards, edges = cards_of(output, fold)
    assert shares(card_of(output, cards).weights) == {"w1": 0.75, "w2": 1.0}
    assert {edge.operand.name: edge.share for edge in edges} == {"x1": 0.5, "x2": -0.25}


@FUSED_AND_SPELLED_OUT
def test_slope_of_leaky_relu_is_folded_in_and_is_no_weight(spelled_out: bool) -> None:
    output = Neuron(1, "leaky_relu", seed=0, spelled_out=spelled_out)([-1.0])
    output.backward()
    cards, _ = cards_of(output, "neuron")
    assert names(cards) == ["x1", "neuron = leaky relu(Σ w·x + b)"]
    assert set(shares(cards[1].weights)) == {"w1"}


@FUSED_AND_SPELLED_OUT
def test_constant_given_as_input_keeps_its_card_and_carries_no_share(spelled_out: bool) -> None:
    x1, x2 = Constant(3.0), Constant(4.0)
    output = neuron_at_zero(spelled_out)([x1, x2])
    output.backward()
    cards, edges = cards_of(output, "neuron")
    assert shares(card_of(output, cards).weights) == {"w1": 0.75, "w2": 1.0}
    assert {edge.operand.value.data: edge.share for edge in edges} == {3.0: None, 4.0: None}


@FUSED_AND_SPELLED_OUT
def test_neuron_of_which_another_node_uses_the_sum_is_not_folded(spelled_out: bool) -> None:
    output = neuron_at_zero(spelled_out)([3.0, 4.0])
    loss = output + output.operands[0]
    assert ids(cards_of(loss, "neuron")[0]) == ids(cards_of(loss, "none")[0])


@pytest.mark.parametrize("fold", ["none", "neuron", "layer"])
def test_zero_in_the_place_of_a_bias_is_not_drawn(fold: str) -> None:
    output = weighted_sum([Input(2.0, "q")], [Input(3.0, "k")], 0)
    folding = cards_and_edges(Snapshot.of(output), fold)
    assert [card.title for card in folding.cards] == ["q", "k", "q·k"]
    assert len(folding.edges) == 2
    output.label = "score"
    assert cards_and_edges(Snapshot.of(output), fold).cards[-1].symbol == "Σ ×"


def test_zero_that_is_used_elsewhere_is_drawn() -> None:
    zero = Constant(0.0)
    output = weighted_sum([Input(2.0, "q")], [Input(3.0, "k")], zero) + zero
    assert "constant" in [card.kind for card in cards_and_edges(Snapshot.of(output), "none").cards]


def test_weighted_sum_outside_of_a_neuron_is_not_folded() -> None:
    output = weighted_sum([Value(2.0, "w")], [Input(3.0, "x")], Value(1.0, "b"))
    assert names(cards_of(output, "neuron")[0]) == ["w", "x", "b", "w·x + b"]


# --- folded by layer -------------------------------------------------------------------------------------------------


@FUSED_AND_SPELLED_OUT
def test_layer_is_one_card_and_several_rows_go_through_it_together(spelled_out: bool) -> None:
    model = MLP(2, [3, 1], seed=0, spelled_out=spelled_out)
    loss = mean_squared_error([model(row) for row in ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0])], [1.0, 2.0, 3.0])
    cards, edges = cards_of(loss, "layer")
    assert sorted(names(cards)) == sorted(
        [
            "x1 (3 of them)",
            "x2 (3 of them)",
            "layer1: 3 neurons × 3 rows = relu(Σ w·x + b)",
            "layer2: 1 neuron × 3 rows = Σ w·x + b",
            "target (3 of them)",
            "error (3 of them) = −",
            "leaf (3 of them)",  # the exponents
            "( )² (3 of them)",
            "Σ",
            "leaf",  # the number of rows
            "loss = ÷",
        ]
    )
    assert len(edges) == len(cards) - 1


def test_layer_lists_the_share_that_all_rows_gave_to_each_weight() -> None:
    layer = Dense(1, 2, activation="linear", seed=0)
    outputs = [layer([x]) for x in (1.0, 2.0, 4.0)]
    output = total([value for row in outputs if isinstance(row, list) for value in row])
    output.backward()
    card = card_of(output.operands[0], cards_of(output, "layer")[0])
    assert shares(card.weights) == {"neuron1.w1": 7.0, "neuron2.w1": 7.0}  # 1 + 2 + 4
    assert shares(card.biases) == {"neuron1.b": 3.0, "neuron2.b": 3.0}


def test_edge_for_several_shares_adds_their_sizes_so_that_they_do_not_cancel() -> None:
    layer = Dense(1, 2, activation="linear")
    layer.neurons[0].weights[0].data, layer.neurons[1].weights[0].data = 5.0, -5.0
    x = Input(1.0, "x")
    outputs = layer([x])
    assert isinstance(outputs, list)
    output = total(outputs)
    output.backward()
    assert x.grad == 0.0
    (edge,) = [edge for edge in cards_of(output, "layer")[1] if is_of(x, edge.operand.value)]
    assert (edge.local_derivative, edge.share) == (None, 10.0)


def test_layers_that_feed_each_other_in_a_circle_are_folded_by_neuron() -> None:
    there, back = Dense(2, 2, seed=0, name="there"), Dense(2, 2, seed=1, name="back")
    state: list[Value] | Value = [Input(1.0, "x1"), Input(2.0, "x2")]
    for layer in (there, back, there, back):
        assert isinstance(state, list)
        state = layer(state)
    assert isinstance(state, list)
    cards, edges = cards_of(total(state), "layer")
    assert len(cards) == 2 + 4 * 2 + 1
    assert numbers(edges) == numbers(cards_of(total(state), "neuron")[1])


def test_layer_that_feeds_itself_is_folded_by_neuron() -> None:
    layer = Dense(2, 1, "tanh", seed=0)
    state: Value | list[Value] = Input(0.0, "state")
    for x in (1.0, 2.0, 3.0):
        assert isinstance(state, Value)
        state = layer([Input(x, "x"), state])
    assert isinstance(state, Value)
    assert numbers(cards_of(state, "layer")[1]) == numbers(cards_of(state, "neuron")[1])


def test_long_rows_that_are_alike_are_folded_without_recursion() -> None:
    rows: list[Value] = [Input(1.0, "x"), Input(2.0, "x")]
    for _ in range(5000):
        rows = [value.tanh() for value in rows]
    assert len(cards_of(total(rows), "layer")[0]) == 5002


# --- auto ------------------------------------------------------------------------------------------------------------


@FUSED_AND_SPELLED_OUT
def test_auto_shows_every_value_up_to_sixty_with_products_counted(spelled_out: bool) -> None:
    # 19 inputs, weights and products, one bias, one sum and one tanh are 60
    output = Neuron(19, "tanh", seed=0, spelled_out=spelled_out)([1.0] * 19)
    assert ids(cards_of(output, "auto")[0]) == ids(cards_of(output, "none")[0])
    longer = -output
    assert len(cards_of(longer, "auto")[0]) == 19 + 1 + 1


@pytest.mark.parametrize(("n", "cards"), [(58, 1 + 58 + 1), (59, 1 + 1 + 1)])
def test_auto_folds_by_layer_where_neurons_would_be_more_than_sixty_cards(n: int, cards: int) -> None:
    outputs = Dense(1, n, "tanh", seed=0)([1.0])
    assert isinstance(outputs, list)
    assert len(cards_of(total(outputs), "auto")[0]) == cards


# --- what cards say --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (Value(1.0, "a"), ("a", "")),
        (Value(1.0), ("leaf", "")),
        (Value(1.0) - 2.0, ("", "−")),
        (Value(3.0) ** 2, ("", "( )²")),
        (Value(3.0) ** 10, ("", "( )ʸ")),
        (Value(3.0) ** Value(2.0), ("", "( )ʸ")),
        (Value(3.0) ** 0.5, ("", "( )ʸ")),
        (-Value(3.0), ("", "−( )")),
        (abs(Value(3.0)), ("", "|( )|")),
        (Value(3.0).sqrt(), ("", "√( )")),
        (mean_squared_error(Value(3.0), 1.0), ("loss", "( )²")),
    ],
)
def test_title_is_name_and_operation(value: Value, title: tuple[str, str]) -> None:
    card = cards_of(value)[0][-1]
    assert (card.title, card.operation) == title


@FUSED_AND_SPELLED_OUT
def test_short_title_of_a_neuron_names_its_activation_only(spelled_out: bool) -> None:
    output = Neuron(2, "relu", seed=0, spelled_out=spelled_out)([1.0, 2.0])
    card = cards_of(output, "neuron")[0][-1]
    assert (card.title, card.operation, card.symbol) == ("neuron", "relu(Σ w·x + b)", "relu")


@pytest.mark.parametrize(
    ("compute", "status"),
    [
        (lambda: Value(0.0).relu(), "dead"),
        (lambda: Value(-2.0).relu(), "dead"),
        (lambda: Value(1e-300).relu(), ""),
        (lambda: Value(-2.0).leaky_relu(), ""),
        (lambda: Value(3.0).tanh(), "saturated"),  # 1 − 0.99505² = 0.0099
        (lambda: Value(-3.0).tanh(), "saturated"),
        (lambda: Value(2.9).tanh(), ""),
        (lambda: Value(4.6).sigmoid(), "saturated"),
        (lambda: Value(4.5).sigmoid(), ""),
        (lambda: Value(1000.0).sigmoid(), "saturated"),
        (lambda: Value(0.0), ""),
    ],
)
def test_card_has_a_status_where_no_gradient_passes_back(compute: Callable[[], Value], status: str) -> None:
    assert cards_of(compute(), "none")[0][-1].status == status


def relus_of_two_rows() -> Value:
    """Record the loss of two neurons on two rows; the first is at 0 for the second row, the other for both."""
    model = MLP(1, [2, 1], "relu", seed=0)
    model.layers[0].set_parameters([1.0, 0.0, 0.0, -1.0])  # w1 and b of each
    return mean_squared_error([model([2.0]), model([-2.0])], [0.5, 0.5])


def test_relu_that_is_at_0_for_one_row_of_several_is_off_and_for_all_dead() -> None:
    cards, _ = cards_of(relus_of_two_rows(), "neuron")
    statuses = [(card.value.label, card.status) for card in cards if card.status]
    assert statuses == [
        ("layer1.neuron2", "dead"),
        ("layer1.neuron1", "off"),
        ("layer1.neuron2", "dead"),
    ]


def test_one_row_does_not_tell_whether_a_neuron_of_a_network_is_dead() -> None:
    neuron = Neuron(1, "relu", seed=0)
    neuron.bias.data = -100.0
    assert cards_of(neuron([1.0]), "neuron")[0][-1].status == "off"


@pytest.mark.parametrize("fold", ["neuron", "layer"])
def test_weight_that_is_not_finite_marks_the_card_that_it_is_folded_into(fold: str) -> None:
    layer = Dense(1, 2, seed=0)
    layer.neurons[0].weights[0].data = float("nan")
    first, second = layer([1.0])  # type: ignore[misc]
    cards = cards_of(first + second, fold)[0]
    assert next(card for card in cards if card.weights).status == "not finite"


def test_relus_of_one_name_are_rows_and_without_a_name_each_is_on_its_own() -> None:
    a, b = Value(-1.0, "a"), Value(1.0, "b")
    first, second = a.relu(), b.relu()
    assert [card.status for card in cards_of(first + second, "none")[0] if card.value.op == "relu"] == [
        "dead",
        "",
    ]
    first.label = second.label = "o"
    assert [card.status for card in cards_of(first + second, "none")[0] if card.value.op == "relu"] == [
        "off",
        "",
    ]


@pytest.mark.parametrize("fold", FOLDS)
def test_cards_change_neither_numbers_nor_graph(fold: str) -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    loss = mean_squared_error([model([1.0, 2.0]), model([0.5, -1.0])], [1.0, 2.0])
    loss.backward()
    order = topological_order(loss)
    before = [(node.data, node.grad, node.label, node.operands, node.local_derivatives) for node in order]
    cards_of(loss, fold)
    assert [(node.data, node.grad, node.label, node.operands, node.local_derivatives) for node in order] == before


@pytest.mark.parametrize("activation", ["tanh", "leaky_relu", "softplus"])
@pytest.mark.parametrize("spelled_out", [False, True])
def test_every_card_stands_before_those_that_use_it(activation: str, spelled_out: bool) -> None:
    model = MLP(2, [3, 2, 1], activation, seed=1, spelled_out=spelled_out)
    loss = mean_squared_error([model([0.5, 1.0]), model([1.0, -0.5])], [0.7, 0.1])
    cards, edges = cards_of(loss, "neuron")
    place = {card: i for i, card in enumerate(cards)}
    assert all(place[edge.operand] < place[edge.result] for edge in edges)
    assert any(is_of(loss, node) for node in cards[-1].outputs)


def test_what_was_computed_first_shares_a_card_where_there_are_too_many() -> None:
    v, w = Value(1.0, "v"), Value(2.0, "w")
    output = v
    for _ in range(600):
        output = output + w
    output.backward()
    cards, edges = drawable(cards_and_edges(Snapshot.of(output), "none"))
    leaf, merged, second, *_ = cards
    assert len(cards) == MAX_CARDS_DRAWN
    assert leaf.name == "w"  # which all sums use
    assert (merged.n_merged, merged.title, merged.kind) == (103, "103 earlier cards", "computed")
    assert len(merged.outputs) == 1  # the sum so far
    assert len(edges) == 1 + 2 * 498  # w to the merged card; w and the sum so far to each later sum
    assert all(cards.index(edge.operand) < cards.index(edge.result) for edge in edges)
    (into,) = [edge for edge in edges if edge.result is merged]
    assert (into.local_derivative, into.share) == (None, 102.0)  # of 102 shares of 1
    (from_it,) = [edge for edge in edges if edge.operand is merged]
    assert (from_it.result, from_it.share) == (second, 1.0)


def test_what_can_be_drawn_is_left_as_it_is() -> None:
    folding = cards_and_edges(Snapshot.of(Value(2.0) * 3.0), "none")
    assert drawable(folding) is folding


@pytest.mark.parametrize("fold", ["auto", "neuron", "layer"])
def test_cards_are_in_topological_order_also_where_rows_are_folded_in_part(fold: str) -> None:
    model = MLP(2, [16, 16, 1], "tanh", seed=1)
    rows = [model([0.0, 0.3]), model([0.3, 0.6])]
    graph = Snapshot.of(mean_squared_error(rows, [0.1, 0.2]))
    cards, edges = cards_and_edges(graph, fold, name_all=True)  # called by their ids, errors share no card
    assert all(cards.index(edge.operand) < cards.index(edge.result) for edge in edges)
    assert cards[-1].name == "loss"


def test_few_cards_with_too_many_edges_are_merged_too() -> None:
    values = [Value(1.0, f"x{i}") for i in range(60)]
    for _ in range(2):
        values = [weighted_sum(values, values, 0.0) for _ in range(60)]
    folding = cards_and_edges(Snapshot.of(total(values)), "none")
    assert len(folding.cards) < MAX_CARDS_DRAWN
    cards, edges = drawable(folding)
    assert 1500 < len(edges) <= MAX_EDGES_DRAWN
    assert sum(card.n_merged or 1 for card in cards) == len(folding.cards)
    assert cards[-1].value.op == "total"
    assert Folding(cards, edges).is_crowded


def test_network_with_too_many_edges_is_merged_too() -> None:
    outputs = Dense(50, 50, seed=0)([1.0] * 50)
    assert isinstance(outputs, list)
    folding = cards_and_edges(Snapshot.of(total(outputs)), "neuron")
    cards, edges = drawable(folding)
    assert len(folding.edges) > MAX_EDGES_DRAWN >= len(edges)
    assert sum(card.n_merged or 1 for card in cards) == 50 + 50 + 1
