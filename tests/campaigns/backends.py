"""`python -m tests.campaigns.backends`: random graphs on the native and the Python backend, compared bit for bit.

It prints the seed of each graph that differs, and how many graphs there were; the exit code is 1 if one differs.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.compiler.backends import difference


def main() -> int:
    """Compare graphs until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.backends", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1_000_000, help="of the first graph; the next ones count up")
    options = parser.parse_args()
    end, seed, n_different = time.monotonic() + 60.0 * options.minutes, options.seed, 0
    while time.monotonic() < end:
        if found := difference(seed):
            n_different += 1
            print(found, flush=True)
        seed += 1
    print(f"{seed - options.seed} graphs, {n_different} of them different")
    return 1 if n_different else 0


if __name__ == "__main__":
    sys.exit(main())
