"""Forward and backward of the network 2-16-16-1 over 30 rows, beside micrograd on the same weights and rows.

The two take turns, so that a change in the machine's speed meets both, and the ratio of each turn is taken.
"""

from __future__ import annotations

import platform
import random
import statistics
import sys
import time
from collections.abc import Callable

from microgrid.losses import mean_squared_error
from microgrid.nn import MLP

TURNS = 15
ROWS = 30


def main() -> int:
    """Measure, and print the medians, the ratio, and how far apart the numbers are."""
    try:
        import micrograd.engine
        import micrograd.nn
    except ImportError:
        print('micrograd is not installed: pip install -e ".[bench]"', file=sys.stderr)
        return 2

    rng = random.Random(0)
    rows = [[rng.uniform(-1, 1) for _ in range(2)] for _ in range(ROWS)]
    targets = [rng.uniform(-1, 1) for _ in range(ROWS)]
    ours = MLP(2, [16, 16, 1], seed=0)
    theirs = micrograd.nn.MLP(2, [16, 16, 1])
    for parameter, value in zip(theirs.parameters(), ours.parameters(), strict=True):
        parameter.data = value.data

    def our_turn() -> float:
        ours.zero_grad()
        loss = mean_squared_error([ours(row) for row in rows], targets)
        loss.backward()
        return loss.data

    def their_turn() -> float:
        theirs.zero_grad()
        predictions = [theirs([micrograd.engine.Value(x) for x in row]) for row in rows]
        loss = sum((p - t) ** 2 for p, t in zip(predictions, targets, strict=True)) * (1 / ROWS)
        loss.backward()
        return float(loss.data)

    our_times, their_times = [], []
    for turn in range(TURNS + 1):
        our_loss, our_time = timed(our_turn)
        their_loss, their_time = timed(their_turn)
        if turn:  # the first one warms up
            our_times.append(our_time)
            their_times.append(their_time)
    ratios = [theirs / ours for theirs, ours in zip(their_times, our_times, strict=True)]
    pairs = list(zip(ours.parameters(), theirs.parameters(), strict=True))
    gap = max(abs(a.grad - b.grad) for a, b in pairs)
    print(
        f"MLP 2-16-16-1, {ROWS} rows, forward and backward; {TURNS} turns; {platform.python_implementation()}", end=" "
    )
    print(f"{platform.python_version()}, {platform.machine()}")
    print(f"micrograd  {statistics.median(their_times) * 1e3:7.2f} ms")
    print(f"microgrid  {statistics.median(our_times) * 1e3:7.2f} ms")
    print(f"ratio      {statistics.median(ratios):7.1f}    from {min(ratios):.1f} to {max(ratios):.1f}")
    print(f"loss differs by {abs(our_loss - their_loss):.1e}, gradients by {gap:.1e}")
    return 0


def timed(turn: Callable[[], float]) -> tuple[float, float]:
    """Run one turn; return its loss and its seconds."""
    start = time.perf_counter()
    loss = turn()
    return loss, time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
