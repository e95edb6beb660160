"""Write `networks.json` anew with what Python computes: `python -m tests.studio.write_networks`; then read the diff."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.studio.random_networks import SEEDS, python_answer, random_spec

NETWORKS = Path(__file__).with_name("networks.json")
NUMBERS = range(36)  # each activation six times
LARGE_SEEDS = [*SEEDS, 2**53 + 1, 2**64, 10**40]  # a seed above 2**53 is written as text, for JSON would round it


def content() -> dict[str, list[dict[str, Any]]]:
    """Return the cases: random numbers by seed, and networks with what Python computes for them."""
    specs = [random_spec(number) for number in NUMBERS]
    return {
        "random": [_drawn(seed) for seed in LARGE_SEEDS],
        "networks": [{"spec": spec, **python_answer(spec, trains=True)} for spec in specs],
    }


def _drawn(seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    shuffled = list(range(300))
    rng.shuffle(shuffled)
    return {
        "seed": str(seed),
        "shuffled": shuffled,
        "random": [rng.random() for _ in range(400)][-3:],  # beyond the first 624 words
        "uniform": rng.uniform(-0.3, 7),
    }


def as_text(cases: dict[str, list[dict[str, Any]]]) -> str:
    """Return cases as JSON, one a line."""
    parts = [
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(item)}" for item in items) + "\n ]"
        for name, items in cases.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    NETWORKS.write_text(as_text(content()), encoding="utf-8")
