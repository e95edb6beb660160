"""The command, run in an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from microgrid.cli import main
from tests.cli.running import Command, Outcome


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("MICROGRID_DOT", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Outcome:
        try:
            code = main(arguments)
        except SystemExit as end:  # how argparse ends
            code = int(end.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run
