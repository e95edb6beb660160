"""One row through minigrad, an engine in C, in a process of its own: it crashes at its second backward.

Called with the sizes of a network and a file with its weights; prints the seconds of forward and backward of one row,
the loss and the gradients. A forward pass before warms it up.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(sizes: list[int], file: str) -> None:
    """Build the network with these weights, and time forward and backward of one row."""
    from minigrad import Value

    content = json.loads(Path(file).read_text(encoding="utf-8"))
    forward, parameters = network(sizes, iter(content["weights"]), content["row"], Value)
    forward()
    begin = time.perf_counter()
    loss = forward()
    loss.backward()
    seconds = time.perf_counter() - begin
    gradients = [float(parameter.grad) for parameter in parameters]
    print(json.dumps({"seconds": seconds, "loss": float(loss.data), "gradients": gradients}), flush=True)


def network(sizes: list[int], numbers: Any, row: list[float], value: Any) -> tuple[Callable[[], Any], list[Any]]:
    """Return what computes the loss of the row, and the parameters in our order."""
    layers = [
        [([value(next(numbers)) for _ in range(n_in)], value(next(numbers))) for _ in range(n_out)]
        for n_in, n_out in itertools.pairwise(sizes)
    ]

    def forward() -> Any:
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
