"""Call a value that has no label by what it is made of, such as w·x, where that is short and clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from microgrid._util.text import display_width
from microgrid.graph.node import Node
from microgrid.graph.operations import OPERATIONS
from microgrid.language.numerals import SUPERSCRIPTS, show

MAX_FORMULA_COLUMNS = 26
MAX_FORMULA_OPERANDS = 5  # of a sum; with more, it is too long anyway
WORD = re.compile(r"[^\W\d][\w.]*")  # a label that can be used in a formula as it is
SHORT_NUMBER = re.compile(r"−?[\d.]{1,5}")
ATOM = 4
RANKS = {"neg": 0, "+": 1, "-": 1, "total": 1, "weighted_sum": 1, "*": 2, "/": 2, "**": 3, "sqrt": 3}
"""How tightly an operation binds its operands; a function call binds as tightly as a single name, an `ATOM`."""
NEEDED_RANKS = {
    "+": (1, 2),
    "-": (1, 2),
    "*": (2, 3),
    "/": (2, 3),
    "**": (ATOM, ATOM),
    "neg": (3,),
    "sqrt": (ATOM,),
    "total": (2,),
    "weighted_sum": (2, 3),
}
"""The rank that an operand needs to be in a formula without brackets, by its position."""
COMPACT = {"+": "{} + {}", "-": "{} − {}", "*": "{}·{}", "/": "{}/{}", "**": "{}^{}", "neg": "−{}", "sqrt": "√{}"}


def name_by_formula(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes, in topological order, with the formulas that name those without a label.

    Such a formula is short, belongs to no other node, is no label, and calls every operand by its own name.
    """
    formulas: dict[str, str] = {}
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        if node.op and not node.label:
            formulas[node.id] = _formula(node, [by_id[operand] for operand in node.operands], formulas)
    count = Counter(formulas.values()) + Counter(node.label for node in nodes)
    named: list[Node] = []
    for node in nodes:
        formula = formulas.get(node.id, "")
        if formula and (count[formula] > 1 or any(formulas.get(operand) == "" for operand in node.operands)):
            formula = formulas[node.id] = ""
        named.append(replace(node, formula=formula) if formula else node)
    return named


def _formula(node: Node, operands: Sequence[Node], formulas: dict[str, str]) -> str:
    """Return the formula of a node, or "" if it has none that is short."""
    if len(operands) > MAX_FORMULA_OPERANDS or node.op not in OPERATIONS or (node.op == "total" and len(operands) == 1):
        return ""
    texts: list[str] = []
    for position, operand in enumerate(operands):
        text = _text(operand, formulas)
        if not text:
            return ""
        texts.append(_in_brackets(text) if _needs_brackets(node, position, operand) else text)
    if (exponent := whole_exponent(node, operands)) is not None:
        formula = texts[0] + SUPERSCRIPTS[exponent]
    elif node.op == "total":
        formula = " + ".join(texts)
    elif node.op == "weighted_sum":
        bias = [] if adds_only_products(node, operands) else texts[-1:]
        formula = " + ".join([*(f"{w}·{x}" for w, x in zip(texts[:-1:2], texts[1::2], strict=True)), *bias])
    elif node.op in COMPACT:
        formula = COMPACT[node.op].format(*texts)
    else:
        formula = OPERATIONS[node.op].shown.format(**dict(zip(OPERATIONS[node.op].operands, texts, strict=True)))
    return formula if display_width(formula) <= MAX_FORMULA_COLUMNS else ""


def _text(node: Node, formulas: dict[str, str]) -> str:
    """Return what a node is called in a formula; "" if that would not be clear."""
    if node.kind == "constant":
        text = show(node.data)
        return text if SHORT_NUMBER.fullmatch(text) else ""
    if not node.label:
        return formulas.get(node.id, "")
    return node.label if WORD.fullmatch(node.label) and not node.number and node.name == node.label else ""


def whole_exponent(node: Node, operands: Sequence[Node]) -> int | None:
    """Return the exponent of a power such as x² and x³, a constant whole number from 0 to 9; None if it is no such."""
    exponent = operands[-1]
    is_short = node.op == "**" and exponent.kind == "constant" and exponent.data in range(10)
    return int(exponent.data) if is_short else None


def adds_only_products(node: Node, operands: Sequence[Node]) -> bool:
    """Tell whether this is a weighted sum without a bias, such as q1·k1 + q2·k2: the constant 0 stands in its place."""
    return node.op == "weighted_sum" and operands[-1].kind == "constant" and operands[-1].data == 0.0


def _needs_brackets(node: Node, position: int, operand: Node) -> bool:
    needed = NEEDED_RANKS.get(node.op, (0,))
    if node.op == "weighted_sum" and position == len(node.operands) - 1:
        return rank(operand) < 2
    return rank(operand) < needed[position % len(needed)]


def rank(node: Node) -> int:
    """Return how tightly the name of a node binds: that of a leaf, or of a function call, is an `ATOM`."""
    if node.kind == "constant":
        return RANKS["neg"] if node.data < 0.0 else ATOM
    return ATOM if node.label else RANKS.get(node.op, ATOM)


def operand_name(node: Node, position: int, operand: Node) -> str:
    """Return what an operand is called in the formula of a node, in brackets where it needs them."""
    if operand.formula and _needs_brackets(node, position, operand):
        return _in_brackets(operand.formula)
    return operand.spoken_name


def as_atom(node: Node) -> str:
    """Return what a node is called beside ∂: in brackets if it is a formula of several parts, or has several words."""
    if node.formula and rank(node) < ATOM:
        return _in_brackets(node.formula)
    return _in_brackets(node.spoken_name) if re.search("[ の]", node.spoken_name) else node.spoken_name


def _in_brackets(text: str) -> str:
    return f"({text})"
