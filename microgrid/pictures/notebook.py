"""Representations of Values and relays in a notebook."""

from __future__ import annotations

import base64
import contextlib
import html

from microgrid._util.errors import NoRendererError
from microgrid.engine import Value
from microgrid.graph.snapshot import Snapshot
from microgrid.pictures.dot import notebook_picture
from microgrid.relay.records import Record
from microgrid.relay.table import table


def value_mimebundle(value: Value) -> dict[str, str]:
    """Return a Value as text and, where it can be drawn, as a picture of its graph."""
    picture = notebook_picture(Snapshot.of(value))
    return {**(picture._repr_mimebundle_() if picture else {}), "text/plain": repr(value)}


def relay_mimebundle(relay: Record) -> dict[str, str]:
    """Return a relay as its table and, where it can be drawn, with the picture of its graph above."""
    text, image = table(relay), ""
    if picture := notebook_picture(relay.snapshot, name_all=True):
        with contextlib.suppress(NoRendererError):
            svg = base64.b64encode(picture.fitted_svg().encode("utf-8")).decode("ascii")
            image = f'<img alt="the graph of this relay" src="data:image/svg+xml;base64,{svg}">'
    return {"text/plain": text, "text/html": f"{image}<pre>{html.escape(text)}</pre>"}
