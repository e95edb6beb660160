"""Show the page in a notebook cell."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass, field

from microgrid._util.errors import NoRendererError
from microgrid._util.validation import positive_whole
from microgrid.documents.examples import Heading
from microgrid.language.words import words
from microgrid.pictures.dot import draw_snapshot, render
from microgrid.pictures.palette import COLOURS
from microgrid.relay.records import Record
from microgrid.studio.page import page

SANDBOX = "allow-scripts allow-modals allow-downloads"
"""What a page in a frame may do: run, print, and save itself as a file."""


@dataclass(frozen=True)
class Player:
    """A page in a notebook: live where scripts run, with a picture below it that remains where they do not.

    The page runs in a frame of its own, which keeps it and the notebook apart. Where it is live, the picture is folded:
    it shows all gradients, and they are to be predicted in the page.

    Attributes:
        page: its HTML.
        picture: an SVG of the same graph; "" where nothing on this machine draws one.
        height: of the frame, in pixels.
        language: of the text above the picture, and of the description for a screen reader.
    """

    page: str = field(repr=False)
    picture: str = field(repr=False)
    height: int
    language: str = field(default="en", repr=False)

    def _repr_html_(self) -> str:
        text, style = words(self.language), f"border: 1px solid {COLOURS['rule']}; border-radius: 8px"
        frame = (
            f'<iframe title="microgrid" sandbox="{SANDBOX}" srcdoc="{html.escape(self.page)}" '
            f'width="100%" height="{self.height}" style="{style}"></iframe>'
        )
        if not self.picture:
            return frame
        picture = base64.b64encode(self.picture.encode("utf-8")).decode("ascii")
        return (
            f"{frame}<details open><summary>{text['notebook.picture']}</summary>"
            f'<img alt="{html.escape(text["page.graph"])}" src="data:image/svg+xml;base64,{picture}"></details>'
            "<script>document.currentScript.previousElementSibling.open = false</script>"
        )


def relay_player(relay: Record, language: str, height: int, heading: Heading | None) -> Player:
    """Return the page of a relay for a notebook; see `Relay.player`."""
    words(language)
    height = positive_whole("height", height)
    shown = relay if heading is None else relay.relabelled(lambda label: heading.label_in(label, language))
    try:
        picture = render(draw_snapshot(shown.snapshot, language=language), "svg").decode("utf-8")
    except NoRendererError:
        picture = ""  # as where Python itself runs in a browser
    return Player(page(relay, heading, language), picture, height, language)
