"""Break the code on purpose, and count how often a test notices: `python -m tests.campaigns.mutants --sample 200`.

mutmut makes the mutants and selects the tests that reach each of them; `[tool.mutmut]` in pyproject.toml names the code
and the tests. The same seed chooses the same mutants as long as the code stays the same. `--revision` judges another
commit by that commit's own tests and settings, to compare with.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
NO_SUCH_MUTANT = "microgrid.none"  # asked for it, mutmut makes all mutants and then stops; no command only lists them
NOTICED = ("killed", "timeout")


def checked_out(revision: str, folder: Path) -> None:
    """Write the files of a commit into a folder, so that the working copy stays as it is."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder)


def mutmut(folder: Path, *arguments: str) -> str:
    """Run a command of mutmut, with the same Hypothesis examples every time; return what it prints."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    environment = os.environ | {"CI": "1", "PYTHONPATH": str(folder)}
    run = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return run.stdout.decode("utf-8", "replace")


def statuses(folder: Path) -> dict[str, str]:
    """Return the status of each mutant that mutmut has made."""
    lines = mutmut(folder, "results", "--all", "true").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if "__mutmut_" in line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how many of the chosen mutants were noticed, and the names of the others."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="how many mutants to try (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    parser.add_argument("--only", nargs="+", default=["*"], metavar="PATTERN", help="such as 'microgrid.relay.*'")
    parser.add_argument("--revision", default="HEAD", help="the commit to try (default: HEAD)")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        checked_out(options.revision, folder)
        log = mutmut(folder, "run", NO_SUCH_MUTANT)
        names = sorted(name for name in statuses(folder) if any(fnmatch(name, pattern) for pattern in options.only))
        if not names:
            print(log)
            return 1
        chosen = random.Random(options.seed).sample(names, min(options.sample or len(names), len(names)))
        log = mutmut(folder, "run", "--max-children", str(options.processes), *chosen)
        results = {name: status for name, status in statuses(folder).items() if name in set(chosen)}

    counts = Counter(results.values())
    if counts["not checked"]:
        print(log)
        return 1
    for name, status in sorted(results.items()):
        if status not in NOTICED:
            print(f"{status}: {name}")
    noticed = sum(counts[status] for status in NOTICED)
    print(f"{noticed} of {len(chosen)} mutants noticed ({noticed / len(chosen):.1%}); there are {len(names)} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
