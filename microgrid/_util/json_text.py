"""Write JSON: compact, in Unicode, and with names for the numbers that JSON lacks."""

from __future__ import annotations

import json
from typing import Any


def to_json(content: Any) -> str:
    """Write `content` as JSON; NaN and the infinities become the strings "NaN", "Infinity" and "-Infinity".

    >>> to_json({"data": [1.0, float("inf")]})
    '{"data":[1.0,"Infinity"]}'
    """
    write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    try:
        return write(content)
    except ValueError:  # a number that JSON lacks
        return write(json.loads(json.dumps(content), parse_constant=str))
