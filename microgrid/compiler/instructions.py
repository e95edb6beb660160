"""Write straight-line code for LLVM, on arrays of float64, and the formulas of the table in it."""

from __future__ import annotations

import ast
import struct
from collections.abc import Sequence
from functools import cache

C_FUNCTIONS = ("exp", "log", "log1p", "sqrt", "tanh", "sin", "cos")  # of the C library, which `math` calls
ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
COMPARISONS = {ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge", ast.Eq: "oeq", ast.NotEq: "une"}

DECLARATIONS = (
    "".join(f"declare double @c.{name}(double) #0\n" for name in C_FUNCTIONS)
    + """\
declare double @c.pow(double, double) #0
declare double @llvm.fabs.f64(double)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
attributes #0 = { memory(none) nounwind willreturn }
"""
)

Place = tuple[str, int]  # an array and an index


class Code:
    """Straight-line instructions as text; numbers that were set stay in registers until `flush` stores them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.failures: list[str] = []  # conditions under which an operation has no value or slope
        self._known: dict[str, str] = {}
        self._numbers: dict[Place, str] = {}
        self._changed: dict[Place, None] = {}

    def __call__(self, instruction: str) -> str:
        """Return the register with the result of an instruction, which is written once."""
        if instruction not in self._known:
            self._known[instruction] = f"%v{len(self.lines)}"
            self.lines.append(f"{self._known[instruction]} = {instruction}")
        return self._known[instruction]

    def address(self, array: str, index: int) -> str:
        """Return the register with the address of a number."""
        return self(f"getelementptr double, ptr %{array}, i64 {index}")

    def load(self, place: Place) -> str:
        """Return the register with a number."""
        if place not in self._numbers:
            address = self.address(*place)
            self._numbers[place] = f"%v{len(self.lines)}"
            self.lines.append(f"{self._numbers[place]} = load double, ptr {address}")
        return self._numbers[place]

    def set(self, place: Place, number: str) -> None:
        """Change a number."""
        self._numbers[place] = number
        self._changed[place] = None

    def add(self, place: Place, number: str, conditions: Sequence[str]) -> None:
        """Add to a number if all conditions hold."""
        before = self.load(place)
        after = self(f"fadd double {before}, {number}")
        for condition in conditions:
            after = self(f"select i1 {condition}, double {after}, double {before}")
        self.set(place, after)

    def flush(self) -> None:
        """Store what was changed, before another function reads or changes it."""
        for place in self._changed:
            address = self.address(*place)
            self.lines.append(f"store double {self._numbers[place]}, ptr {address}")
        self._numbers.clear()
        self._changed.clear()

    def finished(self) -> str:
        """Return all instructions, and return from the function whether an operation has failed."""
        self.flush()
        failed = "false"
        for failure in dict.fromkeys(self.failures):
            failed = self(f"or i1 {failed}, {failure}")
        return "\n".join([*self.lines, f"ret i1 {failed}"])

    def formula(self, text: str, numbers: dict[str, str]) -> str:
        """Write a formula of the table OPERATIONS, given the registers of its operands."""
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
                    return self._call("pow", [a, b])
                if isinstance(operator, ast.Div):
                    self.failures.append(self(f"fcmp oeq double {b}, 0.0"))
                return self(f"{ARITHMETIC[type(operator)]} double {a}, {b}")
            case ast.Compare(left, [operator], [right]):
                a, b = self._expression(left, numbers), self._expression(right, numbers)
                return self(f"fcmp {COMPARISONS[type(operator)]} double {a}, {b}")
            case ast.Call(ast.Name(name), arguments):
                return self._call(name, [self._expression(argument, numbers) for argument in arguments])
        raise ValueError(f"backend='native' cannot compute {ast.unparse(tree)}; backend='python' can")

    def _call(self, name: str, numbers: Sequence[str]) -> str:
        a, b = numbers[0], numbers[-1]
        if name == "where":
            return self(f"select i1 {a}, double {numbers[1]}, double {b}")
        if name == "abs":
            return self(f"call double @llvm.fabs.f64(double {a})")
        if name == "power":
            self.failures.append(self(f"fcmp olt double {a}, 0.0"))
            name = "pow"
        if name not in (*C_FUNCTIONS, "pow"):
            raise ValueError(f"backend='native' cannot compute {name}(); backend='python' can")
        result = self(f"call double @c.{name}({', '.join(f'double {number}' for number in numbers)})")
        # Where the result is neither finite nor NaN from NaN, the Python program decides whether that is an error.
        is_not_finite = self(f"fcmp uno double {self(f'fsub double {result}, {result}')}, 0.0")
        self.failures.append(self(f"and i1 {is_not_finite}, {self(f'fcmp ord double {a}, {b}')}"))
        return result


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def literal(number: float) -> str:
    """Write a number for LLVM, every bit of it.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
