"""Networks to PyTorch and back: as the text of a program, and as a `torch.nn.Module`. Every number stays as it is.

What to call in PyTorch, where the outputs and gradients are the same to about 13 digits, in float64:

| microgrid | PyTorch |
|---|---|
| `mean_squared_error` | `torch.nn.functional.mse_loss` |
| `mean_absolute_error` | `torch.nn.functional.l1_loss` |
| `binary_cross_entropy` | `torch.nn.functional.binary_cross_entropy_with_logits` |
| `cross_entropy` | `torch.nn.functional.cross_entropy` |
| `hinge` | `torch.relu(1 - targets * scores).mean()` |
| `SGD`, `Adam` | `torch.optim.SGD`, `torch.optim.Adam` |

(Where a prediction is almost right, PyTorch's binary_cross_entropy_with_logits and its gradient, sigmoid − target, are
differences of numbers that are almost equal, and have fewer digits; here they keep all.)

Targets have the shape of the predictions there, rows × outputs, also where there is one output; those of
`cross_entropy` are whole numbers, one a row.

>>> from microgrid.nn import MLP
>>> program = torch_source(MLP(2, [3, 1], activation="tanh", seed=0))
>>> for line in program.splitlines()[13:18]:
...     print(line)
model = nn.Sequential(
    nn.Linear(2, 3),
    nn.Tanh(),
    nn.Linear(3, 1),
).double()
"""

from __future__ import annotations

import itertools
import json
import math
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from microgrid._util.missing_names import answer_missing_names
from microgrid._util.validation import as_list, quoted
from microgrid.language.numerals import counted
from microgrid.nn import MLP, Dense, Module

if TYPE_CHECKING:
    import torch

    TorchModule: TypeAlias = torch.nn.Module

__all__ = ["from_torch", "to_torch", "torch_source"]

# PyTorch's Softplus returns x itself above its threshold. At 20, its default, that differs in the 10th digit; at 40, it
# is log(1 + eˣ) to the last bit.
ACTIVATIONS_IN_TORCH: dict[str, tuple[str, dict[str, float]]] = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.01}),
    "softplus": ("Softplus", {"beta": 1, "threshold": 40}),
    "tanh": ("Tanh", {}),
    "sigmoid": ("Sigmoid", {}),
}
"""For each activation but "linear", the class in `torch.nn` and its settings."""
MAX_NUMBER_COLUMNS = 110  # of a line of numbers

PROGRAM = '''\
"""The network {description} of microgrid, as a program that needs PyTorch only.

In Python, where this file is model.py, it predicts from a list of rows of {numbers_in_row}{order}:

    import torch
    from model import model
    model(torch.tensor(rows, dtype=torch.float64)).tolist()
"""

import torch
from torch import nn
{columns}
# In float64, as in microgrid: float32 has 7 digits. It takes rows × {n_inputs} numbers, and returns rows × {n_outputs}.
model = nn.Sequential(
{layers}
).double()


def train_step(rows, targets, optimizer, loss_function=nn.functional.mse_loss):
    """Run one cycle on float64 tensors of rows × {n_inputs} and rows × {n_outputs} numbers, and return the loss.

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
numbers = {{
{numbers}
}}
model.load_state_dict({{name: torch.tensor(values, dtype=torch.float64) for name, values in numbers.items()}})

if __name__ == "__main__":
    rows = torch.ones(1, {n_inputs}, dtype=torch.float64)  # a row of ones, to try it
    print("for a row of ones, which no table holds:", model(rows).tolist())
'''


def torch_source(model: Module, inputs: Iterable[str] = (), target: str = "", classes: Iterable[str] = ()) -> str:
    """Write a network as a program that needs PyTorch only, with its numbers in it.

    The program defines `model`, a `torch.nn.Sequential` in float64, and `train_step`. Run by itself, it prints the
    output for a row of ones.

    Args:
        model: an `MLP` or a `Dense`.
        inputs: the names of its inputs, to be written into the program.
        target: the name of what it predicts, likewise.
        classes: the names of the classes that its outputs are scores of, likewise.

    Raises:
        TypeError: `model` is something else, or a name is no text.
        ValueError: there are more or fewer names than inputs or outputs, a parameter is not finite, or the network was
            changed into one that PyTorch would train otherwise.
    """
    layers = _dense_layers(model)
    n_inputs, n_outputs = layers[0].n_inputs, len(layers[-1].neurons)
    names, kinds = as_list("inputs", inputs), as_list("classes", classes)
    for name in (*names, target, *kinds):
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a column or class, got {quoted(name)}")
    for given, n, what in ((names, n_inputs, "input"), (kinds, n_outputs, "output")):
        if given and len(given) != n:
            raise ValueError(f"expected a name for each of {counted(n, what)}, got {len(given)}")
    for name, parameter in model.named_parameters():
        if not math.isfinite(parameter.data):
            raise ValueError(f"{name} must be a finite number to be exported, got {quoted(parameter.data)}")
    lines: list[str] = []
    numbers: list[str] = []
    for layer in layers:
        position = len(lines)  # by which nn.Sequential names its parts
        numbers.append(f'    "{position}.weight": [')
        numbers += [_list_source(" " * 8, [weight.data for weight in neuron.weights]) for neuron in layer.neurons]
        numbers += ["    ],", _list_source(f'    "{position}.bias": ', layer.b)]
        lines.append(f"    nn.Linear({layer.n_inputs}, {len(layer.neurons)}),")
        if layer.activation != "linear":
            lines.append(f"    nn.{_call(layer.activation)},")
    return PROGRAM.format(
        description=MLP.__repr__(model) if isinstance(model, MLP) else Dense.__repr__(layers[0]),
        n_inputs=n_inputs,
        numbers_in_row=counted(n_inputs, "number"),
        order=", in the order of inputs" if names else "",
        columns=_columns_source(names, target, kinds),
        n_outputs=n_outputs,
        layers="\n".join(lines),
        numbers="\n".join(numbers),
    )


def to_torch(model: Module) -> TorchModule:
    """Return the same network as a `torch.nn.Sequential`, in float64, with copies of the numbers.

    It takes a tensor of rows × inputs in float64 and returns one of rows × outputs. No random number is drawn.

    Args:
        model: an `MLP` or a `Dense`.

    Raises:
        TypeError: `model` is something else.
        ValueError: the network was changed into one that PyTorch would train otherwise.
        ImportError: PyTorch is not installed.
    """
    layers, torch = _dense_layers(model), _torch()
    parts: list[TorchModule] = []
    for layer in layers:
        linear = torch.nn.utils.skip_init(torch.nn.Linear, layer.n_inputs, len(layer.neurons), dtype=torch.float64)
        weights = [[weight.data for weight in neuron.weights] for neuron in layer.neurons]
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights, dtype=torch.float64))
            linear.bias.copy_(torch.tensor(layer.b, dtype=torch.float64))
        parts.append(linear)
        if layer.activation != "linear":
            name, settings = ACTIVATIONS_IN_TORCH[layer.activation]
            parts.append(getattr(torch.nn, name)(**settings))
    network: TorchModule = torch.nn.Sequential(*parts)
    return network


def from_torch(module: TorchModule) -> MLP:
    """Return a network of PyTorch as an `MLP`, with copies of the numbers.

    Each number is converted exactly, from any device and any type of floating-point numbers. (A network in float32 has
    rounded its outputs to 7 digits; the `MLP` does not.)

    Args:
        module: a `torch.nn.Sequential` of `Linear` layers with one kind of activation between them, as `to_torch`
            makes from an `MLP`; or one `Linear`.

    Raises:
        TypeError: it is no module, or holds one of another kind, or numbers that are not real.
        ValueError: its layers are not those of an `MLP`.
        ImportError: PyTorch is not installed.
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"expected a torch.nn.Module, got {quoted(module)}")
    linears: list[Any] = []
    activations: list[str] = []
    for part in _parts(module, torch.nn.Sequential):
        if type(part) is torch.nn.Linear:
            _check_linear(part, linears)
            linears.append(part)
            activations.append("linear")
        else:
            activation = _activation(part, torch.nn)
            if activations[-1:] != ["linear"]:
                raise ValueError(f"expected a Linear before each activation, got {quoted(part)} without one")
            activations[-1] = activation
    if len({id(number) for linear in linears for number in (linear.weight, linear.bias)}) < 2 * len(linears):
        raise ValueError("layers share their weights or biases; an MLP would train each on its own")
    if not linears:
        raise ValueError(f"expected a torch.nn.Sequential with a Linear in it, got {quoted(module)}")
    *hidden, last = activations
    if last != "linear":
        advice = "; leave it out: binary_cross_entropy takes the numbers before it" if last == "sigmoid" else ""
        raise ValueError(f"the last layer of an MLP is linear, got {_call(last)} behind it{advice}")
    if len({*hidden}) > 1:
        raise ValueError(f"an MLP has the same activation in all layers but the last, got {', '.join(hidden)}")
    sizes = [linear.out_features for linear in linears]
    model = MLP(linears[0].in_features, sizes, hidden[0] if hidden else "relu", seed=0)
    for layer, linear in zip(model.layers, linears, strict=True):
        rows = zip(linear.weight.tolist(), linear.bias.tolist(), strict=True)
        layer.set_parameters(number for weights, bias in rows for number in (*weights, bias))
    return model


def _dense_layers(model: Module) -> list[Dense]:
    """Return the layers of a network that computes nothing but these layers, one after the other."""
    if isinstance(model, MLP) and type(model).__call__ is MLP.__call__:
        layers = model.layers
    elif isinstance(model, Dense) and type(model).__call__ is Dense.__call__:
        layers = [model]
    else:
        raise TypeError(f"expected an MLP or a Dense, got {quoted(model)}; of another module, export each Dense in it")
    for layer in layers:
        if not isinstance(layer, Dense) or len({neuron.activation for neuron in layer.neurons}) > 1:
            raise ValueError(f"expected layers of neurons that share an activation, got {quoted(layer)}")
    for before, layer in itertools.pairwise(layers):
        if layer.n_inputs != len(before.neurons):
            n_before = len(before.neurons)
            raise ValueError(f"{layer} takes {layer.n_inputs} numbers, but the layer before it returns {n_before}")
    theirs = [parameter for layer in layers for neuron in layer.neurons for parameter in (*neuron.weights, neuron.bias)]
    if theirs != model.parameters():
        raise ValueError(
            f"{model!r} has other parameters than the weights and biases of its layers, or some are constants or "
            "shared; PyTorch would train it otherwise"
        )
    return layers


def _columns_source(inputs: list[str], target: str, classes: list[str]) -> str:
    """Write the names of the columns and classes, where they are known."""
    lines = ["", "# The columns of the table that it was trained on."] if inputs or target else []
    lines += _names_source("inputs", inputs)
    if target:
        lines.append(f"target = {_text_source(target)}")
    if classes:
        lines += ["", "# Each output is the score of one of these classes; the highest score is the prediction."]
        lines += _names_source("classes", classes)
    return "".join(f"{line}\n" for line in lines)


def _names_source(name: str, texts: list[str]) -> list[str]:
    return [f"{name} = [", *(f"    {_text_source(text)}," for text in texts), "]"] if texts else []


def _text_source(text: str) -> str:
    """Write a text as JSON, which Python reads as the same text."""
    return json.dumps(text, ensure_ascii=False)


def _list_source(beginning: str, numbers: list[float]) -> str:
    """Write a list, in as many lines as it needs; the numbers read back as the same ones."""
    text = ", ".join(repr(float(number)) for number in numbers)
    if len(beginning) + len(text) <= MAX_NUMBER_COLUMNS:
        return f"{beginning}[{text}],"
    spaces = " " * (len(beginning) - len(beginning.lstrip()))
    inside = f"{spaces}    "
    wrapped = textwrap.fill(f"{text},", MAX_NUMBER_COLUMNS, initial_indent=inside, subsequent_indent=inside,
                            break_on_hyphens=False)  # fmt: skip
    return f"{beginning}[\n{wrapped}\n{spaces}],"


def _call(activation: str) -> str:
    """Write the call that makes an activation of PyTorch."""
    name, settings = ACTIVATIONS_IN_TORCH[activation]
    return f"{name}({', '.join(f'{key}={setting}' for key, setting in settings.items())})"


def _parts(module: TorchModule, sequential: Any) -> Iterator[TorchModule]:
    """List the modules in a Sequential, also of those inside of it, in their order."""
    if type(module) is not sequential:
        yield module
        return
    for part in module:  # also one that is there twice, which children() lists once
        yield from _parts(part, sequential)


def _activation(part: TorchModule, nn: Any) -> str:
    """Return our name for an activation of PyTorch."""
    for activation, (name, settings) in ACTIVATIONS_IN_TORCH.items():
        if type(part) is getattr(nn, name):
            if any(getattr(part, key) != setting for key, setting in settings.items()):
                raise ValueError(f"expected {_call(activation)}, which computes what {activation} does, got {part}")
            return activation
    names = ", ".join(name for name, _ in ACTIVATIONS_IN_TORCH.values())
    raise TypeError(f"expected a torch.nn.Sequential of Linear, {names}, got {quoted(part)}")


def _check_linear(linear: Any, before: list[Any]) -> None:
    """Check that a layer has a bias, holds numbers, and takes what the layer before it returns."""
    if linear.bias is None:
        raise ValueError(f"every layer of an MLP has a bias, got {linear}")
    if linear.weight.is_meta:
        raise ValueError(f"{linear} is on the device meta, and holds no numbers")
    if before and before[-1].out_features != linear.in_features:
        n_before = before[-1].out_features
        raise ValueError(f"{linear} takes {linear.in_features} numbers, but the layer before it returns {n_before}")


def _torch() -> Any:
    """Import PyTorch, which takes seconds and is no dependency."""
    try:
        import torch
    except ImportError:
        raise ImportError("this needs PyTorch, which is not installed: pip install torch", name="torch") from None
    return torch


answer_missing_names(__name__)
