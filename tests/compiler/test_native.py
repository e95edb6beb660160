"""The native backend: the bits, the errors and the manners of the Python backend, and its own kernels."""

from __future__ import annotations

import copy
import math
import pickle
import random
import sys
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("llvmlite")

from microgrid.compiler import loops, native
from microgrid.compiler.compile import CompiledGraph, compile_graph
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.native import NativePasses, address_of
from microgrid.compiler.passes import PassWriter
from microgrid.engine import Constant, Input, Value, topological_order, total, weighted_sum
from microgrid.graph.operations import OPERATIONS, Operation
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.training import train
from tests.compiler.backends import EDGES, difference
from tests.graphs import UNARY, grown, record


def line(backend: str = "native") -> tuple[Value, Value, CompiledGraph]:
    """Return w, b and the program of the loss of one row."""
    w, b = Value(3.0, "w"), Value(1.0, "b")
    x, target = Input(2.0, "x"), Input(5.0, "target")
    return w, b, compile_graph((w * x + b - target) ** 2, [x, target], backend=backend)


def test_one_row_by_hand() -> None:
    w, b, step = line()
    assert step([[2.0, 5.0]]) == 4.0  # (3·2 + 1 − 5)²
    assert (w.grad, b.grad) == (8.0, 4.0)
    step([[2.0, 5.0]])
    assert (w.grad, b.grad) == (16.0, 8.0)


def test_several_rows_give_the_means() -> None:
    w, b, step = line()
    assert step([[2.0, 5.0], [0.0, 2.0]]) == 2.5  # of 4 and 1
    assert (w.grad, b.grad) == (4.0, 1.0)  # of 8 and 0, of 4 and −2
    assert step.predict([[2.0, 5.0], [0.0, 2.0]]) == [4.0, 1.0]
    assert step.predict([]) == []


def test_weights_are_read_at_each_call() -> None:
    w, _, step = line()
    w.data = 2.0
    assert step([[2.0, 5.0]]) == 0.0


@pytest.mark.parametrize("seed", range(16))
def test_random_graph_has_the_bits_and_errors_of_the_python_program(seed: int) -> None:
    assert difference(seed) == ""


@pytest.mark.parametrize("seed", range(2))
def test_long_graph_has_the_same_bits(seed: int) -> None:
    output, leaves = grown(seed, 300).with_values()
    parameters = [leaf for leaf in leaves if not isinstance(leaf, Constant)]
    found = []
    for backend in ("python", "native"):
        for parameter in parameters:
            parameter.grad = 0.1
        step = compile_graph(output, [], parameters, backend=backend)
        found.append((step([[]]), [parameter.grad for parameter in parameters]))
    assert found[0] == found[1]


@pytest.mark.parametrize("op", UNARY)
def test_functions_are_those_of_math(op: str) -> None:
    dice = random.Random(op)
    numbers = [
        *EDGES,
        *(dice.uniform(-40, 40) for _ in range(300)),
        *(10 ** dice.uniform(-300, 300) for _ in range(300)),
    ]
    a = Input(1.0, "a")
    output = record(op, a)
    assert outcomes(output, [a], [[x] for x in [*numbers, *(-x for x in numbers)]]) == []


@pytest.mark.parametrize("exponent", [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5, math.inf, 300.5, None])
def test_powers_are_those_of_python(exponent: float | None) -> None:
    dice = random.Random(0)
    a, b = Input(1.5, "a"), Input(0.5, "b")
    output = a**b if exponent is None else a**exponent + b
    rows = [[x, y] for x in EDGES for y in EDGES] + [[dice.uniform(-9, 9), dice.uniform(-9, 9)] for _ in range(300)]
    assert outcomes(output, [a, b], rows) == []


def outcomes(output: Value, inputs: list[Input], rows: list[list[float]]) -> list[list[float]]:
    """Return the rows for which the backends differ."""

    def outcome(step: CompiledGraph, row: list[float]) -> str:
        try:
            return repr(step.predict([row]))
        except (ArithmeticError, ValueError) as error:
            return repr(error)

    python, machine = (compile_graph(output, inputs, backend=backend) for backend in ("python", "native"))
    return [row for row in rows if outcome(python, row) != outcome(machine, row)]


# --- rows ------------------------------------------------------------------------------------------------------------


def same_rows() -> list[Any]:
    """Return two rows in all forms."""
    np = pytest.importorskip("numpy")
    rows = [[2.0, 5.0], [0.0, 2.0]]
    read_only, wide = np.array(rows), np.array([[2.0, 9.0, 5.0, 9.0], [0.0, 9.0, 2.0, 9.0]])
    read_only.flags.writeable = False
    flat = array("d", [2.0, 5.0, 0.0, 2.0])
    table = memoryview(flat).cast("B").cast("d", [2, 2])
    return [
        [(2, 5), (0, 2)],
        np.array(rows),
        np.asfortranarray(rows),
        wide[:, ::2],
        read_only,
        np.array(rows, dtype="f4"),
        np.array(rows, dtype=">f8"),
        flat,
        table,
        memoryview(array("f", flat)).cast("B").cast("f", [2, 2]),
    ]


@pytest.mark.parametrize("backend", ["python", "native"])
def test_rows_may_be_buffers(backend: str) -> None:
    for rows in same_rows():
        w, b, step = line(backend)
        assert step(rows) == 2.5
        assert (w.grad, b.grad) == (4.0, 1.0)
        assert step.predict(rows) == [4.0, 1.0]


def test_buffer_is_not_copied() -> None:
    _, _, step = line()
    rows = array("d", [2.0, 5.0])
    given: list[Any] = []
    step._run_native(lambda *arguments: given.append(arguments), rows)  # type: ignore[attr-defined]
    assert given == [(None, address_of(rows), 1)]


@pytest.mark.parametrize("backend", ["python", "native"])
@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (array("d", [1.0, 2.0, 3.0]), ValueError, r"^rows must have 2 numbers each, got a buffer of the shape \(3,\)$"),
        (memoryview(bytes(24)).cast("d", [1, 3]), ValueError, r"must have 2 numbers each, got a buffer .*\(1, 3\)$"),
        (array("i", [1, 2]), TypeError, "^row 1 must be a list, got 1$"),
        (array("d"), ValueError, "^expected at least one row, got none$"),
        ([], ValueError, "^expected at least one row, got none$"),
        ([[1.0, 2.0], [1.0]], ValueError, "^row 2 must have 2 numbers, got 1$"),
        ([[1.0, "2"]], TypeError, "^row 1, target: expected a number"),
    ],
)
def test_wrong_rows_are_told(backend: str, rows: Any, error: type[Exception], message: str) -> None:
    w, _, step = line(backend)
    with pytest.raises(error, match=message):
        step(rows)
    assert w.grad == 0.0


# --- what fails ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "number", "error", "message"),
    [
        (
            lambda h: h.log(),
            -1.0,
            ValueError,
            r"^row 2: natural logarithm has no value at -2.0$",
        ),
        (lambda h: 1 / h, 0.0, ZeroDivisionError, r"^row 2: quotient has no value at 1.0, 0.0"),
        (lambda h: h.exp(), 1e3, OverflowError, r"^row 2: exponential has no value at 2000.0"),
        (lambda h: h.sqrt(), 0.0, ZeroDivisionError, r"^row 2: square root has no slope at 0.0"),
        (lambda h: h**0.5, -1.0, ValueError, r"^row 2: power has no value at -2.0, 0.5"),
        (lambda h: h.sin(), math.inf, ValueError, r"^row 2: sine has no value at inf"),
    ],
)
def test_row_without_a_value_is_named_and_no_gradient_changes(
    build: Callable[[Value], Value], number: float, error: type[Exception], message: str
) -> None:
    w, x = Value(2.0, "w"), Input(1.0, "x")
    step = compile_graph(build(w * x), [x], backend="native")
    with pytest.raises(error, match=message):
        step([[1.0], [number]])
    assert w.grad == 0.0


def test_error_of_a_graph_too_large_for_python_names_row_and_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microgrid.compiler.compile.MAX_OPERANDS", 1)
    w, x = Value(2.0, "w"), Input(1.0, "x")
    step = compile_graph((w * x).log(), [x], backend="native")
    assert step([[0.5]]) == 0.0
    with pytest.raises(ValueError, match=r"^row 2: natural logarithm has no value at -2.0$"):
        step([[1.0], [-1.0]])
    with pytest.raises(ValueError, match=r"^this graph has 3 operands; .* Machine code takes floats only, "):
        step.predict([[math.inf]])
    w.grad = None  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"^this graph has 3 operands; .* Machine code takes floats only, "):
        step([[1.0]])
    assert step.predict([[0.5]]) == [0.0]


def test_numbers_that_are_no_floats_are_left_to_the_python_program() -> None:
    w, _, step = line()
    w.data = 3  # an int, as a user assigns it
    assert step([[2.0, 5.0]]) == 4.0
    w.grad = None  # type: ignore[assignment]
    with pytest.raises(TypeError, match="NoneType"):
        step([[2.0, 5.0]])


def test_values_without_a_gradient_are_left_to_the_python_program() -> None:
    w, _, step = line()
    del w.grad
    with pytest.raises(AttributeError, match="grad"):
        step([[2.0, 5.0]])


def test_rows_may_come_from_the_same_program() -> None:
    x = Input(1.0, "x")
    step = compile_graph(2 * x, [x], backend="native")
    assert step.predict(step.predict([[float(i)]]) for i in range(3)) == [0.0, 4.0, 8.0]


@pytest.mark.parametrize("value", ["a % b", "(a > 0) * b", "where(a, b, 0)"])
def test_formula_that_machine_code_does_not_know_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "own", Operation("own", ("a", "b"), value, ("1", "1"), "own", ("", "")))
    w, x = Value(2.0, "w"), Input(3.0, "x")
    with pytest.raises(ValueError, match=r"^backend='native' cannot compute .*; backend='python' can$"):
        compile_graph(operation("own", w, x), [x], backend="native")


def test_operand_whose_name_machine_code_uses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "own", Operation("own", ("_to",), "_to * _to", ("2 * _to",), "own", ("",)))
    with pytest.raises(ValueError, match=r"^backend='native' needs another name for the operand _to of own$"):
        compile_graph(operation("own", Value(2.0, "w")), [], backend="native")


def operation(op: str, *operands: Value) -> Value:
    """Return the result of an operation of one's own."""
    result = Value(0.0)
    result.op, result.recorded = op, tuple(part for operand in operands for part in (operand, 1.0))
    return result


@pytest.mark.parametrize("backend", ["python", "native"])
def test_terms_with_cases_are_added_whole(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = Operation("Σ", ("a",), "where(a > 1, a, 0)", ("where(a > 1, 1, 0)",), "{a}", ("",), summed=True)
    monkeypatch.setitem(OPERATIONS, "own", cases)
    inputs = [Input(1.5), Input(3.0)]
    assert compile_graph(operation("own", *inputs), inputs, backend=backend).predict([[1.5, 3.0]]) == [4.5]


def test_operation_of_ones_own_is_compiled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "cube", Operation("³", ("a",), "a * a * a", ("3 * a * a",), "{a}³", ("",)))
    w, x = Value(2.0, "w"), Input(3.0, "x")
    cube = operation("cube", w * x)
    step = compile_graph(cube, [x], backend="native")
    assert step([[1.0]]) == 8.0
    assert w.grad == 12.0
    monkeypatch.setitem(OPERATIONS, "cube", Operation("³", ("a",), "erf(a)", ("1",), "{a}³", ("",)))
    with pytest.raises(ValueError, match=r"^backend='native' cannot compute erf\(\); backend='python' can$"):
        compile_graph(cube, [x], backend="native")


# --- what it is ------------------------------------------------------------------------------------------------------


def test_backend_is_shown_and_source_is_the_python_program() -> None:
    _, _, step = line()
    assert repr(step) == "<CompiledGraph of 9 values: 2 inputs, 2 parameters, native>"
    assert (step.backend, line("python")[2].backend) == ("native", "python")
    assert step.source == line("python")[2].source


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda step: pickle.loads(pickle.dumps(step))])
def test_copies_run_machine_code_too(copied: Callable[[CompiledGraph], CompiledGraph]) -> None:
    again = copied(line()[2])
    assert again.backend == "native"
    assert again([[2.0, 5.0]]) == 4.0


def length(output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> int:
    """Return how long the text of a graph's passes is."""
    dataflow = Dataflow(topological_order(output), parameters)
    return len(PassWriter(dataflow, {"numbers": parameters, "row": inputs}, [output]).text())


def test_large_layers_are_loops() -> None:
    def of_layers(n: int) -> int:
        model, xs, target = MLP(n, [n, 1], seed=0), [Input(0.5) for _ in range(n)], Input(1.0)
        return length(mean_squared_error(model(xs), target), [*xs, target], model.parameters())

    assert of_layers(80) < 1.1 * of_layers(40)  # four times the weights


def test_long_sum_without_order_has_the_same_bits() -> None:
    """It does not fit into one function."""
    dice = random.Random(0)
    ws, xs = [Value(dice.uniform(-1, 1)) for _ in range(500)], [Input(dice.uniform(-1, 1)) for _ in range(500)]
    dice.shuffle(ws)
    output = weighted_sum(ws, xs, 0.5).tanh()
    assert outcomes(output, xs, [[x.data for x in xs]]) == []


def test_what_returns_at_regular_distances_is_a_loop() -> None:
    def of_terms(n: int) -> int:
        ws, xs = [Value(0.5) for _ in range(n)], [Input(0.5) for _ in range(n)]
        return length(total([(w * x).tanh().softplus() for w, x in zip(ws, xs, strict=True)]), xs, ws)

    assert of_terms(80) < 1.1 * of_terms(40)


@pytest.mark.parametrize("activation", ["relu", ""])
def test_sums_of_minus_zeros_are_those_of_the_python_program(activation: str) -> None:
    """A sum of −0 is −0, but 0 where it begins with relus, which add to it one by one."""
    w, xs = Value(-5e-324, "w"), [Input(0.1) for _ in range(16)]
    weights = [Value(-5e-324) for _ in xs]
    output = total([v * (record("relu", x + w) if activation else x) for v, x in zip(weights, xs, strict=True)])
    assert outcomes(output, xs, [[0.1] * len(xs)]) == []


Layers = Callable[[list[list[Value]], list[Value]], list[Value]]  # from weights and inputs to what is added up


def dense(weights: list[list[Value]], xs: Sequence[Value]) -> list[Value]:
    return [weighted_sum(row, xs, row[-1] if len(row) > len(xs) else 0.0) for row in weights]


def used_between(w: list[list[Value]], xs: list[Value]) -> list[Value]:
    first, *others = dense(w, xs)
    return [(first * w[1][0]).tanh(), *others]


def operand_used_between(w: list[list[Value]], xs: list[Value]) -> list[Value]:
    hidden = [x.relu() for x in dense(w[:4], xs)]
    first, *others = dense(w[4:], hidden)
    return [(first * hidden[1]).tanh(), *others]


def relus_in_two_orders(w: list[list[Value]], xs: list[Value]) -> list[Value]:
    hidden = [x.relu() for x in dense(w[:4], xs)]
    return [*dense(w[4:6], hidden), *dense(w[6:], hidden[::-1])]


def one_after_the_other(w: list[list[Value]], xs: list[Value]) -> list[Value]:
    state = xs[0]
    for row in w:
        state = (state * row[0] + row[1]).tanh()
    return [state]


def one_operand(w: list[list[Value]], xs: list[Value]) -> list[Value]:
    x = (w[7][0] * xs[0]).tanh()
    return [total([weight * x for weight in row]) for row in w[:4]]


LAYERS: dict[str, Layers] = {
    "a weight used between two sums": used_between,
    "an operand used between two sums": operand_used_between,
    "a weight used twice": lambda w, xs: dense([*w[:3], [*w[3][:3], w[0][0]]], xs),
    "a weight that is an operand": lambda w, xs: dense([[xs[0], *w[0][1:]], *w[1:4]], xs),
    "weights of two layers": lambda w, xs: dense(w[:4], [x.tanh() for x in dense(w[:4], xs)]),
    "relus in two orders": relus_in_two_orders,
    "one after the other, as in a loop": one_after_the_other,
    "one operand for all weights": one_operand,
    "an operand twice": lambda w, xs: dense(w[:4], [xs[0], xs[0], xs[1], xs[2]]),
    "operands in another order": lambda w, xs: dense(w[:4], [xs[2], xs[0], xs[3], xs[1]]),
    "an operand that is a relu": lambda w, xs: dense(w[4:], [dense(w[:1], xs)[0].relu(), *dense(w[1:4], xs)]),
    "an operand that is a relu, at the end": lambda w, xs: dense(w[4:], [*dense(w[:3], xs), (w[3][0] * xs[0]).relu()]),
    "a relu and its operand": lambda w, xs: dense(w[4:], [s for x in dense(w[:2], xs) for s in (x, x.relu())]),
    "relus and their sums": lambda w, xs: [s + s.relu() for s in dense(w[:4], [x.relu() for x in dense(w[4:], xs)])],
    "one sum": lambda w, xs: dense([w[0] + w[1] + w[2] + w[3]], [x * y for x in xs for y in xs]),
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_sums_in_loops_or_not_have_the_bits_of_the_python_program(
    layers: Layers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "MIN_TURNS", 3)
    dice = random.Random(0)
    weights = [[Value(dice.uniform(-1, 1)) for _ in range(4)] for _ in range(8)]
    xs: list[Value] = [Input(dice.uniform(-1, 1)) for _ in range(4)]
    output = total(layers(weights, xs)) ** 2
    parameters = [weight for row in weights for weight in row]
    python, machine = (compile_graph(output, xs, parameters, backend=name) for name in ("python", "native"))
    for turn in range(12):
        rows, found = [[dice.uniform(-2, 2) for _ in xs] for _ in range(1 + turn // 10)], list[str]()
        for parameter in parameters:
            parameter.data = math.inf if turn % 3 == 2 and dice.random() < 0.05 else dice.uniform(-1, 1)
        for step in (python, machine):
            for i, parameter in enumerate(parameters):
                parameter.grad = 0.1 * i if turn % 2 else -0.0
            found.append(f"{step(rows)} {[parameter.grad for parameter in parameters]}")
        assert found[0] == found[1]


def test_gradient_that_someone_keeps_does_not_change() -> None:
    """A float that only a Value holds is overwritten; another one is replaced."""
    w, b, step = line()
    w.grad = b.grad = 0.5  # one float, held twice
    step([[2.0, 5.0]])
    assert (w.grad, b.grad) == (8.5, 4.5)
    kept = w.grad
    step([[2.0, 5.0]])
    assert (kept, w.grad, b.grad) == (8.5, 16.5, 8.5)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_training_gives_the_same_bits(activation: str) -> None:
    dice = random.Random(0)
    rows = [[dice.uniform(-1, 1), dice.uniform(-1, 1)] for _ in range(20)]
    trained = []
    for backend in ("python", "native"):
        model = MLP(2, [5, 1], activation, seed=1)
        history = train(model, rows, [a * b for a, b in rows], epochs=3, batch_size=8, backend=backend)
        trained.append((history.losses, [parameter.data for parameter in model.parameters()]))
    assert trained[0] == trained[1]


def test_threads_do_not_disturb_each_other() -> None:
    a, b = Input(1.0, "a"), Input(1.0, "b")
    step = compile_graph(a * b, [a, b], backend="native")
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            work = [pool.submit(step.predict, [[float(i), 2.0]] * (1 + i % 3)) for i in range(2000)]
            found = [future.result() for future in work]
    finally:
        sys.setswitchinterval(before)
    assert found == [[2.0 * i] * (1 + i % 3) for i in range(2000)]


# --- passes ----------------------------------------------------------------------------------------------------------


def test_passes_give_several_results_and_the_shares_of_inputs() -> None:
    w, x, a, b = Value(3.0, "w"), Input(1.0, "x"), Input(0.0, "a"), Input(0.0, "b")  # a, b: what arrives from above
    product, square = w * x, x * x
    dataflow = Dataflow(topological_order(weighted_sum([a, b], [product, square], 0.0)), [w, x])
    passes = NativePasses(dataflow, {"numbers": [w], "row": [x], "upstream": [a, b]}, [product, square])
    results, shares, grad = array("d", [0.0] * 4), array("d", [0.0] * 2), array("d", [0.5])
    given = {
        "numbers": array("d", [3.0]),
        "row": array("d", [2.0, 5.0]),
        "work": array("d", [0.0] * 2 * passes.work_size),
    }
    assert not passes.run("know", 2, given | {"results": results})
    assert results.tolist() == [6.0, 4.0, 15.0, 25.0]
    upstream = array("d", [1.0, 10.0, 1.0, 0.0])
    passes.run("think", 2, given | {"upstream": upstream, "gradients": grad, "shares": shares})
    assert grad.tolist() == [7.5]  # 0.5 + 1 · 2 + 1 · 5
    assert shares.tolist() == [43.0, 3.0]  # 1 · w + 10 · 2x, 1 · w


def test_python_whose_threads_run_side_by_side_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(ImportError, match=r"^backend='native' needs a Python with its global interpreter lock"):
        native.bridge.__wrapped__()


def test_object_of_another_python_is_refused() -> None:
    with pytest.raises(ImportError, match=r"^backend=.native. needs CPython, got cpython$"):
        native._offset(1.5, b"no float holds this")
