"""microgrid shows how a neural network learns, one number at a time.

Start with `help(microgrid.Value)`. Networks are in `microgrid.nn`, losses in `microgrid.losses`, optimizers in
`microgrid.optim`, the cycle of learning in `microgrid.training.loop`; `draw` and `Relay` let you look at all of it.

>>> from microgrid import Value
>>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
>>> loss = (w * x - 5) ** 2
>>> loss.backward()
>>> loss.data, w.grad  # ∂loss/∂w = 2 · (w·x − 5) · x
(1.0, 4.0)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from microgrid import losses, nn, optim
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
from microgrid.graph import copying as copies

if TYPE_CHECKING:
    from microgrid.compiler.compile import compile_graph
    from microgrid.graph.gradcheck import check_gradients, nudge, numerical_derivative
    from microgrid.language.numerals import show, show_signed
    from microgrid.pictures.dot import draw, save_picture
    from microgrid.relay.relay import Relay
    from microgrid.training.collector import paused_collector

__version__ = "0.1.0"
__all__ = [
    "Constant",
    "Input",
    "Relay",
    "Value",
    "check_gradients",
    "compile_graph",
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

# Views are loaded when they are first used: who only computes does not wait for graphviz.
_MODULES_LOADED_ON_USE = ("datasets", "figures", "training")
_LOADED_ON_USE = {
    "Relay": "microgrid.relay.relay",
    "compile_graph": "microgrid.compiler.compile",
    "draw": "microgrid.pictures.dot",
    "save_picture": "microgrid.pictures.dot",
    "check_gradients": "microgrid.graph.gradcheck",
    "nudge": "microgrid.graph.gradcheck",
    "numerical_derivative": "microgrid.graph.gradcheck",
    "show": "microgrid.language.numerals",
    "show_signed": "microgrid.language.numerals",
    "paused_collector": "microgrid.training",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES_LOADED_ON_USE:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_LOADED_ON_USE[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES_LOADED_ON_USE})


def _show_in_notebook(value: Value, **_: object) -> dict[str, str]:
    """Show a Value in a notebook as its picture."""
    from microgrid.pictures.notebook import value_mimebundle

    return value_mimebundle(value)


# Attached here, so that the engine knows nothing of pictures, nor of copies.
setattr(Value, "_repr_mimebundle_", _show_in_notebook)  # noqa: B010
setattr(Value, "__copy__", copies.shallow_copy)  # noqa: B010
setattr(Value, "__deepcopy__", copies.deep_copy)  # noqa: B010
setattr(Value, "__reduce_ex__", copies.reduced)  # noqa: B010
