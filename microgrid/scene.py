"""The graph of a relay as SVG whose numbers can be filled in: what the page lights, and what the moving picture moves.

Colours are not written into it: they are classes, which a style sheet gives a meaning. The ids are those of the cards
(`n0`, `n1`, …) and of the edges (`e0`, `e1`, …).
"""

from __future__ import annotations

import html
import math

from microgrid.cards import kind_of, title_of
from microgrid.drawing import REMARKS
from microgrid.layout import HEADING, ROW, Box, Layout, Line, Point, visible_name
from microgrid.numerals import show


def svg(layout: Layout, label: str) -> str:
    """Return the SVG of a whole layout, with all its numbers; `label` tells those who cannot see it what it is."""
    parts = [_edge(i, line) for i, line in enumerate(layout.lines)]
    parts += [_card(box, layout) for box in layout.boxes]
    compact = " compact" if layout.compact else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph{compact}" viewBox="0 0 {layout.width:g} '
        f'{layout.height:g}" width="{layout.width:g}" height="{layout.height:g}" role="group" '
        f'aria-label="{html.escape(label)}">\n' + "\n".join(parts) + "\n</svg>"
    )


def _card(box: Box, layout: Layout) -> str:
    card, last = box.card, layout.boxes[-1]
    kind = "output" if box is last else kind_of(card.value)
    neuron = " neuron" if card.weights else ""
    start = f'<g class="card {kind}{neuron}" id="{card.id}" transform="translate({box.x:g} {box.y:g})">'
    frame = f'<rect width="{box.width:g}" height="{box.height:g}" rx="8"/>'
    value, right = show(card.value.data), box.width - 9
    if kind == "constant":
        return f"{start}{frame}{_text('value', box.width / 2, 17, value, 'middle')}</g>"
    gradient = f"grad {sign_of(card.value.grad)}"
    if layout.compact:
        middle = box.width / 2 - 3
        texts = (
            _heading(box, layout)
            + _text("value", middle, 31, value)
            + _text(gradient, right, 31, show(card.value.grad))
        )
        return f"{start}{frame}{texts}</g>"
    y = HEADING + 15
    texts = _heading(box, layout) + f'<path class="rule" d="M0 {HEADING:g}h{box.width:g}"/>'
    texts += _text("word value-word", 9, y, "value", "") + _text("value", right, y, value)
    texts += _text("word grad-word", 9, y + ROW, "grad", "") + _text(gradient, right, y + ROW, show(card.value.grad))
    if box.height > HEADING + 2 * ROW + 10:
        texts += _text("remark", box.width / 2, y + 2 * ROW - 2, REMARKS.get(card.remark, ""), "middle")
    return f"{start}{frame}{texts}</g>"


def _heading(box: Box, layout: Layout) -> str:
    full, operation = title_of(box.card, short=layout.compact)
    name = visible_name(box.card)
    title = f"<title>{html.escape(full)}</title>" if name != full else ""
    name, operation = html.escape(name), html.escape(operation)
    if layout.compact:
        operation = operation.removesuffix(" w·x + b")
        right = _text("op", box.width - 9, 15, operation)
        return title + _text("name", 9, 15, name, "") + right
    equals = '<tspan class="op"> = </tspan>' if name and operation else ""
    operation = f'{equals}<tspan class="op symbol">{operation}</tspan>' if operation else ""
    return title + _text("name", box.width / 2, 18, name + operation, "middle")


def _edge(i: int, line: Line) -> str:
    edge, (start, *rest) = line.edge, line.curve
    given = kind_of(edge.operand.value) == "constant"
    curve = f"M{_point(start)}C{' '.join(map(_point, rest))}L{_point(line.tips[1])}"
    parts = [f'<g class="edge{" given" if given else ""}" id="e{i}"><path class="line" d="{curve}"/>']
    if line.label:  # in a crowded picture neither tips nor numbers have room
        x, y = line.label
        parts.append(f'<path class="fore" d="{_tip(line.curve[-1], line.tips[1])}"/>')
        parts.append(f'<path class="back" d="{_tip(start, line.tips[0])}"/>')
        local = "" if edge.local_derivative is None else f"×{show(edge.local_derivative)}"
        share = "" if edge.share is None else show(edge.share)
        parts.append(_text("local", x, y - 4, local, "middle"))
        parts.append(_text(f"share {sign_of(edge.share or 0.0)}", x, y + 10, share, "middle"))
    return "".join(parts) + "</g>"


def sign_of(number: float) -> str:
    """Name the class that gives a gradient its colour."""
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def _text(kind: str, x: float, y: float, text: str, anchor: str = "end") -> str:
    """Write a text; an `anchor` of "" is the start. What `text` holds must be escaped already."""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}"{where}>{text}</text>'


def _tip(base: Point, tip: Point) -> str:
    """Draw a triangle from the end of a curve to where its arrow ends."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 4.5, dx / length * 4.5
    left, right = (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny)
    return f"M{_point(left)}L{_point(tip)}L{_point(right)}z"


def _point(point: Point) -> str:
    return f"{point[0]:.5g} {point[1]:.5g}"
