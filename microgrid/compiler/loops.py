"""Write functions for LLVM that have loops, and the loops of layers: sums of many products, and their shares.

Instructions are lines of text, each of which ends. `%i` is the register of a loop's counter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from microgrid.compiler.instructions import literal

Line = tuple[str, int, int]  # where numbers stand at regular distances: the array, the index of the first, the distance


def function(head: str, body: str) -> str:
    """Write a function; what it has on the stack comes first."""
    lines = sorted(body.splitlines(), key=lambda line: " = alloca " not in line)
    return "\n".join([f"define {head} {{\nentry:", *lines, "}\n"])


def loop(i: str, n: object, body: str) -> str:
    """Write instructions that are carried out n times; the register `%i` counts them."""
    return f"""%{i}.at = alloca i64
store i64 0, ptr %{i}.at
br label %{i}.test
{i}.test:
%{i} = load i64, ptr %{i}.at
%{i}.go = icmp slt i64 %{i}, {n}
br i1 %{i}.go, label %{i}.do, label %{i}.end
{i}.do:
{body}
%{i}.next = add i64 %{i}, 1
store i64 %{i}.next, ptr %{i}.at
br label %{i}.test
{i}.end:
"""


def when(condition: str, body: str) -> str:
    """Write instructions that are carried out if a register is true, which names them."""
    name = condition.lstrip("%")
    branch = f"br i1 {condition}, label %{name}.do, label %{name}.end\n"
    return f"{branch}{name}.do:\n{body}\nbr label %{name}.end\n{name}.end:\n"


def stop_if(condition: str) -> str:
    """Write the instructions that leave the function with the result `true` if a register is true."""
    name = condition.lstrip("%")
    return f"br i1 {condition}, label %{name}.stop, label %{name}.end\n{name}.stop:\nret i1 true\n{name}.end:\n"


def at(name: str, array: str, index: object) -> str:
    """Write the instructions that load a number; its address is `%name.at`."""
    return f"%{name}.at = getelementptr double, ptr {array}, i64 {index}\n%{name} = load double, ptr %{name}.at\n"


def add(name: str, array: str, index: object, number: str, condition: str = "true") -> str:
    """Write the instructions that add to a number if a condition holds."""
    added = f"%{name}.sum = fadd double %{name}, {number}\n"
    added += f"%{name}.new = select i1 {condition}, double %{name}.sum, double %{name}\n"
    return f"{at(name, array, index)}{added}store double %{name}.new, ptr %{name}.at\n"


@dataclass(frozen=True)
class Products:
    """The products of a sum whose weights and operands stand at regular distances, so that a loop can compute them.

    Attributes:
        n: how many there are.
        weights, xs: where the weights and the operands stand.
        to_weights, to_xs: whether they have gradients.
        are_relus: whether the operands are relus; a weight's share counts only where its relu is on.
        skips: whether products of relus that are off are left out.
    """

    n: int
    weights: Line
    xs: Line
    to_weights: bool
    to_xs: bool
    are_relus: bool
    skips: bool

    def sums(self, distances: Sequence[int], step: int) -> str:
        """Write the loop that adds them up from `%w` and `%x`, and those of other sums with the same operands.

        Args:
            distances: for each sum how far its weights are from these.
            step: how far it is from one result to the next, from `%to`.
        """
        before, turn, after = "", f"%w_at = mul i64 %i, {self.weights[2]}\n", ""
        for j, distance in enumerate(distances):
            before += f"%sum{j} = alloca double\nstore double {literal(0.0 if self.skips else -0.0)}, ptr %sum{j}\n"
            turn += f"%at{j} = add i64 %w_at, {distance}\n" + at(f"w{j}", "%w", f"%at{j}")
            turn += f"%product{j} = fmul double %w{j}, %x_i\n" + add(f"s{j}", f"%sum{j}", 0, f"%product{j}")
            after += f"%to{j} = getelementptr double, ptr %to, i64 {j * step}\n"
            after += f"%end{j} = load double, ptr %sum{j}\nstore double %end{j}, ptr %to{j}\n"
        x = f"%x_at = mul i64 %i, {self.xs[2]}\n" + at("x_i", "%x", "%x_at")
        if self.skips:
            turn = "%is_on = fcmp une double %x_i, 0.0\n" + when("%is_on", turn)
        head = "internal void @loop(ptr noalias %w, ptr noalias %x, ptr noalias %to) noinline"
        return function(head, before + loop("i", self.n, x + turn) + after + "ret void")

    def shares(self) -> str:
        """Write the loop that adds `%upstream` times `%x` to `%dw`, and times `%w` to `%dx`, if `%passes` is true."""
        turn = f"%w_at = mul i64 %i, {self.weights[2]}\n%x_at = mul i64 %i, {self.xs[2]}\n"
        turn += at("w_i", "%w", "%w_at") + at("x_i", "%x", "%x_at")
        if self.to_weights:
            is_on = "%is_on" if self.are_relus else "true"
            turn += "%is_on = fcmp une double %x_i, 0.0\n%w_share = fmul double %upstream, %x_i\n"
            turn += add("dw_i", "%dw", "%w_at", "%w_share", is_on)
        if self.to_xs:  # what a relu receives while it is off is not read
            turn += "%x_share = fmul double %upstream, %w_i\n" + add("dx_i", "%dx", "%x_at", "%x_share")
        arrays = ", ".join(f"ptr noalias %{array}" for array in ("w", "dw", "x", "dx"))
        head = f"internal void @loop({arrays}, double %upstream, i1 %passes) noinline"
        return function(head, when("%passes", loop("i", self.n, turn)) + "ret void")
