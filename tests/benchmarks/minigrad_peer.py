"""Rows through minigrad, an engine in C, in a process of its own.

For every Value that it frees it gives back one reference to None too many. CPython before 3.12 counts None like any
other object, and crashes in the end. But a graph whose backward has run is never freed; so every row here goes forward
and backward, and the process ends before its memory matters.

Called with the sizes of a network and a file with its weights and rows; prints the median time of forward and backward
of one row, and the loss and the gradients of the first row.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import clock

ROUNDS = 4


def main(sizes: Sequence[int], file: str) -> None:
    """Build the network with these weights, and time forward and backward of every row, several times."""
    from minigrad import Value

    content = json.loads(Path(file).read_text(encoding="utf-8"))
    forward, parameters = network(sizes, iter(content["weights"]), Value)
    first = forward(content["rows"][0])
    first.backward()
    numbers = {"loss": float(first.data), "gradients": [float(parameter.grad) for parameter in parameters]}
    seconds = []
    for row in content["rows"] * ROUNDS:
        begin = clock()
        forward(row).backward()
        seconds.append(clock() - begin)
    print(json.dumps({"seconds": statistics.median(seconds), **numbers}), flush=True)


def network(sizes: Sequence[int], numbers: Any, value: Any) -> tuple[Callable[[list[float]], Any], list[Any]]:
    """Return what computes the loss of a row, and the parameters in our order."""
    layers = [
        [([value(next(numbers)) for _ in range(n_in)], value(next(numbers))) for _ in range(n_out)]
        for n_in, n_out in itertools.pairwise(sizes)
    ]

    def forward(row: list[float]) -> Any:
        values = [value(x) for x in row[:-1]]
        for i, layer in enumerate(layers):
            sums = []
            for weights, bias in layer:
                total = bias
                for weight, one in zip(weights, values, strict=True):
                    total = total + weight * one
                sums.append(total)
            values = sums if i == len(layers) - 1 else [one.relu() for one in sums]
        return (values[0] - row[-1]) ** 2

    return forward, [one for layer in layers for weights, bias in layer for one in (*weights, bias)]


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split("-")], sys.argv[2])
