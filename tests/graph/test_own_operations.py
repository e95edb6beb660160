"""Operations of the learner's own: drawn plainly; where a formula is needed, one line says so, and one can be given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from microgrid import Relay, Value, check_gradients, compile_graph, draw, nudge
from microgrid.graph import OPERATIONS, Operation
from microgrid.language.words import LANGUAGES
from microgrid.pictures.animation import animation
from microgrid.studio.page import page
from microgrid.terminal.walk import Walk
from tests.browser import Opener

CUBE = Operation("( )³", ("a",), "a ** 3", ("3 * a ** 2",), "{a}³", ("3 × {a}²",))


def cube(x: Value, op: str = "cube") -> Value:
    out = Value(x.data**3)
    out.op, out.recorded = op, (x, 3.0 * x.data**2)
    return out


def loss(op: str = "cube") -> Value:
    return cube(Value(2.0, "x"), op) * 5


@pytest.fixture
def formula_of_cube() -> Iterator[None]:
    OPERATIONS["cube"] = CUBE
    yield
    del OPERATIONS["cube"]


def test_cycle_is_told_with_the_recorded_numbers() -> None:
    table = Relay(loss()).text()
    assert re.search(r"1  n1 +cube\(x\) = cube\(2\) +8\n", table)
    assert re.search(r"5  n1 → x +5 × 12 = 60 +60\n", table)
    assert re.search(r"6  x +2 − 0.1 × 60 +−4\n", table)
    assert table.endswith("The loss was 40. After the update it cannot be computed: microgrid has no formula for cube.")


def test_sentences_name_it_in_both_languages() -> None:
    said = [[line.sentence for line in Walk(Relay(loss()), language).lines] for language in LANGUAGES]
    assert [sentences[0] for sentences in said] == ["n1 is cube of x: cube(2) = 8.", "n1 は x の cube: cube(2) = 8。"]
    assert said[0][4].startswith("∂cube(x)/∂x = 12\n")


def test_paths_lead_through_it() -> None:
    assert str(Relay(loss()).paths("n0")).endswith("n3 → n1 → x  1 × 5 × 12 = 60")


def test_pictures_show_its_name() -> None:
    assert "cube" in draw(loss()).source
    assert ">cube<" in animation(Relay(loss()))


@pytest.mark.parametrize("op", ["{zzz}", "<b>&", 'a "b\\', "\0", "\ud800", "w" * 300])
def test_any_name_will_do(op: str) -> None:
    relay = Relay(loss(op))
    assert all(relay.text(language) for language in LANGUAGES)
    assert animation(relay)
    assert draw(loss(op)).source


def test_operation_without_a_name_is_called_f() -> None:
    assert "f(x) = f(2)" in Relay(loss("")).text()


def test_leaf_with_an_operation_stays_a_leaf() -> None:
    leaf = Value(2.0, "x")
    leaf.op = "cube"
    assert "cube" not in Relay(leaf * 5).text()


@pytest.mark.parametrize(
    "view",
    [
        check_gradients,
        lambda output: nudge(output, output.operands[0].operands[0]),
        lambda output: compile_graph(output, []),
        lambda output: page(Relay(output)),
        lambda output: Relay.from_json(Relay(output).to_json()),
    ],
)
@pytest.mark.parametrize("op", ["cube", ""])
def test_what_must_compute_it_says_what_to_do(view: Callable[[Value], object], op: str) -> None:
    with pytest.raises(ValueError, match=r"no formula for the operation .*; add it as microgrid\.graph\.OPERATIONS\["):
        view(loss(op))


@pytest.mark.parametrize("view", [draw, Relay, check_gradients, lambda output: compile_graph(output, [])])
@pytest.mark.parametrize("op", ["+", "neg", "**", "relu", "weighted_sum"])
def test_name_of_another_operation_is_refused(view: Callable[[Value], object], op: str) -> None:
    output = cube(Value(2.0, "x"), op)
    output.recorded *= 1 if op in ("+", "**") else 2
    with pytest.raises(ValueError, match=r"does not take \d operands?; give an operation of your own another name"):
        view(output)


@pytest.mark.usefixtures("formula_of_cube")
def test_with_its_formula_every_view_has_it() -> None:
    output = loss()
    relay = Relay(output, learning_rate=0.01)
    assert relay.text().splitlines()[1].split() == ["1", "x³", "x³", "=", "2³", "8"]
    assert "∂x³/∂x = 3 × 2² = 12" in Walk(relay).lines[4].sentence
    assert relay.outcome.after == 5 * 1.4**3
    assert Relay.from_json(relay.to_json()) == relay
    assert check_gradients(output).agrees
    (x,) = output.operands[0].operands
    assert compile_graph(output, [])([[]]) == 40.0
    assert x.grad == 60.0
    assert "value: (a) => power(a, 3)," in page(relay)


@pytest.mark.usefixtures("formula_of_cube")
def test_page_tells_it_in_the_same_words(opened: Opener) -> None:
    relay = Relay(loss(), learning_rate=0.01)
    screen = opened(relay)
    for line in Walk(relay).lines:
        screen.press("ArrowRight")
        assert screen.text("#sentence").startswith(line.sentence)


def test_operation_says_itself_where_its_kink_is(monkeypatch: pytest.MonkeyPatch) -> None:
    hinge = Operation("hinge", ("a",), "where(a > 0, a, 0)", ("where(a > 0, 1, 0)",), "{a}₊", ("1 or 0",), kink="zero")
    monkeypatch.setitem(OPERATIONS, "hinge", hinge)
    out = Value(0.0)
    out.op, out.recorded = "hinge", (Value(0.0, "x"), 0.0)
    assert check_gradients(out).rows[0].slopes == (0.0, 1.0)
