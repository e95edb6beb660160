"""JSON as it is written here: compact, in Unicode, and with names for the numbers that JSON does not know."""

from __future__ import annotations

import json
import math
from typing import Any


def to_json(content: Any) -> str:
    """Write `content` as JSON; NaN and the infinities become the strings "NaN", "Infinity" and "-Infinity".

    >>> to_json({"data": [1.0, float("inf")]})
    '{"data":[1.0,"Infinity"]}'
    """
    return json.dumps(_without_nonfinite(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without_nonfinite(item: Any) -> Any:
    if isinstance(item, float) and not math.isfinite(item):
        return "NaN" if math.isnan(item) else "Infinity" if item > 0 else "-Infinity"
    if isinstance(item, dict):
        return {key: _without_nonfinite(value) for key, value in item.items()}
    if isinstance(item, (list, tuple)):
        return [_without_nonfinite(value) for value in item]
    return item
