"""The steps of a relay by layers for a notebook: matrices whose cells are coloured by sign and size."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator

from microgrid._util.matrices import cut_matrix
from microgrid.language.numerals import powers_of_ten, show
from microgrid.language.words import words
from microgrid.pictures.palette import COLOURS, coloured, sign_of, squeezed
from microgrid.relay.layer_relay import Entry, LayerRelay, LayerStep
from microgrid.relay.layer_table import MAX_COLUMNS_SHOWN, MAX_ROWS_SHOWN, outcome, sentence, title
from microgrid.relay.records import PHASES

STRONGEST_TINT = 0.4  # opacity of the colour behind the number furthest from 0; ink stays readable on it
MATRIX_STYLE = """
.microgrid-layers { background: var(--paper); color: var(--ink); padding: 4px 16px; max-width: 1000px; }
.microgrid-layers h3 { margin: 14px 0 4px; font-size: 17px; }
.microgrid-layers h4 { margin: 14px 0 2px; font-size: 15px; }
.microgrid-layers p { margin: 4px 0; max-width: 46em; }
.microgrid-layers caption code { display: block; background: none; color: var(--quiet); padding: 0; white-space: pre; }
.microgrid-layers .matrices { display: flex; flex-wrap: wrap; gap: 6px 26px; align-items: flex-end; }
.microgrid-layers table { border-collapse: collapse; margin: 4px 0; border: solid var(--ink); border-width: 0 1.5px; }
.microgrid-layers caption { caption-side: top; text-align: left; color: var(--ink); white-space: nowrap; }
.microgrid-layers table tr:nth-child(n) { background: var(--paper); }
.microgrid-layers td { font-family: monospace; text-align: right; padding: 2px 7px; border: 0; color: var(--ink); }
"""


class Matrices:
    """The steps of a relay by layers, as a notebook shows them."""

    def __init__(self, relay: LayerRelay, language: str = "en") -> None:
        words(language)
        self.relay, self.language = relay, language

    def _repr_html_(self) -> str:
        style = squeezed(coloured(MATRIX_STYLE))
        return f"<style>{style}</style><div class='microgrid-layers'>{''.join(self._parts())}</div>"

    def __repr__(self) -> str:
        return self.relay.text(self.language)

    def _parts(self) -> Iterator[str]:
        text = words(self.language)
        for phase in PHASES:
            heading = f"{text[f'phase.{phase}']} · {text[f'heading.layers.{phase}']}"
            yield f"<h3 style='color:{COLOURS[phase]}'>{html.escape(heading)}</h3>"
            for step in self.relay.steps_of(phase):
                yield self._step(step)
        yield f"<p><strong>{html.escape(outcome(self.relay, self.language))}</strong></p>"

    def _step(self, step: LayerStep) -> str:
        matrices = "".join(self._matrix(entry) for entry in step.entries)
        said = html.escape(sentence(self.relay, step, self.language))
        heading = html.escape(title(step, self.language))
        return f"<h4>{heading}</h4><div class='matrices'>{matrices}</div><p>{said}</p>"

    def _matrix(self, entry: Entry) -> str:
        largest = max((abs(number) for row in entry.matrix for number in row if math.isfinite(number)), default=0.0)
        rows = "".join(
            f"<tr>{''.join(self._cell(number, largest) for number in row)}</tr>"
            for row in cut_matrix(entry.matrix, MAX_ROWS_SHOWN, MAX_COLUMNS_SHOWN)
        )
        shape = f"{len(entry.matrix)} × {len(entry.matrix[0])}"
        line = f"<code>{html.escape(entry.line)}</code>" if entry.line else ""
        return f"<table><caption><b>{html.escape(entry.name)}</b> {shape}{line}</caption>{rows}</table>"

    def _cell(self, number: float | None, largest: float) -> str:
        if number is None:
            return "<td>…</td>"
        share = min(abs(number) / largest, 1.0) if largest and not math.isnan(number) else 0.0
        opacity = round(255 * STRONGEST_TINT * share)
        tint = f" style='background:{COLOURS[sign_of(number)]}{opacity:02x}'" if opacity else ""
        return f"<td{tint}>{powers_of_ten(show(number))}</td>"
