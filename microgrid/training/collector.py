"""Pause Python's cyclic garbage collector while graphs are built.

A graph has no cycles, so the collector looks through every node in vain; on large graphs that takes most of the time.
What is no longer used is freed at once all the same.

`backward()` needs no pause, and so the engine knows nothing of it: a walk over a graph leaves only floats, one list and
one dictionary behind, and the collector begins only after several hundred new objects that could be part of a cycle.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the collector inside a `with` block, and restore it afterwards.

    Pauses may be nested, and may overlap in several threads: one that found the collector off leaves it alone.
    `train` pauses by itself; for loops of one's own:

    >>> from microgrid import Value
    >>> with paused_collector():
    ...     loss = sum(Value(i) * 2 for i in range(1000))
    >>> gc.isenabled()
    True
    """
    was_enabled = gc.isenabled()
    try:
        if was_enabled:  # otherwise another thread has paused it, and may enable it before this one disables it
            gc.disable()
        yield
    finally:
        if was_enabled:
            gc.enable()
