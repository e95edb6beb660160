"""Put the lessons into the wheel without their outputs, which are larger than the rest of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LessonsWithoutOutputs(BuildHookInterface[Any]):
    """Add each notebook of `notebooks/` to the wheel as `microgrid/notebooks/`; an editable installation needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the copies, and have them included."""
        if version == "editable":
            return
        self.copies = tempfile.TemporaryDirectory()  # removed at the end even if the build fails
        lessons = Path(self.root, "notebooks")
        for path in lessons.glob("[!.]*/*.ipynb"):
            name = path.relative_to(lessons)
            copy = Path(self.copies.name, name)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(_without_outputs(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
            build_data["force_include"][str(copy)] = f"microgrid/notebooks/{name.as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the copies."""
        if version != "editable":
            self.copies.cleanup()


def _without_outputs(text: str) -> str:
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
