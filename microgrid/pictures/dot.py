"""The picture of a graph: one card per Value, one edge per operand.

A card shows a Value's name and operation, its number and its gradient. An edge shows the local derivative and, once
backward has run, the share of responsibility handed back along it: then its arrow points back to the operand, its width
grows with its share, and it is orange where raising the operand raises the output, blue where it lowers it.

>>> a = Value(2.0, label="a")
>>> print(draw(a + a).source.count("n0 -> n1"))  # an edge for each operand
2
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from microgrid._util.errors import NoRendererError
from microgrid._util.files import write_atomic
from microgrid._util.text import printable
from microgrid._util.validation import check_choice, quoted
from microgrid.engine import Value
from microgrid.graph.folding import cards_and_edges, drawable
from microgrid.graph.snapshot import Snapshot
from microgrid.pictures.dot_text import DIRECTIONS, placed, write_unplaced
from microgrid.pictures.graphviz_renderer import can_write_all_letters, program_for, run_graphviz
from microgrid.pictures.still import Still

FORMATS = ("svg", "png", "pdf", "dot")

NOT_PACKAGED = re.compile("[\u0530-\u058f\u0600-\u1dff\u2c00-\ua63f\ua720-\ufaff\ufb50-\U0010ffff]")
MAX_CARDS_IN_NOTEBOOK = 120  # larger pictures are drawn only on request
NOTEBOOK_WIDTH_PX = 853  # about as wide as a cell of a notebook on a common screen


class Picture(graphviz.Digraph):  # type: ignore[misc]  # graphviz ships no types
    """A `graphviz.Digraph` that finds a Graphviz to draw it, and shows itself in a notebook as SVG and as PNG.

    While its text is what `draw` wrote, Graphviz only places the cards; microgrid draws the edges and writes the SVG.
    Once the text has been changed, or options are given, Graphviz does everything.
    """

    still: Still  # in the chosen language
    english: Still  # for the DOT text, and for PNG and PDF where Graphviz has no Japanese letters
    drawn_source = ""

    @property
    def is_wide(self) -> bool:
        """Whether there are Japanese or Arabic characters, or others for which graphviz-pure has no letters."""
        return NOT_PACKAGED.search(self.source) is not None

    def copy(self) -> Picture:
        """Return a copy of the picture, which can be changed by itself."""
        made: Picture = super().copy()
        made.still, made.english, made.drawn_source = self.still, self.english, self.drawn_source
        return made

    def pipe(  # the arguments are those of the library
        self,
        format: str | None = None,  # noqa: A002
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = True,  # noqa: ARG002  # as it is always
        *,
        engine: str | None = None,
        encoding: str | None = None,
    ) -> Any:
        """Return the picture as bytes, or as text of an `encoding`; the library says which options there are.

        Raises:
            NoRendererError: nothing on this machine writes that format.
        """
        content = self._drawn(format, renderer, formatter, neato_no_op, engine)
        return content if encoding is None else content.decode(encoding)

    def render(
        self,
        filename: Any = None,
        directory: Any = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,  # noqa: A002
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = True,  # noqa: ARG002  # as it is always
        quiet_view: bool = False,
        *,
        outfile: Any = None,
        engine: str | None = None,
        raise_if_result_exists: bool = False,
        overwrite_source: bool = False,
    ) -> str:
        """Write the picture, and its text, to files, and return the path of the picture.

        The library says which options there are. Without a `filename` it is `microgrid.gv.svg` in the current folder.

        Raises:
            NoRendererError: nothing on this machine writes that format.
            FileExistsError: there is such a picture, and `raise_if_result_exists`.
        """
        if outfile is not None:
            outfile = Path(self.directory if directory is None else "", outfile)
            format = format or outfile.suffix[1:].lower() or None  # noqa: A001
            filename = outfile.with_suffix(f".{self._default_extension}") if filename is None else filename
        suffix = format or self.format
        text = super().save(filename, directory=directory, skip_existing=None)
        kind = ".".join(filter(None, (formatter or self.formatter, renderer or self.renderer, suffix)))
        written = f"{text}.{kind}" if outfile is None else os.fspath(outfile)
        if Path(written).resolve() == Path(text).resolve() and not overwrite_source:
            raise ValueError(f"the picture would replace its text, {printable(text)}")
        if raise_if_result_exists and Path(written).exists():
            raise FileExistsError(f"there is a {printable(written)} already")
        folder = os.fspath(Path(text).parent)
        write_atomic(written, self._drawn(suffix, renderer, formatter, neato_no_op, engine, folder))
        if cleanup:
            Path(text).unlink()
        if view or quiet_view:
            graphviz.view(written, quiet=quiet_view)
        return written

    def save(self, filename: Any = None, directory: Any = None, *, skip_existing: bool | None = False) -> str:
        """Write the text to a file; where its name ends in .svg, .png or .pdf, the picture."""
        suffix = Path(filename).suffix[1:].lower() if filename is not None else ""
        if suffix not in ("svg", "png", "pdf"):
            saved: str = super().save(filename, directory=directory, skip_existing=skip_existing)
            return saved
        path = Path(directory or self.directory or "", filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_picture(self, path)
        return os.fspath(path)

    def _drawn(
        self,
        suffix: str | None,
        renderer: str | None,
        formatter: str | None,
        neato_no_op: bool | int | None,
        engine: str | None,
        folder: str | None = None,
    ) -> bytes:
        """Draw it in our layout or, if its text was changed or options are given, with Graphviz alone."""
        suffix, engine = suffix or self.format, engine or self.engine
        renderer, formatter = renderer or self.renderer, formatter or self.formatter
        arguments = dot_command.command(engine, suffix, renderer=renderer, formatter=formatter, neato_no_op=neato_no_op)
        program_for(suffix, self.is_wide)  # first, so that the error names the format that cannot be written
        has_options = engine != "dot" or renderer or neato_no_op
        if suffix not in ("svg", "png", "pdf") or has_options or self.source != self.drawn_source:
            return run_graphviz(self.source, suffix, self.is_wide, list(map(str, arguments[1:])), folder)
        if suffix == "svg":
            return self.still.svg().encode("utf-8")
        still = self.still if can_write_all_letters() else self.english
        return run_graphviz(placed(still).source, suffix, self.is_wide or still is not self.english)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        with contextlib.suppress(NoRendererError):
            bundle["image/svg+xml"] = self.fitted_svg()
            bundle["image/png"] = base64.b64encode(render(self, "png")).decode("ascii")
        return bundle

    def fitted_svg(self) -> str:
        """Return the picture as SVG, not much wider than a cell of a notebook."""
        is_ours = self.source == self.drawn_source
        return self.still.svg(NOTEBOOK_WIDTH_PX) if is_ours else str(self.pipe("svg", encoding="utf-8"))

    def __repr__(self) -> str:
        return "<Picture of a graph; render it, or print its source>"


def draw(output: Value, direction: str = "LR", fold: str = "auto", language: str = "en") -> Picture:
    """Draw the graph behind `output`. The graph is not changed.

    Args:
        output: the end of the graph, such as a loss.
        direction: where the numbers flow: "LR" (left to right), "TB" (top to bottom), "RL" or "BT". From left to right,
            what is wider than a screen is cut into rows, where one edge leads from one to the next.
        fold: "none" shows every Value; "neuron" makes one card of each neuron, "layer" of each layer; "auto" is
            "none" up to 60 cards, where a neuron counts as its products and their sum, and above that "neuron", if
            that is at most 60 cards, else "layer". Of more than 500 cards or 2,000 edges, those computed first share
            one card, and the picture says so.
        language: "en" or "ja", of the words in the picture. Its source is always in English, as are a PNG and a PDF
            where the only Graphviz is that of the package graphviz-pure, which has no Japanese letters.

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
    return _picture(Snapshot.of(output), direction, fold, language)


def draw_snapshot(graph: Snapshot, language: str = "en") -> Picture:
    """Draw the graph of a relay: nodes without a label are called by their ids, as in the sentences."""
    return _picture(graph, language=language, name_all=True)


def save_picture(
    output: Value,
    path: str | os.PathLike[str],
    direction: str = "LR",
    fold: str = "auto",
    language: str = "en",
) -> None:
    """Write the picture of `output` to a file, in the format of its suffix: .svg, .png, .pdf or .dot.

    An error leaves no incomplete file. The other arguments are those of `draw`. In a PNG or PDF a minus sign is a
    hyphen, because Graphviz measures the width of other characters wrongly.

    Raises:
        ValueError: an unknown suffix, direction, fold or language.
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
    """Return the picture of a graph that a notebook shows without being asked; None if it is too large."""
    picture = _picture(graph, name_all=name_all)
    return picture if len(picture.english.folding.cards) <= MAX_CARDS_IN_NOTEBOOK else None


def _picture(
    graph: Snapshot, direction: str = "LR", fold: str = "auto", language: str = "en", name_all: bool = False
) -> Picture:
    """Write what `draw` returns."""
    picture = Picture("microgrid", format="svg")
    picture.english, *others = (
        Still(graph, drawable(cards_and_edges(graph, fold, name_all, spoken), spoken), direction, spoken)
        for spoken in dict.fromkeys(("en", language))
    )
    picture.still = others[0] if others else picture.english
    write_unplaced(picture, picture.english)
    picture.drawn_source = picture.source
    return picture
