"""Describe the steps of a relay in words: a sentence for each, in English and Japanese.

Their words are in `microgrid.language`. The mathematics is the same in every language, and comes from
`microgrid.graph.operations`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from microgrid._util.text import display_width
from microgrid.graph.bounds import output_is_non_negative
from microgrid.graph.naming import as_atom, operand_name
from microgrid.graph.node import Node
from microgrid.graph.operations import OPERATIONS, Operation, as_written, evaluate, name_of
from microgrid.language.numerals import SUPERSCRIPTS, bracketed, powers_of_ten, show, show_apart
from microgrid.language.words import words
from microgrid.relay.records import Change, Know, Outcome, Record, Seed, Share, Step

MAX_TERMS_SHOWN = 4  # terms that a sum shows
MAX_PRODUCTS_SHOWN = 3  # that its formula shows, where it is one of products: they take twice the room
MAX_EXPRESSION_COLUMNS = 40  # of an expression in a derivative; a longer one is given by its name


@dataclass(frozen=True, slots=True)
class Wording:
    """One step in words, or several that are folded into one.

    Attributes:
        phase: "know", "think" or "change".
        subject: the id of the card whose number it changes.
        name: what it is about, such as "o" or "loss → error".
        formula: the mathematics, with the numbers in it.
        result: the number computed, or the accumulated gradient.
        sentence: all of this in a sentence or two.
    """

    phase: str
    subject: str
    name: str
    formula: str
    result: str
    sentence: str

    @property
    def equation(self) -> str:
        """The mathematics with its result, written once where several parts are equal."""
        return _equal(*self.formula.split(" = "), self.result)


# --- one step --------------------------------------------------------------------------------------------------------


def in_words(relay: Record, step: Step, language: str) -> Wording:
    """Describe one step in words."""
    if isinstance(step, Know):
        wording = _know(relay, step, language)
    elif isinstance(step, Share):
        wording = _share(relay, step, language)
    elif isinstance(step, Seed):
        node = relay.node(step.node)
        wording = Wording("think", node.id, node.name, "", show(1.0), words(language)["seed"].format(name=node.name))
    else:
        wording = _change(relay.node(step.node), step, words(language))
    return typeset_wording(wording)


def typeset_wording(wording: Wording) -> Wording:
    """Write the numbers of a step as people do by hand."""
    formula, result, sentence = (powers_of_ten(text) for text in (wording.formula, wording.result, wording.sentence))
    return replace(wording, formula=formula, result=result, sentence=sentence)


def _know(relay: Record, step: Know, language: str) -> Wording:
    node = relay.node(step.node)
    operands, text = relay.snapshot.operands[node.id], words(language)
    numbers, result = [show(x) for x in step.numbers], show(step.data)
    if node.op == "neg":
        numbers = [f"({numbers[0]})"]  # −(0.7) = −0.7, where −0.7 = −0.7 would say nothing
    computation, max_terms = _equal(_expression(relay, node, numbers.__getitem__), result), MAX_TERMS_SHOWN
    names = [operand.spoken_name for operand in operands]
    a, b = (*names, "", "")[:2]
    key = "know.total.one" if node.op == "total" and len(names) == 1 else f"know.{node.op}"
    if node.id in relay.snapshot.sums_of_products:
        key, names, max_terms = "know.products", names[1::2], MAX_PRODUCTS_SHOWN
    sentence = text.get(key, text["know.other"]).format(
        name=node.name, a=a, b=b, count=len(names), computation=computation,
        names=text["list"].join(names), operation=name_of(node.op, language),
    )  # fmt: skip
    with_names = _in_names(relay, node, max_terms)
    with_numbers = _expression(relay, node, numbers.__getitem__, max_terms)
    return Wording("know", node.id, node.name, _equal(with_names, with_numbers), result, sentence)


def _equal(*parts: str) -> str:
    """Write parts that are equal, each once: where all operands are constants, names and numbers are the same."""
    return " = ".join(dict.fromkeys(parts))


def _share(relay: Record, step: Share, language: str) -> Wording:
    node, operand, text = relay.node(step.node), relay.node(step.operand), words(language)
    numbers = {"upstream": step.upstream, "local": step.local_derivative, "share": step.share, "after": step.after}
    wording = handed_on(node.name, operand, numbers, text)
    sentence = f"{slope(relay, node, step.position, language)}\n{wording.sentence}"
    status = relay.status.get(node.id, "")
    return replace(wording, sentence=with_status(sentence, node.name, status, text))


def handed_on(giver: str, operand: Node, numbers: Mapping[str, float], text: Mapping[str, str]) -> Wording:
    """Describe a share in words.

    Args:
        giver: the name of the node that passes it on.
        operand: the node that receives it.
        numbers: "upstream", "local" derivative, "share", and the operand's gradient "after" it.
        text: the words of a language.
    """
    shown = {name: show(number) for name, number in numbers.items()}
    sentence = text["share"].format(operand=operand.name, **shown)
    formula = f"{shown['upstream']} × {bracketed(shown['local'])} = {shown['share']}"
    return Wording("think", operand.id, f"{giver} → {operand.name}", formula, shown["after"], sentence)


def _change(node: Node, step: Change, text: Mapping[str, str]) -> Wording:
    before, after = show_apart(step.before, step.after)
    gradient, rate = show(step.gradient), show(step.learning_rate)
    moves = step.after != step.before
    sentence = text["change" if moves else "change.none"].format(
        name=node.name,
        before=before,
        learning_rate=rate,
        gradient=bracketed(gradient) if moves else gradient,
        after=after,
    )
    return Wording("change", node.id, node.name, f"{before} − {rate} × {bracketed(gradient)}", after, sentence)


def slope(relay: Record, node: Node, position: int, language: str) -> str:
    """Write the local derivative of a node with respect to one operand, with the numbers in it.

    Such as: ∂tanh(n)/∂n = 1 − 0.7071² = 0.5
    """
    operation, operands = as_written(node.op, len(node.operands)), relay.snapshot.operands[node.id]
    whole = _in_names(relay, node)
    if display_width(whole) > MAX_EXPRESSION_COLUMNS:
        whole = as_atom(node)  # names such as layer1.neuron1.w1 are too long
    elif operation.symbol in whole.split() or operation.summed or node.op == "neg":
        whole = f"({whole})"
    left = f"∂{whole}/∂{as_atom(operands[position])}"
    if operation.last and position == len(node.operands) - 1:
        parts = ["1"]
    else:
        first = position - position % len(operation.operands)
        group = operands[first : first + len(operation.operands)]
        names = [operand.spoken_name for operand in group]
        template = _power_slope(relay, node, position) or operation.slopes[position - first]
        if not template:  # it is piecewise, which takes words
            local = show(node.local_derivatives[position])
            cases = words(language).get(f"slope.{node.op}.{position}")
            return f"{left} = {local}" + (f" ({_fill(cases, operation.operands, names)})" if cases else "")
        result = show(node.data, _digits_beside_1(node.data) if "1 − {out}" in template else 4)
        parts = [_fill(template, operation.operands, [show(operand.data) for operand in group], result)]
        if re.fullmatch(r"\{\w+\}", template):  # just the other operand, or the result: say which
            parts.insert(0, _fill(template, operation.operands, names, node.name))
    parts.append(show(node.local_derivatives[position]))
    return f"{left} = {_equal(*parts)}"


def _digits_beside_1(number: float) -> int:
    """Return how many digits a number needs, so that four are left when it is taken from 1.

    tanh(7) is 1 with four digits, but 1 − 1² is not 3.326e−6: 1 − 0.999998337² is.
    """
    distance = 1.0 - abs(number)
    return 4 + max(0, -1 - int(f"{distance:.3e}".partition("e")[2])) if distance > 0.0 else 4  # NaN needs no more


def _power_slope(relay: Record, node: Node, position: int) -> str:
    """Return the slope of x², x³ … as people write it, or "" for other operations."""
    exponent = relay.snapshot.whole_exponents.get(node.id)
    if position or exponent is None or exponent < 2:
        return ""
    return f"{exponent} × {{a}}" + (SUPERSCRIPTS[exponent - 1] if exponent > 2 else "")


def _in_names(relay: Record, node: Node, max_terms: int = MAX_TERMS_SHOWN) -> str:
    """Write what a node computes, with the names of its operands."""
    operands = relay.snapshot.operands[node.id]
    return _expression(relay, node, lambda position: operand_name(node, position, operands[position]), max_terms)


def _expression(relay: Record, node: Node, text_of: Callable[[int], str], max_terms: int = MAX_TERMS_SHOWN) -> str:
    """Write what a node computes; `text_of` tells what stands for the operand at a position."""
    operation, positions = as_written(node.op, len(node.operands)), range(len(node.operands))
    if (exponent := relay.snapshot.whole_exponents.get(node.id)) is not None:
        return bracketed(text_of(0)) + SUPERSCRIPTS[exponent]
    if not operation.summed:
        return _fill(operation.shown, operation.operands, [*map(text_of, positions)])
    groups: list[Sequence[int]] = operation.groups(positions)
    if operation.last and node.id not in relay.snapshot.sums_of_products:
        groups.append(positions[-1:])
    if len(groups) > max_terms:
        groups[max_terms - 2 : -1] = [()]
    return " + ".join(_term(operation, [*map(text_of, group)], not i) for i, group in enumerate(groups))


def _term(operation: Operation, texts: Sequence[str], first: bool) -> str:
    """Write one term of a sum, or "…" for those that are left out."""
    if not texts:
        return "…"
    is_last = len(texts) < len(operation.operands)  # the bias, which is multiplied by nothing
    return bracketed(texts[0]) if is_last else _fill(operation.shown, operation.operands, texts, first=first)


def _fill(template: str, names: tuple[str, ...], texts: Sequence[str], out: str = "", first: bool = True) -> str:
    """Fill a template; a negative number gets brackets beside an operator.

    `first` tells whether the template begins a line, where a negative number needs none.
    """
    values = dict(zip(names, texts, strict=True)) | {"out": out}

    def put(match: re.Match[str]) -> str:
        before, after = template[: match.start()], template[match.end() :]
        begins = before.endswith(("(", ", ", "|")) or (first and not before)
        return values[match[1]] if begins and not after.startswith(("^", "²")) else bracketed(values[match[1]])

    return re.sub(r"\{(\w+)\}", put, template)


def with_status(sentence: str, giver: str, status: str, text: Mapping[str, str]) -> str:
    """Append to a sentence why its giver passes back little or no gradient, if so."""
    return sentence + text["gap"] + text[f"status.{status}"].format(name=giver) if status else sentence


def outcome(relay: Record, language: str) -> str:
    """Compare the loss after the update with the loss that the gradients predicted, and explain a difference."""
    result, text, output = relay.outcome, words(language), relay.snapshot.output
    name: str = text["outcome.loss"]
    end: str = text["end.loss"]
    if output.label not in ("", "loss"):
        name = end = text["end.named"].format(name=output.name)
    if result.missing:
        problem = _missing(relay.node(result.missing).op, result.numbers, language)
        return text["outcome.none"].format(name=name, before=show(result.before), problem=problem)
    is_non_negative = result.predicted < 0.0 and output_is_non_negative(relay.snapshot, relay.parameters)
    return compare(result, name, end, is_non_negative, text)


def compare(result: Outcome, name: str, end: str, is_non_negative: bool, text: Mapping[str, str]) -> str:
    """Compare the number after the update with the one that the gradients predicted.

    Args:
        result: the numbers.
        name: what they are of, at the beginning of a sentence.
        end: the same inside of a sentence.
        is_non_negative: whether it can never be below 0.
        text: the words of a language.
    """
    before, predicted, after = show(result.before), show(result.predicted), show(result.after)
    is_impossible = result.predicted < 0.0 and is_non_negative
    key = "outcome.below_zero" if is_impossible else "outcome"
    sentence = text[key].format(name=name, end=end, before=before, predicted=predicted, after=after)
    if result.after > result.before and after != before:
        return f"{sentence}\n{text['outcome.rose'].format(name=name)}"
    if _misses(result) and not is_impossible:
        return f"{sentence}\n{text['outcome.curve'].format(end=end)}"
    return sentence


def _misses(outcome: Outcome) -> bool:
    """Tell whether the prediction is off by more than a tenth of the move that it predicts."""
    is_far = abs(outcome.after - outcome.predicted) > abs(outcome.predicted - outcome.before) / 10
    return is_far and show(outcome.after) != show(outcome.predicted)


def _missing(op: str, numbers: Sequence[float], language: str) -> str:
    """Say why an operation has no result: none exists, or it is too large."""
    key = "missing" if op in OPERATIONS else "missing.other"
    try:
        evaluate(op, numbers)
    except OverflowError:
        key = "missing.large"
    except (ArithmeticError, ValueError):
        pass
    return words(language)[key].format(
        operation=name_of(op, language), numbers=words(language)["list"].join(map(show, numbers))
    )


def first_non_finite(relay: Record, language: str) -> str:
    """Name the step of the first number that is not finite; "" if all are finite."""
    first, text = relay.first_non_finite, words(language)
    if first is None:
        return ""
    step, name = relay.steps[first.step], relay.node(first.node).name
    if isinstance(step, Share):
        # Each share may be finite and their sum infinite.
        sentence = text["non_finite.sum" if math.isfinite(step.share) else "non_finite.share"]
        return sentence.format(
            step=first.step + 1,
            name=relay.node(step.node).name,
            operand=name,
            upstream=show(step.upstream),
            local=bracketed(show(step.local_derivative)),
            before=show(step.before),
            share=show(step.share),
            added=bracketed(show(step.share)),
            after=show(step.after),
        )
    operands = text["list"].join(f"{node.name} = {show(node.data)}" for node in map(relay.node, first.operands))
    return text["non_finite.value"].format(
        step=first.step + 1, name=name, result=show(relay.node(first.node).data), operands=operands
    )
