"""The lessons run from top to bottom and show what is saved in them; the tool that saves them runs, too."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import notebooks
from tests.notebooks import LESSONS, code_cells, executed, notebook_of, read, saved_text

pytestmark = pytest.mark.filterwarnings("default")  # what Jupyter warns of is not ours to mend


def shown(notebook: Any) -> list[tuple[int, str, object]]:
    """List what the cells show: what they print or return as text, and which kinds of pictures there are."""
    things: list[tuple[int, str, object]] = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        if "skip-output-check" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            kinds = sorted(data)
            text = output.get("text") or output.get("evalue") or data.get("text/plain")
            things.append((number, f"{output.output_type} {', '.join(kinds)}", text))
    return things


@pytest.mark.parametrize("path", notebooks.found([LESSONS]), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_notebook_shows_what_is_saved_in_it(path: Path) -> None:
    assert shown(executed(read(path))) == shown(read(path))


# --- the tool that saves them ----------------------------------------------------------------------------------------


NOISY = (
    "import sys, tqdm\nfor _ in tqdm.tqdm(range(3)):\n    pass",
    "print('one')\nprint('hidden', file=sys.stderr)\nprint('two')\nobject()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
)


def test_what_differs_between_runs_is_not_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "noisy.ipynb"
    file.write_text(saved_text(notebook_of(*NOISY)), encoding="utf-8")
    assert notebooks.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("  saved\n")
    saved = read(file)
    assert [cell.id for cell in saved.cells] == ["cell-1", "cell-2", "cell-3"]
    assert [cell.execution_count for cell in saved.cells] == [1, 2, 3]
    bar, text, picture = saved.cells
    assert bar.outputs == []
    assert text.metadata == {}
    assert shown(saved)[:2] == [(2, "stream ", "one\ntwo\n"), (2, "execute_result text/plain", "<object>")]
    png = base64.b64decode(picture.outputs[0].data["image/png"])
    assert b"matplotlib" not in png.lower()
    assert notebooks.main([str(file)]) == 0
    assert capsys.readouterr().out.endswith("  the same as before\n")


def test_failing_cell_leaves_the_file_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.ipynb"
    before = saved_text(notebook_of("print(1)", "assert 1 == 2, 'not equal'"))
    file.write_text(before, encoding="utf-8")

    assert notebooks.main([str(file)]) == 1
    assert file.read_text(encoding="utf-8") == before
    assert "not equal" in capsys.readouterr().err


def test_notebook_runs_beside_an_event_loop() -> None:
    async def asked_in_a_loop() -> Any:
        return executed(notebook_of("print(6 * 7)"))

    with ThreadPoolExecutor(1) as pool:  # in this thread a loop may be running already: that of a browser
        assert shown(pool.submit(asyncio.run, asked_in_a_loop()).result()) == [(1, "stream ", "42\n")]
