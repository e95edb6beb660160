"""The colours of all views; they stand in `pictures/palette.css`.

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
    """Name the class, and the colour, that a gradient has by its sign."""
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def coloured(style: str) -> str:
    """Put the colours into a style sheet, for places that know no variables.

    >>> coloured("rect { fill: var(--input); }")
    'rect { fill: #e1f0fa; }'
    """
    return re.sub(r"var\(--([\w-]+)\)", lambda match: COLOURS[match[1]], style)


def squeezed(style: str) -> str:
    r"""Leave out what a browser does not need of a style sheet: comments, and spaces around signs.

    >>> squeezed("/* Cards */\nrect { fill: red; } /* … */\n")
    'rect{fill:red}'
    """
    text = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL).strip()
    return re.sub(r"\s*([{}:;,>])\s*", r"\1", text).replace(";}", "}")
