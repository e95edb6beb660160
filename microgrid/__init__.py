"""microgrid shows how a neural network learns, one number at a time.

Start with `help(microgrid.Value)`. Networks are in `microgrid.nn`, losses in `microgrid.losses`, optimizers in
`microgrid.optim`, the cycle of learning in `microgrid.training`; `draw` and `Relay` let you look at all of it.

>>> from microgrid import Value
>>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
>>> loss = (w * x - 5) ** 2
>>> loss.backward()
>>> loss.data, w.grad  # ∂loss/∂w = 2 · (w·x − 5) · x
(1.0, 4.0)
"""

from __future__ import annotations

import microgrid._util.early_interrupt  # noqa: F401 (first: Ctrl-C may come while the others load)

# isort: split
import importlib
from typing import TYPE_CHECKING

from microgrid import losses, nn, optim
from microgrid._util.missing_names import missing_name
from microgrid._util.numpy_functions import answer_function, answer_ufunc
from microgrid.engine import (
    Constant,
    Input,
    Value,
    gradients,
    maximum,
    minimum,
    topological_order,
    total,
    weighted_sum,
)

if TYPE_CHECKING:
    from microgrid import datasets as datasets
    from microgrid import export as export
    from microgrid import figures as figures
    from microgrid import layers as layers
    from microgrid import training as training
    from microgrid.calculus import differentiate
    from microgrid.compiler.block import compile_block
    from microgrid.compiler.buffer import ParameterBuffer
    from microgrid.compiler.compile import compile_graph
    from microgrid.graph.gradcheck import check_gradients, numerical_derivative
    from microgrid.graph.nudge import nudge
    from microgrid.language.numerals import show, show_signed
    from microgrid.pictures.dot import draw, save_picture
    from microgrid.relay.relay import Relay
    from microgrid.training.collector import paused_collector

__version__ = "0.1.0"
__all__ = [
    "Constant",
    "Input",
    "ParameterBuffer",
    "Relay",
    "Value",
    "check_gradients",
    "compile_block",
    "compile_graph",
    "differentiate",
    "draw",
    "gradients",
    "losses",
    "maximum",
    "minimum",
    "nn",
    "nudge",
    "numerical_derivative",
    "optim",
    "paused_collector",
    "save_picture",
    "show",
    "show_signed",
    "topological_order",
    "total",
    "weighted_sum",
]

# Views are imported on first use, so that computing alone does not load graphviz.
_MODULES_LOADED_ON_USE = ("datasets", "export", "figures", "layers", "training")
_LOADED_ON_USE = {
    "Relay": "microgrid.relay",
    "ParameterBuffer": "microgrid.compiler",
    "compile_block": "microgrid.compiler",
    "compile_graph": "microgrid.compiler",
    "differentiate": "microgrid.calculus",
    "draw": "microgrid.pictures",
    "save_picture": "microgrid.pictures",
    "check_gradients": "microgrid.graph",
    "nudge": "microgrid.graph",
    "numerical_derivative": "microgrid.graph",
    "show": "microgrid.language",
    "show_signed": "microgrid.language",
    "paused_collector": "microgrid.training",
}


if not TYPE_CHECKING:  # to a type checker, a module with a __getattr__ has every name

    def __getattr__(name: str) -> object:
        if name in _MODULES_LOADED_ON_USE:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _LOADED_ON_USE:
            raise missing_name(__name__, name, {*__all__, *_MODULES_LOADED_ON_USE})
        attribute = getattr(importlib.import_module(_LOADED_ON_USE[name]), name)
        globals()[name] = attribute
        return attribute


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES_LOADED_ON_USE})


def _attach(method: str, module: str, function: str) -> None:
    """Add a method to `Value` whose module is imported on first use, so that the engine does not depend on it."""

    def call(value: Value, *arguments: object, **_: object) -> object:
        return getattr(importlib.import_module(module), function)(value, *arguments)

    setattr(Value, method, call)


_attach("_repr_mimebundle_", "microgrid.pictures.notebook", "value_mimebundle")
_attach("__copy__", "microgrid.graph.copying", "shallow_copy")
_attach("__deepcopy__", "microgrid.graph.copying", "deep_copy")
_attach("__reduce_ex__", "microgrid.graph.copying", "reduced")
for _conversion in ("__int__", "__round__", "__trunc__"):
    setattr(Value, _conversion, lambda value, *_: float(value))  # which says what to do instead
Value.__array_ufunc__, Value.__array_function__ = answer_ufunc, answer_function  # type: ignore[attr-defined]
