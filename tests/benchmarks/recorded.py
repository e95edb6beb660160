"""Figures of earlier runs, which `python -m tests.benchmarks --json FILE` has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("recorded")
MIN_REMAINING = 0.8  # of a ratio; what is below has fallen by a fifth


def read(file: str | Path) -> dict[str, Any]:
    """Read the figures of an earlier run.

    Raises:
        ValueError: the file holds none.
    """
    try:
        figures = json.loads(Path(file).read_text(encoding="utf-8"))
    except ValueError:
        figures = None
    if not isinstance(figures, dict) or not {"python", "versions", "cases"} <= figures.keys():
        raise ValueError(f"{file} holds no figures that --json has written")
    return figures


def ratios_in(figures: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return by case and peer how many times our time the peer takes."""
    return {(case["name"], who): ratio[0] for case in figures["cases"] for who, ratio in case["ratios"].items()}


def differences(earlier: dict[str, Any], later: dict[str, Any]) -> list[str]:
    """Return a line for the Python and each peer of which the runs had different versions."""
    was, now = ({"Python": run["python"], **run["versions"]} for run in (earlier, later))
    return [f"{name} was {was[name]}, and is {now[name]}" for name in was if now.get(name, was[name]) != was[name]]


def fallen(earlier: dict[str, Any], later: dict[str, Any]) -> list[str]:
    """Return a line for every ratio that has fallen by a fifth or more, where both runs have it."""
    before = ratios_in(earlier)
    return [
        f"{case}: {who} took {before[case, who]:.3g} times our time, and now takes {ratio:.3g}"
        for (case, who), ratio in ratios_in(later).items()
        if ratio <= MIN_REMAINING * before.get((case, who), 0.0)
    ]
