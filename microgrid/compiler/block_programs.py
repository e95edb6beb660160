"""Write the programs of a block: a piece of a model with several outputs, whose inputs receive shares, too.

What a backward pass computes is the gradient of Σ (upstream · output), so the generator of `compile_graph` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from microgrid.compiler.codegen import CodeGenerator
from microgrid.compiler.compile import other_leaves
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.syntax import indent, zeros
from microgrid.engine import Input, Value, topological_order, total


class BlockGraph:
    """The graph Σ (upstream · output), whose gradients are the shares that a block returns and adds."""

    def __init__(self, inputs: Sequence[Value], outputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        self.inputs, self.parameters = inputs, parameters
        self.outputs = [output if output.op else total([output]) for output in outputs]
        self.upstream = [Input(1.0, f"upstream_{output.label or i}") for i, output in enumerate(outputs)]
        self.products = [upstream * output for upstream, output in zip(self.upstream, self.outputs, strict=True)]
        for product in self.products:
            product.label = "share"  # what has a label is not made part of a sum
        order = topological_order(total(self.products))
        self.dataflow = Dataflow(order, [*parameters, *inputs])
        self.others = other_leaves(self.dataflow, {*inputs, *self.upstream, *parameters})


class BlockGenerator(CodeGenerator):
    """Generates the programs of a block, each for several rows."""

    def __init__(self, graph: BlockGraph) -> None:
        rows, wanted = [*graph.inputs, *graph.upstream], [*graph.parameters, *graph.inputs]
        super().__init__(graph.dataflow, rows, wanted, graph.others)
        self.graph, self.read, self.texts = graph, [*graph.parameters, *graph.others], self.names
        end = {self.dataflow.output, *graph.products}  # which only the gradients begin from
        self.forward_order = [node for node in self.order if node not in end]

    @cached_property
    def programs(self) -> dict[str, str]:
        """Write the forward pass alone, the forward pass that keeps all that it computes, and the backward pass."""
        predict, know, think = self._know(slopes=False), self._know(), self._think("d_{name} += {share}")
        graph, names, read = self.graph, self.names, _unpacked(self._named(self.read))
        row, upstream = _list(self._named(graph.inputs)), _list(self._named(graph.upstream))
        outputs = f"outputs += {_list(self._text(self.dataflow.same[output]) for output in graph.outputs)}"
        computed = [node for node in self.forward_order if node.op]
        on = [f"{names[node]}_on" for node in computed if node.op == "relu"]
        kept = _list([*self._named([*graph.inputs, *computed]), *on, *self.early_slopes.values()])
        off = zeros([names[node] for node in computed if node.op == "relu"])  # read while they are on only
        gradients, to_inputs = (
            [f"d_{name}" for name in self._named(leaves)] for leaves in (graph.parameters, graph.inputs)
        )
        return {
            "predict": _program(
                "predict(rows, numbers)", [*read, "outputs = []"], f"{row} in rows", [*predict, outputs], "outputs"
            ),
            "forward": _program(
                "forward(rows, numbers)",
                [*read, "outputs, kept = [], []", *off],
                f"{row} in rows",
                [*know, outputs, f"kept.append({kept})"],
                "outputs, kept",
            ),
            "backward": _program(
                "backward(shares, kept, numbers, gradients)",
                [*read, *_unpacked(gradients, "gradients"), "to_inputs = []"],
                f"{upstream}, {kept} in zip(shares, kept)",
                [*zeros(to_inputs), *think, f"to_inputs += {_list(to_inputs)}"],
                f"to_inputs, {_list(gradients)}",
            ),
        }

    def _named(self, nodes: Iterable[Value]) -> list[str]:
        return [self.names[node] for node in nodes]


def _program(head: str, first: Sequence[str], loop: str, lines: Sequence[str], result: str) -> str:
    """Write a function that loops over rows."""
    return "\n".join([f"def {head}:", *indent(first), f"    for {loop}:", *indent(lines, 2), f"    return {result}"])


def _unpacked(names: Sequence[str], source: str = "numbers") -> list[str]:
    return [f"{_list(names)} = {source}"] if names else []


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"
