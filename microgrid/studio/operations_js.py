"""Write the tables that the app shares with Python as its module `core/operations.js`.

The file is committed, so that the app's modules run without Python. After a change of a table, renew it:

    python -m microgrid.studio.operations_js
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from microgrid._util.files import PACKAGE, write_atomic
from microgrid.graph.bounds import NON_NEGATIVE, SIGN_PRESERVING
from microgrid.graph.naming import ATOM, NEEDED_RANKS, RANKS
from microgrid.graph.operations import OPERATIONS, Operation

OPERATIONS_FILE = "studio/app/core/operations.js"
COMMAND = "python -m microgrid.studio.operations_js"
HEAD = f"""\
// The tables that Python and the app share. Written by Python; after a change there, renew it:
//     {COMMAND}

const {{exp, log, log1p, sqrt, tanh, sin, cos, abs}} = Math;

/** @type {{(condition: boolean, x: number, y: number) => number}} */
const where = (condition, x, y) => (condition ? x : y);

// In Python 1 to any power is 1, and so is −1 to an infinite one.
/** @type {{(a: number, b: number) => number}} */
const power = (a, b) => (a === 1 || (a === -1 && abs(b) === Infinity) ? 1 : a ** b);

/**
 * One operation: how it is written, its formula and its local derivatives; Python's `Operation` says what each is.
 * @typedef {{object}} Operation
 * @property {{string}} symbol
 * @property {{readonly string[]}} operands
 * @property {{string}} shown
 * @property {{readonly string[]}} slopes
 * @property {{boolean}} summed
 * @property {{string}} last
 * @property {{string}} kink
 * @property {{(...operands: number[]) => number}} value
 * @property {{((...operandsAndResult: number[]) => number)[]}} localDerivatives
 */

"""
JAVASCRIPT_TYPES = {
    "NON_NEGATIVE": "readonly string[]",
    "SIGN_PRESERVING": "readonly string[]",
    "ATOM": "number",
    "RANKS": "Readonly<Record<string, number>>",
    "NEEDED_RANKS": "Readonly<Record<string, readonly number[]>>",
}
WHY = {
    "NON_NEGATIVE": "Operations whose result is not negative, whatever the operand is.",
    "SIGN_PRESERVING": "Operations whose result is not negative where no operand is.",
    "ATOM": "How tightly a single name binds.",
    "RANKS": "How tightly an operation binds its operands; a function call binds as a single name.",
    "NEEDED_RANKS": "The rank that an operand needs to be in a formula without brackets, by its position.",
}


def tables() -> dict[str, object]:
    """Return the tables by their names in JavaScript, but for the operations, which hold formulas."""
    return {
        "NON_NEGATIVE": NON_NEGATIVE,
        "SIGN_PRESERVING": SIGN_PRESERVING,
        "ATOM": ATOM,
        "RANKS": RANKS,
        "NEEDED_RANKS": NEEDED_RANKS,
    }


def operations_js() -> str:
    """Return the text of the module, with the operations that a user has added, if any.

    >>> "value: (a, b) => a * b," in operations_js()
    True
    """
    return HEAD + "\n\n".join([_operations(), *_constants(tables())]) + "\n"


def _operations() -> str:
    rows = ",\n".join(f"  {json.dumps(op)}: {_row(operation)}" for op, operation in OPERATIONS.items())
    return f"/** @type {{Record<string, Operation>}} */\nexport const OPERATIONS = {{\n{rows},\n}};"


def _row(operation: Operation) -> str:
    """Write one row of the table; Python and JavaScript read its formulas alike."""
    texts = ("symbol", "operands", "shown", "slopes", "summed", "last", "kink")
    lines = [f"{name}: {_json(getattr(operation, name))}" for name in texts]
    lines.append(f"value: {_function(operation.value, operation.operands)}")
    names = (*operation.operands, "out")
    derivatives = ", ".join(_function(formula, names) for formula in operation.local_derivatives)
    lines.append(f"localDerivatives: [{derivatives}]")
    return "{\n" + "".join(f"    {line},\n" for line in lines) + "  }"


def _function(formula: str, names: Sequence[str]) -> str:
    """Write a formula as a function of the names up to the last that it uses."""
    used = [i for i, name in enumerate(names, start=1) if re.search(rf"\b{name}\b", formula)]
    return f"({', '.join(names[: max(used, default=0)])}) => {_as_javascript(formula)}"


def _as_javascript(formula: str) -> str:
    """Write `a ** b` as power(a, b): the two languages differ in what 1 ** NaN is."""
    return re.sub(r"a \*\* (\w+(?:\([^()]*\))?)", r"power(a, \1)", formula).replace(" == ", " === ")


def _constants(named: Mapping[str, object]) -> Iterator[str]:
    for name, table in named.items():
        yield (
            f"// {WHY[name]}\n/** @type {{{JAVASCRIPT_TYPES[name]}}} */\n" + f"export const {name} = {_json(table)};"
        )


def _json(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)


def main() -> None:
    """Write the file anew."""
    write_atomic(PACKAGE / OPERATIONS_FILE, operations_js())


if __name__ == "__main__":
    main()
