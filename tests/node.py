"""Node, in which the modules of the app's core answer what Python asks, so that both can be compared."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from microgrid._util.json_text import to_json
from tests.browser import missing

ANSWERS = Path(__file__).parent / "studio" / "core" / "answers.js"


def run_node(script: Path, text: str = "") -> str:
    """Return what a script prints when it reads `text`; without Node the test is skipped, or fails."""
    program = shutil.which("node") or shutil.which("nodejs")
    if not program:
        missing("there is no Node")
    ended = subprocess.run([str(program), str(script)], input=text.encode(), capture_output=True, timeout=500)
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


def ask_core(task: str, items: list[Any]) -> list[Any]:
    """Return the answer of a task of `answers.js` for each item."""
    printed = run_node(ANSWERS, to_json({"task": task, "items": items}))
    answers: list[Any] = json.loads(printed, object_hook=_with_floats)
    assert len(answers) == len(items)
    return answers


def _with_floats(item: dict[str, Any]) -> Any:
    """Read a number that JSON does not have."""
    return float(item["number"]) if item.keys() == {"number"} else item
