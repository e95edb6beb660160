"""Networks as programs for PyTorch, as far as that is seen without PyTorch; see also tests/slow/test_export.py."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microgrid import Constant, Value
from microgrid.export import from_torch, to_torch, torch_source
from microgrid.layers import Network
from microgrid.nn import ACTIVATIONS, MLP, Dense, Module, Neuron


def numbers_in(program: str) -> dict[str, Any]:
    """Read the table of numbers in a program."""
    (table,) = (
        ast.literal_eval(statement.value)
        for statement in ast.parse(program).body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "numbers"
    )
    assert isinstance(table, dict)
    return table


def bits(numbers: list[float]) -> list[str]:
    return [number.hex() for number in numbers]


def test_program_reads_like_one_for_pytorch() -> None:
    program = torch_source(MLP(2, [2, 1], activation="softplus").set_parameters([1, -2, 0.5, 1e-300, 3, 0, 7, 8, -0.0]))
    assert (
        program
        == '''\
"""The network MLP(2, [2, 1], activation='softplus') of microgrid, as a program that needs PyTorch only.

In Python, where this file is model.py, it predicts from a list of rows of 2 numbers:

    import torch
    from model import model
    model(torch.tensor(rows, dtype=torch.float64)).tolist()
"""

import torch
from torch import nn

# In float64, as in microgrid: float32 has 7 digits. It takes rows × 2 numbers, and returns rows × 1.
model = nn.Sequential(
    nn.Linear(2, 2),
    nn.Softplus(beta=1, threshold=40),
    nn.Linear(2, 1),
).double()


def train_step(rows, targets, optimizer, loss_function=nn.functional.mse_loss):
    """Run one cycle on float64 tensors of rows × 2 and rows × 1 numbers, and return the loss.

    optimizer is one such as torch.optim.SGD(model.parameters(), lr=0.01). A network that microgrid train saved takes
    the units of its table, such as grams, in which such a step is far too large: notebooks/train_on_many_machines.py of
    microgrid shows how to train it on standardised numbers.
    """
    loss = loss_function(model(rows), targets)  # Know
    optimizer.zero_grad()
    loss.backward()  # Think
    optimizer.step()  # Change
    return loss.item()


# The weights and biases, exactly. Each row holds the weights of one neuron.
numbers = {
    "0.weight": [
        [1.0, -2.0],
        [1e-300, 3.0],
    ],
    "0.bias": [0.5, 0.0],
    "2.weight": [
        [7.0, 8.0],
    ],
    "2.bias": [-0.0],
}
model.load_state_dict({name: torch.tensor(values, dtype=torch.float64) for name, values in numbers.items()})

if __name__ == "__main__":
    rows = torch.ones(1, 2, dtype=torch.float64)  # a row of ones, to try it
    print("for a row of ones, which no table holds:", model(rows).tolist())
'''
    )


def test_program_names_the_columns_of_its_table() -> None:
    names, target = ["重さ (g)", 'a "\\n"""'], "x\ny"
    program = torch_source(Dense(2, 1), names, target)
    assert "rows of 2 numbers, in the order of inputs:\n" in program
    assert 'inputs = [\n    "重さ (g)",\n' in program
    columns = {ast.unparse(line.targets[0]): line.value for line in ast.parse(program).body if type(line) is ast.Assign}
    assert ast.literal_eval(columns["inputs"]) == names
    assert ast.literal_eval(columns["target"]) == target


def test_program_names_the_classes_that_its_outputs_are_scores_of() -> None:
    program = torch_source(Dense(2, 3), target="species", classes=["Adelie", "Chinstrap", "Gentoo"])
    assert 'target = "species"\n' in program
    assert 'classes = [\n    "Adelie",\n    "Chinstrap",\n    "Gentoo",\n]\n' in program
    with pytest.raises(ValueError, match=r"^expected a name for each of 3 outputs, got 2$"):
        torch_source(Dense(2, 3), classes=["Adelie", "Gentoo"])


@pytest.mark.parametrize(
    ("names", "target", "error", "message"),
    [
        (["a"], "y", ValueError, "^expected a name for each of 2 inputs, got 1$"),
        (["a", 3], "y", TypeError, "^expected the name of a column or class, got 3$"),
        (["a", "b"], None, TypeError, "^expected the name of a column or class, got None$"),
        ("ab", "y", TypeError, "^inputs must be a list, got 'ab'$"),
    ],
)
def test_names_that_do_not_fit_are_refused(names: Any, target: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        torch_source(Dense(2, 1), names, target)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_program_compiles_and_holds_every_number_exactly(activation: str) -> None:
    model = MLP(30, [20, 20, 3], activation, seed=4)
    program = torch_source(model)
    compile(program, "model.py", "exec")
    assert max(map(len, program.splitlines())) <= 120
    table = numbers_in(program)
    weights = [name for name in table if name.endswith("weight")]
    assert len(weights) == len(model.layers)
    for name, layer in zip(weights, model.layers, strict=True):
        neurons = zip(table[name], table[name.replace("weight", "bias")], strict=True)
        found = [number for row, bias in neurons for number in (*row, bias)]
        assert bits(found) == bits([parameter.data for parameter in layer.parameters()])


def test_numbers_of_other_types_are_written_as_floats() -> None:
    numpy = pytest.importorskip("numpy")
    layer = Dense(2, 1, "tanh")
    layer.neurons[0].weights[0].data = 3
    layer.neurons[0].weights[1].data = numpy.float64(0.1)
    assert numbers_in(torch_source(layer))["0.weight"] == [[3.0, 0.1]]
    assert "float64(" not in torch_source(layer)


def test_layer_alone_is_a_program_too() -> None:
    assert "    nn.Linear(2, 3),\n    nn.LeakyReLU(negative_slope=0.01),\n)" in torch_source(Dense(2, 3, "leaky_relu"))
    assert "a list of rows of 1 number:" in torch_source(Dense(1, 3))


class Doubled(MLP):
    def __call__(self, inputs: Any) -> Any:
        return super().__call__(inputs) * 2


class Line(Module):
    def __init__(self) -> None:
        self.slope = Value(2.0)


def changed(change: Callable[[MLP], object]) -> MLP:
    model = MLP(2, [2, 1], seed=0)
    change(model)
    return model


def set_one_activation(model: MLP) -> None:
    model.layers[0].neurons[1].activation = "tanh"


def fix_a_weight(model: MLP) -> None:
    model.layers[0].neurons[0].weights[0] = Constant(1.0)


def remove_a_neuron(model: MLP) -> None:
    del model.layers[0].neurons[0]


def share_a_weight(model: MLP) -> None:
    model.layers[0].neurons[0].weights[0] = model.layers[0].neurons[1].weights[0]


def add_a_parameter(model: MLP) -> None:
    model.temperature = Value(1.0)  # type: ignore[attr-defined]


def add_a_layer_of_another_kind(model: MLP) -> None:
    model.layers.append(Neuron(1))  # type: ignore[arg-type]


@pytest.mark.parametrize("export", [torch_source, to_torch])
@pytest.mark.parametrize("model", [Line(), Neuron(2), Doubled(2, [1]), Network([]), 3, None])
def test_what_is_no_network_of_dense_layers_is_refused(export: Callable[[Any], object], model: object) -> None:
    with pytest.raises(
        TypeError, match=r"^expected an MLP or a Dense, got .*; of another module, export each Dense in"
    ):
        export(model)


@pytest.mark.parametrize("export", [torch_source, to_torch])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_one_activation, "^expected layers of neurons that share an activation, got Dense"),
        (add_a_layer_of_another_kind, "^expected layers of neurons that share an activation, got Neuron"),
        (remove_a_neuron, r"^Dense\(2, 1, .*\) takes 2 numbers, but the layer before it returns 1$"),
        (fix_a_weight, "or some are constants or shared; PyTorch would train it otherwise$"),
        (share_a_weight, "or some are constants or shared; PyTorch would train it otherwise$"),
        (add_a_parameter, "has other parameters than the weights and biases of its layers"),
    ],
)
def test_network_that_pytorch_would_train_otherwise_is_refused(
    export: Callable[[Any], object], change: Callable[[MLP], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        export(changed(change))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_number_that_a_program_cannot_hold_is_named(number: float) -> None:
    model = MLP(1, [1], seed=0)
    model.layers[0].neurons[0].bias.data = number
    with pytest.raises(ValueError, match=rf"^layers\[0\]\.neurons\[0\]\.bias must be a finite number .* got {number}$"):
        torch_source(model)


@pytest.mark.parametrize("convert", [to_torch, from_torch])
def test_missing_pytorch_is_said_with_the_command_that_installs_it(
    convert: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"^this needs PyTorch, which is not installed: pip install torch$"):
        convert(MLP(1, [1]))


def test_script_for_many_machines_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError(\"No module named 'torch'\")", encoding="utf-8")
    script = Path(__file__).parents[1] / "notebooks" / "train_on_many_machines.py"
    run = subprocess.run(
        [sys.executable, script, "--help"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        run.stderr == "error: No module named 'torch'; this script needs PyTorch and NumPy: pip install torch numpy\n"
    )
