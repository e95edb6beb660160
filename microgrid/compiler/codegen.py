"""Generate the programs of a graph: the forward pass, then the backward pass, as readable Python.

In a program, `d_` before a name stands for the gradient of what it names, and `_on` after the name of a relu for
whether it is on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from microgrid._util.text import single_line
from microgrid.compiler.dataflow import Contribution, Dataflow, Term
from microgrid.compiler.syntax import identifiers, indent, literal, merge_guards, power, substitute, sum_of, zeros
from microgrid.engine import Constant, Value
from microgrid.graph import operations
from microgrid.nn import NeuronName

CAN_FAIL = ("sqrt", "**", "/", "log")  # their slopes may not exist; check before any gradient changes


class CodeGenerator:
    """Generates the programs of one graph as lines of text."""

    def __init__(
        self, dataflow: Dataflow, inputs: Sequence[Value], parameters: Sequence[Value], others: Sequence[Value]
    ) -> None:
        self.dataflow, self.inputs, self.parameters = dataflow, inputs, parameters
        self.order = self.forward_order = dataflow.order
        self.comments = _comments(self.order)
        self.names = self._names([*dataflow.same])
        self.read = [*parameters, *others]
        self.early_slopes: dict[tuple[Value, int], str] = {}

    def _names(self, order: Sequence[Value]) -> dict[Value, str]:
        nodes = list(dict.fromkeys([*order, *self.inputs]))
        labels = [
            f"{self.comments[node]}_sum" if node in self.comments and not node.label else str(node.label)
            for node in nodes
        ]
        return dict(zip(nodes, identifiers(labels), strict=True))

    def compiled(self, name: str, source: str) -> Callable[..., Any]:
        """Compile a program to a function whose namespace holds the Values and the functions of the formulas only."""
        namespace: dict[str, Any] = {f"{self.names[node]}_value": node for node in self.read}
        namespace |= {"power": power, **operations.FUNCTIONS}
        exec(compile(source, f"<{name} of a compiled graph>", "exec"), namespace)
        program: Callable[..., Any] = namespace[name]
        return program

    # --- the programs ------------------------------------------------------------------------------------------------

    def learn(self) -> str:
        """Write the program for many rows: it accumulates loss and gradients over the rows, and returns the mean."""
        wanted = [self.names[parameter] for parameter in self.parameters]
        lines = ["def learn(rows):", *indent(self._reading(self.read))]
        lines += indent(["# gradients start at 0", *zeros([f"d_{name}" for name in wanted]), "losses = 0.0"])
        lines.append(f"    for {self._row()} in rows:")
        total = f"losses += {self._text(self.dataflow.output)}"
        lines += indent([*self._know(), total, *self._think("d_{name} += {share}")], 2)
        lines += indent(["# the mean over all rows", "n_rows = len(rows)"])
        lines += indent([f"{name}_value.grad += d_{name} / n_rows" for name in wanted])
        return "\n".join([*lines, "    return losses / n_rows"])

    def learn_one(self) -> str:
        """Write the program for one row: weights are read where they are used, and shares added to `grad` directly."""
        row = ", ".join(self.names[leaf] for leaf in self.inputs)
        often = [node for node in self.read if self.dataflow.n_users[node] != 1]
        lines = [f"def learn_one({row}):", *indent([*self._reading(often), *self._know()])]
        lines += indent(self._think("{name}_value.grad += {share}"))
        return "\n".join([*lines, f"    return {self._text(self.dataflow.output)}"])

    def predict(self) -> str:
        """Write the program of the forward pass alone."""
        lines = ["def predict(rows):", *indent([*self._reading(self.read), "outputs = []"])]
        lines.append(f"    for {self._row()} in rows:")
        lines += indent([*self._know(slopes=False), f"outputs.append({self._text(self.dataflow.output)})"], 2)
        return "\n".join([*lines, "    return outputs"])

    def _row(self) -> str:
        names = [self.names[leaf] for leaf in self.inputs]
        return ", ".join(names) + ("," if len(names) == 1 else "") if names else "()"

    def _reading(self, first: Sequence[Value]) -> list[str]:
        """Write the lines that read these numbers first; the others are read where they are used."""
        self.texts = self.names | {node: f"{self.names[node]}_value.data" for node in self.read}
        self.texts |= {node: self.names[node] for node in first}
        lines = [f"{self.names[node]} = {self.names[node]}_value.data" for node in first]
        return ["# the current values", *lines] if lines else []

    # --- Know --------------------------------------------------------------------------------------------------------

    def _know(self, slopes: bool = True) -> list[str]:
        lines = ["# --- Know ---", *self._early_sums()]
        for node in self.forward_order:
            if not node.op:
                continue
            if node in self.comments:
                lines.append(_comment(self.comments[node]))
            if node.op == "relu":
                lines += self._relu(node)
                continue
            terms = self.dataflow.terms[node]
            begun = self.dataflow.begun.get(node, 0)
            lines += sum_of(self.names[node], [self._addend(term) for term in terms[begun:]], begun > 0)
            if slopes and node.op in CAN_FAIL:
                lines += self._slopes_first(node)
        return lines

    def _early_sums(self) -> list[str]:
        """Write the lines that start the sums to which relus add their outputs early."""
        lines, empty = [], []
        for node, begun in self.dataflow.begun.items():
            first = [self._addend(term) for term in self.dataflow.terms[node][:begun] if term.switch is None]
            if first:
                lines += sum_of(self.names[node], first)
            else:
                empty.append(self.names[node])
        why = ["# a relu is off where its input is 0 or less; those that are on add to these sums"]
        return [*why, *zeros(empty), *lines] if self.dataflow.begun else []

    def _relu(self, node: Value) -> list[str]:
        """Write the lines that decide whether a relu is on, and then add its output to the sums that use it."""
        name, operand = self.names[node], self._text(self.dataflow.terms[node][0].operands[0])
        lines = [f"{name}_on = not {operand} <= 0.0"]  # so that NaN passes through
        added = [f"{self.names[node]} += {self._addend(term)}" for node, term in self.dataflow.pushed[node]]
        if self.dataflow.is_always_read(node):
            lines.append(f"{name} = {operand} if {name}_on else 0.0")
        else:
            added = [f"{name} = {operand}", *added]
        return [*lines, f"if {name}_on:", *indent(added)] if added else lines

    def _addend(self, term: Term) -> str:
        is_summed = operations.OPERATIONS[term.node.op].summed
        return substitute(term.value, self._texts(term), within="sum" if is_summed else "")

    def _slopes_first(self, node: Value) -> list[str]:
        """Write the lines that compute slopes that may not exist, before any gradient is changed."""
        lines = []
        for contribution in self.dataflow.contributions_from[node]:
            slope = substitute(contribution.local_derivative, self._texts(contribution.term))
            if any(sign in slope for sign in ("/", "**", "(")):
                name = f"slope{contribution.position + 1}_{self.names[node]}"
                self.early_slopes[node, contribution.position] = name
                lines.append(f"{name} = {slope}")
        return lines

    # --- Think -------------------------------------------------------------------------------------------------------

    def _think(self, to_parameter: str) -> list[str]:
        """Write the backward pass; `to_parameter` is the template of the line that adds a share to a parameter."""
        self.d_names = {self.dataflow.output: "1.0"}
        self.begins_at_zero: list[str] = []
        lines, waiting, opened = [], "", None
        if self.dataflow.output in self.parameters:
            lines.append(to_parameter.format(name=self.names[self.dataflow.output], share="1.0"))
        for node in reversed(self.order):
            if node not in self.dataflow.live or not node.op:
                continue
            waiting = _comment(node.label) if isinstance(node.label, NeuronName) else waiting
            guard = self.dataflow.guard[node]
            block = [*self._gradient(node), *self._lines_of_shares(node, to_parameter)]
            if not block:
                continue
            if waiting or guard is not opened:
                lines += [waiting] if waiting else []
                lines += [f"if {self.names[guard]}_on:"] if guard else []
                waiting, opened = "", guard
            lines += indent(block, 1 if guard else 0)
        begin = ["# gradients that accumulate shares", *zeros(self.begins_at_zero)] if self.begins_at_zero else []
        return ["# --- Think ---", *begin, *merge_guards(lines)]

    def _gradient(self, node: Value) -> list[str]:
        """Name the gradient of a node, and write its sum where one expression can hold all of its shares."""
        contributions = self.dataflow.contributions_to[node]
        if node is self.dataflow.output:
            return []
        if self.dataflow.is_passed_on(contributions[0]):
            self.d_names[node] = self.d_names[contributions[0].user]
            return []
        name = self.d_names[node] = f"d_{self.names[node]}"
        return (
            sum_of(name, [self._share(contribution) for contribution in contributions])
            if node in self.dataflow.collected
            else []
        )

    def _lines_of_shares(self, node: Value, to_parameter: str) -> list[str]:
        """Write the shares of parameters, and of operands that do not sum their shares in one expression."""
        lines: list[str] = []
        for switch, contributions in groupby(self.dataflow.contributions_from[node], attrgetter("switch")):
            block = [
                line for contribution in contributions for line in self._lines_of_share(contribution, to_parameter)
            ]
            if switch and block:
                lines += [f"if {self.names[switch]}_on:", *indent(block)]
            else:
                lines += block
        return lines

    def _lines_of_share(self, contribution: Contribution, to_parameter: str) -> list[str]:
        operand, name = contribution.operand, self.names[contribution.operand]
        if not operand.op:
            return [to_parameter.format(name=name, share=self._share(contribution))]
        if self.dataflow.is_passed_on(contribution) or operand in self.dataflow.collected:
            return []
        is_first = contribution is self.dataflow.contributions_to[operand][0]
        if is_first and self.dataflow.is_first_for_sure(contribution):
            return [f"d_{name} = {self._share(contribution)}"]
        if is_first:
            self.begins_at_zero.append(f"d_{name}")
        return [f"d_{name} += {self._share(contribution)}"]

    def _share(self, contribution: Contribution) -> str:
        upstream, slope = self.d_names[contribution.user], contribution.local_derivative
        if contribution.user.op == "relu" or slope == "1":
            return upstream
        if early := self.early_slopes.get((contribution.user, contribution.position)):
            return early if upstream == "1.0" else f"{upstream} * {early}"
        texts = self._texts(contribution.term)
        if upstream == "1.0":
            return substitute(slope, texts, within="sum")
        return f"-{upstream}" if slope == "-1" else f"{upstream} * {substitute(slope, texts, within='product')}"

    # --- texts -------------------------------------------------------------------------------------------------------

    def _texts(self, term: Term) -> dict[str, str]:
        texts = {name: self._text(operand) for name, operand in zip(term.names, term.operands, strict=True)}
        return texts | {"out": self.names[term.node]}

    def _text(self, node: Value) -> str:
        return literal(node.data) if isinstance(node, Constant) else self.texts[node]


def _comments(order: Sequence[Value]) -> dict[Value, NeuronName]:
    """Map the sum of each neuron, where its computation begins, to the neuron's name."""
    comments = {}
    for node in order:
        if isinstance(node.label, NeuronName):
            inner = node
            while inner.op not in ("weighted_sum", "total", ""):
                inner = inner.operands[0]
            comments[inner] = node.label
    return comments


def _comment(label: str) -> str:
    return f"# {single_line(label)}"  # a label may have several lines, a comment has one
