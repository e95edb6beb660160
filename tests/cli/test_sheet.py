"""`microgrid sheet`; `microgrid lesson` is tested with the lessons, in tests/documents."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command


def test_sheets_of_both_languages_lie_side_by_side(command: Command, tmp_path: Path) -> None:
    assert command("sheet").code == 0
    assert command("sheet", "--language", "ja").out == (
        "cheatsheet.ja.html を書きました。ブラウザーで開き、A4 かレターの用紙 1 枚に印刷してください\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cheatsheet.html", "cheatsheet.ja.html"]
