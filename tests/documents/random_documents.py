"""Random documents, which both readers must read alike: `python -m tests.documents.random_documents 1000 > many.json`.

Every document is Python, so that it can also be run. Of each, the file holds the text, the nodes that it becomes, the
parameters, and one cycle: the gradients by backward(), and the parameters after the update.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from typing import Any

from microgrid.documents.document import read_document
from microgrid.graph.node import Node
from microgrid.graph.snapshot import Snapshot

LEARNING_RATE = 0.05
BASIC = ("", "+", "-", "*", "/", "neg", "total", "weighted_sum")  # which give the same bits everywhere
NAMES = [
    "w",
    "b",
    "x",
    "x1",
    "X_2",
    "y",
    "t",
    "target",
    "重み",
    "入力1",
    "正解",
    "バイアス",
    "ｗ",
    "α",
    "é",
    "e1",
    "教師信号",
]
RESULTS = ["p", "c", "d", "loss", "予測", "損失", "h1", "out_", "w"]
NUMBERS = [
    "3",
    "2",
    "0.5",
    "-1.5",
    "1",
    "0",
    "1_0",
    "2.5e-1",
    ".25",
    "-2",
    "7.",
    "1/4",
    "-(2 - 3)*0.5",
    "abs(-2)",
    "2**3",
]
SAFE = ["tanh", "sigmoid", "relu", "softplus", "sin", "cos"]
FUNCTIONS = [*SAFE, "leaky_relu"]
LABELS = ["w", "りんごの単価", "a # b", "（重み）", "it\\'s", "x·w"]


class RandomDocument:
    """Writes a document from a seed; `text` is what it wrote."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.known: list[str] = []
        self.is_basic = (
            self.random.random() < 0.3
        )  # + - * / only, for which every reader's numbers are equal bit for bit
        lines = [*self.leaves(), *(self.statement() for _ in range(self.random.randrange(8)))]
        lines.append(self.random.choice(["loss = {}", "{}", "損失 = {}"]).format(self.expression(3)))
        if lines[-1].startswith("loss") and self.random.random() < 0.3:
            lines.append(self.random.choice(["loss.backward()", "loss", "print(loss.data, f'{loss.grad}')"]))
        self.text = "".join(self.ended(line) for line in lines)

    def leaves(self) -> list[str]:
        names = self.random.sample(NAMES, self.random.randint(1, 5))
        if len(names) > 2 and self.random.random() < 0.4:
            several = ", ".join(names[:2]), ", ".join(self.leaf() for _ in names[:2])
            lines = [self.random.choice(["{} = {}", "({}) = ({})", "{} = ({})"]).format(*several)]
        else:
            lines = [f"{' = '.join(names[:2])} = {self.leaf()}"]
        lines += [f"{name} = {self.leaf()}" for name in names[2:]]
        self.known += names
        return lines

    def leaf(self) -> str:
        number = self.random.choice(NUMBERS)
        kind = self.random.choice(["", "", "Value", "Value", "Input", "Constant"])
        if not kind:
            return number
        label = self.random.choice(["", "", "", ", '{}'", ", label='{}'"]).format(self.random.choice(LABELS))
        return f"{kind}({number}{label})"

    def statement(self) -> str:
        name = self.random.choice(RESULTS)
        match self.random.randrange(8):
            case 0 if self.known:
                sign = self.random.choice(["+=", "-=", "*="])
                return f"{self.random.choice(self.known)} {sign} {self.expression(2)}"
            case 1:
                return f"{self.random.choice(self.known)}.label = '{self.random.choice(LABELS)}'"
            case 2:
                return self.random.choice(["# only (words", "", "import math", "print('a', end='')"])
            case 3:
                text = f"{name}, {name}2 = {self.expression(2)}, {self.expression(1)}"
                self.known += [name, f"{name}2"]
                return text
            case _:
                text = f"{name} = {self.expression(3)}"
                self.known.append(name)
                return text

    def expression(self, depth: int) -> str:
        """Write an expression of at most some levels, which has a Value in it."""
        if depth == 0:
            return self.random.choice([*self.known, *self.known, self.leaf_in_place()])
        inner = self.expression(depth - 1)
        other = self.expression(depth - 1) if self.random.random() < 0.6 else self.random.choice(NUMBERS)
        if self.random.random() < 0.5 or self.is_basic:
            return self.combined(inner, other)
        return self.called(inner, other)

    def leaf_in_place(self) -> str:
        return f"{self.random.choice(['Value', 'Input', 'Constant'])}({self.random.choice(NUMBERS)})"

    def combined(self, a: str, b: str) -> str:
        sign = self.random.choice(["+", "-", "*", "-", "+", "*", "/"])
        if sign != "/" and self.random.random() < 0.3:
            a, b = b, a
        if sign == "/":
            b = self.random.choice(["4", "0.5", "(1 + 2*2)"])
        a, b = (f"({each})" if self.random.random() < 0.6 else each for each in (a, b))
        space = self.random.choice(["", " ", "  "])
        return self.random.choice(["", "", "", "-", "+", "--"]) + f"{a}{space}{sign}{space}{b}"

    def called(self, a: str, b: str) -> str:
        match self.random.randrange(8):
            case 0:
                return f"{self.random.choice(FUNCTIONS)}({a})"
            case 1:
                return f"({a}).{self.random.choice(FUNCTIONS)}()"
            case 2:
                return f"({a}).tanh()**{self.random.choice(['2', '3', '(1 + 1)'])}"
            case 3:
                return f"{self.random.choice(['maximum', 'minimum', 'max', 'min'])}({a}, {b})"
            case 4:
                return f"{self.random.choice(['total', 'sum'])}([{a}, {b}, 1])"
            case 5:
                return f"weighted_sum([{a}, 2], [{b}, {a}], {self.random.choice(['0', '1.5', b])})"
            case 6:
                return f"{self.random.choice(['log', 'sqrt'])}(abs({a}) + 1)"
            case _:
                return f"exp(tanh({a}))/(abs({b}) + 1)"

    def ended(self, line: str) -> str:
        """Return a line with its end, which may be a semicolon, with a comment."""
        if not line or line.startswith("#"):
            return f"{line}\n"
        return line + self.random.choice(["\n", "\n", "\n", "\n\n", "; ", "  # (behind\n"])


def accepted(nodes: Sequence[Node]) -> dict[str, Any]:
    """Return a graph as `cases.json` has it."""
    position = {node.id: i for i, node in enumerate(nodes)}
    listed = [
        {
            "label": node.label,
            "kind": node.kind,
            "op": node.op,
            "operands": [position[operand] for operand in node.operands],
            "data": node.data,
        }
        for node in nodes
    ]
    parameters = [i for i, node in enumerate(nodes) if node.kind == "parameter"]
    return {"nodes": listed, "parameters": parameters, "output": len(nodes) - 1}


def record(text: str) -> dict[str, Any]:
    """Return what a document becomes, with one cycle."""
    output = read_document(text)
    output.backward()
    nodes = Snapshot.of(output).nodes
    content = accepted(nodes)
    return {
        "text": text,
        **content,
        "gradients": [node.grad for node in nodes],
        "updated": [nodes[i].data - LEARNING_RATE * nodes[i].grad for i in content["parameters"]],
        "basic": all(node.op in BASIC for node in nodes),
    }


def records(count: int, first_seed: int = 0) -> list[dict[str, Any]]:
    """Return the records of documents whose seeds follow each other."""
    return [record(RandomDocument(seed).text) for seed in range(first_seed, first_seed + count)]


if __name__ == "__main__":
    json.dump(records(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0), sys.stdout, ensure_ascii=False)
