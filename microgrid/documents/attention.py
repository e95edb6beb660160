"""Name the parts of recorded attention, so that a page tells of queries, keys, scores, weights and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrid.documents.examples import Heading
from microgrid.engine import Constant, Value, topological_order
from microgrid.graph.node import kind_of
from microgrid.language.words import LANGUAGES, words

REMARKED = ("product", "score", "exp", "sum", "weight", "mixture")  # of their steps there is something to say


class Part(NamedTuple):
    """A part of attention: what it is, the position of its key (-1: of all), and its number among its like."""

    value: Value
    kind: str
    key: int = -1
    number: int = 0


def name_attention(mixture: Value, names: Sequence[str], head: tuple[int, int] | None = None) -> Heading:
    """Label the parts of recorded attention, and return the heading of its page, for `Relay.save`.

    The heading says in English and Japanese what each step is for. What has a label already keeps it.

    Args:
        mixture: one number of what attention gives: the sum of the products of values and softmax weights. Each weight
            is exp(score) ÷ total; each score the sum of the products of a query and a key, scaled or not. A sum of
            products is a `weighted_sum` with bias 0, or a `total` or `+` of products.
        names: what the keys belong to, in order, such as the letters of a name; "" is the start. The query is that of
            the last one. Those that come several times are numbered: “a” (1), “a” (2).
        head: which head it is, and of how many, such as (1, 4), for the note.

    Raises:
        ValueError: the mixture was computed otherwise, or there are not as many names as keys.

    >>> from microgrid import Input, total, weighted_sum
    >>> query, keys = [Input(1.0), Input(2.0)], [[Input(3.0), Input(4.0)], [Input(0.0), Input(1.0)]]
    >>> powers = [weighted_sum(query, key, 0).exp() for key in keys]
    >>> weights = [power / total(powers) for power in powers]
    >>> heading = name_attention(weighted_sum([Input(5.0), Input(6.0)], weights, 0), ["", "a"])
    >>> keys[1][0].label, powers[0].label, heading.label_in("exp of start", "ja")
    ('k1 of “a”', 'exp of start', '始まりの exp')
    """
    parts = _parts(mixture)
    n_keys = 1 + max(part.key for part in parts)
    if len(names) != n_keys:
        raise ValueError(f"expected a name for each key, got {len(names)} names for {n_keys} keys")
    known = {language: _called(names, language) for language in LANGUAGES}

    def texts(key: str, part: Part) -> dict[str, str]:
        parts = {language: {"name": each[part.key], "query": each[-1]} for language, each in known.items()}
        return {language: words(language)[key].format(number=part.number, **each) for language, each in parts.items()}

    labels: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    remarks: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for part in parts:
        called = texts(f"attention.{part.kind}", part)
        label = part.value.label = part.value.label or called["en"]
        if label == called["en"]:
            for language in LANGUAGES:
                labels[language][label] = called[language]
        if part.kind in REMARKED:
            for language, remark in texts(f"attention.{part.kind}.remark", part).items():
                remarks[language][label] = remark
    is_given = all(kind_of(value) != "parameter" for value in topological_order(mixture))
    title = texts("attention.title", parts[0])
    note = texts("attention.note.given" if is_given else "attention.note", parts[0])
    if head:
        for language in LANGUAGES:
            template = words(language)["attention.note.head"]
            note[language] = template.format(number=head[0], count=head[1], note=note[language])
    return Heading(title, note, labels=labels, remarks=remarks)


def _called(names: Sequence[str], language: str) -> list[str]:
    """Return what the keys belong to in quotation marks, as a letter such as a would read like a word."""
    text, called = words(language), []
    for i, name in enumerate(names):
        key = "attention.name.repeated" if names.count(name) > 1 else "attention.name"
        called.append(
            text[key].format(name=name, number=names[: i + 1].count(name)) if name else text["attention.start"]
        )
    return called


def _parts(mixture: Value) -> list[Part]:
    """List the parts of recorded attention, each once."""
    pairs = _factors(mixture)
    if any(weight.op != "/" for _, weight in pairs):  # the weights stand first
        pairs = [(value, weight) for weight, value in pairs]
    parts, products = [Part(mixture, "mixture")], []
    for key, (value, weight) in enumerate(pairs):
        _demand(weight.op == "/" and weight.operands[0].op == "exp")
        power, everything = weight.operands
        (score,) = power.operands
        products.append(product := _unscaled(score))
        parts += [Part(product, "product", key), Part(score, "score", key), Part(power, "exp", key)]
        parts += [Part(everything, "sum"), Part(weight, "weight", key), Part(value, "value", key)]
    sides = [tuple(zip(*_factors(product), strict=True)) for product in products]
    if any(first != sides[0][0] for first, _ in sides):  # the query is what all have in common
        sides = [(second, first) for first, second in sides]
    parts += [Part(number, "query", -1, i) for i, number in enumerate(sides[0][0], 1)]
    parts += [Part(number, "key", key, i) for key, (_, keys) in enumerate(sides) for i, number in enumerate(keys, 1)]
    return list({part.value: part for part in reversed(parts)}.values())


def _unscaled(score: Value) -> Value:
    """Return the sum of products behind a score: without a factor such as 1/√4, or the largest score taken off."""
    while score.op in ("*", "/", "-"):
        computed = [operand for operand in score.operands if not isinstance(operand, Constant)]
        if len(computed) != 1:
            break
        (score,) = computed
    return score


def _factors(value: Value) -> list[tuple[Value, Value]]:
    """List the factors of each product of a sum of products."""
    if value.op == "weighted_sum":
        return list(zip(value.operands[:-1:2], value.operands[1::2], strict=True))
    if value.op in ("total", "+"):
        return [pair for operand in value.operands for pair in _factors(operand)]
    _demand(value.op == "*")
    first, second = value.operands
    return [(first, second)]


def _demand(is_attention: bool) -> None:
    if not is_attention:
        raise ValueError(
            "expected a mixture, Σ value · weight with each weight = score.exp() / total and each score = "
            "Σ query · key, scaled or not; got a Value that was computed otherwise"
        )
