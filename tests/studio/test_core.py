"""The core of the app: its graphs, names, numbers, sentences and routes are those of Python, computed in Node."""

from __future__ import annotations

import itertools
import json
import math
import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from microgrid import Constant, Input, Relay, Value, total
from microgrid._util.files import asset
from microgrid._util.text import display_width, single_line
from microgrid.documents.examples import EXAMPLES, example
from microgrid.graph.bounds import output_is_non_negative
from microgrid.graph.folding import Folding, cards_and_edges
from microgrid.graph.operations import OPERATIONS
from microgrid.language.numerals import read_number, show
from microgrid.language.words import LANGUAGES, label_in
from microgrid.losses import cross_entropy, mean_squared_error
from microgrid.nn import MLP, Neuron
from microgrid.relay.records import Record
from microgrid.relay.sentences import outcome
from microgrid.relay.table import tell
from microgrid.studio.modules import joined
from tests.graph.test_folding import relus_of_two_rows
from tests.graphs import BINARY, UNARY, grown, record
from tests.node import ask_core, run_node

pytestmark = pytest.mark.browser

ERRORS = (ArithmeticError, ValueError)
EXACT = {
    "",
    "+",
    "-",
    "*",
    "/",
    "neg",
    "abs",
    "sqrt",
    "relu",
    "leaky_relu",
    "maximum",
    "minimum",
    "total",
    "weighted_sum",
}
"""Operations whose numbers are the same to the last bit; others may round differently in another library."""


# --- random graphs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """How to record a graph: the kinds, labels and numbers of its leaves, then its operations."""

    leaves: tuple[tuple[type[Value], str, float], ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]

    def pruned(self) -> Plan:
        """Leave out what the last value does not depend on: a graph does not hold it."""
        n = len(self.leaves)
        used = {n + len(self.steps) - 1}
        for i in reversed(range(len(self.steps))):
            if n + i in used:
                used.update(self.steps[i][1])
        kept = sorted(used)
        place = {old: new for new, old in enumerate(kept)}
        steps = [
            (op, tuple(place[x] for x in operands)) for i, (op, operands) in enumerate(self.steps) if n + i in used
        ]
        return Plan(tuple(leaf for i, leaf in enumerate(self.leaves) if i in used), tuple(steps))

    def carry_out(self, moved: int = -1, to: float = 0.0) -> Value:
        values = [kind(to if i == moved else x, label) for i, (kind, label, x) in enumerate(self.leaves)]
        for op, operands in self.steps:
            values.append(record(op, *(values[i] for i in operands)))
        return values[-1]


def random_plan(dice: random.Random, first: str) -> Plan:
    """Draw leaves of all kinds, and operations that have a value; what is computed is used, so that nothing is lost.

    No number grows large: where two roundings part ways, a steep slope would make a difference of it.
    """
    names = ["a", "b", "c", "重み", "x_1", ""]
    leaves = []
    for i in range(dice.randint(2, 5)):
        kind: type[Value] = dice.choice([Value, Value, Input, Constant])
        x = dice.choice([dice.uniform(-3, 3), dice.gauss(0, 1), float(dice.randint(-3, 3)), dice.uniform(0.01, 0.5)])
        leaves.append((kind, "" if kind is Constant else names[i], x))
    values = [kind(x, label) for kind, label, x in leaves]
    steps: list[tuple[str, tuple[int, ...]]] = []
    wanted, tries = dice.randint(2, 14), 0
    while len(steps) < wanted and tries < 200:
        tries += 1
        op = first if not steps and tries < 100 else dice.choice(list(OPERATIONS))
        formula = OPERATIONS[op]
        size = len(formula.operands) * (dice.randint(1, 3) if formula.summed else 1) + bool(formula.last)
        unused = [i for i in range(len(values)) if not any(i in operands for _, operands in steps)]
        operands = tuple(
            dice.choice(unused) if unused and dice.random() < 0.7 else dice.randrange(len(values)) for _ in range(size)
        )
        try:
            value = record(op, *(values[i] for i in operands))
        except ERRORS:
            continue
        if max(map(abs, (value.data, *value.local_derivatives))) < 20:
            values.append(value)
            steps.append((op, operands))
    return Plan(tuple(leaves), tuple(steps)).pruned()


@cache
def drawn() -> list[tuple[Plan, Relay]]:
    """Draw 200 graphs, always the same: how each is recorded, and its relay."""
    dice = random.Random(20)
    plans = [random_plan(dice, list(OPERATIONS)[i % len(OPERATIONS)]) for i in range(200)]
    return [(plan, Relay(plan.carry_out())) for plan in plans]


def network(*sizes: int, seed: int = 1) -> Relay:
    model = MLP(sizes[0], list(sizes[1:]), "tanh", seed=seed)
    prediction = model([0.5, -0.3, 0.8][: sizes[0]])
    assert isinstance(prediction, Value)
    loss = mean_squared_error(prediction, Input(0.7, "target"))
    loss.label = "loss"
    return Relay(loss, model.parameters())


def random_network(seed: int) -> Relay:
    """Record a network of any size and activation, on several rows, with its sums spelled out or not."""
    dice = random.Random(seed)
    sizes = [dice.randint(1, 4) for _ in range(dice.randint(1, 3))]
    n_inputs, n_rows = dice.randint(1, 3), dice.randint(1, 3)
    activation = dice.choice(["relu", "tanh", "sigmoid", "leaky_relu", "softplus", "linear"])
    model = MLP(n_inputs, sizes, activation, seed=seed, spelled_out=dice.random() < 0.4)
    rows = [[dice.choice([Input, Value])(dice.gauss(0, 1), f"x{i}") for i in range(n_inputs)] for _ in range(n_rows)]
    targets = [[dice.gauss(0, 1) for _ in range(sizes[-1])] for _ in range(n_rows)]
    if sizes[-1] > 1 and dice.random() < 0.3:
        loss = cross_entropy([model(row) for row in rows], [0] * n_rows)
    else:
        outputs = [model(row) for row in rows]
        loss = mean_squared_error(outputs, [row[0] for row in targets] if sizes[-1] == 1 else targets)
    if dice.random() < 0.3:  # a weight that is used outside its neuron, too
        loss = loss + model.parameters()[0] ** 2 * 0.01
    return Relay(loss, model.parameters())


def torn_neuron() -> Relay:
    """Record a neuron of which another node uses the sum inside: it is no single card."""
    output = Neuron(2, "tanh", seed=0)([1.0, 2.0])
    return Relay(output + output.operands[0])


def recurrent() -> Relay:
    """Record a neuron that is fed its own output."""
    neuron, state = Neuron(2, "tanh", seed=3), Value(0.0)
    for _ in range(4):
        state = neuron([1.0, state])
    return Relay(state**2)


@cache
def all_relays() -> list[Relay]:
    grown_ones = [Relay(grown(seed, 3 + seed % 40).with_values()[0]) for seed in range(60)]
    of_examples = [example(name).record() for name in EXAMPLES]
    special = [torn_neuron(), recurrent(), Relay(relus_of_two_rows()), network(3, 16, 16, 1)]
    networks = [random_network(seed) for seed in range(100)]
    return [*(relay for _, relay in drawn()), *grown_ones, *of_examples, *special, *networks]


def content(relay: Relay) -> Any:
    """Return what a page holds of a relay."""
    return json.loads(relay.to_json())


@cache
def answers(task: str) -> list[tuple[Relay, Any]]:
    """Return all relays with the answers of Node."""
    records = [content(relay) for relay in all_relays()]
    in_objects = {"numbers": [{"record": each} for each in records]}
    return list(zip(all_relays(), ask_core(task, in_objects.get(task, records)), strict=True))


def position(name: str) -> int:
    return int(name.removeprefix("n"))


def is_close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def test_random_graphs_cover_every_operation_and_kind_of_leaf() -> None:
    relays = [relay for _, relay in drawn()]
    assert {node.op for relay in relays for node in relay.nodes} == {"", *OPERATIONS}
    assert {node.kind for relay in relays for node in relay.nodes} == {"parameter", "input", "constant", "computed"}
    leaves = [node.data for relay in relays for node in relay.nodes if not node.op]
    assert len(set(leaves)) > len(leaves) / 2
    assert sum(len(relay.nodes) > 8 for relay in relays) > 50
    reused = sum(relay.paths(node.id).count > 1 for relay in relays for node in relay.nodes)
    assert reused > 100


# --- graphs and names ------------------------------------------------------------------------------------------------


def folded(relay: Record) -> Folding:
    return cards_and_edges(relay.snapshot, "neuron", name_all=True)


def test_cards_and_edges_are_those_of_python() -> None:
    for relay, answer in answers("graph"):
        cards, edges = folded(relay)
        place = {card: i for i, card in enumerate(cards)}
        assert answer["cards"] == [
            [
                position(card.value.id),
                *([position(n.id) for n in nodes] for nodes in (card.inside, card.weights, card.biases)),
            ]
            for card in cards
        ]
        assert answer["edges"] == [
            [place[edge.operand], place[edge.result], [[position(use.node.id), use.position] for use in edge.uses]]
            for edge in edges
        ]


def test_headings_of_cards_are_those_of_python() -> None:
    for relay, answer in answers("graph"):
        headings = [(heading["title"], heading["operation"], heading["symbol"]) for heading in answer["headings"]]
        assert headings == [(card.title, card.operation, card.symbol) for card in folded(relay).cards]


def test_names_and_formulas_are_those_of_python() -> None:
    for relay, answer in answers("graph"):
        assert answer["names"] == [node.name for node in relay.nodes]
        assert answer["formulas"] == [node.formula for node in relay.nodes]
    assert sum(bool(node.formula) for relay in all_relays() for node in relay.nodes) > 300


def test_names_in_another_language_are_those_of_python() -> None:
    relays = [relay for relay in all_relays() if any(node.label for node in relay.nodes)]
    items = []
    for relay in relays:
        labels = {node.label: label_in(node.label, "ja") for node in relay.nodes if node.label}
        items.append({"record": content(relay), "labels": {old: new for old, new in labels.items() if old != new}})
    for relay, names in zip(relays, ask_core("relabel", items), strict=True):
        expected = relay.snapshot.relabelled(lambda label: label_in(label, "ja"))
        assert names == [node.name for node in expected.nodes]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "x"}, 'not a relay: expected "format": "microgrid relay"'),
        ({"version": 3}, "not a relay: expected version 1 or 2"),
        ({"nodes": []}, "not a relay: it has no nodes"),
        ({"nodes": {}}, "not a relay: nodes must be a list"),
        ({"parameters": ["n9"]}, "not a relay: an operand or a parameter is no node before"),
        ({"parameters": ["n2"]}, "not a relay: the parameter n2 is no leaf"),
        ({"learning_rate": True}, "not a relay: learning_rate must be a number"),
        ({"n0": {"id": "n1"}}, "not a relay: expected the node n0"),
        ({"n0": {"label": None}}, "not a relay: label, kind, op and layer of n0 must be texts"),
        ({"n0": {"kind": "computed"}}, 'not a relay: n0 of kind "computed" has the operation ""'),
        ({"n2": {"op": "__proto__"}}, 'not a relay: n2 has 2 operands, but the operation "__proto__"'),
        ({"n2": {"operands": ["n0"]}}, 'not a relay: n2 has 1 operands, but the operation "+"'),
        ({"n2": {"operands": ["n0", "n2"]}}, "not a relay: an operand or a parameter is no node before"),
        ({"n2": {"operands": ["n0", "n-1"]}}, "not a relay: an operand or a parameter is no node before"),
        ({"n2": {"data": "1"}}, "not a relay: data must be a number"),
        ({"n2": {"layer": "layer1#0"}}, "not a relay: n2 is no neuron"),
        ({"n1": None}, "not a relay: expected the node n1"),
    ],
)
def test_record_that_is_none_is_refused_with_what_was_expected(change: Mapping[str, Any], message: str) -> None:
    wrong = content(Relay(Value(1.0, "a") + Value(2.0, "b")))
    for key, item in change.items():
        if key.startswith("n") and key[1:].isdigit():
            wrong["nodes"][int(key[1:])] = item and wrong["nodes"][int(key[1:])] | item
        else:
            wrong[key] = item
    assert ask_core("refusal", [wrong]) == [f"RecordError: {message}"]


def test_what_is_no_object_is_refused() -> None:
    refusals = ask_core("refusal", [None, 1, "x", [], {}])
    assert set(refusals) == {'RecordError: not a relay: expected "format": "microgrid relay"'}


# --- numbers ---------------------------------------------------------------------------------------------------------


def assert_agrees(relay: Relay, answer: Mapping[str, Any]) -> None:
    """Compare values and gradients, to the last bit where all operations are exact."""
    assert answer["missing"] == -1
    is_exact = {node.op for node in relay.nodes} <= EXACT
    expected = [(node.data, relay.gradients[node.id]) for node in relay.nodes]
    for node, came, due in zip(
        relay.nodes, zip(answer["values"], answer["gradients"], strict=True), expected, strict=True
    ):
        assert came == due if is_exact else all(map(is_close, came, due)), node


def test_numbers_are_those_of_python() -> None:
    for relay, answer in answers("numbers"):
        assert_agrees(relay, answer)
    exact = [relay for relay in all_relays() if {node.op for node in relay.nodes} <= EXACT]
    assert len(exact) > 40


def test_numbers_on_edges_are_those_of_python() -> None:
    for relay, answer in answers("numbers"):
        for edge, carried in zip(folded(relay).edges, answer["carried"], strict=True):
            assert edge.local_derivative is not None
            assert is_close(carried["local"], edge.local_derivative)
            if edge.share is not None:
                assert is_close(carried["share"], edge.share)


def test_outcome_is_that_of_python() -> None:
    for relay, answer in answers("numbers"):
        assert answer["isBounded"] is output_is_non_negative(relay.snapshot, relay.parameters)
        assert math.isnan(answer["after"]) is math.isnan(relay.outcome.after)
        if not math.isnan(relay.outcome.after):
            assert answer["after"] == pytest.approx(relay.outcome.after, rel=1e-9, abs=1e-9)
        assert answer["predicted"] == pytest.approx(relay.outcome.predicted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("op", [*UNARY, *BINARY])
def test_at_the_edges_of_floats_there_is_no_number_where_python_has_none(op: str) -> None:
    edges = (0.0, 1.0, -1.0, 0.5, -0.3, 5e-324, 1e-200, -1e200, 1.4e154, 710.0, 1.7e308)
    kinds = [(Value, Value), (Constant, Value), (Value, Constant)] if op in ("**", "sqrt") else [(Value, Value)]
    size = 2 if op in BINARY else 1
    items, are_missing = [], []
    for types in kinds:
        original = content(Relay(record(op, *(kind(1.5) for kind in types[:size])) + Value(0.0)))
        for numbers in itertools.product(edges, repeat=size):
            nodes = [node | {"data": x} for node, x in zip(original["nodes"], numbers, strict=False)]
            items.append({"record": original | {"nodes": [*nodes, *original["nodes"][size:]]}})
            try:
                record(op, *(kind(x) for kind, x in zip(types, numbers, strict=False)))
                are_missing.append(False)
            except ERRORS:
                are_missing.append(True)
    assert [answer["missing"] >= 0 for answer in ask_core("numbers", items)] == are_missing


def test_numbers_after_a_moved_leaf_are_those_of_python() -> None:
    dice = random.Random(7)
    items, moves = [], []
    for plan, relay in drawn():
        node = dice.choice([node for node in relay.nodes if not node.op])
        leaf = next(i for i, leaf in enumerate(plan.leaves) if leaf[1:] == (node.label, node.data))
        to = node.data + dice.choice([0.5, -0.5, 0.01, -1.0, 1.0]) * dice.random()
        items.append({"record": content(relay), "moved": position(node.id), "to": to})
        moves.append((plan, relay, node, leaf, to))
    agreed = refused = 0
    for (plan, relay, node, leaf, to), answer in zip(moves, ask_core("numbers", items), strict=True):
        try:
            moved = Relay(plan.carry_out(leaf, to))
        except ERRORS:
            assert answer["missing"] >= 0
            refused += 1
            continue
        *_, expected = relay.snapshot.recompute({node.id: to})
        assert answer["values"][-1] == pytest.approx(expected, rel=1e-12, abs=1e-12)
        if [(n.op, n.operands) for n in moved.nodes] == [(n.op, n.operands) for n in relay.nodes]:
            assert_agrees(moved, answer)
            agreed += 1
    assert agreed > 150
    assert refused > 0


def test_core_is_the_same_program_when_it_is_joined(tmp_path: Path) -> None:
    relay = network(2, 3, 1)
    modules = {"graph": "readRecord, leavesOf", "cycle": "cycle", "steps": "stepsOf", "sentences": "Sentences"}
    imports = "".join(f'import {{{names}}} from "./core/{name}.js";\n' for name, names in modules.items())
    compute = f"""const graph = readRecord({relay.to_json()});
const result = cycle(graph, leavesOf(graph), graph.learningRate).gradients;
console.log(JSON.stringify(result));
"""
    script = tmp_path / "app.js"
    app = {"app.js": imports + compute}
    text = joined("app.js", lambda name: app.get(name) or asset(f"studio/app/{name}"))
    script.write_text(text, encoding="utf-8")
    assert json.loads(run_node(script)) == pytest.approx([relay.gradients[node.id] for node in relay.nodes], rel=1e-12)


# --- sentences -------------------------------------------------------------------------------------------------------


def assert_tells_the_same(relay: Relay, answer: Mapping[str, Any], fold: str) -> None:
    for language in LANGUAGES:
        lines = tell(relay, language, fold).lines
        told = answer[language]
        assert told["lines"] == [[line.name, line.formula, line.result, line.sentence] for line in lines]
        assert told["outcome"] == outcome(relay, language)


def is_a_rounding(number: float) -> bool:
    """Tell whether a number is what rounding left of 0, in one of the two languages perhaps more than in the other."""
    return 0.0 < abs(number) < 1e-12


@cache
def steady() -> list[tuple[Relay, Any]]:
    """Return the relays without such a number, with the sentences of Node."""
    are_steady = [
        not any(map(is_a_rounding, [*found["values"], *found["gradients"]])) for _, found in answers("numbers")
    ]
    assert sum(are_steady) > 0.9 * len(are_steady)
    return list(itertools.compress(answers("sentences"), are_steady))


def test_sentences_are_those_of_python() -> None:
    flat = [pair for pair in steady() if not any(node.layer for node in pair[0].nodes)]
    for relay, answer in flat:
        assert_tells_the_same(relay, answer, "none")
    assert len(flat) > 200


def test_sentences_of_networks_are_those_of_python() -> None:
    networks = [pair for pair in steady() if any(card.is_neuron for card in folded(pair[0]).cards)]
    for relay, answer in networks:
        assert_tells_the_same(relay, answer, "neuron")
    assert len(networks) > 80


@pytest.mark.parametrize("op", ["tanh", "sigmoid"])
def test_slopes_of_numbers_near_1_are_told_as_python_tells_them(op: str) -> None:
    leaves = [Value(k / 4, f"a{k}") for k in range(-60, 160)]
    relay = Relay(total([getattr(leaf, op)() for leaf in leaves]))
    (answer,) = ask_core("sentences", [content(relay)])
    assert_tells_the_same(relay, answer, "none")


# --- routes ----------------------------------------------------------------------------------------------------------


def test_routes_are_those_of_python() -> None:
    relays = all_relays()
    found = ask_core("routes", [{"record": content(relay), "target": 0, "limit": 6} for relay in relays])
    for relay, answer in zip(relays, found, strict=True):
        expected = relay.paths("n0", limit=6)
        assert (answer["count"], answer["blocked"]) == (expected.count, expected.blocked)
        products, due = ([route["product"] for route in answer["routes"]], [route.product for route in expected.routes])
        # Of routes of one size, rounding decides which is the larger.
        assert [*map(abs, products)] == pytest.approx([*map(abs, due)], rel=1e-12, abs=1e-12)
        whole = answer["gradient"] if expected.count > len(due) else sum(products)
        assert answer["remainder"] + sum(products) == pytest.approx(whole, abs=1e-12 * max([1.0, *map(abs, due)]))


# --- numerals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [4, 6])
def test_numbers_are_written_as_python_writes_them(digits: int) -> None:
    dice = random.Random(3)
    numbers = [dice.uniform(-1, 1) * 10.0 ** dice.randint(-12, 12) for _ in range(5000)]
    numbers += [k / 16 for k in range(-20000, 20000, 7)]  # many of them lie in the middle between two others
    numbers += [(k + 0.5) / 10**e for k in (1000, 2345, 12344, 99999, 100000, 123456, 999999) for e in range(8)]
    numbers += [9999.5, 10000.5, 12345.5, 2.0625, 1e-4, 1e-5, 99995.0, 99999.5, 1e7, 9999999.6, 0.99995, 0.99994999]
    numbers += [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e21, 1e22, 123456789e15]
    numbers += [float(10**e) for e in range(23)] + [10.0**-e for e in range(320)]
    numbers += [math.nan, math.inf, -math.inf]
    texts = ask_core("show", [[number, digits] for number in numbers])
    assert [pair for pair in zip(numbers, texts, strict=True) if show(pair[0], digits) != pair[1]] == []


def test_typed_numbers_are_read_as_python_reads_them() -> None:
    dice = random.Random(4)
    signs = ["−", "ー", "×", "·", "*", "**", "/", "÷", "^", "(", ")", "e", "E", "+", ",", "，", ".", "．", " "]
    pieces = [*"0123456789", "1", "0", "10", "６", "⁻", "³", "²", "½", *signs]
    texts = ["".join(dice.choice(pieces) for _ in range(dice.randint(0, 7))) for _ in range(20_000)]
    texts += ["ー６", "0,125", "1/8", "6 × (−1)", "7 × 10⁻³", "1,000", "", "1e400", "½", "3²", "1½", "1/0", "1.5e-3/2"]
    read = [read_number(text) for text in texts]
    for text, due, came in zip(texts, read, ask_core("readNumber", texts), strict=True):
        assert math.isnan(came) if due is None or math.isnan(due) else came == due, text
    assert sum(number is not None for number in read) > 2000


def characters() -> list[str]:
    """List all characters of Unicode, but for those of which the two may know different versions."""
    return [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]


def test_columns_of_a_character_are_those_of_python() -> None:
    known = [character for character in characters() if not "䷀" <= character <= "䷿"]  # wide since Unicode 16
    columns = ask_core("columnsOf", known)
    assert [hex(ord(c)) for c, n in zip(known, columns, strict=True) if n != display_width(c)] == []


def test_names_are_cleaned_as_python_cleans_them() -> None:
    known = [f"a{character} b" for character in characters()]
    cleaned = ask_core("singleLine", known)
    assert [hex(ord(text[1])) for text, came in zip(known, cleaned, strict=True) if single_line(text) != came] == []


def test_names_in_a_formula_are_those_of_python() -> None:
    """Any character may stand in a label, and only some in a formula."""
    dice = random.Random(5)
    known = characters()
    labels = [dice.choice("ab") + dice.choice(known) for _ in range(600)] + [dice.choice(known) for _ in range(600)]
    labels += ["w.x", "1w", "_", "٣", "Ⅷ", "½", "é", "e\u0301", "ש", "重み", "w1", "w 1", "Σ"]
    relays = [Relay(Value(2.0, label) * Value(3.0, "w")) for label in labels]
    for relay, answer in zip(relays, ask_core("graph", [content(relay) for relay in relays]), strict=True):
        assert answer["names"] == [node.name for node in relay.nodes], relay.nodes[0].label
