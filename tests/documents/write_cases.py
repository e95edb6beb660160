"""Write `cases.json` anew with what the reader answers: `python -m tests.documents.write_cases`; then read the diff.

To add a case, append its {"text": …, "why": …} to the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from microgrid.documents.document import read_document
from microgrid.documents.syntax import ExpressionError
from microgrid.graph.snapshot import Snapshot
from microgrid.language.words import words
from tests.documents.random_documents import accepted

CASES = Path(__file__).with_name("cases.json")


def answer(text: str) -> dict[str, Any]:
    """Return what the reader makes of a text: the graph, or the key, parts and place of its error."""
    try:
        return {"accepted": accepted(Snapshot.of(read_document(text)).nodes)}
    except ExpressionError as error:
        place = {"line": error.line, "column": error.column, "length": error.length}
        return {"refused": {"key": error.key, "parts": error.parts, **place}}
    except (ValueError, ArithmeticError) as error:
        return {"refused": {"key": key_of_mathematics(error)}}


def key_of_mathematics(error: Exception) -> str:
    """Return the key of an error of the engine."""
    for key, message in words("en").items():
        if message.startswith("{call}: ") and str(error).endswith(message.removeprefix("{call}")):
            return key
    raise error


def as_text(case: dict[str, Any]) -> str:
    """Return a case as JSON, with one node a line."""
    rows = [f'  "{name}": {_line(case[name])}' for name in ("text", "why")]
    content = answer(case["text"])
    if "refused" in content:
        rows.append(f'  "refused": {_line(content["refused"])}')
    else:
        graph = content["accepted"]
        nodes = ",\n".join(f"    {_line(node)}" for node in graph["nodes"])
        rest = f'   "parameters": {_line(graph["parameters"])},\n   "output": {graph["output"]}'
        rows.append(f'  "accepted": {{\n   "nodes": [\n{nodes}\n   ],\n{rest}\n  }}')
    return " {\n" + ",\n".join(rows) + "\n }"


def _line(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


if __name__ == "__main__":
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    CASES.write_text("[\n" + ",\n".join(map(as_text, cases)) + "\n]\n", encoding="utf-8")
