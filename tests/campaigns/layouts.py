"""Compare the layout of the page with Graphviz's: crossings, width, height and time over 219 graphs.

    python -m tests.campaigns.layouts              the medians and the worst ratios
    python -m tests.campaigns.layouts --all        every graph

Python lays the graphs out with Graphviz and writes them, with the sizes of their cards, as JSON; `layouts.mjs` lays
them out as the page does, counts the crossings of both drawings, and prints the ratios. It needs Node, and takes about
three minutes. The exit code is 1 if a ratio is beyond its limit: a median within a fifth of Graphviz's, and none beyond
a half. Times are of the processor, the fastest of three runs.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from microgrid.documents.examples import EXAMPLES
from microgrid.engine import Input, Value, total
from microgrid.graph.folding import Folding, cards_and_edges
from microgrid.graph.snapshot import Snapshot
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.pictures import layout as graphviz_layout
from tests.graphs import grown

SIZES = (5, 8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100, 130, 160, 200, 250, 300)
GRAPHS_OF_EACH_SIZE = 8
FITTING = Path(__file__).with_name("layouts.mjs")


def main() -> int:
    """Lay out all graphs twice, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="list every graph")
    parser.add_argument("--write", metavar="FILE", help="only write the graphs and Graphviz's layouts to this file")
    arguments = parser.parse_args()
    cases = [case(name, folding) for name, folding in foldings()]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(arguments.write or Path(folder) / "layouts.json")
        file.write_text(json.dumps(cases), encoding="utf-8")
        if arguments.write:
            return 0
        return subprocess.run(["node", FITTING, file, *(["--all"] if arguments.all else [])], check=False).returncode


def foldings() -> Iterator[tuple[str, Folding]]:
    """Yield graphs of 5 to 300 cards: the examples, random graphs, what people type, and networks."""
    for name, example in EXAMPLES.items():
        graph = example.record().snapshot
        yield name, cards_and_edges(graph, "neuron", name_all=True)
        yield f"{name} unfolded", cards_and_edges(graph, "none", name_all=True)
    for size in SIZES:
        for seed in range(GRAPHS_OF_EACH_SIZE):
            output, _ = grown(seed, size).with_values()
            yield f"random {size} seed {seed}", _unfolded(output)
    for size in SIZES:
        for seed in range(3):
            yield f"typed {size} seed {seed}", _unfolded(_typed(seed, size))
    for layers in ([1], [2, 1], [3, 1], [4, 1], [4, 4, 1], [8, 8, 1]):
        model = MLP(2, layers, activation="tanh", seed=1)
        loss = mean_squared_error(model([Input(1.0, "x1"), Input(2.0, "x2")]), Input(0.5, "target"))
        yield f"network {layers}", cards_and_edges(Snapshot.of(loss), "neuron", name_all=True)
        yield f"network {layers} unfolded", _unfolded(loss)


def _unfolded(output: Value) -> Folding:
    return cards_and_edges(Snapshot.of(output), "none", name_all=True)


def _typed(seed: int, size: int) -> Value:
    """Grow an expression as people type them: most results are used once, and a few leaves many times."""
    dice = random.Random(seed)
    leaves = [Value(dice.uniform(0.5, 2.0), f"x{i}") for i in range(dice.randint(2, 6))]
    parts: list[Value] = []
    for _ in range(size):
        own = [parts.pop(dice.randrange(len(parts))) for _ in range(min(len(parts), dice.choice([0, 1, 1, 2])))]
        while len(own) < 2:
            own.append(dice.choice(leaves) if dice.random() < 0.7 else Value(dice.uniform(0.5, 2.0)))
        operation = dice.choice(["+", "*", "-", "tanh", "total"])
        match operation:
            case "+":
                parts.append(own[0] + own[1])
            case "*":
                parts.append(own[0] * own[1])
            case "-":
                parts.append(own[0] - own[1])
            case "tanh":
                parts.append((own[0] * own[1]).tanh())
            case _:
                parts.append(total([*own, *parts[-2:]]))
    return total(parts) if len(parts) > 1 else parts[0]


def case(name: str, folding: Folding) -> dict[str, Any]:
    """Lay a graph out with Graphviz, and return it with what the page needs to know of it."""
    crowded = folding.is_crowded
    sizes = graphviz_layout._sizes(folding, crowded)
    placed = graphviz_layout._placed(folding, sizes, graphviz_layout.LABEL_SIZE_PX, compact=crowded)
    position = {card: i for i, card in enumerate(folding.cards)}
    return {
        "name": name,
        "cards": [
            {"width": sizes[card][0], "height": sizes[card][1], "isLeaf": card.is_leaf, "kind": card.kind}
            for card in folding.cards
        ],
        "edges": [
            {"operand": position[edge.operand], "result": position[edge.result],
             "labelled": edge.operand.kind != "constant"}
            for edge in folding.edges
        ],
        "options": {"isCrowded": crowded, "isCompact": crowded, "isFolded": folding.folds_nodes},
        "graphviz": {
            "boxes": [{"x": box.x, "y": box.y, "width": box.width, "height": box.height} for box in placed.boxes],
            "lines": [{"curve": line.curve, "tips": line.tips, "label": line.label} for line in placed.lines],
            "width": placed.width,
            "height": placed.height,
        },
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
