"""Write the tables of the language of documents as the app's module `core/notation.js`.

The file is committed, so that the app's modules run without Python. After a change of a table, renew it:

    python -m microgrid.studio.notation_js
"""

from __future__ import annotations

import inspect
import json

from microgrid._util.files import PACKAGE, write_atomic
from microgrid.documents import notation
from microgrid.documents.document import MAX_COMPARED
from microgrid.documents.examples import CAREFUL_LEARNING_RATE
from microgrid.engine import Value
from microgrid.graph.operations import OPERATIONS

NOTATION_FILE = "studio/app/core/notation.js"
NOTATION_COMMAND = "python -m microgrid.studio.notation_js"
NOTATION_HEAD = f"""\
// The tables of the language of documents, which Python's reader and the app's share. Written by Python, from
// microgrid/documents/notation.py, which says what each is; after a change there, renew it:
//     {NOTATION_COMMAND}

"""


def tables() -> dict[str, object]:
    """Return the tables by their names: those of `notation`, and what else a document needs to know of microgrid.

    `SLOPES` are the local derivatives of each operation as formulas of Python, with the names of `OPERATIONS`.
    """
    return notation.tables() | {
        "MAX_COMPARED": MAX_COMPARED,
        "LEARNING_RATE": CAREFUL_LEARNING_RATE,
        "LEAKY_RELU_SLOPE": inspect.signature(Value.leaky_relu).parameters["slope"].default,
        "SLOPES": {
            op: list(operation.differentiable or operation.local_derivatives) for op, operation in OPERATIONS.items()
        },
    }


def notation_js() -> str:
    """Return the text of the module.

    >>> 'KNOWN_FUNCTIONS: {"exp": [1], "log": [1], ' in notation_js()
    True
    """
    lines = []
    for name, table in tables().items():
        lines.append(f"  /** @type {{{_type_of(table)}}} */\n  {name}: {_json(table)},\n")
    return f"{NOTATION_HEAD}export const NOTATION = {{\n{''.join(lines)}}};\n"


def _type_of(table: object) -> str:
    """Return the type of a table in TypeScript."""
    if isinstance(table, dict):
        return f"Readonly<Record<string, {_type_of(next(iter(table.values())))}>>"
    if isinstance(table, (list, tuple)):
        return f"readonly {_type_of(table[0])}[]"
    return "string" if isinstance(table, str) else "number"


def _json(table: object) -> str:
    """Write a table as JSON, with escapes for characters that cannot be seen."""
    text = json.dumps(table, ensure_ascii=False)
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def main() -> None:
    """Write the file anew."""
    write_atomic(PACKAGE / NOTATION_FILE, notation_js())


if __name__ == "__main__":
    main()
