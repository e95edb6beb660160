"""`python -m tests.benchmarks`: this project beside its peers, in one run, on the same numbers.

Nothing here asserts a time. Peers that are not installed are said to be missing: pip install --group bench
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import growth
from tests.benchmarks.cases import all_cases, version_of
from tests.benchmarks.recorded import differences, fallen, read
from tests.benchmarks.timing import METHOD, Case

HIDDEN = [4, 8, 16, 32, 64, 128]
PACKAGES = ["micrograd", "numpy", "torch", "minigrad", "llvmlite"]


def main() -> int:
    """Measure everything, and print one table; return 1 if a ratio has fallen."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file, too")
    parser.add_argument(
        "--compare", metavar="FILE", help="say where a ratio is a fifth below that in this file of --json"
    )
    parser.add_argument("--quick", action="store_true", help="fewer turns, and smaller sizes")
    options = parser.parse_args()
    if options.json and not Path(options.json).absolute().parent.is_dir():
        parser.error(f"the folder of {options.json} does not exist")  # said now, not after minutes of work
    if options.compare and not Path(options.compare).is_file():
        parser.error(f"there is no file {options.compare}")
    try:
        earlier = read(options.compare) if options.compare else None
    except ValueError as error:
        parser.error(str(error))
    facts = {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "machine": f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version_of(name) for name in PACKAGES},
        "method": METHOD,
    }
    print(f"{facts['implementation']} {facts['python']} on {facts['machine']}")
    print(", ".join(f"{name} {version_of(name)}" for name in PACKAGES))
    print(f"\n{METHOD}\n\n{'what is done':<52}{'ours':>10}  times our time")
    cases = []
    for case in all_cases(5 if options.quick else 15, HIDDEN[::2] if options.quick else HIDDEN):
        cases.append(case)
        print_case(case)
    print()
    measures = []
    for measure in growth.measures(options.quick):
        measures.append(measure)
        print(measure, flush=True)
    figures = {**facts, "cases": [*map(asdict, cases)], "measures": [*map(asdict, measures)]}
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if earlier is None:
        return 0
    lines = fallen(earlier, figures)
    summary = lines or [f"no ratio is a fifth below that in {options.compare}"]
    print("", *differences(earlier, figures), *summary, sep="\n")
    return 1 if lines else 0


def print_case(case: Case) -> None:
    """Print a line for each peer."""
    seconds = case.seconds["microgrid"]
    ours = f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"
    first = f"{case.name:<52}{ours:>10}"
    ratios = [f"{who} {median:.3g} ({low:.3g} to {high:.3g})" for who, (median, low, high) in case.ratios.items()]
    end = "" if case.difference is None else f"; numbers differ by {case.difference:.0e}"
    end += f"; {case.note}" if case.note and ratios else ""
    for i, ratio in enumerate(ratios or [case.note or "no peer installed"]):
        print(f"{first if i == 0 else ' ' * 62}  {ratio}{end if i == len(ratios) - 1 else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
