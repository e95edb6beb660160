"""Node, in which the modules of the app's core answer what Python asks, so that both can be compared."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

from microgrid._util.json_text import to_json
from tests.browser import missing

ANSWERS = Path(__file__).parent / "studio" / "core" / "answers.js"
PATIENCE = 500  # seconds


def run_node(script: Path) -> str:
    """Return what a script prints; without Node the test is skipped, or fails."""
    ended = subprocess.run([_program(), str(script)], capture_output=True, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


def ask_core(task: str, items: list[Any]) -> list[Any]:
    """Return the answer of a task of `answers.js` for each item; the same process answers as long as it can."""
    asked = to_json({"task": task, "items": items})
    for end_of_line in "\u2028\u2029":  # to Node
        asked = asked.replace(end_of_line, f"\\u{ord(end_of_line):x}")
    process = _answering()
    assert process.stdin
    assert process.stdout
    impatience = Timer(PATIENCE, process.kill)
    impatience.start()
    try:
        process.stdin.write(asked.encode() + b"\n")
        process.stdin.flush()
        answered = process.stdout.readline()
    finally:
        impatience.cancel()
    if not answered:
        _answering.cache_clear()
    assert answered, f"Node has ended at the task {task!r}; it said why on standard error"
    answers: list[Any] = json.loads(answered, object_hook=_with_floats)
    assert len(answers) == len(items)
    return answers


@cache
def _answering() -> subprocess.Popen[bytes]:
    """Start the process that answers, which takes longer than most answers."""
    process = subprocess.Popen([_program(), str(ANSWERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(process.communicate)  # which closes its input, and waits until it has ended
    return process


def _program() -> str:
    program = shutil.which("node") or shutil.which("nodejs")
    if not program:
        missing("there is no Node")
    return str(program)


def _with_floats(item: dict[str, Any]) -> Any:
    """Read a number that JSON does not have."""
    return float(item["number"]) if item.keys() == {"number"} else item
