"""What is shown of recorded runs, and what is said where a ratio has fallen."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.recorded import differences, fallen, ratios_in
from tests.benchmarks.report import CHART, PROJECT, README, ROOT, chart, in_short, recorded_runs, shown, tables


def run_with(ratio: float, python: str = "3.11.7") -> dict[str, Any]:
    case = {"name": "eager", "ratios": {"micrograd": [ratio, ratio, ratio]}}
    return {"python": python, "versions": {"micrograd": "0.1.0"}, "cases": [case]}


def test_ratio_that_fell_by_a_fifth_is_named() -> None:
    assert fallen(run_with(20.0), run_with(16.0)) == ["eager: micrograd took 20 times our time, and now takes 16"]


@pytest.mark.parametrize("ratio", [16.1, 20.0, 100.0])
def test_ratio_that_fell_less_is_not_named(ratio: float) -> None:
    assert fallen(run_with(20.0), run_with(ratio)) == []


def test_another_python_is_named() -> None:
    assert differences(run_with(20.0), run_with(20.0, "3.13.0")) == ["Python was 3.11.7, and is 3.13.0"]
    assert differences(run_with(20.0), run_with(9.0)) == []


def test_peer_that_was_added_since_is_no_difference() -> None:
    earlier, later = run_with(20.0), run_with(20.0)
    assert differences(earlier | {"versions": {}}, later) == differences(earlier, later | {"versions": {}}) == []


def test_case_that_was_not_recorded_has_not_fallen() -> None:
    assert fallen(run_with(20.0) | {"cases": []}, run_with(1.0)) == []


@pytest.mark.parametrize("option", ["--compare", "--json"])
def test_missing_file_is_told_before_anything_is_measured(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", option, str(tmp_path / "none" / "a.json")])
    with pytest.raises(SystemExit):
        main()
    assert "a.json" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("text", ["# Speed", "[]", "{}", '{"python": "3.11.7"}'])
def test_file_without_figures_is_told_before_anything_is_measured(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["benchmarks", "--compare", str(tmp_path / "a.json")])
    with pytest.raises(SystemExit):
        main()
    assert "a.json holds no figures that --json has written" in capsys.readouterr().err


def test_readme_and_chart_show_what_is_recorded() -> None:
    runs = recorded_runs()
    assert tables(runs) in README.read_text(encoding="utf-8")
    assert CHART.read_text(encoding="utf-8") == chart(runs)
    ET.fromstring(chart(runs))


@pytest.mark.parametrize("file", PROJECT)
def test_readme_of_the_project_shows_what_is_recorded(file: str) -> None:
    runs = recorded_runs()
    table, comma = in_short(runs, file), ", " if file == "README.md" else "、"
    assert table in (ROOT / file).read_text(encoding="utf-8")
    numpy, torch = (ratios_in(runs[0])["machine code 2-16-16-1, 30 rows a call", peer] for peer in ("numpy", "torch"))
    assert f"| NumPy {shown(numpy)}{comma}PyTorch {shown(torch)} |" in table
