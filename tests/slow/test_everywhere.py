"""The same everywhere: whatever the surroundings, the same bytes in every picture, page, record and set of weights.

A process writes them all. It is run again in other surroundings, several of them at once; each of the files must come
out as it did in this process. (Bytes may differ between machines: their libraries of mathematics round differently.)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import microgrid

WRITE_ALL = """
from pathlib import Path
from microgrid import Input, Relay, Value, save_picture
from microgrid.cli import main
from microgrid.documents.examples import example
from microgrid.nn import MLP
from microgrid.training import train

def run(*arguments):
    if main(arguments):
        raise SystemExit(f"{arguments} failed")

rows = "".join(f"{i},{i * i / 7},あ\\n" for i in range(30))
Path("data.csv").write_text("length,weight,名\\n" + rows, encoding="utf-8")
run("draw", "(重み*x + b).tanh()", "重み=-2", "x=3", "b=0.1", "-o", "graph.svg")
run("draw", "w*x + b", "w=-2", "x=3", "b=0.1", "-o", "graph.png")
run("draw", "(重み*x + b).tanh()", "重み=-2", "x=3", "b=0.1", "-o", "graph.dot")
run("page", "(重み*x - 5)**2", "重み=3", "x=2", "--language", "ja")
run("train", "data.csv", "--target", "weight", "--epochs", "3", "--save", "table.json")
relay = example("xor").record()
for name in ("relay.json", "relay.txt", "relay.svg"):
    relay.save(name)
relay.save("japanese.txt", language="ja")
w = Value(3.0, "重み")
Relay((w * Input(2.0, "x") - 5) ** 2).save("moving.svg", animated=True)
for compiled in (True, False):
    model = MLP(2, [4, 1], activation="tanh", seed=1)
    train(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=20, batch_size=3, compiled=compiled)
    model.save(f"weights-{compiled}.json")
"""
C_LOCALE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
NOTHING: dict[str, str] = {}
PACKAGE = Path(microgrid.__file__).parent


def written(
    folder: Path, *options: str, bare: bool = False, environment: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """Run the process in a folder, and return a hash of each file that it wrote."""
    folder.mkdir(parents=True)
    kept = ("PATH", "SYSTEMROOT", "PYTHONPATH") if bare else tuple(os.environ)
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    script = folder.parent / "write_all.py"
    script.write_text(WRITE_ALL, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, *options, str(script)],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = written(tmp_path_factory.mktemp("here") / "out", environment={"PYTHONHASHSEED": "1"})
    assert len(found) == 13
    return found


def test_another_process_under_another_hash_seed_and_without_assertions(
    expected: dict[str, str], tmp_path: Path
) -> None:
    assert written(tmp_path / "out", "-O", environment={"PYTHONHASHSEED": "4242"}) == expected


def test_c_locale_without_utf8_and_another_time_zone(expected: dict[str, str], tmp_path: Path) -> None:
    assert written(tmp_path / "out", environment={"TZ": "Asia/Tokyo", **C_LOCALE}) == expected


@pytest.mark.parametrize("encoding", ["cp1252", "cp932"])
def test_output_in_the_encodings_of_windows(encoding: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert written(tmp_path / "out", environment={"PYTHONIOENCODING": encoding, "LANG": "de_DE.ISO-8859-1"}) == expected


def test_no_home_and_no_terminal_in_a_folder_with_spaces_and_japanese(expected: dict[str, str], tmp_path: Path) -> None:
    assert written(tmp_path / "a folder of 日本 語" / "out", bare=True) == expected


def test_installation_that_may_not_be_written_to(expected: dict[str, str], tmp_path: Path) -> None:
    installed = tmp_path / "read only" / "microgrid"
    shutil.copytree(PACKAGE, installed, ignore=shutil.ignore_patterns("__pycache__"))
    folders = [installed, *(path for path in installed.rglob("*") if path.is_dir())]
    before = sorted(installed.rglob("*"))
    for folder in folders:
        folder.chmod(0o555)
    try:
        found = written(tmp_path / "out", "-B", environment={"PYTHONPATH": str(installed.parent)})
        assert sorted(installed.rglob("*")) == before  # also where root may write everywhere
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert found == expected
