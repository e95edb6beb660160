"""A recorded graph as straight-line Python: the backprop that a student would have written by hand.

`compile_graph` reads a graph once and writes it out as a function that goes forward and backward for many rows. No
Value is made while it runs, so it is far faster than recording every row anew.

>>> w, x, target = Value(3.0, label="w"), Value(2.0, label="x"), Value(5.0, label="target")
>>> mistake = w * x - target
>>> mistake.label = "mistake"
>>> loss = mistake**2
>>> loss.label = "loss"
>>> step = compile_graph(loss, inputs=[x, target])
>>> step([[2.0, 5.0], [1.0, 1.0]])  # the mean of 1 and 4
2.5
>>> w.grad  # the mean of 4 and 4
4.0
>>> print(step.source)
def learn(rows):
    # the numbers as they are now
    w = w_value.data
    # nobody is responsible yet
    d_w = 0.0
    losses = 0.0
    for x, target in rows:
        # --- Know ---
        n2 = w * x
        mistake = n2 - target
        loss = mistake * mistake
        losses += loss
        # --- Think ---
        d_mistake = 2.0 * mistake
        d_w += d_mistake * x
    # the mean over all rows
    n_rows = len(rows)
    w_value.grad += d_w / n_rows
    return losses / n_rows
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from microgrid import formulas
from microgrid.cards import kind_of
from microgrid.engine import Constant, Value, topological_order
from microgrid.nn import NeuronName

LARGEST = 60_000  # operands; about 4 s to compile
LONGEST_SUM = 50  # terms in one line: Python's own compiler recurses on long expressions
CAN_FAIL = ("sqrt", "**", "/", "log")  # their slopes may not exist, which must be known before anything is changed


class CompiledGraph:
    """A graph as a function of rows; `compile_graph` makes it.

    Attributes:
        inputs: the leaves that each row gives anew, in this order.
        parameters: the leaves whose gradients are wanted.
        source: the program for many rows, as it runs.
    """

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        self.inputs, self.parameters = tuple(inputs), tuple(parameters)
        self._order = topological_order(output)
        self._writer = _Writer(self._order, self.inputs, self.parameters)
        self.source = self._writer.learn()
        self._programs: dict[str, Callable[..., Any]] = {}

    def __call__(self, rows: Iterable[Sequence[float]]) -> float:
        """Go forward and backward for every row, add the mean gradient to the parameters, and return the mean.

        It is what `backward()` on the mean over the rows gives, to about 1e-12. If a row fails, no gradient is changed.

        Args:
            rows: for each row the numbers of `inputs`.

        Raises:
            ValueError: no rows, or a row with another number of numbers.
            TypeError: what should be a number is none.
            ValueError, ZeroDivisionError, OverflowError: an operation has no value; the message names it and the row.
        """
        rows = rows if isinstance(rows, list) else list(rows)
        try:
            if len(rows) == 1:
                result: float = self._program("learn_one")(*rows[0])
            else:
                result = self._program("learn")(rows)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self._explained(rows, error) from None
        return result

    def predict(self, rows: Iterable[Sequence[float]]) -> list[float]:
        """Go forward only, and return the output for every row; raises what calling it raises."""
        rows = list(rows)
        try:
            results: list[float] = self._program("predict")(rows)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self._explained(rows, error) from None
        return results

    def __repr__(self) -> str:
        inputs, parameters = len(self.inputs), len(self.parameters)
        return f"<CompiledGraph of {len(self._order)} values: {inputs} inputs, {parameters} parameters>"

    def _program(self, name: str) -> Callable[..., Any]:
        """Compile a program when it is first needed."""
        if name not in self._programs:
            source = self.source if name == "learn" else getattr(self._writer, name)()
            self._programs[name] = self._writer.compiled(name, source)
        return self._programs[name]

    def _explained(self, rows: Sequence[Sequence[float]], error: Exception) -> Exception:
        """Find the row and the operation that failed, and say so."""
        if not rows:
            return ValueError("there are no rows")
        for i, row in enumerate(rows, start=1):
            if len(row) != len(self.inputs):
                return ValueError(f"row {i} has {len(row)} numbers; expected {len(self.inputs)}")
            for leaf, number in zip(self.inputs, row, strict=True):
                try:
                    float(Value(number).data)
                except (TypeError, ValueError, OverflowError) as wrong:
                    return type(wrong)(f"row {i}, {leaf.label or 'an input'}: {wrong}")
            if problem := self._problem_in(row):
                return type(problem)(f"row {i}: {problem}")
        return error

    def _problem_in(self, row: Sequence[float]) -> Exception | None:
        numbers = dict(zip(self.inputs, map(float, row), strict=True))
        for node in self._order:
            if not node.op:
                numbers.setdefault(node, node.data)
                continue
            operands = [numbers[operand] for operand in node.operands]
            name = f" (in {node.label})" if node.label else ""
            try:
                if node.op == "**":
                    _power(operands[0], operands[1], isinstance(node.operands[1], Constant))
                numbers[node] = formulas.evaluate(node.op, operands)
                formulas.local_derivatives(node.op, operands, numbers[node])
            except (ArithmeticError, ValueError) as problem:
                labels = ", ".join(operand.label for operand in node.operands if operand.label)
                of = f" of {labels}" if labels else ""
                english = formulas.FORMULAS[node.op].english
                told = str(problem) if "has no value" in str(problem) else f"{english} has no slope at {operands[0]}"
                return type(problem)(f"{told}{of and f', the {english}{of}'}{name}")
        return None


def compile_graph(output: Value, inputs: Sequence[Value], parameters: Iterable[Value] | None = None) -> CompiledGraph:
    """Turn a recorded graph into one Python function of rows.

    The graph holds the branches that were taken when it was recorded. The operations of the engine (relu, maximum,
    abs …) decide anew for every row; a Python `if` on a number does not, and would need a graph of its own.

    Args:
        output: the end of the graph, such as the loss of one row.
        inputs: the leaves that every row gives anew: features and targets.
        parameters: the leaves whose gradients are wanted; by default all others but constants. Their numbers, and those
            of any other leaf, are read at each call.

    Raises:
        TypeError: `output`, an input or a parameter is not a Value.
        ValueError: an input or a parameter was computed, is listed twice or as both, or the graph is too large.
    """
    if not isinstance(output, Value):
        raise TypeError(f"compile_graph() needs a Value, the end of a graph, got {type(output).__name__}")
    order = topological_order(output)
    inputs = _leaves("input", inputs)
    if parameters is None:
        given = set(inputs)
        chosen = [node for node in order if node.is_leaf and not isinstance(node, Constant) and node not in given]
    else:
        there = set(order)
        chosen = [parameter for parameter in _leaves("parameter", parameters) if parameter in there]
        if both := set(chosen) & set(inputs):
            raise ValueError(f"{next(iter(both)).label or 'a leaf'} is both an input and a parameter")
    size = sum(len(node.operands) for node in order)
    if size > LARGEST:
        raise ValueError(
            f"this graph has {size} operands; a program of more than {LARGEST} takes too long to compile. "
            "Compile the graph of one row, and call it with batches of rows"
        )
    return CompiledGraph(output, inputs, chosen)


def _leaves(what: str, values: Iterable[Value]) -> list[Value]:
    found, a = list(values), "an" if what == "input" else "a"
    for value in found:
        if not isinstance(value, Value):
            raise TypeError(f"each {what} must be a Value, got {type(value).__name__}")
        if not value.is_leaf:
            raise ValueError(
                f"an {what} must be a leaf; {value.label or value.op!r} was computed".replace("an p", "a p")
            )
    if len(set(found)) < len(found):
        raise ValueError(f"{a} {what} is listed twice")
    return found


class _Writer:
    """Writes the programs of one graph, as lines of text; d_ before a name stands for its gradient."""

    def __init__(self, order: Sequence[Value], inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        self.inputs, self.parameters = inputs, parameters
        self.same = _without_repetition(order)
        self.order = [node for node in order if self.same[node] is node]
        self.output = self.same[order[-1]]
        self.comments = _comments(self.order)
        self.names = _names(order, [*inputs, *self.order], self.comments)
        listed = {*inputs, *parameters}
        others = [node for node in self.order if node.is_leaf and kind_of(node) != "constant" and node not in listed]
        self.read = [*parameters, *others]
        self.live = self._live()
        self.users = self._users()
        self.local_names: dict[tuple[Value, int], str] = {}

    def compiled(self, name: str, source: str) -> Callable[..., Any]:
        """Turn a source into a function that sees the Values and the functions of the formulas, and nothing else."""
        namespace: dict[str, Any] = {f"{self.names[node]}_value": node for node in self.read}
        namespace |= {"power": _power, **formulas.FUNCTIONS}
        exec(compile(source, f"<{name} of a compiled graph>", "exec"), namespace)
        program: Callable[..., Any] = namespace[name]
        return program

    # --- the programs ------------------------------------------------------------------------------------------------

    def learn(self) -> str:
        """Write the program for many rows: it adds up what every row finds, and hands on the mean."""
        wanted = [self.names[parameter] for parameter in self.parameters]
        lines = ["def learn(rows):", *_indented(self._reading())]
        lines += _indented(["# nobody is responsible yet", *_zeros([f"d_{name}" for name in wanted]), "losses = 0.0"])
        lines.append(f"    for {self._row()} in rows:")
        total = f"losses += {self._name(self.output)}"
        lines += _indented([*self._know(), total, *self._think("d_{name} += {share}")], 2)
        lines += _indented(["# the mean over all rows", "n_rows = len(rows)"])
        lines += _indented([f"{name}_value.grad += d_{name} / n_rows" for name in wanted])
        return "\n".join([*lines, "    return losses / n_rows"])

    def learn_one(self) -> str:
        """Write the program for a single row, which hands every share to its parameter at once."""
        row = ", ".join(self.names[leaf] for leaf in self.inputs)
        lines = [f"def learn_one({row}):", *_indented([*self._reading(), *self._know()])]
        lines += _indented(self._think("{name}_value.grad += {share}"))
        return "\n".join([*lines, f"    return {self._name(self.output)}"])

    def predict(self) -> str:
        """Write the program that goes forward only."""
        lines = ["def predict(rows):", *_indented([*self._reading(), "outputs = []"])]
        lines.append(f"    for {self._row()} in rows:")
        lines += _indented([*self._know(slopes=False), f"outputs.append({self._name(self.output)})"], 2)
        return "\n".join([*lines, "    return outputs"])

    def _row(self) -> str:
        names = [self.names[leaf] for leaf in self.inputs]
        return ", ".join(names) + ("," if len(names) == 1 else "") if names else "()"

    def _reading(self) -> list[str]:
        return ["# the numbers as they are now", *(f"{self.names[n]} = {self.names[n]}_value.data" for n in self.read)]

    # --- Know --------------------------------------------------------------------------------------------------------

    def _know(self, slopes: bool = True) -> list[str]:
        lines = ["# --- Know ---"]
        for node in self.order:
            if not node.op:
                continue
            if node in self.comments:
                lines.append(f"# {self.comments[node]}")
            lines += self._value(node)
            if slopes and node.op in CAN_FAIL and node in self.live:
                lines += self._early_slopes(node)
        return lines

    def _value(self, node: Value) -> list[str]:
        name, operands = self._name(node), [self._name(operand) for operand in node.operands]
        formula = formulas.FORMULAS[node.op]
        if not formula.summed:
            return [f"{name} = {_power_or(node, operands) or _filled(formula.value, formula.operands, operands)}"]
        size, end = len(formula.operands), len(operands) - bool(formula.last)
        terms = [
            _filled(formula.value, formula.operands, operands[start : start + size]) for start in range(0, end, size)
        ]
        return _sum(name, terms + ([operands[-1]] if formula.last else []))

    def _early_slopes(self, node: Value) -> list[str]:
        """Compute slopes that may not exist before anything is changed."""
        lines = []
        for position, operand in enumerate(node.operands):
            slope = self._slope(node, position)
            if self.same[operand] in self.live and ("/" in slope or "**" in slope or "(" in slope):
                local = f"slope{position + 1}_{self._name(node)}"
                self.local_names[node, position] = local
                lines.append(f"{local} = {slope}")
        return lines

    # --- Think -------------------------------------------------------------------------------------------------------

    def _think(self, hand_over: str) -> list[str]:
        """Hand responsibility back; `hand_over` is the line that gives a parameter its share."""
        blocks: list[tuple[str, list[str]]] = [("", ["# --- Think ---"])]
        self.d_names: dict[Value, str] = {self.output: "1.0"}
        wanted = set(self.parameters)
        if self.output in wanted:
            blocks[0][1].append(hand_over.format(name=self.names[self.output], share="1.0"))
        for node in reversed(self.order):
            if node not in self.live or not node.op:
                continue
            guard = self._guard(node)
            if guard != blocks[-1][0]:
                blocks.append((guard, []))
            block = blocks[-1][1]
            if isinstance(node.label, NeuronName):
                block.append(f"# {node.label}")
            if node is not self.output:
                block += self._gradient(node)
            for position, operand in enumerate(node.operands):
                if self.same[operand] in wanted:
                    name = self.names[self.same[operand]]
                    block.append(hand_over.format(name=name, share=self._share(node, position)))
        return _joined(blocks)

    def _guard(self, node: Value) -> str:
        """Return the number that must be above 0 for a node to get any responsibility: it stands before a relu."""
        relu = node if node.op == "relu" else None
        users = self.users[node]
        if relu is None and len(users) == 1 and users[0][0].op == "relu":
            relu = users[0][0]
        if relu is None or len(self.users[self.same[relu.operands[0]]]) > 1:
            return ""
        return self._name(self.same[relu.operands[0]])

    def _gradient(self, node: Value) -> list[str]:
        """Add up, in one expression, what arrives at a node."""
        users = self.users[node]
        name = f"d_{self._name(node)}"
        if len(users) == 1 and self._is_passed_on(*users[0]):
            (user, _), upstream = users[0], self.d_names[users[0][0]]
            # What arrives at a relu may have a name that is not under its condition; what goes on from it needs one.
            if user.op != "relu" or upstream == f"d_{self._name(user)}":
                self.d_names[node] = upstream
                return []
        self.d_names[node] = name
        return _sum(name, [self._share(user, position) for user, position in users])

    def _is_passed_on(self, user: Value, position: int) -> bool:
        return self._slope(user, position) == "1.0" or (user.op == "relu" and self._guard(user) != "")

    def _share(self, node: Value, position: int) -> str:
        upstream = self.d_names[node]
        slope = self.local_names.get((node, position)) or self._slope(node, position)
        if self._is_passed_on(node, position):
            return upstream
        if upstream == "1.0":
            return _bracketed(slope, product=False)
        return f"-{upstream}" if slope == "-1.0" else f"{upstream} * {_bracketed(slope, product=True)}"

    def _slope(self, node: Value, position: int) -> str:
        formula = formulas.FORMULAS[node.op]
        if formula.last and position == len(node.operands) - 1:
            return "1.0"
        size = len(formula.operands)
        first = position - position % size
        operands = [self._name(operand) for operand in node.operands[first : first + size]]
        if position == 0 and node.op == "**" and operands[1] == "2.0":
            return f"2.0 * {operands[0]}"
        text = formula.local_derivatives[position - first]
        return _filled(text, (*formula.operands, "out"), [*operands, self._name(node)])

    # --- reading the graph -------------------------------------------------------------------------------------------

    def _name(self, node: Value) -> str:
        node = self.same[node]
        if isinstance(node, Constant):
            return f"({node.data!r})" if node.data < 0 else _literal(node.data)
        return self.names[node]

    def _live(self) -> set[Value]:
        """Find what depends on a parameter: only there responsibility has to be handed on."""
        live = set(self.parameters)
        for node in self.order:
            if any(self.same[operand] in live for operand in node.operands):
                live.add(node)
        return live

    def _users(self) -> dict[Value, list[tuple[Value, int]]]:
        """List who hands responsibility to a node, and as which operand, in the order in which they do."""
        users: dict[Value, list[tuple[Value, int]]] = {node: [] for node in self.order}
        for node in reversed(self.order):
            if node in self.live:
                for position, operand in enumerate(node.operands):
                    users[self.same[operand]].append((node, position))
        return users


# --- pieces of text --------------------------------------------------------------------------------------------------


def _without_repetition(order: Sequence[Value]) -> dict[Value, Value]:
    """Map each node to the first that computes the same from the same."""
    same: dict[Value, Value] = {}
    first: dict[Any, Value] = {}
    for node in order:
        if node.op:
            key: Any = (node.op, *(id(same[operand]) for operand in node.operands))
        else:
            key = ("constant", node.data) if isinstance(node, Constant) else id(node)
        same[node] = first.setdefault(key, node)
    return same


def _comments(order: Sequence[Value]) -> dict[Value, NeuronName]:
    """Find where the computation of each neuron begins: at its sum."""
    comments = {}
    for node in order:
        if isinstance(node.label, NeuronName):
            inner = node
            while inner.op not in ("weighted_sum", "total"):
                inner = inner.operands[0]
            comments[inner] = node.label
    return comments


def _names(order: Sequence[Value], kept: Sequence[Value], neurons: Mapping[Value, NeuronName]) -> dict[Value, str]:
    """Give every number a name of its own, from its label where it has one."""
    taken = {*formulas.FUNCTIONS, "power", "rows", "losses", "outputs", "n_rows", "len", *keyword.kwlist}
    position = {node: i for i, node in enumerate(order)}
    names: dict[Value, str] = {}
    for i, node in enumerate(dict.fromkeys(kept)):
        text = f"{neurons[node]}_sum" if node in neurons and not node.label else str(node.label)
        label = unicodedata.normalize("NFKC", text)
        name = "".join(c if c == "_" or c.isidentifier() or c.isdecimal() else "_" for c in label)
        name = name or f"n{position.get(node, i)}"
        # Names that begin with d_ or slope, or end in _value, are made from others.
        if not name.isidentifier() or name.startswith(("d_", "slope")):
            name = f"n_{name}"
        if name in taken or name.endswith("_value"):
            name = f"{name}_n{position.get(node, f'x{i}')}"
        while name in taken:
            name += "_"
        taken.add(name)
        names[node] = name
    return names


@cache
def _tree(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _filled(formula: str, names: Sequence[str], texts: Sequence[str]) -> str:
    """Put names into a formula, and turn where(c, x, y) into Python's own x if c else y."""
    return ast.unparse(_Filler(dict(zip(names, texts, strict=True))).visit(ast.parse(formula, mode="eval").body))


class _Filler(ast.NodeTransformer):
    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _tree(self.texts[node.id]) if node.id in self.texts else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Constant(float(str(node.value)))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            condition, yes, no = arguments
            return ast.IfExp(condition, yes, no)
        return ast.Call(node.func, arguments, [])


def _power_or(node: Value, operands: Sequence[str]) -> str:
    """Write a square as a product, and other powers so that a negative base fails as it does in the engine."""
    if node.op != "**":
        return ""
    base, exponent = operands
    if exponent == "2.0":
        return f"{base} * {base}"
    constant = isinstance(node.operands[1], Constant)
    if constant and node.operands[1].data.is_integer():
        return f"{base} ** {exponent}"
    return f"power({base}, {exponent}, {constant})"


def _power(base: float, exponent: float, constant: bool) -> float:
    if base < 0 and not (constant and exponent.is_integer()):
        raise ValueError(f"power has no value at {base}, {exponent}")
    result: float = base**exponent
    return result


def _literal(number: float) -> str:
    """Write a number so that Python reads it back as it is."""
    if math.isfinite(number):
        return repr(number)
    return f"float({str(number)!r})"


def _bracketed(text: str, product: bool) -> str:
    """Put an expression in brackets if it could not stand in a sum, or in a product, without."""
    tree = _tree(text)
    needed = isinstance(tree, ast.IfExp) or (isinstance(tree, ast.BinOp) and (product or not _is_product(tree)))
    return f"({text})" if needed else text


def _is_product(tree: ast.BinOp) -> bool:
    return isinstance(tree.op, (ast.Mult, ast.Div, ast.Pow))


def _sum(name: str, terms: Sequence[str]) -> list[str]:
    """Write a sum, in several lines where it is long; the order of the terms stays."""
    lines = []
    for start in range(0, len(terms), LONGEST_SUM):
        operator = "=" if start == 0 else "+="
        lines.append(f"{name} {operator} {' + '.join(terms[start : start + LONGEST_SUM])}")
    return lines or [f"{name} = 0.0"]


def _joined(blocks: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Put each block of Think under its condition; where it does not hold, what others need of it is 0."""
    users: dict[str, set[int]] = {}
    for i, (_, block) in enumerate(blocks):
        for name in re.findall(r"\bd_\w+", "\n".join(block)):
            users.setdefault(name, set()).add(i)
    lines: list[str] = []
    for guard, block in blocks:
        if not guard or not block:
            lines += block
            continue
        found = [line.partition(" = ")[0] for line in block if re.match(r"d_\w+ = ", line)]
        needed = [name for name in found if len(users[name]) > 1]
        lines += [f"if {guard} > 0:", *_indented(block)]
        lines += ["else:", *_indented(_zeros(needed))] if needed else []
    return lines


def _zeros(names: Sequence[str], per_line: int = 8) -> list[str]:
    return [" = ".join([*names[i : i + per_line], "0.0"]) for i in range(0, len(names), per_line)]


def _indented(lines: Iterable[str], times: int = 1) -> list[str]:
    return ["    " * times + line for line in lines]
