"""The cheat sheet: the three steps, the relay rule and the table of operations on one sheet of paper.

It is HTML that is complete in itself, to be printed from a browser on A4 or Letter. The operations come from the table
of operations, and the numbers of its picture from a relay: nothing on it is typed twice.
"""

from __future__ import annotations

import html
import re

from microgrid._util.files import asset
from microgrid.engine import Value
from microgrid.graph.folding import cards_and_edges
from microgrid.graph.nudge import nudge
from microgrid.graph.operations import OPERATIONS, Operation, name_of
from microgrid.language.numerals import bracketed, show, show_signed
from microgrid.language.words import label_in, words
from microgrid.pictures.layout import lay_out
from microgrid.pictures.palette import PALETTE, sign_of
from microgrid.pictures.svg import svg
from microgrid.relay.records import Share
from microgrid.relay.relay import Relay

CODE = {"know": "loss = cycle.know()", "think": "cycle.think()", "change": "cycle.change()"}  # of training.Cycle
DEFINITIONS = {  # for operations whose name alone does not say what they do; "sheet.define" holds those in words
    "tanh": "1 − 2 ÷ (exp(2 × a) + 1)",
    "sigmoid": "1 ÷ (1 + exp(−a))",
    "softplus": "log(1 + exp(a))",
}


def cheat_sheet(language: str = "en") -> str:
    """Return the cheat sheet as HTML.

    Raises:
        ValueError: an unknown language.
        NoRendererError: there is no Graphviz on this machine to lay its picture out.
    """
    text = _words(language)
    a, b = Value(3.0, "a"), Value(1.0, "b")
    difference = a - b
    difference.label = "d"
    loss = a * difference
    loss.label = "loss"
    relay = Relay(loss)
    parts = {
        **text,
        "relay.rule": words(language)["chain_rule"],
        "language": language,
        "palette": PALETTE + asset("pictures/graph.css"),
        "steps": "".join(_step(i, phase, language) for i, phase in enumerate(CODE, start=1)),
        "picture": _picture(relay, language),
        "relay": _relay_rules(relay, text),
        "gradient": _gradient(loss, a, text),
        "dense": _dense(text),
        "table": _table(language),
    }
    return re.sub(r"\{\{([\w.]+)\}\}", lambda match: parts[match[1]], asset("pictures/cheatsheet.html"))


def _words(language: str) -> dict[str, str]:
    """Return the texts of the sheet, without the first part of their keys."""
    prefix = "sheet."
    return {key.removeprefix(prefix): text for key, text in words(language).items() if key.startswith(prefix)}


def _step(number: int, phase: str, language: str) -> str:
    text = _words(language)
    return (
        f'<section class="step {phase}"><h2><i>{number}</i>{words(language)[f"phase.{phase}"]}'
        f"<small>{text[f'{phase}.what']}</small></h2><p>{text[f'{phase}.text']}</p>"
        f'<p class="rule">{text[f"{phase}.rule"]}</p><code>{CODE[phase]}</code></section>'
    )


def _picture(relay: Relay, language: str) -> str:
    """Draw the relay after Think: every edge in the colour and width of its share."""
    graph = relay.snapshot.relabelled(lambda label: label_in(label, language))
    return svg(lay_out(cards_and_edges(graph, "none", language=language)), words(language), after_think=True)


def _relay_rules(relay: Relay, text: dict[str, str]) -> str:
    shares = [step for step in relay.steps if isinstance(step, Share)]
    negative = next(step for step in shares if step.share < 0)  # the sign shows that it is a product
    twice = [step for step in shares if step.operand == relay.parameters[0]]
    sum_of_shares = " + ".join(f'<span class="{sign_of(step.share)}">{show(step.share)}</span>' for step in twice)
    rules = [
        text["relay.start"],
        text["relay.share"].format(
            upstream=show(negative.upstream),
            local=bracketed(show(negative.local_derivative)),
            share=f'<span class="{sign_of(negative.share)}">{show(negative.share)}</span>',
            result=relay.node(negative.node).name,
            operand=relay.node(negative.operand).name,
        ),
        text["relay.sum"].format(
            operand=relay.node(twice[0].operand).name,
            sum=sum_of_shares,
            gradient=f'<span class="{sign_of(twice[-1].after)}">{show(twice[-1].after)}</span>',
        ),
    ]
    return "".join(f"<li>{rule}</li>" for rule in rules)


def _gradient(loss: Value, value: Value, text: dict[str, str]) -> str:
    tried = nudge(loss, value, 0.01)
    said = text["gradient.text"].format(
        name=value.label,
        gradient=f'<b class="{sign_of(tried.gradient)}">{show(tried.gradient)}</b>',
        predicted=show_signed(tried.predicted),
        actual=show_signed(tried.actual),
    )
    signs = "".join(f'<li class="{sign}">{text[f"gradient.{sign}"]}</li>' for sign in ("positive", "negative", "zero"))
    return f'<p>{said}</p><ul class="signs">{signs}</ul>'


def _dense(text: dict[str, str]) -> str:
    """Return the three gradients of a dense layer, each upstream × a local derivative of the weighted sum."""
    neuron = OPERATIONS["weighted_sum"]
    to_weight, to_input = (_substitute(slope, neuron) for slope in neuron.slopes)
    upstream = text["dense.upstream"]
    rows = (
        ("dW", f"{upstream} × {to_weight}", text["dense.dw"]),
        ("db", upstream, text["dense.db"]),
        ("dx", f"Σ {upstream} × {to_input}", text["dense.dx"]),
    )
    items = "".join(
        f'<dt>{name}</dt><dd class="math">= {rule}</dd><dd class="why">{why}</dd>' for name, rule, why in rows
    )
    return f"<p>{text['dense.text'].format(value=_value(neuron))}</p><dl>{items}</dl>"


# --- the table of operations -----------------------------------------------------------------------------------------


def _table(language: str) -> str:
    text = _words(language)
    local = words(language)["page.part.local"]
    head = (
        f"<th>{text['table.operation']}</th><th>{words(language)['value']} <span>y</span></th>"
        f"<th>{local} <span>∂y/∂a</span></th><th>{local} <span>∂y/∂b</span></th>"
    )
    rows = "".join(f"<tr>{_row(op, operation, language)}</tr>" for op, operation in OPERATIONS.items())
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(op: str, operation: Operation, language: str) -> str:
    text = _words(language)
    definition, kind = DEFINITIONS.get(op, ""), "define"
    if f"define.{op}" in text:
        definition, kind = text[f"define.{op}"], "define words"
    defined = f' <span class="{kind}">= {_marked_up(definition)}</span>' if definition else ""
    cells = [f'<td class="op">{name_of(op, language)}</td>', f'<td class="f">{_value(operation)}{defined}</td>']
    cells += [f"<td{_slope(op, operation, i, language)}</td>" for i in range(len(operation.slopes))]
    if len(cells) == 3:  # then there is room for the words of a slope that goes by cases
        cells[2] = cells[2].replace("<td", '<td colspan="2"', 1)
    return "".join(cells)


def _value(operation: Operation) -> str:
    shown = _substitute(operation.shown, operation)
    return f"Σ {shown}{f' + {operation.last}' if operation.last else ''}" if operation.summed else shown


def _slope(op: str, operation: Operation, position: int, language: str) -> str:
    """Return the class and the content of a cell."""
    slope = operation.slopes[position]
    if not slope:
        return f' class="words">{_substitute(words(language)[f"slope.{op}.{position}"], operation)}'
    formula = _substitute(slope, operation).replace(" ÷ ", "/")  # as a derivative is written
    if operation.summed:
        formula = f"∂y/∂{operation.operands[position]} = {formula}"
        if operation.last and position == len(operation.slopes) - 1:
            formula += f", ∂y/∂{operation.last} = 1"
    return f' class="f">{formula}'


def _substitute(template: str, operation: Operation) -> str:
    """Substitute the names of its operands, and y for its result, in a formula."""
    names = {name: name for name in operation.operands}
    return _marked_up(template.format(**names, out="y"))


def _marked_up(formula: str) -> str:
    """Write powers as superscripts.

    >>> _marked_up("b × a^(b − 1)"), _marked_up("a^b < 1")
    ('b × a<sup>b − 1</sup>', 'a<sup>b</sup> &lt; 1')
    """
    return re.sub(r"\^(?:\(([^)]*)\)|(\w))", lambda match: f"<sup>{match[1] or match[2]}</sup>", html.escape(formula))
