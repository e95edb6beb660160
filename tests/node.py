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


def ask_core(task: str, items: list[Any]) -> list[Any]:
    """Return the answer of a task of `answers.js` for each item; without Node the test is skipped, or fails."""
    program = shutil.which("node") or shutil.which("nodejs")
    if not program:
        missing("there is no Node")
    question = to_json({"task": task, "items": items})
    ended = subprocess.run([str(program), str(ANSWERS)], input=question.encode(), capture_output=True, timeout=500)
    assert ended.returncode == 0, ended.stderr.decode()
    answers = json.loads(ended.stdout, object_hook=_with_floats)
    assert len(answers) == len(items)
    return list(answers)


def _with_floats(item: dict[str, Any]) -> Any:
    """Read a number that JSON does not have."""
    return float(item["number"]) if item.keys() == {"number"} else item
