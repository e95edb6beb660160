"""The app's reader of documents: the same graphs, and the same errors at the same places, as Python's."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import math
from functools import cache
from typing import Any

import pytest

from microgrid._util.files import asset
from microgrid.documents.document import read_document
from microgrid.documents.syntax import ExpressionError
from microgrid.engine import Value, topological_order
from microgrid.graph.snapshot import Snapshot
from microgrid.language.words import words
from microgrid.relay.records import Change
from microgrid.relay.relay import Relay
from microgrid.studio.notation_js import NOTATION_COMMAND, NOTATION_FILE, notation_js
from tests.documents.changed_texts import TEXTS, changed_text
from tests.documents.random_documents import LEARNING_RATE, RandomDocument
from tests.node import ask_core

Answer = dict[str, Any]
browser = pytest.mark.browser
EXACT = {"", "+", "-", "*", "/", "neg", "sqrt", "total", "weighted_sum"}


def test_tables_of_the_app_are_those_of_python() -> None:
    assert asset(NOTATION_FILE) == notation_js(), f"a table has changed; renew the file: {NOTATION_COMMAND}"


def python_reads(text: str) -> Answer:
    """Return what Python's reader makes of a text, as the app answers."""
    try:
        relay = Relay(read_document(text), learning_rate=LEARNING_RATE)
    except ExpressionError as error:
        place = {"line": error.line, "column": error.column, "length": error.length}
        return {"refused": {"key": error.key, "parts": error.parts, **place}}
    except (ValueError, ArithmeticError) as error:  # of the engine: mathematics has no such number
        return {"no number": str(error)}
    return accepted(relay)


def accepted(relay: Relay) -> Answer:
    content = json.loads(relay.to_json())
    return {"accepted": {name: content[name] for name in ("format", "version", "nodes", "parameters", "learning_rate")}}


@cache
def random_relays() -> dict[str, Relay]:
    texts = [RandomDocument(seed).text for seed in range(2000)]
    return {text: Relay(read_document(text), learning_rate=LEARNING_RATE) for text in texts}


def assert_same(text: str, came: Answer, due: Answer) -> None:
    if "no number" in due:
        reason = words("en")[came["refused"]["key"]].replace("{call}", "")
        assert due["no number"].endswith(reason), text
    elif "refused" in due:
        assert came == due, text
    else:
        assert "accepted" in came, (text, came)
        content = came["accepted"]["content"]
        assert content | {"nodes": []} == due["accepted"] | {"nodes": []}, text
        for node, expected in zip(content["nodes"], due["accepted"]["nodes"], strict=True):
            numbers = [node.pop("data"), *node.pop("local_derivatives")]
            expected_numbers = [expected.pop("data"), *expected.pop("local_derivatives")]
            assert node == expected, text
            assert all(map(is_close, numbers, expected_numbers)), (text, node)


def is_close(a: float | str, b: float | str) -> bool:
    a, b = float(a), float(b)
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15) or (math.isnan(a) and math.isnan(b))


def compare(texts: list[str]) -> list[Answer]:
    """Compare what both readers make of texts, and return what the app makes of them."""
    answers = ask_core("document", texts)
    for text, answer in zip(texts, answers, strict=True):
        assert_same(text, answer, python_reads(text))
    return answers


@browser
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_case_is_read_alike(text: str) -> None:
    assert_same(text, answers_to_cases()[text], python_reads(text))


@cache
def answers_to_cases() -> dict[str, Answer]:
    return dict(zip(TEXTS, ask_core("document", TEXTS), strict=True))


@browser
def test_texts_that_nobody_thought_of_are_read_alike() -> None:
    answers = compare([changed_text(seed) for seed in range(4000)])
    assert sum("accepted" in answer for answer in answers) > 200
    assert len({answer["refused"]["key"] for answer in answers if "refused" in answer}) > 45


@browser
def test_random_documents_become_the_same_graphs() -> None:
    relays = random_relays()
    for (text, relay), answer in zip(relays.items(), ask_core("document", [*relays]), strict=True):
        assert_same(text, answer, accepted(relay))


@browser
def test_one_cycle_of_random_documents_gives_the_same_numbers() -> None:
    relays = random_relays()
    n_exact = 0
    for (text, relay), answer in zip(relays.items(), ask_core("documentCycle", [*relays]), strict=True):
        updated = [step.after for step in relay.steps if isinstance(step, Change)]
        due = [*(node.data for node in relay.nodes), *relay.gradients.values(), *updated]
        came = [*answer["values"], *answer["gradients"], *answer["updated"]]
        is_exact = {node.op for node in relay.nodes} <= EXACT
        assert came == due if is_exact else came == pytest.approx(due, rel=1e-12, abs=1e-12), text
        n_exact += is_exact
    assert n_exact > 200


# --- lines -----------------------------------------------------------------------------------------------------------


def lines_of(text: str) -> list[tuple[str, int, str]]:
    """Return the label or operation of each node, its line, and the part of the text that made it."""
    (answer,) = ask_core("document", [text])
    nodes, lines = answer["accepted"]["content"]["nodes"], answer["accepted"]["lines"]
    return [
        (node["label"] or node["op"] or str(node["data"]), line["line"], text[line["from"] : line["to"]])
        for node, line in zip(nodes, lines, strict=True)
    ]


@browser
def test_every_node_knows_its_line() -> None:
    p, loss = "p = w*x + 1", "loss = p**2"
    assert lines_of(f"w, x = 3, 2  # given\n\n{p}; {loss}\n") == [
        ("w", 1, "w, x = 3, 2"),
        ("x", 1, "w, x = 3, 2"),
        ("*", 3, p),
        ("1", 3, p),
        ("p", 3, p),
        ("2", 3, loss),
        ("loss", 3, loss),
    ]


@browser
def test_node_of_a_statement_on_several_lines_knows_its_own() -> None:
    statement = "loss = (w\n  * 2\n  + 1)"
    assert lines_of(f"w = 3\r\n{statement}") == [
        ("w", 1, "w = 3"),
        ("2", 3, statement),
        ("*", 3, statement),
        ("1", 4, statement),
        ("loss", 4, statement),
    ]


# --- the same in Python ----------------------------------------------------------------------------------------------


def run(program: str) -> tuple[Value, str]:
    """Run the program of a document, and return the value that goes backward, and what is printed."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, names)
    (output,) = (line.removesuffix(".backward()") for line in program.splitlines() if line.endswith(".backward()"))
    return names[output], printed.getvalue()


def assert_runs(text: str, program: str) -> None:
    run(program)
    before_update = "\n".join(line for line in program.splitlines() if ".data -= " not in line)
    expected, (output, _) = Snapshot.of(read_document(text)).nodes, run(before_update)
    nodes = Snapshot.of(output).nodes
    known = [(node.label, node.kind, node.op, node.operands) for node in nodes]
    assert known == [(node.label, node.kind, node.op, node.operands) for node in expected], program
    for node, other in zip(nodes, expected, strict=True):
        assert is_close(node.data, other.data), program


@browser
def test_cases_run_as_they_are_written_in_python() -> None:
    texts = [text for text in TEXTS if "accepted" in answers_to_cases()[text]]
    for text, program in zip(texts, ask_core("python", texts), strict=True):
        assert_runs(text, program)


@browser
def test_random_documents_run_as_they_are_written_in_python() -> None:
    texts = [*random_relays()][:500]
    for text, program in zip(texts, ask_core("python", texts), strict=True):
        assert_runs(text, program)


@browser
def test_program_prints_the_output_and_the_gradients() -> None:
    (program,) = ask_core("python", ["w, b = 3, 1\nx, target = 2, 5\nloss = (w*x + b - target)**2"])
    assert run(program)[1] == "loss 4.0\nw 8.0\nb 4.0\n"


@browser
@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("w = 3; w*2", 'w = Value(3, label="w")\noutput = w * 2\n\noutput'),
        ("w = 3; sin(2*w)", 'w = Value(3, label="w")\noutput = (2 * w).sin()\n\noutput'),
        ("total = 3; max(total, 1)", 'total_ = Value(3, label="total")\noutput = maximum(total_, 1)\n\noutput'),
        (
            "w = 3; c = w*2; c.backward(); c = 1",
            'w = Value(3, label="w")\nc = w * 2\nc.label = "c"\noutput = c\nc = Value(1, label="c")\n\noutput',
        ),
        ("w = Value(3, 'a\"\\u200b')", 'w = Value(3, label="a\\"\\u200b")\n\nw'),
        ("# Given\nx = 2  ＃ metres\nprint(x)  # 2", '# Given\nx = Value(2, label="x")  # metres\n\nx'),
        ("2×３", "output = Constant(2 * 3)\n\noutput"),
    ],
)
def test_program_spells_out_what_the_reader_adds(text: str, program: str) -> None:
    (written,) = ask_core("python", [text])
    assert written.split("\n\n", 1)[1].split(".backward()")[0] == program


# --- the line of a step ----------------------------------------------------------------------------------------------


@browser
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "w, x = 3, 2; p = w*x",
            [
                "p = w * x",
                "p.grad = 1.0",
                "w.grad += p.grad * x.data",
                "x.grad += p.grad * w.data",
                "w.data -= 0.05 * w.grad",
            ],
        ),
        ("w = 3; p = w - 1", ["p = w - 1", "p.grad = 1.0", "w.grad += p.grad * 1", "w.data -= 0.05 * w.grad"]),
        (
            "e = 3; p = e**2",
            ["p = e ** 2", "p.grad = 1.0", "e.grad += p.grad * 2 * e.data ** 1", "e.data -= 0.05 * e.grad"],
        ),
        (
            "w = 3; p = 2*w*w",
            [
                "2 * w",
                "p = 2 * w * w",
                "p.grad = 1.0",
                "(2 * w).grad += p.grad * w.data",
                "w.grad += p.grad * (2 * w).data",
                "w.grad += (2 * w).grad * 2",
                "w.data -= 0.05 * w.grad",
            ],
        ),
        (
            "w = 3; p = w*w",
            [
                "p = w * w",
                "p.grad = 1.0",
                "w.grad += p.grad * w.data",
                "w.grad += p.grad * w.data",
                "w.data -= 0.05 * w.grad",
            ],
        ),
        (
            "w = 3; p = relu(w)",
            ["p = w.relu()", "p.grad = 1.0", "w.grad += p.grad * (1 if w.data > 0 else 0)", "w.data -= 0.05 * w.grad"],
        ),
        (
            "w = 3; p = tanh(w)",
            ["p = w.tanh()", "p.grad = 1.0", "w.grad += p.grad * (1 - p.data * p.data)", "w.data -= 0.05 * w.grad"],
        ),
        ("w = 3; p = w/-2", ["p = w / -2", "p.grad = 1.0", "w.grad += p.grad * (1 / (-2))", "w.data -= 0.05 * w.grad"]),
    ],
)
def test_each_step_has_its_line_of_code(text: str, code: list[str]) -> None:
    assert ask_core("code", [text]) == [code]


FUNCTIONS = ["exp", "log", "sqrt", "tanh", "sigmoid", "relu", "leaky_relu", "softplus", "sin", "cos", "abs"]
OPERATIONS = [
    *(f"{name}(a)" for name in FUNCTIONS),
    *(
        "a + b",
        "a - b",
        "a*b",
        "a/b",
        "a**b",
        "a**-2",
        "a**0.5",
        "a**0",
        "2**b",
        "-a",
        "maximum(a, b)",
        "minimum(a, b)",
    ),
    *("leaky_relu(a, b)", "total([a, b, a])", "weighted_sum([a, b], [b, 2], a)", "a*a"),
]


def sigmoid(x: float) -> float:
    return Value(x).sigmoid().data


@browser
def test_lines_of_the_backward_pass_give_the_gradients() -> None:
    numbers = list(itertools.product(("0.7", "1.5"), ("1.5", "0.25")))
    texts = [f"a = {a}; b = {b}; p = {operation}; loss = p*p" for operation in OPERATIONS for a, b in numbers]
    texts += [
        f"a = -0.7; b = 1.5; p = {operation}; loss = p*p" for operation in ("relu(a)", "leaky_relu(a, b)", "abs(a)")
    ]
    for text, code in zip(texts, ask_core("code", texts), strict=True):
        output = read_document(text)
        values = {value.label: Value(value.data) for value in topological_order(output) if value.label}
        output.backward()
        backward = [line for line in code if ".grad += " in line or ".grad = " in line]
        exec("\n".join(backward), {"math": math, "sigmoid": sigmoid, **values})
        expected = {value.label: value.grad for value in topological_order(output) if value.label}
        assert {name: value.grad for name, value in values.items()} == pytest.approx(expected), code
        assert len(backward) >= 3
