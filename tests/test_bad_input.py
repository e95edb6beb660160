"""Bad input, everywhere: the right answer, or one line that says what came and what was expected.

`PLACES` lists every argument of every public function, `BAD` what may come. Each of them is put into each place.
"""

from __future__ import annotations

import json
import linecache
import math
import operator
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

from microgrid import (
    Input,
    ParameterBuffer,
    Relay,
    Value,
    check_gradients,
    compile_block,
    compile_graph,
    differentiate,
    draw,
    figures,
    losses,
    maximum,
    minimum,
    nudge,
    save_picture,
    topological_order,
    total,
    weighted_sum,
)
from microgrid._util.errors import NoRendererError
from microgrid._util.files import write_atomic
from microgrid.compiler.block import CompiledBlock
from microgrid.compiler.compile import CompiledGraph
from microgrid.datasets import Dataset, Scale, penguins, read_csv
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.documents.document import read_document
from microgrid.documents.examples import example
from microgrid.documents.lessons import copy_lesson, how_to_open, lesson, lessons
from microgrid.engine import gradients
from microgrid.figures import plot_decision_boundary, plot_loss_along, plot_losses
from microgrid.graph.gradcheck import numerical_derivative
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, Dense, Neuron
from microgrid.optim import SGD, Adam, Optimizer
from microgrid.pictures.animation import animation
from microgrid.pictures.cheatsheet import cheat_sheet
from microgrid.pictures.dot import draw_snapshot
from microgrid.studio.page import page
from microgrid.terminal.screen import walk_relay
from microgrid.training import Cycle, History, TrainingDivergedError, train

ERRORS = (TypeError, ValueError, ArithmeticError, OSError, NoRendererError)
LONGEST_MESSAGE = 400
SAID_BY_PYTHON = (  # also in one line, and with what came and what was expected
    "expected str, bytes or os.PathLike object",
    "os.PathLike object returning str",
    "an os.PathLike object where __fspath__ returns a str",
    "must be a string or a real number",
    "embedded null byte",
    "iteration over a 0-d array",
)

# --- what may come ---------------------------------------------------------------------------------------------------


def two_numbers() -> Iterator[float]:
    yield 1.0
    yield 2.0


ESCAPES = "\x1b]0;title\x07\x9b2J\u202e\u2028\x85\r"


class WritesEscapes:
    def __repr__(self) -> str:
        return ESCAPES


BAD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "text": lambda: "text",
    "no text": lambda: "",
    "digits": lambda: "1.5",
    "lines": lambda: "a\nb",
    "escapes": lambda: ESCAPES,
    "much text": lambda: "x" * 5000,
    "bytes": lambda: b"\xff\x00",
    "0": lambda: 0,
    "-1": lambda: -1,
    "1.5": lambda: 1.5,
    "NaN": lambda: math.nan,
    "infinity": lambda: math.inf,
    "-infinity": lambda: -math.inf,
    "huge": lambda: 1e308,
    "denormal": lambda: 5e-324,
    "401 digits": lambda: 10**400,
    "5001 digits": lambda: -(10**5000),
    "Decimal": lambda: Decimal("1.5"),
    "Decimal NaN": lambda: Decimal("NaN"),
    "Decimal sNaN": lambda: Decimal("sNaN"),
    "Decimal too large": lambda: Decimal("1e400"),
    "Fraction": lambda: Fraction(1, 3),
    "complex": lambda: 1j,
    "empty list": list,
    "empty tuple": tuple,
    "empty dictionary": dict,
    "list": lambda: [1.0, 2.0],
    "list of lists": lambda: [[1.0], [2.0]],
    "list of None": lambda: [None],
    "list of text": lambda: ["a"],
    "list of NaN": lambda: [math.nan],
    "dictionary": lambda: {1: 2},
    "set": lambda: {1.0, 2.0},
    "generator": two_numbers,
    "range": lambda: range(3),
    "object": object,
    "class": lambda: int,
    "path": lambda: Path("no such folder", "file"),
    "NumPy float64": lambda: np.float64(1.5),
    "NumPy float32": lambda: np.float32(1.5),
    "NumPy NaN": lambda: np.float64("nan"),
    "NumPy longdouble": lambda: np.longdouble("1e400"),
    "NumPy int64": lambda: np.int64(2),
    "NumPy bool": lambda: np.True_,
    "NumPy complex": lambda: np.complex128(1j),
    "NumPy text": lambda: np.str_("a"),
    "NumPy date": lambda: np.datetime64("2020-01-01"),
    "NumPy array without a dimension": lambda: np.array(2.0),
    "NumPy array of one": lambda: np.array([2.0]),
    "NumPy array": lambda: np.array([1.0, 2.0]),
    "NumPy table": lambda: np.ones((2, 2)),
    "empty NumPy array": lambda: np.array([]),
    "NumPy array of text": lambda: np.array(["a"]),
    "masked": lambda: np.ma.masked,
    "Value of another graph": lambda: Value(1.0, "stranger"),
    "Value with escapes": lambda: Value(-1.0, ESCAPES),
    "list of a Value with escapes": lambda: [Value(-1.0, ESCAPES)],
    "object that writes escapes": lambda: WritesEscapes(),
    "list of a Value": lambda: [Value(1.0, "stranger")],
    "network": lambda: MLP(2, [1], seed=0),
}

# --- where it may come -----------------------------------------------------------------------------------------------

ROWS, TARGETS = [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0]
PENGUINS = Path(penguins.__code__.co_filename).with_name("penguins.csv")
TABLE = Dataset(ROWS * 3, TARGETS * 3, ("a", "b"), "t")


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def loss() -> Value:
    return (Value(3.0, "w") * Input(2.0, "x") - 5) ** 2


def record() -> Relay:
    return Relay(loss())


def program() -> CompiledGraph:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    return compile_graph((w * x - 5) ** 2, [x])


def block(waiting: bool = False) -> CompiledBlock:
    w, x = Value(3.0), Input(2.0)
    compiled = compile_block([x], [w * x])
    if waiting:
        compiled.forward([1.0])
    return compiled


def network() -> MLP:
    return MLP(2, [2, 1], seed=0)


def learner() -> ColumnLearner:
    return ColumnLearner.prepare(TABLE)


def cycle(**changed: Any) -> None:
    walked = Cycle(**{"model": network(), "rows": ROWS, "targets": TARGETS, **changed})
    walked.know()
    walked.think()
    walked.change()


def training(**changed: Any) -> None:
    trained = changed.setdefault("model", network())
    train(**{"rows": ROWS, "targets": TARGETS, "epochs": 1, "learning_rate": 0.01, "progress": False, **changed})
    assert all(type(parameter.data) is float for parameter in trained.parameters())


def step_of(optimizer: Optimizer) -> None:
    (w,) = optimizer.parameters
    w.grad = 1.0
    optimizer.step()
    assert type(w.data) is float


def with_rate(bad: Any) -> Optimizer:
    optimizer = SGD([Value(1.0)], 0.1)
    optimizer.learning_rate = bad
    return optimizer


def leaf_of(values: Callable[[Value], Any]) -> Any:
    w = Value(3.0, "w")
    return values(w)


PLACES: dict[str, Callable[[Any], Any]] = {
    "Value(data)": lambda bad: Value(bad).backward(),
    "leaky_relu(slope)": lambda bad: Value(-2.0).leaky_relu(bad),
    "maximum(a)": lambda bad: maximum(bad, 1.0),
    "minimum(b)": lambda bad: minimum(1.0, bad),
    "total(values)": total,
    "weighted_sum(weights)": lambda bad: weighted_sum(bad, [1.0, 2.0], 0.0),
    "weighted_sum(inputs)": lambda bad: weighted_sum([1.0, 2.0], bad, 0.0),
    "weighted_sum(bias)": lambda bad: weighted_sum([1.0], [2.0], bad),
    "topological_order(output)": topological_order,
    "gradients(output)": gradients,
    **{f"Value {symbol} bad": (lambda bad, f=f: f(Value(2.0), bad)) for symbol, f in OPERATORS.items()},  # type: ignore[misc]
    **{f"bad {symbol} Value": (lambda bad, f=f: f(bad, Value(2.0))) for symbol, f in OPERATORS.items()},  # type: ignore[misc]
    "draw(output)": draw,
    "draw(direction)": lambda bad: draw(loss(), bad),
    "draw(fold)": lambda bad: draw(loss(), fold=bad),
    "save_picture(output)": lambda bad: save_picture(bad, "graph.dot"),
    "save_picture(path)": lambda bad: save_picture(loss(), bad),
    "save_picture(direction)": lambda bad: save_picture(loss(), "graph.dot", bad),
    "Relay(loss)": Relay,
    "Relay(parameters)": lambda bad: Relay(loss(), bad),
    "Relay([parameter])": lambda bad: Relay(loss(), [bad]),
    "Relay(learning_rate)": lambda bad: Relay(loss(), learning_rate=bad),
    "Relay.id_of(value)": lambda bad: record().id_of(bad),
    "Relay.node(name)": lambda bad: record().node(bad),
    "Relay.steps_of(phase)": lambda bad: record().steps_of(bad),
    "Relay.paths(value)": lambda bad: record().paths(bad),
    "Relay.paths(limit)": lambda bad: record().paths("n0", bad),
    "Relay.text(language)": lambda bad: record().text(bad),
    "Relay.text(fold)": lambda bad: record().text(fold=bad),
    "Relay.save(path)": lambda bad: record().save(bad),
    "Relay.save(language)": lambda bad: record().save("relay.txt", language=bad),
    "Relay.player(language)": lambda bad: record().player(bad),
    "Relay.player(height)": lambda bad: record().player(height=bad),
    "Relay.from_json(text)": Relay.from_json,
    "Relay == other": lambda bad: record() == bad,
    "page(language)": lambda bad: page(record(), None, bad),
    "animation(language)": lambda bad: animation(record(), bad),
    "walk(language)": lambda bad: walk_relay(record(), bad),
    "example(name)": example,
    "check_gradients(output)": check_gradients,
    "check_gradients(leaves)": lambda bad: check_gradients(loss(), bad),
    "check_gradients([leaf])": lambda bad: check_gradients(loss(), [bad]),
    "check_gradients(tolerance)": lambda bad: check_gradients(loss(), tolerance=bad),
    "check_gradients(step)": lambda bad: check_gradients(loss(), step=bad),
    "nudge(output)": lambda bad: nudge(bad, Value(1.0)),
    "nudge(value)": lambda bad: nudge(loss(), bad),
    "nudge(amount)": lambda bad: leaf_of(lambda w: str(nudge(w**2, w, bad))),
    "numerical_derivative(function)": lambda bad: numerical_derivative(bad, 1.0),
    "numerical_derivative(x)": lambda bad: numerical_derivative(math.sin, bad),
    "numerical_derivative(step)": lambda bad: numerical_derivative(math.sin, 1.0, bad),
    "compile_graph(output)": lambda bad: compile_graph(bad, []),
    "compile_graph(inputs)": lambda bad: compile_graph(loss(), bad),
    "compile_graph([input])": lambda bad: compile_graph(loss(), [bad]),
    "compile_graph(parameters)": lambda bad: compile_graph(loss(), [], bad),
    "compile_graph([parameter])": lambda bad: compile_graph(loss(), [], [bad]),
    "compile_block(inputs)": lambda bad: compile_block(bad, [loss()]),
    "compile_block(outputs)": lambda bad: compile_block([], bad),
    "compile_block([output])": lambda bad: compile_block([], [bad]),
    "compile_block(parameters)": lambda bad: compile_block([], [loss()], bad),
    "compile_block(backend)": lambda bad: compile_block([], [loss()], backend=bad),
    "block.forward(numbers)": lambda bad: block().forward(bad),
    "block.forward([number])": lambda bad: block().forward([bad]),
    "block.forward_rows(rows)": lambda bad: block().forward_rows(bad),
    "block.backward(shares)": lambda bad: block(waiting=True).backward(bad),
    "block.backward_rows([shares])": lambda bad: block(waiting=True).backward_rows([bad]),
    "ParameterBuffer(parameters)": ParameterBuffer,
    "ParameterBuffer.place(parameters)": lambda bad: ParameterBuffer([Value(1.0)]).place(bad),
    "ParameterBuffer.add([share])": lambda bad: ParameterBuffer([Value(1.0)]).add([slice(0, 1)], [bad]),
    "differentiate(output)": lambda bad: differentiate(bad, Value(1.0)),
    "differentiate(value)": lambda bad: differentiate(loss(), bad),
    "differentiate([value])": lambda bad: differentiate(loss(), [bad]),
    "compiled(rows)": lambda bad: program()(bad),
    "compiled([row])": lambda bad: program()([bad]),
    "compiled([[number]])": lambda bad: program()([[bad]]),
    "compiled([[number], [number]])": lambda bad: program()([[bad], [bad]]),
    "compiled.predict(rows)": lambda bad: program().predict(bad),
    "compiled.predict([[number]])": lambda bad: program().predict([[bad]]),
    "Neuron(n_inputs)": Neuron,
    "Neuron(activation)": lambda bad: Neuron(1, bad),
    "Neuron(seed)": lambda bad: Neuron(1, seed=bad),
    "Dense(n_inputs)": lambda bad: Dense(bad, 1),
    "Dense(n_outputs)": lambda bad: Dense(1, bad),
    "Dense(activation)": lambda bad: Dense(1, 1, bad),
    "Dense(seed)": lambda bad: Dense(1, 1, seed=bad),
    "MLP(n_inputs)": lambda bad: MLP(bad, [1]),
    "MLP(sizes)": lambda bad: MLP(1, bad),
    "MLP([size])": lambda bad: MLP(1, [bad]),
    "MLP(activation)": lambda bad: MLP(1, [1], bad),
    "MLP(seed)": lambda bad: MLP(1, [1], seed=bad),
    "MLP()(inputs)": lambda bad: network()(bad),
    "MLP()([input, input])": lambda bad: network()([bad, bad]),
    "Dense()(inputs)": lambda bad: Dense(2, 2, seed=0)(bad),
    "Neuron()(inputs)": lambda bad: Neuron(2, seed=0)(bad),
    "MLP.save(path)": lambda bad: network().save(bad),
    "MLP.load(path)": lambda bad: network().load(bad),
    **{
        f"{f.__name__}({what})": (lambda bad, f=f, call=call: call(f, bad))  # type: ignore[misc]
        for f in (getattr(losses, name) for name in losses.__all__)
        for what, call in {
            "predictions": lambda f, bad: f(bad, [1.0]),
            "prediction": lambda f, bad: f(bad, 1),
            "[prediction]": lambda f, bad: f([bad], [1.0]),
            "target": lambda f, bad: f(Value(1.0), bad),
            "targets": lambda f, bad: f([Value(1.0), Value(2.0)], bad),
            "[target]": lambda f, bad: f([Value(1.0)], [bad]),
            "row, [target]": lambda f, bad: f([[Value(1.0), Value(2.0)]], [bad]),
        }.items()
    },
    "SGD(parameters)": lambda bad: SGD(bad, 0.1),
    "SGD([parameter])": lambda bad: SGD([bad], 0.1),
    "SGD(learning_rate)": lambda bad: step_of(SGD([Value(1.0)], bad)),
    "SGD(momentum)": lambda bad: step_of(SGD([Value(1.0)], 0.1, momentum=bad)),
    "SGD(weight_decay)": lambda bad: step_of(SGD([Value(1.0)], 0.1, weight_decay=bad)),
    "SGD.learning_rate = ": lambda bad: step_of(with_rate(bad)),
    "Adam(parameters)": Adam,
    "Adam(learning_rate)": lambda bad: step_of(Adam([Value(1.0)], bad)),
    "Adam(beta1)": lambda bad: step_of(Adam([Value(1.0)], beta1=bad)),
    "Adam(beta2)": lambda bad: step_of(Adam([Value(1.0)], beta2=bad)),
    "Adam(epsilon)": lambda bad: step_of(Adam([Value(1.0)], epsilon=bad)),
    "Adam(weight_decay)": lambda bad: step_of(Adam([Value(1.0)], weight_decay=bad)),
    **{
        f"{name}({argument})": (lambda bad, call=call, argument=argument: call(**{argument: bad}))  # type: ignore[misc]
        for name, call in (("Cycle", cycle), ("train", training))
        for argument in ("model", "rows", "targets", "loss", "learning_rate")
    },
    **{
        f"{name}({what})": (lambda bad, call=call, changed=changed: call(**changed(bad)))  # type: ignore[misc]
        for name, call in (("Cycle", cycle), ("train", training))
        for what, changed in {
            "[row, row]": lambda bad: {"rows": [bad, bad]},
            "[[number, 1], …]": lambda bad: {"rows": [[bad, 1.0], [2.0, bad]]},
            "[…, [3, number]]": lambda bad: {"rows": [[1.0, 2.0], [3.0, bad]]},
            "[target, target]": lambda bad: {"targets": [bad, bad]},
            "[…, target]": lambda bad: {"targets": [1.0, bad]},
            "what loss returns": lambda bad: {"loss": lambda *_: bad},
        }.items()
    },
    "Cycle(optimizer)": lambda bad: cycle(optimizer=bad),
    "train(optimizer)": lambda bad: training(optimizer=bad, learning_rate=None),
    "train(batch_size)": lambda bad: training(batch_size=bad),
    "train(seed)": lambda bad: training(seed=bad),
    "train(metrics)": lambda bad: training(metrics=bad),
    "train(metrics={name: function})": lambda bad: training(metrics={"name": bad}),
    "read_csv(path)": lambda bad: read_csv(bad, "y"),
    "read_csv(target)": lambda bad: read_csv(PENGUINS, bad),
    "read_csv(inputs)": lambda bad: read_csv(PENGUINS, "body_mass_g", bad),
    "read_csv([input])": lambda bad: read_csv(PENGUINS, "body_mass_g", [bad]),
    "Dataset.split(share)": lambda bad: TABLE.split(bad),
    "Dataset.split(seed)": lambda bad: TABLE.split(seed=bad),
    "Scale.of(rows)": Scale.of,
    "Scale.of([row])": lambda bad: Scale.of([bad]),
    "Scale.of([[number], [number]])": lambda bad: Scale.of([[bad], [bad]]),
    "Scale.standardise(row)": lambda bad: Scale.of(ROWS).standardise(bad),
    "Scale.standardise([number, number])": lambda bad: Scale.of(ROWS).standardise([bad, bad]),
    "Scale.restore(row)": lambda bad: Scale.of(ROWS).restore(bad),
    "ColumnLearner.prepare(data)": ColumnLearner.prepare,
    "ColumnLearner.prepare(hidden)": lambda bad: ColumnLearner.prepare(TABLE, bad),
    "ColumnLearner.prepare(activation)": lambda bad: ColumnLearner.prepare(TABLE, activation=bad),
    "ColumnLearner.prepare(seed)": lambda bad: ColumnLearner.prepare(TABLE, seed=bad),
    "ColumnLearner.inputs(row)": lambda bad: learner().inputs(bad),
    "ColumnLearner.target(target)": lambda bad: learner().target(bad),
    "ColumnLearner.predict(row)": lambda bad: learner().predict(bad),
    "ColumnLearner.error(data)": lambda bad: learner().error(bad),
    "ColumnLearner.baseline_error(data)": lambda bad: learner().baseline_error(bad),
    "ColumnLearner.train(learning_rate)": lambda bad: learner().train(1, bad),
    "ColumnLearner.train(batch_size)": lambda bad: learner().train(1, 0.01, bad),
    "read_document(text)": lambda bad: read_document(bad, {}),
    "read_document(values)": lambda bad: read_document("a", bad),
    "read_document(learned)": lambda bad: read_document("a + 1", {"a": 1.0}, bad),
    "read_document([learned])": lambda bad: read_document("a + 1", {"a": 1.0}, [bad]),
    "read_document(values={name: number})": lambda bad: read_document("a + 1", {"a": bad}),
    "set_parameters(numbers)": lambda bad: network().set_parameters(bad),
    "set_parameters([number, …])": lambda bad: network().set_parameters([bad] * 9),
    "GradientTable.text(language)": lambda bad: check_gradients(loss()).text(bad),
    "Nudge.text(language)": lambda bad: leaf_of(lambda w: nudge(w**2, w).text(bad)),
    "Example.record(learning_rate)": lambda bad: example("two-paths").record(bad),
    "lessons(language)": lessons,
    "lesson(number)": lesson,
    "lesson(language)": lambda bad: lesson(1, bad),
    "copy_lesson(folder)": lambda bad: copy_lesson(lesson(1), bad),
    "how_to_open(language)": lambda bad: how_to_open(Path("a.ipynb"), bad),
    "cheat_sheet(language)": cheat_sheet,
    "plot_losses(curves)": plot_losses,
    "plot_losses({name: numbers})": lambda bad: plot_losses({"loss": bad}),
    "plot_losses({name: [number]})": lambda bad: plot_losses({"loss": [bad, 1.0]}, log=True),
    "plot_losses(axes)": lambda bad: plot_losses({"loss": [2.0, 1.0]}, axes=bad),
    "History.plot(name)": lambda bad: History([2.0, 1.0]).plot(bad),
    "plot_loss_along(loss)": lambda bad: plot_loss_along(bad, Value(1.0)),
    "plot_loss_along(value)": lambda bad: plot_loss_along(loss(), bad),
    "plot_loss_along(low)": lambda bad: leaf_of(lambda w: plot_loss_along(w**2, w, bad)),
    "plot_loss_along(high)": lambda bad: leaf_of(lambda w: plot_loss_along(w**2, w, high=bad)),
    "plot_loss_along(visited)": lambda bad: leaf_of(lambda w: plot_loss_along(w**2, w, visited=bad)),
    "plot_loss_along([number])": lambda bad: leaf_of(lambda w: plot_loss_along(w**2, w, visited=[bad])),
    "plot_decision_boundary(model)": lambda bad: plot_decision_boundary(bad, ROWS, [0, 1]),
    "plot_decision_boundary(what model returns)": lambda bad: plot_decision_boundary(lambda _: bad, ROWS, [0, 1]),
    "plot_decision_boundary(rows)": lambda bad: plot_decision_boundary(sum, bad, [0, 1]),
    "plot_decision_boundary([row, row])": lambda bad: plot_decision_boundary(sum, [bad, bad], [0, 1]),
    "plot_decision_boundary([[number, 1], …])": lambda bad: plot_decision_boundary(
        sum, [[bad, 1.0], [2.0, 3.0]], [0, 1]
    ),
    "plot_decision_boundary(classes)": lambda bad: plot_decision_boundary(sum, ROWS, bad),
    "plot_decision_boundary([class, 1])": lambda bad: plot_decision_boundary(sum, ROWS, [bad, 1]),
    "plot_decision_boundary(threshold)": lambda bad: plot_decision_boundary(sum, ROWS, [0, 1], threshold=bad),
    "plot_decision_boundary(names)": lambda bad: plot_decision_boundary(sum, ROWS, [0, 1], names=bad),
    "write_atomic(path)": lambda bad: write_atomic(bad, "content"),
}  # fmt: skip


def check_refusal(error: Exception) -> None:
    """Check that an error was raised on purpose, and says so in one line of a readable length."""
    message = str(error)
    assert isinstance(error, ERRORS), f"{error!r} is no error that the documentation names"
    assert message.isprintable(), f"not one line: {message!r}"
    assert 0 < len(message) <= LONGEST_MESSAGE or isinstance(error, OSError), (
        f"{len(message)} characters: {message[:200]}"
    )
    if isinstance(error, OSError) or any(words in message for words in SAID_BY_PYTHON):
        return
    function, line = raised_in(error)
    assert "microgrid" in Path(function.co_filename).parts, f"not raised on purpose: {error!r}"
    if function.co_name == "weighted_sum" and message.endswith("object is not iterable"):
        return  # every neuron runs through it: no check beside Python's own
    assert "raise " in line or function.co_name == "refuse", f"not raised on purpose: {error!r} by {line}"


def raised_in(error: Exception) -> tuple[CodeType, str]:
    """Return the function and the line that raised an error (`traceback` would read the lines of all frames)."""
    frame = error.__traceback__
    assert frame
    while frame.tb_next:
        frame = frame.tb_next
    function = frame.tb_frame.f_code
    return function, linecache.getline(function.co_filename, frame.tb_lineno)


PARTS = 3  # each argument gets one part of the bad values in the quick tests, another than the argument before it


@pytest.mark.parametrize("part", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, PARTS))])
@pytest.mark.parametrize("place", PLACES)
def test_bad_argument_gets_the_right_answer_or_one_line(
    place: str, part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(figures, "GRID_POINTS", 5)  # or it takes long
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # where it was loaded, training shows a bar
    takes_functions = place.endswith(("(loss)", "(metrics={name: function})", "boundary(model)"))
    first = (list(PLACES).index(place) + part) % PARTS
    for kind, make in list(BAD.items())[first::PARTS]:
        if takes_functions and kind in ("class", "network"):  # what a function of the caller raises is the caller's
            continue
        try:
            PLACES[place](make())
        except Exception as error:
            try:
                check_refusal(error)
            except AssertionError as why:
                pytest.fail(f"{place} with {kind}: {why}")
        pyplot.close("all")
    assert capsys.readouterr().err == ""


# --- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", [5, 1.5, None, ("a", "b"), Path("a"), "a\nb", "x" * 5000, "\ud800", "a\0b", "\u202e", ESCAPES]
)
def test_label_of_any_kind_is_shown_by_every_view(label: Any) -> None:
    w = Value(2.0, label)
    end = (w * 2).exp()
    relay = Relay(end)
    for text in (draw(end).source, relay.text(), relay.text("ja"), page(relay), animation(relay), str(nudge(end, w))):
        assert text
    assert Relay.from_json(relay.to_json()) == relay
    assert compile_graph(end, [])([[], []]) == end.data
    assert check_gradients(end).agrees
    paths = "\n".join(map(str, relay.paths(w)))
    for text in (draw(end).source, relay.text(), relay.to_json(), paths, str(check_gradients(end)), str(nudge(end, w)),
                 compile_graph(end, []).source, repr(end), repr(relay)):  # fmt: skip
        assert all(line.isprintable() for line in re.sub("[\u2068\u2069\t]", "", text).split("\n")), ascii(text)
    with pytest.raises(ValueError, match="only numbers above 0 have a logarithm") as caught:
        Value(-1.0, label).log()
    assert str(caught.value).isprintable()


def test_label_and_layer_of_a_relay_from_elsewhere_are_cleaned() -> None:
    text = Relay(mean_squared_error(network()([1.0, 2.0]), 1.0)).to_json()
    for name in ("layer1", "x1"):
        text = text.replace(name, json.dumps(ESCAPES)[1:-1])
    relay = Relay.from_json(text)
    assert all(node.layer.isprintable() for node in relay.nodes)
    for shown in (relay.text(), relay.text("ja"), relay.text(fold="none"), draw_snapshot(relay.snapshot).source):
        assert "]0;title" in shown
        assert all(line.isprintable() for line in re.sub("[\u2068\u2069\t]", "", shown).split("\n")), ascii(shown)


# --- numbers of other libraries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize(
    "kind", [np.float64, np.float32, np.float16, np.longdouble, np.int64, np.uint8, Fraction, Decimal]
)
def test_number_of_another_library_is_a_number_on_both_sides_of_every_operator(kind: Any, symbol: str) -> None:
    value, function = Value(3.0), OPERATORS[symbol]
    right, left = (function(value, kind(2)), function(3.0, 2.0)), (function(kind(2), value), function(2.0, 3.0))
    for found, expected in (right, left):
        if symbol in "+-*/**":
            assert type(found) is Value
            found.backward()
            assert [type(number) for number in (found.data, *found.local_derivatives, value.grad)] == [float] * 4
            found = found.data
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize("symbol", OPERATORS)
def test_array_is_refused_on_both_sides_of_every_operator(symbol: str) -> None:
    array, value = np.array([1.0, 2.0]), Value(3.0)
    message = "expected a number (int or float), got ndarray: array([1., 2.]); compute with its numbers one by one"
    for left, right in ((array, value), (value, array)):
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            OPERATORS[symbol](left, right)


@pytest.mark.parametrize(
    ("function", "instead"),
    [
        (np.exp, "v.exp()"),
        (np.tanh, "v.tanh()"),
        (np.abs, "abs(v)"),
        (np.sum, "total(values) of microgrid"),
        (np.sign, "the operators and methods of Value"),
        (np.round, "the operators and methods of Value"),
        (lambda value: np.maximum(value, 0.0), "maximum(a, b) of microgrid"),
        (lambda value: np.clip(value, 0.0, 1.0), "minimum(maximum(v, low), high) of microgrid"),
        (lambda value: np.array([1.0, 2.0]) @ value, "total(a * b for a, b in zip(...)) of microgrid"),
    ],
)
def test_function_of_numpy_says_what_to_use_instead(function: Callable[[Value], object], instead: str) -> None:
    with pytest.raises(TypeError, match=f"use {re.escape(instead)} to stay in the graph, v.data to leave it$"):
        function(Value(3.0))


@pytest.mark.parametrize("function", [math.exp, math.sqrt, math.isnan, math.floor, float, complex, np.float64])
def test_function_of_plain_numbers_says_what_to_use_instead(function: Callable[[Value], object]) -> None:
    with pytest.raises(TypeError, match=r"use v\.exp\(\) and the like to stay in the graph, v\.data to leave it$"):
        function(Value(3.0))


def test_array_of_values_is_computed_element_by_element() -> None:
    values: Any = np.array([Value(2.0), Value(3.0)])
    assert [value.data for value in np.exp(values)] == [math.exp(2.0), math.exp(3.0)]
    assert (values @ np.array([10.0, 1.0])).data == 23.0
    assert [value.data for value in values * Value(5.0)] == [10.0, 15.0]
    assert [value.data for value in values ** values[0]] == [4.0, 9.0]
    assert (values == values[1]).tolist() == (values > Value(2.0)).tolist() == [False, True]
    assert values[1] in values


def test_function_of_numpy_takes_a_plain_number_beside_a_value_and_no_options() -> None:
    value: Any = Value(3.0)
    assert (np.multiply(2.0, value).data, np.add(1, value).data, np.less(1, value)) == (6.0, 4.0, True)
    with pytest.raises(TypeError, match=r"^NumPy's add of a Value takes no option such as where=: write it as an oper"):
        np.add(value, 2, where=False)


@pytest.mark.parametrize("number", [3.0, np.float64(3.0), np.array([3.0])])
def test_equality_is_identity(number: Any) -> None:
    value = Value(3.0)
    assert ((number == value), (value == number), (number != value)) == (False, False, True)


@pytest.mark.parametrize("number", [Decimal("1e400"), Decimal("-1e400"), np.longdouble("1e400"), Fraction(10) ** 400])
def test_number_too_large_for_a_float_is_refused_and_never_infinite(number: Any) -> None:
    with pytest.raises(OverflowError, match="expected a number that fits a float"):
        Value(number)


@pytest.mark.parametrize("number", [math.inf, Decimal("inf"), np.float32("inf"), np.longdouble("inf")])
def test_infinity_is_a_number(number: Any) -> None:
    assert Value(number).data == math.inf
    assert Value(-number).data == -math.inf


@pytest.mark.parametrize("compiled", [True, False])
def test_training_on_numpy_arrays_is_training_on_their_numbers(compiled: bool) -> None:
    plain, arrays = network(), network()
    rows, targets = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([0.1, 0.2, 0.3])
    settings: dict[str, Any] = {
        "epochs": 3,
        "batch_size": np.int64(2),
        "seed": np.int64(0),
        "learning_rate": np.float32(0.125),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = train(plain, rows.tolist(), targets.tolist(), compiled=compiled, **settings)
        found = train(arrays, rows, targets, compiled=compiled, **settings)
        train(network(), [list(row) for row in rows], list(targets), compiled=compiled, **settings)
    assert found.losses == expected.losses
    assert [parameter.data for parameter in arrays.parameters()] == [parameter.data for parameter in plain.parameters()]
    assert all(type(parameter.data) is float for parameter in arrays.parameters())


def test_rows_that_can_be_gone_through_once_only_are_kept() -> None:
    def once(row: list[float]) -> Any:
        yield from row

    plain, kept = network(), network()
    expected = train(plain, ROWS, TARGETS, epochs=3, learning_rate=0.01)
    found = train(kept, (once(row) for row in ROWS), iter(TARGETS), epochs=3, learning_rate=0.01)
    assert found.losses == expected.losses


def test_learning_rate_from_a_schedule_of_numpy_leaves_a_float() -> None:
    w = Value(1.0)
    optimizer = SGD([w], 0.1)
    for rate in np.linspace(0.5, 0.25, 2):
        optimizer.learning_rate = rate
        w.grad = 1.0
        optimizer.step()
    assert type(w.data) is float
    assert w.data == 0.25


def test_seed_of_numpy_is_the_seed() -> None:
    seed: Any = np.int64(3)
    assert [p.data for p in MLP(2, [1], seed=seed).parameters()] == [p.data for p in MLP(2, [1], seed=3).parameters()]
    assert TABLE.split(seed=seed) == TABLE.split(seed=3)


@pytest.mark.parametrize("seed", [-1, -(2**70), np.int64(-3)])
@pytest.mark.parametrize("call", [name for name in PLACES if name.endswith("(seed)")])
def test_negative_seed_is_refused_which_python_takes_without_its_sign(call: str, seed: Any) -> None:
    assert random.Random(-3).random() == random.Random(3).random()
    with pytest.raises(ValueError, match=rf"^seed must be 0 or more, got .*{int(seed)}\)?$"):
        PLACES[call](seed)


@pytest.mark.parametrize("seed", [True, 1.0, "1", np.float64(1.0), np.True_, b"1", [1]])
@pytest.mark.parametrize("call", [name for name in PLACES if name.endswith("(seed)")])
def test_seed_that_is_no_whole_number_is_refused(call: str, seed: Any) -> None:
    with pytest.raises(TypeError, match=r"^seed must be a whole number or None, got "):
        PLACES[call](seed)


def test_other_seed_gives_other_numbers_however_large_it_is() -> None:
    seeds = [*range(200), *(2**power + offset for power in (31, 32, 53, 64, 200) for offset in (-1, 0, 1))]
    assert len({MLP(1, [1], seed=seed).parameters()[0].data for seed in seeds}) == len(seeds)


@pytest.mark.parametrize("one", [True, False])
def test_compiled_graph_of_numpy_numbers_gives_floats(one: bool) -> None:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    step = compile_graph((w * x - 5) ** 2, [x])
    rows = np.array([[2.0]] if one else [[2.0], [2.0]])
    assert (step(rows), w.grad) == (1.0, 4.0)
    assert type(step(rows)) is type(w.grad) is type(step.predict(rows)[0]) is float


# --- single finds ----------------------------------------------------------------------------------------------------


def test_texts_are_not_added_up_by_a_compiled_graph() -> None:
    a, b = Input(1.0, "a"), Input(2.0, "b")
    rows: Any = [["1", "2"]]
    with pytest.raises(TypeError, match=r"^row 1, a: expected a number \(int or float\), got str: '1'$"):
        compile_graph(a + b, [a, b]).predict(rows)


def test_whole_numbers_overflow_in_a_compiled_graph_as_everywhere() -> None:
    a, b = Input(2.0, "a"), Input(3.0, "b")
    with pytest.raises(OverflowError, match=r"^row 1: power has no value at 10\.0, the power of a, b$"):
        compile_graph(a**b, [a, b])([[10, 10**9]])  # as ints it would be computed for years


def test_row_of_a_compiled_graph_that_is_no_list_is_named() -> None:
    rows: Any = [[1.0], 2.0]
    with pytest.raises(TypeError, match=r"^row 2 must be a list, got 2\.0$"):
        program()(rows)


@pytest.mark.parametrize(
    ("rows", "targets", "where"),
    [
        ([[1.0, 2.0], [3.0, math.nan], [5.0, 6.0]], [1.0, 2.0, 3.0], "row 2, column 2 is nan"),
        ([[1.0, 2.0], [3.0, 4.0], [math.inf, 6.0]], [1.0, 2.0, 3.0], "row 3, column 1 is inf"),
        ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [1.0, math.nan, 3.0], "row 2, its target is nan"),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("compiled", [True, False])
def test_number_that_is_not_finite_is_named_by_its_row_and_column(
    rows: list[list[float]], targets: list[float], where: str, batch_size: int | None, compiled: bool
) -> None:
    model = network()
    settings: dict[str, Any] = {"batch_size": batch_size, "compiled": compiled, "learning_rate": 0.01}
    with pytest.raises(
        TrainingDivergedError, match=f"^epoch 1: .*; {where}, and only finite numbers can be learned from$"
    ):
        train(model, rows, targets, epochs=2, **settings)
    assert all(math.isfinite(parameter.data) for parameter in model.parameters())


def test_rows_that_are_fine_get_the_advice_on_the_learning_rate() -> None:
    with pytest.raises(TrainingDivergedError, match="try a learning rate smaller than 1e\\+200"):
        train(network(), ROWS, TARGETS, learning_rate=1e200)


@pytest.mark.parametrize("compiled", [True, False])
def test_error_inside_a_loss_names_the_epoch_and_the_row(compiled: bool) -> None:
    def log_loss(predictions: list[Value], targets: list[float]) -> Value:
        return total([-(p + 0.1).log() * t for p, t in zip(predictions, targets, strict=True)]) / len(targets)

    line = Neuron(1, activation="linear", seed=0)
    line.weights[0].data, line.bias.data = 0.5, 0.0
    with pytest.raises(ValueError, match=r"^epoch 2, row 1: log\(.*\): only numbers above 0 have a logarithm$"):
        train(line, [[1.0], [2.0]], [-1.0, -1.0], log_loss, learning_rate=0.4, epochs=9, compiled=compiled)


def test_row_of_another_length_is_named() -> None:
    message = r"^epoch 1, row 3: MLP\(2, \[2, 1\], activation='relu'\) expects 2 inputs, got 1$"
    with pytest.raises(ValueError, match=message):
        train(network(), [[1.0, 2.0], [3.0, 4.0], [5.0]], [1.0, 2.0, 3.0])


def test_value_among_the_rows_is_trained_on_without_a_warning() -> None:
    rows: list[list[Any]] = [[1.0, 2.0], [3.0, Value(4.0)]]
    plain, mixed = network(), network()
    train(plain, ROWS, TARGETS, epochs=2, learning_rate=0.01, compiled=False)
    train(mixed, rows, TARGETS, epochs=2, learning_rate=0.01)
    assert [p.data for p in mixed.parameters()] == [p.data for p in plain.parameters()]


@pytest.mark.parametrize("data", ["3", None, np.array([1.0, 2.0]), [1.0]])
def test_leaf_that_was_assigned_no_number_is_found_by_backward_at_the_latest(data: Any) -> None:
    w = Value(3.0, "w")
    w.data = data
    with pytest.raises(TypeError):
        (w * 2.0 + 1.0).backward()
    assert w.grad == 0.0


def test_leaf_that_was_assigned_no_number_is_neither_recorded_nor_saved(tmp_path: Path) -> None:
    model = Neuron(1, seed=0)
    end = model([1.0]) ** 2
    model.weights[0].data = "3"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded"):
        Relay(end)
    with pytest.raises(ValueError, match="a leaf was changed after this graph was recorded"):
        check_gradients(end)
    with pytest.raises(ValueError, match=r"^weights\[0\] must be a finite number to be saved, got '3'$"):
        model.save(tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_targets_without_an_order_are_refused() -> None:
    with pytest.raises(TypeError, match=r"targets must be a list, got \{"):
        mean_squared_error([Value(1.0), Value(2.0)], {1.0, 2.0})


def test_layer_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="n_inputs must be 10000000 or less, got 10000000000"):
        Neuron(10**10)
    with pytest.raises(ValueError, match="n_outputs must be 10000 or less, got 1000000"):
        MLP(1000, [10**6])


def test_step_that_is_too_small_to_be_seen_is_followed_by_larger_ones() -> None:
    table = check_gradients(loss(), step=5e-324)
    assert [row.verdict for row in table.rows] == ["agrees"] * len(table.rows)


def test_scale_of_numbers_too_large_for_a_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="a column holds numbers too large for its mean or deviation"):
        Scale.of([[1.7e308], [1.6e308]])


def test_random_generator_goes_on_where_it_stands() -> None:
    generator = random.Random(1)
    assert [p.data for p in MLP(1, [1], seed=generator).parameters()] != [
        p.data for p in MLP(1, [1], seed=generator).parameters()
    ]


LABEL = "two\nlines" + "x" * 1000


@pytest.mark.parametrize(
    "refused",
    [
        lambda w: w / 0,
        lambda w: w.log(),
        lambda w: w**0.5,
        lambda w: Relay.from_json(Relay(w * 2).to_json().replace('"data":-4.0', '"data":-5.0')),
        lambda w: compile_graph(w.sqrt(), [w]),
        lambda w: compile_graph(w * 2, [w])([[10**400]]),
        lambda w: compile_graph(w * 2 + (w * 2) ** 0.5, [w])([[-1.0]]),
        lambda w: compile_graph(w * 2, [w], [w]),
        lambda w: SGD([Input(1.0, w.label)], 0.1),
        lambda w: nudge(w * 2, Value(1.0, w.label)),
    ],
)
def test_message_stays_in_one_line_whatever_the_label(refused: Callable[[Value], Any]) -> None:
    w = Value(-2.0, LABEL)
    with pytest.raises((ValueError, ArithmeticError, TypeError)) as caught:
        refused(w)
    check_refusal(caught.value)
