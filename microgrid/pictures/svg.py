"""The graph of a relay as SVG whose numbers can be filled in: what the page lights, and what the moving picture moves.

Colours are not written into it: they are classes, which a style sheet gives a meaning. The ids are those of the cards
(`n0`, `n1`, …) and of the edges (`e0`, `e1`, …).
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping

from microgrid._util.files import asset
from microgrid._util.text import isolated
from microgrid.graph.folding import Edge
from microgrid.language.numerals import powers_of_ten, show
from microgrid.pictures.captions import NUMBER_PX, edge_numbers, edge_sign, edge_width, largest_share
from microgrid.pictures.layout import HEADING_HEIGHT_PX, NUMBER_WIDTH_PX, ROW_HEIGHT_PX, Box, Layout, Line
from microgrid.pictures.palette import coloured, sign_of, squeezed
from microgrid.pictures.routing import Point

STYLE = coloured(squeezed(asset("pictures/graph.css")))  # for a picture outside of a page


def svg(layout: Layout, said: Mapping[str, str], after_think: bool = False) -> str:
    """Return the SVG of a whole layout, with all its numbers and the words of one language, `said`.

    Its edges lead to the results; `after_think` they point to the operands, and their widths grow with their shares.
    """
    compact = " compact" * layout.compact + " tall" * layout.tall
    parts = still_edges(layout) if after_think else _edges(layout)
    parts += [_card(box, layout, said) for box in layout.boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph{compact}" viewBox="0 0 {layout.width:g} '
        f'{layout.height:g}" width="{layout.width:g}" height="{layout.height:g}" role="group" '
        f'aria-label="{html.escape(said["page.graph"])}">\n' + "\n".join(parts) + "\n</svg>"
    )


def before_know(layout: Layout, said: Mapping[str, str]) -> list[str]:
    """Draw edges and cards without the numbers that a cycle computes."""
    return _edges(layout, numbers=False) + [_card(box, layout, said, numbers=False) for box in layout.boxes]


def still_edges(layout: Layout, told: Callable[[Edge], str] = lambda _: "") -> list[str]:
    """Draw the edges of a still picture, then their numbers above all lines; `told` is the tooltip of an edge."""
    largest = largest_share(line.edge for line in layout.lines)
    edges = [_still_edge(i, line, largest, told(line.edge)) for i, line in enumerate(layout.lines)]
    numbers = [_still_numbers(i, line) for i, line in enumerate(layout.lines)]
    return [*edges, *filter(None, numbers)]


def value_place(box: Box) -> Point:
    """Return where the value of a card that is not compact ends."""
    return box.width - 9, HEADING_HEIGHT_PX + 15


def gradient_place(box: Box) -> Point:
    """Return where the gradient of a card that is not compact ends."""
    return box.width - 9, HEADING_HEIGHT_PX + 15 + ROW_HEIGHT_PX


def status_place(box: Box) -> Point:
    """Return the middle of where a card says that responsibility stops there, if it has room for that."""
    return box.width / 2, HEADING_HEIGHT_PX + 13 + 2 * ROW_HEIGHT_PX


def _card(box: Box, layout: Layout, said: Mapping[str, str], numbers: bool = True) -> str:
    card = box.card
    kind = "output" if box is layout.boxes[-1] else card.kind
    neuron = " neuron" if card.is_neuron else ""
    start = f'<g class="card {kind}{neuron}" id="{card.id}" transform="translate({box.x:g} {box.y:g})">'
    frame = f'<rect width="{box.width:g}" height="{box.height:g}" rx="8"/>'
    value, gradient = show(card.value.data), show(card.value.grad)
    sign = f"grad {sign_of(card.value.grad)}"
    if kind == "constant":
        return f"{start}{frame}{text('value', (box.width / 2, 17), value)}</g>"
    if layout.tall:
        texts = _heading(box, layout) + text("value", (box.width - 9, 32), value)
        return f"{start}{frame}{texts}{text(sign, (box.width - 9, 49), gradient)}</g>"
    if layout.compact:
        texts = _heading(box, layout) + text("value", (box.width / 2 - 11, 31), value)
        return f"{start}{frame}{texts}{text(sign, (box.width - 9, 31), gradient)}</g>"
    (_, y), (_, z) = value_place(box), gradient_place(box)
    texts = _heading(box, layout) + f'<path class="rule" d="M0 {HEADING_HEIGHT_PX:g}h{box.width:g}"/>'
    texts += text("word value-word", (9, y), said["value"]) + text("word grad-word", (9, z), said["grad"])
    if numbers:
        texts += text("value", value_place(box), value) + text(sign, gradient_place(box), gradient)
    if numbers and box.height > HEADING_HEIGHT_PX + 2 * ROW_HEIGHT_PX + 10:
        texts += text("status", status_place(box), card.status and said[f"page.{card.status}"])
    return f"{start}{frame}{texts}</g>"


def _heading(box: Box, layout: Layout) -> str:
    full, name, operation = box.card.full_title, box.card.short_title, box.card.symbol
    title = f"<title>{html.escape(full)}</title>" if name != full else ""
    name, operation = html.escape(isolated(name)), html.escape(operation)
    if layout.compact:
        operation = html.escape(box.card.shortest_symbol)
        place = (9.0, 32.0) if layout.tall else (box.width - 9, 15.0)
        return title + text("name", (9, 15), name) + text("op", place, operation)
    equals = '<tspan class="op"> = </tspan>' if name and operation else ""
    operation = f'{equals}<tspan class="op symbol">{operation}</tspan>' if operation else ""
    return title + text("name", (box.width / 2, 18), name + operation)


def _edges(layout: Layout, numbers: bool = True) -> list[str]:
    return [_edge(i, line, numbers, layout.compact) for i, line in enumerate(layout.lines)]


def _edge(i: int, line: Line, numbers: bool, compact: bool) -> str:
    edge = line.edge
    given = " given" if edge.operand.kind == "constant" else ""
    parts = [f'<g class="edge{given}" id="e{i}"><path class="line" d="{curve_of(line)}"/>']
    if not compact:  # else there is no space for tips
        parts.append(f'<path class="fore" d="{_tip(line.curve[-1], line.tips[1])}"/>')
    if line.label and numbers:
        parts += handed(line)
    return "".join(parts) + "</g>"


def _still_edge(i: int, line: Line, largest: float, told: str) -> str:
    """Draw an edge of a still picture: it points where its share goes, if it has one, and its width grows with it."""
    edge, half_width = line.edge, 4.5 if line.label else 2.0  # without numbers, many tips meet
    sign, given = edge_sign(edge), "given" if edge.operand.kind == "constant" else ""
    kind = " ".join(filter(None, ("edge", given, sign)))
    parts = [
        f'<g class="{kind}" id="e{i}">',
        f"<title>{html.escape(told)}</title>" if told else "",
        f'<path class="line" stroke-width="{edge_width(edge, largest):.2f}" d="{curve_of(line)}"/>',
    ]
    kind, end = ("fore", -1) if edge.share is None else ("back" if sign else "fore", 0)
    parts.append(f'<path class="{kind}" d="{_tip(line.curve[end], line.tips[end], half_width)}"/>')
    return "".join(parts) + "</g>"


def _still_numbers(i: int, line: Line) -> str:
    """Draw the numbers of an edge, over the lines that run behind them; "" where it has none."""
    edge = line.edge
    local, share = edge_numbers(edge)
    if not line.label or not (local or share):
        return ""
    x, y = line.label
    longest, n = max(len(local), len(share)), bool(local) + bool(share)
    width, top = longest * NUMBER_PX, y - 16 if n == 2 else y - 7
    parts = [
        f'<g class="numbers" id="s{i}">',
        f'<rect class="paper" x="{x - width / 2:g}" y="{top:g}" width="{width:g}" height="{14 * n + 1:g}"/>',
    ]
    parts.append(text("local", (x, y - 4 if share else y + 4), local) if local else "")
    parts.append(text(f"share {edge_sign(edge)}", (x, y + 10 if local else y + 4), share) if share else "")
    return "".join(parts) + "</g>"


def curve_of(line: Line) -> str:
    """Write the path of an edge, from where its tip at the operand begins to the card of the result."""
    start, *rest = line.curve
    return f"M{_point(start)}C{' '.join(map(_point, rest))}L{_point(line.tips[1])}"


def handed(line: Line) -> list[str]:
    """Draw what an edge carries back: its tip at the operand, the local derivative and the share."""
    edge, (x, y) = line.edge, line.label or (0.0, 0.0)
    local = "" if edge.local_derivative is None else f"×{show(edge.local_derivative)}"
    share = "" if edge.share is None else show(edge.share)
    return [
        f'<path class="back" d="{_tip(line.curve[0], line.tips[0])}"/>',
        number_text("local", (x, y - 4), local),
        number_text(f"share {sign_of(edge.share or 0.0)}", (x, y + 10), share),
    ]


def number_text(kind: str, place: Point, number: str) -> str:
    """Write a number where there is space for ten characters; a longer one is squeezed."""
    written = powers_of_ten(number).replace(" × 10", "×10")
    if written == number or len(written) <= 10:
        return text(kind, place, written)
    x, y = place
    width = f'textLength="{NUMBER_WIDTH_PX:g}" lengthAdjust="spacingAndGlyphs"'
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" {width}>{written}</text>'


def text(kind: str, place: Point, content: str) -> str:
    """Write a text, whose class says also where it is anchored. What `content` holds must be escaped already."""
    return f'<text class="{kind}" x="{place[0]:g}" y="{place[1]:g}">{content}</text>'


def _tip(base: Point, tip: Point, half_width: float = 4.5) -> str:
    """Draw a triangle from the end of a curve to where its arrow ends."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * half_width, dx / length * half_width
    left, right = (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny)
    return f"M{_point(left)}L{_point(tip)}L{_point(right)}z"


def _point(point: Point) -> str:
    return f"{point[0]:.5g} {point[1]:.5g}"
