"""The grammar of documents: text into tokens, statements and expressions, and an error with its place for the rest.

A statement ends with its line, unless a bracket is open, or with a semicolon. An expression is a list of steps in the
order in which Python takes them, operands before operators, so that nothing here or later goes deeper with the text.

The app has a reader of its own, which is held to the same cases and gives the same errors at the same places, in this
order: a text that is too long; the brackets of the whole text; the grammar, statement by statement; then, statement by
statement and step by step, what the names and numbers mean (`document`). Columns count characters.

>>> [binding] = statements("c = a*b + 1")
>>> [step.text for step in binding.values[0]]
['a', 'b', '*', '1', '+']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from microgrid._util.text import brief
from microgrid.documents.notation import (
    ATTRIBUTES,
    INSTEAD,
    KNOWN_FUNCTIONS,
    LEAF_FUNCTIONS,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MODULES,
    NO_STATEMENTS,
    PASSED_ASSIGNMENTS,
    PASSED_FUNCTIONS,
    PASSED_METHODS,
    PASSED_WORDS,
    RESERVED,
    SPACES,
    as_typed,
)
from microgrid.language.words import words

MAX_QUOTED = 60  # characters of a line that a message shows
TOKEN = re.compile(
    rf"""(?P<space>[{SPACES}]+|\\(?:\r\n|\r|\n))
    |(?P<comment>\#[^\r\n]*)
    |(?P<end>\r\n|\r|\n|;)
    |(?P<string>[rRuUbBfF]{{0,2}}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''
        |"(?:\\.|[^\\"\r\n])*"|'(?:\\.|[^\\'\r\n])*'))
    |(?P<curly>[“”„‟＂][^“”„‟＂"\\\r\n]*[“”„‟＂]|[‘’＇][^‘’＇"\\\r\n]*[‘’＇])
    |(?P<number>(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?)
    |(?P<assign>(?:\*\*|//|[-+*/%@&|^])?=(?!=))
    |(?P<operator>\*\*|[-+*]|/(?!/))
    |(?P<mark>[()\[\],.])
    |(?P<other>//|==|!=|<=|>=|:=|.)""",
    re.VERBOSE | re.DOTALL,
)
NOT_DECIMAL = re.compile(r"0[xobXOB][0-9a-fA-F_]*|0+[1-9][0-9]*(?![0-9.e_])")
CLOSING = {"(": ")", "[": "]"}
SIGN = 3  # binds more strongly than * and /, but less than **
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
OPERATORS_OF_PYTHON = ("//", "%", "@", "<", ">", "<=", ">=", "!=", "&", "~")


class ExpressionError(ValueError):
    """Raised for text that is not a document; it says in one line where and why.

    Attributes:
        key: of the sentence in `microgrid.language`.
        parts: what fills in its placeholders: texts, numbers, and lists of names.
        line, column, length: the place, from 1 on, in characters; None where it is the whole text.
    """

    def __init__(self, key: str, parts: dict[str, object], place: tuple[str, int, int] | None = None) -> None:
        self.key = f"reader.{key}"
        self.parts = parts
        self.line: int | None = None
        self.column: int | None = None
        self.length: int | None = None
        self._quoted: tuple[str, bool] | None = None
        if place is not None:
            text, start, self.length = place
            lines = re.split(r"\r\n|\r|\n", text)
            before = re.split(r"\r\n|\r|\n", text[:start])
            self.line, self.column = len(before), len(before[-1]) + 1
            self._quoted = lines[self.line - 1], len(lines) > 1
        super().__init__(self.in_language("en"))

    def in_language(self, language: str) -> str:
        """Return the message in a language, with its place."""
        text = words(language)
        message = text[self.key].format(**{name: _shown(part, text["list"]) for name, part in self.parts.items()})
        if self._quoted is None:
            return message
        line, is_of_several = self._quoted
        shown = line if len(line) <= MAX_QUOTED else f"{line[: MAX_QUOTED - 3]}..."
        place = text["reader.place.line" if is_of_several else "reader.place"]
        return place.format(line=self.line, column=self.column, text=repr(shown), message=message)


def _shown(part: object, separator: str) -> object:
    if isinstance(part, list):
        return brief(separator.join(part), 200)
    return brief(part, 100) if isinstance(part, str) else part


@dataclass(frozen=True)
class Token:
    """A word or sign of the text; `text` is as it is meant, a name in the form in which Python compares it."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Step:
    """A step of an expression.

    `kind` is number, text, name, operator or sign; callee, before the operands of a call, and call behind them; list.
    """

    kind: str
    token: Token
    count: int = 0
    keywords: tuple[str, ...] = ()
    is_method: bool = False

    @property
    def text(self) -> str:
        """Return the text of its token."""
        return self.token.text


Expression = list[Step]


@dataclass(frozen=True)
class Statement:
    """A statement.

    Attributes:
        kind: bind, label, output (what `.backward()` is called on), bare, or passed.
        first: the token with which it begins.
        targets: the names that are bound, of each = in a chain.
        values: the expressions, as many as there are names, or one.
        operator: that of an assignment such as +=.
        label: the text that becomes the label of the only target.
    """

    kind: str
    first: Token
    targets: list[list[Token]] = field(default_factory=list)
    values: list[Expression] = field(default_factory=list)
    operator: Token | None = None
    label: Token | None = None


def statements(text: str) -> list[Statement]:
    """Parse a text into its statements.

    Raises:
        ExpressionError: it is no document.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError("characters", {"count": len(text), "limit": MAX_CHARACTERS})
    return [_Grammar(text, tokens).statement() for tokens in _split(text)]


def _split(text: str) -> list[list[Token]]:
    """Return the tokens of each statement."""
    typed = as_typed(text)
    found: list[list[Token]] = [[]]
    opened: list[Token] = []
    at = 0
    while at < len(text):
        token = _token(text, typed, at)
        at = token.end
        if token.kind in ("space", "comment") or (token.kind == "end" and token.text != ";" and opened):
            continue
        if token.kind == "end" and not opened:
            found.append([])
            continue
        if token.text in CLOSING and token.kind == "mark":
            opened.append(token)
        if token.text in (")", "]") and token.kind == "mark":
            if not opened or CLOSING[opened[-1].text] != token.text:
                raise ExpressionError("unopened", {"mark": token.text}, (text, token.start, 1))
            opened.pop()
        found[-1].append(token)
    if opened:
        raise ExpressionError("unclosed", {"mark": opened[-1].text}, (text, opened[-1].start, 1))
    return [tokens for tokens in found if tokens]


def _token(text: str, typed: str, at: int) -> Token:
    end = at
    while end < len(typed) and f"a{typed[end]}".isidentifier() and (end > at or typed[end].isidentifier()):
        end += 1
    match = TOKEN.match(typed, at)
    assert match is not None
    assert match.lastgroup is not None
    if match.lastgroup == "curly":  # quotes as phones and word processors set them
        return Token("string", f'"{text[at + 1 : match.end() - 1]}"', at, match.end())
    if match.lastgroup == "string" or end == at:
        kind, end = match.lastgroup, match.end()
        return Token(kind, text[at:end] if kind == "string" else typed[at:end], at, end)
    name = unicodedata.normalize("NFKC", typed[at:end])
    return Token("reserved" if name in RESERVED else "name", name, at, end)


class _Grammar:
    """The parser of one statement: `self.at` is the next of its tokens, the last of which is an end."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.whole = text
        self.tokens = [*tokens, Token("end", "", tokens[-1].end, tokens[-1].end)]
        self.at = 0
        self.depth = 0

    def error(self, key: str, token: Token, /, **parts: object) -> ExpressionError:
        return ExpressionError(key, parts, (self.whole, token.start, token.end - token.start))

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def follows(self, *texts: str) -> bool:
        """Tell whether the next token is one of these signs."""
        return self.next.text in texts and self.next.kind != "string"

    # --- statements --------------------------------------------------------------------------------------------------

    def statement(self) -> Statement:
        first = self.tokens[0]
        levels = self.levels()
        assigns = [i for i, token in enumerate(self.tokens) if token.kind == "assign" and levels[i] == 0]
        if passed := self.passed(assigns):
            return passed
        if not assigns:
            return Statement("bare", first, values=[self.whole_expression()])
        return self.assignment(assigns)

    def levels(self) -> list[int]:
        """Return for each token in how many brackets it stands."""
        levels, level = [], 0
        for token in self.tokens:
            level -= token.kind == "mark" and token.text in (")", "]")
            levels.append(level)
            level += token.kind == "mark" and token.text in CLOSING
        return levels

    def passed(self, assigns: Sequence[int]) -> Statement | None:
        """Return the statement if it is one of those that are passed over, or the output."""
        first, tokens = self.tokens[0], self.tokens[:-1]
        if first.text in PASSED_WORDS or (len(tokens) == 1 and first.text[0] in "rRuU\"'" and first.kind == "string"):
            return Statement("passed", first)
        attributes = [
            i for i in range(1, len(tokens)) if tokens[i - 1].text == "." and tokens[i].text in PASSED_ASSIGNMENTS
        ]
        if assigns and any(i < assigns[0] for i in attributes):
            return Statement("passed", first)
        is_named = assigns == [1] and first.kind == "name" and self.tokens[1].text == "="
        value = tokens[2:] if is_named else tokens
        names = [[first]] if is_named else []
        if assigns and not is_named:
            return None
        if len(value) > 1 and value[0].text in PASSED_FUNCTIONS and value[1].text == "(":
            return Statement("passed", first, names)
        is_attribute = not is_named and first.kind == "name" and len(value) % 2 == 1 and value[-1].text in ATTRIBUTES
        if is_attribute and value[1:] and all(token.text == "." for token in value[1::2]):
            return Statement("passed", first)
        return self.passed_method(first, names, value)

    def passed_method(self, first: Token, names: list[list[Token]], value: list[Token]) -> Statement | None:
        if not value or value[-1].text != ")":
            return None
        level, i = 0, len(value) - 1
        for i in range(len(value) - 1, -1, -1):
            level += (value[i].text in (")", "]")) - (value[i].text in ("(", "["))
            if level == 0:
                break
        if i < 3 or value[i - 1].text not in PASSED_METHODS or value[i - 2].text != ".":
            return None
        inner = _Grammar(self.whole, value[: i - 2])
        if any(
            token.kind == "operator" and not level for token, level in zip(inner.tokens, inner.levels(), strict=True)
        ):
            return None
        if value[i - 1].text != "backward":
            return Statement("passed", first, names)
        return Statement("output", first, names, [inner.whole_expression()])

    def assignment(self, assigns: Sequence[int]) -> Statement:
        first, sign = self.tokens[0], self.tokens[assigns[0]]
        if first.kind == "name" and [token.text for token in self.tokens[1:4]] == [".", "label", "="]:
            text = self.tokens[4]
            if text.kind != "string":
                raise self.error("label", text, name=first.text, came=text.text)
            self.at = 5
            self.expect_end()
            return Statement("label", first, [[first]], label=text)
        targets = []
        for i in assigns:
            targets.append(self.names(i))
            self.at = i + 1
        operator = None
        if sign.text != "=":
            if len(assigns) > 1 or len(targets[0]) > 1 or sign.text[:-1] not in PRECEDENCE:
                raise self.error("operator", sign, came=sign.text)
            operator = Token("operator", sign.text[:-1], sign.start, sign.end - 1)
        if others := [self.tokens[i] for i in assigns[1:] if self.tokens[i].text != "="]:
            raise self.error("operator", others[0], came=others[0].text)
        values = self.values()
        for names in targets:
            if len(names) != len(values):
                raise self.error("tuple", names[0], names=len(names), values=len(values))
        return Statement("bind", first, targets, values, operator)

    def names(self, end: int) -> list[Token]:
        """Parse names separated by commas, also in brackets, up to the sign = at `end`."""
        tokens = self.tokens[self.at : end]
        if not tokens:
            raise self.error("missing.before", self.tokens[end], token=self.tokens[end].text)
        if len(tokens) > 2 and tokens[0].text in CLOSING and tokens[-1].text == CLOSING[tokens[0].text]:
            tokens = tokens[1:-1]
        if len(tokens) > 3 and tokens[-1].text == ",":
            tokens = tokens[:-1]
        for i, token in enumerate(tokens):
            if token.kind == "reserved" and i % 2 == 0:
                raise self.reserved(token)
            if token.text in INSTEAD:
                raise self.unread(token)
            if token.kind != "name" if i % 2 == 0 else token.text != ",":
                shown = self.whole[tokens[0].start : tokens[-1].end]
                raise self.error("target", tokens[0], came=shown)
        if len(tokens) % 2 == 0:
            raise self.error("target", tokens[0], came=self.whole[tokens[0].start : tokens[-1].end])
        return tokens[::2]

    def values(self) -> list[Expression]:
        """Parse one or several expressions up to the end of the statement, also all of them in parentheses."""
        levels, start = self.levels(), self.at
        if self.follows("(") and levels[start + 1 : -2] and min(levels[start + 1 : -2]) > 0:
            inside = range(start + 1, len(self.tokens) - 2)
            if any(self.tokens[i].text == "," and levels[i] == 1 for i in inside):
                end = self.tokens[-2]
                self.tokens[-2:] = [Token("end", "", end.start, end.start)]
                self.at += 1
        values = [self.expression()]
        while self.follows(","):
            self.take()
            if self.next.kind == "end" and len(values) > 1:
                break
            values.append(self.expression())
        self.expect_end()
        return values

    # --- expressions -------------------------------------------------------------------------------------------------

    def whole_expression(self) -> Expression:
        steps = self.expression()
        self.expect_end()
        return steps

    def expect_end(self) -> None:
        if self.next.kind != "end":
            raise self.misplaced(self.next)

    def expression(self) -> Expression:
        """Parse an expression up to a token that cannot belong to it."""
        steps: Expression = []
        waiting: list[tuple[int, Step]] = []  # operators, whose right operand is not complete

        def finish(precedence: int) -> None:
            while waiting and waiting[-1][0] >= precedence:
                steps.append(waiting.pop()[1])
                self.depth -= steps[-1].kind == "sign" or steps[-1].text == "**"

        while True:
            while self.follows("+", "-"):
                self.deepen(self.next)
                waiting.append((SIGN, Step("sign", self.take())))
            steps += self.operand()
            if self.next.kind != "operator":
                break
            operator = self.take()
            finish(PRECEDENCE[operator.text] + (operator.text == "**"))
            if operator.text == "**":
                self.deepen(operator)
            waiting.append((PRECEDENCE[operator.text], Step("operator", operator)))
        finish(0)
        return steps

    def deepen(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("depth", token, limit=MAX_DEPTH)

    def operand(self) -> Expression:
        """Parse a number, name, call, list or parenthesis, and the methods behind it."""
        token = self.next
        if token.kind == "number":
            steps = [Step("number", self.decimal())]
        elif token.kind == "string":
            steps = [Step("text", self.take())]
        elif token.kind == "name":
            self.check_module()
            self.take()
            steps = [Step("name", token)]
            if self.follows("("):
                steps = [Step("callee", token), *self.bracketed(Step("call", token))]
        elif self.follows("["):
            steps = self.bracketed(Step("list", token))
        elif self.follows("("):
            self.deepen(self.take())
            steps = self.expression()
            self.close(")")
        else:
            raise self.missing(token)
        while self.follows("."):
            self.take()
            name = self.method()
            steps.append(Step("callee", name, is_method=True))
            steps += self.bracketed(Step("call", name, is_method=True))
        return steps

    def check_module(self) -> None:
        """Refuse the function of a module, such as math.exp(x); a function of a Value has no operand of its own."""
        module, dot, name, bracket, operand = [*self.tokens[self.at :], *[self.tokens[-1]] * 4][:5]
        signs = (dot.text, bracket.text, name.kind)
        if module.text in MODULES and signs == (".", "(", "name") and operand.text != ")":
            both = Token("name", f"{module.text}.{name.text}", module.start, name.end)
            raise self.error("instead", both, came=both.text, instead=f"{name.text}( )")

    def decimal(self) -> Token:
        token = self.take()
        is_glued = self.next.kind in ("name", "number") and self.next.start == token.end
        written = token.text + self.next.text * is_glued
        if NOT_DECIMAL.match(written):
            raise self.error("decimal", token, came=written)
        return token

    def method(self) -> Token:
        """Parse the name of a method, up to its bracket."""
        token = self.next
        if token.kind != "name":
            raise self.missing(token)
        self.take()
        if token.text in ATTRIBUTES:
            raise self.error("attribute", token, name=token.text)
        if not self.follows("("):
            if token.text in KNOWN_FUNCTIONS:
                raise self.error("missing.parentheses", token, call=f"{token.text}()")
            raise self.error("method", token, name=token.text)
        return token

    def bracketed(self, step: Step) -> Expression:
        """Parse the operands of a call or list up to the closing bracket."""
        closing = CLOSING[self.next.text]
        self.deepen(self.take())
        steps: Expression = []
        keywords: list[str] = []
        count = 0
        while not self.follows(closing):
            if self.next.kind == "name" and self.tokens[self.at + 1].text == "=":
                keywords.append(self.keyword(step))
            elif keywords:
                raise self.error("only", self.next, came=self.next.text)
            if keywords[-1:] == ["label"] or (count == 1 and not keywords):
                self.check_label(step)
            steps += self.expression()
            count += 1
            if not self.follows(closing):
                if not self.follows(","):
                    raise self.misplaced(self.next)
                self.take()
        self.close(closing)
        return [*steps, Step(step.kind, step.token, count, tuple(keywords), step.is_method)]

    def keyword(self, step: Step) -> str:
        """Parse the name and the = of an operand that is given by name: the data and the label of a leaf alone are."""
        token = self.next
        if step.text not in LEAF_FUNCTIONS or step.is_method:
            raise self.error("keyword", token, name=step.text, keyword=token.text)
        if token.text not in ("data", "label"):
            raise self.error("leaf", token, name=step.text, example=LEAF_FUNCTIONS[step.text])
        self.at += 2
        return token.text

    def check_label(self, step: Step) -> None:
        """Refuse anything but a text for the label of a leaf: it is a label whose quotes were forgotten."""
        token = self.next
        if step.kind != "call" or step.text not in LEAF_FUNCTIONS or token.kind == "string":
            return
        raise (
            self.unread(token) if token.kind == "other" else self.error("label", token, name=step.text, came=token.text)
        )

    def close(self, closing: str) -> None:
        if not self.follows(closing):
            raise self.misplaced(self.next)
        self.take()
        self.depth -= 1

    # --- what is wrong -----------------------------------------------------------------------------------------------

    def missing(self, token: Token) -> ExpressionError:
        """Return the error of a token where an operand should be."""
        before = self.tokens[self.at - 1] if self.at else None
        if token.text in ("True", "False", "None"):
            return self.error("number_or_name", token, came=token.text)
        if token.kind == "reserved":
            return self.reserved(token)
        if token.kind == "other":
            return self.unread(token)
        if before is None or (before.text == "(" and token.kind == "operator"):
            return self.error("missing.before", token, token=token.text)
        return self.error("missing.after", token, token=before.text)

    def misplaced(self, token: Token) -> ExpressionError:
        """Return the error of a token behind an operand, where an operator, a bracket or the end should be."""
        before = self.tokens[self.at - 1]
        if token.kind == "reserved":
            return self.reserved(token)
        if token.kind == "other":
            return self.unread(token)
        if token.kind == "assign":
            return self.error("assign", token, came=token.text)
        if token.text == "(":
            return self.error("not_called", token)
        if token.kind in ("name", "number"):
            if before.text in KNOWN_FUNCTIONS:
                return self.error("missing.parentheses", token, call=f"{before.text}({token.text})")
            return self.error("missing.operator", token, first=before.text, second=token.text)
        return self.error("only", token, came=token.text)

    def reserved(self, token: Token) -> ExpressionError:
        following = self.tokens[self.tokens.index(token) + 1]
        is_name = following.kind in ("assign", "operator", "end") or following.text in (")", ",")
        if token.text in NO_STATEMENTS and not is_name:
            return self.error(f"no_{NO_STATEMENTS[token.text]}", token, word=token.text)
        return self.error("reserved", token, name=token.text)

    def unread(self, token: Token) -> ExpressionError:
        if token.text == "。" and self.tokens[self.tokens.index(token) + 1].kind == "end":
            return self.error("stop", token, came=token.text)
        if token.text in INSTEAD:
            return self.error("instead", token, came=token.text, instead=INSTEAD[token.text])
        if token.text in ("'", '"'):
            return self.error("unclosed", token, mark=token.text)
        if token.text == "==":
            return self.error("equality", token)
        if token.text in OPERATORS_OF_PYTHON:
            return self.error("operator", token, came=token.text)
        return self.error("only", token, came=token.text)
