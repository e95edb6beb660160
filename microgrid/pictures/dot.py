"""The picture of a graph: one card a Value, one edge an operand.

A card shows a Value's name and operation, its number and its gradient. An edge shows the local derivative and, once
backward has run, the share of responsibility handed back along it: then its arrow points back to the operand, it is as
wide as its share is large, and orange where raising the operand raises the output, blue where it lowers it.

>>> a = Value(2.0, label="a")
>>> print(draw(a + a).source.count("n0 -> n1"))  # an edge for each operand
2
"""

from __future__ import annotations

import base64
import contextlib
import html
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import east_asian_width

import graphviz

from microgrid._util.files import write_atomic
from microgrid._util.text import printable
from microgrid._util.validation import check_choice, quoted
from microgrid.engine import Value
from microgrid.graph.folding import Card, Edge, Folding, cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.language.numerals import MINUS, show
from microgrid.language.words import words
from microgrid.pictures.graphviz_renderer import QUICK, NoRendererError, renderer
from microgrid.pictures.palette import COLOURS, INK, NEGATIVE, POSITIVE, QUIET, RULE, ZERO, sign_of

FORMATS = ("svg", "png", "pdf", "dot")

WORD_FONT, NUMBER_FONT = "Helvetica", "Courier"
WIDEST_FONT = "DejaVu Sans"  # in which an SVG is laid out: all of the others fit
SCREEN_FONTS = "Helvetica, Arial, sans-serif"
PORTS = {"LR": ("e", "w"), "TB": ("s", "n"), "RL": ("w", "e"), "BT": ("n", "s")}
DIRECTIONS = tuple(PORTS)
STATUS_WORDS = {status: words("en")[f"picture.{status}"] for status in ("dead", "off", "saturated", "not finite")}
HEADING_WIDTHS_EM = {"value": 2.73, "grad": 2.29}  # as laid out, of headings to the right of their columns

MAX_PARAMETERS_LISTED = 5  # of a folded neuron; more are given as one range
MAX_CARDS_DETAILED = 20  # of a crowded picture that list what is folded into them
MAX_EDGES_CURVED = 100  # Graphviz takes minutes to route many more round the cards
MAX_CARDS_IN_NOTEBOOK = 120  # that are drawn without being asked for
NOTEBOOK_WIDTH_PT = 640  # points: about as wide as a cell of a notebook on a common screen


class Picture(graphviz.Digraph):  # type: ignore[misc]  # graphviz ships no types
    """A `graphviz.Digraph` that finds a Graphviz to draw it, and shows itself in a notebook as SVG and as PNG.

    Whichever way an SVG is asked for, it is the same: laid out so that its words fit on any screen, with true minus
    signs. The source is in English; `captions` says what its words are in an SVG of another language.
    """

    captions: Mapping[str, str] = MappingProxyType({})

    @property
    def is_wide(self) -> bool:
        """Whether there are Japanese characters, or others as wide, in its source."""
        return any(east_asian_width(character) in "WF" for character in self.source)

    def pipe(self, format: str | None = None, *, encoding: str | None = None, **options: Any) -> Any:  # noqa: A002
        """Return the picture as bytes, or as text of an `encoding`; the library says which options there are."""
        suffix = format or self.format
        picture = _in_widest(self) if suffix == "svg" else self
        with renderer(suffix, self.is_wide):
            content = super(Picture, picture).pipe(suffix, **{"quiet": True, **options})
        content = _with_figures(content, self.captions) if suffix == "svg" else content
        return content if encoding is None else content.decode(encoding)

    def render(self, filename: Any = None, *, view: bool = False, quiet_view: bool = False, **options: Any) -> str:
        """Write the picture, and its text, to files, and return the path of the picture.

        The library says which options there are. Without a `filename` it is `microgrid.gv.svg` in the current folder.
        """
        outfile = options.get("outfile")
        suffix = options.get("format") or (Path(outfile).suffix[1:].lower() if outfile else self.format)
        with renderer(suffix, self.is_wide):
            written: str = super().render(filename, **{"quiet": True, **options})
        if suffix == "svg":  # the library has drawn the text as it stands in its file
            drawn = ("engine", "renderer", "formatter", "neato_no_op", "quiet")
            write_atomic(written, self.pipe("svg", **{name: options[name] for name in drawn if name in options}))
        if view or quiet_view:  # only now: the file is not to be shown before it is mended
            graphviz.view(written, quiet=quiet_view)
        return written

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        with contextlib.suppress(NoRendererError):
            bundle["image/svg+xml"] = self.fitted_svg()
            bundle["image/png"] = base64.b64encode(render(self, "png")).decode("ascii")
        return bundle

    def fitted_svg(self) -> str:
        """Return the picture as SVG, not much wider than a cell of a notebook."""
        return _fitted(render(self, "svg").decode("utf-8"))

    def __repr__(self) -> str:
        return "<Picture of a graph; render it, or print its source>"


def draw(output: Value, direction: str = "LR", fold: str = "auto", language: str = "en") -> Picture:
    """Draw the graph behind `output`. The graph is not changed.

    Args:
        output: the end of the graph, such as a loss.
        direction: where the numbers flow: "LR" (left to right), "TB" (top to bottom), "RL" or "BT".
        fold: "none" shows every Value; "neuron" makes one card of each neuron, "layer" of each layer; "auto" is
            "none" up to 60 cards, where a neuron counts as its products and their sum, and above that "neuron", if
            that is at most 60 cards, else "layer".
        language: "en" or "ja", of the words that a notebook and an SVG show. A PNG, a PDF and the source, where
            Graphviz could not measure them, are in English.

    Returns:
        a `Picture`, which is a `graphviz.Digraph`: show it in a notebook, or write it with its `render(...)`. Its
        `source` is the same text on every run. `save_picture` writes a file in one step.

    Raises:
        TypeError: `output` is not a Value.
        ValueError: an unknown direction, fold or language.
    """
    if not isinstance(output, Value):
        raise TypeError(f"draw() needs a Value, got {type(output).__name__}")
    check_choice("direction", direction, DIRECTIONS)
    words(language)
    graph = Snapshot.of(output)
    return _digraph(graph, cards_and_edges(graph, fold), direction, language)


def draw_snapshot(graph: Snapshot, language: str = "en") -> Picture:
    """Draw the graph of a relay: what has no label is called by its id, as in the sentences."""
    return _digraph(graph, cards_and_edges(graph, name_all=True), language=language)


def save_picture(
    output: Value,
    path: str | os.PathLike[str],
    direction: str = "LR",
    fold: str = "auto",
    language: str = "en",
) -> None:
    """Write the picture of `output` to a file, as its suffix says: .svg, .png, .pdf or .dot; whole or not at all.

    The other arguments are those of `draw`. In a PNG or PDF a minus sign is a hyphen, because Graphviz
    measures the width of other characters wrongly.

    Raises:
        ValueError: another suffix.
        NoRendererError: nothing on this machine writes that format; then the .dot file, the text of the picture, is
            written instead, unless there is one already.
        OSError: the file cannot be written.
    """
    if Path(path).suffix.lower().lstrip(".") not in FORMATS:
        raise ValueError(
            f"a picture is written as .{', .'.join(FORMATS)}; {quoted(os.fspath(path), 200)} is none of these"
        )
    write_picture(draw(output, direction, fold, language), path)


def write_picture(picture: Picture, path: str | os.PathLike[str]) -> None:
    """Write a picture to a file in one of `FORMATS`, as its suffix says; raises what `save_picture` raises."""
    suffix = Path(path).suffix.lower().lstrip(".")
    text = Path(path).with_suffix(".dot")
    try:
        write_atomic(path, picture.source if suffix == "dot" else render(picture, suffix))
    except NoRendererError as error:
        if text.exists():
            raise
        write_atomic(text, picture.source)
        raise NoRendererError(f"{error}; wrote {text}, the text of the picture, instead") from None


def render(picture: Picture, suffix: str) -> bytes:
    """Turn what `draw` returned into the bytes of an SVG, PNG or PDF file.

    Raises:
        NoRendererError: nothing on this machine writes that format.
    """
    content: bytes = picture.pipe(suffix)
    if not content:
        raise NoRendererError(f"Graphviz could not write {suffix}: it ran, and wrote nothing")
    return content


def notebook_picture(graph: Snapshot, name_all: bool = False) -> Picture | None:
    """Return the picture that a notebook shows of a graph by itself; None where it is too large."""
    folding = cards_and_edges(graph, name_all=name_all)
    return _digraph(graph, folding) if len(folding.cards) <= MAX_CARDS_IN_NOTEBOOK else None


def _fitted(svg: str) -> str:
    """Make a picture that is a little too wide for a notebook, where it would be cut off, as narrow as a cell.

    One that is more than half as wide again could no longer be read; it keeps its size, and can be scrolled.
    """
    size = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    if size is None:
        return svg
    width, height = int(size[1]), int(size[2])
    if not NOTEBOOK_WIDTH_PT < width <= 1.5 * NOTEBOOK_WIDTH_PT:
        return svg
    fitted = f'<svg width="{NOTEBOOK_WIDTH_PT}pt" height="{height * NOTEBOOK_WIDTH_PT // width}pt"'
    return svg.replace(size[0], fitted, 1)


# --- the text of the picture -----------------------------------------------------------------------------------------


def _digraph(graph: Snapshot, folding: Folding, direction: str = "LR", language: str = "en") -> Picture:
    (cards, edges), crowded = folding, folding.is_crowded
    picture = Picture("microgrid", format="svg")
    picture.attr(rankdir=direction, ordering="in", bgcolor="white", pad="0.15")
    picture.attr(nodesep="0.12" if crowded else "0.25", ranksep="1.6" if crowded else "0.6")
    if len(edges) > MAX_EDGES_CURVED:
        picture.attr(splines="line", **QUICK)
    picture.attr("node", shape="plain", fontname=WORD_FONT, fontsize="12", fontcolor=INK)
    picture.attr("edge", fontname=NUMBER_FONT, fontsize="11", color=RULE, arrowsize="0.7", penwidth="1")
    if crowded:  # straight lines from side to side, as networks are usually drawn
        tail, head = PORTS[direction]
        picture.attr(splines="line")
        picture.attr("edge", tailport=tail, headport=head, arrowsize="0.4")
    for card in cards:
        kind = "output" if graph.output in card.outputs else card.kind
        compact = crowded and len(cards) > MAX_CARDS_DETAILED
        picture.node(card.id, _card_label(card, kind, compact), id=card.id, tooltip=_card_tooltip(card))
    shares = [abs(edge.share) for edge in edges if edge.share is not None and math.isfinite(edge.share)]
    largest = max(shares, default=0.0)
    for i, edge in enumerate(edges):
        attributes = _edge_attributes(edge, largest, labelled=not crowded)
        picture.edge(edge.operand.id, edge.result.id, id=f"e{i}", **attributes)
    name, outdated = cards[-1].name, graph.is_outdated()
    notes = _notes(name, edges, crowded, outdated, words("en"))
    if language != "en":
        picture.captions = _captions(words("en"), words(language)) | dict(
            zip(_pieces(notes), _pieces(_notes(name, edges, crowded, outdated, words(language))), strict=True)
        )
    if notes:
        rows = "".join(f'<TR><TD ALIGN="LEFT">{note}</TD></TR>' for note in notes)
        label = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'
        picture.attr(label=label, labelloc="b", labeljust="l", fontname=WORD_FONT, fontsize="11", fontcolor=QUIET)
    return picture


def _notes(name: str, edges: list[Edge], crowded: bool, outdated: bool, said: Mapping[str, str]) -> list[str]:
    """Explain, line by line, what the arrows and colours mean; `name` is that of the end."""
    notes = []
    if any(edge.share is not None and math.isfinite(edge.share) for edge in edges):
        name = name if name.isascii() else ""  # Graphviz cannot measure other characters
        named = said["end.named"].format(name=_escape(name)) if name else said["end.output"]
        end = said["end.loss"] if name == "loss" else named
        notes.append(said["picture.rule"] + (said["picture.point"] if crowded else ""))
        if any(edge.share is not None and edge.local_derivative is not None for edge in edges):
            up = f'<FONT COLOR="{POSITIVE}">{said["picture.up"].format(end=end)}</FONT>'
            down = f'<FONT COLOR="{NEGATIVE}">{said["picture.down"].format(end=end)}</FONT>'
            notes.append(f"{up} ·{down}{said['picture.width']}")
        else:
            notes.append(said["picture.width only"])
        notes.append(said["picture.cards"])
    if outdated:
        notes.append(said["picture.outdated"])
    return notes


def _pieces(notes: list[str]) -> list[str]:
    """List the texts that an SVG makes of these lines: a new one begins where the colour changes."""
    texts = [text for note in notes for text in re.split(r"<[^>]*>", note) if text]
    return [html.unescape(text).replace("\\\\", "\\") for text in texts]


def _captions(english: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Say what the words on cards are in another language."""
    keys = ["value", "grad", *(f"picture.{key}" for key in ("neuron", "to", *STATUS_WORDS))]
    return {english[key]: other[key] for key in keys}


def _card_label(card: Card, kind: str, compact: bool) -> str:
    values = _range([value.data for value in card.outputs])
    if kind == "constant":
        return _table([[_cell(values, QUIET)]], COLOURS[kind])
    fill = COLOURS["not-finite"] if card.status == "not finite" else COLOURS[kind]
    value, gradient = _cell(values, INK), _gradient_cell([value.grad for value in card.outputs])
    parameters = [*card.weights.items(), *card.biases.items()]
    if compact:  # of one width in all cards, so that they stand in columns
        rows = [[_word("value"), _wide(value), _word("grad"), _wide(gradient)]]
        return _table(rows, fill, heading=_heading(card, compact=True))
    if parameters and len(parameters) <= MAX_PARAMETERS_LISTED and len(card.outputs) == 1:
        rows = [
            [_word(""), _cell("value", QUIET, WORD_FONT), _cell("grad", QUIET, WORD_FONT)],
            [_word("neuron"), value, gradient],
        ]
        for parameter, share in parameters:
            name = _word(parameter.label.rpartition(".")[2] or "w", INK)
            rows.append([name, _cell(_number(parameter.data), INK), _gradient_cell([share])])
    else:
        rows = [[_word("value"), value], [_word("grad"), gradient]]
        rows += [[_word("dW"), _gradient_cell(list(card.weights.values()))]] if card.weights else []
        rows += [[_word("db"), _gradient_cell(list(card.biases.values()))]] if card.biases else []
    footer = f'<FONT COLOR="{QUIET}"><I>{STATUS_WORDS[card.status]}</I></FONT>' if card.status else ""
    return _table(rows, fill, heading=_heading(card), footer=footer)


def _heading(card: Card, compact: bool = False) -> str:
    title, operation = card.title, card.symbol if compact else card.operation
    if compact:
        operation = ", ".join(filter(None, (operation, card.status)))
    name, operation = _escape(title), _escape(operation)
    parts = [f"<B>{name}</B>"] if name else []
    parts += [f'<FONT COLOR="{QUIET}">{operation}</FONT>'] if operation else []
    if name.isascii():
        return f'{parts[0]}<FONT COLOR="{QUIET}"> = {operation}</FONT>' if len(parts) == 2 else "".join(parts)
    # Graphviz cannot measure such a name: give it as much room as its characters take, two columns for a wide one.
    width = sum(13 if east_asian_width(character) in "WF" else 7 for character in _visible(title))
    cells = [f'<TD ALIGN="LEFT" WIDTH="{width}">{parts[0]}</TD>', *(f"<TD>= {part}</TD>" for part in parts[1:])]
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{"".join(cells)}</TR></TABLE>'


def _table(rows: list[list[str]], fill: str, heading: str = "", footer: str = "") -> str:
    whole_width = f'<TR><TD COLSPAN="{max(len(row) for row in rows)}">'
    body = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    body = f"{whole_width}{heading}</TD></TR><HR/>{body}" if heading else body
    body = f"{body}{whole_width}{footer}</TD></TR>" if footer else body
    style = f'STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" COLOR="{RULE}" BGCOLOR="{fill}"'
    return f"<<TABLE {style}>{body}</TABLE>>"


def _word(text: str, colour: str = QUIET) -> str:
    return f'<TD ALIGN="LEFT"><FONT COLOR="{colour}">{_escape(text) or " "}</FONT></TD>'


def _cell(text: str, colour: str, face: str = NUMBER_FONT) -> str:
    return f'<TD ALIGN="RIGHT"><FONT FACE="{face}" COLOR="{colour}">{text}</FONT></TD>'


def _wide(cell: str) -> str:
    return cell.replace("<TD ", '<TD WIDTH="62" ', 1)


def _gradient_cell(gradients: list[float]) -> str:
    """Gradients are coloured by their sign; a range of several has none."""
    alike = min(gradients) == max(gradients)
    return _cell(_range(gradients), _colour(gradients[0]) if alike else INK)


def _range(numbers: list[float]) -> str:
    low, high = min(numbers), max(numbers)
    if any(map(math.isnan, numbers)):  # which min and max may pass over
        low = high = math.nan
    return _number(low) if low == high or math.isnan(low) else f"{_number(low)} to {_number(high)}"


def _edge_attributes(edge: Edge, largest: float, labelled: bool) -> dict[str, str]:
    attributes = {"tooltip": _edge_tooltip(edge)}
    lines = []
    if edge.local_derivative is not None and edge.operand.kind != "constant":
        lines.append(_edge_line(f"×{_number(edge.local_derivative)}", QUIET))
    if edge.share is None:
        attributes |= {"style": "dashed"} if edge.operand.kind == "constant" else {}
    else:
        one = edge.local_derivative is not None  # else it stands for several shares, which may differ in sign
        size = abs(edge.share) / largest if largest > 0 else 0.0
        size = size if math.isfinite(edge.share) else 1.0
        colour = _colour(edge.share) if one else QUIET
        attributes |= {"dir": "back", "penwidth": f"{0.6 + 3.4 * size:.2f}", "color": colour if size else RULE}
        if one:
            lines.append(_edge_line(_number(edge.share), colour))
    if labelled and lines:
        body = "".join(lines) + '<TR><TD HEIGHT="7"></TD></TR>'  # room between the numbers and the line
        attributes["label"] = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>>'
    return attributes


def _edge_line(text: str, colour: str) -> str:
    return f'<TR><TD><FONT COLOR="{colour}">{text}</FONT></TD></TR>'


def _card_tooltip(card: Card) -> Any:
    """Say it with all digits, for those who point at the card."""
    if len(card.outputs) > 1 or card.kind == "constant":
        return " "
    name = _escape(card.name) or "this value"
    return graphviz.escape(f"{name}: value {_exact(card.value.data)}, gradient {_exact(card.value.grad)}")


def _edge_tooltip(edge: Edge) -> Any:
    if edge.share is None or edge.local_derivative is None:
        return " "
    upstream, local = _exact(edge.result.value.grad), _exact(edge.local_derivative)
    return graphviz.escape(f"share {_exact(edge.share)} = upstream {upstream} × {local}")


def _exact(number: float) -> str:
    """Write a number with all its digits."""
    return repr(number).replace("-", MINUS)


def _number(number: float) -> str:
    """Write a number in ASCII: Graphviz measures anything else wrongly, and would not align it."""
    return show(number).replace(MINUS, "-").replace("∞", "inf")


def _visible(text: str, longest: int = 40) -> str:
    """Leave out what cannot be printed, such as control characters and line ends, and what is too long."""
    visible = printable(text)
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"


def _colour(number: float) -> str:
    return COLOURS[sign_of(number)]


def _escape(text: str) -> str:
    """Make any text safe inside a card, where Graphviz reads markup, and escapes that begin with a backslash."""
    return html.escape(_visible(text)).replace("\\", "\\\\")


# --- mending the SVG of Graphviz -------------------------------------------------------------------------------------


def _in_widest(picture: Picture) -> Picture:
    """Lay words out in the widest of the usual typefaces, so that they fit whichever of them a screen has."""
    wide: Picture = picture.copy()
    # The typeface of all nodes, and of the notes; a label, which could hold anything, comes after it in its line.
    typeface = re.compile(rf"^(\t(?:node \[)?[^<\[]*?fontname=){WORD_FONT}")
    lines = (typeface.sub(rf'\1"{WIDEST_FONT}"', line) for line in wide.body)
    wide.body = [line.replace(f'FACE="{WORD_FONT}"', f'FACE="{WIDEST_FONT}"') for line in lines]
    return wide


def _with_figures(svg: bytes, captions: Mapping[str, str]) -> bytes:
    """Mend what Graphviz cannot measure, now that every text has its place.

    Numbers get true minus signs, of whose bytes it makes three characters, and gradients bold type, which it lowers.
    Pieces of one line, such as a bold name and its operation, become one text, so that they neither overlap nor part in
    another typeface than the one they were laid out in; what goes on is as light as it was laid out.
    """
    number = r"(?:&#45;)?(?:[\d.]+(?:e(?:&#45;)?\d+)?|inf)"
    numbers = rf"(?<=>)×?{number}(?: to {number})?(?=</text>)"
    text = re.sub(numbers, lambda match: match[0].replace("&#45;", "−"), svg.decode("utf-8"))
    colours = "|".join((POSITIVE, NEGATIVE, ZERO))
    text = re.sub(
        rf'(?<=font-family="Courier,monospace") (?=font-size="[\d.]+" fill="(?:{colours})")',
        ' font-weight="bold" ',
        text,
    )
    text = re.sub(rf'font-family="{WIDEST_FONT}[^"]*"', f'font-family="{SCREEN_FONTS}"', text)
    text = _captioned(text, captions) if captions else text
    # A piece that begins with a space goes on from the one before.
    goes_on = r'</text>\s*<text (?:xml:space="preserve" )?text-anchor="start" x="[^"]*" y="[^"]*" ([^>]*)>( [^<]*)'
    return re.sub(goes_on, r'<tspan font-weight="normal" \1>\2</tspan>', text).encode("utf-8")


def _captioned(svg: str, captions: Mapping[str, str]) -> str:
    """Write the words of a picture in another language, where the English ones, which are wider, were laid out.

    Labels are left as they are, even one that is such a word: they are dark.
    """

    def caption_of(match: re.Match[str]) -> str:
        start, english = match[1], html.unescape(match[2])
        if f'fill="{INK.lower()}"' in start and "Courier" not in start:
            return match[0]
        caption = english.replace(" to ", captions[" to "]) if "Courier" in start else captions.get(english, english)
        return f"{start}{html.escape(caption, quote=False)}</text>"

    def to_the_right(match: re.Match[str]) -> str:
        x = float(match[1]) + 12 * HEADING_WIDTHS_EM[match[3]]
        return f'text-anchor="end" x="{x:g}"{match[2]}>{match[3]}</text>'

    start = r'text-anchor="start" x="(-?[\d.]+)"([^>]*)>'
    headings = rf"{start}value</text>\s*<text [^>]*>grad</text>"
    column = re.compile(rf"{start}(value|grad)</text>")
    svg = re.sub(headings, lambda match: column.sub(to_the_right, match[0]), svg)
    return re.sub(r"(<text [^>]*>)([^<]*)</text>", caption_of, svg)
