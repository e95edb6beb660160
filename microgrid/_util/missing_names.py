"""Answer a name that a module does not have: another library's name for it, or a misspelling."""

from __future__ import annotations

import difflib
import dis
import sys
from collections.abc import Iterable

NAMES_HERE = {  # a name in micrograd, PyTorch, tinygrad or Keras, or ours in another module: where it is here
    "Adam": "microgrid.optim.Adam",
    "BCEWithLogitsLoss": "microgrid.losses.binary_cross_entropy",
    "CrossEntropyLoss": "microgrid.losses.cross_entropy",
    "Dense": "microgrid.nn.Dense",
    "L1Loss": "microgrid.losses.mean_absolute_error",
    "Layer": "microgrid.nn.Dense",
    "Linear": "microgrid.nn.Dense",
    "MLP": "microgrid.nn.MLP",
    "MSELoss": "microgrid.losses.mean_squared_error",
    "Module": "microgrid.nn.Module",
    "Neuron": "microgrid.nn.Neuron",
    "Parameter": "microgrid.Value",
    "SGD": "microgrid.optim.SGD",
    "Sequential": "microgrid.nn.MLP",
    "Tensor": "microgrid.Value",
    "Variable": "microgrid.Value",
    "draw_dot": "microgrid.draw",
    "gradcheck": "microgrid.check_gradients",
    "mse_loss": "microgrid.losses.mean_squared_error",
    "tensor": "microgrid.Value",
    "trace": "microgrid.topological_order",
    "train": "microgrid.training.train",
}


def missing_name(module: str, name: str, names: Iterable[str]) -> AttributeError | ImportError:
    """Return the error that a module's `__getattr__` raises for a name that is not among its public `names`.

    It is an ImportError in `from microgrid import draw_dot`, where Python would replace the message of an
    AttributeError by "cannot import name". Everywhere else it is an AttributeError, as `hasattr` and `pickle` expect.
    """
    names_by_lower = {known.lower(): known for known in names}
    if name in NAMES_HERE:
        place, _, called = NAMES_HERE[name].rpartition(".")
        elsewhere = NAMES_HERE[name].removeprefix(f"{module}.")
        hint = f"it is in {place}" if called == name else f"it is called {elsewhere} here"
    elif not name.startswith("_") and (close := difflib.get_close_matches(name.lower(), names_by_lower, 1, cutoff=0.7)):
        hint = f"did you mean {names_by_lower[close[0]]}?"
    else:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    message = f"{module} has no {name}; {hint}"
    reader = sys._getframe(2)
    if reader.f_code.co_code[reader.f_lasti] == dis.opmap["IMPORT_FROM"]:
        return ImportError(message)
    return AttributeError(message, name=name)  # with a name, Python adds no suggestion of its own
