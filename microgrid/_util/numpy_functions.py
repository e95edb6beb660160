"""Answer NumPy when one of its functions is given a Value."""

from __future__ import annotations

from typing import Any

from microgrid.engine import Value

METHODS = {
    "add": ("__add__", "__radd__"),
    "subtract": ("__sub__", "__rsub__"),
    "multiply": ("__mul__", "__rmul__"),
    "divide": ("__truediv__", "__rtruediv__"),
    "power": ("__pow__", "__rpow__"),
    "less": ("__lt__", "__gt__"),
    "less_equal": ("__le__", "__ge__"),
    "greater": ("__gt__", "__lt__"),
    "greater_equal": ("__ge__", "__le__"),
}
"""The methods of the Value on the left, and on the right, by the name of NumPy's function."""
REPLACEMENTS = {
    "absolute": "abs(v)",
    "add": "total(values) of microgrid",  # as np.sum with a Value beside other arguments
    "clip": "minimum(maximum(v, low), high) of microgrid",
    "dot": "total(a * b for a, b in zip(...)) of microgrid",
    "fabs": "abs(v)",
    "log1p": "(1 + v).log()",
    "matmul": "total(a * b for a, b in zip(...)) of microgrid",
    "maximum": "maximum(a, b) of microgrid",
    "mean": "total(values) / n of microgrid",
    "minimum": "minimum(a, b) of microgrid",
    "negative": "-v",
    "reciprocal": "1 / v",
    "square": "v**2",
    "sum": "total(values) of microgrid",
}


def answer_ufunc(_: Value, function: Any, method: str, *inputs: Any, **__: Any) -> Any:
    """Compute where NumPy took over an operator, as in `np.float64(2) * value`; refuse all else, such as `np.exp`."""
    name = function.__name__
    if method == "__call__" and name in METHODS:
        left, right = inputs
        on_the_left, on_the_right = METHODS[name]
        if isinstance(left, Value):
            return getattr(left, on_the_left)(right)
        return getattr(right, on_the_right)(left[()] if left.shape == () else left)  # a comparison has made it an array
    if method == "__call__" and name in ("equal", "not_equal"):
        return (inputs[0] is inputs[1]) == (name == "equal")  # as Python's ==, which is identity
    raise _refusal(name)


def answer_function(_: Value, function: Any, *__: Any) -> Any:
    """Refuse a function of NumPy that is made of others, such as `np.clip`."""
    raise _refusal(function.__name__)


def _refusal(name: str) -> TypeError:
    """Say what to do instead."""
    instead = REPLACEMENTS.get(name) or (
        f"v.{name}()" if hasattr(Value, name) else "the operators and methods of Value"
    )
    return TypeError(f"NumPy's {name} takes no Value: use {instead} to stay in the graph, v.data to leave it")
