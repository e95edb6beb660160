"""Compare everything that users get from this tree with what they got from an earlier commit.

    python -m tests.campaigns.compare 15a76e0            the first differences of each kind
    python -m tests.campaigns.compare 15a76e0 --all      every difference

`outputs.py` writes the outputs of each tree: relays, pictures, tables, pages, compiled programs, trained weights, and
what the command prints. The commit must have the public names that it uses. It takes about three minutes on two cores.
The exit code is 1 if something differs.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("outputs.py")
FIRST_SHOWN = 5  # differences of each kind that are shown without --all
EXCERPT = 110  # characters of a line that are shown around its first difference

OTHER_PROGRAM = "pages: program, style"
"""The section of which differences are expected: identifiers and comments of the page's program."""


def main() -> int:
    """Make the outputs of both trees, compare them, and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.compare", description=__doc__.splitlines()[0])
    parser.add_argument("revision", help="a commit, such as 15a76e0 or HEAD~3")
    parser.add_argument("--all", action="store_true", help="show every difference, not only the first of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old_tree = folder / "old"
        git("worktree", "add", "--quiet", "--detach", str(old_tree), options.revision)
        try:
            outputs_of = {tree: folder / f"{tree}.json" for tree in ("old", "new")}
            running = [
                start("write", outputs_of["old"], old_tree, hash_seed=1),
                start("write", outputs_of["new"], ROOT, hash_seed=2),
            ]
            for process in running:
                process.communicate()
            if any(process.returncode for process in running):
                return 2
            n_relays, unreadable = json.loads(start("read", outputs_of["old"], ROOT, hash_seed=3).communicate()[0])
            old, new = (json.loads(path.read_text(encoding="utf-8")) for path in outputs_of.values())
        finally:
            git("worktree", "remove", "--force", str(old_tree))
    reports = compare(split_pages(old), split_pages(new))
    print_reports(reports, None if options.all else FIRST_SHOWN)
    print(f"\n{n_relays} relays as JSON of {options.revision} read by this tree: {n_relays - len(unreadable)} equal")
    print(*unreadable, sep="\n")
    return 1 if unreadable or any(report.differing for report in reports if report.section != OTHER_PROGRAM) else 0


def git(*arguments: str) -> None:
    """Run a git command in this repository."""
    subprocess.run(["git", *arguments], cwd=ROOT, check=True)


def start(task: str, file: Path, tree: Path, hash_seed: int) -> subprocess.Popen[str]:
    """Start the writer on a tree; another hash seed shows what depends on the order of a set."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    environment |= {"PYTHONPATH": str(tree), "PYTHONHASHSEED": str(hash_seed), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"PYTHONUTF8": "1", "COLUMNS": "100", "MPLBACKEND": "Agg"}
    return subprocess.Popen(
        [sys.executable, str(WRITER), task, str(file)],
        cwd=file.parent,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    )


# --- what is compared with what --------------------------------------------------------------------------------------


def split_pages(outputs: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Split each page into what it shows and its program."""
    sections = {section: dict(texts) for section, texts in outputs.items() if section != "pages"}
    for name, page in outputs.get("pages", {}).items():
        for part, text in parts_of_page(page):
            sections.setdefault(part, {})[name] = text
    return sections


def parts_of_page(page: str) -> Iterator[tuple[str, str]]:
    """Take a page apart: its words, its documents and its table, apart from the program that shows them.

    A page in a notebook stands, escaped, in a frame.
    """
    frame = re.search(r' srcdoc="(.*?)"', page, re.DOTALL)
    if frame:
        yield "pages: frame in a notebook", page.replace(frame[1], "")
        page = html.unescape(frame[1])
    rest = page
    for name in ("words", "document", "gallery"):
        element = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
        if not element:
            yield "pages: refused", page
            return
        yield f"pages: {name}", json.dumps(json.loads(element[1]), ensure_ascii=False, indent=0)
        rest = rest.replace(element[1], "")
    title, language = re.search("<title>.*?</title>", page), re.search("<html lang=.*?>", page)
    yield "pages: title", f"{title and title[0]} {language and language[0]}"
    yield OTHER_PROGRAM, re.sub(r"'sha256-[^']*'", "", rest)


@dataclass
class Report:
    """What came of comparing one section.

    Attributes:
        n_compared: how many outputs there are in one tree or the other.
        n_identical: how many are the same to the last character.
        redrawn: SVGs with the same ids, classes and texts, and other bytes.
        expected: what differs on purpose, or is new in the interface, and why.
        differing: what else differs, or is missing in one tree, and how.
    """

    section: str
    n_compared: int
    n_identical: int = 0
    redrawn: list[str] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of the table."""
        return self.n_compared, self.n_identical, len(self.redrawn), len(self.expected), len(self.differing)


def compare(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> list[Report]:
    """Compare the sections one by one."""
    reports = []
    for section in sorted({*old, *new}):
        before, after = old.get(section, {}), new.get(section, {})
        report = Report(section, len({*before, *after}))
        for name in [*before, *(name for name in after if name not in before)]:
            if section == "interface" and name not in before:
                report.expected[name] = "new"
            elif name not in after or name not in before:
                report.differing[name] = f"only in the {'old' if name in before else 'new'} tree"
            elif before[name] == after[name]:
                report.n_identical += 1
            elif is_drawing(before[name]) and structure_of(before[name]) == structure_of(after[name]):
                report.redrawn.append(name)
            else:
                report.differing[name] = first_difference(before[name], after[name])
        reports.append(report)
    return reports


def is_drawing(text: str) -> bool:
    """Tell whether a text is an SVG, whose bytes may change where its structure stays."""
    return text.lstrip().startswith(("<?xml", "<svg", "<!DOCTYPE svg"))


def structure_of(svg: str) -> list[str]:
    """List the ids, classes, titles and texts of an SVG, without its coordinates."""
    return re.findall(
        r'\bid="[^"]*"|\bclass="[^"]*"|<title>[^<]*|<text[^>]*>[^<]*|<a xlink:title="[^"]*"', without_places(svg)
    )


def without_places(svg: str) -> str:
    """Take the places and sizes away."""
    return re.sub(r' (x|y|dx|dy|textLength|transform|font-size|text-anchor)="[^"]*"', "", svg)


def first_difference(before: str, after: str) -> str:
    """Show the first line that differs, around where it does."""
    lines_before, lines_after = before.splitlines(), after.splitlines()
    for number, (line, other) in enumerate(zip(lines_before, lines_after, strict=False), start=1):
        if line != other:
            at = next(
                (i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), min(len(line), len(other))
            )
            start = max(at - EXCERPT // 3, 0)
            return (
                f"line {number}:\n    old …{line[start : start + EXCERPT]}\n    new …{other[start : start + EXCERPT]}"
            )
    longer, tree = (lines_before, "old") if len(lines_before) > len(lines_after) else (lines_after, "new")
    rest = longer[min(len(lines_before), len(lines_after)) :]
    return f"{len(rest)} more lines in the {tree} tree: {' / '.join(rest)[:EXCERPT]}"


# --- the report ------------------------------------------------------------------------------------------------------


def print_reports(reports: Sequence[Report], limit: int | None) -> None:
    """Print a line a section, then what differs: `limit` of each section, or all of it."""
    headings = ("compared", "identical", "redrawn", "expected", "differing")
    totals = tuple(sum(column) for column in zip(*(report.counts for report in reports), strict=True))
    for title, cells in [("", headings), *((report.section, report.counts) for report in reports), ("in all", totals)]:
        print(f"{title:<30}" + "".join(f"{cell:>10}" for cell in cells))
    print("(redrawn: an SVG with the same ids, classes and texts, and other bytes)")
    for report in reports:
        lines = [
            *(f"redrawn: {name}" for name in report.redrawn),
            *(f"expected: {name}: {reason}" for name, reason in report.expected.items()),
            *(f"{name}: {difference}" for name, difference in report.differing.items()),
        ]
        if lines:
            print(f"\n== {report.section}", *lines[:limit], sep="\n")
        if limit and len(lines) > limit:
            print(f"… and {len(lines) - limit} more; --all shows them")


if __name__ == "__main__":
    sys.exit(main())
