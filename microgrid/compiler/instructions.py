"""Write functions in LLVM's intermediate representation: instructions, loops, and the formulas of the table."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

C_FUNCTIONS = ("exp", "log", "log1p", "sqrt", "tanh", "sin", "cos")  # of the C library
ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
COMPARISONS = {ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge", ast.Eq: "oeq", ast.NotEq: "une"}

BUILTIN = """
define ptr @builtin.{name}(ptr %self, ptr %given, i64 %n) {{
entry:
%right = icmp eq i64 %n, {n}
br i1 %right, label %call, label %wrong
wrong:
%ignored = call i32 @PyErr_BadArgument()
ret ptr null
call:
{lines}
%result = call i64 @{name}({arguments})
%object = call ptr @PyLong_FromLongLong(i64 %result)
ret ptr %object
}}"""

DECLARATIONS = """
declare ptr @PyList_GetItem(ptr, i64)
declare i64 @PyList_Size(ptr)
declare ptr @PyFloat_FromDouble(double)
declare void @Py_DecRef(ptr)
declare ptr @PyLong_AsVoidPtr(ptr)
declare ptr @PyLong_FromLongLong(i64)
declare i32 @PyErr_BadArgument()
declare double @llvm.fabs.f64(double)
declare double @c.pow(double, double) #0
attributes #0 = { memory(none) nounwind willreturn }
define internal i1 @fails(double %result, double %a, double %b) { ; as math says it: NaN or infinity from other numbers
%is_nan = fcmp uno double %result, 0.0
%are_numbers = fcmp ord double %a, %b
%size = call double @llvm.fabs.f64(double %result)
%size_a = call double @llvm.fabs.f64(double %a)
%size_b = call double @llvm.fabs.f64(double %b)
%is_infinite = fcmp oeq double %size, 0x7FF0000000000000
%is_finite_a = fcmp olt double %size_a, 0x7FF0000000000000
%is_finite_b = fcmp olt double %size_b, 0x7FF0000000000000
%are_finite = and i1 %is_finite_a, %is_finite_b
%has_no_value = and i1 %is_nan, %are_numbers
%is_too_large = and i1 %is_infinite, %are_finite
%fails = or i1 %has_no_value, %is_too_large
ret i1 %fails
}
""" + "".join(f"declare double @c.{name}(double) #0\n" for name in C_FUNCTIONS)


class Code:
    """The instructions of one function, as text; `known` holds those whose result may be used again."""

    def __init__(self) -> None:
        self.lines = ["%bad = alloca i1", "store i1 false, ptr %bad"]
        self.block, self.known = "entry", dict[str, str]()

    def __call__(self, instruction: str, is_final: bool = True) -> str:
        """Write an instruction, and return the name of its result; one whose result is final is written once."""
        if is_final and instruction in self.known:
            return self.known[instruction]
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {instruction}")
        if is_final:
            self.known[instruction] = name
        return name

    def address(self, name: str, index: int, *steps: tuple[str, int]) -> str:
        """Return the address of an element; each step adds a register times a stride to its index."""
        offset = str(index)
        for register, stride in steps:
            offset = self(f"add i64 {offset}, {self(f'mul i64 {register}, {stride}')}")
        return self(f"getelementptr double, ptr %{name}, i64 {offset}")

    def load(self, address: str, is_final: bool = True) -> str:
        """Load a number, which changes no more if it is final."""
        return self(f"load double, ptr {address}", is_final)

    def store(self, number: str, address: str) -> None:
        """Store a number."""
        self.lines.append(f"store double {number}, ptr {address}")

    def keep(self, number: str, address: str) -> None:
        """Store a number that stays as it is."""
        self.store(number, address)
        self.known[f"load double, ptr {address}"] = number

    def add(self, number: str, address: str, *conditions: str) -> None:
        """Add to what accumulates at an address, if all conditions hold; an empty one does."""
        before = self.load(address, is_final=False)
        after = self(f"fadd double {before}, {number}")
        for condition in filter(None, conditions):
            after = self(f"select i1 {condition}, double {after}, double {before}")
        self.store(after, address)

    def is_on(self, relu: str) -> str:
        """Return whether a relu with this output is on; a NaN has passed through it."""
        return self(f"fcmp une double {relu}, 0.0")

    def fails(self, condition: str) -> None:
        """Note that an operation has no value or slope if the condition holds."""
        noted = self(f"or i1 {self('load i1, ptr %bad', is_final=False)}, {condition}")
        self.lines.append(f"store i1 {noted}, ptr %bad")

    def begin(self, block: str) -> None:
        """Begin the block of instructions with this name."""
        self.lines += [f"br label %{block}"] if not self.lines[-1].startswith(("br ", "ret ")) else []
        self.lines.append(f"{block}:")
        self.block = block

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write what is done only if the condition holds."""
        label, n_known = f"b{len(self.lines)}", len(self.known)
        self.lines.append(f"br i1 {condition}, label %{label}, label %{label}.end")
        self.begin(label)
        yield
        self.begin(f"{label}.end")
        self._forget(n_known)

    @contextmanager
    def loop(self, n: str | int, *starts: str) -> Iterator[Loop]:
        """Write what is done n times; the loop carries numbers that begin as `starts`."""
        label, n_known, before = f"b{len(self.lines)}", len(self.known), self.block
        self.begin(label)
        phi = len(self.lines)
        loop = Loop(f"%{label}.i", [f"%{label}.x{i}" for i in range(len(starts))])
        self.lines += [""] * (1 + len(starts))
        go = self(f"icmp slt i64 {loop.index}, {n}", is_final=False)
        self.lines.append(f"br i1 {go}, label %{label}.body, label %{label}.end")
        self.begin(f"{label}.body")
        yield loop
        following = self(f"add i64 {loop.index}, 1", is_final=False)
        last = self.block
        self.lines.append(f"br label %{label}")
        self.lines[phi] = f"{loop.index} = phi i64 [ 0, %{before} ], [ {following}, %{last} ]"
        for i, (name, start, end) in enumerate(zip(loop.numbers, starts, loop.ends, strict=True), start=phi + 1):
            self.lines[i] = f"{name} = phi double [ {start}, %{before} ], [ {end}, %{last} ]"
        self.begin(f"{label}.end")
        self._forget(n_known)

    def _forget(self, n_known: int) -> None:
        while len(self.known) > n_known:  # what was computed in a block is not known behind it
            self.known.popitem()

    def function(self, name: str, parameters: Sequence[str]) -> str:
        """Return the function as text, with its name and the type of its result; parameters are addresses."""
        given = ", ".join(f"ptr noalias %{parameter}" for parameter in parameters)
        lines = "\n".join(self.lines)
        # LLVM needs seconds to optimize long straight-line code, which hardly gets faster by it.
        plain = " noinline optnone" if len(self.lines) > 900 and " = phi " not in lines else ""
        return f"define {name}({given}){plain} {{\nentry:\n{lines}\n}}\n"

    # --- formulas ----------------------------------------------------------------------------------------------------

    def formula(self, text: str, numbers: dict[str, str]) -> str:
        """Write a formula of the table OPERATIONS, given what its names stand for."""
        return self._expression(_parsed(text), numbers)

    def _expression(self, tree: ast.expr, numbers: dict[str, str]) -> str:
        match tree:
            case ast.Constant(value):
                return literal(float(str(value)))
            case ast.Name(name):
                return numbers[name]
            case ast.UnaryOp(ast.USub(), operand):
                return self(f"fneg double {self._expression(operand, numbers)}")
            case ast.BinOp(left, operator, right):
                a, b = self._expression(left, numbers), self._expression(right, numbers)
                if isinstance(operator, ast.Pow):
                    return self._power(a, b)
                if isinstance(operator, ast.Div):
                    self.fails(self(f"fcmp oeq double {b}, 0.0"))
                return self(f"{ARITHMETIC[type(operator)]} double {a}, {b}")
            case ast.Compare(left, [operator], [right]):
                a, b = self._expression(left, numbers), self._expression(right, numbers)
                return self(f"fcmp {COMPARISONS[type(operator)]} double {a}, {b}")
            case ast.Call(ast.Name(name), arguments):
                return self._call(name, [self._expression(argument, numbers) for argument in arguments])
        raise ValueError(f"backend='native' cannot compute {ast.unparse(tree)}; backend='python' can")

    def _call(self, name: str, numbers: Sequence[str]) -> str:
        if name == "where":
            condition, yes, no = numbers
            return self(f"select i1 {condition}, double {yes}, double {no}")
        if name in ("pow", "power"):
            if name == "power":
                self.fails(self(f"fcmp olt double {numbers[0]}, 0.0"))
            return self._power(*numbers)
        [a] = numbers
        if name == "abs":
            return self(f"call double @llvm.fabs.f64(double {a})")
        if name not in C_FUNCTIONS:
            raise ValueError(f"backend='native' cannot compute {name}(); backend='python' can")
        result = self(f"call double @c.{name}(double {a})")
        self.fails(self(f"call i1 @fails(double {result}, double {a}, double {a})"))
        return result

    def _power(self, a: str, b: str) -> str:
        """Raise to a power as Python does: 0 has no negative one, and too large a result is an error."""
        result = self(f"call double @c.pow(double {a}, double {b})")
        self.fails(self(f"call i1 @fails(double {result}, double {a}, double {b})"))
        return result


@dataclass
class Loop:
    """A loop that is being written: its counter, and the numbers that it carries, now and at the end of a turn."""

    index: str
    numbers: list[str]
    ends: list[str] = field(default_factory=list)


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def literal(number: float) -> str:
    """Write a number for LLVM, every bit of it.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
