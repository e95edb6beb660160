"""The picture: its exact text, what an SVG of it shows, and which Graphviz is asked to draw it."""

from __future__ import annotations

import base64
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import graphviz
import pytest

from microgrid._util.errors import NoRendererError
from microgrid.engine import Constant, Input, Value, topological_order, total, weighted_sum
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.language.words import LANGUAGES
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, Dense, Neuron
from microgrid.pictures import graphviz_renderer as renderer
from microgrid.pictures.captions import MAX_CARDS_DETAILED, faces
from microgrid.pictures.dot import (
    draw,
    draw_snapshot,
    render,
    save_picture,
)
from microgrid.pictures.dot_text import DIRECTIONS, placed
from microgrid.pictures.notebook import value_mimebundle
from microgrid.pictures.svg import STYLE
from microgrid.relay.relay import Relay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ORANGE, BLUE, PALE_GREY = "#a3481a", "#0b6fa4", "#c9ced6"
PNG = b"\x89PNG\r\n\x1a\n"
needs_shell = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Graphviz is a shell script")


@pytest.fixture(autouse=True)
def _ordinary_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the user has chosen."""
    monkeypatch.delenv("MICROGRID_DOT", raising=False)


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "_packaged_program", lambda: None)
    monkeypatch.setenv("PATH", "")


PACKAGED = renderer._packaged_program()


def stand_in(path: Path, says: str = "", exit_code: int = 0) -> Path:
    """Write a program that lays any graph out as Graphviz does; whatever else is asked of it, it says one line."""
    path.parent.mkdir(exist_ok=True)
    script = f"""#!/bin/sh
case "$*" in *json0*) test {exit_code} = 0 && exec "{PACKAGED}" "$@" ;; esac
while read -r _; do :; done
echo '{says}'
exit {exit_code}
"""
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


def small_graph() -> Value:
    """w² at −3: the gradient of w is −6."""
    output = Value(-3.0, "w") ** 2
    output.backward()
    return output


def svg_of(output: Value, direction: str = "LR", fold: str = "auto", language: str = "en") -> ET.Element:
    return ET.fromstring(render(draw(output, direction, fold, language), "svg"))


def groups(svg: ET.Element, kind: str) -> dict[str, ET.Element]:
    """Find the groups of each "card" or "edge", by id."""
    return {group.attrib["id"]: group for group in svg.iterfind("./{*}g") if group.attrib["class"].split()[0] == kind}


def numbers_of(svg: ET.Element) -> dict[str, list[str]]:
    """Return the numbers beside each edge, by its id."""
    beside = groups(svg, "numbers")
    return {name: texts(beside[f"s{name[1:]}"]) if f"s{name[1:]}" in beside else [] for name in groups(svg, "edge")}


def texts(element: ET.Element) -> list[str]:
    """Return what is written, without the marks that isolate Hebrew and the like."""
    isolates = {0x2068: None, 0x2069: None}
    return ["".join(text.itertext()).translate(isolates) for text in element.iterfind(".//{*}text")]


def legend_of(output: Value, fold: str = "auto", language: str = "en") -> list[str]:
    """Return the lines of text that stand under the picture."""
    return ["".join(text.itertext()) for text in svg_of(output, fold=fold, language=language).iterfind("./{*}text")]


def line_of(edge: ET.Element) -> tuple[str, float]:
    """Return sign and width of an edge."""
    (path,) = edge.findall("./{*}path[@class='line']")
    return edge.attrib["class"].removeprefix("edge").strip(), float(path.attrib["stroke-width"])


RULE_OF_ARROWS = "Arrows hand responsibility back: share = upstream gradient × local derivative"
RULE_OF_WIDTH = "The wider the arrow, the larger the gradient it passes back"
RULE_OF_CARDS = "Cards: yellow is a parameter, blue an input, grey a constant, red the output"


# --- the text of the picture -----------------------------------------------------------------------------------------

SMALL_GRAPH = """\
digraph microgrid {
	bgcolor=white ordering=in pad=0.15 rankdir=LR
	nodesep=0.25 ranksep=0.6
	node [fontcolor="#1f2933" fontname=Helvetica fontsize=12 shape=plain]
	edge [arrowsize=0.7 color="#c9ced6" fontname=Courier fontsize=11 penwidth=1]
	n0 [label=<<TABLE STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="#c9ced6" BGCOLOR="#fff4d6"><TR><TD COLSPAN="2"><B>w</B></TD></TR><HR/><TR><TD ALIGN="LEFT"><FONT COLOR="#5c6570">value</FONT></TD><TD ALIGN="RIGHT"><FONT FACE="Courier" COLOR="#1f2933">-3</FONT></TD></TR><TR><TD ALIGN="LEFT"><FONT COLOR="#5c6570">grad</FONT></TD><TD ALIGN="RIGHT"><FONT FACE="Courier" COLOR="#0b6fa4">-6</FONT></TD></TR></TABLE>> id=n0 tooltip="w: value −3.0, gradient −6.0"]
	n1 [label=<<TABLE STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="#c9ced6" BGCOLOR="#f1f2f4"><TR><TD ALIGN="CENTER"><FONT FACE="Courier" COLOR="#5c6570">2</FONT></TD></TR></TABLE>> id=n1 tooltip=" "]
	n2 [label=<<TABLE STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="#c9ced6" BGCOLOR="#fbe3e4"><TR><TD COLSPAN="2"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD ALIGN="CENTER" WIDTH="14"><B>w²</B></TD></TR></TABLE></TD></TR><HR/><TR><TD ALIGN="LEFT"><FONT COLOR="#5c6570">value</FONT></TD><TD ALIGN="RIGHT"><FONT FACE="Courier" COLOR="#1f2933">9</FONT></TD></TR><TR><TD ALIGN="LEFT"><FONT COLOR="#5c6570">grad</FONT></TD><TD ALIGN="RIGHT"><FONT FACE="Courier" COLOR="#a3481a">1</FONT></TD></TR></TABLE>> id=n2 tooltip="w²: value 9.0, gradient 1.0"]
	n0 -> n2 [label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD><FONT COLOR="#5c6570">×-6</FONT></TD></TR><TR><TD><FONT COLOR="#0b6fa4">-6</FONT></TD></TR><TR><TD HEIGHT="7"></TD></TR></TABLE>> color="#0b6fa4" dir=back id=e0 penwidth=4.00 tooltip="share −6.0 = upstream 1.0 × local derivative −6.0"]
	n1 -> n2 [id=e1 style=dashed tooltip=" "]
	fontcolor="#5c6570" fontname=Helvetica fontsize=11 label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"><TR><TD ALIGN="LEFT">Arrows hand responsibility back: share = upstream gradient × local derivative</TD></TR><TR><TD ALIGN="LEFT"><FONT COLOR="#a3481a">Orange: raising this number raises the output</FONT> ·<FONT COLOR="#0b6fa4"> blue: raising it lowers the output</FONT></TD></TR><TR><TD ALIGN="LEFT">The wider the arrow, the larger the gradient it passes back</TD></TR><TR><TD ALIGN="LEFT">Cards: yellow is a parameter, blue an input, grey a constant, red the output</TD></TR></TABLE>> labeljust=l labelloc=b
}
"""  # noqa: E501


def test_text_of_a_small_picture() -> None:
    assert draw(small_graph()).source == SMALL_GRAPH


@pytest.mark.slow
def test_text_is_the_same_in_every_process() -> None:
    program = """
from microgrid.pictures.dot import draw
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
model = MLP(2, [3, 1], "tanh", seed=0)
loss = mean_squared_error([model([1.0, 2.0]), model([0.5, -1.0])], [1.0, 2.0])
loss.backward()
print(*(draw(loss, fold=fold) for fold in ("none", "neuron", "layer")))
"""

    def printed(hash_seed: str) -> bytes:
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
        return subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout

    first = printed("0")
    assert first.count(b"digraph microgrid {") == 3
    assert printed("1") == printed("4242") == first


def test_picture_is_a_digraph_that_shows_itself_where_the_system_has_no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    picture = draw(small_graph())
    assert isinstance(picture, graphviz.Digraph)
    assert picture.pipe(format="svg", quiet=True).rstrip().endswith(b"</svg>")


def test_what_is_no_value_cannot_be_drawn() -> None:
    with pytest.raises(TypeError, match=r"^draw\(\) needs a Value, got list$"):
        draw([Value(1.0)])  # type: ignore[arg-type]


def test_unknown_direction_is_an_error_that_names_the_directions() -> None:
    with pytest.raises(ValueError, match=r"^direction must be one of LR, TB, RL, BT, got 'lr'$"):
        draw(Value(1.0), direction="lr")


def test_unknown_fold_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^fold must be one of auto, none, neuron, layer, got 'all'$"):
        draw(Value(1.0), fold="all")


def test_drawing_changes_neither_numbers_nor_graph() -> None:
    loss = mean_squared_error(MLP(2, [3, 1], "tanh", seed=0)([1.0, 2.0]), 3.0)
    loss.backward()
    order = topological_order(loss)
    before = [(node.data, node.grad, node.label, node.operands, node.local_derivatives) for node in order]
    for fold in ("none", "neuron", "layer"):
        render(draw(loss, fold=fold), "svg")
    assert topological_order(loss) == order
    assert [(node.data, node.grad, node.label, node.operands, node.local_derivatives) for node in order] == before


# --- what the picture shows ------------------------------------------------------------------------------------------


def test_svg_has_a_group_for_each_value_and_each_operand() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    svg = svg_of(a * b + a)
    assert sorted(groups(svg, "card")) == ["n0", "n1", "n2", "n3"]
    assert sorted(groups(svg, "edge")) == ["e0", "e1", "e2", "e3"]


def test_value_used_twice_is_drawn_with_two_edges() -> None:
    a = Value(3.0, "a")
    first, second = (edge.find("{*}path") for edge in groups(svg_of(a + a), "edge").values())
    assert first is not None
    assert second is not None
    assert first.attrib["d"] != second.attrib["d"]


def test_card_shows_name_operation_value_and_gradient() -> None:
    output = small_graph()
    output.label = "loss"
    nodes = groups(svg_of(output), "card")
    assert texts(nodes["n0"]) == ["w", "value", "−3", "grad", "−6"]
    assert texts(nodes["n1"]) == ["2"]
    assert texts(nodes["n2"]) == ["loss = ( )²", "value", "9", "grad", "1"]


def test_edge_shows_local_derivative_and_share() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    output = 10.0 * (a * b)
    output.backward()
    numbers = numbers_of(svg_of(output))
    assert [numbers[name] for name in sorted(numbers)] == [["×−3", "−30"], ["×2", "20"], [], ["×10", "10"]]


def test_before_backward_edges_show_local_derivatives_only() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    picture = draw(a * b)
    assert "dir=back" not in picture.source
    svg = ET.fromstring(render(picture, "svg"))
    assert list(numbers_of(svg).values()) == [["×−3"], ["×2"]]
    assert not any("share" in text for text in texts(svg))


def test_legend_says_what_arrows_and_colours_mean() -> None:
    assert legend_of(small_graph()) == [
        RULE_OF_ARROWS,
        "Orange: raising this number raises the output · blue: raising it lowers the output",
        RULE_OF_WIDTH,
        RULE_OF_CARDS,
    ]


@pytest.mark.parametrize(
    ("label", "end"),
    [("loss", "the loss"), ("", "the output"), ("y", "y"), ("a<b", "a<b"), ("a\\N&", "a\\N&"), ("重み", "重み")],
)
def test_legend_names_the_end(label: str, end: str) -> None:
    output = small_graph()
    output.label = label
    assert legend_of(output)[1] == (f"Orange: raising this number raises {end} · blue: raising it lowers {end}")


def test_legend_of_several_shares_in_one_arrow_speaks_of_width_only() -> None:
    layer = Dense(1, 2, "linear", seed=0)
    outputs = layer([3.0])
    assert isinstance(outputs, list)
    output = total(outputs)
    output.backward()
    assert legend_of(output, fold="layer") == [
        RULE_OF_ARROWS,
        RULE_OF_WIDTH,
        "Grey arrows stand for several values: their width is the total size of the gradients",
        RULE_OF_CARDS,
    ]


def test_legend_of_a_crowded_picture_says_where_the_numbers_are() -> None:
    output = MLP(5, [5, 1], seed=0)([1.0] * 5)
    assert isinstance(output, Value)
    output.backward()
    rule, *_ = legend_of(output, fold="neuron")
    assert rule == f"{RULE_OF_ARROWS}; point at an arrow to see its numbers"


CAREFUL = "Careful: a number was changed after this graph was recorded; compute it again"


def test_leaf_that_was_changed_after_recording_is_told() -> None:
    w = Value(-3.0, "w")
    output = w**2
    output.backward()
    assert CAREFUL not in legend_of(output)
    w.data = 4.0
    assert legend_of(output)[-1] == CAREFUL


def test_leaf_that_was_changed_is_told_also_before_backward_and_where_nothing_can_be_computed() -> None:
    w = Value(2.0, "w")
    output = w.log()
    assert legend_of(output) == []
    w.data = -1.0
    assert legend_of(output) == [CAREFUL]


def test_numbers_carry_true_minus_signs_everywhere() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    loss = mean_squared_error([model([1.0, 2.0]), model([-1e-7, -1e30])], [-1.5, -2e-9])
    loss.backward()
    shown = {fold: texts(svg_of(loss, fold=fold)) for fold in ("none", "neuron", "layer")}
    assert "−1 × 10⁻⁷" in shown["none"]
    assert "−1.5 to −2 × 10⁻⁹" in shown["layer"]
    assert not [text for fold in shown for text in shown[fold] if "-" in text]


@pytest.mark.parametrize("fold", ["none", "neuron", "layer"])
@pytest.mark.parametrize(("label", "shown"), [(5, "5"), (0, "0"), (None, ""), (["w"], "['w']")])
def test_label_that_is_no_text_is_shown_as_text_and_none_as_no_label(label: object, shown: str, fold: str) -> None:
    x, neuron = Value(3.0, "x"), Neuron(1, seed=0)
    neuron.weights[0].label = x.label = label  # type: ignore[assignment]
    output = neuron([x]) * x
    output.backward()
    assert "None" not in draw(output, fold=fold).source
    words = [word for text in texts(svg_of(output, fold=fold)) for word in text.split()]
    assert not shown or shown in words


def test_values_called_the_same_are_numbered_as_on_a_page() -> None:
    first, second, w = Value(1.0, "x"), Value(2.0, "x"), Value(3.0, "w")
    product = first * second
    product.label = "x"
    relay = Relay(product * w)
    headings = {f"n{i}": card.title for i, card in enumerate(cards_and_edges(Snapshot.of(product * w))[0])}
    assert headings == {"n0": "x #1", "n1": "x #2", "n2": "x #3", "n3": "w", "n4": ""}
    assert [relay.node(name).name for name in headings][:4] == list(headings.values())[:4]
    for picture in (draw(product * w), draw_snapshot(relay.snapshot)):
        svg = ET.fromstring(render(picture, "svg"))
        assert [texts(groups(svg, "card")[f"n{i}"])[0] for i in range(4)] == ["x #1", "x #2", "x #3 = ×", "w"]
    assert 'tooltip="x #2: value 2.0, gradient 0.0"' in draw(product).source
    product.backward()
    assert "Orange: raising this number raises x #3 · blue: raising it lowers x #3" in legend_of(product)


def test_neurons_of_several_rows_are_numbered_and_constants_and_folded_layers_are_not() -> None:
    model = MLP(2, [3, 1], seed=0)
    loss = mean_squared_error([model([1.0, 2.0]), model([0.5, -1.0])], [1.0, 1.0])
    names = [card.title for card in cards_and_edges(Snapshot.of(loss), "neuron")[0]]
    assert [name for name in names if name.startswith("layer2")] == ["layer2.neuron1 #1", "layer2.neuron1 #2"]
    assert not [card.title for card in cards_and_edges(Snapshot.of(loss), "layer")[0] if "#" in card.title]
    constants = Constant(3.0, "c") * Value(2.0) + Constant(4.0, "c")
    assert [card.name for card in cards_and_edges(Snapshot.of(constants))[0]] == ["c", "", "", "c", ""]


LABELS: list[tuple[str, str]] = [
    *((label, label) for label in ["a<b", "a>b", "a&b", 'say "hi"', "a|b", "{a}", "a\\b", "C:\\n", "\\", "%s"]),
    *(
        (label, label)
        for label in ["<b>x</b>", "</TABLE>>", "&amp;", "&#65;", "n0 -> n1", "[x=y];", "🙂", "重み", "שלום"]
    ),
    ("two\nlines", "two lines"),
    ("a\tb", "a b"),
    ("bell\x07\x00\x1b", "bell"),
    ("half\ud800", "half"),
    ("x" * 500, "x" * 39 + "…"),
    ("&" * 500, "&" * 39 + "…"),
]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        *LABELS,
        *(pytest.param(label, label) for label in ["\\N", "\\Gamma", "\\\\server"]),
    ],
)
def test_any_label_is_shown_as_text(label: str, shown: str) -> None:
    output = Value(1.0, label) * Value(2.0, "b")
    output.backward()
    svg = svg_of(output)
    name = texts(groups(svg, "card")["n0"])[0]
    assert name.replace("\N{NO-BREAK SPACE}", " ") == shown
    assert (sorted(groups(svg, "card")), len(groups(svg, "edge"))) == (["n0", "n1", "n2"], 2)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("a<b", "a<b"),
        ('"a" & b', '"a" & b'),
        ("重み", "重み"),
        ("", "this value"),
        *(pytest.param(label, label) for label in ["a\\b", "a\\N"]),
    ],
)
def test_pointing_at_a_card_shows_its_label_and_all_digits(label: str, shown: str) -> None:
    value = Value(1.0 / 3.0, label)
    title = groups(svg_of(value), "card")["n0"].findtext("{*}title")
    assert title == f"{shown}: value 0.3333333333333333, gradient 0.0"


def test_colour_is_the_sign_of_the_share() -> None:
    a, b, nothing = Value(2.0, "a"), Value(-3.0, "b"), Value(0.0, "nothing")
    output = weighted_sum([a, nothing], [b, nothing], 1.0)
    output.backward()
    edges = groups(svg_of(output), "edge")
    kinds = [line_of(edges[name])[0] for name in sorted(edges)]
    assert kinds == ["negative", "positive", "zero", "zero", "given"]  # to a, b, nothing (twice) and the constant
    source = draw(output).source
    assert [source.count(f'color="{colour}" dir=back') for colour in (BLUE, ORANGE)] == [1, 1]


def test_gradients_are_bold_and_coloured_by_their_sign() -> None:
    card = groups(svg_of(small_graph()), "card")["n0"]
    kinds = {text.text: text.attrib["class"] for text in card.iterfind("{*}text")}
    assert kinds["−6"] == "grad negative"
    assert kinds["−3"] == "value"
    assert f".graph .negative{{fill:{BLUE}}}" in STYLE
    assert ".graph .grad,.graph .share{font-weight:700}" in STYLE


def test_edge_is_as_wide_as_its_share_is_large_beside_the_largest() -> None:
    w, x, b = Value(2.0, "w"), Value(-4.0, "x"), Value(0.0, "b")
    output = weighted_sum([w], [x], b)
    output.backward()  # the shares are −4, 2 and 1
    edges = groups(svg_of(output), "edge")
    assert [line_of(edges[name])[1] for name in sorted(edges)] == [4.0, 2.3, 1.45]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.0, {"0"}), (float("nan"), {"NaN"}), (float("inf"), {"inf", "∞"}), (-1e-300, {"−1 × 10⁻³⁰⁰"})],
)
def test_any_gradient_can_be_drawn(number: float, shown: set[str]) -> None:
    a = Value(3.0, "a")
    output = a * number
    output.backward()
    svg = svg_of(output)
    assert shown & set(texts(groups(svg, "card")["n0"]))
    assert numbers_of(svg)["e0"][-1] in shown


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_numbers_flow_in_the_direction_asked_for(direction: str) -> None:
    cards = groups(svg_of(Value(1.0, "a").exp(), direction), "card")

    def place(name: str) -> tuple[float, float]:
        x, y = map(float, re.findall(r"[\d.]+", cards[name].attrib["transform"]))
        return x, y

    (x, y), (result_x, result_y) = place("n0"), place("n1")
    if direction in ("LR", "RL"):
        assert (x < result_x) == (direction == "LR")
    else:
        assert (y < result_y) == (direction == "TB")


@pytest.mark.parametrize(
    ("value", "kind", "fill"),
    [
        (Value(1.0), "parameter", "#fff4d6"),
        (Input(1.0), "input", "#e1f0fa"),
        (Constant(1.0), "constant", "#f1f2f4"),
        (Value(1.0) * 1.0, "computed", "#ffffff"),
    ],
)
def test_kind_of_a_value_is_the_colour_of_its_card(value: Value, kind: str, fill: str) -> None:
    output = value.exp()
    name = f"n{topological_order(output).index(value)}"
    assert groups(svg_of(output), "card")[name].attrib["class"] == f"card {kind}"
    assert f".graph .{'card' if kind == 'computed' else kind} rect{{fill:{fill}" in STYLE
    assert re.search(rf'{name} \[label=<<TABLE [^>]*BGCOLOR="{fill}"', draw(output).source)


def test_output_has_a_colour_of_its_own() -> None:
    assert 'BGCOLOR="#fbe3e4"' in draw(Value(1.0)).source


@pytest.mark.parametrize(
    ("activation", "row", "status"),
    [
        ("relu", [-1.0], "off for this row: passes nothing back"),
        ("tanh", [9.0], "saturated: almost flat here"),
        ("sigmoid", [-9.0], "saturated: almost flat here"),
    ],
)
@pytest.mark.parametrize("fold", ["none", "neuron"])
def test_card_says_where_responsibility_stops(activation: str, row: list[float], status: str, fold: str) -> None:
    neuron = Neuron(1, activation)
    neuron.weights[0].data = 1.0
    assert status in texts(svg_of(neuron(row), fold=fold))
    assert status not in texts(svg_of(neuron([0.5]), fold=fold))


def test_folded_neuron_lists_its_few_weights_with_their_shares() -> None:
    neuron = Neuron(2, "linear")
    neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = 3.0, -2.0, 0.5
    output = neuron([7.0, -1.0])
    output.backward()
    shown = texts(groups(svg_of(output, fold="neuron"), "card")["n5"])
    assert shown[-12:] == [*("neuron", "23.5", "1"), *("w1", "3", "7"), *("w2", "−2", "−1"), *("b", "0.5", "1")]


def test_folded_layer_shows_its_gradients_as_matrices() -> None:
    layer = Dense(1, 2, "linear")
    layer.neurons[0].weights[0].data, layer.neurons[1].weights[0].data = 5.0, -5.0
    outputs = layer([3.0])
    assert isinstance(outputs, list)
    output = total(outputs)
    output.backward()
    (shown,) = [texts(node) for node in groups(svg_of(output, fold="layer"), "card").values() if "dW" in texts(node)]
    assert shown[:5] == ["layer: 2 neurons = Σ w·x + b", "value", "−15 to 15", "grad", "1"]
    assert shown[5:] == ["dW", "3", "3", "db", "1", "1", "dx", "0"]  # dx = 5 − 5


def test_large_gradients_of_a_layer_are_cut() -> None:
    model = MLP(6, [7], seed=0)
    loss = mean_squared_error([model([1.0] * 6) for _ in range(5)], [[0.0] * 7] * 5)
    loss.backward()
    (shown,) = [texts(node) for node in groups(svg_of(loss, fold="layer"), "card").values() if "dW" in texts(node)]
    matrices = " ".join(shown[shown.index("dW") :])
    assert matrices.count("…") == (3 + 4) + 1 + (3 + 4)  # a column and a row of dW, a column of db, both of dx


def test_range_does_not_hide_what_is_not_a_number() -> None:
    layer = Dense(1, 2, "linear")
    layer.neurons[0].weights[0].data, layer.neurons[1].weights[0].data = 5.0, float("nan")
    outputs = layer([3.0])
    assert isinstance(outputs, list)
    nodes = groups(svg_of(total(outputs), fold="layer"), "card").values()
    (shown,) = [texts(node) for node in nodes if "layer: 2 neurons = Σ w·x + b" in texts(node)]
    assert any("NaN" in text for text in shown)


def test_crowded_picture_leaves_the_numbers_of_its_edges_out() -> None:
    output = MLP(5, [5, 1], seed=0)([1.0] * 5)
    assert isinstance(output, Value)
    output.backward()
    numbers = numbers_of(svg_of(output, fold="neuron"))
    assert len(numbers) == 5 * 5 + 5
    assert not any(numbers.values())


def test_cards_of_a_large_crowded_picture_say_activation_and_status_in_their_heading() -> None:
    model = MLP(5, [8, 8, 1], "relu", seed=0)
    model.layers[0].neurons[0].bias.data = -100.0
    output = model([1.0] * 5)
    assert isinstance(output, Value)
    shown = [texts(node) for node in groups(svg_of(output, fold="neuron"), "card").values()]
    assert len(shown) > MAX_CARDS_DETAILED
    headings = [card[: card.index("value")] for card in shown]
    for heading in ("x1", "layer1.neuron1 = relu, off", "layer1.neuron3 = relu", "layer3.neuron1 = Σ w·x + b"):
        assert [heading] in headings
    assert all(card[-4::2] == ["value", "grad"] for card in shown)


def test_words_fit_their_cards_whatever_typeface_the_screen_has(browser: Browser) -> None:
    w, x = Value(-0.1234, "w"), Input(25.0, "x")
    output = w * x
    output.label = "product of both"
    output.backward()
    page = browser.new_page()
    page.set_content(render(draw(output), "svg").decode("utf-8"))
    cards = page.eval_on_selector_all(
        ".card",
        """cards => cards.map(card => [...card.querySelectorAll("rect, text")].map(part => {
            const box = part.getBoundingClientRect()
            return [box.left, box.right, box.top, box.bottom]
        }))""",
    )
    page.close()
    for outline, *written in cards:
        assert len(written) == 5  # the heading, and two rows of a word and a number
        assert all(outline[0] < left and right < outline[1] for left, right, _, _ in written)
        for (left, right, top, bottom), (left2, right2, top2, bottom2) in itertools.combinations(written, 2):
            across, down = min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)
            assert across < 0 or down <= 4  # the boxes of two lines reach into each other; their letters do not


def test_words_below_a_small_picture_end_inside_it_on_this_screen(browser: Browser) -> None:
    a = Value(3.0, "a")
    (output := a + a).backward()
    page = browser.new_page()
    page.set_content(render(draw(output), "svg").decode("utf-8"))
    edge = page.eval_on_selector("svg", "svg => svg.getBoundingClientRect().right")
    ends = page.eval_on_selector_all("svg text", "texts => texts.map(text => text.getBoundingClientRect().right)")
    page.close()
    assert max(ends) < edge


def test_heading_of_a_neuron_fits_its_card_whatever_typeface_the_screen_has(browser: Browser) -> None:
    output = Neuron(2, "relu").set_parameters([5, 4, -12])([2.0, 3.0])
    output.backward()
    page = browser.new_page()
    page.set_content(render(draw(output, fold="neuron"), "svg").decode("utf-8"))
    right_ends = "things => things.map(thing => thing.getBoundingClientRect().right)"
    (outline,) = page.eval_on_selector_all("#n6 rect", right_ends)
    written = page.eval_on_selector_all("#n6 text", right_ends)
    page.close()
    assert max(written) < outline


def test_operation_is_written_lighter_than_the_name_before_it() -> None:
    (heading,) = groups(svg_of(Neuron(1, "relu")([1.0]), fold="neuron"), "card")["n4"].findall("{*}text[@class='name']")
    assert heading.text == "neuron"
    assert [(more.attrib["class"], more.text) for more in heading] == [("op", " = "), ("op", "relu(Σ w·x + b)")]
    assert ".graph .op{font-weight:400" in STYLE


def test_picture_is_named_and_described_for_those_who_cannot_see_it() -> None:
    output = small_graph()
    output.label = "loss"
    svg = svg_of(output)
    assert svg.attrib["role"] == "img"
    assert svg.findtext("{*}title") == "Computation graph of loss: 3 cards, 2 arrows"
    assert svg.findtext("{*}desc") == "w: value −3, gradient −6; loss: value 9, gradient 1"


def test_sign_is_told_by_dashes_where_no_number_tells_it() -> None:
    output = MLP(5, [5, 1], seed=0)([1.0] * 5)
    assert isinstance(output, Value)
    output.backward()
    svg = svg_of(output, fold="neuron")
    assert svg.attrib["class"] == "graph crowded"
    assert ".graph.crowded .negative .line{stroke-dasharray:" in STYLE
    assert "blue: raising it lowers layer2.neuron1 (dashed)" in legend_of(output, fold="neuron")[1]
    negative = sum(line_of(edge)[0] == "negative" for edge in groups(svg, "edge").values())
    assert draw(output, fold="neuron").source.count("style=dashed") == negative > 0


def test_picture_of_very_many_values_says_that_the_first_share_a_card() -> None:
    output = Value(1.0, "v")
    for i in range(600):
        output = output * Value(1.0, f"w{i}")
    svg = svg_of(output)
    assert len(groups(svg, "card")) == 500
    assert "702 earlier cards" in texts(svg)
    assert texts(svg)[-1] == (
        "The 702 values computed first share one card, because a picture shows at most 500; draw a part of the graph "
        "to see them"
    )


@pytest.mark.slow  # Graphviz places 500 cards that hang on one
def test_it_says_so_too_where_a_leaf_that_all_use_stays() -> None:
    w = Value(1.0, "w")
    output = Value(1.0, "v")
    for _ in range(600):
        output = output * w
    assert "The 103 values computed first share one card" in texts(svg_of(output))[-1]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_save_writes_the_picture_where_the_name_says_so_and_else_the_text(suffix: str, tmp_path: Path) -> None:
    picture = draw(small_graph())
    assert picture.save(tmp_path / f"graph.{suffix}") == str(tmp_path / f"graph.{suffix}")
    assert (tmp_path / f"graph.{suffix}").read_bytes() == picture.pipe(suffix)
    assert Path(picture.save(tmp_path / "graph.gv")).read_text(encoding="utf-8") == SMALL_GRAPH


def test_copy_is_the_same_picture_until_it_is_changed() -> None:
    picture = draw(small_graph(), language="ja")
    copy = picture.copy()
    assert copy.pipe() == picture.pipe()
    copy.attr(bgcolor="pink")
    assert copy.pipe() != picture.pipe() == draw(small_graph(), language="ja").pipe()


def test_engine_that_was_chosen_draws_it() -> None:
    picture = draw(small_graph())
    by_neato = picture.pipe(engine="neato")
    picture.engine = "neato"
    assert picture.pipe() == by_neato
    assert b"<!-- Generated by graphviz" in by_neato


def test_picture_that_is_there_is_not_replaced_where_that_is_an_error(tmp_path: Path) -> None:
    picture = draw(small_graph())
    picture.render(tmp_path / "graph")
    with pytest.raises(FileExistsError, match=r"^there is a .*graph\.svg already$"):
        picture.render(tmp_path / "graph", raise_if_result_exists=True)


def test_picture_whose_text_was_changed_is_drawn_by_graphviz() -> None:
    picture = draw(small_graph())
    assert "<!-- Generated by graphviz" not in picture.pipe(encoding="utf-8")
    picture.attr(bgcolor="pink")
    drawn = picture.pipe(encoding="utf-8")
    assert "<!-- Generated by graphviz" in drawn
    assert 'fill="pink"' in drawn


@pytest.mark.parametrize("has_letters", [True, False])
def test_png_is_in_its_language_where_graphviz_has_the_letters(
    has_letters: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microgrid.pictures.dot.can_write_all_letters", lambda: has_letters)
    monkeypatch.setattr("microgrid.pictures.dot.run_graphviz", lambda source, *_: source.encode())
    picture = draw(small_graph(), language="ja")
    drawn = render(picture, "png").decode()
    assert ("勾配" in drawn, "grad" in drawn) == (has_letters, not has_letters)
    assert "grad" in picture.source


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_writes_powers_of_ten_as_by_hand(language: str) -> None:
    output = Value(7.014e-19, "a") * Value(3.0, "b")
    output.backward()
    assert {"7.014 × 10⁻¹⁹", "×7.014 × 10⁻¹⁹"} <= set(texts(svg_of(output, language=language)))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_png_has_its_cards_where_the_svg_has_them(direction: str) -> None:
    picture = draw(small_graph(), direction)
    boxes = picture.still.layout(faces(picture.still.folding, "en")).boxes
    places = dict(re.findall(r'^\t(n\d) \[.*? pos="([^"]*)"', placed(picture.english).source, re.MULTILINE))
    for box in boxes:
        x, y = map(float, places[box.card.id].split(","))
        assert (x, -y) == pytest.approx((box.x + box.width / 2, box.y + box.height / 2), abs=0.1)
    assert len(places) == len(boxes)


# --- in Japanese -----------------------------------------------------------------------------------------------------


def test_words_on_cards_are_japanese_where_it_is_asked_for() -> None:
    nodes = groups(svg_of(small_graph(), language="ja"), "card")
    assert texts(nodes["n0"]) == ["w", "値", "−3", "勾配", "−6"]
    assert texts(nodes["n2"]) == ["w²", "値", "9", "勾配", "1"]


def test_source_is_that_of_the_english_picture() -> None:
    assert draw(small_graph(), language="ja").source == draw(small_graph()).source


def test_folded_neuron_speaks_japanese_and_keeps_the_names_of_its_parameters() -> None:
    neuron = Neuron(2, "relu").set_parameters([1, 2, -100])
    neuron.weights[0].label, neuron.weights[1].label, neuron.bias.label = "value", "grad", "neuron"
    shown = texts(groups(svg_of(neuron([1.0, 1.0]), fold="neuron", language="ja"), "card")["n6"])
    assert [text for text in shown[1:] if not text[-1].isdigit() and text != " "] == [
        *("値", "勾配", "出力", "value", "grad", "neuron", "この行ではオフ: 何も戻さない")
    ]


def test_value_that_is_called_like_a_word_keeps_its_name() -> None:
    nodes = groups(svg_of(Value(1.0, "value") * Value(2.0, "grad"), language="ja"), "card")
    assert [texts(nodes[name])[:2] for name in ("n0", "n1")] == [["value", "値"], ["grad", "値"]]


@pytest.mark.parametrize(
    ("label", "end"),
    [("loss", "損失"), ("", "出力"), ("y", "y "), ("a<b", "a<b "), ("a\\N&", "a\\N& "), ("重み", "重み")],
)
def test_legend_is_japanese_too(label: str, end: str) -> None:
    output = small_graph()
    output.label = label
    output.operands[0].data = 4.0
    assert legend_of(output, language="ja") == [
        "矢印は責任を戻す: 渡す責任 = 上流から伝わる勾配 × 局所微分",
        f"オレンジ: この数を上げると、{end}が増える · 青: 上げると、{end}が減る",
        "矢印が太いほど、戻す勾配が大きい",
        "カード: 黄色はパラメータ (学習する数)、水色は入力 (与えられた数)、灰色は定数、赤は出力",
        "注意: グラフを記録したあとで数が変わった。計算し直すこと",
    ]


def test_range_is_japanese_too() -> None:
    outputs = Dense(1, 2, "linear").set_parameters([5, 0, -5, 0])([3.0])
    assert isinstance(outputs, list)
    nodes = groups(svg_of(total(outputs), fold="layer", language="ja"), "card").values()
    assert any("−15 〜 15" in texts(node) for node in nodes)


def test_japanese_headings_end_where_their_columns_end(browser: Browser) -> None:
    output = Neuron(2, "relu").set_parameters([5, 4, -12])([2.0, 3.0])
    output.backward()
    page = browser.new_page()
    page.set_content(render(draw(output, fold="neuron", language="ja"), "svg").decode("utf-8"))
    found = page.eval_on_selector_all(
        "#n6 text", "texts => texts.map(text => [text.textContent, text.getBoundingClientRect().right])"
    )
    page.close()
    ends = dict(reversed(found))
    assert abs(ends["値"] - ends["10"]) < 1
    assert abs(ends["勾配"] - ends["1"]) < 1


def test_titles_of_folded_cards_are_japanese_too() -> None:
    model = MLP(2, [3, 1], seed=0)
    loss = mean_squared_error([model([1.0, 2.0]), model([0.5, -1.0])], [1.0, 1.0])
    shown = texts(svg_of(loss, fold="layer", language="ja"))
    assert "layer1: 3 ニューロン × 2 行 = relu(Σ w·x + b)" in shown
    assert "x1 (2 個)" in shown


def test_picture_knows_two_languages() -> None:
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        draw(small_graph(), language="fr")


def test_japanese_picture_is_written_to_a_file(tmp_path: Path) -> None:
    save_picture(small_graph(), tmp_path / "graph.svg", language="ja")
    assert "勾配" in (tmp_path / "graph.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("label", ["重み", "学習率", "学習率の最終結果です", "誤差の二乗の平均＝損失"])
def test_card_has_room_for_a_japanese_name(label: str) -> None:
    outline = groups(svg_of(Value(1.0, label)), "card")["n0"].find("{*}rect")
    assert outline is not None
    assert float(outline.attrib["width"]) >= 13.0 * len(label)


@pytest.mark.parametrize(
    ("direction", "leaves", "arrives"), [("LR", "e", "w"), ("RL", "w", "e"), ("TB", "s", "n"), ("BT", "n", "s")]
)
def test_crowded_picture_joins_its_cards_at_the_sides_that_face(direction: str, leaves: str, arrives: str) -> None:
    output = MLP(5, [5, 1], seed=0)([1.0] * 5)
    assert isinstance(output, Value)
    source = draw(output, direction, "neuron").source
    assert f"edge [headport={arrives} tailport={leaves}]" in source


IN_WHICH_WAY = "(its program dot on the PATH, or named by MICROGRID_DOT)"
ANY_GRAPHVIZ = f"it needs the package graphviz-pure, or Graphviz {IN_WHICH_WAY}; .dot can be written without"
REAL_GRAPHVIZ = f"it needs Graphviz itself {IN_WHICH_WAY};"


# --- writing files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["graph.svg", "GRAPH.SVG"])
def test_svg_file_is_an_svg_picture(name: str, tmp_path: Path) -> None:
    save_picture(small_graph(), tmp_path / name)
    assert sorted(groups(ET.parse(tmp_path / name).getroot(), "card")) == ["n0", "n1", "n2"]


def test_png_file_is_a_png_picture(tmp_path: Path) -> None:
    save_picture(small_graph(), str(tmp_path / "graph.png"))
    assert (tmp_path / "graph.png").read_bytes().startswith(PNG)


@pytest.mark.usefixtures("no_graphviz")
def test_dot_file_holds_the_text_and_needs_no_graphviz(tmp_path: Path) -> None:
    save_picture(small_graph(), tmp_path / "graph.dot")
    assert (tmp_path / "graph.dot").read_bytes() == SMALL_GRAPH.encode()


def test_options_are_those_of_draw(tmp_path: Path) -> None:
    output = Neuron(2, seed=0)([1.0, 2.0])
    save_picture(output, tmp_path / "graph.dot", direction="TB", fold="neuron")
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8") == draw(output, "TB", "neuron").source


@pytest.mark.parametrize("name", ["graph.jpeg", "graph", "svg", "graph.svg.txt"])
def test_unknown_suffix_is_an_error_that_names_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^a picture is written as \.svg, \.png, \.pdf, \.dot; .* is none of these$"):
        save_picture(small_graph(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        save_picture(small_graph(), tmp_path / "missing" / "graph.svg")
    assert error.value.filename == str(tmp_path / "missing" / "graph.svg")


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize(
    ("suffix", "remedy"),
    [("svg", ANY_GRAPHVIZ), ("png", ANY_GRAPHVIZ), ("pdf", f"{REAL_GRAPHVIZ} .dot can be written without")],
)
def test_without_graphviz_an_error_says_in_one_line_what_to_do_and_leaves_the_text(
    suffix: str, remedy: str, tmp_path: Path
) -> None:
    picture = tmp_path / f"graph.{suffix}"
    picture.write_bytes(b"an earlier picture")
    with pytest.raises(NoRendererError) as error:
        save_picture(small_graph(), picture)
    text = tmp_path / "graph.dot"
    assert str(error.value) == (
        f"nothing on this machine writes {suffix}: {remedy}; wrote {text}, the text of the picture, instead"
    )
    assert picture.read_bytes() == b"an earlier picture"
    assert text.read_text(encoding="utf-8") == SMALL_GRAPH
    assert sorted(tmp_path.iterdir()) == sorted([picture, text])


@pytest.mark.usefixtures("no_graphviz")
def test_text_of_an_earlier_picture_is_not_overwritten(tmp_path: Path) -> None:
    text = tmp_path / "graph.dot"
    text.write_text("an earlier text", encoding="utf-8")
    with pytest.raises(NoRendererError, match=r"can be written without$"):
        save_picture(small_graph(), tmp_path / "graph.svg")
    assert text.read_text(encoding="utf-8") == "an earlier text"


def test_pdf_needs_a_system_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoRendererError) as error:
        save_picture(small_graph(), tmp_path / "graph.pdf")
    assert str(error.value).startswith(
        f"nothing on this machine writes pdf: {REAL_GRAPHVIZ} .svg, .png and .dot can be"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "graph.dot"]


@pytest.mark.parametrize("label", ["重み", "x＋", "🙂"])
def test_png_of_wide_characters_needs_a_system_dot(label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoRendererError) as error:
        save_picture(Value(1.0, label), tmp_path / "graph.png")
    assert str(error.value).startswith(
        f"nothing on this machine writes png of such characters: {REAL_GRAPHVIZ} .svg and .dot can be"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "graph.dot"]


def test_picture_is_rendered_as_svg_without_being_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw(small_graph()).render("name")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["name", "name.svg"]
    assert (tmp_path / "name").read_text(encoding="utf-8") == SMALL_GRAPH
    assert sorted(groups(ET.parse(tmp_path / "name.svg").getroot(), "card")) == ["n0", "n1", "n2"]


def test_picture_is_the_same_whichever_way_it_is_written(tmp_path: Path) -> None:
    picture, path = draw(small_graph()), tmp_path / "saved.svg"
    save_picture(small_graph(), path)
    saved = path.read_bytes()
    assert "−6" in saved.decode("utf-8")
    assert picture.pipe() == picture.pipe("svg") == picture.pipe(format="svg") == render(picture, "svg") == saved
    assert picture.pipe(encoding="utf-8") == saved.decode("utf-8")
    rendered = [
        picture.render(tmp_path / "rendered", cleanup=True),
        picture.render("rendered", directory=tmp_path / "folder", format="svg"),
        picture.render(outfile=tmp_path / "named.svg"),
        picture.render(outfile=tmp_path / "NAMED.SVG"),
    ]
    assert [Path(name).read_bytes() for name in rendered] == [saved] * 4
    assert not (tmp_path / "rendered").exists()
    assert (tmp_path / "named.gv").read_text(encoding="utf-8") == SMALL_GRAPH


def test_picture_of_another_kind_is_rendered_as_the_library_does(tmp_path: Path) -> None:
    picture = draw(small_graph())
    assert picture.pipe("png").startswith(PNG)
    assert Path(picture.render(outfile=tmp_path / "named.png")).read_bytes().startswith(PNG)
    assert Path(picture.render(tmp_path / "name", format="png")).read_bytes().startswith(PNG)


def test_file_is_shown_when_its_picture_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bool]] = []
    monkeypatch.setattr(graphviz, "view", lambda path, quiet: seen.append((Path(path).read_bytes(), quiet)))
    picture = draw(small_graph())
    picture.view(tmp_path / "name")
    picture.render(tmp_path / "name", quiet_view=True)
    assert seen == [(picture.pipe(), False), (picture.pipe(), True)]


def test_picture_that_cannot_be_put_in_place_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError) as error:
        save_picture(small_graph(), tmp_path / "graph.svg")
    assert error.value.filename == str(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []


# --- which Graphviz --------------------------------------------------------------------------------------------------


@needs_shell
def test_chosen_program_comes_first_then_the_package_then_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = draw(small_graph())
    packaged = str(stand_in(tmp_path / "graphviz-pure", says="the package"))
    monkeypatch.setenv("MICROGRID_DOT", str(stand_in(tmp_path / "mine", says="the chosen one")))
    monkeypatch.setattr(renderer, "_packaged_program", lambda: packaged)
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin" / "dot", says="the system").parent))
    assert render(picture, "png") == b"the chosen one\n"
    monkeypatch.delenv("MICROGRID_DOT")
    assert render(picture, "png") == b"the package\n"
    monkeypatch.setattr(renderer, "_packaged_program", lambda: None)
    assert render(picture, "png") == b"the system\n"


@needs_shell
def test_pdf_is_written_by_the_system_and_not_by_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = str(stand_in(tmp_path / "graphviz-pure", says="the package"))
    monkeypatch.setattr(renderer, "_packaged_program", lambda: packaged)
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin" / "dot", says="the system").parent))
    save_picture(small_graph(), tmp_path / "graph.pdf")
    assert (tmp_path / "graph.pdf").read_bytes() == b"the system\n"


@needs_shell
def test_png_of_wide_characters_is_written_by_the_system_and_not_by_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = str(stand_in(tmp_path / "graphviz-pure", says="the package"))
    monkeypatch.setattr(renderer, "_packaged_program", lambda: packaged)
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "bin" / "dot", says="the system").parent))
    assert render(draw(Value(1.0, "重み")), "png") == b"the system\n"
    assert render(draw(Value(1.0, "w")), "png") == b"the package\n"


def test_package_is_found_although_it_is_not_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert render(draw(small_graph()), "png").startswith(PNG)


@needs_shell
@pytest.mark.parametrize(
    "chosen",
    [
        lambda folder: stand_in(folder / "broken", says="half a picture", exit_code=3),
        lambda folder: folder / "there is no such program",
        lambda folder: folder,
    ],
)
def test_chosen_program_that_fails_is_no_renderer_and_writes_no_picture(
    chosen: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROGRID_DOT", str(chosen(tmp_path)))
    with pytest.raises(NoRendererError):
        save_picture(small_graph(), tmp_path / "graph.svg")
    assert list(tmp_path.glob("*graph*")) == [tmp_path / "graph.dot"]


@needs_shell
def test_what_a_program_says_as_it_fails_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stand_in(tmp_path / "broken", exit_code=3)
    monkeypatch.setenv("MICROGRID_DOT", str(program))
    with pytest.raises(NoRendererError, match=f"^{program} could not lay out the graph: it ended with exit code 3$"):
        render(draw(small_graph()), "png")
    program.write_text("#!/bin/sh\necho 'no such\nfont' >&2\nexit 1\n", encoding="utf-8")
    with pytest.raises(NoRendererError, match=f"^{program} could not lay out the graph: no such font$"):
        render(draw(small_graph()), "png")


@needs_shell
def test_program_that_never_ends_is_stopped_and_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path / "hangs")
    program.write_text("#!/bin/sh\nsleep 600\n", encoding="utf-8")
    monkeypatch.setenv("MICROGRID_DOT", str(program))
    monkeypatch.setattr(renderer, "MAX_SECONDS", 0.1)
    with pytest.raises(NoRendererError, match=rf"^{program} was not done after 0\.1 s; wrote .*graph\.dot"):
        save_picture(small_graph(), tmp_path / "graph.svg")
    with pytest.raises(NoRendererError, match=rf"^{program} was not done after 0\.1 s$"):
        Relay(small_graph()).save(tmp_path / "moving.svg", animated=True)
    assert sorted(tmp_path.iterdir()) == sorted([program, tmp_path / "graph.dot"])


# --- in a notebook ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_steps", "is_fitted"), [(2, False), (4, True), (6, False)])
def test_picture_a_little_wider_than_a_notebook_is_made_as_narrow_as_one(n_steps: int, is_fitted: bool) -> None:
    output = Value(0.5)
    for _ in range(n_steps):
        output = output.tanh()
    own = ET.fromstring(render(draw(output), "svg")).attrib
    shown = ET.fromstring(draw(output)._repr_mimebundle_()["image/svg+xml"].encode()).attrib
    assert shown["viewBox"] == own["viewBox"]
    assert shown["width"] == ("853" if is_fitted else own["width"])
    ratios = [int(size["height"]) / int(size["width"]) for size in (shown, own)]
    assert ratios[0] == pytest.approx(ratios[1], abs=1 / 640)


def test_notebook_gets_svg_png_and_text() -> None:
    output = small_graph()
    bundle = output._repr_mimebundle_(include=None, exclude=None)  # type: ignore[attr-defined]
    assert sorted(bundle) == ["image/png", "image/svg+xml", "text/plain"]
    assert sorted(groups(ET.fromstring(bundle["image/svg+xml"].encode()), "card")) == ["n0", "n1", "n2"]
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert bundle["text/plain"] == "Value(data=9.0, grad=1.0, op='**')"


def test_notebook_gets_no_png_of_wide_characters_where_the_system_has_no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert sorted(value_mimebundle(Value(1.0, "重み") ** 2)) == ["image/svg+xml", "text/plain"]


def test_notebook_gets_only_text_of_a_very_large_graph() -> None:
    output = total([Input(1.0, f"x{i}") for i in range(300)])  # with the sum, 301 cards
    assert value_mimebundle(output) == {"text/plain": "Value(data=300.0, grad=0.0, op='total')"}


@pytest.mark.usefixtures("no_graphviz")
def test_notebook_gets_only_text_where_there_is_no_graphviz() -> None:
    assert value_mimebundle(small_graph()) == {"text/plain": "Value(data=9.0, grad=1.0, op='**')"}
