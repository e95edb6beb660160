"""`python -m tests.benchmarks.report`: the figures in `recorded/` as a chart, and as tables in the READMEs."""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from microgrid.pictures.palette import COLOURS, INK, QUIET, RULE
from tests.benchmarks.cases import NETWORK
from tests.benchmarks.growth import numbers_of
from tests.benchmarks.recorded import FOLDER, ratios_in, read

PROJECT = ("README.md", "README.ja.md")
CHART, README = (Path(__file__).with_name(name) for name in ("chart.svg", "README.md"))
ROOT = Path(__file__).parents[2]
BEGIN, END = "<!--figures-->\n", "<!--/figures-->\n"
CASES = {  # by the name that the benchmark gives them
    f"recorded {NETWORK}": "recorded for each step",
    f"recorded {NETWORK}, collector off": "recorded, garbage collector off",
    f"backward alone, {NETWORK}, collector off": "backward() alone, collector off",
    "backward alone: a network of + and ×, 10 rows": "backward(), a node for each + and ×",
    "backward alone: a chain of 400 × and +": "backward(), a chain of + and ×",
    f"compiled {NETWORK} a call": "compiled, 30 rows a call",
    "compiled 2-16-16-1, 1 row a call": "compiled, 1 row a call",
    "compiled 3-64-64-1, 1 row": "compiled, 3-64-64-1, 1 row a call",
    "machine code 2-16-16-1, 30 rows a call": "machine code, 30 rows a call",
    "machine code 2-16-16-1, 1 row a call": "machine code, 1 row a call",
    "machine code 2-64-64-1, 30 rows a call": "machine code, 2-64-64-1, 30 rows a call",
    "machine code 2-128-128-1, 30 rows a call": "machine code, 2-128-128-1, 30 rows a call",
    "small GPT, 8 names a step, compiled": "small GPT, compiled",
    "small GPT, 8 names a step, machine code": "small GPT, machine code",
}
PEERS = {
    "micrograd": "micrograd",
    "plain class": "plain class",
    "torch": "PyTorch",
    "numpy": "NumPy, by hand",
    "minigrad": "minigrad, in C",
    "compiled": "compiled",
    "recorded": "recorded for each step",
}
IN_SHORT = {  # for the READMEs of the project: by the name of a case, what each of them calls it
    f"recorded {NETWORK}": {"README.md": "recorded for each step, 30 rows", "README.ja.md": "グラフを毎回記録、30 行"},
    f"compiled {NETWORK} a call": {"README.md": "compiled, 30 rows", "README.ja.md": "ふつうのコード、30 行"},
    "machine code 2-16-16-1, 1 row a call": {"README.md": "machine code, 1 row", "README.ja.md": "機械語、1 行"},
    "machine code 2-16-16-1, 30 rows a call": {"README.md": "machine code, 30 rows", "README.ja.md": "機械語、30 行"},
    "machine code 2-128-128-1, 30 rows a call": {
        "README.md": "machine code, 2-128-128-1, 30 rows",
        "README.ja.md": "機械語、2-128-128-1、30 行",
    },
    "small GPT, 8 names a step, compiled": {
        "README.md": "small GPT, compiled",
        "README.ja.md": "小さな GPT、ふつうのコード",
    },
    "small GPT, 8 names a step, machine code": {
        "README.md": "small GPT, machine code",
        "README.ja.md": "小さな GPT、機械語",
    },
}
SHORT_PEERS = {  # which it is compared with there
    "README.md": {"micrograd": "micrograd", "numpy": "NumPy", "torch": "PyTorch", "plain class": "plain class"},
    "README.ja.md": {"micrograd": "micrograd", "numpy": "NumPy", "torch": "PyTorch", "plain class": "素朴なクラス"},
}
TITLE = "Time of a step (forward and backward) as a multiple of microgrid's: network 2-16-16-1"
LEAST, GREATEST = 0.05, 4000.0  # of the axis, which is logarithmic
LEFT_PX, AXIS_PX, RIGHT_PX = 320, 400, 60
TOP_PX, ROW_PX, GAP_PX, BAR_PX = 74, 14, 14, 10
TEXT_PX = 12


class Bar(NamedTuple):
    """A ratio of one run."""

    y: float
    ratio: float
    run: int


def main() -> int:
    """Write the picture, and the tables of the READMEs."""
    runs = recorded_runs()
    CHART.write_text(chart(runs), encoding="utf-8")
    for path, content in {README: tables(runs), **{ROOT / name: in_short(runs, name) for name in PROJECT}}.items():
        before, _, after = path.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = after.partition(END)
        path.write_text(f"{before}{BEGIN}{content}{END}{after}", encoding="utf-8")
    return 0


def recorded_runs() -> list[dict[str, Any]]:
    """Read all recorded runs, that of the oldest Python first."""
    return sorted(
        map(read, FOLDER.glob("*.json")), key=lambda run: [int(part) for part in run["python"].split(".")[:2]]
    )


def rows(runs: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, list[float | None]]]:
    """Yield the name of each case, a peer, and its ratio in every run; None where the run has none."""
    ratios = [ratios_in(run) for run in runs]
    for case, name in CASES.items():
        for peer, engine in PEERS.items():
            found = [each.get((case, peer)) for each in ratios]
            if any(found):
                yield name, engine, found


def tables(runs: Sequence[dict[str, Any]]) -> str:
    """Return the ratios, and what was measured by size or by engine, as tables in Markdown."""
    names = [f"{name_of(run)} ({run['date']})" for run in runs]
    ratios = [[name, peer, *map(shown, found)] for name, peer, found in rows(runs)]
    measures = [
        [measure["name"], measure["unit"], *(numbers_of(run["measures"][i]["numbers"]) for run in runs)]
        for i, measure in enumerate(runs[0]["measures"])
    ]
    made = [f"- {name}: {run['machine']}; {_versions(run)}" for name, run in zip(names, runs, strict=True)]
    heads = [name_of(run) for run in runs]
    blocks = (made, _table(["time ÷ microgrid's", "", *heads], ratios), _table(["measured", "in", *heads], measures))
    return "\n" + "\n\n".join("\n".join(block) for block in blocks) + "\n\n"


def in_short(runs: Sequence[dict[str, Any]], file: str) -> str:
    """Return the ratios that a README of the project shows, of the oldest Python, as a table in Markdown."""
    ratios, peers = ratios_in(runs[0]), SHORT_PEERS[file]
    comma, lines = ", " if file == "README.md" else "、", []
    for case, names in IN_SHORT.items():
        found = [f"{peers[peer]} {shown(ratios[case, peer])}" for peer in peers if (case, peer) in ratios]
        lines.append((names[file], comma.join(found)))
    heads = (
        name_of(runs[0]),
        "their time ÷ microgrid's (below 1: faster)" if file == "README.md" else "microgrid の何倍か",
    )
    return "\n".join(_table(heads, lines)) + "\n"


def _versions(run: dict[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in run["versions"].items())


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for line in lines:
        yield f"| {' | '.join(line)} |"


def name_of(run: dict[str, Any]) -> str:
    """Name a run by its Python.

    >>> name_of({"implementation": "CPython", "python": "3.13.0"})
    'CPython 3.13'
    """
    return f"{run['implementation']} {run['python'].rpartition('.')[0]}"


def shown(ratio: float | None) -> str:
    """Return two significant digits, since the others are noise; nothing for None.

    >>> shown(24.7), shown(417.0), shown(0.123), shown(None)
    ('25', '420', '0.12', '')
    """
    return "" if ratio is None else f"{float(f'{ratio:.2g}'):g}"


def chart(runs: Sequence[dict[str, Any]]) -> str:
    """Draw the ratios as bars on a logarithmic axis; they begin at 1, where a peer is as fast as microgrid."""
    colours = [COLOURS["positive"], COLOURS["negative"], QUIET]
    labels, bars, y, last = [], [], float(TOP_PX), ""
    for name, peer, found in rows(runs):
        if name != last:
            y += GAP_PX
            labels.append(_text(10, y + TEXT_PX, name, "heading"))
        last = name
        labels.append(_text(LEFT_PX - 10, y + TEXT_PX, peer, "peer"))
        for i, ratio in enumerate(found):
            bars += [] if ratio is None else [Bar(y, ratio, i)]
            y += ROW_PX
        y += 4
    height, width = round(y + 30), LEFT_PX + AXIS_PX + RIGHT_PX
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img">',
        f"<title>{TITLE}</title>",
        f"<style>text {{ font: {TEXT_PX}px sans-serif; fill: {INK} }} .title {{ font-size: 15px; font-weight: bold }} "
        f".heading {{ font-weight: bold }} .peer {{ text-anchor: end }} .tick {{ text-anchor: middle; fill: {QUIET} }}"
        "</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(10, 24, TITLE, "title"),
    ]
    for i, run in enumerate(runs):
        lines += [f'<rect x="{10 + 130 * i}" y="38" width="12" height="{BAR_PX}" fill="{colours[i]}"/>']
        lines += [_text(28 + 130 * i, 48, name_of(run), "run")]
    lines += [_text(_x(1.0), TOP_PX - 6, "1: as fast as microgrid", "tick")]
    for tick in (0.1, 1, 10, 100, 1000):
        x, colour = _x(tick), INK if tick == 1 else RULE
        lines += [f'<line x1="{x:.1f}" y1="{TOP_PX}" x2="{x:.1f}" y2="{height - 26}" stroke="{colour}"/>']
        lines += [_text(x, height - 10, f"{tick:g}", "tick")]
    for bar in bars:
        left, right = sorted((_x(1.0), _x(bar.ratio)))
        lines += [
            f'<rect x="{left:.1f}" y="{bar.y + 3:.1f}" width="{right - left:.1f}" height="{BAR_PX}" '
            f'fill="{colours[bar.run]}"/>',
            _text(max(right, _x(1.0)) + 4, bar.y + 12, shown(bar.ratio), "number"),
        ]
    return "\n".join([*lines, *labels, "</svg>"]) + "\n"


def _x(ratio: float) -> float:
    return LEFT_PX + AXIS_PX * math.log(ratio / LEAST) / math.log(GREATEST / LEAST)


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{html.escape(text)}</text>'


if __name__ == "__main__":
    sys.exit(main())
