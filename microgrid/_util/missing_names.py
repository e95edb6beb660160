"""Suggest a name for one that a module lacks: a misspelling, or the name in another library."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from microgrid._util.text import brief

NAMES_HERE = {  # a name in micrograd, PyTorch, tinygrad or Keras, or ours in another module: its name in microgrid
    "Adam": "microgrid.optim.Adam",
    "BCELoss": "microgrid.losses.binary_cross_entropy, which takes logits",
    "BCEWithLogitsLoss": "microgrid.losses.binary_cross_entropy",
    "CrossEntropyLoss": "microgrid.losses.cross_entropy",
    "Cycle": "microgrid.training.Cycle",
    "Dense": "microgrid.nn.Dense",
    "History": "microgrid.training.History",
    "L1Loss": "microgrid.losses.mean_absolute_error",
    "Layer": "microgrid.nn.Dense",
    "LeakyReLU": "microgrid.layers.LeakyReLU",
    "Linear": "microgrid.nn.Dense",
    "MLP": "microgrid.nn.MLP",
    "MSELoss": "microgrid.losses.mean_squared_error",
    "MeanSquaredError": "microgrid.layers.MeanSquaredError",
    "Module": "microgrid.nn.Module",
    "Network": "microgrid.layers.Network",
    "Neuron": "microgrid.nn.Neuron",
    "Parameter": "microgrid.Value",
    "ReLU": "microgrid.layers.ReLU",
    "SGD": "microgrid.optim.SGD",
    "Sequential": "microgrid.nn.MLP",
    "Sigmoid": "microgrid.layers.Sigmoid",
    "Softplus": "microgrid.layers.Softplus",
    "Tanh": "microgrid.layers.Tanh",
    "Tensor": "microgrid.Value",
    "Variable": "microgrid.Value",
    "binary_cross_entropy": "microgrid.losses.binary_cross_entropy",
    "binary_cross_entropy_with_logits": "microgrid.losses.binary_cross_entropy",
    "cross_entropy": "microgrid.losses.cross_entropy",
    "draw_dot": "microgrid.draw",
    "grad": "microgrid.differentiate",
    "gradcheck": "microgrid.check_gradients",
    "hinge": "microgrid.losses.hinge",
    "l1_loss": "microgrid.losses.mean_absolute_error",
    "mean_absolute_error": "microgrid.losses.mean_absolute_error",
    "mean_squared_error": "microgrid.losses.mean_squared_error",
    "mse_loss": "microgrid.losses.mean_squared_error",
    "tensor": "microgrid.Value",
    "trace": "microgrid.topological_order",
    "train": "microgrid.training.train",
}
MAX_NAMES_LISTED = 8
MIN_BEGINNING = 3  # fewer letters begin too many names


def answer_missing_names(module: str) -> None:
    """Let a module raise a helpful error for a name that is not in its `__all__`.

    This call adds `__getattr__` to it, since to a type checker a module that defines one has every name.
    """
    namespace = vars(sys.modules[module])

    def __getattr__(name: str) -> object:  # noqa: N807
        raise missing_name(module, name, namespace["__all__"])

    namespace["__getattr__"] = __getattr__


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the one of `names` that was probably meant, in whatever case: that begins so, or is similar; else "".

    >>> nearest("Weight", ["height", "weight"]), nearest("--lang", ["--learn", "--language"]), nearest("x", ["a"])
    ('weight', '--language', '')
    """
    import difflib  # imported here: only a wrong name needs it

    by_lower = {known.lower(): known for known in names}
    typed = name.lower()
    begun = [known for known in by_lower if known.startswith(typed)] if len(typed) >= MIN_BEGINNING else []
    near = difflib.get_close_matches(typed, by_lower, 1, cutoff=0.7)
    return next((by_lower[known] for known in (*sorted(begun, key=len), *near)), "")


def missing_name(module: str, name: str, names: Iterable[str]) -> AttributeError | ImportError:
    """Return the error that a module's `__getattr__` raises for a name that is not among its public `names`.

    It is an ImportError in `from microgrid import draw_dot`, where Python would replace the message of an
    AttributeError by "cannot import name". Everywhere else it is an AttributeError, as `hasattr` and `pickle` expect.
    Only the instruction that is being carried out tells the two apart; no error can be both.
    """
    names = [*names]
    if name in NAMES_HERE:
        path, _, remark = NAMES_HERE[name].partition(", ")
        place, _, called = path.rpartition(".")
        hint = f"it is in {place}" if called == name else f"it is called {path.removeprefix(f'{module}.')} here"
        hint += remark and f", {remark}"
    elif not name.startswith("_") and (meant := nearest(name, names)):
        hint = f"did you mean {meant}?"
    elif not name.startswith("_") and len(names) <= MAX_NAMES_LISTED:
        hint = f"it has {', '.join(sorted(names))}"
    else:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    message = f"{module} has no {brief(name)}; {hint}"
    import dis  # imported here, too

    reader = sys._getframe(2)
    if reader.f_code.co_code[reader.f_lasti] == dis.opmap["IMPORT_FROM"]:
        return ImportError(message)
    return AttributeError(message, name=name)  # with a name, Python adds no suggestion of its own
