"""Write functions for LLVM, instruction by instruction, and the formulas of the table in them."""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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


class Code:
    """The instructions of a function that returns whether something in it has failed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._variables: list[str] = []
        self._n_names = 0
        self._failed = self.variable("i1", "false")

    def __call__(self, instruction: str) -> str:
        """Write an instruction, and return the register with its result."""
        self._n_names += 1
        self.lines.append(f"%v{self._n_names} = {instruction}")
        return f"%v{self._n_names}"

    def text(self, head: str) -> str:
        """Write the function."""
        end = f"ret i1 {self.failed()}"
        return "\n".join([f"define {head} {{", *self._variables, *self.lines, end, "}\n"])

    def failed(self) -> str:
        """Return the register that tells whether something has failed so far."""
        return self(f"load i1, ptr {self._failed}")

    def variable(self, kind: str, first: str) -> str:
        """Return the address of a variable with its first value."""
        self._n_names += 1
        self._variables += [f"%v{self._n_names} = alloca {kind}", f"store {kind} {first}, ptr %v{self._n_names}"]
        return f"%v{self._n_names}"

    def at(self, array: str, index: str) -> str:
        """Return the address of a number."""
        return self(f"getelementptr double, ptr %{array}, i64 {index}")

    def fail_if(self, condition: str) -> None:
        """Let the function return that something has failed."""
        self.lines.append(f"store i1 {self(f'or i1 {self.failed()}, {condition}')}, ptr {self._failed}")

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write what is written inside as instructions that are carried out if a register is true."""
        self._n_names += 1
        name = f"b{self._n_names}"
        self.lines += [f"br i1 {condition}, label %{name}.do, label %{name}.end", f"{name}.do:"]
        yield
        self.lines += [f"br label %{name}.end", f"{name}.end:"]

    @contextmanager
    def loop(self, n: object) -> Iterator[str]:
        """Write what is written inside as instructions that are carried out n times; the register counts them."""
        counter = self.variable("i64", "0")
        name = f"b{counter[2:]}"
        self.lines += [f"store i64 0, ptr {counter}", f"br label %{name}.test", f"{name}.test:"]
        i = self(f"load i64, ptr {counter}")
        self.lines += [f"br i1 {self(f'icmp slt i64 {i}, {n}')}, label %{name}.do, label %{name}.end", f"{name}.do:"]
        yield i
        self.lines += [f"store i64 {self(f'add i64 {i}, 1')}, ptr {counter}", f"br label %{name}.test", f"{name}.end:"]

    def formula(self, text: str, number: Callable[[str], str]) -> str:
        """Write a formula of the table OPERATIONS, given the register of each name."""

        def written(tree: ast.expr) -> str:
            match tree:
                case ast.Constant(value):
                    return literal(float(str(value)))
                case ast.Name(name):
                    return number(name)
                case ast.UnaryOp(ast.USub(), operand):
                    return self(f"fneg double {written(operand)}")
                case ast.BinOp(left, ast.Pow(), right):
                    return self._call("pow", [written(left), written(right)])
                case ast.BinOp(left, operator, right) if type(operator) in ARITHMETIC:
                    a, b = written(left), written(right)
                    if isinstance(operator, ast.Div):
                        self.fail_if(self(f"fcmp oeq double {b}, 0.0"))
                    return self(f"{ARITHMETIC[type(operator)]} double {a}, {b}")
                case ast.Call(ast.Name("where"), [ast.Compare(left, [operator], [right]), x, y]):
                    condition = self(f"fcmp {COMPARISONS[type(operator)]} double {written(left)}, {written(right)}")
                    return self(f"select i1 {condition}, double {written(x)}, double {written(y)}")
                case ast.Call(ast.Name(name), arguments):
                    return self._call(name, [written(argument) for argument in arguments])
            raise ValueError(f"backend='native' cannot compute {ast.unparse(tree)}; backend='python' can")

        return written(parsed(text))

    def _call(self, name: str, numbers: Sequence[str]) -> str:
        a, b = numbers[0], numbers[-1]
        if name == "abs":
            return self(f"call double @llvm.fabs.f64(double {a})")
        if name == "power":
            self.fail_if(self(f"fcmp olt double {a}, 0.0"))
            name = "pow"
        if name not in (*C_FUNCTIONS, "pow"):
            raise ValueError(f"backend='native' cannot compute {name}(); backend='python' can")
        result = self(f"call double @c.{name}({', '.join(f'double {number}' for number in numbers)})")
        # Where the result is neither finite nor NaN from NaN, the Python program decides whether that is an error.
        is_not_finite = self(f"fcmp uno double {self(f'fsub double {result}, {result}')}, 0.0")
        self.fail_if(self(f"and i1 {is_not_finite}, {self(f'fcmp ord double {a}, {b}')}"))
        return result


@cache
def parsed(formula: str) -> ast.expr:
    """Return the tree of a formula."""
    return ast.parse(formula, mode="eval").body


def literal(number: float) -> str:
    """Write a number for LLVM, every bit of it.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
