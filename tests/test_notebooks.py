"""Every notebook runs from top to bottom, and shows the outputs that are saved in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted(Path(__file__).parents[1].glob("notebooks/**/*.ipynb"))


def texts_of(notebook: Any) -> list[str]:
    """List what the code cells printed or returned, as text."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output for output in outputs if output.get("name") != "stderr"]  # a progress bar shows the time
    return [output.get("text") or output["data"]["text/plain"] for output in shown]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # what Jupyter warns of is not ours to mend
def test_notebook_runs_and_prints_what_is_saved_in_it(path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    saved = texts_of(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
    NotebookClient(notebook, timeout=120).execute()
    assert texts_of(notebook) == saved
