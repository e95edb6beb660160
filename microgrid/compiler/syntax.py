"""Write names, numbers, formulas and sums as Python source."""

from __future__ import annotations

import ast
import keyword
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from microgrid.graph.operations import FUNCTIONS

MAX_TERMS_PER_LINE = 50  # terms in one line: Python's own compiler recurses on long expressions

_RESERVED = {*keyword.kwlist, "__debug__"}  # names that cannot be assigned to
_TAKEN = {*FUNCTIONS, *_RESERVED, "power", "rows", "losses", "outputs", "n_rows", "len", "float", "pow"}
_TAKEN |= {"numbers", "shares", "kept", "gradients", "to_inputs", "zip"}  # in the programs of a block


def identifiers(labels: Sequence[str]) -> Iterator[str]:
    """Make a unique Python identifier from each label; what has no label is called n0, n1, …"""
    taken = set(_TAKEN)
    for i, label in enumerate(labels):
        text = unicodedata.normalize("NFKC", label)
        name = "".join(c if c.isidentifier() or c.isdecimal() else "_" for c in text) or f"n{i}"
        # Names that begin with d_ or slope, or end in _value or _on, are made from others.
        if not name.isidentifier() or name.startswith(("d_", "slope")):
            name = f"n_{name}"
        if name in taken or name.endswith(("_value", "_on")):
            name = f"{name}_n{i}"
        while name in taken:
            name += "_"
        taken.add(name)
        yield name


def literal(number: float) -> str:
    """Write a number as a literal that Python reads back exactly."""
    return repr(number) if math.isfinite(number) else f"float({str(number)!r})"


def substitute(formula: str, texts: Mapping[str, str], within: str = "") -> str:
    """Substitute names and literals for the operands of a formula.

    Args:
        formula: such as "where(a > 0, 1, b)", which becomes Python's own `1.0 if a > 0.0 else b`.
        texts: for each name in it what to write.
        within: "sum" or "product", if the result becomes a part of one: it is put in brackets where it needs them.

    >>> substitute("out * (1 - out)", {"out": "p"})
    'p * (1.0 - p)'
    >>> substitute("where(a > 0, 1, b)", {"a": "x", "b": "0.01"}, within="product")
    '(1.0 if x > 0.0 else 0.01)'
    >>> [substitute("b * a", {"a": "x", "b": "y"}, within) for within in ("sum", "product")]
    ['y * x', '(y * x)']
    >>> substitute("-sin(a)", {"a": "x"}, within="product")
    '-sin(x)'
    """
    return _template(formula, within).format_map(texts)


@cache
def _template(formula: str, within: str) -> str:
    tree = _Filler().visit(ast.parse(formula, mode="eval").body)
    is_product = isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Mult, ast.Div, ast.Pow))
    free = isinstance(tree, (ast.Name, ast.Call, ast.Constant, ast.UnaryOp)) or (is_product and within == "sum")
    text = ast.unparse(tree)
    return f"({text})" if within and not free else text


class _Filler(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(f"{{{node.id}}}")

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Constant(float(str(node.value)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            condition, yes, no = arguments
            return ast.IfExp(condition, yes, no)
        return ast.Call(node.func, arguments, [])


def power(base: float, exponent: float) -> float:
    """Raise to a power that is not a constant whole number; a negative base raises, as in the engine."""
    if base < 0:
        raise ValueError(f"power has no value at {base}, {exponent}")
    result: float = base**exponent
    return result


def sum_of(name: str, terms: Sequence[str], begun: bool = False) -> list[str]:
    """Write a sum, over several lines if it is long; terms are added from first to last.

    >>> sum_of("s", ["a", "b * c"]), sum_of("s", ["a", "b"], begun=True), sum_of("s", ["a"], begun=True)
    (['s = a + b * c'], ['s = s + a + b'], ['s += a'])
    """
    if begun and len(terms) == 1:
        return [f"{name} += {terms[0]}"]
    lines = []
    for start in range(0, len(terms), MAX_TERMS_PER_LINE):
        before = [name] if begun or start else []
        lines.append(f"{name} = {' + '.join([*before, *terms[start : start + MAX_TERMS_PER_LINE]])}")
    return lines or ([] if begun else [f"{name} = 0.0"])


def zeros(names: Sequence[str], per_line: int = 8) -> list[str]:
    """Write the lines that set several names to 0."""
    return [" = ".join([*names[i : i + per_line], "0.0"]) for i in range(0, len(names), per_line)]


def indent(lines: Iterable[str], times: int = 1) -> list[str]:
    """Indent lines."""
    return ["    " * times + line for line in lines]


def merge_guards(lines: Iterable[str]) -> list[str]:
    """Merge blocks that follow each other under the same `if`.

    >>> merge_guards(["if a:", "    b", "if a:", "    c", "d", "if a:", "    e"])
    ['if a:', '    b', '    c', 'd', 'if a:', '    e']
    """
    merged, opened = [], ""
    for line in lines:
        if line != opened:
            merged.append(line)
        if not line.startswith(" "):
            opened = line if line.startswith("if ") else ""
    return merged
