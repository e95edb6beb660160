"""The data of a page as JSON, in which nodes and cards are named by their positions."""

from __future__ import annotations

from microgrid._util.json_text import to_json
from microgrid.documents.examples import Heading
from microgrid.graph.node import KINDS
from microgrid.graph.operations import OPERATIONS
from microgrid.language.words import LANGUAGES
from microgrid.pictures.layout import Layout
from microgrid.relay.records import Record


def page_data(relay: Record, layout: Layout, heading: Heading) -> str:
    """Return the data of a page as JSON, escaped for a script element."""
    position = {node.id: i for i, node in enumerate(relay.nodes)}
    cards = [box.card for box in layout.boxes]
    card_at = {card.id: i for i, card in enumerate(cards)}
    ops = {node.op for node in relay.nodes}
    relus = [row for row in relay.snapshot.rows.values() if row[0].op == "relu"]
    labels = {node.label for node in relay.nodes if node.label}
    content = {
        "nodes": [
            [n.label, n.number, KINDS.index(n.kind), n.op, [position[name] for name in n.operands], n.data, n.formula]
            for n in relay.nodes
        ],
        # Relus with one node for each row: those of a neuron, and others with the same label.
        "rows": [[position[node.id] for node in row] for row in relus if len(row) > 1 or row[0].layer],
        "parameters": [position[parameter] for parameter in relay.parameters],
        "learningRate": relay.learning_rate,
        "cards": [
            [position[card.value.id], [position[node.id] for node in card.inside],
             [position[w.id] for w in card.weights], [position[b.id] for b in card.biases]]
            for card in cards
        ],
        "edges": [
            [card_at[line.edge.operand.id], card_at[line.edge.result.id],
             [[position[use.node.id], use.position] for use in line.edge.uses]]
            for line in layout.lines
        ],
        "labels": {
            language: {label: told for label in sorted(labels) if (told := heading.label_in(label, language)) != label}
            for language in LANGUAGES
        },
        "title": {language: heading.title.get(language, "") for language in LANGUAGES},
        "note": {language: heading.note.get(language, "") for language in LANGUAGES},
        "operations": {
            op: [f.symbol, f.operands, f.shown, f.slopes, f.summed, f.last]
            for op, f in OPERATIONS.items()
            if op in ops
        },
    }  # fmt: skip
    return to_json(content).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
