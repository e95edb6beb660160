"""Look for input that breaks a reader, led by coverage: `python -m tests.campaigns.fuzz READER [--minutes N]`.

It needs `pip install atheris` (Python 3.11 to 3.13, Linux), which is why it stands outside the test suite;
`tests/test_fuzz.py` tries some hundred inputs on every run. Input that is read for more than five seconds, takes more
than 1 GB or breaks the reader ends the search, and is left in the present folder as `crash-…`, `timeout-…` or `oom-…`:
`python -m tests.campaigns.fuzz READER FILE` tries it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["microgrid", "csv", "json", "ast"]):
    from tests.campaigns.fuzz.readers import READERS, examples, mutated


def _mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Change a JSON document half of the time by its structure, else as the fuzzer likes to."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            data = mutated(data, rng.randrange)
        if len(data) <= longest:
            return data
    changed: bytes = atheris.Mutate(data[:longest], longest)
    return changed


def main() -> None:
    """Run one campaign."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.fuzz", description=__doc__)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("file", nargs="*", help="input to try again instead of searching")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as corpus:
        for i, example in enumerate(examples(options.reader)):
            Path(corpus, f"{i}").write_bytes(example)
        limits = [f"-max_total_time={round(60 * options.minutes)}", "-timeout=5", "-rss_limit_mb=1024", "-max_len=8192"]
        as_json = {"custom_mutator": _mutate} if options.reader in ("model", "relay", "placed") else {}
        atheris.Setup(
            [sys.argv[0], *limits, "-print_final_stats=1", *(options.file or [corpus])],
            READERS[options.reader],
            **as_json,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
