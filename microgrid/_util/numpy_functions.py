"""Answer NumPy when one of its functions is given a Value."""

from __future__ import annotations

import operator
from typing import Any

from microgrid.engine import Constant, Value

UFUNCS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
EQUALITY = ("equal", "not_equal")
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


def answer_ufunc(_: Value, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """Compute where NumPy took over an operator, as in `np.float64(2) * value`; refuse all else, such as `np.exp`."""
    name = function.__name__
    if method != "__call__" or name not in {*UFUNCS, *EQUALITY}:
        raise _refusal(name)
    has_array_of_values = any(getattr(item, "dtype", "") == "object" for item in inputs)
    if options and not has_array_of_values:
        raise TypeError(f"NumPy's {name} of a Value takes no option such as {min(options)}=: write it as an operator")
    if has_array_of_values or name in EQUALITY:  # each element by itself
        return function(*map(_as_objects, inputs), **options)
    return UFUNCS[name](*map(_as_value, inputs))


def _as_objects(item: Any) -> Any:
    import numpy as np  # which asked, so it is loaded

    return np.array(item, dtype=object)


def _as_value(item: Any) -> Value:
    if isinstance(item, Value):
        return item
    return Constant(item[()] if getattr(item, "shape", None) == () else item)  # compared, a number became an array


def answer_function(_: Value, function: Any, *__: Any) -> Any:
    """Refuse a function of NumPy that is made of others, such as `np.clip`."""
    raise _refusal(function.__name__)


def _refusal(name: str) -> TypeError:
    """Say what to do instead."""
    instead = REPLACEMENTS.get(name) or (
        f"v.{name}()" if hasattr(Value, name) else "the operators and methods of Value"
    )
    return TypeError(f"NumPy's {name} takes no Value: use {instead} to stay in the graph, v.data to leave it")
