"""Name the parts of recorded attention, so that a page tells of queries, keys, scores, weights and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrid.documents.examples import Heading
from microgrid.engine import Value
from microgrid.language.words import LANGUAGES, words

REMARKED = ("product", "score", "exp", "sum", "weight", "mixture")  # of their steps there is something to say
SCALED = ("*", "/", "-")  # between a score and its products, such as 1/√4, or the largest score taken off


class Part(NamedTuple):
    """A part of attention: what it is, the position of its key (-1: of all), and its number among its like."""

    value: Value
    kind: str
    key: int = -1
    number: int = 0


def name_attention(mixture: Value, names: Sequence[str]) -> Heading:
    """Label the parts of recorded attention, and return the heading of its page, for `Relay.save`.

    The heading says in English and Japanese what each step is for. What has a label already keeps it.

    Args:
        mixture: one number of what attention gives: a `weighted_sum`, with bias 0, of values and softmax weights. Each
            weight is exp(score) ÷ total; each score is the `weighted_sum`, with bias 0, of a query and a key, scaled or
            not.
        names: what the keys belong to, in order, such as the letters of a name; "" is the start. The query is that of
            the last one.

    Raises:
        ValueError: the mixture was computed otherwise, or there are not as many names as keys.

    >>> from microgrid import Input, total, weighted_sum
    >>> query, keys = [Input(1.0), Input(2.0)], [[Input(3.0), Input(4.0)], [Input(0.0), Input(1.0)]]
    >>> powers = [weighted_sum(query, key, 0).exp() for key in keys]
    >>> weights = [power / total(powers) for power in powers]
    >>> heading = name_attention(weighted_sum([Input(5.0), Input(6.0)], weights, 0), ["", "a"])
    >>> keys[1][0].label, powers[0].label, heading.label_in("exp of start", "ja")
    ('k1 of a', 'exp of start', '始まりの exp')
    """
    parts = _parts(mixture)
    n_keys = 1 + max(part.key for part in parts)
    if len(names) != n_keys:
        raise ValueError(f"expected a name for each key, got {len(names)} names for {n_keys} keys")
    known = {language: [name or words(language)["attention.start"] for name in names] for language in LANGUAGES}

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
    title, note = (texts(f"attention.{each}", parts[0]) for each in ("title", "note"))
    return Heading(title, note, labels=labels, remarks=remarks)


def _parts(mixture: Value) -> list[Part]:
    """List the parts of recorded attention, each once."""
    values, weights = _factors(mixture)
    if any(weight.op != "/" for weight in weights):  # they stand first
        values, weights = weights, values
    parts = [Part(mixture, "mixture")]
    products = []
    for key, (value, weight) in enumerate(zip(values, weights, strict=True)):
        _demand(weight.op == "/" and weight.operands[0].op == "exp")
        power, everything = weight.operands
        score = product = power.operands[0]
        while product.op in SCALED:
            product = product.operands[0]
        products.append(product)
        parts += [Part(product, "product", key), Part(score, "score", key), Part(power, "exp", key)]
        parts += [Part(everything, "sum"), Part(weight, "weight", key), Part(value, "value", key)]
    pairs = [_factors(product) for product in products]
    if any(first != pairs[0][0] for first, _ in pairs):  # the query is what all have in common
        pairs = [(second, first) for first, second in pairs]
    parts += [Part(number, "query", -1, i) for i, number in enumerate(pairs[0][0], 1)]
    parts += [Part(number, "key", key, i) for key, (_, keys) in enumerate(pairs) for i, number in enumerate(keys, 1)]
    return list({part.value: part for part in reversed(parts)}.values())


def _factors(value: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return both factors of each product of a weighted sum."""
    _demand(value.op == "weighted_sum")
    return value.operands[:-1:2], value.operands[1::2]


def _demand(is_attention: bool) -> None:
    if not is_attention:
        raise ValueError(
            "expected weighted_sum(values, weights, 0) with each weight = score.exp() / total, and each score = "
            "weighted_sum(query, key, 0), scaled or not; got a Value that was computed otherwise"
        )
