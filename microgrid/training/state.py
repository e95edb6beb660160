"""Find what a model and a loss hold, and what their results may therefore depend on besides their arguments."""

from __future__ import annotations

import gc
import os
import random
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from operator import length_hint
from types import BuiltinMethodType, CodeType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

from microgrid._util.text import brief
from microgrid.engine import Value
from microgrid.nn import slots_of

MAX_OBJECTS = 20_000  # looking through so many takes about 40 ms
_PLAIN = (int, float, complex, str, bytes, type(None))
_CALLABLES = (MethodType, BuiltinMethodType, staticmethod, classmethod, property, partial)
_KNOWN_MODULES = sys.stdlib_module_names | {"microgrid"}


class UnreadableError(Exception):
    """Raised where an object does not tell its state, and names its type."""


def state_of(*roots: object) -> list[object]:
    """Return every number and text that can be reached from these objects, and the states of random generators.

    Two such lists, made before and after a call, tell whether it changed something. Objects are reached through
    attributes and containers, and from a function through its closure, defaults and global variables; but not through
    modules, nor through the code of microgrid and of Python itself.
    """
    state: list[object] = [random.getstate()]
    waiting = [*roots]
    if numpy := sys.modules.get("numpy.random"):
        waiting.append(numpy.get_state())
    seen: dict[int, object] = {}  # by id; an object that is held here cannot pass its id on to another
    while waiting and len(seen) < MAX_OBJECTS:
        item = waiting.pop()
        if isinstance(item, _PLAIN):
            state.append(item)
        elif id(item) not in seen:
            seen[id(item)] = item
            try:
                waiting += _held_by(item)
            except Exception as error:
                what = f"an object of type {brief(type(item).__name__)}"
                raise UnreadableError(f"the model or the loss holds {what}, whose state cannot be read") from error
    return state


def _held_by(item: Any) -> Iterable[object]:
    if isinstance(item, Value):
        return () if item.recorded else (repr(item.data),)
    if isinstance(item, dict):
        return (*item, *item.values(), *_attributes(item))
    if isinstance(item, (list, tuple, deque, set, frozenset)):
        return (*item, *_attributes(item))
    if isinstance(item, _CALLABLES):
        return [
            getattr(item, name, None) for name in ("__self__", "__func__", "fget", "fset", "func", "args", "keywords")
        ]
    if isinstance(item, ModuleType) or (isinstance(item, (type, FunctionType)) and _is_known(item)):
        return ()
    if isinstance(item, type):
        return vars(item).values()
    return _held_by_function(item) if isinstance(item, FunctionType) else _held_by_object(item)


def _held_by_object(item: Any) -> Iterable[object]:
    if isinstance(item, random.SystemRandom):
        return (os.urandom(16),)  # its state is not known: it always counts as changed
    if isinstance(item, random.Random):
        return (repr(item.getstate()),)
    kind: type = type(item)
    if _is_in_c(kind, "bit_generator"):  # a generator of NumPy, and below it an older one, or an array
        return (repr(item.bit_generator.state),)
    if _is_in_c(kind, "get_state"):
        return (repr(item.get_state()),)
    if _is_in_c(kind, "tobytes"):
        return (item.tobytes(), *_attributes(item))
    if isinstance(item, GeneratorType):
        return (item.gi_frame.f_lasti, *item.gi_frame.f_locals.values()) if item.gi_frame else ()
    attributes = _attributes(item)
    if _is_known(kind) and not attributes:  # probably written in C, such as an iterator, a date, or a Decimal
        return (repr(item), length_hint(item, 0), *gc.get_referents(item))
    return (kind, *attributes)


def _is_in_c(kind: type, name: str) -> bool:
    """Tell whether a type has this, and not written in Python: there the attributes hold what it would return."""
    return hasattr(kind, name) and not isinstance(getattr(kind, name), (FunctionType, property))


def _attributes(item: Any) -> Collection[object]:
    kind: type = type(item)
    values = getattr(item, "__dict__", {}).values()
    return (*values, *[getattr(item, slot) for slot in slots_of(kind) if hasattr(item, slot)])


def _held_by_function(function: FunctionType) -> Iterator[object]:
    yield from (function.__defaults__, function.__kwdefaults__, function.__dict__)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # nothing was assigned yet
            continue
    codes: list[Any] = [function.__code__]
    for code in codes:  # with those of the functions inside it
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        yield from (function.__globals__[name] for name in code.co_names if name in function.__globals__)


def _is_known(item: Any) -> bool:
    return str(getattr(item, "__module__", "")).partition(".")[0] in _KNOWN_MODULES
