"""Parse an expression such as "(a*b + c).relu() ** 2" into a graph.

Nothing is ever evaluated: the text is parsed, and every part of it must be on the list of allowed parts.

>>> result = read_expression("relu(a*b + c)**2", {"a": 2, "b": -3, "c": 10})
>>> result.data
16.0
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from microgrid._util.missing_names import nearest
from microgrid._util.text import brief
from microgrid._util.validation import as_list, quoted
from microgrid.engine import Constant, Input, Value, maximum, minimum

if TYPE_CHECKING:
    from microgrid.engine import Number

MAX_CHARACTERS = 2000
MAX_DEPTH = 200  # a deeper syntax tree is refused, so that reading cannot run out of stack
GIVEN_NAME = re.compile(  # not learned, by convention
    r"(x|t|input|output|target|label|入力|出力|正解|目標|教師(データ|信号)?|ラベル)_?\d*", re.IGNORECASE
)
TARGET_T, PREDICTION_OR_TARGET_Y = (re.compile(rf"{name}_?\d*", re.IGNORECASE) for name in "ty")
DEFINITION = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)(.*)", re.DOTALL)

OPERATORS: dict[type[ast.AST], Callable[..., Value]] = {
    ast.Add: Value.__add__,
    ast.Sub: Value.__sub__,
    ast.Mult: Value.__mul__,
    ast.Div: Value.__truediv__,
    ast.Pow: Value.__pow__,
    ast.USub: Value.__neg__,
    ast.UAdd: Value.__pos__,
}
KNOWN_FUNCTIONS: dict[str, tuple[Callable[..., Value], Sequence[int]]] = {
    "exp": (Value.exp, [1]),
    "log": (Value.log, [1]),
    "sqrt": (Value.sqrt, [1]),
    "tanh": (Value.tanh, [1]),
    "sigmoid": (Value.sigmoid, [1]),
    "relu": (Value.relu, [1]),
    "leaky_relu": (Value.leaky_relu, [1, 2]),
    "softplus": (Value.softplus, [1]),
    "sin": (Value.sin, [1]),
    "cos": (Value.cos, [1]),
    "abs": (Value.__abs__, [1]),
    "maximum": (maximum, [2]),
    "minimum": (minimum, [2]),
    "max": (maximum, [2]),
    "min": (minimum, [2]),
}
"""What may be called, and with how many operands: `relu(x)` and `x.relu()`, `max(a, b)` and `a.max(b)` are the same."""


SYNONYMS = {
    "ln": ["log"],
    "log10": ["log(x)/log(10)"],
    "log2": ["log(x)/log(2)"],
    "tan": ["sin(x)/cos(x)"],
}
CONSTANTS = {
    "pi": "give it one: pi=3.14159",
    "π": "give it one: π=3.14159",
    "e": "give it one, e=2.71828, or write exp(x) for e**x",
}
INSTEAD = {
    "^": "write ** for a power",
    "|": "write abs( ) for an absolute value",
    "²": "write **2",
    "³": "write **3",
    "√": "write sqrt( )",
    "=": "name a result as in 'p = w*x; p**2', and give numbers after the expression, as in a=2",
    "#": "an expression has no comments",
    **dict.fromkeys("［］【】", "write ( and )"),
    **dict.fromkeys("“”„‟‘’", "quotes are for the command line, around the whole expression"),
}
"""Notation that is not Python's, and what to write instead."""
READ_AS = str.maketrans(
    dict.fromkeys("×·＊∗⋅", "*")
    | dict.fromkeys("÷／", "/")
    | dict.fromkeys("−－–", "-")
    | dict(zip("＋（）０１２３４５６７８９．，＝；＾｜", "+()0123456789.,=;^|", strict=True))
)
"""What is typed where the keyboard has no such character, or writes Japanese."""
PROLONGED = re.compile(r"(?<![\u3041-\u30ff\u3400-\u9fff])ー")  # the mark of a long vowel, where there is no vowel
NOT_DECIMAL = re.compile(r"(?<![\w.])(?<![\d.]e[-+])(?:0[xob]\w*|0+[1-9]\d*(?![\d.e_]))", re.IGNORECASE)
ONLY_ALLOWED = "only numbers, names, + - * / **, parentheses and functions are allowed"
TOKEN = re.compile(
    r"(?P<operand>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|\w+)|(?P<operator>\*\*|[-+*/])|(?P<mark>[().,])|\S", re.IGNORECASE
)


def as_typed(text: str) -> str:
    """Read what is typed in the full width of Japanese, or as × and −, as what is meant; columns stay.

    >>> as_typed("ｗ×（データー３）"), as_typed("ー6 － ２")
    ('ｗ*(データー3)', '-6 - 2')
    """
    return PROLONGED.sub("-", text).translate(READ_AS)


class ExpressionError(ValueError):
    """Raised for text that is not an expression; the message says where and why, in one line."""


def learned_by_convention(names: Iterable[str]) -> list[str]:
    """List the names that are parameters by default: all but those that conventionally name inputs.

    These are x, t, input, output, target, label, 入力, 出力, 正解, 目標, 教師, ラベル, also numbered, such as x1; and
    y where there is no t, beside which it is a prediction. If there are no other names, all are parameters.

    >>> learned_by_convention(["w", "x", "b", "target"]), learned_by_convention(["x"])
    (['w', 'b'], ['x'])
    >>> learned_by_convention(["w", "入力", "y"]), learned_by_convention(["y", "t"])
    (['w'], ['y'])
    """
    forms = {name: unicodedata.normalize("NFKC", name) for name in names}
    given = {name for name, form in forms.items() if GIVEN_NAME.fullmatch(form)}
    if not any(TARGET_T.fullmatch(form) for form in forms.values()):
        given |= {name for name, form in forms.items() if PREDICTION_OR_TARGET_Y.fullmatch(form)}
    return [name for name in forms if name not in given] or list(forms)


def read_expression(text: str, values: Mapping[str, Number], learned: Iterable[str] | None = None) -> Value:
    """Parse `text` into a graph and return its output.

    Args:
        text: numbers and names, `+ - * / **`, parentheses, and the functions of `KNOWN_FUNCTIONS`. Intermediate results
            can be named before it, each followed by a semicolon: "pred = w*x + b; loss = (pred - target)**2".
        values: a number for each name. Each becomes a leaf with the name as its label.
        learned: the names that are parameters; all others are inputs. By default see `learned_by_convention`.

    >>> loss = read_expression("pred = w*x; loss = (pred - t)**2", {"w": 3, "x": 2, "t": 5})
    >>> loss.label, loss.operands[0].operands[0].label
    ('loss', 'pred')

    Raises:
        ExpressionError: the text holds anything else, is too long or too deep, a name has no value, a value has
            no name in the text, or a learned name has no value.
        ValueError, ArithmeticError: mathematics gives no number, such as log of 0.
        TypeError: `text` or a name is not text, or a value is not a number.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {quoted(text)}")
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise TypeError(f"expected a mapping of names to numbers, got {quoted(values)}")
    learned = learned_by_convention(values) if learned is None else as_list("learned", learned)
    for name in learned:
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a parameter, got {quoted(name)}")
        if name not in values:
            known = f"names with a value: {_several(values)}" if values else "no name has one"
            raise ExpressionError(f"{_several([name])} is to be learned, but has no value ({known})")
    return _Reader(text, values, learned).read()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _several(names: Iterable[str]) -> str:
    return brief(", ".join(names), 100)


class _Reader:
    def __init__(self, text: str, values: Mapping[str, Number], learned: Container[str]) -> None:
        self.text = as_typed(text).strip()
        self.results: dict[str, Value] = {}  # those that are named
        # Python treats names that differ only in their Unicode form as one; so do we.
        self.leaves = {
            unicodedata.normalize("NFKC", name): (Value if name in learned else Input)(data, name)
            for name, data in values.items()
        }
        self.used: set[str] = set()

    def read(self) -> Value:
        whole = self.text
        if len(whole) > MAX_CHARACTERS:
            raise ExpressionError(f"the expression has {len(whole)} characters; at most {MAX_CHARACTERS} are read")
        parts = whole.split(";")
        if len(parts) > 1 and not parts[-1].strip():
            parts.pop()
        *definitions, last = parts
        for part in definitions:
            self.define(part)
        result = self.define(last, is_last=True)
        for name in self.leaves:
            if name not in self.used:
                raise ExpressionError(f"{_several([name])} has a value, but is not in the expression {quoted(whole)}")
        for name in self.results:
            if name not in self.used:
                raise ExpressionError(f"{_several([name])} is defined, but not used")
        return result

    def define(self, part: str, is_last: bool = False) -> Value:
        """Build a part of the text, and name its result if the part begins with a name and "="."""
        definition = DEFINITION.fullmatch(part)
        name = "" if definition is None else unicodedata.normalize("NFKC", definition[1])
        if definition is None or (is_last and not self.results and _is_number(definition[2])):
            if not is_last:
                raise ExpressionError(f"expected a name, = and an expression before ;, got {quoted(part.strip())}")
            name, self.text = "", part
        else:
            self.text = definition[2]
        if keyword.iskeyword(name):
            raise ExpressionError(
                f"column 1 of {part.strip()!r}: {name} is a reserved word of Python; use another name"
            )
        if name in self.leaves:
            raise ExpressionError(f"{_several([name])} has a value already; give the result another name")
        if name in self.results:
            raise ExpressionError(f"{_several([name])} is defined twice")
        if name and not self.text.strip():
            raise ExpressionError(f"a number or a name is missing after {brief(name)} =")
        result = self.build(self.parse(), depth=1)
        if name:
            self.results[name] = result
            if result.op and not result.label:  # else it is another name for what has one
                result.label = name
        if is_last:
            self.used.add(name)
        return result

    def parse(self) -> ast.expr:
        if not self.text.strip():
            raise ExpressionError("the expression is empty; expected something like 'a*b + c'")
        self.text = "".join(" " if character.isspace() else character for character in self.text).strip()
        for i, character in enumerate(self.text, start=1):
            if character in INSTEAD:
                raise ExpressionError(f"{self.place(i)}: {character} is not allowed; {INSTEAD[character]}")
        if number := NOT_DECIMAL.search(self.text):
            raise ExpressionError(
                f"{self.place(number.start() + 1)}: expected a decimal number such as 7, got {brief(number[0])}"
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns of code that looks odd; here it is refused or fine
                return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            misfit = self.misfit()
            if misfit is None:  # the rest are parentheses, for which Python's message is good
                message = error.msg.partition(". ")[0]  # the rest is advice on Python, not on expressions
                misfit = (ONLY_ALLOWED if message == "invalid syntax" else message), error.offset or len(self.text) + 1
            raise ExpressionError(f"{self.place(misfit[1])}: {misfit[0]}") from None
        except (ValueError, RecursionError, MemoryError):
            raise ExpressionError(
                "the expression is nested too deeply, or holds characters that cannot be read"
            ) from None

    def misfit(self) -> tuple[str, int] | None:
        """Return what is misplaced, in words that need no Python, and its column; None if nothing is."""
        before, kind = "", "mark"
        for match in (*TOKEN.finditer(self.text), None):
            token, after = (match[0], match.lastgroup) if match else ("", "mark")
            column = match.start() + 1 if match else len(self.text) + 1
            if after is None:
                return ONLY_ALLOWED, column
            if keyword.iskeyword(token):
                return f"{token} is a reserved word of Python; use another name", column
            if after == "operand" and (kind == "operand" or before == ")"):
                if before in KNOWN_FUNCTIONS and before not in self.leaves:
                    return f"a function needs parentheses: write {before}({brief(token)})", column
                return f"an operator such as * is missing between {brief(before)} and {brief(token)}", column
            if (after == "mark" and token not in ("(", ".")) or token in ("*", "/", "**"):
                if kind == "operator" or before == ",":
                    return f"a number or a name is missing after {before}", column
                if after == "operator" and before in ("", "("):
                    return f"a number or a name is missing before {token}", column
            before, kind = token, after
        return None

    def build(self, node: ast.expr, depth: int) -> Value:
        if depth > MAX_DEPTH:
            self.refuse(node, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, ast.Constant):
            return Constant(self.number(node))
        if isinstance(node, ast.Name):
            return self.leaf(node)
        if isinstance(node, ast.BinOp):
            return self.chain(node, depth)
        if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
            if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
                return Constant(-self.number(node.operand))  # -2 is a number, not the negative of one
            return OPERATORS[type(node.op)](self.build(node.operand, depth + 1))
        if not isinstance(node, ast.Call):
            self.refuse(node, ONLY_ALLOWED)
        return self.call(node, depth)

    def chain(self, node: ast.BinOp, depth: int) -> Value:
        """Build a + b + c + …, which the parser nests to the left, without going deeper at every term."""
        links = [node]
        while isinstance(links[-1].left, ast.BinOp):
            links.append(links[-1].left)
        result = self.build(links[-1].left, depth + 1)
        for link in reversed(links):
            if type(link.op) not in OPERATORS:
                self.refuse(link, "only the operators + - * / ** are allowed")
            result = OPERATORS[type(link.op)](result, self.build(link.right, depth + 1))
        return result

    def number(self, node: ast.Constant) -> float:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            self.refuse(node, f"expected a number or a name, got {quoted(node.value)}")
        try:
            number = float(node.value)  # a float at once: 9**9**9**9 must not become an hour of arithmetic
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            self.refuse(node, "this number is too large")
        return number

    def leaf(self, node: ast.Name) -> Value:
        if node.id in self.results:
            self.used.add(node.id)
            return self.results[node.id]
        if node.id not in self.leaves:
            known = f"known: {_several(self.leaves)}" if self.leaves else "no name has one"
            self.refuse(node, f"{_several([node.id])} has no value ({known}); {self.advice(node.id)}")
        self.used.add(node.id)
        return self.leaves[node.id]

    def advice(self, name: str) -> str:
        """Suggest what to write instead of a name without a value."""
        products = [f"{a}*{b}" for a in self.leaves for b in self.leaves if a + b == name]
        if products:
            return f"did you mean {_several(products[:1])}?"
        if name in KNOWN_FUNCTIONS:
            return f"write {name}( ) to call the function"
        advice = CONSTANTS.get(name, f"give it one, such as {_several([name])}=2")
        meant = nearest(name, self.leaves)
        return f"did you mean {_several([meant])}? If not, {advice}" if meant else advice

    def call(self, node: ast.Call, depth: int) -> Value:
        operands = list(node.args)
        if isinstance(node.func, ast.Attribute):
            name, operands = node.func.attr, [node.func.value, *operands]
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            self.refuse(node, "only functions can be called; write * to multiply")
        if name not in KNOWN_FUNCTIONS:
            if name in self.leaves and isinstance(node.func, ast.Name):
                self.refuse(node, f"{_several([name])} is a number, not a function; write * to multiply")
            close = SYNONYMS.get(name) or difflib.get_close_matches(name.lower(), KNOWN_FUNCTIONS, n=1)
            hint = f"; did you mean {close[0]}?" if close else f" (known: {', '.join(KNOWN_FUNCTIONS)})"
            self.refuse(node.func, f"unknown function {_several([name])}{hint}")
        function, sizes = KNOWN_FUNCTIONS[name]
        if len(operands) not in sizes:
            expected = " or ".join(map(str, sizes)) + (" operand" if sizes == [1] else " operands")
            self.refuse(node, f"{name} takes {expected}, got {len(operands)}")
        if node.keywords:
            self.refuse(node, f"{name} takes no keywords")
        return function(*(self.build(operand, depth + 1) for operand in operands))

    def refuse(self, node: ast.expr, why: str) -> NoReturn:
        start = node.col_offset
        if isinstance(node, ast.Attribute) and node.end_col_offset is not None:
            start = node.end_col_offset - len(node.attr.encode())  # point at the name behind the dot
        if isinstance(node, ast.BinOp) and node.left.end_col_offset is not None:
            start = node.left.end_col_offset  # point at the operator, behind spaces and closing parentheses
            start = len(self.text.encode()) - len(self.text.encode()[start:].lstrip(b" )"))
        # ast counts columns in bytes of UTF-8, people in characters
        raise ExpressionError(f"{self.place(len(self.text.encode()[:start].decode()) + 1)}: {why}")

    def place(self, column: int) -> str:
        """Return the position with which a message begins: columns count from 1."""
        shown = self.text if len(self.text) <= 60 else f"{self.text[:57]}..."
        return f"column {column} of {shown!r}"
