"""Compiled blocks: several outputs, backward passes from any shares, and the same gradients as one recorded graph."""

from __future__ import annotations

import copy
import math
import pickle
import random
from array import array
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from microgrid.compiler import CompiledBlock, ParameterBuffer, compile_block
from microgrid.engine import Constant, Input, Value, total, weighted_sum
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from tests.graphs import Recipe, recipes

Compile: TypeAlias = Callable[..., CompiledBlock]


@pytest.fixture(scope="module", params=["python", "native"])
def compiled(request: pytest.FixtureRequest) -> Compile:
    """Return compile_block with either backend."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    return partial(compile_block, backend=request.param)


def product_and_square(compiled: Compile) -> tuple[Value, CompiledBlock]:
    """Return w, and a block with the outputs w·x and x²."""
    w, x = Value(3.0, "w"), Input(2.0, "x")
    return w, compiled([x], [w * x, x**2])


def test_one_row_by_hand(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    assert block.forward([5.0]) == [15.0, 25.0]
    assert block.backward([2.0, 10.0]) == [106.0]  # 2·w + 10·2x
    assert w.grad == 10.0  # 2·x


def test_backward_passes_follow_several_forward_passes_in_reverse_order(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    assert [block.forward([x]) for x in (1.0, 10.0)] == [[3.0, 1.0], [30.0, 100.0]]
    assert block.backward([1.0, 1.0]) == [23.0]  # w + 2x at x = 10
    assert block.backward([1.0, 1.0]) == [5.0]  # at x = 1
    assert w.grad == 11.0


def test_rows_give_what_single_calls_give(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    assert block.forward_rows([[1.0], [10.0]]) == [[3.0, 1.0], [30.0, 100.0]]
    assert block.backward_rows([[1.0, 1.0], [1.0, 1.0]]) == [[5.0], [23.0]]
    assert w.grad == 11.0
    assert block.forward_rows([]) == block.backward_rows([]) == []
    assert block.forward_rows(([x] for x in (1, 2)), learn=False) == [[3.0, 1.0], [6.0, 4.0]]


def test_forward_pass_that_is_not_to_learn_is_followed_by_none(compiled: Compile) -> None:
    _, block = product_and_square(compiled)
    block.forward([1.0])
    assert block.forward([7.0], learn=False) == [21.0, 49.0]
    assert block.backward([1.0, 1.0]) == [5.0]  # at 1
    with pytest.raises(ValueError, match="needs a forward pass before it"):
        block.backward([1.0, 0.0])


def test_weights_that_change_after_the_forward_pass_do_not_change_its_backward_pass(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    block.forward([5.0])
    w.data = 100.0
    assert block.backward([1.0, 0.0]) == [3.0]
    assert block.forward([5.0]) == [500.0, 25.0]


def test_gradients_add_to_those_that_are_there(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    w.grad = 1.0
    block.forward([5.0])
    block.backward([1.0, 0.0])
    assert w.grad == 6.0


def test_pieces_joined_by_numbers_equal_the_whole_graph(compiled: Compile) -> None:
    model, rng = MLP(3, [5, 4, 1], "tanh", seed=0), random.Random(0)
    rows = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(4)]
    hidden, middle, last = model.layers
    x, h = [Input(0.5) for _ in range(3)], [Input(0.5) for _ in range(5)]
    first = compiled(x, [neuron(x) for neuron in hidden.neurons])
    second = compiled(h, [mean_squared_error(last([neuron(h) for neuron in middle.neurons]), 0.0)])
    losses = second.forward_rows(first.forward_rows(rows))
    first.backward_rows(second.backward_rows([[1.0]] * 4))
    found = [parameter.grad for parameter in model.parameters()]

    model.zero_grad()
    loss = total(mean_squared_error(model(row), 0.0) for row in rows)
    loss.backward()
    assert math.fsum(loss for (loss,) in losses) == pytest.approx(loss.data, rel=1e-14)
    assert found == pytest.approx([parameter.grad for parameter in model.parameters()], rel=1e-12, abs=1e-15)


@given(recipes(longest=15), st.randoms(use_true_random=False))
def test_block_equals_backward_on_random_graphs(recipe: Recipe, dice: random.Random) -> None:
    n_inputs = dice.randint(0, len(recipe.leaves))
    try:
        values = recipe.values()
        outputs = dice.choices(values, k=dice.randint(1, 4))
        shares = [dice.choice([0.0, 1.0, -0.5]) for _ in outputs]
        end = total(Constant(share) * output for share, output in zip(shares, outputs, strict=True))
        end.backward()
    except (ArithmeticError, ValueError):
        assume(False)
        return
    leaves = values[: len(recipe.leaves)]
    expected = [leaf.grad for leaf in leaves]
    assume(all(map(math.isfinite, [*expected, end.data])) and max(map(abs, expected)) < 1e100)
    block = compile_block(leaves[:n_inputs], outputs, leaves[n_inputs:])
    for leaf in leaves:
        leaf.grad = 0.0
    numbers = [leaf.data for leaf in leaves[:n_inputs]]
    data = [output.data for output in outputs]
    assert block.forward(numbers) == pytest.approx(data, rel=1e-12, abs=1e-12)
    assert block.forward(numbers, learn=False) == pytest.approx(data, rel=1e-12, abs=1e-12)
    found = [*block.backward(shares), *(leaf.grad for leaf in leaves[n_inputs:])]
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12 * max(1.0, *map(abs, expected)))


@given(recipes(longest=15), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_machine_code_gives_the_bits_of_the_python_programs(recipe: Recipe, dice: random.Random) -> None:
    pytest.importorskip("llvmlite")
    n_inputs, numbers = dice.randint(0, len(recipe.leaves)), [dice.uniform(-2, 2) for _ in range(40)]
    try:
        values = recipe.values()
    except (ArithmeticError, ValueError):
        assume(False)
    leaves, outputs = values[: len(recipe.leaves)], dice.choices(values, k=dice.randint(1, 4))
    rows = [numbers[i : i + n_inputs] for i in (0, 5, 10)]
    shares = [numbers[i : i + len(outputs)] for i in (20, 25, 30)]
    found = []
    for backend in ("python", "native"):
        for leaf in leaves:
            leaf.grad = 0.25
        block = compile_block(leaves[:n_inputs], outputs, leaves[n_inputs:], backend=backend)
        try:
            results: object = block.forward_rows(rows), block.backward_rows(shares)
        except (ArithmeticError, ValueError) as error:
            results = error
        found.append(repr((results, [leaf.grad for leaf in leaves])))
    assert found[0] == found[1]


def test_output_that_is_a_leaf_passes_its_share_on(compiled: Compile) -> None:
    x, w = Input(2.0), Value(3.0)
    block = compiled([x], [x, w, Constant(7.0), x])
    assert block.forward([5.0]) == [5.0, 3.0, 7.0, 5.0]
    assert block.backward([1.0, 10.0, 100.0, 1000.0]) == [1001.0]
    assert w.grad == 10.0


@pytest.mark.parametrize("x", [1.0, -1.0, 0.0])
def test_relu_decides_anew_for_every_row(compiled: Compile, x: float) -> None:
    w, a = Value(3.0), Input(2.0)
    r = (w * a).relu()
    block = compiled([a], [r, weighted_sum([w], [r], 0.0)])
    for number in (2.0, x):  # what the first row leaves behind is not used for the second
        w.grad, w.data = 0.0, 3.0
        outputs, (share,) = block.forward([number]), block.backward([1.0, 1.0])
        found, w.grad = w.grad, 0.0
        b = Value(number)
        r = (w * b).relu()
        end = r + w * r
        end.backward()
        assert repr((outputs, share, found)) == repr(([r.data, w.data * r.data], b.grad, w.grad))


# --- parameters side by side -----------------------------------------------------------------------------------------


def test_embedding_takes_any_row_of_a_table_without_compiling_anew(compiled: Compile) -> None:
    table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    w = Value(10.0)
    buffer = ParameterBuffer([*table[0], *table[1], w])
    row = [Input(0.0), Input(0.0)]
    block = compiled(row, [w * row[0] + row[1]], buffer)
    places = [buffer.place(row) for row in table]
    assert [block.forward(buffer.data[places[i]]) for i in (1, 0, 1)] == [[34.0], [12.0], [34.0]]
    for i in (1, 0, 1):
        buffer.add([places[i]], block.backward([1.0]))
    buffer.write()
    assert [value.grad for value in (*table[0], *table[1], w)] == [10.0, 1.0, 20.0, 2.0, 3.0 + 1.0 + 3.0]


def test_blocks_of_a_buffer_leave_the_values_alone_until_it_is_written(compiled: Compile) -> None:
    w, x = Value(3.0), Input(2.0)
    buffer = ParameterBuffer([w])
    first, second = (compiled([x], [end], buffer) for end in (w * x, w * w * x))
    assert (first.forward([1.0]), second.forward([1.0])) == ([3.0], [9.0])
    first.backward([1.0])
    second.backward([1.0])
    assert (w.grad, buffer.grad.tolist()) == (0.0, [7.0])
    w.data, w.grad = 5.0, 0.5
    assert first.forward([1.0]) == [3.0]
    buffer.read()
    assert (first.forward([1.0]), buffer.grad.tolist()) == ([5.0], [0.5])


def test_buffer_that_changes_after_the_forward_pass_does_not_change_its_backward_pass(compiled: Compile) -> None:
    w, x = Value(3.0), Input(2.0)
    buffer = ParameterBuffer([w])
    block = compiled([x], [w * x], buffer)
    block.forward([1.0])
    buffer.data[0] = 100.0
    assert block.backward([1.0]) == [3.0]


@pytest.mark.parametrize("numbers", [array("d"), array("d", [1.0, 2.0]), array("f", [1.0]), [1.0]])
@pytest.mark.parametrize("name", ["data", "grad"])
def test_buffer_whose_arrays_were_replaced_is_refused(compiled: Compile, name: str, numbers: object) -> None:
    w, x = Value(3.0), Input(2.0)
    buffer = ParameterBuffer([w])
    block = compiled([x], [w * x], buffer)
    setattr(buffer, name, numbers)
    with pytest.raises(ValueError, match=f"^{name} of a ParameterBuffer must be an array of 1 float, got "):
        block.forward([1.0])
    assert repr(buffer) == "<ParameterBuffer of 1 parameter>"


def test_leaf_that_is_no_parameter_is_read_at_each_call(compiled: Compile) -> None:
    w, fixed, x = Value(3.0), Value(2.0), Input(1.0)
    block = compiled([x], [w * x * fixed], [w])
    block.forward([1.0])
    fixed.data = 10.0
    assert block.forward([1.0]) == [30.0]
    assert (block.backward([1.0]), block.backward([1.0])) == ([30.0], [6.0])
    assert (w.grad, fixed.grad) == (12.0, 0.0)


def test_buffer_of_rows_is_answered_by_a_buffer(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    assert block.forward_rows(array("d", [1.0, 10.0])) == array("d", [3.0, 1.0, 30.0, 100.0])
    assert block.backward_rows(array("d", [1.0, 1.0, 1.0, 1.0])) == array("d", [5.0, 23.0])
    assert w.grad == 11.0
    with pytest.raises(ValueError, match=r"rows must have 2 numbers each, got a buffer of the shape \(3,\)"):
        block.backward_rows(array("d", [1.0, 2.0, 3.0]))


# --- errors, copies --------------------------------------------------------------------------------------------------


def test_failing_operation_is_named_with_its_row_and_changes_nothing(compiled: Compile) -> None:
    w, x = Value(1.0, "w"), Input(2.0, "x")
    block = compiled([x], [w / x, w * x])
    with pytest.raises(ZeroDivisionError, match=r"^row 2: quotient has no value at 1\.0, 0\.0, the quotient of w, x$"):
        block.forward_rows([[1.0], [0.0]])
    with pytest.raises(ZeroDivisionError, match="row 1"):
        block.forward([0.0], learn=False)
    with pytest.raises(ValueError, match="needs a forward pass before it"):
        block.backward([1.0, 1.0])
    assert w.grad == 0.0


def test_failure_is_found_in_the_numbers_of_the_buffer(compiled: Compile) -> None:
    w, x = Value(1.0, "w"), Input(2.0, "x")
    buffer = ParameterBuffer([w])
    block = compiled([x], [x / w], buffer)
    buffer.data[0] = 0.0
    with pytest.raises(ZeroDivisionError, match=r"^row 1: quotient has no value at 1\.0, 0\.0"):
        block.forward([1.0])


def test_slope_that_does_not_exist_fails_where_one_is_asked_for(compiled: Compile) -> None:
    w, x = Value(4.0, "w"), Input(1.0, "x")
    block = compiled([x], [(w * x).sqrt()])
    assert block.forward([0.0], learn=False) == [0.0]
    with pytest.raises(ZeroDivisionError, match="row 1: square root has no slope at 0"):
        block.forward([0.0])


@pytest.mark.parametrize(
    ("shares", "error", "message"),
    [
        ([[1.0, 1.0]], ValueError, "the forward pass had 2 rows, got shares for 1"),
        ([[1.0, 1.0], [1.0]], ValueError, "row 2 must have 2 numbers, got 1"),
        ([[1.0, "a"], [1.0, 1.0]], TypeError, r"row 1, upstream_1: expected a number"),
        (3.0, TypeError, "rows must be a list, got 3.0"),
    ],
)
def test_bad_shares_are_refused_and_may_be_given_again(
    compiled: Compile, shares: object, error: type[Exception], message: str
) -> None:
    w, block = product_and_square(compiled)
    block.forward_rows([[1.0], [10.0]])
    with pytest.raises(error, match=message):
        block.backward_rows(shares)
    assert w.grad == 0.0
    assert block.backward_rows([[1, 1], (1.0, 1.0)]) == [[5.0], [23.0]]


def test_bad_numbers_are_refused(compiled: Compile) -> None:
    _, block = product_and_square(compiled)
    with pytest.raises(ValueError, match=r"^forward\(\) needs 1 number, got 2$"):
        block.forward([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^backward\(\) needs 2 numbers, got 1$"):
        block.backward([1.0])
    with pytest.raises(TypeError, match="row 1, x: expected a number"):
        block.forward(["2"])  # type: ignore[list-item]


def test_block_of_too_many_operands_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microgrid.compiler.compile.MAX_OPERANDS", 2)
    w, x = Value(3.0), Input(2.0)
    with pytest.raises(ValueError, match=r"^this block has 4 operands; .* more than 2 .* Compile a smaller piece"):
        compile_block([x], [w * x, w + x])


def test_bad_pieces_are_refused(compiled: Compile) -> None:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    with pytest.raises(ValueError, match="at least one output, got none"):
        compiled([x], [])
    with pytest.raises(TypeError, match=r"each output must be a Value, got 3\.0"):
        compiled([x], [3.0])
    with pytest.raises(ValueError, match="an input must be a leaf"):
        compiled([w * x], [w])
    with pytest.raises(ValueError, match="x is both an input and a parameter"):
        compiled([x], [w * x], [w, x])
    with pytest.raises(ValueError, match="x is both an input and a parameter"):
        compiled([x], [w * x], ParameterBuffer([w, x]))
    with pytest.raises(ValueError, match="backend must be one of python"):
        compiled([x], [w * x], backend="gpu")
    with pytest.raises(ValueError, match="place\\(\\) needs parameters that follow each other"):
        ParameterBuffer([w, x]).place([x, w])


def test_copies_work_on_their_own_parameters(compiled: Compile) -> None:
    w, block = product_and_square(compiled)
    block.forward([1.0])
    for another in (pickle.loads(pickle.dumps(block)), copy.deepcopy(block)):
        assert another.forward([2.0]) == [6.0, 4.0]
        another.backward([1.0, 0.0])
        assert another.buffer.parameters[0].grad == 2.0
    assert copy.copy(block).buffer is block.buffer
    assert w.grad == 0.0
    assert repr(block).startswith("<CompiledBlock of 1 input, 2 outputs, 1 parameter")


def test_shares_may_be_the_gradients_themselves(compiled: Compile) -> None:
    ws, x = [Value(1.0) for _ in range(16)], Input(2.0, "x")
    buffer = ParameterBuffer(ws)
    block = compiled([x], [w * x for w in ws][::-1], buffer)
    buffer.grad = array("d", range(16))
    block.forward_rows(array("d", [2.0]))
    block.backward_rows(buffer.grad)
    assert buffer.grad.tolist() == [i + 2.0 * (15 - i) for i in range(16)]


def test_rows_of_a_block_without_inputs(compiled: Compile) -> None:
    w = Value(3.0, "w")
    block = compiled([], [w * w], [w])
    assert block.forward_rows([[], []], learn=False) == [[9.0], [9.0]]
    np = pytest.importorskip("numpy")
    with pytest.raises(ValueError, match=r"^rows must have 0 numbers each, got a buffer of the shape"):
        block.forward_rows(np.zeros((3, 0)))


def test_block_too_large_for_python_names_the_operation_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("microgrid.compiler.compile.MAX_OPERANDS", 1)
    w, x = Value(2.0, "w"), Input(1.0, "x")
    block = compile_block([x], [(w * x).log()], backend="native")
    with pytest.raises(ValueError, match=r"natural logarithm has no value at -2.0"):
        block.forward([-1.0])
    assert "predict" not in block._programs
    assert "forward" not in block._programs
