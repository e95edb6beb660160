"""Read a document, a snippet of microgrid's own Python, into the graph that running it would record.

Nothing is ever evaluated: the text is parsed, and every part of it must be on the list of what is read.

>>> loss = read_document("w, x = 3, Input(2); loss = (w*x - 5)**2  # a plain number is learned")
>>> loss.data, loss.label, loss.operands[0].operands[0].operands[0]
(1.0, 'loss', Value(data=3.0, grad=0.0, label='w'))
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from microgrid._util.validation import as_list, quoted
from microgrid.documents.notation import (
    ALIASES,
    KNOWN_FUNCTIONS,
    KNOWN_NUMBERS,
    LEAF_FUNCTIONS,
    LIST_FUNCTIONS,
    MAX_NODES,
    NUMBER_FUNCTIONS,
    SYNONYMS,
    given_by_convention,
)
from microgrid.documents.syntax import Expression, ExpressionError, Statement, Step, Token, statements
from microgrid.engine import Constant, Input, Value, maximum, minimum, topological_order, total, weighted_sum

if TYPE_CHECKING:
    from microgrid.engine import Number

MAX_WHOLE = 2**53  # larger whole numbers are floats, as in the app, where all numbers are
LEAF_TYPES: dict[str, type[Value]] = {"Value": Value, "Input": Input, "Constant": Constant}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "\n": ""}
ESCAPE = re.compile(r"\\(?:([ntr\\'\"\n])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
EXAMPLE = "a*b + c"
MAX_COMPARED = 30  # letters of a name for which a nearer one is looked for


def read_document(text: str, values: Mapping[str, Number] | None = None, learned: Iterable[str] | None = None) -> Value:
    """Read a text into a graph, and return its output.

    A text is one expression, or statements on lines of their own or separated by semicolons, in Python's notation:
    names (`w = 3`, `w, b = Value(3), Value(1)`, `a = b = …`), `+= -= *= /= **=`, `Value(3, "w")`, `Input(2)`,
    `Constant(1)`, `.label = "…"`, `+ - * / **`, parentheses, the functions of `notation.KNOWN_FUNCTIONS` (also as
    methods), `total([a, b])`, `sum([a, b])`, `weighted_sum([w1, w2], [x1, x2], b)` and comments. Its nodes are those
    that Python records, with two differences: a plain number that is given a name becomes a leaf, a parameter unless
    its name is given by convention; and a result has its name as its label.

    Passed over are imports, texts alone on a line, `print`, `draw`, `Relay` and the other functions of
    `notation.PASSED_FUNCTIONS`, `.backward()`, `.zero_grad()`, `.save(…)`, `.text()` and the other methods of
    `notation.PASSED_METHODS`, a line such as `w.grad`, and assignments to `.data` and `.grad`.

    The output is the value before the last `.backward()`; if there is none, that of the last statement that computes
    something; if there is none, the last leaf.

    Args:
        text: the document, of at most `notation.MAX_CHARACTERS` characters.
        values: numbers for names. Where the text gives a name a number, this one takes its place; a name that the text
            does not define becomes a leaf.
        learned: the names that are parameters; all others are inputs. By default see `learned_by_convention`.

    >>> read_document("pred = w*x; (pred - t)**2", {"w": 3, "x": 2, "t": 5}).data
    1.0

    Raises:
        ExpressionError: the text holds anything else, is too long or nested too deeply, a name has no value, a value
            has no name in the text, or a learned name has no value.
        ValueError, ArithmeticError: mathematics gives no number, such as log of 0.
        TypeError: `text` or a name is not text, or a value is not a number.
    """
    values = {} if values is None else values
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {quoted(text)}")
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise TypeError(f"expected a mapping of names to numbers, got {quoted(values)}")
    names = None if learned is None else as_list("learned", learned)
    for name in names or ():
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a parameter, got {quoted(name)}")
    return _Reader(text, values, names).read()


class _Passed:
    """What a name holds whose statement is passed over."""


class _Text(str):
    """A text among the operands."""

    __slots__ = ()


Operand = int | float | Value
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
BUILT_IN: dict[str, Callable[..., float]] = {"abs": abs, "max": max, "min": min}
RECORDED: dict[str, Callable[..., Value]] = {"maximum": maximum, "minimum": minimum, "abs": Value.__abs__}
"""The functions that are no methods of a Value by these names."""


class _Reader:
    """Takes the statements one by one; `scope` is what the names hold so far."""

    def __init__(self, text: str, values: Mapping[str, Number], learned: Sequence[str] | None) -> None:
        self.text = text
        self.statements = statements(text)
        self.values = {_normal(name): data for name, data in values.items()}
        binding = [each for each in self.statements if each.kind != "label"]
        self.defined = {name.text for each in binding for names in each.targets for name in names}
        self.is_chosen = learned is not None
        free = [name for name in self.values if name not in self.defined]
        self.parameters = self.find_parameters(free, None if learned is None else [*map(_normal, learned)])
        self.scope: dict[str, Value | _Passed] = {
            _normal(name): (Value if _normal(name) in self.parameters else Input)(data, name)
            for name, data in values.items()
            if _normal(name) in free
        }
        self.used: set[str] = set()  # names of `values`

    def error(self, key: str, token: Token, /, **parts: object) -> ExpressionError:
        return ExpressionError(key, parts, (self.text, token.start, token.end - token.start))

    def find_parameters(self, free: Sequence[str], learned: Sequence[str] | None) -> set[str]:
        """Return the names of the parameters: those of `learned`, or by convention some of those with plain numbers.

        Where convention leaves no parameter, and the text makes none, all of them are.
        """
        bindings = [binding for statement in self.statements for binding in _bindings(statement)]
        plain = [*free, *(names[0].text for names, value in bindings if _is_plain(value))]
        leaves = [*plain, *(names[0].text for names, value in bindings if _leaf_kind(value))]
        if learned is None:
            by_convention = set(plain) - given_by_convention(leaves)
            steps = [step for each in self.statements for value in each.values for step in value]
            is_made = any(step.kind == "call" and step.text == "Value" for step in steps)
            return by_convention if by_convention or is_made else set(plain)
        for name in learned:
            if name not in leaves:
                known = [*dict.fromkeys(leaves)]
                raise ExpressionError("learned" if known else "learned.none", {"name": name, "known": known})
        return set(learned)

    # --- statements --------------------------------------------------------------------------------------------------

    def read(self) -> Value:
        read = [statement for statement in self.statements if statement.kind != "passed"]
        output: tuple[Value, Statement] | None = None
        told: tuple[Value, Statement] | None = None  # by .backward()
        for statement in self.statements:
            if statement.kind == "output":
                told = _as_value(self.operand(*self.evaluate(statement.values[0]))), statement
            if statement.kind in ("passed", "output"):
                self.scope |= {name.text: _Passed() for names in statement.targets for name in names}
            elif statement.kind == "label":
                self.label(statement)
            else:
                for value in self.take(statement, statement is read[-1]):
                    if output is None or value.op or not output[0].op:
                        output = value, statement
        output = told or output
        if output is None:
            raise ExpressionError("empty", {"example": EXAMPLE})
        self.check_values()
        if len(topological_order(output[0])) > MAX_NODES:
            raise self.error("nodes", output[1].first, limit=MAX_NODES)
        return output[0]

    def take(self, statement: Statement, is_last: bool) -> list[Value]:
        """Evaluate a statement, bind its names, and return its values."""
        before = self.look_up(statement.targets[0][0]) if statement.operator else None
        evaluated = [(self.operand(*self.evaluate(value)), value) for value in statement.values]
        if statement.kind == "bare":
            if not is_last and [step.kind for step in statement.values[0]] != ["name"]:
                raise self.error("discarded", statement.first)
            return [_as_value(value) for value, _ in evaluated]
        if statement.operator and before is not None:
            evaluated = [(self.combined(statement.operator.text, before, evaluated[0][0]), [])]
        results = []
        for i, (value, expression) in enumerate(evaluated):
            names = [targets[i].text for targets in statement.targets]
            results.append(self.named(names, value, expression))
            self.scope |= dict.fromkeys(names, results[-1])
        return results

    def named(self, names: Sequence[str], value: Operand, expression: Expression) -> Value:
        """Return a value with a name: a leaf with the number that is given for it, or what was computed."""
        kind = _leaf_kind(expression)
        if kind or not isinstance(value, Value):
            data: Number = value.data if isinstance(value, Value) else value
            label = value.label if isinstance(value, Value) else ""
            for name in names:
                data = self.values.get(name, data)
            self.used.update(names)
            if kind is not Constant and (kind is None or self.is_chosen):
                kind = Input if self.parameters.isdisjoint(names) else Value
            value = kind(data, label)
        value.label = value.label or names[0]
        return value

    def label(self, statement: Statement) -> None:
        assert statement.label is not None
        value = self.scope.get(statement.first.text)
        text = self.string(statement.label)
        if not isinstance(value, _Passed):
            self.look_up(statement.first).label = text

    def check_values(self) -> None:
        """Refuse a number for a name that has no use for one."""
        for name in self.values:
            if name not in self.used:
                raise ExpressionError("value.computed" if name in self.defined else "value.unused", {"name": name})

    # --- expressions -------------------------------------------------------------------------------------------------

    def evaluate(self, expression: Expression) -> tuple[Any, Step]:
        """Return what an expression gives, and the step that its errors point at."""
        stack: list[tuple[Any, Step]] = []
        for step in expression:
            if step.kind == "callee":
                self.check_callee(step)
                continue
            count = {"operator": 2, "sign": 1}.get(step.kind, step.count + step.is_method)
            taken = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append((self.result(step, taken), taken[0][1] if step.kind == "operator" else step))
        return stack[0]

    def result(self, step: Step, taken: Sequence[tuple[Any, Step]]) -> Any:
        """Return what one step makes of the operands that it takes."""
        if step.kind == "number":
            return self.number(step.token)
        if step.kind == "text":
            return _Text(self.string(step.token))
        if step.kind == "name":
            return self.look_up(step.token)
        if step.kind == "list":
            return [self.operand(*each) for each in taken]
        if step.kind == "call":
            return self.called(step, taken)
        operands = [self.operand(*each) for each in taken]
        if step.kind == "operator":
            return self.combined(step.text, *operands)
        return -operands[0] if step.text == "-" else operands[0]

    def operand(self, value: Any, step: Step) -> Operand:
        """Return a number or Value; refuse anything else."""
        if isinstance(value, _Text):
            raise self.error("text", step.token, came=step.text)
        if isinstance(value, list):
            raise self.error("list", step.token)
        operand: Operand = value
        return operand

    def combined(self, sign: str, a: Operand, b: Operand) -> Operand:
        """Return the result of an operator, a plain number if both operands are.

        As in Python, whole numbers are told from others, since 0 + a, with which `sum` begins, is a.
        """
        if isinstance(a, Value) or isinstance(b, Value):
            result: Value = OPERATORS[sign](a, b)
            return result
        data = _as_value(OPERATORS[sign](Constant(a), Constant(b))).data  # with the errors of a Value
        is_whole = isinstance(a, int) and isinstance(b, int) and sign != "/" and abs(data) <= MAX_WHOLE
        return int(data) if is_whole and data % 1.0 == 0.0 and (sign != "**" or b >= 0) else data

    def number(self, token: Token) -> int | float:
        number = float(token.text)  # a float at once: 9**9**9**9 must not become an hour of arithmetic
        if math.isinf(number):
            raise self.error("large", token)
        return int(number) if re.fullmatch("[0-9_]+", token.text) and number <= MAX_WHOLE else number

    def string(self, token: Token) -> str:
        """Return the characters of a text in quotes."""
        prefix = token.text[: token.text.index(token.text[-1])].lower()
        if "f" in prefix or "b" in prefix:
            raise self.error("text", token, came=token.text)
        size = 3 if token.text[len(prefix) :].startswith(('"""', "'''")) else 1
        inside = token.text[len(prefix) + size : -size]
        return inside if "r" in prefix else ESCAPE.sub(_unescaped, inside)

    def look_up(self, token: Token) -> Value:
        name = token.text
        if name in self.scope:
            self.used.add(name)
            value = self.scope[name]
            if isinstance(value, _Passed):
                raise self.error("passed", token, name=name)
            return value
        known = [name for name, value in self.scope.items() if isinstance(value, Value)]
        if name in self.defined:
            raise self.error("undefined.later", token, name=name)
        for first in known:
            if name.startswith(first) and name.removeprefix(first) in known:
                raise self.error("undefined.product", token, name=name, product=f"{first}*{name.removeprefix(first)}")
        if name in KNOWN_FUNCTIONS or name in LIST_FUNCTIONS or name in LEAF_FUNCTIONS:
            raise self.error("undefined.call", token, name=name)
        if name in KNOWN_NUMBERS:
            raise self.error(
                "undefined.e" if name == "e" else "undefined.number",
                token,
                name=name,
                example=f"{name}={KNOWN_NUMBERS[name]}",
            )
        parts: dict[str, object] = {"name": name, "example": f"{name}=2"}
        if meant := _nearest(name, known):
            raise self.error("undefined.meant", token, meant=meant, known=known, **parts)
        if known:
            raise self.error("undefined", token, known=known, **parts)
        raise self.error("undefined.none", token, **parts)

    # --- calls -------------------------------------------------------------------------------------------------------

    def check_callee(self, step: Step) -> None:
        """Refuse to call what is not a function."""
        name = step.text
        if name in KNOWN_FUNCTIONS or (not step.is_method and (name in LIST_FUNCTIONS or name in LEAF_FUNCTIONS)):
            return
        if name in self.scope and not step.is_method:
            raise self.error("number_called", step.token, name=name)
        callable_names = [*KNOWN_FUNCTIONS, *([] if step.is_method else [*LIST_FUNCTIONS, *LEAF_FUNCTIONS])]
        if meant := SYNONYMS.get(name) or _nearest(name, callable_names):
            raise self.error("function.meant", step.token, name=name, meant=meant)
        raise self.error("function", step.token, name=name, known=callable_names)

    def called(self, step: Step, taken: Sequence[tuple[Any, Step]]) -> Operand:
        name = step.text
        if name in LEAF_FUNCTIONS and not step.is_method:
            return self.leaf(step, taken)
        if name in LIST_FUNCTIONS and not step.is_method:
            return self.of_lists(step, [value for value, _ in taken])
        operands = [self.operand(*each) for each in taken]
        sizes = KNOWN_FUNCTIONS[name]
        if len(operands) not in sizes:
            key = "operands.either" if len(sizes) > 1 else "operands.one" if sizes == [1] else "operands"
            raise self.error(key, step.token, name=name, expected=sizes[0], most=sizes[-1], count=len(operands))
        numbers = [each for each in operands if not isinstance(each, Value)]
        if name in BUILT_IN and len(numbers) == len(operands):
            return BUILT_IN[name](*numbers)
        name = ALIASES.get(name, name)
        value: Value = (RECORDED.get(name) or getattr(Value, name))(_as_value(operands[0]), *operands[1:])
        return value

    def leaf(self, step: Step, taken: Sequence[tuple[Any, Step]]) -> Value:
        """Make a Value, an Input or a Constant."""
        places = [*["data", "label"][: step.count - len(step.keywords)], *step.keywords]
        given = {place: value for place, (value, _) in zip(places, taken, strict=False)}
        if len(given) != step.count or "data" not in given:
            raise self.error("leaf", step.token, name=step.text, example=LEAF_FUNCTIONS[step.text])
        for place, (value, first) in zip(places, taken, strict=True):
            if place == "data" and (isinstance(value, (Value, list, _Text))):
                raise self.error("leaf", first.token, name=step.text, example=LEAF_FUNCTIONS[step.text])
            if place == "label" and not isinstance(value, _Text):
                raise self.error("label", first.token, name=step.text, came=first.text)
        return LEAF_TYPES[step.text](given["data"], str(given.get("label", "")))

    def of_lists(self, step: Step, operands: Sequence[Any]) -> Operand:
        name = step.text
        kinds = [isinstance(operand, list) for operand in operands]
        expected = [True, True, False] if name == "weighted_sum" else [True]
        if kinds != expected or [] in operands[:1] or isinstance(operands[-1], _Text):
            raise self.error("lists", step.token, name=name, example=LIST_FUNCTIONS[name])
        if name == "total":
            return total(operands[0])
        if name == "sum":
            result: Operand = 0  # where Python's sum starts from
            for each in operands[0]:
                result = self.combined("+", result, each)
            return result
        weights, inputs, bias = operands
        if len(weights) != len(inputs):
            raise self.error("lengths", step.token, weights=len(weights), inputs=len(inputs))
        return weighted_sum(weights, inputs, bias)


def _normal(name: str) -> str:
    """Return the form of a name in which Python compares it: names that differ in their Unicode form only are one."""
    return unicodedata.normalize("NFKC", name)


def _as_value(operand: Operand) -> Value:
    return operand if isinstance(operand, Value) else Constant(operand)


def _bindings(statement: Statement) -> list[tuple[list[Token], Expression]]:
    """Return the expressions that a statement binds, each with its names."""
    if statement.kind != "bind" or statement.operator:
        return []
    return [([names[i] for names in statement.targets], value) for i, value in enumerate(statement.values)]


def _is_plain(expression: Expression) -> bool:
    """Tell whether an expression gives a plain number."""
    return all(
        step.kind in ("number", "operator", "sign", "list") or (step.kind != "name" and step.text in NUMBER_FUNCTIONS)
        for step in expression
    )


def _leaf_kind(expression: Expression) -> type[Value] | None:
    """Return what an expression makes, if it is one call of Value, Input or Constant."""
    is_call = len(expression) > 1 and expression[0].kind == "callee" and expression[-1].token is expression[0].token
    return LEAF_TYPES.get(expression[0].text) if is_call else None


def _unescaped(match: re.Match[str]) -> str:
    character, byte, code = match.groups()
    return ESCAPES[character] if character else chr(int(byte or code, 16))


def _nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the first of the names that differs least, by at most a third of its letters; None if none does.

    Long names are not compared.
    """
    if len(name) > MAX_COMPARED:
        return None
    distances = [(_distance(name.lower(), other.lower()), other) for other in names if len(other) <= MAX_COMPARED]
    close = [(distance, other) for distance, other in distances if distance <= len(name) // 3]
    return min(close, key=lambda each: each[0])[1] if close else None


def _distance(a: str, b: str) -> int:
    """Count the letters to insert, delete or replace."""
    row: list[int] = [*range(len(b) + 1)]
    for i, letter in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, other in enumerate(b):
            last, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, last + (letter != other))
    return row[-1]
