"""How long things live: copies and pickles of graphs at any depth, memory that stays flat, threads."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid import Constant, Input, Relay, Value, compile_graph, topological_order, total, weighted_sum
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP, NeuronName
from microgrid.optim import Adam
from microgrid.training import train
from tests.graphs import grown

T = TypeVar("T")
ROWS, TARGETS = [[0.5, -0.25], [1.0, 0.75], [-0.5, 0.5]], [1.0, -0.5, 0.25]


def pickled(item: T) -> T:
    back: T = pickle.loads(pickle.dumps(item))
    return back


COPIES: list[Callable[[Any], Any]] = [copy.deepcopy, pickled]


def chain(length: int) -> Value:
    x = Value(1.0, "x")
    output = x
    for _ in range(length):
        output = output + x
    return output


# --- copies of graphs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", COPIES)
def test_copy_of_a_graph_has_gradients_of_its_own(copied: Callable[[Value], Value]) -> None:
    a, b = Value(2.0, "a"), Input(3.0, "b")
    output = (a * b + a) ** 2
    output.backward()
    twin = copied(output)
    order = {node.label or node.data: node for node in topological_order(twin)}
    assert (order["a"].grad, twin.grad) == (64.0, 1.0)  # 2 · 8 · (3 + 1): the copy begins with those of the original
    twin.zero_grad()
    twin.backward()
    twin.backward()
    assert (order["a"].grad, a.grad) == (128.0, 64.0)
    assert [type(node) for node in topological_order(twin)] == [type(node) for node in topological_order(output)]


@pytest.mark.parametrize("copied", COPIES)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 60))
def test_copy_of_a_random_graph_has_the_same_record_bit_for_bit(
    copied: Callable[[Value], Value], seed: int, size: int
) -> None:
    output = grown(seed, size).values()[-1]
    assert Relay(copied(output)) == Relay(output)


@pytest.mark.parametrize("copied", COPIES)
def test_graph_of_any_depth_is_copied(copied: Callable[[Value], Value]) -> None:
    twin = copied(chain(10_000))
    twin.backward()
    assert topological_order(twin)[0].grad == 10_001.0


@pytest.mark.parametrize("copied", COPIES)
def test_leaf_copied_beside_its_graph_is_the_leaf_of_the_copy(copied: Callable[[Any], Any]) -> None:
    a = Value(3.0, "a")
    leaf, square, again = copied([a, a * a, a])
    assert leaf is again is square.operands[0] is square.operands[1]
    assert leaf is not a


def test_deep_copy_keeps_apart_and_together_what_was() -> None:
    a = Value(0.5)
    inner = a.exp()
    left, right = inner * 2, inner * 3
    left_twin, right_twin, inner_twin = copy.deepcopy((left, right, inner))
    assert left_twin.operands[0] is right_twin.operands[0] is inner_twin
    assert inner_twin is not inner


def test_deep_copy_of_all_values_of_a_graph_looks_at_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = topological_order(chain(500))
    looked = 0
    operands = Value.operands.fget  # type: ignore[attr-defined]

    def counted(value: Value) -> Any:
        nonlocal looked
        looked += 1
        return operands(value)

    monkeypatch.setattr(Value, "operands", property(counted))
    assert len(copy.deepcopy(nodes)) == 501
    assert looked < 3 * 501


def test_shallow_copy_of_what_was_computed_has_the_same_operands() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    product = a * b
    product.label = "p"
    twin = copy.copy(product)
    assert (twin.data, twin.op, twin.label, twin.operands) == (6.0, "*", "p", (a, b))
    twin.backward()
    assert (a.grad, product.grad, twin.grad) == (3.0, 0.0, 1.0)


def test_shallow_copy_of_a_leaf_is_a_leaf_of_its_own() -> None:
    a = Input(2.0, "a")
    a.grad = 7.0
    twin = copy.copy(a)
    a.data = 5.0
    assert (type(twin), twin.data, twin.grad, twin.label) == (Input, 2.0, 7.0, "a")


class Named(Value):
    """A Value with more in it than one has."""

    notes: list[str]


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_leaf_of_a_class_of_ones_own_keeps_what_is_in_it(copied: Callable[[Value], Value]) -> None:
    value = Named(2.0, "w")
    value.notes = ["mine"]
    twin = copied(value)
    assert isinstance(twin, Named)
    assert (twin.data, twin.label, twin.notes) == (2.0, "w", ["mine"])
    assert (twin.notes is value.notes) == (copied is copy.copy)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle_will_do(protocol: int) -> None:
    output = weighted_sum([Value(2.0, "w")], [Input(3.0, "x")], Constant(1.0)).tanh()
    assert Relay(pickle.loads(pickle.dumps(output, protocol))) == Relay(output)


@pytest.mark.parametrize("number", [float("inf"), -0.0, 5e-324])
def test_every_number_survives_bit_for_bit(number: float) -> None:
    for twin in (pickled(Value(number) + 0.0), copy.deepcopy(Value(number) + 0.0)):
        assert twin.operands[0].data.hex() == number.hex()


def test_graph_unpickled_in_another_process_is_the_same() -> None:
    output = grown(5, 100).values()[-1]
    script = (
        "import pickle, sys; from microgrid import Relay;"
        "sys.stdout.write(Relay(pickle.load(sys.stdin.buffer)).to_json())"
    )
    command = [sys.executable, "-X", "utf8", "-c", script]
    found = subprocess.run(command, input=pickle.dumps(output), capture_output=True, check=True).stdout
    assert found.decode() == Relay(output).to_json()


def test_model_unpickled_in_another_process_learns_the_same() -> None:
    model = MLP(2, [4, 1], "tanh", seed=1)
    optimizer = Adam(model.parameters(), 0.05)
    train(model, ROWS, TARGETS, optimizer=optimizer, epochs=3)
    script = (
        "import pickle, sys; from microgrid.training import train;"
        "model, optimizer, rows, targets = pickle.load(sys.stdin.buffer);"
        "train(model, rows, targets, optimizer=optimizer, epochs=5);"
        "sys.stdout.buffer.write(pickle.dumps((model, optimizer)))"
    )
    sent = pickle.dumps((model, optimizer, ROWS, TARGETS))
    found = subprocess.run([sys.executable, "-c", script], input=sent, capture_output=True, check=True).stdout
    twin, _ = pickle.loads(found)
    train(model, ROWS, TARGETS, optimizer=optimizer, epochs=5)
    assert [p.data.hex() for p in twin.parameters()] == [p.data.hex() for p in model.parameters()]


# --- copies of models ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", COPIES)
def test_copy_of_a_model_learns_on_its_own_and_the_same(copied: Callable[[MLP], MLP]) -> None:
    model = MLP(2, [4, 1], "tanh", seed=1)
    before = [parameter.data for parameter in model.parameters()]
    twin = copied(model)
    train(twin, ROWS, TARGETS, epochs=5)
    assert [parameter.data for parameter in model.parameters()] == before
    train(model, ROWS, TARGETS, epochs=5)
    assert [p.data.hex() for p in model.parameters()] == [p.data.hex() for p in twin.parameters()]


@pytest.mark.parametrize("copied", COPIES)
def test_model_and_optimizer_copied_together_belong_together(copied: Callable[[Any], Any]) -> None:
    model = MLP(2, [2, 1], seed=1)
    twin, optimizer = copied((model, Adam(model.parameters(), 0.1)))
    assert optimizer.parameters == twin.parameters()
    train(twin, ROWS, TARGETS, optimizer=optimizer, epochs=1)
    assert [p.data for p in twin.parameters()] != [p.data for p in model.parameters()]


@pytest.mark.parametrize("copied", COPIES)
def test_copied_graph_of_a_network_folds_as_the_original_does(copied: Callable[[Value], Value]) -> None:
    loss = mean_squared_error(MLP(2, [3, 3, 1], "tanh", seed=1)([0.5, -0.5]), 1.0)
    twin = copied(loss)
    assert Relay(twin).text(fold="neuron") == Relay(loss).text(fold="neuron")
    layers = [node.label.layer for node in topological_order(twin) if isinstance(node.label, NeuronName)]
    assert (len(layers), len(set(layers))) == (7, 3)


def test_relay_comes_back_from_a_pickle_and_needs_no_copy() -> None:
    w = Value(3.0, "w")
    relay = Relay((w * 2 - 5) ** 2, learning_rate=0.25)
    back = pickled(relay)
    assert back == relay
    assert back.paths("n0").routes == relay.paths(w).routes
    assert copy.copy(relay) is copy.deepcopy(relay) is relay
    with pytest.raises(ValueError, match="has no Values; expected the id of a node"):
        back.id_of(w)


def test_pickle_of_a_relay_grows_with_its_graph_and_no_faster() -> None:
    sizes = [len(pickle.dumps(Relay(chain(n)))) for n in (100, 200)]
    assert sizes[1] < 2.5 * sizes[0]


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_compiled_graph_that_has_run_is_copied_with_its_parameters(copied: Callable[[Any], Any]) -> None:
    w, x = Value(3.0, "w"), Input(2.0, "x")
    step = compile_graph((w * x) ** 2, [x])
    step([[1.0]])
    step.predict([[1.0]])
    twin_w, twin = copied([w, step]) if copied is not copy.copy else (w, copy.copy(step))
    twin_w.grad = 0.0
    assert twin([[2.0]]) == 36.0
    assert twin_w.grad == 24.0  # 2 · (3 · 2) · 2
    assert twin.parameters == (twin_w,)


# --- memory ----------------------------------------------------------------------------------------------------------


def build_sweep_and_free(size: int) -> None:
    """Build a graph of `size` nodes that is deep, wide and shared, go backward, and let it go."""
    x, bias = Value(0.5, "x"), Value(0.25, "b")
    output = x
    for _ in range(size // 4):
        output = total([weighted_sum([x, output], [output, bias], bias).tanh(), output]) * 0.5
    output.backward()
    assert x.grad != 0.0


def resident_megabytes() -> float:
    """Return how much memory the process has, where that can be read, else 0."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if path.exists() else 0.0


@pytest.mark.parametrize(("size", "times"), [(5_000, 5), pytest.param(1_000_000, 100, marks=pytest.mark.campaign)])
def test_graphs_leave_no_memory_behind(size: int, times: int) -> None:
    gc.collect()
    gc.freeze()  # what is there already need not be searched again
    gc.disable()
    try:
        blocks, megabytes = array("q", bytes(8 * times)), array("d", bytes(8 * times))  # which grow no more
        for i in range(times):
            build_sweep_and_free(size)
            assert gc.collect() == 0  # nothing for the cyclic collector to find
            blocks[i], megabytes[i] = sys.getallocatedblocks(), resident_megabytes()
    finally:
        gc.enable()
        gc.unfreeze()
    print(f"MB in use after each graph: {' '.join(f'{found:.0f}' for found in megabytes)}")
    assert max(blocks[1:]) - blocks[1] < 100  # the first time, Python itself keeps a few
    assert max(megabytes[2:]) <= 1.05 * megabytes[1] + 10


# --- threads ---------------------------------------------------------------------------------------------------------


def weights_after_training(seed: int) -> list[str]:
    model = MLP(2, [4, 1], "tanh", seed=seed)
    train(model, ROWS, TARGETS, optimizer=Adam(model.parameters(), 0.05), epochs=30, batch_size=2, seed=seed)
    return [parameter.data.hex() for parameter in model.parameters()]


def test_threads_train_separate_models_with_the_results_of_one() -> None:
    found: dict[int, list[str]] = {}

    def work(seed: int) -> None:
        found[seed] = weights_after_training(seed)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that they take turns often
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert found == {seed: weights_after_training(seed) for seed in range(6)}
    assert gc.isenabled()
