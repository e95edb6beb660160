"""Run a document as the Python that it is, with what the reader adds: names as labels, plain numbers wrapped."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from typing import Any

from microgrid.engine import Constant, Input, Value, maximum, minimum, total, weighted_sum


class _Anything:
    """Stands for what the reader passes over: a relay, a picture, an optimizer."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_: object, **__: object) -> Any:
        return self


def _function(name: str) -> Callable[..., Value]:
    """Return a method of Value as a function, which takes a plain number too."""
    return lambda a, *others: getattr(a if isinstance(a, Value) else Constant(a), name)(*others)


def _or_plain(built_in: Callable[..., Any], recorded: Callable[..., Value]) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        return (recorded if any(isinstance(each, Value) for each in operands) else built_in)(*operands)

    return function


METHODS = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "leaky_relu", "softplus", "sin", "cos")
NAMES: dict[str, Any] = {
    **{name: _function(name) for name in METHODS},
    "max": _or_plain(max, maximum),
    "min": _or_plain(min, minimum),
}
NAMES |= {"maximum": maximum, "minimum": minimum, "total": total, "weighted_sum": weighted_sum}
NAMES |= {name: _Anything() for name in ("print", "draw", "draw_dot", "Relay", "SGD")}


def _wrapped(data: Any) -> Any:
    """Wrap a plain number that is given a name."""
    return Value(data) if isinstance(data, (int, float)) else data


NAMES |= {"_wrapped": _wrapped, "Value": Value, "Input": Input, "Constant": Constant}
UNKNOWN = (AttributeError, TypeError, NameError)  # where the reader takes more than Python does


def run(text: str) -> Value | None:
    """Return the output of a document: what `.backward()` is called on, or the last result; None if it does not run."""
    try:
        statements = ast.parse(textwrap.dedent(text.lstrip("\ufeff\n"))).body
        return _run([each for each in statements if not _is_passed_over(each)])
    except (SyntaxError, *UNKNOWN):
        return None


def _run(statements: list[ast.stmt]) -> Value | None:
    names = dict(NAMES)
    output: Value | None = None
    told: Value | None = None
    for statement in statements:
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "backward":
            told = eval(ast.unparse(value.func.value), names)
        if isinstance(statement, ast.Expr):
            result = eval(ast.unparse(statement), names)
            results = [Constant(result) if isinstance(result, (int, float)) else result]
        else:
            exec(_with_wrapped_numbers(statement), names)
            bound = _targets(statement)
            results = [names[name] for name in bound]
            for name, value in zip(bound, results, strict=True):
                if isinstance(value, Value) and not value.label:
                    value.label = name
        for value in results:
            if isinstance(value, Value) and (output is None or value.op or not output.op):
                output = value
    return told or output


def _is_passed_over(statement: ast.stmt) -> bool:
    """Tell whether it is an import, or assigns to the data or gradient of a Value."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return isinstance(statement, (ast.Import, ast.ImportFrom)) or any(
        isinstance(target, ast.Attribute) and target.attr in ("data", "grad") for target in targets
    )


def _with_wrapped_numbers(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], (ast.Name, ast.Tuple, ast.List)):
        value = statement.value
        elements = value.elts if isinstance(value, ast.Tuple) else [value]
        wrapped = ", ".join(f"_wrapped({ast.unparse(element)})" for element in elements)
        return f"{' = '.join(map(ast.unparse, statement.targets))} = {wrapped}"
    return ast.unparse(statement)


def _targets(statement: ast.stmt) -> list[str]:
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
