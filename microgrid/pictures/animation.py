"""A relay as a picture that moves by itself: SVG and CSS without a script, for places that run none.

Every step has its second: in Know the values appear, in Think a baton runs along each edge and the gradients add up, in
Change the parameters get their new values. Then it starts again. Opened by itself, it pauses at a click and
resumes at the next; where reduced motion is preferred, it shows the last state.
"""

from __future__ import annotations

import html
import zlib

from microgrid._util.files import asset
from microgrid._util.text import display_width, printable, shortened
from microgrid.graph.folding import cards_and_edges
from microgrid.language.numerals import bracketed, counted, powers_of_ten, show
from microgrid.language.words import words
from microgrid.pictures.captions import edge_width, largest_share
from microgrid.pictures.layout import Box, Layout, Line, lay_out
from microgrid.pictures.palette import coloured, sign_of, squeezed
from microgrid.pictures.svg import (
    STYLE,
    before_know,
    curve_of,
    gradient_place,
    handed,
    number_text,
    status_place,
    text,
    value_place,
)
from microgrid.relay.records import Change, Know, Record, Seed, Share
from microgrid.relay.sentences import in_words

MAX_STEPS = 60
STEP_SECONDS, REST_SECONDS = 1.4, 3.0  # for a step, and at the end before it starts again
ARRIVAL = 0.75  # when, within its step, a baton reaches the operand
CAPTION_HEIGHT_PX = 56.0  # above the graph
CAPTION_COLUMN_PX, MAX_CAPTION_COLUMNS = 7.6, 120


def animation(relay: Record, language: str = "en") -> str:
    """Return the moving picture of a small relay.

    Args:
        relay: what happens in it.
        language: of its words, "en" or "ja".

    Raises:
        ValueError: an unknown language, or more than 60 steps.
        NoRendererError: there is no Graphviz on this machine to lay it out.
    """
    words(language)
    if len(relay.steps) > MAX_STEPS:
        raise ValueError(
            f"a moving picture tells at most {counted(MAX_STEPS, 'step')}, and this relay has {len(relay.steps)}; "
            "the page (.html) tells any number"
        )
    layout = lay_out(cards_and_edges(relay.snapshot, "none", name_all=True))
    return _Film(relay, layout, language).shown()


class _Film:
    """What is to be seen, and from when until when; times are counted in steps."""

    def __init__(self, relay: Record, layout: Layout, language: str) -> None:
        self.relay, self.layout, self.language = relay, layout, language
        self.scope = f"m{zlib.crc32(repr((relay.steps, language)).encode()):08x}"  # names of its own, beside others
        self.boxes: dict[str, Box] = {box.card.id: box for box in layout.boxes}
        self.lines: dict[tuple[str, int], tuple[int, Line]] = {}
        for i, along in enumerate(layout.lines):
            (use,) = along.edge.uses
            self.lines[use.node.id, use.position] = i, along
        self.largest = largest_share(line.edge for line in layout.lines)
        self.width: float = layout.width
        self.end = len(relay.steps) + REST_SECONDS / STEP_SECONDS
        self.rules: list[str] = []
        self.parts: list[str] = []
        self.batons: list[str] = []
        self.captions: list[str] = []
        self.description: list[str] = []
        self.numbers: dict[tuple[str, str], tuple[float, str]] = {}  # what each card shows now, and since when

    def shown(self) -> str:
        for node in self.relay.nodes:
            if not node.op and node.kind != "constant":
                self.put(node.id, "value", 0.0, node.data)
        for i, step in enumerate(self.relay.steps):
            if isinstance(step, Know):
                self.put(step.node, "value", i + 0.3, step.data)
                self.status(step.node, i + 0.3)
            elif isinstance(step, Seed):
                self.put(step.node, "grad", i + 0.3, step.gradient)
            elif isinstance(step, Share):
                self.hand(i, step)
            elif isinstance(step, Change):
                self.put(step.node, "value", i + 0.3, step.after)
            self.glow(i, step.node if not isinstance(step, Share) else step.operand, step.phase)
            self.caption(i)
        for (name, kind), (since, content) in self.numbers.items():
            self.parts.append(self.number(name, kind, content, since, self.end))
        return self.document()

    def put(self, node: str, kind: str, time: float, number: float) -> None:
        """Write a number on a card, in place of the one before."""
        if (node, kind) in self.numbers:
            since, content = self.numbers[node, kind]
            self.parts.append(self.number(node, kind, content, since, time))
        self.numbers[node, kind] = time, show(number) if kind == "value" else f"{sign_of(number)} {show(number)}"

    def number(self, node: str, kind: str, content: str, since: float, until: float) -> str:
        box = self.boxes[node]
        x, y = value_place(box) if kind == "value" else gradient_place(box)
        sign, _, figures = content.rpartition(" ")
        place = box.x + x, box.y + y
        return self.during(since, until, number_text(f"{kind} {sign}".strip(), place, figures))

    def status(self, node: str, time: float) -> None:
        """Show the status of a card, such as "dead", from the time at which its value appears."""
        if status := self.relay.status.get(node):
            box = self.boxes[node]
            x, y = status_place(box)
            said = text("status", (box.x + x, box.y + y), words(self.language)[f"page.{status}"])
            self.parts.append(self.during(time, self.end, said))

    def hand(self, i: int, step: Share) -> None:
        """Let a baton run from the result to the operand, and leave the share on its edge."""
        edge, along = self.lines[step.node, step.position]
        start, arrival = i + 0.1, i + ARRIVAL
        self.put(step.operand, "grad", arrival, step.after)
        width = edge_width(along.edge, self.largest)
        stroke = f'<path class="line {sign_of(step.share)}" d="{curve_of(along)}" stroke-width="{width:.2f}"/>'
        self.parts.append(self.during(arrival, self.end, stroke + "".join(handed(along)), f"on {sign_of(step.share)}"))
        label = f"{show(step.upstream)} × {bracketed(show(step.local_derivative))} = {show(step.share)}"
        label = powers_of_ten(label)
        half = display_width(label) * 3.8 + 12
        pill = f'<rect x="{-half:g}" y="-12" width="{2 * half:g}" height="24" rx="12"/>'
        way = f"0%,{self.percent(start)}{{offset-distance:100%}}{self.percent(arrival)},100%{{offset-distance:0%}}"
        path = f"offset-path:path('{curve_of(along)}');offset-rotate:0deg"
        name = f"{self.scope}r{i}"
        self.rules.append(f"@keyframes {name}{{{way}}}.{name}{{{path};animation:{name} {self.seconds()} infinite}}")
        runner = f'<g class="{name}">{pill}{text("", (0, 4), label)}</g>'
        self.batons.append(self.during(start, arrival, runner, "baton"))
        self.rule(f".{self.scope} #e{edge} .fore", 0.0, arrival)

    def glow(self, i: int, node: str, phase: str) -> None:
        box = self.boxes[node]
        where = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="8"'
        frame = f'<rect class="glow {phase}" {where}/>'
        self.parts.append(self.during(i, i + 1, frame))

    def caption(self, i: int) -> None:
        step = self.relay.steps[i]
        wording, text_of = in_words(self.relay, step, self.language), words(self.language)
        phase = text("phase " + step.phase, (12, 22), text_of[f"phase.{step.phase}"])
        mathematics = wording.formula if step.phase == "think" else wording.equation
        formula = f"{wording.name}: {mathematics}" if wording.formula else wording.sentence
        last = i + 1 == len(self.relay.steps)
        seen = shortened(printable(formula), MAX_CAPTION_COLUMNS)
        self.width = max(self.width, display_width(seen) * CAPTION_COLUMN_PX + 24)
        caption = phase + text("caption", (12, 44), html.escape(seen))
        self.description.append(html.escape(printable(formula)))
        self.captions.append(self.during(i, self.end if last else i + 1, caption))

    # --- time --------------------------------------------------------------------------------------------------------

    def during(self, since: float, until: float, content: str, kind: str = "") -> str:
        """Show something for a while; what stays to the end is what is seen without motion."""
        name = f"{self.scope}t{len(self.rules)}"
        self.rule(f".{name}", since, until)
        return f'<g class="{name}{" " + kind if kind else ""}">{content}</g>'

    def rule(self, selector: str, since: float, until: float) -> None:
        name = f"{self.scope}k{len(self.rules)}"
        stays = until >= self.end
        stops = [(0.0, "hidden"), (since, "visible")] if since > 0 else [(0.0, "visible")]
        stops += [] if stays else [(until, "hidden")]
        frames = "".join(f"{self.percent(time)}{{visibility:{how}}}" for time, how in stops)
        last = "visible" if stays else "hidden"
        self.rules.append(
            f"@keyframes {name}{{{frames}100%{{visibility:{last}}}}}"
            f"{selector}{{visibility:{last};animation:{name} {self.seconds()} step-end infinite}}"
        )

    def percent(self, time: float) -> str:
        return f"{100 * time / self.end:.3f}%"

    def seconds(self) -> str:
        return f"{self.end * STEP_SECONDS:g}s"

    def document(self) -> str:
        width, height, top = self.width, self.layout.height + CAPTION_HEIGHT_PX, -CAPTION_HEIGHT_PX
        own = asset("pictures/animation.css").replace("PICTURE", self.scope)
        style, said = STYLE + coloured(squeezed(own)), words(self.language)
        whole = f'y="{top:g}" width="{width:g}" height="{height:g}"/>'
        scope, label = self.scope, html.escape(said["page.keys.play"])
        switches = [  # links, for a picture runs no script: the drawing pauses while it is what the address points at
            f'<a id="{scope}-{name}" href="#{scope}-{target}" aria-label="{label}"><rect {whole}</a>'
            for name, target in (("pause", "paused"), ("play", "running"))
        ]
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="graph {scope}" '
            f'viewBox="0 {top:g} {width:g} {height:g}" width="{width:g}" height="{height:g}">',
            "<style>" + "\n".join([*self.rules, style]) + "</style>",
            f'<g id="{scope}-paused" role="img" aria-labelledby="{scope}-title" aria-describedby="{scope}-told">',
            f'<title id="{scope}-title">{html.escape(said["page.graph"])}</title>',
            f'<desc id="{scope}-told">' + "\n".join(self.description) + "</desc>",
            f'<rect class="paper" {whole}',
            f'<g transform="translate(0 {top:g})">' + "\n".join(self.captions) + "</g>",
            *before_know(self.layout, said),
            *self.parts,
            *self.batons,
            "</g>",
            *switches,
        ]
        return "\n".join(parts) + "\n</svg>\n"
