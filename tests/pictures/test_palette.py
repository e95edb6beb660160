"""The colours: one source for all views, and text in them can be read on any card."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from microgrid.documents.examples import example
from microgrid.pictures import palette
from microgrid.pictures.animation import animation
from microgrid.pictures.cheatsheet import cheat_sheet
from microgrid.pictures.palette import COLOURS, coloured
from microgrid.studio.page import page

PACKAGE = Path(palette.__file__).parents[1]


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("card", ["parameter", "input", "constant", "computed", "output"])
@pytest.mark.parametrize("text", ["ink", "quiet", "positive", "negative", "zero"])
def test_text_can_be_read_on_a_card_of_any_kind(text: str, card: str) -> None:
    darker, lighter = sorted(luminance(COLOURS[name]) for name in (text, card))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_no_colour_of_the_palette_is_spelled_out_anywhere_else() -> None:
    files = [path for kind in ("py", "js", "css", "html") for path in PACKAGE.rglob(f"*.{kind}")]
    files = [path for path in files if path.stem != "palette"]
    assert len(files) > 40
    spelled = {
        (path.name, colour.lower())
        for path in files
        for colour in re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
    }
    assert ("graph.css", "#15191e") in spelled  # the paper of a dark page, which is not in the palette
    assert [found for found in spelled if found[1] in COLOURS.values()] == []


def test_every_view_has_the_colours_of_the_palette() -> None:
    relay = example("two-paths").record()
    for view in (animation(relay), cheat_sheet(), page(relay)):
        assert COLOURS["positive"] in view
    assert "var(" not in animation(relay)


def test_colour_that_the_palette_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="mauve"):
        coloured("rect { fill: var(--mauve); }")
