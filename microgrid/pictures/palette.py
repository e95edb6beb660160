"""The colours of all views, as defined in `pictures/palette.css`.

>>> COLOURS["negative"]
'#0b6fa4'
"""

from __future__ import annotations

import re

from microgrid._util.files import asset

PALETTE = asset("pictures/palette.css")
COLOURS: dict[str, str] = dict(re.findall(r"--([\w-]+): (#\w+);", PALETTE))
POSITIVE, NEGATIVE, ZERO = COLOURS["positive"], COLOURS["negative"], COLOURS["zero"]  # told apart also by their sign
INK, QUIET, RULE = COLOURS["ink"], COLOURS["quiet"], COLOURS["rule"]


def sign_of(number: float) -> str:
    """Return the name of the class and colour of a gradient, by its sign."""
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def coloured(style: str) -> str:
    """Replace the colour variables of a style sheet by colours, for places without CSS variables.

    >>> coloured("rect { fill: var(--input); }")
    'rect { fill: #e1f0fa; }'
    """
    return re.sub(r"var\(--([\w-]+)\)", lambda match: COLOURS[match[1]], style)


def squeezed(style: str) -> str:
    r"""Minify a style sheet: without comments, and without spaces around punctuation.

    >>> squeezed("/* Cards */\nrect { fill: red; } /* … */\n")
    'rect{fill:red}'
    """
    text = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL).strip()
    return re.sub(r"\s*([{}:;,>])\s*", r"\1", text).replace(";}", "}")
