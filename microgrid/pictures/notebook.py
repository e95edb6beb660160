"""What a notebook shows of a graph by itself."""

from __future__ import annotations

import base64
import html

from microgrid.engine import Value
from microgrid.graph.snapshot import Snapshot
from microgrid.pictures.dot import mimebundle
from microgrid.relay.records import Record
from microgrid.relay.table import table


def value_mimebundle(value: Value) -> dict[str, str]:
    """Return a Value as text and, where it can be drawn, as a picture of its graph."""
    return {**mimebundle(Snapshot.of(value)), "text/plain": repr(value)}


def relay_mimebundle(relay: Record) -> dict[str, str]:
    """Return a relay as its table and, where it can be drawn, with the picture of its graph above."""
    text = table(relay)
    picture = base64.b64encode(mimebundle(relay.snapshot).get("image/svg+xml", "").encode("utf-8")).decode("ascii")
    image = f'<img alt="the graph of this relay" src="data:image/svg+xml;base64,{picture}">' if picture else ""
    return {"text/plain": text, "text/html": f"{image}<pre>{html.escape(text)}</pre>"}
