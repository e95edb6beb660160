"""Describe a whole relay in words: its lines, unfolded or folded by neuron, and the table of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from microgrid._util.text import display_width, padded, shortened
from microgrid._util.validation import check_choice
from microgrid.graph.folding import Card, Edge, cards_and_edges
from microgrid.graph.operations import as_written
from microgrid.language.numerals import powers_of_ten, show
from microgrid.language.words import words
from microgrid.relay.records import PHASES, Change, Record, Share
from microgrid.relay.sentences import (
    Wording,
    first_non_finite,
    handed_on,
    in_words,
    outcome,
    typeset_wording,
    with_status,
)

TABLE_FOLDS = ("auto", "none", "neuron")
TABLE_COLUMNS = 100
MAX_NAME_COLUMNS = 34
RESULT_COLUMNS = {"know": "value", "think": "column.think", "change": "column.change"}
"""The key of the heading above the results, by phase."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A value or, folded, a neuron that the lines are about. `value` is its number at the start."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A relay in words: its lines, and the subjects they are about, in topological order."""

    lines: tuple[Wording, ...]
    subjects: tuple[Subject, ...]


def tell(relay: Record, language: str = "en", fold: str = "auto") -> Telling:
    """Describe every step of a relay in words; folded by neuron, the steps inside a neuron are one line.

    Raises:
        ValueError: an unknown language or fold.
    """
    words(language)
    check_choice("fold", fold, TABLE_FOLDS)
    if fold != "none":
        cards, edges = cards_and_edges(relay.snapshot, fold)
        if fold == "auto" and any(len(card.outputs) > 1 for card in cards):  # a card of a whole layer has no sentence
            cards, edges = cards_and_edges(relay.snapshot, "neuron")
        if any(card.is_neuron for card in cards):
            return _Folded(relay, language, cards, edges).tell()
    lines = tuple(in_words(relay, step, language) for step in relay.steps)
    shown = [node for node in relay.nodes if node.kind != "constant"]
    starts = ((node, "" if node.op else powers_of_ten(show(node.data))) for node in shown)
    return Telling(lines, tuple(Subject(node.id, node.name, value) for node, value in starts))


class _Folded:
    """The lines of a network, neuron by neuron."""

    def __init__(self, relay: Record, language: str, cards: list[Card], edges: list[Edge]) -> None:
        self.relay, self.language, self.text = relay, language, words(language)
        self.cards = [card for card in cards if card.kind != "constant"]
        self.edges: dict[str, list[Edge]] = {card.id: [] for card in cards}
        for edge in edges:
            self.edges[edge.result.id].append(edge)
        self.names = {card.id: relay.node(card.id).name for card in cards}
        self.steps = {step.node: step for step in relay.steps_of("know")}
        self.shares = {(step.node, step.position): step for step in relay.steps if isinstance(step, Share)}

    def tell(self) -> Telling:
        know = [self.know(card) for card in self.cards if not card.value.is_leaf]
        values = ((card, show(card.value.data) if card.value.is_leaf else "") for card in self.cards)
        starts = ((card, powers_of_ten(value)) for card, value in values)
        subjects = tuple(Subject(card.id, self.names[card.id], value) for card, value in starts)
        lines = (*know, *self.think(), *self.change())
        return Telling(tuple(typeset_wording(line) for line in lines), subjects)

    def know(self, card: Card) -> Wording:
        if not card.is_neuron or card.id in self.relay.snapshot.sums_of_products:
            return in_words(self.relay, self.steps[card.id], self.language)
        name, formula = self.names[card.id], card.operation
        total = next(node for node in card.inside if node.is_sum)
        result = show(card.value.data)
        count = (len(total.operands) - 1) // (1 if total.op == "total" else 2)
        one = ".one" if count == 1 else ""
        if total is card.value:
            sentence = self.text[f"know.neuron.linear{one}"].format(name=name, count=count, result=result)
            return Wording("know", card.id, name, formula, result, sentence)
        numbers = f"{as_written(card.value.op, 1).symbol}({show(total.data)})"
        sentence = self.text[f"know.neuron{one}"].format(name=name, count=count, numbers=numbers, result=result)
        return Wording("know", card.id, name, f"{formula} = {numbers}", result, sentence)

    def think(self) -> Iterator[Wording]:
        so_far = {card.id: 0.0 for card in self.cards}
        yield in_words(self.relay, self.relay.steps_of("think")[0], self.language)
        for card in reversed(self.cards):
            for edge in self.edges[card.id]:
                if edge.share is not None:
                    so_far[edge.operand.id] += edge.share
                    yield self.share(edge, so_far[edge.operand.id])
            if card.weights or card.biases:
                yield self.keep(card)

    def share(self, edge: Edge, after: float) -> Wording:
        if len(edge.uses) == len(edge.result.inside) == 1:
            (use,) = edge.uses
            return in_words(self.relay, replace(self.shares[use.node.id, use.position], after=after), self.language)
        giver, local, share = edge.result.id, edge.local_derivative or 0.0, edge.share or 0.0
        numbers = {"upstream": self.relay.gradients[giver], "local": local, "share": share, "after": after}
        wording = handed_on(self.names[giver], self.relay.node(edge.operand.id), numbers, self.text)
        status = self.relay.status.get(giver, "")
        return replace(wording, sentence=with_status(wording.sentence, self.names[giver], status, self.text))

    def keep(self, card: Card) -> Wording:
        name = self.names[card.id]
        kept = (("dW", card.weights), ("db", card.biases))
        formula = ", ".join(f"{name} = {', '.join(map(show, shares.values()))}" for name, shares in kept if shares)
        sentence = f"{self.text['keep'].format(name=name)}\n{formula}"
        return Wording("think", card.id, self.text["name.keeps"].format(name=name), formula, "", sentence)

    def change(self) -> Iterator[Wording]:
        changes = {step.node: step for step in self.relay.steps if isinstance(step, Change)}
        seen: set[str] = set()
        for card in self.cards:
            own = [parameter.id for parameter in (*card.weights, *card.biases)]
            if card.value.is_leaf:
                own = [card.id]
            steps = [changes[name] for name in own if name in changes and name not in seen]
            seen.update(own)
            if len(steps) == 1 and card.value.is_leaf:
                yield in_words(self.relay, steps[0], self.language)
            elif steps:
                furthest = max(steps, key=lambda step: abs(step.after - step.before))
                furthest_line = in_words(self.relay, furthest, self.language)
                name = self.relay.node(card.id).label or card.id  # it has the same weights for all rows
                parameter = furthest_line.name.removeprefix(f"{name}.")
                moves = furthest.after != furthest.before
                sentence = self.text["change.neuron" if moves else "change.neuron.none"].format(
                    name=name,
                    parameter=parameter,
                    formula=furthest_line.formula,
                    after=furthest_line.result,
                )
                formula = f"{parameter}: {furthest_line.formula} …"
                yield Wording("change", card.id, f"{name} ({len(steps)})", formula, furthest_line.result, sentence)


def table(relay: Record, language: str = "en", fold: str = "auto") -> str:
    """Return the whole cycle as a table of at most `TABLE_COLUMNS` columns."""
    text, lines = words(language), tell(relay, language, fold).lines
    longest = max(min(display_width(wording.name), MAX_NAME_COLUMNS) for wording in lines)
    rows: list[str] = []
    for phase in PHASES:
        of_phase = [(number, wording) for number, wording in enumerate(lines, start=1) if wording.phase == phase]
        if of_phase:
            rows.append(_row(f"{text[f'phase.{phase}']}  {text[f'heading.{phase}']}", text[RESULT_COLUMNS[phase]]))
        for number, wording in of_phase:
            name = shortened(wording.name, MAX_NAME_COLUMNS)
            rows.append(_row(f"{number:>4}  {padded(name, longest)}  {wording.formula}", wording.result))
        rows += [""] if of_phase else []
    notes = [first_non_finite(relay, language), outcome(relay, language)]
    return "\n".join([*rows, *(note for note in notes if note)])


def _row(left: str, right: str) -> str:
    room = TABLE_COLUMNS - display_width(right)
    return (padded(shortened(left, room - 2), room) + right).rstrip()
