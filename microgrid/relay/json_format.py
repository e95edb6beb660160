"""Write a relay as JSON, and read it back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any

from microgrid._util.json_text import to_json
from microgrid._util.text import single_line
from microgrid._util.validation import quoted
from microgrid.graph import operations
from microgrid.graph.naming import name_by_formula
from microgrid.graph.node import KINDS, Node
from microgrid.graph.snapshot import numbers_among_equals
from microgrid.language.numerals import counted
from microgrid.relay.records import Change, Outcome, Record, Step

FORMAT, VERSION = "microgrid relay", 2
DERIVED_ATTRIBUTES = {
    "number",
    "grad",
    "formula",
}  # attributes of a node that follow from the others, and are not written
RENAMED_IN_VERSION_2 = {"foretold": "predicted"}  # attributes of the outcome


def write(relay: Record) -> str:
    """Return a relay as JSON text; see `Relay.to_json` for the schema."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "learning_rate": relay.learning_rate,
        "nodes": [_content_of(node) for node in relay.nodes],
        "parameters": relay.parameters,
        "steps": [
            {"phase": step.phase, "kind": type(step).__name__.lower(), **_attributes_of(step)} for step in relay.steps
        ],
        "outcome": _attributes_of(relay.outcome),
    }
    return to_json(content)


def parse(text: str) -> dict[str, Any]:
    """Parse JSON of any version into content of the current version.

    Raises:
        ValueError: the text is no JSON of a relay.
    """
    if not isinstance(text, str):
        raise TypeError(f"a relay is read from text, got {quoted(text)}")
    try:
        content = json.loads(text, object_hook=_with_clean_names, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a relay: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        came = content.get("format") if isinstance(content, dict) else content
        raise ValueError(f'not a relay: expected JSON with "format": "{FORMAT}", got {quoted(came)}')
    version = content.get("version")
    if isinstance(version, bool) or version not in (1, VERSION):
        raise ValueError(f"this relay has version {quoted(version)}; this microgrid reads 1 and {VERSION}")
    if version == 1 and isinstance(content.get("outcome"), dict):
        renamed = {RENAMED_IN_VERSION_2.get(name, name): item for name, item in content["outcome"].items()}
        content |= {"version": VERSION, "outcome": renamed}
    return content


def read(content: dict[str, Any]) -> tuple[list[Node], list[str], float]:
    """Return the nodes, parameters and learning rate of parsed content; all else follows from them.

    Raises:
        ValueError: the content is not such a record.
    """
    try:
        unnumbered = [_node_from(item) for item in _list(content["nodes"], "nodes")]
        _check_nodes(unnumbered)
        _check_numbers(unnumbered)
        numbers = numbers_among_equals([node.kind for node in unnumbered], [node.label for node in unnumbered])
        numbered = [replace(node, number=number) for node, number in zip(unnumbered, numbers, strict=True)]
        nodes = name_by_formula(numbered)
        parameters = [_text(parameter, "a parameter") for parameter in _list(content["parameters"], "parameters")]
        if strays := set(parameters) - {node.id for node in nodes}:
            raise ValueError(f"the parameter {quoted(min(strays))} is not a node")
        return nodes, parameters, _number(content["learning_rate"], "learning_rate")
    except KeyError as error:
        raise ValueError(f"not a relay: {error} is missing") from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"not a relay: {error}") from None


def read_outcome(content: dict[str, Any], relay: Record) -> Outcome:
    """Return the outcome of parsed content, or that of the relay if the one of the content does not follow."""
    try:
        numbers = [_number(number, "numbers") for number in content["outcome"]["numbers"]]
        values = [_number(value, "values") for value in content["outcome"]["values"]]
        if relay.outcome.missing:
            pairs = zip(numbers, relay.outcome.numbers, strict=True)
            is_same = all(_are_close(number, computed, 1e-9) for number, computed in pairs)
            return replace(relay.outcome, numbers=tuple(numbers)) if is_same else relay.outcome
        after = {step.node: step.after for step in relay.steps if isinstance(step, Change)}
        moved = [replace(node, data=x) for node, x in zip(relay.nodes, values, strict=True)]
        for node, before in zip(moved, relay.nodes, strict=True):
            expected = _value_of(node, moved) if node.op else after.get(node.id, before.data)
            if not _follows(node.data, expected, node.op):
                return relay.outcome
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return relay.outcome
    return replace(relay.outcome, values=tuple(values), after=values[-1])


def find_difference(came: Any, due: Any, where: str = "") -> str | None:
    """Say where content differs from the one that is due; None if nowhere. 1 and 1.0 are the same, 0.0 and -0.0 not."""
    if isinstance(came, dict) and isinstance(due, dict):
        if stray := sorted(came.keys() ^ due.keys()):
            return f"{quoted(stray[0])} {'is missing' if stray[0] in due else 'was not expected'} in {where or 'it'}"
        pairs = ((f"{where}.{name}".lstrip("."), came[name], due[name]) for name in due)
    elif isinstance(came, list) and isinstance(due, list):
        if len(came) != len(due):
            return f"{where} has {counted(len(came), 'item')}, and should have {len(due)}"
        pairs = ((f"{where}[{i}]", *pair) for i, pair in enumerate(zip(came, due, strict=True)))
    else:
        return (
            None if _canonical(came) == _canonical(due) else f"{where} is {quoted(came)}, and should be {quoted(due)}"
        )
    return next((found for name, a, b in pairs if a is not b and (found := find_difference(a, b, name))), None)


def _canonical(item: Any) -> str:
    return repr(float(item) if isinstance(item, int) and not isinstance(item, bool) else item)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= 300 else float(digits)  # as JavaScript reads it: one that fits no float is ∞


def _with_clean_names(item: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the content with its names as a snapshot reads them from a graph."""
    names = {key: single_line(item[key]) for key in ("label", "layer") if isinstance(item.get(key), str)}
    return {**item, **names}


def _content_of(node: Node) -> dict[str, Any]:
    return {name: item for name, item in _attributes_of(node).items() if name not in DERIVED_ATTRIBUTES}


def _attributes_of(record: Node | Step | Outcome) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}  # flat: there is nothing to copy


def _node_from(item: Any) -> Node:
    if not isinstance(item, dict):
        raise TypeError(f"expected a node, got {quoted(item)}")
    if unknown := set(item) - ({field.name for field in fields(Node)} - DERIVED_ATTRIBUTES):
        raise ValueError(f"a node has no {quoted(min(unknown))}")
    return Node(
        id=_text(item["id"], "id"),
        label=_text(item["label"], "label"),
        kind=_text(item["kind"], "kind"),
        op=_text(item["op"], "op"),
        operands=tuple(_text(operand, "operands") for operand in _list(item["operands"], "operands")),
        local_derivatives=tuple(
            _number(local, "local_derivatives") for local in _list(item["local_derivatives"], "local_derivatives")
        ),
        data=_number(item["data"], "data"),
        layer=_text(item["layer"], "layer"),
    )


def _check_nodes(nodes: Sequence[Node]) -> None:
    """Check that the nodes are a graph in topological order, of operations that exist."""
    if not nodes:
        raise ValueError("it has no nodes")
    seen: set[str] = set()
    for i, node in enumerate(nodes):
        if node.id != f"n{i}":
            raise ValueError(f"expected the node n{i}, got {quoted(node.id)}")
        if not seen.issuperset(node.operands):
            raise ValueError(f"{node.id} has an operand that does not come before it")
        if len(node.operands) != len(node.local_derivatives):
            raise ValueError(f"{node.id} has {len(node.operands)} operands, {len(node.local_derivatives)} derivatives")
        if (node.kind == "computed") != bool(node.op) or node.kind not in KINDS:
            raise ValueError(f"{node.id} of kind {quoted(node.kind)} has the operation {quoted(node.op)}")
        if node.op and not operations.accepts(node.op, len(node.operands)):
            operations.check_formula(node.op)
            raise ValueError(f"{node.id}: there is no operation {quoted(node.op)} of {len(node.operands)} operands")
        if not node.op and node.operands:
            raise ValueError(f"{node.id} is a leaf with operands")
        seen.add(node.id)
    if _depth_first(nodes) != [node.id for node in nodes]:
        raise ValueError("its nodes are not listed in the order of their graph")


def _check_numbers(nodes: Sequence[Node]) -> None:
    """Check that each value and each local derivative follows from the values of the operands."""
    for node in nodes:
        if not node.op:
            continue
        if not _follows(node.data, value := _value_of(node, nodes), node.op):
            raise ValueError(f"{node.id} is {node.data}, but the {operations.name_of(node.op)} is {value}")
        operands = [nodes[int(name[1:])] for name in node.operands]
        constants = [operand.kind == "constant" for operand in operands]
        slopes = operations.local_derivatives(node.op, [operand.data for operand in operands], node.data, constants)
        for operand, local, slope in zip(operands, node.local_derivatives, slopes, strict=True):
            if not _follows(local, slope, node.op):
                raise ValueError(
                    f"the local derivative of {node.id} for {operand.id} is {local}, and should be {slope}"
                )


def _value_of(node: Node, nodes: Sequence[Node]) -> float:
    return operations.evaluate(node.op, [nodes[int(name[1:])].data for name in node.operands])


def _follows(recorded: float, computed: float, op: str) -> bool:
    """Tell whether a recorded number is the computed one."""
    return _are_close(recorded, computed, _tolerance(op) if op else 0.0)


@cache
def _tolerance(op: str) -> float:
    """Return the difference that is allowed: the C library of another machine may round its functions differently."""
    operation = operations.OPERATIONS[op]
    formulas = " ".join((operation.value, *operation.local_derivatives))
    return 1e-13 if re.search(r"exp|log|tanh|sin|cos|\*\*", formulas) else 0.0


def _are_close(a: float, b: float, tolerance: float) -> bool:
    if a == b:
        return math.copysign(1.0, a) == math.copysign(1.0, b)
    smallest = 4.0 * math.ulp(0.0) if tolerance else 0.0
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=tolerance, abs_tol=smallest)


def _depth_first(nodes: Sequence[Node]) -> list[str]:
    """List the nodes behind the last one as `topological_order` lists Values: depth first, first operand first."""
    operands = {node.id: node.operands for node in nodes}
    order: dict[str, None] = {}
    opened: set[str] = set()
    waiting = [nodes[-1].id]
    while waiting:
        name = waiting[-1]
        if name in opened:
            order[waiting.pop()] = None
        else:
            opened.add(name)
            waiting += [operand for operand in reversed(operands[name]) if operand not in opened]
    return list(order)


def _text(item: Any, name: str) -> str:
    if not isinstance(item, str):
        raise TypeError(f"{name} must be text, got {quoted(item)}")
    return item


def _number(item: Any, name: str) -> float:
    if item in ("NaN", "Infinity", "-Infinity"):
        return float(item)
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        raise TypeError(f"{name} must be a number, got {quoted(item)}")
    return float(item)


def _list(item: Any, name: str) -> list[Any]:
    if not isinstance(item, list):
        raise TypeError(f"{name} must be a list, got {quoted(item)}")
    return item
