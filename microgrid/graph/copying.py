"""Copy and pickle graphs of any depth.

Left to themselves they would go from a Value to its operands, and on to theirs, one call deeper each time, and stop
with a RecursionError after a few hundred. Here the graph is walked in a loop, or written down as lists.

A deep copy or an unpickled graph is independent: it begins with the gradients of the original, and later changes of
one do not affect the other.

>>> import copy, pickle
>>> a = Value(3.0, label="a")
>>> square = a * a
>>> twin = copy.deepcopy(square)
>>> twin.backward()
>>> twin.operands[0].grad, a.grad
(6.0, 0.0)
>>> b, back = pickle.loads(pickle.dumps((a, square)))
>>> back.operands == (b, b)  # the same leaf, twice
True
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from microgrid.engine import Value, topological_order


def shallow_copy(value: Value) -> Value:
    """Copy one Value; it shares the operands of the original."""
    return _twin(value, value.recorded)


def deep_copy(value: Value, memo: dict[int, Any]) -> Value:
    """Copy a Value and every Value behind it that `memo` does not hold yet."""
    waiting = [value]
    while waiting:
        node = waiting[-1]
        missing = [operand for operand in node.operands if id(operand) not in memo]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if id(node) not in memo:
            recorded = tuple(memo[id(item)] if isinstance(item, Value) else item for item in node.recorded)
            memo[id(node)] = _twin(node, recorded, lambda item: copy.deepcopy(item, memo))
    twin: Value = memo[id(value)]
    return twin


def reduced(value: Value, protocol: Any) -> str | tuple[Any, ...]:
    """Reduce a Value for `pickle`: a leaf as an ordinary object, a computed Value to leaves and flat lists.

    The leaves are objects to `pickle`, so a leaf that is pickled beside a graph comes back as the leaf of that graph.
    Two graphs that share computed Values come back with a copy of these each.
    """
    if value.is_leaf:
        return object.__reduce_ex__(value, max(protocol, 2))  # before 2 there were no slots
    order = topological_order(value)
    leaves = [node for node in order if node.is_leaf]
    computed = [node for node in order if not node.is_leaf]
    position = {node: i for i, node in enumerate((*leaves, *computed))}
    columns = (
        [node.op for node in computed],
        [node.data for node in computed],
        [node.grad for node in computed],
        [node.label for node in computed],
        [len(node.operands) for node in computed],
        [position[operand] for node in computed for operand in node.operands],
        [local for node in computed for local in node.local_derivatives],
    )
    return rebuilt, (leaves, *columns)


def rebuilt(
    leaves: Sequence[Value],
    ops: Sequence[str],
    data: Sequence[float],
    grads: Sequence[float],
    labels: Sequence[str],
    n_operands: Sequence[int],
    positions: Sequence[int],
    local_derivatives: Sequence[float],
) -> Value:
    """Rebuild a graph from the parts that `reduced` returned, and return its output."""
    values = list(leaves)
    edges = iter(zip(positions, local_derivatives, strict=True))
    for op, number, grad, label, n in zip(ops, data, grads, labels, n_operands, strict=True):
        value = Value(number, label)
        value.op, value.grad = op, grad
        value.recorded = tuple(item for _ in range(n) for i, local in [next(edges)] for item in (values[i], local))
        values.append(value)
    return values[-1]


def _twin(value: Value, recorded: tuple[Any, ...], copied: Callable[[Any], Any] = lambda item: item) -> Value:
    twin = type(value).__new__(type(value))
    twin.data, twin.grad, twin.op, twin.recorded = value.data, value.grad, value.op, recorded
    twin.label = copied(value.label)  # the label of a neuron knows its layer
    if hasattr(value, "__dict__"):  # an instance of a subclass
        vars(twin).update(copied(vars(value)))
    return twin
